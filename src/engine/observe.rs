//! From a platform's records to what a pair sees of them.

use std::collections::BTreeMap;

use crate::model::{
    FieldMapping, Listing, MatterField, Name, Observed, PairSpec, PerSide, Record, RecordId, Scope, Seen, Side,
    SideBaseline, Transform, Value, Values, WriteMode,
};

use super::normalise::{normal, same};
use super::transform::read;

/// A listing, as a pair sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Everything or changes.
    pub scope: Scope,
    /// Whether the listing came to its end.
    pub complete: bool,
    /// The records by id: where one was delivered twice, the last one.
    pub records: BTreeMap<RecordId, Seen>,
    /// The ids that the platform names as deleted.
    pub gone: Vec<RecordId>,
}

impl View {
    /// Nothing has changed.
    #[must_use]
    pub const fn no_changes() -> Self {
        Self { scope: Scope::Changes, complete: true, records: BTreeMap::new(), gone: Vec::new() }
    }
}

/// What a pair sees of a listing.
#[must_use]
pub fn view(spec: &PairSpec, side: Side, listing: Listing) -> View {
    let names = names(spec);
    // Record by record, so that what is no longer needed makes room for what is made of it.
    let records = listing.records.into_iter().map(|record| {
        let seen = seen(spec, &names, side, &record);
        (record.id, seen)
    });
    View { scope: listing.scope, complete: listing.complete, records: records.collect(), gone: listing.gone }
}

/// What a pair sees of one record.
#[must_use]
pub fn observe(spec: &PairSpec, side: Side, record: &Record) -> Observed {
    Observed { id: record.id.clone(), seen: seen(spec, &names(spec), side, record) }
}

/// Sees what a pair sees of many records, with the names of the mappings found once.
#[derive(Clone, Debug)]
pub struct Observer<'a> {
    spec: &'a PairSpec,
    names: Vec<Name>,
}

impl<'a> Observer<'a> {
    /// For the records of this pair.
    #[must_use]
    pub fn of(spec: &'a PairSpec) -> Self {
        Self { spec, names: names(spec) }
    }

    /// What the pair sees of a record, as [`observe`] says it.
    #[must_use]
    pub fn see(&self, side: Side, record: Record) -> Observed {
        let seen = seen(self.spec, &self.names, side, &record);
        Observed { id: record.id, seen }
    }
}

/// What both sides hold, as one text: it is the same only while both hold the same.
#[must_use]
pub fn fingerprint(now: PerSide<Option<&Seen>>) -> String {
    let mut text = String::new();
    for side in Side::BOTH {
        match now.get(side) {
            None => text.push_str("-\u{1e}"),
            Some(seen) => {
                for (name, value) in &seen.values {
                    text.push_str(name);
                    text.push('\u{1f}');
                    match value {
                        Value::Text(value) => text.push_str(value),
                        Value::List(items) => text.push_str(&items.join("\u{1d}")),
                    }
                    text.push('\u{1f}');
                }
                text.push('\u{1e}');
            }
        }
    }
    text
}

/// The fingerprint of a group of records with the same key: it is the same only while the same
/// records are in it.
#[must_use]
pub fn group_fingerprint(ids: PerSide<&[RecordId]>) -> String {
    let mut text = String::new();
    for side in Side::BOTH {
        for id in *ids.get(side) {
            text.push_str(id.as_str());
            text.push('\u{1f}');
        }
        text.push('\u{1e}');
    }
    text
}

/// Whether two values of a linked pair are as the mapping wants them. A value that is not known
/// cannot be said to differ.
#[must_use]
pub fn agrees(mapping: &FieldMapping, a: Option<&Value>, b: Option<&Value>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return true };
    if same(mapping, (Side::A, a), (Side::B, b)) {
        return true;
    }
    match mapping.write {
        WriteMode::Replace => false,
        WriteMode::FillEmpty => match (a.is_empty(), b.is_empty()) {
            (true, false) => !mapping.writes_to(Side::A),
            (false, true) => !mapping.writes_to(Side::B),
            (true, true) | (false, false) => true,
        },
        WriteMode::Add => {
            let holds = |target: Side, source: &Value, held: &Value| {
                let held = items(mapping, target, held);
                !mapping.writes_to(target)
                    || items(mapping, target.opposite(), source).iter().all(|item| held.contains(item))
            };
            holds(Side::B, a, b) && holds(Side::A, b, a)
        }
    }
}

/// The items of a list value in their normal form, each once.
pub(super) fn items(mapping: &FieldMapping, side: Side, value: &Value) -> Vec<String> {
    let plain = |text: String| text.split('\n').filter(|item| !item.is_empty()).map(str::to_owned).collect();
    normal(mapping, side, value).map(plain).unwrap_or_default()
}

/// Lays what is newly seen over what was seen before: a field that is missing in the answer keeps
/// the value that it had.
pub(super) fn overlay(before: &Seen, new: &Seen) -> Seen {
    let mut values = before.values.clone();
    for (name, value) in &new.values {
        // What stayed as it was goes on sharing its memory.
        if values.get(name) != Some(value) {
            values.insert(name.clone(), value.clone());
        }
    }
    Seen {
        values,
        version: new.version.clone(),
        modified: new.modified,
        modified_by: new.modified_by.clone(),
        outside: if new.unsure { before.outside || new.outside } else { new.outside },
        unsure: false,
    }
}

/// Whether what is newly seen tells nothing that was not seen before.
pub(super) fn tells_nothing_new(before: &Seen, new: &Seen) -> bool {
    before.version == new.version
        && before.modified == new.modified
        && (new.unsure && !new.outside || before.outside == new.outside)
        && is_as_before(before, new)
}

/// Whether all values that are newly seen are those that were seen before.
pub(super) fn is_as_before(before: &Seen, new: &Seen) -> bool {
    new.values.iter().all(|(name, value)| before.values.get(name) == Some(value))
}

/// What an operator calls a record: its name, else its match key, else its id.
#[must_use]
pub fn label(spec: &PairSpec, now: PerSide<Option<&Seen>>, id: &str) -> String {
    Labels::of(spec).label(now, id)
}

/// Which mappings make the label of a record: found once, for the names of a million records.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    spec: &'a PairSpec,
    full: Option<&'a FieldMapping>,
    named: Option<&'a FieldMapping>,
    given: Option<&'a FieldMapping>,
    family: Option<&'a FieldMapping>,
}

impl<'a> Labels<'a> {
    /// The mappings of a pair that make labels.
    #[must_use]
    pub fn of(spec: &'a PairSpec) -> Self {
        let named = |words: &[&str]| {
            spec.fields.iter().find(|mapping| {
                let fits = |name: &str| words.iter().any(|word| simply(name).eq(word.chars()));
                fits(&mapping.name) || mapping.fields.a.iter().chain(&mapping.fields.b).any(|field| fits(field))
            })
        };
        Self {
            spec,
            full: spec.fields.iter().find(|mapping| mapping.transform == Transform::SplitName),
            named: named(&["name", "fullname", "naam", "nom", "displayname"]),
            given: named(&["givenname", "firstname", "voornaam", "prenom"]),
            family: named(&["familyname", "lastname", "surname", "achternaam", "familienaam"]),
        }
    }

    /// What an operator calls a record, as [`label`] says it.
    #[must_use]
    pub fn label(&self, now: PerSide<Option<&Seen>>, id: &str) -> String {
        let value = |mapping: &FieldMapping| {
            Side::BOTH.iter().find_map(|side| {
                let value = now.get(*side).and_then(|seen| seen.values.get(&mapping.name))?;
                (!value.is_empty()).then(|| value.display().split_whitespace().collect::<Vec<_>>().join(" "))
            })
        };
        if let Some(name) = self.full.and_then(value).or_else(|| self.named.and_then(value)) {
            return name;
        }
        let joined: Vec<String> = [self.given, self.family].into_iter().flatten().filter_map(value).collect();
        if !joined.is_empty() {
            return joined.join(" ");
        }
        let key = self.spec.match_keys.iter().filter_map(|name| self.spec.field(name)).find_map(value);
        key.unwrap_or_else(|| id.to_owned())
    }
}

/// Whether a mapped field has to be pointed out: both sides hold it and do not agree, or only one has it.
#[must_use]
pub fn differs(mapping: &FieldMapping, a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => !agrees(mapping, Some(a), Some(b)),
        (Some(one), None) | (None, Some(one)) => !one.is_empty(),
        (None, None) => false,
    }
}

/// Every mapped field as both sides hold it.
pub(super) fn fields_for_the_eye(
    spec: &PairSpec,
    now: PerSide<Option<&Seen>>,
    baseline: PerSide<Option<&SideBaseline>>,
    asked: &[String],
) -> Vec<MatterField> {
    let held = |side: Side, name: &str| now.get(side).and_then(|seen| seen.values.get(name)).cloned();
    let agreed = |side: Side, name: &str| baseline.get(side).and_then(|base| base.values.get(name)).cloned();
    let field = |mapping: &FieldMapping| {
        let values = PerSide::from_fn(|side| held(side, &mapping.name));
        MatterField {
            name: mapping.name.clone(),
            baseline: PerSide::from_fn(|side| agreed(side, &mapping.name)),
            differs: differs(mapping, values.a.as_ref(), values.b.as_ref()),
            asked: asked.contains(&mapping.name),
            now: values,
        }
    };
    spec.fields.iter().map(field).collect()
}

/// The names of the mappings, in their order.
fn names(spec: &PairSpec) -> Vec<Name> {
    spec.fields.iter().map(|mapping| Name::new(&mapping.name)).collect()
}

fn seen(spec: &PairSpec, names: &[Name], side: Side, record: &Record) -> Seen {
    let held = spec.fields.iter().zip(names);
    let values = held.filter_map(|(mapping, name)| Some((name.clone(), read(mapping, side, &record.fields)?)));
    let values: Values = values.collect();
    let filters = || spec.filters.iter().filter(|filter| filter.side == side);
    let outside = filters().any(|filter| !filter.passes(record.fields.get(&filter.field)));
    let unsure = filters().any(|filter| record.fields.get(&filter.field).is_none());
    Seen {
        values,
        version: record.version.clone(),
        modified: record.modified,
        modified_by: record.modified_by.clone(),
        outside,
        unsure,
    }
}

/// The letters and digits of a name, lower-case.
fn simply(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase)
}
