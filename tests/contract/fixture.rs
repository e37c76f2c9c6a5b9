//! What a platform's tests bring along to run the suite.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::model::RecordId;

/// A made-up person; the fixture gives each a value for every field, and a part that Duosync does
/// not know.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
}

/// People that every place starts with.
pub const PEOPLE: [Person; 3] = [
    Person { name: "Ann Aarts", email: "ann@example.org", phone: "+32 478 12 34 56" },
    Person { name: "Bob Bakker", email: "bob@example.org", phone: "+31 6 12345678" },
    Person { name: "Cy Côté", email: "cy@example.org", phone: "+1 514 555 0100" },
];

/// What the platform calls the fields that the suite uses.
#[derive(Clone, Debug)]
pub struct Names {
    pub name: String,
    pub email: String,
    pub phone: String,
}

impl Names {
    /// All of them, to be asked for.
    pub fn want(&self) -> Vec<String> {
        vec![self.name.clone(), self.email.clone(), self.phone.clone()]
    }
}

/// One kind of platform.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// A fresh place with these people in it, and nothing else.
    async fn place(&self, people: &[Person]) -> Box<dyn Place>;
}

/// One place with records: a file, an address book. It is cleaned up when it is dropped.
#[async_trait]
pub trait Place: Send + Sync {
    /// A connector to it; each call gives a new one that knows nothing of the others.
    fn connector(&self) -> Arc<dyn Connector>;

    /// The collection's id.
    fn collection(&self) -> String;

    /// The names of its fields.
    fn names(&self) -> Names;

    /// Somebody else changes one field of a record, not through the connector.
    async fn edit(&self, id: &RecordId, field: &str, value: &str);

    /// Somebody else removes a record, not through the connector.
    async fn remove(&self, id: &RecordId);

    /// The part of a record that Duosync does not know, as the platform holds it. It must hold what
    /// [`Fixture::place`] put there, and fails when there is no such record.
    async fn unknown(&self, id: &RecordId) -> String;

    /// Who [`Place::edit`] changes records as, where the platform names them.
    fn editor(&self) -> Option<&'static str> {
        None
    }

    /// Whether a create that is sent again by another connector makes no double.
    fn knows_tokens(&self) -> bool;

    /// Whether a record can be found by the token of its create alone.
    fn finds_by_token(&self) -> bool {
        true
    }

    /// Whether the platform takes this text as a name at all.
    fn takes(&self, _value: &str) -> bool {
        true
    }

    /// A connector that looks for removals at its next listing, where the platform does not tell them
    /// and they are looked for only now and then.
    fn looking_for_removals(&self) -> Arc<dyn Connector> {
        self.connector()
    }

    /// The files that it is made of, where it is files.
    fn files(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Orders trouble for what the connector asks next; false where the place cannot make it.
    fn order(&self, _trouble: Trouble) -> bool {
        false
    }

    /// Takes back what was ordered and has not come.
    fn calm(&self) {}

    /// Whether an id stays when the email changes.
    fn ids_are_stable(&self) -> bool;
}

/// A folder for files of a place: on the disk that a test has made, or wherever temporary files go.
pub fn folder(at: Option<&Path>) -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    // A folder of contacts is called by its name, which should be no hidden one.
    builder.prefix("place");
    at.map_or_else(|| builder.tempdir(), |at| builder.tempdir_in(at)).unwrap()
}

/// What platforms do to those who ask them.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// The next page of a list is refused with this status.
    ReadStatus(u16),
    /// The next write is refused with this status.
    WriteStatus(u16),
    /// The next page of a list is refused for so many seconds.
    Wait(u64),
    /// The next write is carried out, and its answer is lost.
    LostAnswer,
    /// The next write breaks off before the platform hears of it.
    Dropped,
    /// The next write is carried out, and answered as if it were not, with this status.
    FailsAfterwards(u16),
    /// Nobody answers at the platform's address.
    Away,
    /// The next page of a list breaks off.
    Truncated,
    /// The next page of a list is something else altogether.
    NoJson,
    /// The next page of a list is empty, and is not the last one.
    EmptyPage,
    /// A record comes on two pages of the next list.
    Twice,
    /// The next list has no end.
    Endless,
    /// A record appears at the front while the next list is read.
    Appears,
    /// The next list says nothing of a property.
    Without(&'static str),
    /// The platform's clock is so many milliseconds ahead.
    Skew(i64),
    /// The password is no longer right.
    SignedOut,
}
