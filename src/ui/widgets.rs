//! The small parts that views are made of.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, FontId, Frame, Margin, Rect, Response, RichText, Role, Sense, Stroke,
    TextFormat, TextStyle, Ui, Vec2, Widget, WidgetInfo, WidgetText, text::LayoutJob, vec2,
};

use super::icons::Icon;
use super::text_diff::Part;
use super::theme::{self, Tone, tokens};
use crate::model::Side;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// The next step.
    Primary,
    /// One of several.
    Plain,
    /// Beside the way.
    Quiet,
    /// It takes something away.
    Danger,
}

/// A button with a text, which is its accessible name, and an icon before it.
pub(crate) struct Btn<'a> {
    text: &'a str,
    icon: Option<Icon>,
    weight: Weight,
    wide: Option<f32>,
}

impl<'a> Btn<'a> {
    /// One of several.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, icon: None, weight: Weight::Plain, wide: None }
    }

    /// With an icon before the text.
    pub(crate) const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The next step.
    pub(crate) const fn primary(mut self) -> Self {
        self.weight = Weight::Primary;
        self
    }

    /// Beside the way.
    pub(crate) const fn quiet(mut self) -> Self {
        self.weight = Weight::Quiet;
        self
    }

    /// It takes something away.
    pub(crate) const fn danger(mut self) -> Self {
        self.weight = Weight::Danger;
        self
    }

    /// At least this wide.
    pub(crate) const fn wide(mut self, width: f32) -> Self {
        self.wide = Some(width);
        self
    }
}

impl Widget for Btn<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let tokens = tokens(ui);
        let padding = ui.spacing().button_padding;
        let icon = if self.icon.is_some() { 22.0 } else { 0.0 };
        let room = (ui.available_width() - 2.0 * padding.x - icon).max(24.0);
        let text =
            WidgetText::from(self.text).into_galley(ui, Some(egui::TextWrapMode::Truncate), room, TextStyle::Button);
        let width = (text.size().x + icon + 2.0 * padding.x).max(self.wide.unwrap_or(0.0));
        let height = (text.size().y + 2.0 * padding.y).max(ui.spacing().interact_size.y);
        let (rect, response) = ui.allocate_at_least(vec2(width, height), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, self.text));
        if ui.is_rect_visible(rect) {
            let over = response.hovered() || response.is_pointer_button_down_on();
            let (fill, ink, line) = match self.weight {
                Weight::Primary if over => (tokens.accent_hover, tokens.on_accent, tokens.accent_hover),
                Weight::Primary => (tokens.accent, tokens.on_accent, tokens.accent),
                Weight::Plain if over => (tokens.button_hover, tokens.text, tokens.muted),
                Weight::Plain => (tokens.button, tokens.text, tokens.line),
                Weight::Quiet if over => (tokens.button, tokens.text, Color32::TRANSPARENT),
                Weight::Quiet => (Color32::TRANSPARENT, tokens.text, Color32::TRANSPARENT),
                Weight::Danger if over => (tokens.bad.1, tokens.bad.0, tokens.bad.0),
                Weight::Danger => (tokens.bad.1, tokens.bad.0, tokens.line),
            };
            let line = if response.has_focus() { Stroke::new(2.0, tokens.text) } else { Stroke::new(1.0, line) };
            ui.painter().rect(rect, CornerRadius::same(theme::RADIUS), fill, line, egui::StrokeKind::Inside);
            let start = rect.center().x - f32::midpoint(text.size().x, icon);
            if let Some(icon) = self.icon {
                let square = Rect::from_center_size(egui::pos2(start + 8.0, rect.center().y), Vec2::splat(16.0));
                icon.paint(ui.painter(), square, ink);
            }
            let at = egui::pos2(start + icon, rect.center().y - text.size().y / 2.0);
            ui.painter().galley_with_override_text_color(at, text, ink);
        }
        response
    }
}

/// The title of a page.
pub(crate) fn title(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(theme::TITLE).color(tokens(ui).text));
}

/// The title of a card or a part of a page.
pub(crate) fn subtitle(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).size(theme::SUBTITLE).color(tokens(ui).text)).truncate());
}

/// A remark in smaller, weaker letters.
pub(crate) fn remark(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = RichText::new(text).size(theme::REMARK).color(tokens(ui).muted);
    ui.add(egui::Label::new(text).wrap())
}

/// A remark on one line, cut off at the end.
pub(crate) fn short_remark(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = RichText::new(text).size(theme::REMARK).color(tokens(ui).muted);
    ui.add(egui::Label::new(text).truncate())
}

/// An icon that a text beside it explains.
pub(crate) fn icon(ui: &mut Ui, icon: Icon, size: f32, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    icon.paint(ui.painter(), rect, colour);
}

/// A card: a block on its own background.
pub(crate) fn card<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let tokens = tokens(ui);
    Frame::new()
        .fill(tokens.card)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(12))
        .inner_margin(Margin::same(theme::CARD))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
        .inner
}

/// A round badge with the initials of a side's account.
pub(crate) fn badge(ui: &mut Ui, initials: &str, side: Side, width: f32) {
    let (ink, fill) = match side {
        Side::A => tokens(ui).side_a,
        Side::B => tokens(ui).side_b,
    };
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(width), Sense::hover());
    ui.painter().circle_filled(rect.center(), width / 2.0, fill);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, initials, FontId::proportional(width * 0.42), ink);
}

/// A state: colour, icon and words.
pub(crate) fn pill(ui: &mut Ui, tone: Tone, sign: Icon, text: &str) {
    let (ink, fill) = tokens(ui).tone(tone);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), FontId::proportional(theme::REMARK), ink);
    let size = vec2(galley.size().x + 43.0, 27.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().rect_filled(rect, CornerRadius::same(13), fill);
    let square = Rect::from_center_size(egui::pos2(rect.left() + 18.0, rect.center().y), Vec2::splat(14.0));
    sign.paint(ui.painter(), square, ink);
    let at = egui::pos2(rect.left() + 31.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
}

/// A message across the page. True when it is to go away.
pub(crate) fn banner(ui: &mut Ui, tone: Tone, text: &str, dismiss: Option<&str>) -> bool {
    let (ink, fill) = tokens(ui).tone(tone);
    let sign = match tone {
        Tone::Bad => Icon::Fail,
        Tone::Good => Icon::Ok,
        Tone::Attention | Tone::Busy | Tone::Plain => Icon::Wait,
    };
    let mut gone = false;
    Frame::new().fill(fill).corner_radius(CornerRadius::same(theme::RADIUS)).inner_margin(Margin::same(10)).show(
        ui,
        |ui| {
            egui::Sides::new().shrink_left().wrap().show(
                ui,
                |ui| {
                    icon(ui, sign, 18.0, ink);
                    ui.add(egui::Label::new(RichText::new(text).color(ink)).wrap());
                    ui.add_space(ui.available_width());
                },
                |ui| {
                    if let Some(dismiss) = dismiss {
                        gone = ui.add(Btn::new(dismiss).quiet()).clicked();
                    }
                },
            );
        },
    );
    gone
}

/// A choice among several, of which one is taken.
pub(crate) fn chip(ui: &mut Ui, selected: bool, text: &str) -> Response {
    let tokens = tokens(ui);
    let (fill, line) = if selected { (tokens.selected, tokens.accent) } else { (tokens.card, tokens.line) };
    let button = egui::Button::new(RichText::new(text).size(theme::REMARK).color(tokens.text))
        .fill(fill)
        .stroke(Stroke::new(1.0, line))
        .corner_radius(CornerRadius::same(14))
        .selected(selected);
    let response = ui.add(button);
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, text));
    response
}

/// A text field with its name above it.
pub(crate) fn field(ui: &mut Ui, name: &str, text: &mut String, hint: &str, secret: bool) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::SMALL;
        let label = remark(ui, name);
        let edit = egui::TextEdit::singleline(text)
            .hint_text(hint.to_owned())
            .password(secret)
            .margin(Margin::symmetric(10, 7))
            .desired_width(f32::INFINITY);
        ui.add(edit).labelled_by(label.id)
    })
    .inner
}

/// A search field.
pub(crate) fn search(ui: &mut Ui, name: &str, text: &mut String, width: f32) -> Response {
    let edit = egui::TextEdit::singleline(text)
        .hint_text(name.to_owned())
        .margin(Margin::symmetric(10, 6))
        .desired_width(width);
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// The text of a value, with the characters that differ marked.
pub(crate) fn marked(ui: &Ui, parts: &[Part], width: f32) -> LayoutJob {
    let tokens = tokens(ui);
    let mut job = LayoutJob::default();
    for part in parts {
        let mut format = TextFormat::simple(FontId::proportional(theme::BODY), tokens.text);
        if part.differs {
            format.background = tokens.mark;
            format.underline = Stroke::new(1.5, tokens.text);
        }
        job.append(&part.text, 0.0, format);
    }
    job.wrap.max_width = width;
    job
}

/// Lays the frame out once more when a panel needs another height than in the last frame, for egui
/// gives it the room of the last frame and draws nothing again by itself.
pub(crate) fn settle_height(ui: &Ui, name: &'static str) {
    let (id, height) = (egui::Id::unique(name), ui.min_rect().height());
    let before = ui.data_mut(|data| data.get_temp::<f32>(id));
    if before.is_none_or(|before| (before - height).abs() > 0.5) {
        ui.data_mut(|data| data.insert_temp(id, height));
        ui.ctx().request_discard(name);
    }
}

/// A page with nothing on it yet.
pub(crate) fn empty(ui: &mut Ui, sign: Icon, title_text: &str, text: &str) {
    ui.add_space(ui.available_height() * 0.18);
    ui.vertical_centered(|ui| {
        let muted = tokens(ui).muted;
        icon(ui, sign, 44.0, muted);
        ui.label(RichText::new(title_text).size(theme::SUBTITLE));
        remark(ui, text);
    });
}

/// A drop-down list; the accessible name is what it chooses. Returns the index that was picked.
pub(crate) fn choose(ui: &mut Ui, name: &str, now: &str, width: f32, choices: &[String]) -> Option<usize> {
    let mut picked = None;
    let shown = egui::ComboBox::from_id_salt(name).selected_text(now).width(width).truncate().show_ui(ui, |ui| {
        for (at, choice) in choices.iter().enumerate() {
            if ui.selectable_label(choice == now, choice).clicked() {
                picked = Some(at);
            }
        }
    });
    ui.ctx().accesskit_node_builder(shown.response.id, |node| node.set_label(name));
    picked
}

/// A button that shows an icon only; the words are its accessible name and its hint.
pub(crate) fn icon_button(ui: &mut Ui, sign: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(30.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let tokens = tokens(ui);
    let over = response.hovered() || response.has_focus();
    let fill = if over { tokens.button_hover } else { tokens.button };
    let line = Stroke::new(1.0, if response.has_focus() { tokens.text } else { tokens.line });
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS), fill, line, egui::StrokeKind::Inside);
    sign.paint(ui.painter(), Rect::from_center_size(rect.center(), Vec2::splat(15.0)), tokens.text);
    response.on_hover_text(name)
}
