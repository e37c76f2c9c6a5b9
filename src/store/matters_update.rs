//! Bringing the matters of a pair up to date.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;

use rusqlite::Connection;

use super::StoreError;
use super::matters::{MatterScope, MattersUpdate, NewMatter, Origin, class, close, open_by_subject};
use crate::model::{Closed, MatterField, MatterId, MatterKind, Mismatch, PerSide, RunId, Subject, Timestamp, Touch};

/// A matter, lent by whoever has found it.
pub(super) struct Lent<'a> {
    kind: MatterKind,
    subject: &'a Subject,
    label: &'a str,
    reason: &'a str,
    fields: &'a [MatterField],
    modified: &'a PerSide<Option<Touch>>,
    fingerprint: &'a str,
}

impl<'a> From<&'a NewMatter> for Lent<'a> {
    fn from(new: &'a NewMatter) -> Self {
        let NewMatter { kind, subject, label, reason, fields, modified, fingerprint } = new;
        Self { kind: kind.clone(), subject, label, reason, fields, modified, fingerprint }
    }
}

impl<'a> From<&'a Mismatch> for Lent<'a> {
    fn from(found: &'a Mismatch) -> Self {
        let Mismatch { kind, subject, label, reason, fields, modified, fingerprint } = found;
        Self { kind: MatterKind::Mismatch(kind.clone()), subject, label, reason, fields, modified, fingerprint }
    }
}

/// The same, as it is written down.
struct Written<'a> {
    lent: Lent<'a>,
    key: (String, String),
    kind: String,
    subject: String,
    fields: String,
    modified: String,
}

impl<'a> Written<'a> {
    fn of(lent: Lent<'a>) -> serde_json::Result<Self> {
        Ok(Self {
            key: (lent.subject.key(), lent.kind.word().to_owned()),
            kind: serde_json::to_string(&lent.kind)?,
            subject: serde_json::to_string(lent.subject)?,
            fields: serde_json::to_string(lent.fields)?,
            modified: serde_json::to_string(lent.modified)?,
            lent,
        })
    }
}

/// Matters that are put into words together.
const TOGETHER: usize = 500;

/// Who says what of the matters of a pair, and when.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) origin: Origin,
    pub(super) by: Option<RunId>,
    pub(super) now: Timestamp,
}

/// Brings the open matters of a pair up to date, and returns the ones that are new. What is given as
/// open is always kept, even outside the scope: a question must not be lost.
pub(super) fn update(conn: &Connection, pair: i64, update: &MattersUpdate) -> Result<Vec<MatterId>, StoreError> {
    let said = Said { origin: update.origin, by: update.by, now: update.now };
    let all = bring(conn, pair, said, update.open.iter().map(Lent::from), &update.scope)?;
    Ok(all.into_iter().filter_map(|(id, is_new)| is_new.then_some(MatterId(id))).collect())
}

/// The same, with the number of each matter in the order in which they are given, and whether it is new.
pub(super) fn bring<'a>(
    conn: &Connection,
    pair: i64,
    said: Said,
    open: impl ExactSizeIterator<Item = Lent<'a>> + Send,
    scope: &MatterScope,
) -> Result<Vec<(i64, bool)>, StoreError> {
    let mut before = open_by_subject(conn, pair, said.origin)?;
    let mut numbers = Vec::with_capacity(open.len());
    let mut write = |written: serde_json::Result<Written<'_>>| -> Result<(), StoreError> {
        let written = written.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let known = before.get(&written.key).copied();
        let number = write_one(conn, (pair, said), &written, known)?;
        numbers.push((number, known.is_none()));
        before.insert(written.key, number);
        Ok(())
    };
    if open.len() <= TOGETHER {
        open.map(Written::of).try_for_each(write)?;
    } else {
        // To put them into words takes as long as to write them down, so that is done beside it.
        std::thread::scope(|threads| {
            let (send, made) = sync_channel(4);
            threads.spawn(move || {
                let mut open = open;
                loop {
                    let some: Vec<_> = open.by_ref().take(TOGETHER).map(Written::of).collect();
                    if some.is_empty() || send.send(some).is_err() {
                        return;
                    }
                }
            });
            made.into_iter().flatten().try_for_each(&mut write)
        })?;
    }
    let kept: BTreeSet<i64> = numbers.iter().map(|(number, _)| *number).collect();
    let scope: Option<BTreeSet<String>> = match scope {
        MatterScope::All => None,
        MatterScope::Only(subjects) => Some(subjects.iter().map(Subject::key).collect()),
    };
    for ((subject, _), id) in &before {
        if !kept.contains(id) && scope.as_ref().is_none_or(|scope| scope.contains(subject)) {
            close(conn, *id, Closed::Gone, said.by, said.now)?;
        }
    }
    Ok(numbers)
}

/// Writes a matter down, anew or over the one with this number, and returns its number.
fn write_one(
    conn: &Connection,
    (pair, said): (i64, Said),
    written: &Written<'_>,
    known: Option<i64>,
) -> Result<i64, StoreError> {
    let Written { lent, key: (key, word), kind, subject, fields, modified } = written;
    let (label, reason, fingerprint) = (lent.label, lent.reason, lent.fingerprint);
    if let Some(id) = known {
        let mut change = conn.prepare_cached(
            "UPDATE matters SET kind = ?2, subject = ?3, label = ?4, reason = ?5, fields = ?6, modified = ?7, \
             fingerprint = ?8 WHERE id = ?1 AND (kind, subject, label, reason, fields, modified, fingerprint) \
             IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        change.execute((id, kind, subject, label, reason, fields, modified, fingerprint))?;
        return Ok(id);
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO matters (pair, origin, class, word, kind, subject_key, subject, label, reason, fields, modified, \
         fingerprint, opened) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let (origin, class) = (said.origin.word(), class(&lent.kind));
    insert.execute((
        pair,
        origin,
        class,
        word,
        kind,
        key,
        subject,
        label,
        reason,
        fields,
        modified,
        fingerprint,
        said.now.0,
    ))?;
    Ok(conn.last_insert_rowid())
}
