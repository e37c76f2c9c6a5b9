//! Records of a long listing, one by one.

use std::borrow::Cow;

use super::{Fields, Name, Record, RecordId, Timestamp, Value};

/// One record of a listing, lent out while it is looked at. A million of them cost no memory.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The platform's id.
    pub id: &'a str,
    /// When the platform says it was last changed, where it tells.
    pub modified: Option<Timestamp>,
    /// Who changed it last, as the platform calls them, where it tells.
    pub modified_by: Option<&'a str>,
    /// The fields that were asked for, in the order in which they were asked. A field that the answer did
    /// not hold is none, which is not the same as empty.
    pub fields: &'a [Option<Given<'a>>],
    /// Where it stands in the text that the reader hands on too, where it does.
    pub place: Option<u64>,
}

/// Reads rows a second time, from a copy of the text in which they stood.
pub trait ReadAgain: Send {
    /// The record that this text begins with. `last` says whether the text goes on to its end.
    fn record(&self, text: &[u8], last: bool) -> Again;
}

/// What comes of reading a row again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The record.
    Record(Record),
    /// It takes more of the text.
    More,
    /// This text is not what was read.
    Other,
}

/// The value of a field, lent out.
#[derive(Clone, Debug)]
pub enum Given<'a> {
    /// A text as it stands in what was read.
    Text(Cow<'a, str>),
    /// A value that somebody holds.
    Value(&'a Value),
}

impl Given<'_> {
    /// The text; none where it is a list.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Value(Value::Text(text)) => Some(text),
            Self::Value(Value::List(_)) => None,
        }
    }

    /// The value, to be kept.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::text(text.as_ref()),
            Self::Value(value) => (*value).clone(),
        }
    }
}

impl Row<'_> {
    /// The record, to be kept, with these names of its fields.
    #[must_use]
    pub fn to_record(&self, names: &[Name]) -> Record {
        let held = names.iter().zip(self.fields);
        let fields: Fields =
            held.filter_map(|(name, field)| Some((name.clone(), field.as_ref()?.to_value()))).collect();
        Record {
            id: RecordId::new(self.id),
            version: None,
            modified: self.modified,
            modified_by: self.modified_by.map(str::to_owned),
            fields,
            raw: None,
        }
    }
}
