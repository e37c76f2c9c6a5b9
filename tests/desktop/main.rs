//! The whole program, once, as its operator meets it: the real binary in a real window on a display of
//! its own, driven through the desktop's accessibility by what its buttons are called, with a real
//! notification daemon that hears it, and two files on disk that tell whether it did its work.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by a panic, says why it skips, and documents itself"
)]

mod day;
mod dunst;
mod gate;
mod heard;
mod notifications;
#[path = "../support/servers.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "other tests use the rest of it")]
mod servers;
mod session;
#[path = "../support/settings.rs"]
#[allow(clippy::format_push_string, reason = "as in the other tests that share it")]
mod settings;
mod whole;
mod window;

use std::fs;
use std::path::Path;

use session::Session;
use settings::{BY_HAND, End, csv, settings_called};
use window::Window;
use zbus::blocking::Proxy;
use zbus::zvariant::Value;

/// Two files, as a settings file with a pair of this name.
fn settings_for(pair: &str) -> String {
    let shop = End { account: "Shop list", lines: &csv("shop.csv", "no"), collection: "" };
    let book = End { account: "Address book", lines: &csv("book.csv", "id"), collection: "" };
    let fields = [
        ("name", "Name", "name", ""),
        ("email", "E-mail", "email", "kind = \"email\""),
        ("phone", "Phone", "tel", "kind = \"phone\"\nregion = \"BE\""),
    ];
    settings_called(pair, &[shop, book], BY_HAND, &fields)
}

// Ann is the same in other words, Bart has another number on each side, Chris and Dora are new to the
// other side, and "Remark" is a column that nobody maps.
const SHOP: &str = "no,Name,E-mail,Phone,Remark\r\n\
    1,Ann Peeters,ann@example.org,0478 12 34 56,regular\r\n\
    2,Bart De Smet,bart@example.org,0479 00 00 01,\r\n\
    3,Chris Maes,chris@example.org,03 111 22 33,\"pays, late\"\r\n";
const BOOK: &str = "id;name;email;tel\n\
    b1;Ann Peeters;Ann@Example.org;+32478123456\n\
    b2;Bart De Smet;bart@example.org;0479 99 99 99\n\
    b4;Dora Claes;dora@example.org;02 444 55 66\n";

const SHOP_SYNCED: &str = "no,Name,E-mail,Phone,Remark\r\n\
    1,Ann Peeters,ann@example.org,0478 12 34 56,regular\r\n\
    2,Bart De Smet,bart@example.org,0479 00 00 01,\r\n\
    3,Chris Maes,chris@example.org,03 111 22 33,\"pays, late\"\r\n\
    4,Dora Claes,dora@example.org,02 444 55 66,\r\n";

#[test]
fn two_files_are_synced_and_a_conflict_is_settled_in_the_real_window() {
    let Some(session) = Session::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (shop, book) = (folder.path().join("shop.csv"), folder.path().join("book.csv"));
    fs::write(&shop, SHOP).unwrap();
    fs::write(&book, BOOK).unwrap();
    fs::write(folder.path().join("settings.toml"), settings_for("customers")).unwrap();
    let workspace = folder.path().join("workspace");
    let imported = session.terminal(&workspace, &["import", folder.path().join("settings.toml").to_str().unwrap()]);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");

    let mut window = Window::open(&session, &workspace);
    window.press("Sync now");
    // A first sync writes nothing before it is accepted.
    window.wait_for("Start syncing");
    assert_eq!(read(&shop), SHOP);
    assert_eq!(read(&book), BOOK);
    window.press("Start syncing");

    let (summary, body) = session.next_notification();
    assert_eq!(summary, "Something to decide");
    assert!(body.contains("customers") && body.contains("1 record needs you"), "{body}");
    assert_eq!(read(&shop), SHOP_SYNCED);
    let synced = read(&book);
    let (kept, added) = synced.split_at(BOOK.len());
    assert_eq!(kept, BOOK, "what was there is not written again");
    assert!(added.ends_with(";Chris Maes;chris@example.org;03 111 22 33\n"), "{added}");
    assert_eq!(added.lines().count(), 1, "{added}");

    // A click on the notification leads to what it is about.
    window.wait_for_while("Use Address book", || session.click(1));
    window.press("Use Shop list");
    window.wait_for("Nothing waits for you");
    assert_eq!(read(&book), synced.replace("0479 99 99 99", "0479 00 00 01"));
    assert_eq!(read(&shop), SHOP_SYNCED);

    let ended = window.close();
    assert_eq!(ended.code(), Some(0));

    // The workspace is free again, and remembers: the preview was never a run of its own.
    let history = session.terminal(&workspace, &["history", "--json"]);
    assert_eq!(history.status.code(), Some(0), "{history:?}");
    let history: serde_json::Value = serde_json::from_slice(&history.stdout).unwrap();
    let outcomes: Vec<&str> =
        history["runs"].as_array().unwrap().iter().map(|run| run["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes.first(), Some(&"done"), "the newest run settled the conflict: {history}");
    let agreed = session.terminal(&workspace, &["compare", "--json"]);
    assert_eq!(agreed.status.code(), Some(0), "{agreed:?}");
    assert!(session.no_more_notifications(), "a notification for each matter, and no more");
}

#[test]
fn a_closed_window_goes_on_beside_the_clock_and_comes_back() {
    let Some(session) = Session::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let (panel, icons) = session.start_panel();
    let mut window = Window::open(&session, &workspace);
    window.wait_for("Connect two accounts");
    let icon = icons.recv_timeout(session::PATIENCE).expect("an icon");

    window.press_cross();
    window.wait_until_gone();
    let item = Proxy::new(&panel, icon.clone(), "/StatusNotifierItem", "org.kde.StatusNotifierItem").unwrap();
    let _: () = item.call("Activate", &(0_i32, 0_i32)).unwrap();
    window.wait_until_seen(true);
    window.wait_for("Connect two accounts");

    window.press_cross();
    window.wait_until_gone();
    // A second start finds the first one, and brings its window up.
    let second = session.duosync(&workspace).output().unwrap();
    assert_eq!(second.status.code(), Some(0), "{second:?}");
    window.wait_until_seen(true);
    window.wait_for("Connect two accounts");

    // The fourth entry of the menu ends the program, with its window open or not.
    window.press_cross();
    window.wait_until_gone();
    let menu = Proxy::new(&panel, icon, "/MenuBar", "com.canonical.dbusmenu").unwrap();
    let _: () = menu.call("Event", &(4_i32, "clicked", Value::from(0_i32), 0_u32)).unwrap();
    assert_eq!(window.ended().code(), Some(0));
}

#[test]
fn started_with_the_computer_there_is_only_the_icon() {
    let Some(session) = Session::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let (panel, icons) = session.start_panel();
    let mut window = Window::open_with(&session, &workspace, &["--background"]);
    let icon = icons.recv_timeout(session::PATIENCE).expect("an icon");
    window.wait_until_gone();
    let item = Proxy::new(&panel, icon, "/StatusNotifierItem", "org.kde.StatusNotifierItem").unwrap();
    let _: () = item.call("Activate", &(0_i32, 0_i32)).unwrap();
    window.press("Settings");
    // The language takes effect at once.
    window.press("Nederlands");
    window.wait_for("Instellingen");
    window.press("Starten met de computer");
    window.wait_for("Het start zonder venster.");
    let entry = session.config().join("autostart/Duosync.desktop");
    let entry = read(&entry);
    assert!(entry.contains("--background") && entry.contains(workspace.to_str().unwrap()), "{entry}");
    window.press("Starten met de computer");
    window.press("Duosync afsluiten");
    assert_eq!(window.ended().code(), Some(0));
    assert!(!session.config().join("autostart/Duosync.desktop").exists());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
