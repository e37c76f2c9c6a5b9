//! The page: filters, runs, and what the picked one wrote.

use eframe::egui::{self, Ui};
use egui_extras::{Column, TableBuilder};

use super::model::{Choice, Line, Period, day, deed, lines, state, undo_sentences};
use super::{History, HistoryIntent, life};
use crate::model::{Numbered, Outcome, PerSide, RunSummary, Timestamp, WriteState};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::rows::{self, Rows};
use crate::ui::text_diff::Part;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::views::Intent;
use crate::ui::views::review::Names;
use crate::ui::widgets::{
    Btn, banner, chip, choose, dialog, empty, icon, is_stacked, not_read, page_head, remark, search, short_remark,
    sides, subtitle, title,
};
use crate::ui::words;

/// How many of the records that an undo leaves alone are named.
const NAMED: usize = 8;

/// Draws the history.
pub(crate) fn show(ui: &mut Ui, history: &mut History, names: &Names, now: Timestamp, intents: &mut Vec<Intent>) {
    let narrow = is_stacked(ui);
    if narrow {
        title(ui, &tr!("history-title"));
        ui.horizontal_wrapped(|ui| show_find(ui, history, true, intents));
    } else {
        page_head(ui, &tr!("history-title"), |ui| show_find(ui, history, false, intents));
    }
    if history.lives.is_some() || history.finding {
        life::show(ui, history, names, narrow, intents);
    } else {
        if !(narrow && history.opened) {
            show_filters(ui, history, names, intents);
        }
        show_history(ui, history, names, now, narrow, intents);
    }
    show_undoing(ui.ctx(), history, names, intents);
}

/// The question "what happened to ...?": the field and its button, in the order of the line.
fn show_find(ui: &mut Ui, history: &mut History, rightwards: bool, intents: &mut Vec<Intent>) {
    let found = history.lives.is_some() || history.finding;
    if found && ui.add(Btn::new(&tr!("history-all-runs")).icon(Icon::Back)).clicked() {
        history.record.clear();
        intents.push(Intent::History(HistoryIntent::Find));
    }
    let button = |ui: &mut Ui| ui.add(Btn::new(&tr!("history-find")).icon(Icon::Search)).clicked();
    let before = !rightwards && button(ui);
    let entry = search(ui, &tr!("history-record"), &mut history.record, 230.0);
    let go = before || rightwards && button(ui);
    let entered = entry.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if go || entered || entry.changed() && history.record.is_empty() {
        intents.push(Intent::History(HistoryIntent::Find));
    }
}

fn show_filters(ui: &mut Ui, history: &mut History, names: &Names, intents: &mut Vec<Intent>) {
    let before = history.choice.clone();
    ui.horizontal_wrapped(|ui| {
        if names.len() > 1 {
            let all = tr!("history-every-pair");
            let choices: Vec<String> = std::iter::once(all.clone()).chain(names.keys().cloned()).collect();
            let now = history.choice.pair.clone().unwrap_or(all);
            if let Some(at) = choose(ui, &tr!("history-pair"), &now, 170.0, &choices) {
                history.choice.pair = at.checked_sub(1).and_then(|at| names.keys().nth(at)).cloned();
            }
        }
        let all = tr!("history-every-outcome");
        let outcomes = Choice::OUTCOMES.into_iter().map(words::outcome);
        let choices: Vec<String> = std::iter::once(all.clone()).chain(outcomes).collect();
        let now = history.choice.outcome.map_or(all, words::outcome);
        if let Some(at) = choose(ui, &tr!("history-outcome"), &now, 160.0, &choices) {
            history.choice.outcome = at.checked_sub(1).and_then(|at| Choice::OUTCOMES.get(at)).copied();
        }
        let choices: Vec<String> = Period::ALL.iter().map(|period| period.name()).collect();
        if let Some(at) = choose(ui, &tr!("history-period"), &history.choice.period.name(), 150.0, &choices) {
            history.choice.period = Period::ALL.get(at).copied().unwrap_or_default();
        }
        if history.choice.period == Period::Between {
            search(ui, &tr!("history-from"), &mut history.choice.from, 110.0);
            search(ui, &tr!("history-to"), &mut history.choice.to, 110.0);
            let wrong = |text: &str| !text.trim().is_empty() && day(text).is_none();
            if wrong(&history.choice.from) || wrong(&history.choice.to) {
                remark(ui, tr!("history-how-to-date"));
            }
        }
        if history.choice.is_narrow() && ui.add(Btn::new(&tr!("history-clear")).quiet()).clicked() {
            history.choice = Choice::default();
        }
    });
    if history.choice != before {
        history.forget_runs();
        intents.push(Intent::History(HistoryIntent::Runs));
    }
}

fn show_history(
    ui: &mut Ui,
    history: &mut History,
    names: &Names,
    now: Timestamp,
    narrow: bool,
    intents: &mut Vec<Intent>,
) {
    let Some(runs) = history.runs.take() else {
        match history.failed.clone() {
            Some(why) => {
                if not_read(ui, &tr!("history-not-read"), &why) {
                    history.failed = None;
                    intents.push(Intent::History(HistoryIntent::Runs));
                }
            }
            None => {
                remark(ui, tr!("history-reading"));
            }
        }
        return;
    };
    if runs.is_empty() {
        if history.choice.is_narrow() {
            empty(ui, Icon::Filter, &tr!("history-none-fit"), &tr!("history-none-fit-why"));
        } else {
            empty(ui, Icon::History, &tr!("history-empty"), &tr!("history-empty-why"));
        }
        history.runs = Some(runs);
        return;
    }
    ui.add_space(theme::SMALL);
    move_by_keys(ui, history, &runs, intents);
    if narrow {
        if history.opened {
            if ui.add(Btn::new(&tr!("history-back")).icon(Icon::Back)).clicked() {
                history.opened = false;
            }
            history.runs = Some(runs);
            show_run(ui, history, names, intents);
        } else {
            show_runs(ui, history, &runs, names, now, intents);
            history.runs = Some(runs);
        }
        return;
    }
    let width = (ui.available_width() * 0.4).clamp(250.0, 400.0);
    egui::Panel::left("runs")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_runs(ui, history, &runs, names, now, intents));
    history.runs = Some(runs);
    egui::CentralPanel::no_frame().show(ui, |ui| show_run(ui, history, names, intents));
}

/// Arrow keys go from run to run while nothing else has the keys.
fn move_by_keys(ui: &Ui, history: &mut History, runs: &[RunSummary], intents: &mut Vec<Intent>) {
    if ui.memory(|memory| memory.focused().is_some()) || history.undoing.is_some() {
        return;
    }
    let (down, up) = ui.input(|input| (input.key_pressed(egui::Key::ArrowDown), input.key_pressed(egui::Key::ArrowUp)));
    let at = runs.iter().position(|run| Some(run.run) == history.run);
    let next = match (at, down, up) {
        (Some(at), true, false) => at.checked_add(1),
        (Some(at), false, true) => at.checked_sub(1),
        (Some(_) | None, _, _) => None,
    };
    if let Some(run) = next.and_then(|at| runs.get(at)) {
        history.scroll_to = next;
        intents.push(Intent::History(HistoryIntent::Pick(run.run)));
    }
}

fn show_runs(
    ui: &mut Ui,
    history: &mut History,
    runs: &[RunSummary],
    names: &Names,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    short_remark(ui, tr!("history-count", count = history.total));
    ui.spacing_mut().item_spacing.y = 0.0;
    let more = (runs.len() as u64) < history.total;
    let mut opened = false;
    let mut list = Rows::default();
    let height = ui.available_height();
    let mut table = TableBuilder::new(ui).min_scrolled_height(height.min(120.0));
    if let Some(at) = history.scroll_to.take() {
        table = table.scroll_to_row(at, None);
    }
    table
        .id_salt("runs")
        .auto_shrink(false)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(28.0))
        .column(Column::remainder().clip(true))
        .body(|body| {
            body.rows(theme::ROW_TWO, runs.len() + usize::from(more), |mut row| {
                let at = row.index();
                let Some(run) = runs.get(at) else {
                    row.col(|_| {});
                    row.col(|ui| {
                        short_remark(ui, tr!("history-reading-more"));
                    });
                    intents.push(Intent::History(HistoryIntent::MoreRuns));
                    return;
                };
                row.set_selected(history.run == Some(run.run));
                let when = words::ago(run.started, now);
                let mut pressed = None;
                row.col(|ui| {
                    let name = || {
                        let outcome = words::outcome(run.outcome);
                        tr!(
                            "history-run-name",
                            run = run.run.0.to_string(),
                            outcome = outcome,
                            pair = run.pair,
                            when = when
                        )
                    };
                    pressed = Some(list.row(ui, (at, runs.len()), history.run == Some(run.run), name));
                    let (sign, tone) = look(run.outcome);
                    let ink = tokens(ui).tone(tone).0;
                    ui.add_space(6.0);
                    icon(ui, sign, 16.0, ink);
                });
                let took = words::duration(run.millis);
                row.col(|ui| {
                    if let Some(row) = &pressed {
                        rows::show_focus(ui, row);
                    }
                    let names = names.get(&run.pair).cloned().unwrap_or_default();
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.add_space(7.0);
                        let head = format!("{}, {}", words::outcome(run.outcome), run.pair);
                        ui.add(egui::Label::new(head).truncate().selectable(false));
                        short_remark(ui, format!("{when}, {took}: {}", words::run_sentence(run, &names)));
                    });
                });
                if pressed.is_some_and(|row| row.clicked()) {
                    opened = true;
                    intents.push(Intent::History(HistoryIntent::Pick(run.run)));
                }
            });
        });
    history.opened |= opened;
}

fn show_run(ui: &mut Ui, history: &mut History, names: &Names, intents: &mut Vec<Intent>) {
    let Some(run) = history.current().cloned() else {
        empty(ui, Icon::History, &tr!("history-pick"), &tr!("history-pick-why"));
        return;
    };
    let names = names.get(&run.pair).cloned().unwrap_or_default();
    let wrote = !words::writes(&run, &names).is_empty();
    let undoable = wrote && run.undone_by.is_none() && run.outcome != Outcome::Running;
    sides(
        ui,
        |ui| subtitle(ui, &words::moment(run.started)),
        |ui| {
            if undoable && ui.add(Btn::new(&tr!("history-undo-run")).icon(Icon::Undo)).clicked() {
                intents.push(Intent::History(HistoryIntent::LookAtUndo(run.run, None)));
            }
        },
    );
    let did = words::run_sentence(&run, &names);
    let (number, took) = (run.run.0.to_string(), words::duration(run.millis));
    remark(ui, tr!("history-run-facts", run = number, trigger = words::trigger(run.trigger), took = took, did = did));
    if let Some(by) = run.undone_by {
        remark(ui, tr!("history-undone-by", run = by.0.to_string()));
    }
    if let (Some(message), true) = (&run.message, run.outcome != Outcome::Failed) {
        remark(ui, message);
    }
    for failed in run.failed.iter().take(3) {
        banner(ui, Tone::Bad, &format!("{}: {}", failed.label, failed.error), None);
    }
    if run.failed.len() > 3 {
        remark(ui, tr!("history-more-failed", count = run.failed.len() - 3));
    }
    if let Some(why) = history.no_writes.clone() {
        if not_read(ui, &tr!("history-writes-not-read"), &why) {
            history.no_writes = None;
            intents.push(Intent::History(HistoryIntent::Writes));
        }
        return;
    }
    let Some((total, found, failed)) = history.writes.as_ref().map(|all| (all.total, all.found, all.failed)) else {
        remark(ui, tr!("history-reading-writes"));
        return;
    };
    if total == 0 {
        remark(ui, tr!("history-wrote-nothing"));
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let mut changed = search(ui, &tr!("history-search"), &mut history.text, 240.0).changed();
        if failed > 0 {
            let all = chip(ui, !history.failed_only, &tr!("history-chip-all", count = total)).clicked();
            let only = chip(ui, history.failed_only, &tr!("history-chip-failed", count = failed)).clicked();
            if all || only {
                history.failed_only = only;
                changed = true;
            }
        }
        remark(ui, tr!("history-shown", count = found));
        if changed {
            intents.push(Intent::History(HistoryIntent::Writes));
        }
    });
    let may = run.undone_by.is_none() && run.outcome != Outcome::Running;
    show_writes(ui, history, &names, may, intents);
}

fn show_writes(ui: &mut Ui, history: &History, names: &PerSide<String>, may: bool, intents: &mut Vec<Intent>) {
    let Some(writes) = &history.writes else { return };
    let more = (writes.list.len() as u64) < writes.found;
    ui.spacing_mut().item_spacing.y = 0.0;
    TableBuilder::new(ui)
        .id_salt("writes")
        .striped(true)
        .auto_shrink(false)
        .cell_layout(egui::Layout::top_down(egui::Align::Min))
        .column(Column::remainder().clip(true))
        .body(|body| {
            let count = |one: &Numbered| lines(&one.write).len() + 1;
            let heights = writes.list.iter().map(count).map(height).chain(more.then_some(theme::LINE + 14.0));
            body.heterogeneous_rows(heights, |mut row| {
                let Some(one) = writes.list.get(row.index()) else {
                    row.col(|ui| {
                        short_remark(ui, tr!("history-reading-more"));
                    });
                    intents.push(Intent::History(HistoryIntent::MoreWrites));
                    return;
                };
                // What is written does not begin at the very edge of the stripe.
                let within = egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 0));
                row.col(|ui| {
                    within.show(ui, |ui| show_write(ui, one, names, may, intents));
                });
            });
        });
}

/// The height of a row with so many lines under its head.
pub(super) fn height(lines: usize) -> f32 {
    f32::from(u16::try_from(lines).unwrap_or(u16::MAX)) * theme::LINE + 44.0
}

fn show_write(ui: &mut Ui, one: &Numbered, names: &PerSide<String>, may: bool, intents: &mut Vec<Intent>) {
    let write = &one.write;
    ui.add_space(5.0);
    egui::Sides::new().height(28.0).shrink_left().truncate().show(
        ui,
        |ui| {
            let tokens = tokens(ui);
            let mut job = egui::text::LayoutJob::default();
            job.append(&format!("{} ", write.label), 0.0, text_format(theme::BODY, tokens.text));
            job.append(&format!("{} ", deed(write, names)), 4.0, text_format(theme::REMARK, tokens.muted));
            if let Some((text, tone)) = state(write.state) {
                job.append(&text, 4.0, text_format(theme::REMARK, tokens.tone(tone).0));
            }
            ui.add(egui::Label::new(job).truncate());
        },
        |ui| {
            if may && write.state == WriteState::Done {
                let name = tr!("history-undo-one-name", label = write.label, number = one.number.to_string());
                if ui.add(Btn::new(&tr!("history-undo-one")).named(&name).icon(Icon::Undo).quiet()).clicked() {
                    let which = Some((write.id.clone(), write.label.clone()));
                    intents.push(Intent::History(HistoryIntent::LookAtUndo(write.run, which)));
                }
            }
        },
    );
    for line in lines(write) {
        show_line(ui, &line);
    }
    let why = write.error.as_deref().unwrap_or(&write.reason);
    let ink = if write.error.is_some() { tokens(ui).bad.0 } else { tokens(ui).muted };
    let text = egui::RichText::new(tr!("history-why", reason = why)).size(theme::REMARK).color(ink);
    ui.add(egui::Label::new(text).truncate()).on_hover_text(why);
}

/// A field with what was there and what is there, the letters that differ marked.
pub(super) fn show_line(ui: &mut Ui, line: &Line) {
    let tokens = tokens(ui);
    let mut job = egui::text::LayoutJob::default();
    let plain = text_format(theme::REMARK, tokens.text);
    job.append(&format!("{}: ", line.field), 10.0, text_format(theme::REMARK, tokens.muted));
    let mut add = |parts: &[Part]| {
        for part in parts {
            let mut format = plain.clone();
            if part.differs {
                format.background = tokens.mark;
                format.underline = egui::Stroke::new(1.0, tokens.text);
            }
            job.append(&part.text, 0.0, format);
        }
    };
    if let Some(before) = &line.before {
        add(before);
        add(&[Part { text: " → ".to_owned(), differs: false }]);
    }
    add(&line.after);
    let whole = job.text.clone();
    ui.allocate_ui(egui::vec2(ui.available_width(), theme::LINE), |ui| {
        ui.add(egui::Label::new(job).truncate()).on_hover_text(whole);
    });
}

pub(super) fn text_format(size: f32, ink: egui::Color32) -> egui::TextFormat {
    egui::TextFormat::simple(egui::FontId::proportional(size), ink)
}

/// What an undo would do and leave alone, and whether it is to be done.
fn show_undoing(ctx: &egui::Context, history: &mut History, names: &Names, intents: &mut Vec<Intent>) {
    let Some(undoing) = history.undoing.clone() else { return };
    let title = match &undoing.write {
        None => tr!("history-undo-ask", run = undoing.run.0.to_string()),
        Some((_, label)) => tr!("history-undo-one-ask", label = label),
    };
    let does = undoing.plan.as_ref().is_some_and(|plan| plan.operations().next().is_some());
    let mut over = false;
    let away = dialog(
        ctx,
        "undo",
        &title,
        |ui| {
            let Some(plan) = &undoing.plan else {
                remark(ui, tr!("history-looking"));
                return;
            };
            let names = names.get(&plan.pair).cloned().unwrap_or_default();
            if !does {
                ui.label(tr!("history-would-nothing"));
            }
            for sentence in undo_sentences(plan, &names) {
                ui.add(egui::Label::new(sentence).wrap());
            }
            if !plan.notes.is_empty() {
                ui.add_space(theme::GAP);
                ui.label(tr!("history-would-skip", count = plan.notes.len()));
                for note in plan.notes.iter().take(NAMED) {
                    remark(ui, &note.text);
                }
                if plan.notes.len() > NAMED {
                    remark(ui, tr!("history-would-skip-more", count = plan.notes.len() - NAMED));
                }
            }
        },
        |ui| {
            if does && ui.add(Btn::new(&tr!("history-undo-yes")).primary()).clicked() {
                over = true;
                intents.push(match &undoing.write {
                    None => Intent::Undo(undoing.run),
                    Some((id, _)) => Intent::History(HistoryIntent::UndoWrite(undoing.run, id.clone())),
                });
            }
            over |= ui.add(Btn::new(&tr!("history-undo-no"))).clicked();
        },
    );
    if over || away {
        history.undoing = None;
    }
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
