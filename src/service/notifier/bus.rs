//! Notifications over D-Bus: one connection for the whole program, which listens before it speaks.
//!
//! A daemon may tell of a click only to the connection that spoke last of that notification, as dunst does.
//! So the same connection shows a notification, shows the one in its place, and hears of both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::Value;
use zbus::{MatchRule, Message};

use super::About;
use crate::model::Alert;
use crate::service::{Event, Voice};
use crate::texts::tr;

/// The daemon's name, which is also that of its interface.
const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// How long the daemon may take to answer, which the bus may have to start first: as long as most programs
/// wait for an answer over D-Bus.
const ANSWERS: Duration = Duration::from_secs(25);

/// How much the daemon may have said that has not been looked at yet.
const SAID: usize = 64;

/// The notifications that are on the desktop, and the connection to what shows them.
#[derive(Clone, Debug, Default)]
pub(super) struct Desktop(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Made with the first notification.
    bus: Option<Connection>,
    /// What is on the desktop, each with its number there and the alert that a click on it opens.
    shown: BTreeMap<About, (u32, Option<Alert>)>,
}

impl Drop for State {
    /// Whoever listens to the bus stops.
    fn drop(&mut self) {
        if let Some(bus) = self.bus.take()
            && let Err(error) = bus.close()
        {
            tracing::debug!(%error, "the connection for notifications was gone already");
        }
    }
}

impl Desktop {
    /// Shows this in place of what is there about the same. Blocks until the daemon has answered.
    pub(super) fn show(
        &self,
        voice: &Voice,
        about: About,
        summary: &str,
        body: &str,
        alert: Option<Alert>,
    ) -> zbus::Result<()> {
        // Kept until it is known under which number it is shown: a click is not looked at before.
        let mut state = lock(&self.0);
        let bus = match &state.bus {
            Some(bus) => bus.clone(),
            None => state.bus.insert(self.connect(voice)?).clone(),
        };
        let reply = bus.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &())?;
        let capabilities: Vec<String> = reply.body().deserialize()?;
        // A name with an angle bracket in it is neither bold nor a link, and does not take the rest with it.
        let escaped = capabilities.iter().any(|can| can == "body-markup").then(|| without_markup(body));
        let before = state.shown.get(&about).map_or(0, |(id, _)| *id);
        let hints = BTreeMap::<&str, Value<'_>>::new();
        let actions = ["default", &tr!("alerts-open")];
        let text = escaped.as_deref().unwrap_or(body);
        let told = ("Duosync", before, "", summary, text, &actions[..], hints, -1_i32);
        let reply = bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &told)?;
        let id: u32 = reply.body().deserialize()?;
        state.shown.insert(about, (id, alert));
        Ok(())
    }

    /// Connects, and lets a thread listen from now on.
    fn connect(&self, voice: &Voice) -> zbus::Result<Connection> {
        let bus = Builder::session()?.method_timeout(ANSWERS).build()?;
        let rule = MatchRule::builder().msg_type(Type::Signal).path(PATH)?.interface(NAME)?.build();
        let said = MessageIterator::for_match_rule(rule, &bus, Some(SAID))?;
        // It does not keep alive what it listens for, so that it ends with it.
        let (state, voice, runtime) = (Arc::downgrade(&self.0), voice.clone(), tokio::runtime::Handle::current());
        let answers = bus.clone();
        let listening = std::thread::Builder::new().name("duosync-notifications".to_owned()).spawn(move || {
            // The first error says that the bus is gone.
            for message in said.map_while(Result::ok) {
                let Some((id, alert)) = hear(&state, &message) else { continue };
                runtime.block_on(voice.say(Event::Opened(alert)));
                // Not every daemon takes away what was clicked.
                if let Err(error) = answers.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &id) {
                    tracing::debug!(%error, "the notification was gone already");
                }
            }
            if let Some(state) = state.upgrade() {
                *lock(&state) = State::default();
            }
        });
        if let Err(error) = listening {
            tracing::warn!(%error, "a click on a notification will not be heard");
        }
        Ok(bus)
    }
}

/// What a word of the daemon opens: the notification's number and its alert. Each is opened once.
fn hear(state: &Weak<Mutex<State>>, message: &Message) -> Option<(u32, Option<Alert>)> {
    let header = message.header();
    let body = message.body();
    let (id, is_click) = match header.member()?.as_str() {
        "ActionInvoked" => {
            let (id, action) = body.deserialize::<(u32, String)>().ok()?;
            if action != "default" {
                return None;
            }
            (id, true)
        }
        "NotificationClosed" => (body.deserialize::<(u32, u32)>().ok()?.0, false),
        _ => return None,
    };
    let state = state.upgrade()?;
    let mut state = lock(&state);
    let about = state.shown.iter().find(|(_, (shown, _))| *shown == id).map(|(about, _)| about.clone())?;
    let (_, alert) = state.shown.remove(&about)?;
    is_click.then_some((id, alert))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same text for a daemon that reads markup in it.
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::without_markup;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(without_markup("Claes & Zoon <b>&amp;</b>"), "Claes &amp; Zoon &lt;b&gt;&amp;amp;&lt;/b&gt;");
        assert_eq!(without_markup("2 records need you"), "2 records need you");
    }
}
