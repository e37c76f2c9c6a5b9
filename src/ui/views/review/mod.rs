//! Review: every question and difference in one list, and the one that is picked side by side.
//!
//! The service looks through the list; the window holds what it found, and asks for the whole of a
//! matter only when it is looked at. So a frame costs the rows that are seen, however many there are.

mod list;
mod marks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eframe::egui::{self, Ui};

use super::Intent;
use super::detail::{self, Draft, Extra};
use crate::model::{Matter, MatterId, Observed, Partner, PerSide, Side, Timestamp};
use crate::service::{FoundMatters, Look, MatterList, MatterQuery};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::rows::Rows;
use crate::ui::theme::tokens;
use crate::ui::widgets::{Btn, empty, not_read, remark};
use marks::Marks;

/// What the pairs' ends are called, by pair.
pub(crate) type Names = BTreeMap<String, PerSide<String>>;

/// Below this width the list and the record are shown one at a time.
const NARROW: f32 = 600.0;
/// So many whole matters are kept.
const KEPT: usize = 64;

/// How old a matter is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Age {
    /// Any.
    #[default]
    Any,
    /// At most a day.
    Day,
    /// At most a week.
    Week,
    /// More than a week.
    Older,
}

/// The list and what is picked in it.
#[derive(Default)]
pub(crate) struct Review {
    /// What is looked for.
    pub(crate) query: MatterQuery,
    age: Age,
    found: Option<Arc<FoundMatters>>,
    /// What is being looked up.
    asked: Option<MatterQuery>,
    stale: bool,
    /// Why the list could not be looked through.
    failed: Option<String>,
    line: usize,
    selected: Option<MatterId>,
    anchor: usize,
    ticked: Marks,
    settling: Marks,
    draft: Draft,
    scroll: bool,
    rows: Rows,
    /// Whether the record is shown, where there is room for one of the two only.
    reading: bool,
    details: BTreeMap<MatterId, (u64, Arc<Matter>)>,
    wanted: BTreeMap<MatterId, u64>,
    /// What is remembered of the records that a matter cannot tell apart; none while it is asked for.
    candidates: BTreeMap<MatterId, Option<Arc<PerSide<Vec<Observed>>>>>,
    partners: BTreeMap<MatterId, Option<Arc<Vec<Partner>>>>,
}

impl Review {
    /// What has to be looked up now, if anything: one at a time, and the newest wish after it.
    pub(crate) fn wants(&mut self) -> Option<Look> {
        if self.asked.is_some() || self.failed.is_some() {
            return None;
        }
        let known = self.found.as_ref().is_some_and(|found| found.query == self.query);
        if known && !self.stale {
            return None;
        }
        self.stale = false;
        self.asked = Some(self.query.clone());
        Some(Look::Matters(self.query.clone()))
    }

    /// Something may have changed.
    pub(crate) fn refresh(&mut self) {
        self.stale = true;
        self.failed = None;
    }

    /// Whether the list is as it was when it was last asked for.
    pub(crate) const fn is_newest(&self) -> bool {
        self.asked.is_none() && !self.stale
    }

    /// Takes what was found.
    pub(crate) fn take(&mut self, found: Arc<FoundMatters>) {
        if self.asked.as_ref() == Some(&found.query) {
            self.asked = None;
        }
        if self.found.as_ref().is_some_and(|before| before.list.revision > found.list.revision) {
            return;
        }
        if let Some(before) = &self.found
            && !Arc::ptr_eq(&before.list, &found.list)
        {
            self.ticked = self.ticked.moved(&before.list, &found.list);
            self.settling = self.settling.moved(&before.list, &found.list);
            self.candidates.clear();
            self.partners.clear();
        }
        let place = self.selected.and_then(|id| found.list.place_of(id));
        let line = place.and_then(|place| found.shown.iter().position(|shown| *shown == place));
        self.found = Some(found);
        match line {
            Some(line) => self.line = line,
            // What was picked is settled or not shown any more: the one that took its place is next.
            None => self.select(self.line),
        }
    }

    /// The list could not be looked through.
    pub(crate) fn look_failed(&mut self, why: String) {
        self.asked = None;
        self.failed = Some(why);
    }

    /// Takes matters, whole.
    pub(crate) fn take_details(&mut self, matters: Vec<Arc<Matter>>) {
        let revision = self.revision();
        for matter in matters {
            self.wanted.remove(&matter.id);
            self.details.insert(matter.id, (revision, matter));
        }
        while self.details.len() > KEPT {
            let selected = self.selected;
            let Some(id) = self.details.keys().copied().find(|id| Some(*id) != selected) else { break };
            self.details.remove(&id);
        }
    }

    /// Takes the records of a matter that cannot tell them apart.
    pub(crate) fn set_candidates(&mut self, id: MatterId, records: Arc<PerSide<Vec<Observed>>>) {
        self.candidates.insert(id, Some(records));
    }

    /// Takes the records that may be the same as that of a matter.
    pub(crate) fn set_partners(&mut self, id: MatterId, partners: Arc<Vec<Partner>>) {
        self.partners.insert(id, Some(partners));
    }

    /// Shows the matters of another pair, or of all.
    pub(crate) fn show_pair(&mut self, pair: Option<String>) {
        if self.query.pair != pair {
            self.query = MatterQuery { pair, sort: self.query.sort, ..MatterQuery::default() };
            self.age = Age::Any;
        }
        self.reading = false;
    }

    /// Shows one matter, whatever was looked for.
    pub(crate) fn pick(&mut self, id: MatterId) {
        self.query = MatterQuery { pair: self.query.pair.take(), sort: self.query.sort, ..MatterQuery::default() };
        self.age = Age::Any;
        self.draft = Draft::default();
        self.selected = Some(id);
        self.scroll = true;
        if let Some(found) = &self.found
            && let Some(place) = found.list.place_of(id)
        {
            // Where it is not shown yet, it is found once the list has been looked through.
            self.line = found.shown.iter().position(|shown| *shown == place).unwrap_or(self.line);
        }
    }

    /// The open matters, once they are known.
    pub(crate) fn list(&self) -> Option<&MatterList> {
        self.found.as_ref().map(|found| &*found.list)
    }

    /// Marks matters as being settled, and moves on to the next.
    pub(crate) fn settling(&mut self, ids: &[MatterId]) {
        let Some(found) = self.found.clone() else { return };
        for place in ids.iter().filter_map(|id| found.list.place_of(*id)) {
            self.settling.set(place, true);
        }
        self.ticked.clear();
        let free = |place: &u32| !self.settling.has(*place);
        if let Some(next) = found.shown.iter().skip(self.line).position(free) {
            self.select(self.line + next);
        }
    }

    /// Takes the marks off again: it could not be settled, or is settled.
    pub(crate) fn not_settling(&mut self, ids: &[MatterId]) {
        let Some(found) = &self.found else { return };
        for place in ids.iter().filter_map(|id| found.list.place_of(*id)) {
            self.settling.set(place, false);
        }
    }

    fn revision(&self) -> u64 {
        self.found.as_ref().map_or(0, |found| found.list.revision)
    }

    fn shown(&self) -> usize {
        self.found.as_ref().map_or(0, |found| found.shown.len())
    }

    fn select(&mut self, line: usize) {
        self.line = line.min(self.shown().saturating_sub(1));
        let id = self.found.as_ref().and_then(|found| found.row(self.line)).map(|row| row.id);
        if self.selected != id {
            self.selected = id;
            self.draft = Draft::default();
        }
    }

    /// Ticks every line between the last one that was ticked and this one.
    fn tick_to(&mut self, line: usize) {
        let (from, to) = (self.anchor.min(line), self.anchor.max(line));
        let Some(found) = &self.found else { return };
        for place in found.shown.iter().take(to + 1).skip(from) {
            self.ticked.set(*place, true);
        }
    }

    fn tick_all(&mut self) {
        let Some(found) = &self.found else { return };
        for place in &found.shown {
            self.ticked.set(*place, true);
        }
    }

    /// The matters that a bulk answer is for: the ticked ones, else all that are shown, as far as the
    /// answer fits their kind.
    fn bulk(&self, fits: impl Fn(&crate::model::MatterKind) -> bool) -> Vec<MatterId> {
        let Some(found) = &self.found else { return Vec::new() };
        let places = found.shown.iter().filter(|place| self.ticked.count() == 0 || self.ticked.has(**place));
        let rows = places.filter(|place| !self.settling.has(**place)).filter_map(|place| found.list.row(*place));
        rows.filter(|row| fits(&row.kind)).map(|row| row.id).collect()
    }

    /// Asks for the whole of what is looked at and of its neighbours, which are looked at next.
    fn ask_details(&mut self, intents: &mut Vec<Intent>) {
        let Some(found) = self.found.clone() else { return };
        let revision = found.list.revision;
        let lines = [self.line.checked_sub(1), Some(self.line), Some(self.line + 1), Some(self.line + 2)];
        let near: BTreeSet<MatterId> =
            lines.into_iter().flatten().filter_map(|line| found.row(line)).map(|row| row.id).collect();
        let missing: Vec<MatterId> = near
            .into_iter()
            .filter(|id| self.details.get(id).is_none_or(|(at, _)| *at < revision))
            .filter(|id| self.wanted.get(id).is_none_or(|at| *at < revision))
            .collect();
        if !missing.is_empty() {
            self.wanted.extend(missing.iter().map(|id| (*id, revision)));
            intents.push(Intent::Look(Look::Details(missing)));
        }
        let Some((_, matter)) = self.selected.and_then(|id| self.details.get(&id)) else { return };
        let id = matter.id;
        if detail::has_candidates(matter) && !self.candidates.contains_key(&id) {
            self.candidates.insert(id, None);
            intents.push(Intent::Candidates(id));
        }
        if detail::may_have_partners(matter) && !self.partners.contains_key(&id) {
            self.partners.insert(id, None);
            intents.push(Intent::Look(Look::Partners(id)));
        }
    }
}

/// Draws the list and the detail.
pub(crate) fn show(ui: &mut Ui, review: &mut Review, names: &Names, now: Timestamp, intents: &mut Vec<Intent>) {
    if let Some(why) = review.failed.clone() {
        if not_read(ui, &tr!("review-failed"), &why) {
            review.refresh();
        }
        return;
    }
    let Some(found) = review.found.clone() else {
        empty(ui, Icon::Work, &tr!("review-loading"), &tr!("review-loading-text"));
        return;
    };
    if found.list.is_empty() {
        empty(ui, Icon::Ok, &tr!("review-empty"), &tr!("review-empty-text"));
        return;
    }
    review.ask_details(intents);
    list::keys(ui, review, names, intents);
    if ui.available_width() < NARROW {
        show_narrow(ui, review, &found, names, now, intents);
        return;
    }
    let width = (ui.available_width() * 0.34).clamp(230.0, 340.0);
    egui::Panel::left("review list")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..egui::Margin::ZERO }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| list::show(ui, review, &found, names, now, intents));
    egui::CentralPanel::no_frame().show(ui, |ui| show_record(ui, review, names, now, intents));
}

/// The list or the record, where there is no room for both.
fn show_narrow(
    ui: &mut Ui,
    review: &mut Review,
    found: &FoundMatters,
    names: &Names,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    if review.reading {
        if ui.add(Btn::new(&tr!("review-back")).icon(Icon::Left)).clicked() {
            review.reading = false;
        }
        show_record(ui, review, names, now, intents);
    } else {
        list::show(ui, review, found, names, now, intents);
    }
}

fn show_record(ui: &mut Ui, review: &mut Review, names: &Names, now: Timestamp, intents: &mut Vec<Intent>) {
    let tokens = tokens(ui);
    egui::Frame::new()
        .fill(tokens.card)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(egui::CornerRadius::same(12))
        .inner_margin(egui::Margin::same(if ui.available_width() < 420.0 { 8 } else { 14 }))
        .show(ui, |ui| {
            ui.take_available_space();
            let Some(row) = review.found.as_ref().and_then(|found| found.row(review.line)) else {
                empty(ui, Icon::Review, &tr!("review-nothing-picked"), &tr!("review-pick"));
                return;
            };
            let id = row.id;
            let settling = review.found.as_ref().and_then(|found| found.list.place_of(id));
            if settling.is_some_and(|place| review.settling.has(place)) {
                empty(ui, Icon::Work, &tr!("review-settling"), &tr!("review-settling-text"));
                return;
            }
            let Some((_, matter)) = review.details.get(&id) else {
                remark(ui, tr!("review-reading-record"));
                return;
            };
            let matter = Arc::clone(matter);
            let names = names_of(names, &matter.pair);
            let candidates = review.candidates.get(&id).and_then(Clone::clone);
            let partners = review.partners.get(&id).and_then(Clone::clone);
            let extra = Extra { records: candidates.as_deref(), partners: partners.as_deref().map(Vec::as_slice) };
            detail::show(ui, &matter, &names, extra, &mut review.draft, now, intents);
        });
}

/// What the ends of a pair are called.
pub(crate) fn names_of(names: &Names, pair: &str) -> PerSide<String> {
    names.get(pair).cloned().unwrap_or_else(|| PerSide::from_fn(|side: Side| side.to_string()))
}
