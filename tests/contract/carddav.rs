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
use crate::support::servers::{Auth, Radicale, Server, Xandikos};

/// Which server.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Radicale,
    Xandikos,
}

pub struct CardDavFixture {
    kind: Kind,
    running: Arc<Running>,
}

struct Running {
    server: Server,
    // Kept until the server has stopped.
    _folder: tempfile::TempDir,
}

struct CardDavPlace {
    running: Arc<Running>,
    book: String,
}

static SHARED: [Mutex<Weak<Running>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
static BOOKS: AtomicU64 = AtomicU64::new(0);

impl CardDavFixture {
    /// `None`, after saying why, where the server is not installed.
    pub fn find(kind: Kind) -> Option<Self> {
        let mut shared = SHARED[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Some(Self { kind, running });
        }
        let folder = tempfile::tempdir().unwrap();
        let server = match kind {
            Kind::Radicale => Radicale::start(folder.path(), &Auth::Open)?,
            Kind::Xandikos => Xandikos::start(folder.path())?,
        };
        let running = Arc::new(Running { server, _folder: folder });
        *shared = Arc::downgrade(&running);
        Some(Self { kind, running })
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
        self.running.server.make_book(&book, &format!("Book {number}"));
        for (number, person) in people.iter().enumerate() {
            let card = format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p{number}\r\nFN:{}\r\nN:;;;;\r\nEMAIL;TYPE=HOME:{}\r\nTEL;TYPE=CELL:{}\r\n\
                 X-SHOE;X-SIDE=left:size 41\r\nEND:VCARD\r\n",
                person.name, person.email, person.phone
            );
            self.running.server.put(&format!("{book}p{number}.vcf"), &card);
        }
        Box::new(CardDavPlace { running: Arc::clone(&self.running), book })
    }
}

#[async_trait]
impl Place for CardDavPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let options = [("url", self.running.server.url()), ("username", "ann".to_owned())];
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
        let card = self.running.server.card(id.as_str()).expect("the card is there");
        let line = |line: &str| {
            let here = line.split([':', ';']).next() == Some(property);
            if here { format!("{property}:{value}\r\n") } else { format!("{line}\r\n") }
        };
        self.running.server.put(id.as_str(), &card.lines().map(line).collect::<String>());
    }

    async fn remove(&self, id: &RecordId) {
        self.running.server.delete(id.as_str());
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let card = self.running.server.card(id.as_str()).expect("the card is there");
        card.lines().find(|line| line.starts_with("X-SHOE")).expect("the shoe is there").to_owned()
    }

    fn knows_tokens(&self) -> bool {
        true
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
