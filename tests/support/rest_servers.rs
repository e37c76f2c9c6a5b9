//! Real platforms with REST interfaces on this computer: PocketBase, and Tryton, a business system.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::servers::http;

/// How long a server may take to answer for the first time.
const START_TIME: Duration = Duration::from_secs(60);

/// Who may use either of them.
pub const USER: &str = "admin@example.com";
pub const PASSWORD: &str = "a-long-password";

/// A PocketBase over a folder of its own; dropped, it is stopped.
pub struct PocketBase {
    pub port: u16,
    child: Child,
    token: String,
    _folder: tempfile::TempDir,
}

/// A Tryton over a database of its own; dropped, it is stopped.
pub struct Tryton {
    pub port: u16,
    child: Child,
    session: String,
    _folder: tempfile::TempDir,
}

impl PocketBase {
    /// `None`, after saying why, where it is not installed.
    pub fn start() -> Option<Self> {
        let program = program("pocketbase")?;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let made = Command::new(&program)
            .args(["superuser", "upsert", USER, PASSWORD, "--dir"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "PocketBase takes no superuser");
        for _ in 0..5 {
            let port = free_port();
            let mut command = Command::new(&program);
            command.args(["serve", "--http", &format!("127.0.0.1:{port}"), "--dir"]).arg(&data);
            let Some(child) = launch(command, port, "/api/health") else { continue };
            let mut server = Self { port, child, token: String::new(), _folder: folder };
            let body = json!({ "identity": USER, "password": PASSWORD });
            let answer = server.request("POST", "/api/collections/_superusers/auth-with-password", &body);
            server.token = answer["token"].as_str().map(str::to_owned).expect("the superuser signs in");
            let batches = json!({ "batch": { "enabled": true, "maxRequests": 50, "timeout": 3 } });
            server.request("PATCH", "/api/settings", &batches);
            return Some(server);
        }
        panic!("PocketBase does not start");
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// One request as its owner makes it.
    pub fn request(&self, method: &str, path: &str, body: &Json) -> Json {
        let headers = [("Content-Type", "application/json"), ("Authorization", self.token.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http(self.port, method, path, &headers, body.as_bytes()).unwrap();
        assert!(answer.is_fine(), "{method} {path}: {} {}", answer.status, answer.text());
        serde_json::from_slice(&answer.body).unwrap_or(Json::Null)
    }
}

impl Drop for PocketBase {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

impl Tryton {
    /// `None`, after saying why, where it is not installed.
    pub fn start() -> Option<Self> {
        let admin = program("trytond-admin")?;
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            let port = free_port();
            let config = folder.path().join("trytond.conf");
            let text = format!(
                "[database]\nuri = sqlite://\npath = {}\n[web]\nlisten = 127.0.0.1:{port}\n[session]\nauthentications = password\n",
                folder.path().display()
            );
            std::fs::write(&config, text).unwrap();
            let word = folder.path().join("password");
            std::fs::write(&word, PASSWORD).unwrap();
            let database = folder.path().join("shop.sqlite");
            if !database.exists() {
                std::fs::write(&database, "").unwrap();
                let made = Command::new(&admin)
                    .args(["-d", "shop", "-u", "party", "--activate-dependencies", "--email", USER, "-c"])
                    .arg(&config)
                    .env("TRYTONPASSFILE", &word)
                    .stdin(Stdio::null())
                    .output()
                    .unwrap();
                assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            }
            let mut command = Command::new(admin.with_file_name("trytond"));
            command.args(["-d", "shop", "-c"]).arg(&config);
            let Some(child) = launch(command, port, "/") else { continue };
            let mut server = Self { port, child, session: String::new(), _folder: folder };
            let login = server.call("common.db.login", &json!(["admin", { "password": PASSWORD }]));
            let session = format!("admin:{}:{}", login[0], login[1].as_str().expect("the admin signs in"));
            server.session = session;
            return Some(server);
        }
        panic!("Tryton does not start");
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// One call as one of its users makes it.
    pub fn call(&self, method: &str, params: &Json) -> Json {
        use base64::Engine as _;
        let body = json!({ "id": 1, "method": method, "params": params }).to_string();
        let session = format!("Session {}", base64::engine::general_purpose::STANDARD.encode(&self.session));
        let mut headers = vec![("Content-Type", "application/json")];
        if !self.session.is_empty() {
            headers.push(("Authorization", session.as_str()));
        }
        let answer = http(self.port, "POST", "/shop/rpc/", &headers, body.as_bytes()).unwrap();
        let json: Json = serde_json::from_slice(&answer.body).unwrap_or(Json::Null);
        assert!(answer.is_fine() && json.get("error").is_none(), "{method}: {} {}", answer.status, answer.text());
        json["result"].clone()
    }
}

impl Drop for Tryton {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// Ends a server that a test has started.
pub fn stop(child: &mut Child) {
    // It may have ended by itself; then there is nothing to end.
    let _ended = child.kill();
    child.wait().unwrap();
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a program and waits for its first answer; none where it has ended instead.
pub fn launch(mut command: Command, port: u16, path: &str) -> Option<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let err = child.stderr.take().unwrap();
    let (sender, said) = std::sync::mpsc::sync_channel(64);
    std::thread::spawn(move || {
        BufReader::new(err).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
    });
    let until = Instant::now() + START_TIME;
    while Instant::now() < until {
        let answered = http(port, "GET", path, &[], b"").is_ok();
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        if answered {
            return Some(child);
        }
        // The next line that it logs is the sign to look again; a quiet server is looked at now and then.
        let _line = said.recv_timeout(Duration::from_millis(50));
    }
    stop(&mut child);
    None
}

/// A program of the Python environment that `tests/run.sh` makes; `None`, with the reason printed,
/// where it is not there.
fn program(name: &str) -> Option<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers/bin");
        let named = std::env::var_os("DUOSYNC_TEST_REST_SERVERS").map(PathBuf::from);
        named
            .into_iter()
            .chain([own])
            .find(|folder| folder.join("pocketbase").exists() && folder.join("trytond").exists())
    });
    let found = folder.as_ref().map(|folder| folder.join(name));
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs PocketBase and Tryton; tests/run.sh installs them");
        eprintln!("skipped: PocketBase and Tryton are not there; tests/run.sh installs them");
    }
    found
}
