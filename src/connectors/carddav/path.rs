//! Paths on a server in one form, so that the same card always has the same id.

use std::fmt::Write as _;

/// The path of an href with each character either plain or `%XX`, always the same way: servers
/// write `@` now as it is and now as `%40`.
pub(crate) fn normal(href: &str) -> String {
    let path = match href.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => href,
    };
    let mut out = String::with_capacity(path.len());
    for segment in path.split_inclusive('/') {
        for byte in decode(segment.strip_suffix('/').unwrap_or(segment)) {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
                out.push(char::from(byte));
            } else {
                // Writing into a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
        if segment.ends_with('/') {
            out.push('/');
        }
    }
    out
}

/// Whether a path in normal form has a step that leads elsewhere (`..`): what is asked of it would be asked of
/// another place than the one that it seems to name.
pub(crate) fn wanders(path: &str) -> bool {
    path.split('/').any(|segment| segment == "." || segment == "..")
}

/// The last segment of a path as an operator reads it.
pub(crate) fn last_segment(path: &str) -> String {
    let segment = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    String::from_utf8_lossy(&decode(segment)).into_owned()
}

fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let mut digit = || ahead.next().and_then(|byte| char::from(byte).to_digit(16));
        match (byte, byte == b'%') {
            (_, true) => match (digit(), digit()) {
                (Some(high), Some(low)) => {
                    out.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                    bytes = ahead;
                }
                _ => out.push(byte),
            },
            (byte, false) => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_card_has_the_same_path() {
        for href in ["/a/x%20y%40z.vcf", "/a/x y@z.vcf", "http://h:1/a/%78%20y@z.vcf"] {
            assert_eq!(normal(href), "/a/x%20y@z.vcf");
        }
        assert_eq!(normal("/a%2Fb/c%25/"), "/a%2Fb/c%25/");
        assert_eq!(normal(&normal("/é%/")), normal("/é%/"));
        assert!(wanders(&normal("/a/%2e%2E/b.vcf")) && wanders("../b.vcf") && wanders("/a/./b.vcf"));
        assert!(!wanders(&normal("/a/..b/c..vcf")));
        assert_eq!(normal("/a/b\n\u{1}\\..\\c"), "/a/b%0A%01%5C..%5Cc", "nothing in it is taken for a line or a step");
        assert_eq!(last_segment("/a/My%20Book/"), "My Book");
    }
}
