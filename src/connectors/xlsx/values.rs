//! What a cell holds, and what a text becomes in one: numbers, days and moments, yes and no, texts.

use std::fmt::Write as _;

use calamine::DataRef;
use jiff::civil::{Date, DateTime, Time};

use crate::connectors::shared::guess;

/// The most characters of a cell (Excel's limit).
pub(super) const LONGEST: usize = 32_767;

const DAY_SECONDS: i64 = 86_400;

/// What one cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// A number, as its shortest text.
    Number(String),
    /// A day, a moment or a time, as a text of ISO 8601.
    Date(String),
    /// Yes or no.
    Bool(bool),
    /// A formula, with the value that was last calculated.
    Formula(Option<String>),
    /// An error such as `#N/A`.
    Error,
}

/// What a cell format is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum StyleKind {
    /// Nothing in particular, or numbers.
    #[default]
    Any,
    /// Days, moments and times.
    Date,
    /// Texts, digits too.
    Text,
}

/// What a column holds, by most of its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ColumnKind {
    /// Texts, or nothing yet.
    #[default]
    Text,
    /// Numbers.
    Number,
    /// Days.
    Date,
    /// Yes and no.
    Bool,
}

impl Cell {
    /// What calamine read.
    pub(super) fn read(value: &DataRef<'_>, is_formula: bool, date1904: bool) -> Self {
        let plain = match value {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) => Self::text_of(text),
            DataRef::SharedString(text) => Self::text_of(text),
            DataRef::Int(number) => Self::Number(number.to_string()),
            DataRef::Float(number) => Self::Number(number_text(*number)),
            DataRef::Bool(yes) => Self::Bool(*yes),
            DataRef::DateTime(moment) if moment.is_duration() => Self::Date(duration_text(moment.as_f64())),
            DataRef::DateTime(moment) => match moment_text(moment.as_f64(), date1904) {
                Some(text) => Self::Date(text),
                None => Self::Number(number_text(moment.as_f64())),
            },
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::Date(text.clone()),
            DataRef::Error(_) => Self::Error,
        };
        if is_formula { Self::Formula(plain.value().filter(|_| plain != Self::Empty)) } else { plain }
    }

    fn text_of(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.replace("\r\n", "\n").replace('\r', "\n")) }
    }

    /// The value; none where nobody can tell it: an error, or a formula that was never calculated.
    pub(super) fn value(&self) -> Option<String> {
        match self {
            Self::Empty => Some(String::new()),
            Self::Text(text) | Self::Number(text) | Self::Date(text) => Some(text.clone()),
            Self::Bool(yes) => Some(yes.to_string()),
            Self::Formula(value) => value.clone(),
            Self::Error => None,
        }
    }

    /// Whether it holds something that somebody entered.
    pub(super) fn is_filled(&self) -> bool {
        match self {
            Self::Empty | Self::Formula(_) => false,
            Self::Text(text) => !text.trim().is_empty(),
            Self::Number(_) | Self::Date(_) | Self::Bool(_) | Self::Error => true,
        }
    }

    /// The kind of column that it belongs in.
    pub(super) fn kind(&self) -> Option<ColumnKind> {
        match self {
            Self::Text(_) => Some(ColumnKind::Text),
            Self::Number(_) => Some(ColumnKind::Number),
            Self::Date(_) => Some(ColumnKind::Date),
            Self::Bool(_) => Some(ColumnKind::Bool),
            Self::Empty | Self::Formula(_) | Self::Error => None,
        }
    }

    /// What a text becomes in place of `self`: the kind of value stays what it was, else what the
    /// column is, and a text that does not fit there stays a text.
    pub(super) fn replaced_by(&self, text: &str, style: StyleKind, column: ColumnKind, date1904: bool) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.is_empty() {
            return Self::Empty;
        }
        let kind = match (style, self.kind()) {
            (StyleKind::Text, _) => ColumnKind::Text,
            (StyleKind::Date, _) => ColumnKind::Date,
            (StyleKind::Any, Some(kind)) => kind,
            (StyleKind::Any, None) => column,
        };
        let short = text.trim();
        match kind {
            ColumnKind::Number if guess::is_number(short) && !short.contains(',') => {
                let number: f64 = short.parse().unwrap_or_default();
                Self::Number(number_text(number))
            }
            // Without a format for days, the number of a day would be shown as just a number.
            ColumnKind::Date if style == StyleKind::Date && serial(short, date1904).is_some() => {
                Self::Date(short.to_owned())
            }
            ColumnKind::Bool if matches!(short.to_lowercase().as_str(), "true" | "false") => {
                Self::Bool(short.eq_ignore_ascii_case("true"))
            }
            ColumnKind::Text | ColumnKind::Number | ColumnKind::Date | ColumnKind::Bool => Self::Text(text),
        }
    }
}

impl StyleKind {
    /// What a number format is for (ECMA-376, part 1, 18.8.30 and 18.8.31).
    pub(super) fn of(id: &str, code: Option<&str>) -> Self {
        match code {
            Some("@") => Self::Text,
            Some(code) if is_date_format(code) => Self::Date,
            Some(_) => Self::Any,
            None => match id.parse().unwrap_or(0) {
                14..=22 | 27..=36 | 45..=47 | 50..=58 => Self::Date,
                49 => Self::Text,
                _ => Self::Any,
            },
        }
    }
}

/// Whether a format shows days or times: a letter for one outside quotes, escapes and brackets.
fn is_date_format(code: &str) -> bool {
    let first = code.split(';').next().unwrap_or_default();
    if first.eq_ignore_ascii_case("general") {
        return false;
    }
    let (mut quoted, mut bracket, mut skip) = (false, String::new(), false);
    let mut in_bracket = false;
    for character in first.chars() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match character {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => skip = true,
            '[' => {
                in_bracket = true;
                bracket.clear();
            }
            ']' => {
                in_bracket = false;
                let letters = bracket.to_lowercase();
                if !letters.is_empty() && ["h", "m", "s"].iter().any(|unit| letters.replace(unit, "").is_empty()) {
                    return true;
                }
            }
            _ if in_bracket => bracket.push(character),
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' => return true,
            _ => {}
        }
    }
    false
}

/// A number as Excel shows it: 15 significant digits, no exponent where it can be helped.
pub(super) fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let rounded = if rounded == 0.0 { 0.0 } else { rounded };
    rounded.to_string()
}

/// The day, moment or time of day of a serial number (ECMA-376, part 1, 18.17.4.1).
pub(super) fn moment_text(serial: f64, date1904: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "the serial number is within the days up to the year 9999")]
    let seconds = (serial * 86_400.0).round() as i64;
    let (day, second) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
    let time = Time::midnight().checked_add(jiff::Span::new().seconds(second)).ok()?;
    if day == 0 {
        return Some(clock(time));
    }
    // The day 60 is 29 February 1900, which never was; before it the count is one behind.
    let first = if date1904 {
        Date::constant(1904, 1, 1)
    } else if day < 60 {
        Date::constant(1899, 12, 31)
    } else {
        Date::constant(1899, 12, 30)
    };
    let date = first.checked_add(jiff::Span::new().days(day)).ok()?;
    Some(if second == 0 { date.to_string() } else { format!("{date}T{}", clock(time)) })
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

fn duration_text(serial: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "a longer duration than i64 seconds is no duration")]
    let seconds = (serial * 86_400.0).round() as i64;
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.abs();
    format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The serial number of a day, moment or time; none where the text is none, or Excel knows none.
pub(super) fn serial(text: &str, date1904: bool) -> Option<String> {
    let text = text.trim();
    let is_clock = text.contains(':') && !text.contains(['-', 'T', 't', ' ']);
    let (date, time) = if is_clock {
        let hour_of_one_digit = text.find(':') == Some(1);
        let time = if hour_of_one_digit { format!("0{text}").parse() } else { text.parse() };
        let Ok(time) = time else { return None };
        (None, time)
    } else if text.len() <= 10 {
        (Some(text.parse::<Date>().ok()?), Time::midnight())
    } else {
        let moment: DateTime = text.trim_end_matches('Z').parse().ok()?;
        (Some(moment.date()), moment.time())
    };
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let days = match date {
        None => 0,
        Some(date) => {
            let since = |first: Date| first.until(date).map(|span| i64::from(span.get_days())).ok();
            let days = if date1904 {
                since(Date::constant(1904, 1, 1))?
            } else if date < Date::constant(1900, 3, 1) {
                since(Date::constant(1899, 12, 31))?
            } else {
                since(Date::constant(1899, 12, 30))?
            };
            // The first day of 1904 is the serial number 0, which is read as a time of day.
            if days < 1 {
                return None;
            }
            days
        }
    };
    if seconds == 0 {
        return Some(days.to_string());
    }
    #[allow(clippy::cast_precision_loss, reason = "days up to the year 9999 and their seconds fit")]
    let number = days as f64 + seconds as f64 / 86_400.0;
    Some(number.to_string())
}

/// A text as XML holds it in a cell: what XML cannot carry as `_x0007_`, and a text that looks like
/// that escaped itself (ECMA-376, part 1, 22.9.2.19).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, character) in text.char_indices() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if looks_escaped(text.get(at..).unwrap_or_default()) => out.push_str("_x005F_"),
            '\n' | '\t' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                // Writing to a text cannot fail.
                let _ = write!(out, "_x{:04X}_", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out
}

fn looks_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(1) == Some(&b'x')
        && bytes.get(2..6).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        && bytes.get(6) == Some(&b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written_in_both_systems() {
        for (serial_number, date1904, text) in [
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (61.0, false, "1900-03-01"),
            (45_943.5, false, "2025-10-13T12:00:00"),
            (44_481.0, true, "2025-10-13"),
            (0.25, false, "06:00:00"),
        ] {
            assert_eq!(moment_text(serial_number, date1904).as_deref(), Some(text));
            assert_eq!(serial(text, date1904), Some(serial_number.to_string()), "{text}");
        }
        assert_eq!(serial("1899-12-31", false), None);
        assert_eq!(serial("1904-01-01", true), None);
        assert_eq!(serial("no day", false), None);
        assert_eq!(moment_text(-1.0, false), None);
    }

    #[test]
    fn formats_tell_days_from_numbers() {
        for code in ["yyyy-mm-dd", "d mmm", "[h]:mm", "[$-413]d mmmm yyyy", "h:mm AM/PM"] {
            assert_eq!(StyleKind::of("164", Some(code)), StyleKind::Date, "{code}");
        }
        for code in ["0.00", "#,##0 \"days\"", "[Red]0", "General", "0\\d", "0;\"d\""] {
            assert_eq!(StyleKind::of("164", Some(code)), StyleKind::Any, "{code}");
        }
        assert_eq!(StyleKind::of("49", None), StyleKind::Text);
        assert_eq!(StyleKind::of("14", None), StyleKind::Date);
    }

    #[test]
    fn numbers_are_shown_as_excel_shows_them() {
        assert_eq!(number_text(0.1 + 0.2), "0.3");
        assert_eq!(number_text(100_234.0), "100234");
        assert_eq!(number_text(-0.0), "0");
        assert_eq!(number_text(1.5e15), "1500000000000000");
    }

    #[test]
    fn a_value_keeps_its_kind_where_the_text_fits() {
        let number = Cell::Number("5".to_owned());
        let put = |cell: &Cell, text: &str, style| cell.replaced_by(text, style, ColumnKind::Text, false);
        assert_eq!(put(&number, "7.50", StyleKind::Any), Cell::Number("7.5".to_owned()));
        assert_eq!(put(&number, "007", StyleKind::Any), Cell::Text("007".to_owned()));
        assert_eq!(put(&number, "7", StyleKind::Text), Cell::Text("7".to_owned()));
        assert_eq!(put(&Cell::Empty, "2024-02-29", StyleKind::Date), Cell::Date("2024-02-29".to_owned()));
        assert_eq!(put(&Cell::Empty, "2024-02-30", StyleKind::Date), Cell::Text("2024-02-30".to_owned()));
        assert_eq!(put(&Cell::Bool(false), "TRUE", StyleKind::Any), Cell::Bool(true));
        assert_eq!(put(&Cell::Text("a".to_owned()), "5", StyleKind::Any), Cell::Text("5".to_owned()));
        assert_eq!(put(&number, "", StyleKind::Any), Cell::Empty);
    }

    #[test]
    fn texts_survive_xml() {
        assert_eq!(escaped("a<b & c>\u{7}_x0041_ _x_"), "a&lt;b &amp; c&gt;_x0007__x005F_x0041_ _x_");
    }
}
