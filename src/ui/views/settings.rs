//! Settings: where data lives, how the window looks, settings as a file.

use std::path::PathBuf;

use eframe::egui::{self, ThemePreference, Ui};

use super::{Browse, Confirm, Intent};
use crate::model::SecretRef;
use crate::service::Snapshot;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone};
use crate::ui::widgets::{Btn, banner, card, chip, field, remark, subtitle, title};

/// What is typed on the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// The settings file to read or write.
    pub(crate) file: String,
}

/// The text sizes that are offered, in percent.
const SIZES: [u16; 6] = [90, 100, 115, 130, 150, 200];

/// Draws the settings.
pub(crate) fn show(ui: &mut Ui, snapshot: &Snapshot, form: &mut Form, intents: &mut Vec<Intent>) {
    title(ui, "Settings");
    ui.add_space(theme::GAP);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for warning in &snapshot.warnings {
            banner(ui, Tone::Attention, warning, None);
        }
        card(ui, show_look);
        card(ui, |ui| {
            subtitle(ui, "Where your data lives");
            let path = snapshot.workspace.display().to_string();
            ui.add(egui::Label::new(&path).selectable(true).wrap());
            remark(
                ui,
                "Everything that Duosync remembers is in this folder: copy it while Duosync is closed for a backup. \
                 Passwords are never in it: each account says below where its password is.",
            );
            if ui.add(Btn::new("Copy the folder's path")).clicked() {
                ui.ctx().copy_text(path);
            }
        });
        card(ui, |ui| show_accounts(ui, snapshot, intents));
        card(ui, |ui| show_file(ui, form, intents));
    });
}

fn show_look(ui: &mut Ui) {
    subtitle(ui, "Look");
    ui.horizontal_wrapped(|ui| {
        let now = ui.options(|options| options.theme_preference);
        for (choice, text) in [
            (ThemePreference::System, "As the system"),
            (ThemePreference::Light, "Light"),
            (ThemePreference::Dark, "Dark"),
        ] {
            if chip(ui, now == choice, text).clicked() {
                ui.ctx().set_theme(choice);
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        remark(ui, "Text size");
        let now = ui.ctx().zoom_factor();
        for size in SIZES {
            let factor = f32::from(size) / 100.0;
            if chip(ui, (now - factor).abs() < 0.01, &format!("{size} %")).clicked() {
                ui.ctx().set_zoom_factor(factor);
            }
        }
    });
}

fn show_accounts(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    subtitle(ui, "Accounts");
    if snapshot.accounts.is_empty() {
        remark(ui, "None yet. Connect two accounts on the page Home.");
    }
    for account in &snapshot.accounts {
        let used = snapshot.pairs.iter().any(|pair| {
            let ends = &pair.spec.ends;
            ends.a.account == account.name || ends.b.account == account.name
        });
        let place = ["path", "url"].iter().find_map(|key| account.options.get(*key)).cloned().unwrap_or_default();
        ui.push_id(&account.name, |ui| {
            egui::Sides::new().shrink_left().truncate().show(
                ui,
                |ui| {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.label(&account.name);
                        remark(ui, place);
                        if let Some(secret) = &account.secret {
                            remark(ui, words_of(secret));
                        }
                    });
                },
                |ui| {
                    if used {
                        remark(ui, "in use");
                    } else if ui.add(Btn::new("Remove").icon(Icon::Delete).quiet()).clicked() {
                        intents.push(Intent::Confirm(Box::new(Confirm {
                            title: format!("Remove {}?", account.name),
                            text: "Duosync forgets this account. The list itself is not touched.".to_owned(),
                            yes: "Remove the account".to_owned(),
                            danger: true,
                            then: Intent::RemoveAccount(account.name.clone()),
                        })));
                    }
                },
            );
        });
    }
}

/// Where an account's password is.
fn words_of(secret: &SecretRef) -> String {
    match secret {
        SecretRef::Keyring => "Its password is in this computer's keyring.".to_owned(),
        SecretRef::File => "Its password is in the encrypted file of this workspace.".to_owned(),
        SecretRef::Env(name) => format!("Its password is read from the environment variable {name}."),
        SecretRef::Ask => "Its password is not kept: it is asked for once at each start.".to_owned(),
    }
}

fn show_file(ui: &mut Ui, form: &mut Form, intents: &mut Vec<Intent>) {
    subtitle(ui, "Settings as a file");
    remark(ui, "Accounts and connections can be written to a file and read again, here or on another computer.");
    field(ui, "Settings file", &mut form.file, "duosync.toml", false);
    let ready = !form.file.trim().is_empty();
    ui.horizontal_wrapped(|ui| {
        if ui.add(Btn::new("Find a file…").icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Import));
        }
        if ui.add(Btn::new("Choose where to save…").icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Export));
        }
        if ui.add_enabled(ready, Btn::new("Read this file")).clicked() {
            intents.push(Intent::ImportSettings(PathBuf::from(form.file.trim())));
        }
        if ui.add_enabled(ready, Btn::new("Write this file").icon(Icon::Save)).clicked() {
            intents.push(Intent::ExportSettings(PathBuf::from(form.file.trim())));
        }
    });
}
