//! The operating system's keyring: Secret Service on Linux, the login keychain on macOS, Credential
//! Manager on Windows.

use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error as KeyringError};

use super::{Secret, SecretError, Slot};

/// How the keyring is opened.
pub(super) type OpenStore = fn() -> Result<Arc<CredentialStore>, KeyringError>;

/// The keyring, opened at the first use, for a computer without one may never need it.
///
/// Its calls wait for the session bus: call them where waiting is allowed.
pub(super) struct Keyring {
    store: Mutex<Option<Arc<CredentialStore>>>,
    open: OpenStore,
    /// Set apart by it are the sign-ins of two workspaces whose accounts have the same name: a refresh
    /// token that both used would be taken for a stolen one.
    workspace: String,
}

impl Keyring {
    pub(super) fn new(open: OpenStore, workspace: String) -> Self {
        Self { store: Mutex::default(), open, workspace }
    }

    /// Whether there is one that can be reached.
    pub(super) fn is_there(&self) -> bool {
        self.store().is_ok()
    }

    pub(super) fn get(&self, slot: Slot, account: &str) -> Result<Secret, SecretError> {
        let entry = self.entry(slot, account)?;
        let failed = |source| keyring_error(account, source);
        match slot {
            Slot::Password => entry.get_password().map(Secret::new).map_err(failed),
            // As bytes, since Windows keeps a password with two bytes a letter, and has room for few.
            Slot::Tokens => {
                let text = String::from_utf8(entry.get_secret().map_err(failed)?);
                text.map(Secret::new).map_err(|_secret| unreadable(account))
            }
        }
    }

    pub(super) fn put(&self, slot: Slot, account: &str, secret: &Secret) -> Result<(), SecretError> {
        let entry = self.entry(slot, account)?;
        let done = match slot {
            Slot::Password => entry.set_password(secret.reveal()),
            Slot::Tokens => entry.set_secret(secret.reveal().as_bytes()),
        };
        done.map_err(|source| keyring_error(account, source))
    }

    /// Forgets one. One that is not there is fine.
    pub(super) fn remove(&self, slot: Slot, account: &str) -> Result<(), SecretError> {
        match self.entry(slot, account)?.delete_credential() {
            Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
            Err(source) => Err(keyring_error(account, source)),
        }
    }

    fn entry(&self, slot: Slot, account: &str) -> Result<Entry, SecretError> {
        let store = self.store().map_err(|source| SecretError::NoKeyring { account: account.to_owned(), source })?;
        // The user of a sign-in names the workspace too, as the desktop's view of its keyring shows it.
        let (service, user) = match slot {
            Slot::Password => ("duosync", account.to_owned()),
            Slot::Tokens => ("duosync sign-in", format!("{account} in {}", self.workspace)),
        };
        Entry::new_in_store(&store, service, &user).map_err(|source| keyring_error(account, source))
    }

    fn store(&self) -> Result<Arc<CredentialStore>, KeyringError> {
        let mut kept = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*kept {
            return Ok(Arc::clone(store));
        }
        let opened = (self.open)()?;
        *kept = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

/// The desktop's Secret Service (GNOME Keyring, `KWallet`).
#[cfg(target_os = "linux")]
pub(super) fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// The login keychain.
#[cfg(target_os = "macos")]
pub(super) fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

/// Credential Manager. The default names of its entries could not tell `a.b` with `c` from `a` with
/// `b.c`; with `service_no_divider` such a service is refused, and ours has no divider.
#[cfg(windows)]
pub(super) fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    let config = std::collections::HashMap::from([("divider", "|"), ("service_no_divider", "true")]);
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new_with_configuration(&config)?;
    Ok(store)
}

/// No keyring is known on this system.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    Err(KeyringError::NoDefaultStore)
}

pub(super) fn keyring_error(account: &str, source: KeyringError) -> SecretError {
    if matches!(source, KeyringError::NoEntry) {
        return SecretError::NotFound { account: account.to_owned(), source };
    }
    if matches!(source, KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..)) {
        return unreadable(account);
    }
    SecretError::Keyring { account: account.to_owned(), source }
}

/// The keyring's own errors carry the stored bytes, which must not come near a log.
fn unreadable(account: &str) -> SecretError {
    let source = KeyringError::BadStoreFormat("what is saved is not readable text".to_owned());
    SecretError::Keyring { account: account.to_owned(), source }
}
