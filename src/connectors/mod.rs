//! Floor 2b: how platforms are spoken to.
//!
//! One trait, [`Connector`]; one file or folder per platform. Connectors know nothing of pairs,
//! mappings, links or the other side: they list, get and write records, and tell honestly what they
//! do not know. Every connector passes the one suite in `tests/contract`.

pub mod carddav;
mod catalogue;
pub mod csv;
pub mod database;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod hostile;
mod http;
pub mod ldap;
pub mod memory;
pub mod oauth;
pub mod rest;
mod shared;
pub mod vcf;
pub mod xlsx;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::model::{
    CollectionInfo, Cursor, FieldInfo, Fields, Identity, Listing, ReadAgain, Record, RecordId, Row, Version,
};
use crate::texts::tr;

pub(crate) use catalogue::fixed;
pub use catalogue::{builtin, in_language};
pub use error::{ConnectorError, ErrorKind};

/// What a connector says while it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is doing, in an operator's words: "reading the list".
    pub what: &'static str,
    /// How many records are done.
    pub done: u64,
    /// How many there are, when that is known.
    pub total: Option<u64>,
}

/// What every call is given: where to report progress, and how to be cancelled.
///
/// A connector checks the token between requests and between chunks of a file, and returns
/// [`ErrorKind::Cancelled`]. A write that has been sent is always awaited.
#[derive(Clone)]
pub struct Context {
    /// Cancelled when the operator wants to stop.
    pub cancel: tokio_util::sync::CancellationToken,
    /// Takes each step; cheap, and never blocks.
    pub progress: Arc<dyn Fn(Step) + Send + Sync>,
    /// Takes each secret that a platform gives in exchange for ours, such as a session, so that it is held
    /// back from errors and logs like ours.
    pub secret: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Context {
    /// A context that reports to nobody and is never cancelled.
    #[must_use]
    pub fn quiet() -> Self {
        Self {
            cancel: tokio_util::sync::CancellationToken::new(),
            progress: Arc::new(|_| {}),
            secret: Arc::new(|_| {}),
        }
    }

    /// Reports a step.
    pub fn step(&self, what: &'static str, done: u64, total: Option<u64>) {
        (self.progress)(Step { what, done, total });
    }

    /// An error if the operator wants to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn check(&self) -> Result<(), ConnectorError> {
        if self.cancel.is_cancelled() {
            return Err(ConnectorError::new(ErrorKind::Cancelled, tr!("connector-stopped")));
        }
        Ok(())
    }
}

/// Gives access tokens of an account that signed in with OAuth 2 (RFC 6749).
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token for the `Authorization: Bearer` header. `refused` is the one that the platform has just
    /// answered with 401, where that happened: then another one is had, once for all who ask at the
    /// same time.
    ///
    /// # Errors
    /// [`ErrorKind::SignIn`] when the consent was taken back, so that the operator has to sign in again.
    async fn access_token(&self, refused: Option<&str>) -> Result<String, ConnectorError>;
}

/// What an account signs in with.
#[derive(Clone, Default)]
pub enum Credential {
    /// Nothing.
    #[default]
    None,
    /// A password or key.
    Secret(String),
    /// Tokens that are refreshed as needed.
    Tokens(Arc<dyn TokenSource>),
}

impl Credential {
    /// The password or key, where there is one.
    #[must_use]
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Secret(secret) => Some(secret),
            Self::None | Self::Tokens(_) => None,
        }
    }
}

impl From<Option<String>> for Credential {
    fn from(secret: Option<String>) -> Self {
        secret.map_or(Self::None, Self::Secret)
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Secret(_) => "Secret(…)",
            Self::Tokens(_) => "Tokens(…)",
        })
    }
}

/// How many writes one call of [`Connector::write`] should carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One write a call; several calls run at the same time.
    One {
        /// At most this many calls at the same time.
        concurrency: usize,
    },
    /// Up to this many writes a call, one call at a time.
    UpTo(usize),
    /// All writes of a run in one call, as a file is replaced once.
    All,
}

/// What a connector can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an ability of its own, free of the others")]
pub struct Abilities {
    /// How writes are grouped.
    pub batch: Batch,
    /// Whether a listing can be limited to what changed since a cursor.
    pub incremental: bool,
    /// Whether records carry a modified time.
    pub modified: bool,
    /// Whether a cursor that the platform still knows proves that this is the list it was made for, so
    /// that nobody has to ask who is behind the account at every run.
    pub bound_cursors: bool,
    /// Whether [`Connector::find`] may not know yet of a record that was just created, as where a platform's
    /// search goes by an index of its own.
    pub finds_late: bool,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteKind {
    /// A new record with these fields.
    Create {
        /// By the platform's names; a field that is not named is left out.
        fields: Fields,
        /// A whole object to bring back ([`Record::raw`]); the fields are set on top of it.
        raw: Option<String>,
    },
    /// These fields of a record; everything else of it stays as it is, byte for byte.
    Update {
        /// The record.
        id: RecordId,
        /// The new values; empty means that the field is emptied.
        fields: Fields,
        /// The version that must still be there, else [`ErrorKind::VersionMismatch`].
        expect: Option<Version>,
    },
    /// The record goes away.
    Delete {
        /// The record.
        id: RecordId,
        /// The version that must still be there, else [`ErrorKind::VersionMismatch`].
        expect: Option<Version>,
    },
}

/// One write, with a token that names it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The operation's id (UUID version 7). A connector that can choose the new record's id makes
    /// it of this token, so that a second try of the same create finds the first.
    pub token: String,
    /// What is written.
    pub kind: WriteKind,
}

/// What came of one write: the record as the platform really stored it (none after a delete).
pub type WriteResult = Result<Option<Record>, ConnectorError>;

/// How to look for a record that may have been created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The token of the create, if it may be one of ours.
    pub token: Option<String>,
    /// A field and its value, if the record is to be found by its content.
    pub field: Option<(String, String)>,
}

/// Takes the records of a full listing one by one, so that nobody has to hold them all.
pub trait RowSink: Send {
    /// Takes the next record; false where no more is wanted.
    fn row(&mut self, row: &Row<'_>) -> bool;

    /// The rows stand in a text that is given too, piece by piece ([`Self::text`]), and [`read_again`] can
    /// read them from a copy of it. Only a text is given that holds nothing but what was asked for.
    fn form(&mut self, _form: &str) {}

    /// The next piece of that text; false where no more is wanted.
    fn text(&mut self, _text: &[u8]) -> bool {
        true
    }

    /// Whether an id came twice so far.
    fn is_doubled(&mut self) -> bool;

    /// The listing came to its end: what was given is all that there is.
    fn end(self: Box<Self>);
}

/// What came of reading a list row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsRead {
    /// The listing came to its end, and the sink knows it.
    Whole,
    /// The sink wanted no more.
    Stopped,
    /// This list is not read like that: [`Connector::list`] gives it, or says what is wrong with it.
    Unfit,
}

/// What reads rows again from a text of this form; none where the form is of another version of Duosync.
#[must_use]
pub fn read_again(form: &str) -> Option<Box<dyn ReadAgain>> {
    csv::read_again(form)
}

/// The code that speaks to one kind of platform, for one account.
///
/// All methods may be called at the same time from several tasks. An empty `collection` means the
/// account's only one.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// Requests made so far: HTTP requests, or reads and writes of a file.
    fn requests(&self) -> u64;

    /// Signs in and says who is behind the account.
    ///
    /// # Errors
    /// When the account cannot be reached or refuses the sign-in.
    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError>;

    /// The collections of the account.
    ///
    /// # Errors
    /// When the account cannot be reached or refuses the sign-in.
    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError>;

    /// The fields of a collection, with samples from real records.
    ///
    /// # Errors
    /// When the account cannot be reached or has no such collection.
    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError>;

    /// Everything in a collection, or what changed since the cursor. `want` names the fields to
    /// read. Without a cursor the listing is full.
    ///
    /// # Errors
    /// [`ErrorKind::CursorExpired`] when the platform no longer knows the cursor: ask again without
    /// one. A listing that broke off is an error, never a short answer that says it is complete.
    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError>;

    /// The cursor of a listing after which these records were written, each with the version that this gave it
    /// where that is known. Where a platform's cursor only names what is there, a record that somebody puts back as
    /// it was before the write would not be listed: such a connector keeps in the cursor that it has to be looked at.
    fn after_writes(&self, cursor: Cursor, _written: &BTreeMap<RecordId, Option<Version>>) -> Cursor {
        cursor
    }

    /// Everything in a collection, row by row: what [`Self::list`] gives without a cursor, but for the
    /// versions. A connector that has to hold the whole list anyway leaves this as it is.
    ///
    /// # Errors
    /// As [`Self::list`].
    async fn read_rows(
        &self,
        _context: &Context,
        _collection: &str,
        _want: &[String],
        _sink: Box<dyn RowSink>,
    ) -> Result<RowsRead, ConnectorError> {
        Ok(RowsRead::Unfit)
    }

    /// These records, with [`Record::raw`]. A record that is not there is left out of the answer.
    ///
    /// # Errors
    /// When the answer could not be had.
    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError>;

    /// Looks for records by token or content.
    ///
    /// # Errors
    /// When the answer could not be had.
    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError>;

    /// Carries out the writes and answers one result for each, in their order. `want` names the
    /// fields that the answer's records must hold.
    ///
    /// # Errors
    /// When nothing was written at all, for a reason that holds for every write (no sign-in, the
    /// file is locked).
    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError>;
}
