//! Applies a run's writes to a document, one by one, each checked by itself.

use std::collections::BTreeMap;

use super::document::{Changes, Document, content, row_digest};
use super::identity::Index;
use super::scan::{Cell, split};
use crate::connectors::shared::rows::{IdColumns, Numbers, id_from_token};
use crate::connectors::{ConnectorError, ErrorKind, Write, WriteKind};
use crate::model::{Fields, RecordId, Value, Version};
use crate::texts::tr;

/// The row that a write is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A row that the file has.
    Row(usize),
    /// The nth new row.
    Added(usize),
}

/// What came of one write: the row, none after a delete.
pub(super) type Outcome = Result<Option<Target>, ConnectorError>;

/// A document with the writes applied so far.
pub(super) struct Edit<'a> {
    document: &'a Document,
    index: &'a Index,
    tokens: &'a BTreeMap<String, String>,
    changes: Changes,
    added_ids: BTreeMap<String, usize>,
    numbers: Option<Numbers>,
}

impl<'a> Edit<'a> {
    /// A document without changes; `tokens` are the creates that this connector has carried out,
    /// with the ids they were given.
    pub(super) fn new(document: &'a Document, index: &'a Index, tokens: &'a BTreeMap<String, String>) -> Self {
        Self {
            document,
            index,
            tokens,
            changes: Changes::default(),
            added_ids: BTreeMap::new(),
            numbers: index.numbers,
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

    /// The changes to the document.
    pub(super) fn into_changes(self) -> Changes {
        self.changes
    }

    fn create(&mut self, token: &str, fields: &Fields, raw: Option<&str>) -> Result<Target, ConnectorError> {
        if let Some(target) = self.tokens.get(token).and_then(|id| self.find(id)) {
            return Ok(target);
        }
        let mut values = match raw {
            Some(raw) => self.restored(raw)?,
            None => vec![String::new(); self.document.header.len()],
        };
        for (name, value) in fields {
            let column = self.document.need_column(name)?;
            if let Some(cell) = values.get_mut(column) {
                *cell = text_of(value);
            }
        }
        for (name, value) in self.document.header.iter().zip(&values) {
            self.can_be_written(name, value)?;
        }
        match &self.index.columns {
            IdColumns::Column(column) => {
                let column = *column;
                let given = values.get(column).map(|id| id.trim().to_owned()).unwrap_or_default();
                if let Some(target) = (!given.is_empty()).then(|| self.find(&given)).flatten() {
                    if self.holds(target, &values) {
                        return Ok(target);
                    }
                    let chosen = fields.iter().any(|(name, _)| self.document.column(name) == Some(column));
                    if chosen {
                        return Err(self.taken(&given, column));
                    }
                }
                if given.is_empty() || self.find(&given).is_some() {
                    let own = id_from_token(token);
                    if let Some(target) = self.find(&own) {
                        return Ok(target);
                    }
                    let id = match self.numbers {
                        Some(numbers) => {
                            let (id, next) = numbers.next();
                            self.numbers = Some(next);
                            id
                        }
                        None => own,
                    };
                    if let Some(cell) = values.get_mut(column) {
                        *cell = id;
                    }
                }
                let id = values.get(column).map(|id| id.trim().to_owned()).unwrap_or_default();
                Ok(self.add(Some(id), &values))
            }
            columns @ IdColumns::Key(_) => {
                if values.iter().all(String::is_empty) {
                    return Err(empty_row(&self.document.name));
                }
                let key = columns.key_of(&|column| values.get(column).map(|value| value.as_str().into()));
                if let Some(key) = &key
                    && let Some(target) = self.find(key)
                {
                    if self.holds(target, &values) {
                        return Ok(target);
                    }
                    return Err(ConnectorError::new(
                        ErrorKind::Exists,
                        tr!("files-csv-key-there", file = self.document.name, key = format_args!("{key}")),
                    ));
                }
                Ok(self.add(key, &values))
            }
        }
    }

    fn update(&mut self, id: &RecordId, fields: &Fields, expect: Option<&Version>) -> Result<Target, ConnectorError> {
        let target = self.expected(id, expect)?;
        let text = self.text(target).to_owned();
        let mut cells = Vec::new();
        split(&text, self.document.dialect, &mut cells);
        let mut new: Vec<Option<String>> = vec![None; cells.len()];
        for (name, value) in fields {
            let column = self.document.need_column(name)?;
            let value = text_of(value);
            if cells.get(column).is_some_and(|cell| cell.value() == value) {
                continue;
            }
            self.can_be_written(name, &value)?;
            if self.index.columns == IdColumns::Column(column) {
                return Err(
                    ConnectorError::new(ErrorKind::Rejected, tr!("files-column-of-ids", name = name)).about(name)
                );
            }
            if let Some(cell) = new.get_mut(column) {
                *cell = Some(value);
            }
        }
        if new.iter().all(Option::is_none) {
            return Ok(target);
        }
        let value = |column: usize| match new.get(column) {
            Some(Some(value)) => Some(std::borrow::Cow::Borrowed(value.as_str())),
            Some(None) | None => cells.get(column).map(|cell| cell.value()),
        };
        if (0..cells.len()).all(|column| value(column).is_none_or(|value| value.is_empty())) {
            return Err(empty_row(&self.document.name));
        }
        if matches!(self.index.columns, IdColumns::Key(_)) {
            let before = self.index.columns.key_of(&|column| cells.get(column).map(|cell| cell.value()));
            let after = self.index.columns.key_of(&value);
            if let Some(key) = after.filter(|after| Some(after) != before.as_ref())
                && self.find(&key).is_some()
            {
                return Err(ConnectorError::new(
                    ErrorKind::Exists,
                    tr!("files-csv-key-elsewhere", file = self.document.name, key = format_args!("{key}")),
                ));
            }
        }
        let mut out = String::with_capacity(text.len() + 32);
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                out.push(char::from(self.document.dialect.delimiter));
            }
            match new.get(column) {
                Some(Some(value)) => self.document.write_value(column, value, Some(*cell), &mut out),
                Some(None) | None => out.push_str(cell.raw),
            }
        }
        match target {
            Target::Row(row) => {
                self.changes.rows.insert(row, Some(out));
            }
            Target::Added(added) => {
                if let Some(text) = self.changes.added.get_mut(added) {
                    *text = out;
                }
            }
        }
        Ok(target)
    }

    fn delete(&mut self, id: &RecordId, expect: Option<&Version>) -> Result<(), ConnectorError> {
        match self.expected(id, expect)? {
            Target::Row(row) => {
                self.changes.rows.insert(row, None);
                Ok(())
            }
            Target::Added(_) => {
                Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-row-just-added", id = format_args!("{id}"))))
            }
        }
    }

    /// The row with this id, if it is still the version that was expected.
    fn expected(&self, id: &RecordId, expect: Option<&Version>) -> Result<Target, ConnectorError> {
        let target = self.find(id.as_str()).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::NotFound,
                tr!("files-no-row", file = self.document.name, id = format_args!("{id}")),
            )
        })?;
        let mut cells = Vec::new();
        split(self.text(target), self.document.dialect, &mut cells);
        if expect.is_some_and(|expect| *expect != version(&cells, &mut Vec::new())) {
            return Err(ConnectorError::new(
                ErrorKind::VersionMismatch,
                tr!("files-row-changed", file = self.document.name, id = format_args!("{id}")),
            ));
        }
        Ok(target)
    }

    fn find(&self, id: &str) -> Option<Target> {
        if let Some(added) = self.added_ids.get(id) {
            return Some(Target::Added(*added));
        }
        let row = self.index.find(self.document, id)?;
        (self.changes.rows.get(&row) != Some(&None)).then_some(Target::Row(row))
    }

    fn text(&self, target: Target) -> &str {
        match target {
            Target::Row(row) => match self.changes.rows.get(&row) {
                Some(Some(text)) => text,
                Some(None) | None => self.document.row(row),
            },
            Target::Added(added) => self.changes.added.get(added).map_or("", String::as_str),
        }
    }

    /// Whether a row holds all of these values; an empty one may be anything.
    fn holds(&self, target: Target, values: &[String]) -> bool {
        let mut cells = Vec::new();
        split(self.text(target), self.document.dialect, &mut cells);
        cells.iter().zip(values).all(|(cell, value)| value.is_empty() || cell.value() == *value)
    }

    fn add(&mut self, id: Option<String>, values: &[String]) -> Target {
        let mut text = String::new();
        for (column, value) in values.iter().enumerate() {
            if column > 0 {
                text.push(char::from(self.document.dialect.delimiter));
            }
            self.document.write_value(column, value, None, &mut text);
        }
        let added = self.changes.added.len();
        self.changes.added.push(text);
        if let Some(id) = id {
            self.added_ids.insert(id, added);
        }
        Target::Added(added)
    }

    /// The values of a row that is brought back. Columns that the file no longer has are left out.
    fn restored(&self, raw: &str) -> Result<Vec<String>, ConnectorError> {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).map_err(|error| {
            ConnectorError::caused(ErrorKind::Rejected, tr!("files-copy-unreadable", file = self.document.name), error)
        })?;
        let value = |name: &String| object.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        Ok(self.document.header.iter().map(value).collect())
    }

    fn can_be_written(&self, name: &str, value: &str) -> Result<(), ConnectorError> {
        let Some(character) = self.document.encoding.cannot_write(value) else { return Ok(()) };
        Err(ConnectorError::new(
            ErrorKind::Rejected,
            tr!(
                "files-csv-encoding",
                file = self.document.name,
                encoding = format_args!("{}", self.document.encoding.name()),
                name = name,
                character = format_args!("{character}")
            ),
        )
        .about(name))
    }

    fn taken(&self, id: &str, column: usize) -> ConnectorError {
        let name = self.document.header.get(column).map_or("", String::as_str);
        ConnectorError::new(
            ErrorKind::Exists,
            tr!("files-csv-id-there", file = self.document.name, id = format_args!("{id}")),
        )
        .about(name)
    }
}

/// The version of a row: a digest of its fields.
pub(super) fn version(cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> Version {
    Version(format!("{:016x}", row_digest(cells, scratch)))
}

fn text_of(value: &Value) -> String {
    // A list comes here only where the mapping names no separator of its own.
    value.display()
}

fn empty_row(name: &str) -> ConnectorError {
    let mut error = content(tr!("files-row-without-value", name = name));
    error.kind = ErrorKind::Rejected;
    error
}
