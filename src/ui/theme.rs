//! The only place of colours, spacing and text sizes.
#![allow(clippy::disallowed_methods, reason = "this is the one file in which colours are made")]

use eframe::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Ui, Vec2, Visuals,
};

use crate::model::Side;

/// Space between things that belong together.
pub(crate) const SMALL: f32 = 4.0;
/// Space between lines of a block.
pub(crate) const GAP: f32 = 8.0;
/// Space between blocks.
pub(crate) const BLOCK: f32 = 16.0;
/// Space around a view.
pub(crate) const PAGE: i8 = 20;
/// Space around a view in a narrow window.
pub(crate) const PAGE_SMALL: i8 = 12;
/// Space inside a card.
pub(crate) const CARD: i8 = 16;
/// The rounding of buttons, fields and messages.
pub(crate) const RADIUS: u8 = 8;
/// The rounding of cards and windows.
pub(crate) const RADIUS_CARD: u8 = 12;
/// The rounding of what is round at both ends: pills, chips and badges.
pub(crate) const RADIUS_ROUND: u8 = 14;
/// The side of an icon beside a text.
pub(crate) const ICON: f32 = 17.0;
/// The width of the navigation with words.
pub(crate) const NAV: f32 = 172.0;
/// The width of the navigation with icons only.
pub(crate) const NAV_SMALL: f32 = 56.0;
/// The width of the whole window under which there is no room for words in the navigation.
pub(crate) const NARROW: f32 = 760.0;
/// The width of a page under which what stands side by side goes one under the other.
pub(crate) const STACKED: f32 = 560.0;
/// The width of a question or a message over the page.
pub(crate) const DIALOG: f32 = 440.0;
/// The height of a row of two lines in a list.
pub(crate) const ROW_TWO: f32 = 50.0;
/// The height of one line of text inside a row.
pub(crate) const LINE: f32 = 17.0;
/// The size of a page's title.
pub(crate) const TITLE: f32 = 23.0;
/// The size of a card's title.
pub(crate) const SUBTITLE: f32 = 16.0;
/// The size of ordinary text.
pub(crate) const BODY: f32 = 14.5;
/// The size of a remark.
pub(crate) const REMARK: f32 = 13.0;
/// The size of a number in a badge.
pub(crate) const TINY: f32 = 12.0;

/// What a colour means; the words and the icon beside it say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All is well.
    Good,
    /// Something waits for the operator.
    Attention,
    /// Something failed.
    Bad,
    /// It is going on, or is new.
    Busy,
    /// Nothing special.
    Plain,
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// Behind everything.
    pub(crate) page: Color32,
    /// Behind the navigation.
    pub(crate) nav: Color32,
    /// Behind a card.
    pub(crate) card: Color32,
    /// Behind a text field.
    pub(crate) field: Color32,
    /// Lines and borders.
    pub(crate) line: Color32,
    /// The edge of what can be filled in or ticked, where nothing else tells it from what is behind it.
    pub(crate) edge: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Text that is less important.
    pub(crate) muted: Color32,
    /// The colour of what is to be done next.
    pub(crate) accent: Color32,
    /// The same, under the pointer.
    pub(crate) accent_hover: Color32,
    /// Text on the accent colour.
    pub(crate) on_accent: Color32,
    /// Behind an ordinary button.
    pub(crate) button: Color32,
    /// The same, under the pointer.
    pub(crate) button_hover: Color32,
    /// Behind the selected row.
    pub(crate) selected: Color32,
    /// Behind every second row.
    pub(crate) stripe: Color32,
    /// Text and background of each tone.
    pub(crate) good: (Color32, Color32),
    /// The same, for what waits.
    pub(crate) attention: (Color32, Color32),
    /// The same, for what failed.
    pub(crate) bad: (Color32, Color32),
    /// The same, for what is going on.
    pub(crate) busy: (Color32, Color32),
    /// Behind characters that differ.
    pub(crate) mark: Color32,
    /// Text and background of side A's badge.
    pub(crate) side_a: (Color32, Color32),
    /// Text and background of side B's badge.
    pub(crate) side_b: (Color32, Color32),
}

const LIGHT: Tokens = Tokens {
    page: Color32::from_rgb(0xF6, 0xF7, 0xF9),
    nav: Color32::from_rgb(0xEC, 0xEF, 0xF3),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    field: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    line: Color32::from_rgb(0xD5, 0xDB, 0xE3),
    edge: Color32::from_rgb(0x7C, 0x87, 0x96),
    text: Color32::from_rgb(0x16, 0x1D, 0x27),
    muted: Color32::from_rgb(0x4D, 0x5A, 0x6B),
    accent: Color32::from_rgb(0x1F, 0x5F, 0xBF),
    accent_hover: Color32::from_rgb(0x18, 0x4E, 0xA0),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    button: Color32::from_rgb(0xE9, 0xED, 0xF2),
    button_hover: Color32::from_rgb(0xDC, 0xE3, 0xEB),
    selected: Color32::from_rgb(0xD9, 0xE6, 0xF8),
    stripe: Color32::from_rgb(0xF4, 0xF6, 0xF9),
    good: (Color32::from_rgb(0x13, 0x60, 0x38), Color32::from_rgb(0xDD, 0xF3, 0xE6)),
    attention: (Color32::from_rgb(0x7A, 0x49, 0x00), Color32::from_rgb(0xFD, 0xEF, 0xD2)),
    bad: (Color32::from_rgb(0x9B, 0x1C, 0x1C), Color32::from_rgb(0xFC, 0xE4, 0xE4)),
    busy: (Color32::from_rgb(0x1B, 0x4F, 0x9C), Color32::from_rgb(0xDE, 0xEA, 0xFA)),
    mark: Color32::from_rgb(0xFF, 0xDE, 0x8F),
    side_a: (Color32::from_rgb(0xFF, 0xFF, 0xFF), Color32::from_rgb(0x0F, 0x6E, 0x74)),
    side_b: (Color32::from_rgb(0xFF, 0xFF, 0xFF), Color32::from_rgb(0x6B, 0x3F, 0xA0)),
};

const DARK: Tokens = Tokens {
    page: Color32::from_rgb(0x15, 0x19, 0x1F),
    nav: Color32::from_rgb(0x10, 0x14, 0x19),
    card: Color32::from_rgb(0x1E, 0x24, 0x2C),
    field: Color32::from_rgb(0x13, 0x17, 0x1D),
    line: Color32::from_rgb(0x35, 0x3E, 0x4A),
    edge: Color32::from_rgb(0x74, 0x80, 0x8F),
    text: Color32::from_rgb(0xE9, 0xED, 0xF2),
    muted: Color32::from_rgb(0xA5, 0xB0, 0xBE),
    accent: Color32::from_rgb(0x7F, 0xB2, 0xF5),
    accent_hover: Color32::from_rgb(0x9C, 0xC4, 0xF8),
    on_accent: Color32::from_rgb(0x0B, 0x1B, 0x30),
    button: Color32::from_rgb(0x2B, 0x33, 0x3E),
    button_hover: Color32::from_rgb(0x38, 0x42, 0x4F),
    selected: Color32::from_rgb(0x23, 0x3A, 0x58),
    stripe: Color32::from_rgb(0x22, 0x29, 0x32),
    good: (Color32::from_rgb(0x86, 0xDD, 0xAA), Color32::from_rgb(0x17, 0x35, 0x26)),
    attention: (Color32::from_rgb(0xF3, 0xC6, 0x6B), Color32::from_rgb(0x3B, 0x2D, 0x10)),
    bad: (Color32::from_rgb(0xFF, 0xA3, 0x9E), Color32::from_rgb(0x43, 0x1D, 0x1F)),
    busy: (Color32::from_rgb(0x9C, 0xC4, 0xF8), Color32::from_rgb(0x1B, 0x2E, 0x48)),
    mark: Color32::from_rgb(0x6A, 0x4E, 0x0C),
    side_a: (Color32::from_rgb(0x06, 0x26, 0x28), Color32::from_rgb(0x5F, 0xC4, 0xC9)),
    side_b: (Color32::from_rgb(0x22, 0x11, 0x38), Color32::from_rgb(0xC3, 0xA3, 0xEE)),
};

impl Tokens {
    /// Text and background of a tone.
    pub(crate) const fn tone(&self, tone: Tone) -> (Color32, Color32) {
        match tone {
            Tone::Good => self.good,
            Tone::Attention => self.attention,
            Tone::Bad => self.bad,
            Tone::Busy => self.busy,
            Tone::Plain => (self.text, self.button),
        }
    }

    /// Text and background of a side's badge.
    pub(crate) const fn side(&self, side: Side) -> (Color32, Color32) {
        match side {
            Side::A => self.side_a,
            Side::B => self.side_b,
        }
    }
}

/// The colours of the theme that is drawn.
pub(crate) fn tokens(ui: &Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Dresses both themes.
pub(crate) fn install(ctx: &egui::Context) {
    super::fonts::install(ctx);
    ctx.style_mut_of(Theme::Light, |style| dress(style, &LIGHT));
    ctx.style_mut_of(Theme::Dark, |style| dress(style, &DARK));
}

fn dress(style: &mut Style, tokens: &Tokens) {
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, proportional(REMARK)),
        (TextStyle::Body, proportional(BODY)),
        (TextStyle::Button, proportional(BODY)),
        (TextStyle::Heading, super::fonts::strong(TITLE)),
        (TextStyle::Monospace, FontId::new(REMARK, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(GAP, GAP);
    spacing.button_padding = Vec2::new(12.0, 6.0);
    spacing.interact_size = Vec2::new(32.0, 30.0);
    spacing.combo_width = 120.0;
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.window_margin = Margin::same(PAGE);
    spacing.menu_margin = Margin::same(6);
    style.interaction.selectable_labels = false;
    style.animation_time = 0.08;
    colour(&mut style.visuals, tokens);
}

fn colour(visuals: &mut Visuals, tokens: &Tokens) {
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = tokens.page;
    visuals.window_fill = tokens.card;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_CARD);
    visuals.menu_corner_radius = radius;
    visuals.faint_bg_color = tokens.stripe;
    visuals.extreme_bg_color = tokens.field;
    visuals.text_edit_bg_color = Some(tokens.field);
    visuals.code_bg_color = tokens.button;
    visuals.weak_text_color = Some(tokens.muted);
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.attention.0;
    visuals.error_fg_color = tokens.bad.0;
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(1.0, tokens.text);
    visuals.striped = false;
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, tokens.text);
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.line);
    widgets.noninteractive.bg_fill = tokens.card;
    widgets.noninteractive.weak_bg_fill = tokens.card;
    widgets.noninteractive.corner_radius = radius;
    for (look, fill, line) in [
        (&mut widgets.inactive, tokens.button, tokens.edge),
        (&mut widgets.hovered, tokens.button_hover, tokens.muted),
        (&mut widgets.active, tokens.button_hover, tokens.accent),
        (&mut widgets.open, tokens.button_hover, tokens.line),
    ] {
        look.bg_fill = fill;
        look.weak_bg_fill = fill;
        look.bg_stroke = Stroke::new(1.0, line);
        look.fg_stroke = Stroke::new(1.0, tokens.text);
        look.corner_radius = radius;
        look.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

    use super::*;

    /// The relative luminance of WCAG 2.1, section 1.4.3.
    fn luminance(colour: Color32) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_measured_as_wcag_does() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 0.01);
        assert!(contrast(Color32::from_rgb(0x80, 0x80, 0x80), Color32::WHITE) < 4.5);
    }

    #[test]
    fn every_text_can_be_read_on_what_is_behind_it() {
        for (name, t) in [("light", LIGHT), ("dark", DARK)] {
            let behind = [t.page, t.nav, t.card, t.field, t.selected, t.stripe, t.button, t.button_hover];
            let mut pairs: Vec<(Color32, Color32)> = Vec::new();
            for back in behind {
                pairs.push((t.text, back));
            }
            for back in [t.page, t.nav, t.card, t.field, t.selected, t.stripe] {
                pairs.push((t.muted, back));
                for (tone, _) in [t.good, t.attention, t.bad, t.busy] {
                    pairs.push((tone, back));
                }
            }
            pairs.extend([t.good, t.attention, t.bad, t.busy, t.side_a, t.side_b]);
            pairs.extend([
                (t.on_accent, t.accent),
                (t.on_accent, t.accent_hover),
                (t.text, t.mark),
                (t.accent, t.card),
            ]);
            // WCAG 2.1, section 1.4.11: what shows that something can be used.
            for back in [t.page, t.card, t.field, t.stripe] {
                let found = contrast(t.edge, back);
                assert!(found >= 3.0, "{name}: an edge on {back:?} has a contrast of {found:.2}");
            }
            for (text, back) in pairs {
                let found = contrast(text, back);
                assert!(found >= 4.5, "{name}: {text:?} on {back:?} has a contrast of {found:.2}");
            }
        }
    }
}
