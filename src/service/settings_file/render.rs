//! Settings as a file's text.

use std::fmt::Write as _;
use std::path::Path;

use super::Settings;
use super::field::{DIRECTIONS, KINDS, WRITES};
use super::pair::{DELETES, POLICIES};
use crate::model::{
    AccountSettings, DeleteGuard, FieldMapping, Filter, FilterTest, OptionKind, PairSpec, PerSide, PlatformInfo,
    SecretRef, Side, Transform, Writes,
};

const HEAD: &str = "\
# Duosync settings: accounts and the pairs between them.
# No password stands in this file, only where it is found. Bring it in with: duosync import FILE.toml
";

/// The whole file.
pub(super) fn file(settings: &Settings, base_dir: &Path, platforms: &[PlatformInfo]) -> String {
    let mut out = String::from(HEAD);
    for item in &settings.accounts {
        account(&mut out, item, base_dir, platforms);
    }
    for item in &settings.pairs {
        pair(&mut out, item);
    }
    out
}

fn account(out: &mut String, account: &AccountSettings, base_dir: &Path, platforms: &[PlatformInfo]) {
    let platform = platforms.iter().find(|platform| platform.kind == account.connector);
    out.push_str("\n[[account]]\n");
    line(out, "name", &quoted(&account.name), "");
    line(out, "connector", &quoted(&account.connector), "");
    for (key, value) in &account.options {
        match platform.and_then(|platform| platform.option(key)).map(|option| &option.kind) {
            Some(OptionKind::File(_) | OptionKind::Folder) => {
                line(out, key, &quoted(&relative(value, base_dir)), "relative to this file");
            }
            Some(OptionKind::Flag) => line(out, key, if value == "true" { "true" } else { "false" }, ""),
            Some(OptionKind::Text | OptionKind::Url | OptionKind::Choice(_)) | None => {
                line(out, key, &quoted(value), "");
            }
        }
    }
    match &account.secret {
        Some(SecretRef::Env(name)) => {
            line(out, "password", &format!("{{ env = {} }}", quoted(name)), "in this environment variable");
        }
        Some(SecretRef::Keyring) => line(out, "password", "{ keyring = true }", "in the keyring of this computer"),
        Some(SecretRef::File) => line(out, "password", "{ file = true }", "in the workspace's encrypted file"),
        Some(SecretRef::Ask) => line(out, "password", "{ ask = true }", "asked at each start"),
        None => {}
    }
}

fn pair(out: &mut String, pair: &PairSpec) {
    out.push_str("\n[[pair]]\n");
    line(out, "name", &quoted(&pair.name), "");
    for side in Side::BOTH {
        let end = pair.ends.get(side);
        let collection =
            end.collection.as_ref().map_or_else(String::new, |name| format!(", collection = {}", quoted(name)));
        line(out, side.letter(), &format!("{{ account = {}{collection} }}", quoted(&end.account)), "");
    }
    line(out, "match", &list(&pair.match_keys), "fields by which two records are the same, tried in order");
    line(out, "deletes", &quoted(word(DELETES, pair.deletes)), "ignore | both | a_to_b | b_to_a");
    let DeleteGuard { count, percent } = pair.guard;
    line(
        out,
        "delete_guard",
        &format!("{{ count = {count}, percent = {percent} }}"),
        "more deletions than this are asked",
    );
    line(out, "conflicts", &quoted(word(POLICIES, pair.conflicts)), "ask | a | b | newest");
    let writes = pair.writes.map(|Writes { create, update }| {
        let words = [(create, "create"), (update, "update")];
        list(&words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect::<Vec<_>>())
    });
    line(out, "writes", &format!("{{ a = {}, b = {} }}", writes.a, writes.b), "");
    let every = pair.schedule.sync_every.map_or_else(|| "manual".to_owned(), duration);
    line(out, "sync_every", &quoted(&every), "30s, 5m, 2h, 1d or manual");
    match &pair.schedule.compare {
        Some(compare) => {
            line(out, "compare_every", &quoted(&format!("{}d", compare.every_days)), "1d | 7d | manual");
            let at = format!("{:02}:{:02}", compare.at_minute / 60, compare.at_minute % 60);
            line(out, "at", &quoted(&at), "");
        }
        None => line(out, "compare_every", "\"manual\"", "1d | 7d | manual"),
    }
    for item in &pair.fields {
        field(out, item);
    }
    for item in &pair.filters {
        filter(out, item);
    }
}

fn field(out: &mut String, field: &FieldMapping) {
    out.push_str("\n[[pair.field]]\n");
    line(out, "name", &quoted(&field.name), "");
    for side in Side::BOTH {
        let names = field.fields.get(side);
        let value = match names.as_slice() {
            [one] => quoted(one),
            several => list(several),
        };
        line(out, side.letter(), &value, "");
    }
    line(out, "kind", &quoted(word(KINDS, field.kind)), "");
    if let Some(region) = &field.region {
        line(out, "region", &quoted(region), "");
    }
    line(out, "direction", &quoted(word(DIRECTIONS, field.direction)), "both | a_to_b | b_to_a");
    if let Some(policy) = field.policy {
        line(out, "conflicts", &quoted(word(POLICIES, policy)), "");
    }
    if field.write != crate::model::WriteMode::Replace {
        line(out, "write", &quoted(word(WRITES, field.write)), "replace | fill_empty | add");
    }
    match &field.transform {
        Transform::None => {}
        Transform::SplitName => line(out, "transform", "\"split_name\"", ""),
        Transform::Template(text) => line(out, "transform", &format!("{{ template = {} }}", quoted(text)), ""),
    }
    if !field.values.is_empty() {
        let pairs: Vec<String> =
            field.values.iter().map(|words| format!("[{}, {}]", quoted(&words.a), quoted(&words.b))).collect();
        line(out, "values", &format!("[{}]", pairs.join(", ")), "A's word, B's word");
    }
    let words = field.words.as_ref().map(|words| words.as_ref().map(|(yes, no)| list(&[yes, no])));
    per_side(out, "words", words, "yes, no");
    let quote = |texts: &PerSide<Option<String>>| texts.as_ref().map(|text| text.as_ref().map(|text| quoted(text)));
    per_side(out, "separator", quote(&field.separator), "");
    per_side(out, "format", quote(&field.format), "how a side writes dates");
    per_side(out, "default", quote(&field.default), "what a side gets when the other is empty");
    if field.write_normal {
        line(out, "normalise", "true", "writes the tidy form of the value");
    }
}

fn filter(out: &mut String, filter: &Filter) {
    out.push_str("\n[[pair.filter]]\n");
    line(out, "side", &quoted(filter.side.letter()), "");
    line(out, "field", &quoted(&filter.field), "");
    match &filter.test {
        FilterTest::Is(words) => line(out, "is", &list(words), ""),
        FilterTest::IsNot(words) => line(out, "is_not", &list(words), ""),
        FilterTest::Contains(text) => line(out, "contains", &quoted(text), ""),
        FilterTest::Empty(empty) => line(out, "empty", if *empty { "true" } else { "false" }, ""),
    }
}

fn line(out: &mut String, key: &str, value: &str, comment: &str) {
    let start = format!("{key} = {value}");
    // Writing to a String cannot fail.
    let _never = if comment.is_empty() { writeln!(out, "{start}") } else { writeln!(out, "{start:<33} # {comment}") };
}

fn per_side(out: &mut String, key: &str, values: PerSide<Option<String>>, comment: &str) {
    let parts: Vec<String> = [(Side::A, values.a), (Side::B, values.b)]
        .into_iter()
        .filter_map(|(side, value)| value.map(|value| format!("{} = {value}", side.letter())))
        .collect();
    if !parts.is_empty() {
        line(out, key, &format!("{{ {} }}", parts.join(", ")), comment);
    }
}

/// The longest unit that the length of time is a whole number of.
fn duration(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit))
        .map_or_else(|| format!("{seconds}s"), |(unit, letter)| format!("{}{letter}", seconds / unit))
}

fn relative(path: &str, base_dir: &Path) -> String {
    Path::new(path)
        .strip_prefix(base_dir)
        .ok()
        .filter(|rest| !rest.as_os_str().is_empty())
        .map_or_else(|| path.to_owned(), |rest| rest.to_string_lossy().into_owned())
}

fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    // Every value of these enums has its word; a test goes through all of them.
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word)
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string on one line (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _never = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
