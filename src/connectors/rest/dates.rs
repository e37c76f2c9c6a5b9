//! Moments and days in the forms that platforms use.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::model::Timestamp;

/// A moment in any usual form; one without a zone is meant in UTC.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(moment.as_millisecond()));
    }
    if let Ok(number) = text.parse::<i64>() {
        return (text.len() >= 9).then(|| Timestamp(from_number(number)));
    }
    // Seconds with a fraction, exactly: a float would be another moment.
    if let Some((seconds, fraction)) = text.split_once('.')
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(seconds) = seconds.parse::<i64>()
    {
        let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
        return Some(Timestamp(from_number(seconds) + millis.parse::<i64>().unwrap_or_default()));
    }
    // Offsets without a colon (`+0000`), as Salesforce writes them.
    if let Some((head, tail)) = text.split_at_checked(text.len().saturating_sub(2))
        && let Ok(moment) = format!("{head}:{tail}").parse::<jiff::Timestamp>()
    {
        return Some(Timestamp(moment.as_millisecond()));
    }
    let bare = text.trim_end_matches(['Z', 'z']).trim_end_matches(" UTC");
    let civil = bare.parse::<DateTime>().or_else(|_| bare.parse::<Date>().map(|day| day.at(0, 0, 0, 0)));
    if let Ok(civil) = civil {
        return Some(Timestamp(TimeZone::UTC.to_timestamp(civil).ok()?.as_millisecond()));
    }
    jiff::fmt::rfc2822::parse(text).ok().map(|moment| Timestamp(moment.timestamp().as_millisecond()))
}

/// Milliseconds since 1970, from a number that may be in seconds.
pub(crate) const fn from_number(number: i64) -> i64 {
    // In seconds this is the year 5138, in milliseconds 1973: no record is of either.
    if number.abs() < 100_000_000_000 { number.saturating_mul(1000) } else { number }
}

/// `2026-11-25T01:02:03.456Z`.
pub(crate) fn iso(millis: i64) -> String {
    formatted(millis, "%Y-%m-%dT%H:%M:%S.%3fZ").unwrap_or_default()
}

/// A moment in UTC in a form of `strftime`.
pub(crate) fn formatted(millis: i64, form: &str) -> Result<String, String> {
    let moment = jiff::Timestamp::from_millisecond(millis).map_err(|error| error.to_string())?;
    jiff::fmt::strtime::format(form, &moment.to_zoned_datetime(TimeZone::UTC)).map_err(|error| error.to_string())
}

/// The day that a text begins with.
pub(crate) fn day(text: &str) -> Option<(i16, i8, i8)> {
    let day = text.trim().get(..10)?.parse::<Date>().ok()?;
    Some((day.year(), day.month(), day.day()))
}

/// A length of time: `90s`, `5m`, `12h`, `7d`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let split = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let seconds = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(seconds)?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_usual_forms_are_the_same_moment() {
        for text in [
            "2026-11-25T01:02:03Z",
            "2026-11-25T02:02:03+01:00",
            "2026-11-25T02:02:03+0100",
            "2026-11-25T01:02:03.000+0000",
            "2026-11-25 01:02:03.000Z",
            "2026-11-25 01:02:03",
            "2026-11-25T01:02:03.000000",
            "1795568523",
            "1795568523000",
            "1795568523.00012",
            "Wed, 25 Nov 2026 01:02:03 GMT",
        ] {
            assert_eq!(parse(text), Some(Timestamp(1_795_568_523_000)), "{text}");
        }
        assert_eq!(parse("soon"), None);
        assert_eq!(iso(1_795_568_523_004), "2026-11-25T01:02:03.004Z");
        assert_eq!(day("2026-11-25T01:02:03Z"), Some((2026, 11, 25)));
    }

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration("90s"), Some(90_000));
        assert_eq!(duration("7d"), Some(604_800_000));
        assert_eq!(duration("0s"), Some(0));
        for wrong in ["", "5", "m", "5 weeks", "-1s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
