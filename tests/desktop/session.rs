//! A desktop session of its own: a display, a session bus, accessibility and a notification daemon.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, Value};

use super::notifications::{Daemon, Panel};

/// How long anything may take on a machine that is busy with other things, software drawing included.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How long a window may take to answer a question about what is in it.
const ANSWERS: Duration = Duration::from_secs(8);

/// How long the parts of a desktop may take to come up before they are started anew.
const COMES_UP: Duration = Duration::from_secs(40);

/// The password of servers, in the environment of the program under this name: `DUOSYNC_TEST_PASSWORD`.
pub const PASSWORD: &str = "correct-horse-7";

/// The name of a notification daemon, which is also that of its interface.
pub const NOTIFICATIONS: &str = "org.freedesktop.Notifications";

/// One desktop at a time: on two processors, several windows drawn in software keep each other waiting.
static ALONE: Mutex<()> = Mutex::new(());

/// A process that is ended when it is no longer needed.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The session. Its parts end in the order in which they are named.
pub struct Session {
    /// The bus on which windows tell what is in them.
    pub accessibility: Connection,
    /// The display's name.
    pub display: String,
    heard: Receiver<(String, String)>,
    bus_address: String,
    notifications: Connection,
    _bus: Ended,
    _screen: Ended,
    home: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Session {
    /// Starts one; `None`, with a printed reason, where something for it is not installed. In CI that
    /// is a failure.
    pub fn start() -> Option<Self> {
        let needed = [
            ("Xvfb", "xvfb"),
            ("xdotool", "xdotool"),
            ("dbus-daemon", "dbus"),
            ("/usr/libexec/at-spi-bus-launcher", "at-spi2-core"),
            ("/usr/share/dbus-1/services/org.a11y.Bus.service", "at-spi2-core"),
        ];
        if !needed.into_iter().all(|(program, package)| is_here(program, package)) {
            return None;
        }
        // A test that failed in its desktop has left nothing behind that another one could trip over.
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        for _attempt in 0..3 {
            if let Some(parts) = Parts::start() {
                let Parts { accessibility, display, heard, bus_address, notifications, bus, screen, home } = parts;
                return Some(Self {
                    accessibility,
                    display,
                    heard,
                    bus_address,
                    notifications,
                    _bus: bus,
                    _screen: screen,
                    home,
                    _alone: alone,
                });
            }
        }
        panic!("no desktop came up in three attempts");
    }

    /// What is known of the desktop, for a test that fails: what is on its buses, and what the bus said.
    pub fn report(&self) -> String {
        let names = |bus: &Connection| {
            let proxy = Proxy::new(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
            proxy.and_then(|proxy| proxy.call::<_, _, Vec<String>>("ListNames", &())).unwrap_or_default().join(" ")
        };
        let log = std::fs::read_to_string(self.home.path().join("bus.log")).unwrap_or_default();
        let said = std::fs::read_to_string(self.said()).unwrap_or_default();
        format!(
            "display {}\nsession bus: {}\naccessibility bus:\n{}\nthe bus said:\n{log}\nthe program said:\n{said}",
            self.display,
            names(&self.notifications),
            self.accessible()
        )
    }

    /// Who is on the accessibility bus, and what it shows there.
    fn accessible(&self) -> String {
        let of_bus = |method: &'static str, name: &str| {
            let proxy = Proxy::new(
                &self.accessibility,
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
            );
            proxy.and_then(|proxy| proxy.call::<_, _, u32>(method, &(name,))).unwrap_or_default()
        };
        let bus =
            Proxy::new(&self.accessibility, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
        let names: Vec<String> = bus.and_then(|bus| bus.call("ListNames", &())).unwrap_or_default();
        let mut lines = Vec::new();
        for name in names.into_iter().filter(|name| name.starts_with(':')) {
            let process = of_bus("GetConnectionUnixProcessID", &name);
            let program = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            let (tell, told) = sync_channel(1);
            let (connection, asked) = (self.accessibility.clone(), name.clone());
            std::thread::spawn(move || {
                let root = "/org/a11y/atspi/accessible/root";
                let proxy = Proxy::new(&connection, asked, root, "org.a11y.atspi.Accessible");
                let children: zbus::Result<Vec<(String, OwnedObjectPath)>> =
                    proxy.and_then(|proxy| proxy.call("GetChildren", &()));
                tell.send(format!("{children:?}"))
            });
            let children = told.recv_timeout(Duration::from_secs(3)).unwrap_or_else(|_| "no answer".to_owned());
            lines.push(format!("{name} is {} ({process}): {children}", program.trim()));
        }
        lines.join("\n")
    }

    /// Where the window's standard error goes.
    pub fn said(&self) -> PathBuf {
        self.home.path().join("duosync.log")
    }

    /// The binary, in this session and with nothing of the operator's own folders. It is the one that was
    /// built with the tests, or that of `DUOSYNC_TEST_BINARY`: a release, for example.
    pub fn duosync(&self, workspace: &Path) -> Command {
        let built = || env!("CARGO_BIN_EXE_duosync").into();
        let mut command = self.program(&std::env::var_os("DUOSYNC_TEST_BINARY").unwrap_or_else(built));
        command
            .arg("--workspace")
            .arg(workspace)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("DUOSYNC_TEST_PASSWORD", PASSWORD);
        command
    }

    /// A program, in this session and with nothing of the operator's own folders.
    pub fn program(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        apart(&mut command, self.home.path());
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address);
        command
    }

    /// The session's folder, for what a program of it needs.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// A connection to the session's bus, after which there is no notification daemon any more: another one
    /// may take its place.
    pub fn without_daemon(&self) -> Connection {
        assert!(self.notifications.release_name(NOTIFICATIONS).unwrap(), "the name was held");
        Builder::address(self.bus_address.as_str()).unwrap().build().unwrap()
    }

    /// Where the desktop finds what starts with the computer.
    pub fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    /// Runs the binary as a command in the terminal.
    pub fn terminal(&self, workspace: &Path, arguments: &[&str]) -> Output {
        self.duosync(workspace).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// The title and the text of the next notification.
    pub fn next_notification(&self) -> (String, String) {
        self.heard.recv_timeout(PATIENCE).expect("a notification")
    }

    /// Clicks a notification, by its number on the desktop.
    pub fn click(&self, notification: u32) {
        let (path, clicked) = ("/org/freedesktop/Notifications", (notification, "default"));
        let done = self.notifications.emit_signal(None::<&str>, path, NOTIFICATIONS, "ActionInvoked", &clicked);
        done.unwrap();
    }

    /// Starts a panel that shows icons; what it hears are their bus names.
    pub fn start_panel(&self) -> (Connection, Receiver<String>) {
        let (tell, heard) = sync_channel(8);
        let panel = Builder::address(self.bus_address.as_str())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Panel::new(tell))
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .unwrap();
        (panel, heard)
    }

    /// Whether everything that was shown has been asked for.
    pub fn no_more_notifications(&self) -> bool {
        self.heard.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Timeout)
    }
}

/// The session's parts, before it is known that they answer.
struct Parts {
    accessibility: Connection,
    display: String,
    heard: Receiver<(String, String)>,
    bus_address: String,
    notifications: Connection,
    bus: Ended,
    screen: Ended,
    home: TempDir,
}

impl Parts {
    /// Starts them; none, with a printed reason, where they do not answer in time.
    fn start() -> Option<Self> {
        let home = tempfile::Builder::new().prefix("duosync-desktop-").tempdir().unwrap();
        let (screen, display) = start_screen();
        let (bus, bus_address) = start_bus(home.path(), &display);
        let (tell, heard) = sync_channel(64);
        let notifications = Builder::address(bus_address.as_str())
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Daemon::new(tell))
            .unwrap()
            .name(NOTIFICATIONS)
            .unwrap()
            .build()
            .unwrap();
        // A call over the bus waits for as long as a service takes to start, which is for minutes where
        // it hangs, so it is made beside.
        let (tell, up) = sync_channel(1);
        let session = notifications.clone();
        std::thread::spawn(move || tell.send(start_accessibility(&session)));
        match up.recv_timeout(COMES_UP) {
            Ok(Ok(accessibility)) => {
                Some(Self { accessibility, display, heard, bus_address, notifications, bus, screen, home })
            }
            failed => {
                let log = std::fs::read_to_string(home.path().join("bus.log")).unwrap_or_default();
                eprintln!("accessibility does not come up: {:?}; the bus said:\n{log}", failed.map(Result::err));
                None
            }
        }
    }
}

/// Whether a program is installed; where it is not, a reason is printed. In CI that is a failure.
pub fn is_here(program: &str, package: &str) -> bool {
    let is_here = find(program).is_some();
    if !is_here {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI needs {program}");
        eprintln!("skipped: {program} is not here (apt-get install {package})");
    }
    is_here
}

fn find(program: &str) -> Option<PathBuf> {
    let named = Path::new(program);
    if named.is_absolute() {
        return named.exists().then(|| named.to_owned());
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.exists())
}

fn apart(command: &mut Command, home: &Path) {
    for (variable, folder) in [
        ("HOME", ""),
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
    ] {
        command.env(variable, home.join(folder));
    }
    command
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("AT_SPI_BUS_ADDRESS")
        .env_remove("XAUTHORITY")
        .env("LC_ALL", "C.UTF-8");
}

fn start_screen() -> (Ended, String) {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1100x720x24"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let number = first_line(&mut child);
    (Ended(child), format!(":{number}"))
}

fn start_bus(home: &Path, display: &str) -> (Ended, String) {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(home.join("run")).unwrap();
    let mut command = Command::new("dbus-daemon");
    apart(&mut command, home);
    let mut child = command
        .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
        .env("DISPLAY", display)
        // Turning accessibility on must not be written into anybody's settings.
        .env("GSETTINGS_BACKEND", "memory")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(home.join("bus.log")).unwrap())
        .spawn()
        .unwrap();
    let address = first_line(&mut child);
    (Ended(child), address)
}

/// What a process prints when it is ready.
fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.trim().is_empty(), "the process ended at once: {:?}", child.wait());
    line.trim().to_owned()
}

/// A window tells what is in it only where accessibility is on when it opens, and the registry of windows
/// answers.
fn start_accessibility(session: &Connection) -> zbus::Result<Connection> {
    let status = Proxy::new(session, "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties")?;
    let _: () = status.call("Set", &("org.a11y.Status", "IsEnabled", Value::from(true)))?;
    let bus = Proxy::new(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus")?;
    let address: String = bus.call("GetAddress", &())?;
    // A window that has told the registry of itself a moment before it listens loses the call that comes in
    // between, and is waited for by the bus for five minutes. Whoever looks again soon gets its answer.
    let accessibility = Builder::address(address.as_str())?.method_timeout(ANSWERS).build()?;
    let registry = Proxy::new(
        &accessibility,
        "org.a11y.atspi.Registry",
        "/org/a11y/atspi/accessible/root",
        "org.a11y.atspi.Accessible",
    )?;
    let _: Vec<(String, OwnedObjectPath)> = registry.call("GetChildren", &())?;
    drop(registry);
    Ok(accessibility)
}
