//! Reading a book: everything, what changed, some cards, or the ones that hold something.

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};

use super::dav::{self, Entry};
use super::discovery::XML;
use super::{Account, Stored, card_fields, lock, path};
use crate::connectors::http::{Answer, http_date};
use crate::connectors::{ConnectorError, Context, ErrorKind, Find};
use crate::model::{Cursor, Listing, Record, RecordId, Scope, Value, Version};
use crate::texts::tr;

/// How many cards one multiget asks for.
const CARDS_A_REQUEST: usize = 150;
/// A server that hands out more pages than this of one listing is going in circles.
const MOST_PAGES: usize = 10_000;
/// How many pages in a row may tell nothing that was not told before.
const MOST_IDLE_PAGES: usize = 20;

/// What a cursor holds: enough to go on without discovery.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    /// What the settings called the book.
    of: String,
    /// The book's path.
    href: String,
    /// The server's sync-token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Every card with its etag, for a server that has no sync-collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    etags: Option<BTreeMap<String, String>>,
    /// The cards that Duosync has written since, each with the etag that this gave it, where the token names what
    /// the book holds: one that somebody puts back as it was before is not told of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    wrote: BTreeMap<String, Option<String>>,
}

/// What was asked for by path.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// The cards that were given.
    pub(super) cards: Vec<Stored>,
    /// Cards that are there, but could not be had.
    pub(super) failed: Vec<String>,
}

/// What a server says of its cards.
#[derive(Debug, Default)]
struct Heard {
    /// Cards that are there: new, changed, or all of them.
    there: BTreeMap<String, Entry>,
    /// Cards that are no longer there.
    gone: BTreeSet<String>,
    /// Where the next listing starts.
    token: Option<String>,
    /// Cards that nothing is said of, and that are to be looked at all the same.
    unsaid: Vec<String>,
}

impl Heard {
    /// Takes out what is known: cards that are still what Duosync wrote, as the etag of such a server names
    /// what a card holds. Those of its cards that nothing is said of are to be looked at.
    fn own(&mut self, wrote: BTreeMap<String, Option<String>>) {
        for (href, etag) in wrote {
            match self.there.get(&href) {
                Some(entry) if etag.is_some() && entry.etag == etag => {
                    self.there.remove(&href);
                }
                None if !self.gone.contains(&href) => self.unsaid.push(href),
                Some(_) | None => {}
            }
        }
    }
}

impl Account {
    pub(super) async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        card_fields::check_names(want)?;
        let collection = collection.trim();
        let saved = since.map(|cursor| open(cursor, collection)).transpose()?;
        if let Some(saved) = &saved {
            self.remember_book(collection, &saved.href);
        }
        let href = self.book(context, collection).await?;
        if saved.as_ref().is_some_and(|saved| saved.href != href) {
            return Err(expired());
        }
        context.step("reading the address book", 0, None);
        if let (Some(saved), Some(since)) = (&saved, since)
            && self.is_still_at(context, saved).await?
        {
            let (records, gone, cursor) = (Vec::new(), Vec::new(), Some(since.clone()));
            return Ok(Listing { scope: Scope::Changes, complete: true, records, gone, total: None, cursor });
        }
        let scope = if saved.is_some() { Scope::Changes } else { Scope::Full };
        let mut etags = None;
        let heard = match saved {
            None => match self.sync(context, &href, "").await? {
                Some(heard) => heard,
                None => self.compare_etags(context, &href, &BTreeMap::new(), &mut etags).await?,
            },
            Some(Saved { token: Some(token), wrote, .. }) => {
                let mut heard = self.sync(context, &href, &token).await?.ok_or_else(expired)?;
                heard.own(wrote);
                heard
            }
            Some(Saved { etags: Some(old), .. }) => self.compare_etags(context, &href, &old, &mut etags).await?,
            Some(Saved { token: None, etags: None, .. }) => return Err(expired()),
        };
        let next = (heard.token.is_some() || etags.is_some()).then(|| Saved {
            of: collection.to_owned(),
            href: href.clone(),
            etags: etags.filter(|_| heard.token.is_none()),
            token: heard.token,
            wrote: BTreeMap::new(),
        });
        let total = heard.there.len() as u64;
        let mut records = Vec::with_capacity(heard.there.len());
        let mut missing = Vec::new();
        let mut told = BTreeMap::new();
        let mut complete = true;
        let mut take = |stored: &Stored| match stored.record(want, false) {
            Some(record) => records.push(record),
            None => {
                // A list of other cards is no contact; anything else that is no card is missing.
                if !super::Card::parse(&stored.text).is_group() {
                    tracing::warn!(card = %stored.href, "this is no vCard, so it takes no part");
                    complete = false;
                }
            }
        };
        for (href, entry) in heard.there {
            match self.given(&href, entry) {
                Ok(stored) => take(&stored),
                Err(etag) => {
                    told.extend(etag.map(|etag| (href.clone(), etag)));
                    missing.push(href);
                }
            }
        }
        let (mut failed, mut steady) = (false, true);
        let (mut gone, mut unsaid) = (heard.gone, heard.unsaid.iter().cloned().collect::<BTreeSet<_>>());
        missing.extend(heard.unsaid);
        for some in missing.chunks(CARDS_A_REQUEST) {
            let fetched = self.fetch(context, &href, some).await?;
            fetched.cards.iter().for_each(&mut take);
            // A card of another version than was told is newer, or comes from a cache that is behind: then
            // the change that was told is still to come.
            steady = steady
                && fetched.cards.iter().all(|card| match (&card.etag, told.get(&card.href)) {
                    (Some(given), Some(told)) => given == told,
                    (_, _) => true,
                });
            failed = failed || !fetched.failed.is_empty();
            for href in fetched.cards.iter().map(|card| &card.href).chain(&fetched.failed) {
                unsaid.remove(href);
            }
            context.step("reading the address book", total.saturating_sub(missing.len() as u64), Some(total));
        }
        complete = complete && !failed;
        let cursor = match (complete && steady, scope) {
            (true, _) => next.map(|next| close(&next)).transpose()?,
            // The cards that could not be had, or not as they were told of, must come again.
            (false, Scope::Changes) => since.cloned(),
            (false, Scope::Full) => None,
        };
        context.step("reading the address book", total, Some(total));
        // Of these the server has said, one by one, that they are not there.
        gone.append(&mut unsaid);
        let gone = if scope == Scope::Changes { gone.into_iter().map(RecordId::new).collect() } else { Vec::new() };
        Ok(Listing { scope, complete, records, gone, total: None, cursor })
    }

    /// What an entry of an answer holds of its card, or what is known of it from before. Where that is nothing,
    /// or the answer could not carry the card whole, its etag comes back, and it is to be read by itself.
    fn given(&self, href: &str, entry: Entry) -> Result<Stored, Option<String>> {
        if entry.data.as_deref().is_some_and(|text| text.contains(char::REPLACEMENT_CHARACTER) || !is_whole(text)) {
            return Err(entry.etag);
        }
        let modified = entry.modified.as_deref().and_then(http_date);
        let mut cards = lock(&self.cards);
        let text = match (entry.data, &entry.etag) {
            (Some(text), Some(etag)) => {
                cards.keep(href, etag, &text);
                text
            }
            (Some(text), None) => text,
            (None, Some(etag)) => match cards.at(href, etag) {
                Some(text) => text,
                None => return Err(entry.etag),
            },
            (None, None) => return Err(None),
        };
        Ok(Stored { href: href.to_owned(), etag: entry.etag, modified, text })
    }

    /// Whether a book is still in the state that the cursor names. Only asked where that is much less work for
    /// the server than the listing of changes, which says the same: elsewhere it would be one request more
    /// whenever something has changed. Whatever is answered but just this token, the listing goes on.
    async fn is_still_at(&self, context: &Context, saved: &Saved) -> Result<bool, ConnectorError> {
        let Some(token) = saved.token.as_deref().filter(|token| names_content(token)) else { return Ok(false) };
        // What was written since is another state.
        if !saved.wrote.is_empty() {
            return Ok(false);
        }
        let url = self.http.resolve(self.http.base(), &saved.href)?;
        let answer = match self.http.send(context, "PROPFIND", &url, &[("depth", "0")], Some((XML, dav::TOKEN))).await {
            Err(error) if error.kind == ErrorKind::BadAnswer => return Ok(false),
            other => other?,
        };
        if answer.status != 207 {
            return Ok(false);
        }
        let Ok(told) = dav::parse(&answer.body) else { return Ok(false) };
        let is_book =
            |entry: &Entry| path::normal(&entry.href).trim_end_matches('/') == saved.href.trim_end_matches('/');
        Ok(told.entries.iter().any(|entry| is_book(entry) && entry.token.as_deref() == Some(token)))
    }

    /// Asks what changed since the token (RFC 6578); none where the server cannot say.
    async fn sync(&self, context: &Context, book: &str, token: &str) -> Result<Option<Heard>, ConnectorError> {
        let url = self.http.resolve(self.http.base(), book)?;
        let mut heard = Heard::default();
        let mut at = token.to_owned();
        let mut data = true;
        let (mut tokens, mut idle) = (BTreeSet::from([at.clone()]), 0);
        for _ in 0..MOST_PAGES {
            let body = dav::sync_collection(&at, data);
            let answer = match self.http.send(context, "REPORT", &url, &[("depth", "0")], Some((XML, &body))).await {
                // A whole book in one answer may be too much; without the cards it is not.
                Err(error) if error.kind == ErrorKind::BadAnswer && data => {
                    data = false;
                    continue;
                }
                other => other?,
            };
            match answer.status {
                207 => {}
                400 | 403 | 409 | 410 | 412 | 415 | 501 | 507 if !at.is_empty() => return Err(expired()),
                400 | 403 | 405 | 409 | 412 | 415 | 501 => return Ok(None),
                _ => return Err(answer.error(&tr!("server-doing-read-book"))),
            }
            let multistatus = dav::parse(&answer.body)?;
            let (mut more, mut news) = (false, false);
            for entry in multistatus.entries {
                let href = card_path(&entry.href)?;
                if href.trim_end_matches('/') == book.trim_end_matches('/') {
                    // The answer was cut short: the rest is had with its token (section 3.6).
                    more = more || entry.status == Some(507);
                } else if matches!(entry.status, Some(404 | 410)) {
                    heard.there.remove(&href);
                    news |= heard.gone.insert(href);
                } else if !href.ends_with('/') && !entry.collection {
                    heard.gone.remove(&href);
                    let etag = entry.etag.clone();
                    news |= heard.there.insert(href, entry).is_none_or(|before| before.etag != etag);
                }
            }
            let Some(next) = multistatus.token.filter(|token| !token.is_empty()) else {
                return Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("server-no-end-of-changes")));
            };
            context.step("reading the address book", heard.there.len() as u64, None);
            if !more {
                heard.token = Some(next);
                return Ok(Some(heard));
            }
            // A server that has lost its way must not keep us for hours, nor fill the memory.
            idle = if news { 0 } else { idle + 1 };
            if idle == MOST_IDLE_PAGES || !tokens.insert(next.clone()) {
                break;
            }
            at = next;
        }
        Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("server-endless-list")))
    }

    /// Lists every etag and compares it with what was there before.
    async fn compare_etags(
        &self,
        context: &Context,
        book: &str,
        old: &BTreeMap<String, String>,
        new: &mut Option<BTreeMap<String, String>>,
    ) -> Result<Heard, ConnectorError> {
        let mut there = self.etags(context, book).await?;
        if there.is_empty() && !old.is_empty() {
            // An empty answer is no proof that every contact is gone: a full listing, which the run
            // does not believe when it is empty, has to say so.
            return Err(expired());
        }
        let gone = old.keys().filter(|href| !there.contains_key(*href)).cloned().collect();
        *new = Some(there.iter().filter_map(|(href, entry)| Some((href.clone(), entry.etag.clone()?))).collect());
        // A card without an etag may have changed; it is always read.
        there.retain(|href, entry| entry.etag.is_none() || old.get(href) != entry.etag.as_ref());
        Ok(Heard { there, gone, ..Heard::default() })
    }

    /// Every card of a book with its etag.
    pub(super) async fn etags(&self, context: &Context, book: &str) -> Result<BTreeMap<String, Entry>, ConnectorError> {
        let url = self.http.resolve(self.http.base(), book)?;
        let answer = self.http.send(context, "PROPFIND", &url, &[("depth", "1")], Some((XML, dav::ETAGS))).await?;
        if answer.status != 207 {
            return Err(answer.error(&tr!("server-doing-read-book")));
        }
        let entries = dav::parse(&answer.body)?.entries;
        if entries.iter().any(|entry| entry.status == Some(507)) {
            // What a shortened list leaves out must never look deleted.
            return Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("server-part-of-list")));
        }
        let mut there = BTreeMap::new();
        for entry in entries {
            let href = card_path(&entry.href)?;
            if !entry.collection && !href.ends_with('/') && href.trim_end_matches('/') != book.trim_end_matches('/') {
                there.insert(href, entry);
            }
        }
        Ok(there)
    }

    /// These cards, as many a request as is good for both sides.
    pub(super) async fn fetch(
        &self,
        context: &Context,
        book: &str,
        hrefs: &[String],
    ) -> Result<Fetched, ConnectorError> {
        let url = self.http.resolve(self.http.base(), book)?;
        let mut fetched = Fetched::default();
        for some in hrefs.chunks(CARDS_A_REQUEST) {
            let body = dav::multiget(some.iter().map(String::as_str));
            let answer = self.http.send(context, "REPORT", &url, &[("depth", "1")], Some((XML, &body))).await?;
            if matches!(answer.status, 400 | 403 | 405 | 415 | 501) {
                self.fetch_singly(context, some, &mut fetched).await?;
                continue;
            }
            if answer.status != 207 {
                return Err(answer.error(&tr!("server-doing-read-many")));
            }
            let mut told: BTreeMap<String, Entry> =
                dav::parse(&answer.body)?.entries.into_iter().map(|entry| (path::normal(&entry.href), entry)).collect();
            for href in some {
                let Some(entry) = told.remove(href) else {
                    fetched.failed.push(href.clone());
                    continue;
                };
                if matches!(entry.status, Some(404 | 410)) {
                    continue;
                }
                let has_card = entry.data.is_some();
                match has_card.then(|| self.given(href, entry).ok()).flatten() {
                    Some(stored) => fetched.cards.push(stored),
                    None if has_card => {
                        self.fetch_singly(context, std::slice::from_ref(href), &mut fetched).await?;
                    }
                    None => fetched.failed.push(href.clone()),
                }
            }
        }
        Ok(fetched)
    }

    async fn fetch_singly(
        &self,
        context: &Context,
        hrefs: &[String],
        fetched: &mut Fetched,
    ) -> Result<(), ConnectorError> {
        for href in hrefs {
            match self.read(context, href).await {
                Ok(Some(stored)) => fetched.cards.push(stored),
                Ok(None) => {}
                Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::BadAnswer) => {
                    fetched.failed.push(href.clone());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One card by its own address, which keeps every byte of it; none where it is not there.
    pub(super) async fn read(&self, context: &Context, href: &str) -> Result<Option<Stored>, ConnectorError> {
        let Some(answer) = self.get_card(context, href).await? else { return Ok(None) };
        let text = match std::str::from_utf8(&answer.body) {
            Ok(text) if is_whole(text) => text.to_owned(),
            // Cards are UTF-8 (RFC 6352, section 5.1) and have an end. What is not, and is not twice the same,
            // came to harm on its way: what it lacks would look emptied. Else the server keeps an old card as
            // an old program wrote it.
            read => match self.get_card(context, href).await? {
                Some(again) if again.body == answer.body => match read {
                    Ok(text) => text.to_owned(),
                    Err(_) => WINDOWS_1252.decode(&answer.body).0.into_owned(),
                },
                Some(_) | None => {
                    return Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("server-contact-harmed")));
                }
            },
        };
        let stored = Stored { href: href.to_owned(), etag: answer.etag(), modified: answer.last_modified(), text };
        if let Some(etag) = &stored.etag {
            lock(&self.cards).keep(href, etag, &stored.text);
        }
        Ok(Some(stored))
    }

    async fn get_card(&self, context: &Context, href: &str) -> Result<Option<Answer>, ConnectorError> {
        let url = self.http.resolve(self.http.base(), href)?;
        let answer = self.http.send(context, "GET", &url, &[("accept", "text/vcard")], None).await?;
        match answer.status {
            404 | 410 => Ok(None),
            _ if answer.is_ok() => Ok(Some(answer)),
            _ => Err(answer.error(&tr!("server-doing-read"))),
        }
    }

    pub(super) async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        card_fields::check_names(want)?;
        card_fields::check_names(find.field.iter().map(|(name, _)| name))?;
        let book = self.book(context, collection).await?;
        let mut records = Vec::new();
        if let Some(token) = &find.token
            && let Some(stored) = self.read(context, &super::writing::href_of(&book, token)).await?
        {
            records.extend(stored.record(want, true));
        }
        if let Some((name, value)) = &find.field
            && !value.trim().is_empty()
        {
            let wanted = folded(value);
            for stored in self.holding(context, &book, name, value).await? {
                let card = super::Card::parse(&stored.text);
                let holds = card_fields::read(&card, name).is_some_and(|found| match found {
                    Value::Text(text) => folded(&text) == wanted,
                    Value::List(items) => items.iter().any(|item| folded(item) == wanted),
                });
                if holds && !records.iter().any(|record: &Record| record.id.as_str() == stored.href) {
                    records.extend(stored.record(want, true));
                }
            }
        }
        Ok(records)
    }

    /// Cards that may hold this value: those that the server finds, else all of them.
    async fn holding(
        &self,
        context: &Context,
        book: &str,
        name: &str,
        value: &str,
    ) -> Result<Vec<Stored>, ConnectorError> {
        // Servers compare the written form, in which a comma or line break is escaped and a part of
        // a name or address stands among others: only plain words are left to them.
        let plain = !value.contains([',', ';', '\\', '\n', '\r']);
        if let Some(property) =
            card_fields::property(name).filter(|property| plain && matches!(*property, "EMAIL" | "TEL" | "FN"))
        {
            let url = self.http.resolve(self.http.base(), book)?;
            let body = dav::query(property, value.trim());
            let answer = self.http.send(context, "REPORT", &url, &[("depth", "1")], Some((XML, &body))).await?;
            match answer.status {
                207 => {
                    let entries = dav::parse(&answer.body)?.entries;
                    // An answer that was cut short (RFC 6352, section 8.6.2) says nothing of the cards that it
                    // leaves out, so all of them are looked at.
                    let is_book =
                        |entry: &Entry| path::normal(&entry.href).trim_end_matches('/') == book.trim_end_matches('/');
                    if !entries.iter().any(|entry| is_book(entry) && entry.status.is_some_and(|status| status >= 300)) {
                        let mut stored = Vec::new();
                        let mut missing = Vec::new();
                        for entry in entries.into_iter().filter(|entry| !matches!(entry.status, Some(404 | 410))) {
                            let href = card_path(&entry.href)?;
                            match self.given(&href, entry) {
                                Ok(card) => stored.push(card),
                                Err(_) => missing.push(href),
                            }
                        }
                        stored.extend(self.all_of(context, book, &missing).await?);
                        return Ok(stored);
                    }
                }
                // The server knows no such report or filter: everything is looked at.
                400 | 403 | 405 | 415 | 501 => {}
                _ => return Err(answer.error(&tr!("server-doing-find"))),
            }
        }
        let hrefs: Vec<String> = self.etags(context, book).await?.into_keys().collect();
        self.all_of(context, book, &hrefs).await
    }

    /// All these cards. One that is there and cannot be read is an error, as it may be the one that is looked
    /// for: a card that is taken for not there would be made a second time.
    pub(super) async fn all_of(
        &self,
        context: &Context,
        book: &str,
        hrefs: &[String],
    ) -> Result<Vec<Stored>, ConnectorError> {
        let fetched = self.fetch(context, book, hrefs).await?;
        let Some(failed) = fetched.failed.first() else { return Ok(fetched.cards) };
        Err(ConnectorError::new(
            ErrorKind::BadAnswer,
            tr!("server-contact-not-given", failed = format_args!("{failed}")),
        ))
    }
}

/// The path of a card that a server names.
fn card_path(href: &str) -> Result<String, ConnectorError> {
    let path = path::normal(href);
    if path::wanders(&path) {
        return Err(ConnectorError::new(
            ErrorKind::BadAnswer,
            tr!("server-contact-elsewhere", path = format_args!("{path}")),
        ));
    }
    Ok(path)
}

/// Whether a card's text has its end.
fn is_whole(text: &str) -> bool {
    const END: &[u8] = b"END:VCARD";
    let text = text.trim_end().as_bytes();
    text.len().checked_sub(END.len()).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(END))
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Whether a token is the name that git gives to what a book holds (Xandikos). Such a server knows it at once,
/// while it compares all names of two states to list the changes. And a book that is as it was has the token
/// that it had, whatever was written in between.
fn names_content(token: &str) -> bool {
    token.len() == 40 && token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The cursor once these cards were written: put back as they were before, they would look as if nothing had
/// happened, so they are looked at whatever the next listing says.
pub(super) fn after_writes(cursor: Cursor, written: &BTreeMap<RecordId, Option<Version>>) -> Cursor {
    let Ok(mut saved) = serde_json::from_str::<Saved>(&cursor.0) else { return cursor };
    let written = written.iter().map(|(id, version)| (path::normal(id.as_str()), version));
    if saved.token.as_deref().is_some_and(names_content) {
        saved.wrote.extend(written.map(|(href, version)| (href, version.as_ref().map(|version| version.0.clone()))));
    } else if let Some(etags) = &mut saved.etags {
        for (href, _) in written {
            etags.remove(&href);
        }
    } else {
        return cursor;
    }
    close(&saved).unwrap_or(cursor)
}

fn open(cursor: &Cursor, collection: &str) -> Result<Saved, ConnectorError> {
    serde_json::from_str::<Saved>(&cursor.0).ok().filter(|saved| saved.of == collection).ok_or_else(expired)
}

fn close(saved: &Saved) -> Result<Cursor, ConnectorError> {
    serde_json::to_string(saved)
        .map(Cursor)
        .map_err(|error| ConnectorError::caused(ErrorKind::BadAnswer, tr!("server-cursor-not-kept"), error))
}

fn expired() -> ConnectorError {
    ConnectorError::new(ErrorKind::CursorExpired, tr!("server-cursor-unknown"))
}
