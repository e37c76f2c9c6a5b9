//! The records of a list that is compared, written down one after the other as they are read.
//!
//! A compare of a million records holds no values: what it has to look at again it reads from here, and
//! not from the platform, where it may have changed meanwhile. A spool that is thrown away leaves no file.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{StoreError, schema};
use crate::model::{Fields, Given, Name, Record, RecordId, Row, Timestamp, Value};

/// Bytes that are written together.
const TOGETHER: usize = 1 << 18;

/// Bytes that are read for a record at first; one that is longer is read on.
const AT_FIRST: usize = 1 << 10;

/// Bytes in front of each record: how long it is.
const HEAD: usize = 4;

/// A field that the answer did not hold.
const MISSING: u8 = 0;
/// A field that holds a text.
const TEXT: u8 = 1;
/// A field that holds a list.
const LIST: u8 = 2;

/// Writes records down.
#[derive(Debug)]
pub struct Spool {
    place: Place,
    buffer: Vec<u8>,
    /// Bytes before those in the buffer.
    written: u64,
}

/// Reads records again.
#[derive(Debug)]
pub struct SpoolReader {
    place: Place,
    names: Vec<Name>,
    /// What was read last, and where it begins: records are mostly asked for in their order.
    buffer: Vec<u8>,
    start: u64,
}

/// Where a spool is.
#[derive(Debug)]
enum Place {
    /// In memory, where the workspace is.
    Memory(Vec<u8>),
    /// In a file, which goes away with the spool unless it is kept.
    File { file: File, path: PathBuf, keep: bool },
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::File { path, keep: false, .. } = self {
            // What cannot be removed is written over by the next compare.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Place {
    fn trouble(&self, source: std::io::Error) -> StoreError {
        let path = match self {
            Self::Memory(_) => PathBuf::new(),
            Self::File { path, .. } => path.clone(),
        };
        StoreError::Folder { path, source }
    }
}

impl Spool {
    /// Begins a spool in this file, or in memory.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: Option<&Path>) -> Result<Self, StoreError> {
        let place = match path {
            None => Place::Memory(Vec::new()),
            Some(path) => {
                if let Some(folder) = path.parent() {
                    schema::private_folder(folder)?;
                }
                let file = schema::private_file(path)?;
                let place = Place::File { file, path: path.to_path_buf(), keep: false };
                if let Place::File { file, .. } = &place {
                    file.set_len(0).map_err(|error| place.trouble(error))?;
                }
                place
            }
        };
        Ok(Self { place, buffer: Vec::with_capacity(2 * TOGETHER), written: 0 })
    }

    /// Adds a record, and says where it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, row: &Row<'_>) -> Result<u64, StoreError> {
        let at = self.written + self.buffer.len() as u64;
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[0; HEAD]);
        let out = &mut self.buffer;
        bytes_into(row.id.as_bytes(), out);
        match row.modified {
            Some(Timestamp(at)) => {
                out.push(1);
                out.extend_from_slice(&at.to_le_bytes());
            }
            None => out.push(0),
        }
        match row.modified_by {
            Some(by) => {
                out.push(1);
                bytes_into(by.as_bytes(), out);
            }
            None => out.push(0),
        }
        for field in row.fields {
            match field {
                None => out.push(MISSING),
                Some(Given::Text(text)) => text_into(text, out),
                Some(Given::Value(Value::Text(text))) => text_into(text, out),
                Some(Given::Value(Value::List(items))) => {
                    out.push(LIST);
                    size_into(items.len(), out);
                    for item in items {
                        bytes_into(item.as_bytes(), out);
                    }
                }
            }
        }
        let length = u32::try_from(self.buffer.len() - start - HEAD).map_err(|_longer| {
            self.place.trouble(std::io::Error::new(std::io::ErrorKind::FileTooLarge, row.id.to_owned()))
        })?;
        if let Some(head) = self.buffer.get_mut(start..start + HEAD) {
            head.copy_from_slice(&length.to_le_bytes());
        }
        if self.buffer.len() >= TOGETHER {
            self.flush()?;
        }
        Ok(at)
    }

    /// Ends the spool, to be read with these names of the fields.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, names: &[String]) -> Result<SpoolReader, StoreError> {
        self.flush()?;
        let names = names.iter().map(|name| Name::new(name)).collect();
        Ok(SpoolReader { place: self.place, names, buffer: Vec::new(), start: 0 })
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let done = match &mut self.place {
            Place::Memory(all) => {
                all.extend_from_slice(&self.buffer);
                Ok(())
            }
            Place::File { file, .. } => file.write_all(&self.buffer),
        };
        done.map_err(|error| self.place.trouble(error))?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl SpoolReader {
    /// Opens a spool that was kept.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn open(path: &Path, names: &[String]) -> Result<Self, StoreError> {
        let opened = File::open(path).map_err(|source| StoreError::Folder { path: path.to_path_buf(), source })?;
        let names = names.iter().map(|name| Name::new(name)).collect();
        let place = Place::File { file: opened, path: path.to_path_buf(), keep: true };
        Ok(Self { place, names, buffer: Vec::new(), start: 0 })
    }

    /// Keeps the spool under this name.
    ///
    /// # Errors
    /// When it cannot be given the name.
    pub fn keep(mut self, name: &Path) -> Result<(), StoreError> {
        if let Place::File { path, keep, .. } = &mut self.place {
            std::fs::rename(&*path, name).map_err(|source| StoreError::Folder { path: name.to_path_buf(), source })?;
            *keep = true;
        }
        Ok(())
    }

    /// The record that is there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn record(&mut self, at: u64) -> Result<Record, StoreError> {
        let names = std::mem::take(&mut self.names);
        let record = self.bytes(at).map(|bytes| Taken(bytes).record(&names));
        self.names = names;
        let record = record?;
        record.ok_or_else(|| self.place.trouble(std::io::ErrorKind::InvalidData.into()))
    }

    fn bytes(&mut self, at: u64) -> Result<&[u8], StoreError> {
        let head = self.have(at, HEAD)?;
        let length = head.first_chunk::<HEAD>().map_or(0, |head| u32::from_le_bytes(*head)) as usize;
        self.have(at + HEAD as u64, length)
    }

    /// These bytes, read if they are not here yet.
    fn have(&mut self, at: u64, count: usize) -> Result<&[u8], StoreError> {
        if matches!(self.place, Place::Memory(_)) {
            let Place::Memory(all) = &self.place else { return Ok(&[]) };
            let from = usize::try_from(at).unwrap_or(usize::MAX);
            let found = from.checked_add(count).and_then(|to| all.get(from..to));
            return found.ok_or_else(|| self.place.trouble(std::io::ErrorKind::UnexpectedEof.into()));
        }
        let here = at.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let is_here = here.is_some_and(|from| from.checked_add(count).is_some_and(|to| to <= self.buffer.len()));
        if !is_here {
            // Whoever reads on from where the last ones ended reads all of them.
            let end = self.start + self.buffer.len() as u64;
            let goes_on = at >= self.start && at <= end && !self.buffer.is_empty();
            let more = if goes_on { TOGETHER } else { AT_FIRST };
            self.read(at, count.max(more)).map_err(|error| self.place.trouble(error))?;
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let found = self.buffer.get(from..from.saturating_add(count));
        found.ok_or_else(|| self.place.trouble(std::io::ErrorKind::UnexpectedEof.into()))
    }

    fn read(&mut self, at: u64, count: usize) -> std::io::Result<()> {
        self.buffer.clear();
        self.start = at;
        if let Place::File { file, .. } = &mut self.place {
            file.seek(SeekFrom::Start(at))?;
            file.take(count as u64).read_to_end(&mut self.buffer)?;
        }
        Ok(())
    }
}

fn text_into(text: &str, out: &mut Vec<u8>) {
    out.push(TEXT);
    bytes_into(text.as_bytes(), out);
}

fn bytes_into(bytes: &[u8], out: &mut Vec<u8>) {
    size_into(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// A size in seven bits a byte: most are one byte long.
fn size_into(mut size: usize, out: &mut Vec<u8>) {
    while size >= 0x80 {
        out.push(u8::try_from(size & 0x7F).unwrap_or_default() | 0x80);
        size >>= 7;
    }
    out.push(u8::try_from(size).unwrap_or_default());
}

/// What is taken out of a record's bytes, one after the other; none where they are not as they were written.
struct Taken<'a>(&'a [u8]);

impl Taken<'_> {
    fn record(mut self, names: &[Name]) -> Option<Record> {
        let id = RecordId(self.text()?);
        let modified = match self.byte()? {
            0 => None,
            _ => Some(Timestamp(i64::from_le_bytes(*self.some(8)?.first_chunk()?))),
        };
        let modified_by = match self.byte()? {
            0 => None,
            _ => Some(self.text()?),
        };
        let mut held = Vec::with_capacity(names.len());
        for name in names {
            let value = match self.byte()? {
                MISSING => continue,
                TEXT => Value::Text(self.text()?),
                LIST => {
                    let count = self.size()?;
                    Value::List((0..count).map(|_| self.text()).collect::<Option<_>>()?)
                }
                _ => return None,
            };
            held.push((name.clone(), value));
        }
        let fields: Fields = held.into_iter().collect();
        Some(Record { id, version: None, modified, modified_by, fields, raw: None })
    }

    fn some(&mut self, count: usize) -> Option<&[u8]> {
        let (some, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(some)
    }

    fn byte(&mut self) -> Option<u8> {
        self.some(1)?.first().copied()
    }

    fn size(&mut self) -> Option<usize> {
        let mut size = 0_usize;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            size |= usize::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(size);
            }
            shift += 7;
        }
    }

    fn text(&mut self) -> Option<String> {
        let count = self.size()?;
        String::from_utf8(self.some(count)?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::borrow::Cow;

    use super::*;

    fn push(spool: &mut Spool, id: &str, text: &str) -> u64 {
        let list = Value::List(vec!["x".to_owned(), String::new()]);
        let fields = [Some(Given::Text(Cow::Borrowed(text))), None, Some(Given::Value(&list))];
        let by = (!text.is_empty()).then_some("Ann");
        spool.push(&Row { id, modified: by.map(|_| Timestamp(-5)), modified_by: by, fields: &fields }).unwrap()
    }

    #[test]
    fn records_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("compares").join("1.a-part");
        let names = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let long = "Łódź ".repeat(100_000);
        for path in [None, Some(file.as_path())] {
            let mut spool = Spool::create(path).unwrap();
            let places = [push(&mut spool, "1", ""), push(&mut spool, "2", &long), push(&mut spool, "3", "c")];
            let mut reader = spool.finish(&names).unwrap();
            for (number, text) in [(2, "c"), (0, ""), (1, long.as_str()), (0, "")] {
                let record = reader.record(*places.get(number).unwrap()).unwrap();
                assert_eq!(record.id.as_str(), (number + 1).to_string());
                assert_eq!(record.fields.get("one"), Some(&Value::text(text)));
                assert!(!record.fields.contains_key("two"), "missing is not empty");
                assert_eq!(record.fields.get("three"), Some(&Value::List(vec!["x".to_owned(), String::new()])));
                assert_eq!(record.modified, (!text.is_empty()).then_some(Timestamp(-5)));
                assert_eq!(record.modified_by.is_some(), !text.is_empty());
            }
            assert!(reader.record(u64::MAX - 8).is_err(), "nothing is there");
            assert_eq!(file.exists(), path.is_some());
            drop(reader);
            assert!(!file.exists(), "nothing is left of it");
        }
    }

    #[test]
    fn a_spool_that_is_kept_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (part, kept) = (folder.path().join("1.a-part"), folder.path().join("1.a"));
        let mut spool = Spool::create(Some(&part)).unwrap();
        let names = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        let at = push(&mut spool, "1", "x");
        spool.finish(&names).unwrap().keep(&kept).unwrap();
        let mut reader = SpoolReader::open(&kept, &names).unwrap();
        assert_eq!(reader.record(at).unwrap().fields.get("one"), Some(&Value::text("x")));
        drop(reader);
        assert!(kept.exists() && !part.exists());
    }
}
