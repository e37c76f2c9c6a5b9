//! Finding secrets in everything that was written: as they are, as base64 wherever they stand in it, and
//! percent-encoded; in files of a folder, in what is packed inside them, and in texts.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Knows what must not be found.
pub struct Search {
    /// A name for each secret, and the bytes of one of its forms.
    forms: Vec<(String, Vec<u8>)>,
}

impl Search {
    /// Looks for these.
    pub fn of(secrets: &[&str]) -> Self {
        let mut forms = Vec::new();
        for secret in secrets {
            assert!(secret.len() >= 8, "{secret} is too short to be told from chance");
            let mut add = |kind: &str, form: String| forms.push((format!("{kind} of {secret:?}"), form.into_bytes()));
            add("the text", (*secret).to_owned());
            add("the form encoding", url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
            add("the percent encoding", secret.bytes().map(percent).collect());
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            add("the percent encoding in small letters", secret.bytes().map(percent).map(small).collect());
            add("the form encoding, twice", url::form_urlencoded::byte_serialize(form.as_bytes()).collect());
            add("the list of bytes", format!("{:?}", secret.as_bytes()));
            add("the JSON", serde_json::to_string(secret).unwrap().trim_matches('"').to_owned());
            add("the debug output", format!("{secret:?}").trim_matches('"').to_owned());
            // Within a longer text the same bytes are written in three ways; the letters at both ends that
            // depend on the neighbours are left out.
            for (before, skip) in [(0, 0), (1, 2), (2, 3)] {
                let padded = [vec![b'?'; before], secret.as_bytes().to_vec()].concat();
                let whole = padded.len() / 3 * 4;
                for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                    add("the base64", engine.encode(&padded)[skip..whole].to_owned());
                }
            }
        }
        Self { forms }
    }

    /// What is found in some bytes.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<&str> {
        let holds = |form: &[u8]| bytes.windows(form.len()).any(|part| part == form);
        self.forms.iter().filter(|(_, form)| holds(form)).map(|(name, _)| name.as_str()).collect()
    }

    /// What is found in a folder, with the files' names.
    pub fn folder(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                found.extend(self.folder(&path));
            } else if kind.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                for name in self.bytes(&bytes).into_iter().chain(self.bytes(&unpacked(&bytes))) {
                    found.push(format!("{}: {name}", path.display()));
                }
            }
            for name in self.bytes(path.to_string_lossy().as_bytes()) {
                found.push(format!("the name {}: {name}", path.display()));
            }
        }
        found
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// `%2F` as `%2f`; a letter stays what it is.
fn small(text: String) -> String {
    if text.starts_with('%') { text.to_lowercase() } else { text }
}

/// Everything in a zip file, one after the other; nothing where it is none.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for index in 0..archive.len() {
            archive.by_index(index).unwrap().read_to_end(&mut all).unwrap();
        }
    }
    all
}
