//! Tests of the assistant's model.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use std::sync::Arc;

use super::board::board;
use super::model::{same_words, tidy};
use super::*;
use crate::model::{
    Direction, FieldFit, FieldMapping, Filter, FilterTest, Kind, Misfit, MisfitKind, PerSide, PlatformInfo, Policy,
    SecretRef, SignIn, Transform,
};
use crate::service::{PairStatus, Suggestion};
use crate::ui::testing as given;

fn platforms() -> Vec<PlatformInfo> {
    given::snapshot(Vec::new()).platforms.to_vec()
}

fn draft(kind: &str) -> AccountDraft {
    AccountDraft::of_kind(platforms().iter().find(|platform| platform.kind == kind).unwrap())
}

fn set(account: &mut AccountDraft, key: &str, text: &str) {
    account.options.insert(key.to_owned(), text.to_owned());
}

/// An assistant with both accounts and the fields of the window's tests.
fn filled() -> Setup {
    let mut setup = Setup::edit(&given::spec(), &given::snapshot(vec![given::pair(PairStatus::New)]));
    setup.fields = PerSide::from_fn(given::field_infos);
    setup.known = Known::Yes;
    setup
}

#[test]
fn a_pair_that_is_edited_and_not_changed_stays_what_it_was() {
    let mut spec = given::spec();
    spec.fields[2].region = Some("BE".to_owned());
    spec.fields[2].policy = Some(Policy::A);
    spec.fields[3].direction = Direction::AToB;
    spec.match_keys = vec!["phone".to_owned(), "email".to_owned()];
    let snapshot = given::snapshot(vec![given::pair(PairStatus::InStep)]);
    let setup = Setup::edit(&spec, &snapshot);
    assert_eq!(setup.pair(), spec);
    let accounts = given::accounts();
    assert_eq!((setup.sides.a.settings(), setup.sides.b.settings()), (accounts[1].clone(), accounts[0].clone()));
    assert!(setup.sides.a.works() && setup.sides.b.works(), "what was saved need not be tried again");
}

#[test]
fn a_connection_counts_only_for_what_was_tried() {
    let mut account = AccountDraft::default();
    assert!(!account.works());
    assert_eq!(account.missing().as_deref(), Some("Choose the kind of account first."));
    account = draft("csv");
    assert_eq!(account.missing().as_deref(), Some("Fill in “File” first."));
    set(&mut account, "path", "/home/ann/shop.csv");
    assert_eq!(account.missing(), None);
    let settings = account.settings();
    assert_eq!(settings.name, "shop");
    account.check = Some((settings.clone(), Ok(given::check(&settings))));
    assert!(account.works());
    assert_eq!(account.list().as_deref(), Some("shop.csv"));
    set(&mut account, "path", "/home/ann/other.csv");
    assert!(!account.works(), "another file has to be tried anew");
}

#[test]
fn a_failed_step_does_not_count_as_a_connection() {
    let mut account = draft("carddav");
    set(&mut account, "url", "https://example.org");
    let settings = account.settings();
    let mut check = given::check(&settings);
    check.steps[0].error = Some("refused".to_owned());
    account.check = Some((settings, Ok(check)));
    assert!(!account.works());
}

#[test]
fn a_password_is_never_in_the_settings() {
    let mut account = draft("carddav");
    set(&mut account, "url", "https://example.org");
    set(&mut account, "username", "ann");
    account.password = "s3cret".to_owned();
    let settings = account.settings();
    assert!(!format!("{settings:?}").contains("s3cret"));
    assert_eq!(settings.secret, Some(SecretRef::Keyring));
    account.keep = Keep::Ask;
    assert_eq!(account.settings().secret, Some(SecretRef::Ask));
}

#[test]
fn a_password_from_the_environment_stays_there_until_one_is_typed() {
    let mut base = given::accounts()[0].clone();
    base.secret = Some(SecretRef::Env("ANN_PASSWORD".to_owned()));
    let mut account = AccountDraft::of(&base, None, &platforms());
    assert_eq!(account.settings(), base);
    account.password = "new".to_owned();
    assert_eq!(account.password(), None, "what comes from the environment is not kept");
    account.keep = Keep::Keyring;
    assert_eq!(account.settings().secret, Some(SecretRef::Keyring));
    assert_eq!(account.password().as_deref(), Some("new"));
}

#[test]
fn rows_get_names_of_their_own() {
    let mut setup = Setup::new();
    for _ in 0..2 {
        setup.pair_fields("E-mail", "");
    }
    for row in &mut setup.rows {
        row.key = false;
    }
    assert_eq!(setup.board_problem().as_deref(), Some("Pick a field on both sides of every row, or remove the row."));
    for row in &mut setup.rows {
        row.mapping.fields = PerSide::new(vec!["E-mail".to_owned()], vec!["email:home".to_owned()]);
    }
    assert!(setup.board_problem().unwrap().contains("match records by"));
    setup.rows[1].key = true;
    assert_eq!(setup.board_problem(), None);
    let spec = setup.pair();
    let names: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["email_home", "email_home_2"]);
    assert_eq!(spec.match_keys, ["email_home_2"]);
}

#[test]
fn suggestions_do_not_overwrite_a_board_that_is_filled() {
    let mut setup = Setup::new();
    let suggestion = |why: &str| Suggestion { mapping: given::mappings()[0].clone(), why: why.to_owned(), key: false };
    setup.suggest(vec![suggestion("same name")]);
    setup.rows[0].mapping.direction = Direction::BToA;
    setup.suggest(vec![suggestion("new reason"), suggestion("more")]);
    assert_eq!(setup.rows.len(), 1);
    assert_eq!(setup.rows[0].mapping.direction, Direction::BToA);
    assert_eq!(setup.rows[0].why.as_deref(), Some("new reason"));
}

#[test]
fn what_is_typed_is_kept_over_a_restart_without_the_password() {
    let mut setup = Setup::new();
    assert_eq!(setup.to_text(), None, "there is nothing to keep yet");
    setup.sides.a = draft("carddav");
    set(&mut setup.sides.a, "url", "https://example.org");
    setup.sides.a.password = "s3cret".to_owned();
    setup.pair_fields("a", "b");
    setup.spec.deletes = crate::model::DeletePolicy::Both;
    (setup.step, setup.reached) = (Step::Rules, Step::Rules);
    let text = setup.to_text().unwrap();
    assert!(!text.contains("s3cret"));
    let mut back = Setup::of_text(&text).unwrap();
    back.follow(&given::snapshot(Vec::new()));
    assert_eq!((back.step, back.rows.len(), back.spec.deletes), (Step::Rules, 1, setup.spec.deletes));
    assert_eq!(back.sides.a.options, setup.sides.a.options);
    assert_eq!(back.sides.a.missing(), None, "what its platform needs is known again");
    assert!(Setup::of_text("{}").is_none(), "a draft of another version is not taken for one of this");
}

#[test]
fn two_accounts_of_one_kind_get_names_of_their_own() {
    let mut setup = Setup::new();
    setup.sides = PerSide::from_fn(|_| draft("carddav"));
    setup.follow(&given::snapshot(Vec::new()));
    assert_eq!(setup.names(), PerSide::new("Address book".to_owned(), "Address book 2".to_owned()));
    setup.follow(&given::snapshot(vec![given::pair(PairStatus::New)]));
    assert_eq!(setup.names().a, "Address book 2", "another account has the name already");
}

#[test]
fn an_account_keeps_its_name_while_it_is_saved() {
    let mut setup = Setup::new();
    setup.sides = PerSide::from_fn(|_| draft("carddav"));
    let mut world = given::snapshot(Vec::new());
    setup.follow(&world);
    let names = PerSide::new("Address book".to_owned(), "Address book 2".to_owned());
    // The service tells of the new accounts before it answers that they are saved.
    world.accounts = Side::BOTH.map(|side| setup.sends(side).0).to_vec();
    setup.follow(&world);
    assert_eq!(setup.names(), names);
    for side in Side::BOTH {
        assert!(!setup.name_is_taken(side, &world));
        setup.has_saved(side);
        setup.follow(&world);
        assert_eq!(setup.names(), names);
        assert!(!setup.is_to_save(side));
    }

    // What could not be saved leaves the name to whoever has it.
    let mut other = Setup::new();
    other.sides.b = draft("carddav");
    other.follow(&given::snapshot(Vec::new()));
    let _sent = other.sends(Side::B);
    other.has_not_saved(Side::B);
    other.follow(&world);
    assert_eq!(other.names().b, "Address book 3");
}

#[test]
fn kinds_of_accounts_are_found_by_any_of_their_words() {
    let mut known = platforms();
    let many = (0..30).map(|number| PlatformInfo {
        kind: format!("crm{number}"),
        name: format!("CRM number {number}"),
        about: "Contacts and companies.".to_owned(),
        options: Vec::new(),
        sign_in: SignIn::None,
    });
    known.extend(many);
    let names = |text: &str| -> Vec<String> {
        accounts::found(&known, text).iter().map(|platform| platform.name.clone()).collect()
    };
    assert_eq!(names("").len(), known.len());
    assert_eq!(names("nextcloud address"), ["Address book (CardDAV)"]);
    assert_eq!(names("CRM 17"), ["CRM number 17"]);
    assert!(names("nothing like it").is_empty());
}

#[test]
fn two_fields_are_paired_by_picking_one_and_then_the_other() {
    let mut setup = filled();
    let before = setup.rows.len();
    setup.pick(Side::B, "note");
    setup.pick(Side::B, "adr.city");
    assert_eq!(setup.picked, Some((Side::B, "adr.city".to_owned())), "of the same side, the last one counts");
    setup.pick(Side::A, "Remarks");
    assert_eq!(setup.rows.len(), before + 1);
    let row = setup.rows.last().unwrap();
    assert_eq!(row.mapping.fields, PerSide::new(vec!["Remarks".to_owned()], vec!["adr.city".to_owned()]));
    assert_eq!((setup.picked.clone(), setup.open), (None, Some(row.number)));
    let number = row.number;
    setup.replace(number, Side::B, "note");
    assert_eq!(setup.rows.last().unwrap().mapping.fields.b, ["note"]);
}

#[test]
fn the_board_shows_values_reasons_and_what_would_go_wrong() {
    let mut setup = filled();
    setup.fields.b.push(crate::model::FieldInfo {
        name: "org".to_owned(),
        label: "Company".to_owned(),
        required: true,
        ..crate::model::FieldInfo::default()
    });
    let misfit = Misfit {
        kind: MisfitKind::TooLong(4),
        side: Side::A,
        field: "Phone".to_owned(),
        count: 3,
        records: vec![("Ann Peeters".to_owned(), "0478/12 34 56".to_owned())],
    };
    let row = &mut setup.rows[2];
    row.fit = Some((row.trial(), Vec::new(), Arc::new(FieldFit { misfits: vec![misfit], ..FieldFit::default() })));
    let shown = board(&setup);
    let mut lines: Vec<String> = shown
        .lines
        .iter()
        .map(|line| {
            let warnings: Vec<String> =
                line.warnings.iter().map(|one| format!(" [{} {:?} +{}]", one.text, one.records, one.more)).collect();
            let [a, b] = [&line.ends.a, &line.ends.b];
            format!(
                "{}: {} ({}) {:?} {} ({}){}",
                line.place,
                a.label,
                a.sample,
                line.direction,
                b.label,
                b.sample,
                warnings.join("")
            )
        })
        .collect();
    for side in Side::BOTH {
        lines.extend(shown.loose.get(side).iter().map(|field| format!("{side}: {} ({})", field.label, field.sample)));
    }
    lines.extend(shown.lacking);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    1: Name (Ann Peeters) Both Full name (Ann Peeters)
    2: E-mail (ann.peeters@example.org) Both Email (ann.peeters@example.org)
    3: Phone (0478/12 34 56) Both Phone (+32 478 12 34 56) [3 records of Shop list are too long: “Phone” of Address book takes 4 characters. [("Ann Peeters", "0478/12 34 56")] +2]
    4: City (Sint-Niklaas) Both City (Sint-Niklaas)
    A: Remarks (pays late)
    B: Note (met at the fair)
    B: Company ()
    Address book refuses new records without “Company”, which nothing fills yet. Pair it, or let no new records be added there.
    "#);
}

#[test]
fn a_fit_counts_only_for_the_mapping_and_the_filters_that_were_tried() {
    let mut setup = filled();
    let wanted = setup.to_fit();
    assert_eq!(wanted.len(), 4);
    setup.fitting = Some(Fitting { request: None, tried: wanted, filters: Vec::new() });
    setup.rows[1].mapping.kind = Kind::Text;
    let fit = crate::model::Fit { fields: vec![FieldFit::default(); 4], passing: PerSide::new(1, 2) };
    setup.take_fit(fit);
    assert_eq!(setup.to_fit().len(), 1, "what was changed meanwhile is tried again");
    let blank = Filter { side: Side::A, field: "City".to_owned(), test: FilterTest::Is(vec![" ".to_owned()]) };
    setup.spec.filters.push(blank);
    assert_eq!(setup.to_fit().len(), 1, "a filter without words would leave all out, so it does not count yet");
    assert!(filters::problem(&setup).is_some());
    setup.spec.filters[0].test = FilterTest::Is(vec![" Gent ".to_owned(), String::new()]);
    assert_eq!(setup.to_fit().len(), 4);
    assert_eq!(setup.pair().filters[0].test, FilterTest::Is(vec!["Gent".to_owned()]));
}

#[test]
fn a_mapping_never_keeps_what_a_settings_file_would_refuse() {
    let mut mapping = FieldMapping::simple("m", "a", "b", Kind::Phone);
    mapping.region = Some("BE".to_owned());
    mapping.kind = Kind::Text;
    mapping.format.a = Some("%d".to_owned());
    mapping.default.a = Some("x".to_owned());
    mapping.transform = Transform::Template("{{ record[\"a\"] }}".to_owned());
    tidy(&mut mapping);
    assert_eq!((mapping.region, mapping.format.a, mapping.default.a), (None, None, None));
    assert_eq!(mapping.direction, Direction::AToB, "a template goes one way");
}

#[test]
fn words_are_paired_that_are_the_same_or_nearly_so() {
    let words = |list: &[&str]| list.iter().map(|word| ((*word).to_owned(), 1)).collect();
    let pairs =
        same_words(&PerSide::new(words(&["Customer", "prospect", "lead"]), words(&["customers", "Lead", "other"])));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|pair| (pair.a.as_str(), pair.b.as_str())).collect();
    assert_eq!(pairs, [("Customer", "customers"), ("lead", "Lead")]);
}
