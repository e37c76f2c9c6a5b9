//! Floor 3: what goes on.
//!
//! A tokio runtime on a thread of its own takes typed [`Command`]s and gives [`Event`]s back. The
//! faces know nothing else of it. One `hub` decides what may run when; each piece of work is a
//! `job` with its settings frozen.

mod absent;
mod alerts;
mod answers;
mod api;
mod arrivals;
mod autostart;
mod backup;
mod checking;
mod compare_reading;
mod comparing;
mod db;
mod diagnostics;
mod door;
mod executor;
mod fetch;
mod guarded;
mod handle;
mod hub;
mod job;
mod keeping;
mod looking;
mod manifests;
mod matter_list;
mod notifier;
mod person;
mod platform_list;
mod platforms;
mod prefs;
mod recover;
mod reopening;
mod report;
mod run;
mod schedule;
mod secrets;
mod settings_file;
mod signing;
mod snapshot;
mod survey;
mod undoing;
mod upkeep;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use api::{
    AccountCheck, Answer, CheckStep, Command, CompareFound, CompareQuery, CopyReason, Event, KeptCopy, Look, Looked,
    PairState, PairStatus, Problem, Progress, ProgressMap, Reply, RequestId, RunReport, SecretFile, SecretPlaces,
    SigningIn, Snapshot, Suggestion, SyncMode, Upkeep, rows_name, trial_name,
};
pub use diagnostics::Recorder;
pub use door::knock;
pub use handle::{Handle, Mailbox, Voice};
pub use job::Tuning;
pub use manifests::{manifest_check, manifest_start};
pub use matter_list::{FoundMatters, MatterList, MatterQuery, MatterRow, MatterSort};
pub use person::erased_sentences;
pub use platform_list::PlatformList;
pub use platforms::{KnownPlatforms, Platforms, read_ahead};
pub use secrets::{mistake_of, without_secrets};
pub use settings_file::{Settings, SettingsError, SettingsProblem, parse, parse_with, render};

use crate::store::Store;
use crate::texts::tr;

/// The folder where the workspace lives unless another one is named.
#[must_use]
pub fn default_workspace() -> Option<PathBuf> {
    crate::store::default_dir()
}

/// Puts a copy of the database in the place of that of a workspace that nobody has open, also of one
/// that is damaged. Returns where what was there is kept.
///
/// # Errors
/// When the workspace is in use, or the file is no whole copy.
pub fn restore_closed(workspace: &Path, copy: &Path) -> Result<PathBuf, Problem> {
    backup::restore_closed(workspace, copy)
}

/// Starts the service on a workspace. `wake` is called after each event and each step of progress; it
/// must not block.
///
/// # Errors
/// When the workspace is in use by another Duosync, or cannot be opened.
pub fn start(workspace: &Path, wake: Arc<dyn Fn() + Send + Sync>) -> Result<Handle, Problem> {
    let tuning = Tuning { state: crate::store::default_state_dir(), ..Tuning::default() };
    start_with(workspace, wake, Arc::new(KnownPlatforms::new(workspace)), tuning)
}

/// Starts the service with platforms and patience of one's own, as tests do.
///
/// # Errors
/// When the workspace is in use by another Duosync, or cannot be opened.
pub fn start_with(
    workspace: &Path,
    wake: Arc<dyn Fn() + Send + Sync>,
    platforms: Arc<dyn Platforms>,
    tuning: Tuning,
) -> Result<Handle, Problem> {
    let mut store =
        Store::open_with(workspace, tuning.state.as_deref()).map_err(|error| Problem::failed(error.to_string()))?;
    backup::notice(&mut store).map_err(|error| Problem::failed(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("duosync")
        .enable_all()
        .build()
        .map_err(|error| Problem::failed(tr!("sync-not-started", why = error.to_string())))?;
    let (handle, mailbox) = Handle::new(wake);
    let secrets = Arc::new(secrets::Secrets::new(workspace));
    let opening = Arc::clone(&secrets);
    let shared = job::Shared {
        prefs: prefs::Kept::of(&store),
        notifier: notifier::Notifier::default(),
        db: db::Db::new(store),
        platforms,
        secrets: Arc::clone(&secrets),
        signer: Arc::new(signing::Signer::new(secrets, tuning.sign_in_wait)),
        voice: mailbox.voice.clone(),
        tuning,
        shelf: looking::Shelf::default(),
        desk: Arc::default(),
    };
    let folder = workspace.to_owned();
    let serve = move || {
        opening.unlock_by_environment();
        runtime.block_on(hub::serve(shared, folder, mailbox));
        // What still waits on a thread of its own (a keyring that does not answer) must not hold up
        // the end of the program.
        runtime.shutdown_background();
    };
    std::thread::Builder::new()
        .name("duosync-service".to_owned())
        .spawn(serve)
        .map_err(|error| Problem::failed(tr!("sync-not-started", why = error.to_string())))?;
    Ok(handle)
}
