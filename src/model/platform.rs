//! Kinds of platforms: what an account of each needs, so that the window can ask for it and a settings
//! file can be checked.

use serde::{Deserialize, Serialize};

/// One kind of platform that an account can be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformInfo {
    /// The word by which a settings file names it (`connector = "csv"`).
    pub kind: String,
    /// The name that the operator knows: "Spreadsheet file (CSV)".
    pub name: String,
    /// What it is good for, in one sentence.
    pub about: String,
    /// What has to be set, in the order in which it is asked for.
    pub options: Vec<OptionInfo>,
    /// How one signs in.
    pub sign_in: SignIn,
}

/// One setting of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionInfo {
    /// Its key in [`AccountSettings::options`](super::AccountSettings::options) and in a settings file.
    pub key: String,
    /// What the operator is asked for: "Address of the server".
    pub label: String,
    /// An example or a word of help; may be empty.
    pub hint: String,
    /// Whether the account is of no use without it.
    pub required: bool,
    /// Whether the window keeps it under "more", as hardly anybody needs it.
    pub advanced: bool,
    /// What it holds.
    pub kind: OptionKind,
}

/// What a setting of an account holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// A text.
    Text,
    /// An address; a name or password in it is refused.
    Url,
    /// A file, relative to the settings file; the endings (without the dot) that it may have.
    File(Vec<String>),
    /// A folder, relative to the settings file.
    Folder,
    /// `true` or `false`.
    Flag,
    /// One of these: the word in the settings file, and the name that the operator knows.
    Choice(Vec<(String, String)>),
}

/// How one signs in to a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Not at all.
    None,
    /// With a secret that the operator types or pastes.
    Secret {
        /// What it is called there: "Password", "API key".
        label: String,
        /// Where it is found, in one sentence; may be empty.
        help: String,
        /// Whether the platform may want none.
        optional: bool,
    },
    /// In the browser (OAuth 2, RFC 6749 and RFC 8252).
    Browser(OAuthInfo),
}

/// Where and for what one signs in with OAuth 2. Addresses may hold `{{ option }}` of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthInfo {
    /// The authorization endpoint (RFC 6749, section 3.1).
    pub authorize_url: String,
    /// The token endpoint (RFC 6749, section 3.2).
    pub token_url: String,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
    /// Further parameters of the authorization request, such as `access_type=offline`.
    pub extra: Vec<(String, String)>,
}

impl PlatformInfo {
    /// The same with the settings that every sign-in in the browser needs, where they are not there yet:
    /// `client_id`, and `redirect_uri` for platforms that want one written down beforehand.
    #[must_use]
    pub fn complete(mut self) -> Self {
        if !matches!(self.sign_in, SignIn::Browser(_)) {
            return self;
        }
        let wanted = [
            OptionInfo::required(
                OAuthInfo::CLIENT_ID,
                "Client ID",
                "The id of the app that you registered at the platform.",
                OptionKind::Text,
            ),
            OptionInfo::optional(
                OAuthInfo::REDIRECT_URI,
                "Redirect address",
                "Only where the platform wants it written down: http://127.0.0.1:8976/",
                OptionKind::Url,
            )
            .advanced(),
        ];
        for option in wanted {
            if self.option(&option.key).is_none() {
                self.options.push(option);
            }
        }
        self
    }

    /// A setting by its key.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&OptionInfo> {
        self.options.iter().find(|option| option.key == key)
    }
}

impl OAuthInfo {
    /// The account's setting with the id of the app at the platform (RFC 6749, section 2.2).
    pub const CLIENT_ID: &str = "client_id";
    /// The account's setting with the address on this computer to which the browser comes back.
    pub const REDIRECT_URI: &str = "redirect_uri";
}

impl OptionInfo {
    /// A setting that must be there.
    #[must_use]
    pub fn required(key: &str, label: &str, hint: &str, kind: OptionKind) -> Self {
        Self { required: true, ..Self::optional(key, label, hint, kind) }
    }

    /// A setting that may be left out.
    #[must_use]
    pub fn optional(key: &str, label: &str, hint: &str, kind: OptionKind) -> Self {
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            required: false,
            advanced: false,
            kind,
        }
    }

    /// The same, kept under "more".
    #[must_use]
    pub fn advanced(self) -> Self {
        Self { advanced: true, ..self }
    }
}
