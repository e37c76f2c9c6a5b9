//! Home: one card for each pair.

use eframe::egui::{self, Ui};

use super::{Confirm, Intent, Page};
use crate::model::{Outcome, PerSide, RunSummary, Side, Timestamp};
use crate::service::{PairState, PairStatus, Progress, ProgressMap, Snapshot};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::pace::Paces;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{
    self, Btn, account_badge, banner, card, icon, is_stacked, page_head, pill, remark, short_remark, sides,
    strong_label, title,
};
use crate::ui::words;

/// Everything that Home shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Home {
    /// The cards, in the order of the pairs.
    pub(crate) cards: Vec<Card>,
    /// How many pairs are how, where there are several.
    pub(crate) summary: Option<String>,
    /// What the operator should know of the workspace.
    pub(crate) warnings: Vec<String>,
}

/// One pair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    /// The pair's name.
    pub(crate) pair: String,
    /// Whether there are other cards, so that a button has to say whose it is.
    pub(crate) several: bool,
    /// What the two ends are called.
    pub(crate) names: PerSide<String>,
    /// Their initials.
    pub(crate) initials: PerSide<String>,
    /// The kinds of platforms that they are.
    pub(crate) kinds: PerSide<Icon>,
    /// The state's colour.
    pub(crate) tone: Tone,
    /// The state's icon.
    pub(crate) sign: Icon,
    /// The state in words.
    pub(crate) state: String,
    /// Why it fails.
    pub(crate) trouble: Option<String>,
    /// What the last run did.
    pub(crate) last: String,
    /// When the next run is.
    pub(crate) next: String,
    /// What the last compare found.
    pub(crate) compared: Option<String>,
    /// What the button to the open questions and differences says; none where there are none.
    pub(crate) open: Option<String>,
    /// How far it is, while it is at work.
    pub(crate) work: Option<Work>,
    /// Whether a plan waits for a yes.
    pub(crate) preview: bool,
    /// Whether its schedule is paused.
    pub(crate) paused: bool,
    /// The account whose password has to be entered first.
    pub(crate) asks: Option<Asks>,
    /// The last runs, oldest first.
    pub(crate) spark: Vec<Bar>,
    /// What the last runs were, in one sentence.
    pub(crate) spark_words: String,
}

/// What an account of a pair needs before anything can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// This account's password.
    Password(String),
    /// The passphrase of the encrypted file.
    Passphrase,
    /// This account is to be signed in; whether it was before.
    SignIn(String, bool),
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    /// The step in words, with the count and how long it will still take.
    pub(crate) step: String,
    /// The share that is done, when it is known.
    pub(crate) share: Option<f32>,
    /// Whether it is being stopped.
    pub(crate) cancelling: bool,
}

/// One of the last runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// How many records it wrote.
    pub(crate) wrote: u64,
    /// How it ended.
    pub(crate) tone: Tone,
    /// When it was and what it did.
    pub(crate) words: String,
}

impl Home {
    /// The view model of this state.
    pub(crate) fn of(snapshot: &Snapshot, progress: &ProgressMap, paces: &Paces, now: Timestamp) -> Self {
        let cards: Vec<Card> = snapshot
            .pairs
            .iter()
            .map(|pair| {
                let name = &pair.spec.name;
                let left = paces.left(name, progress, now);
                Card::of(pair, snapshot, progress.get(name).map(|progress| (progress, left)), now)
            })
            .collect();
        let summary = (cards.len() > 1).then(|| summary(&cards));
        Self { cards, summary, warnings: snapshot.warnings.clone() }
    }
}

impl Asks {
    fn of(pair: &PairState, snapshot: &Snapshot) -> Option<Self> {
        let ends = [&pair.spec.ends.a.account, &pair.spec.ends.b.account];
        let first = |names: &[String]| ends.into_iter().find(|name| names.contains(name)).cloned();
        if first(&snapshot.locked).is_some() {
            return Some(Self::Passphrase);
        }
        first(&snapshot.asks)
            .map(Self::Password)
            .or_else(|| first(&snapshot.signed_out).map(|account| Self::SignIn(account, !pair.runs.is_empty())))
    }

    fn words(&self) -> String {
        match self {
            Self::Password(account) => tr!("home-next-password", account = account),
            Self::Passphrase => tr!("secrets-waits-passphrase"),
            Self::SignIn(account, _) => tr!("secrets-waits-sign-in", account = account),
        }
    }

    fn button(&self) -> (String, Intent) {
        match self {
            Self::Password(account) => (tr!("home-enter-password"), Intent::EnterPassword(account.clone())),
            Self::Passphrase => (tr!("secrets-enter-passphrase"), Intent::EnterPassphrase),
            Self::SignIn(account, again) => {
                let text = if *again { tr!("secrets-sign-in-again") } else { tr!("secrets-sign-in") };
                (text, Intent::SignIn(account.clone()))
            }
        }
    }
}

impl Card {
    fn of(pair: &PairState, snapshot: &Snapshot, progress: Option<(&Progress, Option<u64>)>, now: Timestamp) -> Self {
        let names = words::end_names(&pair.spec);
        let open = pair.open();
        let working = progress.is_some() || pair.status == PairStatus::Working;
        let (tone, sign, state) = if working { (Tone::Busy, Icon::Work, tr!("home-working")) } else { state_of(pair) };
        let trouble = match &pair.status {
            PairStatus::Failing { why, .. } if !working => Some(why.clone()),
            PairStatus::Failing { .. }
            | PairStatus::New
            | PairStatus::InStep
            | PairStatus::Working
            | PairStatus::Waiting => None,
        };
        let ends = &pair.spec.ends;
        let asks = Asks::of(pair, snapshot);
        let work = working.then(|| {
            progress.map_or_else(
                || Work { step: tr!("home-starting"), share: None, cancelling: false },
                |(progress, left)| work_of(progress, left),
            )
        });
        let spark: Vec<Bar> = pair.runs.iter().rev().map(|run| bar_of(run, &names)).collect();
        Self {
            pair: pair.spec.name.clone(),
            several: snapshot.pairs.len() > 1,
            initials: names.as_ref().map(|name| words::initials(name)),
            kinds: ends.as_ref().map(|end| {
                let account = snapshot.accounts.iter().find(|account| account.name == end.account);
                account.map_or(Icon::Plug, |account| Icon::of_connector(&account.connector))
            }),
            last: last_words(pair, &names, trouble.is_some(), now),
            next: next_words(pair, asks.as_ref(), now),
            compared: compared_words(pair, now),
            spark_words: spark_words(&spark),
            names,
            tone,
            sign,
            state,
            trouble,
            open: (open > 0).then(|| review_words(pair)),
            work,
            preview: pair.preview.is_some(),
            paused: pair.paused,
            asks,
            spark,
        }
    }

    /// The accessible name of a button: its text, and whose it is where another card has the same.
    pub(super) fn named(&self, text: &str) -> String {
        if self.several { tr!("home-button-of", button = text, pair = self.pair) } else { text.to_owned() }
    }
}

/// Draws Home.
pub(crate) fn show(ui: &mut Ui, home: &Home, intents: &mut Vec<Intent>) {
    if home.cards.is_empty() {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| show_empty(ui, &home.warnings, intents));
        return;
    }
    page_head(ui, &tr!("home-title"), |ui| {
        if ui.add(Btn::new(&tr!("home-connect")).icon(Icon::Add)).clicked() {
            intents.push(Intent::NewPair);
        }
    });
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if let Some(summary) = &home.summary {
            remark(ui, summary);
        }
        for warning in &home.warnings {
            banner(ui, Tone::Attention, warning, None);
        }
        for shown in &home.cards {
            ui.push_id(&shown.pair, |ui| card(ui, |ui| show_card(ui, shown, intents)));
            ui.add_space(theme::SMALL);
        }
    });
}

fn show_card(ui: &mut Ui, shown: &Card, intents: &mut Vec<Intent>) {
    let accounts = |ui: &mut Ui| {
        account_badge(ui, &shown.initials.a, shown.kinds.a, Side::A, 38.0);
        icon(ui, Icon::Both, 18.0, tokens(ui).muted);
        account_badge(ui, &shown.initials.b, shown.kinds.b, Side::B, 38.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            strong_label(ui, &tr!("home-names", a = shown.names.a, b = shown.names.b), theme::SUBTITLE);
            short_remark(ui, shown.pair.clone());
        });
    };
    let state = |ui: &mut Ui| pill(ui, shown.tone, shown.sign, &shown.state);
    let stacked = is_stacked(ui);
    if stacked {
        ui.horizontal_top(accounts);
        state(ui);
    } else {
        egui::Sides::new().shrink_left().wrap().show(ui, accounts, state);
    }
    ui.add_space(theme::SMALL);
    if let Some(work) = &shown.work {
        show_work(ui, work, shown, intents);
        return;
    }
    if stacked {
        // In a small window, or with large text, the rest would push what can be done below the edge.
        ui.horizontal_wrapped(|ui| show_buttons(ui, shown, intents));
    }
    if let Some(trouble) = &shown.trouble {
        banner(ui, Tone::Bad, trouble, None);
    }
    sides(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.add(egui::Label::new(&shown.last).wrap());
                let compared = shown.compared.iter().map(String::as_str);
                remark(ui, [shown.next.as_str()].into_iter().chain(compared).collect::<Vec<_>>().join(" "));
            });
        },
        |ui| show_spark(ui, &shown.spark, &shown.spark_words),
    );
    if !stacked {
        ui.add_space(theme::SMALL);
        ui.horizontal_wrapped(|ui| show_buttons(ui, shown, intents));
    }
}

/// A bar for each of the last runs: as high as it wrote much, in the colour of how it ended. One that
/// failed is hollow and stands out without its colour too.
fn show_spark(ui: &mut Ui, runs: &[Bar], words: &str) {
    const BAR: f32 = 5.0;
    const STEP: f32 = BAR + 2.0;
    const HIGH: f32 = 32.0;
    const LOW: f32 = 4.0;
    if runs.len() < 2 {
        return;
    }
    let most = runs.iter().map(|run| run.wrote).max().unwrap_or(0).max(1);
    let wide = f32::from(u16::try_from(runs.len()).unwrap_or(30)) * STEP;
    let (rect, response) = ui.allocate_exact_size(egui::vec2(wide, HIGH), egui::Sense::hover());
    let tokens = tokens(ui);
    let pointer = response.hover_pos();
    let mut under = None;
    for (at, run) in runs.iter().enumerate() {
        let left = rect.left() + f32::from(u16::try_from(at).unwrap_or(0)) * STEP;
        let parts = u16::try_from(run.wrote.saturating_mul(1000) / most).unwrap_or(1000);
        let failed = run.tone == Tone::Bad;
        let high = if failed { HIGH / 2.0 } else { LOW + (HIGH - LOW) * f32::from(parts) / 1000.0 };
        let bottom = egui::pos2(left + BAR, rect.bottom());
        let bar = egui::Rect::from_min_max(egui::pos2(left, rect.bottom() - high), bottom);
        let ink = tokens.tone(run.tone).0;
        if failed {
            ui.painter().rect_stroke(bar, 1.0, egui::Stroke::new(1.5, ink), egui::StrokeKind::Inside);
        } else {
            ui.painter().rect_filled(bar, 1.0, ink);
        }
        if pointer.is_some_and(|pointer| (left..left + STEP).contains(&pointer.x)) {
            under = Some(run);
        }
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, words));
    response.on_hover_ui_at_pointer(|ui| {
        if let Some(run) = under {
            ui.label(&run.words);
        }
        remark(ui, words);
    });
}

fn show_work(ui: &mut Ui, work: &Work, shown: &Card, intents: &mut Vec<Intent>) {
    widgets::progress(ui, work.share, &work.step);
    if work.cancelling {
        remark(ui, tr!("home-stopping"));
        return;
    }
    let text = tr!("home-cancel");
    if ui.add(Btn::new(&text).named(&shown.named(&text)).icon(Icon::Stop)).clicked() {
        intents.push(Intent::Cancel(shown.pair.clone()));
    }
}

/// How much a button of a card asks to be pressed.
#[derive(Clone, Copy)]
enum Weight {
    Next,
    Plain,
    Aside,
}

fn show_buttons(ui: &mut Ui, shown: &Card, intents: &mut Vec<Intent>) {
    let pair = || shown.pair.clone();
    let first = if let Some(asks) = &shown.asks {
        let (text, intent) = asks.button();
        Some((text, Icon::Key, intent))
    } else if shown.preview {
        Some((tr!("home-review-first"), Icon::Review, Intent::GoPair(Page::Preview, pair())))
    } else {
        let review = |text: &String| (text.clone(), Icon::Review, Intent::GoPair(Page::Review, pair()));
        shown.open.as_ref().map(review)
    };
    let other = first.is_some();
    if let Some((text, sign, intent)) = first
        && ui.add(Btn::new(&text).named(&shown.named(&text)).icon(sign).primary()).clicked()
    {
        intents.push(intent);
    }
    let mut button = |ui: &mut Ui, text: String, sign: Icon, weight: Weight, intent: Intent| {
        let name = shown.named(&text);
        let button = Btn::new(&text).named(&name).icon(sign);
        let button = match weight {
            Weight::Next => button.primary(),
            Weight::Plain => button,
            Weight::Aside => button.quiet(),
        };
        if ui.add(button).clicked() {
            intents.push(intent);
        }
    };
    let sync = if other { Weight::Plain } else { Weight::Next };
    button(ui, tr!("home-sync"), Icon::Sync, sync, Intent::Sync(pair()));
    button(ui, tr!("home-compare"), Icon::Compare, Weight::Plain, Intent::Compare(pair()));
    let (text, sign) = if shown.paused { (tr!("home-go-on"), Icon::Play) } else { (tr!("home-pause"), Icon::Pause) };
    button(ui, text, sign, Weight::Plain, Intent::Pause(pair(), !shown.paused));
    button(ui, tr!("home-change"), Icon::Settings, Weight::Aside, Intent::EditPair(pair()));
    let confirm = Confirm {
        title: tr!("home-remove-title", pair = shown.pair),
        text: tr!("home-remove-text", a = shown.names.a, b = shown.names.b),
        yes: tr!("home-remove-yes"),
        danger: true,
        then: Intent::RemovePair(pair()),
    };
    button(ui, tr!("home-remove"), Icon::Delete, Weight::Aside, Intent::Confirm(Box::new(confirm)));
}

fn show_empty(ui: &mut Ui, warnings: &[String], intents: &mut Vec<Intent>) {
    for warning in warnings {
        banner(ui, Tone::Attention, warning, None);
    }
    let window = ui.ctx().content_rect().height();
    ui.add_space(((window - 460.0) / 2.0).clamp(0.0, 130.0));
    ui.vertical_centered(|ui| {
        title(ui, &tr!("home-empty-title"));
        remark(ui, tr!("home-empty-what"));
        remark(ui, tr!("home-empty-how"));
    });
    ui.add_space(theme::BLOCK);
    let choices = [
        (Icon::Link, tr!("home-connect"), tr!("home-connect-what"), Intent::NewPair),
        (Icon::New, tr!("home-sample"), tr!("home-sample-what"), Intent::LoadSample),
    ];
    let room = ui.available_width();
    let stacked = is_stacked(ui);
    let width = if stacked { room.min(420.0) } else { (room - theme::BLOCK).min(680.0) / 2.0 };
    let around = if stacked { (room - width) / 2.0 } else { (room - 2.0 * width - theme::BLOCK) / 2.0 };
    let mut choose = |ui: &mut Ui, at: usize, (sign, name, text, intent): &(Icon, String, String, Intent)| {
        ui.allocate_ui(egui::vec2(width, 0.0), |ui| {
            card(ui, |ui| {
                ui.vertical_centered(|ui| {
                    ui.add_space(theme::GAP);
                    icon(ui, *sign, 36.0, tokens(ui).accent);
                    remark(ui, text);
                    ui.add_space(theme::SMALL);
                    let button = Btn::new(name).wide(210.0);
                    if ui.add(if at == 0 { button.primary() } else { button }).clicked() {
                        intents.push(intent.clone());
                    }
                    ui.add_space(theme::GAP);
                });
            });
        });
    };
    if stacked {
        for (at, choice) in choices.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.add_space(around.max(0.0));
                choose(ui, at, choice);
            });
        }
    } else {
        ui.horizontal_top(|ui| {
            ui.add_space(around.max(0.0));
            for (at, choice) in choices.iter().enumerate() {
                choose(ui, at, choice);
            }
        });
    }
}

fn summary(cards: &[Card]) -> String {
    let count = |tone: Tone| cards.iter().filter(|card| card.tone == tone).count();
    let mut parts = Vec::new();
    for (number, words) in [
        (count(Tone::Bad), tr!("home-count-failing", count = count(Tone::Bad))),
        (count(Tone::Attention), tr!("home-count-waiting", count = count(Tone::Attention))),
        (count(Tone::Busy), tr!("home-count-busy", count = count(Tone::Busy))),
        (count(Tone::Good), tr!("home-count-in-step", count = count(Tone::Good))),
    ] {
        if number > 0 {
            parts.push(words);
        }
    }
    tr!("home-count", count = cards.len(), parts = parts.join(", "))
}

/// The button to what is open, with the number that stands at Review too.
fn review_words(pair: &PairState) -> String {
    match (pair.conflicts, pair.mismatches) {
        (_, 0) => tr!("home-review-questions", count = pair.conflicts),
        (0, _) => tr!("home-review-differences", count = pair.mismatches),
        (_, _) => tr!("home-review-all", count = pair.open()),
    }
}

fn state_of(pair: &PairState) -> (Tone, Icon, String) {
    let open = pair.open();
    match &pair.status {
        PairStatus::New if pair.preview.is_some() => (Tone::Busy, Icon::New, tr!("home-ready")),
        PairStatus::New => (Tone::Busy, Icon::New, tr!("home-new")),
        PairStatus::InStep if open == 0 => (Tone::Good, Icon::Ok, tr!("home-in-step")),
        PairStatus::Working => (Tone::Busy, Icon::Work, tr!("home-working")),
        // What is open counts for more than how the last run ended.
        PairStatus::InStep | PairStatus::Waiting if open > 0 => {
            let what = words::waiting(pair.conflicts, pair.mismatches);
            (Tone::Attention, Icon::Wait, tr!("home-waiting-for", what = what))
        }
        PairStatus::InStep | PairStatus::Waiting => (Tone::Attention, Icon::Wait, tr!("home-waiting")),
        PairStatus::Failing { since, .. } => (Tone::Bad, Icon::Fail, tr!("home-failing", when = words::moment(*since))),
    }
}

fn last_words(pair: &PairState, names: &PerSide<String>, told: bool, now: Timestamp) -> String {
    let Some(run) = pair.runs.first() else { return tr!("home-never") };
    // What it asked and was answered since is no question for the operator any more.
    let run = &RunSummary { conflicts: run.conflicts.min(pair.conflicts as u64), ..run.clone() };
    // Why it failed is in the banner above, and need not be said twice.
    let what =
        if told && run.outcome == Outcome::Failed { tr!("words-run-failed") } else { words::run_sentence(run, names) };
    tr!("home-last", when = words::ago(run.started, now), what = what)
}

fn next_words(pair: &PairState, asks: Option<&Asks>, now: Timestamp) -> String {
    match (pair.paused, asks, pair.next_sync) {
        (true, ..) => tr!("home-next-paused"),
        (false, Some(asks), _) => asks.words(),
        (false, None, _) if pair.runs.is_empty() => tr!("home-next-first"),
        (false, None, Some(at)) => tr!("home-next", when = words::until(at, now)),
        (false, None, None) if pair.spec.schedule.sync_every.is_some() => tr!("home-next-soon"),
        (false, None, None) => tr!("home-next-manual"),
    }
}

fn compared_words(pair: &PairState, now: Timestamp) -> Option<String> {
    let (at, found) = pair.last_compare?;
    let when = words::ago(at, now);
    Some(if found == 0 {
        tr!("home-compared-same", when = when)
    } else {
        tr!("home-compared", when = when, found = words::found(found, pair.open()))
    })
}

fn bar_of(run: &RunSummary, names: &PerSide<String>) -> Bar {
    let wrote = [run.sides.a, run.sides.b].iter().map(|side| side.created + side.updated + side.deleted).sum();
    let tone = match run.outcome {
        Outcome::Done => Tone::Good,
        Outcome::Waiting | Outcome::Partial => Tone::Attention,
        Outcome::Failed => Tone::Bad,
        Outcome::Running | Outcome::Preview | Outcome::Cancelled => Tone::Busy,
    };
    let words = tr!("home-run", when = words::moment(run.started), what = words::run_sentence(run, names));
    Bar { wrote, tone, words }
}

fn spark_words(runs: &[Bar]) -> String {
    let most = runs.iter().map(|run| run.wrote).max().unwrap_or(0);
    let failed = runs.iter().filter(|run| run.tone == Tone::Bad).count();
    tr!("home-runs", count = runs.len(), failed = failed, most = most)
}

fn work_of(progress: &Progress, left: Option<u64>) -> Work {
    let share = progress.total.filter(|total| *total > 0).map(|total| {
        let parts = progress.done.min(total).saturating_mul(1000) / total;
        f32::from(u16::try_from(parts).unwrap_or(1000)) / 1000.0
    });
    let step = words::progress(progress);
    let step = match left {
        Some(left) if !progress.cancelling => tr!("home-step-left", step = step, left = words::left(left)),
        Some(_) | None => step,
    };
    Work { step, share, cancelling: progress.cancelling }
}
