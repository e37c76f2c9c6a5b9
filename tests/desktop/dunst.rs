//! The notification daemon dunst, as many desktops have it, in the place of the one that belongs to the tests.
//!
//! It is asked over the bus what `dunstctl` asks, and tells by a program of the session what it shows.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, MapState};
use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{DynamicType, OwnedValue};

use super::session::{Ended, NOTIFICATIONS, PATIENCE, Session, is_here};
use super::window::{LOOK_AGAIN, windows};

const PATH: &str = "/org/freedesktop/Notifications";
/// What `dunstctl` speaks to.
const CONTROL: &str = "org.dunstproject.cmd0";

/// What a notification was, once it is gone.
#[derive(Debug, PartialEq)]
pub struct Gone {
    /// Who showed it.
    pub program: String,
    /// Its title.
    pub title: String,
    /// What was drawn, as markup.
    pub drawn: String,
}

/// How many notifications are on the display, wait for room, and are gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    pub displayed: u32,
    pub waiting: u32,
    pub gone: u32,
}

/// The running daemon.
pub struct Dunst {
    bus: Connection,
    display: String,
    shown: Receiver<(String, String)>,
    changes: Receiver<()>,
    _process: Ended,
}

impl Dunst {
    /// Starts it in a session; none, with a printed reason, where it is not installed.
    pub fn start(session: &Session) -> Option<Self> {
        if !is_here("dunst", "dunst") {
            return None;
        }
        let bus = session.without_daemon();
        let (tell, changes) = sync_channel(1);
        for interface in ["org.freedesktop.DBus.Properties", "org.freedesktop.DBus"] {
            ring(&bus, interface, tell.clone());
        }
        let home = session.folder();
        let (telling, pipe, config) = (home.join("shown.sh"), home.join("shown"), home.join("dunstrc"));
        let script = format!("#!/bin/sh\nprintf '%s\\t%s\\n' \"$2\" \"$3\" >'{}'\n", pipe.display());
        fs::write(&telling, script).unwrap();
        fs::set_permissions(&telling, fs::Permissions::from_mode(0o700)).unwrap();
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success(), "a pipe can be made");
        // Held open for writing too, so that it does not end between two of them.
        let pipe = File::options().read(true).write(true).open(&pipe).unwrap();
        let (say, shown) = sync_channel(64);
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let (title, text) = line.split_once('\t').unwrap_or((&line, ""));
                if say.send((title.to_owned(), text.to_owned())).is_err() {
                    break;
                }
            }
        });
        // As Debian sets it up, except that nothing goes away by itself, and the first button opens.
        let settings = "[global]\nmarkup = full\nmouse_left_click = do_action, close_current\n\
            [urgency_normal]\ntimeout = 0\n";
        fs::write(&config, format!("{settings}[tell]\nscript = {}\n", telling.display())).unwrap();
        let mut command = session.program("dunst".as_ref());
        command.arg("-config").arg(&config).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.stderr(File::create(home.join("dunst.log")).unwrap()).spawn().unwrap();
        let dunst = Self { bus, display: session.display.clone(), shown, changes, _process: Ended(process) };
        dunst.wait("daemon", || {
            let (name, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
            let reply = dunst.bus.call_method(Some(name), path, Some(name), "NameHasOwner", &NOTIFICATIONS).unwrap();
            reply.body().deserialize::<bool>().unwrap().then_some(())
        });
        Some(dunst)
    }

    /// The title and the text of what it shows next.
    pub fn next(&self) -> (String, String) {
        self.shown.recv_timeout(PATIENCE).expect("a notification is shown")
    }

    /// Whether everything that it showed has been asked for.
    pub fn shows_no_more(&self) -> bool {
        self.shown.recv_timeout(Duration::ZERO).is_err()
    }

    /// Waits until it has so many notifications.
    pub fn wait_for(&self, count: Count) {
        self.wait(&format!("{count:?}"), || (self.count() == count).then_some(()));
    }

    /// How many it has: `dunstctl count`.
    pub fn count(&self) -> Count {
        let of = |which: &str| {
            let interface = "org.freedesktop.DBus.Properties";
            let value: OwnedValue = self.ask(interface, "Get", &(CONTROL, which));
            u32::try_from(value).unwrap()
        };
        Count { displayed: of("displayedLength"), waiting: of("waitingLength"), gone: of("historyLength") }
    }

    /// Does what a click on the newest does: `dunstctl action`.
    pub fn act(&self) {
        let () = self.ask(CONTROL, "NotificationAction", &0_u32);
    }

    /// Clicks on what is on the display, with the pointer.
    pub fn click(&self) {
        let (screen, _) = x11rb::connect(Some(&self.display)).unwrap();
        let on_display = || {
            windows(&screen).into_iter().find_map(|window| {
                let class = screen.get_property(false, window, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 64).unwrap();
                let is_dunst = class.reply().is_ok_and(|class| class.value.starts_with(b"Dunst\0"));
                let about = screen.get_window_attributes(window).unwrap().reply().ok()?;
                let place = screen.get_geometry(window).unwrap().reply().ok()?;
                (is_dunst && about.map_state == MapState::VIEWABLE).then_some(place)
            })
        };
        let place = self.wait("notification on the display", on_display);
        let (x, y) =
            (i32::from(place.x) + i32::from(place.width) / 2, i32::from(place.y) + i32::from(place.height) / 2);
        let (x, y) = (x.to_string(), y.to_string());
        let pointer = ["mousemove", "--sync", &x, &y, "click", "1"];
        let done = Command::new("xdotool").args(pointer).env("DISPLAY", &self.display).status().unwrap();
        assert!(done.success(), "xdotool {pointer:?}");
    }

    /// What is gone, the newest first: `dunstctl history`.
    pub fn gone(&self) -> Vec<Gone> {
        let all: Vec<HashMap<String, OwnedValue>> = self.ask(CONTROL, "NotificationListHistory", &());
        let text = |one: &HashMap<String, OwnedValue>, name: &str| {
            one.get(name).and_then(|value| value.downcast_ref::<&str>().ok()).unwrap_or_default().to_owned()
        };
        let gone =
            |one| Gone { program: text(one, "appname"), title: text(one, "summary"), drawn: text(one, "message") };
        all.iter().map(gone).collect()
    }

    fn ask<B: serde::Serialize + DynamicType, R: DeserializeOwned + zbus::zvariant::Type>(
        &self,
        interface: &str,
        method: &str,
        body: &B,
    ) -> R {
        let reply = self.bus.call_method(Some(NOTIFICATIONS), PATH, Some(interface), method, body).unwrap();
        reply.body().deserialize().unwrap()
    }

    /// Waits until there is something.
    fn wait<T>(&self, what: &str, find: impl Fn() -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            let _before = self.changes.try_recv();
            if let Some(found) = find() {
                return found;
            }
            assert!(Instant::now() < until, "there is no {what} of dunst");
            let _event = self.changes.recv_timeout(LOOK_AGAIN);
        }
    }
}

/// Rings at each signal of an interface.
fn ring(bus: &Connection, interface: &'static str, tell: SyncSender<()>) {
    let rule = MatchRule::builder().msg_type(Type::Signal).interface(interface).unwrap().build();
    let signals = MessageIterator::for_match_rule(rule, bus, Some(256)).unwrap();
    std::thread::spawn(move || {
        for signal in signals {
            // One that waits already says everything: that it is to be looked at again.
            if signal.is_err() || tell.try_send(()) == Err(TrySendError::Disconnected(())) {
                break;
            }
        }
    });
}
