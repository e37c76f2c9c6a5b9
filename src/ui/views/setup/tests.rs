//! Tests of the assistant's model.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use super::*;
use crate::model::{Direction, Policy};
use crate::service::PairStatus;
use crate::ui::testing as given;

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
    let mut account = AccountDraft::new(Side::A);
    assert!(!account.works());
    account.path = "/home/ann/shop.csv".to_owned();
    assert_eq!(account.missing(), None);
    let settings = account.settings();
    assert_eq!(settings.name, "shop");
    account.check = Some((settings.clone(), Ok(given::check(&settings))));
    assert!(account.works());
    assert_eq!(account.list().as_deref(), Some("shop.csv"));
    account.path = "/home/ann/other.csv".to_owned();
    assert!(!account.works(), "another file has to be tried anew");
}

#[test]
fn a_failed_step_does_not_count_as_a_connection() {
    let mut account = AccountDraft::new(Side::B);
    account.url = "https://example.org".to_owned();
    let settings = account.settings();
    let mut check = given::check(&settings);
    check.steps[0].error = Some("refused".to_owned());
    account.check = Some((settings, Ok(check)));
    assert!(!account.works());
}

#[test]
fn a_password_is_never_in_the_settings() {
    let mut account = AccountDraft::new(Side::B);
    account.url = "https://example.org".to_owned();
    account.username = "ann".to_owned();
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
    let mut account = AccountDraft::of(&base, None);
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
        setup.add_row();
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
