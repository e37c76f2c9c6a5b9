//! The window as assistive technology has it: a tree of things with a role and a name, of which some
//! can be pressed.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, InputFocus, MapState};
use x11rb::rust_connection::RustConnection;
use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator, Proxy, proxy};
use zbus::message::Type;
use zbus::proxy::CacheProperties;
use zbus::zvariant::OwnedObjectPath;

use super::session::{PATIENCE, Session};

/// How long a change is waited for before the tree is read again in any case: not every change of a
/// tree is told by an event.
pub const LOOK_AGAIN: Duration = Duration::from_millis(250);

// Numbers of AT-SPI's roles (`AtspiRole`).
const CHECK_BOX: u32 = 7;
const COMBO_BOX: u32 = 11;
const LIST_ITEM: u32 = 31;
const PAGE_TAB: u32 = 37;
const BUTTON: u32 = 43;
const PASSWORD_TEXT: u32 = 40;
const TEXT: u32 = 61;
const ENTRY: u32 = 79;
const TOGGLE: u32 = 62;

/// The bit of `AtspiStateType` that says that the keys go to a thing.
const FOCUSED: u32 = 12;
/// The one that is not set on a button that is greyed out.
const ENABLED: u32 = 8;

/// Where one thing of the tree is: its bus name and its path.
type Address = (String, OwnedObjectPath);

/// One thing of the tree.
#[derive(Clone, Debug)]
struct Node {
    address: Address,
    role: u32,
    name: String,
    /// Whether the keys go here.
    is_focused: bool,
    /// What a field holds.
    text: String,
}

impl Node {
    /// Whether a click on it does something. A text beside a button may read the same.
    fn is_pressed(&self) -> bool {
        [CHECK_BOX, COMBO_BOX, LIST_ITEM, PAGE_TAB, BUTTON, TOGGLE].contains(&self.role)
    }
}

/// The running window.
pub struct Window<'session> {
    session: &'session Session,
    child: Child,
    display: String,
    bus: Connection,
    changes: Receiver<()>,
}

impl<'session> Window<'session> {
    /// Starts the program on a workspace.
    pub fn open(session: &'session Session, workspace: &Path) -> Self {
        Self::open_with(session, workspace, &[])
    }

    /// Starts the program on a workspace with more arguments.
    pub fn open_with(session: &'session Session, workspace: &Path, arguments: &[&str]) -> Self {
        let bus = session.accessibility.clone();
        let (tell, changes) = sync_channel(1);
        let rule =
            MatchRule::builder().msg_type(Type::Signal).interface("org.a11y.atspi.Event.Object").unwrap().build();
        let events = MessageIterator::for_match_rule(rule, &bus, Some(256)).unwrap();
        std::thread::spawn(move || {
            for event in events {
                // One that waits already says everything: that the tree is to be read again.
                if event.is_err() || tell.try_send(()) == Err(TrySendError::Disconnected(())) {
                    break;
                }
            }
        });
        let said = File::create(session.said()).unwrap();
        let child = session.duosync(workspace).args(arguments).stdin(Stdio::null()).stderr(said).spawn().unwrap();
        Self { session, child, display: session.display.clone(), bus, changes }
    }

    /// Waits until something reads like this.
    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |nodes| nodes.iter().any(|node| node.name.contains(text)).then_some(()));
    }

    /// Presses what is called so, as soon as it is there and not greyed out: a press of a greyed button
    /// would be lost without a word.
    pub fn press(&mut self, name: &str) {
        let bus = self.bus.clone();
        let node = self.wait(name, |nodes| {
            let named = nodes.iter().find(|node| node.is_pressed() && node.name == name);
            named.filter(|node| is_enabled(&bus, &node.address)).cloned()
        });
        let done: bool = self.proxy(&node.address, "org.a11y.atspi.Action").call("DoAction", &(0_i32,)).unwrap();
        assert!(done, "\"{name}\" cannot be pressed");
    }

    /// Types a text into the field that is called so, in the place of what it holds, key by key.
    pub fn type_into(&mut self, name: &str, text: &str) {
        let (screen, _) = x11rb::connect(Some(&self.display)).unwrap();
        let is_field = |node: &&Node| [ENTRY, PASSWORD_TEXT, TEXT].contains(&node.role) && node.name == name;
        let node = self.wait(name, |nodes| nodes.iter().find(is_field).cloned());
        // Without a window manager nobody else gives the keyboard to the window.
        for window in self.own_windows(&screen) {
            // Some windows of a program are never on the display, and take no keys.
            let given = screen.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME).unwrap().check();
            drop(given);
        }
        let focused: bool = self.proxy(&node.address, "org.a11y.atspi.Component").call("GrabFocus", &()).unwrap();
        assert!(focused, "\"{name}\" takes no keys");
        self.wait(name, |nodes| nodes.iter().find(|node| is_field(node) && node.is_focused).map(|_| ()));
        for keys in [&["key", "--clearmodifiers", "ctrl+a"][..], &["type", "--delay", "4", text]] {
            let done = Command::new("xdotool").args(keys).env("DISPLAY", &self.display).status().unwrap();
            assert!(done.success(), "xdotool {keys:?}");
        }
        let typed = |node: &Node| node.role == PASSWORD_TEXT || node.text == text;
        self.wait(name, |nodes| nodes.iter().find(|node| is_field(node) && typed(node)).map(|_| ()));
    }

    /// Keeps a picture of the display in the folder `DUOSYNC_SHOTS`, where there is one.
    pub fn shot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("DUOSYNC_SHOTS") else { return };
        // No pointer is on anything, and what moves has come to rest: two in a row are the same.
        let moved = Command::new("xdotool").args(["mousemove", "1099", "719"]).env("DISPLAY", &self.display).status();
        assert!(moved.unwrap().success(), "the pointer can be moved");
        let take = || Command::new("import").args(["-window", "root", "rgb:-"]).env("DISPLAY", &self.display).output();
        let mut before = take().unwrap().stdout;
        for _ in 0..40 {
            let _event = self.changes.recv_timeout(LOOK_AGAIN);
            let now = take().unwrap().stdout;
            if now == before {
                break;
            }
            before = now;
        }
        let file = Path::new(&folder).join(format!("{name}.png"));
        let mut import = Command::new("import");
        import
            .args(["-window", "root", "-strip", "+dither", "-colors", "256"])
            .arg(&file)
            .env("DISPLAY", &self.display);
        assert!(import.status().unwrap().success(), "{}", file.display());
    }

    /// Closes it, as the cross in its frame does, and waits until the program has ended.
    pub fn close(mut self) -> ExitStatus {
        self.press_cross();
        self.ended()
    }

    /// Waits until the program has ended.
    pub fn ended(&mut self) -> ExitStatus {
        self.end(PATIENCE).expect("the program ends")
    }

    /// Waits until something reads like this, and does something before each look.
    pub fn wait_for_while(&mut self, text: &str, mut again: impl FnMut()) {
        self.wait(text, |nodes| {
            again();
            nodes.iter().any(|node| node.name.contains(text)).then_some(())
        });
    }

    /// Waits until no window of the program is seen, and the program goes on.
    pub fn wait_until_gone(&mut self) {
        self.wait_until_seen(false);
        assert!(self.child.try_wait().unwrap().is_none(), "the program goes on");
    }

    /// Waits until a window of the program is seen, or none.
    pub fn wait_until_seen(&mut self, seen: bool) {
        let until = Instant::now() + PATIENCE;
        let (screen, _) = x11rb::connect(Some(&self.display)).unwrap();
        while self.is_seen(&screen) != seen {
            assert!(Instant::now() < until, "whether the window is seen should be {seen}");
            let _event = self.changes.recv_timeout(LOOK_AGAIN);
        }
    }

    fn is_seen(&self, screen: &RustConnection) -> bool {
        let viewable = |window: &u32| {
            let about = screen.get_window_attributes(*window).unwrap().reply();
            about.is_ok_and(|about| about.map_state == MapState::VIEWABLE)
        };
        self.own_windows(screen).iter().any(viewable)
    }

    fn own_windows(&self, screen: &RustConnection) -> Vec<u32> {
        let of_process = screen.intern_atom(false, b"_NET_WM_PID").unwrap().reply().unwrap().atom;
        let mine = |window: &u32| {
            let property = screen.get_property(false, *window, of_process, AtomEnum::CARDINAL, 0, 1).unwrap();
            property.reply().ok().and_then(|reply| reply.value32()?.next()) == Some(self.child.id())
        };
        windows(screen).into_iter().filter(mine).collect()
    }

    /// Presses the cross in the frame.
    pub fn press_cross(&self) {
        let (screen, _) = x11rb::connect(Some(&self.display)).unwrap();
        let atom = |name: &[u8]| screen.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (protocols, delete) = (atom(b"WM_PROTOCOLS"), atom(b"WM_DELETE_WINDOW"));
        let window = self.own_windows(&screen).first().copied().expect("the window is on the display");
        let message = ClientMessageEvent::new(32, window, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        screen.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    }

    /// Waits until the tree shows what is looked for.
    fn wait<T>(&mut self, looked_for: &str, mut find: impl FnMut(&[Node]) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            let _before = self.changes.try_recv();
            let nodes = self.nodes();
            if let Some(found) = find(&nodes) {
                return found;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the program ended with {status} before there was \"{looked_for}\"");
            }
            if Instant::now() > until {
                let seen: Vec<String> = nodes.iter().map(|node| format!("role {}: {}", node.role, node.name)).collect();
                panic!(
                    "there is no \"{looked_for}\" in the window, but:\n{}\n{}\n{}",
                    seen.join("\n"),
                    self.session.report(),
                    self.threads()
                );
            }
            let _event = self.changes.recv_timeout(LOOK_AGAIN);
        }
    }

    /// What each thread of the program waits for.
    fn threads(&self) -> String {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).into_iter().flatten().flatten();
        let of =
            |path: &Path, what: &str| std::fs::read_to_string(path.join(what)).unwrap_or_default().trim().to_owned();
        let line = |path: &Path| format!("{} in {} {}", of(path, "comm"), of(path, "wchan"), of(path, "syscall"));
        tasks.map(|task| line(&task.path())).collect::<Vec<_>>().join("\n")
    }

    /// Everything that the program shows, in order. What goes away while it is read is left out.
    fn nodes(&self) -> Vec<Node> {
        let root: Address = (
            "org.a11y.atspi.Registry".to_owned(),
            OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap(),
        );
        let mut open = self.children(&root);
        open.reverse();
        let mut nodes = Vec::new();
        while let Some(address) = open.pop() {
            let proxy = self.proxy(&address, "org.a11y.atspi.Accessible");
            let (Ok(name), Ok(role)) = (proxy.get_property("Name"), proxy.call("GetRole", &())) else { continue };
            open.extend(self.children(&address).into_iter().rev());
            let is_field = [ENTRY, TEXT, PASSWORD_TEXT].contains(&role);
            let states: Vec<u32> = if is_field { proxy.call("GetState", &()).unwrap_or_default() } else { Vec::new() };
            let is_focused = states.first().is_some_and(|states| states & (1 << FOCUSED) != 0);
            let text = if is_field {
                self.proxy(&address, "org.a11y.atspi.Text").call("GetText", &(0_i32, -1_i32)).unwrap_or_default()
            } else {
                String::new()
            };
            nodes.push(Node { address, role, name, is_focused, text });
        }
        nodes
    }

    fn children(&self, address: &Address) -> Vec<Address> {
        self.proxy(address, "org.a11y.atspi.Accessible").call("GetChildren", &()).unwrap_or_default()
    }

    fn proxy(&self, address: &Address, interface: &'static str) -> Proxy<'static> {
        proxy_on(&self.bus, address, interface)
    }

    /// Waits for the end of the program; none if it goes on for longer than this.
    fn end(&mut self, longest: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + longest;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > until {
                return None;
            }
            let _event = self.changes.recv_timeout(LOOK_AGAIN);
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn proxy_on(bus: &Connection, address: &Address, interface: &'static str) -> Proxy<'static> {
    proxy::Builder::new(bus)
        .destination(address.0.clone())
        .unwrap()
        .path(address.1.clone())
        .unwrap()
        .interface(interface)
        .unwrap()
        .cache_properties(CacheProperties::No)
        .build()
        .unwrap()
}

/// Whether a press of it would do something. What goes away while it is asked is not.
fn is_enabled(bus: &Connection, address: &Address) -> bool {
    let states = proxy_on(bus, address, "org.a11y.atspi.Accessible").call::<_, _, Vec<u32>>("GetState", &());
    states.is_ok_and(|states| states.first().is_some_and(|states| states & (1 << ENABLED) != 0))
}

/// Every window of a display.
pub fn windows(screen: &RustConnection) -> Vec<u32> {
    let mut open: Vec<u32> = screen.setup().roots.iter().map(|root| root.root).collect();
    let mut all = Vec::new();
    while let Some(window) = open.pop() {
        all.push(window);
        if let Ok(tree) = screen.query_tree(window).unwrap().reply() {
            open.extend(tree.children);
        }
    }
    all
}
