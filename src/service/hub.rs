//! The service's one task: it takes commands, starts work, never two pieces of work on one account
//! at once, and tells what has changed.

mod answering;
mod due;
mod telling;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::{CompareReport, Outcome, PerSide, Plan, Subject, Timestamp, Trigger, WriteState};
use crate::texts::tr;

use super::job::{Ended, Job, Shared};
use super::upkeep::{self, Care};
use super::{
    Command, Event, Look, Mailbox, Problem, Reply, RequestId, RunReport, SyncMode, Upkeep, answers, backup, comparing,
    looking, run, undoing,
};

/// The schedule looks at the clock at least this often, since a timer stands still while the
/// computer sleeps.
const LOOK: Duration = Duration::from_secs(30);

/// A piece of work on a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Sync { mode: SyncMode, trigger: Trigger },
    Compare { export: Option<PathBuf>, trigger: Trigger },
    Settle(BTreeSet<Subject>),
    Undo(undoing::Scope),
    LookAtUndo(undoing::Scope),
}

/// Who waits for it.
#[derive(Clone, Debug)]
enum Waiter {
    /// A command of its own.
    One(RequestId),
    /// A part of an answer that speaks of several pairs.
    Part(RequestId),
}

struct Pending {
    pair: String,
    accounts: BTreeSet<String>,
    work: Work,
    waiters: Vec<Waiter>,
}

struct Active {
    pair: String,
    accounts: BTreeSet<String>,
    waiters: Vec<Waiter>,
    cancel: CancellationToken,
}

enum Ran {
    Run { report: Box<RunReport>, sign_in_refused: bool },
    Compared(Arc<CompareReport>),
    Undoing(Arc<Plan>),
}

struct Done {
    pair: String,
    work: Work,
    result: Result<Ran, Problem>,
    cut_off: bool,
}

pub(crate) struct Hub {
    shared: Shared,
    workspace: PathBuf,
    active: Vec<Active>,
    queue: VecDeque<Pending>,
    done: mpsc::Sender<Done>,
    previews: BTreeMap<String, Arc<Plan>>,
    /// Answers about several pairs: what has come so far, and how many are still to come.
    parts: BTreeMap<RequestId, (usize, Vec<RunReport>)>,
    scheduled: bool,
    /// Pairs whose scheduled work could not even be recorded as a run: how often in a row, and until
    /// when they rest.
    rests: BTreeMap<String, (u32, Timestamp)>,
    due: Vec<(String, Option<Timestamp>, Option<Timestamp>)>,
    ending: bool,
    care: Care,
    /// Whether a run or compare has ended since the start.
    worked: bool,
    /// Why the copy of the day could not be made, the last time.
    copy_trouble: Option<String>,
}

/// Serves a face until it has gone or asks for the end; what goes on is stopped safely first.
pub(crate) async fn serve(shared: Shared, workspace: PathBuf, mut mailbox: Mailbox) {
    let (done, mut results) = mpsc::channel(16);
    let mut hub = Hub {
        shared,
        workspace,
        active: Vec::new(),
        queue: VecDeque::new(),
        done,
        previews: BTreeMap::new(),
        parts: BTreeMap::new(),
        scheduled: false,
        rests: BTreeMap::new(),
        due: Vec::new(),
        ending: false,
        care: Care::default(),
        worked: false,
        copy_trouble: None,
    };
    hub.tell_state().await;
    let signed = hub.shared.signer.changed();
    loop {
        if hub.ending && hub.active.is_empty() {
            break;
        }
        tokio::select! {
            command = mailbox.commands.recv(), if !hub.ending => match command {
                Some((id, command)) => hub.take(id, command).await,
                None => hub.end(),
            },
            Some(done) = results.recv() => hub.finished(done).await,
            () = signed.notified() => hub.after_sign_in().await,
            () = tokio::time::sleep(hub.nap()), if hub.scheduled && !hub.ending => hub.start_due().await,
        }
    }
    // Whoever only ever syncs from a script has a copy of each day too.
    if hub.worked {
        hub.copy_of_the_day().await;
    }
    hub.shared.signer.end().await;
    // Whoever hears of the end may end the process at once.
    hub.shared.db.close().await;
    hub.shared.voice.say(Event::Ended).await;
}

impl Hub {
    async fn take(&mut self, id: RequestId, command: Command) {
        let voice = self.shared.voice.clone();
        let changes = answers::changes_state(&command);
        // A plan that is shown stays as good as it was while no settings change.
        let calm = matches!(
            command,
            Command::Pause { .. }
                | Command::AlertsSeen
                | Command::Password { .. }
                | Command::ForgetPassword(_)
                | Command::Unlock { .. }
                | Command::NewPassphrase { .. }
                | Command::ForgetSecrets
                | Command::SavePrefs(_)
        );
        let answer = match command {
            Command::Sync { pair, mode } => {
                return self.enqueue(id, pair, Work::Sync { mode, trigger: Trigger::Manual }).await;
            }
            Command::Compare { pair, export } => {
                return self.enqueue(id, pair, Work::Compare { export, trigger: Trigger::Manual }).await;
            }
            Command::Undo(run) => return self.undo(id, undoing::Scope { run, write: None }, false).await,
            Command::UndoWrite { run, write } => {
                return self.undo(id, undoing::Scope { run, write: Some(write) }, false).await;
            }
            Command::UndoPlan { run, write } => return self.undo(id, undoing::Scope { run, write }, true).await,
            Command::Resolve { ids, resolution } => return self.resolve(id, ids, resolution).await,
            Command::Cancel(pair) => {
                self.cancel(&pair).await;
                Ok(Reply::Done)
            }
            Command::StartSchedule => {
                self.scheduled = true;
                self.tell_state().await;
                self.start_due().await;
                Ok(Reply::Done)
            }
            Command::Shutdown => {
                self.end();
                Ok(Reply::Done)
            }
            Command::Snapshot => Ok(Reply::Snapshot(Arc::new(self.snapshot().await))),
            // These look through long lists, and must not make other commands wait.
            Command::Look(look) => return self.look_up(id, look),
            Command::Upkeep(wanted) => return self.upkeep(id, wanted).await,
            // These wait for a platform, and must not make other commands wait.
            Command::TryAccount { .. }
            | Command::TryManifest { .. }
            | Command::SignIn { .. }
            | Command::SecretPlaces
            | Command::Check(_)
            | Command::Survey { .. }
            | Command::Fit { .. } => {
                return self.ask_platform(id, command);
            }
            Command::Stop(asked) => {
                self.shared.desk.stop(asked);
                Ok(Reply::Done)
            }
            Command::CancelSignIn(account) => {
                self.shared.signer.cancel(&account);
                Ok(Reply::Done)
            }
            command @ (Command::SaveAccount { .. }
            | Command::Password { .. }
            | Command::ForgetPassword(_)
            | Command::Unlock { .. }
            | Command::NewPassphrase { .. }
            | Command::ForgetSecrets
            | Command::RemoveAccount(_)
            | Command::SavePair(_)
            | Command::RemovePair(_)
            | Command::Pause { .. }
            | Command::Import(_)
            | Command::Export(_)
            | Command::LoadSample
            | Command::LastCompare(_)
            | Command::Matters(_)
            | Command::Reopen { .. }
            | Command::Candidates(_)
            | Command::History(_)
            | Command::Writes(_)
            | Command::Lives(_)
            | Command::Alerts
            | Command::AlertsSeen
            | Command::SavePrefs(_)) => answers::from_store(&self.shared, &self.workspace, command).await,
        };
        if changes && answer.is_ok() {
            if !calm {
                self.previews.clear();
            }
            self.tell_state().await;
        }
        voice.reply(id, answer).await;
    }

    async fn upkeep(&mut self, id: RequestId, wanted: Upkeep) {
        if upkeep::only_looks(&wanted) {
            let (shared, workspace) = (self.shared.clone(), self.workspace.clone());
            tokio::spawn(async move {
                let answer = upkeep::look(&shared, &workspace, wanted).await;
                shared.voice.reply(id, answer).await;
            });
            return;
        }
        let (busy, changes) = (!self.active.is_empty(), upkeep::changes_state(&wanted));
        let restores = matches!(wanted, Upkeep::Restore(_) | Upkeep::MatchAnew(_));
        let answer = self.care.take(&self.shared, &self.workspace, wanted, busy).await;
        if restores && answer.is_ok() {
            // What was about to run was asked for in another state of things.
            self.previews.clear();
            self.rests.clear();
        }
        if changes {
            self.tell_state().await;
        }
        self.shared.voice.reply(id, answer).await;
    }

    /// Makes the copy of the day, where it is not there yet.
    async fn copy_of_the_day(&mut self) {
        let workspace = self.workspace.clone();
        match backup::blocking(move || backup::daily(&workspace)).await {
            Ok(Some(file)) => {
                tracing::info!(file = %file.display(), "the copy of the day is made");
                self.copy_trouble = None;
            }
            Ok(None) => {}
            Err(problem) => {
                tracing::warn!(%problem, "the copy of the day could not be made");
                // It may be the database itself that is damaged, which the next opening has to find out.
                let doubted = self.shared.db.with(|store| {
                    store.doubt();
                    Ok(())
                });
                if let Err(error) = doubted.await {
                    tracing::error!(%error, "the database could not be marked");
                }
                self.copy_trouble = Some(problem.message);
            }
        }
    }

    /// Answers a command that asks a platform on a task of its own, until it is stopped.
    fn ask_platform(&self, id: RequestId, command: Command) {
        let shared = self.shared.clone();
        let cancel = shared.desk.begin(id);
        tokio::spawn(async move {
            let (asked, token) = (shared.clone(), cancel.clone());
            let mut inner = tokio::spawn(async move { answers::from_platform(&asked, id, command, &token).await });
            let answer = tokio::select! {
                // A panic is answered like any other failure, so that nobody waits for ever.
                answer = &mut inner => answer.unwrap_or_else(|panicked| {
                    tracing::error!(%panicked, "the account was not asked to the end");
                    Err(Problem::failed(tr!("sync-mistake-asking")))
                }),
                () = cancel.cancelled() => {
                    inner.abort();
                    Err(Problem::failed(tr!("setup-check-stopped")))
                }
            };
            shared.desk.end(id);
            shared.voice.reply(id, answer).await;
        });
    }

    fn look_up(&self, id: RequestId, look: Look) {
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let answer = looking::answer(&shared, look).await.map(Reply::Looked);
            shared.voice.reply(id, answer).await;
        });
    }

    /// Queues a piece of work; the same work that waits already is done once for all who ask.
    async fn enqueue(&mut self, id: RequestId, pair: String, work: Work) {
        self.enqueue_for(Waiter::One(id), pair, work).await;
    }

    async fn enqueue_for(&mut self, waiter: Waiter, pair: String, work: Work) {
        let same = self.queue.iter_mut().find(|pending| pending.pair == pair && pending.work == work);
        if let Some(pending) = same {
            pending.waiters.push(waiter);
            return;
        }
        match self.accounts_of(&pair).await {
            Ok(accounts) => {
                self.queue.push_back(Pending { pair, accounts, work, waiters: vec![waiter] });
                self.start_waiting().await;
            }
            Err(problem) => self.answer(vec![waiter], Err(problem)).await,
        }
    }

    async fn accounts_of(&self, pair: &str) -> Result<BTreeSet<String>, Problem> {
        let pairs =
            self.shared.db.with(|store| store.pairs()).await.map_err(|error| Problem::failed(error.to_string()))?;
        let found = pairs.into_iter().find(|row| row.spec.name == pair);
        let row = found.ok_or_else(|| Problem::wrong_use(tr!("sync-no-pair", pair = pair)))?;
        Ok(BTreeSet::from([row.spec.ends.a.account, row.spec.ends.b.account]))
    }

    /// Starts everything that waits and whose accounts are free, in the order in which it was asked.
    async fn start_waiting(&mut self) {
        let mut busy: BTreeSet<String> =
            self.active.iter().flat_map(|active| active.accounts.iter().cloned()).collect();
        let mut started = false;
        for pending in std::mem::take(&mut self.queue) {
            let free = pending.accounts.iter().all(|account| !busy.contains(account));
            busy.extend(pending.accounts.iter().cloned());
            if free && !self.ending {
                self.start(pending);
                started = true;
            } else {
                self.queue.push_back(pending);
            }
        }
        if started {
            self.tell_state().await;
        }
    }

    fn start(&mut self, pending: Pending) {
        let Pending { pair, accounts, work, waiters } = pending;
        let cancel = CancellationToken::new();
        let shown = self.previews.get(&pair).cloned();
        let (shared, done, token) = (self.shared.clone(), self.done.clone(), cancel.clone());
        self.active.push(Active { pair: pair.clone(), accounts, waiters, cancel });
        tokio::spawn(async move {
            // A panic in the work is told like any other failure, and the pair is free again.
            let inner = tokio::spawn(work_on(shared, pair.clone(), work.clone(), token, shown));
            let (result, cut_off) = match inner.await {
                Ok(ended) => ended,
                Err(panicked) => {
                    tracing::error!(%panicked, "the work broke off");
                    (Err(Problem::failed(tr!("sync-mistake"))), false)
                }
            };
            let _gone = done.send(Done { pair, work, result, cut_off }).await;
        });
    }

    async fn finished(&mut self, done: Done) {
        let Done { pair, work, result, cut_off } = done;
        let Some(index) = self.active.iter().position(|active| active.pair == pair) else { return };
        let active = self.active.swap_remove(index);
        self.worked = true;
        // Whatever the job has left running on a thread of its own stops, and says no more.
        active.cancel.cancel();
        self.shared.voice.progress(|all| {
            all.remove(&pair);
        });
        match &result {
            Ok(_) => {
                self.rests.remove(&pair);
            }
            Err(_) => self.rest(&pair),
        }
        if !cut_off {
            match &result {
                Ok(Ran::Run { report, sign_in_refused }) => {
                    match (&report.plan, report.summary.outcome) {
                        (Some(plan), _) => {
                            self.previews.insert(pair.clone(), Arc::clone(plan));
                        }
                        (None, Outcome::Failed | Outcome::Cancelled) => {}
                        (
                            None,
                            Outcome::Running | Outcome::Done | Outcome::Waiting | Outcome::Preview | Outcome::Partial,
                        ) => {
                            self.previews.remove(&pair);
                        }
                    }
                    self.after_run(&pair, report, *sign_in_refused).await;
                }
                Ok(Ran::Compared(report)) => self.after_compare(&pair, report).await,
                Ok(Ran::Undoing(_)) => {}
                // Who looks is told at once, and nothing was to be done.
                Err(_) if matches!(work, Work::LookAtUndo(_)) => {}
                Err(problem) => self.after_problem(&pair, &work, problem).await,
            }
        }
        let reply = result.map(|ran| match ran {
            Ran::Run { report, .. } => Reply::Ran(report),
            Ran::Compared(report) => Reply::Compared(report),
            Ran::Undoing(plan) => Reply::UndoPlan(plan),
        });
        self.tell_state().await;
        self.answer(active.waiters, reply).await;
        self.start_waiting().await;
    }

    async fn answer(&mut self, waiters: Vec<Waiter>, answer: Result<Reply, Problem>) {
        for waiter in waiters {
            match waiter {
                Waiter::One(id) => self.shared.voice.reply(id, answer.clone()).await,
                Waiter::Part(id) => {
                    let Some((left, reports)) = self.parts.get_mut(&id) else { continue };
                    *left = left.saturating_sub(1);
                    match &answer {
                        Ok(Reply::Ran(report)) => reports.push(report.as_ref().clone()),
                        Ok(_) => {}
                        Err(problem) => {
                            let problem = problem.clone();
                            self.parts.remove(&id);
                            self.shared.voice.reply(id, Err(problem)).await;
                            continue;
                        }
                    }
                    if *left == 0 {
                        let reports = self.parts.remove(&id).map(|(_, reports)| reports).unwrap_or_default();
                        self.shared.voice.reply(id, Ok(Reply::Resolved(reports))).await;
                    }
                }
            }
        }
    }

    /// Takes a run or one of its writes back, or looks what that would do.
    async fn undo(&mut self, id: RequestId, scope: undoing::Scope, look: bool) {
        let (run, write) = (scope.run, scope.write.clone());
        let found = self.shared.db.with(move |store| {
            let write = match &write {
                Some(write) => store.write(write)?.filter(|write| write.run == run),
                None => None,
            };
            Ok((store.run(run)?, write))
        });
        let number = run.0.to_string();
        let problem = match found.await {
            Ok((Some(summary), _)) if summary.undone_by.is_some() => {
                Problem::wrong_use(tr!("sync-taken-back-already", run = number))
            }
            Ok((Some(_), None)) if scope.write.is_some() => Problem::wrong_use(tr!("history-no-write", run = number)),
            Ok((Some(_), Some(write))) if write.state != WriteState::Done => {
                Problem::wrong_use(tr!("history-write-not-done", label = write.label))
            }
            Ok((Some(summary), _)) => {
                let work = if look { Work::LookAtUndo(scope) } else { Work::Undo(scope) };
                return self.enqueue(id, summary.pair, work).await;
            }
            Ok((None, _)) => Problem::wrong_use(tr!("sync-no-run", run = number)),
            Err(error) => Problem::failed(error.to_string()),
        };
        self.shared.voice.reply(id, Err(problem)).await;
    }

    /// Stops what goes on for a pair, and what waits to begin.
    async fn cancel(&mut self, pair: &str) {
        let (dropped, kept) = std::mem::take(&mut self.queue).into_iter().partition(|pending| pending.pair == pair);
        self.queue = kept;
        for pending in VecDeque::<Pending>::into_iter(dropped) {
            let problem = Problem::failed(tr!("sync-stopped-before"));
            self.answer(pending.waiters, Err(problem)).await;
        }
        for active in self.active.iter().filter(|active| active.pair == pair) {
            active.cancel.cancel();
            self.shared.voice.progress(|all| {
                if let Some(progress) = all.get_mut(pair) {
                    progress.cancelling = true;
                }
            });
        }
    }

    fn end(&mut self) {
        self.ending = true;
        self.queue.clear();
        for active in &self.active {
            active.cancel.cancel();
        }
    }
}

/// Does a piece of work. The second value says that a test pulled the plug.
async fn work_on(
    shared: Shared,
    pair: String,
    work: Work,
    cancel: CancellationToken,
    shown: Option<Arc<Plan>>,
) -> (Result<Ran, Problem>, bool) {
    let job = match Job::open(&shared, &pair, cancel).await {
        Ok(job) => job,
        Err(problem) => return (Err(problem), false),
    };
    let told = |report: RunReport| Ran::Run { report: Box::new(report), sign_in_refused: job.sign_in_refused() };
    let ran = match work {
        Work::Sync { mode, trigger } => run::run(&job, trigger, mode, shown).await.map(told),
        Work::Settle(subjects) => run::settle(&job, subjects).await.map(told),
        Work::Undo(scope) => undoing::undo(&job, &scope).await.map(told),
        Work::LookAtUndo(scope) => undoing::look(&job, &scope).await.map(|plan| Ran::Undoing(Arc::new(plan))),
        Work::Compare { export, .. } => comparing::compare(&job, export.as_deref()).await.map(Ran::Compared),
    };
    let cut_off = matches!(ran, Err(Ended::CutOff));
    (ran.map_err(|ended| Problem::failed(ended.to_string())), cut_off)
}

/// The pairs that write to the same list, as sentences.
pub(crate) fn overlaps(specs: &[crate::model::PairSpec]) -> Vec<String> {
    let mut writers: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for spec in specs {
        let ends: PerSide<(String, String)> =
            spec.ends.as_ref().map(|end| (end.account.clone(), end.collection.clone().unwrap_or_default()));
        let distinct: BTreeSet<(String, String)> = [ends.a, ends.b].into();
        for end in distinct {
            writers.entry(end).or_default().push(&spec.name);
        }
    }
    let shared = writers.into_iter().filter(|(_, pairs)| pairs.len() > 1);
    shared.map(|((account, _), pairs)| tr!("sync-overlap", pairs = pairs.join(", "), account = account)).collect()
}
