//! One suite that every connector must pass: what the run relies on, whatever the platform.
//!
//! A platform joins in by a [`fixture::Fixture`] of its own and one line of `contract!` below; each
//! promise is then a test of its own, named after the platform and the promise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    reason = "a test that does not get what it expects has failed, and nobody else uses its parts"
)]

#[path = "contract/carddav.rs"]
mod carddav;
#[path = "contract/csv.rs"]
mod csv;
#[path = "contract/database.rs"]
mod database;
#[path = "contract/directus.rs"]
mod directus;
#[path = "contract/files.rs"]
mod files;
#[path = "contract/fixture.rs"]
mod fixture;
#[path = "contract/ldap.rs"]
mod ldap;
#[path = "contract/memory.rs"]
mod memory;
#[path = "contract/odd_tables.rs"]
mod odd_tables;
#[path = "contract/promises.rs"]
mod promises;
#[path = "contract/rest.rs"]
mod rest;
#[path = "contract/sheets.rs"]
mod sheets;
mod support;
#[path = "contract/trouble.rs"]
mod trouble;
#[path = "contract/vcf.rs"]
mod vcf;
#[path = "contract/xlsx.rs"]
mod xlsx;

/// Makes one test of each promise for one fixture. A fixture that cannot run here (`None`, after it
/// has said why) passes, but not where `CI` is set.
macro_rules! contract {
    ($platform:ident, $fixture:expr) => {
        contract!(#[cfg(test)] $platform, $fixture);
    };
    (#[$how:meta] $platform:ident, $fixture:expr) => {
        contract!(#[$how] $platform, $fixture;
            full_listing,
            listing_twice_is_equal,
            unchanged_since_the_cursor,
            changes_since_the_cursor,
            removals_since_the_cursor,
            nonsense_cursor,
            only_wanted_fields_are_listed,
            get_present_and_missing,
            created_as_listed_later,
            own_write_is_no_change,
            update_leaves_the_rest,
            update_to_the_same_changes_nothing,
            empty_value_empties,
            changed_email_is_an_update,
            changed_meanwhile_is_refused,
            update_of_a_missing_record,
            delete_and_delete_again,
            deleted_record_is_brought_back_whole,
            retried_create_makes_no_double,
            find_by_field,
            find_nothing,
            cancel_is_honoured,
            awkward_values_survive,
            one_bad_write_does_not_hold_up_the_others,
            several_of_a_kind_together,
            unknown_collection,
            fields_name_what_is_there,
            identity_stays,
            requests_are_counted,
        );
    };
    // For places that can make trouble.
    (trouble: $platform:ident, $fixture:expr) => {
        contract!($platform, $fixture;
            each_status_of_a_reading_is_told_apart,
            a_platform_that_wants_time_says_how_long,
            a_refused_sign_in_is_told,
            each_status_of_a_write_is_told_apart,
            a_lost_answer_leaves_a_doubt,
            a_broken_answer_takes_nothing,
            a_wrong_answer_takes_nothing,
            an_empty_page_is_not_the_end,
            a_record_on_two_pages_counts_once,
            pages_without_end_are_an_error,
            what_appears_between_pages_is_not_lost,
            a_field_that_is_missing_is_not_empty,
            clocks_that_differ_lose_no_change,
        );
    };
    // For real servers behind a proxy that makes the trouble. What only some of them can have is named
    // beside: a field that is missing, or an empty page.
    (faults: $platform:ident, $fixture:expr; $($more:ident),+ $(,)?) => {
        contract!($platform, $fixture;
            each_status_of_a_reading_is_told_apart,
            a_platform_that_wants_time_says_how_long,
            a_refused_sign_in_is_told,
            each_status_of_a_write_is_told_apart,
            a_lost_answer_leaves_a_doubt,
            a_write_that_never_arrives_is_not_there,
            a_write_that_is_said_to_have_failed_is_found,
            a_platform_that_is_away_is_told,
            a_broken_answer_takes_nothing,
            a_wrong_answer_takes_nothing,
            a_record_on_two_pages_counts_once,
            pages_without_end_are_an_error,
            what_appears_between_pages_is_not_lost,
            $($more),+
        );
    };
    // For protocols that are not HTTP, through a proxy that breaks connections.
    (breaks: $platform:ident, $fixture:expr) => {
        contract!($platform, $fixture;
            a_lost_answer_leaves_a_doubt,
            a_write_that_never_arrives_is_not_there,
            a_write_that_is_said_to_have_failed_is_found,
            a_platform_that_is_away_is_told,
            a_broken_answer_takes_nothing,
        );
    };
    ($platform:ident, $fixture:expr; $($promise:ident),+ $(,)?) => {
        contract!(#[cfg(test)] $platform, $fixture; $($promise),+);
    };
    (#[$how:meta] $platform:ident, $fixture:expr; $($promise:ident),+ $(,)?) => {
        mod $platform {
            $(
                #[$how]
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    let Some(fixture) = $fixture else {
                        assert!(std::env::var_os("CI").is_none(), "this must not be skipped in CI");
                        return;
                    };
                    crate::promises::$promise(&fixture).await;
                }
            )+
        }
    };
}

contract!(memory_incremental, Some(crate::memory::MemoryFixture { incremental: true, ids_from_token: true }));
contract!(memory_full, Some(crate::memory::MemoryFixture { incremental: false, ids_from_token: true }));
contract!(csv_with_id, Some(crate::csv::CsvFixture::with_number_ids()));
contract!(csv_with_text_ids, Some(crate::csv::CsvFixture::with_text_ids()));
contract!(csv_by_key, Some(crate::csv::CsvFixture::by_key()));
contract!(carddav_on_radicale, crate::carddav::CardDavFixture::find(crate::support::servers::Kind::Radicale));
contract!(carddav_on_xandikos, crate::carddav::CardDavFixture::find(crate::support::servers::Kind::Xandikos));
contract!(xlsx_with_id, Some(crate::xlsx::XlsxFixture { ids: crate::xlsx::Ids::Numbers, at: None }));
contract!(xlsx_with_text_ids, Some(crate::xlsx::XlsxFixture { ids: crate::xlsx::Ids::Texts, at: None }));
contract!(xlsx_by_key, Some(crate::xlsx::XlsxFixture { ids: crate::xlsx::Ids::Key, at: None }));
contract!(vcf_one_file_each, Some(crate::vcf::VcfFixture { together: false, at: None }));
contract!(vcf_all_in_one_file, Some(crate::vcf::VcfFixture { together: true, at: None }));
contract!(shop, Some(crate::rest::ShopFixture(crate::support::ways::Way::Single)));
contract!(shop_in_batches, Some(crate::rest::ShopFixture(crate::support::ways::Way::Batches)));
contract!(shop_by_page, Some(crate::rest::ShopFixture(crate::support::ways::Way::Page)));
contract!(shop_by_offset, Some(crate::rest::ShopFixture(crate::support::ways::Way::Offset)));
contract!(shop_by_url, Some(crate::rest::ShopFixture(crate::support::ways::Way::Url)));
contract!(shop_by_link_header, Some(crate::rest::ShopFixture(crate::support::ways::Way::Link)));
contract!(shop_by_keyset, Some(crate::rest::ShopFixture(crate::support::ways::Way::Keyset)));
contract!(shop_in_a_table, Some(crate::rest::ShopFixture(crate::support::ways::Way::Table)));
contract!(shop_newest_first, Some(crate::rest::ShopFixture(crate::support::ways::Way::NewestFirst)));
contract!(shop_with_most, Some(crate::rest::ShopFixture(crate::support::ways::Way::Most)));
contract!(shop_by_search_body, Some(crate::rest::ShopFixture(crate::support::ways::Way::SearchBody)));
contract!(shop_by_delta_link, Some(crate::rest::ShopFixture(crate::support::ways::Way::DeltaLink)));
contract!(trouble: trouble_in_the_shop, Some(crate::rest::ShopFixture(crate::support::ways::Way::Single)));
contract!(trouble: trouble_in_batches, Some(crate::rest::ShopFixture(crate::support::ways::Way::Batches)));
contract!(trouble: trouble_by_page, Some(crate::rest::ShopFixture(crate::support::ways::Way::Page)));
contract!(trouble: trouble_by_offset, Some(crate::rest::ShopFixture(crate::support::ways::Way::Offset)));
contract!(trouble: trouble_by_url, Some(crate::rest::ShopFixture(crate::support::ways::Way::Url)));
contract!(trouble: trouble_by_link_header, Some(crate::rest::ShopFixture(crate::support::ways::Way::Link)));
contract!(trouble: trouble_by_keyset, Some(crate::rest::ShopFixture(crate::support::ways::Way::Keyset)));
contract!(trouble: trouble_in_a_table, Some(crate::rest::ShopFixture(crate::support::ways::Way::Table)));
contract!(trouble: trouble_newest_first, Some(crate::rest::ShopFixture(crate::support::ways::Way::NewestFirst)));
contract!(trouble: trouble_with_most, Some(crate::rest::ShopFixture(crate::support::ways::Way::Most)));
contract!(trouble: trouble_by_search_body, Some(crate::rest::ShopFixture(crate::support::ways::Way::SearchBody)));
contract!(trouble: trouble_by_delta_link, Some(crate::rest::ShopFixture(crate::support::ways::Way::DeltaLink)));
contract!(google_sheets, Some(crate::sheets::SheetsFixture));
contract!(
    faults: trouble_with_radicale,
    crate::carddav::CardDavFixture::breakable(crate::support::servers::Kind::Radicale);
    an_empty_page_is_not_the_end,
);
contract!(faults: trouble_with_pocketbase, crate::rest::PocketBaseFixture::breakable(); a_field_that_is_missing_is_not_empty);
contract!(faults: trouble_with_tryton, crate::rest::TrytonFixture::breakable(); a_field_that_is_missing_is_not_empty);
contract!(
    breaks: trouble_with_postgresql,
    crate::database::DatabaseFixture::breakable(crate::support::databases::Engine::Postgres, true)
);
contract!(
    breaks: trouble_with_postgresql_counting,
    crate::database::DatabaseFixture::breakable(crate::support::databases::Engine::Postgres, false)
);
contract!(
    breaks: trouble_with_mariadb,
    crate::database::DatabaseFixture::breakable(crate::support::databases::Engine::MariaDb, true)
);
contract!(trouble_with_slapd, crate::ldap::LdapFixture::find();
    a_platform_that_is_away_is_told,
    a_broken_answer_takes_nothing,
);
contract!(pocketbase, crate::rest::PocketBaseFixture::find());
contract!(tryton, crate::rest::TrytonFixture::find());
contract!(
    #[ignore = "tests/directus.sh installs Directus and runs this"]
    directus_with_numbers,
    crate::directus::DirectusFixture::find(false)
);
contract!(
    #[ignore = "tests/directus.sh installs Directus and runs this"]
    directus_with_uuids,
    crate::directus::DirectusFixture::find(true)
);
contract!(sqlite_with_numbers, Some(crate::database::DatabaseFixture::file(false)));
contract!(sqlite_with_text_ids, Some(crate::database::DatabaseFixture::file(true)));
contract!(sqlite_with_times, Some(crate::database::DatabaseFixture::file(false).dated()));
contract!(
    postgresql,
    crate::database::DatabaseFixture::server(crate::support::databases::Engine::Postgres, false, false)
);
contract!(
    postgresql_changes,
    crate::database::DatabaseFixture::server(crate::support::databases::Engine::Postgres, true, true)
);
contract!(mariadb, crate::database::DatabaseFixture::server(crate::support::databases::Engine::MariaDb, false, false));
contract!(
    mariadb_changes,
    crate::database::DatabaseFixture::server(crate::support::databases::Engine::MariaDb, true, true)
);
contract!(ldap_on_slapd, crate::ldap::LdapFixture::find();
    full_listing,
    listing_twice_is_equal,
    unchanged_since_the_cursor,
    changes_since_the_cursor,
    removals_since_the_cursor,
    nonsense_cursor,
    only_wanted_fields_are_listed,
    get_present_and_missing,
    find_by_field,
    find_nothing,
    unknown_collection,
    fields_name_what_is_there,
    requests_are_counted,
);
