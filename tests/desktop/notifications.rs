//! What shows notifications on a real desktop: here it passes them on to the test.
#![allow(
    clippy::unused_self,
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "the protocol fixes what each method is given, and the interface's macro passes all of it"
)]

use std::collections::HashMap;
use std::sync::mpsc::SyncSender;

use zbus::zvariant::OwnedValue;

/// The daemon.
pub struct Daemon {
    tell: SyncSender<(String, String)>,
    last: u32,
}

impl Daemon {
    /// One that passes on titles and texts.
    pub const fn new(tell: SyncSender<(String, String)>) -> Self {
        Self { tell, last: 0 }
    }
}

/// The Desktop Notifications Specification, 1.2.
#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("duosync tests", "duosync", "1", "1.2")
    }

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["body", "actions"]
    }

    fn notify(
        &mut self,
        app_name: String,
        replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        assert_eq!(app_name, "Duosync");
        assert_eq!(actions.first().map(String::as_str), Some("default"), "a click on the text leads somewhere");
        if replaces_id == 0 {
            self.last += 1;
        }
        self.tell.send((summary, body)).expect("the test listens");
        self.last
    }

    fn close_notification(&self, _id: u32) {}
}

/// The panel's part of `StatusNotifierItem`: what icons there are.
pub struct Panel {
    tell: SyncSender<String>,
}

impl Panel {
    /// One that passes on the bus name of each icon.
    pub const fn new(tell: SyncSender<String>) -> Self {
        Self { tell }
    }
}

/// <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/>
#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Panel {
    fn register_status_notifier_item(&self, service: String) {
        self.tell.send(service).expect("the test listens");
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
