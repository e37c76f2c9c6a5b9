//! What the service says, as state of the window.

use std::sync::Arc;

use super::app::{DuosyncApp, Purpose, Until};
use super::views::history::HistoryIntent;
use super::views::setup::Step;
use super::views::{Page, TakeBack, alerts};
use super::words;
use crate::model::{CompareReport, MatterId, Outcome, Resolution, RunId, Side};
use crate::service::{Answer, Command, Event, Looked, PairStatus, Problem, Reply, RunReport, Snapshot, SyncMode};
use crate::texts::tr;

impl DuosyncApp {
    /// Takes everything that the service and the file dialog have said since the last frame.
    pub(super) fn listen(&mut self) {
        self.take_picked();
        self.take_wishes();
        while let Some(event) = self.handle.try_event() {
            match event {
                Event::Reply(id, answer) => {
                    // An answer that nobody waits for any more is dropped.
                    if let Some(purpose) = self.pending.remove(&id) {
                        self.hear(purpose, answer);
                    }
                }
                Event::Changed(snapshot) => {
                    self.take_snapshot(snapshot);
                    self.ask_matters();
                    if self.page == Page::History {
                        self.act_history(HistoryIntent::Runs);
                        self.act_history(HistoryIntent::Writes);
                        if self.history.shows_lives() {
                            self.act_history(HistoryIntent::Find);
                        }
                    }
                }
                Event::Alerted(alert) => {
                    self.toast_alert(alert.text);
                    if self.page == Page::Alerts {
                        self.send(Command::Alerts, Purpose::Alerts);
                    }
                }
                Event::Trying(id, so_far) => {
                    if let Some(Purpose::Try(side)) = self.pending.get(&id)
                        && let Some(setup) = &mut self.setup
                        && let Some(trying) = &mut setup.sides.get_mut(*side).trying
                    {
                        trying.so_far = *so_far;
                    }
                }
                Event::Opened(alert) => self.opened(alert.as_ref()),
                Event::OpenBrowser { url, .. } => {
                    self.open_browser(&url);
                }
                Event::Ended => self.ended = true,
            }
        }
    }

    fn hear(&mut self, purpose: Purpose, answer: Answer) {
        let kind = Until::Done(std::mem::discriminant(&purpose));
        if answer.is_ok() && self.problem_until.as_ref() == Some(&kind) {
            self.problem = None;
            self.problem_until = None;
        }
        let before = self.problem.take();
        match answer {
            Ok(reply) => self.hear_reply(purpose, reply),
            Err(problem) => self.hear_problem(purpose, problem),
        }
        if self.problem.is_none() {
            self.problem = before;
        } else if before.as_ref() != self.problem.as_ref() && !matches!(self.problem_until, Some(Until::Run(_))) {
            self.problem_until = Some(kind);
        }
    }

    fn hear_reply(&mut self, purpose: Purpose, reply: Reply) {
        match reply {
            Reply::Done => self.hear_done(purpose),
            Reply::Snapshot(snapshot) => self.take_snapshot(snapshot),
            Reply::Imported { pairs, .. } if matches!(purpose, Purpose::Demo) => {
                for pair in pairs {
                    // The compare waits for the sync, as both need the same accounts.
                    self.sync(pair.clone(), SyncMode::Yes);
                    self.send(Command::Compare { pair, export: None }, Purpose::Compare(None));
                }
                self.page = Page::Review;
            }
            Reply::Imported { .. } if matches!(purpose, Purpose::Sample) => {
                self.toast(tr!("home-sample-ready"), None);
            }
            Reply::Imported { accounts, pairs } => {
                let (accounts, pairs) = (accounts.len(), pairs.len());
                self.toast(tr!("settings-imported", accounts = accounts, pairs = pairs), None);
            }
            Reply::Exported(_) => {
                if let Purpose::Told(text) = purpose {
                    self.toast(text, None);
                }
            }
            Reply::Checked(checks) => {
                if let Purpose::Try(side) = purpose {
                    self.tried(side, checks.into_iter().next().ok_or_else(|| tr!("shell-no-answer")));
                }
            }
            Reply::Surveyed(survey, suggestions) => {
                if let Some(setup) = &mut self.setup {
                    setup.take_survey(*survey, suggestions);
                }
            }
            // An answer to a question that was stopped is an error, so this is of the newest one.
            Reply::Fitted(fit) => {
                if let Some(setup) = &mut self.setup {
                    setup.take_fit(*fit);
                }
            }
            // Matters and compares are looked up by parts.
            Reply::SecretPlaces(_) | Reply::LastCompare(_) | Reply::Matters(_) => {}
            Reply::Ran(report) => self.ran(purpose, &[*report]),
            Reply::Resolved(reports) => self.ran(purpose, &reports),
            Reply::Compared(report) => {
                let mut found = match report.counts.mismatches() {
                    0 => tr!("compare-told-agree"),
                    number => tr!("compare-told-found", count = number),
                };
                if let Purpose::Compare(Some(place)) = &purpose {
                    found = format!("{found} {}", tr!("compare-told-file", file = place));
                }
                let text = found;
                if self.compare_pair().is_some_and(|pair| pair == report.pair) {
                    self.ask_compare();
                }
                // Hundreds of thousands of differences take longer to let go of than a frame may.
                let _thread = std::thread::Builder::new().spawn(move || drop(report));
                if !matches!(purpose, Purpose::Quiet) {
                    self.toast(text, None);
                }
                self.ask_matters();
            }
            Reply::Looked(looked) => self.looked(looked),
            Reply::Candidates(id, records) => self.review.set_candidates(id, records),
            Reply::History(page) => {
                if let Some(first) = self.history.take_runs(&page, super::shell::now()) {
                    self.act_history(HistoryIntent::Pick(first));
                }
            }
            Reply::Writes(page) => self.history.take_writes(&page),
            Reply::Lives(lives) => self.history.take_lives(lives),
            Reply::UndoPlan(plan) => {
                if let Purpose::UndoPlan(run, write) = purpose {
                    self.history.take_plan(run, write.as_deref(), plan);
                }
            }
            Reply::Alerts(alerts) => self.alerts = alerts::Known::All(alerts),
            Reply::Copies(copies) => {
                self.settings_form.copies = Some(copies);
                self.settings_form.copies_failed = None;
            }
            Reply::Written(file) => self.written(&purpose, &file),
            Reply::People(people) => self.found(people),
            Reply::Erased(erased) => self.erased(&erased),
            Reply::SetAside(aside) => self.set_aside(aside.as_deref()),
        }
    }

    fn hear_done(&mut self, purpose: Purpose) {
        match purpose {
            Purpose::SaveForFields(side) | Purpose::SaveForPair(side) => {
                if let Some(setup) = &mut self.setup {
                    setup.has_saved(side);
                }
                self.accounts_saved(&purpose);
            }
            Purpose::Password(then) => {
                self.not_yet.clear();
                if let Some(then) = then {
                    self.act(*then);
                }
                self.ask_password();
            }
            Purpose::SaveForSignIn(side) => {
                if let Some(setup) = &mut self.setup {
                    setup.has_saved(side);
                    let account = setup.sides.get(side).shown_name();
                    self.send(Command::SignIn { account: account.clone() }, Purpose::SignIn(account));
                }
            }
            Purpose::SignIn(account) => self.toast(tr!("secrets-signed-in", account = account), None),
            Purpose::SavePair(pair) => {
                self.tidy_accounts();
                self.preview = None;
                if let Some(setup) = &mut self.setup {
                    setup.saving = false;
                    setup.kept = Some(pair.clone());
                    (setup.step, setup.reached) = (Step::Look, Step::Look);
                }
                self.sync(pair, SyncMode::Preview);
            }
            Purpose::Told(text) => self.toast(text, None),
            Purpose::Prefs => self.desk.saving = self.desk.saving.saturating_sub(1),
            Purpose::Restore
            | Purpose::BackUp
            | Purpose::Diagnostics
            | Purpose::ExportPerson
            | Purpose::FindPeople
            | Purpose::Snapshot
            | Purpose::Matters
            | Purpose::History
            | Purpose::Writes
            | Purpose::UndoPlan(..)
            | Purpose::Alerts
            | Purpose::Copies
            | Purpose::Look
            | Purpose::Sync
            | Purpose::Accept
            | Purpose::Compare(_)
            | Purpose::Settle(..)
            | Purpose::Undo
            | Purpose::Try(_)
            | Purpose::Survey
            | Purpose::Fit
            | Purpose::Sample
            | Purpose::Demo
            | Purpose::Passphrase
            | Purpose::Quiet => {}
        }
    }

    fn hear_problem(&mut self, purpose: Purpose, problem: Problem) {
        match purpose {
            Purpose::Try(side) => self.tried(side, Err(problem.message)),
            Purpose::SaveForFields(side) | Purpose::SaveForPair(side) | Purpose::SaveForSignIn(side) => {
                self.account_failed(side, &problem.message);
            }
            Purpose::Fit => {
                if let Some(setup) = &mut self.setup {
                    setup.fitting = None;
                    setup.not_fitted = Some(problem.message);
                }
            }
            Purpose::SavePair(_) | Purpose::Survey => self.setup_failed(problem.message),
            Purpose::Settle(ids, ..) => {
                self.review.not_settling(&ids);
                self.problem = Some(problem.message);
            }
            Purpose::Passphrase => self.passphrase_refused(problem.message),
            Purpose::UndoPlan(..) => {
                self.history.stop_thinking();
                self.problem = Some(problem.message);
            }
            Purpose::Matters => self.review.look_failed(problem.message),
            Purpose::Look => {
                self.records.look_failed();
                self.problem = Some(problem.message);
            }
            Purpose::Prefs => {
                self.desk.saving = self.desk.saving.saturating_sub(1);
                self.problem = Some(problem.message);
            }
            Purpose::FindPeople => {
                self.settings_form.forget_people();
                self.problem = Some(problem.message);
            }
            // What is shown already stays; where there is nothing yet, the page itself says why.
            Purpose::Alerts if !matches!(self.alerts, alerts::Known::All(_)) => {
                self.alerts = alerts::Known::Failed(problem.message);
            }
            Purpose::History if self.history.is_unread() => self.history.runs_failed(problem.message),
            Purpose::Writes => self.history.writes_failed(problem.message),
            Purpose::Copies => self.settings_form.copies_failed = Some(problem.message),
            Purpose::History => {
                self.history.stop_finding();
                self.problem = Some(problem.message);
            }
            Purpose::Snapshot
            | Purpose::Alerts
            | Purpose::Sync
            | Purpose::Accept
            | Purpose::Compare(_)
            | Purpose::Undo
            | Purpose::Sample
            | Purpose::Demo
            | Purpose::Restore
            | Purpose::BackUp
            | Purpose::Diagnostics
            | Purpose::ExportPerson
            | Purpose::Told(_)
            | Purpose::Password(_)
            | Purpose::SignIn(_)
            | Purpose::Quiet => self.problem = Some(problem.message),
        }
    }

    fn take_snapshot(&mut self, snapshot: Arc<Snapshot>) {
        let names = snapshot.pairs.iter().map(|pair| (pair.spec.name.clone(), words::end_names(&pair.spec))).collect();
        self.names = names;
        self.take_prefs(&snapshot.prefs);
        if let Some(Until::Run(pair)) = &self.problem_until {
            let state = snapshot.pairs.iter().find(|state| state.spec.name == *pair);
            let still = |status: &PairStatus| matches!(status, PairStatus::Failing { .. } | PairStatus::Working);
            if !state.is_some_and(|state| still(&state.status)) {
                self.problem = None;
                self.problem_until = None;
            }
        }
        self.snapshot = Some(snapshot);
        self.take_wishes();
        self.ask_password();
    }

    fn tried(&mut self, side: Side, result: Result<crate::service::AccountCheck, String>) {
        if let Some(setup) = &mut self.setup {
            let account = setup.sides.get_mut(side);
            account.check = account.trying.take().map(|trying| (trying.settings, result));
            account.fresh = true;
        }
    }

    fn ran(&mut self, purpose: Purpose, reports: &[RunReport]) {
        let undoes = matches!(purpose, Purpose::Undo);
        if let Purpose::Settle(ids, resolution, what) = purpose {
            self.settled(ids, resolution, what, reports);
            return;
        }
        for report in reports {
            let summary = &report.summary;
            if let Some(plan) = &report.plan {
                let again = matches!(purpose, Purpose::Accept);
                // A preview comes up by itself only where it was asked for.
                if matches!(self.page, Page::Home | Page::Setup | Page::Preview) {
                    self.show_plan(Arc::clone(plan));
                }
                if again {
                    self.toast(tr!("shell-lists-changed"), None);
                }
                continue;
            }
            let names = self.names_of(&summary.pair);
            let wrote = !words::writes(summary, &names).is_empty();
            let sentence = words::run_sentence(summary, &names);
            if summary.outcome == Outcome::Failed {
                // On Home the pair's own card says it.
                if self.page != Page::Home {
                    self.problem = Some(sentence);
                    self.problem_until = Some(Until::Run(summary.pair.clone()));
                }
            } else {
                if undoes && matches!(self.page, Page::Review | Page::Compare) {
                    // Values that were taken back differ again, which only a compare finds.
                    let pair = summary.pair.clone();
                    self.send(Command::Compare { pair, export: None }, Purpose::Quiet);
                }
                let told =
                    if undoes { tr!("shell-undone", what = sentence) } else { tr!("shell-synced", what = sentence) };
                self.toast(told, (wrote && !undoes).then_some(summary.run));
            }
        }
    }

    /// Takes what was looked up.
    fn looked(&mut self, looked: Looked) {
        match looked {
            Looked::Matters(found) => {
                self.review.take(found);
                self.show_wanted();
                self.look_for_matters();
            }
            Looked::Details(matters) => {
                self.records.take_details(&matters);
                self.review.take_details(matters);
            }
            Looked::Partners(id, partners) => self.review.set_partners(id, partners),
            Looked::Rows(found) => self.records.take(found),
            Looked::Compares(pair, compares) => {
                self.report = compares.first().map(|(started, millis, counts)| {
                    let report = CompareReport {
                        pair: pair.clone(),
                        started: *started,
                        millis: *millis,
                        counts: *counts,
                        mismatches: Vec::new(),
                    };
                    (pair.clone(), Arc::new(report))
                });
                self.compares = Some((pair, compares));
            }
        }
    }

    fn settled(&mut self, ids: Vec<MatterId>, resolution: Resolution, what: String, reports: &[RunReport]) {
        self.review.not_settling(&ids);
        let failed = reports
            .iter()
            .find(|report| report.summary.outcome == Outcome::Failed || !report.summary.failed.is_empty());
        if let Some(report) = failed {
            let names = self.names_of(&report.summary.pair);
            self.problem = Some(words::run_sentence(&report.summary, &names));
        } else {
            self.toast_with(what, Some(undoable(reports).unwrap_or(TakeBack::Answer(ids, resolution))));
        }
        self.ask_matters();
    }
}

/// The runs that an Undo in the message takes back; none where nothing was written.
fn undoable(reports: &[RunReport]) -> Option<TakeBack> {
    let wrote = |report: &&RunReport| {
        let sides = &report.summary.sides;
        [sides.a, sides.b].iter().any(|side| side.created + side.updated + side.deleted > 0)
    };
    let runs: Vec<RunId> = reports.iter().filter(wrote).map(|report| report.summary.run).collect();
    (!runs.is_empty()).then_some(TakeBack::Runs(runs))
}
