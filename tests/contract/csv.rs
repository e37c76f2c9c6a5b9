//! CSV files take part in the suite: with ids that are numbers, with other ids, and without ids.
//!
//! Somebody else's changes are made by plain work on the file's lines, not by any code of the
//! connector.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::csv::CsvConnector;
use duosync::model::{AccountSettings, RecordId};

use crate::fixture::{Fixture, Names, Person, Place, folder};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ids {
    Numbers,
    Texts,
    Key,
}

pub struct CsvFixture {
    ids: Ids,
    /// Where the file is.
    at: Option<PathBuf>,
}

struct CsvPlace {
    ids: Ids,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl CsvFixture {
    pub fn with_number_ids() -> Self {
        Self { ids: Ids::Numbers, at: None }
    }

    pub fn with_text_ids() -> Self {
        Self { ids: Ids::Texts, at: None }
    }

    /// The same, in this folder.
    pub fn at(self, at: Option<PathBuf>) -> Self {
        Self { at, ..self }
    }

    pub fn by_key() -> Self {
        Self { ids: Ids::Key, at: None }
    }
}

const HEADER: [&str; 5] = ["No", "Full name", "E-mail", "Phone", "Shoe size"];

#[async_trait]
impl Fixture for CsvFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let folder = folder(self.at.as_deref());
        let path = folder.path().join("people.csv");
        let mut text = format!("{}\r\n", HEADER.join(";"));
        for (number, person) in people.iter().enumerate() {
            let id = match self.ids {
                Ids::Numbers => format!("{:04}", number + 1),
                Ids::Texts => format!("C-{number}"),
                Ids::Key => String::new(),
            };
            text.push_str(&format!("{id};{};{};{};\"41; left\"\r\n", person.name, person.email, person.phone));
        }
        fs::write(&path, text).unwrap();
        Box::new(CsvPlace { ids: self.ids, path, _folder: folder })
    }
}

impl CsvPlace {
    /// The file's lines as a person sees them in an editor, without the header.
    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.path).unwrap().split_terminator("\r\n").skip(1).map(str::to_owned).collect()
    }

    fn save(&self, lines: &[String]) {
        fs::write(
            &self.path,
            format!("{}\r\n{}", HEADER.join(";"), lines.iter().map(|l| format!("{l}\r\n")).collect::<String>()),
        )
        .unwrap();
    }

    fn position(&self, id: &RecordId) -> usize {
        let column = if self.ids == Ids::Key { 2 } else { 0 };
        self.lines().iter().position(|line| line.split(';').nth(column) == Some(id.as_str())).expect("the row is there")
    }
}

#[async_trait]
impl Place for CsvPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let identity = if self.ids == Ids::Key { ("key", "E-mail") } else { ("id", "No") };
        let options = [("path", self.path.to_str().unwrap()), identity];
        let settings = AccountSettings {
            name: "people".to_owned(),
            connector: "csv".to_owned(),
            options: options
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            secret: None,
        };
        Arc::new(CsvConnector::open(&settings).unwrap())
    }

    fn collection(&self) -> String {
        "people".to_owned()
    }

    fn names(&self) -> Names {
        Names { name: HEADER[1].to_owned(), email: HEADER[2].to_owned(), phone: HEADER[3].to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let mut lines = self.lines();
        let line = &mut lines[self.position(id)];
        let column = HEADER.iter().position(|name| *name == field).unwrap();
        let mut cells: Vec<&str> = line.splitn(5, ';').collect();
        cells[column] = value;
        *line = cells.join(";");
        self.save(&lines);
    }

    async fn remove(&self, id: &RecordId) {
        let mut lines = self.lines();
        lines.remove(self.position(id));
        self.save(&lines);
    }

    async fn unknown(&self, id: &RecordId) -> String {
        self.lines()[self.position(id)].splitn(5, ';').nth(4).unwrap().to_owned()
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
    }

    fn knows_tokens(&self) -> bool {
        // A number does not tell which create it came from; the run looks for the content first.
        self.ids != Ids::Numbers
    }

    fn ids_are_stable(&self) -> bool {
        self.ids != Ids::Key
    }
}
