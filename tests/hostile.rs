//! Servers that answer what no honest one would, and names that are meant to lead elsewhere. Under a second.
//!
//! What any bytes do to the readers themselves is tried in `fuzz/`; endless answers and pages of REST platforms are
//! in `tests/rest`, reports in `service::report`, another user behind an account in `tests/service` and
//! `tests/oauth`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that does not get what it expects has failed"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use duosync::connectors::carddav::CardDavConnector;
use duosync::connectors::csv::CsvConnector;
use duosync::connectors::vcf::VcfConnector;
use duosync::connectors::xlsx::XlsxConnector;
use duosync::connectors::{Connector, Context, ErrorKind, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, RecordId, Value};

const BOOK: &str = "/book/";
/// Names of collections that would be files elsewhere, were they ever used as paths.
const ELSEWHERE: [&str; 6] =
    ["../../etc/passwd", "/etc/passwd", "..", "..\\..\\secret", "people/../../secret", "secret\0.csv"];

/// What a server was asked.
struct Asked {
    method: String,
    target: String,
}

/// A server that answers as a test wants it to: a status and a body for what is asked for the nth time.
struct Scripted {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

impl Scripted {
    fn start(answer: impl Fn(&Asked, usize) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, until) = (Arc::clone(&asked), Arc::clone(&over));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if until.load(Ordering::SeqCst) {
                    break;
                }
                // A client that hangs up, as it may in the middle of a body, is no reason to stop.
                let _gone = serve(stream, &log, &answer);
            }
        });
        Self { port, asked, over }
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The targets of the requests with this method; of all of them for `*`.
    fn targets(&self, method: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| method == "*" || asked.method == method).map(|asked| asked.target.clone()).collect()
    }

    fn connector(&self) -> CardDavConnector {
        let options = [("url", format!("http://127.0.0.1:{}/", self.port)), ("username", "ann".to_owned())];
        CardDavConnector::new(&account("carddav", options), Some("s3cret")).unwrap()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    answer: &impl Fn(&Asked, usize) -> (u16, String),
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let mut words = first.split(' ').map(str::to_owned);
    let asked = Asked { method: words.next().unwrap_or_default(), target: words.next().unwrap_or_default() };
    let count = log.lock().unwrap().len();
    let (status, body) = answer(&asked, count);
    log.lock().unwrap().push(asked);
    write!(
        stream,
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/xml\r\nETag: \"1\"\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn account<const N: usize>(kind: &str, options: [(&str, String); N]) -> AccountSettings {
    AccountSettings {
        name: "Hostile".to_owned(),
        connector: kind.to_owned(),
        options: options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        secret: None,
    }
}

fn multistatus(responses: &str, token: &str) -> (u16, String) {
    let body = format!(
        r#"<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">{responses}<sync-token>{token}</sync-token></multistatus>"#
    );
    (207, body)
}

const CARD: &str =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Ann\r\nN:;Ann;;;\r\nEMAIL:ann@example.com\r\nEND:VCARD\r\n";

/// A card at this address.
fn there(href: &str) -> String {
    format!(
        "<response><href>{href}</href><propstat><prop><getetag>\"1\"</getetag><C:address-data>{CARD}</C:address-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
    )
}

/// The list goes on with the token that stands at its end.
fn more() -> String {
    format!("<response><href>{BOOK}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>")
}

fn want() -> Vec<String> {
    vec!["email".to_owned()]
}

fn fields() -> Fields {
    Fields::from_iter([("email".to_owned(), Value::from("new@example.com"))])
}

#[tokio::test]
async fn xml_that_grows_is_refused_at_once() {
    let mut laughs = String::from("<!ENTITY e0 \"ha\">");
    for level in 1..=30 {
        write!(laughs, "<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)).unwrap();
    }
    let long = format!("<!ENTITY e30 \"{}\">", "a".repeat(100_000));
    for (entities, uses) in [(laughs, 1), (long, 1_000), ("<!ENTITY e30 SYSTEM \"file:///etc/passwd\">".to_owned(), 1)]
    {
        let text = there("/book/1.vcf").replace("FN:Ann", &format!("FN:{}", "&e30;".repeat(uses)));
        let (_, body) = multistatus(&text, "t");
        let body = body.replacen("?>", &format!("?><!DOCTYPE multistatus [{entities}]>"), 1);
        let server = Scripted::start(move |_, _| (207, body.clone()));
        let error = server.connector().list(&Context::quiet(), BOOK, &want(), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadAnswer, "{error}");
        assert_eq!(server.requests(), 1, "it is not asked for again");
    }
}

#[tokio::test]
async fn xml_that_is_nested_without_end_is_no_end_of_the_program() {
    let depth = 200_000;
    let deep = format!("<response>{}{}</response>", "<a>".repeat(depth), "</a>".repeat(depth));
    let server = Scripted::start(move |_, _| multistatus(&deep, "t"));
    let listing = server.connector().list(&Context::quiet(), BOOK, &want(), None).await;
    // It may be refused or read as a list without cards; that it comes back at all is the promise.
    assert!(listing.as_ref().map_or_else(|error| error.kind == ErrorKind::BadAnswer, |all| all.records.is_empty()));
}

#[tokio::test]
async fn a_list_that_goes_on_for_ever_is_given_up() {
    type Page = fn(usize) -> (String, String);
    let pages: [(&str, Page); 4] = [
        ("nothing in it", |page| (String::new(), format!("t{page}"))),
        ("the same card again and again", |page| (there("/book/1.vcf"), format!("t{page}"))),
        ("the same two tokens in turn", |page| (there(&format!("/book/{page}.vcf")), format!("t{}", page % 2))),
        ("the token that was asked with", |page| (there(&format!("/book/{page}.vcf")), "t".to_owned())),
    ];
    for (what, page) in pages {
        let server = Scripted::start(move |_, count| {
            let (cards, token) = page(count);
            multistatus(&(cards + &more()), &token)
        });
        let error = server.connector().list(&Context::quiet(), BOOK, &want(), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadAnswer, "{what}: {error}");
        assert!(server.requests() < 30, "{what}: {} requests", server.requests());
    }
    // A long list in small pages is read to its end.
    let server = Scripted::start(|_, count| {
        let rest = if count < 99 { more() } else { String::new() };
        multistatus(&(there(&format!("/book/{count}.vcf")) + &rest), &format!("t{count}"))
    });
    let listing = server.connector().list(&Context::quiet(), BOOK, &want(), None).await.unwrap();
    assert_eq!((listing.records.len(), listing.complete), (100, true));
}

#[tokio::test]
async fn an_address_that_leads_out_of_the_book_is_not_followed() {
    for href in
        ["/book/../bob/1.vcf", "/book/%2e%2e/bob/1.vcf", "/book/.%2E/.%2E/etc/passwd", "../1.vcf", "/book/./1.vcf"]
    {
        for sync in [true, false] {
            let server = Scripted::start(move |asked, _| match asked.method.as_str() {
                // A server without sync-collection is asked for every etag.
                "REPORT" if !sync => (501, String::new()),
                _ => multistatus(&there(href), "t"),
            });
            let error = server.connector().list(&Context::quiet(), BOOK, &want(), None).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadAnswer, "{href}: {error}");
            assert!(server.targets("*").iter().all(|target| target == BOOK), "{:?}", server.targets("*"));
        }
    }
}

#[tokio::test]
async fn an_address_with_line_breaks_and_slashes_in_it_stays_one_address() {
    let href = "/book/a%0d%0aX-Evil:%20yes%2f..%2f&amp;%00%3f%23.vcf";
    let id = "/book/a%0D%0AX-Evil:%20yes%2F..%2F&%00%3F%23.vcf";
    let server = Scripted::start(move |asked, _| match asked.method.as_str() {
        "REPORT" => multistatus(&there(href), "t"),
        "GET" => (200, CARD.to_owned()),
        _ => (204, String::new()),
    });
    let connector = server.connector();
    let listing = connector.list(&Context::quiet(), BOOK, &want(), None).await.unwrap();
    assert_eq!(listing.records[0].id.as_str(), id);
    let record = &listing.records[0];
    let kind = WriteKind::Update { id: record.id.clone(), fields: fields(), expect: record.version.clone() };
    let write = Write { token: "t".to_owned(), kind };
    connector.write(&Context::quiet(), BOOK, &want(), vec![write]).await.unwrap().remove(0).unwrap();
    assert_eq!(server.targets("PUT"), [id]);
    assert!(server.targets("*").iter().all(|target| target == BOOK || target == id), "{:?}", server.targets("*"));
}

#[tokio::test]
async fn an_address_on_another_host_is_never_asked() {
    let other = Scripted::start(|_, _| (200, CARD.to_owned()));
    let href = format!("http://127.0.0.1:{}/book/1.vcf", other.port);
    let bare =
        format!("<response><href>{href}</href><propstat><prop><getetag>\"1\"</getetag></prop></propstat></response>");
    let server =
        Scripted::start(move |_, count| if count == 0 { multistatus(&bare, "t") } else { (501, String::new()) });
    // Whether the card is had from here or is told to be missing: the other server never sees the password.
    let _outcome = server.connector().list(&Context::quiet(), BOOK, &want(), None).await;
    assert!(server.requests() > 1, "the card was asked for");
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn another_user_behind_the_same_account_is_noticed() {
    let signed_in = Arc::new(Mutex::new("ann"));
    let who = Arc::clone(&signed_in);
    let server = Scripted::start(move |_, _| {
        let user = *who.lock().unwrap();
        let principal = format!("<current-user-principal><href>/principals/{user}/</href></current-user-principal>");
        multistatus(&format!("<response><href>/</href><propstat><prop>{principal}</prop></propstat></response>"), "t")
    });
    let first = server.connector().identity(&Context::quiet()).await.unwrap();
    assert_eq!(server.connector().identity(&Context::quiet()).await.unwrap(), first);
    *signed_in.lock().unwrap() = "bob";
    assert_ne!(server.connector().identity(&Context::quiet()).await.unwrap(), first);
}

/// Every file below a folder with what it holds.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(tree(&entry.path()));
        } else {
            files.insert(entry.path().display().to_string(), std::fs::read(entry.path()).unwrap());
        }
    }
    files
}

#[tokio::test]
async fn the_name_of_a_collection_is_never_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let lists = folder.path().join("lists");
    let cards = lists.join("cards");
    std::fs::create_dir_all(&cards).unwrap();
    for secret in [folder.path().join("secret"), folder.path().join("secret.csv"), lists.join("secret")] {
        std::fs::write(secret, "id,email\n9,secret@example.com\n").unwrap();
    }
    std::fs::write(lists.join("people.csv"), "id,email\n1,ann@example.com\n").unwrap();
    std::fs::write(cards.join("ann.vcf"), CARD).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("People").unwrap();
    for (place, text) in [("id", "email"), ("1", "ann@example.com")].iter().enumerate() {
        sheet.write_string(u32::try_from(place).unwrap(), 0, text.0).unwrap();
        sheet.write_string(u32::try_from(place).unwrap(), 1, text.1).unwrap();
    }
    book.save(lists.join("people.xlsx")).unwrap();
    let option = |path: &Path| [("path", path.display().to_string())];
    let server = Scripted::start(|_, _| multistatus("", "t"));
    let connectors: [(&str, Box<dyn Connector>); 4] = [
        ("csv", Box::new(CsvConnector::open(&account("csv", option(&lists.join("people.csv")))).unwrap())),
        ("vcf", Box::new(VcfConnector::open(&account("vcf", option(&cards))).unwrap())),
        ("xlsx", Box::new(XlsxConnector::open(&account("xlsx", option(&lists.join("people.xlsx")))).unwrap())),
        ("carddav", Box::new(server.connector())),
    ];
    let before = tree(folder.path());
    for (kind, connector) in &connectors {
        for name in ELSEWHERE {
            // An address book may be named by its path on the server, which is no file here.
            if *kind == "carddav" && name.starts_with('/') {
                continue;
            }
            let context = Context::quiet();
            let create = || Write { token: "t1".to_owned(), kind: WriteKind::Create { fields: fields(), raw: None } };
            let errors = [
                connector.list(&context, name, &want(), None).await.map(drop),
                connector.fields(&context, name).await.map(drop),
                connector.get(&context, name, &want(), &[RecordId::new("1")]).await.map(drop),
                connector
                    .write(&context, name, &want(), vec![create()])
                    .await
                    .and_then(|mut all| all.remove(0))
                    .map(drop),
            ];
            for error in errors {
                let error = error.expect_err(name);
                assert_eq!(error.kind, ErrorKind::NotFound, "{kind} {name:?}: {error}");
            }
        }
        assert_eq!(tree(folder.path()), before, "{kind} has touched a file");
    }
    assert!(server.targets("*").iter().all(|target| !target.contains("etc") && !target.contains("secret")));
}

#[tokio::test]
async fn the_id_of_a_contact_is_never_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let cards = folder.path().join("cards");
    std::fs::create_dir(&cards).unwrap();
    let evil = CARD.replace("UID:1", "UID:../../evil");
    std::fs::write(cards.join("ann.vcf"), &evil).unwrap();
    let connector = VcfConnector::open(&account("vcf", [("path", cards.display().to_string())])).unwrap();
    let context = Context::quiet();
    let listing = connector.list(&context, "cards", &want(), None).await.unwrap();
    assert_eq!(listing.records[0].id.as_str(), "../../evil");
    let kinds = [
        WriteKind::Update { id: listing.records[0].id.clone(), fields: fields(), expect: None },
        // One that is brought back comes with everything that was in it.
        WriteKind::Create { fields: Fields::new(), raw: Some(evil) },
        WriteKind::Create { fields: fields(), raw: None },
    ];
    for (kind, token) in kinds.into_iter().zip(["t1", "t2", "../../t3"]) {
        let write = Write { token: token.to_owned(), kind };
        connector.write(&context, "cards", &want(), vec![write]).await.unwrap().remove(0).unwrap();
    }
    let files = tree(folder.path());
    assert_eq!(files.len(), 3);
    assert!(files.keys().all(|file| Path::new(file).parent() == Some(&cards)), "{:?}", files.keys());
}
