//! The in-memory platform takes part in the suite.

use std::sync::Arc;

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::memory::MemoryPlatform;
use duosync::model::RecordId;

use crate::fixture::{Fixture, Names, Person, Place};

pub struct MemoryFixture {
    pub incremental: bool,
    pub ids_from_token: bool,
}

struct MemoryPlace {
    platform: MemoryPlatform,
    ids_from_token: bool,
}

#[async_trait]
impl Fixture for MemoryFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let platform = MemoryPlatform::new("people");
        platform.behave(|behaviour| {
            behaviour.incremental = self.incremental;
            behaviour.ids_from_token = self.ids_from_token;
        });
        for (number, person) in people.iter().enumerate() {
            let fields = [
                ("name", person.name),
                ("email", person.email),
                ("phone", person.phone),
                ("shoe", "size 41, \"left\""),
            ];
            platform.put(&format!("p{number}"), fields);
        }
        Box::new(MemoryPlace { platform, ids_from_token: self.ids_from_token })
    }
}

#[async_trait]
impl Place for MemoryPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(self.platform.connector())
    }

    fn collection(&self) -> String {
        "people".to_owned()
    }

    fn names(&self) -> Names {
        Names { name: "name".to_owned(), email: "email".to_owned(), phone: "phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        assert!(self.platform.set_field(id.as_str(), field, value));
    }

    async fn remove(&self, id: &RecordId) {
        assert!(self.platform.remove(id.as_str()));
    }

    async fn unknown(&self, id: &RecordId) -> String {
        self.platform.record(id.as_str()).unwrap().get("shoe").unwrap().display()
    }

    fn knows_tokens(&self) -> bool {
        self.ids_from_token
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
