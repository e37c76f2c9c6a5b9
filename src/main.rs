//! Duosync: only parses the arguments and starts a face.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use duosync::{cli, service};

fn main() -> ExitCode {
    let args = cli::Args::parse();
    cli::main_with(
        &args,
        &|workspace: &Path, wake: Arc<dyn Fn() + Send + Sync>| service::start(workspace, wake),
        window,
    )
}

/// Opens the window on a workspace, with the sample if it is asked for.
fn window(_workspace: &Path, _sample: bool) -> ExitCode {
    // The window is joined here: `duosync::ui::run(workspace, sample, service::start)`.
    ExitCode::FAILURE
}
