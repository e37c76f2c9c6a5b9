//! What was done, to whom, and back again: pages of runs, a record's whole life, undo of one write, and
//! questions that come back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use duosync::connectors::memory::MemoryPlatform;
use duosync::model::{
    ConflictKind, DeleteGuard, FieldChoice, LifeQuery, LifeStep, Lives, MatterKind, MismatchKind, Outcome, PerSide,
    RecordId, Resolution, RunId, RunPage, RunQuery, Side, Value, WriteQuery, WriteState,
};
use duosync::service::{Command, Reply, SyncMode};

use crate::desk::{Desk, pair, person};

fn lives(desk: &mut Desk, text: &str) -> Lives {
    let query = LifeQuery { pair: None, text: text.to_owned(), limit: 20 };
    match desk.call(Command::Lives(query)) {
        Ok(Reply::Lives(lives)) => lives.as_ref().clone(),
        other => panic!("no lives: {other:?}"),
    }
}

fn page(desk: &mut Desk, query: RunQuery) -> RunPage {
    match desk.call(Command::History(query)) {
        Ok(Reply::History(page)) => page.as_ref().clone(),
        other => panic!("no page: {other:?}"),
    }
}

/// Ann has another name on each side, so that a run asks.
fn in_conflict() -> Desk {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Ann L");
    let id = desk.right_id("ann@example.org");
    desk.right.set_field(&id, "name", "Ann R");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    desk
}

#[test]
fn runs_come_in_pages_and_by_outcome() {
    let mut desk = in_conflict();
    for _ in 0..7 {
        desk.sync(SyncMode::Normal);
    }
    let first = page(&mut desk, RunQuery { limit: 4, ..RunQuery::default() });
    assert_eq!((first.runs.len(), first.total), (4, 9));
    let before = first.runs.last().unwrap().run;
    let second = page(&mut desk, RunQuery { limit: 4, before: Some(before), ..RunQuery::default() });
    assert_eq!((second.runs.first().unwrap().run.0, second.total), (before.0 - 1, 9));
    let done = page(&mut desk, RunQuery { limit: 4, outcomes: vec![Outcome::Done], ..RunQuery::default() });
    assert_eq!((done.total, done.runs[0].run), (1, RunId(1)));
    let started = first.runs[0].started;
    let later = page(
        &mut desk,
        RunQuery { limit: 4, since: Some(duosync::model::Timestamp(started.0 + 1)), ..RunQuery::default() },
    );
    assert_eq!(later.total, 0);
    let none = page(&mut desk, RunQuery { pair: Some("people".into()), limit: 0, ..RunQuery::default() });
    assert_eq!((none.runs.len(), none.total), (0, 9));
}

#[test]
fn the_writes_of_a_run_come_in_pages_and_are_searched() {
    let mut desk = Desk::new();
    for number in 0..30 {
        person(&desk.left, &format!("{number}"), &format!("p{number}"));
    }
    let run = desk.sync(SyncMode::Yes).summary.run;
    let mut ask = |text: &str, skip, limit, state| {
        let query = WriteQuery { run, text: text.into(), state, skip, limit };
        match desk.call(Command::Writes(query)) {
            Ok(Reply::Writes(page)) => page.as_ref().clone(),
            other => panic!("no page: {other:?}"),
        }
    };
    let all = ask("", 25, 10, None);
    assert_eq!((all.found, all.total, all.failed, all.writes.len(), all.writes[0].number), (30, 30, 0, 5, 26));
    let some = ask("p1 EXAMPLE", 1, 3, None);
    assert_eq!((some.found, some.writes.len()), (11, 3), "p1 and p10 to p19");
    assert_eq!(ask("", 0, 10, Some(WriteState::Failed)).found, 0);
}

#[test]
fn a_records_whole_life_is_found_by_any_value_it_ever_had() {
    let mut desk = in_conflict();
    let matter = desk.matters().remove(0);
    desk.resolve(matter.id, Resolution::Use(Side::B));
    desk.left.set_field("1", "phone", "0478 12 34 56");
    desk.sync(SyncMode::Normal);
    let right = desk.right_id("ann@example.org");
    for text in ["ann", "Ann L", "0478123456", "ann@example.org", &right, "ANN R"] {
        let lives = lives(&mut desk, text);
        assert_eq!(lives.records.len(), 1, "{text}: {lives:?}");
        let life = &lives.records[0];
        assert!(life.linked);
        assert_eq!((life.ids.a[0].as_str(), life.ids.b[0].as_str()), ("1", right.as_str()));
        let steps: Vec<String> = life
            .events
            .iter()
            .map(|event| match &event.what {
                LifeStep::Wrote { write, .. } => format!("{} in {}", write.kind, write.side),
                LifeStep::Asked { .. } => "asked".to_owned(),
                LifeStep::Answered { resolution, .. } => {
                    assert!(matches!(resolution, Resolution::Fields(choices) if choices["name"] == FieldChoice::Use(Side::B)));
                    "answered".to_owned()
                }
                LifeStep::Closed { run, .. } => {
                    assert!(run.is_some());
                    "closed".to_owned()
                }
            })
            .collect();
        assert_eq!(steps, ["create in B", "asked", "answered", "update in A", "closed", "update in B"]);
        assert!(life.events.is_sorted_by_key(|event| event.at));
    }
    assert_eq!(lives(&mut desk, "nobody").records, []);
    assert_eq!(lives(&mut desk, "  ").records, []);
    assert_eq!(lives(&mut desk, "example").records.len(), 2, "a part of a value finds all who have it");
}

#[test]
fn a_record_that_was_never_written_is_known_by_its_name() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    person(&desk.right, "x", "ann");
    desk.sync(SyncMode::Yes);
    let life = lives(&mut desk, "ann@").records.remove(0);
    assert_eq!((life.label.as_str(), life.events.len(), life.linked), ("ann", 0, true));
}

#[test]
fn one_write_is_taken_back_and_the_rest_of_its_run_stays() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Ann New");
    desk.left.set_field("2", "name", "Bob New");
    let run = desk.sync(SyncMode::Normal).summary.run;
    let writes = desk.writes_of(run);
    let ann = writes.iter().find(|write| write.label == "Ann New").unwrap().id.clone();
    let plan = match desk.call(Command::UndoPlan { run, write: Some(ann.clone()) }) {
        Ok(Reply::UndoPlan(plan)) => plan,
        other => panic!("no plan: {other:?}"),
    };
    assert_eq!((plan.operations().count(), plan.notes.len()), (1, 0));
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Ann New"), "nothing is done yet");
    let runs = desk.history().len();
    let back = Command::UndoWrite { run, write: ann };
    let Ok(Reply::Ran(report)) = desk.call(back.clone()) else { panic!("not taken back") };
    assert_eq!((report.summary.outcome, report.summary.sides.b.updated), (Outcome::Done, 1));
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("ann"));
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "name").as_deref(), Some("Bob New"));
    assert_eq!(desk.history().len(), runs + 1, "it is a run itself");
    assert!(desk.call(back).is_err(), "it was taken back already");
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("ann"), "and stays so");
    // The rest can still be taken back, and then the whole run is.
    assert_eq!(desk.history().iter().find(|one| one.run == run).unwrap().undone_by, None);
    desk.undo(run);
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "name").as_deref(), Some("bob"));
    assert!(desk.history().iter().find(|one| one.run == run).unwrap().undone_by.is_some());
}

/// A run that writes a record twice, as somebody changed it meanwhile, is taken back to what was there before both.
#[test]
fn an_undo_goes_back_before_the_first_of_two_writes() {
    let lists: Arc<OnceLock<MemoryPlatform>> = Arc::default();
    let armed = Arc::new(AtomicBool::new(false));
    let (probe, strikes) = (Arc::clone(&lists), Arc::clone(&armed));
    let mut desk = Desk::tuned(move |tuning| {
        tuning.goes_on = Arc::new(move |step| {
            if let (Some(right), "planned", true) = (probe.get(), step, strikes.load(Ordering::SeqCst)) {
                strikes.store(false, Ordering::SeqCst);
                let records = right.records();
                let (id, _) = records.iter().find(|(_, one)| one["email"].display() == "ann@example.org").unwrap();
                right.set_field(id, "phone", "6");
            }
            true
        });
    });
    person(&desk.left, "1", "ann");
    desk.sync(SyncMode::Yes);
    lists.set(desk.right.clone()).ok().unwrap();
    let id = desk.right_id("ann@example.org");
    desk.left.set_field("1", "name", "Anna");
    desk.right.set_field(&id, "phone", "5");
    armed.store(true, Ordering::SeqCst);
    let run = desk.sync(SyncMode::Normal).summary.run;
    let phones = desk.writes_of(run).iter().filter(|write| write.record.as_ref().is_some_and(|id| id.0 == "1")).count();
    assert_eq!((phones, Desk::held(&desk.left, "ann@example.org", "phone").as_deref()), (2, Some("6")));
    desk.undo(run);
    assert_eq!(Desk::held(&desk.left, "ann@example.org", "phone").as_deref(), Some("1"));
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("ann"));
}

/// What somebody has entered since on the side that a write came from is not forgotten by taking the write back.
#[test]
fn an_undo_does_not_swallow_what_its_source_holds_since() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "phone", "2");
    let run = desk.sync(SyncMode::Normal).summary.run;
    desk.left.set_field("1", "phone", "3");
    desk.undo(run);
    desk.sync(SyncMode::Normal);
    for list in [&desk.left, &desk.right] {
        assert_eq!(Desk::held(list, "ann@example.org", "phone").as_deref(), Some("3"));
    }
}

#[test]
fn a_look_at_an_undo_tells_what_it_would_leave_alone() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Ann New");
    let run = desk.sync(SyncMode::Normal).summary.run;
    let id = desk.right_id("ann@example.org");
    desk.right.set_field(&id, "name", "Ann Later");
    let writes = desk.writes();
    let Ok(Reply::UndoPlan(plan)) = desk.call(Command::UndoPlan { run, write: None }) else { panic!("no plan") };
    assert_eq!((plan.operations().count(), plan.notes.len()), (0, 1));
    assert!(plan.notes[0].text.contains("changed since"));
    assert_eq!(desk.writes(), writes);
}

#[test]
fn an_undone_answer_is_asked_again_at_once_and_by_the_next_run_too() {
    for answer in [Resolution::Use(Side::A), Resolution::Use(Side::B), typed("Ann T")] {
        let mut desk = in_conflict();
        let asked = desk.matters().remove(0);
        desk.resolve(asked.id, answer);
        assert_eq!(desk.matters(), []);
        let told = desk.told.len();
        let run = desk.history()[0].run;
        let report = desk.undo(run);
        assert_eq!((report.summary.outcome, report.summary.conflicts), (Outcome::Waiting, 1));
        assert_eq!(desk.told.len(), told, "what the operator has called for is no news");
        let again = desk.matters().remove(0);
        assert_eq!((&again.kind, &again.fields, &again.label), (&asked.kind, &asked.fields, &asked.label));
        let writes = desk.writes();
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        assert_eq!((desk.writes(), desk.matters().len()), (writes, 1));
        // Other fields go on.
        desk.left.set_field("1", "phone", "99");
        desk.sync(SyncMode::Normal);
        assert_eq!(Desk::held(&desk.right, "ann@example.org", "phone").as_deref(), Some("99"));
        let again = desk.matters().remove(0);
        desk.resolve(again.id, Resolution::Use(Side::B));
        assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("Ann R"));
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    }
}

fn typed(text: &str) -> Resolution {
    Resolution::Fields([("name".to_owned(), FieldChoice::Value(Value::text(text)))].into())
}

#[test]
fn an_undone_answer_is_not_asked_again_where_somebody_has_changed_it_since() {
    let mut desk = in_conflict();
    let asked = desk.matters().remove(0);
    desk.resolve(asked.id, Resolution::Use(Side::A));
    let run = desk.history()[0].run;
    let id = desk.right_id("ann@example.org");
    desk.right.set_field(&id, "name", "Ann Later");
    let report = desk.undo(run);
    assert_eq!(report.summary.outcome, Outcome::Done);
    assert_eq!(desk.matters(), []);
}

#[test]
fn an_undone_answer_about_a_deleted_record_is_asked_again() {
    for answer in [Resolution::Use(Side::A), Resolution::Use(Side::B)] {
        let mut desk = Desk::in_step();
        desk.left.remove("1");
        let id = desk.right_id("ann@example.org");
        desk.right.set_field(&id, "name", "Ann R");
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        let asked = desk.matters().remove(0);
        assert_eq!(asked.kind, MatterKind::Conflict(ConflictKind::DeletedAndChanged(Side::A)));
        desk.resolve(asked.id, answer.clone());
        let run = desk.history()[0].run;
        desk.undo(run);
        let there = (desk.left.records().len(), desk.right.records().len());
        assert_eq!(there, (1, 2), "{answer:?}: both sides stand as they did");
        assert_eq!(desk.matters()[0].kind, asked.kind);
        for _ in 0..2 {
            assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting, "{answer:?}");
            assert_eq!((desk.left.records().len(), desk.right.records().len()), there);
            assert_eq!(desk.matters()[0].kind, asked.kind);
        }
        let again = desk.matters().remove(0);
        desk.resolve(again.id, Resolution::Use(Side::B));
        assert_eq!(Desk::held(&desk.left, "ann@example.org", "name").as_deref(), Some("Ann R"));
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    }
}

#[test]
fn an_undone_yes_to_a_held_deletion_is_asked_again() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.guard = DeleteGuard::default();
    desk.save(spec);
    desk.left.remove("1");
    desk.sync(SyncMode::Normal);
    let asked = desk.matters().remove(0);
    desk.resolve(asked.id, Resolution::Use(Side::A));
    assert_eq!(desk.right.records().len(), 1);
    let run = desk.history()[0].run;
    desk.undo(run);
    assert_eq!(desk.right.records().len(), 2);
    assert_eq!(desk.matters()[0].kind, asked.kind);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    assert_eq!((desk.right.records().len(), desk.matters().len()), (2, 1), "it is still held back");
}

#[test]
fn an_undone_answer_about_a_field_that_goes_back_and_forth_is_asked_as_that_again() {
    for answer in [Resolution::Use(Side::A), Resolution::Use(Side::B)] {
        let mut desk = Desk::in_step();
        let id = desk.right_id("ann@example.org");
        desk.left.set_field("1", "name", "Ann L");
        desk.sync(SyncMode::Normal);
        desk.right.set_field(&id, "name", "ann");
        desk.sync(SyncMode::Normal);
        desk.left.set_field("1", "name", "Ann L");
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        let asked = desk.matters().remove(0);
        assert_eq!(asked.kind, MatterKind::Conflict(ConflictKind::Flipping));
        desk.resolve(asked.id, answer.clone());
        assert_eq!(desk.matters(), []);
        let run = desk.history()[0].run;
        desk.undo(run);
        let again = desk.matters().remove(0);
        assert_eq!((&again.kind, &again.fields), (&asked.kind, &asked.fields), "{answer:?}");
        let writes = desk.writes();
        for _ in 0..2 {
            assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting, "{answer:?}");
        }
        assert_eq!((desk.writes(), desk.matters().remove(0).kind), (writes, asked.kind), "{answer:?}");
    }
}

#[test]
fn an_undone_difference_of_a_compare_is_a_question_again() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Ann L");
    desk.compare();
    let asked = desk.matters().remove(0);
    desk.resolve(asked.id, Resolution::Use(Side::B));
    assert_eq!((Desk::held(&desk.left, "ann@example.org", "name").as_deref(), desk.matters().len()), (Some("ann"), 0));
    let run = desk.history()[0].run;
    desk.undo(run);
    assert_eq!(desk.matters().remove(0).kind, asked.kind);
    assert_eq!(desk.compare().counts.mismatches(), 1);
    assert_eq!(desk.matters().len(), 1);
}

#[test]
fn an_undone_link_among_several_with_one_key_is_asked_again() {
    for written in [true, false] {
        let mut desk = Desk::in_step();
        person(&desk.left, "5", "eva");
        person(&desk.left, "6", "eva");
        person(&desk.right, "z", "eva");
        if written {
            desk.left.set_field("5", "phone", "55");
            desk.right.set_field("z", "phone", "");
        }
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        let asked = desk.matters().remove(0);
        assert!(matches!(asked.kind, MatterKind::Conflict(ConflictKind::Ambiguous(_))));
        let two = PerSide::new(RecordId::new("5"), RecordId::new("z"));
        desk.resolve(asked.id, Resolution::Link(two.clone()));
        assert_eq!(Desk::held(&desk.right, "eva@example.org", "phone").as_deref() == Some("55"), written);
        let run = desk.history()[0].run;
        desk.undo(run);
        assert_ne!(Desk::held(&desk.right, "eva@example.org", "phone").as_deref(), Some("55"));
        for _ in 0..2 {
            let again = desk.matters();
            assert_eq!((again.len(), &again[0].kind, &again[0].subject), (1, &asked.kind, &asked.subject), "{written}");
            let writes = desk.writes();
            assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
            assert_eq!(desk.writes(), writes, "nothing is linked again by itself");
        }
        let again = desk.matters().remove(0);
        desk.resolve(again.id, Resolution::Link(PerSide::new(RecordId::new("6"), RecordId::new("z"))));
        desk.left.set_field("6", "name", "Eva Six");
        desk.sync(SyncMode::Normal);
        assert_eq!(Desk::held(&desk.right, "eva@example.org", "name").as_deref(), Some("Eva Six"));
    }
}

#[test]
fn records_are_parted_when_the_last_write_of_their_link_is_undone() {
    let mut desk = Desk::in_step();
    person(&desk.left, "5", "eva");
    person(&desk.left, "6", "eva");
    person(&desk.right, "z", "eva");
    desk.left.set_field("5", "phone", "55");
    desk.right.set_field("z", "phone", "");
    // A write of somebody else in the same run has no say in it.
    desk.left.set_field("1", "name", "Ann New");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    let asked = desk.matters().remove(0);
    desk.resolve(asked.id, Resolution::Link(PerSide::new(RecordId::new("5"), RecordId::new("z"))));
    assert_eq!(Desk::held(&desk.right, "eva@example.org", "phone").as_deref(), Some("55"));
    let run = desk.history()[0].run;
    let write = desk.writes_of(run).into_iter().find(|write| write.label.starts_with("eva")).expect("one of eva").id;
    let Ok(Reply::Ran(_)) = desk.call(Command::UndoWrite { run, write }) else { panic!("not taken back") };
    assert_ne!(Desk::held(&desk.right, "eva@example.org", "phone").as_deref(), Some("55"));
    for _ in 0..2 {
        let again = desk.matters();
        assert_eq!((again.len(), &again[0].kind, &again[0].subject), (1, &asked.kind, &asked.subject));
        let writes = desk.writes();
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        assert_eq!(desk.writes(), writes, "nothing is linked again by itself");
    }
}

#[test]
fn an_undone_link_of_a_doubled_key_is_a_difference_again() {
    let mut desk = Desk::in_step();
    person(&desk.left, "5", "eva");
    person(&desk.left, "6", "eva");
    person(&desk.right, "z", "eva");
    desk.compare();
    let asked = desk.matters().remove(0);
    assert!(matches!(asked.kind, MatterKind::Mismatch(MismatchKind::DuplicateKey(_))), "{asked:?}");
    desk.resolve(asked.id, Resolution::Link(PerSide::new(RecordId::new("5"), RecordId::new("z"))));
    let run = desk.history()[0].run;
    desk.undo(run);
    let again = desk.matters().into_iter().find(|one| one.kind == asked.kind).expect("it is asked again");
    assert_eq!(again.subject, asked.subject);
    assert_eq!(desk.compare().counts.duplicate_keys, 1);
    assert!(desk.matters().iter().any(|one| one.kind == asked.kind));
}
