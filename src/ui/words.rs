//! Plain words for what the model holds: times, counts, states.

use jiff::tz::TimeZone;

use crate::model::{
    ConflictKind, Direction, Kind, MatterKind, MismatchKind, Outcome, PairSpec, PerSide, Policy, RunSummary, Side,
    Timestamp, Trigger, Value,
};
use crate::service::Progress;
use crate::texts::tr;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What both ends of a pair are called: the accounts' names, with the list where one account is on
/// both sides.
pub(crate) fn end_names(spec: &PairSpec) -> PerSide<String> {
    let same = spec.ends.a.account == spec.ends.b.account;
    spec.ends.as_ref().map(|end| match &end.collection {
        Some(collection) if same => format!("{}: {collection}", end.account),
        Some(_) | None => end.account.clone(),
    })
}

/// Up to two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let letters: String = words.next().into_iter().chain(words.next()).collect();
    letters.to_uppercase()
}

/// "1 record", "1,204 records".
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number)) }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A `usize` as a count.
pub(crate) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// How long ago: "just now", "5 minutes ago", "on 3 Nov 2026".
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let past = now.0 - then.0;
    if past < MINUTE {
        tr!("words-just-now")
    } else if past < HOUR {
        format!("{} ago", units(past / MINUTE, "minute"))
    } else if past < DAY {
        format!("{} ago", units(past / HOUR, "hour"))
    } else if past < 7 * DAY {
        format!("{} ago", units(past / DAY, "day"))
    } else {
        format!("on {}", day(then))
    }
}

/// How long from now: "now", "in 5 minutes".
pub(crate) fn until(then: Timestamp, now: Timestamp) -> String {
    let left = then.0 - now.0;
    if left < MINUTE {
        "in less than a minute".to_owned()
    } else if left < HOUR {
        format!("in {}", units((left + MINUTE / 2) / MINUTE, "minute"))
    } else if left < DAY {
        format!("in {}", units((left + HOUR / 2) / HOUR, "hour"))
    } else {
        format!("on {}", moment(then))
    }
}

/// A day in this computer's time zone: "3 Nov 2026".
pub(crate) fn day(at: Timestamp) -> String {
    formatted(at, "%-d %b %Y")
}

/// Today, as it stands in the name of a file.
pub(crate) fn file_day() -> String {
    formatted(Timestamp(jiff::Timestamp::now().as_millisecond()), "%Y-%m-%d")
}

/// A moment in this computer's time zone: "3 Nov 2026, 10:42".
pub(crate) fn moment(at: Timestamp) -> String {
    formatted(at, "%-d %b %Y, %H:%M")
}

/// How long something took.
pub(crate) fn duration(millis: u64) -> String {
    let seconds = millis / 1000;
    if seconds < 1 {
        "under a second".to_owned()
    } else if seconds < 60 {
        count(seconds, "second", "seconds")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

/// A text that begins with a capital.
pub(crate) fn sentence_case(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// How far a run is: the step with its count.
pub(crate) fn progress(progress: &Progress) -> String {
    match progress.total {
        Some(total) => format!("{}: {} of {}", progress.step, grouped(progress.done), grouped(total)),
        None if progress.done > 0 => format!("{}: {}", progress.step, grouped(progress.done)),
        None => progress.step.clone(),
    }
}

/// What a run wrote: "3 added to Address book, 12 updated in Shop list".
pub(crate) fn writes(run: &RunSummary, names: &PerSide<String>) -> String {
    let mut parts = Vec::new();
    for side in [Side::B, Side::A] {
        let (counts, name) = (run.sides.get(side), names.get(side));
        for (number, what) in
            [(counts.created, "added to"), (counts.updated, "updated in"), (counts.deleted, "deleted from")]
        {
            if number > 0 {
                parts.push(format!("{} {what} {name}", grouped(number)));
            }
        }
    }
    parts.join(", ")
}

/// What a run came to, as one sentence.
pub(crate) fn run_sentence(run: &RunSummary, names: &PerSide<String>) -> String {
    let wrote = writes(run, names);
    match run.outcome {
        Outcome::Running => "going on".to_owned(),
        Outcome::Preview => "made a preview; nothing was written".to_owned(),
        // The sentence that this stands in has a full stop of its own.
        Outcome::Failed => {
            run.message.as_deref().map_or("it failed", |message| message.trim_end_matches('.')).to_owned()
        }
        Outcome::Cancelled if wrote.is_empty() => "stopped by you before anything was written".to_owned(),
        Outcome::Cancelled => format!("stopped by you after {wrote}"),
        Outcome::Done | Outcome::Waiting | Outcome::Partial => {
            let mut parts = Vec::new();
            parts.push(if wrote.is_empty() { "nothing to do".to_owned() } else { wrote });
            if run.conflicts > 0 {
                parts.push(count(run.conflicts, "question for you", "questions for you"));
            }
            if !run.failed.is_empty() {
                let failed = count(number(run.failed.len()), "record", "records");
                parts.push(format!("{failed} could not be written and will be tried again"));
            }
            parts.join("; ")
        }
    }
}

/// What started a run.
pub(crate) fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Manual => "by you",
        Trigger::Schedule => "by schedule",
        Trigger::Settle => "to settle your answers",
        Trigger::Undo(_) => "to undo a run",
    }
}

/// How a run ended.
pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Running => "Going on",
        Outcome::Done => "Done",
        Outcome::Waiting => "Waiting for you",
        Outcome::Preview => "Preview",
        Outcome::Partial => "Partly done",
        Outcome::Failed => "Failed",
        Outcome::Cancelled => "Stopped",
    }
}

/// What a matter is, in a few words.
pub(crate) fn matter(kind: &MatterKind, names: &PerSide<String>) -> String {
    match kind {
        MatterKind::Conflict(conflict) => match conflict {
            ConflictKind::BothChanged => "Changed on both sides".to_owned(),
            ConflictKind::FirstMatch => "Different at first match".to_owned(),
            ConflictKind::DeletedAndChanged(side) => {
                format!("Deleted in {}, changed in {}", names.get(*side), names.get(side.opposite()))
            }
            ConflictKind::HeldDeletion(side) => format!("Deleted in {}, held back", names.get(*side)),
            ConflictKind::Ambiguous(_) => "Several may be the same".to_owned(),
            ConflictKind::Flipping => "Keeps changing back".to_owned(),
        },
        MatterKind::Mismatch(mismatch) => match mismatch {
            MismatchKind::OnlyIn(side) => format!("Only in {}", names.get(*side)),
            MismatchKind::Different => "Different".to_owned(),
            MismatchKind::DuplicateKey(_) => "Duplicates".to_owned(),
            MismatchKind::KeyChanged => "No longer matches".to_owned(),
        },
    }
}

/// The name of a kind of value.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Number => "number",
        Kind::Boolean => "yes / no",
        Kind::Date => "date",
        Kind::DateTime => "date and time",
        Kind::Choice => "choice",
        Kind::List => "list",
    }
}

/// Every kind of value, in the order in which they are offered.
pub(crate) const KINDS: [Kind; 9] = [
    Kind::Text,
    Kind::Email,
    Kind::Phone,
    Kind::Number,
    Kind::Boolean,
    Kind::Date,
    Kind::DateTime,
    Kind::Choice,
    Kind::List,
];

/// Which way a field travels.
pub(crate) fn direction(direction: Direction, names: &PerSide<String>) -> String {
    match direction {
        Direction::Both => "both ways".to_owned(),
        Direction::AToB => format!("only from {} to {}", names.a, names.b),
        Direction::BToA => format!("only from {} to {}", names.b, names.a),
    }
}

/// Who wins, as the end of "If both changed the same field, ...".
pub(crate) fn policy(policy: Policy, names: &PerSide<String>) -> String {
    match policy {
        Policy::Ask => "ask me".to_owned(),
        Policy::A => format!("{} wins", names.a),
        Policy::B => format!("{} wins", names.b),
        Policy::Newest => "the newest change wins".to_owned(),
    }
}

/// A value for the eye: what is empty or not there has a word.
pub(crate) fn value(value: Option<&Value>) -> String {
    match value {
        None => "not there".to_owned(),
        Some(value) if value.is_empty() => "empty".to_owned(),
        Some(value) => value.display(),
    }
}

/// A mapping's name for the eye: `first_name` is "First name".
pub(crate) fn field(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn units(number: i64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

fn formatted(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|time| time.to_zoned_datetime(TimeZone::system()).strftime(format).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RunId, SideCounts};

    fn run(outcome: Outcome) -> RunSummary {
        RunSummary {
            run: RunId(1),
            pair: "p".into(),
            trigger: Trigger::Manual,
            outcome,
            started: Timestamp(0),
            millis: 10,
            sides: PerSide::default(),
            conflicts: 0,
            set_aside: 0,
            failed: Vec::new(),
            message: None,
            undone_by: None,
        }
    }

    #[test]
    fn a_run_is_told_in_plain_words() {
        let names = PerSide::new("Shop list".to_owned(), "Address book".to_owned());
        let mut done = run(Outcome::Waiting);
        assert_eq!(run_sentence(&done, &names), "nothing to do");
        done.sides.b = SideCounts { created: 3, ..SideCounts::default() };
        done.sides.a = SideCounts { updated: 1200, ..SideCounts::default() };
        done.conflicts = 1;
        assert_eq!(
            run_sentence(&done, &names),
            "3 added to Address book, 1,200 updated in Shop list; 1 question for you"
        );
        assert_eq!(run_sentence(&run(Outcome::Cancelled), &names), "stopped by you before anything was written");
    }

    #[test]
    fn times_are_told_in_plain_words() {
        let now = Timestamp(100 * DAY);
        assert_eq!(ago(now, now), "just now");
        assert_eq!(ago(Timestamp(now.0 - MINUTE), now), "1 minute ago");
        assert_eq!(ago(Timestamp(now.0 - 3 * HOUR), now), "3 hours ago");
        assert_eq!(until(Timestamp(now.0 + 5 * MINUTE), now), "in 5 minutes");
        assert!(ago(Timestamp(0), now).contains("1970"));
    }

    #[test]
    fn names_are_shortened_and_counts_are_grouped() {
        assert_eq!(initials("Shop list of Ann"), "SL");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials("  "), "");
        assert_eq!(count(1, "record", "records"), "1 record");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(field("first_name"), "First name");
    }
}
