//! Compare: whether both sides really agree, and where they do not.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};

use super::review::{self, Names, Review};
use super::{Browse, Intent};
use crate::model::{CompareReport, PerSide, Timestamp};
use crate::service::{PairState, Progress};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::{Btn, choose, empty, field, remark, title};
use crate::ui::words;

/// What is typed on the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Where the report goes.
    pub(crate) file: String,
    /// Whether the export is open.
    pub(crate) exporting: bool,
}

/// The totals of a compare, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    /// How it stands, as one sentence.
    pub(crate) sentence: String,
    /// Each number with what it counts.
    pub(crate) numbers: Vec<(String, String)>,
}

impl Totals {
    /// The view model of a report.
    pub(crate) fn of(report: &CompareReport, names: &PerSide<String>, now: Timestamp) -> Self {
        let counts = &report.counts;
        let when = words::ago(report.started, now);
        let sentence = match counts.mismatches() {
            0 => format!("Both sides agree. Compared {when}."),
            number => format!("{} found. Compared {when}.", words::count(number, "difference", "differences")),
        };
        let mut numbers = vec![
            (words::grouped(counts.matched), "on both sides".to_owned()),
            (words::grouped(counts.different), "different".to_owned()),
            (words::grouped(counts.only_in_a), format!("only in {}", names.a)),
            (words::grouped(counts.only_in_b), format!("only in {}", names.b)),
        ];
        for (number, text) in [
            (counts.duplicate_keys, "duplicates"),
            (counts.changed_keys, "no longer match"),
            (counts.ignored, "ignored by you"),
        ] {
            if number > 0 {
                numbers.push((words::grouped(number), text.to_owned()));
            }
        }
        Self { sentence, numbers }
    }
}

/// What the page is given.
pub(crate) struct Given<'a> {
    /// The pairs.
    pub(crate) pairs: &'a [PairState],
    /// The one that is shown.
    pub(crate) pair: &'a str,
    /// Its last compare; none while it is read, or if there was none.
    pub(crate) report: Option<&'a Arc<CompareReport>>,
    /// How far it is, while it is at work.
    pub(crate) progress: Option<&'a Progress>,
    /// What the pairs' ends are called.
    pub(crate) names: &'a Names,
    /// The moment.
    pub(crate) now: Timestamp,
}

/// Draws the page. Returns the pair that was picked, if another one was.
pub(crate) fn show(
    ui: &mut Ui,
    given: &Given<'_>,
    list: &mut Review,
    form: &mut Form,
    intents: &mut Vec<Intent>,
) -> Option<String> {
    let mut picked = None;
    if given.pairs.is_empty() {
        empty(ui, Icon::Compare, "Nothing to compare yet", "Connect two accounts first, on the page Home.");
        return None;
    }
    let pair = given.pair.to_owned();
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            title(ui, "Compare");
            if given.pairs.len() > 1 {
                let choices: Vec<String> = given.pairs.iter().map(|pair| pair.spec.name.clone()).collect();
                let at = choose(ui, "Connection", given.pair, 190.0, &choices);
                picked = at.and_then(|at| choices.get(at).cloned());
            }
        },
        |ui| {
            if given.progress.is_some() {
                if ui.add(Btn::new("Cancel").icon(Icon::Stop)).clicked() {
                    intents.push(Intent::Cancel(pair.clone()));
                }
            } else if ui.add(Btn::new("Compare now").icon(Icon::Compare).primary()).clicked() {
                intents.push(Intent::Compare(pair.clone()));
            }
            if ui.add_enabled(given.report.is_some(), Btn::new("Export…").icon(Icon::Save)).clicked() {
                form.exporting = !form.exporting;
            }
        },
    );
    if let Some(progress) = given.progress {
        remark(ui, words::progress(progress));
    }
    if form.exporting {
        show_export(ui, &pair, form, intents);
    }
    let compared = given.pairs.iter().any(|state| state.spec.name == pair && state.last_compare.is_some());
    if given.report.is_none() && compared {
        remark(ui, "Reading the last compare…");
        return picked;
    }
    let Some(report) = given.report else {
        empty(
            ui,
            Icon::Compare,
            "Not compared yet",
            "A compare reads both sides whole and shows every record in which they do not agree. It writes nothing.",
        );
        return picked;
    };
    let names = given.names.get(&pair).cloned().unwrap_or_default();
    let totals = Totals::of(report, &names, given.now);
    ui.label(&totals.sentence);
    ui.horizontal_wrapped(|ui| {
        for (number, text) in &totals.numbers {
            ui.label(RichText::new(number).size(theme::SUBTITLE).color(tokens(ui).text));
            ui.label(RichText::new(text).size(theme::REMARK).color(tokens(ui).muted));
            ui.add_space(theme::GAP);
        }
    });
    ui.add_space(theme::SMALL);
    review::show(ui, list, given.names, given.now, intents);
    picked
}

fn show_export(ui: &mut Ui, pair: &str, form: &mut Form, intents: &mut Vec<Intent>) {
    field(ui, "Save the report as (.csv, .xlsx or .html)", &mut form.file, "differences.xlsx", false);
    let end = form.file.trim().rsplit('.').next().unwrap_or_default().to_lowercase();
    let ready = form.file.contains('.') && ["csv", "xlsx", "html"].contains(&end.as_str());
    ui.horizontal(|ui| {
        if ui.add_enabled(ready, Btn::new("Save the report").icon(Icon::Save)).clicked() {
            intents.push(Intent::ExportReport(pair.to_owned(), PathBuf::from(form.file.trim())));
            form.exporting = false;
        }
        if ui.add(Btn::new("Choose where to save…").icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Report));
        }
        remark(ui, "Both sides are read again for it.");
    });
}
