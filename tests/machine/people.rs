//! The people at the two lists: what they typed and must find again.

use std::collections::{BTreeMap, BTreeSet};

use duosync::connectors::memory::MemoryPlatform;
use duosync::model::{Fields, PerSide, Side, Timestamp, Value};

/// The platform's names of the fields, by side: the key, the phone, the title, the tags.
pub(crate) const NAMES: PerSide<[&str; 4]> =
    PerSide::new(["Mail", "Phone", "Title", "Tags"], ["email", "tel", "title", "categories"]);

/// What people typed: the newest value of each field of each record that nobody took back.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) typed: BTreeMap<(Side, String, usize), Vec<String>>,
    /// The records that were given a key, by the key's normal form.
    pub(crate) keys: BTreeMap<String, BTreeSet<(Side, String)>>,
    /// Records that people made.
    pub(crate) made: usize,
    count: u64,
    clock: i64,
}

/// A value in the form in which two of them are the same.
pub(crate) fn canon(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.starts_with(['+', '0']) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        return digits.chars().skip(digits.chars().count().saturating_sub(9)).collect();
    }
    text
}

pub(crate) fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![canon(text)],
        Value::List(items) => items.iter().map(|item| canon(item)).collect(),
    }
}

impl People {
    fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// A value that somebody may type. Keys come from a small set, so that they meet.
    pub(crate) fn value(&mut self, rng: &mut fastrand::Rng, field: usize, held: Option<&Value>) -> Value {
        let number = self.number();
        match field {
            0 => {
                let name = ["ann", "bob", "cy", "dee", "eva", "flo", "gus"][rng.usize(..7)];
                match rng.u8(..10) {
                    0 => Value::text(""),
                    1 => Value::text(format!(" {}@Example.org", name.to_uppercase())),
                    _ => Value::text(format!("{name}@example.org")),
                }
            }
            1 => match rng.u8(..6) {
                0 => Value::text(""),
                1 | 2 => Value::text(format!("+3247810{:04}", number % 10_000)),
                _ => Value::text(format!("0478 10 {:02} {:02}", number / 100 % 100, number % 100)),
            },
            2 => match rng.u8(..7) {
                0 => Value::text(""),
                1 => Value::text("boss"),
                _ => Value::text(format!("t{number}")),
            },
            _ => {
                let mut items = match held {
                    Some(Value::List(items)) => items.clone(),
                    _ => Vec::new(),
                };
                if !items.is_empty() && rng.bool() {
                    items.remove(rng.usize(..items.len()));
                } else {
                    items.push(format!("g{number}"));
                }
                Value::List(items)
            }
        }
    }

    fn note(&mut self, side: Side, id: &str, field: usize, value: &Value) {
        let words: Vec<String> = words(value).into_iter().filter(|word| !word.is_empty()).collect();
        if field == 0 {
            for word in &words {
                self.keys.entry(word.clone()).or_default().insert((side, id.to_owned()));
            }
        }
        self.typed.insert((side, id.to_owned(), field), words);
    }

    /// The operator typed a key, which any record may hold now.
    pub(crate) fn note_key(&mut self, word: &str, id: &str) {
        for side in Side::BOTH {
            self.keys.entry(canon(word)).or_default().insert((side, id.to_owned()));
        }
    }

    fn tick(&mut self, platform: &MemoryPlatform) {
        self.clock += 1000;
        platform.set_now(Timestamp(self.clock));
    }

    pub(crate) fn add(&mut self, rng: &mut fastrand::Rng, side: Side, platform: &MemoryPlatform) -> String {
        self.tick(platform);
        self.made += 1;
        let id = format!("{}{}", side.letter(), self.number());
        let mut fields = Fields::new();
        for field in 0..4 {
            if field != 0 && rng.u8(..8) == 0 {
                continue;
            }
            let value = self.value(rng, field, None);
            self.note(side, &id, field, &value);
            fields.insert(NAMES.get(side)[field].to_owned(), value);
        }
        let told = format!("add {side} {id} {fields:?}");
        platform.put(&id, fields);
        told
    }

    pub(crate) fn change(&mut self, rng: &mut fastrand::Rng, side: Side, platform: &MemoryPlatform) -> String {
        self.tick(platform);
        let records: Vec<(String, Fields)> = platform.records().into_iter().collect();
        if records.is_empty() {
            return "nobody to change".to_owned();
        }
        let (id, fields) = records[rng.usize(..records.len())].clone();
        let field = if rng.u8(..5) == 0 { 0 } else { rng.usize(1..4) };
        let name = NAMES.get(side)[field];
        let value = self.value(rng, field, fields.get(name));
        self.note(side, &id, field, &value);
        platform.set_field(&id, name, value.clone());
        format!("change {side} {id} {name} {value:?}")
    }

    pub(crate) fn remove(&mut self, rng: &mut fastrand::Rng, side: Side, platform: &MemoryPlatform) -> String {
        self.tick(platform);
        let ids: Vec<String> = platform.records().into_keys().collect();
        if ids.is_empty() {
            return "nobody to remove".to_owned();
        }
        let id = ids[rng.usize(..ids.len())].clone();
        self.typed.retain(|(at, record, _), _| *at != side || *record != id);
        platform.remove(&id);
        format!("remove {side} {id}")
    }
}
