//! The details of a row of the board: what its values are, how they are made over, what the other side
//! would get, and which records would go wrong.

use eframe::egui::{self, Ui};

use super::MapRow;
use super::board::Warning;
use super::fields::named;
use super::model::{same_words, set_field, tidy};
use crate::model::{
    Direction, Example, FieldFit, FieldInfo, Filter, Kind, PerSide, Policy, Side, Transform, WriteMode,
};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::widgets::{Btn, banner, choose, icon, icon_button, remark, short_remark};
use crate::ui::words;

/// What the details of a row need beside the row.
pub(super) struct Shown<'a> {
    pub(super) fields: &'a PerSide<Vec<FieldInfo>>,
    pub(super) names: &'a PerSide<String>,
    pub(super) place: usize,
    pub(super) warnings: &'a [Warning],
}

/// Draws the details.
pub(super) fn show(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>, filters: &[Filter]) {
    let fit = row.fitted(filters).cloned();
    let frame = egui::Frame::new()
        .fill(tokens(ui).stripe)
        .corner_radius(egui::CornerRadius::same(theme::RADIUS))
        .inner_margin(egui::Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        show_fields(ui, row, shown);
        show_choices(ui, row, shown);
        show_kind_settings(ui, row, shown, fit.as_deref());
        if let Transform::Template(_) = row.mapping.transform {
            show_template(ui, row, shown);
        }
        tidy(&mut row.mapping);
        ui.separator();
        match &fit {
            Some(fit) => {
                show_examples(ui, row, fit, shown);
                show_warnings(ui, shown);
            }
            None => {
                remark(ui, tr!("setup-looking"));
            }
        }
    });
}

/// A drop-down list with its name above it. Returns the index that was picked.
fn labelled(ui: &mut Ui, shown: &Shown<'_>, label: &str, now: &str, choices: &[String]) -> Option<usize> {
    boxed(ui, 184.0, |ui| {
        short_remark(ui, label);
        choose(ui, &tr!("setup-row-what", row = shown.place, what = label), now, 170.0, choices)
    })
}

/// A block of two lines that goes to the next line as a whole.
fn boxed<R>(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = egui::Layout::top_down(egui::Align::Min);
    let size = egui::vec2(width.min(ui.max_rect().width()), 54.0);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.set_width(size.x);
        add(ui)
    })
    .inner
}

/// A text with its name above it.
fn text(ui: &mut Ui, shown: &Shown<'_>, label: &str, value: &mut String, hint: &str, width: f32) -> bool {
    boxed(ui, width, |ui| {
        short_remark(ui, label);
        let edit = ui.add(egui::TextEdit::singleline(value).hint_text(hint.to_owned()).desired_width(width - 14.0));
        named(ui, &edit, &tr!("setup-row-what", row = shown.place, what = label));
        edit.changed()
    })
}

/// A text that may be left out.
fn optional(ui: &mut Ui, shown: &Shown<'_>, label: &str, value: &mut Option<String>, hint: &str) {
    let mut typed = value.clone().unwrap_or_default();
    if text(ui, shown, label, &mut typed, hint, 184.0) {
        *value = (!typed.is_empty()).then_some(typed);
    }
}

fn show_fields(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>) {
    let split = row.mapping.transform == Transform::SplitName;
    ui.horizontal_wrapped(|ui| {
        for side in Side::BOTH {
            let known = shown.fields.get(side);
            let labels: Vec<String> = known.iter().map(|field| field.label.clone()).collect();
            let count = row.mapping.fields.get(side).len().max(1);
            for place in 0..count {
                let name = row.mapping.fields.get(side).get(place).cloned().unwrap_or_default();
                let now = known.iter().find(|field| field.name == name);
                let now = now.map_or_else(
                    || if name.is_empty() { tr!("setup-choose") } else { name.clone() },
                    |field| field.label.clone(),
                );
                let label = match (split && count > 1, place) {
                    (true, 0) => tr!("setup-given-of", account = shown.names.get(side)),
                    (true, _) => tr!("setup-family-of", account = shown.names.get(side)),
                    (false, 0) => tr!("setup-field-of", account = shown.names.get(side)),
                    (false, _) => tr!("setup-field-of-too", account = shown.names.get(side), number = place + 1),
                };
                let picked = labelled(ui, shown, &label, &now, &labels);
                if let Some(field) = picked.and_then(|at| known.get(at)) {
                    set_field(row, side, place, &field.name);
                    if let Some(kind) = field.kind.filter(|_| row.mapping.kind == Kind::Text && !split) {
                        row.mapping.kind = kind;
                    }
                }
            }
        }
    });
}

fn show_choices(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>) {
    let names = shown.names;
    ui.horizontal_wrapped(|ui| {
        let kinds: Vec<String> = words::KINDS.iter().map(|kind| words::kind(*kind)).collect();
        let now = words::kind(row.mapping.kind);
        if let Some(kind) = labelled(ui, shown, &tr!("setup-kind"), &now, &kinds).and_then(|at| words::KINDS.get(at)) {
            row.mapping.kind = *kind;
        }
        let directions = [Direction::Both, Direction::AToB, Direction::BToA];
        let ways: Vec<String> = directions.iter().map(|way| words::direction(*way, names)).collect();
        let now = words::direction(row.mapping.direction, names);
        if let Some(way) = labelled(ui, shown, &tr!("setup-direction"), &now, &ways).and_then(|at| directions.get(at)) {
            row.mapping.direction = *way;
        }
        show_transform(ui, row, shown);
        let modes = [WriteMode::Replace, WriteMode::FillEmpty, WriteMode::Add];
        let list = row.mapping.kind == Kind::List;
        let modes: Vec<WriteMode> = modes.into_iter().filter(|mode| list || *mode != WriteMode::Add).collect();
        let texts: Vec<String> = modes.iter().map(|mode| write_mode(*mode)).collect();
        let now = write_mode(row.mapping.write);
        if let Some(mode) = labelled(ui, shown, &tr!("setup-write"), &now, &texts).and_then(|at| modes.get(at)) {
            row.mapping.write = *mode;
        }
        let policies = [None, Some(Policy::Ask), Some(Policy::A), Some(Policy::B), Some(Policy::Newest)];
        let policy =
            |policy: Option<Policy>| policy.map_or_else(|| tr!("setup-as-rules"), |one| words::policy(one, names));
        let texts: Vec<String> = policies.iter().map(|one| policy(*one)).collect();
        let now = policy(row.mapping.policy);
        if let Some(one) = labelled(ui, shown, &tr!("setup-both-changed"), &now, &texts).and_then(|at| policies.get(at))
        {
            row.mapping.policy = *one;
        }
    });
}

fn write_mode(mode: WriteMode) -> String {
    match mode {
        WriteMode::Replace => tr!("setup-write-replace"),
        WriteMode::FillEmpty => tr!("setup-write-fill"),
        WriteMode::Add => tr!("setup-write-add"),
    }
}

fn show_transform(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>) {
    let split = |side: Side| tr!("setup-split", account = shown.names.get(side));
    let texts = [tr!("setup-as-it-is"), split(Side::A), split(Side::B), tr!("setup-template")];
    let at = match &row.mapping.transform {
        Transform::None => 0,
        Transform::SplitName if row.mapping.fields.a.len() > 1 => 1,
        Transform::SplitName => 2,
        Transform::Template(_) => 3,
    };
    let now = texts.get(at).cloned().unwrap_or_default();
    let Some(picked) = labelled(ui, shown, &tr!("setup-transform"), &now, &texts) else { return };
    if picked == at {
        return;
    }
    let mapping = &mut row.mapping;
    mapping.transform = match picked {
        1 | 2 => Transform::SplitName,
        3 => Transform::Template(String::new()),
        _ => Transform::None,
    };
    if mapping.transform == Transform::SplitName {
        let two = if picked == 1 { Side::A } else { Side::B };
        mapping.fields.get_mut(two.opposite()).truncate(1);
        mapping.fields.get_mut(two).resize(2, String::new());
    }
    row.why = None;
}

/// The template, and the fields that it may name.
fn show_template(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>) {
    let source = if row.mapping.direction == Direction::BToA { Side::B } else { Side::A };
    let known = shown.fields.get(source);
    let Transform::Template(template) = &mut row.mapping.transform else { return };
    let mut changed = false;
    ui.horizontal_wrapped(|ui| {
        changed |= text(ui, shown, &tr!("setup-template-text"), template, "{{ record[\"Street\"] }}", 380.0);
        let labels: Vec<String> = known.iter().map(|field| field.label.clone()).collect();
        let picked = labelled(ui, shown, &tr!("setup-template-insert"), &tr!("setup-choose"), &labels);
        if let Some(field) = picked.and_then(|at| known.get(at)) {
            if !template.is_empty() && !template.ends_with(' ') {
                template.push(' ');
            }
            template.push_str(&placeholder(&field.name));
            changed = true;
        }
    });
    if changed {
        // A template sees the fields that its mapping names, so these follow the text.
        let named: Vec<String> = known
            .iter()
            .filter(|field| template.contains(&placeholder(&field.name)))
            .map(|field| field.name.clone())
            .collect();
        if !named.is_empty() {
            *row.mapping.fields.get_mut(source) = named;
        }
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{{ record[\"{}\"] }}}}", name.replace('\\', "\\\\").replace('"', "\\\""))
}

fn show_kind_settings(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>, fit: Option<&FieldFit>) {
    let names = shown.names;
    let kind = row.mapping.kind;
    ui.horizontal_wrapped(|ui| match kind {
        Kind::Phone => {
            let mut region = row.mapping.region.clone().unwrap_or_default();
            if text(ui, shown, &tr!("setup-region"), &mut region, "BE", 184.0) {
                let letters: String = region.chars().filter(char::is_ascii_alphabetic).take(2).collect();
                row.mapping.region = (!letters.is_empty()).then(|| letters.to_ascii_uppercase());
            }
        }
        Kind::Date => {
            let forms =
                [None, Some("%Y-%m-%d"), Some("%d/%m/%Y"), Some("%d-%m-%Y"), Some("%d.%m.%Y"), Some("%m/%d/%Y")];
            let word = |form: Option<&str>| match form {
                None => tr!("setup-date-as-given"),
                Some(form) => form.replace("%Y", "2026").replace("%m", "11").replace("%d", "30"),
            };
            let texts: Vec<String> = forms.iter().map(|form| word(*form)).collect();
            for side in Side::BOTH {
                let now = word(row.mapping.format.get(side).as_deref());
                let label = tr!("setup-date-form", account = names.get(side));
                if let Some(form) = labelled(ui, shown, &label, &now, &texts).and_then(|at| forms.get(at)) {
                    *row.mapping.format.get_mut(side) = form.map(str::to_owned);
                }
            }
        }
        Kind::List => {
            for side in Side::BOTH {
                let label = tr!("setup-separator", account = names.get(side));
                optional(ui, shown, &label, row.mapping.separator.get_mut(side), ",");
            }
        }
        Kind::Boolean => {
            for side in Side::BOTH {
                let (mut yes, mut no) = row.mapping.words.get(side).clone().unwrap_or_default();
                let mut changed =
                    text(ui, shown, &tr!("setup-yes-in", account = names.get(side)), &mut yes, "yes", 140.0);
                changed |= text(ui, shown, &tr!("setup-no-in", account = names.get(side)), &mut no, "no", 140.0);
                if changed {
                    *row.mapping.words.get_mut(side) = (!yes.is_empty() || !no.is_empty()).then_some((yes, no));
                }
            }
        }
        Kind::Text | Kind::Email | Kind::Number | Kind::DateTime | Kind::Choice => {}
    });
    ui.horizontal_wrapped(|ui| {
        for side in Side::BOTH.into_iter().filter(|side| row.mapping.writes_to(*side)).collect::<Vec<_>>() {
            let label = tr!("setup-default", account = names.get(side));
            optional(ui, shown, &label, row.mapping.default.get_mut(side), "");
        }
    });
    if kind == Kind::Choice || !row.mapping.values.is_empty() {
        show_words(ui, row, shown, fit);
    }
}

/// Which word of one side is which word of the other.
fn show_words(ui: &mut Ui, row: &mut MapRow, shown: &Shown<'_>, fit: Option<&FieldFit>) {
    remark(ui, tr!("setup-words"));
    let mut gone = None;
    for (at, pair) in row.mapping.values.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            for side in Side::BOTH {
                let edit = ui.add(egui::TextEdit::singleline(pair.get_mut(side)).desired_width(150.0));
                let name = tr!("setup-word", row = shown.place, number = at + 1, account = shown.names.get(side));
                named(ui, &edit, &name);
                if side == Side::A {
                    ui.label("=");
                }
            }
            let remove = tr!("setup-word-remove", row = shown.place, number = at + 1);
            if icon_button(ui, Icon::Delete, &remove).clicked() {
                gone = Some(at);
            }
        });
    }
    if let Some(at) = gone {
        row.mapping.values.remove(at);
    }
    ui.horizontal_wrapped(|ui| {
        let add = ui.add(Btn::new(&tr!("setup-word-add")).icon(Icon::Add));
        named(ui, &add, &tr!("setup-row-what", row = shown.place, what = tr!("setup-word-add")));
        if add.clicked() {
            row.mapping.values.push(PerSide::default());
        }
        if let Some(fit) = fit
            && !(fit.words.a.is_empty() && fit.words.b.is_empty())
        {
            let fill = ui.add(Btn::new(&tr!("setup-words-fill")));
            named(ui, &fill, &tr!("setup-row-what", row = shown.place, what = tr!("setup-words-fill")));
            if fill.clicked() {
                for pair in same_words(&fit.words) {
                    if !row.mapping.values.iter().any(|known| known.a == pair.a || known.b == pair.b) {
                        row.mapping.values.push(pair);
                    }
                }
            }
            for side in Side::BOTH {
                let list: Vec<&str> = fit.words.get(side).iter().map(|(word, _)| word.as_str()).collect();
                remark(ui, tr!("setup-words-there", account = shown.names.get(side), words = list.join(", ")));
            }
        }
    });
}

fn show_examples(ui: &mut Ui, row: &MapRow, fit: &FieldFit, shown: &Shown<'_>) {
    for to in [Side::B, Side::A] {
        if !row.mapping.writes_to(to) {
            continue;
        }
        let (source, target) = (shown.names.get(to.opposite()), shown.names.get(to));
        remark(ui, tr!("setup-would-get", from = source, to = target));
        let examples = fit.examples.get(to);
        if examples.is_empty() {
            ui.label(tr!("setup-no-values"));
        }
        for example in examples {
            show_example(ui, example);
        }
    }
}

fn show_example(ui: &mut Ui, example: &Example) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(example.from.replace('\n', " "));
        let (good, bad) = (tokens(ui).good.0, tokens(ui).bad.0);
        icon(ui, Icon::Right, 13.0, tokens(ui).muted);
        match &example.to {
            Ok(to) if to.is_empty() => ui.label(tr!("setup-empty")),
            Ok(to) => ui.label(egui::RichText::new(to.replace('\n', " ")).color(good)),
            Err(why) => ui.label(egui::RichText::new(why).color(bad)),
        };
    });
}

fn show_warnings(ui: &mut Ui, shown: &Shown<'_>) {
    for (at, warning) in shown.warnings.iter().enumerate() {
        ui.add_space(theme::SMALL);
        banner(ui, Tone::Attention, &warning.text, None);
        let heading = egui::CollapsingHeader::new(tr!("setup-show-records")).id_salt(("records", at));
        let opened = heading.show(ui, |ui| {
            for (label, value) in &warning.records {
                let value = if value.is_empty() { tr!("setup-empty") } else { value.replace('\n', " ") };
                ui.label(format!("{label}: {value}"));
            }
            if warning.more > 0 {
                remark(ui, tr!("setup-warned-more", count = warning.more));
            }
        });
        let name = tr!("setup-warned-records", row = shown.place, number = at + 1);
        named(ui, &opened.header_response, &name);
    }
}
