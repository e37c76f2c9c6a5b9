//! Accounts in a settings file.

use std::collections::BTreeMap;
use std::path::Path;

use super::reader::{Table, listed, meant};
use crate::model::{AccountSettings, SecretRef};

/// What one connector's accounts can hold.
pub(super) struct ConnectorKeys {
    /// The connector's word.
    pub(super) connector: &'static str,
    /// The keys that must be there.
    required: &'static [&'static str],
    /// Keys that hold a text.
    texts: &'static [&'static str],
    /// Keys that hold true or false.
    pub(super) flags: &'static [&'static str],
    /// Keys that hold a path, relative to the settings file.
    pub(super) paths: &'static [&'static str],
    /// Whether there is a password.
    secret: bool,
}

/// Every connector that a settings file can name. A new connector has its line here.
pub(super) const CONNECTORS: &[ConnectorKeys] = &[
    ConnectorKeys {
        connector: "csv",
        required: &["path"],
        texts: &["id", "key"],
        flags: &[],
        paths: &["path"],
        secret: false,
    },
    ConnectorKeys {
        connector: "carddav",
        required: &["url"],
        texts: &["url", "username"],
        flags: &["allow_http"],
        paths: &[],
        secret: true,
    },
];

/// Reads `[[account]]`.
pub(super) fn read(table: &Table<'_>, base_dir: &Path) -> Option<AccountSettings> {
    let name = table.required("name", "an account");
    let word = table.required("connector", "an account")?;
    let words: Vec<&str> = CONNECTORS.iter().map(|keys| keys.connector).collect();
    let Some(keys) = CONNECTORS.iter().find(|keys| keys.connector == word) else {
        table.problem("connector", format!("there is no connector \"{word}\"{}", meant(&word, &words, "connector")));
        return None;
    };
    let mut allowed = vec!["name", "connector"];
    allowed.extend(keys.paths.iter().chain(keys.texts).chain(keys.flags));
    if keys.secret {
        allowed.push("password");
    } else if table.has("password") {
        table.problem("password", format!("an account of the connector \"{word}\" has no password; remove this line"));
    }
    let mut known = allowed.clone();
    known.push("password");
    table.allow(if keys.secret { &allowed } else { &known });

    let mut options = BTreeMap::new();
    for key in keys.paths.iter().chain(keys.texts) {
        let text = if keys.required.contains(key) {
            table.required(key, &format!("an account of the connector \"{word}\""))
        } else {
            table.string(key)
        };
        let Some(text) = text else { continue };
        let text = if keys.paths.contains(key) { absolute(base_dir, &text) } else { text };
        options.insert((*key).to_owned(), text);
    }
    for key in keys.flags {
        if let Some(flag) = table.flag(key) {
            options.insert((*key).to_owned(), flag.to_string());
        }
    }
    if options.contains_key("id") && options.contains_key("key") {
        table.problem(
            "key",
            "\"id\" and \"key\" contradict each other: with a column that identifies a row, no key is needed",
        );
    }
    check_url(table, &options);
    let secret = if keys.secret { password(table) } else { None };
    Some(AccountSettings { name: name?, connector: word, options, secret })
}

fn absolute(base_dir: &Path, text: &str) -> String {
    base_dir.join(text).components().collect::<std::path::PathBuf>().to_string_lossy().into_owned()
}

/// A password in an address would be a secret in the settings.
fn check_url(table: &Table<'_>, options: &BTreeMap<String, String>) {
    let Some(url) = options.get("url") else { return };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        table.problem(
            "url",
            "a name or password does not belong in the address; use username = \"…\" and \
             password = { env = \"…\" } or { keyring = true }",
        );
    }
}

/// `password = { env = "…" }`, `{ keyring = true }` or `{ ask = true }`.
fn password(table: &Table<'_>) -> Option<SecretRef> {
    const EXAMPLE: &str = "{ env = \"NAME\" }, { keyring = true } or { ask = true }";
    if table.is_text("password") {
        table.problem(
            "password",
            format!(
                "a password never stands in a settings file, where others could read it. Write password = {EXAMPLE}: \
                 the name of an environment variable, the keyring of this computer, or asked at each start"
            ),
        );
        return None;
    }
    let inner = table.table("password", EXAMPLE)?;
    inner.allow(&["env", "keyring", "ask"]);
    let given: Vec<&str> = ["env", "keyring", "ask"].into_iter().filter(|key| inner.has(key)).collect();
    match given.as_slice() {
        ["env"] => {
            let name = inner.required("env", "the password")?;
            if name.contains('=') || name.contains(char::is_whitespace) {
                inner.problem("env", format!("\"{name}\" cannot be the name of an environment variable"));
            }
            Some(SecretRef::Env(name))
        }
        [key @ ("keyring" | "ask")] => {
            if inner.flag(key) == Some(false) {
                inner.problem(key, format!("\"{key}\" can only be true; leave password out where there is none"));
            }
            Some(if *key == "keyring" { SecretRef::Keyring } else { SecretRef::Ask })
        }
        [] => {
            table.problem("password", format!("where is the password found? Write {EXAMPLE}"));
            None
        }
        several => {
            table.problem("password", format!("{} contradict each other; keep one of them", listed(several)));
            None
        }
    }
}
