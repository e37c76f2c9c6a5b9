//! The fourth step: the rules, as sentences with the choices inside them.

use eframe::egui::{self, Ui};

use super::{Setup, filters};
use crate::model::{CompareSchedule, DeletePolicy, PerSide, Policy, Side, Writes};
use crate::texts::tr;
use crate::ui::theme;
use crate::ui::widgets::{card, choose, field, remark, subtitle};
use crate::ui::words;

/// How often a pair can run, in seconds.
const EVERY: [Option<u64>; 6] = [Some(300), Some(900), Some(3600), Some(6 * 3600), Some(24 * 3600), None];

/// How often a pair can be compared, in days.
const COMPARE: [u32; 3] = [1, 7, 0];

/// Draws the rules.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup) {
    let names = setup.names();
    card(ui, |ui| {
        subtitle(ui, &tr!("setup-name-title"));
        if setup.editing {
            ui.label(&setup.spec.name);
        } else {
            let hint = setup.pair_name();
            field(ui, &tr!("setup-name"), &mut setup.spec.name, &hint, false);
        }
    });
    ui.add_space(theme::SMALL);
    card(ui, |ui| {
        subtitle(ui, &tr!("setup-rules"));
        show_conflicts(ui, setup, &names);
        show_deletes(ui, setup, &names);
        for side in Side::BOTH {
            show_writes(ui, setup, side, &names);
        }
        show_schedule(ui, setup);
    });
    ui.add_space(theme::SMALL);
    card(ui, |ui| filters::show(ui, setup, &names));
}

fn show_conflicts(ui: &mut Ui, setup: &mut Setup, names: &PerSide<String>) {
    let policies = [Policy::Ask, Policy::A, Policy::B, Policy::Newest];
    let choices: Vec<String> = policies.iter().map(|policy| words::policy(*policy, names)).collect();
    let now = words::policy(setup.spec.conflicts, names);
    sentence(ui, &tr!("setup-both-same"), &tr!("setup-both-name"), &now, &choices, |at| {
        setup.spec.conflicts = policies.get(at).copied().unwrap_or_default();
    });
}

fn show_deletes(ui: &mut Ui, setup: &mut Setup, names: &PerSide<String>) {
    let deletes = [DeletePolicy::Ignore, DeletePolicy::Both, DeletePolicy::AToB, DeletePolicy::BToA];
    let word = |policy: DeletePolicy| match policy {
        DeletePolicy::Ignore => tr!("setup-delete-leave"),
        DeletePolicy::Both => tr!("setup-delete-both"),
        DeletePolicy::AToB => tr!("setup-delete-one", from = names.a, to = names.b),
        DeletePolicy::BToA => tr!("setup-delete-one", from = names.b, to = names.a),
    };
    let choices: Vec<String> = deletes.iter().map(|policy| word(*policy)).collect();
    let now = word(setup.spec.deletes);
    sentence(ui, &tr!("setup-deleted"), &tr!("setup-deleted-name"), &now, &choices, |at| {
        setup.spec.deletes = deletes.get(at).copied().unwrap_or_default();
    });
    if setup.spec.deletes != DeletePolicy::Ignore {
        ui.horizontal_wrapped(|ui| {
            ui.label(tr!("setup-never-more"));
            let count = ui.add(egui::DragValue::new(&mut setup.spec.guard.count).range(1..=1000));
            super::fields::named(ui, &count, &tr!("setup-guard-count"));
            ui.label(tr!("setup-or-percent"));
            let percent = ui.add(egui::DragValue::new(&mut setup.spec.guard.percent).range(1..=100).suffix(" %"));
            super::fields::named(ui, &percent, &tr!("setup-guard-percent"));
            ui.label(tr!("setup-without-asking"));
        });
    }
}

/// What one side accepts, with the choice inside the sentence.
fn show_writes(ui: &mut Ui, setup: &mut Setup, side: Side, names: &PerSide<String>) {
    let ways = [(true, true), (false, true), (true, false), (false, false)];
    let word = |create: bool, update: bool| match (create, update) {
        (true, true) => tr!("setup-writes-all"),
        (false, true) => tr!("setup-writes-update"),
        (true, false) => tr!("setup-writes-create"),
        (false, false) => tr!("setup-writes-none"),
    };
    let choices: Vec<String> = ways.iter().map(|(create, update)| word(*create, *update)).collect();
    let writes = setup.spec.writes.get_mut(side);
    let now = word(writes.create, writes.update);
    let start = tr!("setup-writes", account = names.get(side));
    sentence(ui, &start, &tr!("setup-writes-name", account = names.get(side)), &now, &choices, |at| {
        if let Some((create, update)) = ways.get(at).copied() {
            *writes = Writes { create, update };
        }
    });
}

/// How often, in words.
fn every(seconds: Option<u64>) -> String {
    match seconds {
        None => tr!("setup-by-hand"),
        Some(86_400) => tr!("setup-once-a-day"),
        Some(seconds) if seconds >= 3600 && seconds % 3600 == 0 => tr!("setup-every-hours", count = seconds / 3600),
        Some(seconds) if seconds >= 60 && seconds % 60 == 0 => tr!("setup-every-minutes", count = seconds / 60),
        Some(seconds) => tr!("setup-every-seconds", count = seconds),
    }
}

fn show_schedule(ui: &mut Ui, setup: &mut Setup) {
    let choices: Vec<String> = EVERY.iter().map(|seconds| every(*seconds)).collect();
    let now = every(setup.spec.schedule.sync_every);
    sentence(ui, &tr!("setup-sync"), &tr!("setup-sync-name"), &now, &choices, |at| {
        setup.spec.schedule.sync_every = EVERY.get(at).copied().flatten();
    });
    let word = |days: u32| match days {
        0 => tr!("setup-compare-by-hand"),
        1 => tr!("setup-compare-daily"),
        7 => tr!("setup-compare-weekly"),
        days => tr!("setup-compare-days", count = days),
    };
    let choices: Vec<String> = COMPARE.iter().map(|days| word(*days)).collect();
    let days = setup.spec.schedule.compare.as_ref().map_or(0, |compare| compare.every_days);
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!("setup-compare"));
        if let Some(days) =
            choose(ui, &tr!("setup-compare-name"), &word(days), 250.0, &choices).and_then(|at| COMPARE.get(at))
        {
            let at_minute = setup.spec.schedule.compare.as_ref().map_or(7 * 60, |compare| compare.at_minute);
            setup.spec.schedule.compare = (*days > 0).then_some(CompareSchedule { every_days: *days, at_minute });
        }
        if let Some(compare) = &mut setup.spec.schedule.compare {
            ui.label(tr!("setup-at"));
            let (mut hour, mut minute) = (compare.at_minute / 60, compare.at_minute % 60);
            let hours = ui.add(egui::DragValue::new(&mut hour).range(0..=23).custom_formatter(two_digits));
            super::fields::named(ui, &hours, &tr!("setup-hour"));
            ui.label(":");
            let minutes = ui.add(egui::DragValue::new(&mut minute).range(0..=59).custom_formatter(two_digits));
            super::fields::named(ui, &minutes, &tr!("setup-minute"));
            compare.at_minute = hour * 60 + minute;
        }
    });
    remark(ui, tr!("setup-compare-why"));
}

fn two_digits(number: f64, _: std::ops::RangeInclusive<usize>) -> String {
    format!("{number:02.0}")
}

fn sentence(ui: &mut Ui, start: &str, name: &str, now: &str, choices: &[String], mut set: impl FnMut(usize)) {
    ui.horizontal_wrapped(|ui| {
        ui.label(start);
        if let Some(at) = choose(ui, name, now, 290.0, choices) {
            set(at);
        }
    });
}
