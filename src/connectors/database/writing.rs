//! Writes: one transaction for a call, one savepoint for a record, so that a refused one does not spoil the
//! others. A row is locked and its version checked in the same transaction that changes it.

use std::collections::BTreeMap;

use super::exchange;
use super::link::{Link, Row};
use super::table::{Column, Shape};
use crate::connectors::shared::rows::id_from_token;
use crate::connectors::{ConnectorError, Context, ErrorKind, Write, WriteKind, WriteResult};
use crate::model::{Fields, Record, RecordId, Version};
use crate::texts::tr;

/// Carries out the writes. `tokens` are the creates that this connector has carried out, with their ids.
pub(super) async fn write(
    link: &mut Link,
    shape: &Shape,
    context: &Context,
    want: &[(usize, String)],
    writes: &[Write],
    tokens: &BTreeMap<String, String>,
) -> Result<Vec<WriteResult>, ConnectorError> {
    if shape.table.read_only {
        return Err(ConnectorError::new(
            ErrorKind::Forbidden,
            tr!("database-read-only", table = format_args!("{}", shape.table.id())),
        ));
    }
    let mut refused = BTreeMap::new();
    loop {
        context.check()?;
        match transaction(link, shape, context, want, writes, tokens, &mut refused).await? {
            Some(results) => return Ok(results),
            // What one record set off ended the whole transaction, so the others are tried without it.
            None => drop(link.run("ROLLBACK").await),
        }
    }
}

/// One transaction with the writes that are not refused yet; none where a record that was refused took
/// all of it along (a rule such as `ON CONFLICT ROLLBACK`), so that there is one more in `refused`.
async fn transaction(
    link: &mut Link,
    shape: &Shape,
    context: &Context,
    want: &[(usize, String)],
    writes: &[Write],
    tokens: &BTreeMap<String, String>,
    refused: &mut BTreeMap<usize, ConnectorError>,
) -> Result<Option<Vec<WriteResult>>, ConnectorError> {
    link.run(shape.dialect.begin()).await.map_err(not_begun)?;
    let total = writes.len() as u64;
    let mut results: Vec<(usize, WriteResult)> = Vec::with_capacity(writes.len());
    let mut table = Table { link, shape, want, tokens };
    for (at, write) in writes.iter().enumerate().filter(|(at, _)| !refused.contains_key(at)).collect::<Vec<_>>() {
        context.step("writing the rows", at as u64, Some(total));
        if let Err(stopped) = context.check() {
            table.link.run("ROLLBACK").await.map_err(not_begun)?;
            return Err(stopped);
        }
        match table.alone(&write.kind, &write.token).await {
            Ok(result) => results.push((at, result)),
            Err(lost) => return lost.told(at, refused),
        }
    }
    if let Err((at, lost)) = exchange::once_more(&mut table, writes, &mut results).await {
        return lost.told(at, refused);
    }
    let link = table.link;
    if let Err(error) = link.run("COMMIT").await {
        // A broken connection does not tell whether the commit came through; the run looks it up.
        let error = link.after_commit(error);
        let failed =
            || ConnectorError::new(error.kind, tr!("database-not-taken", why = format_args!("{}", error.message)));
        for (_, result) in &mut results {
            if result.is_ok() {
                *result = Err(failed());
            }
        }
        // Where the transaction is still open, it is not left so.
        drop(link.run("ROLLBACK").await);
    }
    results.extend(std::mem::take(refused).into_iter().map(|(at, error)| (at, Err(error))));
    results.sort_by_key(|(at, _)| *at);
    Ok(Some(results.into_iter().map(|(_, result)| result).collect()))
}

/// An error from before the commit: of a connection that broke then nothing stays, so nothing is in doubt.
fn not_begun(error: ConnectorError) -> ConnectorError {
    if error.kind == ErrorKind::InDoubt { ConnectorError { kind: ErrorKind::Unreachable, ..error } } else { error }
}

/// A table within a transaction.
pub(super) struct Table<'a> {
    pub(super) link: &'a mut Link,
    pub(super) shape: &'a Shape,
    pub(super) want: &'a [(usize, String)],
    pub(super) tokens: &'a BTreeMap<String, String>,
}

/// Why there is no transaction any more.
pub(super) enum Lost {
    /// Something that concerns all of its writes.
    All(ConnectorError),
    /// What one record set off.
    One(ConnectorError),
}

impl Lost {
    /// What the transaction answers, where the write at this place lost it.
    fn told<T>(self, at: usize, refused: &mut BTreeMap<usize, ConnectorError>) -> Result<Option<T>, ConnectorError> {
        match self {
            Self::All(error) => Err(error),
            Self::One(error) => {
                refused.insert(at, error);
                Ok(None)
            }
        }
    }
}

impl Table<'_> {
    /// Carries out one write in a savepoint of its own, so that nothing of a refused one stays.
    pub(super) async fn alone(&mut self, kind: &WriteKind, token: &str) -> Result<WriteResult, Lost> {
        let all = |error| Lost::All(not_begun(error));
        self.link.run("SAVEPOINT duosync").await.map_err(all)?;
        match self.one(kind, token).await {
            Ok(stored) => {
                self.link.run("RELEASE SAVEPOINT duosync").await.map_err(all)?;
                Ok(Ok(stored))
            }
            // Without a connection nothing of the transaction stays.
            Err(error) if error.kind == ErrorKind::InDoubt => Err(all(error)),
            Err(first) => match self.link.run("ROLLBACK TO SAVEPOINT duosync").await {
                Ok(()) => Ok(Err(first)),
                // The transaction is gone (a full disk, a deadlock): the first error says why, and
                // that its savepoint is gone too says nothing.
                Err(_) if first.kind.is_temporary() || first.kind.is_for_all() => Err(Lost::All(first)),
                Err(second) if second.kind == ErrorKind::InDoubt => Err(all(second)),
                Err(_) => Err(Lost::One(first)),
            },
        }
    }

    async fn one(&mut self, kind: &WriteKind, token: &str) -> WriteResult {
        let (shape, want) = (self.shape, self.want);
        match kind {
            WriteKind::Create { fields, raw } => {
                create(self.link, shape, want, token, (fields, raw.as_deref()), self.tokens).await.map(Some)
            }
            WriteKind::Update { id, fields, expect } => {
                update(self.link, shape, want, id, fields, expect.as_ref()).await.map(Some)
            }
            WriteKind::Delete { id, expect } => {
                expected(self.link, shape, id, expect.as_ref()).await?;
                let sql = format!("DELETE FROM {} WHERE {}", shape.from(), shape.is_row(1));
                self.link.rows(sql, shape.key_of(id.as_str()).unwrap_or_default()).await?;
                Ok(None)
            }
        }
    }
}

/// The row with this id; none where there is none.
pub(super) async fn row(link: &mut Link, shape: &Shape, id: &str, lock: bool) -> Result<Option<Row>, ConnectorError> {
    let Some(key) = shape.key_of(id) else { return Ok(None) };
    let locked = if lock { shape.dialect.locked() } else { "" };
    let sql = format!("{} WHERE {}{locked}", shape.select(), shape.is_row(1));
    match link.rows(sql, key).await {
        // Some databases take `5x` for 5, so the id that was found is compared as a text.
        // What is written goes to all rows that were found, so there must be one.
        Ok(rows) if lock && rows.len() > 1 => Err(shape.doubled(id)),
        Ok(rows) => Ok(rows.into_iter().find(|row| shape.id(row) == id)),
        // A text that is no value of the key's type names no row; the savepoint takes the error back.
        Err(error) if error.kind == ErrorKind::Rejected && !lock => Ok(None),
        Err(error) if error.kind == ErrorKind::Rejected => Err(gone(shape, id)),
        Err(error) => Err(error),
    }
}

fn gone(shape: &Shape, id: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::NotFound,
        tr!("database-no-row", table = format_args!("{}", shape.table.id()), id = format_args!("{id}")),
    )
}

async fn expected(
    link: &mut Link,
    shape: &Shape,
    id: &RecordId,
    expect: Option<&Version>,
) -> Result<Row, ConnectorError> {
    let found = row(link, shape, id.as_str(), true).await?.ok_or_else(|| gone(shape, id.as_str()))?;
    if expect.is_some_and(|expect| *expect != Shape::version(&found)) {
        return Err(ConnectorError::new(
            ErrorKind::VersionMismatch,
            tr!("database-row-changed", table = format_args!("{}", shape.table.id()), id = format_args!("{id}")),
        ));
    }
    Ok(found)
}

async fn stored(link: &mut Link, shape: &Shape, want: &[(usize, String)], id: &str) -> Result<Record, ConnectorError> {
    let found = row(link, shape, id, true).await?.ok_or_else(|| {
        ConnectorError::new(ErrorKind::Rejected, tr!("database-row-hidden", id = format_args!("{id}")))
    })?;
    Ok(shape.record(&found, want, false))
}

async fn update(
    link: &mut Link,
    shape: &Shape,
    want: &[(usize, String)],
    id: &RecordId,
    fields: &Fields,
    expect: Option<&Version>,
) -> Result<Record, ConnectorError> {
    let before = expected(link, shape, id, expect).await?;
    let (mut sets, mut params) = (Vec::new(), Vec::new());
    for (name, value) in fields {
        let (at, column) = shape.need_column(name)?;
        let value = value.display();
        if shape.shown(&before, at) == value {
            continue;
        }
        may_write(column)?;
        if shape.keys.contains(&at) {
            return Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-column-of-ids", name = name)).about(name));
        }
        params.push(column.bound(&value));
        sets.push(format!("{} = {}", shape.dialect.quote(name), shape.dialect.param(params.len(), column)));
    }
    if sets.is_empty() {
        return Ok(shape.record(&before, want, false));
    }
    let sql = format!("UPDATE {} SET {} WHERE {}", shape.from(), sets.join(", "), shape.is_row(params.len() + 1));
    params.extend(shape.key_of(id.as_str()).unwrap_or_default());
    link.rows(sql, params).await?;
    stored(link, shape, want, id.as_str()).await
}

async fn create(
    link: &mut Link,
    shape: &Shape,
    want: &[(usize, String)],
    token: &str,
    (fields, raw): (&Fields, Option<&str>),
    tokens: &BTreeMap<String, String>,
) -> Result<Record, ConnectorError> {
    if let Some(id) = tokens.get(token)
        && let Some(found) = row(link, shape, id, true).await?
    {
        return Ok(shape.record(&found, want, false));
    }
    let mut values: BTreeMap<usize, Option<String>> = match raw {
        Some(raw) => restored(shape, raw)?,
        None => BTreeMap::new(),
    };
    for (name, value) in fields {
        let (at, column) = shape.need_column(name)?;
        let value = value.display();
        if value.is_empty() && raw.is_none() && (column.has_default || !column.not_null) {
            continue;
        }
        may_write(column)?;
        values.insert(at, column.bound(&value));
    }
    if let [at] = shape.keys.as_slice()
        && let Some(column) = shape.columns.get(*at)
        && values.get(at).is_none_or(|value| value.as_ref().is_none_or(String::is_empty))
    {
        values.remove(at);
        if !column.has_default && !column.read_only {
            let id = own_id(column, token)?;
            if let Some(found) = row(link, shape, &id, true).await? {
                return Ok(shape.record(&found, want, false));
            }
            values.insert(*at, Some(id));
        }
    }
    let id = insert(link, shape, values).await?;
    stored(link, shape, want, &id).await
}

/// Inserts the row and says its id.
async fn insert(
    link: &mut Link,
    shape: &Shape,
    values: BTreeMap<usize, Option<String>>,
) -> Result<String, ConnectorError> {
    let given: Option<Vec<String>> = shape.keys.iter().map(|at| values.get(at).cloned().flatten()).collect();
    let is_mysql = matches!(link, Link::MySql(_));
    let (mut names, mut places, mut params) = (Vec::new(), Vec::new(), Vec::new());
    for (at, value) in values {
        let Some(column) = shape.columns.get(at) else { continue };
        params.push(value);
        names.push(shape.dialect.quote(&column.name));
        places.push(shape.dialect.param(params.len(), column));
    }
    let what = match (names.is_empty(), is_mysql) {
        (true, false) => "DEFAULT VALUES".to_owned(),
        (_, _) => format!("({}) VALUES ({})", names.join(", "), places.join(", ")),
    };
    let insert = format!("INSERT INTO {} {what}", shape.from());
    if is_mysql {
        link.rows(insert, params).await?;
        if let Some(given) = given {
            return Ok(Shape::joined(given));
        }
        let rows = link.rows("SELECT CAST(LAST_INSERT_ID() AS CHAR)".to_owned(), Vec::new()).await?;
        return Ok(rows.into_iter().flatten().flatten().next().unwrap_or_default());
    }
    let keys: Vec<String> = shape.key_columns().map(|column| shape.dialect.text(column)).collect();
    let rows = link.rows(format!("{insert} RETURNING {}", keys.join(", ")), params).await?;
    let key = rows.into_iter().next().unwrap_or_default();
    Ok(Shape::joined(key.into_iter().map(Option::unwrap_or_default).collect()))
}

fn may_write(column: &Column) -> Result<(), ConnectorError> {
    if !column.read_only {
        return Ok(());
    }
    Err(ConnectorError::new(
        ErrorKind::Rejected,
        tr!("database-filled-itself", column = format_args!("{}", column.name)),
    )
    .about(&column.name))
}

/// An id for a table whose database makes none: from the create's token, so that a second try finds it.
fn own_id(column: &Column, token: &str) -> Result<String, ConnectorError> {
    if column.type_name.eq_ignore_ascii_case("uuid") {
        return Ok(token.to_owned());
    }
    if column.is_text {
        let fits = column.max_length.is_none_or(|longest| longest >= token.len());
        return Ok(if fits { token.to_owned() } else { id_from_token(token) });
    }
    Err(ConnectorError::new(ErrorKind::Rejected, tr!("database-needs-key", column = format_args!("{}", column.name)))
        .about(&column.name))
}

/// The values of a row that is brought back. Columns that the table no longer has are left out.
fn restored(shape: &Shape, raw: &str) -> Result<BTreeMap<usize, Option<String>>, ConnectorError> {
    let object: BTreeMap<String, Option<String>> = serde_json::from_str(raw)
        .map_err(|error| ConnectorError::caused(ErrorKind::Rejected, tr!("database-copy-unreadable"), error))?;
    let kept = shape.columns.iter().enumerate().filter(|(_, column)| !column.read_only);
    Ok(kept.filter_map(|(at, column)| Some((at, object.get(&column.name)?.clone()))).collect())
}
