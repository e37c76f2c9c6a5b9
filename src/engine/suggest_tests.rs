//! Tests of the suggestions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected is to fail at once"
)]

use super::*;

fn field(name: &str, samples: &[&str]) -> FieldInfo {
    let samples = samples.iter().map(|sample| (*sample).to_owned()).collect();
    FieldInfo { name: name.to_owned(), label: name.to_owned(), samples, ..FieldInfo::default() }
}

fn fields(names: &[&str]) -> Vec<FieldInfo> {
    names.iter().map(|name| field(name, &[])).collect()
}

/// The proposal as `a=b kind` lines.
fn check(a: &[FieldInfo], b: &[FieldInfo], expected: &[&str]) {
    let found = suggest(a, b, Some("BE"));
    let lines: Vec<String> = found
        .iter()
        .map(|(m, _, _)| format!("{}={} {:?}", m.fields.a.join("+"), m.fields.b.join("+"), m.kind))
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_dutch_customer_list_and_an_address_book() {
    let a = fields(&[
        "Klantnr",
        "Voornaam",
        "Familienaam",
        "E-mail",
        "GSM",
        "Telefoon",
        "Bedrijf",
        "Straat",
        "Postcode",
        "Gemeente",
        "Land",
        "Opmerkingen",
        "Labels",
    ]);
    let b = fields(&[
        "fn",
        "n.given",
        "n.family",
        "email",
        "tel:mobile",
        "tel",
        "org",
        "adr.street",
        "adr.code",
        "adr.city",
        "adr.country",
        "note",
        "categories",
        "bday",
    ]);
    check(
        &a,
        &b,
        &[
            "E-mail=email Email",
            "Voornaam=n.given Text",
            "Familienaam=n.family Text",
            "GSM=tel:mobile Phone",
            "Telefoon=tel Phone",
            "Bedrijf=org Text",
            "Straat=adr.street Text",
            "Postcode=adr.code Text",
            "Gemeente=adr.city Text",
            "Land=adr.country Text",
            "Labels=categories List",
            "Opmerkingen=note Text",
        ],
    );
    let found = suggest(&a, &b, Some("BE"));
    let keys: Vec<&str> = found.iter().filter(|(_, _, key)| *key).map(|(m, _, _)| m.name.as_str()).collect();
    assert_eq!(keys, ["email"]);
    assert_eq!(found[3].0.region.as_deref(), Some("BE"));
    assert_eq!(found[0].0.region, None);
}

#[test]
fn a_full_name_against_its_parts() {
    let a = fields(&["Nom complet", "Courriel"]);
    let b = fields(&["fn", "given_name", "family_name", "email"]);
    check(&a, &b, &["Courriel=email Email", "Nom complet=given_name+family_name Text"]);
    check(&b, &a, &["email=Courriel Email", "given_name+family_name=Nom complet Text"]);
    let (mapping, _, _) = &suggest(&a, &b, None)[1];
    assert_eq!(mapping.transform, Transform::SplitName);
}

#[test]
fn equal_names_take_the_kind_of_their_samples() {
    let a = [
        field("Saldo", &["1,50", "12"]),
        field("Since", &["13/04/1985"]),
        field("Active", &["yes"]),
        field("Code", &["007"]),
        field("Only A", &[]),
    ];
    let b = [field("saldo", &["3"]), field("since", &[]), field("ACTIVE", &["no"]), field("code", &["12"])];
    check(&a, &b, &["Active=ACTIVE Boolean", "Code=code Text", "Saldo=saldo Number", "Since=since Date"]);
}

#[test]
fn the_order_of_the_fields_does_not_matter_and_each_is_used_once() {
    let a = fields(&["mail", "email", "phone", "tel", "name", "x"]);
    let b = fields(&["e-mail", "telephone", "mobile", "x", "naam"]);
    let turned = |fields: &[FieldInfo]| fields.iter().rev().cloned().collect::<Vec<_>>();
    let found = suggest(&a, &b, None);
    assert_eq!(found, suggest(&turned(&a), &turned(&b), None));
    let mut used: Vec<&String> = found.iter().flat_map(|(m, _, _)| &m.fields.a).collect();
    let count = used.len();
    used.sort();
    used.dedup();
    assert_eq!((used.len(), count), (4, 4));
}

#[test]
fn what_cannot_be_written_is_only_read() {
    let a = [FieldInfo { read_only: true, ..field("email", &[]) }];
    assert_eq!(suggest(&a, &fields(&["mail"]), None)[0].0.direction, Direction::AToB);
    assert_eq!(suggest(&fields(&["mail"]), &a, None)[0].0.direction, Direction::BToA);
}

/// The proposal with the reasons.
fn reasons(a: &[FieldInfo], b: &[FieldInfo]) -> Vec<String> {
    let found = suggest(a, b, None);
    found.iter().map(|(m, why, _)| format!("{}={}: {why}", m.fields.a.join("+"), m.fields.b.join("+"))).collect()
}

#[test]
fn fields_without_a_telling_name_pair_by_what_they_hold() {
    let a = [
        field("Column 1", &["ann@example.org", "bart@example.org"]),
        field("Column 2", &["Gent", "Brugge", "Aalst", "Lier"]),
        field("Column 3", &["0478/12.34.56", "03 123 45 67"]),
        field("Column 4", &["x"]),
    ];
    let b = [
        field("f1", &["chris@example.org"]),
        field("f2", &["gent", "aalst", "brugge", "Mechelen"]),
        field("f3", &["+32 478 12 34 56"]),
        field("f4", &["y"]),
    ];
    assert_eq!(
        reasons(&a, &b),
        [
            "Column 1=f1: both hold email addresses",
            "Column 2=f2: 3 of the values are the same in both lists",
            "Column 3=f3: both hold telephone numbers",
        ]
    );
    assert!(suggest(&a, &b, None)[0].2, "an address is the best key");
}

#[test]
fn longer_and_misspelt_names_are_understood() {
    let a = fields(&["Customer telephone", "Leveringsvoorwaarde"]);
    let b = fields(&["tel", "Leveringsvoorwaarden"]);
    assert_eq!(
        reasons(&a, &b),
        [
            "Customer telephone=tel: “Customer telephone” and “tel” mean the same",
            "Leveringsvoorwaarde=Leveringsvoorwaarden: “Leveringsvoorwaarde” and “Leveringsvoorwaarden” are written much alike",
        ]
    );
}

#[test]
fn a_name_that_misleads_is_not_believed() {
    let a = [field("E-mail", &["yes", "no"]), field("Address", &["ann@example.org"])];
    let b = [field("email", &["bart@example.org"]), field("street", &["Dorp 1"])];
    assert_eq!(reasons(&a, &b), ["Address=email: both hold email addresses"]);
}

#[test]
fn days_that_the_sides_write_differently_are_written_as_each_does() {
    let format = |a: &[&str], b: &[&str]| {
        let found = suggest(&[field("Birthday", a)], &[field("birthday", b)], None);
        (found[0].0.format.a.clone().unwrap_or_default(), found[0].0.format.b.clone().unwrap_or_default())
    };
    let own = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(format(&["17/05/1978", "03/02/1984"], &["1968-02-12", ""]), own("%d/%m/%Y", "%Y-%m-%d"));
    assert_eq!(format(&["17/05/1978"], &[]), own("%d/%m/%Y", "%Y-%m-%d"));
    assert_eq!(format(&["1978-05-17"], &[]), own("", ""));
    assert_eq!(format(&["17/05/1978"], &["03/02/1984"]), own("", ""));
    // Only the whole list tells that the month comes first.
    assert_eq!(format(&["04/03/1978", "11/30/1984"], &["1968-02-12"]), own("%m/%d/%Y", "%Y-%m-%d"));
    // Where one side has several ways already, none of them is imposed.
    assert_eq!(format(&["17/05/1978", "3-2-1984"], &["1968-02-12"]), own("", ""));
}

#[test]
fn the_country_of_numbers_without_a_code_is_that_of_the_others() {
    let region = |numbers: &[&str], own: Option<&str>| {
        let found = suggest(&[field("Phone", numbers)], &[field("tel", &["0478 12 34 56"])], own);
        found[0].0.region.clone().unwrap_or_default()
    };
    let belgian = ["+32 478 12 34 56", "+32479000001", "0032 3 111 22 33", "+31 6 16692874", "0478 55 55 55"];
    assert_eq!(region(&belgian, Some("US")), "BE");
    assert_eq!(region(&belgian[2..], Some("NL")), "NL", "too few say so");
    assert_eq!(region(&belgian[3..], None), "");
}
