//! Lists and limits, where the contract's promises do not reach: how much is asked, and how little.

use std::task::{Context as Polling, Waker};

use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Batch, Connector as _, Context, ErrorKind, Write, WriteKind};
use duosync::model::{Fields, RecordId, Scope};
use serde_json::{Value as Json, json};

use super::support::shop::{Fault, Shop};
use super::support::ways::Way;
use super::{BATCHES, SHOP, connector, create, text, want};

/// Counts the pages of lists that were asked for.
fn pages(shop: &Shop) -> usize {
    shop.seen().iter().filter(|request| request.path == "/people").count()
}

#[tokio::test]
async fn reading_the_newest_first_stops_at_what_is_old() {
    let shop = Shop::start();
    shop.skew(-3 * 3_600_000);
    for number in 0..25 {
        shop.add("Old", &format!("old{number}@example.org"), "");
    }
    shop.skew(-3_600_000);
    let id = shop.add("Ann", "ann@example.org", "");
    shop.add("Bob", "bob@example.org", "");
    shop.skew(0);
    let (connector, context) = (connector(&shop, &Way::NewestFirst.manifest()), Context::quiet());
    let cursor = connector.list(&context, "people", &want(), None).await.unwrap().cursor;
    shop.change(&id, |record| record["properties"]["name"] = json!("Anna"));
    shop.forget_seen();
    let listing = connector.list(&context, "people", &want(), cursor.as_ref()).await.unwrap();
    assert_eq!(listing.records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), [id]);
    assert_eq!(pages(&shop), 2, "the two that are new, and one page with something older on it");
}

#[tokio::test]
async fn a_search_that_gives_no_more_than_so_many_is_begun_anew() {
    let shop = Shop::start();
    let (connector, context) = (connector(&shop, &Way::Most.manifest()), Context::quiet());
    let cursor = connector.list(&context, "people", &want(), None).await.unwrap().cursor;
    for number in 0..15 {
        // Each at a time of its own.
        shop.skew(number * 10);
        shop.add("New", &format!("new{number}@example.org"), "");
    }
    let listing = connector.list(&context, "people", &want(), cursor.as_ref()).await.unwrap();
    assert_eq!((listing.scope, listing.complete, listing.records.len()), (Scope::Changes, true, 15));
    let starts =
        shop.seen().into_iter().filter(|request| request.query.get("offset").is_some_and(|offset| offset == "0"));
    assert!(starts.count() >= 4, "four of fifteen at a time");

    // All at the same time there is no place to go on from, and nothing is left out in silence.
    let shop = Shop::start();
    let connector = super::connector(&shop, &Way::Most.manifest());
    let cursor = connector.list(&context, "people", &want(), None).await.unwrap().cursor;
    for number in 0..15 {
        shop.put(&format!("s{number:02}"), "Same", "same@example.org");
    }
    shop.same_time();
    let error = connector.list(&context, "people", &want(), cursor.as_ref()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadAnswer);
    assert!(error.message.contains("all changed at the same time"), "{error}");
}

#[tokio::test]
async fn a_list_that_ends_before_its_own_total_is_not_complete() {
    let shop = Shop::start();
    for number in 0..5 {
        shop.add("Ann", &format!("ann{number}@example.org"), "");
    }
    let manifest = Way::Page.manifest().replace("more = \"/more\", ", "");
    let (connector, context) = (connector(&shop, &manifest), Context::quiet());
    let listing = connector.list(&context, "people", &want(), None).await.unwrap();
    assert_eq!((listing.complete, listing.records.len(), listing.cursor.is_some()), (true, 5, true));
    assert_eq!(pages(&shop), 3, "the total says which page is the last");
    shop.order("GET", "/people", Fault::Without("nothing"));
    shop.order("GET", "/people", Fault::EmptyPage);
    let listing = connector.list(&context, "people", &want(), None).await.unwrap();
    assert_eq!((listing.complete, listing.records.len(), listing.cursor), (false, 2, None));
}

#[tokio::test]
async fn pages_that_shift_while_they_are_read_are_not_taken_for_the_whole() {
    for (way, fault, complete, count) in [
        // Whoever was on the border of two pages is on neither.
        (Way::Page, Fault::Vanish, false, 3),
        // Nobody was passed over, and the one who came is told next time.
        (Way::Page, Fault::Appear, true, 4),
    ] {
        let shop = Shop::start();
        for number in 0..4 {
            shop.add("Ann", &format!("ann{number}@example.org"), "");
        }
        let (connector, context) = (connector(&shop, &way.manifest()), Context::quiet());
        shop.order("GET", "/people", Fault::Without("nothing"));
        shop.order("GET", "/people", fault.clone());
        let listing = connector.list(&context, "people", &want(), None).await.unwrap();
        assert_eq!((listing.complete, listing.records.len()), (complete, count), "{fault:?}");
        assert_eq!(listing.cursor.is_some(), complete);
    }
}

#[tokio::test]
async fn a_list_of_ids_reads_each_record() {
    let shop = Shop::start();
    for number in 0..3 {
        shop.add("Ann", &format!("ann{number}@example.org"), "+32 1");
    }
    for (from, to) in [
        (
            "after = \"{{ cursor }}\" }\nitems = \"/results\"\n",
            "after = \"{{ cursor }}\", ids = true }\nids_only = true\nitems = \"/results\"\n",
        ),
        (
            "token = \"start\" }\nitems = \"/results\"\n",
            "token = \"start\", ids = true }\nids_only = true\nitems = \"/results\"\n",
        ),
    ] {
        let dialect = if SHOP.contains(from) { SHOP } else { BATCHES };
        let manifest = dialect.replacen(from, to, 1);
        assert!(manifest.contains("ids_only"));
        let connector = connector(&shop, &manifest);
        shop.forget_seen();
        let listing = connector.list(&Context::quiet(), "people", &want(), None).await.unwrap();
        let phones: Vec<String> = listing.records.iter().map(|record| text(record, "phone")).collect();
        assert_eq!(phones, ["+32 1"; 3]);
        let reads = shop.seen().iter().filter(|request| request.path.starts_with("/people/")).count();
        assert_eq!(reads, if dialect == SHOP { 3 } else { 1 });
    }
}

#[tokio::test]
async fn a_token_that_is_too_old_is_told_as_such() {
    let shop = Shop::start();
    shop.add("Ann", "ann@example.org", "");
    for way in [Way::Batches, Way::DeltaLink] {
        let (connector, context) = (connector(&shop, &way.manifest()), Context::quiet());
        let cursor = connector.list(&context, "people", &want(), None).await.unwrap().cursor.unwrap();
        let old = duosync::model::Cursor(cursor.0.replace("token=t", "token=t99").replace("\"t", "\"t99"));
        assert_ne!(old, cursor);
        let error = connector.list(&context, "people", &want(), Some(&old)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::CursorExpired, "{way:?}: {error}");
    }
}

#[tokio::test]
async fn a_batch_whose_records_must_change_the_same_properties_holds_no_others() {
    let shop = Shop::start();
    let ids: Vec<String> = (0..6).map(|number| shop.add("Ann", &format!("ann{number}@example.org"), "")).collect();
    let manifest = BATCHES.replacen(
        "item = { op = \"update\", id = \"{{ id }}\", rev = \"{{ version }}\", changes = \"{{ changes }}\" }\nbody = { inputs = \"{{ items }}\" }\n",
        "item = { op = \"update\", id = \"{{ id }}\", rev = \"{{ version }}\", changes = \"{{ changes }}\" }\nsame_fields = true\n\
         body = { inputs = \"{{ items }}\", changed = \"{{ changed }}\" }\n",
        1,
    );
    assert!(manifest.contains("same_fields"));
    let (connector, context) = (connector(&shop, &manifest), Context::quiet());
    connector.list(&context, "people", &want(), None).await.unwrap();
    shop.forget_seen();
    let of = |(number, id): (usize, &String)| {
        let (field, value) =
            if number % 2 == 0 { ("phone", "+32 1".to_owned()) } else { ("email", format!("new{number}@example.org")) };
        let fields = Fields::from([(field.to_owned(), value.as_str().into())]);
        Write {
            token: format!("t{number}"),
            kind: WriteKind::Update { id: RecordId::new(id.clone()), fields, expect: None },
        }
    };
    let results = connector.write(&context, "people", &want(), ids.iter().enumerate().map(of).collect()).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let mut batches: Vec<(Json, usize)> = shop
        .seen()
        .iter()
        .filter(|request| request.path == "/people/batch")
        .map(|request| (request.body["changed"].clone(), request.body["inputs"].as_array().unwrap().len()))
        .collect();
    batches.sort_by_key(|(changed, _)| changed.to_string());
    assert_eq!(batches, [(json!(["emails"]), 3), (json!(["properties"]), 3)]);
}

/// Whether the next request is sent at once. It is stopped then.
async fn is_sent_at_once(connector: &RestConnector) -> bool {
    let (context, before) = (Context::quiet(), connector.requests());
    let mut asking = Box::pin(connector.identity(&context));
    // The first look at it goes as far as it can without anybody's answer.
    assert!(asking.as_mut().poll(&mut Polling::from_waker(Waker::noop())).is_pending());
    let sent = connector.requests() > before;
    context.cancel.cancel();
    let ended = asking.await;
    if !sent {
        assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled, "one who waits can be stopped");
    }
    sent
}

#[tokio::test]
async fn a_platform_that_says_how_many_requests_are_left_is_heeded() {
    let limits = |reset: &str| {
        let limits = format!("[limits]\nremaining = \"X-Left\"\nreset = \"X-Reset\"\nreset_is = \"{reset}\"\n");
        SHOP.replacen("[limits]\n", &limits, 1)
    };
    let epoch = |seconds: i64| (jiff::Timestamp::now().as_second() + seconds).to_string();
    for (reset, skew, left, until, sent) in [
        ("seconds", 0, 0, "3600".to_owned(), false),
        ("seconds", 0, 1, "3600".to_owned(), true),
        ("seconds", 0, 0, "soon".to_owned(), true),
        ("seconds", 0, 0, "-5".to_owned(), true),
        ("seconds", 0, 0, "1e300".to_owned(), false),
        ("milliseconds", 0, 0, "3600000".to_owned(), false),
        ("epoch", 0, 0, epoch(3600), false),
        ("epoch", 0, 0, epoch(-3600), true),
        // The platform means its own clock, which is two hours behind.
        ("epoch", -7_200_000, 0, epoch(-3600), false),
    ] {
        let shop = Shop::start();
        shop.skew(skew);
        let (connector, context) = (connector(&shop, &limits(reset)), Context::quiet());
        shop.order("GET", "/me", Fault::Left(left, until.clone()));
        connector.identity(&context).await.unwrap();
        assert_eq!(is_sent_at_once(&connector).await, sent, "{reset} {left} {until}");
    }
    // It goes on by itself when the time has come.
    let shop = Shop::start();
    let (connector, context) = (connector(&shop, &limits("milliseconds")), Context::quiet());
    shop.order("GET", "/me", Fault::Left(0, "20".to_owned()));
    connector.identity(&context).await.unwrap();
    connector.identity(&context).await.unwrap();
}

#[tokio::test]
async fn no_more_requests_are_sent_than_the_manifest_allows() {
    let shop = Shop::start();
    let limits = SHOP.replacen("[limits]\n", "[limits]\nper_minute = 3\n", 1);
    let (connector, context) = (connector(&shop, &limits), Context::quiet());
    // One to sign in, and two of these.
    connector.identity(&context).await.unwrap();
    connector.identity(&context).await.unwrap();
    assert!(!is_sent_at_once(&connector).await);
    assert_eq!(shop.seen().len(), 3);
}

/// The requests that so many writes take: adding, changing and deleting.
async fn measured(manifest: &str, count: usize) -> [u64; 3] {
    let shop = Shop::start();
    let (connector, context) = (connector(&shop, manifest), Context::quiet());
    connector.list(&context, "people", &want(), None).await.unwrap();
    let size = match connector.abilities().batch {
        Batch::UpTo(size) => size,
        Batch::One { .. } | Batch::All => 1,
    };
    let carry_out = async |writes: Vec<Write>| {
        let before = connector.requests();
        let mut records = Vec::new();
        for some in writes.chunks(size) {
            let results = connector.write(&context, "people", &want(), some.to_vec()).await.unwrap();
            records.extend(results.into_iter().filter_map(Result::unwrap));
        }
        (connector.requests() - before, records)
    };
    let (created, made) = carry_out((0..count).map(|one| create(one, &format!("n{one}@example.org"))).collect()).await;
    assert_eq!(made.len(), count);
    let fields = Fields::from([("name".to_owned(), "Newer".into())]);
    let change = |record: &duosync::model::Record| WriteKind::Update {
        id: record.id.clone(),
        fields: fields.clone(),
        expect: record.version.clone(),
    };
    let write = |kind: WriteKind| Write { token: "t".to_owned(), kind };
    let (updated, now) = carry_out(made.iter().map(change).map(write).collect()).await;
    assert!(now.len() == count && now.iter().all(|record| text(record, "name") == "Newer"));
    let gone =
        |record: &duosync::model::Record| WriteKind::Delete { id: record.id.clone(), expect: record.version.clone() };
    let (deleted, _) = carry_out(now.iter().map(gone).map(write).collect()).await;
    assert_eq!(shop.count(), 0);
    [created, updated, deleted]
}

#[tokio::test]
async fn changes_cost_what_the_manifest_says_and_no_more() {
    let told = |manifest: &str, count: usize| {
        let costs = Manifest::parse(manifest).unwrap().costs(count)[0];
        [costs.create, costs.update, costs.delete].map(|cost| cost.unwrap().all() as u64)
    };
    let unversioned = SHOP.replace("checks_version = true\n", "");
    for (manifest, count) in [
        (SHOP.to_owned(), 60),
        (unversioned.clone(), 60),
        (BATCHES.to_owned(), 450),
        (BATCHES.replace("checks_version = true\n", ""), 450),
        (BATCHES.replace("max = 3\n", "max = 100\n").replace("max = 3,", "max = 100,"), 1000),
        (BATCHES.replace("max = 3\n", "max = 500\n").replace("max = 3,", "max = 500,"), 1000),
        (BATCHES.replace("batch = { max = 3, ", "missing = [404]\n# "), 9),
    ] {
        assert_eq!(measured(&manifest, count).await, told(&manifest, count), "{count} with {manifest}");
    }
    assert_eq!(
        measured(&SHOP.replace("record = \"\"\n\n[collection.update]", "id = \"/id\"\n\n[collection.update]"), 10)
            .await,
        [20, 20, 10]
    );
    let full = BATCHES.replace("max = 3\n", "max = 100\n").replace("max = 3,", "max = 100,");
    assert_eq!(told(&full, 1000)[0], 20, "ten full batches, and ten to read what was stored");
    assert_eq!(told(&unversioned, 1000)[1], 2000);
}

#[tokio::test]
async fn who_is_changed_while_others_are_written_is_not_overwritten() {
    let shop = Shop::start();
    let ids: Vec<String> = (0..6).map(|number| shop.add("Ann", &format!("ann{number}@example.org"), "+32 1")).collect();
    // The platform compares no versions, and is told none.
    let manifest = BATCHES.replace("checks_version = true\n", "").replace("rev = \"{{ version }}\", ", "");
    let (connector, context) = (connector(&shop, &manifest), Context::quiet());
    let known = connector.list(&context, "people", &want(), None).await.unwrap().records;
    let fields = Fields::from([("phone".to_owned(), "+32 2".into())]);
    let write = |id: &String| Write {
        token: format!("t-{id}"),
        kind: WriteKind::Update {
            id: RecordId::new(id.clone()),
            fields: fields.clone(),
            expect: known.iter().find(|record| record.id.as_str() == id).unwrap().version.clone(),
        },
    };
    shop.order("POST", "/people/batch", Fault::Touch(ids[5].clone()));
    let results = connector.write(&context, "people", &want(), ids.iter().map(write).collect()).await.unwrap();
    let refused: Vec<Option<ErrorKind>> =
        results.iter().map(|result| result.as_ref().err().map(|error| error.kind)).collect();
    assert_eq!(refused, [None, None, None, None, None, Some(ErrorKind::VersionMismatch)]);
    assert_eq!(shop.record(&ids[5]).unwrap()["properties"]["phone"], json!("+32 999"));

    // What cannot be read any more half-way leaves what was written before as it is told.
    shop.order("POST", "/people/read", Fault::Left(1, String::new()));
    shop.order("POST", "/people/read", Fault::Left(1, String::new()));
    shop.order("POST", "/people/read", Fault::Status(500, json!({})));
    let unversioned = |id: &String| match write(id).kind {
        WriteKind::Update { id, fields, .. } => {
            Write { token: format!("u-{id}"), kind: WriteKind::Update { id, fields, expect: None } }
        }
        WriteKind::Create { .. } | WriteKind::Delete { .. } => panic!("an update"),
    };
    let results = connector.write(&context, "people", &want(), ids.iter().map(unversioned).collect()).await.unwrap();
    let told: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(told, [true, true, true, false, false, false], "{results:?}");
}
