//! What the page Settings asks for, and what comes of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::app::{DuosyncApp, Purpose};
use super::words;
use crate::model::{Erased, FoundPerson};
use crate::service::{Command, Upkeep, erased_sentences};
use crate::texts::tr;

impl DuosyncApp {
    /// Asks for something that is done for the workspace itself.
    pub(super) fn take_care(&mut self, wanted: Upkeep) {
        let whole = |file: PathBuf| std::path::absolute(&file).unwrap_or(file);
        let (wanted, purpose) = match wanted {
            Upkeep::BackUp(file) => (Upkeep::BackUp(file.map(whole)), Purpose::BackUp),
            Upkeep::Restore(copy) => (Upkeep::Restore(whole(copy)), Purpose::Restore),
            Upkeep::Diagnostics(file) => (Upkeep::Diagnostics(whole(file)), Purpose::Diagnostics),
            Upkeep::ExportPerson { who, file } => {
                (Upkeep::ExportPerson { who, file: whole(file) }, Purpose::ExportPerson)
            }
            Upkeep::FindPeople(words) => (Upkeep::FindPeople(words), Purpose::FindPeople),
            Upkeep::Copies => (Upkeep::Copies, Purpose::Copies),
            wanted @ (Upkeep::StartWithComputer(_)
            | Upkeep::AnswerDoor
            | Upkeep::MatchAnew(_)
            | Upkeep::ErasePerson(_)) => (wanted, Purpose::Quiet),
        };
        self.send(Command::Upkeep(wanted), purpose);
    }

    /// The page Settings is opened: what it shows of the disk is looked up, and its files have a place
    /// that needs no typing.
    pub(super) fn open_settings(&mut self) {
        self.take_care(Upkeep::Copies);
        let home = directories::UserDirs::new().map(|dirs| {
            let documents = dirs.document_dir().filter(|folder| folder.is_dir());
            documents.unwrap_or_else(|| dirs.home_dir()).to_owned()
        });
        let Some(home) = home else { return };
        let day = words::file_day();
        let form = &mut self.settings_form;
        for (place, name) in [
            (&mut form.copy, format!("duosync-{day}.db")),
            (&mut form.diagnostics, format!("duosync-help-{day}.zip")),
            (&mut form.person_file, format!("person-{day}.html")),
        ] {
            if place.is_empty() {
                *place = home.join(name).display().to_string();
            }
        }
    }

    /// Something is in this file.
    pub(super) fn written(&mut self, purpose: &Purpose, file: &Path) {
        let file = file.display().to_string();
        let text = if matches!(purpose, Purpose::Restore) {
            self.settings_form.forget_people();
            tr!("settings-restore-done", file = file)
        } else if matches!(purpose, Purpose::Diagnostics) {
            tr!("settings-diagnostics-done", file = file)
        } else if matches!(purpose, Purpose::ExportPerson) {
            tr!("settings-person-exported", file = file)
        } else {
            tr!("settings-copy-made", file = file)
        };
        self.toast(text, None);
        self.take_care(Upkeep::Copies);
    }

    /// People were found.
    pub(super) fn found(&mut self, people: Arc<Vec<FoundPerson>>) {
        let form = &mut self.settings_form;
        form.looking = false;
        form.picked = if people.len() == 1 { [0].into() } else { BTreeSet::new() };
        form.people = Some(people);
    }

    /// Somebody was erased.
    pub(super) fn erased(&mut self, erased: &Erased) {
        self.settings_form.forget_people();
        self.problem = (!erased.copies_left.is_empty())
            .then(|| tr!("settings-erased-copies-left", files = erased.copies_left.join(", ")));
        self.toast(erased_sentences(erased).join(" "), None);
    }
}
