//! A machine that takes steps at random: people edit two lists, platforms fail to order, the program
//! is killed between any two steps, the operator answers what is asked. Once the faults stop, at most
//! two runs later both sides agree in all that is not asked or set aside, nothing is doubled, nothing
//! is lost, and a further run writes nothing.
//!
//! A case is made of its seed. `DUOSYNC_SEED=17` runs one case and tells each step;
//! `DUOSYNC_CASES=5000` runs more. The order in which two lists are written at the same time is the
//! operating system's, so a seed that failed once may have to be run a few times.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a test stops at the first surprise, and tells the seed on standard error"
)]

mod check;
mod people;
mod steps;
mod world;

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Cases when nobody asks for more: about a minute on two cores in a debug build.
const CASES: u64 = 400;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

#[test]
fn nothing_is_lost_doubled_or_left_behind() {
    if let Some(seed) = number("DUOSYNC_SEED") {
        for _ in 0..number("DUOSYNC_REPEAT").unwrap_or(1) {
            steps::case(seed, true);
        }
        return;
    }
    let first = number("DUOSYNC_FIRST").unwrap_or(0);
    let cases = number("DUOSYNC_CASES").unwrap_or(CASES);
    let next = AtomicU64::new(first);
    let failed: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + cases || failed.lock().unwrap().len() >= 20 {
                        return;
                    }
                    if let Err(why) = std::panic::catch_unwind(AssertUnwindSafe(|| steps::case(seed, false))) {
                        let text = why.downcast_ref::<String>().cloned();
                        let text = text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                        failed.lock().unwrap().push((seed, text.unwrap_or_default()));
                    }
                }
            });
        }
    });
    let mut failed = failed.lock().unwrap().clone();
    failed.sort();
    let told: Vec<String> = failed.iter().map(|(seed, text)| format!("DUOSYNC_SEED={seed}: {text}")).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
