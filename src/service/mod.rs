//! Floor 3: what goes on.

mod api;
mod handle;
#[cfg_attr(not(test), expect(dead_code, reason = "the service that calls it is built beside it"))]
mod report;
#[cfg_attr(not(test), expect(dead_code, reason = "the service that calls it is built beside it"))]
mod secrets;
mod settings_file;

pub use api::{
    AccountCheck, Answer, CheckStep, Command, Event, PairState, PairStatus, Problem, Progress, ProgressMap, Reply,
    RequestId, RunReport, Snapshot, Suggestion, SyncMode,
};
pub use handle::{Handle, Mailbox, Voice};
pub use settings_file::{Settings, SettingsError, SettingsProblem, parse, parse_with, render};

// TEMPORARY: the service's own `start` replaces this one.
/// Starts the service on a workspace.
///
/// # Errors
/// Always, until the service is joined.
pub fn start(_workspace: &std::path::Path, _wake: std::sync::Arc<dyn Fn() + Send + Sync>) -> Result<Handle, Problem> {
    Err(Problem::failed("This build has no service yet."))
}
