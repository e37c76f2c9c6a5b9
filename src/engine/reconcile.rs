//! Reconcile: from what is remembered and what was listed to a plan.

use super::conclude::{Written, conclude};
use super::guard;
use super::linked::is_quiet;
use super::matching::{self, Keys};
use super::merge;
use super::observe::{View, fingerprint, label, overlay, tells_nothing_new};
use crate::model::{
    Conflict, ConflictKind, Decision, Item, Link, Note, NoteKind, Observed, PairSpec, PerSide, Plan, RecordId,
    Resolution, Scope, Seen, Side, Stop, Subject, Timestamp, Value,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a plan is made from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The pair's rules.
    pub spec: &'a PairSpec,
    /// Every link of the pair; where both views are changes, those that [`reach`](super::reach) needs do.
    pub links: Vec<Link>,
    /// How many links the pair has, which the guard measures deletions by.
    pub known_links: usize,
    /// Every unlinked record that earlier runs have seen.
    pub unlinked: PerSide<Vec<Observed>>,
    /// The operator's answers.
    pub decisions: &'a [Decision],
    /// The deletions that are held back and asked about.
    pub held: &'a BTreeSet<Subject>,
    /// What was listed.
    pub views: PerSide<View>,
    /// Only these subjects, as when a matter is settled; nothing else is planned or remembered.
    pub only: Option<&'a BTreeSet<Subject>>,
    /// The time of the plan.
    pub now: Timestamp,
}

/// Makes the plan. The same input gives the same plan, whatever the order of the listings, and
/// exchanged sides give the mirrored plan.
///
/// An incremental listing and a full one give the same plan for the same state of the world, since
/// what is not listed is as it was last seen.
#[must_use]
pub fn reconcile(input: Input<'_>) -> Plan {
    let mut plan = Plan { pair: input.spec.name.clone(), made: input.now, ..Plan::default() };
    if let Some(stop) = empty_listing(&input) {
        plan.stop = Some(stop);
        return plan;
    }
    let (links, asked) = (input.known_links, input.held);
    let mut work = Work::new(input);
    work.let_go();
    work.overlay_listings();
    work.part();
    let couples = work.plan_links();
    // The guard comes before the unlinked records, for a record that is held back still holds its
    // match key, and one that goes away sets it free.
    let asked = work.renewed(asked);
    plan.held = guard::hold(work.spec, &mut work.items, links, &asked);
    work.plan_unlinked(&couples);
    work.finish(plan)
}

/// A link and what its sides hold now.
pub(super) struct Couples {
    pub(super) link: Link,
    pub(super) now: PerSide<Now>,
    pub(super) news: bool,
}

/// What a side of a link holds now. Most sides hold what they held before, which is not copied.
pub(super) enum Now {
    Gone,
    AsBefore,
    New(Seen),
}

impl Now {
    pub(super) fn or_else(self, before: impl FnOnce() -> Seen) -> Option<Seen> {
        match self {
            Self::Gone => None,
            Self::AsBefore => Some(before()),
            Self::New(seen) => Some(seen),
        }
    }
}

impl Couples {
    pub(super) fn seen(&self, side: Side) -> Option<&Seen> {
        match self.now.get(side) {
            Now::Gone => None,
            Now::AsBefore => Some(&self.link.sides.get(side).seen),
            Now::New(seen) => Some(seen),
        }
    }

    /// Whether this side's record is gone, and the other's is not.
    fn is_half(&self, side: Side) -> bool {
        self.seen(side).is_none() && self.seen(side.opposite()).is_some()
    }
}

pub(super) struct Work<'a> {
    pub(super) spec: &'a PairSpec,
    pub(super) links: Vec<Couples>,
    pub(super) pools: PerSide<BTreeMap<RecordId, Seen>>,
    pub(super) answers: BTreeMap<Subject, &'a Decision>,
    pub(super) not_same: BTreeSet<PerSide<RecordId>>,
    pub(super) views: PerSide<View>,
    pub(super) known_unlinked: PerSide<BTreeMap<RecordId, Seen>>,
    pub(super) only: Option<&'a BTreeSet<Subject>>,
    pub(super) now: Timestamp,
    pub(super) items: Vec<Item>,
    pub(super) notes: Vec<Note>,
    pub(super) quiet: Vec<Link>,
    pub(super) dropped: Vec<PerSide<RecordId>>,
    /// The ids that links had before they let go of one or followed a record to another: by those that they
    /// have now.
    pub(super) renamed: BTreeMap<PerSide<RecordId>, PerSide<RecordId>>,
}

/// A complete listing without a single record, where linked ones are known, is never believed.
fn empty_listing(input: &Input<'_>) -> Option<Stop> {
    Side::BOTH.into_iter().find_map(|side| {
        let view = input.views.get(side);
        let known = input.links.iter().filter(|link| !link.sides.get(side).gone).count();
        let empty = view.scope == Scope::Full && view.complete && view.records.is_empty();
        (empty && known > 0).then_some(Stop::EmptyListing { side, known })
    })
}

impl<'a> Work<'a> {
    fn new(input: Input<'a>) -> Self {
        let mut answers = BTreeMap::new();
        let mut not_same = BTreeSet::new();
        for decision in input.decisions {
            match &decision.resolution {
                Resolution::NotSame(ids) => {
                    not_same.insert(ids.clone());
                }
                Resolution::Use(_)
                | Resolution::Fields(_)
                | Resolution::Create
                | Resolution::Delete(_)
                | Resolution::Link(_)
                | Resolution::Ignore
                | Resolution::Undone => {
                    answers.insert(decision.subject.clone(), decision);
                }
            }
        }
        let index = |records: Vec<Observed>| records.into_iter().map(|record| (record.id, record.seen)).collect();
        let known_unlinked: PerSide<BTreeMap<RecordId, Seen>> = input.unlinked.map(index);
        let links = input.links.into_iter().map(|link| {
            let now = PerSide::from_fn(|side| if link.sides.get(side).gone { Now::Gone } else { Now::AsBefore });
            Couples { link, now, news: false }
        });
        Self {
            spec: input.spec,
            links: links.collect(),
            pools: known_unlinked.clone(),
            answers,
            not_same,
            views: input.views,
            known_unlinked,
            only: input.only,
            now: input.now,
            items: Vec::new(),
            notes: Vec::new(),
            quiet: Vec::new(),
            dropped: Vec::new(),
            renamed: BTreeMap::new(),
        }
    }

    /// These subjects, also under the ids that they have now.
    fn renewed<'s>(&self, subjects: &'s BTreeSet<Subject>) -> Cow<'s, BTreeSet<Subject>> {
        let was = |ids: &PerSide<RecordId>| subjects.contains(&Subject::Pair(ids.clone()));
        let more: Vec<Subject> =
            self.renamed.iter().filter(|(_, before)| was(before)).map(|(ids, _)| Subject::Pair(ids.clone())).collect();
        if more.is_empty() {
            return Cow::Borrowed(subjects);
        }
        Cow::Owned(subjects.iter().cloned().chain(more).collect())
    }

    /// Lays the listings over what is remembered: from here on it makes no difference whether they
    /// were full.
    fn overlay_listings(&mut self) {
        for side in Side::BOTH {
            let view = self.views.get_mut(side);
            let everything = view.scope == Scope::Full && view.complete;
            let gone: BTreeSet<&RecordId> = view.gone.iter().collect();
            let mut linked: BTreeSet<&RecordId> = BTreeSet::new();
            for couple in &mut self.links {
                let id = couple.link.ids.get(side);
                linked.insert(id);
                let held = couple.now.get_mut(side);
                match view.records.get(id) {
                    Some(new) => {
                        let before = &couple.link.sides.get(side).seen;
                        if matches!(held, Now::Gone) || !tells_nothing_new(before, new) {
                            couple.news = true;
                            *held = Now::New(overlay(before, new));
                        }
                    }
                    None if everything || gone.contains(id) => {
                        couple.news |= !matches!(held, Now::Gone);
                        *held = Now::Gone;
                    }
                    None => {}
                }
            }
            let pool = self.pools.get_mut(side);
            pool.retain(|id, _| !gone.contains(id) && (!everything || view.records.contains_key(id)));
            for (id, new) in std::mem::take(&mut view.records) {
                if !linked.contains(&id) {
                    let seen = pool.get(&id).map(|before| overlay(before, &new));
                    pool.insert(id, seen.unwrap_or(new));
                }
            }
            // A record that was remembered as unlinked may have been linked by a run that was killed
            // before it could forget it.
            pool.retain(|id, _| !linked.contains(id));
        }
    }

    /// A linked record that is gone while an unlinked one of that side has the same match key came
    /// back under another id (a moved server, a list written anew): the link follows it.
    fn relink(&mut self, held: &[(PerSide<RecordId>, PerSide<Option<Seen>>)]) {
        for side in Side::BOTH {
            if self.pools.get(side).is_empty() {
                continue;
            }
            let mut orphans: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
            for (index, couple) in self.links.iter().enumerate().filter(|(_, couple)| couple.is_half(side)) {
                if let Some(first) = first_key(&matching::keys(self.spec, side, &couple.link.sides.get(side).seen)) {
                    orphans.entry(first).or_default().push(index);
                }
            }
            if orphans.is_empty() {
                continue;
            }
            // Where another linked record will hold the key too, who came back is not certain.
            let others = held.iter().filter_map(|(_, now)| now.get(side).as_ref());
            for seen in others.chain(self.links.iter().filter_map(|couple| couple.seen(side))) {
                for (index, key) in matching::keys(self.spec, side, seen).into_iter().enumerate() {
                    orphans.remove(&(index, key));
                }
            }
            let mut by_key: BTreeMap<(usize, String), Vec<RecordId>> = BTreeMap::new();
            for (id, seen) in self.pools.get(side) {
                if let Some(first) = first_key(&matching::keys(self.spec, side, seen)) {
                    by_key.entry(first).or_default().push(id.clone());
                }
            }
            for (key, orphans) in orphans {
                let (Some([id]), [index]) = (by_key.get(&key).map(Vec::as_slice), orphans.as_slice()) else { continue };
                let Some(couple) = self.links.get_mut(*index) else { continue };
                let mut ids = couple.link.ids.clone();
                *ids.get_mut(side) = id.clone();
                if self.not_same.contains(&ids) {
                    continue;
                }
                let Some(seen) = self.pools.get_mut(side).remove(id) else { continue };
                let before = std::mem::replace(&mut couple.link.ids, ids.clone());
                let first = self.renamed.remove(&before).unwrap_or(before);
                self.renamed.insert(ids, first);
                // Who is back under another id was entered anew: what was left out then was not emptied by anybody.
                let is_left_out = |name: &String| seen.values.get(name).is_some_and(Value::is_empty);
                for mapping in self.spec.fields.iter().filter(|mapping| is_left_out(&mapping.name)) {
                    couple.link.sides.a.values.remove(&mapping.name);
                    couple.link.sides.b.values.remove(&mapping.name);
                }
                *couple.now.get_mut(side) = Now::New(seen);
                couple.news = true;
            }
        }
    }

    /// What the operator calls not the same is parted, even where a run has linked it already: each
    /// record is on its own from now on.
    fn part(&mut self) {
        if self.not_same.is_empty() {
            return;
        }
        let not_same = &self.not_same;
        let (parted, links) = std::mem::take(&mut self.links)
            .into_iter()
            .partition::<Vec<_>, _>(|couple| not_same.contains(&couple.link.ids));
        self.links = links;
        for Couples { link: Link { ids, sides, .. }, now, .. } in parted {
            self.dropped.push(ids.clone());
            let (a, b) = (now.a.or_else(|| sides.a.seen), now.b.or_else(|| sides.b.seen));
            self.pools.a.extend(a.map(|seen| (ids.a, seen)));
            self.pools.b.extend(b.map(|seen| (ids.b, seen)));
        }
    }

    /// Decides each link; the keys that linked records will hold come back for the unlinked ones.
    fn plan_links(&mut self) -> Vec<(PerSide<RecordId>, PerSide<Option<Seen>>)> {
        self.drop_shadows();
        let is_half = |couple: &Couples| Side::BOTH.iter().any(|side| couple.is_half(*side));
        let (halves, wholes) = std::mem::take(&mut self.links).into_iter().partition(is_half);
        // Whole links come first, since what they will hold says whose key is free for a record that came
        // back under another id.
        self.links = wholes;
        let mut held = self.plan_each_link();
        self.links = halves;
        self.relink(&held);
        held.append(&mut self.plan_each_link());
        held
    }

    fn plan_each_link(&mut self) -> Vec<(PerSide<RecordId>, PerSide<Option<Seen>>)> {
        let mut held = Vec::new();
        for couple in std::mem::take(&mut self.links) {
            let calm = !couple.news && Side::BOTH.iter().all(|side| is_calm(&couple.link, *side));
            let subject = (!calm || !self.answers.is_empty()).then(|| Subject::Pair(couple.link.ids.clone()));
            match subject.filter(|subject| !calm || self.answers.contains_key(subject)) {
                Some(subject) => {
                    let ids = couple.link.ids.clone();
                    held.push((ids, self.plan_link(couple, subject)));
                }
                None => {
                    let Couples { link: Link { ids, sides, .. }, now, .. } = couple;
                    let (a, b) = (now.a.or_else(|| sides.a.seen), now.b.or_else(|| sides.b.seen));
                    held.push((ids, PerSide::new(a, b)));
                }
            }
        }
        held
    }

    /// A link of which one record is gone, while another link holds the record that stays, is only
    /// the shadow of that other link: it must never lead to a deletion.
    fn drop_shadows(&mut self) {
        for side in Side::BOTH {
            if !self.links.iter().any(|couple| couple.is_half(side)) {
                continue;
            }
            let stays = side.opposite();
            let whole = self.links.iter().filter(|couple| !couple.is_half(side) && couple.seen(stays).is_some());
            let alive: BTreeSet<RecordId> = whole.map(|couple| couple.link.ids.get(stays).clone()).collect();
            let (shadows, links) = std::mem::take(&mut self.links)
                .into_iter()
                .partition(|couple| couple.is_half(side) && alive.contains(couple.link.ids.get(stays)));
            self.links = links;
            self.dropped.extend(Vec::<Couples>::into_iter(shadows).map(|couple| couple.link.ids));
        }
    }

    /// The operator's answer, if both sides still hold what they held when it was given.
    pub(super) fn answer(&self, subject: &Subject, now: PerSide<Option<&Seen>>) -> Option<Resolution> {
        let decision = self.answers.get(subject)?;
        (decision.fingerprint == fingerprint(now)).then(|| decision.resolution.clone())
    }

    pub(super) fn set_aside(
        &mut self,
        side: Side,
        id: &RecordId,
        kind: NoteKind,
        text: impl Fn(&str, &str, &str) -> String,
    ) {
        let Some(seen) = self.pools.get(side).get(id) else { return };
        if seen.outside {
            return;
        }
        let name = label(self.spec, PerSide::oriented(side, Some(seen), None), id.as_str());
        let text = text(&name, &self.spec.ends.get(side).account, &self.spec.match_keys.join(" or "));
        self.notes.push(Note { kind, side, id: id.clone(), label: name, field: None, text });
    }

    /// Keeps an item that does something; one that does nothing but agree is remembered quietly.
    pub(super) fn add(&mut self, item: Item) {
        if is_quiet(item.action()) {
            if let Some(link) = conclude(self.spec, &item, &PerSide::new(Written::Nothing, Written::Nothing))
                && (item.before.as_ref() != Some(&link) || self.renamed.contains_key(&link.ids))
            {
                self.quiet.push(link);
            }
            return;
        }
        self.items.push(item);
    }

    fn finish(mut self, mut plan: Plan) -> Plan {
        if let Some(only) = self.only {
            let only = self.renewed(only).into_owned();
            self.items.retain(|item| only.contains(&item.subject));
            self.quiet.retain(|link| only.contains(&Subject::Pair(link.ids.clone())));
        }
        self.items.sort_by(|one, other| one.subject.cmp(&other.subject));
        self.quiet.sort_by(|one, other| one.ids.cmp(&other.ids));
        self.notes.sort_by(|one, other| {
            (one.side, one.kind, &one.id, &one.field).cmp(&(other.side, other.kind, &other.id, &other.field))
        });
        // What is remembered has the ids that the link was loaded with.
        for ids in &mut self.dropped {
            if let Some(before) = self.renamed.get(ids) {
                ids.clone_from(before);
            }
        }
        // Under the ids from before nothing is linked any more, whatever becomes of the link under the new ones.
        self.dropped.extend(self.renamed.values().cloned());
        self.dropped.sort();
        self.dropped.dedup();
        if self.only.is_none() {
            plan.forgotten = PerSide::from_fn(|side| {
                let pool = self.pools.get(side);
                let known = self.known_unlinked.get(side).keys();
                known.filter(|id| !pool.contains_key(*id)).cloned().collect()
            });
            plan.unlinked = PerSide::from_fn(|side| {
                let known = self.known_unlinked.get(side);
                let pool = std::mem::take(self.pools.get_mut(side)).into_iter();
                let news = pool.filter(|(id, seen)| known.get(id) != Some(seen));
                news.map(|(id, seen)| Observed { id, seen }).collect()
            });
            plan.dropped = self.dropped;
        }
        plan.made = self.now;
        plan.items = self.items;
        plan.notes = self.notes;
        plan.quiet = self.quiet;
        plan
    }
}

pub(super) fn first_key(keys: &Keys) -> Option<(usize, String)> {
    keys.iter().enumerate().find(|(_, key)| !key.is_empty()).map(|(index, key)| (index, key.clone()))
}

/// Whether a side of a link holds just what it held when both last agreed.
pub(super) fn is_calm(link: &Link, side: Side) -> bool {
    let held = link.sides.get(side);
    !held.gone && held.values == held.seen.values
}

/// The conflict of a deletion that is held back.
pub(super) fn held(spec: &PairSpec, gone: Side) -> Conflict {
    merge::conflict(spec, ConflictKind::HeldDeletion(gone), Vec::new())
}
