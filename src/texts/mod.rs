//! The words of Duosync, from the Fluent files in `assets/i18n` (one folder a language).
//!
//! A text is named by a key; [`tr!`](crate::texts::tr) finds it in the language that was chosen, else in
//! English. The texts are compiled in, so nothing is read at run time. Syntax:
//! <https://projectfluent.org/fluent/guide/>. This module is used by every floor and uses none.

mod known;
mod locale;
mod phrases;

use std::borrow::Cow;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

pub use known::key_of;
pub use locale::{Region, grouped, region};
pub use phrases::phrase;

/// A language that Duosync speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// Dutch.
    Dutch,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::Dutch];

    /// Its tag (BCP 47), which is the name of its folder too.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Dutch => "Nederlands",
        }
    }

    /// The language with this tag, whatever region follows it: `nl-BE` and `nl_BE` are Dutch.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_', '.']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// The desktop's language where Duosync speaks it, else English.
    #[must_use]
    pub fn of_system() -> Self {
        sys_locale::get_locales().find_map(|tag| Self::of_tag(&tag)).unwrap_or(Self::English)
    }

    const fn index(self) -> u8 {
        match self {
            Self::English => 0,
            Self::Dutch => 1,
        }
    }
}

/// The language in force; English until a face chooses another.
static CURRENT: AtomicU8 = AtomicU8::new(0);

/// The files of each language. A file that is added is named here.
macro_rules! files {
    ($tag:literal) => {
        files!($tag, "words", "shell", "home", "setup", "preview", "review", "compare", "history", "alerts", "settings", "secrets", "service", "report", "engine", "sync", "connector", "files", "databases", "servers", "rest", "phrases", "terminal")
    };
    ($tag:literal, $($name:literal),+) => {
        &[$(($name, include_str!(concat!("../../assets/i18n/", $tag, "/", $name, ".ftl")))),+]
    };
}

/// The file of the texts that are found by their English.
const PHRASES: &str = "phrases";

type Files = &'static [(&'static str, &'static str)];

const ENGLISH: Files = files!("en");
const DUTCH: Files = files!("nl");

/// Each is read when it is first needed: most people never see the other language.
static IN_ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::English, ENGLISH));
static IN_DUTCH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::Dutch, DUTCH));

/// Chooses the language of every text from here on.
pub fn set_language(language: Language) {
    CURRENT.store(language.index(), Ordering::Relaxed);
}

/// The language in force.
#[must_use]
pub fn language() -> Language {
    let index = CURRENT.load(Ordering::Relaxed);
    Language::ALL.into_iter().find(|language| language.index() == index).unwrap_or(Language::English)
}

/// The text of a key in the language in force. A key that no language has is shown as it is, which the
/// tests of this module refuse.
#[must_use]
pub fn text(key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let args: Option<FluentArgs<'_>> = (!args.is_empty()).then(|| args.iter().cloned().collect());
    let bundle: &FluentBundle<FluentResource> = match language() {
        Language::English => &IN_ENGLISH,
        Language::Dutch => &IN_DUTCH,
    };
    formatted(bundle, key, args.as_ref())
        .or_else(|| formatted(&IN_ENGLISH, key, args.as_ref()))
        .unwrap_or_else(|| key.to_owned())
}

/// A value for a text: numbers choose the plural and are grouped, everything else is shown as it is.
pub trait Argument {
    /// The value as Fluent takes it.
    fn argument(&self) -> FluentValue<'_>;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn argument(&self) -> FluentValue<'_> {
        (**self).argument()
    }
}

impl Argument for str {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

impl Argument for String {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

/// Whatever can be shown, as it is shown: `name = format_args!("{path}")`.
impl Argument for std::fmt::Arguments<'_> {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::String(self.as_str().map_or_else(|| Cow::Owned(self.to_string()), Cow::Borrowed))
    }
}

macro_rules! number_arguments {
    ($($kind:ty),+) => {
        $(impl Argument for $kind {
            fn argument(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        })+
    };
}

number_arguments!(i32, i64, u32, u64, usize);

/// The text of a key: `tr!("home-title")`, `tr!("review-use", side = name, count = 3)`.
macro_rules! tr {
    ($key:literal $(,)?) => {
        $crate::texts::text($key, &[])
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::texts::text($key, &[$((stringify!($name), $crate::texts::Argument::argument(&$value))),+])
    };
}
pub(crate) use tr;

fn bundle(language: Language, files: Files) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // The marks that keep directions apart would be drawn as boxes: egui lays no text out from both ends.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(numbers));
    for (_, file) in files {
        // A file with a mistake still gives its good texts; the tests refuse the mistake.
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn numbers<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 && number.value >= 0.0 => {
            number.value.to_string().parse().ok().map(grouped)
        }
        FluentValue::String(_)
        | FluentValue::Number(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

fn formatted(bundle: &FluentBundle<FluentResource>, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, args, &mut errors).into_owned())
}

#[cfg(test)]
mod tests;
