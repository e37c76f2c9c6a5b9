//! A platform with a REST interface on this computer: a small dialect of its own that
//! `tests/support/shop.toml` describes, and every kind of trouble that real ones have.

pub mod trouble;

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::servers::http;
use super::sheet::{flat, rows, whole};
pub use super::wire::Request;
use super::wire::{decoded, read};
pub use trouble::Fault;

#[derive(Default)]
struct State {
    records: BTreeMap<String, Json>,
    /// When each record went away.
    deleted: Vec<(String, i64, u64)>,
    changes: u64,
    next_id: u64,
    keys: BTreeMap<String, String>,
    faults: VecDeque<(String, String, Fault)>,
    seen: Vec<Request>,
    /// How far its clock is from ours, in milliseconds.
    skew: i64,
    password: String,
    session: u64,
    /// The port of the server whose access tokens it takes, in the place of sessions of its own.
    tokens: Option<u16>,
    /// Where the token runs out just before the request comes: method and path.
    expires_before: Option<(String, String)>,
    /// The number of changes when the last list by token was begun.
    started: u64,
    last: Option<Json>,
    /// The page that had room for nobody: what belongs on it comes one page later.
    hole: Option<usize>,
}

/// The platform; it ends with the process.
#[derive(Clone)]
pub struct Shop {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Json,
}

impl Shop {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { password: "secret".to_owned(), session: 1, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                // A connection that breaks is what this server is for.
                std::thread::spawn(move || drop(serve(client, &state)));
            }
        });
        Self { port, state }
    }

    /// One that takes the access tokens of this server.
    pub fn start_behind(oidc: &super::oidc::Oidc) -> Self {
        let shop = Self::start();
        shop.state.lock().unwrap().tokens = Some(oidc.port);
        shop
    }

    /// All access tokens run out just before the next request of this method to this path.
    pub fn expire_before(&self, method: &str, path: &str) {
        self.state.lock().unwrap().expires_before = Some((method.to_owned(), path.to_owned()));
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Orders some trouble for the next request of this method whose path holds this text.
    pub fn order(&self, method: &str, path: &str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((method.to_owned(), path.to_owned(), fault));
    }

    /// How much of the trouble that was ordered has not come.
    pub fn ordered(&self) -> usize {
        self.state.lock().unwrap().faults.len()
    }

    pub fn seen(&self) -> Vec<Request> {
        self.state.lock().unwrap().seen.clone()
    }

    pub fn forget_seen(&self) {
        self.state.lock().unwrap().seen.clear();
    }

    /// Sets its clock apart from ours.
    pub fn skew(&self, millis: i64) {
        self.state.lock().unwrap().skew = millis;
    }

    /// Every session ends.
    pub fn end_sessions(&self) {
        self.state.lock().unwrap().session += 1;
    }

    pub fn change_password(&self) {
        let mut state = self.state.lock().unwrap();
        state.password = String::from("another");
        state.session += 1;
    }

    pub fn add(&self, name: &str, email: &str, phone: &str) -> String {
        let record = json!({
            "properties": { "name": name, "phone": phone, "shoe": "size 41, \"left\"" },
            "emails": [{ "value": email, "primary": true, "label": "work" }, { "value": "second@example.org", "label": "home" }],
        });
        self.state.lock().unwrap().add(None, record)
    }

    /// Adds a record with an id of one's own choice.
    pub fn put(&self, id: &str, name: &str, email: &str) {
        let record =
            json!({ "properties": { "name": name, "phone": "" }, "emails": [{ "value": email, "primary": true }] });
        self.state.lock().unwrap().store(id, record);
    }

    /// All records were changed at the same time.
    pub fn same_time(&self) {
        let mut state = self.state.lock().unwrap();
        let now = state.now();
        for record in state.records.values_mut() {
            record["updated"] = json!(now);
        }
    }

    pub fn record(&self, id: &str) -> Option<Json> {
        self.state.lock().unwrap().records.get(id).cloned()
    }

    pub fn count(&self) -> usize {
        self.state.lock().unwrap().records.len()
    }

    /// Somebody else changes a record.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Json)) {
        let mut state = self.state.lock().unwrap();
        let mut record = state.records.get(id).cloned().expect("the record is there");
        change(&mut record);
        state.store(id, record);
    }

    pub fn remove(&self, id: &str) {
        assert!(self.state.lock().unwrap().delete(id));
    }
}

impl State {
    fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        i64::try_from(now).unwrap() + self.skew
    }

    fn store(&mut self, id: &str, mut record: Json) {
        self.changes += 1;
        record["id"] = json!(id);
        record["rev"] = json!(format!("r{}", self.changes));
        record["seq"] = json!(self.changes);
        record["updated"] = json!(self.now());
        self.records.insert(id.to_owned(), record);
    }

    fn add(&mut self, key: Option<&str>, record: Json) -> String {
        self.next_id += 1;
        // Ids are no help in telling what is new.
        let id = format!("p{:05}", 90_000 - self.next_id);
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), id.clone());
        }
        self.store(&id, record);
        id
    }

    fn delete(&mut self, id: &str) -> bool {
        if self.records.remove(id).is_none() {
            return false;
        }
        self.changes += 1;
        let now = self.now();
        self.deleted.push((id.to_owned(), now, self.changes));
        true
    }

    fn answer(&mut self, request: &Request) -> Reply {
        if !request.query.contains_key("flat") || !request.path.starts_with("/people") || request.method == "DELETE" {
            return self.answer_whole(request);
        }
        let id = request.path.trim_start_matches("/people").trim_start_matches('/');
        let mut request = request.clone();
        if request.body.is_object() {
            let mut all = self.records.get(id).map_or_else(|| json!({}), flat);
            for (name, value) in request.body.as_object().into_iter().flatten() {
                all[name] = value.clone();
            }
            request.body = whole(&all);
        }
        let mut reply = self.answer_whole(&request);
        if reply.body["id"].is_string() {
            reply.body = flat(&reply.body);
        }
        reply
    }

    fn answer_whole(&mut self, request: &Request) -> Reply {
        let steps: Vec<String> = request.path.trim_matches('/').split('/').map(decoded).collect();
        let path: Vec<&str> = steps.iter().map(String::as_str).collect();
        let authorization = request.headers.get("authorization").map(String::as_str).unwrap_or_default();
        let let_in = match self.tokens {
            None => path == ["login"] || authorization == format!("Bearer s{}", self.session),
            Some(server) => {
                let now = (request.method.clone(), request.path.clone());
                if self.expires_before.take_if(|before| *before == now).is_some() {
                    http(server, "GET", "/test/expire", &[], b"").unwrap();
                }
                let token = [("Authorization", authorization)];
                http(server, "GET", "/me", &token, b"").is_ok_and(|answer| answer.status == 200)
            }
        };
        if !let_in {
            return fail(401, "sign in first");
        }
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["login"]) if request.body["password"] == json!(self.password) => {
                fine(json!({ "session": format!("s{}", self.session) }))
            }
            ("POST", ["login"]) => fail(401, "wrong password"),
            ("GET", ["me"]) => fine(json!({ "organisation": { "id": 77 } })),
            ("GET", ["lists"]) => fine(json!({ "lists": [{ "id": "people", "title": "People", "locked": false }] })),
            ("GET", ["people"]) => self.list(request),
            ("POST", ["people", "search"]) => {
                let asked = request.body.as_object().cloned().unwrap_or_default();
                let query = asked.into_iter().map(|(name, value)| (name, plain(&value))).collect();
                self.list(&Request { query, ..request.clone() })
            }
            ("GET", ["people", "deleted"]) => {
                let since: i64 = request.query["since"].parse().unwrap();
                let ids: Vec<Json> = self
                    .deleted
                    .iter()
                    .filter(|(_, at, _)| *at >= since)
                    .map(|(id, _, _)| json!({ "id": id }))
                    .collect();
                fine(json!({ "results": ids }))
            }
            ("POST", ["people"]) => {
                self.create(&request.body, request.headers.get("idempotency-key").map(String::as_str))
            }
            ("POST", ["people", "batch"]) => {
                let items = request.body["inputs"].as_array().cloned().unwrap_or_default();
                let answers: Vec<Json> = items
                    .iter()
                    .map(|item| {
                        let reply = match item["op"].as_str() {
                            Some("create") => self.create(&item["record"], item["key"].as_str()),
                            Some("update") => self.update(
                                item["id"].as_str().unwrap_or_default(),
                                &item["changes"],
                                item["rev"].as_str(),
                            ),
                            _ => self.remove(item["id"].as_str().unwrap_or_default(), item["rev"].as_str()),
                        };
                        json!({ "status": reply.status, "body": reply.body })
                    })
                    .collect();
                Reply { status: 207, headers: Vec::new(), body: json!({ "answers": answers }) }
            }
            ("POST", ["people", "read"]) => {
                let ids = request.body["ids"].as_array().cloned().unwrap_or_default();
                let found: Vec<Json> =
                    ids.iter().filter_map(|id| self.records.get(id.as_str().unwrap_or_default()).cloned()).collect();
                fine(json!({ "results": found }))
            }
            ("GET", ["people", id]) => match self.records.get(*id) {
                Some(record) => fine(record.clone()),
                None => fail(404, "no such person"),
            },
            ("PATCH", ["people", id]) => {
                self.update(id, &request.body, request.headers.get("if-match").map(String::as_str))
            }
            ("DELETE", ["people", id]) => self.remove(id, request.headers.get("if-match").map(String::as_str)),
            _ => fail(404, "no such place"),
        }
    }

    fn create(&mut self, record: &Json, key: Option<&str>) -> Reply {
        if let Some(known) = key.and_then(|key| self.keys.get(key)).and_then(|id| self.records.get(id)) {
            return fine(known.clone());
        }
        if let Some(refused) = refused(record) {
            return refused;
        }
        let id = self.add(key, record.clone());
        Reply { status: 201, headers: Vec::new(), body: self.records[&id].clone() }
    }

    fn update(&mut self, id: &str, changes: &Json, rev: Option<&str>) -> Reply {
        let Some(mut record) = self.records.get(id).cloned() else { return fail(404, "no such person") };
        if rev.is_some_and(|rev| record["rev"] != json!(rev)) {
            return fail(412, "changed meanwhile");
        }
        if let Some(refused) = refused(changes) {
            return refused;
        }
        // A property is replaced as a whole, as most platforms do.
        for (name, value) in changes.as_object().into_iter().flatten() {
            record[name] = value.clone();
        }
        self.store(id, record);
        fine(self.records[id].clone())
    }

    fn remove(&mut self, id: &str, rev: Option<&str>) -> Reply {
        let Some(record) = self.records.get(id) else { return fail(404, "no such person") };
        if rev.is_some_and(|rev| record["rev"] != json!(rev)) {
            return fail(412, "changed meanwhile");
        }
        self.delete(id);
        Reply { status: 204, headers: Vec::new(), body: Json::Null }
    }

    fn list(&mut self, request: &Request) -> Reply {
        let get = |name: &str| request.query.get(name).cloned();
        let limit: usize = get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(2);
        let after = get("after").or_else(|| get("last")).unwrap_or_default();
        let mut records: Vec<Json> = self.records.values().cloned().collect();
        if let Some(since) = get("since").and_then(|since| since.parse::<i64>().ok()) {
            records.retain(|record| record["updated"].as_i64().unwrap() >= since);
        }
        let mut token = None;
        if let Some(text) = get("token") {
            let from = if text == "start" {
                Some(0)
            } else {
                text.strip_prefix('t').and_then(|text| text.parse::<u64>().ok())
            };
            let Some(from) = from.filter(|from| *from <= self.changes) else {
                return fail(410, "that token is too old");
            };
            records.retain(|record| record["seq"].as_u64().unwrap() > from);
            if text != "start" {
                let gone = self.deleted.iter().filter(|(_, _, seq)| *seq > from);
                records.extend(gone.map(|(id, _, seq)| json!({ "id": id, "removed": true, "seq": seq })));
                records.sort_by_key(|record| record["id"].as_str().unwrap().to_owned());
            }
            // What changes while the pages are read belongs to the next time.
            if after.is_empty() {
                self.started = self.changes;
            }
            token = Some(format!("t{}", self.started));
        }
        if let Some(email) = get("email") {
            records.retain(|record| {
                record["emails"].as_array().is_some_and(|all| {
                    all.iter().any(|one| one["value"].as_str().unwrap_or_default().eq_ignore_ascii_case(&email))
                })
            });
        }
        let sort = get("sort").unwrap_or_default();
        if !sort.is_empty() {
            records.sort_by_key(|record| (record["updated"].as_i64(), record["seq"].as_u64()));
        }
        if sort.starts_with('-') {
            records.reverse();
        }
        let total = records.len();
        let number = |name: &str| get(name).and_then(|text| text.parse::<usize>().ok());
        if let Some(most) = number("most") {
            if number("offset").unwrap_or(0) >= most {
                return fail(400, "a search gives no more than that");
            }
            records.truncate(most);
        }
        let before = match (number("page"), number("offset")) {
            (Some(page), _) => {
                if page == 1 {
                    self.hole = None;
                }
                let late = usize::from(self.hole.is_some_and(|hole| page > hole));
                (page - 1 - late) * limit
            }
            (None, Some(offset)) => offset,
            (None, None) => records.iter().filter(|record| record["id"].as_str().unwrap() <= after.as_str()).count(),
        };
        // By id what is before has to be taken out; they are sorted by it.
        let mut records: Vec<Json> = records.into_iter().skip(before).collect();
        let more = records.len() > limit;
        records.truncate(limit);
        let next = if more { records.last().unwrap()["id"].clone() } else { Json::Null };
        if get("ids").is_some() {
            records = records.iter().map(|record| json!({ "id": record["id"] })).collect();
        }
        let mut body = json!({ "results": records, "next": next, "more": more, "total": total });
        if let (Some(token), false) = (token, more) {
            body["token"] = json!(token);
        }
        fine(body)
    }
}

fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Emails with "refused" in them are not taken, as platforms have their own ideas.
fn refused(record: &Json) -> Option<Reply> {
    let emails = record["emails"].as_array()?;
    let bad = emails.iter().any(|one| one["value"].as_str().is_some_and(|value| value.contains("refused")));
    bad.then(|| Reply {
        status: 422,
        headers: Vec::new(),
        body: json!({ "message": "Invalid input", "errors": [{ "name": "email", "message": "is on the list of bounces" }] }),
    })
}

fn fine(body: Json) -> Reply {
    Reply { status: 200, headers: Vec::new(), body }
}

fn fail(status: u16, message: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: json!({ "message": message }) }
}

fn serve(mut client: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let Some(request) = read(&mut client)? else { return Ok(()) };
    let mut state = state.lock().unwrap();
    state.seen.push(request.clone());
    // A search that is posted is no write.
    let fits = |(method, path, _): &(String, String, Fault)| {
        let search = |path: &str| path.ends_with("/search");
        *method == request.method && request.path.contains(path.as_str()) && (!search(&request.path) || search(path))
    };
    let fault = state.faults.iter().position(fits).and_then(|at| state.faults.remove(at)).map(|(_, _, fault)| fault);
    let mut reply = state.meet(&request, fault.as_ref());
    state.spoil(&request, fault.as_ref(), &mut reply);
    if let Some(last) = reply.body["results"].as_array().and_then(|results| results.last()) {
        state.last = Some(last.clone());
    }
    ways_on(&request, &mut reply);
    let date = state.now();
    drop(state);
    if matches!(fault, Some(Fault::Lose)) {
        return client.shutdown(Shutdown::Both);
    }
    let text = match (&fault, &reply.body) {
        (Some(Fault::Html), _) => "<html><body>Our shop is being rebuilt</body></html>".to_owned(),
        (_, Json::Null) => String::new(),
        (_, body) => body.to_string(),
    };
    let date = jiff::Timestamp::from_millisecond(date).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut head = format!(
        "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nDate: {date}\r\nConnection: close\r\nContent-Length: {}\r\n",
        reply.status,
        text.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    client.write_all(head.as_bytes())?;
    let bytes = text.as_bytes();
    let sent = if matches!(fault, Some(Fault::Truncate)) { &bytes[..bytes.len() / 2] } else { bytes };
    client.write_all(sent)?;
    client.shutdown(Shutdown::Both)
}

/// How else the answer to a list says how to go on, and in which form it is.
fn ways_on(request: &Request, reply: &mut Reply) {
    if reply.body["results"].is_null() {
        return;
    }
    let address = |changes: &[(&str, &str)]| {
        let host = request.headers.get("host").cloned().unwrap_or_default();
        let mut url = url::Url::parse(&format!("http://{host}{}", request.path)).unwrap();
        let own = request.query.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let own: Vec<(String, String)> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        url.query_pairs_mut().extend_pairs(own).extend_pairs(changes);
        url.to_string()
    };
    if let Some(next) = reply.body["next"].as_str() {
        let next = address(&[("after", next)]);
        if request.query.contains_key("link") {
            let first = address(&[("after", "")]);
            reply.headers.push((
                "Link".to_owned(),
                format!("<{first}>; rel=\"first\", <{next}>; title=\"on\"; rel=\"next last\""),
            ));
        }
        reply.body["next_url"] = json!(next);
    }
    if let Some(token) = reply.body["token"].as_str() {
        let limit = request.query.get("limit").cloned().unwrap_or_default();
        reply.body["delta"] = json!(address(&[("token", token), ("limit", &limit), ("after", "")]));
    }
    let flat_rows = request.query.contains_key("flat");
    if flat_rows && !request.query.contains_key("table") {
        reply.body["results"] = reply.body["results"].as_array().into_iter().flatten().map(flat).collect();
    } else if flat_rows {
        let named = request.query.get("offset").is_none_or(|offset| offset == "0");
        let records = reply.body["results"].as_array().cloned().unwrap_or_default();
        reply.body["results"] = rows(&records, named);
    }
}
