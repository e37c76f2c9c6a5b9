//! The terminal's contract with the real service behind it: exit codes, JSON shapes, and what is said
//! when something is wrong (DESIGN.md, section 4).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    missing_docs,
    reason = "tests fail by panicking"
)]

#[path = "terminal/ping_pong.rs"]
mod ping_pong;
mod support;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value as Json;
use support::lab::{Ended, Workplace};
use support::servers::{Auth, Kind, Server};
use support::settings::{End, Field, carddav, csv, settings};

const FIELDS: [Field<'_>; 2] = [("email", "mail", "mail", "kind = \"email\""), ("name", "name", "name", "")];

/// A pair of two CSV files.
fn two_files(a: &str, b: &str) -> Workplace {
    let place = Workplace::new();
    place.write("a.csv", a);
    place.write("b.csv", b);
    let (shop, book) = (csv("a.csv", "id"), csv("b.csv", "id"));
    let shop = End { account: "Shop", lines: &shop, collection: "" };
    let book = End { account: "Book", lines: &book, collection: "" };
    place.write("s.toml", settings(&[shop, book], "", &FIELDS));
    place.json(0, &["import", "s.toml"]);
    place
}

fn usual() -> Workplace {
    two_files("id,mail,name\n1,ann@x.test,Ann\n2,bob@x.test,Bob\n", "id,mail,name\n1,ann@x.test,Anna\n")
}

fn has(json: &Json, keys: &[&str]) {
    for key in keys {
        assert!(json.get(key).is_some(), "{key} is missing in {json}");
    }
}

/// A command that must fail with this code, and say all of this in one JSON object and on standard
/// error.
fn fails(place: &Workplace, code: i32, args: &[&str], words: &[&str]) -> Ended {
    let mut line = vec!["--json"];
    line.extend(args);
    let ended = place.run(&line);
    let told = format!("{args:?}: {}\n{}\n{}", ended.code, ended.stdout, ended.stderr);
    assert_eq!(ended.code, code, "{told}");
    ended.json().unwrap();
    for word in words {
        assert!(ended.stdout.to_lowercase().contains(&word.to_lowercase()), "{word:?} is not said: {told}");
    }
    assert!(!ended.stderr.contains("panicked"), "{told}");
    ended
}

#[test]
fn every_answer_is_one_json_object_of_its_documented_shape() {
    let place = usual();
    let preview = place.json(3, &["sync"]);
    assert_eq!(preview["outcome"], "preview");
    has(&preview["plan"], &["operations", "set_aside", "conflicts"]);
    let run = place.json(3, &["sync", "customers", "--yes"]);
    has(&run, &["run", "pair", "outcome", "a", "b", "conflicts", "failed", "seconds"]);
    for side in ["a", "b"] {
        has(&run[side], &["listed", "created", "updated", "deleted", "requests"]);
    }
    assert_eq!((&run["outcome"], &run["b"]["created"], &run["conflicts"]), (&"waiting".into(), &1.into(), &1.into()));
    let compare = place.json(3, &["compare"]);
    has(
        &compare,
        &[
            "pair",
            "a_total",
            "b_total",
            "matched",
            "only_in_a",
            "only_in_b",
            "different",
            "duplicate_keys",
            "mismatches",
            "seconds",
        ],
    );
    let conflicts = place.json(3, &["conflicts"]);
    let first = &conflicts["conflicts"][0];
    has(first, &["id", "pair", "kind", "reason", "a", "b", "baseline", "fields"]);
    assert_eq!((&first["a"]["name"], &first["b"]["name"]), (&"Ann".into(), &"Anna".into()));
    let id = first["id"].to_string();
    let resolved = place.json(0, &["resolve", &id, "--use", "b"]);
    assert_eq!(resolved["a"]["updated"], 1);
    let history = place.json(0, &["history"]);
    assert!(history["runs"].as_array().unwrap().len() >= 2, "{history}");
    has(&history["runs"][0], &["run", "pair", "outcome", "started", "seconds", "a", "b"]);
    assert_eq!(place.json(0, &["compare"])["matched"], 2);
    assert_eq!(place.json(0, &["sync"])["outcome"], "done");
    assert_eq!(place.json(0, &["conflicts"])["conflicts"], Json::Array(vec![]));
}

#[test]
fn a_value_typed_by_the_operator_goes_to_both_sides() {
    let place = usual();
    place.json(3, &["sync", "--yes"]);
    let id = place.json(3, &["conflicts"])["conflicts"][0]["id"].to_string();
    place.json(0, &["resolve", &id, "--field", "name", "--value", "Ann P."]);
    assert!(place.read("a.csv").contains("1,ann@x.test,Ann P.") && place.read("b.csv").contains("1,ann@x.test,Ann P."));
    assert_eq!(place.json(0, &["sync"])["outcome"], "done");
}

#[test]
fn what_is_ignored_is_not_asked_again() {
    let place = usual();
    place.json(3, &["sync", "--yes"]);
    let id = place.json(3, &["conflicts"])["conflicts"][0]["id"].to_string();
    place.json(0, &["resolve", &id, "--use", "ignore"]);
    assert_eq!(place.json(0, &["sync"])["conflicts"], 0);
    assert_eq!(place.json(0, &["conflicts"])["conflicts"], Json::Array(vec![]));
    // Until one side changes.
    place.write("b.csv", place.read("b.csv").replace("Anna", "Annabel"));
    place.json(3, &["sync"]);
}

#[test]
fn wrong_names_are_wrong_use() {
    let place = usual();
    fails(&place, 2, &["sync", "custmers"], &["did you mean", "customers"]);
    fails(&place, 2, &["resolve", "99", "--use", "a"], &["99"]);
    fails(&place, 2, &["import", "nothing.toml"], &["nothing.toml"]);
    place.write("bad.toml", "[[account]]\nname = \"x\"\nconnector = \"csv\"\npath = \"a.csv\"\nidd = \"id\"\n");
    fails(&place, 2, &["import", "bad.toml"], &["idd", "line 5"]);
    fails(&place, 2, &["undo", "99"], &["99"]);
    let empty = Workplace::new();
    fails(&empty, 2, &["sync"], &["import"]);
}

#[test]
fn a_second_process_on_a_workspace_says_so() {
    let place = usual();
    let mut watch = place.command(&["--json", "watch"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(watch.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("started"), "{first}");
    let ended = place.run(&["--json", "sync"]);
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.json().unwrap()["error"].is_string(), "{}", ended.stdout);
    assert!(ended.stderr.contains("another") || ended.stderr.contains("already"), "{}", ended.stderr);
    // The lock goes with the process, however it ended.
    place.json(3, &["sync"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_nothing_is_deleted() {
    let place = usual();
    place.json(3, &["sync", "--yes"]);
    let before = place.read("a.csv");
    std::fs::remove_file(place.file("b.csv")).unwrap();
    let ended = fails(&place, 1, &["sync"], &["b.csv"]);
    assert!(ended.stderr.contains("b.csv"), "{}", ended.stderr);
    std::fs::create_dir(place.file("b.csv")).unwrap();
    fails(&place, 1, &["sync"], &["b.csv", "folder"]);
    assert_eq!(place.read("a.csv"), before);
    let check = place.json(1, &["check"]);
    assert_eq!(check["ok"], false);
}

#[test]
fn a_half_written_file_names_its_line_and_is_left_alone() {
    let place = usual();
    place.json(3, &["sync", "--yes"]);
    let before = place.read("b.csv");
    place.write("a.csv", "id,mail,name\n1,ann@x.test,Ann\n2,bob@x.t");
    fails(&place, 1, &["sync"], &["a.csv", "line 3"]);
    assert_eq!(place.read("b.csv"), before);
    place.write("a.csv", "id,mail,mail\n1,ann@x.test,Ann\n");
    fails(&place, 1, &["sync"], &["a.csv", "mail"]);
    place.write("a.csv", "id,mail,name\n1,ann@x.test,Ann\n1,bob@x.test,Bob\n");
    fails(&place, 1, &["sync"], &["a.csv", "line 3"]);
    assert_eq!(place.read("b.csv"), before);
}

#[test]
fn a_read_only_file_is_said_to_be_so() {
    let place = usual();
    let mut permissions = place.file("b.csv").metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(place.file("b.csv"), permissions).unwrap();
    let before = place.read("b.csv");
    fails(&place, 1, &["sync", "--yes"], &["b.csv", "read-only"]);
    assert_eq!(place.read("b.csv"), before);
}

/// A pair of a CSV file and a book on a server.
fn file_and_book(url: &str) -> Workplace {
    let mut place = Workplace::new();
    place.env.insert("ANN_PASSWORD".into(), "secret".into());
    place.write("a.csv", "id,mail,name\n1,ann@x.test,Ann\n");
    let (shop, book) = (csv("a.csv", "id"), carddav(url, "ANN_PASSWORD"));
    let shop = End { account: "Shop", lines: &shop, collection: "" };
    let book = End { account: "Book", lines: &book, collection: "people" };
    let fields = [("email", "mail", "email", "kind = \"email\""), ("name", "name", "full_name", "")];
    place.write("s.toml", settings(&[shop, book], "", &fields));
    place.json(0, &["import", "s.toml"]);
    place
}

#[test]
fn a_wrong_password_and_a_server_that_is_down_are_told_apart() {
    let Some(mut server) = Server::start(Kind::Radicale, Auth::basic("ann", "secret")) else { return };
    server.make_book("/ann/people/", "people");
    let mut place = file_and_book(&server.url());
    place.json(0, &["sync", "--yes"]);
    place.env.insert("ANN_PASSWORD".into(), "wrong-one".into());
    let ended = fails(&place, 1, &["sync"], &["Book", "password"]);
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("wrong-one"));
    let check = place.json(1, &["check"]);
    assert!(check.to_string().contains("password"), "{check}");
    place.env.remove("ANN_PASSWORD");
    fails(&place, 1, &["sync"], &["ANN_PASSWORD"]);
    place.env.insert("ANN_PASSWORD".into(), "secret".into());
    server.stop();
    fails(&place, 1, &["sync"], &["Book", "reach"]);
    assert_eq!(place.read("a.csv"), "id,mail,name\n1,ann@x.test,Ann\n");
    server.again();
    assert_eq!(place.json(0, &["sync"])["outcome"], "done");
}

/// The files under a folder that hold a text.
fn holding(folder: &std::path::Path, text: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn records_are_matched_anew_once_that_is_meant() {
    let place = two_files("id,mail,name\n1,ann@x.test,Ann\n2,bob@x.test,Bob\n", "id,mail,name\n");
    place.json(0, &["sync", "--yes"]);
    let before = place.read("b.csv");
    let asked = place.run(&["match-anew", "customers"]);
    assert_eq!(asked.code, 3, "{}", asked.stderr);
    assert!(asked.stdout.contains("match-anew customers --yes"), "{}", asked.stdout);
    let done = place.json(0, &["match-anew", "customers", "--yes"]);
    assert!(std::path::Path::new(done["file"].as_str().unwrap()).exists(), "{done}");
    fails(&place, 2, &["match-anew", "nobody", "--yes"], &["nobody"]);
    let again = place.json(0, &["sync"]);
    assert_eq!(
        (&again["outcome"], &again["a"]["created"], &again["b"]["created"]),
        (&"done".into(), &0.into(), &0.into())
    );
    assert_eq!(place.read("b.csv"), before);
}

/// What somebody may ask for by law, from the terminal: all that is kept of them, and to be forgotten.
#[test]
fn a_person_is_told_and_erased_without_a_trace() {
    let place = two_files("id,mail,name\n1,zorro@x.test,Zorro P\n2,bob@x.test,Bob\n", "id,mail,name\n");
    place.json(0, &["sync", "--yes"]);
    place.json(0, &["backup"]);
    place.json(0, &["compare"]);
    let found = place.json(0, &["person", "zorro"]);
    assert_eq!(found["people"].as_array().unwrap().len(), 1);
    assert_eq!((&found["people"][0]["label"], &found["people"][0]["there"]["b"]), (&"Zorro P".into(), &true.into()));
    place.json(0, &["person", "zorro", "--export", "zorro.json"]);
    assert!(place.read("zorro.json").contains("Zorro P") && !place.read("zorro.json").contains("Bob"));
    fails(&place, 2, &["person", "x.test", "--erase", "--yes"], &["--only", "zorro", "bob"]);
    fails(&place, 2, &["person", "x.test", "--only", "3"], &["3", "2 records"]);
    // Gone from both lists, and then from what is remembered, the copies and the write-ahead log.
    place.write("a.csv", "id,mail,name\n2,bob@x.test,Bob\n");
    let b = place.read("b.csv");
    place.write(
        "b.csv",
        b.lines().filter(|line| !line.contains("zorro")).fold(String::new(), |all, line| all + line + "\n"),
    );
    place.json(0, &["sync"]);
    let asked = place.run(&["person", "zorro", "--erase"]);
    assert!(asked.code == 3 && asked.stdout.contains("--erase --yes"), "{}", asked.stdout);
    assert!(!holding(&place.workspace(), "zorro@x.test").is_empty(), "nothing is erased without a yes");
    let erased = place.json(0, &["person", "zorro", "--erase", "--yes"]);
    assert!(erased["writes"].as_u64() >= Some(1) && erased["copies"].as_u64() >= Some(1), "{erased}");
    assert_eq!((&erased["still_there"], &erased["copies_left"]), (&0.into(), &Json::Array(vec![])), "{erased}");
    for text in ["zorro", "Zorro"] {
        assert_eq!(holding(&place.workspace(), text), Vec::<std::path::PathBuf>::new(), "{text}");
    }
    assert_eq!(place.json(0, &["person", "zorro"])["people"], Json::Array(vec![]));
    assert_eq!(place.json(0, &["sync"])["outcome"], "done");
}

#[test]
fn the_demo_ends_with_3_and_says_how_to_go_on() {
    let place = Workplace::new();
    let demo = place.json(3, &["demo"]);
    has(&demo, &["workspace", "sync", "compare", "conflicts"]);
    let ended = place.run(&["conflicts"]);
    assert_eq!(ended.code, 3);
    assert!(ended.stdout.contains("resolve"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("(nothing)"), "{}", ended.stdout);
}
