//! Records as the platforms hold them.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Fields;

/// How what stands in the place of an id begins.
const VOID: &str = "duosync:gone:";

/// The platform's own, stable name of a record (a row's id, a card's address on the server).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub String);

impl RecordId {
    /// The id made of this text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// What stands in the place of an id that a platform has given to another record: the record that had it
    /// is gone, and nothing is ever asked for by this.
    #[must_use]
    pub fn void(was: &Self, partner: &Self) -> Self {
        Self(format!("{VOID}{was}:{partner}"))
    }

    /// Whether this stands in the place of an id.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.0.starts_with(VOID)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a platform calls one state of a record: an etag (RFC 9110, section 8.8.3), a revision or a
/// digest. Only equality means anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub String);

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// The value of one field, as the platform gives it.
///
/// Numbers, dates and booleans travel as their text; what they mean is the mapping's kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// One text; the empty text is "present and empty".
    Text(String),
    /// Several values, as of labels; the empty list is "present and empty".
    List(Vec<String>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether nothing but white space is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.iter().all(|item| item.trim().is_empty()),
        }
    }

    /// The value on one line: a list is joined with `, `.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => items.join(", "),
        }
    }
}

/// A text is a text, a sequence is a list. Written out, because what serde derives for an untagged
/// enum copies each value once before it looks at it, and a store reads millions of them.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Value;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a text or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::text(text))
            }

            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
                Ok(Value::Text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Value::List(list))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// When a record was last changed on its platform, and by whom where that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredTouch", into = "StoredTouch")]
pub struct Touch {
    /// When.
    pub at: Timestamp,
    /// By whom, as the platform calls them.
    pub by: Option<String>,
}

/// How a [`Touch`] is kept: the moment alone where nobody is named, as before there were names.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredTouch {
    At(Timestamp),
    By(Timestamp, String),
}

impl From<StoredTouch> for Touch {
    fn from(stored: StoredTouch) -> Self {
        match stored {
            StoredTouch::At(at) => Self { at, by: None },
            StoredTouch::By(at, by) => Self { at, by: Some(by) },
        }
    }
}

impl From<Touch> for StoredTouch {
    fn from(touch: Touch) -> Self {
        match touch.by {
            None => Self::At(touch.at),
            Some(by) => Self::By(touch.at, by),
        }
    }
}

/// One object of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The platform's id.
    pub id: RecordId,
    /// The state this is, where the platform tells.
    pub version: Option<Version>,
    /// When the platform says it was last changed, where it tells.
    pub modified: Option<Timestamp>,
    /// Who changed it last, as the platform calls them, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    /// The fields that were asked for and given, by the platform's names. A field that the answer did not
    /// hold is absent here, which is not the same as empty.
    pub fields: Fields,
    /// The whole object as the platform holds it (a vCard), where one was asked for: it lets a
    /// deleted record be brought back with everything that Duosync does not know.
    pub raw: Option<String>,
}
