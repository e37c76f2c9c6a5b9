//! `CardDAV` address books (RFC 6352, 6578, 6764) with vCard 3.0 and 4.0.
//!
//! A record's id is the path of its card on the server, its version the card's etag. A card is edited
//! in place: only the lines of the fields that change are composed anew (`vcard`).

mod cache;
mod dav;
mod discovery;
#[cfg(any(test, fuzzing))]
mod hostile;
mod listing;
mod path;
mod writing;

#[cfg(any(test, fuzzing))]
pub(in crate::connectors) use self::hostile::hostile_answer;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use self::cache::Cards;
use self::discovery::{Book, Found};
use super::http::{Http, SharedHttp, basic};
use super::shared::card_fields;
use super::shared::cards::{field_info, revised};
use super::shared::vcard::Card;
use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteResult};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Identity, Listing, Record, RecordId, Timestamp, Version,
};
use crate::texts::tr;

/// How many updates share one reading of the cards that they edit.
const WRITES_A_CALL: usize = 40;
/// From how many cards the fields of a book are learnt.
const SAMPLED_CARDS: usize = 50;

/// The connector of one `CardDAV` account.
#[derive(Debug)]
pub struct CardDavConnector {
    account: Arc<Account>,
}

/// What all calls and their tasks share.
#[derive(Debug)]
struct Account {
    http: SharedHttp,
    /// What discovery found; asked once.
    found: tokio::sync::Mutex<Option<Found>>,
    /// Paths of books by what the settings call them.
    books: Mutex<HashMap<String, String>>,
    cards: Mutex<Cards>,
    /// Books that have refused a vCard 3.0.
    only_v4: Mutex<BTreeSet<String>>,
}

/// A card as the server holds it.
#[derive(Clone, Debug)]
struct Stored {
    href: String,
    etag: Option<String>,
    modified: Option<Timestamp>,
    text: String,
}

impl CardDavConnector {
    /// A connector for these settings: `url`, `username`, `allow_http = "yes"` for an address without TLS on
    /// another computer, and `ca`, a PEM file of certificate authorities that are trusted beside the
    /// computer's own. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the address is missing, wrong or not safe, or the file holds no
    /// certificate; [`ErrorKind::File`] when it cannot be read.
    pub fn new(settings: &AccountSettings, password: Option<&str>) -> Result<Self, ConnectorError> {
        let option = |key: &str| settings.options.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let url = option("url").ok_or_else(|| {
            ConnectorError::new(ErrorKind::Settings, tr!("server-account-no-address", account = settings.name))
        })?;
        let allow_http =
            option("allow_http").is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "yes" | "true" | "1"));
        let authorization = option("username").map(|user| basic(user, password.unwrap_or_default())).transpose()?;
        let ca = option("ca").map(Path::new);
        let http = Http::trusting(discovery::base_url(url)?, authorization, allow_http, ca)?;
        let account = Account {
            http: Arc::new(http),
            found: tokio::sync::Mutex::new(None),
            books: Mutex::new(HashMap::new()),
            cards: Mutex::new(Cards::default()),
            only_v4: Mutex::new(BTreeSet::new()),
        };
        Ok(Self { account: Arc::new(account) })
    }
}

impl Account {
    /// What the account holds; the server is asked once.
    async fn found(&self, context: &Context) -> Result<Found, ConnectorError> {
        let mut found = self.found.lock().await;
        if let Some(found) = found.as_ref() {
            return Ok(found.clone());
        }
        let new = discovery::discover(&self.http, context).await?;
        *found = Some(new.clone());
        Ok(new)
    }

    /// The path of the book that a pair's settings name: a path or URL, a name, or nothing where
    /// there is just one.
    async fn book(&self, context: &Context, collection: &str) -> Result<String, ConnectorError> {
        let collection = collection.trim();
        if collection.starts_with('/') || collection.contains("://") {
            let url = self.http.resolve(self.http.base(), collection)?;
            let href = path::normal(url.path());
            return Ok(if href.ends_with('/') { href } else { href + "/" });
        }
        if let Some(href) = lock(&self.books).get(collection) {
            return Ok(href.clone());
        }
        let found = self.found(context).await?;
        let href = choose_book(&found.books, collection)?.href.clone();
        self.remember_book(collection, &href);
        Ok(href)
    }

    fn remember_book(&self, collection: &str, href: &str) {
        lock(&self.books).insert(collection.trim().to_owned(), href.to_owned());
    }

    /// Whether a book is known to take vCard 4.0 only: it said so when it was found, or refused another one.
    async fn wants_v4(&self, href: &str) -> bool {
        if lock(&self.only_v4).contains(href) {
            return true;
        }
        let found = self.found.lock().await;
        found.as_ref().is_some_and(|found| found.books.iter().any(|book| book.href == href && book.only_v4))
    }
}

impl Stored {
    /// The version: the etag, else a digest of the text for servers that have none.
    fn version(&self) -> Version {
        Version(self.etag.clone().unwrap_or_else(|| cache::digest(&self.text)))
    }

    /// The record; none where it is no contact.
    fn record(&self, want: &[String], raw: bool) -> Option<Record> {
        let card = Card::parse(&self.text);
        (card.is_card() && !card.is_group()).then(|| self.record_of(&card, want, raw))
    }

    fn record_of(&self, card: &Card, want: &[String], raw: bool) -> Record {
        Record {
            id: RecordId::new(self.href.clone()),
            version: Some(self.version()),
            modified: self.modified.or_else(|| revised(card)),
            modified_by: None,
            fields: card_fields::read_all(card, want),
            raw: raw.then(|| self.text.clone()),
        }
    }
}

#[async_trait]
impl Connector for CardDavConnector {
    fn abilities(&self) -> Abilities {
        // Several updates of one call share one reading of their cards; their writes run side by
        // side within the call.
        Abilities {
            batch: Batch::UpTo(WRITES_A_CALL),
            incremental: true,
            modified: true,
            bound_cursors: true,
            finds_late: false,
        }
    }

    fn requests(&self) -> u64 {
        self.account.http.requests()
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        let http = &self.account.http;
        let principal = match discovery::principal(http, context).await? {
            Some(principal) => Some(principal),
            None => self.account.found(context).await?.principal,
        };
        let place = principal.unwrap_or_else(|| path::normal(http.base().path()));
        Ok(Identity(http.base().origin().ascii_serialization() + &place))
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        // A book made since the last look has to be seen.
        *self.account.found.lock().await = None;
        let found = self.account.found(context).await?;
        Ok(found
            .books
            .into_iter()
            .map(|book| CollectionInfo { id: book.href, name: book.name, read_only: book.read_only })
            .collect())
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let href = self.account.book(context, collection).await?;
        let all: Vec<String> = self.account.etags(context, &href).await?.into_keys().collect();
        // Cards from the whole book rather than its first ones, which one import may have made.
        let step = all.len().div_ceil(SAMPLED_CARDS).max(1);
        let some: Vec<String> = all.into_iter().step_by(step).collect();
        let cards: Vec<Card> = self
            .account
            .fetch(context, &href, &some)
            .await?
            .cards
            .iter()
            .map(|stored| Card::parse(&stored.text))
            .collect();
        let typed: BTreeSet<String> = cards.iter().flat_map(card_fields::typed_fields).collect();
        let names = card_fields::PLAIN.iter().map(|name| (*name).to_owned()).chain(typed);
        Ok(names.map(|name| field_info(name, &cards)).collect())
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        self.account.list(context, collection, want, since).await
    }

    fn after_writes(&self, cursor: Cursor, written: &BTreeMap<RecordId, Option<Version>>) -> Cursor {
        listing::after_writes(cursor, written)
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        card_fields::check_names(want)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let href = self.account.book(context, collection).await?;
        // A server answers once for a card that is named twice.
        let hrefs: BTreeSet<String> = ids.iter().map(|id| path::normal(id.as_str())).collect();
        let hrefs: Vec<String> = hrefs.into_iter().collect();
        let cards = self.account.all_of(context, &href, &hrefs).await?;
        Ok(cards.iter().filter_map(|stored| stored.record(want, true)).collect())
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        self.account.find(context, collection, want, find).await
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        Arc::clone(&self.account).write(context, collection, want, writes).await
    }
}

fn choose_book<'a>(books: &'a [Book], collection: &str) -> Result<&'a Book, ConnectorError> {
    let fits: [&dyn Fn(&Book) -> bool; 4] = [
        &|_| collection.is_empty(),
        &|book| book.name == collection,
        &|book| path::last_segment(&book.href) == collection,
        &|book| book.name.to_lowercase() == collection.to_lowercase(),
    ];
    for fit in fits {
        let mut fitting = books.iter().filter(|book| fit(book));
        match (fitting.next(), fitting.next()) {
            (Some(book), None) => return Ok(book),
            (Some(_), Some(_)) => {
                let say =
                    if collection.is_empty() { tr!("server-several-books") } else { tr!("server-books-of-that-name") };
                return Err(ConnectorError::new(ErrorKind::Settings, format!("{say}: {}", names(books))));
            }
            (None, _) => {}
        }
    }
    Err(ConnectorError::new(
        ErrorKind::NotFound,
        if books.is_empty() {
            tr!("server-no-book")
        } else {
            tr!("server-no-such-book", books = format_args!("{}", names(books)), collection = collection)
        },
    ))
}

fn names(books: &[Book]) -> String {
    books.iter().map(|book| format!("\u{201c}{}\u{201d} ({})", book.name, book.href)).collect::<Vec<_>>().join(", ")
}

/// Locks without a panic: what is behind these locks is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cards by path.
type ByHref = BTreeMap<String, Stored>;

#[cfg(test)]
mod tests;
