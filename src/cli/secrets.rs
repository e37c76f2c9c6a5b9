//! Passwords, passphrases and signing in at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use serde_json::json;

use super::run::snapshot;
use super::{Code, Output, text};
use crate::model::{AccountSettings, SecretRef};
use crate::service::{Command, Event, Handle, Problem, Reply, SecretFile, Snapshot};
use crate::texts::tr;

/// The environment variable with the passphrase of the encrypted file, for scripts.
const PASSPHRASE: &str = "DUOSYNC_PASSPHRASE";
/// How often a wrong passphrase may be entered again.
const TRIES: usize = 3;

/// Asks for everything that work on these pairs needs, where there is somebody to be asked. Without a
/// terminal nothing is asked, and the work itself says what it lacks.
pub(super) fn ready(handle: &mut Handle, pairs: Option<&[String]>) -> Result<(), Problem> {
    if !std::io::stdin().is_terminal() {
        return Ok(());
    }
    let now = snapshot(handle)?;
    let concerned = |account: &str| {
        let mut chosen = now.pairs.iter().filter(|pair| pairs.is_none_or(|names| names.contains(&pair.spec.name)));
        chosen.any(|pair| pair.spec.ends.a.account == account || pair.spec.ends.b.account == account)
    };
    if now.locked.iter().any(|account| concerned(account)) {
        unlock(handle)?;
    }
    for account in now.asks.iter().filter(|account| concerned(account)) {
        let password = prompt(&format!("{} ", tr!("terminal-password-of", account = account)))?;
        handle.call(Command::Password { account: account.clone(), password }, |_| {})?;
    }
    Ok(())
}

/// `duosync password ACCOUNT [--forget]`.
pub(super) fn password(handle: &mut Handle, name: &str, forget: bool) -> Result<Output, Problem> {
    let now = snapshot(handle)?;
    let account = account(&now, name)?;
    let shown = text::clean(&account.name);
    if account.secret == Some(SecretRef::File) {
        open_file(handle, now.secret_file)?;
    }
    if forget {
        handle.call(Command::ForgetPassword(account.name.clone()), |_| {})?;
        return Ok(done(tr!("terminal-password-forgotten", account = shown), &account.name));
    }
    let kept = match &account.secret {
        Some(SecretRef::Keyring) => tr!("terminal-password-in-keyring", account = shown),
        Some(SecretRef::File) => tr!("terminal-password-in-file", account = shown),
        Some(SecretRef::Env(variable)) => {
            return Err(Problem::wrong_use(tr!("terminal-password-in-variable", account = shown, variable = variable)));
        }
        Some(SecretRef::Ask) => {
            return Err(Problem::wrong_use(tr!("terminal-password-asked", account = shown)));
        }
        None => {
            return Err(Problem::wrong_use(tr!("terminal-no-password", account = shown)));
        }
    };
    let password = entered(&format!("{} ", tr!("terminal-password-of", account = shown)))?;
    if password.is_empty() {
        return Err(Problem::wrong_use(tr!("terminal-password-none")));
    }
    handle.call(Command::Password { account: account.name.clone(), password }, |_| {})?;
    Ok(done(kept, &account.name))
}

/// `duosync passphrase [--forgotten]`.
pub(super) fn passphrase(handle: &mut Handle, forgotten: bool) -> Result<Output, Problem> {
    if forgotten {
        let Reply::SetAside(aside) = handle.call(Command::ForgetSecrets, |_| {})? else {
            return Err(super::run::unexpected());
        };
        let text = aside.as_ref().map_or_else(
            || tr!("terminal-no-secret-file"),
            |aside| tr!("terminal-secret-file-aside", file = format_args!("{}", aside.display())),
        );
        return Ok(Output { json: json!({ "set_aside": aside }).into(), text, code: Code::Done });
    }
    let before = snapshot(handle)?.secret_file;
    if before == SecretFile::Locked {
        unlock(handle)?;
    }
    choose(handle)?;
    let text = match before {
        SecretFile::Absent => tr!("terminal-secret-file-made"),
        SecretFile::Locked | SecretFile::Open => tr!("terminal-passphrase-changed"),
    };
    Ok(Output { json: json!({ "changed": before != SecretFile::Absent }).into(), text, code: Code::Done })
}

/// `duosync signin ACCOUNT`.
pub(super) fn sign_in(handle: &mut Handle, name: &str) -> Result<Output, Problem> {
    let now = snapshot(handle)?;
    let account = account(&now, name)?;
    if account.secret == Some(SecretRef::File) {
        open_file(handle, now.secret_file)?;
    }
    let waiting = |event: Event| {
        if let Event::OpenBrowser { url, .. } = event {
            // With nowhere left to write to, the time-out ends the waiting.
            let _gone = writeln!(std::io::stderr().lock(), "{}\n\n{url}\n", tr!("terminal-open-browser"));
        }
    };
    handle.call(Command::SignIn { account: account.name.clone() }, waiting)?;
    Ok(done(tr!("terminal-signed-in", account = text::clean(&account.name)), &account.name))
}

fn done(text: String, account: &str) -> Output {
    Output { json: json!({ "account": account }).into(), text, code: Code::Done }
}

fn account<'s>(snapshot: &'s Arc<Snapshot>, name: &str) -> Result<&'s AccountSettings, Problem> {
    let lower = name.to_lowercase();
    let exact = snapshot.accounts.iter().find(|account| account.name == name);
    let found = exact.or_else(|| snapshot.accounts.iter().find(|account| account.name.to_lowercase() == lower));
    found.ok_or_else(|| {
        let names: Vec<&str> = snapshot.accounts.iter().map(|account| account.name.as_str()).collect();
        Problem::wrong_use(tr!("terminal-no-account", name = text::clean(name), meant = text::meant(name, &names)))
    })
}

/// Opens the file, or makes it where there is none yet.
fn open_file(handle: &mut Handle, state: SecretFile) -> Result<(), Problem> {
    match state {
        SecretFile::Open => Ok(()),
        SecretFile::Locked => unlock(handle),
        SecretFile::Absent => match std::env::var(PASSPHRASE) {
            Ok(passphrase) => handle.call(Command::NewPassphrase { passphrase }, |_| {}).map(|_| ()),
            Err(_) if std::io::stdin().is_terminal() => choose(handle),
            Err(_) => Err(Problem::wrong_use(tr!("terminal-no-passphrase", variable = PASSPHRASE))),
        },
    }
}

fn unlock(handle: &mut Handle) -> Result<(), Problem> {
    if let Ok(passphrase) = std::env::var(PASSPHRASE) {
        return handle.call(Command::Unlock { passphrase }, |_| {}).map(|_| ());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Problem::wrong_use(tr!("terminal-locked", variable = PASSPHRASE)));
    }
    let mut tries = 1;
    loop {
        let passphrase = prompt(&format!("{} ", tr!("terminal-passphrase")))?;
        match handle.call(Command::Unlock { passphrase }, |_| {}) {
            Err(problem) if problem.wrong_use && tries < TRIES => {
                let _gone = writeln!(std::io::stderr().lock(), "{}", problem.message);
                tries += 1;
            }
            other => return other.map(|_| ()),
        }
    }
}

fn choose(handle: &mut Handle) -> Result<(), Problem> {
    let passphrase = entered(&format!("{} ", tr!("terminal-new-passphrase")))?;
    if std::io::stdin().is_terminal() && prompt(&format!("{} ", tr!("terminal-again")))? != passphrase {
        return Err(Problem::wrong_use(tr!("terminal-not-the-same")));
    }
    handle.call(Command::NewPassphrase { passphrase }, |_| {}).map(|_| ())
}

/// Something secret: typed unseen at a terminal, else the first line of standard input.
fn entered(question: &str) -> Result<String, Problem> {
    if std::io::stdin().is_terminal() {
        return prompt(question);
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Problem::failed(tr!("terminal-no-input", why = format_args!("{error}"))))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn prompt(question: &str) -> Result<String, Problem> {
    rpassword::prompt_password(question)
        .map_err(|error| Problem::failed(tr!("terminal-no-prompt", why = format_args!("{error}"))))
}
