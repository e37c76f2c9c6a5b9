//! The view models: filters, and what is shown of a write, an undo and a life.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp as Instant};

use crate::model::{
    FieldChoice, LifeEvent, LifeStep, MatterKind, OpKind, Outcome, PerSide, Plan, Resolution, RunId, RunQuery, Side,
    Timestamp, Trigger, Value, WriteEntry, WriteField, WriteState,
};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::text_diff::{Part, parts};
use crate::ui::theme::Tone;
use crate::ui::words;

/// From when on runs are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Period {
    /// From any time.
    #[default]
    Any,
    /// From today.
    Today,
    /// From the last 7 days.
    Week,
    /// From the last 30 days.
    Month,
    /// Between two days that are typed.
    Between,
}

impl Period {
    /// Every period, in the order in which they are offered.
    pub(super) const ALL: [Self; 5] = [Self::Any, Self::Today, Self::Week, Self::Month, Self::Between];

    /// What it is called.
    pub(super) fn name(self) -> String {
        match self {
            Self::Any => tr!("history-any-time"),
            Self::Today => tr!("history-today"),
            Self::Week => tr!("history-week"),
            Self::Month => tr!("history-month"),
            Self::Between => tr!("history-between"),
        }
    }
}

/// Which runs are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Of one pair, or of all.
    pub(crate) pair: Option<String>,
    /// That ended so; none for any.
    pub(crate) outcome: Option<Outcome>,
    /// From when on.
    pub(crate) period: Period,
    /// The first day, as it is typed.
    pub(crate) from: String,
    /// The last day, as it is typed.
    pub(crate) to: String,
}

impl Choice {
    /// Every outcome that a run can end with, in the order in which they are offered.
    pub(super) const OUTCOMES: [Outcome; 6] =
        [Outcome::Done, Outcome::Waiting, Outcome::Partial, Outcome::Failed, Outcome::Cancelled, Outcome::Preview];

    /// Whether anything is left out.
    pub(super) fn is_narrow(&self) -> bool {
        *self != Self { from: self.from.clone(), to: self.to.clone(), ..Self::default() }
    }

    pub(super) fn query(&self, now: Timestamp, limit: usize) -> RunQuery {
        let today = date_of(now);
        let back = |days: i64| today.and_then(|today| today.checked_sub(Span::new().days(days)).ok()).and_then(start);
        let (since, until) = match self.period {
            Period::Any => (None, None),
            Period::Today => (back(0), None),
            Period::Week => (back(6), None),
            Period::Month => (back(29), None),
            Period::Between => {
                let next = day(&self.to).and_then(|day| day.tomorrow().ok());
                (day(&self.from).and_then(start), next.and_then(start))
            }
        };
        let outcomes = self.outcome.into_iter().collect();
        RunQuery { pair: self.pair.clone(), outcomes, since, until, before: None, limit }
    }
}

/// A day as people type it: 2026-11-03, 3/11/2026, 3.11.2026 or 3-11-2026.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(day) = text.parse::<Date>() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let year: i16 = year.parse().ok()?;
    Date::new(if year < 100 { year + 2000 } else { year }, month.parse().ok()?, day.parse().ok()?).ok()
}

fn date_of(at: Timestamp) -> Option<Date> {
    Some(Instant::from_millisecond(at.0).ok()?.to_zoned_datetime(TimeZone::system()).date())
}

fn start(day: Date) -> Option<Timestamp> {
    Some(Timestamp(day.to_zoned_datetime(TimeZone::system()).ok()?.timestamp().as_millisecond()))
}

/// One field of a write: what was there and what is there, in parts that are the same and parts that
/// differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) field: String,
    /// None for a record that was not there.
    pub(super) before: Option<Vec<Part>>,
    pub(super) after: Vec<Part>,
}

/// The fields that are shown of a write: those in which it says something.
pub(super) fn lines(write: &WriteEntry) -> Vec<Line> {
    let empty = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_empty);
    let said = write.fields.iter().filter(|field| !(empty(&field.before) && empty(&field.after)));
    said.map(|field| line(&write.kind, field)).collect()
}

fn line(kind: &str, field: &WriteField) -> Line {
    let name = words::field(&field.name);
    let (before, after) = (words::value(field.before.as_ref()), words::value(field.after.as_ref()));
    let whole = |text: String| vec![Part { text, differs: false }];
    if kind == "create" {
        return Line { field: name, before: None, after: whole(after) };
    }
    if kind == "delete" {
        return Line { field: name, before: None, after: whole(before) };
    }
    let filled = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_empty());
    // A word for nothing has no letters in common with a value.
    if !filled(&field.before) || !filled(&field.after) {
        return Line { field: name, before: Some(whole(before)), after: whole(after) };
    }
    let (before, after) = parts(&before, &after);
    Line { field: name, before: Some(before), after }
}

/// What a write did, in words.
pub(super) fn deed(write: &WriteEntry, names: &PerSide<String>) -> String {
    let side = names.get(write.side);
    match write.kind.as_str() {
        "create" => tr!("history-added", side = side),
        "delete" => tr!("history-deleted", side = side),
        _ => tr!("history-updated", side = side),
    }
}

/// Where a write stands, if it is not simply done.
pub(super) fn state(state: WriteState) -> Option<(String, Tone)> {
    match state {
        WriteState::Done => None,
        WriteState::Intended => Some((tr!("history-intended"), Tone::Attention)),
        WriteState::Failed => Some((tr!("history-failed"), Tone::Bad)),
        WriteState::Undone => Some((tr!("history-undone"), Tone::Plain)),
    }
}

/// What an undo would do, a sentence for each kind of write.
pub(super) fn undo_sentences(plan: &Plan, names: &PerSide<String>) -> Vec<String> {
    let mut sentences = Vec::new();
    for side in Side::BOTH {
        let count =
            |fits: fn(&OpKind) -> bool| plan.operations().filter(|op| op.side == side && fits(&op.kind)).count();
        let name = names.get(side);
        let updates = count(|kind| matches!(kind, OpKind::Update { .. }));
        if updates > 0 {
            sentences.push(tr!("history-would-update", count = updates, side = name));
        }
        let deletes = count(|kind| matches!(kind, OpKind::Delete { .. }));
        if deletes > 0 {
            sentences.push(tr!("history-would-delete", count = deletes, side = name));
        }
        let creates = count(|kind| matches!(kind, OpKind::Create { .. }));
        if creates > 0 {
            sentences.push(tr!("history-would-create", count = creates, side = name));
        }
    }
    sentences
}

/// One thing in a record's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) sign: Icon,
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
    pub(super) why: String,
    /// The run that did it.
    pub(super) run: Option<RunId>,
}

/// One event of a life, for the eye.
pub(super) fn step(event: &LifeEvent, names: &PerSide<String>) -> Step {
    let plain = |sign, tone, title, why, run| Step { at: event.at, sign, tone, title, lines: Vec::new(), why, run };
    match &event.what {
        LifeStep::Wrote { write, trigger, .. } => {
            let (sign, tone) = match (write.state, write.kind.as_str()) {
                (WriteState::Failed, _) => (Icon::Fail, Tone::Bad),
                (WriteState::Intended, _) => (Icon::Wait, Tone::Attention),
                (WriteState::Done | WriteState::Undone, "create") => (Icon::Add, Tone::Good),
                (WriteState::Done | WriteState::Undone, "delete") => (Icon::Delete, Tone::Bad),
                (WriteState::Done | WriteState::Undone, _) => (Icon::Edit, Tone::Busy),
            };
            let mut title = words::sentence_case(&deed(write, names));
            if let Some((state, _)) = state(write.state) {
                title = format!("{title} ({state})");
            }
            let reason = words::sentence_case(write.error.as_deref().unwrap_or(&write.reason));
            let why =
                tr!("history-why-run", reason = reason, run = write.run.0.to_string(), trigger = started(*trigger));
            Step { at: event.at, sign, tone, title, lines: lines(write), why, run: Some(write.run) }
        }
        LifeStep::Asked { kind, reason, .. } => {
            let title = match kind {
                MatterKind::Conflict(_) => tr!("history-sync-asked", kind = words::matter(kind, names)),
                MatterKind::Mismatch(_) => tr!("history-compare-asked", kind = words::matter(kind, names)),
            };
            plain(Icon::Wait, Tone::Attention, title, words::sentence_case(reason), None)
        }
        LifeStep::Answered { resolution, .. } => plain(
            Icon::Review,
            Tone::Busy,
            tr!("history-answered", answer = answer(resolution, names)),
            String::new(),
            None,
        ),
        LifeStep::Closed { how, run, .. } => {
            let title = match how {
                crate::model::Closed::Gone => tr!("history-closed"),
                crate::model::Closed::Left => tr!("history-closed-left"),
                crate::model::Closed::Synced => tr!("history-closed-synced"),
            };
            plain(Icon::Ok, Tone::Good, title, String::new(), *run)
        }
    }
}

fn started(trigger: Trigger) -> String {
    match trigger {
        Trigger::Manual => tr!("history-by-you"),
        Trigger::Schedule => tr!("history-by-schedule"),
        Trigger::Settle => tr!("history-by-answer"),
        Trigger::Undo(run) => tr!("history-by-undo", run = run.0.to_string()),
    }
}

fn answer(resolution: &Resolution, names: &PerSide<String>) -> String {
    match resolution {
        Resolution::Use(side) => tr!("history-answer-use", side = names.get(*side)),
        Resolution::Fields(choices) => choices
            .iter()
            .map(|(field, choice)| {
                let value = match choice {
                    FieldChoice::Use(side) => tr!("history-answer-use", side = names.get(*side)),
                    FieldChoice::Value(value) => words::value(Some(value)),
                };
                format!("{}: {value}", words::field(field))
            })
            .collect::<Vec<_>>()
            .join("; "),
        Resolution::Create => tr!("history-answer-create"),
        Resolution::Delete(side) => tr!("history-answer-delete", side = names.get(*side)),
        Resolution::Link(_) => tr!("history-answer-same"),
        Resolution::NotSame(_) => tr!("history-answer-not-same"),
        Resolution::Ignore => tr!("history-answer-ignore"),
        Resolution::Undone => tr!("history-answer-undone"),
    }
}
