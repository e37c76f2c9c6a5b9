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
