//! Floor 4: the window.
//!
//! Views ([`views`](self)) are pure view models and functions that draw them and say what is wanted;
//! the app turns that into commands for the service and shows its events. The window never waits:
//! commands are sent without blocking, events are taken at the start of each frame, and a frame is
//! drawn only when something has happened.

mod act;
mod app;
mod browser;
mod events;
mod files;
mod fonts;
mod frames;
mod icons;
mod pace;
mod secrets;
mod shell;
mod text_diff;
mod theme;
mod views;
mod widgets;
mod words;

#[cfg(test)]
#[path = "../../tests/window_support/mod.rs"]
mod testing;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;

use crate::service::{Handle, Problem};

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

/// Opens the window and returns when it is closed.
///
/// `start_service` is given the closure that wakes the window, and returns the window's end of the
/// service.
///
/// # Errors
/// When there is no display, or the service could not be started.
pub fn run<F>(workspace: PathBuf, start: StartWith, start_service: F) -> Result<(), UiError>
where
    F: FnOnce(Arc<dyn Fn() + Send + Sync>) -> Result<Handle, Problem>,
{
    let mut look = workspace;
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
        ..eframe::NativeOptions::default()
    };
    let mut trouble = None;
    let told = &mut trouble;
    let opened = eframe::run_native(
        "Duosync",
        options,
        Box::new(move |creation| {
            let ctx = creation.egui_ctx.clone();
            let wake: Arc<dyn Fn() + Send + Sync> = {
                let ctx = ctx.clone();
                Arc::new(move || ctx.request_repaint())
            };
            let handle = start_service(wake).inspect_err(|problem| *told = Some(problem.clone()))?;
            let mut app = DuosyncApp::new(&ctx, handle);
            app.begin(start);
            if let Some(storage) = creation.storage {
                app::restore_look(&ctx, storage);
            }
            Ok(Box::new(app))
        }),
    );
    match trouble {
        Some(problem) => Err(UiError::Service(problem)),
        None => Ok(opened?),
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
