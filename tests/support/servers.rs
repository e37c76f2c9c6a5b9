//! Real `CardDAV` servers on this computer, started for one test and stopped by their process id.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long a server may take to answer for the first time.
const START_TIME: Duration = Duration::from_secs(30);

/// A Python that has both servers: `DUOSYNC_TEST_PYTHON`, else one found or made once per computer.
/// `None`, with the reason printed, where there is none; that fails the tests when `CI` is `true`.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(find_python).as_deref();
    if python.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI needs a Python with radicale and xandikos");
    }
    python
}

/// Whether this interpreter has both servers in it.
fn has_servers(python: &Path) -> bool {
    Command::new(python)
        .args(["-c", "import radicale, xandikos"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn find_python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers");
    let own = folder.join("bin/python");
    let named = std::env::var_os("DUOSYNC_TEST_PYTHON").map(PathBuf::from);
    let known: Vec<PathBuf> =
        named.into_iter().chain([own.clone(), PathBuf::from("/opt/servers/bin/python")]).collect();
    if let Some(python) = known.into_iter().find(|python| has_servers(python)) {
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
    let run = |program: &Path, arguments: &[&str]| {
        Command::new(program).args(arguments).stdin(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let made = run(Path::new("python3"), &["-m", "venv", folder.to_str()?])
        && run(&own, &["-m", "pip", "install", "--quiet", "radicale>=3.5", "xandikos>=0.2.12"]);
    if !made {
        eprintln!("skipped: python3 with venv and pip is needed to run radicale and xandikos");
    }
    (made && has_servers(&own)).then_some(own)
}

/// Who may use a Radicale.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Anybody, under any name.
    Open,
    /// One user with a password.
    Basic(&'static str, &'static str),
}

/// A running server; dropped, it is stopped.
#[derive(Debug)]
pub struct Server {
    child: Option<Child>,
    /// Its port on 127.0.0.1.
    pub port: u16,
    credentials: Option<(String, String)>,
}

/// Radicale: reorders a card's properties, forgets no token lightly, signs users in.
#[derive(Debug)]
pub struct Radicale;

/// Xandikos: keeps every byte, has no sign-in.
#[derive(Debug)]
pub struct Xandikos;

impl Radicale {
    /// Starts one over this folder; `None` where no Python has it.
    pub fn start(folder: &Path, auth: &Auth) -> Option<Server> {
        let python = python()?;
        let credentials = match auth {
            Auth::Open => Some(("ann".to_owned(), String::new())),
            Auth::Basic(user, password) => {
                std::fs::write(folder.join("users"), format!("{user}:{password}\n")).unwrap();
                Some(((*user).to_owned(), (*password).to_owned()))
            }
        };
        Some(start(credentials.as_ref(), |port| {
            let mut command = Command::new(python);
            command
                .args(["-m", "radicale", "--config", "", "--server-hosts"])
                .arg(format!("127.0.0.1:{port}"))
                .arg("--storage-filesystem-folder")
                .arg(folder.join("storage"));
            match auth {
                Auth::Open => command.args(["--auth-type", "none"]),
                Auth::Basic(..) => command
                    .args(["--auth-type", "htpasswd", "--auth-htpasswd-encryption", "plain", "--auth-delay", "0"])
                    .arg("--auth-htpasswd-filename")
                    .arg(folder.join("users")),
            };
            command
        }))
    }
}

impl Xandikos {
    /// Starts one over this folder, with an address book at `/ann/contacts/addressbook/`.
    pub fn start(folder: &Path) -> Option<Server> {
        let python = python()?;
        let program = python.with_file_name("xandikos");
        Some(start(None, |port| {
            let mut command = Command::new(&program);
            command.args([
                "serve",
                "--autocreate",
                "--defaults",
                "--current-user-principal",
                "/ann/",
                "-l",
                "127.0.0.1",
                "-d",
            ]);
            command.arg(folder).args(["-p", &port.to_string()]);
            command
        }))
    }
}

fn start(credentials: Option<&(String, String)>, command: impl Fn(u16) -> Command) -> Server {
    // Between finding a free port and the server's taking it another process may be quicker: then
    // the server ends at once, and another port is tried.
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command(port).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Server { child: Some(child), port, credentials: credentials.cloned() };
        let until = Instant::now() + START_TIME;
        while Instant::now() < until {
            if server.child.as_mut().unwrap().try_wait().unwrap().is_some() {
                break;
            }
            // An answer, not only an open port: the port opens before the storage is ready.
            if server.try_request("OPTIONS", "/", &[], "").is_ok() {
                return server;
            }
            std::thread::yield_now();
        }
    }
    panic!("the server does not start");
}

impl Server {
    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Stops it, as a server that goes away.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Makes an address book at this path (which ends in `/`), as an owner does in the server's view.
    pub fn make_book(&self, path: &str, name: &str) {
        let body = format!(
            r#"<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/><C:addressbook/></resourcetype><displayname>{name}</displayname></prop></set></mkcol>"#
        );
        let (status, answer) = self.request("MKCOL", path, &[("Content-Type", "application/xml")], &body);
        assert_eq!(status, 201, "{answer}");
    }

    /// Stores a card as another program would.
    pub fn put(&self, path: &str, card: &str) {
        let (status, answer) = self.request("PUT", path, &[("Content-Type", "text/vcard")], card);
        assert!((200..300).contains(&status), "{status} {answer}");
    }

    /// The card at this path as the server holds it.
    pub fn card(&self, path: &str) -> Option<String> {
        let (status, answer) = self.request("GET", path, &[], "");
        (status == 200).then_some(answer)
    }

    /// Deletes a card as another program would.
    pub fn delete(&self, path: &str) {
        let (status, answer) = self.request("DELETE", path, &[], "");
        assert!((200..300).contains(&status), "{status} {answer}");
    }

    /// One request, by nothing that is under test.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        self.try_request(method, path, headers, body).unwrap()
    }

    fn try_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let mut head =
            format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n", self.port, body.len());
        if let Some((user, password)) = &self.credentials {
            let coded = base64(format!("{user}:{password}").as_bytes());
            head.extend(["Authorization: Basic ", &coded, "\r\n"]);
        }
        for (name, value) in headers {
            head.extend([*name, ": ", *value, "\r\n"]);
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        status.map(|status| (status, body.to_owned())).ok_or_else(|| std::io::Error::other("no status"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
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
