//! The icon beside the clock: `StatusNotifierItem` on Linux, the notification area on Windows, the menu
//! bar on macOS.

use std::sync::Arc;

use crate::service::{PairStatus, Snapshot};
use crate::texts::tr;

/// The width and height of the icon.
const SIZE: u16 = 32;

/// What the operator picked in the icon's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The window.
    Open,
    /// A sync of every pair.
    SyncAll,
    /// Every schedule paused, or going on where all are paused.
    PauseAll,
    /// The end.
    Quit,
}

/// Who hears what was picked.
pub(crate) type Tell = Arc<dyn Fn(Wish) + Send + Sync>;

/// How everything stands, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mood {
    /// There is no pair.
    #[default]
    Empty,
    /// Every pair is paused.
    Paused,
    /// All agree.
    InStep,
    /// Something is at work.
    Working,
    /// Something waits for the operator.
    Waiting,
    /// Something fails.
    Failing,
}

/// What the icon shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Face {
    mood: Mood,
    /// The same in words.
    words: String,
    /// What can be picked.
    menu: [String; 4],
}

/// What each entry of the menu asks for.
const WISHES: [Wish; 4] = [Wish::Open, Wish::SyncAll, Wish::PauseAll, Wish::Quit];

impl Face {
    /// The icon of a state of everything, in the language in force.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let paused = !snapshot.pairs.is_empty() && snapshot.pairs.iter().all(|pair| pair.paused);
        let mood = snapshot.pairs.iter().map(|pair| match pair.status {
            PairStatus::New | PairStatus::InStep => Mood::InStep,
            PairStatus::Working => Mood::Working,
            PairStatus::Waiting => Mood::Waiting,
            PairStatus::Failing { .. } => Mood::Failing,
        });
        let mood = mood.max().unwrap_or_default();
        let mood = if paused && mood <= Mood::InStep { Mood::Paused } else { mood };
        let words = match mood {
            Mood::Empty => tr!("settings-tray-empty"),
            Mood::Paused => tr!("settings-tray-paused"),
            Mood::InStep => tr!("settings-tray-in-step"),
            Mood::Working => tr!("settings-tray-working"),
            Mood::Waiting => tr!("settings-tray-waiting"),
            Mood::Failing => tr!("settings-tray-failing"),
        };
        let pause = if paused { tr!("settings-tray-resume") } else { tr!("settings-tray-pause") };
        let menu = [tr!("settings-tray-open"), tr!("settings-tray-sync"), pause, tr!("settings-tray-quit")];
        Self { mood, words, menu }
    }

    /// Two arrows on a round ground. What needs the operator has a mark in the corner, so that the
    /// colour is not all that says so.
    fn pixels(&self) -> Vec<[u8; 4]> {
        let ground = match self.mood {
            Mood::Empty | Mood::Paused => [108, 117, 130, 255],
            Mood::InStep | Mood::Working => [31, 95, 191, 255],
            Mood::Waiting => [176, 106, 0, 255],
            Mood::Failing => [176, 32, 32, 255],
        };
        let marked = self.mood >= Mood::Waiting;
        let mut pixels = Vec::with_capacity(usize::from(SIZE) * usize::from(SIZE));
        for y in 0..SIZE {
            for x in 0..SIZE {
                let (dx, dy) = (f32::from(x) - 15.5, f32::from(y) - 15.5);
                let arrow = |up: bool| {
                    let (x, y) = if up { (dx, dy + 4.0) } else { (-dx, -(dy - 4.0)) };
                    (y.abs() < 1.6 && x.abs() < 8.5) || (x > 3.0 && x < 9.0 && y.abs() < 9.0 - x)
                };
                let pause = (2.0..5.5).contains(&dx.abs()) && dy.abs() < 7.5;
                let drawn = if self.mood == Mood::Paused { pause } else { arrow(true) || arrow(false) };
                let corner = (dx - 9.5).hypot(dy - 9.5);
                pixels.push(if marked && corner < 6.0 {
                    if corner < 4.6 { [255, 214, 10, 255] } else { [255, 255, 255, 255] }
                } else if dx.hypot(dy) > 15.5 {
                    [0, 0, 0, 0]
                } else if drawn {
                    [255, 255, 255, 255]
                } else {
                    ground
                });
            }
        }
        pixels
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::Tray;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use native::Tray;
#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
pub(crate) use none::Tray;

/// `StatusNotifierItem`, as KDE and most panels show it, and GNOME with its extension for it.
#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use ksni::blocking::{Handle, TrayMethods as _};
    use ksni::menu::StandardItem;

    use super::{Face, Mood, SIZE, Tell, WISHES, Wish};

    struct Item {
        face: Face,
        tell: Tell,
        shown: Arc<AtomicBool>,
    }

    impl ksni::Tray for Item {
        fn id(&self) -> String {
            "duosync".to_owned()
        }

        fn title(&self) -> String {
            "Duosync".to_owned()
        }

        fn status(&self) -> ksni::Status {
            if self.face.mood >= Mood::Waiting { ksni::Status::NeedsAttention } else { ksni::Status::Active }
        }

        fn icon_pixmap(&self) -> Vec<ksni::Icon> {
            // Alpha comes first, in network order.
            let data = self.face.pixels().into_iter().flat_map(|[r, g, b, a]| [a, r, g, b]).collect();
            vec![ksni::Icon { width: i32::from(SIZE), height: i32::from(SIZE), data }]
        }

        fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
            self.icon_pixmap()
        }

        fn tool_tip(&self) -> ksni::ToolTip {
            ksni::ToolTip {
                title: "Duosync".to_owned(),
                description: self.face.words.clone(),
                ..ksni::ToolTip::default()
            }
        }

        fn activate(&mut self, _x: i32, _y: i32) {
            (self.tell)(Wish::Open);
        }

        fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
            let entries = self.face.menu.iter().zip(WISHES);
            entries
                .map(|(label, wish)| {
                    StandardItem {
                        // An underscore would mark the next letter as a key.
                        label: label.replace('_', "__"),
                        activate: Box::new(move |item: &mut Self| (item.tell)(wish)),
                        ..StandardItem::default()
                    }
                    .into()
                })
                .collect()
        }

        fn watcher_online(&self) {
            self.shown.store(true, Ordering::SeqCst);
        }

        fn watcher_offline(&self, _reason: ksni::OfflineReason) -> bool {
            // A panel that starts later, or again, shows the icon then.
            self.shown.store(false, Ordering::SeqCst);
            true
        }
    }

    /// The icon.
    pub(crate) struct Tray {
        handle: Handle<Item>,
        shown: Arc<AtomicBool>,
    }

    impl Tray {
        /// Shows the icon, as soon as there is a panel for it; none without a session bus.
        pub(crate) fn start(tell: Tell) -> Option<Self> {
            let shown = Arc::new(AtomicBool::new(true));
            let item = Item { face: Face::default(), tell, shown: Arc::clone(&shown) };
            match item.assume_sni_available(true).spawn() {
                Ok(handle) => Some(Self { handle, shown }),
                Err(error) => {
                    tracing::info!(%error, "there is no place for an icon");
                    None
                }
            }
        }

        /// Whether a panel shows it.
        pub(crate) fn is_shown(&self) -> bool {
            self.shown.load(Ordering::SeqCst)
        }

        /// Changes what it shows.
        pub(crate) fn show(&self, face: &Face) {
            let face = face.clone();
            let _gone = self.handle.update(move |item| item.face = face);
        }
    }
}

/// The notification area of Windows and the menu bar of macOS. The icon belongs to the thread of the
/// window's event loop, which goes on while the window is hidden.
#[cfg(any(windows, target_os = "macos"))]
mod native {
    use tray_icon::menu::{Menu, MenuEvent, MenuItem};
    use tray_icon::{Icon, MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};

    use super::{Face, SIZE, Tell, WISHES, Wish};

    /// The icon.
    pub(crate) struct Tray {
        icon: TrayIcon,
        entries: [MenuItem; 4],
    }

    impl Tray {
        /// Shows the icon.
        pub(crate) fn start(tell: Tell) -> Option<Self> {
            let entries: [MenuItem; 4] = std::array::from_fn(|at| MenuItem::with_id(at.to_string(), "", true, None));
            let menu = Menu::new();
            for entry in &entries {
                menu.append(entry).ok()?;
            }
            let picked = std::sync::Arc::clone(&tell);
            MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
                let place = event.id().0.parse::<usize>().ok();
                if let Some(wish) = place.and_then(|place| WISHES.get(place)) {
                    picked(*wish);
                }
            }));
            TrayIconEvent::set_event_handler(Some(move |event: TrayIconEvent| {
                if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } =
                    event
                {
                    tell(Wish::Open);
                }
            }));
            let icon = TrayIconBuilder::new()
                .with_menu(Box::new(menu))
                .with_menu_on_left_click(cfg!(target_os = "macos"))
                .with_tooltip("Duosync")
                .with_icon(drawn(&Face::default())?)
                .build();
            match icon {
                Ok(icon) => Some(Self { icon, entries }),
                Err(error) => {
                    tracing::info!(%error, "there is no place for an icon");
                    None
                }
            }
        }

        /// Whether it is shown: these systems always have a place for it.
        pub(crate) const fn is_shown(&self) -> bool {
            true
        }

        /// Changes what it shows.
        pub(crate) fn show(&self, face: &Face) {
            for (entry, text) in self.entries.iter().zip(&face.menu) {
                entry.set_text(text);
            }
            let told = self.icon.set_tooltip(Some(format!("Duosync: {}", face.words)));
            let drawn = self.icon.set_icon(drawn(face));
            if let Err(error) = told.and(drawn) {
                tracing::warn!(%error, "the icon could not be changed");
            }
        }
    }

    fn drawn(face: &Face) -> Option<Icon> {
        let rgba = face.pixels().into_iter().flatten().collect();
        Icon::from_rgba(rgba, u32::from(SIZE), u32::from(SIZE)).ok()
    }
}

/// Other systems have no place for it that Duosync knows.
#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
mod none {
    use super::{Face, Tell};

    pub(crate) struct Tray;

    impl Tray {
        pub(crate) fn start(_tell: Tell) -> Option<Self> {
            None
        }

        pub(crate) const fn is_shown(&self) -> bool {
            false
        }

        pub(crate) const fn show(&self, _face: &Face) {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test fails by a panic")]

    use super::*;
    use crate::model::Timestamp;
    use crate::ui::testing as given;

    fn mood(statuses: &[PairStatus], paused: bool) -> Face {
        let pairs = statuses.iter().map(|status| {
            let mut pair = given::pair(status.clone());
            pair.paused = paused;
            pair
        });
        Face::of(&given::snapshot(pairs.collect()))
    }

    #[test]
    fn the_worst_state_is_shown() {
        let failing = PairStatus::Failing { since: Timestamp(0), why: String::new() };
        assert_eq!(mood(&[], false).mood, Mood::Empty);
        assert_eq!(mood(&[PairStatus::InStep, PairStatus::New], false).mood, Mood::InStep);
        assert_eq!(mood(&[PairStatus::InStep, PairStatus::Working], false).mood, Mood::Working);
        assert_eq!(mood(&[PairStatus::Waiting, PairStatus::Working], false).mood, Mood::Waiting);
        assert_eq!(mood(&[PairStatus::Waiting, failing], true).mood, Mood::Failing);
    }

    #[test]
    fn the_menu_pauses_all_or_lets_all_go_on() {
        let paused = mood(&[PairStatus::InStep], true);
        assert_eq!((paused.mood, paused.menu[2].as_str()), (Mood::Paused, "Let all go on"));
        assert_eq!(mood(&[PairStatus::InStep], false).menu[2], "Pause all");
    }

    #[test]
    fn what_needs_the_operator_is_marked_and_not_only_coloured() {
        let yellow = |face: &Face| face.pixels().contains(&[255, 214, 10, 255]);
        assert!(yellow(&mood(&[PairStatus::Waiting], false)) && !yellow(&mood(&[PairStatus::InStep], false)));
    }
}
