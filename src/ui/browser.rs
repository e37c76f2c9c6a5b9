//! Opens an address in the system's browser, by the system's own command for it.

use std::process::{Command, Stdio};

/// Opens an address. That the browser really came up cannot be known.
pub(super) fn open(url: &str) -> std::io::Result<()> {
    // Whatever is not an address of the web could be a program to the system's command.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not an address of the web"));
    }
    let mut command = opener();
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // Somebody has to wait for it, or it stays in the system's table until Duosync ends.
    std::thread::Builder::new().name("browser".to_owned()).spawn(move || child.wait())?;
    Ok(())
}

#[cfg(target_os = "macos")]
fn opener() -> Command {
    Command::new("open")
}

/// `start` would read `&` in the address as the end of a command.
#[cfg(windows)]
fn opener() -> Command {
    let mut command = Command::new("rundll32.exe");
    command.arg("url.dll,FileProtocolHandler");
    command
}

#[cfg(not(any(target_os = "macos", windows)))]
fn opener() -> Command {
    Command::new("xdg-open")
}
