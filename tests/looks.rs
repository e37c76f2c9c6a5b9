//! Pictures of key screens, in light and dark and at two sizes, against those in `tests/looks`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test looks` makes them anew. Look at each before it is kept.
//!
//! They are drawn by egui's wgpu renderer on Mesa's software GL driver, without a display. The same driver
//! draws the same pixels; another version of it may round the edge of a letter another way. So a pixel may
//! be 0.6 off (the default of `egui_kittest`, a difference that hardly anybody sees), and 50 pixels that
//! are more than that off are overlooked: a letter more or less, or a line of another colour, is far more.
//! The whole takes about half a minute.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by a panic, and documents itself"
)]

mod window_support;

use std::sync::Arc;

use duosync::model::{Outcome, Timestamp};
use duosync::service::{Handle, PairStatus};
use duosync::ui::DuosyncApp;
use eframe::egui::{self, Theme};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use window_support as given;
use window_support::{Stand, World};

type Looked = Harness<'static, (Option<Handle>, Option<DuosyncApp>)>;

/// How a screen is looked at.
#[derive(Clone, Copy)]
struct How {
    name: &'static str,
    theme: Theme,
    size: [f32; 2],
    zoom: f32,
}

const HOW: [How; 4] = [
    How { name: "light", theme: Theme::Light, size: [1100.0, 720.0], zoom: 1.0 },
    How { name: "dark", theme: Theme::Dark, size: [1100.0, 720.0], zoom: 1.0 },
    How { name: "light-large-text", theme: Theme::Light, size: [1024.0, 640.0], zoom: 2.0 },
    How { name: "dark-large-text", theme: Theme::Dark, size: [1024.0, 640.0], zoom: 2.0 },
];

fn open(mut world: World, how: How) -> (Looked, Arc<Stand>) {
    // What the operator chose in the settings counts for more than the desktop's own.
    world.snapshot.prefs.theme = match how.theme {
        Theme::Light => duosync::model::ThemeChoice::Light,
        Theme::Dark => duosync::model::ThemeChoice::Dark,
    };
    let (handle, stand) = given::stand(world, Arc::new(|| {}));
    // The harness leaves 8 points free around what it draws.
    let size = how.size.map(|side| side / how.zoom + 16.0);
    let harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(how.zoom)
        .with_theme(how.theme)
        .with_max_steps(40)
        .wgpu()
        .build_ui_state(
            |ui, (handle, app): &mut (Option<Handle>, Option<DuosyncApp>)| {
                if let Some(handle) = handle.take() {
                    *app = Some(DuosyncApp::new(ui.ctx(), handle));
                }
                app.as_mut().expect("it was just made").show(ui);
            },
            (Some(handle), None),
        );
    let mut looked = (harness, stand);
    settle(&mut looked);
    looked
}

fn settle((harness, stand): &mut (Looked, Arc<Stand>)) {
    for _ in 0..6 {
        stand.answer();
        harness.run();
    }
}

/// Whether this computer can draw without a window.
fn can_draw() -> bool {
    let drawn = std::panic::catch_unwind(|| {
        let mut harness = Harness::builder().with_size([8.0, 8.0]).wgpu().build_ui(|ui| {
            ui.painter().rect_filled(ui.max_rect(), 0.0, egui::Color32::RED);
        });
        harness.render().is_ok()
    });
    let can = drawn.unwrap_or(false);
    if !can {
        assert!(std::env::var_os("CI").is_none(), "no GL or Vulkan driver: tests/run.sh installs Mesa's");
        eprintln!("skipped: this computer has no GL or Vulkan driver to draw with");
    }
    can
}

/// Whether this process writes times and numbers as the pictures do. Where it does not, the test is run
/// again in one that does.
fn as_pictured(test: &str) -> bool {
    let there = [("TZ", "UTC"), ("LC_ALL", "C")];
    if there.iter().all(|(name, value)| std::env::var(name).is_ok_and(|is| is == *value)) {
        return true;
    }
    let program = std::env::current_exe().unwrap();
    let ran = std::process::Command::new(program).args(["--exact", test, "--nocapture"]).envs(there).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}{said}", String::from_utf8_lossy(&ran.stdout));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("1 passed"), "no test is called {test}");
    eprint!("{said}");
    false
}

/// What is done in the window before it is looked at.
#[derive(Clone, Copy)]
enum Do {
    /// By its name, as a screen reader does: it may have to be scrolled to.
    Press(&'static str),
    /// The name of a field, and what is typed into it.
    Type(&'static str, &'static str),
}

impl Do {
    fn in_window(self, looked: &mut (Looked, Arc<Stand>)) {
        match self {
            Self::Press(name) => looked.0.get_by_label(name).click_accesskit(),
            Self::Type(name, text) => {
                looked.0.get_by_label(name).focus();
                looked.0.run();
                looked.0.get_by_label(name).type_text(text);
            }
        }
        settle(looked);
    }
}

fn look(name: &str, world: impl Fn() -> World, presses: &[&'static str]) {
    let deeds: Vec<Do> = presses.iter().copied().map(Do::Press).collect();
    look_after(name, world, &deeds);
}

fn look_after(name: &str, world: impl Fn() -> World, deeds: &[Do]) {
    if !as_pictured(&name.replace('-', "_")) || !can_draw() {
        return;
    }
    let mut results = SnapshotResults::new();
    for how in HOW {
        let mut looked = open(world(), how);
        for deed in deeds {
            deed.in_window(&mut looked);
        }
        let options = SnapshotOptions::new().output_path("tests/looks").max_failed_pixels(50_usize);
        results.add(looked.0.try_snapshot_options(format!("{name}-{}", how.name), &options));
    }
    results.unwrap();
}

fn waiting() -> World {
    World::new(given::snapshot(vec![given::pair(PairStatus::Waiting)]))
}

/// A history that is so old that its days are written as days, whenever the pictures are made.
fn remembered() -> World {
    World { runs: 12, day: Some(Timestamp(1_730_803_320_000)), ..waiting() }
}

/// Twenty pairs in every state, with names as long as people make them.
fn crowd() -> World {
    let pairs = (0..20).map(|number| {
        let status = match number % 5 {
            0 => PairStatus::InStep,
            1 => PairStatus::Waiting,
            2 => PairStatus::Failing {
                since: Timestamp(1_793_620_800_000),
                why: "The server at 127.0.0.1 did not answer. Is it running?".into(),
            },
            3 => PairStatus::New,
            _ => PairStatus::Working,
        };
        let mut pair = given::pair(status);
        pair.spec.name = format!("{number:02} customers of the branch in Sint-Niklaas and of all its markets");
        if number == 0 {
            pair.spec.ends.a.account = "Klantenlijst van de winkel in Sint-Niklaas (gedeeld met de boekhouding)".into();
            pair.spec.ends.b.account = "Adresboek van het kantoor, alleen de vaste klanten van dit jaar".into();
            (pair.conflicts, pair.mismatches) = (0, 0);
            pair.runs = (0..30_u64)
                .map(|at| {
                    let outcome = if at == 7 {
                        Outcome::Failed
                    } else if at % 9 == 4 {
                        Outcome::Waiting
                    } else {
                        Outcome::Done
                    };
                    given::run(
                        40 - i64::try_from(at).unwrap(),
                        outcome,
                        5 * i64::try_from(at).unwrap() + 4,
                        at % 4,
                        (at * 7) % 13,
                    )
                })
                .collect();
        }
        pair
    });
    World::new(given::snapshot(pairs.collect()))
}

#[test]
fn home() {
    look("home", waiting, &[]);
}

#[test]
fn home_empty() {
    look("home-empty", || World::new(given::snapshot(Vec::new())), &[]);
}

#[test]
fn home_crowded() {
    look("home-crowded", crowd, &[]);
}

#[test]
fn home_question() {
    look("home-question", waiting, &["Remove"]);
}

#[test]
fn home_told() {
    look("home-told", waiting, &["Sync now"]);
}

#[test]
fn password() {
    let world = || {
        let mut snapshot = given::snapshot(vec![given::pair(PairStatus::InStep)]);
        snapshot.asks = vec!["Address book".into()];
        World::new(snapshot)
    };
    look("password", world, &[]);
}

#[test]
fn assistant() {
    look("assistant", || World::new(given::snapshot(Vec::new())), &["Connect two accounts"]);
}

/// From the first account to the board on which fields are paired.
const TO_THE_BOARD: [Do; 10] = [
    Do::Press("Connect two accounts"),
    Do::Press("Spreadsheet file (CSV)"),
    Do::Type("File", "/home/ann/shop.csv"),
    Do::Press("Try connection"),
    Do::Press("Continue"),
    Do::Press("Address book (CardDAV)"),
    Do::Type("Address of the server", "https://contacts.example.org"),
    Do::Press("Try connection"),
    Do::Press("List"),
    Do::Press("Customers"),
];

#[test]
fn account() {
    look_after("account", || World::new(given::snapshot(Vec::new())), &TO_THE_BOARD);
}

#[test]
fn board() {
    let deeds: Vec<Do> = TO_THE_BOARD.into_iter().chain([Do::Press("Continue")]).collect();
    look_after("board", || World::new(given::snapshot(Vec::new())), &deeds);
}

#[test]
fn board_row() {
    let open = [Do::Press("Continue"), Do::Press("Row 3: 2 problems")];
    let deeds: Vec<Do> = TO_THE_BOARD.into_iter().chain(open).collect();
    look_after("board-row", || World::new(given::snapshot(Vec::new())), &deeds);
}

#[test]
fn preview() {
    let world = || {
        let mut pair = given::pair(PairStatus::New);
        pair.preview = Some(Arc::new(given::plan()));
        World::new(given::snapshot(vec![pair]))
    };
    look("preview", world, &["Review first sync"]);
}

#[test]
fn review() {
    look("review", waiting, &["Review"]);
}

#[test]
fn compare() {
    look("compare", waiting, &["Compare"]);
}

#[test]
fn history() {
    look("history", remembered, &["History"]);
}

#[test]
fn history_undo() {
    // Where there is room for one of the two, the run is opened first.
    let run = "Run 21: Waiting for you, customers, on 5 Nov 2024";
    look("history-undo", remembered, &["History", run, "Undo this run"]);
}

#[test]
fn life() {
    let deeds = [Do::Press("History"), Do::Type("What happened to…", "Ann Peeters"), Do::Press("Find the record")];
    look_after("life", remembered, &deeds);
}

#[test]
fn alerts() {
    look("alerts", waiting, &["Alerts"]);
}

#[test]
fn settings() {
    look("settings", waiting, &["Settings"]);
}
