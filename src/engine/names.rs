//! Full names and their given and family part.

/// Words that belong to the family name that follows them.
const PARTICLES: [&str; 26] = [
    "van", "de", "den", "der", "het", "'t", "von", "zu", "zum", "zur", "du", "da", "das", "do", "dos", "di", "del",
    "della", "la", "le", "ter", "ten", "te", "el", "al", "st.",
];
/// More such words, which are patronymics.
const PATRONYMICS: [&str; 4] = ["bin", "ibn", "ben", "mac"];
/// Words that stand behind a name and stay with the family name.
const SUFFIXES: [&str; 10] = ["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md"];

/// The given and the family name of a full name.
///
/// `Family, Given` is read as such. Else the family name is the last word with the particles
/// before it (`van den`, `de`, `von`) and the suffixes behind it (`Jr.`). A single word is a given
/// name. Whatever the guess, both parts joined are the same full name again.
pub(super) fn split(full: &str) -> (String, String) {
    let full = collapse(full);
    let segments: Vec<&str> = full.split(',').map(str::trim).collect();
    match segments.as_slice() {
        [family, given] if !is_suffix(given) => (collapse(given), (*family).to_owned()),
        [name, suffix] => by_words(&collapse(&format!("{name} {suffix}"))),
        [family, given, suffix] if is_suffix(suffix) && !family.is_empty() => {
            (collapse(given), collapse(&format!("{family} {suffix}")))
        }
        _ => by_words(&full),
    }
}

/// The full name of two parts: given, one space, family.
pub(super) fn join(given: &str, family: &str) -> String {
    collapse(&format!("{given} {family}"))
}

/// The form in which full names compare.
pub(super) fn normal(full: &str) -> String {
    let (given, family) = split(full);
    join(&given, &family)
}

/// White space trimmed, and every run of it made one space.
pub(super) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn by_words(full: &str) -> (String, String) {
    let words: Vec<&str> = full.split(' ').filter(|word| !word.is_empty()).collect();
    let suffixes = words.iter().rev().take_while(|word| is_suffix(word)).count();
    let last = words.len().saturating_sub(suffixes + 1);
    let mut start = last;
    while start > 0 && words.get(start - 1).is_some_and(|word| is_particle(word)) {
        start -= 1;
    }
    // A capital at the very start is more often a given name (`Al Pacino`) than a particle.
    if start == 0 && words.first().is_some_and(|word| word.starts_with(char::is_uppercase)) {
        start = 1;
    }
    if words.len() == 1 {
        return (full.to_owned(), String::new());
    }
    let (given, family) = words.split_at_checked(start).unwrap_or((&words, &[]));
    (given.join(" "), family.join(" "))
}

fn is_particle(word: &str) -> bool {
    let word = word.to_lowercase();
    PARTICLES.contains(&word.as_str()) || PATRONYMICS.contains(&word.as_str())
}

fn is_suffix(word: &str) -> bool {
    SUFFIXES.contains(&word.to_lowercase().as_str())
}
