//! A run: fetch, reconcile, guard, approve, execute, commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{self, View, Written};
use crate::model::{
    Closed, Conflict, ConflictKind, Decision, FailedRecord, Identity, Item, Link, MatterKind, NoteKind, Observed,
    Outcome, PairSpec, PerSide, Plan, RecordId, RunId, RunSummary, Scope, Seen, Side, SideCounts, Stop, Subject,
    Trigger,
};
use crate::store::{Changes, LinkIndexes, MatterScope, MattersUpdate, NewMatter, Origin, Store, StoreError};
use crate::texts::tr;

use super::absent::{self, Sure};
use super::arrivals;
use super::executor::{Execution, execute};
use super::fetch::{Fetched, fetch, look_again, next_cursors};
use super::job::{Ended, Job, now};
use super::recover::recover;
use super::{RunReport, SyncMode};

/// How often records that somebody changes meanwhile are planned anew before the next run has to.
const REPLANS: usize = 3;

/// What is remembered of a pair.
pub(crate) struct Remembered {
    /// All of them, or those that a plan of changes needs.
    pub(crate) links: Vec<Link>,
    pub(crate) known_links: usize,
    pub(crate) unlinked: PerSide<Vec<Observed>>,
    pub(crate) decisions: Vec<Decision>,
    /// The deletions that are held back and asked about.
    pub(crate) held: BTreeSet<Subject>,
}

/// Runs a pair once. Trouble is told in the report; the run is always closed in the journal, except
/// when the store itself fails or a test pulls the plug.
///
/// # Errors
/// [`Ended::Store`] and [`Ended::CutOff`] only.
pub(crate) async fn run(
    job: &Job,
    trigger: Trigger,
    mode: SyncMode,
    shown: Option<Arc<Plan>>,
) -> Result<RunReport, Ended> {
    with_journal(job, trigger, async |run, summary| {
        recover(job, run).await?;
        let planned = absent::sure(job, fetch(job).await?).await?;
        count_listed(summary, &planned.fetched.listed);
        job.checkpoint("planned")?;
        let Sure { fetched, plan, unlisted } = match mode {
            SyncMode::Normal if job.is_accepted() => arrivals::sure(job, planned).await?,
            SyncMode::Accept | SyncMode::Yes => arrivals::sure(job, planned).await?,
            // Nothing is created before it was looked at.
            SyncMode::Preview | SyncMode::Normal => planned,
        };
        if let Some(stop) = &plan.stop {
            summary.outcome = Outcome::Waiting;
            summary.message = Some(stop_sentence(job, stop));
            return Ok(None);
        }
        let first = !job.is_accepted();
        let acts = plan.operations().next().is_some();
        let held_back = match mode {
            SyncMode::Preview => true,
            SyncMode::Normal => first && acts,
            SyncMode::Accept => acts && !shown.as_ref().is_some_and(|shown| is_within(&plan, shown)),
            SyncMode::Yes => false,
        };
        if held_back {
            summary.outcome = Outcome::Preview;
            summary.conflicts = plan.conflicts().count() as u64;
            summary.set_aside = plan.notes.len() as u64;
            summary.message = Some(tr!("sync-preview"));
            return Ok(Some(Arc::new(plan)));
        }
        if first {
            if acts || mode == SyncMode::Accept || mode == SyncMode::Yes {
                accept(job, &fetched.identities).await?;
            } else {
                // What is remembered from here on rests on the new settings, so an old yes to others
                // must not count again when they come back.
                let pair = job.spec().name.clone();
                job.shared.db.with(move |store| store.set_accepted(&pair, None)).await?;
            }
        }
        carry_out(job, run, summary, &plan, Some(&fetched)).await?;
        let unlisted =
            Side::BOTH.into_iter().find(|side| *unlisted.get(*side) > 0).map(|side| (side, *unlisted.get(side)));
        if let Some((side, count)) = unlisted {
            summary.message = Some(tr!("sync-unlisted", account = job.account(side), count = count));
        }
        let cut = Side::BOTH.into_iter().find(|side| !fetched.views.get(*side).complete);
        if let Some(side) = cut {
            summary.outcome = Outcome::Partial;
            summary.message = Some(tr!("sync-list-cut", account = job.account(side)));
        }
        Ok(None)
    })
    .await
}

/// Carries out the operator's answers about these subjects, and nothing else.
///
/// # Errors
/// [`Ended::Store`] and [`Ended::CutOff`] only.
pub(crate) async fn settle(job: &Job, subjects: BTreeSet<Subject>) -> Result<RunReport, Ended> {
    with_journal(job, Trigger::Settle, async |run, summary| {
        recover(job, run).await?;
        let mut fetched = fetch(job).await?;
        for side in Side::BOTH {
            if !fetched.views.get(side).complete {
                return Err(Ended::Refused(tr!("sync-list-cut-answer", account = job.account(side))));
            }
            let ids: Vec<RecordId> = subjects.iter().filter_map(|subject| subject.id(side)).cloned().collect();
            look_again(job, side, &ids, fetched.views.get_mut(side)).await?;
        }
        let planned = async |fetched: &Fetched| {
            let remembered = remembered_for(job, &fetched.views, Some(&subjects)).await?;
            plan(job, fetched, remembered, Some(subjects.clone())).await
        };
        let mut plan = planned(&fetched).await?;
        count_listed(summary, &fetched.listed);
        job.checkpoint("planned")?;
        if arrivals::came(job, &plan, &mut fetched).await? {
            plan = planned(&fetched).await?;
        }
        if let Some(stop) = &plan.stop {
            summary.outcome = Outcome::Waiting;
            summary.message = Some(stop_sentence(job, stop));
            return Ok(None);
        }
        let first = !job.is_accepted();
        if first {
            pin(job, &fetched.identities).await?;
        }
        carry_out_scoped(job, run, summary, &plan, MatterScope::Only(subjects.into_iter().collect())).await?;
        Ok(None)
    })
    .await
}

/// Opens a run in the journal, does it, and closes it with what came of it.
pub(crate) async fn with_journal(
    job: &Job,
    trigger: Trigger,
    work: impl AsyncFnOnce(RunId, &mut RunSummary) -> Result<Option<Arc<Plan>>, Ended>,
) -> Result<RunReport, Ended> {
    let (pair, started) = (job.spec().name.clone(), now());
    let name = pair.clone();
    let run = job.shared.db.with(move |store| store.start_run(&name, trigger, started)).await?;
    let mut summary = RunSummary {
        run,
        pair,
        trigger,
        outcome: Outcome::Done,
        started,
        millis: 0,
        sides: PerSide::default(),
        conflicts: 0,
        set_aside: 0,
        failed: Vec::new(),
        message: None,
        undone_by: None,
    };
    let before = job.connectors.as_ref().map(|connector| connector.requests());
    let mut plan = None;
    match work(run, &mut summary).await {
        Ok(shown) => plan = shown,
        Err(ended @ (Ended::Store(_) | Ended::CutOff)) => return Err(ended),
        Err(ended @ Ended::Cancelled) => {
            summary.outcome = Outcome::Cancelled;
            summary.message = Some(ended.to_string());
        }
        Err(ended @ (Ended::Platform { .. } | Ended::Refused(_))) => {
            summary.outcome = Outcome::Failed;
            summary.message = Some(ended.to_string());
        }
    }
    for side in Side::BOTH {
        summary.sides.get_mut(side).requests = job.connectors.get(side).requests().saturating_sub(*before.get(side));
    }
    summary.millis = u64::try_from(now().0.saturating_sub(started.0)).unwrap_or_default();
    let closed = summary.clone();
    job.shared.db.with(move |store| store.update_run(&closed)).await?;
    Ok(RunReport { summary, plan })
}

async fn accept(job: &Job, identities: &PerSide<Option<Identity>>) -> Result<(), Ended> {
    pin(job, identities).await?;
    let (pair, print) = (job.spec().name.clone(), job.settings_print());
    job.shared
        .db
        .with(move |store| {
            // Cursors of the settings before would pass over what only the new ones look at, if this
            // run is cut off before it moves them.
            store.apply(&pair, &Changes { clear_cursors: true, ..Changes::default() })?;
            store.set_accepted(&pair, Some(&print))
        })
        .await?;
    Ok(())
}

async fn pin(job: &Job, identities: &PerSide<Option<Identity>>) -> Result<(), Ended> {
    let (pair, identities) = (job.spec().name.clone(), identities.clone());
    job.shared
        .db
        .with(move |store| {
            for side in Side::BOTH {
                if let Some(identity) = identities.get(side) {
                    store.pin_identity(&pair, side, identity)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Everything that is remembered of a pair.
pub(crate) async fn remembered(job: &Job) -> Result<Remembered, Ended> {
    let pair = job.spec().name.clone();
    let read = job.shared.db.with(move |store| {
        let links = store.links(&pair)?;
        let known_links = links.len();
        beside(store, &pair, links, known_links)
    });
    Ok(read.await?)
}

/// What is remembered and can matter to a plan of these views: where both are changes only, the links
/// that these changes reach.
pub(crate) async fn remembered_for(
    job: &Job,
    views: &PerSide<View>,
    only: Option<&BTreeSet<Subject>>,
) -> Result<Remembered, Ended> {
    let (spec, only) = (job.spec().clone(), only.cloned());
    if Side::BOTH.iter().any(|side| views.get(*side).scope == Scope::Full) {
        let remembered = remembered(job).await?;
        return index_anew(job, remembered).await;
    }
    let (pair, print) = (spec.name.clone(), engine::index_print(&spec));
    let is_indexed = job.shared.db.with(move |store| store.is_indexed(&pair, &print)).await?;
    if !is_indexed {
        let remembered = remembered(job).await?;
        return index_anew(job, remembered).await;
    }
    let views = views.clone();
    let read = job.shared.db.with(move |store| {
        let pair = &spec.name;
        let known_links = store.count_links(pair)?;
        let mut known = beside(store, pair, Vec::new(), known_links)?;
        let ids = engine::spoken_of(&views, &known.unlinked, &known.decisions, only.as_ref());
        let near = store.links_near(pair, &ids)?;
        let (ids, keys) = engine::reach(&spec, &views, &known.unlinked, &near);
        let mut links: BTreeMap<_, _> = near.into_iter().map(|link| (link.id, link)).collect();
        links.extend(store.links_reached(pair, &ids, &keys)?.into_iter().map(|link| (link.id, link)));
        known.links = links.into_values().collect();
        Ok(known)
    });
    Ok(read.await?)
}

/// Makes the links found by their keys, where they are not yet or by others: after an upgrade, or when
/// the pair's match keys have changed.
async fn index_anew(job: &Job, remembered: Remembered) -> Result<Remembered, Ended> {
    let (spec, print) = (job.spec().clone(), engine::index_print(job.spec()));
    let done = job.shared.db.with(move |store| {
        if !remembered.links.is_empty() && !store.is_indexed(&spec.name, &print)? {
            let numbered = remembered.links.iter().filter_map(|link| Some((link.id?, engine::index(&spec, link))));
            store.reindex(&spec.name, &print, &numbered.collect::<Vec<_>>())?;
        }
        Ok(remembered)
    });
    Ok(done.await?)
}

/// What is remembered beside the links.
fn beside(store: &Store, pair: &str, links: Vec<Link>, known_links: usize) -> Result<Remembered, StoreError> {
    let open = store.open_conflicts(pair)?.into_iter();
    let held = open.filter(|matter| matches!(matter.kind, MatterKind::Conflict(ConflictKind::HeldDeletion(_))));
    Ok(Remembered {
        links,
        known_links,
        unlinked: store.unlinked(pair)?,
        decisions: store.decisions(pair)?,
        held: held.map(|matter| matter.subject).collect(),
    })
}

/// The changes, with what their links are found by.
pub(crate) fn indexed(spec: &PairSpec, mut changes: Changes) -> Changes {
    changes.index = Some(LinkIndexes {
        print: engine::index_print(spec),
        links: changes.links.iter().map(|link| engine::index(spec, link)).collect(),
    });
    changes
}

/// Makes the plan, on a thread that may take its time.
pub(crate) async fn plan(
    job: &Job,
    fetched: &Fetched,
    remembered: Remembered,
    only: Option<BTreeSet<Subject>>,
) -> Result<Plan, Ended> {
    job.step(tr!("sync-comparing-known"), 0, None);
    let (spec, views) = (job.spec().clone(), fetched.views.clone());
    let made = now();
    let planned = tokio::task::spawn_blocking(move || {
        engine::reconcile(engine::Input {
            spec: &spec,
            links: remembered.links,
            known_links: remembered.known_links,
            unlinked: remembered.unlinked,
            decisions: &remembered.decisions,
            held: &remembered.held,
            views,
            only: only.as_ref(),
            now: made,
        })
    });
    match planned.await {
        Ok(plan) => Ok(plan),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Carries a whole plan out and moves the cursors last.
async fn carry_out(
    job: &Job,
    run: RunId,
    summary: &mut RunSummary,
    plan: &Plan,
    fetched: Option<&Fetched>,
) -> Result<(), Ended> {
    let (execution, remaining) = carry_out_items(job, run, summary, plan).await?;
    let mut changes = quiet_changes(job.spec(), plan, &execution);
    // The matters that an unfinished run, or a run over half a list, did not come to stay as they are.
    let listed = fetched.is_none_or(|fetched| fetched.views.a.complete && fetched.views.b.complete);
    let complete = execution.ended.is_none() && listed;
    if complete {
        changes.matters = Some(MattersUpdate {
            origin: Origin::Run,
            by: Some(run),
            now: now(),
            open: matters(plan, &execution, &remaining),
            scope: MatterScope::All,
        });
    }
    changes.cursors = next_cursors(job, &execution, fetched).await?;
    for side in fetched.map(|fetched| fetched.emptied(&plan.forgotten)).unwrap_or_default() {
        changes.clear_cursors = true;
        *changes.cursors.get_mut(side) = None;
    }
    let healed = Healed::by(plan, &execution);
    commit(job, summary, changes).await?;
    healed.close(job, run).await?;
    finish(summary, plan, execution)
}

/// What a run has brought together: mismatches that an earlier compare found there are no questions
/// any more.
struct Healed {
    linked: PerSide<BTreeSet<RecordId>>,
    written: BTreeSet<Subject>,
}

impl Healed {
    fn by(plan: &Plan, execution: &Execution) -> Self {
        let mut linked = execution.linked.clone();
        for link in &plan.quiet {
            for side in Side::BOTH {
                linked.get_mut(side).insert(link.ids.get(side).clone());
            }
        }
        let whole = |index: usize| {
            execution
                .written
                .get(&index)
                .is_some_and(|both| Side::BOTH.iter().all(|side| *both.get(*side) != Written::Failed))
        };
        let done =
            plan.items.iter().enumerate().filter(|(index, item)| item.action().conflict.is_none() && whole(*index));
        Self { linked, written: done.map(|(_, item)| item.subject.clone()).collect() }
    }

    async fn close(self, job: &Job, run: RunId) -> Result<(), Ended> {
        let pair = job.spec().name.clone();
        job.shared
            .db
            .with(move |store| {
                let over = store.open_mismatches(&pair)?.into_iter().filter(|(_, subject, _)| match subject {
                    Subject::Single(side, id) => self.linked.get(*side).contains(id),
                    Subject::Pair(_) | Subject::Key(..) => self.written.contains(subject),
                });
                let ids: Vec<_> = over.map(|(id, ..)| id).collect();
                if ids.is_empty() { Ok(()) } else { store.close_matters(&ids, Closed::Synced, Some(run), now()) }
            })
            .await?;
        Ok(())
    }
}

/// Carries the plan of some subjects out; the cursors stay where they are, as nothing else of the
/// listings was looked at.
async fn carry_out_scoped(
    job: &Job,
    run: RunId,
    summary: &mut RunSummary,
    plan: &Plan,
    scope: MatterScope,
) -> Result<(), Ended> {
    let (execution, remaining) = carry_out_items(job, run, summary, plan).await?;
    let mut changes = quiet_changes(job.spec(), plan, &execution);
    if execution.ended.is_none() {
        let open = matters(plan, &execution, &remaining);
        let update = |origin: Origin, open: Vec<NewMatter>| MattersUpdate {
            origin,
            by: Some(run),
            now: now(),
            open,
            scope: scope.clone(),
        };
        let (pair, compare) = (
            job.spec().name.clone(),
            Changes { matters: Some(update(Origin::Compare, Vec::new())), ..Changes::default() },
        );
        job.shared.db.with(move |store| store.apply(&pair, &compare)).await?;
        changes.matters = Some(update(Origin::Run, open));
    }
    changes.cursors = next_cursors(job, &execution, None).await?;
    commit(job, summary, changes).await?;
    finish(summary, plan, execution)
}

async fn commit(job: &Job, summary: &mut RunSummary, changes: Changes) -> Result<(), Ended> {
    job.step(tr!("sync-remembering"), 0, None);
    if !(job.shared.tuning.goes_on)("commit") {
        return Err(Ended::CutOff);
    }
    let pair = job.spec().name.clone();
    let changes = indexed(job.spec(), changes);
    let open = job
        .shared
        .db
        .with(move |store| {
            store.apply(&pair, &changes)?;
            store.count_open(&pair)
        })
        .await?;
    summary.conflicts = open.0 as u64;
    Ok(())
}

/// Executes the items, and plans anew, a few times, what somebody changed meanwhile. Gives back the
/// items that replaced planned ones, too.
async fn carry_out_items(
    job: &Job,
    run: RunId,
    summary: &mut RunSummary,
    plan: &Plan,
) -> Result<(Execution, Vec<Item>), Ended> {
    let mut total = execute(job, run, &plan.items).await?;
    let mut replaced: Vec<Item> = Vec::new();
    for _ in 0..REPLANS {
        if total.replan.is_empty() || total.ended.is_some() {
            break;
        }
        let subjects: BTreeSet<Subject> = std::mem::take(&mut total.replan).into_iter().collect();
        let mut views = PerSide::from_fn(|_| View::no_changes());
        for side in Side::BOTH {
            let ids: Vec<RecordId> = subjects.iter().filter_map(|subject| subject.id(side)).cloned().collect();
            if let Err(ended) = look_again(job, side, &ids, views.get_mut(side)).await {
                // What was written before is told all the same.
                count_done(summary, &total);
                summary.failed.append(&mut total.failed);
                return Err(ended);
            }
        }
        let fetched =
            Fetched { views, cursors: PerSide::default(), identities: PerSide::default(), listed: PerSide::default() };
        let known = remembered_for(job, &fetched.views, Some(&subjects)).await?;
        let again = self::plan(job, &fetched, known, Some(subjects)).await?;
        let mut more = execute(job, run, &again.items).await?;
        let quiet = quiet_changes(job.spec(), &again, &more);
        let pair = job.spec().name.clone();
        let quiet = indexed(job.spec(), quiet);
        job.shared.db.with(move |store| store.apply(&pair, &quiet)).await?;
        add(&mut total, &mut more);
        replaced.extend(again.items);
    }
    count_done(summary, &total);
    for subject in &total.replan {
        total.failed.push(FailedRecord {
            side: Side::A,
            id: subject.id(Side::A).or_else(|| subject.id(Side::B)).map(ToString::to_string).unwrap_or_default(),
            label: String::new(),
            field: None,
            error: tr!("sync-changed-again"),
        });
    }
    Ok((total, replaced))
}

fn count_done(summary: &mut RunSummary, total: &Execution) {
    for side in Side::BOTH {
        let (done, counts) = (*total.counts.get(side), summary.sides.get_mut(side));
        *counts = SideCounts { created: done.created, updated: done.updated, deleted: done.deleted, ..*counts };
    }
}

fn add(total: &mut Execution, more: &mut Execution) {
    for side in Side::BOTH {
        let (sum, one) = (total.counts.get_mut(side), more.counts.get(side));
        sum.created += one.created;
        sum.updated += one.updated;
        sum.deleted += one.deleted;
        total.linked.get_mut(side).append(more.linked.get_mut(side));
        total.touched.get_mut(side).append(more.touched.get_mut(side));
    }
    total.failed.append(&mut more.failed);
    total.replan.append(&mut more.replan);
    total.ended = total.ended.take().or_else(|| more.ended.take());
}

/// What is remembered without a write: baselines that were adopted, and records without a partner.
pub(crate) fn quiet_changes(spec: &PairSpec, plan: &Plan, execution: &Execution) -> Changes {
    let mut changes = Changes { links: plan.quiet.clone(), unlinks: plan.dropped.clone(), ..Changes::default() };
    for side in Side::BOTH {
        let linked = execution.linked.get(side);
        let free = plan.unlinked.get(side).iter().filter(|record| !linked.contains(&record.id));
        *changes.remember_unlinked.get_mut(side) = free.cloned().collect();
        changes.forget_unlinked.get_mut(side).clone_from(plan.forgotten.get(side));
    }
    // An item that only asks still remembers what it has seen.
    let nothing = PerSide::new(Written::Nothing, Written::Nothing);
    let asking = plan.items.iter().filter(|item| item.action().ops.is_empty());
    changes.links.extend(asking.filter_map(|item| engine::conclude(spec, item, &nothing)));
    changes
}

/// The open questions of a plan; those of records that were planned anew come from there.
fn matters(plan: &Plan, execution: &Execution, replaced: &[Item]) -> Vec<NewMatter> {
    let anew: BTreeSet<&Subject> = replaced.iter().map(|item| &item.subject).collect();
    let planned = plan.items.iter().enumerate().filter(|(_, item)| !anew.contains(&item.subject));
    let written = planned.map(|(index, item)| (item, execution.written.get(&index)));
    let all = written.chain(replaced.iter().map(|item| (item, None)));
    all.filter_map(|(item, written)| Some(matter(item, item.action().conflict.as_ref()?, written))).collect()
}

fn matter(item: &Item, conflict: &Conflict, written: Option<&PerSide<Written>>) -> NewMatter {
    // What the same run has written beside the question is no reason to ask it again.
    let held = PerSide::from_fn(|side| {
        let mut seen = item.now.get(side).as_ref()?.seen.clone();
        if let Some(Written::Stored(_, stored) | Written::Found(_, stored)) = written.map(|written| written.get(side)) {
            seen.values.extend(stored.values.clone());
        }
        Some(seen)
    });
    let seen = held.as_ref().map(Option::as_ref);
    let fingerprint = match &conflict.kind {
        ConflictKind::Ambiguous(ids) => engine::group_fingerprint(PerSide::new(&ids.a, &ids.b)),
        ConflictKind::BothChanged
        | ConflictKind::FirstMatch
        | ConflictKind::DeletedAndChanged(_)
        | ConflictKind::HeldDeletion(_)
        | ConflictKind::Flipping => engine::fingerprint(seen),
    };
    NewMatter {
        kind: MatterKind::Conflict(conflict.kind.clone()),
        subject: item.subject.clone(),
        label: item.label.clone(),
        reason: conflict.reason.clone(),
        fields: item.fields.clone(),
        modified: seen.map(|seen| seen.and_then(Seen::touch)),
        fingerprint,
    }
}

fn finish(summary: &mut RunSummary, plan: &Plan, execution: Execution) -> Result<(), Ended> {
    summary.failed.extend(execution.failed);
    let bad = plan.notes.iter().filter(|note| note.kind == NoteKind::BadValue);
    summary.failed.extend(bad.map(|note| FailedRecord {
        side: note.side.opposite(),
        id: note.id.to_string(),
        label: note.label.clone(),
        field: note.field.clone(),
        error: note.text.clone(),
    }));
    summary.set_aside = plan.notes.iter().filter(|note| note.kind != NoteKind::BadValue).count() as u64;
    if let Some(ended) = execution.ended {
        return Err(ended);
    }
    summary.outcome = if !summary.failed.is_empty() {
        Outcome::Partial
    } else if summary.conflicts > 0 {
        Outcome::Waiting
    } else {
        Outcome::Done
    };
    Ok(())
}

fn count_listed(summary: &mut RunSummary, listed: &PerSide<u64>) {
    for side in Side::BOTH {
        summary.sides.get_mut(side).listed = *listed.get(side);
    }
}

/// Whether every write of a plan was in the one that the operator has seen.
fn is_within(plan: &Plan, shown: &Plan) -> bool {
    let seen: BTreeSet<String> = shown.operations().map(essence).collect();
    plan.operations().all(|op| seen.contains(&essence(op)))
}

/// A write without the version that it expects, which may move while the values stay.
fn essence(op: &crate::model::Operation) -> String {
    use crate::model::OpKind;
    let what = match &op.kind {
        OpKind::Create { fields, .. } => format!("create {fields:?}"),
        OpKind::Update { fields, .. } => format!("update {fields:?}"),
        OpKind::Delete { .. } => "delete".to_owned(),
    };
    format!("{} {:?} {what}", op.side, op.record)
}

fn stop_sentence(job: &Job, stop: &Stop) -> String {
    match stop {
        Stop::EmptyListing { side, known } => tr!("sync-empty-list", account = job.account(*side), count = *known),
    }
}
