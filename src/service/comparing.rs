//! A compare: everything on both sides, and no write.
//!
//! Both lists are read at the same time, record by record: what stays in memory of a record are digests
//! (`engine::Digester`), and the record itself goes into a spool. What does not agree by its digests is
//! read from there again.

use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::connectors::read_again;
use crate::engine::{self, DigestKey, Digested, Labels, LinkMark, Observer};
use crate::model::{CompareReport, CompareRow, Mismatch, PairSpec, PerSide, RecordId, Seen, Side, Subject, Timestamp};
use crate::store::{LeftRow, RowText, RowWriter, SpoolReader, StoreError, WaitingRows};
use crate::texts::tr;

use super::compare_reading::{Again, read_side};
use super::job::{Ended, Job, now};
use super::report;

/// Rows that are handed over together.
const TOGETHER: usize = 1_000;

/// How far it is is told after so many rows.
const TOLD: u64 = 5_000;

/// How many such heaps may wait to be written down.
const AHEAD: usize = 4;

/// Lists everything, compares it, and keeps what does not agree as matters for the operator.
///
/// # Errors
/// When a side could not be listed to its end: half a list proves nothing.
pub(crate) async fn compare(job: &Job, export: Option<&Path>) -> Result<Arc<CompareReport>, Ended> {
    let started = now();
    let name = job.spec().name.clone();
    let file = job.shared.db.with(move |store| store.rows_file(&name)).await?;
    let key = drawn();
    let parts = file.as_deref().map(|file| WaitingRows::parts(file, key.0));
    let part = |side: Side| parts.as_ref().map(|parts| parts.get(side).clone());
    let read =
        tokio::try_join!(read_side(job, Side::A, key, part(Side::A)), read_side(job, Side::B, key, part(Side::B)));
    let read = read.map(|(a, b)| PerSide::new(a, b))?;
    let name = job.spec().name.clone();
    let known = job.shared.db.with(move |store| {
        let mut links = Vec::new();
        store.each_link(&name, |id, ids| links.push(LinkMark::new(key, id, ids)))?;
        Ok((links, store.decisions(&name)?))
    });
    let (links, decisions) = known.await?;
    job.step(tr!("sync-comparing"), 0, None);
    let (spec, db, rows) = (job.spec().clone(), job.shared.db.clone(), file.clone());
    let compared = tokio::task::spawn_blocking(move || {
        let PerSide { a, b } = read;
        let (digests, places) = (PerSide::new(a.digests, b.digests), PerSide::new(a.places, b.places));
        let (readers, forms) = (PerSide::new(a.reader, b.reader), PerSide::new(a.form, b.form));
        let (found, readers) = std::thread::scope(|threads| {
            let mut again = Again::new(&db, &spec, readers, &forms, &places, threads);
            let found = engine::compare_digests(&spec, &digests, (key, &links), &decisions, &mut again)?;
            Ok::<_, StoreError>((found, again.readers))
        })?;
        drop((digests, links));
        let Digested { counts, mismatches, agreed, left } = found;
        let waiting = rows.map(|file| {
            let waiting = waiting(started, spec, agreed, left, &places);
            (file, Arc::new(WaitingRows { forms, ..waiting }), readers)
        });
        Ok::<_, StoreError>((counts, mismatches, waiting))
    });
    let (counts, mismatches, waiting) = done(compared).await?;
    let millis = u64::try_from(now().0.saturating_sub(started.0)).unwrap_or_default();
    let report = Arc::new(CompareReport { pair: job.spec().name.clone(), started, millis, counts, mismatches });
    let late = waiting.as_ref().filter(|(_, waiting, _)| waiting.agreed.len() > job.shared.tuning.rows_at_once);
    // A commit waits for the disk: what else there is to write is written meanwhile.
    let written = late.map(|(file, waiting, _)| {
        let (file, waiting) = (file.clone(), Arc::clone(waiting));
        tokio::task::spawn_blocking(move || waiting.write(&file))
    });
    let kept = Arc::clone(&report);
    job.shared.db.with(move |store| store.save_compare(&kept)).await?;
    if let Some((file, waiting, mut readers)) = waiting {
        if let Some(written) = written {
            done(written).await?;
            let gone = done(tokio::task::spawn_blocking(move || WaitingRows::keep(&file, readers))).await?;
            // Whoever waits for the compare need not wait for this. What is left goes away at the next one.
            tokio::task::spawn_blocking(move || gone.iter().for_each(|file| drop(std::fs::remove_file(file))));
        } else {
            let kept = Arc::clone(&report);
            let made =
                move || make_rows(&file, Arc::unwrap_or_clone(waiting), &kept.mismatches, &mut readers, |_, _| {});
            done(tokio::task::spawn_blocking(made)).await?;
        }
    }
    if let Some(path) = export {
        let names = PerSide::from_fn(|side| job.account(side).to_owned());
        let (path, told) = (path.to_owned(), Arc::clone(&report));
        let written = tokio::task::spawn_blocking(move || report::export(&told, &names, &path));
        done(written).await.map_err(|error| Ended::Refused(error.to_string()))?;
    }
    Ok(report)
}

/// What came of work on another thread.
async fn done<T>(work: tokio::task::JoinHandle<T>) -> T {
    match work.await {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// A key for the digests of one compare that nobody can guess.
fn drawn() -> DigestKey {
    let drawn = |number: u8| RandomState::new().hash_one(number);
    DigestKey(drawn(0), drawn(1))
}

/// What the rows of a compare are made of.
fn waiting(
    started: Timestamp,
    spec: PairSpec,
    agreed: Vec<PerSide<u32>>,
    left: Vec<(engine::Agreeing, PerSide<Option<u32>>)>,
    places: &PerSide<Vec<u64>>,
) -> WaitingRows {
    let place = |side: Side, number: u32| places.get(side).get(number as usize).copied().unwrap_or(u64::MAX);
    let wanted = PerSide::from_fn(|side| spec.wanted_fields(side));
    let left = left.into_iter().map(|(one, at)| LeftRow {
        label: one.label,
        subject: one.subject,
        ignored: one.ignored,
        at: PerSide::from_fn(|side| at.get(side).map(|number| place(side, number))),
    });
    let left = left.collect();
    let agreed = agreed.into_iter().map(|at| PerSide::new(place(Side::A, at.a), place(Side::B, at.b))).collect();
    WaitingRows { started, spec, wanted, forms: PerSide::default(), left, agreed }
}

/// Makes the rows of the newest compare of a pair, where they wait for somebody who looks at them.
///
/// # Errors
/// When what was read cannot be read again, or the rows cannot be written.
pub(crate) fn make_waiting_rows(
    file: &Path,
    newest: Option<&CompareReport>,
    tell: impl Fn(u64, u64),
) -> Result<(), StoreError> {
    let Some((waiting, mut readers)) = WaitingRows::open(file, read_again)? else { return Ok(()) };
    match newest.filter(|newest| newest.started == waiting.started) {
        Some(newest) => make_rows(file, waiting, &newest.mismatches, &mut readers, tell),
        None => WaitingRows::forget(file),
    }
}

/// Keeps every record that was compared, for the eye: first what does not agree.
fn make_rows(
    file: &Path,
    waiting: WaitingRows,
    mismatches: &[Mismatch],
    readers: &mut PerSide<SpoolReader>,
    tell: impl Fn(u64, u64),
) -> Result<(), StoreError> {
    let WaitingRows { started, spec, left, mut agreed, .. } = waiting;
    let names: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    let mut rows = RowWriter::create(file, started, &names)?;
    agreed.sort_unstable();
    let (labels, observer) = (Labels::of(&spec), Observer::of(&spec));
    let mut rest = left;
    // Each row is looked at twice: for its name, by which all are put in order, and to be written down.
    let total = (mismatches.len() + rest.len() + agreed.len()) as u64;
    for (number, at) in (0_u64..).zip(agreed) {
        if number.is_multiple_of(TOLD) {
            tell(number / 2, total);
        }
        let now = seen(&observer, readers, &at.map(Some))?;
        let (Some((a, a_seen)), Some((b, b_seen))) = (now.a, now.b) else { continue };
        let label = labels.label(PerSide::new(Some(&a_seen), Some(&b_seen)), a.as_str());
        let subject = Subject::Pair(PerSide::new(a, b));
        rest.push(LeftRow { label, subject, ignored: false, at: at.map(Some) });
    }
    rest.sort_unstable();
    // One processor makes the rows, another writes them down.
    std::thread::scope(|scope| {
        let (send, made) = sync_channel(AHEAD);
        let (spec, observer) = (&spec, observer);
        scope.spawn(move || {
            for mismatches in mismatches.chunks(TOGETHER) {
                if send.send(mismatches.iter().map(told).collect::<Result<Vec<_>, _>>()).is_err() {
                    return;
                }
            }
            for rest in rest.chunks(TOGETHER) {
                if send.send(rest.iter().map(|one| agreeing(spec, &observer, readers, one)).collect()).is_err() {
                    return;
                }
            }
        });
        let mut written = 0_u64;
        for some in made {
            if written.is_multiple_of(TOLD) {
                tell(u64::midpoint(total, written), total);
            }
            for row in some? {
                rows.push(&row)?;
                written += 1;
            }
        }
        rows.finish()
    })?;
    WaitingRows::forget(file)
}

type SeenRecord = Option<(RecordId, Seen)>;

/// What was read of these records.
fn seen(
    observer: &Observer<'_>,
    readers: &mut PerSide<SpoolReader>,
    at: &PerSide<Option<u64>>,
) -> Result<PerSide<SeenRecord>, StoreError> {
    let mut of = |side: Side| -> Result<SeenRecord, StoreError> {
        let Some(at) = at.get(side) else { return Ok(None) };
        let observed = observer.see(side, readers.get_mut(side).record(*at)?);
        Ok(Some((observed.id, observed.seen)))
    };
    Ok(PerSide::new(of(Side::A)?, of(Side::B)?))
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

fn agreeing(
    spec: &PairSpec,
    observer: &Observer<'_>,
    readers: &mut PerSide<SpoolReader>,
    one: &LeftRow,
) -> Result<RowText, StoreError> {
    let now = seen(observer, readers, &one.at)?;
    let now = now.as_ref().map(|held| held.as_ref().map(|(_, seen)| seen));
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
