//! The `CardDAV` connector against Radicale and Xandikos.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a test fails by panicking, and prints what it measured"
)]

#[path = "carddav/harm.rs"]
mod harm;
#[path = "carddav/state.rs"]
mod state;
mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use duosync::connectors::carddav::CardDavConnector;
use duosync::connectors::{Connector, Context, ErrorKind, Find, Write, WriteKind};
use duosync::model::{AccountSettings, Cursor, Fields, Record, RecordId, Scope, Value};
use std::sync::Arc;

use support::faults::{Done, Faults, refused};
use support::servers::{Auth, Kind, Server};
use support::tls::Tls;

const BOOK: &str = "/ann/book/";

fn connector_at(url: &str, user: &str, password: &str) -> CardDavConnector {
    let settings = AccountSettings {
        name: "Address book".to_owned(),
        connector: "carddav".to_owned(),
        options: BTreeMap::from([("url".to_owned(), url.to_owned()), ("username".to_owned(), user.to_owned())]),
        secret: None,
    };
    CardDavConnector::new(&settings, Some(password)).unwrap()
}

fn connector(server: &Server) -> CardDavConnector {
    connector_at(&server.url(), "ann", "")
}

/// Both servers, each with an address book.
fn both() -> Vec<(Server, &'static str)> {
    let radicale = Server::start(Kind::Radicale, Auth::Open).map(|server| {
        server.make_book(BOOK, "Customers");
        (server, BOOK)
    });
    let xandikos = Server::start(Kind::Xandikos, Auth::Open).map(|server| (server, "/ann/contacts/addressbook/"));
    radicale.into_iter().chain(xandikos).collect()
}

fn card(number: usize) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-{number}\r\nFN:Contact {number}\r\nN:{number};Contact;;;\r\nEMAIL;TYPE=INTERNET:c{number}@example.com\r\nTEL;TYPE=WORK:+32 2 {number:07}\r\nEND:VCARD\r\n"
    )
}

fn want() -> Vec<String> {
    ["full_name", "given_name", "email", "tel:work", "note", "categories"].map(str::to_owned).to_vec()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

fn write(token: &str, kind: WriteKind) -> Vec<Write> {
    vec![Write { token: token.to_owned(), kind }]
}

fn update(record: &Record, pairs: &[(&str, &str)]) -> WriteKind {
    WriteKind::Update { id: record.id.clone(), fields: fields(pairs), expect: record.version.clone() }
}

async fn all(connector: &CardDavConnector, book: &str) -> (Vec<Record>, Cursor) {
    let listing = connector.list(&Context::quiet(), book, &want(), None).await.unwrap();
    assert_eq!((listing.scope, listing.complete), (Scope::Full, true));
    (listing.records, listing.cursor.unwrap())
}

#[tokio::test]
async fn books_are_found_from_every_address() {
    for (server, book) in both() {
        for start in ["", ".well-known/carddav", "ann/", &book[1..]] {
            let connector = connector_at(&format!("{}{start}", server.url()), "ann", "");
            let found = connector.collections(&Context::quiet()).await.unwrap();
            assert!(found.iter().any(|info| info.id == book && !info.read_only), "{start}: {found:?}");
            let identity = connector.identity(&Context::quiet()).await.unwrap();
            assert!(identity.0.ends_with("/ann/"), "{start}: {identity:?}");
        }
    }
}

#[tokio::test]
async fn a_book_goes_by_its_name_and_a_wrong_name_lists_the_right_ones() {
    let Some(server) = Server::start(Kind::Radicale, Auth::Open) else { return };
    server.make_book(BOOK, "Customers");
    server.put("/ann/book/1.vcf", card(1));
    let connector = connector(&server);
    for name in ["", "Customers", "customers", "book", BOOK] {
        assert_eq!(all(&connector, name).await.0.len(), 1, "{name}");
    }
    let error = connector.list(&Context::quiet(), "Friends", &want(), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("Customers"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_a_matter_of_signing_in() {
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", "s3cret")) else { return };
    server.make_book(BOOK, "Customers");
    let right = connector_at(&server.url(), "ann", "s3cret");
    right.identity(&Context::quiet()).await.unwrap();
    assert_eq!(all(&right, "Customers").await.0.len(), 0);
    let wrong = connector_at(&server.url(), "ann", "gu3ss");
    let context = Context::quiet();
    let errors = [
        wrong.identity(&context).await.unwrap_err(),
        wrong.collections(&context).await.unwrap_err(),
        wrong.list(&context, BOOK, &want(), None).await.unwrap_err(),
        wrong
            .write(&context, BOOK, &want(), write("t", WriteKind::Create { fields: fields(&[]), raw: None }))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, ErrorKind::SignIn, "{error}");
        assert!(!format!("{error:?}").contains("gu3ss"), "{error:?}");
    }
}

#[tokio::test]
async fn changes_are_listed_since_the_cursor() {
    for (server, book) in both() {
        for number in 0..5 {
            server.put(&format!("{book}{number}.vcf"), card(number));
        }
        let context = Context::quiet();
        let (records, cursor) = all(&connector(&server), book).await;
        assert_eq!(records.len(), 5);
        let second = records.iter().find(|record| record.id.as_str().ends_with("/2.vcf")).unwrap();
        assert_eq!(second.fields["email"], Value::from("c2@example.com"));
        assert_eq!(second.fields["note"], Value::from(""));

        let again = connector(&server);
        let nothing = again.list(&context, book, &want(), Some(&cursor)).await.unwrap();
        assert_eq!(
            (nothing.scope, nothing.complete, nothing.records.len(), nothing.gone.len()),
            (Scope::Changes, true, 0, 0)
        );
        assert_eq!(again.requests(), 1, "nothing to do costs one request");

        server.put(&format!("{book}2.vcf"), card(2).replace("c2@", "new@"));
        server.put(&format!("{book}x%20y%40z.vcf"), card(9));
        server.delete(&format!("{book}4.vcf"));
        let changes = connector(&server).list(&context, book, &want(), nothing.cursor.as_ref()).await.unwrap();
        let mut ids: Vec<&str> = changes.records.iter().map(|record| record.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids, [format!("{book}2.vcf"), format!("{book}x%20y@z.vcf")]);
        assert_eq!(changes.gone, [RecordId::new(format!("{book}4.vcf"))]);
        assert!(changes.records.iter().any(|record| record.fields["email"] == Value::from("new@example.com")));
    }
}

#[tokio::test]
async fn a_forgotten_token_asks_for_a_full_listing() {
    for (server, book) in both() {
        let (_, cursor) = all(&connector(&server), book).await;
        let mut saved: serde_json::Value = serde_json::from_str(&cursor.0).unwrap();
        saved["token"] = format!("http://radicale.org/ns/sync/{}", "0".repeat(64)).into();
        for forgotten in [saved.to_string(), "not a cursor".to_owned()] {
            let error =
                connector(&server).list(&Context::quiet(), book, &want(), Some(&Cursor(forgotten))).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::CursorExpired);
        }
    }
}

#[tokio::test]
async fn two_thousand_cards_are_listed_and_many_are_got() {
    for (server, book) in both() {
        // Storing each through the server would take minutes, whoever the client is; Radicale takes
        // cards from its folder as they are.
        let count = if book == BOOK { 2000 } else { 160 };
        for number in 0..count {
            let path = format!("{book}{number}.vcf");
            if book == BOOK {
                server.restore(&path, &card(number));
            } else {
                server.put(&path, card(number));
            }
        }
        let connector = connector(&server);
        let start = Instant::now();
        let (records, cursor) = all(&connector, book).await;
        eprintln!("{count} cards: {:?}, {} requests", start.elapsed(), connector.requests());
        assert_eq!(records.len(), count);
        let ids: Vec<RecordId> = records.iter().map(|record| record.id.clone()).collect();
        let before = connector.requests();
        let got = connector.get(&Context::quiet(), book, &want(), &ids[..count.min(350)]).await.unwrap();
        assert_eq!((got.len(), connector.requests() - before), if book == BOOK { (350, 3) } else { (160, 2) });
        assert!(got.iter().all(|record| record.raw.as_ref().is_some_and(|raw| raw.contains("UID:card-"))));
        let start = Instant::now();
        let nothing = connector.list(&Context::quiet(), book, &want(), Some(&cursor)).await.unwrap();
        eprintln!("nothing to do: {:?}", start.elapsed());
        assert_eq!(nothing.records.len(), 0);
    }
}

#[tokio::test]
async fn ten_changes_cost_two_requests_and_ten() {
    for (server, book) in both() {
        for number in 0..12 {
            server.put(&format!("{book}{number}.vcf"), card(number));
        }
        let (records, cursor) = all(&connector(&server), book).await;
        let context = Context::quiet();
        // A new process: nothing is known but the cursor and the versions.
        let connector = connector(&server);
        connector.list(&context, book, &want(), Some(&cursor)).await.unwrap();
        let writes: Vec<Write> = records
            .iter()
            .take(10)
            .map(|record| Write { token: "t".to_owned(), kind: update(record, &[("tel:work", "+32 3 999")]) })
            .collect();
        let results = connector.write(&context, book, &want(), writes).await.unwrap();
        assert_eq!(connector.requests(), 12);
        // What the answers say is what the server then lists: versions and values.
        let (listed, _) = all(&connector, book).await;
        for result in results {
            let record = result.unwrap().unwrap();
            assert_eq!(record.fields["tel:work"], Value::from("+32 3 999"));
            let there = listed.iter().find(|other| other.id == record.id).unwrap();
            assert_eq!((&there.version, &there.fields), (&record.version, &record.fields));
        }
    }
}

#[tokio::test]
async fn many_writes_go_side_by_side_on_every_server() {
    for (server, book) in both() {
        let creates: Vec<Write> = (0..30)
            .map(|number| Write {
                token: format!("many-{number}"),
                kind: WriteKind::Create { fields: fields(&[("full_name", &format!("Ann {number}"))]), raw: None },
            })
            .collect();
        let connector = connector(&server);
        let results = connector.write(&Context::quiet(), book, &want(), creates).await.unwrap();
        for (number, result) in results.iter().enumerate() {
            let record = result.as_ref().unwrap().as_ref().unwrap();
            assert_eq!(record.fields["full_name"], Value::Text(format!("Ann {number}")), "the answers are in order");
        }
        eprintln!("30 creates: {} requests", connector.requests());
        assert_eq!(all(&connector, book).await.0.len(), 30);
    }
}

#[tokio::test]
async fn a_card_changed_by_somebody_else_is_not_overwritten() {
    for (server, book) in both() {
        server.put(&format!("{book}1.vcf"), card(1));
        let connector = connector(&server);
        let context = Context::quiet();
        let (records, _) = all(&connector, book).await;
        let other = card(1).replace("c1@", "theirs@");
        server.put(&format!("{book}1.vcf"), &other);
        // Once with the card that is still in memory, once with one that is read anew.
        for _ in 0..2 {
            let results = connector
                .write(&context, book, &want(), write("t", update(&records[0], &[("email", "ours@example.com")])))
                .await
                .unwrap();
            assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::VersionMismatch);
        }
        let delete = WriteKind::Delete { id: records[0].id.clone(), expect: records[0].version.clone() };
        let results = connector.write(&context, book, &want(), write("t", delete)).await.unwrap();
        assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::VersionMismatch);
        assert!(server.card(&format!("{book}1.vcf")).unwrap().contains("theirs@"));

        let (records, _) = all(&connector, book).await;
        let delete = WriteKind::Delete { id: records[0].id.clone(), expect: records[0].version.clone() };
        let results = connector.write(&context, book, &want(), write("t", delete)).await.unwrap();
        assert!(matches!(results[0], Ok(None)));
        assert_eq!(server.card(&format!("{book}1.vcf")), None);
        let results = connector
            .write(&context, book, &want(), write("t", update(&records[0], &[("email", "x@example.com")])))
            .await
            .unwrap();
        let kind = results[0].as_ref().unwrap_err().kind;
        assert!(matches!(kind, ErrorKind::NotFound | ErrorKind::VersionMismatch), "{kind:?}");
    }
}

#[tokio::test]
async fn a_create_that_is_sent_twice_makes_one_card() {
    for (server, book) in both() {
        let context = Context::quiet();
        let new = || {
            write(
                "0198c0de-0000-7000-8000-000000000001",
                WriteKind::Create {
                    fields: fields(&[("given_name", "Zoë"), ("email", "zoe@example.com")]), raw: None
                },
            )
        };
        let mut records = Vec::new();
        for _ in 0..2 {
            let mut results = connector(&server).write(&context, book, &want(), new()).await.unwrap();
            records.push(results.remove(0).unwrap().unwrap());
        }
        assert_eq!(
            (&records[0].id, &records[0].fields, &records[0].version),
            (&records[1].id, &records[1].fields, &records[1].version)
        );
        assert_eq!(records[0].fields["full_name"], Value::from("Zoë"));
        let connector = connector(&server);
        assert_eq!(all(&connector, book).await.0.len(), 1);
        for find in [
            Find { token: Some("0198c0de-0000-7000-8000-000000000001".to_owned()), field: None },
            Find { token: None, field: Some(("email".to_owned(), "ZOE@example.com".to_owned())) },
            Find { token: None, field: Some(("given_name".to_owned(), "zoë".to_owned())) },
        ] {
            assert_eq!(connector.find(&context, book, &want(), &find).await.unwrap().len(), 1, "{find:?}");
        }
        for find in [
            Find { token: Some("other".to_owned()), field: None },
            Find { token: None, field: Some(("email".to_owned(), "oe@example.com".to_owned())) },
        ] {
            assert_eq!(connector.find(&context, book, &want(), &find).await.unwrap().len(), 0, "{find:?}");
        }
    }
}

#[tokio::test]
async fn photos_and_unknown_properties_survive_an_edit_byte_for_byte() {
    let Some(server) = Server::start(Kind::Xandikos, Auth::Open) else { return };
    let book = "/ann/contacts/addressbook/";
    let photo = (0..400).map(|line| [" ", &format!("{line:04}ABCD").repeat(9), "\r\n"].concat()).collect::<String>();
    for line_end in ["\r\n", "\n"] {
        let original = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:rich{}\r\nX-ODD;X-P=\"a;b:c\":kept\\, as it is\r\nN:Berg;Ann;;;\r\nFN:Ann Berg\r\nitem1.TEL;type=WORK;type=pref:+32 1\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nNOTE:folded in a\r\n  strange <&> place\r\nPHOTO;ENCODING=b;TYPE=JPEG:\r\n{photo}END:VCARD\r\n",
            line_end.len()
        )
        .replace("\r\n", line_end);
        let path = format!("{book}rich{}.vcf", line_end.len());
        server.put(&path, &original);
        let connector = connector(&server);
        let (records, _) = all(&connector, book).await;
        let record = records.iter().find(|record| record.id.as_str() == path).unwrap();
        let results = connector
            .write(&Context::quiet(), book, &want(), write("t", update(record, &[("tel:work", "+32 2")])))
            .await
            .unwrap();
        results[0].as_ref().unwrap();
        assert_eq!(server.card(&path).unwrap(), original.replace("pref:+32 1", "pref:+32 2"));
        // A deleted record comes back whole.
        let raw = connector
            .get(&Context::quiet(), book, &want(), std::slice::from_ref(&record.id))
            .await
            .unwrap()
            .remove(0)
            .raw;
        server.delete(&path);
        let create = WriteKind::Create { fields: fields(&[("tel:work", "+32 3")]), raw };
        let token = format!("back{}", line_end.len());
        let results = connector.write(&Context::quiet(), book, &want(), write(&token, create)).await.unwrap();
        results[0].as_ref().unwrap();
        assert_eq!(server.card(&format!("{book}{token}.vcf")).unwrap(), original.replace("pref:+32 1", "pref:+32 3"));
    }
}

#[tokio::test]
async fn fields_are_offered_with_samples() {
    for (server, book) in both() {
        server.put(&format!("{book}1.vcf"), card(1));
        let fields = connector(&server).fields(&Context::quiet(), book).await.unwrap();
        let work = fields.iter().find(|field| field.name == "tel:work").unwrap();
        assert_eq!(
            (work.label.as_str(), work.samples.as_slice()),
            ("Phone (work)", ["+32 2 0000001".to_owned()].as_slice())
        );
        assert!(fields.iter().any(|field| field.name == "adr.city"));
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_unreachable() {
    for (mut server, book) in both() {
        let connector = connector(&server);
        server.stop();
        let context = Context::quiet();
        let create = write("t", WriteKind::Create { fields: fields(&[("email", "a@example.com")]), raw: None });
        for error in [
            connector.list(&context, book, &want(), None).await.unwrap_err(),
            connector.identity(&context).await.unwrap_err(),
            connector.write(&context, book, &want(), create).await.unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
        }
    }
}

#[tokio::test]
async fn a_stopped_run_asks_nothing_more() {
    for (server, book) in both() {
        let context = Context::quiet();
        context.cancel.cancel();
        let connector = connector(&server);
        assert_eq!(connector.list(&context, book, &want(), None).await.unwrap_err().kind, ErrorKind::Cancelled);
        assert_eq!(connector.requests(), 0);
    }
}

/// A card that is there and cannot be read may be the one that is looked for: that nobody was found would make
/// it a second time.
#[tokio::test]
async fn a_card_that_cannot_be_read_is_not_taken_for_missing() {
    let Some(server) = Server::start(Kind::Radicale, Auth::Open) else { return };
    server.make_book(BOOK, "Customers");
    server.put(&format!("{BOOK}1.vcf"), card(1));
    let faults = Faults::before(server.port);
    let context = Context::quiet();
    let find = |name: &str, value: &str| Find { token: None, field: Some((name.to_owned(), value.to_owned())) };
    let unreadable = |xml: String| {
        let at = xml.find("<propstat>").expect("a card is in the answer");
        let end = xml.rfind("</propstat>").unwrap() + "</propstat>".len();
        format!("{}<status>HTTP/1.1 500 Internal Server Error</status>{}", &xml[..at], &xml[end..])
    };
    for name in ["email", "nickname"] {
        // Both the search and what is then asked for by name say of the card that it cannot be had. The
        // nickname is one that no server searches for, so there all cards are read.
        let connector = connector_at(&faults.url(), "ann", "");
        let reports = Arc::new(|head: &str, _: &str| head.starts_with("REPORT"));
        faults.order(None, reports, Done::Changed(Arc::new(unreadable)));
        let error = connector.find(&context, BOOK, &want(), &find(name, "c1@example.com")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadAnswer, "{name}: {error}");
        faults.calm();
        let found = connector.find(&context, BOOK, &want(), &find("email", "c1@example.com")).await.unwrap();
        assert_eq!(found.len(), 1, "{name}");
    }
    // A search that the server cut short leaves cards out; all of them are looked at instead.
    let connector = connector_at(&faults.url(), "ann", "");
    let short = |_: String| {
        format!(
            "<multistatus xmlns=\"DAV:\"><response><href>{BOOK}</href><status>HTTP/1.1 507 Insufficient Storage</status></response></multistatus>"
        )
    };
    let queries = Arc::new(|_: &str, body: &str| body.contains("addressbook-query"));
    faults.order(Some(1), queries, Done::Changed(Arc::new(short)));
    let found = connector.find(&context, BOOK, &want(), &find("email", "c1@example.com")).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(faults.met(), 4);
}

/// A server that takes vCard 4.0 only says so once.
#[tokio::test]
async fn a_book_that_takes_version_4_only_is_remembered() {
    let Some(server) = Server::start(Kind::Radicale, Auth::Open) else { return };
    server.make_book(BOOK, "Customers");
    let faults = Faults::before(server.port);
    let old = Arc::new(|head: &str, body: &str| head.starts_with("PUT") && body.contains("VERSION:3.0"));
    faults.order(None, old, refused(415, ""));
    let connector = connector_at(&faults.url(), "ann", "");
    for number in 0..3 {
        let fields = fields(&[("full_name", "Ann"), ("email", "ann@example.com")]);
        let create = write(&format!("new-{number}"), WriteKind::Create { fields, raw: None });
        connector.write(&Context::quiet(), BOOK, &want(), create).await.unwrap().remove(0).unwrap();
    }
    assert_eq!(faults.met(), 1, "the book is asked with the old version once");
    assert!(server.cards(BOOK).iter().all(|card| card.body.contains("VERSION:4.0")));
}

/// A certificate of the operator's own making is told as what it is, and can be trusted by name.
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_as_such() {
    let Some(server) = Server::start(Kind::Radicale, Auth::basic("ann", "s3cret")) else { return };
    server.make_book(BOOK, "Customers");
    server.put(&format!("{BOOK}1.vcf"), card(1));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let open = |port: u16, host: &str, ca: Option<&str>| {
        let url = format!("https://{host}:{port}/");
        let ca = ca.map(|ca| ("ca", ca.to_owned()));
        let options = [("url", url), ("username", "ann".to_owned())].into_iter().chain(ca);
        let settings = AccountSettings {
            name: "Address book".to_owned(),
            connector: "carddav".to_owned(),
            options: options.map(|(key, value)| (key.to_owned(), value)).collect(),
            secret: None,
        };
        CardDavConnector::new(&settings, Some("s3cret"))
    };
    let context = Context::quiet();
    let refused_at = async |connector: CardDavConnector| {
        let error = connector.list(&context, BOOK, &want(), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings, "it is not tried again and again: {error}");
        error.to_string()
    };
    let good = Tls::before(server.port, &["127.0.0.1"], false);
    let ca = file("family-ca.pem", &good.ca);
    let text = refused_at(open(good.port, "127.0.0.1", None).unwrap()).await;
    assert!(text.contains("vouched for by nobody") && text.contains("(ca)"), "{text}");
    let text = refused_at(open(good.port, "localhost", Some(&ca)).unwrap()).await;
    assert!(text.contains("another name"), "{text}");
    let old = Tls::before(server.port, &["127.0.0.1"], true);
    let text = refused_at(open(old.port, "127.0.0.1", Some(&file("old-ca.pem", &old.ca))).unwrap()).await;
    assert!(text.contains("expired"), "{text}");
    let other = Tls::before(server.port, &["127.0.0.1"], false);
    let text = refused_at(open(other.port, "127.0.0.1", Some(&ca)).unwrap()).await;
    assert!(text.contains("vouched for by nobody"), "{text}");
    assert_eq!(good.asked() + old.asked() + other.asked(), 0, "nobody was told the password");

    let connector = open(good.port, "127.0.0.1", Some(&ca)).unwrap();
    assert_eq!(all(&connector, BOOK).await.0.len(), 1);
    assert!(good.asked() > 0);

    // A server may send a plain address on to its secure form, which is then looked at no less.
    let faults = Faults::before(server.port);
    let onward = || refused(308, &format!("Location: https://127.0.0.1:{}{BOOK}", good.port));
    let plain = |ca: Option<&str>| {
        let ca = ca.map(|ca| ("ca".to_owned(), ca.to_owned()));
        let options = [("url".to_owned(), faults.url()), ("username".to_owned(), "ann".to_owned())];
        let settings = AccountSettings {
            name: "Address book".to_owned(),
            connector: "carddav".to_owned(),
            options: options.into_iter().chain(ca).collect(),
            secret: None,
        };
        CardDavConnector::new(&settings, Some("s3cret")).unwrap()
    };
    let reports = || Arc::new(|head: &str, _: &str| head.starts_with("REPORT"));
    faults.order(Some(1), reports(), onward());
    assert!(refused_at(plain(None)).await.contains("vouched for by nobody"));
    faults.order(Some(1), reports(), onward());
    let before = good.asked();
    assert_eq!(all(&plain(Some(&ca)), BOOK).await.0.len(), 1);
    assert_eq!((good.asked() - before, faults.met()), (1, 2));

    let text = open(good.port, "127.0.0.1", Some(&file("empty.pem", "no certificate"))).unwrap_err().to_string();
    assert!(text.contains("empty.pem holds no certificate"), "{text}");
    let error = open(good.port, "127.0.0.1", Some("/nowhere/ca.pem")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::File);
}
