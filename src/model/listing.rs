//! What a platform answers to "what is there" and "what changed".

use serde::{Deserialize, Serialize};

use super::{Record, RecordId};

/// The platform's token for "what changed since": a sync-token (RFC 6578), a delta link or a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// How much a listing speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything in the collection: what is not in it is gone, if it is complete.
    Full,
    /// Only what changed since the cursor; what is gone is named.
    Changes,
}

/// One answer of a platform, all its pages together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Everything or changes.
    pub scope: Scope,
    /// Whether the listing came to its end. Only a complete one may imply that a record is gone.
    pub complete: bool,
    /// The records, in any order. The same id may come twice; the last one counts.
    pub records: Vec<Record>,
    /// Records that the platform names as deleted (only with [`Scope::Changes`]).
    pub gone: Vec<RecordId>,
    /// How many records there are by now (only with [`Scope::Changes`]), where the listing does not name what is
    /// gone: records are gone where fewer are there than are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the next listing of changes starts, where the platform has such a thing.
    pub cursor: Option<Cursor>,
}

impl Listing {
    /// An empty list of changes.
    #[must_use]
    pub const fn no_changes() -> Self {
        Self { scope: Scope::Changes, complete: true, records: Vec::new(), gone: Vec::new(), total: None, cursor: None }
    }

    /// A complete listing of everything.
    #[must_use]
    pub const fn full(records: Vec<Record>, cursor: Option<Cursor>) -> Self {
        Self { scope: Scope::Full, complete: true, records, gone: Vec::new(), total: None, cursor }
    }
}
