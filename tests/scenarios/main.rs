//! Scenarios through the binary: each folder beside this file holds what is given, the actions, and
//! what is expected after them. The format of `actions` is described in [`stage`].
//!
//! One scenario: `cargo test --test scenarios NAME`. A difference is shown line by line;
//! `DUOSYNC_BLESS=1` writes what came out into `expected/`, to be looked at before it is kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::print_stdout,
    missing_docs,
    reason = "tests fail by panicking"
)]

mod stage;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            stage::play(&folder().join(stringify!($name)));
        })*

        #[test]
        fn every_folder_is_played() {
            let played = [$(stringify!($name)),*];
            let mut found: Vec<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect();
            found.sort();
            let mut played = played.to_vec();
            played.sort_unstable();
            assert_eq!(found, played);
        }
    };
}

scenarios! {
    card_keeps_all_it_holds
    changed_to_another_while_it_is_written
    changed_while_it_is_written
    csv_both_ways
    csv_put_back_as_it_was
    exports_on_radicale
    exports_on_xandikos
    few_requests_on_radicale
    few_requests_on_xandikos
    incident_deleted_cards_come_back
    incident_deleted_contacts_come_back
    incident_deletes_ignored_stay_deleted
    incident_empty_listing
    incident_every_record_touched
    incident_filter_looks_like_deletion
    incident_hundreds_of_duplicate_cards
    incident_hundreds_of_duplicates
    incident_lost_answer_of_a_change
    incident_lost_answer_of_a_create_radicale
    incident_lost_answer_of_a_create_xandikos
    incident_one_record_blocks_the_rest
    incident_phone_reformatted_by_each_side
    incident_same_contacts_added_on_every_run
    incident_server_moved_and_is_empty
    incident_server_refuses_one_card
    incident_server_touches_every_card
    incident_upsert_without_its_key
    radicale_and_csv
    radicale_and_xandikos
    xandikos_put_back_as_it_was
}
