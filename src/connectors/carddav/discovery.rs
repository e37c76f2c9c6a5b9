//! Finding the address books of an account (RFC 6764, section 6; RFC 6352, section 7.1).
//!
//! DNS service records are not asked: an address or host name is what operators are given.

use reqwest::Url;

use super::dav::{self, Entry, Multistatus};
use super::path;
use crate::connectors::http::Http;
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::texts::tr;

/// One address book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Book {
    /// Its path, in the one form that ids have ([`path::normal`]).
    pub(crate) href: String,
    /// The name that the operator knows.
    pub(crate) name: String,
    /// Whether this user may not write to it.
    pub(crate) read_only: bool,
    /// Whether it takes vCard 4.0 only.
    pub(crate) only_v4: bool,
}

/// What an account turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Who is signed in, as the server names it.
    pub(crate) principal: Option<String>,
    /// The address books.
    pub(crate) books: Vec<Book>,
}

/// The address in an account's settings: a URL, a host, or an email address whose host is meant.
pub(crate) fn base_url(text: &str) -> Result<Url, ConnectorError> {
    let text = text.trim();
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{}", text.split_once('@').map_or(text, |(_, host)| host))
    };
    let url = Url::parse(&full)
        .map_err(|error| ConnectorError::caused(ErrorKind::Settings, tr!("server-address", text = text), error))?;
    if url.password().is_some() || !url.username().is_empty() {
        return Err(ConnectorError::new(ErrorKind::Settings, tr!("server-address-secret")));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(ConnectorError::new(ErrorKind::Settings, tr!("server-address-nameless", text = text)));
    }
    Ok(url)
}

/// Who is signed in, from the account's own address; none where it does not say at once.
pub(crate) async fn principal(http: &Http, context: &Context) -> Result<Option<String>, ConnectorError> {
    let answer = http.send(context, "PROPFIND", http.base(), &[("depth", "0")], Some((XML, dav::ABOUT))).await?;
    if answer.status == 401 {
        return Err(answer.error(&tr!("server-doing-sign-in")));
    }
    if answer.status != 207 {
        return Ok(None);
    }
    let multistatus = dav::parse(&answer.body)?;
    Ok(multistatus.entries.into_iter().find_map(|entry| entry.principal).map(|href| path::normal(&href)))
}

/// The media type of what is asked.
pub(crate) const XML: &str = "application/xml; charset=utf-8";

/// Finds the address books: at the address itself, else from `/.well-known/carddav`.
pub(crate) async fn discover(http: &Http, context: &Context) -> Result<Found, ConnectorError> {
    context.step("looking for address books", 0, None);
    let base = http.base().clone();
    let mut found = Found { principal: None, books: Vec::new() };
    let mut trouble = None;
    let well_known = http.resolve(&base, "/.well-known/carddav")?;
    for start in [base, well_known] {
        match from_here(http, context, &start, &mut found).await {
            Ok(()) => {}
            // A wrong password or dead network is not mended by asking elsewhere.
            Err(error) if error.kind.is_for_all() => return Err(error),
            Err(error) => trouble = trouble.or(Some(error)),
        }
        if !found.books.is_empty() {
            return Ok(found);
        }
    }
    match trouble {
        Some(error) if found.principal.is_none() => Err(error),
        _ => Ok(found),
    }
}

async fn from_here(http: &Http, context: &Context, start: &Url, found: &mut Found) -> Result<(), ConnectorError> {
    let (at, about) = ask(http, context, start, "0").await?;
    let Some(here) = about.entries.first() else { return Ok(()) };
    if found.principal.is_none() {
        found.principal = here.principal.as_deref().map(path::normal);
    }
    if here.addressbook {
        found.books.extend(book(&at, here));
        return Ok(());
    }
    let mut homes = here.homes.clone();
    if homes.is_empty()
        && let Some(principal) = &here.principal
    {
        let url = http.resolve(&at, principal)?;
        let (_, answer) = ask(http, context, &url, "0").await?;
        homes = answer.entries.into_iter().flat_map(|entry| entry.homes).collect();
    }
    if homes.is_empty() {
        // A server that names no principal may still list its books where it was asked.
        homes.push(at.path().to_owned());
    }
    for home in homes {
        let url = http.resolve(&at, &home)?;
        let (at, listing) = ask(http, context, &url, "1").await?;
        for entry in listing.entries.iter().filter(|entry| entry.addressbook) {
            let new = book(&at, entry);
            found.books.extend(new.filter(|new| !found.books.iter().any(|known| known.href == new.href)));
        }
    }
    found.books.sort_by(|a, b| a.href.cmp(&b.href));
    Ok(())
}

async fn ask(http: &Http, context: &Context, url: &Url, depth: &str) -> Result<(Url, Multistatus), ConnectorError> {
    let answer = http.send(context, "PROPFIND", url, &[("depth", depth)], Some((XML, dav::ABOUT))).await?;
    if answer.status != 207 {
        return Err(answer.error(&tr!("server-doing-look")));
    }
    Ok((answer.url.clone(), dav::parse(&answer.body)?))
}

fn book(at: &Url, entry: &Entry) -> Option<Book> {
    let href = path::normal(at.join(&entry.href).ok()?.path());
    let href = if href.ends_with('/') { href } else { href + "/" };
    let name = entry.name.clone().unwrap_or_else(|| path::last_segment(&href));
    let only_v4 = !entry.versions.is_empty() && entry.versions.iter().all(|version| version == "4.0");
    Some(Book { href, name, read_only: entry.writable == Some(false), only_v4 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn addresses_hosts_and_emails_are_understood() {
        for (text, url) in [
            ("contacts.example.com", "https://contacts.example.com/"),
            ("ann@example.com", "https://example.com/"),
            (" http://127.0.0.1:5232/a/ ", "http://127.0.0.1:5232/a/"),
        ] {
            assert_eq!(base_url(text).unwrap().as_str(), url);
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = base_url("https://ann:hunter2@example.com/").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings);
        assert!(!error.to_string().contains("hunter2"));
    }
}
