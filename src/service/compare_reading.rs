//! How a compare reads its lists: record by record into digests and a spool.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::connectors::{RowSink, RowsRead};
use crate::engine::{DigestKey, Digester, Digests, Source};
use crate::model::{Given, Link, LinkId, Listing, PairSpec, PerSide, Record, Row, Side};
use crate::store::{Spool, SpoolReader, StoreError};
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
        if !sink.row(&Row { id: record.id.as_str(), modified, modified_by, fields: &fields }) {
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
    kept: Slot,
}

impl Collector {
    fn new(spec: &PairSpec, side: Side, want: &[String], key: DigestKey, part: Option<&Path>, kept: &Slot) -> Self {
        Self {
            digester: Digester::new(spec, side, want, key),
            spool: Spool::create(part).map_err(Some),
            places: Vec::new(),
            want: want.to_vec(),
            kept: Arc::clone(kept),
        }
    }

    fn keep(&self, made: Result<ReadList, StoreError>) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

impl RowSink for Collector {
    fn row(&mut self, row: &Row<'_>) -> bool {
        let pushed = match &mut self.spool {
            Ok(spool) => spool.push(row).map_err(Some),
            Err(error) => Err(error.take()),
        };
        match pushed {
            Ok(place) => {
                self.places.push(place);
                self.digester.take(row);
                true
            }
            Err(error) => {
                if let Some(error) = error {
                    self.keep(Err(error));
                }
                false
            }
        }
    }

    fn is_doubled(&mut self) -> bool {
        self.digester.is_doubled()
    }

    fn end(self: Box<Self>) {
        let Self { digester, spool, places, want, kept } = *self;
        let made = match spool {
            Ok(spool) => spool.finish(&want).map(|reader| ReadList { digests: digester.finish(), reader, places }),
            Err(Some(error)) => Err(error),
            // Why it could not is told already.
            Err(None) => return,
        };
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

/// What was read, to be read again, and the links of the store.
pub(crate) struct Again<'a> {
    pub(crate) db: &'a Db,
    pub(crate) readers: &'a mut PerSide<SpoolReader>,
    pub(crate) places: &'a PerSide<Vec<u64>>,
}

impl Source for Again<'_> {
    type Error = StoreError;

    fn record(&mut self, side: Side, number: usize) -> Result<Record, StoreError> {
        let place = self.places.get(side).get(number).copied().unwrap_or(u64::MAX);
        self.readers.get_mut(side).record(place)
    }

    fn link(&mut self, id: LinkId) -> Result<Link, StoreError> {
        self.db.now(|store| store.link(id))
    }
}
