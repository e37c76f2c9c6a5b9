//! Accounts: how they are configured and what they say of themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Kind;

/// Where the secret of an account is found. Never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// In this environment variable.
    Env(String),
    /// In the operating system's keyring, under the account's name.
    Keyring,
    /// In the workspace's file of secrets, which a passphrase opens, under the account's name.
    File,
    /// Nowhere: the operator is asked once per start.
    Ask,
}

/// One configured connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// The operator's name for it; unique in the workspace.
    pub name: String,
    /// The connector's kind: the [`PlatformInfo::kind`](super::PlatformInfo::kind) of its platform.
    pub connector: String,
    /// The connector's own settings by key (`path`, `id`, `url`, `username`), without secrets.
    pub options: BTreeMap<String, String>,
    /// Where the password is, where the platform wants one.
    pub secret: Option<SecretRef>,
}

/// Who is behind an account: pinned at the first run, so that another list behind the same settings
/// is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(pub String);

/// One list inside an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionInfo {
    /// The platform's id of it, as a pair's settings name it.
    pub id: String,
    /// The name that the operator knows.
    pub name: String,
    /// Whether this account may not write to it.
    pub read_only: bool,
}

/// One field that the records of a collection can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldInfo {
    /// The platform's name, as a mapping names it.
    pub name: String,
    /// The name that the operator knows.
    pub label: String,
    /// What kind of values it holds, where the platform or the name tells.
    pub kind: Option<Kind>,
    /// Whether it cannot be written.
    pub read_only: bool,
    /// A few values from real records.
    pub samples: Vec<String>,
    /// Whether a new record is refused without it.
    #[serde(default)]
    pub required: bool,
    /// The only values that it takes; empty where any will do.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The most characters that it takes, where there is a limit.
    #[serde(default)]
    pub max_length: Option<usize>,
}
