//! Passwords, passphrases and signing in at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use serde_json::json;

use super::run::snapshot;
use super::{Code, Output, text};
use crate::model::{AccountSettings, SecretRef};
use crate::service::{Command, Event, Handle, Problem, Reply, SecretFile, Snapshot};

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
        let password = prompt(&format!("Password of {account}: "))?;
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
        return Ok(done(format!("The password of {shown} is forgotten."), &account.name));
    }
    let place = match &account.secret {
        Some(SecretRef::Keyring) => "the keyring",
        Some(SecretRef::File) => "the encrypted file",
        Some(SecretRef::Env(variable)) => {
            return Err(Problem::wrong_use(format!(
                "The password of {shown} comes from the environment variable {variable}, so it is set there."
            )));
        }
        Some(SecretRef::Ask) => {
            return Err(Problem::wrong_use(format!(
                "The password of {shown} is asked for at each start, so it is kept nowhere. To keep it, write \
                 password = {{ keyring = true }} or {{ file = true }} for this account in a settings file and import it."
            )));
        }
        None => {
            return Err(Problem::wrong_use(format!(
                "{shown} has no password. Write password = {{ keyring = true }} or {{ file = true }} for this account in a \
                 settings file and import it."
            )));
        }
    };
    let password = entered(&format!("Password of {shown}: "))?;
    if password.is_empty() {
        return Err(Problem::wrong_use("No password was entered. Nothing was changed."));
    }
    handle.call(Command::Password { account: account.name.clone(), password }, |_| {})?;
    Ok(done(format!("The password of {shown} is kept in {place}."), &account.name))
}

/// `duosync passphrase [--forgotten]`.
pub(super) fn passphrase(handle: &mut Handle, forgotten: bool) -> Result<Output, Problem> {
    if forgotten {
        let Reply::SetAside(aside) = handle.call(Command::ForgetSecrets, |_| {})? else {
            return Err(Problem::failed("Duosync answered something that was not asked."));
        };
        let text = aside.as_ref().map_or_else(
            || "There was no encrypted file of passwords.".to_owned(),
            |aside| {
                format!(
                    "The old file is now {}. Choose a new passphrase with `duosync passphrase`, then enter the passwords again \
                     with `duosync password ACCOUNT`.",
                    aside.display()
                )
            },
        );
        return Ok(Output { json: json!({ "set_aside": aside }), text, code: Code::Done });
    }
    let before = snapshot(handle)?.secret_file;
    if before == SecretFile::Locked {
        unlock(handle)?;
    }
    choose(handle)?;
    let text = match before {
        SecretFile::Absent => "The encrypted file is made. Write down its passphrase: without it nobody can open it.",
        SecretFile::Locked | SecretFile::Open => "The passphrase is changed.",
    };
    Ok(Output { json: json!({ "changed": before != SecretFile::Absent }), text: text.to_owned(), code: Code::Done })
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
            let _gone = writeln!(
                std::io::stderr().lock(),
                "Open this address in a browser on this computer, and sign in there:\n\n{url}\n"
            );
        }
    };
    handle.call(Command::SignIn { account: account.name.clone() }, waiting)?;
    Ok(done(format!("{} is signed in.", text::clean(&account.name)), &account.name))
}

fn done(text: String, account: &str) -> Output {
    Output { json: json!({ "account": account }), text, code: Code::Done }
}

fn account<'s>(snapshot: &'s Arc<Snapshot>, name: &str) -> Result<&'s AccountSettings, Problem> {
    let lower = name.to_lowercase();
    let exact = snapshot.accounts.iter().find(|account| account.name == name);
    let found = exact.or_else(|| snapshot.accounts.iter().find(|account| account.name.to_lowercase() == lower));
    found.ok_or_else(|| {
        let names: Vec<&str> = snapshot.accounts.iter().map(|account| account.name.as_str()).collect();
        Problem::wrong_use(format!("There is no account \"{}\"{}", text::clean(name), text::meant(name, &names)))
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
            Err(_) => Err(Problem::wrong_use(format!(
                "No passphrase has been chosen yet for the encrypted file. Choose one with `duosync passphrase`, or set \
                 {PASSPHRASE}."
            ))),
        },
    }
}

fn unlock(handle: &mut Handle) -> Result<(), Problem> {
    if let Ok(passphrase) = std::env::var(PASSPHRASE) {
        return handle.call(Command::Unlock { passphrase }, |_| {}).map(|_| ());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Problem::wrong_use(format!(
            "The encrypted file of passwords is locked. Set {PASSPHRASE} to its passphrase, or run this in a terminal."
        )));
    }
    let mut tries = 1;
    loop {
        let passphrase = prompt("Passphrase of the encrypted file: ")?;
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
    let passphrase = entered("New passphrase: ")?;
    if std::io::stdin().is_terminal() && prompt("The same again: ")? != passphrase {
        return Err(Problem::wrong_use("The two are not the same. Nothing was changed."));
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
        .map_err(|error| Problem::failed(format!("Standard input cannot be read: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn prompt(question: &str) -> Result<String, Problem> {
    rpassword::prompt_password(question)
        .map_err(|error| Problem::failed(format!("Nothing could be asked at this terminal: {error}")))
}
