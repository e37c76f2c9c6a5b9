//! Excel workbooks (.xlsx, .xlsm): one file is an account, each sheet a collection with its header as fields.
//!
//! Sheets are read with calamine and written by editing their XML in place (`scan`): only the cells that
//! change are composed anew, in the format that they have, and every other part of the package is copied
//! with the very bytes it has. A new row takes the formats of the row above it and extends the table, the
//! filter and the dimension. A formula is never written over. **A deleted record's row is emptied and stays
//! where it is**: taking a row out would move all that is below it away from formulas, charts, formats and
//! comments that name it. The file is replaced as a CSV file is, and only if nobody has changed it meanwhile.
//!
//! The format is that of ECMA-376 (Office Open XML).

mod edit;
mod package;
mod scan;
mod sheet;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::edit::{Edit, Outcome};
use self::package::{Book, SheetPart};
use self::scan::Scan;
use self::sheet::{Row, Sheet, version};
use self::values::{Cell, ColumnKind};
use super::shared::file::{self, Replaced};
use super::shared::rows::{IdColumns, IdSetting, id_from_token};
use super::shared::work::{BeforeReplace, identity, run};
use super::shared::{digest, guess};
use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteKind, WriteResult};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Fields, Identity, Kind, Listing, Name, OptionInfo, OptionKind,
    PlatformInfo, Record, RecordId, SignIn, Value,
};
use crate::texts::tr;

/// How often a file that others keep changing is tried before the run gives up.
const TRIES: usize = 5;
/// Samples that are shown of a column, and rows that are looked at to find them.
const SAMPLES: usize = 5;
const SAMPLE_ROWS: usize = 500;

/// The connector for one workbook.
///
/// Options: `path`; `id` or `key`, as for a CSV file; `header`, the row of the header where it is not the
/// first one with texts in several cells.
pub struct XlsxConnector {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    file: String,
    ids: IdSetting,
    header: Option<u32>,
    requests: AtomicU64,
    state: Mutex<State>,
    /// Held during a write, so that two of them cannot replace each other's file.
    writing: Mutex<()>,
    before_replace: BeforeReplace,
}

#[derive(Default)]
struct State {
    cleaned: bool,
    book: Option<Arc<Book>>,
    sheets: BTreeMap<String, Arc<Sheet>>,
    tokens: BTreeMap<(String, String), String>,
}

/// What an account of this kind needs.
pub(super) fn platform() -> PlatformInfo {
    let endings = ["xlsx", "xlsm"].map(str::to_owned).to_vec();
    PlatformInfo {
        kind: "xlsx".to_owned(),
        name: "Excel workbook".to_owned(),
        about: "A list on a sheet of an Excel workbook; formats, formulas and other sheets stay as they are."
            .to_owned(),
        options: vec![
            OptionInfo::required("path", "File", "customers.xlsx", OptionKind::File(endings)),
            OptionInfo::optional("id", "Column that identifies a row", "customer_no", OptionKind::Text).advanced(),
            OptionInfo::optional("key", "Match key, where no column identifies a row", "", OptionKind::Text).advanced(),
            OptionInfo::optional("header", "Row of the header", "3", OptionKind::Text).advanced(),
        ],
        sign_in: SignIn::None,
    }
}

impl XlsxConnector {
    /// A connector for the workbook that the settings name. The file itself is looked at later.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the settings name no file, or a header that is no row.
    pub fn open(settings: &AccountSettings) -> Result<Self, ConnectorError> {
        let option =
            |name: &str| settings.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let path = PathBuf::from(option("path").ok_or_else(|| {
            ConnectorError::new(ErrorKind::Settings, tr!("files-names-no-file", account = settings.name))
        })?);
        let header = match option("header") {
            None => None,
            Some(text) => Some(text.parse::<u32>().ok().filter(|row| *row > 0).ok_or_else(|| {
                ConnectorError::new(ErrorKind::Settings, tr!("files-sheet-header-number", text = text))
            })?),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                path,
                ids: IdSetting::of(settings),
                header,
                requests: AtomicU64::new(0),
                state: Mutex::default(),
                writing: Mutex::default(),
                before_replace: BeforeReplace::default(),
            }),
        })
    }
}

#[async_trait]
impl Connector for XlsxConnector {
    fn abilities(&self) -> Abilities {
        Abilities { batch: Batch::All, incremental: false, modified: false, bound_cursors: false, finds_late: false }
    }

    fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    async fn identity(&self, _context: &Context) -> Result<Identity, ConnectorError> {
        run(&self.inner, |inner| identity(&inner.path)).await
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        let context = context.clone();
        run(&self.inner, move |inner| {
            let read_only = std::fs::metadata(inner.real_path()?).is_ok_and(|file| file.permissions().readonly());
            let (book, _) = inner.book(&context)?;
            let info =
                |sheet: &SheetPart| CollectionInfo { id: sheet.name.clone(), name: sheet.name.clone(), read_only };
            Ok(book.sheets.iter().map(info).collect())
        })
        .await
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let (context, collection) = (context.clone(), collection.to_owned());
        run(&self.inner, move |inner| {
            let (book, _) = inner.book(&context)?;
            let part = inner.part(&book, &collection)?;
            Ok(inner.describe(&Sheet::read(&book, part, inner.header, None, &context)?))
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
            let (book, stamp) = inner.book(&context)?;
            let part = inner.part(&book, &collection)?;
            let cursor = inner.cursor(&book, part, stamp, &want);
            if since.as_ref() == Some(&cursor) {
                return Ok(Listing { cursor: since, ..Listing::no_changes() });
            }
            let sheet = inner.sheet(&book, part, &context)?;
            let reader = Reader::new(&sheet, &want)?;
            Ok(Listing::full((0..sheet.rows.len()).filter_map(|row| reader.record(row, false)).collect(), Some(cursor)))
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
            let (_, sheet) = inner.open_sheet(&context, &collection)?;
            let reader = Reader::new(&sheet, &want)?;
            let rows = ids.iter().filter_map(|id| sheet.ids.find(id.as_str()));
            Ok(rows.filter_map(|row| reader.record(row, true)).collect())
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
            let (_, sheet) = inner.open_sheet(&context, &collection)?;
            let reader = Reader::new(&sheet, &want)?;
            let mut rows: Vec<usize> = Vec::new();
            if let Some(token) = &find.token {
                let known = inner.state().tokens.get(&(sheet.part.name.clone(), token.clone())).cloned();
                let made = matches!(sheet.ids.columns, IdColumns::Column(_)).then(|| id_from_token(token));
                rows.extend([known, made].into_iter().flatten().filter_map(|id| sheet.ids.find(&id)));
            }
            if let (true, Some((name, value))) = (rows.is_empty(), &find.field) {
                let column = sheet.need_column(name)?;
                let value = value.trim().to_lowercase();
                let holds = |row: &Row| {
                    row.cells.get(column).and_then(Cell::value).is_some_and(|cell| cell.trim().to_lowercase() == value)
                };
                rows.extend(sheet.rows.iter().enumerate().filter(|(_, row)| holds(row)).map(|(place, _)| place));
            }
            rows.dedup();
            Ok(rows.into_iter().filter_map(|row| reader.record(row, true)).collect())
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
        run(&self.inner, move |inner| inner.write(&context, &collection, &want, &writes)).await
    }
}

impl Inner {
    /// The file itself where the path is a link to it, so that the link stays one.
    fn real_path(&self) -> Result<PathBuf, ConnectorError> {
        self.path.canonicalize().map_err(|error| file::cannot(&self.path, file::Doing::Read, error))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves at worst an older workbook here, which is read again by digest.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The workbook and the stamp of its file. One that is as it was is not taken apart again.
    fn book(&self, context: &Context) -> Result<(Arc<Book>, u64), ConnectorError> {
        context.check()?;
        context.step("reading the workbook", 0, None);
        let path = self.real_path()?;
        let mut state = self.state();
        if !state.cleaned {
            file::clean(&path);
            state.cleaned = true;
        }
        let contents = file::read(&path, context, &self.requests)?;
        if let Some(book) = &state.book
            && book.digest == contents.digest
            && book.bytes.len() == contents.bytes.len()
        {
            return Ok((Arc::clone(book), contents.stamp));
        }
        state.book = None;
        state.sheets.clear();
        let book = Arc::new(Book::open(&self.file, contents.bytes, contents.digest)?);
        state.book = Some(Arc::clone(&book));
        Ok((book, contents.stamp))
    }

    fn part<'a>(&self, book: &'a Book, collection: &str) -> Result<&'a SheetPart, ConnectorError> {
        let names = || book.sheets.iter().map(|sheet| format!("\"{}\"", sheet.name)).collect::<Vec<_>>().join(", ");
        match (collection, book.sheets.as_slice()) {
            ("", [one]) => Ok(one),
            ("", _) => Err(ConnectorError::new(
                ErrorKind::Settings,
                tr!("files-book-several", file = format_args!("{}", self.file), sheets = format_args!("{}", names())),
            )),
            (name, sheets) => sheets.iter().find(|sheet| sheet.name == name).ok_or_else(|| {
                ConnectorError::new(
                    ErrorKind::NotFound,
                    tr!(
                        "files-book-no-sheet",
                        file = format_args!("{}", self.file),
                        sheets = format_args!("{}", names()),
                        name = name
                    ),
                )
            }),
        }
    }

    fn sheet(&self, book: &Arc<Book>, part: &SheetPart, context: &Context) -> Result<Arc<Sheet>, ConnectorError> {
        let is_current = |state: &State| state.book.as_ref().is_some_and(|known| Arc::ptr_eq(known, book));
        {
            let state = self.state();
            if let (true, Some(sheet)) = (is_current(&state), state.sheets.get(&part.name)) {
                return Ok(Arc::clone(sheet));
            }
        }
        let sheet = Arc::new(Sheet::read(book, part, self.header, Some(&self.ids), context)?);
        let mut state = self.state();
        if is_current(&state) {
            state.sheets.insert(part.name.clone(), Arc::clone(&sheet));
        }
        Ok(sheet)
    }

    fn open_sheet(&self, context: &Context, collection: &str) -> Result<(Arc<Book>, Arc<Sheet>), ConnectorError> {
        let (book, _) = self.book(context)?;
        let part = self.part(&book, collection)?.clone();
        let sheet = self.sheet(&book, &part, context)?;
        Ok((book, sheet))
    }

    /// What the file held, which file it was, and what was asked of it: with another mapping the
    /// listing is another.
    fn cursor(&self, book: &Book, part: &SheetPart, stamp: u64, want: &[String]) -> Cursor {
        let mut names: Vec<&str> = want.iter().map(String::as_str).collect();
        names.sort_unstable();
        let (kind, ids) = match &self.ids {
            IdSetting::Column(id) => ("id", id.as_str()),
            IdSetting::Key(key) => ("key", key.as_str()),
            IdSetting::None => ("none", ""),
        };
        let header = self.header.map(|row| row.to_string()).unwrap_or_default();
        names.extend([kind, ids, part.name.as_str(), header.as_str()]);
        let asked = digest::of_texts(names, &mut Vec::new());
        Cursor(format!("xlsx1-{}-{:016x}-{stamp:016x}-{asked:016x}", book.bytes.len(), book.digest))
    }

    fn describe(&self, sheet: &Sheet) -> Vec<FieldInfo> {
        let describe = |(column, name): (usize, &String)| {
            let mut samples: Vec<String> = Vec::new();
            for row in sheet.rows.iter().take(SAMPLE_ROWS) {
                let value = row.cells.get(column).and_then(Cell::value).unwrap_or_default();
                if samples.len() < SAMPLES && !value.trim().is_empty() && !samples.contains(&value) {
                    samples.push(value);
                }
            }
            let guessed = guess::kind(name, &samples);
            let is_id = matches!(&self.ids, IdSetting::Column(id) if id == name);
            FieldInfo {
                name: name.clone(),
                label: name.clone(),
                kind: Some(match (sheet.kinds.get(column), guessed) {
                    (Some(ColumnKind::Bool), _) => Kind::Boolean,
                    (_, guessed) => guessed,
                }),
                read_only: is_id || sheet.calculated.get(column) == Some(&true),
                samples,
                ..FieldInfo::default()
            }
        };
        sheet.header.iter().enumerate().map(describe).collect()
    }

    fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: &[Write],
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.real_path()?;
        for _ in 0..TRIES {
            context.check()?;
            let (book, sheet) = self.open_sheet(context, collection)?;
            Reader::new(&sheet, want)?;
            let text = book.sheet_text(&sheet.part)?;
            let scan = Scan::of(&sheet.label, &text)?;
            let tokens: BTreeMap<String, String> = self.tokens_of(&sheet);
            let mut edit = Edit::new(&book, &sheet, &scan, &tokens);
            context.step("preparing the workbook", 0, Some(writes.len() as u64));
            let outcomes: Vec<Outcome> = writes.iter().map(|write| edit.apply(write)).collect();
            let (cells, added, gone) = edit.into_changes();
            if cells.is_empty() {
                return self.answer(want, writes, outcomes, &sheet);
            }
            let new = Self::changed(&book, &sheet, &scan, &text, &cells)?;
            // The new file is read as the next run will read it before it takes the old one's place.
            let new_digest = digest::xxh64(&new);
            let new_book = Arc::new(Book::open(&self.file, new, new_digest)?);
            let part = self.part(&new_book, &sheet.part.name)?.clone();
            let new_sheet = Arc::new(Sheet::read(&new_book, &part, self.header, Some(&self.ids), context)?);
            if new_sheet.header != sheet.header || new_sheet.rows.len() + gone != sheet.rows.len() + added {
                return Err(content(tr!("files-sheet-read-differently", sheet = sheet.label)));
            }
            // From here on it is not stopped any more.
            context.check()?;
            context.step("replacing the workbook", writes.len() as u64, Some(writes.len() as u64));
            self.before_replace.now();
            match file::replace(&path, &new_book.bytes, book.digest, &self.requests)? {
                Replaced::Changed => {}
                Replaced::Done => {
                    {
                        let mut state = self.state();
                        state.book = Some(new_book);
                        state.sheets.clear();
                        state.sheets.insert(part.name, Arc::clone(&new_sheet));
                    }
                    return self.answer(want, writes, outcomes, &new_sheet);
                }
            }
        }
        Err(ConnectorError::new(ErrorKind::File, tr!("files-busy-unwritten", file = format_args!("{}", self.file))))
    }

    fn tokens_of(&self, sheet: &Sheet) -> BTreeMap<String, String> {
        let state = self.state();
        let of_sheet = state.tokens.iter().filter(|((name, _), _)| *name == sheet.part.name);
        of_sheet.map(|((_, token), id)| (token.clone(), id.clone())).collect()
    }

    /// The workbook with these cells, and whatever has to follow them: the table's range, the filter, the
    /// request to calculate.
    fn changed(
        book: &Book,
        sheet: &Sheet,
        scan: &Scan,
        text: &str,
        cells: &scan::Cells,
    ) -> Result<Vec<u8>, ConnectorError> {
        let changed = scan.with(text, cells, (sheet.header_row, sheet.last_row), book.date1904)?;
        let mut replaced = BTreeMap::from([(sheet.part.path.clone(), changed)]);
        let lowest = cells.keys().next_back().copied().unwrap_or(0);
        if let Some(table) = &sheet.table
            && lowest > table.area.to.0
        {
            replaced.insert(table.path.clone(), table.extended(lowest));
        }
        let filter = scan.filter_end(text).filter(|end| *end == sheet.last_row && lowest > *end);
        let filter = filter.map(|end| (end, lowest));
        replaced.extend(book.workbook_after(&sheet.part, scan.has_formulas, filter)?);
        book.with(&replaced)
    }

    /// The records as they are now stored, and the creates to remember.
    fn answer(
        &self,
        want: &[String],
        writes: &[Write],
        outcomes: Vec<Outcome>,
        sheet: &Sheet,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let reader = Reader::new(sheet, want)?;
        let mut state = self.state();
        let answer = |(write, outcome): (&Write, Outcome)| {
            let Some(number) = outcome? else { return Ok(None) };
            let place = sheet.rows.binary_search_by_key(&number, |row| row.number).ok();
            let record = place.and_then(|place| reader.record(place, false));
            if let (WriteKind::Create { .. }, Some(record)) = (&write.kind, &record) {
                state.tokens.insert((sheet.part.name.clone(), write.token.clone()), record.id.0.clone());
            }
            Ok(record)
        };
        Ok(writes.iter().zip(outcomes).map(answer).collect())
    }
}

/// Makes records of rows.
struct Reader<'a> {
    sheet: &'a Sheet,
    want: Vec<(usize, &'a str)>,
}

impl<'a> Reader<'a> {
    fn new(sheet: &'a Sheet, want: &'a [String]) -> Result<Self, ConnectorError> {
        let want: Result<Vec<_>, ConnectorError> =
            want.iter().map(|name| Ok((sheet.need_column(name)?, name.as_str()))).collect();
        Ok(Self { sheet, want: want? })
    }

    fn record(&self, place: usize, whole: bool) -> Option<Record> {
        let (row, id) = (self.sheet.rows.get(place)?, self.sheet.ids.of.get(place)?);
        // A value that nobody can tell is left out, which is not the same as empty.
        let held =
            self.want.iter().filter_map(|(column, name)| Some((name, row.cells.get(*column).and_then(Cell::value)?)));
        let fields: Fields = held.map(|(name, value)| (Name::new(name), Value::text(value))).collect();
        let raw = whole.then(|| {
            let entered = |(name, cell): (&String, &Cell)| match cell {
                Cell::Formula(_) | Cell::Error => None,
                Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => {
                    Some((name.clone(), cell.value().unwrap_or_default().into()))
                }
            };
            let object: serde_json::Map<String, serde_json::Value> =
                self.sheet.header.iter().zip(&row.cells).filter_map(entered).collect();
            serde_json::Value::Object(object).to_string()
        });
        Some(Record {
            id: RecordId(id.clone()),
            version: Some(version(&row.cells)),
            modified: None,
            modified_by: None,
            fields,
            raw,
        })
    }
}

/// An error about what the file holds.
fn content(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Content, message)
}
