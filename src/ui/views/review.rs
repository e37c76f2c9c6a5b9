//! Review: every question and difference in one list, and the one that is picked side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eframe::egui::{self, Key, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::detail::{self, Draft};
use super::{Confirm, Intent};
use crate::model::{Matter, MatterId, Observed, PerSide, Resolution, Side, Timestamp};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::{Btn, choose, empty, remark, search, settle_height, short_remark};
use crate::ui::words;

/// What the pairs' ends are called, by pair.
pub(crate) type Names = BTreeMap<String, PerSide<String>>;

/// Which matters are in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
    /// Everything in which the two sides of this pair differ: what is asked already is a difference too.
    Mismatches(String),
}

/// The list and what is picked in it. The filtered places are kept, so that a frame costs only the
/// rows that are seen.
pub(crate) struct Review {
    scope: Scope,
    matters: Arc<Vec<Matter>>,
    texts: Vec<String>,
    kinds: Vec<(String, String)>,
    shown: Vec<usize>,
    /// The text looked for.
    pub(crate) text: String,
    /// The kind looked for, by its word.
    pub(crate) kind: Option<String>,
    /// The pair looked for.
    pub(crate) pair: Option<String>,
    selected: Option<MatterId>,
    ticked: BTreeSet<MatterId>,
    settling: BTreeSet<MatterId>,
    draft: Draft,
    scroll: bool,
    /// What is remembered of the records that a matter cannot tell apart; none while it is asked for.
    candidates: BTreeMap<MatterId, Option<Arc<PerSide<Vec<Observed>>>>>,
}

impl Review {
    /// An empty list.
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            matters: Arc::default(),
            texts: Vec::new(),
            kinds: Vec::new(),
            shown: Vec::new(),
            text: String::new(),
            kind: None,
            pair: None,
            selected: None,
            ticked: BTreeSet::new(),
            settling: BTreeSet::new(),
            draft: Draft::default(),
            scroll: false,
            candidates: BTreeMap::new(),
        }
    }

    /// Takes what is open now.
    pub(crate) fn set(&mut self, matters: Arc<Vec<Matter>>, names: &Names) {
        self.texts = matters.iter().map(haystack).collect();
        let mut kinds: BTreeMap<String, (String, u64)> = BTreeMap::new();
        for matter in matters.iter().filter(|matter| self.in_scope(matter)) {
            let entry = kinds
                .entry(matter.kind.word().to_owned())
                .or_insert_with(|| (words::matter(&matter.kind, &names_of(names, &matter.pair)), 0));
            entry.1 += 1;
        }
        self.kinds = kinds
            .into_iter()
            .map(|(word, (text, number))| (word, format!("{text} ({})", words::grouped(number))))
            .collect();
        if self.kind.as_ref().is_some_and(|kind| !self.kinds.iter().any(|(word, _)| word == kind)) {
            self.kind = None;
        }
        self.matters = matters;
        self.candidates.clear();
        let there: BTreeSet<MatterId> = self.matters.iter().map(|matter| matter.id).collect();
        self.ticked.retain(|id| there.contains(id));
        self.settling.retain(|id| there.contains(id));
        self.filter();
    }

    /// Shows the matters of another pair, or of all.
    pub(crate) fn show_only(&mut self, scope: Scope, pair: Option<String>, names: &Names) {
        if self.scope != scope || self.pair != pair {
            self.scope = scope;
            self.pair = pair;
            let matters = Arc::clone(&self.matters);
            self.set(matters, names);
        }
    }

    /// Shows one matter, whatever was looked for.
    pub(crate) fn pick(&mut self, id: MatterId) {
        self.text.clear();
        self.kind = None;
        self.filter();
        if let Some(at) = self.shown.iter().position(|at| self.matters.get(*at).is_some_and(|one| one.id == id)) {
            self.select(at);
            self.scroll = true;
        }
    }

    /// Looks for the text, kind and pair.
    pub(crate) fn filter(&mut self) {
        let text = self.text.trim().to_lowercase();
        let mut shown = Vec::new();
        for (at, (matter, hay)) in self.matters.iter().zip(&self.texts).enumerate() {
            let fits = self.in_scope(matter)
                && self.pair.as_ref().is_none_or(|pair| *pair == matter.pair)
                && self.kind.as_ref().is_none_or(|kind| kind == matter.kind.word())
                && (text.is_empty() || hay.contains(&text));
            if fits {
                shown.push(at);
            }
        }
        self.shown = shown;
        if self.position().is_none() {
            self.select(0);
        }
    }

    /// Takes the records of a matter that cannot tell them apart.
    pub(crate) fn set_candidates(&mut self, id: MatterId, records: Arc<PerSide<Vec<Observed>>>) {
        self.candidates.insert(id, Some(records));
    }

    /// Marks matters as being settled, and moves on to the next.
    pub(crate) fn settling(&mut self, ids: &[MatterId]) {
        self.settling.extend(ids.iter().copied());
        self.ticked.clear();
        let from = self.position().unwrap_or(0);
        let next = self
            .shown
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, at)| self.matters.get(**at).is_some_and(|matter| !self.settling.contains(&matter.id)));
        if let Some((position, _)) = next {
            self.select(position);
        }
    }

    /// Takes the marks off again: it could not be settled.
    pub(crate) fn not_settled(&mut self, ids: &[MatterId]) {
        for id in ids {
            self.settling.remove(id);
        }
    }

    /// The matter that is picked.
    pub(crate) fn current(&self) -> Option<&Matter> {
        self.position().and_then(|position| self.shown.get(position)).and_then(|at| self.matters.get(*at))
    }

    fn in_scope(&self, matter: &Matter) -> bool {
        match &self.scope {
            Scope::All => true,
            Scope::Mismatches(pair) => matter.pair == *pair,
        }
    }

    fn position(&self) -> Option<usize> {
        let id = self.selected?;
        // Matters come ordered by nothing in particular, so the place is looked for; this is done a
        // few times a frame and touches only numbers.
        self.shown.iter().position(|at| self.matters.get(*at).is_some_and(|matter| matter.id == id))
    }

    fn select(&mut self, position: usize) {
        let id = self.shown.get(position).and_then(|at| self.matters.get(*at)).map(|matter| matter.id);
        if self.selected != id {
            self.selected = id;
            self.draft = Draft::default();
        }
    }

    /// The matters that a bulk answer is for: the ticked ones, else all that are shown, as far as
    /// one side can be right in them.
    fn bulk(&self) -> Vec<MatterId> {
        let shown = self.shown.iter().filter_map(|at| self.matters.get(*at));
        shown
            .filter(|matter| self.ticked.is_empty() || self.ticked.contains(&matter.id))
            .filter(|matter| detail::use_side(matter, Side::A).is_some() && !self.settling.contains(&matter.id))
            .map(|matter| matter.id)
            .collect()
    }
}

/// Draws the list and the detail.
pub(crate) fn show(ui: &mut Ui, review: &mut Review, names: &Names, now: Timestamp, intents: &mut Vec<Intent>) {
    if review.matters.is_empty() || (review.shown.is_empty() && review.text.is_empty() && review.kind.is_none()) {
        empty(ui, Icon::Ok, "Nothing waits for you", "Questions and differences come up here when there are any.");
        return;
    }
    keys(ui, review, intents);
    let unknown = review.current().filter(|matter| detail::has_candidates(matter)).map(|matter| matter.id);
    if let Some(id) = unknown.filter(|id| !review.candidates.contains_key(id)) {
        review.candidates.insert(id, None);
        intents.push(Intent::Candidates(id));
    }
    let width = (ui.available_width() * 0.34).clamp(270.0, 330.0);
    egui::Panel::left("review list")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_list(ui, review, names, intents));
    egui::CentralPanel::no_frame().show(ui, |ui| {
        let tokens = tokens(ui);
        egui::Frame::new()
            .fill(tokens.card)
            .stroke(egui::Stroke::new(1.0, tokens.line))
            .corner_radius(egui::CornerRadius::same(12))
            .inner_margin(egui::Margin::same(14))
            .show(ui, |ui| {
                ui.take_available_space();
                let mut draft = std::mem::take(&mut review.draft);
                if let Some(matter) = review.current() {
                    if review.settling.contains(&matter.id) {
                        empty(ui, Icon::Work, "Being settled…", "Your answer is being carried out.");
                    } else {
                        let names = names_of(names, &matter.pair);
                        let records = review.candidates.get(&matter.id).and_then(|known| known.as_deref());
                        detail::show(ui, matter, &names, records, &mut draft, now, intents);
                    }
                } else {
                    empty(ui, Icon::Review, "Nothing is picked", "Pick a record in the list.");
                }
                review.draft = draft;
            });
    });
}

fn show_list(ui: &mut Ui, review: &mut Review, names: &Names, intents: &mut Vec<Intent>) {
    let mut changed = search(ui, "Search the list", &mut review.text, ui.available_width()).changed();
    if review.kinds.len() > 1 {
        let mut choices = vec!["Every kind".to_owned()];
        choices.extend(review.kinds.iter().map(|(_, text)| text.clone()));
        let at = review.kind.as_ref().and_then(|kind| review.kinds.iter().position(|(word, _)| word == kind));
        let now = at.and_then(|at| review.kinds.get(at)).map_or("Every kind", |(_, text)| text.as_str()).to_owned();
        let width = ui.available_width();
        if let Some(picked) = choose(ui, "Kind", &now, width, &choices) {
            review.kind = picked.checked_sub(1).and_then(|at| review.kinds.get(at)).map(|(word, _)| word.clone());
            changed = true;
        }
    }
    if changed {
        review.filter();
    }
    let number = words::number(review.shown.len());
    let ticked = words::number(review.ticked.len());
    let text = if ticked > 0 {
        format!("{} shown, {} ticked", words::grouped(number), words::grouped(ticked))
    } else {
        format!("{} shown", words::grouped(number))
    };
    remark(ui, text);
    egui::Panel::bottom("bulk").frame(egui::Frame::new()).resizable(false).show_separator_line(false).show(ui, |ui| {
        show_bulk(ui, review, names, intents);
        settle_height(ui, "bulk height");
    });
    show_table(ui, review, names);
}

fn show_table(ui: &mut Ui, review: &mut Review, names: &Names) {
    let selected = review.position();
    let mut clicked = None;
    let mut ticked = None;
    let scroll = std::mem::take(&mut review.scroll);
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = ui.available_height();
    let mut table = TableBuilder::new(ui)
        .id_salt("review")
        .sense(egui::Sense::click())
        .auto_shrink(false)
        .max_scroll_height(height)
        .min_scrolled_height(height)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(26.0))
        .column(Column::remainder().clip(true));
    if let Some(row) = selected.filter(|_| scroll) {
        table = table.scroll_to_row(row, None);
    }
    table.body(|body| {
        body.rows(theme::ROW_TWO, review.shown.len(), |mut row| {
            let at = row.index();
            let Some(matter) = review.shown.get(at).and_then(|at| review.matters.get(*at)) else { return };
            row.set_selected(selected == Some(at));
            row.col(|ui| {
                let mut on = review.ticked.contains(&matter.id);
                let response = ui.add(egui::Checkbox::without_text(&mut on));
                let label = format!("Tick {}", matter.label);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
                if response.changed() {
                    ticked = Some((matter.id, on));
                }
            });
            row.col(|ui| {
                let settling = review.settling.contains(&matter.id);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.add_space(7.0);
                    let ink = if settling { tokens(ui).muted } else { tokens(ui).text };
                    ui.add(egui::Label::new(RichText::new(&matter.label).color(ink)).truncate());
                    let what = if settling {
                        "being settled…".to_owned()
                    } else {
                        words::matter(&matter.kind, &names_of(names, &matter.pair))
                    };
                    short_remark(ui, what);
                });
            });
            if row.response().clicked() {
                clicked = Some(at);
            }
        });
    });
    if let Some(at) = clicked {
        review.select(at);
    }
    if let Some((id, on)) = ticked {
        if on {
            review.ticked.insert(id);
        } else {
            review.ticked.remove(&id);
        }
    }
}

fn show_bulk(ui: &mut Ui, review: &Review, names: &Names, intents: &mut Vec<Intent>) {
    let answerable = |at: &usize| {
        let matter = review.matters.get(*at).filter(|matter| !review.settling.contains(&matter.id));
        let matter = matter.filter(|matter| review.ticked.is_empty() || review.ticked.contains(&matter.id));
        matter.is_some_and(|matter| detail::use_side(matter, Side::A).is_some())
    };
    if review.shown.len() < 2 || !review.shown.iter().any(answerable) {
        return;
    }
    let Some(matter) = review.current() else { return };
    let names = names_of(names, &matter.pair);
    let chosen = if review.ticked.is_empty() { "shown" } else { "ticked" };
    ui.add_space(theme::SMALL);
    for side in Side::BOTH {
        let number = if review.ticked.is_empty() { review.shown.len() } else { review.ticked.len() };
        let text = format!("Use {} for the {} {chosen}", names.get(side), words::grouped(words::number(number)));
        if ui.add(Btn::new(&text).wide(ui.available_width())).on_hover_text(&text).clicked() {
            let ids = review.bulk();
            let count = words::count(words::number(ids.len()), "record", "records");
            let left = number.saturating_sub(ids.len());
            let mut explained = format!("The values of {} will be written for {count}.", names.get(side));
            if left > 0 {
                let left = words::grouped(words::number(left));
                explained.push(' ');
                explained.push_str(&left);
                explained.push_str(" of another kind stay open, because no side's values can settle them.");
            }
            explained.push_str(" Every overwritten value stays in the history and can be undone.");
            if !ids.is_empty() {
                intents.push(Intent::Confirm(Box::new(Confirm {
                    title: format!("Use {} for {count}?", names.get(side)),
                    text: explained,
                    yes: format!("Yes, for {count}"),
                    danger: false,
                    then: Intent::Settle(ids, Resolution::Use(side), format!("Used {} for {count}", names.get(side))),
                })));
            }
        }
    }
}

/// J, K and the arrows move on; A and B take a side; Enter applies. Not while a text is typed.
fn keys(ui: &Ui, review: &mut Review, intents: &mut Vec<Intent>) {
    if ui.ctx().text_edit_focused() || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    let position = review.position().unwrap_or(0);
    let last = review.shown.len().saturating_sub(1);
    if pressed(Key::J) || pressed(Key::ArrowDown) {
        review.select((position + 1).min(last));
        review.scroll = true;
    }
    if pressed(Key::K) || pressed(Key::ArrowUp) {
        review.select(position.saturating_sub(1));
        review.scroll = true;
    }
    if pressed(Key::Z) {
        intents.push(Intent::UndoLast);
    }
    let Some(matter) = review.current() else { return };
    if review.settling.contains(&matter.id) {
        return;
    }
    let mut answer = None;
    for (key, side) in [(Key::A, Side::A), (Key::B, Side::B)] {
        if pressed(key) {
            answer = detail::use_side(matter, side);
        }
    }
    let free = ui.memory(|memory| memory.focused().is_none());
    if free && pressed(Key::Enter) && !review.draft.choices.is_empty() {
        answer = Some(Resolution::Fields(review.draft.choices.clone()));
    }
    if let Some(answer) = answer {
        intents.push(Intent::Settle(vec![matter.id], answer, format!("Settled {}", matter.label)));
    }
}

fn names_of(names: &Names, pair: &str) -> PerSide<String> {
    names.get(pair).cloned().unwrap_or_else(|| PerSide::new("A".to_owned(), "B".to_owned()))
}

fn haystack(matter: &Matter) -> String {
    let mut text = matter.label.to_lowercase();
    for value in matter.fields.iter().flat_map(|field| [&field.now.a, &field.now.b]).flatten() {
        text.push(' ');
        text.push_str(&value.display().to_lowercase());
    }
    text
}
