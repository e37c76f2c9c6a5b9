//! The records of a list that is compared, written down one after the other as they are read.
//!
//! A compare of a million records holds no values: what it has to look at again it reads from here, and
//! not from the platform, where it may have changed meanwhile. A spool that is thrown away leaves no file.
//!
//! It holds the records one by one, in a form of its own, or the text in which they stood ([`Spool::text`]).

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{StoreError, schema};
use crate::model::{Again, Fields, Given, Name, ReadAgain, Record, RecordId, Row, Timestamp, Value};

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

/// How the records of a spool are read.
pub enum SpoolForm {
    /// They are in the spool's own form, with these names of the fields.
    Own(Vec<Name>),
    /// They stand in a text.
    Text(Box<dyn ReadAgain>),
}

/// Reads records again.
pub struct SpoolReader {
    place: Place,
    form: SpoolForm,
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
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let done = match self {
            Self::Memory(all) => {
                all.extend_from_slice(bytes);
                Ok(())
            }
            Self::File { file, .. } => file.write_all(bytes),
        };
        done.map_err(|error| self.trouble(error))
    }

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
                    // A new one is left as it is: what was cut to nothing is written to the disk as it is closed.
                    let held = file.metadata().map_err(|error| place.trouble(error))?.len();
                    if held > 0 {
                        file.set_len(0).map_err(|error| place.trouble(error))?;
                    }
                }
                place
            }
        };
        Ok(Self { place, buffer: Vec::new(), written: 0 })
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

    /// Adds a piece of the text in which the records stand; then none is added by itself.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn text(&mut self, text: &[u8]) -> Result<(), StoreError> {
        self.place.write(text)?;
        self.written += text.len() as u64;
        Ok(())
    }

    /// Ends the spool, to be read in this form.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, form: SpoolForm) -> Result<SpoolReader, StoreError> {
        self.flush()?;
        Ok(SpoolReader { place: self.place, form, buffer: Vec::new(), start: 0 })
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.place.write(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl SpoolForm {
    /// The spool's own form, with these names of the fields.
    #[must_use]
    pub fn own(names: &[String]) -> Self {
        Self::Own(names.iter().map(|name| Name::new(name)).collect())
    }
}

impl SpoolReader {
    /// Opens a spool that was kept.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn open(path: &Path, form: SpoolForm) -> Result<Self, StoreError> {
        let opened = File::open(path).map_err(|source| StoreError::Folder { path: path.to_path_buf(), source })?;
        let place = Place::File { file: opened, path: path.to_path_buf(), keep: true };
        Ok(Self { place, form, buffer: Vec::new(), start: 0 })
    }

    /// Another reader of the same spool; none where it is in memory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn another(&self, form: SpoolForm) -> Result<Option<Self>, StoreError> {
        match &self.place {
            Place::Memory(_) => Ok(None),
            Place::File { path, .. } => Self::open(path, form).map(Some),
        }
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
        let Self { place, form, buffer, start } = self;
        let mut window = Window { place, buffer, start };
        let record = match form {
            SpoolForm::Own(names) => {
                let head = window.have(at, HEAD)?;
                let length = head.first_chunk::<HEAD>().map_or(0, |head| u32::from_le_bytes(*head)) as usize;
                Taken(window.have(at + HEAD as u64, length)?).record(names)
            }
            SpoolForm::Text(read) => {
                let mut count = AT_FIRST;
                loop {
                    let (text, last) = window.some(at, count)?;
                    match read.record(text, last) {
                        Again::Record(record) => break Some(record),
                        Again::More => count = count.max(text.len()).saturating_mul(2),
                        Again::Other => break None,
                    }
                }
            }
        };
        record.ok_or_else(|| self.place.trouble(std::io::ErrorKind::InvalidData.into()))
    }
}

/// The part of a spool that is in memory.
struct Window<'a> {
    place: &'a mut Place,
    buffer: &'a mut Vec<u8>,
    start: &'a mut u64,
}

impl Window<'_> {
    /// These bytes, read if they are not here yet.
    fn have(&mut self, at: u64, count: usize) -> Result<&[u8], StoreError> {
        if self.some(at, count)?.0.len() < count {
            return Err(self.place.trouble(std::io::ErrorKind::UnexpectedEof.into()));
        }
        let (found, _) = self.some(at, count)?;
        Ok(found.get(..count).unwrap_or_default())
    }

    /// At least so many bytes, or as many as there are, and whether they are the last.
    fn some(&mut self, at: u64, count: usize) -> Result<(&[u8], bool), StoreError> {
        if matches!(self.place, Place::Memory(_)) {
            let Place::Memory(all) = &*self.place else { return Ok((&[], true)) };
            let from = usize::try_from(at).unwrap_or(usize::MAX);
            return Ok((all.get(from..).unwrap_or_default(), true));
        }
        let here = at.checked_sub(*self.start).and_then(|from| usize::try_from(from).ok());
        let is_here = here.is_some_and(|from| from.checked_add(count).is_some_and(|to| to <= self.buffer.len()));
        let mut last = false;
        if !is_here {
            // Whoever reads on from where the last ones ended reads all of them.
            let end = *self.start + self.buffer.len() as u64;
            let goes_on = at >= *self.start && at <= end && !self.buffer.is_empty();
            let wanted = count.max(if goes_on { TOGETHER } else { AT_FIRST });
            self.read(at, wanted).map_err(|error| self.place.trouble(error))?;
            last = self.buffer.len() < wanted;
        }
        let from = usize::try_from(at - *self.start).unwrap_or(usize::MAX);
        Ok((self.buffer.get(from..).unwrap_or_default(), last))
    }

    fn read(&mut self, at: u64, count: usize) -> std::io::Result<()> {
        self.buffer.clear();
        *self.start = at;
        if let Place::File { file, .. } = &mut *self.place {
            file.seek(SeekFrom::Start(at))?;
            file.take(count as u64).read_to_end(self.buffer)?;
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
        spool
            .push(&Row { id, modified: by.map(|_| Timestamp(-5)), modified_by: by, fields: &fields, place: None })
            .unwrap()
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
            let mut reader = spool.finish(SpoolForm::own(&names)).unwrap();
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
        spool.finish(SpoolForm::own(&names)).unwrap().keep(&kept).unwrap();
        let mut reader = SpoolReader::open(&kept, SpoolForm::own(&names)).unwrap();
        assert_eq!(reader.record(at).unwrap().fields.get("one"), Some(&Value::text("x")));
        drop(reader);
        assert!(kept.exists() && !part.exists());
    }
}
