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
use super::observe::{is_as_before, overlay, tells_nothing_new};
use super::partners::{has_another_name, is_somebody_else};
use super::reconcile::{Couples, Now, Work, first_key};
use crate::model::{FieldMapping, PairSpec, RecordId, Scope, Seen, Side, Subject};

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
            let handed = self.handed_on(side);
            let taken: BTreeSet<&RecordId> = handed.values().collect();
            let is_taken = |couple: &Couples| taken.contains(couple.link.ids.get(side));
            let left =
                self.links.iter().enumerate().filter(|(at, couple)| !handed.contains_key(at) && is_taken(couple));
            let left: Vec<usize> = left.map(|(index, _)| index).collect();
            for (index, id) in handed {
                self.give_id(index, side, id);
            }
            let mut places = self.superseded(side);
            places.extend(left);
            places.extend(self.taken_over(side));
            for index in places {
                let Some(couple) = self.links.get_mut(index) else { continue };
                *couple.now.get_mut(side) = Now::Gone;
                let void = RecordId::void(couple.link.ids.get(side), couple.link.ids.get(side.opposite()));
                self.give_id(index, side, void);
            }
        }
    }

    fn give_id(&mut self, index: usize, side: Side, id: RecordId) {
        let Some(couple) = self.links.get_mut(index) else { return };
        let before = couple.link.ids.clone();
        *couple.link.ids.get_mut(side) = id;
        couple.news = true;
        let ids = couple.link.ids.clone();
        // What was answered about the two holds as long as their values do.
        if let Some(answer) = self.answers.remove(&Subject::Pair(before.clone())) {
            self.answers.insert(Subject::Pair(ids.clone()), answer);
        }
        let first = self.renamed.remove(&before).unwrap_or(before);
        self.renamed.insert(ids, first);
    }

    /// The links whose record has another id now, among several of one key: a list without ids knows them apart by
    /// their order only, so that whoever is entered above another takes over its id. Each goes to the record that is
    /// more like it than the one that has its id now.
    fn handed_on(&self, side: Side) -> BTreeMap<usize, RecordId> {
        let view = self.views.get(side);
        if view.scope == Scope::Full && !view.complete {
            return BTreeMap::new();
        }
        let gone: BTreeSet<&RecordId> = view.gone.iter().collect();
        let key = |seen: &Seen| first_key(&matching::keys(self.spec, side, seen));
        let held = |couple: &Couples| !couple.link.sides.get(side).gone;
        // Most records are as they were, and nobody is looked for.
        let mut uneasy: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (index, couple) in self.links.iter().enumerate().filter(|(_, couple)| held(couple)) {
            let before = &couple.link.sides.get(side).seen;
            let id = couple.link.ids.get(side);
            let is_calm = match view.records.get(id) {
                Some(new) => is_as_before(before, new),
                None => view.scope == Scope::Changes && !gone.contains(id),
            };
            if !is_calm && let Some(key) = key(before) {
                uneasy.entry(key).or_default().push(index);
            }
        }
        if uneasy.is_empty() {
            return BTreeMap::new();
        }
        let mut there: BTreeMap<&(usize, String), Vec<(&RecordId, &Seen)>> = BTreeMap::new();
        // Who has been there all along has not come from elsewhere.
        let known = self.known_unlinked.get(side);
        for (id, seen) in &view.records {
            if known.get(id).is_some_and(|before| is_as_before(before, seen)) {
                continue;
            }
            if let Some((key, _)) = key(seen).and_then(|key| uneasy.get_key_value(&key)) {
                there.entry(key).or_default().push((id, seen));
            }
        }
        let owners: BTreeMap<&RecordId, usize> = if there.is_empty() {
            BTreeMap::new()
        } else {
            self.links.iter().enumerate().map(|(index, couple)| (couple.link.ids.get(side), index)).collect()
        };
        let mut wishes: Vec<(usize, usize, &RecordId)> = Vec::new();
        for (key, records) in there {
            for index in uneasy.get(key).into_iter().flatten() {
                wishes.extend(
                    self.wish(side, *index, records.as_slice(), &owners).map(|(score, id)| (score, *index, id)),
                );
            }
        }
        wishes.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| (one.1, one.2).cmp(&(other.1, other.2))));
        let (mut handed, mut taken) = (BTreeMap::new(), BTreeSet::new());
        for (_, index, id) in wishes {
            if taken.insert(id) {
                handed.insert(index, id.clone());
            }
        }
        handed
    }

    /// The record of one key that is more like the one of a link than what has its id, and how much it is like it.
    fn wish<'v>(
        &self,
        side: Side,
        index: usize,
        records: &[(&'v RecordId, &Seen)],
        owners: &BTreeMap<&RecordId, usize>,
    ) -> Option<(usize, &'v RecordId)> {
        let couple = self.links.get(index)?;
        let (own, before) = (couple.link.ids.get(side), &couple.link.sides.get(side).seen);
        let like = |one: &Seen, other: &Seen| count_same(self.spec, side, one, other);
        // Where its id is gone, only a record that is just like it is the same.
        let own_like = match self.views.get(side).records.get(own) {
            Some(now) if is_hardly_the_same(self.spec, side, before, now) => like(before, now),
            Some(_changed) => return None,
            None => like(before, before).checked_sub(1)?,
        };
        let rank = |(id, seen): &(&'v RecordId, &Seen)| {
            let score = like(before, seen);
            let owner = owners.get(id).and_then(|owner| self.links.get(*owner)).map(|owner| owner.link.sides.get(side));
            let is_free = owner.is_none_or(|owner| owner.gone || like(&owner.seen, seen) < score);
            let mut ids = couple.link.ids.clone();
            *ids.get_mut(side) = (*id).clone();
            let is_other = self.not_same.contains(&ids);
            (*id != own && is_free && !is_other && score > own_like).then_some((score, *id))
        };
        records.iter().filter_map(rank).max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.cmp(one.1)))
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

/// Whether a record has another name than it had, or shares nothing with what it was but match keys.
fn is_hardly_the_same(spec: &PairSpec, side: Side, before: &Seen, now: &Seen) -> bool {
    let keys = spec.match_keys.iter().filter_map(|name| spec.field(name));
    let shared = keys.filter(|mapping| is_shared(mapping, side, before, now)).count();
    has_another_name(spec, before, now) || count_same(spec, side, before, now) <= shared
}

/// Whether no key is as it was, and one was given another value.
fn have_all_changed(before: &Keys, now: &Keys) -> bool {
    let both = || before.iter().zip(now).filter(|(before, now)| !before.is_empty() && !now.is_empty());
    both().next().is_some() && both().all(|(before, now)| before != now)
}

/// How many values mean the same.
fn count_same(spec: &PairSpec, side: Side, one: &Seen, other: &Seen) -> usize {
    spec.fields.iter().filter(|mapping| is_shared(mapping, side, one, other)).count()
}

/// Whether two records of a side are filled with the same in a field.
fn is_shared(mapping: &FieldMapping, side: Side, one: &Seen, other: &Seen) -> bool {
    match (one.values.get(&mapping.name), other.values.get(&mapping.name)) {
        (Some(one), Some(other)) => !one.is_empty() && same(mapping, (side, one), (side, other)),
        (_, _) => false,
    }
}
