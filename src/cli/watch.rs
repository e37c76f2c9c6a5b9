//! The background loop without a window: one line for everything that happens.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Code, json, print, text};
use crate::model::{Outcome, PerSide, RunId};
use crate::service::{Command, Event, Handle, PairState, Problem};
use crate::texts::tr;

/// Runs the schedule until the service ends.
pub(super) fn run(handle: &mut Handle, as_json: bool, hints: &text::Hints) -> Result<Code, Problem> {
    // The newest run of each pair that has been told of.
    let mut told: BTreeMap<String, RunId> = BTreeMap::new();
    let snapshot = super::run::snapshot(handle)?;
    if snapshot.pairs.is_empty() {
        return Err(super::run::no_pair(hints));
    }
    for pair in &snapshot.pairs {
        if let Some(run) = pair.runs.iter().find(|run| run.outcome != Outcome::Running) {
            told.insert(pair.spec.name.clone(), run.run);
        }
    }
    super::secrets::ready(handle, None)?;
    let snapshot = super::run::snapshot(handle)?;
    handle.call(Command::StartSchedule, |_| {})?;
    say(as_json, &json!({ "event": "started", "pairs": snapshot.pairs.len() }), || {
        tr!("terminal-watching", count = snapshot.pairs.len())
    });
    for account in &snapshot.asks {
        let text = tr!("terminal-watch-no-password", account = account);
        say(as_json, &json!({ "event": "no_password", "account": account, "text": text }), || text::clean(&text));
    }
    for account in &snapshot.locked {
        let text = tr!("terminal-watch-locked", account = account);
        say(as_json, &json!({ "event": "locked", "account": account, "text": text }), || text::clean(&text));
    }
    for account in &snapshot.signed_out {
        let text = tr!("terminal-watch-signed-out", account = account);
        say(as_json, &json!({ "event": "signed_out", "account": account, "text": text }), || text::clean(&text));
    }
    while let Some(event) = handle.wait_event() {
        match event {
            Event::Changed(now) => now.pairs.iter().for_each(|pair| runs(pair, &mut told, as_json)),
            Event::Alerted(alert) => say(
                as_json,
                &json!({ "event": "alert", "pair": alert.pair, "text": alert.text, "at": json::moment(alert.at) }),
                || format!("{} {}: {}", text::clock(alert.at), text::clean(&alert.pair), text::clean(&alert.text)),
            ),
            Event::Reply(_, Err(problem)) => say(as_json, &json::problem(&problem), || problem.message.clone()),
            // Nobody signs in while only the schedule runs, and there is no window that a click on a
            // notification could bring up.
            Event::Reply(_, Ok(_)) | Event::Trying(..) | Event::OpenBrowser { .. } | Event::Opened(_) => {}
            Event::Ended => return Ok(Code::Done),
        }
    }
    Err(Problem::failed(tr!("terminal-stopped-working")))
}

/// Tells of every run of a pair that has ended since the last time, oldest first.
fn runs(pair: &PairState, told: &mut BTreeMap<String, RunId>, as_json: bool) {
    let last = told.get(&pair.spec.name).copied();
    let ended = pair.runs.iter().filter(|run| run.outcome != Outcome::Running);
    let fresh: Vec<_> = ended.filter(|run| last.is_none_or(|last| run.run > last)).collect();
    let names = PerSide::new(pair.spec.ends.a.account.clone(), pair.spec.ends.b.account.clone());
    for run in fresh.into_iter().rev() {
        let mut object = json::summary(run);
        if let Some(fields) = object.as_object_mut() {
            fields.insert("event".to_owned(), json!("run"));
        }
        say(as_json, &object, || format!("{} {}", text::clock(run.started), text::sentence(run, &names)));
        told.insert(pair.spec.name.clone(), run.run);
    }
}

fn say(as_json: bool, object: &serde_json::Value, line: impl FnOnce() -> String) {
    if as_json { print(object) } else { print(&line().trim_end()) }
}
