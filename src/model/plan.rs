//! Plans: what one run would do, as plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ConflictKind, Fields, Flips, Link, MatterField, Observed, PerSide, RecordId, Resolution, Side, Subject, Timestamp,
    Version,
};

/// What kind of write an operation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpKind {
    /// A new record.
    Create {
        /// Its fields, by the platform's names.
        fields: Fields,
        /// The whole object, where a deleted record is brought back.
        raw: Option<String>,
    },
    /// These fields of a record, and no others.
    Update {
        /// The new values, by the platform's names.
        fields: Fields,
        /// The version that the plan was made from.
        expect: Option<Version>,
    },
    /// The record goes away.
    Delete {
        /// The version that the plan was made from.
        expect: Option<Version>,
    },
}

/// One write to one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Where it is written.
    pub side: Side,
    /// The record, where it is there already.
    pub record: Option<RecordId>,
    /// What is written.
    pub kind: OpKind,
    /// The mappings that it writes.
    pub mappings: Vec<String>,
    /// Why, as history and preview show it ("A changed it", "you chose B").
    pub reason: String,
}

/// What the engine will not decide alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Why.
    pub kind: ConflictKind,
    /// The mappings that are asked about.
    pub fields: Vec<String>,
    /// The sentence that the operator reads.
    pub reason: String,
}

/// What becomes of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The writes: at most one to each side.
    pub ops: Vec<Operation>,
    /// What is asked instead, or beside them.
    pub conflict: Option<Conflict>,
    /// The mappings on which both sides agree once the writes are done: they become the baseline.
    pub settled: Vec<String>,
    /// Whether the two records are linked from here on.
    pub link: bool,
    /// Whether the link ends here, because both records are gone.
    pub unlink: bool,
    /// The back-and-forth counters of the fields that are written, as they stand after the writes, and of those
    /// that are stopped.
    pub flips: BTreeMap<String, Flips>,
}

/// One record, or two that belong together, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The records.
    pub subject: Subject,
    /// What the operator calls the record.
    pub label: String,
    /// What is seen of each side now; none where that side has no such record.
    pub now: PerSide<Option<Observed>>,
    /// Every mapped field as both sides hold it, for the eye.
    pub fields: Vec<MatterField>,
    /// The link as it stood, where the records were linked before.
    pub before: Option<Link>,
    /// What the rules say.
    pub default: Action,
    /// The operator's answer beside it, where there is one.
    pub choice: Option<Resolution>,
    /// What the answer comes to.
    pub chosen: Option<Action>,
}

impl Item {
    /// What is done: the choice where there is one, else the rule.
    #[must_use]
    pub fn action(&self) -> &Action {
        self.chosen.as_ref().unwrap_or(&self.default)
    }
}

/// Why a record was set aside without a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Every match key is empty.
    NoKey,
    /// Another record of the same side has the same match key.
    DoubledKey,
    /// The other side has it, but a filter leaves it out there.
    PartnerOutside,
    /// This direction may not create records.
    CreateOff,
    /// This direction may not update records.
    UpdateOff,
    /// Its partner was deleted, and deletions are not carried over.
    PartnerDeleted,
    /// A value that the mapping cannot carry.
    BadValue,
    /// The operator said to leave it.
    Ignored,
    /// The operator took back what was done with it, and has not decided yet.
    Undone,
}

/// A record that was set aside, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Why.
    pub kind: NoteKind,
    /// The side it lies on.
    pub side: Side,
    /// The record.
    pub id: RecordId,
    /// What the operator calls it.
    pub label: String,
    /// The mapping, where it is about one.
    pub field: Option<String>,
    /// The sentence that the operator reads.
    pub text: String,
}

/// Deletions that the guard holds back on a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// How many would be deleted here.
    pub deletions: usize,
    /// How many the guard allows.
    pub allowed: usize,
    /// How many links the pair has.
    pub links: usize,
}

/// Why nothing at all is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// This side's listing came back empty, where so many records were known.
    EmptyListing {
        /// The side.
        side: Side,
        /// The records known before.
        known: usize,
    },
}

/// What one run would do. Pure data: what the preview shows is what runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The pair's name.
    pub pair: String,
    /// When it was made.
    pub made: Timestamp,
    /// What happens, ordered by subject.
    pub items: Vec<Item>,
    /// What is set aside, ordered.
    pub notes: Vec<Note>,
    /// Deletions held back, by the side they would be written to.
    pub held: PerSide<Option<Held>>,
    /// Why nothing is done, if so.
    pub stop: Option<Stop>,
    /// Unlinked records as they are now, to be remembered: those of the listings that no item links.
    pub unlinked: PerSide<Vec<Observed>>,
    /// Unlinked records that were known before and are gone now.
    pub forgotten: PerSide<Vec<RecordId>>,
    /// Links that end here, as their records are gone on both sides or got another id.
    pub dropped: Vec<PerSide<RecordId>>,
    /// The fields in which both sides were seen to agree or were settled, for links that need no
    /// write: baselines to be stored as they are.
    pub quiet: Vec<Link>,
}

impl Plan {
    /// Every write that would be done.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.items.iter().flat_map(|item| &item.action().ops)
    }

    /// Every question that stays open.
    pub fn conflicts(&self) -> impl Iterator<Item = (&Item, &Conflict)> {
        self.items.iter().filter_map(|item| item.action().conflict.as_ref().map(|conflict| (item, conflict)))
    }
}
