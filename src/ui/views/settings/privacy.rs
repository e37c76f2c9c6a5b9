//! What is kept of one person, and the file for whoever helps.

use eframe::egui::{self, Key, Ui};

use super::{Form, file_field, head, path};
use crate::model::FoundPerson;
use crate::service::Upkeep;
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme;
use crate::ui::views::{Browse, Confirm, Intent};
use crate::ui::widgets::{Btn, field, remark};

pub(super) fn show_person(ui: &mut Ui, form: &mut Form, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-person"), &tr!("settings-person-about"));
    let entry = field(ui, &tr!("settings-person-search"), &mut form.words, &tr!("settings-person-hint"), false);
    let enter = entry.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let ready = form.words.trim().len() > 1 && !form.looking;
    let find = ui.add_enabled(ready, Btn::new(&tr!("settings-person-find"))).clicked();
    if ready && (find || enter) {
        form.forget_people();
        form.looking = true;
        intents.push(Intent::Upkeep(Box::new(Upkeep::FindPeople(form.words.trim().to_owned()))));
    }
    if form.looking {
        remark(ui, tr!("settings-person-looking"));
    }
    let Some(people) = form.people.clone() else { return };
    if people.is_empty() {
        remark(ui, tr!("settings-person-nobody"));
        return;
    }
    remark(ui, tr!("settings-person-pick"));
    egui::ScrollArea::vertical().id_salt("people").max_height(220.0).auto_shrink([false, true]).show(ui, |ui| {
        for (at, person) in people.iter().enumerate() {
            ui.push_id(at, |ui| show_found(ui, at, person, form));
        }
    });
    let who = form.who();
    if who.is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    file_field(
        ui,
        &tr!("settings-person-file"),
        &mut form.person_file,
        (&tr!("settings-person-file-choose"), Browse::Person),
        intents,
    );
    let file = path(&form.person_file);
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(file.is_some(), Btn::new(&tr!("settings-person-export")).icon(Icon::Save)).clicked()
            && let Some(file) = file
        {
            intents.push(Intent::Upkeep(Box::new(Upkeep::ExportPerson { who: who.clone(), file })));
        }
        if ui.add(Btn::new(&tr!("settings-person-erase")).icon(Icon::Delete).danger()).clicked() {
            intents.push(Intent::Confirm(Box::new(confirm_erase(who))));
        }
    });
}

fn show_found(ui: &mut Ui, at: usize, person: &FoundPerson, form: &mut Form) {
    let mut on = form.picked.contains(&at);
    let text = if person.detail.is_empty() {
        tr!("settings-person-of", name = person.label, pair = person.pair)
    } else {
        tr!("settings-person-of-detail", name = person.label, detail = person.detail, pair = person.pair)
    };
    if ui.checkbox(&mut on, text).changed() {
        if on {
            form.picked.insert(at);
        } else {
            form.picked.remove(&at);
        }
    }
    let counts = &person.counts;
    remark(
        ui,
        tr!(
            "settings-person-counts",
            records = counts.records,
            writes = counts.writes,
            matters = counts.matters,
            kept = counts.kept
        ),
    );
}

fn confirm_erase(who: Vec<FoundPerson>) -> Confirm {
    let writes: u64 = who.iter().map(|one| one.counts.writes).sum();
    let matters: u64 = who.iter().map(|one| one.counts.matters).sum();
    let kept: u64 = who.iter().map(|one| one.counts.kept).sum();
    let there = who.iter().any(|one| one.there.a || one.there.b);
    let mut text = tr!("settings-erase-text", writes = writes, matters = matters, kept = kept);
    if there {
        text.push_str("\n\n");
        text.push_str(&tr!("settings-erase-there"));
    }
    let name = who.first().map(|one| one.label.clone()).unwrap_or_default();
    Confirm {
        title: tr!("settings-erase-title", name = name),
        text,
        yes: tr!("settings-erase-yes"),
        danger: true,
        then: Intent::Upkeep(Box::new(Upkeep::ErasePerson(who))),
    }
}

pub(super) fn show_help(ui: &mut Ui, form: &mut Form, intents: &mut Vec<Intent>) {
    head(ui, &tr!("settings-help"), &tr!("settings-help-about"));
    file_field(
        ui,
        &tr!("settings-diagnostics-file"),
        &mut form.diagnostics,
        (&tr!("settings-diagnostics-choose"), Browse::Diagnostics),
        intents,
    );
    let file = path(&form.diagnostics);
    if ui.add_enabled(file.is_some(), Btn::new(&tr!("settings-diagnostics-write")).icon(Icon::Save)).clicked() {
        intents.extend(file.map(|file| Intent::Upkeep(Box::new(Upkeep::Diagnostics(file)))));
    }
    remark(ui, tr!("settings-version", version = env!("CARGO_PKG_VERSION")));
}
