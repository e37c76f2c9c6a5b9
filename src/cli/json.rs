//! The JSON shapes: stable, documented in README.

use serde_json::{Map, Value as Json, json};

use super::text::ids_of;
use crate::model::{
    CompareReport, Matter, MatterField, MatterKind, OpKind, Plan, RunSummary, Side, SideCounts, Timestamp,
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

/// A compare.
pub(super) fn compare(report: &CompareReport) -> Json {
    let mismatches: Vec<Json> = report
        .mismatches
        .iter()
        .map(|mismatch| {
            let kind = MatterKind::Mismatch(mismatch.kind.clone());
            let ids = ids_of(&kind, &mismatch.subject);
            let differing = mismatch.fields.iter().filter(|field| field.differs).map(|field| field.name.as_str());
            json!({
                "kind": kind.word(), "label": mismatch.label, "reason": mismatch.reason,
                "a_ids": ids.a, "b_ids": ids.b,
                "a": now(&mismatch.fields, Side::A), "b": now(&mismatch.fields, Side::B),
                "fields": differing.collect::<Vec<_>>(),
            })
        })
        .collect();
    let counts = &report.counts;
    json!({
        "pair": report.pair, "started": moment(report.started),
        "a_total": counts.a_total, "b_total": counts.b_total, "matched": counts.matched,
        "only_in_a": counts.only_in_a, "only_in_b": counts.only_in_b, "different": counts.different,
        "duplicate_keys": counts.duplicate_keys, "changed_keys": counts.changed_keys, "ignored": counts.ignored,
        "mismatches": mismatches, "seconds": seconds(report.millis),
    })
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
