//! Which records of the other side are likely to be the same as one that has no partner.
//!
//! Match keys find what is certain; this finds what a person would see: a name with its words in
//! another order, a misspelt address, the same telephone with another email. It only proposes, and says
//! why: nothing is linked before the operator says so.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::{FieldMapping, Kind, Likeness, Observed, PairSpec, Partner, Seen, Value};

/// So many are proposed at most.
const MOST: usize = 5;
/// Below this likelihood nothing is proposed.
const LEAST: f64 = 0.5;
/// Telephones are the same when they end in so many same digits: what stands before is the way to dial.
const DIGITS: usize = 8;

/// What a field says of who a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tells {
    Email,
    Phone,
    Name,
    Street,
    /// Many share it: it makes likely what another field says.
    Little,
}

/// A field of the record that is looked for, made ready once.
struct Looked<'a> {
    mapping: &'a FieldMapping,
    tells: Tells,
    forms: Vec<String>,
}

/// The records of the other side that may be the same as `record`, the likeliest first. `others` are
/// the ones there that have no partner either.
#[must_use]
pub fn partners(spec: &PairSpec, record: &Seen, others: &[Observed]) -> Vec<Partner> {
    let looked: Vec<Looked<'_>> = spec
        .fields
        .iter()
        .filter_map(|mapping| {
            let tells = tells(mapping)?;
            let forms = forms(tells, record.values.get(&mapping.name)?);
            (!forms.is_empty()).then_some(Looked { mapping, tells, forms })
        })
        .collect();
    let mut found: Vec<Partner> =
        others.iter().filter(|other| !other.seen.outside).filter_map(|other| rate(&looked, other)).collect();
    found.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.record.id.cmp(&other.record.id)));
    found.truncate(MOST);
    found
}

/// Whether a record is another one than it was, where all that tells of who it is was exchanged: neither a
/// name nor a telephone, a street or an address is like it was. None where there is no name to tell by: one and
/// the same person may well move, with another telephone and another address.
pub(super) fn is_somebody_else(spec: &PairSpec, before: &Seen, now: &Seen) -> Option<bool> {
    let mut is_other = None;
    for mapping in &spec.fields {
        let (Some(tells), Some(before), Some(now)) =
            (tells(mapping), before.values.get(&mapping.name), now.values.get(&mapping.name))
        else {
            continue;
        };
        let (before, now) = (forms(tells, before), forms(tells, now));
        if tells == Tells::Little || before.is_empty() || now.is_empty() {
            continue;
        }
        let is_alike = likeness(tells, &before, &now).is_some();
        if is_alike {
            return Some(false);
        }
        if tells == Tells::Name {
            is_other = Some(true);
        }
    }
    is_other
}

/// Whether a name is not like it was. None that was left out is another one.
pub(super) fn has_another_name(spec: &PairSpec, before: &Seen, now: &Seen) -> bool {
    spec.fields.iter().filter(|mapping| tells(mapping) == Some(Tells::Name)).any(|mapping| {
        let held = |seen: &Seen| seen.values.get(&mapping.name).map(|value| forms(Tells::Name, value));
        let (Some(before), Some(now)) = (held(before), held(now)) else { return false };
        !before.is_empty() && !now.is_empty() && likeness(Tells::Name, &before, &now).is_none()
    })
}

fn rate(looked: &[Looked<'_>], other: &Observed) -> Option<Partner> {
    let mut doubt = 1.0;
    let mut against = 1.0;
    let mut alike: Vec<(f64, String, Likeness)> = Vec::new();
    for field in looked {
        let Some(value) = other.seen.values.get(&field.mapping.name) else { continue };
        let forms = forms(field.tells, value);
        if forms.is_empty() {
            continue;
        }
        match likeness(field.tells, &field.forms, &forms) {
            Some(how) => {
                let weight = weight(field.tells, how);
                doubt *= 1.0 - weight;
                alike.push((weight, field.mapping.name.clone(), how));
            }
            // Another name speaks against it; another address or telephone does not, for people move.
            None if field.tells == Tells::Name => against *= 0.65,
            None => {}
        }
    }
    let likely = (1.0 - doubt) * against;
    if likely < LEAST {
        return None;
    }
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 99")]
    let score = (likely * 100.0).clamp(0.0, 99.0) as u8;
    Some(Partner { record: other.clone(), score, alike: alike.into_iter().map(|(_, name, how)| (name, how)).collect() })
}

/// What a mapping's values say of who a record is; none where they say nothing.
fn tells(mapping: &FieldMapping) -> Option<Tells> {
    match mapping.kind {
        Kind::Email => Some(Tells::Email),
        Kind::Phone => Some(Tells::Phone),
        Kind::Date => Some(Tells::Little),
        Kind::Text => {
            let words = [&mapping.name].into_iter().chain(&mapping.fields.a).chain(&mapping.fields.b);
            let words: Vec<String> = words.map(|word| folded(word)).collect();
            let has = |parts: &[&str]| words.iter().any(|word| parts.iter().any(|part| word.contains(part)));
            Some(if has(&["mail"]) {
                Tells::Email
            } else if has(&["phone", "tel", "gsm", "mobile", "mobiel"]) {
                Tells::Phone
            } else if has(&["street", "straat", "address", "adres"]) {
                Tells::Street
            } else if has(&["city", "stad", "plaats", "gemeente", "postcode", "zip", "country", "land", "region"]) {
                Tells::Little
            } else if has(&["name", "naam", "nom", "company", "bedrijf", "firma", "org"]) {
                Tells::Name
            } else {
                return None;
            })
        }
        Kind::Number | Kind::Boolean | Kind::DateTime | Kind::Choice | Kind::List => None,
    }
}

fn weight(tells: Tells, how: Likeness) -> f64 {
    match (tells, how) {
        (Tells::Email, Likeness::Same) => 0.9,
        (Tells::Phone, Likeness::Same | Likeness::Part | Likeness::Close) => 0.7,
        (Tells::Email, Likeness::Close) | (Tells::Name, Likeness::Same) => 0.65,
        (Tells::Name, Likeness::Close) => 0.5,
        (Tells::Street, Likeness::Same) => 0.4,
        (Tells::Email | Tells::Name, Likeness::Part) | (Tells::Street, Likeness::Close | Likeness::Part) => 0.3,
        (Tells::Little, Likeness::Same | Likeness::Part | Likeness::Close) => 0.12,
    }
}

/// The forms in which the values of a field are compared.
fn forms(tells: Tells, value: &Value) -> Vec<String> {
    let one = |text: &str| match tells {
        Tells::Phone => {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            let start = digits.len().saturating_sub(DIGITS);
            digits.get(start..).filter(|end| end.len() == DIGITS).map(|end| end.iter().collect()).unwrap_or_default()
        }
        Tells::Email => text.trim().to_lowercase(),
        Tells::Name | Tells::Street | Tells::Little => {
            let text = folded(text);
            let mut words: Vec<&str> =
                text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            words.sort_unstable();
            words.join(" ")
        }
    };
    let forms: Vec<String> = match value {
        Value::Text(text) => vec![one(text)],
        Value::List(items) => items.iter().map(|item| one(item)).collect(),
    };
    forms.into_iter().filter(|form| !form.is_empty()).collect()
}

/// How alike the values are, by the two that are most so.
fn likeness(tells: Tells, one: &[String], other: &[String]) -> Option<Likeness> {
    let each = one.iter().flat_map(|a| other.iter().map(move |b| alike(tells, a, b)));
    each.flatten().min()
}

fn alike(tells: Tells, a: &str, b: &str) -> Option<Likeness> {
    if a == b {
        return Some(Likeness::Same);
    }
    match tells {
        Tells::Phone | Tells::Little => None,
        Tells::Email => {
            let ((name_a, host_a), (name_b, host_b)) = (a.split_once('@')?, b.split_once('@')?);
            // "info" and the like are no name.
            if name_a == name_b && name_a.chars().count() > 5 {
                Some(Likeness::Part)
            } else if host_a == host_b {
                few_typos(name_a, name_b).then_some(Likeness::Close)
            } else {
                (name_a == name_b && few_typos(host_a, host_b)).then_some(Likeness::Close)
            }
        }
        Tells::Name | Tells::Street => {
            if few_typos(a, b) {
                return Some(Likeness::Close);
            }
            let (words_a, words_b): (BTreeSet<&str>, BTreeSet<&str>) = (a.split(' ').collect(), b.split(' ').collect());
            let inside = words_a.is_subset(&words_b) || words_b.is_subset(&words_a);
            let long = |words: &BTreeSet<&str>| words.iter().any(|word| word.chars().count() > 3);
            (inside && long(&words_a) && long(&words_b)).then_some(Likeness::Part)
        }
    }
}

/// One slip in a short text, two in a longer one.
fn few_typos(a: &str, b: &str) -> bool {
    let (long, short) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    let allowed = match short {
        0..=4 => return false,
        5..=9 => 1,
        _ => 2,
    };
    long - short <= allowed && strsim::osa_distance(a, b) <= allowed
}

/// A text without accents and capitals.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

    use super::*;
    use crate::model::{DeleteGuard, DeletePolicy, Endpoint, PerSide, Policy, RecordId, Schedule};

    fn spec() -> PairSpec {
        PairSpec {
            name: "p".into(),
            ends: PerSide::new(
                Endpoint { account: "A".into(), collection: None },
                Endpoint { account: "B".into(), collection: None },
            ),
            match_keys: vec!["email".into()],
            fields: vec![
                FieldMapping::simple("full_name", "Name", "full_name", Kind::Text),
                FieldMapping::simple("email", "E-mail", "email", Kind::Email),
                FieldMapping::simple("phone", "Phone", "tel", Kind::Phone),
                FieldMapping::simple("street", "Street", "adr.street", Kind::Text),
                FieldMapping::simple("city", "City", "adr.city", Kind::Text),
            ],
            filters: Vec::new(),
            deletes: DeletePolicy::Ignore,
            guard: DeleteGuard::default(),
            conflicts: Policy::Ask,
            writes: PerSide::default(),
            schedule: Schedule::default(),
        }
    }

    fn record(id: &str, values: [&str; 5]) -> Observed {
        let names = ["full_name", "email", "phone", "street", "city"];
        let values = names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), Value::text(value))).collect();
        Observed { id: RecordId::new(id), seen: Seen { values, ..Seen::default() } }
    }

    /// The proposals for a record: id, and the fields with how alike they are.
    fn check(record: &Observed, others: &[Observed]) -> Vec<String> {
        partners(&spec(), &record.seen, others)
            .iter()
            .map(|found| {
                let alike: Vec<String> = found.alike.iter().map(|(name, how)| format!("{name} {how:?}")).collect();
                format!("{} {}: {}", found.record.id, found.score, alike.join(", "))
            })
            .collect()
    }

    #[test]
    fn what_a_person_would_see_is_proposed_with_the_reasons() {
        let ann = record("1", ["Ann Peeters", "ann@x.test", "+32 478 12 34 56", "Kerkstraat 1", "Gent"]);
        let others = [
            record("order", ["Peeters, Ann", "ann@other.test", "", "", "Gent"]),
            record("typo", ["Ann Peters", "ann@x.tets", "", "", ""]),
            record("phone", ["A. P.", "info@shop.test", "0478/12.34.56", "Kerkstraat 1", "Gent"]),
            record("household", ["Jan Maes", "jan@x.test", "0478 12 34 56", "", "Gent"]),
            record("stranger", ["Bart De Smet", "bart@x.test", "0499 99 99 99", "", "Gent"]),
            record("city", ["", "", "", "", "Gent"]),
        ];
        insta::assert_snapshot!(check(&ann, &others).join("\n"), @r"
        typo 82: email Close, full_name Close
        order 69: full_name Same, city Same
        phone 54: phone Same, street Same, city Same
        ");
    }

    #[test]
    fn accents_and_part_of_a_name_do_not_hide_a_record() {
        let record_a = record("1", ["Zoë García Fernández", "zoe@x.test", "", "", ""]);
        let others = [
            record("plain", ["Zoe Garcia Fernandez", "", "", "", ""]),
            record("part", ["Zoe Garcia", "", "", "Dorp 1", ""]),
        ];
        assert_eq!(check(&record_a, &others), ["plain 65: full_name Same"]);
    }

    #[test]
    fn nothing_is_proposed_for_an_empty_record_and_never_more_than_a_few() {
        assert!(check(&record("1", ["", "", "", "", ""]), &[record("2", ["", "", "", "", ""])]).is_empty());
        let same: Vec<Observed> = (0..20).map(|id| record(&id.to_string(), ["Ann Peeters", "", "", "", ""])).collect();
        assert_eq!(check(&same[0], &same).len(), MOST);
    }

    #[test]
    fn the_order_of_the_others_makes_no_difference() {
        let ann = record("1", ["Ann Peeters", "ann@x.test", "", "", ""]);
        let mut others: Vec<Observed> =
            (0..9).map(|id| record(&id.to_string(), ["Peeters Ann", "ann@x.test", "", "", ""])).collect();
        let forward = check(&ann, &others);
        others.reverse();
        assert_eq!(check(&ann, &others), forward);
    }
}
