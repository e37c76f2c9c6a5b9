//! The terminal face: one command in, one answer out (DESIGN.md, section 4).
//!
//! Standard output holds the answer, as sentences and tables or as one JSON object; progress, hints
//! about errors and logs go to standard error. [`carry_out`] turns arguments and a service into an
//! [`Output`] without printing anything, so that the contract can be tested as data.

mod args;
mod connector;
mod history;
mod json;
mod person;
mod progress;
mod resolve;
mod run;
mod secrets;
mod text;
mod watch;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::service::{Command, Event, Handle, Problem};
use crate::texts::{Language, set_language, tr};

pub use args::{Answer, Args, Task};
pub use json::Told;
pub use run::carry_out;

/// What the service calls to wake a face; the terminal waits for events and needs none.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// How the service is started: the workspace's folder and the wake-up.
pub type Start = dyn Fn(&Path, Wake) -> Result<Handle, Problem>;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Done, and both sides agree as far as the pair asks.
    Done,
    /// It failed.
    Failed,
    /// Wrong usage or settings.
    WrongUse,
    /// Done, but something waits for the operator.
    Waiting,
}

impl Code {
    /// The number, as scripts rely on it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUse => 2,
            Self::Waiting => 3,
        }
    }

    /// The more serious of two, where a command speaks of several pairs.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        const fn weight(code: Code) -> u8 {
            match code {
                Code::Done => 0,
                Code::Waiting => 1,
                Code::WrongUse => 2,
                Code::Failed => 3,
            }
        }
        if weight(other) > weight(self) { other } else { self }
    }
}

/// A command's answer.
#[derive(Clone, Debug)]
pub struct Output {
    /// For `--json`.
    pub json: Told,
    /// For eyes.
    pub text: String,
    /// For scripts.
    pub code: Code,
}

/// How the window is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// With the sample.
    pub sample: bool,
    /// Without the window, until it is asked for.
    pub background: bool,
}

/// Runs the face that the arguments ask for. `open_window` is given the workspace and how the window is
/// wanted.
pub fn main_with(args: &Args, start: &Start, open_window: impl FnOnce(&Path, Wanted) -> ExitCode) -> ExitCode {
    log(args.verbose);
    set_language(args.language.map_or_else(Language::of_system, Language::from));
    let workspace = match workspace(args) {
        Ok(folder) => folder,
        Err(problem) => return tell(args.json, &problem),
    };
    match &args.task {
        None if has_display() => open_window(&workspace, Wanted { background: args.background, ..Wanted::default() }),
        None => tell(args.json, &Problem::failed(tr!("terminal-no-display"))),
        Some(Task::Demo { terminal }) if !terminal && !args.json && has_display() => {
            open_window(&workspace, Wanted { sample: true, ..Wanted::default() })
        }
        Some(Task::Restore { file }) => restore(args.json, &workspace, file),
        Some(Task::Connector { task }) => match connector::without_workspace(task) {
            Some(Ok(output)) => answered(args.json, output),
            Some(Err(problem)) => tell(args.json, &problem),
            None => terminal(args, &workspace, start),
        },
        Some(_) => terminal(args, &workspace, start),
    }
}

/// Goes back to a copy. No service runs meanwhile, as the database may be damaged.
fn restore(json: bool, workspace: &Path, file: &Path) -> ExitCode {
    match crate::service::restore_closed(workspace, file) {
        Ok(kept) => {
            let text = tr!(
                "terminal-restored",
                file = format_args!("{}", file.display()),
                kept = format_args!("{}", kept.display())
            );
            let answer = serde_json::json!({ "restored": file.to_string_lossy(), "kept": kept.to_string_lossy() });
            print(&if json { answer.to_string() } else { text }.trim_end());
            ExitCode::from(Code::Done.number())
        }
        Err(problem) => tell(json, &problem),
    }
}

fn terminal(args: &Args, workspace: &Path, start: &Start) -> ExitCode {
    let mut handle = match start(workspace, Arc::new(|| {})) {
        Ok(handle) => handle,
        Err(problem) => return tell(args.json, &problem),
    };
    speak_as_set(args, &mut handle);
    if matches!(args.task, Some(Task::Watch)) {
        let code = match watch::run(&mut handle, args.json, &text::Hints::new(args.workspace.as_deref())) {
            Ok(code) => ExitCode::from(code.number()),
            Err(problem) => tell(args.json, &problem),
        };
        shut_down(&mut handle);
        return code;
    }
    let bar = progress::Bars::start(&handle);
    let answer = carry_out(args, &mut handle);
    drop(bar);
    // The service closes the workspace while the answer is written.
    let asked = handle.send(Command::Shutdown).is_ok();
    let code = match answer {
        Ok(output) => answered(args.json, output),
        Err(problem) => tell(args.json, &problem),
    };
    if asked {
        wait_for_end(&mut handle);
    }
    code
}

/// Writes a command's answer.
fn answered(json: bool, output: Output) -> ExitCode {
    if json && output.code == Code::Failed {
        // Whoever reads the log of a script finds there what went wrong.
        let _gone = writeln!(std::io::stderr().lock(), "{}", output.text.trim_end());
    }
    if json {
        let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let written = serde_json::to_writer(&mut out, &output.json).map_err(std::io::Error::from);
        let _gone = written.and_then(|()| writeln!(out)).and_then(|()| out.flush());
    } else {
        print(&output.text.trim_end());
    }
    let code = ExitCode::from(output.code.number());
    // The process ends: a hundred thousand differences are given back sooner all at once than one by one.
    std::mem::forget(output);
    code
}

/// Takes the language of the settings, where the arguments name none and one was chosen.
fn speak_as_set(args: &Args, handle: &mut Handle) {
    if args.language.is_some() {
        return;
    }
    // Without the settings the desktop's language stays; what is wrong with them is told by the command.
    let Ok(snapshot) = run::snapshot(handle) else { return };
    if let Some(chosen) = snapshot.prefs.language.as_deref().and_then(Language::of_tag) {
        set_language(chosen);
    }
}

/// What is said where the program itself fails at a place in its source.
#[must_use]
pub fn own_mistake(place: &str) -> String {
    tr!("terminal-own-mistake", place = place)
}

/// Lets the service finish what it is doing. One that has ended already needs nothing.
fn shut_down(handle: &mut Handle) {
    if handle.send(Command::Shutdown).is_ok() {
        wait_for_end(handle);
    }
}

fn wait_for_end(handle: &mut Handle) {
    while let Some(event) = handle.wait_event() {
        if matches!(event, Event::Ended) {
            break;
        }
    }
}

/// Writes to standard output. A reader that has gone away (`| head`) is no error.
fn print(what: &dyn std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _gone = writeln!(out, "{what}").and_then(|()| out.flush());
}

/// Tells what went wrong, in the form that was asked for, and gives the exit code for it.
fn tell(json: bool, problem: &Problem) -> ExitCode {
    let code = if problem.wrong_use { Code::WrongUse } else { Code::Failed };
    if json {
        print(&json::problem(problem));
    }
    // With nowhere left to write to, the exit code still tells.
    let _gone = writeln!(std::io::stderr().lock(), "{}", problem.message);
    ExitCode::from(code.number())
}

fn workspace(args: &Args) -> Result<PathBuf, Problem> {
    if let Some(folder) = &args.workspace {
        return std::path::absolute(folder).map_err(|error| {
            Problem::wrong_use(tr!(
                "terminal-no-folder",
                folder = format_args!("{}", folder.display()),
                why = format_args!("{error}")
            ))
        });
    }
    let folder = crate::service::default_workspace().ok_or_else(|| Problem::wrong_use(tr!("terminal-no-home")))?;
    // The sample never mixes with the operator's own accounts.
    let demo = matches!(args.task, Some(Task::Demo { .. }));
    Ok(if demo { folder.join("demo") } else { folder })
}

/// Whether a window can be opened.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => None,
        1 => Some("duosync=debug"),
        _ => Some("duosync=trace"),
    };
    let shown = level.map(|level| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_filter(tracing_subscriber::EnvFilter::new(level))
    });
    // What the file for whoever helps tells of the program; it costs nothing where nothing is logged.
    let kept = crate::service::Recorder.with_filter(LevelFilter::INFO);
    // Somebody who has set a log already keeps it.
    let _set = tracing_subscriber::registry().with(shown).with(kept).try_init();
}
