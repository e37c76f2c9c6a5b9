//! Taking a run back: the reverse plan, as a run of its own.

use std::collections::BTreeMap;

use crate::engine::{self, Undo, View, Written};
use crate::model::{
    Decision, Observed, Outcome, PerSide, RecordId, Resolution, RunId, Side, Subject, Trigger, WriteEntry, WriteState,
};

use super::RunReport;
use super::executor::execute;
use super::job::{Ended, Job, now};
use super::run::{look_again, quiet_changes, remembered, with_journal};

/// Takes a run back. What somebody has changed since stays, and is told.
///
/// # Errors
/// [`Ended::Store`] and [`Ended::CutOff`] only; everything else is in the report.
pub(crate) async fn undo(job: &Job, of: RunId) -> Result<RunReport, Ended> {
    with_journal(job, Trigger::Undo(of), async |run, summary| {
        let (writes, raws) = job
            .shared
            .db
            .with(move |store| {
                let writes = store.writes(of)?;
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
            let mut ids: Vec<RecordId> = Vec::new();
            for write in writes.iter().filter(|write| write.state == WriteState::Done) {
                let id = if write.side == side { write.record.as_ref() } else { write.subject.id(side) };
                ids.extend(id.filter(|id| !ids.contains(id)).cloned().into_iter().collect::<Vec<_>>());
            }
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
        let execution = execute(job, run, &plan.items).await?;
        let held = hold(job, &plan.items, &execution.written);
        let mut changes = quiet_changes(job.spec(), &plan, &execution);
        changes.remember_unlinked = held.unlinked;
        changes.writes = undone(&writes, &plan.items, &execution.written);
        let (pair, all, decisions) = (job.spec().name.clone(), writes.len(), held.decisions);
        job.shared
            .db
            .with(move |store| {
                for decision in &decisions {
                    store.save_decision(&pair, decision)?;
                }
                store.apply(&pair, &changes)?;
                store.mark_undone(of, run)
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

struct HeldAfter {
    unlinked: PerSide<Vec<Observed>>,
    decisions: Vec<Decision>,
}

/// What was taken back must not be done again by the next run: a record whose partner went away, and
/// one that came back alone, are left as they are until somebody changes them.
fn hold(job: &Job, items: &[crate::model::Item], written: &BTreeMap<usize, PerSide<Written>>) -> HeldAfter {
    let mut after = HeldAfter { unlinked: PerSide::default(), decisions: Vec::new() };
    let mut leave = |side: Side, id: &RecordId, seen: &crate::model::Seen| {
        after.unlinked.get_mut(side).push(Observed { id: id.clone(), seen: seen.clone() });
        after.decisions.push(Decision {
            subject: Subject::Single(side, id.clone()),
            resolution: Resolution::Ignore,
            fingerprint: engine::fingerprint(PerSide::oriented(side, Some(seen), None)),
            made: now(),
        });
    };
    for (index, both) in written {
        let Some(item) = items.get(*index) else { continue };
        for side in Side::BOTH {
            match both.get(side) {
                Written::Deleted => {
                    if let Some(other) = item.now.get(side.opposite()) {
                        leave(side.opposite(), &other.id, &other.seen);
                    }
                }
                Written::Stored(id, seen) if engine::conclude(job.spec(), item, both).is_none() => {
                    leave(side, id, seen);
                }
                Written::Stored(..) | Written::Nothing | Written::Failed => {}
            }
        }
    }
    after
}

/// The writes of the run that are taken back now.
fn undone(
    writes: &[WriteEntry],
    items: &[crate::model::Item],
    written: &BTreeMap<usize, PerSide<Written>>,
) -> Vec<WriteEntry> {
    let reversed = |write: &&WriteEntry| {
        written.iter().any(|(index, both)| {
            let done = match both.get(write.side) {
                Written::Stored(..) | Written::Deleted => true,
                Written::Nothing | Written::Failed => false,
            };
            done && items.get(*index).is_some_and(|item| {
                item.default
                    .ops
                    .iter()
                    .any(|op| op.side == write.side && (op.record == write.record || item.subject == write.subject))
            })
        })
    };
    let done = writes.iter().filter(|write| write.state == WriteState::Done).filter(reversed);
    done.map(|write| WriteEntry { state: WriteState::Undone, ..write.clone() }).collect()
}
