//! Platforms with a manifest, where the contract's promises do not reach: what a run costs, what it
//! sends, a session that ends in the middle, and trying a manifest in the terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

#[path = "rest/features.rs"]
mod features;
#[path = "rest/lists.rs"]
mod lists;
#[path = "rest/shipped.rs"]
mod shipped;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Connector as _, Context, Credential, ErrorKind, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, RecordId, Scope};
use serde_json::json;
use support::lab::Workplace;
use support::rest_servers::{PASSWORD, PocketBase, USER};
use support::shop::trouble::Forever;
use support::shop::{Fault, Shop};

const SHOP: &str = include_str!("support/shop.toml");
const BATCHES: &str = include_str!("support/shop_batch.toml");

fn connector(shop: &Shop, manifest: &str) -> RestConnector {
    let manifest = Manifest::parse(manifest).unwrap();
    let settings = AccountSettings {
        name: "Shop".to_owned(),
        connector: manifest.kind().to_owned(),
        options: BTreeMap::from([("url".to_owned(), shop.url())]),
        secret: None,
    };
    RestConnector::new(Arc::new(manifest), &settings, Credential::Secret("secret".to_owned())).unwrap()
}

fn want() -> Vec<String> {
    ["name", "email", "phone"].map(str::to_owned).to_vec()
}

fn create(number: usize, email: &str) -> Write {
    let fields = Fields::from([("name".to_owned(), "New".into()), ("email".to_owned(), email.into())]);
    Write { token: format!("token-{number}"), kind: WriteKind::Create { fields, raw: None } }
}

#[tokio::test]
async fn a_session_that_ends_is_renewed_once_for_all() {
    let shop = Shop::start();
    for number in 0..5 {
        shop.add("Ann", &format!("ann{number}@example.org"), "");
    }
    let (shop_connector, context) = (connector(&shop, SHOP), Context::quiet());
    shop_connector.list(&context, "people", &want(), None).await.unwrap();
    shop.end_sessions();
    shop.forget_seen();
    let listing = shop_connector.list(&context, "people", &want(), None).await.unwrap();
    assert_eq!(listing.records.len(), 5);
    let logins = shop.seen().iter().filter(|request| request.path == "/login").count();
    assert_eq!(logins, 1);
}

#[tokio::test]
async fn an_idle_listing_costs_two_requests() {
    let shop = Shop::start();
    shop.add("Ann", "ann@example.org", "");
    let (shop_connector, context) = (connector(&shop, SHOP), Context::quiet());
    let cursor = shop_connector.list(&context, "people", &want(), None).await.unwrap().cursor;
    let before = shop_connector.requests();
    let listing = shop_connector.list(&context, "people", &want(), cursor.as_ref()).await.unwrap();
    assert_eq!((listing.scope, listing.records.len()), (Scope::Changes, 0));
    assert_eq!(shop_connector.requests() - before, 2, "what changed, and what was deleted");
}

#[tokio::test]
async fn one_refused_record_of_a_batch_is_named_and_the_others_are_stored() {
    let shop = Shop::start();
    let (shop_connector, context) = (connector(&shop, BATCHES), Context::quiet());
    shop_connector.list(&context, "people", &want(), None).await.unwrap();
    let before = shop_connector.requests();
    let writes = vec![create(0, "one@example.org"), create(1, "refused@example.org"), create(2, "three@example.org")];
    let results = shop_connector.write(&context, "people", &want(), writes).await.unwrap();
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    let error = results[1].as_ref().unwrap_err();
    assert_eq!((error.kind, error.field.as_deref()), (ErrorKind::Rejected, Some("email")));
    assert!(error.message.contains("on the list of bounces"), "{error}");
    assert_eq!(shop.count(), 2);
    assert_eq!(shop_connector.requests() - before, 2, "one for the batch, one to read back what was stored");
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_tried_by_halves() {
    let shop = Shop::start();
    let (shop_connector, context) = (connector(&shop, BATCHES), Context::quiet());
    shop.order("POST", "/people/batch", Fault::Status(400, json!({ "message": "one of them is wrong" })));
    let writes = vec![create(0, "one@example.org"), create(1, "refused@example.org"), create(2, "three@example.org")];
    let results = shop_connector.write(&context, "people", &want(), writes).await.unwrap();
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!((shop.count(), shop.ordered()), (2, 0));
}

/// A connector to a real PocketBase with a collection of people whose e-mail addresses are unique.
fn pocketbase(server: &PocketBase) -> RestConnector {
    let manifest = include_str!("../assets/connectors/pocketbase.toml");
    let settings = AccountSettings {
        name: "Base".to_owned(),
        connector: "pocketbase".to_owned(),
        options: BTreeMap::from([("url".to_owned(), server.url()), ("username".to_owned(), USER.to_owned())]),
        secret: None,
    };
    let manifest = Arc::new(Manifest::parse(manifest).unwrap());
    RestConnector::new(manifest, &settings, Credential::Secret(PASSWORD.to_owned())).unwrap()
}

fn make_people(server: &PocketBase) {
    let definition = json!({
        "name": "people", "type": "base",
        "fields": [
            { "name": "name", "type": "text" },
            { "name": "email", "type": "email" },
            { "name": "phone", "type": "text" },
            { "name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true },
        ],
        "indexes": ["CREATE UNIQUE INDEX people_email ON people (email)"],
    });
    server.request("POST", "/api/collections", &definition);
}

#[tokio::test]
async fn pocketbase_stores_a_batch_but_for_the_record_that_it_refuses() {
    let Some(server) = PocketBase::start() else { return };
    make_people(&server);
    let (base, context) = (pocketbase(&server), Context::quiet());
    base.list(&context, "people", &want(), None).await.unwrap();
    let before = base.requests();
    let people = |from: usize| (from..from + 32).map(|number| create(number, &format!("p{number}@example.org")));
    let results = base.write(&context, "people", &want(), people(0).collect()).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(base.requests() - before, 1, "all of them in one request");

    let mut writes: Vec<Write> = people(32).collect();
    writes[20] = create(52, "p7@example.org");
    let before = base.requests();
    let results = base.write(&context, "people", &want(), writes).await.unwrap();
    let failed: Vec<usize> = (0..results.len()).filter(|at| results[*at].is_err()).collect();
    assert_eq!(failed, [20]);
    let error = results[20].as_ref().unwrap_err();
    assert_eq!((error.kind, error.field.as_deref()), (ErrorKind::Exists, Some("email")));
    // Five times a half is refused and the other one stored, down to the one record.
    assert_eq!(base.requests() - before, 11);
    assert_eq!(base.list(&context, "people", &want(), None).await.unwrap().records.len(), 63);

    // Where its administrator allows no batches, each record is sent by itself.
    server.request("PATCH", "/api/settings", &json!({ "batch": { "enabled": false } }));
    let results = base.write(&context, "people", &want(), people(64).take(3).collect()).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test]
async fn pocketbase_that_asks_to_slow_down_is_left_alone_and_loses_nothing() {
    let Some(server) = PocketBase::start() else { return };
    make_people(&server);
    let context = Context::quiet();
    let limits = |enabled: bool| {
        let rules = json!([{ "label": "*:auth", "audience": "", "duration": 3600, "maxRequests": 1 }]);
        server.request("PATCH", "/api/settings", &json!({ "rateLimits": { "enabled": enabled, "rules": rules } }));
    };
    limits(true);
    let first = pocketbase(&server);
    first.write(&context, "people", &want(), vec![create(0, "one@example.org")]).await.unwrap().remove(0).unwrap();
    // Its limits do not hold for a superuser who has signed in, but for signing in.
    let second = pocketbase(&server);
    let error = second.list(&context, "people", &want(), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled, "{error}");
    assert!(error.message.contains("429") && error.message.contains("slow down"), "{error}");
    let writes = vec![create(1, "two@example.org"), create(2, "three@example.org")];
    let kinds = match second.write(&context, "people", &want(), writes.clone()).await {
        Ok(results) => results.into_iter().map(|result| result.unwrap_err().kind).collect(),
        Err(error) => vec![error.kind],
    };
    assert!(kinds.iter().all(|kind| *kind == ErrorKind::Throttled), "{kinds:?}");
    limits(false);
    let results = second.write(&context, "people", &want(), writes).await.unwrap();
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(second.list(&context, "people", &want(), None).await.unwrap().records.len(), 3);
}

#[tokio::test]
async fn an_update_sends_only_the_property_that_changes_and_all_of_it() {
    let shop = Shop::start();
    let id = shop.add("Ann", "ann@example.org", "+32 1");
    let (shop_connector, context) = (connector(&shop, SHOP), Context::quiet());
    let fields = Fields::from([("email".to_owned(), "new@example.org".into())]);
    let update = WriteKind::Update { id: RecordId::new(id), fields, expect: None };
    let writes = vec![Write { token: "t".to_owned(), kind: update }];
    shop_connector.write(&context, "people", &want(), writes).await.unwrap().remove(0).unwrap();
    let sent = shop.seen().into_iter().find(|request| request.method == "PATCH").unwrap().body;
    assert_eq!(
        sent,
        json!({ "emails": [
            { "value": "new@example.org", "primary": true, "label": "work" },
            { "value": "second@example.org", "label": "home" },
        ]})
    );
}

#[tokio::test]
async fn the_next_page_on_another_host_is_not_followed() {
    let shop = Shop::start();
    shop.add("Ann", "ann@example.org", "");
    let manifest = SHOP.replacen(
        "paging = { by = \"cursor\", size = 2, next = \"/next\" }",
        "paging = { by = \"url\", size = 2, next = \"{{ 'https://elsewhere.example/people' }}\" }",
        1,
    );
    let error = connector(&shop, &manifest).list(&Context::quiet(), "people", &want(), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Settings, "{error}");
    assert!(error.message.contains("elsewhere.example"), "{error}");
}

fn update(id: &str, name: &str) -> Write {
    let fields = Fields::from([("name".to_owned(), name.into())]);
    Write { token: format!("update-{id}"), kind: WriteKind::Update { id: RecordId::new(id), fields, expect: None } }
}

fn delete(id: &str) -> Write {
    Write { token: format!("delete-{id}"), kind: WriteKind::Delete { id: RecordId::new(id), expect: None } }
}

/// How often something was asked, by method.
fn asked(shop: &Shop, method: &str) -> usize {
    shop.seen().iter().filter(|request| request.method == method && request.path != "/login").count()
}

/// Every request to the shop that can change something.
fn writes(shop: &Shop) -> usize {
    ["POST", "PATCH", "DELETE"].iter().map(|method| asked(shop, method)).sum()
}

#[tokio::test]
async fn a_write_that_is_answered_with_a_redirect_is_never_sent_twice() {
    let shop = Shop::start();
    let id = shop.add("Ann", "ann@example.org", "");
    let (other, gone) = (shop.add("Bob", "bob@example.org", ""), shop.add("Cy", "cy@example.org", ""));
    let (connector, context) = (connector(&shop, SHOP), Context::quiet());
    connector.list(&context, "people", &want(), None).await.unwrap();
    let write = async |one: Write| connector.write(&context, "people", &want(), vec![one]).await.unwrap().remove(0);

    // A 303 says that it is done and where to see what came of it.
    shop.forget_seen();
    shop.order("POST", "/people", Fault::Done(303, "/people/{id}".to_owned()));
    let made = write(create(0, "dee@example.org")).await.unwrap().unwrap();
    assert_eq!((asked(&shop, "POST"), asked(&shop, "GET"), shop.count()), (1, 1, 4));
    assert_eq!(shop.record(made.id.as_str()).unwrap()["properties"]["name"], json!("New"));

    // What is to be seen there cannot be had, be it for want of a sign-in: nothing is sent again.
    for status in [401, 404, 500] {
        shop.forget_seen();
        shop.order("POST", "/people", Fault::Done(303, "/people/{id}".to_owned()));
        shop.order("GET", "/people/", Fault::Status(status, json!({ "message": "no" })));
        let error = write(create(status.into(), &format!("e{status}@example.org"))).await.unwrap_err();
        assert_eq!((error.kind, writes(&shop), shop.ordered()), (ErrorKind::InDoubt, 1, 0), "{error}");
    }

    // Neither of these says whether it was done; a shop that was moved has not, one that shows a page has.
    for status in [301, 302] {
        shop.forget_seen();
        let count = shop.count();
        shop.order("POST", "/people", Fault::Done(status, "/people".to_owned()));
        shop.order("PATCH", "/people", Fault::Done(status, format!("/people/{id}")));
        shop.order("DELETE", "/people", Fault::Onward(status, format!("/people/{gone}")));
        let tried =
            [create(usize::from(status) + 1000, &format!("f{status}@example.org")), update(&id, "Anna"), delete(&gone)];
        for one in tried {
            let error = write(one).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InDoubt, "{status}: {error}");
            assert!(error.message.contains("not sent a second time"), "{error}");
        }
        assert_eq!((writes(&shop), shop.count(), shop.ordered()), (3, count + 1, 0));
    }
    // What became of a deletion is not said by any other page.
    shop.order("DELETE", "/people", Fault::Onward(303, "/me".to_owned()));
    assert_eq!(write(delete(&gone)).await.unwrap_err().kind, ErrorKind::InDoubt);

    // These say that it was not done, and ask for the same elsewhere on the host.
    for status in [307, 308] {
        shop.forget_seen();
        shop.order("PATCH", "/people", Fault::Onward(status, format!("/people/{other}")));
        let name = format!("Bob {status}");
        assert!(write(update(&other, &name)).await.is_ok());
        assert_eq!((writes(&shop), shop.record(&other).unwrap()["properties"]["name"].clone()), (2, json!(name)));
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_refused_and_told_no_secret() {
    let (shop, thief) = (Shop::start(), Shop::start());
    let id = shop.add("Ann", "ann@example.org", "");
    let (connector, context) = (connector(&shop, SHOP), Context::quiet());
    connector.list(&context, "people", &want(), None).await.unwrap();
    for status in [301, 302, 303, 307, 308] {
        let there = format!("{}/people?token=told-in-confidence", thief.url());
        shop.order("GET", "/people", Fault::Onward(status, there.clone()));
        let error = connector.list(&context, "people", &want(), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings, "{error}");
        assert!(!error.message.contains("told-in-confidence"), "{error}");
        for (method, one) in
            [("POST", create(status.into(), "x@example.org")), ("PATCH", update(&id, "X")), ("DELETE", delete(&id))]
        {
            shop.order(method, "/people", Fault::Onward(status, there.clone()));
            let error = match connector.write(&context, "people", &want(), vec![one]).await {
                Ok(mut results) => results.remove(0).unwrap_err(),
                Err(error) => error,
            };
            let kind = if status < 307 { ErrorKind::InDoubt } else { ErrorKind::Settings };
            assert_eq!(error.kind, kind, "{method} {status}: {error}");
            assert!(!error.message.contains("told-in-confidence"), "{error}");
        }
    }
    assert_eq!((thief.seen().len(), shop.count(), shop.ordered()), (0, 1, 0));
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up_soon() {
    let manifest = SHOP.replace("next = \"/next\" }", "next = \"/next\", total = \"/total\" }");
    for (way, words, most) in [
        (Forever::Touched, "again and again", 6),
        (Forever::Nothing, "nothing new in them", 110),
        (Forever::MoreThanTold, "says that its list has 3 records", 60),
    ] {
        let shop = Shop::start();
        shop.order("GET", "/people", Fault::Forever(way));
        let connector = connector(&shop, &manifest);
        let error = connector.list(&Context::quiet(), "people", &want(), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadAnswer, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert!(connector.requests() < most, "{way:?}: {}", connector.requests());
    }
}

#[tokio::test]
async fn an_id_never_leads_to_another_place() {
    let shop = Shop::start();
    for id in ["..", ".", "%2e%2e", "a/b", "../p1", "a?b=c", "a#b", "a b", "\u{7}\n", "a%2Fb", "Zoë", "a\\..\\b"] {
        shop.put(id, "Odd", "odd@example.org");
    }
    let count = shop.count();
    let (connector, context) = (connector(&shop, SHOP), Context::quiet());
    let listed = connector.list(&context, "people", &want(), None).await.unwrap().records;
    assert_eq!(listed.len(), count);
    for record in listed {
        let id = record.id.as_str();
        shop.forget_seen();
        let results = connector.write(&context, "people", &want(), vec![update(id, "Even"), delete(id)]).await.unwrap();
        if matches!(id, "." | "..") {
            for result in results {
                assert_eq!(result.unwrap_err().kind, ErrorKind::Rejected, "{id:?}");
            }
            assert_eq!(writes(&shop), 0, "{:?}", shop.seen());
            assert!(
                connector.get(&context, "people", &want(), std::slice::from_ref(&record.id)).await.unwrap().is_empty()
            );
        } else {
            assert_eq!(text(results[0].as_ref().unwrap().as_ref().unwrap(), "name"), "Even", "{id:?}");
            assert!(results[1].is_ok(), "{id:?}: {results:?}");
            assert!(shop.record(id).is_none(), "{id:?}");
        }
    }
    assert_eq!(shop.count(), 2);
}

fn text(record: &duosync::model::Record, field: &str) -> String {
    record.fields.get(field).map(duosync::model::Value::display).unwrap_or_default()
}

#[test]
fn a_manifest_is_started_checked_and_tried_in_the_terminal() {
    let place = Workplace::new();
    place.json(0, &["connector", "new", "acme"]);
    place.json(0, &["connector", "check", "acme.toml"]);
    assert_eq!(place.run(&["connector", "new", "acme"]).code, 2, "what is there is left as it is");
    place.write("broken.toml", place.read("acme.toml").replace("about =", "abuot ="));
    let ended = place.run(&["connector", "check", "broken.toml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("line ") && ended.stderr.contains("abuot"), "{}", ended.stderr);

    let shop = Shop::start();
    shop.add("Ann", "ann@example.org", "+32 1");
    place.write("shop.toml", SHOP);
    let mut place = place;
    place.env.insert("SHOP_SECRET".to_owned(), "secret".to_owned());
    let url = format!("url={}", shop.url());
    let tried = ["connector", "check", "shop.toml", "--set", &url, "--secret-env", "SHOP_SECRET"];
    let told = place.json(0, &tried);
    let steps = told["accounts"][0]["steps"].as_array().unwrap().clone();
    assert!(steps.iter().all(|step| step["error"].is_null()), "{told}");
    let last = steps.last().unwrap();
    assert!(last["found"].as_str().unwrap().contains("is the same as in the list"), "{told}");
    assert_eq!(told["accounts"][0]["fields"].as_array().unwrap().len(), 3);

    shop.change_password();
    let ended = place.run(&tried);
    assert_eq!(ended.code, 1);
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(
        all.contains("sign-in was refused") && !all.contains("SHOP_SECRET") && !all.contains("\"secret\""),
        "{all}"
    );
}
