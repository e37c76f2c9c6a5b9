//! Icons, from the Phosphor font (<https://phosphoricons.com>) in `assets/fonts`.
//!
//! The font in the program holds just these: after one is added here, run `assets/fonts/make.sh`.

use eframe::egui::{Align2, Color32, FontFamily, FontId, Painter, Rect};

/// The family of the icons with heavy strokes, for sizes of text.
pub(crate) const HEAVY: &str = "icons-bold";
/// The family of the icons with thin strokes, for large sizes.
pub(crate) const THIN: &str = "icons";

/// From this size on, in points, the thin strokes are sharp enough.
const LARGE: f32 = 24.0;

/// One icon; its name says what it stands for, the comment what Phosphor calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Home,
    Review,
    Compare,
    History,
    Alerts,
    Settings,
    Sync,
    Pause,
    Play,
    Ok,
    Wait,
    Fail,
    New,
    Work,
    Differs,
    Both,
    Right,
    Left,
    Add,
    Delete,
    Undo,
    Folder,
    Link,
    Skip,
    Save,
    Stop,
    Edit,
    Back,
    Search,
    Filter,
    Key,
    People,
    AddressBook,
    File,
    FileCsv,
    Workbook,
    Table,
    Database,
    Cloud,
    Plug,
}

impl Icon {
    /// Every icon.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 40] = [
        Self::Home,
        Self::Review,
        Self::Compare,
        Self::History,
        Self::Alerts,
        Self::Settings,
        Self::Sync,
        Self::Pause,
        Self::Play,
        Self::Ok,
        Self::Wait,
        Self::Fail,
        Self::New,
        Self::Work,
        Self::Differs,
        Self::Both,
        Self::Right,
        Self::Left,
        Self::Add,
        Self::Delete,
        Self::Undo,
        Self::Folder,
        Self::Link,
        Self::Skip,
        Self::Save,
        Self::Stop,
        Self::Edit,
        Self::Back,
        Self::Search,
        Self::Filter,
        Self::Key,
        Self::People,
        Self::AddressBook,
        Self::File,
        Self::FileCsv,
        Self::Workbook,
        Self::Table,
        Self::Database,
        Self::Cloud,
        Self::Plug,
    ];

    /// Its sign in the icon fonts.
    pub(crate) const fn sign(self) -> char {
        match self {
            // house
            Self::Home => '\u{e2c2}',
            // list-checks
            Self::Review => '\u{eadc}',
            // scales
            Self::Compare => '\u{e750}',
            // clock-counter-clockwise
            Self::History => '\u{e1a0}',
            // bell
            Self::Alerts => '\u{e0ce}',
            // gear-six
            Self::Settings => '\u{e272}',
            // arrows-clockwise
            Self::Sync => '\u{e094}',
            // pause
            Self::Pause => '\u{e39e}',
            // play
            Self::Play => '\u{e3d0}',
            // check-circle
            Self::Ok => '\u{e184}',
            // hand-palm
            Self::Wait => '\u{e57e}',
            // warning-circle
            Self::Fail => '\u{e4e2}',
            // sparkle
            Self::New => '\u{e6a2}',
            // circle-notch
            Self::Work => '\u{eb44}',
            // not-equals
            Self::Differs => '\u{eda6}',
            // arrows-left-right
            Self::Both => '\u{e0a0}',
            // arrow-right
            Self::Right => '\u{e06c}',
            // arrow-left
            Self::Left => '\u{e058}',
            // plus
            Self::Add => '\u{e3d4}',
            // trash
            Self::Delete => '\u{e4a6}',
            // arrow-u-up-left
            Self::Undo => '\u{e08a}',
            // folder-open
            Self::Folder => '\u{e256}',
            // link
            Self::Link => '\u{e2e2}',
            // skip-forward
            Self::Skip => '\u{e5a6}',
            // floppy-disk
            Self::Save => '\u{e248}',
            // stop
            Self::Stop => '\u{e46c}',
            // pencil-simple
            Self::Edit => '\u{e3b4}',
            // caret-left
            Self::Back => '\u{e138}',
            // magnifying-glass
            Self::Search => '\u{e30c}',
            // funnel
            Self::Filter => '\u{e266}',
            // key
            Self::Key => '\u{e2d6}',
            // users-three
            Self::People => '\u{e68e}',
            // address-book
            Self::AddressBook => '\u{e6f8}',
            // file
            Self::File => '\u{e230}',
            // file-csv
            Self::FileCsv => '\u{eb1c}',
            // microsoft-excel-logo
            Self::Workbook => '\u{eb6c}',
            // table
            Self::Table => '\u{e476}',
            // database
            Self::Database => '\u{e1de}',
            // cloud
            Self::Cloud => '\u{e1aa}',
            // plugs
            Self::Plug => '\u{eb56}',
        }
    }

    /// The kind of platform that a connector speaks to.
    pub(crate) fn of_connector(kind: &str) -> Self {
        match kind {
            "csv" => Self::FileCsv,
            "xlsx" | "excel" => Self::Workbook,
            "carddav" | "ldap" | "vcard" => Self::AddressBook,
            "sqlite" | "postgres" | "postgresql" | "mysql" | "mariadb" | "odbc" => Self::Database,
            "memory" => Self::Table,
            _ => Self::Cloud,
        }
    }

    /// Draws it into a square.
    pub(crate) fn paint(self, painter: &Painter, square: Rect, colour: Color32) {
        let size = square.width().min(square.height());
        // The strokes end a little inside the square of the font, as the hand-drawn ones of a text do.
        let font = FontId::new(size * 1.12, FontFamily::Name(if size < LARGE { HEAVY } else { THIN }.into()));
        painter.text(square.center(), Align2::CENTER_CENTER, self.sign(), font, colour);
    }
}
