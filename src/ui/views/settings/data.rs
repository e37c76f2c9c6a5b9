//! Where data lives, copies of it and the way back, accounts, and settings as a file.

use eframe::egui::{self, Ui};

use super::{Form, file_field, head, path};
use crate::model::SecretRef;
use crate::service::{CopyReason, KeptCopy, Snapshot, Upkeep};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone};
use crate::ui::views::{Browse, Confirm, Intent};
use crate::ui::widgets::{Btn, banner, remark};
use crate::ui::words;

/// How many copies are shown at first.
const FIRST: usize = 3;

pub(super) fn show_folder(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-folder"), &tr!("settings-folder-about"));
    let path = snapshot.workspace.display().to_string();
    ui.add(egui::Label::new(&path).selectable(true).wrap());
    ui.horizontal_wrapped(|ui| {
        if ui.add(Btn::new(&tr!("settings-open-folder")).icon(Icon::Folder)).clicked() {
            intents.push(Intent::OpenFolder(snapshot.workspace.clone()));
        }
        if ui.add(Btn::new(&tr!("settings-copy-path")).quiet()).clicked() {
            ui.ctx().copy_text(path);
        }
    });
}

pub(super) fn show_copies(ui: &mut Ui, form: &mut Form, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-copies"), &tr!("settings-copies-about"));
    match form.copies.clone() {
        None if form.copies_failed.is_some() => {
            let why = form.copies_failed.as_deref().unwrap_or_default();
            banner(ui, Tone::Bad, &tr!("settings-copies-not-read", why = why), None);
        }
        None => {
            remark(ui, tr!("settings-copies-reading"));
        }
        Some(copies) if copies.is_empty() => {
            remark(ui, tr!("settings-copies-none"));
        }
        Some(copies) => {
            let most = if form.all_copies { copies.len() } else { FIRST };
            for copy in copies.iter().take(most) {
                ui.push_id(&copy.file, |ui| show_copy(ui, copy, intents));
            }
            if copies.len() > most {
                let more = tr!("settings-copies-more", count = copies.len() - most);
                if ui.add(Btn::new(&more).quiet()).clicked() {
                    form.all_copies = true;
                }
            }
        }
    }
    if ui.add(Btn::new(&tr!("settings-back-up-now")).icon(Icon::Save)).clicked() {
        intents.push(Intent::Upkeep(Box::new(Upkeep::BackUp(None))));
    }
    ui.add_space(theme::GAP);
    egui::CollapsingHeader::new(tr!("settings-copies-files")).show(ui, |ui| {
        remark(ui, tr!("settings-copies-files-about"));
        file_field(
            ui,
            &tr!("settings-copy-to"),
            &mut form.copy,
            (&tr!("settings-copy-to-choose"), Browse::Copy),
            intents,
        );
        let to = path(&form.copy);
        if ui.add_enabled(to.is_some(), Btn::new(&tr!("settings-copy-to-do")).icon(Icon::Save)).clicked() {
            intents.push(Intent::Upkeep(Box::new(Upkeep::BackUp(to))));
        }
        ui.add_space(theme::GAP);
        file_field(
            ui,
            &tr!("settings-restore-from"),
            &mut form.restore,
            (&tr!("settings-restore-from-choose"), Browse::Restore),
            intents,
        );
        let from = path(&form.restore);
        if ui.add_enabled(from.is_some(), Btn::new(&tr!("settings-restore-from-do"))).clicked()
            && let Some(from) = from
        {
            let name = from.display().to_string();
            intents.push(confirm_restore(from, &name));
        }
    });
}

fn show_copy(ui: &mut Ui, copy: &KeptCopy, intents: &mut Vec<Intent>) {
    let when = words::moment(copy.at);
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                ui.label(&when);
                let why = match copy.why {
                    CopyReason::Daily => tr!("settings-copy-daily"),
                    CopyReason::Asked => tr!("settings-copy-asked"),
                    CopyReason::BeforeRestore => tr!("settings-copy-before-restore"),
                    CopyReason::BeforeUpgrade => tr!("settings-copy-before-upgrade"),
                };
                remark(ui, tr!("settings-copy-size", why = why, size = size(copy.bytes)));
            });
        },
        |ui| {
            // Two copies of one minute are told apart by their files.
            let file = copy.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let name = tr!("settings-restore-of", when = when, file = file);
            if ui.add(Btn::new(&tr!("settings-restore")).named(&name)).clicked() {
                intents.push(confirm_restore(copy.file.clone(), &when));
            }
        },
    );
}

fn confirm_restore(copy: std::path::PathBuf, name: &str) -> Intent {
    Intent::Confirm(Box::new(Confirm {
        title: tr!("settings-restore-title", copy = name),
        text: tr!("settings-restore-text"),
        yes: tr!("settings-restore-yes"),
        danger: true,
        then: Intent::Upkeep(Box::new(Upkeep::Restore(copy))),
    }))
}

/// How large a file is.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => tr!("settings-kilobytes", size = bytes.div_ceil(1000)),
        _ => tr!("settings-megabytes", size = bytes.div_ceil(1_000_000)),
    }
}

pub(super) fn show_accounts(ui: &mut Ui, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-accounts"), "");
    if snapshot.accounts.is_empty() {
        remark(ui, tr!("settings-accounts-none"));
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
                        if !place.is_empty() {
                            remark(ui, place);
                        }
                        if let Some(secret) = &account.secret {
                            remark(ui, words_of(secret));
                        }
                    });
                },
                |ui| {
                    if used {
                        remark(ui, tr!("settings-account-used"));
                        return;
                    }
                    let name = tr!("settings-account-remove-of", account = account.name);
                    let remove = tr!("settings-account-remove");
                    if ui.add(Btn::new(&remove).named(&name).icon(Icon::Delete).quiet()).clicked() {
                        intents.push(Intent::Confirm(Box::new(Confirm {
                            title: tr!("settings-account-remove-title", account = account.name),
                            text: tr!("settings-account-remove-text"),
                            yes: tr!("settings-account-remove-yes"),
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
        SecretRef::Keyring => tr!("settings-secret-keyring"),
        SecretRef::File => tr!("settings-secret-file"),
        SecretRef::Env(name) => tr!("settings-secret-env", name = name),
        SecretRef::Ask => tr!("settings-secret-ask"),
    }
}

pub(super) fn show_file(ui: &mut Ui, form: &mut Form, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-file"), &tr!("settings-file-about"));
    crate::ui::widgets::field(ui, &tr!("settings-file-name"), &mut form.file, "duosync.toml", false);
    let file = path(&form.file);
    ui.horizontal_wrapped(|ui| {
        if ui.add(Btn::new(&tr!("settings-file-find")).icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Import));
        }
        if ui.add(Btn::new(&tr!("settings-file-choose")).icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Export));
        }
        if ui.add_enabled(file.is_some(), Btn::new(&tr!("settings-file-read"))).clicked() {
            intents.extend(file.clone().map(Intent::ImportSettings));
        }
        if ui.add_enabled(file.is_some(), Btn::new(&tr!("settings-file-write")).icon(Icon::Save)).clicked() {
            intents.extend(file.map(Intent::ExportSettings));
        }
    });
}
