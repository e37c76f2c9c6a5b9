//! From a platform's fields to a mapping's value, and back.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use minijinja::{Environment, UndefinedBehavior};

use super::normalise::{ValueError, default_for, items, not_in_choices, readable, separator, usual_truth};
use super::{choices, dates, names};
use crate::model::{Direction, FieldMapping, Fields, Kind, Side, Transform, Value};

/// What a side holds for a mapping, or nothing when it cannot be told: all of its fields are
/// missing, or its template cannot be filled in. Nothing leaves the other side alone, which is the
/// safe answer to both; [`read_checked`] says which it was.
#[must_use]
pub fn read(mapping: &FieldMapping, side: Side, fields: &Fields) -> Option<Value> {
    read_checked(mapping, side, fields).ok().flatten()
}

/// What a side holds for a mapping; none when its field (all of its fields) is missing.
///
/// Several fields are read as one text, their filled parts joined with a space. With a template,
/// the side that changes come from gives the text that the template makes of its record; the other
/// side gives its own field.
///
/// # Errors
///
/// [`ValueError::Template`] when the template is wrong or names a field that the record lacks.
pub fn read_checked(mapping: &FieldMapping, side: Side, fields: &Fields) -> Result<Option<Value>, ValueError> {
    let wanted = mapping.fields.get(side);
    if let Transform::Template(template) = &mapping.transform
        && source(mapping.direction) == Some(side)
    {
        let known = wanted.is_empty() || wanted.iter().any(|name| fields.contains_key(name));
        return if known { render(mapping, template, fields).map(Some) } else { Ok(None) };
    }
    if let [name] = wanted.as_slice() {
        return Ok(fields.get(name).cloned());
    }
    let found: Vec<String> = wanted.iter().filter_map(|name| fields.get(name)).map(Value::display).collect();
    Ok(if found.is_empty() { None } else { Some(Value::Text(names::collapse(&found.join(" ")))) })
}

/// The platform fields to write on the side opposite to `from`, so that it holds the mapping's
/// value as `from` gives it.
///
/// - An empty value writes the target's default, where it has one.
/// - A word in the value table becomes the target's word in the first pair that has it.
/// - A yes or no becomes the target's own word, where it has words.
/// - A list is given as a list, joined to one text only where the target's separator is set: the
///   platform knows best how it keeps several values.
/// - A full name is divided over a target of two fields; any other target of several is refused,
///   for nobody has said what belongs where.
/// - All else goes over as it is, or in its normal form where the mapping asks for that and the
///   value can be read as its kind.
///
/// # Errors
///
/// See [`ValueError`].
pub fn write(mapping: &FieldMapping, from: Side, value: &Value) -> Result<Fields, ValueError> {
    let target = from.opposite();
    if matches!(mapping.transform, Transform::Template(_)) && source(mapping.direction) != Some(from) {
        return Err(ValueError::OneWay { mapping: mapping.name.clone(), side: target });
    }
    let out = if value.is_empty() { emptied(mapping, target, value)? } else { carried(mapping, from, value)? };
    match (mapping.fields.get(target).as_slice(), &mapping.transform) {
        ([], _) => Err(ValueError::NoField { mapping: mapping.name.clone(), side: target }),
        ([name], _) => Ok(Fields::from([(name.clone(), out)])),
        ([given, family], Transform::SplitName) => {
            let parts = names::split(&out.display());
            Ok(Fields::from([(given.clone(), Value::Text(parts.0)), (family.clone(), Value::Text(parts.1))]))
        }
        (fields, Transform::None | Transform::SplitName | Transform::Template(_)) => {
            Err(ValueError::SeveralFields { mapping: mapping.name.clone(), side: target, fields: fields.to_vec() })
        }
    }
}

/// The side whose record a template is filled in with.
fn source(direction: Direction) -> Option<Side> {
    match direction {
        Direction::Both => None,
        Direction::AToB => Some(Side::A),
        Direction::BToA => Some(Side::B),
    }
}

/// What the target gets for an empty value: its default, else an empty value of the same shape.
fn emptied(mapping: &FieldMapping, target: Side, value: &Value) -> Result<Value, ValueError> {
    match (default_for(mapping, target), value) {
        (Some(default), _) if mapping.kind == Kind::List => {
            let default = items(mapping, target, &Value::text(default));
            listed(mapping, target, default)
        }
        (Some(default), _) => Ok(Value::text(default)),
        (None, Value::Text(_)) => Ok(Value::Text(String::new())),
        (None, Value::List(_)) if separator(mapping, target).is_some() => Ok(Value::Text(String::new())),
        (None, Value::List(_)) => Ok(Value::List(Vec::new())),
    }
}

/// What the target gets for a value that is not empty.
fn carried(mapping: &FieldMapping, from: Side, value: &Value) -> Result<Value, ValueError> {
    if matches!(mapping.transform, Transform::SplitName) {
        let shown = value.display();
        return Ok(if mapping.write_normal { Value::Text(names::normal(&shown)) } else { value.clone() });
    }
    if mapping.kind == Kind::List {
        return list(mapping, from, value);
    }
    let shown = value.display();
    if let Some(word) = choices::translate(&mapping.values, from, &shown) {
        return Ok(Value::text(word));
    }
    if mapping.kind == Kind::Choice && !mapping.values.is_empty() {
        return Err(not_in_choices(mapping, from, &shown));
    }
    if mapping.kind == Kind::Boolean {
        return Ok(boolean(mapping, from, value));
    }
    if mapping.kind == Kind::Phone && is_cut_short(shown.trim()) {
        return Err(ValueError::CutShort { mapping: mapping.name.clone(), value: shown });
    }
    if mapping.kind == Kind::Date
        && let Some(day) = day_written(mapping, from, shown.trim())
    {
        return Ok(Value::Text(day));
    }
    let form = if mapping.write_normal { readable(mapping, from, &shown) } else { None };
    Ok(form.map_or_else(|| value.clone(), Value::Text))
}

/// Whether a telephone number was saved by a spreadsheet in its short form of numbers, as `3,24781E+10`: its last digits
/// are gone.
fn is_cut_short(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    power.strip_prefix('+').is_some_and(is_number)
        && digits.strip_prefix(['+', '-']).unwrap_or(digits).split(['.', ',']).all(is_number)
}

/// A day in the target's form; in the international one where the target has none, or one that does not do,
/// and would read the day as another.
fn day_written(mapping: &FieldMapping, from: Side, text: &str) -> Option<String> {
    let forms = mapping.format.as_ref().map(Option::as_deref);
    let (own, target) = (*forms.get(from), *forms.get(from.opposite()));
    target.and_then(|form| dates::written(text, own, form)).or_else(|| {
        let day = dates::day_in(text, own)?;
        (dates::day_in(text, target).as_ref() != Some(&day)).then_some(day)
    })
}

/// A yes or no in the target's words; as it is where the target understands it.
fn boolean(mapping: &FieldMapping, from: Side, value: &Value) -> Value {
    let target = from.opposite();
    let Some(truth) = readable(mapping, from, &value.display()) else { return value.clone() };
    if let Some((yes, no)) = mapping.words.get(target) {
        return Value::text(if truth == "true" { yes } else { no });
    }
    let understood = usual_truth(&value.display()).is_some_and(|usual| usual.to_string() == truth);
    if understood && !mapping.write_normal { value.clone() } else { Value::Text(truth) }
}

/// A list with each item in the target's words, each once.
fn list(mapping: &FieldMapping, from: Side, value: &Value) -> Result<Value, ValueError> {
    let mut out: Vec<String> = Vec::new();
    for item in items(mapping, from, value) {
        let item = choices::translate(&mapping.values, from, &item).map_or(item, str::to_owned);
        if !out.contains(&item) {
            out.push(item);
        }
    }
    if mapping.write_normal {
        out.sort();
    }
    listed(mapping, from.opposite(), out)
}

/// A list as the target takes it: joined where its separator is set.
fn listed(mapping: &FieldMapping, target: Side, items: Vec<String>) -> Result<Value, ValueError> {
    let Some(sign) = separator(mapping, target) else { return Ok(Value::List(items)) };
    if let Some(item) = items.iter().find(|item| item.contains(sign)) {
        return Err(ValueError::Separator {
            mapping: mapping.name.clone(),
            item: item.clone(),
            separator: sign.to_owned(),
        });
    }
    let joint = mapping.separator.get(target).as_deref().unwrap_or(", ");
    Ok(Value::Text(items.join(joint)))
}

/// The text that a template makes of a record: trimmed, each run of white space one space.
fn render(mapping: &FieldMapping, template: &str, fields: &Fields) -> Result<Value, ValueError> {
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment
    });
    let mut context: BTreeMap<String, minijinja::Value> = BTreeMap::new();
    for (name, value) in fields {
        let value = match value {
            Value::Text(text) => minijinja::Value::from(text.as_str()),
            Value::List(items) => minijinja::Value::from(items.clone()),
        };
        context.insert(name.clone(), value);
    }
    context.insert("record".to_owned(), minijinja::Value::from(context.clone()));
    let text = ENVIRONMENT
        .render_str(template, minijinja::Value::from(context))
        .map_err(|source| ValueError::Template { mapping: mapping.name.clone(), source: Arc::new(source) })?;
    Ok(Value::Text(names::collapse(&text)))
}

#[cfg(test)]
#[path = "transform_tests.rs"]
mod tests;
