//! Ids that a platform gives again, or gives to other records.

use duosync::connectors::memory::MemoryPlatform;
use duosync::model::{ConflictKind, DeleteGuard, DeletePolicy, MatterKind, Outcome, PairSpec, Resolution, Side, Value};
use duosync::service::SyncMode;

use crate::desk::{Desk, pair, person};

/// The names of a list, sorted.
fn names(list: &MemoryPlatform) -> Vec<String> {
    let mut names: Vec<String> =
        list.records().into_values().filter_map(|fields| fields.get("name").map(Value::display)).collect();
    names.sort();
    names
}

fn keeping_deletions() -> PairSpec {
    PairSpec { deletes: DeletePolicy::Ignore, ..pair("people", "Left", "Right") }
}

/// Two linked people, of whom bob is deleted on the left; deletions are left alone.
fn bob_is_gone() -> Desk {
    let mut desk = Desk::new();
    desk.save(keeping_deletions());
    person(&desk.left, "1", "anna");
    person(&desk.left, "2", "robert");
    desk.sync(SyncMode::Yes);
    desk.left.remove("2");
    desk
}

/// After two more runs nobody is overwritten, nobody is doubled, and a compare says who is on one side only.
fn zoe_is_another(desk: &mut Desk) {
    for _ in 0..2 {
        desk.sync(SyncMode::Normal);
        assert_eq!(names(&desk.right), ["anna", "robert", "zoe"]);
        assert_eq!(names(&desk.left), ["anna", "zoe"]);
    }
    let counts = desk.compare().counts;
    assert_eq!((counts.matched, counts.a_total, counts.b_total), (2, 2, 3));
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
    // Both are still tied to those that they were made from.
    desk.left.set_field("2", "phone", "22");
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, report.sides.b.updated), (Outcome::Done, 1), "{report:?} {:?}", desk.left.records());
    assert_eq!(Desk::held(&desk.right, "zoe@example.org", "phone").as_deref(), Some("22"));
    assert_eq!(Desk::held(&desk.right, "robert@example.org", "phone").as_deref(), Some("1"));
}

#[test]
fn an_id_that_comes_again_with_somebody_else_is_somebody_else() {
    // Whether a run came between the deletion and the new record or not.
    for between in [true, false] {
        let mut desk = bob_is_gone();
        if between {
            desk.sync(SyncMode::Normal);
        }
        person(&desk.left, "2", "zoe");
        zoe_is_another(&mut desk);
    }
}

#[test]
fn a_record_that_gets_the_id_of_one_that_is_gone_is_another() {
    for between in [true, false] {
        let mut desk = bob_is_gone();
        if between {
            desk.sync(SyncMode::Normal);
        }
        desk.left.give_again("2");
        person(&desk.right, "z", "zoe");
        zoe_is_another(&mut desk);
    }
}

#[test]
fn a_list_that_is_numbered_anew_stays_tied() {
    let mut desk = Desk::new();
    // Nothing else tells that a record stands elsewhere now.
    desk.left.behave(|left| (left.versions, left.modified) = (false, false));
    desk.save(keeping_deletions());
    let people = ["anna", "robert", "carla", "daniel", "evelyn", "frank"];
    for (number, name) in people.iter().enumerate() {
        person(&desk.left, &number.to_string(), name);
    }
    desk.sync(SyncMode::Yes);
    let before = desk.writes();
    // The first is deleted, and the numbers of the others move up.
    for (number, name) in people.iter().skip(1).enumerate() {
        person(&desk.left, &number.to_string(), name);
    }
    desk.left.remove("5");
    for _ in 0..2 {
        desk.sync(SyncMode::Normal);
        assert_eq!((desk.writes(), desk.right.records().len()), (before, 6), "nobody is written to");
    }
    // The links hold the new numbers now: a compare brings together who belongs together.
    let counts = desk.compare().counts;
    assert_eq!((counts.matched, counts.only_in_a, counts.only_in_b, counts.changed_keys), (5, 0, 1, 0));
    desk.left.set_field("0", "phone", "22");
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "robert@example.org", "phone").as_deref(), Some("22"));
    assert_eq!(Desk::held(&desk.right, "anna@example.org", "phone").as_deref(), Some("1"));
}

#[test]
fn people_who_are_nearly_alike_are_told_apart_where_the_numbers_move() {
    let mut desk = Desk::new();
    desk.save(keeping_deletions());
    let put = |desk: &Desk, number: usize, who: usize| {
        let (email, name) = (format!("customer{who}@example.org"), format!("Customer Number {who}"));
        let fields = [("email", email.as_str()), ("name", name.as_str()), ("phone", &format!("0478{who:06}"))];
        desk.left.put(&number.to_string(), fields);
    };
    for who in 0..6 {
        put(&desk, who, who);
    }
    desk.sync(SyncMode::Yes);
    let before = desk.writes();
    for who in 1..6 {
        put(&desk, who - 1, who);
    }
    desk.left.remove("5");
    for _ in 0..2 {
        desk.sync(SyncMode::Normal);
        assert_eq!((desk.writes(), desk.right.records().len()), (before, 6), "nobody is written to");
    }
}

#[test]
fn two_people_who_exchange_their_addresses_stay_who_they_are() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "anna");
    person(&desk.left, "2", "robert");
    desk.sync(SyncMode::Yes);
    desk.left.set_field("1", "email", "robert@example.org");
    desk.left.set_field("2", "email", "anna@example.org");
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "robert@example.org", "name").as_deref(), Some("anna"));
    assert_eq!(desk.right.records().len(), 2);
    // Somebody who marries and gets another address is still the same: the telephone says so.
    desk.left.set_field("1", "email", "a.peeters@example.org");
    desk.left.set_field("1", "name", "Anna Peeters");
    desk.sync(SyncMode::Normal);
    assert_eq!(Desk::held(&desk.right, "a.peeters@example.org", "name").as_deref(), Some("Anna Peeters"));
    assert_eq!(desk.right.records().len(), 2);
}

#[test]
fn held_deletions_stay_asked_about_where_an_id_comes_again() {
    let mut desk = Desk::new();
    desk.save(PairSpec { guard: DeleteGuard { count: 1, percent: 100 }, ..pair("people", "Left", "Right") });
    for (id, name) in [("1", "anna"), ("2", "robert"), ("3", "carla"), ("4", "daniel")] {
        person(&desk.left, id, name);
    }
    desk.sync(SyncMode::Yes);
    for id in ["2", "3", "4"] {
        desk.left.remove(id);
    }
    desk.sync(SyncMode::Normal);
    assert_eq!(desk.matters().len(), 3);
    person(&desk.left, "4", "zoe");
    for _ in 0..2 {
        desk.sync(SyncMode::Normal);
        assert_eq!(names(&desk.right), ["anna", "carla", "daniel", "robert", "zoe"]);
        assert_eq!(desk.matters().len(), 3);
    }
}

/// Another name under an id may be another person, or the same one renamed: that is no reason to delete the partner.
#[test]
fn a_record_under_whose_id_stands_another_name_is_asked_about() {
    let mut desk = Desk::in_step();
    person(&desk.left, "1", "zoe");
    desk.left.set_field("1", "phone", "9");
    let report = desk.sync(SyncMode::Normal).summary;
    assert_eq!((report.outcome, report.sides.b.deleted, report.sides.b.created), (Outcome::Waiting, 0, 1));
    assert_eq!(names(&desk.right), ["ann", "bob", "zoe"]);
    let asked = desk.matters();
    assert_eq!((asked.len(), asked[0].label.as_str()), (1, "ann"), "{asked:?}");
    assert_eq!(asked[0].kind, MatterKind::Conflict(ConflictKind::HeldDeletion(Side::A)));
    assert!(asked[0].reason.contains("another name"), "{}", asked[0].reason);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Waiting, "it waits");
    desk.resolve(asked[0].id, Resolution::Use(Side::A));
    assert_eq!(names(&desk.right), ["bob", "zoe"]);
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Done);
}
