//! Listing: everything, or what changed since a cursor.
//!
//! A cursor by time is the newest modified time that was seen, never later than the platform's clock
//! at the start of the listing: what changes while pages are read is listed again next time. Each
//! listing looks back a little further than the cursor, for clocks that differ and changes that are
//! stored late; what it has seen already at the same version is left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::account::{Account, Place, hex};
use super::check;
use super::client::{Reply, wrong};
use super::dates;
use super::load::FULL_EVERY;
use super::manifest::{Call, ChangesBy, CollectionSpec};
use super::paging::Pager;
use super::template::{Vars, plain};
use super::values::Field;
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::model::{Cursor, Listing, Record, RecordId, Scope, Timestamp};

/// How far back a listing of changes looks again, unless the manifest says otherwise.
const OVERLAP: i64 = 120_000;
/// How often everything is listed to find deletions, unless somebody says otherwise.
const FULL: i64 = 86_400_000;
/// More records than this within the overlap are not remembered; they are then told twice, which
/// changes nothing.
const MOST_SEEN: usize = 20_000;
/// What stands for the version of a record that was told to be gone.
const GONE: &str = "gone";

/// What a cursor holds.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    /// The collection.
    of: String,
    /// A digest of what the listings ask for: a token counts for that only.
    print: String,
    /// The time in milliseconds, or the platform's token.
    since: Json,
    /// When everything was listed last.
    full: i64,
    /// What was seen within the overlap, each with its version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    seen: BTreeMap<String, String>,
}

/// What was heard in the pages of one list.
#[derive(Default)]
struct Heard {
    /// None in the place of one that was told to be gone after all.
    records: Vec<Option<Record>>,
    at: HashMap<RecordId, usize>,
    gone: Vec<RecordId>,
    ids: HashSet<String>,
    total: Option<u64>,
    /// The platform's clock at the start.
    started: Option<Timestamp>,
    newest: Option<i64>,
    /// The token for the next time.
    token: Option<Json>,
}

/// One listing on its way.
struct Work<'a> {
    account: &'a Account,
    context: &'a Context,
    place: &'a Place,
    spec: &'a CollectionSpec,
    fields: Vec<Field>,
    vars: Vars,
}

impl Account {
    pub(crate) async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let place = self.place(context, collection).await?;
        let spec = self.spec(&place)?;
        let fields = self.fields(context, &place, want).await?;
        let vars = self.vars(&place, &fields);
        let work = Work { account: self, context, place: &place, spec, fields, vars };
        let changes = match &spec.changes {
            Some(call) => {
                let can = call.when.as_ref().map(|when| when.is_true(&work.vars)).transpose();
                can.map_err(|error| wrong(&error))?.unwrap_or(true).then_some(call)
            }
            None => None,
        };
        let Some(changes) = changes else {
            return work.everything(None).await;
        };
        match since {
            None => work.everything(Some(changes)).await,
            Some(cursor) => {
                let saved = work.open(cursor)?;
                let due = check::needs_full_listings(spec) && now() - saved.full >= work.full_every();
                if due { work.everything(Some(changes)).await } else { work.changes(changes, saved).await }
            }
        }
    }

    /// Everything, for what cannot be searched.
    pub(crate) async fn everything(
        &self,
        context: &Context,
        place: &Place,
        fields: &[Field],
    ) -> Result<Vec<Record>, ConnectorError> {
        let spec = self.spec(place)?;
        let vars = self.vars(place, fields);
        let work = Work { account: self, context, place, spec, fields: fields.to_vec(), vars };
        Ok(work.everything(None).await?.records)
    }
}

impl Work<'_> {
    async fn everything(&self, changes: Option<&Call>) -> Result<Listing, ConnectorError> {
        let heard = self.read(&self.spec.list, self.vars.clone(), None, true).await?;
        // A list that got shorter while its pages were read may have skipped somebody.
        let complete = heard.total.is_none_or(|total| heard.ids.len() as u64 >= total);
        let cursor = match changes {
            Some(call) if complete => self.cursor(call, &heard, None, now())?,
            Some(_) | None => None,
        };
        Ok(Listing {
            scope: Scope::Full,
            complete,
            records: heard.records.into_iter().flatten().collect(),
            gone: Vec::new(),
            total: None,
            cursor,
        })
    }

    async fn changes(&self, call: &Call, saved: Saved) -> Result<Listing, ConnectorError> {
        let mut vars = self.vars.clone();
        let mut until = None;
        match call.by {
            Some(ChangesBy::Token) | None => vars.set("since", &saved.since),
            Some(by @ (ChangesBy::Time | ChangesBy::NewestFirst)) => {
                let from = saved.since.as_i64().ok_or_else(expired)? - overlap(call);
                vars.set("since", &Json::from(dates::iso(from)));
                until = (by == ChangesBy::NewestFirst).then_some(from);
            }
        }
        let mut heard = self.read(call, vars.clone(), until, false).await?;
        if let Some(deleted) = &self.spec.deleted {
            self.deleted(deleted, vars, &mut heard).await?;
        }
        let cursor = self.cursor(call, &heard, Some(&saved), saved.full)?;
        let known = |id: &RecordId, version: &str| saved.seen.get(id.as_str()).is_some_and(|seen| seen == version);
        let gone: Vec<RecordId> =
            heard.gone.into_iter().filter(|id| !heard.at.contains_key(id) && !known(id, GONE)).collect();
        let records =
            heard.records.into_iter().flatten().filter(|record| !known(&record.id, &print_of(record))).collect();
        Ok(Listing { scope: Scope::Changes, complete: true, records, gone, total: None, cursor })
    }

    /// Reads every page of a list. With `until`, only as long as records are not older.
    async fn read(&self, call: &Call, vars: Vars, until: Option<i64>, full: bool) -> Result<Heard, ConnectorError> {
        let account = self.account;
        let mut heard = Heard::default();
        let mut bare: Vec<RecordId> = Vec::new();
        let mut pager = Pager::of_records(&account.client, call, vars, &self.spec.record);
        self.context.step("reading the list", 0, None);
        while let Some(page) = pager.next(self.context).await? {
            heard.started = heard.started.or(page.reply.date);
            heard.total = pager.expected.filter(|_| call.keep.is_none());
            let mut older = false;
            for (key, item) in &page.items {
                let id = account.record_id(self.spec, &page.reply, (item, key))?;
                heard.ids.insert(id.0.clone());
                if let Some(gone) = &call.gone
                    && page.reply.holds(gone, item).map_err(|error| wrong(&error))?
                {
                    if let Some(modified) = Account::modified(self.spec, &page.reply, (item, key))? {
                        heard.newest = heard.newest.max(Some(modified.0));
                    }
                    heard.forget(&id);
                    heard.gone.push(id);
                    continue;
                }
                if call.ids_only {
                    bare.push(id);
                    continue;
                }
                let record = account.record(self.spec, &page.reply, (item, key), &self.fields, false, false)?;
                if let (Some(until), Some(modified)) = (until, record.modified)
                    && modified.0 < until
                {
                    older = true;
                    continue;
                }
                heard.take(record);
            }
            if call.since.is_some() {
                heard.token = Self::token(call, &page.reply)?.or(heard.token);
            }
            self.context.step("reading the list", heard.at.len() as u64, heard.total);
            if older {
                break;
            }
        }
        if !bare.is_empty() {
            for record in account.get(self.context, self.place, &self.fields, &bare, false).await? {
                heard.take(record);
            }
        }
        if call.since.is_some() && heard.token.is_none() && !full {
            return Err(ConnectorError::new(
                ErrorKind::BadAnswer,
                format!(
                    "{} did not say where its list of changes ends, so nothing was done with it",
                    account.client.host()
                ),
            ));
        }
        Ok(heard)
    }

    async fn deleted(&self, call: &Call, vars: Vars, heard: &mut Heard) -> Result<(), ConnectorError> {
        let mut pager = Pager::new(&self.account.client, call, vars, call.id.as_ref());
        while let Some(page) = pager.next(self.context).await? {
            for (key, item) in &page.items {
                let Some(place) = &call.id else { continue };
                let id = page.reply.place(place, Some((item, key))).map_err(|error| wrong(&error))?;
                if let Some(id) = id.map(|id| plain(&id)).filter(|id| !id.is_empty()) {
                    heard.gone.push(RecordId::new(id));
                }
            }
        }
        Ok(())
    }

    fn token(call: &Call, reply: &Reply) -> Result<Option<Json>, ConnectorError> {
        let Some(place) = &call.since else { return Ok(None) };
        let found = reply.place(place, None).map_err(|error| wrong(&error))?;
        Ok(found.filter(|found| !found.is_null() && !plain(found).is_empty()))
    }

    /// Where the next listing starts.
    fn cursor(
        &self,
        call: &Call,
        heard: &Heard,
        before: Option<&Saved>,
        full: i64,
    ) -> Result<Option<Cursor>, ConnectorError> {
        let mut seen = BTreeMap::new();
        let since = match call.by {
            Some(ChangesBy::Token) | None => match &heard.token {
                Some(token) => token.clone(),
                None => return Ok(None),
            },
            Some(ChangesBy::Time | ChangesBy::NewestFirst) => {
                // The platform's own clock counts; without it, a list without any times starts a
                // little earlier by ours.
                let started = heard.started.map_or_else(|| now() - overlap(call), |started| started.0);
                let newest = heard.newest.map_or_else(
                    || before.and_then(|before| before.since.as_i64()).unwrap_or(started),
                    |newest| newest.min(started + 1000),
                );
                let since = before.and_then(|before| before.since.as_i64()).map_or(newest, |before| before.max(newest));
                let from = since - overlap(call);
                let recent =
                    heard.records.iter().flatten().filter(|record| record.modified.is_none_or(|time| time.0 >= from));
                seen.extend(recent.map(|record| (record.id.0.clone(), print_of(record))));
                seen.extend(
                    heard.gone.iter().filter(|id| !heard.at.contains_key(id)).map(|id| (id.0.clone(), GONE.to_owned())),
                );
                if seen.len() > MOST_SEEN {
                    seen.clear();
                }
                Json::from(since)
            }
        };
        let saved = Saved { of: self.place.id.clone(), print: self.print(), since, full, seen };
        serde_json::to_string(&saved).map(|text| Some(Cursor(text))).map_err(|error| {
            ConnectorError::caused(ErrorKind::BadAnswer, "the place to go on from cannot be kept", error)
        })
    }

    fn open(&self, cursor: &Cursor) -> Result<Saved, ConnectorError> {
        let saved: Saved = serde_json::from_str(&cursor.0).map_err(|_not_ours| expired())?;
        if saved.of == self.place.id && saved.print == self.print() { Ok(saved) } else { Err(expired()) }
    }

    /// What the listings ask for, as a digest.
    fn print(&self) -> String {
        let mut names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        let text = format!("{}\n{}", self.account.client.base(), names.join("\n"));
        hex(&Md5::digest(text.as_bytes())).chars().take(16).collect()
    }

    fn full_every(&self) -> i64 {
        let own = self.account.full_every.as_deref().and_then(dates::duration);
        let manifest = self.spec.full_every.as_ref().and_then(|every| dates::duration(every.as_str()));
        own.or(manifest).unwrap_or(FULL)
    }
}

impl Heard {
    /// Takes a record; of one that comes twice, the later counts.
    fn take(&mut self, record: Record) {
        if let Some(modified) = record.modified {
            self.newest = self.newest.max(Some(modified.0));
        }
        self.gone.retain(|gone| *gone != record.id);
        match self.at.get(&record.id).and_then(|at| self.records.get_mut(*at)) {
            Some(known) => *known = Some(record),
            None => {
                self.at.insert(record.id.clone(), self.records.len());
                self.records.push(Some(record));
            }
        }
    }

    fn forget(&mut self, id: &RecordId) {
        let Some(at) = self.at.remove(id) else { return };
        if let Some(place) = self.records.get_mut(at) {
            *place = None;
        }
    }
}

/// The setting that [`FULL_EVERY`] names.
pub(super) fn full_every(options: &BTreeMap<String, String>) -> Option<String> {
    options.get(FULL_EVERY).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a record is known by within the overlap.
fn print_of(record: &Record) -> String {
    match (&record.version, record.modified) {
        (Some(version), _) => version.0.clone(),
        (None, Some(modified)) => modified.0.to_string(),
        (None, None) => hex(&Md5::digest(serde_json::to_string(&record.fields).unwrap_or_default().as_bytes())),
    }
}

fn overlap(call: &Call) -> i64 {
    call.overlap.as_ref().and_then(|text| dates::duration(text.as_str())).unwrap_or(OVERLAP)
}

fn expired() -> ConnectorError {
    ConnectorError::new(ErrorKind::CursorExpired, "the place to go on from is not one of this list; everything is read")
}

/// The time by this computer's clock: only lengths of time are measured with it.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
