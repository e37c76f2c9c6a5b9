//! The list of open matters: what is looked for, the rows, and one answer for many.

use eframe::egui::{self, Key, Modifiers, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{Age, Names, Review, names_of};
use crate::model::{PerSide, Resolution, Side, Timestamp};
use crate::service::{FoundMatters, MatterSort};
use crate::texts::tr;
use crate::ui::bidi::seen;
use crate::ui::rows;
use crate::ui::theme::{self, tokens};
use crate::ui::views::detail;
use crate::ui::views::{Confirm, Intent};
use crate::ui::widgets::{Btn, choose, remark, search, settle_height, short_remark};
use crate::ui::words;

const DAY: i64 = 86_400_000;
/// Below this height the list has no room for the answers for many beside it.
const LOW: f32 = 230.0;

/// Draws the list.
pub(super) fn show(
    ui: &mut Ui,
    review: &mut Review,
    found: &FoundMatters,
    names: &Names,
    now: Timestamp,
    intents: &mut Vec<Intent>,
) {
    let width = ui.available_width();
    search(ui, &tr!("review-search"), &mut review.query.text, width);
    show_filters(ui, review, found, names, now);
    let shown = found.shown.len();
    let text = match review.ticked.count() {
        0 => tr!("review-shown", count = shown),
        ticked => tr!("review-shown-ticked", count = shown, ticked = ticked),
    };
    // In a low window the answers for many lie in a menu, so that the list keeps its room.
    let short = ui.available_height() < LOW;
    ui.horizontal(|ui| {
        short_remark(ui, text);
        if review.ticked.count() > 0
            && ui.add(Btn::new(&tr!("review-untick")).quiet()).on_hover_text(tr!("review-untick-hint")).clicked()
        {
            review.ticked.clear();
        }
        if short && is_bulk(review, found) {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.menu_button(tr!("review-bulk-more"), |ui| show_bulk(ui, review, found, names, intents));
            });
        }
    });
    if !short {
        egui::Panel::bottom("bulk").frame(egui::Frame::new()).resizable(false).show_separator_line(false).show(
            ui,
            |ui| {
                show_bulk(ui, review, found, names, intents);
                settle_height(ui, "bulk height");
            },
        );
    }
    if shown == 0 {
        remark(ui, tr!("review-none-found"));
        if ui.add(Btn::new(&tr!("review-show-all"))).clicked() {
            let sort = review.query.sort;
            review.query = crate::service::MatterQuery { sort, ..Default::default() };
            review.age = Age::Any;
        }
        return;
    }
    show_table(ui, review, found, names, intents);
}

fn show_filters(ui: &mut Ui, review: &mut Review, found: &FoundMatters, names: &Names, now: Timestamp) {
    let half = ((ui.available_width() - ui.spacing().item_spacing.x) / 2.0).max(90.0) - 2.0;
    ui.spacing_mut().item_spacing.y = theme::SMALL;
    ui.horizontal_wrapped(|ui| {
        if found.pairs.len() > 1 || review.query.pair.is_some() {
            let all = tr!("review-every-pair");
            let choices = with_first(&all, found.pairs.iter().map(|(pair, count)| counted(pair, *count)));
            let at = review.query.pair.as_ref().and_then(|pair| found.pairs.iter().position(|(name, _)| name == pair));
            let shown = at.and_then(|at| choices.get(at + 1)).unwrap_or(&all).clone();
            if let Some(picked) = choose(ui, &tr!("review-pair"), &shown, half, &choices) {
                review.query.pair =
                    picked.checked_sub(1).and_then(|at| found.pairs.get(at)).map(|(name, _)| name.clone());
            }
        }
        let all = tr!("review-every-kind");
        let one = names_of(
            names,
            review.query.pair.as_ref().or(found.pairs.first().map(|(pair, _)| pair)).map_or("", String::as_str),
        );
        let choices =
            with_first(&all, found.kinds.iter().map(|(kind, count)| counted(&words::matter(kind, &one), *count)));
        let at =
            review.query.kind.as_ref().and_then(|word| found.kinds.iter().position(|(kind, _)| kind.word() == word));
        let shown = at.and_then(|at| choices.get(at + 1)).unwrap_or(&all).clone();
        if let Some(picked) = choose(ui, &tr!("review-kind"), &shown, half, &choices) {
            review.query.kind =
                picked.checked_sub(1).and_then(|at| found.kinds.get(at)).map(|(kind, _)| kind.word().to_owned());
        }
        let all = tr!("review-every-field");
        let choices = with_first(&all, found.fields.iter().map(|(name, count)| counted(&words::field(name), *count)));
        let at = review.query.field.as_ref().and_then(|name| found.fields.iter().position(|(field, _)| field == name));
        let shown = at.and_then(|at| choices.get(at + 1)).unwrap_or(&all).clone();
        if let Some(picked) = choose(ui, &tr!("review-field"), &shown, half, &choices) {
            review.query.field =
                picked.checked_sub(1).and_then(|at| found.fields.get(at)).map(|(name, _)| name.clone());
        }
        let ages = [Age::Any, Age::Day, Age::Week, Age::Older];
        let choices = [tr!("review-any-age"), tr!("review-last-day"), tr!("review-last-week"), tr!("review-older")];
        let at = ages.iter().position(|age| *age == review.age).unwrap_or(0);
        let shown = choices.get(at).cloned().unwrap_or_default();
        if let Some(age) = choose(ui, &tr!("review-age"), &shown, half, &choices).and_then(|at| ages.get(at)) {
            review.age = *age;
            let back = |days: i64| Some(Timestamp(now.0 - days * DAY));
            (review.query.since, review.query.before) = match age {
                Age::Any => (None, None),
                Age::Day => (back(1), None),
                Age::Week => (back(7), None),
                Age::Older => (None, back(7)),
            };
        }
        let sorts = [MatterSort::Oldest, MatterSort::Newest, MatterSort::Name, MatterSort::Kind, MatterSort::Fields];
        let choices = [
            tr!("review-sort-oldest"),
            tr!("review-sort-newest"),
            tr!("review-sort-name"),
            tr!("review-sort-kind"),
            tr!("review-sort-fields"),
        ];
        let at = sorts.iter().position(|sort| *sort == review.query.sort).unwrap_or(0);
        let shown = choices.get(at).cloned().unwrap_or_default();
        if let Some(sort) = choose(ui, &tr!("review-sort"), &shown, half, &choices).and_then(|at| sorts.get(at)) {
            review.query.sort = *sort;
        }
    });
}

fn with_first(first: &str, rest: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(rest).collect()
}

fn counted(text: &str, count: u64) -> String {
    format!("{text} ({})", words::grouped(count))
}

fn show_table(ui: &mut Ui, review: &mut Review, found: &FoundMatters, names: &Names, intents: &mut Vec<Intent>) {
    let scroll = std::mem::take(&mut review.scroll);
    let mut clicked = None;
    let mut ticked = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = ui.available_height();
    let mut table = TableBuilder::new(ui)
        .id_salt("review")
        .auto_shrink(false)
        .max_scroll_height(height)
        .min_scrolled_height(height.min(120.0))
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(26.0))
        .column(Column::remainder().clip(true));
    if scroll {
        table = table.scroll_to_row(review.line, None);
    }
    let many_pairs = found.query.pair.is_none() && found.pairs.len() > 1;
    review.rows.begin();
    table.body(|body| {
        body.rows(theme::ROW_TWO, found.shown.len(), |mut row| {
            let line = row.index();
            let Some((place, matter)) = found.shown.get(line).and_then(|place| Some((*place, found.list.row(*place)?)))
            else {
                return;
            };
            let label = found.list.label(matter);
            row.set_selected(review.line == line);
            let settling = review.settling.has(place);
            let mut pressed = None;
            row.col(|ui| {
                let name = || {
                    let ends = names_of(names, found.list.pair(matter));
                    let what = if settling { tr!("review-row-settling") } else { words::matter(&matter.kind, &ends) };
                    // In a record of one side only, every field would count.
                    let fields = if detail::side_uses(&matter.kind) { matter.fields } else { 0 };
                    tr!("review-row", name = label, what = what, fields = fields, a = ends.a, b = ends.b)
                };
                pressed = Some(review.rows.row(ui, (line, found.shown.len()), review.line == line, name));
                let mut on = review.ticked.has(place);
                let response = ui.add(egui::Checkbox::without_text(&mut on));
                let name = tr!("review-tick", name = label);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
                if response.changed() {
                    ticked = Some((line, place, on));
                }
            });
            row.col(|ui| {
                if let Some(row) = &pressed {
                    rows::show_focus(ui, row);
                }
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.add_space(7.0);
                    let ink = if settling { tokens(ui).muted } else { tokens(ui).text };
                    ui.add(egui::Label::new(RichText::new(seen(label)).color(ink)).truncate());
                    let pair = found.list.pair(matter);
                    let what = if settling {
                        tr!("review-row-settling")
                    } else {
                        words::matter(&matter.kind, &names_of(names, pair))
                    };
                    short_remark(ui, if many_pairs { format!("{what} · {pair}") } else { what });
                });
            });
            if pressed.is_some_and(|row| row.clicked()) {
                clicked = Some((line, place));
            }
        });
    });
    if let Some((line, place, on)) = ticked {
        if ui.input(|input| input.modifiers.shift) {
            review.tick_to(line);
        } else {
            review.ticked.set(place, on);
        }
        review.anchor = line;
    }
    if let Some((line, place)) = clicked {
        let modifiers = ui.input(|input| input.modifiers);
        if modifiers.shift {
            review.tick_to(line);
        } else if modifiers.command {
            let on = !review.ticked.has(place);
            review.ticked.set(place, on);
            review.anchor = line;
        } else {
            review.anchor = line;
            review.reading = true;
            // The list of a narrow window makes way for the record in the next frame.
            ui.ctx().request_repaint();
        }
        review.select(line);
        review.ask_details(intents);
    }
}

/// Whether there are several that one answer could be for.
fn is_bulk(review: &Review, found: &FoundMatters) -> bool {
    let picked = review.ticked.count();
    picked > 1 || picked == 0 && found.shown.len() > 1
}

fn show_bulk(ui: &mut Ui, review: &Review, found: &FoundMatters, names: &Names, intents: &mut Vec<Intent>) {
    if !is_bulk(review, found) {
        return;
    }
    let picked = review.ticked.count();
    let number = if picked > 0 { picked } else { found.shown.len() };
    ui.add_space(theme::SMALL);
    let mut pairs =
        found.pairs.iter().filter(|(pair, _)| found.query.pair.as_ref().is_none_or(|wanted| wanted == pair));
    let (Some((pair, _)), None) = (pairs.next(), pairs.next()) else {
        remark(ui, tr!("review-bulk-one-pair"));
        return;
    };
    let names = names_of(names, pair);
    for side in Side::BOTH {
        let name = names.get(side);
        let text = if picked > 0 {
            tr!("review-bulk-use-ticked", account = name, count = number)
        } else {
            tr!("review-bulk-use-shown", account = name, count = number)
        };
        if ui.add(Btn::new(&text).wide(ui.available_width())).on_hover_text(&text).clicked() {
            let ids = review.bulk(detail::side_uses);
            let count = ids.len();
            let told = tr!("review-bulk-used", account = name, count = count);
            let then = Bulk { ids, resolution: Resolution::Use(side), told };
            let title = tr!("review-bulk-use-title", account = name, count = count);
            confirm(then, title, &tr!("review-bulk-use-text", account = name, count = count), number, intents);
        }
    }
    ui.menu_button(tr!("review-bulk-more"), |ui| show_more(ui, review, &names, number, intents));
}

/// What can be answered for many at once besides a side.
fn show_more(ui: &mut Ui, review: &Review, names: &PerSide<String>, number: usize, intents: &mut Vec<Intent>) {
    for side in Side::BOTH {
        let ids = review.bulk(|kind| detail::side_of_lone(kind) == Some(side.opposite()));
        let (name, count) = (names.get(side), ids.len());
        if count > 0 && ui.button(tr!("review-bulk-create", account = name, count = count)).clicked() {
            let told = tr!("review-bulk-created", account = name, count = count);
            let title = tr!("review-bulk-create-title", account = name, count = count);
            let text = tr!("review-bulk-create-text", account = name, count = count);
            confirm(Bulk { ids, resolution: Resolution::Create, told }, title, &text, number, intents);
            ui.close();
        }
    }
    let ids = review.bulk(|_| true);
    let count = ids.len();
    if ui.button(tr!("review-bulk-ignore", count = count)).clicked() {
        let told = tr!("review-bulk-ignored", count = count);
        let title = tr!("review-bulk-ignore-title", count = count);
        confirm(
            Bulk { ids, resolution: Resolution::Ignore, told },
            title,
            &tr!("review-bulk-ignore-text"),
            number,
            intents,
        );
        ui.close();
    }
}

/// One answer for many.
struct Bulk {
    ids: Vec<crate::model::MatterId>,
    resolution: Resolution,
    told: String,
}

/// Asks before many are answered at once; the number counts only those that the answer can settle.
fn confirm(then: Bulk, title: String, text: &str, number: usize, intents: &mut Vec<Intent>) {
    let count = then.ids.len();
    if count == 0 {
        intents.push(Intent::Say(tr!("review-bulk-none")));
        return;
    }
    let mut explained = text.to_owned();
    let left = number.saturating_sub(count);
    if left > 0 {
        explained.push(' ');
        explained.push_str(&tr!("review-bulk-left", count = left));
    }
    explained.push(' ');
    explained.push_str(&tr!("review-bulk-undo"));
    intents.push(Intent::Confirm(Box::new(Confirm {
        title,
        text: explained,
        yes: tr!("review-bulk-yes", count = count),
        danger: false,
        then: Intent::Settle(then.ids, then.resolution, then.told),
    })));
}

/// J, K and the arrows move on, with Shift they tick; Space ticks; A and B take a side; Enter applies;
/// Z takes back. Not while a text is typed.
pub(super) fn keys(ui: &Ui, review: &mut Review, names: &Names, intents: &mut Vec<Intent>) {
    if ui.ctx().text_edit_focused() || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    let free = ui.memory(|memory| memory.focused().is_none());
    let pressed = |key: Key| ui.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    let shifted = |key: Key| ui.input(|input| input.key_pressed(key) && input.modifiers == Modifiers::SHIFT);
    let (line, last) = (review.line, review.shown().saturating_sub(1));
    let moves = [
        (&[Key::J, Key::ArrowDown][..], line + 1),
        (&[Key::K, Key::ArrowUp][..], line.saturating_sub(1)),
        (&[Key::PageDown][..], line + 10),
        (&[Key::PageUp][..], line.saturating_sub(10)),
        (&[Key::Home][..], 0),
        (&[Key::End][..], last),
    ];
    for (keys, to) in moves {
        let (plain, tick) = (keys.iter().any(|key| pressed(*key)), keys.iter().any(|key| shifted(*key)));
        if plain || tick {
            review.select(to);
            review.scroll = true;
            review.rows.moved();
            if tick {
                review.tick_to(review.line);
            } else {
                review.anchor = review.line;
            }
            review.ask_details(intents);
        }
    }
    if ui.input(|input| input.key_pressed(Key::A) && input.modifiers.command) {
        review.tick_all();
    }
    if pressed(Key::Escape) {
        review.ticked.clear();
        review.reading = false;
    }
    if pressed(Key::Z) {
        intents.push(Intent::UndoLast);
    }
    let Some(place) = review.found.as_ref().and_then(|found| found.shown.get(review.line)).copied() else { return };
    if free && pressed(Key::Space) {
        let on = !review.ticked.has(place);
        review.ticked.set(place, on);
        review.anchor = review.line;
    }
    if review.settling.has(place) {
        return;
    }
    let Some((_, matter)) = review.selected.and_then(|id| review.details.get(&id)) else { return };
    let matter = std::sync::Arc::clone(matter);
    let ends = names_of(names, &matter.pair);
    for (key, side) in [(Key::A, Side::A), (Key::B, Side::B)] {
        if pressed(key) && detail::side_uses(&matter.kind) {
            let told = tr!("review-settled-use", name = matter.label, account = ends.get(side));
            intents.push(Intent::Settle(vec![matter.id], Resolution::Use(side), told));
            return;
        }
    }
    if free && pressed(Key::Enter) {
        if review.draft.choices.is_empty() {
            review.reading = true;
        } else {
            let answer = Resolution::Fields(review.draft.choices.clone());
            let told = tr!("review-settled", name = matter.label);
            intents.push(Intent::Settle(vec![matter.id], answer, told));
        }
    }
}
