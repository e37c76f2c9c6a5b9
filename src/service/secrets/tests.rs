#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use super::keyring::keyring_error;
use super::*;

fn account(secret: Option<SecretRef>) -> AccountSettings {
    AccountSettings { name: "Book".into(), connector: "carddav".into(), options: BTreeMap::new(), secret }
}

fn no_keyring(folder: &Path) -> Secrets {
    Secrets::with(folder, || Err(KeyringError::NoStorageAccess("no bus".into())))
}

fn keep(secrets: &Secrets, place: &SecretRef, text: &str) -> Result<(), SecretError> {
    secrets.keep(place, Slot::Password, "Book", Secret::new(text))
}

#[test]
fn nothing_shows_a_secret() {
    let secrets = no_keyring(Path::new("."));
    keep(&secrets, &SecretRef::Ask, "hunter2").unwrap();
    assert!(!format!("{:?} {secrets:?}", Secret::new("hunter2")).contains("hunter2"));
    let error = keyring_error("Book", KeyringError::BadEncoding(b"hunter2".to_vec()));
    assert!(!format!("{error:?}").contains("104, 117"), "the bytes of the secret");
    let error = from_env("Book", "V", Err(std::env::VarError::NotUnicode("hunter2".into()))).unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[test]
fn an_account_without_a_secret_has_none() {
    assert_eq!(no_keyring(Path::new(".")).resolve(&account(None)).unwrap(), None);
}

#[test]
fn the_environment_is_read_and_a_missing_variable_is_named() {
    let secrets = no_keyring(Path::new("."));
    // A test cannot set a variable without unsafe code; this one is always there.
    let found = secrets.resolve(&account(Some(SecretRef::Env("PATH".into())))).unwrap();
    assert_eq!(found.unwrap().reveal(), std::env::var("PATH").unwrap());
    let error = secrets.resolve(&account(Some(SecretRef::Env("DUOSYNC_NOT_SET".into())))).unwrap_err().to_string();
    assert!(error.contains("DUOSYNC_NOT_SET") && error.contains("\"Book\""), "{error}");
    let place = SecretRef::Env("DUOSYNC_NOT_SET".into());
    assert!(matches!(keep(&secrets, &place, "x"), Err(SecretError::NoPlace(_))));
}

#[test]
fn a_password_that_is_asked_for_is_remembered_until_it_is_forgotten() {
    let secrets = no_keyring(Path::new("."));
    let ask = account(Some(SecretRef::Ask));
    assert!(matches!(secrets.resolve(&ask), Err(SecretError::NotEntered(name)) if name == "Book"));
    assert!(secrets.waits_for_operator(&ask) && !secrets.waits_for_operator(&account(None)));
    keep(&secrets, &SecretRef::Ask, "x").unwrap();
    assert!(!secrets.waits_for_operator(&ask));
    assert_eq!(secrets.resolve(&ask).unwrap().unwrap().reveal(), "x");
    secrets.forget(Some(&SecretRef::Ask), Slot::Password, "Book").unwrap();
    assert!(matches!(secrets.resolve(&ask), Err(SecretError::NotEntered(_))));
}

#[test]
fn a_locked_keyring_is_never_taken_for_no_password() {
    let error = keyring_error("Book", KeyringError::NoEntry).to_string();
    assert!(error.contains("locked"), "{error}");
}

#[test]
fn without_a_keyring_the_other_ways_are_named() {
    let secrets = no_keyring(Path::new("."));
    let kept = account(Some(SecretRef::Keyring));
    let error = secrets.resolve(&kept).unwrap_err().to_string();
    for part in ["no keyring", "file = true", "env =", "ask = true"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(matches!(keep(&secrets, &SecretRef::Keyring, "x"), Err(SecretError::NoKeyring { .. })));
    let forgotten = secrets.forget(Some(&SecretRef::Keyring), Slot::Password, "Book");
    assert!(matches!(forgotten, Err(SecretError::NoKeyring { .. })));
    assert_eq!(secrets.places(), SecretPlaces { keyring: false, file: SecretFile::Absent });
}

#[test]
fn the_file_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let (first, file) = (no_keyring(folder.path()), account(Some(SecretRef::File)));
    let absent = first.resolve(&file).unwrap_err();
    assert!(matches!(absent, SecretError::Vault { source: VaultError::Absent, .. }), "{absent}");
    assert!(matches!(first.renew(&Secret::new(" ")), Err(VaultError::Empty)));
    first.renew(&Secret::new("a few words")).unwrap();
    assert!(matches!(first.resolve(&file), Err(SecretError::NotInFile(_))));
    keep(&first, &SecretRef::File, "hunter2").unwrap();
    first.keep(&SecretRef::File, Slot::Tokens, "Book", Secret::new("tokens of it")).unwrap();

    let bytes = std::fs::read(folder.path().join(vault::FILE)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("argon2id") && text.contains("memory_kib"), "{text}");
    for secret in ["hunter2", "tokens of it", "a few words", "Book"] {
        assert!(!text.contains(secret), "{secret} is readable");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join(vault::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner may read it");
    }

    let second = no_keyring(folder.path());
    assert_eq!(second.file(), SecretFile::Locked);
    assert!(second.waits_for_passphrase(&file));
    let locked = second.resolve(&file).unwrap_err();
    assert!(matches!(locked, SecretError::Vault { source: VaultError::Locked, .. }), "{locked}");
    assert!(matches!(second.renew(&Secret::new("mine now")), Err(VaultError::There(_))));
    assert!(matches!(second.unlock(&Secret::new("A few words")), Err(VaultError::Wrong)));
    second.unlock(&Secret::new("a few words")).unwrap();
    assert_eq!(second.resolve(&file).unwrap().unwrap().reveal(), "hunter2");
    assert_eq!(second.read(&SecretRef::File, Slot::Tokens, "Book").unwrap().reveal(), "tokens of it");

    // Another passphrase, and the old one is worth nothing.
    second.renew(&Secret::new("other words")).unwrap();
    assert!(matches!(no_keyring(folder.path()).unlock(&Secret::new("a few words")), Err(VaultError::Wrong)));
    let third = no_keyring(folder.path());
    third.unlock(&Secret::new("other words")).unwrap();
    assert_eq!(third.resolve(&file).unwrap().unwrap().reveal(), "hunter2");
    third.forget(Some(&SecretRef::File), Slot::Password, "Book").unwrap();
    assert!(matches!(third.resolve(&file), Err(SecretError::NotInFile(_))));
}

#[test]
fn a_forgotten_passphrase_costs_the_passwords_and_nothing_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = no_keyring(folder.path());
    assert_eq!(secrets.set_aside().unwrap(), None);
    secrets.renew(&Secret::new("a few words")).unwrap();
    let before = std::fs::read(folder.path().join(vault::FILE)).unwrap();
    let aside = secrets.set_aside().unwrap().expect("there was one");
    assert_eq!(std::fs::read(aside).unwrap(), before);
    assert_eq!(secrets.file(), SecretFile::Absent);
    secrets.renew(&Secret::new("new words")).unwrap();
    assert_eq!(secrets.file(), SecretFile::Open);
}

#[test]
fn a_file_that_was_tampered_with_is_told_from_a_wrong_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(vault::FILE);
    let words = Secret::new("a few words");
    no_keyring(folder.path()).renew(&words).unwrap();
    let whole: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let with = |change: fn(&mut serde_json::Value)| {
        let mut other = whole.clone();
        change(&mut other);
        std::fs::write(&file, other.to_string()).unwrap();
        no_keyring(folder.path()).unlock(&words).unwrap_err()
    };
    assert!(matches!(with(|file| file["sealed"] = "AAAA".into()), VaultError::Damaged { .. }));
    // What is not sealed is bound to the seal: a weaker key is not taken.
    assert!(matches!(with(|file| file["seal"] = "none".into()), VaultError::Damaged { .. }));
    assert!(matches!(with(|file| file["key"]["passes"] = 1.into()), VaultError::Wrong));
    assert!(matches!(with(|file| file["key"]["memory_kib"] = 4_000_000.into()), VaultError::Damaged { .. }));
    assert!(matches!(with(|file| file["version"] = 2.into()), VaultError::Newer { .. }));
    std::fs::write(&file, "not json").unwrap();
    assert!(matches!(no_keyring(folder.path()).unlock(&words), Err(VaultError::Damaged { .. })));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_not_taken_for_kept() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = no_keyring(folder.path());
    secrets.renew(&Secret::new("a few words")).unwrap();
    keep(&secrets, &SecretRef::File, "old one").unwrap();
    // A folder stands where the new file is to be written.
    std::fs::create_dir(folder.path().join("secrets.duosync.part")).unwrap();
    assert!(keep(&secrets, &SecretRef::File, "new one").is_err());
    assert!(secrets.renew(&Secret::new("other words")).is_err());
    let file = account(Some(SecretRef::File));
    assert_eq!(secrets.resolve(&file).unwrap().unwrap().reveal(), "old one");
    let again = no_keyring(folder.path());
    again.unlock(&Secret::new("a few words")).unwrap();
    assert_eq!(again.resolve(&file).unwrap().unwrap().reveal(), "old one");
}

#[test]
fn a_secret_is_taken_out_of_a_text_in_every_form() {
    let redactor = Redactor::default();
    redactor.learn(&Secret::new("p\u{e4}ss \"word\"/9"));
    redactor.learn_basic("ann", &Secret::new("p\u{e4}ss"));
    redactor.learn(&Secret::new("abc"));
    for text in [
        "it was p\u{e4}ss \"word\"/9!",
        "it was p%C3%A4ss+%22word%22%2F9!",
        "it was p%C3%A4ss%20%22word%22%2F9!",
        r#"it was {"k":"päss \"word\"/9"}!"#,
        "it was cMOkc3MgIndvcmQiLzk=!",
        "it was Basic YW5uOnDDpHNz!",
    ] {
        let cleaned = redactor.clean(text).unwrap_or_else(|| panic!("{text} is not seen"));
        assert!(cleaned.contains("[secret]") && !cleaned.contains("ss"), "{cleaned}");
    }
    assert_eq!(redactor.clean("abc is too short to be told from a word"), None);
}

/// What is encoded is often a part of something bigger, which is encoded once more.
#[test]
fn a_secret_is_taken_out_of_what_it_is_nested_in() {
    use base64::Engine as _;
    let redactor = Redactor::default();
    let secret = "Kd8/Wm+3&xQz \"o%<7>\"";
    redactor.learn(&Secret::new(secret));
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let json = serde_json::json!({ "k": secret }).to_string();
    for (what, text) in [
        (
            "small letters",
            form(secret).replace("%2F", "%2f").replace("%2B", "%2b").replace("%3C", "%3c").replace("%3E", "%3e"),
        ),
        ("twice in an address", form(&form(secret))),
        ("JSON in JSON", serde_json::json!({ "body": json.clone() }).to_string()),
        ("JSON in an address", form(&json)),
        ("a page", secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")),
        // RFC 6749, section 2.3.1: what is sent as Basic is encoded as in a form before.
        ("client_secret_basic", encoded(&format!("my-client:{}", form(secret)))),
        ("base64 among others", encoded(&format!("a:{secret}:z"))),
        ("base64 among others, by one", encoded(&format!("ab:{secret}:zz"))),
        ("base64 among others, by two", encoded(&format!("abc:{secret}:zzz"))),
        ("base64 in an address", form(&encoded(&format!("abc:{secret}")))),
        ("base64 of JSON", encoded(&json)),
    ] {
        let cleaned =
            redactor.clean(&format!("it was {text}!")).unwrap_or_else(|| panic!("{what} is not seen: {text}"));
        assert!(cleaned.contains("[secret]"), "{what}: {cleaned}");
        for part in ["Kd8", "xQz", "Wm"] {
            assert!(!cleaned.contains(part), "{what}: {cleaned}");
        }
    }
}

/// A platform's words are cut short before they get here, maybe amid a secret.
#[test]
fn the_beginning_of_a_secret_is_taken_out_where_a_text_was_cut() {
    let redactor = Redactor::default();
    redactor.learn(&Secret::new("Kd8-Wm3-xQz-o77"));
    assert_eq!(
        redactor.clean("It says: \u{201c}key Kd8-Wm3\u{2026}\u{201d}.").unwrap(),
        "It says: \u{201c}key [secret]\u{2026}\u{201d}."
    );
    assert_eq!(redactor.clean("It says: \u{201c}key Kd\u{2026}\u{201d}."), None);
}

#[test]
fn a_proxys_password_is_a_secret_too() {
    let redactor = Redactor::default();
    let environment = [
        ("HTTPS_PROXY", "http://ann:p%40ss%2Fw%2Bord@proxy.example:3128"),
        ("all_proxy", "bob:hidden-word@10.0.0.1:1080"),
        ("PATH", "http://cy:not-a-secret@example.org"),
    ];
    redactor.learn_proxies(environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter());
    for text in ["p@ss/w+ord", "p%40ss%2Fw%2Bord", "YW5uOnBAc3MvdytvcmQ=", "hidden-word"] {
        assert_eq!(redactor.clean(&format!("by {text}!")).unwrap_or_default(), "by [secret]!", "{text}");
    }
    assert_eq!(redactor.clean("not-a-secret"), None);
}

/// A mistake of the program may say what it stumbled over.
#[test]
fn what_is_told_of_a_panic_holds_no_secret() {
    let secrets = no_keyring(tempfile::tempdir().unwrap().path());
    let secret = "Panic-word-of-nobody-else";
    keep(&secrets, &SecretRef::Ask, secret).unwrap();
    let payload = std::panic::catch_unwind(|| panic!("no header can hold {secret}")).unwrap_err();
    let told = mistake_of(payload.as_ref());
    assert_eq!(told, "no header can hold [secret]");
}

/// By hand, in a session of its own, so that nobody's real keyring is written to:
/// `DUOSYNC_TEST_KEYRING=1 dbus-run-session -- sh -c 'printf pw | gnome-keyring-daemon --unlock
/// --components=secrets; cargo test --lib secrets'`.
#[test]
fn a_real_keyring_keeps_and_forgets() {
    if std::env::var_os("DUOSYNC_TEST_KEYRING").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::new(folder.path());
    let kept = account(Some(SecretRef::Keyring));
    assert!(matches!(secrets.resolve(&kept), Err(SecretError::NotFound { .. })));
    keep(&secrets, &SecretRef::Keyring, "hunter2").unwrap();
    assert_eq!(secrets.resolve(&kept).unwrap().unwrap().reveal(), "hunter2");
    secrets.keep(&SecretRef::Keyring, Slot::Tokens, "Book", Secret::new("tokens")).unwrap();
    assert_eq!(secrets.read(&SecretRef::Keyring, Slot::Tokens, "Book").unwrap().reveal(), "tokens");
    for slot in [Slot::Password, Slot::Tokens] {
        secrets.forget(Some(&SecretRef::Keyring), slot, "Book").unwrap();
        secrets.forget(Some(&SecretRef::Keyring), slot, "Book").unwrap();
    }
    assert!(matches!(secrets.resolve(&kept), Err(SecretError::NotFound { .. })));
}
