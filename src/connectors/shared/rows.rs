//! What makes a row of a table the same row from one run to the next, whatever file the table is in.

use serde::{Deserialize, Serialize};

use super::digest;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::model::AccountSettings;
use crate::texts::tr;

/// What the settings say about a row's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::connectors) enum IdSetting {
    /// This column holds the id.
    Column(String),
    /// These columns, separated by commas, are tried in order; `given+family` takes two together.
    Key(String),
    /// Nothing is set: the file can be described, but not synced.
    None,
}

/// The columns of one file that make a row's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::connectors) enum IdColumns {
    /// This column holds the id.
    Column(usize),
    /// The first of these that is filled; each is one column, or several taken together.
    Key(Vec<Vec<usize>>),
}

/// Numbers in an id column: the next id continues them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::connectors) struct Numbers {
    /// The highest.
    pub(in crate::connectors) max: u64,
    /// The width to which they are filled with zeros; 0 where they are not.
    pub(in crate::connectors) width: usize,
}

impl IdSetting {
    /// What an account's options say: `id`, else `key`.
    pub(in crate::connectors) fn of(settings: &AccountSettings) -> Self {
        let option =
            |name: &str| settings.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        match (option("id"), option("key")) {
            (Some(id), _) => Self::Column(id.to_owned()),
            (None, Some(key)) => Self::Key(key.to_owned()),
            (None, None) => Self::None,
        }
    }

    /// The columns among those of the table called `table`.
    pub(in crate::connectors) fn resolve(&self, table: &str, header: &[String]) -> Result<IdColumns, ConnectorError> {
        let need = |name: &str| need_column(table, header, name);
        match self {
            Self::Column(name) => Ok(IdColumns::Column(need(name)?)),
            Self::Key(names) => {
                if let Some(column) = column(header, names) {
                    return Ok(IdColumns::Key(vec![vec![column]]));
                }
                let parts = names.split(',').map(str::trim).filter(|name| !name.is_empty());
                let keys: Result<Vec<Vec<usize>>, ConnectorError> = parts
                    .map(|part| match column(header, part) {
                        Some(column) => Ok(vec![column]),
                        None => part.split('+').map(need).collect(),
                    })
                    .collect();
                Ok(IdColumns::Key(keys?))
            }
            Self::None => Err(ConnectorError::new(
                ErrorKind::Settings,
                tr!(
                    "files-no-id-column",
                    table = format_args!("{table}"),
                    columns = format_args!("{}", header.join(", "))
                ),
            )),
        }
    }
}

impl IdColumns {
    /// The key that these values make; none where all key columns are empty.
    pub(in crate::connectors) fn key_of<'a>(
        &self,
        value: &dyn Fn(usize) -> Option<std::borrow::Cow<'a, str>>,
    ) -> Option<String> {
        let normal = |column: usize| value(column).unwrap_or_default().trim().to_lowercase();
        match self {
            Self::Column(column) => Some(normal(*column)).filter(|id| !id.is_empty()),
            Self::Key(keys) => keys.iter().find_map(|columns| {
                let parts: Vec<String> =
                    columns.iter().map(|column| normal(*column)).filter(|part| !part.is_empty()).collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            }),
        }
    }
}

impl Numbers {
    /// These numbers and one more; none if it is not a number.
    pub(in crate::connectors) fn with(self, id: &str) -> Option<Self> {
        if id.len() > 18 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let padded = id.len() > 1 && id.starts_with('0');
        let width = if padded { self.width.max(id.len()) } else { self.width };
        Some(Self { max: self.max.max(id.parse().ok()?), width })
    }

    /// The next id, and these numbers with it.
    pub(in crate::connectors) fn next(self) -> (String, Self) {
        let number = self.max + 1;
        (format!("{number:0width$}", width = self.width), Self { max: number, ..self })
    }
}

/// A short id made of a create's token, so that the same create finds its row again.
pub(in crate::connectors) fn id_from_token(token: &str) -> String {
    // Neither vowels nor letters that look alike: no words, and nothing to misread.
    const LETTERS: &[u8; 24] = b"23456789bcdfghjkmnpqrstv";
    let mut rest = digest::of_texts(["duosync", token], &mut Vec::new());
    let mut id = String::with_capacity(10);
    for _ in 0..10 {
        let letter = usize::try_from(rest % 24).ok().and_then(|at| LETTERS.get(at)).copied().unwrap_or(b'x');
        id.push(char::from(letter));
        rest /= 24;
    }
    id
}

/// The column of this name.
pub(in crate::connectors) fn column(header: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    header.iter().position(|header| header == name)
}

/// The column of this name in the table called `table`, or an error that names the nearest.
pub(in crate::connectors) fn need_column(table: &str, header: &[String], name: &str) -> Result<usize, ConnectorError> {
    column(header, name).ok_or_else(|| {
        let nearest = header
            .iter()
            .map(|header| (strsim::jaro_winkler(&header.to_lowercase(), &name.trim().to_lowercase()), header))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = match nearest {
            Some((likeness, header)) if likeness > 0.7 => {
                tr!("files-nearest-column", header = format_args!("{header}"))
            }
            Some(_) | None => tr!("files-its-columns", columns = format_args!("{}", header.join(", "))),
        };
        ConnectorError::new(
            ErrorKind::Content,
            tr!("files-no-column", name = name, table = format_args!("{table}"), hint = hint),
        )
        .about(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_token_makes_the_same_id() {
        assert_eq!(id_from_token("a"), id_from_token("a"));
        assert_ne!(id_from_token("a"), id_from_token("b"));
        assert_eq!(id_from_token("a").len(), 10);
    }
}
