//! Small disks of their own (a tmpfs each), which can be filled up and made read-only. A test that wants one is run
//! once more by itself, in a namespace where it may mount; so nothing stays mounted, however it ends.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says to a test that it is in there, and where it leaves a sign that it began.
const PLACE: &str = "DUOSYNC_TEST_APART";

/// Where a test that wants a small disk goes on.
pub enum Apart {
    /// Here: it is in the namespace, and may mount.
    Within,
    /// It was run there by this call, and is done.
    Done,
    /// Nothing may be mounted on this computer; the reason is printed.
    Never,
}

/// A file system in memory; dropped, it is gone.
pub struct Disk {
    root: PathBuf,
    /// The folder that it stands in the place of, where it was made for it.
    folder: Option<tempfile::TempDir>,
}

/// A disk without room; dropped, there is room again.
pub struct Full(PathBuf);

/// A disk that nothing may be written to; dropped, it may again.
pub struct Locked<'a>(&'a Disk);

/// Runs the test of this name once more where it may mount. What it prints is shown as it comes, or only where it
/// fails.
pub fn apart(test: &str, shown: bool) -> Apart {
    if let Some(place) = std::env::var_os(PLACE) {
        File::create(Path::new(&place).join("began")).unwrap();
        return Apart::Within;
    }
    let place = tempfile::tempdir().unwrap();
    // An administrator may do it at once; everybody else in a namespace where he is one, or, where the system
    // forbids that, as far as sudo lets him without a password.
    let ways: [&[&str]; 3] = [&["unshare", "-m"], &["unshare", "-Urm"], &["sudo", "-n", "unshare", "-m"]];
    let within = |way: &[&str]| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]);
        command
    };
    let may = |way: &&&[&str]| done(within(way).args(["mount", "-t", "tmpfs", "tmpfs"]).arg(place.path()));
    let Some(way) = ways.iter().find(may) else {
        // The program is one that CI has to bring along; the right to mount is not CI's to give.
        let found = done(Command::new("unshare").arg("--version"));
        assert!(std::env::var_os("CI").is_none() || found, "CI needs unshare (util-linux)");
        eprintln!("skipped: no small disk may be mounted here (unshare -m, unshare -Urm)");
        return Apart::Never;
    };
    let mut command = within(way);
    command.args(["sh", "-c", &format!("export {PLACE}=\"$1\"; shift; exec \"$@\""), "sh"]);
    command.args([place.path(), &std::env::current_exe().unwrap()]).args([test, "--exact", "--nocapture"]);
    if shown {
        assert!(command.status().unwrap().success(), "{test} failed");
    } else {
        let output = command.output().unwrap();
        let said = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
        assert!(output.status.success(), "{}\n{}", said[0], said[1]);
    }
    assert!(place.path().join("began").exists(), "there is no test called {test}");
    Apart::Done
}

impl Disk {
    /// One of so many kilobytes for the test of this name. `None` where the test was run with it by this call,
    /// or where no disk can be made.
    pub fn of(kilobytes: usize, test: &str) -> Option<Self> {
        match apart(test, false) {
            Apart::Within => {}
            Apart::Done | Apart::Never => return None,
        }
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Self::over(folder.path(), kilobytes);
        disk.folder = Some(folder);
        Some(disk)
    }

    /// One of so many kilobytes in the place of this folder, by a test that is [`Apart::Within`].
    pub fn over(root: &Path, kilobytes: usize) -> Self {
        let size = format!("size={kilobytes}k,mode=0777");
        assert!(done(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(root)), "{size}");
        Self { root: root.to_owned(), folder: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Leaves so many bytes free.
    pub fn fill(&self, free: u64) -> Full {
        let path = self.root.join("ballast");
        let mut ballast = File::create(&path).unwrap();
        // Where a big piece no longer fits, a small one may.
        while ballast.write_all(&[0; 4096]).is_ok() {}
        while ballast.write_all(&[0]).is_ok() {}
        let length = ballast.metadata().unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length.saturating_sub(free)).unwrap();
        Full(path)
    }

    /// Lets nothing be written.
    pub fn lock(&self) -> Locked<'_> {
        self.remount("ro");
        Locked(self)
    }

    fn remount(&self, how: &str) {
        let remounted = done(Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.root));
        assert!(remounted, "{} takes no {how}", self.root.display());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // By now nobody works there; where somebody does, it goes away with the last one.
        done(Command::new("umount").arg("--lazy").arg(&self.root));
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        // The disk is gone where it is missing.
        drop(std::fs::remove_file(&self.0));
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // A test that fails meanwhile must not fail twice.
        if !std::thread::panicking() {
            self.0.remount("rw");
        }
    }
}

fn done(command: &mut Command) -> bool {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|ended| ended.success())
}
