//! CSV files: one file is one account with one collection.
//!
//! How the file is written is found out and kept: encoding, delimiter, quotes, line ends, the order
//! of columns, and the columns that no mapping names (`sniff`, `document`). What makes a row the
//! same row from one run to the next is told in `identity`. All writes of a run go into one
//! replacement of the file (`file`), and only if somebody else has not changed it meanwhile: then
//! it is read again and the writes are checked again, row by row.
//!
//! The format is that of RFC 4180, with the liberties that Excel and others take.

mod again;
mod document;
mod edit;
#[cfg(any(test, fuzzing))]
mod hostile;
mod identity;
mod scan;
mod sniff;
mod stream;
#[cfg(test)]
mod tests;

pub(in crate::connectors) use self::again::read_again;
#[cfg(any(test, fuzzing))]
pub(in crate::connectors) use self::hostile::hostile_file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::document::{Document, ROWS_PER_STEP, content};
use self::edit::{Edit, Outcome, Target, version};
use self::identity::Index;
use self::scan::Cell;
use super::shared::file::{self, Replaced};
use super::shared::rows::{IdColumns, IdSetting, id_from_token};
use super::shared::work::{BeforeReplace, identity, run};
use super::shared::{digest, guess};
use super::{
    Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, RowSink, RowsRead, Write, WriteResult,
};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Fields, Identity, Listing, Name, Record, RecordId, Value,
};
use crate::texts::tr;

/// How often a file that others keep changing is tried before the run gives up.
const TRIES: usize = 5;

/// Samples that are shown of a column, and rows that are looked at to find them.
const SAMPLES: usize = 5;
const SAMPLE_ROWS: usize = 500;

/// The connector for one CSV file.
///
/// Options: `path`; `id`, the column that identifies a row; or `key`, the columns that rows are
/// matched by, separated by commas and tried in order (`given+family` takes two together).
pub struct CsvConnector {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    file: String,
    collection: String,
    ids: IdSetting,
    requests: AtomicU64,
    state: Mutex<State>,
    /// Held during a write, so that two of them cannot replace each other's file.
    writing: Mutex<()>,
    before_replace: BeforeReplace,
}

#[derive(Default)]
struct State {
    cleaned: bool,
    document: Option<Arc<Document>>,
    index: Option<Arc<Index>>,
    tokens: BTreeMap<String, String>,
}

/// What a file held when it was looked at.
enum Look {
    Same,
    /// The document, and the stamp of the file that it was read from.
    Read(Arc<Document>, u64),
}

impl CsvConnector {
    /// A connector for the file that the settings name. The file itself is looked at later, so an
    /// account whose file is on a disk that is not there can still be shown.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the settings name no file.
    pub fn open(settings: &AccountSettings) -> Result<Self, ConnectorError> {
        let option =
            |name: &str| settings.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let path = PathBuf::from(option("path").ok_or_else(|| {
            ConnectorError::new(ErrorKind::Settings, tr!("files-names-no-file", account = settings.name))
        })?);
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        let ids = IdSetting::of(settings);
        Ok(Self {
            inner: Arc::new(Inner {
                file: text(path.file_name()),
                collection: text(path.file_stem()),
                path,
                ids,
                requests: AtomicU64::new(0),
                state: Mutex::default(),
                writing: Mutex::default(),
                before_replace: BeforeReplace::default(),
            }),
        })
    }
}

#[async_trait]
impl Connector for CsvConnector {
    fn abilities(&self) -> Abilities {
        Abilities { batch: Batch::All, incremental: false, modified: false, bound_cursors: false, finds_late: false }
    }

    fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    async fn identity(&self, _context: &Context) -> Result<Identity, ConnectorError> {
        run(&self.inner, |inner| identity(&inner.path)).await
    }

    async fn collections(&self, _context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        run(&self.inner, |inner| {
            let path = inner.real_path()?;
            Ok(vec![CollectionInfo {
                id: inner.collection.clone(),
                name: inner.collection.clone(),
                // A file that is open in Excel just now is not read-only for that.
                read_only: std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()),
            }])
        })
        .await
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let (context, collection) = (context.clone(), collection.to_owned());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            Ok(inner.describe(&*inner.document(&context)?))
        })
        .await
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let (context, collection, want, since) =
            (context.clone(), collection.to_owned(), want.to_vec(), since.cloned());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            inner.list(&context, &want, since.as_ref())
        })
        .await
    }

    async fn read_rows(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        sink: Box<dyn RowSink>,
    ) -> Result<RowsRead, ConnectorError> {
        let (context, collection, want) = (context.clone(), collection.to_owned(), want.to_vec());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            inner.read_rows(&context, &want, sink)
        })
        .await
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        let (context, collection, want, ids) = (context.clone(), collection.to_owned(), want.to_vec(), ids.to_vec());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            let (document, index) = inner.indexed(&context)?;
            let reader = Reader::new(&document, &index, &want)?;
            Ok(ids
                .iter()
                .filter_map(|id| index.find(&document, id.as_str()))
                .map(|row| reader.record(row, true, &mut Vec::new(), &mut Vec::new()))
                .collect())
        })
        .await
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let (context, collection, want, find) = (context.clone(), collection.to_owned(), want.to_vec(), find.clone());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            inner.find(&context, &want, &find)
        })
        .await
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let (context, collection, want) = (context.clone(), collection.to_owned(), want.to_vec());
        run(&self.inner, move |inner| {
            inner.check_collection(&collection)?;
            inner.write(&context, &want, &writes)
        })
        .await
    }
}

impl Inner {
    /// The file itself where the path is a link to it, so that the link stays one.
    fn real_path(&self) -> Result<PathBuf, ConnectorError> {
        self.path.canonicalize().map_err(|error| file::cannot(&self.path, file::Doing::Read, error))
    }

    fn check_collection(&self, collection: &str) -> Result<(), ConnectorError> {
        if collection.is_empty() || collection == self.collection {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::NotFound,
            tr!(
                "files-one-list",
                file = format_args!("{}", self.file),
                list = format_args!("{}", self.collection),
                collection = collection
            ),
        ))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves at worst an older document here, which is read again by digest.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what a killed run left beside the file, once.
    fn clean(&self, path: &Path) {
        let mut state = self.state();
        if !state.cleaned {
            file::clean(path);
            state.cleaned = true;
        }
    }

    /// Reads the file. A file that is as it was when it was last read is not taken apart again.
    fn look(
        &self,
        path: &Path,
        context: &Context,
        since: impl Fn(u64, u64, u64) -> bool,
    ) -> Result<Look, ConnectorError> {
        context.step("reading the file", 0, None);
        self.clean(path);
        let mut state = self.state();
        let contents = file::read(path, context, &self.requests)?;
        let size = contents.bytes.len() as u64;
        if since(contents.digest, size, contents.stamp) {
            return Ok(Look::Same);
        }
        if let Some(document) = &state.document
            && document.digest == contents.digest
            && document.size == size
        {
            return Ok(Look::Read(Arc::clone(document), contents.stamp));
        }
        state.document = None;
        state.index = None;
        let stamp = contents.stamp;
        let document = Arc::new(Document::parse(&self.file, contents.bytes, contents.digest, context)?);
        state.document = Some(Arc::clone(&document));
        Ok(Look::Read(document, stamp))
    }

    fn document(&self, context: &Context) -> Result<Arc<Document>, ConnectorError> {
        match self.look(&self.real_path()?, context, |_, _, _| false)? {
            Look::Read(document, _) => Ok(document),
            Look::Same => Err(content(tr!("files-not-read"))),
        }
    }

    fn indexed(&self, context: &Context) -> Result<(Arc<Document>, Arc<Index>), ConnectorError> {
        let document = self.document(context)?;
        let index = self.index(&document, context)?;
        Ok((document, index))
    }

    fn index(&self, document: &Arc<Document>, context: &Context) -> Result<Arc<Index>, ConnectorError> {
        let mut state = self.state();
        let current = state.document.as_ref().is_some_and(|known| Arc::ptr_eq(known, document));
        if let (true, Some(index)) = (current, &state.index) {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(Index::build(document, self.ids.resolve(&document.name, &document.header)?, context)?);
        if current {
            state.index = Some(Arc::clone(&index));
        }
        Ok(index)
    }

    fn list(&self, context: &Context, want: &[String], since: Option<&Cursor>) -> Result<Listing, ConnectorError> {
        let path = self.real_path()?;
        let same = |digest, size, stamp| since.is_some_and(|since| *since == self.cursor((digest, size, stamp), want));
        let (document, stamp) = match self.look(&path, context, same)? {
            Look::Same => return Ok(Listing { cursor: since.cloned(), ..Listing::no_changes() }),
            Look::Read(document, stamp) => (document, stamp),
        };
        let index = self.index(&document, context)?;
        let reader = Reader::new(&document, &index, want)?;
        let total = document.len() as u64;
        let mut records = Vec::with_capacity(document.len());
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        for row in 0..document.len() {
            if row.is_multiple_of(ROWS_PER_STEP) {
                context.check()?;
                context.step("reading the rows", row as u64, Some(total));
            }
            records.push(reader.record(row, false, &mut cells, &mut scratch));
        }
        context.step("reading the rows", total, Some(total));
        Ok(Listing::full(records, Some(self.cursor((document.digest, document.size, stamp), want))))
    }

    /// What the file held, which file it was, and what was asked of it: with another mapping the
    /// listing is another. A cursor is older than the writes of its run, so what the file held is not
    /// enough: the operator may put the file back to just that.
    fn cursor(&self, (digest, size, stamp): (u64, u64, u64), want: &[String]) -> Cursor {
        let mut names: Vec<&str> = want.iter().map(String::as_str).collect();
        names.sort_unstable();
        let (kind, ids) = match &self.ids {
            IdSetting::Column(id) => ("id", id.as_str()),
            IdSetting::Key(key) => ("key", key.as_str()),
            IdSetting::None => ("none", ""),
        };
        names.extend([kind, ids]);
        Cursor(format!("csv2-{size}-{digest:016x}-{stamp:016x}-{:016x}", digest::of_texts(names, &mut Vec::new())))
    }

    fn find(&self, context: &Context, want: &[String], find: &Find) -> Result<Vec<Record>, ConnectorError> {
        let (document, index) = self.indexed(context)?;
        let reader = Reader::new(&document, &index, want)?;
        let mut rows = Vec::new();
        if let Some(token) = &find.token {
            let known = self.state().tokens.get(token).cloned();
            let made = matches!(index.columns, IdColumns::Column(_)).then(|| id_from_token(token));
            rows.extend([known, made].into_iter().flatten().filter_map(|id| index.find(&document, &id)));
        }
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        if let (true, Some((name, value))) = (rows.is_empty(), &find.field) {
            let column = document.need_column(name)?;
            let value = value.trim().to_lowercase();
            for row in 0..document.len() {
                if row.is_multiple_of(ROWS_PER_STEP) {
                    context.check()?;
                }
                document.cells(row, &mut cells);
                if cells.get(column).is_some_and(|cell| cell.value().trim().to_lowercase() == value) {
                    rows.push(row);
                }
            }
        }
        rows.dedup();
        Ok(rows.into_iter().map(|row| reader.record(row, true, &mut cells, &mut scratch)).collect())
    }

    fn describe(&self, document: &Document) -> Vec<FieldInfo> {
        let mut samples: Vec<Vec<String>> = vec![Vec::new(); document.header.len()];
        let mut cells = Vec::new();
        for row in 0..document.len().min(SAMPLE_ROWS) {
            document.cells(row, &mut cells);
            for (samples, cell) in samples.iter_mut().zip(&cells) {
                let value = cell.value();
                if samples.len() < SAMPLES && !value.trim().is_empty() && !samples.iter().any(|seen| *seen == value) {
                    samples.push(value.into_owned());
                }
            }
        }
        document
            .header
            .iter()
            .zip(samples)
            .map(|(name, samples)| FieldInfo {
                name: name.clone(),
                label: name.clone(),
                kind: Some(guess::kind(name, &samples)),
                read_only: matches!(&self.ids, IdSetting::Column(id) if id == name),
                samples,
                ..FieldInfo::default()
            })
            .collect()
    }

    fn write(&self, context: &Context, want: &[String], writes: &[Write]) -> Result<Vec<WriteResult>, ConnectorError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.real_path()?;
        for _ in 0..TRIES {
            context.check()?;
            let (document, index) = self.indexed(context)?;
            Reader::new(&document, &index, want)?;
            let tokens = self.state().tokens.clone();
            let mut edit = Edit::new(&document, &index, &tokens);
            let total = writes.len() as u64;
            context.step("preparing the file", 0, Some(total));
            let mut outcomes = Vec::with_capacity(writes.len());
            for write in writes {
                if outcomes.len().is_multiple_of(1_000) {
                    context.check()?;
                    context.step("preparing the file", outcomes.len() as u64, Some(total));
                }
                outcomes.push(edit.apply(write));
            }
            let changes = edit.into_changes();
            if changes.rows.is_empty() && changes.added.is_empty() {
                return self.answer(want, writes, outcomes, (&document, &index), |row| row, 0);
            }
            let text = document.with(&changes);
            let length = text.len();
            let bytes = document.encoding.encode(text);
            let digest = digest::xxh64(&bytes);
            // The new file is read as the next run will read it before it takes the old one's place.
            let new = match Document::parse(&self.file, bytes.clone(), digest, context) {
                Ok(new) => Some(new),
                // A list that could not be read any more is one that would be read differently.
                Err(error) if error.kind == ErrorKind::Content => None,
                Err(error) => return Err(error),
            };
            let gone: Vec<usize> =
                changes.rows.iter().filter(|(_, change)| change.is_none()).map(|(row, _)| *row).collect();
            let kept = document.len() - gone.len();
            let Some(new) = new.filter(|new| {
                new.text_len() == length
                    && new.encoding.reads_like(document.encoding)
                    && document.reads_as(&changes, new)
            }) else {
                return Err(content(tr!("files-read-differently", file = format_args!("{}", self.file))));
            };
            let new = Arc::new(new);
            let new_index = Arc::new(Index::build(&new, index.columns.clone(), context)?);
            // From here on it is not stopped any more.
            context.check()?;
            context.step("replacing the file", total, Some(total));
            self.before_replace.now();
            match file::replace(&path, &bytes, document.digest, &self.requests)? {
                Replaced::Changed => {}
                Replaced::Done => {
                    {
                        let mut state = self.state();
                        state.document = Some(Arc::clone(&new));
                        state.index = Some(Arc::clone(&new_index));
                    }
                    let place = |row: usize| row - gone.partition_point(|gone| *gone < row);
                    return self.answer(want, writes, outcomes, (&new, &new_index), place, kept);
                }
            }
        }
        Err(ConnectorError::new(ErrorKind::File, tr!("files-busy-unwritten", file = format_args!("{}", self.file))))
    }

    /// The records as they are now stored, and the creates to remember.
    fn answer(
        &self,
        want: &[String],
        writes: &[Write],
        outcomes: Vec<Outcome>,
        (document, index): (&Document, &Index),
        place: impl Fn(usize) -> usize,
        kept: usize,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let reader = Reader::new(document, index, want)?;
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        let mut state = self.state();
        Ok(writes
            .iter()
            .zip(outcomes)
            .map(|(write, outcome)| {
                let target = outcome?;
                let record = target.map(|target| {
                    let row = match target {
                        Target::Row(row) => place(row),
                        Target::Added(added) => kept + added,
                    };
                    reader.record(row, false, &mut cells, &mut scratch)
                });
                if let (super::WriteKind::Create { .. }, Some(record)) = (&write.kind, &record) {
                    state.tokens.insert(write.token.clone(), record.id.0.clone());
                }
                Ok(record)
            })
            .collect())
    }
}

/// Makes records of rows.
struct Reader<'a> {
    document: &'a Document,
    index: &'a Index,
    want: Vec<(usize, Name)>,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document, index: &'a Index, want: &[String]) -> Result<Self, ConnectorError> {
        let want: Result<Vec<_>, ConnectorError> =
            want.iter().map(|name| Ok((document.need_column(name)?, Name::new(name)))).collect();
        Ok(Self { document, index, want: want? })
    }

    fn record(&self, row: usize, whole: bool, cells: &mut Vec<Cell<'a>>, scratch: &mut Vec<u8>) -> Record {
        self.document.cells(row, cells);
        let held = self.want.iter().filter_map(|(column, name)| Some((name, cells.get(*column)?)));
        let fields: Fields = held.map(|(name, cell)| (name.clone(), Value::text(cell.value()))).collect();
        let raw = whole.then(|| {
            let object: serde_json::Map<String, serde_json::Value> = self
                .document
                .header
                .iter()
                .zip(cells.iter())
                .map(|(name, cell)| (name.clone(), cell.value().into_owned().into()))
                .collect();
            serde_json::Value::Object(object).to_string()
        });
        Record {
            id: RecordId(self.index.id(row, cells, scratch)),
            version: Some(version(cells, scratch)),
            modified: None,
            modified_by: None,
            fields,
            raw,
        }
    }
}
