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
    walk_record(&mut Marks::new(bytes, dialect), start, |_| {})
}

/// The records of a text, one after the other, with their fields.
pub(super) struct Records<'a> {
    text: &'a str,
    marks: Marks<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { text, marks: Marks::new(text.as_bytes(), dialect) }
    }

    /// The end of the record that starts at `start`, and its fields, into `cells`.
    pub(super) fn cells(&mut self, start: usize, cells: &mut Vec<Cell<'a>>) -> Result<RecordEnd, Broken> {
        let (text, quote) = (self.text, self.marks.dialect.quote);
        cells.clear();
        walk_record(&mut self.marks, start, |field| {
            cells.push(Cell { raw: text.get(field).unwrap_or_default(), quote });
        })
    }
}

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// Finds the bytes that mean something, many at once: fields are short, and to look at each byte by itself
/// takes longer than everything else that is done with a file.
struct Marks<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    /// Whether the text is that of one record, without its line end: then no line ends in it.
    is_record: bool,
    /// Where the block starts that was looked at last, and a bit for each byte in it that means something.
    block: usize,
    found: u64,
}

impl<'a> Marks<'a> {
    fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        // No place is within the block before the first one.
        Self { bytes, dialect, is_record: false, block: usize::MAX - BLOCK, found: 0 }
    }

    /// Where the next delimiter, quote or half of a line end is, here or later; the end of the text without one.
    fn next(&mut self, from: usize) -> usize {
        let mut at = from;
        loop {
            let within = at.wrapping_sub(self.block);
            if within < BLOCK {
                let ahead = self.found >> within;
                if ahead != 0 {
                    return (at + ahead.trailing_zeros() as usize).min(self.bytes.len());
                }
                at = self.block + BLOCK;
            }
            if at >= self.bytes.len() {
                return self.bytes.len();
            }
            self.look(at);
        }
    }

    /// Looks at the block that starts here.
    fn look(&mut self, at: usize) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        self.found = match rest.first_chunk::<BLOCK>() {
            Some(block) => marked(block, self.dialect),
            None => {
                let mut block = [0; BLOCK];
                for (to, from) in block.iter_mut().zip(rest) {
                    *to = *from;
                }
                marked(&block, self.dialect)
            }
        };
        self.block = at;
    }
}

/// A bit for each byte that means something, the first byte's the lowest. It is written so that the compiler
/// compares many bytes with one instruction.
fn marked(block: &[u8; BLOCK], dialect: Dialect) -> u64 {
    /// Brings the lowest bits of eight bytes together in the highest byte.
    const TOGETHER: u64 = 0x0102_0408_1020_4080;
    let mut marks = [0_u8; BLOCK];
    for (mark, byte) in marks.iter_mut().zip(block) {
        *mark = u8::from(*byte == dialect.delimiter)
            | u8::from(*byte == dialect.quote)
            | u8::from(*byte == b'\n')
            | u8::from(*byte == b'\r');
    }
    let (eights, _) = marks.as_chunks::<8>();
    eights.iter().rev().fold(0, |all, eight| (all << 8) | (u64::from_le_bytes(*eight).wrapping_mul(TOGETHER) >> 56))
}

fn walk_record(marks: &mut Marks<'_>, start: usize, mut take: impl FnMut(Range<usize>)) -> Result<RecordEnd, Broken> {
    let (bytes, dialect) = (marks.bytes, marks.dialect);
    let mut record = RecordEnd { end: start, next: start, fields: 0, quoted: 0, empty: true };
    let mut at = start;
    loop {
        let field = at;
        at = field_end(marks, field)?;
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
    // A carriage return before the line end belongs to the last value.
    let mut marks = Marks { is_record: true, ..Marks::new(bytes, dialect) };
    let mut at = 0;
    loop {
        // The record has been read once without an error, so the end is always found.
        let end = field_end(&mut marks, at).unwrap_or(bytes.len());
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

fn field_end(marks: &mut Marks<'_>, start: usize) -> Result<usize, Broken> {
    let (bytes, quote) = (marks.bytes, marks.dialect.quote);
    if bytes.get(start) != Some(&quote) {
        return Ok(plain_end(marks, start));
    }
    let mut at = start + 1;
    loop {
        at = marks.next(at);
        match bytes.get(at) {
            Some(byte) if *byte == quote => at += 1,
            Some(_) => {
                at += 1;
                continue;
            }
            None => return Err(Broken::Unclosed(start)),
        }
        if bytes.get(at) != Some(&quote) {
            break;
        }
        at += 1;
    }
    if plain_end(marks, at) == at { Ok(at) } else { Err(Broken::AfterQuote(at)) }
}

fn plain_end(marks: &mut Marks<'_>, start: usize) -> usize {
    let (bytes, dialect) = (marks.bytes, marks.dialect);
    let mut at = start;
    loop {
        at = marks.next(at);
        // A lone carriage return inside a line of a file with other line ends is part of the value. At the end of
        // the file it ends the last line, or a row that is added would go on with that line.
        let ends = match bytes.get(at) {
            Some(byte) if *byte == dialect.delimiter => true,
            Some(b'\n' | b'\r') if marks.is_record => false,
            None | Some(b'\n') => true,
            Some(b'\r') => dialect.cr_only || matches!(bytes.get(at + 1), None | Some(b'\n')),
            Some(_) => false,
        };
        if ends {
            return at;
        }
        at += 1;
    }
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

    /// Where a field ends, found byte by byte.
    fn slowly(bytes: &[u8], start: usize, dialect: Dialect) -> Result<usize, Broken> {
        let plain = |mut at: usize| {
            while let Some(byte) = bytes.get(at) {
                let lone = *byte == b'\r' && (dialect.cr_only || matches!(bytes.get(at + 1), None | Some(b'\n')));
                if *byte == dialect.delimiter || *byte == b'\n' || lone {
                    break;
                }
                at += 1;
            }
            at
        };
        if bytes.get(start) != Some(&dialect.quote) {
            return Ok(plain(start));
        }
        let mut at = start + 1;
        loop {
            while bytes.get(at).is_some_and(|byte| *byte != dialect.quote) {
                at += 1;
            }
            if at >= bytes.len() {
                return Err(Broken::Unclosed(start));
            }
            at += 1;
            if bytes.get(at) != Some(&dialect.quote) {
                break;
            }
            at += 1;
        }
        if plain(at) == at { Ok(at) } else { Err(Broken::AfterQuote(at)) }
    }

    proptest::proptest! {
        #[test]
        fn fields_end_where_they_do_byte_by_byte(
            text in "([ab\u{e9}\0]{0,30}[,;\"\r\n]{1,3}){0,12}[a\"\r]{0,2}",
            delimiter in proptest::sample::select(vec![b',', b';', b'|']),
            cr_only in proptest::bool::ANY,
        ) {
            let dialect = Dialect { delimiter, quote: b'"', cr_only };
            let mut marks = Marks::new(text.as_bytes(), dialect);
            for start in 0..=text.len() {
                proptest::prop_assert_eq!(field_end(&mut marks, start), slowly(text.as_bytes(), start, dialect));
            }
            for start in (0..=text.len()).rev() {
                proptest::prop_assert_eq!(field_end(&mut marks, start), slowly(text.as_bytes(), start, dialect));
            }
        }
    }
}
