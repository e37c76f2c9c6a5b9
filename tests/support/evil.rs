//! A server that sends back whatever it is told, passwords first of all.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// It listens until it is dropped. The first part of the path says what it does: `/401/`, `/500/`, `/400/`,
/// `/redirect/`, `/break/`.
pub struct Evil {
    /// Its port on 127.0.0.1.
    pub port: u16,
    over: Arc<AtomicBool>,
    /// How many requests came with a password or key in them.
    told: Arc<AtomicUsize>,
}

impl Evil {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (over, told) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (until, count) = (Arc::clone(&over), Arc::clone(&told));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if until.load(Ordering::SeqCst) {
                    break;
                }
                // Somebody who speaks TLS to it, or hangs up, is no reason to stop.
                let _gone = stream.and_then(|stream| answer(stream, &count));
            }
        });
        Self { port, over, told }
    }

    /// How many secrets it was told.
    pub fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }
}

impl Drop for Evil {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn answer(mut stream: TcpStream, told: &AtomicUsize) -> std::io::Result<()> {
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let target = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let login = head.iter().find(|line| line.to_lowercase().starts_with("authorization:"));
    let login = login.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap_or_default();
    if !login.is_empty() || target.contains("key=") {
        told.fetch_add(1, Ordering::SeqCst);
    }
    let body = format!("<?xml version=\"1.0\"?><error>You sent: {} and {login}</error>", head.join(" | "));
    let word = target.trim_start_matches('/').split('/').next().unwrap_or_default();
    let (status, more) = match word {
        "401" => ("401 Unauthorized", format!("WWW-Authenticate: Basic realm=\"{login}\"\r\n")),
        "400" => ("400 Bad Request", String::new()),
        "redirect" => ("302 Found", format!("Location: http://127.0.0.2:9/?given={}\r\n", login.replace(' ', "%20"))),
        "break" => return Ok(()),
        _ => ("500 Internal Server Error", String::new()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{more}X-Echo: {login}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
