//! Short texts that stand where a platform is described, such as the name of a setting. They are written
//! in English there, as in a manifest that somebody else may have written, and found here by that English.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{ENGLISH, text};

/// The key of each phrase, by its English.
static KEYS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let files = ENGLISH.iter().filter(|(name, _)| *name == super::PHRASES);
    files
        .flat_map(|(_, file)| file.lines())
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, said)| (said, key))
        .collect()
});

/// What a phrase of a platform's description is in the language in force; one that is not known stays as it
/// is. Of "Phone (work)" both parts are looked for.
#[must_use]
pub fn phrase(english: &str) -> String {
    known(english).or_else(|| in_parts(english)).unwrap_or_else(|| english.to_owned())
}

fn known(english: &str) -> Option<String> {
    KEYS.get(english).map(|key| text(key, &[]))
}

fn in_parts(english: &str) -> Option<String> {
    let (name, part) = english.strip_suffix(')')?.split_once(" (")?;
    Some(format!("{} ({})", known(name)?, known(part)?))
}
