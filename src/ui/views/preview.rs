//! The preview of a plan: what a sync would do, in sentences and as a table.

use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{Intent, Page};
use crate::model::{Fields, Item, NoteKind, OpKind, Operation, PairSpec, PerSide, Plan, Side, Stop, Value};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, banner, chip, empty, icon, remark, search, short_remark, title};
use crate::ui::words;

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// It is added to this side.
    Create(Side),
    /// It is changed on this side.
    Update(Side),
    /// It is deleted from this side.
    Delete(Side),
    /// The operator will be asked.
    Ask,
    /// The two are tied together and nothing is written.
    Match,
    /// It is set aside.
    Aside,
}

/// Where a row's content is in the plan.
#[derive(Clone, Copy, Debug)]
enum At {
    /// A write of an item.
    Operation { item: usize, operation: usize },
    /// An item without a write of its own.
    Item(usize),
    /// A note.
    Note(usize),
}

/// One row of the table, without its texts.
#[derive(Clone, Copy, Debug)]
struct Row {
    what: What,
    at: At,
    lines: u8,
}

/// A changed value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The field.
    pub(crate) field: String,
    /// What is there now; none where the record is new.
    pub(crate) before: Option<String>,
    /// What will be there.
    pub(crate) after: Option<String>,
}

/// The plan with what is needed to draw and filter it; made once for each plan.
pub(crate) struct Preview {
    /// The pair's name.
    pub(crate) pair: String,
    /// What the two ends are called.
    pub(crate) names: PerSide<String>,
    plan: Arc<Plan>,
    spec: Option<PairSpec>,
    rows: Vec<Row>,
    texts: Vec<String>,
    /// Each kind that there is, with its sentence and count.
    pub(crate) sentences: Vec<(What, String)>,
    /// What stops the plan or holds deletions back.
    pub(crate) warnings: Vec<String>,
    /// The text looked for.
    pub(crate) text: String,
    /// The kind looked for.
    pub(crate) kind: Option<What>,
    shown: Vec<usize>,
}

/// At most so many changed values are shown in a row.
const LINES: u8 = 6;

impl Preview {
    /// The view model of a plan.
    pub(crate) fn of(plan: Arc<Plan>, spec: Option<PairSpec>, names: PerSide<String>) -> Self {
        let mut rows = Vec::new();
        let mut texts = Vec::new();
        for (at, item) in plan.items.iter().enumerate() {
            let action = item.action();
            for (number, operation) in action.ops.iter().enumerate() {
                let what = match operation.kind {
                    OpKind::Create { .. } => What::Create(operation.side),
                    OpKind::Update { .. } => What::Update(operation.side),
                    OpKind::Delete { .. } => What::Delete(operation.side),
                };
                let lines = lines_of(item, operation, spec.as_ref()).len();
                let at = At::Operation { item: at, operation: number };
                rows.push(Row { what, at, lines: u8::try_from(lines).unwrap_or(u8::MAX) });
                texts.push(haystack(item));
            }
            if let Some(conflict) = &action.conflict {
                let lines = u8::try_from(conflict.fields.len()).unwrap_or(u8::MAX).max(1);
                rows.push(Row { what: What::Ask, at: At::Item(at), lines });
                texts.push(haystack(item));
            } else if action.ops.is_empty() && action.link {
                rows.push(Row { what: What::Match, at: At::Item(at), lines: 1 });
                texts.push(haystack(item));
            }
        }
        for (at, note) in plan.notes.iter().enumerate() {
            rows.push(Row { what: What::Aside, at: At::Note(at), lines: 1 });
            texts.push(format!("{} {}", note.label, note.text).to_lowercase());
        }
        let sentences = sentences(&rows, &names);
        let warnings = warnings(&plan, &names);
        let shown = (0..rows.len()).collect();
        let pair = plan.pair.clone();
        Self { pair, names, plan, spec, rows, texts, sentences, warnings, text: String::new(), kind: None, shown }
    }

    /// Whether this is the view model of this plan.
    pub(crate) fn is_of(&self, plan: &Arc<Plan>) -> bool {
        Arc::ptr_eq(&self.plan, plan)
    }

    /// Looks for the text and kind.
    pub(crate) fn filter(&mut self) {
        let text = self.text.trim().to_lowercase();
        let fits = |at: &usize| {
            let kind = self.rows.get(*at).is_some_and(|row| self.kind.is_none_or(|kind| kind == row.what));
            kind && (text.is_empty() || self.texts.get(*at).is_some_and(|hay| hay.contains(&text)))
        };
        self.shown = (0..self.rows.len()).filter(fits).collect();
    }

    /// The labels of the rows that are shown.
    #[cfg(test)]
    pub(crate) fn shown_labels(&self) -> Vec<&str> {
        self.shown.iter().filter_map(|at| self.rows.get(*at)).map(|row| self.label(*row)).collect()
    }

    fn label(&self, row: Row) -> &str {
        match row.at {
            At::Operation { item, .. } | At::Item(item) => {
                self.plan.items.get(item).map(|item| item.label.as_str()).unwrap_or_default()
            }
            At::Note(note) => self.plan.notes.get(note).map(|note| note.label.as_str()).unwrap_or_default(),
        }
    }

    fn reason(&self, row: Row) -> String {
        match row.at {
            At::Operation { item, operation } => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().ops.get(operation))
                .map(|operation| operation.reason.clone())
                .unwrap_or_default(),
            At::Item(item) => {
                let conflict = self.plan.items.get(item).and_then(|item| item.action().conflict.as_ref());
                conflict.map_or_else(|| "They are the same and will be tied together.".to_owned(), |c| c.reason.clone())
            }
            At::Note(note) => self.plan.notes.get(note).map(|note| note.text.clone()).unwrap_or_default(),
        }
    }

    fn lines(&self, row: Row) -> Vec<Line> {
        match row.at {
            At::Operation { item, operation } => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().ops.get(operation).map(|op| lines_of(item, op, self.spec.as_ref())))
                .unwrap_or_default(),
            At::Item(item) => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().conflict.as_ref().map(|conflict| (item, conflict)))
                .map(|(item, conflict)| {
                    let asked = item.fields.iter().filter(|field| conflict.fields.contains(&field.name));
                    asked
                        .map(|field| Line {
                            field: words::field(&field.name),
                            before: Some(words::value(field.now.a.as_ref())),
                            after: Some(words::value(field.now.b.as_ref())),
                        })
                        .collect()
                })
                .unwrap_or_default(),
            At::Note(_) => Vec::new(),
        }
    }
}

/// Draws the preview.
pub(crate) fn show(ui: &mut Ui, preview: &mut Preview, intents: &mut Vec<Intent>) {
    let pair = preview.pair.clone();
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| title(ui, "What the sync will do"),
        |ui| {
            let start = Btn::new("Start syncing").icon(Icon::Sync).primary();
            if ui.add(start).clicked() {
                intents.push(Intent::Accept(pair.clone()));
            }
            if ui.add(Btn::new("Not now")).clicked() {
                intents.push(Intent::Go(Page::Home));
            }
        },
    );
    remark(
        ui,
        format!(
            "{} and {}. Nothing is written until you press Start syncing, and everything can be undone.",
            preview.names.a, preview.names.b
        ),
    );
    for warning in &preview.warnings {
        banner(ui, Tone::Attention, warning, None);
    }
    ui.add_space(theme::SMALL);
    let mut changed = false;
    ui.horizontal_wrapped(|ui| {
        if chip(ui, preview.kind.is_none(), &format!("All {}", words::grouped(words::number(preview.rows.len()))))
            .clicked()
        {
            preview.kind = None;
            changed = true;
        }
        for (what, sentence) in &preview.sentences {
            if chip(ui, preview.kind == Some(*what), sentence).clicked() {
                preview.kind = Some(*what);
                changed = true;
            }
        }
    });
    ui.horizontal(|ui| {
        changed |= search(ui, "Search the preview", &mut preview.text, 300.0).changed();
        remark(ui, format!("{} shown", words::grouped(words::number(preview.shown.len()))));
    });
    if changed {
        preview.filter();
    }
    if preview.rows.is_empty() {
        empty(ui, Icon::Ok, "Nothing to do", "Both sides hold the same already. Start syncing to keep them so.");
        return;
    }
    ui.add_space(theme::SMALL);
    show_table(ui, preview);
}

fn show_table(ui: &mut Ui, preview: &Preview) {
    let width = ui.available_width();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        TableBuilder::new(ui)
            .id_salt("preview")
            .striped(true)
            .auto_shrink(false)
            .cell_layout(egui::Layout::top_down(egui::Align::Min))
            .column(Column::exact((width * 0.27).clamp(170.0, 250.0)).clip(true))
            .column(Column::exact((width * 0.24).clamp(140.0, 240.0)).clip(true))
            .column(Column::remainder().clip(true))
            .header(26.0, |mut header| {
                for name in ["What happens", "Record", "Now → after"] {
                    header.col(|ui| {
                        remark(ui, name);
                    });
                }
            })
            .body(|body| {
                let heights = preview.shown.iter().map(|at| {
                    let lines = preview.rows.get(*at).map_or(1, |row| row.lines.clamp(1, LINES + 1));
                    f32::from(lines) * theme::LINE + 12.0
                });
                body.heterogeneous_rows(heights, |mut table| {
                    let Some(row) = preview.shown.get(table.index()).and_then(|at| preview.rows.get(*at)) else {
                        return;
                    };
                    table.col(|ui| show_what(ui, row.what, &preview.names));
                    table.col(|ui| {
                        ui.add_space(5.0);
                        ui.add(egui::Label::new(preview.label(*row)).truncate()).on_hover_text(preview.reason(*row));
                    });
                    table.col(|ui| show_lines(ui, preview, *row));
                });
            });
    });
}

fn show_what(ui: &mut Ui, what: What, names: &PerSide<String>) {
    let (sign, tone) = match what {
        What::Create(_) => (Icon::Add, Tone::Good),
        What::Update(_) => (Icon::Review, Tone::Busy),
        What::Delete(_) => (Icon::Delete, Tone::Bad),
        What::Ask => (Icon::Wait, Tone::Attention),
        What::Match => (Icon::Link, Tone::Good),
        What::Aside => (Icon::Skip, Tone::Plain),
    };
    ui.add_space(5.0);
    ui.spacing_mut().interact_size.y = theme::LINE;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add_space(4.0);
        let ink = tokens(ui).tone(tone).0;
        icon(ui, sign, 15.0, ink);
        ui.add(egui::Label::new(word(what, names)).truncate());
    });
}

fn show_lines(ui: &mut Ui, preview: &Preview, row: Row) {
    let lines = preview.lines(row);
    ui.add_space(5.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    if lines.is_empty() {
        short_remark(ui, preview.reason(row));
    }
    let ask = row.what == What::Ask;
    for line in lines.iter().take(usize::from(LINES)) {
        let text = match (&line.before, &line.after) {
            (Some(before), Some(after)) if ask => format!("{before}  or  {after}"),
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (None, Some(after)) => after.clone(),
            (Some(before), None) => before.clone(),
            (None, None) => String::new(),
        };
        ui.allocate_ui(egui::vec2(ui.available_width(), theme::LINE), |ui| {
            let mut job = egui::text::LayoutJob::default();
            let tokens = tokens(ui);
            let font = egui::FontId::proportional(theme::REMARK);
            job.append(&line.field, 0.0, egui::TextFormat::simple(font.clone(), tokens.muted));
            job.append(&text, 10.0, egui::TextFormat::simple(font, tokens.text));
            ui.add(egui::Label::new(job).truncate()).on_hover_text(&text);
        });
    }
    if lines.len() > usize::from(LINES) {
        let more = words::count(words::number(lines.len() - usize::from(LINES)), "more field", "more fields");
        ui.label(RichText::new(more).size(theme::REMARK).color(tokens(ui).muted));
    }
}

/// The words for what happens to one record.
fn word(what: What, names: &PerSide<String>) -> String {
    match what {
        What::Create(side) => format!("Add to {}", names.get(side)),
        What::Update(side) => format!("Update in {}", names.get(side)),
        What::Delete(side) => format!("Delete from {}", names.get(side)),
        What::Ask => "Ask you".to_owned(),
        What::Match => "Same on both sides".to_owned(),
        What::Aside => "Set aside".to_owned(),
    }
}

fn sentences(rows: &[Row], names: &PerSide<String>) -> Vec<(What, String)> {
    let mut kinds: Vec<What> = rows.iter().map(|row| row.what).collect();
    kinds.sort();
    let mut sentences: Vec<(What, String)> = Vec::new();
    for group in kinds.chunk_by(|one, other| one == other) {
        let Some(what) = group.first().copied() else { continue };
        let number = words::number(group.len());
        let grouped = words::grouped(number);
        let sentence = match what {
            What::Create(side) => format!("{grouped} new in {}", names.get(side)),
            What::Update(side) => format!("{grouped} updated in {}", names.get(side)),
            What::Delete(side) => format!("{grouped} deleted from {}", names.get(side)),
            What::Ask => words::count(number, "question for you", "questions for you"),
            What::Match => format!("{grouped} already the same"),
            What::Aside => format!("{grouped} set aside"),
        };
        sentences.push((what, sentence));
    }
    sentences
}

fn warnings(plan: &Plan, names: &PerSide<String>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(Stop::EmptyListing { side, known }) = &plan.stop {
        warnings.push(format!(
            "{} came back empty, though {} were known. Nothing will be done. Check that the account still shows its list.",
            names.get(*side),
            words::count(words::number(*known), "record", "records")
        ));
    }
    for side in Side::BOTH {
        if let Some(held) = plan.held.get(side) {
            warnings.push(format!(
                "{} in {} are held back, because more than {} at once is unusual. You will be asked about them.",
                words::count(words::number(held.deletions), "deletion", "deletions"),
                names.get(side),
                held.allowed
            ));
        }
    }
    let doubled = plan.notes.iter().filter(|note| note.kind == NoteKind::DoubledKey).count();
    if doubled > 0 {
        warnings.push(format!(
            "{} on one side share what they are matched by, and are left alone.",
            words::count(words::number(doubled), "record", "records")
        ));
    }
    warnings
}

/// The values that an operation writes, before and after.
fn lines_of(item: &Item, operation: &Operation, spec: Option<&PairSpec>) -> Vec<Line> {
    let (fields, new) = match &operation.kind {
        OpKind::Create { fields, .. } => (fields, true),
        OpKind::Update { fields, .. } => (fields, false),
        OpKind::Delete { .. } => return Vec::new(),
    };
    let mut lines = Vec::new();
    for name in &operation.mappings {
        let shown = item.fields.iter().find(|field| &field.name == name);
        let before = shown.and_then(|field| field.now.get(operation.side).as_ref());
        let other = shown.and_then(|field| field.now.get(operation.side.opposite()).as_ref());
        let after = spec
            .and_then(|spec| spec.field(name))
            .and_then(|mapping| written(fields, mapping.fields.get(operation.side)))
            .or_else(|| other.map(Value::display));
        if new && after.as_deref().is_none_or(str::is_empty) {
            continue;
        }
        lines.push(Line {
            field: words::field(name),
            before: (!new).then(|| words::value(before)),
            after: after.map(|text| if text.is_empty() { "empty".to_owned() } else { text }),
        });
    }
    lines
}

/// What is written into the platform's fields of a mapping, as one text.
fn written(fields: &Fields, names: &[String]) -> Option<String> {
    let values: Vec<String> = names.iter().filter_map(|name| fields.get(name)).map(Value::display).collect();
    (!values.is_empty()).then(|| values.join(" ").trim().to_owned())
}

fn haystack(item: &Item) -> String {
    let mut text = item.label.to_lowercase();
    for field in &item.fields {
        for value in [&field.now.a, &field.now.b].into_iter().flatten() {
            text.push(' ');
            text.push_str(&value.display().to_lowercase());
        }
    }
    text
}
