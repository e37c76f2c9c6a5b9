//! What waits for the operator, and what the operator answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Observed, PerSide, RecordId, Side, Timestamp, Touch, Value};

/// The store's number of a matter, by which the terminal and the window name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatterId(pub i64);

/// What a plan item, a conflict or a decision speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A record of A and a record of B: linked, or about to be.
    Pair(PerSide<RecordId>),
    /// A record of one side that has no partner.
    Single(Side, RecordId),
    /// Every record with this match key: its mapping and the normal form of its value.
    Key(String, String),
}

impl Subject {
    /// The id on a side, where the subject has just one there.
    #[must_use]
    pub fn id(&self, side: Side) -> Option<&RecordId> {
        match self {
            Self::Pair(ids) => Some(ids.get(side)),
            Self::Single(at, id) => (*at == side).then_some(id),
            Self::Key(..) => None,
        }
    }

    /// A text that is the same for the same subject, to find it again.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Pair(ids) => format!("pair\u{1f}{}\u{1f}{}", ids.a, ids.b),
            Self::Single(side, id) => format!("single\u{1f}{}\u{1f}{id}", side.letter()),
            Self::Key(mapping, value) => format!("key\u{1f}{mapping}\u{1f}{value}"),
        }
    }

    /// The same subject with the sides exchanged.
    #[must_use]
    pub fn swapped(self) -> Self {
        match self {
            Self::Pair(ids) => Self::Pair(ids.swapped()),
            Self::Single(side, id) => Self::Single(side.opposite(), id),
            Self::Key(mapping, value) => Self::Key(mapping, value),
        }
    }
}

/// Why a run does not decide alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// The same fields were changed on both sides to different values.
    BothChanged,
    /// Two records match for the first time, and both are filled with different values.
    FirstMatch,
    /// The record was deleted on this side and changed on the other.
    DeletedAndChanged(Side),
    /// The record was deleted on this side, and the guard holds its deletion on the other back.
    HeldDeletion(Side),
    /// Several records have the same match key, so which belongs to which is not known.
    Ambiguous(PerSide<Vec<RecordId>>),
    /// These fields were written back and forth several times in a row: something rewrites them.
    Flipping,
}

/// What a compare finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MismatchKind {
    /// A record that only this side has.
    OnlyIn(Side),
    /// Two records that belong together and differ in fields.
    Different,
    /// Several records with the same match key.
    DuplicateKey(PerSide<Vec<RecordId>>),
    /// Two linked records whose match keys are no longer the same.
    KeyChanged,
}

/// What kind of matter it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// A run found it.
    Conflict(ConflictKind),
    /// A compare found it.
    Mismatch(MismatchKind),
}

impl MatterKind {
    /// The records of which it is not certain which belong together, where it is about that.
    #[must_use]
    pub fn candidates(&self) -> Option<&PerSide<Vec<RecordId>>> {
        match self {
            Self::Conflict(ConflictKind::Ambiguous(ids)) | Self::Mismatch(MismatchKind::DuplicateKey(ids)) => Some(ids),
            Self::Conflict(
                ConflictKind::BothChanged
                | ConflictKind::FirstMatch
                | ConflictKind::DeletedAndChanged(_)
                | ConflictKind::HeldDeletion(_)
                | ConflictKind::Flipping,
            )
            | Self::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged) => None,
        }
    }

    /// The word for it in `--json`: stable.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Conflict(kind) => match kind {
                ConflictKind::BothChanged => "both_changed",
                ConflictKind::FirstMatch => "first_match",
                ConflictKind::DeletedAndChanged(_) => "deleted_and_changed",
                ConflictKind::HeldDeletion(_) => "held_deletion",
                ConflictKind::Ambiguous(_) => "ambiguous",
                ConflictKind::Flipping => "flipping",
            },
            Self::Mismatch(kind) => match kind {
                MismatchKind::OnlyIn(Side::A) => "only_in_a",
                MismatchKind::OnlyIn(Side::B) => "only_in_b",
                MismatchKind::Different => "different",
                MismatchKind::DuplicateKey(_) => "duplicate_key",
                MismatchKind::KeyChanged => "key_changed",
            },
        }
    }
}

/// One field of a matter, as both sides hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterField {
    /// The mapping's name.
    pub name: String,
    /// What each side holds now; none where it has no such record or did not give the field.
    pub now: PerSide<Option<Value>>,
    /// What each side held when both last agreed.
    pub baseline: PerSide<Option<Value>>,
    /// Whether the two sides differ, by the mapping's kind.
    pub differs: bool,
    /// Whether this field is what the operator is asked about.
    pub asked: bool,
}

/// One thing that waits for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// The store's number.
    pub id: MatterId,
    /// The pair's name.
    pub pair: String,
    /// What kind it is.
    pub kind: MatterKind,
    /// The records it speaks of.
    pub subject: Subject,
    /// What the operator calls the record: a name, else its match key, else its id.
    pub label: String,
    /// Why it is asked, as a sentence.
    pub reason: String,
    /// Every mapped field.
    pub fields: Vec<MatterField>,
    /// When each side was changed and by whom, where the platform tells.
    pub modified: PerSide<Option<Touch>>,
    /// When it was found first.
    pub opened: Timestamp,
}

/// How alike two values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same but for case, spaces, accents, the order of the words or the way a number is written.
    Same,
    /// A part is the same: the name before the `@`, one of two names.
    Part,
    /// A letter or two apart.
    Close,
}

/// A record of the other side that may be the same as one without a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The record, as far as it is known.
    pub record: Observed,
    /// How likely it is the same, in percent: an order and no promise.
    pub score: u8,
    /// The mappings in which the two are alike, the strongest reason first.
    pub alike: Vec<(String, Likeness)>,
}

/// What the operator wants in one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldChoice {
    /// This side's value, on both.
    Use(Side),
    /// This value, on both.
    Value(Value),
}

/// The operator's answer to a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// This side is right in everything that was asked: in fields its values; where it deleted the
    /// record, the deletion; where only it has the record, the record is created on the other.
    Use(Side),
    /// Field by field, by mapping name; a field not named stays open.
    Fields(BTreeMap<String, FieldChoice>),
    /// Create the record on the side that has none.
    Create,
    /// Delete the record from this side.
    Delete(Side),
    /// These two are the same.
    Link(PerSide<RecordId>),
    /// These two are not the same.
    NotSame(PerSide<RecordId>),
    /// Leave it as it is until one side changes.
    Ignore,
    /// No answer, but what an undo leaves behind: a run does not do again what the operator has taken
    /// back, and a compare shows it until the operator decides.
    Undone,
}

/// A remembered answer: it counts while both sides hold what they held when it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What it speaks of.
    pub subject: Subject,
    /// The answer.
    pub resolution: Resolution,
    /// What both sides held when it was given ([`crate::engine::fingerprint`]). A `NotSame` counts
    /// whatever they hold.
    pub fingerprint: String,
    /// When it was given.
    pub made: Timestamp,
}
