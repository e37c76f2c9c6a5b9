//! Platforms that are described by a manifest (`assets/connectors/README.md`): whatever speaks JSON
//! over HTTP.

#![allow(dead_code, reason = "the connector that uses the rest of it follows in the next commit")]

mod check;
mod dates;
mod load;
mod manifest;
mod path;
mod template;

pub use load::{Folder, Manifest, ManifestError, ManifestProblem, folder, read, shipped, start_of};
