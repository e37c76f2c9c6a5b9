//! Tables take part in the suite: in a file of `SQLite`, and on servers of `PostgreSQL` and `MariaDB` that the
//! test starts. Somebody else's changes are made with the databases' own client programs, or with rusqlite.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::database::DatabaseConnector;
use duosync::connectors::{Connector, ErrorKind, WriteKind};
use duosync::model::{AccountSettings, Fields, Listing, RecordId};
use sqlx::Connection as _;

use crate::fixture::{Fixture, Names, PEOPLE, Person, Place, Trouble, folder};
use crate::promises::{Stage, text};
use crate::support::databases::{Engine, Server};
use crate::support::tcp::{Cut, Tcp};

pub struct DatabaseFixture {
    target: Target,
    text_ids: bool,
    modified: bool,
    /// Whether what is said goes through a proxy that can break it.
    breakable: bool,
    /// Where files are.
    at: Option<PathBuf>,
}

#[derive(Clone)]
enum Target {
    File,
    Server(Arc<Server>),
}

struct DatabasePlace {
    target: Target,
    text_ids: bool,
    modified: bool,
    table: String,
    folder: tempfile::TempDir,
    proxy: Option<Tcp>,
}

static SHARED: [Mutex<Weak<Server>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
static TABLES: AtomicU64 = AtomicU64::new(0);

impl DatabaseFixture {
    pub fn file(text_ids: bool) -> Self {
        Self { target: Target::File, text_ids, modified: false, breakable: false, at: None }
    }

    /// The same with a column of the time of the last change.
    pub fn dated(self) -> Self {
        Self { modified: true, ..self }
    }

    /// The same, in this folder.
    pub fn at(self, at: Option<PathBuf>) -> Self {
        Self { at, ..self }
    }

    /// The same with connections that break where a test says so.
    pub fn breakable(engine: Engine, text_ids: bool) -> Option<Self> {
        Some(Self { breakable: true, ..Self::server(engine, text_ids, false)? })
    }

    /// The server that the tests share; `None`, after saying why, where it is not installed.
    pub fn shared(engine: Engine) -> Option<Arc<Server>> {
        let mut shared = SHARED[engine as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let server = match shared.upgrade() {
            Some(server) => server,
            None => Arc::new(Server::start(engine)?),
        };
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A table on a server, if it is installed.
    pub fn server(engine: Engine, text_ids: bool, modified: bool) -> Option<Self> {
        let server = Self::shared(engine)?;
        Some(Self { target: Target::Server(server), text_ids, modified, breakable: false, at: None })
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[async_trait]
impl Fixture for DatabaseFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let table = format!("people{}", TABLES.fetch_add(1, Ordering::Relaxed));
        let folder = folder(self.at.as_deref());
        let proxy = match &self.target {
            Target::Server(server) if self.breakable => Some(Tcp::before(server.port)),
            Target::Server(_) | Target::File => None,
        };
        let place = DatabasePlace {
            target: self.target.clone(),
            text_ids: self.text_ids,
            modified: self.modified,
            table,
            folder,
            proxy,
        };
        let mut sql = place.create();
        for (number, person) in people.iter().enumerate() {
            let (names, id) = if self.text_ids { ("id, ", format!("'C-{number}', ")) } else { ("", String::new()) };
            sql.push_str(&format!(
                "INSERT INTO {} ({names}full_name, email, phone, shoe) VALUES ({id}{}, {}, {}, '41; left');",
                place.table,
                quoted(person.name),
                quoted(person.email),
                quoted(person.phone)
            ));
        }
        place.run(&sql);
        Box::new(place)
    }
}

impl DatabasePlace {
    fn create(&self) -> String {
        let engine = match &self.target {
            Target::File => None,
            Target::Server(server) => Some(server.engine),
        };
        let key = match (engine, self.text_ids) {
            (None, true) => "id text PRIMARY KEY NOT NULL",
            (None, false) => "id INTEGER PRIMARY KEY",
            (Some(_), true) => "id varchar(60) PRIMARY KEY",
            (Some(Engine::Postgres), false) => "id serial PRIMARY KEY",
            (Some(Engine::MariaDb), false) => "id int PRIMARY KEY AUTO_INCREMENT",
        };
        let modified = match (engine, self.modified) {
            (Some(Engine::Postgres), true) => ", changed timestamptz NOT NULL DEFAULT clock_timestamp()",
            (Some(Engine::MariaDb), true) => {
                ", changed datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"
            }
            (None, true) => ", changed text DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))",
            (_, false) => "",
        };
        let table = &self.table;
        let mut sql =
            format!("CREATE TABLE {table} ({key}, full_name text, email text, phone text, shoe text{modified});");
        if engine.is_none() && self.modified {
            sql.push_str(&format!(
                "CREATE TRIGGER touched AFTER UPDATE OF full_name, email, phone, shoe ON {table} BEGIN UPDATE {table} \
                 SET changed = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id; END;"
            ));
        }
        if engine == Some(Engine::Postgres) && self.modified {
            sql.push_str(&format!(
                "CREATE FUNCTION touch_{table}() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END';\
                 CREATE TRIGGER touched BEFORE UPDATE OF full_name, email, phone, shoe ON {table} FOR EACH ROW EXECUTE FUNCTION touch_{table}();"
            ));
        }
        sql
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("people.db")
    }

    fn run(&self, sql: &str) {
        match &self.target {
            Target::File => rusqlite::Connection::open(self.path()).unwrap().execute_batch(sql).unwrap(),
            Target::Server(server) => drop(server.sql(sql)),
        }
    }

    fn ask(&self, sql: &str) -> String {
        match &self.target {
            Target::File => {
                rusqlite::Connection::open(self.path()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Target::Server(server) => server.sql(sql).trim_end().to_owned(),
        }
    }
}

#[async_trait]
impl Place for DatabasePlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let mut options = BTreeMap::new();
        let (kind, password) = match &self.target {
            Target::File => {
                options.insert("path".to_owned(), self.path().to_str().unwrap().to_owned());
                ("sqlite", None)
            }
            Target::Server(server) => {
                let port = self.proxy.as_ref().map_or(server.port, |proxy| proxy.port);
                options.insert("url".to_owned(), server.url().replace(&server.port.to_string(), &port.to_string()));
                options.insert("username".to_owned(), "shop".to_owned());
                let kind = if server.engine == Engine::Postgres { "postgresql" } else { "mysql" };
                (kind, Some("s3cret"))
            }
        };
        if self.modified {
            options.insert("modified".to_owned(), "changed".to_owned());
        }
        let settings = AccountSettings { name: "people".into(), connector: kind.into(), options, secret: None };
        Arc::new(DatabaseConnector::open(&settings, password).unwrap())
    }

    fn collection(&self) -> String {
        self.table.clone()
    }

    fn names(&self) -> Names {
        Names { name: "full_name".to_owned(), email: "email".to_owned(), phone: "phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        self.run(&format!("UPDATE {} SET {field} = {} WHERE id = '{id}'", self.table, quoted(value)));
    }

    async fn remove(&self, id: &RecordId) {
        self.run(&format!("DELETE FROM {} WHERE id = '{id}'", self.table));
    }

    async fn unknown(&self, id: &RecordId) -> String {
        self.ask(&format!("SELECT shoe FROM {} WHERE id = '{id}'", self.table))
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.path()]
    }

    fn knows_tokens(&self) -> bool {
        self.text_ids
    }

    fn order(&self, trouble: Trouble) -> bool {
        let (Target::Server(server), Some(proxy)) = (&self.target, &self.proxy) else { return false };
        let commit = b"COMMIT".to_vec();
        proxy.order(Some(match trouble {
            Trouble::LostAnswer => Cut::After(commit, 0),
            Trouble::Dropped => Cut::Before(commit),
            Trouble::FailsAfterwards(_) => Cut::Instead(commit, ended(server.engine)),
            Trouble::Truncated => Cut::After(self.table.clone().into_bytes(), 20),
            Trouble::Away => Cut::Refuse,
            _ => return false,
        }));
        true
    }

    fn calm(&self) {
        self.proxy.as_ref().unwrap().order(None);
        assert!(self.proxy.as_ref().unwrap().done() > 0, "the fault has come");
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}

/// What a server says when it is stopped, as the answer to whatever it was asked.
fn ended(engine: Engine) -> Vec<u8> {
    match engine {
        Engine::Postgres => {
            let fields = "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0";
            let length = u32::try_from(fields.len() + 4).unwrap();
            [b"E", length.to_be_bytes().as_slice(), fields.as_bytes()].concat()
        }
        Engine::MariaDb => {
            let rest = [&[0xff][..], &1053_u16.to_le_bytes(), b"#08S01Server shutdown in progress"].concat();
            let length = u32::try_from(rest.len()).unwrap().to_le_bytes();
            [&length[..3], &[1], &rest].concat()
        }
    }
}

/// The ids that a listing names.
fn told(listing: &Listing) -> Vec<&RecordId> {
    listing.records.iter().map(|record| &record.id).collect()
}

/// A column that does not say in which zone its times are holds those of Duosync's connection and those of programs
/// in the zone of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_clock_further_west_changes_is_listed_once() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let Some(fixture) = DatabaseFixture::server(engine, false, true) else { continue };
        let Target::Server(server) = &fixture.target else { unreachable!() };
        let stage = Stage::of(&fixture).await;
        let table = &stage.collection;
        let zone = match engine {
            Engine::Postgres => {
                server.sql(&format!("ALTER TABLE {table} ALTER COLUMN changed TYPE timestamp"));
                "SET TIME ZONE -5"
            }
            Engine::MariaDb => "SET time_zone = '-05:00'",
        };
        let (ann, bob) = (stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await);
        let before = stage.list_since(None).await.cursor;
        stage.update(&ann, &stage.names.phone, "1").await;
        let own = stage.list_since(before.as_ref()).await;
        assert_eq!(told(&own), [&ann], "{engine:?}");
        server.sql(&format!("{zone}; UPDATE {table} SET phone = '2' WHERE id = {bob}"));
        let listing = stage.list_since(own.cursor.as_ref()).await;
        assert_eq!(told(&listing), [&bob], "{engine:?}: it was changed later, by a clock that is behind");
        assert!(stage.list_since(listing.cursor.as_ref()).await.records.is_empty(), "{engine:?}: only once");
    }
}

/// A record that bears a time to come, as of a computer whose clock was wrong, does not hide what changes until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_to_come_hides_no_change() {
    let servers = [Engine::Postgres, Engine::MariaDb].map(|engine| DatabaseFixture::server(engine, false, true));
    for fixture in servers.into_iter().flatten().chain([DatabaseFixture::file(false).dated()]) {
        let stage = Stage::of(&fixture).await;
        let (ann, bob) = (stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await);
        let before = stage.list_since(None).await.cursor;
        stage.place.edit(&ann, "changed", "2099-01-01 00:00:00").await;
        let ahead = stage.list_since(before.as_ref()).await;
        assert_eq!(told(&ahead), [&ann]);
        stage.place.edit(&bob, "phone", "2").await;
        let listing = stage.list_since(ahead.cursor.as_ref()).await;
        assert_eq!(told(&listing), [&bob], "it was changed before that time");
        assert!(stage.list_since(listing.cursor.as_ref()).await.records.is_empty(), "only once");
    }
}

fn update(id: &RecordId, names: &Names, name: &str) -> WriteKind {
    WriteKind::Update { id: id.clone(), fields: Fields::from([(names.name.clone(), name.into())]), expect: None }
}

/// The server may have committed before it was stopped, so its answer leaves a doubt; nothing is called refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_at_the_commit_leaves_a_doubt() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let Some(fixture) = DatabaseFixture::breakable(engine, false) else { continue };
        let stage = Stage::of(&fixture).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        assert!(stage.place.order(Trouble::FailsAfterwards(500)));
        let error = stage.write(update(&id, &stage.names, "Ann Adams")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InDoubt, "{engine:?}: {error}");
        stage.place.calm();
        assert_eq!(text(&stage.list().await[&id], &stage.names.name), "Ann Adams", "it was carried out");
    }
}

/// A rule that takes the whole transaction back is told of the one record, and the others are written.
#[tokio::test]
async fn a_record_that_ends_the_transaction_does_not_hold_up_the_others() {
    let stage = Stage::of(&DatabaseFixture::file(false)).await;
    let path = stage.place.files().remove(0);
    let rule = format!(
        "CREATE TRIGGER rule BEFORE UPDATE ON {} WHEN NEW.full_name = 'Bad' BEGIN SELECT RAISE(ROLLBACK, 'not that name'); END",
        stage.collection
    );
    rusqlite::Connection::open(path).unwrap().execute_batch(&rule).unwrap();
    let ids = [stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await, stage.id_of(&PEOPLE[2]).await];
    let writes = ids.iter().zip(["Good", "Bad", "Fine"]).map(|(id, name)| update(id, &stage.names, name)).collect();
    let results = stage.write_all(writes).await;
    let error = results[1].as_ref().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(error.message.contains("not that name") && !error.message.contains("savepoint"), "{error}");
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    let now = stage.list().await;
    let names = ids.each_ref().map(|id| text(&now[id], &stage.names.name));
    assert_eq!(names, ["Good", PEOPLE[1].name, "Fine"]);
}

/// Values that have to be unique can change places: two rows exchange theirs, four hand them round, one takes what
/// another lets go of only later. One that nobody lets go of is refused, and so is nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_have_to_be_unique_change_places() {
    let servers = [Engine::Postgres, Engine::MariaDb].map(|engine| DatabaseFixture::server(engine, false, false));
    for fixture in servers.into_iter().flatten().chain([DatabaseFixture::file(false)]) {
        let stage = Stage::of(&fixture).await;
        let table = &stage.collection;
        let column = match &fixture.target {
            Target::Server(server) if server.engine == Engine::MariaDb => "email(100)",
            Target::Server(_) | Target::File => "email",
        };
        let place = |email: &str| {
            let name = stage.names.email.clone();
            WriteKind::Create { fields: Fields::from([(name, email.into())]), raw: None }
        };
        let made = stage.write_all("abcdefg".chars().map(|letter| place(&letter.to_string())).collect()).await;
        let ids: Vec<RecordId> = made.into_iter().map(|made| made.unwrap().unwrap().id).collect();
        let unique = format!("CREATE UNIQUE INDEX {table}_unique ON {table} ({column})");
        match &fixture.target {
            Target::File => {
                rusqlite::Connection::open(&stage.place.files()[0]).unwrap().execute_batch(&unique).unwrap();
            }
            Target::Server(server) => drop(server.sql(&unique)),
        }
        let change = async |values: &[(usize, &str)]| {
            let fields = |value: &str| Fields::from([(stage.names.email.clone(), value.into())]);
            let kinds = values.iter().map(|(at, value)| WriteKind::Update {
                id: ids[*at].clone(),
                fields: fields(value),
                expect: None,
            });
            let results = stage.write_all(kinds.collect()).await;
            let now = stage.list().await;
            let held: String = ids.iter().map(|id| text(&now[id], &stage.names.email)).collect();
            (results.iter().map(Result::is_ok).collect::<Vec<_>>(), held)
        };
        let all = |count: usize| vec![true; count];
        assert_eq!(change(&[(0, "b"), (1, "a")]).await, (all(2), "bacdefg".to_owned()), "two exchange theirs");
        assert_eq!(change(&[(0, "a"), (1, "c"), (2, "b")]).await, (all(3), "acbdefg".to_owned()), "and a third");
        assert_eq!(change(&[(3, "e"), (4, "f"), (5, "g"), (6, "d")]).await, (all(4), "acbefgd".to_owned()), "four");
        assert_eq!(change(&[(0, "c"), (1, "x")]).await, (all(2), "cxbefgd".to_owned()), "let go of later");
        let refused = change(&[(0, "x"), (1, "c"), (2, "e"), (3, "d")]).await;
        assert_eq!(refused, (vec![true, true, false, false], "xcbefgd".to_owned()), "d stays where it is");
    }
}

/// `MariaDB` takes the whole transaction back after a deadlock: that is what is told, and it may be tried again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_told_as_what_it_is() {
    let Some(fixture) = DatabaseFixture::server(Engine::MariaDb, false, false) else { return };
    let Target::Server(server) = &fixture.target else { unreachable!() };
    let stage = Stage::of(&fixture).await;
    let table = stage.collection.clone();
    let (ann, bob) = (stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await);
    let address = server.url().replace("mysql://", "mysql://shop:s3cret@");
    let mut other = sqlx::MySqlConnection::connect(&address).await.unwrap();
    let mut run = async |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut other).await.map(drop);
    run("START TRANSACTION".to_owned()).await.unwrap();
    // Who has changed more wins.
    for number in 0..20 {
        run(format!("INSERT INTO {table} (full_name) VALUES ('{number}')")).await.unwrap();
    }
    run(format!("UPDATE {table} SET phone = '1' WHERE id = {bob}")).await.unwrap();
    let writes = vec![update(&ann, &stage.names, "Ann Adams"), update(&bob, &stage.names, "Bob Adams")];
    let writes = writes.into_iter().enumerate();
    let writes = writes.map(|(at, kind)| duosync::connectors::Write { token: format!("t{at}"), kind }).collect();
    let (connector, want) = (Arc::clone(&stage.connector), stage.names.want());
    let (context, list) = (stage.context.clone(), table.clone());
    let writing = tokio::spawn(async move { connector.write(&context, &list, &want, writes).await });
    // The list of transactions is a copy that is not made anew while it is asked for again and again.
    let waits = "SELECT VARIABLE_VALUE FROM information_schema.global_status \
                 WHERE VARIABLE_NAME = 'Innodb_row_lock_current_waits'";
    while server.sql(waits).trim() == "0" {
        assert!(!writing.is_finished(), "it waits for the other");
        tokio::task::yield_now().await;
    }
    run(format!("UPDATE {table} SET phone = '2' WHERE id = {ann}")).await.unwrap();
    let error = writing.await.unwrap().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server, "{error}");
    assert!(error.message.contains("Deadlock") && !error.message.contains("SAVEPOINT"), "{error}");
    run("ROLLBACK".to_owned()).await.unwrap();
    assert_eq!(text(&stage.list().await[&ann], &stage.names.name), PEOPLE[0].name, "nothing of it stays");
}

/// Errors that `MariaDB` tells by number alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_mariadb_are_understood() {
    let Some(fixture) = DatabaseFixture::server(Engine::MariaDb, false, false) else { return };
    let Target::Server(server) = &fixture.target else { unreachable!() };
    for (number, kind) in [
        (1290, ErrorKind::Forbidden),
        (1205, ErrorKind::Server),
        (1021, ErrorKind::Server),
        (1114, ErrorKind::Server),
        (1053, ErrorKind::Server),
        (1644, ErrorKind::Rejected),
    ] {
        let stage = Stage::of(&fixture).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        server.sql(&format!(
            "CREATE TRIGGER {0}_rule BEFORE UPDATE ON {0} FOR EACH ROW \
             SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'as ordered'",
            stage.collection
        ));
        let error = stage.write(update(&id, &stage.names, "Ann Adams")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{number}: {error}");
        assert!(error.message.contains("as ordered"), "{error}");
    }
}
