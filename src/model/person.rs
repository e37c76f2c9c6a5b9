//! One person, as far as Duosync holds anything about them.

use serde::{Deserialize, Serialize};

use super::{Matter, Mismatch, Observed, PerSide, RecordId, WriteEntry};

/// How much of a person is kept where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCounts {
    /// Records in the lists, as they were last seen.
    pub records: u64,
    /// Writes in the history.
    pub writes: u64,
    /// Questions and differences, settled ones too.
    pub matters: u64,
    /// Whole records kept from before they were deleted.
    pub kept: u64,
}

/// Records of one pair that belong together, and what is kept of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    /// The pair's name.
    pub pair: String,
    /// What the operator calls the record.
    pub label: String,
    /// A value by which it can be told from others of the same name.
    pub detail: String,
    /// Its ids on both sides, those it had before too.
    pub ids: PerSide<Vec<RecordId>>,
    /// On which sides the record was there when it was last looked for.
    pub there: PerSide<bool>,
    /// How much is kept.
    pub counts: PersonCounts,
}

/// Everything that is kept of one person in one pair.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonData {
    /// The pair's name.
    pub pair: String,
    /// What the operator calls the record.
    pub label: String,
    /// What was last seen of the records, by side.
    pub records: PerSide<Vec<Observed>>,
    /// What both sides held when they last agreed, where that is something else.
    pub agreed: PerSide<Vec<Observed>>,
    /// The writes, oldest first.
    pub writes: Vec<WriteEntry>,
    /// Whole records as they were before they were deleted, by the write that deleted them.
    pub kept: Vec<(String, String)>,
    /// Questions and differences.
    pub matters: Vec<Matter>,
    /// What the newest compare says.
    pub differences: Vec<Mismatch>,
}

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Writes, with their values before and after.
    pub writes: u64,
    /// Questions, differences and answers.
    pub matters: u64,
    /// Whole records kept from before they were deleted.
    pub kept: u64,
    /// Sentences in alerts and run reports that named the person.
    pub sentences: u64,
    /// Records of which what was last seen is forgotten, as they are gone from every list.
    pub forgotten: u64,
    /// Records that are still in a list, so that what was last seen of them stays.
    pub still_there: u64,
    /// Copies of the database in the workspace in which the same was erased.
    pub copies: u64,
    /// Copies of the database in which it could not be erased.
    pub copies_left: Vec<String>,
}
