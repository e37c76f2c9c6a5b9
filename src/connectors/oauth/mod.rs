//! Signing in in the browser: OAuth 2 (RFC 6749) with PKCE (RFC 7636) as native apps do it (RFC 8252).
//!
//! The browser comes back to a port on this computer that is open for the length of one sign-in. Nothing
//! here remembers anything: what came of it is a [`Grant`], and whoever asked keeps it.

mod loopback;
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use oauth2::basic::{BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse as _, TokenUrl,
};
use reqwest::Url;
use zeroize::Zeroizing;

use super::{ConnectorError, ErrorKind};
use crate::model::OAuthInfo;
use crate::texts::tr;

pub use loopback::{Returned, Waiting};

/// Where the browser comes back to, unless the account says otherwise; a free port is put in.
const REDIRECT: &str = "http://127.0.0.1/";

/// The app as the platform knows it, for one account.
pub struct App {
    client_id: String,
    secret: Option<Zeroizing<String>>,
    authorize: Url,
    token: Url,
    scopes: Vec<String>,
    extra: Vec<(String, String)>,
    redirect: Url,
    http: wire::Wire,
}

/// What a sign-in or a refresh gave.
#[derive(Clone)]
pub struct Grant {
    /// The access token.
    pub access: Zeroizing<String>,
    /// The refresh token that holds from now on; none where the platform gave no new one.
    pub refresh: Option<Zeroizing<String>>,
    /// How long the access token lives, where the platform says so.
    pub lives: Option<Duration>,
    /// Whether the platform wants the app's own secret in the body, not in a header.
    pub in_body: bool,
}

/// A sign-in that has begun: the address for the browser, and the port that waits for its return.
pub struct Attempt {
    url: Url,
    waiting: Waiting,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
}

/// What is needed to turn the browser's return into a grant.
pub struct Proof {
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
}

impl App {
    /// The app of an account with these settings. `{{ option }}` in the platform's addresses and scopes
    /// stands for a setting of the account.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when a setting is missing or an address cannot be used.
    pub fn new(
        info: &OAuthInfo,
        options: &BTreeMap<String, String>,
        secret: Option<String>,
    ) -> Result<Self, ConnectorError> {
        let fill = |template: &str| filled(template, options);
        let client_id = options.get(OAuthInfo::CLIENT_ID).map(|id| id.trim().to_owned()).unwrap_or_default();
        if client_id.is_empty() {
            return Err(ConnectorError::new(ErrorKind::Settings, tr!("service-sign-in-no-client")));
        }
        let given = options.get(OAuthInfo::REDIRECT_URI).map(|uri| uri.trim()).filter(|uri| !uri.is_empty());
        let mut extra = Vec::new();
        for (key, value) in &info.extra {
            extra.push((key.clone(), fill(value)?));
        }
        let scopes = info.scopes.iter().map(|scope| fill(scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            client_id,
            secret: secret.map(Zeroizing::new),
            authorize: endpoint(&fill(&info.authorize_url)?)?,
            token: endpoint(&fill(&info.token_url)?)?,
            scopes: scopes.into_iter().filter(|scope| !scope.is_empty()).collect(),
            extra,
            redirect: redirect(given.unwrap_or(REDIRECT))?,
            http: wire::client()?,
        })
    }

    /// Where tokens come from, and for whom: what was given there is of no use anywhere else.
    #[must_use]
    pub fn issuer(&self) -> String {
        issuer(&self.token, &self.client_id)
    }

    /// The same from the settings alone; none where they cannot be used.
    #[must_use]
    pub fn issuer_of(info: &OAuthInfo, options: &BTreeMap<String, String>) -> Option<String> {
        let token = endpoint(&filled(&info.token_url, options).ok()?).ok()?;
        Some(issuer(&token, options.get(OAuthInfo::CLIENT_ID)?.trim()))
    }

    /// Opens the port and makes the address for the browser.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the port cannot be opened.
    pub async fn begin(&self) -> Result<Attempt, ConnectorError> {
        let state = CsrfToken::new_random();
        let (waiting, redirect) = Waiting::open(&self.redirect, state.secret()).await?;
        let redirect = RedirectUrl::from_url(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = oauth2::basic::BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.authorize.clone()))
            .set_redirect_uri(redirect.clone());
        let mut request = client
            .authorize_url(|| state)
            .set_pkce_challenge(challenge)
            .add_scopes(self.scopes.iter().cloned().map(Scope::new));
        for (key, value) in &self.extra {
            request = request.add_extra_param(key.clone(), value.clone());
        }
        let (url, _state) = request.url();
        Ok(Attempt { url, waiting, verifier, redirect })
    }

    /// Turns what the browser brought back into a grant.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] when the operator or the platform said no, else as the platform's answer
    /// says.
    pub async fn exchange(&self, returned: &Returned, proof: Proof) -> Result<Grant, ConnectorError> {
        if let Some(error) = returned.value("error") {
            return Err(said_no(error, returned.value("error_description")));
        }
        let code = returned.value("code").unwrap_or_default();
        let verifier = Zeroizing::new(proof.verifier.into_secret());
        let once = |in_body: bool| {
            let (code, verifier) =
                (AuthorizationCode::new(code.to_owned()), PkceCodeVerifier::new(verifier.to_string()));
            let client = self.client(in_body).set_redirect_uri(proof.redirect.clone());
            async move {
                let request = client.exchange_code(code).set_pkce_verifier(verifier);
                request.request_async(&self.http).await
            }
        };
        let first = once(false).await;
        // Most platforms take the app's secret in the header, as RFC 6749, section 2.3.1 wants it; some only
        // look into the body, and refuse before they look at the code.
        let (answer, in_body) =
            if self.secret.is_some() && is_about_client(&first) { (once(true).await, true) } else { (first, false) };
        answer.map(|tokens| grant(&tokens, in_body)).map_err(|error| self.trouble(error))
    }

    /// Has a new access token for a refresh token. Where the answer brings a new refresh token, the old one
    /// is used up (RFC 6749, section 6; RFC 9700, section 4.14.2).
    ///
    /// # Errors
    /// [`ErrorKind::SignIn`] when the platform no longer takes the refresh token.
    pub async fn refresh(&self, refresh: &str, in_body: bool) -> Result<Grant, ConnectorError> {
        let client = self.client(in_body);
        let token = RefreshToken::new(refresh.to_owned());
        let answer = client.exchange_refresh_token(&token).request_async(&self.http).await;
        answer.map(|tokens| grant(&tokens, in_body)).map_err(|error| self.trouble(error))
    }

    fn client(&self, in_body: bool) -> TokenClient {
        let client = oauth2::basic::BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(self.token.clone()))
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        match &self.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.to_string())),
            None => client,
        }
    }

    /// What a refusal of the token endpoint means (RFC 6749, section 5.2).
    fn trouble(&self, error: TokenError) -> ConnectorError {
        let host = self.token.host_str().unwrap_or_default();
        match error {
            RequestTokenError::Request(error) => error,
            RequestTokenError::ServerResponse(answer) => {
                let why = described(answer.error().as_ref(), answer.error_description().map(String::as_str));
                match answer.error() {
                    BasicErrorResponseType::InvalidGrant => {
                        ConnectorError::new(ErrorKind::SignIn, tr!("service-sign-in-over", host = host, why = why))
                    }
                    BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => {
                        let text = tr!("service-sign-in-client-refused", host = host, why = why);
                        ConnectorError::new(ErrorKind::Settings, text)
                    }
                    BasicErrorResponseType::InvalidRequest
                    | BasicErrorResponseType::InvalidScope
                    | BasicErrorResponseType::UnsupportedGrantType
                    | BasicErrorResponseType::Extension(_) => {
                        let text = tr!("service-sign-in-refused", host = host, why = why);
                        ConnectorError::new(ErrorKind::Rejected, text)
                    }
                }
            }
            // Both may hold the answer itself, which may hold tokens.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                ConnectorError::new(ErrorKind::BadAnswer, tr!("service-sign-in-bad-answer", host = host))
            }
        }
    }
}

impl Attempt {
    /// What the browser is to open.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Both halves: what waits for the browser, and what is needed once it has come back.
    #[must_use]
    pub fn parts(self) -> (Waiting, Proof) {
        (self.waiting, Proof { verifier: self.verifier, redirect: self.redirect })
    }
}

fn issuer(token: &Url, client_id: &str) -> String {
    format!("{token} {client_id}")
}

type TokenClient = oauth2::basic::BasicClient<
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

type TokenError = oauth2::basic::BasicRequestTokenError<ConnectorError>;

fn grant(tokens: &BasicTokenResponse, in_body: bool) -> Grant {
    Grant {
        access: Zeroizing::new(tokens.access_token().secret().clone()),
        refresh: tokens.refresh_token().map(|token| Zeroizing::new(token.secret().clone())),
        lives: tokens.expires_in(),
        in_body,
    }
}

/// Whether it is the app that was refused, and not the code.
fn is_about_client(answer: &Result<BasicTokenResponse, TokenError>) -> bool {
    let Err(RequestTokenError::ServerResponse(answer)) = answer else { return false };
    match answer.error() {
        BasicErrorResponseType::InvalidClient
        | BasicErrorResponseType::UnauthorizedClient
        | BasicErrorResponseType::InvalidRequest => true,
        BasicErrorResponseType::InvalidGrant
        | BasicErrorResponseType::InvalidScope
        | BasicErrorResponseType::UnsupportedGrantType
        | BasicErrorResponseType::Extension(_) => false,
    }
}

/// The browser came back without a code (RFC 6749, section 4.1.2.1).
fn said_no(error: &str, description: Option<&str>) -> ConnectorError {
    if error == "access_denied" {
        return ConnectorError::new(ErrorKind::Forbidden, tr!("service-sign-in-denied"));
    }
    let why = described(error, description);
    ConnectorError::new(ErrorKind::Forbidden, tr!("service-sign-in-not-allowed", why = why))
}

/// The platform's words for it, no longer than a sentence.
fn described(code: &str, description: Option<&str>) -> String {
    let words = description.map(str::trim).filter(|words| !words.is_empty());
    let text = words.map_or_else(|| code.to_owned(), |words| format!("{code}: {words}"));
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(300).collect();
    text
}

/// A template with the account's settings in it.
fn filled(template: &str, options: &BTreeMap<String, String>) -> Result<String, ConnectorError> {
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.render_str(template, options).map_err(|error| {
        let text = tr!("service-sign-in-template", template = template);
        ConnectorError::caused(ErrorKind::Settings, text, error)
    })
}

/// An address of the platform. Passwords and tokens go there, so it is encrypted, unless it is on this
/// computer.
fn endpoint(text: &str) -> Result<Url, ConnectorError> {
    let url = Url::parse(text).map_err(|error| {
        ConnectorError::caused(ErrorKind::Settings, tr!("service-sign-in-address", url = text), error)
    })?;
    if url.scheme() == "https" || url.scheme() == "http" && loopback::is_loopback(&url) {
        return Ok(url);
    }
    Err(ConnectorError::new(ErrorKind::Settings, tr!("service-sign-in-plain", url = text)))
}

fn redirect(text: &str) -> Result<Url, ConnectorError> {
    let wrong = || ConnectorError::new(ErrorKind::Settings, tr!("service-sign-in-redirect", url = text));
    let url = Url::parse(text).map_err(|_secret| wrong())?;
    let plain = url.scheme() == "http" && url.query().is_none() && url.fragment().is_none();
    if plain && loopback::is_loopback(&url) { Ok(url) } else { Err(wrong()) }
}
