//! The kinds of records as a bar of shares, and as buttons that show one kind only.
//!
//! Each kind has a colour and a pattern of its own, which its button shows too, so that the shares can be
//! told apart without colour.

use eframe::egui::{self, Color32, CornerRadius, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::Records;
use crate::model::{MatterKind, MismatchKind, PerSide, RecordId, Side};
use crate::texts::tr;
use crate::ui::theme::{self, Tokens, Tone, tokens};
use crate::ui::widgets::chip_with;
use crate::ui::words;

/// The side of the patch of colour in a button.
const PATCH: f32 = 13.0;
/// The height of the bar.
const HIGH: f32 = 14.0;

/// One kind of record in the chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// Its word, by which it is looked for.
    pub(crate) word: String,
    /// What it is.
    pub(crate) text: String,
    /// How many there are.
    pub(crate) count: u64,
    /// Its colour.
    pub(crate) ink: Ink,
    /// Its pattern.
    pub(crate) texture: Texture,
}

/// Where a colour comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// What it means for the operator.
    Tone(Tone),
    /// The side that has it, whose badge is in this colour.
    Side(Side),
}

impl Ink {
    const fn colour(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Tone(tone) => tokens.tone(tone).0,
            Self::Side(side) => tokens.side(side).1,
        }
    }
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texture {
    /// With its colour only.
    Solid,
    /// With lines from the lower left to the upper right.
    Rising,
    /// With lines from the upper left to the lower right.
    Falling,
    /// With upright lines.
    Upright,
    /// With a level line.
    Level,
}

/// The chart of the kinds: what does not agree first, and what is the same last.
pub(crate) fn bars(counts: &[(String, u64)], names: &PerSide<String>) -> Vec<Bar> {
    let none = || PerSide::<Vec<RecordId>>::default();
    let kinds = [
        (MismatchKind::Different, Ink::Tone(Tone::Attention), Texture::Solid),
        (MismatchKind::KeyChanged, Ink::Tone(Tone::Attention), Texture::Upright),
        (MismatchKind::OnlyIn(Side::A), Ink::Side(Side::A), Texture::Rising),
        (MismatchKind::OnlyIn(Side::B), Ink::Side(Side::B), Texture::Falling),
        (MismatchKind::DuplicateKey(none()), Ink::Tone(Tone::Bad), Texture::Level),
    ];
    let mut shown: Vec<(String, String, Ink, Texture)> = kinds
        .into_iter()
        .map(|(kind, ink, texture)| {
            let kind = MatterKind::Mismatch(kind);
            (kind.word().to_owned(), words::matter(&kind, names), ink, texture)
        })
        .collect();
    let plain = |word: &str, text: String, tone| (word.to_owned(), text, Ink::Tone(tone), Texture::Solid);
    shown.push(plain("ignored", tr!("compare-word-ignored"), Tone::Plain));
    shown.push(plain("same", tr!("compare-word-same"), Tone::Good));
    let bar = |(word, text, ink, texture): (String, String, Ink, Texture)| {
        let count = counts.iter().find(|(known, _)| *known == word).map(|(_, count)| *count)?;
        Some(Bar { word, text, count, ink, texture })
    };
    shown.into_iter().filter_map(bar).collect()
}

/// Draws the chart; in a low window the buttons only, on one line that is moved sideways.
pub(super) fn show(ui: &mut Ui, bars: &[Bar], list: &mut Records, short: bool) {
    if short {
        egui::ScrollArea::horizontal().id_salt("kinds").show(ui, |ui| {
            ui.horizontal(|ui| show_kinds(ui, bars, list));
        });
    } else {
        show_shares(ui, bars);
        ui.horizontal_wrapped(|ui| show_kinds(ui, bars, list));
    }
}

fn show_kinds(ui: &mut Ui, bars: &[Bar], list: &mut Records) {
    ui.spacing_mut().item_spacing = vec2(theme::SMALL, theme::SMALL);
    for bar in bars {
        let text = format!("{} {}", words::grouped(bar.count), bar.text);
        let on = list.kind() == Some(bar.word.as_str());
        let patch = |ui: &Ui, rect: Rect| fill(ui, rect, bar);
        if chip_with(ui, on, &text, PATCH, patch).on_hover_text(tr!("compare-show-only")).clicked() {
            list.toggle_kind(&bar.word);
        }
    }
}

/// What does not agree as shares of one line; what is the same would leave nothing to see of it, and what
/// the operator left as it is asks for nothing, so their numbers stand beside it only.
fn show_shares(ui: &mut Ui, bars: &[Bar]) {
    let shown: Vec<&Bar> = bars.iter().filter(|bar| !["same", "ignored"].contains(&bar.word.as_str())).collect();
    let all: u64 = shown.iter().map(|bar| bar.count).sum();
    if all == 0 {
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HIGH), Sense::hover());
    let told: Vec<String> = shown.iter().map(|bar| format!("{} {}", words::grouped(bar.count), bar.text)).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr!("compare-chart", kinds = told.join(", "))));
    let pointer = response.hover_pos();
    let mut under = None;
    let mut left = rect.left();
    for (bar, told) in shown.into_iter().zip(&told) {
        #[allow(clippy::cast_precision_loss, reason = "a share of a line some hundred points long")]
        let width = (bar.count as f32 / all as f32 * rect.width()).max(4.0);
        let right = (left + width).min(rect.right());
        let part = Rect::from_min_max(pos2(left, rect.top()), pos2(right - 1.0, rect.bottom()));
        fill(ui, part, bar);
        if pointer.is_some_and(|pointer| part.contains(pointer)) {
            under = Some(told);
        }
        left = right;
    }
    if let Some(told) = under {
        response.on_hover_text_at_pointer(told);
    }
}

/// Fills an area with the colour and the pattern of a kind.
fn fill(ui: &Ui, rect: Rect, bar: &Bar) {
    const STEP: f32 = 6.0;
    let tokens = tokens(ui);
    ui.painter().rect_filled(rect, CornerRadius::same(3), bar.ink.colour(tokens));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let line = Stroke::new(2.0, tokens.card);
    let lean = match bar.texture {
        Texture::Solid => return,
        Texture::Level => {
            painter.hline(rect.x_range(), rect.center().y, line);
            return;
        }
        Texture::Upright => 0.0,
        Texture::Rising => rect.height(),
        Texture::Falling => -rect.height(),
    };
    let mut at = rect.left() - lean.max(0.0) + STEP / 2.0;
    while at < rect.right() + rect.height() {
        painter.line_segment([pos2(at, rect.bottom()), pos2(at + lean, rect.top())], line);
        at += STEP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_apart_by_their_pattern_and_the_two_sides_by_their_own_colours() {
        let words = ["different", "key_changed", "only_in_a", "only_in_b", "duplicate_key", "same"];
        let counts: Vec<(String, u64)> = words.iter().map(|word| ((*word).to_owned(), 3)).collect();
        let names = PerSide::new("Shop".to_owned(), "Book".to_owned());
        let bars = bars(&counts, &names);
        let differing: Vec<&Bar> = bars.iter().filter(|bar| bar.word != "same").collect();
        assert_eq!(differing.len(), 5, "{bars:?}");
        for (at, bar) in differing.iter().enumerate() {
            assert!(differing.iter().skip(at + 1).all(|other| other.texture != bar.texture), "{bar:?}");
        }
        let inks: Vec<Ink> = differing.iter().map(|bar| bar.ink).collect();
        assert!(inks.contains(&Ink::Side(Side::A)) && inks.contains(&Ink::Side(Side::B)), "{inks:?}");
    }
}
