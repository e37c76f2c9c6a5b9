//! Real database servers on this computer, each in a folder of its own and on a free port, started as a user
//! without rights where the server refuses root, and stopped by their process id.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may take to answer for the first time.
const START_TIME: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// `PostgreSQL`.
    Postgres,
    /// `MariaDB`.
    MariaDb,
}

/// A server with a database `shop` for the user `shop`; dropped, it is stopped.
#[derive(Debug)]
pub struct Server {
    /// Which one it is.
    pub engine: Engine,
    /// Its port on 127.0.0.1.
    pub port: u16,
    child: Child,
    root: tempfile::TempDir,
}

impl Server {
    /// Starts one; `None`, with the reason printed, where it is not installed.
    pub fn start(engine: Engine) -> Option<Self> {
        let Some(programs) = programs(engine) else {
            assert!(std::env::var_os("CI").is_none(), "CI needs {engine:?}");
            eprintln!("skipped: {engine:?} is not installed; tests/run.sh installs it");
            return None;
        };
        let root = tempfile::Builder::new().prefix("duosync-db").tempdir().unwrap();
        let data = root.path().join("data");
        std::fs::create_dir(&data).unwrap();
        if is_root() {
            succeed(Command::new("chown").args(["-R", "nobody"]).arg(root.path()));
        }
        match engine {
            Engine::Postgres => succeed(
                unprivileged(&programs.join("initdb"))
                    .args(["--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "root", "-D"])
                    .arg(&data),
            ),
            Engine::MariaDb => succeed(
                unprivileged(Path::new("mariadb-install-db"))
                    .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
                    .arg(format!("--datadir={}", data.display())),
            ),
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = match engine {
            Engine::Postgres => {
                std::fs::write(
                    data.join("pg_hba.conf"),
                    "host all root 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
                )
                .unwrap();
                let mut command = unprivileged(&programs.join("postgres"));
                command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F", "-k", ""]);
                command
            }
            Engine::MariaDb => {
                let mut command = unprivileged(&programs.join("mariadbd"));
                command.args(["--no-defaults", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0"]);
                command.arg(format!("--datadir={}", data.display())).arg(format!("--port={port}"));
                command.arg(format!("--socket={}", root.path().join("s").display()));
                command
            }
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Self { engine, port, child, root };
        server.wait();
        match engine {
            Engine::Postgres => {
                server.client("postgres", "CREATE USER shop PASSWORD 's3cret'").unwrap();
                server.client("postgres", "CREATE DATABASE shop OWNER shop").unwrap();
            }
            Engine::MariaDb => {
                server
                    .client("mysql", "CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE USER shop@'%' IDENTIFIED BY 's3cret'; GRANT ALL ON shop.* TO shop@'%'")
                    .unwrap();
            }
        }
        Some(server)
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        let word = if self.engine == Engine::Postgres { "postgresql" } else { "mysql" };
        format!("{word}://127.0.0.1:{}/shop", self.port)
    }

    /// Runs statements as another program would, and gives what they print.
    pub fn sql(&self, sql: &str) -> String {
        self.client("shop", sql).unwrap_or_else(|problem| panic!("{sql}: {problem}"))
    }

    fn client(&self, database: &str, sql: &str) -> Result<String, String> {
        let port = self.port.to_string();
        let mut command = match self.engine {
            Engine::Postgres => {
                let mut command = Command::new("psql");
                // What it makes belongs to the user whose account Duosync has.
                let sql = if database == "shop" { format!("SET ROLE shop; {sql}") } else { sql.to_owned() };
                command.args(["-h", "127.0.0.1", "-p", &port, "-U", "root", "-d", database, "-qAtX"]);
                command.args(["-v", "ON_ERROR_STOP=1", "-c", &sql]);
                command
            }
            Engine::MariaDb => {
                let mut command = Command::new("mariadb");
                command.args(["--no-defaults", "--protocol=tcp", "-h", "127.0.0.1", "-P", &port, "-u", "root"]);
                command.args(["-N", "-B", "-r", "--default-character-set=utf8mb4", "-D", database, "-e", sql]);
                command
            }
        };
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Waits until it says that it takes connections; what it says later is thrown away.
    fn wait(&mut self) {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let says = self.child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut said = String::new();
            for line in BufReader::new(says).lines().map_while(Result::ok) {
                said = said + &line + "\n";
                if line.contains("ready to accept connections") || line.contains("ready for connections") {
                    drop(sender.try_send(Ok(())));
                    said.clear();
                }
            }
            drop(sender.try_send(Err(said)));
        });
        receiver.recv_timeout(START_TIME).expect("it answers in time").expect("it starts");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn programs(engine: Engine) -> Option<PathBuf> {
    match engine {
        Engine::Postgres => {
            let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
                .ok()?
                .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
                .filter(|path| path.join("initdb").exists())
                .collect();
            found.sort();
            found.pop()
        }
        Engine::MariaDb => {
            let found = Path::new("/usr/sbin");
            (found.join("mariadbd").exists() && Path::new("/usr/bin/mariadb").exists()).then(|| found.to_owned())
        }
    }
}

fn is_root() -> bool {
    std::env::var("USER").is_ok_and(|user| user == "root")
        || Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The program as somebody without rights, where this is root; servers refuse to be that.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    // It takes root's place in the same process, so that its id is the server's.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
