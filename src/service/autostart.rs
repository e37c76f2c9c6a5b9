//! Starting with the computer: an entry of XDG Autostart, a launch agent on macOS, the user's own list
//! of programs in the registry of Windows.

use std::path::Path;

use auto_launch::{AutoLaunch, AutoLaunchBuilder};

/// The name of the entry.
const NAME: &str = "Duosync";

/// Whether Duosync starts with the computer; none where that cannot be found out.
pub(crate) fn is_on(workspace: &Path) -> Option<bool> {
    entry(workspace).and_then(|entry| entry.is_enabled().map_err(|error| error.to_string())).ok()
}

/// Sets it up, or takes it away. The text says why it could not be done.
pub(crate) fn set(workspace: &Path, on: bool) -> Result<(), String> {
    let entry = entry(workspace)?;
    if on { entry.enable() } else { entry.disable() }.map_err(|error| error.to_string())
}

fn entry(workspace: &Path) -> Result<AutoLaunch, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = program.to_str().ok_or_else(|| program.display().to_string())?;
    let mut arguments = vec!["--background".to_owned()];
    // The workspace is named where it is not the usual one, for the entry is all that says which.
    if super::default_workspace().is_none_or(|usual| usual != workspace) {
        let folder = workspace.to_str().ok_or_else(|| workspace.display().to_string())?;
        arguments.extend(["--workspace".to_owned(), quoted(folder)]);
    }
    let mut builder = AutoLaunchBuilder::new();
    builder.set_app_name(NAME).set_app_path(&quoted(program)).set_args(&arguments);
    builder.set_macos_launch_mode(auto_launch::MacOSLaunchMode::LaunchAgent);
    builder.set_linux_launch_mode(auto_launch::LinuxLaunchMode::XdgAutostart);
    builder.set_windows_enable_mode(auto_launch::WindowsEnableMode::CurrentUser);
    builder.build().map_err(|error| error.to_string())
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
    use super::*;

    #[test]
    fn words_are_kept_together_as_the_desktop_reads_them() {
        assert_eq!(desktop_entry("/home/ann peeters/100%"), r#""/home/ann peeters/100%%""#);
        assert_eq!(desktop_entry(r#"a"b$c\d"#.replace("\\\\", "\\").as_str()), r#""a\\"b\\$c\\\\d""#);
    }
}
