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
