//! History: runs, and what each of them wrote, with the values before and after.

use std::sync::Arc;

use eframe::egui::{self, Ui};
use egui_extras::{Column, TableBuilder};

use super::review::Names;
use super::{Confirm, Intent};
use crate::model::{Outcome, PerSide, RunId, RunSummary, Timestamp, Value, WriteEntry, WriteField, WriteState};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, banner, empty, icon, remark, search, short_remark, subtitle, title};
use crate::ui::words;

/// The runs and the one that is picked.
#[derive(Default)]
pub(crate) struct History {
    /// The newest runs first; none while they are read.
    pub(crate) runs: Option<Arc<Vec<RunSummary>>>,
    /// The run that is picked.
    pub(crate) run: Option<RunId>,
    writes: Option<Arc<Vec<WriteEntry>>>,
    texts: Vec<String>,
    shown: Vec<usize>,
    /// The text looked for in the writes.
    pub(crate) text: String,
}

impl History {
    /// Picks a run; its writes are to be read.
    pub(crate) fn pick(&mut self, run: RunId) {
        if self.run != Some(run) {
            self.writes = None;
            self.shown.clear();
        }
        self.run = Some(run);
    }

    /// Takes the writes of the run that is picked.
    pub(crate) fn set_writes(&mut self, writes: Arc<Vec<WriteEntry>>) {
        self.texts = writes.iter().map(haystack).collect();
        self.writes = Some(writes);
        self.filter();
    }

    /// Looks for the text.
    pub(crate) fn filter(&mut self) {
        let text = self.text.trim().to_lowercase();
        self.shown = (0..self.texts.len())
            .filter(|at| text.is_empty() || self.texts.get(*at).is_some_and(|hay| hay.contains(&text)))
            .collect();
    }

    fn current(&self) -> Option<&RunSummary> {
        self.runs.as_ref()?.iter().find(|run| Some(run.run) == self.run)
    }
}

/// Draws the history.
pub(crate) fn show(ui: &mut Ui, history: &mut History, names: &Names, now: Timestamp, intents: &mut Vec<Intent>) {
    title(ui, "History");
    let Some(runs) = history.runs.clone() else {
        remark(ui, "Reading the history…");
        return;
    };
    if runs.is_empty() {
        empty(ui, Icon::History, "Nothing has been done yet", "Every sync is kept here, and can be undone.");
        return;
    }
    ui.add_space(theme::SMALL);
    let width = (ui.available_width() * 0.42).clamp(270.0, 420.0);
    egui::Panel::left("runs")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_runs(ui, history, &runs, names, now, intents));
    egui::CentralPanel::no_frame().show(ui, |ui| show_run(ui, history, names, intents));
}

fn show_runs(
    ui: &mut Ui,
    history: &History,
    runs: &[RunSummary],
    names: &Names,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    TableBuilder::new(ui)
        .id_salt("runs")
        .sense(egui::Sense::click())
        .auto_shrink(false)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(28.0))
        .column(Column::remainder().clip(true))
        .body(|body| {
            body.rows(theme::ROW_TWO, runs.len(), |mut row| {
                let Some(run) = runs.get(row.index()) else { return };
                row.set_selected(history.run == Some(run.run));
                row.col(|ui| {
                    let (sign, tone) = look(run.outcome);
                    let ink = tokens(ui).tone(tone).0;
                    ui.add_space(6.0);
                    icon(ui, sign, 16.0, ink);
                });
                row.col(|ui| {
                    let names = names.get(&run.pair).cloned().unwrap_or_default();
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.add_space(7.0);
                        ui.add(egui::Label::new(format!("{}, {}", words::outcome(run.outcome), run.pair)).truncate());
                        let when = words::ago(run.started, now);
                        short_remark(ui, format!("{when}: {}", words::run_sentence(run, &names)));
                    });
                });
                let response = row.response();
                let label = format!("Run {}", run.run.0);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
                if response.clicked() {
                    intents.push(Intent::ShowRun(run.run));
                }
            });
        });
}

fn show_run(ui: &mut Ui, history: &mut History, names: &Names, intents: &mut Vec<Intent>) {
    let Some(run) = history.current().cloned() else {
        empty(ui, Icon::History, "Pick a run", "Its changes are shown here, with the values before and after.");
        return;
    };
    let names = names.get(&run.pair).cloned().unwrap_or_default();
    let wrote = !words::writes(&run, &names).is_empty();
    let undoable = wrote && run.undone_by.is_none() && run.outcome != Outcome::Running;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| subtitle(ui, &words::moment(run.started)),
        |ui| {
            if undoable && ui.add(Btn::new("Undo this run").icon(Icon::Undo)).clicked() {
                intents.push(Intent::Confirm(Box::new(Confirm {
                    title: "Undo this run?".to_owned(),
                    text: format!(
                        "What it did ({}) is taken back. What somebody has changed since then is left as it is and shown to you.",
                        words::writes(&run, &names)
                    ),
                    yes: "Yes, undo it".to_owned(),
                    danger: false,
                    then: Intent::Undo(run.run),
                })));
            }
        },
    );
    let took = words::duration(run.millis);
    remark(ui, format!("Started {}, took {took}: {}.", words::trigger(run.trigger), words::run_sentence(&run, &names)));
    if let Some(by) = run.undone_by {
        remark(ui, format!("It was undone by run {}.", by.0));
    }
    for failed in run.failed.iter().take(3) {
        banner(ui, Tone::Bad, &format!("{}: {}", failed.label, failed.error), None);
    }
    if run.failed.len() > 3 {
        let more = words::count(words::number(run.failed.len() - 3), "more record", "more records");
        remark(ui, format!("{more} could not be written; they are tried again at the next sync."));
    }
    let Some(writes) = history.writes.clone() else {
        remark(ui, "Reading its changes…");
        return;
    };
    if writes.is_empty() {
        remark(ui, "It wrote nothing.");
        return;
    }
    if search(ui, "Search its changes", &mut history.text, 280.0).changed() {
        history.filter();
    }
    show_writes(ui, history, &writes, &names);
}

fn show_writes(ui: &mut Ui, history: &History, writes: &[WriteEntry], names: &PerSide<String>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    TableBuilder::new(ui)
        .id_salt("writes")
        .striped(true)
        .auto_shrink(false)
        .cell_layout(egui::Layout::top_down(egui::Align::Min))
        .column(Column::remainder().clip(true))
        .body(|body| {
            let heights = history.shown.iter().map(|at| {
                let lines = writes.get(*at).map_or(1, |write| lines_of(write).count() + 2);
                f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * theme::LINE + 14.0
            });
            body.heterogeneous_rows(heights, |mut row| {
                let Some(write) = history.shown.get(row.index()).and_then(|at| writes.get(*at)) else { return };
                row.col(|ui| show_write(ui, write, names));
            });
        });
}

fn show_write(ui: &mut Ui, write: &WriteEntry, names: &PerSide<String>) {
    ui.add_space(6.0);
    let what = match write.kind.as_str() {
        "create" => "added to",
        "delete" => "deleted from",
        _ => "updated in",
    };
    let state = match write.state {
        WriteState::Done => "",
        WriteState::Intended => " (not known yet)",
        WriteState::Failed => " (failed)",
        WriteState::Undone => " (undone)",
    };
    line(ui, &write.label, &format!("{what} {}{state}", names.get(write.side)));
    for field in lines_of(write) {
        let text = match (&field.before, &field.after) {
            (None, after) => words::value(after.as_ref()),
            (Some(before), after) => format!("{} → {}", words::value(Some(before)), words::value(after.as_ref())),
        };
        line(ui, &format!("    {}", words::field(&field.name)), &text);
    }
    line(ui, "    Why", write.error.as_deref().unwrap_or(&write.reason));
}

/// The fields that are shown of a write: those that it changed.
fn lines_of(write: &WriteEntry) -> impl Iterator<Item = &WriteField> {
    let empty = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_empty);
    write.fields.iter().filter(move |field| !(empty(&field.before) && empty(&field.after)))
}

fn line(ui: &mut Ui, name: &str, text: &str) {
    ui.allocate_ui(egui::vec2(ui.available_width(), theme::LINE), |ui| {
        let tokens = tokens(ui);
        let font = egui::FontId::proportional(theme::REMARK);
        let strong = !name.starts_with(' ');
        let (first, second) = if strong { (tokens.text, tokens.muted) } else { (tokens.muted, tokens.text) };
        let mut job = egui::text::LayoutJob::default();
        job.append(name, 0.0, egui::TextFormat::simple(font.clone(), first));
        job.append(text, 10.0, egui::TextFormat::simple(font, second));
        ui.add(egui::Label::new(job).truncate()).on_hover_text(text);
    });
}

const fn look(outcome: Outcome) -> (Icon, Tone) {
    match outcome {
        Outcome::Running => (Icon::Work, Tone::Busy),
        Outcome::Done => (Icon::Ok, Tone::Good),
        Outcome::Waiting | Outcome::Partial => (Icon::Wait, Tone::Attention),
        Outcome::Preview => (Icon::Compare, Tone::Busy),
        Outcome::Failed => (Icon::Fail, Tone::Bad),
        Outcome::Cancelled => (Icon::Stop, Tone::Plain),
    }
}

fn haystack(write: &WriteEntry) -> String {
    let mut text = write.label.to_lowercase();
    for value in write.fields.iter().flat_map(|field| [&field.before, &field.after]).flatten() {
        text.push(' ');
        text.push_str(&value.display().to_lowercase());
    }
    text
}
