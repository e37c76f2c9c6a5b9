//! Answers as sentences and tables.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use comfy_table::{ContentArrangement, Table, presets};

use crate::model::{
    CompareReport, Matter, MatterField, MatterKind, MismatchKind, OpKind, Outcome, PerSide, Plan, RunSummary, Side,
    Subject, Timestamp, Value,
};
use crate::service::{AccountCheck, RunReport};
use crate::texts::tr;

/// How many rows of one kind are shown; the whole is in `--json` and in an exported report.
const ROWS: usize = 40;

/// How many fields are shown of a record that only one side has: enough to know it by.
const FEW: usize = 4;

/// How many ids are shown of records that are alike.
const IDS: usize = 10;

/// The next commands to type.
pub(super) struct Hints {
    workspace: Option<PathBuf>,
}

impl Hints {
    /// Hints that name the workspace, where it is not the usual one.
    pub(super) fn new(workspace: Option<&Path>) -> Self {
        Self { workspace: workspace.map(Path::to_owned) }
    }

    /// A command line.
    pub(super) fn command(&self, rest: &str) -> String {
        match &self.workspace {
            Some(folder) => format!("duosync --workspace {} {rest}", word(&folder.to_string_lossy())),
            None => format!("duosync {rest}"),
        }
    }

    /// A line that names the next command for a pair.
    pub(super) fn next(&self, command: &str, pair: &str) -> String {
        let (verb, options) =
            command.split_once(' ').map_or((command, String::new()), |(verb, options)| (verb, format!(" {options}")));
        format!("\n{}", tr!("terminal-next", command = self.command(&format!("{verb} {}{options}", word(pair)))))
    }
}

/// A word as a shell takes it.
pub(super) fn word(text: &str) -> String {
    let text = clean(text);
    let plain = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A text that cannot steer the terminal: control characters are shown, not carried out.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' => '⏎',
            '\t' => ' ',
            // Invisible marks of direction can make a value look like another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// "; did you mean …?", or the names there are.
pub(super) fn meant(name: &str, names: &[&str]) -> String {
    let lower = name.to_lowercase();
    let near = names
        .iter()
        .map(|known| (strsim::jaro_winkler(&lower, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match near {
        Some((_, known)) => tr!("terminal-did-you-mean", name = known),
        None => {
            tr!(
                "terminal-there-is",
                names = names.iter().map(|known| format!("\"{known}\"")).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// What an import brought.
pub(super) fn names(accounts: &[String], pairs: &[String]) -> String {
    let quoted =
        |names: &[String]| names.iter().map(|name| format!("\"{}\"", clean(name))).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !accounts.is_empty() {
        parts.push(tr!("terminal-accounts", count = accounts.len(), names = quoted(accounts)));
    }
    if !pairs.is_empty() {
        parts.push(tr!("terminal-pairs", count = pairs.len(), names = quoted(pairs)));
    }
    if parts.is_empty() { tr!("terminal-nothing") } else { parts.join("; ") }
}

/// The records that a matter speaks of on each side, candidates included.
pub(super) fn ids_of(kind: &MatterKind, subject: &Subject) -> PerSide<Vec<String>> {
    match kind.candidates() {
        Some(ids) => ids.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect()),
        None => PerSide::from_fn(|side| subject.id(side).map(ToString::to_string).into_iter().collect()),
    }
}

/// A run in one sentence: "customers: 3 added to Address book, 12 updated in Shop list."
pub(super) fn sentence(run: &RunSummary, names: &PerSide<String>) -> String {
    let mut parts = Vec::new();
    for side in Side::BOTH {
        let (counts, name) = (run.sides.get(side), clean(names.get(side)));
        let done = [
            (counts.created, tr!("terminal-added", count = counts.created, account = name)),
            (counts.updated, tr!("terminal-updated", count = counts.updated, account = name)),
            (counts.deleted, tr!("terminal-deleted", count = counts.deleted, account = name)),
        ];
        parts.extend(done.into_iter().filter(|(number, _)| *number > 0).map(|(_, said)| said));
    }
    let what = match (run.outcome, parts.is_empty()) {
        (Outcome::Done, true) => tr!("terminal-nothing-to-do"),
        (Outcome::Waiting, true) => tr!("terminal-nothing-to-write"),
        (Outcome::Preview, _) => tr!("terminal-a-preview"),
        (Outcome::Failed | Outcome::Partial | Outcome::Cancelled | Outcome::Running, true) => {
            tr!("terminal-nothing-written")
        }
        (
            Outcome::Done
            | Outcome::Waiting
            | Outcome::Failed
            | Outcome::Partial
            | Outcome::Cancelled
            | Outcome::Running,
            false,
        ) => parts.join(", "),
    };
    let mut sentence = format!("{}: {what} ({}.{} s).", clean(&run.pair), run.millis / 1000, run.millis % 1000 / 100);
    let end = match run.outcome {
        Outcome::Failed => Some(tr!("terminal-run-failed")),
        Outcome::Partial => Some(tr!("terminal-run-partial")),
        Outcome::Cancelled => Some(tr!("terminal-run-stopped")),
        Outcome::Running | Outcome::Done | Outcome::Waiting | Outcome::Preview => None,
    };
    if let Some(end) = end {
        sentence.push(' ');
        sentence.push_str(&end);
    }
    if let Some(message) = &run.message {
        sentence.push(' ');
        sentence.push_str(&clean(message));
    }
    sentence
}

/// A run with everything that came of it.
pub(super) fn run(report: &RunReport, names: &PerSide<String>, hints: &Hints) -> String {
    let run = &report.summary;
    let mut out = sentence(run, names);
    if !run.failed.is_empty() {
        let rows = run.failed.iter().map(|failed| {
            let field = failed.field.clone().unwrap_or_default();
            vec![names.get(failed.side).clone(), failed.label.clone(), field, failed.error.clone()]
        });
        out.push('\n');
        out.push_str(&table(
            &[
                &tr!("terminal-head-account"),
                &tr!("terminal-head-record"),
                &tr!("terminal-head-field"),
                &tr!("terminal-head-what-is-wrong"),
            ],
            rows,
        ));
    }
    if run.set_aside > 0 {
        put(&mut out, format_args!("\n{}", tr!("terminal-set-aside", count = run.set_aside)));
    }
    if let Some(plan) = &report.plan {
        out.push_str(&self::plan(plan, names));
        if run.outcome == Outcome::Preview {
            out.push_str(&hints.next("sync --yes", &run.pair));
        }
    }
    if run.conflicts > 0 && run.outcome != Outcome::Preview {
        put(&mut out, format_args!("\n{}", tr!("terminal-things-wait", count = run.conflicts)));
        out.push_str(&hints.next("conflicts", &run.pair));
    }
    out
}

pub(super) fn plan(plan: &Plan, names: &PerSide<String>) -> String {
    let rows =
        plan.items.iter().flat_map(|item| item.action().ops.iter().map(move |op| (item, op))).map(|(item, op)| {
            let account = names.get(op.side);
            let what = match &op.kind {
                OpKind::Create { .. } => tr!("terminal-add-in", account = account),
                OpKind::Update { .. } => tr!("terminal-update-in", account = account),
                OpKind::Delete { .. } => tr!("terminal-delete-in", account = account),
            };
            vec![what, item.label.clone(), op.mappings.join(", "), op.reason.clone()]
        });
    let mut out = if plan.operations().next().is_none() {
        format!("\n{}", tr!("terminal-would-write-nothing"))
    } else {
        format!(
            "\n{}\n{}",
            tr!("terminal-would-do"),
            table(
                &[
                    &tr!("terminal-head-what"),
                    &tr!("terminal-head-record"),
                    &tr!("terminal-head-fields"),
                    &tr!("terminal-head-why")
                ],
                rows
            )
        )
    };
    let questions = plan
        .conflicts()
        .map(|(item, conflict)| vec![item.label.clone(), conflict.fields.join(", "), conflict.reason.clone()]);
    let questions = table(
        &[&tr!("terminal-head-record"), &tr!("terminal-head-fields"), &tr!("terminal-head-what-asked")],
        questions,
    );
    if plan.conflicts().next().is_some() {
        put(&mut out, format_args!("\n{}\n{questions}", tr!("terminal-would-ask")));
    }
    if !plan.notes.is_empty() {
        let rows =
            plan.notes.iter().map(|note| vec![names.get(note.side).clone(), note.label.clone(), note.text.clone()]);
        put(
            &mut out,
            format_args!(
                "\n{}\n{}",
                tr!("terminal-would-set-aside"),
                table(&[&tr!("terminal-head-account"), &tr!("terminal-head-record"), &tr!("terminal-head-why")], rows)
            ),
        );
    }
    out
}

/// A compare.
pub(super) fn compare(report: &CompareReport, names: &PerSide<String>, hints: &Hints) -> String {
    let counts = &report.counts;
    let (a, b) = (clean(&names.a), clean(&names.b));
    let rows = [
        (tr!("terminal-records-in", account = a), counts.a_total),
        (tr!("terminal-records-in", account = b), counts.b_total),
        (tr!("terminal-belong-together"), counts.matched),
        (tr!("terminal-only-in-many", account = a), counts.only_in_a),
        (tr!("terminal-only-in-many", account = b), counts.only_in_b),
        (tr!("terminal-fields-differ"), counts.different),
        (tr!("terminal-same-key-many"), counts.duplicate_keys),
        (tr!("terminal-key-changed-many"), counts.changed_keys),
        (tr!("terminal-left"), counts.ignored),
    ];
    let mut out = format!("{}\n", clean(&report.pair));
    out.push_str(&table(
        &["", &tr!("terminal-head-records")],
        rows.into_iter().map(|(what, number)| vec![what, number.to_string()]),
    ));
    if counts.mismatches() == 0 {
        out.push('\n');
        out.push_str(&tr!("terminal-agree"));
        return out;
    }
    let rows = report.mismatches.iter().map(|mismatch| {
        let what = match &mismatch.kind {
            MismatchKind::OnlyIn(side) => tr!("terminal-only-in", account = names.get(*side)),
            MismatchKind::Different => tr!("terminal-differs"),
            MismatchKind::DuplicateKey(_) => tr!("terminal-same-key"),
            MismatchKind::KeyChanged => tr!("terminal-key-changed"),
        };
        let fields: Vec<&MatterField> = mismatch.fields.iter().filter(|field| field.differs).collect();
        let ids = ids_of(&MatterKind::Mismatch(mismatch.kind.clone()), &mismatch.subject);
        let cells = cells(&fields, &ids);
        vec![mismatch.label.clone(), what, cells.a, cells.b, mismatch.reason.clone()]
    });
    out.push('\n');
    out.push_str(&table(
        &[&tr!("terminal-head-record"), &tr!("terminal-head-what"), &a, &b, &tr!("terminal-head-why")],
        rows,
    ));
    put(&mut out, format_args!("\n{}", tr!("terminal-mismatches-wait", count = counts.mismatches())));
    out.push_str(&hints.next("conflicts", &report.pair));
    out
}

/// What waits for the operator.
pub(super) fn matters(matters: &[Matter], names: impl Fn(&str) -> PerSide<String>, hints: &Hints) -> String {
    let Some(first) = matters.first() else { return tr!("terminal-nothing-waits") };
    let mut out = String::new();
    let mut pairs: Vec<&str> = Vec::new();
    for matter in matters {
        if !pairs.contains(&matter.pair.as_str()) {
            pairs.push(&matter.pair);
        }
    }
    for pair in pairs {
        let names = names(pair);
        let rows = matters.iter().filter(|matter| matter.pair == pair).map(|matter| {
            let asked: Vec<&MatterField> = matter.fields.iter().filter(|field| field.asked || field.differs).collect();
            let cells = cells(&asked, &ids_of(&matter.kind, &matter.subject));
            vec![matter.id.0.to_string(), matter.label.clone(), cells.a, cells.b, matter.reason.clone()]
        });
        put(&mut out, format_args!("{}\n", clean(pair)));
        let (a, b) = (clean(&names.a), clean(&names.b));
        out.push_str(&table(
            &[&tr!("terminal-head-id"), &tr!("terminal-head-record"), &a, &b, &tr!("terminal-head-why")],
            rows,
        ));
        out.push('\n');
    }
    out.push_str(&how_to_answer(first, hints));
    out
}

/// An answer that this matter takes, to copy.
fn how_to_answer(matter: &Matter, hints: &Hints) -> String {
    let resolve = |words: &str| hints.command(&format!("resolve {} {words}", matter.id.0));
    if matter.kind.candidates().is_none() {
        return tr!("terminal-answer-one", command = resolve("--use a"));
    }
    let ids = ids_of(&matter.kind, &matter.subject);
    match (ids.a.first(), ids.b.first()) {
        (Some(a), Some(b)) => {
            let (a, b) = (word(a), word(b));
            tr!("terminal-answer-two", command = resolve(&format!("--use link --a {a} --b {b}")))
        }
        (_, _) => tr!("terminal-answer-none", command = resolve("--use ignore")),
    }
}

/// What both sides hold, one `name: value` a line; the ids where several records are meant. Fields that
/// neither side fills say nothing, and of a record that only one side has its first few do.
fn cells(fields: &[&MatterField], ids: &PerSide<Vec<String>>) -> PerSide<String> {
    let holds = |field: &MatterField, side| field.now.get(side).as_ref().is_some_and(|value| !value.is_empty());
    let there =
        PerSide::from_fn(|side| fields.iter().any(|field| field.now.get(side).is_some()) || !ids.get(side).is_empty());
    PerSide::from_fn(|side| {
        let candidates = ids.get(side);
        if candidates.len() > 1 {
            let more = candidates.len().saturating_sub(IDS);
            let shown: Vec<String> = candidates.iter().take(IDS).map(|id| clean(id)).collect();
            let shown = shown.join(", ");
            return if more > 0 {
                tr!("terminal-ids-more", ids = shown, more = more)
            } else {
                tr!("terminal-ids", ids = shown)
            };
        }
        if !there.get(side) {
            return String::new();
        }
        let alone = !there.get(side.opposite());
        let wanted = fields
            .iter()
            .filter(|field| holds(field, side) || (!alone && holds(field, side.opposite())))
            .take(if alone { FEW } else { usize::MAX });
        let line = |field: &&MatterField| {
            let value = field.now.get(side).as_ref().map_or_else(|| tr!("terminal-value-nothing"), shown);
            format!("{}: {value}", clean(&field.name))
        };
        wanted.map(line).collect::<Vec<_>>().join("\n")
    })
}

pub(super) fn shown(value: &Value) -> String {
    if value.is_empty() { tr!("terminal-value-empty") } else { clean(&value.display()) }
}

/// How accounts answered.
pub(super) fn checks(checks: &[AccountCheck]) -> String {
    let mut out = String::new();
    for check in checks {
        let side = check.pair.as_ref().map_or_else(String::new, |(pair, side)| {
            format!(" {}", tr!("terminal-side-of", side = format_args!("{side}"), pair = clean(pair)))
        });
        let state = if check.is_ok() { tr!("terminal-all-well") } else { tr!("terminal-not-well") };
        put(&mut out, format_args!("{}{side}: {state}\n", clean(&check.account)));
        for step in &check.steps {
            let what = clean(&step.what);
            let line = match &step.error {
                Some(error) => tr!("terminal-step-failed", what = what, why = clean(error)),
                None => tr!("terminal-step-ok", what = what, found = clean(&step.found)),
            };
            put(&mut out, format_args!("  {line}\n"));
        }
        if !check.fields.is_empty() {
            let fields: Vec<String> = check.fields.iter().map(|field| clean(&field.name)).collect();
            put(&mut out, format_args!("  {}\n", tr!("terminal-fields-are", fields = fields.join(", "))));
        }
    }
    out.trim_end().to_owned()
}

/// A moment on the operator's clock.
pub(super) fn clock(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| String::new(),
        |at| at.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// Adds a text. Writing to a String cannot fail.
pub(super) fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _never = out.write_fmt(text);
}

/// A table of the first rows, and how many more there are.
pub(super) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.iter().map(|name| clean(name)));
    let mut more = 0_u64;
    for (index, row) in rows.enumerate() {
        if index < ROWS {
            // A line break inside a cell is the table's own; values were cleaned before.
            table.add_row(row.iter().map(|cell| cell.split('\n').map(clean).collect::<Vec<_>>().join("\n")));
        } else {
            more += 1;
        }
    }
    if more > 0 { format!("{table}\n{}", tr!("terminal-more-rows", count = more)) } else { table.to_string() }
}
