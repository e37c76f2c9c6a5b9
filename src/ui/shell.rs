//! What is around the pages: the navigation, messages, and questions over the page.

use eframe::egui::{self, Align2, CornerRadius, FontId, Rect, RichText, Ui, Vec2, accesskit, pos2, vec2};

use super::app::{Asking, DuosyncApp, Purpose, TOAST, Toast};
use super::fonts::strong;
use super::icons::Icon;
use super::theme::{self, Tone, tokens};
use super::views::setup::Step;
use super::views::{Intent, Page, TakeBack};
use super::widgets::{self, Btn, banner};
use crate::model::Timestamp;
use crate::service::Command;
use crate::texts::tr;

/// The room that a page with lists beside each other needs at least; in a smaller window, or with
/// larger text, it scrolls as a whole.
const LEAST_PAGE: Vec2 = vec2(420.0, 400.0);

impl DuosyncApp {
    /// One frame: events first, then the page, then what the operator wants.
    pub fn show(&mut self, ui: &mut Ui) {
        self.listen();
        self.live(ui.ctx());
        let now = self::now();
        self.paces.see(&self.handle.progress(), now);
        let mut intents = Vec::new();
        let narrow = is_narrow(ui.ctx());
        let (wide, around) = if narrow { (theme::NAV_SMALL, 8) } else { (theme::NAV, 12) };
        egui::Panel::left("navigation")
            .exact_size(wide)
            .resizable(false)
            .show_separator_line(false)
            .frame(egui::Frame::new().fill(tokens(ui).nav).inner_margin(egui::Margin::same(around)))
            .show(ui, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| self.show_navigation(ui, narrow, &mut intents));
            });
        let around = if narrow { theme::PAGE_SMALL } else { theme::PAGE };
        let page = egui::Frame::new().fill(tokens(ui).page).inner_margin(egui::Margin::same(around));
        egui::CentralPanel::no_frame().frame(page).show(ui, |ui| {
            if let Some(problem) = &self.problem
                && banner(ui, Tone::Bad, problem, Some(&tr!("shell-dismiss")))
            {
                self.problem = None;
                self.problem_until = None;
            }
            if self.ended {
                banner(ui, Tone::Bad, &tr!("shell-ended"), None);
            }
            self.show_fitting(ui, now, &mut intents);
        });
        self.show_toasts(ui, narrow, &mut intents);
        self.show_confirm(ui, &mut intents);
        self.show_asking(ui);
        self.show_secrets(ui, &mut intents);
        self.frames.show(ui);
        for intent in intents {
            self.act(intent);
        }
        self.look_for_matters();
        self.name_window(ui);
    }

    /// Whether the assistant shows the preview, a table with much around it.
    fn shows_first_look(&self) -> bool {
        self.setup.as_ref().is_some_and(|setup| setup.step == Step::Look)
    }

    /// Shows the page in the room that there is, or in a larger one that scrolls.
    fn show_fitting(&mut self, ui: &mut Ui, now: Timestamp, intents: &mut Vec<Intent>) {
        let room = ui.available_size();
        let least = match self.page {
            // These scroll by themselves, all of them.
            Page::Home | Page::Alerts | Page::Settings => vec2(LEAST_PAGE.x, 0.0),
            // These show the list and the record one at a time where there is little room.
            Page::Review | Page::Compare | Page::History => vec2(260.0, 230.0),
            // The button that goes on stays at the lower edge, above which the step scrolls.
            Page::Setup if !self.shows_first_look() => vec2(LEAST_PAGE.x, 230.0),
            Page::Setup | Page::Preview => LEAST_PAGE,
        };
        if room.x >= least.x && room.y >= least.y {
            self.show_page(ui, now, intents);
            return;
        }
        egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            // The bar takes a part of the room.
            let bar = ui.spacing().scroll.allocated_width();
            let size = (room - Vec2::splat(bar)).max(least);
            ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_min_size(size);
                self.show_page(ui, now, intents);
            });
        });
    }

    fn show_navigation(&self, ui: &mut Ui, narrow: bool, intents: &mut Vec<Intent>) {
        ui.horizontal(|ui| {
            if narrow {
                ui.add_space(8.0);
            }
            widgets::icon(ui, Icon::Sync, 24.0, tokens(ui).accent);
            if !narrow {
                ui.label(RichText::new("Duosync").font(strong(theme::SUBTITLE)).color(tokens(ui).text));
            }
        });
        ui.add_space(theme::GAP);
        ui.spacing_mut().item_spacing.y = theme::SMALL;
        let (open, alerts) = self.waiting();
        for (page, sign, name, badge) in [
            (Page::Home, Icon::Home, tr!("shell-home"), 0),
            (Page::Review, Icon::Review, tr!("shell-review"), open),
            (Page::Compare, Icon::Compare, tr!("shell-compare"), 0),
            (Page::History, Icon::History, tr!("shell-history"), 0),
            (Page::Alerts, Icon::Alerts, tr!("shell-alerts"), alerts),
            (Page::Settings, Icon::Settings, tr!("shell-settings"), 0),
        ] {
            let here = self.page == page || (page == Page::Home && matches!(self.page, Page::Setup | Page::Preview));
            let told = if page == Page::Alerts { new_words(badge) } else { open_words(badge) };
            if (NavItem { here, sign, name: &name, badge, told, narrow }).show(ui) {
                intents.push(Intent::Go(page));
            }
        }
    }

    fn show_toasts(&mut self, ui: &mut Ui, narrow: bool, intents: &mut Vec<Intent>) {
        let time = ui.input(|input| input.time);
        self.toasts.retain(|toast| toast.until.is_none_or(|until| time < until));
        let Some(first) = self.toasts.first().map(|toast| toast.until.unwrap_or(time + TOAST)) else { return };
        let left = (first - time).max(0.05);
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
        let mut gone = None;
        // Under the navigation they hide nothing; where that has no room, they come over the page.
        let (place, wide) = if narrow {
            let screen = ui.ctx().content_rect().width();
            (vec2(theme::NAV_SMALL + 8.0, -12.0), theme::DIALOG.min(screen - theme::NAV_SMALL - 24.0))
        } else {
            (vec2(8.0, -12.0), theme::NAV - 16.0)
        };
        egui::Area::new(egui::Id::unique("toasts"))
            .anchor(Align2::LEFT_BOTTOM, place)
            .order(egui::Order::Foreground)
            .show(ui.ctx(), |ui| {
                ui.set_width(wide);
                for (at, toast) in self.toasts.iter_mut().enumerate() {
                    let undone = show_toast(ui, toast, time);
                    if let Some(run) = undone {
                        intents.push(Intent::TakeBack(run));
                        gone = Some(at);
                    }
                }
            });
        if let Some(at) = gone {
            self.toasts.remove(at);
        }
    }

    fn show_confirm(&mut self, ui: &Ui, intents: &mut Vec<Intent>) {
        let Some(confirm) = self.confirm.clone() else { return };
        let mut close = false;
        let left = widgets::dialog(
            ui.ctx(),
            "confirm",
            &confirm.title,
            |ui| {
                ui.add(egui::Label::new(&confirm.text).wrap());
            },
            |ui| {
                let yes = Btn::new(&confirm.yes);
                if ui.add(if confirm.danger { yes.danger() } else { yes.primary() }).clicked() {
                    intents.push(confirm.then.clone());
                    close = true;
                }
                close |= ui.add(Btn::new(&tr!("shell-no"))).clicked();
            },
        );
        if close || left {
            self.confirm = None;
        }
    }

    fn show_asking(&mut self, ui: &Ui) {
        let Some(asking) = &mut self.asking else { return };
        let (mut yes, mut no, mut entered) = (false, false, false);
        let title = tr!("shell-password-for", account = asking.account);
        let password = std::cell::RefCell::new(&mut asking.password);
        let left = widgets::dialog(
            ui.ctx(),
            "password",
            &title,
            |ui| {
                ui.add(egui::Label::new(tr!("shell-password-why")).wrap());
                let entry = widgets::field(ui, &tr!("shell-password"), *password.borrow_mut(), "", true);
                if ui.memory(|memory| memory.focused().is_none()) && !entry.lost_focus() {
                    entry.request_focus();
                }
                entered = entry.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            },
            |ui| {
                let ready = !password.borrow().is_empty();
                let go = ui.add_enabled(ready, Btn::new(&tr!("shell-password-use")).primary()).clicked();
                yes = ready && go;
                no = ui.add(Btn::new(&tr!("shell-not-now"))).clicked();
            },
        );
        yes |= entered && !asking.password.is_empty();
        if !yes && !no && !left {
            return;
        }
        if let Some(Asking { account, password, then }) = self.asking.take() {
            if yes {
                self.send(Command::Password { account, password }, Purpose::Password(then.map(Box::new)));
            } else {
                self.not_yet.insert(account);
                self.ask_password();
            }
        }
    }

    /// How many matters are open and how many alerts are new: the numbers at Review and at Alerts, and in
    /// the window's title. What is open is the sum of what the cards of Home say.
    fn waiting(&self) -> (usize, usize) {
        self.snapshot.as_ref().map_or((0, 0), |snapshot| (snapshot.open(), snapshot.unseen_alerts))
    }

    /// What waits goes before the name in the window's title.
    fn name_window(&mut self, ui: &Ui) {
        let (open, alerts) = self.waiting();
        let title = title_of(open, alerts);
        if title != self.title {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn open_words(count: usize) -> String {
    tr!("shell-open", count = count)
}

fn new_words(count: usize) -> String {
    tr!("shell-new-alerts", count = count)
}

/// The window's title, in the words that explain the numbers of the navigation.
fn title_of(open: usize, alerts: usize) -> String {
    let mut parts = Vec::new();
    if open > 0 {
        parts.push(open_words(open));
    }
    if alerts > 0 {
        parts.push(new_words(alerts));
    }
    if parts.is_empty() { "Duosync".to_owned() } else { format!("{} – Duosync", parts.join(", ")) }
}

/// Whether the window has no room for words in the navigation.
fn is_narrow(ctx: &egui::Context) -> bool {
    ctx.content_rect().width() < theme::NARROW
}

/// One message. The run that is to be taken back, where that was pressed.
fn show_toast(ui: &mut Ui, toast: &mut Toast, time: f64) -> Option<TakeBack> {
    toast.until.get_or_insert(time + TOAST);
    let mut undone = None;
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(10));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let text = RichText::new(&toast.text).size(theme::REMARK);
        let label = ui.add(egui::Label::new(text).wrap());
        // A screen reader says what comes up by itself.
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_live(accesskit::Live::Polite));
        if let Some(back) = &toast.undo
            && ui.add(Btn::new(&tr!("shell-undo")).icon(Icon::Undo)).clicked()
        {
            undone = Some(back.clone());
        }
    });
    if shown.response.contains_pointer() {
        // Who is reading it has the time.
        toast.until = Some(time + TOAST);
    }
    undone
}

/// One entry of the navigation.
struct NavItem<'a> {
    here: bool,
    sign: Icon,
    name: &'a str,
    badge: usize,
    /// What the number counts.
    told: String,
    narrow: bool,
}

impl NavItem<'_> {
    /// Draws it. True when it is clicked.
    fn show(&self, ui: &mut Ui) -> bool {
        let tokens = tokens(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, self.here, self.name));
        if self.badge > 0 {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(self.told.clone()));
        }
        let radius = CornerRadius::same(theme::RADIUS);
        if self.here {
            ui.painter().rect_filled(rect, radius, tokens.selected);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, radius, tokens.button_hover);
        }
        if response.has_focus() {
            let line = egui::Stroke::new(2.0, tokens.text);
            ui.painter().rect_stroke(rect, radius, line, egui::StrokeKind::Inside);
        }
        let middle = rect.center().y;
        let square = Rect::from_center_size(pos2(rect.left() + 20.0, middle), Vec2::splat(19.0));
        self.sign.paint(ui.painter(), square, if self.here { tokens.accent } else { tokens.muted });
        let clicked = response.clicked();
        if self.narrow {
            self.show_badge(ui, pos2(rect.right() + 2.0, rect.top() + 8.0));
            let hint = if self.badge > 0 { format!("{}: {}", self.name, self.told) } else { self.name.to_owned() };
            response.on_hover_text(hint);
            return clicked;
        }
        let left = self.show_badge(ui, pos2(rect.right() - 8.0, middle));
        let font = if self.here { strong(theme::BODY) } else { FontId::proportional(theme::BODY) };
        let mut job = egui::text::LayoutJob::simple_singleline(self.name.to_owned(), font, tokens.text);
        job.wrap = egui::text::TextWrapping::truncate_at_width((left - rect.left() - 44.0).max(8.0));
        let text = ui.painter().layout_job(job);
        ui.painter().galley(pos2(rect.left() + 40.0, middle - text.size().y / 2.0), text, tokens.text);
        if self.badge > 0 {
            response.on_hover_text(&self.told);
        }
        clicked
    }

    /// Draws the number with its right end here, and says where it begins.
    fn show_badge(&self, ui: &Ui, right: egui::Pos2) -> f32 {
        if self.badge == 0 {
            return right.x;
        }
        let tokens = tokens(ui);
        // The number itself is on the page; here it must leave room for the name.
        let (most, high) = if self.narrow { (99, 16.0) } else { (999, 20.0) };
        let text = if self.badge > most { format!("{most}+") } else { self.badge.to_string() };
        let size = if self.narrow { theme::TINY - 1.5 } else { theme::TINY };
        let galley = ui.painter().layout_no_wrap(text, strong(size), tokens.on_accent);
        let size = vec2((galley.size().x + high * 0.6).max(high), high);
        let pill = Rect::from_center_size(pos2(right.x - size.x / 2.0, right.y), size);
        ui.painter().rect_filled(pill, CornerRadius::same(10), tokens.accent);
        ui.painter().galley(pill.center() - galley.size() / 2.0, galley, tokens.on_accent);
        pill.left()
    }
}

/// The time by the computer's clock.
pub(super) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_what_waits_in_the_words_of_the_navigation() {
        crate::texts::set_language(crate::texts::Language::English);
        assert_eq!(title_of(0, 0), "Duosync");
        assert_eq!(title_of(7, 0), "7 to review – Duosync");
        assert_eq!(title_of(1200, 1), "1,200 to review, 1 new alert – Duosync");
        assert_eq!(title_of(0, 2), "2 new alerts – Duosync");
    }
}
