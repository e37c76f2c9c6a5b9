//! Ids that have been given to another record.
//!
//! A link holds on to ids, and most platforms never give one twice. Lists that people keep do: a row's
//! number comes again after its row was deleted, a list is sorted and numbered anew, a contact file without
//! ids counts its cards; SQLite gives the number of a deleted last row again. The newcomer is not the record
//! that was linked, and what it holds must not go over that one's partner. So the link lets go of the id: its
//! record counts as deleted, and where its key is found under another id the link follows it there, as it
//! does after a server's move.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::matching::{self, Keys};
use super::normalise::same;
use super::observe::{overlay, tells_nothing_new};
use super::partners::is_somebody_else;
use super::reconcile::{Now, Work, first_key};
use crate::model::{PairSpec, RecordId, Scope, Seen, Side, Subject};

/// A link whose record has other keys now.
struct Changed {
    /// The place of the link.
    index: usize,
    now: Seen,
    /// Whether nothing else of it is as it was, either.
    is_other: bool,
}

impl Work<'_> {
    /// Lets go of ids that another record has now.
    pub(super) fn let_go(&mut self) {
        for side in Side::BOTH {
            let mut places = self.superseded(side);
            places.extend(self.taken_over(side));
            for index in places {
                let Some(couple) = self.links.get_mut(index) else { continue };
                let before = couple.link.ids.clone();
                *couple.link.ids.get_mut(side) = RecordId::void(before.get(side), before.get(side.opposite()));
                couple.news = true;
                *couple.now.get_mut(side) = Now::Gone;
                let ids = couple.link.ids.clone();
                // What was answered about the two holds as long as their values do.
                if let Some(answer) = self.answers.remove(&Subject::Pair(before.clone())) {
                    self.answers.insert(Subject::Pair(ids.clone()), answer);
                }
                let first = self.renamed.remove(&before).unwrap_or(before);
                self.renamed.insert(ids, first);
            }
        }
    }

    /// The links that hold an id which a newer link, or one whose record is there, holds too: a record was
    /// made under the id of one that is gone.
    fn superseded(&self, side: Side) -> BTreeSet<usize> {
        let mut once = HashSet::with_capacity(self.links.len());
        if self.links.iter().all(|couple| once.insert(couple.link.ids.get(side))) {
            return BTreeSet::new();
        }
        let mut by_id: BTreeMap<&RecordId, Vec<usize>> = BTreeMap::new();
        for (index, couple) in self.links.iter().enumerate() {
            by_id.entry(couple.link.ids.get(side)).or_default().push(index);
        }
        let mut places = BTreeSet::new();
        for same in by_id.into_values().filter(|same| same.len() > 1) {
            let rank = |index: &usize| {
                let link = self.links.get(*index).map(|couple| &couple.link);
                link.map(|link| (!link.sides.get(side).gone, link.id))
            };
            let owner = same.iter().copied().max_by_key(rank);
            places.extend(same.into_iter().filter(|index| Some(*index) != owner));
        }
        places
    }

    /// The links whose id was listed with somebody else.
    fn taken_over(&self, side: Side) -> Vec<usize> {
        let mut changed = Vec::new();
        let view = self.views.get(side);
        for (index, couple) in self.links.iter().enumerate() {
            let Some(new) = view.records.get(couple.link.ids.get(side)) else { continue };
            let held = couple.link.sides.get(side);
            if new.outside || !held.gone && tells_nothing_new(&held.seen, new) {
                continue;
            }
            let now = overlay(&held.seen, new);
            let keys = |seen: &Seen| matching::keys(self.spec, side, seen);
            if have_all_changed(&keys(&held.seen), &keys(&now)) {
                let is_other = is_somebody_else(self.spec, &held.seen, &now).unwrap_or(held.gone);
                changed.push(Changed { index, now, is_other });
            }
        }
        if changed.iter().any(|one| !one.is_other) {
            self.find_moved(side, &mut changed);
        }
        changed.into_iter().filter(|one| one.is_other).map(|one| one.index).collect()
    }

    /// Notes which of them are more like a record that was linked under another id: the ids have moved on.
    fn find_moved(&self, side: Side, changed: &mut [Changed]) {
        let key = |seen: &Seen| first_key(&matching::keys(self.spec, side, seen));
        let wanted: BTreeSet<(usize, String)> = changed.iter().filter_map(|one| key(&one.now)).collect();
        let mut owners: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (index, couple) in self.links.iter().enumerate() {
            if let Some(found) = key(&couple.link.sides.get(side).seen).filter(|found| wanted.contains(found)) {
                owners.entry(found).or_default().push(index);
            }
        }
        for one in changed.iter_mut().filter(|one| !one.is_other) {
            let seen = |index: usize| self.links.get(index).map(|couple| &couple.link.sides.get(side).seen);
            let shared = |index: usize| seen(index).map_or(0, |seen| count_same(self.spec, side, seen, &one.now));
            let own = shared(one.index);
            let Some(found) = key(&one.now) else { continue };
            let mut others = owners.get(&found).into_iter().flatten().filter(|index| **index != one.index);
            // Whoever still has the key under its own id has not moved; then two have the same key.
            one.is_other = others.any(|index| shared(*index) > own && self.has_left(side, *index, &found));
        }
    }

    /// Whether the record of this link no longer has the key under its id.
    fn has_left(&self, side: Side, index: usize, key: &(usize, String)) -> bool {
        let Some(couple) = self.links.get(index) else { return false };
        let (view, id) = (self.views.get(side), couple.link.ids.get(side));
        match view.records.get(id) {
            Some(new) => {
                let now = overlay(&couple.link.sides.get(side).seen, new);
                first_key(&matching::keys(self.spec, side, &now)).as_ref() != Some(key)
            }
            None => {
                let held = couple.link.sides.get(side);
                held.gone || view.gone.contains(id) || view.scope == Scope::Full && view.complete
            }
        }
    }
}

/// Whether no key is as it was, and one was given another value.
fn have_all_changed(before: &Keys, now: &Keys) -> bool {
    let both = || before.iter().zip(now).filter(|(before, now)| !before.is_empty() && !now.is_empty());
    both().next().is_some() && both().all(|(before, now)| before != now)
}

/// How many values mean the same.
fn count_same(spec: &PairSpec, side: Side, one: &Seen, other: &Seen) -> usize {
    let alike =
        spec.fields.iter().filter(|mapping| match (one.values.get(&mapping.name), other.values.get(&mapping.name)) {
            (Some(one), Some(other)) => !one.is_empty() && same(mapping, (side, one), (side, other)),
            (_, _) => false,
        });
    alike.count()
}
