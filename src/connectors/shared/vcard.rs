//! A vCard as lines: vCard 4.0 (RFC 6350), 3.0 (RFC 2426) and the 2.1 that old exports use.
//!
//! Each property keeps the very characters it was read from, folds and line ends included. Only a
//! line that is edited is composed anew, so whatever Duosync does not know stays byte for byte.

use std::borrow::Cow;

/// Longest physical line in octets without its line end (RFC 6350, section 3.2).
const FOLD_AT: usize = 75;

/// The version of a card: it decides how values are escaped and encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CardVersion {
    /// vCard 2.1.
    V21,
    /// vCard 3.0.
    V30,
    /// vCard 4.0.
    V40,
}

/// One logical line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The physical text with folds and line ends.
    raw: String,
    /// Names the line while others come and go around it.
    pub(crate) id: usize,
    /// What comes before the colon, unfolded.
    head: String,
    /// The group (`item1`), as written.
    pub(crate) group: Option<String>,
    /// The property's name in capitals; empty for a line that is no property.
    pub(crate) name: String,
    /// The parameters: names in capitals, values without quotes.
    params: Vec<(String, Vec<String>)>,
    /// What comes after the colon, unfolded and still encoded.
    value: String,
    /// Whether it belongs to the (first) card itself and not to one nested in it or after it.
    own: bool,
}

impl Line {
    /// All values of a parameter.
    pub(crate) fn param<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.params.iter().filter(move |(key, _)| key == name).flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// The types in small letters (`work`, `cell`, `pref`).
    pub(crate) fn types(&self) -> Vec<String> {
        self.param("TYPE").map(|value| value.trim().to_ascii_lowercase()).filter(|value| !value.is_empty()).collect()
    }

    /// 1 for the most preferred; 101 where nothing is said.
    pub(crate) fn preference(&self) -> u32 {
        if let Some(number) = self.param("PREF").find_map(|value| value.parse().ok()) {
            return number;
        }
        if self.param("TYPE").any(|value| value.eq_ignore_ascii_case("pref")) { 1 } else { 101 }
    }

    fn is_quoted_printable(&self) -> bool {
        self.param("ENCODING").any(|value| value.eq_ignore_ascii_case("QUOTED-PRINTABLE"))
    }

    /// The value with its transfer encoding taken off and its backslashes still in it.
    pub(crate) fn escaped(&self) -> Cow<'_, str> {
        if !self.is_quoted_printable() {
            return Cow::Borrowed(&self.value);
        }
        let bytes = decode_quoted_printable(&self.value);
        let charset = self.param("CHARSET").next().and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
        let text = match charset {
            Some(encoding) => encoding.decode(&bytes).0.into_owned(),
            None => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned(),
            },
        };
        Cow::Owned(text.replace("\r\n", "\n"))
    }
}

/// A whole card.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    lines: Vec<Line>,
    version: CardVersion,
    line_end: &'static str,
    next_id: usize,
    closed: bool,
}

impl Card {
    /// Reads any text; writing it again gives the same text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        let mut raw = String::new();
        for physical in text.split_inclusive('\n') {
            let folded = physical.starts_with(' ') || physical.starts_with('\t');
            if !raw.is_empty() && !folded && !awaits_more(&raw) {
                lines.push(parse_line(std::mem::take(&mut raw), lines.len()));
            }
            raw.push_str(physical);
        }
        if !raw.is_empty() {
            lines.push(parse_line(raw, lines.len()));
        }
        let mut version = CardVersion::V30;
        let mut depth = 0_usize;
        let mut over = false;
        for line in &mut lines {
            let vcard = line.value.trim().eq_ignore_ascii_case("VCARD");
            if line.name == "BEGIN" && vcard {
                depth += 1;
            } else if line.name == "END" && vcard {
                depth = depth.saturating_sub(1);
                over = over || depth == 0;
            } else {
                line.own = depth == 1 && !over;
                if line.own && line.name == "VERSION" {
                    version = match line.value.trim() {
                        "2.1" => CardVersion::V21,
                        "4.0" => CardVersion::V40,
                        _ => CardVersion::V30,
                    };
                }
            }
        }
        let line_end = if text.contains("\r\n") || !text.contains('\n') { "\r\n" } else { "\n" };
        Self { next_id: lines.len(), lines, version, line_end, closed: over }
    }

    /// A new card with nothing but its frame and UID.
    pub(crate) fn new(version: CardVersion, uid: &str) -> Self {
        let number = match version {
            CardVersion::V21 => "2.1",
            CardVersion::V30 => "3.0",
            CardVersion::V40 => "4.0",
        };
        Self::parse(&format!("BEGIN:VCARD\r\nVERSION:{number}\r\nUID:{uid}\r\nEND:VCARD\r\n"))
    }

    /// The text: what was read, but for the lines that were edited.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| line.raw.as_str()).collect()
    }

    /// The version it says it has.
    pub(crate) const fn version(&self) -> CardVersion {
        self.version
    }

    /// Whether there is a card in the text at all.
    pub(crate) fn is_card(&self) -> bool {
        self.lines.iter().any(|line| line.own)
    }

    /// Whether its end is there. A card without one may have been cut off, and its last line may be one that goes
    /// on: what is written after that would become a part of it.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The properties of this name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.own && line.name == name)
    }

    /// The line with this id.
    pub(crate) fn line(&self, id: usize) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The text of the first property of this name.
    pub(crate) fn first_text(&self, name: &str) -> Option<String> {
        self.named(name).next().map(|line| self.unescape(&line.escaped()))
    }

    /// Whether it is a list of other cards rather than somebody.
    pub(crate) fn is_group(&self) -> bool {
        ["KIND", "X-ADDRESSBOOKSERVER-KIND"]
            .iter()
            .any(|name| self.named(name).any(|line| line.value.trim().eq_ignore_ascii_case("group")))
    }

    /// The label that belongs to a line's group (`X-ABLabel`), without Apple's frame, in small
    /// letters.
    pub(crate) fn label(&self, line: &Line) -> Option<String> {
        let group = line.group.as_deref()?;
        self.named("X-ABLABEL")
            .find(|other| other.group.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(group)))
            .map(|other| other.value.trim().trim_start_matches("_$!<").trim_end_matches(">!$_").to_lowercase())
    }

    /// Takes the backslashes out of a value or component.
    pub(crate) fn unescape(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            if char != '\\' {
                out.push(char);
                continue;
            }
            match chars.next() {
                // In 2.1 only the semicolon is escaped: a backslash may well be a file's path.
                Some(next @ (';' | ',')) => out.push(next),
                Some(next) if self.version == CardVersion::V21 => out.extend(['\\', next]),
                Some('n' | 'N') => out.push('\n'),
                Some(next @ ('\\' | ':' | '"')) => out.push(next),
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            }
        }
        out
    }

    /// Puts backslashes where a text value or component needs them. Where `list` is true the commas
    /// stay as they are: they part the items.
    pub(crate) fn escape(&self, text: &str, list: bool) -> String {
        let mut out = String::with_capacity(text.len());
        for char in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
            match char {
                ';' => out.push_str("\\;"),
                // Quoted-printable carries line breaks in 2.1, and nothing else is escaped there.
                _ if self.version == CardVersion::V21 => out.push(char),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                ',' if !list => out.push_str("\\,"),
                _ => out.push(char),
            }
        }
        out
    }

    /// Gives a line a new (escaped) value; its group, name and parameters stay. `drop` names
    /// parameters that no longer fit the value.
    pub(crate) fn set(&mut self, id: usize, escaped: &str, drop: &[&str]) {
        let (version, line_end) = (self.version, self.line_end);
        let Some(line) = self.lines.iter_mut().find(|line| line.id == id) else { return };
        if line.escaped() == escaped && drop.is_empty() {
            return;
        }
        let mut parts: Vec<String> = split_outside_quotes(&line.head, ';')
            .into_iter()
            .filter(|part| {
                let key = key_of(part);
                key != "QUOTED-PRINTABLE" && key != "ENCODING" && key != "CHARSET" && !drop.contains(&key.as_str())
            })
            .map(str::to_owned)
            .collect();
        // A harmless CHARSET=UTF-8 stays where the line had it.
        let had_utf8 =
            !line.is_quoted_printable() && line.param("CHARSET").any(|name| name.eq_ignore_ascii_case("UTF-8"));
        let encode = version == CardVersion::V21 && (!escaped.is_ascii() || escaped.contains('\n'));
        if encode {
            parts.push("CHARSET=UTF-8".to_owned());
            parts.push("ENCODING=QUOTED-PRINTABLE".to_owned());
        } else if had_utf8 {
            parts = split_outside_quotes(&line.head, ';')
                .into_iter()
                .filter(|part| !drop.contains(&key_of(part).as_str()))
                .map(str::to_owned)
                .collect();
        }
        let head = parts.join(";");
        let own_end = if line.raw.ends_with("\r\n") {
            "\r\n"
        } else if line.raw.ends_with('\n') {
            "\n"
        } else {
            line_end
        };
        let raw = compose(&head, escaped, encode, version, own_end);
        let own = line.own;
        *line = parse_line(raw, id);
        line.own = own;
    }

    /// Adds a property before the end of the card, after the last one of its name if there is one.
    pub(crate) fn add(&mut self, head: &str, escaped: &str) -> usize {
        let id = self.next_id;
        self.next_id += 1;
        let encode = self.version == CardVersion::V21 && (!escaped.is_ascii() || escaped.contains('\n'));
        let head = if encode { format!("{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE") } else { head.to_owned() };
        let mut line = parse_line(compose(&head, escaped, encode, self.version, self.line_end), id);
        line.own = true;
        let last_alike = self.lines.iter().rposition(|other| other.own && other.name == line.name);
        let last_own = self.lines.iter().rposition(|other| other.own && !other.name.is_empty());
        // A card of nothing but lines without a name starts at its frame.
        let frame = || {
            self.lines
                .iter()
                .position(|other| other.name == "BEGIN" && other.value.trim().eq_ignore_ascii_case("VCARD"))
        };
        let mut at = last_alike.or(last_own).or_else(frame).map_or(self.lines.len(), |place| place + 1);
        // The label of a group stays beside its property.
        if let (Some(place), Some(group)) =
            (last_alike, last_alike.and_then(|place| self.lines.get(place)?.group.clone()))
        {
            at = self
                .lines
                .iter()
                .rposition(|other| other.own && other.group.as_deref() == Some(group.as_str()))
                .unwrap_or(place)
                + 1;
        }
        if let Some(before) = at.checked_sub(1).and_then(|place| self.lines.get_mut(place))
            && !before.raw.ends_with('\n')
        {
            before.raw.push_str(self.line_end);
        }
        self.lines.insert(at.min(self.lines.len()), line);
        id
    }

    /// Takes a property out, with the labels of its group when nothing else is left in that.
    pub(crate) fn remove(&mut self, id: usize) {
        let Some(group) = self.line(id).map(|line| line.group.clone()) else { return };
        self.lines.retain(|line| line.id != id);
        let Some(group) = group else { return };
        let same =
            |line: &Line| line.own && line.group.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&group));
        let only_labels = self
            .lines
            .iter()
            .filter(|line| same(line))
            .all(|line| matches!(line.name.as_str(), "X-ABLABEL" | "X-ABADR"));
        if only_labels {
            self.lines.retain(|line| !same(line));
        }
    }
}

/// The parts of a text between separators that no backslash escapes, backslashes kept.
pub(crate) fn split_escaped(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, char) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if char == '\\' {
            escaped = true;
        } else if char == separator {
            parts.push(&text[start..at]);
            start = at + char.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Whether the text so far ends in a soft line break of quoted-printable, so that the next physical
/// line belongs to it whatever it starts with.
fn awaits_more(raw: &str) -> bool {
    let text = raw.strip_suffix('\n').unwrap_or(raw);
    if !text.strip_suffix('\r').unwrap_or(text).ends_with('=') {
        return false;
    }
    let unfolded = unfold(raw);
    let Some(colon) = find_outside_quotes(&unfolded, ':') else { return false };
    split_outside_quotes(&unfolded[..colon], ';').iter().skip(1).any(|part| {
        part.eq_ignore_ascii_case("QUOTED-PRINTABLE") || part.eq_ignore_ascii_case("ENCODING=QUOTED-PRINTABLE")
    })
}

/// The logical line: folds and the line end taken out.
fn unfold(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut first = true;
    for physical in raw.split_inclusive('\n') {
        let text = physical.strip_suffix('\n').unwrap_or(physical);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if first {
            out.push_str(text);
        } else if let Some(rest) = text.strip_prefix([' ', '\t']) {
            out.push_str(rest);
        } else {
            // A soft break of quoted-printable: its `=` goes, the line is taken as it is.
            if out.ends_with('=') {
                out.pop();
            }
            out.push_str(text);
        }
        first = false;
    }
    out
}

/// The name of a parameter as it is read, without the spaces that some programs leave around it.
fn key_of(part: &str) -> String {
    part.split('=').next().unwrap_or_default().trim().to_ascii_uppercase()
}

fn parse_line(raw: String, id: usize) -> Line {
    let unfolded = unfold(&raw);
    let mut line = Line {
        raw,
        id,
        head: String::new(),
        group: None,
        name: String::new(),
        params: Vec::new(),
        value: String::new(),
        own: false,
    };
    let Some(colon) = find_outside_quotes(&unfolded, ':') else { return line };
    unfolded[..colon].clone_into(&mut line.head);
    unfolded[colon + 1..].clone_into(&mut line.value);
    let parts = split_outside_quotes(&line.head, ';');
    let full = parts.first().copied().unwrap_or_default();
    let (group, name) = match full.rsplit_once('.') {
        Some((group, name)) => (Some(group.trim().to_owned()), name),
        None => (None, full),
    };
    let name = name.trim().to_ascii_uppercase();
    for part in parts.iter().skip(1) {
        let (key, value) = match part.split_once('=') {
            Some((key, value)) => (key.trim().to_ascii_uppercase(), value),
            // vCard 2.1 leaves the name of a parameter out.
            None if matches!(part.to_ascii_uppercase().as_str(), "QUOTED-PRINTABLE" | "BASE64" | "8BIT" | "7BIT") => {
                ("ENCODING".to_owned(), *part)
            }
            None => ("TYPE".to_owned(), *part),
        };
        let values = split_outside_quotes(value, ',')
            .into_iter()
            .flat_map(|item| {
                let bare = item.trim().trim_matches('"');
                // TYPE="work,voice" is two types in quotes (RFC 6350, section 5.6).
                if key == "TYPE" { bare.split(',').map(str::to_owned).collect() } else { vec![bare.to_owned()] }
            })
            .collect();
        line.params.push((key, values));
    }
    line.group = group;
    line.name = name;
    line
}

fn compose(head: &str, escaped: &str, encode: bool, version: CardVersion, line_end: &str) -> String {
    if encode {
        return format!("{head}:{}{line_end}", encode_quoted_printable(escaped));
    }
    // Only quoted-printable may carry a line break; elsewhere it would start another property.
    let text = format!("{head}:{}", escaped.replace(['\r', '\n'], " "));
    if version == CardVersion::V21 {
        return text + line_end;
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut width = 0;
    for char in text.chars() {
        if width + char.len_utf8() > FOLD_AT {
            out.push_str(line_end);
            out.push(' ');
            width = 1;
        }
        out.push(char);
        width += char.len_utf8();
    }
    out + line_end
}

fn find_outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    for (at, char) in text.char_indices() {
        if char == '"' {
            quoted = !quoted;
        } else if char == wanted && !quoted {
            return Some(at);
        }
    }
    None
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = find_outside_quotes(rest, separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len_utf8()..];
    }
    parts.push(rest);
    parts
}

fn decode_quoted_printable(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let mut ahead = bytes.clone();
        let hex = |byte: Option<u8>| {
            byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
        };
        if let (Some(high), Some(low)) = (hex(ahead.next()), hex(ahead.next())) {
            out.push(high * 16 + low);
            bytes = ahead;
        } else {
            out.push(byte);
        }
    }
    out
}

fn encode_quoted_printable(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.replace('\n', "\r\n").bytes() {
        if (0x20..0x7f).contains(&byte) && byte != b'=' {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "={byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reading_and_writing_is_the_identity(text in "(?s).{0,200}") {
            prop_assert_eq!(Card::parse(&text).text(), text);
        }

        #[test]
        fn reading_and_writing_lines_is_the_identity(lines in prop::collection::vec("([A-Za-z.;=\": ,\\\\é-]{0,30}(=)?(\r\n|\n|\r))", 0..20)) {
            let text = lines.concat();
            prop_assert_eq!(Card::parse(&text).text(), text);
        }

        #[test]
        fn a_text_value_comes_back(value in "[^\r]{0,120}", version in prop::sample::select(vec![CardVersion::V30, CardVersion::V40])) {
            let mut card = Card::new(version, "u");
            let escaped = card.escape(&value, false);
            card.add("NOTE", &escaped);
            prop_assert_eq!(Card::parse(&card.text()).first_text("NOTE").unwrap(), value);
        }
    }

    #[test]
    fn folds_quotes_groups_and_bare_types_are_read() {
        let card = Card::parse(
            "BEGIN:VCARD\nVERSION:3.0\nitem1.TEL;TYPE=\"work,voice\";X-P=\"a:b;c\";PREF:+3\n 2 47\nEND:VCARD\n",
        );
        let line = card.named("TEL").next().unwrap();
        assert_eq!(line.group.as_deref(), Some("item1"));
        assert_eq!(line.types(), ["work", "voice", "pref"]);
        assert_eq!(line.preference(), 1);
        assert_eq!(line.escaped(), "+32 47");
    }

    #[test]
    fn an_edit_keeps_everything_else() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:a lo\r\n ng one\r\nitem1.TEL;TYPE=WORK;X-Q=1:1\r\nitem1.X-ABLabel:Desk\r\nPHOTO;ENCODING=b:AAAA\r\n  BBBB\r\nEND:VCARD\r\n";
        let mut card = Card::parse(text);
        let id = card.named("TEL").next().unwrap().id;
        card.set(id, "2", &[]);
        assert_eq!(card.text(), text.replace("X-Q=1:1", "X-Q=1:2"));
        card.remove(id);
        assert_eq!(card.text(), text.replace("item1.TEL;TYPE=WORK;X-Q=1:1\r\nitem1.X-ABLabel:Desk\r\n", ""));
    }

    #[test]
    fn quoted_printable_is_read_and_written() {
        let text = "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=91=20=\n=C3=91\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1252:caf=E9=0D=0Ab=\n\nEND:VCARD\n";
        let mut card = Card::parse(text);
        assert_eq!(card.first_text("FN").unwrap(), "Ñ Ñ");
        assert_eq!(card.first_text("NOTE").unwrap(), "café\nb");
        let id = card.named("FN").next().unwrap().id;
        card.set(id, "Zoë", &[]);
        assert!(card.text().contains("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB\n"), "{}", card.text());
        card.set(id, "Zoe", &[]);
        assert!(card.text().contains("\nFN:Zoe\n"), "{}", card.text());
        assert!(card.text().ends_with("b=\n\nEND:VCARD\n"));
    }

    #[test]
    fn a_parameter_with_spaces_around_its_name_is_replaced_as_well() {
        let text =
            "BEGIN:VCARD\nVERSION:2.1\nNOTE; CHARSET =windows-1252;ENCODING =QUOTED-PRINTABLE:caf=E9\nEND:VCARD\n";
        let mut card = Card::parse(text);
        assert_eq!(card.first_text("NOTE").unwrap(), "café");
        let id = card.named("NOTE").next().unwrap().id;
        card.set(id, "=41 Zoë", &[]);
        assert_eq!(Card::parse(&card.text()).first_text("NOTE").unwrap(), "=41 Zoë", "{}", card.text());
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut card = Card::new(CardVersion::V40, "u");
        card.add("NOTE", &"é".repeat(200));
        assert!(card.text().split("\r\n").all(|line| line.len() <= FOLD_AT));
        assert_eq!(card.first_text("NOTE").unwrap(), "é".repeat(200));
    }

    #[test]
    fn a_nested_card_is_not_ours() {
        let card = Card::parse(
            "BEGIN:VCARD\nVERSION:2.1\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nTEL:9\nEND:VCARD\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nTEL:2\nEND:VCARD\n",
        );
        let numbers: Vec<_> = card.named("TEL").map(|line| line.escaped().into_owned()).collect();
        assert_eq!(numbers, ["1"]);
    }
}
