//! Requests to the token endpoint over our own HTTP client, and answers that stray from RFC 6749.

use std::error::Error as _;
use std::pin::Pin;
use std::time::Duration;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use serde_json::Value;

use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

/// How long it may take to connect.
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// How long the whole answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(45);
/// No answer with tokens weighs more.
const BODY_LIMIT: usize = 1024 * 1024;

/// Our HTTP client as the `oauth2` crate wants one.
#[derive(Clone)]
pub(super) struct Wire(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = ConnectorError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ConnectorError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(&self.0, request))
    }
}

/// A client that follows no redirect, as a refresh token must not be carried anywhere else.
pub(super) fn client() -> Result<Wire, ConnectorError> {
    // That another client has brought the cryptography already is as it should be.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .user_agent(concat!("Duosync/", env!("CARGO_PKG_VERSION")))
    };
    // A computer without any certificates can still speak to itself; every https address is refused then.
    builder()
        .build()
        .or_else(|_| builder().tls_certs_only([]).build())
        .map(Wire)
        .map_err(|error| ConnectorError::caused(ErrorKind::Settings, tr!("service-sign-in-no-certificates"), error))
}

/// Sends one request of the `oauth2` crate.
async fn send(http: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let host = request.uri().host().unwrap_or_default().to_owned();
    let request = reqwest::Request::try_from(request).map_err(|error| trouble(&host, error))?;
    let mut response = http.execute(request).await.map_err(|error| trouble(&host, error))?;
    let status = response.status();
    if status.as_u16() == 429 || status.is_server_error() {
        let kind = if status.as_u16() == 429 { ErrorKind::Throttled } else { ErrorKind::Server };
        let text = tr!("service-sign-in-server", host = host, status = u32::from(status.as_u16()));
        return Err(ConnectorError::new(kind, text));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&host, error))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("service-sign-in-bad-answer", host = host)));
        }
        body.extend_from_slice(&chunk);
    }
    let (status, body) = straightened(status.as_u16(), body);
    let answer = oauth2::http::Response::builder().status(status).header("Content-Type", "application/json").body(body);
    answer.map_err(|error| {
        ConnectorError::caused(ErrorKind::BadAnswer, tr!("service-sign-in-bad-answer", host = host), error)
    })
}

/// What some platforms answer, as RFC 6749 says it: Shopify leaves `token_type` out, Zoho tells an error
/// with status 200 and calls a refresh token that is over `invalid_code`, others write `expires_in` as a
/// text.
fn straightened(status: u16, body: Vec<u8>) -> (u16, Vec<u8>) {
    let Ok(Value::Object(mut answer)) = serde_json::from_slice::<Value>(&body) else { return (status, body) };
    let mut status = status;
    if answer.contains_key("access_token") {
        answer.entry("token_type").or_insert_with(|| "bearer".into());
        if let Some(seconds) = answer.get("expires_in").and_then(Value::as_str).map(str::parse::<u64>) {
            match seconds {
                Ok(seconds) => answer.insert("expires_in".to_owned(), seconds.into()),
                Err(_) => answer.remove("expires_in"),
            };
        }
        // What was not asked for in words is of no use, and a list of scopes would not be understood.
        if !answer.get("scope").is_none_or(Value::is_string) {
            answer.remove("scope");
        }
    } else if let Some(error) = answer.get("error").and_then(Value::as_str) {
        if error == "invalid_code" {
            answer.insert("error".to_owned(), "invalid_grant".into());
        }
        if status < 400 {
            status = 400;
        }
    }
    let straight = serde_json::to_vec(&answer).unwrap_or(body);
    (status, straight)
}

fn trouble(host: &str, error: reqwest::Error) -> ConnectorError {
    let (connect, timeout) = (error.is_connect() || error.is_builder(), error.is_timeout());
    let error = error.without_url();
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        why = next.to_string();
        cause = next.source();
    }
    if connect {
        let text = tr!("service-sign-in-unreachable", host = host, why = why);
        ConnectorError::caused(ErrorKind::Unreachable, text, error)
    } else {
        let why = if timeout { tr!("service-sign-in-silent") } else { why };
        let text = tr!("service-sign-in-broken", host = host, why = why);
        ConnectorError::caused(ErrorKind::InDoubt, text, error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;

    fn straight(status: u16, body: &str) -> (u16, Value) {
        let (status, body) = straightened(status, body.as_bytes().to_vec());
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn answers_that_stray_are_understood() {
        let (status, answer) = straight(200, r#"{"access_token":"a","expires_in":"3600","scope":["x"]}"#);
        assert_eq!((status, &answer["token_type"], &answer["expires_in"]), (200, &"bearer".into(), &3600.into()));
        assert!(answer.get("scope").is_none());
        let (status, answer) = straight(200, r#"{"error":"invalid_code"}"#);
        assert_eq!((status, &answer["error"]), (400, &"invalid_grant".into()));
        let (status, answer) = straight(401, r#"{"error":"invalid_client"}"#);
        assert_eq!((status, &answer["error"]), (401, &"invalid_client".into()));
        assert_eq!(straightened(200, b"not json".to_vec()), (200, b"not json".to_vec()));
    }
}
