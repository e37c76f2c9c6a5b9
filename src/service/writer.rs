//! Writes to one side: in the platform's batches, patiently, and never twice.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connectors::{Batch, ConnectorError, Context, ErrorKind, Find, Write, WriteKind};
use crate::engine;
use crate::model::{Fields, OpKind, PairSpec, Record, RecordId, Side, Value, WriteEntry};
use crate::texts::tr;

use super::executor::Task;
use super::job::{Ended, Job, keys};

/// How many intents are journalled together where a platform takes one write a call.
const JOURNALLED: usize = 64;

/// What came of one write.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is written, and this is what the platform stored.
    Stored(Record),
    /// It is written, though the answer never came, and this was found there afterwards.
    Found(Record),
    /// The record is gone.
    Deleted,
    /// Somebody changed the record after it was listed.
    ChangedMeanwhile(ConnectorError),
    /// This record cannot be written; the others go on.
    Failed(ConnectorError),
    /// The run ended before.
    NotTried,
    /// It was tried, and nobody can say whether it got through: the next run looks first.
    InDoubt(ConnectorError),
}

/// What one try came to.
enum Tried {
    Out(Outcome),
    /// The trouble may pass. Whether the write was carried out may be unknown.
    Again(ConnectorError),
    /// The platform took it, without saying what it stored.
    Unsaid(ConnectorError),
    /// It concerns the whole account.
    Broken(ConnectorError),
}

/// What is known of a write before it is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It has not got through.
    Open,
    /// It may have got through.
    InDoubt,
    /// The platform took it, and did not say what it stored.
    Taken,
}

impl Standing {
    /// After one more try that ended like this.
    fn after(self, error: &ConnectorError) -> Self {
        match error.kind {
            // Neither reached the platform's records.
            ErrorKind::Throttled | ErrorKind::Unreachable => self,
            ErrorKind::InDoubt
            | ErrorKind::SignIn
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Exists
            | ErrorKind::VersionMismatch
            | ErrorKind::Server
            | ErrorKind::Rejected
            | ErrorKind::BadAnswer
            | ErrorKind::CursorExpired
            | ErrorKind::File
            | ErrorKind::Content
            | ErrorKind::Settings
            | ErrorKind::Cancelled => match self {
                Self::Open | Self::InDoubt => Self::InDoubt,
                Self::Taken => Self::Taken,
            },
        }
    }

    /// What is told of a write that is left for the next run to look for.
    fn left(self) -> Option<ConnectorError> {
        let text = match self {
            Self::Open => return None,
            Self::InDoubt => tr!("sync-no-answer"),
            Self::Taken => tr!("sync-not-said"),
        };
        Some(ConnectorError::new(ErrorKind::InDoubt, text))
    }
}

/// Why a side ends early and, where the last write may have got through, the word for that.
type Broken = (Ended, Option<ConnectorError>);

/// Carries out one side's writes and sends each outcome. Every task gets one.
///
/// # Errors
/// Why the side ended early.
pub(crate) async fn drive(
    job: Job,
    side: Side,
    tasks: Vec<Task>,
    finished: mpsc::Sender<(Task, Outcome)>,
) -> Result<(), Ended> {
    let together = match job.connectors.get(side).abilities().batch {
        Batch::One { .. } => JOURNALLED,
        Batch::UpTo(most) => most.max(1),
        Batch::All => tasks.len().max(1),
    };
    let mut tasks = tasks.into_iter();
    let mut ended = None;
    loop {
        let chunk: Vec<Task> = tasks.by_ref().take(together).collect();
        if chunk.is_empty() {
            return ended.map_or(Ok(()), Err);
        }
        if ended.is_none() {
            ended = job.checkpoint("journal").err();
        }
        if let Some(why @ (Ended::CutOff | Ended::Store(_))) = ended {
            return Err(why);
        }
        if ended.is_some() {
            for task in chunk {
                send(&finished, task, Outcome::NotTried).await;
            }
            continue;
        }
        match journal(&job, side, &chunk).await {
            Ok(()) => {}
            Err(why @ (Ended::CutOff | Ended::Store(_))) => return Err(why),
            // Every task gets its outcome, for what is not done must stay pending in the store.
            Err(why @ (Ended::Platform { .. } | Ended::Refused(_) | Ended::Cancelled)) => {
                for task in chunk {
                    send(&finished, task, Outcome::NotTried).await;
                }
                ended = Some(why);
                continue;
            }
        }
        ended = write_chunk(&job, side, chunk, &finished).await.err();
    }
}

async fn send(finished: &mpsc::Sender<(Task, Outcome)>, task: Task, outcome: Outcome) {
    // The collector outlives the drivers; where it has gone, the run was cut off.
    let _cut_off = finished.send((task, outcome)).await;
}

/// Journals the intent, and keeps every record that is about to be deleted whole.
async fn journal(job: &Job, side: Side, chunk: &[Task]) -> Result<(), Ended> {
    let leaving: Vec<RecordId> = chunk
        .iter()
        .filter(|task| matches!(task.op.kind, OpKind::Delete { .. }))
        .filter_map(|task| task.op.record.clone())
        .collect();
    let mut raws: Vec<(String, String)> = Vec::new();
    if !leaving.is_empty() {
        let (context, want) =
            (job.context(tr!("sync-keeping", account = job.account(side))), job.spec().wanted_fields(side));
        let connector = job.connectors.get(side);
        let records = job.patiently(side, || connector.get(&context, job.collection(side), &want, &leaving)).await?;
        for record in records {
            let entry =
                chunk.iter().find(|task| task.op.record.as_ref() == Some(&record.id)).map(|task| task.entry.id.clone());
            if let (Some(entry), Some(raw)) = (entry, record.raw) {
                raws.push((entry, raw));
            }
        }
    }
    let entries: Vec<WriteEntry> = chunk.iter().map(|task| task.entry.clone()).collect();
    job.shared
        .db
        .with(move |store| {
            store.save_writes(&entries)?;
            for (id, raw) in &raws {
                store.save_raw(id, raw)?;
            }
            Ok(())
        })
        .await?;
    if (job.shared.tuning.goes_on)("journalled") { Ok(()) } else { Err(Ended::CutOff) }
}

async fn write_chunk(
    job: &Job,
    side: Side,
    chunk: Vec<Task>,
    finished: &mpsc::Sender<(Task, Outcome)>,
) -> Result<(), Ended> {
    match job.connectors.get(side).abilities().batch {
        Batch::One { concurrency } => {
            let chunk = chunk.into_iter().map(|task| (task, Standing::Open)).collect();
            one_by_one(job, side, chunk, concurrency, finished).await
        }
        Batch::UpTo(_) | Batch::All => together(job, side, chunk, finished).await,
    }
}

/// One call for all of them; what has trouble of its own is then tried alone.
async fn together(
    job: &Job,
    side: Side,
    chunk: Vec<Task>,
    finished: &mpsc::Sender<(Task, Outcome)>,
) -> Result<(), Ended> {
    let (context, want) = (uncancelled(job, side), job.spec().wanted_fields(side));
    let writes: Vec<Write> = chunk.iter().map(write_of).collect();
    let answered = job.connectors.get(side).write(&context, job.collection(side), &want, writes).await;
    if !(job.shared.tuning.goes_on)("written") {
        return Err(Ended::CutOff);
    }
    let results = match answered {
        Ok(results) => results,
        Err(error) if error.kind.is_temporary() => {
            let standing = Standing::Open.after(&error);
            let chunk = chunk.into_iter().map(|task| (task, standing)).collect();
            return one_by_one(job, side, chunk, 1, finished).await;
        }
        Err(error) => {
            for task in chunk {
                send(finished, task, Outcome::NotTried).await;
            }
            return Err(job.trouble(side, error));
        }
    };
    let mut alone = Vec::new();
    for (task, result) in chunk.into_iter().zip(results) {
        match judge(&task, result) {
            Tried::Out(outcome) => send(finished, task, outcome).await,
            Tried::Unsaid(_) => alone.push((task, Standing::Taken)),
            Tried::Again(error) => alone.push((task, Standing::Open.after(&error))),
            Tried::Broken(error) => send(finished, task, Outcome::Failed(error)).await,
        }
    }
    one_by_one(job, side, alone, 1, finished).await
}

async fn one_by_one(
    job: &Job,
    side: Side,
    chunk: Vec<(Task, Standing)>,
    concurrency: usize,
    finished: &mpsc::Sender<(Task, Outcome)>,
) -> Result<(), Ended> {
    let mut running: JoinSet<(Task, Result<Outcome, Broken>)> = JoinSet::new();
    let mut ended: Option<Ended> = None;
    let mut queue = chunk.into_iter();
    loop {
        while running.len() < concurrency.max(1) && ended.is_none() {
            let Some((task, standing)) = queue.next() else { break };
            let job = job.clone();
            running.spawn(async move {
                let outcome = persist(&job, side, &task, standing).await;
                (task, outcome)
            });
        }
        let Some(joined) = running.join_next().await else { break };
        let (task, outcome) = match joined {
            Ok(done) => done,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        match outcome {
            Ok(outcome) => send(finished, task, outcome).await,
            Err((why @ (Ended::CutOff | Ended::Store(_)), _)) => return Err(why),
            Err((why @ (Ended::Platform { .. } | Ended::Refused(_) | Ended::Cancelled), doubt)) => {
                send(finished, task, doubt.map_or(Outcome::NotTried, Outcome::InDoubt)).await;
                ended.get_or_insert(why);
            }
        }
        if ended.is_none() && job.cancel.is_cancelled() {
            ended = Some(Ended::Cancelled);
        }
    }
    for (task, _) in queue {
        send(finished, task, Outcome::NotTried).await;
    }
    ended.map_or(Ok(()), Err)
}

/// One write, tried until it is known to be done or known to fail. A write whose answer never came
/// is looked up before it is tried again; a create that the platform took is only looked up, and so is
/// one in doubt where a search does not tell at once what was created: sent again, it would be there twice.
/// What is not found then is left for the next run, which reads the list.
async fn persist(job: &Job, side: Side, task: &Task, standing: Standing) -> Result<Outcome, Broken> {
    let (context, want) = (uncancelled(job, side), job.spec().wanted_fields(side));
    let connector = Arc::clone(job.connectors.get(side));
    let mut waits = job.waits();
    let mut standing = standing;
    let create = matches!(task.op.kind, OpKind::Create { .. });
    let finds_late = connector.abilities().finds_late;
    loop {
        let tried = match standing {
            Standing::Open => None,
            Standing::InDoubt | Standing::Taken => look_up(job, side, task, &context, &want).await,
        };
        let must_wait = create && (standing == Standing::Taken || finds_late);
        let tried = if let Some(tried) = tried {
            tried
        } else if let Some(error) = standing.left().filter(|_| must_wait) {
            Tried::Again(error)
        } else {
            let answered = connector.write(&context, job.collection(side), &want, vec![write_of(task)]).await;
            if !(job.shared.tuning.goes_on)("written") {
                return Err((Ended::CutOff, None));
            }
            let result = answered.and_then(|results| {
                results
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("sync-empty-answer"))))
            });
            judge(task, result)
        };
        let error = match tried {
            Tried::Out(Outcome::Failed(error)) if error.kind == ErrorKind::Exists && standing == Standing::Open => {
                // A record of this name is there: ours, if an earlier try got through.
                match look_up(job, side, task, &context, &want).await {
                    Some(Tried::Out(outcome)) => return Ok(outcome),
                    Some(Tried::Again(_) | Tried::Unsaid(_) | Tried::Broken(_)) | None => {
                        return Ok(Outcome::Failed(error));
                    }
                }
            }
            Tried::Out(outcome) => return Ok(outcome),
            Tried::Broken(error) => return Err((job.trouble(side, error), standing.left())),
            Tried::Unsaid(error) => {
                standing = Standing::Taken;
                error
            }
            Tried::Again(error) => {
                standing = standing.after(&error);
                error
            }
        };
        let Some(pause) = waits.next() else {
            // The account itself seems to be away; for anything else only this record failed.
            return if error.kind == ErrorKind::Unreachable {
                Err((job.trouble(side, error), standing.left()))
            } else if standing != Standing::Open {
                Ok(Outcome::InDoubt(error))
            } else {
                Ok(Outcome::Failed(error))
            };
        };
        job.rest(&error, pause).await.map_err(|ended| (ended, standing.left()))?;
    }
}

/// Whether a write that may have been carried out was. None when it was not, or nothing can be said.
async fn look_up(job: &Job, side: Side, task: &Task, context: &Context, want: &[String]) -> Option<Tried> {
    let (connector, collection) = (job.connectors.get(side), job.collection(side));
    match &task.op.kind {
        OpKind::Create { fields, .. } => {
            let by_key = keys(job.spec(), side).into_iter().find_map(|key| match fields.get(&key) {
                Some(Value::Text(text)) if !text.trim().is_empty() => Some((key, text.clone())),
                Some(Value::Text(_) | Value::List(_)) | None => None,
            });
            let by_token = Find { token: Some(task.entry.id.clone()), field: None };
            match connector.find(context, collection, want, &by_token).await {
                Ok(records) => {
                    if let Some(record) = records.into_iter().next() {
                        return Some(Tried::Out(Outcome::Found(record)));
                    }
                }
                Err(error) => return Some(Tried::Again(error)),
            }
            let find = Find { token: None, field: Some(by_key?) };
            match connector.find(context, collection, want, &find).await {
                Ok(mut records) if records.len() == 1 => records.pop().map(|record| {
                    // It may be what somebody else has just entered: then the next run, which lists
                    // it, matches the two like any others.
                    if is_as_written(job.spec(), side, &task.entry, &record) {
                        Tried::Out(Outcome::Found(record))
                    } else {
                        Tried::Out(Outcome::Failed(ConnectorError::new(ErrorKind::Exists, tr!("sync-record-like-it"))))
                    }
                }),
                Ok(records) if records.is_empty() => None,
                Ok(_) => Some(Tried::Out(Outcome::Failed(ConnectorError::new(
                    ErrorKind::Exists,
                    tr!("sync-several-like-it"),
                )))),
                Err(error) => Some(Tried::Again(error)),
            }
        }
        OpKind::Update { fields, expect } => {
            let id = task.op.record.clone()?;
            match connector.get(context, collection, want, std::slice::from_ref(&id)).await {
                Ok(records) => {
                    let Some(record) = records.into_iter().next() else {
                        return Some(Tried::Out(Outcome::ChangedMeanwhile(ConnectorError::new(
                            ErrorKind::NotFound,
                            tr!("sync-record-gone"),
                        ))));
                    };
                    let holds = fields.iter().all(|(name, value)| record.fields.get(name) == Some(value));
                    if holds {
                        return Some(Tried::Out(Outcome::Found(record)));
                    }
                    if expect.is_none() || record.version == *expect {
                        return None;
                    }
                    Some(Tried::Out(Outcome::ChangedMeanwhile(ConnectorError::new(
                        ErrorKind::VersionMismatch,
                        tr!("sync-changed-meanwhile"),
                    ))))
                }
                Err(error) => Some(Tried::Again(error)),
            }
        }
        OpKind::Delete { .. } => {
            let id = task.op.record.clone()?;
            match connector.get(context, collection, want, std::slice::from_ref(&id)).await {
                Ok(records) if records.is_empty() => Some(Tried::Out(Outcome::Deleted)),
                Ok(_) => None,
                Err(error) => Some(Tried::Again(error)),
            }
        }
    }
}

/// Whether a record holds what the create was to write, in the sense of each mapping's kind.
pub(crate) fn is_as_written(spec: &PairSpec, side: Side, write: &WriteEntry, record: &Record) -> bool {
    let now = engine::observe(spec, side, record).seen.values;
    write.fields.iter().all(|field| match (spec.field(&field.name), &field.after, now.get(&field.name)) {
        (Some(mapping), Some(after), Some(now)) => engine::same(mapping, (side, after), (side, now)),
        (_, Some(after), None) => after.is_empty(),
        (_, None, _) | (None, _, _) => true,
    })
}

fn judge(task: &Task, result: Result<Option<Record>, ConnectorError>) -> Tried {
    let delete = matches!(task.op.kind, OpKind::Delete { .. });
    let error = match result {
        Ok(Some(record)) => return Tried::Out(Outcome::Stored(record)),
        Ok(None) if delete => return Tried::Out(Outcome::Deleted),
        Ok(None) => {
            return Tried::Unsaid(ConnectorError::new(ErrorKind::InDoubt, tr!("sync-not-said")));
        }
        Err(error) => error,
    };
    match error.kind {
        ErrorKind::NotFound if delete => Tried::Out(Outcome::Deleted),
        ErrorKind::NotFound | ErrorKind::VersionMismatch => Tried::Out(Outcome::ChangedMeanwhile(error)),
        ErrorKind::Unreachable | ErrorKind::InDoubt | ErrorKind::Throttled | ErrorKind::Server => Tried::Again(error),
        ErrorKind::SignIn | ErrorKind::File | ErrorKind::Settings | ErrorKind::Cancelled => Tried::Broken(error),
        ErrorKind::Forbidden
        | ErrorKind::Exists
        | ErrorKind::Rejected
        | ErrorKind::BadAnswer
        | ErrorKind::CursorExpired
        | ErrorKind::Content => Tried::Out(Outcome::Failed(error)),
    }
}

fn write_of(task: &Task) -> Write {
    let id = task.op.record.clone().unwrap_or_else(|| RecordId::new(""));
    let kind = match &task.op.kind {
        // A copy of the whole holds every field already, in the form that it had.
        OpKind::Create { raw: Some(raw), .. } => WriteKind::Create { fields: Fields::new(), raw: Some(raw.clone()) },
        OpKind::Create { fields, raw: None } => WriteKind::Create { fields: fields.clone(), raw: None },
        OpKind::Update { fields, expect } => WriteKind::Update { id, fields: fields.clone(), expect: expect.clone() },
        OpKind::Delete { expect } => WriteKind::Delete { id, expect: expect.clone() },
    };
    Write { token: task.entry.id.clone(), kind }
}

/// A write that has been sent is always awaited, so its call is not cancelled; the run stops between
/// writes.
fn uncancelled(job: &Job, side: Side) -> Context {
    let mut context = job.context(tr!("sync-writing-to", account = job.account(side)));
    context.cancel = tokio_util::sync::CancellationToken::new();
    context.progress = Arc::new(|_| {});
    context
}
