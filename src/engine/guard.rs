//! The guard over deletions: more than usual are held back, and the operator is asked.

use crate::model::{Action, Held, Item, OpKind, PairSpec, PerSide, Side};

use super::reconcile::held;

/// Holds the deletions of a side back when they are more than the pair allows: more than its count,
/// or more than its share of the links. What the operator chose is not counted.
pub(super) fn hold(spec: &PairSpec, items: &mut [Item], links: usize) -> PerSide<Option<Held>> {
    PerSide::from_fn(|side| {
        let by_rule = |item: &Item| item.chosen.is_none() && deletes(&item.default, side);
        let deletions = items.iter().filter(|item| by_rule(item)).count();
        let share = links.saturating_mul(spec.guard.percent as usize) / 100;
        let allowed = share.min(spec.guard.count as usize);
        if deletions <= allowed {
            return None;
        }
        for item in items.iter_mut().filter(|item| by_rule(item)) {
            item.default = Action { conflict: Some(held(spec, side.opposite())), ..Action::default() };
        }
        Some(Held { deletions, allowed, links })
    })
}

fn deletes(action: &Action, side: Side) -> bool {
    action.ops.iter().any(|op| op.side == side && matches!(op.kind, OpKind::Delete { .. }))
}
