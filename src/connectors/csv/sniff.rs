//! Finds out how a file is written: encoding, delimiter, quotes and line ends.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

use super::scan::{Broken, next_record};
use crate::texts::tr;

/// How the file's characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextEncoding {
    /// UTF-8, with a byte order mark or without.
    Utf8 {
        /// Whether the file starts with the mark, as Excel wants it.
        bom: bool,
    },
    /// UTF-16 with a byte order mark.
    Utf16 {
        /// Big endian rather than little endian.
        big: bool,
    },
    /// An older encoding: Windows-1252 for the most part.
    Legacy(&'static Encoding),
}

impl TextEncoding {
    /// The encoding's name as an operator may know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "UTF-8",
            Self::Utf16 { .. } => "UTF-16",
            Self::Legacy(encoding) => encoding.name(),
        }
    }

    /// Whether a file found to be in this encoding, which was written in that one, is read right.
    /// A text of plain letters only is the same in most of them.
    pub(super) fn reads_like(self, written: Self) -> bool {
        match (self, written) {
            (Self::Legacy(read), Self::Legacy(written)) => read == written,
            (Self::Utf8 { bom: false }, Self::Legacy(_)) => true,
            (Self::Utf8 { .. } | Self::Utf16 { .. } | Self::Legacy(_), _) => self == written,
        }
    }

    /// The first character of the text that this encoding has no bytes for.
    pub(super) fn cannot_write(self, text: &str) -> Option<char> {
        match self {
            Self::Utf8 { .. } | Self::Utf16 { .. } => None,
            Self::Legacy(encoding) => {
                if text.is_ascii() {
                    return None;
                }
                let mut buffer = [0_u8; 4];
                text.chars().find(|character| encoding.encode(character.encode_utf8(&mut buffer)).2)
            }
        }
    }

    /// The text as the file's bytes, with the byte order mark that the file had.
    ///
    /// Callers ask [`Self::cannot_write`] first; a character without bytes would become a
    /// reference like `&#8364;`.
    pub(super) fn encode(self, text: String) -> Vec<u8> {
        match self {
            Self::Utf8 { bom: false } => text.into_bytes(),
            Self::Utf8 { bom: true } => {
                let mut bytes = Vec::with_capacity(text.len() + 3);
                bytes.extend_from_slice(UTF_8_BOM);
                bytes.extend_from_slice(text.as_bytes());
                bytes
            }
            Self::Utf16 { big } => {
                let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
                bytes.extend_from_slice(if big { UTF_16BE_BOM } else { UTF_16LE_BOM });
                for unit in text.encode_utf16() {
                    bytes.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
                bytes
            }
            Self::Legacy(encoding) => encoding.encode(&text).0.into_owned(),
        }
    }
}

/// The characters that divide the text into records and fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dialect {
    /// What stands between two fields.
    pub(super) delimiter: u8,
    /// What stands around a field that holds a delimiter or a line end.
    pub(super) quote: u8,
    /// Whether a lone carriage return ends a line, as on very old Macs.
    pub(super) cr_only: bool,
}

const UTF_8_BOM: &[u8] = b"\xEF\xBB\xBF";
const UTF_16LE_BOM: &[u8] = b"\xFF\xFE";
const UTF_16BE_BOM: &[u8] = b"\xFE\xFF";

/// What may stand between two fields.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// Records that are looked at to find the delimiter.
const SAMPLE_RECORDS: usize = 100;

/// The file's text without byte order mark, and the encoding that it was in.
///
/// # Errors
/// A sentence about what the file is instead.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, TextEncoding), String> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(tr!("files-csv-is-workbook"));
    }
    if let Some(rest) = bytes.strip_prefix(UTF_8_BOM) {
        return match std::str::from_utf8(rest) {
            Ok(text) => Ok((text.to_owned(), TextEncoding::Utf8 { bom: true })),
            Err(error) => Err(broken_utf8(rest, error.valid_up_to())),
        };
    }
    for (mark, encoding, big) in [(UTF_16LE_BOM, UTF_16LE, false), (UTF_16BE_BOM, UTF_16BE, true)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding
                .decode_without_bom_handling_and_without_replacement(rest)
                .map(|text| (text.into_owned(), TextEncoding::Utf16 { big }))
                .ok_or_else(|| tr!("files-csv-broken-utf16"));
        }
    }
    if bytes.iter().take(4096).any(|byte| *byte == 0) {
        return Err(tr!("files-csv-zero-bytes"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, TextEncoding::Utf8 { bom: false })),
        Err(error) => {
            let first = error.utf8_error().valid_up_to();
            decode_legacy(&error.into_bytes(), first)
        }
    }
}

/// Where the text of a file starts that [`decode`] takes for UTF-8, as far as its beginning tells; none where
/// it takes it for something else.
pub(super) fn plain_start(beginning: &[u8]) -> Option<usize> {
    if beginning.starts_with(UTF_8_BOM) {
        return Some(UTF_8_BOM.len());
    }
    let other = [b"PK\x03\x04".as_slice(), UTF_16LE_BOM, UTF_16BE_BOM];
    let is_other = other.iter().any(|mark| beginning.starts_with(mark));
    (!is_other && !beginning.iter().take(4096).any(|byte| *byte == 0)).then_some(0)
}

/// Finds the delimiter, the quote and the line end. The second answer is where the header starts:
/// after Excel's `sep=;` line, where the file has one.
pub(super) fn dialect(text: &str) -> (Dialect, usize) {
    let cr_only = ends_with_cr_only(text);
    if let Some((delimiter, start)) = separator_line(text) {
        let quote = quote_of(text.get(start..).unwrap_or_default(), delimiter, cr_only);
        return (Dialect { delimiter, quote, cr_only }, start);
    }
    let mut best: Option<(bool, f64, usize, Dialect)> = None;
    for delimiter in DELIMITERS {
        let dialect = Dialect { delimiter, quote: quote_of(text, delimiter, cr_only), cr_only };
        let (columns, fit) = try_dialect(text.as_bytes(), dialect);
        let score = (columns > 1, fit, columns, dialect);
        let better = best.is_none_or(|(many, best_fit, most, _)| {
            (score.0 && !many) || (score.0 == many && (fit > best_fit || (fit >= best_fit && columns > most)))
        });
        if better {
            best = Some(score);
        }
    }
    let dialect = best.map_or(Dialect { delimiter: b',', quote: b'"', cr_only }, |(_, _, _, dialect)| dialect);
    (dialect, 0)
}

/// Whether [`dialect`] says the same of every text that begins like this, so that the rest need not be there.
pub(super) fn is_settled(beginning: &str) -> bool {
    let Some(first) = beginning.find(['\n', '\r']) else { return false };
    let line_feed = beginning.get(first..).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"));
    // A text like that is looked through to its end.
    if !line_feed || beginning.starts_with('\'') || separator_line(beginning).is_some() {
        return false;
    }
    let bytes = beginning.as_bytes();
    DELIMITERS.iter().all(|delimiter| {
        let dialect = Dialect { delimiter: *delimiter, quote: b'"', cr_only: false };
        let (mut at, mut seen) = (0, 0);
        while seen < SAMPLE_RECORDS {
            match next_record(bytes, at, dialect) {
                // What comes later might belong to a record that ends where this text does.
                Ok(record) if record.next >= bytes.len() => return false,
                Ok(record) => {
                    seen += usize::from(record.end > at);
                    at = record.next;
                }
                Err(Broken::AfterQuote(place)) => return place + 1 < bytes.len(),
                Err(Broken::Unclosed(_)) => return false,
            }
        }
        true
    })
}

/// Whether lines end with a lone carriage return. A line feed inside quotes belongs to a value.
fn ends_with_cr_only(text: &str) -> bool {
    let Some(first) = text.find(['\n', '\r']) else { return false };
    let rest = text.get(first..).unwrap_or_default();
    if !rest.starts_with('\r') || rest.starts_with("\r\n") {
        return false;
    }
    let mut quoted = false;
    text.bytes().all(|byte| {
        quoted ^= byte == b'"';
        quoted || byte != b'\n'
    })
}

/// The line end that most files of this text's kind would go on with: that of the first line.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) => "\r\n",
        Some(at) if text.get(at..).is_some_and(|rest| rest.starts_with('\r')) && ends_with_cr_only(text) => "\r",
        Some(_) if text.contains("\r\n") => "\r\n",
        Some(_) | None => "\n",
    }
}

/// How many columns the header has in this dialect, and what part of the first records has as many.
fn try_dialect(bytes: &[u8], dialect: Dialect) -> (usize, f64) {
    let mut at = 0;
    let mut columns = 0;
    let (mut seen, mut fitting) = (0_u32, 0_u32);
    while at < bytes.len() && (seen as usize) < SAMPLE_RECORDS {
        let Ok(record) = next_record(bytes, at, dialect) else {
            seen += 1;
            break;
        };
        if record.end > at {
            if columns == 0 {
                columns = record.fields;
            }
            seen += 1;
            fitting += u32::from(record.fields == columns);
        }
        at = record.next;
    }
    (columns, if seen == 0 { 0.0 } else { f64::from(fitting) / f64::from(seen) })
}

/// Single quotes only where every field of the header stands in them.
fn quote_of(text: &str, delimiter: u8, cr_only: bool) -> u8 {
    if !text.starts_with('\'') {
        return b'"';
    }
    let dialect = Dialect { delimiter, quote: b'\'', cr_only };
    match next_record(text.as_bytes(), 0, dialect) {
        Ok(record) if record.quoted == record.fields => b'\'',
        Ok(_) | Err(_) => b'"',
    }
}

/// Excel's first line `sep=;`, which names the delimiter and is not a record.
fn separator_line(text: &str) -> Option<(u8, usize)> {
    let line = text.lines().next()?;
    let rest = line.trim_matches('"').strip_prefix("sep=")?;
    let delimiter = match rest.as_bytes() {
        // A letter or a quote would be taken out of the middle of values.
        [b'"' | b'\''] => return None,
        [byte] if *byte == b'\t' || *byte == b' ' || byte.is_ascii_punctuation() => *byte,
        _ => return None,
    };
    let after = text.get(line.len()..)?;
    let end = if after.starts_with("\r\n") { 2 } else { usize::from(!after.is_empty()) };
    Some((delimiter, line.len() + end))
}

fn decode_legacy(bytes: &[u8], first: usize) -> Result<(String, TextEncoding), String> {
    // A UTF-8 file with one damaged spot must not be taken for Windows-1252: every accent in it
    // would be read wrong, and the wrong text carried to the other side.
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good > bad {
        return Err(broken_utf8(bytes, first));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // Programs that export lists write Windows' code pages; a guess at one of the old Unix
    // encodings is most often a short list in Windows-1252.
    let name = guess.name();
    let unlikely = guess == WINDOWS_1252 || name.starts_with("ISO-") || name.starts_with("KOI8") || name == "IBM866";
    let is_western = name.starts_with("windows-125") && reads_well_as_western(bytes);
    let candidates = if unlikely || is_western { vec![WINDOWS_1252] } else { vec![guess, WINDOWS_1252] };
    for encoding in candidates {
        let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) else { continue };
        // Only an encoding that gives the very same bytes back leaves untouched rows as they are.
        let (back, _, failed): (Cow<'_, [u8]>, _, bool) = encoding.encode(&text);
        if !failed && *back == *bytes {
            return Ok((text.into_owned(), TextEncoding::Legacy(encoding)));
        }
    }
    Err(tr!("files-csv-no-encoding"))
}

/// Whether the bytes beyond ASCII are what Western European names have within words of ASCII letters. A guess at another
/// of Windows' code pages from a few accents (`Anaïs` as `Anaļs`) is worse than none: the wrong names would be carried.
fn reads_well_as_western(bytes: &[u8]) -> bool {
    const USUAL: &str = "éèêëàâäáïîíôöóûüùúçñœæßÉÈÊËÀÂÄÁÏÎÍÔÖÓÛÜÙÚÇÑŒÆ€’‘“”–—…°";
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let (mut accents, mut letters) = (0_usize, 0_usize);
    for word in text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_ascii()) {
        letters += word.chars().count();
        accents += word.chars().filter(|character| !character.is_ascii()).count();
    }
    text.chars().filter(|character| !character.is_ascii()).all(|character| USUAL.contains(character))
        && accents * 3 <= letters
}

fn broken_utf8(bytes: &[u8], at: usize) -> String {
    let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    tr!("files-csv-broken-utf8", line = format_args!("{line}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot decode has failed")]

    use super::*;

    fn encoding_of(bytes: &[u8]) -> TextEncoding {
        decode(bytes.to_vec()).unwrap().1
    }

    #[test]
    fn encodings_are_found_and_written_back_byte_for_byte() {
        let text = "name;city\r\nZoë;Gießen\r\n";
        for encoding in [
            TextEncoding::Utf8 { bom: false },
            TextEncoding::Utf8 { bom: true },
            TextEncoding::Utf16 { big: false },
            TextEncoding::Utf16 { big: true },
            TextEncoding::Legacy(WINDOWS_1252),
        ] {
            let bytes = encoding.encode(text.to_owned());
            let (read, found) = decode(bytes.clone()).unwrap();
            assert_eq!(found, encoding);
            assert_eq!(read, text);
            assert_eq!(found.encode(read), bytes);
        }
    }

    #[test]
    fn every_windows_1252_byte_survives() {
        let mut bytes = b"name;note\r\nAndr\xE9;caf\xE9\r\n".to_vec();
        bytes.extend(0x80..=0xFF);
        assert_eq!(WINDOWS_1252.encode(&WINDOWS_1252.decode_without_bom_handling(&bytes).0).0, bytes);
        assert_eq!(encoding_of(b"name;note\r\nAndr\xE9;5 \x80\r\n"), TextEncoding::Legacy(WINDOWS_1252));
        for name in
            ["Anaïs Maes", "Benoît Ray", "Aïsha Œuvre", "René Anaïs", "Zoë", "Noël", "Iñigo Peña", "Jürgen Groß"]
        {
            let bytes = WINDOWS_1252.encode(&format!("name;mail\r\n{name};a@b.be\r\nBob;b@b.be\r\n")).0.into_owned();
            assert_eq!(encoding_of(&bytes), TextEncoding::Legacy(WINDOWS_1252), "{name}");
        }
    }

    #[test]
    fn a_character_outside_the_encoding_is_named() {
        let encoding = TextEncoding::Legacy(WINDOWS_1252);
        assert_eq!(encoding.cannot_write("Zoë €"), None);
        assert_eq!(encoding.cannot_write("Łódź"), Some('Ł'));
        assert_eq!(TextEncoding::Utf16 { big: true }.cannot_write("Łódź"), None);
    }

    #[test]
    fn what_is_no_csv_file_is_said_so() {
        assert!(decode(b"PK\x03\x04abc".to_vec()).unwrap_err().contains("Excel workbook"));
        assert!(decode(b"n\0a\0m\0e\0".to_vec()).unwrap_err().contains("zero bytes"));
        let damaged = "name\né\né\né\nx".bytes().chain([0xE9, b'\n']).collect::<Vec<_>>();
        assert!(decode(damaged).unwrap_err().starts_with("line 5:"));
    }

    #[test]
    fn delimiters() {
        let delimiter = |text: &str| char::from(dialect(text).0.delimiter);
        assert_eq!(delimiter("a,b\n1,2\n"), ',');
        assert_eq!(delimiter("a;b\n1,5;2\n"), ';');
        assert_eq!(delimiter("a\tb, c\n1\t2\n"), '\t');
        assert_eq!(delimiter("a|b\n1|2\n"), '|');
        assert_eq!(delimiter("name;street, no;zip\nA;B, 1;C\nD;E;F\n"), ';');
        assert_eq!(delimiter("\"a;b\",\"c;d\"\n\"1;2\",\"3\"\n"), ',');
        // One column whose values hold commas is still one column.
        assert_eq!(dialect("name\nSmith, John\nDoe\n").0.delimiter, b';');
    }

    #[test]
    fn a_ragged_row_does_not_hide_the_delimiter() {
        assert_eq!(dialect("a,b,c\n1,2,3\n1,2\n1,2,3\n").0.delimiter, b',');
    }

    #[test]
    fn line_ends_quotes_and_separator_line() {
        assert_eq!(line_end("a\r\nb\r\n"), "\r\n");
        assert_eq!(line_end("a\nb\r\n"), "\r\n");
        assert_eq!(line_end("a\nb"), "\n");
        assert_eq!(line_end("a\rb\r"), "\r");
        assert!(dialect("a\rb\r").0.cr_only);
        assert!(dialect("a\rb\r\"one\r\ntwo\"\r").0.cr_only, "the line feed is a part of the value");
        assert!(!dialect("a\rb\r\n").0.cr_only);
        assert_eq!(dialect("'a','b'\n'1','2'\n").0.quote, b'\'');
        assert_eq!(dialect("'t,b\n1,2\n").0.quote, b'"');
        let (found, start) = dialect("sep=|\r\na|b\r\n");
        assert_eq!((found.delimiter, start), (b'|', 7));
    }

    #[test]
    fn short_western_lists_are_taken_for_windows_1252() {
        let words = [
            "Zoë",
            "André",
            "Müller",
            "Gießen",
            "Bjørn",
            "Åse",
            "Señor Núñez",
            "François",
            "Straße 5",
            "Çelik",
            "Øystein",
            "João",
            "Möller",
            "Jürgen",
            "Äpfel",
            "Österreich",
            "Übel",
            "naïve",
            "Côté",
            "5 €",
            "Þór",
            "Sigurðsson",
            "Ærø",
            "L’Oréal",
            "“quoted”",
            "Hôtel – Café",
            "½ liter",
            "20 °C",
            "Eñe",
            "à Paris",
            "Ü",
            "é",
            "ß",
        ];
        let mut wrong = Vec::new();
        for word in words {
            let text =
                format!("id;name;mail;city\r\n1;{word};ann@example.org;Ghent\r\n2;Bob;bob@example.org;Bruges\r\n");
            let bytes = TextEncoding::Legacy(WINDOWS_1252).encode(text.clone());
            let (read, encoding) = decode(bytes).unwrap();
            if read != text {
                wrong.push((word, encoding));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        let polish = "id;nazwa;miasto\r\n1;Żółć Święta;Łódź\r\n2;Kraśko Wójcik;Gdańsk\r\n";
        let bytes = TextEncoding::Legacy(encoding_rs::WINDOWS_1250).encode(polish.to_owned());
        assert_eq!(decode(bytes).unwrap(), (polish.to_owned(), TextEncoding::Legacy(encoding_rs::WINDOWS_1250)));
    }
}
