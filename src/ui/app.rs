//! The window: what it holds, and a frame of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::StartWith;
use super::files::Picker;
use super::icons::Icon;
use super::theme::{self, Tone, tokens};
use super::views::compare::{self, Given};
use super::views::history::{self, History};
use super::views::home::{self, Home};
use super::views::preview::{self, Preview};
use super::views::review::{self, Names, Review, Scope};
use super::views::setup::{self, Setup, Step};
use super::views::{Confirm, Intent, Page, alerts, settings};
use super::widgets::{Btn, banner, subtitle};
use crate::model::{Alert, CompareReport, Matter, MatterId, PerSide, RunId, Side, Timestamp};
use crate::service::{Command, Handle, RequestId, Snapshot, SyncMode};

/// How long a message stays, in seconds.
const TOAST: f64 = 8.0;

/// Why a command was sent: its answer is shown accordingly.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// The state of everything.
    Snapshot,
    /// The open matters.
    Matters,
    /// The runs.
    History,
    /// The writes of a run.
    Writes(RunId),
    /// The alerts.
    Alerts,
    /// The last compare of a pair.
    LastCompare(String),
    /// A run.
    Sync,
    /// The operator's yes to a plan.
    Accept,
    /// A compare; the words say where the report went.
    Compare(Option<String>),
    /// Answers to matters.
    Settle(Vec<MatterId>, String),
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
    /// Both accounts are saved, then the pair.
    SaveForPair(Side),
    /// A password is kept, then what it was needed for is done.
    Password(Option<Box<Intent>>),
    /// The pair is saved, then its preview is made.
    SavePair(String),
    /// The sample is made.
    Sample,
    /// The sample is made, then synced and compared, and its result shown.
    Demo,
    /// Anything whose success is told in these words.
    Told(String),
    /// Anything whose success needs no words.
    Quiet,
}

/// A message that goes away by itself.
#[derive(Clone, Debug)]
pub(super) struct Toast {
    pub(super) text: String,
    pub(super) undo: Option<RunId>,
    /// Whether it only repeats what is kept among the alerts.
    pub(super) alert: bool,
    /// When it goes away, by egui's clock; none before it was drawn first.
    until: Option<f64>,
}

/// A password that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) account: String,
    pub(super) password: String,
    /// What it is needed for.
    pub(super) then: Option<Intent>,
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
    pub(super) matters: Arc<Vec<Matter>>,
    pub(super) matters_asked: bool,
    pub(super) matters_stale: bool,
    pub(super) review: Review,
    pub(super) compare_list: Review,
    pub(super) report: Option<(String, Arc<CompareReport>)>,
    pub(super) compare_form: compare::Form,
    pub(super) history: History,
    pub(super) alerts: Option<Arc<Vec<Alert>>>,
    pub(super) setup: Option<Setup>,
    pub(super) preview: Option<Preview>,
    pub(super) settings_form: settings::Form,
    pub(super) confirm: Option<Confirm>,
    pub(super) asking: Option<Asking>,
    /// The accounts whose password the operator did not want to enter yet.
    pub(super) not_yet: BTreeSet<String>,
    pub(super) toasts: Vec<Toast>,
    /// The run that the key Z takes back.
    pub(super) undo_next: Option<RunId>,
    pub(super) problem: Option<String>,
    pub(super) picker: Picker,
    pub(super) ended: bool,
    title: String,
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
            matters: Arc::default(),
            matters_asked: false,
            matters_stale: false,
            review: Review::new(Scope::All),
            compare_list: Review::new(Scope::Mismatches(String::new())),
            report: None,
            compare_form: compare::Form::default(),
            history: History::default(),
            alerts: None,
            setup: None,
            preview: None,
            settings_form: settings::Form::default(),
            confirm: None,
            asking: None,
            not_yet: BTreeSet::new(),
            toasts: Vec::new(),
            undo_next: None,
            problem: None,
            picker: Picker::default(),
            ended: false,
            title: String::new(),
        };
        app.send(Command::Snapshot, Purpose::Snapshot);
        app.ask_matters();
        app
    }

    /// Begins with a page or with the sample.
    pub fn begin(&mut self, start: StartWith) {
        self.send(Command::StartSchedule, Purpose::Quiet);
        match start {
            StartWith::Home => {}
            StartWith::Sample => self.send(Command::LoadSample, Purpose::Demo),
            StartWith::Review => self.page = Page::Review,
        }
    }

    /// One frame: events first, then the page, then what the operator wants.
    pub fn show(&mut self, ui: &mut Ui) {
        self.listen();
        let now = Timestamp(jiff::Timestamp::now().as_millisecond());
        let mut intents = Vec::new();
        egui::Panel::left("navigation")
            .exact_size(theme::NAV)
            .resizable(false)
            .show_separator_line(false)
            .frame(egui::Frame::new().fill(tokens(ui).nav).inner_margin(egui::Margin::same(12)))
            .show(ui, |ui| self.show_navigation(ui, &mut intents));
        let page = egui::Frame::new().fill(tokens(ui).page).inner_margin(egui::Margin::same(theme::PAGE));
        egui::CentralPanel::no_frame().frame(page).show(ui, |ui| {
            if let Some(problem) = &self.problem
                && banner(ui, Tone::Bad, problem, Some("Dismiss"))
            {
                self.problem = None;
            }
            if self.ended {
                banner(
                    ui,
                    Tone::Bad,
                    "Duosync has stopped working in the background. Close the window and start it again.",
                    None,
                );
            }
            self.show_page(ui, now, &mut intents);
        });
        self.show_toasts(ui, &mut intents);
        self.show_confirm(ui, &mut intents);
        self.show_asking(ui);
        for intent in intents {
            self.act(intent);
        }
        self.name_window(ui);
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

    /// Takes up the assistant where it was left the last time.
    pub(super) fn restore_draft(&mut self, storage: &dyn eframe::Storage) {
        self.setup = storage.get_string("setup").and_then(|text| Setup::of_text(&text));
    }

    pub(super) fn ask_matters(&mut self) {
        if self.matters_asked {
            // One answer is on its way; another is asked for when it has come, so that a burst of
            // changes costs two lists at most.
            self.matters_stale = true;
        } else {
            self.matters_asked = true;
            self.matters_stale = false;
            self.send(Command::Matters(None), Purpose::Matters);
        }
    }

    pub(super) fn toast(&mut self, text: impl Into<String>, undo: Option<RunId>) {
        self.undo_next = undo.or(self.undo_next);
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

    fn show_navigation(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        ui.horizontal(|ui| {
            super::widgets::icon(ui, Icon::Sync, 22.0, tokens(ui).accent);
            ui.label(RichText::new("Duosync").size(theme::SUBTITLE).color(tokens(ui).text));
        });
        ui.add_space(theme::GAP);
        ui.spacing_mut().item_spacing.y = theme::SMALL;
        let alerts = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.unseen_alerts);
        for (page, sign, name, badge) in [
            (Page::Home, Icon::Home, "Home", 0),
            (Page::Review, Icon::Review, "Review", self.matters.len()),
            (Page::Compare, Icon::Compare, "Compare", 0),
            (Page::History, Icon::History, "History", 0),
            (Page::Alerts, Icon::Alerts, "Alerts", alerts),
            (Page::Settings, Icon::Settings, "Settings", 0),
        ] {
            let here = self.page == page || (page == Page::Home && matches!(self.page, Page::Setup | Page::Preview));
            if nav_item(ui, here, sign, name, badge) {
                intents.push(Intent::Go(page));
            }
        }
    }

    fn show_page(&mut self, ui: &mut Ui, now: Timestamp, intents: &mut Vec<Intent>) {
        let Some(snapshot) = self.snapshot.clone() else {
            super::widgets::empty(ui, Icon::Work, "One moment", "Duosync is reading what it remembers.");
            return;
        };
        match self.page {
            Page::Home => {
                let model = Home::of(&snapshot, &self.handle.progress(), now);
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
                super::widgets::title(ui, "Review");
                ui.add_space(theme::SMALL);
                review::show(ui, &mut self.review, &self.names, now, intents);
            }
            Page::Compare => self.show_compare(ui, &snapshot, now, intents),
            Page::History => history::show(ui, &mut self.history, &self.names, now, intents),
            Page::Alerts => {
                alerts::show(ui, self.alerts.as_ref().map(|alerts| alerts.as_slice()), now, intents);
            }
            Page::Settings => settings::show(ui, &snapshot, &mut self.settings_form, intents),
        }
    }

    fn show_compare(&mut self, ui: &mut Ui, snapshot: &Snapshot, now: Timestamp, intents: &mut Vec<Intent>) {
        let pair = self.compare_pair().unwrap_or_default();
        let progress = self.handle.progress();
        let given = Given {
            pairs: &snapshot.pairs,
            pair: &pair,
            report: self.report.as_ref().filter(|(of, _)| *of == pair).map(|(_, report)| report),
            progress: progress.get(&pair),
            names: &self.names,
            now,
        };
        if let Some(picked) = compare::show(ui, &given, &mut self.compare_list, &mut self.compare_form, intents) {
            intents.push(Intent::GoPair(Page::Compare, picked));
        }
    }

    fn show_toasts(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        let time = ui.input(|input| input.time);
        self.toasts.retain(|toast| toast.until.is_none_or(|until| time < until));
        let Some(first) = self.toasts.first().map(|toast| toast.until.unwrap_or(time + TOAST)) else { return };
        let left = (first - time).max(0.05);
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
        let mut gone = None;
        egui::Area::new(egui::Id::unique("toasts"))
            .anchor(egui::Align2::LEFT_BOTTOM, egui::vec2(8.0, -12.0))
            .order(egui::Order::Foreground)
            .show(ui.ctx(), |ui| {
                ui.set_width(theme::NAV - 16.0);
                for (at, toast) in self.toasts.iter_mut().enumerate() {
                    toast.until.get_or_insert(time + TOAST);
                    egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(10)).show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.add(egui::Label::new(RichText::new(&toast.text).size(theme::REMARK)).wrap());
                        if let Some(run) = toast.undo
                            && ui.add(Btn::new("Undo").icon(Icon::Undo)).clicked()
                        {
                            intents.push(Intent::Undo(run));
                            gone = Some(at);
                        }
                    });
                }
            });
        if let Some(at) = gone {
            self.toasts.remove(at);
        }
    }

    fn show_confirm(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        let Some(confirm) = self.confirm.clone() else { return };
        let mut close = false;
        let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(theme::PAGE));
        let modal = egui::Modal::new(egui::Id::unique("confirm")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            subtitle(ui, &confirm.title);
            ui.add(egui::Label::new(&confirm.text).wrap());
            ui.add_space(theme::GAP);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let yes = Btn::new(&confirm.yes);
                if ui.add(if confirm.danger { yes.danger() } else { yes.primary() }).clicked() {
                    intents.push(confirm.then.clone());
                    close = true;
                }
                close |= ui.add(Btn::new("No, go back")).clicked();
            });
        });
        if close || modal.should_close() {
            self.confirm = None;
        }
    }

    fn show_asking(&mut self, ui: &mut Ui) {
        let Some(asking) = &mut self.asking else { return };
        let (mut yes, mut no) = (false, false);
        let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::same(theme::PAGE));
        let modal = egui::Modal::new(egui::Id::unique("password")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            subtitle(ui, &format!("Password for {}", asking.account));
            let why = "Duosync asks for it once after each start and forgets it when it ends.";
            ui.add(egui::Label::new(why).wrap());
            let entry = super::widgets::field(ui, "Password", &mut asking.password, "", true);
            if ui.memory(|memory| memory.focused().is_none()) && !entry.lost_focus() {
                entry.request_focus();
            }
            let entered = entry.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            ui.add_space(theme::GAP);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = !asking.password.is_empty();
                let go = ui.add_enabled(ready, Btn::new("Use this password").primary()).clicked();
                yes = ready && (entered || go);
                no = ui.add(Btn::new("Not now")).clicked();
            });
        });
        no |= modal.should_close();
        if !yes && !no {
            return;
        }
        if let Some(Asking { account, password, then }) = self.asking.take() {
            if yes {
                self.send(Command::Password { account, password }, Purpose::Password(then.map(Box::new)));
            } else {
                self.not_yet.insert(account);
                self.ask_password();
            }
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
        let Some(end) = [&ends.a, &ends.b].into_iter().find(|end| snapshot.asks.contains(&end.account)) else {
            return false;
        };
        self.asking = Some(Asking { account: end.account.clone(), password: String::new(), then: Some(then.clone()) });
        true
    }

    /// The number of alerts goes before the name in the window's title.
    fn name_window(&mut self, ui: &Ui) {
        let unseen = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.unseen_alerts);
        let title = if unseen > 0 { format!("({unseen}) Duosync") } else { "Duosync".to_owned() };
        if title != self.title {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
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

impl eframe::App for DuosyncApp {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let draft = self.setup.as_ref().and_then(Setup::to_text).unwrap_or_default();
        storage.set_string("setup", draft);
        storage.set_string("text_size", self.ctx.zoom_factor().to_string());
        let theme = match self.ctx.options(|options| options.theme_preference) {
            egui::ThemePreference::Light => "light",
            egui::ThemePreference::Dark => "dark",
            egui::ThemePreference::System => "system",
        };
        storage.set_string("theme", theme.to_owned());
    }

    fn persist_egui_memory(&self) -> bool {
        // Scroll places and open menus of the last time are no help, and may not fit what is there.
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        // The service ends when its handle is dropped in any case; asking first lets it stop a run
        // at a safe place.
        let _ended = self.handle.send(Command::Shutdown);
    }
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

/// One entry of the navigation. True when it is clicked.
fn nav_item(ui: &mut Ui, here: bool, sign: Icon, name: &str, badge: usize) -> bool {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 36.0), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, here, name));
    let radius = egui::CornerRadius::same(theme::RADIUS);
    if here {
        ui.painter().rect_filled(rect, radius, tokens.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.button_hover);
    }
    if response.has_focus() {
        let line = egui::Stroke::new(2.0, tokens.text);
        ui.painter().rect_stroke(rect, radius, line, egui::StrokeKind::Inside);
    }
    let middle = rect.center().y;
    let square = egui::Rect::from_center_size(egui::pos2(rect.left() + 20.0, middle), egui::Vec2::splat(17.0));
    sign.paint(ui.painter(), square, if here { tokens.accent } else { tokens.muted });
    let font = egui::FontId::proportional(theme::BODY);
    ui.painter().text(egui::pos2(rect.left() + 40.0, middle), egui::Align2::LEFT_CENTER, name, font, tokens.text);
    if badge > 0 {
        // The number itself is on the page; here it must leave room for the name.
        let text = if badge > 999 { "999+".to_owned() } else { badge.to_string() };
        let font = egui::FontId::proportional(12.5);
        let galley = ui.painter().layout_no_wrap(text, font, tokens.on_accent);
        let size = egui::vec2((galley.size().x + 12.0).max(20.0), 20.0);
        let pill = egui::Rect::from_center_size(egui::pos2(rect.right() - 8.0 - size.x / 2.0, middle), size);
        ui.painter().rect_filled(pill, egui::CornerRadius::same(10), tokens.accent);
        ui.painter().galley(pill.center() - galley.size() / 2.0, galley, tokens.on_accent);
    }
    response.clicked()
}
