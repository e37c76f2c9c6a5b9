//! One open connection to a database, whatever its kind. Every value goes and comes as text: the statements
//! convert them, so that no number or moment is bent on the way.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, PgConnection, Row as _};

use super::sqlite::File;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

/// How long a server may take to answer when it is connected to.
const CONNECT: Duration = Duration::from_secs(20);

/// One row.
pub(super) type Row = Vec<Option<String>>;

/// Where the database is.
#[derive(Clone)]
pub(super) enum Address {
    /// A file.
    File(PathBuf),
    /// A server; `plain` allows a connection without TLS.
    Server {
        /// `postgres` or `mysql`.
        kind: super::dialect::Dialect,
        /// Its host name.
        host: String,
        /// Its port.
        port: u16,
        /// The database.
        database: String,
        /// Who signs in.
        username: String,
        /// The password.
        password: Option<String>,
        /// Whether TLS may be left out.
        plain: bool,
    },
}

/// An open connection.
pub(super) enum Link {
    /// A file of `SQLite`.
    Sqlite(File),
    /// A server of `PostgreSQL`.
    Postgres(PgConnection),
    /// A server of `MySQL` or `MariaDB`.
    MySql(MySqlConnection),
}

impl Address {
    /// Connects.
    pub(super) async fn connect(&self) -> Result<Link, ConnectorError> {
        let (kind, host, port, database, username, password, plain) = match self {
            Self::File(path) => return Ok(Link::Sqlite(File::open(path).await?)),
            Self::Server { kind, host, port, database, username, password, plain } => {
                (kind, host, *port, database, username, password, *plain)
            }
        };
        let connect = async {
            match kind {
                super::dialect::Dialect::MySql => {
                    let mode = if plain { MySqlSslMode::Preferred } else { MySqlSslMode::VerifyIdentity };
                    let mut options = MySqlConnectOptions::new()
                        .host(host)
                        .port(port)
                        .database(database)
                        .username(username)
                        .charset("utf8mb4")
                        .ssl_mode(mode);
                    if let Some(password) = password {
                        options = options.password(password);
                    }
                    let mut connection = options.connect().await?;
                    // A server that is not strict cuts off what is too long, and says nothing.
                    sqlx::raw_sql("SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')")
                        .execute(&mut connection)
                        .await?;
                    Ok(Link::MySql(connection))
                }
                super::dialect::Dialect::Postgres | super::dialect::Dialect::Sqlite => {
                    let mode = if plain { PgSslMode::Prefer } else { PgSslMode::VerifyFull };
                    let mut options = PgConnectOptions::new_without_pgpass()
                        .host(host)
                        .port(port)
                        .database(database)
                        .username(username)
                        .application_name("Duosync")
                        .options([("datestyle", "ISO"), ("timezone", "UTC")])
                        .ssl_mode(mode);
                    if let Some(password) = password {
                        options = options.password(password);
                    }
                    options.connect().await.map(Link::Postgres)
                }
            }
        };
        let place = format!("{host}:{port}");
        match tokio::time::timeout(CONNECT, connect).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(unreachable(&place, error)),
            Err(_elapsed) => Err(ConnectorError::new(
                ErrorKind::Unreachable,
                tr!(
                    "database-silent",
                    seconds = format_args!("{}", CONNECT.as_secs()),
                    place = format_args!("{place}")
                ),
            )),
        }
    }
}

impl Link {
    /// Runs a statement; every value comes as text.
    pub(super) async fn rows(&mut self, sql: String, params: Vec<Option<String>>) -> Result<Vec<Row>, ConnectorError> {
        match self {
            Self::Sqlite(file) => file.rows(sql, params).await,
            Self::Postgres(connection) => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for param in params {
                    query = query.bind(param);
                }
                let rows = query.fetch_all(connection).await.map_err(told)?;
                rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at).map_err(told)).collect()).collect()
            }
            Self::MySql(connection) => {
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for param in params {
                    query = query.bind(param);
                }
                let rows = query.fetch_all(connection).await.map_err(told)?;
                // Some of the server's own tables give texts as bytes.
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                let cells = |row: &sqlx::mysql::MySqlRow| {
                    (0..row.len())
                        .map(|at| {
                            row.try_get_unchecked::<Option<Vec<u8>>, _>(at).map(|cell| cell.map(text)).map_err(told)
                        })
                        .collect()
                };
                rows.iter().map(cells).collect()
            }
        }
    }

    /// Runs statements of a transaction, which have no parameters and no answer.
    pub(super) async fn run(&mut self, sql: &'static str) -> Result<(), ConnectorError> {
        match self {
            Self::Sqlite(file) => file.rows(sql.to_owned(), Vec::new()).await.map(drop),
            Self::Postgres(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(told),
            Self::MySql(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(told),
        }
    }

    /// What an error means that was the answer to a commit.
    pub(super) fn after_commit(&self, error: ConnectorError) -> ConnectorError {
        let source = error.source.as_ref().and_then(|source| source.downcast_ref::<sqlx::Error>());
        let open = match self {
            // What it could not write, it takes back itself.
            Self::Sqlite(_) => false,
            Self::Postgres(_) | Self::MySql(_) => source.is_none_or(leaves_open),
        };
        if open { ConnectorError { kind: ErrorKind::InDoubt, ..error } } else { error }
    }

    /// Says goodbye to the server.
    pub(super) async fn close(self) {
        // A connection that is gone already needs no goodbye.
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(connection) => drop(connection.close().await),
            Self::MySql(connection) => drop(connection.close().await),
        }
    }
}

fn unreachable(place: &str, error: sqlx::Error) -> ConnectorError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(Cow::into_owned);
    match (&error, code.as_deref()) {
        (sqlx::Error::Database(_), Some("28P01" | "28000")) => {
            ConnectorError::caused(ErrorKind::SignIn, tr!("database-sign-in", place = format_args!("{place}")), error)
        }
        (sqlx::Error::Database(database), Some("3D000" | "42000")) => {
            let message = tr!(
                "database-none-such",
                why = format_args!("{}", database.message()),
                place = format_args!("{place}")
            );
            ConnectorError::caused(ErrorKind::Settings, message, error)
        }
        (sqlx::Error::Database(database), _) => {
            let message = tr!(
                "database-refuses-connection",
                why = format_args!("{}", database.message()),
                place = format_args!("{place}")
            );
            ConnectorError::caused(ErrorKind::Unreachable, message, error)
        }
        (sqlx::Error::Tls(_), _) => ConnectorError::caused(
            ErrorKind::Unreachable,
            tr!("database-no-encryption", place = format_args!("{place}")),
            error,
        ),
        _ => ConnectorError::caused(
            ErrorKind::Unreachable,
            tr!("database-unreachable", place = format_args!("{place}"), error = format_args!("{error}")),
            error,
        ),
    }
}

/// What a server's error means (SQLSTATE, appendix A of the manual of `PostgreSQL`; the numbers of `MariaDB`
/// where its SQLSTATE only says that there is an error).
fn told(error: sqlx::Error) -> ConnectorError {
    let sqlx::Error::Database(database) = &error else {
        let unread = matches!(
            &error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnIndexOutOfBounds { .. }
        );
        let (kind, what) = if unread {
            (ErrorKind::BadAnswer, tr!("database-bad-answer"))
        } else {
            (ErrorKind::InDoubt, tr!("database-broke-off"))
        };
        return ConnectorError::caused(kind, format!("{what}: {error}"), error);
    };
    let code = database.code().map(Cow::into_owned).unwrap_or_default();
    let number = database.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
    let kind = if database.is_unique_violation() {
        ErrorKind::Exists
    } else if let Some(kind) = number.and_then(numbered) {
        kind
    } else {
        match code.get(..2).unwrap_or_default() {
            "40" | "53" | "55" | "57" | "58" => ErrorKind::Server,
            "08" => ErrorKind::InDoubt,
            "28" => ErrorKind::SignIn,
            _ if matches!(code.as_str(), "42501" | "25006") || database.message().contains("denied") => {
                ErrorKind::Forbidden
            }
            _ => ErrorKind::Rejected,
        }
    };
    let message = tr!("database-refuses", why = format_args!("{}", database.message()));
    ConnectorError::caused(kind, message, error)
}

/// What the number of an error of `MySQL` or `MariaDB` means where it concerns more than one record.
const fn numbered(number: u16) -> Option<ErrorKind> {
    match number {
        // The server, the transaction or the table is switched to reading only.
        1036 | 1290 | 1792 | 1836 => Some(ErrorKind::Forbidden),
        // No room on the disk, in the memory or in the table; out of connections; a lock that is held by
        // somebody else; a deadlock; a server that is being stopped or has trouble with its own files.
        1021 | 1026 | 1030 | 1037 | 1038 | 1040 | 1041 | 1053 | 1114 | 1135 | 1180 | 1203 | 1205 | 1206 | 1213
        | 1226 | 1317 | 1412 | 1637 | 1927 | 1969 | 3024 => Some(ErrorKind::Server),
        _ => None,
    }
}

/// Whether the answer to a commit leaves it open whether what was changed stays. `PostgreSQL` may end a
/// connection (57P01) after it has committed; a shutdown, a full disk or a broken file may hit a server in the
/// midst of it. What a rule or a deadlock refuses is refused for certain.
fn leaves_open(error: &sqlx::Error) -> bool {
    let Some(database) = error.as_database_error() else { return true };
    match database.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number) {
        Some(number) => numbered(number) == Some(ErrorKind::Server) && !matches!(number, 1205 | 1206 | 1213),
        None => {
            let code = database.code().unwrap_or_default();
            matches!(code.get(..2).unwrap_or_default(), "08" | "53" | "57" | "58" | "XX")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_concern_more_than_one_record_are_told_apart() {
        for number in [1290, 1036, 1792, 1836] {
            assert_eq!(numbered(number), Some(ErrorKind::Forbidden), "{number}");
        }
        for number in [1205, 1021, 1114, 1053, 1213] {
            assert_eq!(numbered(number), Some(ErrorKind::Server), "{number}");
        }
        // A value that is too long, and one that a rule refuses.
        for number in [1406, 4025] {
            assert_eq!(numbered(number), None, "{number}");
        }
    }
}
