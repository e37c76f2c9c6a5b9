//! The files of a folder, taken apart into cards. Whatever is between the cards, and each card that is not
//! edited, keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use encoding_rs::WINDOWS_1252;

use crate::connectors::shared::digest::{of_texts, xxh64};
use crate::connectors::shared::file;
use crate::connectors::shared::vcard::{Card, CardVersion};
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::model::{Timestamp, Version};
use crate::texts::tr;

const BOM: &str = "\u{feff}";

/// One file.
#[derive(Debug)]
pub(super) struct CardFile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The digest of its bytes.
    pub(super) digest: u64,
    /// When it was last changed.
    pub(super) modified: Option<Timestamp>,
    stamp: u64,
    text: String,
    is_utf8: bool,
    cards: Vec<Range<usize>>,
}

/// All files of a folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// The files by name.
    pub(super) files: Vec<CardFile>,
    ids: BTreeMap<String, Place>,
}

/// Where a card is: its file, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The file's place in the folder.
    pub(super) file: usize,
    /// The card's place in the file.
    pub(super) card: usize,
}

impl Folder {
    /// Reads every file whose name ends in `.vcf`.
    pub(super) fn read(path: &Path, context: &Context, requests: &AtomicU64) -> Result<Self, ConnectorError> {
        let entries = std::fs::read_dir(path).map_err(|error| file::cannot(path, file::Doing::Read, error))?;
        let mut paths = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| file::cannot(path, file::Doing::Read, error))?.path();
            let is_card = entry.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("vcf"));
            let is_hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if is_card && !is_hidden && !entry.is_dir() {
                paths.push(entry);
            }
        }
        paths.sort();
        let total = paths.len() as u64;
        let mut files = Vec::with_capacity(paths.len());
        for (at, path) in paths.into_iter().enumerate() {
            context.step("reading the files", at as u64, Some(total));
            files.push(CardFile::read(path, context, requests)?);
        }
        context.check()?;
        let mut folder = Self { files, ids: BTreeMap::new() };
        for file in 0..folder.files.len() {
            for card in 0..folder.files.get(file).map_or(0, |file| file.cards.len()) {
                let place = Place { file, card };
                let uid = folder.card(place).and_then(|card| uid_of(&card)).filter(|uid| !folder.ids.contains_key(uid));
                let id = uid.unwrap_or_else(|| folder.name_of(place));
                folder.ids.insert(id, place);
            }
        }
        Ok(folder)
    }

    /// The cards and their ids.
    pub(super) fn cards(&self) -> impl Iterator<Item = (&str, Place)> {
        self.ids.iter().map(|(id, place)| (id.as_str(), *place))
    }

    /// Where the card with this id is.
    pub(super) fn find(&self, id: &str) -> Option<Place> {
        self.ids.get(id).copied()
    }

    /// The text of a card.
    pub(super) fn text(&self, place: Place) -> Option<&str> {
        let file = self.files.get(place.file)?;
        file.text.get(file.cards.get(place.card)?.clone())
    }

    /// A card.
    pub(super) fn card(&self, place: Place) -> Option<Card> {
        self.text(place).map(Card::parse)
    }

    /// What the folder held, and which files it were.
    pub(super) fn digest(&self) -> u64 {
        let texts = self
            .files
            .iter()
            .flat_map(|file| [file.path.to_string_lossy().into_owned(), format!("{:x}-{:x}", file.digest, file.stamp)]);
        of_texts(texts, &mut Vec::new())
    }

    /// The version that new cards get: that of the cards that are there.
    pub(super) fn version(&self) -> CardVersion {
        let versions: BTreeSet<bool> = self
            .ids
            .values()
            .filter_map(|place| self.card(*place))
            .map(|card| card.version() == CardVersion::V40)
            .collect();
        if versions.iter().eq([&true]) { CardVersion::V40 } else { CardVersion::V30 }
    }

    /// A card without a UID of its own is known by its file and its place in that.
    fn name_of(&self, place: Place) -> String {
        let name = self.files.get(place.file).and_then(|file| file.path.file_name()).unwrap_or_default();
        format!("{}#{}", name.to_string_lossy(), place.card + 1)
    }
}

impl CardFile {
    fn read(path: PathBuf, context: &Context, requests: &AtomicU64) -> Result<Self, ConnectorError> {
        let contents = file::read(&path, context, requests)?;
        if contents.bytes.starts_with(&[0xFF, 0xFE]) || contents.bytes.starts_with(&[0xFE, 0xFF]) {
            return Err(ConnectorError::new(
                ErrorKind::Content,
                tr!("files-vcf-utf16", file = format_args!("{}", path.display())),
            ));
        }
        let modified = std::fs::metadata(&path).ok().and_then(|file| file.modified().ok());
        let modified = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let (text, is_utf8) = match String::from_utf8(contents.bytes) {
            Ok(text) => (text, true),
            // Old exports are in the character set of Windows; each of its bytes is a character.
            Err(error) => (WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(), false),
        };
        let (cards, whole) = ranges(&text);
        if !whole || text.is_empty() {
            // The contacts that are missing from it must not look deleted.
            return Err(ConnectorError::new(
                ErrorKind::Content,
                tr!("files-vcf-half", file = format_args!("{}", path.display())),
            ));
        }
        Ok(Self {
            cards,
            path,
            digest: contents.digest,
            stamp: contents.stamp,
            modified: modified.and_then(|time| i64::try_from(time.as_millis()).ok()).map(Timestamp),
            text,
            is_utf8,
        })
    }

    /// Whether it holds one card only.
    pub(super) fn is_single(&self) -> bool {
        self.cards.len() == 1
    }

    /// The file's bytes with these cards replaced (none: taken out); no bytes when no card is left.
    pub(super) fn with(&self, changes: &BTreeMap<usize, Option<String>>) -> Option<Vec<u8>> {
        let left = (0..self.cards.len()).filter(|card| changes.get(card) != Some(&None)).count();
        if left == 0 {
            return None;
        }
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (card, range) in self.cards.iter().enumerate() {
            out.push_str(self.text.get(at..range.start).unwrap_or_default());
            at = range.end;
            match changes.get(&card) {
                None => out.push_str(self.text.get(range.clone()).unwrap_or_default()),
                Some(None) => {}
                Some(Some(text)) => out.push_str(text),
            }
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        Some(if self.is_utf8 { out.into_bytes() } else { WINDOWS_1252.encode(&out).0.into_owned() })
    }

    /// An error if the file's character set lacks a character of this text.
    pub(super) fn can_hold(&self, text: &str) -> Result<(), ConnectorError> {
        if self.is_utf8 || !WINDOWS_1252.encode(text).2 {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::Rejected,
            tr!("files-vcf-old-characters", file = format_args!("{}", self.path.display())),
        ))
    }
}

/// The version of a card: a digest of its text.
pub(super) fn version(text: &str) -> Version {
    Version(format!("{:016x}", xxh64(text.as_bytes())))
}

/// The UID of a card, without the frame of a URN.
fn uid_of(card: &Card) -> Option<String> {
    let uid = card.first_text("UID")?;
    let uid = uid.trim();
    let bare = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// Where the cards stand: from `BEGIN:VCARD` to its `END:VCARD`, cards inside them included; and whether the
/// last of them ends.
fn ranges(text: &str) -> (Vec<Range<usize>>, bool) {
    let (mut cards, mut depth, mut start, mut at) = (Vec::new(), 0_usize, 0, 0);
    for line in text.split_inclusive('\n') {
        let word = line.trim_start_matches(BOM).trim_end();
        if word.eq_ignore_ascii_case("BEGIN:VCARD") {
            if depth == 0 {
                start = at + (line.len() - line.trim_start_matches(BOM).len());
            }
            depth += 1;
        } else if word.eq_ignore_ascii_case("END:VCARD") && depth > 0 {
            depth -= 1;
            if depth == 0 {
                cards.push(start..at + line.len());
            }
        }
        at += line.len();
    }
    (cards, depth == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_found_among_other_lines() {
        let text = "\u{feff}BEGIN:VCARD\r\nAGENT:\r\nBEGIN:VCARD\r\nEND:VCARD\r\nEND:VCARD\r\n\r\nnoise\r\nbegin:vcard\nend:vcard";
        let (cards, whole) = ranges(text);
        assert!(whole);
        let found: Vec<&str> = cards.into_iter().filter_map(|range| text.get(range)).collect();
        assert_eq!(
            found,
            ["BEGIN:VCARD\r\nAGENT:\r\nBEGIN:VCARD\r\nEND:VCARD\r\nEND:VCARD\r\n", "begin:vcard\nend:vcard"]
        );
    }
}
