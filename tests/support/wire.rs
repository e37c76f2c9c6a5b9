//! Requests as they come in over the wire.

use std::collections::BTreeMap;
use std::net::TcpStream;

use serde_json::Value as Json;

use super::proxy::receive;

/// A request as a test may want to look at it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// The query as it was sent, where a name may come several times.
    pub pairs: Vec<(String, String)>,
    pub headers: BTreeMap<String, String>,
    /// The body, where it is JSON.
    pub body: Json,
    pub text: String,
}

/// Reads one; none where the other side has hung up.
pub(super) fn read(client: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let Some((head, bytes)) = receive(client)? else { return Ok(None) };
    let headers: BTreeMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let mut first = head.split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let target = first.next().unwrap_or_default();
    // As it was sent: a parser would make something else of dots.
    let path = target.split(['?', '#']).next().unwrap_or_default().to_owned();
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    Ok(Some(Request { method, path, query: pairs.iter().cloned().collect(), pairs, headers, body, text }))
}

/// A step of a path without its percent encoding.
pub(super) fn decoded(step: &str) -> String {
    // A plus is a space only in forms.
    let text = format!("x={}", step.replace('+', "%2B"));
    url::form_urlencoded::parse(text.as_bytes()).next().unwrap().1.into_owned()
}
