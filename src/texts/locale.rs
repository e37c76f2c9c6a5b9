//! How this desktop writes numbers and dates (glibc's locale data, `LC_NUMERIC` and `LC_TIME`).

use std::sync::LazyLock;

use pure_rust_locales::{Locale, locale_match};

/// How numbers and dates are written where this desktop is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What stands between thousands; empty where nothing does.
    pub thousands: &'static str,
    /// Whether the month goes before the day ("Nov 3").
    pub month_first: bool,
    /// Whether hours are counted to twelve.
    pub twelve_hours: bool,
}

static REGION: LazyLock<Region> = LazyLock::new(|| {
    let tag = sys_locale::get_locale().unwrap_or_default();
    Region::of_tag(&tag)
});

/// This desktop's region.
#[must_use]
pub fn region() -> &'static Region {
    &REGION
}

/// A number with its thousands apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    grouped_by(number, region().thousands)
}

impl Region {
    /// The region of a tag such as `nl-BE`; where it is not known, "3 Nov 2026" and "1,204".
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        let name = tag.split('.').next().unwrap_or_default().replace('-', "_");
        let Ok(locale) = Locale::try_from(name.as_str()) else {
            return Self { thousands: ",", month_first: false, twelve_hours: false };
        };
        if locale == Locale::POSIX {
            return Self { thousands: ",", month_first: false, twelve_hours: false };
        }
        let date = locale_match!(locale => LC_TIME::D_FMT);
        let first = |letters: [&str; 2]| letters.iter().filter_map(|letter| date.find(letter)).min();
        let month_first = match (first(["%m", "%b"]), first(["%d", "%e"])) {
            (Some(month), Some(day)) => month < day && !date.starts_with("%Y"),
            (None, _) | (_, None) => date == "%D",
        };
        Self {
            thousands: locale_match!(locale => LC_NUMERIC::THOUSANDS_SEP),
            month_first,
            twelve_hours: locale_match!(locale => LC_TIME::T_FMT).contains("%r")
                || locale_match!(locale => LC_TIME::T_FMT).contains("%I"),
        }
    }
}

fn grouped_by(number: u64, thousands: &str) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(thousands);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_writes_as_its_people_do() {
        let us = Region::of_tag("en-US");
        assert!(us.month_first && us.twelve_hours && us.thousands == ",", "{us:?}");
        let be = Region::of_tag("nl-BE");
        assert!(!be.month_first && !be.twelve_hours && be.thousands == ".", "{be:?}");
        let gb = Region::of_tag("en_GB.UTF-8");
        assert!(!gb.month_first && !gb.twelve_hours, "{gb:?}");
        let unknown = Region::of_tag("C");
        assert!(!unknown.month_first && unknown.thousands == ",", "{unknown:?}");
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped_by(0, ","), "0");
        assert_eq!(grouped_by(1_234_567, "."), "1.234.567");
        assert_eq!(grouped_by(123, "."), "123");
    }
}
