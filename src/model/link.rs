//! Links and baselines: what is remembered of records that are the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fields, PerSide, RecordId, Side, Timestamp, Touch, Version};

/// A side's values by mapping name, each as that side gives it. A mapping whose field was missing in
/// the answer is absent.
pub type Values = Fields;

/// The store's number of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkId(pub i64);

/// A record as a pair sees it: its mapped values, and nothing else of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The platform's id.
    pub id: RecordId,
    /// What was seen of it.
    pub seen: Seen,
}

/// What was last seen of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its values by mapping name.
    pub values: Values,
    /// Its version, where the platform tells.
    pub version: Option<Version>,
    /// When it was changed, where the platform tells.
    pub modified: Option<Timestamp>,
    /// Who changed it, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    /// Whether a filter leaves it out.
    pub outside: bool,
    /// Whether a field that a filter looks at was missing in the answer, so that `outside` stays as it was.
    #[serde(skip)]
    pub unsure: bool,
}

impl Seen {
    /// When it was changed and by whom, where the platform tells.
    #[must_use]
    pub fn touch(&self) -> Option<Touch> {
        Some(Touch { at: self.modified?, by: self.modified_by.clone() })
    }
}

/// One side of a link: what it held when both sides last agreed, and what has been seen since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideBaseline {
    /// The values when both sides last agreed. A mapping that never agreed is absent.
    pub values: Values,
    /// What was seen last; it differs from `values` while a change waits, failed or is in conflict.
    pub seen: Seen,
    /// Whether the record is gone from its platform, or no longer visible to this account.
    pub gone: bool,
}

/// The remembered tie between a record of A and a record of B. Only ids count from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The store's number; none before it is stored.
    pub id: Option<LinkId>,
    /// The two ids.
    pub ids: PerSide<RecordId>,
    /// Both sides' baselines.
    pub sides: PerSide<SideBaseline>,
    /// By mapping, the writes that went back and forth in a row with no operator involved.
    pub flips: BTreeMap<String, Flips>,
}

/// What a link is found by without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkIndex {
    /// Hashes of the match keys that its records hold.
    pub keys: Vec<i64>,
    /// Whether something of it waits: a side holds something else than both last agreed on, or is gone.
    pub pending: bool,
}

/// How often a field was written back and forth, and the last write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flips {
    /// Writes in a row that each undid the one before.
    pub count: u32,
    /// The side written last.
    pub side: Side,
    /// The normal form written last.
    pub wrote: String,
    /// The normal form that it replaced.
    pub replaced: String,
    /// When the write was planned; the beginning of time where an earlier version counted.
    #[serde(default)]
    pub at: Timestamp,
}
