//! Carries out a plan's writes: intent before, outcome after, each record for itself.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc;

use crate::engine::{self, Written};
use crate::model::{
    FailedRecord, Item, Observed, OpKind, Operation, PairSpec, PerSide, Record, RecordId, Resolution, RunId, Seen,
    Side, SideCounts, Subject, Values, Version, WriteEntry, WriteField, WriteState,
};
use crate::store::Changes;
use crate::texts::tr;

use super::job::{Ended, Job, now};
use super::run::indexed;
use super::writer::{self, Outcome};

/// How many finished records may wait before they are recorded together.
const TOGETHER: usize = 64;

/// One write on its way.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// The item it belongs to.
    pub(crate) item: usize,
    /// What is written.
    pub(crate) op: Operation,
    /// Its journal entry.
    pub(crate) entry: WriteEntry,
}

/// What carrying out came to.
#[derive(Debug, Default)]
pub(crate) struct Execution {
    /// Writes done, by side.
    pub(crate) counts: PerSide<SideCounts>,
    /// Records that could not be written.
    pub(crate) failed: Vec<FailedRecord>,
    /// Records that somebody changed meanwhile: they are planned anew.
    pub(crate) replan: Vec<Subject>,
    /// Records that are linked now, by side.
    pub(crate) linked: PerSide<BTreeSet<RecordId>>,
    /// Records that were written, or may have been, by side, with the version that this gave them where it is known.
    pub(crate) touched: PerSide<BTreeMap<RecordId, Option<Version>>>,
    /// What came of each item that had something to write.
    pub(crate) written: BTreeMap<usize, PerSide<Written>>,
    /// Why it ended early. What was done until then is recorded.
    pub(crate) ended: Option<Ended>,
}

/// Carries out the writes of the items. A record that fails does not hold up the others; an account
/// that fails ends its own side.
///
/// # Errors
/// Only when the store fails or a test pulls the plug: everything else is in [`Execution`].
pub(crate) async fn execute(job: &Job, run: RunId, items: &[Item]) -> Result<Execution, Ended> {
    execute_with(job, run, items, |_, _, _| {}).await
}

/// The same; `more` adds what is to be remembered with each item, in the same transaction.
///
/// # Errors
/// Only when the store fails or a test pulls the plug.
pub(crate) async fn execute_with(
    job: &Job,
    run: RunId,
    items: &[Item],
    more: impl Fn(&Item, &PerSide<Written>, &mut Changes),
) -> Result<Execution, Ended> {
    let mut execution = Execution::default();
    let (finished, mut results) = mpsc::channel(TOGETHER);
    let mut drivers = tokio::task::JoinSet::new();
    let mut total = 0;
    for side in Side::BOTH {
        let tasks = tasks(job.spec(), run, side, items);
        total += tasks.len() as u64;
        if !tasks.is_empty() {
            drivers.spawn(writer::drive(job.clone(), side, tasks, finished.clone()));
        }
    }
    drop(finished);
    let mut waiting: BTreeMap<usize, usize> =
        items.iter().enumerate().map(|(index, item)| (index, item.action().ops.len())).collect();
    let mut pending = Changes::default();
    let mut done = 0;
    while let Some((task, outcome)) = results.recv().await {
        done += 1;
        job.step(tr!("sync-writing"), done, Some(total));
        let index = task.item;
        take(job, items, task, outcome, &mut execution, &mut pending);
        let left = waiting.entry(index).or_default();
        *left = left.saturating_sub(1);
        if *left == 0
            && let Some(item) = items.get(index)
        {
            conclude(job.spec(), item, index, &mut execution, &mut pending);
            if let Some(written) = execution.written.get(&index) {
                more(item, written, &mut pending);
            }
        }
        if results.is_empty() || pending.writes.len() >= TOGETHER {
            record(job, std::mem::take(&mut pending)).await?;
        }
    }
    record(job, pending).await?;
    while let Some(ended) = drivers.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(ended @ (Ended::Store(_) | Ended::CutOff))) => return Err(ended),
            Ok(Err(ended @ (Ended::Platform { .. } | Ended::Refused(_) | Ended::Cancelled))) => {
                execution.ended.get_or_insert(ended);
            }
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    Ok(execution)
}

/// Records what is done, in one transaction.
async fn record(job: &Job, changes: Changes) -> Result<(), Ended> {
    if changes.writes.is_empty() {
        return Ok(());
    }
    if !(job.shared.tuning.goes_on)("record") {
        return Err(Ended::CutOff);
    }
    let pair = job.spec().name.clone();
    let changes = indexed(job.spec(), changes);
    job.shared.db.with(move |store| store.apply(&pair, &changes)).await?;
    Ok(())
}

/// Takes what came of one write.
fn take(job: &Job, items: &[Item], task: Task, outcome: Outcome, execution: &mut Execution, pending: &mut Changes) {
    let (side, spec) = (task.op.side, job.spec());
    let mut entry = task.entry;
    let counts = execution.counts.get_mut(side);
    let tried = !matches!(outcome, Outcome::NotTried);
    let version = match &outcome {
        Outcome::Stored(record) => record.version.clone(),
        Outcome::Found(_)
        | Outcome::Deleted
        | Outcome::ChangedMeanwhile(_)
        | Outcome::Failed(_)
        | Outcome::InDoubt(_)
        | Outcome::NotTried => None,
    };
    let written = match outcome {
        Outcome::Stored(record) => {
            let observed = done(spec, &task.op, &mut entry, counts, &record);
            for field in &mut entry.fields {
                if let Some(stored) = observed.seen.values.get(&field.name) {
                    field.after = Some(stored.clone());
                }
            }
            Written::Stored(observed.id, observed.seen)
        }
        Outcome::Found(record) => {
            // The journal keeps what was written: what is there may be somebody's change, which an undo leaves alone.
            let observed = done(spec, &task.op, &mut entry, counts, &record);
            Written::Found(observed.id, observed.seen)
        }
        Outcome::Deleted => {
            counts.deleted += 1;
            entry.state = WriteState::Done;
            Written::Deleted
        }
        Outcome::ChangedMeanwhile(error) => {
            entry.state = WriteState::Failed;
            entry.error = Some(error.to_string());
            if let Some(item) = items.get(task.item)
                && !execution.replan.contains(&item.subject)
            {
                execution.replan.push(item.subject.clone());
            }
            Written::Failed
        }
        Outcome::Failed(error) => {
            entry.state = WriteState::Failed;
            entry.error = Some(error.to_string());
            let field = error.field.as_ref().and_then(|field| {
                spec.fields
                    .iter()
                    .find(|mapping| mapping.fields.get(side).contains(field))
                    .map(|mapping| mapping.name.clone())
            });
            let id = entry.record.as_ref().or_else(|| entry.subject.id(side.opposite())).map(ToString::to_string);
            execution.failed.push(FailedRecord {
                side,
                id: id.unwrap_or_default(),
                label: entry.label.clone(),
                field,
                error: error.to_string(),
            });
            Written::Failed
        }
        Outcome::InDoubt(error) => {
            // The entry stays an intent, by which the next run knows that it has to look.
            entry.error = Some(error.to_string());
            execution.failed.push(FailedRecord {
                side,
                id: entry.record.as_ref().map(ToString::to_string).unwrap_or_default(),
                label: entry.label.clone(),
                field: None,
                error: error.to_string(),
            });
            Written::Failed
        }
        Outcome::NotTried => {
            entry.state = WriteState::Failed;
            entry.error = Some(tr!("sync-not-tried"));
            Written::Failed
        }
    };
    if let (true, Some(id)) = (tried, &entry.record) {
        execution.touched.get_mut(side).insert(id.clone(), version);
    }
    pending.writes.push(entry);
    let both = execution.written.entry(task.item).or_insert_with(|| PerSide::new(Written::Nothing, Written::Nothing));
    *both.get_mut(side) = written;
}

/// Counts a write that is done, and tells its journal entry so.
fn done(spec: &PairSpec, op: &Operation, entry: &mut WriteEntry, counts: &mut SideCounts, record: &Record) -> Observed {
    match op.kind {
        OpKind::Create { .. } => counts.created += 1,
        OpKind::Update { .. } => counts.updated += 1,
        OpKind::Delete { .. } => {}
    }
    let observed = engine::observe(spec, op.side, record);
    entry.state = WriteState::Done;
    entry.record = Some(observed.id.clone());
    observed
}

/// What is remembered once all writes of an item have come to an end.
fn conclude(spec: &PairSpec, item: &Item, index: usize, execution: &mut Execution, pending: &mut Changes) {
    let nothing = PerSide::new(Written::Nothing, Written::Nothing);
    let written = execution.written.get(&index).unwrap_or(&nothing);
    // An answer that is carried out must not be carried out again, by a later run or after an undo.
    let answered = matches!(
        &item.choice,
        Some(
            Resolution::Use(_)
                | Resolution::Fields(_)
                | Resolution::Create
                | Resolution::Delete(_)
                | Resolution::Link(_)
        )
    );
    if answered && Side::BOTH.iter().all(|side| *written.get(*side) != Written::Failed) {
        pending.decisions_done.push(item.subject.clone());
    }
    if let Some(link) = engine::conclude(spec, item, written) {
        for side in Side::BOTH {
            execution.linked.get_mut(side).insert(link.ids.get(side).clone());
        }
        pending.links.push(link);
        return;
    }
    if let Some(link) = &item.before {
        pending.unlinks.push(link.ids.clone());
    }
    for side in Side::BOTH {
        if let (Written::Deleted, Some(now)) = (written.get(side), item.now.get(side)) {
            execution.linked.get_mut(side).insert(now.id.clone());
            pending.forget_unlinked.get_mut(side).push(now.id.clone());
        }
    }
}

/// The tasks of one side: what is added and changed before what goes away.
fn tasks(spec: &PairSpec, run: RunId, side: Side, items: &[Item]) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (index, item) in items.iter().enumerate() {
        for op in item.action().ops.iter().filter(|op| op.side == side) {
            tasks.push(Task { item: index, entry: entry(spec, run, item, op), op: op.clone() });
        }
    }
    tasks.sort_by_key(|task| match task.op.kind {
        OpKind::Create { .. } => 0,
        OpKind::Update { .. } => 1,
        OpKind::Delete { .. } => 2,
    });
    tasks
}

fn entry(spec: &PairSpec, run: RunId, item: &Item, op: &Operation) -> WriteEntry {
    let nothing = Seen::default();
    let held = item.now.get(op.side).as_ref().map_or(&nothing, |now| &now.seen);
    let planned = |fields: &crate::model::Fields| {
        let read = |name: &String| {
            let after = engine::read(spec.field(name)?, op.side, fields);
            Some(WriteField { name: name.clone(), before: held.values.get(name).cloned(), after })
        };
        op.mappings.iter().filter_map(read).collect::<Vec<_>>()
    };
    let gone = |values: &Values| {
        let field = |(name, value): (&String, &crate::model::Value)| WriteField {
            name: name.clone(),
            before: Some(value.clone()),
            after: None,
        };
        values.iter().map(field).collect::<Vec<_>>()
    };
    let (kind, fields) = match &op.kind {
        OpKind::Create { fields, .. } => ("create", planned(fields)),
        OpKind::Update { fields, .. } => ("update", planned(fields)),
        OpKind::Delete { .. } => ("delete", gone(&held.values)),
    };
    WriteEntry {
        id: uuid::Uuid::now_v7().to_string(),
        run,
        side: op.side,
        kind: kind.to_owned(),
        subject: item.subject.clone(),
        record: op.record.clone(),
        label: item.label.clone(),
        fields,
        reason: op.reason.clone(),
        state: WriteState::Intended,
        error: None,
        at: now(),
    }
}
