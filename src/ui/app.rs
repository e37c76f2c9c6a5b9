//! The window: what it holds, and a frame of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eframe::egui::{self, Ui};

use super::StartWith;
use super::desktop::Desk;
use super::files::Picker;
use super::icons::Icon;
use super::pace::Paces;
use super::theme;
use super::views::compare::{self, Given};
use super::views::history::{self, History};
use super::views::home::{self, Home};
use super::views::preview::{self, Preview};
use super::views::review::{self, Names, Review};
use super::views::setup::{self, Setup, Step};
use super::views::{Confirm, Intent, Page, TakeBack, alerts, settings};
use crate::model::{CompareReport, MatterId, PerSide, RunId, Side, Timestamp};
use crate::service::{Command, Handle, RequestId, Snapshot, SyncMode, rows_name};
use crate::texts::tr;

/// How long a message stays, in seconds.
pub(super) const TOAST: f64 = 8.0;

/// Why a command was sent: its answer is shown accordingly.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// The state of everything.
    Snapshot,
    /// The open matters, as the review looks for them.
    Matters,
    /// The runs.
    History,
    /// The writes of a run.
    Writes,
    /// What an undo of a run, or of its write with this id, would do.
    UndoPlan(RunId, Option<String>),
    /// The alerts.
    Alerts,
    /// The copies in the workspace.
    Copies,
    /// Something in a long list.
    Look,
    /// A run.
    Sync,
    /// The operator's yes to a plan.
    Accept,
    /// A compare; the words say where the report went.
    Compare(Option<String>),
    /// Answers to matters.
    Settle(Vec<MatterId>, crate::model::Resolution, String),
    /// A run is taken back.
    Undo,
    /// An account is tried.
    Try(Side),
    /// Both accounts are saved, then their fields are read.
    SaveForFields(Side),
    /// The fields of both sides and suggested mappings.
    Survey,
    /// What mappings would do.
    Fit,
    /// The account of a side is saved, then signed in in the browser.
    SaveForSignIn(Side),
    /// Both accounts are saved, then the pair.
    SaveForPair(Side),
    /// A password is kept, then what it was needed for is done.
    Password(Option<Box<Intent>>),
    /// The encrypted file is opened.
    Passphrase,
    /// An account is signed in in the browser.
    SignIn(String),
    /// The pair is saved, then its preview is made.
    SavePair(String),
    /// The sample is made.
    Sample,
    /// The sample is made, then synced and compared, and its result shown.
    Demo,
    /// The preferences are kept.
    Prefs,
    /// A copy of the database is put back.
    Restore,
    /// A copy of the database is made.
    BackUp,
    /// The file for whoever helps is written.
    Diagnostics,
    /// Everything about one person is written.
    ExportPerson,
    /// Somebody is looked for.
    FindPeople,
    /// Anything whose success is told in these words.
    Told(String),
    /// Anything whose success needs no words.
    Quiet,
}

/// A message that goes away by itself.
#[derive(Clone, Debug)]
pub(super) struct Toast {
    pub(super) text: String,
    pub(super) undo: Option<TakeBack>,
    /// Whether it only repeats what is kept among the alerts.
    pub(super) alert: bool,
    /// When it goes away, by egui's clock; none before it was drawn first.
    pub(super) until: Option<f64>,
}

/// A password that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) account: String,
    pub(super) password: String,
    /// What it is needed for.
    pub(super) then: Option<Intent>,
}

/// With what the trouble that is shown is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// With a run of this pair that does not fail.
    Run(String),
    /// With the next thing of this kind that is done.
    Done(std::mem::Discriminant<Purpose>),
}

/// The application.
pub struct DuosyncApp {
    pub(super) ctx: egui::Context,
    pub(super) handle: Handle,
    pub(super) snapshot: Option<Arc<Snapshot>>,
    pub(super) names: Names,
    pub(super) pending: BTreeMap<RequestId, Purpose>,
    pub(super) page: Page,
    pub(super) pair: Option<String>,
    pub(super) review: Review,
    pub(super) records: compare::Records,
    pub(super) compares: Option<(String, compare::Compares)>,
    pub(super) frames: super::frames::Frames,
    pub(super) report: Option<(String, Arc<CompareReport>)>,
    pub(super) compare_form: compare::Form,
    pub(super) history: History,
    pub(super) alerts: alerts::Known,
    pub(super) setup: Option<Setup>,
    pub(super) preview: Option<Preview>,
    pub(super) settings_form: settings::Form,
    pub(super) confirm: Option<Confirm>,
    pub(super) asking: Option<Asking>,
    /// The accounts whose password the operator did not want to enter yet.
    pub(super) not_yet: BTreeSet<String>,
    pub(super) secrets: super::secrets::Form,
    pub(super) toasts: Vec<Toast>,
    /// The run that the key Z takes back.
    pub(super) undo_next: Option<TakeBack>,
    pub(super) problem: Option<String>,
    /// What the problem is over with; none where only the operator can tell.
    pub(super) problem_until: Option<Until>,
    pub(super) picker: Picker,
    pub(super) ended: bool,
    pub(super) desk: Desk,
    pub(super) title: String,
    pub(super) paces: Paces,
}

impl DuosyncApp {
    /// The application on this end of the service.
    #[must_use]
    pub fn new(ctx: &egui::Context, handle: Handle) -> Self {
        theme::install(ctx);
        let mut app = Self {
            ctx: ctx.clone(),
            handle,
            snapshot: None,
            names: Names::new(),
            pending: BTreeMap::new(),
            page: Page::Home,
            pair: None,
            review: Review::default(),
            records: compare::Records::default(),
            compares: None,
            frames: super::frames::Frames::from_env(),
            report: None,
            compare_form: compare::Form::default(),
            history: History::default(),
            alerts: alerts::Known::default(),
            setup: None,
            preview: None,
            settings_form: settings::Form::default(),
            confirm: None,
            asking: None,
            not_yet: BTreeSet::new(),
            secrets: super::secrets::Form::default(),
            toasts: Vec::new(),
            undo_next: None,
            problem: None,
            problem_until: None,
            picker: Picker::default(),
            ended: false,
            desk: Desk::default(),
            title: String::new(),
            paces: Paces::default(),
        };
        app.send(Command::Snapshot, Purpose::Snapshot);
        app.look_for_matters();
        app
    }

    /// Begins with a page or with the sample.
    pub fn begin(&mut self, start: StartWith) {
        self.send(Command::StartSchedule, Purpose::Quiet);
        self.send(Command::Upkeep(crate::service::Upkeep::AnswerDoor), Purpose::Quiet);
        match start {
            StartWith::Home => {}
            StartWith::Sample => self.send(Command::LoadSample, Purpose::Demo),
            StartWith::Review => self.page = Page::Review,
        }
    }

    pub(super) fn send(&mut self, command: Command, purpose: Purpose) {
        self.send_for(command, purpose);
    }

    /// Sends a command; its number, unless it could not be sent.
    pub(super) fn send_for(&mut self, command: Command, purpose: Purpose) -> Option<RequestId> {
        match self.handle.send(command) {
            Ok(id) => {
                self.pending.insert(id, purpose);
                Some(id)
            }
            Err(problem) => {
                self.problem = Some(problem.message);
                None
            }
        }
    }

    /// Keeps the assistant as it is, for the next time.
    pub(super) fn keep_draft(&self, storage: &mut dyn eframe::Storage) {
        storage.set_string("setup", self.setup.as_ref().and_then(Setup::to_text).unwrap_or_default());
    }

    /// Takes up the assistant where it was left the last time.
    pub(super) fn restore_draft(&mut self, storage: &dyn eframe::Storage) {
        if self.setup.is_none() {
            self.setup = storage.get_string("setup").and_then(|text| Setup::of_text(&text));
        }
    }

    /// The open matters may have changed: they are looked through again, and so are the records of the
    /// compare that is shown.
    pub(super) fn ask_matters(&mut self) {
        self.review.refresh();
        self.records.refresh();
        self.look_for_matters();
    }

    /// Looks for the open matters, if what is wished for is not there. One answer is waited for at a
    /// time, so that a burst of changes, or of letters, costs two lists at most.
    pub(super) fn look_for_matters(&mut self) {
        if let Some(look) = self.review.wants() {
            self.send(Command::Look(look), Purpose::Matters);
        }
    }

    pub(super) fn toast(&mut self, text: impl Into<String>, undo: Option<RunId>) {
        self.toast_with(text, undo.map(|run| TakeBack::Runs(vec![run])));
    }

    /// Says what was done, and how it is taken back.
    pub(super) fn toast_with(&mut self, text: impl Into<String>, undo: Option<TakeBack>) {
        if undo.is_some() {
            self.undo_next.clone_from(&undo);
        }
        // What the alert said is said again by the run that it belongs to.
        self.toasts.retain(|toast| !toast.alert);
        self.toasts.push(Toast { text: text.into(), undo, until: None, alert: false });
        if self.toasts.len() > 3 {
            self.toasts.remove(0);
        }
    }

    /// Says what an alert says, until something more exact is said.
    pub(super) fn toast_alert(&mut self, text: String) {
        self.toast(text, None);
        if let Some(toast) = self.toasts.last_mut() {
            toast.alert = true;
        }
    }

    pub(super) fn names_of(&self, pair: &str) -> PerSide<String> {
        self.names.get(pair).cloned().unwrap_or_default()
    }

    /// The pair that Compare shows: the one that was picked, else the first.
    pub(super) fn compare_pair(&self) -> Option<String> {
        let snapshot = self.snapshot.as_ref()?;
        let there = |name: &String| snapshot.pairs.iter().any(|pair| pair.spec.name == *name);
        let picked = self.pair.clone().filter(there);
        picked.or_else(|| snapshot.pairs.first().map(|pair| pair.spec.name.clone()))
    }

    pub(super) fn show_page(&mut self, ui: &mut Ui, now: Timestamp, intents: &mut Vec<Intent>) {
        let Some(snapshot) = self.snapshot.clone() else {
            super::widgets::empty(ui, Icon::Work, &tr!("shell-loading"), &tr!("shell-loading-what"));
            return;
        };
        match self.page {
            Page::Home => {
                let model = Home::of(&snapshot, &self.handle.progress(), &self.paces, now);
                home::show(ui, &model, intents);
            }
            Page::Setup => {
                if let Some(setup) = &mut self.setup {
                    let progress = self.handle.progress();
                    setup::show(ui, setup, self.preview.as_mut(), &snapshot, &progress, intents);
                } else {
                    intents.push(Intent::Go(Page::Home));
                }
            }
            Page::Preview => {
                if let Some(preview) = &mut self.preview {
                    preview::show(ui, preview, intents);
                } else {
                    intents.push(Intent::Go(Page::Home));
                }
            }
            Page::Review => {
                super::widgets::title(ui, &tr!("review-title"));
                ui.add_space(theme::SMALL);
                review::show(ui, &mut self.review, &self.names, now, intents);
            }
            Page::Compare => self.show_compare(ui, &snapshot, now, intents),
            Page::History => history::show(ui, &mut self.history, &self.names, now, intents),
            Page::Alerts => {
                alerts::show(ui, &self.alerts, &snapshot.pairs, now, intents);
            }
            Page::Settings => {
                let prefs = self.desk.prefs.clone().unwrap_or_default();
                let given = settings::Given { snapshot: &snapshot, prefs: &prefs, tray: self.desk.has_icon() };
                settings::show(ui, &given, &mut self.settings_form, intents);
            }
        }
    }

    fn show_compare(&mut self, ui: &mut Ui, snapshot: &Snapshot, now: Timestamp, intents: &mut Vec<Intent>) {
        let pair = self.compare_pair().unwrap_or_default();
        let progress = self.handle.progress();
        let given = Given {
            pairs: &snapshot.pairs,
            pair: &pair,
            report: self.report.as_ref().filter(|(of, _)| *of == pair).map(|(_, report)| report),
            compares: self.compares.as_ref().filter(|(of, _)| *of == pair).map(|(_, compares)| compares),
            progress: progress.get(&pair),
            rows: progress.get(&rows_name(&pair)),
            names: &self.names,
            now,
        };
        if let Some(picked) = compare::show(ui, &given, &mut self.records, &mut self.compare_form, intents) {
            intents.push(Intent::GoPair(Page::Compare, picked));
        }
    }

    /// Asks for the next password that a pair needs and nobody has refused to enter.
    pub(super) fn ask_password(&mut self) {
        if self.asking.is_some() || self.page == Page::Setup {
            return;
        }
        let Some(snapshot) = &self.snapshot else { return };
        let ends = snapshot.pairs.iter().flat_map(|pair| [&pair.spec.ends.a.account, &pair.spec.ends.b.account]);
        let next = ends.into_iter().find(|name| snapshot.asks.contains(name) && !self.not_yet.contains(*name));
        if let Some(account) = next {
            self.asking = Some(Asking { account: account.clone(), password: String::new(), then: None });
        }
    }

    /// Asks for the password that a pair needs before this can be done. False where none is needed.
    pub(super) fn ask_first(&mut self, pair: &str, then: &Intent) -> bool {
        let Some(snapshot) = &self.snapshot else { return false };
        let Some(state) = snapshot.pairs.iter().find(|state| state.spec.name == pair) else { return false };
        let ends = &state.spec.ends;
        let waits = |names: &[String]| [&ends.a, &ends.b].into_iter().any(|end| names.contains(&end.account));
        if waits(&snapshot.locked) {
            self.ask_passphrase(Some(then.clone()));
            return true;
        }
        let Some(end) = [&ends.a, &ends.b].into_iter().find(|end| snapshot.asks.contains(&end.account)) else {
            return false;
        };
        self.asking = Some(Asking { account: end.account.clone(), password: String::new(), then: Some(then.clone()) });
        true
    }

    /// Starts a run of a pair.
    pub(super) fn sync(&mut self, pair: String, mode: SyncMode) {
        let purpose = match mode {
            SyncMode::Accept => Purpose::Accept,
            SyncMode::Normal | SyncMode::Preview | SyncMode::Yes => Purpose::Sync,
        };
        self.send(Command::Sync { pair, mode }, purpose);
    }

    /// Goes to a step of the assistant, and reads the fields if they are not known.
    pub(super) fn setup_step(&mut self, step: Step) {
        let Some(setup) = &mut self.setup else { return };
        setup.step = step;
        setup.reached = setup.reached.max(step);
        if step >= Step::Fields {
            let ends = setup.ends_now();
            if setup.described.as_ref() != Some(&ends) {
                self.read_fields(false);
            }
        }
    }
}

/// The look is kept with the window's place too, so that the first frame has it already.
pub(super) fn save_look(ctx: &egui::Context, storage: &mut dyn eframe::Storage) {
    storage.set_string("text_size", ctx.zoom_factor().to_string());
    let theme = match ctx.options(|options| options.theme_preference) {
        egui::ThemePreference::Light => "light",
        egui::ThemePreference::Dark => "dark",
        egui::ThemePreference::System => "system",
    };
    storage.set_string("theme", theme.to_owned());
}

/// Takes the look of the last time.
pub(super) fn restore_look(ctx: &egui::Context, storage: &dyn eframe::Storage) {
    if let Some(zoom) = storage.get_string("text_size").and_then(|text| text.parse::<f32>().ok()) {
        ctx.set_zoom_factor(zoom.clamp(0.5, 3.0));
    }
    match storage.get_string("theme").as_deref() {
        Some("light") => ctx.set_theme(egui::ThemePreference::Light),
        Some("dark") => ctx.set_theme(egui::ThemePreference::Dark),
        Some(_) | None => ctx.set_theme(egui::ThemePreference::System),
    }
}
