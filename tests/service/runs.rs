//! When runs start, what is shown before, and that never two are on one account.

use duosync::model::{FieldMapping, Filter, FilterTest, Kind, Outcome, Schedule, Side};
use duosync::service::{Command, PairStatus, Reply, SyncMode};

use crate::desk::{Desk, pair, person};

#[test]
fn a_burst_of_sync_now_is_one_run() {
    let mut desk = Desk::in_step();
    let arrived = desk.watch.hold();
    let first = desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal });
    arrived.recv().unwrap();
    let burst: Vec<_> =
        (0..5).map(|_| desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal })).collect();
    desk.watch.release();
    let Ok(Reply::Ran(report)) = desk.wait(first) else { panic!() };
    let mut seen = vec![report.summary.run];
    for id in burst {
        let Ok(Reply::Ran(report)) = desk.wait(id) else { panic!() };
        seen.push(report.summary.run);
    }
    seen.dedup();
    assert_eq!(seen.len(), 2, "what was asked while a run went on is one more run: {seen:?}");
    assert_eq!(desk.history().len(), 3);
}

#[test]
fn never_two_runs_are_on_one_account() {
    let mut desk = Desk::in_step();
    desk.save(pair("others", "Right", "Third"));
    desk.watch.calls.lock().unwrap().clear();
    let arrived = desk.watch.hold();
    let one = desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes });
    arrived.recv().unwrap();
    let two = desk.send(Command::Sync { pair: "others".to_owned(), mode: SyncMode::Yes });
    let working: Vec<String> = desk
        .snapshot()
        .pairs
        .iter()
        .filter(|pair| pair.status == PairStatus::Working)
        .map(|pair| pair.spec.name.clone())
        .collect();
    assert_eq!(working, ["people"], "the second pair waits for the account");
    desk.watch.release();
    assert!(desk.wait(one).is_ok() && desk.wait(two).is_ok());
    let mut numbers: Vec<u64> = desk
        .watch
        .calls
        .lock()
        .unwrap()
        .iter()
        .filter(|(account, _)| account == "Right")
        .map(|(_, number)| *number)
        .collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 2, "one run's calls come after the other's: {numbers:?}");
    assert_eq!(desk.third.records().len(), 2);
}

#[test]
fn two_pairs_on_one_list_are_pointed_out() {
    let mut desk = Desk::new();
    assert!(desk.snapshot().warnings.is_empty());
    desk.save(pair("others", "Right", "Third"));
    let warnings = desk.snapshot().warnings.clone();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("people") && warnings[0].contains("others") && warnings[0].contains("Right"));
}

#[test]
fn a_first_run_waits_for_a_yes_and_does_what_it_showed() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    let shown = desk.sync(SyncMode::Normal);
    assert_eq!(shown.summary.outcome, Outcome::Preview);
    assert_eq!(shown.plan.unwrap().operations().count(), 1);
    assert_eq!(desk.writes(), 0);
    assert!(desk.snapshot().pairs[0].preview.is_some());
    // The world moves before the yes: more would be written than was shown, so it is shown again.
    person(&desk.right, "9", "zoe");
    let again = desk.sync(SyncMode::Accept);
    assert_eq!((again.summary.outcome, desk.writes()), (Outcome::Preview, 0));
    let plan = again.plan.unwrap();
    let done = desk.sync(SyncMode::Accept);
    assert_eq!(done.summary.outcome, Outcome::Done);
    assert_eq!(desk.writes(), plan.operations().count() as u64);
    assert!(desk.snapshot().pairs[0].preview.is_none());
    assert!(Desk::held(&desk.left, "zoe@example.org", "name").is_some());
    assert!(Desk::held(&desk.right, "ann@example.org", "name").is_some());
}

#[test]
fn a_preview_writes_nothing_and_does_not_say_yes() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    assert_eq!(desk.sync(SyncMode::Preview).summary.outcome, Outcome::Preview);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Preview);
    assert_eq!(desk.writes(), 0);
}

/// Another column says nothing of what the one before it said.
#[test]
fn a_mapping_that_takes_another_field_empties_nothing_and_asks() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "mobile", "0478 11 11 11");
    desk.left.set_field("2", "mobile", "");
    let mut spec = pair("people", "Left", "Right");
    spec.fields[2].fields.a = vec!["mobile".to_owned()];
    desk.save(spec.clone());
    let report = desk.sync(SyncMode::Normal);
    let report = if report.plan.is_some() { desk.sync(SyncMode::Accept) } else { report };
    assert_eq!(report.summary.outcome, Outcome::Waiting, "{report:?}");
    for name in ["ann", "bob"] {
        let phone = Desk::held(&desk.right, &format!("{name}@example.org"), "phone");
        assert_eq!(phone.as_deref(), Some("1"), "{name}");
    }
    assert_eq!(Desk::held(&desk.left, "bob@example.org", "mobile").as_deref(), Some("1"), "the empty one is filled");
    let asked = desk.matters();
    assert_eq!((asked.len(), asked[0].label.as_str()), (1, "ann"), "{asked:?}");
    // From then on it is a field like any other.
    desk.left.set_field("2", "mobile", "22");
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "phone").as_deref(), Some("22"));
}

#[test]
fn a_changed_mapping_kind_or_filter_is_shown_first_and_lists_everything() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.fields.push(FieldMapping::simple("note", "note", "note", Kind::Text));
    desk.left.set_field("1", "note", "before the mapping");
    let ann = desk.right_id("ann@example.org");
    desk.right.set_field(&ann, "note", "");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    desk.save(spec.clone());
    let shown = desk.sync(SyncMode::Normal);
    assert_eq!(shown.summary.outcome, Outcome::Preview);
    assert_eq!(shown.summary.sides.a.listed, 2, "everything is listed");
    assert_eq!(desk.sync(SyncMode::Accept).summary.outcome, Outcome::Done);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "note").as_deref(), Some("before the mapping"));
    spec.fields[3].kind = Kind::Number;
    desk.save(spec.clone());
    desk.left.set_field("1", "note", "12");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Preview, "a changed kind");
    desk.sync(SyncMode::Accept);
    spec.filters.push(Filter {
        side: Side::A,
        field: "name".to_owned(),
        test: FilterTest::IsNot(vec!["ann".to_owned()]),
    });
    desk.save(spec);
    desk.left.set_field("2", "phone", "7");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Preview, "a changed filter");
    desk.sync(SyncMode::Accept);
    assert_eq!(desk.right.records().len(), 2, "leaving the filter is not a deletion");
}

#[test]
fn a_yes_that_was_cut_off_still_lists_everything() {
    let cut = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let probe = std::sync::Arc::clone(&cut);
    let mut desk = Desk::tuned(move |tuning| {
        tuning.goes_on =
            std::sync::Arc::new(move |step| step != "journal" || !probe.load(std::sync::atomic::Ordering::SeqCst));
    });
    person(&desk.left, "1", "ann");
    desk.left.set_field("1", "note", "before the mapping");
    desk.sync(SyncMode::Yes);
    let ann = desk.right_id("ann@example.org");
    desk.right.set_field(&ann, "note", "");
    desk.sync(SyncMode::Normal);
    let mut spec = pair("people", "Left", "Right");
    spec.fields.push(FieldMapping::simple("note", "note", "note", Kind::Text));
    desk.save(spec);
    cut.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes }).is_err());
    cut.store(false, std::sync::atomic::Ordering::SeqCst);
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "note").as_deref(), Some("before the mapping"));
}

#[test]
fn a_preview_goes_when_settings_change_and_stays_when_alerts_are_read() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    desk.sync(SyncMode::Normal);
    desk.call(Command::AlertsSeen).unwrap();
    assert!(desk.snapshot().pairs[0].preview.is_some());
    desk.save(pair("people", "Left", "Right"));
    assert!(desk.snapshot().pairs[0].preview.is_none());
    assert_eq!(desk.sync(SyncMode::Accept).summary.outcome, Outcome::Preview, "nothing was shown of these settings");
}

#[test]
fn another_list_behind_an_account_stops_the_run() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    let before = desk.writes();
    desk.right.behave(|behaviour| behaviour.identity = "somebody else".to_owned());
    let report = desk.sync(SyncMode::Yes);
    assert_eq!((report.summary.outcome, desk.writes()), (Outcome::Failed, before));
    assert!(report.summary.message.unwrap().contains("Right is not the account"));
    let first = desk.history().last().unwrap().run;
    let report = desk.undo(first);
    assert_eq!((report.summary.outcome, desk.writes()), (Outcome::Failed, before), "nor is a run taken back there");
    // Saving the account's settings says that it is right; the next plan is shown first.
    desk.save_account("Right");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Preview);
    assert_eq!(desk.sync(SyncMode::Accept).summary.outcome, Outcome::Done);
}

#[test]
fn what_waits_to_begin_is_stopped_too() {
    let mut desk = Desk::in_step();
    let arrived = desk.watch.hold();
    let sync = desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal });
    arrived.recv().unwrap();
    let compare = desk.send(Command::Compare { pair: "people".to_owned(), export: None });
    desk.call(Command::Cancel("people".to_owned())).unwrap();
    let problem = desk.wait(compare).unwrap_err();
    assert!(problem.message.contains("before it began"), "{problem}");
    let Ok(Reply::Ran(report)) = desk.wait(sync) else { panic!() };
    assert_eq!(report.summary.outcome, Outcome::Cancelled);
    desk.watch.release();
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
}

/// The settings of a run are frozen for its length.
#[test]
fn settings_that_change_amid_a_run_count_from_the_next_one() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    let arrived = desk.watch.hold();
    let sync = desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal });
    arrived.recv().unwrap();
    let mut spec = pair("people", "Left", "Right");
    spec.writes.b.create = false;
    desk.save(spec);
    desk.watch.release();
    let Ok(Reply::Ran(report)) = desk.wait(sync) else { panic!() };
    assert_eq!((report.summary.outcome, desk.right.records().len()), (Outcome::Done, 3));
    person(&desk.left, "4", "dot");
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 3, "nothing is added there any more");
}

#[test]
fn a_run_tells_how_far_it_is_and_stops_safely() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    let arrived = desk.watch.hold();
    let id = desk.send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Normal });
    // Both sides tell how far they are, and the last word counts, so both have to be held.
    arrived.recv().unwrap();
    arrived.recv().unwrap();
    let progress = desk.handle.progress();
    assert!(progress["people"].step.starts_with("Reading"), "{progress:?}");
    assert_eq!((progress["people"].done, progress["people"].total), (1, Some(7)));
    desk.call(Command::Cancel("people".to_owned())).unwrap();
    let Ok(Reply::Ran(report)) = desk.wait(id) else { panic!() };
    assert_eq!(report.summary.outcome, Outcome::Cancelled);
    assert!(desk.handle.progress().is_empty());
    desk.watch.release();
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 3);
}

#[test]
fn the_schedule_runs_what_is_due() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.schedule = Schedule { sync_every: Some(1), compare: None };
    desk.save(spec);
    person(&desk.left, "3", "cy");
    desk.call(Command::StartSchedule).unwrap();
    desk.until(|snapshot| {
        snapshot.pairs[0]
            .runs
            .first()
            .is_some_and(|run| run.trigger == duosync::model::Trigger::Schedule && run.outcome == Outcome::Done)
    });
    assert_eq!(desk.right.records().len(), 3);
}

#[test]
fn the_schedule_looks_at_a_pair_whose_first_run_had_nothing_to_do() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    person(&desk.right, "x", "ann");
    let mut spec = pair("people", "Left", "Right");
    spec.schedule = Schedule { sync_every: Some(1), compare: None };
    desk.save(spec);
    assert!(desk.snapshot().pairs[0].next_sync.is_none(), "nothing starts by itself before the first run");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert!(desk.snapshot().pairs[0].next_sync.is_some());
    person(&desk.left, "2", "bob");
    desk.call(Command::StartSchedule).unwrap();
    // It shows what it would do, and waits for the yes from there.
    let shown = desk.until(|snapshot| snapshot.pairs[0].preview.is_some());
    assert!(shown.pairs[0].next_sync.is_none());
    assert_eq!(desk.writes(), 0);
}

#[test]
fn a_schedule_that_fails_waits_longer_each_time() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.schedule = Schedule { sync_every: Some(60), compare: None };
    desk.save(spec);
    let due = |desk: &mut Desk| {
        let state = desk.snapshot();
        let run = state.pairs[0].runs[0].clone();
        (state.pairs[0].next_sync.unwrap().0 - run.started.0 - i64::try_from(run.millis).unwrap()) / 1000
    };
    assert_eq!(due(&mut desk), 60);
    desk.right.die();
    desk.sync(SyncMode::Normal);
    assert_eq!(due(&mut desk), 120);
    desk.sync(SyncMode::Normal);
    assert_eq!(due(&mut desk), 240);
    desk.right.heal();
    desk.sync(SyncMode::Normal);
    assert_eq!(due(&mut desk), 60);
}

#[test]
fn a_pair_that_cannot_even_be_opened_rests_too() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.schedule = Schedule { sync_every: Some(1), compare: None };
    desk.save(spec);
    desk.watch.broken.lock().unwrap().push("Right".to_owned());
    desk.call(Command::StartSchedule).unwrap();
    let state = desk.until(|snapshot| matches!(snapshot.pairs[0].status, PairStatus::Failing { .. }));
    let now = state.pairs[0].runs[0].started.0;
    assert!(state.pairs[0].next_sync.unwrap().0 > now + 50_000, "it is not due again at once");
}

/// Records that are linked, alone, without a key, with a doubled one and left out by a filter all count as known, so
/// that a platform which tells no more than how many records there are is not read whole at every run.
#[test]
fn a_platform_that_only_counts_is_read_whole_only_where_something_is_gone() {
    let mut desk = Desk::new();
    for list in [&desk.left, &desk.right] {
        list.behave(|behaviour| behaviour.counts_only = true);
    }
    let mut spec = pair("people", "Left", "Right");
    let test = FilterTest::IsNot(vec!["hidden".to_owned()]);
    spec.filters = vec![Filter { side: Side::A, field: "phone".to_owned(), test }];
    spec.writes.a.create = false;
    desk.save(spec);
    for (id, name) in [("1", "ann"), ("2", "bob"), ("3", "cas"), ("4", "dot"), ("5", "dot")] {
        person(&desk.left, id, name);
    }
    desk.left.put("6", [("email", ""), ("name", "no key"), ("phone", "1")]);
    desk.left.put("7", [("email", "left.out@example.org"), ("name", "left out"), ("phone", "hidden")]);
    desk.right.put("8", [("email", "only.right@example.org"), ("name", "alone"), ("phone", "1")]);
    desk.sync(SyncMode::Yes);
    let listed = |desk: &mut Desk| {
        let report = desk.sync(SyncMode::Normal);
        (report.summary.sides.a.listed, report.summary.sides.b.listed)
    };
    // What the first run wrote is told once more, and counted.
    let _echo = listed(&mut desk);
    assert_eq!(listed(&mut desk), (0, 0), "nothing is new");
    person(&desk.left, "9", "eve");
    desk.left.set_field("1", "name", "Ann");
    assert_eq!(listed(&mut desk).0, 2, "one came and one was changed");
    let _echo = listed(&mut desk);
    desk.left.remove("2");
    let whole = desk.left.records().len() as u64;
    assert_eq!(listed(&mut desk).0, whole, "one fewer than known, so the list is read whole");
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "name"), None, "the deletion is carried over");
    let _echo = listed(&mut desk);
    assert_eq!(listed(&mut desk), (0, 0));
    // One goes while another comes: the number stays, and does not hide it.
    desk.left.remove("3");
    person(&desk.left, "10", "flo");
    assert_eq!(listed(&mut desk).0, whole);
    assert_eq!(Desk::held(&desk.right, "cas@example.org", "name"), None);
    assert_eq!(Desk::held(&desk.right, "flo@example.org", "name").as_deref(), Some("flo"));
}
