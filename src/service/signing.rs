//! Accounts that sign in in the browser: the sign-in itself, and the tokens that come of it.
//!
//! A platform that exchanges refresh tokens takes the second use of one for theft and ends the whole
//! sign-in (RFC 9700, section 4.14.2). So there is one refresh at a time for each account, it is carried to
//! its end even where nobody waits for it any more, and the new tokens are kept for good before they are
//! used. A crash between the platform's answer and that moment costs at most this sign-in: the next refresh
//! tries the old token, and where it is refused, the operator is asked to sign in again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use crate::connectors::oauth::{App, Grant, Returned};
use crate::connectors::{ConnectorError, Context, Credential, ErrorKind, TokenSource};
use crate::model::{AccountSettings, AlertKind, OAuthInfo, SecretRef, Side, SignIn};
use crate::texts::tr;

use super::job::{Shared, now, open_with};
use super::secrets::{Secret, SecretError, Secrets, Slot};
use super::{Event, Platforms, Problem, SecretFile, SigningIn};

/// An access token is renewed so long before its end, or a quarter of its life where that is less.
const EARLY: Duration = Duration::from_mins(1);
/// How long the end of the service waits for a refresh that is on its way.
const LAST_WAIT: Duration = Duration::from_secs(15);

/// Knows the sign-ins of all accounts.
pub(crate) struct Signer {
    secrets: Arc<Secrets>,
    /// How long a sign-in waits for the browser.
    wait: Duration,
    keepers: Mutex<BTreeMap<String, Arc<Keeper>>>,
    waiting: Mutex<BTreeMap<String, (String, CancellationToken)>>,
    /// Pairs that had stopped for want of a sign-in, and may go on.
    freed: Mutex<BTreeSet<String>>,
    changed: Arc<Notify>,
}

/// The tokens of one account.
#[derive(Default)]
struct Keeper {
    /// Whoever holds it may refresh.
    tokens: Arc<tokio::sync::Mutex<Held>>,
    known: Mutex<Known>,
}

/// What is known of an account without asking the keyring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Known {
    #[default]
    Nothing,
    Looking,
    SignedIn,
    SignedOut,
}

#[derive(Default)]
struct Held {
    kept: Option<Kept>,
    /// Tokens that the platform gave and that could not be kept yet. They are not used before they are.
    unsaved: Option<Kept>,
}

/// A sign-in as it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// For which platform and app it holds: sent anywhere else, it would be given away.
    issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<Secret>,
    /// When the access token is renewed, in milliseconds since 1970.
    #[serde(default)]
    renew_at: Option<i64>,
    /// When it ends.
    #[serde(default)]
    ends_at: Option<i64>,
    #[serde(default)]
    in_body: bool,
    /// The platform has ended the sign-in.
    #[serde(default)]
    over: bool,
}

/// Gives the tokens of one account.
#[derive(Clone)]
struct Source {
    signer: Arc<Signer>,
    keeper: Arc<Keeper>,
    account: AccountSettings,
    info: OAuthInfo,
}

/// How a platform's accounts sign in in the browser; none where they do not.
pub(crate) fn browser_sign_in(platforms: &dyn Platforms, connector: &str) -> Option<OAuthInfo> {
    match platforms.kind(connector)?.sign_in {
        SignIn::Browser(info) => Some(info),
        SignIn::None | SignIn::Secret { .. } => None,
    }
}

/// Where an account's sign-in is kept.
fn place(account: &AccountSettings) -> SecretRef {
    account.secret.clone().unwrap_or(SecretRef::Keyring)
}

impl Signer {
    /// Nothing is known yet.
    pub(crate) fn new(secrets: Arc<Secrets>, wait: Duration) -> Self {
        Self {
            secrets,
            wait,
            keepers: Mutex::default(),
            waiting: Mutex::default(),
            freed: Mutex::default(),
            changed: Arc::new(Notify::new()),
        }
    }

    /// The pairs that had stopped for want of a sign-in and may go on since. Each is told once.
    pub(crate) fn freed(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.freed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Told whenever a snapshot would look different.
    pub(crate) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    /// The tokens of an account; none where it does not sign in in the browser.
    pub(crate) fn tokens_of(
        self: &Arc<Self>,
        shared: &Shared,
        account: &AccountSettings,
    ) -> Option<Arc<dyn TokenSource>> {
        let info = browser_sign_in(&*shared.platforms, &account.connector)?;
        Some(Arc::new(self.source(account, info)))
    }

    fn source(self: &Arc<Self>, account: &AccountSettings, info: OAuthInfo) -> Source {
        Source { signer: Arc::clone(self), keeper: self.keeper(&account.name), account: account.clone(), info }
    }

    /// The accounts of these that have to be signed in. What is not known yet is looked up meanwhile, and
    /// told as a change.
    pub(crate) fn signed_out(self: &Arc<Self>, accounts: &[(AccountSettings, OAuthInfo)]) -> Vec<String> {
        let mut out = Vec::new();
        for (account, info) in accounts {
            let keeper = self.keeper(&account.name);
            let known = *lock(&keeper.known);
            match known {
                Known::SignedOut => out.push(account.name.clone()),
                Known::SignedIn | Known::Looking => {}
                Known::Nothing => {
                    if self.secrets.waits_for_passphrase(account) {
                        continue;
                    }
                    *lock(&keeper.known) = Known::Looking;
                    let source = self.source(account, info.clone());
                    tokio::spawn(async move {
                        let mut held = Arc::clone(&source.keeper.tokens).lock_owned().await;
                        // Why there is none is told when it is needed.
                        let _told_later = source.kept(&mut held).await;
                        source.signer.changed.notify_one();
                    });
                }
            }
        }
        out
    }

    /// The sign-ins that wait for the browser.
    pub(crate) fn signing_in(&self) -> Vec<SigningIn> {
        let waiting = lock(&self.waiting);
        waiting.iter().map(|(account, (url, _))| SigningIn { account: account.clone(), url: url.clone() }).collect()
    }

    /// Stops waiting for the browser.
    pub(crate) fn cancel(&self, account: &str) {
        if let Some((_, cancel)) = lock(&self.waiting).get(account) {
            cancel.cancel();
        }
    }

    /// What is in memory of an account's sign-in is no longer true: its settings or secrets were changed.
    pub(crate) fn forget(&self, account: &str) {
        self.cancel(account);
        lock(&self.keepers).remove(account);
        self.changed.notify_one();
    }

    /// Looks anew at everything that could not be found, as where the file of secrets was opened.
    pub(crate) fn look_again(&self) {
        for keeper in lock(&self.keepers).values() {
            let mut known = lock(&keeper.known);
            if *known == Known::SignedOut {
                *known = Known::Nothing;
            }
        }
        self.changed.notify_one();
    }

    /// The end: stops every sign-in, and waits for refreshes that are on their way, as their answers must
    /// be kept.
    pub(crate) async fn end(&self) {
        for (_, cancel) in lock(&self.waiting).values() {
            cancel.cancel();
        }
        let keepers: Vec<Arc<Keeper>> = lock(&self.keepers).values().cloned().collect();
        let all = async {
            for keeper in keepers {
                drop(keeper.tokens.lock().await);
            }
        };
        if tokio::time::timeout(LAST_WAIT, all).await.is_err() {
            tracing::warn!("a sign-in was being renewed at the end, and its answer did not come");
        }
    }

    fn keeper(&self, account: &str) -> Arc<Keeper> {
        Arc::clone(lock(&self.keepers).entry(account.to_owned()).or_default())
    }
}

#[async_trait]
impl TokenSource for Source {
    async fn access_token(&self, refused: Option<&str>) -> Result<String, ConnectorError> {
        let mut held = Arc::clone(&self.keeper.tokens).lock_owned().await;
        if let Some(access) = self.usable(&mut held, refused).await? {
            return Ok(access);
        }
        // Carried to its end even where the run that asked is stopped meanwhile.
        let this = self.clone();
        let refused = refused.is_some();
        let renewed = tokio::spawn(async move { this.renew(held, refused).await });
        renewed.await.unwrap_or_else(|panicked| {
            tracing::error!(%panicked, "renewing a sign-in broke off");
            Err(ConnectorError::new(ErrorKind::Server, tr!("service-sign-in-mistake")))
        })
    }
}

impl Source {
    /// The access token that can be used as it is.
    async fn usable(&self, held: &mut Held, refused: Option<&str>) -> Result<Option<String>, ConnectorError> {
        let kept = self.kept(held).await?;
        let Some(access) = &kept.access else { return Ok(None) };
        if refused == Some(access.reveal()) || kept.renew_at.is_some_and(|at| at <= now().0) {
            return Ok(None);
        }
        Ok(Some(access.reveal().to_owned()))
    }

    /// The sign-in as it is kept.
    async fn kept<'h>(&self, held: &'h mut Held) -> Result<&'h Kept, ConnectorError> {
        if let Some(unsaved) = held.unsaved.take() {
            self.save(held, unsaved).await?;
        }
        if held.kept.is_none() {
            held.kept = self.load().await?;
        }
        let name = &self.account.name;
        let found = held.kept.as_ref();
        let kept =
            found.filter(|kept| App::issuer_of(&self.info, &self.account.options).as_ref() == Some(&kept.issuer));
        match kept {
            Some(kept) if !kept.over => {
                self.knows(Known::SignedIn);
                Ok(kept)
            }
            Some(_) => {
                self.knows(Known::SignedOut);
                Err(ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-again", account = name)))
            }
            None => {
                self.knows(Known::SignedOut);
                Err(ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-first", account = name)))
            }
        }
    }

    async fn load(&self) -> Result<Option<Kept>, ConnectorError> {
        let (secrets, place, name) =
            (Arc::clone(&self.signer.secrets), place(&self.account), self.account.name.clone());
        let read = move || secrets.read(&place, Slot::Tokens, &name);
        let found = tokio::task::spawn_blocking(read).await.map_err(|_panicked| self.unusable())?;
        match found {
            Ok(text) => {
                let kept: Kept = serde_json::from_str(text.reveal()).map_err(|_secret| self.unusable())?;
                self.learn(&kept);
                Ok(Some(kept))
            }
            Err(SecretError::NotInFile(_) | SecretError::NotEntered(_)) => Ok(None),
            Err(error @ SecretError::NotFound { .. }) => {
                self.knows(Known::SignedOut);
                let text = tr!("service-sign-in-not-in-keyring", account = self.account.name);
                Err(ConnectorError::caused(ErrorKind::SignIn, text, error))
            }
            Err(
                error @ (SecretError::NoKeyring { .. }
                | SecretError::Keyring { .. }
                | SecretError::Vault { .. }
                | SecretError::NoPlace(_)
                | SecretError::NotSet { .. }
                | SecretError::NotText { .. }),
            ) => {
                // Unknown, so that it is looked at again once the keyring or the file can be used.
                self.knows(Known::SignedOut);
                Err(ConnectorError::new(ErrorKind::Settings, error.to_string()))
            }
        }
    }

    async fn renew(&self, mut held: OwnedMutexGuard<Held>, refused: bool) -> Result<String, ConnectorError> {
        let Some(old) = held.kept.clone() else { return Err(self.unusable()) };
        let Some(refresh) = &old.refresh else {
            return Err(self.over(&mut held, old.clone()).await);
        };
        let secret = client_secret(&self.signer.secrets, &self.account).await;
        let secret = secret.map_err(|error| ConnectorError::new(ErrorKind::Settings, error))?;
        let app = App::new(&self.info, &self.account.options, secret.map(|secret| secret.reveal().to_owned()))?;
        tracing::debug!(account = %self.account.name, "renewing the sign-in");
        match app.refresh(refresh.reveal(), old.in_body).await {
            Ok(grant) => {
                let mut fresh = Kept::of(&grant, app.issuer());
                // A platform that gives no new refresh token means the old one to last.
                fresh.refresh = fresh.refresh.or_else(|| old.refresh.clone());
                let access = grant.access.to_string();
                self.learn(&fresh);
                self.save(&mut held, fresh).await?;
                self.knows(Known::SignedIn);
                Ok(access)
            }
            Err(error) if error.kind == ErrorKind::SignIn => {
                let why = self.signer.secrets.redactor().clean(&error.message).unwrap_or(error.message);
                tracing::warn!(account = %self.account.name, why, "the sign-in is over");
                Err(self.over(&mut held, old).await)
            }
            // Renewed early, and the platform cannot do it just now: what there is still holds.
            Err(error) if !refused && error.kind.is_temporary() => match &old.access {
                Some(access) if old.ends_at.is_none_or(|end| end > now().0) => Ok(access.reveal().to_owned()),
                Some(_) | None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Keeps tokens for good, and only then takes them for the ones that hold.
    async fn save(&self, held: &mut Held, fresh: Kept) -> Result<(), ConnectorError> {
        match keep(&self.signer.secrets, &self.account, &fresh).await {
            Ok(()) => {
                held.kept = Some(fresh);
                Ok(())
            }
            Err(why) => {
                held.unsaved = Some(fresh);
                let text = tr!("service-sign-in-not-kept", account = self.account.name, why = why);
                Err(ConnectorError::new(ErrorKind::Settings, text))
            }
        }
    }

    /// The platform has ended the sign-in. That is remembered, so that it is told the same after the next
    /// start.
    async fn over(&self, held: &mut Held, old: Kept) -> ConnectorError {
        let ended = Kept { access: None, refresh: None, over: true, ..old };
        if let Err(why) = keep(&self.signer.secrets, &self.account, &ended).await {
            tracing::warn!(why, "that a sign-in is over could not be kept");
        }
        held.kept = Some(ended);
        self.knows(Known::SignedOut);
        ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-again", account = self.account.name))
    }

    fn knows(&self, now: Known) {
        let mut known = lock(&self.keeper.known);
        let before = std::mem::replace(&mut *known, now);
        if before != now && before != Known::Looking {
            self.signer.changed.notify_one();
        }
    }

    fn learn(&self, kept: &Kept) {
        for secret in [&kept.access, &kept.refresh].into_iter().flatten() {
            self.signer.secrets.redactor().learn(secret);
        }
    }

    fn unusable(&self) -> ConnectorError {
        ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-unreadable", account = self.account.name))
    }
}

impl Kept {
    fn of(grant: &Grant, issuer: String) -> Self {
        let after = |time: Duration| now().0.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        Self {
            issuer,
            access: Some(Secret::new(grant.access.as_str())),
            refresh: grant.refresh.as_ref().map(|token| Secret::new(token.as_str())),
            renew_at: grant.lives.map(|lives| after(lives.saturating_sub(EARLY.min(lives / 4)))),
            ends_at: grant.lives.map(after),
            in_body: grant.in_body,
            over: false,
        }
    }
}

/// Signs an account in in the browser, and keeps what came of it.
pub(crate) async fn sign_in(shared: &Shared, account: AccountSettings) -> Result<(), Problem> {
    let signer = &shared.signer;
    let name = account.name.clone();
    let info = browser_sign_in(&*shared.platforms, &account.connector)
        .ok_or_else(|| Problem::wrong_use(tr!("service-sign-in-no-browser", account = name)))?;
    check_place(shared, &account).await?;
    let secret = client_secret(&shared.secrets, &account).await.map_err(Problem::failed)?;
    let app = App::new(&info, &account.options, secret.map(|secret| secret.reveal().to_owned()))
        .map_err(|error| told(shared, &name, error))?;
    let attempt = app.begin().await.map_err(|error| told(shared, &name, error))?;
    let url = attempt.url().to_owned();
    let (port, proof) = attempt.parts();
    let cancel = CancellationToken::new();
    let registered = Registered::new(signer, &name, &url, &cancel);
    shared.voice.say(Event::OpenBrowser { account: name.clone(), url }).await;
    let returned = tokio::select! {
        returned = port.returned() => returned.map_err(|error| told(shared, &name, error))?,
        () = cancel.cancelled() => return Err(Problem::failed(tr!("service-sign-in-cancelled", account = name))),
        () = tokio::time::sleep(signer.wait) => {
            return Err(Problem::failed(tr!("service-sign-in-timed-out", account = name)));
        }
    };
    drop(registered);
    let done = finish(shared, &account, info, &app, &returned, proof).await;
    match &done {
        Ok(()) => returned.show(&tr!("service-page-done"), &tr!("service-page-done-more", account = name)).await,
        Err(problem) => returned.show(&tr!("service-page-failed"), &problem.message).await,
    }
    done
}

/// Exchanges the code, makes sure that it is the same account as before, and keeps the tokens.
async fn finish(
    shared: &Shared,
    account: &AccountSettings,
    info: OAuthInfo,
    app: &App,
    returned: &Returned,
    proof: crate::connectors::oauth::Proof,
) -> Result<(), Problem> {
    let name = &account.name;
    let grant = app.exchange(returned, proof).await.map_err(|error| told(shared, name, error))?;
    let fresh = Kept::of(&grant, app.issuer());
    let source = shared.signer.source(account, info);
    source.learn(&fresh);
    check_identity(shared, account, grant.access.to_string()).await?;
    let mut held = Arc::clone(&source.keeper.tokens).lock_owned().await;
    held.unsaved = None;
    source.save(&mut held, fresh).await.map_err(|error| Problem::failed(error.message))?;
    // A sign-in that could not be kept is not tried again later: the operator has been told.
    drop(held);
    source.knows(Known::SignedIn);
    let healed = name.clone();
    let done = shared.db.with(move |store| {
        let mut freed = BTreeSet::new();
        for row in store.pairs()? {
            if (row.spec.ends.a.account == healed || row.spec.ends.b.account == healed)
                && store.heal_alerts(&row.spec.name, AlertKind::SignIn, &[], now())? > 0
                && !row.paused
            {
                freed.insert(row.spec.name);
            }
        }
        Ok(freed)
    });
    match done.await {
        Ok(freed) => shared.signer.freed.lock().unwrap_or_else(PoisonError::into_inner).extend(freed),
        Err(error) => tracing::warn!(%error, "the alert about the sign-in could not be ended"),
    }
    shared.signer.changed.notify_one();
    Ok(())
}

/// Nobody goes through the browser only to hear that nothing can be kept.
async fn check_place(shared: &Shared, account: &AccountSettings) -> Result<(), Problem> {
    let (secrets, wanted) = (Arc::clone(&shared.secrets), place(account));
    let places = tokio::task::spawn_blocking(move || secrets.places());
    let places = places.await.map_err(|_panicked| Problem::failed(tr!("service-sign-in-mistake")))?;
    let name = &account.name;
    match wanted {
        SecretRef::Keyring if !places.keyring => {
            Err(Problem::failed(tr!("service-sign-in-no-keyring", account = name)))
        }
        SecretRef::File => match places.file {
            SecretFile::Open => Ok(()),
            SecretFile::Locked => Err(Problem::failed(tr!("service-vault-locked"))),
            SecretFile::Absent => Err(Problem::failed(tr!("service-vault-absent"))),
        },
        SecretRef::Env(_) => Err(Problem::wrong_use(SecretError::NoPlace(name.clone()).to_string())),
        SecretRef::Keyring | SecretRef::Ask => Ok(()),
    }
}

/// Whoever has signed in now must be who was there before, where a pair knows that (DESIGN.md, rule 15).
async fn check_identity(shared: &Shared, account: &AccountSettings, access: String) -> Result<(), Problem> {
    let name = account.name.clone();
    let known = shared.db.with(move |store| {
        let mut known = BTreeSet::new();
        for row in store.pairs()?.into_iter().filter(|row| row.accepted.is_some()) {
            for side in Side::BOTH {
                if row.spec.ends.get(side).account == name {
                    known.extend(store.identity(&row.spec.name, side)?.map(|identity| identity.0));
                }
            }
        }
        Ok(known)
    });
    let known = known.await.map_err(|error| Problem::failed(error.to_string()))?;
    if known.is_empty() {
        return Ok(());
    }
    let connector = open_with(shared, account, &[], Credential::Tokens(Arc::new(Just(access))))?;
    match connector.identity(&Context::quiet()).await {
        Ok(identity) if known.contains(&identity.0) => Ok(()),
        Ok(_) => Err(Problem::failed(tr!("service-sign-in-somebody-else", account = account.name))),
        // The next run asks again before it reads anything.
        Err(error) if error.kind.is_temporary() => Ok(()),
        Err(error) => Err(told(shared, &account.name, error)),
    }
}

/// One access token that is not kept yet.
struct Just(String);

#[async_trait]
impl TokenSource for Just {
    async fn access_token(&self, refused: Option<&str>) -> Result<String, ConnectorError> {
        if refused.is_some() {
            return Err(ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-token-refused")));
        }
        Ok(self.0.clone())
    }
}

/// The app's own secret, where the operator has entered one.
async fn client_secret(secrets: &Arc<Secrets>, account: &AccountSettings) -> Result<Option<Secret>, String> {
    let (secrets, place, name) = (Arc::clone(secrets), place(account), account.name.clone());
    let read = move || {
        let found = secrets.read(&place, Slot::Password, &name);
        if let Ok(secret) = &found {
            secrets.redactor().learn(secret);
        }
        found
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(secret)) => Ok(Some(secret)),
        Ok(Err(error)) if error.is_nothing_there() => Ok(None),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_panicked) => Err(tr!("service-sign-in-mistake")),
    }
}

async fn keep(secrets: &Arc<Secrets>, account: &AccountSettings, kept: &Kept) -> Result<(), String> {
    let text = serde_json::to_string(kept).map(Secret::new).map_err(|error| error.to_string())?;
    // Some keyrings have little room; the access token can be had again.
    let short = Kept { access: None, ..kept.clone() };
    let short = serde_json::to_string(&short).map(Secret::new).map_err(|error| error.to_string())?;
    let has_refresh = kept.refresh.is_some();
    let (secrets, place, name) = (Arc::clone(secrets), place(account), account.name.clone());
    let write = move || match secrets.keep(&place, Slot::Tokens, &name, text) {
        Err(error) if error.is_too_long() && has_refresh => secrets.keep(&place, Slot::Tokens, &name, short),
        done => done,
    };
    let done = tokio::task::spawn_blocking(write).await.map_err(|_panicked| tr!("service-sign-in-mistake"))?;
    done.map_err(|error| error.to_string())
}

fn told(shared: &Shared, account: &str, error: ConnectorError) -> Problem {
    let wrong_use = error.kind == ErrorKind::Settings;
    let message = shared.secrets.redactor().clean(&error.message).unwrap_or(error.message);
    Problem { wrong_use, message: format!("{account}: {message}") }
}

/// A sign-in in the list of those that wait, for as long as it does.
struct Registered {
    signer: Arc<Signer>,
    account: String,
    url: String,
}

impl Registered {
    /// A second sign-in of the same account takes the place of the first.
    fn new(signer: &Arc<Signer>, account: &str, url: &str, cancel: &CancellationToken) -> Self {
        let before = lock(&signer.waiting).insert(account.to_owned(), (url.to_owned(), cancel.clone()));
        if let Some((_, before)) = before {
            before.cancel();
        }
        signer.changed.notify_one();
        Self { signer: Arc::clone(signer), account: account.to_owned(), url: url.to_owned() }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut waiting = lock(&self.signer.waiting);
        if waiting.get(&self.account).is_some_and(|(url, _)| *url == self.url) {
            waiting.remove(&self.account);
        }
        drop(waiting);
        self.signer.changed.notify_one();
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
