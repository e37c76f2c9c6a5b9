//! An account of records in memory, with faults to order: for tests of everything above.
//!
//! A [`MemoryPlatform`] is the server; any number of [`MemoryConnector`]s speak to it at the same
//! time. It does what it is told and nothing by chance: ids count up or are made of the create's
//! token, the clock is set by hand, and faults come in the order in which they were asked for.
//!
//! ```
//! use duosync::connectors::memory::{Fault, MemoryPlatform};
//! use duosync::connectors::{Connector, Context, ErrorKind};
//!
//! # tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async {
//! let platform = MemoryPlatform::new("people");
//! platform.put("1", [("name", "Ann"), ("email", "ann@example.org")]);
//! platform.order(Fault::FailRead(ErrorKind::Server));
//! let connector = platform.connector();
//! let want = ["name".to_owned()];
//! assert!(connector.list(&Context::quiet(), "people", &want, None).await.is_err());
//! assert_eq!(connector.list(&Context::quiet(), "people", &want, None).await.expect("a listing").records.len(), 1);
//! # });
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteKind, WriteResult};
use crate::model::{
    CollectionInfo, Cursor, FieldInfo, Fields, Identity, Kind, Listing, Record, RecordId, Scope, Timestamp, Value,
    Version,
};

/// Trouble that is ordered for a later call. Each order is used once, by the first call or write
/// that it fits, in the order of ordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next call that reads (identity, collections, fields, list, get, find) fails like this.
    FailRead(ErrorKind),
    /// The next call of `write` fails as a whole before anything is written.
    FailWrites(ErrorKind),
    /// The next single write fails like this before it is carried out.
    FailWrite(ErrorKind),
    /// The next single write is carried out, and then the answer is lost ([`ErrorKind::InDoubt`]).
    LoseAnswer,
    /// The next single write is carried out, and the answer does not say what was stored.
    Unsaid,
    /// The next single write is refused: the platform does not take this record.
    Reject(String),
    /// The next call of any kind is told to wait this long.
    Throttle(Duration),
    /// The next listing breaks off half way: an error.
    BreakOff,
    /// The next listing ends after so many records and says that it is not complete.
    CutShort(usize),
    /// The next listing is empty and claims to be complete, as after a server's move.
    EmptyListing,
    /// The next listing that is not one of changes leaves these records out and claims to be complete, as
    /// one from a cache, or of a platform that is still bringing its lists up to date.
    LeaveOut(Vec<RecordId>),
    /// The next listing of changes tells of none, as the cache does that gave the same answer before.
    Silent,
    /// The next listing that tells of this record tells its older state, as a cache does.
    Outdated(RecordId),
    /// The next listing delivers every record twice, the older state of a changed one first.
    Twice,
    /// The platform forgets every cursor that it has given.
    ForgetCursors,
    /// The connection is gone after so many more single steps (a call that reads, or one write): from
    /// then on everything fails until [`MemoryPlatform::heal`]. With `answer_lost`, the write that
    /// is the last step is still carried out.
    DieAfter {
        /// Steps that still go well.
        steps: u64,
        /// Whether the step after them is carried out without an answer, if it is a write.
        answer_lost: bool,
    },
}

/// What a platform makes of a field's value before it stores it.
pub type Reformat = Arc<dyn Fn(&str, &Value) -> Value + Send + Sync>;

/// How the platform behaves all the time.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a habit of its own, free of the others")]
pub struct Behaviour {
    /// How writes are grouped.
    pub batch: Batch,
    /// Whether listings can be limited to changes.
    pub incremental: bool,
    /// Whether a listing of changes says how many records there are instead of which are gone.
    pub counts_only: bool,
    /// Whether records carry a version, and `expect` is looked at.
    pub versions: bool,
    /// Whether records carry a modified time.
    pub modified: bool,
    /// Whether a new record's id is made of the create's token, so that a second try finds the first.
    pub ids_from_token: bool,
    /// Whether a record is found by its content only once a listing was read after it was written.
    pub finds_late: bool,
    /// What the platform makes of a value before it stores it.
    pub reformat: Option<Reformat>,
    /// Lists in an order made of this number rather than in the order of ids.
    pub shuffle: Option<u64>,
    /// Whether everybody's sign-in is refused.
    pub refuse_sign_in: bool,
    /// Who is behind the account.
    pub identity: String,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            batch: Batch::One { concurrency: 4 },
            incremental: true,
            counts_only: false,
            versions: true,
            modified: true,
            ids_from_token: true,
            finds_late: false,
            reformat: None,
            shuffle: None,
            refuse_sign_in: false,
            identity: "memory".to_owned(),
        }
    }
}

/// The platform: one collection of records that several connectors share.
#[derive(Clone)]
pub struct MemoryPlatform {
    store: Arc<Mutex<Store>>,
}

/// One account's connection to a [`MemoryPlatform`].
pub struct MemoryConnector {
    store: Arc<Mutex<Store>>,
}

struct Store {
    collection: String,
    behaviour: Behaviour,
    records: BTreeMap<RecordId, Stored>,
    gone: BTreeMap<RecordId, u64>,
    tokens: BTreeMap<String, RecordId>,
    /// Counts every change; cursors and versions are made of it.
    clock: u64,
    /// What was written until then is found by its content, where the platform finds late.
    listed_at: u64,
    /// Cursors of an earlier age are not known any more.
    age: u64,
    next_id: u64,
    /// The id that the next record gets in the place of a new one.
    given_again: Option<RecordId>,
    now: Timestamp,
    requests: u64,
    writes: u64,
    faults: VecDeque<Fault>,
    dead: bool,
}

#[derive(Clone)]
struct Stored {
    fields: Fields,
    version: u64,
    modified: Timestamp,
    before: Option<Fields>,
}

impl MemoryPlatform {
    /// An empty collection of this name.
    #[must_use]
    pub fn new(collection: &str) -> Self {
        Self {
            store: Arc::new(Mutex::new(Store {
                collection: collection.to_owned(),
                behaviour: Behaviour::default(),
                records: BTreeMap::new(),
                gone: BTreeMap::new(),
                tokens: BTreeMap::new(),
                clock: 0,
                listed_at: 0,
                age: 0,
                next_id: 1,
                given_again: None,
                now: Timestamp(0),
                requests: 0,
                writes: 0,
                faults: VecDeque::new(),
                dead: false,
            })),
        }
    }

    /// One more connection to it.
    #[must_use]
    pub fn connector(&self) -> MemoryConnector {
        MemoryConnector { store: Arc::clone(&self.store) }
    }

    /// Changes how it behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.store().behaviour);
    }

    /// Orders a fault.
    pub fn order(&self, fault: Fault) {
        self.store().faults.push_back(fault);
    }

    /// Takes every ordered fault back, and lets everything work again.
    pub fn heal(&self) {
        let mut store = self.store();
        store.faults.clear();
        store.dead = false;
        store.behaviour.refuse_sign_in = false;
    }

    /// Lets everything fail from now on, until [`Self::heal`].
    pub fn die(&self) {
        self.store().dead = true;
    }

    /// Sets the platform's clock.
    pub fn set_now(&self, now: Timestamp) {
        self.store().now = now;
    }

    /// Somebody enters a record or replaces one whole; the number of fields is free.
    pub fn put<N: Into<String>, V: Into<Value>>(&self, id: &str, fields: impl IntoIterator<Item = (N, V)>) {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.store().set(RecordId::new(id), fields);
    }

    /// The next record that is created gets this id, as where the id of a deleted one is given again.
    pub fn give_again(&self, id: &str) {
        self.store().given_again = Some(RecordId::new(id));
    }

    /// Somebody changes one field. False if there is no such record.
    pub fn set_field(&self, id: &str, name: &str, value: impl Into<Value>) -> bool {
        let mut store = self.store();
        let id = RecordId::new(id);
        let Some(mut fields) = store.records.get(&id).map(|stored| stored.fields.clone()) else { return false };
        fields.insert(name.to_owned(), value.into());
        store.set(id, fields);
        true
    }

    /// Somebody deletes a record. False if there is no such record.
    #[allow(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn remove(&self, id: &str) -> bool {
        self.store().delete(&RecordId::new(id))
    }

    /// The records with all their fields, by id.
    #[must_use]
    pub fn records(&self) -> BTreeMap<String, Fields> {
        self.store().records.iter().map(|(id, stored)| (id.0.clone(), stored.fields.clone())).collect()
    }

    /// One record with all its fields.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Fields> {
        self.store().records.get(&RecordId::new(id)).map(|stored| stored.fields.clone())
    }

    /// Requests that connectors made.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.store().requests
    }

    /// Writes that connectors had carried out, whether they changed anything or not.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.store().writes
    }

    /// Changes to the records by anybody: it stands still as long as nothing really changes.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.store().clock
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }
}

impl Store {
    /// Starts a call: counts it, and lets it fail if that was ordered.
    fn enter(&mut self, context: &Context, collection: Option<&str>, writes: bool) -> Result<(), ConnectorError> {
        context.check()?;
        self.requests += 1;
        if self.dead {
            return Err(dead());
        }
        if let Some(Fault::ForgetCursors) = self.take(|fault| matches!(fault, Fault::ForgetCursors)) {
            self.age += 1;
        }
        if let Some(Fault::Throttle(time)) = self.take(|fault| matches!(fault, Fault::Throttle(_))) {
            return Err(ConnectorError::new(ErrorKind::Throttled, "the platform asks to wait").wait(time));
        }
        if self.behaviour.refuse_sign_in {
            return Err(ConnectorError::new(ErrorKind::SignIn, "the platform refuses the password"));
        }
        let ordered = if writes {
            self.take(|fault| matches!(fault, Fault::FailWrites(_)))
        } else {
            self.take(|fault| matches!(fault, Fault::FailRead(_)))
        };
        if let Some(Fault::FailRead(kind) | Fault::FailWrites(kind)) = ordered {
            return Err(failure(kind));
        }
        if !writes && self.step() != Life::Alive {
            return Err(dead());
        }
        if let Some(collection) =
            collection.filter(|collection| !collection.is_empty() && *collection != self.collection)
        {
            return Err(ConnectorError::new(ErrorKind::NotFound, format!("there is no list \"{collection}\"")));
        }
        Ok(())
    }

    /// Uses up the first ordered fault that fits.
    fn take(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.faults.iter().position(fits)?;
        self.faults.remove(at)
    }

    /// One step nearer to an ordered end.
    fn step(&mut self) -> Life {
        if self.dead {
            return Life::Dead;
        }
        for fault in &mut self.faults {
            if let Fault::DieAfter { steps, answer_lost } = fault {
                if let Some(left) = steps.checked_sub(1) {
                    *steps = left;
                    return Life::Alive;
                }
                let last = if *answer_lost { Life::LastBreath } else { Life::Dead };
                self.dead = true;
                return last;
            }
        }
        Life::Alive
    }

    fn set(&mut self, id: RecordId, fields: Fields) {
        let before = self.records.get(&id).map(|stored| stored.fields.clone());
        if before.as_ref() == Some(&fields) {
            return;
        }
        self.clock += 1;
        self.gone.remove(&id);
        self.records.insert(id, Stored { fields, version: self.clock, modified: self.now, before });
    }

    fn delete(&mut self, id: &RecordId) -> bool {
        if self.records.remove(id).is_none() {
            return false;
        }
        self.clock += 1;
        self.gone.insert(id.clone(), self.clock);
        true
    }

    fn record(&self, id: &RecordId, want: &[String], whole: bool) -> Option<Record> {
        let stored = self.records.get(id)?;
        Some(self.view(id, stored, &stored.fields, want, whole))
    }

    fn view(&self, id: &RecordId, stored: &Stored, all: &Fields, want: &[String], whole: bool) -> Record {
        Record {
            id: id.clone(),
            version: self.behaviour.versions.then(|| Version(format!("v{}", stored.version))),
            modified: self.behaviour.modified.then_some(stored.modified),
            modified_by: None,
            fields: all
                .iter()
                .filter(|(name, _)| want.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            raw: whole.then(|| serde_json::to_string(all).unwrap_or_default()),
        }
    }

    fn list(&mut self, want: &[String], since: Option<&Cursor>) -> Result<Listing, ConnectorError> {
        self.listed_at = self.clock;
        let cursor = self.behaviour.incremental.then(|| Cursor(format!("{}-{}", self.age, self.clock)));
        let from = match since.filter(|_| self.behaviour.incremental) {
            Some(since) => Some(self.known(since)?),
            None => None,
        };
        if self.take(|fault| matches!(fault, Fault::EmptyListing)).is_some() {
            return Ok(Listing::full(Vec::new(), cursor));
        }
        if from.is_some() && self.take(|fault| matches!(fault, Fault::Silent)).is_some() {
            let total = self.behaviour.counts_only.then_some(self.records.len() as u64);
            let cursor = since.cloned();
            let (scope, complete) = (Scope::Changes, true);
            return Ok(Listing { scope, complete, records: Vec::new(), gone: Vec::new(), total, cursor });
        }
        let twice = self.take(|fault| matches!(fault, Fault::Twice)).is_some();
        let mut records = Vec::new();
        for (id, stored) in self.records.iter().filter(|(_, stored)| from.is_none_or(|from| stored.version > from)) {
            let record = self.view(id, stored, &stored.fields, want, false);
            if twice {
                let mut earlier = match &stored.before {
                    Some(before) => self.view(id, stored, before, want, false),
                    None => record.clone(),
                };
                earlier.version = earlier.version.map(|version| Version(format!("{}-earlier", version.0)));
                records.push(earlier);
            }
            records.push(record);
        }
        let told =
            |fault: &Fault| matches!(fault, Fault::Outdated(id) if records.iter().any(|record| record.id == *id));
        if let Some(Fault::Outdated(id)) = self.take(told)
            && let Some(stored) = self.records.get(&id)
            && let Some(before) = &stored.before
        {
            let old = self.view(&id, stored, before, want, false);
            records.retain(|record| record.id != id);
            records.push(Record {
                version: old.version.clone().map(|version| Version(format!("{}-earlier", version.0))),
                ..old
            });
        }
        if from.is_none()
            && let Some(Fault::LeaveOut(ids)) = self.take(|fault| matches!(fault, Fault::LeaveOut(_)))
        {
            records.retain(|record| !ids.contains(&record.id));
        }
        let gone = match from {
            // Who only counts does not name what is gone.
            Some(_) if self.behaviour.counts_only => Vec::new(),
            Some(from) => self.gone.iter().filter(|(_, at)| **at > from).map(|(id, _)| id.clone()).collect(),
            None => Vec::new(),
        };
        if let (Some(seed), false) = (self.behaviour.shuffle, twice) {
            fastrand::Rng::with_seed(seed ^ self.requests).shuffle(&mut records);
        }
        let mut complete = true;
        match self.take(|fault| matches!(fault, Fault::BreakOff | Fault::CutShort(_))) {
            Some(Fault::BreakOff) => {
                return Err(ConnectorError::new(ErrorKind::InDoubt, "the connection broke during the listing"));
            }
            Some(Fault::CutShort(count)) => {
                records.truncate(count);
                complete = false;
            }
            Some(_) | None => {}
        }
        Ok(Listing {
            scope: if from.is_some() { Scope::Changes } else { Scope::Full },
            complete,
            records,
            gone,
            total: (self.behaviour.counts_only && from.is_some()).then_some(self.records.len() as u64),
            // Going on from here would miss what was cut off.
            cursor: cursor.filter(|_| complete),
        })
    }

    /// The change that a cursor stands for.
    fn known(&self, cursor: &Cursor) -> Result<u64, ConnectorError> {
        cursor
            .0
            .split_once('-')
            .and_then(|(age, clock)| Some((age.parse::<u64>().ok()?, clock.parse::<u64>().ok()?)))
            .filter(|(age, clock)| *age == self.age && *clock <= self.clock)
            .map(|(_, clock)| clock)
            .ok_or_else(|| failure(ErrorKind::CursorExpired))
    }

    /// Carries out one write, with the trouble that was ordered for it.
    fn write(&mut self, want: &[String], write: &Write) -> WriteResult {
        let life = self.step();
        if life == Life::Dead {
            return Err(dead());
        }
        let ordered = self
            .take(|fault| matches!(fault, Fault::FailWrite(_) | Fault::LoseAnswer | Fault::Unsaid | Fault::Reject(_)));
        match &ordered {
            Some(Fault::FailWrite(kind)) => return Err(failure(*kind)),
            Some(Fault::Reject(message)) => return Err(ConnectorError::new(ErrorKind::Rejected, message)),
            Some(_) | None => {}
        }
        let done = self.carry_out(want, write)?;
        if ordered == Some(Fault::LoseAnswer) || life == Life::LastBreath {
            return Err(ConnectorError::new(ErrorKind::InDoubt, "no answer came; the write may have been carried out"));
        }
        Ok(done.filter(|_| ordered != Some(Fault::Unsaid)))
    }

    fn carry_out(&mut self, want: &[String], write: &Write) -> WriteResult {
        match &write.kind {
            WriteKind::Create { fields, raw } => {
                let id = match self.tokens.get(&write.token).filter(|_| self.behaviour.ids_from_token) {
                    // A second try of the same create finds the first.
                    Some(id) if self.records.contains_key(id) => return Ok(self.record(&id.clone(), want, false)),
                    Some(_) | None if self.given_again.is_some() => {
                        self.given_again.take().unwrap_or_else(|| RecordId::new(""))
                    }
                    Some(_) | None if self.behaviour.ids_from_token => RecordId(format!("t-{}", write.token)),
                    Some(_) | None => {
                        let id = RecordId(format!("m{}", self.next_id));
                        self.next_id += 1;
                        id
                    }
                };
                let mut all = match raw {
                    Some(raw) => serde_json::from_str(raw).map_err(|error| {
                        ConnectorError::caused(ErrorKind::Rejected, "the kept copy cannot be read", error)
                    })?,
                    None => Fields::new(),
                };
                all.extend(fields.iter().map(|(name, value)| (name.clone(), self.reformatted(name, value))));
                self.writes += 1;
                self.tokens.insert(write.token.clone(), id.clone());
                self.set(id.clone(), all);
                Ok(self.record(&id, want, false))
            }
            WriteKind::Update { id, fields, expect } => {
                let mut all = self.expected(id, expect.as_ref())?;
                all.extend(fields.iter().map(|(name, value)| (name.clone(), self.reformatted(name, value))));
                self.writes += 1;
                self.set(id.clone(), all);
                Ok(self.record(id, want, false))
            }
            WriteKind::Delete { id, expect } => {
                self.expected(id, expect.as_ref())?;
                self.writes += 1;
                self.delete(id);
                Ok(None)
            }
        }
    }

    fn reformatted(&self, name: &str, value: &Value) -> Value {
        self.behaviour.reformat.as_ref().map_or_else(|| value.clone(), |reformat| reformat(name, value))
    }

    /// A record's fields, if it is still the version that was expected.
    fn expected(&self, id: &RecordId, expect: Option<&Version>) -> Result<Fields, ConnectorError> {
        let stored = self.records.get(id).ok_or_else(|| failure(ErrorKind::NotFound))?;
        let same = expect.is_none_or(|expect| expect.0 == format!("v{}", stored.version));
        if self.behaviour.versions && !same {
            return Err(failure(ErrorKind::VersionMismatch));
        }
        Ok(stored.fields.clone())
    }
}

#[async_trait]
impl Connector for MemoryConnector {
    fn abilities(&self) -> Abilities {
        let behaviour = &lock(&self.store).behaviour;
        Abilities {
            batch: behaviour.batch,
            incremental: behaviour.incremental,
            modified: behaviour.modified,
            bound_cursors: false,
            finds_late: behaviour.finds_late,
        }
    }

    fn requests(&self) -> u64 {
        lock(&self.store).requests
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, None, false)?;
        Ok(Identity(store.behaviour.identity.clone()))
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, None, false)?;
        Ok(vec![CollectionInfo { id: store.collection.clone(), name: store.collection.clone(), read_only: false }])
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, Some(collection), false)?;
        let mut samples: BTreeMap<&String, Vec<String>> = BTreeMap::new();
        for (name, value) in store.records.values().flat_map(|stored| &stored.fields) {
            let samples = samples.entry(name).or_default();
            if samples.len() < 5 && !value.is_empty() {
                samples.push(value.display());
            }
        }
        let info = |(name, samples): (&String, Vec<String>)| FieldInfo {
            name: name.clone(),
            label: name.clone(),
            kind: Some(Kind::Text),
            read_only: false,
            samples,
            ..FieldInfo::default()
        };
        Ok(samples.into_iter().map(info).collect())
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, Some(collection), false)?;
        let total = store.records.len() as u64;
        context.step("reading the list", 0, Some(total));
        store.list(want, since)
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, Some(collection), false)?;
        Ok(ids.iter().filter_map(|id| store.record(id, want, true)).collect())
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, Some(collection), false)?;
        if let Some(token) = find.token.as_ref().filter(|_| store.behaviour.ids_from_token)
            && let Some(record) = store.tokens.get(token).and_then(|id| store.record(id, want, true))
        {
            return Ok(vec![record]);
        }
        let Some((name, value)) = &find.field else { return Ok(Vec::new()) };
        let normal = |text: &str| text.trim().to_lowercase();
        let fits = |stored: &Stored| {
            let known = !store.behaviour.finds_late || stored.version <= store.listed_at;
            known
                && stored.fields.get(name).is_some_and(|found| match found {
                    Value::Text(text) => normal(text) == normal(value),
                    Value::List(items) => items.iter().any(|item| normal(item) == normal(value)),
                })
        };
        Ok(store
            .records
            .iter()
            .filter(|(_, stored)| fits(stored))
            .map(|(id, stored)| store.view(id, stored, &stored.fields, want, true))
            .collect())
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let mut store = lock(&self.store);
        store.enter(context, Some(collection), true)?;
        Ok(writes
            .iter()
            .map(|write| {
                context.check()?;
                store.write(want, write)
            })
            .collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Alive,
    LastBreath,
    Dead,
}

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    // A test that panics while it holds the lock has failed anyway; the others go on.
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

fn dead() -> ConnectorError {
    ConnectorError::new(ErrorKind::Unreachable, "the platform cannot be reached")
}

fn failure(kind: ErrorKind) -> ConnectorError {
    let message = match kind {
        ErrorKind::Unreachable => "the platform cannot be reached",
        ErrorKind::InDoubt => "no answer came",
        ErrorKind::SignIn => "the platform refuses the password",
        ErrorKind::Forbidden => "this account may not do that",
        ErrorKind::NotFound => "there is no such record",
        ErrorKind::Exists => "there is such a record already",
        ErrorKind::VersionMismatch => "the record was changed by somebody in the meantime",
        ErrorKind::Throttled => "the platform asks to wait",
        ErrorKind::Server => "the platform has trouble of its own",
        ErrorKind::Rejected => "the platform does not take this record",
        ErrorKind::BadAnswer => "the answer could not be understood",
        ErrorKind::CursorExpired => "the platform no longer knows what changed since then",
        ErrorKind::File => "the file cannot be used",
        ErrorKind::Content => "the file does not hold what it should",
        ErrorKind::Settings => "the settings are wrong",
        ErrorKind::Cancelled => "stopped by you",
    };
    ConnectorError::new(kind, message)
}

#[cfg(test)]
mod tests;
