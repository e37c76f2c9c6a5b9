//! Reads rows a second time, from a copy of the text in which they stood.
//!
//! A compare keeps what it has read, to look at it again. Where a file holds nothing but what was asked for,
//! the copy is its own text, which costs far less than to write a million records in another form.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::identity::id_of;
use super::scan::{Broken, Cell, Records, next_record};
use super::sniff::Dialect;
use crate::connectors::shared::rows::IdColumns;
use crate::model::{Again, Given, Name, ReadAgain, Row};

/// How the fields of a row are found in its cells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Columns {
    /// The columns that make the id.
    pub(super) ids: IdColumns,
    /// The columns that are asked for, in the order in which they are.
    pub(super) wanted: Vec<usize>,
}

/// How the text is written and what is asked of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Form<'a> {
    pub(super) dialect: Dialect,
    pub(super) columns: Cow<'a, Columns>,
    pub(super) names: Cow<'a, [String]>,
}

impl Columns {
    /// Whether these are all columns of a file that has so many.
    pub(super) fn are_all(&self, width: usize) -> bool {
        let is_id = |column: usize| match &self.ids {
            IdColumns::Column(id) => *id == column,
            IdColumns::Key(keys) => keys.iter().flatten().any(|key| *key == column),
        };
        (0..width).all(|column| self.wanted.contains(&column) || is_id(column))
    }

    /// The id of a row.
    pub(super) fn id<'a>(&self, cells: &[Cell<'a>], scratch: &mut Vec<u8>) -> Cow<'a, str> {
        match &self.ids {
            IdColumns::Column(column) => match cells.get(*column).map(|cell| cell.value()) {
                Some(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
                Some(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
                None => Cow::Borrowed(""),
            },
            IdColumns::Key(_) => Cow::Owned(id_of(&self.ids, cells, scratch)),
        }
    }

    /// The fields that are asked for.
    pub(super) fn fields<'a>(&self, cells: &[Cell<'a>], fields: &mut Vec<Option<Given<'a>>>) {
        fields.clear();
        fields.extend(self.wanted.iter().map(|column| cells.get(*column).map(|cell| Given::Text(cell.value()))));
    }
}

/// What reads rows again from a text of this form.
pub(in crate::connectors) fn read_again(form: &str) -> Option<Box<dyn ReadAgain>> {
    let form: Form<'_> = serde_json::from_str(form).ok()?;
    let names = form.names.iter().map(|name| Name::new(name)).collect();
    Some(Box::new(Reader { dialect: form.dialect, columns: form.columns.into_owned(), names }))
}

struct Reader {
    dialect: Dialect,
    columns: Columns,
    names: Vec<Name>,
}

impl ReadAgain for Reader {
    fn record(&self, text: &[u8], last: bool) -> Again {
        // With its line end: without it, a carriage return at the end of the value would be taken for one.
        let end = match next_record(text, 0, self.dialect) {
            Ok(record) if last || record.next < text.len() => record.next,
            Ok(_) | Err(Broken::Unclosed(_)) if !last => return Again::More,
            Ok(_) | Err(Broken::Unclosed(_) | Broken::AfterQuote(_)) => return Again::Other,
        };
        let Some(Ok(text)) = text.get(..end).map(std::str::from_utf8) else { return Again::Other };
        let (mut cells, mut fields) = (Vec::new(), Vec::new());
        if Records::new(text, self.dialect).cells(0, &mut cells).is_err() {
            return Again::Other;
        }
        self.columns.fields(&cells, &mut fields);
        let id = self.columns.id(&cells, &mut Vec::new());
        let row = Row { id: &id, modified: None, modified_by: None, fields: &fields, place: None };
        Again::Record(row.to_record(&self.names))
    }
}
