//! Commands about secrets: keeping, moving and forgetting them, and the file that a passphrase opens.

use std::sync::Arc;

use crate::model::{AccountSettings, PlatformInfo, SecretRef};
use crate::texts::tr;

use super::job::Shared;
use super::secrets::{Secret, Secrets, Slot, VaultError};
use super::{Answer, Platforms, Problem, Reply, signing};

/// The kinds of platforms with every setting that an account of them takes.
pub(crate) fn platforms(platforms: &dyn Platforms) -> Vec<PlatformInfo> {
    platforms.known().into_iter().map(PlatformInfo::complete).collect()
}

/// Where secrets can be kept.
pub(crate) async fn places(shared: &Shared) -> Answer {
    let found = blocking(shared, Secrets::places).await?;
    Ok(Reply::SecretPlaces(found))
}

/// Opens the file of secrets.
pub(crate) async fn unlock(shared: &Shared, passphrase: String) -> Answer {
    let passphrase = Secret::new(passphrase);
    blocking(shared, move |secrets| secrets.unlock(&passphrase)).await?.map_err(vault_problem)?;
    shared.signer.look_again();
    Ok(Reply::Done)
}

/// Makes the file of secrets, or gives it another passphrase.
pub(crate) async fn new_passphrase(shared: &Shared, passphrase: String) -> Answer {
    let passphrase = Secret::new(passphrase);
    blocking(shared, move |secrets| secrets.renew(&passphrase)).await?.map_err(vault_problem)?;
    shared.signer.look_again();
    Ok(Reply::Done)
}

/// Sets the file aside whose passphrase is forgotten.
pub(crate) async fn forget_secrets(shared: &Shared) -> Answer {
    let aside = blocking(shared, Secrets::set_aside).await?.map_err(vault_problem)?;
    for account in accounts(shared).await? {
        if account.secret == Some(SecretRef::File) {
            shared.signer.forget(&account.name);
        }
    }
    Ok(Reply::SetAside(aside))
}

/// Puts a password where the account's settings say.
pub(crate) async fn keep_password(
    shared: &Shared,
    settings: &AccountSettings,
    password: String,
) -> Result<(), Problem> {
    let browser = signing::browser_sign_in(&*shared.platforms, &settings.connector).is_some();
    let place = match (&settings.secret, browser) {
        (Some(place @ (SecretRef::Keyring | SecretRef::File | SecretRef::Ask)), _) => place.clone(),
        (None, true) => SecretRef::Keyring,
        // A password that comes from the environment is never kept by Duosync.
        (Some(SecretRef::Env(_)) | None, _) => return Ok(()),
    };
    let (name, secret) = (settings.name.clone(), Secret::new(password));
    let kept = blocking(shared, move |secrets| secrets.keep(&place, Slot::Password, &name, secret)).await?;
    kept.map_err(|error| Problem::failed(error.to_string()))
}

/// Forgets everything secret of an account whose settings stay.
pub(crate) async fn forget_password(shared: &Shared, settings: &AccountSettings) -> Answer {
    let account = settings.clone();
    let done = blocking(shared, move |secrets| forget(secrets, &account)).await?;
    shared.signer.forget(&settings.name);
    done.map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Reply::Done)
}

/// An account goes away. Where its place cannot be used, there is nothing of it to be forgotten there.
pub(crate) async fn removed(shared: &Shared, settings: Option<AccountSettings>) -> Result<(), Problem> {
    let Some(settings) = settings else { return Ok(()) };
    let name = settings.name.clone();
    if let Err(error) = blocking(shared, move |secrets| forget(secrets, &settings)).await? {
        tracing::info!(%error, "nothing was forgotten of an account that was removed");
    }
    shared.signer.forget(&name);
    Ok(())
}

/// An account is saved with other settings: its secrets follow to the place that these name, and are
/// forgotten where they were. One that cannot be moved is asked for again.
pub(crate) async fn moved(shared: &Shared, before: &AccountSettings, after: &AccountSettings) -> Result<(), Problem> {
    if before.secret != after.secret {
        let (from, to, name) = (before.secret.clone(), after.secret.clone(), after.name.clone());
        let whole = before.clone();
        blocking(shared, move |secrets| {
            if let (Some(from), Some(to @ (SecretRef::Keyring | SecretRef::File))) = (&from, &to) {
                for slot in [Slot::Password, Slot::Tokens] {
                    let nothing_there = secrets.read(to, slot, &name).is_err();
                    if let Ok(secret) = secrets.read(from, slot, &name)
                        && nothing_there
                        && let Err(error) = secrets.keep(to, slot, &name, secret)
                    {
                        tracing::warn!(%error, "a secret could not be moved");
                        return;
                    }
                }
            }
            if let Err(error) = forget(secrets, &whole) {
                tracing::info!(%error, "a secret could not be forgotten where it was");
            }
        })
        .await?;
    }
    if before != after {
        shared.signer.forget(&after.name);
    }
    Ok(())
}

fn forget(secrets: &Secrets, account: &AccountSettings) -> Result<(), super::secrets::SecretError> {
    let place = account.secret.as_ref();
    secrets.forget(place, Slot::Password, &account.name)?;
    secrets.forget(place, Slot::Tokens, &account.name)
}

async fn accounts(shared: &Shared) -> Result<Vec<AccountSettings>, Problem> {
    shared.db.with(|store| store.accounts()).await.map_err(|error| Problem::failed(error.to_string()))
}

async fn blocking<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Secrets) -> T + Send + 'static,
) -> Result<T, Problem> {
    let secrets = Arc::clone(&shared.secrets);
    let done = tokio::task::spawn_blocking(move || work(&secrets)).await;
    done.map_err(|_panicked| Problem::failed(tr!("sync-password-not-kept")))
}

#[allow(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn vault_problem(error: VaultError) -> Problem {
    let wrong_use = matches!(error, VaultError::Wrong | VaultError::Empty | VaultError::There(_) | VaultError::Absent);
    Problem { wrong_use, message: error.to_string() }
}
