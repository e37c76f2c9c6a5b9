//! A platform with a REST interface on this computer: a small dialect of its own that
//! `tests/support/shop.toml` describes, and every kind of trouble that real ones have.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

/// Some trouble with a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is answered like this, and nothing is done.
    Status(u16, Json),
    /// The same, and asks to wait so many seconds.
    Wait(u16, u64),
    /// It is carried out, and the answer never comes.
    Lose,
    /// It is carried out, and the answer breaks off in the middle.
    Truncate,
    /// It is carried out, and the answer is a page of HTML.
    Html,
    /// The page holds nothing, but says how to go on.
    EmptyPage,
    /// The page holds what the page before it held last, too.
    Twice,
    /// The page says that the next one is itself.
    Endless,
    /// Before it is answered, somebody adds a record that sorts first.
    Appear,
    /// A property is left out of every record.
    Without(&'static str),
}

/// A request as a test may want to look at it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub body: Json,
}

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
    /// The number of changes when the last list by token was begun.
    started: u64,
    last: Option<Json>,
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
        let id = format!("p{:03}", 500 - self.next_id);
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
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let authorization = request.headers.get("authorization").map(String::as_str).unwrap_or_default();
        if path != ["login"] && authorization != format!("Bearer s{}", self.session) {
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
        let after = get("after").unwrap_or_default();
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
        records.retain(|record| record["id"].as_str().unwrap() > after.as_str());
        let more = records.len() > limit;
        records.truncate(limit);
        let next = more.then(|| records.last().unwrap()["id"].clone());
        let mut body = json!({ "results": records, "next": next });
        if let (Some(token), false) = (token, more) {
            body["token"] = json!(token);
        }
        fine(body)
    }
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
    let fits =
        |(method, path, _): &(String, String, Fault)| *method == request.method && request.path.contains(path.as_str());
    let fault = state.faults.iter().position(fits).and_then(|at| state.faults.remove(at)).map(|(_, _, fault)| fault);
    if matches!(fault, Some(Fault::Appear)) {
        let record = json!({ "properties": { "name": "Zed", "phone": "" }, "emails": [{ "value": "zed@example.org", "primary": true }] });
        state.store("a000", record);
    }
    let mut reply = match &fault {
        Some(Fault::Status(status, body)) => Reply { status: *status, headers: Vec::new(), body: body.clone() },
        Some(Fault::Wait(status, seconds)) => Reply {
            status: *status,
            headers: vec![("Retry-After".to_owned(), seconds.to_string())],
            body: json!({ "message": "slow down" }),
        },
        _ => state.answer(&request),
    };
    match &fault {
        Some(Fault::EmptyPage) => {
            // The same place again: this page had room for nobody.
            let after = request.query.get("after").cloned().unwrap_or_default();
            reply.body = json!({ "results": [], "next": format!("{after}!") });
        }
        Some(Fault::Twice) => {
            if let (Some(last), Some(results)) = (state.last.clone(), reply.body["results"].as_array_mut()) {
                results.insert(0, last);
            }
        }
        Some(Fault::Endless) => {
            reply.body["next"] = json!(request.query.get("after").cloned().unwrap_or_else(|| "p000".to_owned()));
        }
        Some(Fault::Without(property)) => {
            for record in reply.body["results"].as_array_mut().into_iter().flatten() {
                if let Some(properties) = record["properties"].as_object_mut() {
                    properties.remove(*property);
                }
            }
        }
        _ => {}
    }
    if let Some(last) = reply.body["results"].as_array().and_then(|results| results.last()) {
        state.last = Some(last.clone());
    }
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

fn read(client: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut all = Vec::new();
    let mut piece = [0; 16_384];
    let end = loop {
        let read = client.read(&mut piece)?;
        if read == 0 {
            return Ok(None);
        }
        all.extend_from_slice(&piece[..read]);
        if let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let headers: BTreeMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while all.len() < end + length {
        let read = client.read(&mut piece)?;
        if read == 0 {
            return Ok(None);
        }
        all.extend_from_slice(&piece[..read]);
    }
    let mut first = head.split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let target = first.next().unwrap_or_default();
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    let body = serde_json::from_slice(&all[end..]).unwrap_or(Json::Null);
    Ok(Some(Request {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body,
    }))
}
