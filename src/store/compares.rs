//! Compares: the numbers of all, and what the newest of each pair found.

use rusqlite::OptionalExtension;

use super::codec::{Json, to_count, to_int, to_limit};
use super::{Store, StoreError, pair_id};
use crate::model::{CompareCounts, CompareReport, Timestamp};

impl Store {
    /// Keeps a compare as the newest of its pair; of the ones before, only the numbers stay.
    pub fn save_compare(&mut self, report: &CompareReport) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, &report.pair)?;
            tx.execute(
                "DELETE FROM compare_mismatches WHERE compare IN (SELECT id FROM compares WHERE pair = ?1)",
                [pair],
            )?;
            tx.execute(
                "INSERT INTO compares (pair, started, millis, counts, mismatches) VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    pair,
                    report.started.0,
                    to_int(report.millis),
                    Json(report.counts),
                    to_int(report.counts.mismatches()),
                ),
            )?;
            let compare = tx.last_insert_rowid();
            let mut insert = tx.prepare_cached("INSERT INTO compare_mismatches (compare, mismatch) VALUES (?1, ?2)")?;
            for mismatch in &report.mismatches {
                insert.execute((compare, Json(mismatch)))?;
            }
            Ok(())
        })
    }

    /// The newest compare of a pair, whole.
    pub fn last_compare(&self, pair: &str) -> Result<Option<CompareReport>, StoreError> {
        self.read(|conn| {
            let id = pair_id(conn, pair)?;
            let newest = conn
                .prepare_cached(
                    "SELECT id, started, millis, counts FROM compares WHERE pair = ?1 ORDER BY id DESC LIMIT 1",
                )?
                .query_row([id], |row| {
                    let report = CompareReport {
                        pair: pair.to_owned(),
                        started: Timestamp(row.get(1)?),
                        millis: to_count(row.get(2)?),
                        counts: row.get::<_, Json<_>>(3)?.0,
                        mismatches: Vec::new(),
                    };
                    Ok((row.get::<_, i64>(0)?, report))
                })
                .optional()?;
            let Some((compare, mut report)) = newest else { return Ok(None) };
            report.mismatches = conn
                .prepare_cached("SELECT mismatch FROM compare_mismatches WHERE compare = ?1 ORDER BY id")?
                .query_map([compare], |row| Ok(row.get::<_, Json<_>>(0)?.0))?
                .collect::<Result<_, _>>()?;
            Ok(Some(report))
        })
    }

    /// When the newest compares of a pair were, how many milliseconds they took, and their numbers;
    /// newest first.
    pub fn compares(&self, pair: &str, limit: usize) -> Result<Vec<(Timestamp, u64, CompareCounts)>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached(
                "SELECT started, millis, counts FROM compares WHERE pair = ?1 ORDER BY id DESC LIMIT ?2",
            )?;
            let rows = found.query_map((pair, to_limit(limit)), |row| {
                Ok((Timestamp(row.get(0)?), to_count(row.get(1)?), row.get::<_, Json<_>>(2)?.0))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
