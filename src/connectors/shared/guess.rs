//! What a column seems to hold, from its name and a few of its values.

use crate::model::Kind;

/// The kind of values in a column; plain text where nothing else is sure.
pub(in crate::connectors) fn kind(name: &str, samples: &[String]) -> Kind {
    let name = name.to_lowercase();
    let all = |test: fn(&str) -> bool| !samples.is_empty() && samples.iter().all(|sample| test(sample.trim()));
    if all(is_email) || (samples.is_empty() && name.contains("mail")) {
        return Kind::Email;
    }
    let called_phone =
        ["phone", "tel", "gsm", "mobile", "mobiel", "handy", "fax"].iter().any(|word| name.contains(word));
    if all(is_phone) && (called_phone || samples.iter().any(|sample| sample.trim().starts_with('+')))
        || (samples.is_empty() && called_phone)
    {
        return Kind::Phone;
    }
    if all(is_day) {
        return Kind::Date;
    }
    if all(is_moment) {
        return Kind::DateTime;
    }
    if all(is_word_of_two) {
        return Kind::Boolean;
    }
    if all(is_number) {
        return Kind::Number;
    }
    Kind::Text
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !text.contains(' ') && !host.contains('@')
    })
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (6..=15).contains(&digits)
        && text.chars().all(|character| character.is_ascii_digit() || " +-./()".contains(character))
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_moment(text: &str) -> bool {
    text.len() > 10 && (text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok())
}

fn is_word_of_two(text: &str) -> bool {
    ["yes", "no", "true", "false", "ja", "nee", "nein", "oui", "non"].contains(&text.to_lowercase().as_str())
}

/// A number that loses nothing when it is read as one: no leading zero, as postcodes have.
pub(in crate::connectors) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let are_digits =
        |text: &str| !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(part) && (whole == "0" || !whole.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, samples: &[&str]) -> Kind {
        kind(name, &samples.iter().map(|sample| (*sample).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn kinds_are_guessed_with_care() {
        assert_eq!(of("E-mail", &["ann@example.org", "bob@example.org"]), Kind::Email);
        assert_eq!(of("E-mail", &[]), Kind::Email);
        assert_eq!(of("contact", &["ann@example.org", "none"]), Kind::Text);
        assert_eq!(of("Phone", &["0478/12 34 56"]), Kind::Phone);
        assert_eq!(of("number", &["+32 478 12 34 56"]), Kind::Phone);
        assert_eq!(of("customer", &["100234", "100235"]), Kind::Number);
        assert_eq!(of("zip", &["01067", "10115"]), Kind::Text);
        assert_eq!(of("since", &["2024-02-29"]), Kind::Date);
        assert_eq!(of("since", &["2024-02-30"]), Kind::Text);
        assert_eq!(of("at", &["2024-02-29T10:00:00Z"]), Kind::DateTime);
        assert_eq!(of("member", &["yes", "No"]), Kind::Boolean);
        assert_eq!(of("price", &["1.50", "-3", "0.5"]), Kind::Number);
        assert_eq!(of("name", &["Ann"]), Kind::Text);
    }
}
