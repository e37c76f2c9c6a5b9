//! Requests of a manifest: filled in, signed, sent at the platform's pace, and their answers read.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use reqwest::Url;
use serde_json::{Map, Value as Json};
use tokio::time::Instant;

use super::load::Manifest;
use super::manifest::{ResetWord, Sends, SignInBy, Text};
use super::path::Path;
use super::refused;
use super::template::{TemplateError, Vars, percent_encoded, plain};
use crate::connectors::http::{Answer, Http};
use crate::connectors::{ConnectorError, Context, Credential, ErrorKind, http};
use crate::model::{AccountSettings, Timestamp};
use crate::texts::{phrase, tr};

/// The longest that a platform's own word on its limits is waited for; after that it is asked again.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The client of one account.
pub(crate) struct Client {
    pub(crate) manifest: Arc<Manifest>,
    http: Http,
    credential: Credential,
    /// The account's settings.
    options: Vars,
    /// What the last sign-in gave.
    session: tokio::sync::Mutex<Option<Json>>,
    limits: Vec<DefaultDirectRateLimiter>,
    /// Until when the platform wants to be left alone.
    pause: Mutex<Option<Instant>>,
}

/// What a platform answered, understood.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Json,
    pub(crate) headers: Map<String, Json>,
    /// The server's clock.
    pub(crate) date: Option<Timestamp>,
    /// How many bytes it has.
    pub(crate) weight: u64,
    /// Whether its status says that what was asked for is not there.
    pub(crate) missing: bool,
    /// What the request could name.
    request_vars: Vars,
    /// These, and the answer; made where something asks for them.
    vars: OnceLock<Vars>,
}

/// Where a request goes instead of to its own path.
pub(crate) type Elsewhere<'a> = Option<&'a str>;

impl Reply {
    /// A part of an answer as if it were one.
    pub(crate) fn part(&self, body: Json) -> Self {
        Self {
            status: self.status,
            body,
            headers: self.headers.clone(),
            date: self.date,
            weight: 0,
            missing: false,
            request_vars: self.request_vars.clone(),
            vars: OnceLock::new(),
        }
    }

    pub(crate) fn vars(&self) -> &Vars {
        self.vars.get_or_init(|| {
            let mut vars = self.request_vars.clone();
            vars.set("body", &self.body);
            vars.set("headers", &Json::Object(self.headers.clone()));
            vars.set("status", &Json::from(self.status));
            vars
        })
    }

    /// What is at a place of the answer, or of one of its items.
    pub(crate) fn place(&self, text: &Text, item: Option<(&Json, &str)>) -> Result<Option<Json>, TemplateError> {
        if text.is_template() {
            return match item {
                None => text.value(self.vars()),
                Some((item, key)) => {
                    let mut vars = self.vars().with("item", item);
                    vars.set("key", &Json::from(key));
                    text.value(&vars)
                }
            };
        }
        if let Some(name) = text.as_str().strip_prefix("header:") {
            return Ok(self.headers.get(&name.trim().to_ascii_lowercase()).cloned());
        }
        // A path that is none was refused when the manifest was read.
        let path = Path::parse(text.as_str()).unwrap_or_default();
        Ok(path.read(item.map_or(&self.body, |(item, _)| item)))
    }

    /// Whether an expression holds for an item.
    pub(crate) fn holds(&self, text: &Text, item: &Json) -> Result<bool, TemplateError> {
        text.is_true(&self.vars().with("item", item))
    }
}

impl Client {
    pub(crate) fn new(
        manifest: Arc<Manifest>,
        settings: &AccountSettings,
        credential: Credential,
    ) -> Result<Self, ConnectorError> {
        let options = options(&manifest, settings, credential.secret())?;
        let base = &manifest.spec.base.url;
        let mut vars = options.clone();
        vars.set("secret", &Json::from(credential.secret().unwrap_or_default()));
        let address = base.text(&vars).map_err(|error| wrong(&error))?.unwrap_or_default();
        let url = Url::parse(address.trim())
            .ok()
            .filter(|url| url.host_str().is_some())
            .ok_or_else(|| ConnectorError::new(ErrorKind::Settings, tr!("rest-address", account = settings.name)))?;
        let allow_http = settings
            .options
            .get("allow_http")
            .is_some_and(|text| matches!(text.trim().to_ascii_lowercase().as_str(), "yes" | "true" | "1"));
        let http = Http::new(url, None, allow_http)?;
        let limits = &manifest.spec.limits;
        let per_second = limits.per_second.and_then(NonZeroU32::new).map(Quota::per_second);
        let per_minute = limits.per_minute.and_then(NonZeroU32::new).map(Quota::per_minute);
        let limits = per_second.into_iter().chain(per_minute).map(RateLimiter::direct).collect();
        Ok(Self {
            manifest,
            http,
            credential,
            options,
            session: tokio::sync::Mutex::new(None),
            limits,
            pause: Mutex::new(None),
        })
    }

    pub(crate) fn requests(&self) -> u64 {
        self.http.requests()
    }

    pub(crate) fn base(&self) -> &Url {
        self.http.base()
    }

    /// The account's settings, for templates.
    pub(crate) fn options(&self) -> &Vars {
        &self.options
    }

    /// Sends a request and understands its answer. A sign-in that has run out is renewed once.
    pub(crate) async fn call(
        &self,
        context: &Context,
        sends: Sends<'_>,
        vars: &Vars,
        (elsewhere, missing): (Elsewhere<'_>, &[u16]),
        writes: bool,
    ) -> Result<Reply, ConnectorError> {
        let (vars, used) = self.signed(context, vars, None).await?;
        let (answer, vars) = {
            let answer = self.send(context, sends, &vars, elsewhere, writes).await?;
            if self.wants_sign_in(answer.status, &used) {
                let (vars, _) = self.signed(context, &vars, Some(&used)).await?;
                (self.send(context, sends, &vars, elsewhere, writes).await?, vars)
            } else {
                (answer, vars)
            }
        };
        self.understand(&answer, vars, missing, writes)
    }

    /// The variables with the secret and session that a request is signed with, and that word itself.
    async fn signed(
        &self,
        context: &Context,
        vars: &Vars,
        refused: Option<&Json>,
    ) -> Result<(Vars, Json), ConnectorError> {
        let mut vars = vars.clone();
        let mut used = Json::Null;
        match &self.credential {
            Credential::None => vars.set("secret", &Json::from("")),
            Credential::Secret(secret) => vars.set("secret", &Json::from(secret.as_str())),
            Credential::Tokens(tokens) => {
                used = Json::from(tokens.access_token(refused.and_then(Json::as_str)).await?);
                vars.set("secret", &used);
            }
        }
        let sign_in = &self.manifest.spec.sign_in;
        if let (Some(call), Some(keep)) = (&sign_in.session, &sign_in.keep) {
            let mut session = self.session.lock().await;
            // Somebody else may have signed in anew while this waited.
            if session.is_none() || refused.is_some_and(|refused| session.as_ref() == Some(refused)) {
                *session = None;
                let answer = self.send(context, call.sends(), &vars, None, false).await?;
                let status = answer.status;
                let reply = self.understand(&answer, vars.clone(), &[], false).map_err(|mut error| {
                    if matches!(error.kind, ErrorKind::Rejected | ErrorKind::Forbidden | ErrorKind::NotFound)
                        && status < 500
                    {
                        error.kind = ErrorKind::SignIn;
                    }
                    error
                })?;
                let found = reply.place(keep, None).map_err(|error| wrong(&error))?;
                let found =
                    found.filter(|found| !matches!(found, Json::Null | Json::Bool(false))).ok_or_else(|| {
                        ConnectorError::new(
                            ErrorKind::SignIn,
                            tr!("rest-sign-in", host = format_args!("{}", self.host())),
                        )
                    })?;
                (context.secret)(&plain(&found));
                *session = Some(found);
            }
            if let Some(session) = session.as_ref() {
                vars.set("session", session);
                used = session.clone();
            }
        }
        Ok((vars, used))
    }

    /// Whether an answer means that one has to sign in again, and can.
    fn wants_sign_in(&self, status: u16, used: &Json) -> bool {
        let again = &self.manifest.spec.sign_in.again;
        !used.is_null() && (status == 401 || again.contains(&status))
    }

    async fn send(
        &self,
        context: &Context,
        sends: Sends<'_>,
        vars: &Vars,
        elsewhere: Elsewhere<'_>,
        writes: bool,
    ) -> Result<Answer, ConnectorError> {
        let spec = &self.manifest.spec;
        let (method, path) = sends.request.as_str().split_once(' ').unwrap_or(("GET", ""));
        let mut headers = self.headers(sends, vars)?;
        let url = match elsewhere {
            // What a platform gives as the next address holds everything already.
            Some(address) => self.http.resolve(&self.directory()?, address)?,
            None => {
                let path = Text::new(path, sends.request.at).path(vars).map_err(|error| wrong(&error))?;
                if leads_elsewhere(&path) {
                    return Err(ConnectorError::new(
                        if writes { ErrorKind::Rejected } else { ErrorKind::NotFound },
                        tr!("rest-id-elsewhere", path = format_args!("{}", path.escape_debug())),
                    ));
                }
                let address = if path.starts_with("https://") || path.starts_with("http://") {
                    path
                } else {
                    format!("{}{path}", self.http.base().as_str().trim_end_matches('/'))
                };
                let mut url = self.http.resolve(self.http.base(), &address)?;
                let mut pairs = Vec::new();
                for (name, tree) in spec.base.query.iter().chain(&spec.sign_in.query).chain(sends.query) {
                    add_pairs(&mut pairs, name, tree.json(vars).map_err(|error| wrong(&error))?);
                }
                if !pairs.is_empty() {
                    let query = [url.query().map(str::to_owned), Some(pairs.join("&"))];
                    let query = query.into_iter().flatten().collect::<Vec<_>>().join("&");
                    url.set_query(Some(&query));
                }
                url
            }
        };
        let body = body(sends, vars)?;
        if let Some((kind, _)) = &body
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("content-type".to_owned(), (*kind).to_owned()));
        }
        let kind = headers
            .iter()
            .position(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .map(|at| headers.remove(at).1)
            .unwrap_or_default();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.wait_for_turn(context).await?;
        let body = body.as_ref().map(|(_, text)| (kind.as_str(), text.as_str()));
        let answer = self.http.ask(context, (method, &url), &headers, body, writes).await?;
        self.heed(&answer);
        Ok(answer)
    }

    fn headers(&self, sends: Sends<'_>, vars: &Vars) -> Result<Vec<(String, String)>, ConnectorError> {
        let spec = &self.manifest.spec;
        let mut headers: Vec<(String, String)> = vec![("accept".to_owned(), "application/json".to_owned())];
        let mut put = |name: &str, value: String| {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value));
        };
        let secret = Text::new("{{ secret }}", 0).text(vars).map_err(|error| wrong(&error))?.unwrap_or_default();
        match spec.sign_in.by {
            SignInBy::Bearer | SignInBy::Oauth if !secret.is_empty() => {
                put("authorization", format!("Bearer {secret}"));
            }
            SignInBy::Basic => {
                let text =
                    |text: &Option<Text>| text.as_ref().map(|text| text.text(vars)).transpose().map(Option::flatten);
                let username = text(&spec.sign_in.username).map_err(|error| wrong(&error))?.unwrap_or_default();
                let password = text(&spec.sign_in.password).map_err(|error| wrong(&error))?.unwrap_or(secret);
                let value = http::basic(&username, &password)?;
                put("authorization", value.to_str().unwrap_or_default().to_owned());
            }
            SignInBy::None | SignInBy::Key | SignInBy::Bearer | SignInBy::Oauth | SignInBy::Session => {}
        }
        let signs_in =
            spec.sign_in.session.as_ref().is_some_and(|call| std::ptr::eq(&raw const call.request, sends.request));
        let own = spec.sign_in.headers.iter().filter(|_| !signs_in);
        for (name, text) in spec.base.headers.iter().chain(own).chain(sends.headers) {
            if let Some(value) = text.text(vars).map_err(|error| wrong(&error))? {
                put(name, value);
            }
        }
        Ok(headers)
    }

    /// What addresses in answers are relative to.
    fn directory(&self) -> Result<Url, ConnectorError> {
        let base = self.http.base();
        base.join("/").map_err(|error| ConnectorError::caused(ErrorKind::Settings, tr!("rest-no-host"), error))
    }

    /// Waits until the platform's limits allow one more request.
    async fn wait_for_turn(&self, context: &Context) -> Result<(), ConnectorError> {
        let turn = async {
            let until = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(until) = until {
                tokio::time::sleep_until(until).await;
            }
            for limit in &self.limits {
                limit.until_ready().await;
            }
        };
        tokio::select! {
            () = turn => Ok(()),
            () = context.cancel.cancelled() => context.check(),
        }
    }

    /// Takes in what the answer says of the limits.
    fn heed(&self, answer: &Answer) {
        let limits = &self.manifest.spec.limits;
        let number = |name: &Option<String>| -> Option<f64> {
            answer.headers.get(name.as_deref()?)?.to_str().ok()?.trim().parse().ok()
        };
        let Some(remaining) = number(&limits.remaining) else { return };
        if remaining >= 1.0 {
            return;
        }
        let Some(reset) = number(&limits.reset) else { return };
        let seconds = match limits.reset_is {
            ResetWord::Seconds => reset,
            ResetWord::Milliseconds => reset / 1000.0,
            ResetWord::Epoch => {
                // The platform means its own clock.
                let now = answer.date().map_or_else(|| jiff::Timestamp::now().as_millisecond(), |date| date.0);
                reset - Duration::from_millis(u64::try_from(now).unwrap_or_default()).as_secs_f64()
            }
        };
        if seconds > 0.0 && seconds.is_finite() {
            let wait = Duration::from_secs_f64(seconds.min(LONGEST_PAUSE.as_secs_f64()));
            *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
        }
    }

    /// What an answer says, or what is wrong.
    fn understand(&self, answer: &Answer, vars: Vars, missing: &[u16], writes: bool) -> Result<Reply, ConnectorError> {
        let headers = answer
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), Json::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
            })
            .collect();
        let (status, date, retry) = (answer.status, answer.date(), answer.retry_after());
        let parsed = if answer.body.iter().all(u8::is_ascii_whitespace) {
            Ok(Json::Null)
        } else {
            serde_json::from_slice::<Json>(&answer.body)
        };
        let (body, unread) = match parsed {
            Ok(body) => (body, None),
            Err(error) => (Json::Null, Some(error)),
        };
        let missing = missing.contains(&status);
        let weight = answer.body.len() as u64;
        let reply = Reply { status, body, headers, date, weight, missing, request_vars: vars, vars: OnceLock::new() };
        if missing {
            return Ok(reply);
        }
        if let Some(error) = refused::error_of(&self.manifest.spec.errors, &reply, &self.host(), retry) {
            return Err(error);
        }
        match unread {
            None => Ok(reply),
            Some(error) if writes => Err(ConnectorError::caused(
                ErrorKind::InDoubt,
                tr!("rest-write-unreadable", host = format_args!("{}", self.host())),
                error,
            )),
            Some(error) => Err(ConnectorError::caused(
                ErrorKind::BadAnswer,
                tr!("rest-not-json", host = format_args!("{}", self.host())),
                error,
            )),
        }
    }

    pub(crate) fn host(&self) -> String {
        http::host_of(self.http.base())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("http", &self.http).finish_non_exhaustive()
    }
}

/// A template that fails while it is filled in: a fault of the manifest, or of an answer that is not
/// as the manifest says.
pub(crate) fn wrong(error: &TemplateError) -> ConnectorError {
    if error.of_content {
        return ConnectorError::new(ErrorKind::Content, error.why().to_owned());
    }
    ConnectorError::new(ErrorKind::BadAnswer, tr!("rest-manifest-unfit", error = format_args!("{error}")))
}

/// The account's settings as variables, with what counts where one is left empty.
fn options(manifest: &Manifest, settings: &AccountSettings, secret: Option<&str>) -> Result<Vars, ConnectorError> {
    let mut vars = Vars::default();
    for option in &manifest.spec.options {
        let key = option.key.as_str();
        let given = settings.options.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let value = match (given, &option.default) {
            (Some(given), _) => Some(given.to_owned()),
            (None, Some(default)) => default
                .text(&vars.with("secret", &Json::from(secret.unwrap_or_default())))
                .map_err(|error| wrong(&error))?,
            (None, None) => None,
        };
        match value {
            Some(value) if option.kind == super::manifest::OptionWord::Url => {
                vars.set(key.to_owned(), &Json::from(value.trim_end_matches('/')));
            }
            Some(value) => vars.set(key.to_owned(), &Json::from(value)),
            None if option.required => {
                return Err(ConnectorError::new(
                    ErrorKind::Settings,
                    tr!(
                        "rest-setting-missing",
                        account = settings.name,
                        label = phrase(&option.label),
                        key = format_args!("{key}")
                    ),
                ));
            }
            None => {}
        }
    }
    Ok(vars)
}

/// Whether a path does not stay what it looks like when it becomes an address: an id `..` would make of
/// "delete this record" a deletion of what is above it.
fn leads_elsewhere(path: &str) -> bool {
    let place = path.split(['?', '#']).next().unwrap_or_default();
    path.contains(char::is_control)
        || place
            .split(['/', '\\'])
            .any(|step| matches!(step.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

fn add_pairs(pairs: &mut Vec<String>, name: &str, value: Option<Json>) {
    match value {
        None => {}
        Some(Json::Array(items)) => {
            for item in items {
                add_pairs(pairs, name, Some(item));
            }
        }
        Some(value) => pairs.push(format!("{}={}", percent_encoded(name), percent_encoded(&plain(&value)))),
    }
}

/// The body with its media type.
fn body(sends: Sends<'_>, vars: &Vars) -> Result<Option<(&'static str, String)>, ConnectorError> {
    if !sends.form.is_empty() {
        let mut pairs = Vec::new();
        for (name, tree) in sends.form {
            add_pairs(&mut pairs, name, tree.json(vars).map_err(|error| wrong(&error))?);
        }
        return Ok(Some(("application/x-www-form-urlencoded", pairs.join("&"))));
    }
    let Some(tree) = sends.body else { return Ok(None) };
    let Some(json) = tree.json(vars).map_err(|error| wrong(&error))? else { return Ok(None) };
    // A text is JSON that the manifest has written itself.
    let text = match json {
        Json::String(text) => {
            serde_json::from_str::<Json>(&text).map_err(|error| {
                ConnectorError::caused(
                    ErrorKind::BadAnswer,
                    tr!("rest-body-not-json", error = format_args!("{error}")),
                    error,
                )
            })?;
            text
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => json.to_string(),
    };
    Ok(Some(("application/json", text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_address() {
        for path in [
            "/people/..",
            "/people/%2e%2E",
            "/people/./x",
            "/people/.%2e/x",
            "/people/..\\x",
            "/people/..?a=b",
            "/a\nb",
        ] {
            assert!(leads_elsewhere(path), "{path}");
        }
        for path in ["/people/a%2F..%2Fb", "/people/...", "/people/a..b", "/people?up=..", "/people/..a", "https://x/a"]
        {
            assert!(!leads_elsewhere(path), "{path}");
        }
    }
}
