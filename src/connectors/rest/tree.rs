//! The smallest parts of a manifest: texts that know where they stand, and JSON made of them.

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::template::Compiled;

/// One word that a setting or field takes.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// A text and the byte of the file at which it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) at: usize,
    /// What it is as a template, once somebody has asked.
    pub(crate) compiled: OnceLock<Compiled>,
}

impl Text {
    pub(crate) fn new(text: impl Into<String>, at: usize) -> Self {
        Self { text: text.into(), at, compiled: OnceLock::new() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<String>::deserialize(deserializer)?;
        let at = spanned.span().start;
        Ok(Self::new(spanned.into_inner(), at))
    }
}

/// One text or a list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(pub(crate) Vec<Text>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        match tree {
            Tree::Text(text) => Ok(Self(vec![text])),
            Tree::List(items) => items
                .into_iter()
                .map(|item| match item {
                    Tree::Text(text) => Ok(text),
                    Tree::Other(_) | Tree::List(_) | Tree::Table(_) => {
                        Err(D::Error::custom("expected a list of texts in quotes"))
                    }
                })
                .collect::<Result<_, _>>()
                .map(Self),
            Tree::Other(_) | Tree::Table(_) => Err(D::Error::custom("expected a text or a list of texts in quotes")),
        }
    }
}

/// One number or a list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(pub(crate) Vec<u16>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = |tree: &Tree| match tree {
            Tree::Other(json) => json.as_u64().and_then(|number| u16::try_from(number).ok()),
            Tree::Text(_) | Tree::List(_) | Tree::Table(_) => None,
        };
        let tree = Tree::deserialize(deserializer)?;
        let all: Option<Vec<u16>> = match &tree {
            Tree::List(items) => items.iter().map(number).collect(),
            Tree::Other(_) | Tree::Text(_) | Tree::Table(_) => number(&tree).map(|one| vec![one]),
        };
        all.map(Self).ok_or_else(|| D::Error::custom("expected a status such as 404, or a list of them"))
    }
}

/// JSON with templates for its texts.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Text(Text),
    /// A number, or yes or no.
    Other(serde_json::Value),
    List(Vec<Tree>),
    /// In the file's order.
    Table(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<Bare>::deserialize(deserializer)?;
        let at = spanned.span().start;
        Ok(match spanned.into_inner() {
            Bare::Text(text) => Self::Text(Text::new(text, at)),
            Bare::Other(json) => Self::Other(json),
            Bare::List(items) => Self::List(items),
            Bare::Table(entries) => Self::Table(entries),
        })
    }
}

/// A tree before its place is known.
enum Bare {
    Text(String),
    Other(serde_json::Value),
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Bare;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a text, number, list or table")
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Bare, E> {
                Ok(Bare::Other(value.into()))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Bare, E> {
                Ok(Bare::Other(value.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Bare, E> {
                Ok(Bare::Other(value.into()))
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Bare, E> {
                Ok(Bare::Text(value.to_owned()))
            }

            fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Bare, E> {
                Ok(Bare::Text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Bare, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Bare::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Bare, A::Error> {
                let mut table = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    table.push(entry);
                }
                Ok(Bare::Table(table))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = || D::Error::custom("expected a word in quotes, or { value = \"…\", label = \"…\" }");
        match Tree::deserialize(deserializer)? {
            Tree::Text(text) => Ok(Self { label: text.text.clone(), value: text.text }),
            Tree::Table(entries) => {
                let mut choice = Self { value: String::new(), label: String::new() };
                for (key, tree) in entries {
                    let Tree::Text(text) = tree else { return Err(refused()) };
                    match key.as_str() {
                        "value" => choice.value = text.text,
                        "label" => choice.label = text.text,
                        _ => return Err(refused()),
                    }
                }
                Ok(choice)
            }
            Tree::Other(_) | Tree::List(_) => Err(refused()),
        }
    }
}
