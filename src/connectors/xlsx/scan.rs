//! Where rows and cells stand in the XML of a sheet, and the same XML with some of them written anew.
//! Whatever is not written anew stays byte for byte.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::content;
use super::package::{Area, cell, column_name, prefix_of, splice};
use super::values::{Cell, escaped, serial};
use crate::connectors::ConnectorError;
use crate::texts::tr;

/// The places in one sheet.
#[derive(Debug, Default)]
pub(super) struct Scan {
    prefix: String,
    /// What is between the tags of `sheetData`, or that whole tag where it is empty.
    data: Range<usize>,
    data_is_empty_tag: bool,
    /// The rows by their number from 0.
    pub(super) rows: BTreeMap<u32, RowSpan>,
    dimension: Option<Range<usize>>,
    filter: Option<Range<usize>>,
    /// The formats of columns: first, last, format.
    columns: Vec<(u32, u32, u32)>,
    /// Whether every row and cell says where it is.
    is_explicit: bool,
    /// Whether any cell holds a formula.
    pub(super) has_formulas: bool,
}

/// One row.
#[derive(Debug)]
pub(super) struct RowSpan {
    open: Range<usize>,
    is_empty_tag: bool,
    /// Where the cells end.
    inner_end: usize,
    cells: Vec<CellSpan>,
}

#[derive(Clone, Debug)]
struct CellSpan {
    column: u32,
    range: Range<usize>,
    style: Option<u32>,
}

/// What becomes of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NewCell {
    /// It holds this value, in its own format or that given.
    Value(Cell),
    /// It holds the formula that fills its column.
    Formula(String),
}

/// Cells to write, by row and column from 0.
pub(super) type Cells = BTreeMap<u32, BTreeMap<u32, NewCell>>;

impl RowSpan {
    fn style(&self, column: u32) -> Option<u32> {
        self.cells.iter().find(|cell| cell.column == column).and_then(|cell| cell.style)
    }
}

impl Scan {
    /// Finds the places; `file` is for messages.
    pub(super) fn of(file: &str, text: &str) -> Result<Self, ConnectorError> {
        let mut scan = Self { is_explicit: true, ..Self::default() };
        let mut reader = Reader::from_str(text);
        let place = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let (mut row, mut in_cell): (Option<(u32, RowSpan)>, Option<CellSpan>) = (None, None);
        let (mut next_row, mut next_column) = (0, 0);
        loop {
            let start = place(&reader);
            let event = reader.read_event().map_err(|error| {
                ConnectorError::caused(
                    super::ErrorKind::Content,
                    tr!("files-sheet-bad", file = format_args!("{file}")),
                    error,
                )
            })?;
            let range = start..place(&reader);
            let tag = text.get(range.clone()).unwrap_or_default();
            match &event {
                Event::Eof => break,
                Event::Start(element) | Event::Empty(element) => {
                    let empty = matches!(event, Event::Empty(_));
                    match element.local_name().as_ref() {
                        "sheetData" => {
                            scan.prefix = prefix_of(text, start);
                            scan.data_is_empty_tag = empty;
                            scan.data = if empty { range } else { range.end..range.end };
                        }
                        "row" => {
                            let number = value(tag, "r").and_then(|number| number.parse::<u32>().ok());
                            scan.is_explicit &= number.is_some();
                            let number = number.and_then(|number| number.checked_sub(1)).unwrap_or(next_row);
                            (next_row, next_column) = (number + 1, 0);
                            let span =
                                RowSpan { inner_end: range.end, open: range, is_empty_tag: empty, cells: Vec::new() };
                            if empty {
                                scan.rows.insert(number, span);
                            } else {
                                row = Some((number, span));
                            }
                        }
                        "c" if row.is_some() => {
                            let at = value(tag, "r").and_then(cell);
                            scan.is_explicit &= at.is_some();
                            let column = at.map_or(next_column, |(_, column)| column);
                            next_column = column + 1;
                            let style = value(tag, "s").and_then(|style| style.parse().ok());
                            let span = CellSpan { column, range, style };
                            match &mut row {
                                Some((_, row)) if empty => row.cells.push(span),
                                Some(_) | None => in_cell = Some(span),
                            }
                        }
                        "f" if in_cell.is_some() => scan.has_formulas = true,
                        "dimension" => {
                            scan.dimension = attribute(tag, "ref").map(|at| start + at.start..start + at.end);
                        }
                        // The one of the sheet itself; those of tables are in parts of their own.
                        "autoFilter" => {
                            scan.filter = attribute(tag, "ref").map(|at| start + at.start..start + at.end);
                        }
                        "col" => {
                            let number = |name| value(tag, name).and_then(|number| number.parse::<u32>().ok());
                            if let (Some(from), Some(to), Some(style)) = (number("min"), number("max"), number("style"))
                            {
                                scan.columns.push((from.saturating_sub(1), to.saturating_sub(1), style));
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(element) => match element.local_name().as_ref() {
                    "c" => {
                        if let (Some(mut cell), Some((_, row))) = (in_cell.take(), row.as_mut()) {
                            cell.range.end = range.end;
                            row.cells.push(cell);
                        }
                    }
                    "row" => {
                        if let Some((number, mut span)) = row.take() {
                            span.inner_end = range.start;
                            scan.rows.insert(number, span);
                        }
                    }
                    "sheetData" => scan.data.end = range.start,
                    _ => {}
                },
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_) => {}
            }
        }
        if scan.data == (0..0) {
            return Err(content(tr!("files-sheet-no-rows", file = format_args!("{file}"))));
        }
        Ok(scan)
    }

    /// The format that a cell has, or would have if it were there.
    pub(super) fn style(&self, row: u32, column: u32, above: Option<u32>) -> Option<u32> {
        let of_column =
            || self.columns.iter().find(|(from, to, _)| (*from..=*to).contains(&column)).map(|(_, _, style)| *style);
        let here = self.rows.get(&row);
        if let Some(cell) = here.and_then(|row| row.cells.iter().find(|cell| cell.column == column)) {
            return cell.style;
        }
        let above = above.and_then(|above| self.rows.get(&above));
        above.and_then(|above| above.style(column)).or_else(of_column)
    }

    /// The row of the sheet's filter where it ends now.
    pub(super) fn filter_end(&self, text: &str) -> Option<u32> {
        Area::parse(text.get(self.filter.clone()?)?).map(|area| area.to.0)
    }

    /// The sheet with these cells. `last` is the last row of the list as it was; rows after it take
    /// their formats from the row before them, unless that is the header.
    pub(super) fn with(
        &self,
        text: &str,
        cells: &Cells,
        (header, last): (u32, u32),
        date1904: bool,
    ) -> Result<String, ConnectorError> {
        if !self.is_explicit {
            return Err(content(tr!("files-sheet-no-places")));
        }
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        let mut inserted: BTreeMap<usize, String> = BTreeMap::new();
        let model = (last > header).then_some(last);
        for (row, new) in cells {
            let above = if *row > last { model } else { None };
            if let Some(span) = self.rows.get(row) {
                self.change_row(text, *row, span, new, above, date1904, &mut changes);
            } else {
                let composed = self.new_row(text, *row, new, above, date1904);
                let at = self.rows.range(*row..).next().map_or(self.data.end, |(_, next)| next.open.start);
                inserted.entry(at).or_default().push_str(&composed);
            }
        }
        if self.data_is_empty_tag {
            let rows: String = inserted.into_values().collect();
            let prefix = &self.prefix;
            changes.push((self.data.clone(), format!("<{prefix}sheetData>{rows}</{prefix}sheetData>")));
        } else {
            changes.extend(inserted.into_iter().map(|(at, rows)| (at..at, rows)));
        }
        let lowest = cells.keys().next_back().copied().unwrap_or(0);
        let rightmost = cells.values().filter_map(|row| row.keys().next_back()).max().copied().unwrap_or(0);
        if let Some(range) = &self.dimension
            && let Some(mut area) = text.get(range.clone()).and_then(Area::parse)
            && (area.to.0 < lowest || area.to.1 < rightmost)
        {
            area.to = (area.to.0.max(lowest), area.to.1.max(rightmost));
            changes.push((range.clone(), area.to_string()));
        }
        if let Some(range) = &self.filter
            && let Some(mut area) = text.get(range.clone()).and_then(Area::parse)
            && area.to.0 == last
            && lowest > last
        {
            area.to.0 = lowest;
            changes.push((range.clone(), area.to_string()));
        }
        Ok(splice(text, changes))
    }

    #[allow(clippy::too_many_arguments, reason = "what a row needs to be written is seven things")]
    fn change_row(
        &self,
        text: &str,
        row: u32,
        span: &RowSpan,
        new: &BTreeMap<u32, NewCell>,
        above: Option<u32>,
        date1904: bool,
        changes: &mut Vec<(Range<usize>, String)>,
    ) {
        let mut between: BTreeMap<usize, String> = BTreeMap::new();
        for (column, cell) in new {
            let style = self.style(row, *column, above);
            let composed = self.cell(row, *column, style, cell, date1904);
            if let Some(old) = span.cells.iter().find(|old| old.column == *column) {
                changes.push((old.range.clone(), composed));
            } else {
                let next = span.cells.iter().find(|old| old.column > *column);
                between.entry(next.map_or(span.inner_end, |next| next.range.start)).or_default().push_str(&composed);
            }
        }
        if span.is_empty_tag {
            let open = text.get(span.open.clone()).unwrap_or_default().trim_end_matches('>').trim_end_matches('/');
            let inner: String = between.into_values().collect();
            changes.push((span.open.clone(), format!("{}>{inner}</{}row>", open.trim_end(), self.prefix)));
        } else {
            changes.extend(between.into_iter().map(|(at, cells)| (at..at, cells)));
        }
    }

    fn new_row(
        &self,
        text: &str,
        row: u32,
        new: &BTreeMap<u32, NewCell>,
        above: Option<u32>,
        date1904: bool,
    ) -> String {
        let prefix = &self.prefix;
        let mut out = format!("<{prefix}row r=\"{}\"", row + 1);
        if let Some(model) = above.and_then(|above| self.rows.get(&above)) {
            let tag = text.get(model.open.clone()).unwrap_or_default();
            for name in ["s", "customFormat", "ht", "customHeight"] {
                if let Some(value) = value(tag, name).filter(|_| name != "ht" || value(tag, "customHeight").is_some()) {
                    let _ = write!(out, " {name}=\"{value}\"");
                }
            }
        }
        out.push('>');
        for (column, cell) in new {
            out.push_str(&self.cell(row, *column, self.style(row, *column, above), cell, date1904));
        }
        let _ = write!(out, "</{prefix}row>");
        out
    }

    fn cell(&self, row: u32, column: u32, style: Option<u32>, new: &NewCell, date1904: bool) -> String {
        let prefix = &self.prefix;
        let mut head = format!("<{prefix}c r=\"{}{}\"", column_name(column), row + 1);
        if let Some(style) = style {
            let _ = write!(head, " s=\"{style}\"");
        }
        let value = match new {
            NewCell::Formula(formula) => {
                return format!("{head}><{prefix}f>{}</{prefix}f></{prefix}c>", escaped(formula));
            }
            NewCell::Value(value) => value,
        };
        let number = |number: &str| format!("{head}><{prefix}v>{number}</{prefix}v></{prefix}c>");
        let text = |text: &str| {
            format!(
                "{head} t=\"inlineStr\"><{prefix}is><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}is></{prefix}c>",
                escaped(text)
            )
        };
        match value {
            Cell::Empty | Cell::Formula(_) | Cell::Error => format!("{head}/>"),
            Cell::Number(value) => number(value),
            Cell::Bool(yes) => format!("{head} t=\"b\"><{prefix}v>{}</{prefix}v></{prefix}c>", u8::from(*yes)),
            Cell::Date(date) => match serial(date, date1904) {
                Some(value) => number(&value),
                None => text(date),
            },
            Cell::Text(value) => text(value),
        }
    }
}

/// Where the value of an attribute stands in a tag.
fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let bytes = tag.as_bytes();
    let mut at = tag.find(|character: char| character.is_whitespace())?;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let equals = at + bytes.get(at..)?.iter().position(|byte| *byte == b'=')?;
        let quote_at = equals + 1 + bytes.get(equals + 1..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let quote = *bytes.get(quote_at)?;
        let end = quote_at + 1 + bytes.get(quote_at + 1..)?.iter().position(|byte| *byte == quote)?;
        if tag.get(at..equals)?.trim_end() == name {
            return Some(quote_at + 1..end);
        }
        at = end + 1;
    }
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.get(attribute(tag, name)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that finds no rows has failed")]

    use super::*;

    fn with(text: &str, row: u32, column: u32, value: &str, last: u32) -> String {
        let scan = Scan::of("a.xlsx", text).unwrap();
        let cells = Cells::from([(row, BTreeMap::from([(column, NewCell::Value(Cell::Text(value.to_owned())))]))]);
        scan.with(text, &cells, (0, last), false).unwrap()
    }

    const T: &str = "t=\"inlineStr\"><is><t xml:space=\"preserve\">";

    #[test]
    fn cells_are_written_in_their_place() {
        let sheet = "<worksheet><dimension ref=\"A1:B2\"/><sheetData><row r=\"1\" spans='1:2'><c r=\"A1\" t=\"s\"><v>0</v></c><c r='C1' s=\"4\"/></row><row r=\"2\"/></sheetData><x/></worksheet>";
        let changed = with(sheet, 0, 1, "a&b", 1);
        assert_eq!(changed, sheet.replace("<c r='C1'", &format!("<c r=\"B1\" {T}a&amp;b</t></is></c><c r='C1'")));
        let changed = with(sheet, 0, 2, "x", 1);
        assert!(changed.contains(&format!("<c r=\"C1\" s=\"4\" {T}x</t></is></c></row>")), "{changed}");
        let changed = with(sheet, 1, 0, "x", 1);
        assert!(changed.contains(&format!("<row r=\"2\"><c r=\"A2\" {T}x</t></is></c></row>")), "{changed}");
        let changed = with(sheet, 2, 0, "x", 1);
        assert!(changed.contains("ref=\"A1:B3\"") && changed.contains("<row r=\"3\">"), "{changed}");
    }

    #[test]
    fn prefixes_and_empty_sheets_are_kept() {
        let sheet = "<x:worksheet xmlns:x=\"u\"><x:sheetData/></x:worksheet>";
        let changed = with(sheet, 0, 0, "v", 0);
        assert!(changed.contains("<x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\"><x:is>"), "{changed}");
    }
}
