//! The small parts that views are made of.

use std::sync::Arc;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, FontId, Frame, Margin, Rect, Response, RichText, Role, Sense, Stroke,
    TextFormat, TextStyle, Ui, Vec2, Widget, WidgetInfo, WidgetText, text::LayoutJob, vec2,
};

use super::bidi::seen;
use super::fonts::strong;
use super::icons::Icon;
use super::text_diff::Part;
use super::theme::{self, Tone, tokens};
use crate::model::Side;
use crate::texts::tr;

/// The least room that a text of a button is given, so that a word is not cut into letters.
const LEAST: f32 = 72.0;

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

/// A button with a text and an icon before it. The text is its accessible name too, unless it is given
/// a longer one. A text that is wider than the room goes over several lines.
pub(crate) struct Btn<'a> {
    text: &'a str,
    name: Option<&'a str>,
    icon: Option<Icon>,
    weight: Weight,
    wide: Option<f32>,
}

impl<'a> Btn<'a> {
    /// One of several.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, name: None, icon: None, weight: Weight::Plain, wide: None }
    }

    /// With this accessible name, where several buttons of a page have the same text: it begins with
    /// the text and says whose it is ("Sync now: Customers").
    pub(crate) const fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
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

impl Btn<'_> {
    /// The room that its icon takes beside the text.
    const fn beside(&self) -> f32 {
        if self.icon.is_some() { theme::ICON + 6.0 } else { 0.0 }
    }

    fn lay_out(&self, ui: &Ui) -> (Arc<egui::Galley>, Vec2) {
        let (padding, icon) = (ui.spacing().button_padding, self.beside());
        let room = (ui.available_width() - 2.0 * padding.x - icon).max(LEAST);
        let text = WidgetText::from(self.text).into_galley(ui, Some(egui::TextWrapMode::Wrap), room, TextStyle::Button);
        let width = (text.size().x + icon + 2.0 * padding.x).max(self.wide.unwrap_or(0.0));
        let height = (text.size().y + 2.0 * padding.y).max(ui.spacing().interact_size.y);
        (text, vec2(width, height))
    }

    /// How much room it takes here.
    pub(crate) fn size(&self, ui: &Ui) -> Vec2 {
        self.lay_out(ui).1
    }
}

/// How high things of these sizes are together, one after the other in lines that wrap.
pub(crate) fn wrapped_height(ui: &Ui, sizes: impl IntoIterator<Item = Vec2>) -> f32 {
    let (room, gap) = (ui.available_width(), ui.spacing().item_spacing);
    let (mut across, mut above, mut line) = (0.0_f32, 0.0_f32, 0.0_f32);
    for size in sizes {
        if across > 0.0 && across + size.x > room {
            above += line + gap.y;
            (across, line) = (0.0, 0.0);
        }
        across += size.x + gap.x;
        line = line.max(size.y);
    }
    above + line
}

impl Widget for Btn<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let tokens = tokens(ui);
        let icon = self.beside();
        let (text, size) = self.lay_out(ui);
        let (rect, response) = ui.allocate_at_least(size, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, self.name.unwrap_or(self.text)));
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
                let square = Rect::from_center_size(
                    egui::pos2(start + theme::ICON / 2.0, rect.center().y),
                    Vec2::splat(theme::ICON),
                );
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
    let shown = RichText::new(text).font(strong(theme::TITLE)).color(tokens(ui).text);
    let label = ui.add(egui::Label::new(shown).wrap());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(egui::accesskit::Role::Heading);
        node.set_label(text);
    });
}

/// The title of a card or a part of a page, on one line; the whole of it is shown under the pointer.
pub(crate) fn subtitle(ui: &mut Ui, text: &str) {
    let text = RichText::new(seen(text)).font(strong(theme::SUBTITLE)).color(tokens(ui).text);
    ui.add(egui::Label::new(text).truncate());
}

/// Text that is picked out, over several lines where it is long.
pub(crate) fn strong_label(ui: &mut Ui, text: &str, size: f32) -> Response {
    let text = RichText::new(seen(text)).font(strong(size)).color(tokens(ui).text);
    ui.add(egui::Label::new(text).wrap())
}

/// What belongs left and right on one line. Where the page is too narrow for that, the right goes
/// under the left.
pub(crate) fn sides(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    if is_stacked(ui) {
        ui.horizontal_wrapped(left);
        ui.horizontal_wrapped(right);
    } else {
        egui::Sides::new().shrink_left().wrap().show(ui, left, right);
    }
}

/// Whether there is no room for what stands side by side in a larger window.
pub(crate) fn is_stacked(ui: &Ui) -> bool {
    ui.available_width() < theme::STACKED
}

/// The title of a page with what can be done there; in a narrow page right after it, and on the next line
/// only what has no room.
pub(crate) fn page_head(ui: &mut Ui, text: &str, right: impl FnOnce(&mut Ui)) {
    if is_stacked(ui) {
        ui.horizontal_wrapped(|ui| {
            title(ui, text);
            right(ui);
        });
    } else {
        sides(ui, |ui| title(ui, text), right);
    }
    ui.add_space(theme::GAP);
}

/// A question over the page: its title, a text that scrolls where it is long, and the buttons, of which
/// the first is the one that does it. True when it is to go away unanswered.
pub(crate) fn dialog(
    ctx: &egui::Context,
    id: &'static str,
    title: &str,
    body: impl FnOnce(&mut Ui),
    buttons: impl FnOnce(&mut Ui),
) -> bool {
    let screen = ctx.content_rect().size();
    let around = 2.0 * f32::from(theme::PAGE);
    let modal = egui::Modal::new(egui::Id::unique(id));
    let style = ctx.global_style();
    let frame = Frame::window(&style).inner_margin(Margin::same(theme::PAGE));
    let shown = modal.frame(frame).show(ctx, |ui| {
        ui.set_width(theme::DIALOG.min(screen.x - around - theme::BLOCK));
        let text = RichText::new(title).font(strong(theme::SUBTITLE)).color(tokens(ui).text);
        ui.add(egui::Label::new(text).wrap());
        let most = (screen.y - around - 3.0 * theme::BLOCK - 80.0).max(60.0);
        egui::ScrollArea::vertical().max_height(most).show(ui, body);
        ui.add_space(theme::GAP);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center).with_main_wrap(true), buttons);
    });
    ctx.accesskit_node_builder(shown.response.id, |node| {
        node.set_role(egui::accesskit::Role::Dialog);
        node.set_label(title);
    });
    shown.should_close()
}

/// A remark in smaller, weaker letters.
pub(crate) fn remark(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = RichText::new(text).size(theme::REMARK).color(tokens(ui).muted);
    ui.add(egui::Label::new(text).wrap())
}

/// A remark on one line, cut off at the end.
pub(crate) fn short_remark(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = RichText::new(seen(&text.into())).size(theme::REMARK).color(tokens(ui).muted);
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
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .inner_margin(Margin::same(theme::CARD))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
        .inner
}

/// A round badge with the initials of a side's account.
pub(crate) fn badge(ui: &mut Ui, initials: &str, side: Side, width: f32) {
    let (ink, fill) = tokens(ui).side(side);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(width), Sense::hover());
    ui.painter().circle_filled(rect.center(), width / 2.0, fill);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, initials, strong(width * 0.38), ink);
}

/// The badge of an account: its initials, and the kind of platform in the corner.
pub(crate) fn account_badge(ui: &mut Ui, initials: &str, kind: Icon, side: Side, width: f32) {
    let (ink, fill) = tokens(ui).side(side);
    let card = tokens(ui).card;
    let (rect, _) = ui.allocate_exact_size(vec2(width * 1.26, width), Sense::hover());
    let middle = egui::pos2(rect.left() + width / 2.0, rect.center().y);
    ui.painter().circle_filled(middle, width / 2.0, fill);
    ui.painter().text(middle, Align2::CENTER_CENTER, initials, strong(width * 0.36), ink);
    let corner = rect.right_bottom() - vec2(width * 0.2, width * 0.08);
    ui.painter().circle_filled(corner, width * 0.25, card);
    kind.paint(ui.painter(), Rect::from_center_size(corner, Vec2::splat(width * 0.36)), tokens(ui).text);
}

/// A state: colour, icon and words.
pub(crate) fn pill(ui: &mut Ui, tone: Tone, sign: Icon, text: &str) {
    const LEFT: f32 = 31.0;
    const RIGHT: f32 = 12.0;
    let (ink, fill) = tokens(ui).tone(tone);
    let room = (ui.available_width() - LEFT - RIGHT).max(LEAST);
    let galley = ui.painter().layout(text.to_owned(), FontId::proportional(theme::REMARK), ink, room);
    let size = vec2(galley.size().x + LEFT + RIGHT, galley.size().y + 10.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS_ROUND), fill);
    let square = Rect::from_center_size(egui::pos2(rect.left() + 18.0, rect.center().y), Vec2::splat(15.0));
    sign.paint(ui.painter(), square, ink);
    let at = egui::pos2(rect.left() + LEFT, rect.center().y - galley.size().y / 2.0);
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
            let words = |ui: &mut Ui| {
                icon(ui, sign, 18.0, ink);
                ui.add(egui::Label::new(RichText::new(text).color(ink)).wrap());
            };
            let Some(dismiss) = dismiss else {
                ui.horizontal_top(|ui| {
                    words(ui);
                    ui.add_space(ui.available_width());
                });
                return;
            };
            egui::Sides::new().shrink_left().wrap().show(
                ui,
                |ui| {
                    words(ui);
                    ui.add_space(ui.available_width());
                },
                |ui| gone = ui.add(Btn::new(dismiss).quiet()).clicked(),
            );
        },
    );
    gone
}

/// How far something is: a bar, where it is known, and words that are never cut off.
pub(crate) fn progress(ui: &mut Ui, share: Option<f32>, words: &str) {
    ui.add(egui::Label::new(words).wrap());
    if let Some(share) = share {
        let bar = egui::ProgressBar::new(share).fill(tokens(ui).accent).desired_height(10.0);
        let bar = ui.add(bar.desired_width(ui.available_width()));
        ui.ctx().accesskit_node_builder(bar.id, |node| node.set_label(words));
    }
}

/// A choice among several, of which one is taken.
pub(crate) fn chip(ui: &mut Ui, selected: bool, text: &str) -> Response {
    chip_with(ui, selected, text, 0.0, |_, _| {})
}

/// A choice among several with a picture this wide before its text.
pub(crate) fn chip_with(
    ui: &mut Ui,
    selected: bool,
    text: &str,
    picture: f32,
    paint: impl FnOnce(&Ui, Rect),
) -> Response {
    let tokens = tokens(ui);
    let (fill, line) = if selected { (tokens.selected, tokens.accent) } else { (tokens.card, tokens.line) };
    let place = egui::IdSalt::new("picture");
    let mut parts = egui::Atoms::new(RichText::new(text).size(theme::REMARK).color(tokens.text));
    if picture > 0.0 {
        parts.push_left(egui::Atom::custom(place, Vec2::splat(picture)));
    }
    let button = egui::Button::new(parts)
        .fill(fill)
        .stroke(Stroke::new(1.0, line))
        .corner_radius(CornerRadius::same(theme::RADIUS_ROUND))
        .selected(selected);
    let shown = button.atom_ui(ui);
    if let Some(rect) = shown.rect(place) {
        paint(ui, rect);
    }
    let response = shown.response;
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
        .desired_width(width.min(ui.available_width()));
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
        let title_text = RichText::new(title_text).font(strong(theme::SUBTITLE));
        ui.add(egui::Label::new(title_text).wrap());
        if !text.is_empty() {
            remark(ui, text);
        }
    });
}

/// A page whose content could not be read. True where it is to be read again.
pub(crate) fn not_read(ui: &mut Ui, title_text: &str, why: &str) -> bool {
    empty(ui, Icon::Fail, title_text, why);
    let again = |ui: &mut Ui| ui.add(Btn::new(&tr!("shell-try-again")).icon(Icon::Sync)).clicked();
    ui.vertical_centered(again).inner
}

/// A drop-down list; the accessible name is what it chooses. Returns the index that was picked.
pub(crate) fn choose(ui: &mut Ui, name: &str, now: &str, width: f32, choices: &[String]) -> Option<usize> {
    let mut picked = None;
    let shown = egui::ComboBox::from_id_salt(name)
        .selected_text(now)
        .width(width.min(ui.available_width()))
        .truncate()
        .show_ui(ui, |ui| {
            for (at, choice) in choices.iter().enumerate() {
                if ui.selectable_label(choice == now, choice).clicked() {
                    picked = Some(at);
                    // By itself the list closes only where the pointer has clicked, not after a key or a
                    // screen reader's press.
                    ui.close();
                }
            }
        });
    ui.ctx().accesskit_node_builder(shown.response.id, |node| node.set_label(name));
    picked
}

/// A button that shows an icon only; the words are its accessible name and its hint.
pub(crate) fn icon_button(ui: &mut Ui, sign: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(ui.spacing().interact_size.y), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let tokens = tokens(ui);
    let over = response.hovered() || response.has_focus();
    let fill = if over { tokens.button_hover } else { tokens.button };
    let line = if response.has_focus() { Stroke::new(2.0, tokens.text) } else { Stroke::new(1.0, tokens.line) };
    ui.painter().rect(rect, CornerRadius::same(theme::RADIUS), fill, line, egui::StrokeKind::Inside);
    sign.paint(ui.painter(), Rect::from_center_size(rect.center(), Vec2::splat(theme::ICON)), tokens.text);
    response.on_hover_text(name)
}
