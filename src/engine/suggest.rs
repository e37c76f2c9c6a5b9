//! Which field of A is probably which field of B: a first proposal that the operator corrects.

use std::collections::{BTreeMap, BTreeSet};

use super::concepts::{COMPANY, CONCEPTS, Concept, EMAIL, FAMILY, FULL_NAME, GIVEN};
use super::{dates, fit, numbers, phones};
use crate::model::{Direction, FieldInfo, FieldMapping, Kind, PerSide, Side, Transform};
use crate::texts::tr;

/// At least so many values have to be the same in both lists before that says anything.
const SHARED: usize = 3;
/// Of so many values the way of writing is looked at.
const LOOKED_AT: usize = 200;
/// The ways of writing a day, by which a proposal tells them apart.
const DAYS: [&str; 5] = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y"];
/// Names of at least so many letters may be similar without being equal.
const SIMILAR: usize = 5;

/// A mapping, the reason in an operator's words, and whether it would serve as a match key.
type Found = (FieldMapping, String, bool);

/// Proposes field mappings between two collections: each with the reason in an operator's words,
/// and whether it would serve as a match key (the best one first).
///
/// Fields pair by what their names say in four languages, then by equal names, by the values that both
/// lists hold, by what the values look like, and by similar names. Each field is used once, and the same
/// fields give the same proposal in whatever order they come.
#[must_use]
pub fn suggest(a: &[FieldInfo], b: &[FieldInfo], region: Option<&str>) -> Vec<Found> {
    let mut free = PerSide::new(sorted(a), sorted(b));
    let mut found: Vec<Found> = Vec::new();
    let full_name = full_name(&mut free);
    for concept in &CONCEPTS {
        if concept.name == FULL_NAME
            && let Some(mapping) = &full_name
        {
            found.push((mapping.clone(), tr!("suggest-split-name"), false));
            continue;
        }
        let (Some(of_a), Some(of_b)) = (best(&free.a, concept), best(&free.b, concept)) else { continue };
        let mut mapping = simple(concept.name, of_a, of_b, concept.kind, region);
        // A name can mislead: a column `address` may hold something else.
        if mapping.kind == Kind::Text {
            mapping.kind = kind_of(of_a, of_b);
        }
        let why = tr!("suggest-same-meaning", a = of_a.label, b = of_b.label);
        take(&mut free, of_a, of_b);
        found.push((mapping, why, concept.kind == Kind::Email));
    }
    by_equal_names(&mut free, &mut found, region);
    by_shared_values(&mut free, &mut found, region);
    by_looks(&mut free, &mut found, region);
    by_similar_names(&mut free, &mut found, region);
    found
}

/// The fields that say what the operator calls a record, the best way first.
pub(super) fn label_fields(fields: &[FieldInfo]) -> Vec<Vec<String>> {
    let all = sorted(fields);
    let of = |name: &str| {
        let concept = CONCEPTS.iter().find(|concept| concept.name == name)?;
        best(&all, concept).map(|field| field.name.clone())
    };
    let mut ways = Vec::new();
    ways.extend(of(FULL_NAME).map(|name| vec![name]));
    let parts: Vec<String> = [of(GIVEN), of(FAMILY)].into_iter().flatten().collect();
    for way in [parts, of(COMPANY).into_iter().collect(), of(EMAIL).into_iter().collect()] {
        if !way.is_empty() {
            ways.push(way);
        }
    }
    ways
}

fn by_equal_names(free: &mut PerSide<Vec<&FieldInfo>>, found: &mut Vec<Found>, region: Option<&str>) {
    for of_a in free.a.clone() {
        let key = bare(&of_a.name);
        let twin = |field: &&&FieldInfo| {
            !key.is_empty() && (bare(&field.name) == key || bare(&field.label) == key) && !apart(of_a, field)
        };
        let Some(of_b) = free.b.iter().find(twin).copied() else { continue };
        add(free, found, (of_a, of_b), tr!("suggest-same-name", name = of_a.label), region);
    }
}

/// Pairs fields that hold the same values in both lists, the most first.
fn by_shared_values(free: &mut PerSide<Vec<&FieldInfo>>, found: &mut Vec<Found>, region: Option<&str>) {
    let values = |field: &FieldInfo| -> BTreeSet<String> {
        field.samples.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()).collect()
    };
    let held: PerSide<Vec<BTreeSet<String>>> =
        free.as_ref().map(|fields| fields.iter().map(|field| values(field)).collect());
    let mut pairs = Vec::new();
    for (of_a, in_a) in free.a.iter().copied().zip(&held.a) {
        for (of_b, in_b) in free.b.iter().copied().zip(&held.b) {
            let shared = in_a.intersection(in_b).count();
            if shared >= SHARED && shared * 2 >= in_a.len().min(in_b.len()) {
                pairs.push((shared, of_a, of_b));
            }
        }
    }
    pairs.sort_by(|one, other| {
        other.0.cmp(&one.0).then_with(|| (&one.1.name, &one.2.name).cmp(&(&other.1.name, &other.2.name)))
    });
    for (shared, of_a, of_b) in pairs {
        if is_free(free, of_a, of_b) {
            add(free, found, (of_a, of_b), tr!("suggest-same-values", count = shared), region);
        }
    }
}

/// Pairs the only field of each side whose values look like addresses or telephone numbers. Two dates may
/// mean anything: "member since" is no birthday.
fn by_looks(free: &mut PerSide<Vec<&FieldInfo>>, found: &mut Vec<Found>, region: Option<&str>) {
    for kind in [Kind::Email, Kind::Phone] {
        let alike = free.as_ref().map(|fields| {
            let mut alike = fields.iter().copied().filter(|field| looks_like(field) == Some(kind));
            alike.next().filter(|_| alike.next().is_none())
        });
        let (Some(of_a), Some(of_b)) = (alike.a, alike.b) else { continue };
        let why = if kind == Kind::Email { tr!("suggest-both-emails") } else { tr!("suggest-both-phones") };
        let key = kind == Kind::Email && !found.iter().any(|(_, _, key)| *key);
        let name = unused(found, if kind == Kind::Email { EMAIL } else { &of_a.label });
        let mapping = simple(&name, of_a, of_b, kind, region);
        take(free, of_a, of_b);
        // The best match key comes first.
        let at = if key { 0 } else { found.len() };
        found.insert(at, (mapping, why, key));
    }
}

fn by_similar_names(free: &mut PerSide<Vec<&FieldInfo>>, found: &mut Vec<Found>, region: Option<&str>) {
    for of_a in free.a.clone() {
        let key = bare(&of_a.label);
        let near = |field: &FieldInfo| {
            let other = bare(&field.label);
            let long = key.chars().count() >= SIMILAR && other.chars().count() >= SIMILAR;
            let score = strsim::jaro_winkler(&key, &other);
            (long && !apart(of_a, field) && score >= 0.93).then_some(score)
        };
        let scored = free.b.iter().copied().filter_map(|field| Some((near(field)?, field)));
        let Some((_, of_b)) = scored.max_by(|one, other| one.0.total_cmp(&other.0)) else { continue };
        let why = tr!("suggest-similar-names", a = of_a.label, b = of_b.label);
        add(free, found, (of_a, of_b), why, region);
    }
}

/// Pairs two fields that have nothing but a reason.
fn add<'a>(
    free: &mut PerSide<Vec<&'a FieldInfo>>,
    found: &mut Vec<Found>,
    (a, b): (&'a FieldInfo, &'a FieldInfo),
    why: String,
    region: Option<&str>,
) {
    let name = unused(found, &a.label);
    found.push((simple(&name, a, b, kind_of(a, b), region), why, false));
    take(free, a, b);
}

fn is_free(free: &PerSide<Vec<&FieldInfo>>, a: &FieldInfo, b: &FieldInfo) -> bool {
    free.a.iter().any(|field| field.name == a.name) && free.b.iter().any(|field| field.name == b.name)
}

/// The fields by name, so that their order does not matter.
fn sorted(fields: &[FieldInfo]) -> Vec<&FieldInfo> {
    let mut sorted: Vec<&FieldInfo> = fields.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    sorted.dedup_by(|a, b| a.name == b.name);
    sorted
}

/// Takes a full name on one side and a given and family name on the other, where that is all there is.
fn full_name(free: &mut PerSide<Vec<&FieldInfo>>) -> Option<FieldMapping> {
    let has = |side: Side, name: &str| {
        let concept = CONCEPTS.iter().find(|concept| concept.name == name)?;
        best(free.get(side), concept)
    };
    let both_parts = |side| Some((has(side, GIVEN)?, has(side, FAMILY)?));
    let side = Side::BOTH.into_iter().find(|side| {
        both_parts(*side).is_none() && has(*side, FULL_NAME).is_some() && both_parts(side.opposite()).is_some()
    })?;
    let full = has(side, FULL_NAME)?;
    let (given, family) = both_parts(side.opposite())?;
    let direction = direction(PerSide::oriented(side, full.read_only, given.read_only || family.read_only));
    let other = free.get_mut(side.opposite());
    // The other side's own full name follows from its parts; mapping both would write it twice.
    let own_full = CONCEPTS.iter().find(|concept| concept.name == FULL_NAME).and_then(|concept| best(other, concept));
    other.retain(|field| field.name != given.name && field.name != family.name);
    if let Some(own) = own_full {
        other.retain(|field| field.name != own.name);
    }
    free.get_mut(side).retain(|field| field.name != full.name);
    let parts = vec![given.name.clone(), family.name.clone()];
    let fields = PerSide::oriented(side, vec![full.name.clone()], parts);
    let base = FieldMapping::simple(FULL_NAME, "", "", Kind::Text);
    Some(FieldMapping { fields, transform: Transform::SplitName, direction, ..base })
}

/// The free field that fits a concept best: by the place of its word, then by its name.
fn best<'a>(free: &[&'a FieldInfo], concept: &Concept) -> Option<&'a FieldInfo> {
    let at = |text: &str| concept.words.iter().position(|word| *word == text);
    let rank = |field: &FieldInfo| {
        let whole = at(&bare(&field.name)).or_else(|| at(&bare(&field.label)));
        whole.or_else(|| at(&last_word(&field.label)?).map(|place| concept.words.len() + place))
    };
    free.iter()
        .filter(|field| fits(field, concept.kind))
        .filter_map(|field| Some((rank(field)?, *field)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, field)| field)
}

/// The last word of a name of several, which mostly says what it is: "Customer phone". Short words say
/// too little.
fn last_word(label: &str) -> Option<String> {
    let mut words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words.next_back().filter(|word| word.chars().count() >= 5)?;
    words.next().map(|_| bare(last))
}

/// Whether what is in a field may be of this kind: a column "E-mail" may say whether one may send any.
fn fits(field: &FieldInfo, kind: Kind) -> bool {
    let mut filled = field.samples.iter().map(|sample| sample.trim()).filter(|sample| !sample.is_empty()).peekable();
    if filled.peek().is_none() {
        return true;
    }
    match kind {
        Kind::Email => filled.any(|sample| sample.contains('@')),
        Kind::Phone => filled.any(|sample| sample.chars().filter(char::is_ascii_digit).count() >= 5),
        Kind::Date => filled.any(|sample| dates::day(sample).is_some()),
        Kind::Number => filled.any(|sample| numbers::plain(sample).is_some()),
        Kind::Text => !filled.all(fit::is_address),
        Kind::Boolean | Kind::DateTime | Kind::Choice | Kind::List => true,
    }
}

fn simple(name: &str, a: &FieldInfo, b: &FieldInfo, kind: Kind, region: Option<&str>) -> FieldMapping {
    let base = FieldMapping::simple(name, &a.name, &b.name, kind);
    let direction = direction(PerSide::new(a.read_only, b.read_only));
    match kind {
        Kind::Phone => {
            let region = country_of(a, b).or_else(|| region.map(str::to_owned));
            FieldMapping { direction, region, ..base }
        }
        Kind::Date => FieldMapping { direction, format: days_of(a, b), ..base },
        Kind::Text | Kind::Email | Kind::Number | Kind::Boolean | Kind::DateTime | Kind::Choice | Kind::List => {
            FieldMapping { direction, ..base }
        }
    }
}

/// The country in which numbers without a country code are most likely: that of more than half of those
/// that have one. It says more than the language in which the operator's computer is set.
fn country_of(a: &FieldInfo, b: &FieldInfo) -> Option<String> {
    let mut countries = BTreeMap::<String, usize>::new();
    let samples = a.samples.iter().take(LOOKED_AT).chain(b.samples.iter().take(LOOKED_AT));
    samples.filter_map(|sample| phones::country_of(sample)).for_each(|country| {
        *countries.entry(country).or_default() += 1;
    });
    let all: usize = countries.values().sum();
    let (country, count) = countries.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= SHARED && count * 2 > all).then_some(country)
}

/// How each side writes its days, where the two write them differently: else a list would come to hold
/// the other's way of writing, and an address book refuses it. A side that has no days yet gets the
/// international way.
fn days_of(a: &FieldInfo, b: &FieldInfo) -> PerSide<Option<String>> {
    let of = |field: &FieldInfo| {
        let held = || field.samples.iter().take(LOOKED_AT).map(|text| text.trim()).filter(|text| !text.is_empty());
        held().next()?;
        let same = |form: &&&str| held().all(|text| dates::written(text, Some(form), form).as_deref() == Some(text));
        DAYS.iter().find(same).map(|form| (*form).to_owned())
    };
    let empty = |field: &FieldInfo| field.samples.iter().all(|text| text.trim().is_empty());
    let forms = PerSide::new(of(a), of(b));
    match (&forms.a, &forms.b) {
        (Some(one), Some(other)) if one != other => forms,
        (Some(one), None) if empty(b) && one != DAYS[0] => PerSide::new(forms.a, Some(DAYS[0].to_owned())),
        (None, Some(one)) if empty(a) && one != DAYS[0] => PerSide::new(Some(DAYS[0].to_owned()), forms.b),
        (Some(_) | None, Some(_) | None) => PerSide::default(),
    }
}

/// Both ways, unless one of the fields cannot be written.
fn direction(read_only: PerSide<bool>) -> Direction {
    match (read_only.a, read_only.b) {
        (true, false) => Direction::AToB,
        (false, true) => Direction::BToA,
        (false, false) | (true, true) => Direction::Both,
    }
}

fn take(free: &mut PerSide<Vec<&FieldInfo>>, a: &FieldInfo, b: &FieldInfo) {
    free.a.retain(|field| field.name != a.name);
    free.b.retain(|field| field.name != b.name);
}

/// A name for a mapping that no other has.
fn unused(found: &[(FieldMapping, String, bool)], wanted: &str) -> String {
    let taken = |name: &str| found.iter().any(|(mapping, _, _)| mapping.name == name);
    let numbered = (2..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// Letters and digits, lower-case, without accents on the letters that French and German use.
fn bare(text: &str) -> String {
    let plain = |c: char| match c {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'â' | 'ä' => 'a',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    text.to_lowercase().chars().map(plain).filter(|c| c.is_alphanumeric()).collect()
}

/// The kind that the platforms tell, else the one that all samples of both sides look like.
fn kind_of(a: &FieldInfo, b: &FieldInfo) -> Kind {
    if let Some(kind) = a.kind.or(b.kind) {
        return kind;
    }
    look(a.samples.iter().chain(&b.samples)).unwrap_or(Kind::Text)
}

/// The kind that the platform tells, else the one that all samples of a field look like.
fn looks_like(field: &FieldInfo) -> Option<Kind> {
    field.kind.or_else(|| look(field.samples.iter()))
}

/// Whether two fields surely hold something else.
fn apart(one: &FieldInfo, other: &FieldInfo) -> bool {
    looks_like(one).zip(looks_like(other)).is_some_and(|(one, other)| one != other)
}

fn look<'a>(samples: impl Iterator<Item = &'a String>) -> Option<Kind> {
    let samples: Vec<&str> = samples.map(|sample| sample.trim()).filter(|sample| !sample.is_empty()).collect();
    let all = |test: fn(&str) -> bool| !samples.is_empty() && samples.iter().all(|sample| test(sample));
    if all(fit::is_address) {
        Some(Kind::Email)
    } else if all(|s| {
        matches!(s.to_lowercase().as_str(), "yes" | "no" | "true" | "false" | "ja" | "nee" | "oui" | "non" | "nein")
    }) {
        Some(Kind::Boolean)
    } else if all(|s| s.contains(['-', '/', '.']) && dates::day(s).is_some()) {
        Some(Kind::Date)
    } else if all(|s| s.contains(':') && dates::moment(s).is_some()) {
        Some(Kind::DateTime)
    } else if all(|s| s.starts_with('+') && phones::e164(s, None).is_some()) {
        Some(Kind::Phone)
    } else if all(|s| {
        numbers::plain(s).is_some()
            && (s == "0" || !s.starts_with(['0', '+']) || s.starts_with("0.") || s.starts_with("0,"))
    }) {
        // A leading zero means something in a code, so a code is no number.
        Some(Kind::Number)
    } else if all(|s| {
        // As people write them in their own country, too: nothing else is made of so many digits alone.
        let digits = s.chars().filter(char::is_ascii_digit).count();
        s.starts_with(['0', '+', '('])
            && (8..=15).contains(&digits)
            && s.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '/' | '.' | '(' | ')'))
    }) {
        Some(Kind::Phone)
    } else {
        None
    }
}

#[cfg(test)]
#[path = "suggest_tests.rs"]
mod tests;
