//! Field mappings in a settings file.

use super::pair::POLICIES;
use super::reader::{Table, listed};
use crate::model::{Direction, FieldMapping, Kind, PerSide, Side, Transform, WriteMode};

/// The words for what a field's values mean.
pub(super) const KINDS: &[(&str, Kind)] = &[
    ("text", Kind::Text),
    ("email", Kind::Email),
    ("phone", Kind::Phone),
    ("number", Kind::Number),
    ("boolean", Kind::Boolean),
    ("date", Kind::Date),
    ("date_time", Kind::DateTime),
    ("choice", Kind::Choice),
    ("list", Kind::List),
];
/// The words for which way a field's changes travel.
pub(super) const DIRECTIONS: &[(&str, Direction)] =
    &[("both", Direction::Both), ("a_to_b", Direction::AToB), ("b_to_a", Direction::BToA)];
/// The words for what a write does to the value that is there.
pub(super) const WRITES: &[(&str, WriteMode)] =
    &[("replace", WriteMode::Replace), ("fill_empty", WriteMode::FillEmpty), ("add", WriteMode::Add)];

/// Reads `[[pair.field]]`.
pub(super) fn read(table: &Table<'_>) -> Option<FieldMapping> {
    table.allow(&[
        "name",
        "a",
        "b",
        "kind",
        "region",
        "direction",
        "conflicts",
        "write",
        "transform",
        "values",
        "words",
        "separator",
        "format",
        "default",
        "normalise",
    ]);
    let name = table.required("name", "a field");
    let a = platform_fields(table, Side::A);
    let b = platform_fields(table, Side::B);
    let mapping = FieldMapping {
        name: name?,
        fields: PerSide::new(a?, b?),
        kind: table.word("kind", KINDS).unwrap_or(Kind::Text),
        direction: table.word("direction", DIRECTIONS).unwrap_or_default(),
        policy: table.word("conflicts", POLICIES),
        write: table.word("write", WRITES).unwrap_or_default(),
        transform: transform(table),
        region: region(table),
        values: values(table),
        words: words(table),
        separator: per_side_text(table, "separator", "{ a = \";\" }", false),
        format: per_side_text(table, "format", "{ a = \"%d/%m/%Y\" }", false),
        default: per_side_text(table, "default", "{ b = \"BE\" }", true),
        write_normal: table.flag("normalise").unwrap_or(false),
    };
    contradictions(table, &mapping);
    Some(mapping)
}

fn platform_fields(table: &Table<'_>, side: Side) -> Option<Vec<String>> {
    let key = side.letter();
    if !table.has(key) {
        table.problem(key, format!("a field needs `{key} = \"…\"`: the name of the field in {side}"));
        return None;
    }
    let names = table.strings(key)?;
    if names.is_empty() || names.iter().any(|name| name.trim().is_empty()) {
        table.problem(key, format!("\"{key}\" is empty; it is the name of the field in {side}"));
        return None;
    }
    Some(names)
}

fn transform(table: &Table<'_>) -> Transform {
    if !table.has("transform") {
        return Transform::None;
    }
    if table.is_text("transform") {
        let word = table.word("transform", &[("none", false), ("split_name", true)]);
        return if word == Some(true) { Transform::SplitName } else { Transform::None };
    }
    let Some(inner) = table.table("transform", "{ template = \"{{ given }} {{ family }}\" }") else {
        return Transform::None;
    };
    inner.allow(&["template"]);
    inner.required("template", "a transform").map_or(Transform::None, Transform::Template)
}

fn region(table: &Table<'_>) -> Option<String> {
    let region = table.string("region")?;
    if region.len() != 2 || !region.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        table
            .problem("region", format!("\"{region}\" is not a country: write its two letters, as in \"BE\" or \"NL\""));
    }
    Some(region.to_ascii_uppercase())
}

fn values(table: &Table<'_>) -> Vec<PerSide<String>> {
    let mut values: Vec<PerSide<String>> = Vec::new();
    for (a, b) in table.text_pairs("values").unwrap_or_default() {
        for (side, word) in [(Side::A, &a), (Side::B, &b)] {
            if values.iter().any(|known| known.get(side) == word) {
                table.problem(
                    "values",
                    format!("the word \"{word}\" of {side} stands twice in \"values\", so its partner is not known"),
                );
            }
        }
        values.push(PerSide::new(a, b));
    }
    values
}

fn words(table: &Table<'_>) -> PerSide<Option<(String, String)>> {
    let Some(inner) = table.table("words", "{ a = [\"ja\", \"nee\"], b = [\"1\", \"0\"] }") else {
        return PerSide::default();
    };
    inner.allow(&["a", "b"]);
    PerSide::from_fn(|side| match inner.list(side.letter())?.as_slice() {
        [yes, no] if yes != no => Some((yes.clone(), no.clone())),
        _ => {
            inner.problem(
                side.letter(),
                "\"words\" are two different words: first yes, then no, as in [\"ja\", \"nee\"]",
            );
            None
        }
    })
}

fn per_side_text(table: &Table<'_>, key: &str, example: &str, may_be_empty: bool) -> PerSide<Option<String>> {
    let Some(inner) = table.table(key, example) else { return PerSide::default() };
    inner.allow(&["a", "b"]);
    PerSide::from_fn(|side| {
        let text = inner.string(side.letter())?;
        if text.is_empty() && !may_be_empty {
            inner.problem(side.letter(), format!("\"{key}\" is empty"));
        }
        Some(text)
    })
}

/// Keys that cannot stand together, or that say nothing beside the others.
fn contradictions(table: &Table<'_>, mapping: &FieldMapping) {
    let only = |key: &str, fits: bool, with: &str| {
        if table.has(key) && !fits {
            table.problem(key, format!("\"{key}\" only goes with {with}"));
        }
    };
    // A kind that could not be read may be the right one for these keys.
    let kind_read =
        !table.has("kind") || table.peek("kind").is_some_and(|text| KINDS.iter().any(|(word, _)| *word == text));
    if !kind_read {
        return;
    }
    only("region", mapping.kind == Kind::Phone, "kind = \"phone\"");
    only("words", mapping.kind == Kind::Boolean, "kind = \"boolean\"");
    only("format", mapping.kind == Kind::Date, "kind = \"date\"");
    only("separator", mapping.kind == Kind::List, "kind = \"list\"");
    if mapping.write == WriteMode::Add && mapping.kind != Kind::List {
        table.problem("write", "write = \"add\" only goes with kind = \"list\"");
    }
    if mapping.kind == Kind::Choice && mapping.values.is_empty() {
        table.problem(
            "kind",
            "a choice needs `values = { Lead = \"prospect\" }`: each word of A and the word of B that means the same",
        );
    }
    for side in Side::BOTH {
        if mapping.default.get(side).is_some() && !mapping.writes_to(side) {
            table.problem("default", format!("\"default\" names {side}, but this field is never written to {side}"));
        }
    }
    let counts = PerSide::new(mapping.fields.a.len(), mapping.fields.b.len());
    match &mapping.transform {
        Transform::None => {
            for side in Side::BOTH.into_iter().filter(|side| *counts.get(*side) > 1) {
                table.problem(
                    side.letter(),
                    format!(
                        "several fields of {side} need a transform: {}",
                        listed(&["split_name", "{ template = … }"])
                    ),
                );
            }
        }
        Transform::SplitName => {
            if (counts.a, counts.b) != (1, 2) && (counts.a, counts.b) != (2, 1) {
                table.problem(
                    "transform",
                    "\"split_name\" needs the full name on one side and two fields on the other, \
                     as in a = \"Name\" and b = [\"given_name\", \"family_name\"]",
                );
            }
            if mapping.kind != Kind::Text {
                table.problem("kind", "\"split_name\" only goes with kind = \"text\"");
            }
        }
        Transform::Template(_) => match mapping.direction {
            Direction::Both => table.problem(
                "transform",
                "a template only works one way; add direction = \"a_to_b\" or direction = \"b_to_a\"",
            ),
            Direction::AToB if counts.b > 1 => table.problem("b", "a template writes one field"),
            Direction::BToA if counts.a > 1 => table.problem("a", "a template writes one field"),
            Direction::AToB | Direction::BToA => {}
        },
    }
}
