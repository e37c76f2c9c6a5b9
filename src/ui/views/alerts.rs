//! Alerts: what needs the operator, what went wrong and what healed.

use eframe::egui::{self, Ui};

use super::{Intent, Page};
use crate::model::{Alert, AlertKind, Timestamp};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, card, empty, icon, remark, title};
use crate::ui::words;

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
    /// The pair.
    pub(crate) pair: String,
    /// The button that leads to the matter.
    pub(crate) lead: Option<(&'static str, Page)>,
}

impl Row {
    /// The view model of an alert.
    pub(crate) fn of(alert: &Alert, now: Timestamp) -> Self {
        let healed = alert.healed.is_some();
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
        let lead = match alert.kind {
            AlertKind::Conflicts | AlertKind::HeldDeletions => Some(("Review", Page::Review)),
            AlertKind::Mismatches => Some(("Show the differences", Page::Compare)),
            AlertKind::RunFailed | AlertKind::FailedRecords => Some(("Show the runs", Page::History)),
            AlertKind::SignIn => Some(("Open the connection", Page::Setup)),
            AlertKind::Recovered => None,
        };
        let state = match alert.healed {
            Some(at) => format!(", settled {}", words::ago(at, now)),
            None if alert.seen => String::new(),
            None => ", new".to_owned(),
        };
        Self {
            tone,
            sign,
            text: alert.text.clone(),
            remark: format!("{}, {}{state}", alert.pair, words::ago(alert.at, now)),
            pair: alert.pair.clone(),
            lead: lead.filter(|_| !healed),
        }
    }
}

/// Draws the alerts; none while they are being read.
pub(crate) fn show(ui: &mut Ui, alerts: Option<&[Alert]>, now: Timestamp, intents: &mut Vec<Intent>) {
    title(ui, "Alerts");
    ui.add_space(theme::GAP);
    let Some(alerts) = alerts else {
        remark(ui, "Reading the alerts…");
        return;
    };
    if alerts.is_empty() {
        empty(ui, Icon::Alerts, "No alerts", "When something needs you or goes wrong, it is kept here.");
        return;
    }
    let height = 72.0;
    egui::ScrollArea::vertical().auto_shrink(false).show_rows(ui, height, alerts.len(), |ui, rows| {
        for alert in alerts.get(rows).unwrap_or_default() {
            let row = Row::of(alert, now);
            ui.push_id(alert.id, |ui| {
                ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| show_row(ui, &row, intents));
            });
        }
    });
}

fn show_row(ui: &mut Ui, row: &Row, intents: &mut Vec<Intent>) {
    card(ui, |ui| {
        egui::Sides::new().shrink_left().truncate().show(
            ui,
            |ui| {
                let ink = tokens(ui).tone(row.tone).0;
                icon(ui, row.sign, 22.0, ink);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(egui::Label::new(&row.text).truncate()).on_hover_text(&row.text);
                    remark(ui, row.remark.clone());
                });
            },
            |ui| {
                if let Some((text, page)) = row.lead
                    && ui.add(Btn::new(text)).clicked()
                {
                    intents.push(match page {
                        Page::Setup => Intent::EditPair(row.pair.clone()),
                        Page::Home
                        | Page::Preview
                        | Page::Review
                        | Page::Compare
                        | Page::History
                        | Page::Alerts
                        | Page::Settings => Intent::GoPair(page, row.pair.clone()),
                    });
                }
            },
        );
    });
}
