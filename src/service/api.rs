//! What the faces say to the service and what they hear from it. Nothing else of the service, and
//! nothing of the floors beside it, is known to a face.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::{FoundMatters, MatterQuery, PlatformList};
use crate::model::{
    AccountSettings, Alert, CollectionInfo, CompareCounts, CompareReport, CompareRow, Erased, FieldInfo, FieldMapping,
    Fit, FoundPerson, LifeQuery, Lives, Matter, MatterId, Observed, PairSpec, Partner, PerSide, Plan, Prefs, Record,
    Resolution, RunId, RunPage, RunQuery, RunSummary, Side, Survey, Timestamp, Trials, WritePage, WriteQuery,
};

/// Names one command; its reply carries the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// What a face can ask for.
#[derive(Clone)]
pub enum Command {
    /// The state of everything. Answered by [`Reply::Snapshot`]; also sent unasked after each change.
    Snapshot,
    /// Adds an account or replaces the one of the same name. A password goes to the keyring or the
    /// encrypted file, or is kept in memory until the program ends (`SecretRef::Ask`). Where one signs in
    /// in the browser, the password is the client secret, if there is one.
    SaveAccount {
        /// Its settings.
        settings: AccountSettings,
        /// The password, if it is to be changed.
        password: Option<String>,
    },
    /// Keeps the password of an account whose settings stay as they are, so that no plan has to be
    /// looked at anew.
    Password {
        /// The account.
        account: String,
        /// The password.
        password: String,
    },
    /// Forgets the password of an account, and its sign-in. Its settings stay.
    ForgetPassword(String),
    /// Signs a saved account in, in the system's browser: [`Event::OpenBrowser`] says what is to be
    /// opened. Answered by [`Reply::Done`] once that is done and kept, else by a problem.
    SignIn {
        /// The account.
        account: String,
    },
    /// Stops waiting for the browser.
    CancelSignIn(String),
    /// Where secrets can be kept on this computer. Answered by [`Reply::SecretPlaces`].
    SecretPlaces,
    /// Opens the file of secrets.
    Unlock {
        /// Its passphrase.
        passphrase: String,
    },
    /// Makes the file of secrets where there is none, or gives an open one another passphrase.
    NewPassphrase {
        /// The new passphrase.
        passphrase: String,
    },
    /// The passphrase is forgotten: sets the file of secrets aside, so that a new one can be made.
    /// Answered by [`Reply::SetAside`].
    ForgetSecrets,
    /// Removes an account that no pair uses.
    RemoveAccount(String),
    /// Adds a pair or replaces the one of the same name.
    SavePair(Box<PairSpec>),
    /// Removes a pair, its links and its history; no record of either account is touched.
    RemovePair(String),
    /// Pauses the schedule of a pair, or lets it go on.
    Pause {
        /// The pair.
        pair: String,
        /// Paused or not.
        paused: bool,
    },
    /// Adds or replaces what a settings file holds.
    Import(PathBuf),
    /// The settings as a file's text; written to the path if there is one.
    Export(Option<PathBuf>),
    /// Makes the sample accounts and pair in the workspace.
    LoadSample,
    /// Tries an account that may not be saved yet: reach, sign in, list, read. Each step is told by
    /// [`Event::Trying`] as it is done, and all of them by [`Reply::Checked`].
    TryAccount {
        /// Its settings.
        settings: AccountSettings,
        /// The password, if it is not saved yet.
        password: Option<String>,
        /// The list to read, where the account has several.
        collection: Option<String>,
    },
    /// Tries a manifest that need not be in the workspace: what [`Command::TryAccount`] tries, and
    /// reading one record back. Answered by [`Reply::Checked`].
    TryManifest {
        /// The manifest.
        file: PathBuf,
        /// The account whose settings and secret are used.
        account: Option<String>,
        /// Further settings, which come before those of the account.
        options: std::collections::BTreeMap<String, String>,
        /// The secret, if it is not the account's.
        password: Option<String>,
        /// The list to read, where there are several.
        collection: Option<String>,
    },
    /// Stops waiting for the answer to a command that asks a platform.
    Stop(RequestId),
    /// Tries both accounts of a pair, or of every pair.
    Check(Option<String>),
    /// What two collections hold, and field mappings that go well together. Answered by
    /// [`Reply::Surveyed`].
    Survey {
        /// The accounts' names and the collections' ids or names.
        ends: PerSide<(String, Option<String>)>,
        /// Whether the records are read anew though they were read a moment ago.
        anew: bool,
    },
    /// Tries field mappings on the real records of two collections. Answered by [`Reply::Fitted`].
    Fit {
        /// The accounts' names and the collections' ids or names.
        ends: PerSide<(String, Option<String>)>,
        /// The mappings and filters.
        trials: Box<Trials>,
    },
    /// Starts a run. Answered when it ends, by [`Reply::Ran`].
    Sync {
        /// The pair.
        pair: String,
        /// What is done with the plan.
        mode: SyncMode,
    },
    /// Compares a pair. Answered when it ends, by [`Reply::Compared`].
    Compare {
        /// The pair.
        pair: String,
        /// Where the report goes too: `.csv`, `.xlsx` or `.html`.
        export: Option<PathBuf>,
    },
    /// The last compare of a pair, if there was one. Answered by [`Reply::LastCompare`].
    LastCompare(String),
    /// Stops what is going on for a pair, safely.
    Cancel(String),
    /// Open conflicts and mismatches. Answered by [`Reply::Matters`].
    Matters(Option<String>),
    /// Looks something up in a long list, off the window's frames. Answered by [`Reply::Looked`].
    Look(Look),
    /// Opens matters again whose answer wrote nothing, and forgets the answer.
    Reopen {
        /// The matters.
        ids: Vec<MatterId>,
        /// What was answered.
        resolution: Resolution,
    },
    /// What is remembered of the records that a matter cannot tell apart. Answered by
    /// [`Reply::Candidates`].
    Candidates(MatterId),
    /// Answers matters, and carries the answers out at once. Answered by [`Reply::Ran`] for each
    /// pair concerned.
    Resolve {
        /// The matters.
        ids: Vec<MatterId>,
        /// The answer.
        resolution: Resolution,
    },
    /// A page of runs, newest first.
    History(RunQuery),
    /// A page of the writes of a run, in order.
    Writes(WriteQuery),
    /// Everything that happened to the records that hold these words.
    Lives(LifeQuery),
    /// What taking a run, or one of its writes, back would do. Answered by [`Reply::UndoPlan`].
    UndoPlan {
        /// The run.
        run: RunId,
        /// The write's id, where it is one only.
        write: Option<String>,
    },
    /// Takes a run back. Answered by [`Reply::Ran`].
    Undo(RunId),
    /// Takes one write of a run back. Answered by [`Reply::Ran`].
    UndoWrite {
        /// The run.
        run: RunId,
        /// The write's id.
        write: String,
    },
    /// The newest alerts first.
    Alerts,
    /// The operator has seen these alerts.
    AlertsSeen,
    /// Keeps the operator's preferences.
    SavePrefs(Prefs),
    /// Takes care of the workspace itself.
    Upkeep(Upkeep),
    /// Runs the schedule from here on; without it, nothing starts by itself.
    StartSchedule,
    /// Ends the service; what goes on is stopped safely first.
    Shutdown,
}

/// What can be done for the workspace itself. None of it reads or writes a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Upkeep {
    /// Duosync starts with the computer, without a window, or does not.
    StartWithComputer(bool),
    /// Another start of Duosync on this workspace brings this window up, from here on. Told by
    /// [`Event::Opened`].
    AnswerDoor,
    /// The copies of the database in the workspace. Answered by [`Reply::Copies`].
    Copies,
    /// Copies the database to this file, or among the copies in the workspace. Answered by
    /// [`Reply::Written`].
    BackUp(Option<PathBuf>),
    /// Puts a copy in the place of what is remembered now, of which a copy is kept first. Answered by
    /// [`Reply::Written`], with that copy.
    Restore(PathBuf),
    /// Forgets which records of this pair go together, of which a copy is kept first. Answered by
    /// [`Reply::Written`], with that copy.
    MatchAnew(String),
    /// Writes a file for whoever helps, without personal data and secrets. Answered by
    /// [`Reply::Written`].
    Diagnostics(PathBuf),
    /// The people whose values hold all of these words. Answered by [`Reply::People`].
    FindPeople(String),
    /// Writes everything that is kept of one person: a page to read, or JSON where the file ends in
    /// `.json`. Answered by [`Reply::Written`].
    ExportPerson {
        /// The records that are this person.
        who: Vec<FoundPerson>,
        /// The file.
        file: PathBuf,
    },
    /// Erases one person from the history, and from the copies in the workspace. Answered by
    /// [`Reply::Erased`].
    ErasePerson(Vec<FoundPerson>),
}

/// A copy of the database in the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptCopy {
    /// Where it is.
    pub file: PathBuf,
    /// When it was made.
    pub at: Timestamp,
    /// How large it is.
    pub bytes: u64,
    /// Why it was made.
    pub why: CopyReason,
}

/// Why a copy of the database was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyReason {
    /// It is made each day.
    Daily,
    /// The operator asked for it.
    Asked,
    /// Another copy was about to take its place.
    BeforeRestore,
    /// A newer Duosync was about to change its format.
    BeforeUpgrade,
}

/// Only what is asked for: passwords and passphrases come along with some.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Snapshot => "Snapshot",
            Self::SaveAccount { .. } => "SaveAccount",
            Self::Password { .. } => "Password",
            Self::ForgetPassword(..) => "ForgetPassword",
            Self::SignIn { .. } => "SignIn",
            Self::CancelSignIn(..) => "CancelSignIn",
            Self::SecretPlaces => "SecretPlaces",
            Self::Unlock { .. } => "Unlock",
            Self::NewPassphrase { .. } => "NewPassphrase",
            Self::ForgetSecrets => "ForgetSecrets",
            Self::RemoveAccount(..) => "RemoveAccount",
            Self::SavePair(..) => "SavePair",
            Self::RemovePair(..) => "RemovePair",
            Self::Pause { .. } => "Pause",
            Self::Import(..) => "Import",
            Self::Export(..) => "Export",
            Self::LoadSample => "LoadSample",
            Self::TryAccount { .. } => "TryAccount",
            Self::TryManifest { .. } => "TryManifest",
            Self::Check(..) => "Check",
            Self::Stop(..) => "Stop",
            Self::Survey { .. } => "Survey",
            Self::Fit { .. } => "Fit",
            Self::Sync { .. } => "Sync",
            Self::Compare { .. } => "Compare",
            Self::LastCompare(..) => "LastCompare",
            Self::Cancel(..) => "Cancel",
            Self::Matters(..) => "Matters",
            Self::Look(..) => "Look",
            Self::Reopen { .. } => "Reopen",
            Self::Candidates(..) => "Candidates",
            Self::Resolve { .. } => "Resolve",
            Self::History(..) => "History",
            Self::Writes(..) => "Writes",
            Self::Lives(..) => "Lives",
            Self::UndoPlan { .. } => "UndoPlan",
            Self::Undo(..) => "Undo",
            Self::UndoWrite { .. } => "UndoWrite",
            Self::Alerts => "Alerts",
            Self::AlertsSeen => "AlertsSeen",
            Self::StartSchedule => "StartSchedule",
            Self::SavePrefs(..) => "SavePrefs",
            Self::Upkeep(..) => "Upkeep",
            Self::Shutdown => "Shutdown",
        })
    }
}

/// What a run does with its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncMode {
    /// Carries it out, unless it has to be accepted first.
    Normal,
    /// Makes and shows it, and carries nothing out.
    Preview,
    /// Carries it out: the operator has seen a plan of this pair and said yes. If the world has
    /// moved so that the new plan does more than the one that was shown, it is shown again.
    Accept,
    /// Carries it out, seen or not (`--yes`).
    Yes,
}

/// What is said of an answer.
pub type Answer = Result<Reply, Problem>;

/// A command's result.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It is done.
    Done,
    /// The state of everything.
    Snapshot(Arc<Snapshot>),
    /// What a settings file brought: names of accounts and pairs.
    Imported {
        /// Accounts added or replaced.
        accounts: Vec<String>,
        /// Pairs added or replaced.
        pairs: Vec<String>,
    },
    /// The settings as a file's text.
    Exported(String),
    /// How an account answered.
    Checked(Vec<AccountCheck>),
    /// What two collections hold, and suggested mappings, each with the reason.
    Surveyed(Box<Survey>, Vec<Suggestion>),
    /// What mappings would do, in the order in which they were tried.
    Fitted(Box<Fit>),
    /// A run ended.
    Ran(Box<RunReport>),
    /// Answers were carried out.
    Resolved(Vec<RunReport>),
    /// A compare ended.
    Compared(Arc<CompareReport>),
    /// The last compare.
    LastCompare(Option<Arc<CompareReport>>),
    /// Open matters.
    Matters(Arc<Vec<Matter>>),
    /// What was looked up.
    Looked(Looked),
    /// Records that a matter cannot tell apart, as far as they are remembered.
    Candidates(MatterId, Arc<PerSide<Vec<Observed>>>),
    /// Runs.
    History(Arc<RunPage>),
    /// Writes of a run.
    Writes(Arc<WritePage>),
    /// The lives of records.
    Lives(Arc<Lives>),
    /// What an undo would do.
    UndoPlan(Arc<Plan>),
    /// Alerts.
    Alerts(Arc<Vec<Alert>>),
    /// Copies of the database, newest first.
    Copies(Arc<Vec<KeptCopy>>),
    /// Something is in this file.
    Written(PathBuf),
    /// People who were found.
    People(Arc<Vec<FoundPerson>>),
    /// What was erased.
    Erased(Erased),
    /// Where secrets can be kept.
    SecretPlaces(SecretPlaces),
    /// Where the file of secrets is now whose passphrase is forgotten; none where there was none.
    SetAside(Option<PathBuf>),
}

/// Where secrets can be kept on this computer. An environment variable and asking at each start always
/// can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretPlaces {
    /// Whether there is a keyring that Duosync can reach.
    pub keyring: bool,
    /// How the workspace's encrypted file stands.
    pub file: SecretFile,
}

/// How the workspace's encrypted file of secrets stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretFile {
    /// There is none: a passphrase has to be chosen first ([`Command::NewPassphrase`]).
    #[default]
    Absent,
    /// Its passphrase has to be entered first ([`Command::Unlock`]).
    Locked,
    /// It can be used.
    Open,
}

/// Something to be looked up in a long list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The open matters that fit.
    Matters(MatterQuery),
    /// These matters whole, as far as they are open.
    Details(Vec<MatterId>),
    /// Records that may be the same as the one of a matter, which has no partner.
    Partners(MatterId),
    /// A part of the records of a pair's newest compare.
    Rows(CompareQuery),
    /// The compares of a pair, newest first, with their numbers only.
    Compares(String),
}

/// What was looked up.
#[derive(Clone, Debug)]
pub enum Looked {
    /// The open matters that fit.
    Matters(Arc<FoundMatters>),
    /// Matters, whole.
    Details(Vec<Arc<Matter>>),
    /// Records that may be the same as the one of this matter, the likeliest first.
    Partners(MatterId, Arc<Vec<Partner>>),
    /// Rows of a compare.
    Rows(Arc<CompareFound>),
    /// Each compare of this pair: when it was, how many milliseconds it took, and its numbers.
    Compares(String, Arc<Vec<(Timestamp, u64, CompareCounts)>>),
}

/// A part of the records of a compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompareQuery {
    /// The pair.
    pub pair: String,
    /// Of this kind, by [`CompareRow::word`], or of every kind.
    pub kind: Option<String>,
    /// With this text in the name or in a value, whatever the case.
    pub text: String,
    /// From this one on.
    pub offset: usize,
    /// At most so many.
    pub count: usize,
}

/// What a [`CompareQuery`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompareFound {
    /// What was asked for.
    pub query: CompareQuery,
    /// When the compare was; none where its records are not kept.
    pub compared: Option<Timestamp>,
    /// How many fit in all.
    pub total: u64,
    /// How many records or pairs of records were compared.
    pub all: u64,
    /// How many there are of each word.
    pub counts: Vec<(String, u64)>,
    /// The part that was asked for.
    pub rows: Vec<CompareRow>,
}

/// A run and, where it waits for a yes, its plan.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// What happened.
    pub summary: RunSummary,
    /// The plan that waits for a yes, or that was asked for as a preview.
    pub plan: Option<Arc<Plan>>,
}

/// Why a command could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether the settings or the use are wrong (exit code 2) rather than something that failed.
    pub wrong_use: bool,
    /// What happened and what can be done, in an operator's words.
    pub message: String,
}

impl Problem {
    /// Something failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { wrong_use: false, message: message.into() }
    }

    /// The settings or the use are wrong.
    pub fn wrong_use(message: impl Into<String>) -> Self {
        Self { wrong_use: true, message: message.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// A suggested mapping.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The mapping.
    pub mapping: FieldMapping,
    /// Why: "same name", "both look like email addresses".
    pub why: String,
    /// Whether it would make a good match key.
    pub key: bool,
}

/// How an account answered, step by step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AccountCheck {
    /// The account's name.
    pub account: String,
    /// The pair and side that use it, where a pair was checked.
    pub pair: Option<(String, Side)>,
    /// Each step, up to the first that failed.
    pub steps: Vec<CheckStep>,
    /// The collections found.
    pub collections: Vec<CollectionInfo>,
    /// The fields found in the collection that is used.
    pub fields: Vec<FieldInfo>,
    /// A few of its records, where they were read.
    #[serde(skip)]
    pub records: Vec<Record>,
    /// What is being tried now, while it goes on.
    #[serde(skip)]
    pub doing: Option<String>,
}

impl AccountCheck {
    /// Whether every step went well.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.error.is_none())
    }
}

/// One step of trying an account.
#[derive(Clone, Debug, Serialize)]
pub struct CheckStep {
    /// What was tried: "reach it", "sign in", "find the lists", "read fields".
    pub what: String,
    /// What came of it, where it went well: "3 lists", "12 fields".
    pub found: String,
    /// What is wrong and what can be done.
    pub error: Option<String>,
}

/// What the service says unasked, and its answers.
#[derive(Clone, Debug)]
pub enum Event {
    /// The answer to a command.
    Reply(RequestId, Answer),
    /// How far the account that a command tries is.
    Trying(RequestId, Box<AccountCheck>),
    /// Something changed: the new state of everything.
    Changed(Arc<Snapshot>),
    /// A new alert came up (a desktop notification was shown, where there is a daemon).
    Alerted(Alert),
    /// The operator clicked the notification of this alert, or of several: the window comes to the
    /// front and shows it.
    Opened(Option<Alert>),
    /// A sign-in waits for the browser: the face opens this address.
    OpenBrowser {
        /// The account.
        account: String,
        /// The address.
        url: String,
    },
    /// The service has ended.
    Ended,
}

/// The state of everything that a window shows at all times.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The accounts, by name.
    pub accounts: Vec<AccountSettings>,
    /// The pairs, by name.
    pub pairs: Vec<PairState>,
    /// Alerts that the operator has not seen.
    pub unseen_alerts: usize,
    /// The workspace's folder.
    pub workspace: PathBuf,
    /// What the operator should know of the workspace itself (two pairs write the same list).
    pub warnings: Vec<String>,
    /// The accounts whose password is asked at each start and has not been entered yet. Their pairs
    /// start nothing by themselves until it is.
    pub asks: Vec<String>,
    /// The accounts whose secrets are in the encrypted file, which is locked. Their pairs start nothing by
    /// themselves until its passphrase is entered ([`Command::Unlock`]).
    pub locked: Vec<String>,
    /// How the encrypted file stands.
    pub secret_file: SecretFile,
    /// The accounts that have to be signed in in the browser before they can be used: never done yet,
    /// ended with the program, or the consent was taken back.
    pub signed_out: Vec<String>,
    /// The sign-ins that wait for the browser.
    pub signing_in: Vec<SigningIn>,
    /// The kinds of platforms that an account can be of, in the order in which they are offered.
    pub platforms: PlatformList,
    /// How the operator likes Duosync to behave.
    pub prefs: Prefs,
    /// Whether Duosync starts with the computer; none where that cannot be set up.
    pub starts_with_computer: Option<bool>,
    /// When an earlier state was put back, while not every pair has been looked at since.
    pub restored: Option<Timestamp>,
}

/// A sign-in that waits for the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningIn {
    /// The account.
    pub account: String,
    /// The address, for a browser that did not open by itself.
    pub url: String,
}

/// One pair and how it stands.
#[derive(Clone, Debug)]
pub struct PairState {
    /// Its settings.
    pub spec: PairSpec,
    /// How it stands.
    pub status: PairStatus,
    /// The newest runs, newest first, at most 30.
    pub runs: Vec<RunSummary>,
    /// When the next run is due.
    pub next_sync: Option<Timestamp>,
    /// When the next compare is due.
    pub next_compare: Option<Timestamp>,
    /// Open conflicts.
    pub conflicts: usize,
    /// Open mismatches.
    pub mismatches: usize,
    /// When the last compare was, and how many mismatches it found.
    pub last_compare: Option<(Timestamp, u64)>,
    /// The linked records.
    pub links: usize,
    /// Whether its schedule is paused.
    pub paused: bool,
    /// A plan that waits for the operator's yes.
    pub preview: Option<Arc<Plan>>,
}

impl PairState {
    /// How many matters wait for the operator: questions and differences.
    #[must_use]
    pub const fn open(&self) -> usize {
        self.conflicts + self.mismatches
    }
}

impl Snapshot {
    /// How many matters of all pairs wait for the operator.
    #[must_use]
    pub fn open(&self) -> usize {
        self.pairs.iter().map(PairState::open).sum()
    }
}

/// How a pair stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairStatus {
    /// It has never run.
    New,
    /// Both sides agreed at the last run.
    InStep,
    /// It is at work.
    Working,
    /// Something waits for the operator.
    Waiting,
    /// The last run failed.
    Failing {
        /// Since when.
        since: Timestamp,
        /// Why.
        why: String,
    },
}

/// Under what the progress of an account that is tried or read is found in a [`ProgressMap`]: no pair
/// has a name with this sign in it.
#[must_use]
pub fn trial_name(account: &str) -> String {
    format!("\u{1f}{account}")
}

/// Under what it is found how far the rows of a pair's newest compare are made: no account is called like this.
#[must_use]
pub fn rows_name(pair: &str) -> String {
    format!("\u{1f}\u{1f}{pair}")
}

/// The newest progress of each pair at work, by pair name, of accounts that are tried, and of rows that are made.
pub type ProgressMap = std::collections::BTreeMap<String, Progress>;

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing, with the account's name: "Reading Shop list".
    pub step: String,
    /// How many are done in this step.
    pub done: u64,
    /// How many there are, when that is known.
    pub total: Option<u64>,
    /// Whether the operator has asked to stop.
    pub cancelling: bool,
}
