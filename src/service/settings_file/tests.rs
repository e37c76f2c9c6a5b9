#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::path::Path;

use super::*;
use crate::connectors::builtin;
use crate::model::{
    CompareSchedule, DeleteGuard, DeletePolicy, Direction, FilterTest, Kind, PerSide, Policy, SecretRef, Transform,
    WriteMode, Writes,
};

const DESIGN: &str = r#"[[account]]
name = "Shop list"
connector = "csv"
path = "shop.csv"                 # relative to this file
id = "customer_no"                # column that identifies a row; without it, the match key does

[[account]]
name = "Address book"
connector = "carddav"
url = "http://127.0.0.1:5232/"    # discovered from here (RFC 6764), or an address book itself
username = "ann"
password = { env = "ANN_PASSWORD" }   # or { keyring = true }

[[pair]]
name = "customers"
a = { account = "Shop list" }
b = { account = "Address book", collection = "Customers" }
match = ["email"]                 # mapping names, tried in order
deletes = "ignore"                # ignore | both | a_to_b | b_to_a   (default ignore)
delete_guard = { count = 10, percent = 10 }
conflicts = "ask"                 # ask | a | b | newest     (default ask)
writes = { a = ["create", "update"], b = ["update"] }   # default: create and update on both sides
sync_every = "5m"                 # or "manual"
compare_every = "1d"              # 1d | 7d | "manual"; at = "07:00"

[[pair.field]]
name = "email"
a = "E-mail"
b = "email"
kind = "email"
direction = "both"                # both | a_to_b | b_to_a
[[pair.field]]
name = "phone"
a = "Phone"
b = "tel"
kind = "phone"
region = "BE"
conflicts = "a"                   # a field may have its own policy
write = "replace"                 # replace | fill_empty | add     (default replace)

[[pair.filter]]                   # only these records take part
side = "a"
field = "Status"
is = ["customer", "lead"]         # or is_not, contains, empty = true, empty = false
"#;

const ACCOUNTS: &str = r#"[[account]]
name = "L"
connector = "csv"
path = "l.csv"
[[account]]
name = "R"
connector = "csv"
path = "/abs/r.csv"
[[pair]]
name = "p"
a = { account = "L" }
b = { account = "R" }
match = "email"
[[pair.field]]
name = "email"
a = "Mail"
b = "Email"
kind = "email"
"#;

fn base() -> &'static Path {
    Path::new("/base/dir")
}

/// The problems of the design's example in which one line was replaced.
fn problems(from: &str, to: &str) -> String {
    assert!(DESIGN.contains(from), "the example holds {from:?}");
    parse(&DESIGN.replacen(from, to, 1), base()).unwrap_err().to_string()
}

/// The problems of a small file with one more field or other lines at its end.
fn added(lines: &str) -> Result<Settings, SettingsError> {
    parse(&format!("{ACCOUNTS}{lines}"), base())
}

fn added_problem(lines: &str) -> String {
    added(lines).unwrap_err().to_string()
}

#[test]
fn the_example_of_the_design_is_read() {
    let settings = parse(DESIGN, base()).unwrap();
    let [shop, book] = settings.accounts.as_slice() else { panic!("two accounts") };
    assert_eq!(shop.options["path"], "/base/dir/shop.csv");
    assert_eq!(shop.options["id"], "customer_no");
    assert_eq!(shop.secret, None);
    assert_eq!(book.secret, Some(SecretRef::Env("ANN_PASSWORD".into())));
    assert_eq!(book.options["username"], "ann");
    let [pair] = settings.pairs.as_slice() else { panic!("one pair") };
    assert_eq!(pair.ends.b.collection.as_deref(), Some("Customers"));
    assert_eq!(pair.match_keys, ["email"]);
    assert_eq!(pair.deletes, DeletePolicy::Ignore);
    assert_eq!(pair.guard, DeleteGuard { count: 10, percent: 10 });
    assert_eq!(pair.writes, PerSide::new(Writes::default(), Writes { create: false, update: true }));
    assert_eq!(pair.schedule.sync_every, Some(300));
    assert_eq!(pair.schedule.compare, Some(CompareSchedule { every_days: 1, at_minute: 420 }));
    assert_eq!(pair.fields[0].kind, Kind::Email);
    assert_eq!(pair.fields[1].region.as_deref(), Some("BE"));
    assert_eq!(pair.fields[1].policy, Some(Policy::A));
    assert_eq!(pair.filters[0].test, FilterTest::Is(vec!["customer".into(), "lead".into()]));
}

#[test]
fn what_is_rendered_reads_back_the_same() {
    let settings = parse(DESIGN, base()).unwrap();
    let text = render(&settings, base(), &builtin());
    assert_eq!(parse(&text, base()).unwrap(), settings, "{text}");
    assert!(text.contains("path = \"shop.csv\""), "paths under the folder are relative: {text}");
}

#[test]
fn every_extra_reads_and_renders() {
    let settings = added(
        r#"
direction = "a_to_b"
conflicts = "newest"
normalise = true
[[pair.field]]
name = "name"
a = "Name"
b = ["Given", "Family"]
transform = "split_name"
[[pair.field]]
name = "greeting"
a = ["Name2", "Title"]
b = "Greeting"
direction = "a_to_b"
transform = { template = "Dear {{ Title }} \"{{ Name2 }}\"\n\\" }
[[pair.field]]
name = "status"
a = "Status"
b = "Stage"
kind = "choice"
values = { Lead = "prospect", "Old one" = "former" }
default = { a = "Lead", b = "" }
[[pair.field]]
name = "news"
a = "News"
b = "Newsletter"
kind = "boolean"
words = { a = ["ja", "nee"], b = ["1", "0"] }
[[pair.field]]
name = "labels"
a = "Labels"
b = "Tags"
kind = "list"
separator = { a = ";" }
write = "add"
[[pair.field]]
name = "since"
a = "Since"
b = "Since"
kind = "date_time"
values = [["x", "y"]]
write = "fill_empty"
direction = "b_to_a"
[[pair.filter]]
side = "b"
field = "Gone"
empty = true
[[pair.filter]]
side = "a"
field = "Kind"
is_not = "test"
[[pair.filter]]
side = "a"
field = "Kind"
contains = "shop"
"#,
    )
    .unwrap();
    let pair = &settings.pairs[0];
    assert!(pair.fields[0].write_normal);
    assert_eq!(pair.fields[0].direction, Direction::AToB);
    assert_eq!(pair.fields[1].transform, Transform::SplitName);
    assert_eq!(pair.fields[1].fields.b, ["Given", "Family"]);
    assert_eq!(pair.fields[2].transform, Transform::Template("Dear {{ Title }} \"{{ Name2 }}\"\n\\".into()));
    let words: Vec<_> = pair.fields[3].values.iter().map(|words| (words.a.as_str(), words.b.as_str())).collect();
    assert_eq!(words, [("Lead", "prospect"), ("Old one", "former")]);
    assert_eq!(pair.fields[3].default, PerSide::new(Some("Lead".into()), Some(String::new())));
    assert_eq!(pair.fields[4].words.a, Some(("ja".into(), "nee".into())));
    assert_eq!(pair.fields[5].separator, PerSide::new(Some(";".into()), None));
    assert_eq!(pair.fields[5].write, WriteMode::Add);
    assert_eq!(pair.filters[1].test, FilterTest::IsNot(vec!["test".into()]));
    assert_eq!(parse(&render(&settings, base(), &builtin()), base()).unwrap(), settings);
}

#[test]
fn every_word_renders_as_it_is_read() {
    for (word, kind) in field::KINDS {
        assert_eq!(serde_json::to_value(kind).unwrap(), *word);
    }
    for (word, policy) in pair::POLICIES {
        assert_eq!(serde_json::to_value(policy).unwrap(), *word);
    }
    for (word, deletes) in pair::DELETES {
        assert_eq!(serde_json::to_value(deletes).unwrap(), *word);
    }
    for (text, seconds) in [("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86_400), ("90m", 5400)] {
        assert_eq!(pair::duration(text), Some(seconds));
        let every = DESIGN.replace("\"5m\"", &format!("\"{text}\""));
        let settings = parse(&every, base()).unwrap();
        assert_eq!(
            parse(&render(&settings, base(), &builtin()), base()).unwrap().pairs[0].schedule.sync_every,
            Some(seconds)
        );
    }
}

#[test]
fn unknown_keys_are_refused_with_their_line_and_the_nearest_name() {
    assert_eq!(
        problems("collection = ", "colection = "),
        "line 17: unknown key \"colection\"; did you mean \"collection\"?"
    );
    assert!(problems("[[pair.filter]]", "[[pair.filtr]]").starts_with("line 41: unknown key \"filtr\"; did you mean"));
    assert!(problems("[[account]]", "zzz = 1\n[[account]]").starts_with("line 1: unknown key \"zzz\"; the keys that"));
    assert!(
        problems("region = \"BE\"", "regoin = \"BE\"")
            .contains("line 37: unknown key \"regoin\"; did you mean \"region\"?")
    );
    assert!(problems("id = \"customer_no\"", "username = \"x\"").contains("line 5: unknown key \"username\""));
}

#[test]
fn all_problems_of_a_file_are_told_at_once_in_order() {
    let text =
        DESIGN.replace("sync_every = \"5m\"", "sync_every = \"soon\"").replace("kind = \"phone\"", "kind = \"phnoe\"");
    let error = parse(&text, base()).unwrap_err();
    let lines: Vec<usize> = error.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [23, 36]);
    assert!(error.to_string().contains("did you mean \"phone\"?"), "{error}");
}

#[test]
fn wrong_types_and_words_are_named() {
    assert_eq!(
        problems("deletes = \"ignore\"", "deletes = \"always\""),
        "line 19: \"deletes\" cannot be \"always\": it is one of \"ignore\", \"both\", \"a_to_b\", \"b_to_a\""
    );
    assert!(
        problems("name = \"customers\"", "name = 5")
            .contains("line 15: \"name\" must be a text in quotes, not a whole number")
    );
    assert!(problems("count = 10", "count = \"10\"").contains("line 20: \"count\" must be a whole number, not a text"));
    assert!(problems("percent = 10", "percent = 101").contains("from 0 to 100"));
    assert!(problems("compare_every = \"1d\"", "compare_every = \"2d\"").contains("\"1d\", \"7d\", \"manual\""));
    assert!(problems("is = [\"customer\", \"lead\"]", "is = [1]").contains("list of texts"));
    assert!(problems("b = [\"update\"]", "b = [\"delete\"]").contains("deletes = "));
    assert!(problems("b = [\"update\"]", "b = [\"updat\"]").contains("\"create\", \"update\""));
    assert!(
        problems("a = { account = \"Shop list\" }", "a = \"Shop list\"")
            .contains("line 16: \"a\" must be a table like")
    );
    assert!(problems("[[pair]]", "[pair]").contains("line 14"));
}

#[test]
fn broken_toml_names_its_line() {
    assert!(problems("name = \"customers\"", "name = customers").starts_with("line 15: this is not valid TOML"));
    assert!(parse("\u{feff}[[account]]\nname = ", base()).unwrap_err().to_string().starts_with("line 2"));
}

#[test]
fn a_password_never_stands_in_the_file() {
    let told = problems("{ env = \"ANN_PASSWORD\" }", "\"hunter2\"");
    assert!(told.starts_with("line 12: a password never stands in a settings file"), "{told}");
    assert!(!told.contains("hunter2"));
    let told = problems("http://127.0.0.1:5232/", "https://ann:hunter2@dav.example.com/");
    assert!(told.contains("does not belong in the address") && !told.contains("hunter2"), "{told}");
    assert!(problems("{ env = \"ANN_PASSWORD\" }", "{ env = \"X\", ask = true }").contains("contradict each other"));
    assert!(problems("{ env = \"ANN_PASSWORD\" }", "{ keyring = false }").contains("can only be true"));
    assert!(problems("{ env = \"ANN_PASSWORD\" }", "{ }").contains("where is the password found"));
    assert!(
        problems("id = \"customer_no\"", "password = { ask = true }")
            .contains("line 5: an account of the connector \"csv\" has no password")
    );
    for (text, secret) in [("{ keyring = true }", SecretRef::Keyring), ("{ ask = true }", SecretRef::Ask)] {
        let settings = parse(&DESIGN.replace("{ env = \"ANN_PASSWORD\" }", text), base()).unwrap();
        assert_eq!(settings.accounts[1].secret, Some(secret));
        assert_eq!(parse(&render(&settings, base(), &builtin()), base()).unwrap(), settings);
    }
}

#[test]
fn names_must_exist_and_be_unique() {
    assert_eq!(
        problems("a = { account = \"Shop list\" }", "a = { account = \"Shop lisst\" }"),
        "line 16: there is no account \"Shop lisst\"; did you mean \"Shop list\"?"
    );
    assert!(
        problems("match = [\"email\"]", "match = [\"mail\"]")
            .contains("line 18: this pair has no field named \"mail\"")
    );
    assert!(problems("match = [\"email\"]", "match = []").contains("by which two records are known"));
    assert!(problems("match = [\"email\"]", "match = [\"email\", \"email\"]").contains("stands twice"));
    assert!(problems("name = \"phone\"", "name = \"email\"").contains("two fields named \"email\""));
    assert!(
        problems("name = \"Address book\"", "name = \"Shop list\"").contains("line 8: there are two accounts named")
    );
    assert!(
        problems("connector = \"csv\"", "connector = \"cvs\"")
            .contains("line 3: there is no connector \"cvs\"; did you mean \"csv\"?")
    );
    let twice =
        format!("{DESIGN}{}", DESIGN.split_once("[[pair]]").map(|(_, pair)| format!("[[pair]]{pair}")).unwrap());
    assert!(parse(&twice, base()).unwrap_err().to_string().contains("two pairs named \"customers\""));
    assert!(problems("path = \"shop.csv\"", "").contains("line 1: an account of the connector \"csv\" needs `path"));
}

#[test]
fn a_pair_may_use_accounts_of_the_workspace() {
    let pair = DESIGN.split_once("[[pair]]").map(|(_, pair)| format!("[[pair]]{pair}")).unwrap();
    assert!(parse(&pair, base()).unwrap_err().to_string().contains("there is no account at all"));
    let known = ["Shop list".to_owned(), "Address book".to_owned()];
    assert_eq!(parse_with(&pair, base(), &known, &builtin()).unwrap().pairs.len(), 1);
}

#[test]
fn contradictions_are_refused() {
    let cases = [
        ("region = \"BE\"", "\"region\" only goes with kind = \"phone\""),
        ("words = { a = [\"y\", \"n\"] }", "\"words\" only goes with kind = \"boolean\""),
        ("separator = { a = \";\" }", "\"separator\" only goes with kind = \"list\""),
        ("write = \"add\"", "write = \"add\" only goes with kind = \"list\""),
        ("transform = { template = \"x\" }", "a template only works one way"),
        ("transform = \"split_name\"", "needs the full name on one side"),
        ("direction = \"a_to_b\"\ndefault = { a = \"x\" }", "never written to A"),
        ("values = [[\"x\", \"y\"], [\"x\", \"z\"]]", "\"x\" of A stands twice"),
        ("values = [[\"x\"]]", "\"values\" must be"),
    ];
    for (lines, told) in cases {
        let found = added_problem(lines);
        assert!(found.contains(told), "{lines}: {found}");
    }
    let field = |lines: &str| format!("[[pair.field]]\nname = \"x\"\na = \"X\"\nb = \"Y\"\n{lines}\n");
    assert!(added_problem(&field("kind = \"choice\"")).contains("a choice needs `values"));
    assert!(added_problem(&field("").replace("\"Y\"", "\"Email\"")).contains("both write the field \"Email\" of B"));
    assert!(
        added_problem(&field("").replace("\"Y\"", "[\"Y\", \"Z\"]")).contains("several fields of B need a transform")
    );
    assert!(added_problem("[[pair.filter]]\nside = \"a\"\nfield = \"X\"").contains("asks something of its field"));
    assert!(
        added_problem("[[pair.filter]]\nside = \"a\"\nfield = \"X\"\nis = \"y\"\nempty = true")
            .contains("asks one thing")
    );
    let both = problems("id = \"customer_no\"", "id = \"customer_no\"\nkey = \"E-mail\"");
    assert!(both.contains("line 6: \"id\" and \"key\" contradict"), "{both}");
    let same = ACCOUNTS.replace("b = { account = \"R\" }", "b = { account = \"L\" }");
    assert!(parse(&same, base()).unwrap_err().to_string().contains("are the same list"));
    let at = ACCOUNTS.replace("match = \"email\"", "match = \"email\"\nat = \"08:00\"");
    assert!(parse(&at, base()).unwrap_err().to_string().contains("compares by hand only"));
    let at = ACCOUNTS.replace("match = \"email\"", "match = \"email\"\ncompare_every = \"7d\"\nat = \"18:30\"");
    let schedule = parse(&at, base()).unwrap().pairs[0].schedule.compare.clone();
    assert_eq!(schedule, Some(CompareSchedule { every_days: 7, at_minute: 18 * 60 + 30 }));
    let at = at.replace("18:30", "24:00");
    assert!(parse(&at, base()).unwrap_err().to_string().contains("not a time of day"));
}

#[test]
fn the_settings_of_the_sample_are_right() {
    let settings = parse(include_str!("../../../assets/sample/sample.toml"), base()).unwrap();
    let header = |bytes: &[u8], delimiter: char| -> Vec<String> {
        let line: Vec<u8> = bytes.iter().copied().take_while(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        String::from_utf8(line).unwrap().split(delimiter).map(str::to_owned).collect()
    };
    let columns = PerSide::new(
        header(include_bytes!("../../../assets/sample/shop-customers.csv"), ';'),
        header(include_bytes!("../../../assets/sample/address-book.csv"), ','),
    );
    for side in crate::model::Side::BOTH {
        for wanted in settings.pairs[0].wanted_fields(side) {
            assert!(columns.get(side).contains(&wanted), "{side} has a column {wanted}");
        }
    }
}

#[test]
fn what_fuzzing_found_is_read_and_written_as_the_same() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/settings");
    let folder = Path::new("/srv");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        count += 1;
        let Ok(settings) = parse(&String::from_utf8_lossy(&bytes), folder) else { continue };
        let written = render(&settings, folder, &crate::connectors::builtin());
        assert_eq!(parse(&written, folder).as_ref(), Ok(&settings), "{written}");
    }
    assert!(count > 0);
}
