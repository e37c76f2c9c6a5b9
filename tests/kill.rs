//! The binary killed at random moments of a run against a real Radicale, then run again: nothing is
//! lost, nothing is doubled, both sides agree, and the run after that writes nothing.
//!
//! `DUOSYNC_KILLS` says how often (200 in CI, else 40), `DUOSYNC_SEED` repeats a run's choices; both
//! are printed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::print_stdout,
    missing_docs,
    reason = "tests fail by panicking"
)]

mod support;

use std::time::{Duration, Instant};

use support::customers::World;
use support::servers::{Auth, Kind, Server};

/// After so many rounds everything starts anew, so that first syncs are killed too.
const ROUNDS: u64 = 8;

#[test]
fn a_killed_run_is_finished_by_the_next_one() {
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", "secret")) else { return };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let usual = if std::env::var_os("CI").is_some() { 200 } else { 40 };
    let (kills, seed) = (number("DUOSYNC_KILLS").unwrap_or(usual), number("DUOSYNC_SEED"));
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("DUOSYNC_KILLS={kills} DUOSYNC_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let (mut killed, mut amid, mut tries, mut length) = (0, 0, 0, Duration::from_millis(300));
    let mut world = World::new(&server, 0, &server.url());
    // Most kills must come amid the work; on a busy computer, where starting takes long, that takes more of them.
    while killed < kills || 4 * amid < killed {
        tries += 1;
        assert!(tries < 3 * kills + 20, "too few kills come amid a run: {amid} of {killed} kills in {tries} runs");
        if tries.is_multiple_of(ROUNDS) {
            world = World::new(&server, tries, &server.url());
        }
        world.change(&mut chance);
        let delay = length.mul_f64(chance.f64());
        let told = format!("DUOSYNC_SEED={seed}, try {tries}, killed after {delay:?} of {length:?}");
        let hit = world.sync_killed_after(delay);
        killed += u64::from(hit);
        let start = Instant::now();
        world.sync(&told);
        amid += u64::from(hit && world.was_amid_a_run());
        length = start.elapsed().max(length).mul_f64(0.9);
        world.agrees(&told);
    }
    println!("{killed} of {tries} runs were killed, {amid} of them after they had begun in the journal");
}
