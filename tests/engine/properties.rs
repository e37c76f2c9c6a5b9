//! What holds for every world.

use std::collections::BTreeMap;

use duosync::engine;
use duosync::model::{DeletePolicy, Fields, Plan, Policy, Scope, Side, Subject, Value};
use proptest::prelude::*;

use crate::world::{World, mirrored, spec};

/// One edit of somebody at one of the lists.
#[derive(Clone, Debug)]
enum Edit {
    Add(Side, Fields),
    Set(Side, usize, usize, Value),
    Remove(Side, usize),
}

const NAMES: [[&str; 4]; 2] = [["Mail", "Phone", "Title", "Tags"], ["email", "tel", "title", "categories"]];

fn names(side: Side) -> [&'static str; 4] {
    match side {
        Side::A => NAMES[0],
        Side::B => NAMES[1],
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::A), Just(Side::B)]
}

fn value(field: usize) -> BoxedStrategy<Value> {
    let texts: Vec<&'static str> = match field {
        0 => vec![
            "ann@example.com",
            "Ann@Example.com ",
            "bob@example.com",
            "cleo@example.com",
            "dirk@example.com",
            "",
            "eva@example.com",
        ],
        1 => vec!["0478 12 34 56", "+32 478 12 34 56", "02 555 12 12", "+3225551212", "", "ask for Jan"],
        2 => vec!["Owner", "Director", "", "Owner ", "Boss"],
        _ => {
            let tags = prop::sample::subsequence(vec!["vip".to_owned(), "new".to_owned(), "late".to_owned()], 0..=3);
            return tags.prop_shuffle().prop_map(Value::List).boxed();
        }
    };
    prop::sample::select(texts).prop_map(Value::text).boxed()
}

fn record(side: Side) -> impl Strategy<Value = Fields> {
    (value(0), value(1), value(2), value(3)).prop_map(move |(mail, phone, title, tags)| {
        names(side).into_iter().map(str::to_owned).zip([mail, phone, title, tags]).collect()
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => side().prop_flat_map(|side| record(side).prop_map(move |fields| Edit::Add(side, fields))),
        6 => (side(), 0..8_usize, 0..4_usize).prop_flat_map(|(side, record, field)| {
            value(field).prop_map(move |value| Edit::Set(side, record, field, value))
        }),
        1 => (side(), 0..8_usize).prop_map(|(side, record)| Edit::Remove(side, record)),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(), 0..10)
}

fn policy() -> impl Strategy<Value = Policy> {
    prop::sample::select(vec![Policy::Ask, Policy::A, Policy::B, Policy::Newest])
}

fn deletes() -> impl Strategy<Value = DeletePolicy> {
    prop::sample::select(vec![DeletePolicy::Ignore, DeletePolicy::Both, DeletePolicy::AToB, DeletePolicy::BToA])
}

/// A world after two rounds of edits with a run between, then edited once more.
pub(crate) fn world() -> impl Strategy<Value = (World, duosync::model::PairSpec)> {
    (edits(), edits(), edits(), policy(), deletes(), any::<bool>()).prop_map(
        |(first, second, third, policy, deletes, guarded)| {
            let mut spec = spec();
            spec.conflicts = policy;
            spec.deletes = deletes;
            if !guarded {
                spec.guard.percent = 100;
            }
            let mut world = World::default();
            apply(&mut world, &first);
            world.sync(&spec, Scope::Full);
            apply(&mut world, &second);
            world.sync(&spec, Scope::Full);
            apply(&mut world, &third);
            (world, spec)
        },
    )
}

fn apply(world: &mut World, edits: &[Edit]) {
    for edit in edits {
        match edit {
            Edit::Add(side, fields) => {
                world.add(*side, fields.clone());
            }
            Edit::Set(side, index, field, value) => {
                let ids = world.ids(*side);
                if let Some(id) = ids.get(index % ids.len().max(1)) {
                    world.set(*side, id, names(*side)[*field], value.clone());
                }
            }
            Edit::Remove(side, index) => {
                let ids = world.ids(*side);
                if let Some(id) = ids.get(index % ids.len().max(1)) {
                    world.remove(*side, id);
                }
            }
        }
    }
}

/// A plan without what depends on how the sides were listed or named.
fn essence(plan: &Plan) -> String {
    let mut items: Vec<String> = plan
        .items
        .iter()
        .map(|item| {
            let mut ops: Vec<String> = item
                .action()
                .ops
                .iter()
                .map(|op| format!("{:?}", (op.side, &op.record, &op.kind, &op.mappings)))
                .collect();
            ops.sort();
            format!(
                "{:?} {ops:?} {:?}",
                item.subject,
                item.action().conflict.as_ref().map(|conflict| (&conflict.kind, &conflict.fields))
            )
        })
        .collect();
    items.sort();
    let mut notes: Vec<String> =
        plan.notes.iter().map(|note| format!("{:?}", (note.kind, note.side, &note.id, &note.field))).collect();
    notes.sort();
    format!("{items:#?}\n{notes:#?}\n{:?} {:?}", plan.held, plan.stop)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A second run, after whatever the first one did, writes nothing, in either way of listing.
    #[test]
    fn a_second_run_writes_nothing((mut world, spec) in world()) {
        // A list that came back empty stops a run, which then has done nothing yet.
        prop_assume!(world.sync(&spec, Scope::Full).stop.is_none());
        for scope in [Scope::Changes, Scope::Full, Scope::Changes] {
            let plan = world.sync(&spec, scope);
            prop_assert_eq!(plan.operations().count(), 0, "{}", essence(&plan));
        }
    }

    /// Where nothing was asked and nothing set aside, both sides agree.
    #[test]
    fn both_sides_agree_where_nothing_is_asked((mut world, mut spec) in world()) {
        spec.deletes = DeletePolicy::Both;
        spec.guard = duosync::model::DeleteGuard { count: 1000, percent: 100 };
        let plan = world.sync(&spec, Scope::Full);
        if plan.stop.is_none() && plan.conflicts().next().is_none() && plan.notes.is_empty() {
            let (counts, mismatches) = world.compare(&spec);
            let open: Vec<_> = mismatches.iter().filter(|one| !agreed_to_differ(&world, &one.subject)).collect();
            prop_assert!(open.is_empty(), "{:?} {:#?}", counts, open);
        }
    }

    /// A full listing and an incremental one of the same world give the same plan.
    #[test]
    fn incremental_equals_full((world, spec) in world()) {
        let (full, changes) = (world.plan(&spec, Scope::Full), world.plan(&spec, Scope::Changes));
        if full.stop.is_none() {
            prop_assert_eq!(essence(&full), essence(&changes));
        }
    }

    /// The order in which records are listed makes no difference.
    #[test]
    fn the_order_of_listings_does_not_matter((world, spec) in world()) {
        let views = duosync::model::PerSide::from_fn(|side| {
            let mut listing = world.listing(side, Scope::Full);
            listing.records.reverse();
            let again: Vec<_> = listing.records.iter().take(2).cloned().collect();
            listing.records.extend(again);
            engine::view(&spec, side, listing)
        });
        prop_assert_eq!(essence(&world.plan(&spec, Scope::Full)), essence(&world.plan_from(&spec, &views)));
    }

    /// Exchanged sides give the mirrored plan.
    #[test]
    fn mirrored_worlds_give_mirrored_plans((world, spec) in world()) {
        let rename: BTreeMap<String, String> = BTreeMap::new();
        let other = world.mirrored(&rename);
        let plan = world.plan(&spec, Scope::Full);
        let back = mirror(other.plan(&mirrored(&spec), Scope::Full));
        if plan.stop.is_none() {
            prop_assert_eq!(essence(&plan), essence(&back));
        }
    }

    /// Whatever somebody typed is still on one of the sides, or in the history.
    #[test]
    fn no_value_is_lost((mut world, spec) in world()) {
        let typed: Vec<Value> = Side::BOTH.iter().flat_map(|side| world.records.get(*side).values().flat_map(|record| record.fields.values().cloned())).collect();
        world.history.clear();
        world.sync(&spec, Scope::Full);
        let mut kept: Vec<Value> = Side::BOTH.iter().flat_map(|side| world.records.get(*side).values().flat_map(|record| record.fields.values().cloned())).collect();
        kept.append(&mut world.history);
        for value in typed {
            prop_assert!(kept.contains(&value), "{:?} is nowhere any more", value);
        }
    }

    /// A listing that says it broke off never leads to a deletion.
    #[test]
    fn an_incomplete_listing_deletes_nothing((world, mut spec) in world(), keep in 0..3_usize) {
        spec.deletes = DeletePolicy::Both;
        // What was known to be gone before may be carried on; what is missing now may not.
        let known: Vec<_> = world.links.iter().filter(|link| link.sides.a.gone || link.sides.b.gone).map(|link| link.ids.clone()).collect();
        let views = duosync::model::PerSide::from_fn(|side| {
            let mut listing = world.listing(side, Scope::Full);
            listing.records.truncate(keep);
            listing.complete = false;
            engine::view(&spec, side, listing)
        });
        let plan = world.plan_from(&spec, &views);
        let known = |item: &duosync::model::Item| matches!(&item.subject, Subject::Pair(ids) if known.contains(ids));
        let deletes = plan.items.iter().filter(|item| !known(item)).flat_map(|item| &item.action().ops)
            .filter(|op| matches!(op.kind, duosync::model::OpKind::Delete { .. })).count();
        prop_assert_eq!(deletes, 0);
    }
}

/// Fields on which a link once settled though they differ: written by rules that let them differ.
fn agreed_to_differ(world: &World, subject: &Subject) -> bool {
    let Subject::Pair(ids) = subject else { return false };
    world.links.iter().any(|link| link.ids == *ids && link.sides.a.gone != link.sides.b.gone)
}

fn mirror(mut plan: Plan) -> Plan {
    for item in &mut plan.items {
        item.subject = item.subject.clone().swapped();
        for op in item.default.ops.iter_mut().chain(item.chosen.iter_mut().flat_map(|action| &mut action.ops)) {
            op.side = op.side.opposite();
        }
        if let Some(conflict) = &mut item.default.conflict {
            use duosync::model::ConflictKind;
            conflict.kind = match conflict.kind.clone() {
                ConflictKind::DeletedAndChanged(side) => ConflictKind::DeletedAndChanged(side.opposite()),
                ConflictKind::HeldDeletion(side) => ConflictKind::HeldDeletion(side.opposite()),
                ConflictKind::Ambiguous(ids) => ConflictKind::Ambiguous(ids.swapped()),
                same @ (ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Flipping) => same,
            };
        }
    }
    for note in &mut plan.notes {
        note.side = note.side.opposite();
    }
    plan.held = plan.held.swapped();
    plan
}
