//! Which characters of two values differ.

use std::ops::Range;

/// Above this many characters a value is marked between its common start and end only.
const MOST: usize = 400;

/// A part of a value, and whether it differs from the other value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The text.
    pub(crate) text: String,
    /// Whether the other value has something else here.
    pub(crate) differs: bool,
}

/// Cuts two values into parts that are the same and parts that differ, by their longest common
/// subsequence of characters.
pub(crate) fn parts(a: &str, b: &str) -> (Vec<Part>, Vec<Part>) {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    let (middle_a, middle_b) = (start..a.len() - end, start..b.len() - end);
    let mut same_a = vec![true; a.len()];
    let mut same_b = vec![true; b.len()];
    for flag in same_a.get_mut(middle_a.clone()).into_iter().flatten() {
        *flag = false;
    }
    for flag in same_b.get_mut(middle_b.clone()).into_iter().flatten() {
        *flag = false;
    }
    if middle_a.len() <= MOST && middle_b.len() <= MOST {
        for (x, y) in common(&a, &b, &middle_a, &middle_b) {
            for (flags, at) in [(&mut same_a, x), (&mut same_b, y)] {
                if let Some(flag) = flags.get_mut(at) {
                    *flag = true;
                }
            }
        }
    }
    (join(&a, &same_a), join(&b, &same_b))
}

/// The positions of a longest common subsequence, by the table of its lengths.
fn common(a: &[char], b: &[char], in_a: &Range<usize>, in_b: &Range<usize>) -> Vec<(usize, usize)> {
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

fn join(chars: &[char], same: &[bool]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (c, same) in chars.iter().zip(same) {
        match parts.last_mut() {
            Some(part) if part.differs != *same => part.text.push(*c),
            Some(_) | None => parts.push(Part { text: c.to_string(), differs: !same }),
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
    fn only_what_differs_is_marked() {
        check("same", "same", "same", "same");
        check("", "new", "", "[new]");
        check("+32 478 12 34 56", "+32 478 12 34 99", "+32 478 12 34 [56]", "+32 478 12 34 [99]");
        check("Ann Peeters", "Anne Peters", "Ann P[e]eters", "Ann[e] Peters");
        check("aXbYc", "abc", "a[X]b[Y]c", "abc");
        check("λόγος", "λόγοι", "λόγο[ς]", "λόγο[ι]");
    }

    #[test]
    fn a_very_long_value_is_marked_between_its_common_ends() {
        let long = "x1".repeat(400);
        let other = "y2".repeat(400);
        let (in_a, in_b) = parts(&format!("start {long} end"), &format!("start {other} end"));
        assert_eq!(in_a.len(), 3);
        assert_eq!(in_b.len(), 3);
    }
}
