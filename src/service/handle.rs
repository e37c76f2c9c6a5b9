//! The two ends between a face and the service: bounded channels and one watch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use crate::texts::tr;

use super::{Answer, Command, Event, Problem, ProgressMap, Reply, RequestId};

/// How many commands may wait: more means that the service is stuck, and the face says so.
const COMMANDS: usize = 64;
/// How many events may wait before the service waits for the face.
const EVENTS: usize = 256;

/// A face's end.
pub struct Handle {
    commands: mpsc::Sender<(RequestId, Command)>,
    events: mpsc::Receiver<Event>,
    progress: watch::Receiver<ProgressMap>,
    next: AtomicU64,
}

/// The service's end.
pub struct Mailbox {
    /// Commands as they come.
    pub commands: mpsc::Receiver<(RequestId, Command)>,
    /// Where the service speaks.
    pub voice: Voice,
}

/// How the service speaks to a face; each word is followed by one wake-up.
#[derive(Clone)]
pub struct Voice {
    events: mpsc::Sender<Event>,
    progress: Arc<watch::Sender<ProgressMap>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Handle {
    /// Both ends. `wake` is called after each event and each step of progress; it must not block.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> (Self, Mailbox) {
        let (command_in, command_out) = mpsc::channel(COMMANDS);
        let (event_in, event_out) = mpsc::channel(EVENTS);
        let (progress_in, progress_out) = watch::channel(ProgressMap::new());
        let handle = Self { commands: command_in, events: event_out, progress: progress_out, next: AtomicU64::new(1) };
        let voice = Voice { events: event_in, progress: Arc::new(progress_in), wake };
        (handle, Mailbox { commands: command_out, voice })
    }

    /// Sends a command; never blocks.
    ///
    /// # Errors
    /// When the service has ended, or so many commands wait that it must be stuck.
    pub fn send(&self, command: Command) -> Result<RequestId, Problem> {
        let id = RequestId(self.next.fetch_add(1, Ordering::Relaxed));
        match self.commands.try_send((id, command)) {
            Ok(()) => Ok(id),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Problem::failed(tr!("sync-busy"))),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Problem::failed(tr!("sync-gone"))),
        }
    }

    /// The next event, if there is one; never blocks.
    pub fn try_event(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Waits for the next event; none when the service has ended. Not for the window.
    pub fn wait_event(&mut self) -> Option<Event> {
        self.events.blocking_recv()
    }

    /// Sends a command and waits for its answer, handing every other event to `other`. Not for the
    /// window.
    ///
    /// # Errors
    /// The command's problem, or that the service has ended.
    pub fn call(&mut self, command: Command, mut other: impl FnMut(Event)) -> Answer {
        let id = self.send(command)?;
        while let Some(event) = self.wait_event() {
            match event {
                Event::Reply(reply, answer) if reply == id => return answer,
                event @ (Event::Reply(..)
                | Event::Trying(..)
                | Event::Changed(_)
                | Event::Alerted(_)
                | Event::Opened(_)
                | Event::OpenBrowser { .. }
                | Event::Ended) => other(event),
            }
        }
        Err(Problem::failed(tr!("sync-gone")))
    }

    /// The newest progress of every pair at work.
    #[must_use]
    pub fn progress(&self) -> ProgressMap {
        self.progress.borrow().clone()
    }

    /// A second reader of the progress, for a thread that draws it.
    #[must_use]
    pub fn progress_watch(&self) -> watch::Receiver<ProgressMap> {
        self.progress.clone()
    }
}

impl Voice {
    /// Says something, and wakes the face.
    pub async fn say(&self, event: Event) {
        // A face that has gone away is no reason to stop what is going on.
        let _gone = self.events.send(event).await;
        (self.wake)();
    }

    /// Answers a command.
    pub async fn reply(&self, id: RequestId, answer: Result<Reply, Problem>) {
        self.say(Event::Reply(id, answer)).await;
    }

    /// Whether there is any progress under this name.
    #[must_use]
    pub fn has_progress(&self, name: &str) -> bool {
        self.progress.borrow().contains_key(name)
    }

    /// Changes the progress, and wakes the face.
    pub fn progress(&self, change: impl FnOnce(&mut ProgressMap)) {
        self.progress.send_modify(change);
        (self.wake)();
    }
}
