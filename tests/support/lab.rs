//! What tests through the binary need: a workplace of their own, real servers on this computer, and a
//! plain HTTP client to look at them and change them behind Duosync's back.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value as Json;

/// How long a server may take to start, or an answer to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder of its own for one test: home, workspace and files.
pub(crate) struct Workplace {
    root: tempfile::TempDir,
    pub(crate) env: BTreeMap<String, String>,
}

/// What the binary came to.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON object on standard output; anything else there is a failure.
    pub(crate) fn json(&self) -> Result<Json, String> {
        let told = || format!("exit {}\nstdout: {}\nstderr: {}", self.code, self.stdout, self.stderr);
        if self.stdout.trim_end().lines().count() != 1 {
            return Err(format!("standard output is not one line\n{}", told()));
        }
        let json: Json = serde_json::from_str(&self.stdout).map_err(|error| format!("no JSON: {error}\n{}", told()))?;
        if json.is_object() { Ok(json) } else { Err(format!("not an object\n{}", told())) }
    }
}

impl Workplace {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "files"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root, env: BTreeMap::new() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.path().join("files").join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.file(name)).unwrap()).unwrap()
    }

    /// The workspace that Duosync remembers in.
    pub(crate) fn workspace(&self) -> PathBuf {
        self.root.path().join("workspace")
    }

    /// The binary, with nothing of this computer's own settings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let home = self.root.path().join("home");
        let mut command = Command::new(env!("CARGO_BIN_EXE_duosync"));
        command.env_clear().env("HOME", &home).env("TZ", "UTC").env("LANG", "C.UTF-8");
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, home.join(name));
        }
        // Where coverage or a debugger look for their libraries is this computer's business.
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(&self.env).current_dir(self.root.path().join("files"));
        command.arg("--workspace").arg(self.workspace()).args(args).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&self.command(args).output().unwrap())
    }

    /// A command that must end with `code`, and its answer.
    pub(crate) fn json(&self, code: i32, args: &[&str]) -> Json {
        let mut line = vec!["--json"];
        line.extend(args);
        let ended = self.run(&line);
        assert_eq!(ended.code, code, "{args:?}\nstdout: {}\nstderr: {}", ended.stdout, ended.stderr);
        ended.json().unwrap()
    }
}

/// A server of this computer, ended with the test.
pub(crate) struct Server {
    kind: Kind,
    pub(crate) port: u16,
    folder: PathBuf,
    login: Option<(String, String)>,
    /// Whether it asks for the password.
    strict: bool,
    child: Option<Child>,
    _root: tempfile::TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Radicale,
    Xandikos,
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

/// One card of a book.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Server {
    /// Starts a server; `None` where it is not installed, which is told, and is a failure in CI.
    pub(crate) fn start(kind: Kind, login: Option<(&str, &str)>, strict: bool) -> Option<Self> {
        let program = program(kind)?;
        let root = tempfile::tempdir().unwrap();
        let mut server = Self {
            kind,
            port: 0,
            folder: root.path().join("data"),
            login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            strict,
            child: None,
            _root: root,
        };
        // Between finding a free port and taking it somebody else may have come.
        for _ in 0..5 {
            server.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if server.launch(&program).is_some() {
                return Some(server);
            }
        }
        panic!("{kind:?} does not start");
    }

    /// Starts it again on its port, after [`Server::stop`].
    pub(crate) fn again(&mut self) {
        let program = program(self.kind).unwrap();
        (0..5).find_map(|_| self.launch(&program)).expect("the server starts again");
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; then there is nothing to end.
            let _ended = child.kill();
            child.wait().unwrap();
        }
    }

    /// Everything it holds goes away, as after a move to another machine.
    pub(crate) fn wipe(&mut self) {
        self.stop();
        std::fs::remove_dir_all(&self.folder).unwrap();
        self.again();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    fn launch(&mut self, program: &Path) -> Option<()> {
        std::fs::create_dir_all(&self.folder).unwrap();
        let (folder, port) = (self.folder.display().to_string(), self.port.to_string());
        let mut command = Command::new(program);
        match self.kind {
            Kind::Radicale => {
                command.args(["--server-hosts", &format!("127.0.0.1:{port}")]);
                command.args(["--storage-filesystem-folder", &folder]);
                command.env("RADICALE_CONFIG", "");
                match (&self.login, self.strict) {
                    (Some((user, password)), true) => {
                        let users = self.folder.with_file_name("users");
                        std::fs::write(&users, format!("{user}:{password}\n")).unwrap();
                        command.args(["--auth-type", "htpasswd", "--auth-htpasswd-encryption", "plain"]);
                        command.args(["--auth-htpasswd-filename", &users.display().to_string()]);
                        command.args(["--auth-delay", "0"]);
                    }
                    (Some(_) | None, _) => {
                        command.args(["--auth-type", "none"]);
                    }
                }
            }
            Kind::Xandikos => {
                command.args(["serve", "-d", &folder, "-p", &port, "-l", "127.0.0.1", "--autocreate", "--defaults"]);
                command.args(["--current-user-principal", "/a/"]);
            }
        }
        command.env("PYTHONUNBUFFERED", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = lines(&mut child);
        loop {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                if child.try_wait().unwrap().is_none() {
                    self.child = Some(child);
                    return Some(());
                }
                return None;
            }
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            // The next line that it logs is the sign to look again; a quiet server is looked at now and then.
            let _line = lines.recv_timeout(Duration::from_millis(100));
        }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some((user, password)) = &self.login {
            all.push(("Authorization".to_owned(), format!("Basic {}", base64(&format!("{user}:{password}")))));
        }
        http(self.port, method, path, &all, body)
    }

    /// Makes an address book where there is none.
    pub(crate) fn book(&self, path: &str) {
        let name = path.trim_matches('/').rsplit('/').next().unwrap();
        let body = format!(
            "<?xml version=\"1.0\"?><mkcol xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><set><prop>\
             <resourcetype><collection/><C:addressbook/></resourcetype><displayname>{name}</displayname>\
             </prop></set></mkcol>"
        );
        if self.ask("PROPFIND", path, &[("Depth", "0")], b"").status == 404 {
            let made = self.ask("MKCOL", path, &[("Content-Type", "text/xml; charset=utf-8")], body.as_bytes());
            assert_eq!(made.status, 201, "{}", made.text());
        }
    }

    pub(crate) fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        let done = self.ask("PUT", path, &[("Content-Type", "text/vcard; charset=utf-8")], body.as_ref());
        assert!((200..300).contains(&done.status), "PUT {path}: {} {}", done.status, done.text());
    }

    /// Puts a card under a name of its own; false where the server refuses it.
    pub(crate) fn offer(&self, book: &str, card: &str) -> bool {
        let name = card.lines().find_map(|line| line.strip_prefix("NICKNAME:")).unwrap_or("card").replace(' ', "-");
        let path = format!("{book}{name}.vcf");
        let answer = self.ask("PUT", &path, &[("Content-Type", "text/vcard; charset=utf-8")], card.as_bytes());
        (200..300).contains(&answer.status)
    }

    pub(crate) fn delete(&self, path: &str) {
        let done = self.ask("DELETE", path, &[], b"");
        assert!((200..300).contains(&done.status), "DELETE {path}: {} {}", done.status, done.text());
    }

    /// Every card of a book, in the order of their paths.
    pub(crate) fn cards(&self, book: &str) -> Vec<Card> {
        let get = |path: String| {
            let body = String::from_utf8(self.ask("GET", &path, &[], b"").body).unwrap();
            Card { path, body }
        };
        self.paths(book).into_iter().map(get).collect()
    }

    /// Puts a card into a book's storage, as a restored backup does: quicker than asking the server
    /// hundreds of times.
    pub(crate) fn restore(&self, path: &str, body: &str) {
        assert_eq!(self.kind, Kind::Radicale, "only its storage is a folder of cards");
        std::fs::write(self.folder.join("collection-root").join(path.trim_start_matches('/')), body).unwrap();
    }

    /// The paths of the cards of a book, in order.
    pub(crate) fn paths(&self, book: &str) -> Vec<String> {
        let body = "<?xml version=\"1.0\"?><C:addressbook-query xmlns=\"DAV:\" \
                    xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><prop><getetag/><C:address-data/></prop>\
                    <C:filter/></C:addressbook-query>";
        let headers = [("Depth", "1"), ("Content-Type", "text/xml; charset=utf-8")];
        let answer = self.ask("REPORT", book, &headers, body.as_bytes());
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

    /// The one card that holds a text.
    pub(crate) fn card(&self, book: &str, text: &str) -> Result<Card, String> {
        let mut cards = self.cards(book);
        let known = cards.len();
        cards.retain(|card| card.body.contains(text));
        match cards.as_slice() {
            [only] => Ok(only.clone()),
            several => Err(format!("{} of {known} cards of {book} hold {text:?}", several.len())),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One request; the connection is closed after it.
pub(crate) fn http(port: u16, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
    let headers = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = headers.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("an answer has a status");
    Answer { status, headers, body: all[end + 4..].to_vec() }
}

/// Where a server's program is, beside the Python that has both.
fn program(kind: Kind) -> Option<PathBuf> {
    let name = match kind {
        Kind::Radicale => "radicale",
        Kind::Xandikos => "xandikos",
    };
    crate::support::servers::python().map(|python| python.with_file_name(name))
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

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63] as char;
            out.push(if at <= three.len() { letter } else { '=' });
        }
    }
    out
}
