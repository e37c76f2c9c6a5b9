//! From nothing to two accounts in step, and a conflict settled: the path of a new operator, in the real
//! window, with a file on disk and a real address book server.

use std::fs;
use std::path::Path;

use super::servers::{Auth, Kind, Server};
use super::session::{PASSWORD, Session};
use super::window::Window;

const BOOK: &str = "/ann/customers/";

/// People with names as a shop has them. Every third is in the address book too, and so are some more.
const FIRST: [&str; 12] =
    ["Ann", "José", "Łukasz", "Ελένη", "Мария", "Søren", "Chloë", "Bart", "Fatima", "Yusuf", "Ingrid", "Jan"];
const LAST: [&str; 10] = [
    "Peeters",
    "García Fernández",
    "Żółkiewski",
    "Papadopoulou",
    "Ivanova",
    "Ångström",
    "Lefèvre",
    "De Smet",
    "Haddad",
    "van den Berg",
];

#[test]
fn from_an_empty_workspace_through_the_assistant_to_a_settled_conflict() {
    let Some(session) = Session::start() else { return };
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", PASSWORD)) else { return };
    server.make_book(BOOK, "Customers");
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop.csv");
    fs::write(&shop, customers()).unwrap();
    // The storage is filled as a restored backup is: a hundred requests one by one would take seconds.
    for number in (0..120).step_by(3).chain(120..150) {
        server.restore(&format!("{BOOK}{number}.vcf"), &card(number));
    }
    let workspace = folder.path().join("workspace");
    let before = read(&shop);
    let cards = server.cards(BOOK);

    let mut window = Window::open(&session, &workspace);
    window.wait_for("Connect two accounts");
    window.shot("step-01-empty");
    connect(&mut window, &shop, &server);

    // The first look: nothing is written before it is accepted.
    window.wait_for("Start syncing");
    window.shot("step-07-first-look");
    assert_eq!(read(&shop), before);
    assert_eq!(server.cards(BOOK).len(), cards.len());
    window.press("Start syncing");
    window.wait_for("Synced: ");
    window.press("Home");
    window.wait_for("In step");
    window.shot("step-08-in-step");
    let synced = read(&shop);
    assert!(synced.starts_with(&before), "what was there is not written again");
    assert_eq!(synced.lines().count(), before.lines().count() + 30, "the address book's own people came over");
    assert_eq!(server.cards(BOOK).len(), 150, "and the shop's came into the address book");

    // The same telephone number is changed on both sides.
    let ann = server.card_with(BOOK, "person0@example.org").unwrap();
    server.put(&ann.path, ann.body.replace("+32 478 10 30 00", "+32 478 11 11 11"));
    fs::write(&shop, synced.replacen("+32 478 10 30 00", "+32 478 99 99 99", 1)).unwrap();
    window.press("Sync now");
    let (summary, body) = session.next_notification();
    assert_eq!(summary, "Something to decide");
    assert!(body.contains("1 record needs you"), "{body}");

    // A click on the notification opens the question itself.
    window.wait_for_while("Use shop", || session.click(1));
    window.wait_for("+32 478 11 11 11");
    window.shot("step-09-conflict");
    window.press("Use shop");
    window.wait_for("Nothing waits for you");
    window.shot("step-10-settled");
    let card = server.card(&ann.path).unwrap();
    assert!(card.contains("+32 478 99 99 99") && !card.contains("+32 478 11 11 11"), "{card}");
    assert!(read(&shop).contains("+32 478 99 99 99"));

    // A compare of everything finds nothing.
    window.press("Compare");
    window.press("Compare now");
    window.wait_for("Both sides agree");
    window.shot("step-11-compared");

    // What was overwritten is still known.
    window.press("History");
    window.wait_for("Undo this run");
    window.shot("step-12-history");
    assert_eq!(window.close().code(), Some(0));
    assert!(session.no_more_notifications(), "one matter, one notification");
}

/// The assistant, from the first account to the last page.
fn connect(window: &mut Window<'_>, shop: &Path, server: &Server) {
    window.press("Connect two accounts");
    window.press("Spreadsheet file (CSV)");
    window.type_into("File", shop.to_str().unwrap());
    window.press("Try connection");
    window.wait_for("Read records: ");
    window.shot("step-02-first-account");
    window.press("Continue");

    window.press("Address book (CardDAV)");
    window.type_into("Address of the server", &server.url());
    window.type_into("User name (if there is one)", "ann");
    window.type_into("Password (if there is one)", "wrong");
    window.press("asked each time Duosync starts");
    window.press("Try connection");
    window.wait_for("Sign in: ");
    window.shot("step-03-wrong-password");
    window.type_into("Password (if there is one)", PASSWORD);
    window.press("Try connection");
    window.wait_for("Read records: ");
    window.shot("step-04-second-account");
    window.press("Continue");

    window.wait_for("mean the same");
    window.shot("step-05-fields");
    window.press("Continue");
    window.wait_for("If both sides changed the same field,");
    window.shot("step-06-rules");
    window.press("Save and show the preview");
}

/// The shop's list.
fn customers() -> String {
    let mut text = "no,First name,Last name,E-mail,Phone,City\r\n".to_owned();
    for number in 0..120 {
        let (first, last) = name(number);
        let line =
            format!("{},{first},{last},person{number}@example.org,{},Sint-Niklaas\r\n", 1000 + number, phone(number));
        text.push_str(&line);
    }
    text
}

fn card(number: usize) -> String {
    let (first, last) = name(number);
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{number}\r\nN:{last};{first};;;\r\nFN:{first} {last}\r\n\
         EMAIL:person{number}@example.org\r\nTEL:{}\r\nEND:VCARD\r\n",
        phone(number)
    )
}

/// One number each, and a few without their country.
fn phone(number: usize) -> String {
    let country = if number % 40 == 7 { "0" } else { "+32 " };
    format!("{country}478 {:02} {:02} {:02}", 10 + number % 7, 30 + number / 100, number % 100)
}

fn name(number: usize) -> (&'static str, &'static str) {
    (FIRST[number % FIRST.len()], LAST[number % LAST.len()])
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
