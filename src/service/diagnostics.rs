//! A file for whoever helps: what this Duosync is and what it did, without what is in the lists.
//!
//! Nothing is taken out of texts here: the texts themselves are never put in. Names of accounts, pairs
//! and fields become numbers, of an error only the sentence that it was made from is named, and of the
//! log only the places in the program.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::job::{Shared, now};
use super::{Problem, Reply, backup};
use crate::model::{AccountSettings, AlertKind, Outcome, PairSpec, RunSummary, Side};
use crate::store::{PairRow, Store, StoreError};
use crate::texts;

/// How many steps of the program the log remembers.
const LINES: usize = 2000;

/// How many runs of each pair are told of.
const RUNS: usize = 200;

/// What the program did last: when, how serious, and where in it. Never what it said.
static LOG: LazyLock<Mutex<VecDeque<String>>> = LazyLock::new(Mutex::default);

/// Remembers where in the program something was logged, and nothing of what was logged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recorder;

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let about = event.metadata();
        // Other libraries' events may be named after what they are about.
        if !about.target().starts_with("duosync") {
            return;
        }
        let fields: Vec<&str> = about.fields().iter().map(|field| field.name()).collect();
        let line = format!(
            "{} {} {}:{} {}",
            now().0,
            about.level(),
            about.target(),
            about.line().unwrap_or_default(),
            fields.join(" ")
        );
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() >= LINES {
            log.pop_front();
        }
        log.push_back(line);
    }
}

/// Writes the file.
pub(crate) async fn write(shared: &Shared, workspace: &Path, file: PathBuf) -> Result<Reply, Problem> {
    let known: Vec<String> = shared.platforms.known().into_iter().map(|platform| platform.kind).collect();
    let (folder, prefs) = (workspace.to_owned(), shared.prefs.get());
    let parts = shared.db.with(move |store| {
        let mut parts = gather(store, &known)?;
        let mut prefs = serde_json::to_value(&prefs).unwrap_or_default();
        if let Some(prefs) = prefs.as_object_mut() {
            prefs.insert("copies".to_owned(), json!(backup::list(&folder).len()));
        }
        parts.push(("preferences.json", pretty(&prefs)));
        Ok(parts)
    });
    let parts = parts.await.map_err(|error| Problem::failed(error.to_string()))?;
    let place = file.clone();
    let written = tokio::task::spawn_blocking(move || pack(&file, &parts)).await;
    match written {
        Ok(Ok(())) => Ok(Reply::Written(place)),
        Ok(Err(error)) => {
            Err(Problem::failed(texts::tr!("settings-not-written", file = place.display().to_string(), why = error)))
        }
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

type Part = (&'static str, String);

fn pack(file: &Path, parts: &[Part]) -> Result<(), String> {
    let mut archive = ZipWriter::new(File::create(file).map_err(|error| error.to_string())?);
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).map_err(|error| error.to_string())?;
        archive.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    }
    archive.finish().map_err(|error| error.to_string())?.sync_all().map_err(|error| error.to_string())
}

fn gather(store: &Store, known: &[String]) -> Result<Vec<Part>, StoreError> {
    let accounts = store.accounts()?;
    let pairs = store.pairs()?;
    let mut settings = Vec::new();
    let mut runs = Vec::new();
    for (number, row) in (1_u32..).zip(&pairs) {
        settings.push(pair_of(store, number, row, &accounts)?);
        for run in store.runs(Some(&row.spec.name), RUNS)? {
            runs.push(run_of(number, &run));
        }
    }
    let accounts: Vec<Value> = (1_u32..).zip(&accounts).map(|(number, one)| account_of(number, one, known)).collect();
    let mut alerts: BTreeMap<AlertKind, u64> = BTreeMap::new();
    for alert in store.alerts(usize::MAX)? {
        *alerts.entry(alert.kind).or_default() += 1;
    }
    let alerts: BTreeMap<String, u64> = alerts.into_iter().map(|(kind, count)| (word(&kind), count)).collect();
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let log: Vec<&str> = log.iter().map(String::as_str).collect();
    Ok(vec![
        ("READ ME.txt", README.to_owned()),
        ("about.json", pretty(&about())),
        ("accounts.json", pretty(&json!(accounts))),
        ("connections.json", pretty(&json!(settings))),
        ("runs.json", pretty(&json!(runs))),
        ("alerts.json", pretty(&json!(alerts))),
        ("log.txt", log.join("\n")),
    ])
}

const README: &str = "What is in this file: the version of Duosync and of the operating system, how accounts and \
connections are set up with every name replaced by a number, how many records, questions and alerts there are, how \
the last runs ended, and at which places of the program something was logged.\n\nWhat is not in it: values of \
records, names, addresses, user names, passwords, file names, addresses of servers, names of fields and lists, and \
the words of errors that may quote any of these.\n";

fn about() -> Value {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let named = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"'));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    json!({
        "duosync": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "system_name": named,
        "processor": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "language": texts::language().tag(),
        "wayland": set("WAYLAND_DISPLAY"),
        "x11": set("DISPLAY"),
        "session_bus": set("DBUS_SESSION_BUS_ADDRESS"),
        "made": now().0,
    })
}

fn account_of(number: u32, account: &AccountSettings, known: &[String]) -> Value {
    let kind = if known.contains(&account.connector) { account.connector.as_str() } else { "another" };
    json!({
        "account": number,
        "connector": kind,
        // A platform of the operator's own names its settings as it likes.
        "settings": if kind == "another" { Vec::new() } else { account.options.keys().collect::<Vec<_>>() },
        "secret": account.secret.as_ref().map(word),
    })
}

fn pair_of(store: &Store, number: u32, row: &PairRow, accounts: &[AccountSettings]) -> Result<Value, StoreError> {
    let spec: &PairSpec = &row.spec;
    let end = |side: Side| {
        let name = &spec.ends.get(side).account;
        (1_u32..).zip(accounts).find(|(_, account)| account.name == *name).map(|(number, _)| number)
    };
    let fields: Vec<Value> = spec
        .fields
        .iter()
        .map(|field| {
            let value = serde_json::to_value(field).unwrap_or_default();
            // Of each setting only its word: what may stand in it is the operator's own.
            let of = |key: &str| value.get(key).map(word);
            json!({
                "kind": word(&field.kind),
                "direction": of("direction"),
                "write": of("write"),
                "transform": of("transform"),
                "policy": of("policy"),
                "key": spec.match_keys.contains(&field.name),
                "columns": [field.fields.a.len(), field.fields.b.len()],
            })
        })
        .collect();
    let (conflicts, mismatches) = store.count_open(&spec.name)?;
    let unlinked = store.unlinked(&spec.name)?;
    Ok(json!({
        "connection": number,
        "accounts": [end(Side::A), end(Side::B)],
        "fields": fields,
        "filters": spec.filters.len(),
        "deletes": word(&spec.deletes),
        "guard": [spec.guard.count, spec.guard.percent],
        "conflicts": word(&spec.conflicts),
        "writes": spec.writes,
        "schedule": spec.schedule,
        "paused": row.paused,
        "accepted": row.accepted.is_some(),
        "failing_since": row.failing_since,
        "failing_why": row.failing_why.as_deref().map(sentence),
        "last_compare": row.last_compare,
        "linked_records": store.count_links(&spec.name)?,
        "records_of_one_side": [unlinked.a.len(), unlinked.b.len()],
        "open_conflicts": conflicts,
        "open_differences": mismatches,
    }))
}

fn run_of(pair: u32, run: &RunSummary) -> Value {
    let mut failed: BTreeMap<String, u64> = BTreeMap::new();
    for record in &run.failed {
        *failed.entry(sentence(&record.error)).or_default() += 1;
    }
    json!({
        "run": run.run,
        "connection": pair,
        "trigger": word(&run.trigger),
        "outcome": run.outcome.word(),
        "going_on": run.outcome == Outcome::Running,
        "started": run.started,
        "millis": run.millis,
        "sides": run.sides,
        "conflicts": run.conflicts,
        "set_aside": run.set_aside,
        "failed": failed,
        "message": run.message.as_deref().map(sentence),
        "undone": run.undone_by.is_some(),
    })
}

/// The name of the sentence that a text was made from.
fn sentence(text: &str) -> String {
    texts::key_of(text).unwrap_or("of a platform").to_owned()
}

/// The word of an enum: of one that holds something, only its name.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value).unwrap_or_default() {
        Value::String(word) => word,
        Value::Object(object) => object.keys().next().cloned().unwrap_or_default(),
        Value::Null => "none".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => "set".to_owned(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
