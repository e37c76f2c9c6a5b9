//! A small disk of its own for one world, that can be filled and locked.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// A file system in memory; dropped, it is gone.
pub(crate) struct Disk {
    root: PathBuf,
}

/// A disk without room; dropped, there is room again.
pub(crate) struct Full(PathBuf);

/// A disk that nothing may be written to; dropped, it may again.
pub(crate) struct Locked<'a>(&'a Disk);

impl Disk {
    /// A disk of 24 MB in the place of this folder. `None`, with the reason printed, where this process may
    /// not mount one, as in most containers.
    pub(crate) fn over(root: &Path) -> Option<Self> {
        let mounted = run(&["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs"], root);
        if !mounted {
            static TOLD: Once = Once::new();
            TOLD.call_once(|| eprintln!("disks are neither filled nor locked: this process may not mount one"));
            return None;
        }
        Some(Self { root: root.to_owned() })
    }

    /// Leaves so many bytes free.
    pub(crate) fn fill(&self, free: u64) -> Full {
        let path = self.root.join("ballast");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        let length = file.metadata().unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length.saturating_sub(free)).unwrap();
        Full(path)
    }

    /// Lets nothing be written.
    pub(crate) fn lock(&self) -> Locked<'_> {
        assert!(run(&["mount", "-o", "remount,ro"], &self.root), "{} cannot be locked", self.root.display());
        Locked(self)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // By now nobody works there; where somebody does, it goes away with the last one.
        run(&["umount", "--lazy"], &self.root);
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        // The world is gone where it is missing.
        drop(std::fs::remove_file(&self.0));
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        run(&["mount", "-o", "remount,rw"], &self.0.root);
    }
}

fn run(command: &[&str], path: &Path) -> bool {
    let done = Command::new(command[0]).args(&command[1..]).arg(path).output();
    done.is_ok_and(|done| done.status.success())
}
