//! What has to hold of any bytes that are read as a CSV file.

use super::document::{Changes, Document};
use super::scan::Cell;
use crate::connectors::Context;

/// Reads a file, writes it unchanged, and writes it with one row more, and then with one row changed and one gone.
pub(crate) fn hostile_file(bytes: &[u8], context: &Context) {
    let Ok(document) = Document::parse("list.csv", bytes.to_vec(), 0, context) else { return };
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
