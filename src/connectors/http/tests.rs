//! What the client of an account sends, refuses and gives up.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn http(base: &str) -> Result<Http, ConnectorError> {
    Http::new(Url::parse(base).unwrap(), Some(basic("ann", "secret").unwrap()), false)
}

#[test]
fn the_basic_scheme_is_that_of_the_rfc() {
    assert_eq!(basic("Aladdin", "open sesame").unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

#[test]
fn plain_http_is_for_this_computer() {
    assert_eq!(http("http://example.com/").unwrap_err().kind, ErrorKind::Settings);
    for base in ["http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"] {
        http(base).unwrap();
    }
    Http::new(Url::parse("http://example.com/").unwrap(), None, true).unwrap();
}

#[test]
fn credentials_stay_with_their_host() {
    let here = http("http://127.0.0.1:5232/").unwrap();
    assert!(here.resolve(here.base(), "/a/b/").is_ok());
    for other in ["http://127.0.0.2:5232/", "http://127.0.0.1:5233/", "http://evil.example/x", "//evil.example/"] {
        assert_eq!(here.resolve(here.base(), other).unwrap_err().kind, ErrorKind::Settings, "{other}");
    }
}

#[test]
fn both_forms_of_retry_after_are_understood() {
    assert_eq!(retry_after("120", None), Some(Duration::from_mins(2)));
    let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), Some(Duration::from_secs(30)));
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:40:07 GMT", now), Some(Duration::ZERO));
    assert_eq!(retry_after("soon", now), None);
}

/// A server that answers every request with this head, and a body without end.
fn flood(head: &'static str) -> Http {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok() && stream.write_all(head.as_bytes()).is_ok() {
                let spaces = vec![b' '; 65_536];
                while stream.write_all(&spaces).is_ok() {}
            }
        }
    });
    let mut http = http(&base).unwrap();
    http.most = 2 * 1024 * 1024;
    http
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"] {
        let http = flood(head);
        let base = http.base().clone();
        let error = http.ask(&Context::quiet(), ("GET", &base), &[], None, false).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadAnswer, "{error}");
        assert!(error.message.contains("bigger than 2 MB"), "{error}");
        let error = http.ask(&Context::quiet(), ("POST", &base), &[], None, true).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InDoubt, "a change may be made although its answer cannot be read");
    }
}

#[tokio::test]
async fn a_header_with_a_line_break_is_not_sent() {
    let http = http("http://127.0.0.1:9/").unwrap();
    let base = http.base().clone();
    for (name, kind) in [("If-Match", ErrorKind::Rejected), ("authorization", ErrorKind::Settings)] {
        let sent = http.ask(&Context::quiet(), ("PUT", &base), &[(name, "a\r\nX-Evil: 1")], None, true).await;
        assert_eq!(sent.unwrap_err().kind, kind);
    }
}

#[test]
fn no_secret_is_shown() {
    let http = http("https://example.com/");
    // Without certificates on this computer there is no client, and nothing to show.
    if let Ok(http) = http {
        assert!(!format!("{http:?} {:?}", http.authorization).contains("c2VjcmV0"));
    }
}
