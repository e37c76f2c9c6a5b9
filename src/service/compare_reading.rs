//! How a compare reads its lists: record by record into digests and a spool.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

use crate::connectors::{RowSink, RowsRead, read_again};
use crate::engine::{DigestKey, Digester, Digests, Observer, Source};
use crate::model::{Given, Link, LinkId, Listing, Observed, PairSpec, PerSide, Row, Side};
use crate::store::{Spool, SpoolForm, SpoolReader, StoreError};
use crate::texts::tr;

use super::db::Db;
use super::fetch;
use super::job::{Ended, Job};

/// A side's list as it was read.
pub(crate) struct ReadList {
    pub(crate) digests: Digests,
    pub(crate) reader: SpoolReader,
    /// Where each record is in the spool.
    pub(crate) places: Vec<u64>,
    /// The form of the text that the spool is, where it is one.
    pub(crate) form: Option<String>,
}

/// Reads everything of one side.
///
/// # Errors
/// When the list could not be read to its end: half a list proves nothing.
pub(crate) async fn read_side(job: &Job, side: Side, key: DigestKey, part: Option<PathBuf>) -> Result<ReadList, Ended> {
    let connector = job.connectors.get(side);
    let context = job.context(tr!("sync-reading", account = job.account(side)));
    fetch::who_is_there(job, side, &context).await?;
    let (spec, collection) = (job.spec(), job.collection(side));
    let want = spec.wanted_fields(side);
    let kept = Slot::default();
    let sink = || Collector::new(spec, side, &want, key, part.as_deref(), &kept);
    let read = || connector.read_rows(&context, collection, &want, Box::new(sink()));
    if job.patiently(side, read).await? == RowsRead::Unfit {
        let listing = job.patiently(side, || connector.list(&context, collection, &want, None)).await?;
        if !listing.complete {
            return Err(Ended::Refused(tr!("sync-compare-cut", account = job.account(side))));
        }
        let (sink, want) = (sink(), want.clone());
        let fed = tokio::task::spawn_blocking(move || feed(listing, &want, sink));
        if let Err(panicked) = fed.await {
            std::panic::resume_unwind(panicked.into_panic());
        }
    }
    job.checkpoint("listed")?;
    let list = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A sink that neither came to its end nor says why was let down by its connector.
    Ok(list.unwrap_or_else(|| Err(cut(part.as_deref())))?)
}

/// Gives the records of a listing to the sink.
fn feed(listing: Listing, want: &[String], mut sink: Collector) {
    for record in listing.records {
        let fields: Vec<Option<Given<'_>>> =
            want.iter().map(|name| record.fields.get(name).map(Given::Value)).collect();
        let (modified, modified_by) = (record.modified, record.modified_by.as_deref());
        if !sink.row(&Row { id: record.id.as_str(), modified, modified_by, fields: &fields, place: None }) {
            return;
        }
    }
    Box::new(sink).end();
}

fn cut(part: Option<&Path>) -> StoreError {
    let path = part.unwrap_or(Path::new("")).to_path_buf();
    StoreError::Folder { path, source: std::io::ErrorKind::UnexpectedEof.into() }
}

/// Where a sink leaves what it made, or why it could not.
type Slot = Arc<Mutex<Option<Result<ReadList, StoreError>>>>;

/// Makes digests and a spool of what it is given.
struct Collector {
    digester: Digester,
    spool: Result<Spool, Option<StoreError>>,
    places: Vec<u64>,
    want: Vec<String>,
    /// The form of the text in which the records stand, where it is given too.
    form: Option<String>,
    kept: Slot,
}

impl Collector {
    fn new(spec: &PairSpec, side: Side, want: &[String], key: DigestKey, part: Option<&Path>, kept: &Slot) -> Self {
        Self {
            digester: Digester::new(spec, side, want, key),
            spool: Spool::create(part).map_err(Some),
            places: Vec::new(),
            want: want.to_vec(),
            form: None,
            kept: Arc::clone(kept),
        }
    }

    /// Writes to the spool; none where it cannot be written, which is told.
    fn written<T>(&mut self, write: impl FnOnce(&mut Spool) -> Result<T, StoreError>) -> Option<T> {
        let done = match &mut self.spool {
            Ok(spool) => write(spool).map_err(Some),
            Err(error) => Err(error.take()),
        };
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                if let Some(error) = error {
                    *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Err(error));
                }
                None
            }
        }
    }
}

impl RowSink for Collector {
    fn row(&mut self, row: &Row<'_>) -> bool {
        let place = match (row.place, &self.form) {
            (Some(place), Some(_)) => Some(place),
            (Some(_) | None, Some(_) | None) => self.written(|spool| spool.push(row)),
        };
        let Some(place) = place else { return false };
        self.places.push(place);
        self.digester.take(row);
        true
    }

    fn form(&mut self, form: &str) {
        self.form = Some(form.to_owned());
    }

    fn text(&mut self, text: &[u8]) -> bool {
        self.form.is_none() || self.written(|spool| spool.text(text)).is_some()
    }

    fn is_doubled(&mut self) -> bool {
        self.digester.is_doubled()
    }

    fn end(self: Box<Self>) {
        let Self { digester, spool, places, want, form, kept } = *self;
        let read = form.as_deref().and_then(read_again).map(SpoolForm::Text);
        let made = match spool {
            Ok(spool) => spool.finish(read.unwrap_or_else(|| SpoolForm::own(&want))).map(|reader| ReadList {
                digests: digester.finish(),
                reader,
                places,
                form,
            }),
            Err(Some(error)) => Err(error),
            // Why it could not is told already.
            Err(None) => return,
        };
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

impl ReadList {
    /// How a spool of this form is read.
    fn spool_form(form: Option<&str>, want: &[String]) -> SpoolForm {
        form.and_then(read_again).map_or_else(|| SpoolForm::own(want), SpoolForm::Text)
    }
}

/// So many records that are to be looked at again are read by one thread while another looks at them.
const MANY: usize = 1_000;

/// Records that are handed over together, and how many such heaps may wait.
const TOGETHER: usize = 200;
const AHEAD: usize = 4;

/// What was read, to be read again, and the links of the store.
pub(crate) struct Again<'scope, 'all> {
    pub(crate) db: &'all Db,
    pub(crate) spec: &'all PairSpec,
    pub(crate) observer: Observer<'all>,
    pub(crate) readers: PerSide<SpoolReader>,
    pub(crate) forms: &'all PerSide<Option<String>>,
    pub(crate) places: &'all PerSide<Vec<u64>>,
    pub(crate) threads: &'scope Scope<'scope, 'all>,
    ahead: Option<Ahead>,
}

type Two = (PerSide<u32>, PerSide<Option<Observed>>);

/// What is read on another thread, in the order in which it is asked for.
struct Ahead {
    made: Receiver<Result<Vec<Two>, StoreError>>,
    some: std::vec::IntoIter<Two>,
    now: Option<Two>,
}

impl Ahead {
    /// The record, where it is the one that was to be asked for next.
    fn take(&mut self, side: Side, number: usize) -> Result<Option<Observed>, StoreError> {
        let is_this = |two: &Two| *two.0.get(side) as usize == number && two.1.get(side).is_some();
        if !self.now.as_ref().is_some_and(is_this) {
            if self.some.len() == 0
                && let Ok(more) = self.made.recv()
            {
                self.some = more?.into_iter();
            }
            self.now = self.some.next();
        }
        let now = self.now.as_mut().filter(|two| is_this(two));
        Ok(now.and_then(|two| two.1.get_mut(side).take()))
    }
}

impl<'scope, 'all> Again<'scope, 'all> {
    pub(crate) fn new(
        db: &'all Db,
        spec: &'all PairSpec,
        readers: PerSide<SpoolReader>,
        forms: &'all PerSide<Option<String>>,
        places: &'all PerSide<Vec<u64>>,
        threads: &'scope Scope<'scope, 'all>,
    ) -> Self {
        Self { db, spec, observer: Observer::of(spec), readers, forms, places, threads, ahead: None }
    }

    /// Other readers of the same spools; none where they are in memory or cannot be opened again.
    fn others(&self) -> Option<PerSide<SpoolReader>> {
        let other = |side: Side| {
            let form = ReadList::spool_form(self.forms.get(side).as_deref(), &self.spec.wanted_fields(side));
            self.readers.get(side).another(form).ok().flatten()
        };
        Some(PerSide::new(other(Side::A)?, other(Side::B)?))
    }
}

fn place(places: &PerSide<Vec<u64>>, side: Side, number: usize) -> u64 {
    places.get(side).get(number).copied().unwrap_or(u64::MAX)
}

impl Source for Again<'_, '_> {
    type Error = StoreError;

    fn observed(&mut self, side: Side, number: usize) -> Result<Observed, StoreError> {
        if let Some(ahead) = &mut self.ahead
            && let Some(observed) = ahead.take(side, number)?
        {
            return Ok(observed);
        }
        let record = self.readers.get_mut(side).record(place(self.places, side, number))?;
        Ok(self.observer.see(side, record))
    }

    fn soon(&mut self, both: &[PerSide<u32>]) {
        self.ahead = None;
        if both.len() < MANY {
            return;
        }
        let Some(mut readers) = self.others() else { return };
        let (send, made) = sync_channel(AHEAD);
        let (both, spec, places) = (both.to_vec(), self.spec, self.places);
        self.threads.spawn(move || {
            let observer = Observer::of(spec);
            for some in both.chunks(TOGETHER) {
                let mut read = |side: Side, number: u32| {
                    let record = readers.get_mut(side).record(place(places, side, number as usize))?;
                    Ok::<_, StoreError>(Some(observer.see(side, record)))
                };
                let two = |at: &PerSide<u32>| Ok((*at, PerSide::new(read(Side::A, at.a)?, read(Side::B, at.b)?)));
                // Nobody listens any more where the compare has ended.
                if send.send(some.iter().map(two).collect()).is_err() {
                    return;
                }
            }
        });
        self.ahead = Some(Ahead { made, some: Vec::new().into_iter(), now: None });
    }

    fn link(&mut self, id: LinkId) -> Result<Link, StoreError> {
        self.db.now(|store| store.link(id))
    }
}
