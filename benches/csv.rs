//! A CSV file of 1,000,000 rows: reading it, listing it again, and rewriting it with one change.
//!
//! The file is made in a temporary folder and needs about 110 MB there. `DUOSYNC_BENCH_ROWS` sets
//! another number of rows.

#![allow(missing_docs, clippy::expect_used, reason = "a benchmark stops at the first thing that is wrong")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use duosync::connectors::csv::CsvConnector;
use duosync::connectors::{Connector, Context, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

fn main() {
    divan::main();
}

fn rows() -> usize {
    std::env::var("DUOSYNC_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000)
}

fn wanted() -> Vec<String> {
    ["First name", "Last name", "E-mail", "Phone", "Company"].map(str::to_owned).to_vec()
}

fn file() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    make(&folder.path().join("customers.csv")).expect("the file is made");
    folder
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, "Customer no;First name;Last name;E-mail;Phone;Company;Status;Remarks\r\n")?;
    for row in 0..rows() {
        write!(
            out,
            "{row:07};Chloé;Peeters {row};person.{row}@example.com;0478/{:02} {:02} {:02};\"Company {}; nv\";customer;\"Pays \"\"late\"\"\"\r\n",
            row / 10_000 % 100,
            row / 100 % 100,
            row % 100,
            row % 900
        )?;
    }
    out.flush()
}

fn connector(folder: &TempDir) -> CsvConnector {
    let path = folder.path().join("customers.csv").to_string_lossy().into_owned();
    let options = BTreeMap::from([("path".to_owned(), path), ("id".to_owned(), "Customer no".to_owned())]);
    let settings = AccountSettings { name: "Shop".to_owned(), connector: "csv".to_owned(), options, secret: None };
    CsvConnector::open(&settings).expect("the settings are right")
}

fn list(connector: &CsvConnector) -> usize {
    let listing = RUNTIME.block_on(connector.list(&Context::quiet(), "", &wanted(), None)).expect("it is listed");
    assert_eq!(listing.records.len(), rows(), "every row is listed");
    listing.records.len()
}

/// The file is read for the first time, its format found out, and listed.
#[divan::bench(sample_count = 3, sample_size = 1, max_time = 30)]
fn read_and_list(bencher: Bencher<'_, '_>) {
    let folder = file();
    bencher.counter(ItemsCount::new(rows())).bench(|| list(&connector(&folder)));
}

/// The file is as it was at the last listing.
#[divan::bench(sample_count = 3, sample_size = 1, max_time = 30)]
fn list_again(bencher: Bencher<'_, '_>) {
    let folder = file();
    let connector = connector(&folder);
    list(&connector);
    bencher.counter(ItemsCount::new(rows())).bench(|| list(&connector));
}

/// One row is changed and one is added, so the file is written anew, after it was listed.
#[divan::bench(sample_count = 3, sample_size = 1, max_time = 30)]
fn rewrite(bencher: Bencher<'_, '_>) {
    let folder = file();
    let connector = connector(&folder);
    let listing = RUNTIME.block_on(connector.list(&Context::quiet(), "", &wanted(), None)).expect("it is listed");
    let id = listing.records.into_iter().nth(rows() / 2).expect("a row in the middle").id;
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let fields = |name: &str, value: String| Fields::from([(name.to_owned(), Value::Text(value))]);
        let update =
            WriteKind::Update { id: id.clone(), fields: fields("Company", format!("New {number}")), expect: None };
        let create = WriteKind::Create { fields: fields("E-mail", format!("new.{number}@example.com")), raw: None };
        let writes = [update, create].into_iter().enumerate();
        let writes = writes.map(|(at, kind)| Write { token: format!("bench-{number}-{at}"), kind }).collect();
        let results =
            RUNTIME.block_on(connector.write(&Context::quiet(), "", &wanted(), writes)).expect("it is written");
        assert!(results.iter().all(Result::is_ok), "both writes are done");
    });
}
