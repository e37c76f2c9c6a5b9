//! What the integration tests share.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "each test uses a part of it, fails by panicking and says why it skips"
)]

pub mod servers;
