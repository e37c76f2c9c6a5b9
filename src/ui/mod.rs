//! Floor 4: the window.
//!
//! Views ([`views`](self)) are pure view models and functions that draw them and say what is wanted;
//! the app turns that into commands for the service and shows its events. The window never waits:
//! commands are sent without blocking, events are taken at the start of each frame, and a frame is
//! drawn only when something has happened.

mod act;
mod app;
mod bidi;
mod browser;
mod desktop;
mod events;
mod files;
mod fonts;
mod frames;
mod icons;
mod pace;
mod rows;
mod secrets;
mod shell;
mod text_diff;
mod theme;
mod tray;
mod upkeep;
mod views;
mod widgets;
mod words;

#[cfg(test)]
#[path = "../../tests/window_support/mod.rs"]
mod testing;

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use eframe::egui;

use crate::service::{Handle, Problem};

use desktop::{Bell, Desk};

pub use app::DuosyncApp;

/// What the window begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartWith {
    /// Home.
    #[default]
    Home,
    /// The sample: it is made if it is not there, synced and compared.
    Sample,
    /// What waits for the operator.
    Review,
}

/// Why the window could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// There is no display, or it cannot draw.
    #[error("The window cannot be opened here ({0}). Without a display, use the terminal: duosync demo")]
    Window(#[from] eframe::Error),
    /// The service could not be started.
    #[error("{0}")]
    Service(Problem),
}

/// How the program is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// What the window begins with.
    pub start: StartWith,
    /// Without the window, as it is started with the computer.
    pub background: bool,
}

/// How long an icon beside the clock is waited for, where the computer has only just started.
const PANEL: Duration = Duration::from_secs(15);

/// How long the service may take to stop safely at the end.
const LAST: Duration = Duration::from_secs(10);

/// Opens the window, and returns when the program ends: when the window is closed, or later, when it
/// goes on without one.
///
/// `start_service` is given the closure that wakes the window, and returns the window's end of the
/// service.
///
/// # Errors
/// When there is no display, or the service could not be started.
pub fn run<F>(workspace: &Path, opening: Opening, start_service: F) -> Result<(), UiError>
where
    F: FnOnce(Arc<dyn Fn() + Send + Sync>) -> Result<Handle, Problem>,
{
    let (bell, heard) = Bell::new();
    let ring = Arc::clone(&bell);
    let handle = start_service(Arc::new(move || ring.ring())).map_err(UiError::Service)?;
    let mut app = DuosyncApp::new(&egui::Context::default(), handle);
    // The icon belongs to the window's event loop on other systems, which is not there yet.
    if cfg!(target_os = "linux") {
        app.set_desk(Desk::with_tray(&bell));
    }
    app.begin(opening.start);
    let app = RefCell::new(app);
    let mut minimised = opening.background;
    let mut result = Ok(());
    if !opening.background || !wait_in_background(&app, &heard) {
        loop {
            result = open_window(workspace, &app, &bell, minimised);
            minimised = false;
            let stays = result.is_ok() && app.borrow().desk_stays();
            if !stays || stay_in_background(&app, &heard) {
                break;
            }
        }
    }
    app.into_inner().end(&heard, LAST);
    result
}

/// Waits until the operator wants the window, or where it will never be found again by its icon. True
/// when the program is to end.
fn wait_in_background(app: &RefCell<DuosyncApp>, heard: &Receiver<()>) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let until = Instant::now() + PANEL;
    loop {
        let mut app = app.borrow_mut();
        app.listen();
        if app.desk_has_icon() {
            break;
        }
        let left = until.saturating_duration_since(Instant::now());
        if !app.desk_may_have_icon() || app.desk_wants_window() || left.is_zero() {
            return false;
        }
        drop(app);
        // A panel that comes rings no bell, so it is looked for again after a while.
        let _rung = heard.recv_timeout(left.min(Duration::from_millis(500)));
    }
    stay_in_background(app, heard)
}

/// Goes on without a window until one is wanted. True when the program is to end.
fn stay_in_background(app: &RefCell<DuosyncApp>, heard: &Receiver<()>) -> bool {
    loop {
        {
            let mut app = app.borrow_mut();
            app.listen();
            if app.desk_quits() {
                return true;
            }
            if app.desk_wants_window() {
                return false;
            }
        }
        if heard.recv().is_err() {
            return true;
        }
    }
}

/// Opens the window and returns when it is gone.
fn open_window(workspace: &Path, app: &RefCell<DuosyncApp>, bell: &Arc<Bell>, minimised: bool) -> Result<(), UiError> {
    let mut look = workspace.to_owned();
    look.push("window.ron");
    let viewport = egui::ViewportBuilder::default()
        .with_title("Duosync")
        .with_app_id("duosync")
        .with_inner_size([1100.0, 720.0])
        .with_min_inner_size([900.0, 600.0])
        .with_icon(app_icon());
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        persistence_path: Some(look),
        // The event loop is used again when the window is closed and opened again later.
        run_and_return: true,
        ..eframe::NativeOptions::default()
    };
    let opened = eframe::run_native(
        "Duosync",
        options,
        Box::new(|creation| {
            let ctx = creation.egui_ctx.clone();
            let mut moved = app.borrow_mut();
            if let Some(storage) = creation.storage {
                app::restore_look(&ctx, storage);
                moved.restore_draft(storage);
            }
            moved.move_into(&ctx);
            if !cfg!(target_os = "linux") && !moved.desk_may_have_icon() {
                moved.set_desk(Desk::with_tray(bell));
            }
            if minimised {
                ctx.send_viewport_cmd(egui::ViewportCommand::Minimized(true));
            }
            drop(moved);
            bell.is_for(Some(ctx));
            Ok(Box::new(Window { app }))
        }),
    );
    bell.is_for(None);
    Ok(opened?)
}

/// The window around the application, which outlives it.
struct Window<'a> {
    app: &'a RefCell<DuosyncApp>,
}

impl eframe::App for Window<'_> {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        // Called while the window is small or hidden too, when nothing is drawn.
        let mut app = self.app.borrow_mut();
        app.listen();
        app.live(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let mut app = self.app.borrow_mut();
        app.frames.note(frame.info().cpu_usage);
        app.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let app = self.app.borrow();
        app::save_look(&app.ctx, storage);
        app.keep_draft(storage);
    }

    fn persist_egui_memory(&self) -> bool {
        // Scroll places and open menus of the last time are no help, and may not fit what is there.
        false
    }
}

/// Two arrows in a circle, drawn in code so that no image has to be decoded.
fn app_icon() -> egui::IconData {
    const SIZE: u16 = 64;
    let mut rgba = Vec::with_capacity(usize::from(SIZE) * usize::from(SIZE) * 4);
    for y in 0..SIZE {
        for x in 0..SIZE {
            let (dx, dy) = (f32::from(x) - 31.5, f32::from(y) - 31.5);
            let far = dx.hypot(dy);
            let arrow = |up: bool| {
                let (x, y) = if up { (dx, dy + 8.0) } else { (-dx, -(dy - 8.0)) };
                (y.abs() < 3.0 && x.abs() < 17.0) || (x > 6.0 && x < 18.0 && y.abs() < 18.0 - x)
            };
            let pixel = if far > 31.0 {
                [0, 0, 0, 0]
            } else if arrow(true) || arrow(false) {
                [255, 255, 255, 255]
            } else {
                [31, 95, 191, 255]
            };
            rgba.extend(pixel);
        }
    }
    egui::IconData { rgba, width: u32::from(SIZE), height: u32::from(SIZE) }
}
