//! Duosync: only parses the arguments and starts a face.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use duosync::ui::StartWith;
use duosync::{cli, service, ui};

fn main() -> ExitCode {
    let args = cli::Args::parse();
    std::panic::set_hook(Box::new(|mistake| {
        let place = mistake.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let says = service::mistake_of(mistake.payload());
        tracing::error!(place, says, "a mistake of the program");
        // With nowhere left to write to, what follows from the mistake is still told by the exit code.
        let _gone = writeln!(std::io::stderr().lock(), "{}", cli::own_mistake(&place));
    }));
    cli::main_with(
        &args,
        &|workspace: &Path, wake: Arc<dyn Fn() + Send + Sync>| service::start(workspace, wake),
        window,
    )
}

/// Opens the window on a workspace. Where one is open already, that one comes to the front instead.
#[allow(clippy::print_stderr, reason = "a window that cannot open has only the terminal to say so")]
fn window(workspace: &Path, wanted: cli::Wanted) -> ExitCode {
    if !wanted.background && service::knock(workspace) {
        return ExitCode::SUCCESS;
    }
    service::read_ahead();
    let start = if wanted.sample { StartWith::Sample } else { StartWith::Home };
    let opening = ui::Opening { start, background: wanted.background };
    match ui::run(workspace, opening, |wake| service::start(workspace, wake)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
