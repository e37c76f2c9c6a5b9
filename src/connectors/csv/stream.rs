//! Reads a file row by row, a piece of it at a time, for whoever only has to look at each row once.
//!
//! It reads the common kind of file: UTF-8, and nothing wrong with it. Whatever is not plain (another
//! encoding, a row with too many fields, an id that comes twice, a file that is changed meanwhile) is
//! left to the reader of whole files, which knows what to do with it or says what is wrong.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::sync::atomic::Ordering;

use super::Inner;
use super::again::{Columns, Form};
use super::document::{Document, ROWS_PER_STEP};
use super::scan::{Broken, Cell, Records};
use super::sniff::{self, Dialect};
use crate::connectors::shared::file::{self, Doing};
use crate::connectors::shared::rows::{IdColumns, IdSetting};
use crate::connectors::{ConnectorError, Context, RowSink, RowsRead};
use crate::model::{Given, Row};

/// Bytes that are read at a time: what a processor holds near to it. Tests and fuzzing cut files everywhere.
const PIECE: usize = if cfg!(any(test, fuzzing)) { 53 } else { 1 << 18 };

/// So much of a file is read at most to find out how it is written.
const BEGINNING: usize = 4 << 20;

/// A record that is longer than this is not held for its end.
const LONGEST: usize = 64 << 20;

impl Inner {
    /// Gives each row to the sink.
    pub(super) fn read_rows(
        &self,
        context: &Context,
        want: &[String],
        mut sink: Box<dyn RowSink>,
    ) -> Result<RowsRead, ConnectorError> {
        let path = self.real_path()?;
        self.clean(&path);
        context.step("reading the file", 0, None);
        self.requests.fetch_add(1, Ordering::Relaxed);
        let cannot = |error| file::cannot(&path, Doing::Read, error);
        let file = File::open(&path).map_err(cannot)?;
        let before = file.metadata().map_err(cannot)?;
        if before.is_dir() {
            return Ok(RowsRead::Unfit);
        }
        let mut pieces = Pieces::of(file);
        let read = rows_of(&mut pieces, &self.file, &self.ids, context, want, sink.as_mut());
        let rows = match read.map_err(|stopped| stopped.told(cannot))? {
            Rows::All(rows) => rows,
            Rows::Stopped => return Ok(RowsRead::Stopped),
            Rows::Unfit => return Ok(RowsRead::Unfit),
        };
        let after = fs::metadata(&path).map_err(cannot)?;
        let steady = after.len() == pieces.read && after.modified().ok() == before.modified().ok();
        if !steady || sink.is_doubled() {
            return Ok(RowsRead::Unfit);
        }
        context.step("reading the rows", rows, Some(rows));
        sink.end();
        Ok(RowsRead::Whole)
    }
}

/// What came of reading a file's rows.
#[derive(Debug)]
pub(super) enum Rows {
    /// All were read, so many.
    All(u64),
    /// The sink wanted no more.
    Stopped,
    /// It is left to the reader of whole files.
    Unfit,
}

/// Why rows could not be read to their end.
#[derive(Debug)]
pub(super) enum Halted {
    Read(io::Error),
    Ended(ConnectorError),
}

impl Halted {
    fn told(self, cannot: impl Fn(io::Error) -> ConnectorError) -> ConnectorError {
        match self {
            Self::Read(error) => cannot(error),
            Self::Ended(error) => error,
        }
    }
}

/// Gives each row of a source to the sink.
pub(super) fn rows_of(
    pieces: &mut Pieces<impl Read>,
    name: &str,
    ids: &IdSetting,
    context: &Context,
    want: &[String],
    sink: &mut dyn RowSink,
) -> Result<Rows, Halted> {
    while !pieces.ended && pieces.bytes.len() < BEGINNING && !pieces.is_settled() {
        pieces.more().map_err(Halted::Read)?;
    }
    let Some((document, ids)) = beginning(pieces, name, ids) else { return Ok(Rows::Unfit) };
    let wanted: Option<Vec<usize>> = want.iter().map(|name| document.column(name)).collect();
    let Some(wanted) = wanted else { return Ok(Rows::Unfit) };
    let (width, dialect) = (document.header.len(), document.dialect);
    let mut reader = Reader { dialect, width, columns: Columns { ids, wanted }, rows: 0, place: 0 };
    let given = reader.columns.are_all(width);
    if given {
        let form = Form { dialect, columns: Cow::Borrowed(&reader.columns), names: Cow::Borrowed(want) };
        sink.form(&serde_json::to_string(&form).unwrap_or_default());
    }
    loop {
        context.check().map_err(Halted::Ended)?;
        let (done, taken) = reader.piece(pieces, context, sink);
        let text = pieces.bytes.get(pieces.at..pieces.at + taken).unwrap_or_default();
        if given && !sink.text(text) {
            return Ok(Rows::Stopped);
        }
        pieces.at += taken;
        reader.place += taken as u64;
        match done {
            Done::Piece => {}
            Done::All => return Ok(Rows::All(reader.rows)),
            Done::Stopped => return Ok(Rows::Stopped),
            Done::Unfit => return Ok(Rows::Unfit),
        }
        if pieces.bytes.len() - pieces.at > LONGEST {
            return Ok(Rows::Unfit);
        }
        pieces.more().map_err(Halted::Read)?;
    }
}

/// How the file is written and what makes a row's id, where that can be told from its beginning.
fn beginning(pieces: &mut Pieces<impl Read>, name: &str, ids: &IdSetting) -> Option<(Document, IdColumns)> {
    pieces.at = sniff::plain_start(&pieces.bytes)?;
    let (text, last) = pieces.text()?;
    if !last && !sniff::is_settled(text) {
        return None;
    }
    let whole = text.len();
    let document = Document::beginning(name, text.to_owned()).ok()?;
    let first = document.first_row();
    if !last && first >= whole {
        return None;
    }
    pieces.at += first;
    let columns = ids.resolve(&document.name, &document.header).ok()?;
    Some((document, columns))
}

/// The file as far as it is read and not yet taken apart.
pub(super) struct Pieces<R> {
    source: R,
    bytes: Vec<u8>,
    /// What of the bytes is done.
    at: usize,
    /// How many bytes were read.
    read: u64,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    /// A source of which nothing is read.
    pub(super) fn of(source: R) -> Self {
        Self { source, bytes: Vec::new(), at: 0, read: 0, ended: false }
    }

    /// Reads the next piece.
    fn more(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.at);
        self.at = 0;
        // A record that goes on beyond a piece is looked at from its start again: not for each small piece of it.
        let wanted = PIECE.max(self.bytes.len());
        let got = (&mut self.source).take(wanted as u64).read_to_end(&mut self.bytes)?;
        self.read += got as u64;
        self.ended = got < wanted;
        Ok(())
    }

    /// Whether it can be told from what was read how the file is written.
    fn is_settled(&self) -> bool {
        self.text().is_some_and(|(text, _)| sniff::is_settled(text))
    }

    /// The text that is not done, and whether it goes to the end of the file; none where it is no UTF-8.
    fn text(&self) -> Option<(&str, bool)> {
        let bytes = self.bytes.get(self.at..).unwrap_or_default();
        match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => Some((text, self.ended)),
            // A character whose end comes with the next piece.
            Err(error) if error.error_len().is_none() && !self.ended => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                simdutf8::compat::from_utf8(valid).ok().map(|text| (text, false))
            }
            Err(_) => None,
        }
    }
}

/// What came of a piece.
enum Done {
    /// It is done but for a record whose end comes with the next one.
    Piece,
    /// It was the last.
    All,
    /// No more is wanted.
    Stopped,
    /// It is left to the reader of whole files.
    Unfit,
}

/// Makes rows of text.
struct Reader {
    dialect: Dialect,
    width: usize,
    columns: Columns,
    /// How many rows there were.
    rows: u64,
    /// Where the next piece stands in the text that the sink is given.
    place: u64,
}

impl Reader {
    /// Gives the rows of a piece to the sink, and says how many bytes they were.
    fn piece(&mut self, pieces: &Pieces<impl Read>, context: &Context, sink: &mut dyn RowSink) -> (Done, usize) {
        let Some((text, last)) = pieces.text() else { return (Done::Unfit, 0) };
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.width);
        let mut fields: Vec<Option<Given<'_>>> = Vec::with_capacity(self.columns.wanted.len());
        let mut scratch = Vec::new();
        let mut records = Records::new(text, self.dialect);
        let mut at = 0;
        while at < text.len() {
            let record = match records.cells(at, &mut cells) {
                Ok(record) => record,
                Err(Broken::Unclosed(_)) if !last => break,
                Err(Broken::Unclosed(_) | Broken::AfterQuote(_)) => return (Done::Unfit, at),
            };
            // Only with something after it is it sure where a record ends.
            if !last && record.next >= text.len() {
                break;
            }
            let place = Some(self.place + at as u64);
            at = record.next;
            if record.empty {
                continue;
            }
            if record.fields != self.width {
                return (Done::Unfit, at);
            }
            let id = self.columns.id(&cells, &mut scratch);
            if id.is_empty() {
                return (Done::Unfit, at);
            }
            self.columns.fields(&cells, &mut fields);
            if !sink.row(&Row { id: &id, modified: None, modified_by: None, fields: &fields, place }) {
                return (Done::Stopped, at);
            }
            self.rows += 1;
            if self.rows.is_multiple_of(ROWS_PER_STEP as u64) {
                context.step("reading the rows", self.rows, None);
            }
        }
        (if last { Done::All } else { Done::Piece }, at)
    }
}
