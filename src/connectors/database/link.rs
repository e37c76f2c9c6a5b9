//! One open connection to a database, whatever its kind. Every value goes and comes as text: the statements
//! convert them, so that no number or moment is bent on the way.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
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
                    options.connect().await.map(Link::MySql)
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

/// What a server's error means (SQLSTATE, appendix A of the manual of `PostgreSQL`).
fn told(error: sqlx::Error) -> ConnectorError {
    let sqlx::Error::Database(database) = &error else {
        return ConnectorError::caused(
            ErrorKind::InDoubt,
            tr!("database-broke", error = format_args!("{error}")),
            error,
        );
    };
    let code = database.code().map(Cow::into_owned).unwrap_or_default();
    let kind = if database.is_unique_violation() {
        ErrorKind::Exists
    } else {
        match code.get(..2).unwrap_or_default() {
            "40" | "53" | "55" | "57" => ErrorKind::Server,
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
