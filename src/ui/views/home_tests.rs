//! Home's view model in each of its states, as text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use super::home::Home;
use crate::model::{Outcome, Timestamp};
use crate::service::{PairState, PairStatus, Progress, ProgressMap, Snapshot};
use crate::ui::pace::Paces;
use crate::ui::testing as given;

/// Everything that Home would show, a line for each part.
fn told(snapshot: &Snapshot, progress: &ProgressMap, paces: &Paces) -> String {
    let home = Home::of(snapshot, progress, paces, given::now());
    let mut lines = Vec::new();
    lines.extend(home.warnings.iter().map(|warning| format!("! {warning}")));
    lines.extend(home.summary);
    for card in &home.cards {
        lines.push(format!(
            "{} ({} {:?}, {} {:?}) of {}",
            [&card.names.a, &card.names.b].map(String::as_str).join(" and "),
            card.initials.a,
            card.kinds.a,
            card.initials.b,
            card.kinds.b,
            card.pair,
        ));
        // The time zone is this computer's.
        let state = card.state.split(" since ").next().unwrap();
        lines.push(format!("  {:?} {:?}: {state}", card.tone, card.sign));
        if let Some(work) = &card.work {
            lines.push(format!("  {}, bar at {:?}, stopping: {}", work.step, work.share, work.cancelling));
            continue;
        }
        lines.extend(card.trouble.iter().map(|trouble| format!("  ! {trouble}")));
        lines.push(format!("  {}", card.last));
        lines.push(format!("  {}", card.next));
        lines.extend(card.compared.iter().map(|compared| format!("  {compared}")));
        let bars: Vec<String> = card.spark.iter().map(|bar| format!("{} {:?}", bar.wrote, bar.tone)).collect();
        lines.push(format!("  [{}] {}", bars.join(", "), card.spark_words));
        let flags = [
            card.open.clone().unwrap_or_else(|| "nothing".to_owned()),
            format!("preview {}", card.preview),
            format!("paused {}", card.paused),
            format!("asks {:?}", card.asks),
        ];
        lines.push(format!("  open {}", flags.join(", ")));
    }
    lines.join("\n")
}

fn quiet(snapshot: &Snapshot) -> String {
    told(snapshot, &ProgressMap::new(), &Paces::default())
}

fn named(mut pair: PairState, name: &str) -> PairState {
    pair.spec.name = name.to_owned();
    pair
}

#[test]
fn one_pair_that_waits() {
    insta::assert_snapshot!(quiet(&given::snapshot(vec![given::pair(PairStatus::Waiting)])));
}

#[test]
fn nothing_yet() {
    insta::assert_snapshot!(quiet(&given::snapshot(Vec::new())));
}

#[test]
fn a_new_pair_with_its_preview() {
    let mut pair = given::pair(PairStatus::New);
    pair.runs.clear();
    pair.last_compare = None;
    pair.preview = Some(std::sync::Arc::new(given::plan()));
    insta::assert_snapshot!(quiet(&given::snapshot(vec![pair])));
}

#[test]
fn a_failing_pair_says_why_once() {
    let mut pair = given::pair(PairStatus::Failing { since: Timestamp(0), why: "The server did not answer.".into() });
    pair.runs.insert(0, given::run(13, Outcome::Failed, 1, 0, 0));
    (pair.conflicts, pair.mismatches, pair.last_compare) = (0, 0, Some((given::minutes_ago(5), 0)));
    insta::assert_snapshot!(quiet(&given::snapshot(vec![pair])));
}

#[test]
fn a_pair_at_work_says_how_long_it_takes() {
    let at = |done| {
        let step = Progress { step: "Reading Shop list".into(), done, total: Some(4000), cancelling: false };
        ProgressMap::from([(given::PAIR.to_owned(), step)])
    };
    let snapshot = given::snapshot(vec![given::pair(PairStatus::Working)]);
    let mut paces = Paces::default();
    paces.see(&at(0), Timestamp(given::now().0 - 60_000));
    insta::assert_snapshot!(told(&snapshot, &at(1000), &paces));
    // What is being stopped does not say how long it would have taken.
    let mut stopping = at(1000);
    stopping.get_mut(given::PAIR).unwrap().cancelling = true;
    insta::assert_snapshot!(told(&snapshot, &stopping, &paces));
}

#[test]
fn several_pairs_are_summed_up() {
    let mut paused = named(given::pair(PairStatus::InStep), "suppliers");
    paused.paused = true;
    (paused.conflicts, paused.mismatches) = (0, 0);
    let mut asked = named(given::pair(PairStatus::InStep), "volunteers");
    (asked.conflicts, asked.mismatches, asked.next_sync) = (0, 0, None);
    let mut snapshot = given::snapshot(vec![
        given::pair(PairStatus::Waiting),
        paused,
        asked,
        named(given::pair(PairStatus::Failing { since: Timestamp(0), why: "No answer.".into() }), "old"),
    ]);
    snapshot.warnings = vec!["customers and suppliers write the same list.".into()];
    snapshot.asks = vec!["Address book".into()];
    insta::assert_snapshot!(quiet(&snapshot));
}

#[test]
fn buttons_of_several_cards_have_their_own_names() {
    let pairs = vec![given::pair(PairStatus::InStep), named(given::pair(PairStatus::InStep), "suppliers")];
    let home = Home::of(&given::snapshot(pairs), &ProgressMap::new(), &Paces::default(), given::now());
    assert_eq!(home.cards[1].named("Sync now"), "Sync now: suppliers");
    let one = Home::of(
        &given::snapshot(vec![given::pair(PairStatus::InStep)]),
        &ProgressMap::new(),
        &Paces::default(),
        given::now(),
    );
    assert_eq!(one.cards[0].named("Sync now"), "Sync now");
}
