//! Settings files.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let folder = Path::new("/srv");
    let Ok(settings) = duosync::service::parse(text, folder) else { return };
    // What is exported is read again as the same.
    let written = duosync::service::render(&settings, folder, &duosync::connectors::builtin());
    let again = duosync::service::parse(&written, folder);
    assert_eq!(again.as_ref().ok(), Some(&settings), "{written}\n{again:?}");
});
