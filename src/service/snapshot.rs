//! The state of everything, as a window shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::model::{Outcome, Plan, RunSummary, Timestamp};
use crate::store::{PairRow, Store, StoreError};

use super::db::Db;
use super::hub::overlaps;
use super::job::now;
use super::schedule::{Facts, next_compare, next_sync};
use super::{PairState, PairStatus, Snapshot};

/// How many runs of each pair a window shows at all times.
const RUNS: usize = 30;

/// Reads the state of everything.
pub(crate) async fn make(
    db: &Db,
    workspace: &Path,
    working: BTreeSet<String>,
    previews: BTreeMap<String, Arc<Plan>>,
) -> Result<Snapshot, StoreError> {
    let workspace = workspace.to_owned();
    db.with(move |store| {
        let rows = store.pairs()?;
        let specs: Vec<_> = rows.iter().map(|row| row.spec.clone()).collect();
        let pairs = rows.into_iter().map(|row| pair(store, row, &working, &previews)).collect::<Result<_, _>>()?;
        Ok(Snapshot {
            accounts: store.accounts()?,
            pairs,
            unseen_alerts: store.unseen_alerts()?,
            workspace,
            warnings: overlaps(&specs),
            restored: super::backup::restored(store)?,
            ..Snapshot::default()
        })
    })
    .await
}

fn pair(
    store: &Store,
    row: PairRow,
    working: &BTreeSet<String>,
    previews: &BTreeMap<String, Arc<Plan>>,
) -> Result<PairState, StoreError> {
    let name = row.spec.name.clone();
    let runs = store.runs(Some(&name), RUNS)?;
    let (conflicts, mismatches) = store.count_open(&name)?;
    let facts = Facts {
        schedule: row.spec.schedule.clone(),
        // A first run that had nothing to write had nothing to say yes to: the next one may look again,
        // and shows its plan when there is something.
        resting: row.paused
            || row.accepted.is_none()
                && !runs.first().is_some_and(|run| matches!(run.outcome, Outcome::Done | Outcome::Waiting)),
        last_run: runs.first().map(ended),
        failures: u32::try_from(runs.iter().take_while(|run| run.outcome == Outcome::Failed).count())
            .unwrap_or(u32::MAX),
        last_compare: row.last_compare.map(|(at, _)| at),
    };
    let preview = previews.get(&name).cloned();
    let status = if working.contains(&name) {
        PairStatus::Working
    } else if let Some(since) = row.failing_since {
        let newest = runs.first().and_then(|run| run.message.clone()).or(row.failing_why);
        PairStatus::Failing { since, why: newest.unwrap_or_default() }
    } else {
        match runs.first().map(|run| run.outcome) {
            None => PairStatus::New,
            Some(_) if conflicts + mismatches > 0 || preview.is_some() => PairStatus::Waiting,
            Some(Outcome::Waiting | Outcome::Preview | Outcome::Partial | Outcome::Running) => PairStatus::Waiting,
            Some(Outcome::Failed) => {
                let last = runs.first();
                PairStatus::Failing {
                    since: last.map(|run| run.started).unwrap_or_default(),
                    why: last.and_then(|run| run.message.clone()).unwrap_or_default(),
                }
            }
            Some(Outcome::Done | Outcome::Cancelled) => PairStatus::InStep,
        }
    };
    Ok(PairState {
        next_sync: next_sync(&facts),
        next_compare: next_compare(&facts, now(), &TimeZone::system()),
        links: store.count_links(&name)?,
        spec: row.spec,
        status,
        runs,
        conflicts,
        mismatches,
        last_compare: row.last_compare,
        paused: row.paused,
        preview,
    })
}

fn ended(run: &RunSummary) -> Timestamp {
    Timestamp(run.started.0.saturating_add(i64::try_from(run.millis).unwrap_or_default()))
}
