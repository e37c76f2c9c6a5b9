//! A table as it is known for one call: its columns, what identifies a row, and how rows become records.

use std::collections::BTreeSet;

use super::dialect::Dialect;
use super::link::{Link, Row};
use crate::connectors::shared::digest::of_texts;
use crate::connectors::shared::rows::{self, need_column};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::model::{Fields, Kind, Name, Record, RecordId, Timestamp, Value, Version};
use crate::texts::tr;

/// A table or view.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The schema that it is in.
    pub(super) schema: String,
    /// Its name.
    pub(super) name: String,
    /// Whether nothing can be written to it.
    pub(super) read_only: bool,
    /// Whether its schema needs no naming.
    pub(super) is_default: bool,
}

/// One column.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about the column")]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its type, as the database writes it.
    pub(super) type_name: String,
    /// What kind of values it holds, where the type tells.
    pub(super) kind: Option<Kind>,
    /// Whether any text can be in it.
    pub(super) is_text: bool,
    /// Whether yes and no are 1 and 0 there.
    pub(super) is_flag_number: bool,
    /// Whether a row is refused without it.
    pub(super) not_null: bool,
    /// Whether the database fills it itself.
    pub(super) has_default: bool,
    /// Whether it cannot be written.
    pub(super) read_only: bool,
    /// Whether it holds bytes.
    pub(super) is_binary: bool,
    /// The most characters.
    pub(super) max_length: Option<usize>,
    /// The only values.
    pub(super) choices: Vec<String>,
    /// Its place in the primary key from 1; 0 where it is no part of it.
    pub(super) key: usize,
}

/// A table that is read and written.
pub(super) struct Shape {
    /// How the database speaks.
    pub(super) dialect: Dialect,
    /// The table.
    pub(super) table: Table,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Their names.
    pub(super) names: Vec<String>,
    /// The columns that identify a row.
    pub(super) keys: Vec<usize>,
    /// The column of the time of the last change, where the account names one.
    pub(super) modified: Option<usize>,
}

impl Table {
    /// What a pair's settings call it.
    pub(super) fn id(&self) -> String {
        if self.is_default { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }
}

impl Column {
    /// The value that is shown of what the database gave.
    fn shown(&self, cell: Option<&String>) -> String {
        match cell.map(String::as_str) {
            None => String::new(),
            Some("1") if self.is_flag_number => "true".to_owned(),
            Some("0") if self.is_flag_number => "false".to_owned(),
            Some(text) => text.to_owned(),
        }
    }

    /// What is bound for a value: nothing for an empty one, where the column takes that.
    pub(super) fn bound(&self, value: &str) -> Option<String> {
        if value.is_empty() {
            return (self.not_null && self.is_text).then(String::new);
        }
        if self.is_flag_number {
            match value.to_lowercase().as_str() {
                "true" | "yes" => return Some("1".to_owned()),
                "false" | "no" => return Some("0".to_owned()),
                _ => {}
            }
        }
        Some(value.to_owned())
    }
}

impl Shape {
    /// Reads the columns. `key` names the key columns where there is no primary key, `modified` the one of the time
    /// of the last change.
    pub(super) async fn read(
        dialect: Dialect,
        link: &mut Link,
        table: Table,
        key: Option<&str>,
        modified: Option<&str>,
    ) -> Result<Self, ConnectorError> {
        let columns = dialect.columns(link, &table).await?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let keys = match key {
            Some(key) => {
                let parts = key.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(|part| need_column(&table.id(), &names, part)).collect::<Result<Vec<_>, _>>()?
            }
            None => {
                let mut keys: Vec<usize> =
                    (0..columns.len()).filter(|at| columns.get(*at).is_some_and(|c| c.key > 0)).collect();
                keys.sort_by_key(|at| columns.get(*at).map(|column| column.key));
                keys
            }
        };
        // Whoever lists the table is told where there is no such column; others can do without it.
        let modified = modified.and_then(|name| rows::column(&names, name));
        Ok(Self { dialect, table, columns, names, keys, modified })
    }

    /// An error where nothing tells one row from another.
    pub(super) fn need_key(&self) -> Result<(), ConnectorError> {
        if self.keys.is_empty() {
            return Err(ConnectorError::new(
                ErrorKind::Settings,
                tr!(
                    "database-no-key",
                    table = format_args!("{}", self.table.id()),
                    columns = format_args!("{}", self.names.join(", "))
                ),
            ));
        }
        Ok(())
    }

    /// The column of this name, or an error that names the nearest.
    pub(super) fn need_column(&self, name: &str) -> Result<(usize, &Column), ConnectorError> {
        let at = need_column(&self.table.id(), &self.names, name)?;
        let column = self.columns.get(at);
        column
            .map(|column| (at, column))
            .ok_or_else(|| ConnectorError::new(ErrorKind::Content, tr!("database-no-column")))
    }

    /// The ids of these rows, or an error where two have one: none of them could be told from the other.
    pub(super) fn own_ids(&self, rows: &[Row]) -> Result<BTreeSet<String>, ConnectorError> {
        let mut ids = BTreeSet::new();
        for id in rows.iter().map(|row| self.id(row)) {
            if let Some(doubled) = ids.replace(id) {
                return Err(self.doubled(&doubled));
            }
        }
        Ok(ids)
    }

    /// What is told where several rows have this id.
    pub(super) fn doubled(&self, id: &str) -> ConnectorError {
        let columns: Vec<&str> = self.key_columns().map(|column| column.name.as_str()).collect();
        let columns = columns.join(", ");
        let text = tr!("database-same-id", table = self.table.id(), columns = columns, id = id);
        ConnectorError::new(ErrorKind::Content, text)
    }

    /// The table's name in a statement.
    pub(super) fn from(&self) -> String {
        let name = self.dialect.quote(&self.table.name);
        if self.table.schema.is_empty() { name } else { format!("{}.{name}", self.dialect.quote(&self.table.schema)) }
    }

    /// `SELECT` of all columns, up to the table.
    pub(super) fn select(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| self.dialect.text(column)).collect();
        format!("SELECT {} FROM {}", columns.join(", "), self.from())
    }

    /// `SELECT` of the keys only.
    pub(super) fn select_keys(&self) -> String {
        let keys: Vec<String> = self.key_columns().map(|column| self.dialect.text(column)).collect();
        format!("SELECT {} FROM {}", keys.join(", "), self.from())
    }

    /// `SELECT` of the number of rows, and of what the clock shows where this column holds times.
    pub(super) fn select_count(&self, modified: &Column) -> String {
        let count = match self.dialect {
            Dialect::Sqlite => "count(*)",
            Dialect::Postgres => "count(*)::text",
            Dialect::MySql => "CAST(count(*) AS CHAR)",
        };
        let now = self.dialect.now(modified).map(|now| format!(", {now}")).unwrap_or_default();
        format!("SELECT {count}{now} FROM {}", self.from())
    }

    /// The columns of the key.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.keys.iter().filter_map(|at| self.columns.get(*at))
    }

    /// The condition for one row; its parameters start at this number.
    pub(super) fn is_row(&self, first: usize) -> String {
        let one = |(at, column): (usize, &Column)| self.dialect.is(column, first + at);
        self.key_columns().enumerate().map(one).collect::<Vec<_>>().join(" AND ")
    }

    /// The values of an id; none where it cannot be one of this table.
    pub(super) fn key_of(&self, id: &str) -> Option<Vec<Option<String>>> {
        if self.keys.len() == 1 {
            return Some(vec![Some(id.to_owned())]);
        }
        let parts: Vec<String> = serde_json::from_str(id).ok()?;
        (parts.len() == self.keys.len()).then(|| parts.into_iter().map(Some).collect())
    }

    /// The id of a row.
    pub(super) fn id(&self, row: &Row) -> String {
        let parts: Vec<String> =
            self.keys.iter().map(|at| row.get(*at).cloned().flatten().unwrap_or_default()).collect();
        Self::joined(parts)
    }

    /// The id made of the values of the key.
    pub(super) fn joined(parts: Vec<String>) -> String {
        match parts.as_slice() {
            [one] => one.clone(),
            _ => serde_json::Value::from(parts).to_string(),
        }
    }

    /// The version of a row: a digest of all that it holds.
    pub(super) fn version(row: &Row) -> Version {
        let cells = row.iter().map(|cell| cell.as_ref().map_or_else(|| "n".to_owned(), |cell| format!("v{cell}")));
        Version(format!("{:016x}", of_texts(cells, &mut Vec::new())))
    }

    /// A value of a row as it is shown.
    pub(super) fn shown(&self, row: &Row, at: usize) -> String {
        self.columns.get(at).map(|column| column.shown(row.get(at).and_then(Option::as_ref))).unwrap_or_default()
    }

    /// The record of a row.
    pub(super) fn record(&self, row: &Row, want: &[(usize, String)], whole: bool) -> Record {
        let fields: Fields =
            want.iter().map(|(at, name)| (Name::new(name), Value::text(self.shown(row, *at)))).collect();
        let raw = whole.then(|| {
            let all = self.names.iter().zip(row).map(|(name, cell)| (name.clone(), cell.clone().into()));
            serde_json::Value::Object(all.collect()).to_string()
        });
        Record {
            id: RecordId(self.id(row)),
            version: Some(Self::version(row)),
            modified: self.moment(row),
            modified_by: None,
            fields,
            raw,
        }
    }

    /// When a row was last changed, where that is told for whoever reads it.
    fn moment(&self, row: &Row) -> Option<Timestamp> {
        let at = self.modified?;
        self.dialect.moment(self.columns.get(at)?, row.get(at)?.as_deref()?)
    }

    /// The columns that are wanted.
    pub(super) fn wanted(&self, want: &[String]) -> Result<Vec<(usize, String)>, ConnectorError> {
        want.iter().map(|name| Ok((self.need_column(name)?.0, name.clone()))).collect()
    }
}
