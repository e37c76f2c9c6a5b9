//! The records of accounts that are being connected: read once, kept in memory while the operator pairs
//! their fields, and forgotten when that is done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::connectors::{Connector, ConnectorError, Context, ErrorKind};
use crate::engine::{self, Sampled};
use crate::model::{AccountSettings, FieldInfo, Fit, PerSide, Record, Side, Survey, Trials, Value};
use crate::texts::tr;

use super::checking;
use super::job::{Shared, open_account};
use super::{Problem, Progress, RequestId, Suggestion};

/// So many lists are kept: those of two sides, and what was looked at before.
const KEPT: usize = 4;
/// So many records of a list are kept and tried.
const RECORDS: usize = 100_000;
/// So many different values of a field are compared with those of the other side.
const VALUES: usize = 300;

/// A list that was read.
pub(crate) struct Sample {
    pub(crate) fields: Vec<FieldInfo>,
    pub(crate) records: Vec<Record>,
    pub(crate) labels: Vec<String>,
    pub(crate) total: usize,
}

/// What makes two lists the same: where they are, not what the operator calls the account.
type Key = (String, BTreeMap<String, String>, String);

/// The lists that were read, and what is being asked of platforms.
#[derive(Default)]
pub(crate) struct Desk {
    samples: Mutex<Vec<(Key, Arc<Sample>)>>,
    asking: Mutex<BTreeMap<RequestId, CancellationToken>>,
}

impl Desk {
    fn key(account: &AccountSettings, collection: &str) -> Key {
        (account.connector.clone(), account.options.clone(), collection.to_owned())
    }

    fn get(&self, key: &Key) -> Option<Arc<Sample>> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.iter().find(|(known, _)| known == key).map(|(_, sample)| Arc::clone(sample))
    }

    fn put(&self, key: Key, sample: Arc<Sample>) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.retain(|(known, _)| *known != key);
        samples.push((key, sample));
        if samples.len() > KEPT {
            samples.remove(0);
        }
    }

    /// Forgets every list.
    pub(crate) fn clear(&self) {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Something is asked: the token that stops it.
    pub(crate) fn begin(&self, id: RequestId) -> CancellationToken {
        let token = CancellationToken::new();
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).insert(id, token.clone());
        token
    }

    /// It is answered.
    pub(crate) fn end(&self, id: RequestId) {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// The operator does not want to wait for it.
    pub(crate) fn stop(&self, id: RequestId) {
        if let Some(token) = self.asking.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            token.cancel();
        }
    }
}

/// A context that shows how far the reading of an account is, under [`trial_name`](super::trial_name).
pub(crate) fn context(shared: &Shared, account: &AccountSettings, cancel: &CancellationToken) -> Context {
    let (voice, name, over) = (shared.voice.clone(), super::trial_name(&account.name), cancel.clone());
    let step = tr!("setup-check-reading", account = account.name);
    Context {
        cancel: cancel.clone(),
        progress: Arc::new(move |now| {
            let shown = Progress { step: step.clone(), done: now.done, total: now.total, cancelling: false };
            if !over.is_cancelled() {
                voice.progress(|all| {
                    all.insert(name.clone(), shown);
                });
            }
        }),
        ..Context::quiet()
    }
}

/// Takes what [`context()`] showed away again.
pub(crate) fn quiet(shared: &Shared, account: &AccountSettings) {
    let name = super::trial_name(&account.name);
    shared.voice.progress(|all| {
        all.remove(&name);
    });
}

/// Reads a list with every field that it has.
pub(crate) async fn read(
    shared: &Shared,
    account: &AccountSettings,
    connector: &Arc<dyn Connector>,
    collection: &str,
    password: Option<String>,
    context: &Context,
) -> Result<Arc<Sample>, Problem> {
    let told = |error: ConnectorError| Problem::failed(error.to_string());
    let fields = connector.fields(context, collection).await.map_err(told)?;
    let want: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let listing = match connector.list(context, collection, &want, None).await {
        // A table may have nothing that names its rows before its match key is chosen; for looking at
        // them, all that is in a row will do.
        Err(error) if error.kind == ErrorKind::Settings => {
            let connector = open_account(shared, account, &want, password).await?;
            connector.list(context, collection, &want, None).await
        }
        listing => listing,
    };
    let listing = listing.map_err(told)?;
    let mut records = listing.records;
    let total = records.len();
    records.truncate(RECORDS);
    let made = tokio::task::spawn_blocking(move || {
        let labels = engine::labels(&fields, &records);
        Sample { fields, records, labels, total }
    });
    let sample = match made.await {
        Ok(sample) => Arc::new(sample),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    shared.desk.put(Desk::key(account, collection), Arc::clone(&sample));
    Ok(sample)
}

/// A list: the one that was read when the connection was tried, else it is read now.
async fn sample(
    shared: &Shared,
    account: &AccountSettings,
    collection: Option<&str>,
    anew: bool,
    cancel: &CancellationToken,
) -> Result<Arc<Sample>, Problem> {
    let collection = collection.unwrap_or_default();
    if !anew && let Some(known) = shared.desk.get(&Desk::key(account, collection)) {
        return Ok(known);
    }
    let connector = open_account(shared, account, &[], None).await?;
    let context = context(shared, account, cancel);
    let read = read(shared, account, &connector, collection, None, &context).await;
    quiet(shared, account);
    read.map_err(|problem| Problem::failed(format!("{}: {problem}", account.name)))
}

/// What both ends hold, and which fields probably go together.
pub(crate) async fn survey(
    shared: &Shared,
    ends: &PerSide<(AccountSettings, Option<String>)>,
    anew: bool,
    cancel: &CancellationToken,
) -> Result<(Survey, Vec<Suggestion>), Problem> {
    let (a, b) = tokio::try_join!(
        sample(shared, &ends.a.0, ends.a.1.as_deref(), anew, cancel),
        sample(shared, &ends.b.0, ends.b.1.as_deref(), anew, cancel)
    )?;
    let made = tokio::task::spawn_blocking(move || {
        let rich = PerSide::new(rich(&a), rich(&b));
        let suggestions = checking::suggest(&rich);
        let mut fields = PerSide::new(a.fields.clone(), b.fields.clone());
        for side in Side::BOTH {
            for (field, rich) in fields.get_mut(side).iter_mut().zip(rich.get(side)) {
                if !rich.samples.is_empty() {
                    field.samples = rich.samples.iter().take(3).cloned().collect();
                }
            }
        }
        (Survey { fields, totals: PerSide::new(a.total, b.total) }, suggestions)
    });
    made.await.map_err(|_panicked| Problem::failed(tr!("setup-mistake")))
}

/// Tries mappings on the records of both ends.
pub(crate) async fn fit(
    shared: &Shared,
    ends: &PerSide<(AccountSettings, Option<String>)>,
    trials: Trials,
    cancel: &CancellationToken,
) -> Result<Fit, Problem> {
    let (a, b) = tokio::try_join!(
        sample(shared, &ends.a.0, ends.a.1.as_deref(), false, cancel),
        sample(shared, &ends.b.0, ends.b.1.as_deref(), false, cancel)
    )?;
    let over = cancel.clone();
    let made = tokio::task::spawn_blocking(move || {
        let sides = PerSide::new(sampled(&a), sampled(&b));
        let mut fields = Vec::with_capacity(trials.fields.len());
        for trial in &trials.fields {
            if over.is_cancelled() {
                break;
            }
            fields.push(engine::fit(trial, &sides, &trials.filters));
        }
        let passing = PerSide::from_fn(|side| engine::count_passing(sides.get(side), side, &trials.filters));
        Fit { fields, passing }
    });
    made.await.map_err(|_panicked| Problem::failed(tr!("setup-mistake")))
}

fn sampled(sample: &Sample) -> Sampled<'_> {
    Sampled { fields: &sample.fields, records: &sample.records, labels: &sample.labels }
}

/// The fields with many different values from real records, the shortest way to tell what they hold.
fn rich(sample: &Sample) -> Vec<FieldInfo> {
    let one = |field: &FieldInfo| {
        let mut seen = BTreeSet::new();
        let mut values = Vec::new();
        for record in &sample.records {
            if let Some(text) = record.fields.get(&field.name).map(Value::display)
                && !text.trim().is_empty()
                && seen.insert(text.clone())
            {
                values.push(text);
                if values.len() >= VALUES {
                    break;
                }
            }
        }
        let samples = if values.is_empty() { field.samples.clone() } else { values };
        FieldInfo { samples, ..field.clone() }
    };
    sample.fields.iter().map(one).collect()
}
