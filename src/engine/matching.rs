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
    left: PerSide<BTreeMap<RecordId, Keys>>,
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
    by_key: BTreeMap<(usize, Normal), PerSide<Vec<RecordId>>>,
}

impl Taken {
    /// Notes the keys of a linked record, where one of `watched` is among them.
    pub(super) fn note(&mut self, side: Side, id: &RecordId, keys: &Keys, watched: &BTreeSet<(usize, Normal)>) {
        for (index, key) in keys.iter().enumerate() {
            let entry = (index, key.clone());
            if !key.is_empty() && watched.contains(&entry) {
                self.by_key.entry(entry).or_default().get_mut(side).push(id.clone());
            }
        }
    }

    fn holders(&self, index: usize, key: &str) -> PerSide<Vec<RecordId>> {
        self.by_key.get(&(index, key.to_owned())).cloned().unwrap_or_default()
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
pub(super) fn watched(pools: &PerSide<BTreeMap<RecordId, Keys>>) -> BTreeSet<(usize, Normal)> {
    let all = pools.a.values().chain(pools.b.values());
    all.flat_map(|keys| {
        keys.iter().enumerate().filter(|(_, key)| !key.is_empty()).map(|(index, key)| (index, key.clone()))
    })
    .collect()
}

/// Finds the pairs. Keys are tried in order: a later key counts only for two records of which at
/// least one has no earlier key, for two different email addresses are not made the same by a
/// telephone that a household shares.
pub(super) fn find(
    spec: &PairSpec,
    mut pools: PerSide<BTreeMap<RecordId, Keys>>,
    taken: &Taken,
    not_same: &BTreeSet<PerSide<RecordId>>,
) -> Matches {
    let mut found = Matches::default();
    for (index, mapping) in spec.match_keys.iter().enumerate() {
        for (value, ids) in groups(&pools, index) {
            let holders = taken.holders(index, &value);
            let fits = |a: &RecordId, b: &RecordId| compatible(&pools, index, a, b);
            // No key comes before the first, so there everybody fits, and a list of thousands of
            // records with one key costs no thousands times thousands.
            let candidates = if index == 0 {
                ids
            } else {
                let mut fitting: PerSide<BTreeSet<RecordId>> = PerSide::default();
                for a in &ids.a {
                    for b in ids.b.iter().filter(|b| fits(a, b)) {
                        fitting.a.insert(a.clone());
                        fitting.b.insert(b.clone());
                    }
                }
                fitting.map(|ids| ids.into_iter().collect())
            };
            let (Some(a), Some(b)) = (candidates.a.first(), candidates.b.first()) else { continue };
            let pair = PerSide::new(a.clone(), b.clone());
            let single =
                candidates.a.len() == 1 && candidates.b.len() == 1 && holders.a.is_empty() && holders.b.is_empty();
            for side in Side::BOTH {
                for id in candidates.get(side) {
                    pools.get_mut(side).remove(id);
                }
            }
            if !single {
                found.groups.push(Group { mapping: mapping.clone(), value, ids: candidates, linked: holders });
            } else if not_same.contains(&pair) {
                found.kept_apart.a.push(pair.a);
                found.kept_apart.b.push(pair.b);
            } else {
                found.pairs.push(pair);
            }
        }
    }
    found.left = pools;
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
        for (id, keys) in pools.get(side) {
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
    for ((index, value), ids) in doubled {
        let mapping = spec.match_keys.get(index).cloned().unwrap_or_default();
        let linked = taken.holders(index, &value);
        match found.groups.iter_mut().find(|group| group.mapping == mapping && group.value == value) {
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

fn groups(pools: &PerSide<BTreeMap<RecordId, Keys>>, index: usize) -> BTreeMap<Normal, PerSide<Vec<RecordId>>> {
    let mut groups: BTreeMap<Normal, PerSide<Vec<RecordId>>> = BTreeMap::new();
    for side in Side::BOTH {
        for (id, keys) in pools.get(side) {
            if let Some(key) = keys.get(index).filter(|key| !key.is_empty()) {
                groups.entry(key.clone()).or_default().get_mut(side).push(id.clone());
            }
        }
    }
    groups.retain(|_, ids| !ids.a.is_empty() && !ids.b.is_empty());
    groups
}

fn compatible(pools: &PerSide<BTreeMap<RecordId, Keys>>, index: usize, a: &RecordId, b: &RecordId) -> bool {
    let (Some(a), Some(b)) = (pools.a.get(a), pools.b.get(b)) else { return false };
    a.iter().zip(b).take(index).all(|(a, b)| a.is_empty() || b.is_empty() || a == b)
}
