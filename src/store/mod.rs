//! Floor 2a: what is remembered.
//!
//! The only user of rusqlite. A workspace is a folder with one SQLite database; one process at a time
//! has it. Everything here blocks, so the service calls it from where blocking is allowed. Reading
//! takes `&self`, writing `&mut self`, and every method that writes is one transaction: it is done
//! whole, or not at all.

#![allow(
    clippy::missing_errors_doc,
    reason = "every method fails in the same ways, and each way is told at its variant of StoreError"
)]

mod alerts;
mod changes;
mod codec;
mod compare_rows;
mod compared;
mod compares;
mod copies;
mod count;
mod error;
mod history;
mod journal;
mod links;
mod lives;
mod matters;
mod matters_update;
mod person;
mod schema;
mod settings;
mod spool;
#[cfg(test)]
mod tests;
mod waiting_rows;
mod whole;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

pub use changes::{Changes, LinkIndexes};
pub use compare_rows::{RowReader, RowText, RowWriter};
pub use copies::{Copy, check_copy, copies, copy_path, copy_workspace, remove_copy, restore_closed};
pub use error::StoreError;
pub use matters::{MatterScope, MattersUpdate, NewMatter, Origin};
pub use person::erase_in_copy;
pub use settings::PairRow;
pub use spool::{Spool, SpoolForm, SpoolReader};
pub use waiting_rows::{LeftRow, WaitingRows, remove_rows};

/// The database's name in the workspace.
const DATABASE: &str = "duosync.db";

/// The file whose lock says that a process has the workspace.
const LOCK: &str = "lock";

/// An open workspace.
#[derive(Debug)]
pub struct Store {
    // The connection comes first: it is closed before what it is noted of, and before the lock is let go.
    conn: Connection,
    /// Notes that the database is whole; none in memory.
    whole: Option<whole::Whole>,
    file: PathBuf,
    lock: Option<File>,
    /// How many changes there were, told beside the workspace; none in memory.
    count: Option<count::Count>,
}

/// The folder of the workspace where none is named. It is the local one on Windows, because a
/// database in a roaming profile would be copied between computers while it is open.
#[must_use]
pub fn default_dir() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "Duosync").map(|dirs| dirs.data_local_dir().to_path_buf())
}

/// The folder for what this user's programs keep about this computer, which is no part of the workspace and does not
/// go back with a copy of it.
#[must_use]
pub fn default_state_dir() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "Duosync")?;
    // Only Linux has a folder of that name; the workspace and the one for the cache have one parent on Windows.
    let elsewhere = if cfg!(windows) { dirs.config_dir() } else { dirs.cache_dir() };
    Some(dirs.state_dir().unwrap_or(elsewhere).to_path_buf())
}

impl Store {
    /// Opens the workspace in this folder, made where it is not there yet, and keeps it for this
    /// process until the store is dropped.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, None)
    }

    /// The same, with a folder in which it is told too how far the workspace has come ([`default_state_dir`]).
    pub fn open_with(dir: &Path, state: Option<&Path>) -> Result<Self, StoreError> {
        schema::private_folder(dir)?;
        let lock = lock(dir)?;
        let file = dir.join(DATABASE);
        let (mut conn, whole) = schema::open(&file)?;
        schema::migrate(&mut conn, Some(&file), schema::MIGRATIONS)?;
        schema::watch_matters(&conn).map_err(|error| StoreError::from(error).about(&file))?;
        let mut store = Self { conn, whole: Some(whole), file, lock: Some(lock), count: None };
        store.count_in(dir, state)?;
        Ok(store)
    }

    /// A workspace that is gone when it is dropped, for tests.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let mut conn = Connection::open_in_memory()?;
        schema::settle(&conn)?;
        schema::migrate(&mut conn, None, schema::MIGRATIONS)?;
        schema::watch_matters(&conn)?;
        Ok(Self { conn, whole: None, file: PathBuf::from(":memory:"), lock: None, count: None })
    }

    /// Copies the whole database to one file, which can take the place of `duosync.db`. A file that
    /// is there already is replaced.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        schema::copy_to(&self.conn, &self.file, path)
    }

    /// Lets the database be checked at its next opening, whenever that is.
    pub fn doubt(&mut self) {
        if let Some(whole) = &mut self.whole {
            whole.doubt();
        }
    }

    /// A single remembered text.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()?)
        })
    }

    /// Remembers a single text.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            )?;
            Ok(())
        })
    }

    /// Reads, and puts SQLite's errors into words.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&self.conn).map_err(|error| error.about(&self.file))
    }

    /// Writes in one transaction, which is rolled back if anything in it fails.
    fn change<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let file = &self.file;
        let all = || {
            let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&tx)?;
            let changes = count::count(&tx)?;
            tx.commit()?;
            Ok((result, changes))
        };
        let (result, changes) = all().map_err(|error: StoreError| error.about(file))?;
        if let Some(count) = &mut self.count {
            count.tell(changes);
        }
        Ok(result)
    }
}

/// Writes a small file that only this user can read, in the place of the one before it.
pub fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut open = schema::private_file(file).map_err(std::io::Error::other)?;
    open.set_len(0)?;
    open.write_all(text.as_bytes())
}

/// Takes the workspace for this process. The operating system lets the lock go with the process, even
/// one that is killed, so that no stale lock stands in the way.
fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK);
    let file = schema::private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(StoreError::Folder { path, source }),
    }
}

/// The number of a pair.
fn pair_id(conn: &Connection, pair: &str) -> Result<i64, StoreError> {
    conn.prepare_cached("SELECT id FROM pairs WHERE name = ?1")?
        .query_row([pair], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::NoSuchPair(pair.to_owned()))
}
