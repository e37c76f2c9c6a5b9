//! When a database was last found whole, told beside it, so that a large one is not read to its end at
//! every opening.
//!
//! The note is written when the database is closed, and taken away when it is opened: after a process
//! that was killed there is none. It counts for a day, and only for the very file that was closed: of
//! the same length, written at the same moment, with no log left beside it.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::write_private;

/// A smaller database is checked in less time than it takes to notice.
const SMALL: u64 = 4 * 1024 * 1024;

/// How long a check counts, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// How often the note is written again until the clock of the file system has gone on. A clock with
/// steps of four milliseconds needs some hundreds of them.
const TRIES: usize = 2000;

/// What is noted of an open database; it is written down when this is dropped, which is to be after
/// the connection.
#[derive(Debug)]
pub(super) struct Whole {
    file: PathBuf,
    /// When it was last checked, in seconds since 1970.
    checked: i64,
}

impl Whole {
    /// A database that was checked at this moment.
    pub(super) fn found(file: &Path, checked: i64) -> Self {
        Self { file: file.to_path_buf(), checked }
    }

    /// Lets the check count for nothing.
    pub(super) fn doubt(&mut self) {
        self.checked = 0;
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        let Some(print) = print(&self.file) else { return };
        let note = note_of(&self.file);
        for _ in 0..TRIES {
            // Without a note the next opening checks the database, and everything else works.
            if write_private(&note, &format!("{} {print}\n", self.checked)).is_err() || is_later(&note, &self.file) {
                return;
            }
        }
        let _none = std::fs::remove_file(note);
    }
}

/// When this database was last checked, where it need not be checked again now; to be asked before it is
/// opened. The note is taken away.
pub(super) fn still(file: &Path, now: i64) -> Option<i64> {
    let note = note_of(file);
    let text = std::fs::read_to_string(&note);
    let later = is_later(&note, file);
    // A note that cannot be taken away would count after a process that is killed.
    let taken = std::fs::remove_file(&note).is_ok();
    let text = text.ok().filter(|_| later && taken)?;
    let (checked, then) = text.trim().split_once(' ')?;
    let checked: i64 = checked.parse().ok()?;
    (print(file)? == then && (checked..checked.saturating_add(DAY)).contains(&now)).then_some(checked)
}

fn note_of(file: &Path) -> PathBuf {
    file.with_extension("checked")
}

/// What tells this state of the file from any other; none where it is small, or not the whole database.
fn print(file: &Path) -> Option<String> {
    let mut log = file.file_name()?.to_owned();
    log.push("-wal");
    if file.with_file_name(log).exists() {
        return None;
    }
    let about = file.metadata().ok().filter(|about| about.len() > SMALL)?;
    let written = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("{} {written} {}", about.len(), place(&about)))
}

/// Whether the note was written after the file: within one step of the clock, a later change to the file
/// would not be seen.
fn is_later(note: &Path, file: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
    matches!((written(note), written(file)), (Some(note), Some(file)) if note > file)
}

/// What a file that was copied over this one would not have.
#[cfg(unix)]
fn place(about: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{} {} {}", about.ino(), about.ctime(), about.ctime_nsec())
}

/// What a file that was copied over this one would not have.
#[cfg(not(unix))]
fn place(_: &Metadata) -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn a_check_counts_for_a_day_and_for_the_file_that_was_closed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("duosync.db");
        let mut bytes = vec![7_u8; usize::try_from(SMALL).unwrap() + 1];
        std::fs::write(&file, &bytes).unwrap();
        let (at, close) = (1_000_000, || drop(Whole::found(&file, 1_000_000)));
        assert_eq!(still(&file, at), None, "there is no note before it was closed");
        close();
        assert_eq!(still(&file, at + DAY - 1), Some(at));
        assert_eq!(still(&file, at), None, "the note is gone once it is open");
        close();
        assert_eq!(still(&file, at + DAY), None, "a day later");
        close();
        assert_eq!(still(&file, at - 1), None, "the clock was set back");
        close();
        if let Some(byte) = bytes.get_mut(9) {
            *byte = 8;
        }
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(still(&file, at), None, "another file of the same length");
        std::fs::write(dir.path().join("duosync.db-wal"), "x").unwrap();
        close();
        assert!(!note_of(&file).exists(), "a log is left, so it was not closed");
        std::fs::remove_file(dir.path().join("duosync.db-wal")).unwrap();
        std::fs::write(&file, "small").unwrap();
        close();
        assert!(!note_of(&file).exists(), "a small one is always checked");
    }
}
