//! Secrets are planted everywhere, real syncs go well and go wrong, and then every byte that Duosync wrote is
//! searched for them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a test stops at the first surprise and says why it skips"
)]

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use support::evil::Evil;
use support::lab::{Ended, Workplace};
use support::leaks::Search;
use support::servers::{Auth, Kind, Server};

/// With everything in them that is written differently in an address, in JSON and in a header.
const PASSWORD: &str = "Zq9+Wk/7&pLm \"e%";
const IN_FILE: &str = "Xf4/Tn+8&rVb 'o%";
const IN_KEYRING: &str = "Jd2/Hs+6&uCg ;a%";
const ASKED: &str = "Yb5/Mv+3&tKx ~i%";
const PASSPHRASE: &str = "river/tree+42 & stone";
const NEXT_PASSPHRASE: &str = "cloud/moss+17 & flint";

/// The search must be able to find.
#[test]
fn a_secret_that_is_planted_is_found_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let search = Search::of(&[PASSWORD]);
    assert!(search.folder(folder.path()).is_empty());
    let encoded = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let plants = [
        ("plain.log", PASSWORD.to_owned()),
        ("json", serde_json::json!({ "password": PASSWORD }).to_string()),
        ("debug", format!("{PASSWORD:?}")),
        ("form", url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect()),
        ("numbers", format!("{:?}", PASSWORD.as_bytes())),
        ("basic-1", encoded(&format!("ann:{PASSWORD}"))),
        ("basic-2", encoded(&format!("anna:{PASSWORD}!"))),
        ("basic-3", encoded(&format!("annab:{PASSWORD}!!"))),
    ];
    for (name, text) in plants {
        let file = folder.path().join(name);
        std::fs::write(&file, format!("before{text}after")).unwrap();
        let found = search.folder(folder.path());
        assert!(!found.is_empty(), "{name} is not found");
        std::fs::remove_file(file).unwrap();
    }
    let mut packed = zip::ZipWriter::new(std::fs::File::create(folder.path().join("report.xlsx")).unwrap());
    packed.start_file("sheet.xml", zip::write::SimpleFileOptions::default()).unwrap();
    packed.write_all(format!("<c>{PASSWORD}</c>").repeat(50).as_bytes()).unwrap();
    packed.finish().unwrap();
    let found = search.folder(folder.path());
    assert!(found.iter().any(|found| found.contains("report.xlsx")), "{found:?}");
}

fn settings(good: &str, evil: u16) -> String {
    let mut text = String::new();
    let mut add = |name: &str, url: &str, password: &str| {
        let part = format!(
            "[[account]]\nname = \"{name} list\"\nconnector = \"csv\"\npath = \"{name}.csv\"\nid = \"no\"\n\
             [[account]]\nname = \"{name}\"\nconnector = \"carddav\"\nurl = \"{url}\"\nusername = \"ann\"\n\
             password = {password}\n[[pair]]\nname = \"{name}\"\na = {{ account = \"{name} list\" }}\n\
             b = {{ account = \"{name}\" }}\nmatch = [\"email\"]\n[[pair.field]]\nname = \"email\"\na = \"email\"\n\
             b = \"email\"\nkind = \"email\"\n"
        );
        text.push_str(&part);
    };
    add("env", good, "{ env = \"PLANTED\" }");
    add("file", good, "{ file = true }");
    add("keyring", good, "{ keyring = true }");
    add("ask", good, "{ ask = true }");
    for word in ["401", "400", "500", "redirect", "break"] {
        add(word, &format!("http://127.0.0.1:{evil}/{word}/"), "{ env = \"PLANTED\" }");
    }
    add("tls", &format!("https://127.0.0.1:{evil}/500/"), "{ env = \"PLANTED\" }");
    text
}

/// A command with something on standard input.
fn with_input(place: &Workplace, args: &[&str], input: &str) -> Ended {
    let mut command = place.command(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{input}\n").as_bytes()).unwrap();
    Ended::of(&child.wait_with_output().unwrap())
}

#[test]
fn no_secret_is_in_anything_that_was_written() {
    // Every account's password is another one, so the server lets anybody in; the wrong ones go to a
    // server that sends them back.
    let Some(good) = Server::start(Kind::Radicale, Auth::Open) else { return };
    good.make_book("/ann/book/", "Book");
    let evil = Evil::start();
    let mut place = Workplace::new();
    place.env.insert("PLANTED".to_owned(), PASSWORD.to_owned());
    let names = ["env", "file", "keyring", "ask", "401", "400", "500", "redirect", "break", "tls"];
    for (number, name) in names.iter().enumerate() {
        place.write(&format!("{name}.csv"), format!("no,email\n1,person{number}@example.org\n"));
    }
    place.write("settings.toml", settings(&good.url(), evil.port));

    let mut said = Vec::new();
    let mut run = |ended: Ended, code: i32, what: &str| {
        assert_eq!(ended.code, code, "{what}\nstdout: {}\nstderr: {}", ended.stdout, ended.stderr);
        said.push(format!("{what}\n{}\n{}", ended.stdout, ended.stderr));
    };
    run(place.run(&["-vv", "import", "settings.toml"]), 0, "import");

    // The file: made, used, its passphrase changed and entered wrongly.
    run(with_input(&place, &["-vv", "passphrase"], PASSPHRASE), 0, "passphrase");
    run(with_input(&place, &["-vv", "password", "file"], IN_FILE), 2, "the file is locked");
    place.env.insert("DUOSYNC_PASSPHRASE".to_owned(), PASSPHRASE.to_owned());
    run(with_input(&place, &["-vv", "password", "file"], IN_FILE), 0, "password");
    run(with_input(&place, &["-vv", "passphrase"], NEXT_PASSPHRASE), 0, "another passphrase");
    run(place.run(&["-vv", "sync", "file", "--yes"]), 1, "a wrong passphrase");
    place.env.insert("DUOSYNC_PASSPHRASE".to_owned(), NEXT_PASSPHRASE.to_owned());

    for name in ["env", "file"] {
        run(place.run(&["-vv", "check", name]), 0, name);
        run(place.run(&["-vv", "sync", name, "--yes"]), 0, name);
        for form in ["csv", "xlsx", "html"] {
            run(place.run(&["-vv", "compare", name, "--export", &format!("{name}.report.{form}")]), 0, form);
        }
    }
    for name in ["401", "400", "500", "redirect", "break", "tls"] {
        run(place.run(&["-vv", "check", name]), 1, name);
        // A run tries these again and again, which only takes time here.
        if ["500", "break", "tls"].contains(&name) {
            continue;
        }
        let ended = place.run(&["-vv", "--json", "sync", name, "--yes"]);
        assert_ne!(ended.code, 0, "{name}");
        let code = ended.code;
        run(ended, code, name);
    }
    assert!(evil.told() > 10, "the server was told the password {} times", evil.told());

    asked(&place).map(|ended| run(ended, 0, "ask")).unwrap_or_default();
    keyring(&place).map(|ended| run(ended, 0, "keyring")).unwrap_or_default();

    run(place.run(&["-vv", "export", "exported.toml"]), 0, "export");
    run(place.run(&["-vv", "--json", "export"]), 0, "export");
    run(place.run(&["-vv", "--json", "history"]), 0, "history");
    run(place.run(&["-vv", "history", "--run", "1"]), 0, "writes");
    let ended = place.run(&["-vv", "--json", "conflicts"]);
    let code = ended.code;
    run(ended, code, "conflicts");
    run(place.run(&["-vv", "backup", "copy.db"]), 0, "backup");
    run(place.run(&["-vv", "diagnostics", "diagnostics.zip"]), 0, "diagnostics");

    let search = Search::of(&[PASSWORD, IN_FILE, IN_KEYRING, ASKED, PASSPHRASE, NEXT_PASSPHRASE]);
    for text in &said {
        let found = search.bytes(text.as_bytes());
        assert!(found.is_empty(), "{found:?} in what was said:\n{text}");
    }
    let root = place.workspace().parent().unwrap().to_owned();
    let found = search.folder(&root);
    assert!(found.is_empty(), "{found:#?}");
    assert!(said.len() > 30 && said.iter().any(|text| text.contains(" WARN ")), "no logs");
}

/// At a terminal the password is asked for, and not shown; `None` where no terminal can be played.
fn asked(place: &Workplace) -> Option<Ended> {
    let command = place.command(&["-vv", "sync", "ask", "--yes"]);
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let mut script = Command::new("script");
    script
        .args(["--echo", "never", "-qec", &words.join(" "), "/dev/null"])
        .env_clear()
        .current_dir(command.get_current_dir()?);
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("SHELL", "/bin/sh");
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        assert!(std::env::var_os("CI").is_none(), "CI needs script (bsdutils)");
        eprintln!("skipped: the program script is not there, so nothing can be typed");
        return None;
    };
    // The terminal itself shows nothing of what is typed, so that what is seen is of Duosync.
    let mut out = child.stdout.take().unwrap();
    let mut shown = Vec::new();
    let mut byte = [0_u8; 1];
    while !String::from_utf8_lossy(&shown).contains("Password of ask:") {
        if std::io::Read::read(&mut out, &mut byte).unwrap() == 0 {
            break;
        }
        shown.push(byte[0]);
    }
    child.stdin.as_mut().unwrap().write_all(format!("{ASKED}\n").as_bytes()).unwrap();
    std::io::Read::read_to_end(&mut out, &mut shown).unwrap();
    let status = child.wait().unwrap();
    Some(Ended {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&shown).into_owned(),
        stderr: String::new(),
    })
}

/// In a session of its own with a keyring of its own; `None` where there is no keyring to be had.
fn keyring(place: &Workplace) -> Option<Ended> {
    let there = |name: &str| {
        Command::new("sh").args(["-c", &format!("command -v {name}")]).stdout(Stdio::null()).status().unwrap().success()
    };
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        assert!(std::env::var_os("CI").is_none(), "CI needs dbus and gnome-keyring");
        eprintln!("skipped: dbus or gnome-keyring is not there");
        return None;
    }
    let command = place.command(&[]);
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let duosync = words.join(" ");
    // The last command shows that a locked keyring is never taken for "no password".
    let lines = format!(
        "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && read -r secret && \
         printf '%s\\n' \"$secret\" | {duosync} -vv password keyring && {duosync} -vv sync keyring --yes && \
         {duosync} -vv password keyring --forget && ! {duosync} -vv sync keyring --yes"
    );
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", &lines]).env_clear().current_dir(command.get_current_dir()?);
    session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let runtime = place.workspace().with_file_name("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    session.env("XDG_RUNTIME_DIR", runtime);
    session.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = session.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{IN_KEYRING}\n").as_bytes()).unwrap();
    Some(Ended::of(&child.wait_with_output().unwrap()))
}
