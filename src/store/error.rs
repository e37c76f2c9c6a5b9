//! What can go wrong with the workspace, in words that an operator can act on.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::model::RunId;

/// Trouble with the workspace. It concerns everything, never one record alone.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the workspace open.
    #[error(
        "Another Duosync is at work on the workspace {}. Close it first, or choose another workspace with --workspace.",
        dir.display()
    )]
    InUse {
        /// The workspace.
        dir: PathBuf,
    },
    /// The folder or a file in it cannot be made, opened or written.
    #[error("The workspace cannot be used: {} {}", path.display(), advice(source.kind()))]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The database is broken.
    #[error("The workspace database {} is damaged ({detail}). {}", file.display(), restore(file, copy.as_deref()))]
    Damaged {
        /// The database.
        file: PathBuf,
        /// The newest copy that can be put in its place.
        copy: Option<PathBuf>,
        /// What SQLite says of it.
        detail: String,
        /// The cause, where reading it failed outright.
        source: Option<rusqlite::Error>,
    },
    /// A newer Duosync made the database.
    #[error(
        "The workspace database {} was made by a newer Duosync (its format is {found}, this one knows {known}). \
         Install the newer version again, or choose another workspace with --workspace. Nothing was changed.",
        file.display()
    )]
    Newer {
        /// The database.
        file: PathBuf,
        /// The number of its format.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The file is a database of some other program.
    #[error(
        "{} is the database of another program, not a Duosync workspace. Choose another folder with --workspace. \
         Nothing was changed.",
        file.display()
    )]
    NotOurs {
        /// The database.
        file: PathBuf,
    },
    /// The database could not be brought to the new format. It is as it was.
    #[error(
        "The workspace database could not be brought to format {number}. It is as it was before, and a copy is kept{}. \
         Please report this, with the cause: {source}",
        copy.as_ref().map(|copy| format!(" in {}", copy.display())).unwrap_or_default()
    )]
    Migration {
        /// The format that was to be reached.
        number: i64,
        /// The copy made before.
        copy: Option<PathBuf>,
        /// The cause.
        source: Box<StoreError>,
    },
    /// The disk is full.
    #[error(
        "The disk is full: {} cannot grow. Make room on the disk and try again. What was being saved is not saved, \
         everything before it is.",
        file.display()
    )]
    Full {
        /// The database.
        file: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// The database may not be written.
    #[error(
        "{} is read-only, so nothing can be remembered. Allow your user to write to the file and its folder, or choose \
         another workspace with --workspace.",
        file.display()
    )]
    ReadOnly {
        /// The database.
        file: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// Some other program holds the database.
    #[error(
        "{} is held by another program (a database viewer, a backup or a virus scanner). Close it and try again.",
        file.display()
    )]
    Busy {
        /// The database.
        file: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// The disk or share does not let the file be read or written.
    #[error(
        "{} cannot be read or written: the disk, share or memory stick under it fails or was taken away. Check it and \
         try again. ({source})",
        file.display()
    )]
    Disk {
        /// The database.
        file: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// What is stored is not understood.
    #[error(
        "Something stored in {} is not understood by this version of Duosync. Install the newest version; if it says the \
         same, please report it with the cause: {source}",
        file.display()
    )]
    Content {
        /// The database.
        file: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// The file is no copy of a workspace's database.
    #[error(
        "{} cannot be put back: it is not a whole copy of a Duosync database ({detail}). Nothing was changed. Choose \
         another copy.",
        file.display()
    )]
    NotACopy {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The program is about to end, and the workspace is closed already.
    #[error("Duosync is ending, and the workspace is closed already. Start it again and try once more.")]
    Closed,
    /// There is no such pair.
    #[error("There is no pair \"{0}\" in this workspace.")]
    NoSuchPair(String),
    /// There is no such run.
    #[error("There is no run {} in this workspace.", .0.0)]
    NoSuchRun(RunId),
    /// There is no such write.
    #[error("There is no write {0} in this workspace's history.")]
    NoSuchWrite(String),
    /// Anything else that SQLite says.
    #[error("The workspace database could not do what was asked. Please report this, with the cause: {0}")]
    Database(#[from] rusqlite::Error),
}

impl StoreError {
    /// The same error in words about this database, where it comes from SQLite.
    pub(super) fn about(self, file: &Path) -> Self {
        let Self::Database(source) = self else { return self };
        let file = file.to_path_buf();
        if matches!(source, rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::ToSqlConversionFailure(_))
        {
            return Self::Content { file, source };
        }
        let code = source.sqlite_error_code();
        let is = |codes: &[ErrorCode]| code.is_some_and(|code| codes.contains(&code));
        if is(&[ErrorCode::DiskFull]) {
            Self::Full { file, source }
        } else if is(&[ErrorCode::ReadOnly, ErrorCode::PermissionDenied]) {
            Self::ReadOnly { file, source }
        } else if is(&[ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked]) {
            Self::Busy { file, source }
        } else if is(&[ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase]) {
            let copy = super::schema::newest_copy(&file);
            Self::Damaged { file, copy, detail: source.to_string(), source: Some(source) }
        } else if is(&[ErrorCode::SystemIoFailure, ErrorCode::CannotOpen]) {
            Self::Disk { file, source }
        } else {
            Self::Database(source)
        }
    }
}

/// What an operator can do about trouble with a folder or file.
fn advice(kind: std::io::ErrorKind) -> &'static str {
    use std::io::ErrorKind;
    // The kinds are not ours and more may come, so they are asked one by one.
    if kind == ErrorKind::PermissionDenied {
        "may not be written by your user. Allow it, or choose another workspace with --workspace."
    } else if kind == ErrorKind::ReadOnlyFilesystem {
        "is on a disk that is read-only. Choose another workspace with --workspace."
    } else if kind == ErrorKind::StorageFull || kind == ErrorKind::QuotaExceeded {
        "cannot grow because the disk is full. Make room and try again."
    } else if kind == ErrorKind::AlreadyExists || kind == ErrorKind::NotADirectory {
        "is in the way: a folder is needed there. Move it, or choose another workspace with --workspace."
    } else if kind == ErrorKind::Unsupported {
        "is on a disk or share that cannot lock files. Choose a folder on this computer with --workspace."
    } else {
        "cannot be made, opened or written. Check the disk, or choose another workspace with --workspace."
    }
}

/// How a damaged database is replaced.
fn restore(file: &Path, copy: Option<&Path>) -> String {
    let name = file.file_name().unwrap_or_default().display();
    match copy {
        Some(copy) => format!(
            "Close Duosync, move {name}, {name}-wal and {name}-shm out of that folder, copy {} there as {name} and start \
             again. The records of your accounts are not touched by this.",
            copy.display()
        ),
        None => format!(
            "No copy of it was kept. Put back a backup of your own, or move {name}, {name}-wal and {name}-shm out of that \
             folder to start anew: the records of your accounts are not touched, and equal ones are matched again."
        ),
    }
}
