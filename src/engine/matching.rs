//! Which unlinked records of A and B are the same, by their match keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{PairSpec, PerSide, RecordId, Seen, Side};

use super::normalise::{Normal, normal};

/// The normal forms of a record's match keys, in their order; empty where the key is.
pub(super) type Keys = Vec<Normal>;

/// What matching found.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// Records that are the same.
    pub pairs: Vec<PerSide<RecordId>>,
    /// Groups of which nobody can say who belongs to whom.
    pub groups: Vec<Group>,
    /// Records without a partner, which may be created on the other side.
    pub alone: PerSide<Vec<RecordId>>,
    /// Records whose keys are all empty.
    pub keyless: PerSide<Vec<RecordId>>,
    /// Records that the operator said are not the same as the only candidate.
    pub kept_apart: PerSide<Vec<RecordId>>,
    /// Records that no key brought together with another, until [`leftovers`] has sorted them.
    left: PerSide<Vec<RecordId>>,
}

/// Records with the same key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The mapping of the key.
    pub mapping: String,
    /// The normal form of its value.
    pub value: Normal,
    /// The unlinked records of each side.
    pub ids: PerSide<Vec<RecordId>>,
    /// The linked records of each side that hold the same key.
    pub linked: PerSide<Vec<RecordId>>,
}

/// The keys that linked records hold, by match key and normal form.
#[derive(Debug, Default)]
pub(super) struct Taken {
    by_key: BTreeMap<usize, BTreeMap<Normal, PerSide<Vec<RecordId>>>>,
}

/// The keys that are looked for, by match key.
pub(super) struct Watched<'a>(Vec<BTreeSet<&'a str>>);

impl Watched<'_> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(BTreeSet::is_empty)
    }
}

impl Taken {
    /// Notes the keys of a linked record, where one of `watched` is among them.
    pub(super) fn note(&mut self, side: Side, id: &RecordId, keys: &Keys, watched: &Watched<'_>) {
        for (index, (key, watched)) in keys.iter().zip(&watched.0).enumerate() {
            if !key.is_empty() && watched.contains(key.as_str()) {
                let holders = self.by_key.entry(index).or_default();
                holders.entry(key.clone()).or_default().get_mut(side).push(id.clone());
            }
        }
    }

    /// Notes the keys of two records that were just brought together.
    pub(super) fn note_pair(
        &mut self,
        ids: &PerSide<RecordId>,
        pools: &PerSide<BTreeMap<RecordId, Keys>>,
        watched: &Watched<'_>,
    ) {
        for side in Side::BOTH.into_iter().filter(|_| !watched.is_empty()) {
            if let Some(keys) = pools.get(side).get(ids.get(side)) {
                self.note(side, ids.get(side), keys, watched);
            }
        }
    }

    fn holders(&self, index: usize, key: &str) -> PerSide<Vec<RecordId>> {
        self.by_key.get(&index).and_then(|holders| holders.get(key)).cloned().unwrap_or_default()
    }
}

/// The match keys of a record.
pub(super) fn keys(spec: &PairSpec, side: Side, seen: &Seen) -> Keys {
    let key = |name: &String| {
        let mapping = spec.field(name)?;
        let value = seen.values.get(name)?;
        Some(normal(mapping, side, value).unwrap_or_else(|_not_a_choice| value.display().trim().to_lowercase()))
    };
    spec.match_keys.iter().map(|name| key(name).unwrap_or_default()).collect()
}

/// All keys of the pools, so that linked records need to be looked at for these only.
pub(super) fn watched(pools: &PerSide<BTreeMap<RecordId, Keys>>) -> Watched<'_> {
    watch(pools.a.values().chain(pools.b.values()))
}

/// The keys of those that no key brought together with another.
pub(super) fn watched_by_left<'a>(found: &Matches, pools: &'a PerSide<BTreeMap<RecordId, Keys>>) -> Watched<'a> {
    watch(
        Side::BOTH
            .into_iter()
            .flat_map(|side| found.left.get(side).iter().filter_map(move |id| pools.get(side).get(id))),
    )
}

fn watch<'a>(all: impl Iterator<Item = &'a Keys>) -> Watched<'a> {
    let mut watched: Vec<BTreeSet<&str>> = Vec::new();
    for keys in all {
        watched.resize_with(watched.len().max(keys.len()), BTreeSet::new);
        for (key, watched) in keys.iter().zip(&mut watched).filter(|(key, _)| !key.is_empty()) {
            watched.insert(key);
        }
    }
    Watched(watched)
}

/// Finds the pairs. Keys are tried in order: a later key counts only for two records of which at
/// least one has no earlier key, for two different email addresses are not made the same by a
/// telephone that a household shares.
pub(super) fn find(
    spec: &PairSpec,
    everyone: &PerSide<BTreeMap<RecordId, Keys>>,
    taken: &Taken,
    not_same: &BTreeSet<PerSide<RecordId>>,
) -> Matches {
    let mut found = Matches::default();
    let mut pools: Pools<'_> = everyone.as_ref().map(|records| records.iter().collect());
    for (index, mapping) in spec.match_keys.iter().enumerate() {
        for (value, ids) in groups(&pools, index) {
            let holders = taken.holders(index, value);
            // No key comes before the first, so there everybody fits, and a list of thousands of
            // records with one key costs no thousands times thousands.
            let candidates = if index == 0 {
                ids
            } else {
                let mut fitting: PerSide<BTreeSet<&RecordId>> = PerSide::default();
                let with_keys = PerSide::from_fn(|side| {
                    let pool = pools.get(side);
                    let known = ids.get(side).iter().filter_map(|id| pool.get_key_value(*id));
                    known.map(|(id, keys)| (*id, *keys)).collect::<Vec<_>>()
                });
                for (a, a_keys) in &with_keys.a {
                    for (b, _) in with_keys.b.iter().filter(|(_, b_keys)| compatible(index, a_keys, b_keys)) {
                        fitting.a.insert(*a);
                        fitting.b.insert(*b);
                    }
                }
                fitting.map(|ids| ids.into_iter().collect())
            };
            let (Some(a), Some(b)) = (candidates.a.first(), candidates.b.first()) else { continue };
            let pair = PerSide::new((*a).clone(), (*b).clone());
            let single =
                candidates.a.len() == 1 && candidates.b.len() == 1 && holders.a.is_empty() && holders.b.is_empty();
            for side in Side::BOTH {
                for id in candidates.get(side) {
                    pools.get_mut(side).remove(*id);
                }
            }
            if !single {
                let ids = candidates.map(|ids| ids.into_iter().cloned().collect());
                found.groups.push(Group { mapping: mapping.clone(), value: value.clone(), ids, linked: holders });
            } else if not_same.contains(&pair) {
                found.kept_apart.a.push(pair.a);
                found.kept_apart.b.push(pair.b);
            } else {
                found.pairs.push(pair);
            }
        }
    }
    found.left = pools.map(|records| records.into_keys().cloned().collect());
    found
}

/// What is left has no partner: it may be created, unless its own key is doubled or taken. `taken`
/// holds the keys as linked records will hold them, those that were linked just now included.
pub(super) fn leftovers(
    spec: &PairSpec,
    found: &mut Matches,
    everyone: &PerSide<BTreeMap<RecordId, Keys>>,
    taken: &Taken,
) {
    let pools = std::mem::take(&mut found.left);
    if pools.a.is_empty() && pools.b.is_empty() {
        return;
    }
    let matched: PerSide<BTreeSet<&RecordId>> =
        PerSide::from_fn(|side| found.pairs.iter().map(|ids| ids.get(side)).collect());
    let mut doubled: BTreeMap<(usize, Normal), PerSide<Vec<RecordId>>> = BTreeMap::new();
    let mut holders_of: BTreeMap<(usize, &Normal), usize> = BTreeMap::new();
    let unmatched = |side: Side| {
        everyone
            .get(side)
            .iter()
            .filter(|(id, _)| !matched.get(side).contains(id))
            .map(|(_, keys)| keys)
            .collect::<Vec<_>>()
    };
    for keys in unmatched(Side::A).into_iter().chain(unmatched(Side::B)) {
        for (index, key) in keys.iter().enumerate().filter(|(_, key)| !key.is_empty()) {
            *holders_of.entry((index, key)).or_default() += 1;
        }
    }
    for side in Side::BOTH {
        for id in pools.get(side) {
            let Some(keys) = everyone.get(side).get(id) else { continue };
            let Some((index, key)) = keys.iter().enumerate().find(|(_, key)| !key.is_empty()) else {
                found.keyless.get_mut(side).push(id.clone());
                continue;
            };
            let holders = taken.holders(index, key);
            let shared = holders_of.get(&(index, key)).copied().unwrap_or_default() > 1;
            if shared || !holders.a.is_empty() || !holders.b.is_empty() {
                doubled.entry((index, key.clone())).or_default().get_mut(side).push(id.clone());
            } else {
                found.alone.get_mut(side).push(id.clone());
            }
        }
    }
    let known = found.groups.iter().enumerate();
    let places: BTreeMap<(String, Normal), usize> =
        known.map(|(place, group)| ((group.mapping.clone(), group.value.clone()), place)).collect();
    for ((index, value), ids) in doubled {
        let mapping = spec.match_keys.get(index).cloned().unwrap_or_default();
        let linked = taken.holders(index, &value);
        let place = (mapping, value);
        let group = places.get(&place).and_then(|place| found.groups.get_mut(*place));
        let (mapping, value) = place;
        match group {
            Some(group) => {
                for side in Side::BOTH {
                    group.ids.get_mut(side).extend(ids.get(side).iter().cloned());
                    group.ids.get_mut(side).sort();
                }
            }
            None => found.groups.push(Group { mapping, value, ids, linked }),
        }
    }
}

/// The records that are still without a partner, with their keys.
type Pools<'a> = PerSide<BTreeMap<&'a RecordId, &'a Keys>>;

fn groups<'a>(pools: &Pools<'a>, index: usize) -> BTreeMap<&'a Normal, PerSide<Vec<&'a RecordId>>> {
    let mut groups: BTreeMap<&'a Normal, PerSide<Vec<&'a RecordId>>> = BTreeMap::new();
    for side in Side::BOTH {
        for (id, keys) in pools.get(side) {
            if let Some(key) = keys.get(index).filter(|key| !key.is_empty()) {
                groups.entry(key).or_default().get_mut(side).push(*id);
            }
        }
    }
    groups.retain(|_, ids| !ids.a.is_empty() && !ids.b.is_empty());
    groups
}

fn compatible(index: usize, a: &Keys, b: &Keys) -> bool {
    a.iter().zip(b).take(index).all(|(a, b)| a.is_empty() || b.is_empty() || a == b)
}
