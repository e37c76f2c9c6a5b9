//! The guard over deletions: more than usual are held back, and the operator is asked.

use std::collections::BTreeSet;

use crate::model::{Action, Held, Item, OpKind, PairSpec, PerSide, Side, Subject};

use super::reconcile::held;

/// Holds the deletions of a side back when they are more than the pair allows: more than its count,
/// or more than its share of the links. What the operator chose is not counted.
///
/// One that was held back and is asked about stays so until it is answered: else an answer to some of
/// them would bring the rest within the guard, and the next run would delete what is still asked.
pub(super) fn hold(
    spec: &PairSpec,
    items: &mut [Item],
    links: usize,
    asked: &BTreeSet<Subject>,
) -> PerSide<Option<Held>> {
    PerSide::from_fn(|side| {
        let by_rule = |item: &Item| item.chosen.is_none() && deletes(&item.default, side);
        let deletions = items.iter().filter(|item| by_rule(item)).count();
        let share = links.saturating_mul(spec.guard.percent as usize) / 100;
        let allowed = share.min(spec.guard.count as usize);
        let too_many = deletions > allowed;
        for item in items.iter_mut().filter(|item| by_rule(item) && (too_many || asked.contains(&item.subject))) {
            item.default = Action { conflict: Some(held(spec, side.opposite())), ..Action::default() };
        }
        too_many.then_some(Held { deletions, allowed, links })
    })
}

fn deletes(action: &Action, side: Side) -> bool {
    action.ops.iter().any(|op| op.side == side && matches!(op.kind, OpKind::Delete { .. }))
}
