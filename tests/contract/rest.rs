//! Platforms that are described by a manifest take part in the suite: a dialect of the tests with
//! every kind of trouble, and real servers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Connector, Credential};
use duosync::model::{AccountSettings, RecordId};
use serde_json::json;

use crate::fixture::{Fixture, Names, Person, Place, Trouble};
use crate::support::faults::{Done, Fault as Broken, Faults, Fits, refused};
use crate::support::rest_servers::{PASSWORD, PocketBase, Tryton, USER};
use crate::support::shop::{Fault, Shop};
use crate::support::ways::Way;

/// The dialect, in one of its descriptions.
pub struct ShopFixture(pub Way);

struct ShopPlace {
    shop: Shop,
    way: Way,
}

/// A connector of a manifest with these settings.
pub fn connector(manifest: Manifest, options: &[(&str, &str)], secret: &str) -> Arc<dyn Connector> {
    let settings = AccountSettings {
        name: "Account".to_owned(),
        connector: manifest.kind().to_owned(),
        options: options
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        secret: None,
    };
    Arc::new(RestConnector::new(Arc::new(manifest), &settings, Credential::Secret(secret.to_owned())).unwrap())
}

#[async_trait]
impl Fixture for ShopFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let shop = Shop::start();
        for person in people {
            shop.add(person.name, person.email, person.phone);
        }
        Box::new(ShopPlace { shop, way: self.0 })
    }
}

#[async_trait]
impl Place for ShopPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        connector(Manifest::parse(&self.way.manifest()).unwrap(), &[("url", &self.shop.url())], "secret")
    }

    fn collection(&self) -> String {
        "people".to_owned()
    }

    fn names(&self) -> Names {
        Names { name: "name".to_owned(), email: "email".to_owned(), phone: "phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        self.shop.change(id.as_str(), |record| match field {
            "email" => record["emails"][0]["value"] = json!(value),
            other => record["properties"][other] = json!(value),
        });
    }

    async fn remove(&self, id: &RecordId) {
        self.shop.remove(id.as_str());
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let record = self.shop.record(id.as_str()).expect("the record is there");
        assert_eq!(record["emails"][1]["label"], json!("home"), "the second address is kept as it was");
        assert_eq!(record["emails"][0]["label"], json!("work"));
        record["properties"]["shoe"].as_str().expect("the shoe is there").to_owned()
    }

    fn knows_tokens(&self) -> bool {
        // The key of a create is known to the platform, but nobody can be found by it.
        true
    }

    fn finds_by_token(&self) -> bool {
        false
    }

    fn ids_are_stable(&self) -> bool {
        true
    }

    fn order(&self, trouble: Trouble) -> bool {
        // The trouble is ordered for the list, or for whatever writes.
        let searches = self.way == Way::SearchBody;
        let (method, path) = if searches { ("POST", "/people/search") } else { ("GET", "/people") };
        let list = |fault: Fault| self.shop.order(method, path, fault);
        let write = |fault: Fault| {
            for method in ["POST", "PATCH", "DELETE"] {
                self.shop.order(method, "/people", fault.clone());
            }
        };
        match trouble {
            Trouble::ReadStatus(status) => {
                list(Fault::Status(status, json!({"message": "no"})));
            }
            Trouble::WriteStatus(status) => write(Fault::Status(status, json!({"message": "no"}))),
            Trouble::Wait(seconds) => list(Fault::Wait(429, seconds)),
            Trouble::LostAnswer => write(Fault::Lose),
            Trouble::Truncated => list(Fault::Truncate),
            Trouble::NoJson => list(Fault::Html),
            Trouble::EmptyPage => list(Fault::EmptyPage),
            Trouble::Twice => {
                // The first page is as it is.
                list(Fault::Without("nothing"));
                list(Fault::Twice);
            }
            Trouble::Endless => {
                list(Fault::Endless);
                list(Fault::Endless);
                list(Fault::Endless);
            }
            Trouble::Appears => {
                list(Fault::Without("nothing"));
                list(Fault::Appear);
            }
            Trouble::Without(field) => {
                list(Fault::Without(field));
                list(Fault::Without(field));
            }
            Trouble::Skew(millis) => self.shop.skew(millis),
            Trouble::SignedOut => self.shop.change_password(),
            Trouble::Dropped | Trouble::FailsAfterwards(_) | Trouble::Away => return false,
        }
        true
    }
}

/// A real PocketBase, shared by the places that are in use at the same time.
pub struct PocketBaseFixture {
    server: Arc<PocketBase>,
    breakable: bool,
}

struct PocketBasePlace {
    server: Arc<PocketBase>,
    collection: String,
    faults: Option<Faults>,
}

static POCKETBASE: Mutex<Weak<PocketBase>> = Mutex::new(Weak::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);
/// Held while a collection is made.
static MAKING: Mutex<()> = Mutex::new(());

impl PocketBaseFixture {
    /// `None`, after saying why, where it is not installed.
    pub fn find() -> Option<Self> {
        let mut shared = POCKETBASE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(Self { server, breakable: false });
        }
        let server = Arc::new(PocketBase::start()?);
        *shared = Arc::downgrade(&server);
        Some(Self { server, breakable: false })
    }

    /// The same with answers that go wrong where a test says so.
    pub fn breakable() -> Option<Self> {
        Some(Self { breakable: true, ..Self::find()? })
    }
}

#[async_trait]
impl Fixture for PocketBaseFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let collection = format!("people{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let fields = json!([
            { "name": "name", "type": "text" },
            { "name": "email", "type": "email" },
            { "name": "phone", "type": "text" },
            { "name": "shoe", "type": "json" },
            { "name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true },
        ]);
        let definition = json!({ "name": collection, "type": "base", "fields": fields });
        {
            // PocketBase reads its list of collections anew after each is made; of two that are made at the
            // same time, the older list may come last, and then one of them is not there.
            let _one_by_one = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
            self.server.request("POST", "/api/collections", &definition);
        }
        for person in people {
            let record =
                json!({ "name": person.name, "email": person.email, "phone": person.phone, "shoe": { "size": 41 } });
            self.server.request("POST", &format!("/api/collections/{collection}/records"), &record);
        }
        let faults = self.breakable.then(|| Faults::before(self.server.port));
        Box::new(PocketBasePlace { server: Arc::clone(&self.server), collection, faults })
    }
}

impl PocketBasePlace {
    fn path(&self, id: &RecordId) -> String {
        format!("/api/collections/{}/records/{id}", self.collection)
    }

    fn connect(&self, more: &[(&str, &str)]) -> Arc<dyn Connector> {
        let url = self.faults.as_ref().map_or_else(|| self.server.url(), Faults::url);
        let options = [&[("url", url.as_str()), ("username", USER)], more].concat();
        connector(shipped_manifest("pocketbase"), &options, PASSWORD)
    }
}

/// A manifest as it stands in the folder, so that trying a change of it needs no build.
pub fn shipped_manifest(kind: &str) -> Manifest {
    let path = format!("{}/assets/connectors/{kind}.toml", env!("CARGO_MANIFEST_DIR"));
    Manifest::parse(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

#[async_trait]
impl Place for PocketBasePlace {
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
        self.server.request("DELETE", &self.path(id), &serde_json::Value::Null);
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let record = self.server.request("GET", &self.path(id), &serde_json::Value::Null);
        assert_eq!(record["shoe"]["size"], json!(41));
        record["shoe"].to_string()
    }

    fn order(&self, trouble: Trouble) -> bool {
        let Some(faults) = &self.faults else { return false };
        let reads: Fits = Arc::new(|head, _| head.starts_with("GET") && head.contains("/records"));
        let writes: Fits = Arc::new(|head, _| {
            !head.starts_with("GET")
                && head.lines().next().is_some_and(|line| line.contains("/records") || line.contains("/api/batch"))
        });
        let (server, collection) = (Arc::clone(&self.server), self.collection.clone());
        let appears = move || {
            let record = json!({ "id": "000000000000001", "name": "New", "email": "new@example.org" });
            server.request("POST", &format!("/api/collections/{collection}/records"), &record);
        };
        suffer(faults, (&reads, &writes), "/items", trouble, appears)
    }

    fn calm(&self) {
        calm(self.faults.as_ref());
    }

    fn knows_tokens(&self) -> bool {
        true
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}

/// A real Tryton, shared by all places: its database takes a while to be made. Each place has parties
/// of its own, told apart by the manifest's condition.
pub struct TrytonFixture {
    server: Arc<Tryton>,
    breakable: bool,
}

struct TrytonPlace {
    server: Arc<Tryton>,
    faults: Option<Faults>,
    _turn: tokio::sync::MutexGuard<'static, ()>,
}

static TRYTON: Mutex<Weak<Tryton>> = Mutex::new(Weak::new());
/// Its parties are one list, so one place at a time has them.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

impl TrytonFixture {
    /// `None`, after saying why, where it is not installed.
    pub fn find() -> Option<Self> {
        let mut shared = TRYTON.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(Self { server, breakable: false });
        }
        let server = Arc::new(Tryton::start()?);
        *shared = Arc::downgrade(&server);
        Some(Self { server, breakable: false })
    }

    /// The same with answers that go wrong where a test says so.
    pub fn breakable() -> Option<Self> {
        Some(Self { breakable: true, ..Self::find()? })
    }
}

#[async_trait]
impl Fixture for TrytonFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let turn = ONE_AT_A_TIME.lock().await;
        let all = self.server.call("model.party.party.search", &json!([[], {}]));
        self.server.call("model.party.party.delete", &json!([all, {}]));
        let parties: Vec<_> = people
            .iter()
            .map(|person| {
                json!({ "name": person.name, "contact_mechanisms": [["create", [
                    { "type": "website", "value": "https://example.org/", "name": "the shop" },
                    { "type": "email", "value": person.email },
                    { "type": "phone", "value": person.phone },
                ]]] })
            })
            .collect();
        self.server.call("model.party.party.create", &json!([parties, {}]));
        let faults = self.breakable.then(|| Faults::before(self.server.port));
        Box::new(TrytonPlace { server: Arc::clone(&self.server), faults, _turn: turn })
    }
}

impl TrytonPlace {
    fn connect(&self, more: &[(&str, &str)]) -> Arc<dyn Connector> {
        let url = self.faults.as_ref().map_or_else(|| self.server.url(), Faults::url);
        let options = [&[("url", url.as_str()), ("database", "shop"), ("username", "admin")], more].concat();
        connector(shipped_manifest("tryton"), &options, PASSWORD)
    }

    fn mechanism(&self, id: &RecordId, kind: &str) -> serde_json::Value {
        let number: i64 = id.as_str().parse().unwrap();
        let names = ["type", "value", "name"].map(|name| format!("contact_mechanisms.{name}"));
        let found = self.server.call("model.party.party.read", &json!([[number], names, {}]));
        let all = found[0]["contact_mechanisms."].as_array().expect("the party is there").clone();
        all.into_iter().find(|one| one["type"] == json!(kind)).expect("the party has one")
    }
}

#[async_trait]
impl Place for TrytonPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        self.connect(&[])
    }

    fn looking_for_removals(&self) -> Arc<dyn Connector> {
        self.connect(&[("full_every", "0s")])
    }

    fn collection(&self) -> String {
        "parties".to_owned()
    }

    fn names(&self) -> Names {
        Names { name: "name".to_owned(), email: "email".to_owned(), phone: "phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let number: i64 = id.as_str().parse().unwrap();
        let change = if field == "name" {
            json!({ "name": value })
        } else {
            let one = self.mechanism(id, field)["id"].clone();
            json!({ "contact_mechanisms": [["write", [one], { "value": value }]] })
        };
        self.server.call("model.party.party.write", &json!([[number], change, {}]));
    }

    async fn remove(&self, id: &RecordId) {
        let number: i64 = id.as_str().parse().unwrap();
        self.server.call("model.party.party.delete", &json!([[number], {}]));
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let one = self.mechanism(id, "website");
        assert_eq!(one["name"], json!("the shop"));
        one["value"].as_str().unwrap().to_owned()
    }

    fn editor(&self) -> Option<&'static str> {
        Some("admin")
    }

    fn order(&self, trouble: Trouble) -> bool {
        let Some(faults) = &self.faults else { return false };
        let reads: Fits = Arc::new(|_, body| body.contains("party.search_read"));
        let writes: Fits = Arc::new(|_, body| {
            ["create", "write", "delete"].iter().any(|word| body.contains(&format!("party.party.{word}")))
        });
        let server = Arc::clone(&self.server);
        let appears = move || drop(server.call("model.party.party.create", &json!([[{ "name": "New" }], {}])));
        suffer(faults, (&reads, &writes), "/result", trouble, appears)
    }

    fn calm(&self) {
        calm(self.faults.as_ref());
    }

    fn knows_tokens(&self) -> bool {
        false
    }

    fn finds_by_token(&self) -> bool {
        false
    }

    fn takes(&self, value: &str) -> bool {
        // Its names are on one line.
        !value.contains(['\n', '\t'])
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}

/// What is done to the records of an answer.
type Change = Box<dyn Fn(&mut Vec<serde_json::Value>) + Send + Sync>;

/// Orders trouble before a real server that gives its list in pages which follow on each other's last record.
/// `items` is where an answer has its records. What such a server never does is not ordered: an empty page is
/// its last one, and its clock is the real one.
fn suffer(
    faults: &Faults,
    (reads, writes): (&Fits, &Fits),
    items: &'static str,
    trouble: Trouble,
    appears: impl Fn() + Send + Sync + 'static,
) -> bool {
    let (reads, writes) = (Arc::clone(reads), Arc::clone(writes));
    let change = |left: Option<usize>, change: Change| {
        let change = move |text: String| {
            let mut body: serde_json::Value = serde_json::from_str(&text).expect("the server answers JSON");
            change(body.pointer_mut(items).and_then(serde_json::Value::as_array_mut).expect("a list"));
            body.to_string()
        };
        faults.order(left, Arc::clone(&reads), Done::Changed(Arc::new(change)));
    };
    match trouble {
        Trouble::ReadStatus(status) => faults.order(None, reads, refused(status, "")),
        Trouble::WriteStatus(status) => faults.order(None, writes, refused(status, "")),
        Trouble::Wait(seconds) => faults.order(None, reads, refused(429, &format!("Retry-After: {seconds}"))),
        Trouble::LostAnswer => faults.order(Some(1), writes, Done::Fault(Broken::AnswerLost)),
        Trouble::Dropped => faults.order(Some(1), writes, Done::Fault(Broken::Dropped)),
        Trouble::FailsAfterwards(status) => {
            faults.order(Some(1), writes, Done::Answered(format!("{status} Trouble"), String::new()));
        }
        Trouble::Away => faults.order(None, Arc::new(|_, _| true), Done::Fault(Broken::Dropped)),
        Trouble::Truncated => faults.order(Some(1), reads, Done::Fault(Broken::Truncated)),
        Trouble::NoJson => {
            let page = "<html><body>Welcome to the hotel</body></html>".to_owned();
            faults.order(Some(1), reads, Done::Answered("200 OK".to_owned(), page));
        }
        Trouble::Twice => {
            // The first page ends early, and the second one begins with what the first one ended with.
            let last = Arc::new(Mutex::new(None));
            let again = Arc::clone(&last);
            change(
                Some(1),
                Box::new(move |items| {
                    items.pop();
                    *last.lock().unwrap() = items.last().cloned();
                }),
            );
            change(
                Some(1),
                Box::new(move |items| items.insert(0, again.lock().unwrap().take().expect("a first page"))),
            );
        }
        Trouble::Endless => {
            let first = Mutex::new(None);
            change(
                None,
                Box::new(move |items| *items = first.lock().unwrap().get_or_insert_with(|| items.clone()).clone()),
            );
        }
        Trouble::Appears => change(Some(1), Box::new(move |_| appears())),
        Trouble::Without(field) => change(
            None,
            Box::new(move |items| {
                for item in items {
                    item.as_object_mut()
                        .expect("a record")
                        .retain(|name, _| name != field && name != "contact_mechanisms.");
                }
            }),
        ),
        Trouble::SignedOut => faults.order(None, Arc::new(|_, _| true), refused(401, "")),
        Trouble::EmptyPage | Trouble::Skew(_) => return false,
    }
    true
}

fn calm(faults: Option<&Faults>) {
    if let Some(faults) = faults {
        assert!(faults.met() > 0, "the fault has come");
        faults.calm();
    }
}
