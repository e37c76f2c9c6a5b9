//! `duosync connector`: for those who describe a platform by a manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::ConnectorTask;
use super::{Code, Output, json, text};
use crate::service::{AccountCheck, Command, Handle, Problem, Reply, manifest_check, manifest_start};
use crate::texts::tr;

/// Carries out what needs no workspace; nothing where it does.
pub(super) fn without_workspace(task: &ConnectorTask) -> Option<Result<Output, Problem>> {
    match task {
        ConnectorTask::New { name } => Some(new(name)),
        ConnectorTask::Check { file, account: None, set, secret_env: None, .. } if set.is_empty() => Some(check(file)),
        ConnectorTask::Check { .. } => None,
    }
}

/// Tries a manifest against its platform.
pub(super) fn carry_out(task: &ConnectorTask, handle: &mut Handle) -> Result<Output, Problem> {
    let ConnectorTask::Check { file, account, set, secret_env, list } = task else {
        return without_workspace(task).unwrap_or_else(|| Err(Problem::wrong_use(tr!("terminal-nothing-to-try"))));
    };
    let mut options = BTreeMap::new();
    for setting in set {
        let (key, value) =
            setting.split_once('=').ok_or_else(|| Problem::wrong_use(tr!("terminal-set-takes", setting = setting)))?;
        options.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    let password = match secret_env {
        Some(name) => Some(
            std::env::var(name).map_err(|_unset| Problem::wrong_use(tr!("terminal-variable-empty", name = name)))?,
        ),
        None => None,
    };
    let command = Command::TryManifest {
        file: std::path::absolute(file).map_err(|error| {
            Problem::wrong_use(tr!(
                "terminal-not-read",
                file = format_args!("{}", file.display()),
                why = format_args!("{error}")
            ))
        })?,
        account: account.clone(),
        options,
        password,
        collection: list.clone(),
    };
    let Reply::Checked(checks) = handle.call(command, |_| {})? else {
        return Err(super::run::unexpected());
    };
    let ok = checks.iter().all(AccountCheck::is_ok);
    let mut shown = text::checks(&checks);
    for check in checks.iter().filter(|check| check.collections.len() > 1 && list.is_none()) {
        let names: Vec<&str> = check.collections.iter().map(|one| one.id.as_str()).collect();
        shown.push('\n');
        shown.push_str(&tr!("terminal-other-lists", lists = names.join(", ")));
    }
    Ok(Output { json: json::checks(&checks).into(), text: shown, code: if ok { Code::Done } else { Code::Failed } })
}

fn new(kind: &str) -> Result<Output, Problem> {
    let text = manifest_start(kind)?;
    let path = PathBuf::from(format!("{kind}.toml"));
    if path.exists() {
        return Err(Problem::wrong_use(tr!("terminal-there-already", file = format_args!("{}", path.display()))));
    }
    std::fs::write(&path, text).map_err(|error| {
        Problem::failed(tr!(
            "terminal-not-written",
            file = format_args!("{}", path.display()),
            why = format_args!("{error}")
        ))
    })?;
    let shown = path.display().to_string();
    Ok(Output {
        text: tr!("terminal-manifest-start", file = shown),
        json: serde_json::json!({ "file": shown }).into(),
        code: Code::Done,
    })
}

fn check(file: &Path) -> Result<Output, Problem> {
    let platform = manifest_check(file)?;
    Ok(Output {
        text: tr!(
            "terminal-manifest-describes",
            file = format_args!("{}", file.display()),
            name = platform.name,
            kind = platform.kind
        ),
        json: serde_json::json!({ "file": file.display().to_string(), "platform": platform, "steps": [] }).into(),
        code: Code::Done,
    })
}
