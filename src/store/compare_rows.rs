//! Every record of the newest compare of a pair, those that agree too.
//!
//! They lie in a file of their own for each pair: a million of them would make the workspace's database
//! and its copies large, and another compare makes them again. The file is written beside the old one
//! and takes its place whole, so a compare that is killed leaves what was there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::codec::{Json, to_count};
use super::{Store, StoreError, pair_id, schema};
use crate::model::{CompareRow, MatterField, MismatchKind, PerSide, RecordId, Subject, Timestamp, Touch, Value};

/// The folder in the workspace.
const FOLDER: &str = "compares";

const SCHEMA: &str = "
    CREATE TABLE about (started INTEGER NOT NULL, names TEXT NOT NULL) STRICT;
    -- Apart from the rows, so that a search reads no more than it has to.
    CREATE TABLE find (seq INTEGER PRIMARY KEY, word TEXT NOT NULL, hay TEXT NOT NULL) STRICT;
    CREATE TABLE rows (seq INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT;
";

/// Writes the rows of a compare.
#[derive(Debug)]
pub struct RowWriter {
    conn: Connection,
    part: PathBuf,
    file: PathBuf,
    next: i64,
}

/// Reads the rows of a compare.
#[derive(Debug)]
pub struct RowReader {
    conn: Connection,
    file: PathBuf,
    names: Vec<String>,
    /// When the compare was.
    pub started: Timestamp,
}

/// A row as it is written down. Making it takes longer than writing it, so that is done beside it.
#[derive(Debug)]
pub struct RowText {
    word: &'static str,
    hay: String,
    json: String,
}

impl RowText {
    /// A row of which something is to be said.
    pub fn of(row: &CompareRow) -> Result<Self, StoreError> {
        let held = row.fields.iter();
        let fields = held.map(|field| (field.now.as_ref().map(Option::as_ref), field.differs, field.asked)).collect();
        let told = (&row.subject, row.label.as_str(), row.reason.as_str());
        Self::made(row.word(), row.kind.as_ref(), row.ignored, told, fields, &row.modified)
    }

    /// A row of which nothing is to be said, from both sides' values and whether they differ.
    pub fn agreeing<'a>(
        ignored: bool,
        (subject, label): (&Subject, &str),
        fields: impl Iterator<Item = (PerSide<Option<&'a Value>>, bool)>,
        modified: &PerSide<Option<Touch>>,
    ) -> Result<Self, StoreError> {
        let word = if ignored { "ignored" } else { "same" };
        let fields = fields.map(|(now, differs)| (now, differs, false)).collect();
        Self::made(word, None, ignored, (subject, label, ""), fields, modified)
    }

    fn made(
        word: &'static str,
        kind: Option<&MismatchKind>,
        ignored: bool,
        (subject, label, reason): (&Subject, &str, &str),
        fields: Vec<(PerSide<Option<&Value>>, bool, bool)>,
        modified: &PerSide<Option<Touch>>,
    ) -> Result<Self, StoreError> {
        let mut hay = label.to_lowercase();
        for (now, _, _) in &fields {
            // Both sides hold the same value most of the time.
            let other = now.b.filter(|_| now.a != now.b);
            for value in [now.a, other].into_iter().flatten() {
                let text = value.display().to_lowercase();
                if !hay.ends_with(&text) {
                    hay.push('\n');
                    hay.push_str(&text);
                }
            }
        }
        let fields = fields.into_iter().map(|(now, differs, asked)| (now.a, now.b, differs, asked)).collect();
        let json = serde_json::to_string(&Told { kind, ignored, subject, label, reason, fields, modified });
        Ok(Self { word, hay, json: json.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))? })
    }
}

/// A row without what all rows have in common, as it is written.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a MismatchKind>,
    #[serde(rename = "i", skip_serializing_if = "std::ops::Not::not")]
    ignored: bool,
    #[serde(rename = "s")]
    subject: &'a Subject,
    #[serde(rename = "l")]
    label: &'a str,
    #[serde(rename = "r", skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(rename = "f")]
    fields: Vec<(Option<&'a Value>, Option<&'a Value>, bool, bool)>,
    #[serde(rename = "m", skip_serializing_if = "PerSide::is_nothing")]
    modified: &'a PerSide<Option<Touch>>,
}

/// The same, as it is read.
#[derive(Deserialize)]
struct Stored {
    #[serde(rename = "k", default)]
    kind: Option<MismatchKind>,
    #[serde(rename = "i", default)]
    ignored: bool,
    #[serde(rename = "s")]
    subject: Subject,
    #[serde(rename = "l")]
    label: String,
    #[serde(rename = "r", default)]
    reason: String,
    #[serde(rename = "f")]
    fields: Vec<(Option<Value>, Option<Value>, bool, bool)>,
    #[serde(rename = "m", default)]
    modified: PerSide<Option<Touch>>,
}

impl Store {
    /// Where the rows of a pair's newest compare are; none in a workspace in memory.
    pub fn rows_file(&self, pair: &str) -> Result<Option<PathBuf>, StoreError> {
        let id = self.read(|conn| pair_id(conn, pair))?;
        Ok(self.file.parent().filter(|_| self.lock.is_some()).map(|dir| dir.join(FOLDER).join(format!("{id}.db"))))
    }
}

impl RowWriter {
    /// Begins the rows of a compare with these fields.
    pub fn create(file: &Path, started: Timestamp, names: &[String]) -> Result<Self, StoreError> {
        let part = file.with_extension("part");
        let begin = || -> Result<Connection, StoreError> {
            if let Some(folder) = file.parent() {
                schema::private_folder(folder)?;
            }
            if part.exists() {
                std::fs::remove_file(&part).map_err(|source| StoreError::Folder { path: part.clone(), source })?;
            }
            schema::private_file(&part)?;
            let conn = Connection::open(&part)?;
            // Whatever goes wrong, the file is thrown away and made anew.
            conn.pragma_update(None, "journal_mode", "OFF")?;
            conn.pragma_update(None, "synchronous", "OFF")?;
            conn.execute_batch(SCHEMA)?;
            conn.execute_batch("BEGIN")?;
            conn.execute("INSERT INTO about VALUES (?1, ?2)", (started.0, Json(names)))?;
            Ok(conn)
        };
        let conn = begin().map_err(|error| error.about(&part))?;
        Ok(Self { conn, part, file: file.to_path_buf(), next: 0 })
    }

    /// Adds a row.
    pub fn push(&mut self, row: &RowText) -> Result<(), StoreError> {
        let add = || -> Result<(), StoreError> {
            let mut find = self.conn.prepare_cached("INSERT INTO find VALUES (?1, ?2, ?3)")?;
            find.execute((self.next, row.word, &row.hay))?;
            self.conn.prepare_cached("INSERT INTO rows VALUES (?1, ?2)")?.execute((self.next, &row.json))?;
            Ok(())
        };
        add().map_err(|error| error.about(&self.part))?;
        self.next += 1;
        Ok(())
    }

    /// Puts the rows in the place of the ones before.
    pub fn finish(self) -> Result<(), StoreError> {
        let Self { conn, part, file, .. } = self;
        let closed = conn.execute_batch("COMMIT").and_then(|()| conn.close().map_err(|(_, error)| error));
        closed.map_err(|error| StoreError::from(error).about(&part))?;
        std::fs::rename(&part, &file).map_err(|source| StoreError::Folder { path: file, source })
    }
}

impl RowReader {
    /// Opens the rows; none where there are none yet.
    pub fn open(file: &Path) -> Result<Option<Self>, StoreError> {
        if !file.exists() {
            return Ok(None);
        }
        let open = || -> Result<_, StoreError> {
            let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let about = conn
                .query_row("SELECT started, names FROM about", [], |row| {
                    Ok((Timestamp(row.get(0)?), row.get::<_, Json<Vec<String>>>(1)?.0))
                })
                .optional()?;
            Ok((conn, about))
        };
        let (conn, about) = open().map_err(|error| error.about(file))?;
        Ok(about.map(|(started, names)| Self { conn, file: file.to_path_buf(), names, started }))
    }

    /// How many rows there are of each word.
    pub fn counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached("SELECT word, count(*) FROM find GROUP BY word ORDER BY min(seq)")?;
            let rows = found.query_map([], |row| Ok((row.get(0)?, to_count(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The numbers of the rows with this word and this text in them, whatever the case.
    pub fn find(&self, word: Option<&str>, text: &str) -> Result<Vec<u32>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT seq FROM find WHERE (?1 IS NULL OR word = ?1) AND (?2 = '' OR instr(hay, ?2)) ORDER BY seq",
            )?;
            let rows = found.query_map((word, text.trim().to_lowercase()), |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Those of these rows that have this text in them, whatever the case.
    pub fn find_among(&self, numbers: &[u32], text: &str) -> Result<Vec<u32>, StoreError> {
        let text = text.trim().to_lowercase();
        self.read(|conn| {
            let mut has = conn.prepare_cached("SELECT instr(hay, ?2) > 0 FROM find WHERE seq = ?1")?;
            let mut found = Vec::new();
            for number in numbers {
                if has.query_row((number, &text), |row| row.get(0)).optional()?.unwrap_or(false) {
                    found.push(*number);
                }
            }
            Ok(found)
        })
    }

    /// These rows.
    pub fn rows(&self, numbers: &[u32]) -> Result<Vec<CompareRow>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached("SELECT row FROM rows WHERE seq = ?1")?;
            let mut rows = Vec::with_capacity(numbers.len());
            for number in numbers {
                let row = found.query_row(params![number], |row| Ok(row.get::<_, Json<Stored>>(0)?.0)).optional()?;
                rows.extend(row.map(|row| self.whole(row)));
            }
            Ok(rows)
        })
    }

    /// The rows that hold all of these words, which are in small letters.
    pub(super) fn holding(&self, words: &[String]) -> Result<Vec<CompareRow>, StoreError> {
        let mut numbers = self.find(None, "")?;
        for word in words {
            let with: BTreeSet<u32> = self.find(None, word)?.into_iter().collect();
            numbers.retain(|number| with.contains(number));
        }
        self.rows(&numbers)
    }

    /// The rows that name one of these records.
    pub(super) fn naming(&self, ids: &[RecordId], is_mine: Mine<'_>) -> Result<Vec<CompareRow>, StoreError> {
        let mine = self.read(|conn| naming(conn, ids, is_mine))?;
        Ok(mine.into_iter().map(|row| self.whole(row)).collect())
    }

    fn whole(&self, row: Stored) -> CompareRow {
        let field = |(name, (a, b, differs, asked)): (&String, _)| MatterField {
            name: name.clone(),
            now: PerSide::new(a, b),
            baseline: PerSide::default(),
            differs,
            asked,
        };
        CompareRow {
            kind: row.kind,
            ignored: row.ignored,
            subject: row.subject,
            label: row.label,
            reason: row.reason,
            fields: self.names.iter().zip(row.fields).map(field).collect(),
            modified: row.modified,
            matter: None,
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&self.conn).map_err(|error| error.about(&self.file))
    }
}

/// Whether a row's subject and kind concern a record.
pub(super) type Mine<'a> = &'a dyn Fn(&Subject, Option<&MismatchKind>) -> bool;

fn naming(conn: &Connection, ids: &[RecordId], is_mine: Mine<'_>) -> Result<Vec<Stored>, StoreError> {
    // The text of a row is looked at before it is understood: most rows are of somebody else.
    let written: Vec<String> = ids.iter().map(|id| serde_json::Value::from(id.as_str()).to_string()).collect();
    let mut found = conn.prepare_cached("SELECT row FROM rows")?;
    let mut rows = found.query([])?;
    let mut mine = Vec::new();
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().unwrap_or_default();
        if written.iter().any(|id| text.contains(id.as_str())) {
            let stored: Stored = row.get::<_, Json<Stored>>(0)?.0;
            if is_mine(&stored.subject, stored.kind.as_ref()) {
                mine.push(stored);
            }
        }
    }
    Ok(mine)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

    use super::*;
    use crate::model::Side;

    fn row(label: &str, a: &str, b: &str) -> CompareRow {
        CompareRow {
            kind: (a != b).then_some(MismatchKind::Different),
            ignored: false,
            subject: Subject::Pair(PerSide::new(RecordId::new(label), RecordId::new("b"))),
            label: label.into(),
            reason: String::new(),
            fields: vec![MatterField {
                name: "city".into(),
                now: PerSide::new(Some(Value::text(a)), Some(Value::text(b))),
                baseline: PerSide::default(),
                differs: a != b,
                asked: a != b,
            }],
            modified: PerSide::oriented(Side::B, Some(Touch { at: Timestamp(5), by: None }), None),
            matter: None,
        }
    }

    #[test]
    fn rows_are_kept_found_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("compares").join("1.db");
        assert!(RowReader::open(&file).unwrap().is_none());
        let rows = [row("Ann", "Gent", "Gent"), row("Bart", "Łódź", "Lodz"), row("Zoë", "Gent", "Aalst")];
        let mut writer = RowWriter::create(&file, Timestamp(7), &["city".to_owned()]).unwrap();
        for one in &rows {
            writer.push(&RowText::of(one).unwrap()).unwrap();
        }
        assert!(RowReader::open(&file).unwrap().is_none(), "nothing is there before it is whole");
        writer.finish().unwrap();
        let reader = RowReader::open(&file).unwrap().unwrap();
        assert_eq!(reader.started, Timestamp(7));
        assert_eq!(reader.counts().unwrap(), [("same".to_owned(), 1), ("different".to_owned(), 2)]);
        assert_eq!(reader.find(None, "").unwrap(), [0, 1, 2]);
        assert_eq!(reader.find(None, " ŁÓDŹ").unwrap(), [1]);
        assert_eq!(reader.find(Some("different"), "gent").unwrap(), [2]);
        assert_eq!(reader.find_among(&[0, 2], " AALST").unwrap(), [2]);
        assert_eq!(reader.find_among(&[0, 7], "gent").unwrap(), [0], "a row that is not there is none");
        assert_eq!(reader.rows(&[2, 0]).unwrap(), [rows.get(2).unwrap().clone(), rows.first().unwrap().clone()]);
        let writer = RowWriter::create(&file, Timestamp(8), &[]).unwrap();
        writer.finish().unwrap();
        assert_eq!(RowReader::open(&file).unwrap().unwrap().find(None, "").unwrap().len(), 0);
    }
}
