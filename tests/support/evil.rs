//! A server that sends back whatever it is told, passwords first of all.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What it gives to who signs in at `/session/`.
pub const SESSION: &str = "Gz7/Lk+1&wBn=of-a-session";

/// It listens until it is dropped. The first part of the path says what it does: `/401/`, `/500/`, `/400/`,
/// `/redirect/`, `/break/`, `/session/`. A second part `json-...` makes it answer in JSON, with what it was told
/// written in some way.
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
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut sent = vec![0; length.unwrap_or(0)];
    std::io::Read::read_exact(&mut reader, &mut sent)?;
    let target = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    // Who takes it for a proxy names the server too.
    let target = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or(String::new(), |at| rest[at..].to_owned()),
        None => target,
    };
    let logins = head.iter().filter(|line| line.to_lowercase().contains("authorization:"));
    let logins: Vec<&str> = logins.filter_map(|line| line.split_once(": ")).map(|(_, value)| value).collect();
    let login = logins.join(" ");
    if !login.is_empty() || target.contains("key=") {
        told.fetch_add(1, Ordering::SeqCst);
    }
    let body = format!("<?xml version=\"1.0\"?><error>You sent: {} and {login}</error>", head.join(" | "));
    let mut parts = target.trim_start_matches('/').split('/');
    let (word, form) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let told = format!("{login} {target} {}", String::from_utf8_lossy(&sent));
    let body = match (word, written(form, &told)) {
        ("session", _) => serde_json::json!({ "token": SESSION }).to_string(),
        (_, Some(told)) => serde_json::json!({ "message": told }).to_string(),
        (_, None) => body,
    };
    let (status, more) = match word {
        "401" => ("401 Unauthorized", format!("WWW-Authenticate: Basic realm=\"{login}\"\r\n")),
        "400" => ("400 Bad Request", String::new()),
        "redirect" => ("302 Found", format!("Location: http://127.0.0.2:9/?given={}\r\n", login.replace(' ', "%20"))),
        "break" => return Ok(()),
        "session" => ("200 OK", String::new()),
        _ => ("500 Internal Server Error", String::new()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{more}X-Echo: {login}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// What it was told in one of the forms in which platforms give things back; none where no JSON is asked for.
fn written(form: &str, told: &str) -> Option<String> {
    let percent = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let encoded = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    Some(match form {
        "json-plain" => told.to_owned(),
        "json-percent" => percent(told),
        "json-twice" => percent(&percent(told)),
        "json-base64" => encoded(told),
        "json-nested" => encoded(&percent(told)),
        // The words are so long that they are cut short, somewhere amid what was told.
        "json-long" => format!("{}{told}", "word ".repeat(56)),
        _ => return None,
    })
}
