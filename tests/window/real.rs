//! The window with the real service at its other end, on a workspace on disk: what the page Settings does
//! to it, and back.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use duosync::service::{self, Handle, KnownPlatforms, Tuning};
use duosync::ui::DuosyncApp;
use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::settings_file::{BY_HAND, End, csv, settings_called};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);

/// Named so that a file which is to hold nobody's data can be looked through for it.
const SHOP: &str = "no,Name,E-mail\n1,Annplant Peeters,annplant@example.org\n2,Bartplant Maes,bartplant@example.org\n";
const BOOK: &str = "id,Name,E-mail\nb1,Annplant Peeters,annplant@example.org\n";

fn settings() -> String {
    let shop = End { account: "Shopplant", lines: &csv("shop.csv", "no"), collection: "" };
    let book = End { account: "Bookplant", lines: &csv("book.csv", "id"), collection: "" };
    let fields = [("email", "E-mail", "E-mail", "kind = \"email\""), ("name", "Name", "Name", "")];
    settings_called("peopleplant", &[shop, book], BY_HAND, &fields)
}

struct Real {
    harness: Harness<'static, (Option<Handle>, Option<DuosyncApp>)>,
    /// One wake-up is kept: it says that there is something to hear.
    wakes: Receiver<()>,
    folder: PathBuf,
}

impl Real {
    /// Opens the window on the workspace of a folder.
    fn open(folder: &Path) -> Self {
        duosync::texts::set_language(duosync::texts::Language::English);
        let workspace = folder.join("workspace");
        let (ring, wakes) = sync_channel(1);
        // One that waits already says everything.
        let wake = move || {
            let _full = ring.try_send(());
        };
        let tuning = Tuning { notify: false, ..Tuning::default() };
        let platforms = Arc::new(KnownPlatforms::new(&workspace));
        let handle = service::start_with(&workspace, Arc::new(wake), platforms, tuning).unwrap();
        let harness = Harness::builder().with_size([1100.0, 720.0]).with_max_steps(40).build_ui_state(
            |ui, (handle, app): &mut (Option<Handle>, Option<DuosyncApp>)| {
                if let Some(handle) = handle.take() {
                    *app = Some(DuosyncApp::new(ui.ctx(), handle));
                }
                app.as_mut().expect("it was just made").show(ui);
            },
            (Some(handle), None),
        );
        Self { harness, wakes, folder: folder.to_owned() }
    }

    /// Opens it with two lists that are in step.
    fn in_step(folder: &Path) -> Self {
        for (name, text) in [("shop.csv", SHOP), ("book.csv", BOOK), ("settings.toml", &settings())] {
            fs::write(folder.join(name), text).unwrap();
        }
        let mut window = Self::open(folder);
        window.press("Settings");
        let settings = folder.join("settings.toml");
        window.fill("Settings file", settings.to_str().unwrap());
        window.press("Read this file");
        window.press("Home");
        window.press("Sync now");
        window.press("Start syncing");
        window.wait_for("In step");
        assert!(window.book().contains("Bartplant"), "the first sync wrote");
        window
    }

    fn book(&self) -> String {
        fs::read_to_string(self.folder.join("book.csv")).unwrap()
    }

    fn sees(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).next().is_some()
    }

    /// Draws, and waits for the service, until it is so.
    fn wait(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let until = std::time::Instant::now() + PATIENCE;
        loop {
            self.harness.run_steps(3);
            if is_so(self) {
                return;
            }
            let left = until.saturating_duration_since(std::time::Instant::now());
            if self.wakes.recv_timeout(left).is_err() {
                let names = self.harness.root().children_recursive().filter_map(|node| {
                    let node = node.accesskit_node();
                    node.label().or_else(|| node.value())
                });
                panic!("there is no {what:?} in the window, but {:#?}", names.collect::<Vec<_>>());
            }
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(text, |window| window.sees(text));
    }

    /// Presses what is called so, as soon as it is there.
    fn press(&mut self, name: &str) {
        self.wait(name, |window| window.harness.query_by_label(name).is_some());
        self.harness.get_by_label(name).click_accesskit();
        self.harness.run_steps(3);
    }

    /// Types a text in the place of what a field holds.
    fn fill(&mut self, name: &str, text: &str) {
        self.wait(name, |window| window.harness.query_by_label(name).is_some());
        self.harness.get_by_label(name).focus();
        self.harness.run_steps(2);
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.harness.run_steps(2);
        self.harness.get_by_label(name).type_text(text);
        self.harness.run_steps(2);
    }
}

#[test]
fn a_copy_that_is_put_back_brings_the_old_state_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Real::in_step(folder.path());
    window.press("Settings");
    window.press("Make a copy now");
    window.wait_for("The copy is in ");

    // What is lost: the connection with its history.
    window.press("Home");
    window.press("Remove");
    window.press("Remove the connection");
    window.wait_for("Keep two lists in step");
    assert!(!window.sees("Shopplant and Bookplant"));
    window.press("History");
    window.wait_for("Nothing has been done yet");
    let (shop, book) = (fs::read(folder.path().join("shop.csv")).unwrap(), window.book());

    window.press("Settings");
    window
        .wait("the copy", |window| window.harness.query_all_by_label_contains("Go back to the copy of ").count() == 1);
    window.harness.get_by_label_contains("Go back to the copy of ").click_accesskit();
    window.press("Yes, go back");
    window.wait_for("Gone back. What was there until now is kept in ");
    window.wait_for("an earlier state was put back");
    window.press("Home");
    window.wait_for("Shopplant and Bookplant");
    window.press("History");
    window.wait_for("Run 2: Done, peopleplant");
    window.wait_for("Bartplant Maes");
    assert_eq!(fs::read(folder.path().join("shop.csv")).unwrap(), shop, "no list was touched");
    assert_eq!(window.book(), book);

    // The way back from going back: the connection is gone again.
    window.press("Settings");
    window.wait_for("Kept before going back");
    window.harness.get_by_label_contains("(before-restore-").click_accesskit();
    window.press("Yes, go back");
    window.press("Home");
    window.wait_for("Keep two lists in step");
}

#[test]
fn the_file_for_whoever_helps_is_written_and_holds_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Real::in_step(folder.path());
    let file = folder.path().join("help.zip");
    window.press("Settings");
    window.fill("File for whoever helps", file.to_str().unwrap());
    window.press("Write the file for help");
    window.wait_for("It holds no personal data and no passwords.");
    let mut archive = zip::ZipArchive::new(fs::File::open(&file).unwrap()).unwrap();
    assert!(archive.len() > 3, "there is something in it");
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        assert!(!text.to_lowercase().contains("plant"), "{text}");
    }
}

/// Runs a test of this file again in a process that has these folders in the place of the operator's own.
/// None in that process itself.
#[cfg(target_os = "linux")]
fn apart(test: &str, folder: &Path) -> Option<()> {
    if std::env::var_os("DUOSYNC_TEST_APART").is_some() {
        return None;
    }
    let program = std::env::current_exe().unwrap();
    let ran = std::process::Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env("DUOSYNC_TEST_APART", folder)
        .env("HOME", folder.join("home"))
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    Some(())
}

#[cfg(target_os = "linux")]
#[test]
fn starting_with_the_computer_writes_an_entry_and_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    if apart("real::starting_with_the_computer_writes_an_entry_and_takes_it_away", folder.path()).is_some() {
        return;
    }
    let place = PathBuf::from(std::env::var_os("DUOSYNC_TEST_APART").unwrap());
    let entry = place.join("config/autostart/Duosync.desktop");
    let mut window = Real::open(&place);
    window.press("Settings");
    window.press("Start with the computer");
    window.wait_for("It starts without its window.");
    let text = fs::read_to_string(&entry).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.first(), Some(&"[Desktop Entry]"), "{text}");
    assert!(lines.contains(&"Type=Application") && lines.contains(&"Name=Duosync"), "{text}");
    let program = std::env::current_exe().unwrap();
    let command = format!("Exec={} --background --workspace {}", program.display(), place.join("workspace").display());
    assert!(lines.contains(&command.as_str()), "{text} has no {command}");
    assert!(!place.join("home/.config").exists(), "XDG_CONFIG_HOME says where");

    window.press("Start with the computer");
    window.wait("an entry that is taken away", |window| !window.sees("It starts without its window."));
    assert!(!entry.exists());
}
