//! Accounts in a settings file.

use std::collections::BTreeMap;
use std::path::Path;

use super::reader::{Table, listed, meant};
use crate::model::{AccountSettings, OptionInfo, OptionKind, PlatformInfo, SecretRef, SignIn};

/// Reads `[[account]]`.
pub(super) fn read(table: &Table<'_>, base_dir: &Path, platforms: &[PlatformInfo]) -> Option<AccountSettings> {
    let name = table.required("name", "an account");
    let word = table.required("connector", "an account")?;
    let words: Vec<&str> = platforms.iter().map(|platform| platform.kind.as_str()).collect();
    let Some(platform) = platforms.iter().find(|platform| platform.kind == word) else {
        table.problem("connector", format!("there is no connector \"{word}\"{}", meant(&word, &words, "connector")));
        return None;
    };
    let mut allowed = vec!["name", "connector"];
    allowed.extend(platform.options.iter().map(|option| option.key.as_str()));
    let signs_in = !matches!(platform.sign_in, SignIn::None);
    if signs_in {
        allowed.push("password");
    } else if table.has("password") {
        table.problem("password", format!("an account of the connector \"{word}\" has no password; remove this line"));
    }
    let mut known = allowed.clone();
    known.push("password");
    table.allow(if signs_in { &allowed } else { &known });

    let mut options = BTreeMap::new();
    for option in &platform.options {
        if let Some(text) = value(table, option, &word, base_dir) {
            options.insert(option.key.clone(), text);
        }
    }
    if options.contains_key("id") && options.contains_key("key") {
        table.problem(
            "key",
            "\"id\" and \"key\" contradict each other: with a column that identifies a row, no key is needed",
        );
    }
    for option in platform.options.iter().filter(|option| option.kind == OptionKind::Url) {
        check_url(table, option, &options);
    }
    let secret = if signs_in { password(table) } else { None };
    if matches!((&platform.sign_in, &secret), (SignIn::Browser(_), Some(SecretRef::Env(_)))) {
        table.problem(
            "password",
            "an account that signs in in the browser gets a new key again and again, which no environment variable can \
             hold; write password = { keyring = true }, { file = true } or { ask = true }",
        );
    }
    Some(AccountSettings { name: name?, connector: word, options, secret })
}

fn value(table: &Table<'_>, option: &OptionInfo, word: &str, base_dir: &Path) -> Option<String> {
    let key = option.key.as_str();
    if option.kind == OptionKind::Flag {
        return table.flag(key).map(|flag| flag.to_string());
    }
    let text = if option.required {
        table.required(key, &format!("an account of the connector \"{word}\""))
    } else {
        table.string(key)
    }?;
    match &option.kind {
        OptionKind::File(_) | OptionKind::Folder => Some(absolute(base_dir, &text)),
        OptionKind::Choice(choices) => {
            let words: Vec<&str> = choices.iter().map(|(word, _)| word.as_str()).collect();
            if words.contains(&text.as_str()) {
                return Some(text);
            }
            table.problem(key, format!("\"{text}\" is not one of {}{}", listed(&words), meant(&text, &words, "word")));
            None
        }
        OptionKind::Text | OptionKind::Url | OptionKind::Flag => Some(text),
    }
}

fn absolute(base_dir: &Path, text: &str) -> String {
    base_dir.join(text).components().collect::<std::path::PathBuf>().to_string_lossy().into_owned()
}

/// A password in an address would be a secret in the settings.
fn check_url(table: &Table<'_>, option: &OptionInfo, options: &BTreeMap<String, String>) {
    let Some(url) = options.get(&option.key) else { return };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        table.problem(
            &option.key,
            "a name or password does not belong in the address; use username = \"…\" and \
             password = { env = \"…\" } or { keyring = true }",
        );
    }
}

/// `password = { env = "…" }`, `{ keyring = true }`, `{ file = true }` or `{ ask = true }`.
fn password(table: &Table<'_>) -> Option<SecretRef> {
    const EXAMPLE: &str = "{ env = \"NAME\" }, { keyring = true }, { file = true } or { ask = true }";
    if table.is_text("password") {
        table.problem(
            "password",
            format!(
                "a password never stands in a settings file, where others could read it. Write password = {EXAMPLE}: \
                 the name of an environment variable, the keyring of this computer, the workspace's encrypted file, or \
                 asked at each start"
            ),
        );
        return None;
    }
    let inner = table.table("password", EXAMPLE)?;
    inner.allow(&["env", "keyring", "file", "ask"]);
    let given: Vec<&str> = ["env", "keyring", "file", "ask"].into_iter().filter(|key| inner.has(key)).collect();
    match given.as_slice() {
        ["env"] => {
            let name = inner.required("env", "the password")?;
            if name.contains('=') || name.contains(char::is_whitespace) {
                inner.problem("env", format!("\"{name}\" cannot be the name of an environment variable"));
            }
            Some(SecretRef::Env(name))
        }
        [key @ ("keyring" | "file" | "ask")] => {
            if inner.flag(key) == Some(false) {
                inner.problem(key, format!("\"{key}\" can only be true; leave password out where there is none"));
            }
            Some(match *key {
                "keyring" => SecretRef::Keyring,
                "file" => SecretRef::File,
                _ => SecretRef::Ask,
            })
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
