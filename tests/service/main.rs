//! The promises of the service, one by one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

mod arriving;
mod desk;
mod history;
mod moved;
mod rows;
mod runs;
mod settling;
mod trouble;
mod upkeep;
