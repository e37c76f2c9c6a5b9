//! `SQLite` files. Beside the store this is the only user of rusqlite: the operator's own database, which has
//! nothing to do with what Duosync remembers.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

use super::link::Row;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

/// How long another program may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// One open file.
pub(super) struct File(Arc<Mutex<Connection>>);

impl File {
    /// Opens the file, which must be there already.
    pub(super) async fn open(path: &Path) -> Result<Self, ConnectorError> {
        let path = path.to_owned();
        let shown = path.display().to_string();
        let open = move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection =
                Connection::open_with_flags(&path, flags).or_else(|_| Connection::open_with_flags(&path, read_only))?;
            connection.busy_timeout(PATIENCE)?;
            // Reading the schema finds out whether it is a database at all.
            connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            Ok(connection)
        };
        let opened: Result<Connection, rusqlite::Error> = blocking(open).await?;
        let connection = opened.map_err(|error| {
            let message = match error.sqlite_error_code() {
                Some(ErrorCode::CannotOpen) => {
                    tr!("database-no-file", shown = format_args!("{shown}"))
                }
                Some(ErrorCode::NotADatabase) => tr!("database-not-sqlite", shown = format_args!("{shown}")),
                _ => tr!("database-not-opened", shown = format_args!("{shown}"), error = format_args!("{error}")),
            };
            ConnectorError::caused(ErrorKind::File, message, error)
        })?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs a statement; every value comes as text.
    pub(super) async fn rows(&self, sql: String, params: Vec<Option<String>>) -> Result<Vec<Row>, ConnectorError> {
        let connection = Arc::clone(&self.0);
        let run = move || -> Result<Vec<Row>, rusqlite::Error> {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut statement = connection.prepare_cached(&sql)?;
            let count = statement.column_count();
            let mut rows = statement.query(params_from_iter(params))?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let text = |at| Ok(text_of(row.get_ref(at)?));
                all.push((0..count).map(text).collect::<Result<Row, rusqlite::Error>>()?);
            }
            Ok(all)
        };
        blocking(run).await?.map_err(told)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ConnectorError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ConnectorError::caused(ErrorKind::File, tr!("database-work-broke-off"), error))
}

fn text_of(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
    }
}

fn told(error: rusqlite::Error) -> ConnectorError {
    let kind = match (error.sqlite_error_code(), &error) {
        (Some(ErrorCode::ConstraintViolation), rusqlite::Error::SqliteFailure(code, _))
            if matches!(code.extended_code, 1555 | 2067) =>
        {
            ErrorKind::Exists
        }
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => ErrorKind::Server,
        (Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied), _) => ErrorKind::Forbidden,
        (
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::NotADatabase
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::CannotOpen,
            ),
            _,
        ) => ErrorKind::File,
        _ => ErrorKind::Rejected,
    };
    let message = if kind == ErrorKind::Server {
        tr!("database-held")
    } else {
        tr!("database-refuses-error", error = format_args!("{error}"))
    };
    ConnectorError::caused(kind, message, error)
}
