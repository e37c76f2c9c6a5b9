//! From an account's settings to the connector that speaks to it.

use std::sync::Arc;

use crate::connectors::carddav::CardDavConnector;
use crate::connectors::csv::CsvConnector;
use crate::connectors::vcf::VcfConnector;
use crate::connectors::xlsx::XlsxConnector;
use crate::connectors::{Connector, ConnectorError, Credential, ErrorKind, builtin};
use crate::model::{AccountSettings, PlatformInfo};

/// Opens accounts. The service is given one, so that tests can put platforms of their own in its
/// place.
pub trait Platforms: Send + Sync {
    /// Every kind of platform, in the order in which they are offered.
    fn known(&self) -> Vec<PlatformInfo> {
        builtin()
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

/// The platforms that Duosync knows.
#[derive(Debug, Default)]
pub struct KnownPlatforms;

impl Platforms for KnownPlatforms {
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
            "carddav" => Ok(Arc::new(CardDavConnector::new(account, credential.secret())?)),
            other => {
                let known: Vec<String> = self.known().into_iter().map(|platform| platform.kind).collect();
                Err(ConnectorError::new(
                    ErrorKind::Settings,
                    format!(
                        "Duosync does not know the kind of account \u{201c}{other}\u{201d}. It knows {}.",
                        known.join(", ")
                    ),
                ))
            }
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
