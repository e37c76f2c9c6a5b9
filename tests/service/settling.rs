//! What is asked, answered, taken back.

use std::collections::BTreeMap;

use duosync::model::{
    ConflictKind, DeleteGuard, DeletePolicy, FieldChoice, MatterKind, MismatchKind, Outcome, PerSide, RecordId,
    Resolution, Side, Value,
};
use duosync::service::{Command, SyncMode};

use crate::desk::{Desk, pair, person};

fn name(desk: &Desk, email: &str) -> (Option<String>, Option<String>) {
    (Desk::held(&desk.left, email, "name"), Desk::held(&desk.right, email, "name"))
}

fn both(text: &str) -> (Option<String>, Option<String>) {
    (Some(text.to_owned()), Some(text.to_owned()))
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
fn a_conflict_is_settled_by_either_side_or_a_typed_value_and_stays_so() {
    let fields = |choice| Resolution::Fields(BTreeMap::from([("name".to_owned(), choice)]));
    let answers = [
        (Resolution::Use(Side::A), "Ann L"),
        (Resolution::Use(Side::B), "Ann R"),
        (fields(FieldChoice::Use(Side::B)), "Ann R"),
        (fields(FieldChoice::Value(Value::text("Ann T"))), "Ann T"),
    ];
    for (answer, wanted) in answers {
        let mut desk = in_conflict();
        let matter = desk.matters().remove(0);
        assert_eq!(matter.kind, MatterKind::Conflict(ConflictKind::BothChanged));
        desk.resolve(matter.id, answer);
        assert_eq!(name(&desk, "ann@example.org"), both(wanted));
        assert!(desk.matters().is_empty());
        let before = desk.writes();
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
        assert_eq!(desk.writes(), before);
    }
}

#[test]
fn an_answer_counts_once_even_where_a_platform_rewrites_it() {
    let mut desk = in_conflict();
    desk.right.behave(|behaviour| {
        behaviour.reformat =
            Some(std::sync::Arc::new(|_: &str, value: &Value| Value::text(value.display().to_uppercase())));
    });
    let id = desk.right_id("ann@example.org");
    desk.right.set_field(&id, "name", "ANN L");
    desk.sync(SyncMode::Normal);
    let matter = desk.matters().remove(0);
    desk.resolve(matter.id, Resolution::Use(Side::A));
    let before = desk.writes();
    desk.sync(SyncMode::Normal);
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.writes(), before);
}

#[test]
fn an_undone_answer_is_not_given_again_by_the_next_run() {
    let mut desk = in_conflict();
    let matter = desk.matters().remove(0);
    desk.resolve(matter.id, Resolution::Use(Side::A));
    let run = desk.history()[0].run;
    desk.undo(run);
    let apart = (Some("Ann L".to_owned()), Some("Ann R".to_owned()));
    assert_eq!(name(&desk, "ann@example.org"), apart);
    desk.sync(SyncMode::Normal);
    assert_eq!(name(&desk, "ann@example.org"), apart);
}

#[test]
fn an_ignored_conflict_is_left_until_one_side_changes() {
    let mut desk = in_conflict();
    let matter = desk.matters().remove(0);
    desk.resolve(matter.id, Resolution::Ignore);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.compare().counts.ignored, 1);
    desk.left.set_field("1", "name", "Ann M");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
}

#[test]
fn held_deletions_are_asked_and_settled() {
    for (answer, left) in [(Resolution::Use(Side::A), 0), (Resolution::Use(Side::B), 1)] {
        let mut desk = Desk::in_step();
        let mut spec = pair("people", "Left", "Right");
        spec.guard = DeleteGuard::default();
        desk.save(spec);
        desk.left.remove("1");
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
        assert_eq!(desk.right.records().len(), 2, "nothing is deleted before somebody says so");
        assert_eq!(desk.told.last().unwrap().kind, duosync::model::AlertKind::HeldDeletions);
        let matter = desk.matters().remove(0);
        assert_eq!(matter.kind, MatterKind::Conflict(ConflictKind::HeldDeletion(Side::A)));
        desk.resolve(matter.id, answer);
        let there = |list: &duosync::connectors::memory::MemoryPlatform| {
            usize::from(Desk::held(list, "ann@example.org", "name").is_some())
        };
        assert_eq!((there(&desk.left), there(&desk.right)), (left, left));
        assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
        assert_eq!((there(&desk.left), there(&desk.right)), (left, left));
    }
}

#[test]
fn an_answer_to_one_held_deletion_is_no_answer_to_the_others() {
    let mut desk = Desk::in_step();
    let mut spec = pair("people", "Left", "Right");
    spec.guard = DeleteGuard { count: 10, percent: 50 };
    desk.save(spec);
    person(&desk.left, "9", "zoe");
    desk.sync(SyncMode::Yes);
    assert_eq!(desk.right.records().len(), 3);
    for id in ["1", "2"] {
        desk.left.remove(id);
    }
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    assert_eq!(desk.matters().len(), 2);
    let first = desk.matters().remove(0);
    desk.resolve(first.id, Resolution::Use(Side::B));
    // One deletion would be within the guard, but it is still asked about.
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting);
    assert_eq!((desk.right.records().len(), desk.matters().len()), (3, 1));
    let second = desk.matters().remove(0);
    desk.resolve(second.id, Resolution::Use(Side::A));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.right.records().len(), 2);
}

#[test]
fn a_deleted_record_comes_back_whole() {
    let mut desk = Desk::in_step();
    let id = desk.right_id("ann@example.org");
    desk.right.set_field(&id, "photo", "of Ann");
    desk.sync(SyncMode::Normal);
    desk.left.remove("1");
    let run = desk.sync(SyncMode::Normal).summary;
    assert_eq!((run.sides.b.deleted, desk.right.records().len()), (1, 1));
    let report = desk.undo(run.run);
    assert_eq!(report.summary.outcome, Outcome::Done);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "photo").as_deref(), Some("of Ann"));
    desk.sync(SyncMode::Normal);
    assert_eq!((desk.left.records().len(), desk.right.records().len()), (1, 2), "the next sync leaves it");
    assert!(desk.call(Command::Undo(run.run)).is_err(), "it was taken back already");
}

#[test]
fn an_undo_brings_values_back_and_leaves_what_was_changed_since() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Ann New");
    desk.left.set_field("2", "name", "Bob New");
    let run = desk.sync(SyncMode::Normal).summary.run;
    let bob = desk.right_id("bob@example.org");
    desk.right.set_field(&bob, "name", "Bob Later");
    let report = desk.undo(run);
    assert!(report.summary.message.as_deref().unwrap().contains("changed since"), "{report:?}");
    assert_eq!(name(&desk, "ann@example.org"), (Some("Ann New".to_owned()), Some("ann".to_owned())));
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "name").as_deref(), Some("Bob Later"));
    desk.sync(SyncMode::Normal);
    assert_eq!(name(&desk, "ann@example.org"), (Some("Ann New".to_owned()), Some("ann".to_owned())));
    assert_eq!(name(&desk, "bob@example.org"), both("Bob Later"));
}

#[test]
fn an_undone_create_is_not_made_again() {
    let mut desk = Desk::in_step();
    let run = desk.history()[0].run;
    desk.undo(run);
    assert_eq!((desk.left.records().len(), desk.right.records().len()), (2, 0));
    person(&desk.left, "3", "cy");
    desk.sync(SyncMode::Normal);
    assert_eq!((desk.left.records().len(), desk.right.records().len()), (3, 1));
    // Nobody has said to leave them: they are differences that wait.
    let counts = desk.compare().counts;
    assert_eq!((counts.only_in_a, counts.ignored), (2, 0));
    let held = desk.matters().remove(0);
    assert!(held.reason.contains("held until you decide"), "{held:?}");
    desk.resolve(held.id, Resolution::Create);
    assert_eq!(desk.right.records().len(), 2);
    let held = desk.matters().remove(0);
    desk.resolve(held.id, Resolution::Ignore);
    let counts = desk.compare().counts;
    assert_eq!((counts.only_in_a, counts.ignored), (0, 1), "now somebody has");
}

#[test]
fn every_mismatch_can_be_settled_even_before_the_first_sync() {
    let open = |desk: &mut Desk, fits: fn(&MismatchKind) -> bool| {
        desk.compare();
        let matters = desk.matters();
        let found = matters.iter().find(|one| matches!(&one.kind, MatterKind::Mismatch(kind) if fits(kind)));
        found.cloned().unwrap_or_else(|| panic!("not found in {matters:?}"))
    };
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    desk.right.put("x", [("email", "ann@example.org"), ("name", "Other"), ("phone", "1")]);
    person(&desk.left, "2", "bob");
    person(&desk.right, "y", "cy");
    person(&desk.left, "4", "dee");
    // Two that differ.
    let matter = open(&mut desk, |kind| *kind == MismatchKind::Different);
    desk.resolve(matter.id, Resolution::Use(Side::B));
    assert_eq!(name(&desk, "ann@example.org"), both("Other"));
    // One to be added, one to be deleted, one to be left.
    let matter = open(&mut desk, |kind| *kind == MismatchKind::OnlyIn(Side::A));
    assert_eq!(matter.label, "bob");
    desk.resolve(matter.id, Resolution::Create);
    assert_eq!(name(&desk, "bob@example.org"), both("bob"));
    let matter = open(&mut desk, |kind| *kind == MismatchKind::OnlyIn(Side::B));
    desk.resolve(matter.id, Resolution::Delete(Side::B));
    assert!(Desk::held(&desk.right, "cy@example.org", "name").is_none());
    let matter = open(&mut desk, |kind| *kind == MismatchKind::OnlyIn(Side::A));
    desk.resolve(matter.id, Resolution::Ignore);
    assert_eq!((desk.compare().counts.mismatches(), desk.compare().counts.ignored), (0, 1));
    // Two with one key on one side.
    person(&desk.left, "5", "eva");
    person(&desk.left, "6", "eva");
    person(&desk.right, "z", "eva");
    let matter = open(&mut desk, |kind| matches!(kind, MismatchKind::DuplicateKey(_)));
    let two = PerSide::new(RecordId::new("5"), RecordId::new("z"));
    desk.resolve(matter.id, Resolution::Link(two));
    desk.left.set_field("5", "phone", "55");
    let matter = open(&mut desk, |kind| *kind == MismatchKind::Different);
    let choice = BTreeMap::from([("phone".to_owned(), FieldChoice::Value(Value::text("66")))]);
    desk.resolve(matter.id, Resolution::Fields(choice));
    assert_eq!(desk.right.record("z").unwrap()["phone"].display(), "66");
    // Two that look the same and are not.
    person(&desk.left, "7", "flo");
    desk.right.put("w", [("email", "flo@example.org"), ("name", "Another Flo")]);
    let matter = open(&mut desk, |kind| *kind == MismatchKind::Different);
    desk.resolve(matter.id, Resolution::NotSame(PerSide::new(RecordId::new("7"), RecordId::new("w"))));
    assert_eq!(desk.sync(SyncMode::Yes).summary.failed, []);
    assert_eq!(desk.right.record("w").unwrap()["name"].display(), "Another Flo");
    assert_eq!(desk.left.record("7").unwrap()["name"].display(), "flo");
}

#[test]
fn what_has_no_key_is_added_or_deleted_once_the_operator_says_so() {
    let mut desk = Desk::new();
    let matter = |desk: &mut Desk, label: &str| {
        desk.compare();
        let matters = desk.matters();
        matters.iter().find(|one| one.label == label).cloned().unwrap_or_else(|| panic!("{label} not in {matters:?}"))
    };
    desk.left.put("1", [("email", ""), ("name", "Gus"), ("phone", "1")]);
    desk.left.put("2", [("email", ""), ("name", "Hal"), ("phone", "2")]);
    desk.sync(SyncMode::Yes);
    let gus = matter(&mut desk, "Gus");
    assert_eq!(gus.kind, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)));
    desk.resolve(gus.id, Resolution::Create);
    let hal = matter(&mut desk, "Hal");
    desk.resolve(hal.id, Resolution::Delete(Side::A));
    assert!(desk.left.record("2").is_none());
    // They are linked, so that a change is carried over although there is no key.
    assert_eq!(desk.compare().counts.mismatches(), 0);
    desk.left.set_field("1", "phone", "11");
    assert_eq!(desk.sync(SyncMode::Normal).summary.sides.b.updated, 1);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    assert_eq!(desk.compare().counts.mismatches(), 0);
}

#[test]
fn two_that_a_first_sync_took_for_the_same_are_parted() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "ann");
    desk.right.put("x", [("email", "ann@example.org"), ("name", "Another Ann"), ("phone", "1")]);
    desk.sync(SyncMode::Yes);
    let matter = desk.matters().remove(0);
    assert_eq!(matter.kind, MatterKind::Conflict(ConflictKind::FirstMatch));
    desk.resolve(matter.id, Resolution::NotSame(PerSide::new(RecordId::new("1"), RecordId::new("x"))));
    assert_eq!(desk.matters(), []);
    // Nothing goes across any more, not even a deletion.
    desk.left.set_field("1", "phone", "77");
    for _ in 0..2 {
        let summary = desk.sync(SyncMode::Normal).summary;
        assert_eq!((summary.outcome, summary.sides.b.updated, summary.sides.b.created), (Outcome::Done, 0, 0));
    }
    desk.left.remove("1");
    person(&desk.left, "2", "bob");
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.right.record("x").unwrap()["name"].display(), "Another Ann");
}

#[test]
fn a_list_changed_on_both_sides_keeps_both_changes() {
    let mut desk = Desk::new();
    let mut spec = pair("people", "Left", "Right");
    spec.fields.push(duosync::model::FieldMapping::simple("tags", "tags", "tags", duosync::model::Kind::List));
    spec.deletes = DeletePolicy::Ignore;
    desk.save(spec);
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    person(&desk.left, "1", "ann");
    desk.left.set_field("1", "tags", list(&["one", "two"]));
    desk.sync(SyncMode::Yes);
    let id = desk.right_id("ann@example.org");
    desk.left.set_field("1", "tags", list(&["one", "two", "three"]));
    desk.right.set_field(&id, "tags", list(&["two", "four"]));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    for held in [desk.left.record("1").unwrap(), desk.right.record(&id).unwrap()] {
        let Value::List(mut items) = held["tags"].clone() else { panic!("{held:?}") };
        items.sort();
        assert_eq!(items, ["four", "three", "two"]);
    }
}

#[test]
fn what_a_sync_brings_together_is_no_question_of_an_earlier_compare_any_more() {
    let mut desk = Desk::in_step();
    person(&desk.left, "3", "cy");
    desk.left.set_field("1", "name", "Ann New");
    desk.left.put("4", [("email", ""), ("name", "nobody"), ("phone", "")]);
    assert_eq!(desk.compare().counts.mismatches(), 3);
    assert_eq!(desk.matters().len(), 3);
    desk.sync(SyncMode::Normal);
    let open: Vec<String> = desk.matters().into_iter().map(|matter| matter.label).collect();
    assert_eq!(open, ["nobody"], "only what has no key is still to be looked at");
}
