//! Desktop notifications, and what a click on one opens.
//!
//! The Desktop Notifications Specification 1.2: a click on the text itself is the action `default`.

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;

#[cfg(any(windows, target_os = "macos"))]
use notify_rust::Notification;

#[cfg(windows)]
use super::Event;
use super::Voice;
use crate::model::{Alert, AlertKind};
use crate::texts::tr;

/// What a notification is about: of each there is at most one on the desktop, where one notification can take
/// the place of another.
type About = Option<(String, AlertKind)>;

/// The notifications that are on the desktop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notifier {
    #[cfg(all(unix, not(target_os = "macos")))]
    desktop: bus::Desktop,
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

    /// Without a daemon, the alert is in the window all the same.
    #[cfg(all(unix, not(target_os = "macos")))]
    fn show_text(&self, voice: &Voice, about: About, summary: &str, body: &str, alert: Option<Alert>) {
        if let Err(error) = self.desktop.show(voice, about, summary, body, alert) {
            tracing::info!(%error, "no desktop notification could be shown");
        }
    }

    /// Where the desktop tells of a click, a thread waits for it as long as the notification is there.
    #[cfg(windows)]
    fn show_text(&self, voice: &Voice, _about: About, summary: &str, body: &str, alert: Option<Alert>) {
        match notification(summary, body).show() {
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
    fn show_text(&self, _voice: &Voice, _about: About, summary: &str, body: &str, _alert: Option<Alert>) {
        if let Err(error) = notification(summary, body).show() {
            tracing::info!(%error, "no desktop notification could be shown");
        }
    }
}

#[cfg(any(windows, target_os = "macos"))]
fn notification(summary: &str, body: &str) -> Notification {
    let mut notification = Notification::new();
    notification.appname("Duosync").summary(summary).body(body).action("default", &tr!("alerts-open"));
    notification
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
