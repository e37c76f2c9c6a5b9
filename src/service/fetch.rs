//! What both sides hold: listings, single records, and who answered.

use std::collections::BTreeSet;

use crate::connectors::{Context, ErrorKind};
use crate::engine::{self, View};
use crate::model::{Cursor, Identity, Listing, Observed, PerSide, RecordId, Scope, Side};
use crate::texts::tr;

use super::executor::Execution;
use super::job::{Ended, Job};

/// What both sides answered.
pub(crate) struct Fetched {
    pub(crate) views: PerSide<View>,
    pub(crate) cursors: PerSide<Option<Cursor>>,
    /// Who is behind each account, where it was asked.
    pub(crate) identities: PerSide<Option<Identity>>,
    pub(crate) listed: PerSide<u64>,
}

impl Fetched {
    /// The sides whose list came back empty though records were known there, of which none is linked. That may be
    /// so; but a cursor would never tell of them again, so the next run has to list everything.
    pub(crate) fn emptied(&self, forgotten: &PerSide<Vec<RecordId>>) -> Vec<Side> {
        let is_empty = |side: &Side| {
            let view = self.views.get(*side);
            let empty = view.scope == Scope::Full && view.complete && view.records.is_empty();
            empty && !forgotten.get(*side).is_empty()
        };
        Side::BOTH.into_iter().filter(is_empty).collect()
    }
}

/// Lists both sides at the same time: what changed since the cursor where there is one that still
/// holds, else everything.
pub(crate) async fn fetch(job: &Job) -> Result<Fetched, Ended> {
    let (a, b) = tokio::try_join!(fetch_side(job, Side::A, true), fetch_side(job, Side::B, true))?;
    Ok(gather(a, b))
}

/// Lists everything on one side and puts it in the place of what that side answered before.
pub(crate) async fn fetch_again(job: &Job, side: Side, fetched: &mut Fetched) -> Result<(), Ended> {
    let answered = fetch_side(job, side, false).await?;
    put(side, answered, fetched);
    Ok(())
}

/// Lists what changed on one side since its listing began, and lays it over what that told; whether there was
/// anything. Where a listing leads on to no other, nothing is asked.
pub(crate) async fn fetch_newer(job: &Job, side: Side, fetched: &mut Fetched) -> Result<bool, Ended> {
    let Some(since) = fetched.cursors.get(side).clone() else { return Ok(false) };
    let (connector, context) =
        (job.connectors.get(side), job.context(tr!("sync-reading", account = job.account(side))));
    let (want, collection) = (job.spec().wanted_fields(side), job.collection(side));
    let listing = match job.patiently(side, || connector.list(&context, collection, &want, Some(&since))).await {
        Err(Ended::Platform { error, .. }) if error.kind == ErrorKind::CursorExpired => {
            fetch_again(job, side, fetched).await?;
            return Ok(true);
        }
        other => other?,
    };
    if listing.scope == Scope::Full {
        let answered = answer(job, side, listing, fetched.identities.get(side).clone()).await?;
        put(side, answered, fetched);
        return Ok(true);
    }
    let cursor = listing.cursor.clone();
    let newer = engine::view(job.spec(), side, listing);
    let view = fetched.views.get_mut(side);
    let mut changed = false;
    for (id, seen) in newer.records {
        // A listing by time tells its last records again.
        if view.records.get(&id) != Some(&seen) {
            changed = true;
            view.gone.retain(|gone| *gone != id);
            view.records.insert(id, seen);
        }
    }
    for id in newer.gone {
        if view.records.remove(&id).is_some() || !view.gone.contains(&id) {
            changed = true;
            view.gone.push(id);
        }
    }
    if cursor.is_some() {
        *fetched.cursors.get_mut(side) = cursor;
    }
    Ok(changed)
}

/// Asks who is behind the account; another one than before stops the run.
pub(crate) async fn who_is_there(job: &Job, side: Side, context: &Context) -> Result<Identity, Ended> {
    let connector = job.connectors.get(side);
    context.step("signing in", 0, None);
    let identity = job.patiently(side, || connector.identity(context)).await?;
    check_identity(job, side, &identity).await?;
    Ok(identity)
}

/// Reads these records once more and lays them over what was listed.
pub(crate) async fn look_again(job: &Job, side: Side, ids: &[RecordId], view: &mut View) -> Result<(), Ended> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut gone: BTreeSet<RecordId> = ids.iter().cloned().collect();
    for observed in read(job, side, ids).await? {
        gone.remove(&observed.id);
        view.gone.retain(|id| *id != observed.id);
        view.records.insert(observed.id, observed.seen);
    }
    for id in gone {
        view.records.remove(&id);
        view.gone.push(id);
    }
    Ok(())
}

/// Reads these records by their ids; those that the platform does not have are left out.
pub(crate) async fn read(job: &Job, side: Side, ids: &[RecordId]) -> Result<Vec<Observed>, Ended> {
    let (connector, context) =
        (job.connectors.get(side), job.context(tr!("sync-reading", account = job.account(side))));
    let want = job.spec().wanted_fields(side);
    let ids: Vec<RecordId> = ids.iter().filter(|id| !id.is_void()).cloned().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let records = job.patiently(side, || connector.get(&context, job.collection(side), &want, &ids)).await?;
    Ok(records.iter().map(|record| engine::observe(job.spec(), side, record)).collect())
}

/// Where the next listings start: where these ended, or where they start now, with what was written since.
pub(crate) async fn next_cursors(
    job: &Job,
    execution: &Execution,
    fetched: Option<&Fetched>,
) -> Result<PerSide<Option<Cursor>>, Ended> {
    let mut cursors = fetched.map(|fetched| fetched.cursors.clone()).unwrap_or_default();
    for side in Side::BOTH {
        let written = execution.touched.get(side);
        if written.is_empty() {
            continue;
        }
        let cursor = match cursors.get_mut(side).take() {
            Some(cursor) => Some(cursor),
            None => {
                let pair = job.spec().name.clone();
                job.shared.db.with(move |store| store.cursor(&pair, side)).await?
            }
        };
        *cursors.get_mut(side) = cursor.map(|cursor| job.connectors.get(side).after_writes(cursor, written));
    }
    Ok(cursors)
}

/// What one side answered.
struct Answered {
    view: View,
    listed: u64,
    cursor: Option<Cursor>,
    identity: Option<Identity>,
}

fn gather(a: Answered, b: Answered) -> Fetched {
    Fetched {
        listed: PerSide::new(a.listed, b.listed),
        cursors: PerSide::new(a.cursor, b.cursor),
        identities: PerSide::new(a.identity, b.identity),
        views: PerSide::new(a.view, b.view),
    }
}

/// Puts what one side answered in the place of what it answered before.
fn put(side: Side, answered: Answered, fetched: &mut Fetched) {
    *fetched.views.get_mut(side) = answered.view;
    *fetched.listed.get_mut(side) = answered.listed;
    *fetched.cursors.get_mut(side) = answered.cursor;
    *fetched.identities.get_mut(side) = answered.identity;
}

async fn fetch_side(job: &Job, side: Side, incremental: bool) -> Result<Answered, Ended> {
    let connector = job.connectors.get(side);
    let context = job.context(tr!("sync-reading", account = job.account(side)));
    let pair = job.spec().name.clone();
    let cursor = if incremental && job.is_accepted() {
        job.shared.db.with(move |store| store.cursor(&pair, side)).await?
    } else {
        None
    };
    let (want, collection) = (job.spec().wanted_fields(side), job.collection(side));
    let changes =
        async |since: Option<&Cursor>| job.patiently(side, || connector.list(&context, collection, &want, since)).await;
    // Where a cursor is its own proof, asking who is there would cost a request at every run for
    // nothing. Everywhere else it is asked first.
    let mut identity = None;
    if cursor.is_none() || !connector.abilities().bound_cursors {
        identity = Some(who_is_there(job, side, &context).await?);
    }
    let listing = match changes(cursor.as_ref()).await {
        Err(Ended::Platform { error, .. }) if error.kind == ErrorKind::CursorExpired => {
            identity = Some(who_is_there(job, side, &context).await?);
            changes(None).await?
        }
        other => other?,
    };
    let listing = if adds_up(job, side, &listing).await? { listing } else { changes(None).await? };
    job.checkpoint("listed")?;
    answer(job, side, listing, identity).await
}

/// What a listing comes to. A list of a million is made a view of while the other side is still read.
async fn answer(job: &Job, side: Side, listing: Listing, identity: Option<Identity>) -> Result<Answered, Ended> {
    let listed = (listing.records.len() + listing.gone.len()) as u64;
    let cursor = listing.cursor.clone();
    let spec = job.spec().clone();
    match tokio::task::spawn_blocking(move || engine::view(&spec, side, listing)).await {
        Ok(view) => Ok(Answered { view, listed, cursor, identity }),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Whether a listing of changes that only counts what is there leads to that number. Where it does not,
/// something was deleted, or came without being told.
async fn adds_up(job: &Job, side: Side, listing: &Listing) -> Result<bool, Ended> {
    let Some(total) = listing.total.filter(|_| listing.complete) else { return Ok(true) };
    let pair = job.spec().name.clone();
    let listed: BTreeSet<RecordId> = listing.records.iter().map(|record| record.id.clone()).collect();
    let known = job.shared.db.with(move |store| {
        let (known, again) = store.count_records(&pair, side, &listed)?;
        Ok(known + listed.len() - again)
    });
    Ok(known.await? as u64 == total)
}

/// The account must be who it was: another list behind the same settings stops the run.
async fn check_identity(job: &Job, side: Side, identity: &Identity) -> Result<(), Ended> {
    if !job.is_accepted() {
        return Ok(());
    }
    let pair = job.spec().name.clone();
    match job.shared.db.with(move |store| store.identity(&pair, side)).await? {
        Some(pinned) if pinned != *identity => {
            Err(Ended::Refused(tr!("sync-other-account", account = job.account(side))))
        }
        Some(_) | None => Ok(()),
    }
}
