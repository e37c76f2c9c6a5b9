//! Realistic data for the window's tests, and a stand-in for the service that answers commands.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::unnecessary_wraps,
    reason = "test data: each test file uses a part of it, and a mistake in it is to fail loudly"
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use duosync::model::{
    AccountSettings, Action, Alert, AlertKind, Closed, CollectionInfo, CompareCounts, CompareReport, CompareRow,
    CompareSchedule, Conflict, ConflictKind, DeleteGuard, DeletePolicy, Endpoint, Erased, Example, FieldFit, FieldInfo,
    FieldMapping, Fields, Fit, FoundPerson, Item, Kind, LifeEvent, LifeQuery, LifeStep, Likeness, Lives, Matter,
    MatterField, MatterId, MatterKind, Misfit, MisfitKind, MismatchKind, Note, NoteKind, Numbered, Observed, OpKind,
    Operation, Outcome, PairSpec, Partner, PerSide, PersonCounts, Plan, Policy, Record, RecordId, RecordLife,
    Resolution, RunId, RunPage, RunQuery, RunSummary, Schedule, SecretRef, Seen, Side, SideCounts, Subject, Survey,
    Timestamp, Touch, Trial, Trials, Trigger, Value, WriteEntry, WriteField, WritePage, WriteQuery, WriteState,
};
use duosync::service::{
    AccountCheck, CheckStep, Command, CompareFound, CompareQuery, CopyReason, Event, FoundMatters, Handle, KeptCopy,
    Look, Looked, Mailbox, PairState, PairStatus, Problem, Progress, Reply, RequestId, RunReport, Snapshot, Suggestion,
    SyncMode, Upkeep,
};

pub const PAIR: &str = "customers";

/// Now, as the tests' data sees it.
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

pub fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp(now().0 - minutes * 60_000)
}

pub fn accounts() -> Vec<AccountSettings> {
    vec![
        AccountSettings {
            name: "Address book".into(),
            connector: "carddav".into(),
            options: [
                ("url".to_owned(), "http://127.0.0.1:5232/".to_owned()),
                ("username".to_owned(), "ann".to_owned()),
            ]
            .into(),
            secret: Some(SecretRef::Keyring),
        },
        AccountSettings {
            name: "Shop list".into(),
            connector: "csv".into(),
            options: [
                ("path".to_owned(), "/home/ann/shop.csv".to_owned()),
                ("id".to_owned(), "customer_no".to_owned()),
            ]
            .into(),
            secret: None,
        },
    ]
}

pub fn mappings() -> Vec<FieldMapping> {
    vec![
        FieldMapping::simple("full_name", "Name", "full_name", Kind::Text),
        FieldMapping::simple("email", "E-mail", "email", Kind::Email),
        FieldMapping::simple("phone", "Phone", "tel", Kind::Phone),
        FieldMapping::simple("city", "City", "adr.city", Kind::Text),
    ]
}

pub fn spec() -> PairSpec {
    PairSpec {
        name: PAIR.into(),
        ends: PerSide::new(
            Endpoint { account: "Shop list".into(), collection: None },
            Endpoint { account: "Address book".into(), collection: Some("Customers".into()) },
        ),
        match_keys: vec!["email".into()],
        fields: mappings(),
        filters: Vec::new(),
        deletes: DeletePolicy::Ignore,
        guard: DeleteGuard::default(),
        conflicts: Policy::Ask,
        writes: PerSide::default(),
        schedule: Schedule { sync_every: Some(300), compare: Some(CompareSchedule { every_days: 1, at_minute: 420 }) },
    }
}

pub fn run(number: i64, outcome: Outcome, minutes: i64, created: u64, updated: u64) -> RunSummary {
    run_at(number, outcome, minutes_ago(minutes), created, updated)
}

/// A run that began at this moment.
pub fn run_at(number: i64, outcome: Outcome, started: Timestamp, created: u64, updated: u64) -> RunSummary {
    RunSummary {
        run: RunId(number),
        pair: PAIR.into(),
        trigger: if number % 3 == 0 { Trigger::Manual } else { Trigger::Schedule },
        outcome,
        started,
        millis: 1840,
        sides: PerSide::new(
            SideCounts { listed: 200, updated, requests: 2, ..SideCounts::default() },
            SideCounts { listed: 197, created, requests: 5, ..SideCounts::default() },
        ),
        conflicts: u64::from(outcome == Outcome::Waiting) * 3,
        set_aside: 2,
        failed: Vec::new(),
        message: (outcome == Outcome::Failed)
            .then(|| "The server at 127.0.0.1 did not answer. Is it running?".to_owned()),
        undone_by: None,
    }
}

pub fn pair(status: PairStatus) -> PairState {
    PairState {
        spec: spec(),
        status,
        runs: vec![run(12, Outcome::Waiting, 4, 3, 12), run(11, Outcome::Done, 9, 0, 0)],
        next_sync: Some(Timestamp(now().0 + 130_000)),
        next_compare: Some(Timestamp(now().0 + 40_000_000)),
        conflicts: 3,
        mismatches: 4,
        last_compare: Some((minutes_ago(200), 4)),
        links: 197,
        paused: false,
        preview: None,
    }
}

pub fn snapshot(pairs: Vec<PairState>) -> Snapshot {
    Snapshot {
        accounts: if pairs.is_empty() { Vec::new() } else { accounts() },
        pairs,
        unseen_alerts: 0,
        workspace: PathBuf::from("/home/ann/.local/share/duosync"),
        warnings: Vec::new(),
        platforms: duosync::connectors::builtin().into(),
        // Whatever language the desktop of whoever runs the tests speaks.
        prefs: duosync::model::Prefs { language: Some("en".into()), ..duosync::model::Prefs::default() },
        starts_with_computer: Some(false),
        ..Snapshot::default()
    }
}

/// The records that the ambiguous matter speaks of.
fn candidates() -> PerSide<Vec<Observed>> {
    let record = |id: &str, city: &str| {
        let values = [("city".to_owned(), Value::text(city))].into();
        Observed { id: RecordId::new(id), seen: Seen { values, ..Seen::default() } }
    };
    PerSide::new(vec![record("7", "Gent")], vec![record("b.vcf", "Antwerpen")])
}

const NAMES: [&str; 12] = [
    "Ann Peeters",
    "José García Fernández",
    "Łukasz Żółkiewski",
    "Ελένη Παπαδοπούλου",
    "Мария Иванова",
    "Søren Ångström",
    "Bart De Smet",
    "Fatma Yılmaz",
    "Chloé Dubois",
    "Jan van den Berg",
    "Siobhán O’Connor",
    "Tom & Co. Tuinaanleg BV",
];

pub fn name(number: usize) -> String {
    let first = NAMES[number % NAMES.len()];
    if number < NAMES.len() { first.to_owned() } else { format!("{first} {number}") }
}

fn text(value: impl Into<String>) -> Option<Value> {
    Some(Value::text(value))
}

pub fn field(name: &str, a: Option<Value>, b: Option<Value>, before: Option<Value>) -> MatterField {
    let differs = a != b;
    MatterField {
        name: name.into(),
        now: PerSide::new(a, b),
        baseline: PerSide::new(before.clone(), before),
        differs,
        asked: differs,
    }
}

pub fn fields(number: usize) -> Vec<MatterField> {
    let email = format!("contact{number}@example.org");
    vec![
        field("full_name", text(name(number)), text(name(number)), text(name(number))),
        field("email", text(&email), text(&email), text(&email)),
        field("phone", text("+32 478 12 34 56"), text("+32 478 12 34 99"), text("+32 478 00 00 00")),
        field("city", text("Sint-Niklaas"), text("St. Niklaas"), text("Antwerpen")),
    ]
}

pub fn matter(number: usize, kind: MatterKind) -> Matter {
    let ids = PerSide::new(RecordId::new(format!("{number}")), RecordId::new(format!("card-{number}.vcf")));
    let single = match &kind {
        MatterKind::Mismatch(MismatchKind::OnlyIn(side)) => Some(*side),
        MatterKind::Conflict(ConflictKind::DeletedAndChanged(side)) => Some(side.opposite()),
        MatterKind::Conflict(_) | MatterKind::Mismatch(_) => None,
    };
    let mut all = fields(number);
    if let Some(side) = single {
        for field in &mut all {
            *field.now.get_mut(side.opposite()) = None;
        }
    }
    Matter {
        id: MatterId(i64::try_from(number).unwrap() + 1),
        pair: PAIR.into(),
        subject: single.map_or_else(|| Subject::Pair(ids.clone()), |side| Subject::Single(side, ids.get(side).clone())),
        kind,
        label: name(number),
        reason: "Both sides changed the phone and the city since they last agreed.".into(),
        fields: all,
        modified: PerSide::new(
            Some(Touch { at: minutes_ago(30), by: Some("Els".into()) }),
            Some(Touch { at: minutes_ago(90), by: None }),
        ),
        opened: minutes_ago(5),
    }
}

pub fn matters() -> Vec<Matter> {
    let candidates = PerSide::new(vec![RecordId::new("7")], vec![RecordId::new("a.vcf"), RecordId::new("b.vcf")]);
    vec![
        matter(0, MatterKind::Conflict(ConflictKind::BothChanged)),
        matter(1, MatterKind::Mismatch(MismatchKind::Different)),
        matter(2, MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A))),
        matter(3, MatterKind::Conflict(ConflictKind::DeletedAndChanged(Side::B))),
        matter(4, MatterKind::Conflict(ConflictKind::Ambiguous(candidates))),
        matter(5, MatterKind::Mismatch(MismatchKind::Different)),
        matter(6, MatterKind::Mismatch(MismatchKind::KeyChanged)),
    ]
}

fn item(number: usize, ops: Vec<Operation>, conflict: Option<Conflict>, only: Option<Side>) -> Item {
    let mut shown = fields(number);
    if let Some(side) = only {
        for field in &mut shown {
            *field.now.get_mut(side.opposite()) = None;
        }
    }
    Item {
        subject: Subject::Single(Side::A, RecordId::new(format!("{number}"))),
        label: name(number),
        now: PerSide::default(),
        fields: shown,
        before: None,
        default: Action {
            ops,
            conflict,
            settled: Vec::new(),
            link: true,
            unlink: false,
            flips: std::collections::BTreeMap::new(),
        },
        choice: None,
        chosen: None,
    }
}

pub fn plan() -> Plan {
    let mut items = Vec::new();
    for number in 0..40 {
        let create: Fields = [
            ("full_name".to_owned(), Value::text(name(number))),
            ("email".to_owned(), Value::text(format!("contact{number}@example.org"))),
            ("tel".to_owned(), Value::text("+32 478 12 34 56")),
        ]
        .into();
        let update: Fields = [("Phone".to_owned(), Value::text("+32 478 12 34 99"))].into();
        items.push(match number % 4 {
            0 => item(
                number,
                vec![Operation {
                    side: Side::B,
                    record: None,
                    kind: OpKind::Create { fields: create, raw: None },
                    mappings: vec!["full_name".into(), "email".into(), "phone".into()],
                    reason: "only in Shop list".into(),
                }],
                None,
                Some(Side::A),
            ),
            1 => item(
                number,
                vec![Operation {
                    side: Side::A,
                    record: Some(RecordId::new("1")),
                    kind: OpKind::Update { fields: update, expect: None },
                    mappings: vec!["phone".into()],
                    reason: "Address book has a value, Shop list is empty".into(),
                }],
                None,
                None,
            ),
            2 => item(number, Vec::new(), None, None),
            _ => item(
                number,
                Vec::new(),
                Some(Conflict {
                    kind: ConflictKind::FirstMatch,
                    fields: vec!["phone".into()],
                    reason: "Both have a phone number, and they are not the same.".into(),
                }),
                None,
            ),
        });
    }
    let notes = vec![Note {
        kind: NoteKind::NoKey,
        side: Side::A,
        id: RecordId::new("77"),
        label: "Row 77".into(),
        field: Some("email".into()),
        text: "It has no email, so it cannot be matched. Fill in an email, or match by another field.".into(),
    }];
    Plan { pair: PAIR.into(), made: now(), items, notes, ..Plan::default() }
}

pub fn report() -> CompareReport {
    CompareReport {
        pair: PAIR.into(),
        started: minutes_ago(200),
        millis: 900,
        counts: CompareCounts {
            a_total: 200,
            b_total: 199,
            matched: 196,
            only_in_a: 1,
            only_in_b: 0,
            different: 2,
            duplicate_keys: 0,
            changed_keys: 1,
            ignored: 1,
        },
        mismatches: Vec::new(),
    }
}

pub fn writes(run: RunId) -> Vec<WriteEntry> {
    (0..15)
        .map(|number| WriteEntry {
            id: format!("w{number}"),
            run,
            side: if number % 3 == 0 { Side::B } else { Side::A },
            kind: if number % 3 == 0 { "create".into() } else { "update".into() },
            subject: Subject::Single(Side::A, RecordId::new(format!("{number}"))),
            record: Some(RecordId::new(format!("{number}"))),
            label: name(number),
            fields: vec![WriteField {
                name: "phone".into(),
                before: (number % 3 != 0).then(|| Value::text("03 123 45 67")),
                after: Some(Value::text("+32 3 123 45 68")),
            }],
            reason: "Address book changed it".into(),
            state: WriteState::Done,
            error: None,
            at: minutes_ago(4),
        })
        .collect()
}

/// A page of a history of so many runs: the newest waits, the second failed, the third is done, and so on.
fn run_page(world: &World, query: &RunQuery) -> RunPage {
    let all = (0..world.runs).map(|back| {
        let (number, started) = (9 + world.runs - back, world.minutes_ago(4 + 5 * back));
        match back % 3 {
            0 => run_at(number, Outcome::Waiting, started, 3, 12),
            1 => run_at(number, Outcome::Failed, started, 0, 0),
            _ => run_at(number, Outcome::Done, started, 0, 0),
        }
    });
    let fits = |run: &RunSummary| query.outcomes.is_empty() || query.outcomes.contains(&run.outcome);
    let all: Vec<RunSummary> = all.filter(fits).collect();
    let total = all.len() as u64;
    let older = all.into_iter().filter(|run| query.before.is_none_or(|before| run.run < before));
    RunPage { query: query.clone(), runs: older.take(query.limit).collect(), total }
}

fn write_page(query: &WriteQuery) -> WritePage {
    let all = writes(query.run);
    let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
    let fits = |one: &Numbered| {
        let label = one.write.label.to_lowercase();
        query.state.is_none_or(|state| state == one.write.state) && words.iter().all(|word| label.contains(word))
    };
    let total = all.len() as u64;
    let failed = all.iter().filter(|write| write.state == WriteState::Failed).count() as u64;
    let numbered = (1..).zip(all).map(|(number, write)| Numbered { number, write });
    let found: Vec<Numbered> = numbered.filter(fits).collect();
    WritePage {
        query: query.clone(),
        found: found.len() as u64,
        writes: found.into_iter().skip(query.skip).take(query.limit).collect(),
        total,
        failed,
    }
}

/// One record, linked in a first sync, asked about, answered and written.
fn lives(world: &World, query: &LifeQuery) -> Lives {
    if !"ann peeters".contains(&query.text.to_lowercase()) {
        return Lives { query: query.clone(), ..Lives::default() };
    }
    let entry = writes(RunId(12)).remove(1);
    let event = |minutes, what| LifeEvent { at: world.minutes_ago(minutes), what };
    let wrote = |write: WriteEntry, trigger| LifeStep::Wrote { write: Box::new(write), number: 2, trigger };
    let mut failed = entry.clone();
    failed.state = WriteState::Failed;
    failed.error = Some("The server did not take the phone number: it is too long.".into());
    failed.label = "Ann Peeters".into();
    let mut done = failed.clone();
    (done.state, done.error) = (WriteState::Done, None);
    let id = MatterId(4);
    Lives {
        query: query.clone(),
        records: vec![RecordLife {
            pair: PAIR.into(),
            label: "Ann Peeters".into(),
            ids: PerSide::new(vec![RecordId::new("1")], vec![RecordId::new("card-1.vcf")]),
            now: PerSide::default(),
            linked: true,
            events: vec![
                event(300, wrote(failed, Trigger::Schedule)),
                event(
                    90,
                    LifeStep::Asked {
                        matter: id,
                        kind: MatterKind::Conflict(ConflictKind::BothChanged),
                        reason: "Both sides changed the phone.".into(),
                    },
                ),
                event(60, LifeStep::Answered { matter: id, resolution: Resolution::Use(Side::B) }),
                event(60, wrote(done, Trigger::Settle)),
                event(59, LifeStep::Closed { matter: id, how: Closed::Gone, run: Some(RunId(12)) }),
            ],
        }],
        more: false,
    }
}

/// What taking a run back would do: two values, and one that was changed since.
fn undo_plan() -> Plan {
    let update = |number| {
        item(
            number,
            vec![Operation {
                side: Side::A,
                record: Some(RecordId::new("1")),
                kind: OpKind::Update { fields: Fields::new(), expect: None },
                mappings: vec!["phone".into()],
                reason: "you took run 12 back".into(),
            }],
            None,
            None,
        )
    };
    let notes = vec![Note {
        kind: NoteKind::Ignored,
        side: Side::A,
        id: RecordId::new("7"),
        label: "Bart De Smet".into(),
        field: Some("phone".into()),
        text: "Bart De Smet: phone is left as it is, because it has been changed since.".into(),
    }];
    Plan { pair: PAIR.into(), made: now(), items: vec![update(0), update(1)], notes, ..Plan::default() }
}

pub fn alerts() -> Vec<Alert> {
    [
        (AlertKind::Conflicts, "3 records were changed on both sides. Choose which values to keep.", None),
        (AlertKind::RunFailed, "The server at 127.0.0.1 did not answer.", Some(minutes_ago(60))),
        (AlertKind::SignIn, "Address book refused the password. Type it again.", None),
        (AlertKind::Recovered, "Address book answers again.", None),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, (kind, text, healed))| Alert {
        id: i64::try_from(number).unwrap(),
        pair: PAIR.into(),
        kind,
        key: format!("{number}"),
        text: text.into(),
        at: minutes_ago(70),
        seen: number > 1,
        healed,
    })
    .collect()
}

pub fn copies() -> Vec<KeptCopy> {
    let day = 24 * 60;
    let kept = |name: &str, days: i64, why: CopyReason| KeptCopy {
        file: PathBuf::from("/home/ann/.local/share/duosync/backups").join(name),
        at: minutes_ago(days * day + 90),
        bytes: 4_200_000,
        why,
    };
    let mut copies = vec![kept("asked-1.db", 0, CopyReason::Asked)];
    copies.extend((0..14).map(|days| kept(&format!("daily-{days}.db"), days, CopyReason::Daily)));
    copies.push(kept("before-restore-1.db", 3, CopyReason::BeforeRestore));
    copies
}

/// Who is found by these words: nobody by "nobody".
pub fn people(words: &str) -> Vec<FoundPerson> {
    if words == "nobody" {
        return Vec::new();
    }
    let found = |label: &str, detail: &str, there: bool| FoundPerson {
        pair: PAIR.into(),
        label: label.into(),
        detail: detail.into(),
        ids: PerSide::new(vec![RecordId::new("7")], vec![RecordId::new("a.vcf")]),
        there: PerSide::new(there, false),
        counts: PersonCounts { records: u64::from(there), writes: 12, matters: 3, kept: 1 },
    };
    vec![found("Ann Peeters", "ann@example.org", true), found("Ann Peeters-Maes", "maes@example.org", false)]
}

pub fn field_infos(side: Side) -> Vec<FieldInfo> {
    let names: &[(&str, &str, &str)] = match side {
        Side::A => &[
            ("Name", "Name", "Ann Peeters"),
            ("E-mail", "E-mail", "ann.peeters@example.org"),
            ("Phone", "Phone", "0478/12 34 56"),
            ("City", "City", "Sint-Niklaas"),
            ("Remarks", "Remarks", "pays late"),
        ],
        Side::B => &[
            ("full_name", "Full name", "Ann Peeters"),
            ("email", "Email", "ann.peeters@example.org"),
            ("tel", "Phone", "+32 478 12 34 56"),
            ("adr.city", "City", "Sint-Niklaas"),
            ("note", "Note", "met at the fair"),
        ],
    };
    names
        .iter()
        .map(|(name, label, sample)| FieldInfo {
            name: (*name).into(),
            label: (*label).into(),
            kind: None,
            read_only: false,
            samples: vec![(*sample).into()],
            ..FieldInfo::default()
        })
        .collect()
}

pub fn check(settings: &AccountSettings) -> AccountCheck {
    let step = |what: &str, found: &str| CheckStep { what: what.into(), found: found.into(), error: None };
    let list = |id: &str| CollectionInfo { id: id.into(), name: id.into(), read_only: false };
    let collections =
        if settings.connector == "csv" { vec![list("shop.csv")] } else { vec![list("Customers"), list("Family")] };
    AccountCheck {
        account: settings.name.clone(),
        pair: None,
        steps: vec![
            step("Reach and sign in", ""),
            step("Find the lists", &format!("{} found", collections.len())),
            step("Read fields", "5 fields"),
        ],
        collections,
        fields: field_infos(Side::A),
        records: vec![Record {
            id: RecordId::new("1"),
            version: None,
            modified: None,
            modified_by: None,
            fields: [("Name".to_owned(), Value::text("Ann Peeters")), ("City".to_owned(), Value::text("Sint-Niklaas"))]
                .into(),
            raw: None,
        }],
        ..AccountCheck::default()
    }
}

/// What mappings would do to two records of each side.
fn fitted(trials: &Trials) -> Fit {
    let one = |trial: &Trial| {
        let phone = trial.mapping.kind == Kind::Phone;
        let value = if phone { "0478/12 34 56" } else { "Ann Peeters" };
        let example = Example { label: "Ann Peeters".into(), from: value.into(), to: Ok(value.to_owned()) };
        let misfit = Misfit {
            kind: MisfitKind::NotA(Kind::Phone),
            side: Side::A,
            field: "Phone".into(),
            count: 2,
            records: vec![("Bart De Smet".into(), "ask".into()), ("Chloé Dubois".into(), "none".into())],
        };
        FieldFit {
            examples: PerSide::new(vec![example.clone()], vec![example]),
            misfits: if phone { vec![misfit] } else { Vec::new() },
            words: PerSide::default(),
        }
    };
    Fit { fields: trials.fields.iter().map(one).collect(), passing: PerSide::new(200, 197) }
}

/// What the stand-in answers with.
pub struct World {
    pub snapshot: Snapshot,
    pub matters: Arc<Vec<Matter>>,
    pub plan: Arc<Plan>,
    /// How many runs the history has.
    pub runs: i64,
    /// The alerts, newest first.
    pub alerts: Vec<Alert>,
    /// The copies of the database, newest first.
    pub copies: Vec<KeptCopy>,
    /// Whether the pair was ever compared.
    pub compared: bool,
    /// How many more fields each side has.
    pub more_fields: usize,
    /// Now, as the history sees it: none where that is the computer's clock.
    pub day: Option<Timestamp>,
    /// Every command with this name is answered with this problem.
    pub trouble: Option<(&'static str, String)>,
    /// Every command with this name waits for its answer until [`Stand::release`].
    pub slow: Option<&'static str>,
}

impl World {
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            matters: Arc::new(matters()),
            plan: Arc::new(plan()),
            runs: 3,
            alerts: alerts(),
            copies: copies(),
            compared: true,
            more_fields: 0,
            day: None,
            trouble: None,
            slow: None,
        }
    }

    fn minutes_ago(&self, minutes: i64) -> Timestamp {
        Timestamp(self.day.unwrap_or_else(now).0 - minutes * 60_000)
    }

    /// The fields of a side, with as many more as there are to be.
    fn fields(&self, side: Side) -> Vec<FieldInfo> {
        let more = (1..=self.more_fields).map(|number| FieldInfo {
            name: format!("extra_{number}"),
            label: format!("Extra {number}"),
            samples: vec![format!("sample {number}")],
            ..FieldInfo::default()
        });
        field_infos(side).into_iter().chain(more).collect()
    }

    /// What the service would look up.
    fn look(&self, look: &Look) -> Looked {
        match look {
            Look::Matters(query) => Looked::Matters(Arc::new(FoundMatters::among(1, &self.matters, query))),
            Look::Details(ids) => Looked::Details(
                self.matters.iter().filter(|matter| ids.contains(&matter.id)).cloned().map(Arc::new).collect(),
            ),
            Look::Partners(id) => Looked::Partners(*id, Arc::new(partners())),
            Look::Rows(query) => Looked::Rows(Arc::new(self.rows(query))),
            Look::Compares(pair) if !self.compared => Looked::Compares(pair.clone(), Arc::default()),
            Look::Compares(pair) => {
                let counts = |different| CompareCounts { a_total: 200, different, ..CompareCounts::default() };
                // Earlier compares are told by their day, which stands in the pictures: it is always the same one.
                let compares = vec![
                    (minutes_ago(200), 900, report().counts),
                    (Timestamp(1_793_620_800_000), 800, counts(0)),
                    (Timestamp(1_793_534_400_000), 800, counts(5)),
                ];
                Looked::Compares(pair.clone(), Arc::new(compares))
            }
        }
    }

    /// The records of a compare: the open matters, and some that agree.
    fn rows(&self, query: &CompareQuery) -> CompareFound {
        let of_matter = |matter: &Matter| {
            let MatterKind::Mismatch(kind) = &matter.kind else { return None };
            Some(CompareRow {
                kind: Some(kind.clone()),
                ignored: false,
                subject: matter.subject.clone(),
                label: matter.label.clone(),
                reason: matter.reason.clone(),
                fields: matter.fields.clone(),
                modified: matter.modified.clone(),
                matter: Some(matter.id),
            })
        };
        let same = (100..120).map(|number| CompareRow {
            kind: None,
            ignored: number == 119,
            subject: Subject::Pair(PerSide::new(
                RecordId::new(format!("{number}")),
                RecordId::new(format!("card-{number}")),
            )),
            label: name(number),
            reason: String::new(),
            fields: fields(number)
                .into_iter()
                .map(|mut field| {
                    field.now.b = field.now.a.clone();
                    MatterField { differs: false, asked: false, ..field }
                })
                .collect(),
            modified: PerSide::new(Some(Touch { at: minutes_ago(3000), by: None }), None),
            matter: None,
        });
        let all: Vec<CompareRow> = self.matters.iter().filter_map(of_matter).chain(same).collect();
        let mut counts: Vec<(String, u64)> = Vec::new();
        for row in &all {
            match counts.iter_mut().find(|(word, _)| word == row.word()) {
                Some((_, count)) => *count += 1,
                None => counts.push((row.word().to_owned(), 1)),
            }
        }
        let text = query.text.trim().to_lowercase();
        let fits = |row: &&CompareRow| {
            query.kind.as_ref().is_none_or(|kind| kind == row.word()) && row.label.to_lowercase().contains(&text)
        };
        let found: Vec<&CompareRow> = all.iter().filter(fits).collect();
        CompareFound {
            query: query.clone(),
            compared: Some(minutes_ago(200)),
            total: found.len() as u64,
            all: all.len() as u64,
            counts,
            rows: found.into_iter().skip(query.offset).take(query.count).cloned().collect(),
        }
    }
}

/// A record that may be the same as one without a partner.
pub fn partners() -> Vec<Partner> {
    let values = [
        ("full_name".to_owned(), Value::text("Papadopoulou Eleni")),
        ("email".to_owned(), Value::text("contact2@example.com")),
        ("city".to_owned(), Value::text("Sint-Niklaas")),
    ];
    let record = Observed { id: RecordId::new("card-77.vcf"), seen: Seen { values: values.into(), ..Seen::default() } };
    let alike = vec![("email".to_owned(), Likeness::Part), ("city".to_owned(), Likeness::Same)];
    vec![Partner { record, score: 62, alike }]
}

/// The stand-in for the service: it answers each command at once, on the thread that asks it to.
pub struct Stand {
    mailbox: Mutex<Mailbox>,
    pub world: Mutex<World>,
    /// Every command that came.
    pub heard: Mutex<Vec<Command>>,
    /// The commands that are not answered yet.
    waiting: Mutex<Vec<(RequestId, Command)>>,
}

/// Whether a command is called so; the name may go into what it holds ("Look(Matters").
fn is_called(command: &Command, name: &str) -> bool {
    // A command shows its name only, for some hold passwords.
    let whole = if let Command::Look(look) = command {
        format!("Look({look:?})")
    } else if let Command::Upkeep(wanted) = command {
        format!("Upkeep({wanted:?})")
    } else {
        format!("{command:?}")
    };
    whole.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// A handle for the window, and the stand-in at its other end.
pub fn stand(world: World, wake: Arc<dyn Fn() + Send + Sync>) -> (Handle, Arc<Stand>) {
    let (handle, mailbox) = Handle::new(wake);
    let stand = Stand {
        mailbox: Mutex::new(mailbox),
        world: Mutex::new(world),
        heard: Mutex::default(),
        waiting: Mutex::default(),
    };
    (handle, Arc::new(stand))
}

impl Stand {
    /// Answers every command that waits.
    pub fn answer(&self) {
        let mut mailbox = self.mailbox.lock().unwrap();
        while let Ok((id, command)) = mailbox.commands.try_recv() {
            self.heard.lock().unwrap().push(command.clone());
            if self.world.lock().unwrap().slow.is_some_and(|slow| is_called(&command, slow)) {
                self.waiting.lock().unwrap().push((id, command));
                continue;
            }
            let answer = self.reply(&command);
            futures_free_block_on(mailbox.voice.reply(id, answer));
        }
    }

    /// Answers what was held back, and holds nothing back any more.
    pub fn release(&self) {
        self.world.lock().unwrap().slow = None;
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap());
        assert!(!waiting.is_empty(), "nothing was held back");
        let mailbox = self.mailbox.lock().unwrap();
        for (id, command) in waiting {
            let answer = self.reply(&command);
            futures_free_block_on(mailbox.voice.reply(id, answer));
        }
    }

    /// From here on nothing goes wrong any more.
    pub fn mend(&self) {
        self.world.lock().unwrap().trouble = None;
    }

    /// Says something unasked.
    pub fn say(&self, event: Event) {
        let mailbox = self.mailbox.lock().unwrap();
        futures_free_block_on(mailbox.voice.say(event));
    }

    /// Shows progress.
    pub fn progress(&self, progress: Progress) {
        self.progress_of(PAIR, progress);
    }

    /// Shows progress under this name.
    pub fn progress_of(&self, name: &str, progress: Progress) {
        let mailbox = self.mailbox.lock().unwrap();
        mailbox.voice.progress(|map| {
            map.insert(name.to_owned(), progress);
        });
    }

    fn reply(&self, command: &Command) -> Result<Reply, Problem> {
        let mut world = self.world.lock().unwrap();
        if let Some((which, why)) = &world.trouble
            && is_called(command, which)
        {
            return Err(Problem::failed(why.clone()));
        }
        Ok(match command {
            Command::Snapshot => Reply::Snapshot(Arc::new(world.snapshot.clone())),
            Command::Matters(_) => Reply::Matters(Arc::clone(&world.matters)),
            Command::Sync { mode: SyncMode::Preview, pair } => Reply::Ran(Box::new(RunReport {
                summary: run(13, Outcome::Preview, 0, 0, 0),
                plan: Some(Arc::new(Plan { pair: pair.clone(), ..world.plan.as_ref().clone() })),
            })),
            Command::Sync { .. } | Command::Undo(_) | Command::UndoWrite { .. } => {
                Reply::Ran(Box::new(RunReport { summary: run(14, Outcome::Done, 0, 3, 12), plan: None }))
            }
            Command::Look(look) => Reply::Looked(world.look(look)),
            Command::Candidates(id) => Reply::Candidates(*id, Arc::new(candidates())),
            Command::Resolve { ids, resolution } => {
                let left = world.matters.iter().filter(|matter| !ids.contains(&matter.id)).cloned().collect();
                world.matters = Arc::new(left);
                Reply::Resolved(vec![RunReport {
                    // To ignore writes nothing.
                    summary: run(15, Outcome::Done, 0, 0, u64::from(*resolution != Resolution::Ignore)),
                    plan: None,
                }])
            }
            Command::History(query) => Reply::History(Arc::new(run_page(&world, query))),
            Command::Writes(query) => Reply::Writes(Arc::new(write_page(query))),
            Command::Lives(query) => Reply::Lives(Arc::new(lives(&world, query))),
            Command::UndoPlan { .. } => Reply::UndoPlan(Arc::new(undo_plan())),
            Command::Alerts => Reply::Alerts(Arc::new(world.alerts.clone())),
            Command::Compare { .. } => Reply::Compared(Arc::new(report())),
            Command::LastCompare(_) => Reply::LastCompare(Some(Arc::new(report()))),
            Command::TryAccount { settings, .. } => Reply::Checked(vec![check(settings)]),
            Command::TryManifest { .. } => Reply::Checked(Vec::new()),
            Command::Survey { .. } => Reply::Surveyed(
                Box::new(Survey {
                    fields: PerSide::from_fn(|side| world.fields(side)),
                    totals: PerSide::new(200, 197),
                }),
                mappings()
                    .into_iter()
                    .map(|mapping| Suggestion {
                        key: mapping.kind == Kind::Email,
                        why: if mapping.kind == Kind::Email { "both hold email addresses" } else { "same name" }.into(),
                        mapping,
                    })
                    .collect(),
            ),
            Command::SavePrefs(prefs) => {
                world.snapshot.prefs = prefs.clone();
                Reply::Done
            }
            Command::Upkeep(Upkeep::Copies) => Reply::Copies(Arc::new(world.copies.clone())),
            Command::Upkeep(
                Upkeep::BackUp(Some(file))
                | Upkeep::Restore(file)
                | Upkeep::Diagnostics(file)
                | Upkeep::ExportPerson { file, .. },
            ) => Reply::Written(file.clone()),
            Command::Upkeep(Upkeep::BackUp(None)) => Reply::Written("/home/ann/copy.db".into()),
            Command::Upkeep(Upkeep::FindPeople(words)) => Reply::People(Arc::new(people(words))),
            Command::Upkeep(Upkeep::ErasePerson(who)) => Reply::Erased(Erased {
                writes: who.iter().map(|one| one.counts.writes).sum(),
                copies: 2,
                still_there: 1,
                ..Erased::default()
            }),
            Command::Upkeep(Upkeep::StartWithComputer(on)) => {
                world.snapshot.starts_with_computer = Some(*on);
                Reply::Done
            }
            Command::Fit { trials, .. } => Reply::Fitted(Box::new(fitted(trials))),
            Command::Export(_) => Reply::Exported(String::new()),
            Command::Import(_) => Reply::Imported { accounts: vec!["Shop list".into()], pairs: vec![PAIR.into()] },
            Command::SecretPlaces => {
                Reply::SecretPlaces(duosync::service::SecretPlaces { keyring: true, file: world.snapshot.secret_file })
            }
            Command::ForgetSecrets => Reply::SetAside(None),
            Command::Upkeep(Upkeep::AnswerDoor | Upkeep::MatchAnew(_))
            | Command::SaveAccount { .. }
            | Command::Password { .. }
            | Command::ForgetPassword(_)
            | Command::SignIn { .. }
            | Command::CancelSignIn(_)
            | Command::Unlock { .. }
            | Command::NewPassphrase { .. }
            | Command::RemoveAccount(_)
            | Command::SavePair(_)
            | Command::RemovePair(_)
            | Command::Pause { .. }
            | Command::LoadSample
            | Command::Check(_)
            | Command::Stop(_)
            | Command::Cancel(_)
            | Command::AlertsSeen
            | Command::Reopen { .. }
            | Command::StartSchedule
            | Command::Shutdown => Reply::Done,
        })
    }
}

/// Runs a future that never has to wait: the channels of the tests are never full.
fn futures_free_block_on(future: impl Future<Output = ()>) {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready(), "the window does not take its events");
}
