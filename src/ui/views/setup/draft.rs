//! One account as it is typed in the assistant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{AccountSettings, OptionInfo, OptionKind, PlatformInfo, SecretRef, SignIn};
use crate::service::{AccountCheck, RequestId};
use crate::texts::tr;

/// How Duosync gets a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Keep {
    /// From this computer's keyring.
    #[default]
    Keyring,
    /// From the workspace's encrypted file.
    File,
    /// From the operator, once after each start.
    Ask,
    /// From an environment variable.
    Env,
}

/// A try that is going on.
#[derive(Clone, Debug)]
pub(crate) struct Trying {
    /// The command's number, by which it is stopped.
    pub(crate) request: Option<RequestId>,
    /// The settings that are tried.
    pub(crate) settings: AccountSettings,
    /// What has come of it so far.
    pub(crate) so_far: AccountCheck,
}

/// One account as it is typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AccountDraft {
    /// The kind of platform; empty before one is picked.
    pub(crate) connector: String,
    /// The operator's name for it.
    pub(crate) name: String,
    /// What is typed for each setting.
    pub(crate) options: BTreeMap<String, String>,
    /// The password or key, if one was typed. Never kept.
    #[serde(skip)]
    pub(crate) password: String,
    /// The passphrase of the encrypted file, while it is typed. Never kept.
    #[serde(skip)]
    pub(crate) passphrase: String,
    /// How Duosync gets the password.
    pub(crate) keep: Keep,
    /// The environment variable that holds it.
    pub(crate) variable: String,
    /// The list that was picked.
    pub(crate) collection: Option<String>,
    /// The account that this draft was made from, or that it was saved as.
    pub(crate) base: Option<AccountSettings>,
    /// What the platform needs.
    #[serde(skip)]
    pub(crate) platform: Option<PlatformInfo>,
    /// Names that other accounts have.
    #[serde(skip)]
    pub(crate) taken: BTreeSet<String>,
    /// Why the password could not be kept.
    #[serde(skip)]
    pub(crate) not_kept: Option<String>,
    /// How the last try went, and the settings that were tried.
    #[serde(skip)]
    pub(crate) check: Option<(AccountSettings, Result<AccountCheck, String>)>,
    /// The try that is going on.
    #[serde(skip)]
    pub(crate) trying: Option<Trying>,
    /// Whether the result of a try has just come and is to be scrolled to.
    #[serde(skip)]
    pub(crate) fresh: bool,
    /// What the file dialog had to say.
    #[serde(skip)]
    pub(crate) hint: Option<String>,
    /// What is looked for among the platforms.
    #[serde(skip)]
    pub(crate) search: String,
}

impl AccountDraft {
    /// A draft of a new account of a kind.
    pub(crate) fn of_kind(platform: &PlatformInfo) -> Self {
        Self { connector: platform.kind.clone(), platform: Some(platform.clone()), ..Self::default() }
    }

    /// A draft of an account that is there.
    pub(crate) fn of(settings: &AccountSettings, collection: Option<String>, platforms: &[PlatformInfo]) -> Self {
        let mut draft = Self {
            connector: settings.connector.clone(),
            name: settings.name.clone(),
            options: settings.options.clone(),
            keep: match &settings.secret {
                Some(SecretRef::File) => Keep::File,
                Some(SecretRef::Ask) => Keep::Ask,
                Some(SecretRef::Env(_)) => Keep::Env,
                Some(SecretRef::Keyring) | None => Keep::Keyring,
            },
            variable: match &settings.secret {
                Some(SecretRef::Env(variable)) => variable.clone(),
                Some(SecretRef::Ask | SecretRef::File | SecretRef::Keyring) | None => String::new(),
            },
            collection,
            base: Some(settings.clone()),
            ..Self::default()
        };
        draft.know(platforms);
        draft
    }

    /// Looks up what its platform needs, where that is not known yet.
    pub(crate) fn know(&mut self, platforms: &[PlatformInfo]) {
        if self.platform.as_ref().is_none_or(|known| known.kind != self.connector) {
            self.platform = platforms.iter().find(|platform| platform.kind == self.connector).cloned();
        }
    }

    /// How one signs in.
    pub(crate) fn sign_in(&self) -> &SignIn {
        self.platform.as_ref().map_or(&SignIn::None, |platform| &platform.sign_in)
    }

    /// The settings that are asked for, the ordinary or the advanced ones.
    pub(crate) fn asked(&self, advanced: bool) -> Vec<OptionInfo> {
        let options = self.platform.iter().flat_map(|platform| &platform.options);
        options.filter(|option| option.advanced == advanced).cloned().collect()
    }

    /// What is typed for a setting, without the spaces around it.
    fn typed(&self, key: &str) -> &str {
        self.options.get(key).map_or("", |text| text.trim())
    }

    /// The account's settings as they are typed.
    pub(crate) fn settings(&self) -> AccountSettings {
        let filled = self.options.iter().filter(|(_, text)| !text.trim().is_empty());
        let options = filled.map(|(key, text)| (key.clone(), text.trim().to_owned())).collect();
        AccountSettings { name: self.shown_name(), connector: self.connector.clone(), options, secret: self.secret() }
    }

    /// Where the password is, where the platform wants one and there is one.
    fn secret(&self) -> Option<SecretRef> {
        let place = || match self.keep {
            Keep::Keyring => SecretRef::Keyring,
            Keep::File => SecretRef::File,
            Keep::Ask => SecretRef::Ask,
            Keep::Env => SecretRef::Env(self.variable.trim().to_owned()),
        };
        match self.sign_in() {
            SignIn::None => None,
            SignIn::Secret { optional: true, .. } => {
                let known = self.base.as_ref().is_some_and(|base| base.secret.is_some());
                let wanted = known || !self.password.is_empty() || self.keep != Keep::Keyring;
                wanted.then(place)
            }
            SignIn::Secret { optional: false, .. } | SignIn::Browser(_) => Some(place()),
        }
    }

    /// The name that was typed, else one made of the file or the platform that no other account has.
    pub(crate) fn shown_name(&self) -> String {
        let typed = self.name.trim();
        if !typed.is_empty() {
            return typed.to_owned();
        }
        let mut needed = self.platform.iter().flat_map(|platform| &platform.options).filter(|option| option.required);
        let file = needed.find_map(|option| {
            let place = std::path::Path::new(self.typed(&option.key));
            match option.kind {
                OptionKind::File(_) | OptionKind::Folder => {
                    place.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)
                }
                OptionKind::Text | OptionKind::Url | OptionKind::Flag | OptionKind::Choice(_) => None,
            }
        });
        let platform = || {
            // "Address book (CardDAV)": what is between the brackets is of no use in a name.
            let name = self.platform.as_ref().map_or("", |platform| platform.name.as_str());
            name.split('(').next().unwrap_or(name).trim().to_owned()
        };
        let stem = file.filter(|stem| !stem.is_empty()).unwrap_or_else(platform);
        let numbered = (2..).map(|number| format!("{stem} {number}"));
        std::iter::once(stem.clone()).chain(numbered).find(|name| !self.taken.contains(name)).unwrap_or_default()
    }

    /// The password, if one was typed.
    pub(crate) fn password(&self) -> Option<String> {
        (!self.password.is_empty() && self.keep != Keep::Env).then(|| self.password.clone())
    }

    /// What is still missing before it can be tried.
    pub(crate) fn missing(&self) -> Option<String> {
        let Some(platform) = &self.platform else { return Some(tr!("setup-missing-kind")) };
        let blank = platform.options.iter().find(|option| option.required && self.typed(&option.key).is_empty());
        if let Some(option) = blank {
            return Some(tr!("setup-missing", what = option.label));
        }
        if self.keep == Keep::Env && self.variable.trim().is_empty() && *self.sign_in() != SignIn::None {
            return Some(tr!("setup-missing-variable"));
        }
        match self.sign_in() {
            SignIn::Secret { label, optional: false, .. } => {
                let known = self.base.as_ref().is_some_and(|base| base.secret.is_some());
                let there = known || !self.password.is_empty() || self.keep == Keep::Env;
                (!there).then(|| tr!("setup-missing", what = label))
            }
            SignIn::None | SignIn::Secret { optional: true, .. } | SignIn::Browser(_) => None,
        }
    }

    /// The last try, if it was of what is typed now.
    pub(crate) fn result(&self) -> Option<&Result<AccountCheck, String>> {
        self.check.as_ref().filter(|(tried, _)| same_place(tried, &self.settings())).map(|(_, result)| result)
    }

    /// Whether the connection is known to work.
    pub(crate) fn works(&self) -> bool {
        let saved = self.base.as_ref() == Some(&self.settings()) && self.password().is_none();
        match self.result() {
            Some(result) => result.as_ref().is_ok_and(AccountCheck::is_ok),
            None => saved,
        }
    }

    /// The list that is used: the one that was picked, else the only one.
    pub(crate) fn list(&self) -> Option<String> {
        if let Some(picked) = &self.collection {
            return Some(picked.clone());
        }
        let Some(Ok(check)) = self.result() else { return None };
        match check.collections.as_slice() {
            [only] => Some(only.id.clone()),
            _ => None,
        }
    }

    /// Whether a list has to be picked first.
    pub(crate) fn needs_list(&self) -> bool {
        self.list().is_none() && matches!(self.result(), Some(Ok(check)) if check.collections.len() > 1)
    }
}

/// Whether two settings lead to the same place: a name, and where the password is kept, do not matter.
fn same_place(one: &AccountSettings, other: &AccountSettings) -> bool {
    let env = |settings: &AccountSettings| match &settings.secret {
        Some(SecretRef::Env(variable)) => Some(variable.clone()),
        Some(SecretRef::Keyring | SecretRef::File | SecretRef::Ask) | None => None,
    };
    one.connector == other.connector && one.options == other.options && env(one) == env(other)
}
