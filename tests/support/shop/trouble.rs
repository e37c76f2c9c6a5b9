//! Every kind of trouble that real platforms have.

use serde_json::{Value as Json, json};

use super::{Reply, Request, State, fine, plain};

/// Some trouble with a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is answered like this, and nothing is done.
    Status(u16, Json),
    /// The same, and asks to wait so many seconds.
    Wait(u16, u64),
    /// It is carried out, and the answer never comes.
    Lose,
    /// It is carried out, and the answer breaks off in the middle.
    Truncate,
    /// It is carried out, and the answer is a page of HTML.
    Html,
    /// The page holds nothing, but says how to go on.
    EmptyPage,
    /// The page holds what the page before it held last, too.
    Twice,
    /// The page says that the next one is itself.
    Endless,
    /// Before it is answered, somebody adds a record that sorts first.
    Appear,
    /// Before it is answered, somebody changes this record's phone.
    Touch(String),
    /// Before it is answered, somebody removes the record that sorts first.
    Vanish,
    /// A property is left out of every record.
    Without(&'static str),
    /// It is not carried out, and another place is named, where `{id}` may stand for the record's id.
    Onward(u16, String),
    /// It is carried out, and another place is named.
    Done(u16, String),
    /// It is carried out, and said how many more may be asked and when that ends.
    Left(u32, String),
    /// The list goes on for ever, in one of these ways.
    Forever(Forever),
}

/// How a list can go on for ever, though no page is like another.
#[derive(Clone, Copy, Debug)]
pub enum Forever {
    /// The same records, each time with something else in them.
    Touched,
    /// Nothing on any page.
    Nothing,
    /// New records, though it said how many there are.
    MoreThanTold,
}

impl State {
    /// What is answered, and what is done before.
    pub(super) fn meet(&mut self, request: &Request, fault: Option<&Fault>) -> Reply {
        if matches!(fault, Some(Fault::Appear)) {
            let record = json!({ "properties": { "name": "Zed", "phone": "" }, "emails": [{ "value": "zed@example.org", "primary": true }] });
            self.store("a000", record);
        }
        if let Some(Fault::Touch(id)) = fault {
            let mut record = self.records[id].clone();
            record["properties"]["phone"] = json!("+32 999");
            self.store(id, record);
        }
        if matches!(fault, Some(Fault::Vanish)) {
            let first = self.records.keys().next().cloned().unwrap();
            assert!(self.delete(&first));
        }
        match fault {
            Some(Fault::Status(status, body)) => Reply { status: *status, headers: Vec::new(), body: body.clone() },
            Some(Fault::Onward(status, place)) => onward(*status, place, &Json::Null),
            Some(Fault::Done(status, place)) => {
                let done = self.answer(request);
                onward(*status, place, &done.body["id"])
            }
            Some(Fault::Forever(way)) => {
                // It is never over.
                self.faults.push_back((request.method.clone(), request.path.clone(), Fault::Forever(*way)));
                self.forever(*way)
            }
            Some(Fault::Wait(status, seconds)) => Reply {
                status: *status,
                headers: vec![("Retry-After".to_owned(), seconds.to_string())],
                body: json!({ "message": "slow down" }),
            },
            Some(Fault::Endless) => {
                // It does not listen to how far one is.
                let mut again = request.clone();
                for (name, first) in [("page", Some("1")), ("offset", Some("0")), ("last", None)] {
                    if let (Some(_), Some(first)) = (again.query.remove(name), first) {
                        again.query.insert(name.to_owned(), first.to_owned());
                    }
                }
                self.answer(&again)
            }
            _ => self.answer(request),
        }
    }

    /// Makes something else of an answer.
    pub(super) fn spoil(&mut self, request: &Request, fault: Option<&Fault>, reply: &mut Reply) {
        if let Some(Fault::Left(remaining, reset)) = fault {
            reply.headers.push(("X-Left".to_owned(), remaining.to_string()));
            reply.headers.push(("X-Reset".to_owned(), reset.clone()));
        }
        let asked = |name: &str| match request.body.get(name) {
            Some(value) => Some(plain(value)),
            None => request.query.get(name).cloned(),
        };
        match fault {
            Some(Fault::EmptyPage) => {
                // The same place again: this page had room for nobody.
                let after = asked("after").unwrap_or_default();
                self.hole = asked("page").and_then(|page| page.parse().ok());
                reply.body =
                    json!({ "results": [], "next": format!("{after}!"), "more": true, "total": reply.body["total"] });
            }
            Some(Fault::Twice) => {
                if let (Some(last), Some(results)) = (self.last.clone(), reply.body["results"].as_array_mut()) {
                    results.insert(0, last);
                }
            }
            Some(Fault::Endless) => {
                reply.body["next"] = json!(asked("after").unwrap_or_else(|| "p000".to_owned()));
                reply.body["more"] = json!(true);
                reply.body["total"] = json!(99);
            }
            Some(Fault::Without(property)) => {
                for record in reply.body["results"].as_array_mut().into_iter().flatten() {
                    if let Some(properties) = record["properties"].as_object_mut() {
                        properties.remove(*property);
                    }
                }
            }
            _ => {}
        }
    }

    /// One more page of a list without an end.
    fn forever(&mut self, way: Forever) -> Reply {
        self.changes += 1;
        let number = self.changes;
        let person = |id: String| {
            json!({ "id": id, "rev": format!("r{number}"), "updated": number, "properties": { "name": format!("{number}") },
                "emails": [{ "value": format!("{id}@example.org"), "primary": true }] })
        };
        let people: Vec<Json> = match way {
            Forever::Touched => (0..20).map(|one| person(format!("q{one}"))).collect(),
            Forever::Nothing => Vec::new(),
            Forever::MoreThanTold => (0..20).map(|one| person(format!("q{number}-{one}"))).collect(),
        };
        fine(json!({ "results": people, "next": format!("z{number}"), "total": 3 }))
    }
}

fn onward(status: u16, place: &str, id: &Json) -> Reply {
    let place = place.replace("{id}", id.as_str().unwrap_or_default());
    Reply { status, headers: vec![("Location".to_owned(), place)], body: json!({ "message": "over there" }) }
}
