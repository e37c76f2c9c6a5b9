//! What becomes of linked records: two that are there, or one whose partner is gone.

use super::merge::{self, Couple};
use super::observe::{fields_for_the_eye, label};
use super::reconcile::{Couples, Work};
use crate::model::{
    Action, Conflict, ConflictKind, FieldChoice, Item, Link, Note, NoteKind, Observed, OpKind, Operation, PairSpec,
    PerSide, Policy, RecordId, Resolution, Seen, Side, Subject,
};
use crate::texts::tr;
use std::collections::BTreeMap;

impl Work<'_> {
    /// Decides one link and says what its sides will hold.
    pub(super) fn plan_link(&mut self, couple: Couples, subject: Subject) -> PerSide<Option<Seen>> {
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
    pub(super) fn plan_couple(
        &mut self,
        subject: Subject,
        link: Option<Link>,
        seen: PerSide<Seen>,
        answer: Option<&Resolution>,
    ) -> PerSide<Option<Seen>> {
        let Subject::Pair(ids) = subject.clone() else { return PerSide::default() };
        let (spec, at) = (self.spec, self.now);
        let merge = |choices: &BTreeMap<String, FieldChoice>| {
            merge::merge(&Couple { spec, link: link.as_ref(), now: seen.as_ref(), ids: &ids, choices, at })
        };
        let plain = merge(&BTreeMap::new());
        let chosen = match answer {
            Some(Resolution::Use(side)) => Some(merge(&merge::choose_all(self.spec, *side))),
            Some(Resolution::Fields(choices)) => Some(merge(choices)),
            Some(Resolution::Delete(side)) => Some(merge::Merged {
                action: Action {
                    ops: vec![deletion(*side, &ids, seen.get(*side), &tr!("plan-you-deleted"))],
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
            Some(Resolution::Create | Resolution::Link(_) | Resolution::NotSame(_) | Resolution::Undone) | None => None,
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
    pub(super) fn plan_half(
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
        let was = tr!("plan-deleted-in", account = spec.ends.get(gone).account);
        let changed = merge::has_changed(spec, &link, stays, &seen);
        let ask = |kind: ConflictKind| Action {
            conflict: Some(merge::conflict(spec, kind, Vec::new())),
            ..Action::default()
        };
        // What happens to a record that its filter leaves out is no business of the pair's, its
        // deletion included.
        let outside = seen.outside || link.sides.get(gone).seen.outside;
        let carried = spec.deletes.carries_from(gone) && !outside;
        let default = if !carried {
            Action::default()
        } else if changed {
            match spec.conflicts {
                Policy::Ask | Policy::Newest => ask(ConflictKind::DeletedAndChanged(gone)),
                Policy::A if gone == Side::A => delete(&was),
                Policy::B if gone == Side::B => delete(&was),
                // Where no records are created, nothing but the deletion could be carried: that is for the operator.
                Policy::A | Policy::B if !spec.writes.get(gone).create => ask(ConflictKind::DeletedAndChanged(gone)),
                Policy::A | Policy::B => recreate(&tr!("plan-changed-after-deleted")),
            }
        } else if link.ids.get(gone).is_void() {
            // Its id is there, with what looks like somebody else: that may as well be who it was, with another name
            // and another address.
            let (from, at) = (&spec.ends.get(gone).account, &spec.ends.get(stays).account);
            let reason = tr!("plan-taken-over", gone = from, stays = at);
            let conflict = Conflict { kind: ConflictKind::HeldDeletion(gone), fields: Vec::new(), reason };
            Action { conflict: Some(conflict), ..Action::default() }
        } else {
            delete(&was)
        };
        let you = tr!("plan-you-chose", account = spec.ends.get(stays).account);
        let chosen = match answer {
            Some(Resolution::Use(side)) if *side == gone => {
                Some(delete(&tr!("plan-you-chose", account = spec.ends.get(gone).account)))
            }
            Some(Resolution::Use(_) | Resolution::Create) => Some(recreate(&you)),
            Some(Resolution::Delete(side)) if *side == stays => Some(delete(&tr!("plan-you-deleted"))),
            Some(Resolution::Ignore) => Some(Action::default()),
            Some(
                Resolution::Delete(_)
                | Resolution::Fields(_)
                | Resolution::Link(_)
                | Resolution::NotSame(_)
                | Resolution::Undone,
            )
            | None => None,
        };
        let name = label(spec, refs, ids.get(stays).as_str());
        if !carried {
            let (from, at) = (&spec.ends.get(gone).account, &spec.ends.get(stays).account);
            let text = if outside && spec.deletes.carries_from(gone) {
                tr!("plan-partner-filtered", name = name, gone = from, stays = at)
            } else {
                tr!("plan-partner-deleted", name = name, gone = from, stays = at)
            };
            self.notes.push(Note {
                kind: NoteKind::PartnerDeleted,
                side: stays,
                id: ids.get(stays).clone(),
                label: name.clone(),
                field: None,
                text,
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
}

/// Whether nothing is written and nothing is asked.
pub(super) fn is_quiet(action: &Action) -> bool {
    action.ops.is_empty() && action.conflict.is_none()
}

/// The link with what is seen now and nothing settled.
pub(super) fn quietly(link: &Link, now: PerSide<Option<&Seen>>) -> Link {
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

pub(super) fn deletion(side: Side, ids: &PerSide<RecordId>, seen: &Seen, reason: &str) -> Operation {
    Operation {
        side,
        record: Some(ids.get(side).clone()),
        kind: OpKind::Delete { expect: seen.version.clone() },
        mappings: Vec::new(),
        reason: reason.to_owned(),
    }
}

pub(super) fn recreation(spec: &PairSpec, to: Side, seen: &Seen, reason: &str) -> Action {
    let (fields, mappings, _) = merge::creation(spec, to.opposite(), seen);
    let settled = mappings.clone();
    let kind = OpKind::Create { fields, raw: None };
    let op = Operation { side: to, record: None, kind, mappings, reason: reason.to_owned() };
    Action { ops: vec![op], settled, link: true, ..Action::default() }
}

/// What a side will hold after the writes, as far as keys are concerned; none where it holds what it
/// held before.
pub(super) fn after(spec: &PairSpec, side: Side, seen: &Seen, action: &Action) -> Option<Seen> {
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
