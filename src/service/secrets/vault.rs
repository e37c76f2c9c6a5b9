//! The file of secrets, for computers without a keyring: one JSON object, whose content is sealed with a
//! key made of the operator's passphrase.
//!
//! The key comes from Argon2id (RFC 9106), the seal is XChaCha20-Poly1305
//! (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>). What stands unsealed, the cost of
//! the key included, is bound to the seal, so that nobody can make a weaker file of it unnoticed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead as _, Generate as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Secret, Slot};
use crate::service::SecretFile;
use crate::texts::tr;

/// The file's name in the workspace.
pub(crate) const FILE: &str = "secrets.duosync";
const FORMAT: &str = "duosync secrets";
const VERSION: u32 = 1;
/// The second choice of RFC 9106, section 4, with one lane as the computation is on one thread.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// A file that asks for more memory than this was not made by Duosync.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// Why the file of secrets could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// No passphrase was chosen yet.
    #[error("{}", absent())]
    Absent,
    /// The passphrase has not been entered since the start.
    #[error("{}", locked())]
    Locked,
    /// The passphrase is not the one.
    #[error("{}", wrong())]
    Wrong,
    /// An empty passphrase protects nothing.
    #[error("{}", empty())]
    Empty,
    /// A file is there already.
    #[error("{}", there(.0))]
    There(PathBuf),
    /// What is in the file is not what Duosync wrote.
    #[error("{}", damaged(.file))]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// A newer Duosync wrote it.
    #[error("{}", newer(.file))]
    Newer {
        /// The file.
        file: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{}", files(.file, .source))]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The key could not be made.
    #[error("{}", no_key())]
    Key,
}

/// The file, and what is in it once it is open.
pub(crate) struct Vault {
    file: PathBuf,
    open: Mutex<Option<Open>>,
}

struct Open {
    head: Head,
    key: Zeroizing<[u8; 32]>,
    content: Content,
}

/// What is sealed: slot, account, secret.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Content(BTreeMap<String, BTreeMap<String, Secret>>);

/// What stands before the seal, and is bound to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    key: KeyMaking,
    seal: String,
    /// Tells a wrong passphrase from a damaged file: the second half of what Argon2id gives.
    check: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeyMaking {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    head: Head,
    nonce: String,
    sealed: String,
}

impl Vault {
    /// The file of a workspace, closed.
    pub(crate) fn new(workspace: &Path) -> Self {
        Self { file: workspace.join(FILE), open: Mutex::default() }
    }

    /// How it stands.
    pub(crate) fn state(&self) -> SecretFile {
        if self.lock().is_some() {
            SecretFile::Open
        } else if self.file.exists() {
            SecretFile::Locked
        } else {
            SecretFile::Absent
        }
    }

    /// Opens it with the passphrase.
    pub(crate) fn unlock(&self, passphrase: &Secret) -> Result<(), VaultError> {
        let text = match std::fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(VaultError::Absent),
            Err(source) => return Err(VaultError::File { file: self.file.clone(), source }),
        };
        let opened = unseal(&self.file, &text, passphrase)?;
        *self.lock() = Some(opened);
        Ok(())
    }

    /// Makes the file where there is none, or seals an open one under another passphrase.
    pub(crate) fn renew(&self, passphrase: &Secret) -> Result<(), VaultError> {
        if passphrase.reveal().trim().is_empty() {
            return Err(VaultError::Empty);
        }
        let mut open = self.lock();
        if open.is_none() && self.file.exists() {
            return Err(VaultError::There(self.file.clone()));
        }
        let (head, key) = fresh_key(passphrase)?;
        let mut next = Open { head, key, content: Content::default() };
        if let Some(now) = open.as_mut() {
            std::mem::swap(&mut next.content, &mut now.content);
        }
        let saved = next.save(&self.file);
        match saved {
            Ok(()) => {
                *open = Some(next);
                Ok(())
            }
            Err(error) => {
                // The old passphrase still holds, with everything that it opened.
                if let Some(now) = open.as_mut() {
                    std::mem::swap(&mut next.content, &mut now.content);
                }
                Err(error)
            }
        }
    }

    /// Sets a file whose passphrase is forgotten aside, so that a new one can be made. Answers where the
    /// old one is now; none where there was none.
    pub(crate) fn set_aside(&self) -> Result<Option<PathBuf>, VaultError> {
        let mut open = self.lock();
        if !self.file.exists() {
            return Ok(None);
        }
        let free = |number: u32| self.file.with_extension(format!("duosync.forgotten-{number}"));
        let aside = (1..1000).map(free).find(|path| !path.exists()).unwrap_or_else(|| free(1000));
        std::fs::rename(&self.file, &aside).map_err(|source| VaultError::File { file: self.file.clone(), source })?;
        *open = None;
        Ok(Some(aside))
    }

    /// An account's secret; none where the file holds none.
    pub(crate) fn get(&self, slot: Slot, account: &str) -> Result<Option<Secret>, VaultError> {
        let open = self.lock();
        let open = open.as_ref().ok_or_else(|| self.closed())?;
        Ok(open.content.0.get(slot.word()).and_then(|accounts| accounts.get(account)).cloned())
    }

    /// Keeps an account's secret; it is on the disk when this returns.
    pub(crate) fn put(&self, slot: Slot, account: &str, secret: &Secret) -> Result<(), VaultError> {
        self.change(slot, |accounts| accounts.insert(account.to_owned(), secret.clone()))
    }

    /// Forgets an account's secret. One that is not there is fine.
    pub(crate) fn remove(&self, slot: Slot, account: &str) -> Result<(), VaultError> {
        self.change(slot, |accounts| accounts.remove(account))
    }

    fn change(
        &self,
        slot: Slot,
        change: impl FnOnce(&mut BTreeMap<String, Secret>) -> Option<Secret>,
    ) -> Result<(), VaultError> {
        let mut guard = self.lock();
        let open = guard.as_mut().ok_or_else(|| self.closed())?;
        let accounts = open.content.0.entry(slot.word().to_owned()).or_default();
        let before = accounts.clone();
        change(accounts);
        if *accounts == before {
            return Ok(());
        }
        let saved = open.save(&self.file);
        if saved.is_err() {
            // What is remembered and what is on the disk stay the same.
            open.content.0.insert(slot.word().to_owned(), before);
        }
        saved
    }

    fn closed(&self) -> VaultError {
        if self.file.exists() { VaultError::Locked } else { VaultError::Absent }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Writes the whole file beside the old one, and puts it in its place once it is on the disk.
    fn save(&self, file: &Path) -> Result<(), VaultError> {
        let plain = Zeroizing::new(serde_json::to_vec(&self.content).map_err(|_secret| VaultError::Key)?);
        let nonce = XNonce::try_generate().map_err(|_secret| VaultError::Key)?;
        let bound = self.head.bytes();
        let cipher = XChaCha20Poly1305::new((&*self.key).into());
        let sealed =
            cipher.encrypt(&nonce, Payload { msg: &plain, aad: &bound }).map_err(|_refused| VaultError::Key)?;
        let whole = Sealed { head: self.head.clone(), nonce: BASE64.encode(nonce), sealed: BASE64.encode(sealed) };
        let text = serde_json::to_vec_pretty(&whole).map_err(|_secret| VaultError::Key)?;
        write(file, &text).map_err(|source| VaultError::File { file: file.to_owned(), source })
    }
}

impl Head {
    /// What is bound to the seal.
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A new salt, and the key that it gives.
fn fresh_key(passphrase: &Secret) -> Result<(Head, Zeroizing<[u8; 32]>), VaultError> {
    let salt = <[u8; 16]>::try_generate().map_err(|_secret| VaultError::Key)?;
    let making = KeyMaking {
        name: "argon2id".to_owned(),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: 1,
        salt: BASE64.encode(salt),
    };
    let (key, check) = make_key(&making, &salt, passphrase)?;
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        key: making,
        seal: "xchacha20poly1305".to_owned(),
        check: BASE64.encode(check),
    };
    Ok((head, key))
}

fn make_key(
    making: &KeyMaking,
    salt: &[u8],
    passphrase: &Secret,
) -> Result<(Zeroizing<[u8; 32]>, [u8; 16]), VaultError> {
    let params =
        Params::new(making.memory_kib, making.passes, making.lanes, Some(48)).map_err(|_secret| VaultError::Key)?;
    let mut out = Zeroizing::new([0_u8; 48]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.reveal().as_bytes(), salt, &mut *out)
        .map_err(|_secret| VaultError::Key)?;
    let (mut key, mut check) = (Zeroizing::new([0_u8; 32]), [0_u8; 16]);
    let (first, last) = out.split_at(32);
    key.copy_from_slice(first);
    check.copy_from_slice(last);
    Ok((key, check))
}

fn unseal(file: &Path, text: &[u8], passphrase: &Secret) -> Result<Open, VaultError> {
    let damaged = || VaultError::Damaged { file: file.to_owned() };
    let bytes = |text: &str| BASE64.decode(text).map_err(|_secret| damaged());
    let whole: serde_json::Value = serde_json::from_slice(text).map_err(|_secret| damaged())?;
    if whole.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
        return Err(damaged());
    }
    if whole.get("version").and_then(serde_json::Value::as_u64).is_some_and(|version| version > u64::from(VERSION)) {
        return Err(VaultError::Newer { file: file.to_owned() });
    }
    let Sealed { head, nonce, sealed } = serde_json::from_value(whole).map_err(|_secret| damaged())?;
    let making = &head.key;
    if making.memory_kib > MOST_MEMORY_KIB || making.passes > MOST_PASSES || making.lanes > 16 {
        return Err(damaged());
    }
    let (key, check) = make_key(making, &bytes(&making.salt)?, passphrase).map_err(|_secret| damaged())?;
    if bytes(&head.check)? != check {
        return Err(VaultError::Wrong);
    }
    let nonce = XNonce::try_from(bytes(&nonce)?.as_slice()).map_err(|_secret| damaged())?;
    let cipher = XChaCha20Poly1305::new((&*key).into());
    let plain =
        cipher.decrypt(&nonce, Payload { msg: &bytes(&sealed)?, aad: &head.bytes() }).map_err(|_refused| damaged())?;
    let mut plain = plain;
    let content = serde_json::from_slice(&plain).map_err(|_secret| damaged());
    plain.zeroize();
    Ok(Open { head, key, content: content? })
}

fn write(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let part = file.with_extension("duosync.part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&part)?;
    out.write_all(text)?;
    out.sync_all()?;
    drop(out);
    std::fs::rename(&part, file)?;
    // On Unix a new name is on the disk once its folder is.
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn absent() -> String {
    tr!("service-vault-absent")
}

fn locked() -> String {
    tr!("service-vault-locked")
}

fn wrong() -> String {
    tr!("service-vault-wrong")
}

fn empty() -> String {
    tr!("service-vault-empty")
}

fn there(file: &Path) -> String {
    tr!("service-vault-there", file = file.display().to_string())
}

fn damaged(file: &Path) -> String {
    tr!("service-vault-damaged", file = file.display().to_string())
}

fn newer(file: &Path) -> String {
    tr!("service-vault-newer", file = file.display().to_string())
}

fn files(file: &Path, source: &std::io::Error) -> String {
    tr!("service-vault-file", file = file.display().to_string(), why = source.to_string())
}

fn no_key() -> String {
    tr!("service-vault-no-key")
}
