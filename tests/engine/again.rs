//! Who a record is: ids that are handed on, records that are entered again, and answers that leave something out.

use duosync::model::{
    ConflictKind, DeletePolicy, Filter, FilterTest, PerSide, Policy, RecordId, Resolution, Scope, Side, Subject,
};

use crate::cases::{decide, in_step, kinds, person};
use crate::world::{World, spec};

/// A list without ids tells those of one key apart by their order, so that who is entered above another takes over the
/// id of that one.
#[test]
fn a_namesake_that_takes_over_an_id_does_not_take_over_the_partner() {
    for changed_too in [false, true] {
        let (mut world, a, b) = in_step();
        let (mut ann, _) = person("ann@example.com", "0478 12 34 56", "Owner");
        if changed_too {
            ann.insert("Title".to_owned(), "Director".into());
        }
        let (jan, _) = person("ann@example.com", "09 222 22 22", "Son");
        world.put(Side::A, a.clone(), jan);
        world.put(Side::A, RecordId::new("second"), ann);
        let plan = world.sync(&spec(), Scope::Full);
        assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 12 34 56".into()), "{plan:?}");
        let title = if changed_too { "Director" } else { "Owner" };
        assert_eq!(world.value(Side::B, &b, "title"), Some(&title.into()), "what she herself changed goes over");
        assert_eq!(world.links[0].ids, PerSide::new(RecordId::new("second"), b));
        assert!(matches!(kinds(&plan)[..], [ConflictKind::Ambiguous(_)] | []), "{:?}", kinds(&plan));
        // The first of the two goes away again: the other is still who she was.
        let ann = world.records.a[&RecordId::new("second")].fields.clone();
        world.remove(Side::A, &RecordId::new("second"));
        world.put(Side::A, a.clone(), ann);
        let plan = world.sync(&spec(), Scope::Full);
        assert_eq!((plan.operations().count(), &world.links[0].ids.a), (0, &a), "{plan:?}");
    }
}

/// Two that share a key and are both linked change places, as in a list that is sorted.
#[test]
fn two_of_one_key_that_change_places_stay_who_they_are() {
    let (mut world, a, b) = in_step();
    let (jan_a, jan_b) = person("ann@example.com", "09 222 22 22", "Son");
    let (second_a, second_b) = (world.add(Side::A, jan_a), world.add(Side::B, jan_b));
    let group = Subject::Pair(PerSide::new(second_a.clone(), second_b.clone()));
    world.sync(&spec(), Scope::Full);
    if world.links.len() == 1 {
        decide(&mut world, group.clone(), Resolution::Link(PerSide::new(second_a.clone(), second_b.clone())));
        world.sync(&spec(), Scope::Full);
    }
    if world.links.len() == 2 {
        let (one, two) = (world.records.a[&a].fields.clone(), world.records.a[&second_a].fields.clone());
        world.put(Side::A, a, two);
        world.put(Side::A, second_a, one);
        let plan = world.sync(&spec(), Scope::Full);
        assert_eq!(plan.operations().count(), 0, "{plan:?}");
        assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 12 34 56".into()));
    } else {
        panic!("they are not linked: {:?}", world.links.len());
    }
}

/// A record that was deleted and entered again holds less than it did: nobody has emptied the rest.
#[test]
fn who_is_entered_again_empties_nothing() {
    let (mut world, a, b) = in_step();
    world.remove(Side::A, &a);
    let (again, _) = person("ann@example.com", "", "Boss");
    let again = world.add(Side::A, again);
    world.sync(&spec(), Scope::Full);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 12 34 56".into()));
    assert_eq!(world.value(Side::A, &again, "Phone"), Some(&"0478 12 34 56".into()), "it is filled again");
    assert_eq!(world.value(Side::B, &b, "title"), Some(&"Boss".into()), "what was entered anew goes over");
}

/// Excel shows a long number as `3,24781E+10`, and saves it so.
#[test]
fn a_telephone_number_that_a_spreadsheet_cut_short_is_not_carried() {
    let (mut world, a, b) = in_step();
    world.set(Side::A, &a, "Phone", "3,24781E+10".into());
    let plan = world.sync(&spec(), Scope::Full);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 12 34 56".into()));
    assert!(plan.notes.iter().any(|note| note.text.contains("3,24781E+10")), "{:?}", plan.notes);
    world.set(Side::A, &a, "Phone", "0478 99 99 99".into());
    world.sync(&spec(), Scope::Full);
    assert_eq!(world.value(Side::B, &b, "tel"), Some(&"0478 99 99 99".into()));
}

/// Where no records are created, a rule that would bring one back leaves it to the operator.
#[test]
fn what_may_not_be_created_is_not_brought_back_either() {
    let (mut world, a, b) = in_step();
    let mut spec = spec();
    (spec.deletes, spec.conflicts) = (DeletePolicy::Both, Policy::B);
    spec.writes.a.create = false;
    world.remove(Side::A, &a);
    world.set(Side::B, &b, "tel", "02 111 11 11".into());
    let plan = world.sync(&spec, Scope::Changes);
    assert_eq!(
        (kinds(&plan), plan.operations().count()),
        (vec![ConflictKind::DeletedAndChanged(Side::A)], 0),
        "{plan:?}"
    );
}

/// An answer that lacks the field that a filter looks at says nothing of it.
#[test]
fn a_record_outside_stays_so_where_an_answer_lacks_the_filters_field() {
    let mut world = World::default();
    let mut spec = spec();
    let test = FilterTest::Is(vec!["customer".to_owned()]);
    spec.filters.push(Filter { side: Side::A, field: "Status".to_owned(), test });
    let (mut lead, _) = person("ann@example.com", "0478 12 34 56", "Owner");
    lead.insert("Status".to_owned(), "lead".into());
    let id = world.add(Side::A, lead.clone());
    assert_eq!(world.sync(&spec, Scope::Full).operations().count(), 0);
    let (changed, _) = person("ann@example.com", "0478 12 34 57", "Owner");
    world.put(Side::A, id.clone(), changed);
    assert_eq!(world.sync(&spec, Scope::Changes).operations().count(), 0, "it is a lead still");
    lead.insert("Status".to_owned(), "customer".into());
    world.put(Side::A, id, lead);
    assert_eq!(world.sync(&spec, Scope::Changes).operations().count(), 1, "and now it is a customer");
}
