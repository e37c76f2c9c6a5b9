//! The arguments.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};

use crate::texts::Language;

/// Keeps the records of two accounts the same, in both directions, on your own computer.
///
/// Without a command it opens the window. Exit codes: 0 done and both sides agree, 1 it failed,
/// 2 wrong usage or settings, 3 done but something waits for you.
#[derive(Clone, Debug, Parser)]
#[command(name = "duosync", version, propagate_version = true)]
pub struct Args {
    /// The folder that holds accounts, pairs and history (default: this computer's data folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,
    /// Answer with one JSON object on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Answer in this language (default: that of the settings, else of this computer)
    #[arg(long = "lang", global = true, value_name = "LANGUAGE", ignore_case = true)]
    pub language: Option<Speech>,
    /// Show what goes on in detail on standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Start the window's program without its window, as it is started with the computer
    #[arg(long)]
    pub background: bool,
    /// What to do.
    #[command(subcommand)]
    pub task: Option<Task>,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Try everything on a sample: in the window, or here where there is no display
    Demo {
        /// Here, even where there is a display
        #[arg(long)]
        terminal: bool,
    },
    /// Add or replace accounts and pairs from a settings file
    Import {
        /// The settings file
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
    },
    /// Write the accounts and pairs as a settings file, or show them
    Export {
        /// The settings file; without it, the text is shown
        #[arg(value_name = "FILE.toml")]
        file: Option<PathBuf>,
    },
    /// Try both accounts: reach, sign in, list fields, and name what is wrong
    Check {
        /// The pair; without it, all
        pair: Option<String>,
    },
    /// Keep the password of an account, where its settings say; asked here, or read from standard input
    Password {
        /// The account
        account: String,
        /// Forget it, and its sign-in
        #[arg(long)]
        forget: bool,
    },
    /// Choose or change the passphrase of the encrypted file of passwords
    Passphrase {
        /// It is forgotten: set the file aside, so that passwords can be entered anew
        #[arg(long)]
        forgotten: bool,
    },
    /// Sign an account in in the browser
    Signin {
        /// The account
        account: String,
    },
    /// Carry changes across, once
    Sync {
        /// The pair; without it, all
        pair: Option<String>,
        /// Show what would be done, and do nothing
        #[arg(long, conflicts_with = "yes")]
        preview: bool,
        /// Do it without showing a first sync beforehand
        #[arg(long)]
        yes: bool,
    },
    /// List both sides against each other; never writes
    Compare {
        /// The pair; without it, all
        pair: Option<String>,
        /// Write the report to this file too: .csv, .xlsx or .html
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
    },
    /// Show what waits for you, with ids
    Conflicts {
        /// The pair; without it, all
        pair: Option<String>,
    },
    /// Answer what waits for you
    #[command(group(ArgGroup::new("answer").required(true).args(["answer_word", "value"])))]
    Resolve {
        /// The ids, as `duosync conflicts` shows them
        #[arg(value_name = "ID", required = true)]
        ids: Vec<i64>,
        /// Which side is right, or what else is to be done
        #[arg(long = "use", value_name = "ANSWER", id = "answer_word")]
        answer: Option<Answer>,
        /// Only this field; may stand several times
        #[arg(long = "field", value_name = "NAME")]
        fields: Vec<String>,
        /// This value, on both sides
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        value: Option<String>,
        /// With link and not-same: the record of A
        #[arg(long, value_name = "A_ID", requires = "b")]
        a: Option<String>,
        /// With link and not-same: the record of B
        #[arg(long, value_name = "B_ID", requires = "a")]
        b: Option<String>,
    },
    /// Show the newest runs, what one run wrote, or what happened to a record
    History {
        /// The pair; without it, all
        pair: Option<String>,
        /// Show each write of this run, before and after
        #[arg(long, value_name = "RUN", conflicts_with = "pair")]
        run: Option<i64>,
        /// Show all that happened to a record, on both sides, over all runs: its name, a value or an id
        #[arg(long, value_name = "TEXT", conflicts_with = "run")]
        record: Option<String>,
        /// At most so many runs or records
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Take a run, or one of its writes, back
    Undo {
        /// The run's number, as `duosync history` shows it
        run: i64,
        /// Only this write, by its number as `duosync history --run RUN` shows it
        #[arg(long, value_name = "N")]
        write: Option<u64>,
        /// Show what would be done and what would be left alone, and do nothing
        #[arg(long)]
        preview: bool,
    },
    /// Sync and compare by the schedule until it is stopped
    Watch,
    /// Copy everything that Duosync remembers to a file, or among the copies in its folder
    Backup {
        /// The file of the copy
        #[arg(value_name = "FILE.db")]
        file: Option<PathBuf>,
    },
    /// Go back to a copy; the lists themselves are not touched
    Restore {
        /// The copy
        #[arg(value_name = "FILE.db")]
        file: PathBuf,
    },
    /// Forget which records of a pair go together, so that the next sync matches them anew; rarely needed
    MatchAnew {
        /// The pair
        pair: String,
        /// Forget it; a copy is kept first
        #[arg(long)]
        yes: bool,
    },
    /// Show what is kept of one person, write all of it to a file, or erase it from the history
    Person {
        /// The person's name or email, or any value of theirs
        words: String,
        /// Only these of the records that are found, by the number that is shown; may stand several times
        #[arg(long, value_name = "N")]
        only: Vec<usize>,
        /// Write everything to this file: a page to read, or JSON where it ends in .json
        #[arg(long, value_name = "FILE", conflicts_with = "erase")]
        export: Option<PathBuf>,
        /// Erase the person from the history and the copies in the workspace; asks for --yes first
        #[arg(long)]
        erase: bool,
        /// Erase; this cannot be undone
        #[arg(long, requires = "erase")]
        yes: bool,
    },
    /// Write a file for whoever helps, without personal data and passwords
    Diagnostics {
        /// The file
        #[arg(value_name = "FILE.zip")]
        file: PathBuf,
    },
    /// Describe a platform of your own
    Connector {
        /// What to do.
        #[command(subcommand)]
        task: ConnectorTask,
    },
}

/// What to do with a manifest.
#[derive(Clone, Debug, Subcommand)]
pub enum ConnectorTask {
    /// Write a commented start, NAME.toml
    New {
        /// The kind of platform, as settings files will name it
        name: String,
    },
    /// Tell what is wrong in a manifest, with its line; with settings, try it against the platform
    Check {
        /// The manifest
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
        /// Try it with the settings and the secret of this account
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        /// Try it with this setting; may stand several times
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// Try it with the secret that this environment variable holds
        #[arg(long, value_name = "VARIABLE")]
        secret_env: Option<String>,
        /// The list to read, where there are several
        #[arg(long, value_name = "LIST")]
        list: Option<String>,
    },
}

/// A language to answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Speech {
    /// English
    En,
    /// Nederlands
    Nl,
}

impl From<Speech> for Language {
    fn from(speech: Speech) -> Self {
        match speech {
            Speech::En => Self::English,
            Speech::Nl => Self::Dutch,
        }
    }
}

/// An answer to what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// A is right
    A,
    /// B is right
    B,
    /// Leave it until one side changes
    Ignore,
    /// Create the record on the side that has none
    Create,
    /// Delete the record from A
    DeleteA,
    /// Delete the record from B
    DeleteB,
    /// These two are the same (with --a and --b)
    Link,
    /// These two are not the same (with --a and --b)
    NotSame,
}
