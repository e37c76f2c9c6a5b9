//! Which words of two values differ.
//!
//! Words are compared whole, for a name in which single letters are marked here and there is harder to
//! read than the name itself. Only in a long number or code that differs in one place is that place
//! marked.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// Above this many words a value is marked between its common start and end only.
const MOST: usize = 300;

/// A part of a value, and whether it differs from the other value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The text.
    pub(crate) text: String,
    /// Whether the other value has something else here.
    pub(crate) differs: bool,
}

/// Cuts two values into parts that are the same and parts that differ.
pub(crate) fn parts(a: &str, b: &str) -> (Vec<Part>, Vec<Part>) {
    let (words_a, words_b) = (words(a), words(b));
    let start = words_a.iter().zip(&words_b).take_while(|(x, y)| x == y).count();
    let most = words_a.len().min(words_b.len()) - start;
    let end = words_a.iter().rev().zip(words_b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    let (in_a, in_b) = (start..words_a.len() - end, start..words_b.len() - end);
    if let (Some([one]), Some([other])) = (words_a.get(in_a.clone()), words_b.get(in_b.clone()))
        && let Some((from, till)) = one_place(one, other)
    {
        let (before, after) = (words_a.get(..start), words_a.get(words_a.len() - end..));
        let (before, after) = (before.unwrap_or_default().concat(), after.unwrap_or_default().concat());
        let cut = |word: &str| {
            let middle = from..word.len().saturating_sub(till);
            let part = |range: Range<usize>| word.get(range).unwrap_or_default();
            join([
                (format!("{before}{}", part(0..middle.start)), false),
                (part(middle.clone()).to_owned(), true),
                (format!("{}{after}", part(middle.end..word.len())), false),
            ])
        };
        return (cut(one), cut(other));
    }
    let mut same_a = vec![true; words_a.len()];
    let mut same_b = vec![true; words_b.len()];
    for (flags, range) in [(&mut same_a, in_a.clone()), (&mut same_b, in_b.clone())] {
        flags.get_mut(range).into_iter().flatten().for_each(|flag| *flag = false);
    }
    if in_a.len() <= MOST && in_b.len() <= MOST {
        for (x, y) in common(&words_a, &words_b, &in_a, &in_b) {
            for (flags, at) in [(&mut same_a, x), (&mut same_b, y)] {
                if let Some(flag) = flags.get_mut(at) {
                    *flag = true;
                }
            }
        }
    }
    bridge(&words_a, &mut same_a);
    bridge(&words_b, &mut same_b);
    let owned = |words: &[&str], same: &[bool]| {
        join(words.iter().zip(same).map(|(word, same)| ((*word).to_owned(), !same)).collect::<Vec<_>>())
    };
    (owned(&words_a, &same_a), owned(&words_b, &same_b))
}

/// The words of a text and everything between them: runs of letters and digits, each other sign alone.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let joins = before.is_some_and(|before| {
            (is_word(before) && is_word(c)) || hangs(c) || before == '\u{200d}' || (before == ' ' && c == ' ')
        });
        if at > 0 && !joins {
            found.extend(text.get(start..at));
            start = at;
        }
        before = Some(c);
    }
    found.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || c == '\'' || c == '\u{2019}'
}

/// Whether a sign is a part of the one before it: an accent, a variant, what joins two emoji.
fn hangs(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// How much of two long codes is the same at their start and end, where they differ in one place only.
fn one_place(one: &str, other: &str) -> Option<(usize, usize)> {
    let code = |word: &str| word.len() >= 6 && word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_digit());
    if !code(one) || !code(other) {
        return None;
    }
    let start = one.bytes().zip(other.bytes()).take_while(|(x, y)| x == y).count();
    let most = one.len().min(other.len()) - start;
    let end = one.bytes().rev().zip(other.bytes().rev()).take(most).take_while(|(x, y)| x == y).count();
    (2 * (start + end) >= one.len().max(other.len())).then_some((start, end))
}

/// Marks a blank or a sign between two words that differ as well, so that they are one mark.
fn bridge(words: &[&str], same: &mut [bool]) {
    for at in 1..same.len().saturating_sub(1) {
        let between = words.get(at).is_some_and(|word| word.chars().all(|c| !is_word(c)));
        if between
            && same.get(at - 1) == Some(&false)
            && same.get(at + 1) == Some(&false)
            && let Some(flag) = same.get_mut(at)
        {
            *flag = false;
        }
    }
}

/// The positions of a longest common subsequence, by the table of its lengths.
fn common(a: &[&str], b: &[&str], in_a: &Range<usize>, in_b: &Range<usize>) -> Vec<(usize, usize)> {
    let (rows, columns) = (in_a.len(), in_b.len());
    let mut lengths = vec![vec![0_u16; columns + 1]; rows + 1];
    let length = |lengths: &Vec<Vec<u16>>, x: usize, y: usize| lengths.get(x).and_then(|row| row.get(y)).copied();
    let same = |x: usize, y: usize| a.get(in_a.start + x) == b.get(in_b.start + y);
    for x in (0..rows).rev() {
        for y in (0..columns).rev() {
            let best = if same(x, y) {
                length(&lengths, x + 1, y + 1).unwrap_or(0) + 1
            } else {
                length(&lengths, x + 1, y).max(length(&lengths, x, y + 1)).unwrap_or(0)
            };
            if let Some(cell) = lengths.get_mut(x).and_then(|row| row.get_mut(y)) {
                *cell = best;
            }
        }
    }
    let (mut x, mut y) = (0, 0);
    let mut found = Vec::new();
    while x < rows && y < columns {
        if same(x, y) {
            found.push((in_a.start + x, in_b.start + y));
            x += 1;
            y += 1;
        } else if length(&lengths, x + 1, y) >= length(&lengths, x, y + 1) {
            x += 1;
        } else {
            y += 1;
        }
    }
    found
}

fn join(pieces: impl IntoIterator<Item = (String, bool)>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (text, differs) in pieces.into_iter().filter(|(text, _)| !text.is_empty()) {
        match parts.last_mut() {
            Some(part) if part.differs == differs => part.text.push_str(&text),
            Some(_) | None => parts.push(Part { text, differs }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(parts: &[Part]) -> String {
        parts.iter().map(|part| if part.differs { format!("[{}]", part.text) } else { part.text.clone() }).collect()
    }

    fn check(a: &str, b: &str, expect_a: &str, expect_b: &str) {
        let (in_a, in_b) = parts(a, b);
        assert_eq!((marked(&in_a).as_str(), marked(&in_b).as_str()), (expect_a, expect_b));
    }

    #[test]
    fn whole_words_that_differ_are_marked() {
        check("same", "same", "same", "same");
        check("", "new", "", "[new]");
        check("+32 478 12 34 56", "+32 478 12 34 99", "+32 478 12 34 [56]", "+32 478 12 34 [99]");
        check("Ann Peeters", "Anne Peters", "[Ann Peeters]", "[Anne Peters]");
        check("Ann Peeters", "Ann Peters", "Ann [Peeters]", "Ann [Peters]");
        check("ann@x.test", "anne@x.test", "[ann]@x.test", "[anne]@x.test");
        check("Kerkstraat 1, Gent", "Kerkstraat 12, Gent", "Kerkstraat [1], Gent", "Kerkstraat [12], Gent");
        check("λόγος μέγας", "λόγοι μέγας", "[λόγος] μέγας", "[λόγοι] μέγας");
        check("d'Hondt", "D'Hondt", "[d'Hondt]", "[D'Hondt]");
    }

    #[test]
    fn a_long_code_is_marked_where_it_differs() {
        check("BE0412345678", "BE0412345679", "BE041234567[8]", "BE041234567[9]");
        check("0478123456", "0478113456", "04781[2]3456", "04781[1]3456");
        check("0478123456", "0499654321", "[0478123456]", "[0499654321]");
        check("tel 0478123456", "tel 0478123499", "tel 04781234[56]", "tel 04781234[99]");
    }

    #[test]
    fn what_hangs_together_is_not_cut() {
        check("👩\u{200d}🔧 Ann", "👩\u{200d}🎨 Ann", "[👩\u{200d}🔧] Ann", "[👩\u{200d}🎨] Ann");
        check("Zoe\u{308}", "Zoe", "[Zoe\u{308}]", "[Zoe]");
        check("👍🏽", "👍🏿", "[👍🏽]", "[👍🏿]");
    }

    #[test]
    fn a_very_long_value_is_marked_between_its_common_ends() {
        let long = "x1 ".repeat(400);
        let other = "y2 ".repeat(400);
        let (in_a, in_b) = parts(&format!("start {long}end"), &format!("start {other}end"));
        assert_eq!(in_a.len(), 3);
        assert_eq!(in_b.len(), 3);
    }
}
