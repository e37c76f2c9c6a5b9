//! Paths into JSON: JSON Pointers (RFC 6901) with two more kinds of steps for lists.
//!
//! `[primary=true]` is the element that holds this, `[primary=true|0]` the same or else the first one,
//! and `*` every element, which makes the value a list.

use serde_json::{Map, Value as Json};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A property.
    Name(String),
    /// An element of a list, or a property of that name.
    Index(usize),
    /// The first element that holds this value at this key.
    Holding {
        /// The element's key.
        key: String,
        /// What is there.
        value: Json,
        /// Whether the first element will do where none does.
        or_first: bool,
    },
    /// Every element.
    Each,
}

/// A path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Vec<Step>);

impl Path {
    /// Reads a path; the reason why it is none is for whoever writes a manifest.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("a path starts with a slash, as in \"/{text}\""));
        };
        let steps: Result<Vec<Step>, String> = rest.split('/').map(step).collect();
        let steps = steps?;
        if steps.iter().filter(|step| **step == Step::Each).count() > 1 {
            return Err("a path holds at most one *".to_owned());
        }
        Ok(Self(steps))
    }

    /// The property at which it starts.
    pub(crate) fn top(&self) -> Option<&str> {
        match self.0.first()? {
            Step::Name(name) => Some(name),
            Step::Index(_) | Step::Holding { .. } | Step::Each => None,
        }
    }

    /// This path behind another one.
    pub(crate) fn after(&self, base: &Self) -> Self {
        Self(base.0.iter().chain(&self.0).cloned().collect())
    }

    /// What is there; nothing where the answer does not hold it. With `*`, a list of what is there.
    pub(crate) fn read(&self, json: &Json) -> Option<Json> {
        read(&self.0, json)
    }
}

fn read(steps: &[Step], json: &Json) -> Option<Json> {
    let Some((step, rest)) = steps.split_first() else { return Some(json.clone()) };
    if *step == Step::Each {
        return match json {
            Json::Array(items) => Some(Json::Array(items.iter().filter_map(|item| read(rest, item)).collect())),
            Json::Null => Some(Json::Null),
            Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => None,
        };
    }
    // What is empty has nothing in it, which is not the same as "not in the answer".
    if json.is_null() || json.as_array().is_some_and(Vec::is_empty) {
        return Some(Json::Null);
    }
    match (step, json) {
        (Step::Name(name), Json::Object(object)) => read(rest, object.get(name)?),
        (Step::Index(index), Json::Object(object)) => read(rest, object.get(&index.to_string())?),
        (Step::Index(index), Json::Array(items)) => items.get(*index).map_or(Some(Json::Null), |item| read(rest, item)),
        (Step::Holding { .. }, Json::Array(items)) => {
            position(step, items).and_then(|at| items.get(at)).map_or(Some(Json::Null), |item| {
                // An element without the value holds none.
                Some(read(rest, item).unwrap_or(Json::Null))
            })
        }
        _ => None,
    }
}

/// Which element of a list a step means.
pub(crate) fn position(step: &Step, items: &[Json]) -> Option<usize> {
    match step {
        Step::Index(index) => (*index < items.len()).then_some(*index),
        Step::Holding { key, value, or_first } => items
            .iter()
            .position(|item| item.get(key).is_some_and(|found| alike(found, value)))
            .or_else(|| (*or_first && !items.is_empty()).then_some(0)),
        Step::Name(_) | Step::Each => None,
    }
}

/// An element as a step that found none would have it.
pub(crate) fn new_element(step: &Step) -> Json {
    match step {
        Step::Holding { key, value, .. } => Json::Object(Map::from_iter([(key.clone(), value.clone())])),
        Step::Name(_) | Step::Index(_) | Step::Each => Json::Null,
    }
}

fn alike(found: &Json, value: &Json) -> bool {
    match (found, value) {
        (Json::String(found), Json::String(value)) => found.eq_ignore_ascii_case(value),
        _ => found == value,
    }
}

fn step(text: &str) -> Result<Step, String> {
    if text == "*" {
        return Ok(Step::Each);
    }
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or_else(|| format!("\"{text}\" has no closing bracket"))?;
        let (inner, or_first) = inner.strip_suffix("|0").map_or((inner, false), |inner| (inner, true));
        let (key, value) = inner.split_once('=').ok_or_else(|| format!("\"{text}\" must be like [primary=true]"))?;
        let value = match value {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            other => other.parse::<i64>().map_or_else(|_| Json::String(other.to_owned()), Json::from),
        };
        return Ok(Step::Holding { key: key.to_owned(), value, or_first });
    }
    if !text.is_empty() && text.len() < 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Step::Index).map_err(|error| format!("\"{text}\": {error}"));
    }
    Ok(Step::Name(text.replace("~1", "/").replace("~0", "~")))
}
