//! The last wall: a server may send a password back in its answer, and an answer may end in an error, a
//! history or a log. Whatever a platform says goes through here first.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::Secret;

/// What stands where a text was cut short.
const CUT: char = '\u{2026}';
/// What stands in the place of a secret.
const MARK: &str = "[secret]";
/// A shorter one would take letters out of ordinary words, and is guessed quickly anyway.
const SHORTEST: usize = 4;
/// More are not remembered: access tokens come and go for as long as the program runs.
const MOST: usize = 256;

/// Base64 that does not begin with the secret is looked for without the letters that its neighbours have a
/// part in; less than this is left of a short secret, it could be anything.
const SHORTEST_PART: usize = 8;

/// All secrets of this process, for what is told of a mistake of the program, which knows no workspace.
static ALL: LazyLock<Redactor> = LazyLock::new(Redactor::default);

/// The text without any secret that was used since the start.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    ALL.clean(text).unwrap_or_else(|| text.to_owned())
}

/// What a panic says, without any secret: a library may say what it stumbled over.
#[must_use]
pub fn mistake_of(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    without_secrets(text.unwrap_or("it does not say what"))
}

/// Knows the secrets that were used since the start, in the forms in which they are sent.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Each secret's forms, longest first.
    known: RwLock<Vec<Vec<Secret>>>,
}

impl Redactor {
    /// Remembers a secret.
    pub(crate) fn learn(&self, secret: &Secret) {
        self.remember(secret);
        ALL.remember(secret);
    }

    /// Remembers what the environment says of proxies on the way: their addresses may hold a password.
    pub(crate) fn learn_proxies(&self, environment: impl Iterator<Item = (String, String)>) {
        for (name, value) in environment {
            if !["http_proxy", "https_proxy", "all_proxy"].contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let full = if value.contains("://") { value } else { format!("http://{value}") };
            let Ok(url) = url::Url::parse(&full) else { continue };
            if let Some(password) = url.password() {
                let plain = |text: &str| {
                    let form = format!("a={}", text.replace('+', "%2B"));
                    url::form_urlencoded::parse(form.as_bytes())
                        .map(|(_, value)| value.into_owned())
                        .collect::<String>()
                };
                self.learn(&Secret::new(password));
                self.learn(&Secret::new(plain(password)));
                self.learn_basic(&plain(url.username()), &Secret::new(plain(password)));
            }
        }
    }

    fn remember(&self, secret: &Secret) {
        let text = secret.reveal();
        if text.chars().count() < SHORTEST {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|forms| forms.last() == Some(secret)) {
            return;
        }
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push(forms(text));
    }

    /// Remembers what is sent with the Basic scheme (RFC 7617).
    pub(crate) fn learn_basic(&self, user: &str, secret: &Secret) {
        self.learn(&Secret::new(STANDARD.encode(format!("{user}:{}", secret.reveal()))));
    }

    /// The text without any of them; none where it holds none.
    pub(crate) fn clean(&self, text: &str) -> Option<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        // One secret may be a part of what is made of another one.
        let mut forms: Vec<&str> = known.iter().flatten().map(Secret::reveal).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let mut cleaned: Option<String> = None;
        for form in forms {
            let now = cleaned.as_deref().unwrap_or(text);
            if now.contains(form) {
                cleaned = Some(now.replace(form, MARK));
            }
            let now = cleaned.as_deref().unwrap_or(text);
            if let Some(shorter) = without_beginning(now, form) {
                cleaned = Some(shorter);
            }
        }
        cleaned
    }
}

/// The text without the beginning of a secret that stands where the text was cut short.
fn without_beginning(text: &str, form: &str) -> Option<String> {
    let mut cleaned: Option<String> = None;
    for (at, _) in text.match_indices(CUT) {
        let before = text.get(..at)?;
        let mut lengths = form.char_indices().map(|(end, _)| end).skip(SHORTEST).collect::<Vec<_>>().into_iter().rev();
        if let Some(part) = lengths.find_map(|end| form.get(..end).filter(|part| before.ends_with(part))) {
            let whole = format!("{part}{CUT}");
            cleaned = Some(cleaned.as_deref().unwrap_or(text).replace(&whole, &format!("{MARK}{CUT}")));
        }
    }
    cleaned
}

/// The forms in which a secret may come back, those inside others included: in an address, in JSON, on a page,
/// and in base64 beside anything. The secret itself is the last.
fn forms(text: &str) -> Vec<Secret> {
    let once = written(text);
    let mut forms: BTreeSet<String> = once.iter().flat_map(|form| written(form)).collect();
    forms.extend(std::iter::once(text).chain(once.iter().map(String::as_str)).flat_map(in_base64));
    // The letters of base64 that mean something else in an address.
    forms.extend(forms.clone().iter().filter(|form| form.contains(['+', '/', '='])).map(|form| percent(form)));
    forms.extend(once);
    forms.remove(text);
    let mut forms: Vec<String> = forms.into_iter().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.push(text.to_owned());
    forms.into_iter().map(Secret::new).collect()
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The forms in which a text stands within other texts.
fn written(text: &str) -> Vec<String> {
    let form = percent(text);
    // The same with a space as %20, as in a path; and with small letters.
    let path = form.replace('+', "%20");
    let lower = |text: &str| {
        let mut rest = 0;
        let mut small = String::with_capacity(text.len());
        for letter in text.chars() {
            rest = if letter == '%' { 3 } else { rest - i32::from(rest > 0) };
            small.push(if rest > 0 || letter == '%' { letter.to_ascii_lowercase() } else { letter });
        }
        small
    };
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default().to_owned();
    let page = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = page.replace('"', "&quot;").replace('\'', "&#39;");
    let hexed = text.bytes().fold(String::new(), |mut hexed, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hexed, "%{byte:02X}");
        hexed
    });
    let all = vec![lower(&form), lower(&path), form, path, json, page, quoted, hexed];
    all.into_iter().filter(|form| !form.is_empty() && form != text).collect()
}

/// Base64 writes the same bytes in three ways, as they stand in what is encoded.
fn in_base64(text: &str) -> Vec<String> {
    let mut forms: Vec<String> =
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().map(|engine| engine.encode(text)).collect();
    for (before, skip) in [("", 0), ("?", 2), ("??", 3)] {
        let padded = [before, text].concat();
        let sure = padded.len() / 3 * 4;
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            let parts = [encoded.get(skip..), encoded.get(skip..sure)];
            forms.extend(parts.into_iter().flatten().filter(|part| part.len() >= SHORTEST_PART).map(str::to_owned));
        }
    }
    forms
}
