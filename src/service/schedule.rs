//! When a pair is due: pure functions of what is known and the time.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp as Moment, ToSpan};

use crate::model::{CompareSchedule, Schedule, Timestamp};

/// An account that keeps failing is tried at most this far apart.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// What decides when a pair is due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) schedule: Schedule,
    /// Paused by the operator, or never accepted: nothing starts by itself.
    pub(crate) resting: bool,
    /// When the last run ended.
    pub(crate) last_run: Option<Timestamp>,
    /// How many runs in a row have failed.
    pub(crate) failures: u32,
    /// When the last compare started.
    pub(crate) last_compare: Option<Timestamp>,
}

/// When the next run is due; a time that has passed means at once, and once only, however many were
/// missed while the computer slept.
pub(crate) fn next_sync(facts: &Facts) -> Option<Timestamp> {
    let every = Duration::from_secs(facts.schedule.sync_every?);
    if facts.resting {
        return None;
    }
    let Some(last) = facts.last_run else { return Some(Timestamp(0)) };
    let growing = every.saturating_mul(1_u32.checked_shl(facts.failures.min(12)).unwrap_or(u32::MAX));
    let wait = growing.min(LONGEST_WAIT.max(every));
    Some(Timestamp(last.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))))
}

/// When the next compare is due, at its local time of day.
pub(crate) fn next_compare(facts: &Facts, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let CompareSchedule { every_days, at_minute } = facts.schedule.compare.as_ref()?;
    if facts.resting {
        return None;
    }
    let from = facts.last_compare.unwrap_or(now);
    let day = Moment::from_millisecond(from.0).ok()?.to_zoned_datetime(zone.clone()).date();
    let minute = i8::try_from(at_minute % 60).ok()?;
    let hour = i8::try_from(at_minute / 60).ok()?;
    let at = |days: u32| {
        let day = day.checked_add(i64::from(days).days()).ok()?;
        let time = day.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).ok()?;
        Some(Timestamp(time.timestamp().as_millisecond()))
    };
    match facts.last_compare {
        Some(_) => at(*every_days),
        // The first one comes at the next such time of day.
        None => at(0).filter(|due| *due >= now).or_else(|| at(1)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    fn moment(text: &str) -> Timestamp {
        Timestamp(text.parse::<Moment>().unwrap().as_millisecond())
    }

    fn every(minutes: u64) -> Facts {
        let compare = Some(CompareSchedule { every_days: 1, at_minute: 7 * 60 });
        Facts { schedule: Schedule { sync_every: Some(minutes * 60), compare }, ..Facts::default() }
    }

    #[test]
    fn a_run_follows_the_end_of_the_last_one() {
        let facts = Facts { last_run: Some(moment("2026-03-01T10:00:00Z")), ..every(5) };
        assert_eq!(next_sync(&facts), Some(moment("2026-03-01T10:05:00Z")));
    }

    #[test]
    fn failures_make_the_wait_longer_up_to_an_hour() {
        let failing = |failures| Facts { last_run: Some(moment("2026-03-01T10:00:00Z")), failures, ..every(5) };
        assert_eq!(next_sync(&failing(2)), Some(moment("2026-03-01T10:20:00Z")));
        assert_eq!(next_sync(&failing(40)), Some(moment("2026-03-01T11:00:00Z")));
        let slow = Facts { schedule: Schedule { sync_every: Some(7200), compare: None }, ..failing(3) };
        assert_eq!(next_sync(&slow), Some(moment("2026-03-01T12:00:00Z")));
    }

    #[test]
    fn a_resting_pair_is_never_due() {
        let facts = Facts { resting: true, ..every(5) };
        assert_eq!(next_sync(&facts), None);
        assert_eq!(next_compare(&facts, moment("2026-03-01T10:00:00Z"), &TimeZone::UTC), None);
    }

    #[test]
    fn compares_come_at_their_local_time_of_day() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let first = next_compare(&every(5), moment("2026-03-28T10:00:00Z"), &zone);
        // The clock goes forward in the night of the 29th, so seven o'clock is at five UTC.
        assert_eq!(first, Some(moment("2026-03-29T05:00:00Z")));
        let facts = Facts { last_compare: Some(moment("2026-03-28T06:00:01Z")), ..every(5) };
        assert_eq!(next_compare(&facts, moment("2026-03-30T10:00:00Z"), &zone), Some(moment("2026-03-29T05:00:00Z")));
    }
}
