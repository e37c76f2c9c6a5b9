//! Duosync.
fn main() {}
