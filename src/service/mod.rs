//! Floor 3: what goes on.

mod api;
mod handle;

pub use api::{
    AccountCheck, Answer, CheckStep, Command, Event, PairState, PairStatus, Problem, Progress, ProgressMap, Reply,
    RequestId, RunReport, Snapshot, Suggestion, SyncMode,
};
pub use handle::{Handle, Mailbox, Voice};
