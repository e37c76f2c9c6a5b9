//! From the words of `duosync resolve` to an answer, checked against what is really open.

use std::collections::BTreeMap;

use super::{Answer, text};
use crate::model::{FieldChoice, Matter, MatterId, PerSide, RecordId, Resolution, Side, Subject, Value};
use crate::service::Problem;
use crate::texts::tr;

/// What was asked for.
pub(super) struct Asked<'a> {
    /// `--use`.
    pub(super) answer: Option<Answer>,
    /// `--field`.
    pub(super) fields: &'a [String],
    /// `--value`.
    pub(super) value: Option<&'a str>,
    /// `--a` and `--b`.
    pub(super) ids: Option<(&'a str, &'a str)>,
}

/// The matters and the answer to them.
pub(super) fn resolution(
    ids: &[i64],
    asked: &Asked<'_>,
    open: &[Matter],
) -> Result<(Vec<MatterId>, Resolution), Problem> {
    let mut matters = Vec::new();
    for id in ids {
        let Some(matter) = open.iter().find(|matter| matter.id.0 == *id) else {
            return Err(Problem::wrong_use(tr!("terminal-no-matter", id = format_args!("{id}"))));
        };
        if !matters.contains(&matter) {
            matters.push(matter);
        }
    }
    for name in asked.fields {
        for matter in &matters {
            if !matter.fields.iter().any(|field| field.name == *name) {
                let names: Vec<&str> = matter.fields.iter().map(|field| field.name.as_str()).collect();
                return Err(Problem::wrong_use(tr!(
                    "terminal-matter-no-field",
                    id = format_args!("{}", matter.id.0),
                    name = name,
                    meant = text::meant(name, &names)
                )));
            }
        }
    }
    let answer = match (asked.value, asked.answer) {
        (Some(value), _) => typed(value, asked.fields, &matters)?,
        (None, Some(answer)) => chosen(answer, asked, &matters)?,
        (None, None) => return Err(Problem::wrong_use(tr!("terminal-say-how"))),
    };
    Ok((matters.iter().map(|matter| matter.id).collect(), answer))
}

/// A value for the named fields, or for the one field that is asked about.
fn typed(value: &str, fields: &[String], matters: &[&Matter]) -> Result<Resolution, Problem> {
    let choice = FieldChoice::Value(Value::text(value));
    if !fields.is_empty() {
        return Ok(each(fields, &choice));
    }
    let asked: Vec<Vec<String>> = matters
        .iter()
        .map(|matter| matter.fields.iter().filter(|field| field.asked).map(|field| field.name.clone()).collect())
        .collect();
    match asked.first() {
        Some(first) if first.len() == 1 && asked.iter().all(|names| names == first) => Ok(each(first, &choice)),
        Some(_) | None => Err(Problem::wrong_use(tr!("terminal-name-field"))),
    }
}

fn each(fields: &[String], choice: &FieldChoice) -> Resolution {
    Resolution::Fields(fields.iter().map(|name| (name.clone(), choice.clone())).collect::<BTreeMap<_, _>>())
}

fn chosen(answer: Answer, asked: &Asked<'_>, matters: &[&Matter]) -> Result<Resolution, Problem> {
    let of_fields = matches!(answer, Answer::A | Answer::B);
    if !asked.fields.is_empty() && !of_fields {
        return Err(Problem::wrong_use(tr!("terminal-field-goes-with")));
    }
    let of_two = matches!(answer, Answer::Link | Answer::NotSame);
    if asked.ids.is_some() && !of_two {
        return Err(Problem::wrong_use(tr!("terminal-ids-go-with")));
    }
    let side = |side: Side| {
        if asked.fields.is_empty() { Resolution::Use(side) } else { each(asked.fields, &FieldChoice::Use(side)) }
    };
    Ok(match answer {
        Answer::A => side(Side::A),
        Answer::B => side(Side::B),
        Answer::Ignore => Resolution::Ignore,
        Answer::Create => Resolution::Create,
        Answer::DeleteA => Resolution::Delete(Side::A),
        Answer::DeleteB => Resolution::Delete(Side::B),
        Answer::Link => Resolution::Link(two(asked, matters)?),
        Answer::NotSame => Resolution::NotSame(two(asked, matters)?),
    })
}

/// The two records: the named ones, or the only ones that the matter speaks of.
fn two(asked: &Asked<'_>, matters: &[&Matter]) -> Result<PerSide<RecordId>, Problem> {
    let [matter] = matters else {
        return Err(Problem::wrong_use(tr!("terminal-one-at-a-time")));
    };
    let known = text::ids_of(&matter.kind, &matter.subject);
    if let Some((a, b)) = asked.ids {
        for (side, id) in [(Side::A, a), (Side::B, b)] {
            let candidates = known.get(side);
            if !candidates.is_empty() && !candidates.iter().any(|candidate| candidate == id) {
                return Err(Problem::wrong_use(tr!(
                    "terminal-not-about",
                    id = id,
                    side = format_args!("{side}"),
                    ids = candidates.join(", ")
                )));
            }
        }
        return Ok(PerSide::new(RecordId::new(a), RecordId::new(b)));
    }
    match (&matter.subject, known.a.as_slice(), known.b.as_slice()) {
        (Subject::Pair(ids), _, _) => Ok(ids.clone()),
        (Subject::Single(..) | Subject::Key(..), [a], [b]) => {
            Ok(PerSide::new(RecordId::new(a.clone()), RecordId::new(b.clone())))
        }
        (Subject::Single(..) | Subject::Key(..), _, _) => Err(Problem::wrong_use(tr!("terminal-name-two"))),
    }
}
