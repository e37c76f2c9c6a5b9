//! Which links a plan of changes can possibly need, so that a run with ten changes reads ten links and
//! not a million.
//!
//! A link that nobody touched, and whose sides hold what both last agreed on, does nothing by itself:
//! it only holds its match keys, so that no unlinked record with the same key is taken for a new one.
//! So the links needed are those that wait for something, those of the records that are spoken of, and
//! those that share a key with any of these. `tests/engine` proves for every world that the plan is
//! the same as with all links.

use std::collections::BTreeSet;

use super::matching;
use super::observe::View;
use super::reconcile::is_calm;
use crate::model::{Decision, Link, LinkIndex, Observed, PairSpec, PerSide, RecordId, Resolution, Seen, Side, Subject};

/// What a link is found by without reading it.
#[must_use]
pub fn index(spec: &PairSpec, link: &Link) -> LinkIndex {
    let keys: BTreeSet<i64> =
        Side::BOTH.iter().flat_map(|side| key_hashes(spec, *side, &link.sides.get(*side).seen)).collect();
    let pending = !Side::BOTH.iter().all(|side| is_calm(link, *side));
    LinkIndex { keys: keys.into_iter().collect(), pending }
}

/// A text that is the same only while links are found by the same keys.
#[must_use]
pub fn index_print(spec: &PairSpec) -> String {
    let mappings: Vec<_> = spec.match_keys.iter().filter_map(|name| spec.field(name)).collect();
    // The number goes up when the normal forms of keys change.
    serde_json::to_string(&(1, &spec.match_keys, mappings)).unwrap_or_default()
}

/// The records that are spoken of: their links are needed, and so are all that wait for something.
#[must_use]
pub fn spoken_of(
    views: &PerSide<View>,
    unlinked: &PerSide<Vec<Observed>>,
    decisions: &[Decision],
    only: Option<&BTreeSet<Subject>>,
) -> PerSide<BTreeSet<RecordId>> {
    let mut ids = PerSide::from_fn(|side| {
        let view = views.get(side);
        let listed = view.records.keys().chain(&view.gone).cloned();
        listed.chain(unlinked.get(side).iter().map(|record| record.id.clone())).collect::<BTreeSet<_>>()
    });
    let mut both = |pair: &PerSide<RecordId>| {
        for side in Side::BOTH {
            ids.get_mut(side).insert(pair.get(side).clone());
        }
    };
    for decision in decisions {
        match &decision.resolution {
            Resolution::Link(pair) | Resolution::NotSame(pair) => both(pair),
            Resolution::Use(_)
            | Resolution::Fields(_)
            | Resolution::Create
            | Resolution::Delete(_)
            | Resolution::Ignore
            | Resolution::Undone => {}
        }
    }
    let subjects = decisions.iter().map(|decision| &decision.subject).chain(only.into_iter().flatten());
    for subject in subjects {
        for side in Side::BOTH {
            ids.get_mut(side).extend(subject.id(side).cloned());
        }
    }
    ids
}

/// What is still needed beside these links: those that hold one of these records, and those that hold
/// one of these keys.
#[must_use]
pub fn reach(
    spec: &PairSpec,
    views: &PerSide<View>,
    unlinked: &PerSide<Vec<Observed>>,
    links: &[Link],
) -> (PerSide<BTreeSet<RecordId>>, BTreeSet<i64>) {
    let ids = PerSide::from_fn(|side| links.iter().map(|link| link.ids.get(side).clone()).collect());
    let mut keys: BTreeSet<i64> = links.iter().flat_map(|link| index(spec, link).keys).collect();
    for side in Side::BOTH {
        let known = unlinked.get(side).iter().map(|record| &record.seen);
        for seen in known.chain(views.get(side).records.values()) {
            keys.extend(key_hashes(spec, side, seen));
        }
    }
    (ids, keys)
}

fn key_hashes(spec: &PairSpec, side: Side, seen: &Seen) -> Vec<i64> {
    let keys = matching::keys(spec, side, seen);
    keys.iter().enumerate().filter(|(_, key)| !key.is_empty()).map(|(place, key)| hash(place, key)).collect()
}

/// FNV-1a over the key and its place (<https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>). It
/// is remembered, so it must be the same in every version of the program, which std's hasher is not. Two
/// keys with one hash only bring a link along that is not needed.
fn hash(place: usize, key: &str) -> i64 {
    let place = u8::try_from(place).unwrap_or(u8::MAX);
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in std::iter::once(place).chain(key.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash.cast_signed()
}
