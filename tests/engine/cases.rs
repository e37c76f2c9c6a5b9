//! One case per rule: what a person did on each side, and what the plan must say.

use duosync::engine::{self, View};
use duosync::model::{
    ConflictKind, Decision, DeletePolicy, Direction, FieldChoice, NoteKind, OpKind, PerSide, Plan, Policy, RecordId,
    Resolution, Scope, Side, Stop, Subject, Timestamp, Value, WriteMode,
};

use crate::world::{World, fields, spec};

pub(crate) fn person(mail: &str, phone: &str, title: &str) -> (duosync::model::Fields, duosync::model::Fields) {
    (
        fields([("Mail", mail), ("Phone", phone), ("Title", title)]),
        fields([("email", mail), ("tel", phone), ("title", title)]),
    )
}

/// Ann on both sides, linked and in step.
/// In milliseconds.
const DAY: i64 = 86_400_000;

pub(crate) fn in_step() -> (World, RecordId, RecordId) {
    let mut world = World::default();
    let (a, b) = person("ann@example.com", "0478 12 34 56", "Owner");
    let (a, b) = (world.add(Side::A, a), world.add(Side::B, b));
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!(plan.operations().count(), 0);
    assert_eq!(world.links.len(), 1);
    (world, a, b)
}

pub(crate) fn kinds(plan: &Plan) -> Vec<ConflictKind> {
    plan.conflicts().map(|(_, conflict)| conflict.kind.clone()).collect()
}

pub(crate) fn decide(world: &mut World, subject: Subject, resolution: Resolution) {
    let seen = PerSide::from_fn(|side| {
        let id = subject.id(side)?;
        let record = world.records.get(side).get(id)?;
        Some(engine::observe(&spec(), side, record).seen)
    });
    let fingerprint = engine::fingerprint(seen.as_ref().map(Option::as_ref));
    world.decisions.push(Decision { subject, resolution, fingerprint, made: Timestamp(1) });
}

#[test]
fn changes_of_different_fields_both_survive() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Phone", "02 555 12 12".into());
    world.set(Side::B, &b, "title", "Director".into());
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"02 555 12 12".into()));
    assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Director".into()));
}

#[test]
fn what_somebody_changes_between_the_listing_and_the_write_is_no_echo() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Phone", "02 555 12 12".into());
    let plan = world.plan(&spec(), Scope::Changes);
    world.set(Side::B, &b, "title", "Director".into());
    world.carry_out(&spec(), &plan);
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"02 555 12 12".into()));
    assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Director".into()));
}

#[test]
fn the_same_field_changed_on_both_sides_is_asked_and_the_answer_is_carried_out() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::B, &b, "title", "Director".into());
    let plan = world.sync(&spec(), Scope::Changes);
    assert_eq!(kinds(&plan), [ConflictKind::BothChanged]);
    assert_eq!(plan.operations().count(), 0);
    // It stays open, without a listing that names it again.
    assert_eq!(kinds(&world.sync(&spec(), Scope::Changes)), [ConflictKind::BothChanged]);
    let choice = FieldChoice::Use(Side::B);
    decide(
        &mut world,
        Subject::Pair(PerSide::new(a.clone(), b)),
        Resolution::Fields([("title".to_owned(), choice)].into()),
    );
    let plan = world.sync(&spec(), Scope::Changes);
    assert_eq!(plan.conflicts().count(), 0);
    assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Director".into()));
}

#[test]
fn a_typed_value_goes_to_both_sides() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::B, &b, "title", "Director".into());
    world.sync(&spec(), Scope::Changes);
    let choice = FieldChoice::Value("Chief".into());
    decide(
        &mut world,
        Subject::Pair(PerSide::new(a.clone(), b.clone())),
        Resolution::Fields([("title".to_owned(), choice)].into()),
    );
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Chief".into()));
    assert_eq!(world.value(Side::B, &b, "title"), Some(&"Chief".into()));
}

#[test]
fn an_answer_to_what_has_changed_since_does_not_count() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::B, &b, "title", "Director".into());
    world.sync(&spec(), Scope::Changes);
    decide(&mut world, Subject::Pair(PerSide::new(a.clone(), b)), Resolution::Use(Side::B));
    world.set(Side::A, &a, "Title", "Queen".into());
    let plan = world.sync(&spec(), Scope::Changes);
    assert_eq!(kinds(&plan), [ConflictKind::BothChanged]);
}

#[test]
fn policies_decide_without_asking() {
    for (policy, expected) in [(Policy::A, "Boss"), (Policy::B, "Director"), (Policy::Newest, "Director")] {
        let (mut world, a, b) = in_step();
        world.set(Side::A, &a, "Title", "Boss".into());
        world.set(Side::B, &b, "title", "Director".into());
        let mut spec = spec();
        spec.conflicts = policy;
        world.sync(&spec, Scope::Changes);
        assert_eq!(world.value(Side::A, &a, "Title"), Some(&expected.into()), "{policy:?}");
        assert_eq!(world.value(Side::B, &b, "title"), Some(&expected.into()), "{policy:?}");
    }
}

#[test]
fn the_first_match_fills_what_is_empty_and_asks_about_what_differs() {
    let mut world = World::default();
    world.add(Side::A, fields([("Mail", "ann@example.com"), ("Phone", ""), ("Title", "Boss")]));
    world.add(Side::B, fields([("email", "ANN@example.com"), ("tel", "0478123456"), ("title", "Owner")]));
    let plan = world.sync(&spec(), Scope::Full);
    let ops: Vec<_> = plan.operations().collect();
    assert_eq!(ops.len(), 1);
    assert_eq!((ops[0].side, &ops[0].mappings), (Side::A, &vec!["phone".to_owned()]));
    let asked: Vec<_> = plan.conflicts().map(|(_, conflict)| conflict.fields.clone()).collect();
    assert_eq!(asked, [vec!["title".to_owned()]]);
}

#[test]
fn a_missing_field_is_left_alone_and_an_emptied_one_is_emptied() {
    let (mut world, a, b) = in_step();
    let mut known = world.records.a[&a].fields.clone();
    known.remove("Phone");
    world.put(Side::A, a.clone(), known);
    assert_eq!(world.sync(&spec(), Scope::Changes).operations().count(), 0);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 12 34 56".into()));
    world.set(Side::A, &a, "Phone", "".into());
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"".into()));
}

#[test]
fn equal_after_normalisation_is_never_written() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Phone", "+32 478/12.34.56".into());
    world.set(Side::B, &b, "email", " ANN@EXAMPLE.COM".into());
    assert_eq!(world.sync(&spec(), Scope::Changes).operations().count(), 0);
}

#[test]
fn a_changed_email_of_a_link_is_an_update() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Mail", "ann@new.example".into());
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.records.b.len(), 1);
    assert_eq!(world.value(Side::B, &b, "email"), Some(&"ann@new.example".into()));
}

#[test]
fn a_key_that_moves_to_another_record_is_free_at_once() {
    let (mut world, a, _) = in_step();
    world.set(Side::A, &a, "Mail", "ann@new.example".into());
    world.add(Side::A, fields([("Mail", "ann@example.com"), ("Phone", ""), ("Title", "")]));
    let plan = world.sync(&spec(), Scope::Changes);
    assert_eq!(plan.conflicts().count(), 0);
    assert_eq!(world.records.b.len(), 2);
}

#[test]
fn empty_and_doubled_keys_are_set_aside_and_the_rest_goes_on() {
    let mut world = World::default();
    world.add(Side::A, fields([("Mail", ""), ("Phone", ""), ("Title", "Nobody")]));
    world.add(Side::A, fields([("Mail", "two@example.com"), ("Phone", ""), ("Title", "One")]));
    world.add(Side::A, fields([("Mail", "two@example.com"), ("Phone", ""), ("Title", "Two")]));
    world.add(Side::A, fields([("Mail", "ok@example.com"), ("Phone", ""), ("Title", "Fine")]));
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!(world.records.b.len(), 1);
    let notes: Vec<_> = plan.notes.iter().map(|note| note.kind).collect();
    assert_eq!(notes, [NoteKind::NoKey, NoteKind::DoubledKey, NoteKind::DoubledKey]);
    assert!(matches!(kinds(&plan)[..], [ConflictKind::Ambiguous(_)]));
}

#[test]
fn an_answer_that_says_nothing_of_a_record_does_not_hide_it() {
    let mut world = World::default();
    let id = world.add(Side::A, fields([("Mail", ""), ("Phone", ""), ("Title", "Nobody")]));
    for answer in [Resolution::Delete(Side::B), Resolution::Fields(std::collections::BTreeMap::new())] {
        world.decisions.clear();
        decide(&mut world, Subject::Single(Side::A, id.clone()), answer.clone());
        let plan = world.sync(&spec(), Scope::Full);
        let notes: Vec<_> = plan.notes.iter().map(|note| note.kind).collect();
        assert_eq!((notes, plan.operations().count()), (vec![NoteKind::NoKey], 0), "{answer:?}");
    }
}

#[test]
fn two_candidates_are_never_guessed_and_the_operator_links_them() {
    let mut world = World::default();
    let a = world.add(Side::A, fields([("Mail", "ann@example.com"), ("Title", "")]));
    let first = world.add(Side::B, fields([("email", "ann@example.com"), ("title", "Owner")]));
    world.add(Side::B, fields([("email", "ann@example.com"), ("title", "Other")]));
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!(plan.operations().count(), 0);
    assert!(matches!(kinds(&plan)[..], [ConflictKind::Ambiguous(_)]));
    let ids = PerSide::new(a.clone(), first);
    decide(&mut world, Subject::Pair(ids.clone()), Resolution::Link(ids));
    world.sync(&spec(), Scope::Changes);
    assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Owner".into()));
}

#[test]
fn a_shared_phone_does_not_make_two_addresses_the_same() {
    let mut world = World::default();
    world.add(Side::A, fields([("Mail", "ann@example.com"), ("Phone", "02 555 12 12")]));
    world.add(Side::B, fields([("email", "bob@example.com"), ("tel", "02 555 12 12")]));
    world.sync(&spec(), Scope::Full);
    assert_eq!((world.records.a.len(), world.records.b.len()), (2, 2));
}

#[test]
fn deletions_are_off_by_default_and_a_deleted_record_does_not_come_back() {
    let (mut world, a, b) = in_step();
    world.remove(Side::A, &a);
    for scope in [Scope::Changes, Scope::Full, Scope::Full] {
        // An empty list would stop the run, so somebody else is in it.
        if world.records.a.is_empty() {
            world.add(Side::A, fields([("Mail", "else@example.com")]));
        }
        world.sync(&spec(), scope);
        assert!(world.records.b.contains_key(&b));
        assert!(!world.records.a.contains_key(&a));
    }
    assert_eq!(world.records.a.len(), 1);
}

#[test]
fn a_deletion_is_carried_only_for_linked_records_and_within_the_guard() {
    let mut world = World::default();
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    let mut ids = Vec::new();
    for number in 0..30 {
        let mail = format!("p{number}@example.com");
        let (a, b) = person(&mail, "", "Person");
        ids.push(world.add(Side::A, a));
        world.add(Side::B, b);
    }
    world.sync(&rules, Scope::Full);
    for id in &ids[..3] {
        world.remove(Side::A, id);
    }
    world.sync(&rules, Scope::Full);
    assert_eq!(world.records.b.len(), 27);
    for id in &ids[3..7] {
        world.remove(Side::A, id);
    }
    let plan = world.sync(&rules, Scope::Full);
    assert_eq!(world.records.b.len(), 27, "4 of 27 is more than 10 %");
    assert_eq!(plan.held.b.as_ref().map(|held| (held.deletions, held.allowed)), Some((4, 2)));
    assert_eq!(kinds(&plan).len(), 4);
}

#[test]
fn an_empty_listing_stops_everything() {
    let (mut world, a, _) = in_step();
    world.remove(Side::A, &a);
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    let plan = world.plan(&rules, Scope::Full);
    assert_eq!(plan.stop, Some(Stop::EmptyListing { side: Side::A, known: 1 }));
    assert_eq!(plan.operations().count(), 0);
}

#[test]
fn deleted_here_and_changed_there_is_asked() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    world.remove(Side::A, &a);
    world.set(Side::B, &b, "title", "Director".into());
    let plan = world.sync(&rules, Scope::Changes);
    assert_eq!(kinds(&plan), [ConflictKind::DeletedAndChanged(Side::A)]);
    decide(&mut world, Subject::Pair(PerSide::new(a, b.clone())), Resolution::Use(Side::B));
    world.sync(&rules, Scope::Changes);
    assert_eq!(world.records.a.len(), 1, "it is created in A again");
    assert_eq!(world.sync(&rules, Scope::Full).operations().count(), 0);
}

#[test]
fn a_record_that_comes_back_under_another_id_keeps_its_link() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    let held = world.records.a[&a].fields.clone();
    world.remove(Side::A, &a);
    let back = world.add(Side::A, held);
    let plan = world.sync(&rules, Scope::Full);
    assert_eq!(plan.operations().count(), 0);
    assert_eq!(world.links.len(), 1);
    world.set(Side::A, &back, "Title", "Boss".into());
    world.sync(&rules, Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "title"), Some(&"Boss".into()));
}

#[test]
fn a_one_way_field_is_never_written_back() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.fields[2].direction = Direction::AToB;
    world.set(Side::B, &b, "title", "Director".into());
    assert_eq!(world.sync(&rules, Scope::Changes).operations().count(), 0);
    world.set(Side::A, &a, "Title", "Boss".into());
    world.sync(&rules, Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "title"), Some(&"Boss".into()));
}

#[test]
fn fill_empty_never_replaces_and_add_only_adds() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.fields[2].write = WriteMode::FillEmpty;
    rules.fields[3].write = WriteMode::Add;
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::A, &a, "Tags", Value::List(vec!["vip".to_owned()]));
    world.set(Side::B, &b, "categories", Value::List(vec!["late".to_owned()]));
    world.sync(&rules, Scope::Changes);
    assert_eq!(world.value(Side::B, &b, "title"), Some(&"Owner".into()));
    let expected = Value::List(vec!["late".to_owned(), "vip".to_owned()]);
    assert_eq!(world.value(Side::A, &a, "Tags"), Some(&expected));
    assert_eq!(world.value(Side::B, &b, "categories"), Some(&expected));
}

#[test]
fn leaving_a_filter_is_not_a_deletion() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    rules.filters.push(duosync::model::Filter {
        side: Side::A,
        field: "Title".to_owned(),
        test: duosync::model::FilterTest::Is(vec!["Owner".to_owned()]),
    });
    world.set(Side::A, &a, "Title", "Former owner".into());
    let plan = world.sync(&rules, Scope::Full);
    assert_eq!(plan.operations().count(), 0);
    assert!(world.records.b.contains_key(&b));
}

#[test]
fn what_a_filter_leaves_out_may_be_deleted_without_its_partner() {
    let (mut world, a, b) = in_step();
    let mut rules = spec();
    rules.deletes = DeletePolicy::Both;
    rules.guard = duosync::model::DeleteGuard { count: 100, percent: 100 };
    rules.filters.push(duosync::model::Filter {
        side: Side::A,
        field: "Title".to_owned(),
        test: duosync::model::FilterTest::Is(vec!["Owner".to_owned()]),
    });
    let (bob_a, bob_b) = person("bob@example.com", "0478 65 43 21", "Owner");
    world.add(Side::A, bob_a);
    world.add(Side::B, bob_b);
    world.set(Side::A, &a, "Title", "Former owner".into());
    world.sync(&rules, Scope::Full);
    assert_eq!(world.links.len(), 2);
    world.remove(Side::A, &a);
    for scope in [Scope::Changes, Scope::Full] {
        let plan = world.sync(&rules, scope);
        assert!(plan.stop.is_none());
        assert_eq!(plan.operations().count(), 0);
        assert!(world.records.b.contains_key(&b));
    }
}

#[test]
fn a_field_that_flips_back_and_forth_is_stopped() {
    let (mut world, a, b) = in_step();
    let mut writes = 0;
    for round in 0..10 {
        // Each platform has a rule that rewrites the title.
        world.set(Side::A, &a, "Title", "BOSS".into());
        writes += world.sync(&spec(), Scope::Changes).operations().count();
        world.set(Side::B, &b, "title", "Boss lady".into());
        let plan = world.sync(&spec(), Scope::Changes);
        writes += plan.operations().count();
        if kinds(&plan).contains(&ConflictKind::Flipping) {
            assert!(round <= 2, "stopped only in round {round}");
            assert!(writes <= 4);
            return;
        }
    }
    panic!("it went on flipping, with {writes} writes");
}

/// A second program answers each of our writes to one side by changing the other, so that all writes go the
/// same way.
#[test]
fn a_field_that_somebody_changes_back_after_each_write_is_stopped_and_stays_so() {
    let (mut world, a, b) = in_step();
    let change = |world: &mut World, title: &str| {
        world.set(Side::A, &a, "Title", title.into());
        world.sync(&spec(), Scope::Changes)
    };
    for title in ["Boss", "Owner"] {
        assert_eq!(change(&mut world, title).operations().count(), 1);
    }
    let plan = change(&mut world, "Boss");
    assert_eq!((kinds(&plan), plan.operations().count()), (vec![ConflictKind::Flipping], 0));
    world.now.0 += 30 * DAY;
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!((kinds(&plan), plan.operations().count()), (vec![ConflictKind::Flipping], 0), "it waits for an answer");
    // Another value is nobody's answer to ours.
    let plan = change(&mut world, "Director");
    assert_eq!((kinds(&plan), world.value(Side::B, &b, "title")), (vec![], Some(&"Director".into())));
}

#[test]
fn a_change_of_mind_now_and_then_is_carried_every_time() {
    let (mut world, a, b) = in_step();
    for title in ["Boss", "Owner", "Boss", "Owner", "Boss"] {
        world.now.0 += 2 * DAY;
        world.set(Side::A, &a, "Title", title.into());
        assert_eq!(kinds(&world.sync(&spec(), Scope::Changes)), []);
        assert_eq!(world.value(Side::B, &b, "title"), Some(&title.into()));
    }
}

#[test]
fn what_this_pair_said_to_ignore_stays_ignored_until_it_changes() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::B, &b, "title", "Director".into());
    world.sync(&spec(), Scope::Changes);
    decide(&mut world, Subject::Pair(PerSide::new(a.clone(), b)), Resolution::Ignore);
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!((plan.conflicts().count(), plan.operations().count()), (0, 0));
    assert_eq!(world.compare(&spec()).0.ignored, 1);
    world.set(Side::A, &a, "Title", "Queen".into());
    assert_eq!(world.sync(&spec(), Scope::Changes).conflicts().count(), 1);
}

#[test]
fn settled_on_both_sides_by_hand_is_adopted_without_a_write() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Title", "Boss".into());
    world.set(Side::B, &b, "title", "Boss".into());
    assert_eq!(world.sync(&spec(), Scope::Changes).operations().count(), 0);
    world.set(Side::A, &a, "Title", "Owner".into());
    let plan = world.sync(&spec(), Scope::Changes);
    assert!(matches!(plan.operations().collect::<Vec<_>>()[..], [op] if matches!(op.kind, OpKind::Update { .. })));
}

#[test]
fn compare_finds_every_kind_of_mismatch() {
    let mut world = World::default();
    for (mail, title) in
        [("same@example.com", "Owner"), ("differs@example.com", "Owner"), ("moved@example.com", "Owner")]
    {
        let (a, b) = person(mail, "", title);
        world.add(Side::A, a);
        world.add(Side::B, b);
    }
    world.sync(&spec(), Scope::Full);
    let ids = world.ids(Side::B);
    world.set(Side::B, &ids[1], "title", "Director".into());
    world.set(Side::B, &ids[2], "email", "elsewhere@example.com".into());
    let (only_a, only_b) = (person("left@example.com", "", ""), person("right@example.com", "", ""));
    world.add(Side::A, only_a.0);
    world.add(Side::B, only_b.1);
    for _ in 0..2 {
        let doubled = person("twice@example.com", "", "");
        world.add(Side::B, doubled.1);
    }
    let (counts, mismatches) = world.compare(&spec());
    assert_eq!((counts.matched, counts.different, counts.changed_keys), (3, 2, 1));
    assert_eq!((counts.only_in_a, counts.only_in_b, counts.duplicate_keys), (1, 1, 1));
    assert_eq!(mismatches.len() as u64, counts.mismatches());
}

#[test]
fn an_incremental_listing_without_news_plans_nothing() {
    let (world, _, _) = in_step();
    let plan = world.plan_from(&spec(), &PerSide::from_fn(|_| View::no_changes()));
    assert_eq!(plan.items.len() + plan.quiet.len(), 0);
}

#[test]
fn who_came_back_is_not_guessed_where_another_linked_record_has_the_same_key() {
    let (mut world, a, b) = in_step();
    // Ann's card is gone, and two others with her address are there: one of them matches another
    // record of the left by its telephone.
    world.remove(Side::B, &b);
    world.add(Side::B, fields([("email", "ann@example.com"), ("tel", "0478 12 34 56"), ("title", "Director")]));
    world.add(Side::B, fields([("email", "ann@example.com"), ("tel", "02 555 12 12"), ("title", "")]));
    world.add(Side::A, fields([("Mail", ""), ("Phone", "02 555 12 12"), ("Title", "")]));
    for scope in [Scope::Full, Scope::Changes, Scope::Full] {
        world.sync(&spec(), scope);
        assert_eq!(world.value(Side::A, &a, "Title"), Some(&"Owner".into()), "nobody said that the director is Ann");
    }
}
