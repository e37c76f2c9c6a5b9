//! What the service tells after its work: alerts, and the state of everything.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::alerts::{self, Asked, News};
use super::super::job::now;
use super::super::{Event, PlatformList, Problem, RunReport, Snapshot, keeping, signing, snapshot};
use super::{Hub, Work};
use crate::model::{Alert, AlertKind, CompareReport, Endpoint, Outcome, Trigger};
use crate::store::StoreError;
use crate::texts::tr;

impl Hub {
    pub(super) async fn after_run(&mut self, pair: &str, report: &RunReport, sign_in_refused: bool) {
        let (name, summary) = (pair.to_owned(), report.summary.clone());
        let told = self.shared.db.with(move |store| {
            let row = store.pairs()?.into_iter().find(|row| row.spec.name == name);
            let was_failing = row.is_some_and(|row| row.failing_since.is_some());
            let failed = summary.outcome == Outcome::Failed;
            match (failed, was_failing) {
                (true, false) => {
                    store.set_failing(&name, Some((now(), summary.message.clone().unwrap_or_default())))?;
                }
                (true, true) | (false, false) => {}
                (false, true) => {
                    if summary.outcome != Outcome::Cancelled {
                        store.set_failing(&name, None)?;
                    }
                }
            }
            let open = store.count_open(&name)?;
            let conflicts = store.open_conflicts(&name)?;
            // What an undo asks again the operator has just called for, which is no news.
            let mut summary = summary;
            let undo = matches!(summary.trigger, Trigger::Undo(_));
            if undo && summary.outcome == Outcome::Waiting {
                summary.outcome = Outcome::Done;
            }
            let asked = if undo { Asked::default() } else { Asked::since(&conflicts, summary.started) };
            let news = alerts::of_run(&summary, &asked, sign_in_refused, was_failing);
            let over = over(summary.outcome, open);
            alerts::settle(store, &name, &news, &over, now())
        });
        self.tell_alerts(told.await).await;
    }

    pub(super) async fn after_compare(&mut self, pair: &str, report: &CompareReport) {
        let (name, count, started) = (pair.to_owned(), report.counts.mismatches(), report.started);
        let told = self.shared.db.with(move |store| {
            // What a run asks about already was told when it was found, and is not counted again.
            let open = store.open_mismatches(&name)?;
            let mut news = Vec::new();
            if open.iter().any(|(_, _, opened)| *opened >= started) {
                // The compare counts these too, so that the two numbers do not seem to contradict.
                let asked = count.saturating_sub(open.len() as u64);
                let text = tr!("sync-differences", count = count, asked = asked);
                news.push(News { kind: AlertKind::Mismatches, key: format!("compare {}", started.0), text });
            }
            // What an earlier compare counted is counted anew.
            let over = if count == 0 || !news.is_empty() { vec![AlertKind::Mismatches] } else { Vec::new() };
            alerts::settle(store, &name, &news, &over, now())
        });
        self.tell_alerts(told.await).await;
    }

    /// A compare that failed, or a run that could not even be opened.
    pub(super) async fn after_problem(&mut self, pair: &str, work: &Work, problem: &Problem) {
        let (name, text) = (pair.to_owned(), problem.message.clone());
        let by_itself = matches!(
            work,
            Work::Sync { trigger: Trigger::Schedule, .. } | Work::Compare { trigger: Trigger::Schedule, .. }
        );
        let told = self.shared.db.with(move |store| {
            if by_itself && store.pairs()?.iter().any(|row| row.spec.name == name && row.failing_since.is_none()) {
                store.set_failing(&name, Some((now(), text.clone())))?;
            }
            let news = [News { kind: AlertKind::RunFailed, key: "failing".to_owned(), text }];
            alerts::settle(store, &name, &news, &[], now())
        });
        self.tell_alerts(told.await).await;
    }

    async fn tell_alerts(&self, alerts: Result<Vec<Alert>, StoreError>) {
        match alerts {
            Ok(alerts) => alerts::tell(&self.shared, alerts).await,
            Err(error) => tracing::error!(%error, "an alert could not be kept"),
        }
    }

    pub(super) async fn snapshot(&mut self) -> Snapshot {
        let working: BTreeSet<String> = self.active.iter().map(|active| active.pair.clone()).collect();
        let made = snapshot::make(&self.shared.db, &self.workspace, working, self.previews.clone()).await;
        match made {
            Ok(snapshot) => {
                let mut snapshot = snapshot;
                snapshot.warnings.extend(self.shared.platforms.warnings());
                snapshot.warnings.extend(self.copy_trouble.clone());
                self.tell_secrets(&mut snapshot);
                snapshot.prefs = self.shared.prefs.get();
                snapshot.starts_with_computer = self.care.starts_with_computer(&self.workspace);
                for pair in &mut snapshot.pairs {
                    let waits = |end: &Endpoint| {
                        [&snapshot.asks, &snapshot.locked, &snapshot.signed_out]
                            .iter()
                            .any(|l| l.contains(&end.account))
                    };
                    if waits(&pair.spec.ends.a) || waits(&pair.spec.ends.b) {
                        // A run without the password could only fail; it follows once it is entered.
                        (pair.next_sync, pair.next_compare) = (None, None);
                    }
                    if let Some((_, until)) = self.rests.get(&pair.spec.name) {
                        pair.next_sync = pair.next_sync.map(|due| due.max(*until));
                        pair.next_compare = pair.next_compare.map(|due| due.max(*until));
                    }
                }
                self.due = snapshot
                    .pairs
                    .iter()
                    .map(|pair| (pair.spec.name.clone(), pair.next_sync, pair.next_compare))
                    .collect();
                snapshot
            }
            Err(error) => {
                tracing::error!(%error, "the state could not be read");
                Snapshot {
                    warnings: vec![error.to_string()],
                    workspace: self.workspace.clone(),
                    prefs: self.shared.prefs.get(),
                    ..Snapshot::default()
                }
            }
        }
    }

    /// Which accounts wait for a password, a passphrase or a sign-in.
    fn tell_secrets(&self, snapshot: &mut Snapshot) {
        let (mut browser, mut others) = (Vec::new(), Vec::new());
        for account in &snapshot.accounts {
            match signing::browser_sign_in(&*self.shared.platforms, &account.connector) {
                Some(info) => browser.push((account.clone(), info)),
                None => others.push(account),
            }
        }
        let secrets = &self.shared.secrets;
        let asks = others.iter().filter(|account| secrets.waits_for_operator(account));
        snapshot.asks = asks.map(|account| account.name.clone()).collect();
        let locked = snapshot.accounts.iter().filter(|account| secrets.waits_for_passphrase(account));
        snapshot.locked = locked.map(|account| account.name.clone()).collect();
        snapshot.secret_file = secrets.file();
        snapshot.signed_out = self.shared.signer.signed_out(&browser);
        snapshot.signing_in = self.shared.signer.signing_in();
        let platforms = Arc::clone(&self.shared.platforms);
        snapshot.platforms = PlatformList::later(move || keeping::platforms(&*platforms));
    }

    pub(super) async fn tell_state(&mut self) {
        let snapshot = self.snapshot().await;
        self.shared.voice.say(Event::Changed(Arc::new(snapshot))).await;
    }
}

/// What a run that ended so puts an end to, with so many questions and differences open.
fn over(outcome: Outcome, (questions, differences): (usize, usize)) -> Vec<AlertKind> {
    let mut over = match outcome {
        Outcome::Done | Outcome::Waiting => {
            vec![AlertKind::RunFailed, AlertKind::SignIn, AlertKind::FailedRecords]
        }
        Outcome::Partial => vec![AlertKind::RunFailed, AlertKind::SignIn],
        Outcome::Running | Outcome::Preview | Outcome::Failed | Outcome::Cancelled => Vec::new(),
    };
    if questions == 0 {
        over.extend([AlertKind::Conflicts, AlertKind::HeldDeletions]);
    }
    if differences == 0 {
        over.push(AlertKind::Mismatches);
    }
    over
}
