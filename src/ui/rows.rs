//! The rows of a long list: each is pressed as a whole, by the pointer, by the keyboard and by assistive
//! technology, and says what it is.

use eframe::egui::{self, Response, Role, Sense, Stroke, Ui, WidgetInfo};

use super::theme::tokens;

/// The rows of one list, and whether one of them has the keyboard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows {
    held: bool,
    /// Whether the keyboard is to go to the picked row, which may not be drawn yet.
    chase: bool,
}

impl Rows {
    /// Before the rows of a frame are drawn.
    pub(crate) fn begin(&mut self) {
        self.held = false;
    }

    /// Another row was picked by a key: where a row has the keyboard, that row gets it.
    pub(crate) fn moved(&mut self) {
        self.chase |= self.held;
    }

    /// Makes a row out of the cells of a table. It is called first in the first cell, so that what the
    /// row shows, a tick for example, lies above it. `at` is its place among `all`.
    pub(crate) fn row(
        &mut self,
        ui: &Ui,
        (at, all): (usize, usize),
        picked: bool,
        name: impl Fn() -> String,
    ) -> Response {
        // The cell ends where its column does, and the row where the table does.
        let rect = ui.max_rect().with_max_x(ui.clip_rect().right());
        let response = ui.interact(rect, ui.scope_id().with("row"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, name()));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_selected(picked);
            node.set_position_in_set(at + 1);
            node.set_size_of_set(all);
        });
        if response.hovered() && !picked {
            ui.painter().rect_filled(rect, egui::CornerRadius::ZERO, ui.visuals().widgets.hovered.bg_fill);
        }
        let vertical = [egui::Key::ArrowDown, egui::Key::ArrowUp];
        let moving = ui.input(|input| vertical.iter().any(|key| input.key_pressed(*key)));
        if self.chase && picked {
            if response.has_focus() && !moving {
                self.chase = false;
            } else {
                response.request_focus();
            }
            ui.ctx().request_repaint();
        }
        if response.has_focus() {
            self.held = true;
            // The list itself moves by the arrows.
            let filter = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        }
        response
    }
}

/// Shows that a row has the keyboard. It is called in the last cell, above the backgrounds of all.
pub(crate) fn show_focus(ui: &Ui, row: &Response) {
    if row.has_focus() {
        let painter = ui.painter().with_clip_rect(row.interact_rect);
        let line = Stroke::new(2.0, tokens(ui).text);
        painter.rect_stroke(row.interact_rect, egui::CornerRadius::same(4), line, egui::StrokeKind::Inside);
    }
}
