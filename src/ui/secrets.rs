//! The dialogs about secrets: the passphrase of the encrypted file, and a sign-in that waits for the
//! browser.

use std::path::Path;

use eframe::egui::{self, Align, Layout, Ui};

use super::app::{DuosyncApp, Purpose};
use super::theme::{self, Tone};
use super::views::{Confirm, Intent, Page};
use super::widgets::{Btn, banner, field, subtitle};
use crate::service::{Command, SigningIn};
use crate::texts::tr;

/// What is typed into the dialog of the passphrase.
#[derive(Clone, Default)]
pub(super) struct Form {
    passphrase: String,
    open: bool,
    /// Not now, said the operator.
    not_yet: bool,
    /// Why the last one did not open the file.
    wrong: Option<String>,
    /// What it is needed for.
    then: Option<Intent>,
}

impl DuosyncApp {
    /// Shows what is asked about secrets.
    pub(super) fn show_secrets(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        if let Some(waiting) = snapshot.signing_in.first() {
            show_waiting(ui, waiting, intents);
            return;
        }
        let form = &mut self.secrets;
        if snapshot.locked.is_empty() {
            if let Some(then) = std::mem::take(form).then {
                intents.push(then);
            }
            return;
        }
        form.open |= !form.not_yet && self.page != Page::Setup && self.asking.is_none();
        if form.open && self.confirm.is_none() {
            self.show_passphrase(ui, intents);
        }
    }

    /// Asks for the passphrase, and does this once the file is open.
    pub(super) fn ask_passphrase(&mut self, then: Option<Intent>) {
        self.secrets = Form { open: true, then, ..Form::default() };
    }

    /// The passphrase that was entered is not the one.
    pub(super) fn passphrase_refused(&mut self, why: String) {
        self.secrets.wrong = Some(why);
    }

    /// The file whose passphrase is forgotten is out of the way.
    pub(super) fn set_aside(&mut self, aside: Option<&Path>) {
        self.secrets = Form { not_yet: true, ..Form::default() };
        if let Some(aside) = aside {
            self.toast(tr!("secrets-set-aside", file = aside.display().to_string()), None);
        }
    }

    /// Opens an address in the system's browser.
    pub(super) fn open_browser(&mut self, url: &str) {
        if let Err(error) = super::browser::open(url) {
            self.problem = Some(tr!("secrets-no-browser", why = error.to_string()));
        }
    }

    fn show_passphrase(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        let form = &mut self.secrets;
        let (mut yes, mut no, mut forgotten) = (false, false, false);
        let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(theme::PAGE));
        let modal = egui::Modal::new(egui::Id::unique("passphrase")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            subtitle(ui, &tr!("secrets-passphrase-title"));
            ui.add(egui::Label::new(tr!("secrets-passphrase-why")).wrap());
            if let Some(wrong) = &form.wrong {
                banner(ui, Tone::Bad, wrong, None);
            }
            let entry = field(ui, &tr!("secrets-passphrase"), &mut form.passphrase, "", true);
            if ui.memory(|memory| memory.focused().is_none()) && !entry.lost_focus() {
                entry.request_focus();
            }
            let entered = entry.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            ui.add_space(theme::GAP);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = !form.passphrase.is_empty();
                let go = ui.add_enabled(ready, Btn::new(&tr!("secrets-open")).primary()).clicked();
                yes = ready && (entered || go);
                no = ui.add(Btn::new(&tr!("secrets-not-now"))).clicked();
                forgotten = ui.add(Btn::new(&tr!("secrets-forgotten")).quiet()).clicked();
            });
        });
        no |= modal.should_close();
        if yes {
            let passphrase = std::mem::take(&mut form.passphrase);
            form.wrong = None;
            self.send(Command::Unlock { passphrase }, Purpose::Passphrase);
        } else if forgotten {
            intents.push(Intent::Confirm(Box::new(Confirm {
                title: tr!("secrets-anew-title"),
                text: tr!("secrets-anew-why"),
                yes: tr!("secrets-anew-yes"),
                danger: true,
                then: Intent::ForgetSecrets,
            })));
        } else if no {
            self.secrets = Form { not_yet: true, ..Form::default() };
        }
    }
}

fn show_waiting(ui: &mut Ui, waiting: &SigningIn, intents: &mut Vec<Intent>) {
    let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(theme::PAGE));
    let modal = egui::Modal::new(egui::Id::unique("signing-in")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        subtitle(ui, &tr!("secrets-waiting-title", account = waiting.account));
        ui.add(egui::Label::new(tr!("secrets-waiting-why")).wrap());
        ui.add_space(theme::GAP);
        ui.horizontal_wrapped(|ui| {
            if ui.add(Btn::new(&tr!("secrets-waiting-again"))).clicked() {
                intents.push(Intent::OpenBrowser(waiting.url.clone()));
            }
            if ui.add(Btn::new(&tr!("secrets-waiting-copy"))).clicked() {
                ui.ctx().copy_text(waiting.url.clone());
            }
            if ui.add(Btn::new(&tr!("secrets-waiting-cancel"))).clicked() {
                intents.push(Intent::CancelSignIn(waiting.account.clone()));
            }
        });
    });
    if modal.should_close() {
        intents.push(Intent::CancelSignIn(waiting.account.clone()));
    }
}
