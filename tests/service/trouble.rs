//! What the service does when something goes wrong.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use duosync::connectors::ErrorKind;
use duosync::connectors::memory::{Fault, MemoryPlatform};
use duosync::model::{
    AlertKind, ConflictKind, DeleteGuard, MatterKind, Outcome, RecordId, Resolution, Side, WriteState,
};
use duosync::service::{Command, SyncMode};

use crate::desk::{Desk, pair, person};

#[test]
fn trouble_that_passes_is_waited_out() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    desk.left.order(Fault::FailRead(ErrorKind::Server));
    desk.right.order(Fault::FailWrite(ErrorKind::Server));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 3);
}

#[test]
fn a_platform_that_asks_to_wait_gets_its_time_up_to_a_limit() {
    let wait = Duration::from_millis(40);
    let mut desk = Desk::tuned(|tuning| tuning.longest_wait = Duration::from_millis(400));
    person(&desk.left, "1", "ann");
    desk.left.order(Fault::Throttle(wait));
    let start = Instant::now();
    desk.sync(SyncMode::Yes);
    assert!(start.elapsed() >= wait, "the time that was asked for is waited");
    let start = Instant::now();
    desk.left.order(Fault::Throttle(Duration::from_hours(1)));
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert!(start.elapsed() >= Duration::from_millis(400) && start.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_refused_sign_in_is_told_once_and_its_recovery_too() {
    let mut desk = Desk::in_step();
    desk.told.clear();
    desk.right.behave(|behaviour| behaviour.refuse_sign_in = true);
    for _ in 0..3 {
        let report = desk.sync(SyncMode::Normal);
        assert_eq!(report.summary.outcome, Outcome::Failed);
        assert!(report.summary.message.unwrap().starts_with("Right:"));
    }
    assert_eq!(desk.told.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::SignIn]);
    desk.right.heal();
    desk.sync(SyncMode::Normal);
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.told.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::SignIn, AlertKind::Recovered]);
    desk.right.behave(|behaviour| behaviour.refuse_sign_in = true);
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.told.len(), 3, "the next time is a new matter");
}

#[test]
fn one_record_that_cannot_be_written_does_not_hold_up_the_others() {
    let mut desk = Desk::in_step();
    for (id, name) in [("3", "cy"), ("4", "dee"), ("5", "eva")] {
        person(&desk.left, id, name);
    }
    desk.right.order(Fault::Reject("no such postcode".to_owned()));
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, report.failed.len(), desk.right.records().len()), (Outcome::Partial, 1, 4));
    assert!(report.failed[0].error.contains("no such postcode"));
    // Nothing has changed, and still it is tried again.
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 5);
}

#[test]
fn a_copy_that_cannot_be_kept_stops_the_deletion_and_loses_no_change() {
    let mut desk = Desk::in_step();
    desk.left.remove("1");
    desk.left.set_field("2", "name", "Bobby");
    // The fourth call that reads is the one for the copy: identity and listing come before it.
    desk.right.order(Fault::DieAfter { steps: 2, answer_lost: false });
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, desk.right.records().len()), (Outcome::Failed, 2));
    desk.right.heal();
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 1);
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "name").as_deref(), Some("Bobby"));
}

#[test]
fn half_a_list_leads_to_nothing_new() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    person(&desk.right, "x", "bob");
    person(&desk.right, "y", "ann");
    desk.right.order(Fault::CutShort(1));
    let report = desk.sync(SyncMode::Yes).summary;
    assert_eq!((report.outcome, desk.writes()), (Outcome::Partial, 0));
    assert!(report.message.unwrap().contains("could not be read to its end"));
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert_eq!((desk.left.records().len(), desk.right.records().len()), (2, 2));
}

#[test]
fn an_empty_list_where_records_were_known_changes_nothing() {
    let mut desk = Desk::in_step();
    desk.right.order(Fault::EmptyListing);
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, desk.left.records().len()), (Outcome::Waiting, 2));
    assert!(report.message.unwrap().contains("came back empty"));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
}

/// Where nothing is linked an empty list is believed, but not for good.
#[test]
fn what_an_empty_list_made_forgotten_comes_back_with_the_next_list() {
    let mut desk = Desk::new();
    desk.left.put("1", [("email", "ann@example.org"), ("name", "Ann")]);
    desk.left.put("2", [("email", "ann@example.org"), ("name", "Another Ann")]);
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Waiting);
    desk.left.order(Fault::EmptyListing);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    // Only one of the two has changed since; it has not become the only one.
    desk.left.set_field("2", "phone", "2");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    assert_eq!(desk.right.records().len(), 0);
}

/// A list from a cache is complete by its own word, and still lacks what came since.
#[test]
fn a_list_that_leaves_out_what_is_there_deletes_nothing() {
    for lists in [1, 2] {
        let mut desk = Desk::in_step();
        let before = desk.writes();
        for _ in 0..lists {
            desk.left.order(Fault::LeaveOut(vec![RecordId("1".to_owned())]));
        }
        desk.left.order(Fault::ForgetCursors);
        let report = desk.sync(SyncMode::Normal).summary;
        assert_eq!((report.outcome, desk.writes(), desk.right.records().len()), (Outcome::Done, before, 2), "{lists}");
        // Read once more, the list tells the truth, or the operator hears that it does not.
        assert_eq!(report.message.is_some_and(|text| text.contains("One record of Left")), lists == 2, "{lists}");
        desk.left.set_field("1", "name", "Anna");
        assert_eq!(desk.sync(SyncMode::Normal).summary.sides.b.updated, 1, "{lists}: it is still tied");
    }
}

/// What is held back or asked about is looked for as well; what is really gone stays a question.
#[test]
fn a_list_that_leaves_out_what_is_there_asks_nothing() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.guard = DeleteGuard { count: 1, percent: 10 };
    desk.save(spec);
    for number in 3..30 {
        person(&desk.left, &number.to_string(), &format!("p{number}"));
    }
    desk.sync(SyncMode::Yes);
    let (before, all) = (desk.writes(), desk.left.records());
    desk.left.remove("2");
    desk.left.remove("4");
    for _ in 0..2 {
        desk.left.order(Fault::LeaveOut(all.keys().skip(1).cloned().map(RecordId).collect()));
    }
    desk.left.order(Fault::ForgetCursors);
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, report.conflicts, desk.writes()), (Outcome::Waiting, 2, before));
}

#[test]
fn trouble_with_the_store_ends_cleanly_and_cursors_move_only_with_the_commit() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    let database = rusqlite::Connection::open(desk.folder.path().join("duosync.db")).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER stop BEFORE UPDATE ON cursors BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        )
        .unwrap();
    let answer = desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal });
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(desk.right.records().len(), 3, "what was written stays written");
    let cursors = |database: &rusqlite::Connection| -> Vec<String> {
        let mut found = database.prepare("SELECT cursor FROM cursors ORDER BY side").unwrap();
        found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = cursors(&database);
    database.execute_batch("DROP TRIGGER stop").unwrap();
    let writes = desk.writes();
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!((desk.writes(), desk.right.records().len()), (writes, 3));
    assert_ne!(cursors(&database), before);
}

/// A desk whose runs are killed after a write, before they note it, while the switch is on.
fn killed_after_a_write() -> (Desk, Arc<AtomicBool>) {
    let cut = Arc::new(AtomicBool::new(false));
    let probe = Arc::clone(&cut);
    let desk = Desk::tuned(move |tuning| {
        tuning.goes_on = Arc::new(move |step| step != "record" || !probe.load(Ordering::SeqCst));
    });
    (desk, cut)
}

#[test]
fn a_run_that_was_killed_is_told_as_it_was() {
    let (mut desk, cut) = killed_after_a_write();
    person(&desk.left, "1", "ann");
    cut.store(true, Ordering::SeqCst);
    assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes }).is_err());
    assert_eq!(desk.right.records().len(), 1);
    cut.store(false, Ordering::SeqCst);
    // Before the next run, somebody gives the new record another address on one side.
    desk.left.set_field("1", "email", "anna@example.org");
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert_eq!((desk.left.records().len(), desk.right.records().len()), (1, 1), "it is no second record");
    assert!(Desk::held(&desk.right, "anna@example.org", "name").is_some());
    let runs = desk.history();
    let killed = runs.last().unwrap();
    assert_eq!(killed.outcome, Outcome::Failed);
    let killed = killed.run;
    assert_eq!(desk.writes_of(killed)[0].state, WriteState::Done);
}

#[test]
fn a_change_that_was_cut_off_and_made_anew_is_carried_across() {
    let (mut desk, cut) = killed_after_a_write();
    person(&desk.left, "1", "ann");
    desk.sync(SyncMode::Yes);
    desk.left.set_field("1", "name", "Ann the first");
    cut.store(true, Ordering::SeqCst);
    assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal }).is_err());
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Ann the first"));
    cut.store(false, Ordering::SeqCst);
    desk.left.set_field("1", "name", "Ann the second");
    // What is on the other side is Duosync's own, and nobody is asked about it.
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Ann the second"));
}

/// A cache that answers with a record as it was before our own write does not take the change back.
#[test]
fn an_old_state_that_comes_after_our_own_write_is_read_again() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Anna");
    assert_eq!(desk.sync(SyncMode::Normal).summary.sides.b.updated, 1);
    let id = desk.right_id("ann@example.org");
    desk.right.order(Fault::Outdated(RecordId(id.clone())));
    desk.right.order(Fault::ForgetCursors);
    let before = desk.writes();
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, desk.writes()), (Outcome::Done, before));
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("Anna"));
    // Somebody who really takes it back is believed.
    desk.right.set_field(&id, "name", "ann");
    assert_eq!(desk.sync(SyncMode::Normal).summary.sides.a.updated, 1);
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("ann"));
}

/// The answer to a create never comes, and before the record is looked up somebody changes it there: what was
/// found is nobody's agreement.
#[test]
fn a_change_before_the_lost_answer_was_looked_up_is_not_taken_for_our_own() {
    let lists: Arc<OnceLock<MemoryPlatform>> = Arc::default();
    let probe = Arc::clone(&lists);
    let mut desk = Desk::tuned(move |tuning| {
        tuning.goes_on = Arc::new(move |step| {
            if let (Some(right), "written") = (probe.get(), step) {
                for (id, fields) in right.records() {
                    if fields.get("name") == Some(&"ann".into()) {
                        right.set_field(&id, "name", "Anna");
                    }
                }
            }
            true
        });
    });
    person(&desk.left, "1", "ann");
    desk.right.order(Fault::LoseAnswer);
    lists.set(desk.right.clone()).ok().unwrap();
    desk.sync(SyncMode::Yes);
    assert_eq!(desk.right.records().len(), 1);
    desk.sync(SyncMode::Normal);
    let matter = desk.matters().remove(0);
    assert_eq!(matter.kind, MatterKind::Conflict(ConflictKind::FirstMatch));
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("ann"));
    desk.resolve(matter.id, Resolution::Use(Side::B));
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("Anna"));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
}

/// The run after one that was killed finds its write done, and a cache tells it nothing of what changed since
/// the cursor: what was remembered of the records from before the write is nobody's change back.
#[test]
fn what_a_killed_run_wrote_is_not_taken_back_where_a_cache_does_not_tell_of_it() {
    for side in ["left", "right"] {
        let (mut desk, cut) = killed_after_a_write();
        person(&desk.left, "1", "ann");
        desk.sync(SyncMode::Yes);
        desk.sync(SyncMode::Normal);
        desk.left.set_field("1", "name", "Anna");
        cut.store(true, Ordering::SeqCst);
        assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal }).is_err());
        assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Anna"));
        cut.store(false, Ordering::SeqCst);
        let silent = if side == "left" { &desk.left } else { &desk.right };
        silent.order(Fault::Silent);
        for _ in 0..2 {
            let report = desk.sync(SyncMode::Normal).summary;
            assert_eq!(
                (report.outcome, report.sides.a.updated, report.sides.b.updated),
                (Outcome::Done, 0, 0),
                "{side}"
            );
            for list in [&desk.left, &desk.right] {
                assert_eq!(Desk::held(list, "ann@example.org", "name").as_deref(), Some("Anna"), "{side}");
            }
        }
    }
}

#[test]
fn an_undo_that_was_killed_is_not_undone_by_the_next_run() {
    for at in ["record", "written", "journalled"] {
        let cut = Arc::new(AtomicBool::new(false));
        let probe = Arc::clone(&cut);
        let mut desk = Desk::tuned(move |tuning| {
            tuning.goes_on = Arc::new(move |step| step != at || !probe.load(Ordering::SeqCst));
        });
        person(&desk.left, "1", "ann");
        let run = desk.sync(SyncMode::Yes).summary.run;
        cut.store(true, Ordering::SeqCst);
        assert!(desk.call(Command::Undo(run)).is_err());
        cut.store(false, Ordering::SeqCst);
        let left = desk.right.records().len();
        desk.sync(SyncMode::Normal);
        assert_eq!((desk.left.records().len(), desk.right.records().len()), (1, left), "killed at {at}");
    }
}

/// A record that an undo brings back whole is looked for by its key, as any that is created, where the answer is lost.
#[test]
fn a_record_that_an_undo_brings_back_comes_once_though_the_answer_is_lost() {
    for killed in [false, true] {
        let cut = Arc::new(AtomicBool::new(false));
        let probe = Arc::clone(&cut);
        let mut desk = Desk::tuned(move |tuning| {
            tuning.goes_on = Arc::new(move |step| step != "record" || !probe.load(Ordering::SeqCst));
        });
        desk.right.behave(|right| right.ids_from_token = false);
        person(&desk.left, "1", "ann");
        desk.sync(SyncMode::Yes);
        let kept = desk.right.records().into_values().next().unwrap();
        assert!(desk.left.remove("1"));
        let deleted = desk.sync(SyncMode::Normal).summary;
        assert_eq!(deleted.sides.b.deleted, 1);
        desk.right.order(Fault::LoseAnswer);
        cut.store(killed, Ordering::SeqCst);
        let undone = desk.call(Command::Undo(deleted.run));
        assert_eq!(undone.is_err(), killed);
        cut.store(false, Ordering::SeqCst);
        for _ in 0..2 {
            let records: Vec<_> = desk.right.records().into_values().collect();
            assert_eq!(records, std::slice::from_ref(&kept), "killed: {killed}");
            desk.sync(SyncMode::Normal);
        }
    }
}

#[test]
fn settings_that_go_on_are_not_mixed_up_by_a_pair_that_is_gone() {
    let mut desk = Desk::in_step();
    desk.call(Command::RemovePair("people".to_owned())).unwrap();
    assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal }).is_err());
    desk.save(pair("people", "Left", "Right"));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done, "all is there already");
}
