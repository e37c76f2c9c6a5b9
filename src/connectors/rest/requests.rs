//! Requests in a manifest: what is sent, where things are in the answer, pages and batches.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tree::{Text, Tree};

/// One request and where things are in its answer. Which keys may stand where is checked by `load`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of the manifest")]
pub(crate) struct Call {
    /// `METHOD path`.
    pub(crate) request: Text,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Tree>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Text>,
    #[serde(default)]
    pub(crate) body: Option<Tree>,
    #[serde(default)]
    pub(crate) form: BTreeMap<String, Tree>,
    /// The list in the answer.
    #[serde(default)]
    pub(crate) items: Option<Text>,
    /// Whether the first item names the columns of the others.
    #[serde(default)]
    pub(crate) table: bool,
    /// The record in the answer.
    #[serde(default)]
    pub(crate) record: Option<Text>,
    /// The id in the answer, or in an item.
    #[serde(default)]
    pub(crate) id: Option<Text>,
    /// Which items count.
    #[serde(default)]
    pub(crate) keep: Option<Text>,
    /// Which items say that a record is gone.
    #[serde(default)]
    pub(crate) gone: Option<Text>,
    /// Where the answer's last page says how to go on next time.
    #[serde(default)]
    pub(crate) since: Option<Text>,
    #[serde(default)]
    pub(crate) paging: Option<Paging>,
    /// The statuses that mean "it is not there".
    #[serde(default)]
    pub(crate) missing: Vec<u16>,
    /// How changes are asked for.
    #[serde(default)]
    pub(crate) by: Option<ChangesBy>,
    /// For which collections this can be asked at all.
    #[serde(default)]
    pub(crate) when: Option<Text>,
    /// How far back each listing of changes looks again.
    #[serde(default)]
    pub(crate) overlap: Option<Text>,
    /// Whether what is found holds no more than the id.
    #[serde(default)]
    pub(crate) ids_only: bool,
    /// The fields that can be searched.
    #[serde(default)]
    pub(crate) fields: Vec<String>,
    /// Whether what was just written may not be found yet.
    #[serde(default)]
    pub(crate) lags: bool,
    /// The id that the new record gets from us.
    #[serde(default)]
    pub(crate) new_id: Option<Text>,
    /// Whether the platform itself refuses a stale version.
    #[serde(default)]
    pub(crate) checks_version: bool,
    /// What is asked right before each request that writes; its answer is `before`.
    #[serde(default)]
    pub(crate) before: Option<Box<Call>>,
    #[serde(default)]
    pub(crate) batch: Option<Box<Batch>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangesBy {
    Time,
    Token,
    NewestFirst,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PagingBy {
    Page,
    Offset,
    Cursor,
    Url,
    Link,
    Keyset,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    pub(crate) by: PagingBy,
    #[serde(default)]
    pub(crate) size: Option<u64>,
    /// The number of the first page.
    #[serde(default)]
    pub(crate) first: Option<u64>,
    /// Where the next page's cursor or address is, or the key to go on from in an item.
    #[serde(default)]
    pub(crate) next: Option<Text>,
    /// Whether there is more.
    #[serde(default)]
    pub(crate) more: Option<Text>,
    /// How many items there are in all.
    #[serde(default)]
    pub(crate) total: Option<Text>,
    /// How many items one search gives at most; then it starts again from the last modified time.
    #[serde(default)]
    pub(crate) most: Option<u64>,
    /// Whether a page with fewer items than its size is surely the last one.
    #[serde(default)]
    pub(crate) short_is_last: bool,
}

/// The same for several records in one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    pub(crate) max: usize,
    pub(crate) request: Text,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Tree>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Text>,
    #[serde(default)]
    pub(crate) body: Option<Tree>,
    #[serde(default)]
    pub(crate) form: BTreeMap<String, Tree>,
    /// What each record is in the request; all of them are `items`.
    #[serde(default)]
    pub(crate) item: Option<Tree>,
    /// Whether all records of one request must change the same properties.
    #[serde(default)]
    pub(crate) same_fields: bool,
    /// The list of answers, one for each record.
    #[serde(default)]
    pub(crate) answers: Option<Text>,
    /// What tells in an answer whose it is; without it, the order does.
    #[serde(default)]
    pub(crate) answer_key: Option<Text>,
    /// What it is compared with.
    #[serde(default)]
    pub(crate) key: Option<Text>,
    #[serde(default)]
    pub(crate) record: Option<Text>,
    #[serde(default)]
    pub(crate) id: Option<Text>,
    #[serde(default)]
    pub(crate) status: Option<Text>,
    /// Whether an answer says that its record failed.
    #[serde(default)]
    pub(crate) failed: Option<Text>,
    /// Where an answer holds what the rules of `[errors]` look at.
    #[serde(default)]
    pub(crate) error: Option<Text>,
    /// A list of the records that failed, beside the answers.
    #[serde(default)]
    pub(crate) errors: Option<Text>,
    #[serde(default)]
    pub(crate) errors_key: Option<Text>,
}

/// What is sent: the five keys that calls and batches share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sends<'m> {
    pub(crate) request: &'m Text,
    pub(crate) query: &'m BTreeMap<String, Tree>,
    pub(crate) headers: &'m BTreeMap<String, Text>,
    pub(crate) body: Option<&'m Tree>,
    pub(crate) form: &'m BTreeMap<String, Tree>,
}

impl Call {
    pub(crate) const fn sends(&self) -> Sends<'_> {
        Sends {
            request: &self.request,
            query: &self.query,
            headers: &self.headers,
            body: self.body.as_ref(),
            form: &self.form,
        }
    }
}

impl Batch {
    pub(crate) const fn sends(&self) -> Sends<'_> {
        Sends {
            request: &self.request,
            query: &self.query,
            headers: &self.headers,
            body: self.body.as_ref(),
            form: &self.form,
        }
    }
}
