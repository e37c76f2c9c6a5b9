//! Starting with the computer: an entry of XDG Autostart, a launch agent on macOS, the user's own list
//! of programs in the registry of Windows.

use std::path::Path;

#[cfg(not(target_os = "linux"))]
use auto_launch::{AutoLaunch, AutoLaunchBuilder};

#[cfg(target_os = "linux")]
use crate::texts::tr;

/// The name of the entry.
const NAME: &str = "Duosync";

/// Whether Duosync starts with the computer; none where that cannot be found out.
pub(crate) fn is_on(workspace: &Path) -> Option<bool> {
    let entry = entry(workspace).ok()?;
    entry.is_enabled().ok()
}

/// Sets it up, or takes it away. The text says why it could not be done.
pub(crate) fn set(workspace: &Path, on: bool) -> Result<(), String> {
    let entry = entry(workspace)?;
    if on { entry.enable() } else { entry.disable() }.map_err(|error| error.to_string())
}

/// The program and its arguments, as they stand in the entry.
fn command(workspace: &Path) -> Result<(String, Vec<String>), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = program.to_str().ok_or_else(|| program.display().to_string())?;
    let mut arguments = vec!["--background".to_owned()];
    // The workspace is named where it is not the usual one, for the entry is all that says which.
    if super::default_workspace().is_none_or(|usual| usual != workspace) {
        let folder = workspace.to_str().ok_or_else(|| workspace.display().to_string())?;
        arguments.extend(["--workspace".to_owned(), quoted(folder)]);
    }
    Ok((quoted(program), arguments))
}

#[cfg(not(target_os = "linux"))]
fn entry(workspace: &Path) -> Result<AutoLaunch, String> {
    let (program, arguments) = command(workspace)?;
    let mut builder = AutoLaunchBuilder::new();
    builder.set_app_name(NAME).set_app_path(&program).set_args(&arguments);
    builder.set_macos_launch_mode(auto_launch::MacOSLaunchMode::LaunchAgent);
    builder.set_windows_enable_mode(auto_launch::WindowsEnableMode::CurrentUser);
    builder.build().map_err(|error| error.to_string())
}

#[cfg(target_os = "linux")]
fn entry(workspace: &Path) -> Result<DesktopEntry, String> {
    let (program, arguments) = command(workspace)?;
    let folders = directories::BaseDirs::new().ok_or_else(|| tr!("service-no-home"))?;
    Ok(DesktopEntry {
        file: folders.config_dir().join("autostart").join(format!("{NAME}.desktop")),
        line: format!("{program} {}", arguments.join(" ")),
    })
}

/// An entry of XDG Autostart. It is written here, as `auto-launch` puts it into `~/.config` also where
/// `XDG_CONFIG_HOME` names another folder, in which alone the desktop looks.
#[cfg(target_os = "linux")]
struct DesktopEntry {
    file: std::path::PathBuf,
    line: String,
}

#[cfg(target_os = "linux")]
impl DesktopEntry {
    fn is_enabled(&self) -> std::io::Result<bool> {
        self.file.try_exists()
    }

    fn enable(&self) -> std::io::Result<()> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let line = &self.line;
        let text = format!(
            "[Desktop Entry]\nType=Application\nVersion=1.0\nName={NAME}\nExec={line}\nStartupNotify=false\nTerminal=false\n"
        );
        std::fs::write(&self.file, text)
    }

    fn disable(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The entry is a line in which words are kept together by quotes. A launch agent has a list of words
/// instead, which needs none.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:+,=@".contains(c);
    if cfg!(target_os = "macos") || word.chars().all(plain) {
        return word.to_owned();
    }
    if cfg!(windows) {
        return format!("\"{word}\"");
    }
    desktop_entry(word)
}

/// A word of the Exec key: quoted, and then written as a string of a desktop entry, in which a
/// backslash is written as two (Desktop Entry Specification, "Possible value types" and "The Exec key").
fn desktop_entry(word: &str) -> String {
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '`' | '$' => text.push_str("\\\\"),
            '\\' => text.push_str("\\\\\\"),
            '%' => text.push('%'),
            _ => {}
        }
        text.push(c);
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_entry_is_made_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("autostart/Duosync.desktop");
        let entry = DesktopEntry { file: file.clone(), line: "/opt/duosync --background".to_owned() };
        entry.disable().unwrap();
        assert!(!entry.is_enabled().unwrap());
        entry.enable().unwrap();
        assert!(entry.is_enabled().unwrap());
        assert!(std::fs::read_to_string(&file).unwrap().contains("\nExec=/opt/duosync --background\n"));
        entry.disable().unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn words_are_kept_together_as_the_desktop_reads_them() {
        assert_eq!(desktop_entry("/home/ann peeters/100%"), r#""/home/ann peeters/100%%""#);
        assert_eq!(desktop_entry(r#"a"b$c\d"#.replace("\\\\", "\\").as_str()), r#""a\\"b\\$c\\\\d""#);
    }
}
