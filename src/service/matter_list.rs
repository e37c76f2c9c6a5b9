//! What waits for the operator, as a list that stays quick with hundreds of thousands of matters.
//!
//! The service keeps one list and shares it; searching and filtering happen here, off the window's
//! frames. The window holds what was found by its place in the list, and asks for a whole matter only
//! where one is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::model::{ConflictKind, Matter, MatterId, MatterKind, MismatchKind, PerSide, Timestamp};

/// How many fields can be looked for; one bit each.
const FIELDS: usize = 128;

/// What the list shows of a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterRow {
    /// Its number.
    pub id: MatterId,
    /// What kind it is, without the ids of several records.
    pub kind: MatterKind,
    /// When it was found first.
    pub opened: Timestamp,
    /// How many fields differ or are asked about.
    pub fields: u32,
    pair: usize,
    differs: u128,
    label: Range<usize>,
    hay: Range<usize>,
}

/// Every open matter, in the order in which they came up. Texts lie in one piece each, so that a list
/// is let go of at once, whoever holds it last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatterList {
    /// A higher number is a newer list.
    pub revision: u64,
    rows: Vec<MatterRow>,
    pairs: Vec<String>,
    names: Vec<String>,
    labels: String,
    hays: String,
}

/// In which order matters are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MatterSort {
    /// As they came up.
    #[default]
    Oldest,
    /// What came up last comes first.
    Newest,
    /// By what the records are called.
    Name,
    /// What is alike together.
    Kind,
    /// The most fields first.
    Fields,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatterQuery {
    /// In this pair, or in all.
    pub pair: Option<String>,
    /// With this text in the name or in a value, whatever the case.
    pub text: String,
    /// Of this kind, by [`MatterKind::word`].
    pub kind: Option<String>,
    /// Where this field differs or is asked about.
    pub field: Option<String>,
    /// Found at this time or after it.
    pub since: Option<Timestamp>,
    /// Found before this time.
    pub before: Option<Timestamp>,
    /// The order.
    pub sort: MatterSort,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundMatters {
    /// What was looked for.
    pub query: MatterQuery,
    /// The list that was looked through.
    pub list: Arc<MatterList>,
    /// The places of what was found, in the order that was asked for.
    pub shown: Vec<u32>,
    /// Each kind that is there in the pair, with how many there are.
    pub kinds: Vec<(MatterKind, u64)>,
    /// Each field that differs in the pair, with in how many it does.
    pub fields: Vec<(String, u64)>,
    /// Each pair with open matters, and how many.
    pub pairs: Vec<(String, u64)>,
}

impl MatterList {
    /// An empty list with this number.
    #[must_use]
    pub fn new(revision: u64) -> Self {
        Self { revision, ..Self::default() }
    }

    /// A list of these matters.
    #[must_use]
    pub fn of(revision: u64, matters: &[Matter]) -> Self {
        let mut list = Self::new(revision);
        for matter in matters {
            list.push(matter);
        }
        list.order();
        list
    }

    /// Adds a matter at the end.
    pub fn push(&mut self, matter: &Matter) {
        let pair = place(&mut self.pairs, &matter.pair);
        let (mut differs, mut fields) = (0, 0);
        for field in matter.fields.iter().filter(|field| field.differs || field.asked) {
            fields += 1;
            let at = place(&mut self.names, &field.name);
            if at < FIELDS {
                differs |= 1_u128 << at;
            }
        }
        let label = append(&mut self.labels, [matter.label.as_str()]);
        let start = self.hays.len();
        fold(&mut self.hays, &matter.label);
        for value in matter.fields.iter().flat_map(|field| [&field.now.a, &field.now.b]).flatten() {
            self.hays.push('\n');
            fold(&mut self.hays, &value.display());
        }
        self.rows.push(MatterRow {
            id: matter.id,
            kind: bare(&matter.kind),
            opened: matter.opened,
            fields,
            pair,
            differs,
            label,
            hay: start..self.hays.len(),
        });
    }

    /// The next list: without these matters, and with those that are open now.
    #[must_use]
    pub fn with(&self, gone: &[MatterId], open: &[Matter]) -> Self {
        let gone: BTreeSet<MatterId> = gone.iter().copied().collect();
        let mut next = Self { revision: self.revision + 1, ..self.clone() };
        next.rows.retain(|row| !gone.contains(&row.id));
        for matter in open {
            next.push(matter);
        }
        next.order();
        next
    }

    /// Whether so much of the texts belongs to matters that are gone that the list is better made anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        let used: usize = self.rows.iter().map(|row| row.hay.len()).sum();
        self.hays.len() > 2 * used + 1_000_000
    }

    /// How many matters are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every matter, in the order in which they came up.
    pub fn rows(&self) -> impl Iterator<Item = &MatterRow> {
        self.rows.iter()
    }

    /// The matter at a place.
    #[must_use]
    pub fn row(&self, place: u32) -> Option<&MatterRow> {
        self.rows.get(usize::try_from(place).ok()?)
    }

    /// The place of a matter.
    #[must_use]
    pub fn place_of(&self, id: MatterId) -> Option<u32> {
        self.rows.binary_search_by_key(&id, |row| row.id).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// What a matter's record is called.
    #[must_use]
    pub fn label(&self, row: &MatterRow) -> &str {
        self.labels.get(row.label.clone()).unwrap_or_default()
    }

    /// The pair of a matter.
    #[must_use]
    pub fn pair(&self, row: &MatterRow) -> &str {
        self.pairs.get(row.pair).map_or("", String::as_str)
    }

    /// Looks through the list.
    #[must_use]
    pub fn find(self: &Arc<Self>, query: &MatterQuery) -> FoundMatters {
        let mut text = String::new();
        fold(&mut text, query.text.trim());
        let pair = query.pair.as_ref().map(|pair| self.pairs.iter().position(|known| known == pair));
        let field = query.field.as_ref().map(|name| self.names.iter().position(|known| known == name));
        let mut kinds: BTreeMap<&'static str, (MatterKind, u64)> = BTreeMap::new();
        let mut fields = vec![0_u64; self.names.len()];
        let mut pairs = vec![0_u64; self.pairs.len()];
        let mut shown = Vec::new();
        for (at, row) in (0_u32..).zip(&self.rows) {
            if let Some(count) = pairs.get_mut(row.pair) {
                *count += 1;
            }
            if pair.is_some_and(|pair| pair != Some(row.pair)) {
                continue;
            }
            kinds.entry(row.kind.word()).or_insert_with(|| (row.kind.clone(), 0)).1 += 1;
            let mut bits = row.differs;
            while bits != 0 {
                if let Some(count) = usize::try_from(bits.trailing_zeros()).ok().and_then(|at| fields.get_mut(at)) {
                    *count += 1;
                }
                bits &= bits - 1;
            }
            let fits = query.kind.as_ref().is_none_or(|kind| kind == row.kind.word())
                && field.is_none_or(|field| field.is_some_and(|at| at < FIELDS && row.differs & (1 << at) != 0))
                && query.since.is_none_or(|since| row.opened >= since)
                && query.before.is_none_or(|before| row.opened < before)
                && (text.is_empty() || self.hays.get(row.hay.clone()).is_some_and(|hay| hay.contains(&text)));
            if fits {
                shown.push(at);
            }
        }
        self.sort(&mut shown, query.sort);
        let counted = |names: &[String], counts: Vec<u64>| {
            names.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect::<Vec<_>>()
        };
        FoundMatters {
            query: query.clone(),
            list: Arc::clone(self),
            shown,
            kinds: kinds.into_values().collect(),
            fields: counted(&self.names, fields),
            pairs: counted(&self.pairs, pairs),
        }
    }

    fn sort(&self, shown: &mut [u32], sort: MatterSort) {
        match sort {
            MatterSort::Oldest => {}
            MatterSort::Newest => shown.reverse(),
            // The text that is searched begins with the name in small letters.
            MatterSort::Name => {
                let name = |at: u32| self.row(at).and_then(|row| self.hays.get(row.hay.clone())).unwrap_or_default();
                shown.sort_by(|one, other| name(*one).cmp(name(*other)));
            }
            MatterSort::Kind => shown.sort_by_key(|at| self.row(*at).map(|row| row.kind.word())),
            MatterSort::Fields => shown.sort_by_key(|at| std::cmp::Reverse(self.row(*at).map(|row| row.fields))),
        }
    }

    fn order(&mut self) {
        if !self.rows.is_sorted_by_key(|row| row.id) {
            self.rows.sort_by_key(|row| row.id);
        }
    }
}

impl FoundMatters {
    /// The matter that is shown in this line.
    #[must_use]
    pub fn row(&self, line: usize) -> Option<&MatterRow> {
        self.shown.get(line).and_then(|place| self.list.row(*place))
    }
}

/// The kind without the ids of the records, which can be many.
fn bare(kind: &MatterKind) -> MatterKind {
    match kind {
        MatterKind::Conflict(ConflictKind::Ambiguous(_)) => {
            MatterKind::Conflict(ConflictKind::Ambiguous(PerSide::default()))
        }
        MatterKind::Mismatch(MismatchKind::DuplicateKey(_)) => {
            MatterKind::Mismatch(MismatchKind::DuplicateKey(PerSide::default()))
        }
        MatterKind::Conflict(
            ConflictKind::BothChanged
            | ConflictKind::FirstMatch
            | ConflictKind::DeletedAndChanged(_)
            | ConflictKind::HeldDeletion(_)
            | ConflictKind::Flipping,
        )
        | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged) => {
            kind.clone()
        }
    }
}

fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

fn append<'a>(text: &mut String, parts: impl IntoIterator<Item = &'a str>) -> Range<usize> {
    let start = text.len();
    text.extend(parts);
    start..text.len()
}

/// Adds a text in the form in which it is searched: small letters.
fn fold(into: &mut String, text: &str) {
    into.extend(text.chars().flat_map(char::to_lowercase));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

    use super::*;
    use crate::model::{MatterField, RecordId, Side, Subject, Value};

    fn matter(id: i64, pair: &str, label: &str, kind: MatterKind, phone: (&str, &str)) -> Matter {
        let field = |name: &str, a: &str, b: &str| MatterField {
            name: name.into(),
            now: PerSide::new(Some(Value::text(a)), Some(Value::text(b))),
            baseline: PerSide::default(),
            differs: a != b,
            asked: a != b,
        };
        Matter {
            id: MatterId(id),
            pair: pair.into(),
            kind,
            subject: Subject::Pair(PerSide::new(RecordId::new("1"), RecordId::new("2"))),
            label: label.into(),
            reason: String::new(),
            fields: vec![field("name", label, label), field("phone", phone.0, phone.1)],
            modified: PerSide::default(),
            opened: Timestamp(id * 1000),
        }
    }

    fn four() -> Vec<Matter> {
        let different = MatterKind::Mismatch(MismatchKind::Different);
        vec![
            matter(1, "shop", "Łukasz", different.clone(), ("1", "2")),
            matter(2, "shop", "Ann", MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A)), ("3", "3")),
            matter(3, "club", "Zoë", different.clone(), ("4", "4 56")),
            matter(4, "shop", "bart", different, ("5", "6")),
        ]
    }

    fn labels(found: &FoundMatters) -> Vec<&str> {
        (0..found.shown.len()).filter_map(|line| found.row(line)).map(|row| found.list.label(row)).collect()
    }

    #[test]
    fn matters_are_found_by_text_kind_field_pair_and_age() {
        let list = Arc::new(MatterList::of(1, &four()));
        let find = |query: MatterQuery| list.find(&query);
        let all = find(MatterQuery::default());
        assert_eq!(labels(&all), ["Łukasz", "Ann", "Zoë", "bart"]);
        assert_eq!(all.pairs, [("shop".to_owned(), 3), ("club".to_owned(), 1)]);
        assert_eq!(all.fields.last(), Some(&("phone".to_owned(), 3)));
        assert_eq!(labels(&find(MatterQuery { text: " ŁUK ".into(), ..Default::default() })), ["Łukasz"]);
        assert_eq!(labels(&find(MatterQuery { text: "4 5".into(), ..Default::default() })), ["Zoë"]);
        let kind = Some("only_in_a".to_owned());
        assert_eq!(labels(&find(MatterQuery { kind, ..Default::default() })), ["Ann"]);
        let shop = find(MatterQuery { pair: Some("shop".into()), ..Default::default() });
        assert_eq!(shop.kinds.iter().map(|(_, count)| count).sum::<u64>(), 3, "kinds are counted in the pair");
        assert_eq!(labels(&find(MatterQuery { field: Some("phone".into()), ..Default::default() })).len(), 3);
        assert_eq!(labels(&find(MatterQuery { field: Some("fax".into()), ..Default::default() })).len(), 0);
        let since = Some(Timestamp(3000));
        assert_eq!(labels(&find(MatterQuery { since, ..Default::default() })), ["Zoë", "bart"]);
        assert_eq!(labels(&find(MatterQuery { before: since, ..Default::default() })), ["Łukasz", "Ann"]);
    }

    #[test]
    fn matters_are_sorted_as_asked() {
        let list = Arc::new(MatterList::of(1, &four()));
        let sorted = |sort| {
            let found = list.find(&MatterQuery { sort, ..Default::default() });
            labels(&found).join(" ")
        };
        assert_eq!(sorted(MatterSort::Newest), "bart Zoë Ann Łukasz");
        assert_eq!(sorted(MatterSort::Name), "Ann bart Zoë Łukasz");
        assert_eq!(sorted(MatterSort::Kind), "Łukasz Zoë bart Ann");
        assert_eq!(sorted(MatterSort::Fields), "Łukasz Zoë bart Ann");
    }

    #[test]
    fn the_next_list_is_the_same_as_one_made_anew() {
        let first = MatterList::of(1, &four());
        let mut changed = four();
        changed.remove(1);
        changed.get_mut(1).unwrap().label = "Zita".into();
        changed.push(matter(9, "club", "New", MatterKind::Mismatch(MismatchKind::KeyChanged), ("1", "1")));
        let open: Vec<Matter> = changed.iter().filter(|one| [3, 9].contains(&one.id.0)).cloned().collect();
        let next = Arc::new(first.with(&[MatterId(2), MatterId(3), MatterId(9)], &open));
        let anew = Arc::new(MatterList::of(2, &changed));
        for query in [MatterQuery::default(), MatterQuery { text: "z".into(), ..Default::default() }] {
            let (one, other) = (next.find(&query), anew.find(&query));
            assert_eq!(labels(&one), labels(&other));
            assert_eq!((one.kinds, one.fields, one.pairs), (other.kinds, other.fields, other.pairs));
        }
        assert_eq!(next.place_of(MatterId(9)), Some(3));
        assert_eq!(next.place_of(MatterId(2)), None);
    }
}
