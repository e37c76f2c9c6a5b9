//! What can go wrong on the way to a platform.

use std::error::Error as StdError;
use std::time::Duration;

/// What kind of trouble it is: what the run does next depends on this, and only on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No connection could be made: nothing was sent.
    Unreachable,
    /// The connection broke or no answer came. A write may or may not have been carried out.
    InDoubt,
    /// The sign-in was refused (401).
    SignIn,
    /// Signed in, but not allowed (403).
    Forbidden,
    /// The record or collection is not there (404, 410).
    NotFound,
    /// A record with this id or key is there already (409, or 412 after `If-None-Match`).
    Exists,
    /// The record is no longer at the version that was expected (412).
    VersionMismatch,
    /// Too many requests (429, 503 with `Retry-After`).
    Throttled,
    /// The platform has trouble of its own (5xx).
    Server,
    /// The platform refuses this record or value; trying again changes nothing (400, 422, 415).
    Rejected,
    /// The answer could not be understood.
    BadAnswer,
    /// The cursor is no longer known: list everything.
    CursorExpired,
    /// A file cannot be read or written.
    File,
    /// The file's content is not what it should be (a header, a row); the message names the line.
    Content,
    /// The account's settings are wrong.
    Settings,
    /// The operator stopped it.
    Cancelled,
}

impl ErrorKind {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        match self {
            Self::Unreachable | Self::InDoubt | Self::Throttled | Self::Server => true,
            Self::SignIn
            | Self::Forbidden
            | Self::NotFound
            | Self::Exists
            | Self::VersionMismatch
            | Self::Rejected
            | Self::BadAnswer
            | Self::CursorExpired
            | Self::File
            | Self::Content
            | Self::Settings
            | Self::Cancelled => false,
        }
    }

    /// Whether it concerns the whole account rather than one record.
    #[must_use]
    pub const fn is_for_all(self) -> bool {
        match self {
            Self::Unreachable | Self::SignIn | Self::File | Self::Settings | Self::Cancelled => true,
            Self::InDoubt
            | Self::Forbidden
            | Self::NotFound
            | Self::Exists
            | Self::VersionMismatch
            | Self::Throttled
            | Self::Server
            | Self::Rejected
            | Self::BadAnswer
            | Self::CursorExpired
            | Self::Content => false,
        }
    }
}

/// Trouble with a platform, in words that an operator can act on. It never holds a secret.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConnectorError {
    /// What kind of trouble.
    pub kind: ErrorKind,
    /// What happened and what can be done.
    pub message: String,
    /// How long the platform asks to wait.
    pub retry_after: Option<Duration>,
    /// The platform's field that it is about.
    pub field: Option<String>,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ConnectorError {
    /// An error without a cause of its own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after: None, field: None, source: None }
    }

    /// An error with its cause.
    pub fn caused(kind: ErrorKind, message: impl Into<String>, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind, message: message.into(), retry_after: None, field: None, source: Some(Box::new(source)) }
    }

    /// The same error about this field.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same error with the time that the platform asks to wait.
    #[must_use]
    pub const fn wait(mut self, time: Duration) -> Self {
        self.retry_after = Some(time);
        self
    }
}
