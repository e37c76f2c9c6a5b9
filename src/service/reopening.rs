//! What an undo asks again: the questions that the run it takes back had settled, where both sides stand
//! as they did when they were asked.

use crate::engine::{self, Written};
use crate::model::{
    ConflictKind, Item, Link, Matter, MatterField, MatterKind, MismatchKind, Observed, PairSpec, PerSide, RecordId,
    Seen, Side, SideBaseline, Subject, WriteEntry,
};
use crate::store::{Changes, MatterScope, MattersUpdate, NewMatter, Origin};

use super::job::now;

/// Asks again what the writes that this item takes back had settled, and brings back what both sides last
/// agreed on in what is asked, so that the next run asks the same. Returns whether a half link holds the
/// record that is left, so that it need not be remembered as one to be left alone.
pub(super) fn reopen(
    spec: &PairSpec,
    settled: &[Matter],
    writes: &[WriteEntry],
    item: &Item,
    written: &PerSide<Written>,
    changes: &mut Changes,
) -> bool {
    let subjects = writes.iter().map(|write| &write.subject).chain([&item.subject]).collect::<Vec<_>>();
    let Some(standing) = standing(item, written) else { return false };
    let mut held = false;
    for matter in settled.iter().filter(|matter| subjects.contains(&&matter.subject)) {
        if !stands(spec, matter, &standing) {
            continue;
        }
        let subject = subject_now(&matter.subject, &standing);
        let mut kind = matter.kind.clone();
        match &matter.kind {
            MatterKind::Conflict(ConflictKind::BothChanged | ConflictKind::FirstMatch) => {
                let Some(link) = changes.links.iter_mut().find(|link| Subject::Pair(link.ids.clone()) == subject)
                else {
                    continue;
                };
                agree_as_then(link, &matter.fields);
            }
            MatterKind::Conflict(ConflictKind::DeletedAndChanged(_) | ConflictKind::HeldDeletion(_)) => {
                let Subject::Pair(ids) = &subject else { continue };
                changes.links.push(half_link(ids, &matter.fields, &standing));
                held = true;
            }
            MatterKind::Conflict(ConflictKind::Flipping) => {
                let link = changes.links.iter_mut().find(|link| Subject::Pair(link.ids.clone()) == subject);
                // Where the write that was stopped is no longer to be seen, it is asked as what it is.
                if !link.is_some_and(|link| stop_again(spec, link, &matter.fields, &standing)) {
                    kind = MatterKind::Mismatch(MismatchKind::Different);
                }
            }
            MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged) => {}
            // They are asked again once their records are parted: [`part_again`].
            MatterKind::Conflict(ConflictKind::Ambiguous(_)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(_)) => {
                continue;
            }
        }
        let seen = standing.as_ref().map(|now| now.as_ref().map(|now| &now.seen));
        let open = NewMatter {
            kind,
            subject,
            label: matter.label.clone(),
            reason: matter.reason.clone(),
            fields: matter.fields.iter().map(|field| as_now(spec, field, seen)).collect(),
            modified: seen.map(|seen| seen.and_then(Seen::touch)),
            fingerprint: engine::fingerprint(seen),
        };
        ask(open, changes);
    }
    held
}

/// Parts the records that the run had linked because the operator said that they are the same, and asks
/// again which of those with one key belong together.
pub(super) fn part_again(linked: &[Link], settled: &[Matter], changes: &mut Changes) {
    for link in linked {
        changes.links.retain(|other| other.ids != link.ids);
        changes.unlinks.push(link.ids.clone());
        changes.decisions_done.push(Subject::Pair(link.ids.clone()));
        for side in Side::BOTH {
            let (id, held) = (link.ids.get(side), link.sides.get(side));
            if !held.gone {
                let seen = held.seen.clone();
                changes.remember_unlinked.get_mut(side).push(Observed { id: id.clone(), seen });
            }
        }
        for matter in settled {
            let Some(ids) = matter.kind.candidates() else { continue };
            if !Side::BOTH.iter().any(|side| ids.get(*side).contains(link.ids.get(*side))) {
                continue;
            }
            let open = NewMatter {
                kind: matter.kind.clone(),
                subject: matter.subject.clone(),
                label: matter.label.clone(),
                reason: matter.reason.clone(),
                fields: matter.fields.clone(),
                modified: matter.modified.clone(),
                fingerprint: engine::group_fingerprint(PerSide::new(&ids.a, &ids.b)),
            };
            ask(open, changes);
        }
    }
}

/// What each side holds after the item; none where a write failed, so that nothing is sure.
fn standing(item: &Item, written: &PerSide<Written>) -> Option<PerSide<Option<Observed>>> {
    let mut standing = item.now.clone();
    for side in Side::BOTH {
        match written.get(side) {
            Written::Failed => return None,
            Written::Nothing => {}
            Written::Deleted => *standing.get_mut(side) = None,
            Written::Stored(id, seen) | Written::Found(id, seen) => {
                let mut values = item.now.get(side).as_ref().map(|now| now.seen.values.clone()).unwrap_or_default();
                values.extend(seen.values.clone());
                let seen = Seen { values, ..seen.clone() };
                *standing.get_mut(side) = Some(Observed { id: id.clone(), seen });
            }
        }
    }
    Some(standing)
}

/// Whether both sides hold what they held when it was asked, in what was asked.
fn stands(spec: &PairSpec, matter: &Matter, standing: &PerSide<Option<Observed>>) -> bool {
    let of_fields = matter.fields.iter().any(|field| field.asked);
    Side::BOTH.iter().all(|side| {
        let was_there = matter.fields.iter().any(|field| field.now.get(*side).is_some());
        let Some(now) = standing.get(*side) else { return !was_there };
        was_there
            && matter.fields.iter().filter(|field| field.asked || !of_fields).all(|field| {
                match (spec.field(&field.name), field.now.get(*side), now.seen.values.get(&field.name)) {
                    (Some(mapping), Some(then), Some(now)) => engine::same(mapping, (*side, then), (*side, now)),
                    (Some(_), Some(one), None) | (Some(_), None, Some(one)) => one.is_empty(),
                    (Some(_), None, None) | (None, _, _) => true,
                }
            })
    })
}

/// The same records under the ids that they have now: one that was deleted came back under another.
fn subject_now(subject: &Subject, standing: &PerSide<Option<Observed>>) -> Subject {
    let id =
        |side: Side, known: &RecordId| standing.get(side).as_ref().map_or_else(|| known.clone(), |now| now.id.clone());
    match subject {
        Subject::Pair(ids) => Subject::Pair(PerSide::from_fn(|side| id(side, ids.get(side)))),
        Subject::Single(side, known) => Subject::Single(*side, id(*side, known)),
        Subject::Key(..) => subject.clone(),
    }
}

/// Brings back what both sides agreed on in the fields that are asked.
fn agree_as_then(link: &mut Link, fields: &[MatterField]) {
    for field in fields.iter().filter(|field| field.asked) {
        for side in Side::BOTH {
            let values = &mut link.sides.get_mut(side).values;
            match field.baseline.get(side) {
                Some(value) => values.insert(field.name.clone(), value.clone()),
                None => values.remove(&field.name),
            };
        }
    }
}

/// Brings a link to where a field that goes back and forth was stopped. False where nothing is left to
/// stop, and then the link stays as it is.
fn stop_again(spec: &PairSpec, link: &mut Link, fields: &[MatterField], standing: &PerSide<Option<Observed>>) -> bool {
    let (Some(a), Some(b)) = (&standing.a, &standing.b) else { return false };
    let now = PerSide::new(&a.seen, &b.seen);
    let mut then = link.clone();
    agree_as_then(&mut then, fields);
    let flips = fields
        .iter()
        .filter(|field| field.asked)
        .filter_map(|field| Some((field.name.clone(), engine::stopped(spec.field(&field.name)?, &then, now)?)));
    let flips: Vec<_> = flips.collect();
    if flips.is_empty() {
        return false;
    }
    then.flips.extend(flips);
    *link = then;
    true
}

/// The link of a record whose partner is gone, as it was when that was asked.
fn half_link(ids: &PerSide<RecordId>, fields: &[MatterField], standing: &PerSide<Option<Observed>>) -> Link {
    let side_of = |side: Side| {
        let agreed = fields.iter().filter_map(|field| Some((field.name.clone(), field.baseline.get(side).clone()?)));
        let values: crate::model::Values = agreed.collect();
        match standing.get(side) {
            Some(now) => SideBaseline { values, seen: now.seen.clone(), gone: false },
            None => SideBaseline { seen: Seen { values: values.clone(), ..Seen::default() }, values, gone: true },
        }
    };
    Link { id: None, ids: ids.clone(), sides: PerSide::from_fn(side_of), flips: std::collections::BTreeMap::new() }
}

fn as_now(spec: &PairSpec, field: &MatterField, seen: PerSide<Option<&Seen>>) -> MatterField {
    let now = PerSide::from_fn(|side| seen.get(side).and_then(|seen| seen.values.get(&field.name).cloned()));
    let differs = match (&now.a, &now.b) {
        (Some(a), Some(b)) => spec.field(&field.name).is_none_or(|mapping| !engine::agrees(mapping, Some(a), Some(b))),
        (Some(one), None) | (None, Some(one)) => !one.is_empty(),
        (None, None) => false,
    };
    MatterField { now, differs, ..field.clone() }
}

/// Adds a question to what is recorded with the item. Each origin closes only what it has found itself.
fn ask(open: NewMatter, changes: &mut Changes) {
    let origin = match open.kind {
        MatterKind::Conflict(_) => Origin::Run,
        MatterKind::Mismatch(_) => Origin::Compare,
    };
    let place = match changes.reopened.iter_mut().find(|update| update.origin == origin) {
        Some(update) => update,
        None => {
            let scope = MatterScope::Only(Vec::new());
            changes.reopened.push(MattersUpdate { origin, by: None, now: now(), open: Vec::new(), scope });
            match changes.reopened.last_mut() {
                Some(update) => update,
                None => return,
            }
        }
    };
    place.open.push(open);
}
