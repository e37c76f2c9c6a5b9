//! Telephone numbers: their E.164 form by Google's numbering plans (the `phonenumber` crate).

use phonenumber::country;
use unicode_normalization::UnicodeNormalization as _;

/// Calling codes of countries whose only national prefix is `0`. A number in international form
/// that goes on with another digit is in its E.164 form already and needs no parsing.
const ZERO_PREFIX: [&str; 8] = ["31", "32", "33", "41", "43", "44", "46", "49"];
/// What stands before an extension, the longest words first.
const EXTENSIONS: [&str; 12] =
    [";ext=", "extension", "toestel", "durchwahl", "poste", "intern", "ext.", "tst.", "ext", "tst", "x", "#"];

/// The E.164 form (`+32478123456`, with ` ext. 12` behind it where there is an extension), or none
/// where the text is not surely a number of the region or with a country code.
pub(super) fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let (number, extension) = split_extension(text);
    let number = international(number.trim())?;
    let form = if clean(&number) { number } else { parsed(&number, region)? };
    Some(match extension {
        Some(extension) => format!("{form} ext. {extension}"),
        None => form,
    })
}

/// The form in which a text that is no number compares: its digits and letters, lower-case.
pub(super) fn plain(text: &str) -> String {
    let kept: String = text.nfkc().filter(|c| c.is_alphanumeric() || *c == '+').collect();
    kept.to_lowercase()
}

/// The number's digits, with a `+` where it has its country code; none where other signs are in it.
fn international(text: &str) -> Option<String> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let text =
        if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("tel:")) { text.get(4..)? } else { text };
    let mut digits = String::with_capacity(text.len());
    let text = text.trim();
    // The trunk zero in `+32 (0)478` is only for callers within the country.
    let text =
        if text.starts_with('+') || text.starts_with("00") { text.replacen("(0)", " ", 1) } else { text.to_owned() };
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push(c),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\t' => {}
            _ => return None,
        }
    }
    let digits = match digits.strip_prefix("00") {
        Some(rest) if !rest.starts_with('0') => format!("+{rest}"),
        _ => digits,
    };
    // E.164 has at most 15 digits; a trunk prefix may come before them.
    (4..=20).contains(&digits.len()).then_some(digits)
}

fn clean(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    (10..=13).contains(&digits.len())
        && ZERO_PREFIX.iter().any(|code| digits.strip_prefix(code).is_some_and(|rest| !rest.starts_with('0')))
}

fn parsed(number: &str, region: Option<&str>) -> Option<String> {
    let region = region.and_then(|region| region.trim().to_uppercase().parse::<country::Id>().ok());
    if region.is_none() && !number.starts_with('+') {
        return None;
    }
    let parsed = phonenumber::parse(region, number).ok()?;
    Some(parsed.format().mode(phonenumber::Mode::E164).to_string())
}

/// The number and the digits of its extension.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let lower = text.to_ascii_lowercase();
    for word in EXTENSIONS {
        let Some(at) = lower.rfind(word) else { continue };
        let (Some(number), Some(rest)) = (text.get(..at), text.get(at + word.len()..)) else { continue };
        let digits = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | ')'));
        let enough = number.chars().filter(char::is_ascii_digit).count() >= 5;
        if enough && (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return (number.trim_end_matches(['(', ' ', ',', ';']), Some(digits));
        }
    }
    (text, None)
}
