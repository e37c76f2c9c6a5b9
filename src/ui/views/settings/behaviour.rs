//! Notifications, quiet hours, and life beside the window.

use eframe::egui::{self, Ui};

use super::{Given, change, head};
use crate::model::{AlertKind, Notify, Prefs, QuietHours};
use crate::service::Upkeep;
use crate::texts::{region, tr};
use crate::ui::views::Intent;
use crate::ui::widgets::{Btn, chip, choose, remark};

/// Quiet hours begin and end at a half hour.
const STEP: u16 = 30;

pub(super) fn show_notifications(ui: &mut Ui, prefs: &Prefs, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-notifications"), &tr!("settings-notifications-about"));
    ui.horizontal_wrapped(|ui| {
        for (choice, text) in [
            (Notify::All, tr!("settings-notify-all")),
            (Notify::NeedsMe, tr!("settings-notify-needs-me")),
            (Notify::Nothing, tr!("settings-notify-nothing")),
        ] {
            if chip(ui, prefs.notify == choice, &text).clicked() {
                change(prefs, intents, |prefs| prefs.notify = choice);
            }
        }
    });
    let chosen = matches!(prefs.notify, Notify::These(_));
    egui::CollapsingHeader::new(tr!("settings-notify-kinds")).default_open(chosen).show(ui, |ui| {
        for kind in AlertKind::ALL {
            let mut on = prefs.notify.wants(kind);
            if ui.checkbox(&mut on, kind_words(kind)).changed() {
                change(prefs, intents, |prefs| prefs.notify = prefs.notify.with(kind, on));
            }
        }
    });
    let mut quiet = prefs.quiet.is_some();
    if ui.checkbox(&mut quiet, tr!("settings-quiet")).changed() {
        change(prefs, intents, |prefs| prefs.quiet = quiet.then(QuietHours::default));
    }
    let Some(hours) = prefs.quiet else { return };
    let times: Vec<String> = (0..24 * 60 / STEP).map(|at| clock(at * STEP, region().twelve_hours)).collect();
    let minute = |at: usize| u16::try_from(at).unwrap_or_default().saturating_mul(STEP);
    ui.horizontal_wrapped(|ui| {
        remark(ui, tr!("settings-quiet-from"));
        let from = clock(hours.from, region().twelve_hours);
        if let Some(at) = choose(ui, &tr!("settings-quiet-begin"), &from, 110.0, &times) {
            change(prefs, intents, |prefs| prefs.quiet = Some(QuietHours { from: minute(at), ..hours }));
        }
        remark(ui, tr!("settings-quiet-to"));
        let to = clock(hours.to, region().twelve_hours);
        if let Some(at) = choose(ui, &tr!("settings-quiet-end"), &to, 110.0, &times) {
            change(prefs, intents, |prefs| prefs.quiet = Some(QuietHours { to: minute(at), ..hours }));
        }
    });
    remark(ui, tr!("settings-quiet-about"));
}

pub(super) fn show_computer(ui: &mut Ui, given: &Given<'_>, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-computer"), &tr!("settings-computer-about"));
    let prefs = given.prefs;
    let mut keep = prefs.keep_running.unwrap_or(given.tray);
    if ui.checkbox(&mut keep, tr!("settings-keep-running")).changed() {
        change(prefs, intents, |prefs| prefs.keep_running = Some(keep));
    }
    if keep {
        remark(ui, if given.tray { tr!("settings-keep-tray") } else { tr!("settings-keep-minimised") });
        if ui.add(Btn::new(&tr!("settings-quit"))).clicked() {
            intents.push(Intent::Quit);
        }
    }
    if let Some(starts) = given.snapshot.starts_with_computer {
        let mut on = starts;
        if ui.checkbox(&mut on, tr!("settings-start")).changed() {
            intents.push(Intent::Upkeep(Box::new(Upkeep::StartWithComputer(on))));
        }
        if starts {
            remark(ui, tr!("settings-start-about"));
        }
    }
}

/// What notifications of a kind are about.
fn kind_words(kind: AlertKind) -> String {
    match kind {
        AlertKind::Conflicts => tr!("settings-kind-conflicts"),
        AlertKind::HeldDeletions => tr!("settings-kind-held"),
        AlertKind::Mismatches => tr!("settings-kind-mismatches"),
        AlertKind::SignIn => tr!("settings-kind-sign-in"),
        AlertKind::RunFailed => tr!("settings-kind-failed"),
        AlertKind::FailedRecords => tr!("settings-kind-records"),
        AlertKind::Recovered => tr!("settings-kind-recovered"),
    }
}

/// A time of day.
fn clock(minute: u16, twelve: bool) -> String {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    if !twelve {
        return format!("{hour:02}:{minute:02}");
    }
    let half = if hour < 12 { "AM" } else { "PM" };
    let shown = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    format!("{shown}:{minute:02} {half}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_written_as_its_people_do() {
        assert_eq!(clock(19 * 60 + 30, false), "19:30");
        assert_eq!(clock(19 * 60 + 30, true), "7:30 PM");
        assert_eq!(clock(0, true), "12:00 AM");
        assert_eq!(clock(12 * 60, true), "12:00 PM");
        assert_eq!(clock(0, false), "00:00");
    }
}
