//! A small disk of its own (a tmpfs), which can be filled up and made read-only. The test that wants one is run
//! once more by itself, in a namespace where the disk is mounted; so nothing stays mounted, however it ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says to a test that it is in there, and where the disk is.
const PLACE: &str = "DUOSYNC_TEST_SMALL_DISK";
/// What the shell ends with where nothing may be mounted.
const NO_DISK: i32 = 42;

/// The disk.
pub struct Disk(PathBuf);

impl Disk {
    /// One of so many kilobytes for the test of this name. `None` where the test was run with it by this call,
    /// or, with the reason printed, where no disk can be made.
    pub fn of(kilobytes: usize, test: &str) -> Option<Self> {
        if let Some(place) = std::env::var_os(PLACE) {
            return Some(Self(PathBuf::from(place)));
        }
        let point = tempfile::tempdir().unwrap();
        // An administrator may mount at once; everybody else in a namespace where he is one, or, where the system
        // forbids that, as far as sudo lets him without a password.
        let ways: [&[&str]; 3] = [&["unshare", "-m"], &["unshare", "-Urm"], &["sudo", "-n", "unshare", "-m"]];
        let mut found = false;
        for way in ways {
            let script = format!(
                "mount -t tmpfs -o size={kilobytes}k,mode=0777 tmpfs \"$1\" || exit {NO_DISK}; \
                 export {PLACE}=\"$1\"; shift; exec \"$@\""
            );
            let output = Command::new(way[0])
                .args(&way[1..])
                .args(["sh", "-c", &script, "sh"])
                .args([point.path(), &std::env::current_exe().unwrap()])
                .args([test, "--exact", "--nocapture"])
                .output();
            let Ok(output) = output else { continue };
            found |= way[0] == "unshare";
            let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
            let forbidden = output.status.code() == Some(NO_DISK)
                || ["unshare:", "sudo:"].iter().any(|who| said[1].starts_with(who));
            if !forbidden {
                assert!(output.status.success() && said[0].contains("1 passed"), "{}\n{}", said[0], said[1]);
                return None;
            }
        }
        // The program is one that CI has to bring along; the right to mount is not CI's to give.
        assert!(std::env::var_os("CI").is_none() || found, "CI needs unshare (util-linux)");
        eprintln!("skipped: no small disk may be mounted here (unshare -m, unshare -Urm)");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut ballast = std::fs::File::create(self.0.join("ballast")).unwrap();
        // Where a big piece no longer fits, a small one may.
        while ballast.write_all(&[0; 4096]).is_ok() {}
        while ballast.write_all(&[0]).is_ok() {}
    }

    /// Makes room again.
    pub fn empty(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }

    /// Nothing can be written to it, or everything again.
    pub fn read_only(&self, on: bool) {
        let how = if on { "remount,ro" } else { "remount,rw" };
        let done = Command::new("mount").args(["-o", how]).arg(&self.0).status().unwrap();
        assert!(done.success(), "the disk takes no {how}");
    }
}
