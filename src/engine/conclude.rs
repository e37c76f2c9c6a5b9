//! What is remembered once an item's writes are done.

use std::collections::BTreeSet;

use crate::model::{Item, Link, OpKind, PairSpec, PerSide, RecordId, Seen, Side, SideBaseline, Subject, Value};

use super::normalise::same;
use super::observe::overlay;
use super::transform::read;

/// What came of an item's write to one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing was to be written there.
    Nothing,
    /// It is written, and this is what the platform really stored.
    Stored(RecordId, Seen),
    /// The answer never came, but it is written: this is what was found there afterwards, which somebody may
    /// have changed since.
    Found(RecordId, Seen),
    /// The record is deleted.
    Deleted,
    /// It could not be written; the change stays pending.
    Failed,
}

/// The link after an item: what really is stored becomes the baseline of the fields that are
/// settled, and what failed or is asked stays as it was. None when there is no link (any more).
#[must_use]
pub fn conclude(spec: &PairSpec, item: &Item, written: &PerSide<Written>) -> Option<Link> {
    let action = item.action();
    let deleted = Side::BOTH.iter().any(|side| *written.get(*side) == Written::Deleted);
    if action.unlink && deleted {
        return None;
    }
    let id = |side: Side| match written.get(side) {
        Written::Stored(id, _) | Written::Found(id, _) => Some(id.clone()),
        Written::Nothing | Written::Deleted | Written::Failed => item
            .now
            .get(side)
            .as_ref()
            .map(|now| now.id.clone())
            .or_else(|| item.before.as_ref().map(|link| link.ids.get(side).clone())),
    };
    if item.before.is_none() && !action.link {
        return None;
    }
    if matches!(item.subject, Subject::Key(..)) {
        return None;
    }
    let ids = PerSide::new(id(Side::A)?, id(Side::B)?);
    let failed: BTreeSet<&String> =
        action.ops.iter().filter(|op| *written.get(op.side) == Written::Failed).flat_map(|op| &op.mappings).collect();
    let mut sides: PerSide<SideBaseline> = item.before.as_ref().map(|link| link.sides.clone()).unwrap_or_default();
    for side in Side::BOTH {
        let held = sides.get_mut(side);
        let planned = item.now.get(side).as_ref().map(|now| &now.seen);
        match written.get(side) {
            Written::Stored(_, stored) | Written::Found(_, stored) => {
                let mut seen = planned.cloned().unwrap_or_default();
                // A field that the answer left out is taken to be as it was written.
                for op in action.ops.iter().filter(|op| op.side == side) {
                    let (OpKind::Create { fields, .. } | OpKind::Update { fields, .. }) = &op.kind else { continue };
                    for mapping in op.mappings.iter().filter_map(|name| spec.field(name)) {
                        if let Some(value) = read(mapping, side, fields) {
                            seen.values.insert(mapping.name.clone(), value);
                        }
                    }
                }
                held.seen = overlay(&seen, stored);
                held.gone = false;
            }
            Written::Deleted => held.gone = true,
            Written::Nothing | Written::Failed => match planned {
                Some(seen) => {
                    held.seen.clone_from(seen);
                    held.gone = false;
                }
                None => held.gone = true,
            },
        }
        for name in
            action.settled.iter().filter(|name| !failed.contains(name) && !is_doubtful(spec, item, written, name))
        {
            match held.seen.values.get(name) {
                Some(value) => {
                    let meanwhile = matches!(written.get(side), Written::Stored(..) | Written::Found(..))
                        .then(|| changed_meanwhile(spec, item, side, name, value))
                        .flatten();
                    held.values.insert(name.clone(), meanwhile.unwrap_or(value).clone());
                }
                None => {
                    held.values.remove(name);
                }
            }
        }
    }
    let mut flips = item.before.as_ref().map(|link| link.flips.clone()).unwrap_or_default();
    for op in action.ops.iter().filter(|op| *written.get(op.side) != Written::Failed) {
        for name in &op.mappings {
            match action.flips.get(name) {
                Some(count) => {
                    flips.insert(name.clone(), count.clone());
                }
                // The operator chose, so the count starts anew.
                None => {
                    flips.remove(name);
                }
            }
        }
    }
    // A field that is stopped stays so, however late the next run is.
    for (name, count) in &action.flips {
        if !action.ops.iter().any(|op| op.mappings.contains(name)) {
            flips.insert(name.clone(), count.clone());
        }
    }
    Some(Link { id: item.before.as_ref().and_then(|link| link.id), ids, sides, flips })
}

/// Whether a written field was found with another meaning where the answer had not come: the platform may have
/// made that of it, or somebody changed it since. Nobody can say, so nothing is agreed.
fn is_doubtful(spec: &PairSpec, item: &Item, written: &PerSide<Written>, name: &String) -> bool {
    item.action().ops.iter().filter(|op| op.mappings.contains(name)).any(|op| {
        let Written::Found(_, found) = written.get(op.side) else { return false };
        let (OpKind::Create { fields, .. } | OpKind::Update { fields, .. }) = &op.kind else { return false };
        let wrote = spec.field(name).and_then(|mapping| Some((mapping, read(mapping, op.side, fields)?)));
        match (wrote, found.values.get(name)) {
            (Some((mapping, wrote)), Some(found)) => !same(mapping, (op.side, &wrote), (op.side, found)),
            (Some(_) | None, _) => false,
        }
    })
}

/// What a field was planned with, where it was not written and yet comes back with another meaning:
/// somebody changed it between the listing and the write, which is a change to carry across, and no echo.
fn changed_meanwhile<'a>(
    spec: &PairSpec,
    item: &'a Item,
    side: Side,
    name: &String,
    stored: &Value,
) -> Option<&'a Value> {
    let planned = item.now.get(side).as_ref()?.seen.values.get(name)?;
    let mapping = spec.field(name)?;
    let wrote = item.action().ops.iter().any(|op| op.side == side && op.mappings.contains(name));
    (!wrote && !same(mapping, (side, planned), (side, stored))).then_some(planned)
}
