//! Calendar days and moments as people and platforms write them.

use jiff::{Timestamp, civil};

/// The ISO form (`1985-04-13`, `--04-13` without a year) of a day, or none where the text is not one.
///
/// Read are ISO 8601 in its extended and basic form, year first with `/` or `.`, the vCard form
/// without a year (RFC 6350, section 4.3.1), and the European order day, month, year. The order
/// month, day, year is read only where day first is impossible (`04/13/1985`). A year has four
/// digits. A day with midnight behind it, as spreadsheets write it, is that day.
pub(super) fn day(text: &str) -> Option<String> {
    if let Some(date) = calendar_day(text) {
        return Some(date.to_string());
    }
    if let Some(rest) = text.strip_prefix("--") {
        let (month, day) = match rest.split_once('-') {
            Some(parts) => parts,
            None if rest.len() == 4 => rest.split_at_checked(2)?,
            None => return None,
        };
        // 2000 has a 29th of February, and so may a birthday.
        let date = make("2000", month, day)?;
        return Some(format!("--{:02}-{:02}", date.month(), date.day()));
    }
    let (date, time) = split_time(text)?;
    let time = time.strip_suffix(['Z', 'z']).unwrap_or(time);
    let midnight = time.len() >= 5 && time.starts_with("00:00") && time.chars().all(|c| matches!(c, '0' | ':' | '.'));
    calendar_day(date).filter(|_| midnight).map(|date| date.to_string())
}

/// The same of a side that is known to write its days in a form (strftime: `%m/%d/%Y`), as far as the text is in it.
pub(super) fn day_in(text: &str, form: Option<&str>) -> Option<String> {
    let known = form.and_then(|form| civil::Date::strptime(form, text).ok());
    known.map_or_else(|| day(text), |date| Some(date.to_string()))
}

/// A day written in this form, given how the text itself may be written, or none where the text is no
/// full day or the form is not one that can be read back as the same day.
pub(super) fn written(text: &str, from: Option<&str>, form: &str) -> Option<String> {
    let iso = day_in(text, from)?;
    let out = iso.parse::<civil::Date>().ok().and_then(|date| jiff::fmt::strtime::format(form, date).ok())?;
    (day_in(&out, Some(form))? == iso).then_some(out)
}

/// The form in which moments compare, or none where the text is not one: with a zone the instant
/// in UTC (RFC 3339), without one the civil time. A day alone stays a day: it is no midnight.
pub(super) fn moment(text: &str) -> Option<String> {
    if let Some(date) = calendar_day(text) {
        return Some(date.to_string());
    }
    let (date, time) = split_time(text)?;
    // Basic format (`20240102T101500Z`), as in a vCard's REV, is read by jiff as it is.
    let iso = match calendar_day(date) {
        Some(day) => format!("{day}T{time}"),
        None => text.to_owned(),
    };
    if let Ok(instant) = iso.parse::<Timestamp>() {
        return Some(instant.to_string());
    }
    iso.parse::<civil::DateTime>().ok().map(|civil| civil.to_string())
}

/// The date and the time of `DATE TIME` or `DATETTIME`.
fn split_time(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let time = time.trim_start();
    time.starts_with(|c: char| c.is_ascii_digit()).then_some((date, time))
}

/// A full calendar day.
fn calendar_day(text: &str) -> Option<civil::Date> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        return make(year, month, day);
    }
    let sign = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = text.split(sign);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if one.len() == 4 {
        return make(one, two, three);
    }
    make(three, two, one).or_else(|| make(three, one, two))
}

/// The day of these texts, if they are digits and the calendar has it.
fn make(year: &str, month: &str, day: &str) -> Option<civil::Date> {
    let digits = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
