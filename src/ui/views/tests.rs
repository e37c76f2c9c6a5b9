//! Tests of the view models.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by a panic")]

use std::sync::Arc;

use super::detail::{Detail, Draft};
use super::home::Home;
use super::preview::{Preview, What};
use crate::model::{
    CompareReport, ConflictKind, FieldChoice, MatterKind, MismatchKind, Outcome, PerSide, Resolution, Side, Stop,
    Timestamp, Value,
};
use crate::service::{PairStatus, Progress, ProgressMap};
use crate::ui::pace::Paces;
use crate::ui::testing as given;
use crate::ui::theme::Tone;

fn names() -> PerSide<String> {
    PerSide::new("Shop list".to_owned(), "Address book".to_owned())
}

fn card(pair: crate::service::PairState, progress: &ProgressMap) -> super::home::Card {
    Home::of(&given::snapshot(vec![pair]), progress, &Paces::default(), given::now()).cards.remove(0)
}

#[test]
fn every_state_of_a_pair_has_its_own_words_and_colour() {
    let quiet = ProgressMap::new();
    let failing = PairStatus::Failing { since: Timestamp(0), why: "No answer.".to_owned() };
    let mut seen = Vec::new();
    for status in [PairStatus::New, PairStatus::InStep, PairStatus::Working, PairStatus::Waiting, failing] {
        let mut pair = given::pair(status);
        if pair.status == PairStatus::InStep {
            (pair.conflicts, pair.mismatches) = (0, 0);
        }
        let card = card(pair, &quiet);
        seen.push(format!("{:?}: {}", card.tone, card.state.split(" since").next().unwrap()));
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    Busy: New
    Good: In step
    Busy: Working
    Attention: Waiting for you: 3 questions and 4 differences
    Bad: Failing
    ");
}

#[test]
fn a_card_in_step_leaves_no_difference_unexplained() {
    let mut pair = given::pair(PairStatus::InStep);
    let told = |pair: &crate::service::PairState| {
        let card = card(pair.clone(), &ProgressMap::new());
        [card.state, card.compared.unwrap(), card.open.unwrap_or_default()].join(" / ")
    };
    // As long as something is open, it is not called in step.
    assert_eq!(
        told(&pair),
        "Waiting for you: 3 questions and 4 differences / Compared 3 hours ago: 4 differences found. / Review all 7"
    );
    (pair.conflicts, pair.mismatches) = (0, 1);
    assert_eq!(
        told(&pair),
        "Waiting for you: 1 difference / Compared 3 hours ago: 4 differences found, 1 open now. / Review 1 difference"
    );
    (pair.conflicts, pair.mismatches) = (0, 0);
    assert_eq!(told(&pair), "In step / Compared 3 hours ago: 4 differences found, all settled since. / ");
    assert!(!card(pair, &ProgressMap::new()).last.contains("question"), "what it asked is answered");
}

#[test]
fn a_card_tells_the_last_run_and_the_next() {
    let card = card(given::pair(PairStatus::Waiting), &ProgressMap::new());
    assert_eq!(
        card.last,
        "Last sync 4 minutes ago: 3 added to Address book, 12 updated in Shop list; 3 questions for you."
    );
    assert_eq!(card.next, "Next sync in 2 minutes.");
    assert_eq!(card.initials, PerSide::new("SL".to_owned(), "AB".to_owned()));
    assert!(card.work.is_none());
}

#[test]
fn progress_is_counted_and_never_over_the_whole() {
    let progress = |done, total| {
        let step = Progress { step: "Reading".to_owned(), done, total, cancelling: false };
        let map = ProgressMap::from([(given::PAIR.to_owned(), step)]);
        let card = card(given::pair(PairStatus::InStep), &map);
        assert_eq!(card.tone, Tone::Busy);
        let work = card.work.unwrap();
        (work.step, work.share)
    };
    assert_eq!(progress(0, None), ("Reading".to_owned(), None));
    assert_eq!(progress(1200, None), ("Reading: 1,200".to_owned(), None));
    assert_eq!(progress(50, Some(200)), ("Reading: 50 of 200".to_owned(), Some(0.25)));
    assert_eq!(progress(300, Some(200)).1, Some(1.0));
    assert_eq!(progress(0, Some(0)).1, None);
}

#[test]
fn a_detail_shows_what_differs_first_and_marks_it() {
    let matter = given::matter(0, MatterKind::Conflict(ConflictKind::BothChanged));
    let detail = Detail::of(&matter, &names(), &Draft::default(), given::now());
    let rows: Vec<String> = detail
        .rows
        .iter()
        .map(|row| {
            let marked = |side| {
                let parts = row.now.get(side).iter();
                parts.map(|part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() }).collect()
            };
            let (a, b): (String, String) = (marked(Side::A), marked(Side::B));
            format!("{}: {a} | {b} | {}", row.label, row.before.clone().unwrap())
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    Phone: +32 478 12 34 [56] | +32 478 12 34 [99] | +32 478 00 00 00
    City: [Sint-]Niklaas | [St. ]Niklaas | Antwerpen
    ");
    assert_eq!(detail.same.len(), 2);
    assert_eq!(detail.apply, None, "nothing is applied before something is picked");
}

#[test]
fn each_kind_of_matter_has_its_answers() {
    let candidates = PerSide::new(vec![crate::model::RecordId::new("1")], vec![crate::model::RecordId::new("2")]);
    let mut seen = Vec::new();
    for kind in [
        MatterKind::Conflict(ConflictKind::BothChanged),
        MatterKind::Conflict(ConflictKind::FirstMatch),
        MatterKind::Conflict(ConflictKind::DeletedAndChanged(Side::B)),
        MatterKind::Conflict(ConflictKind::Ambiguous(candidates.clone())),
        MatterKind::Mismatch(MismatchKind::OnlyIn(Side::B)),
        MatterKind::Mismatch(MismatchKind::DuplicateKey(candidates)),
        MatterKind::Mismatch(MismatchKind::KeyChanged),
    ] {
        let matter = given::matter(0, kind);
        let detail = Detail::of(&matter, &names(), &Draft::default(), given::now());
        let answers: Vec<String> = detail
            .answers
            .iter()
            .map(|answer| format!("{}{}", answer.text, if answer.confirm.is_some() { " (asked first)" } else { "" }))
            .collect();
        seen.push(format!("{}: {}", detail.kind, answers.join(", ")));
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    Changed on both sides: Use Shop list, Use Address book, Ignore until it changes
    Different at first match: Use Shop list, Use Address book, Not the same, Ignore until it changes
    Deleted in Address book, changed in Shop list: Create in Address book, Delete from Shop list (asked first), Ignore until it changes
    Several may be the same: These two are the same, Not the same, Ignore until it changes
    Only in Address book: Create in Shop list, Delete from Address book (asked first), Ignore until it changes
    Duplicates: These two are the same, Not the same, Ignore until it changes
    No longer matches: Use Shop list, Use Address book, These two are the same, Not the same, Ignore until it changes
    ");
}

#[test]
fn a_typed_value_of_a_list_is_a_list() {
    let list = |items: &[&str]| Some(Value::List(items.iter().map(|item| (*item).to_owned()).collect()));
    let field = given::field("labels", list(&["a"]), list(&["b"]), None);
    let mut draft = Draft::default();
    super::detail::type_value(&mut draft, &field, "x, y,");
    let expect = FieldChoice::Value(list(&["x", "y"]).unwrap());
    assert_eq!(draft.choices.get("labels"), Some(&expect));
    super::detail::choose(&mut draft, &field, Side::B);
    assert_eq!(draft.choices.get("labels"), Some(&FieldChoice::Use(Side::B)));
    assert_eq!(draft.typed.get("labels").map(String::as_str), Some("b"));
}

#[test]
fn a_draft_is_applied_field_by_field() {
    let matter = given::matter(0, MatterKind::Mismatch(MismatchKind::Different));
    let mut draft = Draft::default();
    super::detail::choose(&mut draft, &matter.fields[2], Side::A);
    let detail = Detail::of(&matter, &names(), &draft, given::now());
    assert_eq!(detail.rows[0].chosen, Some(Side::A));
    let choices = [("phone".to_owned(), FieldChoice::Use(Side::A))];
    assert_eq!(detail.apply, Some(Resolution::Fields(choices.into())));
}

#[test]
fn a_plan_is_told_in_sentences_and_can_be_filtered() {
    let mut plan = given::plan();
    plan.stop = Some(Stop::EmptyListing { side: Side::B, known: 120 });
    let mut preview = Preview::of(Arc::new(plan), Some(given::spec()), names());
    preview.finish();
    let sentences: Vec<&str> = preview.sentences.iter().map(|(_, sentence)| sentence.as_str()).collect();
    assert_eq!(
        sentences,
        [
            "10 new in Address book",
            "10 updated in Shop list",
            "10 questions for you",
            "10 already the same",
            "1 set aside"
        ]
    );
    assert!(preview.warnings[0].starts_with("Address book came back empty, though 120 records were known."));
    preview.kind = Some(What::Ask);
    preview.filter();
    preview.finish();
    assert_eq!(preview.shown_labels().len(), 10);
    preview.kind = None;
    preview.text = " żółk ".to_owned();
    preview.filter();
    preview.finish();
    assert_eq!(
        preview.shown_labels(),
        ["Łukasz Żółkiewski", "Łukasz Żółkiewski 14", "Łukasz Żółkiewski 26", "Łukasz Żółkiewski 38"]
    );
}

#[test]
fn a_compare_is_told_in_one_sentence() {
    let now = given::now();
    let mut report: CompareReport = given::report();
    let sentence = |open| super::compare::Totals::of(&report, open, &names(), now).sentence;
    assert_eq!(sentence(1), "3 differences found, 1 open now. Compared 3 hours ago.");
    assert_eq!(sentence(0), "3 differences found, all settled since. Compared 3 hours ago.");
    let totals = super::compare::Totals::of(&report, 3, &names(), now);
    assert_eq!(totals.sentence, "3 differences found. Compared 3 hours ago.");
    assert!(totals.numbers.contains(&("1".to_owned(), "only in Shop list".to_owned())));
    report.counts = crate::model::CompareCounts { matched: 200, ..Default::default() };
    let totals = super::compare::Totals::of(&report, 0, &names(), now);
    assert_eq!(totals.sentence, "Both sides agree. Compared 3 hours ago.");
}

#[test]
fn an_alert_leads_to_what_it_is_about() {
    let rows: Vec<String> = given::alerts()
        .iter()
        .map(|alert| {
            let row = super::alerts::Row::of(alert, &[], given::now());
            format!("{:?}, {}: {}", row.tone, row.lead.as_deref().unwrap_or("nothing to press"), row.remark)
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    Attention, Review: customers, 1 hour ago, new
    Good, Show the run: customers, 1 hour ago, settled 1 hour ago
    Bad, Open the connection: customers, 1 hour ago
    Good, Show the connection: customers, 1 hour ago
    ");
}

#[test]
fn no_word_of_the_window_is_jargon() {
    let mut found = Vec::new();
    for file in [
        "home",
        "setup/mod",
        "setup/accounts",
        "setup/fields",
        "setup/rules",
        "preview",
        "review/mod",
        "review/list",
        "detail/mod",
        "detail/show",
        "compare/mod",
        "compare/records",
        "history/draw",
        "history/life",
        "history/model",
        "alerts",
        "settings/mod",
        "settings/look",
        "settings/behaviour",
        "settings/data",
        "settings/privacy",
    ] {
        let path = format!("{}/src/ui/views/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).unwrap();
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for text in line.split('"').skip(1).step_by(2) {
                let lower = text.to_lowercase();
                for word in ["etag", "json", "cursor", "sync-token", "sync pair", "baseline", "vcard", "mapping"] {
                    if lower.contains(word) {
                        found.push(format!("{file}: {text}"));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_run_that_failed_says_why() {
    let run = given::run(1, Outcome::Failed, 1, 0, 0);
    assert_eq!(
        crate::ui::words::run_sentence(&run, &names()),
        "The server at 127.0.0.1 did not answer. Is it running?"
    );
}
