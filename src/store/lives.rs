//! A record's whole life: every write, question and answer that speaks of it, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};

use super::codec::{Json, to_count};
use super::history::{Words, text_of, written};
use super::journal::{WRITE, write_row};
use super::links::{LoadedSide, link_row};
use super::matters::{MATTER, matter_row};
use super::{Store, StoreError, pair_id};
use crate::model::{
    Closed, ConflictKind, LifeEvent, LifeQuery, LifeStep, Link, Lives, MatterField, MatterId, MatterKind, MismatchKind,
    PerSide, RecordId, RecordLife, RunId, Seen, Side, Subject, Timestamp, Value, Values,
};

/// How many records are looked into for each way of fitting: more than anybody reads.
const SEEDS: usize = 400;

/// How many ids one record may have had; a chain that is longer is no record's life.
const IDS: usize = 64;

/// A record by which a life is found: its pair, side and id.
type Seed = (i64, Side, String);

/// What was found, with how well it fits: 0 is just what was looked for.
#[derive(Default)]
struct Seeds {
    ranks: BTreeMap<Seed, u8>,
    counts: [usize; 2],
    /// In the order in which they were found, newest first.
    order: Vec<Seed>,
}

impl Seeds {
    fn add(&mut self, seed: Seed, exact: bool) {
        let rank = u8::from(!exact);
        if self.ranks.get(&seed).is_some_and(|known| *known <= rank) {
            return;
        }
        if let Some(count) = self.counts.get_mut(usize::from(rank)) {
            if *count >= SEEDS {
                return;
            }
            *count += 1;
        }
        if self.ranks.insert(seed.clone(), rank).is_none() {
            self.order.push(seed);
        }
    }
}

impl Store {
    /// The lives of the records that hold all the words in anything that is kept of them, those that are
    /// called just so first. One of which nothing was ever written has no label here.
    pub fn lives(&self, query: &LifeQuery) -> Result<Lives, StoreError> {
        let words = Words::of(&query.text);
        if words.is_empty() {
            return Ok(Lives { query: query.clone(), ..Lives::default() });
        }
        self.read(|conn| {
            let pair = query.pair.as_ref().map(|pair| pair_id(conn, pair)).transpose()?;
            let mut seeds = Seeds::default();
            from_writes(conn, pair, &words, &mut seeds)?;
            from_links(conn, pair, &words, &mut seeds)?;
            from_unlinked(conn, pair, &words, &mut seeds)?;
            from_matters(conn, pair, &words, &mut seeds)?;
            let mut order = std::mem::take(&mut seeds.order);
            order.sort_by_key(|seed| seeds.ranks.get(seed).copied());
            let mut taken: BTreeSet<Seed> = BTreeSet::new();
            let mut lives = Lives { query: query.clone(), ..Lives::default() };
            for seed in order {
                if taken.contains(&seed) {
                    continue;
                }
                if lives.records.len() >= query.limit {
                    lives.more = true;
                    break;
                }
                let (pair, ids, writes) = belongings(conn, seed)?;
                for side in Side::BOTH {
                    taken.extend(ids.get(side).iter().map(|id| (pair, side, id.clone())));
                }
                lives.records.push(life(conn, pair, &ids, &writes)?);
            }
            Ok(lives)
        })
    }
}

fn from_writes(conn: &Connection, pair: Option<i64>, words: &Words, seeds: &mut Seeds) -> Result<(), StoreError> {
    let mut scan = conn.prepare_cached(
        "SELECT w.label, w.record, w.subject, w.fields, w.side, r.pair FROM writes w JOIN runs r ON r.id = w.run \
         WHERE ?1 IS NULL OR r.pair = ?1 ORDER BY w.seq DESC",
    )?;
    let mut rows = scan.query([pair])?;
    while let Some(row) = rows.next()? {
        let Some((label, subject)) = written(row, words)? else { continue };
        let pair: i64 = row.get(5)?;
        let here = match row.get::<_, Option<String>>(1)? {
            Some(record) => Some((side_of(&row.get::<_, String>(4)?), record)),
            None => None,
        };
        let named = Side::BOTH.iter().filter_map(|side| Some((*side, subject.id(*side)?.as_str().to_owned())));
        if let Some((side, id)) = here.or_else(|| named.into_iter().next()) {
            seeds.add((pair, side, id), words.is(&label));
        }
    }
    Ok(())
}

fn from_links(conn: &Connection, pair: Option<i64>, words: &Words, seeds: &mut Seeds) -> Result<(), StoreError> {
    let mut scan =
        conn.prepare_cached("SELECT pair, a_id, b_id, a, b FROM links WHERE ?1 IS NULL OR pair = ?1 ORDER BY id DESC")?;
    let mut rows = scan.query([pair])?;
    while let Some(row) = rows.next()? {
        let texts = [text_of(row, 1)?, text_of(row, 2)?, text_of(row, 3)?, text_of(row, 4)?];
        if !words.may_be_in(&texts) {
            continue;
        }
        let (a_id, b_id): (String, String) = (row.get(1)?, row.get(2)?);
        let sides: [LoadedSide; 2] = [row.get::<_, Json<LoadedSide>>(3)?.0, row.get::<_, Json<LoadedSide>>(4)?.0];
        let held = sides.iter().flat_map(|side| [Some(&side.values), side.seen.as_ref()]).flatten();
        let texts: Vec<String> = held.flat_map(displayed).chain([a_id.clone(), b_id]).collect();
        let exact = texts.iter().any(|text| words.is(text));
        if words.are_in(texts) {
            seeds.add((row.get(0)?, Side::A, a_id), exact);
        }
    }
    Ok(())
}

fn from_unlinked(conn: &Connection, pair: Option<i64>, words: &Words, seeds: &mut Seeds) -> Result<(), StoreError> {
    let mut scan =
        conn.prepare_cached("SELECT pair, side, record, seen FROM unlinked WHERE ?1 IS NULL OR pair = ?1")?;
    let mut rows = scan.query([pair])?;
    while let Some(row) = rows.next()? {
        if !words.may_be_in(&[text_of(row, 2)?, text_of(row, 3)?]) {
            continue;
        }
        let id: String = row.get(2)?;
        let seen: Json<Seen> = row.get(3)?;
        let texts: Vec<String> = displayed(&seen.0.values).chain([id.clone()]).collect();
        let exact = texts.iter().any(|text| words.is(text));
        if words.are_in(texts) {
            seeds.add((row.get(0)?, side_of(&row.get::<_, String>(1)?), id), exact);
        }
    }
    Ok(())
}

fn from_matters(conn: &Connection, pair: Option<i64>, words: &Words, seeds: &mut Seeds) -> Result<(), StoreError> {
    let mut scan = conn.prepare_cached(
        "SELECT pair, label, subject, fields FROM matters WHERE ?1 IS NULL OR pair = ?1 ORDER BY id DESC",
    )?;
    let mut rows = scan.query([pair])?;
    while let Some(row) = rows.next()? {
        if !words.may_be_in(&[text_of(row, 1)?, text_of(row, 2)?, text_of(row, 3)?]) {
            continue;
        }
        let label: String = row.get(1)?;
        let (subject, fields): (Json<Subject>, Json<Vec<MatterField>>) = (row.get(2)?, row.get(3)?);
        let Some((side, id)) = Side::BOTH.iter().find_map(|side| Some((*side, subject.0.id(*side)?.clone()))) else {
            continue;
        };
        let values = fields.0.iter().flat_map(|field| {
            [&field.now.a, &field.now.b, &field.baseline.a, &field.baseline.b].into_iter().flatten().map(Value::display)
        });
        let ids = Side::BOTH.iter().filter_map(|side| subject.0.id(*side)).map(ToString::to_string);
        let exact = words.is(&label);
        if words.are_in(values.chain(ids).chain([label])) {
            seeds.add((row.get(0)?, side, id.as_str().to_owned()), exact);
        }
    }
    Ok(())
}

/// Every id and every write that belongs to the same record: what a link ties together, and what a
/// write has made of what.
#[expect(clippy::type_complexity, reason = "three things that are taken apart at once")]
fn belongings(conn: &Connection, seed: Seed) -> Result<(i64, PerSide<BTreeSet<String>>, BTreeSet<i64>), StoreError> {
    let pair = seed.0;
    let mut of_id = conn.prepare_cached(
        "SELECT t.write FROM traces t JOIN writes w ON w.seq = t.write JOIN runs r ON r.id = w.run \
         WHERE t.side = ?1 AND t.record = ?2 AND r.pair = ?3",
    )?;
    let mut of_write = conn.prepare_cached("SELECT side, record FROM traces WHERE write = ?1")?;
    let mut linked = PerSide::new(
        conn.prepare_cached("SELECT a_id, b_id FROM links WHERE pair = ?1 AND a_id = ?2")?,
        conn.prepare_cached("SELECT a_id, b_id FROM links WHERE pair = ?1 AND b_id = ?2")?,
    );
    let (mut ids, mut writes) = (PerSide::<BTreeSet<String>>::default(), BTreeSet::new());
    let mut open = vec![(seed.1, seed.2)];
    while let Some((side, id)) = open.pop() {
        if ids.a.len() + ids.b.len() >= IDS || !ids.get_mut(side).insert(id.clone()) {
            continue;
        }
        let found: Vec<i64> =
            of_id.query_map((side.letter(), &id, pair), |row| row.get(0))?.collect::<Result<_, _>>()?;
        for write in found {
            if writes.insert(write) {
                let named = of_write.query_map([write], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
                for named in named {
                    let (side, record) = named?;
                    open.push((side_of(&side), record));
                }
            }
        }
        let ties = linked.get_mut(side).query_map((pair, &id), |row| Ok((row.get(0)?, row.get(1)?)))?;
        for tie in ties {
            let (a, b) = tie?;
            open.extend([(Side::A, a), (Side::B, b)]);
        }
    }
    Ok((pair, ids, writes))
}

fn life(
    conn: &Connection,
    pair: i64,
    ids: &PerSide<BTreeSet<String>>,
    writes: &BTreeSet<i64>,
) -> Result<RecordLife, StoreError> {
    let name: String =
        conn.prepare_cached("SELECT name FROM pairs WHERE id = ?1")?.query_row([pair], |row| row.get(0))?;
    let mut label = String::new();
    let mut events: Vec<(u8, LifeEvent)> = Vec::new();
    questions(conn, pair, ids, &mut label, &mut events)?;
    let mut one = conn.prepare_cached(&format!("{WRITE} WHERE w.seq = ?1"))?;
    let mut trigger = conn.prepare_cached(
        "SELECT r.trigger, (SELECT count(*) FROM writes o WHERE o.run = w.run AND o.seq <= w.seq) \
         FROM writes w JOIN runs r ON r.id = w.run WHERE w.seq = ?1",
    )?;
    for seq in writes {
        let write = one.query_row([seq], write_row)?;
        let (trigger, number) =
            trigger.query_row([seq], |row| Ok((row.get::<_, Json<_>>(0)?.0, to_count(row.get(1)?))))?;
        if !write.label.is_empty() {
            label.clone_from(&write.label);
        }
        events.push((2, LifeEvent { at: write.at, what: LifeStep::Wrote { write: Box::new(write), number, trigger } }));
    }
    events.sort_by_key(|(order, event)| (event.at, *order));
    let link = link_of(conn, pair, ids)?;
    let now = match &link {
        Some(link) => link.sides.as_ref().map(|side| (!side.gone).then(|| side.seen.clone())),
        None => lone(conn, pair, ids)?,
    };
    let linked = link.is_some_and(|link| !link.sides.a.gone && !link.sides.b.gone);
    Ok(RecordLife {
        pair: name,
        label,
        ids: ids.as_ref().map(|ids| ids.iter().map(|id| RecordId::new(id.clone())).collect()),
        now,
        linked,
        events: events.into_iter().map(|(_, event)| event).collect(),
    })
}

/// The questions about these records, open or not, and the answers to them.
fn questions(
    conn: &Connection,
    pair: i64,
    ids: &PerSide<BTreeSet<String>>,
    label: &mut String,
    events: &mut Vec<(u8, LifeEvent)>,
) -> Result<(), StoreError> {
    let mut keys: Vec<String> = Vec::new();
    for side in Side::BOTH {
        keys.extend(ids.get(side).iter().map(|id| Subject::Single(side, RecordId::new(id.clone())).key()));
    }
    for a in &ids.a {
        keys.extend(
            ids.b.iter().map(|b| Subject::Pair(PerSide::new(RecordId::new(a.clone()), RecordId::new(b.clone()))).key()),
        );
    }
    let mut matters = Vec::new();
    let mut of_key = conn.prepare_cached(&format!("{MATTER} WHERE m.pair = ?1 AND m.subject_key = ?2"))?;
    for key in keys {
        for matter in of_key.query_map((pair, key), matter_row)? {
            matters.push(matter?);
        }
    }
    let mut of_group = conn
        .prepare_cached(&format!("{MATTER} WHERE m.pair = ?1 AND m.subject_key >= 'key' AND m.subject_key < 'kez'"))?;
    for matter in of_group.query_map([pair], matter_row)? {
        let matter = matter?;
        if let MatterKind::Conflict(ConflictKind::Ambiguous(group))
        | MatterKind::Mismatch(MismatchKind::DuplicateKey(group)) = &matter.kind
            && Side::BOTH.iter().any(|side| group.get(*side).iter().any(|id| ids.get(*side).contains(id.as_str())))
        {
            matters.push(matter);
        }
    }
    matters.sort_by_key(|matter| matter.id);
    let mut answers = conn.prepare_cached("SELECT resolution, made FROM answers WHERE matter = ?1 ORDER BY id")?;
    let mut end = conn.prepare_cached("SELECT closed, closed_how, closed_by FROM matters WHERE id = ?1")?;
    for matter in matters {
        let id: MatterId = matter.id;
        label.clone_from(&matter.label);
        let asked = LifeStep::Asked { matter: id, kind: matter.kind, reason: matter.reason };
        events.push((0, LifeEvent { at: matter.opened, what: asked }));
        for answer in answers.query_map([id.0], |row| Ok((row.get::<_, Json<_>>(0)?.0, row.get(1)?)))? {
            let (resolution, made) = answer?;
            let what = LifeStep::Answered { matter: id, resolution };
            events.push((1, LifeEvent { at: Timestamp(made), what }));
        }
        let closed = end.query_row([id.0], |row| {
            let how: Option<String> = row.get(1)?;
            Ok((row.get::<_, Option<i64>>(0)?, how, row.get::<_, Option<i64>>(2)?))
        })?;
        if let (Some(at), how, by) = closed {
            let how = Closed::of_word(how.as_deref().unwrap_or_default());
            let what = LifeStep::Closed { matter: id, how, run: by.map(RunId) };
            events.push((3, LifeEvent { at: Timestamp(at), what }));
        }
    }
    Ok(())
}

/// The newest link of these records.
fn link_of(conn: &Connection, pair: i64, ids: &PerSide<BTreeSet<String>>) -> Result<Option<Link>, StoreError> {
    const LINK: &str = "SELECT id, a_id, b_id, a, b, flips FROM links";
    let mut newest: Option<Link> = None;
    for (side, column) in [(Side::A, "a_id"), (Side::B, "b_id")] {
        let mut one =
            conn.prepare_cached(&format!("{LINK} WHERE pair = ?1 AND {column} = ?2 ORDER BY id DESC LIMIT 1"))?;
        for id in ids.get(side) {
            let found = one.query_row((pair, id), link_row).optional()?;
            newest = newest.into_iter().chain(found).max_by_key(|link| link.id);
        }
    }
    Ok(newest)
}

/// What was last seen of these records, where they have no partner.
fn lone(conn: &Connection, pair: i64, ids: &PerSide<BTreeSet<String>>) -> Result<PerSide<Option<Seen>>, StoreError> {
    let mut one = conn.prepare_cached("SELECT seen FROM unlinked WHERE pair = ?1 AND side = ?2 AND record = ?3")?;
    let mut now = PerSide::default();
    for side in Side::BOTH {
        for id in ids.get(side) {
            let seen = one.query_row((pair, side.letter(), id), |row| Ok(row.get::<_, Json<Seen>>(0)?.0)).optional()?;
            if seen.is_some() {
                *now.get_mut(side) = seen;
            }
        }
    }
    Ok(now)
}

fn displayed(values: &Values) -> impl Iterator<Item = String> {
    values.values().map(Value::display)
}

fn side_of(letter: &str) -> Side {
    if letter == Side::A.letter() { Side::A } else { Side::B }
}
