//! What has to hold of any bytes that are read as a CSV file.

use super::document::{Changes, Document};
use super::scan::Cell;
use crate::connectors::Context;

/// Reads a file, writes it unchanged, and writes it with one row more and one value changed.
pub(crate) fn hostile_file(bytes: &[u8], context: &Context) {
    let Ok(document) = Document::parse("list.csv", bytes.to_vec(), 0, context) else { return };
    let text = document.with(&Changes::default());
    let decoded = super::sniff::decode(bytes.to_vec()).map(|(text, _)| text);
    assert_eq!(decoded.as_deref().ok(), Some(text.as_str()), "a file that nobody changed is written as it was read");

    let value = "=1+1; \"quoted\", and\r\na second line";
    let (last, mut row) = (document.header.len() - 1, String::new());
    for column in 0..=last {
        if column > 0 {
            row.push(char::from(document.dialect.delimiter));
        }
        document.write_value(column, value, None, &mut row);
    }
    let changed = document.with(&Changes { added: vec![row], ..Changes::default() });
    let size = (0, changed.len() as u64);
    let again = Document::from_text("list.csv", changed, document.encoding, size, context);
    assert!(again.is_ok(), "what was written can be read: {again:?}");
    let Ok(again) = again else { return };
    assert_eq!(again.len(), document.len() + 1, "a row was added and none was touched");
    let (mut before, mut after): (Vec<Cell<'_>>, Vec<Cell<'_>>) = (Vec::new(), Vec::new());
    for row in 0..document.len() {
        document.cells(row, &mut before);
        again.cells(row, &mut after);
        let same = before.iter().map(|cell| cell.value()).eq(after.iter().map(|cell| cell.value()));
        assert!(same, "row {row} was not to be changed");
    }
    again.cells(document.len(), &mut after);
    assert!(after.iter().all(|cell| cell.value() == value), "what was written is read again");
}
