//! When two values mean the same.
//!
//! Each kind has a normal form, a text; two values mean the same exactly when their normal forms
//! are equal. What is written to a platform is the value as the other side gave it, so normal forms
//! may forget what people do not mean (case of an address, separators of a number). A text that
//! cannot be read as its kind compares as text: it is never lost and never equals something else.

use std::collections::BTreeSet;
use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::{choices, dates, names, numbers, phones};
use crate::model::{FieldMapping, Kind, Side, Transform, Value};
use crate::texts::tr;

/// The text by which two values are compared; equal iff the values mean the same. Empty for empty.
pub type Normal = String;

/// What separates items in a text. NFC makes the Greek question mark, the last, a semicolon.
const SEPARATORS: [char; 3] = [',', ';', '\u{37e}'];

/// A value that a mapping cannot carry to the other side, or a mapping that cannot carry it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ValueError {
    /// A choice that the mapping's table does not have.
    #[error("{}", tr!("value-not-in-choices", value = value, mapping = mapping, choices = choices.join(", ")))]
    NotInChoices {
        /// The mapping's name.
        mapping: String,
        /// The value as the side gives it.
        value: String,
        /// The words that the side may use.
        choices: Vec<String>,
    },
    /// The template does not work, or names a field that the record does not have.
    #[error("{}", tr!("value-template", mapping = mapping, why = source.to_string()))]
    Template {
        /// The mapping's name.
        mapping: String,
        /// What the template engine says.
        source: Arc<minijinja::Error>,
    },
    /// A template mapping was asked to carry a value against its direction.
    #[error("{}", tr!("value-one-way", mapping = mapping, side = side.to_string()))]
    OneWay {
        /// The mapping's name.
        mapping: String,
        /// The side that was to be written.
        side: Side,
    },
    /// Several fields, and no rule of how to divide a text over them.
    #[error(
        "{}",
        tr!("value-several-fields", mapping = mapping, side = side.to_string(), fields = fields.join(", "))
    )]
    SeveralFields {
        /// The mapping's name.
        mapping: String,
        /// The side that was to be written.
        side: Side,
        /// Its fields.
        fields: Vec<String>,
    },
    /// No field on the side that was to be written.
    #[error("{}", tr!("value-no-field", mapping = mapping, side = side.to_string()))]
    NoField {
        /// The mapping's name.
        mapping: String,
        /// The side that was to be written.
        side: Side,
    },
    /// A telephone number that a spreadsheet has taken for a number and cut short.
    #[error("{}", tr!("value-cut-short", value = value, mapping = mapping))]
    CutShort {
        /// The mapping's name.
        mapping: String,
        /// What is left of it.
        value: String,
    },
    /// An item of a list that would be read back as two.
    #[error("{}", tr!("value-separator", item = item, mapping = mapping, separator = separator))]
    Separator {
        /// The mapping's name.
        mapping: String,
        /// The item.
        item: String,
        /// The separator of the side that was to be written.
        separator: String,
    },
}

/// The normal form of a side's value.
///
/// An empty value means what the other side would get for it: the default of the other side, where
/// changes travel there and it has one. So A's empty country does not differ from B's `BE` when
/// `BE` is B's default. The record is still empty there: ask [`Value::is_empty`] for that.
///
/// # Errors
///
/// [`ValueError::NotInChoices`] when a choice is not in the mapping's table.
pub fn normal(mapping: &FieldMapping, side: Side, value: &Value) -> Result<Normal, ValueError> {
    if !value.is_empty() {
        return filled(mapping, side, value);
    }
    match default_for(mapping, side.opposite()) {
        Some(default) => filled(mapping, side.opposite(), &Value::text(default)),
        None => Ok(Normal::new()),
    }
}

/// Whether two values (each of its own side) mean the same. Where a value has no normal form, both
/// are compared as plain text.
#[must_use]
pub fn same(mapping: &FieldMapping, a: (Side, &Value), b: (Side, &Value)) -> bool {
    if a.1 == b.1 && (a.0 == b.0 || reads_alike(mapping)) {
        return true;
    }
    match (normal(mapping, a.0, a.1), normal(mapping, b.0, b.1)) {
        (Ok(a), Ok(b)) => a == b,
        (Err(_), Ok(_) | Err(_)) | (Ok(_), Err(_)) => text(&a.1.display()) == text(&b.1.display()),
    }
}

/// Whether the same text means the same on both sides, as the mapping says nothing special of either.
fn reads_alike(mapping: &FieldMapping) -> bool {
    mapping.values.is_empty()
        && mapping.words.a == mapping.words.b
        && mapping.separator.a == mapping.separator.b
        && mapping.default.a.is_none()
        && mapping.default.b.is_none()
}

/// What a side gets when the other side is empty, if changes travel to it.
pub(super) fn default_for(mapping: &FieldMapping, target: Side) -> Option<&str> {
    let default = mapping.default.get(target).as_deref()?;
    (mapping.writes_to(target) && !default.trim().is_empty()).then_some(default)
}

/// The items of a list value: those of a text are separated by the side's separator (else by `,`
/// or `;`) and by line ends. Trimmed, none empty, in their order.
pub(super) fn items(mapping: &FieldMapping, side: Side, value: &Value) -> Vec<String> {
    let parts: Vec<String> = match value {
        Value::List(items) => items.clone(),
        Value::Text(text) => {
            let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\n");
            let lines = text.split('\n');
            match separator(mapping, side) {
                Some(separator) => lines.flat_map(|line| line.split(separator)).map(str::to_owned).collect(),
                None => lines.flat_map(|line| line.split(SEPARATORS)).map(str::to_owned).collect(),
            }
        }
    };
    parts.iter().map(|part| names::collapse(part)).filter(|part| !part.is_empty()).collect()
}

/// A side's configured separator, without the spaces around it where it is more than spaces.
pub(super) fn separator(mapping: &FieldMapping, side: Side) -> Option<&str> {
    let separator = mapping.separator.get(side).as_deref().filter(|separator| !separator.is_empty())?;
    Some(if separator.trim().is_empty() { separator } else { separator.trim() })
}

/// The normal form of a text as its kind, where it can be read as such: itself a value that a
/// platform could hold.
pub(super) fn readable(mapping: &FieldMapping, side: Side, value: &str) -> Option<String> {
    let trimmed = value.trim();
    match mapping.kind {
        Kind::Text => Some(text(value)),
        Kind::Email => Some(email(value)),
        Kind::Phone => phones::e164(trimmed, mapping.region.as_deref()),
        Kind::Number => numbers::plain(trimmed),
        Kind::Boolean => truth(mapping, side, trimmed).map(|yes| yes.to_string()),
        Kind::Date => dates::day_in(trimmed, mapping.format.get(side).as_deref()),
        Kind::DateTime => dates::moment(trimmed),
        Kind::Choice | Kind::List => None,
    }
}

/// Plain text: NFC, `\n` line ends, no spaces at the ends of lines, trimmed.
pub(super) fn text(value: &str) -> String {
    // Most texts are one line of ASCII, in which only the ends can change.
    if value.bytes().all(|byte| byte.is_ascii() && byte != b'\r' && byte != b'\n') {
        return value.trim().to_owned();
    }
    let composed = if is_nfc(value) { value.to_owned() } else { value.nfc().collect() };
    let lines = composed.replace("\r\n", "\n").replace('\r', "\n");
    lines.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The normal form of a value that is not empty.
fn filled(mapping: &FieldMapping, side: Side, value: &Value) -> Result<Normal, ValueError> {
    if matches!(mapping.transform, Transform::SplitName) {
        return Ok(names::normal(&text(&value.display())));
    }
    if mapping.kind == Kind::List {
        let set: BTreeSet<String> = items(mapping, side, value)
            .iter()
            .map(|item| mapped(mapping, side, item).unwrap_or_else(|| list_item(item)))
            .collect();
        return Ok(set.into_iter().collect::<Vec<_>>().join("\n"));
    }
    let shown = value.display();
    if mapping.kind == Kind::Choice {
        return choice(mapping, side, &shown);
    }
    if let Some(word) = mapped(mapping, side, &shown) {
        return Ok(word);
    }
    if let Some(form) = readable(mapping, side, &shown) {
        return Ok(form);
    }
    Ok(match mapping.kind {
        Kind::Phone => Some(phones::plain(&shown)).filter(|plain| !plain.is_empty()).unwrap_or_else(|| text(&shown)),
        Kind::Boolean => text(&shown.to_lowercase()),
        Kind::Text | Kind::Email | Kind::Number | Kind::Date | Kind::DateTime | Kind::Choice | Kind::List => {
            text(&shown)
        }
    })
}

/// The normal form of a word in the value table. One that is only in the other side's column is the
/// other side's word: it goes over as it is, and is read there as what it means there.
fn mapped(mapping: &FieldMapping, side: Side, word: &str) -> Option<Normal> {
    if mapping.values.is_empty() {
        return None;
    }
    choices::component(&mapping.values, side, word)
        .or_else(|| choices::component(&mapping.values, side.opposite(), word))
}

fn choice(mapping: &FieldMapping, side: Side, word: &str) -> Result<Normal, ValueError> {
    if mapping.values.is_empty() {
        return Ok(text(&word.to_lowercase()));
    }
    choices::component(&mapping.values, side, word).ok_or_else(|| not_in_choices(mapping, side, word))
}

/// The error for a word that is not in the mapping's table.
pub(super) fn not_in_choices(mapping: &FieldMapping, side: Side, word: &str) -> ValueError {
    let mut choices: Vec<String> = Vec::new();
    for pair in &mapping.values {
        if !choices.contains(pair.get(side)) {
            choices.push(pair.get(side).clone());
        }
    }
    ValueError::NotInChoices { mapping: mapping.name.clone(), value: word.trim().to_owned(), choices }
}

fn list_item(item: &str) -> String {
    if item.contains('@') { email(item) } else { names::collapse(&text(item)) }
}

/// An address: the one in `Name <address>` or `mailto:address`, lower-case, without spaces.
fn email(value: &str) -> String {
    let mut address = text(&value.to_lowercase());
    loop {
        let inner = match address.rsplit_once('<') {
            Some((_, inner)) if inner.ends_with('>') => inner.trim_end_matches('>'),
            Some(_) | None => address.as_str(),
        };
        let inner = inner.trim();
        let inner = inner.strip_prefix("mailto:").unwrap_or(inner).trim();
        if inner.is_empty() || inner == address {
            break;
        }
        address = String::from(inner);
    }
    // With two addresses in one field, the space is what keeps them apart.
    if address.matches('@').count() == 1 { address.split_whitespace().collect() } else { address }
}

/// What a word of yes or no means: the side's own words first, then the usual ones, then the other
/// side's, for a word that goes over as it is means what it says there.
fn truth(mapping: &FieldMapping, side: Side, word: &str) -> Option<bool> {
    let own = |side: Side| {
        let (yes, no) = mapping.words.get(side).as_ref()?;
        if choices::same_word(yes, word) { Some(true) } else { choices::same_word(no, word).then_some(false) }
    };
    own(side).or_else(|| usual_truth(word)).or_else(|| own(side.opposite()))
}

/// What a word of yes or no means to any platform.
pub(super) fn usual_truth(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "yes" | "y" | "1" | "true" | "t" | "on" | "x" | "ja" | "j" | "oui" | "vrai" | "waar" | "wahr" => Some(true),
        "no" | "n" | "0" | "false" | "f" | "off" | "nee" | "nein" | "non" | "faux" | "onwaar" | "falsch" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[path = "normalise_tests.rs"]
pub(super) mod tests;
