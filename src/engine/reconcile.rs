//! Reconcile: from what is remembered and what was listed to a plan.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Action, Conflict, ConflictKind, Decision, FieldChoice, Item, Link, Note, NoteKind, Observed, OpKind, Operation,
    PairSpec, PerSide, Plan, Policy, RecordId, Resolution, Scope, Seen, Side, Stop, Subject, Timestamp,
};

use super::conclude::{Written, conclude};
use super::guard;
use super::matching::{self, Group, Keys, Taken};
use super::merge::{self, Couple};
use super::observe::{View, fields_for_the_eye, fingerprint, group_fingerprint, label, overlay, tells_nothing_new};

/// Everything that a plan is made from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The pair's rules.
    pub spec: &'a PairSpec,
    /// Every link of the pair.
    pub links: Vec<Link>,
    /// Every unlinked record that earlier runs have seen.
    pub unlinked: PerSide<Vec<Observed>>,
    /// The operator's answers.
    pub decisions: &'a [Decision],
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
    let links = input.links.len();
    let mut work = Work::new(input);
    work.overlay_listings();
    work.relink();
    let couples = work.plan_links();
    // The guard comes before the unlinked records, for a record that is held back still holds its
    // match key, and one that goes away sets it free.
    plan.held = guard::hold(work.spec, &mut work.items, links);
    work.plan_unlinked(&couples);
    work.finish(plan, links)
}

/// A link and what its sides hold now.
struct Couples {
    link: Link,
    now: PerSide<Now>,
    news: bool,
}

/// What a side of a link holds now. Most sides hold what they held before, which is not copied.
enum Now {
    Gone,
    AsBefore,
    New(Seen),
}

impl Now {
    fn or_else(self, before: impl FnOnce() -> Seen) -> Option<Seen> {
        match self {
            Self::Gone => None,
            Self::AsBefore => Some(before()),
            Self::New(seen) => Some(seen),
        }
    }
}

impl Couples {
    fn seen(&self, side: Side) -> Option<&Seen> {
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

struct Work<'a> {
    spec: &'a PairSpec,
    links: Vec<Couples>,
    pools: PerSide<BTreeMap<RecordId, Seen>>,
    answers: BTreeMap<Subject, &'a Decision>,
    not_same: BTreeSet<PerSide<RecordId>>,
    views: PerSide<View>,
    known_unlinked: PerSide<BTreeMap<RecordId, Seen>>,
    only: Option<&'a BTreeSet<Subject>>,
    now: Timestamp,
    items: Vec<Item>,
    notes: Vec<Note>,
    quiet: Vec<Link>,
    dropped: Vec<PerSide<RecordId>>,
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
                | Resolution::Ignore => {
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
        }
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
    fn relink(&mut self) {
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
                couple.link.ids = ids;
                *couple.now.get_mut(side) = Now::New(seen);
                couple.news = true;
            }
        }
    }

    /// Decides each link; the keys that linked records will hold come back for the unlinked ones.
    fn plan_links(&mut self) -> Vec<(PerSide<RecordId>, PerSide<Option<Seen>>)> {
        let mut held = Vec::new();
        self.drop_shadows();
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

    /// Decides one link and says what its sides will hold.
    fn plan_link(&mut self, couple: Couples, subject: Subject) -> PerSide<Option<Seen>> {
        let Couples { link, now, .. } = couple;
        let (a, b) = (now.a.or_else(|| link.sides.a.seen.clone()), now.b.or_else(|| link.sides.b.seen.clone()));
        let now = PerSide::new(a, b);
        let answer = self.answer(&subject, now.as_ref().map(Option::as_ref));
        match (&now.a, &now.b) {
            (None, None) => {
                self.dropped.push(link.ids.clone());
                now
            }
            (Some(_), None) => self.plan_half(link, now, subject, Side::B, answer.as_ref()),
            (None, Some(_)) => self.plan_half(link, now, subject, Side::A, answer.as_ref()),
            (Some(a), Some(b)) => {
                if a.outside || b.outside {
                    self.quiet.push(quietly(&link, now.as_ref().map(Option::as_ref)));
                    return now;
                }
                let seen = PerSide::new(a.clone(), b.clone());
                let written = self.plan_couple(subject, Some(link), seen, answer.as_ref());
                PerSide::new(written.a.or(now.a), written.b.or(now.b))
            }
        }
    }

    /// Two records that belong together. Answers what a side will hold, where something is written to
    /// it.
    fn plan_couple(
        &mut self,
        subject: Subject,
        link: Option<Link>,
        seen: PerSide<Seen>,
        answer: Option<&Resolution>,
    ) -> PerSide<Option<Seen>> {
        let Subject::Pair(ids) = subject.clone() else { return PerSide::default() };
        let spec = self.spec;
        let merge = |choices: &BTreeMap<String, FieldChoice>| {
            merge::merge(&Couple { spec, link: link.as_ref(), now: seen.as_ref(), ids: &ids, choices })
        };
        let plain = merge(&BTreeMap::new());
        let chosen = match answer {
            Some(Resolution::Use(side)) => Some(merge(&merge::choose_all(self.spec, *side))),
            Some(Resolution::Fields(choices)) => Some(merge(choices)),
            Some(Resolution::Delete(side)) => Some(merge::Merged {
                action: Action {
                    ops: vec![deletion(*side, &ids, seen.get(*side), "you deleted it")],
                    ..Action::default()
                },
                notes: Vec::new(),
            }),
            // Left as it is: whatever is in conflict stays so, silently, and the rest goes on.
            Some(Resolution::Ignore) => {
                let mut left = merge(&BTreeMap::new());
                left.action.conflict = None;
                Some(left)
            }
            Some(Resolution::Create | Resolution::Link(_) | Resolution::NotSame(_)) | None => None,
        };
        let now = PerSide::new(Some(&seen.a), Some(&seen.b));
        let acting = chosen.as_ref().unwrap_or(&plain);
        // What is only remembered is shown to nobody, and that is nearly everything of a first match.
        let shown = !is_quiet(&acting.action);
        let name =
            if shown || !acting.notes.is_empty() { label(self.spec, now, ids.a.as_str()) } else { String::new() };
        for (kind, side, field, text) in &acting.notes {
            self.notes.push(Note {
                kind: *kind,
                side: *side,
                id: ids.get(*side).clone(),
                label: name.clone(),
                field: Some(field.clone()),
                text: text.clone(),
            });
        }
        let will_hold = PerSide::from_fn(|side| after(self.spec, side, seen.get(side), &acting.action));
        let mut default = plain.action;
        default.link = true;
        let mut action = chosen.map(|chosen| chosen.action);
        if let Some(action) = &mut action {
            action.link = true;
        }
        let asked = default.conflict.as_ref().map(|conflict| conflict.fields.clone()).unwrap_or_default();
        let bases = PerSide::from_fn(|side| link.as_ref().map(|link| link.sides.get(side)));
        let fields = if shown { fields_for_the_eye(self.spec, now, bases, &asked) } else { Vec::new() };
        let observed = |id, seen| Some(Observed { id, seen });
        let item = Item {
            subject,
            label: name,
            now: PerSide::new(observed(ids.a, seen.a), observed(ids.b, seen.b)),
            fields,
            before: link,
            default,
            choice: answer.filter(|_| action.is_some()).cloned(),
            chosen: action,
        };
        self.add(item);
        will_hold
    }

    /// A link of which one side's record is gone.
    fn plan_half(
        &mut self,
        link: Link,
        now: PerSide<Option<Seen>>,
        subject: Subject,
        gone: Side,
        answer: Option<&Resolution>,
    ) -> PerSide<Option<Seen>> {
        let stays = gone.opposite();
        let Some(seen) = now.get(stays).clone() else { return now };
        let ids = link.ids.clone();
        let spec = self.spec;
        let refs = now.as_ref().map(Option::as_ref);
        let recreate = |reason: &str| recreation(spec, gone, &seen, reason);
        let delete = |reason: &str| Action {
            ops: vec![deletion(stays, &ids, &seen, reason)],
            unlink: true,
            ..Action::default()
        };
        let was = format!("deleted in {}", spec.ends.get(gone).account);
        let changed = merge::has_changed(spec, &link, stays, &seen);
        let ask = |kind: ConflictKind| Action {
            conflict: Some(merge::conflict(spec, kind, Vec::new())),
            ..Action::default()
        };
        let carried = spec.deletes.carries_from(gone) && !seen.outside;
        let default = if !carried {
            Action::default()
        } else if changed {
            match spec.conflicts {
                Policy::Ask | Policy::Newest => ask(ConflictKind::DeletedAndChanged(gone)),
                Policy::A if gone == Side::A => delete(&was),
                Policy::B if gone == Side::B => delete(&was),
                Policy::A | Policy::B => recreate("it was changed after it had been deleted on the other side"),
            }
        } else {
            delete(&was)
        };
        let you = format!("you chose {}", spec.ends.get(stays).account);
        let chosen = match answer {
            Some(Resolution::Use(side)) if *side == gone => {
                Some(delete(&format!("you chose {}", spec.ends.get(gone).account)))
            }
            Some(Resolution::Use(_) | Resolution::Create) => Some(recreate(&you)),
            Some(Resolution::Delete(side)) if *side == stays => Some(delete("you deleted it")),
            Some(Resolution::Ignore) => Some(Action::default()),
            Some(Resolution::Delete(_) | Resolution::Fields(_) | Resolution::Link(_) | Resolution::NotSame(_))
            | None => None,
        };
        let name = label(spec, refs, ids.get(stays).as_str());
        if !carried {
            self.notes.push(Note {
                kind: NoteKind::PartnerDeleted,
                side: stays,
                id: ids.get(stays).clone(),
                label: name.clone(),
                field: None,
                text: format!(
                    "{name} was {was}. Deletions are not carried over, so it stays in {}.",
                    spec.ends.get(stays).account
                ),
            });
        }
        let quiet = default == Action::default() && chosen.as_ref().is_none_or(|chosen| *chosen == Action::default());
        if quiet {
            self.quiet.push(quietly(&link, refs));
            return now;
        }
        let item = Item {
            subject,
            label: name,
            now: PerSide::oriented(stays, Some(Observed { id: ids.get(stays).clone(), seen: seen.clone() }), None),
            fields: fields_for_the_eye(spec, refs, PerSide::new(Some(&link.sides.a), Some(&link.sides.b)), &[]),
            before: Some(link),
            default,
            choice: answer.filter(|_| chosen.is_some()).cloned(),
            chosen,
        };
        self.add(item);
        now
    }

    /// Matches what is not linked, and creates what has no partner.
    fn plan_unlinked(&mut self, held: &[(PerSide<RecordId>, PerSide<Option<Seen>>)]) {
        self.link_by_choice();
        // What a listing did not come to may hold the same key, so nothing is matched or added before
        // both lists are known to their end.
        if Side::BOTH.iter().any(|side| !self.views.get(*side).complete) {
            return;
        }
        let spec = self.spec;
        let keys: PerSide<BTreeMap<RecordId, Keys>> = PerSide::from_fn(|side| {
            let key = |(id, seen): (&RecordId, &Seen)| (id.clone(), matching::keys(spec, side, seen));
            self.pools.get(side).iter().map(key).collect()
        });
        let watched = matching::watched(&keys);
        let mut taken = Taken::default();
        if !watched.is_empty() {
            let fresh = self.items.iter().filter(|item| item.before.is_none());
            let linked_now = fresh.filter_map(|item| match &item.subject {
                Subject::Pair(ids) => Some((ids, item.now.as_ref().map(|now| now.as_ref().map(|now| &now.seen)))),
                Subject::Single(..) | Subject::Key(..) => None,
            });
            let linked_before = held.iter().map(|(ids, now)| (ids, now.as_ref().map(Option::as_ref)));
            let deleted: BTreeSet<(Side, &RecordId)> = self
                .items
                .iter()
                .flat_map(|item| &item.action().ops)
                .filter(|op| matches!(op.kind, OpKind::Delete { .. }))
                .filter_map(|op| Some((op.side, op.record.as_ref()?)))
                .collect();
            for (ids, now) in linked_before.chain(linked_now) {
                for side in Side::BOTH {
                    if let Some(seen) = now.get(side)
                        && !deleted.contains(&(side, ids.get(side)))
                    {
                        taken.note(side, ids.get(side), &matching::keys(spec, side, seen), &watched);
                    }
                }
            }
        }
        let mut found = matching::find(spec, &keys, &taken, &self.not_same);
        for ids in &found.pairs {
            let written = self.first_meeting(ids);
            for side in Side::BOTH {
                let id = ids.get(side);
                match (written.get(side), keys.get(side).get(id)) {
                    (Some(seen), _) => taken.note(side, id, &matching::keys(spec, side, seen), &watched),
                    (None, Some(keys)) => taken.note(side, id, keys, &watched),
                    (None, None) => {}
                }
            }
        }
        matching::leftovers(spec, &mut found, &keys, &taken);
        for group in found.groups {
            self.ambiguous(group);
        }
        for side in Side::BOTH {
            for id in found.keyless.get(side) {
                self.set_aside(side, id, NoteKind::NoKey, |name, account, keys| {
                    format!("{name} has no {keys} in {account}, so it takes no part. Fill it in, and it is taken along next time.")
                });
            }
            for id in found.kept_apart.get(side) {
                self.set_aside(side, id, NoteKind::Ignored, |name, account, _| {
                    format!("You said that {name} in {account} is not the same as the record with the same key.")
                });
            }
            for id in found.alone.get(side) {
                self.alone(side, id);
            }
        }
    }

    /// "These two are the same", said by the operator.
    fn link_by_choice(&mut self) {
        let choices: Vec<PerSide<RecordId>> = self
            .answers
            .values()
            .filter_map(|decision| match &decision.resolution {
                Resolution::Link(ids) => Some(ids.clone()),
                Resolution::Use(_)
                | Resolution::Fields(_)
                | Resolution::Create
                | Resolution::Delete(_)
                | Resolution::NotSame(_)
                | Resolution::Ignore => None,
            })
            .collect();
        for ids in choices {
            self.first_meeting(&ids);
        }
    }

    /// Two records that are the same, and were not linked yet. Answers what a side will hold, where
    /// something is written to it.
    fn first_meeting(&mut self, ids: &PerSide<RecordId>) -> PerSide<Option<Seen>> {
        let (Some(a), Some(b)) = (self.pools.a.get(&ids.a), self.pools.b.get(&ids.b)) else {
            return PerSide::default();
        };
        if a.outside || b.outside {
            let inside = if a.outside { Side::B } else { Side::A };
            if !(a.outside && b.outside) {
                let id = ids.get(inside).clone();
                self.set_aside(inside, &id, NoteKind::PartnerOutside, |name, _, _| {
                    format!("{name} is on the other side too, but the filter leaves it out there.")
                });
            }
            return PerSide::default();
        }
        let subject = Subject::Pair(ids.clone());
        let answer = self.answer(&subject, PerSide::new(Some(a), Some(b)));
        let (Some(a), Some(b)) = (self.pools.a.remove(&ids.a), self.pools.b.remove(&ids.b)) else {
            return PerSide::default();
        };
        self.plan_couple(subject, None, PerSide::new(a, b), answer.as_ref())
    }

    fn ambiguous(&mut self, group: Group) {
        let spec = self.spec;
        let ids = PerSide::from_fn(|side| {
            let mut all = group.ids.get(side).clone();
            all.extend(group.linked.get(side).iter().cloned());
            all.sort();
            all
        });
        let subject = Subject::Key(group.mapping.clone(), group.value.clone());
        for side in Side::BOTH {
            for id in group.ids.get(side) {
                let key = &group.mapping;
                self.set_aside(side, id, NoteKind::DoubledKey, |name, _, _| {
                    format!("{name} shares its {key} with another record, so it is set aside until you say which belong together.")
                });
            }
        }
        let inside = Side::BOTH.iter().any(|side| {
            group.ids.get(*side).iter().any(|id| self.pools.get(*side).get(id).is_some_and(|seen| !seen.outside))
        });
        let print = group_fingerprint(PerSide::new(&ids.a, &ids.b));
        let left = self
            .answers
            .get(&subject)
            .is_some_and(|answer| answer.resolution == Resolution::Ignore && answer.fingerprint == print);
        if left || !inside {
            return;
        }
        // Where every record that is not linked yet was answered for itself, nothing is asked.
        let mut open = false;
        for side in Side::BOTH {
            for id in group.ids.get(side) {
                open |= !self.single_answer(side, id);
            }
        }
        if !open {
            return;
        }
        let first = |side: Side| group.ids.get(side).first().and_then(|id| self.pools.get(side).get(id));
        let now = PerSide::from_fn(first);
        let name = label(spec, now, &group.value);
        let fields = fields_for_the_eye(spec, now, PerSide::default(), std::slice::from_ref(&group.mapping));
        let shown = PerSide::from_fn(|side| {
            let id = group.ids.get(side).first()?;
            Some(Observed { id: id.clone(), seen: self.pools.get(side).get(id)?.clone() })
        });
        let conflict = merge::conflict(spec, ConflictKind::Ambiguous(ids), vec![group.mapping]);
        self.add(Item {
            subject,
            label: name,
            now: shown,
            fields,
            before: None,
            default: Action { conflict: Some(conflict), ..Action::default() },
            choice: None,
            chosen: None,
        });
    }

    /// Carries out the operator's answer for one record of an ambiguous group, if there is one.
    fn single_answer(&mut self, side: Side, id: &RecordId) -> bool {
        let Some(seen) = self.pools.get(side).get(id).cloned() else { return false };
        let subject = Subject::Single(side, id.clone());
        let Some(answer) = self.answer(&subject, PerSide::oriented(side, Some(&seen), None)) else { return false };
        self.plan_single(side, id, seen, Some(&answer));
        true
    }

    /// A record without a partner.
    fn alone(&mut self, side: Side, id: &RecordId) {
        let Some(seen) = self.pools.get(side).get(id).cloned() else { return };
        if seen.outside {
            return;
        }
        let subject = Subject::Single(side, id.clone());
        let answer = self.answer(&subject, PerSide::oriented(side, Some(&seen), None));
        self.plan_single(side, id, seen, answer.as_ref());
    }

    fn plan_single(&mut self, side: Side, id: &RecordId, held: Seen, answer: Option<&Resolution>) {
        let seen = &held;
        let spec = self.spec;
        let target = side.opposite();
        let now = PerSide::oriented(side, Some(seen), None);
        let account = |side: Side| &spec.ends.get(side).account;
        let make = |reason: String| {
            let (fields, mappings, notes) = merge::creation(spec, side, seen);
            let settled = mappings.clone();
            let kind = OpKind::Create { fields, raw: None };
            let op = Operation { side: target, record: None, kind, mappings, reason };
            (Action { ops: vec![op], settled, link: true, ..Action::default() }, notes)
        };
        let keyed = spec.match_keys.iter().filter_map(|name| spec.field(name)).any(|mapping| {
            mapping.writes_to(target) && seen.values.get(&mapping.name).is_some_and(|value| !value.is_empty())
        });
        let (default, notes) = if !keyed {
            // It would have no key there, so that nobody could tell again whose it is.
            self.set_aside(side, id, NoteKind::NoKey, |name, account, keys| {
                format!("{name} in {account} has no {keys} that goes to the other side, so it is not added there.")
            });
            (Action::default(), Vec::new())
        } else if spec.writes.get(target).create {
            make(format!("new in {}", account(side)))
        } else {
            self.set_aside(side, id, NoteKind::CreateOff, |name, _, _| {
                format!("{name} is only in {}. This pair adds no records to {}.", account(side), account(target))
            });
            (Action::default(), Vec::new())
        };
        let remove = || {
            let mut ids = PerSide::new(id.clone(), id.clone());
            *ids.get_mut(side) = id.clone();
            Action { ops: vec![deletion(side, &ids, seen, "you deleted it")], ..Action::default() }
        };
        let chosen = match answer {
            Some(Resolution::Create) => Some(make("you chose to add it".to_owned()).0),
            Some(Resolution::Use(by)) if *by == side => Some(make(format!("you chose {}", account(side))).0),
            Some(Resolution::Use(_)) => Some(remove()),
            Some(Resolution::Delete(at)) if *at == side => Some(remove()),
            Some(Resolution::Ignore) => {
                self.set_aside(side, id, NoteKind::Ignored, |name, account, _| {
                    format!("You said to leave {name} in {account} as it is.")
                });
                Some(Action::default())
            }
            Some(Resolution::Delete(_) | Resolution::Fields(_) | Resolution::Link(_) | Resolution::NotSame(_))
            | None => None,
        };
        let acts = |action: &Action| !action.ops.is_empty();
        if !acts(chosen.as_ref().unwrap_or(&default)) {
            return;
        }
        let name = label(spec, now, id.as_str());
        for (kind, at, field, text) in notes {
            self.notes.push(Note { kind, side: at, id: id.clone(), label: name.clone(), field: Some(field), text });
        }
        let fields = fields_for_the_eye(spec, now, PerSide::default(), &[]);
        let item = Item {
            subject: Subject::Single(side, id.clone()),
            label: name,
            now: PerSide::oriented(side, Some(Observed { id: id.clone(), seen: held }), None),
            fields,
            before: None,
            default,
            choice: answer.filter(|_| chosen.is_some()).cloned(),
            chosen,
        };
        self.add(item);
    }

    /// The operator's answer, if both sides still hold what they held when it was given.
    fn answer(&self, subject: &Subject, now: PerSide<Option<&Seen>>) -> Option<Resolution> {
        let decision = self.answers.get(subject)?;
        (decision.fingerprint == fingerprint(now)).then(|| decision.resolution.clone())
    }

    fn set_aside(&mut self, side: Side, id: &RecordId, kind: NoteKind, text: impl Fn(&str, &str, &str) -> String) {
        let Some(seen) = self.pools.get(side).get(id) else { return };
        if seen.outside {
            return;
        }
        let name = label(self.spec, PerSide::oriented(side, Some(seen), None), id.as_str());
        let text = text(&name, &self.spec.ends.get(side).account, &self.spec.match_keys.join(" or "));
        self.notes.push(Note { kind, side, id: id.clone(), label: name, field: None, text });
    }

    /// Keeps an item that does something; one that does nothing but agree is remembered quietly.
    fn add(&mut self, item: Item) {
        if is_quiet(item.action()) {
            if let Some(link) = conclude(self.spec, &item, &PerSide::new(Written::Nothing, Written::Nothing))
                && item.before.as_ref() != Some(&link)
            {
                self.quiet.push(link);
            }
            return;
        }
        self.items.push(item);
    }

    fn finish(mut self, mut plan: Plan, links: usize) -> Plan {
        if let Some(only) = self.only {
            self.items.retain(|item| only.contains(&item.subject));
            self.quiet.retain(|link| only.contains(&Subject::Pair(link.ids.clone())));
        }
        self.items.sort_by(|one, other| one.subject.cmp(&other.subject));
        self.quiet.sort_by(|one, other| one.ids.cmp(&other.ids));
        self.notes.sort_by(|one, other| {
            (one.side, one.kind, &one.id, &one.field).cmp(&(other.side, other.kind, &other.id, &other.field))
        });
        self.dropped.sort();
        plan.known = PerSide::from_fn(|side| self.pools.get(side).len() + links);
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

fn first_key(keys: &Keys) -> Option<(usize, String)> {
    keys.iter().enumerate().find(|(_, key)| !key.is_empty()).map(|(index, key)| (index, key.clone()))
}

/// Whether nothing is written and nothing is asked.
fn is_quiet(action: &Action) -> bool {
    action.ops.is_empty() && action.conflict.is_none()
}

/// Whether a side of a link holds just what it held when both last agreed.
fn is_calm(link: &Link, side: Side) -> bool {
    let held = link.sides.get(side);
    !held.gone && held.values == held.seen.values
}

/// The link with what is seen now and nothing settled.
fn quietly(link: &Link, now: PerSide<Option<&Seen>>) -> Link {
    let mut link = link.clone();
    for side in Side::BOTH {
        let held = link.sides.get_mut(side);
        held.gone = now.get(side).is_none();
        if let Some(seen) = now.get(side) {
            held.seen = (*seen).clone();
        }
    }
    link
}

fn deletion(side: Side, ids: &PerSide<RecordId>, seen: &Seen, reason: &str) -> Operation {
    Operation {
        side,
        record: Some(ids.get(side).clone()),
        kind: OpKind::Delete { expect: seen.version.clone() },
        mappings: Vec::new(),
        reason: reason.to_owned(),
    }
}

fn recreation(spec: &PairSpec, to: Side, seen: &Seen, reason: &str) -> Action {
    let (fields, mappings, _) = merge::creation(spec, to.opposite(), seen);
    let settled = mappings.clone();
    let kind = OpKind::Create { fields, raw: None };
    let op = Operation { side: to, record: None, kind, mappings, reason: reason.to_owned() };
    Action { ops: vec![op], settled, link: true, ..Action::default() }
}

/// What a side will hold after the writes, as far as keys are concerned; none where it holds what it
/// held before.
fn after(spec: &PairSpec, side: Side, seen: &Seen, action: &Action) -> Option<Seen> {
    if action.ops.iter().all(|op| op.side != side) {
        return None;
    }
    let mut result = seen.clone();
    for op in action.ops.iter().filter(|op| op.side == side) {
        let (OpKind::Update { fields, .. } | OpKind::Create { fields, .. }) = &op.kind else { continue };
        for mapping in op.mappings.iter().filter_map(|name| spec.field(name)) {
            if let Some(value) = super::transform::read(mapping, side, fields) {
                result.values.insert(mapping.name.clone(), value);
            }
        }
    }
    Some(result)
}

/// The conflict of a deletion that is held back.
pub(super) fn held(spec: &PairSpec, gone: Side) -> Conflict {
    merge::conflict(spec, ConflictKind::HeldDeletion(gone), Vec::new())
}
