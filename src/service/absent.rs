//! Whether a list tells what is really there.
//!
//! A list that is read whole says that a record was deleted by leaving it out, and so does one that came
//! from a cache, or that a platform is still bringing up to date. Before anything is done, or asked,
//! because of such an absence, the record is asked for by its id. So is one in which a value stands again
//! that Duosync's last write of the field replaced: an old answer looks the same as somebody's change back.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::View;
use crate::model::{Item, Observed, PerSide, Plan, RecordId, Scope, Seen, Side, Subject};

use super::fetch::{Fetched, fetch_again, read};
use super::job::{Ended, Job};
use super::run::{plan, remembered_for};

/// How many of the records that would only be asked about are looked for at a time: enough to tell a
/// false list from a true one, where thousands may be missing.
const SAMPLE: usize = 20;

/// A plan in which no record is taken for deleted that is still there.
pub(crate) struct Sure {
    /// What both sides hold.
    pub(crate) fetched: Fetched,
    /// What follows from it.
    pub(crate) plan: Plan,
    /// How many records are there, though two lists left them out.
    pub(crate) unlisted: PerSide<usize>,
}

/// Plans what follows from these lists. Where one leaves out a record that is there, it is read once more;
/// what it leaves out again is taken as it is by itself.
///
/// # Errors
/// Those of reading and of the store.
pub(crate) async fn sure(job: &Job, mut fetched: Fetched) -> Result<Sure, Ended> {
    let mut asked: PerSide<BTreeSet<RecordId>> = PerSide::default();
    let mut read_again: PerSide<BTreeSet<RecordId>> = PerSide::default();
    let mut there: PerSide<BTreeMap<RecordId, Seen>> = PerSide::default();
    let mut read_twice = PerSide::new(false, false);
    loop {
        let remembered = remembered_for(job, &fetched.views, None).await?;
        let plan = plan(job, &fetched, remembered, None).await?;
        let mut again = false;
        for side in Side::BOTH {
            let ids: Vec<RecordId> =
                changed_back(&plan, side).filter(|id| read_again.get_mut(side).insert(id.clone())).collect();
            again |= renew(job, side, &ids, fetched.views.get_mut(side)).await?;
            let asked = asked.get_mut(side);
            let ids = doubted(&plan, side, fetched.views.get(side), asked);
            if ids.is_empty() {
                continue;
            }
            asked.extend(ids.iter().cloned());
            let found = read(job, side, &ids).await?;
            if found.is_empty() {
                continue;
            }
            again = true;
            there.get_mut(side).extend(found.into_iter().map(|Observed { id, seen }| (id, seen)));
            if !std::mem::replace(read_twice.get_mut(side), true) {
                fetch_again(job, side, &mut fetched).await?;
            }
            let view = fetched.views.get_mut(side);
            there.get_mut(side).retain(|id, _| !view.records.contains_key(id) && !view.gone.contains(id));
            view.records.extend(there.get(side).clone());
        }
        if !again {
            let unlisted = there.as_ref().map(BTreeMap::len);
            return Ok(Sure { fetched, plan, unlisted });
        }
    }
}

/// Reads these records by their ids, also where the list did not tell of them and they are taken as they were
/// seen last; whether one is another than it told.
async fn renew(job: &Job, side: Side, ids: &[RecordId], view: &mut View) -> Result<bool, Ended> {
    if ids.is_empty() {
        return Ok(false);
    }
    let mut renewed = false;
    for Observed { id, seen } in read(job, side, ids).await? {
        renewed |= view.records.get(&id).is_none_or(|told| told.values != seen.values);
        view.records.insert(id, seen);
    }
    Ok(renewed)
}

/// The records of this side in which a value would be carried across that takes the last write of that field
/// back, whichever side that went to.
fn changed_back(plan: &Plan, side: Side) -> impl Iterator<Item = RecordId> + '_ {
    let takes_back = move |item: &&Item| {
        let (action, link) = (item.action(), item.before.as_ref());
        let ops = action.ops.iter().filter(|op| op.side == side.opposite());
        ops.flat_map(|op| &op.mappings).any(|name| {
            match (link.and_then(|link| link.flips.get(name)), action.flips.get(name)) {
                (Some(last), Some(now)) => last.wrote == now.replaced && last.replaced == now.wrote,
                (None | Some(_), _) => false,
            }
        })
    };
    plan.items.iter().filter(takes_back).filter_map(move |item| item.subject.id(side).cloned())
}

/// The records of this side that the plan takes for deleted only because a whole list leaves them out,
/// and that nobody has looked for: all those for which something is written, and some of those that are
/// newly asked about.
fn doubted(plan: &Plan, side: Side, view: &View, asked: &BTreeSet<RecordId>) -> Vec<RecordId> {
    if view.scope != Scope::Full || plan.stop.is_some() {
        return Vec::new();
    }
    let missing = |item: &'_ Item| match &item.subject {
        Subject::Pair(ids) if item.now.get(side).is_none() && item.now.get(side.opposite()).is_some() => {
            let id = ids.get(side);
            (!view.records.contains_key(id) && !view.gone.contains(id) && !asked.contains(id)).then(|| id.clone())
        }
        Subject::Pair(_) | Subject::Single(..) | Subject::Key(..) => None,
    };
    let (acted, told): (Vec<&Item>, Vec<&Item>) = plan.items.iter().partition(|item| !item.action().ops.is_empty());
    let is_new = |item: &&&Item| item.before.as_ref().is_some_and(|link| !link.sides.get(side).gone);
    let told = told.iter().filter(is_new).filter_map(|item| missing(item)).take(SAMPLE);
    acted.into_iter().filter_map(missing).chain(told).collect()
}
