//! Taking a run back: the reverse plan, as a run of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{self, Undo, View, Written};
use crate::model::{
    Decision, Item, Observed, Outcome, PairSpec, PerSide, RecordId, Resolution, RunId, Seen, Side, Subject, Trigger,
    WriteEntry, WriteState,
};
use crate::store::{Changes, Store, StoreError};
use crate::texts::tr;

use super::RunReport;
use super::executor::execute_with;
use super::job::{Ended, Job, now};
use super::recover::recover;
use super::run::{indexed, look_again, quiet_changes, remembered, who_is_there, with_journal};

/// Takes a run back. What somebody has changed since stays, and is told.
///
/// # Errors
/// [`Ended::Store`] and [`Ended::CutOff`] only; everything else is in the report.
pub(crate) async fn undo(job: &Job, of: RunId) -> Result<RunReport, Ended> {
    with_journal(job, Trigger::Undo(of), async |run, summary| {
        for side in Side::BOTH {
            // Another list behind the same settings holds other records under these ids.
            who_is_there(job, side, &job.context(tr!("sync-reading", account = job.account(side)))).await?;
        }
        recover(job, run).await?;
        let (writes, raws) = job
            .shared
            .db
            .with(move |store| {
                let mut writes = store.writes(of)?;
                // What an undo that was cut off has brought back already must not come back twice.
                let back = brought_back(store, of)?;
                writes.retain(|write| write.kind != "delete" || !back.contains(&(write.side, write.subject.key())));
                let mut raws: BTreeMap<String, String> = BTreeMap::new();
                for write in &writes {
                    if let Some(raw) = store.raw(&write.id)? {
                        raws.insert(write.id.clone(), raw);
                    }
                }
                Ok((writes, raws))
            })
            .await?;
        let mut views = PerSide::from_fn(|_| View::no_changes());
        for side in Side::BOTH {
            let done = writes.iter().filter(|write| write.state == WriteState::Done);
            let named = done
                .filter_map(|write| if write.side == side { write.record.as_ref() } else { write.subject.id(side) });
            let ids: Vec<RecordId> = named.collect::<BTreeSet<_>>().into_iter().cloned().collect();
            look_again(job, side, &ids, views.get_mut(side)).await?;
        }
        let remembered = remembered(job).await?;
        let plan = engine::undo(&Undo {
            spec: job.spec(),
            writes: &writes,
            raws,
            links: &remembered.links,
            now: views.map(|view| view.records),
            made: now(),
        });
        job.checkpoint("planned")?;
        let spec = job.spec().clone();
        let execution = execute_with(job, run, &plan.items, |item, written, changes| {
            hold(&spec, item, written, changes);
            changes.writes.extend(undone(&writes, item, written));
        })
        .await?;
        let changes = indexed(job.spec(), quiet_changes(job.spec(), &plan, &execution));
        // Where something is left to do, the rest can be taken back by another try.
        let whole = execution.ended.is_none() && execution.failed.is_empty() && execution.replan.is_empty();
        let (pair, all) = (job.spec().name.clone(), writes.len());
        job.shared
            .db
            .with(move |store| {
                store.apply(&pair, &changes)?;
                if whole { store.mark_undone(of, run) } else { Ok(()) }
            })
            .await?;
        for side in Side::BOTH {
            let done = execution.counts.get(side);
            let counts = summary.sides.get_mut(side);
            (counts.created, counts.updated, counts.deleted) = (done.created, done.updated, done.deleted);
        }
        summary.set_aside = plan.notes.len() as u64;
        summary.failed = execution.failed;
        let skipped: Vec<&str> = plan.notes.iter().map(|note| note.text.as_str()).collect();
        summary.message = Some(match (all, skipped.is_empty()) {
            (0, _) => format!("Run {} wrote nothing, so there was nothing to take back.", of.0),
            (_, true) => format!("Run {} is taken back.", of.0),
            (_, false) => format!("Run {} is taken back, except: {}", of.0, skipped.join(" ")),
        });
        summary.outcome = if summary.failed.is_empty() { Outcome::Done } else { Outcome::Partial };
        if let Some(ended) = execution.ended {
            return Err(ended);
        }
        Ok(None)
    })
    .await
}

/// The deleted records that earlier undos of a run, cut off before their end, have brought back.
fn brought_back(store: &Store, of: RunId) -> Result<BTreeSet<(Side, String)>, StoreError> {
    let mut back = BTreeSet::new();
    for run in store.runs(None, usize::MAX)?.iter().filter(|run| run.trigger == Trigger::Undo(of)) {
        let done = |write: &WriteEntry| write.kind == "create" && write.state == WriteState::Done;
        back.extend(store.writes(run.run)?.into_iter().filter(done).map(|write| (write.side, write.subject.key())));
    }
    Ok(back)
}

/// What was taken back must not be done again by the next run: a record whose partner went away, and
/// one that came back alone, are left as they are until somebody changes them.
fn hold(spec: &PairSpec, item: &Item, written: &PerSide<Written>, changes: &mut Changes) {
    for side in Side::BOTH {
        match written.get(side) {
            Written::Deleted => {
                if let Some(other) = item.now.get(side.opposite()) {
                    leave(side.opposite(), &other.id, &other.seen, changes);
                }
            }
            Written::Stored(id, seen) if engine::conclude(spec, item, written).is_none() => {
                leave(side, id, seen, changes);
            }
            Written::Stored(..) | Written::Nothing | Written::Failed => {}
        }
    }
}

/// Remembers a record without a partner, and that it is to be left as it is.
pub(crate) fn leave(side: Side, id: &RecordId, seen: &Seen, changes: &mut Changes) {
    changes.remember_unlinked.get_mut(side).push(Observed { id: id.clone(), seen: seen.clone() });
    changes.decisions.push(Decision {
        subject: Subject::Single(side, id.clone()),
        resolution: Resolution::Ignore,
        fingerprint: engine::fingerprint(PerSide::oriented(side, Some(seen), None)),
        made: now(),
    });
}

/// The writes of the run that an item has taken back.
fn undone(writes: &[WriteEntry], item: &Item, written: &PerSide<Written>) -> Vec<WriteEntry> {
    let reversed = |write: &&WriteEntry| {
        let done = match written.get(write.side) {
            Written::Stored(..) | Written::Deleted => true,
            Written::Nothing | Written::Failed => false,
        };
        done && item
            .default
            .ops
            .iter()
            .any(|op| op.side == write.side && (op.record == write.record || item.subject == write.subject))
    };
    let done = writes.iter().filter(|write| write.state == WriteState::Done).filter(reversed);
    done.map(|write| WriteEntry { state: WriteState::Undone, ..write.clone() }).collect()
}
