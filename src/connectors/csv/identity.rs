//! What makes a row the same row: the id column, or the columns that the pair matches by.
//!
//! Without an id column, a row's id is its key: the first of the key columns that is filled, without
//! spaces around it and in lower case. The consequence: where somebody changes the key in the file,
//! the row is another row to Duosync. Rows with the same key are told apart by their order (`ann@x`,
//! `ann@x#2`), and a row without a key by a digest of all it holds, so that it is another row after
//! each change. A list with an id column has none of these weaknesses.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::document::{Document, ROWS_PER_STEP, content, row_digest};
use super::scan::Cell;
use crate::connectors::shared::digest::xxh64;
use crate::connectors::shared::rows::{IdColumns, Numbers};
use crate::connectors::{ConnectorError, Context};
use crate::texts::tr;

/// The id or key of a row, before rows with the same key are told apart.
pub(super) fn id_of(columns: &IdColumns, cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> String {
    match columns {
        IdColumns::Column(column) => cells.get(*column).map(|cell| cell.value().trim().to_owned()).unwrap_or_default(),
        IdColumns::Key(_) => {
            let key = columns.key_of(&|column| cells.get(column).map(|cell| cell.value()));
            key.unwrap_or_else(|| format!("row-{:016x}", row_digest(cells, scratch)))
        }
    }
}

/// Finds rows by their id.
#[derive(Debug)]
pub(super) struct Index {
    /// The columns that the ids are made of.
    pub(super) columns: IdColumns,
    /// Set when every id is a number.
    pub(super) numbers: Option<Numbers>,
    /// The digest of each id with its row, in order.
    hashes: Vec<(u64, usize)>,
    /// The number after `#` of rows that share their key with one before them.
    suffixes: BTreeMap<usize, usize>,
}

impl Index {
    /// Reads the ids of all rows.
    pub(super) fn build(document: &Document, columns: IdColumns, context: &Context) -> Result<Self, ConnectorError> {
        let mut hashes = Vec::with_capacity(document.len());
        let mut cells = Vec::new();
        let mut scratch = Vec::new();
        let mut numbers = matches!(columns, IdColumns::Column(_)).then(Numbers::default);
        for row in 0..document.len() {
            document.cells(row, &mut cells);
            let id = id_of(&columns, &cells, &mut scratch);
            if id.is_empty() {
                return Err(no_id(document, &columns, row));
            }
            numbers = numbers.and_then(|numbers| numbers.with(&id));
            hashes.push((xxh64(id.as_bytes()), row));
            if row.is_multiple_of(ROWS_PER_STEP) {
                context.check()?;
                context.step("reading the ids", row as u64, Some(document.len() as u64));
            }
        }
        hashes.sort_unstable();
        let mut index = Self { columns, numbers, hashes, suffixes: BTreeMap::new() };
        index.tell_apart(document)?;
        Ok(index)
    }

    /// A row's id.
    pub(super) fn id(&self, row: usize, cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> String {
        let mut id = id_of(&self.columns, cells, scratch);
        if let Some(number) = self.suffixes.get(&row) {
            // Writing to a text cannot fail.
            let _ = write!(id, "#{number}");
        }
        id
    }

    /// The row with this id.
    pub(super) fn find(&self, document: &Document, id: &str) -> Option<usize> {
        let hash = xxh64(id.as_bytes());
        let from = self.hashes.partition_point(|(other, _)| *other < hash);
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        self.hashes.get(from..)?.iter().take_while(|(other, _)| *other == hash).map(|(_, row)| *row).find(|row| {
            document.cells(*row, &mut cells);
            self.id(*row, &cells, &mut scratch) == id
        })
    }

    /// Gives rows with the same key a number each; the same id twice is an error.
    fn tell_apart(&mut self, document: &Document) -> Result<(), ConnectorError> {
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for run in self.hashes.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            for (_, row) in run {
                document.cells(*row, &mut cells);
                groups.entry(id_of(&self.columns, &cells, &mut scratch)).or_default().push(*row);
            }
        }
        let mut added = Vec::new();
        for (id, rows) in groups.iter().filter(|(_, rows)| rows.len() > 1) {
            if let (IdColumns::Column(column), [first, second, ..]) = (&self.columns, rows.as_slice()) {
                return Err(content(tr!(
                    "files-csv-same-id",
                    file = document.name,
                    line = format_args!("{}", document.line(*second)),
                    column = format_args!("{}", document.header.get(*column).map_or("", String::as_str)),
                    first = format_args!("{}", document.line(*first)),
                    id = format_args!("{id}")
                )));
            }
            let mut number = 1;
            for row in rows.iter().skip(1) {
                number += 1;
                // A key that itself ends like this must not get a namesake.
                while self.find(document, &format!("{id}#{number}")).is_some() {
                    number += 1;
                }
                added.push((*row, number, xxh64(format!("{id}#{number}").as_bytes())));
            }
        }
        for (row, number, hash) in added {
            self.suffixes.insert(row, number);
            self.hashes.push((hash, row));
        }
        self.hashes.sort_unstable();
        Ok(())
    }
}

fn no_id(document: &Document, columns: &IdColumns, row: usize) -> ConnectorError {
    let column = match columns {
        IdColumns::Column(column) => document.header.get(*column).map_or("", String::as_str),
        IdColumns::Key(_) => "",
    };
    content(tr!(
        "files-csv-no-id",
        file = document.name,
        line = format_args!("{}", document.line(row)),
        column = format_args!("{column}")
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot read its list has failed")]

    use super::*;
    use crate::connectors::ErrorKind;
    use crate::connectors::shared::rows::IdSetting;

    fn read(text: &str, ids: &IdSetting) -> Result<(Document, Index), ConnectorError> {
        let context = Context::quiet();
        let document = Document::parse("list.csv", text.as_bytes().to_vec(), 0, &context)?;
        let columns = ids.resolve(&document.name, &document.header)?;
        let index = Index::build(&document, columns, &context)?;
        Ok((document, index))
    }

    fn ids(text: &str, setting: &IdSetting) -> Vec<String> {
        let (document, index) = read(text, setting).unwrap();
        let (mut cells, mut scratch) = (Vec::new(), Vec::new());
        let ids: Vec<String> = (0..document.len())
            .map(|row| {
                document.cells(row, &mut cells);
                index.id(row, &cells, &mut scratch)
            })
            .collect();
        for (row, id) in ids.iter().enumerate() {
            assert_eq!(index.find(&document, id), Some(row), "{id} finds its row");
        }
        ids
    }

    fn key(name: &str) -> IdSetting {
        IdSetting::Key(name.to_owned())
    }

    #[test]
    fn numbers_go_on() {
        let next = |text: &str| read(text, &IdSetting::Column("id".into())).unwrap().1.numbers.map(|n| n.next().0);
        assert_eq!(next("id,n\n9,a\n10,b\n").as_deref(), Some("11"));
        assert_eq!(next("id,n\n0009,a\n0010,b\n").as_deref(), Some("0011"));
        assert_eq!(next("id,n\nC1,a\n2,b\n"), None);
        assert_eq!(next("id,n\n").as_deref(), Some("1"));
    }

    #[test]
    fn ids_that_are_missing_or_doubled_name_their_lines() {
        let problem = |text: &str| read(text, &IdSetting::Column("id".into())).unwrap_err().message;
        assert!(problem("id,n\n1,\"a\nb\"\n ,c\n").contains("line 4: the row has no id in column \"id\""));
        assert!(problem("id,n\n1,a\n2,b\n1 ,c\n").contains("line 4: the id \"1\" in column \"id\" is also on line 2"));
        assert!(problem("no,n\n1,a\n").contains("no column \"id\""));
    }

    #[test]
    fn keys_tell_rows_apart() {
        let text = "name,email\nAnn, Ann@X.org\nBob,\nAnn 2,ann@x.org\nCy,ann@x.org#2\nDee,ann@x.org\n";
        assert_eq!(ids(text, &key("email,name")), ["ann@x.org", "bob", "ann@x.org#3", "ann@x.org#2", "ann@x.org#4"]);
        let both = ids("a,b\nX,1\nX,2\n,3\n", &key("a+b"));
        assert_eq!(both, ["x 1", "x 2", "3"]);
    }

    #[test]
    fn a_row_without_a_key_is_known_by_all_it_holds() {
        let found = ids("email,name\n,Ann\n,Ann\n,Bob\n", &key("email"));
        let [first, second, third] = found.as_slice() else { unreachable!("three rows") };
        assert!(first.starts_with("row-"));
        assert_eq!(*second, format!("{first}#2"));
        assert_ne!(first, third);
    }

    #[test]
    fn without_a_setting_it_says_what_to_set() {
        let error = read("name,email\na,b\n", &IdSetting::None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings);
        assert!(error.message.contains("`id`") && error.message.contains("name, email"));
    }
}
