//! What is done for the workspace itself, none of which reads or writes a list.

use std::path::Path;
use std::sync::Arc;

use super::api::Upkeep;
use super::door::Door;
use super::job::Shared;
use super::{Answer, Problem, Reply, autostart, backup, diagnostics, person};
use crate::texts::tr;

/// What the workspace's care needs to remember while the program runs.
#[derive(Debug, Default)]
pub(crate) struct Care {
    door: Option<Door>,
    starts: Starts,
}

/// Whether Duosync starts with the computer, which is asked once.
#[derive(Clone, Copy, Debug, Default)]
enum Starts {
    #[default]
    NotAsked,
    Known(bool),
    NotKnown,
}

impl Care {
    /// Whether Duosync starts with the computer.
    pub(crate) fn starts_with_computer(&mut self, workspace: &Path) -> Option<bool> {
        if matches!(self.starts, Starts::NotAsked) {
            self.starts = autostart::is_on(workspace).map_or(Starts::NotKnown, Starts::Known);
        }
        match self.starts {
            Starts::Known(on) => Some(on),
            Starts::NotAsked | Starts::NotKnown => None,
        }
    }

    /// Carries one out. `busy` says that a list is being synced or compared.
    pub(crate) async fn take(&mut self, shared: &Shared, workspace: &Path, wanted: Upkeep, busy: bool) -> Answer {
        match wanted {
            Upkeep::StartWithComputer(on) => {
                let done = autostart::set(workspace, on);
                self.starts = Starts::NotAsked;
                done.map_err(|why| Problem::failed(tr!("settings-start-failed", why = why)))?;
                Ok(Reply::Done)
            }
            Upkeep::AnswerDoor => {
                if self.door.is_none() {
                    match Door::open(workspace, &shared.voice) {
                        Ok(door) => self.door = Some(door),
                        // Then a second start says that the workspace is in use, as it does anyway.
                        Err(error) => tracing::warn!(%error, "a second start will not be heard"),
                    }
                }
                Ok(Reply::Done)
            }
            Upkeep::Restore(_) if busy => Err(Problem::failed(tr!("settings-restore-busy"))),
            Upkeep::Restore(copy) => backup::restore(shared, workspace, copy).await,
            Upkeep::MatchAnew(_) if busy => Err(Problem::failed(tr!("settings-match-anew-busy"))),
            Upkeep::MatchAnew(pair) => backup::match_anew(shared, workspace, pair).await,
            Upkeep::ErasePerson(_) if busy => Err(Problem::failed(tr!("settings-erase-busy"))),
            Upkeep::ErasePerson(who) => person::erase(shared, workspace, who).await,
            wanted @ (Upkeep::Copies
            | Upkeep::BackUp(_)
            | Upkeep::Diagnostics(_)
            | Upkeep::FindPeople(_)
            | Upkeep::ExportPerson { .. }) => look(shared, workspace, wanted).await,
        }
    }
}

/// Carries out one that changes nothing in the workspace, beside whatever else goes on.
pub(crate) async fn look(shared: &Shared, workspace: &Path, wanted: Upkeep) -> Answer {
    match wanted {
        Upkeep::Copies => Ok(Reply::Copies(Arc::new(backup::list(workspace)))),
        Upkeep::BackUp(file) => backup::back_up(workspace, file).await,
        Upkeep::Diagnostics(file) => diagnostics::write(shared, workspace, file).await,
        Upkeep::FindPeople(words) => {
            let found = shared.db.with(move |store| store.find_people(&words)).await;
            Ok(Reply::People(Arc::new(found.map_err(|error| Problem::failed(error.to_string()))?)))
        }
        Upkeep::ExportPerson { who, file } => person::export(shared, who, file).await,
        // These change something, and are carried out one after the other.
        Upkeep::StartWithComputer(_)
        | Upkeep::AnswerDoor
        | Upkeep::Restore(_)
        | Upkeep::MatchAnew(_)
        | Upkeep::ErasePerson(_) => Ok(Reply::Done),
    }
}

/// Whether it may take its time beside whatever else goes on.
pub(crate) const fn only_looks(wanted: &Upkeep) -> bool {
    match wanted {
        Upkeep::Copies
        | Upkeep::BackUp(_)
        | Upkeep::Diagnostics(_)
        | Upkeep::FindPeople(_)
        | Upkeep::ExportPerson { .. } => true,
        Upkeep::StartWithComputer(_)
        | Upkeep::AnswerDoor
        | Upkeep::Restore(_)
        | Upkeep::MatchAnew(_)
        | Upkeep::ErasePerson(_) => false,
    }
}

/// Whether something of this kind changes what a snapshot shows.
pub(crate) const fn changes_state(wanted: &Upkeep) -> bool {
    match wanted {
        Upkeep::StartWithComputer(_) | Upkeep::Restore(_) | Upkeep::MatchAnew(_) | Upkeep::ErasePerson(_) => true,
        Upkeep::AnswerDoor
        | Upkeep::Copies
        | Upkeep::BackUp(_)
        | Upkeep::Diagnostics(_)
        | Upkeep::FindPeople(_)
        | Upkeep::ExportPerson { .. } => false,
    }
}
