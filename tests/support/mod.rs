//! What the integration tests share.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "each test uses a part of it, fails by panicking and says why it skips"
)]

pub mod databases;
pub mod lab;
pub mod proxy;
pub mod servers;
