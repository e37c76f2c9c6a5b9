//! A proxy before a server of this computer that has the faults of real networks: an answer that is
//! lost after the server has stored what it was sent, and records that are refused.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::servers::http;

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// The answers to the first so many requests of this method are dropped, after the server has them.
    Lose(String, usize),
    /// Requests of this method whose body holds this text are refused with this status.
    Refuse(String, String, u16),
    /// Just before the first change of a record somebody else changes it: this text becomes that one.
    Race(String, String),
}

/// What went through.
#[derive(Default)]
struct Seen {
    /// The bodies of PUT requests, in order.
    put: Vec<Vec<u8>>,
    lost: usize,
    refused: usize,
    raced: usize,
}

/// The proxy; it ends with the process.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Proxy {
    pub(crate) fn start(server: u16, rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (rules, shared) = (Arc::new(Mutex::new(rules)), Arc::clone(&seen));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (rules, seen) = (Arc::clone(&rules), Arc::clone(&shared));
                // A connection that breaks is what this proxy is for.
                std::thread::spawn(move || drop(carry(client, server, &rules, &seen)));
            }
        });
        Self { port, seen }
    }

    /// How many answers were lost, requests refused and records changed: a fault that never came proves
    /// nothing.
    pub(crate) fn faults(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.lost + seen.refused + seen.raced
    }

    /// The bodies of the PUT requests.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().put.clone()
    }
}

/// One request: its head with the empty line, and its body; `None` where the sender went away first.
pub(super) fn receive(client: &mut impl std::io::Read) -> std::io::Result<Option<(String, Vec<u8>)>> {
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
    let length: usize = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    while all.len() < end + length {
        let read = client.read(&mut piece)?;
        if read == 0 {
            return Ok(None);
        }
        all.extend_from_slice(&piece[..read]);
    }
    Ok(Some((head, all[end..].to_vec())))
}

/// What the server answers to a request.
pub(super) fn forward(head: &str, body: &[u8], server: u16) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(("127.0.0.1", server))?;
    // The older version keeps the answer in one piece that ends with the connection.
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default().replace("HTTP/1.1", "HTTP/1.0");
    let kept = lines.filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: Vec<&str> = std::iter::once(first.as_str()).chain(kept).collect();
    upstream.write_all(head.join("\r\n").as_bytes())?;
    upstream.write_all(body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn carry(mut client: TcpStream, server: u16, rules: &Mutex<Vec<Rule>>, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let Some((head, body)) = receive(&mut client)? else { return Ok(()) };
    let method = head.split(' ').next().unwrap_or_default().to_owned();
    let mut lose = false;
    let mut refuse = None;
    let mut race = None;
    for rule in rules.lock().unwrap().iter_mut() {
        match rule {
            Rule::Lose(which, left) if *which == method && *left > 0 => {
                *left -= 1;
                lose = true;
            }
            Rule::Refuse(which, text, status)
                if *which == method && String::from_utf8_lossy(&body).contains(text.as_str()) =>
            {
                refuse = Some(*status);
            }
            Rule::Race(old, new)
                if method == "PUT" && head.to_lowercase().contains("\nif-match:") && !old.is_empty() =>
            {
                race = Some((std::mem::take(old), new.clone()));
            }
            Rule::Lose(..) | Rule::Refuse(..) | Rule::Race(..) => {}
        }
    }
    if method == "PUT" {
        seen.lock().unwrap().put.push(body.clone());
    }
    if let Some(status) = refuse {
        seen.lock().unwrap().refused += 1;
        let answer = format!("HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return client.write_all(answer.as_bytes());
    }
    if let Some((old, new)) = race {
        seen.lock().unwrap().raced += 1;
        overtake(&head, server, &old, &new);
    }
    let answer = forward(&head, &body, server)?;
    if lose {
        seen.lock().unwrap().lost += 1;
        return client.shutdown(Shutdown::Both);
    }
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)
}

/// Changes the record that a request is about, as its own sender would.
fn overtake(head: &str, server: u16, old: &str, new: &str) {
    let path = head.split(' ').nth(1).unwrap();
    let signed = head.lines().filter_map(|line| line.split_once(':'));
    let headers: Vec<(&str, &str)> = signed
        .filter(|(name, _)| ["authorization", "content-type"].contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| (name, value.trim()))
        .collect();
    let card = http(server, "GET", path, &headers, b"").unwrap().text();
    assert!(card.contains(old), "{card}");
    let done = http(server, "PUT", path, &headers, card.replace(old, new).as_bytes()).unwrap();
    assert!(done.is_fine(), "{}", done.text());
}
