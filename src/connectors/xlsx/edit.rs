//! Applies a run's writes to a sheet, one by one, each checked by itself.

use std::collections::BTreeMap;

use super::package::Book;
use super::scan::{Cells, NewCell, Scan};
use super::sheet::{Row, Sheet, version};
use super::values::{Cell, LONGEST, StyleKind};
use crate::connectors::shared::rows::{IdColumns, Numbers, id_from_token};
use crate::connectors::{ConnectorError, ErrorKind, Write, WriteKind};
use crate::model::{Fields, RecordId, Value, Version};
use crate::texts::tr;

/// What came of one write: the number of the row, none after a delete.
pub(super) type Outcome = Result<Option<u32>, ConnectorError>;

/// The most rows of a sheet (Excel's limit).
const ROWS: u32 = 1_048_576;

/// A sheet with the writes applied so far.
pub(super) struct Edit<'a> {
    book: &'a Book,
    sheet: &'a Sheet,
    scan: &'a Scan,
    tokens: &'a BTreeMap<String, String>,
    /// Rows as they will be; none for one that was emptied.
    rows: BTreeMap<u32, Option<Vec<Cell>>>,
    cells: Cells,
    added: BTreeMap<String, u32>,
    numbers: Option<Numbers>,
    next: u32,
}

impl<'a> Edit<'a> {
    /// A sheet without changes; `tokens` are the creates that this connector has carried out.
    pub(super) fn new(book: &'a Book, sheet: &'a Sheet, scan: &'a Scan, tokens: &'a BTreeMap<String, String>) -> Self {
        Self {
            book,
            sheet,
            scan,
            tokens,
            rows: BTreeMap::new(),
            cells: Cells::new(),
            added: BTreeMap::new(),
            numbers: sheet.ids.numbers,
            next: sheet.free_row,
        }
    }

    /// Applies one write.
    pub(super) fn apply(&mut self, write: &Write) -> Outcome {
        match &write.kind {
            WriteKind::Create { fields, raw } => self.create(&write.token, fields, raw.as_deref()).map(Some),
            WriteKind::Update { id, fields, expect } => self.update(id, fields, expect.as_ref()).map(Some),
            WriteKind::Delete { id, expect } => self.delete(id, expect.as_ref()).map(|()| None),
        }
    }

    /// The cells to write, and how many rows come and go.
    pub(super) fn into_changes(self) -> (Cells, usize, usize) {
        let gone = self.rows.values().filter(|row| row.is_none()).count();
        let added = self.added_rows();
        (self.cells, added, gone)
    }

    fn added_rows(&self) -> usize {
        usize::try_from(self.next - self.sheet.free_row).unwrap_or(usize::MAX)
    }

    fn create(&mut self, token: &str, fields: &Fields, raw: Option<&str>) -> Result<u32, ConnectorError> {
        if let Some(row) = self.tokens.get(token).and_then(|id| self.find(id)) {
            return Ok(row);
        }
        let mut values: Vec<String> = match raw {
            Some(raw) => self.restored(raw)?,
            None => vec![String::new(); self.sheet.header.len()],
        };
        for (name, value) in fields {
            let column = self.sheet.need_column(name)?;
            if self.sheet.calculated.get(column) == Some(&true) {
                return Err(self.formula(name, self.sheet.last_row, column));
            }
            if let Some(place) = values.get_mut(column) {
                *place = value.display();
            }
        }
        match &self.sheet.ids.columns {
            IdColumns::Column(column) => {
                let column = *column;
                let given = values.get(column).map(|id| id.trim().to_owned()).unwrap_or_default();
                if let Some(row) = (!given.is_empty()).then(|| self.find(&given)).flatten() {
                    if self.holds(row, &values) {
                        return Ok(row);
                    }
                    if fields.iter().any(|(name, _)| self.sheet.need_column(name).ok() == Some(column)) {
                        return Err(self.taken(&given).about(self.name(column)));
                    }
                }
                if given.is_empty() || self.find(&given).is_some() {
                    let own = id_from_token(token);
                    if let Some(row) = self.find(&own) {
                        return Ok(row);
                    }
                    let id = match self.numbers {
                        Some(numbers) => {
                            let (id, next) = numbers.next();
                            self.numbers = Some(next);
                            id
                        }
                        None => own,
                    };
                    if let Some(place) = values.get_mut(column) {
                        *place = id;
                    }
                }
                let id = values.get(column).map(|id| id.trim().to_owned());
                self.add(id, &values)
            }
            columns @ IdColumns::Key(_) => {
                if values.iter().all(|value| value.trim().is_empty()) {
                    return Err(self.empty_row());
                }
                let key = columns.key_of(&|column| values.get(column).map(|value| value.as_str().into()));
                if let Some(row) = key.as_ref().and_then(|key| self.find(key)) {
                    if self.holds(row, &values) {
                        return Ok(row);
                    }
                    return Err(self.taken(key.as_deref().unwrap_or_default()));
                }
                self.add(key, &values)
            }
        }
    }

    fn add(&mut self, id: Option<String>, values: &[String]) -> Result<u32, ConnectorError> {
        let number = self.next;
        if number >= ROWS {
            return Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-sheet-full", sheet = self.sheet.label)));
        }
        if let Some(table) = &self.sheet.table
            && number > self.sheet.last_row
        {
            if table.totals {
                return Err(ConnectorError::new(
                    ErrorKind::Rejected,
                    tr!("files-sheet-totals", sheet = self.sheet.label),
                ));
            }
            if self.sheet.below == Some(number) {
                return Err(ConnectorError::new(
                    ErrorKind::Rejected,
                    tr!("files-sheet-in-the-way", sheet = self.sheet.label, row = format_args!("{}", number + 1)),
                ));
            }
        }
        let above = (self.sheet.last_row > self.sheet.header_row && number > self.sheet.last_row)
            .then_some(self.sheet.last_row);
        let mut cells = Vec::with_capacity(values.len());
        let mut new = BTreeMap::new();
        for (column, value) in values.iter().enumerate() {
            let place = self.sheet.columns.get(column).copied().unwrap_or(0);
            let formula = self.sheet.table.as_ref().and_then(|table| table.formulas.get(&place));
            if let Some(formula) = formula {
                new.insert(place, NewCell::Formula(formula.clone()));
                cells.push(Cell::Formula(None));
                continue;
            }
            let cell = self.converted(number, column, value, &Cell::Empty, above)?;
            let style = self.scan.style(number, place, above);
            if cell != Cell::Empty || style.is_some() {
                new.insert(place, NewCell::Value(cell.clone()));
            }
            cells.push(cell);
        }
        self.next += 1;
        self.cells.insert(number, new);
        self.rows.insert(number, Some(cells));
        if let Some(id) = id {
            self.added.insert(id, number);
        }
        Ok(number)
    }

    fn update(&mut self, id: &RecordId, fields: &Fields, expect: Option<&Version>) -> Result<u32, ConnectorError> {
        let row = self.expected(id, expect)?;
        let before = self.row(row).map(<[Cell]>::to_vec).unwrap_or_default();
        let mut after = before.clone();
        let mut new = BTreeMap::new();
        for (name, value) in fields {
            let column = self.sheet.need_column(name)?;
            let value = value.display();
            let old = before.get(column).cloned().unwrap_or_default();
            if old.value().as_ref() == Some(&value) {
                continue;
            }
            if matches!(old, Cell::Formula(_)) {
                return Err(self.formula(name, row, column));
            }
            if self.sheet.ids.columns == IdColumns::Column(column) {
                return Err(
                    ConnectorError::new(ErrorKind::Rejected, tr!("files-column-of-ids", name = name)).about(name)
                );
            }
            let cell = self.converted(row, column, &value, &old, None)?;
            if cell == old {
                continue;
            }
            if let Some(place) = after.get_mut(column) {
                *place = cell.clone();
            }
            new.insert(self.sheet.columns.get(column).copied().unwrap_or(0), NewCell::Value(cell));
        }
        if new.is_empty() {
            return Ok(row);
        }
        if !after.iter().any(Cell::is_filled) {
            return Err(self.empty_row());
        }
        if let columns @ IdColumns::Key(_) = &self.sheet.ids.columns {
            let key = |cells: &[Cell]| {
                columns.key_of(&|column| cells.get(column).and_then(Cell::value).map(std::borrow::Cow::Owned))
            };
            if let Some(key) = key(&after).filter(|after| Some(after) != key(&before).as_ref())
                && self.find(&key).is_some()
            {
                return Err(self.taken(&key));
            }
        }
        self.cells.entry(row).or_default().extend(new);
        self.rows.insert(row, Some(after));
        Ok(row)
    }

    /// Empties the row's cells; its formulas and its place stay, so that no formula elsewhere breaks.
    fn delete(&mut self, id: &RecordId, expect: Option<&Version>) -> Result<(), ConnectorError> {
        let row = self.expected(id, expect)?;
        if row >= self.sheet.free_row {
            return Err(ConnectorError::new(
                ErrorKind::Rejected,
                tr!("files-row-just-added", id = format_args!("{id}")),
            ));
        }
        let cells = self.row(row).map(<[Cell]>::to_vec).unwrap_or_default();
        let filled = cells.iter().zip(&self.sheet.columns);
        let emptied = filled
            .filter(|(cell, _)| !matches!(cell, Cell::Formula(_) | Cell::Empty))
            .map(|(_, column)| (*column, NewCell::Value(Cell::Empty)));
        self.cells.entry(row).or_default().extend(emptied);
        self.rows.insert(row, None);
        Ok(())
    }

    /// The row with this id, if it is still the version that was expected.
    fn expected(&self, id: &RecordId, expect: Option<&Version>) -> Result<u32, ConnectorError> {
        let row = self.find(id.as_str()).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::NotFound,
                tr!("files-no-row", file = self.sheet.label, id = format_args!("{id}")),
            )
        })?;
        if expect.is_some_and(|expect| *expect != version(self.row(row).unwrap_or_default())) {
            return Err(ConnectorError::new(
                ErrorKind::VersionMismatch,
                tr!("files-row-changed", file = self.sheet.label, id = format_args!("{id}")),
            ));
        }
        Ok(row)
    }

    fn find(&self, id: &str) -> Option<u32> {
        if let Some(row) = self.added.get(id) {
            return Some(*row);
        }
        let row = self.sheet.rows.get(self.sheet.ids.find(id)?)?.number;
        (self.rows.get(&row) != Some(&None)).then_some(row)
    }

    fn row(&self, number: u32) -> Option<&[Cell]> {
        if let Some(row) = self.rows.get(&number) {
            return row.as_deref();
        }
        let place = self.sheet.rows.binary_search_by_key(&number, |row: &Row| row.number).ok()?;
        self.sheet.rows.get(place).map(|row| row.cells.as_slice())
    }

    /// Whether a row holds all of these values; an empty one may be anything.
    fn holds(&self, row: u32, values: &[String]) -> bool {
        let cells = self.row(row).unwrap_or_default();
        cells.iter().zip(values).all(|(cell, value)| value.is_empty() || cell.value().as_ref() == Some(value))
    }

    fn converted(
        &self,
        row: u32,
        column: usize,
        value: &str,
        old: &Cell,
        above: Option<u32>,
    ) -> Result<Cell, ConnectorError> {
        let count = value.chars().count();
        if count > LONGEST {
            return Err(ConnectorError::new(
                ErrorKind::Rejected,
                tr!(
                    "files-sheet-long-text",
                    column = format_args!("{}", self.name(column)),
                    count = format_args!("{count}"),
                    most = format_args!("{LONGEST}")
                ),
            )
            .about(self.name(column)));
        }
        let place = self.sheet.columns.get(column).copied().unwrap_or(0);
        let style =
            self.scan.style(row, place, above).and_then(|style| self.book.styles.get(usize::try_from(style).ok()?));
        let kind = self.sheet.kinds.get(column).copied().unwrap_or_default();
        Ok(old.replaced_by(value, style.copied().unwrap_or(StyleKind::Any), kind, self.book.date1904))
    }

    /// The values of a row that is brought back. Columns that the sheet no longer has are left out.
    fn restored(&self, raw: &str) -> Result<Vec<String>, ConnectorError> {
        let object: BTreeMap<String, Value> = serde_json::from_str(raw).map_err(|error| {
            ConnectorError::caused(ErrorKind::Rejected, tr!("files-copy-unreadable", file = self.sheet.label), error)
        })?;
        Ok(self.sheet.header.iter().map(|name| object.get(name).map(Value::display).unwrap_or_default()).collect())
    }

    fn name(&self, column: usize) -> &str {
        self.sheet.header.get(column).map_or("", String::as_str)
    }

    fn formula(&self, name: &str, row: u32, column: usize) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::Rejected,
            tr!(
                "files-sheet-formula",
                cell = format_args!("{}", self.sheet.address(row, column)),
                sheet = self.sheet.label,
                name = name
            ),
        )
        .about(name)
    }

    fn taken(&self, id: &str) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::Exists,
            tr!("files-sheet-id-there", sheet = self.sheet.label, id = format_args!("{id}")),
        )
    }

    fn empty_row(&self) -> ConnectorError {
        ConnectorError::new(ErrorKind::Rejected, tr!("files-sheet-row-without-value", sheet = self.sheet.label))
    }
}
