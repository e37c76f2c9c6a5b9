//! After a run that was killed: what was about to be written is looked up, and told as it is.

use crate::model::{Outcome, RecordId, RunId, Side, WriteEntry, WriteState};
use crate::store::Changes;

use super::job::{Ended, Job};

/// Finds out what became of writes that were journalled and never answered, and closes the runs that
/// they belong to. Nothing is written to a platform here: as the cursors have not moved, the records
/// are listed again, and what is there already is adopted.
pub(crate) async fn recover(job: &Job, current: RunId) -> Result<(), Ended> {
    let pair = job.spec().name.clone();
    let (intended, interrupted) =
        job.shared.db.with(move |store| Ok((store.intended(&pair)?, store.interrupted_runs(&pair)?))).await?;
    let mut writes: Vec<WriteEntry> = Vec::new();
    for side in Side::BOTH {
        let open: Vec<&WriteEntry> =
            intended.iter().filter(|write| write.side == side && write.run != current).collect();
        if open.is_empty() {
            continue;
        }
        job.step(format!("Finding out what the last sync still wrote to {}", job.account(side)), 0, None);
        let ids: Vec<RecordId> = open.iter().filter_map(|write| write.record.clone()).collect();
        let (connector, context) = (job.connectors.get(side), job.context(side, "Reading"));
        let want = job.spec().wanted_fields(side);
        let there = if ids.is_empty() {
            Vec::new()
        } else {
            job.patiently(side, || connector.get(&context, job.collection(side), &want, &ids)).await?
        };
        for write in open {
            let found = there.iter().find(|record| Some(&record.id) == write.record.as_ref());
            let mut write = write.clone();
            let done = match write.kind.as_str() {
                "delete" => found.is_none(),
                "update" => found.is_some_and(|record| {
                    let now = crate::engine::observe(job.spec(), side, record).seen.values;
                    write.fields.iter().all(|field| {
                        let mapping = job.spec().field(&field.name);
                        match (mapping, &field.after, now.get(&field.name)) {
                            (Some(mapping), Some(after), Some(now)) => {
                                crate::engine::same(mapping, (side, after), (side, now))
                            }
                            (_, _, _) => false,
                        }
                    })
                }),
                _ => {
                    let find = crate::connectors::Find { token: Some(write.id.clone()), field: None };
                    let records =
                        job.patiently(side, || connector.find(&context, job.collection(side), &want, &find)).await?;
                    write.record = records.into_iter().next().map(|record| record.id);
                    write.record.is_some()
                }
            };
            if done {
                write.state = WriteState::Done;
            } else {
                write.state = WriteState::Failed;
                write.error = Some("the sync was cut off before this was written; it is planned again".to_owned());
            }
            writes.push(write);
        }
    }
    let pair = job.spec().name.clone();
    job.shared
        .db
        .with(move |store| {
            if !writes.is_empty() {
                store.apply(&pair, &Changes { writes, ..Changes::default() })?;
            }
            for mut run in interrupted.into_iter().filter(|run| run.run != current) {
                run.outcome = Outcome::Failed;
                run.message =
                    Some("It was cut off. The sync after it has repaired what was left half done.".to_owned());
                store.update_run(&run)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}
