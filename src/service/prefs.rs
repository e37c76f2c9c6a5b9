//! The operator's preferences: kept in the workspace, and read once.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp as Moment;
use jiff::tz::TimeZone;

use crate::model::{Prefs, QuietHours, Timestamp};
use crate::store::{Store, StoreError};

/// Where they are among the workspace's remembered texts.
const KEY: &str = "prefs";

/// The preferences in force, shared by the tasks of the service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(Arc<Mutex<Prefs>>);

impl Kept {
    /// Those of a workspace; where they cannot be read, the defaults.
    pub(crate) fn of(store: &Store) -> Self {
        let text = store.meta(KEY).unwrap_or_else(|error| {
            tracing::warn!(%error, "the preferences could not be read");
            None
        });
        let prefs: Prefs = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self(Arc::new(Mutex::new(prefs.within_limits())))
    }

    /// The preferences now.
    pub(crate) fn get(&self) -> Prefs {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes new ones, once they are in the store.
    pub(crate) fn set(&self, prefs: Prefs) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = prefs;
    }
}

/// Keeps preferences in the workspace.
pub(crate) fn save(store: &mut Store, prefs: &Prefs) -> Result<(), StoreError> {
    store.set_meta(KEY, &serde_json::to_string(prefs).unwrap_or_default())
}

/// Whether the desktop is to be left in peace at this moment.
pub(crate) fn is_quiet(quiet: Option<QuietHours>, at: Timestamp, zone: &TimeZone) -> bool {
    let Some(quiet) = quiet else { return false };
    let Ok(moment) = Moment::from_millisecond(at.0) else { return false };
    let local = moment.to_zoned_datetime(zone.clone());
    let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
    quiet.holds(u16::try_from(minute).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::model::ThemeChoice;

    #[test]
    fn quiet_is_by_the_local_clock_also_when_it_is_changed() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let quiet = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
        let at = |text: &str| Timestamp(text.parse::<Moment>().unwrap().as_millisecond());
        // Before the clock goes forward in the night of 29 March, seven o'clock is at six UTC.
        assert!(is_quiet(quiet, at("2026-03-28T05:59:00Z"), &zone));
        assert!(!is_quiet(quiet, at("2026-03-28T06:00:00Z"), &zone));
        assert!(is_quiet(quiet, at("2026-03-29T04:59:00Z"), &zone));
        assert!(!is_quiet(quiet, at("2026-03-29T05:00:00Z"), &zone));
        assert!(!is_quiet(None, at("2026-03-28T02:00:00Z"), &zone));
    }

    #[test]
    fn preferences_are_kept_in_the_workspace() {
        let mut store = Store::open_in_memory().unwrap();
        assert_eq!(Kept::of(&store).get(), Prefs::default());
        let dark = Prefs { theme: ThemeChoice::Dark, text_size: 150, ..Prefs::default() };
        save(&mut store, &dark).unwrap();
        assert_eq!(Kept::of(&store).get(), dark);
    }
}
