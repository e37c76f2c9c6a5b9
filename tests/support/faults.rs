//! A proxy that lets chance decide which answer goes wrong, and how, or does what it is ordered to do with the
//! next request that fits; switched off, it only passes on.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::proxy::{forward, receive};

/// What may happen to a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The connection breaks before the server hears of the request.
    Dropped,
    /// The connection breaks after the server has done what it was asked.
    AnswerLost,
    /// The server says that it is asked too often.
    TooMany,
    /// The server fails.
    Broken,
    /// The server fails to answer, but has done what it was asked.
    BrokenAfterwards,
    /// The answer ends in its middle.
    Truncated,
    /// What is no part of any answer stands in its middle.
    Garbled,
    /// The answer comes in small pieces.
    Dripping,
    /// The request reaches the server twice, and the second answer comes back.
    SentTwice,
    /// The answer is there twice.
    AnsweredTwice,
    /// The answer is the one that the same question had before.
    Stale,
}

/// What is done to a request that was waited for.
#[derive(Clone)]
pub(crate) enum Done {
    /// One of the faults of chance.
    Fault(Fault),
    /// The server does not hear of it; this comes back: a status with its reason (and headers), and a body.
    Refused(String, String),
    /// The server does it; this comes back instead of its answer.
    Answered(String, String),
    /// The server does it; the body of its answer comes back as something else.
    Changed(Arc<dyn Fn(String) -> String + Send + Sync>),
}

/// Which request an order is for: by its head and its body.
pub(crate) type Fits = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// Refused with this status and this header, in JSON that says as much.
pub(crate) fn refused(status: u16, header: &str) -> Done {
    let header = if header.is_empty() { String::new() } else { format!("\r\n{header}") };
    let body = format!("{{\"message\":\"no\",\"status\":{status}}}");
    Done::Refused(format!("{status} Trouble{header}\r\nContent-Type: application/json"), body)
}

struct Order {
    fits: Fits,
    done: Done,
    /// For how many requests; none until it is taken back.
    left: Option<usize>,
}

/// So many letters of a request are told of a world that failed.
const LONGEST_TOLD: usize = 700;

const FAULTS: [Fault; 11] = [
    Fault::Dropped,
    Fault::AnswerLost,
    Fault::TooMany,
    Fault::Broken,
    Fault::BrokenAfterwards,
    Fault::Truncated,
    Fault::Garbled,
    Fault::Dripping,
    Fault::SentTwice,
    Fault::AnsweredTwice,
    Fault::Stale,
];

struct Storm {
    chance: fastrand::Rng,
    /// How many of a hundred requests go wrong.
    share: u8,
    done: BTreeMap<Fault, usize>,
    /// The first answer to each question that reads, as long as the same seed holds.
    earlier: BTreeMap<Vec<u8>, Vec<u8>>,
    orders: Vec<Order>,
    /// How many requests an order was for.
    met: usize,
    /// What was asked, and what became of it.
    told: Vec<String>,
}

/// The proxy; it ends with the process.
pub(crate) struct Faults {
    port: u16,
    storm: Arc<Mutex<Storm>>,
}

impl Faults {
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let storm = Storm {
            chance: fastrand::Rng::with_seed(0),
            share: 0,
            done: BTreeMap::new(),
            earlier: BTreeMap::new(),
            orders: Vec::new(),
            met: 0,
            told: Vec::new(),
        };
        let storm = Arc::new(Mutex::new(storm));
        let shared = Arc::clone(&storm);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let storm = Arc::clone(&shared);
                // A connection that breaks is what this proxy is for.
                std::thread::spawn(move || drop(carry(client, server, &storm)));
            }
        });
        Self { port, storm }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// From now on so many of a hundred requests go wrong, as this seed has it.
    pub(crate) fn rage(&self, seed: u64, share: u8) {
        let mut storm = self.storm.lock().unwrap();
        (storm.chance, storm.share) = (fastrand::Rng::with_seed(seed), share);
        storm.told.push(format!("from now on {share} of a hundred go wrong"));
    }

    /// Forgets what was answered so far: another world begins.
    pub(crate) fn forget(&self) {
        let mut storm = self.storm.lock().unwrap();
        storm.earlier.clear();
        storm.told.clear();
    }

    /// What was asked since then, and what became of it.
    pub(crate) fn told(&self) -> String {
        self.storm.lock().unwrap().told.join("\n")
    }

    /// So many of the next requests that fit are treated like this (all of them until [`Faults::calm`], where
    /// no number is given). Of several orders that fit the oldest counts.
    pub(crate) fn order(&self, left: Option<usize>, fits: Fits, done: Done) {
        self.storm.lock().unwrap().orders.push(Order { fits, done, left });
    }

    /// Takes back every order.
    pub(crate) fn calm(&self) {
        self.storm.lock().unwrap().orders.clear();
    }

    /// How many requests an order was for: one that met none proves nothing.
    pub(crate) fn met(&self) -> usize {
        self.storm.lock().unwrap().met
    }

    /// Which faults came, and how often, since this was asked before.
    pub(crate) fn take_done(&self) -> BTreeMap<Fault, usize> {
        std::mem::take(&mut self.storm.lock().unwrap().done)
    }
}

fn carry(mut client: TcpStream, server: u16, storm: &Mutex<Storm>) -> std::io::Result<()> {
    let Some((head, body)) = receive(&mut client)? else { return Ok(()) };
    let ordered = {
        let mut storm = storm.lock().unwrap();
        let text = String::from_utf8_lossy(&body);
        let at = storm.orders.iter().position(|order| (order.fits)(&head, &text));
        let done = at.map(|at| storm.orders[at].done.clone());
        if let Some(at) = at {
            storm.met += 1;
            storm.orders[at].left = storm.orders[at].left.map(|left| left - 1);
            storm.orders.retain(|order| order.left != Some(0));
        }
        done
    };
    match ordered {
        None => {}
        Some(Done::Fault(fault)) => return suffer(&mut client, Some(fault), &unpacked(&head), &body, server),
        Some(Done::Refused(status, text)) => return client.write_all(answer(&status, "", &text).as_bytes()),
        Some(Done::Answered(status, text)) => {
            forward(&head, &body, server)?;
            return client.write_all(answer(&status, "", &text).as_bytes());
        }
        Some(Done::Changed(change)) => {
            let given = forward(&unpacked(&head), &body, server)?;
            let given = String::from_utf8_lossy(&given);
            let (top, text) = given.split_once("\r\n\r\n").unwrap_or((&given, ""));
            let (status, headers) = top.split_once("\r\n").unwrap_or((top, ""));
            let status = status.split_once(' ').map_or(status, |(_, status)| status);
            let measured = ["content-length:", "transfer-encoding:", "connection:"];
            let kept =
                headers.split("\r\n").filter(|line| !measured.iter().any(|name| line.to_lowercase().starts_with(name)));
            let headers = kept.fold(String::new(), |headers, line| headers + line + "\r\n");
            return client.write_all(answer(status, &headers, &change(text.to_owned())).as_bytes());
        }
    }
    let fault = {
        let mut storm = storm.lock().unwrap();
        let hit = storm.chance.u8(..100) < storm.share;
        let fault = hit.then(|| FAULTS[storm.chance.usize(..FAULTS.len())]);
        if let Some(fault) = fault {
            *storm.done.entry(fault).or_default() += 1;
        }
        let asked = [head.lines().next().unwrap_or_default(), &String::from_utf8_lossy(&body)].join(" ");
        let short: String = asked.chars().filter(|letter| *letter != '\n').take(LONGEST_TOLD).collect();
        let stale =
            if fault == Some(Fault::Stale) { storm.earlier.contains_key(&question(&head, &body)) } else { false };
        storm.told.push(format!("{fault:?}{} {short}", if stale { " as before" } else { "" }));
        fault
    };
    let asked = question(&head, &body);
    if let Some(Fault::Stale) = fault
        && let Some(earlier) = storm.lock().unwrap().earlier.get(&asked).cloned()
    {
        return client.write_all(&earlier);
    }
    if matches!(fault, None | Some(Fault::Stale)) {
        let answer = forward(&head, &body, server)?;
        if ["GET ", "PROPFIND ", "REPORT "].iter().any(|reads| head.starts_with(reads)) {
            storm.lock().unwrap().earlier.entry(asked).or_insert_with(|| answer.clone());
        }
        return client.write_all(&answer);
    }
    suffer(&mut client, fault, &head, &body, server)
}

/// What a request asks: two that ask the same may get the same answer from a cache.
fn question(head: &str, body: &[u8]) -> Vec<u8> {
    [head.lines().next().unwrap_or_default().as_bytes(), b"\n", body].concat()
}

/// A request's head that asks for its answer as it is: what is to be changed must not come packed.
fn unpacked(head: &str) -> String {
    let kept: Vec<&str> =
        head.split("\r\n").filter(|line| !line.to_lowercase().starts_with("accept-encoding:")).collect();
    kept.join("\r\n")
}

/// An answer with this status, with its reason and headers, and this body.
fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn suffer(client: &mut TcpStream, fault: Option<Fault>, head: &str, body: &[u8], server: u16) -> std::io::Result<()> {
    let says = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    match fault {
        None | Some(Fault::Stale) => client.write_all(&forward(head, body, server)?),
        Some(Fault::Dropped) => Ok(()),
        Some(Fault::AnswerLost) => forward(head, body, server).map(drop),
        Some(Fault::TooMany) => client.write_all(says("429 Too Many Requests\r\nRetry-After: 0").as_bytes()),
        Some(Fault::Broken) => client.write_all(says("500 Internal Server Error").as_bytes()),
        Some(Fault::BrokenAfterwards) => {
            forward(head, body, server)?;
            client.write_all(says("500 Internal Server Error").as_bytes())
        }
        Some(Fault::Truncated) => {
            let answer = forward(head, body, server)?;
            client.write_all(&answer[..answer.len() / 2])
        }
        Some(Fault::Garbled) => {
            let mut answer = forward(head, body, server)?;
            let start = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
            let middle = usize::midpoint(start, answer.len());
            // Bytes are replaced, not added, so that the length that was announced holds.
            answer[middle..].iter_mut().take(16).for_each(|byte| *byte = 0xff);
            client.write_all(&answer)
        }
        Some(Fault::Dripping) => {
            let answer = forward(head, body, server)?;
            answer.chunks(7).try_for_each(|piece| client.write_all(piece).and_then(|()| client.flush()))
        }
        Some(Fault::SentTwice) => {
            forward(head, body, server)?;
            client.write_all(&forward(head, body, server)?)
        }
        Some(Fault::AnsweredTwice) => client.write_all(&forward(head, body, server)?.repeat(2)),
    }
}
