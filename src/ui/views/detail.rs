//! One matter, side by side: what each side holds, what the result will be, and the answers.

use std::collections::BTreeMap;

use eframe::egui::{self, CornerRadius, Frame, Margin, RichText, Role, Sense, Stroke, Ui, WidgetInfo};

use super::{Confirm, Intent};
use crate::model::{
    ConflictKind, FieldChoice, Matter, MatterField, MatterId, MatterKind, MismatchKind, Observed, PerSide, RecordId,
    Resolution, Side, Subject, Timestamp, Value,
};
use crate::ui::icons::Icon;
use crate::ui::text_diff::{Part, parts};
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::{Btn, badge, icon, marked, remark, settle_height, short_remark, subtitle};
use crate::ui::words;

/// What the operator has picked for the matter that is shown, before it is applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    /// The choice for each field that has one.
    pub(crate) choices: BTreeMap<String, FieldChoice>,
    /// The text in each result field.
    pub(crate) typed: BTreeMap<String, String>,
    /// The record picked on each side, where several may be the same.
    pub(crate) picked: PerSide<usize>,
}

/// A field that differs or is asked about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldRow {
    /// The mapping's name.
    pub(crate) name: String,
    /// The name for the eye.
    pub(crate) label: String,
    /// The parts of each side's value, with what differs marked.
    pub(crate) now: PerSide<Vec<Part>>,
    /// Whether that side has a value at all.
    pub(crate) there: PerSide<bool>,
    /// What both agreed on before, if it was something else.
    pub(crate) before: Option<String>,
    /// The side whose value is chosen.
    pub(crate) chosen: Option<Side>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The button's text.
    pub(crate) text: String,
    /// Its icon.
    pub(crate) sign: Icon,
    /// What it answers.
    pub(crate) resolution: Resolution,
    /// What is asked first, where something goes away.
    pub(crate) confirm: Option<String>,
}

/// Everything that is shown of a matter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Detail {
    /// Its number.
    pub(crate) id: MatterId,
    /// What the operator calls the record.
    pub(crate) title: String,
    /// What kind it is.
    pub(crate) kind: String,
    /// Why it is asked.
    pub(crate) reason: String,
    /// When each side was changed.
    pub(crate) modified: PerSide<Option<String>>,
    /// The fields that differ or are asked about.
    pub(crate) rows: Vec<FieldRow>,
    /// The fields that are the same, by name and value.
    pub(crate) same: Vec<(String, String)>,
    /// The records that may be the same, where there are several.
    pub(crate) candidates: PerSide<Vec<RecordId>>,
    /// The answers as buttons.
    pub(crate) answers: Vec<Answer>,
    /// The choices, ready to be applied; none while nothing is chosen.
    pub(crate) apply: Option<Resolution>,
}

impl Detail {
    /// The view model of a matter and what is picked for it.
    pub(crate) fn of(matter: &Matter, names: &PerSide<String>, draft: &Draft, now: Timestamp) -> Self {
        let single = side_of_single(matter);
        // In a question, what is not asked was carried over by the sync, or will be.
        let asking = matter.fields.iter().any(|field| field.asked);
        let conflict = matches!(matter.kind, MatterKind::Conflict(_)) && asking;
        // Of several records that may be the same, each is shown for itself.
        let several = has_candidates(matter);
        let open = |field: &MatterField| if conflict { field.asked } else { field.differs || field.asked };
        let rows = matter
            .fields
            .iter()
            .filter(|field| single.is_none() && !several && open(field))
            .map(|field| FieldRow::of(field, draft))
            .collect();
        let same = matter
            .fields
            .iter()
            .filter(|field| !several && (single.is_some() || !(field.differs || field.asked)))
            .filter_map(|field| {
                let value = field.now.a.as_ref().or(field.now.b.as_ref()).filter(|value| !value.is_empty())?;
                Some((words::field(&field.name), value.display()))
            })
            .collect();
        let candidates = match &matter.kind {
            MatterKind::Conflict(ConflictKind::Ambiguous(ids))
            | MatterKind::Mismatch(MismatchKind::DuplicateKey(ids)) => ids.clone(),
            MatterKind::Conflict(
                ConflictKind::BothChanged
                | ConflictKind::FirstMatch
                | ConflictKind::DeletedAndChanged(_)
                | ConflictKind::HeldDeletion(_)
                | ConflictKind::Flipping,
            )
            | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged) => {
                PerSide::default()
            }
        };
        Self {
            id: matter.id,
            title: matter.label.clone(),
            kind: words::matter(&matter.kind, names),
            reason: matter.reason.clone(),
            modified: matter.modified.map(|at| at.map(|at| format!("changed {}", words::ago(at, now)))),
            rows,
            same,
            answers: answers(matter, names, draft, &candidates),
            candidates,
            apply: (!draft.choices.is_empty()).then(|| Resolution::Fields(draft.choices.clone())),
        }
    }
}

impl FieldRow {
    fn of(field: &MatterField, draft: &Draft) -> Self {
        let text = field.now.as_ref().map(|value| words::value(value.as_ref()));
        let there = field.now.as_ref().map(|value| value.as_ref().is_some_and(|value| !value.is_empty()));
        let (a, b) = if there.a && there.b {
            parts(&text.a, &text.b)
        } else {
            let whole = |text: &String| vec![Part { text: text.clone(), differs: false }];
            (whole(&text.a), whole(&text.b))
        };
        let before = field.baseline.a.as_ref().or(field.baseline.b.as_ref()).map(|value| words::value(Some(value)));
        let chosen = match draft.choices.get(&field.name) {
            Some(FieldChoice::Use(side)) => Some(*side),
            Some(FieldChoice::Value(_)) | None => None,
        };
        Self {
            name: field.name.clone(),
            label: words::field(&field.name),
            now: PerSide::new(a, b),
            there,
            before,
            chosen,
        }
    }
}

/// Draws a matter.
pub(crate) fn show(
    ui: &mut Ui,
    matter: &Matter,
    names: &PerSide<String>,
    records: Option<&PerSide<Vec<Observed>>>,
    draft: &mut Draft,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    let detail = Detail::of(matter, names, draft, now);
    subtitle(ui, &detail.title);
    ui.horizontal(|ui| {
        icon(ui, Icon::Differs, 15.0, tokens(ui).attention.0);
        ui.add(egui::Label::new(RichText::new(&detail.kind).color(tokens(ui).attention.0)).truncate());
    });
    remark(ui, detail.reason.clone());
    ui.add_space(theme::SMALL);
    egui::Panel::bottom("answers")
        .frame(Frame::new().inner_margin(Margin { top: 8, ..Margin::ZERO }))
        .resizable(false)
        .show(ui, |ui| {
            show_answers(ui, &detail, intents);
            settle_height(ui, "answers height");
        });
    egui::ScrollArea::vertical().id_salt(("detail", detail.id)).auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 6.0);
        if !detail.rows.is_empty() {
            show_heads(ui, &detail, names);
        }
        for row in &detail.rows {
            show_row(ui, row, matter, names, draft);
        }
        show_candidates(ui, matter, &detail, names, records, draft);
        show_same(ui, &detail);
    });
}

/// Takes this side's value for a field, as a click on the value does.
pub(crate) fn choose(draft: &mut Draft, field: &MatterField, side: Side) {
    draft.choices.insert(field.name.clone(), FieldChoice::Use(side));
    let text = field.now.get(side).as_ref().map(Value::display).unwrap_or_default();
    draft.typed.insert(field.name.clone(), text);
}

/// Takes what was typed for a field.
pub(crate) fn type_value(draft: &mut Draft, field: &MatterField, text: &str) {
    let list = [&field.now.a, &field.now.b].into_iter().any(|value| matches!(value, Some(Value::List(_))));
    let value = if list {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Value::List(items.map(str::to_owned).collect())
    } else {
        Value::text(text)
    };
    draft.choices.insert(field.name.clone(), FieldChoice::Value(value));
    draft.typed.insert(field.name.clone(), text.to_owned());
}

/// The answer of the keys A and B, where it takes nothing away.
pub(crate) fn use_side(matter: &Matter, side: Side) -> Option<Resolution> {
    side_uses(matter).then_some(Resolution::Use(side))
}

fn show_heads(ui: &mut Ui, detail: &Detail, names: &PerSide<String>) {
    let width = column_width(ui);
    ui.horizontal(|ui| {
        for (at, side) in [Some(Side::A), None, Some(Side::B)].into_iter().enumerate() {
            ui.push_id(at, |ui| {
                cell(ui, width, 34.0, |ui| {
                    ui.horizontal(|ui| match side {
                        Some(side) => {
                            badge(ui, &words::initials(names.get(side)), side, 24.0);
                            if let Some(changed) = detail.modified.get(side) {
                                ui.vertical(|ui| {
                                    ui.spacing_mut().item_spacing.y = 0.0;
                                    short_remark(ui, names.get(side).clone());
                                    short_remark(ui, changed.clone());
                                });
                            } else {
                                short_remark(ui, names.get(side).clone());
                            }
                        }
                        None => {
                            remark(ui, "Result");
                        }
                    });
                });
            });
        }
    });
}

fn show_row(ui: &mut Ui, row: &FieldRow, matter: &Matter, names: &PerSide<String>, draft: &mut Draft) {
    let Some(field) = matter.fields.iter().find(|field| field.name == row.name) else { return };
    ui.push_id(&row.name, |ui| {
        ui.horizontal(|ui| {
            icon(ui, Icon::Differs, 13.0, tokens(ui).attention.0);
            ui.label(&row.label);
            if let Some(before) = &row.before {
                short_remark(ui, format!("before: {before}"));
            }
        });
        let width = column_width(ui);
        ui.horizontal_top(|ui| {
            if show_value(ui, row, Side::A, names, width) {
                choose(draft, field, Side::A);
            }
            show_result(ui, row, field, draft, width);
            if show_value(ui, row, Side::B, names, width) {
                choose(draft, field, Side::B);
            }
        });
        ui.add_space(theme::SMALL);
    });
}

fn show_result(ui: &mut Ui, row: &FieldRow, field: &MatterField, draft: &mut Draft, width: f32) {
    let mut text = draft.typed.get(&row.name).cloned().unwrap_or_default();
    let edit = egui::TextEdit::singleline(&mut text)
        .hint_text("pick a side or type")
        .margin(Margin::symmetric(8, 8))
        .desired_width(width);
    let response = ui.add(edit);
    let name = format!("{}: result", row.label);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    if response.changed() {
        type_value(draft, field, &text);
    }
}

/// One side's value, to be clicked. True when it is.
fn show_value(ui: &mut Ui, row: &FieldRow, side: Side, names: &PerSide<String>, width: f32) -> bool {
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
                if chosen {
                    icon(ui, Icon::Ok, 15.0, tokens.accent);
                }
                let room = ui.available_width();
                let job = marked(ui, row.now.get(side), room);
                let label = if *row.there.get(side) {
                    egui::Label::new(job)
                } else {
                    let text: String = row.now.get(side).iter().map(|part| part.text.as_str()).collect();
                    egui::Label::new(RichText::new(text).italics().color(tokens.muted))
                };
                ui.add(label.wrap());
            });
        })
        .response;
    let response = ui.interact(response.rect, ui.scope_id().with(side), Sense::click());
    let name = format!("{}: use {}", row.label, names.get(side));
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
    remark(ui, "Pick the record on each side that is the same, or leave them as they are.");
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
                remark(ui, "none");
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
            let name = format!("Record {id}");
            clicked = ui.radio(picked, &name).clicked();
            for (field, value) in lines {
                let font = egui::FontId::proportional(theme::REMARK);
                let mut job = egui::text::LayoutJob::default();
                job.append(field, 0.0, egui::TextFormat::simple(font.clone(), tokens.muted));
                job.append(value, 8.0, egui::TextFormat::simple(font, tokens.text));
                ui.add(egui::Label::new(job).truncate());
            }
        });
    clicked
}

/// The values of a record, in the order of the mapped fields.
fn values_of(matter: &Matter, record: &Observed) -> Vec<(String, String)> {
    let value = |field: &MatterField| {
        let value = record.seen.values.get(&field.name).filter(|value| !value.is_empty())?;
        Some((words::field(&field.name), value.display()))
    };
    matter.fields.iter().filter_map(value).collect()
}

/// Whether a matter is about several records that may be the same.
pub(crate) const fn has_candidates(matter: &Matter) -> bool {
    matches!(
        matter.kind,
        MatterKind::Conflict(ConflictKind::Ambiguous(_)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(_))
    )
}

fn show_same(ui: &mut Ui, detail: &Detail) {
    if detail.same.is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    let heading = if detail.rows.is_empty() { "The record" } else { "The same on both sides" };
    remark(ui, heading);
    egui::Grid::new(("same", detail.id)).num_columns(2).spacing([theme::BLOCK, theme::SMALL]).show(ui, |ui| {
        for (name, value) in &detail.same {
            ui.label(RichText::new(name).size(theme::REMARK).color(tokens(ui).muted));
            ui.label(value);
            ui.end_row();
        }
    });
}

fn show_answers(ui: &mut Ui, detail: &Detail, intents: &mut Vec<Intent>) {
    ui.horizontal_wrapped(|ui| {
        if !detail.rows.is_empty() {
            let apply = Btn::new("Apply").icon(Icon::Ok).primary();
            let response = ui.add_enabled(detail.apply.is_some(), apply);
            if response.on_disabled_hover_text("Pick a value for a field first.").clicked()
                && let Some(resolution) = detail.apply.clone()
            {
                intents.push(Intent::Settle(vec![detail.id], resolution, format!("Settled {}", detail.title)));
            }
        }
        for answer in &detail.answers {
            let button = Btn::new(&answer.text).icon(answer.sign);
            let button = if answer.confirm.is_some() { button.danger() } else { button };
            if ui.add(button).clicked() {
                let what = format!("{}: {}", detail.title, answer.text);
                let settle = Intent::Settle(vec![detail.id], answer.resolution.clone(), what);
                intents.push(match &answer.confirm {
                    Some(text) => Intent::Confirm(Box::new(Confirm {
                        title: format!("{}?", answer.text),
                        text: text.clone(),
                        yes: "Yes, delete it".to_owned(),
                        danger: true,
                        then: settle,
                    })),
                    None => settle,
                });
            }
        }
    });
    if !detail.rows.is_empty() {
        short_remark(ui, "Keys: A, B take a side, Enter applies, J, K move, Z undoes.");
    }
}

fn answers(
    matter: &Matter,
    names: &PerSide<String>,
    draft: &Draft,
    candidates: &PerSide<Vec<RecordId>>,
) -> Vec<Answer> {
    let plain = |text: String, sign, resolution| Answer { text, sign, resolution, confirm: None };
    let mut answers = Vec::new();
    if side_uses(matter) {
        for side in Side::BOTH {
            let sign = if side == Side::A { Icon::Right } else { Icon::Left };
            answers.push(plain(format!("Use {}", names.get(side)), sign, Resolution::Use(side)));
        }
    }
    if let Some(side) = side_of_single(matter) {
        let other = side.opposite();
        answers.push(plain(format!("Create in {}", names.get(other)), Icon::Add, Resolution::Create));
        answers.push(Answer {
            text: format!("Delete from {}", names.get(side)),
            sign: Icon::Delete,
            resolution: Resolution::Delete(side),
            confirm: Some(format!(
                "{} will be deleted from {}. Duosync keeps it whole, so that it can be brought back.",
                matter.label,
                names.get(side)
            )),
        });
    }
    if let Some(ids) = pair_of(matter, draft, candidates) {
        let sure = matches!(
            matter.kind,
            MatterKind::Conflict(ConflictKind::Ambiguous(_))
                | MatterKind::Mismatch(MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged)
        );
        if sure {
            answers.push(plain("These two are the same".to_owned(), Icon::Link, Resolution::Link(ids.clone())));
        }
        answers.push(plain("Not the same".to_owned(), Icon::Fail, Resolution::NotSame(ids)));
    }
    answers.push(plain("Ignore until it changes".to_owned(), Icon::Skip, Resolution::Ignore));
    answers
}

/// The side that has the record, where the other has none.
fn side_of_single(matter: &Matter) -> Option<Side> {
    match &matter.kind {
        MatterKind::Conflict(ConflictKind::DeletedAndChanged(gone) | ConflictKind::HeldDeletion(gone)) => {
            Some(gone.opposite())
        }
        MatterKind::Mismatch(MismatchKind::OnlyIn(side)) => Some(*side),
        MatterKind::Conflict(
            ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Ambiguous(_) | ConflictKind::Flipping,
        )
        | MatterKind::Mismatch(MismatchKind::Different | MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged) => {
            None
        }
    }
}

/// Whether the matter is about values, so that one side can be right in all of them.
fn side_uses(matter: &Matter) -> bool {
    match &matter.kind {
        MatterKind::Conflict(ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Flipping)
        | MatterKind::Mismatch(MismatchKind::Different | MismatchKind::KeyChanged) => true,
        MatterKind::Conflict(
            ConflictKind::DeletedAndChanged(_) | ConflictKind::HeldDeletion(_) | ConflictKind::Ambiguous(_),
        )
        | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::DuplicateKey(_)) => false,
    }
}

/// The two records that "the same" and "not the same" speak of.
fn pair_of(matter: &Matter, draft: &Draft, candidates: &PerSide<Vec<RecordId>>) -> Option<PerSide<RecordId>> {
    let asked = match &matter.kind {
        MatterKind::Conflict(ConflictKind::FirstMatch | ConflictKind::Ambiguous(_))
        | MatterKind::Mismatch(MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged) => true,
        MatterKind::Conflict(
            ConflictKind::BothChanged
            | ConflictKind::DeletedAndChanged(_)
            | ConflictKind::HeldDeletion(_)
            | ConflictKind::Flipping,
        )
        | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different) => false,
    };
    if !asked {
        return None;
    }
    if let (Some(a), Some(b)) = (candidates.a.get(draft.picked.a), candidates.b.get(draft.picked.b)) {
        return Some(PerSide::new(a.clone(), b.clone()));
    }
    match &matter.subject {
        Subject::Pair(ids) => Some(ids.clone()),
        Subject::Single(..) | Subject::Key(..) => None,
    }
}

fn column_width(ui: &Ui) -> f32 {
    ((ui.available_width() - 2.0 * ui.spacing().item_spacing.x) / 3.0).floor().max(90.0)
}

fn cell<R>(ui: &mut Ui, width: f32, height: f32, add: impl FnOnce(&mut Ui) -> R) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(width, height), Sense::hover());
    let mut inner =
        ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(egui::Layout::top_down(egui::Align::Min)));
    inner.set_clip_rect(rect.intersect(ui.clip_rect()));
    add(&mut inner);
}
