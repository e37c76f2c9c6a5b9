//! Alerts: one for each new matter, kept, shown in the window, and sent to the desktop.

use jiff::tz::TimeZone;

use crate::model::{Alert, AlertKind, ConflictKind, Matter, MatterKind, Notify, Outcome, RunSummary, Timestamp};
use crate::store::{Store, StoreError};
use crate::texts::tr;

use super::Event;
use super::job::{Shared, now};
use super::prefs::is_quiet;

/// Where the number of the first alert of the quiet hours is remembered; empty outside them.
const HELD: &str = "held_alerts_from";

/// How many alerts are looked through when the quiet hours end.
const MOST_HELD: usize = 500;

/// An alert that may have to be raised.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) kind: AlertKind,
    pub(crate) key: String,
    pub(crate) text: String,
}

/// The questions that a run has newly opened.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Deletions that are held back.
    held: usize,
    /// Records with a field that goes back and forth, and how the first of them is told.
    flipping: (usize, String),
    /// Everything else.
    others: usize,
}

impl Asked {
    /// Of the open questions of a pair, those that came up since `started`.
    pub(crate) fn since(open: &[Matter], started: Timestamp) -> Self {
        let mut asked = Self::default();
        for matter in open.iter().filter(|matter| matter.opened >= started) {
            let MatterKind::Conflict(kind) = &matter.kind else { continue };
            match kind {
                ConflictKind::HeldDeletion(_) => asked.held += 1,
                ConflictKind::Flipping => {
                    if asked.flipping.0 == 0 {
                        asked.flipping.1.clone_from(&matter.reason);
                    }
                    asked.flipping.0 += 1;
                }
                ConflictKind::BothChanged
                | ConflictKind::FirstMatch
                | ConflictKind::DeletedAndChanged(_)
                | ConflictKind::Ambiguous(_) => asked.others += 1,
            }
        }
        asked
    }
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
/// log and no error. In quiet hours, what came up is remembered and shown when they end.
pub(crate) async fn tell(shared: &Shared, alerts: Vec<Alert>) {
    for alert in alerts {
        shared.voice.say(Event::Alerted(alert.clone())).await;
        let prefs = shared.prefs.get();
        if !shared.tuning.notify || !prefs.notify.wants(alert.kind) {
            continue;
        }
        if is_quiet(prefs.quiet, now(), &TimeZone::system()) {
            let first = alert.id;
            let kept = shared.db.with(move |store| match store.meta(HELD)? {
                Some(earlier) if !earlier.is_empty() => Ok(()),
                Some(_) | None => store.set_meta(HELD, &first.to_string()),
            });
            if let Err(error) = kept.await {
                tracing::error!(%error, "an alert could not be kept for later");
            }
            continue;
        }
        let (notifier, voice) = (shared.notifier.clone(), shared.voice.clone());
        if let Err(error) = tokio::task::spawn_blocking(move || notifier.show(&voice, alert)).await {
            tracing::warn!(%error, "showing a desktop notification broke off");
        }
    }
}

/// Shows once what came up during the quiet hours and still stands, when they are over.
pub(crate) async fn after_quiet(shared: &Shared) {
    let prefs = shared.prefs.get();
    if !shared.tuning.notify || is_quiet(prefs.quiet, now(), &TimeZone::system()) {
        return;
    }
    let held = shared.db.with(move |store| {
        let Some(first) = store.meta(HELD)?.and_then(|text| text.parse::<i64>().ok()) else { return Ok(Vec::new()) };
        store.set_meta(HELD, "")?;
        Ok(still_standing(store.alerts(MOST_HELD)?, first, &prefs.notify))
    });
    let alerts = match held.await {
        Ok(alerts) => alerts,
        Err(error) => return tracing::error!(%error, "what came up in quiet hours could not be read"),
    };
    let (notifier, voice) = (shared.notifier.clone(), shared.voice.clone());
    let shown = tokio::task::spawn_blocking(move || match <[Alert; 1]>::try_from(alerts) {
        Ok([only]) => notifier.show(&voice, only),
        Err(several) if several.is_empty() => {}
        Err(several) => notifier.show_several(&voice, several.len()),
    });
    if let Err(error) = shown.await {
        tracing::warn!(%error, "showing a desktop notification broke off");
    }
}

/// The alerts from this number on that nobody has seen, that have not healed, and that are wanted.
fn still_standing(alerts: Vec<Alert>, first: i64, wanted: &Notify) -> Vec<Alert> {
    let stands = |alert: &Alert| alert.id >= first && !alert.seen && alert.healed.is_none() && wanted.wants(alert.kind);
    alerts.into_iter().filter(stands).collect()
}

/// What a run has to tell.
pub(crate) fn of_run(summary: &RunSummary, asked: &Asked, sign_in: bool, was_failing: bool) -> Vec<News> {
    let mut news = Vec::new();
    let mut add = |kind: AlertKind, key: String, text: String| news.push(News { kind, key, text });
    let run = summary.run.0;
    match summary.outcome {
        Outcome::Failed => {
            let why = summary.message.clone().unwrap_or_else(|| tr!("alerts-sync-failed"));
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
            add(AlertKind::FailedRecords, names.join(" "), tr!("alerts-not-written", count = count, first = first));
        }
        Outcome::Waiting if summary.message.is_some() => {
            add(AlertKind::RunFailed, "stopped".to_owned(), summary.message.clone().unwrap_or_default());
        }
        Outcome::Running | Outcome::Done | Outcome::Waiting | Outcome::Preview | Outcome::Cancelled => {}
    }
    if asked.held > 0 {
        let text = tr!("alerts-held", count = asked.held);
        add(AlertKind::HeldDeletions, format!("run {run}"), text);
    } else if asked.flipping.0 > 0 || asked.others > 0 {
        // A field that is rewritten after each sync is told first, as something has to be set right outside.
        let (count, reason) = &asked.flipping;
        let flipping = (*count > 0).then(|| tr!("alerts-flipping", count = *count, reason = reason));
        let others = (asked.others > 0).then(|| tr!("alerts-conflicts", count = asked.others));
        let text: Vec<String> = flipping.into_iter().chain(others).collect();
        add(AlertKind::Conflicts, format!("run {run}"), text.join(" "));
    }
    if was_failing && matches!(summary.outcome, Outcome::Done | Outcome::Waiting | Outcome::Partial) {
        add(AlertKind::Recovered, format!("run {run}"), tr!("alerts-recovered"));
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(id: i64, kind: AlertKind) -> Alert {
        Alert {
            id,
            pair: "customers".to_owned(),
            kind,
            key: id.to_string(),
            text: String::new(),
            at: Timestamp(id),
            seen: false,
            healed: None,
        }
    }

    #[test]
    fn after_quiet_hours_only_what_still_stands_is_shown() {
        let healed = Alert { healed: Some(Timestamp(9)), ..alert(5, AlertKind::RunFailed) };
        let seen = Alert { seen: true, ..alert(6, AlertKind::Conflicts) };
        let alerts = vec![
            alert(3, AlertKind::Conflicts),
            alert(4, AlertKind::Conflicts),
            healed,
            seen,
            alert(7, AlertKind::Recovered),
        ];
        let shown: Vec<i64> = still_standing(alerts, 4, &Notify::NeedsMe).iter().map(|alert| alert.id).collect();
        assert_eq!(shown, [4]);
    }
}
