//! How far a workspace has come, told outside of it too.
//!
//! A folder that somebody copies back by hand holds an older state than what has been done since, and
//! nothing in it can say so. So every change is counted, in the database and in two small files that do not go
//! back with it: one beside the folder, and one where this user's programs keep what is about this computer,
//! for whoever puts back the folder around it.

use std::path::{Path, PathBuf};

use rusqlite::Transaction;

use super::{Store, StoreError, copies, links, schema, write_private};

/// Which workspace it is: another one in the same place is no older state of this one.
const ID: &str = "workspace";
/// How many changes have been made to it.
const CHANGES: &str = "changes";

/// The files outside of the workspace.
#[derive(Debug)]
pub(super) struct Count {
    files: Vec<PathBuf>,
    id: String,
    told: u64,
}

impl Count {
    fn beside(dir: &Path) -> Option<PathBuf> {
        let dir = std::path::absolute(dir).ok()?;
        let name = dir.file_name()?.to_string_lossy().into_owned();
        Some(dir.with_file_name(format!(".{name}.duosync-count")))
    }

    fn read(file: &Path, id: &str) -> Option<u64> {
        let text = std::fs::read_to_string(file).ok()?;
        let (of, changes) = text.trim().split_once(' ')?;
        (of == id).then(|| changes.parse().ok())?
    }

    /// Tells a number that is higher than what was told before.
    pub(super) fn tell(&mut self, changes: u64) {
        if changes > self.told {
            self.told = changes;
            // Where nothing can be written outside of the workspace, an older one is not known again, and
            // everything else works.
            for file in &self.files {
                let _not_told = write_private(file, &format!("{} {changes}\n", self.id));
            }
        }
    }
}

/// Counts a change, in its own transaction.
pub(super) fn count(tx: &Transaction<'_>) -> rusqlite::Result<u64> {
    let changes: String = tx
        .prepare_cached(
            "INSERT INTO meta (key, value) VALUES (?1, '1') ON CONFLICT (key) \
             DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value",
        )?
        .query_row([CHANGES], |row| row.get(0))?;
    Ok(changes.parse().unwrap_or_default())
}

impl Store {
    /// Finds out whether this workspace is an older state of itself. If so, what it knew is kept as a copy, and every
    /// pair begins anew. `state` is a folder for what is about this computer.
    pub(super) fn count_in(&mut self, dir: &Path, state: Option<&Path>) -> Result<(), StoreError> {
        let id = match self.meta(ID)? {
            Some(id) => id,
            None => {
                let id: String =
                    self.read(|conn| Ok(conn.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?))?;
                self.set_meta(ID, &id)?;
                id
            }
        };
        // Without such a folder the file beside the workspace has to do.
        let state = state.filter(|state| schema::private_folder(state).is_ok());
        let files: Vec<PathBuf> = Count::beside(dir).into_iter().chain(state.map(|state| state.join(&id))).collect();
        let seen = files.iter().filter_map(|file| Count::read(file, &id)).max().unwrap_or_default();
        let own = self.meta(CHANGES)?.and_then(|changes| changes.parse::<u64>().ok()).unwrap_or_default();
        let is_copy = self.meta(copies::MARK)?.is_some();
        self.count = Some(Count { files, id, told: seen });
        if own < seen {
            // Who puts a copy in place by Duosync's own way knows what is in it, and is shown the plan.
            if !is_copy {
                self.backup_to(&copies::copy_path(dir, &format!("before-restore-by-hand-{own}.db")))?;
            }
            self.change(|tx| {
                // Nobody knows which side has changed since, so what both agreed on at that time says nothing.
                if !is_copy {
                    links::forget_values(tx)?;
                }
                Ok(tx.execute_batch(copies::BEGIN_ANEW)?)
            })?;
            self.catch_up()
        } else {
            if let Some(count) = &mut self.count {
                count.tell(own);
            }
            Ok(())
        }
    }

    /// Counts on from what was told last: a copy has just taken the place of what had come further.
    pub(super) fn catch_up(&mut self) -> Result<(), StoreError> {
        let Some(told) = self.count.as_ref().map(|count| count.told) else { return Ok(()) };
        self.set_meta(CHANGES, &told.to_string())
    }
}
