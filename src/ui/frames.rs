//! How long the window's frames take: a small panel that F12 or `DUOSYNC_FRAMES=1` brings up.

use std::collections::VecDeque;

use eframe::egui::{self, Align2, Key, RichText, Ui, vec2};

use super::theme;

/// So many frames are looked back on.
const FRAMES: usize = 120;

/// The newest frames.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    shown: bool,
    millis: VecDeque<f32>,
}

impl Frames {
    /// Shown from the start where the environment asks for it.
    pub(crate) fn from_env() -> Self {
        Self { shown: std::env::var_os("DUOSYNC_FRAMES").is_some_and(|on| on == "1"), millis: VecDeque::new() }
    }

    /// Takes the processor's time of the last frame, in seconds.
    pub(crate) fn note(&mut self, seconds: Option<f32>) {
        if let Some(seconds) = seconds {
            self.millis.push_back(seconds * 1000.0);
            if self.millis.len() > FRAMES {
                self.millis.pop_front();
            }
        }
    }

    /// Draws the panel, if it is wanted. It asks for no frame: it tells of those that are drawn anyway.
    pub(crate) fn show(&mut self, ui: &Ui) {
        if ui.input(|input| input.key_pressed(Key::F12)) {
            self.shown = !self.shown;
        }
        if !self.shown {
            return;
        }
        let text = self.text();
        egui::Area::new(egui::Id::unique("frames"))
            .anchor(Align2::RIGHT_TOP, vec2(-8.0, 8.0))
            .order(egui::Order::Tooltip)
            .interactable(false)
            .show(ui.ctx(), |ui| {
                egui::Frame::popup(ui.style()).show(ui, |ui| {
                    let room = ui.ctx().content_rect().width() - 2.0 * theme::BLOCK;
                    ui.set_max_width(room.min(theme::DIALOG));
                    ui.add(egui::Label::new(RichText::new(text).size(theme::REMARK).monospace()).wrap());
                });
            });
    }

    /// The last frame, the median, the slowest of the newest, and how many took more than 8 ms. Numbers
    /// for whoever works on Duosync, in no language.
    fn text(&self) -> String {
        let mut sorted: Vec<f32> = self.millis.iter().copied().collect();
        sorted.sort_by(f32::total_cmp);
        let last = self.millis.back().copied().unwrap_or_default();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        let most = sorted.last().copied().unwrap_or_default();
        let over = sorted.iter().filter(|millis| **millis > 8.0).count();
        format!("{last:5.1} ms  p50 {median:5.1}  max {most:5.1}  >8: {over}/{}", sorted.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_frames_count() {
        let mut frames = Frames::default();
        frames.note(None);
        for number in 0..200_u8 {
            frames.note(Some(f32::from(number) / 10_000.0));
        }
        assert_eq!(frames.text(), " 19.9 ms  p50  14.0  max  19.9  >8: 119/120");
    }
}
