//! What a field mapping would do to the real records of both sides, before anything is written.

use super::{FieldInfo, FieldMapping, Filter, Kind, PerSide, Side};

/// What both ends of a pair hold, and how their fields probably go together.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The fields of each side, with samples.
    pub fields: PerSide<Vec<FieldInfo>>,
    /// How many records each side has.
    pub totals: PerSide<usize>,
}

/// A mapping that is tried on real records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The mapping.
    pub mapping: FieldMapping,
    /// Whether records are matched by it.
    pub key: bool,
}

/// What mappings would do to the records that pass the filters.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// For each trial, in its order.
    pub fields: Vec<FieldFit>,
    /// How many records of each side pass the filters.
    pub passing: PerSide<usize>,
}

/// What one mapping would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldFit {
    /// A few values and what becomes of them, by the side that would get them.
    pub examples: PerSide<Vec<Example>>,
    /// Where it would fail or hurt, the worst first.
    pub misfits: Vec<Misfit>,
    /// The different words that each side holds with their counts, most frequent first; empty where
    /// there are too many to be a set of choices.
    pub words: PerSide<Vec<(String, usize)>>,
}

/// A value of one side and what the other side would get for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What the operator calls the record.
    pub label: String,
    /// The value as it is.
    pub from: String,
    /// The value that would be written, or why none would.
    pub to: Result<String, String>,
}

/// Records that a mapping would fail or hurt, all for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The reason.
    pub kind: MisfitKind,
    /// The side that holds the records.
    pub side: Side,
    /// The field of the side that would get the values (for keys, of the side that holds them), by the
    /// name that the operator knows.
    pub field: String,
    /// How many records there are.
    pub count: usize,
    /// The first of them: what the operator calls each, and its value.
    pub records: Vec<(String, String)>,
}

/// Why a value would not arrive as it should.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MisfitKind {
    /// The mapping cannot carry it; the sentence says why.
    Refused(String),
    /// The field that would get it cannot be written.
    ReadOnly,
    /// It is not one of the values that the field takes.
    NotInChoices,
    /// It has more characters than the field takes.
    TooLong(usize),
    /// A new record would be refused, for the field must be filled and the value is empty.
    RequiredEmpty,
    /// It cannot be read as what the mapping says that it is.
    NotA(Kind),
    /// The record cannot be matched, as its key is empty.
    NoKey,
    /// Several records of this side have the same key.
    SharedKey,
}

/// What is tried: the mappings, on the records that pass the filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    /// The mappings.
    pub fields: Vec<Trial>,
    /// The filters.
    pub filters: Vec<Filter>,
}
