//! HTTP for one account: signing in, counting, redirects by hand, and what a status means.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Certificate, Client, Method, Url};

use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::model::Timestamp;
use crate::texts::tr;

/// How long it may take to connect.
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// How long the server may be silent: a big book takes a while before its first byte.
const SILENCE: Duration = Duration::from_mins(2);
/// The most that one answer may weigh.
const BODY_LIMIT: usize = 256 * 1024 * 1024;
/// How often one request may be sent on.
const MOST_REDIRECTS: usize = 5;

/// The client of one account.
pub(crate) struct Http {
    client: Client,
    /// The client for the secure form of a plain address, which such a server may send us on to.
    secure: OnceLock<Client>,
    /// The authorities that are trusted beside the computer's own.
    authorities: Vec<Certificate>,
    base: Url,
    authorization: Option<HeaderValue>,
    plain_allowed: bool,
    /// The most bytes that one answer may have.
    most: usize,
    requests: AtomicU64,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Where it came from, after any redirects.
    pub(crate) url: Url,
}

impl Answer {
    /// Whether it is a 2xx.
    pub(crate) const fn is_ok(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The etag with its quotes.
    pub(crate) fn etag(&self) -> Option<String> {
        self.header(&ETAG).map(str::to_owned).filter(|etag| !etag.is_empty())
    }

    /// When the resource was last changed, as far as the answer tells.
    pub(crate) fn last_modified(&self) -> Option<Timestamp> {
        http_date(self.header(&LAST_MODIFIED)?)
    }

    /// The server's clock.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(self.header(&DATE)?)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// What the status means when it is not the one hoped for. `what` says what was tried: "reading
    /// the address book".
    pub(crate) fn error(&self, what: &str) -> ConnectorError {
        let host = self.url.host_str().unwrap_or_default();
        let status = self.status;
        let retry = self.retry_after();
        let (kind, advice) = match status {
            401 => (ErrorKind::SignIn, tr!("http-sign-in")),
            403 => (ErrorKind::Forbidden, tr!("http-forbidden")),
            404 | 410 => (ErrorKind::NotFound, tr!("http-not-there")),
            409 => (ErrorKind::Exists, tr!("http-exists")),
            412 => (ErrorKind::VersionMismatch, tr!("http-changed")),
            413 => (ErrorKind::Rejected, tr!("http-too-big")),
            429 => (ErrorKind::Throttled, tr!("http-slow-down")),
            503 if retry.is_some() => (ErrorKind::Throttled, tr!("http-wait")),
            507 => (ErrorKind::Server, tr!("http-no-room")),
            423 => (ErrorKind::Server, tr!("http-locked")),
            500..=599 => (ErrorKind::Server, tr!("http-trouble")),
            400..=499 => (ErrorKind::Rejected, tr!("http-rejected")),
            _ => (ErrorKind::BadAnswer, tr!("http-odd")),
        };
        let error = ConnectorError::new(
            kind,
            tr!(
                "http-says",
                what = what,
                host = format_args!("{host}"),
                advice = advice,
                status = format_args!("{status}")
            ),
        );
        match retry {
            Some(time) => error.wait(time),
            None => error,
        }
    }

    /// How long the server asks to wait, in either form (RFC 9110, section 10.2.3).
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(self.header(&RETRY_AFTER)?, self.date())
    }
}

impl Http {
    /// A client for the server at this address.
    pub(crate) fn new(base: Url, authorization: Option<HeaderValue>, allow_http: bool) -> Result<Self, ConnectorError> {
        Self::trusting(base, authorization, allow_http, None)
    }

    /// The same, which also trusts the certificate authorities in this file, beside those of the computer.
    pub(crate) fn trusting(
        base: Url,
        authorization: Option<HeaderValue>,
        allow_http: bool,
        ca: Option<&Path>,
    ) -> Result<Self, ConnectorError> {
        check_scheme(&base, allow_http)?;
        // The first client of the process brings the cryptography; that a second one finds it there
        // already is as it should be.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = ca.map(authorities).transpose()?.unwrap_or_default();
        let client = if base.scheme() == "http" {
            // To read all of the computer's certificates takes longer than a request to a server nearby, and a
            // computer without any can still speak to itself. With no certificate trusted this client refuses
            // every https address.
            builder().tls_certs_only([]).build()
        } else {
            builder().tls_certs_merge(authorities.clone()).build()
        };
        Ok(Self {
            client: client.map_err(no_client)?,
            secure: OnceLock::new(),
            authorities,
            base,
            authorization,
            plain_allowed: allow_http,
            most: BODY_LIMIT,
            requests: AtomicU64::new(0),
        })
    }

    /// The client for an address.
    fn client(&self, url: &Url) -> Result<&Client, ConnectorError> {
        if url.scheme() == self.base.scheme() || url.scheme() != "https" {
            return Ok(&self.client);
        }
        if let Some(client) = self.secure.get() {
            return Ok(client);
        }
        let client = builder().tls_certs_merge(self.authorities.clone()).build().map_err(no_client)?;
        Ok(self.secure.get_or_init(|| client))
    }

    /// The account's own address.
    pub(crate) const fn base(&self) -> &Url {
        &self.base
    }

    /// Requests made so far, redirected ones included.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The address that an href stands for, seen from `from`. One on another host is refused: the
    /// password belongs to this one.
    pub(crate) fn resolve(&self, from: &Url, href: &str) -> Result<Url, ConnectorError> {
        let url = from.join(href).map_err(|error| {
            ConnectorError::caused(ErrorKind::BadAnswer, tr!("http-bad-address", href = format_args!("{href}")), error)
        })?;
        self.check_host(&url)?;
        Ok(url)
    }

    /// Sends one request of WebDAV and reads the whole answer: PUT and DELETE write, everything else
    /// reads.
    pub(crate) async fn send(
        &self,
        context: &Context,
        method: &str,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Result<Answer, ConnectorError> {
        let writes = matches!(method, "PUT" | "DELETE");
        self.ask(context, (method, url), headers, body, writes).await
    }

    /// Sends one request and reads the whole answer. A request that only reads is given up when the
    /// operator stops the run; one that writes is always awaited, and never sent again because the
    /// server sends us on (RFC 9110, section 15.4), unless that says that nothing was done yet.
    pub(crate) async fn ask(
        &self,
        context: &Context,
        (method, url): (&str, &Url),
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
        writes: bool,
    ) -> Result<Answer, ConnectorError> {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|error| ConnectorError::caused(ErrorKind::BadAnswer, tr!("http-no-method"), error))?;
        if !writes {
            return self.read(context, method, url.clone(), headers, body).await;
        }
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            context.check()?;
            let answer = self.once(&method, &url, headers, body).await.map_err(|mut error| {
                // Whatever could not be read, the change may be made.
                if error.kind == ErrorKind::BadAnswer {
                    error.kind = ErrorKind::InDoubt;
                }
                error
            })?;
            match answer.status {
                // It was not taken here, and belongs to another place of the same host as it is.
                307 | 308 => url = self.onward(&answer)?,
                301..=303 => return self.outcome(&method, &answer, headers).await,
                _ => return Ok(answer),
            }
        }
        Err(circle(&url))
    }

    /// A request that changes nothing, wherever the server sends it on to on its own host.
    async fn read(
        &self,
        context: &Context,
        mut method: Method,
        mut url: Url,
        headers: &[(&str, &str)],
        mut body: Option<(&str, &str)>,
    ) -> Result<Answer, ConnectorError> {
        for _ in 0..=MOST_REDIRECTS {
            context.check()?;
            let answer = tokio::select! {
                answer = self.once(&method, &url, headers, body) => answer?,
                () = context.cancel.cancelled() => return Err(ConnectorError::new(ErrorKind::Cancelled, tr!("connector-stopped"))),
            };
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            url = self.onward(&answer)?;
            // The method and body are kept: a PROPFIND that became a GET would say nothing. Only what was
            // posted, as a search or a sign-in, has its answer elsewhere after a 303.
            if answer.status == 303 && method == Method::POST {
                (method, body) = (Method::GET, None);
            }
        }
        Err(circle(&url))
    }

    /// Where a redirect leads; not to another host.
    fn onward(&self, answer: &Answer) -> Result<Url, ConnectorError> {
        match answer.header(&LOCATION) {
            Some(target) => self.resolve(&answer.url, target),
            None => Err(answer.error(&tr!("server-doing-redirect"))),
        }
    }

    /// What a write came to whose answer is elsewhere. A 303 says that it was carried out and where its
    /// outcome is read. A 301 or 302 does not say whether it was, so it is not sent again: a create
    /// would be doubled.
    async fn outcome(
        &self,
        method: &Method,
        answer: &Answer,
        headers: &[(&str, &str)],
    ) -> Result<Answer, ConnectorError> {
        let host = host_of(&answer.url);
        let doubt = |why: String| {
            ConnectorError::new(ErrorKind::InDoubt, tr!("http-doubt", host = format_args!("{host}"), why = why))
        };
        let target = answer.header(&LOCATION).and_then(|target| answer.url.join(target).ok());
        let Some(target) = target else {
            return Err(doubt(tr!("http-doubt-nowhere", status = format_args!("{}", answer.status))));
        };
        let told = answer.status == 303 && (*method == Method::POST || *method == Method::PATCH);
        if !told || self.check_host(&target).is_err() {
            return Err(doubt(tr!(
                "http-doubt-sent-on",
                to = format_args!("{}", shown(&target)),
                status = format_args!("{}", answer.status)
            )));
        }
        // The conditions and the key were those of the write.
        let own = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("if-") || name == "idempotency-key"
        };
        let headers: Vec<(&str, &str)> = headers.iter().filter(|(name, _)| !own(name)).copied().collect();
        // The operator's stop comes too late for this: the write is done.
        match self.read(&Context::quiet(), Method::GET, target, &headers, None).await {
            Ok(answer) if answer.is_ok() => Ok(answer),
            Ok(answer) => Err(doubt(tr!("http-doubt-unread", status = format_args!("{}", answer.status)))),
            Err(error) => Err(doubt(tr!("http-doubt-unread-why", why = error.message))),
        }
    }

    async fn once(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Result<Answer, ConnectorError> {
        check_scheme(url, self.plain_allowed)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = self.client(url)?.request(method.clone(), url.clone());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        for (name, value) in headers {
            request = request.header(*name, header(name, value)?);
        }
        if let Some((kind, text)) = body {
            request = request.header(CONTENT_TYPE, kind).body(text.to_owned());
        }
        let mut response = request.send().await.map_err(|error| trouble(url, error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if response.content_length().is_some_and(|length| length > self.most as u64) {
            return Err(self.too_much(url));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| trouble(url, error))? {
            if body.len() + chunk.len() > self.most {
                return Err(self.too_much(url));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body, url: url.clone() })
    }

    fn too_much(&self, url: &Url) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::BadAnswer,
            tr!(
                "http-answer-too-big",
                host = format_args!("{}", host_of(url)),
                most = format_args!("{}", self.most / 1024 / 1024)
            ),
        )
    }

    /// Refuses an address on another host, but for the secure form of the same one.
    fn check_host(&self, url: &Url) -> Result<(), ConnectorError> {
        let same = url.host_str() == self.base.host_str()
            && (url.port_or_known_default() == self.base.port_or_known_default()
                || (self.base.scheme() == "http" && url.scheme() == "https"));
        let weaker = self.base.scheme() == "https" && url.scheme() != "https";
        if same && !weaker {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::Settings,
            tr!("http-sent-on", host = host_of(&self.base), shown = format_args!("{}", shown(url))),
        ))
    }
}

/// What all clients have in common.
fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIME)
        .read_timeout(SILENCE)
        .user_agent(concat!("Duosync/", env!("CARGO_PKG_VERSION")))
}

/// An address that another server names, without the secrets that it may hold.
fn shown(url: &Url) -> Url {
    let mut shown = url.clone();
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown
}

fn circle(url: &Url) -> ConnectorError {
    ConnectorError::new(ErrorKind::BadAnswer, tr!("http-circle", url = format_args!("{}", shown(url))))
}

/// A header's value. One with a line break in it would be another header, and is not sent.
fn header(name: &str, value: &str) -> Result<HeaderValue, ConnectorError> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(|error| {
        let (kind, advice) = if name.eq_ignore_ascii_case("authorization") {
            (ErrorKind::Settings, tr!("http-enter-again"))
        } else {
            (ErrorKind::Rejected, tr!("http-nothing-sent"))
        };
        let message = tr!("http-line-break", name = name, advice = advice);
        ConnectorError::caused(kind, message, error)
    })
}

/// Plain http is for this computer only, unless the operator says so.
fn check_scheme(url: &Url, allow_http: bool) -> Result<(), ConnectorError> {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let own = bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Ok(()),
        "http" if own || allow_http => Ok(()),
        "http" => Err(ConnectorError::new(ErrorKind::Settings, tr!("http-plain", host = format_args!("{host}")))),
        scheme => Err(ConnectorError::new(ErrorKind::Settings, tr!("http-scheme", scheme = format_args!("{scheme}")))),
    }
}

/// The certificates in a file.
fn authorities(path: &Path) -> Result<Vec<Certificate>, ConnectorError> {
    let bytes = std::fs::read(path)
        .map_err(|error| super::shared::file::cannot(path, super::shared::file::Doing::Read, error))?;
    let none = || tr!("http-no-certificate", file = format_args!("{}", path.display()));
    let found = Certificate::from_pem_bundle(&bytes)
        .map_err(|error| ConnectorError::caused(ErrorKind::Settings, none(), error.without_url()))?;
    if found.is_empty() { Err(ConnectorError::new(ErrorKind::Settings, none())) } else { Ok(found) }
}

/// What is wrong with the server's certificate, where that is why there is no connection, and what to do.
fn distrust(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(next) = cause {
        if let Some(rustls::Error::InvalidCertificate(why)) = next.downcast_ref::<rustls::Error>() {
            use rustls::CertificateError as Why;
            return Some(if matches!(why, Why::Expired | Why::ExpiredContext { .. }) {
                tr!("http-expired")
            } else if matches!(why, Why::NotValidYet | Why::NotValidYetContext { .. }) {
                tr!("http-not-yet")
            } else if matches!(why, Why::NotValidForName | Why::NotValidForNameContext { .. }) {
                tr!("http-other-name")
            } else {
                tr!("http-unknown-authority")
            });
        }
        // What an error of the system wraps is not its cause, but itself.
        cause = match next.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => next.source(),
        };
    }
    None
}

fn no_client(error: reqwest::Error) -> ConnectorError {
    ConnectorError::caused(ErrorKind::Settings, tr!("http-no-roots"), error)
}

pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What a failed request means for what was asked.
fn trouble(url: &Url, error: reqwest::Error) -> ConnectorError {
    let host = host_of(url);
    let (connect, timeout) = (error.is_connect(), error.is_timeout());
    let error = error.without_url();
    if let Some(why) = distrust(&error) {
        let message = tr!("http-not-trusted", host = format_args!("{host}"), why = format_args!("{why}"));
        return ConnectorError::caused(ErrorKind::Settings, message, error);
    }
    let mut causes = String::new();
    let mut cause: Option<&dyn StdError> = error.source();
    while let Some(next) = cause {
        causes = next.to_string();
        cause = next.source();
    }
    let why = if causes.is_empty() { error.to_string() } else { causes };
    if connect {
        let message = tr!("http-unreachable", host = format_args!("{host}"), why = format_args!("{why}"));
        ConnectorError::caused(ErrorKind::Unreachable, message, error)
    } else if timeout {
        ConnectorError::caused(ErrorKind::InDoubt, tr!("http-late", host = format_args!("{host}")), error)
    } else {
        ConnectorError::caused(
            ErrorKind::InDoubt,
            tr!("http-broke", host = format_args!("{host}"), why = format_args!("{why}")),
            error,
        )
    }
}

/// The Basic scheme (RFC 7617); marked so that it is never shown.
pub(crate) fn basic(user: &str, password: &str) -> Result<HeaderValue, ConnectorError> {
    let text = format!("{user}:{password}");
    let mut value = HeaderValue::try_from(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text)))
        .map_err(|error| ConnectorError::caused(ErrorKind::Settings, tr!("http-user-name"), error))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A date of HTTP (RFC 9110, section 5.6.7): its usual form is one of RFC 2822.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|moment| Timestamp(moment.timestamp().as_millisecond()))
}

fn retry_after(text: &str, server_clock: Option<Timestamp>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(text)?;
    // The server's own clock is what its date is meant by; without it, a minute is a fair wait.
    let now = server_clock.unwrap_or(Timestamp(until.0 - 60_000));
    Some(Duration::from_millis(u64::try_from(until.0 - now.0).unwrap_or(0)))
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// A shared client.
pub(crate) type SharedHttp = Arc<Http>;

#[cfg(test)]
mod tests;
