//! Reads a file whole, and replaces it whole: no reader ever sees half of it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use super::digest::xxh64;
use crate::connectors::{ConnectorError, Context, ErrorKind};

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
        let mut file = File::open(path).map_err(|error| cannot(path, "read", error))?;
        let before = file.metadata().map_err(|error| cannot(path, "read", error))?;
        if before.is_dir() {
            return Err(ConnectorError::new(ErrorKind::File, format!("{} is a folder, not a file", path.display())));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1);
        loop {
            context.check()?;
            let read =
                (&mut file).take(CHUNK as u64).read_to_end(&mut bytes).map_err(|error| cannot(path, "read", error))?;
            if read == 0 {
                break;
            }
        }
        let after = fs::metadata(path).map_err(|error| cannot(path, "read", error))?;
        let steady = after.len() == bytes.len() as u64 && after.modified().ok() == before.modified().ok();
        if steady {
            let digest = xxh64(&bytes);
            return Ok(Contents { bytes, digest, stamp: stamp(&before) });
        }
    }
    Err(ConnectorError::new(
        ErrorKind::File,
        format!("{} is being changed by another program all the time. Sync again when it is done.", path.display()),
    ))
}

/// The time of the last change, and where there is one the file's number and the time that nobody can
/// set back.
fn stamp(file: &fs::Metadata) -> u64 {
    let modified = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let mut bytes = modified.as_nanos().to_le_bytes().to_vec();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        bytes.extend(file.ino().to_le_bytes());
        bytes.extend(file.ctime().to_le_bytes());
        bytes.extend(file.ctime_nsec().to_le_bytes());
    }
    xxh64(&bytes)
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
    let failed = |error| cannot(path, "write", error);
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
    let failed = |error| cannot(path, "write", error);
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
        Err(error) => return Err(cannot(path, "read", error)),
    }
    fs::remove_file(path).map_err(|error| cannot(path, "delete", error))?;
    Ok(Replaced::Done)
}

/// An error if the file cannot be replaced: it is read-only, or open in another program.
pub(in crate::connectors) fn may_write(path: &Path) -> Result<(), ConnectorError> {
    if let Some(lock) = lock_beside(path) {
        return Err(ConnectorError::new(
            ErrorKind::File,
            format!(
                "{} is open in Excel or LibreOffice ({} lies beside it). Save and close it there, and sync again. \
                 If it is open nowhere, delete {}.",
                path.display(),
                name(&lock),
                name(&lock)
            ),
        ));
    }
    let metadata = fs::metadata(path).map_err(|error| cannot(path, "write", error))?;
    if metadata.permissions().readonly() {
        return Err(read_only(path, None));
    }
    // Opening it for writing changes nothing; it finds out about rights and, on Windows, about
    // programs that hold the file.
    match OpenOptions::new().append(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(read_only(path, Some(error))),
        Err(error) => Err(cannot(path, "write", error)),
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

/// What is wrong with a file, in words.
pub(in crate::connectors) fn cannot(path: &Path, what: &str, error: io::Error) -> ConnectorError {
    let path = path.display();
    // Windows: another program holds the file (32) or a part of it (33).
    let shared = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    let kind = error.kind();
    let message = if shared {
        format!("{path} is open in another program. Close it there, and sync again.")
    } else if kind == io::ErrorKind::NotFound {
        format!("There is no file {path}. If it was moved or renamed, correct the account's path.")
    } else if kind == io::ErrorKind::PermissionDenied {
        format!("You do not have the right to {what} {path}.")
    } else if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        format!("The disk is full, so {path} was not written. It is as it was. Make room, and sync again.")
    } else if kind == io::ErrorKind::ReadOnlyFilesystem {
        format!("{path} is on a disk that cannot be written to.")
    } else {
        format!("Duosync could not {what} {path}: {error}")
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
    let message = format!(
        "{} is read-only, so nothing was written to it. Allow writing in the file's properties, and sync again.",
        path.display()
    );
    match cause {
        Some(cause) => ConnectorError::caused(ErrorKind::File, message, cause),
        None => ConnectorError::new(ErrorKind::File, message),
    }
}

fn no_room_beside(path: &Path, folder: &Path, error: io::Error) -> ConnectorError {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return cannot(path, "write", error);
    }
    ConnectorError::caused(
        ErrorKind::File,
        format!(
            "Nothing may be written in the folder {}, so {} cannot be replaced safely. \
             Give yourself the right to write there.",
            folder.display(),
            name(path)
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
