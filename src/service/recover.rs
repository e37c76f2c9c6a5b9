//! After a run that was killed: what was about to be written is looked up, and told as it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::connectors::{Context, Find};
use crate::engine;
use crate::model::{
    Link, LinkId, Observed, Outcome, PairSpec, PerSide, Record, RecordId, RunId, RunSummary, Scope, Seen, Side,
    SideBaseline, Subject, Trigger, Value, Values, WriteEntry, WriteMode, WriteState,
};
use crate::store::Changes;
use crate::texts::tr;

use super::fetch::who_is_there;
use super::job::{Ended, Job};
use super::run::{indexed, remembered};
use super::undoing::leave;
use super::writer::is_as_written;

/// So many creates and more are looked for in the whole list, which is read once.
const MANY: usize = 20;

/// Finds out what became of writes that were journalled and never answered, and closes the runs that
/// they belong to. Nothing is written to a platform here: as the cursors have not moved, the records
/// are listed again, and what is there already is adopted. A record that was created is linked at
/// once, for by the next listing somebody may have given either of the two another key.
pub(crate) async fn recover(job: &Job, current: RunId) -> Result<(), Ended> {
    let pair = job.spec().name.clone();
    let (intended, interrupted) =
        job.shared.db.with(move |store| Ok((store.intended(&pair)?, store.interrupted_runs(&pair)?))).await?;
    let undos: BTreeSet<RunId> =
        interrupted.iter().filter(|run| matches!(run.trigger, Trigger::Undo(_))).map(|run| run.run).collect();
    let mut changes = Changes::default();
    if intended.is_empty() && interrupted.iter().all(|run| run.run == current) {
        return Ok(());
    }
    let remembered = remembered(job).await?;
    let mut links = Links::of(remembered.links);
    let unlinked: PerSide<BTreeMap<&RecordId, &Observed>> =
        PerSide::from_fn(|side| remembered.unlinked.get(side).iter().map(|one| (&one.id, one)).collect());
    for side in Side::BOTH {
        let open: Vec<&WriteEntry> =
            intended.iter().filter(|write| write.side == side && write.run != current).collect();
        if open.is_empty() {
            continue;
        }
        job.step(tr!("sync-finding-out", account = job.account(side)), 0, None);
        let ids: Vec<RecordId> = open.iter().filter_map(|write| write.record.clone()).collect();
        let (connector, context) =
            (job.connectors.get(side), job.context(tr!("sync-reading", account = job.account(side))));
        // What another list holds says nothing of what was written to this one.
        who_is_there(job, side, &context).await?;
        let want = job.spec().wanted_fields(side);
        let there = if ids.is_empty() {
            Vec::new()
        } else {
            job.patiently(side, || connector.get(&context, job.collection(side), &want, &ids)).await?
        };
        let there: BTreeMap<&RecordId, &Record> = there.iter().map(|record| (&record.id, record)).collect();
        let creates = open.iter().filter(|write| !matches!(write.kind.as_str(), "delete" | "update")).count();
        let whole = if creates < MANY { None } else { Whole::read(job, side, &context, &want).await? };
        for write in open {
            let found = write.record.as_ref().and_then(|id| there.get(id).copied());
            let mut write = write.clone();
            let done = match write.kind.as_str() {
                "delete" => found.is_none(),
                "update" => found.is_some_and(|record| {
                    let now = engine::observe(job.spec(), side, record).seen;
                    let done = is_done(job.spec(), side, &write, &now.values);
                    let link = links.of_record(side, &record.id);
                    if let (true, false, Some(link)) = (done, undos.contains(&write.run), link) {
                        agree_on_update(job.spec(), side, (&write, is_of(&interrupted, &write)), now, link);
                        changes.links.retain(|other| other.id != link.id);
                        changes.links.push(link.clone());
                    }
                    done
                }),
                _ => {
                    let created = created(job, side, &write, &links, whole.as_ref()).await?;
                    write.record = created.as_ref().map(|record| record.id.clone());
                    if let Some(record) = &created {
                        let seen = engine::observe(job.spec(), side, record).seen;
                        let known = write
                            .subject
                            .id(side.opposite())
                            .and_then(|id| unlinked.get(side.opposite()).get(id).copied());
                        if undos.contains(&write.run) {
                            leave(side, &record.id, &seen, &mut changes);
                        } else if let Some(link) = tie(
                            job.spec(),
                            side,
                            (&write, is_of(&interrupted, &write)),
                            &record.id,
                            seen,
                            &links,
                            known,
                        ) {
                            links.put(link.clone());
                            changes.links.push(link);
                        }
                    }
                    created.is_some()
                }
            };
            if done && undos.contains(&write.run) {
                taken_back(side, &write, &mut links, &mut changes);
            }
            if done {
                write.state = WriteState::Done;
            } else {
                write.state = WriteState::Failed;
                write.error = Some(tr!("sync-cut-before"));
            }
            changes.writes.push(write);
        }
    }
    note(job, current, changes, interrupted).await
}

/// Keeps what was found out, and closes the runs that were cut off.
async fn note(job: &Job, current: RunId, changes: Changes, interrupted: Vec<RunSummary>) -> Result<(), Ended> {
    let pair = job.spec().name.clone();
    let changes = indexed(job.spec(), changes);
    job.shared
        .db
        .with(move |store| {
            if !changes.writes.is_empty() {
                store.apply(&pair, &changes)?;
            }
            for mut run in interrupted.into_iter().filter(|run| run.run != current) {
                run.outcome = Outcome::Failed;
                run.message = Some(tr!("sync-cut-repaired"));
                store.update_run(&run)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// The record that a create made, if it got through: by its token, else the only one that has its key
/// and holds all that was to be written.
async fn created(
    job: &Job,
    side: Side,
    write: &WriteEntry,
    links: &Links,
    whole: Option<&Whole>,
) -> Result<Option<Record>, Ended> {
    let (connector, context, want) = (
        job.connectors.get(side),
        job.context(tr!("sync-reading", account = job.account(side))),
        job.spec().wanted_fields(side),
    );
    let find =
        async |find: Find| job.patiently(side, || connector.find(&context, job.collection(side), &want, &find)).await;
    let by_key = job.spec().match_keys.iter().find_map(|name| {
        let after = write.fields.iter().find(|field| field.name == *name)?.after.clone()?;
        let [field] = job.spec().field(name)?.fields.get(side).as_slice() else { return None };
        match after {
            Value::Text(text) if !text.trim().is_empty() => Some((field.clone(), text)),
            Value::Text(_) | Value::List(_) => None,
        }
    });
    let is_it = |record: &Record| is_as_written(job.spec(), side, write, record) && !links.have(side, &record.id);
    if let (Some(whole), Some((field, value))) = (whole, &by_key)
        && let [record] = whole.find(field, value).as_slice()
        && is_it(record)
    {
        return Ok(Some((*record).clone()));
    }
    if let Some(record) = find(Find { token: Some(write.id.clone()), field: None }).await?.into_iter().next() {
        return Ok(Some(record));
    }
    let (None, Some(by_key)) = (whole, by_key) else { return Ok(None) };
    let mut records = find(Find { token: None, field: Some(by_key) }).await?;
    let (Some(record), true) = (records.pop(), records.is_empty()) else { return Ok(None) };
    Ok(Some(record).filter(is_it))
}

/// A whole list, for many records that are looked for: a file would be read through for each of them, and a platform
/// asked.
struct Whole {
    records: Vec<Record>,
    /// The places of the records by a field and what it holds there, whatever the case.
    by_value: BTreeMap<(String, String), Vec<usize>>,
}

impl Whole {
    /// Reads it; none where it does not come whole.
    async fn read(job: &Job, side: Side, context: &Context, want: &[String]) -> Result<Option<Self>, Ended> {
        let (connector, spec) = (job.connectors.get(side), job.spec());
        let listing = job.patiently(side, || connector.list(context, job.collection(side), want, None)).await?;
        if listing.scope != Scope::Full || !listing.complete {
            return Ok(None);
        }
        let fields: BTreeSet<&String> = spec
            .match_keys
            .iter()
            .filter_map(|name| spec.field(name))
            .flat_map(|mapping| mapping.fields.get(side))
            .collect();
        let mut by_value: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (place, record) in listing.records.iter().enumerate() {
            for field in &fields {
                if let Some(Value::Text(text)) = record.fields.get(field) {
                    by_value.entry(((*field).clone(), text.trim().to_lowercase())).or_default().push(place);
                }
            }
        }
        Ok(Some(Self { records: listing.records, by_value }))
    }

    fn find(&self, field: &str, value: &str) -> Vec<&Record> {
        let places = self.by_value.get(&(field.to_owned(), value.trim().to_lowercase()));
        places.into_iter().flatten().filter_map(|place| self.records.get(*place)).collect()
    }
}

/// The links as they are while writes are looked up, found by their records.
struct Links {
    all: Vec<Option<Link>>,
    by_record: PerSide<HashMap<RecordId, usize>>,
    by_id: HashMap<LinkId, usize>,
}

impl Links {
    fn of(links: Vec<Link>) -> Self {
        let mut all =
            Self { all: Vec::with_capacity(links.len()), by_record: PerSide::default(), by_id: HashMap::new() };
        for link in links {
            all.add(link);
        }
        all
    }

    fn add(&mut self, link: Link) {
        let place = self.all.len();
        for side in Side::BOTH {
            self.by_record.get_mut(side).entry(link.ids.get(side).clone()).or_insert(place);
        }
        if let Some(id) = link.id {
            self.by_id.insert(id, place);
        }
        self.all.push(Some(link));
    }

    /// Takes a link in the place of the one that it is.
    fn put(&mut self, link: Link) {
        if let Some(place) = link.id.and_then(|id| self.by_id.get(&id).copied()) {
            self.take(place);
        }
        self.add(link);
    }

    fn take(&mut self, place: usize) -> Option<Link> {
        let link = self.all.get_mut(place)?.take()?;
        for side in Side::BOTH {
            let places = self.by_record.get_mut(side);
            if places.get(link.ids.get(side)) == Some(&place) {
                places.remove(link.ids.get(side));
            }
        }
        Some(link)
    }

    fn remove(&mut self, side: Side, record: &RecordId) -> Option<Link> {
        self.take(*self.by_record.get(side).get(record)?)
    }

    fn have(&self, side: Side, record: &RecordId) -> bool {
        self.by_record.get(side).contains_key(record)
    }

    fn get(&self, side: Side, record: &RecordId) -> Option<&Link> {
        self.all.get(*self.by_record.get(side).get(record)?)?.as_ref()
    }

    fn of_record(&mut self, side: Side, record: &RecordId) -> Option<&mut Link> {
        self.all.get_mut(*self.by_record.get(side).get(record)?)?.as_mut()
    }
}

fn is_of(runs: &[RunSummary], write: &WriteEntry) -> bool {
    runs.iter().any(|run| run.run == write.run)
}

/// The link of a record that was created and of the one that it was made from. What was written is
/// what the other side held then.
fn tie(
    spec: &PairSpec,
    side: Side,
    (write, was_killed): (&WriteEntry, bool),
    id: &RecordId,
    seen: Seen,
    links: &Links,
    known: Option<&Observed>,
) -> Option<Link> {
    let other = side.opposite();
    let source = write.subject.id(other)?;
    let before = links.get(other, source);
    if before.is_some_and(|link| link.ids.get(side) == id || !matches!(write.subject, Subject::Pair(_))) {
        return None;
    }
    // A listing of changes says nothing of the fields that stayed as they were, so what was seen of
    // the source before is kept; what it is not, is listed again.
    let last = before.map(|link| &link.sides.get(other).seen).or_else(|| known.map(|known| &known.seen));
    let stored = seen.values.clone();
    let here = SideBaseline { seen, ..SideBaseline::default() };
    let there = SideBaseline { seen: last.cloned().unwrap_or_default(), ..SideBaseline::default() };
    let mut sides = PerSide::oriented(side, here, there);
    agree(spec, side, (write, was_killed), &stored, &mut sides);
    Some(Link {
        id: before.and_then(|link| link.id),
        ids: PerSide::oriented(side, id.clone(), source.clone()),
        sides,
        flips: BTreeMap::new(),
    })
}

/// Whether a record holds what an update was to write.
fn is_done(spec: &PairSpec, side: Side, write: &WriteEntry, now: &Values) -> bool {
    write.fields.iter().all(|field| match (spec.field(&field.name), &field.after, now.get(&field.name)) {
        (Some(mapping), Some(after), Some(now)) => engine::same(mapping, (side, after), (side, now)),
        (_, _, _) => false,
    })
}

/// Takes an update that got through as agreed. Its source may have been changed again since: what was written
/// would then be taken for somebody's own change on this side, and asked about. A list that something was
/// added to holds more than its source, and is left for the next listing.
///
/// The record is remembered as it was read just now: what was seen of it before holds what the update replaced,
/// and would pass for somebody's change back where the next listing, from a cache, does not tell of it.
fn agree_on_update(spec: &PairSpec, side: Side, (write, was_killed): (&WriteEntry, bool), now: Seen, link: &mut Link) {
    let replaces = |name: &str| spec.field(name).is_some_and(|mapping| mapping.write == WriteMode::Replace);
    let mut write = write.clone();
    write.fields.retain(|field| replaces(&field.name));
    agree(spec, side, (&write, was_killed), &now.values, &mut link.sides);
    link.sides.get_mut(side).seen = now;
    for field in &write.fields {
        if let (Some(mapping), Some(before), Some(after)) = (spec.field(&field.name), &field.before, &field.after) {
            link.flips.insert(field.name.clone(), engine::counted(mapping, side, before, after, write.at));
        }
    }
}

/// Takes what got through, and what it was made from, as agreed. A run that was killed saw its source hold that
/// and did not come to remember it, whatever was remembered of the source before.
fn agree(
    spec: &PairSpec,
    side: Side,
    (write, was_killed): (&WriteEntry, bool),
    stored: &Values,
    sides: &mut PerSide<SideBaseline>,
) {
    for field in &write.fields {
        let (Some(mapping), Some(after)) = (spec.field(&field.name), &field.after) else { continue };
        let Some(stored) = stored.get(&field.name).cloned() else { continue };
        let Ok(fields) = engine::write(mapping, side, after) else { continue };
        let Some(source) = engine::read(mapping, side.opposite(), &fields) else { continue };
        // What is there now may be somebody's change since: only what means the same was written so.
        let agreed = if engine::same(mapping, (side, after), (side, &stored)) { stored } else { after.clone() };
        sides.get_mut(side).values.insert(field.name.clone(), agreed);
        let other = side.opposite();
        let there = sides.get_mut(other);
        let held = there.seen.values.get(&field.name);
        if held.is_none_or(|held| was_killed && !engine::same(mapping, (other, held), (other, &source))) {
            there.seen.values.insert(field.name.clone(), source.clone());
        }
        there.values.insert(field.name.clone(), source);
    }
}

/// A write of an undo that got through: both sides as they are now are what is agreed, as when the
/// undo had come to its end.
fn taken_back(side: Side, write: &WriteEntry, links: &mut Links, changes: &mut Changes) {
    let Some(id) = write.record.as_ref() else { return };
    if write.kind == "delete" {
        let Some(link) = links.remove(side, id) else { return };
        let other = link.sides.get(side.opposite());
        if !other.gone {
            leave(side.opposite(), link.ids.get(side.opposite()), &other.seen, changes);
        }
        changes.unlinks.push(link.ids);
        return;
    }
    let Some(link) = links.of_record(side, id) else { return };
    for field in &write.fields {
        let Some(after) = &field.after else { continue };
        let here = link.sides.get_mut(side);
        here.values.insert(field.name.clone(), after.clone());
        here.seen.values.insert(field.name.clone(), after.clone());
        let there = link.sides.get_mut(side.opposite());
        if let Some(value) = there.seen.values.get(&field.name).cloned() {
            there.values.insert(field.name.clone(), value);
        }
    }
    changes.links.push(link.clone());
}
