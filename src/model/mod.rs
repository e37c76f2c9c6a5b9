//! Floor 0: what things are.
//!
//! Plain data in the words of `DESIGN.md`: no input or output, no clock and no randomness, so
//! that every other floor can use it and every value can be written down and compared in a test.

mod account;
mod fields;
mod fit;
mod history;
mod link;
mod listing;
mod mapping;
mod matter;
mod pair;
mod person;
mod plan;
mod platform;
mod prefs;
mod record;
mod row;
mod run;
mod side;

pub use account::{AccountSettings, CollectionInfo, FieldInfo, Identity, SecretRef};
pub use fields::{Fields, FieldsIter, Name};
pub use fit::{Example, FieldFit, Fit, Misfit, MisfitKind, Survey, Trial, Trials};
pub use history::{
    Closed, LifeEvent, LifeQuery, LifeStep, Lives, Numbered, RecordLife, RunPage, RunQuery, WritePage, WriteQuery,
};
pub use link::{Flips, Link, LinkId, LinkIndex, Observed, Seen, SideBaseline, Values};
pub use listing::{Cursor, Listing, Scope};
pub use mapping::{Direction, FieldMapping, Kind, Policy, Transform, WriteMode};
pub use matter::{
    ConflictKind, Decision, FieldChoice, Likeness, Matter, MatterField, MatterId, MatterKind, MismatchKind, Partner,
    Resolution, Subject,
};
pub use pair::{CompareSchedule, DeleteGuard, DeletePolicy, Endpoint, Filter, FilterTest, PairSpec, Schedule, Writes};
pub use person::{Erased, FoundPerson, PersonCounts, PersonData};
pub use plan::{Action, Conflict, Held, Item, Note, NoteKind, OpKind, Operation, Plan, Stop};
pub use platform::{OAuthInfo, OptionInfo, OptionKind, PlatformInfo, SignIn};
pub use prefs::{LARGEST_TEXT, Notify, Prefs, QuietHours, SMALLEST_TEXT, ThemeChoice};
pub use record::{Record, RecordId, Timestamp, Touch, Value, Version};
pub use row::{Again, Given, ReadAgain, Row};
pub use run::{
    Alert, AlertKind, CompareCounts, CompareReport, CompareRow, FailedRecord, Mismatch, Outcome, RunId, RunSummary,
    SideCounts, Trigger, WriteEntry, WriteField, WriteState,
};
pub use side::{PerSide, Side};
