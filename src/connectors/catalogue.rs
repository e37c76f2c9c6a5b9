//! The kinds of platforms that Duosync knows. A new connector has its entry here.

use crate::model::{OptionInfo, OptionKind, PlatformInfo, SignIn};
use crate::texts::phrase;

/// Every kind of platform that is built in, in the order in which they are offered.
#[must_use]
pub fn builtin() -> Vec<PlatformInfo> {
    let shipped = super::rest::shipped().iter().map(super::rest::Manifest::platform);
    fixed().into_iter().chain(shipped).map(in_language).collect()
}

/// The kinds that no manifest describes, in English.
pub(crate) fn fixed() -> Vec<PlatformInfo> {
    let mut all = vec![csv(), super::xlsx::platform(), carddav(), super::vcf::platform()];
    all.extend(super::database::platforms());
    all.push(super::ldap::platform());
    all
}

/// A platform's description in the language in force, as far as its texts are known in it.
#[must_use]
pub fn in_language(mut platform: PlatformInfo) -> PlatformInfo {
    platform.name = phrase(&platform.name);
    platform.about = phrase(&platform.about);
    for option in &mut platform.options {
        option.label = phrase(&option.label);
        option.hint = phrase(&option.hint);
        match &mut option.kind {
            OptionKind::Choice(choices) => {
                for (_, label) in choices {
                    *label = phrase(label);
                }
            }
            OptionKind::Text | OptionKind::Url | OptionKind::File(_) | OptionKind::Folder | OptionKind::Flag => {}
        }
    }
    match &mut platform.sign_in {
        SignIn::Secret { label, help, .. } => {
            *label = phrase(label);
            *help = phrase(help);
        }
        SignIn::None | SignIn::Browser(_) => {}
    }
    platform
}

fn csv() -> PlatformInfo {
    let endings = ["csv", "tsv", "txt"].map(str::to_owned).to_vec();
    PlatformInfo {
        kind: "csv".to_owned(),
        name: "Spreadsheet file (CSV)".to_owned(),
        about: "A list that a program exports or a spreadsheet saves as CSV.".to_owned(),
        options: vec![
            OptionInfo::required("path", "File", "customers.csv", OptionKind::File(endings)),
            OptionInfo::optional("id", "Column that identifies a row", "customer_no", OptionKind::Text).advanced(),
            OptionInfo::optional("key", "Match key, where no column identifies a row", "", OptionKind::Text).advanced(),
        ],
        sign_in: SignIn::None,
    }
}

fn carddav() -> PlatformInfo {
    PlatformInfo {
        kind: "carddav".to_owned(),
        name: "Address book (CardDAV)".to_owned(),
        about: "Nextcloud, iCloud, Fastmail, Radicale and other servers of address books.".to_owned(),
        options: vec![
            OptionInfo::required("url", "Address of the server", "https://dav.example.com/", OptionKind::Url),
            OptionInfo::optional("username", "User name", "", OptionKind::Text),
            OptionInfo::optional(
                "ca",
                "Certificate authority of your own server (PEM file)",
                "",
                OptionKind::File(["pem", "crt", "cer"].map(str::to_owned).to_vec()),
            )
            .advanced(),
            OptionInfo::optional(
                "allow_http",
                "Connect without encryption",
                "Only where the server is in your own building.",
                OptionKind::Flag,
            )
            .advanced(),
        ],
        sign_in: SignIn::Secret { label: "Password".to_owned(), help: String::new(), optional: true },
    }
}
