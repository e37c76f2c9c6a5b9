//! Alerts: what needs the operator, what went wrong and what healed.

use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};

use super::{Intent, Page};
use crate::model::{Alert, AlertKind, MatterId, MatterKind, RunId, RunSummary, Timestamp};
use crate::service::{MatterList, MatterRow, PairState};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, card, empty, icon, not_read, remark, subtitle, title};
use crate::ui::words;

/// How many earlier alerts are shown at first, and how many more with each press.
const EARLIER: usize = 40;

/// Where an alert leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// To the question in the review.
    Review,
    /// To the differences of the pair.
    Differences,
    /// To the run in the history.
    Run,
    /// To the settings of the connection.
    Connection,
    /// To the pair on the page Home.
    Home,
}

impl Lead {
    /// Where alerts of a kind lead.
    pub(crate) const fn of(kind: AlertKind) -> Self {
        match kind {
            AlertKind::Conflicts | AlertKind::HeldDeletions => Self::Review,
            AlertKind::Mismatches => Self::Differences,
            AlertKind::RunFailed | AlertKind::FailedRecords => Self::Run,
            AlertKind::SignIn => Self::Connection,
            AlertKind::Recovered => Self::Home,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Review => tr!("alerts-review"),
            Self::Differences => tr!("alerts-differences"),
            Self::Run => tr!("alerts-runs"),
            Self::Connection => tr!("alerts-connection"),
            Self::Home => tr!("alerts-home"),
        }
    }
}

/// The open matter that an alert speaks of: the first of its kind and pair among the newest that were
/// found before it.
pub(crate) fn matter_of(alert: &Alert, list: &MatterList) -> Option<MatterId> {
    let fits = |matter: &&MatterRow| {
        let mismatch = matches!(matter.kind, MatterKind::Mismatch(_));
        list.pair(matter) == alert.pair
            && mismatch == (alert.kind == AlertKind::Mismatches)
            && matter.opened <= alert.at
    };
    let newest = list.rows().filter(fits).map(|matter| matter.opened).max()?;
    list.rows().filter(fits).find(|matter| matter.opened == newest).map(|matter| matter.id)
}

/// The run that an alert speaks of: the newest that had started when it came up.
pub(crate) fn run_of(alert: &Alert, runs: &[RunSummary]) -> Option<RunId> {
    let named = alert.key.strip_prefix("run ").and_then(|number| number.parse().ok()).map(RunId);
    named.or_else(|| runs.iter().filter(|run| run.started <= alert.at).map(|run| run.run).max())
}

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Its colour.
    pub(crate) tone: Tone,
    /// Its icon.
    pub(crate) sign: Icon,
    /// What happened.
    pub(crate) text: String,
    /// When, to which pair, and whether it is over.
    pub(crate) remark: String,
    /// Whether it still asks for something.
    pub(crate) needs_you: bool,
    /// Whether the operator sees it for the first time.
    pub(crate) new: bool,
    /// The button that leads to the matter; none where it is over.
    pub(crate) lead: Option<String>,
    /// What the button is called where there are several.
    pub(crate) button_name: String,
}

impl Row {
    /// The view model of an alert, in the state of everything: of what it counted when it came up, some may
    /// be settled by now.
    pub(crate) fn of(alert: &Alert, pairs: &[PairState], now: Timestamp) -> Self {
        let pair = pairs.iter().find(|pair| pair.spec.name == alert.pair);
        let open = pair.and_then(|pair| open_of(alert.kind, pair));
        let healed = alert.healed.is_some() || open.as_ref().is_some_and(|(count, _)| *count == 0);
        let (tone, sign) = match alert.kind {
            AlertKind::Recovered => (Tone::Good, Icon::Ok),
            AlertKind::Conflicts
            | AlertKind::Mismatches
            | AlertKind::HeldDeletions
            | AlertKind::RunFailed
            | AlertKind::SignIn
            | AlertKind::FailedRecords
                if healed =>
            {
                (Tone::Good, Icon::Ok)
            }
            AlertKind::Conflicts | AlertKind::Mismatches | AlertKind::HeldDeletions => (Tone::Attention, Icon::Wait),
            AlertKind::RunFailed | AlertKind::SignIn | AlertKind::FailedRecords => (Tone::Bad, Icon::Fail),
        };
        let lead = Lead::of(alert.kind).words();
        // What failed can be looked up in the history after it has healed, too.
        let leads = !healed || Lead::of(alert.kind) == Lead::Run;
        let when = words::ago(alert.at, now);
        let remark = match alert.healed {
            Some(at) => {
                tr!("alerts-where-settled", pair = alert.pair, when = when, settled = words::ago(at, now))
            }
            // Healed is written down with the next run or compare.
            None if healed => tr!("alerts-where-over", pair = alert.pair, when = when),
            None if alert.seen => tr!("alerts-where", pair = alert.pair, when = when),
            None => tr!("alerts-where-new", pair = alert.pair, when = when),
        };
        let remark = match open {
            Some((_, words)) if !healed => tr!("alerts-where-open", told = remark, open = words),
            Some(_) | None => remark,
        };
        Self {
            tone,
            sign,
            text: alert.text.clone(),
            remark,
            needs_you: !healed && alert.kind.needs_operator(),
            new: !alert.seen,
            button_name: tr!("alerts-button-of", button = lead, pair = alert.pair, text = alert.text),
            lead: leads.then_some(lead),
        }
    }
}

/// What is known of the alerts.
#[derive(Clone, Debug, Default)]
pub(crate) enum Known {
    /// Nothing yet.
    #[default]
    Reading,
    /// Why they could not be read.
    Failed(String),
    /// All that are kept, newest first.
    All(Arc<Vec<Alert>>),
}

/// How many matters of this kind are open in the pair now, and in words; none for alerts that count nothing.
fn open_of(kind: AlertKind, pair: &PairState) -> Option<(usize, String)> {
    match kind {
        AlertKind::Conflicts | AlertKind::HeldDeletions => Some((pair.conflicts, words::waiting(pair.conflicts, 0))),
        AlertKind::Mismatches => Some((pair.mismatches, words::waiting(0, pair.mismatches))),
        AlertKind::RunFailed | AlertKind::Recovered | AlertKind::SignIn | AlertKind::FailedRecords => None,
    }
}

/// Draws the alerts.
pub(crate) fn show(ui: &mut Ui, known: &Known, pairs: &[PairState], now: Timestamp, intents: &mut Vec<Intent>) {
    title(ui, &tr!("alerts-page"));
    ui.add_space(theme::GAP);
    let alerts = match known {
        Known::Reading => {
            remark(ui, tr!("alerts-reading"));
            return;
        }
        Known::Failed(why) => {
            if not_read(ui, &tr!("alerts-not-read"), why) {
                intents.push(Intent::Go(Page::Alerts));
            }
            return;
        }
        Known::All(alerts) => alerts.as_slice(),
    };
    if alerts.is_empty() {
        empty(ui, Icon::Alerts, &tr!("alerts-none-title"), &tr!("alerts-none"));
        return;
    }
    let rows = || alerts.iter().map(|alert| (alert, Row::of(alert, pairs, now)));
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        subtitle(ui, &tr!("alerts-needs-you"));
        let mut any = false;
        for (alert, row) in rows().filter(|(_, row)| row.needs_you) {
            any = true;
            ui.push_id(alert.id, |ui| show_row(ui, alert, &row, intents));
        }
        if !any {
            remark(ui, tr!("alerts-nothing-needs-you"));
        }
        let earlier: Vec<_> = rows().filter(|(_, row)| !row.needs_you).collect();
        if earlier.is_empty() {
            return;
        }
        ui.add_space(theme::BLOCK);
        subtitle(ui, &tr!("alerts-earlier"));
        let id = egui::Id::unique("earlier alerts");
        let most = ui.data(|data| data.get_temp::<usize>(id)).unwrap_or(EARLIER);
        for (alert, row) in earlier.iter().take(most) {
            ui.push_id(alert.id, |ui| show_row(ui, alert, row, intents));
        }
        if earlier.len() > most && ui.add(Btn::new(&tr!("alerts-older"))).clicked() {
            ui.data_mut(|data| data.insert_temp(id, most + EARLIER));
        }
    });
}

fn show_row(ui: &mut Ui, alert: &Alert, row: &Row, intents: &mut Vec<Intent>) {
    card(ui, |ui| {
        egui::Sides::new().shrink_left().show(
            ui,
            |ui| {
                let ink = tokens(ui).tone(row.tone).0;
                icon(ui, row.sign, 22.0, ink);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let text = RichText::new(&row.text);
                    ui.add(egui::Label::new(if row.new && row.needs_you { text.strong() } else { text }).wrap());
                    remark(ui, row.remark.clone());
                });
            },
            |ui| {
                let Some(lead) = &row.lead else { return };
                if ui.add(Btn::new(lead).named(&row.button_name)).clicked() {
                    intents.push(Intent::OpenAlert(Box::new(alert.clone())));
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::model::{ConflictKind, Matter, MismatchKind, Outcome};
    use crate::ui::testing as given;

    fn alert(kind: AlertKind, key: &str) -> Alert {
        Alert { kind, key: key.to_owned(), at: given::minutes_ago(5), ..given::alerts().remove(0) }
    }

    #[test]
    fn an_alert_leads_to_the_first_of_the_newest_matters_of_its_kind() {
        let at = |number: usize, kind: MatterKind, minutes: i64| Matter {
            opened: Timestamp(1_000_000 - minutes),
            ..given::matter(number, kind)
        };
        let matters = vec![
            at(1, MatterKind::Conflict(ConflictKind::BothChanged), 90),
            at(2, MatterKind::Mismatch(MismatchKind::Different), 20),
            at(3, MatterKind::Conflict(ConflictKind::BothChanged), 20),
            at(4, MatterKind::Conflict(ConflictKind::BothChanged), 20),
            at(5, MatterKind::Conflict(ConflictKind::BothChanged), 1),
        ];
        let list = MatterList::of(1, &matters);
        let came_up = |kind| Alert { at: Timestamp(1_000_000 - 10), ..alert(kind, "run 3") };
        let found = |kind| matter_of(&came_up(kind), &list);
        assert_eq!(found(AlertKind::Conflicts), Some(MatterId(4)));
        assert_eq!(found(AlertKind::Mismatches), Some(MatterId(3)));
        let other = Alert { pair: "other".to_owned(), ..came_up(AlertKind::Conflicts) };
        assert_eq!(matter_of(&other, &list), None);
    }

    #[test]
    fn an_alert_leads_to_the_run_that_it_came_from() {
        let runs = vec![
            given::run(12, Outcome::Done, 1, 0, 0),
            given::run(11, Outcome::Failed, 6, 0, 0),
            given::run(10, Outcome::Done, 20, 0, 0),
        ];
        assert_eq!(run_of(&alert(AlertKind::RunFailed, "failing"), &runs), Some(RunId(11)));
        assert_eq!(run_of(&alert(AlertKind::Recovered, "run 7"), &runs), Some(RunId(7)));
        assert_eq!(run_of(&alert(AlertKind::RunFailed, "failing"), &[]), None);
    }

    #[test]
    fn what_is_over_asks_for_nothing() {
        let open = Row::of(&alert(AlertKind::SignIn, "failing"), &[], given::now());
        assert!(open.needs_you && open.lead.is_some());
        let healed = Alert { healed: Some(given::minutes_ago(1)), ..alert(AlertKind::SignIn, "failing") };
        let row = Row::of(&healed, &[], given::now());
        assert!(!row.needs_you && row.lead.is_none() && row.tone == Tone::Good);
    }

    #[test]
    fn an_alert_says_how_much_of_it_is_open_now() {
        let alert = Alert { pair: given::PAIR.to_owned(), ..alert(AlertKind::Mismatches, "compare 1") };
        let mut pair = given::pair(crate::service::PairStatus::Waiting);
        let row = Row::of(&alert, std::slice::from_ref(&pair), given::now());
        assert!(row.needs_you && row.remark.ends_with("4 differences open now"), "{}", row.remark);
        pair.mismatches = 0;
        let row = Row::of(&alert, &[pair], given::now());
        assert!(!row.needs_you && row.remark.ends_with("settled"), "{}", row.remark);
    }
}
