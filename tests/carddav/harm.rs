//! Answers that came to harm on their way, and answers of a cache that is behind.

use std::sync::Arc;

use duosync::connectors::carddav::CardDavConnector;
use duosync::connectors::{Connector as _, Context};
use duosync::model::{Cursor, Listing, Value};

use super::support::faults::{Done, Fault, Faults, Fits};
use super::support::servers::{Auth, Kind, Server};
use super::{BOOK, all, card, connector_at, want};

/// A Radicale with one card, and the proxy before it.
fn place() -> Option<(Server, Faults)> {
    let server = Server::start(Kind::Radicale, Auth::Open)?;
    server.make_book(BOOK, "Customers");
    let faults = Faults::before(server.port);
    Some((server, faults))
}

fn reports() -> Fits {
    Arc::new(|head, _| head.starts_with("REPORT"))
}

fn changes() -> Fits {
    Arc::new(|_, body| body.contains("sync-collection"))
}

fn reading() -> Fits {
    Arc::new(|head, _| head.starts_with("GET"))
}

async fn list(connector: &CardDavConnector, since: Option<&Cursor>) -> Listing {
    connector.list(&Context::quiet(), BOOK, &want(), since).await.unwrap()
}

/// The one contact of a listing is whole.
fn is_whole(listing: &Listing, note: &str) {
    assert!(listing.complete && listing.cursor.is_some(), "{listing:?}");
    let fields: Vec<String> = ["full_name", "email", "tel:work", "note"]
        .iter()
        .map(|name| listing.records[0].fields.get(name).map(Value::display).unwrap_or_default())
        .collect();
    assert_eq!(fields, ["Contact 1", "c1@example.com", "+32 2 0000001", note]);
}

/// Nothing is said of the contact, and it comes again.
fn is_left_out(listing: &Listing) {
    assert_eq!((listing.complete, listing.records.len(), &listing.cursor), (false, 0, &None));
}

#[tokio::test]
async fn a_card_with_bytes_that_came_to_harm_is_read_again() {
    let Some((server, faults)) = place() else { return };
    // The harm is done in the middle of the answer, which is in the middle of the note.
    let note = "n".repeat(4000);
    server.put(&format!("{BOOK}1.vcf"), card(1).replace("END:", &format!("NOTE:{note}\r\nEND:")));
    for how_often in [Some(1), None] {
        faults.order(how_often, reports(), Done::Fault(Fault::Garbled));
        is_whole(&list(&connector_at(&faults.url(), "ann", ""), None).await, &note);
        faults.calm();
    }
    faults.order(None, reports(), Done::Fault(Fault::Garbled));
    faults.order(Some(1), reading(), Done::Fault(Fault::Garbled));
    is_left_out(&list(&connector_at(&faults.url(), "ann", ""), None).await);
}

#[tokio::test]
async fn a_card_that_was_cut_off_is_not_taken_for_one_without_a_telephone() {
    let Some((server, faults)) = place() else { return };
    server.put(&format!("{BOOK}1.vcf"), card(1));
    let cut = || {
        Done::Changed(Arc::new(|text| {
            let (from, to) = (text.find("TEL").unwrap(), text.find("END:VCARD").unwrap() + "END:VCARD".len());
            format!("{}{}", &text[..from], &text[to..])
        }))
    };
    for how_often in [Some(1), None] {
        faults.order(how_often, reports(), cut());
        is_whole(&list(&connector_at(&faults.url(), "ann", ""), None).await, "");
        faults.calm();
    }
    faults.order(None, reports(), cut());
    faults.order(Some(1), reading(), cut());
    is_left_out(&list(&connector_at(&faults.url(), "ann", ""), None).await);
}

/// A change is told, and the card comes as it was before it: the change must be told once more.
#[tokio::test]
async fn a_change_whose_card_comes_from_a_cache_that_is_behind_is_read_at_the_next_listing() {
    let Some((server, faults)) = place() else { return };
    let path = format!("{BOOK}1.vcf");
    server.put(&path, card(1));
    let connector = connector_at(&faults.url(), "ann", "");
    let (_, cursor) = all(&connector, BOOK).await;
    let before = server.etag(&path).unwrap();
    server.put(&path, card(1).replace("FN:Contact 1", "FN:Contact One"));
    let after = server.etag(&path).unwrap();
    assert_ne!(before, after);
    // The news come without the card, which is then asked for, and is the old one.
    faults.order(Some(1), changes(), Done::Changed(Arc::new(|text| text.replace("address-data", "no-data"))));
    faults.order(
        Some(1),
        Arc::new(|_, body| body.contains("addressbook-multiget")),
        Done::Changed(Arc::new(move |text| text.replace(&after, &before).replace("Contact One", "Contact 1"))),
    );
    let behind = list(&connector, Some(&cursor)).await;
    assert_eq!(faults.met(), 2);
    assert_eq!(behind.cursor.as_ref(), Some(&cursor), "the cursor waits for the change");
    let name = |listing: &Listing| listing.records[0].fields["full_name"].display();
    assert_eq!(name(&behind), "Contact 1");
    let next = list(&connector, behind.cursor.as_ref()).await;
    assert_eq!(name(&next), "Contact One");
    assert_ne!(next.cursor, Some(cursor));
}
