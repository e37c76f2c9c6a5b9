//! The third step: which field is which, on a board of two columns.

use eframe::egui::{self, Response, RichText, Ui};

use super::board::{Board, Field, Line, board};
use super::{Setup, SetupIntent, editor, show_known};
use crate::model::{Direction, PerSide, Side};
use crate::service::ProgressMap;
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::views::Intent;
use crate::ui::widgets::{Btn, badge, banner, card, icon_button, remark, search, short_remark, subtitle};
use crate::ui::words;

/// The height of a field on the board.
const SLOT: f32 = 46.0;
/// The width of what is at the end of a row.
const ACTIONS: f32 = 312.0;
/// The widths of the first two columns in it.
const KEY: f32 = 110.0;
const DETAILS: f32 = 150.0;
/// Below this width, what is at the end of a row goes under it.
const NARROW: f32 = 700.0;

/// A field that is dragged.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dragged {
    side: Side,
    field: String,
}

/// What is done on the board, once it is drawn.
enum Done {
    Pick(Side, String),
    Pair(String, String),
    Replace(u64, Side, String),
    Turn(u64),
    Key(u64),
    Open(u64),
    Remove(u64),
}

/// Draws the mapping board.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup, progress: &ProgressMap, intents: &mut Vec<Intent>) {
    if !show_known(ui, setup, progress, intents) {
        return;
    }
    let names = setup.names();
    let board = board(setup);
    let mut done = None;
    card(ui, |ui| {
        subtitle(ui, &tr!("setup-which-field"));
        remark(ui, tr!("setup-only-these"));
        if let Some(why) = setup.not_fitted.clone() {
            banner(ui, Tone::Attention, &why, None);
            if ui.add(Btn::new(&tr!("setup-again"))).clicked() {
                setup.not_fitted = None;
            }
        }
        for lacking in &board.lacking {
            banner(ui, Tone::Attention, lacking, None);
        }
        ui.add_space(theme::SMALL);
        let narrow = ui.available_width() < NARROW;
        let fixed = 30.0 + 2.0 * theme::GAP + 6.0 + if narrow { 0.0 } else { ACTIONS + theme::GAP };
        let width = ((ui.available_width() - fixed) / 2.0).max(100.0);
        show_heads(ui, setup, &names, width);
        for line in &board.lines {
            ui.push_id(line.number, |ui| {
                show_line(ui, line, &names, width, narrow, setup.open == Some(line.number), &mut done);
                if setup.open == Some(line.number) {
                    let place = line.place;
                    let (filters, fields) = (setup.filters(), &setup.fields);
                    if let Some(row) = setup.rows.iter_mut().find(|row| row.number == line.number) {
                        let shown = editor::Shown { fields, names: &names, place, warnings: &line.warnings };
                        editor::show(ui, row, &shown, &filters);
                    }
                }
            });
        }
        if board.lines.is_empty() {
            remark(ui, tr!("setup-no-rows"));
        }
    });
    ui.add_space(theme::SMALL);
    card(ui, |ui| show_loose(ui, setup, &board, &names, &mut done, intents));
    if let Some(done) = done {
        act(setup, done);
    }
}

fn act(setup: &mut Setup, done: Done) {
    match done {
        Done::Pick(side, field) => setup.pick(side, &field),
        Done::Pair(a, b) => {
            setup.pair_fields(&a, &b);
        }
        Done::Replace(number, side, field) => setup.replace(number, side, &field),
        Done::Open(number) => setup.open = if setup.open == Some(number) { None } else { Some(number) },
        Done::Remove(number) => setup.rows.retain(|row| row.number != number),
        Done::Turn(number) => {
            if let Some(row) = setup.rows.iter_mut().find(|row| row.number == number) {
                row.mapping.direction = match row.mapping.direction {
                    Direction::Both => Direction::AToB,
                    Direction::AToB => Direction::BToA,
                    Direction::BToA => Direction::Both,
                };
                super::model::tidy(&mut row.mapping);
            }
        }
        Done::Key(number) => {
            if let Some(row) = setup.rows.iter_mut().find(|row| row.number == number) {
                row.key = !row.key;
            }
        }
    }
}

fn show_heads(ui: &mut Ui, setup: &Setup, names: &PerSide<String>, width: f32) {
    ui.horizontal(|ui| {
        for side in Side::BOTH {
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(egui::vec2(width, 26.0), layout, |ui| {
                ui.set_width(width);
                badge(ui, &words::initials(names.get(side)), side, 22.0);
                let total = *setup.totals.get(side);
                short_remark(ui, tr!("setup-head", account = names.get(side), count = total));
            });
            if side == Side::A {
                ui.add_space(30.0 + theme::GAP);
            }
        }
    });
}

fn show_line(
    ui: &mut Ui,
    line: &Line,
    names: &PerSide<String>,
    width: f32,
    narrow: bool,
    open: bool,
    done: &mut Option<Done>,
) {
    ui.horizontal(|ui| {
        show_slot(ui, line, Side::A, names, width, done);
        let sign = match line.direction {
            Direction::Both => Icon::Both,
            Direction::AToB => Icon::Right,
            Direction::BToA => Icon::Left,
        };
        let name = tr!("setup-row-direction", row = line.place, way = words::direction(line.direction, names));
        if icon_button(ui, sign, &name).clicked() {
            *done = Some(Done::Turn(line.number));
        }
        show_slot(ui, line, Side::B, names, width, done);
        if !narrow {
            show_actions(ui, line, open, done);
        }
    });
    if narrow {
        ui.horizontal_wrapped(|ui| show_actions(ui, line, open, done));
    }
    if let Some(why) = &line.why {
        remark(ui, tr!("setup-suggested", why = why));
    }
}

fn show_actions(ui: &mut Ui, line: &Line, open: bool, done: &mut Option<Done>) {
    ui.spacing_mut().item_spacing.x = theme::SMALL;
    let key = column(ui, KEY, |ui| key_chip(ui, line.key));
    let name = tr!("setup-row-key", row = line.place);
    named(ui, &key, &name);
    if key.on_hover_text(tr!("setup-row-key-hint")).clicked() {
        *done = Some(Done::Key(line.number));
    }
    let text = if line.warned > 0 {
        tr!("setup-warned", count = line.warned)
    } else if open {
        tr!("setup-less")
    } else {
        tr!("setup-details")
    };
    let button = Btn::new(&text);
    let button = if line.warned > 0 { button.icon(Icon::Wait) } else { button };
    let details = column(ui, DETAILS, |ui| ui.add(button.quiet()));
    named(ui, &details, &tr!("setup-row-details", row = line.place, text = text));
    if details.clicked() {
        *done = Some(Done::Open(line.number));
    }
    if icon_button(ui, Icon::Delete, &tr!("setup-row-remove", row = line.place)).clicked() {
        *done = Some(Done::Remove(line.number));
    }
}

/// Draws something in a column of this width, so that what follows is under that of the row above.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    let size = egui::vec2(width, ui.spacing().interact_size.y);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let drawn = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(width);
        add(ui)
    });
    drawn.inner
}

fn key_chip(ui: &mut Ui, on: bool) -> Response {
    let text = if on { tr!("setup-key-on") } else { tr!("setup-key-off") };
    crate::ui::widgets::chip(ui, on, &text)
}

/// Gives a control the name that tells it from those of other rows.
pub(super) fn named(ui: &Ui, response: &Response, name: &str) {
    let name = name.to_owned();
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
}

fn show_slot(ui: &mut Ui, line: &Line, side: Side, names: &PerSide<String>, width: f32, done: &mut Option<Done>) {
    let end = line.ends.get(side);
    let none = tr!("setup-choose");
    let label = if end.label.is_empty() { &none } else { &end.label };
    let name = tr!("setup-slot", row = line.place, account = names.get(side), field = label);
    let response = slot(ui, label, &end.sample, width, false, &name, egui::Sense::click());
    if let Some(dragged) = response.dnd_release_payload::<Dragged>()
        && dragged.side == side
    {
        *done = Some(Done::Replace(line.number, side, dragged.field.clone()));
    } else if response.clicked() {
        *done = Some(Done::Open(line.number));
    }
}

/// A field with something that it holds.
fn slot(ui: &mut Ui, label: &str, sample: &str, width: f32, picked: bool, name: &str, sense: egui::Sense) -> Response {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(width, SLOT), sense);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, picked, name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let tokens = tokens(ui);
    let target = response.dnd_hover_payload::<Dragged>().is_some();
    let over = response.hovered() || response.has_focus() || target;
    let fill = if picked || target { tokens.selected } else { tokens.field };
    let edge = if response.has_focus() || target { 2.0 } else { 1.0 };
    let line = egui::Stroke::new(edge, if picked || over { tokens.accent } else { tokens.line });
    ui.painter().rect(rect, egui::CornerRadius::same(theme::RADIUS), fill, line, egui::StrokeKind::Inside);
    let room = width - 20.0;
    let text = |text: &str, size: f32, colour| {
        let mut job =
            egui::text::LayoutJob::simple(text.replace('\n', " "), egui::FontId::proportional(size), colour, room);
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        ui.painter().layout_job(job)
    };
    let first = text(label, theme::BODY, tokens.text);
    let second = text(sample, theme::REMARK, tokens.muted);
    let top = rect.top() + (SLOT - first.size().y - if sample.is_empty() { 0.0 } else { second.size().y }) / 2.0;
    let middle = first.size().y;
    ui.painter().galley(egui::pos2(rect.left() + 10.0, top), first, tokens.text);
    if !sample.is_empty() {
        ui.painter().galley(egui::pos2(rect.left() + 10.0, top + middle), second, tokens.muted);
    }
    let whole = if sample.is_empty() { label.to_owned() } else { format!("{label}\n{sample}") };
    response.on_hover_text(whole)
}

fn show_loose(
    ui: &mut Ui,
    setup: &mut Setup,
    board: &Board,
    names: &PerSide<String>,
    done: &mut Option<Done>,
    intents: &mut Vec<Intent>,
) {
    subtitle(ui, &tr!("setup-loose"));
    let hint = match &setup.picked {
        Some((side, field)) => {
            let label = setup.fields.get(*side).iter().find(|known| known.name == *field);
            let label = label.map_or(field.as_str(), |known| known.label.as_str());
            tr!("setup-loose-picked", field = label, account = names.get(side.opposite()))
        }
        None => tr!("setup-loose-how"),
    };
    remark(ui, hint);
    ui.horizontal_wrapped(|ui| {
        search(ui, &tr!("setup-find-field"), &mut setup.search, 260.0);
        if ui.add(Btn::new(&tr!("setup-read-again")).icon(Icon::Sync).quiet()).clicked() {
            intents.push(Intent::Setup(SetupIntent::Suggest));
        }
    });
    let width = ((ui.available_width() - theme::BLOCK) / 2.0).max(100.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::BLOCK;
        for side in Side::BOTH {
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = theme::SMALL;
                ui.label(RichText::new(names.get(side)).size(theme::REMARK).color(tokens(ui).muted));
                for field in board.loose.get(side) {
                    let picked = setup.picked.as_ref().is_some_and(|(at, name)| *at == side && *name == field.name);
                    ui.push_id((side, &field.name), |ui| show_field(ui, side, field, names, width, picked, done));
                }
                if board.loose.get(side).is_empty() {
                    let found = setup.search.trim().is_empty();
                    remark(ui, if found { tr!("setup-all-paired") } else { tr!("setup-none-found") });
                }
            });
        }
    });
}

fn show_field(
    ui: &mut Ui,
    side: Side,
    field: &Field,
    names: &PerSide<String>,
    width: f32,
    picked: bool,
    done: &mut Option<Done>,
) {
    let name = tr!("setup-field", account = names.get(side), field = field.label);
    let response = slot(ui, &field.label, &field.sample, width, picked, &name, egui::Sense::click_and_drag());
    response.dnd_set_drag_payload(Dragged { side, field: field.name.clone() });
    if response.dragged()
        && let Some(at) = ui.ctx().pointer_interact_pos()
    {
        show_ghost(ui, at, &field.label);
    }
    if let Some(dragged) = response.dnd_release_payload::<Dragged>()
        && dragged.side != side
    {
        let pair = PerSide::oriented(side, field.name.clone(), dragged.field.clone());
        *done = Some(Done::Pair(pair.a, pair.b));
    } else if response.clicked() {
        *done = Some(Done::Pick(side, field.name.clone()));
    }
}

/// The field under the pointer while it is dragged.
fn show_ghost(ui: &Ui, at: egui::Pos2, label: &str) {
    let tokens = tokens(ui);
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("dragged field"));
    let painter = ui.ctx().layer_painter(layer);
    let text = painter.layout_no_wrap(label.to_owned(), egui::FontId::proportional(theme::BODY), tokens.on_accent);
    let rect = egui::Rect::from_min_size(at + egui::vec2(10.0, 4.0), text.size() + egui::vec2(20.0, 10.0));
    painter.rect_filled(rect, egui::CornerRadius::same(theme::RADIUS), tokens.accent);
    painter.galley(rect.min + egui::vec2(10.0, 5.0), text, tokens.on_accent);
}
