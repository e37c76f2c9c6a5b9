//! What a workbook keeps when rows are written to it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that does not get what it expects has failed"
)]

use std::collections::BTreeMap;
use std::io::{Cursor as Bytes, Read as _};
use std::path::Path;

use rust_xlsxwriter::{Format, FormatAlign, Formula, Note, Table, TableColumn, Workbook};

use super::*;

fn connector(path: &Path, options: &[(&str, &str)]) -> XlsxConnector {
    let mut all = BTreeMap::from([("path".to_owned(), path.to_str().unwrap().to_owned())]);
    all.extend(options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    XlsxConnector::open(&AccountSettings { name: "a".into(), connector: "xlsx".into(), options: all, secret: None })
        .unwrap()
}

/// The parts of a workbook, as they are.
fn parts(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Bytes::new(std::fs::read(path).unwrap())).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn write(number: usize, kind: WriteKind) -> Write {
    Write { token: format!("token-{number}"), kind }
}

fn fields(values: &[(&str, &str)]) -> Fields {
    values.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect()
}

fn update(id: &str, values: &[(&str, &str)]) -> WriteKind {
    WriteKind::Update { id: RecordId::new(id), fields: fields(values), expect: None }
}

/// A table with days, numbers, yes and no, a calculated column, notes and formats; another sheet sums it.
fn shop(path: &Path) {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let money = Format::new().set_num_format("#,##0.00");
    let sheet = workbook.add_worksheet().set_name("Klanten & co").unwrap();
    sheet.write_string_with_format(0, 0, "Customers 2026", &bold).unwrap();
    sheet.set_column_width(1, 31.5).unwrap();
    let rows = [("1", "Ann", 45_000.0, 12.5, true), ("2", "Bob", 45_001.0, 7.0, false)];
    for (at, (number, name, since, price, member)) in (3..).zip(rows) {
        sheet.write_number(at, 0, number.parse::<f64>().unwrap()).unwrap();
        sheet.write_string(at, 1, name).unwrap();
        sheet.write_number_with_format(at, 2, since, &day).unwrap();
        sheet.write_number_with_format(at, 3, price, &money).unwrap();
        sheet.write_boolean(at, 4, member).unwrap();
    }
    let columns: Vec<TableColumn> = ["No", "Name", "Since", "Price", "Member", "Double"]
        .into_iter()
        .map(|name| {
            let column = TableColumn::new().set_header(name);
            if name == "Double" { column.set_formula("Shop[[#This Row],[Price]]*2") } else { column }
        })
        .collect();
    sheet.add_table(2, 0, 4, 5, &Table::new().set_name("Shop").set_columns(&columns)).unwrap();
    sheet.insert_note(3, 1, &Note::new("A good customer")).unwrap();
    let sums = workbook.add_worksheet().set_name("Sums").unwrap();
    sums.write_formula(0, 0, Formula::new("=SUM('Klanten & co'!D4:D5)").set_result("19.5")).unwrap();
    workbook.define_name("Prices", "='Klanten & co'!$D$4:$D$5").unwrap();
    workbook.save(path).unwrap();
}

#[tokio::test]
async fn a_table_grows_and_everything_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.xlsx");
    shop(&path);
    let before = parts(&path);
    let connector = connector(&path, &[("id", "No")]);
    let context = Context::quiet();
    let want = ["Name", "Since", "Price", "Member", "Double"].map(str::to_owned);
    let listed = connector.list(&context, "Klanten & co", &want, None).await.unwrap().records;
    assert_eq!(
        listed[0].fields,
        fields(&[("Name", "Ann"), ("Since", "2023-03-15"), ("Price", "12.5"), ("Member", "true"), ("Double", "0")])
    );
    let described = connector.fields(&context, "Klanten & co").await.unwrap();
    let of = |name: &str| described.iter().find(|field| field.name == name).unwrap();
    assert_eq!((of("Since").kind, of("Price").kind), (Some(Kind::Date), Some(Kind::Number)));
    assert!(of("Double").read_only && of("No").read_only && !of("Name").read_only);

    let writes = vec![
        write(0, update("1", &[("Name", "=HYPERLINK(\"x\")"), ("Since", "2024-02-29"), ("Price", "13.75")])),
        write(1, update("2", &[("Double", "5")])),
        write(2, update("2", &[("Member", "true"), ("Price", "")])),
        write(
            3,
            WriteKind::Create { fields: fields(&[("Name", "Cy"), ("Since", "2020-01-02"), ("Price", "3")]), raw: None },
        ),
    ];
    let results = connector.write(&context, "Klanten & co", &want, writes).await.unwrap();
    let refused = results[1].as_ref().unwrap_err();
    assert_eq!((refused.kind, refused.field.as_deref()), (ErrorKind::Rejected, Some("Double")));
    assert!(refused.message.contains("F5"), "{}", refused.message);
    let made = results[3].as_ref().unwrap().as_ref().unwrap();
    assert_eq!((made.id.as_str(), made.fields["Since"].display().as_str()), ("3", "2020-01-02"));

    let after = parts(&path);
    let text = |parts: &BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8(parts[name].clone()).unwrap();
    let changed: Vec<&str> = before.keys().filter(|name| before[*name] != after[*name]).map(String::as_str).collect();
    assert_eq!(changed, ["xl/tables/table1.xml", "xl/worksheets/sheet1.xml"]);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(text(&after, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    let (old, new) = (text(&before, "xl/tables/table1.xml"), text(&after, "xl/tables/table1.xml"));
    assert_eq!(new, old.replace("A3:F5", "A3:F6"));
    let sheet = text(&after, "xl/worksheets/sheet1.xml");
    let old = text(&before, "xl/worksheets/sheet1.xml");
    let style = |xml: &str, cell: &str| {
        let at = xml.find(&format!("r=\"{cell}\"")).unwrap_or_else(|| panic!("{cell} in {xml}"));
        let tag = xml[at..].split('>').next().unwrap();
        tag.split(" s=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    for (cell, model) in [("C4", "C4"), ("D4", "D4"), ("D5", "D5"), ("C6", "C5"), ("D6", "D5")] {
        assert_eq!(style(&sheet, cell), style(&old, model), "{cell}");
    }
    assert!(
        sheet.contains("<f>Shop[[#This Row],[Price]]*2</f>") && sheet.contains("dimension ref=\"A1:F6\""),
        "{sheet}"
    );
    assert!(sheet.contains("<cols>") && sheet.contains("<tableParts"));
    let cells = |sheet: &str, name: &str| {
        let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
        let range = calamine::Reader::worksheet_range(&mut workbook, sheet).unwrap();
        range.get_value(package::cell(name).unwrap()).cloned()
    };
    assert_eq!(cells("Klanten & co", "B4"), Some(calamine::Data::String("=HYPERLINK(\"x\")".into())));
    assert_eq!(cells("Klanten & co", "D4"), Some(calamine::Data::Float(13.75)));
    assert_eq!(cells("Klanten & co", "E5"), Some(calamine::Data::Bool(true)));
    assert_eq!(cells("Klanten & co", "A1"), Some(calamine::Data::String("Customers 2026".into())));
    assert_eq!(cells("Sums", "A1"), Some(calamine::Data::Float(19.5)));

    // A deleted row is emptied, and what is below it stays where formulas look for it.
    let gone = vec![write(4, WriteKind::Delete { id: RecordId::new("1"), expect: None })];
    connector.write(&context, "Klanten & co", &want, gone).await.unwrap().remove(0).unwrap();
    assert_eq!(connector.list(&context, "Klanten & co", &want, None).await.unwrap().records.len(), 2);
    assert_eq!(cells("Klanten & co", "B4").unwrap_or_default(), calamine::Data::Empty);
    assert_eq!(cells("Klanten & co", "B5"), Some(calamine::Data::String("Bob".into())));
    assert!(text(&parts(&path), "xl/worksheets/sheet1.xml").contains("r=\"F4\""), "its formula stays");
}

#[tokio::test]
async fn an_open_workbook_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.xlsx");
    shop(&path);
    let before = std::fs::read(&path).unwrap();
    std::fs::write(folder.path().join("~$shop.xlsx"), "").unwrap();
    let connector = connector(&path, &[("id", "No")]);
    let writes = vec![write(0, update("1", &[("Name", "Ann B")]))];
    let error = connector.write(&Context::quiet(), "Klanten & co", &[], writes).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::File);
    assert!(error.message.contains("is open in Excel") && error.message.contains("~$shop.xlsx"), "{}", error.message);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_change_underneath_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    let save = |path: &Path, names: [&str; 2]| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_row(0, 0, ["Email", "Name"]).unwrap();
        for (at, name) in (1..).zip(names) {
            sheet.write_row(at, 0, [format!("{at}@example.org"), name.to_owned()]).unwrap();
        }
        workbook.save(path).unwrap();
    };
    save(&path, ["Ann", "Bob"]);
    let connector = connector(&path, &[("key", "Email")]);
    let (other, mut first) = (path.clone(), true);
    connector.inner.before_replace.set(move || {
        if std::mem::take(&mut first) {
            save(&other, ["Ann", "Bobby"]);
        }
    });
    let want = ["Name".to_owned()];
    let writes = vec![write(0, update("1@example.org", &[("Name", "Ann B")]))];
    connector.write(&Context::quiet(), "Sheet1", &want, writes).await.unwrap().remove(0).unwrap();
    let names: Vec<String> = connector
        .list(&Context::quiet(), "", &want, None)
        .await
        .unwrap()
        .records
        .iter()
        .map(|record| record.fields["Name"].display())
        .collect();
    assert_eq!(names, ["Ann B", "Bobby"]);
}

#[tokio::test]
async fn what_is_no_workbook_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    let problem = async |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        connector(&path, &[]).collections(&Context::quiet()).await.unwrap_err()
    };
    assert!(problem(b"a;b\r\n1;2\r\n").await.message.contains("is not an Excel workbook"));
    assert!(problem(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]).await.message.contains("protected with a password"));
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write_row(0, 0, ["Name", "Name"]).unwrap();
    workbook.save(&path).unwrap();
    let doubled = connector(&path, &[]).fields(&Context::quiet(), "").await.unwrap_err();
    assert!(doubled.message.contains("columns A and B are both called \"Name\""), "{}", doubled.message);
}
