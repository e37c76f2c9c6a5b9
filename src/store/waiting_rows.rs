//! The rows of a compare of long lists, before somebody looks at them.
//!
//! To make a million rows takes longer than the compare, and most are never looked at. So the records as
//! they were read are kept, and who agrees with whom; the rows are made of that when they are asked for.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::spool::{SpoolForm, SpoolReader};
use super::{StoreError, schema};
use crate::model::{PairSpec, PerSide, ReadAgain, Side, Subject, Timestamp};

/// What the rows of a compare are made of, when somebody looks at them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WaitingRows {
    /// When the compare was.
    pub started: Timestamp,
    /// The pair's settings at that time.
    pub spec: PairSpec,
    /// The fields that were read, in their order.
    pub wanted: PerSide<Vec<String>>,
    /// The form of the text in which the records stand, where what was read is kept as such.
    #[serde(default)]
    pub forms: PerSide<Option<String>>,
    /// What the operator said to leave, and where its records are.
    pub left: Vec<LeftRow>,
    /// Where the records are that agree.
    #[serde(skip)]
    pub agreed: Vec<PerSide<u64>>,
}

/// Records that the operator said to leave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftRow {
    /// What the operator calls them.
    pub label: String,
    /// The records.
    pub subject: Subject,
    /// Whether they differ.
    pub ignored: bool,
    /// Where they are in what was read.
    pub at: PerSide<Option<u64>>,
}

impl WaitingRows {
    /// Writes down who agrees with whom, to be kept with [`Self::keep`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), StoreError> {
        let part = part(file);
        let written = || -> std::io::Result<()> {
            let mut out = BufWriter::with_capacity(1 << 16, file_for(&part)?);
            let head = serde_json::to_vec(self)?;
            out.write_all(&(head.len() as u64).to_le_bytes())?;
            out.write_all(&head)?;
            for ids in &self.agreed {
                out.write_all(&ids.a.to_le_bytes())?;
                out.write_all(&ids.b.to_le_bytes())?;
            }
            out.flush()
        };
        written().map_err(|source| StoreError::Folder { path: part, source })
    }

    /// Keeps what is written, with what was read, in the place of the rows before. Those are put aside; what is
    /// returned is to be removed, which takes its time where they are long.
    ///
    /// # Errors
    /// When the files cannot be renamed.
    pub fn keep(file: &Path, read: PerSide<SpoolReader>) -> Result<Vec<PathBuf>, StoreError> {
        // What is to be found is written last, so a compare that is killed leaves rows that fit together.
        // Nothing is renamed over a file that is there: some file systems would write all of it to the disk first.
        let mut gone = Vec::new();
        for (number, old) in [waiting(file), spool(file, Side::A), spool(file, Side::B)].iter().enumerate() {
            gone.extend(put_aside(old, file, number)?);
        }
        read.a.keep(&spool(file, Side::A))?;
        read.b.keep(&spool(file, Side::B))?;
        let (part, there) = (part(file), waiting(file));
        std::fs::rename(&part, there).map_err(|source| StoreError::Folder { path: part, source })?;
        gone.extend(put_aside(file, file, 3)?);
        Ok(gone)
    }

    /// Whether something waits to be made rows of.
    #[must_use]
    pub fn is_there(file: &Path) -> bool {
        waiting(file).exists()
    }

    /// What waits to be made rows of, with what was read. What reads the records of a text comes from whoever
    /// knows its form.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(
        file: &Path,
        read_again: impl Fn(&str) -> Option<Box<dyn ReadAgain>>,
    ) -> Result<Option<(Self, PerSide<SpoolReader>)>, StoreError> {
        let path = waiting(file);
        let opened = match File::open(&path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Folder { path, source }),
        };
        let read = || -> std::io::Result<Self> {
            let mut from = BufReader::new(opened);
            let mut size = [0; 8];
            from.read_exact(&mut size)?;
            let mut head = Vec::new();
            (&mut from).take(u64::from_le_bytes(size)).read_to_end(&mut head)?;
            let mut rows: Self = serde_json::from_slice(&head)?;
            let mut pairs = Vec::new();
            from.read_to_end(&mut pairs)?;
            let (places, _) = pairs.as_chunks::<8>();
            let (places, _) = places.as_chunks::<2>();
            let both = places.iter().map(|[a, b]| PerSide::new(u64::from_le_bytes(*a), u64::from_le_bytes(*b)));
            rows.agreed = both.collect();
            Ok(rows)
        };
        let rows = read().map_err(|source| StoreError::Folder { path, source })?;
        let reader = |side: Side| {
            let path = spool(file, side);
            let form = match rows.forms.get(side) {
                None => Some(SpoolForm::own(rows.wanted.get(side))),
                Some(form) => read_again(form).map(SpoolForm::Text),
            };
            let unknown = || StoreError::Folder { path: path.clone(), source: std::io::ErrorKind::InvalidData.into() };
            SpoolReader::open(&path, form.ok_or_else(unknown)?)
        };
        let readers = PerSide::new(reader(Side::A)?, reader(Side::B)?);
        Ok(Some((rows, readers)))
    }

    /// Forgets what waits, as its rows are made or nobody needs them.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget(file: &Path) -> Result<(), StoreError> {
        remove(&waiting(file))?;
        remove(&spool(file, Side::A))?;
        remove(&spool(file, Side::B))
    }

    /// Where a compare may write down what it reads. What one that was killed left there goes away.
    #[must_use]
    pub fn parts(file: &Path, number: u64) -> PerSide<PathBuf> {
        let name = |side: Side| format!("{}-part", side.letter());
        let ours = |path: &Path| {
            let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
            path.file_stem() == file.file_stem() && Side::BOTH.iter().any(|side| end.starts_with(&name(*side)))
        };
        for entry in file.parent().and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten() {
            if ours(&entry.path()) {
                // One that is still being read goes away by itself.
                let _ = std::fs::remove_file(entry.path());
            }
        }
        PerSide::from_fn(|side| file.with_extension(format!("{}-{number:x}", name(side))))
    }
}

/// Takes the rows of a compare away, made or not.
///
/// # Errors
/// When a file cannot be removed.
pub fn remove_rows(file: &Path) -> Result<(), StoreError> {
    WaitingRows::forget(file)?;
    for number in 0..4 {
        remove(&aside(file, number))?;
    }
    remove(file)
}

/// Gives a file a name under which it goes away at the next compare, if it is not removed before; none where
/// there is no such file.
fn put_aside(old: &Path, file: &Path, number: usize) -> Result<Option<PathBuf>, StoreError> {
    let aside = aside(file, number);
    match std::fs::rename(old, &aside) {
        Ok(()) => Ok(Some(aside)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Folder { path: old.to_path_buf(), source }),
    }
}

fn aside(file: &Path, number: usize) -> PathBuf {
    file.with_extension(format!("{}-part-old-{number}", Side::A.letter()))
}

fn part(file: &Path) -> PathBuf {
    file.with_extension("pairs-part")
}

fn waiting(file: &Path) -> PathBuf {
    file.with_extension("pairs")
}

fn spool(file: &Path, side: Side) -> PathBuf {
    file.with_extension(side.letter())
}

/// An empty file for this user alone.
fn file_for(path: &Path) -> std::io::Result<File> {
    let file = schema::private_file(path).map_err(std::io::Error::other)?;
    // What was cut to nothing is written to the disk as it is closed.
    if file.metadata()?.len() > 0 {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Removes a file, if there is one.
fn remove(file: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(file) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Folder { path: file.to_path_buf(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
