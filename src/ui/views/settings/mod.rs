//! Settings: how Duosync looks and behaves, where data lives and how it is kept safe, and what is kept
//! of one person.

mod behaviour;
mod data;
mod look;
mod privacy;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, Ui};

use super::Intent;
use crate::model::{FoundPerson, Prefs};
use crate::service::{KeptCopy, Snapshot};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone};
use crate::ui::widgets::{Btn, banner, card, remark, subtitle, title};

/// Lines longer than this are hard to read.
const WIDEST: f32 = 820.0;

/// What is typed, picked and found on the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// The settings file to read or write.
    pub(crate) file: String,
    /// The file that a copy is written to.
    pub(crate) copy: String,
    /// The copy from elsewhere that is put back.
    pub(crate) restore: String,
    /// The file for whoever helps.
    pub(crate) diagnostics: String,
    /// The file about one person.
    pub(crate) person_file: String,
    /// The words that are looked for.
    pub(crate) words: String,
    /// The copies in the workspace; none while they are read.
    pub(crate) copies: Option<Arc<Vec<KeptCopy>>>,
    /// Why they could not be looked up.
    pub(crate) copies_failed: Option<String>,
    /// Whether all of them are shown.
    pub(crate) all_copies: bool,
    /// Who was found; none where nobody has been looked for.
    pub(crate) people: Option<Arc<Vec<FoundPerson>>>,
    /// Which of them are the person.
    pub(crate) picked: BTreeSet<usize>,
    /// Whether somebody is being looked for.
    pub(crate) looking: bool,
}

impl Form {
    /// The records that are the person.
    pub(crate) fn who(&self) -> Vec<FoundPerson> {
        let people = self.people.as_deref().map(Vec::as_slice).unwrap_or_default();
        self.picked.iter().filter_map(|at| people.get(*at)).cloned().collect()
    }

    /// Forgets who was found: it is no longer as it was.
    pub(crate) fn forget_people(&mut self) {
        self.people = None;
        self.picked.clear();
        self.looking = false;
    }
}

/// What the page is drawn from.
pub(crate) struct Given<'a> {
    /// The state of everything.
    pub(crate) snapshot: &'a Snapshot,
    /// The preferences in force.
    pub(crate) prefs: &'a Prefs,
    /// Whether there is an icon beside the clock.
    pub(crate) tray: bool,
}

/// Draws the settings.
pub(crate) fn show(ui: &mut Ui, given: &Given<'_>, form: &mut Form, intents: &mut Vec<Intent>) {
    title(ui, &tr!("settings-page"));
    ui.add_space(theme::GAP);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The bar has its own room, so that it never lies on a button.
        ui.set_max_width((ui.available_width() - theme::GAP).min(WIDEST));
        ui.spacing_mut().item_spacing.y = theme::GAP;
        for warning in &given.snapshot.warnings {
            banner(ui, Tone::Attention, warning, None);
        }
        if let Some(at) = given.snapshot.restored {
            banner(ui, Tone::Attention, &tr!("settings-restored", when = crate::ui::words::moment(at)), None);
        }
        card(ui, |ui| look::show(ui, given.prefs, intents));
        card(ui, |ui| behaviour::show_notifications(ui, given.prefs, intents));
        card(ui, |ui| behaviour::show_computer(ui, given, intents));
        card(ui, |ui| data::show_folder(ui, given.snapshot, intents));
        card(ui, |ui| data::show_copies(ui, form, intents));
        card(ui, |ui| data::show_accounts(ui, given.snapshot, intents));
        card(ui, |ui| data::show_file(ui, form, intents));
        card(ui, |ui| privacy::show_person(ui, form, intents));
        card(ui, |ui| privacy::show_help(ui, form, intents));
        ui.add_space(theme::BLOCK);
    });
}

/// Sends the preferences with a change.
fn change(prefs: &Prefs, intents: &mut Vec<Intent>, what: impl FnOnce(&mut Prefs)) {
    let mut new = prefs.clone();
    what(&mut new);
    intents.push(Intent::Prefs(Box::new(new)));
}

/// The title of a card, and what it is for.
fn head(ui: &mut Ui, text: &str, about: &str) {
    subtitle(ui, text);
    if !about.is_empty() {
        remark(ui, about);
    }
}

/// A field for a file's place, with the button that looks for one. The button's name says what for.
fn file_field(ui: &mut Ui, name: &str, text: &mut String, find: (&str, super::Browse), intents: &mut Vec<Intent>) {
    crate::ui::widgets::field(ui, name, text, "", false);
    if ui.add(Btn::new(find.0).icon(Icon::Folder)).clicked() {
        intents.push(Intent::Browse(find.1));
    }
}

/// The path that is typed, where there is one.
fn path(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    (!text.is_empty()).then(|| PathBuf::from(text))
}
