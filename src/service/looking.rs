//! What is looked for in long lists: open matters, likely partners, the rows of a compare.
//!
//! Each answer is made on a thread that may take its time, and waits for no other command.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine;
use crate::model::{Matter, MatterId, MatterKind, MismatchKind, Observed, Resolution, Seen, Side, Subject};
use crate::store::{RowReader, Store, StoreError, WaitingRows};
use crate::texts::tr;

use super::comparing;
use super::job::Shared;
use super::{CompareFound, CompareQuery, FoundMatters, Look, Looked, MatterList, MatterQuery, Problem, Progress};

/// So many changed matters are taken over one by one; more, and the list is made anew.
const FEW: usize = 5_000;

/// Among at most so many rows that were found, a longer text is looked for row by row.
const NARROWED: usize = 100_000;

/// How many compares are shown.
const COMPARES: usize = 60;

/// The lists that were looked through last.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    matters: Arc<Mutex<Option<Arc<MatterList>>>>,
    rows: Arc<Mutex<Option<FoundRows>>>,
    counts: Arc<Mutex<Option<CountedRows>>>,
}

/// How many rows of each word a compare has: of this pair, at this time.
type CountedRows = ((String, i64), Vec<(String, u64)>);

/// The rows of a compare that were found last.
struct FoundRows {
    key: (String, i64, Option<String>, String),
    numbers: Arc<Vec<u32>>,
}

/// Looks something up.
pub(crate) async fn answer(shared: &Shared, look: Look) -> Result<Looked, Problem> {
    let failed = |error: StoreError| Problem::failed(error.to_string());
    match look {
        Look::Matters(query) => {
            let shelf = shared.shelf.clone();
            let found = shared.db.with(move |store| shelf.list(store)).await.map_err(failed)?;
            Ok(Looked::Matters(Arc::new(calmly(move || found.find(&query)).await?)))
        }
        Look::Details(ids) => {
            let matters = shared.db.with(move |store| store.open_matters_of(&ids)).await.map_err(failed)?;
            Ok(Looked::Details(matters.into_iter().map(Arc::new).collect()))
        }
        Look::Partners(id) => {
            let known = shared.db.with(move |store| others(store, id)).await.map_err(failed)?;
            let found = calmly(move || known.map(|(spec, seen, others)| engine::partners(&spec, &seen, &others)));
            Ok(Looked::Partners(id, Arc::new(found.await?.unwrap_or_default())))
        }
        Look::Rows(query) => {
            let shelf = shared.shelf.clone();
            let pair = query.pair.clone();
            let file = shared.db.with(move |store| store.rows_file(&pair)).await.map_err(failed)?;
            let (db, voice, name) = (shared.db.clone(), shared.voice.clone(), super::rows_name(&query.pair));
            let made = name.clone();
            let tell = move |done: u64, total: u64| {
                let (step, total) = (tr!("compare-preparing"), Some(total));
                let now = Progress { step, done, total, cancelling: false };
                voice.progress(|all| drop(all.insert(made.clone(), now)));
            };
            let found = calmly(move || shelf.rows(file.as_deref(), &db, query, tell)).await;
            if shared.voice.has_progress(&name) {
                shared.voice.progress(|all| drop(all.remove(&name)));
            }
            let mut found = found?.map_err(failed)?;
            let (pair, subjects) =
                (found.query.pair.clone(), found.rows.iter().map(|row| row.subject.clone()).collect::<Vec<_>>());
            let open = shared.db.with(move |store| store.open_by_subjects(&pair, &subjects)).await.map_err(failed)?;
            for row in &mut found.rows {
                row.matter = open.get(&row.subject.key()).copied();
            }
            Ok(Looked::Rows(Arc::new(found)))
        }
        Look::Compares(pair) => {
            let name = pair.clone();
            let compares = shared.db.with(move |store| store.compares(&name, COMPARES)).await.map_err(failed)?;
            Ok(Looked::Compares(pair, Arc::new(compares)))
        }
    }
}

/// Does something that takes its time.
async fn calmly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_panicked| Problem::failed(tr!("compare-look-mistake")))
}

impl Shelf {
    /// The newest list of open matters: the one of before, with what has changed since.
    fn list(&self, store: &mut Store) -> Result<Arc<MatterList>, StoreError> {
        let mut kept = self.matters.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = store.take_touched_matters()?;
        let list = match kept.as_ref() {
            Some(list) if touched.is_empty() => return Ok(Arc::clone(list)),
            Some(list) if touched.len() <= FEW && !list.is_worn() => {
                list.with(&touched, &store.open_matters_of(&touched)?)
            }
            Some(_) | None => {
                let mut list = MatterList::new(kept.as_ref().map_or(1, |list| list.revision + 1));
                store.each_open_matter(|matter| list.push(matter))?;
                list
            }
        };
        let list = Arc::new(list);
        *kept = Some(Arc::clone(&list));
        Ok(list)
    }

    /// How many rows there are of each word, counted once for each compare.
    fn counted(&self, reader: &RowReader, pair: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let key = (pair.to_owned(), reader.started.0);
        let mut kept = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, counts)) = kept.as_ref()
            && *of == key
        {
            return Ok(counts.clone());
        }
        let counts = reader.counts()?;
        *kept = Some((key, counts.clone()));
        Ok(counts)
    }

    /// A part of the rows of the newest compare.
    fn rows(
        &self,
        file: Option<&std::path::Path>,
        db: &super::db::Db,
        query: CompareQuery,
        tell: impl Fn(u64, u64),
    ) -> Result<CompareFound, StoreError> {
        if let Some(file) = file {
            // Two who look at the same time must not make the same rows.
            let _one_at_a_time = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            if WaitingRows::is_there(file) {
                let newest = db.now(|store| store.last_compare(&query.pair))?;
                comparing::make_waiting_rows(file, newest.as_ref(), tell)?;
            }
        }
        let Some(reader) = file.map(RowReader::open).transpose()?.flatten() else {
            return Ok(CompareFound { query, ..CompareFound::default() });
        };
        let counts = self.counted(&reader, &query.pair)?;
        let all: u64 = counts.iter().map(|(_, count)| count).sum();
        let (from, to) = (query.offset, query.offset.saturating_add(query.count));
        let (total, numbers) = if query.kind.is_none() && query.text.trim().is_empty() {
            let last = u32::try_from(all).unwrap_or(u32::MAX);
            let part = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).min(last);
            (all, (part(from)..part(to)).collect())
        } else {
            let key = (query.pair.clone(), reader.started.0, query.kind.clone(), query.text.clone());
            let mut kept = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.as_ref().is_none_or(|found| found.key != key) {
                // What has a longer text has the shorter one too.
                let within = kept.as_ref().filter(|found| {
                    let FoundRows { key: (pair, started, kind, text), numbers } = found;
                    let same = (pair, *started, kind) == (&key.0, key.1, &key.2);
                    same && numbers.len() <= NARROWED && !text.trim().is_empty() && query.text.contains(text.trim())
                });
                let numbers = match within {
                    Some(found) => reader.find_among(&found.numbers, &query.text)?,
                    None => reader.find(query.kind.as_deref(), &query.text)?,
                };
                let numbers = Arc::new(numbers);
                *kept = Some(FoundRows { key, numbers });
            }
            let numbers = kept.as_ref().map(|found| Arc::clone(&found.numbers)).unwrap_or_default();
            let part = numbers.iter().skip(from).take(query.count).copied().collect::<Vec<u32>>();
            (numbers.len() as u64, part)
        };
        Ok(CompareFound { rows: reader.rows(&numbers)?, compared: Some(reader.started), total, all, counts, query })
    }
}

type Known = (crate::model::PairSpec, Seen, Vec<Observed>);

/// A record without a partner, and the ones of the other side that have none either: those that a sync
/// remembers, and those that a compare has found.
fn others(store: &Store, id: MatterId) -> Result<Option<Known>, StoreError> {
    let Some((matter, _, true)) = store.matter(id)? else { return Ok(None) };
    let (MatterKind::Mismatch(MismatchKind::OnlyIn(side)), Subject::Single(..)) = (&matter.kind, &matter.subject)
    else {
        return Ok(None);
    };
    let other = side.opposite();
    let Some(row) = store.pairs()?.into_iter().find(|row| row.spec.name == matter.pair) else { return Ok(None) };
    let mut known = BTreeSet::new();
    let mut others = Vec::new();
    for lone in store.open_lone(&matter.pair, other)? {
        if let Subject::Single(_, id) = &lone.subject
            && known.insert(id.clone())
        {
            others.push(Observed { id: id.clone(), seen: seen(&lone, other) });
        }
    }
    let remembered = store.unlinked(&matter.pair)?;
    for record in remembered.get(other).clone() {
        if known.insert(record.id.clone()) {
            others.push(record);
        }
    }
    if let Some(here) = matter.subject.id(*side) {
        for decision in store.decisions(&matter.pair)? {
            if let Resolution::NotSame(ids) = &decision.resolution
                && ids.get(*side) == here
            {
                others.retain(|record| record.id != *ids.get(other));
            }
        }
    }
    Ok(Some((row.spec, seen(&matter, *side), others)))
}

/// What a side holds in a matter.
fn seen(matter: &Matter, side: Side) -> Seen {
    let values =
        matter.fields.iter().filter_map(|field| Some((field.name.clone(), field.now.get(side).clone()?))).collect();
    Seen { values, modified: matter.modified.get(side).as_ref().map(|touch| touch.at), ..Seen::default() }
}

/// What is found for a query, for the tests of the window.
impl FoundMatters {
    /// The answer to a query in these matters.
    #[must_use]
    pub fn among(revision: u64, matters: &[Matter], query: &MatterQuery) -> Self {
        Arc::new(MatterList::of(revision, matters)).find(query)
    }
}
