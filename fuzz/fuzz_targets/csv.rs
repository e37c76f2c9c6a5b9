//! CSV files.
#![no_main]

use duosync::connectors::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::file(bytes));
