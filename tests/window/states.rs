//! Each view while it is empty, while it reads, when something cannot be read, and when it is crowded.
//!
//! What is read late comes when the stand-in lets go of it, so each test sees the view before and after.

use std::sync::Arc;

use duosync::model::{Alert, AlertKind, ConflictKind, Matter, MatterKind, MismatchKind, Side};
use duosync::service::{Command, Event, Look, PairStatus, Progress, SyncMode};
use egui_kittest::kittest::Queryable;

use super::given::{self, World};
use super::{Window, home};

const WHY: &str = "The disk gives no answer.";

fn waiting() -> World {
    World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]))
}

fn slow(what: &'static str) -> Window {
    Window::open(World { slow: Some(what), ..waiting() })
}

fn broken(what: &'static str) -> Window {
    Window::open(World { trouble: Some((what, WHY.into())), ..waiting() })
}

impl Window {
    /// Lets the stand-in answer what it held back.
    fn release(&mut self) {
        self.stand.release();
        self.settle();
    }

    /// Nothing goes wrong any more, and the operator tries again.
    fn mend_and_try_again(&mut self) {
        self.stand.mend();
        self.press("Try again");
        assert!(!self.sees(WHY), "the trouble is over");
    }

    fn times(&self, fits: impl Fn(&Command) -> bool) -> usize {
        self.stand.heard.lock().unwrap().iter().filter(|command| fits(command)).count()
    }
}

#[test]
fn home_says_that_it_reads_before_it_knows_anything() {
    duosync::texts::set_language(duosync::texts::Language::English);
    let mut window = slow("Snapshot");
    assert!(window.sees("Duosync is reading what it remembers."));
    assert!(!window.sees("Connect two accounts"), "nobody is told that nothing is there before that is known");
    window.release();
    assert!(!window.sees("Duosync is reading what it remembers."));
    assert!(window.sees("Shop list and Address book"));
}

#[test]
fn forty_pairs_are_summed_up_and_each_can_be_synced() {
    let pairs = (1..=40).map(|number| {
        let mut pair = given::pair(if number % 4 == 0 { PairStatus::Waiting } else { PairStatus::InStep });
        pair.spec.name = format!("branch {number}");
        (pair.conflicts, pair.mismatches) = if number % 4 == 0 { (3, 4) } else { (0, 0) };
        pair
    });
    let mut window = Window::open(World::new(given::snapshot(pairs.collect())));
    assert!(window.sees("40 connections: ") && window.sees("30 in step"));
    window.press_far("Sync now: branch 40");
    assert!(window.heard(|command| matches!(
        command,
        Command::Sync { pair, mode: SyncMode::Normal } if pair == "branch 40"
    )));
    assert_eq!(window.times(|command| matches!(command, Command::Sync { .. })), 1);
}

/// The assistant with a file as its first account, about to be tried.
fn with_a_file(mut window: Window) -> Window {
    window.press("Connect two accounts");
    window.press("Spreadsheet file (CSV)");
    window.write("File", "/home/ann/shop.csv");
    window
}

/// The assistant, gone on to the fields.
fn at_the_fields(world: World) -> Window {
    let mut window = with_a_file(Window::open(world));
    window.press("Try connection");
    window.press("Continue");
    window.press("Address book (CardDAV)");
    window.write("Address of the server", "https://contacts.example.org");
    window.press("Try connection");
    window.press_far("List");
    window.press("Customers");
    window.press("Continue");
    window
}

fn nothing_yet() -> World {
    World::new(given::snapshot(Vec::new()))
}

#[test]
fn a_connection_that_is_tried_says_so_and_can_be_stopped() {
    let mut window = with_a_file(Window::open(World { slow: Some("TryAccount"), ..nothing_yet() }));
    window.press("Try connection");
    assert!(window.is("Trying…"));
    assert!(window.harness.query_by_label("Try connection").is_none(), "it is not tried twice at once");
    window.press("Stop");
    assert!(!window.sees("Trying…"));
    assert!(window.heard(|command| matches!(command, Command::Stop(_))));
    window.release();
    assert!(!window.sees("Find the lists"), "the late answer is of nothing that is asked any more");
    window.press("Try connection");
    assert!(window.sees("Find the lists: 1 found"));
}

#[test]
fn a_connection_that_fails_says_why_and_is_tried_again() {
    let mut window = with_a_file(Window::open(World {
        trouble: Some(("TryAccount", "There is no file /home/ann/shop.csv.".into())),
        ..nothing_yet()
    }));
    window.press("Try connection");
    assert!(window.sees("There is no file /home/ann/shop.csv."));
    window.press("Continue");
    assert!(!window.sees("Which is the second account?"), "nothing goes on with an account that does not answer");
    window.stand.mend();
    window.press("Try connection");
    assert!(!window.sees("There is no file"));
    window.press("Continue");
    assert!(window.sees("Which is the second account?"));
}

#[test]
fn the_assistant_says_that_it_reads_the_fields() {
    let mut window = at_the_fields(World { slow: Some("Survey"), ..nothing_yet() });
    assert!(window.sees("Reading the fields of both sides…"));
    assert!(!window.sees("Which field is which?"));
    window.release();
    assert!(!window.sees("Reading the fields of both sides…"));
    assert!(window.sees("Which field is which?"));
}

#[test]
fn fields_that_cannot_be_read_are_read_again() {
    let mut window = at_the_fields(World { trouble: Some(("Survey", WHY.into())), ..nothing_yet() });
    assert!(window.sees(WHY));
    assert!(!window.sees("Which field is which?"));
    window.mend_and_try_again();
    assert!(window.sees("Which field is which?"));
}

#[test]
fn two_hundred_fields_are_found_by_their_name_and_paired() {
    let mut window = at_the_fields(World { more_fields: 200, ..nothing_yet() });
    assert!(window.is("shop: Extra 198"));
    window.fill("Find a field", "Extra 199");
    assert!(!window.is("shop: Extra 198"), "the others are not shown");
    window.press_far("shop: Extra 199");
    window.press_far("Address book: Extra 199");
    assert!(window.is("Row 5, shop: Extra 199"));
    assert!(window.is("Row 5, Address book: Extra 199"));
}

#[test]
fn review_says_that_it_reads() {
    let mut window = slow("Look(Matters");
    window.press("Review");
    assert!(window.sees("Duosync is looking what waits for you."));
    assert!(!window.sees("Nothing waits for you"), "nobody is told that all is well before that is known");
    window.release();
    assert!(!window.sees("Duosync is looking what waits for you."));
    assert!(window.sees("7 shown"));
}

#[test]
fn a_record_of_the_review_says_that_it_is_read() {
    let mut window = slow("Look(Details");
    window.press("Review");
    assert!(window.sees("Reading the record…"));
    assert!(!window.is("Use Shop list"), "nothing is settled unseen");
    window.release();
    assert!(!window.sees("Reading the record…"));
    assert!(window.is("Use Shop list"));
}

#[test]
fn a_list_that_cannot_be_looked_through_is_tried_again() {
    let mut window = broken("Look(Matters");
    window.press("Review");
    assert!(window.sees("The list could not be looked through"));
    assert!(window.sees(WHY));
    assert!(!window.sees("Nothing waits for you"));
    window.mend_and_try_again();
    assert!(window.sees("7 shown"));
}

#[test]
fn a_pair_that_was_never_compared_says_what_a_compare_does() {
    let mut pair = given::pair(PairStatus::InStep);
    pair.last_compare = None;
    let mut window = Window::open(World { compared: false, ..World::new(given::snapshot(vec![pair])) });
    window.press("Compare");
    assert!(window.sees("Not compared yet"));
    assert!(window.sees("It writes nothing."));
    window.press("Compare now");
    assert!(window.heard(|command| matches!(command, Command::Compare { pair, export: None } if pair == given::PAIR)));
}

#[test]
fn compare_says_that_it_reads_the_last_one() {
    let mut window = slow("Look(Compares");
    window.press("Compare");
    assert!(window.sees("Reading the last compare…"));
    assert!(!window.sees("Not compared yet"));
    window.release();
    assert!(!window.sees("Reading the last compare…"));
    assert!(window.sees("3 differences found"));
}

#[test]
fn compare_says_that_it_reads_its_records() {
    let mut window = slow("Look(Rows");
    window.press("Compare");
    assert!(window.sees("Reading the records…"));
    assert!(!window.sees("The records are not here"));
    window.release();
    assert!(!window.sees("Reading the records…"));
    assert!(window.sees("24 records"));
}

#[test]
fn compare_counts_the_rows_that_are_made() {
    let mut window = slow("Look(Rows");
    window.press("Compare");
    let (step, total) = ("Preparing the rows".to_owned(), Some(1_000_000));
    let now = Progress { step, done: 340_000, total, cancelling: false };
    window.stand.progress_of(&duosync::service::rows_name(given::PAIR), now);
    window.settle();
    assert!(window.sees("Preparing the rows: 340,000 of 1,000,000"));
    assert!(!window.sees("Cancel"), "the pair itself is not at work");
}

#[test]
fn a_compare_that_cannot_be_read_is_read_again() {
    for what in ["Look(Compares", "Look(Rows"] {
        let mut window = broken(what);
        window.press("Compare");
        assert!(window.sees("The compare could not be read"), "{what}");
        assert!(window.sees(WHY), "{what}");
        assert!(!window.sees("Not compared yet") && !window.sees("The records are not here"), "{what}");
        window.mend_and_try_again();
        assert!(window.sees("3 differences found"), "{what}");
        assert!(window.sees("24 records"), "{what}");
    }
}

#[test]
fn ten_thousand_records_of_a_compare_are_read_a_page_at_a_time() {
    let different = (0..10_000).map(|number| given::matter(number, MatterKind::Mismatch(MismatchKind::Different)));
    let mut window = Window::open(World { matters: std::sync::Arc::new(different.collect()), ..waiting() });
    window.press("Compare");
    assert!(window.sees("10,020 records"));
    let pages = |window: &Window| {
        let heard = window.stand.heard.lock().unwrap();
        let offset = |command: &Command| {
            let Command::Look(Look::Rows(query)) = command else { return None };
            Some(query.offset)
        };
        heard.iter().filter_map(offset).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(pages(&window), [0].into());
    assert!(!window.sees("Ann Peeters 9996"));
    window.harness.key_press(eframe::egui::Key::End);
    window.settle();
    assert_eq!(pages(&window), [0, 10_000].into(), "only what is seen is read");
    assert!(window.sees("The same on both sides"));
    window.write("Search the records", "Ann Peeters 9996");
    assert!(window.sees("1 record"));
    assert!(window.is("Use Shop list"), "it can be settled where it is found");
}

#[test]
fn a_history_without_a_sync_says_what_it_is_for() {
    let mut window = Window::open(World { runs: 0, ..waiting() });
    window.press("History");
    assert!(window.sees("Nothing has been done yet"));
    window.press("Outcome");
    window.press("Failed");
    assert!(window.sees("Nothing fits"), "an empty history and a narrow filter are told apart");
    window.press("Show everything");
    assert!(window.sees("Nothing has been done yet"));
}

#[test]
fn history_says_that_it_reads() {
    let mut window = slow("History");
    window.press("History");
    assert!(window.sees("Reading the history…"));
    assert!(!window.sees("Nothing has been done yet"));
    window.release();
    assert!(!window.sees("Reading the history…"));
    assert!(window.sees("3 syncs"));
}

#[test]
fn the_changes_of_a_sync_say_that_they_are_read() {
    let mut window = slow("Writes");
    window.press("History");
    assert!(window.sees("Reading its changes…"));
    assert!(!window.sees("It wrote nothing."));
    window.release();
    assert!(!window.sees("Reading its changes…"));
    assert!(window.sees("15 shown"));
}

#[test]
fn a_records_life_says_that_it_is_looked_for() {
    let mut window = slow("Lives");
    window.press("History");
    window.write("What happened to…", "Ann Peeters");
    window.press("Find the record");
    assert!(window.sees("Looking through everything that was done…"));
    assert!(!window.sees("Nobody found"));
    window.release();
    assert!(!window.sees("Looking through everything that was done…"));
    assert!(window.sees("You answered: use Address book"));
}

#[test]
fn a_history_that_cannot_be_read_is_read_again() {
    let mut window = broken("History");
    window.press("History");
    assert!(window.sees("The history could not be read"));
    assert!(window.sees(WHY));
    assert!(!window.sees("Reading the history…"), "nobody waits for what does not come");
    window.mend_and_try_again();
    assert!(window.sees("3 syncs"));
}

#[test]
fn changes_of_a_sync_that_cannot_be_read_are_read_again() {
    let mut window = broken("Writes");
    window.press("History");
    assert!(window.sees("Its changes could not be read"));
    assert!(window.sees(WHY));
    assert!(!window.sees("It wrote nothing.") && !window.sees("Reading its changes…"));
    window.mend_and_try_again();
    assert!(window.sees("15 shown"));
}

#[test]
fn a_record_that_cannot_be_looked_for_leaves_the_history_as_it_was() {
    let mut window = broken("Lives");
    window.press("History");
    window.write("What happened to…", "Ann Peeters");
    window.press("Find the record");
    assert!(window.sees(WHY));
    assert!(!window.sees("Looking through everything") && !window.sees("Nobody found"));
    assert!(window.sees("3 syncs"));
    window.stand.mend();
    window.press("Find the record");
    assert!(!window.sees(WHY));
    assert!(window.sees("You answered: use Address book"));
}

#[test]
fn an_undo_that_cannot_be_thought_through_undoes_nothing() {
    let mut window = broken("UndoPlan");
    window.press("History");
    window.press("Undo this run");
    assert!(window.sees(WHY));
    assert!(!window.is("Yes, undo it"));
    assert!(!window.heard(|command| matches!(command, Command::Undo(_))));
    window.stand.mend();
    window.press("Undo this run");
    assert!(!window.sees(WHY));
    assert!(window.is("Yes, undo it"));
}

#[test]
fn no_alerts_are_no_empty_page() {
    let mut window = Window::open(World { alerts: Vec::new(), ..waiting() });
    window.press("Alerts");
    assert!(window.sees("No alerts"));
    assert!(window.sees("When something needs you or goes wrong, it is kept here."));
    // What comes up meanwhile is shown at once.
    let alert = given::alerts().remove(0);
    window.stand.world.lock().unwrap().alerts = vec![alert.clone()];
    window.stand.say(Event::Alerted(alert));
    window.settle();
    assert!(!window.sees("No alerts"));
    assert!(window.sees("3 records were changed on both sides."));
}

#[test]
fn a_notification_leads_to_its_own_question_and_not_to_an_older_one() {
    let mut window = Window::open(waiting());
    // It is on the desktop before the window has heard that there is something new.
    let asked =
        Matter { opened: given::minutes_ago(1), ..given::matter(7, MatterKind::Conflict(ConflictKind::BothChanged)) };
    let matters = [given::matters(), vec![asked]].concat();
    window.stand.world.lock().unwrap().matters = Arc::new(matters);
    let alert = Alert { at: given::now(), ..given::alerts().remove(0) };
    window.stand.say(Event::Opened(Some(alert)));
    window.settle();
    assert!(window.sees("contact7@example.org"));
}

#[test]
fn alerts_say_that_they_are_read() {
    let mut window = slow("Alerts");
    window.press("Alerts");
    assert!(window.sees("Reading the alerts…"));
    assert!(!window.sees("No alerts"));
    window.release();
    assert!(!window.sees("Reading the alerts…"));
    assert!(window.sees("Address book refused the password"));
}

#[test]
fn alerts_that_cannot_be_read_are_read_again() {
    let mut window = broken("Alerts");
    window.press("Alerts");
    assert!(window.sees("The alerts could not be read"));
    assert!(window.sees(WHY));
    assert!(!window.sees("No alerts") && !window.sees("Reading the alerts…"));
    window.mend_and_try_again();
    assert!(window.sees("Address book refused the password"));
}

#[test]
fn where_only_what_healed_is_left_nothing_needs_the_operator() {
    let healed = given::alerts().into_iter().map(|alert| Alert { healed: Some(given::minutes_ago(1)), ..alert });
    let mut window = Window::open(World { alerts: healed.collect(), ..waiting() });
    window.press("Alerts");
    assert!(window.sees("Nothing needs you now."));
    assert!(window.sees("settled 1 minute ago"));
}

/// Many alerts, of which every fourth waits for the operator.
fn many_alerts() -> Vec<Alert> {
    let alert = |number: i64| {
        let needs = number % 4 == 0;
        Alert {
            id: number,
            pair: given::PAIR.into(),
            kind: if needs { AlertKind::Conflicts } else { AlertKind::RunFailed },
            key: format!("run {number}"),
            text: if needs { format!("Question {number}") } else { format!("The server was away, time {number}.") },
            at: given::minutes_ago(number),
            seen: true,
            healed: (!needs).then(|| given::minutes_ago(number)),
        }
    };
    (0..400).map(alert).collect()
}

#[test]
fn four_hundred_alerts_show_what_needs_the_operator_first_and_older_ones_on_a_press() {
    let mut window = Window::open(World { alerts: many_alerts(), ..waiting() });
    window.press("Alerts");
    let shown = |window: &Window, text: &str| window.harness.query_all_by_label_contains(text).count();
    // Each is on the page as a text, and in the name of the button that leads to it.
    let questions = shown(&window, "Question ");
    assert!(questions >= 100, "all that wait are there, not {questions}");
    assert!(window.sees("The server was away, time 1."));
    assert!(!window.sees("The server was away, time 150."), "not all that is long over is drawn");
    for _ in 0..2 {
        window.press_far("Show older alerts");
    }
    assert!(window.sees("The server was away, time 150."));
    // The last one leads where it belongs, too.
    window.press_far("Review: customers, Question 396");
    assert!(window.sees("Changed on both sides"));
}

#[test]
fn an_alert_leads_to_what_it_is_about() {
    for (text, seen) in [
        (
            "Review: customers, 3 records were changed on both sides. Choose which values to keep.",
            "Changed on both sides",
        ),
        ("Show the run: customers, The server at 127.0.0.1 did not answer.", "Is it running?"),
        ("Open the connection: customers, Address book refused the password. Type it again.", "Change the connection"),
    ] {
        let mut window = home();
        window.press("Alerts");
        window.press_far(text);
        assert!(window.sees(seen), "{text}");
    }
}

#[test]
fn likely_partners_come_when_they_are_found() {
    let mut world = waiting();
    world.matters = std::sync::Arc::new(vec![given::matter(2, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)))]);
    world.slow = Some("Look(Partners");
    let mut window = Window::open(world);
    window.press("Review");
    assert!(!window.sees("Maybe it is one of these"));
    window.release();
    assert!(window.sees("Maybe it is one of these in Address book:"));
}
