//! The first two steps: which account, and whether it answers.

use eframe::egui::{self, Ui};

use super::{AccountDraft, Keep, Setup, SetupIntent};
use crate::model::Side;
use crate::service::{AccountCheck, Snapshot};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::views::{Browse, Intent};
use crate::ui::widgets::{Btn, banner, card, chip, choose, field, icon, remark, subtitle};
use crate::ui::words;

/// Draws the step of one side.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup, side: Side, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let account = setup.sides.get_mut(side);
    card(ui, |ui| {
        let which = if side == Side::A { "Which is the first account?" } else { "Which is the second account?" };
        subtitle(ui, which);
        show_kind(ui, account, side, snapshot);
        ui.add_space(theme::SMALL);
        if account.connector == "csv" {
            show_file(ui, account, side, intents);
        } else {
            show_server(ui, account);
        }
        let hint = account.shown_name();
        field(ui, "What do you call it?", &mut account.name, &hint, false);
    });
    ui.add_space(theme::SMALL);
    card(ui, |ui| show_try(ui, account, side, intents));
}

fn show_kind(ui: &mut Ui, account: &mut AccountDraft, side: Side, snapshot: &Snapshot) {
    ui.horizontal_wrapped(|ui| {
        for (connector, text) in [("csv", "A table in a file (CSV)"), ("carddav", "An address book on a server")] {
            if chip(ui, account.connector == connector, text).clicked() {
                connector.clone_into(&mut account.connector);
            }
        }
    });
    if !snapshot.accounts.is_empty() {
        let mut choices = vec!["A new account".to_owned()];
        choices.extend(snapshot.accounts.iter().map(|known| known.name.clone()));
        let now = account.base.as_ref().map_or("A new account", |base| base.name.as_str()).to_owned();
        ui.horizontal(|ui| {
            remark(ui, "Or one you have already:");
            if let Some(picked) = choose(ui, "Account", &now, 220.0, &choices) {
                let known = picked.checked_sub(1).and_then(|at| snapshot.accounts.get(at));
                *account = known.map_or_else(|| AccountDraft::new(side), |known| AccountDraft::of(known, None));
            }
        });
    }
}

fn show_file(ui: &mut Ui, account: &mut AccountDraft, side: Side, intents: &mut Vec<Intent>) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 118.0).max(120.0);
        ui.allocate_ui(egui::vec2(width, 50.0), |ui| {
            field(ui, "File", &mut account.path, "/home/you/customers.csv", false);
        });
        ui.vertical(|ui| {
            ui.add_space(22.0);
            if ui.add(Btn::new("Browse…").icon(Icon::Folder)).clicked() {
                intents.push(Intent::Browse(Browse::Account(side)));
            }
        });
    });
    if let Some(hint) = &account.hint {
        banner(ui, Tone::Attention, hint, None);
    }
    field(ui, "Column that numbers the rows (if there is one)", &mut account.id_column, "customer_no", false);
}

fn show_server(ui: &mut Ui, account: &mut AccountDraft) {
    field(ui, "Address", &mut account.url, "https://contacts.example.org", false);
    ui.columns_const(|[left, right]| {
        field(left, "User name", &mut account.username, "", false);
        let hint = if account.base.is_some() { "as it was saved" } else { "" };
        if account.keep == Keep::Env {
            field(right, "Name of the environment variable", &mut account.variable, "ADDRESS_BOOK_PASSWORD", false);
        } else {
            field(right, "Password", &mut account.password, hint, true);
        }
    });
    if let Some(why) = &account.not_kept {
        banner(ui, Tone::Attention, why, None);
    }
    ui.horizontal_wrapped(|ui| {
        remark(ui, "The password is");
        for (keep, text) in [
            (Keep::Keyring, "kept in this computer's keyring"),
            (Keep::File, "kept in this workspace's encrypted file"),
            (Keep::Ask, "asked each time Duosync starts"),
            (Keep::Env, "in an environment variable"),
        ] {
            if chip(ui, account.keep == keep, text).clicked() {
                account.keep = keep;
                account.not_kept = None;
            }
        }
    });
}

fn show_try(ui: &mut Ui, account: &mut AccountDraft, side: Side, intents: &mut Vec<Intent>) {
    ui.horizontal(|ui| {
        let ready = account.missing().is_none() && !account.trying;
        let button = Btn::new("Try connection").icon(Icon::Sync);
        let button = if account.works() { button } else { button.primary() };
        if ui.add_enabled(ready, button).clicked() {
            intents.push(Intent::Setup(SetupIntent::Try(side)));
        }
        if account.trying {
            remark(ui, "Trying…");
        } else if account.works() && account.result().is_none() {
            remark(ui, "As it was saved.");
        } else if account.result().is_none() {
            remark(ui, "Reads a few records, and writes nothing.");
        }
    });
    match account.result().cloned() {
        Some(Ok(check)) => {
            show_steps(ui, &check);
            show_lists(ui, account, &check);
        }
        Some(Err(why)) => {
            banner(ui, Tone::Bad, &why, None);
        }
        None => {}
    }
}

fn show_steps(ui: &mut Ui, check: &AccountCheck) {
    for step in &check.steps {
        ui.horizontal_top(|ui| {
            let (sign, tone) = if step.error.is_some() { (Icon::Fail, Tone::Bad) } else { (Icon::Ok, Tone::Good) };
            let ink = tokens(ui).tone(tone).0;
            icon(ui, sign, 16.0, ink);
            let what = words::sentence_case(&step.what);
            let text = step.error.as_ref().map_or_else(
                || if step.found.is_empty() { what.clone() } else { format!("{what}: {}", step.found) },
                |error| format!("{what}: {error}"),
            );
            ui.add(egui::Label::new(text).wrap());
        });
    }
}

fn show_lists(ui: &mut Ui, account: &mut AccountDraft, check: &AccountCheck) {
    if check.collections.len() < 2 {
        return;
    }
    let choices: Vec<String> = check
        .collections
        .iter()
        .map(|list| if list.read_only { format!("{} (cannot be changed)", list.name) } else { list.name.clone() })
        .collect();
    let at = check
        .collections
        .iter()
        .position(|list| account.collection.as_ref().is_some_and(|picked| *picked == list.id || *picked == list.name));
    let now = at.and_then(|at| choices.get(at)).map_or("Choose…", String::as_str).to_owned();
    ui.horizontal(|ui| {
        ui.label("Which list?");
        if let Some(picked) = choose(ui, "List", &now, 260.0, &choices) {
            account.collection = check.collections.get(picked).map(|list| list.id.clone());
        }
    });
}
