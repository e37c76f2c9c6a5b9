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
#[allow(dead_code, reason = "the views choose among these; a part of them waits for its view")]
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
    Close,
    Tick,
    Minus,
    Down,
    Up,
    Next,
    Back,
    Search,
    Filter,
    Sort,
    Download,
    Upload,
    Export,
    Info,
    Help,
    Warning,
    Seen,
    Hidden,
    Key,
    Lock,
    Person,
    People,
    AddressBook,
    File,
    FileCsv,
    Workbook,
    Table,
    Database,
    Cloud,
    Web,
    Mail,
    Phone,
    Calendar,
    Place,
    Number,
    Text,
    Toggle,
    List,
    Print,
    Copy,
    More,
    Merge,
    Plug,
    Plugged,
    Unlink,
    Chart,
    Timer,
    Moon,
    Sun,
    Desktop,
    Language,
    TextSize,
    Power,
    Tray,
    Package,
    Shield,
    FirstAid,
    Again,
    ArrowDown,
    ArrowUp,
    AlertsOff,
    AlertsOn,
    Shop,
    Open,
    Bug,
    Archive,
    Swap,
    Drag,
}

impl Icon {
    /// Every icon.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 95] = [
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
        Self::Close,
        Self::Tick,
        Self::Minus,
        Self::Down,
        Self::Up,
        Self::Next,
        Self::Back,
        Self::Search,
        Self::Filter,
        Self::Sort,
        Self::Download,
        Self::Upload,
        Self::Export,
        Self::Info,
        Self::Help,
        Self::Warning,
        Self::Seen,
        Self::Hidden,
        Self::Key,
        Self::Lock,
        Self::Person,
        Self::People,
        Self::AddressBook,
        Self::File,
        Self::FileCsv,
        Self::Workbook,
        Self::Table,
        Self::Database,
        Self::Cloud,
        Self::Web,
        Self::Mail,
        Self::Phone,
        Self::Calendar,
        Self::Place,
        Self::Number,
        Self::Text,
        Self::Toggle,
        Self::List,
        Self::Print,
        Self::Copy,
        Self::More,
        Self::Merge,
        Self::Plug,
        Self::Plugged,
        Self::Unlink,
        Self::Chart,
        Self::Timer,
        Self::Moon,
        Self::Sun,
        Self::Desktop,
        Self::Language,
        Self::TextSize,
        Self::Power,
        Self::Tray,
        Self::Package,
        Self::Shield,
        Self::FirstAid,
        Self::Again,
        Self::ArrowDown,
        Self::ArrowUp,
        Self::AlertsOff,
        Self::AlertsOn,
        Self::Shop,
        Self::Open,
        Self::Bug,
        Self::Archive,
        Self::Swap,
        Self::Drag,
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
            // x
            Self::Close => '\u{e4f6}',
            // check
            Self::Tick => '\u{e182}',
            // minus-circle
            Self::Minus => '\u{e32c}',
            // caret-down
            Self::Down => '\u{e136}',
            // caret-up
            Self::Up => '\u{e13c}',
            // caret-right
            Self::Next => '\u{e13a}',
            // caret-left
            Self::Back => '\u{e138}',
            // magnifying-glass
            Self::Search => '\u{e30c}',
            // funnel
            Self::Filter => '\u{e266}',
            // sort-ascending
            Self::Sort => '\u{e444}',
            // download-simple
            Self::Download => '\u{e20c}',
            // upload-simple
            Self::Upload => '\u{e4c0}',
            // export
            Self::Export => '\u{eaf0}',
            // info
            Self::Info => '\u{e2ce}',
            // question
            Self::Help => '\u{e3e8}',
            // warning
            Self::Warning => '\u{e4e0}',
            // eye
            Self::Seen => '\u{e220}',
            // eye-slash
            Self::Hidden => '\u{e224}',
            // key
            Self::Key => '\u{e2d6}',
            // lock
            Self::Lock => '\u{e2fa}',
            // user
            Self::Person => '\u{e4c2}',
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
            // globe
            Self::Web => '\u{e288}',
            // envelope-simple
            Self::Mail => '\u{e218}',
            // phone
            Self::Phone => '\u{e3b8}',
            // calendar-blank
            Self::Calendar => '\u{e10a}',
            // map-pin
            Self::Place => '\u{e316}',
            // hash
            Self::Number => '\u{e2a2}',
            // text-t
            Self::Text => '\u{e48a}',
            // toggle-left
            Self::Toggle => '\u{e674}',
            // list-dashes
            Self::List => '\u{e2f4}',
            // printer
            Self::Print => '\u{e3dc}',
            // copy
            Self::Copy => '\u{e1ca}',
            // dots-three-vertical
            Self::More => '\u{e208}',
            // git-merge
            Self::Merge => '\u{e280}',
            // plugs
            Self::Plug => '\u{eb56}',
            // plugs-connected
            Self::Plugged => '\u{eb5a}',
            // prohibit
            Self::Unlink => '\u{e3de}',
            // chart-line
            Self::Chart => '\u{e154}',
            // timer
            Self::Timer => '\u{e492}',
            // moon
            Self::Moon => '\u{e330}',
            // sun
            Self::Sun => '\u{e472}',
            // desktop
            Self::Desktop => '\u{e560}',
            // translate
            Self::Language => '\u{e4a2}',
            // text-aa
            Self::TextSize => '\u{e6ee}',
            // power
            Self::Power => '\u{e3da}',
            // tray
            Self::Tray => '\u{e4aa}',
            // package
            Self::Package => '\u{e390}',
            // shield-check
            Self::Shield => '\u{e40c}',
            // first-aid-kit
            Self::FirstAid => '\u{e570}',
            // arrow-clockwise
            Self::Again => '\u{e036}',
            // arrow-down
            Self::ArrowDown => '\u{e03e}',
            // arrow-up
            Self::ArrowUp => '\u{e08e}',
            // bell-slash
            Self::AlertsOff => '\u{e0d4}',
            // bell-ringing
            Self::AlertsOn => '\u{e5e8}',
            // storefront
            Self::Shop => '\u{e470}',
            // arrow-square-out
            Self::Open => '\u{e5de}',
            // bug-beetle
            Self::Bug => '\u{e5f6}',
            // archive
            Self::Archive => '\u{e00c}',
            // swap
            Self::Swap => '\u{e83c}',
            // dots-six-vertical
            Self::Drag => '\u{eae2}',
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
