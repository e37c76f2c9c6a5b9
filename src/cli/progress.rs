//! Progress bars on standard error, where it is a terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::service::{Handle, ProgressMap};
use crate::texts::tr;

/// How often the newest progress is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Bars that are drawn until this is dropped.
pub(super) struct Bars {
    stop: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bars {
    /// Draws the service's progress, if somebody is there to see it.
    pub(super) fn start(handle: &Handle) -> Option<Self> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let mut newest = handle.progress_watch();
        let (stop, stopped) = mpsc::sync_channel::<()>(1);
        let thread = std::thread::spawn(move || {
            let all = MultiProgress::new();
            let mut bars = BTreeMap::new();
            while matches!(stopped.recv_timeout(TICK), Err(mpsc::RecvTimeoutError::Timeout)) {
                match newest.has_changed() {
                    Ok(true) => draw(&all, &mut bars, &newest.borrow_and_update()),
                    Ok(false) => bars.values().for_each(ProgressBar::tick),
                    Err(_) => break,
                }
            }
            // What the bars showed is over; the answer stands alone.
            let _gone = all.clear();
        });
        Some(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A bar that could not be drawn is no reason to fail the command.
            let _ended = thread.join();
        }
    }
}

fn draw(all: &MultiProgress, bars: &mut BTreeMap<String, ProgressBar>, progress: &ProgressMap) {
    bars.retain(|pair, bar| {
        let at_work = progress.contains_key(pair);
        if !at_work {
            bar.finish_and_clear();
        }
        at_work
    });
    for (pair, now) in progress {
        let bar = bars.entry(pair.clone()).or_insert_with(|| all.add(ProgressBar::new_spinner()));
        let template = if now.total.is_some() {
            "{spinner} {msg} {bar:24} {human_pos} / {human_len}"
        } else if now.done > 0 {
            "{spinner} {msg} {human_pos}"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_length(now.total.unwrap_or(0));
        bar.set_position(now.done);
        let stopping = if now.cancelling { format!(" {}", tr!("terminal-stopping")) } else { String::new() };
        bar.set_message(super::text::clean(&format!("{pair}: {}{stopping}", now.step)));
    }
}
