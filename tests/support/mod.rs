//! What the integration tests share.
#![allow(
    dead_code,
    clippy::format_push_string,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "each test uses a part of it, fails by panicking and says why it skips"
)]

pub mod answers;
pub mod customers;
pub mod databases;
pub mod disk;
pub mod evil;
pub mod faults;
pub mod lab;
pub mod leaks;
pub mod oidc;
pub mod proxy;
pub mod rest_servers;
pub mod servers;
pub mod settings;
mod sheet;
pub mod sheets;
pub mod shop;
pub mod sign_in_desk;
pub mod tcp;
pub mod tls;
pub mod ways;
mod wire;
