//! Manifests for those who write them: a start, what is wrong in a file, and trying it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::job::{Shared, open_account};
use super::{AccountCheck, Platforms, Problem, RequestId, checking};
use crate::connectors::rest::{self, Manifest, RestConnector};
use crate::connectors::{Connector, ConnectorError, Context, Credential};
use crate::model::{AccountSettings, PlatformInfo};
use crate::texts::tr;

/// The commented start of a manifest for a platform of this kind.
///
/// # Errors
/// When the kind is no word that a manifest can have.
pub fn manifest_start(kind: &str) -> Result<String, Problem> {
    let text = rest::start_of(kind);
    match Manifest::parse(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Problem::wrong_use(tr!("service-bad-kind", kind = kind))),
    }
}

/// The platform that a manifest describes.
///
/// # Errors
/// Everything that is wrong in it, each with its line.
pub fn manifest_check(path: &Path) -> Result<PlatformInfo, Problem> {
    read(path).map(|manifest| manifest.platform())
}

/// What a manifest is tried with.
pub(crate) struct Tried {
    pub(crate) file: PathBuf,
    pub(crate) account: Option<AccountSettings>,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) password: Option<String>,
    pub(crate) collection: Option<String>,
}

/// Tries a manifest step by step, up to the first that fails.
pub(crate) async fn try_out(
    shared: &Shared,
    tried: Tried,
    cancel: &CancellationToken,
    id: RequestId,
) -> Result<AccountCheck, Problem> {
    let manifest = Arc::new(read(&tried.file)?);
    let mut settings = tried.account.unwrap_or_else(|| AccountSettings {
        name: manifest.platform().name,
        connector: String::new(),
        options: BTreeMap::new(),
        secret: None,
    });
    manifest.kind().clone_into(&mut settings.connector);
    settings.options.extend(tried.options);
    let shared = Shared { platforms: Arc::new(OnlyOne(manifest)), ..shared.clone() };
    let password = tried.password.clone();
    let mut check =
        checking::try_out(&shared, &settings, tried.password, tried.collection.as_deref(), cancel, id).await;
    let list = match (tried.collection, check.collections.as_slice()) {
        (Some(wanted), _) => wanted,
        (None, [only]) => only.id.clone(),
        (None, _) => return Ok(check),
    };
    if let (true, Some(first)) = (check.is_ok(), check.records.first().cloned()) {
        let want: Vec<String> = check.fields.iter().map(|field| field.name.clone()).collect();
        let connector = open_account(&shared, &settings, &[], password).await?;
        let read = connector.get(&Context::quiet(), &list, &want, std::slice::from_ref(&first.id)).await;
        let (found, error) = match read {
            Ok(records) if records.iter().any(|record| record.fields == first.fields) => {
                (tr!("setup-check-back-same", id = first.id.as_str()), None)
            }
            Ok(records) if records.is_empty() => {
                (String::new(), Some(tr!("setup-check-back-gone", id = first.id.as_str())))
            }
            Ok(_) => (String::new(), Some(tr!("setup-check-back-other", id = first.id.as_str()))),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        check.steps.push(checking::step(tr!("setup-check-back"), found, error));
    }
    Ok(check)
}

/// The platform of one manifest, and no other.
struct OnlyOne(Arc<Manifest>);

impl Platforms for OnlyOne {
    fn known(&self) -> Vec<PlatformInfo> {
        vec![self.0.platform()]
    }

    fn open(
        &self,
        account: &AccountSettings,
        _keys: &[String],
        credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        Ok(Arc::new(RestConnector::new(Arc::clone(&self.0), account, credential)?))
    }
}

fn read(path: &Path) -> Result<Manifest, Problem> {
    rest::read(path).map_err(|why| Problem::wrong_use(format!("{}:\n{why}", path.display())))
}
