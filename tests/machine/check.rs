//! What must hold once the faults have stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use duosync::connectors::memory::Fault;
use duosync::model::{
    Direction, Mismatch, MismatchKind, Outcome, Plan, RunQuery, Side, Subject, WriteMode, WriteQuery,
};
use duosync::service::{Command, Reply, SyncMode};

use crate::people::{NAMES, canon, words};
use crate::steps::Case;

pub(crate) fn check(case: &mut Case) {
    for side in Side::BOTH {
        case.world.lists.get(side).heal();
    }
    case.world.probe.crash.store(0, Ordering::SeqCst);
    case.world.probe.edit.store(0, Ordering::SeqCst);
    case.say("the faults have stopped".to_owned());
    case.sync(SyncMode::Yes);
    let second = case.sync(SyncMode::Yes).expect("the second run after the faults gives an answer");
    let good = matches!(second.summary.outcome, Outcome::Done | Outcome::Waiting);
    demand(case, good, || format!("the second run ended {:?}: {:?}", second.summary.outcome, second.summary));
    let preview = case.sync(SyncMode::Preview).expect("a preview");
    if let Some(plan) = &preview.plan {
        let left: Vec<_> = plan.operations().cloned().collect();
        demand(case, left.is_empty(), || format!("something is left to do: {left:?}"));
        agreement(case, plan);
    }
    nothing_is_lost(case);
    nothing_is_doubled(case);
    let before = case.world.writes();
    case.sync(SyncMode::Yes);
    let after = case.world.writes();
    demand(case, before == after, || "a run with nothing to do writes".to_owned());
    for side in Side::BOTH {
        case.world.lists.get(side).order(Fault::ForgetCursors);
    }
    let last = case.sync(SyncMode::Yes).expect("a run over everything");
    let after = case.world.writes();
    let wrote = case.world.call(Command::Writes(WriteQuery::all(last.summary.run)));
    demand(case, before == after, || format!("a run over everything writes more than one over the changes: {wrote:?}"));
}

fn demand(case: &Case, holds: bool, why: impl FnOnce() -> String) {
    if holds {
        return;
    }
    let lists: Vec<String> = Side::BOTH
        .iter()
        .flat_map(|side| {
            let records = case.world.lists.get(*side).records();
            records.into_iter().map(move |(id, fields)| format!("{side} {id} {fields:?}"))
        })
        .collect();
    panic!("{}\n{}\n{}\n", why(), case.log.join("\n"), lists.join("\n"));
}

/// Both sides agree in all that is not asked and not set aside.
fn agreement(case: &mut Case, plan: &Plan) {
    let compared = case.ask(Command::Compare { pair: "people".to_owned(), export: None });
    let Some(Reply::Compared(compared)) = compared else { return demand(case, false, || "no compare".to_owned()) };
    let asked: BTreeMap<String, Vec<String>> =
        plan.conflicts().map(|(item, conflict)| (item.subject.key(), conflict.fields.clone())).collect();
    let noted: BTreeSet<(Side, String)> = plan.notes.iter().map(|note| (note.side, note.id.to_string())).collect();
    for mismatch in &compared.mismatches {
        let fine = is_told(case, mismatch, &asked, &noted);
        demand(case, fine, || format!("nobody is told of this: {mismatch:?}\nasked {asked:?}\nnoted {noted:?}"));
    }
    let open: BTreeSet<String> = case.matters().iter().map(|matter| matter.subject.key()).collect();
    for key in asked.keys() {
        demand(case, open.contains(key), || format!("{key:?} is in conflict and not among what is asked: {open:?}"));
    }
}

fn is_told(
    case: &Case,
    mismatch: &Mismatch,
    asked: &BTreeMap<String, Vec<String>>,
    noted: &BTreeSet<(Side, String)>,
) -> bool {
    let spec = &case.world.spec;
    let asked_here = asked.get(&mismatch.subject.key());
    let noted_here = Side::BOTH
        .iter()
        .any(|side| mismatch.subject.id(*side).is_some_and(|id| noted.contains(&(*side, id.to_string()))));
    let undone =
        Side::BOTH.iter().any(|side| mismatch.subject.id(*side).is_some_and(|id| case.undone.contains(id.as_str())));
    if undone {
        return true;
    }
    match &mismatch.kind {
        MismatchKind::OnlyIn(_) => noted_here || asked_here.is_some(),
        // Each record of the group is set aside, or the group is asked about.
        MismatchKind::DuplicateKey(ids) => {
            asked_here.is_some()
                || Side::BOTH
                    .iter()
                    .any(|side| ids.get(*side).iter().any(|id| noted.contains(&(*side, id.to_string()))))
        }
        MismatchKind::Different | MismatchKind::KeyChanged => {
            let Subject::Pair(_) = mismatch.subject else { return false };
            let closed = !spec.writes.a.update || !spec.writes.b.update;
            mismatch.fields.iter().filter(|field| field.asked).all(|field| {
                let one_way = spec.field(&field.name).is_some_and(|mapping| mapping.direction != Direction::Both);
                // What one side took away stays on the other, where a list is only added to and a
                // field only filled: a run leaves it so, and a compare tells it.
                let kept = spec.field(&field.name).is_some_and(|mapping| mapping.write != WriteMode::Replace);
                let shouted = case.world.shouts && field.name == "title";
                closed || one_way || kept || shouted || asked_here.is_some_and(|fields| fields.contains(&field.name))
            })
        }
    }
}

/// What somebody typed and nobody took back is on a side, in a question, or in the history.
fn nothing_is_lost(case: &mut Case) {
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for side in Side::BOTH {
        for fields in case.world.lists.get(side).records().values() {
            kept.extend(fields.values().flat_map(words));
        }
    }
    for matter in case.matters() {
        for field in &matter.fields {
            for value in [&field.now.a, &field.now.b, &field.baseline.a, &field.baseline.b].into_iter().flatten() {
                kept.extend(words(value));
            }
        }
    }
    let runs = match case.world.call(Command::History(RunQuery { limit: 10_000, ..RunQuery::default() })) {
        Ok(Reply::History(page)) => page.runs.clone(),
        other => panic!("no history: {other:?}"),
    };
    for run in &runs {
        let Ok(Reply::Writes(writes)) = case.world.call(Command::Writes(WriteQuery::all(run.run))) else {
            panic!("no writes")
        };
        for field in writes.writes.iter().flat_map(|one| &one.write.fields) {
            for value in [&field.before, &field.after].into_iter().flatten() {
                kept.extend(words(value));
            }
        }
    }
    let lost: Vec<String> = {
        let people = case.world.people.lock().unwrap();
        let lost = people.typed.iter().flat_map(|(place, words)| {
            words.iter().filter(|word| !kept.contains(*word)).map(move |word| format!("{place:?} {word}"))
        });
        lost.collect()
    };
    demand(case, lost.is_empty(), || format!("lost: {lost:?}"));
}

/// No side holds more records of a key than people made.
fn nothing_is_doubled(case: &Case) {
    for side in Side::BOTH {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for fields in case.world.lists.get(side).records().values() {
            if let Some(value) = fields.get(NAMES.get(side)[0]).filter(|value| !value.is_empty()) {
                *counts.entry(canon(&value.display())).or_default() += 1;
            }
        }
        let people = case.world.people.lock().unwrap();
        let over: Vec<_> =
            counts.into_iter().filter(|(key, count)| *count > people.keys.get(key).map_or(0, BTreeSet::len)).collect();
        drop(people);
        demand(case, over.is_empty(), || format!("more records than people made in {side}: {over:?}"));
        let (count, made) = (case.world.lists.get(side).records().len(), case.world.people.lock().unwrap().made);
        demand(case, count <= made || !case.world.tokens, || {
            format!("{count} records in {side}, and people made only {made}")
        });
    }
}
