//! `duosync connector`: for those who describe a platform by a manifest.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::ConnectorTask;
use super::{Code, Output};
use crate::service::{Problem, manifest_check, manifest_start};

/// Carries out what needs no workspace.
pub(super) fn without_workspace(task: &ConnectorTask) -> Result<Output, Problem> {
    match task {
        ConnectorTask::New { name } => new(name),
        ConnectorTask::Check { file } => check(file),
    }
}

fn new(kind: &str) -> Result<Output, Problem> {
    let text = manifest_start(kind)?;
    let path = PathBuf::from(format!("{kind}.toml"));
    if path.exists() {
        return Err(Problem::wrong_use(format!("{} is there already; it was left as it is.", path.display())));
    }
    std::fs::write(&path, text)
        .map_err(|error| Problem::failed(format!("{} could not be written: {error}", path.display())))?;
    let shown = path.display().to_string();
    Ok(Output {
        text: format!("{shown} holds a commented start. Check it with: duosync connector check {shown}"),
        json: json!({ "file": shown }),
        code: Code::Done,
    })
}

fn check(file: &Path) -> Result<Output, Problem> {
    let platform = manifest_check(file)?;
    Ok(Output {
        text: format!("{} describes {} (connector = \"{}\").", file.display(), platform.name, platform.kind),
        json: json!({ "file": file.display().to_string(), "platform": platform, "steps": [] }),
        code: Code::Done,
    })
}
