//! Links with their baselines, records that have no partner yet, and cursors.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::changes::LinkIndexes;
use super::codec::{Json, to_size};
use super::{Store, StoreError, pair_id};
use crate::model::{
    Cursor, Flips, Link, LinkId, LinkIndex, Observed, PerSide, RecordId, Seen, Side, SideBaseline, Timestamp, Values,
    Version,
};

/// The columns that [`link_row`] reads.
const LINK: &str = "SELECT id, a_id, b_id, a, b, flips FROM links";

impl Store {
    /// The links of a pair, in the order in which they were made.
    pub fn links(&self, pair: &str) -> Result<Vec<Link>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached(&format!("{LINK} WHERE pair = ?1 ORDER BY id"))?;
            let rows = found.query_map([pair], link_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The numbers and records of a pair's links, one after the other: a million of them need no memory.
    pub fn each_link(&self, pair: &str, mut take: impl FnMut(LinkId, PerSide<&str>)) -> Result<(), StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached("SELECT id, a_id, b_id FROM links WHERE pair = ?1 ORDER BY id")?;
            let mut rows = found.query([pair])?;
            while let Some(row) = rows.next()? {
                let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
                take(LinkId(row.get(0)?), PerSide::new(text(1)?, text(2)?));
            }
            Ok(())
        })
    }

    /// One link.
    pub fn link(&self, id: LinkId) -> Result<Link, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{LINK} WHERE id = ?1"))?;
            Ok(found.query_row([id.0], link_row)?)
        })
    }

    /// Whether links can be found by keys that were made with this.
    pub fn is_indexed(&self, pair: &str, print: &str) -> Result<bool, StoreError> {
        self.read(|conn| Ok(indexed(conn, pair_id(conn, pair)?)?.as_deref() == Some(print)))
    }

    /// The links that wait for something and those of these records, in the order in which they were made.
    pub fn links_near(&self, pair: &str, ids: &PerSide<BTreeSet<RecordId>>) -> Result<Vec<Link>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = BTreeMap::new();
            let mut waiting = conn.prepare_cached(&format!("{LINK} WHERE pair = ?1 AND pending = 1"))?;
            gather(waiting.query_map([pair], link_row)?, &mut found)?;
            of_records(conn, pair, ids, &mut found)?;
            Ok(found.into_values().collect())
        })
    }

    /// The links of these records and those that hold one of these keys, in the order in which they were
    /// made.
    pub fn links_reached(
        &self,
        pair: &str,
        ids: &PerSide<BTreeSet<RecordId>>,
        keys: &BTreeSet<i64>,
    ) -> Result<Vec<Link>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = BTreeMap::new();
            of_records(conn, pair, ids, &mut found)?;
            // The plus keeps SQLite from going through all links of the pair instead of the few ids of a key.
            let mut holders = conn.prepare_cached(&format!(
                "{LINK} WHERE id IN (SELECT link FROM link_keys WHERE pair = ?1 AND hash = ?2) AND +pair = ?1"
            ))?;
            for key in keys {
                gather(holders.query_map((pair, key), link_row)?, &mut found)?;
            }
            Ok(found.into_values().collect())
        })
    }

    /// Makes all links of a pair found by these keys.
    pub fn reindex(&mut self, pair: &str, print: &str, links: &[(LinkId, LinkIndex)]) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            tx.execute("DELETE FROM link_keys WHERE pair = ?1", [pair])?;
            let mut update = tx.prepare_cached("UPDATE links SET pending = ?2, keys = ?3 WHERE id = ?1")?;
            let mut insert = key_statement(tx)?;
            for (id, index) in links {
                update.execute((id.0, index.pending, Json(&index.keys)))?;
                for key in &index.keys {
                    insert.execute((pair, key, id.0))?;
                }
            }
            tx.execute("UPDATE pairs SET indexed = ?2 WHERE id = ?1", (pair, print))?;
            Ok(())
        })
    }

    /// How many links a pair has.
    pub fn count_links(&self, pair: &str) -> Result<usize, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut count = conn.prepare_cached("SELECT links FROM link_counts WHERE pair = ?1")?;
            Ok(count.query_row([pair], |row| row.get(0).map(to_size))?)
        })
    }

    /// How many records of a side are known as being there, and how many of these are among them.
    pub fn count_records(
        &self,
        pair: &str,
        side: Side,
        ids: &BTreeSet<RecordId>,
    ) -> Result<(usize, usize), StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let (column, id) = match side {
                Side::A => ("a", "a_id"),
                Side::B => ("b", "b_id"),
            };
            // A record that is gone makes its link wait, which is noted only while the links are found by keys.
            let waiting = if indexed(conn, pair)?.is_some() { " AND pending = 1" } else { "" };
            let is_gone = format!("json_extract({column}, '$.gone')");
            let number = |sql: &str| -> rusqlite::Result<usize> {
                conn.prepare_cached(sql)?.query_row([pair], |row| row.get(0).map(to_size))
            };
            let links = number("SELECT links FROM link_counts WHERE pair = ?1")?;
            let gone = number(&format!("SELECT count(*) FROM links WHERE pair = ?1{waiting} AND {is_gone}"))?;
            let unlinked =
                number(&format!("SELECT count(*) FROM unlinked WHERE pair = ?1 AND side = '{}'", side.letter()))?;
            let mut found = conn.prepare_cached(&format!(
                "SELECT EXISTS (SELECT 1 FROM links WHERE pair = ?1 AND {id} = ?2 AND {is_gone} IS NULL) \
                 OR EXISTS (SELECT 1 FROM unlinked WHERE pair = ?1 AND side = ?3 AND record = ?2)"
            ))?;
            let mut again = 0;
            for id in ids {
                let is_known: bool = found.query_row((pair, id.as_str(), side.letter()), |row| row.get(0))?;
                again += usize::from(is_known);
            }
            Ok(((links + unlinked).saturating_sub(gone), again))
        })
    }

    /// What was last seen of the records that have no partner, by id.
    pub fn unlinked(&self, pair: &str) -> Result<PerSide<Vec<Observed>>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found =
                conn.prepare_cached("SELECT record, seen FROM unlinked WHERE pair = ?1 AND side = ?2 ORDER BY record")?;
            let mut of = |side: Side| -> Result<Vec<Observed>, StoreError> {
                let rows = found.query_map((pair, side.letter()), |row| {
                    Ok(Observed { id: RecordId(row.get(0)?), seen: row.get::<_, Json<Seen>>(1)?.0 })
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            };
            Ok(PerSide::new(of(Side::A)?, of(Side::B)?))
        })
    }

    /// Where the next listing of changes starts.
    pub fn cursor(&self, pair: &str, side: Side) -> Result<Option<Cursor>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached("SELECT cursor FROM cursors WHERE pair = ?1 AND side = ?2")?;
            Ok(found.query_row((pair, side.letter()), |row| row.get(0).map(Cursor)).optional()?)
        })
    }
}

/// Takes links away.
pub(super) fn unlink(conn: &Connection, pair: i64, unlinks: &[PerSide<RecordId>]) -> Result<(), StoreError> {
    let mut delete =
        conn.prepare_cached("DELETE FROM links WHERE pair = ?1 AND a_id = ?2 AND b_id = ?3 RETURNING id, keys")?;
    for ids in unlinks {
        let gone = delete.query_row((pair, ids.a.as_str(), ids.b.as_str()), |row| Ok((row.get(0)?, row.get(1)?)));
        if let Some((id, keys)) = gone.optional()? {
            forget_keys(conn, pair, id, keys)?;
        }
    }
    Ok(())
}

/// Forgets what both sides agreed on, of every pair. The links stay, with what was seen last ([`StoredSide`]), and where
/// two records differ the operator is asked.
pub(super) fn forget_values(conn: &Connection) -> rusqlite::Result<()> {
    let without = |side: &str| {
        format!("json_set(json_insert({side}, '$.seen', json_extract({side}, '$.values')), '$.values', json('{{}}'))")
    };
    conn.execute_batch(&format!(
        "UPDATE links SET a = {}, b = {}; UPDATE pairs SET indexed = NULL;",
        without("a"),
        without("b")
    ))
}

/// Forgets what is known of these mappings, of linked records and of others, so that both sides are listed anew.
pub(super) fn forget_mappings(conn: &Connection, pair: i64, names: &[&String]) -> Result<(), StoreError> {
    let links: Vec<Link> = conn
        .prepare_cached(&format!("{LINK} WHERE pair = ?1 ORDER BY id"))?
        .query_map([pair], link_row)?
        .collect::<rusqlite::Result<_>>()?;
    let without = |mut link: Link| {
        for side in Side::BOTH {
            let held = link.sides.get_mut(side);
            for name in names {
                held.values.remove(name.as_str());
                held.seen.values.remove(name.as_str());
            }
        }
        link
    };
    let links: Vec<Link> = links.into_iter().map(without).collect();
    store_links(conn, pair, &links, None)?;
    conn.execute("DELETE FROM unlinked WHERE pair = ?1", [pair])?;
    conn.execute("DELETE FROM cursors WHERE pair = ?1", [pair])?;
    Ok(())
}

/// Stores links, and forgets that their records had no partner.
pub(super) fn store_links(
    conn: &Connection,
    pair: i64,
    links: &[Link],
    index: Option<&LinkIndexes>,
) -> Result<(), StoreError> {
    if links.is_empty() {
        return Ok(());
    }
    let index = match index {
        Some(index) if goes_on(conn, pair, &index.print)? => index.links.as_slice(),
        Some(_) | None => {
            conn.execute("UPDATE pairs SET indexed = NULL WHERE id = ?1", [pair])?;
            &[]
        }
    };
    let mut update = conn.prepare_cached(
        "UPDATE links SET a_id = ?3, b_id = ?4, a = ?5, b = ?6, flips = ?7 WHERE id = ?1 AND pair = ?2",
    )?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO links (pair, a_id, b_id, a, b, flips) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (pair, a_id, b_id) DO UPDATE SET a = excluded.a, b = excluded.b, flips = excluded.flips \
         RETURNING id",
    )?;
    let mut partner = forget_statement(conn)?;
    for (place, link) in links.iter().enumerate() {
        let sides = link.sides.as_ref().map(|side| Json(StoredSide::of(side)));
        let flips = (!link.flips.is_empty()).then_some(Json(&link.flips));
        let (a, b) = (link.ids.a.as_str(), link.ids.b.as_str());
        let known = match link.id {
            Some(id) => (update.execute((id.0, pair, a, b, &sides.a, &sides.b, &flips))? > 0).then_some(id.0),
            None => None,
        };
        // A numbered link that is no longer there is stored anew rather than lost.
        let id = match known {
            Some(id) => id,
            None => insert.query_row((pair, a, b, &sides.a, &sides.b, &flips), |row| row.get(0))?,
        };
        if known.is_none() || link.sides.a.gone || link.sides.b.gone {
            let_go(conn, pair, id, &link.ids)?;
        }
        if let Some(index) = index.get(place) {
            store_index(conn, pair, id, index)?;
        }
        partner.execute((pair, Side::A.letter(), a))?;
        partner.execute((pair, Side::B.letter(), b))?;
    }
    Ok(())
}

/// Of several links with one id on a side, those whose record is gone let go of it: the platform has given it
/// again.
fn let_go(conn: &Connection, pair: i64, id: i64, ids: &PerSide<RecordId>) -> Result<(), StoreError> {
    for side in Side::BOTH {
        let (own, other) = match side {
            Side::A => ("a", "b"),
            Side::B => ("b", "a"),
        };
        let mut held = conn.prepare_cached(&format!(
            "SELECT id, {other}_id, json_extract({own}, '$.gone') IS NOT NULL FROM links WHERE pair = ?1 AND {own}_id = ?2"
        ))?;
        let was = ids.get(side);
        let rows = held.query_map((pair, was.as_str()), |row| {
            Ok((row.get::<_, i64>(0)?, RecordId(row.get(1)?), row.get::<_, bool>(2)?))
        })?;
        let all: Vec<_> = rows.collect::<Result<_, _>>()?;
        if all.len() < 2 || all.iter().all(|(_, _, gone)| *gone) || !all.iter().any(|(one, _, _)| *one == id) {
            continue;
        }
        let mut rename = conn.prepare_cached(&format!("UPDATE links SET {own}_id = ?2 WHERE id = ?1"))?;
        for (gone, partner, _) in all.iter().filter(|(_, _, gone)| *gone) {
            rename.execute((gone, RecordId::void(was, partner).as_str()))?;
        }
    }
    Ok(())
}

/// Whether the links of a pair are found by keys made with this, so that more can be added. A pair
/// without links begins anew.
fn goes_on(conn: &Connection, pair: i64, print: &str) -> Result<bool, StoreError> {
    if indexed(conn, pair)?.as_deref() == Some(print) {
        return Ok(true);
    }
    let links: i64 =
        conn.prepare_cached("SELECT links FROM link_counts WHERE pair = ?1")?.query_row([pair], |row| row.get(0))?;
    if links == 0 {
        conn.execute("DELETE FROM link_keys WHERE pair = ?1", [pair])?;
        conn.execute("UPDATE pairs SET indexed = ?2 WHERE id = ?1", (pair, print))?;
    }
    Ok(links == 0)
}

fn indexed(conn: &Connection, pair: i64) -> Result<Option<String>, StoreError> {
    let mut found = conn.prepare_cached("SELECT indexed FROM pairs WHERE id = ?1")?;
    Ok(found.query_row([pair], |row| row.get(0))?)
}

fn store_index(conn: &Connection, pair: i64, id: i64, index: &LinkIndex) -> Result<(), StoreError> {
    let mut before = conn.prepare_cached("SELECT pending, keys FROM links WHERE id = ?1")?;
    let (pending, keys): (bool, Option<Json<Vec<i64>>>) =
        before.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let same = keys.as_ref().is_some_and(|keys| keys.0 == index.keys);
    if same && pending == index.pending {
        return Ok(());
    }
    if !same {
        forget_keys(conn, pair, id, keys)?;
        let mut insert = key_statement(conn)?;
        for key in &index.keys {
            insert.execute((pair, key, id))?;
        }
    }
    conn.prepare_cached("UPDATE links SET pending = ?2, keys = ?3 WHERE id = ?1")?.execute((
        id,
        index.pending,
        Json(&index.keys),
    ))?;
    Ok(())
}

fn forget_keys(conn: &Connection, pair: i64, link: i64, keys: Option<Json<Vec<i64>>>) -> Result<(), StoreError> {
    let mut delete = conn.prepare_cached("DELETE FROM link_keys WHERE pair = ?1 AND hash = ?2 AND link = ?3")?;
    for key in keys.map(|keys| keys.0).unwrap_or_default() {
        delete.execute((pair, key, link))?;
    }
    Ok(())
}

fn key_statement(conn: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    conn.prepare_cached("INSERT OR IGNORE INTO link_keys (pair, hash, link) VALUES (?1, ?2, ?3)")
}

/// The links of these records.
fn of_records(
    conn: &Connection,
    pair: i64,
    ids: &PerSide<BTreeSet<RecordId>>,
    found: &mut BTreeMap<Option<LinkId>, Link>,
) -> Result<(), StoreError> {
    for side in Side::BOTH {
        let column = match side {
            Side::A => "a_id",
            Side::B => "b_id",
        };
        let mut of = conn.prepare_cached(&format!("{LINK} WHERE pair = ?1 AND {column} = ?2"))?;
        for id in ids.get(side) {
            gather(of.query_map((pair, id.as_str()), link_row)?, found)?;
        }
    }
    Ok(())
}

fn gather(
    rows: impl Iterator<Item = rusqlite::Result<Link>>,
    found: &mut BTreeMap<Option<LinkId>, Link>,
) -> Result<(), StoreError> {
    for link in rows {
        let link = link?;
        found.insert(link.id, link);
    }
    Ok(())
}

/// Remembers records that have no partner.
pub(super) fn remember(conn: &Connection, pair: i64, seen: &PerSide<Vec<Observed>>) -> Result<(), StoreError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO unlinked (pair, side, record, seen) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (pair, side, record) DO UPDATE SET seen = excluded.seen",
    )?;
    for side in Side::BOTH {
        for record in seen.get(side) {
            insert.execute((pair, side.letter(), record.id.as_str(), Json(&record.seen)))?;
        }
    }
    Ok(())
}

/// Forgets records that had no partner.
pub(super) fn forget(conn: &Connection, pair: i64, ids: &PerSide<Vec<RecordId>>) -> Result<(), StoreError> {
    let mut delete = forget_statement(conn)?;
    for side in Side::BOTH {
        for id in ids.get(side) {
            delete.execute((pair, side.letter(), id.as_str()))?;
        }
    }
    Ok(())
}

/// Forgets both cursors of a pair, so that the next run lists everything.
pub(super) fn clear_cursors(conn: &Connection, pair: i64) -> Result<(), StoreError> {
    conn.execute("DELETE FROM cursors WHERE pair = ?1", [pair])?;
    Ok(())
}

/// Moves the cursors that are given.
pub(super) fn store_cursors(conn: &Connection, pair: i64, cursors: &PerSide<Option<Cursor>>) -> Result<(), StoreError> {
    for side in Side::BOTH {
        if let Some(cursor) = cursors.get(side) {
            conn.execute(
                "INSERT INTO cursors (pair, side, cursor) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (pair, side) DO UPDATE SET cursor = excluded.cursor",
                (pair, side.letter(), &cursor.0),
            )?;
        }
    }
    Ok(())
}

fn forget_statement(conn: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    conn.prepare_cached("DELETE FROM unlinked WHERE pair = ?1 AND side = ?2 AND record = ?3")
}

/// One side of a link as it is stored. What was seen last is mostly what the baseline holds, and is
/// then not written twice: that halves the database and the time to load it.
#[derive(Serialize)]
struct StoredSide<'a> {
    values: &'a Values,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<&'a Values>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_by: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
}

impl<'a> StoredSide<'a> {
    fn of(side: &'a SideBaseline) -> Self {
        Self {
            values: &side.values,
            seen: (side.seen.values != side.values).then_some(&side.seen.values),
            version: side.seen.version.as_ref(),
            modified: side.seen.modified,
            modified_by: side.seen.modified_by.as_deref(),
            outside: side.seen.outside,
            gone: side.gone,
        }
    }
}

/// The same, read back.
#[derive(Deserialize)]
pub(super) struct LoadedSide {
    pub(super) values: Values,
    pub(super) seen: Option<Values>,
    version: Option<Version>,
    modified: Option<Timestamp>,
    modified_by: Option<String>,
    #[serde(default)]
    outside: bool,
    #[serde(default)]
    gone: bool,
}

impl From<LoadedSide> for SideBaseline {
    fn from(side: LoadedSide) -> Self {
        let seen = Seen {
            values: side.seen.unwrap_or_else(|| side.values.clone()),
            version: side.version,
            modified: side.modified,
            modified_by: side.modified_by,
            outside: side.outside,
            unsure: false,
        };
        Self { values: side.values, seen, gone: side.gone }
    }
}

pub(super) fn link_row(row: &Row<'_>) -> rusqlite::Result<Link> {
    let flips: Option<Json<BTreeMap<String, Flips>>> = row.get(5)?;
    Ok(Link {
        id: Some(LinkId(row.get(0)?)),
        ids: PerSide::new(RecordId(row.get(1)?), RecordId(row.get(2)?)),
        sides: PerSide::new(row.get::<_, Json<LoadedSide>>(3)?.0.into(), row.get::<_, Json<LoadedSide>>(4)?.0.into()),
        flips: flips.map(|flips| flips.0).unwrap_or_default(),
    })
}
