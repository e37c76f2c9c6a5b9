//! Writing cards: each with `If-Match` or `If-None-Match`, several side by side.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use super::cache::DIGEST;
use super::{Account, ByHref, Stored, dav, lock, path};
use crate::connectors::http::Answer;
use crate::connectors::shared::card_fields;
use crate::connectors::shared::vcard::{Card, CardVersion};
use crate::connectors::{ConnectorError, Context, ErrorKind, Write, WriteKind, WriteResult};
use crate::model::{Fields, RecordId, Version};
use crate::texts::tr;

/// How many writes run at the same time.
const SIDE_BY_SIDE: usize = 4;
/// So few writes run one after another: they are soon done, and a server that locks its book for
/// each (Xandikos keeps it in git) refuses those that come in between with 423, which costs requests.
const FEW: usize = 10;
/// The media type of what is sent (RFC 6350, section 10.1).
const VCARD: &str = "text/vcard; charset=utf-8";

/// What the writes of one call share.
struct Job {
    account: Arc<Account>,
    context: Context,
    book: String,
    want: Vec<String>,
    /// The cards to be edited, as they are now.
    cards: ByHref,
    waiting: Mutex<VecDeque<(usize, Write)>>,
    /// A trouble that holds for every write: the rest is not tried (a refused password tried forty
    /// times would lock the account).
    stopped: Mutex<Option<(ErrorKind, String)>>,
    /// Held by a write that the server has refused because another one was going on, so that it is
    /// tried again alone; everybody else only looks in.
    alone: tokio::sync::RwLock<()>,
}

/// The path of a card that Duosync made.
pub(super) fn href_of(book: &str, token: &str) -> String {
    path::normal(&format!("{book}{}.vcf", token.replace('/', "%2F")))
}

impl Account {
    pub(super) async fn write(
        self: Arc<Self>,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        card_fields::check_names(want)?;
        let book = self.book(context, collection).await?;
        let cards = self.cards_to_edit(context, &book, &writes).await?;
        let count = writes.len();
        let job = Arc::new(Job {
            account: self,
            context: context.clone(),
            book,
            want: want.to_vec(),
            cards,
            waiting: Mutex::new(writes.into_iter().enumerate().collect()),
            stopped: Mutex::new(None),
            alone: tokio::sync::RwLock::new(()),
        });
        let mut workers = JoinSet::new();
        for _ in 0..(if count <= FEW { 1 } else { SIDE_BY_SIDE }) {
            workers.spawn(work(Arc::clone(&job)));
        }
        let mut results: Vec<Option<WriteResult>> = std::iter::repeat_with(|| None).take(count).collect();
        let mut done = 0;
        while let Some(joined) = workers.join_next().await {
            for (at, result) in joined.unwrap_or_default() {
                done += 1;
                context.step("writing contacts", done, Some(count as u64));
                if let Some(place) = results.get_mut(at) {
                    *place = Some(result);
                }
            }
        }
        let unheard = || ConnectorError::new(ErrorKind::InDoubt, tr!("connector-broke-off"));
        let mut results: Vec<WriteResult> =
            results.into_iter().map(|result| result.unwrap_or_else(|| Err(unheard()))).collect();
        let for_all = !results.is_empty()
            && results.iter().all(|result| result.as_ref().is_err_and(|error| error.kind.is_for_all()));
        match results.pop() {
            Some(Err(error)) if for_all => Err(error),
            Some(last) => {
                results.push(last);
                Ok(results)
            }
            None => Ok(results),
        }
    }

    /// The cards that the writes edit, from memory where they are there at the expected version,
    /// else all in one request.
    async fn cards_to_edit(&self, context: &Context, book: &str, writes: &[Write]) -> Result<ByHref, ConnectorError> {
        let mut cards = ByHref::new();
        let mut missing = Vec::new();
        for write in writes {
            let (id, expect) = match &write.kind {
                WriteKind::Update { id, expect, .. } => (id, expect),
                // A version that the server cannot check itself is checked here.
                WriteKind::Delete { id, expect: expect @ Some(version) } if !is_strong(version) => (id, expect),
                WriteKind::Create { .. } | WriteKind::Delete { .. } => continue,
            };
            let href = path::normal(id.as_str());
            let known = expect
                .as_ref()
                .filter(|version| is_strong(version))
                .and_then(|version| lock(&self.cards).at(&href, &version.0));
            match (known, expect) {
                (Some(text), Some(version)) => {
                    let etag = Some(version.0.clone());
                    cards.insert(href.clone(), Stored { href, etag, modified: None, text });
                }
                _ => missing.push(href),
            }
        }
        missing.sort();
        missing.dedup();
        if !missing.is_empty() {
            let fetched = self.fetch(context, book, &missing).await?;
            // What the answer's XML could not carry is read by itself, byte for byte.
            let mut again = fetched.failed;
            for stored in fetched.cards {
                if stored.text.contains('\u{fffd}') {
                    again.push(stored.href);
                } else {
                    cards.insert(stored.href.clone(), stored);
                }
            }
            for href in again {
                if let Some(stored) = self.read(context, &href).await? {
                    cards.insert(href, stored);
                }
            }
        }
        Ok(cards)
    }
}

async fn work(job: Arc<Job>) -> Vec<(usize, WriteResult)> {
    let mut results = Vec::new();
    loop {
        let next = lock(&job.waiting).pop_front();
        let Some((at, write)) = next else { return results };
        let stopped = lock(&job.stopped).clone();
        let result = match stopped {
            Some((kind, message)) => Err(ConnectorError::new(kind, message)),
            None => job.one(write).await,
        };
        if let Err(error) = &result
            && error.kind.is_for_all()
        {
            *lock(&job.stopped) = Some((error.kind, error.message.clone()));
        }
        results.push((at, result));
    }
}

impl Job {
    async fn one(&self, write: Write) -> WriteResult {
        match write.kind {
            WriteKind::Create { fields, raw } => self.create(&write.token, &fields, raw.as_deref()).await,
            WriteKind::Update { id, fields, expect } => self.update(&id, &fields, expect.as_ref()).await,
            WriteKind::Delete { id, expect } => self.delete(&id, expect.as_ref()).await,
        }
    }

    async fn create(&self, token: &str, fields: &Fields, raw: Option<&str>) -> WriteResult {
        let mut version = if self.account.wants_v4(&self.book).await { CardVersion::V40 } else { CardVersion::V30 };
        let href = href_of(&self.book, token);
        loop {
            let mut card = match raw {
                Some(raw) => Card::parse(raw),
                None if version == CardVersion::V40 => Card::new(version, &format!("urn:uuid:{token}")),
                None => Card::new(version, token),
            };
            if !card.is_card() {
                return Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-vcf-copy-unreadable")));
            }
            if card.first_text("UID").is_none() {
                card.add("UID", token);
            }
            card_fields::write_all(&mut card, fields)?;
            card_fields::complete(&mut card);
            let text = card.text();
            let answer = self.put(&href, &text, Some(("if-none-match", "*"))).await?;
            if answer.is_ok() {
                return self.stored(&href, text, &answer).await.map(Some);
            }
            let refused = answer.status == 415 || dav::names_condition(&answer.body, "supported-address-data");
            if refused && raw.is_none() && version == CardVersion::V30 {
                version = CardVersion::V40;
                lock(&self.account.only_v4).insert(self.book.clone());
                continue;
            }
            if answer.status == 412 {
                // The answer to a first try may have been lost: then the card is there and is ours.
                let there = self.account.read(&self.context, &href).await?;
                let uid =
                    |card: &Card| card.first_text("UID").map(|uid| uid.trim_start_matches("urn:uuid:").to_owned());
                if let Some(stored) = there
                    && uid(&Card::parse(&stored.text)) == uid(&card)
                {
                    let record = stored.record_of(&Card::parse(&stored.text), &self.want, true);
                    if record.fields == stored.record_of(&card, &self.want, true).fields {
                        return Ok(Some(record));
                    }
                    // Somebody may have changed it since: it is to be looked up like any write without an answer.
                    return Err(ConnectorError::new(
                        ErrorKind::InDoubt,
                        tr!("server-contact-there", href = format_args!("{href}")),
                    ));
                }
                return Err(ConnectorError::new(
                    ErrorKind::Exists,
                    tr!("server-contact-there", href = format_args!("{href}")),
                ));
            }
            return Err(named(answer.error(&tr!("server-doing-add")), &card));
        }
    }

    async fn update(&self, id: &RecordId, fields: &Fields, expect: Option<&Version>) -> WriteResult {
        let href = path::normal(id.as_str());
        let Some(now) = self.cards.get(&href) else {
            return Err(ConnectorError::new(
                ErrorKind::NotFound,
                tr!("server-contact-gone", href = format_args!("{href}")),
            ));
        };
        let mut card = Card::parse(&now.text);
        if expect.is_some_and(|expect| *expect != now.version()) {
            return Err(named(changed(), &card));
        }
        card_fields::write_all(&mut card, fields)?;
        let text = card.text();
        if text == now.text {
            return Ok(Some(now.record_of(&card, &self.want, true)));
        }
        // Without an etag that the server compares, the comparison above has to do.
        let answer = match now.etag.as_deref().filter(|etag| is_strong_etag(etag)) {
            Some(etag) => self.put(&href, &text, Some(("if-match", etag))).await?,
            None => self.put(&href, &text, None).await?,
        };
        if answer.is_ok() {
            return self.stored(&href, text, &answer).await.map(Some);
        }
        lock(&self.account.cards).forget(&href);
        Err(named(answer.error(&tr!("server-doing-change")), &card))
    }

    async fn delete(&self, id: &RecordId, expect: Option<&Version>) -> WriteResult {
        let href = path::normal(id.as_str());
        let url = self.account.http.resolve(self.account.http.base(), &href)?;
        let condition = expect.filter(|version| is_strong(version)).map(|version| ("if-match", version.0.as_str()));
        if let Some(expect) = expect.filter(|version| !is_strong(version)) {
            match self.cards.get(&href) {
                None => {
                    return Err(ConnectorError::new(
                        ErrorKind::NotFound,
                        tr!("server-contact-gone", href = format_args!("{href}")),
                    ));
                }
                Some(now) if now.version() != *expect => return Err(named(changed(), &Card::parse(&now.text))),
                Some(_) => {}
            }
        }
        let answer = self.send("DELETE", &url, condition, None).await?;
        lock(&self.account.cards).forget(&href);
        if answer.is_ok() { Ok(None) } else { Err(answer.error(&tr!("server-doing-delete"))) }
    }

    async fn put(
        &self,
        href: &str,
        text: &str,
        condition: Option<(&'static str, &str)>,
    ) -> Result<Answer, ConnectorError> {
        let url = self.account.http.resolve(self.account.http.base(), href)?;
        self.send("PUT", &url, condition, Some((VCARD, text))).await
    }

    /// Sends a write, and once more alone if the server cannot take it beside another.
    async fn send(
        &self,
        method: &str,
        url: &reqwest::Url,
        condition: Option<(&'static str, &str)>,
        body: Option<(&'static str, &str)>,
    ) -> Result<Answer, ConnectorError> {
        let http = &self.account.http;
        let answer = {
            let _beside = self.alone.read().await;
            http.send(&self.context, method, url, condition.as_slice(), body).await?
        };
        if answer.status != 423 {
            return Ok(answer);
        }
        let _alone = self.alone.write().await;
        http.send(&self.context, method, url, condition.as_slice(), body).await
    }

    /// The record as it is stored now. An etag in the answer says that the card was stored as it was
    /// sent (RFC 6352, section 6.3.2.3); without one it is read back.
    async fn stored(&self, href: &str, text: String, answer: &Answer) -> Result<crate::model::Record, ConnectorError> {
        let stored = if let Some(etag) = answer.etag().filter(|etag| is_strong_etag(etag)) {
            // Some servers put the properties into another order all the same, so the next edit
            // reads the card again rather than trust what was sent.
            lock(&self.account.cards).forget(href);
            let modified = answer.last_modified().or_else(|| answer.date());
            Stored { href: href.to_owned(), etag: Some(etag), modified, text }
        } else {
            let doubt = |error: ConnectorError| {
                ConnectorError::caused(ErrorKind::InDoubt, tr!("server-contact-not-read-back"), error)
            };
            self.account
                .read(&self.context, href)
                .await
                .map_err(doubt)?
                .ok_or_else(|| ConnectorError::new(ErrorKind::InDoubt, tr!("server-contact-not-there")))?
        };
        Ok(stored.record_of(&Card::parse(&stored.text), &self.want, true))
    }
}

/// Whether the server itself compares this version (RFC 9110, section 8.8.3.2): weak etags never
/// match, and a digest is ours.
fn is_strong(version: &Version) -> bool {
    is_strong_etag(&version.0)
}

fn is_strong_etag(etag: &str) -> bool {
    !etag.starts_with("W/") && !etag.starts_with(DIGEST)
}

fn changed() -> ConnectorError {
    ConnectorError::new(ErrorKind::VersionMismatch, tr!("server-contact-changed"))
}

fn named(mut error: ConnectorError, card: &Card) -> ConnectorError {
    if let Some(name) = card.first_text("FN").filter(|name| !name.trim().is_empty()) {
        error.message = format!("\u{201c}{name}\u{201d}: {}", error.message);
    }
    error
}
