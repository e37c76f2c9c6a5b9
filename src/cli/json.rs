//! The JSON shapes: stable, documented in README.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json, json};

use super::text::ids_of;
use crate::model::{
    CompareReport, Matter, MatterField, MatterKind, Mismatch, OpKind, Plan, RunSummary, Side, SideCounts, Timestamp,
};
use crate::service::{AccountCheck, Problem, RunReport};

/// A command that could not be carried out.
pub(super) fn problem(problem: &Problem) -> Json {
    json!({ "error": problem.message, "wrong_use": problem.wrong_use })
}

/// One run that ended.
pub(super) fn run(report: &RunReport) -> Json {
    let mut out = summary(&report.summary);
    if let (Some(object), Some(plan)) = (out.as_object_mut(), &report.plan) {
        object.insert("plan".to_owned(), self::plan(plan));
    }
    out
}

/// One run of the history.
pub(super) fn summary(run: &RunSummary) -> Json {
    let failed: Vec<Json> = run
        .failed
        .iter()
        .map(|failed| {
            json!({
                "side": failed.side.letter(), "id": failed.id, "label": failed.label,
                "field": failed.field, "error": failed.error,
            })
        })
        .collect();
    json!({
        "run": run.run.0, "pair": run.pair, "outcome": run.outcome.word(), "started": moment(run.started),
        "a": counts(&run.sides.a), "b": counts(&run.sides.b),
        "conflicts": run.conflicts, "set_aside": run.set_aside, "failed": failed,
        "message": run.message, "undone_by": run.undone_by.map(|by| by.0), "seconds": seconds(run.millis),
    })
}

fn counts(counts: &SideCounts) -> Json {
    json!({
        "listed": counts.listed, "created": counts.created, "updated": counts.updated,
        "deleted": counts.deleted, "requests": counts.requests,
    })
}

pub(super) fn plan(plan: &Plan) -> Json {
    let operations: Vec<Json> = plan
        .items
        .iter()
        .flat_map(|item| item.action().ops.iter().map(move |op| (item, op)))
        .map(|(item, op)| {
            let kind = match &op.kind {
                OpKind::Create { .. } => "create",
                OpKind::Update { .. } => "update",
                OpKind::Delete { .. } => "delete",
            };
            json!({
                "side": op.side.letter(), "kind": kind, "id": op.record.as_ref().map(ToString::to_string),
                "label": item.label, "fields": op.mappings, "reason": op.reason,
            })
        })
        .collect();
    let notes: Vec<Json> = plan
        .notes
        .iter()
        .map(|note| {
            json!({
                "side": note.side.letter(), "id": note.id.as_str(), "label": note.label,
                "field": note.field, "reason": note.text,
            })
        })
        .collect();
    let held = |side| plan.held.get(side).as_ref().map(|held| held.deletions);
    json!({
        "operations": operations, "set_aside": notes, "conflicts": plan.conflicts().count(),
        "held_deletions": { "a": held(Side::A), "b": held(Side::B) },
    })
}

/// What a command comes to, as JSON. A compare may have found a hundred thousand differences, so its JSON is
/// not made before it is written.
#[derive(Clone, Debug)]
pub enum Told {
    /// Any answer.
    Made(Json),
    /// A compare.
    Compare(Arc<CompareReport>),
    /// Those of several pairs.
    Compares(Vec<Told>),
}

impl Told {
    /// The compare itself, or all of them under a name.
    pub(super) fn one_or_several(mut all: Vec<Self>) -> Self {
        match all.pop() {
            Some(only) if all.is_empty() => only,
            last => {
                all.extend(last);
                Self::Compares(all)
            }
        }
    }
}

impl From<Json> for Told {
    fn from(made: Json) -> Self {
        Self::Made(made)
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Made(made) => made.serialize(serializer),
            Self::Compare(report) => compare(report, serializer),
            Self::Compares(all) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("compares", all)?;
                map.end()
            }
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_unwritable| fmt::Error)?)
    }
}

fn compare<S: Serializer>(report: &CompareReport, serializer: S) -> Result<S::Ok, S::Error> {
    let counts = &report.counts;
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("pair", &report.pair)?;
    map.serialize_entry("started", &moment(report.started))?;
    for (name, count) in [
        ("a_total", counts.a_total),
        ("b_total", counts.b_total),
        ("matched", counts.matched),
        ("only_in_a", counts.only_in_a),
        ("only_in_b", counts.only_in_b),
        ("different", counts.different),
        ("duplicate_keys", counts.duplicate_keys),
        ("changed_keys", counts.changed_keys),
        ("ignored", counts.ignored),
    ] {
        map.serialize_entry(name, &count)?;
    }
    map.serialize_entry("mismatches", &Mismatches(&report.mismatches))?;
    map.serialize_entry("seconds", &seconds(report.millis))?;
    map.end()
}

struct Mismatches<'a>(&'a [Mismatch]);

impl Serialize for Mismatches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|mismatch| {
            let kind = MatterKind::Mismatch(mismatch.kind.clone());
            let ids = ids_of(&kind, &mismatch.subject);
            let fields = &mismatch.fields;
            Found {
                kind: kind.word(),
                label: &mismatch.label,
                reason: &mismatch.reason,
                a_ids: ids.a,
                b_ids: ids.b,
                a: Held(Side::A, fields),
                b: Held(Side::B, fields),
                fields: fields.iter().filter(|field| field.differs).map(|field| field.name.as_str()).collect(),
            }
        }))
    }
}

/// One difference.
#[derive(Serialize)]
struct Found<'a> {
    kind: &'static str,
    label: &'a str,
    reason: &'a str,
    a_ids: Vec<String>,
    b_ids: Vec<String>,
    a: Held<'a>,
    b: Held<'a>,
    fields: Vec<&'a str>,
}

/// What a side holds.
struct Held<'a>(Side, &'a [MatterField]);

impl Serialize for Held<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held = self.1.iter().filter_map(|field| Some((field.name.as_str(), field.now.get(self.0).as_ref()?)));
        serializer.collect_map(held)
    }
}

/// What waits for the operator.
pub(super) fn matters(matters: &[Matter]) -> Json {
    let list: Vec<Json> = matters
        .iter()
        .map(|matter| {
            let ids = ids_of(&matter.kind, &matter.subject);
            let asked = matter.fields.iter().filter(|field| field.asked).map(|field| field.name.as_str());
            json!({
                "id": matter.id.0, "pair": matter.pair, "kind": matter.kind.word(), "label": matter.label,
                "reason": matter.reason, "a_ids": ids.a, "b_ids": ids.b,
                "a": now(&matter.fields, Side::A), "b": now(&matter.fields, Side::B),
                "baseline": baseline(&matter.fields, Side::A), "baseline_b": baseline(&matter.fields, Side::B),
                "fields": asked.collect::<Vec<_>>(), "opened": moment(matter.opened),
            })
        })
        .collect();
    json!({ "conflicts": list })
}

fn now(fields: &[MatterField], side: Side) -> Json {
    values(fields, |field| field.now.get(side).as_ref())
}

/// What a side held when both last agreed; the other side's form where it held nothing.
fn baseline(fields: &[MatterField], side: Side) -> Json {
    values(fields, |field| field.baseline.get(side).as_ref().or(field.baseline.get(side.opposite()).as_ref()))
}

fn values(fields: &[MatterField], of: impl Fn(&MatterField) -> Option<&crate::model::Value>) -> Json {
    let pairs = fields.iter().filter_map(|field| of(field).map(|value| (field.name.clone(), json!(value))));
    Json::Object(pairs.collect::<Map<_, _>>())
}

/// How accounts answered.
pub(super) fn checks(checks: &[AccountCheck]) -> Json {
    let list: Vec<Json> = checks
        .iter()
        .map(|check| {
            json!({
                "account": check.account,
                "pair": check.pair.as_ref().map(|(pair, _)| pair),
                "side": check.pair.as_ref().map(|(_, side)| side.letter()),
                "ok": check.is_ok(), "steps": check.steps,
                "collections": check.collections, "fields": check.fields,
            })
        })
        .collect();
    json!({ "ok": checks.iter().all(AccountCheck::is_ok), "accounts": list })
}

/// The one object itself, or all of them under a name.
pub(super) fn one_or(name: &str, mut objects: Vec<Json>) -> Json {
    match objects.pop() {
        Some(only) if objects.is_empty() => only,
        Some(last) => {
            objects.push(last);
            json!({ name: objects })
        }
        None => json!({ name: [] }),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run of 2^52 milliseconds is beyond anybody's patience")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

/// A moment as RFC 3339 writes it, in UTC.
pub(super) fn moment(at: Timestamp) -> Json {
    jiff::Timestamp::from_millisecond(at.0).map_or(Json::Null, |at| Json::String(at.to_string()))
}
