//! Value maps: the words of A and of B for the same thing.

use crate::model::{PerSide, Side};

/// Starts the normal form of a mapped word, so that it never equals the text of an unmapped one.
const MARK: char = '\u{1}';

/// Whether two words are the same whatever their case and outer spaces.
pub(super) fn same_word(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}

/// The normal form of a word in the table on its side; none when it is not there.
///
/// Words that are tied through any chain of pairs are one: with `Lead <-> prospect` and
/// `Suspect <-> prospect`, `Lead` and `Suspect` compare equal, for B cannot tell them apart. The
/// form is named by the place of the chain's first pair, so it stays the same when the sides swap.
pub(super) fn component(values: &[PerSide<String>], side: Side, word: &str) -> Option<String> {
    let mut members: Vec<&PerSide<String>> = values.iter().filter(|pair| same_word(pair.get(side), word)).collect();
    if members.is_empty() {
        return None;
    }
    loop {
        let tied = |pair: &PerSide<String>| {
            members.iter().any(|member| same_word(&member.a, &pair.a) || same_word(&member.b, &pair.b))
        };
        let grown: Vec<&PerSide<String>> = values.iter().filter(|pair| tied(pair)).collect();
        if grown.len() == members.len() {
            break;
        }
        members = grown;
    }
    let first = values.iter().position(|pair| members.iter().any(|member| std::ptr::eq(*member, pair)))?;
    let pair = values.get(first)?;
    let (a, b) = (pair.a.trim().to_lowercase(), pair.b.trim().to_lowercase());
    Some(format!("{MARK}{first} {}", a.min(b)))
}

/// The other side's word for a word of `side`: that of the first pair that has it.
pub(super) fn translate<'a>(values: &'a [PerSide<String>], side: Side, word: &str) -> Option<&'a str> {
    values.iter().find(|pair| same_word(pair.get(side), word)).map(|pair| pair.get(side.opposite()).as_str())
}
