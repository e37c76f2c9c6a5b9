//! Counts the rows that differ between two CSV files, as the csv-diff crate finds them.

use std::{env, error::Error, fs::File};

use csv_diff::csv_diff::CsvByteDiffLocal;
use csv_diff::csv::Csv;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [left, right] = files.as_slice() else { return Err("two files, please".into()) };
    let diff = CsvByteDiffLocal::new()?.diff(
        Csv::with_reader_seek(File::open(left)?),
        Csv::with_reader_seek(File::open(right)?),
    )?;
    println!("{}", diff.as_slice().len());
    Ok(())
}
