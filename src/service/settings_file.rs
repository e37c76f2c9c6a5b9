//! The settings file: accounts and pairs as TOML (DESIGN.md, section 5), read and written.
//!
//! A settings file never holds a secret, only where one is found. Every key is checked when a file
//! is read: what is unknown, contradictory or of the wrong type is refused with its line and, where
//! one is near, the right name. All problems of a file are told at once, in the order of its lines.

mod account;
mod field;
mod pair;
mod reader;
mod render;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::model::{AccountSettings, PairSpec, PlatformInfo};

use reader::{Reader, Table};

/// What a settings file holds, in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The accounts.
    pub accounts: Vec<AccountSettings>,
    /// The pairs.
    pub pairs: Vec<PairSpec>,
}

/// One thing that is wrong in a settings file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingsProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Everything that is wrong in a settings file, in the order of its lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The problems.
    pub problems: Vec<SettingsProblem>,
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "line {}: {}", problem.line, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// Reads a settings file's text. Relative paths in it start at `base_dir`.
///
/// # Errors
/// Everything that is wrong in it.
pub fn parse(text: &str, base_dir: &Path) -> Result<Settings, SettingsError> {
    parse_with(text, base_dir, &[], &crate::connectors::builtin())
}

/// Reads a settings file's text whose accounts are of these platforms, and whose pairs may also use
/// accounts that the workspace knows already.
///
/// # Errors
/// Everything that is wrong in it.
pub fn parse_with(
    text: &str,
    base_dir: &Path,
    known_accounts: &[String],
    platforms: &[PlatformInfo],
) -> Result<Settings, SettingsError> {
    // Editors on Windows put a byte order mark before the text; TOML does not know it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reader = Reader::new(text);
    let document = match toml::de::DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => {
            reader.problem_at(
                error.span().map_or(0, |span| span.start),
                format!("this is not valid TOML: {}", error.message().trim().replace('\n', " ")),
            );
            return Err(reader.into_error());
        }
    };
    let root = Table::root(&reader, document.get_ref());
    root.allow(&["account", "pair"]);

    let mut settings = Settings::default();
    for table in root.tables("account") {
        let Some(account) = account::read(&table, base_dir, platforms) else { continue };
        if settings.accounts.iter().any(|known| known.name == account.name) {
            table.problem("name", format!("there are two accounts named \"{}\"; give one another name", account.name));
            continue;
        }
        settings.accounts.push(account);
    }
    let mut names: Vec<String> = settings.accounts.iter().map(|account| account.name.clone()).collect();
    names.extend(known_accounts.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
    // An account that could not be read is no reason to say that the pair's account is unknown.
    let declared: Vec<String> = root.tables("account").iter().filter_map(|table| table.peek("name")).collect();
    names.extend(declared.into_iter().filter(|name| !settings.accounts.iter().any(|known| known.name == *name)));
    for table in root.tables("pair") {
        let Some(pair) = pair::read(&table, &names) else { continue };
        if settings.pairs.iter().any(|known| known.name == pair.name) {
            table.problem("name", format!("there are two pairs named \"{}\"; give one another name", pair.name));
            continue;
        }
        settings.pairs.push(pair);
    }
    reader.finish(settings)
}

/// The settings as a file's text: paths under `base_dir` are relative to it, and no secret is in it.
#[must_use]
pub fn render(settings: &Settings, base_dir: &Path, platforms: &[PlatformInfo]) -> String {
    render::file(settings, base_dir, platforms)
}
