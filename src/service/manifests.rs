//! Manifests for those who write them: a start, and what is wrong in a file.

use std::path::Path;

use super::Problem;
use crate::connectors::rest::{self, Manifest};
use crate::model::PlatformInfo;

/// The commented start of a manifest for a platform of this kind.
///
/// # Errors
/// When the kind is no word that a manifest can have.
pub fn manifest_start(kind: &str) -> Result<String, Problem> {
    let text = rest::start_of(kind);
    match Manifest::parse(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Problem::wrong_use(format!(
            "\"{kind}\" cannot name a kind of platform: use small letters, digits and _, as in my_shop."
        ))),
    }
}

/// The platform that a manifest describes.
///
/// # Errors
/// Everything that is wrong in it, each with its line.
pub fn manifest_check(path: &Path) -> Result<PlatformInfo, Problem> {
    rest::read(path)
        .map(|manifest| manifest.platform())
        .map_err(|why| Problem::wrong_use(format!("{}:\n{why}", path.display())))
}
