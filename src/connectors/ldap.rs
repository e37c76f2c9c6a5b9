//! LDAP address lists (RFC 4511), read only: people of a directory such as `OpenLDAP` or Active Directory.
//!
//! The attributes of an entry are its fields; one with several values is a list. The id is `entryUUID`
//! (RFC 4530), else the entry's DN. Entries are read page by page (RFC 2696). A listing of changes asks for
//! entries changed since the last one (`modifyTimestamp`), and compares the ids too: where an entry has come or
//! gone, everything is read.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope as LdapScope, SearchEntry, ldap_escape};
use serde::{Deserialize, Serialize};

use super::shared::{digest, guess};
use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteResult};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Fields, Identity, Kind, Listing, OptionInfo, OptionKind,
    PlatformInfo, Record, RecordId, Scope, SignIn, Timestamp, Value, Version,
};
use crate::texts::tr;

/// Entries of one page.
const PAGE: i32 = 500;
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Samples that are shown of an attribute, and entries that are looked at to find them.
const SAMPLES: usize = 5;
const SAMPLED: usize = 200;
/// How many of the newest entries a cursor remembers, as a second may hold more than one change.
const REMEMBERED: usize = 200;
/// People, in every schema.
const PEOPLE: &str = "(objectClass=person)";
/// What the server keeps of an entry beside what people enter.
const OPERATIONAL: [&str; 3] = ["entryUUID", "modifyTimestamp", "modifiersName"];

/// The connector of one directory.
///
/// Options: `url` (`ldap://` or `ldaps://`), `username` (a DN), `base`, `filter`, `allow_unencrypted`.
pub struct LdapConnector {
    url: String,
    starttls: bool,
    username: Option<String>,
    password: Option<String>,
    base: Option<String>,
    filter: String,
    requests: AtomicU64,
}

/// Where a listing of changes goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    asked: String,
    ids: String,
    newest: Option<String>,
    seen: BTreeSet<String>,
}

/// One entry: its attributes by name, each with its values in order.
struct Entry {
    dn: String,
    id: String,
    changed: Option<String>,
    /// The DN of whoever changed it last.
    changed_by: Option<String>,
    attributes: BTreeMap<String, Vec<String>>,
}

/// What an account of this kind needs.
pub(super) fn platform() -> PlatformInfo {
    PlatformInfo {
        kind: "ldap".to_owned(),
        name: "Directory (LDAP)".to_owned(),
        about: "The address list of a directory, such as Active Directory or OpenLDAP; it is only read.".to_owned(),
        options: vec![
            OptionInfo::required("url", "Address of the server", "ldaps://ldap.example.com", OptionKind::Url),
            OptionInfo::optional("username", "User name (a DN)", "cn=reader,dc=example,dc=com", OptionKind::Text),
            OptionInfo::optional("base", "Where the people are", "ou=people,dc=example,dc=com", OptionKind::Text),
            OptionInfo::optional("filter", "Which entries", PEOPLE, OptionKind::Text).advanced(),
            OptionInfo::optional(
                "allow_unencrypted",
                "Connect without encryption",
                "Only where the server is in your own building.",
                OptionKind::Flag,
            )
            .advanced(),
        ],
        sign_in: SignIn::Secret { label: "Password".to_owned(), help: String::new(), optional: true },
    }
}

impl LdapConnector {
    /// A connector for these settings. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the address is missing or wrong.
    pub fn open(settings: &AccountSettings, password: Option<&str>) -> Result<Self, ConnectorError> {
        let option =
            |name: &str| settings.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let text = option("url").unwrap_or_default();
        let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ldap" | "ldaps"));
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?.trim_matches(['[', ']']))))
        else {
            return Err(ConnectorError::new(ErrorKind::Settings, tr!("ldap-address", text = text)));
        };
        let own = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|host| host.is_loopback());
        let allowed = option("allow_unencrypted")
            .is_some_and(|flag| matches!(flag.to_ascii_lowercase().as_str(), "yes" | "true" | "1"));
        Ok(Self {
            starttls: url.scheme() == "ldap" && !own && !allowed,
            url: url.as_str().to_owned(),
            username: option("username").map(str::to_owned),
            password: password.map(str::to_owned),
            base: option("base").map(str::to_owned),
            filter: option("filter").unwrap_or(PEOPLE).to_owned(),
            requests: AtomicU64::new(0),
        })
    }

    /// Connects and signs in; without a user, as nobody in particular.
    async fn connect(&self, context: &Context) -> Result<Ldap, ConnectorError> {
        context.check()?;
        context.step("connecting to the directory", 0, None);
        let settings = LdapConnSettings::new().set_conn_timeout(PATIENCE).set_starttls(self.starttls);
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (connection, mut ldap) =
            LdapConnAsync::with_settings(settings, &self.url).await.map_err(|error| self.unreachable(error))?;
        // It ends when the last handle to it is dropped, or the connection breaks; who waits then hears of it.
        tokio::spawn(async move { drop(connection.drive().await) });
        if let Some(user) = &self.username {
            // An empty password would sign in as nobody, without a word (RFC 4513, section 5.1.2).
            let password = self.password.as_deref().filter(|password| !password.is_empty()).ok_or_else(|| {
                ConnectorError::new(ErrorKind::SignIn, tr!("ldap-no-password", user = format_args!("{user}")))
            })?;
            ldap.with_timeout(PATIENCE);
            let answer = ldap.simple_bind(user, password).await.map_err(|error| self.unreachable(error))?;
            answer.success().map_err(|error| self.told(error))?;
        }
        Ok(ldap)
    }

    fn unreachable(&self, error: LdapError) -> ConnectorError {
        let (url, why) = (self.url.as_str(), error.to_string());
        let message = if self.starttls {
            tr!("ldap-unreachable-encrypted", url = url, why = why)
        } else {
            tr!("ldap-unreachable", url = url, why = why)
        };
        ConnectorError::caused(ErrorKind::Unreachable, message, error)
    }

    /// What an answer's code means (RFC 4511, appendix A).
    fn told(&self, error: LdapError) -> ConnectorError {
        let LdapError::LdapResult { result } = &error else {
            return ConnectorError::caused(
                ErrorKind::InDoubt,
                tr!("ldap-broke", url = format_args!("{}", self.url), error = format_args!("{error}")),
                error,
            );
        };
        let (kind, what) = match result.rc {
            48 | 49 => (ErrorKind::SignIn, tr!("ldap-sign-in")),
            8 | 13 => (ErrorKind::SignIn, tr!("ldap-needs-sign-in")),
            50 => (ErrorKind::Forbidden, tr!("ldap-forbidden")),
            32 => (ErrorKind::NotFound, tr!("ldap-nothing-there")),
            34 | 87 => (ErrorKind::Settings, tr!("ldap-bad-filter")),
            4 | 11 => (ErrorKind::Rejected, tr!("ldap-limit")),
            51 | 52 => (ErrorKind::Server, tr!("ldap-busy")),
            _ => (ErrorKind::BadAnswer, tr!("ldap-error")),
        };
        let message = tr!(
            "ldap-says",
            url = format_args!("{}", self.url),
            code = format_args!("{}", result.rc),
            why = format_args!("{}", result.text.trim()),
            what = what
        );
        ConnectorError::caused(kind, message, error)
    }

    /// The place where the people are: what is set, else what the server says it holds.
    async fn base(&self, ldap: &mut Ldap) -> Result<String, ConnectorError> {
        if let Some(base) = &self.base {
            return Ok(base.clone());
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let attributes = vec!["defaultNamingContext", "namingContexts"];
        ldap.with_timeout(PATIENCE);
        let found = ldap.search("", LdapScope::Base, "(objectClass=*)", attributes).await.map_err(|e| self.told(e))?;
        let (entries, _) = found.success().map_err(|error| self.told(error))?;
        let root = entries.into_iter().next().map(understood).transpose()?;
        let context = root.and_then(|root| {
            let first = |name: &str| root.attrs.get(name)?.first().cloned();
            first("defaultNamingContext").or_else(|| first("namingContexts"))
        });
        context.ok_or_else(|| ConnectorError::new(ErrorKind::Settings, tr!("ldap-no-base")))
    }

    async fn place(&self, ldap: &mut Ldap, collection: &str) -> Result<String, ConnectorError> {
        let base = self.base(ldap).await?;
        if collection.is_empty() || collection.eq_ignore_ascii_case(&base) {
            return Ok(base);
        }
        Err(ConnectorError::new(
            ErrorKind::NotFound,
            tr!("ldap-one-list", base = format_args!("{base}"), collection = collection),
        ))
    }

    /// All entries that fit, page by page. Without `whole`, only what identifies them.
    async fn search(
        &self,
        ldap: &mut Ldap,
        context: &Context,
        base: &str,
        more: Option<&str>,
        whole: bool,
    ) -> Result<Vec<Entry>, ConnectorError> {
        let filter = match more {
            Some(more) => format!("(&{}{more})", self.filter),
            None => self.filter.clone(),
        };
        let mut wanted: Vec<&str> = OPERATIONAL.to_vec();
        if whole {
            wanted.push("*");
        }
        let adapters: Vec<Box<dyn Adapter<_, _>>> =
            vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
        ldap.with_timeout(PATIENCE);
        self.requests.fetch_add(1, Ordering::Relaxed);
        let opened = ldap.streaming_search_with(adapters, base, LdapScope::Subtree, &filter, wanted).await;
        let mut stream = opened.map_err(|error| self.told(error))?;
        let mut entries = Vec::new();
        while let Some(found) = stream.next().await.map_err(|error| self.told(error))? {
            context.check()?;
            entries.push(Entry::of(understood(found)?));
            if entries.len().is_multiple_of(usize::try_from(PAGE).unwrap_or(1)) {
                self.requests.fetch_add(1, Ordering::Relaxed);
                context.step("reading the entries", entries.len() as u64, None);
            }
        }
        // A search that the server broke off is an error, never a short answer.
        stream.finish().await.success().map_err(|error| self.told(error))?;
        Ok(entries)
    }

    async fn listing(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let mut ldap = self.connect(context).await?;
        let base = self.place(&mut ldap, collection).await?;
        let mut names: Vec<&str> = want.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.extend([base.as_str(), self.filter.as_str()]);
        let asked = format!("{:016x}", digest::of_texts(names, &mut Vec::new()));
        let mark = match since {
            None => None,
            Some(since) => {
                let mark = serde_json::from_str::<Mark>(&since.0).ok().filter(|mark| mark.asked == asked);
                Some(mark.ok_or_else(|| ConnectorError::new(ErrorKind::CursorExpired, tr!("ldap-read-anew")))?)
            }
        };
        if let Some(Mark { ids, newest: Some(newest), seen, .. }) = &mark {
            let now = self.search(&mut ldap, context, &base, None, false).await?;
            if *ids == ids_of(&now) {
                let more = format!("(modifyTimestamp>={})", ldap_escape(newest.as_str()));
                let entries = self.search(&mut ldap, context, &base, Some(&more), true).await?;
                let changed = entries.iter().filter(|entry| !seen.contains(&entry.seen()));
                let records = changed.map(|entry| entry.record(want, false)).collect();
                let cursor = cursor_of(asked, ids.clone(), &entries, Some(newest));
                return Ok(Listing {
                    scope: Scope::Changes,
                    complete: true,
                    records,
                    gone: Vec::new(),
                    total: None,
                    cursor,
                });
            }
        }
        let entries = self.search(&mut ldap, context, &base, None, true).await?;
        let records = entries.iter().map(|entry| entry.record(want, false)).collect();
        Ok(Listing::full(records, cursor_of(asked, ids_of(&entries), &entries, None)))
    }

    /// The entries with these ids.
    async fn by_ids(
        &self,
        context: &Context,
        collection: &str,
        ids: &[RecordId],
    ) -> Result<Vec<Entry>, ConnectorError> {
        let mut ldap = self.connect(context).await?;
        let base = self.place(&mut ldap, collection).await?;
        let mut found = Vec::new();
        for some in ids.chunks(50) {
            let each = |id: &RecordId| format!("(entryUUID={})", ldap_escape(id.as_str()));
            let more = format!("(|{})", some.iter().map(each).collect::<String>());
            let mut entries = self.search(&mut ldap, context, &base, Some(&more), true).await?;
            if entries.len() < some.len() && some.iter().any(|id| id.as_str().contains('=')) {
                entries = self.search(&mut ldap, context, &base, None, true).await?;
            }
            found.extend(entries.into_iter().filter(|entry| some.iter().any(|id| id.as_str() == entry.id)));
        }
        Ok(found)
    }
}

/// An entry of an answer. The library breaks off on one that breaks the rules of its encoding.
fn understood(entry: ldap3::ResultEntry) -> Result<SearchEntry, ConnectorError> {
    std::panic::catch_unwind(AssertUnwindSafe(|| SearchEntry::construct(entry)))
        .map_err(|_panic| ConnectorError::new(ErrorKind::BadAnswer, tr!("ldap-bad-entry")))
}

fn ids_of(entries: &[Entry]) -> String {
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    format!("{}-{:016x}", ids.len(), digest::of_texts(&ids, &mut Vec::new()))
}

fn cursor_of(asked: String, ids: String, entries: &[Entry], before: Option<&String>) -> Option<Cursor> {
    let mut newest: Vec<&Entry> = entries.iter().filter(|entry| entry.changed.is_some()).collect();
    newest.sort_by(|one, other| other.changed.cmp(&one.changed));
    let seen = newest.iter().take(REMEMBERED).map(|entry| entry.seen()).collect();
    let newest = newest.first().and_then(|entry| entry.changed.clone()).or_else(|| before.cloned());
    serde_json::to_string(&Mark { asked, ids, newest, seen }).ok().map(Cursor)
}

impl Entry {
    fn of(found: SearchEntry) -> Self {
        let mut attributes: BTreeMap<String, Vec<String>> = found.attrs.into_iter().collect();
        let mut take = |name: &str| {
            let key = attributes.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
            attributes.remove(&key)?.into_iter().next()
        };
        let (uuid, changed) = (take("entryUUID"), take("modifyTimestamp"));
        let changed_by = take("modifiersName");
        // The server gives values in any order.
        for values in attributes.values_mut() {
            values.sort();
        }
        Self { id: uuid.unwrap_or_else(|| found.dn.clone()), dn: found.dn, changed, changed_by, attributes }
    }

    fn version(&self) -> Version {
        let names = self.attributes.iter().flat_map(|(name, values)| std::iter::once(name).chain(values));
        let texts = std::iter::once(&self.dn).chain(names);
        Version(format!("{:016x}", digest::of_texts(texts, &mut Vec::new())))
    }

    fn seen(&self) -> String {
        format!("{}-{}", self.id, self.version().0)
    }

    fn value(&self, name: &str) -> Value {
        let found = self.attributes.get(name).or_else(|| {
            self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, values)| values)
        });
        match found.map(Vec::as_slice) {
            None | Some([]) => Value::text(""),
            Some([one]) => Value::text(one.as_str()),
            Some(several) => Value::List(several.to_vec()),
        }
    }

    fn record(&self, want: &[String], whole: bool) -> Record {
        let fields: Fields = want.iter().map(|name| (name.clone(), self.value(name))).collect();
        Record {
            id: RecordId(self.id.clone()),
            version: Some(self.version()),
            modified: self.changed.as_deref().and_then(moment),
            modified_by: self.changed_by.as_deref().map(common_name),
            fields,
            raw: whole.then(|| serde_json::json!({ "dn": self.dn, "attributes": self.attributes }).to_string()),
        }
    }
}

/// What a DN calls somebody: the value of its first part.
fn common_name(dn: &str) -> String {
    let first = dn.split(',').next().unwrap_or(dn);
    first.split_once('=').map_or(first, |(_, name)| name).trim().to_owned()
}

/// A moment of the generalized time (RFC 4517, section 3.3.13), to the second.
fn moment(text: &str) -> Option<Timestamp> {
    let moment = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok()?;
    Some(Timestamp(jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?.as_millisecond()))
}

#[async_trait]
impl Connector for LdapConnector {
    fn abilities(&self) -> Abilities {
        Abilities {
            batch: Batch::UpTo(100),
            incremental: true,
            modified: true,
            bound_cursors: false,
            finds_late: false,
        }
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        let mut ldap = self.connect(context).await?;
        let base = self.base(&mut ldap).await?;
        Ok(Identity(format!("{} {} {base}", self.url, self.username.as_deref().unwrap_or("anonymous"))))
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        let mut ldap = self.connect(context).await?;
        let base = self.base(&mut ldap).await?;
        Ok(vec![CollectionInfo { id: base.clone(), name: base, read_only: true }])
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let mut ldap = self.connect(context).await?;
        let base = self.place(&mut ldap, collection).await?;
        let entries = self.search(&mut ldap, context, &base, None, true).await?;
        // Entries from the whole list rather than its first ones.
        let step = entries.len().div_ceil(SAMPLED).max(1);
        let some: Vec<&Entry> = entries.iter().step_by(step).collect();
        let names: BTreeSet<&String> = entries.iter().flat_map(|entry| entry.attributes.keys()).collect();
        let describe = |name: &String| {
            let values: Vec<Value> =
                some.iter().map(|entry| entry.value(name)).filter(|value| !value.is_empty()).collect();
            let is_list = values.iter().any(|value| matches!(value, Value::List(_)));
            let mut samples: Vec<String> = Vec::new();
            for shown in values.iter().map(Value::display) {
                if samples.len() < SAMPLES && !samples.contains(&shown) {
                    samples.push(shown);
                }
            }
            FieldInfo {
                name: name.clone(),
                label: name.clone(),
                kind: Some(if is_list { Kind::List } else { guess::kind(name, &samples) }),
                read_only: true,
                samples,
                ..FieldInfo::default()
            }
        };
        Ok(names.into_iter().map(describe).collect())
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        tokio::select! {
            listing = self.listing(context, collection, want, since) => listing,
            () = context.cancel.cancelled() => Err(ConnectorError::new(ErrorKind::Cancelled, tr!("connector-stopped"))),
        }
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let entries = self.by_ids(context, collection, ids).await?;
        Ok(entries.iter().map(|entry| entry.record(want, true)).collect())
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let Some((name, value)) = &find.field else { return Ok(Vec::new()) };
        let mut ldap = self.connect(context).await?;
        let base = self.place(&mut ldap, collection).await?;
        let more = format!("({}={})", ldap_escape(name.as_str()), ldap_escape(value.trim()));
        let entries = self.search(&mut ldap, context, &base, Some(&more), true).await?;
        Ok(entries.iter().map(|entry| entry.record(want, true)).collect())
    }

    async fn write(
        &self,
        context: &Context,
        _collection: &str,
        _want: &[String],
        _writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        context.check()?;
        Err(ConnectorError::new(ErrorKind::Forbidden, tr!("ldap-only-read")))
    }
}
