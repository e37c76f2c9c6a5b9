//! What waits for the operator, and what the operator has answered.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row};

use super::codec::{Json, to_size};
use super::{Store, StoreError, pair_id};
use crate::model::{
    Closed, Decision, Matter, MatterField, MatterId, MatterKind, MismatchKind, PerSide, RecordId, Resolution, RunId,
    Side, Subject, Timestamp, Touch,
};

/// What found a matter. Each closes only what it has found itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A run.
    Run,
    /// A compare.
    Compare,
}

/// One matter as a run or compare finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMatter {
    /// What kind it is.
    pub kind: MatterKind,
    /// The records it speaks of.
    pub subject: Subject,
    /// What the operator calls the record.
    pub label: String,
    /// Why it is asked, as a sentence.
    pub reason: String,
    /// Every mapped field.
    pub fields: Vec<MatterField>,
    /// When each side was changed, where the platform tells.
    pub modified: PerSide<Option<Touch>>,
    /// What both sides hold.
    pub fingerprint: String,
}

/// What a run or compare says of the matters of its pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MattersUpdate {
    /// Which of the two.
    pub origin: Origin,
    /// The run that says so; none for a compare.
    pub by: Option<RunId>,
    /// The time for what is opened and closed.
    pub now: Timestamp,
    /// Everything that is open after it.
    pub open: Vec<NewMatter>,
    /// What is closed where it is not in `open`.
    pub scope: MatterScope,
}

/// How much a [`MattersUpdate`] speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatterScope {
    /// Everything of this origin.
    All,
    /// Only these subjects; what is open of others stays open.
    Only(Vec<Subject>),
}

pub(super) const MATTER: &str = "SELECT m.id, p.name, m.kind, m.subject, m.label, m.reason, m.fields, m.modified, m.opened, \
                      m.fingerprint, m.closed IS NULL FROM matters m JOIN pairs p ON p.id = m.pair";

/// The words of what a compare finds, as [`MatterKind::word`] says them; all others are those of a run.
const MISMATCHES: &str = "'only_in_a', 'only_in_b', 'different', 'duplicate_key', 'key_changed'";

/// Where a decision that is not "not the same" is kept: one for each subject.
const ANSWER: &str = "";

impl Origin {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Compare => "compare",
        }
    }
}

impl Store {
    /// What waits for the operator, in one pair or in all, in the order in which it came up.
    pub fn open_matters(&self, pair: Option<&str>) -> Result<Vec<Matter>, StoreError> {
        self.read(|conn| {
            let rows = match pair {
                Some(pair) => conn
                    .prepare_cached(&format!("{MATTER} WHERE m.closed IS NULL AND m.pair = ?1 ORDER BY m.id"))?
                    .query_map([pair_id(conn, pair)?], matter_row)?
                    .collect::<Result<_, _>>(),
                None => conn
                    .prepare_cached(&format!("{MATTER} WHERE m.closed IS NULL ORDER BY m.id"))?
                    .query_map([], matter_row)?
                    .collect::<Result<_, _>>(),
            };
            Ok(rows?)
        })
    }

    /// Hands over every open matter, one at a time, so that hundreds of thousands are never held at once.
    pub fn each_open_matter(&self, mut each: impl FnMut(&Matter)) -> Result<(), StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{MATTER} WHERE m.closed IS NULL ORDER BY m.id"))?;
            let mut rows = found.query([])?;
            while let Some(row) = rows.next()? {
                each(&matter_row(row)?);
            }
            Ok(())
        })
    }

    /// These matters, as far as they are open, in the order of their numbers.
    pub fn open_matters_of(&self, ids: &[MatterId]) -> Result<Vec<Matter>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{MATTER} WHERE m.id = ?1 AND m.closed IS NULL"))?;
            let mut matters = Vec::new();
            for id in ids {
                matters.extend(found.query_row([id.0], matter_row).optional()?);
            }
            matters.sort_by_key(|matter| matter.id);
            Ok(matters)
        })
    }

    /// The matters that were opened, changed or closed since this was asked last. Those of a pair that
    /// was removed are among them.
    pub fn take_touched_matters(&mut self) -> Result<Vec<MatterId>, StoreError> {
        self.change(|tx| {
            let mut found = tx.prepare_cached("DELETE FROM temp.touched_matters RETURNING id")?;
            let ids = found.query_map([], |row| Ok(MatterId(row.get(0)?)))?;
            let mut ids: Vec<MatterId> = ids.collect::<Result<_, _>>()?;
            ids.sort();
            Ok(ids)
        })
    }

    /// The open questions of the runs of a pair.
    pub fn open_conflicts(&self, pair: &str) -> Result<Vec<Matter>, StoreError> {
        self.read(|conn| {
            let rows = conn
                .prepare_cached(&format!(
                    "{MATTER} WHERE m.closed IS NULL AND m.pair = ?1 AND m.class = 'conflict' ORDER BY m.id"
                ))?
                .query_map([pair_id(conn, pair)?], matter_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// The open differences of a pair, without what they are: there may be very many.
    pub fn open_mismatches(&self, pair: &str) -> Result<Vec<(MatterId, Subject, Timestamp)>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT id, subject, opened FROM matters WHERE pair = ?1 AND closed IS NULL AND class = 'mismatch' \
                 ORDER BY id",
            )?;
            let rows = found.query_map([pair_id(conn, pair)?], |row| {
                Ok((MatterId(row.get(0)?), row.get::<_, Json<_>>(1)?.0, Timestamp(row.get(2)?)))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The open differences of a pair that are about a record of this side alone.
    pub fn open_lone(&self, pair: &str, side: Side) -> Result<Vec<Matter>, StoreError> {
        self.read(|conn| {
            let word = MatterKind::Mismatch(MismatchKind::OnlyIn(side)).word();
            let rows = conn
                .prepare_cached(&format!(
                    "{MATTER} WHERE m.closed IS NULL AND m.pair = ?1 AND m.word = ?2 ORDER BY m.id"
                ))?
                .query_map((pair_id(conn, pair)?, word), matter_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// The open matters of a pair with these subjects: subject and number.
    pub fn open_by_subjects(&self, pair: &str, subjects: &[Subject]) -> Result<BTreeMap<String, MatterId>, StoreError> {
        self.read(|conn| {
            let id = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached(
                "SELECT id FROM matters WHERE pair = ?1 AND subject_key = ?2 AND closed IS NULL ORDER BY id LIMIT 1",
            )?;
            let mut open = BTreeMap::new();
            for subject in subjects {
                let key = subject.key();
                if let Some(matter) = found.query_row((id, &key), |row| row.get(0)).optional()? {
                    open.insert(key, MatterId(matter));
                }
            }
            Ok(open)
        })
    }

    /// Opens matters again that were closed by an answer that wrote nothing, and forgets the answer.
    /// Matters whose subject is asked about again already stay closed.
    pub fn reopen_matters(&mut self, ids: &[MatterId], answer: &Resolution) -> Result<(), StoreError> {
        self.change(|tx| {
            let mut subject = tx.prepare_cached("SELECT pair, subject_key FROM matters WHERE id = ?1")?;
            let mut forget =
                tx.prepare_cached("DELETE FROM decisions WHERE pair = ?1 AND subject_key = ?2 AND slot = ?3")?;
            let mut open = tx.prepare_cached(
                "UPDATE OR IGNORE matters SET closed = NULL, closed_how = NULL, closed_by = NULL WHERE id = ?1 AND closed IS NOT NULL",
            )?;
            let mut unsay = tx.prepare_cached(
                "DELETE FROM answers WHERE id = (SELECT max(id) FROM answers WHERE matter = ?1)",
            )?;
            for id in ids {
                let found = subject.query_row([id.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
                let Some((pair, key)) = found.optional()? else { continue };
                let answered = match answer {
                    Resolution::NotSame(ids) => Subject::Pair(ids.clone()).key(),
                    Resolution::Use(_)
                    | Resolution::Fields(_)
                    | Resolution::Create
                    | Resolution::Delete(_)
                    | Resolution::Link(_)
                    | Resolution::Ignore
                    | Resolution::Undone => key,
                };
                forget.execute((pair, answered, slot(answer)))?;
                unsay.execute([id.0])?;
                open.execute([id.0])?;
            }
            Ok(())
        })
    }

    /// One matter with what both sides held (its fingerprint), and whether it is still open.
    pub fn matter(&self, id: MatterId) -> Result<Option<(Matter, String, bool)>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{MATTER} WHERE m.id = ?1"))?;
            Ok(found.query_row([id.0], |row| Ok((matter_row(row)?, row.get(9)?, row.get(10)?))).optional()?)
        })
    }

    /// How many conflicts and how many mismatches of a pair are open.
    pub fn count_open(&self, pair: &str) -> Result<(usize, usize), StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            // Only an index is read: there may be very many.
            let mut count = conn.prepare_cached(&format!(
                "SELECT count(*) FILTER (WHERE word NOT IN ({MISMATCHES})), \
                 count(*) FILTER (WHERE word IN ({MISMATCHES})) \
                 FROM matters INDEXED BY matters_open WHERE pair = ?1 AND closed IS NULL"
            ))?;
            Ok(count.query_row([pair], |row| Ok((to_size(row.get(0)?), to_size(row.get(1)?))))?)
        })
    }

    /// Closes matters that are still open, with how and by which run they were settled.
    pub fn close_matters(
        &mut self,
        ids: &[MatterId],
        how: Closed,
        by: Option<RunId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(|tx| ids.iter().try_for_each(|id| close(tx, id.0, how, by, at)))
    }

    /// Keeps what the operator answered to a matter, for its history.
    pub fn answered(&mut self, id: MatterId, resolution: &Resolution, at: Timestamp) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.prepare_cached("INSERT INTO answers (matter, resolution, made) VALUES (?1, ?2, ?3)")?.execute((
                id.0,
                Json(resolution),
                at.0,
            ))?;
            Ok(())
        })
    }

    /// The matters that a run closed.
    pub fn closed_by(&self, run: RunId) -> Result<Vec<Matter>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(&format!("{MATTER} WHERE m.closed_by = ?1 ORDER BY m.id"))?;
            Ok(found.query_map([run.0], matter_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// The records that a run has linked because the operator said that they are the same. Such an answer
    /// stays remembered, so it was carried out by the first run after it that came to its end.
    pub fn linked_by_answer(&self, run: RunId) -> Result<Vec<PerSide<RecordId>>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT d.resolution FROM runs r JOIN decisions d ON d.pair = r.pair AND d.made <= r.started \
                 WHERE r.id = ?1 AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.pair = r.pair AND o.id < r.id \
                 AND o.started >= d.made AND o.outcome IN ('done', 'waiting', 'partial')) ORDER BY d.subject_key",
            )?;
            let rows = found.query_map([run.0], |row| Ok(row.get::<_, Json<_>>(0)?.0))?;
            let all: Vec<Resolution> = rows.collect::<Result<_, _>>()?;
            let linked = all.into_iter().filter_map(|answer| match answer {
                Resolution::Link(ids) => Some(ids),
                Resolution::Use(_)
                | Resolution::Fields(_)
                | Resolution::Create
                | Resolution::Delete(_)
                | Resolution::NotSame(_)
                | Resolution::Ignore
                | Resolution::Undone => None,
            });
            Ok(linked.collect())
        })
    }

    /// The remembered answers of a pair.
    pub fn decisions(&self, pair: &str) -> Result<Vec<Decision>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached(
                "SELECT subject, resolution, fingerprint, made FROM decisions WHERE pair = ?1 \
                 ORDER BY subject_key, slot",
            )?;
            let rows = found.query_map([pair], |row| {
                Ok(Decision {
                    subject: row.get::<_, Json<_>>(0)?.0,
                    resolution: row.get::<_, Json<_>>(1)?.0,
                    fingerprint: row.get(2)?,
                    made: Timestamp(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Remembers an answer in place of the one before it for the same subject. A "not the same" stands
    /// beside the others, once for each two records.
    pub fn save_decision(&mut self, pair: &str, decision: &Decision) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            store_decision(tx, pair, decision)
        })
    }

    /// Forgets every answer about a subject, "not the same" too.
    pub fn forget_decision(&mut self, pair: &str, subject: &Subject) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            tx.execute("DELETE FROM decisions WHERE pair = ?1 AND subject_key = ?2", (pair, subject.key()))?;
            Ok(())
        })
    }
}

/// The subjects of a pair that a run asks about. Only an index is read: there may be very many differences.
pub(super) fn conflict_subjects(conn: &Connection, pair: i64) -> Result<BTreeSet<String>, StoreError> {
    let mut found = conn.prepare_cached(&format!(
        "SELECT subject_key FROM matters INDEXED BY matters_open WHERE pair = ?1 AND closed IS NULL \
         AND word NOT IN ({MISMATCHES})"
    ))?;
    let keys = found.query_map([pair], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Remembers an answer in place of the one before it for the same subject.
pub(super) fn store_decision(conn: &Connection, pair: i64, decision: &Decision) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO decisions (pair, subject_key, slot, subject, resolution, fingerprint, made) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (pair, subject_key, slot) DO UPDATE SET \
         subject = excluded.subject, resolution = excluded.resolution, fingerprint = excluded.fingerprint, \
         made = excluded.made",
    )?
    .execute((
        pair,
        decision.subject.key(),
        slot(&decision.resolution),
        Json(&decision.subject),
        Json(&decision.resolution),
        &decision.fingerprint,
        decision.made.0,
    ))?;
    Ok(())
}

/// Forgets answers that are carried out.
pub(super) fn decisions_done(conn: &Connection, pair: i64, subjects: &[Subject]) -> Result<(), StoreError> {
    let mut delete = conn.prepare_cached("DELETE FROM decisions WHERE pair = ?1 AND subject_key = ?2 AND slot = ?3")?;
    for subject in subjects {
        delete.execute((pair, subject.key(), ANSWER))?;
    }
    Ok(())
}

pub(super) fn open_by_subject(
    conn: &Connection,
    pair: i64,
    origin: Origin,
) -> Result<BTreeMap<(String, String), i64>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT subject_key, word, id FROM matters WHERE pair = ?1 AND origin = ?2 AND closed IS NULL",
    )?;
    let rows = found.query_map((pair, origin.word()), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn close(
    conn: &Connection,
    id: i64,
    how: Closed,
    by: Option<RunId>,
    at: Timestamp,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE matters SET closed = ?2, closed_how = ?3, closed_by = ?4 WHERE id = ?1 AND closed IS NULL",
    )?
    .execute((id, at.0, how.word(), by.map(|run| run.0)))?;
    Ok(())
}

pub(super) const fn class(kind: &MatterKind) -> &'static str {
    match kind {
        MatterKind::Conflict(_) => "conflict",
        MatterKind::Mismatch(_) => "mismatch",
    }
}

fn slot(resolution: &Resolution) -> String {
    match resolution {
        Resolution::NotSame(ids) => Subject::Pair(ids.clone()).key(),
        Resolution::Use(_)
        | Resolution::Fields(_)
        | Resolution::Create
        | Resolution::Delete(_)
        | Resolution::Link(_)
        | Resolution::Ignore
        | Resolution::Undone => ANSWER.to_owned(),
    }
}

pub(super) fn matter_row(row: &Row<'_>) -> rusqlite::Result<Matter> {
    Ok(Matter {
        id: MatterId(row.get(0)?),
        pair: row.get(1)?,
        kind: row.get::<_, Json<_>>(2)?.0,
        subject: row.get::<_, Json<_>>(3)?.0,
        label: row.get(4)?,
        reason: row.get(5)?,
        fields: row.get::<_, Json<_>>(6)?.0,
        modified: row.get::<_, Json<_>>(7)?.0,
        opened: Timestamp(row.get(8)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_compare_are_those_of_its_kinds() {
        let both = PerSide::<Vec<RecordId>>::default();
        let kinds = [
            MismatchKind::OnlyIn(Side::A),
            MismatchKind::OnlyIn(Side::B),
            MismatchKind::Different,
            MismatchKind::DuplicateKey(both),
            MismatchKind::KeyChanged,
        ];
        let words: Vec<String> =
            kinds.into_iter().map(|kind| format!("'{}'", MatterKind::Mismatch(kind).word())).collect();
        assert_eq!(words.join(", "), MISMATCHES);
    }
}
