//! A service at a desk: platforms in memory that are watched and can be held up, and short words for
//! what an operator does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use duosync::connectors::memory::MemoryPlatform;
use duosync::connectors::{
    Abilities, Connector, ConnectorError, Context, Credential, ErrorKind, Find, Write, WriteResult,
};
use duosync::model::{
    AccountSettings, Alert, CollectionInfo, CompareReport, Cursor, DeleteGuard, DeletePolicy, Endpoint, FieldInfo,
    FieldMapping, Identity, Kind, Listing, Matter, MatterId, PairSpec, PerSide, Policy, Record, RecordId, Resolution,
    RunId, RunQuery, RunSummary, Schedule, WriteEntry, WriteQuery, Writes,
};
use duosync::service::{
    self, Answer, Command, Event, Handle, Platforms, Reply, RequestId, RunReport, Snapshot, SyncMode, Tuning,
};

/// What the platforms are watched with.
pub(crate) struct Watch {
    /// Each call: the account, and the number of the connector that made it.
    pub(crate) calls: Mutex<Vec<(String, u64)>>,
    /// Whether listings go on.
    open: tokio::sync::watch::Sender<bool>,
    arrived: Mutex<Option<mpsc::SyncSender<String>>>,
    opened: AtomicU64,
    lists: BTreeMap<String, MemoryPlatform>,
    /// Accounts that cannot be opened.
    pub(crate) broken: Mutex<Vec<String>>,
}

impl Watch {
    /// From here on listings wait; each tells its account when it has come.
    pub(crate) fn hold(&self) -> mpsc::Receiver<String> {
        let (tell, hear) = mpsc::sync_channel(8);
        *self.arrived.lock().unwrap() = Some(tell);
        self.open.send_replace(false);
        hear
    }

    pub(crate) fn release(&self) {
        *self.arrived.lock().unwrap() = None;
        self.open.send_replace(true);
    }
}

struct Watched {
    account: String,
    number: u64,
    watch: Arc<Watch>,
    inner: Arc<dyn Connector>,
}

impl Watched {
    fn note(&self) {
        self.watch.calls.lock().unwrap().push((self.account.clone(), self.number));
    }
}

#[async_trait]
impl Connector for Watched {
    fn abilities(&self) -> Abilities {
        self.inner.abilities()
    }
    fn requests(&self) -> u64 {
        self.inner.requests()
    }
    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        self.note();
        self.inner.identity(context).await
    }
    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        self.inner.collections(context).await
    }
    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        self.inner.fields(context, collection).await
    }
    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        self.note();
        let mut open = self.watch.open.subscribe();
        if !*open.borrow() {
            context.step("reading the list", 1, Some(7));
            if let Some(tell) = self.watch.arrived.lock().unwrap().as_ref() {
                let _gone = tell.send(self.account.clone());
            }
        }
        tokio::select! {
            _ = open.wait_for(|open| *open) => {}
            () = context.cancel.cancelled() => context.check()?,
        }
        self.inner.list(context, collection, want, since).await
    }
    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        self.note();
        self.inner.get(context, collection, want, ids).await
    }
    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        self.note();
        self.inner.find(context, collection, want, find).await
    }
    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        self.note();
        self.inner.write(context, collection, want, writes).await
    }
}

struct Shelf(Arc<Watch>);

impl Platforms for Shelf {
    fn open(
        &self,
        account: &AccountSettings,
        _keys: &[String],
        _credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        if self.0.broken.lock().unwrap().contains(&account.name) {
            return Err(ConnectorError::new(ErrorKind::File, "the file is on a stick that is not there"));
        }
        Ok(Arc::new(Watched {
            account: account.name.clone(),
            number: self.0.opened.fetch_add(1, Ordering::SeqCst),
            watch: Arc::clone(&self.0),
            inner: Arc::new(self.0.lists[&account.name].connector()),
        }))
    }
}

pub(crate) struct Desk {
    pub(crate) handle: Handle,
    pub(crate) left: MemoryPlatform,
    pub(crate) right: MemoryPlatform,
    pub(crate) third: MemoryPlatform,
    pub(crate) watch: Arc<Watch>,
    pub(crate) folder: tempfile::TempDir,
    /// Alerts that were told, in their order.
    pub(crate) told: Vec<Alert>,
    replies: BTreeMap<RequestId, Answer>,
}

pub(crate) fn pair(name: &str, a: &str, b: &str) -> PairSpec {
    let end = |account: &str| Endpoint { account: account.to_owned(), collection: None };
    PairSpec {
        name: name.to_owned(),
        ends: PerSide::new(end(a), end(b)),
        match_keys: vec!["email".to_owned()],
        fields: vec![
            FieldMapping::simple("email", "email", "email", Kind::Email),
            FieldMapping::simple("name", "name", "name", Kind::Text),
            FieldMapping::simple("phone", "phone", "phone", Kind::Text),
        ],
        filters: Vec::new(),
        deletes: DeletePolicy::Both,
        guard: DeleteGuard { count: 100, percent: 100 },
        conflicts: Policy::Ask,
        writes: PerSide::new(Writes::default(), Writes::default()),
        schedule: Schedule::default(),
    }
}

/// Waits for nothing, and shows nothing on the screen.
fn impatient() -> Tuning {
    let (first_wait, longest_wait) = (Duration::ZERO, Duration::ZERO);
    Tuning { retries: 2, first_wait, longest_wait, notify: false, ..Tuning::default() }
}

impl Desk {
    /// Three accounts, and the pair `people` between the first two.
    pub(crate) fn new() -> Self {
        Self::tuned(|_| {})
    }

    pub(crate) fn tuned(change: impl FnOnce(&mut Tuning)) -> Self {
        let lists: BTreeMap<String, MemoryPlatform> = ["Left", "Right", "Third"]
            .into_iter()
            .map(|name| (name.to_owned(), MemoryPlatform::new("people")))
            .collect();
        let watch = Arc::new(Watch {
            calls: Mutex::default(),
            open: tokio::sync::watch::Sender::new(true),
            arrived: Mutex::default(),
            opened: AtomicU64::new(0),
            lists: lists.clone(),
            broken: Mutex::default(),
        });
        let mut tuning = impatient();
        change(&mut tuning);
        let folder = tempfile::tempdir().unwrap();
        let handle =
            service::start_with(folder.path(), Arc::new(|| ()), Arc::new(Shelf(Arc::clone(&watch))), tuning).unwrap();
        let mut desk = Self {
            handle,
            left: lists["Left"].clone(),
            right: lists["Right"].clone(),
            third: lists["Third"].clone(),
            watch,
            folder,
            told: Vec::new(),
            replies: BTreeMap::new(),
        };
        for name in ["Left", "Right", "Third"] {
            desk.save_account(name);
        }
        desk.save(pair("people", "Left", "Right"));
        desk
    }

    /// Ends the service, does something with its folder, and starts it again.
    pub(crate) fn reopen(&mut self, between: impl FnOnce(&Path)) {
        let _ends = self.handle.send(Command::Shutdown);
        while self.handle.wait_event().is_some() {}
        between(self.folder.path());
        let shelf = Arc::new(Shelf(Arc::clone(&self.watch)));
        // The last thread of the one before may still be letting go of the workspace.
        let patience = Instant::now() + Duration::from_secs(20);
        self.handle = loop {
            match service::start_with(self.folder.path(), Arc::new(|| ()), shelf.clone(), impatient()) {
                Ok(handle) => break handle,
                Err(_) if Instant::now() < patience => std::thread::yield_now(),
                Err(problem) => panic!("the workspace stays locked: {problem}"),
            }
        };
    }

    pub(crate) fn save_account(&mut self, name: &str) {
        let settings = AccountSettings {
            name: name.to_owned(),
            connector: "memory".to_owned(),
            options: BTreeMap::new(),
            secret: None,
        };
        self.call(Command::SaveAccount { settings, password: None }).unwrap();
    }

    pub(crate) fn save(&mut self, spec: PairSpec) {
        self.call(Command::SavePair(Box::new(spec))).unwrap();
    }

    pub(crate) fn send(&mut self, command: Command) -> RequestId {
        self.handle.send(command).unwrap()
    }

    /// Waits for an answer, and keeps what else is said.
    pub(crate) fn wait(&mut self, id: RequestId) -> Answer {
        loop {
            if let Some(answer) = self.replies.remove(&id) {
                return answer;
            }
            let event = self.handle.wait_event().expect("the service has ended");
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) -> Option<Arc<Snapshot>> {
        match event {
            Event::Reply(id, answer) => {
                self.replies.insert(id, answer);
            }
            Event::Alerted(alert) => self.told.push(alert),
            Event::Changed(snapshot) => return Some(snapshot),
            Event::Trying(..) | Event::OpenBrowser { .. } | Event::Opened(_) | Event::Ended => {}
        }
        None
    }

    /// Waits until the state of everything is like this.
    pub(crate) fn until(&mut self, fits: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let event = self.handle.wait_event().expect("the service has ended");
            if let Some(snapshot) = self.take(event).filter(|snapshot| fits(snapshot)) {
                return snapshot;
            }
        }
    }

    pub(crate) fn call(&mut self, command: Command) -> Answer {
        let id = self.send(command);
        self.wait(id)
    }

    pub(crate) fn sync(&mut self, mode: SyncMode) -> RunReport {
        self.sync_pair("people", mode)
    }

    pub(crate) fn sync_pair(&mut self, pair: &str, mode: SyncMode) -> RunReport {
        match self.call(Command::Sync { pair: pair.to_owned(), mode }) {
            Ok(Reply::Ran(report)) => *report,
            other => panic!("no run: {other:?}"),
        }
    }

    pub(crate) fn compare(&mut self) -> Arc<CompareReport> {
        match self.call(Command::Compare { pair: "people".to_owned(), export: None }) {
            Ok(Reply::Compared(report)) => report,
            other => panic!("no compare: {other:?}"),
        }
    }

    pub(crate) fn matters(&mut self) -> Vec<Matter> {
        match self.call(Command::Matters(None)) {
            Ok(Reply::Matters(matters)) => matters.as_ref().clone(),
            other => panic!("no matters: {other:?}"),
        }
    }

    pub(crate) fn resolve(&mut self, id: MatterId, resolution: Resolution) {
        match self.call(Command::Resolve { ids: vec![id], resolution }) {
            Ok(Reply::Resolved(_)) => {}
            other => panic!("not resolved: {other:?}"),
        }
    }

    pub(crate) fn undo(&mut self, run: RunId) -> RunReport {
        match self.call(Command::Undo(run)) {
            Ok(Reply::Ran(report)) => *report,
            other => panic!("no undo: {other:?}"),
        }
    }

    pub(crate) fn history(&mut self) -> Vec<RunSummary> {
        match self.call(Command::History(RunQuery { limit: 1000, ..RunQuery::default() })) {
            Ok(Reply::History(page)) => page.runs.clone(),
            other => panic!("no history: {other:?}"),
        }
    }

    pub(crate) fn writes_of(&mut self, run: RunId) -> Vec<WriteEntry> {
        match self.call(Command::Writes(WriteQuery::all(run))) {
            Ok(Reply::Writes(page)) => page.writes.iter().map(|one| one.write.clone()).collect(),
            other => panic!("no writes: {other:?}"),
        }
    }

    pub(crate) fn snapshot(&mut self) -> Arc<Snapshot> {
        match self.call(Command::Snapshot) {
            Ok(Reply::Snapshot(snapshot)) => snapshot,
            other => panic!("no snapshot: {other:?}"),
        }
    }

    pub(crate) fn writes(&self) -> u64 {
        self.left.writes() + self.right.writes()
    }

    /// The name of the record with this address.
    pub(crate) fn held(list: &MemoryPlatform, email: &str, field: &str) -> Option<String> {
        let mut records = list.records().into_values();
        let found = records.find(|fields| fields.get("email").is_some_and(|value| value.display() == email));
        found.and_then(|fields| fields.get(field).map(duosync::model::Value::display))
    }

    /// Ann and Bob on both sides, in step.
    pub(crate) fn in_step() -> Self {
        let mut desk = Self::new();
        person(&desk.left, "1", "ann");
        person(&desk.left, "2", "bob");
        let report = desk.sync(SyncMode::Yes);
        assert_eq!(report.summary.outcome, duosync::model::Outcome::Done, "{report:?}");
        assert_eq!(desk.right.records().len(), 2);
        desk
    }

    pub(crate) fn right_id(&self, email: &str) -> String {
        let mut records = self.right.records().into_iter();
        records.find(|(_, fields)| fields["email"].display() == email).expect("it is there").0
    }
}

pub(crate) fn person(list: &MemoryPlatform, id: &str, name: &str) {
    list.put(
        id,
        [("email", format!("{name}@example.org").as_str()), ("name", name), ("phone", "1"), ("secret", "kept")],
    );
}
