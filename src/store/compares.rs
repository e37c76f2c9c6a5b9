//! Compares: the numbers of all, and what the newest of each pair found.

use rusqlite::{OptionalExtension, Row};

use super::codec::{Json, to_count, to_int, to_limit};
use super::matters::{self, MatterScope, Origin};
use super::matters_update::{self, Lent, Said};
use super::{Store, StoreError, pair_id};
use crate::model::{CompareCounts, CompareReport, MatterKind, Mismatch, Timestamp};

/// What a compare has found: in itself, or as the number of the matter that it has become.
pub(super) const MISMATCH: &str = "SELECT c.id, c.mismatch, m.kind, m.subject, m.label, m.reason, m.fields, m.modified, \
    m.fingerprint FROM compare_mismatches c LEFT JOIN matters m ON m.id = CAST(c.mismatch AS INTEGER)";

/// A row of [`MISMATCH`]: its number, and what was found; none where its matter is gone.
pub(super) fn mismatch_row(row: &Row<'_>) -> rusqlite::Result<(i64, Option<Mismatch>)> {
    let id = row.get(0)?;
    if row.get_ref(1)?.as_str()?.starts_with('{') {
        return Ok((id, Some(row.get::<_, Json<_>>(1)?.0)));
    }
    let kind = row.get::<_, Option<Json<MatterKind>>>(2)?;
    let Some(Json(MatterKind::Mismatch(kind))) = kind else { return Ok((id, None)) };
    let mismatch = Mismatch {
        kind,
        subject: row.get::<_, Json<_>>(3)?.0,
        label: row.get(4)?,
        reason: row.get(5)?,
        fields: row.get::<_, Json<_>>(6)?.0,
        modified: row.get::<_, Json<_>>(7)?.0,
        fingerprint: row.get(8)?,
    };
    Ok((id, Some(mismatch)))
}

impl Store {
    /// Keeps a compare as the newest of its pair, and what does not agree as matters for the operator; of the
    /// compares before, only the numbers stay. What a run asks about already is not asked a second time.
    pub fn save_compare(&mut self, report: &CompareReport) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, &report.pair)?;
            let asked = matters::conflict_subjects(tx, pair)?;
            let is_asked = |one: &Mismatch| !asked.is_empty() && asked.contains(&one.subject.key());
            let open: Vec<&Mismatch> = report.mismatches.iter().filter(|one| !is_asked(one)).collect();
            let said = Said { origin: Origin::Compare, by: None, now: report.started };
            let numbers = matters_update::bring(tx, pair, said, open.into_iter().map(Lent::from), &MatterScope::All)?;
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
            let mut numbers = numbers.into_iter();
            for mismatch in &report.mismatches {
                // What is a matter is not written down twice: its number stands for it.
                match (is_asked(mismatch), numbers.as_slice()) {
                    (false, [_, ..]) => {
                        let number = numbers.next().map(|(number, _)| number.to_string());
                        insert.execute((compare, number))?;
                    }
                    (true, _) | (false, []) => {
                        insert.execute((compare, Json(mismatch)))?;
                    }
                }
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
                .prepare_cached(&format!("{MISMATCH} WHERE c.compare = ?1 ORDER BY c.id"))?
                .query_map([compare], |row| Ok(mismatch_row(row)?.1))?
                .filter_map(rusqlite::Result::transpose)
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
