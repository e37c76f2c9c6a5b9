//! Duosync keeps the records of two accounts the same, in both directions.
//!
//! The floors, from the bottom up; imports point down only (`tests/floors.rs` checks it):
//! [`model`] what things are, [`engine`] what should happen, [`store`] what is remembered and
//! [`connectors`] how platforms are spoken to, [`service`] what goes on, [`ui`] and [`cli`] the faces.

pub mod cli;
pub mod connectors;
pub mod engine;
pub mod model;
pub mod service;
pub mod store;
pub mod texts;
pub mod ui;

// The window's test data is shared by the tests in this crate and those beside it.
#[cfg(test)]
extern crate self as duosync;
