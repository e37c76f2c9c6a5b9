//! What a manifest can say beside lists, one thing at a time, against a server that answers as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Connector as _, Context, Credential, ErrorKind, Write, WriteKind};
use duosync::model::{AccountSettings, Fields};
use serde_json::{Value as Json, json};

use super::support::answers;
use super::support::shop::Request;
use super::text;

/// The requests that a server has seen.
type Seen = Arc<Mutex<Vec<Request>>>;

/// A connector of a manifest for a server that answers like this, and what the server has seen.
fn open(manifest: &str, answer: impl Fn(&Request) -> (u16, Json) + Send + 'static) -> (RestConnector, Seen) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let url = answers::start(move |request| {
        noted.lock().unwrap().push(request.clone());
        answer(request)
    });
    let text =
        format!("kind = \"acme\"\nname = \"Acme\"\nabout = \"Of the tests.\"\n\n[base]\nurl = \"{url}\"\n\n{manifest}");
    let manifest = Manifest::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let settings = AccountSettings {
        name: "Acme".to_owned(),
        connector: "acme".to_owned(),
        options: BTreeMap::new(),
        secret: None,
    };
    let credential = Credential::Secret("k&y 1".to_owned());
    (RestConnector::new(Arc::new(manifest), &settings, credential).unwrap(), seen)
}

const PEOPLE: &str = r#"
[[collection]]
id = "people"
name = "People"

[[collection.field]]
name = "name"

[collection.record]
id = "/id"

[collection.get]
request = "GET /people/{{ id }}"
record = ""

[collection.list]
request = "GET /people"
items = "/people"
"#;

#[tokio::test]
async fn a_key_goes_into_the_query_and_a_form_into_the_body() {
    let manifest = format!(
        "[sign_in]\nby = \"key\"\nquery = {{ api_key = \"{{{{ secret }}}}\" }}\n{PEOPLE}\n[collection.create]\nrequest = \"POST /people\"\n\
         form = {{ name = \"{{{{ record.name }}}}\", tags = [\"a\", \"b\"] }}\nrecord = \"/person\"\n"
    );
    let (connector, seen) = open(&manifest, |_| (200, json!({ "person": { "id": 7, "name": "New" } })));
    let fields = Fields::from([("name".to_owned(), "Zoë & Co=1+1".into())]);
    let write = Write { token: "t".to_owned(), kind: WriteKind::Create { fields, raw: None } };
    let want = ["name".to_owned()];
    let made =
        connector.write(&Context::quiet(), "people", &want, vec![write]).await.unwrap().remove(0).unwrap().unwrap();
    assert_eq!(made.id.as_str(), "7");
    let seen = seen.lock().unwrap();
    assert_eq!((seen.len(), seen[0].query["api_key"].as_str()), (1, "k&y 1"));
    assert_eq!(seen[0].headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(seen[0].text, "name=Zo%C3%AB%20%26%20Co%3D1%2B1&tags=a&tags=b");
}

#[tokio::test]
async fn a_user_and_password_are_sent_as_the_rfc_says() {
    let manifest = format!("[sign_in]\nby = \"basic\"\nusername = \"ann\"\n{PEOPLE}");
    let (connector, seen) = open(&manifest, |_| (200, json!({ "people": [] })));
    connector.list(&Context::quiet(), "people", &["name".to_owned()], None).await.unwrap();
    let sent = seen.lock().unwrap()[0].headers["authorization"].clone();
    assert_eq!(sent, "Basic YW5uOmsmeSAx", "ann:k&y 1");
}

#[tokio::test]
async fn what_counts_in_a_list_and_what_is_no_error_is_the_manifests_to_say() {
    let manifest = format!(
        "[[errors.rule]]\nstatus = 404\nwhen = \"{{{{ body.people is defined }}}}\"\nkind = \"fine\"\n\n\
         [[errors.rule]]\nwhen = \"{{{{ body.oops }}}}\"\nkind = \"throttled\"\nsay = \"one at a time\"\n{}",
        PEOPLE.replace("items = \"/people\"", "items = \"/people\"\nkeep = \"{{ item.kind == 'person' }}\"")
    );
    let people =
        json!({ "a": { "id": 1, "kind": "person", "name": "Ann" }, "b": { "id": 2, "kind": "shop", "name": "Bob's" } });
    let (connector, _) = open(&manifest, move |_| (404, json!({ "people": people })));
    let listing = connector.list(&Context::quiet(), "people", &["name".to_owned()], None).await.unwrap();
    assert_eq!(listing.records.iter().map(|record| text(record, "name")).collect::<Vec<_>>(), ["Ann"]);
    let (connector, _) = open(&manifest, |_| (200, json!({ "oops": true })));
    let error = connector.list(&Context::quiet(), "people", &["name".to_owned()], None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.message.contains("one at a time"), "{error}");
}

#[tokio::test]
async fn the_fields_are_those_that_the_records_hold() {
    let manifest = PEOPLE.replace(
        "[[collection.field]]\nname = \"name\"\n",
        "[collection.discover_fields]\nfrom_records = true\nexcept = [\"id\"]\n",
    );
    let people = json!([{ "id": 1, "name": "Ann", "shoe": 41 }, { "id": 2, "name": "Bob", "address": { "street": "x" }, "vip": true }]);
    let (connector, _) = open(&manifest, move |_| (200, json!({ "people": people })));
    let fields = connector.fields(&Context::quiet(), "people").await.unwrap();
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["name", "shoe", "vip"], "what has parts of its own is no field");
    assert_eq!(fields[0].samples, ["Ann", "Bob"]);
}

#[tokio::test]
async fn answers_of_a_batch_are_told_apart_by_a_key_and_failures_beside_them() {
    let manifest = format!(
        "[errors]\nmessage = [\"/message\"]\n\n[[errors.rule]]\nwhen = \"{{{{ body.code == 'DOUBLE' }}}}\"\nkind = \"exists\"\n{PEOPLE}\n\
         [collection.create]\nrequest = \"POST /people\"\nbody = \"{{{{ record }}}}\"\nrecord = \"\"\n\n[collection.create.batch]\nmax = 10\n\
         request = \"POST /people/all\"\nitem = {{ trace = \"{{{{ token }}}}\", person = \"{{{{ record }}}}\" }}\nbody = {{ inputs = \"{{{{ items }}}}\" }}\n\
         answers = \"/made\"\nanswer_key = \"/trace\"\nrecord = \"/person\"\nfailed = \"{{{{ item.bad }}}}\"\nerrors = \"/errors\"\n\
         errors_key = \"/about/0\"\n"
    );
    // The last first, one that says itself that it failed, one that is among the errors, and one of which nothing is said.
    let (connector, seen) = open(&manifest, |_| {
        let made = json!([
            { "trace": "token-3", "person": { "id": 3, "name": "New" } },
            { "trace": "token-1", "bad": true, "message": "too long" },
            { "trace": "token-0", "person": { "id": 9, "name": "New" } },
        ]);
        (
            207,
            json!({ "made": made, "errors": [{ "about": ["token-2"], "code": "DOUBLE", "message": "there already" }] }),
        )
    });
    let writes = (0..5).map(|number| {
        let fields = Fields::from([("name".to_owned(), "New".into())]);
        Write { token: format!("token-{number}"), kind: WriteKind::Create { fields, raw: None } }
    });
    let results = connector.write(&Context::quiet(), "people", &["name".to_owned()], writes.collect()).await.unwrap();
    let told: Vec<Result<String, ErrorKind>> = results
        .iter()
        .map(|result| match result {
            Ok(record) => Ok(record.as_ref().unwrap().id.as_str().to_owned()),
            Err(error) => Err(error.kind),
        })
        .collect();
    let expected = [
        Ok("9".to_owned()),
        Err(ErrorKind::Rejected),
        Err(ErrorKind::Exists),
        Ok("3".to_owned()),
        Err(ErrorKind::InDoubt),
    ];
    assert_eq!(told, expected);
    assert!(results[1].as_ref().unwrap_err().message.contains("too long"), "{results:?}");
    assert_eq!(seen.lock().unwrap().len(), 1, "nothing is sent again that may be made");
}
