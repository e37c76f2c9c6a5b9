//! `history` and `undo`: what was done, to whom, and back again.

use serde_json::{Value as Json, json};

use super::text::{self, clean, clock, put, shown, table};
use super::{Code, Output, json, run};
use crate::model::{
    FieldChoice, LifeEvent, LifeQuery, LifeStep, MatterKind, Numbered, Outcome, PerSide, RecordId, RecordLife,
    Resolution, RunId, RunQuery, RunSummary, Seen, Side, Trigger, Value, WriteEntry, WriteQuery, WriteState,
};
use crate::service::{Command, Handle, Problem, Reply};
use crate::texts::tr;

/// The newest runs.
pub(super) fn runs(
    handle: &mut Handle,
    pair: Option<&str>,
    limit: usize,
    hints: &text::Hints,
) -> Result<Output, Problem> {
    let pair = chosen(handle, pair, hints)?;
    let query = RunQuery { pair, limit, ..RunQuery::default() };
    let Reply::History(page) = handle.call(Command::History(query), |_| {})? else { return Err(run::unexpected()) };
    let mut text = runs_text(&page.runs, hints);
    if page.total > page.runs.len() as u64 {
        text.push('\n');
        text.push_str(&tr!("terminal-runs-shown", shown = page.runs.len(), total = page.total));
    }
    Ok(Output {
        json: json!({ "runs": page.runs.iter().map(json::summary).collect::<Vec<_>>(), "total": page.total }).into(),
        text,
        code: Code::Done,
    })
}

/// What one run wrote.
pub(super) fn writes(handle: &mut Handle, of: i64, hints: &text::Hints) -> Result<Output, Problem> {
    let writes = all_writes(handle, RunId(of))?;
    let list: Vec<Json> = writes.iter().map(|one| write_json(one.number, &one.write)).collect();
    Ok(Output {
        json: json!({ "run": of, "writes": list }).into(),
        text: writes_text(of, &writes, hints),
        code: Code::Done,
    })
}

/// All that happened to the records that hold these words.
pub(super) fn lives(
    handle: &mut Handle,
    pair: Option<&str>,
    record: &str,
    limit: usize,
    hints: &text::Hints,
) -> Result<Output, Problem> {
    if record.trim().is_empty() {
        return Err(Problem::wrong_use(tr!("terminal-say-record")));
    }
    let pair = chosen(handle, pair, hints)?;
    let query = LifeQuery { pair, text: record.to_owned(), limit };
    let Reply::Lives(lives) = handle.call(Command::Lives(query), |_| {})? else { return Err(run::unexpected()) };
    let snapshot = run::snapshot(handle)?;
    let mut text = lives
        .records
        .iter()
        .map(|life| life_text(life, &run::accounts_of(&snapshot, &life.pair)))
        .collect::<Vec<_>>()
        .join("\n\n");
    if lives.records.is_empty() {
        text = tr!("terminal-nothing-known", text = clean(record));
    }
    if lives.more {
        text.push_str("\n\n");
        text.push_str(&tr!("terminal-more-records"));
    }
    let records: Vec<Json> = lives.records.iter().map(life_json).collect();
    Ok(Output { json: json!({ "records": records, "more": lives.more }).into(), text, code: Code::Done })
}

/// Takes a run or one of its writes back, or shows what that would do.
pub(super) fn undo(
    handle: &mut Handle,
    run: RunId,
    number: Option<u64>,
    preview: bool,
    hints: &text::Hints,
) -> Result<Output, Problem> {
    let write = match number {
        None => None,
        Some(number) => {
            let found = all_writes(handle, run)?.into_iter().find(|one| one.number == number);
            let found = found.ok_or_else(|| {
                Problem::wrong_use(tr!(
                    "terminal-no-write",
                    run = format_args!("{}", run.0),
                    number = format_args!("{number}"),
                    command = hints.command(&format!("history --run {}", run.0))
                ))
            })?;
            Some(found.write.id)
        }
    };
    if preview {
        let Reply::UndoPlan(plan) = handle.call(Command::UndoPlan { run, write }, |_| {})? else {
            return Err(run::unexpected());
        };
        let snapshot = run::snapshot(handle)?;
        let names = run::accounts_of(&snapshot, &plan.pair);
        return Ok(Output {
            json: json!({ "run": run.0, "pair": plan.pair, "plan": json::plan(&plan) }).into(),
            text: text::plan(&plan, &names).trim_start().to_owned(),
            code: Code::Done,
        });
    }
    let command = match write {
        Some(write) => Command::UndoWrite { run, write },
        None => Command::Undo(run),
    };
    let Reply::Ran(report) = handle.call(command, |_| {})? else { return Err(run::unexpected()) };
    let snapshot = run::snapshot(handle)?;
    Ok(run::runs(vec![Ok(*report)], &snapshot, hints))
}

/// The pair's exact name.
fn chosen(handle: &mut Handle, pair: Option<&str>, hints: &text::Hints) -> Result<Option<String>, Problem> {
    let snapshot = run::snapshot(handle)?;
    let chosen = run::named(&snapshot, pair, hints)?;
    Ok(pair.and(chosen.first()).map(|pair| pair.spec.name.clone()))
}

fn all_writes(handle: &mut Handle, run: RunId) -> Result<Vec<Numbered>, Problem> {
    let Reply::Writes(page) = handle.call(Command::Writes(WriteQuery::all(run)), |_| {})? else {
        return Err(run::unexpected());
    };
    Ok(page.writes.clone())
}

fn runs_text(runs: &[RunSummary], hints: &text::Hints) -> String {
    let Some(newest) = runs.first() else { return tr!("terminal-no-runs") };
    let rows = runs.iter().map(|run| {
        let side = |side| {
            let counts = run.sides.get(side);
            format!("+{} ~{} -{}", counts.created, counts.updated, counts.deleted)
        };
        let mut outcome = outcome_text(run.outcome);
        if let Some(by) = run.undone_by {
            put(&mut outcome, format_args!(", {}", tr!("terminal-undone-by", run = format_args!("{}", by.0))));
        }
        let why = why(run.trigger);
        vec![run.run.0.to_string(), run.pair.clone(), clock(run.started), why, outcome, side(Side::A), side(Side::B)]
    });
    let all = table(
        &[
            &tr!("terminal-head-run"),
            &tr!("terminal-head-pair"),
            &tr!("terminal-head-started"),
            &tr!("terminal-head-why"),
            &tr!("terminal-head-outcome"),
            "A",
            "B",
        ],
        rows,
    );
    format!(
        "{all}\n{}\n{}\n{}",
        tr!("terminal-signs"),
        tr!("terminal-what-run-wrote", command = hints.command(&format!("history --run {}", newest.run.0))),
        tr!("terminal-take-back", command = hints.command(&format!("undo {}", newest.run.0)))
    )
}

fn why(trigger: Trigger) -> String {
    match trigger {
        Trigger::Manual => tr!("terminal-by-hand"),
        Trigger::Schedule => tr!("terminal-by-schedule"),
        Trigger::Settle => tr!("terminal-by-answer"),
        Trigger::Undo(run) => tr!("terminal-by-undo", run = format_args!("{}", run.0)),
    }
}

fn writes_text(run: i64, writes: &[Numbered], hints: &text::Hints) -> String {
    if writes.is_empty() {
        return tr!("terminal-wrote-nothing");
    }
    let rows = writes.iter().map(|one| {
        let write = &one.write;
        vec![
            one.number.to_string(),
            write.side.to_string(),
            kind_text(&write.kind),
            write.label.clone(),
            fields_text(write),
            write.reason.clone(),
            state_text(write),
        ]
    });
    let all = table(
        &[
            &tr!("terminal-head-number"),
            &tr!("terminal-head-side"),
            &tr!("terminal-head-what"),
            &tr!("terminal-head-record"),
            &tr!("terminal-head-before-after"),
            &tr!("terminal-head-why"),
            &tr!("terminal-head-state"),
        ],
        rows,
    );
    format!("{all}\n{}", tr!("terminal-take-write-back", command = hints.command(&format!("undo {run} --write 1"))))
}

fn fields_text(write: &WriteEntry) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| tr!("terminal-value-nothing"), shown);
    let fields: Vec<String> = write
        .fields
        .iter()
        .map(|field| format!("{}: {} → {}", clean(&field.name), value(&field.before), value(&field.after)))
        .collect();
    fields.join("\n")
}

/// What a run came to. The words of `--json` are always the English ones.
fn outcome_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Running => tr!("terminal-outcome-running"),
        Outcome::Done => tr!("terminal-outcome-done"),
        Outcome::Partial => tr!("terminal-outcome-partial"),
        Outcome::Waiting => tr!("terminal-outcome-waiting"),
        Outcome::Failed => tr!("terminal-outcome-failed"),
        Outcome::Cancelled => tr!("terminal-outcome-cancelled"),
        Outcome::Preview => tr!("terminal-outcome-preview"),
    }
}

/// What was written, from the word that the journal keeps.
fn kind_text(kind: &str) -> String {
    match kind {
        "create" => tr!("terminal-kind-create"),
        "update" => tr!("terminal-kind-update"),
        "delete" => tr!("terminal-kind-delete"),
        other => other.to_owned(),
    }
}

fn state_text(write: &WriteEntry) -> String {
    match write.state {
        WriteState::Intended => tr!("terminal-write-unknown"),
        WriteState::Done => tr!("terminal-write-done"),
        WriteState::Failed => write.error.clone().unwrap_or_else(|| tr!("terminal-write-failed")),
        WriteState::Undone => tr!("terminal-write-undone"),
    }
}

fn life_text(life: &RecordLife, names: &PerSide<String>) -> String {
    let ids = |side: Side| life.ids.get(side).iter().map(|id| clean(id.as_str())).collect::<Vec<_>>().join(", ");
    let mut out = clean(&life.label);
    put(
        &mut out,
        format_args!(
            " ({}; {}: {}; {}: {})\n",
            clean(&life.pair),
            clean(&names.a),
            ids(Side::A),
            clean(&names.b),
            ids(Side::B)
        ),
    );
    if life.events.is_empty() {
        let never = if life.linked { tr!("terminal-never-written-linked") } else { tr!("terminal-never-written") };
        out.push_str(&never);
        return out;
    }
    let rows = life.events.iter().map(|event| {
        let (what, detail, why) = match &event.what {
            LifeStep::Wrote { write, number, trigger } => (
                tr!(
                    "terminal-life-wrote",
                    what = kind_text(&write.kind),
                    account = names.get(write.side),
                    run = format_args!("{}", write.run.0),
                    why = self::why(*trigger)
                ),
                fields_text(write),
                {
                    let reason = match write.state {
                        WriteState::Done => write.reason.clone(),
                        WriteState::Intended | WriteState::Failed | WriteState::Undone => {
                            format!("{}: {}", write.reason, state_text(write))
                        }
                    };
                    tr!("terminal-life-write", reason = reason, number = format_args!("{number}"))
                },
            ),
            LifeStep::Asked { matter, kind, reason } => {
                let number = matter.0.to_string();
                let who = match kind {
                    MatterKind::Conflict(_) => tr!("terminal-life-sync-asked", number = number),
                    MatterKind::Mismatch(_) => tr!("terminal-life-compare-asked", number = number),
                };
                (who, String::new(), reason.clone())
            }
            LifeStep::Answered { matter, resolution } => (
                tr!("terminal-life-answered", number = format_args!("{}", matter.0)),
                answer(resolution, names),
                String::new(),
            ),
            LifeStep::Closed { matter, how, run } => (
                tr!("terminal-life-settled", number = format_args!("{}", matter.0)),
                String::new(),
                match run {
                    Some(run) => tr!("terminal-life-settled-by", how = how.word(), run = format_args!("{}", run.0)),
                    None => how.word().to_owned(),
                },
            ),
        };
        vec![clock(event.at), what, detail, why]
    });
    out.push_str(&table(
        &[
            &tr!("terminal-head-when"),
            &tr!("terminal-head-what"),
            &tr!("terminal-head-before-after"),
            &tr!("terminal-head-why"),
        ],
        rows,
    ));
    out
}

fn answer(resolution: &Resolution, names: &PerSide<String>) -> String {
    match resolution {
        Resolution::Use(side) => tr!("terminal-answer-use", account = names.get(*side)),
        Resolution::Fields(choices) => choices
            .iter()
            .map(|(field, choice)| match choice {
                FieldChoice::Use(side) => {
                    format!("{}: {}", clean(field), tr!("terminal-answer-use", account = clean(names.get(*side))))
                }
                FieldChoice::Value(value) => format!("{}: {}", clean(field), shown(value)),
            })
            .collect::<Vec<_>>()
            .join("\n"),
        Resolution::Create => tr!("terminal-answer-create"),
        Resolution::Delete(side) => tr!("terminal-answer-delete", account = names.get(*side)),
        Resolution::Link(_) => tr!("terminal-answer-link"),
        Resolution::NotSame(_) => tr!("terminal-answer-not-same"),
        Resolution::Ignore => tr!("terminal-answer-ignore"),
        Resolution::Undone => tr!("terminal-answer-undone"),
    }
}

fn write_json(number: u64, write: &WriteEntry) -> Json {
    let fields: Vec<Json> = write
        .fields
        .iter()
        .map(|field| json!({ "name": field.name, "before": field.before, "after": field.after }))
        .collect();
    json!({
        "number": number, "side": write.side.letter(), "kind": write.kind,
        "id": write.record.as_ref().map(ToString::to_string), "label": write.label, "fields": fields,
        "reason": write.reason, "state": write.state, "error": write.error, "at": json::moment(write.at),
    })
}

fn life_json(life: &RecordLife) -> Json {
    let ids = |side: Side| life.ids.get(side).iter().map(RecordId::as_str).collect::<Vec<_>>();
    let now = |side: Side| life.now.get(side).as_ref().map(|seen: &Seen| json!(seen.values));
    json!({
        "pair": life.pair, "label": life.label, "linked": life.linked,
        "a_ids": ids(Side::A), "b_ids": ids(Side::B), "a": now(Side::A), "b": now(Side::B),
        "events": life.events.iter().map(event_json).collect::<Vec<_>>(),
    })
}

fn event_json(event: &LifeEvent) -> Json {
    let at = json::moment(event.at);
    match &event.what {
        LifeStep::Wrote { write, number, trigger } => {
            let mut out = write_json(*number, write);
            if let Some(object) = out.as_object_mut() {
                object.insert("event".to_owned(), json!("write"));
                object.insert("run".to_owned(), json!(write.run.0));
                object.insert("trigger".to_owned(), json!(trigger));
            }
            out
        }
        LifeStep::Asked { matter, kind, reason } => {
            json!({ "event": "asked", "at": at, "question": matter.0, "kind": kind.word(), "reason": reason })
        }
        LifeStep::Answered { matter, resolution } => {
            json!({ "event": "answered", "at": at, "question": matter.0, "answer": resolution })
        }
        LifeStep::Closed { matter, how, run } => json!({
            "event": "settled", "at": at, "question": matter.0, "how": how.word(), "run": run.map(|run| run.0),
        }),
    }
}
