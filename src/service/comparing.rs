//! A compare: everything on both sides, and no write.
//!
//! Both lists are read at the same time, record by record: what stays in memory of a record are digests
//! (`engine::Digester`), and the record itself goes into a spool. What does not agree by its digests is
//! read from there again.

use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::engine::{self, DigestKey, Digested, Labels, LinkMark};
use crate::model::{
    CompareReport, CompareRow, MatterKind, Mismatch, PairSpec, PerSide, RecordId, Seen, Side, Subject, Timestamp,
};
use crate::store::{
    Changes, LeftRow, MatterScope, MattersUpdate, NewMatter, Origin, RowText, RowWriter, SpoolReader, StoreError,
    WaitingRows,
};
use crate::texts::tr;

use super::compare_reading::{Again, ReadList, read_side};
use super::job::{Ended, Job, now};
use super::report;

/// Rows that are handed over together.
const TOGETHER: usize = 1_000;

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
        let PerSide { a: ReadList { digests: a, reader: a_reader, places: a_places }, b } = read;
        let ReadList { digests: b, reader: b_reader, places: b_places } = b;
        let (digests, places) = (PerSide::new(a, b), PerSide::new(a_places, b_places));
        let mut readers = PerSide::new(a_reader, b_reader);
        let mut again = Again { db: &db, readers: &mut readers, places: &places };
        let found = engine::compare_digests(&spec, &digests, (key, &links), &decisions, &mut again)?;
        drop((digests, links));
        let Digested { counts, mismatches, agreed, left } = found;
        let waiting = rows.map(|file| (file, waiting(started, spec, agreed, left, &places), readers));
        Ok::<_, StoreError>((counts, mismatches, waiting))
    });
    let (counts, mismatches, waiting) = match compared.await {
        Ok(compared) => compared?,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    let millis = u64::try_from(now().0.saturating_sub(started.0)).unwrap_or_default();
    let report = Arc::new(CompareReport { pair: job.spec().name.clone(), started, millis, counts, mismatches });
    let kept = Arc::clone(&report);
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
    if let Some((file, waiting, mut readers)) = waiting {
        let (kept, at_once) = (Arc::clone(&report), job.shared.tuning.rows_at_once);
        let made = tokio::task::spawn_blocking(move || {
            if waiting.agreed.len() > at_once {
                return waiting.keep(&file, readers);
            }
            make_rows(&file, waiting, &kept.mismatches, &mut readers)
        });
        match made.await {
            Ok(made) => made?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    if let Some(path) = export {
        let names = PerSide::from_fn(|side| job.account(side).to_owned());
        let (path, told) = (path.to_owned(), Arc::clone(&report));
        let written = tokio::task::spawn_blocking(move || report::export(&told, &names, &path));
        match written.await {
            Ok(done) => done.map_err(|error| Ended::Refused(error.to_string()))?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    Ok(report)
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
    WaitingRows { started, spec, wanted, left, agreed }
}

/// Makes the rows of the newest compare of a pair, where they wait for somebody who looks at them.
///
/// # Errors
/// When what was read cannot be read again, or the rows cannot be written.
pub(crate) fn make_waiting_rows(file: &Path, newest: Option<&CompareReport>) -> Result<(), StoreError> {
    let Some((waiting, mut readers)) = WaitingRows::open(file)? else { return Ok(()) };
    match newest.filter(|newest| newest.started == waiting.started) {
        Some(newest) => make_rows(file, waiting, &newest.mismatches, &mut readers),
        None => WaitingRows::forget(file),
    }
}

/// Keeps every record that was compared, for the eye: first what does not agree.
fn make_rows(
    file: &Path,
    waiting: WaitingRows,
    mismatches: &[Mismatch],
    readers: &mut PerSide<SpoolReader>,
) -> Result<(), StoreError> {
    let WaitingRows { started, spec, left, mut agreed, .. } = waiting;
    let names: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    let mut rows = RowWriter::create(file, started, &names)?;
    agreed.sort_unstable();
    let labels = Labels::of(&spec);
    let mut rest = left;
    for at in agreed {
        let now = seen(&spec, readers, &at.map(Some))?;
        let (Some((a, a_seen)), Some((b, b_seen))) = (now.a, now.b) else { continue };
        let label = labels.label(PerSide::new(Some(&a_seen), Some(&b_seen)), a.as_str());
        let subject = Subject::Pair(PerSide::new(a, b));
        rest.push(LeftRow { label, subject, ignored: false, at: at.map(Some) });
    }
    rest.sort_unstable();
    // One processor makes the rows, another writes them down.
    std::thread::scope(|scope| {
        let (send, made) = sync_channel(AHEAD);
        let spec = &spec;
        scope.spawn(move || {
            for mismatches in mismatches.chunks(TOGETHER) {
                if send.send(mismatches.iter().map(told).collect::<Result<Vec<_>, _>>()).is_err() {
                    return;
                }
            }
            for rest in rest.chunks(TOGETHER) {
                if send.send(rest.iter().map(|one| agreeing(spec, readers, one)).collect()).is_err() {
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
    })?;
    WaitingRows::forget(file)
}

type SeenRecord = Option<(RecordId, Seen)>;

/// What was read of these records.
fn seen(
    spec: &PairSpec,
    readers: &mut PerSide<SpoolReader>,
    at: &PerSide<Option<u64>>,
) -> Result<PerSide<SeenRecord>, StoreError> {
    let mut of = |side: Side| -> Result<SeenRecord, StoreError> {
        let Some(at) = at.get(side) else { return Ok(None) };
        let observed = engine::observe(spec, side, &readers.get_mut(side).record(*at)?);
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

fn agreeing(spec: &PairSpec, readers: &mut PerSide<SpoolReader>, one: &LeftRow) -> Result<RowText, StoreError> {
    let now = seen(spec, readers, &one.at)?;
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
