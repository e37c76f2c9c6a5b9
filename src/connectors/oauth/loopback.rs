//! The port on this computer to which the browser comes back (RFC 8252, section 7.3).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

/// How long one connection may take to say what it wants; browsers open some that stay silent.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest head of a request that is read.
const HEAD_LIMIT: usize = 32 * 1024;

/// The open port.
pub struct Waiting {
    listener: TcpListener,
    path: String,
    state: String,
}

/// The browser has come back, and waits for the last page.
pub struct Returned {
    query: Vec<(String, String)>,
    stream: TcpStream,
}

/// Whether an address is on this computer.
pub(super) fn is_loopback(url: &Url) -> bool {
    address(url).is_some_and(|address| address.is_loopback())
}

/// The name `localhost` is taken for the older address: a browser that tries the newer one first goes on
/// to it when nobody is there.
fn address(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    if host.eq_ignore_ascii_case("localhost") { Some(Ipv4Addr::LOCALHOST.into()) } else { host.parse().ok() }
}

impl Waiting {
    /// Opens the port of this address, or a free one where it names none. Answers with the whole address.
    pub(super) async fn open(redirect: &Url, state: &str) -> Result<(Self, Url), ConnectorError> {
        let address = address(redirect).unwrap_or(Ipv4Addr::LOCALHOST.into());
        let wanted = SocketAddr::new(address, redirect.port().unwrap_or(0));
        let failed = |error: std::io::Error| {
            let text = tr!("service-sign-in-port", address = wanted.to_string());
            ConnectorError::caused(ErrorKind::Settings, text, error)
        };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let mut whole = redirect.clone();
        // An http address on this computer always takes a port.
        let _taken = whole.set_port(Some(port));
        Ok((Self { listener, path: whole.path().to_owned(), state: state.to_owned() }, whole))
    }

    /// Waits until the browser comes back with the state that was sent along. Whatever else knocks at the
    /// port is turned away, and does not end the waiting.
    ///
    /// # Errors
    /// When the port cannot be listened on any longer.
    pub async fn returned(self) -> Result<Returned, ConnectorError> {
        let mut talks = JoinSet::new();
        loop {
            tokio::select! {
                knock = self.listener.accept() => {
                    let (stream, _) = knock.map_err(|error| {
                        ConnectorError::caused(ErrorKind::Settings, tr!("service-sign-in-port-lost"), error)
                    })?;
                    let (path, state) = (self.path.clone(), self.state.clone());
                    talks.spawn(async move {
                        tokio::time::timeout(PATIENCE, listen(stream, &path, &state)).await.ok().flatten()
                    });
                }
                Some(talk) = talks.join_next() => {
                    if let Ok(Some(returned)) = talk {
                        return Ok(returned);
                    }
                }
            }
        }
    }
}

impl Returned {
    /// A parameter that the browser brought back.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Shows the last page: a title and what follows from it.
    pub async fn show(mut self, title: &str, text: &str) {
        answer(&mut self.stream, "200 OK", &page(title, text)).await;
    }
}

/// Hears what one connection wants; none where it is not what is waited for.
async fn listen(mut stream: TcpStream, path: &str, state: &str) -> Option<Returned> {
    let mut head = Vec::new();
    let mut chunk = [0_u8; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await.ok()?;
        if count == 0 || head.len() + count > HEAD_LIMIT {
            return None;
        }
        head.extend_from_slice(chunk.get(..count)?);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (found, query) = target.split_once('?').unwrap_or((target, ""));
    if method != "GET" || found != path || query.is_empty() {
        answer(&mut stream, "404 Not Found", "").await;
        return None;
    }
    let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let given = query.iter().find(|(key, _)| key == "state").map(|(_, value)| value.as_str());
    if given != Some(state) {
        tracing::warn!("an answer came that does not belong to this sign-in, and was turned away");
        let page = page(&tr!("service-page-strange"), &tr!("service-page-strange-more"));
        answer(&mut stream, "400 Bad Request", &page).await;
        return None;
    }
    Some(Returned { query, stream })
}

async fn answer(stream: &mut TcpStream, status: &str, body: &str) {
    // The code that came in the address goes nowhere from this page, and the page is kept nowhere.
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; \
         style-src 'unsafe-inline'\r\n\r\n{body}",
        body.len()
    );
    // A browser that has gone away misses a page, and nothing else.
    let _gone = stream.write_all(text.as_bytes()).await;
    let _gone = stream.shutdown().await;
}

fn page(title: &str, text: &str) -> String {
    let (title, text) = (escaped(title), escaped(text));
    format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Duosync</title><style>:root{{color-scheme:light dark}}\
         body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.5rem}}\
         h1{{font-size:1.5rem}}</style></head><body><h1>{title}</h1><p>{text}</p></body></html>",
        crate::texts::language().tag()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
