//! A CSV file in memory: its text as it stands, and where the rows are in it.
//!
//! Rows are kept as places in one text, so a million rows cost their text and sixteen bytes each,
//! and a row that nobody changes is written back byte for byte. Lines without anything in them, and
//! rows in which every field is empty (Excel leaves them behind), are no records; they stay where
//! they are.

use std::ops::Range;

use super::scan::{Broken, Cell, line_end_len, needs_quotes, next_record, split, write_cell};
use super::sniff::{self, Dialect, TextEncoding};
use crate::connectors::shared::{digest, rows};
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::texts::tr;

/// Rows between two looks at whether the operator wants to stop.
pub(super) const ROWS_PER_STEP: usize = 50_000;

/// Rows that are looked at to learn how a column is quoted.
const STYLE_ROWS: usize = 1_000;

/// A file that has been read.
#[derive(Debug)]
pub(super) struct Document {
    /// The file's name, for messages.
    pub(super) name: String,
    /// The digest of the file's bytes.
    pub(super) digest: u64,
    /// How many bytes the file has.
    pub(super) size: u64,
    /// How its characters are written.
    pub(super) encoding: TextEncoding,
    /// How records and fields are divided.
    pub(super) dialect: Dialect,
    /// The names of the columns, without spaces around them.
    pub(super) header: Vec<String>,
    text: String,
    line_end: &'static str,
    header_end: usize,
    rows: Vec<Range<usize>>,
    quoting: Vec<ColumnQuoting>,
}

/// Whether the fields of a column stand in quotes that they do not need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ColumnQuoting {
    filled: bool,
    empty: bool,
}

/// What is to be done with the rows of a document.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// New text for rows that are there; none where the row goes away.
    pub(super) rows: std::collections::BTreeMap<usize, Option<String>>,
    /// New rows, after the last one.
    pub(super) added: Vec<String>,
}

impl Document {
    /// Reads a file's bytes.
    pub(super) fn parse(name: &str, bytes: Vec<u8>, digest: u64, context: &Context) -> Result<Self, ConnectorError> {
        let size = bytes.len() as u64;
        let (text, encoding) = sniff::decode(bytes).map_err(|why| content(format!("{name}: {why}")))?;
        Self::from_text(name, text, encoding, (digest, size), context)
    }

    /// Reads a text that was made here, to be written in this encoding.
    pub(super) fn from_text(
        name: &str,
        text: String,
        encoding: TextEncoding,
        (digest, size): (u64, u64),
        context: &Context,
    ) -> Result<Self, ConnectorError> {
        let (dialect, start) = sniff::dialect(&text);
        let mut document = Self {
            name: name.to_owned(),
            digest,
            size,
            encoding,
            dialect,
            header: Vec::new(),
            line_end: sniff::line_end(&text),
            text,
            header_end: 0,
            rows: Vec::new(),
            quoting: Vec::new(),
        };
        document.read_header(start)?;
        document.read_rows(context)?;
        document.learn_quoting();
        Ok(document)
    }

    /// Reads no more than how a text is divided and what its columns are called. It is the beginning of a file.
    pub(super) fn beginning(name: &str, text: String) -> Result<Self, ConnectorError> {
        let (dialect, start) = sniff::dialect(&text);
        let mut document = Self {
            name: name.to_owned(),
            digest: 0,
            size: 0,
            encoding: TextEncoding::Utf8 { bom: false },
            dialect,
            header: Vec::new(),
            line_end: "\n",
            text,
            header_end: 0,
            rows: Vec::new(),
            quoting: Vec::new(),
        };
        document.read_header(start)?;
        Ok(document)
    }

    /// Where the first row starts.
    pub(super) fn first_row(&self) -> usize {
        self.header_end + line_end_len(self.text.as_bytes(), self.header_end)
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How long the text is, as UTF-8.
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// A row's text, without its line end.
    pub(super) fn row(&self, row: usize) -> &str {
        self.rows.get(row).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    /// A row's fields, into `cells`.
    pub(super) fn cells<'a>(&'a self, row: usize, cells: &mut Vec<Cell<'a>>) {
        split(self.row(row), self.dialect, cells);
    }

    /// The line on which a row starts, counted as a text editor does.
    pub(super) fn line(&self, row: usize) -> usize {
        self.line_at(self.rows.get(row).map_or(0, |range| range.start))
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        rows::column(&self.header, name)
    }

    /// The place of a column, or an error that names the nearest.
    pub(super) fn need_column(&self, name: &str) -> Result<usize, ConnectorError> {
        rows::need_column(&self.name, &self.header, name)
    }

    /// Writes a field's new value as its neighbours are written: in quotes where it needs them or
    /// where its column has them anyway.
    pub(super) fn write_value(&self, column: usize, value: &str, before: Option<Cell<'_>>, out: &mut String) {
        let style = self.quoting.get(column).copied().unwrap_or_default();
        let as_column = if value.is_empty() { style.empty } else { style.filled };
        let as_before = before.is_some_and(|cell| cell.is_quoted() && !needs_quotes(&cell.value(), self.dialect));
        write_cell(value, as_column || as_before, self.dialect, out);
    }

    /// The whole text with these changes.
    pub(super) fn with(&self, changes: &Changes) -> String {
        let bytes = self.text.as_bytes();
        let mut out = String::with_capacity(self.text.len() + 64 * (changes.rows.len() + changes.added.len()));
        let mut copied = 0;
        for (row, change) in &changes.rows {
            let Some(range) = self.rows.get(*row) else { continue };
            out.push_str(self.text.get(copied..range.start).unwrap_or_default());
            copied = range.end;
            match change {
                Some(text) => out.push_str(text),
                None => copied += line_end_len(bytes, range.end),
            }
        }
        let last = self.rows.last().map_or(self.header_end, |range| range.end);
        let last_end = last + line_end_len(bytes, last);
        let kept_end = last_end > last || self.text.len() > last_end;
        if !changes.added.is_empty() {
            if copied < last_end {
                out.push_str(self.text.get(copied..last_end).unwrap_or_default());
                copied = last_end;
            }
            for text in &changes.added {
                if out.ends_with('\r') && !self.dialect.cr_only {
                    // Alone it ended the file's last line; with a line after it, it would be a part of a value.
                    out.push('\n');
                } else if !out.ends_with(['\n', '\r']) {
                    out.push_str(self.line_end);
                }
                out.push_str(text);
                if kept_end {
                    out.push_str(self.line_end);
                }
            }
        }
        out.push_str(self.text.get(copied..).unwrap_or_default());
        if !self.text.ends_with(['\n', '\r']) {
            // The last line had no line end; the row that is the last one now has none either.
            if out.ends_with('\n') {
                out.pop();
            }
            if out.ends_with('\r') {
                out.pop();
            }
        }
        out
    }

    /// Whether the file with these changes, read anew as `new`, has the rows that it should have: each as it was or
    /// as it was written, and divided into fields as before.
    pub(super) fn reads_as(&self, changes: &Changes, new: &Self) -> bool {
        let kept = (0..self.len()).filter_map(|row| match changes.rows.get(&row) {
            None => Some(self.row(row)),
            Some(change) => change.as_deref(),
        });
        let wanted = kept.chain(changes.added.iter().map(String::as_str));
        self.dialect == new.dialect && self.header == new.header && wanted.eq((0..new.len()).map(|row| new.row(row)))
    }

    fn read_header(&mut self, start: usize) -> Result<(), ConnectorError> {
        let bytes = self.text.as_bytes();
        let mut at = start;
        // Empty lines above the header are left alone.
        while line_end_len(bytes, at) > 0 {
            at += line_end_len(bytes, at);
        }
        if self.text.get(at..).is_none_or(|rest| rest.trim().is_empty()) {
            return Err(content(tr!("files-csv-empty", file = self.name)));
        }
        let record = next_record(bytes, at, self.dialect).map_err(|broken| self.broken(broken))?;
        let mut cells = Vec::new();
        split(self.text.get(at..record.end).unwrap_or_default(), self.dialect, &mut cells);
        let names: Vec<String> = cells.iter().map(|cell| cell.value().trim().to_owned()).collect();
        let line = self.line_at(at);
        for (column, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(content(tr!(
                    "files-csv-nameless-column",
                    file = self.name,
                    column = format_args!("{}", column + 1),
                    line = format_args!("{line}")
                )));
            }
            if let Some(first) = names.iter().take(column).position(|earlier| earlier == name) {
                return Err(content(tr!(
                    "files-csv-doubled-column",
                    file = self.name,
                    first = format_args!("{}", first + 1),
                    second = format_args!("{}", column + 1),
                    line = format_args!("{line}"),
                    name = name
                )));
            }
            if is_address(name) {
                return Err(content(tr!(
                    "files-csv-no-header",
                    file = self.name,
                    line = format_args!("{line}"),
                    name = name
                )));
            }
        }
        self.header = names;
        self.header_end = record.end;
        Ok(())
    }

    fn read_rows(&mut self, context: &Context) -> Result<(), ConnectorError> {
        let bytes = self.text.as_bytes();
        let mut rows = Vec::with_capacity(self.text.len() / (self.header_end + 16));
        let mut at = self.header_end + line_end_len(bytes, self.header_end);
        while at < bytes.len() {
            let record = next_record(bytes, at, self.dialect).map_err(|broken| self.broken(broken))?;
            if !record.empty {
                if record.fields != self.header.len() {
                    return Err(self.ragged(at, record.fields));
                }
                rows.push(at..record.end);
                if rows.len().is_multiple_of(ROWS_PER_STEP) {
                    context.check()?;
                    context.step("reading the file", rows.len() as u64, None);
                }
            }
            at = record.next;
        }
        rows.shrink_to_fit();
        self.rows = rows;
        Ok(())
    }

    fn learn_quoting(&mut self) {
        #[derive(Clone, Copy, Default)]
        struct Seen {
            filled: usize,
            filled_quoted: usize,
            empty: usize,
            empty_quoted: usize,
        }
        let mut seen = vec![Seen::default(); self.header.len()];
        let mut cells = Vec::new();
        for row in 0..self.len().min(STYLE_ROWS) {
            self.cells(row, &mut cells);
            for (seen, cell) in seen.iter_mut().zip(&cells) {
                if cell.value().is_empty() {
                    seen.empty += 1;
                    seen.empty_quoted += usize::from(cell.is_quoted());
                } else {
                    seen.filled += 1;
                    seen.filled_quoted += usize::from(cell.is_quoted());
                }
            }
        }
        let header = {
            let text = self.text.get(..self.header_end).unwrap_or_default();
            text.as_bytes().last() == Some(&self.dialect.quote)
        };
        let (empty, empty_quoted) =
            seen.iter().fold((0, 0), |sum, seen| (sum.0 + seen.empty, sum.1 + seen.empty_quoted));
        let (filled, filled_quoted) =
            seen.iter().fold((0, 0), |sum, seen| (sum.0 + seen.filled, sum.1 + seen.filled_quoted));
        let all_filled = if filled == 0 { header } else { filled == filled_quoted };
        let all_empty = if empty == 0 { all_filled } else { empty == empty_quoted };
        self.quoting = seen
            .iter()
            .map(|seen| ColumnQuoting {
                filled: if seen.filled == 0 { all_filled } else { seen.filled == seen.filled_quoted },
                empty: if seen.empty == 0 { all_empty } else { seen.empty == seen.empty_quoted },
            })
            .collect();
    }

    fn line_at(&self, offset: usize) -> usize {
        let end = if self.dialect.cr_only { b'\r' } else { b'\n' };
        1 + self.text.as_bytes().iter().take(offset).filter(|byte| **byte == end).count()
    }

    fn ragged(&self, at: usize, fields: usize) -> ConnectorError {
        let expected = self.header.len();
        let many = if fields > expected { tr!("files-csv-too-many") } else { tr!("files-csv-too-few") };
        content(tr!(
            "files-csv-ragged",
            file = self.name,
            line = format_args!("{}", self.line_at(at)),
            fields = format_args!("{fields}"),
            expected = format_args!("{expected}"),
            many = many
        ))
    }

    fn broken(&self, broken: Broken) -> ConnectorError {
        let quote = char::from(self.dialect.quote);
        content(match broken {
            Broken::Unclosed(at) => tr!(
                "files-csv-unclosed",
                file = self.name,
                line = format_args!("{}", self.line_at(at)),
                quote = format_args!("{quote}")
            ),
            Broken::AfterQuote(at) => tr!(
                "files-csv-after-quote",
                file = self.name,
                line = format_args!("{}", self.line_at(at)),
                quote = format_args!("{quote}")
            ),
        })
    }
}

/// An error about what the file holds.
pub(super) fn content(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Content, message)
}

/// No column is called like that, so a header that holds one is a row of data.
fn is_address(name: &str) -> bool {
    !name.contains(' ') && name.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

/// A digest of a row's fields, whatever their quotes.
pub(super) fn row_digest(cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> u64 {
    digest::of_texts(cells.iter().map(|cell| cell.value()), scratch)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot parse has failed")]

    use super::*;

    fn document(text: &str) -> Document {
        Document::parse("list.csv", text.as_bytes().to_vec(), 0, &Context::quiet()).unwrap()
    }

    fn problem(text: &str) -> String {
        let error = Document::parse("list.csv", text.as_bytes().to_vec(), 0, &Context::quiet()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Content);
        error.message
    }

    fn changed(text: &str, row: usize, new: Option<&str>, added: &[&str]) -> String {
        let mut changes = Changes::default();
        changes.rows.insert(row, new.map(str::to_owned));
        changes.added = added.iter().map(|text| (*text).to_owned()).collect();
        document(text).with(&changes)
    }

    #[test]
    fn a_lone_carriage_return_at_the_end_ends_the_last_line() {
        let text = "id,name\n1,a\rb\n2,c\r";
        let read = document(text);
        let mut cells = Vec::new();
        read.cells(0, &mut cells);
        assert_eq!(cells[1].value(), "a\rb", "within a line it is part of the value");
        read.cells(1, &mut cells);
        assert_eq!(cells[1].value(), "c");
        assert_eq!(read.with(&Changes::default()), text);
        let changes = Changes { added: vec!["3,d".to_owned()], ..Changes::default() };
        assert_eq!(read.with(&changes), "id,name\n1,a\rb\n2,c\r\n3,d\n");
        assert!(read.reads_as(&changes, &document(&read.with(&changes))));
    }

    #[test]
    fn a_row_that_would_be_read_differently_is_noticed() {
        let read = document("id,name\n1,a\n2,b\n");
        let mut changes = Changes { added: vec!["3,c".to_owned()], ..Changes::default() };
        changes.rows.insert(0, Some("1,x".to_owned()));
        changes.rows.insert(1, None);
        assert!(read.reads_as(&changes, &document("id,name\n1,x\n3,c\n")));
        for other in ["id,name\n1,a\n3,c\n", "id,name\n1,x\n3,c\n4,d\n", "id,name\n1,x\n2,b\n"] {
            assert!(!read.reads_as(&changes, &document(other)), "{other:?}");
        }
    }

    #[test]
    fn untouched_rows_are_kept_byte_for_byte() {
        let text = "id , \"name\"\r\n\r\n\"1\",a\n2 ,\"b\"\"\"\r\n,\r\n3,\"c\r\nd\"\r\n\r\n";
        assert_eq!(document(text).with(&Changes::default()), text);
        assert_eq!(document(text).len(), 3);
        assert_eq!(
            changed(text, 1, Some("2,x"), &["4,y"]),
            "id , \"name\"\r\n\r\n\"1\",a\n2,x\r\n,\r\n3,\"c\r\nd\"\r\n4,y\r\n\r\n"
        );
        assert_eq!(changed(text, 0, None, &[]), "id , \"name\"\r\n\r\n2 ,\"b\"\"\"\r\n,\r\n3,\"c\r\nd\"\r\n\r\n");
    }

    #[test]
    fn the_last_line_keeps_or_lacks_its_line_end() {
        assert_eq!(changed("a,b\n1,2\n3,4", 1, None, &[]), "a,b\n1,2");
        assert_eq!(changed("a,b\n1,2\n3,4", 1, None, &["5,6", "7,8"]), "a,b\n1,2\n5,6\n7,8");
        assert_eq!(changed("a,b\n1,2\n3,4\n", 1, None, &["5,6"]), "a,b\n1,2\n5,6\n");
        assert_eq!(changed("a,b\r\n1,2", 9, None, &["5,6"]), "a,b\r\n1,2\r\n5,6");
        assert_eq!(changed("a,b", 9, None, &["5,6"]), "a,b\n5,6");
        assert_eq!(changed("a,b\r\n", 9, None, &["5,6", "7,8"]), "a,b\r\n5,6\r\n7,8\r\n");
        assert_eq!(changed("a,b\r1,2\r", 9, None, &["5,6"]), "a,b\r1,2\r5,6\r");
    }

    #[test]
    fn headers_that_cannot_be_used_are_named() {
        assert!(problem("").contains("empty"));
        assert!(problem("\n\n").contains("empty"));
        assert!(problem("a,b,a \n1,2,3\n").contains("line 1: columns 1 and 3 are both named \"a\""));
        assert!(problem("a,,c\n1,2,3\n").contains("line 1: column 2 has no name"));
        assert!(problem("Ann,ann@example.org\nBob,bob@example.org\n").contains("must name the columns"));
    }

    #[test]
    fn ragged_rows_are_named_by_their_line_in_an_editor() {
        assert!(problem("a,b\n1,2\n3\n").contains("line 3: the row has 1 fields and the header 2"));
        assert!(problem("a,b\r\n1,\"x\r\ny\r\nz\"\r\n\r\n3,4,5\r\n").contains("line 6: the row has 3 fields"));
        assert!(problem("a,b\n1,2\n3,\"x\ny\n").contains("line 3: a quote"));
        assert!(problem("a,b\n\"1\n\",2\n3,\"x\" y\n").contains("line 4: there is text between"));
    }

    #[test]
    fn lines_are_counted_through_quoted_line_breaks() {
        let document = document("a,b\n1,\"x\ny\"\n2,z\n");
        assert_eq!((document.line(0), document.line(1)), (2, 4));
    }

    #[test]
    fn new_values_are_quoted_like_their_column() {
        let document = document("id,\"name\",\"note\"\n1,\"Ann\",\n2,\"Bob\",x\n");
        let written = |column, value: &str| {
            let mut out = String::new();
            document.write_value(column, value, None, &mut out);
            out
        };
        assert_eq!(written(0, "3"), "3");
        assert_eq!(written(1, "Cy"), "\"Cy\"");
        assert_eq!(written(2, "x"), "x");
        assert_eq!(written(2, ""), "");
        assert_eq!(written(2, "x,y"), "\"x,y\"");
    }

    #[test]
    fn the_nearest_column_is_named() {
        let document = document("Name,E-mail,Phone\na,b,c\n");
        assert!(document.need_column("phnoe").unwrap_err().message.contains("The nearest is \"Phone\""));
        assert!(document.need_column("zzz").unwrap_err().message.contains("Name, E-mail, Phone"));
        assert_eq!(document.need_column(" Phone ").unwrap(), 2);
    }
}
