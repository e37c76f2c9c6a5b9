//! Reading manifests, and checking them before anything is asked of a platform.

use std::path::{Path as FilePath, PathBuf};

use super::check;
use super::manifest::{OptionWord, SignInBy, Spec};
use crate::model::{OAuthInfo, OptionInfo, OptionKind, PlatformInfo, SignIn};

/// In how many parts the manifests that come with Duosync are read.
const AT_A_TIME: usize = 4;

/// A platform that is described by a manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub(crate) spec: Spec,
}

/// One thing that is wrong in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManifestProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Everything that is wrong in a manifest, in the order of its lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// The problems.
    pub problems: Vec<ManifestProblem>,
}

impl std::fmt::Display for ManifestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "line {}: {}", problem.line, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ManifestError {}

/// What a folder of manifests holds.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// Those that can be used.
    pub manifests: Vec<Manifest>,
    /// Those that cannot, with the reason.
    pub broken: Vec<(PathBuf, String)>,
}

impl Manifest {
    /// Reads and checks a manifest's text.
    ///
    /// # Errors
    /// Everything that is wrong in it, with its line.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        // Editors on Windows put a byte order mark before the text; TOML does not know it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let spec: Spec = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message =
                error.message().replace("unknown field", "unknown key").replace("missing field", "missing key");
            ManifestError { problems: vec![ManifestProblem { line: line_of(text, at), message }] }
        })?;
        let mut problems: Vec<ManifestProblem> = check::problems(&spec)
            .into_iter()
            .map(|(at, message)| ManifestProblem { line: line_of(text, at), message })
            .collect();
        problems.sort();
        problems.dedup();
        if problems.is_empty() { Ok(Self { spec }) } else { Err(ManifestError { problems }) }
    }

    /// The word by which a settings file names the platform.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.spec.kind.as_str()
    }

    /// What an account of it needs.
    #[must_use]
    pub fn platform(&self) -> PlatformInfo {
        let spec = &self.spec;
        let mut options: Vec<OptionInfo> = spec
            .options
            .iter()
            .map(|option| OptionInfo {
                key: option.key.text.clone(),
                label: option.label.clone(),
                hint: option.hint.clone(),
                required: option.required,
                advanced: option.advanced,
                kind: match option.kind {
                    OptionWord::Text => OptionKind::Text,
                    OptionWord::Url => OptionKind::Url,
                    OptionWord::Flag => OptionKind::Flag,
                    OptionWord::Choice => OptionKind::Choice(
                        option.choices.iter().map(|one| (one.value.clone(), one.label.clone())).collect(),
                    ),
                },
            })
            .collect();
        if self.looks_for_deletions() {
            options.push(
                OptionInfo::optional(
                    FULL_EVERY,
                    "How often everything is read to find deletions",
                    "For example 12h or 7d",
                    OptionKind::Text,
                )
                .advanced(),
            );
        }
        PlatformInfo {
            kind: spec.kind.text.clone(),
            name: spec.name.text.clone(),
            about: spec.about.text.clone(),
            options,
            sign_in: self.sign_in(),
        }
    }

    /// Whether deletions are found by listing everything now and then.
    fn looks_for_deletions(&self) -> bool {
        self.spec.collections.iter().any(check::needs_full_listings)
    }

    fn sign_in(&self) -> SignIn {
        let sign_in = &self.spec.sign_in;
        let secret = |label: &str| SignIn::Secret {
            label: sign_in.label.clone().unwrap_or_else(|| label.to_owned()),
            help: sign_in.help.clone(),
            optional: sign_in.optional,
        };
        let text =
            |text: &Option<super::manifest::Text>| text.as_ref().map(|text| text.text.clone()).unwrap_or_default();
        match sign_in.by {
            SignInBy::None => SignIn::None,
            SignInBy::Key | SignInBy::Bearer => secret("API key"),
            SignInBy::Basic | SignInBy::Session => secret("Password"),
            SignInBy::Oauth => SignIn::Browser(OAuthInfo {
                authorize_url: text(&sign_in.authorize_url),
                token_url: text(&sign_in.token_url),
                scopes: sign_in.scopes.clone(),
                extra: sign_in.extra.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            }),
        }
    }
}

/// The setting by which an operator says how often everything is listed.
pub(crate) const FULL_EVERY: &str = "full_every";

/// The commented start of a new manifest.
#[must_use]
pub fn start_of(kind: &str) -> String {
    include_str!("../../../assets/connectors/start.toml.txt").replace("my_platform", kind)
}

/// The manifests that come with Duosync.
#[must_use]
pub fn shipped() -> &'static [Manifest] {
    static SHIPPED: std::sync::LazyLock<Vec<Manifest>> = std::sync::LazyLock::new(|| {
        // Each of them is checked by a test. They are read by a few at a time, as everything that starts waits for
        // them.
        let read = |files: &[(&str, &str)]| -> Vec<Manifest> {
            files.iter().filter_map(|(_, text)| Manifest::parse(text).ok()).collect()
        };
        std::thread::scope(|scope| {
            let parts: Vec<_> = FILES
                .chunks(FILES.len().div_ceil(AT_A_TIME))
                .map(|files| (files, std::thread::Builder::new().spawn_scoped(scope, move || read(files))))
                .collect();
            let whole =
                parts.into_iter().flat_map(|(files, part)| match part.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(manifests)) => manifests,
                    // There was no thread for them.
                    Ok(Err(_)) | Err(_) => read(files),
                });
            whole.collect()
        })
    });
    &SHIPPED
}

/// The manifests of a folder (`*.toml`), in the order of their names. A folder that is not there
/// holds none.
#[must_use]
pub fn folder(folder: &FilePath) -> Folder {
    let mut found = Folder::default();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")))
        .collect();
    paths.sort();
    for path in paths {
        match read(&path) {
            Ok(manifest) => found.manifests.push(manifest),
            Err(why) => found.broken.push((path, why)),
        }
    }
    found
}

/// Reads one manifest.
///
/// # Errors
/// Why it cannot be used, in words for whoever wrote it.
pub fn read(path: &FilePath) -> Result<Manifest, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Manifest::parse(&text).map_err(|error| error.to_string())
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The manifests that come with Duosync, by the names of their files, in the order in which they are offered.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../assets/connectors/", $name, ".toml")))),*];
    };
}

// A new manifest has its name here.
files!(
    "hubspot",
    "pipedrive",
    "mailchimp",
    "brevo",
    "google_contacts",
    "google_sheets",
    "microsoft365",
    "shopify",
    "woocommerce",
    "salesforce",
    "zoho_crm",
    "odoo",
    "airtable",
    "notion",
    "nocodb",
    "baserow",
    "pocketbase",
    "directus",
    "tryton",
);

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    before.split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_shipped_manifest_is_in_order_and_named_after_its_file() {
        let mut wrong = Vec::new();
        for (name, text) in FILES {
            match Manifest::parse(text) {
                Ok(manifest) => assert_eq!(manifest.kind(), *name),
                Err(error) => wrong.push(format!("assets/connectors/{name}.toml\n{error}")),
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(shipped().len(), FILES.len());
        let here = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("assets/connectors");
        let found = folder(&here);
        let files: Vec<&str> = found.manifests.iter().map(Manifest::kind).collect();
        for file in &files {
            assert!(FILES.iter().any(|(name, _)| name == file), "{file}.toml is not in the list of load.rs");
        }
        assert_eq!(files.len(), FILES.len());
    }

    #[test]
    fn the_start_is_a_manifest() {
        let text = start_of("acme");
        assert_eq!(Manifest::parse(&text).unwrap().kind(), "acme");
    }

    fn wrong(change: impl Fn(&str) -> String) -> String {
        Manifest::parse(&change(&start_of("acme"))).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let line = |text: &str, part: &str| line_of(text, text.find(part).unwrap());
        let start = start_of("acme");
        let told = wrong(|text| text.replace("about =", "abuot ="));
        assert!(told.starts_with(&format!("line {}: unknown key `abuot`", line(&start, "about ="))), "{told}");
        let told = wrong(|text| text.replace("{{ id }}", "{{ idd }}"));
        assert!(told.contains("idd") && told.contains("did you mean \"id\""), "{told}");
        let told = wrong(|text| text.replace("{{ id }}", "{{ id "));
        assert!(told.contains("line "), "{told}");
        let told = wrong(|text| text.replace("by = \"time\"", "by = \"thyme\""));
        assert!(told.contains("thyme"), "{told}");
        let told = wrong(|text| text.replace("request = \"GET /contacts\"", "request = \"/contacts\""));
        assert!(told.contains("GET"), "{told}");
        let told = wrong(|text| text.replace("kind = \"acme\"", "kind = \"My Shop!\""));
        assert!(told.contains("kind"), "{told}");
    }
}
