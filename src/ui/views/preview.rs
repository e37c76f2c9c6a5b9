//! The preview of a plan: what a sync would do, in sentences and as a table, and what would be written of
//! each record.

mod model;

use eframe::egui::{self, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{Intent, Page};
use crate::model::PerSide;
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, banner, chip, empty, icon, is_stacked, remark, search, short_remark, subtitle, title};
use crate::ui::words;

use model::Row;
pub(crate) use model::{Preview, What};

/// The height of a row.
const ROW: f32 = 30.0;

/// Draws the preview.
pub(crate) fn show(ui: &mut Ui, preview: &mut Preview, intents: &mut Vec<Intent>) {
    if !preview.work() {
        ui.ctx().request_repaint();
    }
    let pair = preview.pair.clone();
    let narrow = is_stacked(ui);
    if narrow {
        title(ui, &tr!("preview-title"));
    }
    ui.horizontal_wrapped(|ui| {
        if !narrow {
            title(ui, &tr!("preview-title"));
        }
        if ui.add(Btn::new(&tr!("preview-start")).icon(Icon::Sync).primary()).clicked() {
            intents.push(Intent::Accept(pair.clone()));
        }
        if ui.add(Btn::new(&tr!("preview-not-now"))).clicked() {
            intents.push(Intent::Go(Page::Home));
        }
    });
    remark(ui, tr!("preview-nothing-yet", a = preview.names.a, b = preview.names.b));
    let mut changed = false;
    let mut kinds = |ui: &mut Ui| {
        let all = tr!("preview-all", count = preview.rows.len());
        if chip(ui, preview.kind.is_none(), &all).clicked() {
            preview.kind = None;
            changed = true;
        }
        for (what, sentence) in &preview.sentences {
            if chip(ui, preview.kind == Some(*what), sentence).clicked() {
                preview.kind = Some(*what);
                changed = true;
            }
        }
    };
    if narrow {
        // On one line that is moved sideways, so that the table keeps its room.
        egui::ScrollArea::horizontal().id_salt("kinds").show(ui, |ui| ui.horizontal(&mut kinds));
    } else {
        ui.horizontal_wrapped(&mut kinds);
    }
    for warning in &preview.warnings {
        banner(ui, Tone::Attention, warning, None);
    }
    ui.horizontal_wrapped(|ui| {
        changed |= search(ui, &tr!("preview-search"), &mut preview.text, 300.0).changed();
        let (made, total) = preview.progress();
        if made < total {
            remark(ui, tr!("preview-making", made = made, total = total));
        } else {
            remark(ui, tr!("preview-shown", count = preview.shown.len()));
        }
    });
    if changed {
        preview.filter();
    }
    if preview.rows.is_empty() {
        empty(ui, Icon::Ok, &tr!("preview-nothing"), &tr!("preview-nothing-text"));
        return;
    }
    walk(ui, preview);
    show_picked(ui, preview);
    show_table(ui, preview, narrow);
}

/// The arrow keys go through the rows.
fn walk(ui: &Ui, preview: &mut Preview) {
    if ui.ctx().egui_wants_keyboard_input() || preview.shown.is_empty() {
        return;
    }
    let (up, down) = ui.input(|input| (input.key_pressed(egui::Key::ArrowUp), input.key_pressed(egui::Key::ArrowDown)));
    let last = preview.shown.len() - 1;
    match (preview.picked, up, down) {
        (None, _, true) => preview.picked = Some(0),
        (Some(at), true, false) => preview.picked = Some(at.saturating_sub(1)),
        (Some(at), false, true) => preview.picked = Some((at + 1).min(last)),
        (None | Some(_), _, _) => {}
    }
}

/// What would be written of the record that is picked.
fn show_picked(ui: &mut Ui, preview: &mut Preview) {
    let Some(row) = preview.picked.and_then(|place| preview.row(place)) else { return };
    let most = (ui.available_height() * 0.45).max(90.0);
    let mut close = false;
    egui::Panel::bottom("what would be written")
        .frame(egui::Frame::new().fill(tokens(ui).card).inner_margin(egui::Margin::same(10)))
        .resizable(false)
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                subtitle(ui, &tr!("preview-of", what = word(row.what, &preview.names), record = preview.label(row)));
                close = ui.add(Btn::new(&tr!("preview-close")).quiet()).clicked();
            });
            remark(ui, words::sentence_case(&preview.reason(row)));
            egui::ScrollArea::vertical().id_salt("values").max_height(most).show(ui, |ui| {
                let none = tr!("preview-not-there");
                egui::Grid::new("values").num_columns(3).spacing(egui::vec2(18.0, 4.0)).show(ui, |ui| {
                    for line in preview.lines(row) {
                        let field = RichText::new(line.field).size(theme::REMARK).color(tokens(ui).muted);
                        ui.add(egui::Label::new(field).extend());
                        ui.label(line.before.as_deref().unwrap_or(&none));
                        ui.label(format!("→ {}", line.after.as_deref().unwrap_or(&none)));
                        ui.end_row();
                    }
                });
            });
        });
    if close {
        preview.picked = None;
    }
}

fn show_table(ui: &mut Ui, preview: &mut Preview, narrow: bool) {
    let width = ui.available_width();
    let mut picked = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut table = TableBuilder::new(ui)
            .id_salt("preview")
            .striped(true)
            .auto_shrink(false)
            // The button with the record's name is what has the keyboard, so the cells do not.
            .sense(egui::Sense::CLICK)
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center));
        // In a narrow page, what happens stands under the record, so that neither is cut off.
        let (columns, high) = if narrow {
            (vec![width * 0.52], theme::ROW_TWO)
        } else {
            (vec![(width * 0.27).clamp(120.0, 250.0), (width * 0.26).clamp(120.0, 260.0)], ROW)
        };
        for column in columns {
            table = table.column(Column::exact(column).clip(true));
        }
        table = table.column(Column::remainder().clip(true));
        if let Some(place) = preview.picked {
            table = table.scroll_to_row(place, None);
        }
        table
            .header(26.0, |mut header| {
                let names = [tr!("preview-what"), tr!("preview-record"), tr!("preview-change")];
                for name in names.into_iter().skip(usize::from(narrow)) {
                    header.col(|ui| {
                        remark(ui, name);
                    });
                }
            })
            .body(|body| {
                body.rows(high, preview.shown.len(), |mut table| {
                    let place = table.index();
                    let Some(row) = preview.row(place) else { return };
                    table.set_selected(preview.picked == Some(place));
                    if !narrow {
                        table.col(|ui| show_what(ui, row.what, &preview.names, theme::BODY));
                    }
                    let label = preview.label(row);
                    let mut record = |ui: &mut Ui| {
                        let button = ui.add(egui::Button::selectable(false, label).truncate().frame(false));
                        let name = tr!("preview-row", number = place + 1, record = label);
                        ui.ctx().accesskit_node_builder(button.id, |node| {
                            node.set_label(name);
                            node.set_selected(preview.picked == Some(place));
                        });
                        if button.clicked() {
                            picked = Some(place);
                        }
                    };
                    table.col(|ui| {
                        if !narrow {
                            record(ui);
                            return;
                        }
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            ui.spacing_mut().interact_size.y = 20.0;
                            ui.add_space(4.0);
                            record(ui);
                            ui.horizontal(|ui| {
                                show_what(ui, row.what, &preview.names, theme::REMARK);
                            });
                        });
                    });
                    table.col(|ui| show_change(ui, preview, row));
                    if table.response().clicked() {
                        picked = Some(place);
                    }
                });
            });
    });
    if picked.is_some() {
        preview.picked = picked;
    }
}

fn show_what(ui: &mut Ui, what: What, names: &PerSide<String>, size: f32) {
    let (sign, tone) = match what {
        What::Create(_) => (Icon::Add, Tone::Good),
        What::Update(_) => (Icon::Edit, Tone::Busy),
        What::Delete(_) => (Icon::Delete, Tone::Bad),
        What::Ask => (Icon::Wait, Tone::Attention),
        What::Match => (Icon::Link, Tone::Good),
        What::Aside => (Icon::Skip, Tone::Plain),
    };
    ui.spacing_mut().item_spacing.x = 6.0;
    let ink = tokens(ui).tone(tone).0;
    icon(ui, sign, 15.0, ink);
    ui.add(egui::Label::new(RichText::new(word(what, names)).size(size)).truncate());
}

/// The first value that changes, and how many more there are.
fn show_change(ui: &mut Ui, preview: &Preview, row: Row) {
    let lines = preview.lines(row);
    let Some(line) = lines.first() else {
        short_remark(ui, preview.reason(row));
        return;
    };
    let text = match (&line.before, &line.after) {
        (Some(before), Some(after)) if row.what == What::Ask => tr!("preview-or", a = before, b = after),
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(text)) | (Some(text), None) => text.clone(),
        (None, None) => String::new(),
    };
    let mut job = egui::text::LayoutJob::default();
    let tokens = tokens(ui);
    let font = egui::FontId::proportional(theme::REMARK);
    job.append(&line.field, 0.0, egui::TextFormat::simple(font.clone(), tokens.muted));
    job.append(&text.replace('\n', " "), 10.0, egui::TextFormat::simple(font.clone(), tokens.text));
    if lines.len() > 1 {
        let more = tr!("preview-more", count = lines.len() - 1);
        job.append(&more, 10.0, egui::TextFormat::simple(font, tokens.muted));
    }
    ui.add(egui::Label::new(job).truncate());
}

/// The words for what happens to one record.
fn word(what: What, names: &PerSide<String>) -> String {
    match what {
        What::Create(side) => tr!("preview-add-to", account = names.get(side)),
        What::Update(side) => tr!("preview-update-in", account = names.get(side)),
        What::Delete(side) => tr!("preview-delete-from", account = names.get(side)),
        What::Ask => tr!("preview-ask"),
        What::Match => tr!("preview-match"),
        What::Aside => tr!("preview-set-aside"),
    }
}
