//! One case: steps at random, then the check.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use duosync::connectors::ErrorKind;
use duosync::connectors::memory::Fault;
use duosync::model::{
    ConflictKind, FieldChoice, Matter, MatterKind, MismatchKind, PerSide, RecordId, Resolution, RunQuery, Side,
    Subject, WriteQuery,
};
use duosync::service::{Command, Reply, SyncMode};

use crate::check;
use crate::world::World;

/// What a case remembers of itself.
pub(crate) struct Case {
    pub(crate) world: World,
    pub(crate) log: Vec<String>,
    pub(crate) aloud: bool,
    /// Records that an undo touched: they are left as they are until somebody changes them.
    pub(crate) undone: BTreeSet<String>,
    /// Linked records of which the operator said that they are not the same.
    pub(crate) parted: BTreeSet<PerSide<RecordId>>,
}

impl Case {
    pub(crate) fn say(&mut self, text: String) {
        if self.aloud {
            eprintln!("{text}");
        }
        self.log.push(text);
    }

    /// A command of the operator, and what happened meanwhile.
    pub(crate) fn ask(&mut self, command: Command) -> Option<Reply> {
        let shown = format!("{command:?}");
        let answer = self.world.call(command);
        let told: Vec<String> = self.world.probe.told.lock().unwrap().drain(..).collect();
        let came = match &answer {
            Ok(Reply::Ran(report)) => {
                let run = &report.summary;
                format!("run {} {:?} {:?} {:?}", run.run.0, run.outcome, run.message, run.failed)
            }
            Ok(Reply::Resolved(reports)) => {
                let of = |report: &duosync::service::RunReport| {
                    format!("{:?} {:?}", report.summary.outcome, report.summary.message)
                };
                format!("{:?}", reports.iter().map(of).collect::<Vec<_>>())
            }
            Ok(Reply::Compared(report)) => format!("{:?}", report.counts),
            Ok(_) => String::new(),
            Err(problem) => {
                assert!(!problem.message.contains("made a mistake"), "a panic in the service: {}", self.log.join("\n"));
                problem.message.clone()
            }
        };
        let short: String = shown.chars().take(160).collect();
        self.say(format!("{short} -> {came}"));
        for line in told {
            self.say(line);
        }
        if self.world.probe.crashed.load(Ordering::SeqCst) {
            self.world.restart();
        }
        answer.ok()
    }

    pub(crate) fn sync(&mut self, mode: SyncMode) -> Option<duosync::service::RunReport> {
        match self.ask(Command::Sync { pair: "people".to_owned(), mode }) {
            Some(Reply::Ran(report)) => Some(*report),
            _ => None,
        }
    }

    pub(crate) fn matters(&mut self) -> Vec<Matter> {
        match self.world.call(Command::Matters(None)) {
            Ok(Reply::Matters(matters)) => matters.as_ref().clone(),
            other => panic!("no matters: {other:?}"),
        }
    }
}

pub(crate) fn case(seed: u64, aloud: bool) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut case =
        Case { world: World::new(&mut rng), log: Vec::new(), aloud, undone: BTreeSet::new(), parted: BTreeSet::new() };
    let spec = &case.world.spec;
    let rules: Vec<String> =
        spec.fields.iter().map(|f| format!("{} {:?} {:?} {:?}", f.name, f.direction, f.policy, f.write)).collect();
    let told = format!(
        "seed {seed}: {rules:?} keys {:?} deletes {:?} {:?} conflicts {:?} writes {:?} versions {}",
        spec.match_keys, spec.deletes, spec.guard, spec.conflicts, spec.writes, case.world.versions
    );
    case.say(told);
    for side in Side::BOTH {
        for _ in 0..rng.usize(..4) {
            let told = case.world.people.lock().unwrap().add(&mut rng, side, case.world.lists.get(side));
            case.say(told);
        }
    }
    for _ in 0..rng.usize(4..12) {
        step(&mut case, &mut rng);
    }
    check::check(&mut case);
}

fn any_side(rng: &mut fastrand::Rng) -> Side {
    if rng.bool() { Side::A } else { Side::B }
}

fn step(case: &mut Case, rng: &mut fastrand::Rng) {
    match rng.u8(..20) {
        0..=5 => edit(case, rng),
        6..=8 => fault(case, rng),
        9..=11 => {
            ordeal(case, rng);
            let mode = [SyncMode::Yes, SyncMode::Yes, SyncMode::Normal, SyncMode::Accept][rng.usize(..4)];
            case.sync(mode);
        }
        12..=14 => {
            case.sync(SyncMode::Yes);
        }
        15 => {
            let id = case.world.handle().send(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes });
            case.ask(Command::Cancel("people".to_owned()));
            // The next command of the pair waits for the one before.
            case.ask(Command::Compare { pair: "people".to_owned(), export: None });
            case.say(format!("   after a sync that was stopped ({id:?})"));
        }
        16 => {
            ordeal(case, rng);
            case.ask(Command::Compare { pair: "people".to_owned(), export: None });
        }
        17 | 18 => answer(case, rng),
        _ => undo(case, rng),
    }
}

fn edit(case: &mut Case, rng: &mut fastrand::Rng) {
    for _ in 0..rng.usize(1..4) {
        let side = any_side(rng);
        let told = {
            let (list, mut people) = (case.world.lists.get(side), case.world.people.lock().unwrap());
            match rng.u8(..10) {
                0..=2 => people.add(rng, side, list),
                3 if list.records().len() > 1 => people.remove(rng, side, list),
                _ => people.change(rng, side, list),
            }
        };
        case.say(told);
    }
}

/// The power may go, or somebody may edit, at some step of what comes next.
fn ordeal(case: &mut Case, rng: &mut fastrand::Rng) {
    let at = i64::from(rng.u8(1..14));
    match rng.u8(..4) {
        0 | 1 => case.world.probe.crash.store(at, Ordering::SeqCst),
        // Without versions an edit between listing and writing cannot be noticed by anybody.
        2 if case.world.versions => case.world.probe.edit.store(at, Ordering::SeqCst),
        _ => {}
    }
}

fn fault(case: &mut Case, rng: &mut fastrand::Rng) {
    let kinds = [
        ErrorKind::Server,
        ErrorKind::Unreachable,
        ErrorKind::InDoubt,
        ErrorKind::Forbidden,
        ErrorKind::BadAnswer,
        ErrorKind::SignIn,
        ErrorKind::File,
    ];
    let links = match case.world.call(Command::Snapshot) {
        Ok(Reply::Snapshot(snapshot)) => snapshot.pairs[0].links,
        other => panic!("no snapshot: {other:?}"),
    };
    for _ in 0..rng.usize(1..3) {
        let (side, kind) = (any_side(rng), kinds[rng.usize(..kinds.len())]);
        let fault = match rng.u8(..14) {
            0 => Fault::FailRead(kind),
            1 => Fault::FailWrites(kind),
            2 => Fault::FailWrite(kind),
            3..=5 => Fault::LoseAnswer,
            6 => Fault::Reject("not this one".to_owned()),
            7 => Fault::Throttle(Duration::from_hours(1)),
            8 => Fault::BreakOff,
            9 => Fault::CutShort(rng.usize(..2)),
            // An empty list cannot be told from a moved one before anything is known of it.
            10 if links > 0 => Fault::EmptyListing,
            11 => Fault::Twice,
            12 => Fault::ForgetCursors,
            _ => Fault::DieAfter { steps: rng.u64(..8), answer_lost: rng.bool() },
        };
        case.say(format!("fault {side} {fault:?}"));
        case.world.lists.get(side).order(fault);
    }
    // Two more things may happen before it does.
    if rng.u8(..4) == 0 {
        for side in Side::BOTH {
            case.world.lists.get(side).heal();
        }
        case.say("healed".to_owned());
    }
}

fn answer(case: &mut Case, rng: &mut fastrand::Rng) {
    let matters = case.matters();
    if matters.is_empty() {
        return;
    }
    let matter = matters[rng.usize(..matters.len())].clone();
    let groups = match &matter.kind {
        MatterKind::Conflict(ConflictKind::Ambiguous(ids)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(ids)) => {
            Some(ids.clone())
        }
        MatterKind::Conflict(_) | MatterKind::Mismatch(_) => match &matter.subject {
            Subject::Pair(ids) => Some(ids.clone().map(|id| vec![id])),
            Subject::Single(..) | Subject::Key(..) => None,
        },
    };
    let two = groups
        .filter(|ids| !ids.a.is_empty() && !ids.b.is_empty())
        .map(|ids| PerSide::new(ids.a[rng.usize(..ids.a.len())].clone(), ids.b[rng.usize(..ids.b.len())].clone()));
    let apart = matches!(matter.kind, MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::DuplicateKey(_)));
    let linked = match &matter.subject {
        Subject::Pair(ids) if !apart => Some(ids.clone()),
        Subject::Pair(_) | Subject::Single(..) | Subject::Key(..) => None,
    };
    let side = any_side(rng);
    let asked: Vec<_> = matter.fields.iter().filter(|field| field.asked).map(|field| field.name.clone()).collect();
    let resolution = match (rng.u8(..9), two) {
        (0, Some(ids)) => Resolution::NotSame(ids),
        (1 | 2, Some(ids)) if matches!(matter.subject, Subject::Key(..)) => Resolution::Link(ids),
        (3, _) => Resolution::Ignore,
        (4, _) => Resolution::Create,
        (5, _) if rng.bool() => Resolution::Delete(side),
        (6, _) if !asked.is_empty() => {
            let mut choices = BTreeMap::new();
            for name in asked {
                let field = ["email", "phone", "title", "tags"].iter().position(|one| *one == name).unwrap();
                let mut people = case.world.people.lock().unwrap();
                let choice = match rng.u8(..4) {
                    0 => {
                        let value = people.value(rng, field, None);
                        if field == 0 {
                            people.note_key(&value.display(), &format!("answer {}", matter.id.0));
                        }
                        FieldChoice::Value(value)
                    }
                    1 => continue,
                    2 => FieldChoice::Use(Side::A),
                    _ => FieldChoice::Use(Side::B),
                };
                choices.insert(name, choice);
            }
            Resolution::Fields(choices)
        }
        _ => Resolution::Use(side),
    };
    // Who says that two linked records are not the same makes two people of one, and each may have a partner.
    if let (Resolution::NotSame(ids), Some(linked)) = (&resolution, linked)
        && *ids == linked
        && case.parted.insert(linked)
    {
        case.world.people.lock().unwrap().made += 1;
    }
    case.say(format!("answer {} {:?} {:?} with {resolution:?}", matter.id.0, matter.kind, matter.subject));
    ordeal(case, rng);
    case.ask(Command::Resolve { ids: vec![matter.id], resolution });
}

fn undo(case: &mut Case, rng: &mut fastrand::Rng) {
    let runs = match case.world.call(Command::History(RunQuery { limit: 100, ..RunQuery::default() })) {
        Ok(Reply::History(page)) => page.runs.clone(),
        other => panic!("no history: {other:?}"),
    };
    if runs.is_empty() {
        return;
    }
    let run = runs[rng.usize(..runs.len().min(3))].run;
    if let Ok(Reply::Writes(writes)) = case.world.call(Command::Writes(WriteQuery::all(run))) {
        for write in writes.writes.iter().map(|one| &one.write) {
            case.undone.extend(write.record.iter().map(ToString::to_string));
            for side in Side::BOTH {
                case.undone.extend(write.subject.id(side).map(ToString::to_string));
            }
        }
    }
    ordeal(case, rng);
    case.ask(Command::Undo(run));
}
