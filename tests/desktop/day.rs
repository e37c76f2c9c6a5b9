//! What is done in the real window on an ordinary day, with a real address book server: a long sync is
//! stopped, a value is typed, taken back and chosen, a report is written, and the settings are changed.

use std::fs;

use calamine::Reader as _;

use super::gate::Gate;
use super::read;
use super::servers::{Auth, Kind, Server};
use super::session::{PASSWORD, Session};
use super::settings::{BY_HAND, End, carddav, csv, settings as settings_of};
use super::window::Window;

const BOOK: &str = "/ann/contacts/";

const SHOP: &str = "Customer no,First name,Last name,E-mail,Phone,Company,Remark\r\n\
    1,Ann,Peeters,ann@example.org,0478 12 34 56,Bakkerij Peeters,regular\r\n\
    2,Bart,De Smet,bart@example.org,0479 00 00 01,,\r\n\
    3,Zoë,Ćosić,zoe@example.org,03 111 22 33,Atelier Noord,\"pays, late\"\r\n\
    4,Björn,Jäger,bjorn@example.org,+49 151 19676665,,\r\n";

/// The same Ann in other words, and somebody whom the shop does not know. What Duosync does not map is a
/// note of hers and a property that no program knows.
fn cards() -> [(&'static str, String); 2] {
    [
        ("ann", card("ann", "Peeters;Ann", "Ann Peeters", "Ann@Example.org", "+32478123456", "Bakkerij Peeters")),
        ("dora", card("dora", "Claes;Dora", "Dora Claes", "dora@example.org", "+3224445566", "Claes & Zoon")),
    ]
}

fn card(uid: &str, name: &str, shown: &str, email: &str, phone: &str, company: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nN:{name};;;\r\nFN:{shown}\r\nEMAIL:{email}\r\n\
         TEL;TYPE=CELL:{phone}\r\nORG:{company}\r\nNOTE:Bel na zes uur\r\nX-KEPT:as it was\r\nEND:VCARD\r\n"
    )
}

/// A shop list and an address book, as a settings file.
fn settings(server: u16) -> String {
    let url = format!("http://127.0.0.1:{server}{BOOK}");
    let shop = End { account: "Shop list", lines: &csv("shop.csv", "Customer no"), collection: "" };
    let book = End { account: "Address book", lines: &carddav(&url, "DUOSYNC_TEST_PASSWORD"), collection: "" };
    let fields = [
        ("email", "E-mail", "email", "kind = \"email\""),
        ("first name", "First name", "given_name", ""),
        ("phone", "Phone", "tel", "kind = \"phone\"\nregion = \"BE\""),
    ];
    settings_of(&[shop, book], BY_HAND, &fields)
}

#[test]
fn a_long_sync_is_stopped_in_its_middle_and_taken_up_again() {
    const PEOPLE: usize = 60;
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", PASSWORD)) else { return };
    let Some(session) = Session::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let row = |number: usize| format!("{number},Person {number},person{number}@example.org,0478 12 {number:04}\n");
    let list = format!("Customer no,First name,E-mail,Phone\n{}", (1..=PEOPLE).map(row).collect::<String>());
    fs::write(folder.path().join("shop.csv"), list).unwrap();
    server.make_book(BOOK, "Contacts");
    let gate = Gate::before(server.port, 10);
    let file = folder.path().join("settings.toml");
    fs::write(&file, settings(gate.port)).unwrap();
    let imported = session.terminal(&workspace, &["import", file.to_str().unwrap()]);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");

    let mut window = Window::open(&session, &workspace);
    window.press("Sync now");
    window.press("Start syncing");
    // It is in the middle of it, and stays there until the gate is open.
    window.press("Cancel");
    window.wait_for("Stopping safely…");
    gate.open();
    window.wait_for("stopped by you after");
    let written = server.paths(BOOK).len();
    assert!((10..PEOPLE).contains(&written), "{written} of {PEOPLE} were written");

    window.press("Sync now");
    window.wait_for("In step");
    assert_eq!(server.paths(BOOK).len(), PEOPLE, "the rest is written, and nothing twice");
    assert_eq!(window.close().code(), Some(0));
}

#[test]
fn an_ordinary_day_a_typed_value_a_report_and_the_settings() {
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", PASSWORD)) else { return };
    let Some(session) = Session::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (shop, workspace) = (folder.path().join("shop.csv"), folder.path().join("workspace"));
    fs::write(&shop, SHOP.replace("0478 12 34 56", "0478 99 99 01")).unwrap();
    server.make_book(BOOK, "Contacts");
    for (name, card) in cards() {
        server.put(&format!("{BOOK}{name}.vcf"), card);
    }
    let file = folder.path().join("settings.toml");
    fs::write(&file, settings(server.port)).unwrap();
    for arguments in [&["import", file.to_str().unwrap()][..], &["sync", "--yes"]] {
        let ended = session.terminal(&workspace, arguments);
        assert!([Some(0), Some(3)].contains(&ended.status.code()), "{ended:?}");
    }

    // Neither number is right any more: the operator types a third one.
    let mut window = Window::open(&session, &workspace);
    window.press("Review 1 question");
    window.type_into("Phone: result", "0478 55 55 55");
    window.press("Apply");
    window.wait_for("Nothing waits for you");
    assert!(read(&shop).contains("1,Ann,Peeters,ann@example.org,0478 55 55 55,"), "{}", read(&shop));
    let ann = server.card(&format!("{BOOK}ann.vcf")).unwrap();
    assert!(ann.contains("0478 55 55 55") || ann.contains("+32478555555"), "{ann}");

    // Undone at once: both have their own number again, and it is asked anew.
    window.press("Undo");
    window.press("Use Address book");
    window.wait_for("Nothing waits for you");
    assert!(read(&shop).contains("1,Ann,Peeters,ann@example.org,+32478123456,"), "{}", read(&shop));

    // Somebody writes past Duosync: the compare finds it, and the report for the accountant names her.
    fs::write(&shop, read(&shop).replace("+32478123456", "0478 00 00 00")).unwrap();
    window.press("Compare");
    window.press("Compare now");
    window.wait_for("1 difference found.");
    window.press("Export…");
    let report = folder.path().join("differences.xlsx");
    window.type_into("Save the report as (.csv, .xlsx or .html)", report.to_str().unwrap());
    window.press("Save the report");
    window.wait_for("The report is in ");
    let mut book = calamine::open_workbook_auto(&report).unwrap();
    let cells: Vec<String> = book
        .worksheets()
        .iter()
        .flat_map(|(_, sheet)| sheet.used_cells().map(|(_, _, cell)| cell.to_string()).collect::<Vec<_>>())
        .collect();
    for value in ["0478 00 00 00", "+32478123456"] {
        assert!(cells.iter().any(|cell| cell.contains(value)), "{value} is not in {cells:?}");
    }

    window.press("Settings");
    window.press("150 %");
    window.press("Dark");
    window.press("Make a copy now");
    window.wait_for("The copy is in ");
    let help = folder.path().join("help.zip");
    window.type_into("File for whoever helps", help.to_str().unwrap());
    window.press("Write the file for help");
    window.wait_for("It holds no personal data and no passwords.");
    assert!(fs::read(&help).unwrap().starts_with(b"PK"), "a zip file");
    assert_eq!(window.close().code(), Some(0));
}
