//! Reading TOML with the line of everything, collecting what is wrong instead of stopping at it.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{SettingsError, SettingsProblem};

/// The text being read, and what is wrong in it so far.
pub(super) struct Reader<'t> {
    text: &'t str,
    problems: RefCell<Vec<SettingsProblem>>,
}

impl<'t> Reader<'t> {
    /// Reads this text.
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, problems: RefCell::new(Vec::new()) }
    }

    /// Notes what is wrong at a byte of the text.
    pub(super) fn problem_at(&self, offset: usize, message: impl Into<String>) {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        let line = before.split(|byte| *byte == b'\n').count();
        let problem = SettingsProblem { line, message: message.into() };
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Everything that is wrong.
    pub(super) fn into_error(self) -> SettingsError {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        SettingsError { problems }
    }

    /// The result, if nothing is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, SettingsError> {
        let clean = self.problems.borrow().is_empty();
        if clean { Ok(value) } else { Err(self.into_error()) }
    }
}

/// One table of the file.
pub(super) struct Table<'t> {
    reader: &'t Reader<'t>,
    offset: usize,
    entries: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// The whole file.
    pub(super) const fn root(reader: &'t Reader<'t>, entries: &'t DeTable<'t>) -> Self {
        Self { reader, offset: 0, entries }
    }

    fn of(reader: &'t Reader<'t>, value: &'t Spanned<DeValue<'t>>) -> Option<Self> {
        value.get_ref().as_table().map(|entries| Self { reader, offset: value.span().start, entries })
    }

    fn entry(&self, key: &str) -> Option<(usize, &'t Spanned<DeValue<'t>>)> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(name, value)| (name.span().start, value))
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Notes what is wrong with a key, or with the table where the key is missing.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        let offset = self.entry(key).map_or(self.offset, |(offset, _)| offset);
        self.reader.problem_at(offset, message);
    }

    /// Notes every key that is not one of these.
    pub(super) fn allow(&self, allowed: &[&str]) {
        for (key, _) in self.entries {
            let name = key.get_ref();
            if !allowed.contains(&name.as_ref()) {
                let hint = nearest(name, allowed).map_or_else(
                    || format!("; the keys that can stand here are {}", listed(allowed)),
                    |near| format!("; did you mean \"{near}\"?"),
                );
                self.reader.problem_at(key.span().start, format!("unknown key \"{name}\"{hint}"));
            }
        }
    }

    /// A text, without a word if it is missing or something else.
    pub(super) fn peek(&self, key: &str) -> Option<String> {
        self.entry(key).and_then(|(_, value)| value.get_ref().as_str()).map(str::to_owned)
    }

    /// A text, if the key is there.
    pub(super) fn string(&self, key: &str) -> Option<String> {
        let (_, value) = self.entry(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(key, "a text in quotes", value);
        }
        text.map(str::to_owned)
    }

    /// A text that must be there and not be empty.
    pub(super) fn required(&self, key: &str, what: &str) -> Option<String> {
        if !self.has(key) {
            self.problem(key, format!("{what} needs `{key} = \"…\"`"));
            return None;
        }
        let text = self.string(key)?;
        if text.trim().is_empty() {
            self.problem(key, format!("\"{key}\" is empty"));
            return None;
        }
        Some(text)
    }

    /// Yes or no, if the key is there.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let (_, value) = self.entry(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, "true or false, without quotes", value);
        }
        flag
    }

    /// A whole number within bounds, if the key is there.
    pub(super) fn number(&self, key: &str, lowest: u32, highest: u32) -> Option<u32> {
        let (_, value) = self.entry(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(key, "a whole number", value);
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let within = number.and_then(|number| u32::try_from(number).ok()).filter(|n| (lowest..=highest).contains(n));
        if within.is_none() {
            self.problem(key, format!("\"{key}\" must be a whole number from {lowest} to {highest}"));
        }
        within
    }

    /// One of the words, if the key is there.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.string(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = nearest(&text, &names).map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            self.problem(key, format!("\"{key}\" cannot be \"{text}\": it is one of {}{hint}", listed(&names)));
        }
        found
    }

    /// One text, or a list of texts, if the key is there.
    pub(super) fn strings(&self, key: &str) -> Option<Vec<String>> {
        let (_, value) = self.entry(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(vec![text.to_owned()]);
        }
        self.list(key)
    }

    /// A list of texts, if the key is there.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        let (_, value) = self.entry(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, "a list of texts, as in [\"one\", \"two\"]", value);
            return None;
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.reader.problem_at(
                    item.span().start,
                    format!("\"{key}\" is a list of texts in quotes, but this is {}", type_name(item.get_ref())),
                ),
            }
        }
        Some(texts)
    }

    /// A list of pairs of texts (`[["Lead", "prospect"]]`) or a table of texts
    /// (`{ Lead = "prospect" }`), if the key is there.
    pub(super) fn text_pairs(&self, key: &str) -> Option<Vec<(String, String)>> {
        let (_, value) = self.entry(key)?;
        let mut pairs = Vec::new();
        if let Some(table) = Self::of(self.reader, value) {
            // The table of the crate is sorted by key; the operator's order is kept by position.
            let mut keys: Vec<_> = table.entries.iter().collect();
            keys.sort_by_key(|(name, _)| name.span().start);
            for (name, _) in keys {
                if let Some(text) = table.string(name.get_ref()) {
                    pairs.push((name.get_ref().to_string(), text));
                }
            }
            return Some(pairs);
        }
        let wanted = "a table like { Lead = \"prospect\" } or a list like [[\"Lead\", \"prospect\"]]";
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, wanted, value);
            return None;
        };
        for item in items {
            let texts: Option<Vec<&str>> =
                item.get_ref().as_array().and_then(|inner| inner.iter().map(|one| one.get_ref().as_str()).collect());
            match texts.as_deref() {
                Some([a, b]) => pairs.push(((*a).to_owned(), (*b).to_owned())),
                Some(_) | None => self.reader.problem_at(item.span().start, format!("\"{key}\" must be {wanted}")),
            }
        }
        Some(pairs)
    }

    /// A table, if the key is there.
    pub(super) fn table(&self, key: &str, example: &str) -> Option<Table<'t>> {
        let (offset, value) = self.entry(key)?;
        let table = Self::of(self.reader, value);
        if table.is_none() {
            self.wrong_type(key, &format!("a table like {example}"), value);
        }
        // The line of an inline table is the line of its key.
        table.map(|table| Table { offset, ..table })
    }

    /// The tables of `[[key]]`, in the file's order.
    pub(super) fn tables(&self, key: &str) -> Vec<Table<'t>> {
        let Some((_, value)) = self.entry(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.problem(key, format!("write [[{key}]] with two brackets, once for each {key}"));
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| {
                let table = Self::of(self.reader, item);
                if table.is_none() {
                    self.problem(key, format!("write [[{key}]] with two brackets, once for each {key}"));
                }
                table
            })
            .collect()
    }

    /// Whether the key holds a text rather than a table or list.
    pub(super) fn is_text(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|(_, value)| value.get_ref().is_str())
    }

    fn wrong_type(&self, key: &str, wanted: &str, found: &Spanned<DeValue<'_>>) {
        self.problem(key, format!("\"{key}\" must be {wanted}, not {}", type_name(found.get_ref())));
    }
}

/// The names in quotes, with commas.
pub(super) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The name that is most like this one, if one is near enough to be meant.
pub(super) fn nearest<'n, T: AsRef<str>>(name: &str, names: &'n [T]) -> Option<&'n str> {
    let lower = name.to_lowercase();
    names
        .iter()
        .map(|known| {
            let other = known.as_ref().to_lowercase();
            // In a short word two letters that changed places already cost most of the likeness.
            let likeness =
                if strsim::osa_distance(&lower, &other) <= 1 { 1.0 } else { strsim::jaro_winkler(&lower, &other) };
            (likeness, known.as_ref())
        })
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known)
}

/// "; did you mean …?", or the names there are.
pub(super) fn meant<T: AsRef<str>>(name: &str, names: &[T], kind: &str) -> String {
    match nearest(name, names) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None if names.is_empty() => format!("; there is no {kind} at all"),
        None => format!("; there is {}", listed(names)),
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
