//! The views. Each is a pure view model and a function that draws it and says what the operator
//! wants; none of them sends a command itself.

pub(crate) mod alerts;
pub(crate) mod compare;
pub(crate) mod detail;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod preview;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod setup;

#[cfg(test)]
mod home_tests;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::model::{Alert, MatterId, Prefs, Resolution, RunId, Side};
use crate::service::{Look, Upkeep};

/// The pages of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The pairs.
    Home,
    /// Connecting two accounts.
    Setup,
    /// The plan of a first sync.
    Preview,
    /// What waits for an answer.
    Review,
    /// What a compare found.
    Compare,
    /// What was done.
    History,
    /// What needs the operator or went wrong.
    Alerts,
    /// The program itself.
    Settings,
}

/// What a file dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Browse {
    /// A file or folder of an account in the assistant: the setting that it is for, and the endings that
    /// a file may have (none for a folder).
    Account(Side, String, Option<Vec<String>>),
    /// A settings file to read.
    Import,
    /// A settings file to write.
    Export,
    /// The report of a compare.
    Report,
    /// A copy of the database to write.
    Copy,
    /// A copy of the database to put back.
    Restore,
    /// The file for whoever helps.
    Diagnostics,
    /// Everything about one person.
    Person,
}

/// How something that was done is taken back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TakeBack {
    /// These runs wrote, and are undone.
    Runs(Vec<RunId>),
    /// This answer wrote nothing: it is forgotten, and the matters are open again.
    Answer(Vec<MatterId>, Resolution),
}

/// What the operator wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Intent {
    /// To see another page.
    Go(Page),
    /// To see a pair on a page.
    GoPair(Page, String),
    /// To connect two accounts.
    NewPair,
    /// To change a pair.
    EditPair(String),
    /// To remove a pair, once it is confirmed.
    RemovePair(String),
    /// To remove an account, once it is confirmed.
    RemoveAccount(String),
    /// To try the sample.
    LoadSample,
    /// To run a pair.
    Sync(String),
    /// To make a preview of a pair again.
    MakePreview(String),
    /// To carry out the plan that was shown.
    Accept(String),
    /// To compare a pair.
    Compare(String),
    /// To compare a pair and write a report.
    ExportReport(String, PathBuf),
    /// To pause a pair, or let it go on.
    Pause(String, bool),
    /// To stop what is going on for a pair.
    Cancel(String),
    /// To settle matters; the words say what was done.
    Settle(Vec<MatterId>, Resolution, String),
    /// To see the records that a matter cannot tell apart.
    Candidates(MatterId),
    /// To look something up.
    Look(Look),
    /// To take back what a message tells.
    TakeBack(TakeBack),
    /// To take back what was done last.
    UndoLast,
    /// To enter the password of an account.
    EnterPassword(String),
    /// To enter the passphrase of the encrypted file.
    EnterPassphrase,
    /// To start anew with the encrypted file, as its passphrase is forgotten.
    ForgetSecrets,
    /// To sign an account in in the browser.
    SignIn(String),
    /// To stop waiting for the browser.
    CancelSignIn(String),
    /// To open an address in the browser.
    OpenBrowser(String),
    /// To take a run back, once it is confirmed.
    Undo(RunId),
    /// Something of the history.
    History(history::HistoryIntent),
    /// To pick a file.
    Browse(Browse),
    /// To read a settings file.
    ImportSettings(PathBuf),
    /// To write a settings file.
    ExportSettings(PathBuf),
    /// To be asked first.
    Confirm(Box<Confirm>),
    /// Say something that has no consequence.
    Say(String),
    /// Duosync to behave like this.
    Prefs(Box<Prefs>),
    /// To see what an alert is about.
    OpenAlert(Box<Alert>),
    /// To see a folder in the desktop's own window for it.
    OpenFolder(PathBuf),
    /// The end of the program, whatever closing the window means.
    Quit,
    /// Something done for the workspace itself.
    Upkeep(Box<Upkeep>),
    /// Something of the assistant.
    Setup(setup::SetupIntent),
}

/// A question before something that cannot be overlooked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Confirm {
    /// What is asked.
    pub(crate) title: String,
    /// What it would do.
    pub(crate) text: String,
    /// The button that does it.
    pub(crate) yes: String,
    /// Whether it takes something away.
    pub(crate) danger: bool,
    /// What is wanted then.
    pub(crate) then: Intent,
}
