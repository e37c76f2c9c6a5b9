//! Tables take part in the suite: in a file of `SQLite`, and on servers of `PostgreSQL` and `MariaDB` that the
//! test starts. Somebody else's changes are made with the databases' own client programs, or with rusqlite.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::database::DatabaseConnector;
use duosync::model::{AccountSettings, RecordId};

use crate::fixture::{Fixture, Names, Person, Place};
use crate::support::databases::{Engine, Server};

pub struct DatabaseFixture {
    target: Target,
    text_ids: bool,
    modified: bool,
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
}

static SHARED: [Mutex<Weak<Server>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
static TABLES: AtomicU64 = AtomicU64::new(0);

impl DatabaseFixture {
    pub fn file(text_ids: bool) -> Self {
        Self { target: Target::File, text_ids, modified: false }
    }

    /// `None`, after saying why, where the server is not installed.
    pub fn server(engine: Engine, text_ids: bool, modified: bool) -> Option<Self> {
        let mut shared = SHARED[engine as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let server = match shared.upgrade() {
            Some(server) => server,
            None => Arc::new(Server::start(engine)?),
        };
        *shared = Arc::downgrade(&server);
        Some(Self { target: Target::Server(server), text_ids, modified })
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[async_trait]
impl Fixture for DatabaseFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let table = format!("people{}", TABLES.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::tempdir().unwrap();
        let place = DatabasePlace {
            target: self.target.clone(),
            text_ids: self.text_ids,
            modified: self.modified,
            table,
            folder,
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
            (_, _) => "",
        };
        let table = &self.table;
        let mut sql =
            format!("CREATE TABLE {table} ({key}, full_name text, email text, phone text, shoe text{modified});");
        if engine == Some(Engine::Postgres) && self.modified {
            sql.push_str(&format!(
                "CREATE FUNCTION touch_{table}() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END';\
                 CREATE TRIGGER touched BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch_{table}();"
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
                options.insert("url".to_owned(), server.url());
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

    fn knows_tokens(&self) -> bool {
        self.text_ids
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
