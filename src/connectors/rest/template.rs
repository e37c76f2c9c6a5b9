//! Templates of manifests: minijinja's expressions and texts, with a few filters of our own.
//!
//! A text that is nothing but one `{{ expression }}` keeps the type of what it comes to, so that a
//! number stays a number and a list a list; where it comes to nothing (`undefined`), the key that it
//! stands for is left out. Every other text with braces becomes a text. In the path of a request
//! what is put in is percent-encoded, but for the slashes of what goes through `parts`, unless it goes
//! through `safe`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use md5::{Digest as _, Md5};
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Expression, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json};

use super::dates;
use super::manifest::{Text, Tree};

/// What a text is.
#[derive(Clone)]
pub(crate) enum Compiled {
    /// Nothing to fill in.
    Plain,
    /// One expression.
    Expression(Arc<Expression<'static, 'static>>),
    /// A text with places to fill in.
    Mixed,
    /// It cannot be understood, for this reason.
    Broken(String),
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Expression(_) => "Expression",
            Self::Mixed => "Mixed",
            Self::Broken(_) => "Broken",
        })
    }
}

/// Why a template could not be filled in.
#[derive(Debug, thiserror::Error)]
#[error("\u{201c}{template}\u{201d}: {why}")]
pub(crate) struct TemplateError {
    template: String,
    why: String,
    /// Whether it is what the platform holds that is wrong, which `why` then says in plain words.
    pub(crate) of_content: bool,
}

impl TemplateError {
    fn new(template: &str, error: &Error) -> Self {
        let source = std::error::Error::source(error);
        let of_content = source.and_then(<dyn std::error::Error>::downcast_ref::<super::sheet::SheetTrouble>).is_some();
        Self { template: template.to_owned(), why: reason(error), of_content }
    }

    /// Why it could not be filled in.
    pub(crate) fn why(&self) -> &str {
        &self.why
    }
}

/// What templates can name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vars(BTreeMap<String, Value>);

impl Vars {
    /// Adds a variable, or puts it in the place of one of the same name.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: &Json) {
        self.0.insert(name.into(), of(value));
    }

    /// The same with one more.
    #[must_use]
    pub(crate) fn with(&self, name: impl Into<String>, value: &Json) -> Self {
        let mut all = self.clone();
        all.set(name, value);
        all
    }

    fn context(&self) -> Value {
        // Collected straight into a value the pairs would become a list of pairs.
        Value::from(self.0.clone())
    }
}

/// The kind that a template's way of filling in is told by.
const PATH: AutoEscape = AutoEscape::Custom(Cow::Borrowed("path"));

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|name| if name == "path" { PATH } else { AutoEscape::None });
    environment.set_formatter(|out, state, value| {
        if value.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, "a value is missing here; `| default('')` allows that"));
        }
        if value.is_none() {
            return Ok(());
        }
        if *state.auto_escape() == PATH && !value.is_safe() {
            out.write_str(&percent_encoded(&value.to_string()))?;
        } else {
            write!(out, "{value}")?;
        }
        Ok(())
    });
    add_filters(&mut environment);
    environment
});

fn add_filters(environment: &mut Environment<'static>) {
    super::sheet::add_filters(environment);
    environment.add_filter("md5", |text: Cow<'_, str>| hex(&Md5::digest(text.as_bytes())));
    environment
        .add_filter("base64", |text: Cow<'_, str>| base64::engine::general_purpose::STANDARD.encode(text.as_bytes()));
    environment.add_filter("urlencode", |text: Value| percent_encoded(&text.to_string()));
    environment.add_filter("parts", |text: Value| {
        let parts: Vec<String> = text.to_string().split('/').map(percent_encoded).collect();
        Value::from_safe_string(parts.join("/"))
    });
    environment.add_filter("tojson", |value: Value| {
        serde_json::to_string(&to_json(&value).unwrap_or(Json::Null)).unwrap_or_default()
    });
    environment.add_filter("escape_with", |text: Cow<'_, str>, mark: Cow<'_, str>, letters: Cow<'_, str>| {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            if letters.contains(letter) {
                out.push_str(&mark);
            }
            out.push(letter);
        }
        out
    });
    environment.add_filter("at", |value: Value, pointer: Cow<'_, str>| match to_json(&value) {
        Some(json) => json.pointer(&pointer).map_or(Value::UNDEFINED, of),
        None => Value::UNDEFINED,
    });
    environment.add_filter("merge", |one: Value, other: Value| {
        let mut object = object_of(&one);
        object.extend(object_of(&other));
        of(&Json::Object(object))
    });
    environment.add_filter("without", |one: Value, names: Vec<String>| {
        let mut object = object_of(&one);
        object.retain(|name, _| !names.contains(name));
        of(&Json::Object(object))
    });
    environment.add_filter("objects", |values: Vec<Value>, name: String| {
        let object = |value| Value::from(std::collections::BTreeMap::from([(name.clone(), value)]));
        values.into_iter().map(object).collect::<Vec<Value>>()
    });
    environment.add_filter("iso", |value: Value| moment(&value, |moment| Value::from(dates::iso(moment))));
    environment.add_filter("epoch", |value: Value| moment(&value, |moment| Value::from(moment.div_euclid(1000))));
    environment.add_filter("epoch_ms", |value: Value| moment(&value, Value::from));
    environment.add_filter("date", |value: Value, form: Cow<'_, str>| -> Result<Value, Error> {
        let told = |why: String| Error::new(ErrorKind::InvalidOperation, why);
        if value.is_undefined() || value.is_none() || value.as_str() == Some("") {
            return Ok(value);
        }
        match read_moment(&value) {
            Some(moment) => dates::formatted(moment, &form).map(Value::from).map_err(told),
            None => Ok(value),
        }
    });
    environment.add_filter("date_parts", |value: Value| match value.as_str().and_then(dates::day) {
        Some((year, month, day)) => of(&serde_json::json!({"year": year, "month": month, "day": day})),
        None => Value::UNDEFINED,
    });
    environment.add_filter("from_date_parts", |value: Value| {
        let part = |name: &str| value.get_attr(name).ok().and_then(|part| i64::try_from(part).ok());
        match (part("year"), part("month"), part("day")) {
            (Some(year), Some(month), Some(day)) => Value::from(format!("{year:04}-{month:02}-{day:02}")),
            _ => Value::UNDEFINED,
        }
    });
}

fn of(json: &Json) -> Value {
    Value::from(Serde(json))
}

fn object_of(value: &Value) -> Map<String, Json> {
    match to_json(value) {
        Some(Json::Object(object)) => object,
        Some(_) | None => Map::new(),
    }
}

fn read_moment(value: &Value) -> Option<i64> {
    if value.kind() == ValueKind::Number {
        return i64::try_from(value.clone()).ok().map(dates::from_number);
    }
    value.as_str().and_then(dates::parse).map(|moment| moment.0)
}

/// What a moment becomes; something else stays as it is.
fn moment(value: &Value, form: impl Fn(i64) -> Value) -> Value {
    read_moment(value).map_or_else(|| value.clone(), form)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a text does not fail.
        let _done = write!(out, "{byte:02x}");
        out
    })
}

/// Every byte but the unreserved ones as `%XX` (RFC 3986, section 2.3).
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _done = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A template's value as JSON; nothing where it is undefined.
fn to_json(value: &Value) -> Option<Json> {
    if value.is_undefined() { None } else { serde_json::to_value(value).ok() }
}

impl Text {
    /// What this text is as a template; found out once.
    pub(crate) fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| compile(&self.text))
    }

    /// Whether there is something to fill in.
    pub(crate) fn is_template(&self) -> bool {
        !matches!(self.compiled(), Compiled::Plain)
    }

    /// The variables that it names, or why it cannot be understood.
    pub(crate) fn variables(&self) -> Result<BTreeSet<String>, String> {
        match self.compiled() {
            Compiled::Plain => Ok(BTreeSet::new()),
            Compiled::Expression(expression) => Ok(expression.undeclared_variables(false).into_iter().collect()),
            Compiled::Mixed => ENVIRONMENT
                .template_from_str(&self.text)
                .map(|template| template.undeclared_variables(false).into_iter().collect())
                .map_err(|error| error.to_string()),
            Compiled::Broken(why) => Err(why.clone()),
        }
    }

    /// What it comes to; nothing where it is one expression that is undefined.
    pub(crate) fn value(&self, vars: &Vars) -> Result<Option<Json>, TemplateError> {
        let told = |error: &Error| TemplateError::new(&self.text, error);
        match self.compiled() {
            Compiled::Plain => Ok(Some(Json::String(self.text.clone()))),
            Compiled::Expression(expression) => {
                let value = expression.eval(vars.context()).map_err(|error| told(&error))?;
                Ok(to_json(&value))
            }
            Compiled::Mixed => self.render(vars, "text").map(|text| Some(Json::String(text))),
            Compiled::Broken(why) => {
                Err(TemplateError { template: self.text.clone(), why: why.clone(), of_content: false })
            }
        }
    }

    /// Whether it comes to something that counts as yes.
    pub(crate) fn is_true(&self, vars: &Vars) -> Result<bool, TemplateError> {
        Ok(match self.value(vars)? {
            None | Some(Json::Null) => false,
            Some(Json::Bool(yes)) => yes,
            Some(Json::String(text)) => !text.is_empty() && !text.eq_ignore_ascii_case("false"),
            Some(Json::Number(number)) => number.as_f64() != Some(0.0),
            Some(Json::Array(items)) => !items.is_empty(),
            Some(Json::Object(entries)) => !entries.is_empty(),
        })
    }

    /// It as a text; nothing where it is undefined.
    pub(crate) fn text(&self, vars: &Vars) -> Result<Option<String>, TemplateError> {
        Ok(self.value(vars)?.map(|json| plain(&json)))
    }

    /// It as the path of a request.
    pub(crate) fn path(&self, vars: &Vars) -> Result<String, TemplateError> {
        if self.is_template() { self.render(vars, "path") } else { Ok(self.text.clone()) }
    }

    fn render(&self, vars: &Vars, way: &str) -> Result<String, TemplateError> {
        ENVIRONMENT
            .render_named_str(way, &self.text, vars.context())
            .map_err(|error| TemplateError::new(&self.text, &error))
    }
}

impl Tree {
    /// The JSON that it comes to; nothing where it is an undefined expression.
    pub(crate) fn json(&self, vars: &Vars) -> Result<Option<Json>, TemplateError> {
        Ok(Some(match self {
            Self::Text(text) => return text.value(vars),
            Self::Other(json) => json.clone(),
            Self::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(item.json(vars)?);
                }
                Json::Array(list)
            }
            Self::Table(entries) => {
                let mut object = Map::with_capacity(entries.len());
                for (key, tree) in entries {
                    if let Some(json) = tree.json(vars)? {
                        object.insert(key.clone(), json);
                    }
                }
                Json::Object(object)
            }
        }))
    }

    /// Every text in it.
    pub(crate) fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Text(text) => vec![text],
            Self::Other(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Table(entries) => entries.iter().flat_map(|(_, tree)| tree.texts()).collect(),
        }
    }
}

/// A scalar as a text; anything else as JSON.
pub(crate) fn plain(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => json.to_string(),
    }
}

fn compile(text: &str) -> Compiled {
    if !text.contains("{{") && !text.contains("{%") && !text.contains("{#") {
        return Compiled::Plain;
    }
    let inner = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    if let Some(inner) = inner
        && let Ok(expression) = ENVIRONMENT.compile_expression_owned(inner.trim().to_owned())
    {
        return Compiled::Expression(Arc::new(expression));
    }
    match ENVIRONMENT.template_from_str(text) {
        Ok(_) => Compiled::Mixed,
        Err(error) => Compiled::Broken(reason(&error)),
    }
}

fn reason(error: &Error) -> String {
    let detail = error.detail().map(str::to_owned).unwrap_or_default();
    if detail.is_empty() { error.kind().to_string() } else { detail }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_put_into_a_path_stays_one_step_of_it() {
        let mut vars = Vars::default();
        vars.set("id", &json!("a/b?c#d%e f\n..\\é"));
        for (text, path) in [
            ("/x/{{ id }}", "/x/a%2Fb%3Fc%23d%25e%20f%0A..%5C%C3%A9"),
            ("/x/{{ id | parts }}", "/x/a/b%3Fc%23d%25e%20f%0A..%5C%C3%A9"),
            ("/x/{{ id | parts }}:y", "/x/a/b%3Fc%23d%25e%20f%0A..%5C%C3%A9:y"),
        ] {
            assert_eq!(Text::new(text, 0).path(&vars).unwrap(), path);
        }
    }

    #[test]
    fn an_expression_keeps_its_type_and_sees_every_variable() {
        let mut vars = Vars::default();
        vars.set("want", &json!(["a", "b"]));
        vars.set("body", &json!({"value": [1]}));
        vars.set("secret", &json!("key-us21"));
        for (text, result) in [
            ("{{ want }}", json!(["a", "b"])),
            ("{{ (want + ['c', 'a']) | unique | join(',') }}", json!("a,b,c")),
            ("{{ [2] + body.value }}", json!([2, 1])),
            ("{{ secret | split('-') | last }}", json!("us21")),
            ("{{ want | objects('name') }}", json!([{"name": "a"}, {"name": "b"}])),
            ("of {{ secret }}", json!("of key-us21")),
        ] {
            assert_eq!(Text::new(text, 0).value(&vars).unwrap(), Some(result), "{text}");
        }
        assert_eq!(Text::new("{{ cursor }}", 0).value(&vars).unwrap(), None);
    }
}
