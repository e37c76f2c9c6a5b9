//! Sync pairs: two collections and the rules between them.

use serde::{Deserialize, Serialize};

use super::{FieldMapping, PerSide, Policy, Side, Value};

/// One end of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The account's name.
    pub account: String,
    /// The collection's id or name; without it, the account's only one.
    pub collection: Option<String>,
}

/// Which deletions are carried to the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletePolicy {
    /// None.
    #[default]
    Ignore,
    /// Those of either side.
    Both,
    /// Those of A, to B.
    AToB,
    /// Those of B, to A.
    BToA,
}

impl DeletePolicy {
    /// Whether a deletion on `side` is carried to the other side.
    #[must_use]
    pub fn carries_from(self, side: Side) -> bool {
        match self {
            Self::Ignore => false,
            Self::Both => true,
            Self::AToB => side == Side::A,
            Self::BToA => side == Side::B,
        }
    }
}

/// How many deletions one run may carry to a side before it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteGuard {
    /// At most this many.
    pub count: u32,
    /// At most this share of the links, in percent.
    pub percent: u32,
}

impl Default for DeleteGuard {
    fn default() -> Self {
        Self { count: 10, percent: 10 }
    }
}

/// Which writes one side accepts. Deletions have [`DeletePolicy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writes {
    /// New records are created here.
    pub create: bool,
    /// Records are updated here.
    pub update: bool,
}

impl Default for Writes {
    fn default() -> Self {
        Self { create: true, update: true }
    }
}

/// What a filter asks of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterTest {
    /// The value is one of these, whatever the case.
    Is(Vec<String>),
    /// The value is none of these, whatever the case.
    IsNot(Vec<String>),
    /// The value holds this text, whatever the case.
    Contains(String),
    /// The value is empty (`true`) or is not (`false`).
    Empty(bool),
}

/// Only the records of a side that pass take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// The side it looks at.
    pub side: Side,
    /// The platform's field.
    pub field: String,
    /// What is asked of it.
    pub test: FilterTest,
}

impl Filter {
    /// Whether a field's value passes; a field that is missing passes, for nothing is known of it.
    #[must_use]
    pub fn passes(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return true };
        let text = value.display().trim().to_lowercase();
        let same = |word: &String| word.trim().to_lowercase() == text;
        match &self.test {
            FilterTest::Is(words) => words.iter().any(same),
            FilterTest::IsNot(words) => !words.iter().any(same),
            FilterTest::Contains(part) => text.contains(&part.trim().to_lowercase()),
            FilterTest::Empty(empty) => value.is_empty() == *empty,
        }
    }
}

/// When compares run by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareSchedule {
    /// Every so many days: 1 or 7.
    pub every_days: u32,
    /// At this local time of day, in minutes after midnight.
    pub at_minute: u32,
}

/// When a pair runs by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Seconds between the end of one run and the start of the next; none means by hand only.
    pub sync_every: Option<u64>,
    /// When compares run; none means by hand only.
    pub compare: Option<CompareSchedule>,
}

/// Two collections and the rules between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairSpec {
    /// The operator's name for it; unique in the workspace.
    pub name: String,
    /// The two ends.
    pub ends: PerSide<Endpoint>,
    /// The mappings by which unlinked records are the same, tried in order.
    pub match_keys: Vec<String>,
    /// The field mappings.
    pub fields: Vec<FieldMapping>,
    /// Which records take part.
    pub filters: Vec<Filter>,
    /// Which deletions are carried over.
    pub deletes: DeletePolicy,
    /// When deletions are held back.
    pub guard: DeleteGuard,
    /// Who wins a conflict, where the field has no policy of its own.
    pub conflicts: Policy,
    /// What each side accepts.
    pub writes: PerSide<Writes>,
    /// When it runs by itself.
    pub schedule: Schedule,
}

impl PairSpec {
    /// The mapping of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldMapping> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Every platform field that this pair reads on a side: the mapped ones, those that a filter
    /// looks at and those that a template may use, each once, in the order of the mappings.
    #[must_use]
    pub fn wanted_fields(&self, side: Side) -> Vec<String> {
        let mapped = self.fields.iter().flat_map(|field| field.fields.get(side));
        let filtered = self.filters.iter().filter(|filter| filter.side == side).map(|filter| &filter.field);
        let mut wanted: Vec<String> = Vec::new();
        for name in mapped.chain(filtered) {
            if !wanted.contains(name) {
                wanted.push(name.clone());
            }
        }
        wanted
    }
}
