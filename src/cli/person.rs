//! `person`: what is kept of somebody, all of it as a file, and erasing it.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::text::{self, clean};
use super::{Code, Output, run};
use crate::model::{Erased, FoundPerson};
use crate::service::{Command, Handle, Problem, Reply, Upkeep, erased_sentences};
use crate::texts::tr;

/// What is to be done with what is found.
pub(super) enum Wanted {
    /// It is shown.
    Show,
    /// All of it goes to this file.
    Export(PathBuf),
    /// It is erased, if the operator has said yes.
    Erase { yes: bool },
}

/// Finds the person and does what is wanted.
pub(super) fn carry_out(
    handle: &mut Handle,
    words: &str,
    only: &[usize],
    wanted: Wanted,
    hints: &text::Hints,
) -> Result<Output, Problem> {
    if words.trim().is_empty() {
        return Err(Problem::wrong_use(tr!("terminal-person-say")));
    }
    let find = Command::Upkeep(Upkeep::FindPeople(words.to_owned()));
    let Reply::People(found) = handle.call(find, |_| {})? else { return Err(run::unexpected()) };
    if let Some(wrong) = only.iter().find(|number| **number == 0 || **number > found.len()) {
        return Err(Problem::wrong_use(tr!("terminal-person-no-such", number = *wrong, count = found.len())));
    }
    let numbered = found.iter().enumerate().map(|(index, one)| (index + 1, one));
    let chosen: Vec<(usize, &FoundPerson)> =
        numbered.filter(|(number, _)| only.is_empty() || only.contains(number)).collect();
    let list: Vec<String> = chosen.iter().map(|(number, one)| line(*number, one)).collect();
    let people: Vec<Json> = chosen.iter().map(|(number, one)| person_json(*number, one)).collect();
    let shown = |text: String, code: Code| Output { json: json!({ "people": people }).into(), text, code };
    if chosen.is_empty() {
        return Ok(shown(tr!("settings-person-nobody"), Code::Done));
    }
    let who = || chosen.iter().map(|(_, one)| (*one).clone()).collect::<Vec<_>>();
    // Several records may be several people, and nothing about one of them is for the others.
    let unclear = only.is_empty() && chosen.len() > 1;
    match wanted {
        Wanted::Show => Ok(shown(list.join("\n"), Code::Done)),
        Wanted::Export(_) | Wanted::Erase { .. } if unclear => {
            Err(Problem::wrong_use(format!("{}\n{}", tr!("terminal-person-which"), list.join("\n"))))
        }
        Wanted::Export(file) => {
            let written = run::written(handle, Upkeep::ExportPerson { who: who(), file })?;
            let text = tr!("settings-person-exported", file = written.display().to_string());
            Ok(Output { json: json!({ "file": written.to_string_lossy() }).into(), text, code: Code::Done })
        }
        Wanted::Erase { yes: false } => {
            let mut text = list.join("\n");
            if chosen.iter().any(|(_, one)| one.there.a || one.there.b) {
                text = format!("{text}\n{}", tr!("settings-erase-there"));
            }
            let mut rest = format!("person {} --erase --yes", text::word(words));
            for number in only {
                text::put(&mut rest, format_args!(" --only {number}"));
            }
            let command = hints.command(&rest);
            Ok(shown(format!("{text}\n{}", tr!("terminal-person-ask", command = command)), Code::Waiting))
        }
        Wanted::Erase { yes: true } => {
            let erase = Command::Upkeep(Upkeep::ErasePerson(who()));
            let Reply::Erased(erased) = handle.call(erase, |_| {})? else { return Err(run::unexpected()) };
            let code = if erased.copies_left.is_empty() { Code::Done } else { Code::Waiting };
            Ok(Output { json: json!(erased).into(), text: told(&erased), code })
        }
    }
}

fn line(number: usize, one: &FoundPerson) -> String {
    let (name, detail, pair) = (clean(&one.label), clean(&one.detail), clean(&one.pair));
    let who = tr!("settings-person-of-detail", name = name, detail = detail, pair = pair);
    let counts = tr!(
        "settings-person-counts",
        records = one.counts.records,
        writes = one.counts.writes,
        matters = one.counts.matters,
        kept = one.counts.kept
    );
    format!("{number}. {who}\n   {counts}")
}

fn person_json(number: usize, one: &FoundPerson) -> Json {
    json!({
        "number": number,
        "pair": one.pair,
        "label": one.label,
        "detail": one.detail,
        "there": { "a": one.there.a, "b": one.there.b },
        "counts": one.counts,
    })
}

fn told(erased: &Erased) -> String {
    let mut text = erased_sentences(erased).join("\n");
    if !erased.copies_left.is_empty() {
        text = format!("{text}\n{}", tr!("settings-erased-copies-left", files = erased.copies_left.join(", ")));
    }
    format!("{text}\n{}", tr!("terminal-person-elsewhere"))
}
