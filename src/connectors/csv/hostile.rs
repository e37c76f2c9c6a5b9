//! What has to hold of any bytes that are read as a CSV file.

use super::again::read_again as reader_of;
use super::document::{Changes, Document};
use super::identity::Index;
use super::scan::Cell;
use super::stream::{Pieces, Rows, rows_of};
use crate::connectors::shared::rows::IdSetting;
use crate::connectors::{Context, RowSink};
use crate::model::{Again, Name, Record, Row, Value};

/// Reads a file, writes it unchanged, and writes it with one row more, and then with one row changed and one gone.
/// Whatever can be read row by row gives the same rows, also from a copy of its text.
pub(crate) fn hostile_file(bytes: &[u8], context: &Context) {
    let Ok(document) = Document::parse("list.csv", bytes.to_vec(), 0, context) else {
        let beginning = Document::beginning("list.csv", String::from_utf8_lossy(bytes).into_owned());
        let rows = beginning.ok().and_then(|beginning| read_by_rows(bytes, &beginning.header, context));
        assert!(rows.is_none(), "what is wrong as a whole is not read row by row");
        return;
    };
    if let Some(kept) = read_by_rows(bytes, &document.header, context) {
        are_the_rows(&kept, &document, context);
        assert!(kept.form.is_some(), "all columns were asked for, so the text was given");
        kept.are_read_again(|count| count + 1 + count / 4);
    }
    let text = document.with(&Changes::default());
    let decoded = super::sniff::decode(bytes.to_vec()).map(|(text, _)| text);
    assert_eq!(decoded.as_deref().ok(), Some(text.as_str()), "a file that nobody changed is written as it was read");

    let value = "=1+1; \"quoted\", and\r\na second line";
    let mut row = String::new();
    for column in 0..document.header.len() {
        if column > 0 {
            row.push(char::from(document.dialect.delimiter));
        }
        document.write_value(column, value, None, &mut row);
    }
    let mut changes = Changes { added: vec![row.clone()], ..Changes::default() };
    let Some(again) = read_again(&document, &changes, context) else { return };
    assert_eq!(again.len(), document.len() + 1, "a row was added and none was touched");
    let last = document.len();
    let (mut before, mut after): (Vec<Cell<'_>>, Vec<Cell<'_>>) = (Vec::new(), Vec::new());
    for row in 0..last {
        document.cells(row, &mut before);
        again.cells(row, &mut after);
        let same = before.iter().map(|cell| cell.value()).eq(after.iter().map(|cell| cell.value()));
        assert!(same, "row {row} was not to be changed");
    }
    again.cells(last, &mut after);
    assert!(after.iter().all(|cell| cell.value() == value), "what was written is read again");

    if document.len() > 1 {
        changes.rows.insert(0, Some(row));
        changes.rows.insert(last - 1, None);
        let Some(again) = read_again(&document, &changes, context) else { return };
        assert_eq!(again.len(), document.len(), "a row was added and another taken out");
        again.cells(0, &mut after);
        assert!(after.iter().all(|cell| cell.value() == value), "what was changed is read again");
    }
}

/// The file with these changes as the next run reads it; none where it would be divided into fields in another way.
/// The connector asks the same, and then writes nothing: a short list may well look like one with another delimiter
/// once it has a row more. As long as it is divided as before, every row must be what it was meant to be.
fn read_again(document: &Document, changes: &Changes, context: &Context) -> Option<Document> {
    let text = document.with(changes);
    if super::sniff::dialect(&text).0 != document.dialect {
        return None;
    }
    let size = (0, text.len() as u64);
    let again = Document::from_text("list.csv", text, document.encoding, size, context);
    assert!(again.is_ok(), "what was written can be read: {again:?}");
    let again = again.ok()?;
    assert!(document.reads_as(changes, &again), "each row is as it was or as it was written: {again:?}");
    Some(again)
}

/// What reading row by row gave.
#[derive(Default)]
pub(super) struct Kept {
    names: Vec<Name>,
    pub(super) rows: Vec<Record>,
    /// The text in which they stand: its form, itself, and the place of each row.
    form: Option<String>,
    text: Vec<u8>,
    places: Vec<usize>,
}

impl Kept {
    /// Nothing yet, of the fields that are wanted.
    pub(super) fn of(want: &[String]) -> Self {
        Self { names: want.iter().map(|name| Name::new(name)).collect(), ..Self::default() }
    }

    /// Fails where a row that is read again from the text is not what it was, whether or not more follows it. The text
    /// is cut after one byte, and then after as many as `next` says. Only a text that holds nothing else was given.
    pub(super) fn are_read_again(&self, next: fn(usize) -> usize) {
        let Some(form) = self.form.as_deref() else { return };
        let Some(reader) = reader_of(form) else { unreachable!("{form} is of this version") };
        assert_eq!(self.places.len(), self.rows.len(), "each row has a place in the text");
        for (row, place) in self.rows.iter().zip(&self.places) {
            let rest = self.text.get(*place..).unwrap_or_default();
            let mut count = 1;
            loop {
                let some = rest.get(..count).unwrap_or(rest);
                match reader.record(some, some.len() == rest.len()) {
                    Again::Record(record) => break assert_eq!(record, *row, "read again"),
                    Again::More => assert!(some.len() < rest.len(), "there is no more"),
                    Again::Other => unreachable!("{row:?} is not read again"),
                }
                count = next(count);
            }
        }
    }
}

impl RowSink for Kept {
    fn row(&mut self, row: &Row<'_>) -> bool {
        self.rows.push(row.to_record(&self.names));
        self.places.extend(row.place.and_then(|place| usize::try_from(place).ok()));
        true
    }

    fn form(&mut self, form: &str) {
        self.form = Some(form.to_owned());
    }

    fn text(&mut self, text: &[u8]) -> bool {
        self.text.extend_from_slice(text);
        true
    }

    fn is_doubled(&mut self) -> bool {
        let ids: std::collections::BTreeSet<_> = self.rows.iter().map(|row| &row.id).collect();
        ids.len() < self.rows.len()
    }

    fn end(self: Box<Self>) {}
}

/// The rows of a file whose first column is the id; none where it is left to the reader of whole files.
fn read_by_rows(bytes: &[u8], want: &[String], context: &Context) -> Option<Kept> {
    let ids = IdSetting::Column(want.first()?.clone());
    let mut kept = Kept::of(want);
    let read = rows_of(&mut Pieces::of(bytes), "list.csv", &ids, context, want, &mut kept);
    match read {
        Ok(Rows::All(count)) => {
            assert_eq!(count, kept.rows.len() as u64, "each row was given");
            (!kept.is_doubled()).then_some(kept)
        }
        Ok(Rows::Unfit) => None,
        Ok(Rows::Stopped) | Err(_) => unreachable!("all rows were wanted, and memory can be read: {read:?}"),
    }
}

/// Fails where the rows are not those of the whole file.
fn are_the_rows(kept: &Kept, document: &Document, context: &Context) {
    assert_eq!(kept.rows.len(), document.len(), "each row was read");
    let setting = document.header.first().map_or(IdSetting::None, |name| IdSetting::Column(name.clone()));
    let index = setting.resolve("list.csv", &document.header);
    let index = index.and_then(|columns| Index::build(document, columns, context));
    assert!(index.is_ok(), "rows that have an id each have one in the whole file");
    let Ok(index) = index else { return };
    let (mut cells, mut scratch) = (Vec::new(), Vec::new());
    for (row, record) in kept.rows.iter().enumerate() {
        document.cells(row, &mut cells);
        assert_eq!(record.id.0, index.id(row, &cells, &mut scratch), "row {row} has its id");
        for (name, cell) in document.header.iter().zip(&cells) {
            assert_eq!(record.fields.get(name), Some(&Value::text(cell.value())), "{name} of row {row}");
        }
    }
}
