//! Divides CSV text into records and fields (RFC 4180), strictly: what could be read in two ways is
//! an error, as a wrong guess would be written to the other side.
//!
//! Unlike a general reader, it tells where every field's own characters stand and whether they were
//! quoted, so that a field that does not change is copied byte for byte.

use std::borrow::Cow;
use std::ops::Range;

use super::sniff::Dialect;

/// Where a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordEnd {
    /// The end of its last field.
    pub(super) end: usize,
    /// Where the next record starts, after the line end.
    pub(super) next: usize,
    /// How many fields it has.
    pub(super) fields: usize,
    /// How many of them are quoted.
    pub(super) quoted: usize,
    /// Whether all of them are empty.
    pub(super) empty: bool,
}

/// Why a record cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quote is opened and never closed.
    Unclosed(usize),
    /// Something stands between a closing quote and the next delimiter.
    AfterQuote(usize),
}

/// One field as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    /// Its characters, quotes included.
    pub(super) raw: &'a str,
    quote: u8,
}

impl<'a> Cell<'a> {
    /// Whether it stands in quotes.
    pub(super) fn is_quoted(self) -> bool {
        self.raw.as_bytes().first() == Some(&self.quote)
    }

    /// Its value: without the quotes around it, doubled quotes made single.
    pub(super) fn value(self) -> Cow<'a, str> {
        if !self.is_quoted() {
            return Cow::Borrowed(self.raw);
        }
        let inner = self.raw.get(1..self.raw.len().saturating_sub(1)).unwrap_or_default();
        let quote = char::from(self.quote);
        if inner.contains(quote) {
            let doubled: String = [quote, quote].into_iter().collect();
            Cow::Owned(inner.replace(&doubled, quote.encode_utf8(&mut [0; 4])))
        } else {
            Cow::Borrowed(inner)
        }
    }
}

/// Finds the end of the record that starts at `start`.
pub(super) fn next_record(bytes: &[u8], start: usize, dialect: Dialect) -> Result<RecordEnd, Broken> {
    walk_record(bytes, start, dialect, |_| {})
}

/// The same with the fields of the record, into `cells`.
pub(super) fn record_cells<'a>(
    text: &'a str,
    start: usize,
    dialect: Dialect,
    cells: &mut Vec<Cell<'a>>,
) -> Result<RecordEnd, Broken> {
    cells.clear();
    walk_record(text.as_bytes(), start, dialect, |field| {
        cells.push(Cell { raw: text.get(field).unwrap_or_default(), quote: dialect.quote });
    })
}

fn walk_record(
    bytes: &[u8],
    start: usize,
    dialect: Dialect,
    mut take: impl FnMut(Range<usize>),
) -> Result<RecordEnd, Broken> {
    let mut record = RecordEnd { end: start, next: start, fields: 0, quoted: 0, empty: true };
    let mut at = start;
    loop {
        let field = at;
        at = field_end(bytes, field, dialect)?;
        take(field..at);
        record.fields += 1;
        if bytes.get(field) == Some(&dialect.quote) {
            record.quoted += 1;
            record.empty &= at == field + 2;
        } else {
            record.empty &= at == field;
        }
        if bytes.get(at) == Some(&dialect.delimiter) {
            at += 1;
            continue;
        }
        record.end = at;
        record.next = at + line_end_len(bytes, at);
        return Ok(record);
    }
}

/// How many bytes the line end at `at` has: none at the end of the text.
pub(super) fn line_end_len(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        _ => 0,
    }
}

/// The fields of one record's text, into `cells`.
pub(super) fn split<'a>(record: &'a str, dialect: Dialect, cells: &mut Vec<Cell<'a>>) {
    cells.clear();
    let bytes = record.as_bytes();
    let mut at = 0;
    loop {
        // The record has been read once without an error, so the end is always found.
        let end = field_end(bytes, at, dialect).unwrap_or(bytes.len());
        cells.push(Cell { raw: record.get(at..end).unwrap_or_default(), quote: dialect.quote });
        if bytes.get(end) != Some(&dialect.delimiter) {
            return;
        }
        at = end + 1;
    }
}

/// The field with this value as it is to stand in the file.
pub(super) fn write_cell(value: &str, quoted: bool, dialect: Dialect, out: &mut String) {
    if !quoted && !needs_quotes(value, dialect) {
        out.push_str(value);
        return;
    }
    let quote = char::from(dialect.quote);
    out.push(quote);
    for character in value.chars() {
        if character == quote {
            out.push(quote);
        }
        out.push(character);
    }
    out.push(quote);
}

/// Whether the value would be read as something else without quotes around it.
pub(super) fn needs_quotes(value: &str, dialect: Dialect) -> bool {
    value.bytes().any(|byte| byte == dialect.delimiter || byte == dialect.quote || byte == b'\n' || byte == b'\r')
}

fn field_end(bytes: &[u8], start: usize, dialect: Dialect) -> Result<usize, Broken> {
    if bytes.get(start) != Some(&dialect.quote) {
        return Ok(plain_end(bytes, start, dialect));
    }
    let mut at = start + 1;
    loop {
        let Some(closing) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == dialect.quote)) else {
            return Err(Broken::Unclosed(start));
        };
        at += closing + 1;
        if bytes.get(at) != Some(&dialect.quote) {
            break;
        }
        at += 1;
    }
    if plain_end(bytes, at, dialect) == at { Ok(at) } else { Err(Broken::AfterQuote(at)) }
}

fn plain_end(bytes: &[u8], start: usize, dialect: Dialect) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        // A lone carriage return inside a line of a file with other line ends is part of the value. At the end of
        // the file it ends the last line, or a row that is added would go on with that line.
        if *byte == dialect.delimiter
            || *byte == b'\n'
            || (*byte == b'\r' && (dialect.cr_only || matches!(bytes.get(at + 1), None | Some(b'\n'))))
        {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: b'"', cr_only: false };

    fn values(record: &str) -> Vec<String> {
        let mut cells = Vec::new();
        split(record, COMMA, &mut cells);
        cells.iter().map(|cell| cell.value().into_owned()).collect()
    }

    #[test]
    fn fields_of_a_record() {
        assert_eq!(values("a,\"b,c\",\"d\"\"e\",,\"\""), ["a", "b,c", "d\"e", "", ""]);
        assert_eq!(values(""), [""]);
        assert_eq!(values("5\" pipe,x"), ["5\" pipe", "x"]);
        assert_eq!(values("\"two\r\nlines\",x"), ["two\r\nlines", "x"]);
    }

    #[test]
    fn ends_of_records() {
        let text = b"a,b\r\n\"x\ny\",z\n,\n";
        let first = next_record(text, 0, COMMA).unwrap_or_else(|broken| unreachable!("{broken:?}"));
        assert_eq!((first.end, first.next, first.fields, first.empty), (3, 5, 2, false));
        let second = next_record(text, 5, COMMA).unwrap_or_else(|broken| unreachable!("{broken:?}"));
        assert_eq!((second.end, second.next, second.fields, second.quoted), (12, 13, 2, 1));
        let third = next_record(text, 13, COMMA).unwrap_or_else(|broken| unreachable!("{broken:?}"));
        assert_eq!((third.next, third.fields, third.empty), (15, 2, true));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_an_error() {
        assert_eq!(next_record(b"a,\"b", 0, COMMA), Err(Broken::Unclosed(2)));
        assert_eq!(next_record(b"a,\"b\"c,d", 0, COMMA), Err(Broken::AfterQuote(5)));
    }

    #[test]
    fn written_values_are_read_back() {
        for value in ["", "plain", "a,b", "say \"x\"", "two\nlines", "\r", "\"", " spaced "] {
            for quoted in [false, true] {
                let mut out = String::new();
                write_cell(value, quoted, COMMA, &mut out);
                assert_eq!(values(&out), [value], "{value:?} as {out:?}");
            }
        }
    }
}
