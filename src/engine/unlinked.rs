//! What becomes of records that are not linked: they are matched by their keys, created on the other
//! side, or set aside.

use super::linked::deletion;
use super::matching::{self, Group, Keys, Taken};
use super::merge;
use super::observe::{fields_for_the_eye, group_fingerprint, label};
use super::reconcile::Work;
use crate::model::{
    Action, ConflictKind, Item, Note, NoteKind, Observed, OpKind, Operation, PerSide, RecordId, Resolution, Seen, Side,
    Subject,
};
use crate::texts::tr;
use std::collections::{BTreeMap, BTreeSet};

impl Work<'_> {
    /// Matches what is not linked, and creates what has no partner.
    pub(super) fn plan_unlinked(&mut self, held: &[(PerSide<RecordId>, PerSide<Option<Seen>>)]) {
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
                // What has no key is left alone by itself, but not where the operator has said what to do.
                if self.single_answer(side, id) {
                    continue;
                }
                self.set_aside(side, id, NoteKind::NoKey, |name, account, keys| {
                    tr!("plan-no-key", name = name, keys = keys, account = account)
                });
            }
            for id in found.kept_apart.get(side) {
                if self.single_answer(side, id) {
                    continue;
                }
                self.set_aside(side, id, NoteKind::Ignored, |name, account, _| {
                    tr!("plan-kept-apart", name = name, account = account)
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
                | Resolution::Ignore
                | Resolution::Undone => None,
            })
            .collect();
        for ids in choices {
            self.first_meeting(&ids);
        }
    }

    /// Two records that are the same, and were not linked yet. Answers what a side will hold, where
    /// something is written to it.
    pub(super) fn first_meeting(&mut self, ids: &PerSide<RecordId>) -> PerSide<Option<Seen>> {
        let (Some(a), Some(b)) = (self.pools.a.get(&ids.a), self.pools.b.get(&ids.b)) else {
            return PerSide::default();
        };
        if a.outside || b.outside {
            let inside = if a.outside { Side::B } else { Side::A };
            if !(a.outside && b.outside) {
                let id = ids.get(inside).clone();
                self.set_aside(inside, &id, NoteKind::PartnerOutside, |name, _, _| {
                    tr!("plan-partner-outside", name = name)
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
                    tr!("plan-doubled-key", name = name, key = key)
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
        let Some(answer) = self.answer_alone(side, id, &seen) else { return false };
        // What was taken back is no answer to the question whose record it is.
        if answer == Resolution::Undone {
            return false;
        }
        self.plan_single(side, id, seen, Some(&answer));
        true
    }

    /// A record without a partner.
    fn alone(&mut self, side: Side, id: &RecordId) {
        let Some(seen) = self.pools.get(side).get(id).cloned() else { return };
        if seen.outside {
            return;
        }
        let answer = self.answer_alone(side, id, &seen);
        self.plan_single(side, id, seen, answer.as_ref());
    }

    /// What the operator said of a record without a partner. An answer that says nothing of it, as to delete it where
    /// it is not, is none: the record would neither be written nor told.
    fn answer_alone(&self, side: Side, id: &RecordId, seen: &Seen) -> Option<Resolution> {
        let subject = Subject::Single(side, id.clone());
        let answer = self.answer(&subject, PerSide::oriented(side, Some(seen), None))?;
        let speaks = match &answer {
            Resolution::Use(_) | Resolution::Create | Resolution::Ignore | Resolution::Undone => true,
            Resolution::Delete(at) => *at == side,
            Resolution::Fields(_) | Resolution::Link(_) | Resolution::NotSame(_) => false,
        };
        speaks.then_some(answer)
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
            if answer.is_none() {
                self.set_aside(side, id, NoteKind::NoKey, |name, account, keys| {
                    tr!("plan-no-key-across", name = name, account = account, keys = keys)
                });
            }
            (Action::default(), Vec::new())
        } else if spec.writes.get(target).create {
            make(tr!("plan-new", account = account(side)))
        } else {
            self.set_aside(side, id, NoteKind::CreateOff, |name, _, _| {
                tr!("plan-create-off", name = name, account = account(side), target = account(target))
            });
            (Action::default(), Vec::new())
        };
        let remove = || {
            let mut ids = PerSide::new(id.clone(), id.clone());
            *ids.get_mut(side) = id.clone();
            Action { ops: vec![deletion(side, &ids, seen, &tr!("plan-you-deleted"))], ..Action::default() }
        };
        let chosen = match answer {
            Some(Resolution::Create) => Some(make(tr!("plan-you-added")).0),
            Some(Resolution::Use(by)) if *by == side => Some(make(tr!("plan-you-chose", account = account(side))).0),
            Some(Resolution::Use(_)) => Some(remove()),
            Some(Resolution::Delete(at)) if *at == side => Some(remove()),
            Some(Resolution::Ignore) => {
                self.set_aside(side, id, NoteKind::Ignored, |name, account, _| {
                    tr!("plan-you-left", name = name, account = account)
                });
                Some(Action::default())
            }
            Some(Resolution::Undone) => {
                self.set_aside(side, id, NoteKind::Undone, |name, account, _| {
                    tr!("plan-you-took-back", name = name, account = account)
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
}
