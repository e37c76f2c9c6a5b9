//! Each language has every text, with the same values in it; every text is used, and every use is there.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// The texts of a language: key, and the values named in it.
fn keys(files: Files) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (name, file) in files {
        if let Err((_, errors)) = FluentResource::try_new((*file).to_owned()) {
            panic!("{name}.ftl: {errors:?}");
        }
        let mut key = None;
        for line in file.lines() {
            if let Some((start, _)) = line.split_once(" =").filter(|(start, _)| is_key(start)) {
                key = Some(start.to_owned());
                let again = found.insert(start.to_owned(), BTreeSet::new());
                assert!(again.is_none(), "{start} stands twice");
            } else if line.starts_with('#') {
                key = None;
            }
            if let Some(key) = &key {
                let values = line.split('$').skip(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect::<String>()
                });
                found.get_mut(key).unwrap().extend(values);
            }
        }
    }
    found
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.to_string_lossy().contains("/texts/") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Each `tr!` of the source: the key and the names of the values that it is given.
fn uses() -> Vec<(String, BTreeSet<String>)> {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let mut found = Vec::new();
    for text in texts {
        for (at, _) in text.match_indices("tr!(") {
            // The end of another macro's name, such as `include_str!`.
            if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let part = &text[at + "tr!(".len()..];
            let mut depth = 1;
            let mut quoted = false;
            let mut before = ' ';
            let mut inside = String::new();
            let mut top = String::new();
            for c in part.chars() {
                if c == '"' && before != '\\' {
                    quoted = !quoted;
                }
                before = if before == '\\' { ' ' } else { c };
                if !quoted {
                    depth += match c {
                        '(' | '[' | '{' => 1,
                        ')' | ']' | '}' => -1,
                        _ => 0,
                    };
                }
                if depth == 0 {
                    break;
                }
                inside.push(c);
                if depth == 1 && !quoted {
                    top.push(c);
                }
            }
            let Some(key) = inside.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            let values = top
                .split(',')
                .skip(1)
                .filter_map(|pair| pair.split_once('=').map(|(name, _)| name.trim().to_owned()))
                .filter(|name| is_key(name))
                .collect();
            found.push((key.to_owned(), values));
        }
    }
    found
}

#[test]
fn every_language_has_every_text_with_the_same_values() {
    let (english, dutch) = (keys(ENGLISH), keys(DUTCH));
    let missing: Vec<_> = english.keys().filter(|key| !dutch.contains_key(*key)).collect();
    assert!(missing.is_empty(), "not in Dutch: {missing:?}");
    let left: Vec<_> = dutch.keys().filter(|key| !english.contains_key(*key)).collect();
    assert!(left.is_empty(), "not in English: {left:?}");
    for (key, values) in &english {
        assert_eq!(values, &dutch[key], "the values of {key}");
    }
}

#[test]
fn every_use_is_there_and_every_text_is_used() {
    let english = keys(ENGLISH);
    let uses = uses();
    let mut used = BTreeSet::new();
    for (key, given) in &uses {
        let wanted = english.get(key).unwrap_or_else(|| panic!("{key} is used and is not in the English texts"));
        let lacks: Vec<_> = wanted.difference(given).collect();
        assert!(lacks.is_empty(), "{key} is not given {lacks:?}");
        used.insert(key.clone());
    }
    let unused: Vec<_> = english.keys().filter(|key| !used.contains(*key) && !key.starts_with("phrase-")).collect();
    assert!(unused.is_empty(), "nobody uses {unused:?}");
}

#[test]
fn a_language_is_found_by_its_tag() {
    assert_eq!(Language::of_tag("nl-BE"), Some(Language::Dutch));
    assert_eq!(Language::of_tag("en_US.UTF-8"), Some(Language::English));
    assert_eq!(Language::of_tag("fr"), None);
}

#[test]
fn every_phrase_stands_where_a_platform_is_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut described = Vec::new();
    sources(&root.join("src/connectors"), &mut described);
    for entry in std::fs::read_dir(root.join("assets/connectors")).unwrap() {
        described.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    let described = described.join("\n").to_lowercase();
    for key in keys(ENGLISH).keys().filter(|key| key.starts_with("phrase-")) {
        let english = text(key, &[]).to_lowercase();
        // The labels of a card's fields are made of the fields' names, and of those of their types.
        let is_made = [
            "full name",
            "given name",
            "family name",
            "additional name",
            "po box",
            "email",
            "region",
            "extended",
            "prefix",
            "suffix",
            "role",
            "cell",
            "fax",
            "certificate authority of your own server (pem file)",
        ]
        .contains(&english.as_str());
        let stands = is_made
            || [format!("\"{english}\""), format!(" ({english})\"")].iter().any(|quoted| described.contains(quoted));
        assert!(stands, "{key}: nothing is described as \u{201c}{english}\u{201d}");
    }
    assert_eq!(phrase("Phone (work)"), "Phone (work)");
    assert_eq!(phrase("What nobody has described"), "What nobody has described");
}
