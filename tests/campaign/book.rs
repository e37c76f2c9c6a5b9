//! What holds the records of side B: an address book of a `CardDAV` server, or a collection of a PocketBase.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use crate::support::customers::of;
use crate::support::rest_servers::{PASSWORD, PocketBase, USER};
use crate::support::servers::{Card, Kind, Server};
use crate::world::Person;

/// Where the records of side B live.
#[derive(Clone, Copy)]
pub(crate) enum Shelf<'a> {
    Dav(Kind, &'a Server),
    Base(&'a PocketBase),
}

/// One list on it, of one world; a collection is taken away in the end.
pub(crate) struct Book<'a> {
    shelf: Shelf<'a>,
    /// The address of the book, or the collection's name.
    pub(crate) name: String,
}

/// A record as it stands there.
pub(crate) struct Held {
    pub(crate) email: String,
    pub(crate) person: Person,
    /// What Duosync knows nothing of, where the record came with it.
    pub(crate) kept: Option<String>,
    /// The card's address, or the record's id.
    id: String,
    /// The whole of it.
    pub(crate) body: String,
    /// Which state of the card this is.
    etag: String,
}

/// PocketBase reads its list of collections anew after each change of it; of two at the same time, the
/// older list may come last.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

impl Shelf<'_> {
    pub(crate) const fn port(self) -> u16 {
        match self {
            Shelf::Dav(_, server) => server.port,
            Shelf::Base(server) => server.port,
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Shelf::Dav(kind, _) => format!("{kind:?}"),
            Shelf::Base(_) => "PocketBase".to_owned(),
        }
    }

    /// Whether the next run hears of a deletion; a PocketBase is looked through for them once a day.
    pub(crate) const fn tells_deletions(self) -> bool {
        match self {
            Shelf::Dav(..) => true,
            Shelf::Base(_) => false,
        }
    }
}

impl<'a> Book<'a> {
    pub(crate) fn new(shelf: Shelf<'a>, number: u64) -> Self {
        let name = match shelf {
            Shelf::Dav(Kind::Radicale, _) => format!("/ann/book{number}/"),
            Shelf::Dav(Kind::Xandikos, _) => format!("/ann/contacts/book{number}/"),
            Shelf::Base(_) => format!("book{number}"),
        };
        match shelf {
            Shelf::Dav(_, server) => server.make_book(&name, "customers"),
            Shelf::Base(server) => {
                let text = |name: &str| json!({ "name": name, "type": "text" });
                let mut fields: Vec<Json> = ["full_name", "tel", "title", "kept"].map(text).into();
                fields.push(json!({ "name": "email", "type": "email" }));
                fields.push(json!({ "name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true }));
                let definition = json!({ "name": name, "type": "base", "fields": fields });
                let _one_by_one = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
                server.request("POST", "/api/collections", &definition);
            }
        }
        Self { shelf, name }
    }

    /// The account in Duosync's settings; the address is that of what stands before the server.
    pub(crate) fn account(&self, url: &str) -> String {
        match self.shelf {
            Shelf::Dav(..) => format!("connector = \"carddav\"\nurl = \"{url}\"\nusername = \"ann\""),
            Shelf::Base(_) => format!("connector = \"pocketbase\"\nurl = \"{url}\"\nusername = \"{USER}\""),
        }
    }

    pub(crate) const fn password(&self) -> &'static str {
        match self.shelf {
            Shelf::Dav(..) => "secret",
            Shelf::Base(_) => PASSWORD,
        }
    }

    pub(crate) const fn tells_deletions(&self) -> bool {
        self.shelf.tells_deletions()
    }

    pub(crate) fn all(&self) -> Vec<Held> {
        match self.shelf {
            Shelf::Dav(_, server) => {
                server.cards(&self.name).into_iter().map(|card| held(card, String::new())).collect()
            }
            Shelf::Base(server) => {
                let path = format!("{}?perPage=500", self.records());
                let answer = server.request("GET", &path, &Json::Null);
                answer["items"].as_array().unwrap().iter().map(of_collection).collect()
            }
        }
    }

    /// Adds somebody as another program does, with something that Duosync knows nothing of.
    pub(crate) fn add(&self, email: &str, person: &Person) {
        match self.shelf {
            Shelf::Dav(_, server) => {
                let card = format!(
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{email}\r\nFN:{}\r\nN:{};;;;\r\nEMAIL:{email}\r\nTEL:{}\r\n\
                     TITLE:{}\r\nX-KEPT:{email}\r\nEND:VCARD\r\n",
                    person.name, person.name, person.phone, person.title
                );
                server.put(&format!("{}{email}.vcf", self.name), card);
            }
            Shelf::Base(server) => {
                let record = json!({
                    "email": email, "full_name": person.name, "tel": person.phone, "title": person.title, "kept": email,
                });
                server.request("POST", &self.records(), &record);
            }
        }
    }

    /// The record as it is now, to be changed; none where it was written or went away in that very moment.
    pub(crate) fn take(&self, email: &str) -> Option<Held> {
        let found = self.find(email);
        match self.shelf {
            Shelf::Dav(_, server) => {
                // The version first: a card that is written between the two requests is then not overwritten.
                let (etag, body) = (server.etag(&found.id)?, server.card(&found.id)?);
                Some(held(Card { path: found.id, body }, etag))
            }
            Shelf::Base(_) => Some(found),
        }
    }

    /// Writes what differs, as another program does; false where somebody else was quicker.
    pub(crate) fn write(&self, before: &Held, after: &Person) -> bool {
        match self.shelf {
            Shelf::Dav(_, server) => {
                let mut lines = String::new();
                for line in before.body.lines() {
                    let name = line.split([':', ';']).next().unwrap();
                    let line = match name {
                        "TEL" => line.replace(&before.person.phone, &after.phone),
                        "TITLE" => line.replace(&before.person.title, &after.title),
                        _ => line.to_owned(),
                    };
                    lines.push_str(&line);
                    lines.push_str("\r\n");
                }
                let headers = [("Content-Type", "text/vcard; charset=utf-8"), ("If-Match", before.etag.as_str())];
                server.request("PUT", &before.id, &headers, lines).is_fine()
            }
            Shelf::Base(server) => {
                let values =
                    [("tel", &before.person.phone, &after.phone), ("title", &before.person.title, &after.title)];
                let changed = values.iter().filter(|(_, old, new)| old != new);
                let body: Json = changed
                    .map(|(field, _, new)| ((*field).to_owned(), json!(new)))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
                server.request("PATCH", &format!("{}/{}", self.records(), before.id), &body);
                true
            }
        }
    }

    pub(crate) fn delete(&self, email: &str) {
        let found = self.find(email);
        match self.shelf {
            Shelf::Dav(_, server) => server.delete(&found.id),
            Shelf::Base(server) => {
                server.request("DELETE", &format!("{}/{}", self.records(), found.id), &Json::Null);
            }
        }
    }

    fn find(&self, email: &str) -> Held {
        let found = self.all().into_iter().find(|held| held.email == email);
        found.unwrap_or_else(|| panic!("{email} is not in {}", self.name))
    }

    fn records(&self) -> String {
        format!("/api/collections/{}/records", self.name)
    }
}

impl Drop for Book<'_> {
    fn drop(&mut self) {
        if let Shelf::Base(server) = self.shelf {
            let _one_by_one = ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
            server.request("DELETE", &format!("/api/collections/{}", self.name), &Json::Null);
        }
    }
}

fn held(card: Card, etag: String) -> Held {
    Held {
        email: of(&card.body, "EMAIL"),
        person: Person { name: of(&card.body, "FN"), phone: of(&card.body, "TEL"), title: of(&card.body, "TITLE") },
        kept: card.body.contains("X-KEPT").then(|| of(&card.body, "X-KEPT")),
        id: card.path,
        body: card.body,
        etag,
    }
}

fn of_collection(record: &Json) -> Held {
    let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    Held {
        email: text("email"),
        person: Person { name: text("full_name"), phone: text("tel"), title: text("title") },
        kept: Some(text("kept")).filter(|kept| !kept.is_empty()),
        id: text("id"),
        body: record.to_string(),
        etag: String::new(),
    }
}
