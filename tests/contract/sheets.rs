//! Google Sheets takes part in the suite, by its manifest and a stand-in for Google.

use std::sync::Arc;

use async_trait::async_trait;
use duosync::connectors::Connector;
use duosync::connectors::rest::Manifest;
use duosync::model::RecordId;
use serde_json::json;

use crate::fixture::{Fixture, Names, Person, Place};
use crate::rest::connector;
use crate::support::sheets::{SHEET, SPREADSHEET, Sheets};

/// A sheet with a column of numbers by which its rows are known.
pub struct SheetsFixture;

struct SheetsPlace(Sheets);

#[async_trait]
impl Fixture for SheetsFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        // An empty row and the order of the columns are as people leave them.
        let mut rows = vec![vec![json!("E-mail"), json!("No "), json!("Name"), json!("Shoe"), json!("Phone")], vec![]];
        rows.extend(people.iter().zip(1..).map(|(person, number)| {
            vec![json!(person.email), json!(number), json!(person.name), json!(41.5), json!(person.phone)]
        }));
        Box::new(SheetsPlace(Sheets::start(rows)))
    }
}

impl SheetsPlace {
    fn column(name: &str) -> usize {
        ["E-mail", "No", "Name", "Shoe", "Phone"].iter().position(|column| *column == name).expect("there is one")
    }

    fn row(&self, id: &RecordId) -> usize {
        let is = |cell: &serde_json::Value| cell.to_string().trim_matches('"') == id.as_str();
        self.0.rows().iter().position(|row| row.get(1).is_some_and(is)).expect("the row is there")
    }
}

#[async_trait]
impl Place for SheetsPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let path = format!("{}/assets/connectors/google_sheets.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let manifest = Manifest::parse(&text.replace("https://sheets.googleapis.com", &self.0.url())).unwrap();
        let address = format!("https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit#gid=0");
        connector(manifest, &[("spreadsheet", address.as_str()), ("id_column", "No")], "secret")
    }

    fn collection(&self) -> String {
        SHEET.to_string()
    }

    fn names(&self) -> Names {
        Names { name: "Name".to_owned(), email: "E-mail".to_owned(), phone: "Phone".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let row = self.row(id);
        self.0.edit(|rows| rows[row][Self::column(field)] = json!(value));
    }

    async fn remove(&self, id: &RecordId) {
        let row = self.row(id);
        self.0.edit(|rows| drop(rows.remove(row)));
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let row = self.row(id);
        let shoe = &self.0.rows()[row][Self::column("Shoe")];
        assert_eq!(*shoe, json!(41.5), "a number is still a number");
        shoe.to_string()
    }

    fn knows_tokens(&self) -> bool {
        // Google does not mind two rows with one id, but the row is found by it before it is made again.
        false
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}
