//! Every record of the newest compare, those that agree too: a page at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use crate::model::{CompareRow, Matter, MatterId, MatterKind, PerSide, Side, Timestamp};
use crate::service::{CompareFound, CompareQuery, Look};
use crate::texts::tr;
use crate::ui::bidi;
use crate::ui::icons::Icon;
use crate::ui::rows::{self, Rows};
use crate::ui::theme::{self, tokens};
use crate::ui::views::detail::{self, Draft, Extra};
use crate::ui::views::{Intent, Page};
use crate::ui::widgets::{Btn, empty, not_read, remark, search, short_remark};
use crate::ui::words;

/// How many rows are asked for at once.
const PAGE: usize = 200;
/// How many pages are kept.
const PAGES: usize = 12;
/// Below this width the list and the record are shown one at a time.
const NARROW: f32 = 600.0;

/// The records of a compare and what is picked among them.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is about another part of the list")]
pub(crate) struct Records {
    query: CompareQuery,
    /// Whether the service keeps the records of this compare.
    pub(crate) kept: bool,
    known: bool,
    /// Whether the last thing that was looked up could not be read; the message over the page says why.
    pub(crate) failed: bool,
    total: usize,
    /// How many there are of each word.
    pub(crate) counts: Vec<(String, u64)>,
    pages: BTreeMap<usize, Vec<CompareRow>>,
    /// What was read before something changed, shown until it is read again.
    before: BTreeMap<usize, Vec<CompareRow>>,
    asked: BTreeMap<usize, CompareQuery>,
    /// Whether something else is looked for than what is shown.
    searching: bool,
    /// Whether rows that were asked for could not be read; they are not asked for again by themselves.
    stuck: bool,
    line: usize,
    picked: Option<CompareRow>,
    matter: Option<Arc<Matter>>,
    matter_asked: Option<MatterId>,
    draft: Draft,
    reading: bool,
    wanted: Option<(MatterId, String)>,
    /// The line that the keys picked, which the list has to follow.
    follow: Option<usize>,
    rows: Rows,
}

impl Records {
    /// Shows the records of this pair.
    pub(crate) fn show_pair(&mut self, pair: &str) {
        if self.query.pair != pair {
            *self =
                Self { query: CompareQuery { pair: pair.to_owned(), ..CompareQuery::default() }, ..Self::default() };
        }
    }

    /// What was compared, or is open, may have changed: the pages are read again.
    pub(crate) fn refresh(&mut self) {
        if !self.pages.is_empty() {
            self.before = std::mem::take(&mut self.pages);
        }
        self.asked.clear();
        (self.failed, self.stuck) = (false, false);
        self.matter_asked = None;
    }

    /// Whether one record is shown instead of the list, as there is no room for both.
    pub(super) fn is_reading(&self, ui: &Ui) -> bool {
        self.reading && self.kept && ui.available_width() < NARROW
    }

    /// Shows the records with this word only; the same word again shows all.
    pub(crate) fn toggle_kind(&mut self, word: &str) {
        self.query.kind = if self.query.kind.as_deref() == Some(word) { None } else { Some(word.to_owned()) };
        self.look_again();
    }

    /// The word that is looked for.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.query.kind.as_deref()
    }

    /// Takes a page.
    pub(crate) fn take(&mut self, found: Arc<CompareFound>) {
        let offset = found.query.offset;
        if self.asked.get(&offset) == Some(&found.query) {
            self.asked.remove(&offset);
        }
        if !is_same(&found.query, &self.query) {
            return;
        }
        // Nobody else holds it, so that its rows need not be copied within a frame.
        let found = Arc::unwrap_or_clone(found);
        (self.failed, self.stuck) = (false, false);
        self.kept = found.compared.is_some();
        self.known = true;
        self.total = usize::try_from(found.total).unwrap_or(usize::MAX);
        self.counts = found.counts;
        if std::mem::take(&mut self.searching) {
            let_go(std::mem::take(&mut self.before));
            self.line = 0;
            if found.rows.is_empty() {
                self.picked = None;
                self.matter = None;
            }
        }
        let rows = self.pages.entry(offset).insert_entry(found.rows).into_mut();
        let count = rows.len();
        let place = |wanted: MatterId| rows.iter().position(|row| row.matter == Some(wanted));
        let at = self.wanted.as_ref().and_then(|(wanted, _)| place(*wanted));
        while self.pages.len() > PAGES {
            let far = |at: &usize| at.abs_diff(self.line);
            let Some(furthest) = self.pages.keys().copied().max_by_key(far) else { break };
            self.pages.remove(&furthest);
        }
        if let Some((wanted, label)) = self.wanted.take()
            && at.is_none()
            && self.total > count
            && self.query.text != label
        {
            // It lies further down: what it is called leads to it.
            self.query.text.clone_from(&label);
            self.wanted = Some((wanted, label));
            self.look_again();
            return;
        }
        let line = at.map_or(self.line, |at| offset + at);
        self.pick(line.min(self.total.saturating_sub(1)));
    }

    /// Picks the record of this matter once it is read: among the first, or else by its name.
    pub(crate) fn want(&mut self, matter: MatterId, label: String) {
        self.wanted = Some((matter, label));
        self.query.kind = None;
        self.query.text.clear();
        self.look_again();
    }

    /// Takes the matter that is picked, whole.
    pub(crate) fn take_details(&mut self, matters: &[Arc<Matter>]) {
        let wanted = self.picked.as_ref().and_then(|row| row.matter);
        if let Some(matter) = matters.iter().find(|matter| Some(matter.id) == wanted) {
            self.matter = Some(Arc::clone(matter));
        }
    }

    /// The rows could not be read: they are asked for again when something changes, or on a press.
    pub(crate) fn look_failed(&mut self) {
        self.failed = true;
        self.stuck |= !self.asked.is_empty();
        self.asked.clear();
    }

    /// Something else is looked for. What was found before is shown until then.
    fn look_again(&mut self) {
        if !self.pages.is_empty() {
            let_go(std::mem::replace(&mut self.before, std::mem::take(&mut self.pages)));
        }
        self.searching = true;
        (self.failed, self.stuck) = (false, false);
        self.reading = false;
    }

    fn row(&self, line: usize) -> Option<&CompareRow> {
        let offset = line / PAGE * PAGE;
        self.pages.get(&offset).or_else(|| self.before.get(&offset))?.get(line % PAGE)
    }

    fn pick(&mut self, line: usize) {
        self.line = line;
        let row = self.row(line).cloned();
        let before = self.picked.as_ref().map(|row| &row.subject);
        if before != row.as_ref().map(|row| &row.subject) {
            self.draft = Draft::default();
        }
        let matter = row.as_ref().and_then(|row| row.matter);
        if self.matter.as_ref().map(|kept| kept.id) != matter {
            self.matter = None;
        }
        if row.is_some() {
            self.picked = row;
        }
    }

    /// Asks for the page of a line, once.
    fn ask(&mut self, line: usize, intents: &mut Vec<Intent>) {
        // What is looked for anew begins at its first row. It waits for the search that is under way, as
        // several through a million rows would take the processors from what is drawn.
        let offset = if self.searching { 0 } else { line / PAGE * PAGE };
        let waits = self.searching && !self.asked.is_empty();
        if waits || self.stuck || self.pages.contains_key(&offset) || self.asked.contains_key(&offset) {
            return;
        }
        let query = CompareQuery { offset, count: PAGE, ..self.query.clone() };
        self.asked.insert(offset, query.clone());
        intents.push(Intent::Look(Look::Rows(query)));
    }
}

/// Whether two queries look for the same, whatever page of it.
fn is_same(one: &CompareQuery, other: &CompareQuery) -> bool {
    (&one.pair, &one.kind, &one.text) == (&other.pair, &other.kind, &other.text)
}

/// Lets go of many rows, which takes longer than a frame has.
fn let_go(rows: BTreeMap<usize, Vec<CompareRow>>) {
    if rows.len() > 1 {
        let _thread = std::thread::Builder::new().spawn(move || drop(rows));
    }
}

/// Draws the list and the record that is picked.
pub(super) fn show(
    ui: &mut Ui,
    records: &mut Records,
    names: &PerSide<String>,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    if records.failed && (!records.known || records.stuck) {
        show_failed(ui, records, intents);
        return;
    }
    records.ask(records.line, intents);
    if !records.known {
        remark(ui, tr!("compare-reading-records"));
        return;
    }
    if !records.kept {
        empty(ui, Icon::Compare, &tr!("compare-not-kept"), &tr!("compare-not-kept-text"));
        return;
    }
    if let Some(id) = records.picked.as_ref().and_then(|row| row.matter).filter(|id| records.matter_asked != Some(*id))
    {
        records.matter_asked = Some(id);
        intents.push(Intent::Look(Look::Details(vec![id])));
    }
    keys(ui, records);
    if ui.available_width() < NARROW {
        if records.reading {
            if ui.add(Btn::new(&tr!("review-back")).icon(Icon::Left)).clicked() {
                records.reading = false;
            }
            show_record(ui, records, names, now, intents);
        } else {
            show_list(ui, records, names, intents);
        }
        return;
    }
    let width = (ui.available_width() * 0.34).clamp(230.0, 340.0);
    egui::Panel::left("compare list")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_list(ui, records, names, intents));
    egui::CentralPanel::no_frame().show(ui, |ui| show_record(ui, records, names, now, intents));
}

/// Nothing of it could be read.
pub(super) fn show_failed(ui: &mut Ui, records: &mut Records, intents: &mut Vec<Intent>) {
    if not_read(ui, &tr!("compare-not-read"), "") {
        records.refresh();
        intents.push(Intent::Go(Page::Compare));
    }
}

fn show_list(ui: &mut Ui, records: &mut Records, names: &PerSide<String>, intents: &mut Vec<Intent>) {
    let width = ui.available_width();
    if search(ui, &tr!("compare-search"), &mut records.query.text, width).changed() {
        records.look_again();
        records.ask(0, intents);
    }
    let count =
        if records.searching { tr!("compare-searching") } else { tr!("compare-records-shown", count = records.total) };
    short_remark(ui, count);
    if records.total == 0 && records.searching {
        return;
    }
    if records.total == 0 {
        remark(ui, tr!("compare-none-found"));
        return;
    }
    let mut clicked = None;
    let mut seen = Vec::new();
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = ui.available_height();
    let mut table = TableBuilder::new(ui)
        .id_salt("compared")
        .auto_shrink(false)
        .max_scroll_height(height)
        .min_scrolled_height(height.min(120.0))
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::remainder().clip(true));
    if let Some(line) = records.follow.take() {
        table = table.scroll_to_row(line, None);
    }
    let mut rows = std::mem::take(&mut records.rows);
    rows.begin();
    table.body(|body| {
        body.rows(theme::ROW_TWO, records.total, |mut line| {
            let at = line.index();
            line.set_selected(records.line == at);
            seen.push(at);
            line.col(|ui| {
                let row = records.row(at);
                let name = || row.map_or_else(|| tr!("compare-reading-records"), |row| name_of(row, names));
                let pressed = rows.row(ui, (at, records.total), records.line == at, name);
                rows::show_focus(ui, &pressed);
                ui.add_space(theme::SMALL);
                match row {
                    Some(row) => show_line(ui, row, names),
                    None => {
                        short_remark(ui, "…");
                    }
                }
                if pressed.clicked() {
                    clicked = Some(at);
                }
            });
        });
    });
    records.rows = rows;
    for at in seen {
        records.ask(at, intents);
    }
    if let Some(at) = clicked {
        records.pick(at);
        records.reading = true;
        ui.ctx().request_repaint();
    }
}

fn show_line(ui: &mut Ui, row: &CompareRow, names: &PerSide<String>) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.add_space(7.0);
        ui.add(egui::Label::new(RichText::new(bidi::seen(&row.label)).color(tokens(ui).text)).truncate());
        short_remark(ui, what(row, names));
    });
}

/// What a record is, in a few words.
fn what(row: &CompareRow, names: &PerSide<String>) -> String {
    match &row.kind {
        _ if row.ignored => tr!("compare-word-ignored"),
        Some(kind) => words::matter(&MatterKind::Mismatch(kind.clone()), names),
        None => tr!("compare-word-same"),
    }
}

/// What a row is called by assistive technology.
fn name_of(row: &CompareRow, names: &PerSide<String>) -> String {
    // In a record of one side only, every field would count.
    let both = Side::BOTH.into_iter().all(|side| row.subject.id(side).is_some());
    let fields = if both { row.fields.iter().filter(|field| field.differs).count() } else { 0 };
    tr!("compare-row", name = row.label, what = what(row, names), fields = fields)
}

fn show_record(ui: &mut Ui, records: &mut Records, names: &PerSide<String>, now: Timestamp, intents: &mut Vec<Intent>) {
    let tokens = tokens(ui);
    egui::Frame::new()
        .fill(tokens.card)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(egui::CornerRadius::same(12))
        .inner_margin(egui::Margin::same(if ui.available_width() < 420.0 { 8 } else { 14 }))
        .show(ui, |ui| {
            ui.take_available_space();
            let Some(row) = records.picked.clone() else {
                empty(ui, Icon::Compare, &tr!("review-nothing-picked"), &tr!("review-pick"));
                return;
            };
            match (row.matter, records.matter.clone()) {
                (Some(_), Some(matter)) => {
                    detail::show(ui, &matter, names, Extra::default(), &mut records.draft, now, intents);
                }
                (Some(_) | None, _) => detail::show_row_of_compare(ui, &row, names, now),
            }
        });
}

/// J, K and the arrows move on; not while a text is typed.
fn keys(ui: &Ui, records: &mut Records) {
    if ui.ctx().text_edit_focused() || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    let pressed = |key: egui::Key| ui.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    let last = records.total.saturating_sub(1);
    let moves = [
        (&[egui::Key::J, egui::Key::ArrowDown][..], records.line + 1),
        (&[egui::Key::K, egui::Key::ArrowUp][..], records.line.saturating_sub(1)),
        (&[egui::Key::PageDown][..], records.line + 10),
        (&[egui::Key::PageUp][..], records.line.saturating_sub(10)),
        (&[egui::Key::Home][..], 0),
        (&[egui::Key::End][..], last),
    ];
    for (keys, to) in moves {
        if keys.iter().any(|key| pressed(*key)) {
            records.pick(to.min(last));
            records.follow = Some(records.line);
            records.rows.moved();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test fails by a panic")]

    use super::*;
    use crate::model::{MismatchKind, RecordId, Subject};

    fn found(query: &CompareQuery, labels: &[&str]) -> Arc<CompareFound> {
        let row = |label: &&str| CompareRow {
            kind: Some(MismatchKind::Different),
            ignored: false,
            subject: Subject::Single(Side::A, RecordId::new(*label)),
            label: (*label).to_owned(),
            reason: String::new(),
            fields: Vec::new(),
            modified: PerSide::default(),
            matter: None,
        };
        let rows: Vec<CompareRow> = labels.iter().map(row).collect();
        let (total, compared) = (rows.len() as u64, Some(Timestamp(1)));
        Arc::new(CompareFound { query: query.clone(), compared, total, all: 3, rows, ..CompareFound::default() })
    }

    /// What is asked for when the first row is drawn.
    fn asks(records: &mut Records) -> Option<CompareQuery> {
        let mut intents = Vec::new();
        records.ask(0, &mut intents);
        let intent = intents.pop()?;
        let Intent::Look(Look::Rows(query)) = intent else { panic!("not a look: {intent:?}") };
        Some(query)
    }

    fn types(records: &mut Records, text: &str) {
        text.clone_into(&mut records.query.text);
        records.look_again();
    }

    #[test]
    fn one_search_is_under_way_at_a_time_and_the_newest_follows() {
        let mut records = Records::default();
        records.show_pair("customers");
        let first = asks(&mut records).unwrap_or_default();
        records.take(found(&first, &["Ann", "Bart", "Carl"]));
        assert_eq!((records.total, records.searching, asks(&mut records)), (3, false, None));
        types(&mut records, "a");
        let a = asks(&mut records).unwrap_or_default();
        types(&mut records, "ar");
        types(&mut records, "art");
        assert_eq!(asks(&mut records), None, "it waits for the answer to the first letter");
        let label = |records: &Records| records.row(0).map(|row| row.label.clone());
        assert_eq!((label(&records).as_deref(), records.searching), (Some("Ann"), true), "what was found before stays");
        records.take(found(&a, &["Ann", "Bart", "Carl"]));
        assert!(records.searching, "that is not what is looked for any more");
        let art = asks(&mut records).unwrap_or_default();
        assert_eq!(art.text, "art");
        records.take(found(&art, &["Bart"]));
        assert_eq!((label(&records).as_deref(), records.total, records.searching), (Some("Bart"), 1, false));
        assert_eq!(records.picked.as_ref().map(|row| row.label.as_str()), Some("Bart"));
        types(&mut records, "arty");
        let none = asks(&mut records).unwrap_or_default();
        records.take(found(&none, &[]));
        assert_eq!((records.total, &records.picked), (0, &None));
    }

    #[test]
    fn a_search_that_failed_is_not_asked_again_by_itself() {
        let mut records = Records::default();
        records.show_pair("customers");
        assert!(asks(&mut records).is_some());
        records.look_failed();
        assert_eq!(asks(&mut records), None);
        records.refresh();
        assert!(asks(&mut records).is_some());
    }
}
