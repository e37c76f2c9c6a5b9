//! Links with their baselines, records that have no partner yet, and cursors.

use std::collections::BTreeMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::codec::{Json, to_size};
use super::{Store, StoreError, pair_id};
use crate::model::{
    Cursor, Flips, Link, LinkId, Observed, PerSide, RecordId, Seen, Side, SideBaseline, Timestamp, Values, Version,
};

impl Store {
    /// The links of a pair, in the order in which they were made.
    pub fn links(&self, pair: &str) -> Result<Vec<Link>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found =
                conn.prepare_cached("SELECT id, a_id, b_id, a, b, flips FROM links WHERE pair = ?1 ORDER BY id")?;
            let rows = found.query_map([pair], link_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many links a pair has.
    pub fn count_links(&self, pair: &str) -> Result<usize, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut count = conn.prepare_cached("SELECT count(*) FROM links WHERE pair = ?1")?;
            Ok(count.query_row([pair], |row| row.get(0).map(to_size))?)
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
    let mut delete = conn.prepare_cached("DELETE FROM links WHERE pair = ?1 AND a_id = ?2 AND b_id = ?3")?;
    for ids in unlinks {
        delete.execute((pair, ids.a.as_str(), ids.b.as_str()))?;
    }
    Ok(())
}

/// Stores links, and forgets that their records had no partner.
pub(super) fn store_links(conn: &Connection, pair: i64, links: &[Link]) -> Result<(), StoreError> {
    let mut update = conn.prepare_cached(
        "UPDATE links SET a_id = ?3, b_id = ?4, a = ?5, b = ?6, flips = ?7 WHERE id = ?1 AND pair = ?2",
    )?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO links (pair, a_id, b_id, a, b, flips) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (pair, a_id, b_id) DO UPDATE SET a = excluded.a, b = excluded.b, flips = excluded.flips",
    )?;
    let mut partner = forget_statement(conn)?;
    for link in links {
        let sides = link.sides.as_ref().map(|side| Json(StoredSide::of(side)));
        let flips = (!link.flips.is_empty()).then_some(Json(&link.flips));
        let (a, b) = (link.ids.a.as_str(), link.ids.b.as_str());
        let known = match link.id {
            Some(id) => update.execute((id.0, pair, a, b, &sides.a, &sides.b, &flips))? > 0,
            None => false,
        };
        // A numbered link that is no longer there is stored anew rather than lost.
        if !known {
            insert.execute((pair, a, b, &sides.a, &sides.b, &flips))?;
        }
        partner.execute((pair, Side::A.letter(), a))?;
        partner.execute((pair, Side::B.letter(), b))?;
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
            outside: side.seen.outside,
            gone: side.gone,
        }
    }
}

/// The same, read back.
#[derive(Deserialize)]
struct LoadedSide {
    values: Values,
    seen: Option<Values>,
    version: Option<Version>,
    modified: Option<Timestamp>,
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
            outside: side.outside,
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
