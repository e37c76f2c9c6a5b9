//! What every piece of work on a pair needs: settings frozen for its length, both connectors, the
//! store, and somebody to tell how far it is.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio_util::sync::CancellationToken;

use crate::connectors::{Connector, ConnectorError, Context, Credential, ErrorKind};
use crate::model::{AccountSettings, PairSpec, PerSide, Side, Timestamp};
use crate::store::{PairRow, StoreError};
use crate::texts::tr;

use super::db::Db;
use super::guarded::{self, Guarded};
use super::platforms::Platforms;
use super::secrets::{Secret, Secrets};
use super::signing::Signer;
use super::{Problem, Progress, Voice};

/// How patient the service is, and where tests may break it off.
#[derive(Clone)]
pub struct Tuning {
    /// How often a call is tried again when the trouble may pass.
    pub retries: usize,
    /// The wait before the first of these tries; each next one waits twice as long, with jitter.
    pub first_wait: Duration,
    /// The longest wait, whatever a platform asks for.
    pub longest_wait: Duration,
    /// Asked at each step of a run, with the step's name. Where it answers false the run ends there
    /// as if the power had gone: nothing more is written or remembered. For tests.
    pub goes_on: Arc<dyn Fn(&'static str) -> bool + Send + Sync>,
    /// Whether desktop notifications are shown.
    pub notify: bool,
    /// How long a sign-in waits for the browser to come back.
    pub sign_in_wait: Duration,
    /// So many records that agree in a compare are made rows of at once; of more, when somebody looks at them.
    pub rows_at_once: usize,
    /// The folder in which it is told too how far the workspace has come, so that an older one is known again.
    pub state: Option<PathBuf>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            retries: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_mins(1),
            goes_on: Arc::new(|_| true),
            notify: true,
            sign_in_wait: Duration::from_mins(10),
            rows_at_once: 20_000,
            state: None,
        }
    }
}

/// What the jobs share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) platforms: Arc<dyn Platforms>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) signer: Arc<Signer>,
    pub(crate) voice: Voice,
    pub(crate) tuning: Tuning,
    pub(crate) shelf: super::looking::Shelf,
    pub(crate) prefs: super::prefs::Kept,
    pub(crate) notifier: super::notifier::Notifier,
    /// What is read while accounts are connected.
    pub(crate) desk: Arc<super::survey::Desk>,
}

/// One piece of work on one pair.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) shared: Shared,
    /// The settings as they were when it started.
    pub(crate) row: PairRow,
    pub(crate) accounts: PerSide<AccountSettings>,
    pub(crate) connectors: PerSide<Arc<dyn Connector>>,
    pub(crate) cancel: CancellationToken,
    /// Set when an account refused the sign-in, which is an alert of its own kind.
    refused: Arc<AtomicBool>,
}

/// Why a job ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// The store or workspace has trouble: fatal for everything.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A platform has trouble, on this side.
    #[error("{account}: {error}")]
    Platform { side: Side, account: String, error: ConnectorError },
    /// Something is not as it must be before anything may be written.
    #[error("{0}")]
    Refused(String),
    /// The operator stopped it.
    #[error("{}", tr!("sync-stopped"))]
    Cancelled,
    /// A test pulled the plug.
    #[error("{}", tr!("sync-cut-off"))]
    CutOff,
}

impl Job {
    /// Reads the pair's settings and opens both accounts.
    pub(crate) async fn open(shared: &Shared, pair: &str, cancel: CancellationToken) -> Result<Self, Problem> {
        let name = pair.to_owned();
        let found = shared.db.with(move |store| {
            let row = store.pairs()?.into_iter().find(|row| row.spec.name == name);
            Ok((row, store.accounts()?))
        });
        let (row, known) = found.await.map_err(|error| Problem::failed(error.to_string()))?;
        let row = row.ok_or_else(|| Problem::wrong_use(tr!("sync-no-pair", pair = pair)))?;
        let account = |side: Side| {
            let name = &row.spec.ends.get(side).account;
            known
                .iter()
                .find(|account| account.name == *name)
                .cloned()
                .ok_or_else(|| Problem::wrong_use(tr!("sync-no-account-of-pair", pair = pair, account = name)))
        };
        let accounts = PerSide::new(account(Side::A)?, account(Side::B)?);
        // A row without an id of its own is known by its first match key; a second one, such as a
        // telephone, changes too often to name a row by.
        let own = |side: Side| {
            row.spec.match_keys.first().and_then(|name| row.spec.field(name)).map(|key| key.fields.get(side).clone())
        };
        let a = open_account(shared, &accounts.a, &own(Side::A).unwrap_or_default(), None).await?;
        let b = open_account(shared, &accounts.b, &own(Side::B).unwrap_or_default(), None).await?;
        let connectors = PerSide::new(a, b);
        Ok(Self { shared: shared.clone(), row, accounts, connectors, cancel, refused: Arc::default() })
    }

    pub(crate) fn spec(&self) -> &PairSpec {
        &self.row.spec
    }

    pub(crate) fn account(&self, side: Side) -> &str {
        &self.row.spec.ends.get(side).account
    }

    /// The collection as the connector is asked for it; empty means the account's only one.
    pub(crate) fn collection(&self, side: Side) -> &str {
        self.row.spec.ends.get(side).collection.as_deref().unwrap_or_default()
    }

    /// The settings on which plans, cursors and pinned identities rest. When they change, everything
    /// is listed anew and the next plan is shown before it is carried out.
    pub(crate) fn settings_print(&self) -> String {
        let spec = self.spec();
        let accounts = self.accounts.as_ref().map(|account| (&account.connector, &account.options));
        let rules =
            (&spec.ends, &spec.match_keys, &spec.fields, &spec.filters, spec.deletes, spec.conflicts, spec.writes);
        serde_json::to_string(&(accounts, rules)).unwrap_or_default()
    }

    /// Whether the operator has said yes to a plan made with these settings.
    pub(crate) fn is_accepted(&self) -> bool {
        self.row.accepted.as_deref() == Some(self.settings_print().as_str())
    }

    /// What a connector's call is given.
    pub(crate) fn context(&self, step: String) -> Context {
        let (voice, pair) = (self.shared.voice.clone(), self.row.spec.name.clone());
        let over = self.cancel.clone();
        Context {
            cancel: self.cancel.clone(),
            progress: Arc::new(move |now| {
                let shown = Progress { step: step.clone(), done: now.done, total: now.total, cancelling: false };
                voice.progress(|all| {
                    // Where one side fails, the other may still be read on its own thread: what that
                    // says after the end of the job must not make the pair look at work.
                    if over.is_cancelled() {
                        return;
                    }
                    let cancelling = all.get(&pair).is_some_and(|progress| progress.cancelling);
                    all.insert(pair.clone(), Progress { cancelling, ..shown });
                });
            }),
            ..Context::quiet()
        }
    }

    /// Says how far the job is.
    pub(crate) fn step(&self, step: impl Into<String>, done: u64, total: Option<u64>) {
        let (step, pair) = (step.into(), self.row.spec.name.clone());
        self.shared.voice.progress(|all| {
            let cancelling = all.get(&pair).is_some_and(|progress| progress.cancelling);
            all.insert(pair, Progress { step, done, total, cancelling });
        });
    }

    /// The end of a step: here a cancelled run stops, and here tests pull the plug.
    pub(crate) fn checkpoint(&self, step: &'static str) -> Result<(), Ended> {
        if !(self.shared.tuning.goes_on)(step) {
            return Err(Ended::CutOff);
        }
        if self.cancel.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        Ok(())
    }

    /// Whether an account refused the sign-in.
    pub(crate) fn sign_in_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn trouble(&self, side: Side, error: ConnectorError) -> Ended {
        if error.kind == ErrorKind::Cancelled {
            return Ended::Cancelled;
        }
        if error.kind == ErrorKind::SignIn {
            self.refused.store(true, Ordering::Relaxed);
        }
        Ended::Platform { side, account: self.account(side).to_owned(), error }
    }

    /// Calls a platform, and again while the trouble may pass: the waits grow, with jitter, and a
    /// platform that asks for a time gets it.
    pub(crate) async fn patiently<T, F>(&self, side: Side, mut call: impl FnMut() -> F) -> Result<T, Ended>
    where
        F: Future<Output = Result<T, ConnectorError>>,
    {
        let mut waits = self.waits();
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = error.kind.is_temporary().then(|| waits.next()).flatten() else {
                return Err(self.trouble(side, error));
            };
            self.rest(&error, wait).await?;
        }
    }

    /// The waits between tries.
    pub(crate) fn waits(&self) -> backon::ExponentialBackoff {
        let tuning = &self.shared.tuning;
        ExponentialBuilder::default()
            .with_min_delay(tuning.first_wait)
            .with_max_delay(tuning.longest_wait)
            .with_max_times(tuning.retries)
            .with_jitter()
            .build()
    }

    /// Waits before the next try, or until the operator stops it.
    pub(crate) async fn rest(&self, error: &ConnectorError, wait: Duration) -> Result<(), Ended> {
        let wait = error.retry_after.unwrap_or(wait).min(self.shared.tuning.longest_wait);
        tracing::debug!(?wait, %error, "trying again");
        self.step(tr!("sync-waiting"), 0, None);
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.cancel.cancelled() => Err(Ended::Cancelled),
        }
    }
}

/// Opens an account with the password that is given, or else with the one that is kept for it, or with its
/// sign-in. What the platform says goes through a wall that holds back every secret.
pub(crate) async fn open_account(
    shared: &Shared,
    account: &AccountSettings,
    keys: &[String],
    password: Option<String>,
) -> Result<Arc<dyn Connector>, Problem> {
    let credential = if let Some(source) = shared.signer.tokens_of(shared, account) {
        Credential::Tokens(source)
    } else {
        let given = password.map(Secret::new);
        let secret = match given {
            Some(given) => Some(given),
            None => kept_secret(shared, account).await?,
        };
        if let Some(secret) = &secret {
            let redactor = shared.secrets.redactor();
            redactor.learn(secret);
            if let Some(user) = account.options.get("username") {
                redactor.learn_basic(user, secret);
            }
        }
        secret.map(|secret| secret.reveal().to_owned()).into()
    };
    open_with(shared, account, keys, credential)
}

/// Opens an account with this credential.
pub(crate) fn open_with(
    shared: &Shared,
    account: &AccountSettings,
    keys: &[String],
    credential: Credential,
) -> Result<Arc<dyn Connector>, Problem> {
    let opened = shared.platforms.open(account, keys, credential);
    let connector = opened.map_err(|error| Problem {
        wrong_use: error.kind == ErrorKind::Settings,
        message: format!("{}: {}", account.name, guarded::cleaned(error, shared.secrets.redactor())),
    })?;
    Ok(Arc::new(Guarded::new(connector, Arc::clone(&shared.secrets))))
}

async fn kept_secret(shared: &Shared, account: &AccountSettings) -> Result<Option<Secret>, Problem> {
    let (secrets, account) = (Arc::clone(&shared.secrets), account.clone());
    let name = account.name.clone();
    let found = tokio::task::spawn_blocking(move || secrets.resolve(&account));
    let found = found.await.map_err(|_panicked| Problem::failed(tr!("sync-password-unread", account = name)))?;
    found.map_err(|error| Problem::failed(format!("{name}: {error}")))
}

/// The platform's fields of a pair's match keys.
pub(crate) fn keys(spec: &PairSpec, side: Side) -> Vec<String> {
    let mappings = spec.match_keys.iter().filter_map(|name| spec.field(name));
    mappings.flat_map(|mapping| mapping.fields.get(side)).cloned().collect()
}

/// The time by the computer's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
