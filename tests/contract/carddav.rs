//! Address books on real servers take part in the suite. Places share a server while any of them is
//! in use, each with a book of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::carddav::CardDavConnector;
use duosync::model::{AccountSettings, RecordId};

use crate::fixture::{Fixture, Names, Person, Place, Trouble};
use crate::support::faults::{Done, Fault, Faults, Fits, refused};
use crate::support::servers::{Auth, Kind, Server};

pub struct CardDavFixture {
    kind: Kind,
    server: Arc<Server>,
    breakable: bool,
}

struct CardDavPlace {
    server: Arc<Server>,
    book: String,
    faults: Option<Faults>,
    /// The token of the book before anything was in it.
    empty: String,
}

static SHARED: [Mutex<Weak<Server>>; 2] = [const { Mutex::new(Weak::new()) }; 2];
static BOOKS: AtomicU64 = AtomicU64::new(0);

impl CardDavFixture {
    /// `None`, after saying why, where the server is not installed.
    pub fn find(kind: Kind) -> Option<Self> {
        let mut shared = SHARED[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(Self { kind, server, breakable: false });
        }
        let server = Arc::new(Server::start(kind, Auth::Open)?);
        *shared = Arc::downgrade(&server);
        Some(Self { kind, server, breakable: false })
    }

    /// The same with answers that go wrong where a test says so.
    pub fn breakable(kind: Kind) -> Option<Self> {
        Some(Self { breakable: true, ..Self::find(kind)? })
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
        let empty = token(&self.server, &book);
        for (number, person) in people.iter().enumerate() {
            let card = format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p{number}\r\nFN:{}\r\nN:;;;;\r\nEMAIL;TYPE=HOME:{}\r\nTEL;TYPE=CELL:{}\r\n\
                 X-SHOE;X-SIDE=left:size 41\r\nEND:VCARD\r\n",
                person.name, person.email, person.phone
            );
            self.server.put(&format!("{book}p{number}.vcf"), &card);
        }
        let faults = self.breakable.then(|| Faults::before(self.server.port));
        Box::new(CardDavPlace { server: Arc::clone(&self.server), book, faults, empty })
    }
}

/// What the server calls the state that a book is in.
fn token(server: &Server, book: &str) -> String {
    let body = "<sync-collection xmlns=\"DAV:\"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>";
    let answer = server.request("REPORT", book, &[("Content-Type", "text/xml"), ("Depth", "0")], body).text();
    node(&answer, "sync-token").map_or_else(String::new, |(_, inner)| inner.trim().to_owned())
}

/// The first element of this name: where it is, and the text in it.
fn node(xml: &str, name: &str) -> Option<(std::ops::Range<usize>, String)> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let node = document.descendants().find(|node| node.tag_name().name() == name)?;
    Some((node.range(), node.text().unwrap_or_default().to_owned()))
}

impl CardDavPlace {
    /// The answer as one page of several (RFC 6578, section 3.6): the server knows more, and says how to go on.
    fn page(xml: &str, book: &str, next: &str, whole: bool) -> String {
        let more = format!(
            "<D:response xmlns:D=\"DAV:\"><D:href>{book}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>"
        );
        let (token, _) = node(xml, "sync-token").expect("a list has a token");
        let next = format!("<D:sync-token xmlns:D=\"DAV:\">{next}</D:sync-token>");
        if whole {
            format!("{}{more}{next}{}", &xml[..token.start], &xml[token.end..])
        } else {
            format!("<D:multistatus xmlns:D=\"DAV:\">{more}{next}</D:multistatus>")
        }
    }
}

#[async_trait]
impl Place for CardDavPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let url = self.faults.as_ref().map_or_else(|| self.server.url(), Faults::url);
        let options = [("url", url), ("username", "ann".to_owned())];
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

    fn order(&self, trouble: Trouble) -> bool {
        let Some(faults) = &self.faults else { return false };
        // Where one way of listing is refused, the connector tries the other one.
        let reads: Fits = Arc::new(|head, _| ["REPORT", "PROPFIND"].iter().any(|method| head.starts_with(method)));
        let writes: Fits = Arc::new(|head, _| ["PUT", "DELETE"].iter().any(|method| head.starts_with(method)));
        let (book, empty) = (self.book.clone(), self.empty.clone());
        match trouble {
            Trouble::ReadStatus(status) => faults.order(None, reads, refused(status, "")),
            Trouble::WriteStatus(status) => faults.order(Some(1), writes, refused(status, "")),
            Trouble::Wait(seconds) => faults.order(None, reads, refused(429, &format!("Retry-After: {seconds}"))),
            Trouble::LostAnswer => faults.order(Some(1), writes, Done::Fault(Fault::AnswerLost)),
            Trouble::Dropped => faults.order(Some(1), writes, Done::Fault(Fault::Dropped)),
            Trouble::FailsAfterwards(status) => {
                faults.order(Some(1), writes, Done::Answered(format!("{status} Trouble"), String::new()));
            }
            Trouble::Away => faults.order(None, Arc::new(|_, _| true), Done::Fault(Fault::Dropped)),
            Trouble::Truncated => faults.order(Some(1), reads, Done::Fault(Fault::Truncated)),
            Trouble::NoJson => {
                let page = "<html><body>Welcome to the hotel</body></html>".to_owned();
                faults.order(Some(1), reads, Done::Answered("207 Multi-Status".to_owned(), page));
            }
            Trouble::EmptyPage => {
                let change = move |xml: String| Self::page(&xml, &book, &empty, false);
                faults.order(Some(1), reads, Done::Changed(Arc::new(change)));
            }
            Trouble::Endless => {
                let change = move |xml: String| Self::page(&xml, &book, &empty, true);
                faults.order(None, reads, Done::Changed(Arc::new(change)));
            }
            Trouble::Twice => {
                let change = |xml: String| {
                    let (first, _) = node(&xml, "response").expect("a list has a card");
                    format!("{}{}{}", &xml[..first.end], &xml[first.clone()], &xml[first.end..])
                };
                faults.order(Some(1), reads, Done::Changed(Arc::new(change)));
            }
            Trouble::Appears => {
                let server = Arc::clone(&self.server);
                let change = move |xml: String| {
                    server.put(
                        &format!("{book}a.vcf"),
                        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:New\r\nN:;;;;\r\nEND:VCARD\r\n",
                    );
                    Self::page(&xml, &book, &empty, true)
                };
                faults.order(Some(1), reads, Done::Changed(Arc::new(change)));
            }
            Trouble::SignedOut => faults.order(None, Arc::new(|_, _| true), refused(401, "")),
            Trouble::Without(_) | Trouble::Skew(_) => return false,
        }
        true
    }

    fn calm(&self) {
        let faults = self.faults.as_ref().unwrap();
        assert!(faults.met() > 0, "the fault has come");
        faults.calm();
    }

    fn knows_tokens(&self) -> bool {
        true
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
