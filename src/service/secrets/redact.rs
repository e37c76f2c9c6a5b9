//! The last wall: a server may send a password back in its answer, and an answer may end in an error, a
//! history or a log. Whatever a platform says goes through here first.

use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::Secret;

/// What stands in the place of a secret.
const MARK: &str = "[secret]";
/// A shorter one would take letters out of ordinary words, and is guessed quickly anyway.
const SHORTEST: usize = 4;
/// More are not remembered: access tokens come and go for as long as the program runs.
const MOST: usize = 256;

/// Knows the secrets that were used since the start, in the forms in which they are sent.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Each secret's forms, longest first.
    known: RwLock<Vec<Vec<Secret>>>,
}

impl Redactor {
    /// Remembers a secret.
    pub(crate) fn learn(&self, secret: &Secret) {
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
        let mut cleaned: Option<String> = None;
        for form in known.iter().flatten() {
            let now = cleaned.as_deref().unwrap_or(text);
            if now.contains(form.reveal()) {
                cleaned = Some(now.replace(form.reveal(), MARK));
            }
        }
        cleaned
    }
}

/// The forms in which a secret may come back; the secret itself is the last.
fn forms(text: &str) -> Vec<Secret> {
    let percent: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // The same with a space as %20, as in a path.
    let path = percent.replace('+', "%20");
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    let mut forms: Vec<String> = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .map(|engine| engine.encode(text))
        .chain([percent, path, json])
        .filter(|form| form != text)
        .collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms.push(text.to_owned());
    forms.into_iter().map(Secret::new).collect()
}
