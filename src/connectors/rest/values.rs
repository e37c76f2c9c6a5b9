//! Values between a platform's JSON and Duosync's texts and lists, one field at a time.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::client::wrong;
use super::manifest::{Choice, EmptyWord, FieldSpec, JsonWord, RecordSpec, Text, Tree};
use super::path::{Path, Step, new_element, position};
use super::template::{Vars, plain};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::model::{FieldInfo, Kind, Value};
use crate::texts::tr;

/// One field of a collection, ready to be read and written.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) path: Path,
    /// The platform's name of the property, for requests that say which they want.
    pub(crate) select: String,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) choices: Vec<Choice>,
    pub(crate) max_length: Option<usize>,
    json: JsonWord,
    empty: EmptyWord,
    omits_empty: bool,
    empty_values: Vec<Json>,
    pub(crate) read: Option<Text>,
    pub(crate) write: Option<Text>,
}

impl Field {
    /// A field as the manifest (or the platform) describes it, in records of this shape.
    pub(crate) fn new(spec: &FieldSpec, record: &RecordSpec) -> Self {
        let base = record.fields_at.as_ref().and_then(|at| Path::parse(at.as_str()).ok()).unwrap_or_default();
        let name = spec.name.text.clone();
        let path = spec
            .path
            .as_ref()
            .and_then(|path| Path::parse(path.as_str()).ok())
            .unwrap_or_else(|| Path(vec![Step::Name(name.clone())]).after(&base));
        let top = match path.0.get(base.0.len()) {
            Some(Step::Name(top)) => top.clone(),
            Some(Step::Index(_) | Step::Holding { .. } | Step::Each) | None => path.top().unwrap_or(&name).to_owned(),
        };
        let json = spec.json.unwrap_or(match spec.kind {
            Some(Kind::List) => JsonWord::List,
            Some(Kind::Number) => JsonWord::Number,
            Some(Kind::Boolean) => JsonWord::Boolean,
            Some(Kind::Text | Kind::Email | Kind::Phone | Kind::Date | Kind::DateTime | Kind::Choice) | None => {
                JsonWord::String
            }
        });
        let empty_values = record.empty_values.iter().filter_map(|tree| match tree {
            Tree::Text(text) => Some(Json::from(text.as_str())),
            Tree::Other(json) => Some(json.clone()),
            Tree::List(_) | Tree::Table(_) => None,
        });
        Self {
            label: spec.label.clone().unwrap_or_else(|| name.clone()),
            kind: spec.kind,
            select: spec.select.clone().unwrap_or(top),
            required: spec.required,
            read_only: spec.read_only,
            choices: spec.choices.clone(),
            max_length: spec.max_length,
            json,
            empty: spec.empty.unwrap_or(record.empty),
            omits_empty: spec.omits_empty.unwrap_or(record.omits_empty),
            empty_values: empty_values.collect(),
            read: spec.read.clone(),
            write: spec.write.clone(),
            name,
            path,
        }
    }

    pub(crate) fn info(&self, samples: Vec<String>) -> FieldInfo {
        FieldInfo {
            name: self.name.clone(),
            label: self.label.clone(),
            kind: self.kind,
            read_only: self.read_only,
            samples,
            required: self.required,
            choices: self.choices.iter().map(|choice| choice.label.clone()).collect(),
            max_length: self.max_length,
        }
    }

    /// The value in a record; nothing where the answer does not hold it.
    pub(crate) fn value(&self, item: &Json) -> Result<Option<Value>, ConnectorError> {
        let Some(found) = self.path.read(item) else {
            return Ok(self.omits_empty.then(|| self.nothing()));
        };
        let found = match &self.read {
            Some(read) if !found.is_null() => {
                let vars = self.vars(read, &found, None, item);
                match read.value(&vars).map_err(|error| wrong(&error))? {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
            Some(_) | None => found,
        };
        if found.is_null() || self.empty_values.contains(&found) {
            return Ok(Some(self.nothing()));
        }
        Ok(Some(match found {
            Json::Array(ref items) => {
                Value::List(items.iter().filter(|item| !item.is_null()).map(|item| self.shown(&plain(item))).collect())
            }
            Json::String(ref text) if self.json == JsonWord::Semicolons => {
                Value::List(text.split(';').filter(|part| !part.is_empty()).map(|part| self.shown(part)).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                Value::Text(self.shown(&plain(&found)))
            }
        }))
    }

    fn nothing(&self) -> Value {
        if self.is_list() { Value::List(Vec::new()) } else { Value::text("") }
    }

    fn is_list(&self) -> bool {
        matches!(self.json, JsonWord::List | JsonWord::Semicolons) || self.path.0.contains(&Step::Each)
    }

    /// A choice in the operator's words.
    fn shown(&self, value: &str) -> String {
        self.choices
            .iter()
            .find(|choice| choice.value == value)
            .map_or_else(|| value.to_owned(), |one| one.label.clone())
    }

    /// A choice in the platform's words.
    fn meant(&self, label: &str) -> String {
        let same = |text: &str| text.trim().to_lowercase() == label.trim().to_lowercase();
        let found = self
            .choices
            .iter()
            .find(|choice| same(&choice.label))
            .or_else(|| self.choices.iter().find(|choice| same(&choice.value)));
        found.map_or_else(|| label.to_owned(), |choice| choice.value.clone())
    }

    fn vars(&self, text: &Text, value: &Json, old: Option<&Json>, item: &Json) -> Vars {
        let named: BTreeSet<String> = text.variables().unwrap_or_default();
        let mut vars = Vars::default();
        vars.set("value", value);
        vars.set("name", &Json::from(self.name.as_str()));
        vars.set("field", &Json::from(self.name.as_str()));
        if let Some(old) = old {
            vars.set("old", old);
        }
        if named.contains("item") {
            vars.set("item", item);
        }
        if named.contains("choices") {
            let pairs =
                self.choices.iter().map(|choice| serde_json::json!({"value": choice.value, "label": choice.label}));
            vars.set("choices", &pairs.collect());
        }
        vars
    }

    /// Whether writing this field needs to know what is there now, in records whose fields are at
    /// this depth.
    pub(crate) fn needs_current(&self, depth: usize) -> bool {
        self.path.0.len() > depth + 1
            || self.write.as_ref().is_some_and(|write| {
                write.variables().is_ok_and(|names| names.contains("old") || names.contains("item"))
            })
    }

    /// Puts a value into a record.
    pub(crate) fn put(&self, record: &mut Json, value: &Value) -> Result<(), ConnectorError> {
        if self.read_only {
            return Err(self.refused(tr!("rest-read-only", field = self.label)));
        }
        if value.is_empty() {
            let (json, drop) = match self.empty {
                _ if self.is_list() && self.json == JsonWord::List => (Some(Json::Array(Vec::new())), false),
                EmptyWord::Null => (Some(Json::Null), false),
                EmptyWord::Text => (Some(Json::from("")), false),
                EmptyWord::False => (Some(Json::Bool(false)), false),
                EmptyWord::Omit => (None, false),
                EmptyWord::Drop => (None, true),
            };
            return set(record, &self.path.0, json.as_ref(), drop).map_err(|why| self.refused(why));
        }
        let json = self.json_of(value)?;
        let json = match &self.write {
            Some(write) => {
                let old = self.path.read(record);
                let vars = self.vars(write, &json, old.as_ref(), record);
                write.value(&vars).map_err(|error| wrong(&error))?
            }
            None => Some(json),
        };
        set(record, &self.path.0, json.as_ref(), false).map_err(|why| self.refused(why))
    }

    fn json_of(&self, value: &Value) -> Result<Json, ConnectorError> {
        let texts: Vec<String> = match value {
            Value::Text(text) => vec![self.meant(text)],
            Value::List(items) => items.iter().map(|item| self.meant(item)).collect(),
        };
        if let (Some(most), false) = (self.max_length, self.is_list())
            && let Some(long) = texts.iter().find(|text| text.chars().count() > most)
        {
            return Err(self.refused(tr!(
                "rest-too-long",
                field = self.label,
                start = format_args!("{}", long.chars().take(20).collect::<String>()),
                count = format_args!("{}", long.chars().count()),
                most = format_args!("{most}")
            )));
        }
        if self.path.0.contains(&Step::Each) || self.json == JsonWord::List {
            return Ok(Json::Array(texts.into_iter().map(Json::from).collect()));
        }
        let joined = match value {
            Value::Text(_) => texts.concat(),
            Value::List(_) if self.json == JsonWord::Semicolons => texts.join(";"),
            Value::List(_) => texts.join(", "),
        };
        let wrong = |what: &str| {
            self.refused(tr!("rest-wrong-form", field = self.label, what = what, joined = format_args!("{joined}")))
        };
        Ok(match self.json {
            JsonWord::String | JsonWord::Semicolons | JsonWord::List => Json::from(joined),
            JsonWord::Integer => {
                Json::from(joined.trim().parse::<i64>().map_err(|_not| wrong(&tr!("rest-whole-number")))?)
            }
            JsonWord::Number => {
                let text = joined.trim();
                match text.parse::<i64>() {
                    Ok(whole) => Json::from(whole),
                    // A decimal number keeps its digits: JSON has the same form for it.
                    Err(_not_whole) => serde_json::from_str(text)
                        .ok()
                        .filter(Json::is_number)
                        .ok_or_else(|| wrong(&tr!("rest-number")))?,
                }
            }
            JsonWord::Boolean => match joined.trim().to_lowercase().as_str() {
                "true" | "yes" | "1" | "ja" | "oui" | "y" | "on" => Json::Bool(true),
                "false" | "no" | "0" | "nee" | "non" | "n" | "off" => Json::Bool(false),
                _ => return Err(wrong(&tr!("rest-yes-or-no"))),
            },
        })
    }

    fn refused(&self, why: String) -> ConnectorError {
        ConnectorError::new(ErrorKind::Rejected, why).about(self.name.clone())
    }
}

/// Sets what is at a path, or takes it away; whatever else is there stays. With `drop`, the nearest
/// element of a list goes.
fn set(json: &mut Json, steps: &[Step], value: Option<&Json>, drop: bool) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        *json = value.cloned().unwrap_or(Json::Null);
        return Ok(());
    };
    match step {
        Step::Name(name) => {
            if json.is_null() {
                if value.is_none() {
                    return Ok(());
                }
                *json = Json::Object(Map::new());
            }
            let Json::Object(object) = json else {
                return Err(tr!("rest-other-form", name = name));
            };
            if rest.is_empty() && value.is_none() {
                object.remove(name);
                return Ok(());
            }
            if value.is_none() && !object.contains_key(name) {
                return Ok(());
            }
            set(object.entry(name.clone()).or_insert(Json::Null), rest, value, drop)
        }
        Step::Index(_) | Step::Holding { .. } => {
            if json.is_null() {
                *json = Json::Array(Vec::new());
            }
            let Json::Array(items) = json else { return Err(tr!("rest-list-expected")) };
            match position(step, items) {
                Some(at) if drop && !rest.iter().any(|step| !matches!(step, Step::Name(_))) => {
                    items.remove(at);
                    Ok(())
                }
                Some(at) => items.get_mut(at).map_or(Ok(()), |item| set(item, rest, value, drop)),
                // What is empty is not put into a list.
                None if value.is_none_or(|value| value.is_null() || value.as_str() == Some("")) => Ok(()),
                None => {
                    let mut item = new_element(step);
                    set(&mut item, rest, value, drop)?;
                    items.push(item);
                    Ok(())
                }
            }
        }
        Step::Each => {
            if json.is_null() {
                *json = Json::Array(Vec::new());
            }
            let Json::Array(items) = json else { return Err(tr!("rest-list-expected")) };
            let wanted: Vec<Json> = value.and_then(Json::as_array).cloned().unwrap_or_default();
            let path = Path(rest.to_vec());
            items.retain(|item| path.read(item).is_some_and(|held| wanted.contains(&held)));
            for value in wanted {
                if !items.iter().any(|item| path.read(item).as_ref() == Some(&value)) {
                    let mut item = Json::Null;
                    set(&mut item, rest, Some(&value), false)?;
                    items.push(item);
                }
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn field(path: &str, change: impl Fn(&mut FieldSpec)) -> Field {
        let mut spec = FieldSpec { name: Text::new("f", 0), path: Some(Text::new(path, 0)), ..FieldSpec::default() };
        change(&mut spec);
        let record: RecordSpec = toml::from_str("id = \"/id\"\nempty = \"text\"").unwrap();
        Field::new(&spec, &record)
    }

    fn put(field: &Field, record: Json, value: &Value) -> Json {
        let mut record = record;
        field.put(&mut record, value).unwrap();
        record
    }

    #[test]
    fn the_rest_of_a_list_is_kept() {
        let emails =
            json!({"emails": [{"value": "a@x", "label": "work"}, {"value": "b@x", "primary": true, "label": "home"}]});
        let first = field("/emails/[primary=true|0]/value", |_| {});
        assert_eq!(first.value(&emails).unwrap(), Some("b@x".into()));
        let written = put(&first, emails.clone(), &"c@x".into());
        assert_eq!(
            written,
            json!({"emails": [{"value": "a@x", "label": "work"}, {"value": "c@x", "primary": true, "label": "home"}]})
        );
        let dropping = field("/emails/[primary=true|0]/value", |spec| spec.empty = Some(EmptyWord::Drop));
        assert_eq!(put(&dropping, emails.clone(), &"".into()), json!({"emails": [{"value": "a@x", "label": "work"}]}));
        assert_eq!(put(&dropping, json!({}), &"".into()), json!({}));
        let all = field("/emails/*/value", |_| {});
        assert_eq!(all.value(&emails).unwrap(), Some(Value::List(vec!["a@x".into(), "b@x".into()])));
        let list = Value::List(vec!["b@x".into(), "d@x".into()]);
        assert_eq!(
            put(&all, emails, &list),
            json!({"emails": [{"value": "b@x", "primary": true, "label": "home"}, {"value": "d@x"}]})
        );
        assert_eq!(put(&first, json!({}), &"e@x".into()), json!({"emails": [{"primary": true, "value": "e@x"}]}));
    }

    #[test]
    fn missing_is_not_empty() {
        let plain = field("/a/b", |_| {});
        assert_eq!(plain.value(&json!({})).unwrap(), None);
        assert_eq!(plain.value(&json!({"a": {}})).unwrap(), None);
        assert_eq!(plain.value(&json!({"a": null})).unwrap(), Some("".into()));
        assert_eq!(plain.value(&json!({"a": {"b": null}})).unwrap(), Some("".into()));
        let omits = field("/a/b", |spec| spec.omits_empty = Some(true));
        assert_eq!(omits.value(&json!({})).unwrap(), Some("".into()));
    }

    #[test]
    fn values_have_the_type_that_the_platform_wants() {
        let number = field("/n", |spec| spec.kind = Some(Kind::Number));
        assert_eq!(put(&number, json!({}), &"12".into()), json!({"n": 12}));
        assert_eq!(put(&number, json!({}), &"1.5".into()), json!({"n": 1.5}));
        assert_eq!(number.put(&mut json!({}), &"a dozen".into()).unwrap_err().kind, ErrorKind::Rejected);
        let yes = field("/y", |spec| spec.kind = Some(Kind::Boolean));
        assert_eq!(put(&yes, json!({}), &"yes".into()), json!({"y": true}));
        let short = field("/s", |spec| spec.max_length = Some(3));
        let error = short.put(&mut json!({}), &"four".into()).unwrap_err();
        assert!(error.message.contains("at most 3"), "{error}");
        let choice = field("/c", |spec| spec.choices = vec![Choice { value: "3".into(), label: "Hot".into() }]);
        assert_eq!(choice.value(&json!({"c": 3})).unwrap(), Some("Hot".into()));
        assert_eq!(put(&choice, json!({}), &"hot".into()), json!({"c": "3"}));
        let dated = field("/d", |spec| {
            spec.read = Some(Text::new("{{ value | from_date_parts }}", 0));
            spec.write = Some(Text::new("{{ value | date_parts }}", 0));
        });
        assert_eq!(
            dated.value(&json!({"d": {"year": 2001, "month": 2, "day": 3}})).unwrap(),
            Some("2001-02-03".into())
        );
        assert_eq!(put(&dated, json!({}), &"2001-02-03".into()), json!({"d": {"year": 2001, "month": 2, "day": 3}}));
    }
}
