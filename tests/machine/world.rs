//! Two platforms, a pair between them, and a service that can be killed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use duosync::connectors::memory::MemoryPlatform;
use duosync::connectors::{Batch, Connector, ConnectorError, Credential};
use duosync::model::{
    AccountSettings, DeleteGuard, DeletePolicy, Direction, Endpoint, FieldMapping, Kind, PairSpec, PerSide, Policy,
    Schedule, Side, Value, WriteMode, Writes,
};
use duosync::service::{self, Answer, Command, Handle, Platforms, Tuning};

use crate::people::{NAMES, People};

pub(crate) struct TwoLists(pub(crate) PerSide<MemoryPlatform>);

impl Platforms for TwoLists {
    fn open(
        &self,
        account: &AccountSettings,
        _keys: &[String],
        _credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        let side = if account.name == "Left" { Side::A } else { Side::B };
        Ok(Arc::new(self.0.get(side).connector()))
    }
}

/// What happens in the middle of a run.
pub(crate) struct Probe {
    /// At this many more steps the power goes.
    pub(crate) crash: AtomicI64,
    pub(crate) crashed: AtomicBool,
    /// At this many more steps somebody edits a list.
    pub(crate) edit: AtomicI64,
    pub(crate) told: Mutex<Vec<String>>,
    rng: Mutex<fastrand::Rng>,
    people: Arc<Mutex<People>>,
    lists: PerSide<MemoryPlatform>,
}

impl Probe {
    fn goes_on(&self, step: &str) -> bool {
        if self.crashed.load(Ordering::SeqCst) {
            return false;
        }
        if self.edit.fetch_sub(1, Ordering::SeqCst) == 1 {
            let mut rng = self.rng.lock().unwrap();
            let side = if rng.bool() { Side::A } else { Side::B };
            let (list, mut people) = (self.lists.get(side), self.people.lock().unwrap());
            let told = match rng.u8(..6) {
                0 => people.add(&mut rng, side, list),
                _ => people.change(&mut rng, side, list),
            };
            self.told.lock().unwrap().push(format!("   meanwhile, at {step}: {told}"));
        }
        if self.crash.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.crashed.store(true, Ordering::SeqCst);
            self.told.lock().unwrap().push(format!("   killed at {step}"));
            return false;
        }
        true
    }
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) lists: PerSide<MemoryPlatform>,
    pub(crate) spec: PairSpec,
    pub(crate) people: Arc<Mutex<People>>,
    pub(crate) probe: Arc<Probe>,
    pub(crate) versions: bool,
    /// Both platforms know again what they created, whatever somebody made of it since.
    pub(crate) tokens: bool,
    /// The title is stored in capitals somewhere, which no kind of Duosync's calls the same.
    pub(crate) shouts: bool,
    handle: Option<Handle>,
}

impl World {
    pub(crate) fn new(rng: &mut fastrand::Rng) -> Self {
        let lists = PerSide::new(MemoryPlatform::new("people"), MemoryPlatform::new("people"));
        let versions = rng.u8(..4) != 0;
        let (mut shouts, mut all_tokens) = (false, true);
        for side in Side::BOTH {
            let batch = match rng.u8(..4) {
                0 => Batch::All,
                1 => Batch::UpTo(2),
                2 => Batch::One { concurrency: 3 },
                _ => Batch::One { concurrency: 1 },
            };
            let (incremental, tokens, shuffle) = (rng.u8(..3) != 0, rng.bool(), rng.bool().then(|| rng.u64(..)));
            let reformat = rng.u8(..4);
            let counts_only = rng.u8(..3) == 0;
            shouts |= reformat == 1;
            all_tokens &= tokens;
            lists.get(side).behave(|behaviour| {
                behaviour.batch = batch;
                behaviour.incremental = incremental;
                behaviour.counts_only = counts_only;
                behaviour.versions = versions;
                behaviour.ids_from_token = tokens;
                behaviour.shuffle = shuffle;
                behaviour.reformat = match reformat {
                    0 => Some(Arc::new(tidy)),
                    1 => Some(Arc::new(move |name, value| shout(side, name, value))),
                    _ => None,
                };
            });
        }
        let people = Arc::new(Mutex::new(People::default()));
        let probe = Arc::new(Probe {
            crash: AtomicI64::new(0),
            crashed: AtomicBool::new(false),
            edit: AtomicI64::new(0),
            told: Mutex::default(),
            rng: Mutex::new(fastrand::Rng::with_seed(rng.u64(..))),
            people: Arc::clone(&people),
            lists: lists.clone(),
        });
        let (folder, spec) = (tempfile::Builder::new().tempdir_in(memory()).unwrap(), spec(rng));
        let mut world = Self { folder, lists, spec, people, probe, versions, tokens: all_tokens, shouts, handle: None };
        world.start();
        for name in ["Left", "Right"] {
            let settings = AccountSettings {
                name: name.to_owned(),
                connector: "memory".to_owned(),
                options: std::collections::BTreeMap::new(),
                secret: None,
            };
            world.call(Command::SaveAccount { settings, password: None }).unwrap();
        }
        let spec = Box::new(world.spec.clone());
        world.call(Command::SavePair(spec)).unwrap();
        world
    }

    pub(crate) fn handle(&mut self) -> &mut Handle {
        self.handle.as_mut().unwrap()
    }

    pub(crate) fn call(&mut self, command: Command) -> Answer {
        self.handle().call(command, |_| ())
    }

    fn start(&mut self) {
        self.probe.crash.store(0, Ordering::SeqCst);
        self.probe.crashed.store(false, Ordering::SeqCst);
        let probe = Arc::clone(&self.probe);
        let tuning = Tuning {
            retries: 1,
            first_wait: Duration::ZERO,
            longest_wait: Duration::ZERO,
            goes_on: Arc::new(move |step| probe.goes_on(step)),
            notify: false,
            ..Tuning::default()
        };
        let platforms = Arc::new(TwoLists(self.lists.clone()));
        // A killed process lets its lock go at once; here the last thread of the one before may still
        // be at its last statement.
        let patience = Instant::now() + Duration::from_secs(20);
        self.handle = Some(loop {
            match service::start_with(self.folder.path(), Arc::new(|| ()), platforms.clone(), tuning.clone()) {
                Ok(handle) => break handle,
                Err(_) if Instant::now() < patience => std::thread::yield_now(),
                Err(problem) => panic!("the workspace stays locked: {problem}"),
            }
        });
    }

    /// Ends this process and starts the next.
    pub(crate) fn restart(&mut self) {
        let mut handle = self.handle.take().unwrap();
        let _ends = handle.send(Command::Shutdown);
        while handle.wait_event().is_some() {}
        self.start();
    }

    pub(crate) fn writes(&self) -> u64 {
        self.lists.a.writes() + self.lists.b.writes()
    }
}

/// Where a workspace is quick: in memory, if there is such a place.
fn memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// A platform that tidies what it is given, in ways that mean the same.
fn tidy(name: &str, value: &Value) -> Value {
    match value {
        Value::Text(text) if ["Mail", "email"].contains(&name) => Value::text(text.trim().to_lowercase()),
        Value::Text(text) if ["Phone", "tel"].contains(&name) => {
            Value::text(text.replace(' ', "").replace("+32", "0").replacen('0', "+32 ", 1))
        }
        Value::Text(text) => Value::text(format!("{} ", text.trim())),
        Value::List(items) => Value::List(items.iter().rev().cloned().collect()),
    }
}

fn shout(side: Side, name: &str, value: &Value) -> Value {
    match value {
        Value::Text(text) if name == NAMES.get(side)[2] => Value::text(text.to_uppercase()),
        Value::Text(_) | Value::List(_) => value.clone(),
    }
}

fn spec(rng: &mut fastrand::Rng) -> PairSpec {
    let end = |account: &str| Endpoint { account: account.to_owned(), collection: None };
    let kinds = [Kind::Email, Kind::Phone, Kind::Text, Kind::List];
    let names = ["email", "phone", "title", "tags"];
    let mut fields: Vec<FieldMapping> =
        (0..4).map(|index| FieldMapping::simple(names[index], NAMES.a[index], NAMES.b[index], kinds[index])).collect();
    fields[1].region = Some("BE".to_owned());
    let any =
        |rng: &mut fastrand::Rng| [Policy::Ask, Policy::Ask, Policy::A, Policy::B, Policy::Newest][rng.usize(..5)];
    for field in &mut fields[1..] {
        field.direction =
            [Direction::Both, Direction::Both, Direction::Both, Direction::AToB, Direction::BToA][rng.usize(..5)];
        field.policy = rng.bool().then(|| any(rng));
    }
    fields[2].write = if rng.u8(..5) == 0 { WriteMode::FillEmpty } else { WriteMode::Replace };
    fields[3].write = if rng.u8(..4) == 0 { WriteMode::Add } else { WriteMode::Replace };
    let writes = |rng: &mut fastrand::Rng| Writes { create: rng.u8(..6) != 0, update: rng.u8(..6) != 0 };
    PairSpec {
        name: "people".to_owned(),
        ends: PerSide::new(end("Left"), end("Right")),
        match_keys: if rng.bool() { vec!["email".to_owned()] } else { vec!["email".to_owned(), "phone".to_owned()] },
        fields,
        filters: Vec::new(),
        deletes: [DeletePolicy::Ignore, DeletePolicy::Both, DeletePolicy::Both, DeletePolicy::AToB, DeletePolicy::BToA]
            [rng.usize(..5)],
        guard: if rng.bool() { DeleteGuard::default() } else { DeleteGuard { count: 100, percent: 100 } },
        conflicts: any(rng),
        writes: PerSide::new(writes(rng), writes(rng)),
        schedule: Schedule::default(),
    }
}
