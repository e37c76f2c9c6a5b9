//! File dialogs on a thread of their own, so that the window never waits for one.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui;

use super::views::Browse;
use crate::texts::tr;

/// No person cancels a dialog this quickly: where the desktop has no file dialog, it answers so.
const TOO_QUICK: Duration = Duration::from_millis(300);

/// What came of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Picked {
    /// A file.
    File(PathBuf),
    /// The operator closed it.
    Cancelled,
    /// This desktop has none.
    NoDialog,
}

/// The file dialog that is open, if there is one.
#[derive(Default)]
pub(crate) struct Picker {
    open: Option<(Browse, Receiver<Picked>)>,
}

impl Picker {
    /// Opens a dialog, unless one is open.
    pub(crate) fn open(&mut self, what: Browse, ctx: &egui::Context) {
        if self.open.is_some() {
            return;
        }
        // One answer is all that a dialog gives.
        let (tell, hear) = sync_channel(1);
        let (ctx, asked) = (ctx.clone(), what.clone());
        let started = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
            let before = Instant::now();
            let file = ask(&asked);
            let picked = match file {
                Some(path) => Picked::File(path),
                None if before.elapsed() < TOO_QUICK => Picked::NoDialog,
                None => Picked::Cancelled,
            };
            // The window may be closed by now; then nobody listens, and nothing is lost.
            let _closed = tell.send(picked);
            ctx.request_repaint();
        });
        if started.is_ok() {
            self.open = Some((what, hear));
        }
    }

    /// What the dialog answered, if it has.
    pub(crate) fn answer(&mut self) -> Option<(Browse, Picked)> {
        let (what, hear) = self.open.as_ref()?;
        let what = what.clone();
        let picked = match hear.try_recv() {
            Ok(picked) => picked,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Picked::NoDialog,
        };
        self.open = None;
        Some((what, picked))
    }
}

fn ask(what: &Browse) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    let day = super::words::file_day();
    match what {
        Browse::Account(_, _, Some(endings)) => dialog
            .set_title(tr!("settings-dialog-account"))
            .add_filter(tr!("settings-dialog-tables"), endings)
            .add_filter(tr!("settings-dialog-all"), &["*"])
            .pick_file(),
        Browse::Account(_, _, None) => dialog.set_title(tr!("setup-dialog-folder")).pick_folder(),
        Browse::Import => dialog
            .set_title(tr!("settings-dialog-import"))
            .add_filter(tr!("settings-dialog-settings"), &["toml"])
            .pick_file(),
        Browse::Export => dialog.set_title(tr!("settings-dialog-export")).set_file_name("duosync.toml").save_file(),
        Browse::Report => dialog
            .set_title(tr!("settings-dialog-report"))
            .add_filter(tr!("settings-dialog-workbook"), &["xlsx"])
            .add_filter(tr!("settings-dialog-table"), &["csv"])
            .add_filter(tr!("settings-dialog-page"), &["html"])
            .set_file_name("differences.xlsx")
            .save_file(),
        Browse::Copy => dialog
            .set_title(tr!("settings-dialog-copy"))
            .add_filter(tr!("settings-dialog-database"), &["db"])
            .set_file_name(format!("duosync-{day}.db"))
            .save_file(),
        Browse::Restore => dialog
            .set_title(tr!("settings-dialog-restore"))
            .add_filter(tr!("settings-dialog-database"), &["db"])
            .pick_file(),
        Browse::Diagnostics => dialog
            .set_title(tr!("settings-dialog-diagnostics"))
            .add_filter(tr!("settings-dialog-zip"), &["zip"])
            .set_file_name(format!("duosync-help-{day}.zip"))
            .save_file(),
        Browse::Person => dialog
            .set_title(tr!("settings-dialog-person"))
            .add_filter(tr!("settings-dialog-page"), &["html"])
            .add_filter("JSON", &["json"])
            .set_file_name(format!("person-{day}.html"))
            .save_file(),
    }
}
