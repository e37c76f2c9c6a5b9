#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that meets something unexpected is to fail at once"
)]

use proptest::prelude::*;

use super::*;
use crate::model::{Direction, PerSide};

pub(crate) const KINDS: [Kind; 9] = [
    Kind::Text,
    Kind::Email,
    Kind::Phone,
    Kind::Number,
    Kind::Boolean,
    Kind::Date,
    Kind::DateTime,
    Kind::Choice,
    Kind::List,
];

fn mapping(kind: Kind) -> FieldMapping {
    FieldMapping { region: Some("BE".to_owned()), ..FieldMapping::simple("field", "a", "b", kind) }
}

fn pairs(words: &[(&str, &str)]) -> Vec<PerSide<String>> {
    words.iter().map(|(a, b)| PerSide::new((*a).to_owned(), (*b).to_owned())).collect()
}

/// The mapping with A and B changed round.
pub(crate) fn mirrored(mapping: &FieldMapping) -> FieldMapping {
    let m = mapping.clone();
    FieldMapping {
        fields: m.fields.swapped(),
        values: m.values.into_iter().map(PerSide::swapped).collect(),
        words: m.words.swapped(),
        separator: m.separator.swapped(),
        default: m.default.swapped(),
        direction: match m.direction {
            Direction::Both => Direction::Both,
            Direction::AToB => Direction::BToA,
            Direction::BToA => Direction::AToB,
        },
        ..m
    }
}

fn form(mapping: &FieldMapping, text: &str) -> String {
    normal(mapping, Side::A, &Value::text(text)).unwrap()
}

/// Each text has this normal form.
fn check(mapping: &FieldMapping, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(form(mapping, text), *expected, "{:?} {text:?}", mapping.kind);
    }
}

/// No two of these texts mean the same.
fn check_apart(mapping: &FieldMapping, texts: &[&str]) {
    for (i, a) in texts.iter().enumerate() {
        for b in &texts[i + 1..] {
            assert_ne!(form(mapping, a), form(mapping, b), "{:?} {a:?} {b:?}", mapping.kind);
        }
    }
}

#[test]
fn empty_is_empty_for_every_kind() {
    for kind in KINDS {
        check(&mapping(kind), &[("", ""), ("  \t\r\n ", ""), ("\u{a0}", "")]);
        assert_eq!(normal(&mapping(kind), Side::B, &Value::List(vec![])).unwrap(), "");
        assert_eq!(normal(&mapping(kind), Side::B, &Value::List(vec![" ".into()])).unwrap(), "");
    }
}

#[test]
fn text() {
    let m = mapping(Kind::Text);
    check(
        &m,
        &[
            (" Jan  Peeters ", "Jan  Peeters"),
            ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
            ("one  \ntwo\t\n", "one\ntwo"),
            ("Jose\u{301}", "José"),
            ("\u{212b}", "Å"),
        ],
    );
    check_apart(&m, &["Jan", "jan", "Ja n", "J an"]);
}

#[test]
fn email() {
    let m = mapping(Kind::Email);
    check(
        &m,
        &[
            (" Jan@Example.BE ", "jan@example.be"),
            ("mailto:jan@example.be", "jan@example.be"),
            ("MAILTO: Jan@example.be", "jan@example.be"),
            ("Jan Peeters <Jan@Example.be>", "jan@example.be"),
            ("\"Peeters, Jan\" <mailto:jan@example.be>", "jan@example.be"),
            ("<jan@example.be>", "jan@example.be"),
            ("jan @ example.be", "jan@example.be"),
            ("a@x.be b@x.be", "a@x.be b@x.be"),
            ("none", "none"),
            ("<>", "<>"),
        ],
    );
    check_apart(&m, &["jan@example.be", "jan@example.com", "jan.p@example.be", "janp@example.be"]);
}

#[test]
fn phone() {
    let m = mapping(Kind::Phone);
    for text in [
        "+32478123456",
        "+32 478 12 34 56",
        "0478/12.34.56",
        "0478 123 456",
        "0478/123456",
        "(0478) 12-34-56",
        "0032 478 12 34 56",
        "+32 (0)478 12 34 56",
        "+32(0)478123456",
        "+320478123456",
        "tel:+32-478-12-34-56",
        "\u{a0}0478\u{a0}12\u{a0}34\u{a0}56 ",
        "+３２478123456",
        "0478‑12‑34‑56",
    ] {
        assert_eq!(form(&m, text), "+32478123456", "{text}");
    }
    check(
        &m,
        &[
            ("02 555 12 12", "+3225551212"),
            ("+31 6 12345678", "+31612345678"),
            ("+1 (650) 253-0000", "+16502530000"),
            ("+1 650 253 0000 x123", "+16502530000 ext. 123"),
            ("+1-650-253-0000 ext. 123", "+16502530000 ext. 123"),
            ("tel:+1-650-253-0000;ext=123", "+16502530000 ext. 123"),
            ("02 555 12 12 toestel 4", "+3225551212 ext. 4"),
            ("+3225551212 ext. 4", "+3225551212 ext. 4"),
            // In Italy the zero belongs to the number, with the code of the country too.
            ("+39 06 1234 5678", "+390612345678"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("+33 06 12 34 56 78", "+33612345678"),
            ("+44 20 8366 1177", "+442083661177"),
            ("+7 800 555 35 35", "+78005553535"),
            ("ask Jan", "askjan"),
            ("Ask  JAN!", "askjan"),
            ("--", "--"),
            ("112", "112"),
        ],
    );
    check_apart(&m, &["0478 12 34 56", "0478 12 34 57", "+31 478 12 34 56", "0478 12 34 56 ext 1"]);
}

#[test]
fn phone_of_other_regions() {
    for (region, text, expected) in [
        ("IT", "06 1234 5678", "+390612345678"),
        ("NL", "06-12345678", "+31612345678"),
        ("US", "(650) 253-0000", "+16502530000"),
        ("US", "1 650 253 0000", "+16502530000"),
        ("US", "011 44 20 8366 1177", "+442083661177"),
        ("US", "+32 478 12 34 56", "+32478123456"),
        ("RU", "8 495 123 45 67", "+74951234567"),
        ("GB", "+1 650 253 0000", "+16502530000"),
    ] {
        let m = FieldMapping { region: Some(region.to_owned()), ..mapping(Kind::Phone) };
        check(&m, &[(text, expected)]);
    }
}

#[test]
fn phone_without_region_or_with_an_unknown_one() {
    for region in [None, Some("XX".to_owned()), Some(String::new())] {
        let m = FieldMapping { region, ..mapping(Kind::Phone) };
        check(&m, &[("0478/12 34 56", "0478123456"), ("0032 478 12 34 56", "+32478123456")]);
        check_apart(&m, &["0478123456", "+32478123456"]);
    }
    let lower = FieldMapping { region: Some("be".to_owned()), ..mapping(Kind::Phone) };
    check(&lower, &[("0478/12 34 56", "+32478123456")]);
}

#[test]
fn number() {
    let m = mapping(Kind::Number);
    check(
        &m,
        &[
            ("1.50", "1.5"),
            ("1,50", "1.5"),
            ("+1.5", "1.5"),
            ("1", "1"),
            ("1.0", "1"),
            ("100", "100"),
            ("1.234,50", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1 234,50", "1234.5"),
            ("1\u{a0}234,50", "1234.5"),
            ("1\u{202f}234\u{202f}567,5", "1234567.5"),
            ("1'234.50", "1234.5"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("1234,567", "1234.567"),
            ("0,125", "0.125"),
            ("1.234", "1.234"),
            ("€ 12,50", "12.5"),
            ("12,50 €", "12.5"),
            ("-€5", "-5"),
            ("€ -5", "-5"),
            ("-0", "0"),
            ("\u{2212}3", "-3"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007", "7"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            ("0e400", "0"),
            // Not surely a number: compared as they stand.
            ("1,234", "1,234"),
            ("1e999999999", "1e999999999"),
            ("12 34", "12 34"),
            ("1.2.3", "1.2.3"),
            ("1,23,456", "1,23,456"),
            ("50%", "50%"),
            ("10 CHF", "10 CHF"),
            ("--5", "--5"),
            ("e5", "e5"),
            (".", "."),
            ("€", "€"),
            ("NaN", "NaN"),
        ],
    );
    check_apart(&m, &["1,234", "1234", "1.234", "12.34", "0.1", "0.10000000000000001"]);
}

#[test]
fn boolean() {
    let m = mapping(Kind::Boolean);
    for yes in ["yes", "Y", "1", "TRUE", "on", "ja", "Oui", " x "] {
        assert_eq!(form(&m, yes), "true", "{yes}");
    }
    for no in ["no", "N", "0", "False", "off", "nee", "NON"] {
        assert_eq!(form(&m, no), "false", "{no}");
    }
    check(&m, &[("Perhaps", "perhaps"), ("2", "2")]);
    let words = FieldMapping {
        words: PerSide::new(Some(("Actief".into(), "Gestopt".into())), Some(("0".into(), "1".into()))),
        ..mapping(Kind::Boolean)
    };
    check(&words, &[("actief", "true"), ("GESTOPT", "false"), ("yes", "true")]);
    // A platform's own words come before the usual ones.
    assert_eq!(normal(&words, Side::B, &"0".into()).unwrap(), "true");
    assert!(same(&words, (Side::A, &"Gestopt".into()), (Side::B, &"1".into())));
    assert!(!same(&words, (Side::A, &"Gestopt".into()), (Side::B, &"0".into())));
}

#[test]
fn date() {
    let m = mapping(Kind::Date);
    for text in [
        "1985-04-13",
        "19850413",
        "13/04/1985",
        "13.4.1985",
        "13-04-1985",
        "04/13/1985",
        "1985/04/13",
        "1985.4.13",
        "1985-04-13T00:00:00",
        "1985-04-13 00:00:00.000Z",
    ] {
        assert_eq!(form(&m, text), "1985-04-13", "{text}");
    }
    check(
        &m,
        &[
            ("03/04/2020", "2020-04-03"),
            ("--0413", "--04-13"),
            ("--04-13", "--04-13"),
            ("--0229", "--02-29"),
            ("2021-02-29", "2021-02-29"),
            ("31/02/2020", "31/02/2020"),
            ("13/04/85", "13/04/85"),
            ("1985-04", "1985-04"),
            ("1985-04-13T10:00:00", "1985-04-13T10:00:00"),
            ("soon", "soon"),
            ("--", "--"),
            ("1985-04-13-01", "1985-04-13-01"),
        ],
    );
    check_apart(&m, &["1985-04-13", "--0413", "1985-04-14", "1985-04-13T10:00:00", "13/04/85"]);
}

#[test]
fn date_time() {
    let m = mapping(Kind::DateTime);
    for text in [
        "2024-01-02T10:15:00Z",
        "2024-01-02T11:15:00+01:00",
        "2024-01-02 11:15:00+01:00",
        "20240102T101500Z",
        "2024-01-02T10:15Z",
        "02/01/2024 10:15:00Z",
    ] {
        assert_eq!(form(&m, text), "2024-01-02T10:15:00Z", "{text}");
    }
    check(
        &m,
        &[
            ("2024-01-02T10:15:00", "2024-01-02T10:15:00"),
            ("2024-01-02 10:15", "2024-01-02T10:15:00"),
            ("02/01/2024 10:15", "2024-01-02T10:15:00"),
            ("20240102T101500", "2024-01-02T10:15:00"),
            ("2024-01-02T10:15:00.500Z", "2024-01-02T10:15:00.5Z"),
            ("2024-01-02", "2024-01-02"),
            ("later today", "later today"),
        ],
    );
    check_apart(
        &m,
        &[
            "2024-01-02",
            "2024-01-02T00:00:00",
            "2024-01-02T00:00:00Z",
            "2024-01-02T00:00:00+01:00",
            "2024-01-02T00:00:01",
        ],
    );
}

#[test]
fn choice() {
    let m = FieldMapping {
        values: pairs(&[("Lead", "prospect"), ("Klant", "customer"), ("Suspect", "Prospect")]),
        ..mapping(Kind::Choice)
    };
    let agree = |a: &str, b: &str| same(&m, (Side::A, &a.into()), (Side::B, &b.into()));
    assert!(agree("lead", "PROSPECT"));
    assert!(agree("Suspect", "prospect"));
    assert!(agree(" klant ", "customer"));
    assert!(!agree("Klant", "prospect"));
    assert!(same(&m, (Side::A, &"Lead".into()), (Side::A, &"Suspect".into())));
    let error = normal(&m, Side::A, &"customer".into()).unwrap_err();
    let ValueError::NotInChoices { choices, value, .. } = &error else { panic!("{error}") };
    assert_eq!((choices.join("|"), value.as_str()), ("Lead|Klant|Suspect".to_owned(), "customer"));
    assert!(
        error.to_string().contains("“customer” is not one of the choices of the field “field” (Lead, Klant, Suspect)")
    );
    // Words outside the table still compare, as plain text.
    assert!(same(&m, (Side::A, &"Other ".into()), (Side::B, &"Other".into())));
    assert!(!same(&m, (Side::A, &"Other".into()), (Side::B, &"prospect".into())));
    check(&mapping(Kind::Choice), &[("Lead", "lead"), (" LEAD", "lead")]);
}

#[test]
fn choices_that_are_each_others_opposite() {
    let m = FieldMapping { values: pairs(&[("yes", "no"), ("no", "yes")]), ..mapping(Kind::Choice) };
    assert!(same(&m, (Side::A, &"yes".into()), (Side::B, &"no".into())));
    assert!(!same(&m, (Side::A, &"yes".into()), (Side::B, &"yes".into())));
    assert!(!same(&m, (Side::A, &"yes".into()), (Side::A, &"no".into())));
}

#[test]
fn a_value_table_of_another_kind() {
    let m = FieldMapping { values: pairs(&[("BE", "Belgium"), ("NL", "Netherlands")]), ..mapping(Kind::Text) };
    let agree = |a: &str, b: &str| same(&m, (Side::A, &a.into()), (Side::B, &b.into()));
    assert!(agree("BE", "Belgium"));
    assert!(agree("France", "France"));
    assert!(!agree("France", "france"));
    assert!(!agree("BE", "Netherlands"));
    // A holds B's word: it goes over as it is, and means there what it says.
    assert!(agree("Belgium", "Belgium"));
}

#[test]
fn list() {
    let m = mapping(Kind::List);
    for text in ["vip, press", "press;vip", "press\r\nvip", " vip ,, press, vip ;"] {
        assert_eq!(form(&m, text), "press\nvip", "{text}");
    }
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    assert!(same(&m, (Side::A, &"vip, press".into()), (Side::B, &list(&["press", "", "vip "]))));
    assert!(!same(&m, (Side::A, &"vip, press".into()), (Side::B, &list(&["press", "VIP"]))));
    assert!(same(&m, (Side::A, &"A@x.be".into()), (Side::B, &list(&["a@X.be"]))));
    assert!(!same(&m, (Side::A, &"a, b".into()), (Side::B, &list(&["a, b"]))));
    let piped = FieldMapping { separator: PerSide::new(Some(" | ".into()), None), ..mapping(Kind::List) };
    assert!(same(&piped, (Side::A, &"a, b|c".into()), (Side::B, &list(&["c", "a, b"]))));
}

#[test]
fn default_of_the_other_side() {
    let m = FieldMapping { default: PerSide::new(None, Some("BE".into())), ..mapping(Kind::Text) };
    let agree = |m: &FieldMapping, a: &str, b: &str| same(m, (Side::A, &a.into()), (Side::B, &b.into()));
    assert!(agree(&m, "", "BE"));
    assert!(agree(&m, "BE", "BE"));
    assert!(!agree(&m, "", "NL"));
    assert!(!agree(&m, "", ""), "B is to get its default");
    assert!(!agree(&m, "BE", ""), "A has no default");
    // B's default is of no use where nothing travels to B.
    let back = FieldMapping { direction: Direction::BToA, ..m };
    assert!(agree(&back, "", ""));
    assert!(!agree(&back, "", "BE"));
    let yes = FieldMapping { default: PerSide::new(None, Some("Yes".into())), ..mapping(Kind::Boolean) };
    assert!(agree(&yes, " ", "1"));
}

#[test]
fn full_names() {
    let m = FieldMapping { transform: Transform::SplitName, ..mapping(Kind::Text) };
    check(
        &m,
        &[
            ("Jan  Peeters", "Jan Peeters"),
            ("Peeters, Jan", "Jan Peeters"),
            ("Jose\u{301} Díaz", "José Díaz"),
            ("Jan Peeters, Jr.", "Jan Peeters Jr."),
        ],
    );
    check_apart(&m, &["Jan Peeters", "Peeters Jan", "jan peeters"]);
}

#[test]
fn the_quick_way_for_clean_numbers_gives_what_parsing_gives() {
    for number in [
        "+32478123456",
        "+31612345678",
        "+3225551212",
        "+33612345678",
        "+41446681800",
        "+436601234567",
        "+442083661177",
        "+46701234567",
        "+4930123456",
        "+4915112345678",
    ] {
        let slow = phonenumber::parse(None, number).unwrap().format().mode(phonenumber::Mode::E164).to_string();
        assert_eq!(form(&mapping(Kind::Phone), number), slow);
    }
}

/// For a look by hand: `cargo test --lib engine -- --ignored --nocapture how_long`.
#[test]
#[ignore = "a measurement, not a check"]
fn how_long_100_000_values_take() {
    let m = mapping(Kind::Phone);
    for style in ["+32 478 {} {} {}", "0478/{} {} {}", "+32 (0)478 {}{}{}", "+370 612 {}{}{}"] {
        let numbers: Vec<Value> = (0..100_000)
            .map(|i: u32| {
                let number = format!("{i:06}");
                let mut parts = [&number[..2], &number[2..4], &number[4..]].into_iter();
                let text: String = style
                    .split("{}")
                    .zip(std::iter::from_fn(|| Some(parts.next().unwrap_or(""))))
                    .fold(String::new(), |text, (part, digits)| text + part + digits);
                Value::text(text)
            })
            .collect();
        let start = std::time::Instant::now();
        let forms: BTreeSet<String> = numbers.iter().map(|number| normal(&m, Side::A, number).unwrap()).collect();
        let took = start.elapsed();
        assert_eq!(forms.len(), 100_000);
        let first = forms.first().unwrap();
        std::io::Write::write_all(&mut std::io::stderr(), format!("{style}: {took:?} (first {first})\n").as_bytes())
            .unwrap();
    }
}

pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        3 => "[0-9+()./ x#e,;:TZ-]{0,18}",
        2 => "\\+?(0|00|32|31|1|44)?[0-9 /.-]{6,12}( ?(ext|x|#)\\.? ?[0-9]{1,4})?",
        2 => "[-+€$ ]{0,2}[0-9]{1,4}([., '][0-9]{1,3}){0,3}(e-?[0-9]{1,9})?",
        2 => "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+]0[0-9]:00)?)?",
        2 => "(mailto:|<| ){0,3}[A-Za-zİß.@ ]{0,12}>?",
        2 => "(van |de |Jr\\. |Jan |PEETERS|, |,|II ){0,5}",
        1 => prop::sample::select(vec!["Lead", "prospect", "suspect", "yes", "no", "BE", "Belgium"]).prop_map(str::to_owned),
    ]
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => any_text().prop_map(Value::Text),
        1 => prop::collection::vec(any_text(), 0..4).prop_map(Value::List),
    ]
}

pub(crate) fn any_mapping() -> impl Strategy<Value = FieldMapping> {
    let word = || {
        prop::sample::select(vec!["Lead", "prospect", "Suspect", "yes", "no", "0", "BE", "ß"]).prop_map(str::to_owned)
    };
    let direction = prop::sample::select(vec![Direction::Both, Direction::AToB, Direction::BToA]);
    (
        prop::sample::select(KINDS.to_vec()),
        direction,
        prop::collection::vec((word(), word()), 0..4),
        prop::option::of(prop::sample::select(vec!["BE", "US", "XX"])),
        (prop::option::of((word(), word())), prop::option::of((word(), word()))),
        (prop::option::of("[|;, ]{0,2}"), prop::option::of("[|;, ]{0,2}")),
        (prop::option::of(word()), prop::option::of(word())),
        (any::<bool>(), any::<bool>()),
    )
        .prop_map(|(kind, direction, values, region, words, separator, default, (split, write_normal))| {
            FieldMapping {
                direction,
                values: values.into_iter().map(|(a, b)| PerSide::new(a, b)).collect(),
                region: region.map(str::to_owned),
                // One word for yes and no says nothing.
                words: PerSide::new(words.0, words.1).map(|words| words.filter(|(yes, no)| yes != no)),
                separator: PerSide::new(separator.0, separator.1),
                default: PerSide::new(default.0, default.1),
                transform: if split { Transform::SplitName } else { Transform::None },
                write_normal,
                ..FieldMapping::simple("field", "a", "b", kind)
            }
        })
}

fn any_side() -> impl Strategy<Value = Side> {
    prop::sample::select(Side::BOTH.to_vec())
}

proptest! {
    #[test]
    fn same_is_reflexive_symmetric_and_mirrored(m in any_mapping(), a in any_value(), b in any_value(), x in any_side(), y in any_side()) {
        prop_assert!(same(&m, (x, &a), (x, &a)));
        let direct = same(&m, (x, &a), (y, &b));
        prop_assert_eq!(direct, same(&m, (y, &b), (x, &a)));
        let swapped = mirrored(&m);
        prop_assert_eq!(direct, same(&swapped, (x.opposite(), &a), (y.opposite(), &b)));
        prop_assert_eq!(normal(&m, x, &a).ok(), normal(&swapped, x.opposite(), &a).ok());
    }

    #[test]
    fn a_normal_form_is_its_own_normal_form(kind in prop::sample::select(KINDS.to_vec()), region in prop::option::of(Just("BE")), text in any_text()) {
        let m = FieldMapping { region: region.map(str::to_owned), ..mapping(kind) };
        // A text that cannot be read as its kind is never written in the form in which it compares.
        if let Some(once) = readable(&m, Side::A, &text) {
            prop_assert_eq!(readable(&m, Side::A, &once), Some(once.clone()));
            prop_assert!(same(&m, (Side::A, &Value::text(text)), (Side::B, &Value::text(once))));
        }
    }

    #[test]
    fn the_form_of_a_list_is_its_own_form(text in any_text()) {
        let once = form(&mapping(Kind::List), &text);
        prop_assert_eq!(form(&mapping(Kind::List), &once), once);
    }

    #[test]
    fn a_full_name_is_the_same_when_split_and_joined(text in any_text()) {
        let (given, family) = names::split(&text);
        let joined = names::join(&given, &family);
        prop_assert_eq!(names::normal(&joined), joined.clone());
        prop_assert_eq!(names::normal(&text), joined);
    }

    #[test]
    fn only_the_empty_is_empty(kind in prop::sample::select(KINDS.to_vec()), value in any_value()) {
        let form = normal(&mapping(kind), Side::A, &value).unwrap();
        // A list of separators only is a list with nothing in it.
        if kind != Kind::List {
            prop_assert_eq!(form.is_empty(), value.is_empty(), "{:?}", form);
        }
    }
}
