//! The view models of the history.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use super::model::{Period, day, lines, step, undo_sentences};
use super::*;
use crate::model::{
    Closed, ConflictKind, Fields, Item, LifeEvent, LifeStep, MatterId, MatterKind, OpKind, Operation, Outcome, PerSide,
    RecordId, Resolution, Side, Subject, Trigger, Value, WriteEntry, WriteField,
};

fn run(number: i64) -> RunSummary {
    RunSummary {
        run: RunId(number),
        pair: "customers".into(),
        trigger: Trigger::Manual,
        outcome: Outcome::Done,
        started: Timestamp(number),
        millis: 10,
        sides: PerSide::default(),
        conflicts: 0,
        set_aside: 0,
        failed: Vec::new(),
        message: None,
        undone_by: None,
    }
}

fn page(query: RunQuery, newest: i64, count: i64, total: u64) -> RunPage {
    RunPage { query, runs: (0..count).map(|back| run(newest - back)).collect(), total }
}

fn write(kind: &str, before: Option<&str>, after: Option<&str>) -> WriteEntry {
    let value = |text: Option<&str>| text.map(Value::text);
    WriteEntry {
        id: "w".into(),
        run: RunId(3),
        side: Side::B,
        kind: kind.into(),
        subject: Subject::Single(Side::A, RecordId::new("1")),
        record: Some(RecordId::new("x")),
        label: "Ann Peeters".into(),
        fields: vec![
            WriteField { name: "phone".into(), before: value(before), after: value(after) },
            WriteField { name: "city".into(), before: value(None), after: value(Some("")) },
        ],
        reason: "Shop list changed it".into(),
        state: WriteState::Done,
        error: None,
        at: Timestamp(0),
    }
}

fn names() -> PerSide<String> {
    PerSide::new("Shop list".into(), "Address book".into())
}

#[test]
fn pages_follow_each_other_and_what_is_new_goes_on_top() {
    let now = Timestamp(1_000);
    let mut history = History::default();
    let first = history.runs_query(now);
    assert_eq!(history.take_runs(&page(first.clone(), 1_000, 100, 250), now), Some(RunId(1_000)));
    history.pick(RunId(1_000));
    let more = history.more_runs(now).unwrap();
    assert_eq!(more.before, Some(RunId(901)));
    assert_eq!(history.more_runs(now), None, "one page is asked for at a time");
    assert_eq!(history.take_runs(&page(more, 900, 100, 250), now), None);
    let numbers = |history: &History| history.runs.as_ref().unwrap().iter().map(|run| run.run.0).collect::<Vec<_>>();
    assert_eq!(numbers(&history), (801..=1_000).rev().collect::<Vec<_>>());
    // A run that has ended since comes on top, and what was read stays.
    history.take_runs(&page(first, 1_001, 100, 251), now);
    assert_eq!(numbers(&history), (801..=1_001).rev().collect::<Vec<_>>());
    let last = history.more_runs(now).unwrap();
    history.take_runs(&page(last, 800, 51, 251), now);
    assert_eq!(history.more_runs(now), None, "there are no more");
}

#[test]
fn answers_to_other_questions_are_dropped() {
    let now = Timestamp(1_000);
    let mut history = History::default();
    let all = history.runs_query(now);
    history.choice.outcome = Some(Outcome::Failed);
    history.forget_runs();
    assert_eq!(history.take_runs(&page(all, 9, 9, 9), now), None);
    assert!(history.runs.is_none());
    history.record = "ann".into();
    let query = history.find().unwrap();
    history.record = "bart".into();
    history.take_lives(Arc::new(Lives { query, ..Lives::default() }));
    assert!(!history.shows_lives());
    let old = history.pick(RunId(1));
    history.pick(RunId(2));
    let page = WritePage { query: old, writes: Vec::new(), found: 0, total: 0, failed: 0 };
    history.take_writes(&page);
    assert!(history.writes.is_none());
}

#[test]
fn days_are_understood_as_they_are_typed() {
    for text in ["2026-11-03", "3/11/2026", "3.11.26", " 03-11-2026 "] {
        assert_eq!(day(text).map(|day| day.to_string()).as_deref(), Some("2026-11-03"), "{text}");
    }
    assert_eq!(day("tomorrow"), None);
    let choice =
        Choice { period: Period::Between, from: "3/11/2026".into(), to: "4/11/2026".into(), ..Choice::default() };
    let query = choice.query(Timestamp(0), 5);
    assert_eq!(query.until.unwrap().0 - query.since.unwrap().0, 2 * 86_400_000, "both days are within");
}

#[test]
fn a_life_is_told_in_words_with_the_letters_that_differ() {
    let event = |what| LifeEvent { at: Timestamp(0), what };
    let wrote = |write: WriteEntry, trigger| LifeStep::Wrote { write: Box::new(write), number: 1, trigger };
    let mut failed = write("update", Some("03 11"), Some("03 12"));
    failed.state = WriteState::Failed;
    failed.error = Some("The server is full.".into());
    let id = MatterId(1);
    let asked = LifeStep::Asked {
        matter: id,
        kind: MatterKind::Conflict(ConflictKind::BothChanged),
        reason: "Both did.".into(),
    };
    let events = [
        event(wrote(write("create", None, Some("03 11")), Trigger::Manual)),
        event(wrote(failed, Trigger::Schedule)),
        event(asked),
        event(LifeStep::Answered { matter: id, resolution: Resolution::Use(Side::A) }),
        event(wrote(write("update", Some("03 11"), Some("03 12")), Trigger::Settle)),
        event(LifeStep::Closed { matter: id, how: Closed::Gone, run: Some(RunId(3)) }),
        event(wrote(write("delete", Some("03 12"), None), Trigger::Undo(RunId(2)))),
    ];
    let marked = |parts: &[crate::ui::text_diff::Part]| {
        parts
            .iter()
            .map(|part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() })
            .collect::<String>()
    };
    let told: Vec<String> = events
        .iter()
        .map(|event| {
            let step = step(event, &names());
            let lines = step.lines.iter().map(|line| {
                let before = line.before.as_ref().map(|before| marked(before) + " → ").unwrap_or_default();
                format!(" | {}: {before}{}", line.field, marked(&line.after))
            });
            format!("{:?} {}{} | {}", step.tone, step.title, lines.collect::<String>(), step.why)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Good Added to Address book | Phone: 03 11 | Shop list changed it (run 3, started by you)
    Bad Updated in Address book (failed) | Phone: 03 [11] → 03 [12] | The server is full. (run 3, by schedule)
    Attention A sync asked you: Changed on both sides | Both did.
    Busy You answered: use Shop list | 
    Busy Updated in Address book | Phone: 03 [11] → 03 [12] | Shop list changed it (run 3, your answer)
    Good The question was over | 
    Bad Deleted from Address book | Phone: 03 12 | Shop list changed it (run 3, undo of run 2)
    ");
}

#[test]
fn what_becomes_empty_is_said_so() {
    let shown = lines(&write("update", Some("03 11"), Some("")));
    assert_eq!(shown.len(), 1, "a field that was and is empty says nothing");
    assert_eq!(shown[0].after[0].text, "empty");
}

#[test]
fn an_undo_says_what_it_would_do() {
    let op = |side, kind| Operation { side, record: None, kind, mappings: Vec::new(), reason: String::new() };
    let item = |ops: Vec<Operation>| Item {
        subject: Subject::Single(Side::A, RecordId::new("1")),
        label: String::new(),
        now: PerSide::default(),
        fields: Vec::new(),
        before: None,
        default: crate::model::Action { ops, ..crate::model::Action::default() },
        choice: None,
        chosen: None,
    };
    let update = || OpKind::Update { fields: Fields::new(), expect: None };
    let plan = Plan {
        items: vec![
            item(vec![op(Side::A, update()), op(Side::B, update())]),
            item(vec![op(Side::A, update())]),
            item(vec![op(Side::B, OpKind::Delete { expect: None })]),
            item(vec![op(Side::A, OpKind::Create { fields: Fields::new(), raw: None })]),
        ],
        ..Plan::default()
    };
    insta::assert_snapshot!(undo_sentences(&plan, &names()).join("\n"), @r"
    2 records get their old values back in Shop list.
    1 record that was deleted comes back in Shop list.
    1 record gets its old values back in Address book.
    1 record that was added is deleted from Address book.
    ");
}
