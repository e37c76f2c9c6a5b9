//! What the fuzzing targets (`fuzz/`) give to the readers of foreign bytes, and what has to hold of it.
//!
//! Only tests and fuzzing build this file. Each function takes any bytes at all, and panics where a
//! promise is broken: a text that nobody changed is written back byte for byte, and an edit changes no
//! more than it says.

use super::Context;
use super::carddav::hostile_answer;
use super::csv::hostile_file;
use super::rest::{Manifest, hostile_json};
use super::shared::{card_fields, vcard};
use crate::model::{Fields, Value};

/// A contact card of whatever origin.
pub fn card(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut card = vcard::Card::parse(&text);
    assert_eq!(card.text(), text, "a card that nobody changed is written as it was read");
    let mut names: Vec<String> = card_fields::typed_fields(&card).into_iter().collect();
    names.extend(["full_name", "email", "tel", "note", "categories", "birthday", "adr.city"].map(str::to_owned));
    let before = card_fields::read_all(&card, &names);
    let note = "Line one; with, signs\\ and\nline two: \u{e9}\u{1f600}";
    let mut change = Fields::default();
    change.insert("note".to_owned(), Value::Text(note.to_owned()));
    if !card.is_card() || card_fields::write_all(&mut card, &change).is_err() {
        return;
    }
    let again = vcard::Card::parse(&card.text());
    let after = card_fields::read_all(&again, &names);
    assert_eq!(after.get("note"), Some(&Value::Text(note.to_owned())), "what was written is read again");
    for (name, value) in &before {
        assert!(name == "note" || after.get(name) == Some(value), "{name} was not to be changed");
    }
}

/// A CSV file of whatever origin.
pub fn file(bytes: &[u8]) {
    hostile_file(bytes, &Context::quiet());
}

/// An address book server's answer.
pub fn dav_answer(bytes: &[u8]) {
    hostile_answer(bytes);
}

/// A platform's description.
pub fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Manifest::parse(text) {
        Ok(manifest) => {
            let _ = manifest.platform();
            // A description that is in order can be used: its fields are read out of an answer.
            hostile_json(&manifest, br#"{"id": 1, "email": "a@b.example", "list": [1, {"a": null}]}"#);
        }
        Err(error) => {
            let lines = text.lines().count().max(1);
            for problem in &error.problems {
                assert!(problem.line <= lines + 1, "line {} of {lines}", problem.line);
            }
        }
    }
}

/// A platform's JSON answer, read by every description that is shipped.
pub fn answer(bytes: &[u8]) {
    for manifest in super::rest::shipped() {
        hostile_json(manifest, bytes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::path::Path;

    /// Everything that fuzzing has found worth keeping, once more.
    fn replay(target: &str, check: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let mut count = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            check(&std::fs::read(entry.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0, "{} is empty", folder.display());
    }

    #[test]
    fn cards() {
        replay("card", super::card);
    }

    #[test]
    fn files() {
        replay("csv", super::file);
    }

    #[test]
    fn dav_answers() {
        replay("dav", super::dav_answer);
    }

    #[test]
    fn manifests() {
        replay("manifest", super::manifest);
        for shipped in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/connectors")).unwrap() {
            super::manifest(&std::fs::read(shipped.unwrap().path()).unwrap());
        }
    }

    #[test]
    fn answers() {
        replay("answer", super::answer);
    }
}
