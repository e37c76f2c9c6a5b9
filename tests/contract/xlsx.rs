//! Excel workbooks take part in the suite. Somebody else's changes are made by reading the whole sheet
//! with calamine and writing a new workbook with `rust_xlsxwriter`, as another program would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use calamine::{DataType, Reader, Xlsx, open_workbook};
use duosync::connectors::Connector;
use duosync::connectors::xlsx::XlsxConnector;
use duosync::model::{AccountSettings, RecordId};
use rust_xlsxwriter::Workbook;

use crate::fixture::{Fixture, Names, Person, Place, folder};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    Numbers,
    Texts,
    Key,
}

pub struct XlsxFixture {
    pub ids: Ids,
    /// Where the workbook is.
    pub at: Option<PathBuf>,
}

struct XlsxPlace {
    ids: Ids,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

const HEADER: [&str; 5] = ["No", "Full name", "E-mail", "Phone", "Shoe size"];

fn save(path: &Path, ids: Ids, rows: &[Vec<String>]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("People").unwrap();
    sheet.write_row(0, 0, HEADER).unwrap();
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            if column == 0 && ids == Ids::Numbers {
                sheet.write_number(row, column, cell.parse::<f64>().unwrap()).unwrap();
            } else if !cell.is_empty() {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    workbook.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "not a list").unwrap();
    workbook.save(path).unwrap();
}

fn load(path: &Path) -> Vec<Vec<String>> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    let range = workbook.worksheet_range("People").unwrap();
    let row = |row: &[calamine::Data]| row.iter().map(|cell| cell.as_string().unwrap_or_default()).collect::<Vec<_>>();
    range.rows().skip(1).map(row).filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()
}

#[async_trait]
impl Fixture for XlsxFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let folder = folder(self.at.as_deref());
        let path = folder.path().join("people.xlsx");
        let row = |(number, person): (usize, &Person)| {
            let id = match self.ids {
                Ids::Numbers => (number + 1).to_string(),
                Ids::Texts => format!("C-{number}"),
                Ids::Key => String::new(),
            };
            [&id, person.name, person.email, person.phone, "41; left"].map(str::to_owned).to_vec()
        };
        save(&path, self.ids, &people.iter().enumerate().map(row).collect::<Vec<_>>());
        Box::new(XlsxPlace { ids: self.ids, path, _folder: folder })
    }
}

impl XlsxPlace {
    fn position(&self, rows: &[Vec<String>], id: &RecordId) -> usize {
        let column = if self.ids == Ids::Key { 2 } else { 0 };
        rows.iter().position(|row| row[column] == id.as_str()).expect("the row is there")
    }
}

#[async_trait]
impl Place for XlsxPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let identity = if self.ids == Ids::Key { ("key", "E-mail") } else { ("id", "No") };
        let options = [("path", self.path.to_str().unwrap()), identity];
        let settings = AccountSettings {
            name: "people".to_owned(),
            connector: "xlsx".to_owned(),
            options: options
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            secret: None,
        };
        Arc::new(XlsxConnector::open(&settings).unwrap())
    }

    fn collection(&self) -> String {
        "People".to_owned()
    }

    fn names(&self) -> Names {
        Names { name: HEADER[1].to_owned(), email: HEADER[2].to_owned(), phone: HEADER[3].to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let mut rows = load(&self.path);
        let at = self.position(&rows, id);
        let column = HEADER.iter().position(|name| *name == field).unwrap();
        value.clone_into(&mut rows[at][column]);
        save(&self.path, self.ids, &rows);
    }

    async fn remove(&self, id: &RecordId) {
        let mut rows = load(&self.path);
        rows.remove(self.position(&rows, id));
        save(&self.path, self.ids, &rows);
    }

    async fn unknown(&self, id: &RecordId) -> String {
        let rows = load(&self.path);
        rows[self.position(&rows, id)][4].clone()
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
