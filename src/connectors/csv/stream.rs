//! Reads a file row by row, a piece of it at a time, for whoever only has to look at each row once.
//!
//! It reads the common kind of file: UTF-8, and nothing wrong with it. Whatever is not plain (another
//! encoding, a row with too many fields, an id that comes twice, a file that is changed meanwhile) is
//! left to the reader of whole files, which knows what to do with it or says what is wrong.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read;
use std::sync::atomic::Ordering;

use super::Inner;
use super::document::{Document, ROWS_PER_STEP};
use super::identity::id_of;
use super::scan::{Broken, Cell, record_cells};
use super::sniff::{self, Dialect};
use crate::connectors::shared::file::{self, Doing};
use crate::connectors::shared::rows::IdColumns;
use crate::connectors::{ConnectorError, Context, RowSink, RowsRead};
use crate::model::{Given, Row};

/// Bytes that are read at a time. Tests cut files everywhere.
const PIECE: usize = if cfg!(test) { 53 } else { 1 << 20 };

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
        let mut pieces = Pieces { file, bytes: Vec::new(), at: 0, read: 0, ended: false };
        while !pieces.ended && pieces.bytes.len() < BEGINNING && !pieces.is_settled() {
            pieces.more().map_err(cannot)?;
        }
        let Some((document, columns)) = self.beginning(&mut pieces) else { return Ok(RowsRead::Unfit) };
        let wanted: Option<Vec<usize>> = want.iter().map(|name| document.column(name)).collect();
        let Some(wanted) = wanted else { return Ok(RowsRead::Unfit) };
        let reader = Reader { dialect: document.dialect, width: document.header.len(), columns, wanted };
        let mut rows = 0;
        loop {
            context.check()?;
            let (done, taken) = reader.piece(&pieces, context, &mut rows, sink.as_mut());
            pieces.at += taken;
            match done {
                Done::Piece => {}
                Done::All => break,
                Done::Stopped => return Ok(RowsRead::Stopped),
                Done::Unfit => return Ok(RowsRead::Unfit),
            }
            if pieces.bytes.len() - pieces.at > LONGEST {
                return Ok(RowsRead::Unfit);
            }
            pieces.more().map_err(cannot)?;
        }
        let after = fs::metadata(&path).map_err(cannot)?;
        let steady = after.len() == pieces.read && after.modified().ok() == before.modified().ok();
        if !steady || sink.is_doubled() {
            return Ok(RowsRead::Unfit);
        }
        context.step("reading the rows", rows, Some(rows));
        sink.end();
        Ok(RowsRead::Whole)
    }

    /// How the file is written and what makes a row's id, where that can be told from its beginning.
    fn beginning(&self, pieces: &mut Pieces) -> Option<(Document, IdColumns)> {
        pieces.at = sniff::plain_start(&pieces.bytes)?;
        let (text, last) = pieces.text()?;
        if !last && !sniff::is_settled(text) {
            return None;
        }
        let whole = text.len();
        let document = Document::beginning(&self.file, text.to_owned()).ok()?;
        let first = document.first_row();
        if !last && first >= whole {
            return None;
        }
        pieces.at += first;
        let columns = self.ids.resolve(&document.name, &document.header).ok()?;
        Some((document, columns))
    }
}

/// The file as far as it is read and not yet taken apart.
struct Pieces {
    file: File,
    bytes: Vec<u8>,
    /// What of the bytes is done.
    at: usize,
    /// How many bytes were read.
    read: u64,
    ended: bool,
}

impl Pieces {
    /// Reads the next piece.
    fn more(&mut self) -> std::io::Result<()> {
        self.bytes.drain(..self.at);
        self.at = 0;
        let got = (&mut self.file).take(PIECE as u64).read_to_end(&mut self.bytes)?;
        self.read += got as u64;
        self.ended = got < PIECE;
        Ok(())
    }

    /// Whether it can be told from what was read how the file is written.
    fn is_settled(&self) -> bool {
        self.text().is_some_and(|(text, _)| sniff::is_settled(text))
    }

    /// The text that is not done, and whether it goes to the end of the file; none where it is no UTF-8.
    fn text(&self) -> Option<(&str, bool)> {
        let bytes = self.bytes.get(self.at..).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some((text, self.ended)),
            // A character whose end comes with the next piece.
            Err(error) if error.error_len().is_none() && !self.ended => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).ok().map(|text| (text, false))
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
    columns: IdColumns,
    wanted: Vec<usize>,
}

impl Reader {
    /// Gives the rows of a piece to the sink, and says how many bytes they were.
    fn piece(&self, pieces: &Pieces, context: &Context, rows: &mut u64, sink: &mut dyn RowSink) -> (Done, usize) {
        let Some((text, last)) = pieces.text() else { return (Done::Unfit, 0) };
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.width);
        let mut fields: Vec<Option<Given<'_>>> = Vec::with_capacity(self.wanted.len());
        let mut scratch = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let record = match record_cells(text, at, self.dialect, &mut cells) {
                Ok(record) => record,
                Err(Broken::Unclosed(_)) if !last => break,
                Err(Broken::Unclosed(_) | Broken::AfterQuote(_)) => return (Done::Unfit, at),
            };
            // Only with something after it is it sure where a record ends.
            if !last && record.next >= text.len() {
                break;
            }
            at = record.next;
            if record.empty {
                continue;
            }
            if record.fields != self.width {
                return (Done::Unfit, at);
            }
            let id = match &self.columns {
                IdColumns::Column(column) => match cells.get(*column).map(|cell| cell.value()) {
                    Some(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
                    Some(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
                    None => Cow::Borrowed(""),
                },
                IdColumns::Key(_) => Cow::Owned(id_of(&self.columns, &cells, &mut scratch)),
            };
            if id.is_empty() {
                return (Done::Unfit, at);
            }
            fields.clear();
            fields.extend(self.wanted.iter().map(|column| cells.get(*column).map(|cell| Given::Text(cell.value()))));
            if !sink.row(&Row { id: &id, modified: None, modified_by: None, fields: &fields }) {
                return (Done::Stopped, at);
            }
            *rows += 1;
            if rows.is_multiple_of(ROWS_PER_STEP as u64) {
                context.step("reading the rows", *rows, None);
            }
        }
        (if last { Done::All } else { Done::Piece }, at)
    }
}
