#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that meets something unexpected is to fail at once"
)]

use proptest::prelude::*;

use super::super::normalise::{
    same,
    tests::{any_mapping, any_value, mirrored},
};
use super::*;
use crate::model::PerSide;

fn mapping(kind: Kind) -> FieldMapping {
    FieldMapping { region: Some("BE".to_owned()), ..FieldMapping::simple("field", "a", "b", kind) }
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).to_owned()).collect())
}

fn fields(values: &[(&str, &str)]) -> Fields {
    values.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect()
}

fn full_name() -> FieldMapping {
    FieldMapping {
        fields: PerSide::new(vec!["name".into()], vec!["given".into(), "family".into()]),
        transform: Transform::SplitName,
        ..mapping(Kind::Text)
    }
}

/// What B gets for A's value.
fn to_b(mapping: &FieldMapping, value: impl Into<Value>) -> Value {
    let mut written = write(mapping, Side::A, &value.into()).unwrap();
    assert_eq!(written.len(), 1);
    written.remove("b").unwrap()
}

#[test]
fn a_date_is_written_the_way_of_its_side() {
    let mut mapping = FieldMapping::simple("birthday", "Born", "bday", Kind::Date);
    mapping.format = PerSide::new(Some("%d/%m/%Y".to_owned()), None);
    let to_a = |text: &str| write(&mapping, Side::B, &Value::text(text)).unwrap()["Born"].display();
    assert_eq!(to_a("1985-04-13"), "13/04/1985");
    assert_eq!(to_a("19850413"), "13/04/1985");
    // What is no full day goes over as it is, and B, which has no form of its own, gets what A gave.
    assert_eq!(to_a("--0413"), "--0413");
    assert_eq!(to_a("in spring"), "in spring");
    assert_eq!(write(&mapping, Side::A, &Value::text("13/04/1985")).unwrap()["bday"].display(), "13/04/1985");
    // A form that loses something of the day is not used.
    mapping.format.a = Some("%m/%Y".to_owned());
    assert_eq!(write(&mapping, Side::B, &Value::text("1985-04-03")).unwrap()["Born"].display(), "1985-04-03");
}

#[test]
fn a_day_of_a_list_that_puts_the_month_first_is_that_day() {
    let mut mapping = FieldMapping::simple("birthday", "Born", "bday", Kind::Date);
    mapping.format = PerSide::new(Some("%m/%d/%Y".to_owned()), Some("%Y-%m-%d".to_owned()));
    assert_eq!(write(&mapping, Side::B, &Value::text("1985-04-03")).unwrap()["Born"].display(), "04/03/1985");
    assert_eq!(write(&mapping, Side::A, &Value::text("04/03/1985")).unwrap()["bday"].display(), "1985-04-03");
    let (a, b, other) = (Value::text("04/03/1985"), Value::text("1985-04-03"), Value::text("1985-03-04"));
    assert!(same(&mapping, (Side::A, &a), (Side::B, &b)));
    assert!(!same(&mapping, (Side::A, &a), (Side::B, &other)));
    // Where the other side has no form of its own, it still gets a day that it reads as the same.
    mapping.format.b = None;
    assert_eq!(write(&mapping, Side::A, &Value::text("04/03/1985")).unwrap()["bday"].display(), "1985-04-03");
    assert_eq!(write(&mapping, Side::B, &Value::text("03/04/1985")).unwrap()["Born"].display(), "04/03/1985");
    // What cannot be in that form is read as anywhere else.
    assert_eq!(write(&mapping, Side::A, &Value::text("13/04/1985")).unwrap()["bday"].display(), "13/04/1985");
}

#[test]
fn a_value_goes_over_as_it_is() {
    for kind in
        [Kind::Text, Kind::Email, Kind::Phone, Kind::Number, Kind::Date, Kind::DateTime, Kind::Choice, Kind::Boolean]
    {
        for text in [" 0478/12 ", "Yes", "1,50", "A@B.be", "13/04/1985", ""] {
            assert_eq!(to_b(&mapping(kind), text), Value::text(text), "{kind:?}");
        }
    }
}

#[test]
fn the_normal_form_is_written_on_request() {
    for (kind, given, expected) in [
        (Kind::Text, " x\r\ny ", "x\ny"),
        (Kind::Email, "Jan <J@X.be>", "j@x.be"),
        (Kind::Phone, "0478/12 34 56", "+32478123456"),
        (Kind::Phone, "Ask Jan", "Ask Jan"),
        (Kind::Number, "1.234,50", "1234.5"),
        (Kind::Number, "1,234", "1,234"),
        (Kind::Date, "13/04/1985", "1985-04-13"),
        (Kind::DateTime, "2024-01-02 11:15+01:00", "2024-01-02T10:15:00Z"),
        (Kind::Boolean, "Ja", "true"),
    ] {
        let m = FieldMapping { write_normal: true, ..mapping(kind) };
        assert_eq!(to_b(&m, given), Value::text(expected), "{kind:?}");
    }
}

#[test]
fn yes_and_no_in_the_words_of_the_target() {
    let words = |a: Option<(&str, &str)>, b: Option<(&str, &str)>| FieldMapping {
        words: PerSide::new(a, b).map(|w| w.map(|(yes, no)| (yes.to_owned(), no.to_owned()))),
        ..mapping(Kind::Boolean)
    };
    assert_eq!(to_b(&words(None, Some(("Actief", "Gestopt"))), "1"), "Actief".into());
    assert_eq!(to_b(&words(None, Some(("Actief", "Gestopt"))), "no"), "Gestopt".into());
    // B would not understand A's own word.
    assert_eq!(to_b(&words(Some(("Actief", "Gestopt")), None), "Gestopt"), "false".into());
    assert_eq!(to_b(&words(Some(("Actief", "Gestopt")), None), "Perhaps"), "Perhaps".into());
}

#[test]
fn choices() {
    let values =
        vec![PerSide::new("Lead".to_owned(), "prospect".to_owned()), PerSide::new("Suspect".into(), "prospect".into())];
    let m = FieldMapping { values, ..mapping(Kind::Choice) };
    assert_eq!(to_b(&m, "SUSPECT"), "prospect".into());
    assert_eq!(write(&m, Side::B, &"Prospect".into()).unwrap(), fields(&[("a", "Lead")]));
    assert!(matches!(write(&m, Side::A, &"prospect".into()), Err(ValueError::NotInChoices { .. })));
    assert_eq!(to_b(&m, ""), "".into());
    let text = FieldMapping { kind: Kind::Text, ..m };
    assert_eq!(to_b(&text, "lead"), "prospect".into());
    assert_eq!(to_b(&text, "Other"), "Other".into());
}

#[test]
fn lists() {
    let m = mapping(Kind::List);
    assert_eq!(to_b(&m, "vip; press, vip"), list(&["vip", "press"]));
    assert_eq!(to_b(&m, list(&["a, b"])), list(&["a, b"]));
    assert_eq!(to_b(&m, list(&[])), list(&[]));
    let joined = FieldMapping { separator: PerSide::new(None, Some("; ".into())), ..mapping(Kind::List) };
    assert_eq!(to_b(&joined, list(&["a", "b"])), "a; b".into());
    assert_eq!(to_b(&joined, list(&[])), "".into());
    let error = write(&joined, Side::A, &list(&["a;b"])).unwrap_err();
    assert!(matches!(&error, ValueError::Separator { item, separator, .. } if item == "a;b" && separator == ";"));
    let mapped = FieldMapping { values: vec![PerSide::new("pers".into(), "press".into())], ..mapping(Kind::List) };
    assert_eq!(to_b(&mapped, "Pers, vip"), list(&["press", "vip"]));
}

#[test]
fn an_empty_value_writes_the_default() {
    let m = FieldMapping { default: PerSide::new(None, Some("BE".into())), ..mapping(Kind::Text) };
    assert_eq!(to_b(&m, " "), "BE".into());
    assert_eq!(to_b(&m, "NL"), "NL".into());
    assert_eq!(write(&m, Side::B, &"".into()).unwrap(), fields(&[("a", "")]));
    let tags =
        FieldMapping { kind: Kind::List, default: PerSide::new(None, Some("new, web".into())), ..mapping(Kind::List) };
    assert_eq!(to_b(&tags, ""), list(&["new", "web"]));
}

#[test]
fn names_are_split() {
    for (full, given, family) in [
        ("Jan Peeters", "Jan", "Peeters"),
        ("Jan Pieter Peeters", "Jan Pieter", "Peeters"),
        ("Peeters, Jan Pieter", "Jan Pieter", "Peeters"),
        ("Jan van den Berg", "Jan", "van den Berg"),
        ("Jan Van Den Berg", "Jan", "Van Den Berg"),
        ("van den Berg, Jan", "Jan", "van den Berg"),
        ("Ludwig von Mises", "Ludwig", "von Mises"),
        ("van Damme", "", "van Damme"),
        ("Al Pacino", "Al", "Pacino"),
        ("Sammy Davis Jr.", "Sammy", "Davis Jr."),
        ("Sammy Davis, Jr.", "Sammy", "Davis Jr."),
        ("Henry Ford III", "Henry", "Ford III"),
        ("Leila bin Said", "Leila", "bin Said"),
        ("Anna de la Cruz", "Anna", "de la Cruz"),
        ("Cher", "Cher", ""),
        ("  Jan\u{a0} Peeters ", "Jan", "Peeters"),
        ("", "", ""),
    ] {
        let written = write(&full_name(), Side::A, &full.into()).unwrap();
        assert_eq!(written, fields(&[("given", given), ("family", family)]), "{full:?}");
    }
}

#[test]
fn names_are_joined() {
    let m = full_name();
    assert_eq!(
        read(&m, Side::B, &fields(&[("given", " Jan "), ("family", "van  Damme")])),
        Some("Jan van Damme".into())
    );
    assert_eq!(read(&m, Side::B, &fields(&[("given", ""), ("family", "Peeters")])), Some("Peeters".into()));
    assert_eq!(read(&m, Side::B, &fields(&[("given", ""), ("family", "")])), Some("".into()));
    assert_eq!(read(&m, Side::B, &fields(&[("other", "x")])), None);
    assert_eq!(read(&m, Side::A, &fields(&[("name", "Peeters, Jan")])), Some("Peeters, Jan".into()));
    assert_eq!(write(&m, Side::B, &"Jan van Damme".into()).unwrap(), fields(&[("name", "Jan van Damme")]));
    assert!(same(&m, (Side::A, &"Peeters, Jan".into()), (Side::B, &"Jan Peeters".into())));
}

#[test]
fn missing_is_not_empty() {
    let m = mapping(Kind::Text);
    assert_eq!(read(&m, Side::A, &fields(&[("b", "x")])), None);
    assert_eq!(read(&m, Side::A, &fields(&[("a", "")])), Some("".into()));
    assert_eq!(read(&m, Side::B, &fields(&[("b", "x")])), Some("x".into()));
}

#[test]
fn several_fields_are_read_and_not_written() {
    let m = FieldMapping {
        fields: PerSide::new(vec!["street".into(), "number".into()], vec!["address".into()]),
        ..mapping(Kind::Text)
    };
    assert_eq!(read(&m, Side::A, &fields(&[("street", "Kerkstraat"), ("number", "1")])), Some("Kerkstraat 1".into()));
    assert_eq!(write(&m, Side::A, &"Kerkstraat 1".into()).unwrap(), fields(&[("address", "Kerkstraat 1")]));
    assert!(matches!(write(&m, Side::B, &"Kerkstraat 1".into()), Err(ValueError::SeveralFields { side: Side::A, .. })));
    let none = FieldMapping { fields: PerSide::new(vec!["x".into()], vec![]), ..mapping(Kind::Text) };
    assert!(matches!(write(&none, Side::A, &"x".into()), Err(ValueError::NoField { side: Side::B, .. })));
    assert_eq!(read(&none, Side::B, &fields(&[("x", "1")])), None);
}

fn template(text: &str, direction: Direction) -> FieldMapping {
    FieldMapping {
        fields: PerSide::new(vec!["First name".into(), "city".into()], vec!["b".into()]),
        transform: Transform::Template(text.to_owned()),
        direction,
        ..mapping(Kind::Text)
    }
}

#[test]
fn a_template_is_filled_in_on_its_source_side() {
    let record = fields(&[("First name", "Jan & An"), ("city", " Gent\n"), ("b", "old")]);
    let m = template("{{ record[\"First name\"] }}  from\n {{ city }}", Direction::AToB);
    assert_eq!(read(&m, Side::A, &record), Some("Jan & An from Gent".into()));
    assert_eq!(read(&m, Side::B, &record), Some("old".into()));
    assert_eq!(read(&m, Side::A, &fields(&[("zip", "9000")])), None);
    assert_eq!(to_b(&m, "Jan from Gent"), "Jan from Gent".into());
    let error = write(&m, Side::B, &"x".into()).unwrap_err();
    assert!(matches!(error, ValueError::OneWay { side: Side::A, .. }));
    let both = template("x", Direction::Both);
    assert!(matches!(write(&both, Side::A, &"x".into()), Err(ValueError::OneWay { side: Side::B, .. })));
}

/// For a look by hand: `cargo test --lib engine -- --ignored --nocapture how_long`.
#[test]
#[ignore = "a measurement, not a check"]
fn how_long_100_000_templates_take() {
    let m = template("{{ record[\"First name\"] }} from {{ city | upper }}", Direction::AToB);
    let start = std::time::Instant::now();
    for i in 0..100_000 {
        let record =
            fields(&[("First name", "Jan"), ("city", &format!("Gent {i}")), ("c", "x"), ("d", "y"), ("e", "z")]);
        assert_eq!(read(&m, Side::A, &record), Some(Value::Text(format!("Jan from GENT {i}"))));
    }
    let took = format!("100,000 templates: {:?}\n", start.elapsed());
    std::io::Write::write_all(&mut std::io::stderr(), took.as_bytes()).unwrap();
}

#[test]
fn a_template_that_cannot_be_filled_in() {
    let record = fields(&[("city", "Gent")]);
    for bad in ["{{ nothing }}", "{{ record[\"No such\"] }}", "{{ city", "{{ city | nofilter }}"] {
        let m = template(bad, Direction::AToB);
        let error = read_checked(&m, Side::A, &record).unwrap_err();
        assert!(matches!(&error, ValueError::Template { .. }));
        assert!(error.to_string().starts_with("the template of the field “field” cannot be filled in: "), "{error}");
        assert_eq!(read(&m, Side::A, &record), None);
    }
}

proptest! {
    #[test]
    fn what_is_written_means_the_same_on_the_other_side(m in any_mapping(), value in any_value()) {
        // A value that the other side reads by other rules than its own cannot be told from what it says there.
        let m = FieldMapping { fields: PerSide::new(vec!["name".into()], if m.transform == Transform::SplitName {
            vec!["given".into(), "family".into()]
        } else {
            vec!["b".into()]
        }), values: if m.kind == Kind::Choice { m.values.clone() } else { Vec::new() }, default: PerSide::default(), ..m };
        if let Ok(written) = write(&m, Side::A, &value) {
            let there = read(&m, Side::B, &written).unwrap();
            prop_assert!(same(&m, (Side::A, &value), (Side::B, &there)), "{:?} became {:?}", value, there);
        }
    }

    #[test]
    fn mirrored_mappings_write_mirrored(m in any_mapping(), value in any_value()) {
        let here = write(&m, Side::A, &value).ok();
        let there = write(&mirrored(&m), Side::B, &value).ok();
        prop_assert_eq!(here, there);
    }
}
