//! Folders of `.vcf` files take part in the suite: one file for each card, and all cards in one file.
//! Somebody else's changes are made by plain work on the files' lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::vcf::VcfConnector;
use duosync::model::{AccountSettings, RecordId};

use crate::fixture::{Fixture, Names, Person, Place, folder};

pub struct VcfFixture {
    pub together: bool,
    /// Where the folder is.
    pub at: Option<PathBuf>,
}

struct VcfPlace {
    folder: tempfile::TempDir,
}

#[async_trait]
impl Fixture for VcfFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let folder = folder(self.at.as_deref());
        let mut all = String::new();
        for (number, person) in people.iter().enumerate() {
            let card = format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p{number}\r\nFN:{}\r\nN:;;;;\r\nEMAIL;TYPE=HOME:{}\r\nTEL;TYPE=CELL:{}\r\n\
                 X-SHOE;X-SIDE=left:size 41\r\nEND:VCARD\r\n",
                person.name, person.email, person.phone
            );
            if self.together {
                all.push_str(&card);
            } else {
                fs::write(folder.path().join(format!("{number}.vcf")), card).unwrap();
            }
        }
        if self.together {
            fs::write(folder.path().join("all.vcf"), all).unwrap();
        }
        Box::new(VcfPlace { folder })
    }
}

impl VcfPlace {
    /// The file with this card: what is before it, the card, and what is after it.
    fn card(&self, id: &RecordId) -> Option<(PathBuf, String, String, String)> {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let Some(at) = text.find(&format!("UID:{id}\r\n")) else { continue };
            let start = text[..at].rfind("BEGIN:VCARD").unwrap();
            let end = at + text[at..].find("END:VCARD\r\n").unwrap() + "END:VCARD\r\n".len();
            return Some((path, text[..start].to_owned(), text[start..end].to_owned(), text[end..].to_owned()));
        }
        None
    }
}

#[async_trait]
impl Place for VcfPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let path = self.folder.path().to_str().unwrap().to_owned();
        let settings = AccountSettings {
            name: "Cards".to_owned(),
            connector: "vcf".to_owned(),
            options: BTreeMap::from([("path".to_owned(), path)]),
            secret: None,
        };
        Arc::new(VcfConnector::open(&settings).unwrap())
    }

    fn collection(&self) -> String {
        self.folder.path().file_name().unwrap().to_str().unwrap().to_owned()
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
        let (path, before, card, after) = self.card(id).expect("the card is there");
        let line = |line: &str| {
            let here = line.split([':', ';']).next() == Some(property);
            if here { format!("{property}:{value}\r\n") } else { format!("{line}\r\n") }
        };
        fs::write(path, before + &card.lines().map(line).collect::<String>() + &after).unwrap();
    }

    async fn remove(&self, id: &RecordId) {
        let (path, before, _, after) = self.card(id).expect("the card is there");
        if before.is_empty() && after.is_empty() {
            fs::remove_file(path).unwrap();
        } else {
            fs::write(path, before + &after).unwrap();
        }
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let (_, _, card, _) = self.card(id).expect("the card is there");
        card.lines().find(|line| line.starts_with("X-SHOE")).expect("the shoe is there").to_owned()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn knows_tokens(&self) -> bool {
        true
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
