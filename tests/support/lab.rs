//! What tests through the binary need: a workplace of their own, and what came out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

/// A folder of its own for one test: home, workspace and files.
pub(crate) struct Workplace {
    root: tempfile::TempDir,
    pub(crate) env: BTreeMap<String, String>,
}

/// What the binary came to.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON object on standard output; anything else there is a failure.
    pub(crate) fn json(&self) -> Result<Json, String> {
        let told = || format!("exit {}\nstdout: {}\nstderr: {}", self.code, self.stdout, self.stderr);
        if self.stdout.trim_end().lines().count() != 1 {
            return Err(format!("standard output is not one line\n{}", told()));
        }
        let json: Json = serde_json::from_str(&self.stdout).map_err(|error| format!("no JSON: {error}\n{}", told()))?;
        if json.is_object() { Ok(json) } else { Err(format!("not an object\n{}", told())) }
    }
}

impl Workplace {
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// In a folder that is there already.
    pub(crate) fn within(root: tempfile::TempDir) -> Self {
        for folder in ["home", "files"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root, env: BTreeMap::new() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.path().join("files").join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.file(name)).unwrap()).unwrap()
    }

    /// The workspace that Duosync remembers in.
    pub(crate) fn workspace(&self) -> PathBuf {
        self.root.path().join("workspace")
    }

    /// The binary, with nothing of this computer's own settings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let home = self.root.path().join("home");
        let binary = std::env::var_os("DUOSYNC_TEST_BINARY");
        let mut command = Command::new(binary.unwrap_or_else(|| env!("CARGO_BIN_EXE_duosync").into()));
        command.env_clear().env("HOME", &home).env("TZ", "UTC").env("LANG", "C.UTF-8");
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, home.join(name));
        }
        // Where coverage or a debugger look for their libraries is this computer's business.
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(&self.env).current_dir(self.root.path().join("files"));
        command.arg("--workspace").arg(self.workspace()).args(args).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&self.command(args).output().unwrap())
    }

    /// A command that must end with `code`, and its answer.
    pub(crate) fn json(&self, code: i32, args: &[&str]) -> Json {
        let mut line = vec!["--json"];
        line.extend(args);
        let ended = self.run(&line);
        assert_eq!(ended.code, code, "{args:?}\nstdout: {}\nstderr: {}", ended.stdout, ended.stderr);
        ended.json().unwrap()
    }
}
