//! Signing in in the browser, against a real OAuth 2 server that exchanges refresh tokens and takes the
//! second use of one for theft. The browser's part is played over HTTP, its pages and cookies included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "a test stops at the first surprise, and what else is said does not matter to it"
)]

#[path = "oauth/rest.rs"]
mod rest;
mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use duosync::connectors::memory::MemoryPlatform;
use duosync::connectors::{
    Abilities, Connector, ConnectorError, Context, Credential, ErrorKind, Find, TokenSource, Write, WriteResult,
};
use duosync::model::{
    AccountSettings, AlertKind, CollectionInfo, Cursor, FieldInfo, Identity, Listing, OAuthInfo, OptionInfo,
    OptionKind, Outcome, PlatformInfo, Record, RecordId, SecretRef, SignIn,
};
use duosync::service::{Command, Platforms, Reply};
use support::oidc::{Browser, Decision, Oidc};
use support::sign_in_desk::{self, SignInDesk};

/// A platform whose every call needs a token that the real server takes.
struct Shop {
    server: String,
    list: MemoryPlatform,
    other: MemoryPlatform,
    /// The tokens of the account that was opened last.
    tokens: Mutex<Option<Arc<dyn TokenSource>>>,
}

impl Platforms for Shop {
    fn known(&self) -> Vec<PlatformInfo> {
        let info = OAuthInfo {
            authorize_url: "{{ server }}/auth".to_owned(),
            token_url: "{{ server }}/token".to_owned(),
            scopes: vec!["openid".to_owned(), "offline_access".to_owned()],
            extra: vec![("prompt".to_owned(), "consent".to_owned())],
        };
        let platform = |kind: &str, sign_in: SignIn| PlatformInfo {
            kind: kind.to_owned(),
            name: kind.to_owned(),
            about: String::new(),
            options: vec![OptionInfo::optional("server", "Server", "", OptionKind::Text)],
            sign_in,
        };
        vec![platform("shop", SignIn::Browser(info)), platform("memory", SignIn::None)]
    }

    fn open(
        &self,
        account: &AccountSettings,
        _keys: &[String],
        credential: Credential,
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        if account.connector == "memory" {
            return Ok(Arc::new(self.other.connector()));
        }
        let Credential::Tokens(tokens) = credential else { panic!("no tokens: {credential:?}") };
        *self.tokens.lock().unwrap() = Some(Arc::clone(&tokens));
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let url = format!("{}/me", self.server);
        Ok(Arc::new(Guest { inner: Arc::new(self.list.connector()), tokens, http, url }))
    }
}

struct Guest {
    inner: Arc<dyn Connector>,
    tokens: Arc<dyn TokenSource>,
    http: reqwest::Client,
    url: String,
}

impl Guest {
    /// Asks the server who this is: with another token where the first was refused.
    async fn knock(&self) -> Result<String, ConnectorError> {
        let mut token = self.tokens.access_token(None).await?;
        for last in [false, true] {
            let answer = self.http.get(&self.url).header("Authorization", format!("Bearer {token}")).send().await;
            let answer = answer
                .map_err(|error| ConnectorError::caused(ErrorKind::Unreachable, "the shop is not there", error))?;
            if answer.status() == 401 && !last {
                token = self.tokens.access_token(Some(&token)).await?;
                continue;
            }
            if answer.status() != 200 {
                break;
            }
            let text = answer.text().await.unwrap();
            return Ok(serde_json::from_str::<serde_json::Value>(&text).unwrap()["sub"].as_str().unwrap().to_owned());
        }
        Err(ConnectorError::new(ErrorKind::SignIn, "the shop refuses every token"))
    }
}

#[async_trait]
impl Connector for Guest {
    fn abilities(&self) -> Abilities {
        self.inner.abilities()
    }
    fn requests(&self) -> u64 {
        self.inner.requests()
    }
    async fn identity(&self, _context: &Context) -> Result<Identity, ConnectorError> {
        self.knock().await.map(Identity)
    }
    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        self.inner.collections(context).await
    }
    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        self.inner.fields(context, collection).await
    }
    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        self.knock().await?;
        self.inner.list(context, collection, want, since).await
    }
    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        self.inner.get(context, collection, want, ids).await
    }
    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        self.inner.find(context, collection, want, find).await
    }
    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        self.inner.write(context, collection, want, writes).await
    }
}

/// A desk that signs in to the platform above.
struct Desk {
    desk: SignInDesk,
    shop: Arc<Shop>,
}

impl std::ops::Deref for Desk {
    type Target = SignInDesk;
    fn deref(&self) -> &SignInDesk {
        &self.desk
    }
}

impl std::ops::DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut SignInDesk {
        &mut self.desk
    }
}

fn account(server: &str, client: &str, secret: Option<SecretRef>) -> AccountSettings {
    let settings = sign_in_desk::account("Shop", "shop", &[("server", server), ("client_id", client)]);
    AccountSettings { secret, ..settings }
}

impl Desk {
    /// Nobody has signed in yet; `None` where the server is not installed.
    fn new() -> Option<Self> {
        let _there = rustls::crypto::ring::default_provider().install_default();
        let oidc = Oidc::start()?;
        let server = oidc.url();
        let shop = Arc::new(Shop {
            server: server.clone(),
            list: MemoryPlatform::new("people"),
            other: MemoryPlatform::new("people"),
            tokens: Mutex::default(),
        });
        let platforms: Arc<dyn Platforms> = Arc::<Shop>::clone(&shop);
        let accounts =
            [account(&server, "public", Some(SecretRef::File)), sign_in_desk::account("Book", "memory", &[])];
        let desk = SignInDesk::new(oidc, tempfile::tempdir().unwrap(), platforms, accounts, [None, None]);
        Some(Self { desk, shop })
    }

    /// The same, signed in as Ann and in step.
    fn signed_in() -> Option<Self> {
        let mut desk = Self::new()?;
        desk.sign_in("ann").unwrap();
        desk.shop.list.put("1", [("email", "ann@example.org")]);
        assert_eq!(desk.sync().summary.outcome, Outcome::Done);
        Some(desk)
    }

    fn tokens(&self) -> Arc<dyn TokenSource> {
        Arc::clone(self.shop.tokens.lock().unwrap().as_ref().expect("the account was opened"))
    }

    fn token(&self, refused: Option<&str>) -> Result<String, ConnectorError> {
        let tokens = self.tokens();
        self.runtime.block_on(async move { tokens.access_token(refused).await })
    }
}

#[test]
fn one_signs_in_in_the_browser_and_stays_signed_in_over_a_restart() {
    let Some(mut desk) = Desk::new() else { return };
    assert_eq!(desk.until(|now| !now.signed_out.is_empty()).signed_out, ["Shop"]);
    let failed = desk.sync().summary;
    assert_eq!(failed.outcome, Outcome::Failed);
    assert!(failed.message.unwrap().contains("not signed in yet"));

    let (id, url) = desk.begin();
    for part in ["code_challenge_method=S256", "code_challenge=", "state=", "redirect_uri=http%3A%2F%2F127.0.0.1%3A"] {
        assert!(url.contains(part), "{url}");
    }
    let waiting = desk.until(|now| !now.signing_in.is_empty());
    assert_eq!((waiting.signing_in[0].account.as_str(), &waiting.signing_in[0].url), ("Shop", &url));
    let page = desk.browse(&url, "ann", Decision::Allow);
    assert!(page.contains("You are signed in") && page.contains("Shop") && page.contains("close this page"), "{page}");
    desk.wait(id).unwrap();
    desk.until(|now| now.signing_in.is_empty() && now.signed_out.is_empty());

    desk.shop.list.put("1", [("email", "ann@example.org")]);
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    assert_eq!(desk.shop.other.records().len(), 1);
    desk.again(Duration::from_mins(2));
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    assert_eq!(desk.oidc.state().0, 0, "the access token still holds, so nothing was refreshed");
    desk.assert_kept_secret();
}

#[test]
fn ten_callers_with_an_expired_token_refresh_once() {
    let Some(desk) = Desk::signed_in() else { return };
    let old = desk.token(None).unwrap();
    let (_, first_refresh, _) = desk.oidc.state();
    desk.oidc.expire();
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let (tokens, old) = (desk.tokens(), old.clone());
            desk.runtime.spawn(async move { tokens.access_token(Some(&old)).await.unwrap() })
        })
        .collect();
    let fresh: Vec<String> =
        desk.runtime.block_on(async { futures_of(callers).await }).into_iter().map(Result::unwrap).collect();
    assert!(fresh.iter().all(|token| *token == fresh[0] && *token != old), "{} tokens", fresh.len());
    let (refreshes, second_refresh, _) = desk.oidc.state();
    assert_eq!(refreshes, 1);
    assert_ne!(first_refresh, second_refresh, "the refresh token was exchanged");

    // One that is stopped while it refreshes costs nothing: the refresh goes on without it.
    desk.oidc.expire();
    let tokens = desk.tokens();
    desk.runtime.block_on(async {
        let mut stopped = Box::pin(tokens.access_token(Some(&fresh[0])));
        let waker = std::task::Waker::noop();
        let first = stopped.as_mut().poll(&mut std::task::Context::from_waker(waker));
        assert!(first.is_pending());
    });
    assert_ne!(desk.token(Some(&fresh[0])).unwrap(), fresh[0]);
    assert_eq!(desk.oidc.state().0, 2);
    desk.assert_kept_secret();
}

async fn futures_of<T>(tasks: Vec<tokio::task::JoinHandle<T>>) -> Vec<Result<T, tokio::task::JoinError>> {
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await);
    }
    done
}

#[test]
fn a_run_refreshes_by_itself_and_a_stolen_refresh_token_ends_the_sign_in() {
    let Some(mut desk) = Desk::signed_in() else { return };
    let (_, stolen, _) = desk.oidc.state();
    desk.oidc.expire();
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    assert_eq!(desk.oidc.state().0, 1);

    // The second use of a refresh token ends everything that came of that sign-in.
    assert_eq!(desk.oidc.steal(&stolen), 400);
    let failed = desk.sync().summary;
    assert_eq!(failed.outcome, Outcome::Failed);
    let why = failed.message.unwrap();
    assert!(why.contains("no longer lets Duosync in") && why.contains("Sign in again"), "{why}");
    assert_eq!(desk.until(|now| !now.signed_out.is_empty()).signed_out, ["Shop"]);
    assert!(desk.alerts.contains(&AlertKind::SignIn), "{:?}", desk.alerts);

    // It is told the same after a restart, without asking the server again.
    desk.oidc.stop();
    desk.again(Duration::from_mins(2));
    assert_eq!(desk.until(|now| !now.signed_out.is_empty()).signed_out, ["Shop"]);
    assert!(desk.sync().summary.message.unwrap().contains("no longer lets Duosync in"));
}

#[test]
fn after_the_consent_was_taken_back_one_signs_in_again_as_the_same_user_only() {
    let Some(mut desk) = Desk::signed_in() else { return };
    desk.oidc.revoke();
    assert_eq!(desk.sync().summary.outcome, Outcome::Failed);
    desk.until(|now| now.signed_out == ["Shop"]);

    let other = desk.sign_in("bob").unwrap_err();
    assert!(other.message.contains("somebody else"), "{other}");
    desk.until(|now| now.signed_out == ["Shop"]);
    assert_eq!(desk.sync().summary.outcome, Outcome::Failed, "what Bob signed in with is not used");

    desk.sign_in("ann").unwrap();
    desk.until(|now| now.signed_out.is_empty());
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    let Ok(Reply::Alerts(alerts)) = desk.call(Command::Alerts) else { panic!("no alerts") };
    assert!(alerts.iter().filter(|alert| alert.kind == AlertKind::SignIn).all(|alert| alert.healed.is_some()));

    // With the old sign-in still good, somebody else's is refused too, and the old one goes on.
    let (tokens, before) = (desk.tokens(), desk.token(None).unwrap());
    desk.sign_in("bob").unwrap_err();
    assert_eq!(desk.runtime.block_on(tokens.access_token(None)).unwrap(), before);
    // Saving the settings again says that it may be another one now.
    let server = desk.oidc.url();
    desk.save(account(&server, "public", Some(SecretRef::File)), None);
    desk.sign_in("bob").unwrap();
}

#[test]
fn a_sync_that_stopped_for_want_of_a_sign_in_goes_on_by_itself_after_it() {
    let Some(mut desk) = Desk::signed_in() else { return };
    desk.call(Command::StartSchedule).unwrap();
    desk.oidc.revoke();
    assert_eq!(desk.sync().summary.outcome, Outcome::Failed);
    desk.until(|now| now.signed_out == ["Shop"]);
    desk.shop.list.put("2", [("email", "bob@example.org")]);
    desk.sign_in("ann").unwrap();
    // Nobody presses Sync now, and the pair has no schedule.
    let done = |run: &&duosync::model::RunSummary| run.outcome == Outcome::Done;
    desk.until(|now| now.pairs[0].runs.iter().filter(done).count() == 2);
}

#[test]
fn who_signs_in_wrongly_or_not_at_all_changes_nothing() {
    let Some(mut desk) = Desk::new() else { return };
    let (id, url) = desk.begin();
    let page = desk.browse(&url, "ann", Decision::Deny);
    assert!(page.contains("You are not signed in"), "{page}");
    let denied = desk.wait(id).unwrap_err();
    assert!(denied.message.contains("permission was not given"), "{denied}");

    // An answer that does not belong to this sign-in is turned away, and the right one still counts.
    let (id, url) = desk.begin();
    let asked = reqwest::Url::parse(&url).unwrap();
    let value = |name: &str| asked.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let back = reqwest::Url::parse(&value("redirect_uri")).unwrap();
    let mut browser = Browser::new();
    for query in ["?code=stolen&state=wrong", "?code=stolen", "?error=access_denied&state=", ""] {
        let (status, _, page) = desk.runtime.block_on(browser.go(&back.join(query).unwrap(), None));
        assert!(status == 400 || status == 404, "{query}: {status} {page}");
    }
    assert_eq!(desk.runtime.block_on(browser.go(&back.join("/favicon.ico").unwrap(), None)).0, 404);
    assert!(desk.browse(&url, "ann", Decision::Allow).contains("You are signed in"));
    desk.wait(id).unwrap();

    // A right state with a wrong code is told by the server.
    let (id, url) = desk.begin();
    let asked = reqwest::Url::parse(&url).unwrap();
    let value = |name: &str| asked.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let mut back = reqwest::Url::parse(&value("redirect_uri")).unwrap();
    back.query_pairs_mut().append_pair("code", "made-up-code").append_pair("state", &value("state"));
    let (_, _, page) = desk.runtime.block_on(browser.go(&back, None));
    assert!(page.contains("You are not signed in"), "{page}");
    assert!(desk.wait(id).unwrap_err().message.contains("invalid_grant"));

    // It can be stopped, and a second one takes the place of the first.
    let (first, _) = desk.begin();
    let (second, _) = desk.begin();
    assert!(desk.wait(first).unwrap_err().message.contains("stopped"));
    desk.call(Command::CancelSignIn("Shop".to_owned())).unwrap();
    assert!(desk.wait(second).unwrap_err().message.contains("stopped"));
    desk.until(|now| now.signing_in.is_empty());

    // A browser that never comes back is not waited for for ever.
    desk.again(Duration::ZERO);
    let (id, _) = desk.begin();
    assert!(desk.wait(id).unwrap_err().message.contains("did not come back"));
    assert_eq!(desk.sync().summary.outcome, Outcome::Done, "the sign-in from before still holds");
}

#[test]
fn a_server_that_is_down_ends_no_sign_in() {
    let Some(mut desk) = Desk::signed_in() else { return };
    let old = desk.token(None).unwrap();
    let (id, url) = desk.begin();
    desk.oidc.stop();
    let error = desk.token(Some(&old)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert_eq!(desk.token(None).unwrap(), old, "nothing was forgotten");

    let asked = reqwest::Url::parse(&url).unwrap();
    let value = |name: &str| asked.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let mut back = reqwest::Url::parse(&value("redirect_uri")).unwrap();
    back.query_pairs_mut().append_pair("code", "a-code").append_pair("state", &value("state"));
    desk.runtime.block_on(Browser::new().go(&back, None));
    let problem = desk.wait(id).unwrap_err();
    assert!(problem.message.contains("cannot be reached"), "{problem}");
}

#[test]
fn new_tokens_that_cannot_be_kept_are_not_used_until_they_are() {
    let Some(mut desk) = Desk::signed_in() else { return };
    let old = desk.token(None).unwrap();
    let obstacle = desk.folder.path().join("secrets.duosync.part");
    std::fs::create_dir(&obstacle).unwrap();
    let error = desk.token(Some(&old)).unwrap_err();
    assert!(error.message.contains("could not be kept"), "{error}");
    assert!(desk.token(Some(&old)).is_err(), "still not");
    std::fs::remove_dir(&obstacle).unwrap();
    let fresh = desk.token(Some(&old)).unwrap();
    assert_ne!(fresh, old);
    assert_eq!(desk.oidc.state().0, 1, "the refresh token was used once");
    // What is kept is the new one: after a restart it goes on from there.
    desk.again(Duration::from_mins(2));
    desk.oidc.expire();
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    assert_eq!(desk.oidc.state().0, 2);
}

#[test]
fn an_app_with_a_secret_signs_in_either_way_and_a_wrong_one_is_told() {
    let Some(mut desk) = Desk::new() else { return };
    let server = desk.oidc.url();
    for client in ["basic", "post"] {
        desk.save(account(&server, client, Some(SecretRef::File)), Some("Shop-Secret/4711+x"));
        desk.sign_in("ann").unwrap();
        assert_eq!(desk.sync().summary.outcome, Outcome::Done);
        desk.oidc.expire();
        assert_eq!(desk.sync().summary.outcome, Outcome::Done, "{client} refreshes");
    }
    desk.save(account(&server, "basic", Some(SecretRef::File)), Some("Not-The-Secret"));
    let refused = desk.sign_in("ann").unwrap_err();
    assert!(refused.message.contains("client secret") && !refused.message.contains("Not-The-Secret"), "{refused}");
    // What was given to another app is not sent to this one's server.
    desk.until(|now| now.signed_out == ["Shop"]);

    let mut nobody = account(&server, "", Some(SecretRef::Ask));
    desk.save(nobody.clone(), None);
    let missing = desk.call(Command::SignIn { account: "Shop".to_owned() }).unwrap_err();
    assert!(missing.message.contains("client ID is missing"), "{missing}");
    nobody.options.insert("client_id".to_owned(), "public".to_owned());
    nobody.options.insert("redirect_uri".to_owned(), "http://example.org/".to_owned());
    desk.save(nobody, None);
    let elsewhere = desk.call(Command::SignIn { account: "Shop".to_owned() }).unwrap_err();
    assert!(elsewhere.message.contains("on this computer"), "{elsewhere}");
}

#[test]
fn a_sign_in_that_is_asked_at_each_start_is_kept_nowhere() {
    let Some(mut desk) = Desk::new() else { return };
    let server = desk.oidc.url();
    desk.save(account(&server, "public", Some(SecretRef::Ask)), None);
    desk.sign_in("ann").unwrap();
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    desk.again(Duration::from_mins(2));
    assert_eq!(desk.until(|now| !now.signed_out.is_empty()).signed_out, ["Shop"]);
    desk.call(Command::ForgetPassword("Shop".to_owned())).unwrap();
    assert!(Path::new(desk.folder.path()).join("secrets.duosync").exists());
    desk.assert_kept_secret();
}
