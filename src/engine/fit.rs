//! What a mapping would do to real records: a few examples, and the records that it would fail or hurt.

use std::collections::{BTreeMap, BTreeSet};

use super::normalise::{items, normal, readable};
use super::suggest::label_fields;
use super::transform::{read_checked, write};
use crate::model::{
    Example, FieldFit, FieldInfo, FieldMapping, Fields, Filter, Kind, Misfit, MisfitKind, PerSide, Record, Side, Trial,
    Value,
};

/// So many examples are given for each direction.
const EXAMPLES: usize = 5;
/// So many records of a misfit are named; the rest is counted.
const NAMED: usize = 200;
/// More different words than this are no set of choices.
const WORDS: usize = 40;

/// One side of what is tried: its fields and its records, each with what the operator calls it.
#[derive(Clone, Copy, Debug)]
pub struct Sampled<'a> {
    /// The fields of the collection.
    pub fields: &'a [FieldInfo],
    /// The records.
    pub records: &'a [Record],
    /// What the operator calls each of them.
    pub labels: &'a [String],
}

/// What the operator calls each record: its name, else its address, else the first text that it holds.
#[must_use]
pub fn labels(fields: &[FieldInfo], records: &[Record]) -> Vec<String> {
    let ways = label_fields(fields);
    let one = |record: &Record| {
        let text = |names: &[String]| {
            let parts: Vec<String> =
                names.iter().filter_map(|name| record.fields.get(name)).map(Value::display).collect();
            super::names::collapse(&parts.join(" "))
        };
        let named = ways.iter().map(|names| text(names)).find(|text| !text.is_empty());
        let any = || record.fields.values().map(Value::display).find(|text| !text.trim().is_empty());
        named.or_else(any).unwrap_or_else(|| record.id.to_string())
    };
    records.iter().map(one).collect()
}

/// Tries a mapping on the records of both sides that pass the filters.
#[must_use]
pub fn fit(trial: &Trial, sides: &PerSide<Sampled<'_>>, filters: &[Filter]) -> FieldFit {
    let mapping = &trial.mapping;
    let mut out = FieldFit::default();
    for from in Side::BOTH {
        let here = sides.get(from);
        let records: Vec<(&str, &Record)> = passing(here, from, filters).collect();
        if mapping.writes_to(from.opposite()) {
            let target = Target::new(mapping, from, sides.get(from.opposite()).fields);
            let (examples, misfits) = carried(mapping, from, &records, &target);
            *out.examples.get_mut(from.opposite()) = examples;
            out.misfits.extend(misfits);
        }
        if trial.key {
            out.misfits.extend(keys(mapping, from, &records, here.fields));
        }
        *out.words.get_mut(from) = words(mapping, from, &records);
    }
    out.misfits.sort_by(|one, other| (&one.kind, one.side).cmp(&(&other.kind, other.side)));
    out
}

/// How many records of a side pass its filters.
#[must_use]
pub fn count_passing(sampled: &Sampled<'_>, side: Side, filters: &[Filter]) -> usize {
    passing(sampled, side, filters).count()
}

/// The records of a side that pass its filters, with what the operator calls them.
fn passing<'a>(
    sampled: &Sampled<'a>,
    side: Side,
    filters: &'a [Filter],
) -> impl Iterator<Item = (&'a str, &'a Record)> + use<'a> {
    let labels = sampled.labels;
    sampled.records.iter().enumerate().filter_map(move |(at, record)| {
        let passes = |filter: &Filter| filter.side != side || filter.passes(record.fields.get(&filter.field));
        filters.iter().all(passes).then(|| (labels.get(at).map_or("", String::as_str), record))
    })
}

/// What the side that would get the values says of its fields.
struct Target<'a> {
    fields: Vec<&'a FieldInfo>,
    /// Its choices in lower case, for each of the fields.
    choices: Vec<BTreeSet<String>>,
    label: String,
}

impl<'a> Target<'a> {
    fn new(mapping: &FieldMapping, from: Side, known: &'a [FieldInfo]) -> Self {
        let names = mapping.fields.get(from.opposite());
        let fields: Vec<&FieldInfo> =
            names.iter().filter_map(|name| known.iter().find(|field| field.name == *name)).collect();
        let choices =
            fields.iter().map(|field| field.choices.iter().map(|word| word.trim().to_lowercase()).collect()).collect();
        Self { label: label_of(names, known), fields, choices }
    }

    /// What is wrong with what would be written.
    fn refuses(&self, written: &Fields) -> Option<MisfitKind> {
        for (field, choices) in self.fields.iter().zip(&self.choices) {
            let Some(value) = written.get(&field.name) else { continue };
            let parts = match value {
                Value::Text(text) => vec![text.clone()],
                Value::List(items) => items.clone(),
            };
            let filled = || parts.iter().filter(|part| !part.trim().is_empty());
            if !choices.is_empty() && filled().any(|part| !choices.contains(&part.trim().to_lowercase())) {
                return Some(MisfitKind::NotInChoices);
            }
            if let Some(most) = field.max_length
                && filled().any(|part| part.chars().count() > most)
            {
                return Some(MisfitKind::TooLong(most));
            }
        }
        None
    }
}

/// Misfits as they are counted.
#[derive(Default)]
struct Counted(BTreeMap<MisfitKind, (usize, Vec<(String, String)>)>);

impl Counted {
    fn add(&mut self, kind: MisfitKind, label: &str, value: &str) {
        let (count, records) = self.0.entry(kind).or_default();
        *count += 1;
        if records.len() < NAMED {
            records.push((label.to_owned(), value.to_owned()));
        }
    }

    fn misfits(self, side: Side, field: &str) -> impl Iterator<Item = Misfit> {
        let field = field.to_owned();
        self.0.into_iter().map(move |(kind, (count, records))| Misfit {
            kind,
            side,
            field: field.clone(),
            count,
            records,
        })
    }
}

/// What becomes of the values of one side on their way to the other.
fn carried(
    mapping: &FieldMapping,
    from: Side,
    records: &[(&str, &Record)],
    target: &Target<'_>,
) -> (Vec<Example>, Vec<Misfit>) {
    let (mut counted, mut refused) = (Counted::default(), Counted::default());
    let mut first_reason = None;
    let (mut changed, mut others) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let read_only = target.fields.iter().any(|field| field.read_only);
    let required = target.fields.iter().any(|field| field.required);
    for (label, record) in records {
        let value = match read_checked(mapping, from, &record.fields) {
            Ok(Some(value)) => value,
            Ok(None) => continue,
            Err(error) => {
                let reason = first_reason.get_or_insert_with(|| error.to_string()).clone();
                refused.add(MisfitKind::Refused(reason), label, "");
                continue;
            }
        };
        let shown = value.display();
        let written = write(mapping, from, &value);
        let to = written.as_ref().map(|fields| joined(mapping, from, fields)).map_err(ToString::to_string);
        if value.is_empty() {
            if required && to.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                counted.add(MisfitKind::RequiredEmpty, label, "");
            }
            continue;
        }
        match &written {
            Err(super::ValueError::NotInChoices { .. }) => counted.add(MisfitKind::NotInChoices, label, &shown),
            Err(error) => {
                let reason = first_reason.get_or_insert_with(|| error.to_string()).clone();
                refused.add(MisfitKind::Refused(reason), label, &shown);
            }
            Ok(_) if read_only => counted.add(MisfitKind::ReadOnly, label, &shown),
            Ok(fields) => {
                if let Some(kind) = target.refuses(fields) {
                    counted.add(kind, label, &shown);
                } else if !is_of_kind(mapping, from, &value) {
                    counted.add(MisfitKind::NotA(mapping.kind), label, &shown);
                }
            }
        }
        let differs = to.as_ref() != Ok(&shown);
        let list = if differs { &mut changed } else { &mut others };
        if list.len() < EXAMPLES && seen.insert(shown.clone()) {
            list.push(Example { label: (*label).to_owned(), from: shown, to });
        }
    }
    // What changes on its way tells most; one that arrives as it is shows that this happens too.
    changed.truncate(if others.is_empty() { EXAMPLES } else { EXAMPLES - 1 });
    let room = EXAMPLES - changed.len();
    changed.extend(others.into_iter().take(room));
    let misfits = refused.misfits(from, &target.label).chain(counted.misfits(from, &target.label)).collect();
    (changed, misfits)
}

/// What would be written as one text: a name's two parts are shown apart.
fn joined(mapping: &FieldMapping, from: Side, written: &Fields) -> String {
    let parts: Vec<String> =
        mapping.fields.get(from.opposite()).iter().filter_map(|name| written.get(name)).map(Value::display).collect();
    parts.join(" | ")
}

/// Whether a value can be read as what the mapping says that it is.
fn is_of_kind(mapping: &FieldMapping, side: Side, value: &Value) -> bool {
    let shown = value.display();
    match mapping.kind {
        Kind::Text | Kind::Choice | Kind::List => true,
        Kind::Email => is_address(&readable(mapping, side, &shown).unwrap_or_default()),
        Kind::Phone | Kind::Number | Kind::Boolean | Kind::Date | Kind::DateTime => {
            readable(mapping, side, &shown).is_some()
        }
    }
}

/// Whether a text is one email address, as far as its shape tells.
pub(super) fn is_address(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '@');
    !user.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.replacen('@', "", 1).contains(odd)
}

/// The records that cannot be matched by this key.
fn keys(mapping: &FieldMapping, side: Side, records: &[(&str, &Record)], fields: &[FieldInfo]) -> Vec<Misfit> {
    let mut counted = Counted::default();
    let mut holders: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    for (label, record) in records {
        let value = read_checked(mapping, side, &record.fields).ok().flatten();
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            counted.add(MisfitKind::NoKey, label, "");
            continue;
        };
        if let Ok(form) = normal(mapping, side, &value) {
            holders.entry(form).or_default().push((label, value.display()));
        }
    }
    for shared in holders.into_values().filter(|shared| shared.len() > 1) {
        for (label, value) in shared {
            counted.add(MisfitKind::SharedKey, label, &value);
        }
    }
    counted.misfits(side, &label_of(mapping.fields.get(side), fields)).collect()
}

/// The different words of a side, where they may be a set of choices.
fn words(mapping: &FieldMapping, side: Side, records: &[(&str, &Record)]) -> Vec<(String, usize)> {
    if !matches!(mapping.kind, Kind::Choice | Kind::Boolean | Kind::List | Kind::Text) {
        return Vec::new();
    }
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (_, record) in records {
        let Ok(Some(value)) = read_checked(mapping, side, &record.fields) else { continue };
        let parts = if mapping.kind == Kind::List {
            items(mapping, side, &value)
        } else {
            vec![value.display().trim().to_owned()]
        };
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            *found.entry(part).or_default() += 1;
        }
        if found.len() > WORDS {
            return Vec::new();
        }
    }
    let mut found: Vec<(String, usize)> = found.into_iter().collect();
    found.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    found
}

/// What the operator calls these fields.
fn label_of(names: &[String], known: &[FieldInfo]) -> String {
    let label = |name: &String| {
        known.iter().find(|field| field.name == *name).map_or_else(|| name.clone(), |field| field.label.clone())
    };
    names.iter().map(label).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
