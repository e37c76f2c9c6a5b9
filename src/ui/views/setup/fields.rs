//! The third step: which field is which.

use eframe::egui::{self, Ui};

use super::{MapRow, Setup, SetupIntent, show_known};
use crate::model::{Direction, FieldInfo, Kind, PerSide, Side, Transform};
use crate::ui::icons::Icon;
use crate::ui::theme;
use crate::ui::views::Intent;
use crate::ui::widgets::{Btn, badge, card, chip, choose, icon_button, remark, short_remark, subtitle};
use crate::ui::words;

/// The widths of the board's columns.
struct Widths {
    field: f32,
    kind: f32,
    key: f32,
}

/// Draws the mapping board.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup, intents: &mut Vec<Intent>) {
    if !show_known(ui, &setup.known, intents) {
        return;
    }
    let names = setup.names();
    card(ui, |ui| {
        subtitle(ui, "Which field is which?");
        remark(ui, "Only these fields are kept the same. Everything else of a record stays as it is.");
        ui.add_space(theme::SMALL);
        let fixed = 30.0 * 2.0 + 124.0 + 108.0 + 6.0 * theme::GAP + 14.0;
        let field = ((ui.available_width() - fixed) / 2.0).clamp(110.0, 320.0);
        let widths = Widths { field, kind: 124.0, key: 108.0 };
        show_heads(ui, &names, &widths);
        let mut remove = None;
        for (at, row) in setup.rows.iter_mut().enumerate() {
            ui.push_id(at, |ui| {
                if show_row(ui, row, &setup.fields, &names, at, &widths) {
                    remove = Some(at);
                }
            });
        }
        if let Some(at) = remove {
            setup.rows.remove(at);
        }
        ui.horizontal(|ui| {
            if ui.add(Btn::new("Add a field").icon(Icon::Add)).clicked() {
                setup.add_row();
            }
            if setup.rows.is_empty() && ui.add(Btn::new("Suggest fields").icon(Icon::New)).clicked() {
                intents.push(Intent::Setup(SetupIntent::Suggest));
            }
        });
    });
}

fn show_heads(ui: &mut Ui, names: &PerSide<String>, widths: &Widths) {
    ui.horizontal(|ui| {
        for side in Side::BOTH {
            ui.allocate_ui_with_layout(
                egui::vec2(widths.field, 26.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_width(widths.field);
                    badge(ui, &words::initials(names.get(side)), side, 22.0);
                    short_remark(ui, names.get(side).clone());
                },
            );
            if side == Side::A {
                ui.add_space(30.0 + theme::GAP);
            }
        }
        ui.allocate_ui(egui::vec2(widths.kind, 20.0), |ui| {
            ui.set_width(widths.kind);
            remark(ui, "Kind");
        });
        remark(ui, "Match by");
    });
}

/// Draws a row. True when it is to be removed.
fn show_row(
    ui: &mut Ui,
    row: &mut MapRow,
    fields: &PerSide<Vec<FieldInfo>>,
    names: &PerSide<String>,
    at: usize,
    widths: &Widths,
) -> bool {
    let number = at + 1;
    let mut remove = false;
    ui.separator();
    ui.horizontal_top(|ui| {
        show_side(ui, row, Side::A, fields, names, number, widths);
        let sign = match row.mapping.direction {
            Direction::Both => Icon::Both,
            Direction::AToB => Icon::Right,
            Direction::BToA => Icon::Left,
        };
        let name = format!("Row {number}: {}", words::direction(row.mapping.direction, names));
        if icon_button(ui, sign, &name).clicked() {
            row.mapping.direction = match row.mapping.direction {
                Direction::Both => Direction::AToB,
                Direction::AToB => Direction::BToA,
                Direction::BToA => Direction::Both,
            };
        }
        show_side(ui, row, Side::B, fields, names, number, widths);
        let kinds: Vec<String> = words::KINDS.iter().map(|kind| words::kind(*kind)).collect();
        let now = words::kind(row.mapping.kind);
        if let Some(picked) = choose(ui, &format!("Row {number}: kind"), &now, widths.kind - 8.0, &kinds) {
            row.mapping.kind = words::KINDS.get(picked).copied().unwrap_or(Kind::Text);
        }
        ui.allocate_ui(egui::vec2(widths.key, 30.0), |ui| {
            ui.set_width(widths.key);
            let text = if row.key { "matches by it" } else { "no" };
            let response = chip(ui, row.key, text);
            let name = format!("Row {number}: match by it");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
            if response.clicked() {
                row.key = !row.key;
            }
        });
        remove = icon_button(ui, Icon::Delete, &format!("Remove row {number}")).clicked();
    });
    if let Some(why) = &row.why {
        remark(ui, format!("Suggested: {why}."));
    }
    remove
}

fn show_side(
    ui: &mut Ui,
    row: &mut MapRow,
    side: Side,
    fields: &PerSide<Vec<FieldInfo>>,
    names: &PerSide<String>,
    number: usize,
    widths: &Widths,
) {
    let known = fields.get(side);
    let label_of = |name: &String| {
        known.iter().find(|field| field.name == *name).map_or_else(|| name.clone(), |field| field.label.clone())
    };
    let picked = row.mapping.fields.get(side);
    let now = if picked.is_empty() {
        "Choose…".to_owned()
    } else {
        picked.iter().map(label_of).collect::<Vec<_>>().join(" + ")
    };
    let samples: Vec<&str> = picked
        .iter()
        .filter_map(|name| known.iter().find(|field| field.name == *name))
        .filter_map(|field| field.samples.iter().find(|sample| !sample.is_empty()))
        .map(String::as_str)
        .collect();
    let sample = samples.join(" ");
    let read_only = known.iter().any(|field| field.read_only && picked.contains(&field.name));
    ui.vertical(|ui| {
        ui.set_width(widths.field);
        ui.spacing_mut().item_spacing.y = 2.0;
        let choices: Vec<String> = known.iter().map(|field| field.label.clone()).collect();
        let name = format!("Row {number}: field of {}", names.get(side));
        if let Some(field) = choose(ui, &name, &now, widths.field - 8.0, &choices).and_then(|at| known.get(at)) {
            *row.mapping.fields.get_mut(side) = vec![field.name.clone()];
            if row.mapping.transform == Transform::SplitName {
                row.mapping.transform = Transform::None;
            }
            if let Some(kind) = field.kind.filter(|_| row.mapping.kind == Kind::Text) {
                row.mapping.kind = kind;
            }
            row.why = None;
        }
        if !sample.is_empty() {
            short_remark(ui, format!("“{sample}”"));
        }
        if read_only {
            short_remark(ui, "cannot be changed there");
        }
    });
}
