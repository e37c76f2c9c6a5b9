//! Home: one card for each pair.

use eframe::egui::{self, Ui};

use super::{Confirm, Intent, Page};
use crate::model::{Outcome, PerSide, RunSummary, Side, Timestamp};
use crate::service::{PairState, PairStatus, Progress, ProgressMap, Snapshot};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, badge, banner, card, icon, pill, remark, short_remark, subtitle, title};
use crate::ui::words;

/// Everything that Home shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Home {
    /// The cards, in the order of the pairs.
    pub(crate) cards: Vec<Card>,
    /// What the operator should know of the workspace.
    pub(crate) warnings: Vec<String>,
}

/// One pair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    /// The pair's name.
    pub(crate) pair: String,
    /// What the two ends are called.
    pub(crate) names: PerSide<String>,
    /// Their initials.
    pub(crate) initials: PerSide<String>,
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
    /// How many questions and differences are open.
    pub(crate) open: usize,
    /// How far it is, while it is at work.
    pub(crate) work: Option<Work>,
    /// Whether a plan waits for a yes.
    pub(crate) preview: bool,
    /// Whether its schedule is paused.
    pub(crate) paused: bool,
    /// The account whose password has to be entered first.
    pub(crate) asks: Option<Asks>,
    /// The last runs, oldest first: how much each wrote, and how it ended.
    pub(crate) spark: Vec<(u64, Tone)>,
}

/// How far a run is.
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

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    /// The step in words, with the count.
    pub(crate) step: String,
    /// The share that is done, when it is known.
    pub(crate) share: Option<f32>,
    /// Whether it is being stopped.
    pub(crate) cancelling: bool,
}

impl Home {
    /// The view model of this state.
    pub(crate) fn of(snapshot: &Snapshot, progress: &ProgressMap, now: Timestamp) -> Self {
        let cards =
            snapshot.pairs.iter().map(|pair| Card::of(pair, snapshot, progress.get(&pair.spec.name), now)).collect();
        Self { cards, warnings: snapshot.warnings.clone() }
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
            Self::Password(account) => format!("It waits for the password of {account}."),
            Self::Passphrase => tr!("secrets-waits-passphrase"),
            Self::SignIn(account, _) => tr!("secrets-waits-sign-in", account = account),
        }
    }

    fn button(&self) -> (String, Intent) {
        match self {
            Self::Password(account) => ("Enter the password".to_owned(), Intent::EnterPassword(account.clone())),
            Self::Passphrase => (tr!("secrets-enter-passphrase"), Intent::EnterPassphrase),
            Self::SignIn(account, again) => {
                let text = if *again { tr!("secrets-sign-in-again") } else { tr!("secrets-sign-in") };
                (text, Intent::SignIn(account.clone()))
            }
        }
    }
}

impl Card {
    fn of(pair: &PairState, snapshot: &Snapshot, progress: Option<&Progress>, now: Timestamp) -> Self {
        let names = words::end_names(&pair.spec);
        let open = pair.conflicts + pair.mismatches;
        let working = progress.is_some() || pair.status == PairStatus::Working;
        let (tone, sign, state) =
            if working { (Tone::Busy, Icon::Work, "Working".to_owned()) } else { state_of(pair, open) };
        let trouble = match &pair.status {
            PairStatus::Failing { why, .. } if !working => Some(why.clone()),
            PairStatus::Failing { .. }
            | PairStatus::New
            | PairStatus::InStep
            | PairStatus::Working
            | PairStatus::Waiting => None,
        };
        let last = pair.runs.first().map_or_else(
            || "Not synced yet.".to_owned(),
            |run| {
                // Why it failed is in the banner above, and need not be said twice.
                let told = trouble.is_some() && run.outcome == Outcome::Failed;
                let what = if told { "it failed".to_owned() } else { words::run_sentence(run, &names) };
                format!("Last sync {}: {what}.", words::ago(run.started, now))
            },
        );
        let asks = Asks::of(pair, snapshot);
        let next = match (pair.paused, pair.next_sync) {
            (false, _) if asks.is_some() => asks.as_ref().map(Asks::words).unwrap_or_default(),
            (true, _) => "Paused: it syncs only when you press Sync now.".to_owned(),
            (false, _) if pair.runs.is_empty() => {
                "Its first sync shows you what it would do before it writes.".to_owned()
            }
            (false, Some(at)) => format!("Next sync {}.", words::until(at, now)),
            (false, None) if pair.spec.schedule.sync_every.is_some() => "The next sync follows soon.".to_owned(),
            (false, None) => "Syncs only when you press Sync now.".to_owned(),
        };
        let work = working.then(|| {
            progress.map_or_else(|| Work { step: "Starting".to_owned(), share: None, cancelling: false }, work_of)
        });
        Self {
            pair: pair.spec.name.clone(),
            initials: names.as_ref().map(|name| words::initials(name)),
            names,
            tone,
            sign,
            state,
            trouble,
            last,
            next,
            open,
            work,
            preview: pair.preview.is_some(),
            paused: pair.paused,
            asks,
            spark: pair.runs.iter().rev().map(spark_of).collect(),
        }
    }
}

/// Draws Home.
pub(crate) fn show(ui: &mut Ui, home: &Home, intents: &mut Vec<Intent>) {
    if home.cards.is_empty() {
        show_empty(ui, intents);
        return;
    }
    egui::Sides::new().show(
        ui,
        |ui| title(ui, "Home"),
        |ui| {
            if ui.add(Btn::new("Connect two accounts").icon(Icon::Add)).clicked() {
                intents.push(Intent::NewPair);
            }
        },
    );
    ui.add_space(theme::GAP);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
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
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            badge(ui, &shown.initials.a, Side::A, 38.0);
            icon(ui, Icon::Both, 18.0, tokens(ui).muted);
            badge(ui, &shown.initials.b, Side::B, 38.0);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                subtitle(ui, &format!("{} and {}", shown.names.a, shown.names.b));
                short_remark(ui, shown.pair.clone());
            });
        },
        |ui| pill(ui, shown.tone, shown.sign, &shown.state),
    );
    ui.add_space(theme::SMALL);
    if let Some(work) = &shown.work {
        show_work(ui, work, shown, intents);
        return;
    }
    if let Some(trouble) = &shown.trouble {
        banner(ui, Tone::Bad, trouble, None);
    }
    egui::Sides::new().shrink_left().wrap().show(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.add(egui::Label::new(&shown.last).wrap());
                remark(ui, shown.next.clone());
            });
        },
        |ui| show_spark(ui, &shown.spark),
    );
    ui.add_space(theme::SMALL);
    ui.horizontal_wrapped(|ui| show_buttons(ui, shown, intents));
}

/// A bar for each of the last runs: as high as it wrote much, in the colour of how it ended.
fn show_spark(ui: &mut Ui, runs: &[(u64, Tone)]) {
    const BAR: f32 = 5.0;
    const HIGH: f32 = 30.0;
    if runs.len() < 2 {
        return;
    }
    let most = runs.iter().map(|(wrote, _)| *wrote).max().unwrap_or(0).max(1);
    let wide = f32::from(u16::try_from(runs.len()).unwrap_or(30)) * (BAR + 2.0);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(wide, HIGH), egui::Sense::hover());
    let mut left = rect.left();
    for (wrote, tone) in runs {
        let parts = u16::try_from((*wrote).saturating_mul(1000) / most).unwrap_or(1000);
        let high = 4.0 + (HIGH - 4.0) * f32::from(parts) / 1000.0;
        let bar =
            egui::Rect::from_min_max(egui::pos2(left, rect.bottom() - high), egui::pos2(left + BAR, rect.bottom()));
        ui.painter().rect_filled(bar, 1.0, tokens(ui).tone(*tone).0);
        left += BAR + 2.0;
    }
    let failed = runs.iter().filter(|(_, tone)| *tone == Tone::Bad).count();
    let text = format!(
        "The last {}: {} failed, at most {} written at once",
        words::count(words::number(runs.len()), "run", "runs"),
        words::grouped(words::number(failed)),
        words::count(most, "record", "records")
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &text));
    response.on_hover_text(text);
}

fn spark_of(run: &RunSummary) -> (u64, Tone) {
    let wrote = [run.sides.a, run.sides.b].iter().map(|side| side.created + side.updated + side.deleted).sum();
    let tone = match run.outcome {
        Outcome::Done => Tone::Good,
        Outcome::Waiting | Outcome::Partial => Tone::Attention,
        Outcome::Failed => Tone::Bad,
        Outcome::Running | Outcome::Preview | Outcome::Cancelled => Tone::Busy,
    };
    (wrote, tone)
}

fn show_work(ui: &mut Ui, work: &Work, shown: &Card, intents: &mut Vec<Intent>) {
    ui.label(&work.step);
    egui::Sides::new().shrink_left().show(
        ui,
        |ui| {
            if let Some(share) = work.share {
                let bar = egui::ProgressBar::new(share).fill(tokens(ui).accent).desired_height(10.0);
                ui.add(bar.desired_width(ui.available_width()));
            }
        },
        |ui| {
            if work.cancelling {
                remark(ui, "Stopping safely…");
            } else if ui.add(Btn::new("Cancel").icon(Icon::Stop)).clicked() {
                intents.push(Intent::Cancel(shown.pair.clone()));
            }
        },
    );
}

fn show_buttons(ui: &mut Ui, shown: &Card, intents: &mut Vec<Intent>) {
    let pair = || shown.pair.clone();
    if let Some(asks) = &shown.asks {
        let (text, intent) = asks.button();
        if ui.add(Btn::new(&text).icon(Icon::Right).primary()).clicked() {
            intents.push(intent);
        }
    } else if shown.preview {
        if ui.add(Btn::new("Review first sync").icon(Icon::Review).primary()).clicked() {
            intents.push(Intent::GoPair(Page::Preview, pair()));
        }
    } else if shown.open > 0 {
        let text = format!("Review {}", words::count(words::number(shown.open), "question", "questions"));
        if ui.add(Btn::new(&text).icon(Icon::Review).primary()).clicked() {
            intents.push(Intent::GoPair(Page::Review, pair()));
        }
    }
    let sync = Btn::new("Sync now").icon(Icon::Sync);
    let sync = if shown.preview || shown.open > 0 || shown.asks.is_some() { sync } else { sync.primary() };
    if ui.add(sync).clicked() {
        intents.push(Intent::Sync(pair()));
    }
    if ui.add(Btn::new("Compare now").icon(Icon::Compare)).clicked() {
        intents.push(Intent::Compare(pair()));
    }
    let (text, sign) = if shown.paused { ("Go on", Icon::Play) } else { ("Pause", Icon::Pause) };
    if ui.add(Btn::new(text).icon(sign)).clicked() {
        intents.push(Intent::Pause(pair(), !shown.paused));
    }
    if ui.add(Btn::new("Change").icon(Icon::Settings).quiet()).clicked() {
        intents.push(Intent::EditPair(pair()));
    }
    if ui.add(Btn::new("Remove").icon(Icon::Delete).quiet()).clicked() {
        intents.push(Intent::Confirm(Box::new(Confirm {
            title: format!("Remove {}?", shown.pair),
            text: format!(
                "Duosync forgets this connection and its history. Nothing in {} or {} is touched.",
                shown.names.a, shown.names.b
            ),
            yes: "Remove the connection".to_owned(),
            danger: true,
            then: Intent::RemovePair(pair()),
        })));
    }
}

fn show_empty(ui: &mut Ui, intents: &mut Vec<Intent>) {
    ui.add_space((ui.available_height() * 0.14).max(theme::BLOCK));
    ui.vertical_centered(|ui| {
        title(ui, "Keep two lists in step");
        remark(ui, "Duosync carries changes between two accounts, in both directions, on this computer.");
        remark(ui, "It shows you first what it would do, and asks about what it cannot decide.");
    });
    ui.add_space(theme::BLOCK);
    let width = (ui.available_width() - theme::BLOCK).min(680.0) / 2.0;
    ui.horizontal_top(|ui| {
        ui.add_space((ui.available_width() - 2.0 * width - theme::BLOCK).max(0.0) / 2.0);
        let connect = (Icon::Link, "Connect two accounts", "Your own lists: a file and an address book, for example.");
        let sample = (Icon::New, "Try the sample", "Two made-up lists, to see how it works. Nothing of yours is used.");
        for (at, (sign, name, text)) in [connect, sample].into_iter().enumerate() {
            ui.allocate_ui(egui::vec2(width, 0.0), |ui| {
                card(ui, |ui| {
                    ui.vertical_centered(|ui| {
                        ui.add_space(theme::GAP);
                        icon(ui, sign, 36.0, tokens(ui).accent);
                        remark(ui, text);
                        ui.add_space(theme::SMALL);
                        let button = Btn::new(name).wide(210.0);
                        if ui.add(if at == 0 { button.primary() } else { button }).clicked() {
                            intents.push(if at == 0 { Intent::NewPair } else { Intent::LoadSample });
                        }
                        ui.add_space(theme::GAP);
                    });
                });
            });
        }
    });
}

fn state_of(pair: &PairState, open: usize) -> (Tone, Icon, String) {
    match &pair.status {
        PairStatus::New if pair.preview.is_some() => (Tone::Busy, Icon::New, "Ready for its first sync".to_owned()),
        PairStatus::New => (Tone::Busy, Icon::New, "New".to_owned()),
        PairStatus::InStep => (Tone::Good, Icon::Ok, "In step".to_owned()),
        PairStatus::Working => (Tone::Busy, Icon::Work, "Working".to_owned()),
        PairStatus::Waiting if open > 0 => {
            let open = words::count(words::number(open), "question", "questions");
            (Tone::Attention, Icon::Wait, format!("Waiting for you: {open}"))
        }
        PairStatus::Waiting => (Tone::Attention, Icon::Wait, "Waiting for you".to_owned()),
        PairStatus::Failing { since, .. } => {
            (Tone::Bad, Icon::Fail, format!("Failing since {}", words::moment(*since)))
        }
    }
}

fn work_of(progress: &Progress) -> Work {
    let share = progress.total.filter(|total| *total > 0).map(|total| {
        let parts = progress.done.min(total).saturating_mul(1000) / total;
        f32::from(u16::try_from(parts).unwrap_or(1000)) / 1000.0
    });
    Work { step: words::progress(progress), share, cancelling: progress.cancelling }
}
