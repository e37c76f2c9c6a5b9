//! Passwords: from an environment variable, the operating system's keyring, or the operator's
//! memory. They are never written anywhere else and never shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error as KeyringError};

use crate::model::{AccountSettings, SecretRef};

/// What Duosync's passwords are filed under in the keyring; the user is the account's name.
const SERVICE: &str = "duosync";

/// A password that no log, error or debug output can show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Wraps a password.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself, for the one place that sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a password could not be had or kept, in an operator's words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The environment variable is not set.
    #[error(
        "the password of \"{account}\" is to be found in the environment variable {variable}, which is not set; \
         set it before Duosync starts, or choose the keyring or \"ask each time\" for this account"
    )]
    NotSet {
        /// The account.
        account: String,
        /// The variable.
        variable: String,
    },
    /// The environment variable holds something that is not text.
    #[error("the environment variable {variable} with the password of \"{account}\" does not hold readable text")]
    NotText {
        /// The account.
        account: String,
        /// The variable.
        variable: String,
    },
    /// There is no keyring.
    #[error(
        "this computer has no keyring that Duosync can reach, so the password of \"{account}\" cannot be kept there \
         or read from there; use an environment variable (password = {{ env = \"NAME\" }}) or let Duosync ask each \
         time (password = {{ ask = true }})"
    )]
    NoKeyring {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The keyring holds no such password, or is locked: it does not tell which.
    #[error(
        "the keyring gave no password for \"{account}\": either none is saved, or the keyring is locked; \
         unlock it and try again, or enter the password again in the account's settings"
    )]
    NotFound {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The keyring failed.
    #[error("the keyring could not be used for the password of \"{account}\"; unlock it and try again")]
    Keyring {
        /// The account.
        account: String,
        /// What the keyring said.
        #[source]
        source: KeyringError,
    },
    /// The operator has not been asked yet.
    #[error(
        "the password of \"{0}\" is asked once after each start and has not been entered yet; enter it in Duosync's window, or for the \
         terminal put it into an environment variable (password = {{ env = \"NAME\" }})"
    )]
    NotEntered(String),
}

/// Finds, keeps and forgets the accounts' passwords.
///
/// The keyring's calls wait for the session bus: call them where waiting is allowed
/// (`tokio::task::spawn_blocking`).
pub(crate) struct Secrets {
    remembered: Mutex<BTreeMap<String, Secret>>,
    /// Opened at the first use, for a computer without a keyring may never need one.
    keyring: Mutex<Option<Arc<CredentialStore>>>,
    open: Open,
}

/// How the keyring is opened.
type Open = fn() -> Result<Arc<CredentialStore>, KeyringError>;

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Nothing remembered, no keyring opened.
    pub(crate) fn new() -> Self {
        Self::with(open)
    }

    fn with(open: Open) -> Self {
        Self { remembered: Mutex::default(), keyring: Mutex::default(), open }
    }

    /// The account's password; none where the account has none.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(crate) fn resolve(&self, account: &AccountSettings) -> Result<Option<Secret>, SecretError> {
        let name = &account.name;
        match &account.secret {
            None => Ok(None),
            Some(SecretRef::Env(variable)) => from_env(name, variable, std::env::var(variable)).map(Some),
            Some(SecretRef::Ask) => {
                let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
                remembered.map(Some).ok_or_else(|| SecretError::NotEntered(name.clone()))
            }
            Some(SecretRef::Keyring) => {
                let password = self.entry(name)?.get_password().map_err(|source| keyring_error(name, source))?;
                Ok(Some(Secret::new(password)))
            }
        }
    }

    /// Whether the operator has to be asked first.
    pub(crate) fn waits_for_operator(&self, account: &AccountSettings) -> bool {
        account.secret == Some(SecretRef::Ask)
            && !self.remembered.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&account.name)
    }

    /// Keeps a password in memory until the program ends.
    pub(crate) fn remember(&self, account: &str, password: Secret) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned(), password);
    }

    /// Forgets a password that was kept in memory.
    pub(crate) fn forget(&self, account: &str) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }

    /// Saves a password in the keyring.
    ///
    /// # Errors
    /// When there is no keyring or it refuses.
    pub(crate) fn store(&self, account: &str, password: &Secret) -> Result<(), SecretError> {
        self.entry(account)?.set_password(password.reveal()).map_err(|source| keyring_error(account, source))
    }

    /// Forgets an account's password, in memory and in the keyring. One that is not there is fine.
    ///
    /// # Errors
    /// When there is no keyring or it refuses.
    pub(crate) fn delete(&self, account: &str) -> Result<(), SecretError> {
        self.forget(account);
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
            Err(source) => Err(keyring_error(account, source)),
        }
    }

    fn entry(&self, account: &str) -> Result<Entry, SecretError> {
        let mut keyring = self.keyring.lock().unwrap_or_else(PoisonError::into_inner);
        let store = if let Some(store) = &*keyring {
            Arc::clone(store)
        } else {
            let opened =
                (self.open)().map_err(|source| SecretError::NoKeyring { account: account.to_owned(), source })?;
            *keyring = Some(Arc::clone(&opened));
            opened
        };
        Entry::new_in_store(&store, SERVICE, account).map_err(|source| keyring_error(account, source))
    }
}

/// The desktop's Secret Service (GNOME Keyring, `KWallet`).
#[cfg(target_os = "linux")]
fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// No keyring is known on this system.
#[cfg(not(target_os = "linux"))]
fn open() -> Result<Arc<CredentialStore>, KeyringError> {
    Err(KeyringError::NoDefaultStore)
}

fn from_env(account: &str, variable: &str, value: Result<String, std::env::VarError>) -> Result<Secret, SecretError> {
    let (account, variable) = (account.to_owned(), variable.to_owned());
    match value {
        Ok(text) => Ok(Secret(text)),
        Err(std::env::VarError::NotPresent) => Err(SecretError::NotSet { account, variable }),
        // The value is the secret itself, so it is left out of the error.
        Err(std::env::VarError::NotUnicode(_)) => Err(SecretError::NotText { account, variable }),
    }
}

fn keyring_error(account: &str, source: KeyringError) -> SecretError {
    let account = account.to_owned();
    if matches!(source, KeyringError::NoEntry) {
        return SecretError::NotFound { account, source };
    }
    if matches!(source, KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..)) {
        // These carry the stored bytes, which must not come near a log.
        let source = KeyringError::BadStoreFormat("the saved password is not readable text".to_owned());
        return SecretError::Keyring { account, source };
    }
    SecretError::Keyring { account, source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;

    fn account(secret: Option<SecretRef>) -> AccountSettings {
        AccountSettings { name: "Book".into(), connector: "carddav".into(), options: BTreeMap::new(), secret }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let secrets = Secrets::new();
        let secret = Secret::new("hunter2");
        secrets.remember("Book", secret.clone());
        assert!(!format!("{secret:?} {secrets:?}").contains("hunter2"));
        let error = keyring_error("Book", KeyringError::BadEncoding(b"hunter2".to_vec()));
        assert!(!format!("{error:?}").contains("104, 117"), "the bytes of the secret");
        let error = from_env("Book", "V", Err(std::env::VarError::NotUnicode("hunter2".into()))).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }

    #[test]
    fn an_account_without_a_secret_has_none() {
        assert_eq!(Secrets::new().resolve(&account(None)).unwrap(), None);
    }

    #[test]
    fn the_environment_is_read_and_a_missing_variable_is_named() {
        let secrets = Secrets::new();
        // A test cannot set a variable without unsafe code; this one is always there.
        let found = secrets.resolve(&account(Some(SecretRef::Env("PATH".into())))).unwrap();
        assert_eq!(found.unwrap().reveal(), std::env::var("PATH").unwrap());
        let error = secrets.resolve(&account(Some(SecretRef::Env("DUOSYNC_NOT_SET".into())))).unwrap_err().to_string();
        assert!(error.contains("DUOSYNC_NOT_SET") && error.contains("\"Book\""), "{error}");
    }

    #[test]
    fn a_password_that_is_asked_for_is_remembered_until_it_is_forgotten() {
        let secrets = Secrets::new();
        let ask = account(Some(SecretRef::Ask));
        assert!(matches!(secrets.resolve(&ask), Err(SecretError::NotEntered(name)) if name == "Book"));
        assert!(secrets.waits_for_operator(&ask) && !secrets.waits_for_operator(&account(None)));
        secrets.remember("Book", Secret::new("x"));
        assert!(!secrets.waits_for_operator(&ask));
        assert_eq!(secrets.resolve(&ask).unwrap().unwrap().reveal(), "x");
        secrets.forget("Book");
        assert!(matches!(secrets.resolve(&ask), Err(SecretError::NotEntered(_))));
    }

    #[test]
    fn a_locked_keyring_is_never_taken_for_no_password() {
        let error = keyring_error("Book", KeyringError::NoEntry).to_string();
        assert!(error.contains("locked"), "{error}");
    }

    #[test]
    fn without_a_keyring_the_other_ways_are_named() {
        let secrets = Secrets::with(|| Err(KeyringError::NoStorageAccess("no bus".into())));
        let kept = account(Some(SecretRef::Keyring));
        let error = secrets.resolve(&kept).unwrap_err().to_string();
        assert!(error.contains("no keyring") && error.contains("env =") && error.contains("ask = true"), "{error}");
        assert!(matches!(secrets.store("Book", &Secret::new("x")), Err(SecretError::NoKeyring { .. })));
        assert!(matches!(secrets.delete("Book"), Err(SecretError::NoKeyring { .. })));
    }

    /// By hand, in a session of its own, so that nobody's real keyring is written to:
    /// `DUOSYNC_TEST_KEYRING=1 dbus-run-session -- sh -c 'printf pw | gnome-keyring-daemon --unlock
    /// --components=secrets; cargo test --lib secrets'`.
    #[test]
    fn a_real_keyring_keeps_and_forgets() {
        if std::env::var_os("DUOSYNC_TEST_KEYRING").is_none() {
            return;
        }
        let secrets = Secrets::new();
        let kept = account(Some(SecretRef::Keyring));
        assert!(matches!(secrets.resolve(&kept), Err(SecretError::NotFound { .. })));
        secrets.store("Book", &Secret::new("hunter2")).unwrap();
        assert_eq!(secrets.resolve(&kept).unwrap().unwrap().reveal(), "hunter2");
        secrets.delete("Book").unwrap();
        assert!(matches!(secrets.resolve(&kept), Err(SecretError::NotFound { .. })));
        secrets.delete("Book").unwrap();
    }
}
