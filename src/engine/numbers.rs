//! Decimal numbers as people and platforms write them.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;

/// More characters than any real amount has; longer texts are not read as numbers.
const LONGEST: usize = 400;
/// The greatest power of ten that is written out, so that `1e999999999` costs no memory.
const GREATEST_POWER: i64 = 400;

/// The plain decimal form (`1234.5`) of a number, or none where the text is not surely one.
///
/// The decimal sign is the last of `.` and `,` where both occur. Spaces and apostrophes between
/// groups of three are thousands separators. One comma before exactly three digits (`1,234`) means
/// a thousand to one reader and one and a bit to another, so it is no number here. A single point
/// is always the decimal sign, as in every file format. `€`, `$` and `£` are left out.
pub(super) fn plain(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let is_currency = |c: char| c.is_whitespace() || matches!(c, '€' | '$' | '£');
    let (minus, body) = sign(text.trim_matches(is_currency));
    let body = body.trim_start_matches(is_currency);
    let (minus, body) = if minus { (true, body) } else { sign(body) };
    let (digits, power) = match body.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse::<i64>().ok().filter(|p| p.abs() <= GREATEST_POWER)?),
        None => (body, 0),
    };
    let (whole, fraction) = parts(digits)?;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let number = BigDecimal::from_str(&format!("0{whole}.{fraction}0e{power}")).ok()?.normalized();
    let plain = number.to_plain_string();
    Some(if minus && plain != "0" { format!("-{plain}") } else { plain })
}

/// Whether there is a minus in front, and what follows the sign.
fn sign(text: &str) -> (bool, &str) {
    if let Some(rest) = text.strip_prefix(['-', '\u{2212}']) {
        (true, rest)
    } else {
        (false, text.strip_prefix('+').unwrap_or(text))
    }
}

/// The digits before and after the decimal sign.
fn parts(text: &str) -> Option<(String, String)> {
    let last = |sign: char| text.rfind(sign);
    let count = |sign: char| text.matches(sign).count();
    let (decimal, thousands) = match (last('.'), last(',')) {
        (Some(point), Some(comma)) if point > comma => (Some('.'), Some(',')),
        (Some(_), Some(_)) => (Some(','), Some('.')),
        (Some(_), None) if count('.') > 1 => (None, Some('.')),
        (None, Some(_)) if count(',') > 1 => (None, Some(',')),
        (Some(_), None) => (Some('.'), None),
        (None, Some(_)) => (Some(','), None),
        (None, None) => (None, None),
    };
    let (whole, fraction) = match decimal {
        Some(sign) if count(sign) > 1 => return None,
        Some(sign) => text.split_once(sign)?,
        None => (text, ""),
    };
    if decimal == Some(',') && thousands.is_none() && fraction.len() == 3 && ambiguous_head(whole) {
        return None;
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((ungroup(whole, thousands)?, fraction.to_owned()))
}

/// Whether what stands before `,123` could be the first group of a whole number.
fn ambiguous_head(whole: &str) -> bool {
    (1..=3).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit()) && !whole.starts_with('0')
}

/// The whole part without its thousands separators, which must be all the same and three digits apart.
fn ungroup(whole: &str, thousands: Option<char>) -> Option<String> {
    let found = whole.chars().find(|c| !c.is_ascii_digit());
    let Some(found) = found else { return Some(whole.to_owned()) };
    let allowed = match thousands {
        Some(sign) => found == sign,
        None => matches!(found, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}'),
    };
    if !allowed {
        return None;
    }
    let groups: Vec<&str> = whole.split(found).collect();
    let (first, others) = groups.split_first()?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&first.len()) && digits(first) && others.iter().all(|g| g.len() == 3 && digits(g));
    fits.then(|| groups.concat())
}
