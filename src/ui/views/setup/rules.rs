//! The fourth step: the rules, as sentences.

use eframe::egui::{self, Ui};

use super::Setup;
use crate::model::{CompareSchedule, DeletePolicy, Policy};
use crate::ui::theme;
use crate::ui::widgets::{card, choose, field, remark, subtitle};
use crate::ui::words;

/// How often a pair can run.
const EVERY: [(Option<u64>, &str); 6] = [
    (Some(300), "every 5 minutes"),
    (Some(900), "every 15 minutes"),
    (Some(3600), "every hour"),
    (Some(6 * 3600), "every 6 hours"),
    (Some(24 * 3600), "once a day"),
    (None, "only when I press Sync now"),
];

/// How often a pair can be compared.
const COMPARE: [(u32, &str); 3] = [(1, "every day"), (7, "once a week"), (0, "only when I press Compare now")];

/// Draws the rules.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup) {
    let names = setup.names();
    card(ui, |ui| {
        subtitle(ui, "What do you call this connection?");
        if setup.editing {
            ui.label(&setup.spec.name);
        } else {
            let hint = setup.pair_name();
            if field(ui, "Name of the connection", &mut setup.spec.name, &hint, false).changed() {
                setup.named = true;
            }
        }
    });
    ui.add_space(theme::SMALL);
    card(ui, |ui| {
        subtitle(ui, "Rules");
        let policies = [Policy::Ask, Policy::A, Policy::B, Policy::Newest];
        let choices: Vec<String> = policies.iter().map(|policy| words::policy(*policy, &names)).collect();
        let now = words::policy(setup.spec.conflicts, &names);
        sentence(ui, "If both sides changed the same field,", "Both changed", &now, &choices, |at| {
            setup.spec.conflicts = policies.get(at).copied().unwrap_or_default();
        });
        let deletes = [DeletePolicy::Ignore, DeletePolicy::Both, DeletePolicy::AToB, DeletePolicy::BToA];
        let choices: Vec<String> = deletes
            .iter()
            .map(|policy| match policy {
                DeletePolicy::Ignore => "leave the other".to_owned(),
                DeletePolicy::Both => "delete it on the other side too".to_owned(),
                DeletePolicy::AToB => format!("only {} deletes in {}", names.a, names.b),
                DeletePolicy::BToA => format!("only {} deletes in {}", names.b, names.a),
            })
            .collect();
        let at = deletes.iter().position(|policy| *policy == setup.spec.deletes).unwrap_or(0);
        let now = choices.get(at).cloned().unwrap_or_default();
        sentence(ui, "If a record is deleted,", "Deleted", &now, &choices, |at| {
            setup.spec.deletes = deletes.get(at).copied().unwrap_or_default();
        });
        if setup.spec.deletes != DeletePolicy::Ignore {
            ui.horizontal(|ui| {
                ui.label("but never more than");
                ui.add(egui::DragValue::new(&mut setup.spec.guard.count).range(1..=1000));
                ui.label("at once without asking me.");
            });
        }
        let choices: Vec<String> = EVERY.iter().map(|(_, text)| (*text).to_owned()).collect();
        let now = setup.spec.schedule.sync_every;
        let now = EVERY
            .iter()
            .find(|(every, _)| *every == now)
            .map_or_else(|| format!("every {} seconds", now.unwrap_or(0)), |(_, text)| (*text).to_owned());
        sentence(ui, "Sync", "Sync every", &now, &choices, |at| {
            setup.spec.schedule.sync_every = EVERY.get(at).and_then(|(every, _)| *every);
        });
        let choices: Vec<String> = COMPARE.iter().map(|(_, text)| (*text).to_owned()).collect();
        let days = setup.spec.schedule.compare.as_ref().map_or(0, |compare| compare.every_days);
        let now = COMPARE.iter().find(|(every, _)| *every == days).map_or("every day", |(_, text)| text);
        sentence(ui, "Compare both sides", "Compare every", now, &choices, |at| {
            let minute = setup.spec.schedule.compare.as_ref().map_or(7 * 60, |compare| compare.at_minute);
            let every = COMPARE.get(at).map_or(0, |(every, _)| *every);
            setup.spec.schedule.compare =
                (every > 0).then_some(CompareSchedule { every_days: every, at_minute: minute });
        });
        if let Some(compare) = &mut setup.spec.schedule.compare {
            ui.horizontal(|ui| {
                ui.label("at");
                let mut hour = compare.at_minute / 60;
                if ui.add(egui::DragValue::new(&mut hour).range(0..=23).suffix(" o'clock")).changed() {
                    compare.at_minute = hour * 60;
                }
            });
        }
        remark(ui, "A compare reads both sides whole and shows every record in which they do not agree.");
    });
}

fn sentence(ui: &mut Ui, start: &str, name: &str, now: &str, choices: &[String], mut set: impl FnMut(usize)) {
    ui.horizontal_wrapped(|ui| {
        ui.label(start);
        if let Some(at) = choose(ui, name, now, 290.0, choices) {
            set(at);
        }
    });
}
