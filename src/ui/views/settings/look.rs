//! Theme, text size and language.

use eframe::egui::Ui;

use super::{change, head};
use crate::model::{Prefs, ThemeChoice};
use crate::texts::{Language, tr};
use crate::ui::views::Intent;
use crate::ui::widgets::{chip, remark};

/// The text sizes that are offered, in percent.
const SIZES: [u16; 8] = [75, 90, 100, 115, 130, 150, 175, 200];

pub(super) fn show(ui: &mut Ui, prefs: &Prefs, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-look"), "");
    remark(ui, tr!("settings-theme"));
    ui.horizontal_wrapped(|ui| {
        for (choice, text) in [
            (ThemeChoice::System, tr!("settings-theme-system")),
            (ThemeChoice::Light, tr!("settings-theme-light")),
            (ThemeChoice::Dark, tr!("settings-theme-dark")),
        ] {
            if chip(ui, prefs.theme == choice, &text).clicked() {
                change(prefs, intents, |prefs| prefs.theme = choice);
            }
        }
    });
    remark(ui, tr!("settings-text-size"));
    ui.horizontal_wrapped(|ui| {
        for size in SIZES {
            if chip(ui, prefs.text_size == size, &tr!("settings-percent", size = u32::from(size))).clicked() {
                change(prefs, intents, |prefs| prefs.text_size = size);
            }
        }
    });
    remark(ui, tr!("settings-language"));
    ui.horizontal_wrapped(|ui| {
        let system = tr!("settings-language-system", language = Language::of_system().own_name());
        if chip(ui, prefs.language.is_none(), &system).clicked() {
            change(prefs, intents, |prefs| prefs.language = None);
        }
        for language in Language::ALL {
            let chosen = prefs.language.as_deref() == Some(language.tag());
            if chip(ui, chosen, language.own_name()).clicked() {
                change(prefs, intents, |prefs| prefs.language = Some(language.tag().to_owned()));
            }
        }
    });
}
