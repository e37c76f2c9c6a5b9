//! The store as the service uses it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a test stops at the first thing that is wrong, and tells what it measured"
)]

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::*;
use crate::model::{
    AccountSettings, AlertKind, Closed, CompareCounts, CompareReport, ConflictKind, Cursor, Decision, DeleteGuard,
    DeletePolicy, Endpoint, FailedRecord, FieldMapping, Flips, Identity, Kind, Link, LinkId, LinkIndex, MatterField,
    MatterId, MatterKind, Mismatch, MismatchKind, Observed, Outcome, PairSpec, PerSide, Policy, RecordId, Resolution,
    RunId, Schedule, SecretRef, Seen, Side, SideBaseline, Subject, Timestamp, Touch, Trigger, Value, Values, Version,
    WriteEntry, WriteField, WriteState, Writes,
};

fn spec(name: &str) -> PairSpec {
    let end = |account: &str| Endpoint { account: account.to_owned(), collection: None };
    PairSpec {
        name: name.to_owned(),
        ends: PerSide::new(end("shop"), end("book")),
        match_keys: vec!["email".to_owned()],
        fields: vec![FieldMapping::simple("email", "E-mail", "email", Kind::Email)],
        filters: Vec::new(),
        deletes: DeletePolicy::Ignore,
        guard: DeleteGuard::default(),
        conflicts: Policy::Ask,
        writes: PerSide::new(Writes::default(), Writes::default()),
        schedule: Schedule::default(),
    }
}

fn store() -> Store {
    let mut store = Store::open_in_memory().unwrap();
    store.save_pair(&spec("customers")).unwrap();
    store.save_pair(&spec("others")).unwrap();
    store
}

fn id(text: &str) -> RecordId {
    RecordId::new(text)
}

fn seen(email: &str) -> Seen {
    Seen {
        values: Values::from([
            ("email".to_owned(), Value::text(email)),
            ("labels".to_owned(), Value::List(vec!["x".to_owned()])),
        ]),
        version: Some(Version("\"e1\"".to_owned())),
        modified: Some(Timestamp(5)),
        modified_by: Some("Ann".into()),
        outside: true,
        unsure: false,
    }
}

fn link(a: &str, b: &str) -> Link {
    let same = seen(a);
    let agreed = SideBaseline { values: same.values.clone(), seen: same, gone: false };
    let waiting = SideBaseline { values: seen("old").values, seen: seen("new"), gone: true };
    let (wrote, replaced) = ("w".to_owned(), "r".to_owned());
    let flips = Flips { count: 2, side: Side::B, wrote, replaced, at: Timestamp(3) };
    Link {
        id: None,
        ids: PerSide::new(id(a), id(b)),
        sides: PerSide::new(agreed, waiting),
        flips: BTreeMap::from([("phone".to_owned(), flips)]),
    }
}

fn write(name: &str, run: RunId, state: WriteState) -> WriteEntry {
    WriteEntry {
        id: name.to_owned(),
        run,
        side: Side::B,
        kind: "update".to_owned(),
        subject: Subject::Pair(PerSide::new(id("a1"), id("b1"))),
        record: Some(id("b1")),
        label: "Ann".to_owned(),
        fields: vec![WriteField { name: "email".to_owned(), before: None, after: Some(Value::text("x")) }],
        reason: "A changed it".to_owned(),
        state,
        error: Some("no".to_owned()),
        at: Timestamp(77),
    }
}

fn conflict(subject: Subject, label: &str) -> NewMatter {
    let field = MatterField {
        name: "email".to_owned(),
        now: PerSide::new(Some(Value::text("x")), None),
        baseline: PerSide::default(),
        differs: true,
        asked: true,
    };
    NewMatter {
        kind: MatterKind::Conflict(ConflictKind::BothChanged),
        subject,
        label: label.to_owned(),
        reason: "both changed".to_owned(),
        fields: vec![field],
        modified: PerSide::new(Some(Touch { at: Timestamp(1), by: Some("Ann".into()) }), None),
        fingerprint: format!("print of {label}"),
    }
}

fn single(name: &str) -> Subject {
    Subject::Single(Side::A, id(name))
}

fn told(origin: Origin, now: i64, open: Vec<NewMatter>, scope: MatterScope) -> Changes {
    let update = MattersUpdate { origin, by: None, now: Timestamp(now), open, scope };
    Changes { matters: Some(update), ..Changes::default() }
}

#[test]
fn accounts_and_pairs_come_back() {
    let mut store = store();
    let mut account = AccountSettings {
        name: "shop".to_owned(),
        connector: "csv".to_owned(),
        options: BTreeMap::from([("path".to_owned(), "shop.csv".to_owned())]),
        secret: Some(SecretRef::Env("PW".to_owned())),
    };
    store.save_account(&account).unwrap();
    account.secret = Some(SecretRef::Keyring);
    store.save_account(&account).unwrap();
    assert_eq!(store.accounts().unwrap(), [account]);
    store.remove_account("shop").unwrap();
    assert_eq!(store.accounts().unwrap(), []);

    let identity = Identity("ann@server".to_owned());
    store.pin_identity("customers", Side::B, &identity).unwrap();
    assert_eq!(store.identity("customers", Side::B).unwrap(), Some(identity));
    assert_eq!(store.identity("customers", Side::A).unwrap(), None);

    store.set_paused("customers", true).unwrap();
    store.set_accepted("customers", Some("print")).unwrap();
    store.set_failing("customers", Some((Timestamp(9), "no network".to_owned()))).unwrap();
    let mut changed = spec("customers");
    changed.deletes = DeletePolicy::Both;
    store.save_pair(&changed).unwrap();
    let expected = PairRow {
        spec: changed,
        paused: true,
        accepted: Some("print".to_owned()),
        last_compare: None,
        failing_since: Some(Timestamp(9)),
        failing_why: Some("no network".to_owned()),
    };
    assert_eq!(store.pairs().unwrap()[0], expected);
    store.set_failing("customers", None).unwrap();
    assert_eq!(store.pairs().unwrap()[0].failing_since, None);
    assert!(matches!(store.set_paused("nobody", true), Err(StoreError::NoSuchPair(name)) if name == "nobody"));

    store.set_meta("k", "1").unwrap();
    store.set_meta("k", "2").unwrap();
    assert_eq!(store.meta("k").unwrap().as_deref(), Some("2"));
    assert_eq!(store.meta("other").unwrap(), None);
}

#[test]
fn links_come_back_and_their_records_are_no_longer_unlinked() {
    let mut store = store();
    let observed = |name: &str| Observed { id: id(name), seen: seen(name) };
    let first = Changes {
        remember_unlinked: PerSide::new(vec![observed("a1"), observed("a2"), observed("a3")], vec![observed("b1")]),
        cursors: PerSide::new(Some(Cursor("c1".to_owned())), None),
        ..Changes::default()
    };
    store.apply("customers", &first).unwrap();
    assert_eq!(store.unlinked("customers").unwrap(), first.remember_unlinked);
    assert_eq!(store.unlinked("others").unwrap(), PerSide::default());

    let made = link("a1", "b1");
    let second = Changes {
        links: vec![made.clone()],
        forget_unlinked: PerSide::new(vec![id("a3")], Vec::new()),
        ..Changes::default()
    };
    store.apply("customers", &second).unwrap();
    assert_eq!(store.unlinked("customers").unwrap(), PerSide::new(vec![observed("a2")], Vec::new()));
    let stored = store.links("customers").unwrap();
    let number = stored[0].id.unwrap();
    assert_eq!(stored, [Link { id: Some(number), ..made.clone() }]);
    assert_eq!(store.cursor("customers", Side::A).unwrap(), Some(Cursor("c1".to_owned())));
    assert_eq!(store.cursor("customers", Side::B).unwrap(), None);

    // By its number the ids can change; by its ids the rest is changed and the number stays.
    let moved = Link { id: Some(number), flips: BTreeMap::new(), ..link("a1", "b9") };
    store.apply("customers", &Changes { links: vec![moved.clone()], ..Changes::default() }).unwrap();
    assert_eq!(store.links("customers").unwrap(), [moved]);
    let again = link("a1", "b9");
    store.apply("customers", &Changes { links: vec![again.clone()], ..Changes::default() }).unwrap();
    assert_eq!(store.links("customers").unwrap(), [Link { id: Some(number), ..again.clone() }]);
    // The number of another pair's link does not reach over.
    let stray = Link { id: Some(number), ..link("x", "y") };
    store.apply("others", &Changes { links: vec![stray], ..Changes::default() }).unwrap();
    assert_eq!(store.links("customers").unwrap(), [Link { id: Some(number), ..again }]);
    assert_ne!(store.links("others").unwrap()[0].id, Some(LinkId(number.0)));

    let third = Changes {
        unlinks: vec![PerSide::new(id("a1"), id("b9"))],
        clear_cursors: true,
        cursors: PerSide::new(None, Some(Cursor("c2".to_owned()))),
        ..Changes::default()
    };
    store.apply("customers", &third).unwrap();
    assert_eq!(store.count_links("customers").unwrap(), 0);
    assert_eq!(store.cursor("customers", Side::A).unwrap(), None);
    assert_eq!(store.cursor("customers", Side::B).unwrap(), Some(Cursor("c2".to_owned())));
}

#[test]
fn runs_and_writes_come_back() {
    let mut store = store();
    let first = store.start_run("customers", Trigger::Manual, Timestamp(10)).unwrap();
    let second = store.start_run("customers", Trigger::Undo(first), Timestamp(20)).unwrap();
    let mut run = store.run(first).unwrap().unwrap();
    assert_eq!((run.outcome, run.pair.as_str(), run.started), (Outcome::Running, "customers", Timestamp(10)));
    assert_eq!(store.interrupted_runs("customers").unwrap().len(), 2);

    let entries = [write("z", first, WriteState::Intended), write("a", first, WriteState::Intended)];
    store.save_writes(&entries).unwrap();
    assert_eq!(store.intended("customers").unwrap(), entries);
    assert_eq!(store.intended("others").unwrap(), []);
    store.save_raw("a", "BEGIN:VCARD").unwrap();
    assert!(matches!(store.save_raw("nothing", ""), Err(StoreError::NoSuchWrite(_))));

    run.outcome = Outcome::Partial;
    run.millis = 1234;
    run.sides.a.created = 3;
    run.conflicts = 1;
    run.set_aside = 2;
    run.failed = vec![FailedRecord {
        side: Side::A,
        id: "1".to_owned(),
        label: "Ann".to_owned(),
        field: None,
        error: "refused".to_owned(),
    }];
    run.message = Some("one failed".to_owned());
    let done = write("z", first, WriteState::Done);
    let changes = Changes { writes: vec![done.clone()], run: Some(run.clone()), ..Changes::default() };
    store.apply("customers", &changes).unwrap();
    assert_eq!(store.run(first).unwrap(), Some(run.clone()));
    assert_eq!(store.writes(first).unwrap(), [done.clone(), entries[1].clone()]);
    assert_eq!(store.intended("customers").unwrap(), [entries[1].clone()]);
    assert_eq!(store.write("z").unwrap(), Some(done));
    assert_eq!(store.raw("a").unwrap().as_deref(), Some("BEGIN:VCARD"));
    assert_eq!(store.raw("z").unwrap(), None);

    store.mark_undone(first, second).unwrap();
    store.update_run(&run).unwrap();
    assert_eq!(store.run(first).unwrap().unwrap().undone_by, Some(second));
    let newest = store.runs(Some("customers"), 1).unwrap();
    assert_eq!((newest.len(), newest[0].run, newest[0].trigger), (1, second, Trigger::Undo(first)));
    assert_eq!(store.runs(None, 10).unwrap().len(), 2);
    assert_eq!(store.runs(Some("others"), 10).unwrap(), []);
    assert!(matches!(store.mark_undone(RunId(99), first), Err(StoreError::NoSuchRun(RunId(99)))));
    assert_eq!(store.interrupted_runs("customers").unwrap()[0].run, second);
}

#[test]
fn a_failure_in_the_middle_leaves_nothing() {
    let mut store = store();
    let changes = Changes {
        links: vec![link("a1", "b1")],
        cursors: PerSide::new(Some(Cursor("c".to_owned())), None),
        matters: told(Origin::Run, 1, vec![conflict(single("a1"), "Ann")], MatterScope::All).matters,
        // There is no such run, which the database refuses after the links are stored.
        writes: vec![write("w", RunId(12345), WriteState::Done)],
        ..Changes::default()
    };
    assert!(store.apply("customers", &changes).is_err());
    assert_eq!(store.count_links("customers").unwrap(), 0);
    assert_eq!(store.cursor("customers", Side::A).unwrap(), None);
    assert_eq!(store.open_matters(None).unwrap(), []);
    // The same without the fault goes through, so it was the fault that stopped it.
    store.apply("customers", &Changes { writes: Vec::new(), ..changes }).unwrap();
    assert_eq!(store.count_links("customers").unwrap(), 1);
}

#[test]
fn a_full_and_a_read_only_disk_are_told_in_plain_words() {
    let mut store = store();
    let pages: i64 = store.conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |_| Ok(())).unwrap();
    let many: Vec<Link> = (0..500).map(|n| link(&format!("a{n}"), &format!("b{n}"))).collect();
    let error = store.apply("customers", &Changes { links: many, ..Changes::default() }).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert_eq!(store.count_links("customers").unwrap(), 0);

    store.conn.pragma_update(None, "query_only", true).unwrap();
    let error = store.set_meta("k", "v").unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
}

#[test]
fn a_matter_keeps_its_number_while_it_is_open() {
    let mut store = store();
    let (ann, bob) = (conflict(single("ann"), "Ann"), conflict(single("bob"), "Bob"));
    let both = told(Origin::Run, 100, vec![ann.clone(), bob.clone()], MatterScope::All);
    let opened = store.apply("customers", &both).unwrap();
    assert_eq!(opened.len(), 2);

    // Found again: the same numbers and times, new words, nothing newly opened.
    let mut renamed = ann.clone();
    renamed.label = "Ann B.".to_owned();
    renamed.fingerprint = "newer".to_owned();
    let second = told(Origin::Run, 200, vec![bob.clone(), renamed], MatterScope::All);
    assert_eq!(store.apply("customers", &second).unwrap(), []);
    let open = store.open_matters(Some("customers")).unwrap();
    assert_eq!(open.iter().map(|matter| matter.id).collect::<Vec<_>>(), opened);
    assert_eq!((open[0].label.as_str(), open[0].opened), ("Ann B.", Timestamp(100)));
    assert_eq!((&open[0].fields, &open[0].kind), (&ann.fields, &ann.kind));
    let (found, print, is_open) = store.matter(opened[0]).unwrap().unwrap();
    assert_eq!((found, print.as_str(), is_open), (open[0].clone(), "newer", true));

    // A compare closes nothing of a run, and an update about one subject closes no other.
    let mut only = conflict(single("cid"), "Cid");
    only.kind = MatterKind::Mismatch(MismatchKind::OnlyIn(Side::A));
    store.apply("customers", &told(Origin::Compare, 250, vec![only], MatterScope::All)).unwrap();
    assert_eq!(store.count_open("customers").unwrap(), (2, 1));
    let about_ann = told(Origin::Run, 300, Vec::new(), MatterScope::Only(vec![single("ann")]));
    store.apply("customers", &about_ann).unwrap();
    assert_eq!(store.count_open("customers").unwrap(), (1, 1));
    assert!(!store.matter(opened[0]).unwrap().unwrap().2);

    // Come back after it was closed, it is a new matter.
    let back = store.apply("customers", &told(Origin::Run, 400, vec![ann, bob], MatterScope::All)).unwrap();
    assert_eq!(back.len(), 1);
    assert!(back[0] > opened[1]);
    store.close_matters(&back, Closed::Left, None, Timestamp(500)).unwrap();
    assert_eq!(store.count_open("customers").unwrap(), (1, 1));
    assert_eq!(store.open_matters(None).unwrap().len(), 2);
    assert_eq!(store.matter(MatterId(999)).unwrap(), None);
}

#[test]
fn decisions_stand_once_for_each_subject() {
    let mut store = store();
    let subject = Subject::Key("email".to_owned(), "x@y".to_owned());
    let answer = |resolution: Resolution| Decision {
        subject: subject.clone(),
        resolution,
        fingerprint: "f".to_owned(),
        made: Timestamp(3),
    };
    let two = |a: &str, b: &str| PerSide::new(id(a), id(b));
    let (first, second) = (answer(Resolution::NotSame(two("1", "2"))), answer(Resolution::NotSame(two("1", "3"))));
    for decision in [&answer(Resolution::Ignore), &first, &second, &answer(Resolution::Use(Side::B))] {
        store.save_decision("customers", decision).unwrap();
    }
    let kept = store.decisions("customers").unwrap();
    assert_eq!(kept, [answer(Resolution::Use(Side::B)), first.clone(), second.clone()]);
    let done = Changes { decisions_done: vec![subject.clone()], ..Changes::default() };
    store.apply("customers", &done).unwrap();
    assert_eq!(store.decisions("customers").unwrap(), [first, second]);
    store.forget_decision("customers", &subject).unwrap();
    assert_eq!(store.decisions("customers").unwrap(), []);
}

#[test]
fn only_the_newest_compare_is_kept_whole() {
    let mut store = store();
    let mismatch = Mismatch {
        kind: MismatchKind::DuplicateKey(PerSide::new(vec![id("1"), id("2")], Vec::new())),
        subject: single("1"),
        label: "Ann".to_owned(),
        reason: "twice".to_owned(),
        fields: conflict(single("1"), "").fields,
        modified: PerSide::default(),
        fingerprint: "f".to_owned(),
    };
    let counts = CompareCounts { a_total: 4, different: 2, duplicate_keys: 1, ..CompareCounts::default() };
    let report = |at: i64| CompareReport {
        pair: "customers".to_owned(),
        started: Timestamp(at),
        millis: 7,
        counts,
        mismatches: vec![mismatch.clone(), mismatch.clone()],
    };
    assert_eq!(store.last_compare("customers").unwrap(), None);
    store.save_compare(&report(1)).unwrap();
    store.save_compare(&report(2)).unwrap();
    assert_eq!(store.last_compare("customers").unwrap(), Some(report(2)));
    assert_eq!(store.compares("customers", 9).unwrap(), [(Timestamp(2), 7, counts), (Timestamp(1), 7, counts)]);
    assert_eq!(store.pairs().unwrap()[0].last_compare, Some((Timestamp(2), 3)));
    let rows: i64 = store.conn.query_row("SELECT count(*) FROM compare_mismatches", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 2);
}

#[test]
fn an_alert_is_raised_once_until_it_is_healed() {
    let mut store = store();
    let kind = AlertKind::SignIn;
    let alert = store.raise_alert("customers", kind, "book", "Refused", Timestamp(1)).unwrap().unwrap();
    assert_eq!(store.alerts(5).unwrap(), std::slice::from_ref(&alert));
    assert_eq!(store.raise_alert("customers", kind, "book", "Refused", Timestamp(2)).unwrap(), None);
    assert!(store.raise_alert("others", kind, "book", "Refused", Timestamp(2)).unwrap().is_some());
    assert_eq!(store.unseen_alerts().unwrap(), 2);
    store.alerts_seen().unwrap();
    assert_eq!(store.unseen_alerts().unwrap(), 0);
    assert_eq!(store.heal_alerts("customers", kind, &["book".to_owned()], Timestamp(3)).unwrap(), 0);
    assert_eq!(store.heal_alerts("customers", kind, &[], Timestamp(3)).unwrap(), 1);
    let healed = store.alerts(5).unwrap().pop().unwrap();
    assert_eq!((healed.id, healed.seen, healed.healed), (alert.id, true, Some(Timestamp(3))));
    assert!(store.raise_alert("customers", kind, "book", "Refused", Timestamp(4)).unwrap().is_some());
}

#[test]
fn a_removed_pair_leaves_nothing_behind() {
    let mut store = store();
    let run = store.start_run("customers", Trigger::Schedule, Timestamp(1)).unwrap();
    let changes = Changes {
        links: vec![link("a", "b")],
        writes: vec![write("w", run, WriteState::Done)],
        matters: told(Origin::Run, 1, vec![conflict(single("a"), "")], MatterScope::All).matters,
        ..Changes::default()
    };
    store.apply("customers", &changes).unwrap();
    store.save_raw("w", "raw").unwrap();
    store.remove_pair("customers").unwrap();
    for table in ["links", "runs", "writes", "raws", "matters"] {
        let left: i64 = store.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(store.pairs().unwrap().len(), 1);
}

#[test]
fn what_is_stored_is_there_at_the_next_opening_and_large_batches_are_quick() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    store.save_pair(&spec("customers")).unwrap();
    let names = ["email", "phone", "first name", "last name", "company", "note"];
    let side = |n: usize| {
        let values: Values =
            names.iter().map(|name| ((*name).to_owned(), Value::text(format!("{name} of {n}")))).collect();
        let seen = Seen { values: values.clone(), version: Some(Version(format!("v{n}"))), ..Seen::default() };
        SideBaseline { values, seen, gone: false }
    };
    let made = |n: usize| Link {
        id: None,
        ids: PerSide::new(id(&n.to_string()), id(&format!("/ann/customers/{n:08}.vcf"))),
        sides: PerSide::new(side(n), side(n)),
        flips: BTreeMap::new(),
    };
    let changes = Changes { links: (0..100_000).map(made).collect(), ..Changes::default() };
    let start = Instant::now();
    store.apply("customers", &changes).unwrap();
    let inserted = start.elapsed();
    drop(store);
    let start = Instant::now();
    let mut store = Store::open(dir.path()).unwrap();
    let opened = start.elapsed();
    let start = Instant::now();
    let links = store.links("customers").unwrap();
    let loaded = start.elapsed();
    assert!(links.iter().zip(&changes.links).all(|(got, put)| got.sides == put.sides && got.ids == put.ids));
    let start = Instant::now();
    store.apply("customers", &Changes { links, ..Changes::default() }).unwrap();
    let updated = start.elapsed();
    let megabytes = dir.path().join(DATABASE).metadata().unwrap().len() / 1_000_000;
    eprintln!(
        "100,000 links: insert {inserted:?}, open {opened:?}, load {loaded:?}, update {updated:?}, {megabytes} MB"
    );
    assert_eq!(store.count_links("customers").unwrap(), 100_000);
}

#[test]
fn links_are_found_by_what_waits_by_their_records_and_by_their_keys() {
    let mut store = store();
    let link = |number: i64| {
        let ids = PerSide::new(RecordId::new(format!("a{number}")), RecordId::new(format!("b{number}")));
        Link { id: None, ids, sides: PerSide::default(), flips: BTreeMap::new() }
    };
    let index = |keys: &[i64], pending| LinkIndex { keys: keys.to_vec(), pending };
    let with_index = |print: &str, links: Vec<Link>, index: Vec<LinkIndex>| Changes {
        links,
        index: Some(LinkIndexes { print: print.to_owned(), links: index }),
        ..Changes::default()
    };
    let first = with_index(
        "p",
        vec![link(1), link(2), link(3), link(4)],
        vec![index(&[7], false), index(&[8], true), index(&[7, 9], false), index(&[10], false)],
    );
    store.apply("customers", &first).unwrap();
    assert!(store.is_indexed("customers", "p").unwrap());
    assert_eq!(store.count_links("customers").unwrap(), 4);
    let names = |links: Vec<Link>| links.into_iter().map(|link| link.ids.a.0).collect::<Vec<_>>();
    let ids = |a: &[&str], b: &[&str]| {
        let set = |ids: &[&str]| ids.iter().map(|id| RecordId::new(*id)).collect::<BTreeSet<_>>();
        PerSide::new(set(a), set(b))
    };
    assert_eq!(names(store.links_near("customers", &ids(&["a1"], &["b4"])).unwrap()), ["a1", "a2", "a4"]);
    assert_eq!(names(store.links_reached("customers", &ids(&[], &[]), &[7].into()).unwrap()), ["a1", "a3"]);

    // A link that is stored again is found by its new keys only, and no longer waits.
    let second = store.links("customers").unwrap()[1].clone();
    store.apply("customers", &with_index("p", vec![second], vec![index(&[7], false)])).unwrap();
    assert!(store.links_near("customers", &ids(&[], &[])).unwrap().is_empty());
    assert!(store.links_reached("customers", &ids(&[], &[]), &[8].into()).unwrap().is_empty());
    assert_eq!(store.links_reached("customers", &ids(&[], &[]), &[7].into()).unwrap().len(), 3);

    // One that is taken away is found no more.
    let away = Changes { unlinks: vec![link(3).ids], ..Changes::default() };
    store.apply("customers", &away).unwrap();
    assert_eq!(names(store.links_reached("customers", &ids(&[], &[]), &[7, 9].into()).unwrap()), ["a1", "a2"]);
    assert_eq!(store.count_links("customers").unwrap(), 3);

    // Links of other keys, or of none, make the whole not to be relied on, until it is made anew.
    for other in [with_index("q", vec![link(5)], vec![index(&[1], false)]), Changes { index: None, ..first }] {
        store.apply("customers", &other).unwrap();
        assert!(!store.is_indexed("customers", "p").unwrap() && !store.is_indexed("customers", "q").unwrap());
        let all = store.links("customers").unwrap();
        let anew: Vec<_> = all.iter().map(|link| (link.id.unwrap(), index(&[11], false))).collect();
        store.reindex("customers", "p", &anew).unwrap();
        assert!(store.is_indexed("customers", "p").unwrap());
        assert_eq!(store.links_reached("customers", &ids(&[], &[]), &[11].into()).unwrap().len(), all.len());
    }
}

/// A workspace that format 1 has written is opened, whole, by this version.

#[test]
fn records_are_counted_as_they_are_known() {
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect::<BTreeSet<_>>();
    let found_by = |key: i64| LinkIndex { keys: vec![key], pending: true };
    for index in [None, Some(LinkIndexes { print: "keys".to_owned(), links: vec![found_by(1), found_by(2)] })] {
        let mut store = store();
        // Of each link, B's record is gone.
        let links = vec![link("a1", "b1"), link("a2", "b2")];
        let remember_unlinked = PerSide::new(vec![Observed { id: id("a3"), seen: seen("x") }], Vec::new());
        let is_found = index.is_some();
        store.apply("customers", &Changes { links, index, remember_unlinked, ..Changes::default() }).unwrap();
        assert_eq!(store.is_indexed("customers", "keys").unwrap(), is_found);
        let count = |side, names: &[&str]| store.count_records("customers", side, &ids(names)).unwrap();
        assert_eq!(count(Side::A, &["a1", "a3", "a9", "b1"]), (3, 2));
        assert_eq!(count(Side::B, &["b1", "b2"]), (0, 0), "they are gone, and new when they are listed");
    }
}
