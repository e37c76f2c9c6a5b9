//! Copies of the database: made while it is in use, and put back.
//!
//! A copy says of itself that it is one. Whichever way it takes the place of the database, here or by
//! hand, every pair begins by listing both sides whole and shows what it would do: what is remembered
//! in it is older than what has been done since.

use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{DATABASE, Store, StoreError, lock, schema};

/// The remembered text that marks a copy.
pub(super) const MARK: &str = "copied";

/// What is done in a copy, or in a database that a copy is put into.
pub(super) const BEGIN_ANEW: &str = "UPDATE pairs SET accepted = NULL; DELETE FROM cursors; \
                          INSERT INTO meta (key, value) VALUES ('copied', '1') \
                          ON CONFLICT (key) DO UPDATE SET value = '1';";

/// The folder of the copies, in the workspace.
pub(super) const FOLDER: &str = "backups";

/// A copy in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Where it is.
    pub file: PathBuf,
    /// When it was made, in milliseconds since 1970.
    pub at: i64,
    /// How large it is.
    pub bytes: u64,
}

impl Store {
    /// Puts a copy in the place of what is remembered now, whole or not at all. The workspace stays
    /// open, and only what is in the copy is remembered afterwards.
    pub fn restore_from(&mut self, copy: &Path) -> Result<(), StoreError> {
        let part = self.file.with_file_name("restore.part");
        let restored = prepare(copy, &part).and_then(|source| {
            let done = Backup::new(&source, &mut self.conn).and_then(|backup| backup.step(-1));
            match done.map_err(|error| StoreError::from(error).about(&self.file))? {
                StepResult::Done => Ok(()),
                // The step is told to copy everything, so anything else means that the database is held.
                StepResult::More | StepResult::Busy | StepResult::Locked | _ => {
                    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                    Err(StoreError::from(rusqlite::Error::SqliteFailure(busy, None)).about(&self.file))
                }
            }
        });
        tidy(&part);
        restored?;
        self.conn.flush_prepared_statement_cache();
        self.catch_up()
    }

    /// Whether what is remembered was a copy that took the place of the database. It is asked once.
    pub fn was_restored(&mut self) -> Result<bool, StoreError> {
        let marked = self.meta(MARK)?.is_some();
        if marked {
            self.change(|tx| Ok(tx.execute("DELETE FROM meta WHERE key = ?1", [MARK])?))?;
        }
        Ok(marked)
    }
}

/// Copies the database of a workspace that may be at work, on a connection of its own, so that nobody
/// waits for it.
pub fn copy_workspace(dir: &Path, to: &Path) -> Result<(), StoreError> {
    let file = dir.join(DATABASE);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&file, flags).map_err(|error| StoreError::from(error).about(&file))?;
    schema::settle(&conn).map_err(|error| StoreError::from(error).about(&file))?;
    schema::copy_to(&conn, &file, to)
}

/// Puts a copy in the place of the database of a workspace that nobody has open, also of one that is
/// damaged. What was there goes to `aside`, if it can still be read; else its files are moved there.
pub fn restore_closed(dir: &Path, copy: &Path, aside: &Path) -> Result<(), StoreError> {
    schema::private_folder(dir)?;
    let _mine = lock(dir)?;
    let file = dir.join(DATABASE);
    let part = file.with_file_name("restore.part");
    let prepared = prepare(copy, &part).map(drop);
    let put = prepared.and_then(|()| {
        let folder = |source| StoreError::Folder { path: file.clone(), source };
        if file.exists() {
            schema::private_folder(aside.parent().unwrap_or(dir))?;
            if copy_workspace(dir, aside).is_err() {
                std::fs::rename(&file, aside).map_err(folder)?;
            }
        }
        for end in ["-wal", "-shm"] {
            let beside = with_end(&file, end);
            if beside.exists() {
                std::fs::remove_file(&beside).map_err(folder)?;
            }
        }
        std::fs::rename(&part, &file).map_err(folder)
    });
    tidy(&part);
    put
}

/// The copies in a workspace, newest first.
#[must_use]
pub fn copies(dir: &Path) -> Vec<Copy> {
    let Ok(entries) = std::fs::read_dir(dir.join(FOLDER)) else { return Vec::new() };
    let mut found: Vec<Copy> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "db"))
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            let since = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Copy { file: entry.path(), at: i64::try_from(since.as_millis()).ok()?, bytes: about.len() })
        })
        .collect();
    found.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| other.file.cmp(&one.file)));
    found
}

/// Where a copy of this name is kept in a workspace.
#[must_use]
pub fn copy_path(dir: &Path, name: &str) -> PathBuf {
    dir.join(FOLDER).join(name)
}

/// Checks a copy that was made just now, which tells of the database too: it was copied page by page. A
/// damaged one is taken away, so that nobody relies on it.
pub fn check_copy(dir: &Path, copy: &Path) -> Result<(), StoreError> {
    let found = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| schema::check(&conn))
        .map_err(|error| StoreError::from(error).about(copy))?;
    if found == schema::WHOLE {
        return Ok(());
    }
    remove_copy(copy)?;
    let file = dir.join(DATABASE);
    Err(StoreError::Damaged { copy: schema::newest_copy(&file), file, detail: found, source: None })
}

/// Takes a copy away.
pub fn remove_copy(file: &Path) -> Result<(), StoreError> {
    std::fs::remove_file(file).map_err(|source| StoreError::Folder { path: file.to_path_buf(), source })
}

/// Opens a copy by itself, to change something in it.
pub(super) fn open_copy(file: &Path) -> Result<Connection, StoreError> {
    let about = |error: rusqlite::Error| StoreError::from(error).about(file);
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(about)?;
    schema::settle(&conn).map_err(about)?;
    Ok(conn)
}

/// Marks a copy and makes it begin anew. What has no such tables is left as it is.
pub(super) fn mark(conn: &Connection) -> rusqlite::Result<()> {
    let ours: i64 = conn.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('pairs', 'cursors', 'meta')",
        [],
        |row| row.get(0),
    )?;
    if ours == 3 { conn.execute_batch(BEGIN_ANEW) } else { Ok(()) }
}

/// A whole copy of this format beside the database, from a file that may be of an older format, or
/// have been copied by hand.
fn prepare(copy: &Path, part: &Path) -> Result<Connection, StoreError> {
    tidy(part);
    let not_a_copy = |detail: String| StoreError::NotACopy { file: copy.to_path_buf(), detail };
    if !copy.is_file() {
        return Err(not_a_copy("there is no such file".to_owned()));
    }
    let folder = |source| StoreError::Folder { path: part.to_path_buf(), source };
    drop(schema::private_file(part)?);
    std::fs::copy(copy, part).map_err(folder)?;
    let log = with_end(copy, "-wal");
    if log.is_file() {
        std::fs::copy(&log, with_end(part, "-wal")).map_err(folder)?;
    }
    let mut conn = Connection::open(part).map_err(|error| not_a_copy(error.to_string()))?;
    let check = || -> rusqlite::Result<(String, i64, i64)> {
        schema::settle(&conn)?;
        let whole = schema::check(&conn)?;
        let format = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let tables = conn.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('pairs', 'links', 'runs', 'meta')",
            [],
            |row| row.get(0),
        )?;
        Ok((whole, format, tables))
    };
    let (whole, format, tables) = check().map_err(|error| not_a_copy(error.to_string()))?;
    if whole != schema::WHOLE {
        return Err(not_a_copy(whole));
    }
    if format < 1 || tables < 4 {
        return Err(not_a_copy("it is another program's database".to_owned()));
    }
    schema::migrate(&mut conn, None, schema::MIGRATIONS).map_err(|error| {
        if let StoreError::Newer { found, known, .. } = error {
            return StoreError::Newer { file: copy.to_path_buf(), found, known };
        }
        error
    })?;
    let done = mark(&conn).and_then(|()| {
        // Without a log beside it, this one file is everything.
        conn.pragma_update(None, "journal_mode", "DELETE")
    });
    done.map_err(|error| StoreError::from(error).about(part))?;
    Ok(conn)
}

fn tidy(part: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        // What is not there need not be taken away, and what stays is written over the next time.
        let _none = std::fs::remove_file(with_end(part, end));
    }
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(end);
    file.with_file_name(name)
}
