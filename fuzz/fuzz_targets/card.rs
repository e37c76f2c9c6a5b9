//! Contact cards (vCard 2.1, 3.0 and 4.0).
#![no_main]

use duosync::connectors::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::card(bytes));
