//! Field mappings: which field of A is which field of B, and what its values mean.

use serde::{Deserialize, Serialize};

use super::PerSide;

/// What the values of a field mean, which decides when two of them are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text: equal after Unicode NFC, trimmed ends and `\n` line ends.
    Text,
    /// An email address: equal whatever the case and the spaces.
    Email,
    /// A telephone number: equal by its E.164 form.
    Phone,
    /// A decimal number, never a float: `1.50` equals `1.5`.
    Number,
    /// Yes or no in the words of either platform.
    Boolean,
    /// A calendar day.
    Date,
    /// A moment, with its zone.
    DateTime,
    /// One of a fixed set, where each platform has its own words for the choices.
    Choice,
    /// A set of texts: labels, several email addresses. The order does not count.
    List,
}

/// Which way a field's changes travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// Only from A to B.
    AToB,
    /// Only from B to A.
    BToA,
}

/// Who wins when both sides changed the same field to different values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Nobody: the operator is asked.
    #[default]
    Ask,
    /// A's value.
    A,
    /// B's value.
    B,
    /// The value of the record changed last, where both platforms tell; else the operator is asked.
    Newest,
}

/// What a write does to the value that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// The new value takes its place.
    #[default]
    Replace,
    /// Only an empty field is written.
    FillEmpty,
    /// The new items are added to the list; none is taken away.
    Add,
}

/// How a value is made over on its way to the other side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// It is not.
    #[default]
    None,
    /// One side has the full name in one field, the other has given and family name in two.
    SplitName,
    /// Only one way: the text that this minijinja template makes of the source record. A field is
    /// named `{{ record["First name"] }}`, or `{{ email }}` where its name is a plain word.
    Template(String),
}

/// One field of A and the field of B that is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldMapping {
    /// The mapping's own name, unique in its pair; match keys refer to it.
    pub name: String,
    /// The platform's fields on each side: one, or two or more with a transform.
    pub fields: PerSide<Vec<String>>,
    /// What the values mean.
    pub kind: Kind,
    /// Which way changes travel.
    #[serde(default)]
    pub direction: Direction,
    /// The field's own conflict policy; without one, the pair's counts.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// Replace, fill if empty, or add to the list.
    #[serde(default)]
    pub write: WriteMode,
    /// How the value is made over.
    #[serde(default)]
    pub transform: Transform,
    /// For phones: the region (ISO 3166-1 alpha-2, `BE`) of numbers without a country code.
    #[serde(default)]
    pub region: Option<String>,
    /// For choices, A's word and B's word for the same thing. A value not in it is an error. With
    /// any other kind, a value that is not in it goes over as it is.
    #[serde(default)]
    pub values: Vec<PerSide<String>>,
    /// For booleans, each platform's own words for yes and no.
    #[serde(default)]
    pub words: PerSide<Option<(String, String)>>,
    /// For lists in one text field, what separates the items on each side (default `, `).
    #[serde(default)]
    pub separator: PerSide<Option<String>>,
    /// For dates, how a side writes them (`%d/%m/%Y`, as strftime has it), so that one column does not
    /// come to hold several ways of writing. Without it, a date is written as the other side gave it.
    // What came later than the first release is left out where it is not set, so that a new version
    // does not take every mapping for a changed one.
    #[serde(default, skip_serializing_if = "PerSide::is_nothing")]
    pub format: PerSide<Option<String>>,
    /// What a side gets when the other side is empty.
    #[serde(default)]
    pub default: PerSide<Option<String>>,
    /// Whether the normal form is written (an E.164 number, a trimmed lower-case address) rather
    /// than the value as the other side gave it.
    #[serde(default)]
    pub write_normal: bool,
}

impl FieldMapping {
    /// A two-way mapping of one field to one field, with nothing special.
    pub fn simple(name: impl Into<String>, a: impl Into<String>, b: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            fields: PerSide::new(vec![a.into()], vec![b.into()]),
            kind,
            direction: Direction::Both,
            policy: None,
            write: WriteMode::Replace,
            transform: Transform::None,
            region: None,
            values: Vec::new(),
            words: PerSide::default(),
            separator: PerSide::default(),
            format: PerSide::default(),
            default: PerSide::default(),
            write_normal: false,
        }
    }

    /// Whether changes may be written to this side.
    #[must_use]
    pub fn writes_to(&self, side: super::Side) -> bool {
        match self.direction {
            Direction::Both => true,
            Direction::AToB => side == super::Side::B,
            Direction::BToA => side == super::Side::A,
        }
    }
}
