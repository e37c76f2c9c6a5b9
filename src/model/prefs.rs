//! How the operator likes Duosync itself to behave: nothing here changes what a sync does.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::AlertKind;

/// The smallest text size that can be chosen, in percent.
pub const SMALLEST_TEXT: u16 = 75;
/// The largest.
pub const LARGEST_TEXT: u16 = 200;

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the desktop is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Which alerts the desktop shows as notifications. All of them are kept on the page Alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// Every kind.
    #[default]
    All,
    /// Only what the operator has to do something about.
    NeedsMe,
    /// None.
    Nothing,
    /// These kinds.
    These(BTreeSet<AlertKind>),
}

impl Notify {
    /// Whether alerts of this kind are shown.
    #[must_use]
    pub fn wants(&self, kind: AlertKind) -> bool {
        match self {
            Self::All => true,
            Self::NeedsMe => kind.needs_operator(),
            Self::Nothing => false,
            Self::These(kinds) => kinds.contains(&kind),
        }
    }

    /// The same choice with one kind turned on or off.
    #[must_use]
    pub fn with(&self, kind: AlertKind, on: bool) -> Self {
        let mut kinds: BTreeSet<AlertKind> = AlertKind::ALL.into_iter().filter(|kind| self.wants(*kind)).collect();
        if on {
            kinds.insert(kind);
        } else {
            kinds.remove(&kind);
        }
        let all = |wanted: fn(AlertKind) -> bool| AlertKind::ALL.into_iter().filter(|kind| wanted(*kind)).collect();
        if kinds.is_empty() {
            Self::Nothing
        } else if kinds == all(|_| true) {
            Self::All
        } else if kinds == all(AlertKind::needs_operator) {
            Self::NeedsMe
        } else {
            Self::These(kinds)
        }
    }
}

/// The part of each day in which the desktop is left in peace, in minutes after midnight by the local
/// clock. It may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first minute.
    pub from: u16,
    /// The first minute after it.
    pub to: u16,
}

impl Default for QuietHours {
    fn default() -> Self {
        Self { from: 19 * 60, to: 8 * 60 }
    }
}

impl QuietHours {
    /// Whether this minute of the day is in it. From a time to the same time is the whole day.
    #[must_use]
    pub const fn holds(self, minute: u16) -> bool {
        let (from, to, minute) = (self.from % DAY, self.to % DAY, minute % DAY);
        if from < to { from <= minute && minute < to } else { minute >= from || minute < to }
    }
}

/// The preferences. What a newer Duosync has added is at its default in an older workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// The size of the text, in percent.
    pub text_size: u16,
    /// The language's tag (BCP 47); none is the desktop's.
    pub language: Option<String>,
    /// Which notifications the desktop shows.
    pub notify: Notify,
    /// When it shows none.
    pub quiet: Option<QuietHours>,
    /// Whether Duosync goes on when its window is closed; not said means where it has an icon beside
    /// the clock by which it is found again.
    pub keep_running: Option<bool>,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            text_size: 100,
            language: None,
            notify: Notify::default(),
            quiet: None,
            keep_running: None,
        }
    }
}

impl Prefs {
    /// The same with everything inside its limits.
    #[must_use]
    pub fn within_limits(mut self) -> Self {
        self.text_size = self.text_size.clamp(SMALLEST_TEXT, LARGEST_TEXT);
        if let Some(quiet) = &mut self.quiet {
            (quiet.from, quiet.to) = (quiet.from % DAY, quiet.to % DAY);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn quiet_hours_go_over_midnight_and_end_at_their_end() {
        let night = QuietHours { from: 22 * 60, to: 7 * 60 };
        for (minute, quiet) in [(21 * 60 + 59, false), (22 * 60, true), (0, true), (6 * 60 + 59, true), (7 * 60, false)]
        {
            assert_eq!(night.holds(minute), quiet, "{minute}");
        }
        let noon = QuietHours { from: 12 * 60, to: 13 * 60 };
        assert!(noon.holds(12 * 60) && !noon.holds(13 * 60) && !noon.holds(0));
        let always = QuietHours { from: 60, to: 60 };
        assert!((0..DAY).all(|minute| always.holds(minute)));
    }

    #[test]
    fn kinds_are_chosen_one_by_one_and_known_again_as_a_whole() {
        let without = Notify::All.with(AlertKind::Recovered, false);
        assert_eq!(without, Notify::NeedsMe, "what heals is the only kind that asks for nothing");
        assert!(!without.wants(AlertKind::Recovered) && without.wants(AlertKind::SignIn));
        let fewer = without.with(AlertKind::Mismatches, false);
        assert!(matches!(&fewer, Notify::These(kinds) if kinds.len() == AlertKind::ALL.len() - 2));
        assert_eq!(fewer.with(AlertKind::Mismatches, true).with(AlertKind::Recovered, true), Notify::All);
        let none = AlertKind::ALL.into_iter().fold(Notify::All, |choice, kind| choice.with(kind, false));
        assert_eq!(none, Notify::Nothing);
    }

    #[test]
    fn an_older_workspace_gets_the_defaults_of_what_it_does_not_know() {
        let known: Prefs = serde_json::from_str(r#"{"theme":"dark","text_size":130}"#).unwrap();
        assert_eq!(known, Prefs { theme: ThemeChoice::Dark, text_size: 130, ..Prefs::default() });
        assert_eq!(Prefs { text_size: 900, ..Prefs::default() }.within_limits().text_size, LARGEST_TEXT);
    }
}
