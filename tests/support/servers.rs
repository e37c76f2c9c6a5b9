//! Real `CardDAV` servers on this computer, started for one test and stopped by their process id, and
//! a plain HTTP client to look at them and change them behind Duosync's back.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// How long a server may take to answer for the first time.
const START_TIME: Duration = Duration::from_secs(30);

/// How long an answer may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reorders a card's properties, forgets no token lightly, signs users in.
    Radicale,
    /// Keeps every byte, has no sign-in. Its address book is at `/ann/contacts/addressbook/`.
    Xandikos,
}

/// Who may use a Radicale.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Anybody, under any name.
    Open,
    /// One user with a password.
    Basic(String, String),
}

impl Auth {
    /// One user with a password.
    pub fn basic(user: &str, password: &str) -> Self {
        Self::Basic(user.to_owned(), password.to_owned())
    }
}

/// A server over a folder of its own; dropped, it is stopped.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    auth: Auth,
    /// Its port on 127.0.0.1.
    pub port: u16,
    child: Option<Child>,
    root: tempfile::TempDir,
}

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it is, as a number.
    pub status: u16,
    /// What follows the headers.
    pub body: Vec<u8>,
}

/// One card of a book.
#[derive(Clone, Debug)]
pub struct Card {
    /// Where it is on the server.
    pub path: String,
    /// What the server holds.
    pub body: String,
}

impl Server {
    /// Starts one that holds nothing yet; `None`, with the reason printed, where it is not installed.
    pub fn start(kind: Kind, auth: Auth) -> Option<Self> {
        python()?;
        let mut server = Self { kind, auth, port: 0, child: None, root: tempfile::tempdir().unwrap() };
        // Between finding a free port and the server's taking it another process may be quicker: then
        // the server ends at once, and another port is tried.
        for _ in 0..5 {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if server.launch() {
                return Some(server);
            }
        }
        panic!("{kind:?} does not start");
    }

    /// Stops it, as a server that goes away.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; then there is nothing to end.
            let _ended = child.kill();
            child.wait().unwrap();
        }
    }

    /// Starts it again on its port, after [`Server::stop`].
    pub fn again(&mut self) {
        assert!((0..5).any(|_| self.launch()), "{:?} does not start again", self.kind);
    }

    /// Everything it holds goes away, as after a move to another machine.
    pub fn wipe(&mut self) {
        self.stop();
        std::fs::remove_dir_all(self.storage()).unwrap();
        self.again();
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Makes an address book at this path (which ends in `/`) where there is none, as an owner does in
    /// the server's view.
    pub fn make_book(&self, path: &str, name: &str) {
        let body = format!(
            r#"<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/><C:addressbook/></resourcetype><displayname>{name}</displayname></prop></set></mkcol>"#
        );
        let made = self.request("MKCOL", path, &[("Content-Type", "text/xml; charset=utf-8")], body);
        // 405 says that something is there already (RFC 4918, section 9.3.1).
        assert!([201, 405].contains(&made.status), "MKCOL {path}: {} {}", made.status, made.text());
    }

    /// Stores a card as another program would.
    pub fn put(&self, path: &str, card: impl AsRef<[u8]>) {
        let done = self.try_put(path, card);
        assert!(done.is_fine(), "PUT {path}: {} {}", done.status, done.text());
    }

    /// Stores a card, or does not where the server refuses it.
    pub fn try_put(&self, path: &str, card: impl AsRef<[u8]>) -> Answer {
        self.request("PUT", path, &[("Content-Type", "text/vcard; charset=utf-8")], card)
    }

    /// Puts a card into a book's storage, as a restored backup does: quicker than asking the server
    /// hundreds of times.
    pub fn restore(&self, path: &str, card: &str) {
        assert_eq!(self.kind, Kind::Radicale, "only its storage is a folder of cards");
        std::fs::write(self.storage().join("collection-root").join(path.trim_start_matches('/')), card).unwrap();
    }

    /// Deletes a card as another program would.
    pub fn delete(&self, path: &str) {
        let done = self.request("DELETE", path, &[], "");
        assert!(done.is_fine(), "DELETE {path}: {} {}", done.status, done.text());
    }

    /// The card at this path as the server holds it.
    pub fn card(&self, path: &str) -> Option<String> {
        let answer = self.request("GET", path, &[], "");
        (answer.status == 200).then(|| String::from_utf8(answer.body).unwrap())
    }

    /// The version of the card at this path.
    pub fn etag(&self, path: &str) -> Option<String> {
        let body = r#"<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>"#;
        let answer = self.request("PROPFIND", path, &[("Depth", "0"), ("Content-Type", "text/xml")], body);
        let text = answer.text();
        let document = roxmltree::Document::parse(&text).ok()?;
        let etag = document.descendants().find(|node| node.tag_name().name() == "getetag")?;
        etag.text().map(str::to_owned)
    }

    /// Every card of a book, in the order of their paths.
    pub fn cards(&self, book: &str) -> Vec<Card> {
        // One that is deleted between the two questions is not there any more.
        let get = |path: String| Some(Card { body: self.card(&path)?, path });
        self.paths(book).into_iter().filter_map(get).collect()
    }

    /// The one card of a book that holds a text.
    pub fn card_with(&self, book: &str, text: &str) -> Result<Card, String> {
        let mut cards = self.cards(book);
        let known = cards.len();
        cards.retain(|card| card.body.contains(text));
        match cards.as_slice() {
            [only] => Ok(only.clone()),
            several => Err(format!("{} of {known} cards of {book} hold {text:?}", several.len())),
        }
    }

    /// The paths of the cards of a book, in order.
    pub fn paths(&self, book: &str) -> Vec<String> {
        let body = "<?xml version=\"1.0\"?><C:addressbook-query xmlns=\"DAV:\" \
                    xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><prop><getetag/><C:address-data/></prop>\
                    <C:filter/></C:addressbook-query>";
        let answer = self.request("REPORT", book, &[("Depth", "1"), ("Content-Type", "text/xml; charset=utf-8")], body);
        let text = answer.text();
        assert_eq!(answer.status, 207, "{book}: {text}");
        let document = roxmltree::Document::parse(&text).unwrap();
        let of = |node: roxmltree::Node<'_, '_>, name: &str| {
            let found = node.descendants().find(|inner| inner.tag_name().name() == name);
            found.and_then(|inner| inner.text().map(str::to_owned))
        };
        let responses = document.descendants().filter(|node| node.tag_name().name() == "response");
        let mut paths: Vec<String> =
            responses.filter(|node| of(*node, "address-data").is_some()).filter_map(|node| of(node, "href")).collect();
        paths.sort();
        paths
    }

    /// One request, by nothing that is under test.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        self.try_request(method, path, headers, body.as_ref()).unwrap()
    }

    fn try_request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer> {
        let login = match (self.kind, &self.auth) {
            (Kind::Xandikos, _) => None,
            (Kind::Radicale, Auth::Open) => Some("ann:".to_owned()),
            (Kind::Radicale, Auth::Basic(user, password)) => Some(format!("{user}:{password}")),
        };
        let login = login.map(|login| format!("Basic {}", base64(login.as_bytes())));
        let mut headers = headers.to_vec();
        headers.extend(login.as_deref().map(|login| ("Authorization", login)));
        http(self.port, method, path, &headers, body)
    }

    /// Starts its program and waits for its first answer; false where the program has ended instead.
    fn launch(&mut self) -> bool {
        std::fs::create_dir_all(self.storage()).unwrap();
        let mut command = self.command();
        command.env("PYTHONUNBUFFERED", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = lines(&mut child);
        self.child = Some(child);
        let until = Instant::now() + START_TIME;
        while Instant::now() < until {
            // An answer, not only an open port: the port opens before the storage is ready. A program
            // that found its port taken ends, and then the answer was another's.
            let answered = self.try_request("OPTIONS", "/", &[], b"").is_ok();
            if self.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                self.child = None;
                return false;
            }
            if answered {
                return true;
            }
            // The next line that it logs is the sign to look again; a quiet server is looked at now and then.
            let _line = said.recv_timeout(Duration::from_millis(50));
        }
        self.stop();
        false
    }

    fn command(&self) -> Command {
        let python = python().expect("it was there when the server was made");
        let port = self.port.to_string();
        match self.kind {
            Kind::Radicale => {
                let mut command = Command::new(python);
                command
                    .args(["-m", "radicale", "--config", "", "--server-hosts"])
                    .arg(format!("127.0.0.1:{port}"))
                    .arg("--storage-filesystem-folder")
                    .arg(self.storage());
                match &self.auth {
                    Auth::Open => command.args(["--auth-type", "none"]),
                    Auth::Basic(user, password) => {
                        let users = self.root.path().join("users");
                        std::fs::write(&users, format!("{user}:{password}\n")).unwrap();
                        command
                            .args(["--auth-type", "htpasswd", "--auth-htpasswd-encryption", "plain"])
                            .args(["--auth-delay", "0", "--auth-htpasswd-filename"])
                            .arg(users)
                    }
                };
                command
            }
            Kind::Xandikos => {
                let mut command = Command::new(python.with_file_name("xandikos"));
                command
                    .args(["serve", "--autocreate", "--defaults", "--current-user-principal", "/ann/"])
                    .args(["-l", "127.0.0.1", "-p", &port, "-d"])
                    .arg(self.storage());
                command
            }
        }
    }

    fn storage(&self) -> PathBuf {
        self.root.path().join("storage")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Answer {
    /// What it says.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the server did what it was asked.
    pub fn is_fine(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One request to a port of this computer; the connection is closed after it.
pub fn http(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([*name, ": ", *value, "\r\n"]);
    }
    head.push_str("\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| std::io::Error::other("an answer without an end of its head"))?;
    let head = String::from_utf8_lossy(&all[..end]);
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("an answer without a status"))?;
    Ok(Answer { status, body: all[end + 4..].to_vec() })
}

/// A Python that has both servers: `DUOSYNC_TEST_PYTHON`, else one found or made once per computer.
/// `None`, with the reason printed, where there is none; that fails the tests where `CI` is set.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(find_python).as_deref();
    if python.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs a Python with radicale and xandikos");
        eprintln!(
            "skipped: radicale and xandikos are not there, and python3 with venv and pip to install them neither"
        );
    }
    python
}

/// Whether this interpreter has both servers in it.
fn has_servers(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import radicale, xandikos"]).stdout(Stdio::null()).stderr(Stdio::null());
    succeeds(&mut command)
}

fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn find_python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers");
    let own = folder.join("bin/python");
    let named = std::env::var_os("DUOSYNC_TEST_PYTHON").map(PathBuf::from);
    let mut known = named.into_iter().chain([own.clone(), PathBuf::from("/opt/servers/bin/python")]);
    if let Some(python) = known.find(|python| has_servers(python)) {
        return Some(python);
    }
    std::fs::create_dir_all(folder.parent()?).ok()?;
    // Test binaries run side by side: the first one makes it, the others wait for it.
    let lock = File::create(folder.with_extension("lock")).ok()?;
    lock.lock().ok()?;
    if has_servers(&own) {
        return Some(own);
    }
    eprintln!("installing radicale and xandikos into {}", folder.display());
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        && succeeds(Command::new(&own).args(["-m", "pip", "install", "--quiet", "radicale>=3.5", "xandikos>=0.2.12"]));
    (made && has_servers(&own)).then_some(own)
}

/// What a child says, line by line, on either channel; it never has to wait for a reader.
fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = sync_channel(64);
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let second = sender.clone();
    // The receiver may be dropped once the server is up; reading goes on so that its pipes stay empty.
    std::thread::spawn(move || {
        BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(second.send(line)));
    });
    std::thread::spawn(move || {
        BufReader::new(err).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
    });
    receiver
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for place in 0..4_usize {
            let index = (bits >> (18 - 6 * place)) as usize & 63;
            out.push(if place <= chunk.len() { char::from(LETTERS[index]) } else { '=' });
        }
    }
    out
}
