//! Opening a database: its settings, its check, its format and the copies kept of it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;
use super::whole::{self, Whole};

/// Every format's SQL in order; the first makes format 1. Released ones are never edited.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_links_by_key.sql"),
    include_str!("migrations/0003_history.sql"),
];

/// What SQLite says of a database with nothing wrong in it.
pub(super) const WHOLE: &str = "ok";

/// How long a statement waits for another program that looks into the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the file with the settings that everything else relies on, and checks that it is whole, unless that
/// was done within a day and nothing but a clean end came since.
pub(super) fn open(file: &Path) -> Result<(Connection, Whole), StoreError> {
    private_file(file)?;
    let open = || {
        let now = Connection::open_in_memory()?.query_row("SELECT unixepoch()", [], |row| row.get(0))?;
        let still = whole::still(file, now);
        let conn = Connection::open(file)?;
        settle(&conn)?;
        // A write-ahead log lets a reader look while a run writes; FULL makes every commit reach the
        // disk, without which a journalled intent could be lost with the power.
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        // A first sync makes a large log; it is given back to the disk afterwards.
        conn.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
        let found = if still.is_some() { WHOLE.to_owned() } else { check(&conn)? };
        Ok((conn, still.unwrap_or(now), found))
    };
    let (conn, checked, found) = open().map_err(|error: rusqlite::Error| StoreError::from(error).about(file))?;
    if found == WHOLE {
        Ok((conn, Whole::found(file, checked)))
    } else {
        let file = file.to_path_buf();
        Err(StoreError::Damaged { copy: newest_copy(&file), file, detail: found, source: None })
    }
}

/// What SQLite finds wrong, or [`WHOLE`].
pub(super) fn check(conn: &Connection) -> rusqlite::Result<String> {
    conn.query_row("PRAGMA quick_check(3)", [], |row| row.get(0))
}

/// The settings of every connection, in a file or in memory.
pub(super) fn settle(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(PATIENCE)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.set_prepared_statement_cache_capacity(128);
    // Ten thousand questions that are told anew touch more pages than SQLite holds by itself (2 MB). It takes
    // the memory only as it needs it.
    conn.pragma_update(None, "cache_size", -16 * 1024)?;
    Ok(())
}

/// Notes for this connection which matters change, so that a list of hundreds of thousands of them is
/// not read anew after each answer. The notes go with the connection and with a transaction that fails.
pub(super) fn watch_matters(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(
        "CREATE TEMP TABLE touched_matters (id INTEGER PRIMARY KEY);
         CREATE TEMP TRIGGER matter_opened AFTER INSERT ON main.matters
         BEGIN INSERT OR IGNORE INTO touched_matters VALUES (new.id); END;
         CREATE TEMP TRIGGER matter_changed AFTER UPDATE ON main.matters
         BEGIN INSERT OR IGNORE INTO touched_matters VALUES (new.id); END;
         CREATE TEMP TRIGGER matter_removed AFTER DELETE ON main.matters
         BEGIN INSERT OR IGNORE INTO touched_matters VALUES (old.id); END;",
    )
}

/// Brings a database to the newest format, one transaction for each number, with a copy before each
/// where there is something to copy. Without a file (in memory) no copies are made.
pub(super) fn migrate(conn: &mut Connection, file: Option<&Path>, migrations: &[&str]) -> Result<(), StoreError> {
    let shown = file.unwrap_or(Path::new(":memory:"));
    let found = version(conn).map_err(|error| StoreError::from(error).about(shown))?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known || found < 0 {
        return Err(StoreError::Newer { file: shown.to_path_buf(), found, known });
    }
    if found == 0 && has_tables(conn).map_err(|error| StoreError::from(error).about(shown))? {
        return Err(StoreError::NotOurs { file: shown.to_path_buf() });
    }
    for (number, sql) in (1_i64..).zip(migrations) {
        if number <= found {
            continue;
        }
        let copy = match file {
            // A workspace that is made just now has nothing to copy.
            Some(file) if found > 0 => {
                let copy = copies_of(file).join(format!("before-migration-{number}.db"));
                copy_to(conn, file, &copy)?;
                Some(copy)
            }
            Some(_) | None => None,
        };
        step(conn, number, sql).map_err(|error| StoreError::Migration {
            number,
            copy,
            source: Box::new(StoreError::from(error).about(shown)),
        })?;
    }
    Ok(())
}

/// Copies the whole database to a file that can be opened by itself. The file appears complete or not
/// at all.
pub(super) fn copy_to(conn: &Connection, file: &Path, copy: &Path) -> Result<(), StoreError> {
    let folder = |source| StoreError::Folder { path: copy.to_path_buf(), source };
    if let Some(parent) = copy.parent() {
        private_folder(parent)?;
    }
    let mut name = copy.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = copy.with_file_name(name);
    if part.exists() {
        std::fs::remove_file(&part).map_err(folder)?;
    }
    private_file(&part)?;
    let whole = || -> rusqlite::Result<bool> {
        let mut target = Connection::open(&part)?;
        target.busy_timeout(PATIENCE)?;
        let done = Backup::new(conn, &mut target)?.step(-1)? == StepResult::Done;
        super::copies::mark(&target)?;
        // The copy has no log beside it, so that copying one file brings everything back.
        target.pragma_update(None, "journal_mode", "DELETE")?;
        Ok(done)
    };
    let done = whole().map_err(|error| StoreError::from(error).about(&part))?;
    if !done {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(StoreError::from(rusqlite::Error::SqliteFailure(busy, None)).about(file));
    }
    File::open(&part).and_then(|part| part.sync_all()).map_err(folder)?;
    std::fs::rename(&part, copy).map_err(folder)
}

/// The newest copy beside a database.
pub(super) fn newest_copy(file: &Path) -> Option<PathBuf> {
    let copies = std::fs::read_dir(copies_of(file)).ok()?;
    copies
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
}

/// Makes a folder that only this user can look into, where it is not there yet.
pub(super) fn private_folder(dir: &Path) -> Result<(), StoreError> {
    if dir.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| StoreError::Folder { path: dir.to_path_buf(), source })
}

/// Opens a file for reading and writing, made for this user alone where it is not there yet.
pub(super) fn private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| StoreError::Folder { path: path.to_path_buf(), source })
}

/// The number of a database's format; 0 for an empty one.
fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn has_tables(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// One migration, all or nothing.
///
/// References are checked at its end rather than during it, as SQLite's page on ALTER TABLE says for
/// changes that build a table anew (<https://www.sqlite.org/lang_altertable.html#otheralter>).
fn step(conn: &mut Connection, number: i64, sql: &str) -> rusqlite::Result<()> {
    conn.pragma_update(None, "foreign_keys", false)?;
    let done = (|| {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        let dangling: i64 = tx.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
        if dangling > 0 {
            let broken = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
            return Err(rusqlite::Error::SqliteFailure(broken, Some(format!("{dangling} rows refer to nothing"))));
        }
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()
    })();
    conn.pragma_update(None, "foreign_keys", true)?;
    done
}

fn copies_of(file: &Path) -> PathBuf {
    file.with_file_name(super::copies::FOLDER)
}
