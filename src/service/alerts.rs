//! Alerts: one for each new matter, kept, shown in the window, and sent to the desktop.

use crate::model::{Alert, AlertKind, Outcome, RunSummary, Timestamp};
use crate::store::{Store, StoreError};

use super::Event;
use super::job::Shared;

/// An alert that may have to be raised.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) kind: AlertKind,
    pub(crate) key: String,
    pub(crate) text: String,
}

/// Raises what is new, and heals what is over: kinds whose keys are not named again.
pub(crate) fn settle(
    store: &mut Store,
    pair: &str,
    news: &[News],
    over: &[AlertKind],
    at: Timestamp,
) -> Result<Vec<Alert>, StoreError> {
    for kind in over {
        let named: Vec<String> = news.iter().filter(|one| one.kind == *kind).map(|one| one.key.clone()).collect();
        store.heal_alerts(pair, *kind, &named, at)?;
    }
    let mut raised = Vec::new();
    for one in news {
        raised.extend(store.raise_alert(pair, one.kind, &one.key, &one.text, at)?);
    }
    Ok(raised)
}

/// Tells the window and the desktop. Where there is no notification daemon, that is an entry in the
/// log and no error.
pub(crate) async fn tell(shared: &Shared, alerts: Vec<Alert>) {
    for alert in alerts {
        shared.voice.say(Event::Alerted(alert.clone())).await;
        if shared.tuning.notify {
            let shown = tokio::task::spawn_blocking(move || {
                let mut notification = notify_rust::Notification::new();
                notification
                    .appname("Duosync")
                    .summary(title(alert.kind))
                    .body(&format!("{}: {}", alert.pair, alert.text));
                notification.show().map(|_handle| ())
            });
            match shown.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::info!(%error, "no desktop notification could be shown"),
                Err(error) => tracing::warn!(%error, "showing a desktop notification broke off"),
            }
        }
    }
}

/// What a run has to tell.
pub(crate) fn of_run(
    summary: &RunSummary,
    newly_open: usize,
    held: usize,
    sign_in: bool,
    was_failing: bool,
) -> Vec<News> {
    let mut news = Vec::new();
    let mut add = |kind: AlertKind, key: String, text: String| news.push(News { kind, key, text });
    let run = summary.run.0;
    match summary.outcome {
        Outcome::Failed => {
            let why = summary.message.clone().unwrap_or_else(|| "The sync failed.".to_owned());
            let kind = if sign_in { AlertKind::SignIn } else { AlertKind::RunFailed };
            // The same trouble is one matter, however often the sync is tried again.
            add(kind, "failing".to_owned(), why);
        }
        Outcome::Partial => {
            let count = summary.failed.len();
            let first =
                summary.failed.first().map(|failed| format!("{}: {}", failed.label, failed.error)).unwrap_or_default();
            let mut names: Vec<&str> = summary.failed.iter().map(|failed| failed.id.as_str()).collect();
            names.sort_unstable();
            add(AlertKind::FailedRecords, names.join(" "), format!("{count} could not be written. {first}"));
        }
        Outcome::Waiting if summary.message.is_some() => {
            add(AlertKind::RunFailed, "stopped".to_owned(), summary.message.clone().unwrap_or_default());
        }
        Outcome::Running | Outcome::Done | Outcome::Waiting | Outcome::Preview | Outcome::Cancelled => {}
    }
    if held > 0 {
        let what = if held == 1 { "1 deletion was".to_owned() } else { format!("{held} deletions were") };
        let text = format!("{what} held back, as more than usual went away. Nothing is deleted before you say so.");
        add(AlertKind::HeldDeletions, format!("run {run}"), text);
    } else if newly_open > 0 {
        let text = if newly_open == 1 {
            "1 record needs you: it was changed on both sides, or cannot be told apart.".to_owned()
        } else {
            format!("{newly_open} records need you: they were changed on both sides, or cannot be told apart.")
        };
        add(AlertKind::Conflicts, format!("run {run}"), text);
    }
    if was_failing && matches!(summary.outcome, Outcome::Done | Outcome::Waiting | Outcome::Partial) {
        add(AlertKind::Recovered, format!("run {run}"), "It works again.".to_owned());
    }
    news
}

fn title(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Conflicts => "Something to decide",
        AlertKind::Mismatches => "The two lists differ",
        AlertKind::HeldDeletions => "Deletions held back",
        AlertKind::RunFailed => "The sync did not work",
        AlertKind::Recovered => "The sync works again",
        AlertKind::SignIn => "Signing in failed",
        AlertKind::FailedRecords => "Some records could not be written",
    }
}
