//! What comes from below the window, in Dutch: no English sentence is left in it.
//!
//! The language is one for the whole program, so these tests have a program of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use duosync::connectors::carddav::CardDavConnector;
use duosync::connectors::csv::CsvConnector;
use duosync::connectors::database::DatabaseConnector;
use duosync::connectors::ldap::LdapConnector;
use duosync::connectors::rest::{RestConnector, shipped};
use duosync::connectors::vcf::VcfConnector;
use duosync::connectors::xlsx::XlsxConnector;
use duosync::connectors::{Connector, ConnectorError, Context, Credential, Find, Write, WriteKind, builtin};
use duosync::model::{AccountSettings, Fields, PlatformInfo, RecordId, SignIn, Value, Version};
use duosync::texts::{Language, set_language};

/// Words that every longer English sentence has one of, and that are no Dutch words.
const ENGLISH: [&str; 22] = [
    "the", "and", "cannot", "not", "there", "you", "your", "that", "this", "with", "from", "has", "which", "its",
    "been", "does", "could", "again", "it", "by", "to", "any",
];

/// The first English word of a text; what stands in quotes is somebody else's.
fn english_word(text: &str) -> Option<String> {
    let mut own = String::new();
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '\u{201c}' => quoted = true,
            '\u{201d}' => quoted = false,
            '"' | '`' => quoted = !quoted,
            _ if quoted => {}
            other => own.push(other),
        }
    }
    // What a library says of a cause stays in its own words; capitals are SQL or names.
    let own = own.replace("error communicating with database", "");
    let mut words = own.split(|letter: char| !letter.is_alphanumeric()).filter(|word| *word != word.to_uppercase());
    words.find(|word| ENGLISH.contains(&word.to_lowercase().as_str())).map(str::to_owned)
}

fn assert_dutch(said: &BTreeSet<String>, least: usize) {
    assert!(said.len() >= least, "only {} different messages came: {said:#?}", said.len());
    let english: Vec<_> =
        said.iter().filter_map(|text| english_word(text).map(|word| format!("{word}: {text}"))).collect();
    assert!(english.is_empty(), "{english:#?}");
}

#[test]
fn english_is_seen_where_it_is() {
    assert!(english_word("the file is empty. Its first line must name the columns.").is_some());
    assert!(english_word("het bestand is leeg; zie \"the first line\"").is_none());
}

fn account(connector: &str, options: &[(&str, &str)]) -> AccountSettings {
    AccountSettings {
        name: "Klanten".to_owned(),
        connector: connector.to_owned(),
        options: options
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        secret: None,
    }
}

/// Asks an account everything that can be asked, and keeps what it says of what fails.
async fn ask(connector: &dyn Connector, said: &mut BTreeSet<String>) {
    let context = Context::quiet();
    let stopped = Context::quiet();
    stopped.cancel.cancel();
    let want = ["email".to_owned(), "Geen kolom".to_owned()];
    let id = RecordId::new("zz");
    let mut keep = |error: Option<ConnectorError>| said.extend(error.map(|error| error.message));
    keep(connector.identity(&context).await.err());
    keep(connector.collections(&context).await.err());
    let own = connector.collections(&context).await.ok().and_then(|all| all.first().map(|one| one.id.clone()));
    for collection in ["", "geen lijst", own.as_deref().unwrap_or_default()] {
        keep(connector.fields(&context, collection).await.err());
        keep(connector.list(&context, collection, &want, None).await.err());
        keep(connector.list(&stopped, collection, &want[..1], None).await.err());
        keep(connector.list(&context, collection, &want[..1], None).await.err());
        keep(connector.get(&context, collection, &want[..1], std::slice::from_ref(&id)).await.err());
        let find = Find { token: None, field: Some(("email".to_owned(), "an@example.be".to_owned())) };
        keep(connector.find(&context, collection, &want[..1], &find).await.err());
        let fields: Fields = [("email".to_owned(), Value::from("an@example.be"))].into_iter().collect();
        let expect = Some(Version("oud".to_owned()));
        let kinds = [
            WriteKind::Create { fields: fields.clone(), raw: None },
            WriteKind::Create { fields: Fields::new(), raw: None },
            WriteKind::Create { fields: Fields::new(), raw: Some("{".to_owned()) },
            WriteKind::Update { id: id.clone(), fields: fields.clone(), expect: expect.clone() },
            WriteKind::Update { id: RecordId::new("1"), fields, expect: expect.clone() },
            WriteKind::Delete { id: id.clone(), expect },
        ];
        for (number, kind) in kinds.into_iter().enumerate() {
            let token = format!("0199d6f0-0000-7000-8000-00000000000{number}");
            match connector.write(&context, collection, &want[..1], vec![Write { token, kind }]).await {
                Ok(results) => results.into_iter().for_each(|result| keep(result.err())),
                Err(error) => keep(Some(error)),
            }
        }
    }
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The address of a server that answers each request with this status and body, as long as the test runs.
fn server(status: u16, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut seen = Vec::new();
            let mut buffer = [0; 4096];
            while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => seen.extend_from_slice(&buffer[..read]),
                }
            }
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

/// The address of a port that nobody listens at.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn files_speak_dutch() {
    set_language(Language::Dutch);
    let folder = tempfile::tempdir().unwrap();
    let mut said = BTreeSet::new();
    let there = folder.path();
    let lists: [(&str, &[u8]); 13] = [
        ("leeg.csv", b""),
        ("naamloos.csv", b"id,,email\n1,2,3\n"),
        ("dubbel.csv", b"id,id,email\n1,2,3\n"),
        ("zonder-kop.csv", b"1,an@example.be\n2,jo@example.be\n"),
        ("te-veel.csv", b"id,email\n1,an@example.be,meer\n"),
        ("te-weinig.csv", b"id,email,naam\n1,an@example.be\n"),
        ("open.csv", b"id,email\n1,\"an@example.be\n"),
        ("na.csv", b"id,email\n1,\"an\"@example.be\n"),
        ("zonder-id.csv", b"id,email\n1,an@example.be\n,jo@example.be\n"),
        ("twee.csv", b"id,email\n1,an@example.be\n1,jo@example.be\n"),
        ("werkmap.csv", b"PK\x03\x04iets"),
        ("nul.csv", b"i\0d\0,\0e\0\n"),
        ("utf8.csv", b"\xef\xbb\xbfid,email\n1,\xff\n"),
    ];
    for (name, bytes) in lists {
        let path = file(there, name, bytes);
        let path = path.to_string_lossy();
        for options in
            [&[("path", &*path), ("id", "id")][..], &[("path", &*path), ("id", "klantnr")], &[("path", &*path)]]
        {
            ask(&CsvConnector::open(&account("csv", options)).unwrap(), &mut said).await;
        }
    }
    let good = file(there, "goed.csv", b"id,email\n1,an@example.be\n");
    ask(&CsvConnector::open(&account("csv", &[("path", &good.to_string_lossy()), ("id", "id")])).unwrap(), &mut said)
        .await;
    said.extend(CsvConnector::open(&account("csv", &[])).err().map(|error| error.message));
    let gone = there.join("weg.csv");
    for kind in ["csv", "xlsx", "vcf"] {
        let settings = account(kind, &[("path", &gone.to_string_lossy()), ("id", "id")]);
        match kind {
            "csv" => ask(&CsvConnector::open(&settings).unwrap(), &mut said).await,
            "xlsx" => ask(&XlsxConnector::open(&settings).unwrap(), &mut said).await,
            _ => ask(&VcfConnector::open(&settings).unwrap(), &mut said).await,
        }
    }
    said.extend(XlsxConnector::open(&account("xlsx", &[])).err().map(|error| error.message));
    said.extend(VcfConnector::open(&account("vcf", &[])).err().map(|error| error.message));
    let header = account("xlsx", &[("path", "a.xlsx"), ("header", "drie")]);
    said.extend(XlsxConnector::open(&header).err().map(|error| error.message));
    for (name, bytes) in [("half.xlsx", &b"PK\x03\x04iets"[..]), ("oud.xlsx", &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..])]
    {
        let path = file(there, name, bytes);
        let settings = account("xlsx", &[("path", &path.to_string_lossy()), ("id", "id")]);
        ask(&XlsxConnector::open(&settings).unwrap(), &mut said).await;
    }
    let cards = there.join("contacten");
    std::fs::create_dir(&cards).unwrap();
    let folder_of_cards = account("vcf", &[("path", &cards.to_string_lossy())]);
    ask(&VcfConnector::open(&folder_of_cards).unwrap(), &mut said).await;
    file(&cards, "an.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:An\r\nEND:VCARD\r\n");
    ask(&VcfConnector::open(&folder_of_cards).unwrap(), &mut said).await;
    file(&cards, "breed.vcf", b"\xff\xfeB\0");
    ask(&VcfConnector::open(&folder_of_cards).unwrap(), &mut said).await;
    assert_dutch(&said, 30);
}

#[tokio::test]
async fn databases_and_directories_speak_dutch() {
    set_language(Language::Dutch);
    let folder = tempfile::tempdir().unwrap();
    let mut said = BTreeSet::new();
    for (name, bytes) in [
        ("weg.db", None),
        ("geen.db", Some(&b"dit is geen database, maar gewone tekst"[..])),
        ("leeg.db", Some(&b""[..])),
    ] {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let settings = account("sqlite", &[("path", &path.to_string_lossy())]);
        ask(&DatabaseConnector::open(&settings, None).unwrap(), &mut said).await;
    }
    for (kind, url) in [("postgresql", "postgresql"), ("mysql", "mysql")] {
        let settings = account(kind, &[("url", &format!("{url}://{}/winkel", nobody())), ("username", "an")]);
        let unreachable = DatabaseConnector::open(&settings, Some("geheim")).unwrap();
        said.extend(unreachable.identity(&Context::quiet()).await.err().map(|error| error.message));
        for url in [
            "",
            "winkel",
            "ftp://example.be/winkel",
            "postgresql://an:pw@example.be/winkel",
            "mysql://an:pw@example.be/w",
        ] {
            let settings = account(kind, &[("url", url)]);
            said.extend(DatabaseConnector::open(&settings, None).err().map(|error| error.message));
        }
    }
    said.extend(DatabaseConnector::open(&account("sqlite", &[]), None).err().map(|error| error.message));
    let directory = account("ldap", &[("url", &format!("ldap://{}", nobody())), ("allow_unencrypted", "true")]);
    if let Ok(directory) = LdapConnector::open(&directory, None) {
        ask(&directory, &mut said).await;
    }
    said.extend(LdapConnector::open(&account("ldap", &[("url", "adreslijst")]), None).err().map(|error| error.message));
    assert_dutch(&said, 8);
}

#[tokio::test]
async fn servers_speak_dutch() {
    set_language(Language::Dutch);
    let mut said = BTreeSet::new();
    let mut addresses = vec![format!("http://{}", nobody())];
    addresses.extend(
        [200, 207, 302, 400, 401, 403, 404, 409, 412, 413, 423, 500, 507].map(|status| server(status, "<p>x</p>")),
    );
    for url in &addresses {
        let settings = account("carddav", &[("url", url), ("username", "an")]);
        ask(&CardDavConnector::new(&settings, Some("geheim")).unwrap(), &mut said).await;
    }
    for url in ["", "adresboek", "ftp://example.be", "http://example.be", "https://an:pw@example.be"] {
        let settings = account("carddav", &[("url", url)]);
        said.extend(CardDavConnector::new(&settings, None).err().map(|error| error.message));
    }
    assert_dutch(&said, 15);
}

#[tokio::test]
async fn described_platforms_speak_dutch() {
    set_language(Language::Dutch);
    let mut said = BTreeSet::new();
    let mut addresses = vec![format!("http://{}", nobody())];
    addresses.extend([401, 403, 404, 409, 422, 500].map(|status| server(status, "{}")));
    addresses.push(server(200, "geen json"));
    addresses.push(server(200, "{}"));
    let mut asked = tokio::task::JoinSet::new();
    for manifest in shipped() {
        let platform = manifest.platform();
        if !platform.options.iter().any(|option| option.key == "url") {
            continue;
        }
        for url in &addresses {
            let mut settings = account(manifest.kind(), &[("url", url)]);
            for option in platform.options.iter().filter(|option| option.required && option.key != "url") {
                settings.options.insert(option.key.clone(), "x".to_owned());
            }
            let secret = Credential::Secret("geheim".to_owned());
            match RestConnector::new(Arc::new(manifest.clone()), &settings, secret) {
                // Each waits as long as its manifest says between two requests, so all are asked at the same time.
                Ok(connector) => {
                    asked.spawn(async move {
                        let mut said = BTreeSet::new();
                        ask(&connector, &mut said).await;
                        said
                    });
                }
                Err(error) => said.extend([error.message]),
            }
        }
        let nothing = account(manifest.kind(), &[]);
        let nothing = RestConnector::new(Arc::new(manifest.clone()), &nothing, Credential::None);
        said.extend(nothing.err().map(|error| error.message));
    }
    said.extend(asked.join_all().await.into_iter().flatten());
    assert_dutch(&said, 8);
}

/// The texts of a platform's description that an operator reads.
fn texts_of(platform: &PlatformInfo) -> Vec<&str> {
    let mut texts = vec![platform.name.as_str(), &platform.about];
    texts.extend(platform.options.iter().flat_map(|option| [option.label.as_str(), option.hint.as_str()]));
    if let SignIn::Secret { label, help, .. } = &platform.sign_in {
        texts.extend([label.as_str(), help.as_str()]);
    }
    texts
}

#[test]
fn platforms_are_described_in_dutch() {
    set_language(Language::Dutch);
    let platforms = builtin();
    let said: BTreeSet<String> = platforms.iter().flat_map(texts_of).map(str::to_owned).collect();
    assert_dutch(&said, 60);
    for platform in &platforms {
        for text in texts_of(platform).into_iter().filter(|text| text.ends_with('.')) {
            let known = duosync::texts::phrase(text);
            assert_eq!(known, text, "a text that is Dutch already is found by no English");
        }
    }
    let csv = platforms.iter().find(|platform| platform.kind == "csv").unwrap();
    assert_eq!(csv.option("path").unwrap().label, "Bestand");
}

#[test]
fn the_terminal_speaks_dutch_and_its_json_stays_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duosync"));
        command.env_clear().env("HOME", home.path()).env("TZ", "UTC").env("LANG", "C.UTF-8");
        let output = command.args(words).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (text, output.status.code())
    };
    let (demo, code) = run(&["demo", "--terminal", "--lang", "nl"]);
    assert!(matches!(code, Some(0 | 3)), "{demo}");
    for there in ["Synchroniseren", "Vergelijken", "Wat op jou wacht", "toegevoegd aan", "Hierna: duosync"] {
        assert!(demo.contains(there), "{there} is not in: {demo}");
    }
    let folder = home.path().join(".local/share/duosync/demo");
    let workspace = folder.to_string_lossy();
    let mut said = BTreeSet::new();
    for words in [
        &["history"][..],
        &["conflicts"],
        &["check"],
        &["compare"],
        &["check", "geen"],
        &["undo", "9999"],
        &["resolve", "9999", "--use", "a"],
        &["history", "--record", "bestaat niet"],
        &["password", "geen"],
        &["export", "/geen/map/hier.toml"],
    ] {
        let words: Vec<&str> = ["--workspace", &workspace, "--lang", "nl"].iter().chain(words).copied().collect();
        let (text, _) = run(&words);
        // Cells hold records, which are the sample's own.
        said.extend(text.lines().filter(|line| !line.contains(['│', '┆', '─', '═'])).map(str::to_owned));
    }
    assert_dutch(&said, 12);
    let (english, _) = run(&["--workspace", &workspace, "compare"]);
    assert!(english.contains("Belong together"), "{english}");
    let (json, _) = run(&["--workspace", &workspace, "--lang", "nl", "--json", "history"]);
    assert!(json.contains("\"outcome\":\"waiting\"") || json.contains("\"outcome\":\"done\""), "{json}");
}

/// Files whose words are for whoever writes a manifest, and the platform that only tests speak to.
const NOT_READ: [&str; 8] = [
    "connectors/memory.rs",
    "connectors/rest/check.rs",
    "connectors/rest/load.rs",
    "connectors/rest/manifest.rs",
    "connectors/rest/path.rs",
    "connectors/rest/template.rs",
    "connectors/rest/tree.rs",
    "connectors/rest/requests.rs",
];

#[test]
fn no_english_sentence_stands_in_the_source_of_connectors_and_terminal() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for folder in ["connectors", "cli"] {
        sources(&src.join(folder), &mut files);
    }
    let mut left = Vec::new();
    for path in &files {
        let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
        if NOT_READ.contains(&&*name) || is_test || name.ends_with("hostile.rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        // Tests in a file stand at its end.
        let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
        for (before, said) in literals(text) {
            let before = before.trim_end();
            let is_for_others = ["step(", "reason =", "expect("].iter().any(|end| before.ends_with(end))
                || before.rsplit([';', '{', '}']).next().unwrap_or_default().contains("tracing::");
            if !is_for_others && !said.contains('<') && english_word(&said).is_some() && !is_known(&said) {
                left.push(format!("{name}: {said}"));
            }
        }
    }
    assert!(files.len() > 40, "only {} files were read", files.len());
    assert!(left.is_empty(), "{left:#?}");
}

fn is_known(text: &str) -> bool {
    set_language(Language::Dutch);
    // The status of an answer is read by the browser.
    duosync::texts::phrase(text) != text || text == "404 Not Found"
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Each text of a source that is longer than a word, and what stands before it.
fn literals(source: &str) -> Vec<(String, String)> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            at += rest.find("\"'").unwrap() + 2;
        } else if bytes[at] == b'"' {
            let mut end = at + 1;
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let start = (at.saturating_sub(200)..=at).find(|start| source.is_char_boundary(*start)).unwrap();
            found.push((source[start..at].to_owned(), source[at + 1..end].to_owned()));
            at = end + 1;
        } else {
            at += rest.chars().next().unwrap().len_utf8();
        }
    }
    found.retain(|(_, said)| said.trim().contains(' '));
    found
}
