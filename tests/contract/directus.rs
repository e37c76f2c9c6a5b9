//! A real Directus over SQLite takes part in the suite: `tests/directus.sh` installs it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::model::RecordId;
use serde_json::{Value as Json, json};

use crate::fixture::{Fixture, Names, Person, Place};
use crate::rest::{connector, shipped_manifest};
use crate::support::rest_servers::{PASSWORD, USER, free_port, launch, stop};
use crate::support::servers::http;

/// What the administrator's programs sign in with.
const TOKEN: &str = "a-token-of-the-administrator";

/// A Directus over a database of its own; dropped, it is stopped.
struct Directus {
    port: u16,
    child: Child,
    token: String,
    _folder: tempfile::TempDir,
}

/// A real Directus, shared by the places that are in use at the same time.
pub struct DirectusFixture {
    server: Arc<Directus>,
    /// Whether records are known by UUIDs, else by numbers.
    uuids: bool,
}

struct DirectusPlace {
    server: Arc<Directus>,
    collection: String,
    uuids: bool,
}

static DIRECTUS: Mutex<Weak<Directus>> = Mutex::new(Weak::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);
/// Held while a collection is made: each of them changes the schema that the next one is checked against.
static MAKING: Mutex<()> = Mutex::new(());

impl DirectusFixture {
    /// `None`, after saying why, where it is not installed.
    pub fn find(uuids: bool) -> Option<Self> {
        let mut shared = DIRECTUS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(Self { server, uuids });
        }
        let server = Arc::new(Directus::start()?);
        *shared = Arc::downgrade(&server);
        Some(Self { server, uuids })
    }
}

impl Directus {
    fn start() -> Option<Self> {
        let home = std::env::var_os("DUOSYNC_TEST_DIRECTUS")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers-directus"), PathBuf::from);
        let program = home.join("node_modules/.bin/directus");
        if !program.exists() {
            assert!(std::env::var_os("CI").is_none(), "Directus is not there; tests/directus.sh installs it");
            eprintln!("skipped: Directus is not there; tests/directus.sh installs it");
            return None;
        }
        // Its database takes a quarter of a minute to be made, so that is done once for all.
        let fresh = home.join("fresh.sqlite");
        if !fresh.exists() {
            let making = home.join("making.sqlite");
            let _none = std::fs::remove_file(&making);
            let made = command(&program, "bootstrap", &making, 0).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            std::fs::rename(&making, &fresh).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("directus.sqlite");
        std::fs::copy(&fresh, &database).unwrap();
        for _ in 0..5 {
            let port = free_port();
            let Some(child) = launch(command(&program, "start", &database, port), port, "/server/ping") else {
                continue;
            };
            let mut server = Self { port, child, token: String::new(), _folder: folder };
            let answer = server.request("POST", "/auth/login", &json!({ "email": USER, "password": PASSWORD }));
            server.token =
                answer["data"]["access_token"].as_str().map(str::to_owned).expect("the administrator signs in");
            server.request("PATCH", "/users/me", &json!({ "token": TOKEN }));
            TOKEN.clone_into(&mut server.token);
            return Some(server);
        }
        panic!("Directus does not start");
    }

    /// One request as its owner makes it.
    fn request(&self, method: &str, path: &str, body: &Json) -> Json {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("Content-Type", "application/json")];
        if !self.token.is_empty() {
            headers.push(("Authorization", bearer.as_str()));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http(self.port, method, path, &headers, body.as_bytes()).unwrap();
        assert!(answer.is_fine(), "{method} {path}: {} {}", answer.status, answer.text());
        serde_json::from_slice(&answer.body).unwrap_or(Json::Null)
    }
}

impl Drop for Directus {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// One of its commands over this database.
fn command(program: &Path, what: &str, database: &Path, port: u16) -> Command {
    let mut command = Command::new("node");
    command
        .arg(program)
        .arg(what)
        .current_dir(database.parent().expect("a file is in a folder"))
        .envs([("DB_CLIENT", "sqlite3"), ("KEY", "duosync"), ("SECRET", "a-secret-of-the-tests-of-32-letters")])
        .envs([("ADMIN_EMAIL", USER), ("ADMIN_PASSWORD", PASSWORD), ("HOST", "127.0.0.1")])
        .envs([
            ("TELEMETRY", "false"),
            ("LOG_LEVEL", "warn"),
            ("WEBSOCKETS_ENABLED", "false"),
            ("CACHE_SCHEMA", "false"),
        ])
        .env("DB_FILENAME", database)
        .env("PORT", port.to_string())
        .stdin(Stdio::null());
    command
}

#[async_trait]
impl Fixture for DirectusFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let collection = format!("people{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let key = if self.uuids {
            json!({ "field": "id", "type": "uuid", "meta": { "special": ["uuid"] }, "schema": { "is_primary_key": true } })
        } else {
            json!({ "field": "id", "type": "integer", "meta": {},
                "schema": { "is_primary_key": true, "has_auto_increment": true } })
        };
        let text = |name: &str| json!({ "field": name, "type": "string", "meta": {}, "schema": {} });
        let time = |name: &str, special: &str| json!({ "field": name, "type": "timestamp", "meta": { "special": [special], "readonly": true }, "schema": {} });
        let fields = json!([
            key,
            text("name"),
            text("email"),
            text("phone"),
            { "field": "shoe", "type": "json", "meta": { "special": ["cast-json"] }, "schema": {} },
            time("date_created", "date-created"),
            time("date_updated", "date-updated"),
        ]);
        {
            let _one_by_one = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
            let definition = json!({ "collection": collection, "schema": {}, "meta": {}, "fields": fields });
            self.server.request("POST", "/collections", &definition);
        }
        let records: Vec<Json> = people
            .iter()
            .map(|person| {
                json!({ "name": person.name, "email": person.email, "phone": person.phone, "shoe": { "size": 41 } })
            })
            .collect();
        self.server.request("POST", &format!("/items/{collection}"), &json!(records));
        Box::new(DirectusPlace { server: Arc::clone(&self.server), collection, uuids: self.uuids })
    }
}

impl DirectusPlace {
    fn path(&self, id: &RecordId) -> String {
        format!("/items/{}/{id}", self.collection)
    }

    fn connect(&self, more: &[(&str, &str)]) -> Arc<dyn Connector> {
        let url = format!("http://127.0.0.1:{}", self.server.port);
        connector(shipped_manifest("directus"), &[&[("url", url.as_str())], more].concat(), TOKEN)
    }
}

#[async_trait]
impl Place for DirectusPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        self.connect(&[])
    }

    fn looking_for_removals(&self) -> Arc<dyn Connector> {
        self.connect(&[("full_every", "0s")])
    }

    fn collection(&self) -> String {
        self.collection.clone()
    }

    fn names(&self) -> Names {
        Names { name: "name".to_owned(), email: "email".to_owned(), phone: "phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        self.server.request("PATCH", &self.path(id), &json!({ field: value }));
    }

    async fn remove(&self, id: &RecordId) {
        self.server.request("DELETE", &self.path(id), &Json::Null);
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let record = self.server.request("GET", &self.path(id), &Json::Null);
        assert_eq!(record["data"]["shoe"]["size"], json!(41));
        record["data"]["shoe"].to_string()
    }

    fn knows_tokens(&self) -> bool {
        self.uuids
    }

    fn finds_by_token(&self) -> bool {
        self.uuids
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
