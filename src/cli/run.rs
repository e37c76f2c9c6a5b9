//! Carrying out one command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::{Args, Code, Output, Task, Told, connector, history, json, person, resolve, secrets, text};
use crate::model::{Matter, Outcome, PerSide, RunId};
use crate::service::{Command, Handle, PairState, Problem, Reply, RunReport, Snapshot, SyncMode, Upkeep};
use crate::texts::tr;

/// Carries out the arguments' command; `watch` and the window are not commands of this kind.
///
/// # Errors
/// When it could not be carried out, or is wrong.
pub fn carry_out(args: &Args, handle: &mut Handle) -> Result<Output, Problem> {
    let hints = text::Hints::new(args.workspace.as_deref());
    match &args.task {
        // Going back to a copy needs the workspace for itself.
        None | Some(Task::Watch | Task::Restore { .. }) => Err(Problem::wrong_use(tr!("terminal-no-answer"))),
        Some(Task::Connector { task }) => connector::carry_out(task, handle),
        Some(Task::Demo { .. }) => demo(handle),
        Some(Task::Import { file }) => import(handle, file, &hints),
        Some(Task::Export { file }) => export(handle, file.as_deref()),
        Some(Task::Password { account, forget }) => secrets::password(handle, account, *forget),
        Some(Task::Passphrase { forgotten }) => secrets::passphrase(handle, *forgotten),
        Some(Task::Signin { account }) => secrets::sign_in(handle, account),
        Some(Task::Check { pair }) => check(handle, pair.as_deref(), &hints),
        Some(Task::Sync { pair, preview, yes }) => {
            let mode = match (preview, yes) {
                (true, _) => SyncMode::Preview,
                (false, true) => SyncMode::Yes,
                (false, false) => SyncMode::Normal,
            };
            sync(handle, pair.as_deref(), mode, &hints)
        }
        Some(Task::Compare { pair, export }) => compare(handle, pair.as_deref(), export.as_deref(), &hints, !args.json),
        Some(Task::Conflicts { pair }) => conflicts(handle, pair.as_deref(), &hints),
        Some(Task::Resolve { ids, answer, fields, value, a, b }) => {
            let asked = resolve::Asked {
                answer: *answer,
                fields,
                value: value.as_deref(),
                ids: a.as_deref().zip(b.as_deref()),
            };
            let matters = matters(handle, None)?;
            let (ids, resolution) = resolve::resolution(ids, &asked, &matters)?;
            secrets::ready(handle, None)?;
            let Reply::Resolved(reports) = handle.call(Command::Resolve { ids, resolution }, |_| {})? else {
                return Err(unexpected());
            };
            let snapshot = snapshot(handle)?;
            Ok(runs(reports.into_iter().map(Ok).collect(), &snapshot, &hints))
        }
        Some(Task::History { pair, run, record, limit }) => match (run, record) {
            (Some(run), _) => history::writes(handle, *run, &hints),
            (None, Some(record)) => history::lives(handle, pair.as_deref(), record, *limit, &hints),
            (None, None) => history::runs(handle, pair.as_deref(), *limit, &hints),
        },
        Some(Task::Undo { run, write, preview }) => {
            secrets::ready(handle, None)?;
            history::undo(handle, RunId(*run), *write, *preview, &hints)
        }
        Some(Task::Backup { file }) => {
            let file = file.as_deref().map(absolute).transpose()?;
            let written = written(handle, Upkeep::BackUp(file))?;
            let text = tr!("terminal-copy-in", file = format_args!("{}", written.display()));
            Ok(Output { json: json!({ "file": written.to_string_lossy() }).into(), text, code: Code::Done })
        }
        Some(Task::MatchAnew { pair, yes }) => match_anew(handle, pair, *yes, &hints),
        Some(Task::Person { words, only, export, erase, yes }) => {
            let wanted = match (export, erase) {
                (Some(file), _) => person::Wanted::Export(absolute(file)?),
                (None, true) => person::Wanted::Erase { yes: *yes },
                (None, false) => person::Wanted::Show,
            };
            person::carry_out(handle, words, only, wanted, &hints)
        }
        Some(Task::Diagnostics { file }) => {
            let written = written(handle, Upkeep::Diagnostics(absolute(file)?))?;
            let text = tr!("terminal-diagnostics", file = format_args!("{}", written.display()));
            Ok(Output { json: json!({ "file": written.to_string_lossy() }).into(), text, code: Code::Done })
        }
    }
}

/// Forgets which records of a pair go together, once that is meant.
fn match_anew(handle: &mut Handle, pair: &str, yes: bool, hints: &text::Hints) -> Result<Output, Problem> {
    let known = snapshot(handle)?;
    let pair = names(&named(&known, Some(pair), hints)?).pop().unwrap_or_default();
    if !yes {
        let command = hints.command(&format!("match-anew {} --yes", text::word(&pair)));
        let text = tr!("terminal-match-anew-ask", pair = pair, command = command);
        return Ok(Output { json: json!({ "file": null }).into(), text, code: Code::Waiting });
    }
    let file = written(handle, Upkeep::MatchAnew(pair.clone()))?;
    let text = tr!("terminal-match-anew-done", pair = pair, file = format_args!("{}", file.display()));
    Ok(Output { json: json!({ "file": file.to_string_lossy() }).into(), text, code: Code::Done })
}

/// Something that ends with a file.
pub(super) fn written(handle: &mut Handle, wanted: Upkeep) -> Result<PathBuf, Problem> {
    let Reply::Written(file) = handle.call(Command::Upkeep(wanted), |_| {})? else { return Err(unexpected()) };
    Ok(file)
}

/// The state of everything.
pub(super) fn snapshot(handle: &mut Handle) -> Result<Arc<Snapshot>, Problem> {
    let Reply::Snapshot(snapshot) = handle.call(Command::Snapshot, |_| {})? else { return Err(unexpected()) };
    Ok(snapshot)
}

/// An answer of another kind than was asked for is a fault of the program, told rather than hidden.
pub(super) fn unexpected() -> Problem {
    Problem::failed(tr!("terminal-unexpected"))
}

/// A command that needs a pair, where there is none.
pub(super) fn no_pair(hints: &text::Hints) -> Problem {
    Problem::wrong_use(tr!("terminal-no-pair-yet", command = hints.command("import FILE.toml")))
}

/// The pair of this name, whatever the case; without a name, every pair.
pub(super) fn named<'s>(
    snapshot: &'s Snapshot,
    name: Option<&str>,
    hints: &text::Hints,
) -> Result<Vec<&'s PairState>, Problem> {
    let pairs: Vec<&PairState> = snapshot.pairs.iter().collect();
    if pairs.is_empty() {
        return Err(no_pair(hints));
    }
    let Some(name) = name else { return Ok(pairs) };
    if let Some(exact) = pairs.iter().find(|pair| pair.spec.name == name) {
        return Ok(vec![exact]);
    }
    let lower = name.to_lowercase();
    let alike: Vec<&&PairState> = pairs.iter().filter(|pair| pair.spec.name.to_lowercase() == lower).collect();
    if let [only] = alike.as_slice() {
        return Ok(vec![only]);
    }
    let names: Vec<&str> = pairs.iter().map(|pair| pair.spec.name.as_str()).collect();
    Err(Problem::wrong_use(tr!("terminal-no-such-pair", name = name, meant = text::meant(name, &names))))
}

fn names(pairs: &[&PairState]) -> Vec<String> {
    pairs.iter().map(|pair| pair.spec.name.clone()).collect()
}

fn accounts(pair: &PairState) -> PerSide<String> {
    PerSide::new(pair.spec.ends.a.account.clone(), pair.spec.ends.b.account.clone())
}

/// The accounts of the pair of this name.
pub(super) fn accounts_of(snapshot: &Snapshot, pair: &str) -> PerSide<String> {
    let found = snapshot.pairs.iter().find(|state| state.spec.name == pair);
    found.map_or_else(|| PerSide::new("A".to_owned(), "B".to_owned()), accounts)
}

fn import(handle: &mut Handle, file: &Path, hints: &text::Hints) -> Result<Output, Problem> {
    let Reply::Imported { accounts, pairs } = handle.call(Command::Import(absolute(file)?), |_| {})? else {
        return Err(unexpected());
    };
    let mut text = tr!("terminal-imported", names = text::names(&accounts, &pairs));
    if let Some(pair) = pairs.first() {
        text.push_str(&hints.next("check", pair));
    }
    Ok(Output { json: json!({ "accounts": accounts, "pairs": pairs }).into(), text, code: Code::Done })
}

fn export(handle: &mut Handle, file: Option<&Path>) -> Result<Output, Problem> {
    let path = file.map(absolute).transpose()?;
    let Reply::Exported(settings) = handle.call(Command::Export(path.clone()), |_| {})? else {
        return Err(unexpected());
    };
    Ok(Output {
        json: json!({ "settings": settings, "file": path.as_ref().map(|path| path.to_string_lossy()) }).into(),
        text: path.map_or(settings, |path| tr!("terminal-exported", file = format_args!("{}", path.display()))),
        code: Code::Done,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|error| {
        Problem::wrong_use(tr!(
            "terminal-no-file",
            file = format_args!("{}", path.display()),
            why = format_args!("{error}")
        ))
    })
}

fn check(handle: &mut Handle, pair: Option<&str>, hints: &text::Hints) -> Result<Output, Problem> {
    let snapshot = snapshot(handle)?;
    let chosen = named(&snapshot, pair, hints)?;
    secrets::ready(handle, Some(&names(&chosen)))?;
    let name = pair.and(chosen.first()).map(|pair| pair.spec.name.clone());
    let Reply::Checked(checks) = handle.call(Command::Check(name), |_| {})? else { return Err(unexpected()) };
    let ok = checks.iter().all(crate::service::AccountCheck::is_ok);
    let mut text = text::checks(&checks);
    if let (true, [only]) = (ok, chosen.as_slice()) {
        text.push_str(&hints.next("sync", &only.spec.name));
    }
    Ok(Output { json: json::checks(&checks).into(), text, code: if ok { Code::Done } else { Code::Failed } })
}

fn sync(handle: &mut Handle, pair: Option<&str>, mode: SyncMode, hints: &text::Hints) -> Result<Output, Problem> {
    let snapshot = snapshot(handle)?;
    let mut reports = Vec::new();
    let chosen = named(&snapshot, pair, hints)?;
    secrets::ready(handle, Some(&names(&chosen)))?;
    for pair in chosen {
        let name = pair.spec.name.clone();
        // A pair that fails does not hold up the others.
        reports.push(match handle.call(Command::Sync { pair: name.clone(), mode }, |_| {}) {
            Ok(Reply::Ran(report)) => Ok(*report),
            Ok(_) => Err((name, unexpected())),
            Err(problem) => Err((name, problem)),
        });
    }
    if let [Err((_, problem))] = reports.as_slice() {
        return Err(problem.clone());
    }
    Ok(runs(reports, &snapshot, hints))
}

/// What runs came to. One that could not even start has its problem instead.
pub(super) fn runs(
    reports: Vec<Result<RunReport, (String, Problem)>>,
    snapshot: &Snapshot,
    hints: &text::Hints,
) -> Output {
    let mut code = Code::Done;
    let mut objects = Vec::new();
    let mut texts = Vec::new();
    for report in reports {
        match report {
            Ok(report) => {
                code = code.and(outcome_code(report.summary.outcome));
                let names = accounts_of(snapshot, &report.summary.pair);
                texts.push(text::run(&report, &names, hints));
                objects.push(json::run(&report));
            }
            Err((pair, problem)) => {
                code = code.and(if problem.wrong_use { Code::WrongUse } else { Code::Failed });
                texts.push(format!("{}: {}", text::clean(&pair), problem.message));
                objects.push(json!({ "pair": pair, "outcome": "failed", "error": problem.message }));
            }
        }
    }
    if texts.is_empty() {
        texts.push(tr!("terminal-nothing-done"));
    }
    Output { json: json::one_or("runs", objects).into(), text: texts.join("\n\n"), code }
}

fn outcome_code(outcome: Outcome) -> Code {
    match outcome {
        Outcome::Done => Code::Done,
        Outcome::Waiting | Outcome::Preview => Code::Waiting,
        Outcome::Running | Outcome::Partial | Outcome::Failed | Outcome::Cancelled => Code::Failed,
    }
}

fn compare(
    handle: &mut Handle,
    pair: Option<&str>,
    export: Option<&Path>,
    hints: &text::Hints,
    for_eyes: bool,
) -> Result<Output, Problem> {
    let snapshot = snapshot(handle)?;
    let chosen = named(&snapshot, pair, hints)?;
    if export.is_some() && chosen.len() > 1 {
        return Err(Problem::wrong_use(tr!("terminal-which-report")));
    }
    let export = export.map(absolute).transpose()?;
    if let Some(path) = &export {
        let form = path.extension().map(|form| form.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !["csv", "xlsx", "html"].contains(&form.as_str()) {
            return Err(Problem::wrong_use(tr!("terminal-report-ending")));
        }
    }
    secrets::ready(handle, Some(&names(&chosen)))?;
    let (mut code, mut objects, mut texts) = (Code::Done, Vec::new(), Vec::new());
    let alone = chosen.len() == 1;
    for pair in chosen {
        let name = pair.spec.name.clone();
        let command = Command::Compare { pair: name.clone(), export: export.clone() };
        let report = match handle.call(command, |_| {}) {
            Ok(Reply::Compared(report)) => report,
            Ok(_) => return Err(unexpected()),
            Err(problem) if alone => return Err(problem),
            // A pair that fails does not hold up the others.
            Err(problem) => {
                code = code.and(if problem.wrong_use { Code::WrongUse } else { Code::Failed });
                texts.push(format!("{}: {}", text::clean(&name), problem.message));
                objects.push(json!({ "pair": name, "error": problem.message }).into());
                continue;
            }
        };
        if report.counts.mismatches() > 0 {
            code = code.and(Code::Waiting);
        }
        // A table of all that differs takes longer to set than the compare itself.
        let mut text = if for_eyes { text::compare(&report, &accounts(pair), hints) } else { String::new() };
        if let Some(path) = &export {
            text.push('\n');
            text.push_str(&tr!("terminal-report-in", file = format_args!("{}", path.display())));
        }
        texts.push(text);
        objects.push(Told::Compare(report));
    }
    Ok(Output { json: Told::one_or_several(objects), text: texts.join("\n\n"), code })
}

fn matters(handle: &mut Handle, pair: Option<String>) -> Result<Arc<Vec<Matter>>, Problem> {
    let Reply::Matters(matters) = handle.call(Command::Matters(pair), |_| {})? else { return Err(unexpected()) };
    Ok(matters)
}

fn conflicts(handle: &mut Handle, pair: Option<&str>, hints: &text::Hints) -> Result<Output, Problem> {
    let snapshot = snapshot(handle)?;
    let chosen = named(&snapshot, pair, hints)?;
    let name = pair.and(chosen.first()).map(|pair| pair.spec.name.clone());
    let matters = matters(handle, name)?;
    let code = if matters.is_empty() { Code::Done } else { Code::Waiting };
    let text = text::matters(&matters, |pair| accounts_of(&snapshot, pair), hints);
    Ok(Output { json: json::matters(&matters).into(), text, code })
}

/// The sample: made, synced and compared, with everything that came of it.
fn demo(handle: &mut Handle) -> Result<Output, Problem> {
    handle.call(Command::LoadSample, |_| {})?;
    let snapshot = snapshot(handle)?;
    let folder = snapshot.workspace.display().to_string();
    let hints = text::Hints::new(Some(&snapshot.workspace));
    let synced = sync(handle, None, SyncMode::Yes, &hints)?;
    let compared = compare(handle, None, None, &hints, true)?;
    let open = conflicts(handle, None, &hints)?;
    let code = synced.code.and(compared.code).and(open.code);
    let text = format!(
        "{}\n\n{}\n{}\n\n{}\n{}\n\n{}\n{}",
        tr!("terminal-sample", folder = folder),
        tr!("terminal-sample-sync"),
        synced.text,
        tr!("terminal-sample-compare"),
        compared.text,
        tr!("terminal-sample-waits"),
        open.text
    );
    let open = serde_json::to_value(&open.json).unwrap_or_default();
    let json = json!({
        "workspace": folder, "sync": synced.json, "compare": compared.json,
        "conflicts": open.get("conflicts").cloned().unwrap_or_default(),
    });
    Ok(Output { json: json.into(), text, code })
}
