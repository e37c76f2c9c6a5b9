//! The same through a manifest: the tokens are what its requests are signed with.

use std::collections::BTreeSet;
use std::sync::Arc;

use duosync::model::{AccountSettings, Outcome, SecretRef};
use duosync::service::KnownPlatforms;

use super::support::oidc::Oidc;
use super::support::shop::Shop as Server;
use super::support::sign_in_desk::{self, SignInDesk};
use super::support::ways::Way;

/// The dialect of the shop, signed in to in the browser.
fn manifest() -> String {
    let text = Way::Keyset.manifest();
    let (start, end) = (text.find("[sign_in]").unwrap(), text.find("[errors]").unwrap());
    let sign_in = r#"[[option]]
key = "server"
label = "Where one signs in"
required = true

[sign_in]
by = "oauth"
authorize_url = "{{ server }}/auth"
token_url = "{{ server }}/token"
scopes = ["openid", "offline_access"]
extra = { prompt = "consent" }

"#;
    format!("{}{sign_in}{}", &text[..start], &text[end..]).replace("kind = \"shop\"", "kind = \"shop_in_the_browser\"")
}

/// The tokens that the shop was shown.
fn tokens(server: &Server) -> BTreeSet<String> {
    server.seen().iter().map(|request| request.headers["authorization"].clone()).collect()
}

#[test]
fn a_manifest_signs_in_in_the_browser_and_its_requests_are_signed_with_the_tokens() {
    let _there = rustls::crypto::ring::default_provider().install_default();
    let Some(oidc) = Oidc::start() else { return };
    let server = Server::start_behind(&oidc);
    for name in ["ann", "bob", "cy", "dee", "eve"] {
        server.add(name, &format!("{name}@example.org"), "");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("connectors")).unwrap();
    std::fs::write(folder.path().join("connectors/shop_in_the_browser.toml"), manifest()).unwrap();
    let book = folder.path().join("book.csv");
    std::fs::write(&book, "email\n").unwrap();
    let options = [("url", server.url()), ("server", oidc.url()), ("client_id", "public".to_owned())];
    let options = options.each_ref().map(|(key, value)| (*key, value.as_str()));
    let shop = AccountSettings {
        secret: Some(SecretRef::File),
        ..sign_in_desk::account("Shop", "shop_in_the_browser", &options)
    };
    let book_account = sign_in_desk::account("Book", "csv", &[("path", book.to_str().unwrap())]);
    let platforms = Arc::new(KnownPlatforms::new(folder.path()));
    let mut desk = SignInDesk::new(oidc, folder, platforms, [shop, book_account], [Some("people"), None]);

    let failed = desk.sync().summary;
    assert!(failed.message.as_ref().is_some_and(|why| why.contains("not signed in yet")), "{failed:?}");
    assert!(server.seen().is_empty(), "nothing is asked without a sign-in");
    desk.sign_in("ann").unwrap();
    let done = desk.sync().summary;
    assert_eq!(done.outcome, Outcome::Done, "{done:?}");
    assert_eq!(std::fs::read_to_string(&book).unwrap().lines().count(), 6);
    let first = tokens(&server);
    assert!(first.len() == 1 && first.iter().all(|token| token.starts_with("Bearer ")), "{}", first.len());

    // The token has run out, which the shop says with a 401 in the middle of a run: it is exchanged once, and
    // what was refused is asked again.
    let (refreshes, refresh, _) = desk.oidc.state();
    assert_eq!(refreshes, 0);
    desk.oidc.expire();
    server.forget_seen();
    server.add("fay", "fay@example.org", "");
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    let (refreshes, rotated, _) = desk.oidc.state();
    assert_eq!(refreshes, 1);
    assert_ne!(rotated, refresh, "the refresh token was exchanged too");
    let used = tokens(&server);
    assert_eq!((used.len(), used.intersection(&first).count()), (2, 1), "the old one once, then the new one");
    let refused = server.seen().iter().filter(|request| first.contains(&request.headers["authorization"])).count();
    assert_eq!(refused, 1, "nothing more is asked with a token that was refused");
    assert_eq!(std::fs::read_to_string(&book).unwrap().lines().count(), 7);

    // A write that is refused for the token's sake is sent once more, and stored once.
    std::fs::write(&book, std::fs::read_to_string(&book).unwrap() + "gil@example.org\n").unwrap();
    server.expire_before("POST", "/people");
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    assert_eq!((desk.oidc.state().0, server.count()), (2, 7));

    // The owner takes the consent back.
    desk.oidc.revoke();
    let failed = desk.sync().summary;
    assert_eq!(failed.outcome, Outcome::Failed);
    assert!(failed.message.as_ref().is_some_and(|why| why.contains("Sign in again")), "{failed:?}");
    assert_eq!(desk.until(|now| !now.signed_out.is_empty()).signed_out, ["Shop"]);
    server.forget_seen();
    desk.sync();
    assert!(server.seen().is_empty(), "the shop is left alone until somebody has signed in again");
    desk.sign_in("ann").unwrap();
    assert_eq!(desk.sync().summary.outcome, Outcome::Done);
    desk.assert_kept_secret();
}
