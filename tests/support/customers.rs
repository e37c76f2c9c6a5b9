//! A CSV file and an address book with customers in both, and an independent model of what both should
//! hold in the end: what kills and faults are tried on.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Stdio;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::lab::Workplace;
use super::servers::{Card, Server};
use super::settings::{End, carddav, csv};

/// What a person is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    name: String,
    phone: String,
    pub(crate) title: String,
}

/// A CSV file, an address book, and what both should hold: by email.
pub(crate) struct World<'a> {
    pub(crate) server: &'a Server,
    pub(crate) place: Workplace,
    pub(crate) book: String,
    pub(crate) truth: BTreeMap<String, Person>,
    made: usize,
    /// What the last listing of the book held.
    pub(crate) cards: Vec<Card>,
}

impl<'a> World<'a> {
    /// The address is the server's own, or that of what stands before it.
    pub(crate) fn new(server: &'a Server, number: u64, url: &str) -> Self {
        let book = format!("/ann/book{number}/");
        server.make_book(&book, "customers");
        let mut place = Workplace::new();
        place.env.insert("ANN_PASSWORD".into(), "secret".into());
        place.write("a.csv", "no,E-mail,Name,Phone,Title\n");
        place.write("settings.toml", settings(url, &book));
        place.json(0, &["import", "settings.toml"]);
        let mut world = Self { server, place, book, truth: BTreeMap::new(), made: 0, cards: Vec::new() };
        for _ in 0..6 {
            world.new_row();
            world.new_card();
        }
        world
    }

    fn person(&mut self) -> (String, Person) {
        self.made += 1;
        let n = self.made;
        let person =
            Person { name: format!("Person {n}"), phone: format!("+3247800{n:04}"), title: format!("Title {n}") };
        let email = format!("p{n}@shop.test");
        self.truth.insert(email.clone(), person.clone());
        (email, person)
    }

    pub(crate) fn new_row(&mut self) {
        let (email, person) = self.person();
        let mut text = self.place.read("a.csv");
        let next = text.lines().filter_map(|line| line.split(',').next()?.parse::<u32>().ok()).max().unwrap_or(0) + 1;
        text.push_str(&format!("{next},{email},{},{},{}\n", person.name, person.phone, person.title));
        self.place.write("a.csv", text);
    }

    pub(crate) fn new_card(&mut self) {
        let (email, person) = self.person();
        let card = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{email}\r\nFN:{}\r\nN:{};;;;\r\nEMAIL:{email}\r\nTEL:{}\r\n\
             TITLE:{}\r\nX-KEPT:{email}\r\nEND:VCARD\r\n",
            person.name, person.name, person.phone, person.title
        );
        self.server.put(&format!("{}{email}.vcf", self.book), card);
    }

    /// Changes on both sides, to different fields and records.
    pub(crate) fn change(&mut self, chance: &mut fastrand::Rng) {
        let emails: Vec<String> = self.truth.keys().cloned().collect();
        for _ in 0..2 {
            let email = chance.choice(&emails).unwrap();
            let text = self.place.read("a.csv");
            let Some(row) = text.lines().find(|line| line.contains(&format!(",{email},"))) else { continue };
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            cells[3] = format!("+3247811{:04}", chance.u32(..10_000));
            self.truth.get_mut(email).unwrap().phone.clone_from(&cells[3]);
            self.place.write("a.csv", text.replace(row, &cells.join(",")));
        }
        if let Some(card) = chance.choice(&self.cards) {
            let email = of(&card.body, "EMAIL");
            let (old, new) = (of(&card.body, "TITLE"), format!("Chief {}", chance.u32(..10_000)));
            self.server.put(&card.path, card.body.replace(&format!("TITLE:{old}"), &format!("TITLE:{new}")));
            self.truth.get_mut(&email).unwrap().title = new;
        }
        self.new_row();
        self.new_card();
    }

    /// Starts a run and kills it after a while; false where it was quicker.
    pub(crate) fn sync_killed_after(&self, delay: Duration) -> bool {
        let mut child = self
            .place
            .command(&["--json", "sync", "--yes"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let (sender, ended) = sync_channel(1);
        std::thread::spawn(move || {
            let mut text = String::new();
            // The pipe ends with the process, whichever way that goes.
            let _broken = out.read_to_string(&mut text);
            let _gone = sender.send(());
        });
        let killed = ended.recv_timeout(delay).is_err();
        if killed {
            // It may have ended just now; then it is already waited for below.
            let _ended = child.kill();
        }
        let status = child.wait().unwrap();
        killed && status.code().is_none()
    }

    pub(crate) fn sync(&self, told: &str) {
        let ended = self.place.run(&["--json", "sync", "--yes"]);
        assert_eq!(ended.code, 0, "{told}\n{}\n{}", ended.stdout, ended.stderr);
    }

    /// Whether the run before the newest had begun when it was killed.
    pub(crate) fn was_amid_a_run(&self) -> bool {
        let history = self.place.json(0, &["history", "--limit", "2"]);
        history["runs"][1]["message"].as_str().is_some_and(|message| message.contains("cut off"))
    }

    pub(crate) fn agrees(&mut self, told: &str) {
        let quiet = self.place.json(0, &["sync"]);
        for side in ["a", "b"] {
            for what in ["created", "updated", "deleted"] {
                assert_eq!(quiet[side][what], 0, "{told}: the run after it writes: {quiet}");
            }
        }
        let text = self.place.read("a.csv");
        let mut rows = BTreeMap::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let person = Person { name: cells[2].into(), phone: cells[3].into(), title: cells[4].into() };
            assert!(rows.insert(cells[1].to_owned(), person).is_none(), "{told}: doubled in the file\n{text}");
        }
        assert_eq!(rows, self.truth, "{told}: the file");
        self.cards = self.server.cards(&self.book);
        let mut book = BTreeMap::new();
        for card in &self.cards {
            let person =
                Person { name: of(&card.body, "FN"), phone: of(&card.body, "TEL"), title: of(&card.body, "TITLE") };
            let email = of(&card.body, "EMAIL");
            if card.body.contains("X-KEPT") {
                assert_eq!(of(&card.body, "X-KEPT"), email, "{told}: what Duosync does not know");
            }
            assert!(book.insert(email, person).is_none(), "{told}: doubled in the book\n{}", card.body);
        }
        assert_eq!(book, self.truth, "{told}: the book");
    }
}

/// The value of a card's property, whatever its parameters.
pub(crate) fn of(card: &str, name: &str) -> String {
    let line = card.lines().find(|line| line.starts_with(name) && line[name.len()..].starts_with([':', ';']));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

fn settings(url: &str, book: &str) -> String {
    let shop = End { account: "Shop", lines: &csv("a.csv", "no"), collection: "" };
    let book = End { account: "Book", lines: &carddav(url, "ANN_PASSWORD"), collection: book };
    let fields = [
        ("email", "E-mail", "email", "kind = \"email\""),
        ("name", "Name", "full_name", ""),
        ("phone", "Phone", "tel", "kind = \"phone\""),
        ("title", "Title", "title", ""),
    ];
    super::settings::settings(&[shop, book], "", &fields)
}
