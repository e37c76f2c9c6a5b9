//! The engine by properties: worlds of two lists, edited at random on both sides.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod again;
mod cases;
mod digests;
mod properties;
mod world;
