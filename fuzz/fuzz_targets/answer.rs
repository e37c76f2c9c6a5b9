//! Platforms' JSON answers, read by every shipped description.
#![no_main]

use duosync::connectors::hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::answer(bytes));
