//! A list of customers on each side, and an independent model of what each should hold in the end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::book::{Book, Held, Shelf};
use crate::support::lab::Workplace;
use crate::support::settings::{End, csv, settings};

/// What a person is known by, besides the email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) title: String,
}

/// What each side should hold of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) a: Option<Person>,
    pub(crate) b: Option<Person>,
    /// Whether the operator is asked about it.
    pub(crate) asked: bool,
}

impl Owed {
    fn both(person: Person) -> Self {
        Self { a: Some(person.clone()), b: Some(person), asked: false }
    }

    /// Where both sides should hold the same, what that is.
    fn same(&self) -> Option<&Person> {
        self.a.as_ref().filter(|person| !self.asked && self.b.as_ref() == Some(person))
    }
}

/// What holds the records of side A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    File,
    Table,
}

/// Both sides, and what they should hold: by email.
pub(crate) struct World<'a> {
    pub(crate) place: Workplace,
    book: Book<'a>,
    pub(crate) list: List,
    /// Whether a deletion on one side is one on the other too.
    carries_deletes: bool,
    pub(crate) truth: BTreeMap<String, Owed>,
    /// Who was on both sides, tied to each other, when both last agreed, and was not changed since: a change
    /// that is not yet carried across goes away with the record that it was made in.
    tied: BTreeSet<String>,
    /// Every value that the list of A or the book was given, by email: what a run that was cut off may have
    /// carried across without knowing that it had.
    given: BTreeMap<String, BTreeSet<String>>,
    made: usize,
    /// What happened, for whoever looks into a failure.
    pub(crate) story: RefCell<Vec<String>>,
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}\n{}", self.book.name, self.story.borrow().join("\n"));
            println!("{}", self.written().unwrap_or_else(|error| error.to_string()));
        }
    }
}

impl<'a> World<'a> {
    /// The address is that of what stands before the server.
    pub(crate) fn new(shelf: Shelf<'a>, number: u64, url: &str, place: Workplace, list: List) -> Self {
        let mut world = Self {
            place,
            book: Book::new(shelf, number),
            list,
            carries_deletes: number.is_multiple_of(2),
            truth: BTreeMap::new(),
            tied: BTreeSet::new(),
            given: BTreeMap::new(),
            made: 0,
            story: RefCell::default(),
        };
        world.place.env.insert("ANN_PASSWORD".into(), world.book.password().into());
        match list {
            List::File => world.place.write("a.csv", "id,email,name,phone,title\n"),
            List::Table => {
                let made =
                    "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, phone TEXT, title TEXT)";
                world.table().execute(made, []).unwrap();
            }
        }
        world.place.write("settings.toml", world.settings(url));
        world.place.json(0, &["import", "settings.toml"]);
        for _ in 0..6 {
            world.new_row();
            world.new_card();
        }
        world
    }

    /// Somebody's changes on both sides while no run goes on: different fields and records, and, where
    /// `all` is asked for, the same field on both sides and deletions.
    pub(crate) fn change(&mut self, chance: &mut fastrand::Rng, all: bool) {
        for _ in 0..2 {
            if let Some(email) = self.plain(chance, false) {
                self.call(&email, &format!("+3247811{:04}", chance.u32(..10_000)));
            }
        }
        if let Some(email) = self.plain(chance, false) {
            self.retitle(&email, &format!("Chief {}", chance.u32(..10_000)));
        }
        self.new_row();
        self.new_card();
        if !all {
            return;
        }
        if chance.u8(..3) == 0
            && let Some(email) = self.plain(chance, true)
        {
            let (a, b) = (chance.u32(..5000), chance.u32(5000..10_000));
            let (a, b) = (format!("+3247822{a:04}"), format!("+3247822{b:04}"));
            self.tied.remove(&email);
            self.write_row(&email, |person| person.phone.clone_from(&a));
            self.write_card(&email, |person| person.phone.clone_from(&b));
            let owed = self.truth.get_mut(&email).unwrap();
            owed.asked = true;
            owed.a.as_mut().unwrap().phone = a;
            owed.b.as_mut().unwrap().phone = b;
        }
        if chance.u8(..3) == 0
            && let Some(email) = self.plain(chance, true)
        {
            self.tied.remove(&email);
            let from_a = chance.bool() || !self.book.tells_deletions();
            if from_a {
                self.delete_row(&email);
            } else {
                self.delete_card(&email);
            }
            let changed = self.carries_deletes && chance.bool();
            let title = format!("Late {}", chance.u32(..10_000));
            if changed && from_a {
                self.write_card(&email, |person| person.title.clone_from(&title));
            } else if changed {
                self.write_row(&email, |person| person.title.clone_from(&title));
            }
            let owed = self.truth.get_mut(&email).unwrap();
            *(if from_a { &mut owed.a } else { &mut owed.b }) = None;
            if changed {
                owed.asked = true;
                owed.a.as_mut().or(owed.b.as_mut()).unwrap().title = title;
            } else if self.carries_deletes {
                self.truth.remove(&email);
            }
        }
    }

    /// Somebody who is on both sides now and about whom nothing is asked.
    pub(crate) fn plain(&self, chance: &mut fastrand::Rng, tied: bool) -> Option<String> {
        let cards = self.cards();
        let rows = self.try_rows()?;
        let there =
            |email: &str| rows.contains_key(email) && cards.iter().any(|card| card.email.eq_ignore_ascii_case(email));
        let same = self.truth.iter().filter(|(email, owed)| owed.same().is_some() && there(email));
        let all: Vec<&String> =
            same.map(|(email, _)| email).filter(|email| !tied || self.tied.contains(*email)).collect();
        chance.choice(&all).map(|email| (*email).clone())
    }

    /// Another phone in the list of side A.
    pub(crate) fn call(&mut self, email: &str, phone: &str) {
        self.tied.remove(email);
        if self.write_row(email, |person| phone.clone_into(&mut person.phone)) {
            let owed = self.truth.get_mut(email).unwrap();
            for person in [&mut owed.a, &mut owed.b] {
                phone.clone_into(&mut person.as_mut().unwrap().phone);
            }
        }
    }

    /// Another title in the book, unless the card is written in that very moment.
    pub(crate) fn retitle(&mut self, email: &str, title: &str) {
        if self.write_card(email, |person| title.clone_into(&mut person.title)) {
            self.tied.remove(email);
            let owed = self.truth.get_mut(email).unwrap();
            for person in [&mut owed.a, &mut owed.b] {
                title.clone_into(&mut person.as_mut().unwrap().title);
            }
        }
    }

    /// Everything that the journal holds, and what is agreed, for whoever looks into a failure.
    fn written(&self) -> rusqlite::Result<String> {
        let base = rusqlite::Connection::open(self.place.workspace().join("duosync.db"))?;
        let mut told = String::new();
        for table in ["runs", "writes", "links", "matters", "unlinked", "cursors"] {
            let mut all = base.prepare(&format!("SELECT * FROM {table}"))?;
            let width = all.column_count();
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let cells = (0..width).map(|at| row.get::<_, rusqlite::types::Value>(at));
                let cells = cells.collect::<rusqlite::Result<Vec<_>>>()?;
                // Writing to a string does not fail.
                let _written = writeln!(told, "{table} {cells:?}");
            }
        }
        Ok(told)
    }

    /// Notes what happens.
    pub(crate) fn note(&self, what: impl std::fmt::Debug) {
        self.story.borrow_mut().push(format!("{what:?}"));
    }

    /// One run without faults.
    pub(crate) fn sync(&self, told: &str) {
        let ended = self.place.run(&["--json", "sync", "--yes"]);
        self.note(("sync", &ended.stdout, &ended.stderr));
        assert!([0, 3].contains(&ended.code), "{told}\n{}\n{}", ended.stdout, ended.stderr);
    }

    /// A run that was cut off may not learn that its write got through, and be told an old state where it
    /// looks. If its source is changed again before the next run, both values differ from what was agreed,
    /// and asking is right. How many such questions there are; each is from now on one that is owed.
    pub(crate) fn asked_of_old(&mut self, put_back: bool) -> usize {
        let (rows, cards) = (self.rows(), self.cards());
        let is_known = |email: &String| self.truth.get(email).is_some_and(|owed| owed.asked);
        let beyond: Vec<String> = self.asked().into_keys().filter(|email| !is_known(email)).collect();
        for email in &beyond {
            let row = rows.get(email).map(|(_, person)| person.clone());
            let card = cards.iter().find(|card| card.email == *email).map(|card| card.person.clone());
            // Who was deleted before the old workspace came back may have been changed since, for all that it knows.
            let Some(owed) = self.truth.get_mut(email) else {
                let given =
                    |person: &Person| [&person.phone, &person.title].map(|value| self.given[email].contains(value));
                let is_half = row.is_some() != card.is_some();
                if put_back && is_half && row.iter().chain(&card).all(|person| given(person) == [true, true]) {
                    self.truth.insert(email.clone(), Owed { a: row, b: card, asked: true });
                }
                continue;
            };
            if let (Some(row), Some(card), Some(should)) = (&row, &card, owed.same().cloned())
                && row.phone == should.phone
                && card.title == should.title
                && [&card.phone, &row.title].into_iter().all(|value| self.given[email].contains(value))
            {
                *owed = Owed { a: Some(row.clone()), b: Some(card.clone()), asked: true };
            }
        }
        beyond.len()
    }

    /// Both sides hold what they should, whoever is asked about is shown with both values, and another
    /// run writes nothing.
    pub(crate) fn agrees(&mut self, told: &str) {
        let quiet = self.place.json(self.code(), &["sync"]);
        for side in ["a", "b"] {
            for what in ["created", "updated", "deleted"] {
                assert_eq!(quiet[side][what], 0, "{told}: the run after it writes: {quiet}");
            }
        }
        let owed = |side: fn(&Owed) -> &Option<Person>| -> BTreeMap<String, Person> {
            let there = self.truth.iter().filter_map(|(email, owed)| Some((email.clone(), side(owed).clone()?)));
            there.collect()
        };
        let rows: BTreeMap<_, _> = self.rows().into_iter().map(|(email, (_, person))| (email, person)).collect();
        assert_eq!(rows, owed(|owed| &owed.a), "{told}: side A");
        let mut book = BTreeMap::new();
        for card in self.cards() {
            if let Some(kept) = card.kept {
                assert_eq!(kept, card.email, "{told}: what Duosync does not know");
            }
            assert!(book.insert(card.email, card.person).is_none(), "{told}: doubled in the book\n{}", card.body);
        }
        assert_eq!(book, owed(|owed| &owed.b), "{told}: side B");
        let asked = self.asked();
        let about: BTreeSet<&String> = asked.keys().collect();
        let should: BTreeSet<&String> =
            self.truth.iter().filter(|(_, owed)| owed.asked).map(|(email, _)| email).collect();
        assert_eq!(about, should, "{told}: who is asked about");
        for (email, (_, matter)) in &asked {
            let owed = &self.truth[email];
            for (side, person) in [("a", &owed.a), ("b", &owed.b)] {
                let Some(person) = person else { continue };
                assert_eq!(matter[side]["phone"], person.phone, "{told}: {email} in {side}: {matter}");
                assert_eq!(matter[side]["title"], person.title, "{told}: {email} in {side}: {matter}");
            }
        }
        self.tied =
            self.truth.iter().filter(|(_, owed)| owed.same().is_some()).map(|(email, _)| email.clone()).collect();
    }

    /// The operator answers all that is asked; how many that were.
    pub(crate) fn settle(&mut self, chance: &mut fastrand::Rng, told: &str) -> usize {
        let asked = self.asked();
        for (email, (id, _)) in &asked {
            let owed = self.truth[email].clone();
            let use_a = chance.bool();
            let kept = if use_a { owed.a } else { owed.b };
            let ended = self.place.run(&["--json", "resolve", id, "--use", if use_a { "a" } else { "b" }]);
            assert!([0, 3].contains(&ended.code), "{told}: {email}\n{}\n{}", ended.stdout, ended.stderr);
            match kept {
                Some(person) => self.truth.insert(email.clone(), Owed::both(person)),
                None => self.truth.remove(email),
            };
        }
        asked.len()
    }

    /// What the exit code of a run should be.
    fn code(&self) -> i32 {
        if self.truth.values().any(|owed| owed.asked) { 3 } else { 0 }
    }

    /// What is asked, by email, with its number.
    fn asked(&self) -> BTreeMap<String, (String, serde_json::Value)> {
        let ended = self.place.run(&["--json", "conflicts"]);
        let all = ended.json().unwrap()["conflicts"].as_array().unwrap().clone();
        let known = all.into_iter().map(|matter| {
            let email = matter["a"]["email"].as_str().or(matter["b"]["email"].as_str());
            let email = email.unwrap_or_else(|| panic!("about nobody: {matter}")).to_owned();
            (email, (matter["id"].to_string(), matter))
        });
        known.collect()
    }

    fn person(&mut self) -> (String, Person) {
        self.made += 1;
        let n = self.made;
        let person =
            Person { name: format!("Person {n}"), phone: format!("+3247800{n:04}"), title: format!("Title {n}") };
        let email = format!("p{n}@shop.test");
        self.truth.insert(email.clone(), Owed::both(person.clone()));
        self.given.insert(email.clone(), BTreeSet::from([person.phone.clone(), person.title.clone()]));
        (email, person)
    }

    fn new_row(&mut self) {
        let (email, Person { name, phone, title }) = self.person();
        match self.list {
            List::File => {
                let next = self.rows().values().map(|(id, _)| *id).max().unwrap_or(0) + 1;
                let text = self.place.read("a.csv");
                self.place.write("a.csv", format!("{text}{next},{email},{name},{phone},{title}\n"));
            }
            List::Table => {
                let row = "INSERT INTO people (email, name, phone, title) VALUES (?, ?, ?, ?)";
                self.table().execute(row, [email, name, phone, title]).unwrap();
            }
        }
    }

    fn new_card(&mut self) {
        let (email, person) = self.person();
        self.book.add(&email, &person);
    }

    fn rows(&self) -> BTreeMap<String, (i64, Person)> {
        self.try_rows().expect("nobody holds the table")
    }

    /// The rows of side A by email, with their ids; two of one email are a failure. None where the table is
    /// held by a process that is halted.
    fn try_rows(&self) -> Option<BTreeMap<String, (i64, Person)>> {
        let mut rows = BTreeMap::new();
        let mut keep = |id, email: String, name, phone, title| {
            let row = (id, Person { name, phone, title });
            assert!(rows.insert(email.clone(), row).is_none(), "{email} is doubled in side A of {}", self.book.name);
        };
        match self.list {
            List::File => {
                for line in self.place.read("a.csv").lines().skip(1) {
                    let [id, email, name, phone, title] =
                        line.split(',').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
                    keep(id.parse().unwrap(), email, name, phone, title);
                }
            }
            List::Table => {
                let table = self.table();
                let mut all = table.prepare("SELECT id, email, name, phone, title FROM people").ok()?;
                let mut found = all.query([]).ok()?;
                while let Some(row) = found.next().ok()? {
                    let text = |at| row.get::<_, String>(at).unwrap();
                    keep(row.get(0).unwrap(), text(1), text(2), text(3), text(4));
                }
            }
        }
        Some(rows)
    }

    /// Writes a row as another program does; false where the table is held by a process that is halted.
    fn write_row(&mut self, email: &str, change: impl FnOnce(&mut Person)) -> bool {
        let (id, mut person) = self.rows().remove(email).unwrap();
        let before = person.clone();
        change(&mut person);
        self.note(("row", email, &person));
        self.given.entry(email.to_owned()).or_default().insert(person.phone.clone());
        match self.list {
            List::File => {
                let line =
                    |person: &Person| format!("{id},{email},{},{},{}\n", person.name, person.phone, person.title);
                let text = self.place.read("a.csv");
                assert!(text.contains(&line(&before)), "{text}");
                self.place.write("a.csv", text.replace(&line(&before), &line(&person)));
            }
            List::Table => {
                // Only what changes, as a shop's own program writes it.
                let table = self.table();
                if table.execute_batch("BEGIN IMMEDIATE").is_err() {
                    return false;
                }
                for (column, old, new) in [("phone", before.phone, person.phone), ("title", before.title, person.title)]
                {
                    if old != new {
                        let row = format!("UPDATE people SET {column} = ? WHERE id = ?");
                        table.execute(&row, rusqlite::params![new, id]).unwrap();
                    }
                }
                table.execute_batch("COMMIT").unwrap();
            }
        }
        true
    }

    fn delete_row(&self, email: &str) {
        let (id, _) = self.rows().remove(email).unwrap();
        self.note(("row deleted", email));
        match self.list {
            List::File => {
                let text = self.place.read("a.csv");
                let kept = text.lines().filter(|line| !line.starts_with(&format!("{id},")));
                self.place.write("a.csv", kept.flat_map(|line| [line, "\n"]).collect::<String>());
            }
            List::Table => drop(self.table().execute("DELETE FROM people WHERE id = ?", [id]).unwrap()),
        }
    }

    fn cards(&self) -> Vec<Held> {
        self.book.all()
    }

    /// Writes a card as another program does; false where somebody else was quicker.
    fn write_card(&mut self, email: &str, change: impl FnOnce(&mut Person)) -> bool {
        let Some(before) = self.book.take(email) else { return false };
        let mut after = before.person.clone();
        change(&mut after);
        self.note(("card", email, &after));
        self.given.entry(email.to_owned()).or_default().insert(after.title.clone());
        self.book.write(&before, &after)
    }

    fn delete_card(&self, email: &str) {
        self.note(("card deleted", email));
        self.book.delete(email);
    }

    fn table(&self) -> rusqlite::Connection {
        let table = rusqlite::Connection::open(self.place.file("a.db")).unwrap();
        table.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        table
    }

    fn settings(&self, url: &str) -> String {
        let (lines, collection) = match self.list {
            List::File => (csv("a.csv", "id"), ""),
            List::Table => ("connector = \"sqlite\"\npath = \"a.db\"".to_owned(), "people"),
        };
        let shop = End { account: "Shop", lines: &lines, collection };
        let account = format!("{}\npassword = {{ env = \"ANN_PASSWORD\" }}", self.book.account(url));
        let book = End { account: "Book", lines: &account, collection: &self.book.name };
        let deletes = if self.carries_deletes { "both" } else { "ignore" };
        let pair = format!("deletes = \"{deletes}\"\ndelete_guard = {{ count = 10, percent = 100 }}");
        let fields = [
            ("email", "email", "email", "kind = \"email\""),
            ("name", "name", "full_name", ""),
            ("phone", "phone", "tel", "kind = \"phone\""),
            ("title", "title", "title", ""),
        ];
        settings(&[shop, book], &pair, &fields)
    }
}
