//! A compare: everything on both sides, and no write.

use std::path::Path;

use crate::engine::{self, Compared, View};
use crate::model::{CompareReport, CompareRow, MatterKind, Mismatch, PairSpec, PerSide, Side, Timestamp};
use crate::store::{Changes, MatterScope, MattersUpdate, NewMatter, Origin, RowWriter, StoreError};
use crate::texts::tr;

use super::job::{Ended, Job, now};
use super::{report, run};

/// Lists everything, compares it, and keeps what does not agree as matters for the operator.
///
/// # Errors
/// When a side could not be listed to its end: half a list proves nothing.
pub(crate) async fn compare(job: &Job, export: Option<&Path>) -> Result<CompareReport, Ended> {
    let started = now();
    let fetched = run::fetch_all(job).await?;
    for side in Side::BOTH {
        if !fetched.views.get(side).complete {
            return Err(Ended::Refused(tr!("sync-compare-cut", account = job.account(side))));
        }
    }
    let remembered = run::remembered(job).await?;
    job.step(tr!("sync-comparing"), 0, None);
    let (spec, views) = (job.spec().clone(), fetched.views);
    let name = spec.name.clone();
    let file = job.shared.db.with(move |store| store.rows_file(&name)).await?;
    let compared = tokio::task::spawn_blocking(move || {
        let compared = engine::compare_all(&spec, &views, &remembered.links, &remembered.decisions);
        let kept = file.map_or(Ok(()), |file| keep_rows(&file, started, &spec, &views, &compared));
        kept.map(|()| (compared.counts, compared.mismatches))
    });
    let (counts, mismatches) = match compared.await {
        Ok(compared) => compared?,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    let millis = u64::try_from(now().0.saturating_sub(started.0)).unwrap_or_default();
    let report = CompareReport { pair: job.spec().name.clone(), started, millis, counts, mismatches };
    let kept = report.clone();
    job.shared
        .db
        .with(move |store| {
            // What a run asks about already is not asked a second time.
            let asked = store.open_conflict_subjects(&kept.pair)?;
            let open = kept.mismatches.iter().filter(|one| !asked.contains(&one.subject.key())).map(matter).collect();
            let matters =
                MattersUpdate { origin: Origin::Compare, by: None, now: started, open, scope: MatterScope::All };
            store.apply(&kept.pair, &Changes { matters: Some(matters), ..Changes::default() })?;
            store.save_compare(&kept)
        })
        .await?;
    if let Some(path) = export {
        let names = PerSide::from_fn(|side| job.account(side).to_owned());
        let (path, told) = (path.to_owned(), report.clone());
        let written = tokio::task::spawn_blocking(move || report::export(&told, &names, &path));
        match written.await {
            Ok(done) => done.map_err(|error| Ended::Refused(error.to_string()))?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    Ok(report)
}

/// Keeps every record that was compared, for the eye: first what does not agree.
fn keep_rows(
    file: &Path,
    started: Timestamp,
    spec: &PairSpec,
    views: &PerSide<View>,
    compared: &Compared,
) -> Result<(), StoreError> {
    let names: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    let mut rows = RowWriter::create(file, started, &names)?;
    for mismatch in &compared.mismatches {
        rows.push(CompareRow {
            kind: Some(mismatch.kind.clone()),
            ignored: false,
            subject: mismatch.subject.clone(),
            label: mismatch.label.clone(),
            reason: mismatch.reason.clone(),
            fields: mismatch.fields.clone(),
            modified: mismatch.modified.clone(),
            matter: None,
        })?;
    }
    for agreeing in &compared.rest {
        rows.push(engine::compare_row(spec, views, agreeing))?;
    }
    rows.finish()
}

fn matter(mismatch: &Mismatch) -> NewMatter {
    NewMatter {
        kind: MatterKind::Mismatch(mismatch.kind.clone()),
        subject: mismatch.subject.clone(),
        label: mismatch.label.clone(),
        reason: mismatch.reason.clone(),
        fields: mismatch.fields.clone(),
        modified: mismatch.modified.clone(),
        fingerprint: mismatch.fingerprint.clone(),
    }
}
