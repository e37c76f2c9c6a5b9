//! Taking a run back: the reverse plan, as a run of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::{self, Undo, View, Written};
use crate::model::{
    Decision, Item, Observed, Outcome, PairSpec, PerSide, Plan, RecordId, Resolution, RunId, Seen, Side, Subject,
    Trigger, WriteEntry, WriteState,
};
use crate::store::{Changes, Store, StoreError};
use crate::texts::tr;

use super::RunReport;
use super::executor::execute_with;
use super::fetch::{look_again, next_cursors, who_is_there};
use super::job::{Ended, Job, now};
use super::recover::recover;
use super::reopening::{part_again, reopen};
use super::run::{indexed, quiet_changes, remembered, with_journal};

/// How many of the records that are left as they are a message names.
const TOLD: usize = 5;

/// What is taken back: a whole run, or one of its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The run.
    pub(crate) run: RunId,
    /// The only write, by its id.
    pub(crate) write: Option<String>,
}

/// Takes a run or one of its writes back. What somebody has changed since stays, and is told.
///
/// # Errors
/// [`Ended::Store`] and [`Ended::CutOff`] only; everything else is in the report.
pub(crate) async fn undo(job: &Job, of: &Scope) -> Result<RunReport, Ended> {
    with_journal(job, Trigger::Undo(of.run), async |run, summary| {
        who_are_there(job).await?;
        recover(job, run).await?;
        let Planned { plan, writes } = plan(job, of).await?;
        job.checkpoint("planned")?;
        let of_run = of.run;
        let settled = job.shared.db.with(move |store| store.closed_by(of_run)).await?;
        let spec = job.spec().clone();
        let held = AtomicUsize::new(0);
        let execution = execute_with(job, run, &plan.items, |item, written, changes| {
            let back = undone(&writes, item, written);
            if !reopen(&spec, &settled, &back, item, written, changes) {
                held.fetch_add(hold(&spec, item, written, changes), Ordering::Relaxed);
            }
            changes.writes.extend(back);
        })
        .await?;
        let mut changes = quiet_changes(job.spec(), &plan, &execution);
        changes.cursors = next_cursors(job, &execution, None).await?;
        // Where something is left to do, the rest can be taken back by another try.
        let mut parted = 0;
        let whole = execution.ended.is_none() && execution.failed.is_empty() && execution.replan.is_empty();
        if whole {
            let (pair, only) = (job.spec().name.clone(), of.write.clone());
            let linked = job
                .shared
                .db
                .with(move |store| {
                    let mut ids = PerSide::<BTreeSet<RecordId>>::default();
                    let mut linked: BTreeSet<_> = store.linked_by_answer(of_run)?.into_iter().collect();
                    if let Some(only) = only {
                        let all = store.writes(of_run)?;
                        linked.retain(|two| is_last_of(&all, &only, two));
                    }
                    for two in &linked {
                        for side in Side::BOTH {
                            ids.get_mut(side).insert(two.get(side).clone());
                        }
                    }
                    let mut links = store.links_near(&pair, &ids)?;
                    links.retain(|link| linked.contains(&link.ids));
                    Ok(links)
                })
                .await?;
            parted = linked.len();
            part_again(&linked, &settled, &mut changes);
        }
        let changes = indexed(job.spec(), changes);
        let (pair, one, started) = (job.spec().name.clone(), of.write.is_some(), summary.started);
        let (open, reopened) = job
            .shared
            .db
            .with(move |store| {
                store.apply(&pair, &changes)?;
                let left = || -> Result<bool, StoreError> {
                    Ok(store.writes(of_run)?.iter().any(|write| write.state == WriteState::Done))
                };
                if whole && !(one && left()?) {
                    store.mark_undone(of_run, run)?;
                }
                let open = store.open_matters(Some(&pair))?;
                Ok((open.len(), open.iter().filter(|matter| matter.opened >= started).count()))
            })
            .await?;
        for side in Side::BOTH {
            let done = execution.counts.get(side);
            let counts = summary.sides.get_mut(side);
            (counts.created, counts.updated, counts.deleted) = (done.created, done.updated, done.deleted);
        }
        summary.set_aside = plan.notes.len() as u64;
        summary.failed = execution.failed;
        let nothing = writes.is_empty() && parted == 0;
        summary.message = Some(message(of, nothing, &plan, held.into_inner(), reopened));
        summary.outcome = if !summary.failed.is_empty() {
            Outcome::Partial
        } else if reopened > 0 {
            summary.conflicts = open as u64;
            Outcome::Waiting
        } else {
            Outcome::Done
        };
        if let Some(ended) = execution.ended {
            return Err(ended);
        }
        Ok(None)
    })
    .await
}

/// What an undo would do and what it would leave alone, without doing anything.
///
/// # Errors
/// When a side cannot be asked.
pub(crate) async fn look(job: &Job, of: &Scope) -> Result<Plan, Ended> {
    who_are_there(job).await?;
    Ok(plan(job, of).await?.plan)
}

/// Another list behind the same settings holds other records under these ids.
async fn who_are_there(job: &Job) -> Result<(), Ended> {
    for side in Side::BOTH {
        who_is_there(job, side, &job.context(tr!("sync-reading", account = job.account(side)))).await?;
    }
    Ok(())
}

struct Planned {
    plan: Plan,
    writes: Vec<WriteEntry>,
}

async fn plan(job: &Job, of: &Scope) -> Result<Planned, Ended> {
    let (run, only) = (of.run, of.write.clone());
    let (writes, raws) = job
        .shared
        .db
        .with(move |store| {
            let mut writes = store.writes(run)?;
            writes.retain(|write| only.as_ref().is_none_or(|only| *only == write.id));
            // What an undo that was cut off has brought back already must not come back twice.
            let back = brought_back(store, run)?;
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
        let named =
            done.filter_map(|write| if write.side == side { write.record.as_ref() } else { write.subject.id(side) });
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
    Ok(Planned { plan, writes })
}

/// What came of it, as sentences.
fn message(of: &Scope, nothing: bool, plan: &Plan, held: usize, reopened: usize) -> String {
    let run = of.run.0.to_string();
    let mut parts = vec![if nothing {
        tr!("history-undone-nothing", run = run)
    } else if of.write.is_some() {
        tr!("history-undone-write", run = run)
    } else {
        tr!("history-undone-run", run = run)
    }];
    if !plan.notes.is_empty() {
        let skipped: Vec<&str> = plan.notes.iter().take(TOLD).map(|note| note.text.as_str()).collect();
        parts.push(tr!("history-undone-except", list = skipped.join(" ")));
        if plan.notes.len() > TOLD {
            parts.push(tr!("history-undone-more", count = plan.notes.len() - TOLD));
        }
    }
    if held > 0 {
        parts.push(tr!("history-undone-held", count = held));
    }
    if reopened > 0 {
        parts.push(tr!("history-undone-asks", count = reopened));
    }
    parts.join(" ")
}

/// The deleted records that earlier undos of a run, cut off before their end, have brought back.
fn brought_back(store: &Store, of: RunId) -> Result<BTreeSet<(Side, String)>, StoreError> {
    let mut back = BTreeSet::new();
    for run in store.undos_of(of)? {
        let done = |write: &WriteEntry| write.kind == "create" && write.state == WriteState::Done;
        back.extend(store.writes(run)?.into_iter().filter(done).map(|write| (write.side, write.subject.key())));
    }
    Ok(back)
}

/// What was taken back must not be done again by the next run: a record whose partner went away, and
/// one that came back alone, are left as they are until the operator decides or somebody changes them.
/// Returns how many these are.
fn hold(spec: &PairSpec, item: &Item, written: &PerSide<Written>, changes: &mut Changes) -> usize {
    let before = changes.decisions.len();
    for side in Side::BOTH {
        match written.get(side) {
            Written::Deleted => {
                if let Some(other) = item.now.get(side.opposite()) {
                    leave(side.opposite(), &other.id, &other.seen, changes);
                }
            }
            Written::Stored(id, seen) | Written::Found(id, seen) if engine::conclude(spec, item, written).is_none() => {
                leave(side, id, seen, changes);
            }
            Written::Stored(..) | Written::Found(..) | Written::Nothing | Written::Failed => {}
        }
    }
    changes.decisions.len() - before
}

/// Remembers a record without a partner, and that it waits for the operator's decision.
pub(crate) fn leave(side: Side, id: &RecordId, seen: &Seen, changes: &mut Changes) {
    changes.remember_unlinked.get_mut(side).push(Observed { id: id.clone(), seen: seen.clone() });
    changes.decisions.push(Decision {
        subject: Subject::Single(side, id.clone()),
        resolution: Resolution::Undone,
        fingerprint: engine::fingerprint(PerSide::oriented(side, Some(seen), None)),
        made: now(),
    });
}

/// Whether this write, which is taken back, was the last one of its run that still stood for two records:
/// then nothing of what was done with them is left, and they are parted as by an undo of the whole run.
fn is_last_of(all: &[WriteEntry], only: &str, two: &PerSide<RecordId>) -> bool {
    let touches = |write: &&WriteEntry| {
        let is = |side: Side| {
            let own = if write.side == side { write.record.as_ref() } else { None };
            own.or_else(|| write.subject.id(side)) == Some(two.get(side))
        };
        Side::BOTH.into_iter().any(is)
    };
    let standing = |write: &&WriteEntry| write.id != only && write.state == WriteState::Done;
    all.iter().filter(touches).any(|write| write.id == only)
        && !all.iter().filter(touches).any(|write| standing(&write))
}

/// The writes of the run that an item has taken back.
fn undone(writes: &[WriteEntry], item: &Item, written: &PerSide<Written>) -> Vec<WriteEntry> {
    let reversed = |write: &&WriteEntry| {
        let done = match written.get(write.side) {
            Written::Stored(..) | Written::Found(..) | Written::Deleted => true,
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
