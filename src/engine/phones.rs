//! Telephone numbers: their E.164 form by Google's numbering plans (the `phonenumber` crate).

use phonenumber::country;
use unicode_normalization::UnicodeNormalization as _;

/// What stands before an extension, the longest words first.
const EXTENSIONS: [&str; 12] =
    [";ext=", "extension", "toestel", "durchwahl", "poste", "intern", "ext.", "tst.", "ext", "tst", "x", "#"];

/// The E.164 form (`+32478123456`, with ` ext. 12` behind it where there is an extension), or none
/// where the text is not surely a number of the region or with a country code.
pub(super) fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let (number, extension) = split_extension(text);
    let number = international(number.trim())?;
    let region = region.map(|region| region.trim().to_uppercase());
    let form = match number.strip_prefix('+') {
        Some(digits) => with_code(digits)?,
        None => national(&number, region.as_deref()?)?,
    };
    Some(match extension {
        Some(extension) => format!("{form} ext. {extension}"),
        None => form,
    })
}

/// The country of a number that has its country code (`BE`); none where there is no code, or it says too little.
pub(super) fn country_of(text: &str) -> Option<String> {
    let form = e164(text, None)?;
    let parsed = phonenumber::parse(None, form).ok()?;
    parsed.country().id().map(|id| id.as_ref().to_owned())
}

/// The form in which a text that is no number compares: its digits and letters, lower-case.
pub(super) fn plain(text: &str) -> String {
    let lower = text.nfkc().collect::<String>().to_lowercase();
    lower.nfkc().filter(|c| c.is_alphanumeric() || *c == '+').collect()
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

/// The E.164 form of digits that start with a country code.
///
/// They are it already, unless a trunk zero follows the code (`+32 0478`): in Italy that zero is a
/// part of the number, elsewhere not, so the numbering plan of the country decides. A code has one
/// to three digits, so without a zero in the second to fourth place there is nothing to decide,
/// and the slow parser is not asked.
fn with_code(digits: &str) -> Option<String> {
    let form = without_trunk_zero(digits)?;
    // What is still changed by a second look (`+32 00 001`) is no number that can be called.
    let own = form.get(1..)?;
    (own == digits || without_trunk_zero(own)? == form).then_some(form)
}

fn without_trunk_zero(digits: &str) -> Option<String> {
    if !(7..=16).contains(&digits.len()) || digits.starts_with('0') {
        return None;
    }
    let as_it_is = format!("+{digits}");
    if !digits.get(1..4)?.contains('0') {
        return Some(as_it_is);
    }
    // The region of the operator must not be given: the parser would take its plan for this number.
    let Ok(parsed) = phonenumber::parse(None, &as_it_is) else { return Some(as_it_is) };
    let code = parsed.code().value().to_string();
    if digits.strip_prefix(&code)?.starts_with('0') {
        Some(format!("+{code}{}", parsed.national()))
    } else {
        Some(as_it_is)
    }
}

/// The E.164 form of a number as it is called within its region.
fn national(number: &str, region: &str) -> Option<String> {
    // North America calls abroad with 011; the parser would take the rest for one of its own.
    if matches!(region, "US" | "CA")
        && let Some(abroad) = number.strip_prefix("011")
    {
        return with_code(abroad);
    }
    let parsed = phonenumber::parse(Some(region.parse::<country::Id>().ok()?), number).ok()?;
    // Not the crate's E.164 formatter, which drops the zeros that belong to an Italian number.
    let form = format!("{}{}", parsed.code().value(), parsed.national());
    // Short numbers as 112 mean something within the region only, and a form must be its own form.
    with_code(&form).filter(|again| again.get(1..) == Some(form.as_str()))
}

/// The number and the digits of its extension.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    // Each of the words has a letter or a `#`, which most numbers have not.
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'#') {
        return (text, None);
    }
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
