//! From a text back to the key that it was made from, so that it can be named without what is in it.

use std::sync::LazyLock;

use fluent_bundle::FluentResource;

use super::{DUTCH, ENGLISH};

/// The parts of each text that are always there, in their order.
type Known = (&'static str, Vec<String>);

/// Letters that are always there, below which anything would look like the text.
const LEAST: usize = 20;

static ALL: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (_, file) in ENGLISH.iter().chain(DUTCH) {
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        for key in file.lines().filter_map(|line| Some(line.split_once(" =")?.0)) {
            let parts = literals(&resource, key);
            if parts.iter().map(|part| part.trim().len()).sum::<usize>() >= LEAST {
                all.push((key, parts));
            }
        }
    }
    // The text with most of its own comes first: it is the least likely to fit by chance.
    all.sort_by_key(|(_, parts)| std::cmp::Reverse(parts.iter().map(String::len).sum::<usize>()));
    all
});

/// The key of the text that this one holds, with or without more around it.
#[must_use]
pub fn key_of(text: &str) -> Option<&'static str> {
    let fits = |parts: &[String]| {
        let mut rest = text;
        parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).all(|part| match rest.find(part) {
            Some(at) => {
                rest = rest.get(at + part.len()..).unwrap_or_default();
                true
            }
            None => false,
        })
    };
    ALL.iter().find(|(_, parts)| fits(parts)).map(|(key, _)| *key)
}

/// What a text says whatever its values are. Of a text with a plural, what is before and after it.
fn literals(resource: &FluentResource, key: &str) -> Vec<String> {
    let Ok(tag) = "en".parse() else { return Vec::new() };
    let mut bundle = fluent_bundle::FluentBundle::new(vec![tag]);
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return Vec::new() };
    let mut errors = Vec::new();
    // Without its values, each stands as `{$name}`.
    let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("{$") {
        parts.push(before.to_owned());
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    parts.push(rest.to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_whatever_is_in_it() {
        let text = crate::texts::text("sync-empty-list", &[("account", "Ann's book".into()), ("count", 120.into())]);
        assert_eq!(key_of(&text), Some("sync-empty-list"));
        assert_eq!(key_of(&format!("Shop list: {text}")), Some("sync-empty-list"));
        assert_eq!(key_of("Ann Peeters, ann@example.org: 500 Internal Server Error"), None);
        assert_eq!(key_of(""), None);
    }
}
