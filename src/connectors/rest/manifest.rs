//! The format of a manifest: what `assets/connectors/README.md` documents, as types.
//!
//! Every key that is not known here is refused. A text knows the byte at which it stands, so that
//! whatever is found out about it later can be told with its line.

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use super::requests::{Batch, Call, ChangesBy, Paging, PagingBy, Sends};
pub(crate) use super::tree::{Choice, Numbers, Text, Texts, Tree};
use crate::model::Kind;

/// One platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) kind: Text,
    pub(crate) name: Text,
    pub(crate) about: Text,
    /// The page of the platform's documentation that was followed; for people.
    #[serde(default)]
    pub(crate) docs: Option<Text>,
    #[serde(default, rename = "option")]
    pub(crate) options: Vec<OptionSpec>,
    pub(crate) base: Base,
    #[serde(default)]
    pub(crate) sign_in: SignInSpec,
    #[serde(default)]
    pub(crate) errors: Errors,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) identity: Option<Call>,
    #[serde(default, rename = "collection")]
    pub(crate) collections: Vec<CollectionSpec>,
}

/// One setting that the operator is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionSpec {
    pub(crate) key: Text,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
    #[serde(default)]
    pub(crate) kind: OptionWord,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) advanced: bool,
    /// What counts where the operator leaves it empty; a template over the options before it and `secret`.
    #[serde(default)]
    pub(crate) default: Option<Text>,
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OptionWord {
    #[default]
    Text,
    Url,
    Flag,
    Choice,
}

/// Where the platform is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Base {
    pub(crate) url: Text,
    /// Sent with every request.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Text>,
    /// Sent with every request.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Tree>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignInBy {
    #[default]
    None,
    /// A key, in the headers or query that are given.
    Key,
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// User name and password (RFC 7617).
    Basic,
    /// In the browser (RFC 6749).
    Oauth,
    /// A request whose answer holds what the others are sent with.
    Session,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInSpec {
    #[serde(default)]
    pub(crate) by: SignInBy,
    #[serde(default)]
    pub(crate) label: Option<String>,
    #[serde(default)]
    pub(crate) help: String,
    /// Whether the platform may want none.
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Text>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Tree>,
    #[serde(default)]
    pub(crate) username: Option<Text>,
    #[serde(default)]
    pub(crate) password: Option<Text>,
    #[serde(default)]
    pub(crate) authorize_url: Option<Text>,
    #[serde(default)]
    pub(crate) token_url: Option<Text>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default)]
    pub(crate) extra: BTreeMap<String, String>,
    /// The request that signs in.
    #[serde(default)]
    pub(crate) session: Option<Call>,
    /// What of its answer is kept as `session`.
    #[serde(default)]
    pub(crate) keep: Option<Text>,
    /// The statuses that mean "sign in again".
    #[serde(default)]
    pub(crate) again: Vec<u16>,
}

/// How the platform tells what is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Errors {
    /// Where the message is: the first of these that is there.
    #[serde(default)]
    pub(crate) message: Texts,
    /// Where the errors of single fields are: a list, or an object by field.
    #[serde(default)]
    pub(crate) fields: Option<Text>,
    /// The field's name in one of them; without it, the key of the object.
    #[serde(default)]
    pub(crate) field: Option<Text>,
    /// The words in one of them.
    #[serde(default)]
    pub(crate) field_message: Option<Text>,
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<ErrorRule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorRule {
    #[serde(default)]
    pub(crate) status: Numbers,
    #[serde(default)]
    pub(crate) when: Option<Text>,
    pub(crate) kind: ErrorWord,
    #[serde(default)]
    pub(crate) say: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorWord {
    SignIn,
    Forbidden,
    NotFound,
    Exists,
    Version,
    Throttled,
    Server,
    Rejected,
    Expired,
    /// It is no error at all.
    Fine,
}

/// How often one may ask.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    #[serde(default)]
    pub(crate) per_second: Option<u32>,
    #[serde(default)]
    pub(crate) per_minute: Option<u32>,
    /// So many writes and reads of single records run at the same time.
    #[serde(default)]
    pub(crate) concurrency: Option<usize>,
    /// The header that says how many requests are left.
    #[serde(default)]
    pub(crate) remaining: Option<String>,
    /// The header that says when there are more again.
    #[serde(default)]
    pub(crate) reset: Option<String>,
    #[serde(default)]
    pub(crate) reset_is: ResetWord,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResetWord {
    /// So many seconds from now.
    #[default]
    Seconds,
    /// So many milliseconds from now.
    Milliseconds,
    /// A Unix time in seconds.
    Epoch,
}

/// One list of records, or one kind of list where they are discovered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionSpec {
    #[serde(default)]
    pub(crate) id: Option<Text>,
    #[serde(default)]
    pub(crate) name: Option<Text>,
    #[serde(default)]
    pub(crate) read_only: bool,
    #[serde(default)]
    pub(crate) discover: Option<Discover>,
    pub(crate) record: RecordSpec,
    #[serde(default, rename = "field")]
    pub(crate) fields: Vec<FieldSpec>,
    #[serde(default)]
    pub(crate) discover_fields: Option<DiscoverFields>,
    pub(crate) list: Call,
    #[serde(default)]
    pub(crate) changes: Option<Call>,
    #[serde(default)]
    pub(crate) deleted: Option<Call>,
    /// How often everything is listed to find what was deleted.
    #[serde(default)]
    pub(crate) full_every: Option<Text>,
    #[serde(default)]
    pub(crate) get: Option<Call>,
    #[serde(default)]
    pub(crate) search: Option<Call>,
    #[serde(default)]
    pub(crate) create: Option<Call>,
    #[serde(default)]
    pub(crate) update: Option<Call>,
    #[serde(default)]
    pub(crate) delete: Option<Call>,
}

/// Where the parts of a record are in its JSON.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordSpec {
    pub(crate) id: Text,
    /// A path or expression, or the word `digest`.
    #[serde(default)]
    pub(crate) version: Option<Text>,
    #[serde(default)]
    pub(crate) modified: Option<Text>,
    /// Where a record names who changed it last.
    #[serde(default)]
    pub(crate) modified_by: Option<Text>,
    /// Where the fields are, when they are not at the top.
    #[serde(default)]
    pub(crate) fields_at: Option<Text>,
    /// Whether the platform leaves empty fields out of its answers.
    #[serde(default)]
    pub(crate) omits_empty: bool,
    /// What is written to empty a field.
    #[serde(default)]
    pub(crate) empty: EmptyWord,
    /// Values that mean "empty", beside `null`.
    #[serde(default)]
    pub(crate) empty_values: Vec<Tree>,
    /// Properties that are not sent when a deleted record is brought back.
    #[serde(default)]
    pub(crate) not_sent: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmptyWord {
    #[default]
    Null,
    /// The empty text.
    Text,
    False,
    /// The property goes away.
    Omit,
    /// The nearest element of a list goes away.
    Drop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JsonWord {
    String,
    Number,
    Integer,
    Boolean,
    List,
    /// A list of texts in one text, with `;` between them.
    Semicolons,
}

/// How the values of a field are read and written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldSpec {
    #[serde(default)]
    pub(crate) name: Text,
    #[serde(default)]
    pub(crate) label: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<Kind>,
    #[serde(default)]
    pub(crate) path: Option<Text>,
    /// The platform's own name, for requests that say which properties they want.
    #[serde(default)]
    pub(crate) select: Option<String>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) read_only: bool,
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
    #[serde(default)]
    pub(crate) max_length: Option<usize>,
    #[serde(default)]
    pub(crate) json: Option<JsonWord>,
    #[serde(default)]
    pub(crate) empty: Option<EmptyWord>,
    #[serde(default)]
    pub(crate) omits_empty: Option<bool>,
    #[serde(default)]
    pub(crate) read: Option<Text>,
    #[serde(default)]
    pub(crate) write: Option<Text>,
}

/// A request that lists the collections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Discover {
    pub(crate) call: Call,
    pub(crate) id: Text,
    pub(crate) name: Text,
    #[serde(default)]
    pub(crate) read_only: Option<Text>,
}

/// A request that lists the fields, or the records themselves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscoverFields {
    #[serde(default)]
    pub(crate) call: Option<Call>,
    /// The fields are those that the records hold.
    #[serde(default)]
    pub(crate) from_records: bool,
    /// Names that are no fields.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    #[serde(default)]
    pub(crate) name: Option<Text>,
    #[serde(default)]
    pub(crate) label: Option<Text>,
    #[serde(default, rename = "type")]
    pub(crate) type_at: Option<Text>,
    #[serde(default)]
    pub(crate) required: Option<Text>,
    #[serde(default)]
    pub(crate) read_only: Option<Text>,
    #[serde(default)]
    pub(crate) choices: Option<Text>,
    #[serde(default)]
    pub(crate) choice_value: Option<Text>,
    #[serde(default)]
    pub(crate) choice_label: Option<Text>,
    #[serde(default)]
    pub(crate) max_length: Option<Text>,
    #[serde(default)]
    pub(crate) select: Option<Text>,
    /// The path of the values, where it is not `fields_at` and the name.
    #[serde(default)]
    pub(crate) path: Option<Text>,
    /// What each of the platform's types is; a field of another one is a text.
    #[serde(default)]
    pub(crate) types: BTreeMap<String, TypeSpec>,
}

/// One of the platform's types of fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeSpec {
    #[serde(default)]
    pub(crate) kind: Option<Kind>,
    #[serde(default)]
    pub(crate) path: Option<Text>,
    #[serde(default)]
    pub(crate) json: Option<JsonWord>,
    #[serde(default)]
    pub(crate) empty: Option<EmptyWord>,
    #[serde(default)]
    pub(crate) omits_empty: Option<bool>,
    #[serde(default)]
    pub(crate) read_only: bool,
    /// Fields of this type take no part.
    #[serde(default)]
    pub(crate) skip: bool,
    #[serde(default)]
    pub(crate) read: Option<Text>,
    #[serde(default)]
    pub(crate) write: Option<Text>,
}
