//! What a run records, in one transaction.

use super::matters::MattersUpdate;
use super::{Store, StoreError, journal, links, matters, matters_update, pair_id};
use crate::model::{
    Cursor, Decision, Link, LinkIndex, MatterId, Observed, PerSide, RecordId, RunSummary, Subject, WriteEntry,
};

/// How links are found, and what that was made with.
#[derive(Clone, Debug, Default)]
pub struct LinkIndexes {
    /// The same only while links are found by the same keys.
    pub print: String,
    /// One for each link.
    pub links: Vec<LinkIndex>,
}

/// Everything that a step of a run changes in the store. It is applied whole or not at all, so that a
/// cursor never moves past a change that is not recorded.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Links to store: by their number, else by their two ids. Their records are no longer unlinked.
    pub links: Vec<Link>,
    /// How `links` are found, in their order. Where it is missing, the next plan reads all links once.
    pub index: Option<LinkIndexes>,
    /// Links to take away, before the others are stored.
    pub unlinks: Vec<PerSide<RecordId>>,
    /// Records that have no partner, as they were seen.
    pub remember_unlinked: PerSide<Vec<Observed>>,
    /// Records without a partner that are gone.
    pub forget_unlinked: PerSide<Vec<RecordId>>,
    /// Writes and how they went, by their id.
    pub writes: Vec<WriteEntry>,
    /// Cursors to move; none leaves one where it is.
    pub cursors: PerSide<Option<Cursor>>,
    /// Whether both cursors are forgotten first.
    pub clear_cursors: bool,
    /// What is open now.
    pub matters: Option<MattersUpdate>,
    /// Questions that are asked again, beside what is open.
    pub reopened: Vec<MattersUpdate>,
    /// Answers to remember, each in place of the one before it for its subject.
    pub decisions: Vec<Decision>,
    /// Subjects whose answers are carried out and forgotten; "not the same" stays remembered.
    pub decisions_done: Vec<Subject>,
    /// The run as it stands now.
    pub run: Option<RunSummary>,
}

impl Store {
    /// Applies changes in one transaction, and returns the matters that are new.
    pub fn apply(&mut self, pair: &str, changes: &Changes) -> Result<Vec<MatterId>, StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            if changes.clear_cursors {
                links::clear_cursors(tx, pair)?;
            }
            links::unlink(tx, pair, &changes.unlinks)?;
            links::forget(tx, pair, &changes.forget_unlinked)?;
            links::remember(tx, pair, &changes.remember_unlinked)?;
            links::store_links(tx, pair, &changes.links, changes.index.as_ref())?;
            journal::store_writes(tx, &changes.writes)?;
            let opened = match &changes.matters {
                Some(update) => matters_update::update(tx, pair, update)?,
                None => Vec::new(),
            };
            for update in &changes.reopened {
                matters_update::update(tx, pair, update)?;
            }
            matters::decisions_done(tx, pair, &changes.decisions_done)?;
            changes.decisions.iter().try_for_each(|decision| matters::store_decision(tx, pair, decision))?;
            if let Some(run) = &changes.run {
                journal::store_run(tx, run)?;
            }
            links::store_cursors(tx, pair, &changes.cursors)?;
            Ok(opened)
        })
    }
}
