//! Runs, compares and alerts: what has happened.

use serde::{Deserialize, Serialize};

use super::{
    MatterField, MatterId, MatterKind, MismatchKind, PerSide, RecordId, Side, Subject, Timestamp, Touch, Value,
};

/// The store's number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// Why a run started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The operator asked for it.
    Manual,
    /// The schedule.
    Schedule,
    /// The operator answered a matter.
    Settle,
    /// The operator takes a run back.
    Undo(RunId),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is going on, or was killed.
    Running,
    /// Everything is done and both sides agree.
    Done,
    /// Everything is done, but something waits for the operator.
    Waiting,
    /// A plan was made and not carried out: the operator has to accept it.
    Preview,
    /// Some records could not be written; they are tried again.
    Partial,
    /// It could not be done.
    Failed,
    /// The operator stopped it.
    Cancelled,
}

impl Outcome {
    /// The word for it in `--json`: stable.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Preview => "preview",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a run did on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideCounts {
    /// Records that the platform listed.
    pub listed: u64,
    /// Records created here.
    pub created: u64,
    /// Records updated here.
    pub updated: u64,
    /// Records deleted here.
    pub deleted: u64,
    /// Requests made to the platform: HTTP requests, or reads and writes of a file.
    pub requests: u64,
}

/// A record that could not be written or carried over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRecord {
    /// The side it should have been written to.
    pub side: Side,
    /// The record's id there, or the id on the other side where it was to be created.
    pub id: String,
    /// What the operator calls it.
    pub label: String,
    /// The mapping, where it is about one.
    pub field: Option<String>,
    /// What happened and what can be done.
    pub error: String,
}

/// One execution of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its number.
    pub run: RunId,
    /// The pair's name.
    pub pair: String,
    /// Why it started.
    pub trigger: Trigger,
    /// How it ended.
    pub outcome: Outcome,
    /// When it started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// What it did on each side.
    pub sides: PerSide<SideCounts>,
    /// Conflicts that are open after it.
    pub conflicts: u64,
    /// Records set aside with a reason.
    pub set_aside: u64,
    /// Records that failed.
    pub failed: Vec<FailedRecord>,
    /// Why it failed, was stopped or waits, as a sentence.
    pub message: Option<String>,
    /// The run that took it back.
    pub undone_by: Option<RunId>,
}

/// Where a journalled write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteState {
    /// It was about to be written; whether it was is not known yet.
    Intended,
    /// It is written.
    Done,
    /// It was not written.
    Failed,
    /// It was written and taken back.
    Undone,
}

/// One field of a journalled write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteField {
    /// The mapping's name.
    pub name: String,
    /// The value before; none where the record was not there.
    pub before: Option<Value>,
    /// The value after, as the platform stored it; none where the record is gone.
    pub after: Option<Value>,
}

/// One write of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteEntry {
    /// The operation's id (UUID version 7), unique for ever.
    pub id: String,
    /// Its run.
    pub run: RunId,
    /// The side written to.
    pub side: Side,
    /// `create`, `update` or `delete`.
    pub kind: String,
    /// The records it belongs to.
    pub subject: Subject,
    /// The record's id on the side written to; none while a create is not done.
    pub record: Option<RecordId>,
    /// What the operator calls the record.
    pub label: String,
    /// The fields written, before and after.
    pub fields: Vec<WriteField>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: WriteState,
    /// Why it failed.
    pub error: Option<String>,
    /// When the intent was journalled.
    pub at: Timestamp,
}

/// One thing in which two full listings do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// What it is.
    pub kind: MismatchKind,
    /// The records.
    pub subject: Subject,
    /// What the operator calls the record.
    pub label: String,
    /// Why it is one, as a sentence.
    pub reason: String,
    /// Every mapped field, side by side.
    pub fields: Vec<MatterField>,
    /// When each side was changed and by whom, where the platform tells.
    pub modified: PerSide<Option<Touch>>,
    /// What both sides hold ([`crate::engine::fingerprint`]).
    pub fingerprint: String,
}

/// One line of a compare: two records that belong together, or one without a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareRow {
    /// What does not agree; none where both sides are the same.
    pub kind: Option<MismatchKind>,
    /// Whether the operator said to leave it as it is.
    pub ignored: bool,
    /// The records.
    pub subject: Subject,
    /// What the operator calls the record.
    pub label: String,
    /// Why it is a mismatch, as a sentence; empty where it is none.
    pub reason: String,
    /// Every mapped field, side by side, without what both agreed on before.
    pub fields: Vec<MatterField>,
    /// When each side was changed and by whom, where the platform tells.
    pub modified: PerSide<Option<Touch>>,
    /// The open matter about it, where there is one.
    pub matter: Option<MatterId>,
}

impl CompareRow {
    /// The word for what it is: that of the mismatch, `ignored` or `same`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match &self.kind {
            _ if self.ignored => "ignored",
            Some(kind) => MatterKind::Mismatch(kind.clone()).word(),
            None => "same",
        }
    }
}

/// The numbers of a compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareCounts {
    /// Records in A that take part.
    pub a_total: u64,
    /// Records in B that take part.
    pub b_total: u64,
    /// Pairs of records that belong together, whether they differ or not.
    pub matched: u64,
    /// Records that only A has.
    pub only_in_a: u64,
    /// Records that only B has.
    pub only_in_b: u64,
    /// Pairs that differ in at least one field.
    pub different: u64,
    /// Match keys that several records of one side share.
    pub duplicate_keys: u64,
    /// Of the pairs that differ, the links whose match keys are no longer the same.
    pub changed_keys: u64,
    /// Mismatches that the operator said to leave.
    pub ignored: u64,
}

impl CompareCounts {
    /// How many mismatches there are, without the ignored ones.
    #[must_use]
    pub const fn mismatches(&self) -> u64 {
        self.only_in_a + self.only_in_b + self.different + self.duplicate_keys
    }
}

/// One compare of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareReport {
    /// The pair's name.
    pub pair: String,
    /// When it started.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// The numbers.
    pub counts: CompareCounts,
    /// What does not agree, ordered by kind and label.
    pub mismatches: Vec<Mismatch>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A run found conflicts.
    Conflicts,
    /// A compare found mismatches.
    Mismatches,
    /// Deletions were held back.
    HeldDeletions,
    /// A run failed.
    RunFailed,
    /// A pair works again.
    Recovered,
    /// An account refused the password.
    SignIn,
    /// Records could not be written.
    FailedRecords,
}

impl AlertKind {
    /// Every kind, what the operator has to answer first.
    pub const ALL: [Self; 7] = [
        Self::Conflicts,
        Self::HeldDeletions,
        Self::Mismatches,
        Self::SignIn,
        Self::RunFailed,
        Self::FailedRecords,
        Self::Recovered,
    ];

    /// Whether it asks for something, rather than telling that something is over.
    #[must_use]
    pub const fn needs_operator(self) -> bool {
        match self {
            Self::Conflicts
            | Self::HeldDeletions
            | Self::Mismatches
            | Self::SignIn
            | Self::RunFailed
            | Self::FailedRecords => true,
            Self::Recovered => false,
        }
    }
}

/// One alert, kept until the operator has seen it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The store's number.
    pub id: i64,
    /// The pair's name.
    pub pair: String,
    /// What it is about.
    pub kind: AlertKind,
    /// What makes it the same matter: a second one with the same key makes no new notification.
    pub key: String,
    /// The sentence that the operator reads.
    pub text: String,
    /// When it came up.
    pub at: Timestamp,
    /// Whether the operator has seen it.
    pub seen: bool,
    /// When the matter was settled or healed.
    pub healed: Option<Timestamp>,
}
