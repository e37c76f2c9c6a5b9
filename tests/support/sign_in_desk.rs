//! A desk with a service on it, a server that it signs in to, and a browser: for tests of signing in, whatever
//! platform it is for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use duosync::model::{
    AccountSettings, AlertKind, DeleteGuard, DeletePolicy, Endpoint, FieldMapping, Kind, PairSpec, PerSide, Policy,
    Schedule, Writes,
};
use duosync::service::{
    self, Answer, Command, Event, Handle, Platforms, Problem, Reply, RequestId, RunReport, Snapshot, SyncMode, Tuning,
};

use super::oidc::{Browser, Decision, Oidc};

const PASSPHRASE: &str = "four words of mine";

/// The desk. Its accounts are “Shop”, which signs in, and “Book”; its pair is “people”.
pub struct SignInDesk {
    pub oidc: Oidc,
    pub folder: tempfile::TempDir,
    pub runtime: tokio::runtime::Runtime,
    pub alerts: Vec<AlertKind>,
    platforms: Arc<dyn Platforms>,
    handle: Option<Handle>,
    replies: BTreeMap<RequestId, Answer>,
}

/// The settings of an account.
pub fn account(name: &str, kind: &str, options: &[(&str, &str)]) -> AccountSettings {
    AccountSettings {
        name: name.to_owned(),
        connector: kind.to_owned(),
        options: options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        secret: None,
    }
}

impl SignInDesk {
    /// Nobody has signed in yet. The accounts are those of the two ends of the pair.
    pub fn new(
        oidc: Oidc,
        folder: tempfile::TempDir,
        platforms: Arc<dyn Platforms>,
        accounts: [AccountSettings; 2],
        collections: [Option<&str>; 2],
    ) -> Self {
        let mut desk = Self {
            oidc,
            folder,
            platforms,
            handle: None,
            replies: BTreeMap::new(),
            runtime: tokio::runtime::Runtime::new().unwrap(),
            alerts: Vec::new(),
        };
        desk.start(Duration::from_mins(2));
        desk.call(Command::NewPassphrase { passphrase: PASSPHRASE.to_owned() }).unwrap();
        let [shop, book] = accounts;
        let ends = PerSide::new(
            Endpoint { account: shop.name.clone(), collection: collections[0].map(str::to_owned) },
            Endpoint { account: book.name.clone(), collection: collections[1].map(str::to_owned) },
        );
        desk.save(shop, None);
        desk.save(book, None);
        let pair = PairSpec {
            name: "people".to_owned(),
            ends,
            match_keys: vec!["email".to_owned()],
            fields: vec![FieldMapping::simple("email", "email", "email", Kind::Email)],
            filters: Vec::new(),
            deletes: DeletePolicy::Ignore,
            guard: DeleteGuard { count: 10, percent: 10 },
            conflicts: Policy::Ask,
            writes: PerSide::new(Writes::default(), Writes::default()),
            schedule: Schedule::default(),
        };
        desk.call(Command::SavePair(Box::new(pair))).unwrap();
        desk
    }

    pub fn start(&mut self, sign_in_wait: Duration) {
        let tuning = Tuning {
            retries: 0,
            first_wait: Duration::ZERO,
            longest_wait: Duration::ZERO,
            notify: false,
            sign_in_wait,
            ..Tuning::default()
        };
        // The last thread of the one before may still be at its last statement, and hold the lock.
        let until = Instant::now() + Duration::from_secs(20);
        self.handle = Some(loop {
            let platforms = Arc::clone(&self.platforms);
            match service::start_with(self.folder.path(), Arc::new(|| ()), platforms, tuning.clone()) {
                Ok(handle) => break handle,
                Err(_) if Instant::now() < until => std::thread::yield_now(),
                Err(problem) => panic!("{problem}"),
            }
        });
    }

    /// Ends the service and starts it again, as the next morning.
    pub fn again(&mut self, sign_in_wait: Duration) {
        let mut handle = self.handle.take().unwrap();
        handle.send(Command::Shutdown).unwrap();
        while handle.wait_event().is_some_and(|event| !matches!(event, Event::Ended)) {}
        drop(handle);
        self.start(sign_in_wait);
        self.call(Command::Unlock { passphrase: PASSPHRASE.to_owned() }).unwrap();
    }

    pub fn save(&mut self, settings: AccountSettings, password: Option<&str>) {
        self.call(Command::SaveAccount { settings, password: password.map(str::to_owned) }).unwrap();
    }

    pub fn send(&mut self, command: Command) -> RequestId {
        self.handle.as_ref().unwrap().send(command).unwrap()
    }

    pub fn event(&mut self) -> Event {
        let event = self.handle.as_mut().unwrap().wait_event().expect("the service has ended");
        if let Event::Alerted(alert) = &event {
            self.alerts.push(alert.kind);
        }
        event
    }

    pub fn wait(&mut self, id: RequestId) -> Answer {
        loop {
            if let Some(answer) = self.replies.remove(&id) {
                return answer;
            }
            if let Event::Reply(id, answer) = self.event() {
                self.replies.insert(id, answer);
            }
        }
    }

    pub fn call(&mut self, command: Command) -> Answer {
        let id = self.send(command);
        self.wait(id)
    }

    /// Waits until the state of everything is like this.
    pub fn until(&mut self, fits: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let id = self.send(Command::Snapshot);
        loop {
            match self.event() {
                Event::Changed(snapshot) if fits(&snapshot) => return snapshot,
                Event::Reply(reply, Ok(Reply::Snapshot(snapshot))) if reply == id && fits(&snapshot) => {
                    return snapshot;
                }
                Event::Reply(reply, answer) if reply != id => {
                    self.replies.insert(reply, answer);
                }
                _ => {}
            }
        }
    }

    /// Begins a sign-in: its command, and the address for the browser.
    pub fn begin(&mut self) -> (RequestId, String) {
        let id = self.send(Command::SignIn { account: "Shop".to_owned() });
        loop {
            match self.event() {
                Event::OpenBrowser { account, url } => {
                    assert_eq!(account, "Shop");
                    return (id, url);
                }
                Event::Reply(reply, answer) if reply == id => panic!("no browser: {answer:?}"),
                _ => {}
            }
        }
    }

    pub fn browse(&mut self, url: &str, user: &str, decision: Decision) -> String {
        self.runtime.block_on(async { Browser::new().sign_in(url, user, decision).await })
    }

    /// Signs in as somebody. The last page says the same as the answer.
    pub fn sign_in(&mut self, user: &str) -> Result<(), Problem> {
        let (id, url) = self.begin();
        let page = self.browse(&url, user, Decision::Allow);
        let answer = self.wait(id);
        match &answer {
            Ok(reply) => assert!(matches!(reply, Reply::Done) && page.contains("You are signed in"), "{page}"),
            Err(problem) => assert!(page.contains("You are not signed in"), "{problem}: {page}"),
        }
        answer.map(|_| ())
    }

    pub fn sync(&mut self) -> RunReport {
        match self.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes }) {
            Ok(Reply::Ran(report)) => *report,
            other => panic!("no run: {other:?}"),
        }
    }

    /// The tokens are nowhere in the workspace as they are.
    pub fn assert_kept_secret(&self) {
        let (_, _, secrets) = self.oidc.state();
        assert!(secrets.len() > 1);
        for entry in std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                let found =
                    secrets.iter().find(|secret| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
                assert!(found.is_none(), "a token is in {}", entry.path().display());
            }
        }
    }
}
