//! The operator's answers: what each means, and what is carried out at once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::job::now;
use super::super::{Problem, Reply, RequestId};
use super::{Hub, Waiter, Work};
use crate::model::{
    Closed, ConflictKind, Decision, FieldChoice, MatterField, MatterId, MatterKind, MismatchKind, Resolution, Side,
    Subject,
};
use crate::texts::tr;

impl Hub {
    /// Remembers the operator's answers, and carries out those that mean a write.
    pub(super) async fn resolve(&mut self, id: RequestId, ids: Vec<MatterId>, resolution: Resolution) {
        let kept = self.shared.db.with(move |store| {
            let mut kept: BTreeMap<String, BTreeSet<Subject>> = BTreeMap::new();
            for matter in &ids {
                let Some((matter, fingerprint, true)) = store.matter(*matter)? else {
                    return Ok(Err(Problem::wrong_use(tr!("sync-no-question", id = matter.0.to_string()))));
                };
                let decision = match decide(&matter.kind, &matter.subject, &resolution, &matter.fields) {
                    Ok((subject, resolution)) => Decision { subject, resolution, fingerprint, made: now() },
                    Err(problem) => return Ok(Err(problem)),
                };
                store.save_decision(&matter.pair, &decision)?;
                store.answered(matter.id, &decision.resolution, decision.made)?;
                if matches!(decision.resolution, Resolution::NotSame(_)) && is_lone(&matter.kind) {
                    // It is alone as before; only this one is proposed no more.
                    continue;
                }
                match decision.resolution {
                    Resolution::Ignore | Resolution::Undone => {
                        store.close_matters(&[matter.id], Closed::Left, None, now())?;
                    }
                    Resolution::NotSame(_)
                    | Resolution::Use(_)
                    | Resolution::Fields(_)
                    | Resolution::Create
                    | Resolution::Delete(_)
                    | Resolution::Link(_) => {
                        let subjects = kept.entry(matter.pair.clone()).or_default();
                        if let Resolution::Link(ids) = &decision.resolution {
                            // Each may have been found alone; they are no longer.
                            subjects.insert(Subject::Single(Side::A, ids.a.clone()));
                            subjects.insert(Subject::Single(Side::B, ids.b.clone()));
                        }
                        subjects.insert(decision.subject);
                        subjects.insert(matter.subject);
                    }
                }
            }
            Ok(Ok(kept))
        });
        let kept = match kept.await {
            Ok(Ok(kept)) => kept,
            Ok(Err(problem)) => return self.shared.voice.reply(id, Err(problem)).await,
            Err(error) => return self.shared.voice.reply(id, Err(Problem::failed(error.to_string()))).await,
        };
        if kept.is_empty() {
            self.tell_state().await;
            return self.shared.voice.reply(id, Ok(Reply::Resolved(Vec::new()))).await;
        }
        self.parts.insert(id, (kept.len(), Vec::new()));
        for (pair, subjects) in kept {
            self.enqueue_for(Waiter::Part(id), pair, Work::Settle(subjects)).await;
        }
    }
}

/// What an answer means for a matter: the subject that it is remembered for, and its exact form.
fn decide(
    kind: &MatterKind,
    subject: &Subject,
    resolution: &Resolution,
    fields: &[MatterField],
) -> Result<(Subject, Resolution), Problem> {
    match (kind, resolution) {
        (_, Resolution::Link(ids) | Resolution::NotSame(ids)) => Ok((Subject::Pair(ids.clone()), resolution.clone())),
        (_, Resolution::Ignore) => Ok((subject.clone(), Resolution::Ignore)),
        (_, Resolution::Undone) => Ok((subject.clone(), Resolution::Undone)),
        (
            MatterKind::Conflict(ConflictKind::Ambiguous(_)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(_)),
            Resolution::Use(_) | Resolution::Fields(_) | Resolution::Create | Resolution::Delete(_),
        ) => Err(Problem::wrong_use(tr!("sync-several-same-key"))),
        // The answer counts for what was asked, so that a field that was not shown as different is
        // never written.
        (
            MatterKind::Conflict(ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Flipping)
            | MatterKind::Mismatch(MismatchKind::Different | MismatchKind::KeyChanged),
            Resolution::Use(side),
        ) => {
            let asked = fields.iter().filter(|field| field.asked);
            let choices = asked.map(|field| (field.name.clone(), FieldChoice::Use(*side))).collect();
            Ok((subject.clone(), Resolution::Fields(choices)))
        }
        (
            MatterKind::Conflict(
                ConflictKind::BothChanged
                | ConflictKind::FirstMatch
                | ConflictKind::Flipping
                | ConflictKind::DeletedAndChanged(_)
                | ConflictKind::HeldDeletion(_),
            )
            | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged),
            Resolution::Use(_) | Resolution::Fields(_) | Resolution::Create | Resolution::Delete(_),
        ) => Ok((subject.clone(), resolution.clone())),
    }
}

/// Whether the matter is about a record of one side that the other has not.
fn is_lone(kind: &MatterKind) -> bool {
    matches!(kind, MatterKind::Mismatch(MismatchKind::OnlyIn(_)))
}
