//! The manifests against the vendors' own API descriptions: every request that a connector makes goes
//! through Prism (<https://stoplight.io/open-source/prism>), which refuses what the description does
//! not allow. What the description does not hold (another API of the same vendor) is answered here,
//! from the vendor's documentation, and is named.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and says why it is skipped"
)]

#[path = "described/prism.rs"]
mod prism;

use std::collections::BTreeSet;
use std::sync::Arc;

use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Connector, ConnectorError, Context, Credential, Find, TokenSource, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, RecordId, Value};
use prism::{Description, Prism};

/// One platform, its description and what is not in it.
struct Vendor {
    kind: &'static str,
    description: Description,
    /// What stands in the manifest's address before the paths of the description.
    base: (&'static str, &'static str),
    /// Answers to what another API of the vendor says: method and path, and the body.
    beside: &'static [(&'static str, &'static str)],
    /// What is taken out of answers, so that a list ends: Prism gives the same page for ever.
    drop: &'static [&'static str],
    /// What is put into answers: a pointer and its value; `BASE` is the address.
    put: &'static [(&'static str, &'static str)],
    options: &'static [(&'static str, &'static str)],
    secret: &'static str,
    collection: &'static str,
    fields: &'static [(&'static str, &'static str)],
    search: Option<(&'static str, &'static str)>,
    /// What is written another way for Prism: it takes no slash for a part of a name (RFC 6570, `{+name}`).
    rewrite: (&'static str, &'static str),
    /// The request that holds others, each of which goes through Prism by itself.
    batch: &'static str,
    /// Answers to requests that Prism checks, but cannot answer: method and path, and the body.
    beyond: &'static [(&'static str, &'static str)],
    /// What must have been asked: method and the beginning of the path.
    asked: &'static [&'static str],
}

struct Token;

#[async_trait::async_trait]
impl TokenSource for Token {
    async fn access_token(&self, _refused: Option<&str>) -> Result<String, ConnectorError> {
        Ok("a-token".to_owned())
    }
}

fn check(vendor: &Vendor) {
    let Some(prism) = Prism::start(
        &vendor.description,
        vendor.beside,
        vendor.drop,
        vendor.put,
        vendor.rewrite,
        vendor.batch,
        vendor.beyond,
    ) else {
        return;
    };
    let path = format!("{}/assets/connectors/{}.toml", env!("CARGO_MANIFEST_DIR"), vendor.kind);
    let text = std::fs::read_to_string(path).unwrap();
    let address = format!("http://127.0.0.1:{}{}", prism.port, vendor.base.1);
    assert!(text.contains(vendor.base.0), "{} is not in the manifest", vendor.base.0);
    let manifest = Manifest::parse(&text.replace(vendor.base.0, &address)).unwrap();
    let settings = AccountSettings {
        name: vendor.kind.to_owned(),
        connector: vendor.kind.to_owned(),
        options: vendor.options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        secret: None,
    };
    let credential = match vendor.secret {
        "" => Credential::Tokens(Arc::new(Token)),
        secret => Credential::Secret(secret.to_owned()),
    };
    let connector = RestConnector::new(Arc::new(manifest), &settings, credential).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let troubles = runtime.block_on(everything(vendor, &connector));
    let refused = prism.refused();
    assert!(refused.is_empty(), "the description refuses:\n{}\n(troubles: {troubles:#?})", refused.join("\n"));
    let seen = prism.seen();
    let missing: Vec<_> =
        vendor.asked.iter().filter(|asked| !seen.iter().any(|one| one.starts_with(**asked))).collect();
    assert!(missing.is_empty(), "never asked: {missing:?}\nasked: {seen:#?}\ntroubles: {troubles:#?}");
}

/// Everything that a connector does. What Prism answers is made up, so what comes of it does not
/// count: only the requests do.
async fn everything(vendor: &Vendor, connector: &RestConnector) -> Vec<String> {
    let context = Context::quiet();
    let mut troubles = Vec::new();
    let mut told = |what: &str, error: Option<ConnectorError>| {
        troubles.extend(error.map(|error| format!("{what}: {error}")));
    };
    told("identity", connector.identity(&context).await.err());
    told("collections", connector.collections(&context).await.err());
    told("fields", connector.fields(&context, vendor.collection).await.err());
    let want: Vec<String> = vendor.fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    match connector.list(&context, vendor.collection, &want, None).await {
        Ok(listing) => {
            if let Some(cursor) = listing.cursor {
                told("changes", connector.list(&context, vendor.collection, &want, Some(&cursor)).await.err());
            } else {
                told("list", Some(ConnectorError::new(duosync::connectors::ErrorKind::BadAnswer, "no cursor")));
            }
        }
        Err(error) => told("list", Some(error)),
    }
    let id = RecordId::new(if vendor.kind == "google_contacts" { "people/c1" } else { "string" });
    for ids in [vec![id.clone()], vec![id.clone(), RecordId::new("other")]] {
        told("get", connector.get(&context, vendor.collection, &want, &ids).await.err());
    }
    if let Some((field, value)) = vendor.search {
        let find = Find { token: None, field: Some((field.to_owned(), value.to_owned())) };
        told("find", connector.find(&context, vendor.collection, &want, &find).await.err());
    }
    let fields: Fields = vendor.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect();
    let one = fields.iter().next().map(|(name, value)| Fields::from([(name.clone(), value.clone())])).unwrap();
    let create = |number: u32| Write {
        token: format!("01890000-0000-7000-8000-{number:012}"),
        kind: WriteKind::Create { fields: fields.clone(), raw: None },
    };
    let update = |number: u32, id: &RecordId, fields: &Fields| Write {
        token: format!("01890000-0000-7000-8000-{number:012}"),
        kind: WriteKind::Update { id: id.clone(), fields: fields.clone(), expect: None },
    };
    let delete = |number: u32, id: &RecordId| Write {
        token: format!("01890000-0000-7000-8000-{number:012}"),
        kind: WriteKind::Delete { id: id.clone(), expect: None },
    };
    let other = RecordId::new(if vendor.kind == "google_contacts" { "people/c2" } else { "other" });
    for writes in [
        vec![create(1)],
        vec![create(2), create(3)],
        vec![update(4, &id, &one)],
        vec![update(5, &id, &fields), update(6, &other, &fields)],
        vec![delete(7, &id)],
        vec![delete(8, &id), delete(9, &other)],
    ] {
        match connector.write(&context, vendor.collection, &want, writes).await {
            Ok(results) => {
                for result in results {
                    told("write", result.err());
                }
            }
            Err(error) => told("write", Some(error)),
        }
    }
    troubles
}

#[test]
fn hubspot() {
    check(&Vendor {
        kind: "hubspot",
        description: Description::Shared("specs/hubspot-crm-contacts-v3.json"),
        base: ("https://api.hubapi.com", ""),
        beside: &[
            ("GET /account-info/v3/details", r#"{"portalId":12345}"#),
            (
                "GET /crm/v3/properties/contacts",
                r#"{"results":[{"name":"email","label":"Email","type":"string","fieldType":"text"},
                    {"name":"firstname","label":"First name","type":"string","fieldType":"text"},
                    {"name":"phone","label":"Phone","type":"string","fieldType":"phonenumber"}]}"#,
            ),
        ],
        drop: &["/paging"],
        put: &[],
        options: &[],
        secret: "pat-eu1-x",
        collection: "contacts",
        fields: &[("email", "ann@example.org"), ("firstname", "Ann"), ("phone", "+32478123456")],
        search: Some(("email", "ann@example.org")),
        rewrite: ("", ""),
        batch: "",
        beyond: &[],
        asked: &[
            "GET /crm/v3/objects/contacts?",
            "POST /crm/v3/objects/contacts/search",
            "POST /crm/v3/objects/contacts/batch/read",
            "POST /crm/v3/objects/contacts/batch/create",
            "POST /crm/v3/objects/contacts/batch/update",
            "POST /crm/v3/objects/contacts/batch/archive",
        ],
    });
}

#[test]
fn google_contacts() {
    check(&Vendor {
        kind: "google_contacts",
        description: Description::Package("googleapis.com/people.json", &[]),
        base: ("https://people.googleapis.com", ""),
        beside: &[],
        drop: &["/nextPageToken"],
        put: &[],
        options: &[("client_id", "x")],
        secret: "",
        collection: "contacts",
        fields: &[("email", "ann@example.org"), ("given_name", "Ann"), ("phone_mobile", "+32478123456")],
        search: None,
        rewrite: ("/v1/people/", "/v1/people%2F"),
        batch: "",
        beyond: &[],
        asked: &[
            "GET /v1/people/me?",
            "GET /v1/people/me/connections",
            "GET /v1/people:batchGet",
            "POST /v1/people:createContact",
            "POST /v1/people:batchCreateContacts",
            "PATCH /v1/people/c1:updateContact",
            "DELETE /v1/people/c1:deleteContact",
        ],
    });
}

#[test]
fn google_sheets() {
    check(&Vendor {
        kind: "google_sheets",
        description: Description::Package("googleapis.com/sheets.json", &[]),
        base: ("https://sheets.googleapis.com", ""),
        beside: &[],
        drop: &[],
        // What Prism makes up has no header row.
        put: &[(
            "/values",
            r#"[["No", "Name", "E-mail"], ["string", "Ann", "ann@example.org"], ["other", "Bob", "bob@example.org"]]"#,
        )],
        options: &[("client_id", "x"), ("spreadsheet", "1-abc"), ("id_column", "No")],
        secret: "",
        collection: "0",
        fields: &[("E-mail", "new@example.org"), ("Name", "=1+1")],
        search: Some(("E-mail", "ann@example.org")),
        rewrite: ("", ""),
        batch: "",
        beyond: &[
            (
                "GET /v4/spreadsheets/1-abc?",
                r#"{"spreadsheetId":"1-abc","sheets":[{"properties":{"sheetId":0,"title":"Ann's people","sheetType":"GRID"}}]}"#,
            ),
            ("POST /v4/spreadsheets/1-abc:batchUpdate", r#"{"spreadsheetId":"1-abc","replies":[{}]}"#),
        ],
        asked: &[
            "GET /v4/spreadsheets/1-abc?fields=spreadsheetId",
            "GET /v4/spreadsheets/1-abc?fields=sheets",
            "GET /v4/spreadsheets/1-abc/values/",
            "POST /v4/spreadsheets/1-abc:batchUpdate",
        ],
    });
}

#[test]
fn microsoft365() {
    check(&Vendor {
        kind: "microsoft365",
        description: Description::Package(
            "microsoft.com/graph.json",
            &[
                "/me/contacts",
                "/me/contacts/{contact-id}",
                "/me/contacts/microsoft.graph.delta()",
                "/me/contactFolders/{contactFolder-id}/contacts",
                "/me/contactFolders/{contactFolder-id}/contacts/microsoft.graph.delta()",
            ],
        ),
        base: ("https://graph.microsoft.com/v1.0", ""),
        // The description of a user refers to nearly everything else, for which Prism takes minutes.
        beside: &[
            ("GET /me?", r#"{"id":"u1"}"#),
            ("GET /me/contactFolders?", r#"{"value":[{"id":"f1","displayName":"Customers"}]}"#),
        ],
        drop: &["/@odata.nextLink"],
        put: &[("/@odata.deltaLink", "BASE/me/contacts/microsoft.graph.delta()?$deltatoken=x")],
        options: &[("client_id", "x")],
        secret: "",
        collection: "contacts",
        fields: &[("email", "ann@example.org"), ("given_name", "Ann"), ("phone_work", "+32478123456")],
        search: Some(("email", "ann@example.org")),
        rewrite: ("", ""),
        batch: "POST /$batch",
        beyond: &[],
        asked: &[
            "GET /me/contacts/microsoft.graph.delta()",
            "GET /me/contacts/string",
            "GET /me/contacts?",
            "POST /me/contacts",
            "PATCH /me/contacts/string",
            "DELETE /me/contacts/string",
            "in a batch: GET /me/contacts/string",
            "in a batch: POST /me/contacts",
            "in a batch: PATCH /me/contacts/string",
            "in a batch: DELETE /me/contacts/string",
        ],
    });
}

#[test]
fn mailchimp() {
    check(&Vendor {
        kind: "mailchimp",
        description: Description::Package(
            "mailchimp.com.json",
            &[
                "/",
                "/lists",
                "/lists/{list_id}",
                "/lists/{list_id}/merge-fields",
                "/lists/{list_id}/members",
                "/lists/{list_id}/members/{subscriber_hash}",
            ],
        ),
        base: ("https://{{ data_center }}.api.mailchimp.com/3.0", ""),
        beside: &[],
        drop: &[],
        put: &[],
        options: &[],
        secret: "key-us21",
        collection: "string",
        fields: &[("email", "ann@example.org"), ("language", "nl")],
        search: Some(("email", "ann@example.org")),
        rewrite: ("", ""),
        batch: "",
        beyond: &[],
        asked: &["GET /?", "GET /lists?", "GET /lists/string/members?", "PUT /lists/string/members/"],
    });
}

/// A description that refuses nothing would prove nothing.
#[test]
fn what_breaks_the_description_is_refused() {
    let description = Description::Shared("specs/hubspot-crm-contacts-v3.json");
    let Some(prism) = Prism::start(&description, &[], &[], &[], ("", ""), "", &[]) else { return };
    let answer = prism::ask(
        prism.port,
        "POST /crm/v3/objects/contacts/batch/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\
         Content-Type: application/json\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"input\":1}",
    );
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(prism.refused().len(), 1);
    assert!(BTreeSet::from_iter(prism.seen()).contains("POST /crm/v3/objects/contacts/batch/create"));
}
