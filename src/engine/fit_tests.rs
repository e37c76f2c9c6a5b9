//! Tests of what a mapping would do to real records.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets something unexpected is to fail")]

use super::*;
use crate::model::{Direction, FilterTest, RecordId, Transform};

fn records(field: &str, values: &[&str]) -> Vec<Record> {
    let one = |(at, value): (usize, &&str)| Record {
        id: RecordId::new(format!("{at}")),
        version: None,
        modified: None,
        modified_by: None,
        fields: [(field.to_owned(), Value::text(*value)), ("Name".to_owned(), Value::text(format!("P{at}")))].into(),
        raw: None,
    };
    values.iter().enumerate().map(one).collect()
}

fn info(name: &str) -> FieldInfo {
    FieldInfo { name: name.to_owned(), label: name.to_owned(), ..FieldInfo::default() }
}

/// The misfits of a mapping from `a` to `b` as `kind count: label=value, ...`.
fn check(mapping: FieldMapping, key: bool, values: &[&str], target: FieldInfo, expected: &[&str]) -> FieldFit {
    let fields = PerSide::new(vec![info("a"), info("Name")], vec![target]);
    let list = records("a", values);
    let labels = labels(&fields.a, &list);
    let sides = PerSide::new(
        Sampled { fields: &fields.a, records: &list, labels: &labels },
        Sampled { fields: &fields.b, records: &[], labels: &[] },
    );
    let found = fit(&Trial { mapping, key }, &sides, &[]);
    let lines: Vec<String> = found
        .misfits
        .iter()
        .map(|misfit| {
            let records: Vec<String> = misfit.records.iter().map(|(label, value)| format!("{label}={value}")).collect();
            format!("{:?} {}: {}", misfit.kind, misfit.count, records.join(", "))
        })
        .collect();
    assert_eq!(lines, expected);
    found
}

fn mapping(kind: Kind) -> FieldMapping {
    FieldMapping::simple("m", "a", "b", kind)
}

#[test]
fn values_that_the_other_side_would_refuse_are_found() {
    let long = FieldInfo { max_length: Some(4), ..info("b") };
    check(mapping(Kind::Text), false, &["Gent", "Antwerpen", "été?"], long, &["TooLong(4) 1: P1=Antwerpen"]);
    let choices = FieldInfo { choices: vec!["Lead".to_owned(), "Customer".to_owned()], ..info("b") };
    check(mapping(Kind::Text), false, &["lead", "old", ""], choices, &["NotInChoices 1: P1=old"]);
    let required = FieldInfo { required: true, ..info("b") };
    check(mapping(Kind::Text), false, &["x", " "], required.clone(), &["RequiredEmpty 1: P1="]);
    let mut filled = mapping(Kind::Text);
    filled.default.b = Some("none".to_owned());
    check(filled, false, &["x", " "], required, &[]);
    let read_only = FieldInfo { read_only: true, ..info("b") };
    check(mapping(Kind::Text), false, &["x", "", "y"], read_only.clone(), &["ReadOnly 2: P0=x, P2=y"]);
    let back = FieldMapping { direction: Direction::BToA, ..mapping(Kind::Text) };
    check(back, false, &["x"], read_only, &[]);
}

#[test]
fn values_that_are_not_what_the_mapping_says_are_found() {
    check(mapping(Kind::Date), false, &["13/04/1985", "soon"], info("b"), &["NotA(Date) 1: P1=soon"]);
    check(mapping(Kind::Number), false, &["1,50", "n/a"], info("b"), &["NotA(Number) 1: P1=n/a"]);
    check(
        mapping(Kind::Email),
        false,
        &["Ann <ann@example.org>", "ann@example", "a@b.be, c@d.be", "Ann@Example.org"],
        info("b"),
        &["NotA(Email) 2: P1=ann@example, P2=a@b.be, c@d.be"],
    );
    let mut phone = mapping(Kind::Phone);
    check(phone.clone(), false, &["0478 12 34 56"], info("b"), &["NotA(Phone) 1: P0=0478 12 34 56"]);
    phone.region = Some("BE".to_owned());
    check(phone, false, &["0478 12 34 56"], info("b"), &[]);
    let mut choice = mapping(Kind::Choice);
    choice.values = vec![PerSide::new("ja".to_owned(), "yes".to_owned())];
    let found = check(choice, false, &["ja", "misschien"], info("b"), &["NotInChoices 1: P1=misschien"]);
    assert_eq!(found.words.a, [("ja".to_owned(), 1), ("misschien".to_owned(), 1)]);
}

#[test]
fn keys_that_match_nothing_or_too_much_are_found() {
    check(
        mapping(Kind::Email),
        true,
        &["a@b.be", "", "A@B.be ", "c@d.be"],
        info("b"),
        &["NoKey 1: P1=", "SharedKey 2: P0=a@b.be, P2=A@B.be "],
    );
}

#[test]
fn examples_show_first_what_changes_on_its_way() {
    let split = FieldMapping {
        fields: PerSide::new(vec!["a".to_owned()], vec!["given".to_owned(), "family".to_owned()]),
        transform: Transform::SplitName,
        ..mapping(Kind::Text)
    };
    let found = check(split, false, &["Ann", "Jan van den Berg", "Jan van den Berg"], info("b"), &[]);
    let shown: Vec<(&str, &str)> =
        found.examples.b.iter().map(|one| (one.from.as_str(), one.to.as_ref().unwrap().as_str())).collect();
    assert_eq!(shown, [("Ann", "Ann | "), ("Jan van den Berg", "Jan | van den Berg")]);
    let mut date = mapping(Kind::Date);
    date.format.b = Some("%Y-%m-%d".to_owned());
    let found = check(date, false, &["2024-01-02", "03/04/2024"], info("b"), &[]);
    let shown: Vec<&str> = found.examples.b.iter().map(|one| one.from.as_str()).collect();
    assert_eq!(shown, ["03/04/2024", "2024-01-02"]);
}

#[test]
fn a_template_that_cannot_be_filled_in_is_refused_with_the_reason() {
    let template = FieldMapping {
        transform: Transform::Template("{{ missing }}".to_owned()),
        direction: Direction::AToB,
        ..mapping(Kind::Text)
    };
    let fields = PerSide::new(vec![info("a")], vec![info("b")]);
    let list = records("a", &["x", "y"]);
    let labels = labels(&fields.a, &list);
    let sides = PerSide::new(
        Sampled { fields: &fields.a, records: &list, labels: &labels },
        Sampled { fields: &fields.b, records: &[], labels: &[] },
    );
    let filter = Filter { side: Side::A, field: "a".to_owned(), test: FilterTest::Is(vec!["x".to_owned()]) };
    let found = fit(&Trial { mapping: template, key: false }, &sides, &[filter]);
    assert_eq!(found.misfits.len(), 1);
    assert_eq!(found.misfits[0].count, 1, "the record that the filter leaves out is not tried");
    assert!(matches!(&found.misfits[0].kind, MisfitKind::Refused(why) if why.contains("template")), "{found:?}");
}
