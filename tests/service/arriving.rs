//! Records that come while a run is under way: by somebody's hand, or by a create of which nobody knows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use duosync::connectors::Batch;
use duosync::connectors::memory::{Fault, MemoryPlatform};
use duosync::model::{ConflictKind, MatterKind, Outcome, Resolution};
use duosync::service::{Command, SyncMode};

use crate::desk::{Desk, person};

/// A desk at which somebody enters Ann on the right, under this name, once the next lists are read.
fn entered_meanwhile(name: &'static str) -> (Desk, Arc<AtomicBool>) {
    let lists: Arc<OnceLock<MemoryPlatform>> = Arc::default();
    let comes = Arc::new(AtomicBool::new(false));
    let (probe, coming) = (Arc::clone(&lists), Arc::clone(&comes));
    let mut desk = Desk::tuned(move |tuning| {
        tuning.goes_on = Arc::new(move |step| {
            if let (Some(right), "planned", true) = (probe.get(), step, coming.load(Ordering::SeqCst)) {
                coming.store(false, Ordering::SeqCst);
                person(right, "by hand", "ann");
                right.set_field("by hand", "name", name);
            }
            true
        });
    });
    lists.set(desk.right.clone()).ok().unwrap();
    person(&desk.left, "0", "zoe");
    desk.sync(SyncMode::Yes);
    (desk, comes)
}

#[test]
fn who_is_entered_on_both_sides_at_once_is_there_once() {
    let (mut desk, comes) = entered_meanwhile("ann");
    person(&desk.left, "1", "ann");
    comes.store(true, Ordering::SeqCst);
    let report = desk.sync(SyncMode::Normal).summary;
    assert!(!comes.load(Ordering::SeqCst), "nobody was entered");
    assert_eq!((report.outcome, report.sides.b.created), (Outcome::Done, 0));
    assert_eq!(desk.right.records().len(), 2);
    assert!(desk.compare().mismatches.is_empty());
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
}

/// The operator's answer is no reason not to look first.
#[test]
fn an_answer_creates_nobody_who_has_been_entered_meanwhile() {
    let (mut desk, comes) = entered_meanwhile("ann");
    person(&desk.left, "1", "ann");
    desk.compare();
    let matter = desk.matters().remove(0);
    comes.store(true, Ordering::SeqCst);
    desk.resolve(matter.id, Resolution::Create);
    assert!(!comes.load(Ordering::SeqCst), "nobody was entered");
    assert_eq!(desk.right.records().len(), 2, "she is there once");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert!(desk.compare().mismatches.is_empty() && desk.right.records().len() == 2);
}

#[test]
fn who_is_entered_on_both_sides_in_two_ways_is_asked_about() {
    let (mut desk, comes) = entered_meanwhile("Ann Smith");
    person(&desk.left, "1", "ann");
    comes.store(true, Ordering::SeqCst);
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, report.sides.b.created), (Outcome::Waiting, 0));
    assert_eq!(desk.matters().remove(0).kind, MatterKind::Conflict(ConflictKind::FirstMatch));
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Ann Smith"));
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("ann"));
}

#[test]
fn nothing_more_is_asked_where_nothing_is_created() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    desk.sync(SyncMode::Yes);
    desk.left.set_field("1", "name", "Anna");
    let before = desk.right.requests();
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.right.requests() - before, 3, "who is there, what changed, one write");
}

/// The platform takes a create and does not say what it stored, or its answer is lost, and its search does not
/// know of the record yet: sent again, it would be there twice.
#[test]
fn a_create_that_cannot_be_found_yet_is_not_sent_again() {
    for (fault, batch) in [
        (Fault::Unsaid, Batch::One { concurrency: 1 }),
        (Fault::Unsaid, Batch::UpTo(10)),
        (Fault::LoseAnswer, Batch::One { concurrency: 1 }),
        (Fault::LoseAnswer, Batch::UpTo(10)),
    ] {
        let mut desk = Desk::new();
        desk.right.behave(|right| {
            right.ids_from_token = false;
            right.finds_late = true;
            right.batch = batch;
        });
        person(&desk.left, "1", "ann");
        person(&desk.left, "2", "bob");
        desk.right.order(fault.clone());
        let report = desk.sync(SyncMode::Yes).summary;
        assert_eq!((report.outcome, desk.right.records().len()), (Outcome::Partial, 2), "{fault:?} {batch:?}");
        assert_eq!(report.failed.len(), 1, "{fault:?} {batch:?}");
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done, "{fault:?} {batch:?}");
        assert_eq!(desk.right.records().len(), 2, "{fault:?} {batch:?}");
        assert!(desk.compare().mismatches.is_empty(), "{fault:?} {batch:?}");
    }
}

/// The same platform, but its search knows at once: the record is found within the run.
#[test]
fn a_create_that_was_taken_and_is_found_is_done() {
    let mut desk = Desk::new();
    desk.right.behave(|right| right.ids_from_token = false);
    person(&desk.left, "1", "ann");
    desk.right.order(Fault::Unsaid);
    let report = desk.sync(SyncMode::Yes).summary;
    assert_eq!((report.outcome, report.sides.b.created), (Outcome::Done, 1));
    assert_eq!(desk.right.records().len(), 1);
}

/// After a kill amid many creates the list is read once, and each of them is found in it.
#[test]
fn many_creates_that_were_cut_off_are_looked_for_together() {
    let cut = Arc::new(AtomicBool::new(true));
    let probe = Arc::clone(&cut);
    let mut desk = Desk::tuned(move |tuning| {
        tuning.goes_on = Arc::new(move |step| step != "written" || !probe.load(Ordering::SeqCst));
    });
    desk.right.behave(|right| right.batch = Batch::All);
    for number in 0..40 {
        person(&desk.left, &number.to_string(), &format!("p{number}"));
    }
    assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes }).is_err());
    assert_eq!(desk.right.records().len(), 40, "all were written, and none remembered");
    cut.store(false, Ordering::SeqCst);
    let before = desk.right.requests();
    let report = desk.sync(SyncMode::Yes).summary;
    assert_eq!((report.outcome, report.sides.b.created, desk.right.records().len()), (Outcome::Done, 0, 40));
    assert!(desk.right.requests() - before < 10, "{} requests", desk.right.requests() - before);
    assert_eq!(desk.snapshot().pairs[0].links, 40);
}
