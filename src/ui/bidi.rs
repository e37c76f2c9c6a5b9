//! Words that are written from right to left, in the order in which they are seen.
//!
//! egui shapes each stretch of one typeface by itself, so an Arabic or Hebrew word is drawn as it should
//! be; but it sets the stretches from left to right, so that a name of two words would be read from its
//! end. This puts the stretches into the order of the Unicode Bidirectional Algorithm (UAX 9,
//! <https://www.unicode.org/reports/tr9/>). Inside a word nothing is moved: egui does that.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// A text on one line as it is drawn. Most texts are the same.
pub(crate) fn seen(text: &str) -> Cow<'_, str> {
    if text.chars().all(|letter| u32::from(letter) < 0x0590) {
        return Cow::Borrowed(text);
    }
    let info = BidiInfo::new(text, None);
    if !info.has_rtl() {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let Some(part) = text.get(run.clone()) else { continue };
            if levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl) {
                turn(part, &mut seen);
            } else {
                seen.push_str(part);
            }
        }
    }
    Cow::Owned(seen)
}

/// A stretch from right to left: its words in the other order, and what stands between them turned.
fn turn(part: &str, seen: &mut String) {
    let mut words: Vec<String> = Vec::new();
    let mut before = false;
    for letter in part.chars() {
        let shaped = matches!(bidi_class(letter), BidiClass::R | BidiClass::AL | BidiClass::NSM | BidiClass::BN);
        match words.last_mut() {
            Some(word) if shaped && before => word.push(letter),
            Some(_) | None => words.push(if shaped { letter } else { mirrored(letter) }.to_string()),
        }
        before = shaped;
    }
    seen.extend(words.into_iter().rev());
}

/// The brackets that look the other way (`BidiMirroring.txt`, those of names and remarks).
const fn mirrored(letter: char) -> char {
    match letter {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_right_to_left_come_in_their_order() {
        assert_eq!(seen("Ann Peeters – €5"), "Ann Peeters – €5");
        assert_eq!(seen("Łukasz Ελένη Мария 王小明"), "Łukasz Ελένη Мария 王小明");
        // The letters of a word stay as they are stored, for egui turns them when it draws them.
        assert_eq!(seen("שרה כהן"), "כהן שרה");
        assert_eq!(seen("فاطمة الزهراء"), "الزهراء فاطمة");
        assert_eq!(seen("Bakker שרה כהן Gent"), "Bakker כהן שרה Gent");
        assert_eq!(seen("دمشق (سوريا)"), "(سوريا) دمشق");
        assert_eq!(seen("שרה 12"), "12 שרה");
    }
}
