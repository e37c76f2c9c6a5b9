//! Answers of address book servers (WebDAV XML).
#![no_main]

use duosync::connectors::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::dav_answer(bytes));
