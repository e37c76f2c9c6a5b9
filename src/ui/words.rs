//! Plain words for what the model holds: times, counts, states.

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use super::bidi;
use crate::model::{
    ConflictKind, Direction, Kind, MatterKind, MismatchKind, Outcome, PairSpec, PerSide, Policy, RunSummary, Side,
    Timestamp, Trigger, Value,
};
use crate::service::Progress;
pub(crate) use crate::texts::grouped;
use crate::texts::{Region, region, tr};

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

/// How long ago: "just now", "5 minutes ago", "on 3 Nov 2026".
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let past = now.0 - then.0;
    if past < MINUTE {
        tr!("words-just-now")
    } else if past < HOUR {
        tr!("words-minutes-ago", count = past / MINUTE)
    } else if past < DAY {
        tr!("words-hours-ago", count = past / HOUR)
    } else if past < 7 * DAY {
        tr!("words-days-ago", count = past / DAY)
    } else {
        tr!("words-on", when = day(then))
    }
}

/// How long from now: "in less than a minute", "in 5 minutes".
pub(crate) fn until(then: Timestamp, now: Timestamp) -> String {
    let left = then.0 - now.0;
    if left < MINUTE {
        tr!("words-soon")
    } else if left < HOUR {
        tr!("words-in-minutes", count = (left + MINUTE / 2) / MINUTE)
    } else if left < DAY {
        tr!("words-in-hours", count = (left + HOUR / 2) / HOUR)
    } else {
        tr!("words-on", when = moment(then))
    }
}

/// How long it will still take, in milliseconds: "about 2 minutes left".
pub(crate) fn left(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX / 2);
    if millis < MINUTE {
        tr!("words-left-seconds")
    } else if millis < HOUR {
        tr!("words-left-minutes", count = (millis + MINUTE / 2) / MINUTE)
    } else {
        tr!("words-left-hours", count = (millis + HOUR / 2) / HOUR)
    }
}

/// Today, as it stands in the name of a file.
pub(crate) fn file_day() -> String {
    let now = Timestamp(jiff::Timestamp::now().as_millisecond());
    local(now).map(|time| time.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// A day in this computer's time zone, as it is written here: "3 Nov 2026".
pub(crate) fn day(at: Timestamp) -> String {
    local(at).map(|time| day_of(&time, region())).unwrap_or_default()
}

/// A moment in this computer's time zone, as it is written here: "3 Nov 2026, 10:42".
pub(crate) fn moment(at: Timestamp) -> String {
    local(at).map(|time| moment_of(&time, region())).unwrap_or_default()
}

/// How long something took.
pub(crate) fn duration(millis: u64) -> String {
    let seconds = millis / 1000;
    if seconds < 1 {
        tr!("words-under-a-second")
    } else if seconds < 60 {
        tr!("words-seconds", count = seconds)
    } else {
        tr!("words-minutes-seconds", minutes = seconds / 60, seconds = seconds % 60)
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
        Some(total) => tr!("words-progress-of", step = progress.step, done = progress.done, total = total),
        None if progress.done > 0 => tr!("words-progress", step = progress.step, done = progress.done),
        None => progress.step.clone(),
    }
}

/// What a run wrote: "3 added to Address book, 12 updated in Shop list".
pub(crate) fn writes(run: &RunSummary, names: &PerSide<String>) -> String {
    let mut parts = Vec::new();
    for side in [Side::B, Side::A] {
        let (counts, name) = (run.sides.get(side), names.get(side));
        if counts.created > 0 {
            parts.push(tr!("words-added", count = counts.created, name = name));
        }
        if counts.updated > 0 {
            parts.push(tr!("words-updated", count = counts.updated, name = name));
        }
        if counts.deleted > 0 {
            parts.push(tr!("words-deleted", count = counts.deleted, name = name));
        }
    }
    parts.join(", ")
}

/// What a run came to, as one sentence.
pub(crate) fn run_sentence(run: &RunSummary, names: &PerSide<String>) -> String {
    let wrote = writes(run, names);
    match run.outcome {
        Outcome::Running => tr!("words-run-running"),
        Outcome::Preview => tr!("words-run-preview"),
        // The sentence that this stands in has a full stop of its own.
        Outcome::Failed => run
            .message
            .as_deref()
            .map_or_else(|| tr!("words-run-failed"), |message| message.trim_end_matches('.').to_owned()),
        Outcome::Cancelled if wrote.is_empty() => tr!("words-run-stopped"),
        Outcome::Cancelled => tr!("words-run-stopped-after", wrote = wrote),
        Outcome::Done | Outcome::Waiting | Outcome::Partial => {
            let mut parts = Vec::new();
            parts.push(if wrote.is_empty() { tr!("words-run-nothing") } else { wrote });
            if run.conflicts > 0 {
                parts.push(tr!("words-run-questions", count = run.conflicts));
            }
            if !run.failed.is_empty() {
                parts.push(tr!("words-run-not-written", count = run.failed.len()));
            }
            parts.join("; ")
        }
    }
}

/// What waits for the operator: "3 questions and 4 differences".
pub(crate) fn waiting(questions: usize, differences: usize) -> String {
    match (questions, differences) {
        (_, 0) => tr!("words-questions", count = questions),
        (0, _) => tr!("words-differences", count = differences),
        (_, _) => {
            let (one, other) = (waiting(questions, 0), waiting(0, differences));
            tr!("words-questions-and-differences", questions = one, differences = other)
        }
    }
}

/// What a compare found, and how many matters of the pair are open by now: what it found may be settled
/// since, and a sync may have asked since.
pub(crate) fn found(found: u64, open: usize) -> String {
    match open as u64 {
        0 => tr!("words-found-settled", count = found),
        open if open < found => tr!("words-found-open", count = found, open = open),
        _ => tr!("words-found", count = found),
    }
}

/// What started a run.
pub(crate) fn trigger(trigger: Trigger) -> String {
    match trigger {
        Trigger::Manual => tr!("words-by-you"),
        Trigger::Schedule => tr!("words-by-schedule"),
        Trigger::Settle => tr!("words-to-settle"),
        Trigger::Undo(_) => tr!("words-to-undo"),
    }
}

/// How a run ended.
pub(crate) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Running => tr!("words-outcome-running"),
        Outcome::Done => tr!("words-outcome-done"),
        Outcome::Waiting => tr!("words-outcome-waiting"),
        Outcome::Preview => tr!("words-outcome-preview"),
        Outcome::Partial => tr!("words-outcome-partial"),
        Outcome::Failed => tr!("words-outcome-failed"),
        Outcome::Cancelled => tr!("words-outcome-stopped"),
    }
}

/// What a matter is, in a few words.
pub(crate) fn matter(kind: &MatterKind, names: &PerSide<String>) -> String {
    match kind {
        MatterKind::Conflict(conflict) => match conflict {
            ConflictKind::BothChanged => tr!("words-both-changed"),
            ConflictKind::FirstMatch => tr!("words-first-match"),
            ConflictKind::DeletedAndChanged(side) => {
                tr!("words-deleted-changed", deleted = names.get(*side), changed = names.get(side.opposite()))
            }
            ConflictKind::HeldDeletion(side) => tr!("words-held-deletion", deleted = names.get(*side)),
            ConflictKind::Ambiguous(_) => tr!("words-ambiguous"),
            ConflictKind::Flipping => tr!("words-flipping"),
        },
        MatterKind::Mismatch(mismatch) => match mismatch {
            MismatchKind::OnlyIn(side) => tr!("words-only-in", name = names.get(*side)),
            MismatchKind::Different => tr!("words-different"),
            MismatchKind::DuplicateKey(_) => tr!("words-duplicates"),
            MismatchKind::KeyChanged => tr!("words-key-changed"),
        },
    }
}

/// The name of a kind of value.
pub(crate) fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => tr!("words-kind-text"),
        Kind::Email => tr!("words-kind-email"),
        Kind::Phone => tr!("words-kind-phone"),
        Kind::Number => tr!("words-kind-number"),
        Kind::Boolean => tr!("words-kind-boolean"),
        Kind::Date => tr!("words-kind-date"),
        Kind::DateTime => tr!("words-kind-date-time"),
        Kind::Choice => tr!("words-kind-choice"),
        Kind::List => tr!("words-kind-list"),
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
        Direction::Both => tr!("words-both-ways"),
        Direction::AToB => tr!("words-only-from", from = names.a, to = names.b),
        Direction::BToA => tr!("words-only-from", from = names.b, to = names.a),
    }
}

/// Who wins, as the end of "If both changed the same field, ...".
pub(crate) fn policy(policy: Policy, names: &PerSide<String>) -> String {
    match policy {
        Policy::Ask => tr!("words-ask-me"),
        Policy::A => tr!("words-wins", name = names.a),
        Policy::B => tr!("words-wins", name = names.b),
        Policy::Newest => tr!("words-newest-wins"),
    }
}

/// A value for the eye: what is empty or not there has a word.
pub(crate) fn value(value: Option<&Value>) -> String {
    match value {
        None => tr!("words-not-there"),
        Some(value) if value.is_empty() => tr!("words-empty"),
        Some(value) => bidi::seen(&value.display()).into_owned(),
    }
}

/// A mapping's name for the eye: `first_name` is "First name".
pub(crate) fn field(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn local(at: Timestamp) -> Option<ZonedDateTime> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|time| time.to_zoned_datetime(TimeZone::system()))
}

fn day_of(time: &ZonedDateTime, region: &Region) -> String {
    let months = tr!("words-months");
    let at = usize::try_from(time.month()).unwrap_or(1).saturating_sub(1);
    let month = months.split_whitespace().nth(at).unwrap_or_default();
    // As texts, for a year is not a number that has its thousands apart.
    let (day, year) = (time.day().to_string(), time.year().to_string());
    if region.month_first {
        tr!("words-day-month-first", month = month, day = day, year = year)
    } else {
        tr!("words-day", day = day, month = month, year = year)
    }
}

fn moment_of(time: &ZonedDateTime, region: &Region) -> String {
    let clock = if region.twelve_hours { "%-I:%M %p" } else { "%H:%M" };
    tr!("words-moment", day = day_of(time, region), time = time.strftime(clock).to_string())
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
    fn what_is_left_is_told_in_round_words() {
        assert_eq!(left(0), "less than a minute left");
        assert_eq!(left(89_000), "about 1 minute left");
        assert_eq!(left(30 * 60_000), "about 30 minutes left");
        assert_eq!(left(u64::MAX).split(' ').next(), Some("about"));
    }

    #[test]
    fn days_and_moments_are_written_as_the_region_does() {
        let time: ZonedDateTime = "2026-11-03T15:05[UTC]".parse().unwrap_or_else(|_| ZonedDateTime::now());
        let there = |tag: &str| moment_of(&time, &Region::of_tag(tag));
        assert_eq!(there("nl-BE"), "3 Nov 2026, 15:05");
        assert_eq!(there("en-US"), "Nov 3, 2026, 3:05 PM");
        assert_eq!(tr!("words-months").split_whitespace().count(), 12);
    }

    #[test]
    fn names_are_shortened_and_counts_are_grouped() {
        assert_eq!(initials("Shop list of Ann"), "SL");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials("  "), "");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(field("first_name"), "First name");
    }
}
