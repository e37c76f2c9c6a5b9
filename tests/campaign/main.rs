//! The fault campaign: the binary syncs a file or a table with a real `CardDAV` server or a PocketBase while the network
//! between them fails, records are changed amid its runs, it is killed, halted, started twice, has no
//! room left on its disk or may not write there, its clock jumps, and its workspace is put back as it
//! was. Then the faults end, and an independent model is asked: nothing lost, nothing doubled, both sides
//! agree or somebody is asked with both values at hand, the next run writes nothing, the database is intact.
//!
//! `DUOSYNC_SEEDS` says how many worlds (default 6), `DUOSYNC_SEED` which is the first, `DUOSYNC_WORKERS`
//! how many live at once (default 2), `DUOSYNC_HALT` how many seconds one in twenty of the halts lasts;
//! `DUOSYNC_SERVER=PocketBase` (or `Radicale`, `Xandikos`) tries one of them only, and
//! `DUOSYNC_TEST_BINARY` is another binary than the one that was just built. Each failure tells its seed.
//! The moment at which a signal arrives is the computer's, so that a seed repeats the edits and the
//! chances, not every interleaving. `tests/CAMPAIGN.md` holds what the greatest campaign so far came to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "tests fail by panicking"
)]

mod book;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use book::Shelf;
use support::disk::{Apart, Disk, apart};
use support::faults::{Fault, Faults};
use support::lab::Workplace;
use support::rest_servers::PocketBase;
use support::servers::{Auth, Kind, Server};
use world::{List, World};

/// A faulty run is killed after this: waiting for its retries tells nothing that the kill does not.
const LONGEST: Duration = Duration::from_secs(4);

/// After so many worlds the table so far is told.
const TOLD_EVERY: u64 = 50;

/// What happens to one run beside the network's faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Blow {
    Nothing,
    Killed,
    Halted,
    StartedTwice,
    PutBack,
    DiskFull,
    DiskReadOnly,
    ClockJumps,
}

const BLOWS: [Blow; 8] = [
    Blow::Nothing,
    Blow::Killed,
    Blow::Halted,
    Blow::StartedTwice,
    Blow::PutBack,
    Blow::DiskFull,
    Blow::DiskReadOnly,
    Blow::ClockJumps,
];

/// What the campaign did, over all its worlds.
#[derive(Default)]
struct Tally {
    lived: u64,
    network: BTreeMap<Fault, usize>,
    tried: BTreeMap<String, usize>,
    failed: Vec<u64>,
}

impl Tally {
    /// The table of what was tried so far.
    fn tell(&self, first: u64) {
        println!("\n{} seeds from {first}; failed: {:?}\n\n| What | Times |\n|---|---:|", self.lived, self.failed);
        for (fault, times) in &self.network {
            println!("| network: {fault:?} | {times} |");
        }
        for (what, times) in &self.tried {
            println!("| {what} | {times} |");
        }
    }

    fn add(&mut self, what: impl Into<String>) {
        *self.tried.entry(what.into()).or_default() += 1;
    }
}

#[test]
fn faults_lose_and_double_nothing() {
    let disks = match apart("faults_lose_and_double_nothing", true) {
        Apart::Within => true,
        Apart::Done => return,
        // Then they are neither filled nor locked, and everything else is tried.
        Apart::Never => false,
    };
    let Some(radicale) = Server::start(Kind::Radicale, Auth::basic("ann", "secret")) else { return };
    let Some(xandikos) = Server::start(Kind::Xandikos, Auth::Open) else { return };
    let Some(pocketbase) = PocketBase::start() else { return };
    let Some(clock) = clock() else { return };
    let only = std::env::var("DUOSYNC_SERVER").ok();
    let (first, seeds) = (number("DUOSYNC_SEED").unwrap_or(1), number("DUOSYNC_SEEDS").unwrap_or(6));
    let (next, tally) = (AtomicU64::new(first), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..number("DUOSYNC_WORKERS").unwrap_or(2) {
            scope.spawn(|| {
                let shelves = [
                    Shelf::Dav(Kind::Radicale, &radicale),
                    Shelf::Dav(Kind::Xandikos, &xandikos),
                    Shelf::Base(&pocketbase),
                ]
                .map(|shelf| (shelf, Faults::before(shelf.port())));
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        break;
                    }
                    let usual = if seed % 4 == 3 { 2 } else { usize::from(seed.is_multiple_of(3)) };
                    let wanted = shelves.iter().find(|(shelf, _)| Some(shelf.name()) == only);
                    let (shelf, faults) = wanted.unwrap_or(&shelves[usual]);
                    // One seed's failure must not hide what the others have to tell.
                    let lived = catch_unwind(AssertUnwindSafe(|| live(*shelf, faults, &clock, seed, disks, &tally)));
                    faults.rage(seed, 0);
                    let mut tally = tally.lock().unwrap();
                    if lived.is_err() {
                        println!("{}", faults.told());
                        println!("DUOSYNC_SEED={seed} DUOSYNC_SEEDS=1 failed");
                        tally.failed.push(seed);
                    }
                    for (fault, times) in faults.take_done() {
                        *tally.network.entry(fault).or_default() += times;
                    }
                    tally.lived += 1;
                    // Whoever ends a long campaign before its end still knows what it came to.
                    if tally.lived.is_multiple_of(TOLD_EVERY) {
                        tally.tell(first);
                    }
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    tally.tell(first);
    assert!(!tally.network.is_empty(), "no fault came, and nothing is proven");
    assert!(tally.failed.is_empty(), "seeds that failed: {:?}", tally.failed);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The library that lets a program see another clock.
fn clock() -> Option<PathBuf> {
    let places = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
    let library = |place| PathBuf::from(format!("/usr/lib/{place}/faketime/libfaketimeMT.so.1"));
    let found = places.map(library).into_iter().find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "libfaketime is missing: tests/run.sh installs it");
        eprintln!("skipped: no libfaketime on this computer");
    }
    found
}

fn live(shelf: Shelf<'_>, faults: &Faults, clock: &Path, seed: u64, disks: bool, tally: &Mutex<Tally>) {
    let mut chance = fastrand::Rng::with_seed(seed);
    faults.rage(seed, 0);
    faults.forget();
    let root = tempfile::tempdir().unwrap();
    let disk = disks.then(|| Disk::over(root.path(), 24 * 1024));
    let list = if chance.bool() { List::File } else { List::Table };
    let mut world = World::new(shelf, seed, &faults.url(), Workplace::within(root), list);
    let told = format!("DUOSYNC_SEED={seed} DUOSYNC_SEEDS=1");
    tally.lock().unwrap().add(format!("worlds: {list:?} and {}", shelf.name()));
    if chance.bool() {
        world.sync(&told);
        world.agrees(&told);
    }
    let mut put_back = false;
    for _ in 0..chance.u8(2..6) {
        let blow = *chance.choice(BLOWS.as_slice()).unwrap();
        let blow =
            if disk.is_none() && [Blow::DiskFull, Blow::DiskReadOnly].contains(&blow) { Blow::Nothing } else { blow };
        // A deletion or a conflict on top of an old baseline would rightly be asked about in other ways.
        world.change(&mut chance, blow != Blow::PutBack);
        world.note(blow);
        let yesterday = tempfile::tempdir().unwrap();
        copy(&world.place.workspace(), yesterday.path());
        faults.rage(chance.u64(..), chance.u8(10..60));
        let long = strike(&mut world, blow, &mut chance, disk.as_ref(), clock);
        faults.rage(0, 0);
        tally.lock().unwrap().add(format!("{blow:?}{}", if long { ", a long time" } else { "" }));
        if blow == Blow::PutBack {
            std::fs::remove_dir_all(world.place.workspace()).unwrap();
            copy(yesterday.path(), &world.place.workspace());
            put_back = true;
            break;
        }
    }
    // What a run that was cut off left behind is for the next one; the faults are over now.
    world.sync(&told);
    let of_old = world.asked_of_old(put_back);
    world.agrees(&told);
    let settled = world.settle(&mut chance, &told);
    world.sync(&told);
    world.agrees(&told);
    let database = world.place.workspace().join("duosync.db");
    let opened = rusqlite::Connection::open(database).unwrap();
    let intact: String = opened.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(intact, "ok", "{told}");
    let mut tally = tally.lock().unwrap();
    (0..settled).for_each(|_| tally.add("questions asked with both values, then answered"));
    (0..of_old).for_each(|_| tally.add("of them about Duosync's own write that was cut off"));
}

/// One run amid faults, with records that change while it goes on; whether it was halted for long.
fn strike(world: &mut World<'_>, blow: Blow, chance: &mut fastrand::Rng, disk: Option<&Disk>, clock: &Path) -> bool {
    let full = (blow == Blow::DiskFull).then(|| disk.unwrap().fill(chance.u64(..300_000)));
    let locked = (blow == Blow::DiskReadOnly).then(|| disk.unwrap().lock());
    let jumps = (blow == Blow::ClockJumps).then(|| tempfile::NamedTempFile::new().unwrap());
    let jump = |days: i32| {
        if let Some(file) = &jumps {
            std::fs::write(file.path(), format!("{days:+}d")).unwrap();
        }
    };
    jump(chance.i32(-400..400));
    let start = || {
        let mut command = world.place.command(&["--json", "sync", "--yes"]);
        if let Some(file) = &jumps {
            command.env("LD_PRELOAD", clock).env("FAKETIME_TIMESTAMP_FILE", file.path()).env("FAKETIME_NO_CACHE", "1");
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut first = start();
    let second = (blow == Blow::StartedTwice).then(start);
    // Nothing is ever sent: the channel is a clock that a test may wait on.
    let (_sender, never) = sync_channel::<()>(1);
    let _moment = never.recv_timeout(Duration::from_millis(chance.u64(20..400)));
    match blow {
        Blow::Nothing | Blow::StartedTwice | Blow::PutBack | Blow::DiskFull | Blow::DiskReadOnly => {}
        // It may have ended just now; then it is already waited for below.
        Blow::Killed => drop(first.kill()),
        Blow::Halted => signal("-STOP", &first),
        Blow::ClockJumps => jump(chance.i32(-400..400)),
    }
    if blow != Blow::PutBack {
        if let Some(email) = world.plain(chance, false) {
            world.retitle(&email, &format!("Amid {}", chance.u32(..10_000)));
        }
        // A file cannot be changed by two at once; a table can, where there is room and leave to write.
        if world.list == List::Table
            && full.is_none()
            && locked.is_none()
            && let Some(email) = world.plain(chance, false)
        {
            world.call(&email, &format!("+3247833{:04}", chance.u32(..10_000)));
        }
    }
    let long = blow == Blow::Halted && chance.u8(..20) == 0 && number("DUOSYNC_HALT").is_some();
    if blow == Blow::Halted {
        let halt = if long { number("DUOSYNC_HALT").unwrap() * 1000 } else { 300 };
        let _moment = never.recv_timeout(Duration::from_millis(halt));
        signal("-CONT", &first);
    }
    for mut child in std::iter::once(first).chain(second) {
        let pieces = LONGEST.as_millis() / 20;
        let ended = (0..pieces).any(|_| {
            let _moment = never.recv_timeout(Duration::from_millis(20));
            child.try_wait().unwrap().is_some()
        });
        if !ended {
            drop(child.kill());
        }
        let ended = child.wait_with_output().unwrap();
        world.note((ended.status, String::from_utf8_lossy(&ended.stderr)));
    }
    drop((full, locked));
    long
}

fn signal(which: &str, child: &Child) {
    // A process that has ended already cannot be signalled, and need not.
    drop(Command::new("kill").arg(which).arg(child.id().to_string()).stderr(Stdio::null()).status());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
