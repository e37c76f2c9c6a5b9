//! The door of a workspace: a second start of Duosync knocks, and the first one brings its window up.
//!
//! It is a socket on this computer only. A file in the workspace, which nobody else may read, says which
//! one and holds the word by which the two know each other, for a number that is free again may have
//! gone to another program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Event, Voice};
use crate::store;

/// The file's name in the workspace.
const FILE: &str = "door";

/// How long the other side may take for its few words.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open door. It is shut when it is dropped.
#[derive(Debug)]
pub(crate) struct Door {
    file: PathBuf,
    at: SocketAddrV4,
    shut: Arc<AtomicBool>,
}

impl Door {
    /// Opens the door of a workspace; each knock is told.
    pub(crate) fn open(workspace: &Path, voice: &Voice) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let at = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr()?.port());
        let word = uuid::Uuid::now_v7().simple().to_string();
        let file = workspace.join(FILE);
        store::write_private(&file, &format!("{}\n{word}\n", at.port()))?;
        let shut = Arc::new(AtomicBool::new(false));
        let (closing, voice, runtime) = (Arc::clone(&shut), voice.clone(), tokio::runtime::Handle::current());
        std::thread::Builder::new().name("duosync-door".to_owned()).spawn(move || {
            for visitor in listener.incoming() {
                if closing.load(Ordering::SeqCst) {
                    break;
                }
                if visitor.and_then(|visitor| greet(&visitor, &word)).is_ok() {
                    runtime.block_on(voice.say(Event::Opened(None)));
                }
            }
        })?;
        Ok(Self { file, at, shut })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shut.store(true, Ordering::SeqCst);
        // Whoever finds the file later finds nobody behind it, which is no harm.
        let _gone = std::fs::remove_file(&self.file);
        let _woken = TcpStream::connect(self.at);
    }
}

/// Knocks at the door of a workspace. True where a Duosync answers, whose window then comes up.
#[must_use]
pub fn knock(workspace: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(workspace.join(FILE)) else { return false };
    let mut lines = text.lines();
    let (port, word) = (lines.next().and_then(|line| line.parse::<u16>().ok()), lines.next().unwrap_or_default());
    let answered = || -> Option<bool> {
        let at = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port?);
        let mut stream = TcpStream::connect_timeout(&at.into(), PATIENCE).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        writeln!(stream, "{word}").ok()?;
        let mut answer = String::new();
        BufReader::new(stream).take(8).read_line(&mut answer).ok()?;
        Some(answer.trim() == "up")
    };
    answered().unwrap_or_default()
}

fn greet(visitor: &TcpStream, word: &str) -> std::io::Result<()> {
    visitor.set_read_timeout(Some(PATIENCE))?;
    let mut said = String::new();
    BufReader::new(visitor).take(64).read_line(&mut said)?;
    if said.trim() != word {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    let mut answer = visitor;
    writeln!(answer, "up")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::service::Handle;

    #[test]
    fn whoever_knocks_with_the_word_is_heard_and_nobody_else() {
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (mut handle, mailbox) = Handle::new(Arc::new(|| {}));
        assert!(!knock(dir.path()), "nobody is at home");
        let door = runtime.block_on(async { Door::open(dir.path(), &mailbox.voice) }).unwrap();
        let real = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        std::fs::write(dir.path().join(FILE), real.replace('\n', "\nx")).unwrap();
        assert!(!knock(dir.path()), "another word");
        assert!(handle.try_event().is_none());
        std::fs::write(dir.path().join(FILE), &real).unwrap();
        assert!(knock(dir.path()));
        assert!(matches!(handle.wait_event(), Some(Event::Opened(None))));
        drop(door);
        assert!(!dir.path().join(FILE).exists());
        std::fs::write(dir.path().join(FILE), &real).unwrap();
        assert!(!knock(dir.path()), "the door is shut");
    }
}
