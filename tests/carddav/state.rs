//! A server that names what a book holds (Xandikos) is asked for that name alone, and what Duosync has written
//! is looked at although the name may be the old one again.

use std::sync::Arc;

use duosync::connectors::carddav::CardDavConnector;
use duosync::connectors::{Connector as _, Context, WriteKind};
use duosync::model::{Cursor, Listing, RecordId, Scope, Value};

use super::support::faults::{Done, Fault, Faults, Fits, refused};
use super::support::servers::{Auth, Kind, Server};
use super::{all, both, card, connector, connector_at, fields, update, want, write};

const BOOK: &str = "/ann/contacts/addressbook/";

/// A Xandikos with one card, and the proxy before it.
fn place() -> Option<(Server, Faults)> {
    let server = Server::start(Kind::Xandikos, Auth::Open)?;
    server.put(&format!("{BOOK}1.vcf"), card(1));
    let faults = Faults::before(server.port);
    Some((server, faults))
}

fn of(method: &'static str) -> Fits {
    Arc::new(move |head, _| head.starts_with(method))
}

async fn list(connector: &CardDavConnector, book: &str, since: &Cursor) -> Listing {
    connector.list(&Context::quiet(), book, &want(), Some(since)).await.unwrap()
}

fn says_nothing(listing: &Listing) {
    let said = (listing.scope, listing.complete, listing.records.len(), listing.gone.len());
    assert_eq!(said, (Scope::Changes, true, 0, 0));
}

#[tokio::test]
async fn nothing_new_is_seen_without_comparing_two_states() {
    let Some((server, faults)) = place() else { return };
    let (_, cursor) = all(&connector(&server), BOOK).await;
    let connector = connector_at(&faults.url(), "ann", "");
    faults.order(None, of("REPORT"), refused(500, ""));
    let nothing = list(&connector, BOOK, &cursor).await;
    says_nothing(&nothing);
    assert_eq!((nothing.cursor.as_ref(), connector.requests()), (Some(&cursor), 1));
    faults.calm();
    server.put(&format!("{BOOK}1.vcf"), card(1).replace("c1@", "new@"));
    let changed = list(&connector, BOOK, &cursor).await;
    assert_eq!(changed.records[0].fields["email"], Value::from("new@example.com"));
    assert_ne!(changed.cursor, Some(cursor));
}

/// Whatever comes back but the very token, the listing of changes has the word.
#[tokio::test]
async fn an_answer_that_is_not_the_token_proves_nothing() {
    let Some((server, faults)) = place() else { return };
    let (_, cursor) = all(&connector(&server), BOOK).await;
    let token = serde_json::from_str::<serde_json::Value>(&cursor.0).unwrap()["token"].as_str().unwrap().to_owned();
    server.put(&format!("{BOOK}1.vcf"), card(1).replace("c1@", "new@"));
    let told = |href: &str, status: &str, body: &str| {
        let body = format!(
            "<multistatus xmlns=\"DAV:\"><response><href>{href}</href><propstat><prop>{body}</prop><status>HTTP/1.1 {status}</status></propstat></response></multistatus>"
        );
        Done::Answered("207 Multi-Status".to_owned(), body)
    };
    let right = format!("<sync-token>{token}</sync-token>");
    for (what, done) in [
        ("refused", refused(403, "")),
        ("not there", refused(404, "")),
        ("broken", refused(500, "")),
        ("no XML", Done::Answered("207 Multi-Status".to_owned(), "<html>Welcome to the hotel".to_owned())),
        ("empty", Done::Answered("207 Multi-Status".to_owned(), String::new())),
        ("no answer of its kind", Done::Answered("200 OK".to_owned(), "fine".to_owned())),
        ("in pieces", Done::Fault(Fault::Garbled)),
        ("of another book", told("/ann/contacts/", "200 OK", &right)),
        ("not to be had", told(BOOK, "404 Not Found", &right)),
        ("without a token", told(BOOK, "200 OK", "")),
        ("an empty token", told(BOOK, "200 OK", "<sync-token/>")),
        ("another token", told(BOOK, "200 OK", "<sync-token>x</sync-token>")),
        ("of another namespace", told(BOOK, "200 OK", &format!("<x xmlns=\"urn:x\">{right}</x>"))),
    ] {
        let before = faults.met();
        faults.order(Some(1), of("PROPFIND"), done);
        let listing = list(&connector_at(&faults.url(), "ann", ""), BOOK, &cursor).await;
        assert_eq!((listing.records.len(), faults.met() - before), (1, 1), "{what}");
        faults.calm();
    }
}

/// What a run wrote and somebody put back before the next one: the book is what it was at the last listing.
#[tokio::test]
async fn a_write_that_is_taken_back_is_listed() {
    for (server, book) in both() {
        for number in 1..=3 {
            server.put(&format!("{book}{number}.vcf"), card(number));
        }
        let (records, cursor) = all(&connector(&server), book).await;
        let at = |number: usize| records.iter().find(|record| record.id.as_str().ends_with(&format!("{number}.vcf")));
        let (first, second) = (at(1).unwrap(), at(2).unwrap());
        // As they are stored: Radicale puts lines into another order.
        let stored = |record: &duosync::model::Record| server.card(record.id.as_str()).unwrap();
        let (first_was, second_was) = (stored(first), stored(second));
        let writer = connector(&server);
        let new = WriteKind::Create { fields: fields(&[("full_name", "New")]), raw: None };
        let gone = WriteKind::Delete { id: second.id.clone(), expect: second.version.clone() };
        let mut created = None;
        for kind in [update(first, &[("email", "new@example.com")]), gone, new] {
            let result = writer.write(&Context::quiet(), book, &want(), write("new", kind)).await.unwrap().remove(0);
            created = result.unwrap();
        }
        let created = created.unwrap().id;
        let written = [&first.id, &second.id, &created].map(|id| (id.clone(), None)).into();
        let after = connector(&server).after_writes(cursor.clone(), &written);

        let own = list(&connector(&server), book, &after).await;
        let mut ids: Vec<&RecordId> = own.records.iter().map(|record| &record.id).collect();
        ids.sort();
        assert_eq!((ids, &own.gone), (vec![&first.id, &created], &vec![second.id.clone()]));

        server.put(first.id.as_str(), &first_was);
        server.put(second.id.as_str(), &second_was);
        server.delete(created.as_str());
        let back = list(&connector(&server), book, &after).await;
        let mut mails: Vec<(&RecordId, &Value)> =
            back.records.iter().map(|record| (&record.id, &record.fields["email"])).collect();
        mails.sort();
        let (one, two) = (Value::from("c1@example.com"), Value::from("c2@example.com"));
        assert_eq!(mails, [(&first.id, &one), (&second.id, &two)]);
        assert_eq!((back.complete, &back.gone), (true, &vec![created]));
        says_nothing(&list(&connector(&server), book, back.cursor.as_ref().unwrap()).await);
    }
}

/// What a run wrote is known, as long as it is still that.
#[tokio::test]
async fn an_own_card_is_not_read_again() {
    let Some((server, faults)) = place() else { return };
    server.put(&format!("{BOOK}2.vcf"), card(2));
    let (records, cursor) = all(&connector(&server), BOOK).await;
    let kinds = records.iter().map(|record| update(record, &[("email", "new@example.com")]));
    let mut written = std::collections::BTreeMap::new();
    for kind in kinds {
        let result =
            connector(&server).write(&Context::quiet(), BOOK, &want(), write("t", kind)).await.unwrap().remove(0);
        let record = result.unwrap().unwrap();
        written.insert(record.id, record.version);
    }
    let connector = connector_at(&faults.url(), "ann", "");
    let after = connector.after_writes(cursor, &written);
    let own = list(&connector, BOOK, &after).await;
    says_nothing(&own);
    assert_eq!(connector.requests(), 1);
    let next = own.cursor.unwrap();
    assert!(next != after && !next.0.contains("wrote"), "{next:?}");
    server.put(&format!("{BOOK}1.vcf"), card(1).replace("c1@", "theirs@"));
    let theirs = list(&connector, BOOK, &after).await;
    let mails: Vec<&Value> = theirs.records.iter().map(|record| &record.fields["email"]).collect();
    assert_eq!(mails, [&Value::from("theirs@example.com")]);
}

/// A card of Duosync's that cannot be had is neither gone nor forgotten.
#[tokio::test]
async fn a_written_card_that_cannot_be_had_comes_again() {
    let Some((server, faults)) = place() else { return };
    let (records, cursor) = all(&connector(&server), BOOK).await;
    let connector = connector_at(&faults.url(), "ann", "");
    let after = connector.after_writes(cursor, &[(records[0].id.clone(), None)].into());
    let nothing = Done::Changed(Arc::new(|_: String| "<multistatus xmlns=\"DAV:\"/>".to_owned()));
    faults.order(Some(1), Arc::new(|_, body| body.contains("addressbook-multiget")), nothing);
    let listing = list(&connector, BOOK, &after).await;
    assert_eq!((listing.complete, listing.gone.len(), listing.cursor.as_ref()), (false, 0, Some(&after)));
    assert_eq!(list(&connector, BOOK, &after).await.records.len(), 1);
}

/// The cursors of other servers stay as they are, but for the etags of what was written.
#[test]
fn a_cursor_is_only_told_of_writes_where_it_names_what_is_there() {
    let connector = connector_at("http://127.0.0.1:9/", "ann", "");
    let after =
        |text: &str| connector.after_writes(Cursor(text.to_owned()), &[(RecordId::new("/b/1.vcf"), None)].into()).0;
    for same in ["no cursor", r#"{"of":"b","href":"/b/","token":"http://sabre.io/ns/sync/7"}"#] {
        assert_eq!(after(same), same);
    }
    assert_eq!(
        after(r#"{"of":"b","href":"/b/","etags":{"/b/1.vcf":"1","/b/2.vcf":"2"}}"#),
        r#"{"of":"b","href":"/b/","etags":{"/b/2.vcf":"2"}}"#
    );
    let git = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    assert_eq!(
        after(&format!(r#"{{"of":"b","href":"/b/","token":"{git}"}}"#)),
        format!(r#"{{"of":"b","href":"/b/","token":"{git}","wrote":{{"/b/1.vcf":null}}}}"#)
    );
}
