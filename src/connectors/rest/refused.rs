//! What an answer that is no success means, by its status and by the manifest's rules.

use std::time::Duration;

use serde_json::Value as Json;

use super::client::Reply;
use super::manifest::{ErrorWord, Errors};
use super::template::plain;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

/// The most of a platform's own words that is shown.
const WORDS: usize = 300;

/// The error that an answer tells of, if it does.
pub(crate) fn error_of(errors: &Errors, reply: &Reply, host: &str, retry: Option<Duration>) -> Option<ConnectorError> {
    let rule = errors.rules.iter().find(|rule| {
        (rule.status.0.is_empty() || rule.status.0.contains(&reply.status))
            && rule.when.as_ref().is_none_or(|when| when.is_true(reply.vars()).unwrap_or(false))
    });
    let kind = match rule.map(|rule| rule.kind) {
        Some(word) => of_word(word)?,
        None => of_status(reply.status, retry.is_some())?,
    };
    let words = rule.and_then(|rule| rule.say.clone()).or_else(|| words(errors, reply));
    let advice = match kind {
        ErrorKind::SignIn => {
            tr!("rest-refused-sign-in")
        }
        ErrorKind::Forbidden => tr!("rest-refused-forbidden"),
        ErrorKind::NotFound => tr!("http-not-there"),
        ErrorKind::Exists => tr!("rest-refused-exists"),
        ErrorKind::VersionMismatch => tr!("rest-refused-changed"),
        ErrorKind::Throttled => tr!("rest-refused-slow-down"),
        ErrorKind::Server => tr!("rest-refused-trouble"),
        ErrorKind::CursorExpired => {
            tr!("rest-refused-cursor")
        }
        ErrorKind::Rejected => tr!("rest-refused-value"),
        ErrorKind::Unreachable
        | ErrorKind::InDoubt
        | ErrorKind::BadAnswer
        | ErrorKind::File
        | ErrorKind::Content
        | ErrorKind::Settings
        | ErrorKind::Cancelled => tr!("rest-refused-odd"),
    };
    let (field, of_field) = field_error(errors, reply).unwrap_or_default();
    let told = [words, of_field].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    let told =
        if told.is_empty() { String::new() } else { format!(" {}", tr!("rest-it-says", words = clipped(&told))) };
    let error = ConnectorError::new(
        kind,
        tr!(
            "rest-says",
            status = format_args!("{}", reply.status),
            host = format_args!("{host}"),
            advice = advice,
            told = told
        ),
    );
    let error = match field {
        Some(field) => error.about(field),
        None => error,
    };
    Some(match retry {
        Some(time) => error.wait(time),
        None => error,
    })
}

fn of_word(word: ErrorWord) -> Option<ErrorKind> {
    Some(match word {
        ErrorWord::SignIn => ErrorKind::SignIn,
        ErrorWord::Forbidden => ErrorKind::Forbidden,
        ErrorWord::NotFound => ErrorKind::NotFound,
        ErrorWord::Exists => ErrorKind::Exists,
        ErrorWord::Version => ErrorKind::VersionMismatch,
        ErrorWord::Throttled => ErrorKind::Throttled,
        ErrorWord::Server => ErrorKind::Server,
        ErrorWord::Rejected => ErrorKind::Rejected,
        ErrorWord::Expired => ErrorKind::CursorExpired,
        ErrorWord::Fine => return None,
    })
}

fn of_status(status: u16, may_retry: bool) -> Option<ErrorKind> {
    Some(match status {
        200..=299 => return None,
        401 => ErrorKind::SignIn,
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        409 => ErrorKind::Exists,
        412 => ErrorKind::VersionMismatch,
        429 => ErrorKind::Throttled,
        503 if may_retry => ErrorKind::Throttled,
        500..=599 | 408 | 423 | 425 => ErrorKind::Server,
        400..=499 => ErrorKind::Rejected,
        _ => ErrorKind::BadAnswer,
    })
}

/// The platform's own words.
fn words(errors: &Errors, reply: &Reply) -> Option<String> {
    errors.message.0.iter().find_map(|place| {
        let found = reply.place(place, None).ok().flatten()?;
        let text = plain(&found);
        (!found.is_null() && !text.trim().is_empty()).then_some(text)
    })
}

/// The first field that is told to be wrong, and what is said of it.
fn field_error(errors: &Errors, reply: &Reply) -> Option<(Option<String>, Option<String>)> {
    let found = reply.place(errors.fields.as_ref()?, None).ok().flatten()?;
    let (key, item) = match &found {
        Json::Array(items) => (String::new(), items.first()?.clone()),
        Json::Object(entries) => entries.iter().next().map(|(key, item)| (key.clone(), item.clone()))?,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
    };
    let at = |place: &Option<super::manifest::Text>| {
        let found = reply.place(place.as_ref()?, Some((&item, &key))).ok().flatten()?;
        Some(plain(&found)).filter(|text| !text.is_empty())
    };
    let field = at(&errors.field).or_else(|| (errors.field.is_none() && !key.is_empty()).then(|| key.clone()));
    let message = at(&errors.field_message).or_else(|| item.as_str().map(str::to_owned));
    Some((field, message))
}

fn clipped(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(WORDS) {
        Some((at, _)) => format!("{}…", flat.get(..at).unwrap_or_default()),
        None => flat.trim_end_matches('.').to_owned(),
    }
}
