//! What is asked of the history, and what it answers.

use super::{
    MatterId, MatterKind, Outcome, PerSide, RecordId, Resolution, RunId, RunSummary, Seen, Timestamp, Trigger,
    WriteEntry, WriteState,
};

/// Which runs are wanted, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Of one pair, or of all.
    pub pair: Option<String>,
    /// That ended in one of these ways; none means in any.
    pub outcomes: Vec<Outcome>,
    /// That started at this moment or later.
    pub since: Option<Timestamp>,
    /// That started before this moment.
    pub until: Option<Timestamp>,
    /// Older than this run: where the page before ended.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: usize,
}

/// A page of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPage {
    /// What was asked.
    pub query: RunQuery,
    /// The runs, newest first.
    pub runs: Vec<RunSummary>,
    /// How many there are on all pages together.
    pub total: u64,
}

/// Which writes of a run are wanted, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteQuery {
    /// The run.
    pub run: RunId,
    /// Words that all have to be in what the record is called, in its id or in its values.
    pub text: String,
    /// Only those that stand so.
    pub state: Option<WriteState>,
    /// How many of those found are passed over.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

impl WriteQuery {
    /// Every write of a run.
    #[must_use]
    pub const fn all(run: RunId) -> Self {
        Self { run, text: String::new(), state: None, skip: 0, limit: usize::MAX }
    }
}

/// A write and its place among the writes of its run, by which the terminal names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its place, from 1.
    pub number: u64,
    /// The write.
    pub write: WriteEntry,
}

/// A page of a run's writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WritePage {
    /// What was asked.
    pub query: WriteQuery,
    /// The writes of this page.
    pub writes: Vec<Numbered>,
    /// How many were found on all pages together.
    pub found: u64,
    /// How many writes the run has.
    pub total: u64,
    /// How many of all failed.
    pub failed: u64,
}

/// Whose life is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifeQuery {
    /// In one pair, or in all.
    pub pair: Option<String>,
    /// Words that all have to be in what the record is called, in its id or in one of its states.
    pub text: String,
    /// At most so many records.
    pub limit: usize,
}

/// The records that were found, those that fit best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// What was looked for.
    pub query: LifeQuery,
    /// The records.
    pub records: Vec<RecordLife>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// All that is kept of one record, or of two that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLife {
    /// The pair's name.
    pub pair: String,
    /// What the operator calls it.
    pub label: String,
    /// The ids that it has had on each side; a record that came back may have several.
    pub ids: PerSide<Vec<RecordId>>,
    /// What was last seen of each side; none where there is no such record.
    pub now: PerSide<Option<Seen>>,
    /// Whether both sides are tied together now.
    pub linked: bool,
    /// What happened, oldest first.
    pub events: Vec<LifeEvent>,
}

/// One thing that happened to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifeEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: LifeStep,
}

/// What can happen to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LifeStep {
    /// A run wrote it, or tried to.
    Wrote {
        /// The write.
        write: Box<WriteEntry>,
        /// Its place in its run.
        number: u64,
        /// Why the run started.
        trigger: Trigger,
    },
    /// A run or a compare asked the operator about it.
    Asked {
        /// The question.
        matter: MatterId,
        /// What kind it was.
        kind: MatterKind,
        /// Why, as a sentence.
        reason: String,
    },
    /// The operator answered.
    Answered {
        /// The question.
        matter: MatterId,
        /// The answer.
        resolution: Resolution,
    },
    /// The question was over.
    Closed {
        /// The question.
        matter: MatterId,
        /// How.
        how: Closed,
        /// The run that closed it, where it was one.
        run: Option<RunId>,
    },
}

/// How a question came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It does not arise any more.
    Gone,
    /// The operator leaves it as it is.
    Left,
    /// A sync has brought the records together.
    Synced,
}

impl Closed {
    /// The word for it, as the store and `--json` have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Left => "left as it is",
            Self::Synced => "settled by a sync",
        }
    }

    /// The way with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        [Self::Left, Self::Synced].into_iter().find(|one| one.word() == word).unwrap_or(Self::Gone)
    }
}
