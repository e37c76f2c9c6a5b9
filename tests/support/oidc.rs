//! A real OAuth 2 server on this computer (npm `oidc-provider`), and a browser that a test drives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::servers::http;

/// The version that is installed, as `tests/run.sh` does too.
const PACKAGE: &str = "oidc-provider@9.13";

/// The server; dropped, it is stopped.
pub struct Oidc {
    /// Its port on 127.0.0.1.
    pub port: u16,
    child: Option<Child>,
    /// What it says goes somewhere for as long as it runs, or it would end at its next word.
    said: Option<BufReader<ChildStdout>>,
    folder: PathBuf,
}

/// What somebody does in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Signs in and allows it.
    Allow,
    /// Does not.
    Deny,
}

impl Oidc {
    /// Starts one; `None`, with the reason printed, where it is not installed.
    pub fn start() -> Option<Self> {
        let folder = folder()?;
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut server = Self { port, child: None, said: None, folder: folder.clone() };
            if server.launch() {
                return Some(server);
            }
        }
        panic!("oidc-provider does not start");
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Stops it, as a platform that goes away.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ended = child.kill();
            child.wait().unwrap();
        }
    }

    /// Ends every access token, as the time does.
    pub fn expire(&self) {
        assert_eq!(http(self.port, "GET", "/test/expire", &[], b"").unwrap().status, 200);
    }

    /// Takes every consent back, as the owner does at the platform.
    pub fn revoke(&self) {
        assert_eq!(http(self.port, "GET", "/test/revoke", &[], b"").unwrap().status, 200);
    }

    /// How many refreshes there were, the newest refresh token, and every token that it gave.
    pub fn state(&self) -> (u64, String, Vec<String>) {
        let answer = http(self.port, "GET", "/test/state", &[], b"").unwrap();
        let state: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let secrets = state["secrets"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
        (
            state["refreshes"].as_u64().unwrap(),
            state["refresh"].as_str().unwrap_or_default().to_owned(),
            secrets.collect(),
        )
    }

    /// Uses a refresh token as somebody does who has stolen it. Answers the status.
    pub fn steal(&self, refresh: &str) -> u16 {
        let body = format!("grant_type=refresh_token&client_id=public&refresh_token={refresh}");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        http(self.port, "POST", "/token", &headers, body.as_bytes()).unwrap().status
    }

    fn launch(&mut self) -> bool {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/oidc.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(self.port.to_string()).arg(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let read = said.read_line(&mut line);
        (self.child, self.said) = (Some(child), Some(said));
        if read.is_ok() && line.trim() == "ready" {
            return true;
        }
        self.stop();
        false
    }
}

impl Drop for Oidc {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where `oidc-provider` is installed; `None`, with the reason printed, where it cannot be.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers-node");
    let is_there = || folder.join("node_modules/oidc-provider/lib/index.js").exists();
    let runs = |command: &mut Command| {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    if runs(Command::new("node").arg("--version")) {
        std::fs::create_dir_all(&folder).ok()?;
        let lock = std::fs::File::create(folder.with_extension("lock")).ok()?;
        lock.lock().ok()?;
        if is_there()
            || runs(
                Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(PACKAGE),
            ) && is_there()
        {
            return Some(folder);
        }
    }
    assert!(std::env::var_os("CI").is_none(), "CI needs node and npm with oidc-provider");
    eprintln!("skipped: node or oidc-provider is not there");
    None
}

/// A browser with its cookies.
pub struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One that nobody has signed in with.
    pub fn new() -> Self {
        let _there = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).tls_certs_only([]).build();
        Self { http: http.unwrap(), cookies: BTreeMap::new() }
    }

    /// Opens a sign-in's address and does what somebody does there. Answers the last page, which is
    /// Duosync's.
    pub async fn sign_in(&mut self, url: &str, user: &str, decision: Decision) -> String {
        let server = reqwest::Url::parse(url).unwrap();
        let (mut url, mut body) = (server.clone(), None);
        for _ in 0..20 {
            let (status, location, text) = self.go(&url, body.take()).await;
            if let Some(location) = location {
                url = url.join(&location).unwrap();
            } else if url.port() != server.port() {
                return text;
            } else if status == 200 && decision == Decision::Deny {
                url = url.join(&format!("{}/abort", url.path())).unwrap();
            } else if status == 200 && text.contains("value=\"login\"") {
                body = Some(format!("prompt=login&login={user}&password=x"));
            } else if status == 200 && text.contains("value=\"consent\"") {
                body = Some("prompt=consent".to_owned());
            } else {
                panic!("{url}: {status} {text}");
            }
        }
        panic!("the browser goes in a circle");
    }

    /// Opens one page: its status, where it sends the browser, and its text.
    pub async fn go(&mut self, url: &reqwest::Url, body: Option<String>) -> (u16, Option<String>, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = match body {
            None => self.http.get(url.clone()),
            Some(body) => {
                self.http.post(url.clone()).header("Content-Type", "application/x-www-form-urlencoded").body(body)
            }
        };
        let answer = request.header("Cookie", cookies.join("; ")).send().await.unwrap();
        for set in answer.headers().get_all("Set-Cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || set.contains("1970") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("Location").map(|location| location.to_str().unwrap().to_owned());
        (answer.status().as_u16(), location, answer.text().await.unwrap())
    }
}
