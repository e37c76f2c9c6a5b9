//! What the schedule says, and how long there is nothing to do.

use std::time::Duration;

use super::super::job::now;
use super::super::{SyncMode, alerts};
use super::{Hub, LOOK, Pending, Work};
use crate::model::{Timestamp, Trigger};

impl Hub {
    /// Work that leaves no run behind would be due again at once, and for ever.
    pub(super) fn rest(&mut self, pair: &str) {
        let (times, until) = self.rests.entry(pair.to_owned()).or_insert((0, Timestamp(0)));
        let minutes = 1_i64.checked_shl(*times).unwrap_or(60).clamp(1, 60);
        (*times, *until) = (times.saturating_add(1).min(6), Timestamp(now().0.saturating_add(minutes * 60_000)));
    }

    /// How long nothing is due.
    pub(super) fn nap(&self) -> Duration {
        let next = self.due.iter().flat_map(|(_, sync, compare)| [*sync, *compare]).flatten().min();
        let wait = next.map_or(LOOK, |next| {
            Duration::from_millis(u64::try_from(next.0.saturating_sub(now().0)).unwrap_or_default())
        });
        wait.clamp(Duration::from_millis(200), LOOK)
    }

    /// What had stopped for want of a sign-in goes on by itself once somebody has signed in, where Duosync
    /// works by itself at all.
    pub(super) async fn after_sign_in(&mut self) {
        for pair in self.shared.signer.freed() {
            let busy = self.active.iter().any(|active| active.pair == pair)
                || self.queue.iter().any(|pending| pending.pair == pair);
            if !self.scheduled || self.ending || busy {
                continue;
            }
            self.rests.remove(&pair);
            let work = Work::Sync { mode: SyncMode::Normal, trigger: Trigger::Schedule };
            if let Ok(accounts) = self.accounts_of(&pair).await {
                self.queue.push_back(Pending { pair, accounts, work, waiters: Vec::new() });
            }
        }
        self.start_waiting().await;
        self.tell_state().await;
    }

    /// Starts what the schedule says, where the pair has nothing to do yet.
    pub(super) async fn start_due(&mut self) {
        alerts::after_quiet(&self.shared).await;
        if self.active.is_empty() {
            self.copy_of_the_day().await;
        }
        let moment = now();
        for (pair, sync, compare) in self.due.clone() {
            if self.rests.get(&pair).is_some_and(|(_, until)| *until > moment) {
                continue;
            }
            let busy = self.active.iter().any(|active| active.pair == pair)
                || self.queue.iter().any(|pending| pending.pair == pair);
            let due = |time: Option<Timestamp>| time.is_some_and(|time| time <= moment);
            if busy {
                continue;
            }
            let work = if due(sync) {
                Work::Sync { mode: SyncMode::Normal, trigger: Trigger::Schedule }
            } else if due(compare) {
                Work::Compare { export: None, trigger: Trigger::Schedule }
            } else {
                continue;
            };
            if let Ok(accounts) = self.accounts_of(&pair).await {
                self.queue.push_back(Pending { pair, accounts, work, waiters: Vec::new() });
            }
        }
        self.start_waiting().await;
    }
}
