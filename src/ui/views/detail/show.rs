//! Drawing one matter, or one line of a compare.

use eframe::egui::{self, CornerRadius, Frame, Margin, RichText, Role, Sense, Stroke, Ui, WidgetInfo};

use super::{Answer, Detail, Draft, Extra, FieldRow, Proposal, RowDetail, choose, side_of_lone, type_value, values_of};
use crate::model::{CompareRow, Matter, MatterField, Observed, PerSide, RecordId, Resolution, Side, Timestamp};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, tokens};
use crate::ui::views::{Confirm, Intent};
use crate::ui::widgets::{Btn, badge, icon, marked, remark, short_remark, subtitle, wrapped_height};
use crate::ui::words;

/// Below this width the two sides stand under each other.
const STACKED: f32 = 400.0;
/// Below this height the answers stand on one line, and the title scrolls with the record.
const SHORT: f32 = 330.0;

/// Draws a matter.
pub(crate) fn show(
    ui: &mut Ui,
    matter: &Matter,
    names: &PerSide<String>,
    extra: Extra<'_>,
    draft: &mut Draft,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    let detail = Detail::of(matter, names, draft, now);
    let short = ui.available_height() < SHORT;
    if !short {
        show_title(ui, &detail.title, &detail.kind, &detail.reason, false);
    }
    let top = if short { 4_i8 } else { 8 };
    let height = f32::from(top) + answers_height(ui, &detail, short);
    egui::Panel::bottom("answers")
        .frame(Frame::new().inner_margin(Margin { top, ..Margin::ZERO }))
        .exact_size(height)
        .resizable(false)
        .show(ui, |ui| show_answers(ui, (&detail, names), short, draft, intents));
    egui::ScrollArea::vertical().id_salt(("detail", detail.id)).auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 6.0);
        if short {
            show_title(ui, &detail.title, &detail.kind, &detail.reason, false);
        }
        if !detail.rows.is_empty() {
            show_heads(ui, &detail.modified, names, true);
        }
        for row in &detail.rows {
            show_row(ui, row, matter, names, draft);
        }
        show_candidates(ui, matter, &detail, names, extra.records, draft);
        show_partners(ui, matter, names, extra, intents);
        show_same(ui, &detail);
    });
}

/// Draws a line of a compare of which nothing is asked.
pub(crate) fn show_row_of_compare(ui: &mut Ui, row: &CompareRow, names: &PerSide<String>, now: Timestamp) {
    let detail = RowDetail::of(row, names, now);
    show_title(ui, &detail.title, &detail.kind, &detail.reason, detail.same);
    egui::ScrollArea::vertical().id_salt(("row", &row.subject)).auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 6.0);
        show_heads(ui, &detail.modified, names, false);
        for shown in &detail.rows {
            ui.push_id(&shown.name, |ui| {
                let differs =
                    shown.now.a.iter().chain(&shown.now.b).any(|part| part.differs) || shown.there.a != shown.there.b;
                show_name(ui, shown, differs);
                let width = column_width(ui, 2);
                let stacked = ui.available_width() < STACKED;
                let both = |ui: &mut Ui| {
                    for side in Side::BOTH {
                        show_held(ui, shown, side, width);
                    }
                };
                if stacked {
                    ui.vertical(both)
                } else {
                    ui.horizontal_top(both)
                };
                ui.add_space(theme::SMALL);
            });
        }
    });
}

fn show_title(ui: &mut Ui, title: &str, kind: &str, reason: &str, same: bool) {
    subtitle(ui, title);
    let (sign, ink) = if same { (Icon::Ok, tokens(ui).good.0) } else { (Icon::Differs, tokens(ui).attention.0) };
    ui.horizontal(|ui| {
        icon(ui, sign, 15.0, ink);
        ui.add(egui::Label::new(RichText::new(kind).color(ink)).truncate());
    });
    if !reason.is_empty() {
        remark(ui, words::sentence_case(reason));
    }
    ui.add_space(theme::SMALL);
}

fn show_heads(ui: &mut Ui, modified: &PerSide<Option<String>>, names: &PerSide<String>, result: bool) {
    if ui.available_width() < STACKED {
        return;
    }
    let width = column_width(ui, if result { 3 } else { 2 });
    let columns = [Some(Side::A), None, Some(Side::B)];
    // When and by whom may take two lines beside the badge.
    let long = Side::BOTH.iter().any(|side| modified.get(*side).as_ref().is_some_and(|text| text.chars().count() > 22));
    let height = if long { 52.0 } else { 34.0 };
    ui.horizontal(|ui| {
        for (at, side) in columns.into_iter().filter(|side| result || side.is_some()).enumerate() {
            ui.push_id(at, |ui| {
                cell(ui, width, height, |ui| {
                    ui.horizontal(|ui| match side {
                        Some(side) => {
                            badge(ui, &words::initials(names.get(side)), side, 24.0);
                            if let Some(changed) = modified.get(side) {
                                ui.vertical(|ui| {
                                    ui.spacing_mut().item_spacing.y = 0.0;
                                    short_remark(ui, names.get(side).clone());
                                    remark(ui, changed.clone());
                                });
                            } else {
                                short_remark(ui, names.get(side).clone());
                            }
                        }
                        None => {
                            remark(ui, tr!("review-result"));
                        }
                    });
                });
            });
        }
    });
}

fn show_name(ui: &mut Ui, row: &FieldRow, differs: bool) {
    ui.horizontal(|ui| {
        if differs {
            icon(ui, Icon::Differs, 13.0, tokens(ui).attention.0);
        }
        ui.label(&row.label);
        if let Some(before) = &row.before {
            short_remark(ui, tr!("review-before", value = before));
        }
    });
}

fn show_row(ui: &mut Ui, row: &FieldRow, matter: &Matter, names: &PerSide<String>, draft: &mut Draft) {
    let Some(field) = matter.fields.iter().find(|field| field.name == row.name) else { return };
    ui.push_id(&row.name, |ui| {
        show_name(ui, row, true);
        let stacked = ui.available_width() < STACKED;
        let width = if stacked { ui.available_width() } else { column_width(ui, 3) };
        let columns = |ui: &mut Ui| {
            if show_value(ui, row, Side::A, names, width, stacked) {
                choose(draft, field, Side::A);
            }
            if !stacked {
                show_result(ui, row, field, draft, width);
            }
            if show_value(ui, row, Side::B, names, width, stacked) {
                choose(draft, field, Side::B);
            }
            if stacked {
                show_result(ui, row, field, draft, width);
            }
        };
        if stacked {
            ui.vertical(columns)
        } else {
            ui.horizontal_top(columns)
        };
        ui.add_space(theme::SMALL);
    });
}

fn show_result(ui: &mut Ui, row: &FieldRow, field: &MatterField, draft: &mut Draft, width: f32) {
    let hovered = draft.hover.and(row.result.clone());
    let typed = draft.typed.get(&row.name).cloned().unwrap_or_default();
    let mut text = hovered.clone().unwrap_or(typed);
    let edit = egui::TextEdit::singleline(&mut text)
        .hint_text(tr!("review-pick-or-type"))
        .margin(Margin::symmetric(8, 8))
        .desired_width(width);
    let response = ui.add(edit);
    let name = tr!("review-result-of", field = row.label);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    if response.changed() && hovered.is_none() {
        type_value(draft, field, &text);
    }
}

/// One side's value in a line of a compare.
fn show_held(ui: &mut Ui, row: &FieldRow, side: Side, width: f32) {
    let tokens = tokens(ui);
    Frame::new()
        .fill(tokens.stripe)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(9, 6))
        .show(ui, |ui| {
            ui.set_width(width - 18.0);
            show_text(ui, row, side);
        });
}

fn show_text(ui: &mut Ui, row: &FieldRow, side: Side) {
    let room = ui.available_width();
    let label = if *row.there.get(side) {
        egui::Label::new(marked(ui, row.now.get(side), room))
    } else {
        let text: String = row.now.get(side).iter().map(|part| part.text.as_str()).collect();
        egui::Label::new(RichText::new(text).italics().color(tokens(ui).muted))
    };
    ui.add(label.wrap());
}

/// One side's value, to be clicked. True when it is.
fn show_value(ui: &mut Ui, row: &FieldRow, side: Side, names: &PerSide<String>, width: f32, stacked: bool) -> bool {
    let tokens = tokens(ui);
    let chosen = row.chosen == Some(side);
    let line = if chosen { Stroke::new(2.0, tokens.accent) } else { Stroke::new(1.0, tokens.line) };
    let fill = if chosen { tokens.selected } else { tokens.card };
    let inner = width - 18.0 - 2.0 * line.width;
    let response = Frame::new()
        .fill(fill)
        .stroke(line)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(9, 6))
        .show(ui, |ui| {
            ui.set_width(inner);
            ui.horizontal_top(|ui| {
                if stacked {
                    badge(ui, &words::initials(names.get(side)), side, 20.0);
                }
                if chosen {
                    icon(ui, Icon::Ok, 15.0, tokens.accent);
                }
                show_text(ui, row, side);
            });
        })
        .response;
    let response = ui.interact(response.rect, ui.scope_id().with(side), Sense::click());
    let name = tr!("review-use-value", field = row.label, account = names.get(side));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &name));
    if response.has_focus() || response.hovered() {
        let stroke = Stroke::new(1.5, tokens.muted);
        ui.painter().rect_stroke(response.rect, CornerRadius::same(theme::RADIUS), stroke, egui::StrokeKind::Inside);
    }
    response.clicked()
}

fn show_candidates(
    ui: &mut Ui,
    matter: &Matter,
    detail: &Detail,
    names: &PerSide<String>,
    records: Option<&PerSide<Vec<Observed>>>,
    draft: &mut Draft,
) {
    if detail.candidates.a.is_empty() && detail.candidates.b.is_empty() {
        return;
    }
    remark(ui, tr!("review-pick-records"));
    ui.add_space(theme::SMALL);
    ui.columns_const(|[left, right]| {
        for (side, ui) in [(Side::A, left), (Side::B, right)] {
            ui.horizontal(|ui| {
                badge(ui, &words::initials(names.get(side)), side, 24.0);
                ui.label(names.get(side));
            });
            for (at, id) in detail.candidates.get(side).iter().enumerate() {
                let known = records.and_then(|known| known.get(side).iter().find(|record| record.id == *id));
                let lines = known.map(|record| values_of(matter, record)).unwrap_or_default();
                let picked = draft.picked.get(side) == &at;
                ui.push_id((side, at), |ui| {
                    if show_candidate(ui, id, &lines, picked) {
                        *draft.picked.get_mut(side) = at;
                    }
                });
            }
            if detail.candidates.get(side).is_empty() {
                remark(ui, tr!("review-no-record"));
            }
        }
    });
}

/// One record that may be the one, to be picked. True when it is.
fn show_candidate(ui: &mut Ui, id: &RecordId, lines: &[(String, String)], picked: bool) -> bool {
    let tokens = tokens(ui);
    let line = if picked { Stroke::new(2.0, tokens.accent) } else { Stroke::new(1.0, tokens.line) };
    let mut clicked = false;
    Frame::new()
        .fill(if picked { tokens.selected } else { tokens.card })
        .stroke(line)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(9, 6))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 2.0;
            let name = tr!("review-record", id = id.to_string());
            clicked = ui.radio(picked, &name).clicked();
            show_lines(ui, lines);
        });
    clicked
}

fn show_lines(ui: &mut Ui, lines: &[(String, String)]) {
    let tokens = tokens(ui);
    for (field, value) in lines {
        let font = egui::FontId::proportional(theme::REMARK);
        let mut job = egui::text::LayoutJob::default();
        job.append(field, 0.0, egui::TextFormat::simple(font.clone(), tokens.muted));
        job.append(value, 8.0, egui::TextFormat::simple(font, tokens.text));
        ui.add(egui::Label::new(job).truncate());
    }
}

/// The records of the other side that may be the same as one without a partner.
fn show_partners(ui: &mut Ui, matter: &Matter, names: &PerSide<String>, extra: Extra<'_>, intents: &mut Vec<Intent>) {
    let Some(side) = side_of_lone(&matter.kind) else { return };
    let Some(partners) = extra.partners.filter(|partners| !partners.is_empty()) else { return };
    ui.label(tr!("review-partners", account = names.get(side.opposite())));
    for partner in partners {
        let proposal = Proposal::of(matter, side, partner);
        ui.push_id(&partner.record.id, |ui| {
            Frame::new()
                .stroke(Stroke::new(1.0, tokens(ui).line))
                .corner_radius(CornerRadius::same(theme::RADIUS))
                .inner_margin(Margin::symmetric(9, 6))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = 3.0;
                    remark(ui, proposal.why.clone());
                    show_lines(ui, &proposal.values);
                    ui.horizontal_wrapped(|ui| {
                        let told = |answer: String| format!("{}: {answer}", matter.label);
                        let same = tr!("review-same");
                        let named = tr!("review-same-as", name = proposal.title);
                        if named_button(ui, Btn::new(&same).icon(Icon::Link), &named) {
                            let answer = Resolution::Link(proposal.ids.clone());
                            intents.push(Intent::Settle(vec![matter.id], answer, told(same.clone())));
                        }
                        let apart = tr!("review-not-same");
                        let named = tr!("review-not-same-as", name = proposal.title);
                        if named_button(ui, Btn::new(&apart).icon(Icon::Fail).quiet(), &named) {
                            let answer = Resolution::NotSame(proposal.ids.clone());
                            intents.push(Intent::Settle(vec![matter.id], answer, told(apart.clone())));
                        }
                    });
                });
        });
    }
    ui.add_space(theme::GAP);
}

/// A button whose accessible name says whose it is.
fn named_button(ui: &mut Ui, button: Btn<'_>, name: &str) -> bool {
    let response = ui.add(button);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response.clicked()
}

fn show_same(ui: &mut Ui, detail: &Detail) {
    if detail.same.is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    remark(ui, if detail.rows.is_empty() { tr!("review-the-record") } else { tr!("review-the-same") });
    // A grid of egui has the frame laid out twice for each new record, to find out how wide its names are.
    let font = egui::FontId::proportional(theme::REMARK);
    let ink = tokens(ui).muted;
    let width = |name: &String| ui.painter().layout_no_wrap(name.clone(), font.clone(), ink).size().x;
    let widest = detail.same.iter().map(|(name, _)| width(name)).fold(0.0, f32::max).min(ui.available_width() / 2.0);
    ui.spacing_mut().item_spacing = egui::vec2(theme::BLOCK, theme::SMALL);
    let middle = egui::Layout::left_to_right(egui::Align::Center);
    for (name, value) in &detail.same {
        ui.horizontal(|ui| {
            ui.allocate_ui_with_layout(egui::vec2(widest, ui.spacing().interact_size.y), middle, |ui| {
                ui.set_min_width(widest);
                ui.add(egui::Label::new(RichText::new(name).size(theme::REMARK).color(ink)).truncate());
            });
            ui.add(egui::Label::new(value).truncate());
        });
    }
}

/// How high the answers are. A panel that finds it out by drawing them has the frame laid out twice, at every
/// step to a record with other answers.
fn answers_height(ui: &Ui, detail: &Detail, short: bool) -> f32 {
    if short {
        return ui.spacing().interact_size.y;
    }
    let apply = (!detail.rows.is_empty()).then(|| Btn::new(&tr!("review-apply")).icon(Icon::Ok).size(ui));
    let answers = detail.answers.iter().map(|answer| Btn::new(&answer.text).icon(answer.sign).size(ui));
    let buttons = wrapped_height(ui, apply.into_iter().chain(answers));
    if detail.rows.is_empty() {
        return buttons;
    }
    let keys = RichText::new(tr!("review-keys")).size(theme::REMARK);
    let keys = egui::WidgetText::from(keys).into_galley(
        ui,
        Some(egui::TextWrapMode::Truncate),
        ui.available_width(),
        egui::TextStyle::Body,
    );
    buttons + ui.spacing().item_spacing.y + keys.size().y
}

/// The answers; where there is little height on one line, which is moved sideways to those that have no room.
fn show_answers(
    ui: &mut Ui,
    (detail, names): (&Detail, &PerSide<String>),
    short: bool,
    draft: &mut Draft,
    intents: &mut Vec<Intent>,
) {
    draft.hover = None;
    if short {
        egui::ScrollArea::horizontal().id_salt("answers").show(ui, |ui| {
            ui.horizontal(|ui| show_each(ui, (detail, names), draft, intents));
        });
        return;
    }
    ui.horizontal_wrapped(|ui| show_each(ui, (detail, names), draft, intents));
    if !detail.rows.is_empty() {
        short_remark(ui, tr!("review-keys"));
    }
}

fn show_each(ui: &mut Ui, (detail, names): (&Detail, &PerSide<String>), draft: &mut Draft, intents: &mut Vec<Intent>) {
    if !detail.rows.is_empty() {
        let text = tr!("review-apply");
        let apply = Btn::new(&text).icon(Icon::Ok).primary();
        let response = ui.add_enabled(detail.apply.is_some(), apply);
        if response.on_disabled_hover_text(tr!("review-apply-first")).clicked()
            && let Some(resolution) = detail.apply.clone()
        {
            let told = tr!("review-settled", name = detail.title);
            intents.push(Intent::Settle(vec![detail.id], resolution, told));
        }
    }
    for answer in &detail.answers {
        show_answer(ui, (detail, names), answer, draft, intents);
    }
}

fn show_answer(
    ui: &mut Ui,
    (detail, names): (&Detail, &PerSide<String>),
    answer: &Answer,
    draft: &mut Draft,
    intents: &mut Vec<Intent>,
) {
    let button = Btn::new(&answer.text).icon(answer.sign);
    let response = ui.add(if answer.confirm.is_some() { button.danger() } else { button });
    if let Resolution::Use(side) = answer.resolution
        && response.hovered()
    {
        draft.hover = Some(side);
    }
    if !response.clicked() {
        return;
    }
    let what = match &answer.resolution {
        Resolution::Use(side) => tr!("review-settled-use", name = detail.title, account = names.get(*side)),
        Resolution::Fields(_)
        | Resolution::Create
        | Resolution::Delete(_)
        | Resolution::Link(_)
        | Resolution::NotSame(_)
        | Resolution::Ignore
        | Resolution::Undone => format!("{}: {}", detail.title, answer.text),
    };
    let settle = Intent::Settle(vec![detail.id], answer.resolution.clone(), what);
    intents.push(match &answer.confirm {
        Some(text) => Intent::Confirm(Box::new(Confirm {
            title: format!("{}?", answer.text),
            text: text.clone(),
            yes: tr!("review-delete-yes"),
            danger: true,
            then: settle,
        })),
        None => settle,
    });
}

fn column_width(ui: &Ui, columns: u8) -> f32 {
    let columns = f32::from(columns);
    ((ui.available_width() - (columns - 1.0) * ui.spacing().item_spacing.x) / columns).floor().max(90.0)
}

fn cell<R>(ui: &mut Ui, width: f32, height: f32, add: impl FnOnce(&mut Ui) -> R) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(width, height), Sense::hover());
    let mut inner =
        ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::top_down(egui::Align::Min)));
    inner.set_clip_rect(rect.intersect(ui.clip_rect()));
    add(&mut inner);
}
