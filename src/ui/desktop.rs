//! Life on the desktop: the icon beside the clock, closing the window and going on, coming to the
//! front, and the operator's preferences.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::{self, ThemePreference, ViewportCommand};

use super::app::{DuosyncApp, Purpose};
use super::tray::{Face, Tray, Wish};
use super::views::Page;
use super::views::alerts::{Lead, matter_of, run_of};
use crate::model::{Alert, LARGEST_TEXT, Prefs, SMALLEST_TEXT, ThemeChoice};
use crate::service::{Command, Event};
use crate::texts::{Language, set_language, tr};

/// Wakes whatever shows Duosync at the moment: the window, or the loop that goes on without one.
pub(super) struct Bell {
    window: Mutex<Option<egui::Context>>,
    ring: SyncSender<()>,
}

impl Bell {
    /// A bell, and where it is heard while there is no window.
    pub(super) fn new() -> (Arc<Self>, Receiver<()>) {
        // One ring that waits says everything: that there is something to hear.
        let (ring, heard) = sync_channel(1);
        (Arc::new(Self { window: Mutex::default(), ring }), heard)
    }

    /// From here on this window is woken, or the loop.
    pub(super) fn is_for(&self, window: Option<egui::Context>) {
        *self.window.lock().unwrap_or_else(PoisonError::into_inner) = window;
        let _waits_already = self.ring.try_send(());
    }

    /// Wakes it. Never blocks.
    pub(super) fn ring(&self) {
        match self.window.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(window) => window.request_repaint(),
            None => {
                let _waits_already = self.ring.try_send(());
            }
        }
    }
}

/// What the desktop has of Duosync, and what it wants.
#[derive(Default)]
pub(super) struct Desk {
    tray: Option<Tray>,
    wishes: Option<Receiver<Wish>>,
    face: Option<Face>,
    /// The preferences in force; none before the service has told them.
    pub(super) prefs: Option<Prefs>,
    /// How many answers about preferences are on their way: until the last has come, what the service
    /// tells is older than what the operator chose.
    pub(super) saving: usize,
    /// The alert whose matter is shown as soon as the matters are known.
    wanted: Option<Alert>,
    /// Whether the window is to come to the front.
    pub(super) up: bool,
    /// Whether the program ends.
    pub(super) quits: bool,
    /// Whether the window is closed and the program goes on.
    pub(super) stays: bool,
    zoom: Option<f32>,
}

impl Desk {
    /// Shows the icon beside the clock, where there is a place for it.
    pub(super) fn with_tray(bell: &Arc<Bell>) -> Self {
        let (tell, wishes) = sync_channel(16);
        let bell = Arc::clone(bell);
        let tray = Tray::start(Arc::new(move |wish| {
            // More clicks than that before the first is heard mean nothing new.
            let _full = tell.try_send(wish);
            bell.ring();
        }));
        Self { tray, wishes: Some(wishes), ..Self::default() }
    }

    /// Whether there is an icon by which Duosync is found again.
    pub(super) fn has_icon(&self) -> bool {
        self.tray.as_ref().is_some_and(Tray::is_shown)
    }
}

impl DuosyncApp {
    /// The desktop's part.
    pub(super) fn set_desk(&mut self, desk: Desk) {
        self.desk = desk;
    }

    /// Whether the window is closed and the program goes on.
    pub(super) const fn desk_stays(&self) -> bool {
        self.desk.stays
    }

    /// Whether the program is to end.
    pub(super) const fn desk_quits(&self) -> bool {
        self.desk.quits || self.ended
    }

    /// Whether the window is to come to the front.
    pub(super) const fn desk_wants_window(&self) -> bool {
        self.desk.up
    }

    /// Whether there is an icon by which Duosync is found again.
    pub(super) fn desk_has_icon(&self) -> bool {
        self.desk.has_icon()
    }

    /// Whether an icon may still come, when the panel starts.
    pub(super) const fn desk_may_have_icon(&self) -> bool {
        self.desk.tray.is_some()
    }

    /// Ends the service, and waits until it has stopped at a safe place.
    pub(super) fn end(mut self, heard: &Receiver<()>, longest: Duration) {
        if self.ended || self.handle.send(Command::Shutdown).is_err() {
            return;
        }
        let until = Instant::now() + longest;
        loop {
            while let Some(event) = self.handle.try_event() {
                if matches!(event, Event::Ended) {
                    return;
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || heard.recv_timeout(left) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Moves into a window that is new.
    pub(super) fn move_into(&mut self, window: &egui::Context) {
        super::theme::install(window);
        self.ctx = window.clone();
        self.desk.zoom = None;
        self.desk.stays = false;
        if let Some(prefs) = self.desk.prefs.clone() {
            self.wear(&prefs);
        }
    }

    /// Takes what the operator picked in the icon's menu, and shows there how everything stands.
    pub(super) fn take_wishes(&mut self) {
        let wishes: Vec<Wish> = self.desk.wishes.iter().flat_map(Receiver::try_iter).collect();
        for wish in wishes {
            match wish {
                Wish::Open => self.desk.up = true,
                Wish::SyncAll => {
                    for pair in self.pair_names() {
                        self.send(Command::Sync { pair, mode: crate::service::SyncMode::Normal }, Purpose::Sync);
                    }
                }
                Wish::PauseAll => {
                    let all = self.snapshot.as_ref().is_some_and(|now| now.pairs.iter().all(|pair| pair.paused));
                    for pair in self.pair_names() {
                        self.send(Command::Pause { pair, paused: !all }, Purpose::Quiet);
                    }
                }
                Wish::Quit => self.desk.quits = true,
            }
        }
        if let (Some(tray), Some(snapshot)) = (&self.desk.tray, &self.snapshot) {
            let face = Face::of(snapshot);
            if self.desk.face.as_ref() != Some(&face) {
                tray.show(&face);
                self.desk.face = Some(face);
            }
        }
    }

    fn pair_names(&self) -> Vec<String> {
        self.snapshot.iter().flat_map(|now| now.pairs.iter().map(|pair| pair.spec.name.clone())).collect()
    }

    /// Comes to the front, ends, and decides what closing means.
    pub(super) fn live(&mut self, ctx: &egui::Context) {
        if std::mem::take(&mut self.desk.up) {
            for command in [ViewportCommand::Visible(true), ViewportCommand::Minimized(false), ViewportCommand::Focus] {
                ctx.send_viewport_cmd(command);
            }
        }
        if ctx.input(|input| input.viewport().close_requested()) {
            if !self.desk.quits && self.keeps_running() {
                self.close_and_stay(ctx);
            } else {
                self.desk.quits = true;
            }
        } else if self.desk.quits {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.follow_zoom(ctx);
    }

    /// Whether closing the window leaves Duosync at work: as the operator chose, else where it is found
    /// again by its icon.
    fn keeps_running(&self) -> bool {
        let chosen = self.desk.prefs.as_ref().and_then(|prefs| prefs.keep_running);
        !self.ended && chosen.unwrap_or_else(|| self.desk.has_icon())
    }

    fn close_and_stay(&mut self, ctx: &egui::Context) {
        if !self.desk.has_icon() {
            // A window that is gone could not be found again.
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            ctx.send_viewport_cmd(ViewportCommand::Minimized(true));
        } else if hides_windows() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            ctx.send_viewport_cmd(ViewportCommand::Visible(false));
        } else {
            self.desk.stays = true;
        }
    }

    /// Takes the preferences that the service tells, unless the operator has just chosen others.
    pub(super) fn take_prefs(&mut self, prefs: &Prefs) {
        if self.desk.saving == 0 && self.desk.prefs.as_ref() != Some(prefs) {
            self.wear(prefs);
        }
    }

    /// Keeps what the operator chose, which takes effect at once.
    pub(super) fn save_prefs(&mut self, prefs: Prefs) {
        self.wear(&prefs);
        self.desk.saving += 1;
        self.send(Command::SavePrefs(prefs), Purpose::Prefs);
    }

    fn wear(&mut self, prefs: &Prefs) {
        self.ctx.set_theme(match prefs.theme {
            ThemeChoice::System => ThemePreference::System,
            ThemeChoice::Light => ThemePreference::Light,
            ThemeChoice::Dark => ThemePreference::Dark,
        });
        self.ctx.set_zoom_factor(f32::from(prefs.text_size) / 100.0);
        let language = prefs.language.as_deref().and_then(Language::of_tag);
        set_language(language.unwrap_or_else(Language::of_system));
        self.desk.prefs = Some(prefs.clone());
        self.ctx.request_repaint();
    }

    /// The keys for larger and smaller text are remembered like the choice on the page Settings.
    fn follow_zoom(&mut self, ctx: &egui::Context) {
        let zoom = ctx.zoom_factor();
        let before = self.desk.zoom.replace(zoom);
        let Some(prefs) = self.desk.prefs.clone() else { return };
        let percent = percent(zoom);
        if before.is_some_and(|before| (before - zoom).abs() > 0.001) && percent != prefs.text_size {
            self.save_prefs(Prefs { text_size: percent, ..prefs });
        }
    }

    /// Shows what an alert is about.
    pub(super) fn open_alert(&mut self, alert: &Alert) {
        let pair = alert.pair.clone();
        match Lead::of(alert.kind) {
            Lead::Review => {
                self.go(Page::Review, Some(pair));
                self.want(alert);
            }
            Lead::Differences => {
                self.go(Page::Compare, Some(pair));
                self.want(alert);
            }
            Lead::Run => {
                let runs = self.snapshot.as_ref().and_then(|now| {
                    now.pairs.iter().find(|state| state.spec.name == pair).map(|state| state.runs.clone())
                });
                let run = run_of(alert, &runs.unwrap_or_default());
                self.go(Page::History, Some(pair));
                if let Some(run) = run {
                    self.act_history(super::views::history::HistoryIntent::Pick(run));
                }
            }
            Lead::Connection => self.act(super::views::Intent::EditPair(pair)),
            Lead::Home => self.go(Page::Home, Some(pair)),
        }
    }

    /// The matters are looked up anew for it: a notification is on the desktop before the window has heard
    /// of what it speaks of, and an older matter of the same kind would be taken for it.
    fn want(&mut self, alert: &Alert) {
        self.desk.wanted = Some(alert.clone());
        self.ask_matters();
    }

    /// Picks the matter of the alert that was opened, once the matters are known as they are now.
    pub(super) fn show_wanted(&mut self) {
        let Some(alert) = &self.desk.wanted else { return };
        if !self.review.is_newest() {
            return;
        }
        let found = self.review.list().and_then(|list| {
            let matter = matter_of(alert, list)?;
            let label = list.row(list.place_of(matter)?).map(|row| list.label(row).to_owned());
            Some((matter, label.unwrap_or_default()))
        });
        let Some((matter, label)) = found else { return };
        self.review.pick(matter);
        self.records.want(matter, label);
        self.desk.wanted = None;
    }

    /// The operator clicked a notification, or started Duosync again: the window comes up.
    pub(super) fn opened(&mut self, alert: Option<&Alert>) {
        self.desk.up = true;
        if let Some(alert) = alert {
            self.open_alert(alert);
        }
    }

    /// Opens a folder in the desktop's own window for it.
    pub(super) fn open_folder(&mut self, folder: &Path) {
        let program = if cfg!(windows) {
            "explorer"
        } else if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        match std::process::Command::new(program).arg(folder).spawn() {
            Ok(mut child) => {
                // It ends by itself, and is not left behind as a dead process.
                let waiting = std::thread::Builder::new().name("folder".to_owned()).spawn(move || child.wait());
                drop(waiting);
            }
            Err(_none) => {
                self.problem = Some(tr!("settings-open-folder-failed", folder = folder.display().to_string()));
            }
        }
    }
}

/// Whether a window can be hidden. Wayland hides none, so there the window goes and another comes later;
/// elsewhere it stays, as the icon may need its event loop, and assistive technology keeps knowing it.
fn hides_windows() -> bool {
    !cfg!(target_os = "linux") || std::env::var_os("WAYLAND_DISPLAY").is_none_or(|name| name.is_empty())
}

/// A zoom as a text size that can be chosen.
fn percent(zoom: f32) -> u16 {
    let near = |size: &u16| ((zoom * 100.0) - f32::from(*size)).abs();
    (SMALLEST_TEXT..=LARGEST_TEXT).min_by(|one, other| near(one).total_cmp(&near(other))).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_is_the_nearest_text_size_within_the_limits() {
        assert_eq!((percent(1.0), percent(1.1), percent(4.0), percent(0.1)), (100, 110, 200, 75));
    }

    #[test]
    fn the_bell_wakes_the_loop_only_while_there_is_no_window() {
        let (bell, heard) = Bell::new();
        bell.ring();
        bell.ring();
        assert!(heard.try_recv().is_ok() && heard.try_recv().is_err(), "one ring says everything");
        let window = egui::Context::default();
        bell.is_for(Some(window.clone()));
        assert!(heard.try_recv().is_ok());
        bell.ring();
        assert!(heard.try_recv().is_err());
        bell.is_for(None);
        assert!(heard.try_recv().is_ok(), "what came in between is heard");
    }
}
