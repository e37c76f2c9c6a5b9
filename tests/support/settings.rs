//! Settings files of the tests: two accounts and the pair between them.

/// One end of the pair.
pub(crate) struct End<'a> {
    /// The account's name.
    pub(crate) account: &'a str,
    /// What else its settings say, a line each.
    pub(crate) lines: &'a str,
    /// The list in it; empty where it has only one.
    pub(crate) collection: &'a str,
}

/// A field: its name, the fields of A and B, and what else its settings say.
pub(crate) type Field<'a> = (&'a str, &'a str, &'a str, &'a str);

/// An account that is a CSV file, with the column that identifies a row.
pub(crate) fn csv(path: &str, id: &str) -> String {
    format!("connector = \"csv\"\npath = '{path}'\nid = \"{id}\"")
}

/// An address book of Ann's, whose password this variable of the environment holds.
pub(crate) fn carddav(url: &str, password: &str) -> String {
    format!("connector = \"carddav\"\nurl = \"{url}\"\nusername = \"ann\"\npassword = {{ env = \"{password}\" }}")
}

/// What a pair says that does nothing by itself.
pub(crate) const BY_HAND: &str = "sync_every = \"manual\"\ncompare_every = \"manual\"";

/// A pair called "customers", matched by its field "email", with these further lines.
pub(crate) fn settings(ends: &[End<'_>; 2], pair: &str, fields: &[Field<'_>]) -> String {
    settings_called("customers", ends, pair, fields)
}

/// The same, for a pair with another name.
pub(crate) fn settings_called(name: &str, ends: &[End<'_>; 2], pair: &str, fields: &[Field<'_>]) -> String {
    let mut text = String::new();
    for end in ends {
        text.push_str(&format!("[[account]]\nname = \"{}\"\n{}\n\n", end.account, end.lines));
    }
    text.push_str(&format!("[[pair]]\nname = \"{name}\"\nmatch = [\"email\"]\n"));
    for (side, end) in ["a", "b"].iter().zip(ends) {
        let list =
            if end.collection.is_empty() { String::new() } else { format!(", collection = \"{}\"", end.collection) };
        text.push_str(&format!("{side} = {{ account = \"{}\"{list} }}\n", end.account));
    }
    text.push_str(&format!("{pair}\n"));
    for (name, a, b, lines) in fields {
        text.push_str(&format!("\n[[pair.field]]\nname = \"{name}\"\na = \"{a}\"\nb = \"{b}\"\n{lines}\n"));
    }
    text
}
