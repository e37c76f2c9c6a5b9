//! Desktop notifications, and what a click on one opens.
//!
//! The Desktop Notifications Specification 1.2: a click on the text itself is the action `default`.

#[cfg(all(unix, not(target_os = "macos")))]
use std::collections::BTreeMap;
#[cfg(all(unix, not(target_os = "macos")))]
use std::sync::{Arc, Mutex, PoisonError};

use notify_rust::Notification;

use super::{Event, Voice};
use crate::model::{Alert, AlertKind};
use crate::texts::tr;

/// What a notification is about: of each there is at most one on the desktop.
type About = Option<(String, AlertKind)>;

/// What is on the desktop, each with its number there and the alert that a click on it opens.
#[cfg(all(unix, not(target_os = "macos")))]
type Shown = BTreeMap<About, (u32, Option<Alert>)>;

/// The notifications that are on the desktop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notifier {
    /// Known only where one notification can take the place of another.
    #[cfg(all(unix, not(target_os = "macos")))]
    shown: Arc<Mutex<Shown>>,
}

impl Notifier {
    /// Shows an alert, in place of the one before it of the same pair and kind. Blocks until the
    /// daemon has answered.
    pub(crate) fn show(&self, voice: &Voice, alert: Alert) {
        let text = format!("{}: {}", alert.pair, alert.text);
        let about = Some((alert.pair.clone(), alert.kind));
        self.show_text(voice, about, &title(alert.kind), &text, Some(alert));
    }

    /// Says how many alerts came up while the desktop was left in peace.
    pub(crate) fn show_several(&self, voice: &Voice, count: usize) {
        let text = tr!("alerts-after-quiet", count = count);
        self.show_text(voice, None, &tr!("alerts-after-quiet-title"), &text, None);
    }

    fn show_text(&self, voice: &Voice, about: About, summary: &str, body: &str, alert: Option<Alert>) {
        let mut notification = Notification::new();
        notification.appname("Duosync").summary(summary).body(body).action("default", &tr!("alerts-open"));
        self.send(voice, about, &notification, alert);
    }

    /// Where the desktop tells of a click, a thread waits for it as long as the notification is there.
    #[cfg(all(unix, not(target_os = "macos")))]
    fn send(&self, voice: &Voice, about: About, notification: &Notification, alert: Option<Alert>) {
        let mut notification = notification.clone();
        let before = self.lock().get(&about).map(|(id, _)| *id);
        if let Some(before) = before {
            notification.id(before);
        }
        let handle = match notification.show() {
            Ok(handle) => handle,
            Err(error) => return tracing::info!(%error, "no desktop notification could be shown"),
        };
        let id = handle.id();
        self.lock().insert(about.clone(), (id, alert));
        // One that was there already has its thread.
        if before == Some(id) {
            return;
        }
        let (shown, voice, runtime) = (self.clone(), voice.clone(), tokio::runtime::Handle::current());
        let waiting = std::thread::Builder::new().name("duosync-notification".to_owned()).spawn(move || {
            let mut clicked = false;
            handle.wait_for_action(|action| clicked = action == "default");
            let alert = {
                let mut all = shown.lock();
                let mine = all.get(&about).is_some_and(|(now, _)| *now == id);
                if mine { all.remove(&about).and_then(|(_, alert)| alert) } else { None }
            };
            if clicked {
                runtime.block_on(voice.say(Event::Opened(alert)));
            }
        });
        if let Err(error) = waiting {
            tracing::warn!(%error, "a click on the notification will not be heard");
        }
    }

    #[cfg(windows)]
    fn send(&self, voice: &Voice, _about: About, notification: &Notification, alert: Option<Alert>) {
        match notification.show() {
            Ok(handle) => {
                let (voice, runtime) = (voice.clone(), tokio::runtime::Handle::current());
                let waiting = std::thread::Builder::new().name("duosync-notification".to_owned()).spawn(move || {
                    let mut clicked = false;
                    handle.wait_for_action(|action: &str| clicked = action == "default");
                    if clicked {
                        runtime.block_on(voice.say(Event::Opened(alert)));
                    }
                });
                if let Err(error) = waiting {
                    tracing::warn!(%error, "a click on the notification will not be heard");
                }
            }
            Err(error) => tracing::info!(%error, "no desktop notification could be shown"),
        }
    }

    /// The system brings the program to the front by itself.
    #[cfg(target_os = "macos")]
    fn send(&self, _voice: &Voice, _about: About, notification: &Notification, _alert: Option<Alert>) {
        if let Err(error) = notification.show() {
            tracing::info!(%error, "no desktop notification could be shown");
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn lock(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn title(kind: AlertKind) -> String {
    match kind {
        AlertKind::Conflicts => tr!("alerts-title-conflicts"),
        AlertKind::Mismatches => tr!("alerts-title-mismatches"),
        AlertKind::HeldDeletions => tr!("alerts-title-held"),
        AlertKind::RunFailed => tr!("alerts-title-failed"),
        AlertKind::Recovered => tr!("alerts-title-recovered"),
        AlertKind::SignIn => tr!("alerts-title-sign-in"),
        AlertKind::FailedRecords => tr!("alerts-title-records"),
    }
}
