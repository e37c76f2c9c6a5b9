//! Passwords, keys and sign-ins: from an environment variable, the operating system's keyring, the
//! workspace's encrypted file, or the operator's memory. They are never written anywhere else and never
//! shown.

mod keyring;
mod redact;
mod vault;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use keyring_core::Error as KeyringError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::model::{AccountSettings, SecretRef};
use crate::service::{SecretFile, SecretPlaces};
use crate::texts::tr;

use keyring::Keyring;
pub(crate) use redact::Redactor;
pub use redact::{mistake_of, without_secrets};
use vault::Vault;
pub(crate) use vault::VaultError;

/// The environment variable whose passphrase opens the file of secrets at the start, for scripts.
const PASSPHRASE: &str = "DUOSYNC_PASSPHRASE";

/// A secret that no log, error or debug output can show, and that is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for the one place that sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.reveal())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

/// What kind of secret of an account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// What the operator enters: a password or key; where one signs in in the browser, the client
    /// secret, if there is one.
    Password,
    /// What a sign-in in the browser gave.
    Tokens,
}

impl Slot {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Tokens => "sign-in",
        }
    }
}

/// Why a secret could not be had or kept, in an operator's words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The environment variable is not set.
    #[error("{}", tr!("secret-not-set", account = account, variable = variable))]
    NotSet {
        /// The account.
        account: String,
        /// The variable.
        variable: String,
    },
    /// The environment variable holds something that is not text.
    #[error("{}", tr!("secret-not-text", account = account, variable = variable))]
    NotText {
        /// The account.
        account: String,
        /// The variable.
        variable: String,
    },
    /// There is no keyring.
    #[error("{}", tr!("secret-no-keyring", account = account))]
    NoKeyring {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The keyring holds no such password, or is locked: it does not tell which.
    #[error("{}", tr!("secret-not-found", account = account))]
    NotFound {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The keyring failed.
    #[error("{}", tr!("secret-keyring", account = account))]
    Keyring {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The operator has not been asked yet.
    #[error("{}", not_entered(.0))]
    NotEntered(String),
    /// The file of secrets is open, and holds no such secret.
    #[error("{}", not_in_file(.0))]
    NotInFile(String),
    /// The file of secrets could not be used.
    #[error("{account}: {source}")]
    Vault {
        /// The account.
        account: String,
        /// Why.
        #[source]
        source: VaultError,
    },
    /// Nothing can be kept where the account's settings say.
    #[error("{}", no_place(.0))]
    NoPlace(String),
}

impl SecretError {
    /// Whether it only says that nothing is kept there, as far as can be told.
    pub(crate) const fn is_nothing_there(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::NotInFile(_) | Self::NotEntered(_))
    }

    /// Whether the place has no room for a secret of this length.
    pub(crate) const fn is_too_long(&self) -> bool {
        matches!(self, Self::Keyring { source: KeyringError::TooLong(..), .. })
    }
}

/// Finds, keeps and forgets the accounts' secrets.
///
/// The calls wait for the session bus or the disk: call them where waiting is allowed
/// (`tokio::task::spawn_blocking`).
pub(crate) struct Secrets {
    remembered: Mutex<BTreeMap<(&'static str, String), Secret>>,
    keyring: Keyring,
    vault: Vault,
    redactor: Redactor,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Nothing remembered, no keyring opened, the workspace's file closed.
    pub(crate) fn new(workspace: &Path) -> Self {
        Self::with(workspace, keyring::open)
    }

    fn with(workspace: &Path, open: keyring::OpenStore) -> Self {
        let folder = std::path::absolute(workspace).unwrap_or_else(|_| workspace.to_owned());
        let redactor = Redactor::default();
        redactor.learn_proxies(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Self {
            remembered: Mutex::default(),
            keyring: Keyring::new(open, folder.display().to_string()),
            vault: Vault::new(workspace),
            redactor,
        }
    }

    /// Takes every secret that was used since the start out of a text, before it is told or kept.
    pub(crate) const fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The account's password; none where the account has none.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(crate) fn resolve(&self, account: &AccountSettings) -> Result<Option<Secret>, SecretError> {
        let name = &account.name;
        let Some(place) = &account.secret else { return Ok(None) };
        let secret = match place {
            SecretRef::Env(variable) => from_env(name, variable, std::env::var(variable))?,
            SecretRef::Ask | SecretRef::Keyring | SecretRef::File => self.read(place, Slot::Password, name)?,
        };
        self.redactor.learn(&secret);
        Ok(Some(secret))
    }

    /// Whether the operator has to be asked first.
    pub(crate) fn waits_for_operator(&self, account: &AccountSettings) -> bool {
        account.secret == Some(SecretRef::Ask)
            && !self.memory().contains_key(&(Slot::Password.word(), account.name.clone()))
    }

    /// Whether the account's secrets are in the file, which has to be opened first.
    pub(crate) fn waits_for_passphrase(&self, account: &AccountSettings) -> bool {
        account.secret == Some(SecretRef::File) && self.vault.state() == SecretFile::Locked
    }

    /// Keeps a secret where the account's settings say; it is there for good when this returns, but for
    /// `ask`, which keeps it until the program ends.
    ///
    /// # Errors
    /// When there is no such place, or it refuses.
    pub(crate) fn keep(&self, place: &SecretRef, slot: Slot, account: &str, secret: Secret) -> Result<(), SecretError> {
        self.redactor.learn(&secret);
        match place {
            SecretRef::Keyring => self.keyring.put(slot, account, &secret),
            SecretRef::File => self.vault.put(slot, account, &secret).map_err(|source| in_vault(account, source)),
            SecretRef::Ask => {
                self.memory().insert((slot.word(), account.to_owned()), secret);
                Ok(())
            }
            SecretRef::Env(_) => Err(SecretError::NoPlace(account.to_owned())),
        }
    }

    /// A secret from where the account's settings say.
    ///
    /// # Errors
    /// When there is none, or the place cannot be used.
    pub(crate) fn read(&self, place: &SecretRef, slot: Slot, account: &str) -> Result<Secret, SecretError> {
        let found = match place {
            SecretRef::Keyring => self.keyring.get(slot, account)?,
            SecretRef::File => self
                .vault
                .get(slot, account)
                .map_err(|source| in_vault(account, source))?
                .ok_or_else(|| SecretError::NotInFile(account.to_owned()))?,
            SecretRef::Ask => self
                .memory()
                .get(&(slot.word(), account.to_owned()))
                .cloned()
                .ok_or_else(|| SecretError::NotEntered(account.to_owned()))?,
            SecretRef::Env(_) => return Err(SecretError::NoPlace(account.to_owned())),
        };
        Ok(found)
    }

    /// Forgets an account's secret in memory and in the place that is named. One that is not there is
    /// fine.
    ///
    /// # Errors
    /// When the place cannot be used.
    pub(crate) fn forget(&self, place: Option<&SecretRef>, slot: Slot, account: &str) -> Result<(), SecretError> {
        self.memory().remove(&(slot.word(), account.to_owned()));
        match place {
            Some(SecretRef::Keyring) => self.keyring.remove(slot, account),
            Some(SecretRef::File) => match self.vault.remove(slot, account) {
                Ok(()) | Err(VaultError::Absent) => Ok(()),
                Err(source) => Err(in_vault(account, source)),
            },
            Some(SecretRef::Ask | SecretRef::Env(_)) | None => Ok(()),
        }
    }

    /// Where secrets can be kept on this computer.
    pub(crate) fn places(&self) -> SecretPlaces {
        SecretPlaces { keyring: self.keyring.is_there(), file: self.vault.state() }
    }

    /// How the workspace's file of secrets stands.
    pub(crate) fn file(&self) -> SecretFile {
        self.vault.state()
    }

    /// Opens the file of secrets with the passphrase.
    ///
    /// # Errors
    /// When it is another, or the file cannot be used.
    pub(crate) fn unlock(&self, passphrase: &Secret) -> Result<(), VaultError> {
        self.redactor.learn(passphrase);
        self.vault.unlock(passphrase)
    }

    /// Opens it with the passphrase in the environment, where there is one. One that is wrong is told in
    /// the log, and the operator is asked.
    pub(crate) fn unlock_by_environment(&self) {
        if self.vault.state() != SecretFile::Locked {
            return;
        }
        if let Ok(passphrase) = std::env::var(PASSPHRASE)
            && let Err(error) = self.unlock(&Secret::new(passphrase))
        {
            tracing::warn!(%error, "{PASSPHRASE} does not open the file of secrets");
        }
    }

    /// Makes the file of secrets, or seals an open one under another passphrase.
    ///
    /// # Errors
    /// When a closed one is there, or it cannot be written.
    pub(crate) fn renew(&self, passphrase: &Secret) -> Result<(), VaultError> {
        self.redactor.learn(passphrase);
        self.vault.renew(passphrase)
    }

    /// Sets a file whose passphrase is forgotten aside. Answers where it is now.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub(crate) fn set_aside(&self) -> Result<Option<PathBuf>, VaultError> {
        self.vault.set_aside()
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, BTreeMap<(&'static str, String), Secret>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_vault(account: &str, source: VaultError) -> SecretError {
    SecretError::Vault { account: account.to_owned(), source }
}

fn not_entered(account: &str) -> String {
    tr!("secret-not-entered", account = account)
}

fn not_in_file(account: &str) -> String {
    tr!("service-secret-not-in-file", account = account)
}

fn no_place(account: &str) -> String {
    tr!("service-secret-no-place", account = account)
}

fn from_env(account: &str, variable: &str, value: Result<String, std::env::VarError>) -> Result<Secret, SecretError> {
    let (account, variable) = (account.to_owned(), variable.to_owned());
    match value {
        Ok(text) => Ok(Secret::new(text)),
        Err(std::env::VarError::NotPresent) => Err(SecretError::NotSet { account, variable }),
        // The value is the secret itself, so it is left out of the error.
        Err(std::env::VarError::NotUnicode(_)) => Err(SecretError::NotText { account, variable }),
    }
}
