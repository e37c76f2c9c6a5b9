//! Address books on real servers take part in the suite. Places share a server while any of them is
//! in use, each with a book of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::carddav::CardDavConnector;
use duosync::model::{AccountSettings, RecordId};

use crate::fixture::{Fixture, Names, Person, Place};
use crate::support::servers::{Auth, Kind, Server};

pub struct CardDavFixture {
    kind: Kind,
    server: Arc<Server>,
}

struct CardDavPlace {
    server: Arc<Server>,
    book: String,
}

static SHARED: [Mutex<Weak<Server>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
static BOOKS: AtomicU64 = AtomicU64::new(0);

impl CardDavFixture {
    /// `None`, after saying why, where the server is not installed.
    pub fn find(kind: Kind) -> Option<Self> {
        let mut shared = SHARED[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(Self { kind, server });
        }
        let server = Arc::new(Server::start(kind, Auth::Open)?);
        *shared = Arc::downgrade(&server);
        Some(Self { kind, server })
    }
}

#[async_trait]
impl Fixture for CardDavFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let number = BOOKS.fetch_add(1, Ordering::Relaxed);
        let book = match self.kind {
            Kind::Radicale => format!("/ann/book{number}/"),
            Kind::Xandikos => format!("/ann/contacts/book{number}/"),
        };
        self.server.make_book(&book, &format!("Book {number}"));
        for (number, person) in people.iter().enumerate() {
            let card = format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p{number}\r\nFN:{}\r\nN:;;;;\r\nEMAIL;TYPE=HOME:{}\r\nTEL;TYPE=CELL:{}\r\n\
                 X-SHOE;X-SIDE=left:size 41\r\nEND:VCARD\r\n",
                person.name, person.email, person.phone
            );
            self.server.put(&format!("{book}p{number}.vcf"), &card);
        }
        Box::new(CardDavPlace { server: Arc::clone(&self.server), book })
    }
}

#[async_trait]
impl Place for CardDavPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let options = [("url", self.server.url()), ("username", "ann".to_owned())];
        let settings = AccountSettings {
            name: "Address book".to_owned(),
            connector: "carddav".to_owned(),
            options: options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>(),
            secret: None,
        };
        Arc::new(CardDavConnector::new(&settings, Some("any")).unwrap())
    }

    fn collection(&self) -> String {
        self.book.clone()
    }

    fn names(&self) -> Names {
        Names { name: "full_name".to_owned(), email: "email".to_owned(), phone: "tel".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let property = match field {
            "full_name" => "FN",
            "email" => "EMAIL",
            "tel" => "TEL",
            other => panic!("the suite edits no {other}"),
        };
        let card = self.server.card(id.as_str()).expect("the card is there");
        let line = |line: &str| {
            let here = line.split([':', ';']).next() == Some(property);
            if here { format!("{property}:{value}\r\n") } else { format!("{line}\r\n") }
        };
        self.server.put(id.as_str(), card.lines().map(line).collect::<String>());
    }

    async fn remove(&self, id: &RecordId) {
        self.server.delete(id.as_str());
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let card = self.server.card(id.as_str()).expect("the card is there");
        card.lines().find(|line| line.starts_with("X-SHOE")).expect("the shoe is there").to_owned()
    }

    fn knows_tokens(&self) -> bool {
        true
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
