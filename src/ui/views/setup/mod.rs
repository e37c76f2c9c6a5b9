//! The assistant that connects two accounts: first account, second account, fields, rules, first look.
//! Every step can be left and returned to; nothing that was typed is lost.

mod accounts;
mod board;
mod draft;
mod editor;
mod fields;
mod filters;
mod model;
mod rules;

use eframe::egui::{self, Ui};
use serde::{Deserialize, Serialize};

use super::preview::{self, Preview};
use super::{Confirm, Intent, Page};
use crate::model::Side;
use crate::service::{ProgressMap, Snapshot};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone};
use crate::ui::widgets::{Btn, banner, chip, is_stacked, remark, title};
use crate::ui::words;

pub(crate) use draft::{AccountDraft, Keep, Trying};
pub(crate) use model::{Fitting, Known, MapRow, Setup};

/// How long nothing may change before mappings are tried, in seconds.
const REST: f64 = 0.3;

/// The steps of the assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Step {
    /// The first account.
    First,
    /// The second account.
    Second,
    /// The fields.
    Fields,
    /// The rules and the name.
    Rules,
    /// What the first sync would do.
    Look,
}

impl Step {
    const ALL: [Self; 5] = [Self::First, Self::Second, Self::Fields, Self::Rules, Self::Look];

    fn name(self) -> String {
        match self {
            Self::First => tr!("setup-step-first"),
            Self::Second => tr!("setup-step-second"),
            Self::Fields => tr!("setup-step-fields"),
            Self::Rules => tr!("setup-step-rules"),
            Self::Look => tr!("setup-step-look"),
        }
    }
}

/// What the operator wants of the assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetupIntent {
    /// To try the connection of a side.
    Try(Side),
    /// Not to wait for it any more.
    StopTrying(Side),
    /// To save the account of a side and sign in with the browser.
    SignIn(Side),
    /// To make or open the encrypted file with the passphrase that is typed at a side.
    Passphrase(Side),
    /// To go to a step; both accounts are saved on the way to the fields.
    Step(Step),
    /// To have the fields read anew.
    Suggest,
    /// To know what the mappings would do.
    Fit,
    /// To save everything and see the preview.
    Finish,
    /// To begin anew.
    Restart,
    /// To leave.
    Close,
}

/// Draws the assistant.
pub(crate) fn show(
    ui: &mut Ui,
    setup: &mut Setup,
    look: Option<&mut Preview>,
    snapshot: &Snapshot,
    progress: &ProgressMap,
    intents: &mut Vec<Intent>,
) {
    setup.follow(snapshot);
    let heading = if setup.editing { tr!("setup-title-edit") } else { tr!("setup-title") };
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| title(ui, &heading),
        |ui| {
            if ui.add(Btn::new(&tr!("setup-close")).quiet()).clicked() {
                intents.push(Intent::Setup(SetupIntent::Close));
            }
            if setup.is_begun() && !setup.editing && ui.add(Btn::new(&tr!("setup-restart")).quiet()).clicked() {
                intents.push(Intent::Confirm(Box::new(Confirm {
                    title: tr!("setup-restart-title"),
                    text: tr!("setup-restart-text"),
                    yes: tr!("setup-restart-yes"),
                    danger: true,
                    then: Intent::Setup(SetupIntent::Restart),
                })));
            }
        },
    );
    ui.horizontal_wrapped(|ui| {
        // In a narrow page only the step that is shown has its words, so that all fit on one line.
        let narrow = is_stacked(ui);
        for step in Step::ALL {
            if step > setup.reached && ui.is_enabled() {
                // So are all that follow; twice would be twice as pale.
                ui.disable();
            }
            let (name, here) = (step.name(), step == setup.step);
            let number = name.split_whitespace().next().filter(|_| narrow && !here);
            let shown = chip(ui, here, number.unwrap_or(&name));
            if number.is_some() {
                ui.ctx().accesskit_node_builder(shown.id, |node| node.set_label(name.clone()));
            }
            let shown = if number.is_some() { shown.on_hover_text(&name) } else { shown };
            if shown.clicked() {
                intents.push(Intent::Setup(SetupIntent::Step(step)));
            }
        }
    });
    ui.add_space(theme::SMALL);
    if setup.step == Step::Look {
        show_look(ui, setup, look, progress, intents);
        return;
    }
    egui::Panel::bottom("way")
        .frame(egui::Frame::new())
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_way(ui, setup, snapshot, intents));
    egui::ScrollArea::vertical().id_salt(setup.step as u8).auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 8.0);
        match setup.step {
            Step::First => accounts::show(ui, setup, Side::A, snapshot, progress, intents),
            Step::Second => accounts::show(ui, setup, Side::B, snapshot, progress, intents),
            Step::Fields => fields::show(ui, setup, progress, intents),
            Step::Rules => rules::show(ui, setup),
            Step::Look => {}
        }
    });
    if matches!(setup.step, Step::Fields | Step::Rules) && setup.known == Known::Yes {
        ask_fit(ui, setup, intents);
    }
}

/// Has the mappings tried that were changed, once the operator has stopped typing.
fn ask_fit(ui: &Ui, setup: &mut Setup, intents: &mut Vec<Intent>) {
    let wanted = setup.to_fit();
    if wanted.is_empty() || setup.not_fitted.is_some() {
        setup.unrested = None;
        return;
    }
    let asked = setup.fitting.as_ref().is_some_and(|now| now.tried == wanted && now.filters == setup.filters());
    if asked {
        return;
    }
    let now = ui.input(|input| input.time);
    // What comes from a suggestion is tried at once; only what is typed has to rest.
    let typed = setup.rows.iter().any(|row| row.fit.is_some());
    match &setup.unrested {
        Some((same, since)) if *same == wanted => {
            let left = since + REST - now;
            if left <= 0.0 || !typed {
                intents.push(Intent::Setup(SetupIntent::Fit));
            } else {
                ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
            }
        }
        Some(_) | None => {
            setup.unrested = Some((wanted, now));
            ui.ctx().request_repaint();
        }
    }
}

fn show_look(
    ui: &mut Ui,
    setup: &Setup,
    look: Option<&mut Preview>,
    progress: &ProgressMap,
    intents: &mut Vec<Intent>,
) {
    let pair = setup.pair_name();
    if let Some(look) = look.filter(|look| look.pair == pair && !setup.saving) {
        if ui.add(Btn::new(&tr!("setup-back")).icon(Icon::Left)).clicked() {
            intents.push(Intent::Setup(SetupIntent::Step(Step::Rules)));
        }
        preview::show(ui, look, intents);
        return;
    }
    let doing = progress.get(&pair).map_or_else(|| tr!("setup-making-preview"), words::progress);
    remark(ui, doing);
    ui.horizontal(|ui| {
        if ui.add(Btn::new(&tr!("setup-back")).icon(Icon::Left)).clicked() {
            intents.push(Intent::Cancel(pair.clone()));
            intents.push(Intent::Setup(SetupIntent::Step(Step::Rules)));
        }
        if !setup.saving
            && !progress.contains_key(&pair)
            && ui.add(Btn::new(&tr!("setup-look-again")).icon(Icon::Sync)).clicked()
        {
            intents.push(Intent::Setup(SetupIntent::Finish));
        }
    });
}

fn show_way(ui: &mut Ui, setup: &Setup, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let (back, next) = match setup.step {
        Step::First => (None, Step::Second),
        Step::Second => (Some(Step::First), Step::Fields),
        Step::Fields => (Some(Step::Second), Step::Rules),
        Step::Rules | Step::Look => (Some(Step::Fields), Step::Look),
    };
    let problem = problem(setup, snapshot);
    ui.add_space(theme::SMALL);
    ui.horizontal_wrapped(|ui| {
        if let Some(back) = back
            && ui.add(Btn::new(&tr!("setup-back")).icon(Icon::Left)).clicked()
        {
            intents.push(Intent::Setup(SetupIntent::Step(back)));
        }
        let last = setup.step == Step::Rules;
        let text = if last { tr!("setup-finish") } else { tr!("setup-continue") };
        let button = Btn::new(&text).icon(if last { Icon::Ok } else { Icon::Right }).primary();
        if ui.add_enabled(problem.is_none(), button).clicked() {
            let wanted = if last { SetupIntent::Finish } else { SetupIntent::Step(next) };
            intents.push(Intent::Setup(wanted));
        }
        if let Some(problem) = problem {
            remark(ui, problem);
        } else if last {
            remark(ui, tr!("setup-nothing-written"));
        }
    });
}

/// What keeps the operator from going on.
fn problem(setup: &Setup, snapshot: &Snapshot) -> Option<String> {
    match setup.step {
        Step::First => account_problem(setup, Side::A, snapshot),
        Step::Second => account_problem(setup, Side::B, snapshot).or_else(|| {
            let ends = setup.ends();
            (ends.a == ends.b).then(|| tr!("setup-same-account"))
        }),
        Step::Rules | Step::Look if setup.saving => Some(tr!("setup-saving")),
        Step::Rules | Step::Look
            if !setup.editing
                && setup.kept.as_ref() != Some(&setup.pair_name())
                && snapshot.pairs.iter().any(|pair| pair.spec.name == setup.pair_name()) =>
        {
            Some(tr!("setup-name-taken", name = setup.pair_name()))
        }
        Step::Fields if setup.known != Known::Yes => Some(tr!("setup-wait-fields")),
        Step::Fields => setup.board_problem(),
        Step::Rules | Step::Look => setup.board_problem().or_else(|| filters::problem(setup)),
    }
}

fn account_problem(setup: &Setup, side: Side, snapshot: &Snapshot) -> Option<String> {
    let account = setup.sides.get(side);
    if let Some(missing) = account.missing() {
        return Some(missing);
    }
    if setup.name_is_taken(side, snapshot) {
        return Some(tr!("setup-account-taken", name = account.shown_name()));
    }
    if account.needs_list() {
        return Some(tr!("setup-list-first"));
    }
    (!account.works()).then(|| tr!("setup-try-first"))
}

/// A line that says where reading the fields stands.
fn show_known(ui: &mut Ui, setup: &Setup, progress: &ProgressMap, intents: &mut Vec<Intent>) -> bool {
    match &setup.known {
        Known::No | Known::Reading => {
            remark(ui, tr!("setup-reading"));
            for side in Side::BOTH {
                let account = setup.sides.get(side).shown_name();
                if let Some(now) = progress.get(&crate::service::trial_name(&account)) {
                    remark(ui, words::progress(now));
                }
            }
            false
        }
        Known::Failed(why) => {
            banner(ui, Tone::Bad, why, None);
            if ui.add(Btn::new(&tr!("setup-again")).icon(Icon::Sync)).clicked() {
                intents.push(Intent::Setup(SetupIntent::Suggest));
            }
            if ui.add(Btn::new(&tr!("setup-leave")).quiet()).clicked() {
                intents.push(Intent::Go(Page::Home));
            }
            false
        }
        Known::Yes => true,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
