//! Reads a file whole, and replaces it whole: no reader ever sees half of it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use super::digest::xxh64;
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::texts::tr;

/// How often a file that changes while it is read is read again.
const READS: usize = 5;

/// Bytes between two looks at whether the operator wants to stop.
const CHUNK: usize = 1 << 20;

/// A file's bytes and their digest.
pub(in crate::connectors) struct Contents {
    /// The bytes.
    pub(in crate::connectors) bytes: Vec<u8>,
    /// Their digest.
    pub(in crate::connectors) digest: u64,
    /// Which file it was and when it was last changed. A file that was written and then put back as
    /// it was before has the old digest again, and another stamp.
    pub(in crate::connectors) stamp: u64,
}

/// What came of replacing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connectors) enum Replaced {
    /// It holds the new bytes.
    Done,
    /// Somebody else changed it in the meantime: it is as they left it.
    Changed,
}

/// Reads the file; one that is being written by somebody else is read again.
pub(in crate::connectors) fn read(
    path: &Path,
    context: &Context,
    requests: &AtomicU64,
) -> Result<Contents, ConnectorError> {
    for _ in 0..READS {
        requests.fetch_add(1, Ordering::Relaxed);
        let mut file = File::open(path).map_err(|error| cannot(path, Doing::Read, error))?;
        let before = file.metadata().map_err(|error| cannot(path, Doing::Read, error))?;
        if before.is_dir() {
            return Err(ConnectorError::new(
                ErrorKind::File,
                tr!("files-is-folder", file = format_args!("{}", path.display())),
            ));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1);
        loop {
            context.check()?;
            let read = (&mut file)
                .take(CHUNK as u64)
                .read_to_end(&mut bytes)
                .map_err(|error| cannot(path, Doing::Read, error))?;
            if read == 0 {
                break;
            }
        }
        let after = fs::metadata(path).map_err(|error| cannot(path, Doing::Read, error))?;
        let steady = after.len() == bytes.len() as u64 && after.modified().ok() == before.modified().ok();
        if steady {
            let digest = xxh64(&bytes);
            return Ok(Contents { bytes, digest, stamp: stamp(&before) });
        }
    }
    Err(ConnectorError::new(ErrorKind::File, tr!("files-busy", file = format_args!("{}", path.display()))))
}

/// The time of the last change, and where there is one the file's number and the time that nobody can
/// set back.
fn stamp(file: &fs::Metadata) -> u64 {
    let modified = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let modified = modified.as_nanos().to_le_bytes();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let times = [file.ino().to_le_bytes(), file.ctime().to_le_bytes(), file.ctime_nsec().to_le_bytes()];
        xxh64(&[modified.as_slice(), times.as_flattened()].concat())
    }
    #[cfg(not(unix))]
    xxh64(&modified)
}

/// Replaces the file if it still has this digest: a new file is written beside it, flushed to the
/// disk and given the old one's name in one step.
pub(in crate::connectors) fn replace(
    path: &Path,
    bytes: &[u8],
    digest: u64,
    requests: &AtomicU64,
) -> Result<Replaced, ConnectorError> {
    may_write(path)?;
    let failed = |error| cannot(path, Doing::Write, error);
    let folder = path.parent().unwrap_or(Path::new("."));
    clean(path);
    let mut temporary = tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .suffix(TEMPORARY_SUFFIX)
        .tempfile_in(folder)
        .map_err(|error| no_room_beside(path, folder, error))?;
    // The lock tells another Duosync that this file is in use; a killed one holds no lock.
    let _ = temporary.as_file().try_lock();
    temporary.write_all(bytes).map_err(failed)?;
    keep_owner(path, temporary.as_file()).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    requests.fetch_add(1, Ordering::Relaxed);
    match fs::read(path) {
        Ok(now) if xxh64(&now) == digest => {}
        Ok(_) => return Ok(Replaced::Changed),
        Err(error) => return Err(failed(error)),
    }
    requests.fetch_add(1, Ordering::Relaxed);
    match temporary.persist(path) {
        Ok(_) => {}
        // Only somebody who cleans up removes it under our hands; the next try writes it again.
        Err(error) if error.error.kind() == io::ErrorKind::NotFound => return Ok(Replaced::Changed),
        Err(error) => return Err(failed(error.error)),
    }
    // Without this a power cut could bring the old name back; some file systems do not offer it.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(Replaced::Done)
}

/// Makes a new file in one step; there must be none of its name.
pub(in crate::connectors) fn create(path: &Path, bytes: &[u8], requests: &AtomicU64) -> Result<(), ConnectorError> {
    let failed = |error| cannot(path, Doing::Write, error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .suffix(TEMPORARY_SUFFIX)
        .tempfile_in(folder)
        .map_err(|error| no_room_beside(path, folder, error))?;
    temporary.write_all(bytes).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Temporary files are for nobody else; a contact is as open as the folder that it is in.
        let mode = fs::metadata(folder).map_err(failed)?.permissions().mode() & 0o666;
        temporary.as_file().set_permissions(fs::Permissions::from_mode(mode)).map_err(failed)?;
    }
    temporary.as_file().sync_all().map_err(failed)?;
    requests.fetch_add(1, Ordering::Relaxed);
    temporary.persist_noclobber(path).map_err(|error| failed(error.error))?;
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Removes the file if it still has this digest.
pub(in crate::connectors) fn remove(
    path: &Path,
    digest: u64,
    requests: &AtomicU64,
) -> Result<Replaced, ConnectorError> {
    may_write(path)?;
    requests.fetch_add(2, Ordering::Relaxed);
    match fs::read(path) {
        Ok(now) if xxh64(&now) == digest => {}
        Ok(_) => return Ok(Replaced::Changed),
        Err(error) => return Err(cannot(path, Doing::Read, error)),
    }
    fs::remove_file(path).map_err(|error| cannot(path, Doing::Delete, error))?;
    Ok(Replaced::Done)
}

/// An error if the file cannot be replaced: it is read-only, or open in another program.
pub(in crate::connectors) fn may_write(path: &Path) -> Result<(), ConnectorError> {
    if let Some(lock) = lock_beside(path) {
        return Err(ConnectorError::new(
            ErrorKind::File,
            tr!(
                "files-open-in-office",
                file = format_args!("{}", path.display()),
                lock = format_args!("{}", name(&lock))
            ),
        ));
    }
    let metadata = fs::metadata(path).map_err(|error| cannot(path, Doing::Write, error))?;
    if metadata.permissions().readonly() {
        return Err(read_only(path, None));
    }
    // Opening it for writing changes nothing; it finds out about rights and, on Windows, about
    // programs that hold the file.
    match OpenOptions::new().append(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(read_only(path, Some(error))),
        Err(error) => Err(cannot(path, Doing::Write, error)),
    }
}

/// Removes what a killed run left beside the file.
pub(in crate::connectors) fn clean(path: &Path) {
    let prefix = temporary_prefix(path);
    let Some(entries) = path.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return };
    for entry in entries.flatten() {
        let file = entry.file_name();
        let Some(file) = file.to_str() else { continue };
        let is_ours =
            prefix.to_str().is_some_and(|prefix| file.starts_with(prefix)) && file.ends_with(TEMPORARY_SUFFIX);
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            // What cannot be removed is tried again at the next write.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What was tried with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::connectors) enum Doing {
    Read,
    Write,
    Delete,
}

/// What is wrong with a file, in words.
pub(in crate::connectors) fn cannot(path: &Path, doing: Doing, error: io::Error) -> ConnectorError {
    let path = path.display();
    // Windows: another program holds the file (32) or a part of it (33).
    let shared = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    let kind = error.kind();
    let message = if shared {
        tr!("files-open-elsewhere", path = format_args!("{path}"))
    } else if kind == io::ErrorKind::NotFound {
        tr!("files-not-there", path = format_args!("{path}"))
    } else if kind == io::ErrorKind::PermissionDenied {
        match doing {
            Doing::Read => tr!("files-no-right-to-read", path = format_args!("{path}")),
            Doing::Write => tr!("files-no-right-to-write", path = format_args!("{path}")),
            Doing::Delete => tr!("files-no-right-to-delete", path = format_args!("{path}")),
        }
    } else if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tr!("files-disk-full", path = format_args!("{path}"))
    } else if kind == io::ErrorKind::ReadOnlyFilesystem {
        tr!("files-read-only-disk", path = format_args!("{path}"))
    } else {
        match doing {
            Doing::Read => {
                tr!("files-could-not-read", path = format_args!("{path}"), why = format_args!("{error}"))
            }
            Doing::Write => {
                tr!("files-could-not-write", path = format_args!("{path}"), why = format_args!("{error}"))
            }
            Doing::Delete => {
                tr!("files-could-not-delete", path = format_args!("{path}"), why = format_args!("{error}"))
            }
        }
    };
    ConnectorError::caused(ErrorKind::File, message, error)
}

const TEMPORARY_SUFFIX: &str = ".tmp";

fn temporary_prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".duosync-");
    prefix
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_only(path: &Path, cause: Option<io::Error>) -> ConnectorError {
    let message = tr!("files-read-only", file = format_args!("{}", path.display()));
    match cause {
        Some(cause) => ConnectorError::caused(ErrorKind::File, message, cause),
        None => ConnectorError::new(ErrorKind::File, message),
    }
}

fn no_room_beside(path: &Path, folder: &Path, error: io::Error) -> ConnectorError {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return cannot(path, Doing::Write, error);
    }
    ConnectorError::caused(
        ErrorKind::File,
        tr!(
            "files-folder-read-only",
            folder = format_args!("{}", folder.display()),
            file = format_args!("{}", name(path))
        ),
        error,
    )
}

/// The file that Excel (`~$list.csv`) or `LibreOffice` (`.~lock.list.csv#`) lays beside an open one.
fn lock_beside(path: &Path) -> Option<PathBuf> {
    let file = name(path);
    [format!("~${file}"), format!(".~lock.{file}#")]
        .into_iter()
        .map(|lock| path.with_file_name(lock))
        .find(|lock| lock.exists())
}

/// Gives the new file the rights and, where that is allowed, the owner of the old one.
fn keep_owner(path: &Path, new: &File) -> io::Result<()> {
    let old = fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let now = new.metadata()?;
        if (now.uid(), now.gid()) != (old.uid(), old.gid()) {
            // Only an administrator may give a file away; the rights below still hold.
            let _ = fchown(new, Some(old.uid()), Some(old.gid()));
        }
    }
    new.set_permissions(old.permissions())
}
