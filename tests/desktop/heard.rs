//! What a real notification daemon makes of what it is told, and what a click on it leads to.

use std::fs;
use std::path::{Path, PathBuf};

use super::dunst::{Count, Dunst, Gone};
use super::session::Session;
use super::window::Window;
use super::{BOOK, SHOP, read, settings_for};

const ONE: &str = "1 record needs you: it was changed on both sides, or cannot be told apart.";
const TWO: &str = "2 records need you: they were changed on both sides, or cannot be told apart.";

/// A folder with the two lists, and a workspace with a pair of this name between them.
fn lists(session: &Session, folder: &Path, pair: &str) -> (PathBuf, PathBuf, PathBuf) {
    let (shop, book, workspace) = (folder.join("shop.csv"), folder.join("book.csv"), folder.join("workspace"));
    fs::write(&shop, SHOP).unwrap();
    fs::write(&book, BOOK).unwrap();
    let settings = folder.join("settings.toml");
    fs::write(&settings, settings_for(pair)).unwrap();
    let imported = session.terminal(&workspace, &["import", settings.to_str().unwrap()]);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    (shop, book, workspace)
}

/// What is written in the notification's window: a name in it is no markup.
fn drawn(pair: &str, text: &str) -> Gone {
    let pair = pair.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Gone {
        program: "Duosync".to_owned(),
        title: "Something to decide".to_owned(),
        drawn: format!("<b>Something to decide</b>\n{pair}: {text}"),
    }
}

#[test]
fn a_real_daemon_shows_the_question_and_a_click_with_the_pointer_leads_to_it() {
    const PAIR: &str = "<b>Claes & Zoon</b> <shop>";
    let Some(session) = Session::start() else { return };
    let Some(dunst) = Dunst::start(&session) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (_shop, book, workspace) = lists(&session, folder.path(), PAIR);
    let mut window = Window::open(&session, &workspace);
    window.press("Sync now");
    window.press("Start syncing");

    let (title, text) = dunst.next();
    assert_eq!(title, "Something to decide");
    assert!(text.ends_with(ONE), "{text}");
    dunst.wait_for(Count { displayed: 1, waiting: 0, gone: 0 });

    // The window shows something else meanwhile.
    window.press("Settings");
    window.wait_for("Make a copy now");
    dunst.click();
    window.wait_for("Use Address book");
    window.wait_for("Bart De Smet");
    dunst.wait_for(Count { displayed: 0, waiting: 0, gone: 1 });
    assert_eq!(dunst.gone(), [drawn(PAIR, ONE)]);

    window.press("Use Shop list");
    window.wait_for("Nothing waits for you");
    assert!(read(&book).contains("b2;Bart De Smet;bart@example.org;0479 00 00 01\n"), "{}", read(&book));
    assert_eq!(window.close().code(), Some(0));
    assert!(dunst.shows_no_more(), "one matter, one notification");
}

#[test]
fn a_later_question_takes_the_place_of_the_first_and_its_click_leads_to_it() {
    let Some(session) = Session::start() else { return };
    let Some(dunst) = Dunst::start(&session) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (shop, book, workspace) = lists(&session, folder.path(), "customers");
    let mut window = Window::open(&session, &workspace);
    window.press("Sync now");
    window.press("Start syncing");
    assert_eq!(dunst.next(), ("Something to decide".to_owned(), format!("customers: {ONE}")));

    // Nobody has looked at it when two more people are changed on both sides.
    fs::write(&shop, read(&shop).replace("0478 12 34 56", "0478 77 77 01").replace("02 444 55 66", "02 444 77 02"))
        .unwrap();
    fs::write(&book, read(&book).replace("+32478123456", "0478 88 88 01").replace("02 444 55 66", "02 444 88 02"))
        .unwrap();
    window.press("Home");
    window.press("Sync now");
    assert_eq!(dunst.next(), ("Something to decide".to_owned(), format!("customers: {TWO}")));
    assert_eq!(dunst.count(), Count { displayed: 1, waiting: 0, gone: 0 }, "the first is not left beside it");

    dunst.act();
    window.wait_for("0478 88 88 01");
    // What has been opened is taken away.
    dunst.wait_for(Count { displayed: 0, waiting: 0, gone: 1 });
    assert_eq!(dunst.gone(), [drawn("customers", TWO)]);
    assert_eq!(window.close().code(), Some(0));
    assert!(dunst.shows_no_more());
}
