//! Runs and their writes: the journal that a run recovers from, and the history that can be undone.

use rusqlite::{Connection, OptionalExtension, Row};

use super::codec::{Json, Word, to_count, to_int, to_limit};
use super::{Store, StoreError, pair_id};
use crate::model::{PerSide, RecordId, RunId, RunSummary, Side, SideCounts, Timestamp, Trigger, WriteEntry};

pub(super) const RUN: &str = "SELECT r.id, p.name, r.trigger, r.outcome, r.started, r.millis, r.sides, r.conflicts, r.set_aside, \
                   r.failed, r.message, r.undone_by FROM runs r JOIN pairs p ON p.id = r.pair";

pub(super) const WRITE: &str = "SELECT w.id, w.run, w.side, w.kind, w.subject, w.record, w.label, w.fields, w.reason, w.state, \
                     w.error, w.at FROM writes w";

impl Store {
    /// Begins a run: it is going on until it is updated.
    pub fn start_run(&mut self, pair: &str, trigger: Trigger, started: Timestamp) -> Result<RunId, StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            tx.execute(
                "INSERT INTO runs (pair, trigger, outcome, started, sides, failed) VALUES (?1, ?2, 'running', ?3, ?4, '[]')",
                (pair, Json(trigger), started.0, Json(PerSide::<SideCounts>::default())),
            )?;
            Ok(RunId(tx.last_insert_rowid()))
        })
    }

    /// Records how a run stands or ended. That another run took it back stays remembered.
    pub fn update_run(&mut self, run: &RunSummary) -> Result<(), StoreError> {
        self.change(|tx| store_run(tx, run))
    }

    /// The newest runs first, of one pair or of all.
    pub fn runs(&self, pair: Option<&str>, limit: usize) -> Result<Vec<RunSummary>, StoreError> {
        self.read(|conn| {
            let rows = match pair {
                Some(pair) => conn
                    .prepare_cached(&format!("{RUN} WHERE r.pair = ?1 ORDER BY r.id DESC LIMIT ?2"))?
                    .query_map((pair_id(conn, pair)?, to_limit(limit)), run_row)?
                    .collect::<Result<_, _>>(),
                None => conn
                    .prepare_cached(&format!("{RUN} ORDER BY r.id DESC LIMIT ?1"))?
                    .query_map([to_limit(limit)], run_row)?
                    .collect::<Result<_, _>>(),
            };
            Ok(rows?)
        })
    }

    /// One run.
    pub fn run(&self, run: RunId) -> Result<Option<RunSummary>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{RUN} WHERE r.id = ?1"))?;
            Ok(found.query_row([run.0], run_row).optional()?)
        })
    }

    /// The runs of a pair that never ended, oldest first: those of a killed process, where none is
    /// going on now.
    pub fn interrupted_runs(&self, pair: &str) -> Result<Vec<RunSummary>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found =
                conn.prepare_cached(&format!("{RUN} WHERE r.pair = ?1 AND r.outcome = 'running' ORDER BY r.id"))?;
            Ok(found.query_map([pair], run_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// Remembers that a run was taken back by another.
    pub fn mark_undone(&mut self, run: RunId, by: RunId) -> Result<(), StoreError> {
        self.change(|tx| {
            let changed = tx.execute("UPDATE runs SET undone_by = ?2 WHERE id = ?1", (run.0, by.0))?;
            if changed == 0 { Err(StoreError::NoSuchRun(run)) } else { Ok(()) }
        })
    }

    /// The runs that took a run back, or a part of it, oldest first.
    pub fn undos_of(&self, run: RunId) -> Result<Vec<RunId>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached("SELECT id FROM runs WHERE trigger = ?1 ORDER BY id")?;
            let rows = found.query_map([Json(Trigger::Undo(run))], |row| row.get(0).map(RunId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The writes of a run, in order.
    pub fn writes(&self, run: RunId) -> Result<Vec<WriteEntry>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{WRITE} WHERE w.run = ?1 ORDER BY w.seq"))?;
            Ok(found.query_map([run.0], write_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// One write.
    pub fn write(&self, id: &str) -> Result<Option<WriteEntry>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{WRITE} WHERE w.id = ?1"))?;
            Ok(found.query_row([id], write_row).optional()?)
        })
    }

    /// The writes of a pair of which it is not known whether they were carried out, in order.
    pub fn intended(&self, pair: &str) -> Result<Vec<WriteEntry>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached(&format!(
                "{WRITE} JOIN runs r ON r.id = w.run WHERE w.state = 'intended' AND r.pair = ?1 ORDER BY w.seq"
            ))?;
            Ok(found.query_map([pair], write_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// Journals writes: the intent before they are made, the outcome after.
    pub fn save_writes(&mut self, writes: &[WriteEntry]) -> Result<(), StoreError> {
        self.change(|tx| store_writes(tx, writes))
    }

    /// Keeps the whole record that a journalled write is about to delete.
    pub fn save_raw(&mut self, write: &str, raw: &str) -> Result<(), StoreError> {
        self.change(|tx| {
            let changed = tx.execute(
                "INSERT INTO raws (write, raw) SELECT seq, ?2 FROM writes WHERE id = ?1 \
                 ON CONFLICT (write) DO UPDATE SET raw = excluded.raw",
                (write, raw),
            )?;
            if changed == 0 { Err(StoreError::NoSuchWrite(write.to_owned())) } else { Ok(()) }
        })
    }

    /// The whole record that a write deleted, where it was kept.
    pub fn raw(&self, write: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let mut found = conn
                .prepare_cached("SELECT raw FROM raws JOIN writes ON writes.seq = raws.write WHERE writes.id = ?1")?;
            Ok(found.query_row([write], |row| row.get(0)).optional()?)
        })
    }
}

/// Records how a run stands.
pub(super) fn store_run(conn: &Connection, run: &RunSummary) -> Result<(), StoreError> {
    let changed = conn
        .prepare_cached(
            "UPDATE runs SET trigger = ?2, outcome = ?3, started = ?4, millis = ?5, sides = ?6, conflicts = ?7, \
             set_aside = ?8, failed = ?9, message = ?10, undone_by = coalesce(?11, undone_by) WHERE id = ?1",
        )?
        .execute((
            run.run.0,
            Json(run.trigger),
            run.outcome.word(),
            run.started.0,
            to_int(run.millis),
            Json(run.sides),
            to_int(run.conflicts),
            to_int(run.set_aside),
            Json(&run.failed),
            &run.message,
            run.undone_by.map(|by| by.0),
        ))?;
    if changed == 0 { Err(StoreError::NoSuchRun(run.run)) } else { Ok(()) }
}

/// Journals writes; one that is there already keeps its place and its run.
pub(super) fn store_writes(conn: &Connection, writes: &[WriteEntry]) -> Result<(), StoreError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO writes (id, run, side, kind, subject, record, label, fields, reason, state, error, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (id) DO UPDATE SET \
         side = excluded.side, kind = excluded.kind, subject = excluded.subject, record = excluded.record, \
         label = excluded.label, fields = excluded.fields, reason = excluded.reason, state = excluded.state, \
         error = excluded.error, at = excluded.at RETURNING seq",
    )?;
    let mut trace = conn.prepare_cached("INSERT OR IGNORE INTO traces (side, record, write) VALUES (?1, ?2, ?3)")?;
    for write in writes {
        let values = (
            &write.id,
            write.run.0,
            write.side.letter(),
            &write.kind,
            Json(&write.subject),
            write.record.as_ref().map(RecordId::as_str),
            &write.label,
            Json(&write.fields),
            &write.reason,
            Word(write.state),
            &write.error,
            write.at.0,
        );
        let seq: i64 = insert.query_row(values, |row| row.get(0))?;
        let here = write.record.as_ref().map(|record| (write.side, record));
        let named = Side::BOTH.iter().filter_map(|side| Some((*side, write.subject.id(*side)?)));
        for (side, record) in named.chain(here) {
            trace.execute((side.letter(), record.as_str(), seq))?;
        }
    }
    Ok(())
}

pub(super) fn run_row(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    Ok(RunSummary {
        run: RunId(row.get(0)?),
        pair: row.get(1)?,
        trigger: row.get::<_, Json<_>>(2)?.0,
        outcome: row.get::<_, Word<_>>(3)?.0,
        started: Timestamp(row.get(4)?),
        millis: to_count(row.get(5)?),
        sides: row.get::<_, Json<_>>(6)?.0,
        conflicts: to_count(row.get(7)?),
        set_aside: to_count(row.get(8)?),
        failed: row.get::<_, Json<_>>(9)?.0,
        message: row.get(10)?,
        undone_by: row.get::<_, Option<i64>>(11)?.map(RunId),
    })
}

pub(super) fn write_row(row: &Row<'_>) -> rusqlite::Result<WriteEntry> {
    Ok(WriteEntry {
        id: row.get(0)?,
        run: RunId(row.get(1)?),
        side: row.get::<_, Word<_>>(2)?.0,
        kind: row.get(3)?,
        subject: row.get::<_, Json<_>>(4)?.0,
        record: row.get::<_, Option<String>>(5)?.map(RecordId),
        label: row.get(6)?,
        fields: row.get::<_, Json<_>>(7)?.0,
        reason: row.get(8)?,
        state: row.get::<_, Word<_>>(9)?.0,
        error: row.get(10)?,
        at: Timestamp(row.get(11)?),
    })
}
