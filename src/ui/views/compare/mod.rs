//! Compare: whether both sides really agree, and where they do not.

mod chart;
mod records;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};

use super::review::Names;
use super::{Browse, Intent};
use crate::model::{CompareCounts, CompareReport, PerSide, Timestamp};
use crate::service::{PairState, Progress};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::{Btn, choose, empty, field, remark, title};
use crate::ui::words;

pub(crate) use records::Records;

/// Each compare of a pair, newest first: when, how many milliseconds it took, and its numbers.
pub(crate) type Compares = Arc<Vec<(Timestamp, u64, CompareCounts)>>;

/// What is typed on the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Where the report goes.
    pub(crate) file: String,
    /// Whether the export is open.
    pub(crate) exporting: bool,
    /// Whether the earlier compares are shown.
    pub(crate) earlier: bool,
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
    /// The view model of a report, of whose differences so many may still be open.
    pub(crate) fn of(report: &CompareReport, open: usize, names: &PerSide<String>, now: Timestamp) -> Self {
        let counts = &report.counts;
        let when = words::ago(report.started, now);
        let sentence = match counts.mismatches() {
            0 => tr!("compare-agree", when = when),
            number => tr!("compare-found", found = words::found(number, open), when = when),
        };
        let mut numbers = vec![
            (words::grouped(counts.matched), tr!("compare-on-both")),
            (words::grouped(counts.different), tr!("compare-different")),
            (words::grouped(counts.only_in_a), tr!("compare-only-in", account = names.a)),
            (words::grouped(counts.only_in_b), tr!("compare-only-in", account = names.b)),
        ];
        for (number, text) in [
            (counts.duplicate_keys, tr!("compare-duplicates")),
            (counts.changed_keys, tr!("compare-no-match")),
            (counts.ignored, tr!("compare-ignored")),
        ] {
            if number > 0 {
                numbers.push((words::grouped(number), text));
            }
        }
        Self { sentence, numbers }
    }
}

/// Since when both sides agree, or when they did last; from the newest compare to the oldest.
pub(crate) fn in_step(compares: &[(Timestamp, u64, CompareCounts)]) -> Option<String> {
    let agrees = |(_, _, counts): &&(Timestamp, u64, CompareCounts)| counts.mismatches() == 0;
    let since = compares.iter().take_while(agrees).last();
    if let Some((at, ..)) = since {
        return Some(tr!("compare-in-step-since", day = words::day(*at)));
    }
    let (at, ..) = compares.iter().find(agrees)?;
    Some(tr!("compare-in-step-last", day = words::day(*at)))
}

/// What the page is given.
pub(crate) struct Given<'a> {
    /// The pairs.
    pub(crate) pairs: &'a [PairState],
    /// The one that is shown.
    pub(crate) pair: &'a str,
    /// Its last compare; none while it is read, or if there was none.
    pub(crate) report: Option<&'a Arc<CompareReport>>,
    /// Its compares so far; none while they are read.
    pub(crate) compares: Option<&'a Compares>,
    /// How far it is, while it is at work.
    pub(crate) progress: Option<&'a Progress>,
    /// How far its rows are, while they are made.
    pub(crate) rows: Option<&'a Progress>,
    /// What the pairs' ends are called.
    pub(crate) names: &'a Names,
    /// The moment.
    pub(crate) now: Timestamp,
}

/// Draws the page. Returns the pair that was picked, if another one was.
pub(crate) fn show(
    ui: &mut Ui,
    given: &Given<'_>,
    list: &mut Records,
    form: &mut Form,
    intents: &mut Vec<Intent>,
) -> Option<String> {
    let mut picked = None;
    if given.pairs.is_empty() {
        empty(ui, Icon::Compare, &tr!("compare-empty"), &tr!("compare-empty-text"));
        return None;
    }
    let pair = given.pair.to_owned();
    if list.is_reading(ui) && given.report.is_some() {
        // One record has the whole of a small window.
        records::show(ui, list, &given.names.get(&pair).cloned().unwrap_or_default(), given.now, intents);
        return None;
    }
    ui.horizontal_wrapped(|ui| {
        title(ui, &tr!("compare-title"));
        if given.pairs.len() > 1 {
            let choices: Vec<String> = given.pairs.iter().map(|pair| pair.spec.name.clone()).collect();
            let width = ui.available_width().clamp(80.0, 190.0);
            let at = choose(ui, &tr!("compare-pair"), given.pair, width, &choices);
            picked = at.and_then(|at| choices.get(at).cloned());
        }
        if given.progress.is_some() {
            if ui.add(Btn::new(&tr!("compare-cancel")).icon(Icon::Stop)).clicked() {
                intents.push(Intent::Cancel(pair.clone()));
            }
        } else if ui.add(Btn::new(&tr!("compare-now")).icon(Icon::Compare).primary()).clicked() {
            intents.push(Intent::Compare(pair.clone()));
        }
        if ui.add_enabled(given.report.is_some(), Btn::new(&tr!("compare-export")).icon(Icon::Save)).clicked() {
            form.exporting = !form.exporting;
        }
    });
    if let Some(progress) = given.progress {
        remark(ui, words::progress(progress));
    }
    if let Some(rows) = given.rows {
        remark(ui, words::progress(rows));
    }
    if form.exporting {
        show_export(ui, &pair, form, intents);
    }
    let compared = given.pairs.iter().any(|state| state.spec.name == pair && state.last_compare.is_some());
    if given.report.is_none() && list.failed {
        records::show_failed(ui, list, intents);
        return picked;
    }
    if given.report.is_none() && compared {
        remark(ui, tr!("compare-reading"));
        return picked;
    }
    let Some(report) = given.report else {
        empty(ui, Icon::Compare, &tr!("compare-never"), &tr!("compare-never-text"));
        return picked;
    };
    let names = given.names.get(&pair).cloned().unwrap_or_default();
    let open = given.pairs.iter().find(|state| state.spec.name == pair).map_or(0, PairState::open);
    let totals = Totals::of(report, open, &names, given.now);
    let short = ui.available_height() < 360.0;
    ui.horizontal_wrapped(|ui| {
        ui.label(&totals.sentence);
        if let Some(compares) = given.compares {
            if let Some(step) = in_step(compares) {
                remark(ui, step);
            }
            let text = if form.earlier { tr!("compare-hide-earlier") } else { tr!("compare-earlier") };
            if compares.len() > 1 && ui.add(Btn::new(&text).icon(Icon::History).quiet()).clicked() {
                form.earlier = !form.earlier;
            }
        }
    });
    if form.earlier
        && let Some(compares) = given.compares
    {
        show_earlier(ui, compares, given.now);
    }
    if list.counts.is_empty() {
        show_numbers(ui, &totals);
    } else {
        chart::show(ui, &chart::bars(&list.counts, &names), list, short);
    }
    ui.add_space(theme::SMALL);
    records::show(ui, list, &names, given.now, intents);
    picked
}

fn show_numbers(ui: &mut Ui, totals: &Totals) {
    ui.horizontal_wrapped(|ui| {
        for (number, text) in &totals.numbers {
            ui.label(RichText::new(number).size(theme::SUBTITLE).color(tokens(ui).text));
            ui.label(RichText::new(text).size(theme::REMARK).color(tokens(ui).muted));
            ui.add_space(theme::GAP);
        }
    });
}

fn show_earlier(ui: &mut Ui, compares: &Compares, now: Timestamp) {
    egui::ScrollArea::vertical().id_salt("earlier").max_height(110.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        for (at, millis, counts) in compares.iter() {
            let found = match counts.mismatches() {
                0 => tr!("compare-earlier-agree"),
                number => tr!("compare-earlier-found", count = number),
            };
            let (when, took) = (words::ago(*at, now), words::duration(*millis));
            remark(ui, tr!("compare-earlier-line", when = when, found = found, took = took));
        }
    });
}

fn show_export(ui: &mut Ui, pair: &str, form: &mut Form, intents: &mut Vec<Intent>) {
    field(ui, &tr!("compare-save-as"), &mut form.file, "differences.xlsx", false);
    let end = form.file.trim().rsplit('.').next().unwrap_or_default().to_lowercase();
    let ready = form.file.contains('.') && ["csv", "xlsx", "html"].contains(&end.as_str());
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(ready, Btn::new(&tr!("compare-save")).icon(Icon::Save)).clicked() {
            intents.push(Intent::ExportReport(pair.to_owned(), PathBuf::from(form.file.trim())));
            form.exporting = false;
        }
        if ui.add(Btn::new(&tr!("compare-choose-file")).icon(Icon::Folder)).clicked() {
            intents.push(Intent::Browse(Browse::Report));
        }
        remark(ui, tr!("compare-read-again"));
    });
}
