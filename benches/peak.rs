//! What a whole process needs at most, for each of the large cases: seconds by the clock and of the
//! processor, and resident memory before and at the peak. Each case runs in a process of its own, for memory that is given back is
//! not always returned to the system.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark stops at the first thing that is wrong, and prints what it measured"
)]

mod people;

use std::process::Command;
use std::time::Instant;

use duosync::engine::{compare, reconcile};
use duosync::model::{PerSide, Scope};

use people::{MANY, World, half_shared, linked, strangers};

const CASES: [&str; 8] = [
    "reconcile, first match",
    "reconcile, first sync, half shared",
    "reconcile, nothing changed, full",
    "reconcile, 10 changes, incremental",
    "reconcile, 1 % changed, full",
    "compare, linked and equal",
    "compare, linked, 1 % different",
    "compare, not linked",
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--case") {
        let case = arguments.next().expect("a case is named");
        measure(&case);
        return;
    }
    let program = std::env::current_exe().expect("the program knows itself");
    println!(
        "{:<36} {:>8} {:>8} {:>10} {:>8}",
        format!("{MANY} records a side"),
        "seconds",
        "cpu",
        "MB before",
        "MB peak"
    );
    for case in CASES {
        let status = Command::new(&program).args(["--case", case]).status().expect("the case starts");
        if !status.success() {
            eprintln!("{case}: {status}");
            std::process::exit(1);
        }
    }
}

fn measure(case: &str) {
    let world = match case {
        "reconcile, first match" | "compare, not linked" => strangers(MANY),
        "reconcile, first sync, half shared" => half_shared(MANY),
        _ => linked(MANY),
    };
    if case.starts_with("compare") {
        comparing(case, world);
    } else {
        reconciling(case, world);
    }
}

fn reconciling(case: &str, mut world: World) {
    let views = match case {
        "reconcile, 10 changes, incremental" => {
            let changed = world.change(MANY / 10);
            world.changes(&changed)
        }
        "reconcile, 1 % changed, full" => {
            world.change(100);
            world.views(Scope::Full)
        }
        _ => world.views(Scope::Full),
    };
    // As in a run, the records themselves are not held while the plan is made.
    world.records = PerSide::default();
    let links = std::mem::take(&mut world.links);
    let mut input = world.input(views);
    input.links = links;
    report(case, || reconcile(input).items.len());
}

fn comparing(case: &str, mut world: World) {
    if case.ends_with("different") {
        world.change(100);
    }
    let views = world.views(Scope::Full);
    world.records = PerSide::default();
    report(case, || compare(&world.spec, &views, &world.links, &[]).1.len());
}

fn report<T>(case: &str, work: impl FnOnce() -> T) {
    let before = status("VmRSS:");
    // The kernel's high-water mark starts again from here (proc(5), clear_refs).
    let _unsupported = std::fs::write("/proc/self/clear_refs", "5");
    let (start, busy) = (Instant::now(), processor());
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    let busy = processor().zip(busy).map_or("unknown".to_owned(), |(now, before)| format!("{:.2}", now - before));
    let peak = status("VmHWM:");
    drop(result);
    let megabytes = |kilobytes: Option<u64>| kilobytes.map_or("unknown".to_owned(), |kb| (kb / 1024).to_string());
    println!("{case:<36} {seconds:>8.2} {busy:>8} {:>10} {:>8}", megabytes(before), megabytes(peak));
}

/// A line of this process's status in kilobytes, where the system tells (Linux).
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// The processor's seconds that this process has had, where the system tells (proc(5), stat): other
/// programs on the machine do not add to them.
fn processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let times = text.rsplit_once(") ")?.1.split_whitespace().skip(11).take(2);
    let ticks: Vec<u32> = times.map(str::parse).collect::<Result<_, _>>().ok()?;
    // Linux counts a hundred to the second for every program, whatever its own clock does.
    (ticks.len() == 2).then(|| f64::from(ticks.iter().sum::<u32>()) / 100.0)
}
