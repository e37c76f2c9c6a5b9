//! Tables and views of `SQLite`, `PostgreSQL` and `MySQL` or `MariaDB`.
//!
//! A table is a collection, its primary key the id, and a digest of the whole row its version. Names are
//! quoted, values bound as parameters, and only the columns that a write names are written (`writing`). With
//! a column that the database sets at each change (`modified`), a listing of changes reads the rows since
//! then, with five minutes of overlap for transactions that were slow to commit, or a day and three hours where
//! the column does not say in which zone its times are, as those who write may have clocks in different ones. A
//! time that is yet to come is not gone by, and where the database's clock was put back the table is read whole.
//! Only a moment whose zone is known is told with the record. Numbers are read back a little too, for a
//! transaction that ends later may bear a lower one. Where nothing says that a later change has a higher value, as with
//! texts in no order, the table is read whole. Two rows of one id are refused, as nothing would tell one from the
//! other. A listing says how many rows there are, so that the run finds out where one is gone without reading all
//! ids. A number does not show a row that is gone while another came with an old time, as out of a copy; so at
//! every 250th listing the ids are compared too, and where rows have come or gone the table is read whole.

mod dialect;
mod exchange;
mod link;
mod sqlite;
mod table;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use self::dialect::Dialect;
use self::link::{Address, Link, Row};
use self::table::{Shape, Table};
use super::shared::{digest, guess};
use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteKind, WriteResult};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Identity, Kind, Listing, OptionInfo, OptionKind, PlatformInfo,
    Record, RecordId, Scope, SignIn,
};
use crate::texts::tr;

/// Writes of one transaction.
const BATCH: usize = 100;
/// Samples that are shown of a column.
const SAMPLES: usize = 5;
/// At which listing of changes the ids are compared: about once a day where a pair runs every five minutes.
const EVERY: u32 = 250;
/// How many rows of the overlap a cursor remembers, so that they are not listed again.
const REMEMBERED: usize = 1_000;

/// The connector of one database.
pub struct DatabaseConnector {
    dialect: Dialect,
    address: Address,
    key: Option<String>,
    modified: Option<String>,
    requests: AtomicU64,
    /// Creates that were carried out, with the ids that the database gave.
    tokens: Mutex<BTreeMap<String, String>>,
}

/// Where a listing of changes goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// What was asked of which table.
    asked: String,
    /// The ids that there were when they were last read.
    ids: String,
    /// How many listings of changes there were since.
    #[serde(default)]
    counted: u32,
    /// The newest moment of a change.
    newest: Option<String>,
    /// Rows of about that moment, as they were.
    seen: BTreeSet<String>,
}

/// What accounts of these kinds need.
pub(super) fn platforms() -> Vec<PlatformInfo> {
    let more = |first: Vec<OptionInfo>| {
        let mut options = first;
        options.extend([
            OptionInfo::optional(
                "key",
                "Column that identifies a row, where there is no primary key",
                "",
                OptionKind::Text,
            )
            .advanced(),
            OptionInfo::optional("modified", "Column with the time of the last change", "updated_at", OptionKind::Text)
                .advanced(),
        ]);
        options
    };
    let server = |kind: &str, name: &str, url: &str| PlatformInfo {
        kind: kind.to_owned(),
        name: name.to_owned(),
        about: "A table or view of a database on a server.".to_owned(),
        options: more(vec![
            OptionInfo::required("url", "Address of the database", url, OptionKind::Url),
            OptionInfo::required("username", "User name", "", OptionKind::Text),
            OptionInfo::optional(
                "allow_unencrypted",
                "Connect without encryption",
                "Only where the server is in your own building.",
                OptionKind::Flag,
            )
            .advanced(),
        ]),
        sign_in: SignIn::Secret { label: "Password".to_owned(), help: String::new(), optional: true },
    };
    let endings = ["sqlite", "sqlite3", "db", "db3"].map(str::to_owned).to_vec();
    vec![
        PlatformInfo {
            kind: "sqlite".to_owned(),
            name: "Database file (SQLite)".to_owned(),
            about: "A table or view of a database in a file.".to_owned(),
            options: more(vec![OptionInfo::required("path", "File", "shop.db", OptionKind::File(endings))]),
            sign_in: SignIn::None,
        },
        server("postgresql", "PostgreSQL database", "postgresql://db.example.com/shop"),
        server("mysql", "MySQL or MariaDB database", "mysql://db.example.com/shop"),
    ]
}

impl DatabaseConnector {
    /// A connector for these settings. Nothing is opened yet.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the settings name no database, or the wrong kind of one.
    pub fn open(settings: &AccountSettings, password: Option<&str>) -> Result<Self, ConnectorError> {
        let option =
            |name: &str| settings.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let wrong = |message: String| ConnectorError::new(ErrorKind::Settings, message);
        let dialect = match settings.connector.as_str() {
            "sqlite" => Dialect::Sqlite,
            "mysql" => Dialect::MySql,
            _ => Dialect::Postgres,
        };
        let address = if dialect == Dialect::Sqlite {
            let path = option("path").ok_or_else(|| wrong(tr!("files-names-no-file", account = settings.name)))?;
            Address::File(PathBuf::from(path))
        } else {
            let text = option("url").ok_or_else(|| wrong(tr!("database-no-address", account = settings.name)))?;
            let url = url::Url::parse(text).map_err(|error| {
                ConnectorError::caused(ErrorKind::Settings, tr!("database-address", text = text), error)
            })?;
            let fits = match dialect {
                Dialect::MySql => matches!(url.scheme(), "mysql" | "mariadb"),
                Dialect::Postgres | Dialect::Sqlite => matches!(url.scheme(), "postgresql" | "postgres"),
            };
            let database = url.path().trim_matches('/').to_owned();
            let (Some(host), true, false) = (url.host_str(), fits, database.is_empty()) else {
                return Err(wrong(tr!("database-address-of-kind", text = text, kind = settings.connector)));
            };
            if url.password().is_some() || !url.username().is_empty() || url.query().is_some() {
                return Err(wrong(tr!("database-address-parts")));
            }
            let host = host.trim_matches(['[', ']']).to_owned();
            let own = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback());
            let allowed = option("allow_unencrypted")
                .is_some_and(|flag| matches!(flag.to_ascii_lowercase().as_str(), "yes" | "true" | "1"));
            Address::Server {
                kind: dialect,
                host,
                port: url.port().unwrap_or(if dialect == Dialect::MySql { 3306 } else { 5432 }),
                database,
                username: option("username").unwrap_or_default().to_owned(),
                password: password.map(str::to_owned),
                plain: own || allowed,
            }
        };
        Ok(Self {
            dialect,
            address,
            key: option("key").map(str::to_owned),
            modified: option("modified").map(str::to_owned),
            requests: AtomicU64::new(0),
            tokens: Mutex::default(),
        })
    }

    async fn connect(&self, context: &Context) -> Result<Link, ConnectorError> {
        context.check()?;
        context.step("connecting to the database", 0, None);
        self.requests.fetch_add(1, Ordering::Relaxed);
        tokio::select! {
            link = self.address.connect() => link,
            () = context.cancel.cancelled() => Err(ConnectorError::new(ErrorKind::Cancelled, tr!("connector-stopped"))),
        }
    }

    async fn shape(&self, link: &mut Link, collection: &str) -> Result<Shape, ConnectorError> {
        let mut tables = self.dialect.tables(link).await?;
        self.requests.fetch_add(2, Ordering::Relaxed);
        let named = tables
            .iter()
            .position(|table| table.id() == collection || format!("{}.{}", table.schema, table.name) == collection);
        let at = match (named, collection, tables.len()) {
            (Some(at), _, _) => at,
            (None, "", 1) => 0,
            (None, "", _) => {
                let names: Vec<String> = tables.iter().map(Table::id).collect();
                return Err(ConnectorError::new(
                    ErrorKind::Settings,
                    tr!("database-several", tables = format_args!("{}", names.join(", "))),
                ));
            }
            (None, _, _) => {
                return Err(ConnectorError::new(
                    ErrorKind::NotFound,
                    tr!("database-no-table", collection = collection),
                ));
            }
        };
        Shape::read(self.dialect, link, tables.swap_remove(at), self.key.as_deref(), self.modified.as_deref()).await
    }

    /// Reads rows, and can be stopped.
    async fn read(
        &self,
        link: &mut Link,
        context: &Context,
        sql: String,
        params: Vec<Option<String>>,
    ) -> Result<Vec<Row>, ConnectorError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        tokio::select! {
            rows = link.rows(sql, params) => rows,
            () = context.cancel.cancelled() => Err(ConnectorError::new(ErrorKind::Cancelled, tr!("connector-stopped"))),
        }
    }

    async fn listing(
        &self,
        link: &mut Link,
        context: &Context,
        shape: &Shape,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        shape.need_key()?;
        let columns = shape.wanted(want)?;
        let mut names: Vec<&str> = want.iter().map(String::as_str).collect();
        names.sort_unstable();
        let table = shape.table.id();
        names.extend([
            table.as_str(),
            self.key.as_deref().unwrap_or_default(),
            self.modified.as_deref().unwrap_or_default(),
        ]);
        let asked = format!("{:016x}", digest::of_texts(names, &mut Vec::new()));
        context.step("reading the rows", 0, None);
        let Some(modified) = &self.modified else {
            let rows = self.read(link, context, shape.select(), Vec::new()).await?;
            shape.own_ids(&rows)?;
            let cursor = Cursor(format!("db1-{asked}-{}", whole(shape, &rows)));
            if since == Some(&cursor) {
                return Ok(Listing { cursor: Some(cursor), ..Listing::no_changes() });
            }
            return Ok(Listing::full(
                rows.iter().map(|row| shape.record(row, &columns, false)).collect(),
                Some(cursor),
            ));
        };
        let (modified_at, modified) = shape.need_column(modified)?;
        let order = format!(" ORDER BY {}", self.dialect.quote(&modified.name));
        let mark = match since {
            Some(since) => {
                let mark = serde_json::from_str::<Mark>(&since.0).ok().filter(|mark| mark.asked == asked);
                Some(mark.ok_or_else(|| ConnectorError::new(ErrorKind::CursorExpired, tr!("database-read-anew")))?)
            }
            None => None,
        };
        let newest_of = |rows: &[Row], now: Option<&str>| {
            let newest = rows.iter().rev().find_map(|row| row.get(modified_at)?.as_deref())?;
            Some(self.dialect.no_later(newest, now).to_owned())
        };
        let seen_of =
            |rows: &[Row]| rows.iter().rev().take(REMEMBERED).map(|row| seen(shape, row)).collect::<BTreeSet<_>>();
        let mark = match mark {
            Some(mark) if mark.counted + 1 >= EVERY => {
                let ids = ids_of(shape, &self.read(link, context, shape.select_keys(), Vec::new()).await?);
                (mark.ids == ids).then_some(Mark { counted: 0, ..mark })
            }
            Some(mark) => Some(Mark { counted: mark.counted + 1, ..mark }),
            None => None,
        };
        // Where nothing says that a later change has a higher value, the table is read whole.
        let since = mark.and_then(|mark| {
            let newest = mark.newest.clone()?;
            Some((self.dialect.order(modified, &newest)?, newest, mark))
        });
        if let Some((follows, newest, Mark { seen: known, ids, counted, .. })) = since {
            let count = self.read(link, context, shape.select_count(modified), Vec::new()).await?;
            let Count { total, now } = Count::of(count)?;
            // Where the clock was put back, what changed since may look older than what was read.
            if self.dialect.no_later(&newest, now.as_deref()) != newest {
                return Err(ConnectorError::new(ErrorKind::CursorExpired, tr!("database-read-anew")));
            }
            let sql = format!("{} WHERE {}{order}", shape.select(), self.dialect.since(modified, follows));
            let rows = self.read(link, context, sql, vec![Some(newest.clone())]).await?;
            shape.own_ids(&rows)?;
            let records = rows.iter().filter(|row| !known.contains(&seen(shape, row)));
            let records: Vec<Record> = records.map(|row| shape.record(row, &columns, false)).collect();
            let newest = newest_of(&rows, now.as_deref()).or(Some(newest));
            let mark = Mark { asked, ids, counted, newest, seen: seen_of(&rows) };
            return Ok(Listing {
                scope: Scope::Changes,
                complete: true,
                records,
                gone: Vec::new(),
                total: Some(total),
                cursor: cursor(&mark),
            });
        }
        let now = match self.dialect.now(modified) {
            Some(now) => self.read(link, context, format!("SELECT {now}"), Vec::new()).await?.pop(),
            None => None,
        };
        let now = now.and_then(|row| row.into_iter().next().flatten());
        let rows = self.read(link, context, format!("{}{order}", shape.select()), Vec::new()).await?;
        let ids = shape.own_ids(&rows)?;
        let newest = newest_of(&rows, now.as_deref());
        // The ids of just these rows: one that came between the two readings is found at the next one.
        let mark = Mark { asked, ids: sum(&ids), counted: 0, newest, seen: seen_of(&rows) };
        let records = rows.iter().map(|row| shape.record(row, &columns, false)).collect();
        Ok(Listing::full(records, cursor(&mark)))
    }
}

/// What is told of a table before its changes are read.
struct Count {
    /// How many rows there are.
    total: u64,
    /// What the clock shows, where the column of changes holds times.
    now: Option<String>,
}

impl Count {
    /// Reads the answer to [`Shape::select_count`].
    fn of(mut rows: Vec<Row>) -> Result<Self, ConnectorError> {
        let mut cells = rows.pop().unwrap_or_default().into_iter();
        let total = cells.next().flatten().and_then(|count| count.parse().ok());
        let total = total.ok_or_else(|| ConnectorError::new(ErrorKind::Server, tr!("database-no-count")))?;
        Ok(Self { total, now: cells.next().flatten() })
    }
}

fn cursor(mark: &Mark) -> Option<Cursor> {
    serde_json::to_string(mark).ok().map(Cursor)
}

fn seen(shape: &Shape, row: &Row) -> String {
    let texts = [shape.id(row), Shape::version(row).0];
    format!("{:016x}", digest::of_texts(texts, &mut Vec::new()))
}

/// A digest of all rows, in whatever order they come.
fn whole(shape: &Shape, rows: &[Row]) -> String {
    let all: BTreeSet<String> = rows.iter().map(|row| seen(shape, row)).collect();
    format!("{}-{:016x}", all.len(), digest::of_texts(&all, &mut Vec::new()))
}

fn ids_of(shape: &Shape, keys: &[Row]) -> String {
    let id = |row: &Row| Shape::joined(row.iter().map(|cell| cell.clone().unwrap_or_default()).collect());
    debug_assert!(keys.iter().all(|row| row.len() == shape.keys.len()));
    sum(&keys.iter().map(id).collect())
}

fn sum(ids: &BTreeSet<String>) -> String {
    format!("{}-{:016x}", ids.len(), digest::of_texts(ids, &mut Vec::new()))
}

#[async_trait]
impl Connector for DatabaseConnector {
    fn abilities(&self) -> Abilities {
        Abilities {
            batch: Batch::UpTo(BATCH),
            incremental: self.modified.is_some(),
            modified: self.modified.is_some(),
            bound_cursors: false,
            finds_late: false,
        }
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        let mut link = self.connect(context).await?;
        let who = match &self.address {
            Address::File(path) => path
                .canonicalize()
                .map_err(|error| super::shared::file::cannot(path, super::shared::file::Doing::Read, error))?
                .to_string_lossy()
                .into_owned(),
            Address::Server { kind, host, port, database, .. } => {
                let (word, sql) = match kind {
                    Dialect::MySql => ("mysql", "SELECT CAST(CURRENT_USER() AS CHAR)"),
                    Dialect::Postgres | Dialect::Sqlite => ("postgresql", "SELECT current_user::text"),
                };
                let rows = self.read(&mut link, context, sql.to_owned(), Vec::new()).await?;
                let user = rows.into_iter().flatten().flatten().next().unwrap_or_default();
                format!("{word}://{user}@{host}:{port}/{database}")
            }
        };
        link.close().await;
        Ok(Identity(who))
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        let mut link = self.connect(context).await?;
        let tables = self.dialect.tables(&mut link).await?;
        link.close().await;
        let info = |table: Table| CollectionInfo { id: table.id(), name: table.id(), read_only: table.read_only };
        Ok(tables.into_iter().map(info).collect())
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let mut link = self.connect(context).await?;
        let shape = self.shape(&mut link, collection).await?;
        let rows = self.read(&mut link, context, format!("{} LIMIT 200", shape.select()), Vec::new()).await?;
        link.close().await;
        let describe = |(at, column): (usize, &table::Column)| {
            let mut samples: Vec<String> = Vec::new();
            for row in &rows {
                let value = shape.shown(row, at);
                if samples.len() < SAMPLES && !value.trim().is_empty() && !samples.contains(&value) {
                    samples.push(value);
                }
            }
            let guessed = if column.is_text { guess::kind(&column.name, &samples) } else { Kind::Text };
            FieldInfo {
                name: column.name.clone(),
                label: column.name.clone(),
                kind: Some(column.kind.unwrap_or(guessed)),
                read_only: column.read_only || shape.table.read_only || shape.keys.contains(&at),
                required: column.not_null && !column.has_default && !column.read_only && !shape.keys.contains(&at),
                choices: column.choices.clone(),
                max_length: column.max_length,
                samples,
            }
        };
        Ok(shape.columns.iter().enumerate().map(describe).collect())
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let mut link = self.connect(context).await?;
        let shape = self.shape(&mut link, collection).await?;
        let listing = self.listing(&mut link, context, &shape, want, since).await;
        link.close().await;
        listing
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        let mut link = self.connect(context).await?;
        let shape = self.shape(&mut link, collection).await?;
        shape.need_key()?;
        let want = shape.wanted(want)?;
        let mut records = Vec::new();
        for id in ids {
            context.check()?;
            self.requests.fetch_add(1, Ordering::Relaxed);
            if let Some(row) = writing::row(&mut link, &shape, id.as_str(), false).await? {
                records.push(shape.record(&row, &want, true));
            }
        }
        link.close().await;
        Ok(records)
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let mut link = self.connect(context).await?;
        let shape = self.shape(&mut link, collection).await?;
        shape.need_key()?;
        let want = shape.wanted(want)?;
        let mut rows = Vec::new();
        if let Some(token) = &find.token {
            let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned();
            let made = super::shared::rows::id_from_token(token);
            for id in known.into_iter().chain([token.clone(), made]) {
                if rows.is_empty() {
                    rows.extend(writing::row(&mut link, &shape, &id, false).await?);
                }
            }
        }
        if let (true, Some((name, value))) = (rows.is_empty(), &find.field) {
            let (_, column) = shape.need_column(name)?;
            let sql = format!("{} WHERE {}", shape.select(), self.dialect.alike(column));
            rows = self.read(&mut link, context, sql, vec![Some(value.clone())]).await?;
        }
        link.close().await;
        Ok(rows.iter().map(|row| shape.record(row, &want, true)).collect())
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let mut link = self.connect(context).await?;
        let shape = self.shape(&mut link, collection).await?;
        shape.need_key()?;
        let want = shape.wanted(want)?;
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.requests.fetch_add(writes.len() as u64 + 1, Ordering::Relaxed);
        let results = writing::write(&mut link, &shape, context, &want, &writes, &known).await?;
        link.close().await;
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        for (write, result) in writes.iter().zip(&results) {
            if let (WriteKind::Create { .. }, Ok(Some(record))) = (&write.kind, result) {
                tokens.insert(write.token.clone(), record.id.0.clone());
            }
        }
        drop(tokens);
        Ok(results)
    }
}
