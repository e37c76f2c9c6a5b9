//! A compare: everything on both sides, and no write.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use crate::engine::{self, Agreeing, Compared, View};
use crate::model::{CompareReport, CompareRow, MatterKind, Mismatch, PairSpec, PerSide, Seen, Side, Timestamp};
use crate::store::{Changes, MatterScope, MattersUpdate, NewMatter, Origin, RowText, RowWriter, StoreError};
use crate::texts::tr;

use super::job::{Ended, Job, now};
use super::{fetch, report, run};

/// Rows that are handed over together.
const TOGETHER: usize = 1_000;

/// How many such heaps may wait to be written down.
const AHEAD: usize = 4;

/// Lists everything, compares it, and keeps what does not agree as matters for the operator.
///
/// # Errors
/// When a side could not be listed to its end: half a list proves nothing.
pub(crate) async fn compare(job: &Job, export: Option<&Path>) -> Result<CompareReport, Ended> {
    let started = now();
    let fetched = fetch::fetch_all(job).await?;
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
    // One processor makes the rows, another writes them down.
    std::thread::scope(|scope| {
        let (send, made) = sync_channel(AHEAD);
        scope.spawn(move || {
            for mismatches in compared.mismatches.chunks(TOGETHER) {
                if send.send(mismatches.iter().map(told).collect::<Result<Vec<_>, _>>()).is_err() {
                    return;
                }
            }
            for rest in compared.rest.chunks(TOGETHER) {
                if send.send(rest.iter().map(|one| agreeing(spec, views, one)).collect()).is_err() {
                    return;
                }
            }
        });
        for some in made {
            for row in some? {
                rows.push(&row)?;
            }
        }
        rows.finish()
    })
}

fn told(mismatch: &Mismatch) -> Result<RowText, StoreError> {
    RowText::of(&CompareRow {
        kind: Some(mismatch.kind.clone()),
        ignored: false,
        subject: mismatch.subject.clone(),
        label: mismatch.label.clone(),
        reason: mismatch.reason.clone(),
        fields: mismatch.fields.clone(),
        modified: mismatch.modified.clone(),
        matter: None,
    })
}

fn agreeing(spec: &PairSpec, views: &PerSide<View>, one: &Agreeing) -> Result<RowText, StoreError> {
    let now = PerSide::from_fn(|side| one.subject.id(side).and_then(|id| views.get(side).records.get(id)));
    let fields = spec.fields.iter().map(|mapping| {
        let held = now.map(|seen| seen.and_then(|seen| seen.values.get(&mapping.name)));
        (held, engine::differs(mapping, held.a, held.b))
    });
    RowText::agreeing(
        one.ignored,
        (&one.subject, one.label.as_str()),
        fields,
        &now.map(|seen| seen.and_then(Seen::touch)),
    )
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
