//! Which records take part, as sentences.

use eframe::egui::{self, Ui};

use super::{Known, Setup};
use crate::model::{FieldInfo, Filter, FilterTest, PerSide, Side};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::widgets::{Btn, choose, icon_button, remark, subtitle};

/// Draws the filters.
pub(super) fn show(ui: &mut Ui, setup: &mut Setup, names: &PerSide<String>) {
    subtitle(ui, &tr!("setup-filters"));
    if setup.spec.filters.is_empty() {
        remark(ui, tr!("setup-filters-all"));
    }
    let mut gone = None;
    for (at, filter) in setup.spec.filters.iter_mut().enumerate() {
        ui.push_id(("filter", at), |ui| {
            if show_filter(ui, filter, at + 1, setup.fields.get(filter.side), names) {
                gone = Some(at);
            }
        });
    }
    if let Some(at) = gone {
        setup.spec.filters.remove(at);
    }
    ui.horizontal_wrapped(|ui| {
        for side in Side::BOTH {
            let text = tr!("setup-filter-add", account = names.get(side));
            if ui.add(Btn::new(&text).icon(Icon::Add)).clicked() {
                let test = FilterTest::Is(Vec::new());
                setup.spec.filters.push(Filter { side, field: String::new(), test });
            }
        }
    });
    if setup.known == Known::Yes && !setup.filters().is_empty() && setup.to_fit().is_empty() {
        for side in Side::BOTH {
            let (passing, total) = (*setup.passing.get(side), *setup.totals.get(side));
            remark(ui, tr!("setup-filter-passing", account = names.get(side), passing = passing, total = total));
        }
    }
}

/// Draws one filter. True when it is to be removed.
fn show_filter(ui: &mut Ui, filter: &mut Filter, number: usize, fields: &[FieldInfo], names: &PerSide<String>) -> bool {
    let mut gone = false;
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!("setup-filter-only", account = names.get(filter.side)));
        let labels: Vec<String> = fields.iter().map(|field| field.label.clone()).collect();
        let now = fields.iter().find(|field| field.name == filter.field).map_or_else(
            || if filter.field.is_empty() { tr!("setup-choose") } else { filter.field.clone() },
            |field| field.label.clone(),
        );
        if let Some(field) =
            choose(ui, &tr!("setup-filter-field", number = number), &now, 170.0, &labels).and_then(|at| fields.get(at))
        {
            filter.field.clone_from(&field.name);
        }
        let tests = [
            tr!("setup-is"),
            tr!("setup-is-not"),
            tr!("setup-contains"),
            tr!("setup-is-empty"),
            tr!("setup-is-filled"),
        ];
        let now = match &filter.test {
            FilterTest::Is(_) => 0,
            FilterTest::IsNot(_) => 1,
            FilterTest::Contains(_) => 2,
            FilterTest::Empty(true) => 3,
            FilterTest::Empty(false) => 4,
        };
        let mut typed = typed(&filter.test);
        let word = tests.get(now).cloned().unwrap_or_default();
        let picked = choose(ui, &tr!("setup-filter-test", number = number), &word, 140.0, &tests);
        let mut changed = picked.is_some();
        if now < 3 {
            let edit = ui
                .add(egui::TextEdit::singleline(&mut typed).hint_text(tr!("setup-filter-words")).desired_width(190.0));
            super::fields::named(ui, &edit, &tr!("setup-filter-value", number = number));
            changed |= edit.changed();
        }
        if changed {
            filter.test = test_of(picked.unwrap_or(now), &typed);
        }
        gone = icon_button(ui, Icon::Delete, &tr!("setup-filter-remove", number = number)).clicked();
    });
    gone
}

/// What is typed for a test.
fn typed(test: &FilterTest) -> String {
    match test {
        FilterTest::Is(words) | FilterTest::IsNot(words) => words.join(","),
        FilterTest::Contains(part) => part.clone(),
        FilterTest::Empty(_) => String::new(),
    }
}

/// The test that was picked, with what is typed. Spaces stay while they are typed; a filter takes no
/// account of them.
fn test_of(picked: usize, typed: &str) -> FilterTest {
    let words = || typed.split(',').map(str::to_owned).collect();
    match picked {
        0 => FilterTest::Is(words()),
        1 => FilterTest::IsNot(words()),
        2 => FilterTest::Contains(typed.to_owned()),
        picked => FilterTest::Empty(picked == 3),
    }
}

/// Whether a filter asks something: one without words would leave every record out.
pub(super) fn is_complete(filter: &Filter) -> bool {
    let filled = |words: &[String]| words.iter().any(|word| !word.trim().is_empty());
    !filter.field.is_empty()
        && match &filter.test {
            FilterTest::Is(words) | FilterTest::IsNot(words) => filled(words),
            FilterTest::Contains(part) => !part.trim().is_empty(),
            FilterTest::Empty(_) => true,
        }
}

/// A filter as it is kept: without the spaces and commas that were only typed.
pub(super) fn tidy(mut filter: Filter) -> Filter {
    match &mut filter.test {
        FilterTest::Is(words) | FilterTest::IsNot(words) => {
            for word in words.iter_mut() {
                *word = word.trim().to_owned();
            }
            words.retain(|word| !word.is_empty());
        }
        FilterTest::Contains(part) => *part = part.trim().to_owned(),
        FilterTest::Empty(_) => {}
    }
    filter
}

/// What is still missing.
pub(super) fn problem(setup: &Setup) -> Option<String> {
    let incomplete = setup.spec.filters.iter().position(|filter| !is_complete(filter));
    incomplete.map(|at| tr!("setup-filter-incomplete", number = at + 1))
}
