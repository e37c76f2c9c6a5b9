//! What a compare keeps of a record while it reads a long list: digests.
//!
//! Two records whose values have the same digest do not differ under the mapping, as the digest is made
//! of the values' normal forms. Where the digests are not the same, nothing is said yet: the values are
//! looked at. The digests are keyed with a number that is drawn for each compare, so that nobody can
//! write two values that look the same.

use std::ops::Range;

use siphasher::sip128::SipHasher13;
use unicode_normalization::is_nfc;

use super::normalise::{default_for, normal, text};
use super::transform::read;
use crate::model::{Direction, FieldMapping, Fields, Given, Kind, Name, PairSpec, Row, Side, Transform, Value};

/// The key of the digests of one compare.
#[derive(Clone, Copy, Debug)]
pub struct DigestKey(pub u64, pub u64);

impl DigestKey {
    pub(super) fn of(self, text: &[u8]) -> u64 {
        // None is left free to say "empty".
        SipHasher13::new_with_keys(self.0, self.1).hash(text).h1.max(1)
    }

    fn whole(self, text: &[u8]) -> u128 {
        SipHasher13::new_with_keys(self.0, self.1).hash(text).as_u128()
    }
}

/// Whether a filter leaves the record out.
pub(super) const OUTSIDE: u8 = 1;
/// Whether the same id came again later: the last one counts.
pub(super) const REPLACED: u8 = 2;

/// The digests of a list, by the number of the record in the order of the listing.
#[derive(Debug, Default)]
pub struct Digests {
    /// Of each id.
    pub(super) ids: Vec<u64>,
    /// Of all mapped values.
    pub(super) values: Vec<u128>,
    /// Of the match keys, all of a record together; 0 where the key is empty.
    pub(super) keys: Vec<u64>,
    /// How many match keys there are.
    pub(super) width: usize,
    /// What else there is to know: [`OUTSIDE`], [`REPLACED`].
    pub(super) flags: Vec<u8>,
    /// The records in the order of their first match keys, each as [`ByKey`].
    pub(super) by_key: Vec<ByKey>,
}

/// A record's first match key, and below it its number.
pub(super) type ByKey = u128;

/// The first match key and the number of a record.
#[allow(clippy::cast_possible_truncation, reason = "the two were put together by shifting")]
pub(super) const fn key_and_number(of: ByKey) -> (u64, u32) {
    ((of >> 32) as u64, of as u32)
}

impl Digests {
    /// How many records were read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The match keys of a record.
    pub(super) fn keys_of(&self, number: usize) -> &[u64] {
        self.keys.get(number * self.width..(number + 1) * self.width).unwrap_or_default()
    }

    /// The records in the order of their ids; of several with one id only the last.
    pub(super) fn by_id(&self) -> Vec<(u64, u32)> {
        let living = self.ids.iter().zip(&self.flags).zip(0_u32..).filter(|((_, flags), _)| **flags & REPLACED == 0);
        let mut all: Vec<(u64, u32)> = living.map(|((id, _), number)| (*id, number)).collect();
        all.sort_unstable();
        all
    }
}

/// How the value of a mapping comes out of a row.
enum How {
    /// A plain text in this column: its normal form is mostly found without a copy of it.
    Text(usize),
    /// An address in this column.
    Email(usize),
    /// Some other value in this column.
    Column(usize),
    /// It takes the whole record.
    Read,
}

/// Makes the digests of one side's list, record by record.
pub struct Digester {
    spec: PairSpec,
    side: Side,
    key: DigestKey,
    names: Vec<Name>,
    hows: Vec<How>,
    /// The places of the match keys among the mappings.
    match_keys: Vec<Option<usize>>,
    whole: bool,
    digests: Digests,
    canon: Vec<u8>,
    places: Vec<Range<usize>>,
    /// Whether every value is a text or an address: their normal forms are mostly found at once.
    plain: bool,
    /// What was found when the ids were last looked at, and how many there were.
    doubled: (usize, bool),
}

/// The mapping's field is missing in the answer.
const MISSING: u8 = 0;
/// A normal form follows.
const NORMAL: u8 = 1;
/// A value without a normal form follows, as text.
const PLAIN: u8 = 2;
/// Stands after each form, and in no text.
const END: u8 = 0xFF;

impl Digester {
    /// For the records of this side, whose rows hold the fields that are wanted.
    #[must_use]
    pub fn new(spec: &PairSpec, side: Side, want: &[String], key: DigestKey) -> Self {
        let column = |name: &String| want.iter().position(|wanted| wanted == name);
        let how = |mapping: &FieldMapping| {
            let made = matches!(
                (&mapping.transform, mapping.direction, side),
                (Transform::Template(_), Direction::AToB, Side::A) | (Transform::Template(_), Direction::BToA, Side::B)
            );
            let [name] = mapping.fields.get(side).as_slice() else { return How::Read };
            let (Some(column), false) = (column(name), made) else { return How::Read };
            let plain = mapping.transform != Transform::SplitName
                && mapping.values.is_empty()
                && default_for(mapping, side.opposite()).is_none();
            match mapping.kind {
                Kind::Text if plain => How::Text(column),
                Kind::Email if plain => How::Email(column),
                Kind::Text
                | Kind::Email
                | Kind::Phone
                | Kind::Number
                | Kind::Boolean
                | Kind::Date
                | Kind::DateTime
                | Kind::Choice
                | Kind::List => How::Column(column),
            }
        };
        let hows: Vec<How> = spec.fields.iter().map(how).collect();
        let plain = hows.iter().all(|how| matches!(how, How::Text(_) | How::Email(_)));
        let place = |name: &String| spec.fields.iter().position(|mapping| mapping.name == *name);
        Self {
            whole: spec.filters.iter().any(|filter| filter.side == side)
                || hows.iter().any(|how| matches!(how, How::Read)),
            hows,
            side,
            key,
            names: want.iter().map(|name| Name::new(name)).collect(),
            match_keys: spec.match_keys.iter().map(place).collect(),
            digests: Digests { width: spec.match_keys.len(), ..Digests::default() },
            spec: spec.clone(),
            canon: Vec::new(),
            places: Vec::new(),
            plain,
            doubled: (0, false),
        }
    }

    /// Takes the next record.
    pub fn take(&mut self, row: &Row<'_>) {
        let record = self.whole.then(|| row.to_record(&self.names));
        let fields = record.as_ref().map(|record| &record.fields);
        if !(self.plain && self.plainly(row)) {
            self.carefully(row, fields);
        }
        for place in &self.match_keys {
            let form = place.and_then(|place| self.canon.get(self.places.get(place)?.clone()));
            self.digests.keys.push(match form {
                Some([NORMAL, form @ ..]) if !form.is_empty() => self.key.of(form),
                // What has no normal form is asked for as it stands.
                Some([PLAIN, ..]) => self.key_of(*place, row),
                Some(_) | None => 0,
            });
        }
        let outside = fields.is_some_and(|fields| {
            let mut filters = self.spec.filters.iter().filter(|filter| filter.side == self.side);
            filters.any(|filter| !filter.passes(fields.get(&filter.field)))
        });
        self.digests.ids.push(self.key.of(row.id.as_bytes()));
        self.digests.values.push(self.key.whole(&self.canon));
        self.digests.flags.push(if outside { OUTSIDE } else { 0 });
    }

    /// Makes the normal forms of a record of texts and addresses that need nothing but their ends taken off.
    /// Says whether they are that; if not, nothing that was made counts.
    fn plainly(&mut self, row: &Row<'_>) -> bool {
        self.canon.clear();
        self.places.clear();
        for how in &self.hows {
            let (How::Text(at) | How::Email(at) | How::Column(at)) = how else { return false };
            let Some(text) = row.fields.get(*at).and_then(Option::as_ref).and_then(Given::as_text) else {
                return false;
            };
            let text = trimmed(text).as_bytes();
            self.canon.push(NORMAL);
            let start = self.canon.len();
            self.canon.extend_from_slice(text);
            if let How::Email(_) = how {
                let Some(address) = self.canon.get_mut(start..) else { return false };
                if !is_plain_address(address) {
                    return false;
                }
                address.make_ascii_lowercase();
            }
            self.places.push(start - 1..self.canon.len());
            self.canon.push(END);
        }
        // All texts are looked through together: they are short.
        let odd = |byte: u8| (byte >= MAY_COMBINE && byte != END) || byte == b'\n' || byte == b'\r';
        !self.canon.iter().fold(false, |found, byte| found | odd(*byte))
    }

    /// Makes the normal forms of any record.
    fn carefully(&mut self, row: &Row<'_>, fields: Option<&Fields>) {
        self.canon.clear();
        self.places.clear();
        for (mapping, how) in self.spec.fields.iter().zip(&self.hows) {
            let start = self.canon.len();
            let column = |column: usize| row.fields.get(column).and_then(Option::as_ref);
            match how {
                How::Text(at) => match column(*at) {
                    Some(given) if text_into(given.as_text(), &mut self.canon) => {}
                    given => {
                        form_into(mapping, self.side, given.map(Given::to_value).as_ref(), &mut self.canon);
                    }
                },
                How::Email(at) => match column(*at) {
                    Some(given) if email_into(given.as_text(), &mut self.canon) => {}
                    given => {
                        form_into(mapping, self.side, given.map(Given::to_value).as_ref(), &mut self.canon);
                    }
                },
                How::Column(at) => {
                    form_into(mapping, self.side, column(*at).map(Given::to_value).as_ref(), &mut self.canon);
                }
                How::Read => {
                    let value = fields.and_then(|fields| read(mapping, self.side, fields));
                    form_into(mapping, self.side, value.as_ref(), &mut self.canon);
                }
            }
            self.places.push(start..self.canon.len());
            self.canon.push(END);
        }
    }

    /// Whether an id came twice.
    #[must_use]
    pub fn is_doubled(&mut self) -> bool {
        let count = self.digests.ids.len();
        if self.doubled.0 != count {
            let mut ids = self.digests.ids.clone();
            ids.sort_unstable();
            self.doubled = (count, !ids.is_sorted_by(|one, next| one < next));
        }
        self.doubled.1
    }

    /// The digests of all records. Where an id came twice, the last record counts.
    #[must_use]
    pub fn finish(mut self) -> Digests {
        if self.is_doubled() {
            let mut all: Vec<(u64, u32)> = self.digests.ids.iter().copied().zip(0..).collect();
            all.sort_unstable();
            for twice in all.windows(2) {
                if let [(one, number), (next, _)] = twice
                    && one == next
                    && let Some(flags) = self.digests.flags.get_mut(*number as usize)
                {
                    *flags |= REPLACED;
                }
            }
        }
        let digests = &mut self.digests;
        let firsts = (0..digests.ids.len()).map(|number| digests.keys_of(number).first().copied().unwrap_or_default());
        // One number each: they are compared without a branch, which a sort of a million feels.
        let mut by_key: Vec<u128> =
            firsts.zip(0_u32..).map(|(key, at)| (u128::from(key) << 32) | u128::from(at)).collect();
        by_key.sort_unstable();
        digests.by_key = by_key;
        self.digests
    }

    /// The match key of a value that has no normal form, as [`super::matching::keys`] makes it.
    fn key_of(&self, place: Option<usize>, row: &Row<'_>) -> u64 {
        let Some(mapping) = place.and_then(|place| self.spec.fields.get(place)) else { return 0 };
        let value = read(mapping, self.side, &row.to_record(&self.names).fields);
        let key = value.map(|value| value.display().trim().to_lowercase()).unwrap_or_default();
        if key.is_empty() { 0 } else { self.key.of(key.as_bytes()) }
    }
}

fn form_into(mapping: &FieldMapping, side: Side, value: Option<&Value>, out: &mut Vec<u8>) {
    let Some(value) = value else {
        out.push(MISSING);
        return;
    };
    match normal(mapping, side, value) {
        Ok(form) => {
            out.push(NORMAL);
            out.extend_from_slice(form.as_bytes());
        }
        Err(_not_a_choice) => {
            out.push(PLAIN);
            out.extend_from_slice(text(&value.display()).as_bytes());
        }
    }
}

/// The lowest first byte of a character that may look like another one of several characters: U+0300. Below it
/// every text is in its composed form.
const MAY_COMBINE: u8 = 0xCC;

/// A text without the spaces at its ends, which most texts have none of.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [only] if only.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Whether this is an address and nothing but that, whose normal form is its lower case.
fn is_plain_address(address: &[u8]) -> bool {
    let odd = |byte: &u8| *byte <= b' ' || *byte >= 0x7F || *byte == b'<' || *byte == b':';
    !address.iter().fold(false, |found, byte| found | odd(byte))
}

/// Writes the normal form of a text of one line; false where it takes more than taking off its ends.
fn text_into(given: Option<&str>, out: &mut Vec<u8>) -> bool {
    let Some(given) = given else { return false };
    let (mut high, mut lines) = (false, false);
    for byte in given.bytes() {
        high |= byte >= MAY_COMBINE;
        lines |= byte == b'\n' || byte == b'\r';
    }
    if lines || (high && !is_nfc(given)) {
        return false;
    }
    out.push(NORMAL);
    out.extend_from_slice(trimmed(given).as_bytes());
    true
}

/// Writes the normal form of an address that is nothing but that; false where it takes more than lower case.
fn email_into(given: Option<&str>, out: &mut Vec<u8>) -> bool {
    let Some(address) = given.map(trimmed) else { return false };
    if !is_plain_address(address.as_bytes()) {
        return false;
    }
    out.push(NORMAL);
    out.extend(address.bytes().map(|byte| byte.to_ascii_lowercase()));
    true
}
