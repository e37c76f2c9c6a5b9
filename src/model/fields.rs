//! Values by name, in little room.
//!
//! A million records of one list have the same ten names, and what was seen of a record is mostly what
//! was seen before. So a name is kept once and shared, the values of a record stand in one piece of
//! memory in the order of their names, and a copy shares that piece until one of the two is changed.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::ops::Index;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Value;

/// So many names are shared at most; whoever sends more than that is sent nothing that is kept anyway.
const SHARED: usize = 4096;

thread_local! {
    static NAMES: RefCell<HashSet<Name>> = RefCell::new(HashSet::new());
}

/// The name of a field, shared by all records that have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<String>);

impl Name {
    /// The shared name of this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        NAMES.with_borrow_mut(|names| {
            if let Some(name) = names.get(text) {
                return name.clone();
            }
            if names.len() >= SHARED {
                names.clear();
            }
            let name = Self(Arc::new(text.to_owned()));
            names.insert(name.clone());
            name
        })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// The hash and order of a name are those of its text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name::new(text))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// Values by name, in the order of the names: the fields of a record by the platform's names, or a side's
/// values by mapping name. It is used like a map.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fields(Arc<[(Name, Value)]>);

impl Fields {
    /// No fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of this name; none where it is absent, which is not the same as empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(self.place(name).ok()?).map(|(_, value)| value)
    }

    /// Whether there is a value of this name, be it empty.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets a value, and returns the one before.
    #[allow(clippy::needless_pass_by_value, reason = "it is called like a map's")]
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(at) => Arc::make_mut(&mut self.0).get_mut(at).map(|(_, old)| std::mem::replace(old, value)),
            Err(at) => {
                let mut all = self.0.to_vec();
                all.insert(at, (Name::new(&name), value));
                self.0 = all.into();
                None
            }
        }
    }

    /// Takes a value away, and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.place(name).ok()?;
        let mut all = self.0.to_vec();
        let (_, value) = all.remove(at);
        self.0 = all.into();
        Some(value)
    }

    /// Keeps those that are wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&String, &Value) -> bool) {
        self.0 = self.0.iter().filter(|(name, value)| wanted(&name.0, value)).cloned().collect();
    }

    /// The names and values, in the order of the names.
    pub fn iter(&self) -> FieldsIter<'_> {
        self.into_iter()
    }

    /// The names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(name, _)| &*name.0)
    }

    /// The values, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| held.as_str().cmp(name))
    }
}

/// The names and values of [`Fields`].
pub type FieldsIter<'a> =
    std::iter::Map<std::slice::Iter<'a, (Name, Value)>, fn(&'a (Name, Value)) -> (&'a String, &'a Value)>;

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a String, &'a Value);
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        let apart: fn(&'a (Name, Value)) -> (&'a String, &'a Value) = |(name, value)| (&*name.0, value);
        self.0.iter().map(apart)
    }
}

impl IntoIterator for Fields {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        let all: Vec<_> = self.0.iter().map(|(name, value)| (String::clone(&name.0), value.clone())).collect();
        all.into_iter()
    }
}

impl FromIterator<(Name, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(all: I) -> Self {
        let mut all: Vec<_> = all.into_iter().collect();
        if !all.is_sorted_by(|(one, _), (next, _)| one < next) {
            // Of two values of one name the last one counts: sorting keeps them in their order.
            all.reverse();
            all.sort_by(|(one, _), (next, _)| one.cmp(next));
            all.dedup_by(|(next, _), (first, _)| next == first);
        }
        Self(all.into())
    }
}

impl FromIterator<(String, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(all: I) -> Self {
        all.into_iter().map(|(name, value)| (Name::new(&name), value)).collect()
    }
}

impl<const N: usize> From<[(String, Value); N]> for Fields {
    fn from(all: [(String, Value); N]) -> Self {
        all.into_iter().collect()
    }
}

impl From<BTreeMap<String, Value>> for Fields {
    fn from(all: BTreeMap<String, Value>) -> Self {
        all.into_iter().collect()
    }
}

impl Extend<(String, Value)> for Fields {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, more: I) {
        let more = more.into_iter().map(|(name, value)| (Name::new(&name), value));
        *self = self.0.iter().cloned().chain(more).collect();
    }
}

impl<Q: AsRef<str> + ?Sized> Index<&Q> for Fields {
    type Output = Value;

    #[allow(clippy::expect_used, reason = "whoever indexes knows that it is there, as with a map")]
    fn index(&self, name: &Q) -> &Value {
        self.get(name.as_ref()).expect("there is a value of this name")
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("values by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Fields, A::Error> {
                let mut all = Vec::with_capacity(given.size_hint().unwrap_or(8).min(64));
                while let Some(entry) = given.next_entry::<Name, Value>()? {
                    all.push(entry);
                }
                Ok(all.into_iter().collect())
            }
        }

        deserializer.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    fn pairs() -> impl Strategy<Value = Vec<(String, Value)>> {
        prop::collection::vec(("[a-d]{1,2}", "[xy]{0,2}").prop_map(|(name, text)| (name, Value::text(text))), 0..9)
    }

    proptest! {
        #[test]
        fn it_is_a_map(first in pairs(), more in pairs(), name in "[a-d]{1,2}") {
            let (mut map, mut fields) = (
                first.iter().cloned().collect::<BTreeMap<_, _>>(),
                first.iter().cloned().collect::<Fields>(),
            );
            let before = fields.clone();
            for (name, value) in &more {
                prop_assert_eq!(map.insert(name.clone(), value.clone()), fields.insert(name.clone(), value.clone()));
            }
            prop_assert!(fields.iter().eq(map.iter()));
            prop_assert_eq!(fields.get(&name), map.get(&name));
            prop_assert_eq!(fields.contains_key(&name), map.contains_key(&name));
            prop_assert_eq!(serde_json::to_string(&fields).unwrap(), serde_json::to_string(&map).unwrap());
            let read: Fields = serde_json::from_str(&serde_json::to_string(&map).unwrap()).unwrap();
            prop_assert_eq!(&read, &fields);
            let mut longer = before.clone();
            longer.extend(more.clone());
            prop_assert_eq!(&longer, &fields);
            prop_assert_eq!(map.remove(&name), fields.remove(&name));
            fields.retain(|name, _| name.starts_with('a'));
            map.retain(|name, _| name.starts_with('a'));
            prop_assert!(fields.keys().eq(map.keys()) && fields.values().eq(map.values()));
            prop_assert_eq!(Fields::from(map.clone()).into_iter().collect::<Vec<_>>(), map.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(before, first.into_iter().collect::<Fields>(), "a copy stays as it was");
        }
    }

    #[test]
    fn names_and_copies_are_shared() {
        let one = Fields::from([("email".to_owned(), Value::text("a"))]);
        let mut other = one.clone();
        assert!(Arc::ptr_eq(&one.0, &other.0));
        other.insert("email".to_owned(), Value::text("b"));
        assert_eq!((one.get("email"), other.get("email")), (Some(&Value::text("a")), Some(&Value::text("b"))));
        let (Some((here, _)), Some((there, _))) = (one.0.first(), other.0.first()) else { unreachable!("one field") };
        assert!(Arc::ptr_eq(&here.0, &there.0));
    }
}
