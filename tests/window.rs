//! The window, pressed by its accessible names, with a stand-in for the service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by a panic, and documents itself"
)]

#[path = "window/real.rs"]
mod real;
#[path = "window/settings.rs"]
mod settings;
#[path = "support/settings.rs"]
#[allow(dead_code, clippy::format_push_string, reason = "as in the other tests that share it")]
mod settings_file;
#[path = "window/states.rs"]
mod states;
mod window_support;

use std::sync::Arc;

use duosync::model::{
    ConflictKind, Direction, FieldChoice, MatterId, MatterKind, MismatchKind, Resolution, Side, Timestamp, Value,
};
use duosync::service::{Command, CompareQuery, Event, Handle, Look, PairStatus, Progress, SyncMode};
use duosync::ui::DuosyncApp;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use window_support as given;
use window_support::{Stand, World};

struct Window {
    harness: Harness<'static, (Option<Handle>, Option<DuosyncApp>)>,
    stand: Arc<Stand>,
}

impl Window {
    fn open(world: World) -> Self {
        Self::open_at(world, [1100.0, 720.0])
    }

    fn open_at(world: World, size: [f32; 2]) -> Self {
        let (handle, stand) = given::stand(world, Arc::new(|| {}));
        // The app is made in the first frame, for it dresses the context that it is drawn in.
        let harness = Harness::builder().with_size(size).with_max_steps(40).build_ui_state(
            |ui, (handle, app): &mut (Option<Handle>, Option<DuosyncApp>)| {
                if let Some(handle) = handle.take() {
                    *app = Some(DuosyncApp::new(ui.ctx(), handle));
                }
                app.as_mut().expect("it was just made").show(ui);
            },
            (Some(handle), None),
        );
        let mut window = Self { harness, stand };
        window.settle();
        window
    }

    /// Answers commands and draws until nothing more happens.
    fn settle(&mut self) {
        for _ in 0..6 {
            self.stand.answer();
            self.harness.run();
        }
    }

    fn settle_once(&mut self) {
        self.stand.answer();
        self.harness.step();
    }

    fn press(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.settle();
    }

    /// Presses what may lie below the edge of the window, as the desktop's accessibility does.
    fn press_far(&mut self, name: &str) {
        self.harness.get_by_label(name).click_accesskit();
        self.settle();
    }

    /// Types into a field.
    fn write(&mut self, name: &str, text: &str) {
        self.press(name);
        self.harness.get_by_label(name).type_text(text);
        self.settle();
    }

    /// Types a text in the place of what a field holds, wherever on the page it is.
    fn fill(&mut self, name: &str, text: &str) {
        self.harness.get_by_label(name).focus();
        self.harness.run();
        self.harness.key_press_modifiers(eframe::egui::Modifiers::COMMAND, eframe::egui::Key::A);
        self.harness.run();
        self.harness.get_by_label(name).type_text(text);
        self.settle();
    }

    /// Whether something is called exactly so.
    fn is(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    fn sees(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).next().is_some()
    }

    fn heard(&self, fits: impl Fn(&Command) -> bool) -> bool {
        self.stand.heard.lock().unwrap().iter().any(fits)
    }

    fn resolved(&self) -> Vec<(Vec<MatterId>, Resolution)> {
        let heard = self.stand.heard.lock().unwrap();
        heard
            .iter()
            .filter_map(|command| {
                let Command::Resolve { ids, resolution } = command else { return None };
                Some((ids.clone(), resolution.clone()))
            })
            .collect()
    }
}

fn home() -> Window {
    Window::open(World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)])))
}

#[test]
fn sync_now_is_sent_and_told() {
    let mut window = home();
    assert!(window.sees("Shop list and Address book"));
    assert!(window.sees("3 added to Address book, 12 updated in Shop list"));
    window.press("Sync now");
    assert!(window.heard(|command| matches!(
        command,
        Command::Sync { pair, mode: SyncMode::Normal } if pair == given::PAIR
    )));
    assert!(window.sees("Synced: 3 added to Address book"));
}

#[test]
fn a_run_shows_its_step_and_can_be_cancelled() {
    let mut window = home();
    window.stand.progress(Progress {
        step: "Reading Shop list".into(),
        done: 120,
        total: Some(200),
        cancelling: false,
    });
    window.settle();
    assert!(window.sees("Reading Shop list: 120 of 200"));
    window.press("Cancel");
    assert!(window.heard(|command| matches!(command, Command::Cancel(pair) if pair == given::PAIR)));
}

#[test]
fn pause_is_sent_and_said() {
    let mut window = home();
    window.press("Pause");
    assert!(window.heard(|command| matches!(command, Command::Pause { paused: true, .. })));
    let mut paused = given::pair(PairStatus::InStep);
    paused.paused = true;
    window.stand.say(Event::Changed(Arc::new(given::snapshot(vec![paused]))));
    window.settle();
    assert!(window.sees("Paused"));
    window.press("Go on");
    assert!(window.heard(|command| matches!(command, Command::Pause { paused: false, .. })));
}

#[test]
fn the_first_preview_is_shown_and_accepted() {
    let mut pair = given::pair(PairStatus::New);
    pair.preview = Some(Arc::new(given::plan()));
    let mut window = Window::open(World::new(given::snapshot(vec![pair])));
    window.press("Review first sync");
    assert!(window.sees("What the sync will do"));
    assert!(window.sees("10 new in Address book"));
    assert!(window.sees("10 updated in Shop list"));
    assert!(window.sees("10 questions for you"));
    window.press("Start syncing");
    assert!(window.heard(|command| matches!(command, Command::Sync { mode: SyncMode::Accept, .. })));
}

#[test]
fn not_now_writes_nothing() {
    let mut pair = given::pair(PairStatus::New);
    pair.preview = Some(Arc::new(given::plan()));
    let mut window = Window::open(World::new(given::snapshot(vec![pair])));
    window.press("Review first sync");
    window.press("Not now");
    assert!(window.sees("Review first sync"));
    assert!(!window.heard(|command| matches!(command, Command::Sync { .. })));
}

#[test]
fn a_conflict_is_settled_with_use() {
    let mut window = home();
    window.press("Review");
    assert!(window.sees("Changed on both sides"));
    assert!(window.sees("before: +32 478 00 00 00"));
    window.press("Use Shop list");
    assert_eq!(window.resolved(), vec![(vec![MatterId(1)], Resolution::Use(Side::A))]);
    assert!(window.harness.query_by_label("Undo").is_some(), "the message offers Undo");
    assert!(!window.sees("Tick Ann Peeters"), "the settled matter is gone from the list");
    window.harness.key_press(eframe::egui::Key::Z);
    window.settle();
    assert!(window.heard(|command| matches!(command, Command::Undo(_))));
    assert!(window.heard(|command| matches!(command, Command::Compare { .. })), "what differs again is found again");
}

#[test]
fn a_mismatch_is_settled_field_by_field() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.matters = Arc::new(vec![given::matter(1, MatterKind::Mismatch(MismatchKind::Different))]);
    let mut window = Window::open(world);
    window.press("Compare");
    assert!(window.sees("3 differences found"));
    window.press("Phone: use Address book");
    let result = window.harness.get_by_label("City: result");
    result.focus();
    window.harness.run();
    window.harness.get_by_label("City: result").type_text("Gent");
    window.settle();
    assert!(window.resolved().is_empty(), "nothing is written before Apply");
    window.press("Apply");
    let choices =
        [("city".to_owned(), FieldChoice::Value(Value::text("Gent"))), ("phone".to_owned(), FieldChoice::Use(Side::B))];
    assert_eq!(window.resolved(), vec![(vec![MatterId(2)], Resolution::Fields(choices.into()))]);
}

#[test]
fn a_record_of_one_side_is_deleted_only_after_a_yes() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.matters = Arc::new(vec![given::matter(2, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)))]);
    let mut window = Window::open(world);
    window.press("Review");
    window.press("Delete from Shop list");
    assert!(window.resolved().is_empty());
    window.press("No, go back");
    assert!(window.resolved().is_empty());
    window.press("Delete from Shop list");
    window.press("Yes, delete it");
    assert_eq!(window.resolved(), vec![(vec![MatterId(3)], Resolution::Delete(Side::A))]);
}

#[test]
fn several_candidates_are_linked_as_picked() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.matters = Arc::new(given::matters().into_iter().filter(|matter| matter.id == MatterId(5)).collect());
    let mut window = Window::open(world);
    window.press("Review");
    assert!(window.sees("Antwerpen"), "each record is shown with its values");
    assert!(window.harness.query_by_label("Apply").is_none(), "there is no one record whose fields could be chosen");
    window.press("Record b.vcf");
    window.press("These two are the same");
    let resolved = window.resolved();
    let Resolution::Link(ids) = &resolved[0].1 else { panic!("not a link: {resolved:?}") };
    assert_eq!((ids.a.as_str(), ids.b.as_str()), ("7", "b.vcf"));
}

#[test]
fn a_bulk_answer_names_the_number_and_leaves_other_kinds_open() {
    let mut window = home();
    window.press("Review");
    window.press("Use Shop list for the 7 shown");
    assert!(window.sees("Use Shop list for 4 records?"));
    assert!(window.sees("3 of another kind stay open"));
    assert!(window.resolved().is_empty());
    window.press("Yes, for 4 records");
    let ids = vec![MatterId(1), MatterId(2), MatterId(6), MatterId(7)];
    assert_eq!(window.resolved(), vec![(ids, Resolution::Use(Side::A))]);
}

#[test]
fn what_one_side_lacks_is_created_for_many_and_can_be_taken_back() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    let lone = |number| given::matter(number, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)));
    let other = given::matter(9, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::B)));
    world.matters = Arc::new((0..3).map(lone).chain([other]).collect());
    let mut window = Window::open(world);
    window.press("Review");
    window.press("More for many…");
    window.press("Create the 3 missing in Address book");
    assert!(window.sees("Create 3 records in Address book?"));
    assert!(window.sees("1 of another kind stays open"));
    assert!(window.resolved().is_empty());
    window.press("Yes, for 3 records");
    assert_eq!(window.resolved(), vec![(vec![MatterId(1), MatterId(2), MatterId(3)], Resolution::Create)]);
    window.press("Undo");
    assert!(window.heard(|command| matches!(command, Command::Undo(_))));
}

#[test]
fn an_answer_that_fits_none_of_them_says_so() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    let lone = |number| given::matter(number, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)));
    world.matters = Arc::new((0..3).map(lone).collect());
    let mut window = Window::open(world);
    window.press("Review");
    window.press("Use Shop list for the 3 shown");
    assert!(window.sees("None of these can be settled this way."));
    assert!(window.resolved().is_empty());
}

#[test]
fn many_are_ignored_and_opened_again() {
    let mut window = home();
    window.press("Review");
    window.press("More for many…");
    window.press("Ignore the 7 until they change");
    assert!(window.sees("Nothing is written."));
    window.press("Yes, for 7 records");
    let ids: Vec<MatterId> = (1..=7).map(MatterId).collect();
    assert_eq!(window.resolved(), vec![(ids.clone(), Resolution::Ignore)]);
    window.press("Undo");
    assert!(window.heard(|command| matches!(
        command,
        Command::Reopen { ids: again, resolution: Resolution::Ignore } if *again == ids
    )));
}

#[test]
fn in_a_low_window_the_answers_for_many_are_in_a_menu() {
    let world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    let mut window = Window::open_at(world, [512.0, 320.0]);
    window.press("Review");
    assert!(window.harness.query_by_label("Use Shop list for the 7 shown").is_none());
    window.press("More for many…");
    window.press("Use Shop list for the 7 shown");
    assert!(window.sees("Use Shop list for 4 records?"));
}

#[test]
fn a_likely_partner_is_tied_and_another_is_ruled_out() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.matters = Arc::new(vec![given::matter(2, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)))]);
    let mut window = Window::open(world);
    window.press("Review");
    let first = given::partners().remove(0);
    let name = "These two are the same: ";
    window.harness.query_all_by_label_contains(name).next().expect("a likely partner").click_accesskit();
    window.settle();
    let resolved = window.resolved();
    let [(ids, Resolution::Link(tied))] = resolved.as_slice() else { panic!("not a link: {resolved:?}") };
    assert_eq!(ids, &[MatterId(3)]);
    assert_eq!(tied.b, first.record.id);
}

#[test]
fn records_of_a_compare_are_filtered_and_searched() {
    let mut window = home();
    window.press("Compare");
    let asked = |window: &Window, fits: &dyn Fn(&CompareQuery) -> bool| {
        window.heard(|command| matches!(command, Command::Look(Look::Rows(query)) if fits(query)))
    };
    assert!(asked(&window, &|query| query.kind.is_none() && query.text.is_empty()));
    window.press("19 The same on both sides");
    assert!(asked(&window, &|query| query.kind.as_deref() == Some("same")));
    window.write("Search the records", "Ann");
    assert!(asked(&window, &|query| query.text == "Ann"));
}

/// The one row whose name begins so, and whether it is told as picked.
fn row<'a>(window: &'a Window, begins: &'a str) -> (egui_kittest::Node<'a>, Option<bool>) {
    let fits = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        let name = node.label().unwrap_or_default();
        node.role() == eframe::egui::accesskit::Role::ListBoxOption && name.starts_with(begins)
    };
    let mut found: Vec<_> = window.harness.root().children_recursive().filter(fits).collect();
    assert_eq!(found.len(), 1, "rows that begin with {begins}");
    let node = found.remove(0);
    let picked = node.accesskit_node().is_selected();
    (node, picked)
}

#[test]
fn a_row_of_the_review_says_what_it_is_and_is_pressed() {
    let mut window = home();
    window.press("Review");
    let first = "Ann Peeters: Changed on both sides, 2 fields, Shop list and Address book";
    assert_eq!(row(&window, first).1, Some(true));
    let second = "José García Fernández: ";
    let (node, picked) = row(&window, second);
    assert_eq!(picked, Some(false));
    node.click_accesskit();
    window.settle();
    assert_eq!(row(&window, second).1, Some(true));
    assert_eq!(row(&window, first).1, Some(false));
    window.press("Use Address book");
    assert_eq!(window.resolved(), vec![(vec![MatterId(2)], Resolution::Use(Side::B))]);
}

#[test]
fn a_row_is_reached_and_pressed_by_the_keyboard() {
    let mut window = home();
    window.press("Review");
    row(&window, "José").0.focus();
    window.settle();
    window.harness.key_press(eframe::egui::Key::Enter);
    window.settle();
    assert_eq!(row(&window, "José").1, Some(true));
    // From here on the arrows move what is picked, and the keyboard goes with it.
    window.harness.key_press(eframe::egui::Key::ArrowUp);
    window.settle();
    let (node, picked) = row(&window, "Ann Peeters");
    assert!(picked == Some(true) && node.is_focused(), "the picked row has the keyboard");
}

#[test]
fn a_record_of_a_compare_says_what_it_is_and_is_pressed() {
    let mut window = home();
    window.press("Compare");
    let names: Vec<String> = {
        let root = window.harness.root();
        let rows = root
            .children_recursive()
            .filter(|node| node.accesskit_node().role() == eframe::egui::accesskit::Role::ListBoxOption);
        rows.filter_map(|node| node.accesskit_node().label()).collect()
    };
    let second = names.get(1).cloned().unwrap_or_else(|| panic!("{names:?}"));
    assert!(second.contains(": "), "{second}");
    row(&window, &second).0.click_accesskit();
    window.settle();
    assert_eq!(row(&window, &second).1, Some(true), "{names:?}");
}

#[test]
fn keys_move_and_settle() {
    let mut window = home();
    window.press("Review");
    window.harness.key_press(eframe::egui::Key::J);
    window.settle();
    window.harness.key_press(eframe::egui::Key::B);
    window.settle();
    assert_eq!(window.resolved(), vec![(vec![MatterId(2)], Resolution::Use(Side::B))]);
    // Only a side that can be right in values is taken by a key: this record is in one side only.
    window.harness.key_press(eframe::egui::Key::A);
    window.settle();
    assert_eq!(window.resolved().len(), 1);
}

#[test]
fn keys_do_nothing_while_a_text_is_typed() {
    let mut window = home();
    window.press("Review");
    window.press("Search the list");
    window.harness.get_by_label("Search the list").type_text("ab");
    window.harness.key_press(eframe::egui::Key::A);
    window.settle();
    assert!(window.resolved().is_empty());
}

#[test]
fn a_failure_to_settle_is_shown_and_can_be_dismissed() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.trouble = Some(("Resolve", "The file is open in another program. Close it there and try again.".into()));
    let mut window = Window::open(world);
    window.press("Review");
    window.press("Use Shop list");
    assert!(window.sees("The file is open in another program"));
    window.press("Dismiss");
    assert!(!window.sees("The file is open in another program"));
    assert!(window.harness.query_by_label("Use Shop list").is_some(), "the matter can be answered again");
}

#[test]
fn the_empty_window_offers_two_ways_in() {
    let mut window = Window::open(World::new(given::snapshot(Vec::new())));
    assert!(window.harness.query_by_label("Connect two accounts").is_some());
    window.press("Try the sample");
    assert!(window.heard(|command| matches!(command, Command::LoadSample)));
}

#[test]
fn empty_pages_say_what_they_are_for() {
    let mut world = World::new(given::snapshot(Vec::new()));
    world.matters = Arc::default();
    let mut window = Window::open(world);
    window.press("Review");
    assert!(window.sees("Nothing waits for you"));
    window.press("Compare");
    assert!(window.sees("Nothing to compare yet"));
}

#[test]
fn a_failing_pair_says_since_when_and_why() {
    let failing = PairStatus::Failing { since: Timestamp(0), why: "The server did not answer.".into() };
    let window = Window::open(World::new(given::snapshot(vec![given::pair(failing)])));
    assert!(window.sees("Failing since"));
    assert!(window.sees("The server did not answer."));
}

#[test]
fn a_run_is_undone_after_it_was_told_what_that_does() {
    let mut window = home();
    window.press("History");
    assert!(window.sees("03 123 45 67 → +32 3 123 45 68"));
    window.press("Undo this run");
    assert!(window.sees("2 records get their old values back in Shop list."));
    assert!(window.sees("1 change stays as it is:"));
    assert!(window.sees("Bart De Smet: phone is left as it is"));
    assert!(!window.heard(|command| matches!(command, Command::Undo(_))));
    window.press("No, go back");
    window.press("Undo this run");
    window.press("Yes, undo it");
    assert!(window.heard(|command| matches!(command, Command::Undo(run) if run.0 == 12)));
}

#[test]
fn one_write_is_undone() {
    let mut window = home();
    window.press("History");
    window.press("Undo: Ann Peeters, change 1");
    assert!(window.sees("Undo this change of Ann Peeters?"));
    window.press("Yes, undo it");
    assert!(
        window.heard(|command| matches!(command, Command::UndoWrite { run, write } if run.0 == 12 && write == "w0"))
    );
}

#[test]
fn ten_thousand_runs_are_read_a_page_at_a_time() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.runs = 10_000;
    let mut window = Window::open(world);
    window.press("History");
    assert!(window.sees("10,000 syncs"));
    let asked = |window: &Window| {
        let heard = window.stand.heard.lock().unwrap();
        let of = |command: &Command| if let Command::History(query) = command { Some(query.limit) } else { None };
        heard.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(asked(&window), [100]);
    assert!(window.harness.query_all_by_label_contains("Run 10009: ").next().is_some());
    // The next page is read when the end of the first is seen.
    for _ in 0..99 {
        window.harness.key_press(eframe::egui::Key::ArrowDown);
        window.settle_once();
        window.settle_once();
    }
    window.settle();
    assert_eq!(asked(&window), [100, 100]);
}

#[test]
fn the_history_is_filtered_by_outcome() {
    let mut window = home();
    window.press("History");
    window.press("Outcome");
    window.press("Failed");
    assert!(window.sees("1 sync"));
    assert!(window.sees("Run 11: Failed"));
    window.press("Show everything");
    assert!(window.sees("3 syncs"));
}

#[test]
fn a_records_life_is_told_from_its_beginning() {
    let mut window = home();
    window.press("History");
    window.press("What happened to…");
    window.harness.get_by_label("What happened to…").type_text("Ann Peeters");
    window.settle();
    window.press("Find the record");
    assert!(window.heard(|command| matches!(command, Command::Lives(query) if query.text == "Ann Peeters")));
    assert!(window.sees("Updated in Shop list (failed)"));
    assert!(window.sees("it is too long"));
    assert!(window.sees("A sync asked you: Changed on both sides"));
    assert!(window.sees("You answered: use Address book"));
    window.press("Show run 12, step 4");
    assert!(window.sees("Undo this run"), "the way to the run itself");
    window.press("What happened to…");
    window.harness.get_by_label("What happened to…").type_text("nobody");
    window.settle();
    window.press("Find the record");
    assert!(window.sees("Nobody found for “nobody”"));
    window.press("All syncs");
    assert!(window.sees("Undo this run"));
}

#[test]
fn alerts_are_shown_and_marked_as_seen() {
    let mut window = home();
    window.press("Alerts");
    assert!(window.sees("Address book refused the password"));
    assert!(window.heard(|command| matches!(command, Command::AlertsSeen)));
}

#[test]
fn two_accounts_are_connected_from_nothing_to_the_preview() {
    let mut window = Window::open(World::new(given::snapshot(Vec::new())));
    window.press("Connect two accounts");
    window.press("Spreadsheet file (CSV)");
    window.write("File", "/home/ann/shop.csv");
    window.press("Try connection");
    assert!(window.sees("Find the lists: 1 found"));
    assert!(window.sees("Sint-Niklaas"), "the first records are shown");
    window.press("Continue");
    window.press("Address book (CardDAV)");
    window.write("Address of the server", "https://contacts.example.org");
    window.press("Try connection");
    window.press_far("List");
    window.press("Customers");
    window.press("Continue");
    assert!(window.sees("Which field is which?"));
    assert!(window.sees("both hold email addresses"));
    assert!(window.sees("2 problems"), "what would go wrong is counted");
    window.press("Row 3: 2 problems");
    assert!(window.sees("2 records of shop hold no telephone number"));
    assert!(window.sees("What Address book would get from shop:"));
    window.press_far("shop: Remarks");
    assert!(window.sees("Now pick the field of Address book"));
    window.press_far("Address book: Note");
    window.press_far("Row 5: both ways");
    window.press("Back");
    window.press("Continue");
    window.press("Continue");
    window.press("Back");
    window.press("Continue");
    window.press("Save and show the preview");
    let heard = window.stand.heard.lock().unwrap().clone();
    let saved = heard.iter().find_map(|command| {
        let Command::SavePair(spec) = command else { return None };
        Some(spec.clone())
    });
    let saved = saved.expect("the pair is saved");
    assert_eq!(saved.name, "shop and Address book");
    assert_eq!(saved.match_keys, vec!["email"]);
    assert_eq!(saved.ends.b.collection.as_deref(), Some("Customers"));
    assert_eq!(saved.fields.len(), 5);
    assert_eq!(saved.fields[4].direction, Direction::AToB);
    assert!(heard.iter().any(|command| matches!(command, Command::Sync { mode: SyncMode::Preview, .. })));
    assert!(window.sees("What the sync will do"));
    window.press("Back");
    assert!(window.sees("What do you call this connection?"), "the rules can be changed once more");
    window.press("5  First look");
    assert!(window.sees("What the sync will do"));
    window.press("Start syncing");
    assert!(window.heard(|command| matches!(command, Command::Sync { mode: SyncMode::Accept, .. })));
}

#[test]
fn a_password_that_is_asked_at_each_start_is_asked_in_the_window() {
    let mut snapshot = given::snapshot(vec![given::pair(PairStatus::InStep)]);
    snapshot.asks = vec!["Address book".into()];
    let mut window = Window::open(World::new(snapshot.clone()));
    assert!(window.sees("Password for Address book"));
    window.press("Not now");
    assert!(!window.sees("Password for Address book"));
    assert!(window.sees("It waits for the password of Address book."));
    window.press("Sync now");
    assert!(!window.heard(|command| matches!(command, Command::Sync { .. })), "it could only fail");
    assert!(window.sees("Password for Address book"));
    window.harness.get_by_role(eframe::egui::accesskit::Role::PasswordInput).type_text("s3cret");
    window.settle();
    snapshot.asks.clear();
    window.stand.say(Event::Changed(Arc::new(snapshot)));
    window.press("Use this password");
    assert!(window.heard(|command| matches!(
        command,
        Command::Password { account, password } if account == "Address book" && password == "s3cret"
    )));
    assert!(window.heard(|command| matches!(command, Command::Sync { .. })), "what it was needed for is done");
}

#[test]
fn the_passphrase_of_the_encrypted_file_is_asked_in_the_window() {
    let mut snapshot = given::snapshot(vec![given::pair(PairStatus::InStep)]);
    snapshot.locked = vec!["Address book".into()];
    snapshot.secret_file = duosync::service::SecretFile::Locked;
    let mut window = Window::open(World::new(snapshot.clone()));
    assert!(window.sees("Passphrase of the encrypted file"));
    window.press("Not now");
    assert!(window.sees("It waits for the passphrase of the encrypted file."));
    window.press("Sync now");
    assert!(!window.heard(|command| matches!(command, Command::Sync { .. })), "it could only fail");
    window.harness.get_by_role(eframe::egui::accesskit::Role::PasswordInput).type_text("a few words");
    window.settle();
    window.press("Open the file");
    assert!(window.heard(|command| matches!(command, Command::Unlock { passphrase } if passphrase == "a few words")));
    snapshot.locked.clear();
    window.stand.say(Event::Changed(Arc::new(snapshot.clone())));
    window.settle();
    assert!(!window.sees("Passphrase of the encrypted file"));
    assert!(window.heard(|command| matches!(command, Command::Sync { .. })), "what it was needed for is done");

    snapshot.locked = vec!["Address book".into()];
    window.stand.say(Event::Changed(Arc::new(snapshot)));
    window.settle();
    window.press("I have forgotten it");
    assert!(!window.heard(|command| matches!(command, Command::ForgetSecrets)), "it is asked first");
    window.press("Start anew");
    assert!(window.heard(|command| matches!(command, Command::ForgetSecrets)));
}

#[test]
fn an_account_that_is_signed_out_is_signed_in_again_from_home() {
    let mut snapshot = given::snapshot(vec![given::pair(PairStatus::InStep)]);
    snapshot.signed_out = vec!["Address book".into()];
    let mut window = Window::open(World::new(snapshot.clone()));
    assert!(window.sees("It waits until Address book is signed in."));
    window.press("Sign in again");
    assert!(window.heard(|command| matches!(command, Command::SignIn { account } if account == "Address book")));
    snapshot.signing_in =
        vec![duosync::service::SigningIn { account: "Address book".into(), url: "https://example.org/".into() }];
    window.stand.say(Event::Changed(Arc::new(snapshot)));
    window.settle();
    assert!(window.sees("Sign in to Address book in your browser"));
    window.press("Cancel signing in");
    assert!(window.heard(|command| matches!(command, Command::CancelSignIn(account) if account == "Address book")));
}

#[test]
fn without_a_keyring_the_assistant_offers_the_other_ways() {
    let mut world = World::new(given::snapshot(Vec::new()));
    world.trouble = Some(("SaveAccount", "this computer has no keyring that Duosync can reach; use { env }".into()));
    let mut window = Window::open(world);
    window.press("Connect two accounts");
    window.press("Address book (CardDAV)");
    window.write("Address of the server", "https://contacts.example.org");
    window.write("User name (if there is one)", "ann");
    window.write("Password (if there is one)", "s3cret");
    window.press("Try connection");
    window.press_far("List");
    window.press("Customers");
    window.press("Continue");
    window.press("Spreadsheet file (CSV)");
    window.write("File", "/home/ann/shop.csv");
    window.press("Try connection");
    window.press("Continue");
    assert!(window.sees("The password is not kept yet: this computer has no keyring that Duosync can reach."));
    assert!(window.sees("Address of the server"));
    window.press("asked each time Duosync starts");
    assert!(!window.sees("The password is not kept yet"));
    assert!(window.sees("Find the lists: 2 found"), "it need not be tried again");
}

#[test]
fn a_hundred_thousand_matters_scroll_and_are_searched() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    let many = (0..100_000).map(|number| given::matter(number, MatterKind::Conflict(ConflictKind::BothChanged)));
    world.matters = Arc::new(many.collect());
    let mut window = Window::open(world);
    window.press("Review");
    assert!(window.sees("100,000 shown"));
    let drawn = window.harness.query_all_by_label_contains("Tick ").count();
    assert!((3..60).contains(&drawn), "only the rows that are seen are drawn, not {drawn}");
    // How long a frame takes is measured in benches/million.py; here, that a key looks through nothing again.
    let searches = |window: &Window| {
        let heard = window.stand.heard.lock().unwrap();
        heard.iter().filter(|command| matches!(command, Command::Look(Look::Matters(_)))).count()
    };
    let before = searches(&window);
    for _ in 0..20 {
        window.harness.key_press(eframe::egui::Key::ArrowDown);
        window.harness.step();
    }
    window.settle();
    assert_eq!(searches(&window), before);
    assert!(window.harness.query_by_label("Tick Bart De Smet 18").is_some(), "the list follows the keys");
    window.press("Search the list");
    window.harness.get_by_label("Search the list").type_text("99999");
    window.settle();
    assert!(window.sees("1 shown"));
}

#[test]
fn a_walk_through_the_review_lays_each_frame_out_once() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    // Records with other answers, over one line and over two.
    let kinds = |number: usize| match number % 3 {
        0 => MatterKind::Conflict(ConflictKind::BothChanged),
        1 => MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)),
        _ => MatterKind::Conflict(ConflictKind::DeletedAndChanged(Side::B)),
    };
    world.matters = Arc::new((0..30).map(|number| given::matter(number, kinds(number))).collect());
    let mut window = Window::open(world);
    window.press("Review");
    let counts = |window: &Window| {
        let ctx = &window.harness.ctx;
        (ctx.cumulative_frame_nr(), ctx.cumulative_pass_nr())
    };
    let (frames, passes) = counts(&window);
    for _ in 0..9 {
        window.harness.key_press(eframe::egui::Key::J);
        window.settle();
    }
    let (frames, passes) = (counts(&window).0 - frames, counts(&window).1 - passes);
    assert!(frames >= 9);
    assert_eq!(passes, frames, "passes and frames");
}

#[test]
fn an_idle_window_is_not_drawn_again() {
    let mut window = home();
    window.settle();
    let delay = window.harness.output().viewport_output.values().map(|output| output.repaint_delay).min();
    assert!(delay.is_some_and(|delay| delay > std::time::Duration::from_hours(1)), "{delay:?}");
}

#[test]
fn trouble_goes_away_when_it_is_over() {
    let mut world = World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]));
    world.trouble = Some(("Resolve", "The file is open in another program.".into()));
    let mut window = Window::open(world);
    window.press("Review");
    window.press("Use Shop list");
    assert!(window.sees("The file is open in another program."));
    window.stand.world.lock().unwrap().trouble = None;
    window.press("Use Shop list");
    assert!(!window.sees("The file is open in another program."), "the same worked by now");
}

/// What can be pressed or typed into, by its accessible name: each name stands for one thing only.
fn names_that_stand_twice(window: &Window) -> Vec<String> {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for node in window.harness.root().children_recursive() {
        let node = node.accesskit_node();
        if !eframe::egui::accessibility::is_input(node.role()) || node.is_hidden() || node.is_disabled() {
            continue;
        }
        // A list of choices has its own; a text field may be called as the button beside it.
        let name = format!("{:?} {}", node.role(), node.label().unwrap_or_default());
        *seen.entry(name).or_default() += 1;
    }
    seen.into_iter().filter(|(_, times)| *times > 1).map(|(name, times)| format!("{name} ({times} times)")).collect()
}

#[test]
fn every_button_has_a_name_of_its_own() {
    let pairs = ["customers", "suppliers", "volunteers"].map(|name| {
        let mut pair = given::pair(PairStatus::Waiting);
        pair.spec.name = name.into();
        pair
    });
    let mut snapshot = given::snapshot(pairs.to_vec());
    snapshot.pairs[1].preview = Some(Arc::new(given::plan()));
    let mut window = Window::open(World::new(snapshot));
    let mut twice = Vec::new();
    let mut check = |window: &Window, page: &str| {
        twice.extend(names_that_stand_twice(window).into_iter().map(|name| format!("{page}: {name}")));
    };
    check(&window, "Home");
    for page in ["Review", "Compare", "History", "Alerts", "Settings", "Home"] {
        window.press(page);
        check(&window, page);
    }
    window.press("Review first sync: suppliers");
    check(&window, "Preview");
    window.press("Not now");
    window.press("Change: customers");
    check(&window, "Setup");
    assert!(twice.is_empty(), "{twice:#?}");
}
