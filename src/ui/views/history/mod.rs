//! History: runs a page at a time, what each wrote with the values before and after, a record's whole
//! life, and the way back.

mod draw;
mod life;
mod model;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use draw::show;
pub(crate) use model::Choice;

use crate::model::{
    LifeQuery, Lives, Numbered, Plan, RunId, RunPage, RunQuery, RunSummary, Timestamp, WritePage, WriteQuery,
    WriteState,
};

/// How many runs are asked for at once.
const RUNS: usize = 100;
/// How many writes are asked for at once.
const WRITES: usize = 200;
/// How many records are found at once.
const RECORDS: usize = 50;

/// What the operator wants of the history.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum HistoryIntent {
    /// The runs that fit the filters.
    Runs,
    /// The next page of runs.
    MoreRuns,
    /// What a run wrote.
    Pick(RunId),
    /// The writes of the picked run that fit what is looked for.
    Writes,
    /// The next page of writes.
    MoreWrites,
    /// The life of a record.
    Find,
    /// What an undo would do: of a run, or of its write with this id and label.
    LookAtUndo(RunId, Option<(String, String)>),
    /// One write back.
    UndoWrite(RunId, String),
}

/// An undo that is thought about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undoing {
    pub(crate) run: RunId,
    /// The id and the label of the only write.
    pub(crate) write: Option<(String, String)>,
    /// What it would do; none while that is found out.
    pub(crate) plan: Option<Arc<Plan>>,
}

/// What the page holds.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is about another part of the page")]
pub(crate) struct History {
    /// Which runs are shown.
    pub(crate) choice: Choice,
    /// The runs that were read so far, newest first; none before the first answer.
    runs: Option<Vec<RunSummary>>,
    total: u64,
    asked_runs: bool,
    /// Why the runs could not be read.
    failed: Option<String>,
    /// Why what the picked run wrote could not be read.
    no_writes: Option<String>,
    /// The run that is picked.
    pub(crate) run: Option<RunId>,
    /// Whether it was picked by the operator, who wants to see it where there is room for one thing only.
    opened: bool,
    writes: Option<Writes>,
    /// The text looked for in the writes.
    pub(crate) text: String,
    failed_only: bool,
    /// The record looked for.
    pub(crate) record: String,
    finding: bool,
    lives: Option<Arc<Lives>>,
    life: usize,
    undoing: Option<Undoing>,
    /// The place of a run that is to be seen, as the keys went there.
    scroll_to: Option<usize>,
    /// A picked run that is on no page that was read yet.
    apart: Option<RunSummary>,
}

/// The writes of the picked run that were read so far.
struct Writes {
    query: WriteQuery,
    list: Vec<Numbered>,
    found: u64,
    total: u64,
    failed: u64,
    asked: bool,
}

impl History {
    /// The query for the first page of runs.
    pub(crate) fn runs_query(&self, now: Timestamp) -> RunQuery {
        self.choice.query(now, RUNS)
    }

    /// The query for the next page of runs, where there is one and it was not asked yet.
    pub(crate) fn more_runs(&mut self, now: Timestamp) -> Option<RunQuery> {
        let runs = self.runs.as_ref()?;
        let before = runs.last()?.run;
        if self.asked_runs || runs.len() as u64 >= self.total {
            return None;
        }
        self.asked_runs = true;
        Some(RunQuery { before: Some(before), ..self.runs_query(now) })
    }

    /// Takes a page of runs; one of other filters is dropped. Returns the run to show first, where none
    /// that is shown is picked.
    pub(crate) fn take_runs(&mut self, page: &RunPage, now: Timestamp) -> Option<RunId> {
        if page.query.limit == 1 {
            self.apart = page.runs.first().cloned();
            return None;
        }
        let wanted = RunQuery { before: page.query.before, ..self.runs_query(now) };
        if page.query != wanted {
            return None;
        }
        let known = self.runs.take().unwrap_or_default();
        let (first, last) = (page.runs.first(), page.runs.last());
        let runs = match (page.query.before, last) {
            (Some(before), _) if known.last().is_some_and(|run| run.run == before) => {
                self.asked_runs = false;
                known.into_iter().chain(page.runs.iter().cloned()).collect()
            }
            // A page that follows another one than the last is of no use any more.
            (Some(_), _) => known,
            // What was read of older runs stays; the newest may have changed.
            (None, Some(last)) if known.first().is_some_and(|newest| newest.run >= last.run) => {
                let older = known.into_iter().filter(|run| run.run < last.run);
                page.runs.iter().cloned().chain(older).collect()
            }
            (None, _) => page.runs.clone(),
        };
        self.total = page.total;
        self.failed = None;
        let apart = self.apart.as_ref().map(|run| run.run);
        let there = self.run.is_some_and(|picked| Some(picked) == apart || runs.iter().any(|run| run.run == picked));
        let first = first.map(|run| run.run);
        self.runs = Some(runs);
        if there || page.query.before.is_some() { None } else { first }
    }

    /// Reads the runs anew, as the filters are others now.
    pub(crate) fn forget_runs(&mut self) {
        (self.runs, self.asked_runs, self.run, self.writes, self.apart) = (None, false, None, None, None);
        (self.failed, self.no_writes) = (None, None);
    }

    /// Whether no runs were read yet, and no record is looked for.
    pub(crate) const fn is_unread(&self) -> bool {
        self.runs.is_none() && !self.finding
    }

    /// The runs could not be read.
    pub(crate) fn runs_failed(&mut self, why: String) {
        self.failed = Some(why);
    }

    /// What the picked run wrote could not be read.
    pub(crate) fn writes_failed(&mut self, why: String) {
        self.no_writes = Some(why);
    }

    /// Nobody could be looked for.
    pub(crate) const fn stop_finding(&mut self) {
        self.finding = false;
    }

    /// Picks a run and returns the query for what it wrote.
    pub(crate) fn pick(&mut self, run: RunId) -> WriteQuery {
        if self.run != Some(run) {
            (self.writes, self.no_writes, self.failed_only) = (None, None, false);
            self.text.clear();
        }
        self.run = Some(run);
        (self.lives, self.finding) = (None, false);
        self.record.clear();
        self.writes_query(run)
    }

    /// The query for the picked run itself, where it is on no page that was read yet.
    pub(crate) fn unknown_run(&self) -> Option<RunQuery> {
        let run = self.run.filter(|_| self.current().is_none())?;
        Some(RunQuery { before: Some(RunId(run.0.saturating_add(1))), limit: 1, ..RunQuery::default() })
    }

    fn writes_query(&self, run: RunId) -> WriteQuery {
        let state = self.failed_only.then_some(WriteState::Failed);
        WriteQuery { run, text: self.text.trim().to_owned(), state, skip: 0, limit: WRITES }
    }

    /// The query for the writes of the picked run.
    pub(crate) fn current_writes(&self) -> Option<WriteQuery> {
        self.run.map(|run| self.writes_query(run))
    }

    /// The query for the next page of writes, where there is one and it was not asked yet.
    pub(crate) fn more_writes(&mut self) -> Option<WriteQuery> {
        let writes = self.writes.as_mut()?;
        if writes.asked || writes.list.len() as u64 >= writes.found {
            return None;
        }
        writes.asked = true;
        Some(WriteQuery { skip: writes.list.len(), ..writes.query.clone() })
    }

    /// Takes a page of writes; one of something else than what is looked for now is dropped.
    pub(crate) fn take_writes(&mut self, page: &WritePage) {
        let Some(wanted) = self.current_writes() else { return };
        if page.query != (WriteQuery { skip: page.query.skip, ..wanted.clone() }) {
            return;
        }
        let known = self.writes.take().map(|writes| writes.list).unwrap_or_default();
        let list = match page.query.skip {
            0 => page.writes.clone(),
            skip if skip == known.len() => known.into_iter().chain(page.writes.iter().cloned()).collect(),
            _ => known,
        };
        let (found, total, failed) = (page.found, page.total, page.failed);
        self.writes = Some(Writes { query: wanted, list, found, total, failed, asked: false });
        self.no_writes = None;
    }

    /// The query for the life of the record that is looked for; none where nothing is.
    pub(crate) fn find(&mut self) -> Option<LifeQuery> {
        let text = self.record.trim().to_owned();
        if text.is_empty() {
            (self.lives, self.finding) = (None, false);
            return None;
        }
        self.finding = true;
        Some(LifeQuery { pair: self.choice.pair.clone(), text, limit: RECORDS })
    }

    /// Whether a record's life is shown, so that it is to be read again when something was written.
    pub(crate) const fn shows_lives(&self) -> bool {
        self.lives.is_some()
    }

    /// Takes the lives that were found; those of another text are dropped.
    pub(crate) fn take_lives(&mut self, lives: Arc<Lives>) {
        if lives.query.text != self.record.trim() || lives.query.pair != self.choice.pair {
            return;
        }
        if self.lives.as_ref().is_none_or(|known| known.query != lives.query) {
            self.life = 0;
        }
        self.finding = false;
        self.lives = Some(lives);
    }

    /// Thinks about an undo: what it would do is found out.
    pub(crate) fn think(&mut self, run: RunId, write: Option<(String, String)>) {
        self.undoing = Some(Undoing { run, write, plan: None });
    }

    /// Takes what an undo would do.
    pub(crate) fn take_plan(&mut self, run: RunId, write: Option<&str>, plan: Arc<Plan>) {
        if let Some(undoing) = &mut self.undoing
            && undoing.run == run
            && undoing.write.as_ref().map(|(id, _)| id.as_str()) == write
        {
            undoing.plan = Some(plan);
        }
    }

    /// It could not be found out.
    pub(crate) fn stop_thinking(&mut self) {
        self.undoing = None;
    }

    fn current(&self) -> Option<&RunSummary> {
        let known = self.runs.iter().flatten().chain(&self.apart);
        known.into_iter().find(|run| Some(run.run) == self.run)
    }
}
