//! What the shipped manifests with batches ask for many changes, of servers that answer as the vendors'
//! documentation says: a batch whose answer was not understood would be tried record by record, and be counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use duosync::connectors::rest::{Manifest, RestConnector};
use duosync::connectors::{Batch, Connector as _, ConnectorError, Context, Credential, TokenSource, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, Record};
use serde_json::{Value as Json, json};

use super::support::answers;
use super::support::shop::Request;
use super::text;

/// How many changes of each kind.
const MANY: usize = 400;

struct Token;

#[async_trait::async_trait]
impl TokenSource for Token {
    async fn access_token(&self, _refused: Option<&str>) -> Result<String, ConnectorError> {
        Ok("a-token".to_owned())
    }
}

/// What a vendor's server knows.
#[derive(Default)]
struct Known {
    records: BTreeMap<String, Json>,
    next: u64,
}

impl Known {
    /// Adds a record with a number of its own.
    fn add(&mut self, make: impl FnOnce(u64) -> Json) -> Json {
        self.next += 1;
        let record = make(self.next);
        self.records.insert(self.next.to_string(), record.clone());
        record
    }

    fn get(&self, id: &Json) -> Json {
        self.records.get(&number(id)).cloned().unwrap_or(Json::Null)
    }

    /// Puts what is given into a part of a record.
    fn set(&mut self, id: &Json, part: &str, values: &Json) -> Json {
        let record = self.records.get_mut(&number(id)).expect("the record is there");
        let place = record.pointer_mut(part).unwrap();
        for (name, value) in values.as_object().into_iter().flatten() {
            place[name] = value.clone();
        }
        record.clone()
    }

    fn remove(&mut self, id: &Json) {
        assert!(self.records.remove(&number(id)).is_some(), "{id} is there");
    }

    /// Removes these, each known by this part of it.
    fn remove_all(&mut self, list: &[Json], part: &str) {
        for one in list {
            self.remove(one.pointer(part).unwrap());
        }
    }
}

/// An id, whether it is a text or a number.
fn number(id: &Json) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn all(list: &Json) -> Vec<Json> {
    list.as_array().expect("a list").clone()
}

fn names(text: &str) -> Vec<Json> {
    text.split(',').map(|name| json!(name)).collect()
}

/// One vendor: its manifest, the address in it, settings, the list, and a field for the address and one that is changed.
struct Vendor {
    kind: &'static str,
    address: &'static str,
    options: &'static [(&'static str, &'static str)],
    secret: &'static str,
    list: &'static str,
    fields: [&'static str; 2],
    answer: fn(&mut Known, &Request) -> (u16, Json),
}

/// Adds, changes and deletes many, and compares the requests with what the manifest says they cost.
async fn try_out(vendor: &Vendor) {
    let known = Arc::new(Mutex::new(Known::default()));
    let (shared, answer) = (Arc::clone(&known), vendor.answer);
    let url = answers::start(move |request| answer(&mut shared.lock().unwrap(), request));
    let path = format!("{}/assets/connectors/{}.toml", env!("CARGO_MANIFEST_DIR"), vendor.kind);
    let source = std::fs::read_to_string(path).unwrap();
    let source = match vendor.address {
        // It is one of the settings.
        "" => source,
        address => {
            assert!(source.contains(address), "{}", vendor.kind);
            source.replace(address, &url)
        }
    };
    // The pace of the real platform is not what is tried here.
    let source = source.replace("per_second =", "# per_second =").replace("per_minute =", "# per_minute =");
    let manifest = Manifest::parse(&source).unwrap();
    let costs = manifest.costs(MANY)[0];
    let settings = AccountSettings {
        name: vendor.kind.to_owned(),
        connector: vendor.kind.to_owned(),
        options: vendor.options.iter().map(|(key, value)| ((*key).to_owned(), value.replace("URL", &url))).collect(),
        secret: None,
    };
    let credential = match vendor.secret {
        "" => Credential::Tokens(Arc::new(Token)),
        secret => Credential::Secret(secret.to_owned()),
    };
    let connector = RestConnector::new(Arc::new(manifest), &settings, credential).unwrap();
    let context = Context::quiet();
    let want = vendor.fields.map(str::to_owned).to_vec();
    connector.fields(&context, vendor.list).await.unwrap();
    let Batch::UpTo(size) = connector.abilities().batch else { panic!("{} has batches", vendor.kind) };
    let carry_out = async |what: &str, kinds: Vec<WriteKind>, cost: u64| {
        let before = connector.requests();
        let mut records: Vec<Record> = Vec::new();
        let writes: Vec<Write> = kinds
            .into_iter()
            .enumerate()
            .map(|(number, kind)| Write { token: format!("{what}-{number}"), kind })
            .collect();
        for some in writes.chunks(size) {
            let results = connector.write(&context, vendor.list, &want, some.to_vec()).await.unwrap();
            for result in results {
                records.extend(result.unwrap_or_else(|error| panic!("{} {what}: {error}", vendor.kind)));
            }
        }
        assert_eq!(connector.requests() - before, cost, "{} {what}", vendor.kind);
        records
    };
    let fields = |number: usize| {
        let [email, name] = vendor.fields;
        Fields::from([
            (email.to_owned(), format!("n{number}@example.org").as_str().into()),
            (name.to_owned(), "New".into()),
        ])
    };
    let kinds = (0..MANY).map(|number| WriteKind::Create { fields: fields(number), raw: None }).collect();
    let made = carry_out("create", kinds, costs.create.unwrap().all() as u64).await;
    assert_eq!((made.len(), known.lock().unwrap().records.len()), (MANY, MANY));
    let newer = Fields::from([(vendor.fields[1].to_owned(), "Newer".into())]);
    let kinds = made
        .iter()
        .map(|record| WriteKind::Update {
            id: record.id.clone(),
            fields: newer.clone(),
            expect: record.version.clone(),
        })
        .collect();
    let now = carry_out("update", kinds, costs.update.unwrap().all() as u64).await;
    assert!(now.len() == MANY && now.iter().all(|record| text(record, vendor.fields[1]) == "Newer"), "{}", vendor.kind);
    let kinds =
        now.iter().map(|record| WriteKind::Delete { id: record.id.clone(), expect: record.version.clone() }).collect();
    carry_out("delete", kinds, costs.delete.unwrap().all() as u64).await;
    assert_eq!(known.lock().unwrap().records.len(), 0, "{}", vendor.kind);
}

#[tokio::test]
async fn hubspot() {
    try_out(&Vendor {
        kind: "hubspot",
        address: "https://api.hubapi.com",
        options: &[],
        secret: "pat-1",
        list: "contacts",
        fields: ["email", "firstname"],
        answer: |known, request| {
            let inputs = || all(&request.body["inputs"]);
            let results = |results: Vec<Json>| (200, json!({ "status": "COMPLETE", "results": results }));
            match request.path.as_str() {
                "/account-info/v3/details" => (200, json!({ "portalId": 1 })),
                "/crm/v3/properties/contacts" => results(
                    ["email", "firstname"].map(|name| json!({ "name": name, "type": "string", "fieldType": "text" })).to_vec(),
                ),
                "/crm/v3/objects/contacts" => results(Vec::new()),
                "/crm/v3/objects/contacts/batch/create" => results(
                    inputs()
                        .iter()
                        .map(|input| {
                            let mut made = known.add(|id| {
                                json!({ "id": id.to_string(), "properties": input["properties"], "updatedAt": "2026-01-01T00:00:00Z" })
                            });
                            made["objectWriteTraceId"] = input["objectWriteTraceId"].clone();
                            made
                        })
                        .collect(),
                ),
                "/crm/v3/objects/contacts/batch/read" => {
                    results(inputs().iter().map(|input| known.get(&input["id"])).collect())
                }
                "/crm/v3/objects/contacts/batch/update" => results(
                    inputs().iter().map(|input| known.set(&input["id"], "/properties", &input["properties"])).collect(),
                ),
                "/crm/v3/objects/contacts/batch/archive" => {
                    known.remove_all(&inputs(), "/id");
                    (204, Json::Null)
                }
                other => (404, json!({ "message": other })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn salesforce() {
    try_out(&Vendor {
        kind: "salesforce",
        address: "",
        options: &[("url", "URL"), ("client_id", "x")],
        secret: "",
        list: "Contact",
        fields: ["Email", "LastName"],
        answer: |known, request| {
            let made = |id: &Json| json!({ "id": id, "success": true, "errors": [] });
            let records = || all(&request.body["records"]);
            let path = request.path.trim_start_matches("/services/data/v62.0");
            match (request.method.as_str(), path) {
                ("GET", "/services/oauth2/userinfo") => (200, json!({ "organization_id": "o1" })),
                ("GET", "/sobjects/Contact/describe") => {
                    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind, "updateable": true });
                    (200, json!({ "fields": [field("Email", "email"), field("LastName", "string")] }))
                }
                ("GET", "/query") => (200, json!({ "records": [], "done": true })),
                ("POST", "/composite/sobjects") => {
                    let add = |record: &Json| {
                        known.add(|id| {
                            let mut record = record.clone();
                            record["Id"] = json!(id.to_string());
                            record["SystemModstamp"] = json!("2026-01-01T00:00:00Z");
                            record
                        })["Id"]
                            .clone()
                    };
                    let ids: Vec<Json> = records().iter().map(add).collect();
                    (200, ids.iter().map(made).collect())
                }
                ("POST", "/composite/sobjects/Contact") => {
                    (200, all(&request.body["ids"]).iter().map(|id| known.get(id)).collect())
                }
                ("PATCH", "/composite/sobjects") => {
                    let set = |record: &Json| made(&known.set(&record["id"], "", record)["Id"]);
                    (200, records().iter().map(set).collect())
                }
                ("DELETE", "/composite/sobjects") => {
                    let ids = names(&request.query["ids"]);
                    known.remove_all(&ids, "");
                    (200, ids.iter().map(made).collect())
                }
                other => (404, json!([{ "message": format!("{other:?}") }])),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn zoho_crm() {
    try_out(&Vendor {
        kind: "zoho_crm",
        address: "https://www.zohoapis.{{ region }}",
        options: &[("client_id", "x")],
        secret: "",
        list: "Contacts",
        fields: ["Email", "Last_Name"],
        answer: |known, request| {
            let done = |id: &Json| json!({ "code": "SUCCESS", "status": "success", "details": { "id": id } });
            let data = |data: Vec<Json>| (200, json!({ "data": data }));
            let records = || all(&request.body["data"]);
            match (request.method.as_str(), request.path.trim_start_matches("/crm/v7")) {
                ("GET", "/org") => (200, json!({ "org": [{ "id": "o1" }] })),
                ("GET", "/settings/fields") => {
                    let field = |name: &str, kind: &str| json!({ "api_name": name, "data_type": kind });
                    (200, json!({ "fields": [field("Email", "email"), field("Last_Name", "text")] }))
                }
                ("GET", "/Contacts") => match request.query.get("ids") {
                    Some(ids) => data(names(ids).iter().map(|id| known.get(id)).collect()),
                    None => (204, Json::Null),
                },
                ("POST", "/Contacts") => {
                    let add = |record: &Json| {
                        done(
                            &known.add(|id| {
                                let mut record = record.clone();
                                record["id"] = json!(id.to_string());
                                record["Modified_Time"] = json!("2026-01-01T00:00:00+01:00");
                                record
                            })["id"],
                        )
                    };
                    data(records().iter().map(add).collect())
                }
                ("PUT", "/Contacts") => {
                    data(records().iter().map(|record| done(&known.set(&record["id"], "", record)["id"])).collect())
                }
                ("DELETE", "/Contacts") => {
                    let ids = names(&request.query["ids"]);
                    known.remove_all(&ids, "");
                    data(ids.iter().map(done).collect())
                }
                other => (404, json!({ "message": format!("{other:?}") })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn baserow() {
    try_out(&Vendor {
        kind: "baserow",
        address: "",
        options: &[("url", "URL")],
        secret: "token",
        list: "1",
        fields: ["Email", "Name"],
        answer: |known, request| {
            let items = || all(&request.body["items"]);
            match (request.method.as_str(), request.path.trim_start_matches("/api/database")) {
                ("GET", "/tables/all-tables/") => (200, json!([{ "id": 1, "name": "People", "database_id": 7 }])),
                ("GET", "/fields/table/1/") => {
                    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind, "read_only": false });
                    (200, json!([field("Email", "email"), field("Name", "text")]))
                }
                ("GET", "/rows/table/1/") => (200, json!({ "count": 0, "results": [] })),
                ("GET", path) => {
                    (200, known.get(&json!(path.trim_start_matches("/rows/table/1/").trim_end_matches('/'))))
                }
                ("POST", "/rows/table/1/batch/") => {
                    let add = |item: &Json| {
                        known.add(|id| {
                            let mut item = item.clone();
                            item["id"] = json!(id);
                            item
                        })
                    };
                    (200, json!({ "items": items().iter().map(add).collect::<Vec<_>>() }))
                }
                ("PATCH", "/rows/table/1/batch/") => {
                    let set = |item: &Json| known.set(&item["id"], "", item);
                    (200, json!({ "items": items().iter().map(set).collect::<Vec<_>>() }))
                }
                ("POST", "/rows/table/1/batch-delete/") => {
                    known.remove_all(&items(), "");
                    (204, Json::Null)
                }
                other => (404, json!({ "detail": format!("{other:?}") })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn nocodb() {
    try_out(&Vendor {
        kind: "nocodb",
        address: "",
        options: &[("url", "URL"), ("base", "p1")],
        secret: "token",
        list: "t1",
        fields: ["Email", "Name"],
        answer: |known, request| {
            let items = || all(&request.body);
            let id = |record: &Json| json!({ "Id": record["Id"] });
            match (request.method.as_str(), request.path.trim_start_matches("/api/v2")) {
                ("GET", "/meta/bases/p1/tables") => (200, json!({ "list": [{ "id": "t1", "title": "People" }] })),
                ("GET", "/meta/tables/t1") => {
                    let column = |name: &str, kind: &str| json!({ "title": name, "uidt": kind });
                    (200, json!({ "columns": [column("Email", "Email"), column("Name", "SingleLineText")] }))
                }
                ("GET", "/tables/t1/records") => (200, json!({ "list": [], "pageInfo": { "totalRows": 0 } })),
                ("GET", path) => (200, known.get(&json!(path.trim_start_matches("/tables/t1/records/")))),
                ("POST", "/tables/t1/records") => {
                    let add = |item: &Json| {
                        id(&known.add(|id| {
                            let mut item = item.clone();
                            item["Id"] = json!(id);
                            item
                        }))
                    };
                    (200, items().iter().map(add).collect())
                }
                ("PATCH", "/tables/t1/records") => {
                    (200, items().iter().map(|item| id(&known.set(&item["Id"], "", item))).collect())
                }
                ("DELETE", "/tables/t1/records") => {
                    known.remove_all(&items(), "/Id");
                    (200, items().iter().map(id).collect())
                }
                other => (404, json!({ "msg": format!("{other:?}") })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn woocommerce() {
    try_out(&Vendor {
        kind: "woocommerce",
        address: "",
        options: &[("url", "URL"), ("username", "ck_1")],
        secret: "cs_1",
        list: "customers",
        fields: ["email", "first_name"],
        answer: |known, request| {
            let path = request.path.trim_start_matches("/wp-json/wc/v3");
            match (request.method.as_str(), path) {
                ("GET", "/customers") => (200, json!([])),
                ("GET", path) => (200, known.get(&json!(path.trim_start_matches("/customers/")))),
                ("POST", "/customers/batch") => {
                    let add = |item: &Json| {
                        known.add(|id| {
                            let mut item = item.clone();
                            item["id"] = json!(id);
                            item
                        })
                    };
                    if request.body["create"].is_array() {
                        (200, json!({ "create": all(&request.body["create"]).iter().map(add).collect::<Vec<_>>() }))
                    } else {
                        let set = |item: &Json| known.set(&item["id"], "", item);
                        (200, json!({ "update": all(&request.body["update"]).iter().map(set).collect::<Vec<_>>() }))
                    }
                }
                ("DELETE", path) => {
                    known.remove(&json!(path.trim_start_matches("/customers/")));
                    (200, json!({}))
                }
                other => (404, json!({ "message": format!("{other:?}") })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn microsoft365() {
    try_out(&Vendor {
        kind: "microsoft365",
        address: "https://graph.microsoft.com",
        options: &[("client_id", "x")],
        secret: "",
        list: "contacts",
        fields: ["email", "given_name"],
        answer: |known, request| {
            let path = request.path.trim_start_matches("/v1.0");
            match path {
                "/me" => (200, json!({ "id": "u1" })),
                "/me/contactFolders" => (200, json!({ "value": [] })),
                "/me/contacts/microsoft.graph.delta()" => (200, json!({ "value": [], "@odata.deltaLink": "x" })),
                "/$batch" => {
                    let one = |part: &Json| {
                        let id = json!(part["url"].as_str().unwrap().trim_start_matches("/me/contacts/"));
                        let (status, body) = match part["method"].as_str().unwrap() {
                            "POST" => (
                                201,
                                known.add(|number| {
                                    let mut contact = part["body"].clone();
                                    contact["id"] = json!(number.to_string());
                                    contact["changeKey"] = json!("k1");
                                    contact
                                }),
                            ),
                            "GET" => (200, known.get(&id)),
                            "PATCH" => (200, known.set(&id, "", &part["body"])),
                            _ => {
                                known.remove(&id);
                                (204, Json::Null)
                            }
                        };
                        json!({ "id": part["id"], "status": status, "body": body })
                    };
                    let answers: Vec<Json> = all(&request.body["requests"]).iter().map(one).collect();
                    (200, json!({ "responses": answers }))
                }
                other => (404, json!({ "error": { "message": other } })),
            }
        },
    })
    .await;
}

#[tokio::test]
async fn airtable() {
    try_out(&Vendor {
        kind: "airtable",
        address: "https://api.airtable.com",
        options: &[("base", "app1")],
        secret: "pat1",
        list: "tbl1",
        fields: ["Email", "Name"],
        answer: |known, request| {
            let records = || all(&request.body["records"]);
            let done = |records: Vec<Json>| (200, json!({ "records": records }));
            match (request.method.as_str(), request.path.trim_start_matches("/v0")) {
                ("GET", "/meta/bases/app1/tables") => {
                    let fields =
                        json!([{ "name": "Email", "type": "email" }, { "name": "Name", "type": "singleLineText" }]);
                    (200, json!({ "tables": [{ "id": "tbl1", "name": "People", "fields": fields }] }))
                }
                ("GET", "/app1/tbl1") => done(Vec::new()),
                ("GET", path) => (200, known.get(&json!(path.trim_start_matches("/app1/tbl1/")))),
                ("POST", "/app1/tbl1") => {
                    let add =
                        |record: &Json| known.add(|id| json!({ "id": id.to_string(), "fields": record["fields"] }));
                    done(records().iter().map(add).collect())
                }
                ("PATCH", "/app1/tbl1") => {
                    let set = |record: &Json| known.set(&record["id"], "/fields", &record["fields"]);
                    done(records().iter().map(set).collect())
                }
                ("DELETE", "/app1/tbl1") => {
                    let ids = request.pairs.iter().filter(|(name, _)| name == "records[]").map(|(_, id)| json!(id));
                    let gone = |id: Json| {
                        known.remove(&id);
                        json!({ "id": id, "deleted": true })
                    };
                    done(ids.map(gone).collect())
                }
                other => (404, json!({ "error": format!("{other:?}") })),
            }
        },
    })
    .await;
}
