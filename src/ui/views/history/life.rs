//! A record's whole life.

use std::sync::Arc;

use eframe::egui::{self, Ui};
use egui_extras::{Column, TableBuilder};

use super::draw::{height, show_line, text_format};
use super::model::{Step, step};
use super::{History, HistoryIntent};
use crate::model::{Lives, PerSide, RecordLife, Side};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::rows::{self, Rows};
use crate::ui::theme::{self, tokens};
use crate::ui::views::Intent;
use crate::ui::views::review::Names;
use crate::ui::widgets::{Btn, empty, icon, remark, short_remark, subtitle};
use crate::ui::words;

/// Draws what was found.
pub(super) fn show(ui: &mut Ui, history: &mut History, names: &Names, narrow: bool, intents: &mut Vec<Intent>) {
    let Some(lives) = history.lives.clone() else {
        remark(ui, tr!("history-finding"));
        return;
    };
    if lives.records.is_empty() {
        empty(ui, Icon::Search, &tr!("history-nobody", text = lives.query.text), &tr!("history-nobody-why"));
        return;
    }
    if lives.records.len() > 1 && !narrow {
        let width = (ui.available_width() * 0.34).clamp(210.0, 320.0);
        egui::Panel::left("records")
            .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
            .exact_size(width)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| show_records(ui, history, &lives));
    } else if lives.records.len() > 1 {
        ui.allocate_ui(egui::vec2(ui.available_width(), 2.5 * theme::ROW_TWO), |ui| show_records(ui, history, &lives));
    }
    let Some(life) = lives.records.get(history.life).or_else(|| lives.records.first()) else { return };
    let names = names.get(&life.pair).cloned().unwrap_or_default();
    egui::CentralPanel::no_frame().show(ui, |ui| show_life(ui, life, &names, intents));
}

fn show_records(ui: &mut Ui, history: &mut History, lives: &Arc<Lives>) {
    let count = lives.records.len();
    short_remark(
        ui,
        if lives.more { tr!("history-found-more", count = count) } else { tr!("history-found", count = count) },
    );
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut picked = None;
    let mut list = Rows::default();
    TableBuilder::new(ui)
        .id_salt("records")
        .auto_shrink(false)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::remainder().clip(true))
        .body(|body| {
            body.rows(theme::ROW_TWO, count, |mut row| {
                let at = row.index();
                let Some(life) = lives.records.get(at) else { return };
                row.set_selected(history.life == at);
                let facts = tr!("history-life-facts", pair = life.pair, count = life.events.len());
                row.col(|ui| {
                    let name = || tr!("history-record-name", number = at + 1, label = life.label, facts = facts);
                    let pressed = list.row(ui, (at, count), history.life == at, name);
                    rows::show_focus(ui, &pressed);
                    if pressed.clicked() {
                        picked = Some(at);
                    }
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.add_space(7.0);
                        ui.add(egui::Label::new(&life.label).truncate().selectable(false));
                        short_remark(ui, facts.clone());
                    });
                });
            });
        });
    history.life = picked.unwrap_or(history.life);
}

fn show_life(ui: &mut Ui, life: &RecordLife, names: &PerSide<String>, intents: &mut Vec<Intent>) {
    subtitle(ui, &life.label);
    let ids = |side: Side| life.ids.get(side).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    for side in Side::BOTH {
        let ids = ids(side);
        if !ids.is_empty() {
            short_remark(ui, tr!("history-known-as", side = names.get(side), ids = ids));
        }
    }
    let stands = if life.linked { tr!("history-linked") } else { tr!("history-alone") };
    remark(ui, stands);
    if life.events.is_empty() {
        remark(ui, tr!("history-never-written"));
        return;
    }
    ui.add_space(theme::SMALL);
    let steps: Vec<Step> = life.events.iter().map(|event| step(event, names)).collect();
    ui.spacing_mut().item_spacing.y = 0.0;
    TableBuilder::new(ui)
        .id_salt(("life", &life.label))
        .striped(true)
        .auto_shrink(false)
        .cell_layout(egui::Layout::top_down(egui::Align::Min))
        .column(Column::exact(28.0))
        .column(Column::remainder().clip(true))
        .body(|body| {
            let heights = steps.iter().map(|step| height(step.lines.len() + usize::from(!step.why.is_empty())));
            body.heterogeneous_rows(heights, |mut row| {
                let number = row.index() + 1;
                let Some(step) = steps.get(row.index()) else { return };
                row.col(|ui| {
                    let ink = tokens(ui).tone(step.tone).0;
                    ui.add_space(11.0);
                    ui.horizontal(|ui| {
                        ui.add_space(4.0);
                        icon(ui, step.sign, 16.0, ink);
                    });
                });
                row.col(|ui| show_step(ui, step, number, intents));
            });
        });
}

fn show_step(ui: &mut Ui, step: &Step, number: usize, intents: &mut Vec<Intent>) {
    ui.add_space(5.0);
    egui::Sides::new().height(28.0).shrink_left().truncate().show(
        ui,
        |ui| {
            let tokens = tokens(ui);
            let mut job = egui::text::LayoutJob::default();
            job.append(&format!("{} ", step.title), 0.0, text_format(theme::BODY, tokens.text));
            job.append(&words::moment(step.at), 4.0, text_format(theme::REMARK, tokens.muted));
            ui.add(egui::Label::new(job).truncate());
        },
        |ui| {
            if let Some(run) = step.run {
                let text = tr!("history-go-run", run = run.0.to_string());
                let name = tr!("history-go-run-name", run = run.0.to_string(), number = number);
                if ui.add(Btn::new(&text).named(&name).quiet()).clicked() {
                    intents.push(Intent::History(HistoryIntent::Pick(run)));
                }
            }
        },
    );
    for line in &step.lines {
        show_line(ui, line);
    }
    if !step.why.is_empty() {
        short_remark(ui, step.why.clone()).on_hover_text(&step.why);
    }
}
