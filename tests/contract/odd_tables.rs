//! Tables that nobody would make today, and that are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use duosync::connectors::database::DatabaseConnector;
use duosync::connectors::{Connector, Context, ErrorKind, Write, WriteKind};
use duosync::model::{AccountSettings, Cursor, Fields, Listing, RecordId};

use crate::database::DatabaseFixture;
use crate::promises::text;
use crate::support::databases::{Engine, Server};

/// A table in a file of `SQLite`, or on a server.
struct Odd {
    table: &'static str,
    folder: tempfile::TempDir,
    server: Option<Arc<Server>>,
    connector: DatabaseConnector,
}

impl Odd {
    fn new(server: Option<Arc<Server>>, table: &'static str, sql: &str, options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all: BTreeMap<String, String> =
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (kind, password) = match &server {
            None => {
                all.insert("path".to_owned(), folder.path().join("people.db").to_str().unwrap().to_owned());
                ("sqlite", None)
            }
            Some(server) => {
                all.insert("url".to_owned(), server.url());
                all.insert("username".to_owned(), "shop".to_owned());
                (if server.engine == Engine::Postgres { "postgresql" } else { "mysql" }, Some("s3cret"))
            }
        };
        let settings = AccountSettings { name: "people".into(), connector: kind.into(), options: all, secret: None };
        let odd = Self { table, folder, server, connector: DatabaseConnector::open(&settings, password).unwrap() };
        odd.run(sql);
        odd
    }

    fn run(&self, sql: &str) {
        match &self.server {
            None => {
                let file = self.folder.path().join("people.db");
                rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
            }
            Some(server) => drop(server.sql(sql)),
        }
    }

    async fn list(&self, since: Option<&Cursor>) -> Result<Listing, ErrorKind> {
        let want = ["name".to_owned()];
        let listed = self.connector.list(&Context::quiet(), self.table, &want, since).await;
        listed.map_err(|error| error.kind)
    }

    /// The ids of what has changed, each once, and where the next listing goes on.
    async fn changed(&self, since: &Listing) -> (Vec<String>, Listing) {
        let listing = self.list(since.cursor.as_ref()).await.unwrap();
        (listing.records.iter().map(|record| record.id.0.clone()).collect(), listing)
    }

    async fn write(&self, kind: WriteKind) -> Result<(), ErrorKind> {
        let (want, write) = (["name".to_owned()], Write { token: "t1".to_owned(), kind });
        let mut written = self.connector.write(&Context::quiet(), self.table, &want, vec![write]).await.unwrap();
        written.remove(0).map(drop).map_err(|error| error.kind)
    }
}

fn named(id: &str, name: &str) -> WriteKind {
    WriteKind::Update { id: RecordId::new(id), fields: Fields::from([("name".to_owned(), name.into())]), expect: None }
}

/// A column of no type holds numbers as numbers, and a text is none of them.
#[tokio::test]
async fn keys_of_no_type_find_their_rows() {
    for sql in [
        "CREATE TABLE people (id PRIMARY KEY, name); INSERT INTO people VALUES (5, 'Ann'), ('six', 'Bob')",
        "CREATE TABLE people (id BLOB PRIMARY KEY, name); INSERT INTO people VALUES (5, 'Ann'), ('six', 'Bob')",
    ] {
        let odd = Odd::new(None, "people", sql, &[]);
        let listed = odd.list(None).await.unwrap();
        for record in &listed.records {
            let want = ["name".to_owned()];
            let ids = [record.id.clone()];
            let found = odd.connector.get(&Context::quiet(), "people", &want, &ids).await.unwrap();
            assert_eq!(found.len(), 1, "{:?} is there", record.id);
            odd.write(named(record.id.as_str(), &format!("{} Adams", text(record, "name")))).await.unwrap();
        }
        let names: Vec<String> = odd.list(None).await.unwrap().records.iter().map(|one| text(one, "name")).collect();
        assert_eq!(names, ["Ann Adams", "Bob Adams"]);
        odd.write(WriteKind::Delete { id: RecordId::new("5"), expect: None }).await.unwrap();
        assert_eq!(odd.list(None).await.unwrap().records.len(), 1);
    }
}

/// What a column of no type says of changes is understood where its values follow one another; else the table is
/// read whole.
#[tokio::test]
async fn changes_are_seen_whatever_a_column_says_of_them() {
    for (kind, first, second) in [
        ("", "100", "101"),
        ("", "1795773600", "1795773601"),
        ("DATETIME", "'2026-11-27 10:00:00'", "1795773601"),
        ("DATETIME", "1795773600", "'2026-11-27 10:00:00'"),
        ("TEXT", "'99'", "'100'"),
        ("TEXT", "'28/11/2026'", "'01/12/2026'"),
        ("TEXT", "'2026-11-27T10:00:00Z'", "'2026-11-27 09:30:00'"),
    ] {
        let sql = format!(
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT, changed {kind}); \
             CREATE VIEW people AS SELECT id, name, coalesce(changed, 0) AS changed FROM rows; \
             INSERT INTO rows VALUES (1, 'Ann', {first}), (2, 'Bob', {first})"
        );
        for table in ["rows", "people"] {
            let odd = Odd::new(None, table, &sql, &[("modified", "changed"), ("key", "id")]);
            let before = odd.list(None).await.unwrap();
            odd.run(&format!("UPDATE rows SET name = 'Anna', changed = {second} WHERE id = 1"));
            let (changed, after) = odd.changed(&before).await;
            assert!(changed.contains(&"1".to_owned()), "{kind} {first} {second}: {changed:?}");
            odd.run(&format!("UPDATE rows SET name = 'Bobby', changed = {second} WHERE id = 2"));
            let (changed, _) = odd.changed(&after).await;
            assert!(changed.contains(&"2".to_owned()), "{kind} {first} {second}: {changed:?}");
        }
    }
}

/// A number of changes is given when a row is written, and seen when its transaction ends: a lower one may come later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_changes_may_come_in_another_order() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let Some(server) = DatabaseFixture::shared(engine) else { continue };
        let sql = "CREATE TABLE counted (id int PRIMARY KEY, name varchar(90), changed bigint); \
                   INSERT INTO counted VALUES (1, 'Ann', 1), (2, 'Bob', 2)";
        let odd = Odd::new(Some(server), "counted", sql, &[("modified", "changed")]);
        let before = odd.list(None).await.unwrap();
        odd.run("UPDATE counted SET name = 'Bobby', changed = 101 WHERE id = 2");
        let (changed, after) = odd.changed(&before).await;
        assert_eq!(changed, ["2"], "{engine:?}");
        odd.run("UPDATE counted SET name = 'Anna', changed = 100 WHERE id = 1");
        let (changed, last) = odd.changed(&after).await;
        assert_eq!(changed, ["1"], "{engine:?}: it was given its number before");
        assert!(odd.changed(&last).await.0.is_empty(), "{engine:?}: only once");
    }
}

/// A key that several rows have tells none of them from the others: nothing is read, and nothing written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_one_key_are_never_taken_for_one() {
    let servers = [Engine::Postgres, Engine::MariaDb].map(DatabaseFixture::shared);
    for server in [None].into_iter().chain(servers.into_iter().flatten().map(Some)) {
        let sql = "CREATE TABLE doubled (email varchar(90), name varchar(90)); \
                   INSERT INTO doubled VALUES ('ann@x.org', 'Ann'), ('bob@x.org', 'Bob')";
        let odd = Odd::new(server, "doubled", sql, &[("key", "email")]);
        let before = odd.list(None).await.unwrap();
        assert_eq!(before.records.len(), 2);
        odd.run("INSERT INTO doubled VALUES ('ann@x.org', 'Another Ann')");
        assert_eq!(odd.list(before.cursor.as_ref()).await.unwrap_err(), ErrorKind::Content);
        assert_eq!(odd.write(named("ann@x.org", "Anna")).await.unwrap_err(), ErrorKind::Content);
        let gone = WriteKind::Delete { id: RecordId::new("ann@x.org"), expect: None };
        assert_eq!(odd.write(gone).await.unwrap_err(), ErrorKind::Content);
        odd.run("DELETE FROM doubled WHERE name = 'Another Ann'");
        let names: Vec<String> = odd.list(None).await.unwrap().records.iter().map(|one| text(one, "name")).collect();
        assert_eq!(names, ["Ann", "Bob"], "both are as they were");
    }
}

/// A value that is too long for its column is refused, and never cut off without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_is_too_long_is_refused() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let Some(server) = DatabaseFixture::shared(engine) else { continue };
        if engine == Engine::MariaDb {
            // As servers are set up that were strict with nobody for twenty years.
            server.sql("SET GLOBAL sql_mode = ''");
        }
        for (table, kind) in [("short", "varchar(5)"), ("fixed", "char(5)")] {
            let sql = format!(
                "CREATE TABLE {table} (id {kind} PRIMARY KEY, name {kind}); INSERT INTO {table} VALUES ('1', 'Ann')"
            );
            let odd = Odd::new(Some(Arc::clone(&server)), table, &sql, &[]);
            odd.write(named("1", "Annas")).await.unwrap();
            let refused = odd.write(named("1", "Alexandra")).await.unwrap_err();
            assert_eq!(refused, ErrorKind::Rejected, "{engine:?} {kind}");
            let name = text(&odd.list(None).await.unwrap().records[0], "name");
            assert_eq!(name.trim_end(), "Annas", "{engine:?} {kind}");
        }
    }
}
