//! What a platform's tests bring along to run the suite.

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

    /// Whether a create that is sent again by another connector makes no double.
    fn knows_tokens(&self) -> bool;

    /// Whether an id stays when the email changes.
    fn ids_are_stable(&self) -> bool;
}
