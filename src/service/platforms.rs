//! From an account's settings to the connector that speaks to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::connectors::carddav::CardDavConnector;
use crate::connectors::csv::CsvConnector;
use crate::connectors::database::DatabaseConnector;
use crate::connectors::ldap::LdapConnector;
use crate::connectors::rest::{self, Manifest, RestConnector};
use crate::connectors::vcf::VcfConnector;
use crate::connectors::xlsx::XlsxConnector;
use crate::connectors::{Connector, ConnectorError, Credential, ErrorKind, builtin, fixed, in_language};
use crate::model::{AccountSettings, PlatformInfo};
use crate::texts::tr;

/// Opens accounts. The service is given one, so that tests can put platforms of their own in its
/// place.
pub trait Platforms: Send + Sync {
    /// Every kind of platform, in the order in which they are offered.
    fn known(&self) -> Vec<PlatformInfo> {
        builtin()
    }

    /// The kind of platform of this name; none where there is no such kind.
    fn kind(&self, kind: &str) -> Option<PlatformInfo> {
        self.known().into_iter().find(|platform| platform.kind == kind)
    }

    /// What the operator should know of the platforms themselves: a manifest that cannot be used.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The connector of an account. `keys` names the platform's fields by which records are matched,
    /// for platforms that have no ids of their own.
    ///
    /// # Errors
    /// When the settings are wrong.
    fn open(
        &self,
        account: &AccountSettings,
        keys: &[String],
        credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError>;
}

/// The platforms that Duosync knows: those that are built in, and those that the manifests of the
/// workspace describe.
#[derive(Debug, Default)]
pub struct KnownPlatforms {
    /// The folder of the workspace's manifests.
    folder: Option<PathBuf>,
    /// What was in it when it was last looked at.
    found: Mutex<Option<(Stamp, Arc<Found>)>>,
}

/// The files of a folder, each with its time and size: as long as these are the same, so is what is
/// in them.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

#[derive(Debug, Default)]
struct Found {
    manifests: Vec<Arc<Manifest>>,
    warnings: Vec<String>,
}

/// Reads the descriptions of platforms that come with Duosync on a thread of its own, so that they are there when the
/// window asks for them. Where there is no thread for it, they are read then.
pub fn read_ahead() {
    let read = || {
        let _known_from_now_on = rest::shipped();
    };
    let _read_later = std::thread::Builder::new().name("duosync-platforms".to_owned()).spawn(read);
}

impl KnownPlatforms {
    /// Those of this workspace.
    #[must_use]
    pub fn new(workspace: &Path) -> Self {
        Self { folder: Some(workspace.join("connectors")), found: Mutex::new(None) }
    }

    /// The workspace's manifests, read anew where a file has changed.
    fn own(&self) -> Arc<Found> {
        let Some(folder) = &self.folder else { return Arc::default() };
        let stamp = stamp(folder);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, found)) = found.as_ref()
            && *known == stamp
        {
            return Arc::clone(found);
        }
        let fresh = Arc::new(if stamp.is_empty() { Found::default() } else { read(folder) });
        *found = Some((stamp, Arc::clone(&fresh)));
        fresh
    }

    /// The manifest of a kind: the workspace's own takes the place of a shipped one.
    fn manifest(&self, kind: &str) -> Option<Arc<Manifest>> {
        let own = self.own().manifests.iter().find(|manifest| manifest.kind() == kind).cloned();
        own.or_else(|| rest::shipped().iter().find(|manifest| manifest.kind() == kind).cloned().map(Arc::new))
    }
}

impl Platforms for KnownPlatforms {
    fn known(&self) -> Vec<PlatformInfo> {
        let own: Vec<PlatformInfo> =
            self.own().manifests.iter().map(|manifest| in_language(manifest.platform())).collect();
        let mut known = builtin();
        for platform in own {
            match known.iter_mut().find(|known| known.kind == platform.kind) {
                Some(shipped) => *shipped = platform,
                None => known.push(platform),
            }
        }
        known
    }

    fn kind(&self, kind: &str) -> Option<PlatformInfo> {
        // Most accounts are of a kind for which no manifest needs to be read.
        let fixed = fixed().into_iter().find(|platform| platform.kind == kind);
        fixed.or_else(|| self.manifest(kind).map(|manifest| manifest.platform())).map(in_language)
    }

    fn warnings(&self) -> Vec<String> {
        self.own().warnings.clone()
    }

    fn open(
        &self,
        account: &AccountSettings,
        keys: &[String],
        credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        match account.connector.as_str() {
            "csv" => Ok(Arc::new(CsvConnector::open(&with_keys(account, keys))?)),
            "xlsx" => Ok(Arc::new(XlsxConnector::open(&with_keys(account, keys))?)),
            "vcf" => Ok(Arc::new(VcfConnector::open(account)?)),
            "sqlite" | "postgresql" | "mysql" => Ok(Arc::new(DatabaseConnector::open(account, credential.secret())?)),
            "ldap" => Ok(Arc::new(LdapConnector::open(account, credential.secret())?)),
            "carddav" => Ok(Arc::new(CardDavConnector::new(account, credential.secret())?)),
            other => match self.manifest(other) {
                Some(manifest) => Ok(Arc::new(RestConnector::new(manifest, account, credential)?)),
                None => {
                    let known: Vec<String> = self.known().into_iter().map(|platform| platform.kind).collect();
                    Err(ConnectorError::new(
                        ErrorKind::Settings,
                        tr!("service-unknown-kind", kind = other, known = known.join(", ")),
                    ))
                }
            },
        }
    }
}

/// The settings with the pair's keys, for tables in which no column identifies a row.
fn with_keys(account: &AccountSettings, keys: &[String]) -> AccountSettings {
    let mut settings = account.clone();
    if !keys.is_empty() && !settings.options.contains_key("key") {
        settings.options.insert("key".to_owned(), keys.join(","));
    }
    settings
}

fn read(folder: &Path) -> Found {
    let rest::Folder { manifests, broken } = rest::folder(folder);
    let mut found = Found::default();
    for (path, why) in broken {
        found.warnings.push(tr!("service-broken-manifest", file = path.display().to_string(), why = why));
    }
    let fixed: Vec<String> = fixed().into_iter().map(|info| info.kind).collect();
    for manifest in manifests {
        let kind = manifest.kind().to_owned();
        let taken = fixed.contains(&kind) || found.manifests.iter().any(|known| known.kind() == kind);
        if taken {
            found.warnings.push(tr!("service-second-manifest", kind = kind));
        } else {
            found.manifests.push(Arc::new(manifest));
        }
    }
    found
}

fn stamp(folder: &Path) -> Stamp {
    let Ok(entries) = std::fs::read_dir(folder) else { return Stamp::new() };
    let mut stamp: Stamp = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            Some((entry.path(), about.modified().ok(), about.len()))
        })
        .collect();
    stamp.sort();
    stamp
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_workspace_brings_its_own_platforms_and_a_broken_one_is_told() {
        let workspace = tempfile::tempdir().unwrap();
        let platforms = KnownPlatforms::new(workspace.path());
        assert!(platforms.warnings().is_empty());
        let count = platforms.known().len();
        let folder = workspace.path().join("connectors");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("acme.toml"), rest::start_of("acme")).unwrap();
        std::fs::write(folder.join("broken.toml"), "kind = \"broken\"\nnmae = \"x\"\n").unwrap();
        std::fs::write(folder.join("mine.toml"), rest::start_of("csv")).unwrap();
        assert_eq!(platforms.known().len(), count + 1);
        assert!(platforms.known().iter().any(|platform| platform.kind == "acme"));
        let warnings = platforms.warnings();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings.iter().any(|warning| warning.contains("line 2") && warning.contains("broken.toml")));
        // One of the same kind takes the place of a shipped one.
        std::fs::remove_file(folder.join("broken.toml")).unwrap();
        std::fs::write(folder.join("mine.toml"), rest::start_of("pocketbase")).unwrap();
        assert!(platforms.warnings().is_empty());
        let known = platforms.known();
        assert_eq!(known.len(), count + 1);
        assert!(known.iter().any(|platform| platform.kind == "pocketbase" && platform.name == "My platform"));
    }
}
