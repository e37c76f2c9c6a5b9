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

use support::evil::{Evil, SESSION};
use support::lab::{Ended, Workplace};
use support::leaks::Search;
use support::servers::{Auth, Kind, Server};

/// With everything in them that is written differently in an address, in JSON and in a header.
const PASSWORD: &str = "Zq9+Wk/7&pLm \"e%";
const IN_FILE: &str = "Xf4/Tn+8&rVb 'o%";
const IN_KEYRING: &str = "Jd2/Hs+6&uCg ;a%";
const ASKED: &str = "Yb5/Mv+3&tKx ~i%";
const PASSPHRASE: &str = "river/tree+42 & stone";
const OF_PROXY: &str = "Mh8/Pd+5&vTy |y%";
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

/// A key in an address, a password, the session that a platform gave for it, and the password of a proxy on the
/// way: whatever a platform makes of them before it sends them back, they get into nothing.
#[test]
fn no_secret_comes_back_from_a_platform_in_any_form() {
    let evil = Evil::start();
    let mut place = Workplace::new();
    let connectors = place.workspace().join("connectors");
    std::fs::create_dir_all(&connectors).unwrap();
    let ways = [
        ("keyed", "by = \"key\"\nquery = { api_key = \"{{ secret }}\" }"),
        ("headed", "by = \"key\"\nheaders = { Authorization = \"Key {{ secret }}\" }"),
        ("basic", "by = \"basic\"\nusername = \"ann\""),
        (
            "session",
            "by = \"session\"\nheaders = { Authorization = \"Bearer {{ session }}\" }\nkeep = \"/token\"\n\
             [sign_in.session]\nrequest = \"POST /session/login\"\nbody = { password = \"{{ secret }}\" }",
        ),
    ];
    for (kind, sign_in) in ways {
        let manifest = format!(
            "kind = \"{kind}\"\nname = \"{kind}\"\nabout = \"A platform of the tests.\"\n[[option]]\nkey = \"form\"\n\
             label = \"Form\"\nrequired = true\n[base]\nurl = \"http://127.0.0.1:{}/\"\n[sign_in]\n{sign_in}\n\
             [errors]\nmessage = [\"/message\"]\n[[collection]]\nid = \"people\"\nname = \"People\"\n\
             [collection.record]\nid = \"/id\"\n[[collection.field]]\nname = \"email\"\nkind = \"email\"\n\
             [collection.list]\nrequest = \"GET /400/{{{{ form }}}}/people\"\nitems = \"/items\"\n",
            evil.port
        );
        std::fs::write(connectors.join(format!("{kind}.toml")), manifest).unwrap();
    }
    let forms = ["json-plain", "json-percent", "json-twice", "json-base64", "json-nested", "json-long"];
    let mut settings =
        String::from("[[account]]\nname = \"list\"\nconnector = \"csv\"\npath = \"list.csv\"\nid = \"no\"\n");
    let mut names = Vec::new();
    for (kind, _) in ways {
        for form in forms {
            let name = format!("{kind}-{form}");
            let part = format!(
                "[[account]]\nname = \"{name}\"\nconnector = \"{kind}\"\nform = \"{form}\"\npassword = {{ env = \"PLANTED\" }}\n\
                 [[pair]]\nname = \"{name}\"\na = {{ account = \"list\" }}\nb = {{ account = \"{name}\", collection = \"people\" }}\n\
                 match = [\"email\"]\n[[pair.field]]\nname = \"email\"\na = \"email\"\nb = \"email\"\nkind = \"email\"\n"
            );
            settings.push_str(&part);
            names.push(name);
        }
    }
    place.write("list.csv", "no,email\n1,person@example.org\n");
    place.write("settings.toml", settings);
    place.env.insert("PLANTED".to_owned(), PASSWORD.to_owned());
    let mut said = Vec::new();
    let mut run = |place: &Workplace, args: &[&str], code: i32| {
        let ended = place.run(args);
        assert_eq!(ended.code, code, "{args:?}\nstdout: {}\nstderr: {}", ended.stdout, ended.stderr);
        said.push(format!("{args:?}\n{}\n{}", ended.stdout, ended.stderr));
    };
    run(&place, &["-vv", "import", "settings.toml"], 0);
    for name in &names {
        run(&place, &["-vv", "--json", "sync", name, "--yes"], 1);
    }
    // Through a proxy that wants a password of its own, which is in the environment as everywhere.
    let proxy: String = url::form_urlencoded::byte_serialize(OF_PROXY.as_bytes()).collect();
    place.env.insert("HTTP_PROXY".to_owned(), format!("http://proxy-user:{proxy}@127.0.0.1:{}", evil.port));
    for name in names.iter().filter(|name| name.starts_with("basic")) {
        run(&place, &["-vv", "--json", "sync", name, "--yes"], 1);
    }
    run(&place, &["-vv", "--json", "history"], 0);
    run(&place, &["-vv", "diagnostics", "diagnostics.zip"], 0);
    assert!(evil.told() >= names.len() + forms.len(), "the server was told a secret {} times", evil.told());
    let words = said.iter().filter(|text| text.contains("[secret]")).count();
    assert!(words >= names.len(), "what came back is told, without the secret: {words} of {}", said.len());

    let search = Search::of(&[PASSWORD, OF_PROXY, SESSION]);
    for text in &said {
        let found = search.bytes(text.as_bytes());
        assert!(found.is_empty(), "{found:?} in what was said:\n{text}");
        // The beginning of one, where the words were cut short.
        assert!(!text.contains(&PASSWORD[..5]) && !text.contains(&SESSION[..5]), "{text}");
    }
    let found = search.folder(place.workspace().parent().unwrap());
    assert!(found.is_empty(), "{found:#?}");
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
