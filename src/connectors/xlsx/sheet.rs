//! A sheet as a list: the header, the rows that hold something, and what makes a row the same row.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Xlsx, open_workbook_from_rs};

use super::package::{Book, SheetPart, TablePart, column_name};
use super::values::{Cell, ColumnKind};
use super::{ErrorKind, content};
use crate::connectors::shared::digest::of_texts;
use crate::connectors::shared::rows::{IdColumns, IdSetting, Numbers, need_column};
use crate::connectors::{ConnectorError, Context};
use crate::model::Version;
use crate::texts::tr;

/// How far down a header is looked for.
const HEADER_ROWS: u32 = 20;
/// How many rows are read between two looks at whether the operator wants to stop.
const ROWS_PER_STEP: usize = 2_000;

/// One sheet.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its part.
    pub(super) part: SheetPart,
    /// What it is called in messages: the file and the sheet.
    pub(super) label: String,
    /// The names of the columns.
    pub(super) header: Vec<String>,
    /// Where each of them is.
    pub(super) columns: Vec<u32>,
    /// The row of the header.
    pub(super) header_row: u32,
    /// The rows that hold something.
    pub(super) rows: Vec<Row>,
    /// The last row of the list, empty ones of a table included.
    pub(super) last_row: u32,
    /// The first row in which nothing of the list stands, where a new one is written.
    pub(super) free_row: u32,
    /// The first row under the table that holds something in its columns.
    pub(super) below: Option<u32>,
    /// The table that the list is in.
    pub(super) table: Option<TablePart>,
    /// What the columns hold.
    pub(super) kinds: Vec<ColumnKind>,
    /// Which columns are made of formulas only.
    pub(super) calculated: Vec<bool>,
    /// The ids of the rows.
    pub(super) ids: Ids,
}

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its number from 0.
    pub(super) number: u32,
    /// A cell for each column.
    pub(super) cells: Vec<Cell>,
}

/// Finds rows by their id. Told apart as the rows of a CSV file are.
#[derive(Debug)]
pub(super) struct Ids {
    /// The columns that the ids are made of.
    pub(super) columns: IdColumns,
    /// Set when every id is a number.
    pub(super) numbers: Option<Numbers>,
    /// The id of each row.
    pub(super) of: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Ids {
    /// The place of the row with this id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }
}

/// The version of a row: a digest of what it holds.
pub(super) fn version(cells: &[Cell]) -> Version {
    Version(format!("{:016x}", digest(cells)))
}

fn digest(cells: &[Cell]) -> u64 {
    of_texts(cells.iter().map(|cell| cell.value().unwrap_or_default()), &mut Vec::new())
}

impl Sheet {
    /// Reads a sheet. Without `ids` its rows can be described, but not told apart.
    pub(super) fn read(
        book: &Book,
        part: &SheetPart,
        header: Option<u32>,
        ids: Option<&IdSetting>,
        context: &Context,
    ) -> Result<Self, ConnectorError> {
        let label = format!("{}, sheet \"{}\"", book.name, part.name);
        let table = book.table(part)?;
        let grid = read_cells(book, part, &label, context)?;
        let header_row = match (header, &table) {
            (Some(row), _) => row.saturating_sub(1),
            (None, Some(table)) => table.area.from.0,
            (None, None) => find_header(&grid).unwrap_or(0),
        };
        let table = table.filter(|table| table.area.from.0 == header_row);
        let (header, columns) = read_header(&label, &grid, header_row, table.as_ref())?;
        let end = table.as_ref().map(|table| table.area.to.0 - u32::from(table.totals));
        let mut sheet = Self {
            part: part.clone(),
            label,
            kinds: Vec::new(),
            calculated: Vec::new(),
            rows: Vec::new(),
            last_row: header_row,
            free_row: header_row + 1,
            below: None,
            header,
            columns,
            header_row,
            table,
            ids: Ids { columns: IdColumns::Key(Vec::new()), numbers: None, of: Vec::new(), places: BTreeMap::new() },
        };
        for (number, row) in grid.range(header_row + 1..) {
            let cells: Vec<Cell> =
                sheet.columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect();
            let is_filled = cells.iter().any(Cell::is_filled);
            if end.is_some_and(|end| *number > end) {
                let holds = is_filled || cells.iter().any(|cell| matches!(cell, Cell::Formula(_)));
                sheet.below = sheet.below.or(holds.then_some(*number));
                continue;
            }
            if is_filled {
                sheet.last_row = *number;
                sheet.free_row = *number + 1;
                sheet.rows.push(Row { number: *number, cells });
            }
        }
        sheet.last_row = end.unwrap_or(sheet.last_row);
        sheet.describe_columns();
        if let Some(setting) = ids {
            sheet.ids = sheet.read_ids(setting.resolve(&sheet.label, &sheet.header)?)?;
        }
        Ok(sheet)
    }

    /// The column of this name, or an error that names the nearest.
    pub(super) fn need_column(&self, name: &str) -> Result<usize, ConnectorError> {
        need_column(&self.label, &self.header, name)
    }

    /// The address of a cell, as Excel shows it.
    pub(super) fn address(&self, row: u32, column: usize) -> String {
        format!("{}{}", column_name(self.columns.get(column).copied().unwrap_or(0)), row + 1)
    }

    fn describe_columns(&mut self) {
        for column in 0..self.header.len() {
            let cells = || self.rows.iter().filter_map(|row| row.cells.get(column));
            let mut counts = BTreeMap::new();
            for kind in cells().filter_map(Cell::kind) {
                *counts.entry(kind).or_insert(0_usize) += 1;
            }
            // Where two kinds are as frequent, the plainer one is the safe one.
            let kind = counts.iter().max_by_key(|(kind, count)| (**count, std::cmp::Reverse(**kind)));
            self.kinds.push(kind.map(|(kind, _)| *kind).unwrap_or_default());
            let formulas = cells().filter(|cell| matches!(cell, Cell::Formula(_))).count();
            self.calculated.push(formulas > 0 && formulas == self.rows.len());
        }
    }

    fn read_ids(&self, columns: IdColumns) -> Result<Ids, ConnectorError> {
        let mut of = Vec::with_capacity(self.rows.len());
        let mut numbers = matches!(columns, IdColumns::Column(_)).then(Numbers::default);
        for row in &self.rows {
            let value = |column: usize| -> Option<Cow<'static, str>> {
                row.cells.get(column).and_then(Cell::value).map(Cow::Owned)
            };
            let id = match &columns {
                IdColumns::Column(column) => {
                    let id = value(*column).unwrap_or_default().trim().to_owned();
                    if id.is_empty() {
                        return Err(content(tr!(
                            "files-sheet-no-id",
                            sheet = self.label,
                            row = format_args!("{}", row.number + 1),
                            column = format_args!("{}", self.header.get(*column).map_or("", String::as_str))
                        )));
                    }
                    id
                }
                IdColumns::Key(_) => {
                    columns.key_of(&value).unwrap_or_else(|| format!("row-{:016x}", digest(&row.cells)))
                }
            };
            numbers = numbers.and_then(|numbers| numbers.with(&id));
            of.push(id);
        }
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let plain: std::collections::BTreeSet<String> = of.iter().cloned().collect();
        for (place, id) in of.iter_mut().enumerate() {
            let first = places.get(id).copied();
            if let Some(first) = first {
                if let IdColumns::Column(column) = &columns {
                    let row = |place: usize| self.rows.get(place).map_or(0, |row| row.number + 1);
                    return Err(content(tr!(
                        "files-sheet-same-id",
                        sheet = self.label,
                        row = format_args!("{}", row(place)),
                        column = format_args!("{}", self.header.get(*column).map_or("", String::as_str)),
                        first = format_args!("{}", row(first)),
                        id = format_args!("{id}")
                    )));
                }
                let mut number = 2;
                while places.contains_key(&format!("{id}#{number}")) || plain.contains(&format!("{id}#{number}")) {
                    number += 1;
                }
                *id = format!("{id}#{number}");
            }
            places.insert(id.clone(), place);
        }
        Ok(Ids { columns, numbers, of, places })
    }
}

type Grid = BTreeMap<u32, BTreeMap<u32, Cell>>;

fn read_cells(book: &Book, part: &SheetPart, label: &str, context: &Context) -> Result<Grid, ConnectorError> {
    let broken = |error: calamine::XlsxError| {
        ConnectorError::caused(ErrorKind::Content, tr!("files-sheet-unreadable", label = label), error)
    };
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(book.bytes.as_slice())).map_err(broken)?;
    let mut reader = workbook.worksheet_cells_reader(&part.name).map_err(broken)?;
    let mut grid = Grid::new();
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = record.pos;
        let cell = Cell::read(&record.value, record.formula.is_some(), book.date1904);
        if cell == Cell::Empty {
            continue;
        }
        let rows = grid.len();
        grid.entry(row).or_default().insert(column, cell);
        if grid.len() > rows && grid.len().is_multiple_of(ROWS_PER_STEP) {
            context.check()?;
            context.step("reading the rows", grid.len() as u64, None);
        }
    }
    context.check()?;
    Ok(grid)
}

/// The first row with texts in two cells or more: a title above a list stands in one. A list of one
/// column has its first row for a header.
fn find_header(grid: &Grid) -> Option<u32> {
    let texts = |row: &BTreeMap<u32, Cell>| row.values().filter(|cell| matches!(cell, Cell::Text(_))).count();
    let first = grid.range(..HEADER_ROWS).find(|(_, row)| texts(row) >= 2);
    first.or_else(|| grid.iter().find(|(_, row)| texts(row) >= 1)).map(|(number, _)| *number)
}

fn read_header(
    label: &str,
    grid: &Grid,
    header_row: u32,
    table: Option<&TablePart>,
) -> Result<(Vec<String>, Vec<u32>), ConnectorError> {
    let within = |column: &u32| table.is_none_or(|table| (table.area.from.1..=table.area.to.1).contains(column));
    let (mut header, mut columns): (Vec<String>, Vec<u32>) = (Vec::new(), Vec::new());
    for (column, cell) in grid.get(&header_row).into_iter().flatten().filter(|(column, _)| within(column)) {
        let name = cell.value().unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            continue;
        }
        if let Some(first) = header.iter().position(|other| *other == name) {
            let first = columns.get(first).copied().unwrap_or(0);
            return Err(content(tr!(
                "files-sheet-doubled-column",
                first = format_args!("{}", column_name(first)),
                second = format_args!("{}", column_name(*column)),
                row = format_args!("{}", header_row + 1),
                label = label,
                name = name
            )));
        }
        header.push(name);
        columns.push(*column);
    }
    if header.is_empty() {
        return Err(content(tr!("files-sheet-empty", label = label)));
    }
    Ok((header, columns))
}
