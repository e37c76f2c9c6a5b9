//! Undo: the reverse of a run's writes, as a plan like any other.

use std::collections::BTreeMap;

use crate::model::{
    Action, FieldMapping, Fields, Item, Link, Note, NoteKind, Observed, OpKind, Operation, PairSpec, PerSide, Plan,
    RecordId, Seen, Side, Subject, Timestamp, Value, WriteEntry, WriteField, WriteState,
};

use crate::texts::tr;

use super::merge::place;
use super::normalise::same;
use super::observe::fields_for_the_eye;

/// What an undo is made from.
#[derive(Clone, Debug)]
pub struct Undo<'a> {
    /// The pair's rules.
    pub spec: &'a PairSpec,
    /// The writes to take back.
    pub writes: &'a [WriteEntry],
    /// The deleted records as they were, whole, by the write's id.
    pub raws: BTreeMap<String, String>,
    /// The pair's links.
    pub links: &'a [Link],
    /// What the written records hold now; one that is not in it is gone.
    pub now: PerSide<BTreeMap<RecordId, Seen>>,
    /// The time of the plan.
    pub made: Timestamp,
}

/// Plans the reverse of every write that was done. What has been changed by somebody since is left
/// as it is, with a note that says so.
///
/// Both sides as they are after the undo become the baseline, so that the next run carries nothing
/// across before somebody changes something.
#[must_use]
pub fn undo(input: &Undo<'_>) -> Plan {
    let mut plan = Plan { pair: input.spec.name.clone(), made: input.made, ..Plan::default() };
    // Both are looked up for every write, and there may be a hundred thousand of each.
    let links: PerSide<BTreeMap<&RecordId, &Link>> =
        PerSide::from_fn(|side| input.links.iter().rev().map(|link| (link.ids.get(side), link)).collect());
    let mut places: BTreeMap<Subject, usize> = BTreeMap::new();
    let writes = taken_together(input.spec, input.writes);
    for write in writes.iter().rev() {
        let link = write.record.as_ref().and_then(|id| links.get(write.side).get(id).copied());
        let op = match write.kind.as_str() {
            "create" => uncreate(input, write, &mut plan.notes),
            "delete" => Some(undelete(input, write)),
            _ => unwrite(input, write, link, &mut plan.notes),
        };
        let Some((op, now)) = op else { continue };
        let subject = match (&op.kind, link) {
            (_, Some(link)) => Subject::Pair(link.ids.clone()),
            (OpKind::Create { .. } | OpKind::Update { .. } | OpKind::Delete { .. }, None) => write.subject.clone(),
        };
        match places.get(&subject).and_then(|place| plan.items.get_mut(*place)) {
            Some(item) => join(item, op),
            None => {
                places.insert(subject.clone(), plan.items.len());
                plan.items.push(item(input, write, subject, link, op, now));
            }
        }
    }
    plan.items.sort_by(|one, other| one.subject.cmp(&other.subject));
    plan
}

/// The writes that were done, each record's as one: a run writes a record more than once where somebody changed it
/// meanwhile, and what it held before the first of them is what an undo brings back.
fn taken_together(spec: &PairSpec, writes: &[WriteEntry]) -> Vec<WriteEntry> {
    let mut together: Vec<WriteEntry> = Vec::new();
    let mut places: BTreeMap<(Side, &RecordId), usize> = BTreeMap::new();
    for write in writes.iter().filter(|write| write.state == WriteState::Done) {
        let place = write.record.as_ref().map(|id| (write.side, id));
        let first = place.as_ref().and_then(|place| places.get(place)).and_then(|at| together.get_mut(*at));
        match (write.kind.as_str(), first) {
            ("create" | "delete", _) | (_, None) => {
                if let Some(place) = place.filter(|_| write.kind != "delete") {
                    places.insert(place, together.len());
                }
                together.push(write.clone());
            }
            (_, Some(first)) => {
                for field in &write.fields {
                    add(spec, first, field);
                }
            }
        }
    }
    together
}

/// Adds a later write of a field to the writes of its record. Where somebody changed it between the two, what is
/// brought back is theirs.
fn add(spec: &PairSpec, first: &mut WriteEntry, later: &WriteField) {
    let side = first.side;
    let Some(field) = first.fields.iter_mut().find(|field| field.name == later.name) else {
        first.fields.push(later.clone());
        return;
    };
    let goes_on = match (spec.field(&field.name), &field.after, &later.before) {
        (Some(mapping), Some(after), Some(before)) => same(mapping, (side, after), (side, before)),
        (_, after, before) => after == before,
    };
    if !goes_on {
        field.before.clone_from(&later.before);
    }
    field.after.clone_from(&later.after);
}

/// Adds a write to the item of its record.
fn join(item: &mut Item, op: Operation) {
    if item.default.ops.iter().all(|other| other.side != op.side) {
        item.default.settled.extend(op.mappings.iter().cloned());
        item.default.ops.push(op);
    }
}

/// Makes the item of a record from its first write.
fn item(
    input: &Undo<'_>,
    write: &WriteEntry,
    subject: Subject,
    link: Option<&Link>,
    op: Operation,
    now: Option<Seen>,
) -> Item {
    let other = write.side.opposite();
    let here = now.and_then(|seen| Some(Observed { id: write.record.clone()?, seen }));
    let there = link.filter(|link| !link.sides.get(other).gone).map(|link| {
        let id = link.ids.get(other).clone();
        let seen = input.now.get(other).get(&id).cloned().unwrap_or_else(|| link.sides.get(other).seen.clone());
        Observed { id, seen }
    });
    let now = PerSide::oriented(write.side, here, there);
    let seen = now.as_ref().map(|now| now.as_ref().map(|now| &now.seen));
    let fields = fields_for_the_eye(
        input.spec,
        seen,
        PerSide::from_fn(|side| link.map(|link| link.sides.get(side))),
        &op.mappings,
    );
    let unlink = matches!(op.kind, OpKind::Delete { .. });
    let settled = op.mappings.clone();
    Item {
        subject,
        label: write.label.clone(),
        fields,
        before: link.cloned(),
        default: Action { ops: vec![op], conflict: None, settled, link: link.is_some(), unlink, ..Action::default() },
        now,
        choice: None,
        chosen: None,
    }
}

/// The reverse of an update: each field that still holds what was written gets its old value back.
fn unwrite(
    input: &Undo<'_>,
    write: &WriteEntry,
    link: Option<&Link>,
    notes: &mut Vec<Note>,
) -> Option<(Operation, Option<Seen>)> {
    let id = write.record.clone()?;
    let Some(seen) = input.now.get(write.side).get(&id) else {
        notes.push(skipped(write, None));
        return None;
    };
    let (mut fields, mut mappings) = (Fields::new(), Vec::new());
    for field in &write.fields {
        let Some(mapping) = input.spec.field(&field.name) else { continue };
        // What the other side holds since is carried here by the next run, whatever stands here until then.
        let has_moved_on = has_changed_since(input, write.side.opposite(), link, mapping);
        if has_moved_on || !holds(input.spec, write.side, &field.name, field.after.as_ref(), seen) {
            notes.push(skipped(write, Some(field.name.clone())));
            continue;
        }
        let before = field.before.clone().unwrap_or_else(|| Value::text(""));
        fields.extend(place(mapping, write.side, &before));
        mappings.push(field.name.clone());
    }
    if mappings.is_empty() {
        return None;
    }
    let kind = OpKind::Update { fields, expect: seen.version.clone() };
    Some((operation(write, Some(id), kind, mappings), Some(seen.clone())))
}

/// Whether a side holds something else in a field than when both last agreed.
fn has_changed_since(input: &Undo<'_>, side: Side, link: Option<&Link>, mapping: &FieldMapping) -> bool {
    let Some(link) = link else { return false };
    let now = input.now.get(side).get(link.ids.get(side)).and_then(|seen| seen.values.get(&mapping.name));
    match (now, link.sides.get(side).values.get(&mapping.name)) {
        (Some(now), Some(agreed)) => !same(mapping, (side, agreed), (side, now)),
        (_, _) => false,
    }
}

/// The reverse of a create: the record goes away again, if nobody has changed it.
fn uncreate(input: &Undo<'_>, write: &WriteEntry, notes: &mut Vec<Note>) -> Option<(Operation, Option<Seen>)> {
    let id = write.record.clone()?;
    // It is gone already, so there is nothing to take back.
    let seen = input.now.get(write.side).get(&id)?;
    let changed =
        write.fields.iter().find(|field| !holds(input.spec, write.side, &field.name, field.after.as_ref(), seen));
    if let Some(field) = changed {
        notes.push(skipped(write, Some(field.name.clone())));
        return None;
    }
    let kind = OpKind::Delete { expect: seen.version.clone() };
    Some((operation(write, Some(id), kind, Vec::new()), Some(seen.clone())))
}

/// The reverse of a delete: the record comes back whole, under a new id. Its fields are named also where a copy of the
/// whole is kept, for the journal and for whoever has to find it again.
fn undelete(input: &Undo<'_>, write: &WriteEntry) -> (Operation, Option<Seen>) {
    let (mut fields, mut mappings) = (Fields::new(), Vec::new());
    let raw = input.raws.get(&write.id).cloned();
    for field in &write.fields {
        let (Some(mapping), Some(before)) = (input.spec.field(&field.name), &field.before) else { continue };
        if !before.is_empty() {
            fields.extend(place(mapping, write.side, before));
        }
        mappings.push(field.name.clone());
    }
    (operation(write, None, OpKind::Create { fields, raw }, mappings), None)
}

fn operation(write: &WriteEntry, record: Option<RecordId>, kind: OpKind, mappings: Vec<String>) -> Operation {
    Operation {
        side: write.side,
        record,
        kind,
        mappings,
        reason: tr!("history-undo-reason", run = write.run.0.to_string()),
    }
}

fn holds(spec: &PairSpec, side: Side, name: &str, after: Option<&Value>, seen: &Seen) -> bool {
    let (Some(mapping), Some(now)) = (spec.field(name), seen.values.get(name)) else { return true };
    match after {
        Some(after) => same(mapping, (side, after), (side, now)),
        None => now.is_empty(),
    }
}

fn skipped(write: &WriteEntry, field: Option<String>) -> Note {
    let label = write.label.as_str();
    let text = match &field {
        None => tr!("history-skipped-deleted", label = label),
        Some(field) => tr!("history-skipped-field", label = label, field = field),
    };
    Note {
        kind: NoteKind::Ignored,
        side: write.side,
        id: write.record.clone().unwrap_or_else(|| RecordId::new("")),
        label: write.label.clone(),
        field,
        text,
    }
}
