//! Folders of `.vcf` files with one or several cards each: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350).
//!
//! A record's id is the card's UID, else its file and its place in that (`anna.vcf#2`): such a card is
//! another one to Duosync where a card before it in the same file goes away. A card is edited in place;
//! only the lines of the fields that change are composed anew. A new card gets a file of its own. Each file
//! is replaced whole, and only if nobody has changed it meanwhile.

mod folder;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use self::folder::{Folder, Place, version};
use super::shared::cards::{field_info, revised};
use super::shared::file::{self, Replaced};
use super::shared::vcard::{Card, CardVersion};
use super::shared::work::{BeforeReplace, identity, run};
use super::shared::{card_fields, digest};
use super::{Abilities, Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteKind, WriteResult};
use crate::model::{
    AccountSettings, CollectionInfo, Cursor, FieldInfo, Fields, Identity, Listing, OptionInfo, OptionKind,
    PlatformInfo, Record, RecordId, SignIn, Version,
};
use crate::texts::tr;

/// How often a file that others keep changing is tried before the run gives up.
const TRIES: usize = 5;

/// The connector for one folder. Option: `path`.
pub struct VcfConnector {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    collection: String,
    requests: AtomicU64,
    /// Held during a write, so that two of them cannot replace each other's files.
    writing: Mutex<()>,
    before_replace: BeforeReplace,
}

/// What an account of this kind needs.
pub(super) fn platform() -> PlatformInfo {
    PlatformInfo {
        kind: "vcf".to_owned(),
        name: "Folder of contacts (.vcf)".to_owned(),
        about: "Contact files as phones, Outlook and other programs export them.".to_owned(),
        options: vec![OptionInfo::required("path", "Folder", "contacts", OptionKind::Folder)],
        sign_in: SignIn::None,
    }
}

impl VcfConnector {
    /// A connector for the folder that the settings name, which is looked at later.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when the settings name no folder.
    pub fn open(settings: &AccountSettings) -> Result<Self, ConnectorError> {
        let path = settings.options.get("path").map(|path| path.trim()).filter(|path| !path.is_empty());
        let path = PathBuf::from(path.ok_or_else(|| {
            ConnectorError::new(ErrorKind::Settings, tr!("files-no-folder", account = settings.name))
        })?);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            inner: Arc::new(Inner {
                collection: if name.is_empty() { "contacts".to_owned() } else { name },
                path,
                requests: AtomicU64::new(0),
                writing: Mutex::default(),
                before_replace: BeforeReplace::default(),
            }),
        })
    }
}

#[async_trait]
impl Connector for VcfConnector {
    fn abilities(&self) -> Abilities {
        Abilities { batch: Batch::All, incremental: false, modified: true, bound_cursors: false, finds_late: false }
    }

    fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    async fn identity(&self, _context: &Context) -> Result<Identity, ConnectorError> {
        run(&self.inner, |inner| identity(&inner.path)).await
    }

    async fn collections(&self, _context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        run(&self.inner, |inner| {
            let folder =
                std::fs::metadata(&inner.path).map_err(|error| file::cannot(&inner.path, file::Doing::Read, error))?;
            let name = inner.collection.clone();
            Ok(vec![CollectionInfo { id: name.clone(), name, read_only: folder.permissions().readonly() }])
        })
        .await
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let (context, collection) = (context.clone(), collection.to_owned());
        run(&self.inner, move |inner| {
            let folder = inner.read(&context, &collection)?;
            let cards: Vec<Card> = folder.cards().filter_map(|(_, place)| folder.card(place)).collect();
            let typed: BTreeSet<String> = cards.iter().flat_map(card_fields::typed_fields).collect();
            let names = card_fields::PLAIN.iter().map(|name| (*name).to_owned()).chain(typed);
            Ok(names.map(|name| field_info(name, &cards)).collect())
        })
        .await
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        let (context, collection, want, since) =
            (context.clone(), collection.to_owned(), want.to_vec(), since.cloned());
        run(&self.inner, move |inner| {
            card_fields::check_names(&want)?;
            let folder = inner.read(&context, &collection)?;
            let mut names: Vec<&str> = want.iter().map(String::as_str).collect();
            names.sort_unstable();
            let asked = digest::of_texts(names, &mut Vec::new());
            let cursor = Cursor(format!("vcf1-{:016x}-{asked:016x}", folder.digest()));
            if since.as_ref() == Some(&cursor) {
                return Ok(Listing { cursor: since, ..Listing::no_changes() });
            }
            let records = folder.cards().filter_map(|(id, place)| record(&folder, id, place, &want, false));
            Ok(Listing::full(records.collect(), Some(cursor)))
        })
        .await
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        let (context, collection, want, ids) = (context.clone(), collection.to_owned(), want.to_vec(), ids.to_vec());
        run(&self.inner, move |inner| {
            card_fields::check_names(&want)?;
            let folder = inner.read(&context, &collection)?;
            let found = ids.iter().filter_map(|id| Some((id.as_str(), folder.find(id.as_str())?)));
            Ok(found.filter_map(|(id, place)| record(&folder, id, place, &want, true)).collect())
        })
        .await
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let (context, collection, want, find) = (context.clone(), collection.to_owned(), want.to_vec(), find.clone());
        run(&self.inner, move |inner| {
            card_fields::check_names(&want)?;
            let folder = inner.read(&context, &collection)?;
            if let Some(token) = &find.token
                && let Some(place) = folder.find(token)
            {
                return Ok(record(&folder, token, place, &want, true).into_iter().collect());
            }
            let Some((name, value)) = &find.field else { return Ok(Vec::new()) };
            card_fields::check_names([name])?;
            let value = value.trim().to_lowercase();
            let holds = |place: Place| {
                let found = folder.card(place).and_then(|card| card_fields::read(&card, name));
                found.is_some_and(|found| found.display().trim().to_lowercase() == value)
            };
            let found = folder.cards().filter(|(_, place)| holds(*place));
            Ok(found.filter_map(|(id, place)| record(&folder, id, place, &want, true)).collect())
        })
        .await
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let (context, collection, want) = (context.clone(), collection.to_owned(), want.to_vec());
        run(&self.inner, move |inner| inner.write(&context, &collection, &want, &writes)).await
    }
}

/// What is to be done with the folder: changed files, and new ones by their path.
#[derive(Default)]
struct Job {
    changes: BTreeMap<usize, BTreeMap<usize, Option<String>>>,
    new: BTreeMap<PathBuf, String>,
    /// The writes that each file waits for.
    waiting: BTreeMap<PathBuf, Vec<usize>>,
}

/// What came of looking at one write.
enum Prepared {
    /// Its file is to be written.
    Waits,
    /// The card with this id is as it should be already.
    Done(String),
}

impl Inner {
    fn read(&self, context: &Context, collection: &str) -> Result<Folder, ConnectorError> {
        context.check()?;
        if !collection.is_empty() && collection != self.collection {
            return Err(ConnectorError::new(
                ErrorKind::NotFound,
                tr!("files-folder-one-list", list = format_args!("{}", self.collection), collection = collection),
            ));
        }
        Folder::read(&self.path, context, &self.requests)
    }

    fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: &[Write],
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        card_fields::check_names(want)?;
        let mut outcomes: Vec<Option<Result<Option<String>, ConnectorError>>> = Vec::new();
        outcomes.resize_with(writes.len(), || None);
        for _ in 0..TRIES {
            let folder = self.read(context, collection)?;
            let mut job = Job::default();
            for (at, write) in writes.iter().enumerate() {
                if outcomes.get(at).is_some_and(Option::is_some) {
                    continue;
                }
                let outcome = match self.prepare(&folder, &mut job, at, write) {
                    Ok(Prepared::Waits) => continue,
                    Ok(Prepared::Done(id)) => Ok(Some(id)),
                    Err(error) => Err(error),
                };
                if let Some(place) = outcomes.get_mut(at) {
                    *place = Some(outcome);
                }
            }
            self.before_replace.now();
            self.carry_out(context, &folder, &job, writes, &mut outcomes);
            if outcomes.iter().all(Option::is_some) {
                break;
            }
        }
        let folder = self.read(&Context::quiet(), collection)?;
        let answer = |outcome: Option<Result<Option<String>, ConnectorError>>| match outcome {
            Some(Ok(Some(id))) => Ok(folder.find(&id).and_then(|place| record(&folder, &id, place, want, false))),
            Some(Ok(None)) => Ok(None),
            Some(Err(error)) => Err(error),
            None => Err(ConnectorError::new(ErrorKind::File, tr!("files-one-busy"))),
        };
        Ok(outcomes.into_iter().map(answer).collect())
    }

    /// Checks one write and notes what it changes. An outcome at once where nothing has to be written.
    fn prepare(&self, folder: &Folder, job: &mut Job, at: usize, write: &Write) -> Result<Prepared, ConnectorError> {
        match &write.kind {
            WriteKind::Create { fields, raw } => {
                let path = self.path.join(format!("{}.vcf", write.token.replace(['/', '\\', ':'], "-")));
                if folder.find(&write.token).is_some() {
                    return Ok(Prepared::Done(write.token.clone()));
                }
                let text = new_card(folder, &write.token, fields, raw.as_deref())?;
                job.new.insert(path.clone(), text);
                job.waiting.entry(path).or_default().push(at);
            }
            WriteKind::Update { id, fields, expect } => {
                let (place, text) = expected(folder, job, id, expect.as_ref())?;
                let mut card = Card::parse(&text);
                card_fields::write_all(&mut card, fields)?;
                let new = card.text();
                if new == text {
                    return Ok(Prepared::Done(id.0.clone()));
                }
                if let Some(file) = folder.files.get(place.file) {
                    file.can_hold(&new)?;
                    job.waiting.entry(file.path.clone()).or_default().push(at);
                }
                job.changes.entry(place.file).or_default().insert(place.card, Some(new));
            }
            WriteKind::Delete { id, expect } => {
                let (place, _) = expected(folder, job, id, expect.as_ref())?;
                if let Some(file) = folder.files.get(place.file) {
                    job.waiting.entry(file.path.clone()).or_default().push(at);
                }
                job.changes.entry(place.file).or_default().insert(place.card, None);
            }
        }
        Ok(Prepared::Waits)
    }

    /// Replaces the files one by one. Writes whose file somebody else has just changed stay without an outcome.
    fn carry_out(
        &self,
        context: &Context,
        folder: &Folder,
        job: &Job,
        writes: &[Write],
        outcomes: &mut [Option<Result<Option<String>, ConnectorError>>],
    ) {
        let total = job.waiting.len() as u64;
        for (done, (path, waiting)) in job.waiting.iter().enumerate() {
            context.step("writing the files", done as u64, Some(total));
            let result = context.check().and_then(|()| match job.new.get(path) {
                Some(text) => file::create(path, text.as_bytes(), &self.requests).map(|()| Replaced::Done),
                None => self.replace(folder, job, path),
            });
            if matches!(result, Ok(Replaced::Changed)) {
                continue;
            }
            for at in waiting {
                let (Some(write), Some(place)) = (writes.get(*at), outcomes.get_mut(*at)) else { continue };
                *place = Some(match &result {
                    Ok(_) => Ok(match &write.kind {
                        WriteKind::Create { .. } => Some(write.token.clone()),
                        WriteKind::Update { id, .. } => Some(id.0.clone()),
                        WriteKind::Delete { .. } => None,
                    }),
                    Err(error) => Err(ConnectorError::new(error.kind, error.message.clone())),
                });
            }
        }
    }

    fn replace(&self, folder: &Folder, job: &Job, path: &Path) -> Result<Replaced, ConnectorError> {
        let found = folder.files.iter().enumerate().find(|(_, file)| file.path == path);
        let Some((file, changes)) = found.and_then(|(at, file)| Some((file, job.changes.get(&at)?))) else {
            return Ok(Replaced::Changed);
        };
        match file.with(changes) {
            Some(bytes) => file::replace(path, &bytes, file.digest, &self.requests),
            None => file::remove(path, file.digest, &self.requests),
        }
    }
}

/// The card with this id as it will be, if it is still the version that was expected.
fn expected(
    folder: &Folder,
    job: &Job,
    id: &RecordId,
    expect: Option<&Version>,
) -> Result<(Place, String), ConnectorError> {
    let gone = || ConnectorError::new(ErrorKind::NotFound, tr!("files-vcf-no-contact", id = format_args!("{id}")));
    let place = folder.find(id.as_str()).ok_or_else(gone)?;
    let text = match job.changes.get(&place.file).and_then(|cards| cards.get(&place.card)) {
        Some(Some(text)) => text.as_str(),
        Some(None) => return Err(gone()),
        None => folder.text(place).ok_or_else(gone)?,
    };
    if expect.is_some_and(|expect| *expect != version(text)) {
        return Err(ConnectorError::new(
            ErrorKind::VersionMismatch,
            tr!("files-vcf-changed", id = format_args!("{id}")),
        ));
    }
    Ok((place, text.to_owned()))
}

/// The text of a new card. Its UID is the create's token, so that a second try finds it; one that is brought
/// back gets a new UID for the same reason.
fn new_card(folder: &Folder, token: &str, fields: &Fields, raw: Option<&str>) -> Result<String, ConnectorError> {
    let version = folder.version();
    let uid = |version: CardVersion| {
        if version == CardVersion::V40 { format!("urn:uuid:{token}") } else { token.to_owned() }
    };
    let mut card = match raw {
        Some(raw) => Card::parse(raw),
        None => Card::new(version, &uid(version)),
    };
    if !card.is_card() {
        return Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-vcf-copy-unreadable")));
    }
    let own = uid(card.version());
    let line = card.named("UID").next().map(|line| line.id);
    match line {
        Some(line) => card.set(line, &own, &[]),
        None => {
            card.add("UID", &own);
        }
    }
    card_fields::write_all(&mut card, fields)?;
    card_fields::complete(&mut card);
    Ok(card.text())
}

/// The record of a card; none where it is no contact.
fn record(folder: &Folder, id: &str, place: Place, want: &[String], whole: bool) -> Option<Record> {
    let (file, text) = (folder.files.get(place.file)?, folder.text(place)?);
    let card = Card::parse(text);
    if card.is_group() {
        return None;
    }
    Some(Record {
        id: RecordId::new(id),
        version: Some(version(text)),
        // The file's time tells of its only card; of several it tells nothing about each.
        modified: if file.is_single() { file.modified } else { revised(&card) },
        modified_by: None,
        fields: card_fields::read_all(&card, want),
        raw: whole.then(|| text.to_owned()),
    })
}
