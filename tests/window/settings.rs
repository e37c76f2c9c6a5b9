//! The page Settings with a stand-in for the service: what is asked for, and what is told of it.

use std::path::Path;

use duosync::model::{Notify, ThemeChoice};
use duosync::service::{Command, Upkeep};
use egui_kittest::kittest::Queryable;

use super::given::{self, World};
use super::{Window, home};

const WHY: &str = "The disk gives no answer.";

fn settings(world: World) -> Window {
    let mut window = Window::open(world);
    window.press("Settings");
    window
}

fn waiting() -> World {
    World::new(given::snapshot(vec![given::pair(duosync::service::PairStatus::Waiting)]))
}

impl Window {
    fn asked_for(&self, fits: impl Fn(&Upkeep) -> bool) -> bool {
        self.heard(|command| matches!(command, Command::Upkeep(wanted) if fits(wanted)))
    }
}

#[test]
fn settings_of_a_new_workspace_say_what_is_not_there_yet() {
    let mut world = World::new(given::snapshot(Vec::new()));
    world.copies = Vec::new();
    let window = settings(world);
    assert!(window.sees("There is none yet. The first is made today."));
    assert!(window.sees("None yet. Connect two accounts on the page Home."));
}

#[test]
fn settings_say_that_copies_are_looked_for() {
    let mut window = settings(World { slow: Some("Upkeep(Copies"), ..waiting() });
    assert!(window.sees("Looking for copies…"));
    assert!(!window.sees("There is none yet."));
    window.stand.release();
    window.settle();
    assert!(!window.sees("Looking for copies…"));
    assert!(window.sees("You asked for it"));
}

#[test]
fn copies_that_cannot_be_looked_up_are_no_empty_list() {
    let mut window = settings(World { trouble: Some(("Upkeep(Copies", WHY.into())), ..waiting() });
    assert!(window.sees("The copies could not be looked up: The disk gives no answer."));
    assert!(!window.sees("There is none yet.") && !window.sees("Looking for copies…"));
    window.stand.mend();
    window.press("Home");
    window.press("Settings");
    assert!(!window.sees(WHY));
    assert!(window.sees("You asked for it"));
}

#[test]
fn of_many_copies_the_newest_are_shown_and_the_others_on_a_press() {
    let mut window = settings(waiting());
    let shown = |window: &Window| window.harness.query_all_by_label_contains("Go back to the copy of ").count();
    assert_eq!(shown(&window), 3);
    window.press_far("Show 13 more copies");
    assert_eq!(shown(&window), 16);
    assert!(window.sees("Kept before going back"));
}

#[test]
fn a_copy_is_made_and_told() {
    let mut window = settings(waiting());
    window.press_far("Make a copy now");
    assert!(window.asked_for(|wanted| matches!(wanted, Upkeep::BackUp(None))));
    assert!(window.sees("The copy is in /home/ann/copy.db."));
}

#[test]
fn a_copy_that_cannot_be_made_says_why() {
    let mut window = settings(World { trouble: Some(("Upkeep(BackUp", WHY.into())), ..waiting() });
    window.press_far("Make a copy now");
    assert!(window.sees(WHY));
    assert!(!window.sees("The copy is in "));
}

#[test]
fn a_copy_is_put_back_only_after_a_yes() {
    let mut window = settings(waiting());
    let newest = given::copies().remove(0).file;
    let press_it = |window: &mut Window| {
        window.harness.query_all_by_label_contains("(asked-1.db)").next().expect("the newest copy").click_accesskit();
        window.settle();
    };
    let restored = |window: &Window| window.asked_for(|wanted| matches!(wanted, Upkeep::Restore(_)));
    press_it(&mut window);
    assert!(window.sees("Your lists are not touched."));
    assert!(!restored(&window));
    window.press("No, go back");
    assert!(!restored(&window));
    press_it(&mut window);
    window.press("Yes, go back");
    assert!(window.asked_for(|wanted| matches!(wanted, Upkeep::Restore(file) if *file == newest)));
    assert!(window.sees("Gone back. What was there until now is kept in "));
}

#[test]
fn the_file_for_whoever_helps_is_written_where_it_is_wanted() {
    let mut window = settings(waiting());
    window.fill("File for whoever helps", "/media/stick/help.zip");
    window.press_far("Write the file for help");
    assert!(
        window.asked_for(
            |wanted| matches!(wanted, Upkeep::Diagnostics(file) if file == Path::new("/media/stick/help.zip"))
        )
    );
    assert!(window.sees("The file is /media/stick/help.zip. It holds no personal data and no passwords."));
}

#[test]
fn a_file_for_whoever_helps_that_cannot_be_written_says_why() {
    let mut window = settings(World { trouble: Some(("Upkeep(Diagnostics", WHY.into())), ..waiting() });
    window.press_far("Write the file for help");
    assert!(window.sees(WHY));
    assert!(!window.sees("It holds no personal data"));
}

#[test]
fn starting_with_the_computer_is_turned_on_and_off() {
    let mut window = settings(waiting());
    assert!(!window.sees("It starts without its window."));
    window.press_far("Start with the computer");
    assert!(window.asked_for(|wanted| matches!(wanted, Upkeep::StartWithComputer(true))));
    let state = window.stand.world.lock().unwrap().snapshot.clone();
    window.stand.say(duosync::service::Event::Changed(std::sync::Arc::new(state)));
    window.settle();
    assert!(window.sees("It starts without its window."));
    window.press_far("Start with the computer");
    assert!(window.asked_for(|wanted| matches!(wanted, Upkeep::StartWithComputer(false))));
}

#[test]
fn what_is_chosen_is_kept() {
    let mut window = settings(waiting());
    window.press("Dark");
    window.press("Only what needs me");
    let kept = |window: &Window| window.stand.world.lock().unwrap().snapshot.prefs.clone();
    assert_eq!(kept(&window).theme, ThemeChoice::Dark);
    assert_eq!(kept(&window).notify, Notify::NeedsMe);
    window.press_far("Quiet hours");
    assert!(kept(&window).quiet.is_some());
}

#[test]
fn what_cannot_be_kept_is_said() {
    let mut window = home();
    window.stand.world.lock().unwrap().trouble = Some(("SavePrefs", WHY.into()));
    window.press("Settings");
    window.press("Dark");
    assert!(window.sees(WHY));
}
