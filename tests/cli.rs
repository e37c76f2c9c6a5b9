//! The terminal face against a service that answers from a script: JSON shapes, exit codes and
//! sentences are a contract with other people's scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::unnecessary_wraps,
    missing_docs,
    reason = "tests fail by panicking, and a script answers a few commands only"
)]

use std::path::PathBuf;
use std::process::{Command as Process, Output as Ended};
use std::sync::{Arc, Mutex};

use clap::Parser as _;
use duosync::cli::{Args, Code, carry_out};
use duosync::model::{
    CompareCounts, CompareReport, ConflictKind, DeleteGuard, DeletePolicy, Endpoint, FailedRecord, FieldChoice,
    FieldMapping, Kind, Matter, MatterField, MatterId, MatterKind, Mismatch, MismatchKind, Outcome, PairSpec, PerSide,
    Plan, Policy, RecordId, Resolution, RunId, RunPage, RunSummary, Schedule, Side, SideCounts, Subject, Timestamp,
    Trigger, Value,
};
use duosync::service::{
    AccountCheck, Answer, CheckStep, Command, Handle, PairState, PairStatus, Problem, Reply, RunReport, Snapshot,
    SyncMode,
};
use serde_json::json;

/// A service that answers every command by a function, and what it was asked.
fn scripted(answer: impl Fn(&Command) -> Answer + Send + 'static) -> (Handle, Arc<Mutex<Vec<Command>>>) {
    let (handle, mut mailbox) = Handle::new(Arc::new(|| {}));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        while let Some((id, command)) = mailbox.commands.blocking_recv() {
            let reply = answer(&command);
            heard.lock().unwrap().push(command);
            runtime.block_on(mailbox.voice.reply(id, reply));
        }
    });
    (handle, asked)
}

fn pair(name: &str) -> PairState {
    let end = |account: &str| Endpoint { account: account.into(), collection: None };
    PairState {
        spec: PairSpec {
            name: name.into(),
            ends: PerSide::new(end("Shop list"), end("Address book")),
            match_keys: vec!["email".into()],
            fields: vec![FieldMapping::simple("email", "E-mail", "email", Kind::Email)],
            filters: vec![],
            deletes: DeletePolicy::Ignore,
            guard: DeleteGuard::default(),
            conflicts: Policy::Ask,
            writes: PerSide::default(),
            schedule: Schedule::default(),
        },
        status: PairStatus::New,
        runs: vec![],
        next_sync: None,
        next_compare: None,
        conflicts: 0,
        mismatches: 0,
        last_compare: None,
        links: 0,
        paused: false,
        preview: None,
    }
}

fn snapshot(names: &[&str]) -> Answer {
    Ok(Reply::Snapshot(Arc::new(Snapshot {
        pairs: names.iter().map(|name| pair(name)).collect(),
        workspace: PathBuf::from("/tmp/a workspace"),
        ..Snapshot::default()
    })))
}

fn summary(pair: &str, outcome: Outcome) -> RunSummary {
    RunSummary {
        run: RunId(7),
        pair: pair.into(),
        trigger: Trigger::Manual,
        outcome,
        started: Timestamp(1_700_000_000_000),
        millis: 1250,
        sides: PerSide::new(
            SideCounts { listed: 10, created: 0, updated: 12, deleted: 0, requests: 2 },
            SideCounts { listed: 9, created: 3, updated: 0, deleted: 1, requests: 4 },
        ),
        conflicts: 0,
        set_aside: 0,
        failed: vec![],
        message: None,
        undone_by: None,
    }
}

fn ran(summary: RunSummary, plan: Option<Plan>) -> Answer {
    Ok(Reply::Ran(Box::new(RunReport { summary, plan: plan.map(Arc::new) })))
}

fn matter(id: i64) -> Matter {
    let field = |name: &str, a: &str, b: &str, asked: bool| MatterField {
        name: name.into(),
        now: PerSide::new(Some(a.into()), Some(b.into())),
        baseline: PerSide::new(Some("old".into()), None),
        differs: a != b,
        asked,
    };
    Matter {
        id: MatterId(id),
        pair: "customers".into(),
        kind: MatterKind::Conflict(ConflictKind::BothChanged),
        subject: Subject::Pair(PerSide::new(RecordId::new("1001"), RecordId::new("c1"))),
        label: "Ann\u{1b}[31m Peeters".into(),
        reason: "Both changed the phone.".into(),
        fields: vec![field("phone", "1", "2", true), field("email", "x@x.test", "x@x.test", false)],
        modified: PerSide::default(),
        opened: Timestamp(0),
    }
}

/// A command's answer.
#[derive(Debug)]
struct Output {
    json: serde_json::Value,
    text: String,
    code: Code,
}

fn go(line: &[&str], handle: &mut Handle) -> Result<Output, Problem> {
    let args = Args::try_parse_from(["duosync"].iter().chain(line)).unwrap();
    let output = carry_out(&args, handle)?;
    let json = serde_json::to_value(&output.json).unwrap();
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&output.json.to_string()).unwrap());
    Ok(Output { json, text: output.text, code: output.code })
}

/// A sync of one pair that ends like this.
fn synced(outcome: Outcome, line: &[&str]) -> (Output, Vec<Command>) {
    let (mut handle, asked) = scripted(move |command| match command {
        Command::Sync { pair, .. } => {
            let mut run = summary(pair, outcome);
            run.conflicts = u64::from(outcome == Outcome::Waiting);
            ran(run, (outcome == Outcome::Preview).then(Plan::default))
        }
        _ => snapshot(&["customers"]),
    });
    let output = go(line, &mut handle).unwrap();
    let asked = asked.lock().unwrap().clone();
    (output, asked)
}

#[test]
fn the_json_of_a_sync_holds_what_the_contract_says() {
    let (output, _) = synced(Outcome::Done, &["sync", "customers"]);
    assert_eq!(output.code, Code::Done);
    let run = output.json;
    assert_eq!((&run["run"], &run["pair"], &run["outcome"]), (&json!(7), &json!("customers"), &json!("done")));
    assert_eq!(run["a"], json!({"listed": 10, "created": 0, "updated": 12, "deleted": 0, "requests": 2}));
    assert_eq!(run["b"], json!({"listed": 9, "created": 3, "updated": 0, "deleted": 1, "requests": 4}));
    assert_eq!((&run["conflicts"], &run["failed"], &run["seconds"]), (&json!(0), &json!([]), &json!(1.25)));
    assert_eq!(
        output.text,
        "customers: 12 updated in Shop list, 3 added to Address book, 1 deleted from Address book (1.2 s)."
    );
}

#[test]
fn the_exit_code_of_a_sync_follows_its_outcome() {
    let cases = [
        (Outcome::Done, 0),
        (Outcome::Waiting, 3),
        (Outcome::Preview, 3),
        (Outcome::Failed, 1),
        (Outcome::Partial, 1),
        (Outcome::Cancelled, 1),
    ];
    for (outcome, code) in cases {
        assert_eq!(synced(outcome, &["sync"]).0.code.number(), code, "{outcome:?}");
    }
}

#[test]
fn the_flags_of_a_sync_choose_what_becomes_of_the_plan() {
    for (line, wanted) in [
        (&["sync", "customers"][..], SyncMode::Normal),
        (&["sync", "--preview"], SyncMode::Preview),
        (&["sync", "CUSTOMERS", "--yes"], SyncMode::Yes),
    ] {
        let (_, asked) = synced(Outcome::Done, line);
        let Some(Command::Sync { pair, mode }) = asked.last() else { panic!("a sync was asked: {asked:?}") };
        assert_eq!((pair.as_str(), *mode), ("customers", wanted));
    }
}

#[test]
fn what_waits_names_the_next_command() {
    let (output, _) = synced(Outcome::Waiting, &["--workspace", "/tmp/a b", "sync"]);
    assert!(output.text.contains("1 thing waits for you."), "{}", output.text);
    assert!(output.text.contains("Next: duosync --workspace '/tmp/a b' conflicts customers"), "{}", output.text);
    let (output, _) = synced(Outcome::Preview, &["sync"]);
    assert!(output.text.contains("Next: duosync sync customers --yes"), "{}", output.text);
    assert_eq!(output.json["plan"]["operations"], json!([]));
}

#[test]
fn several_pairs_are_synced_and_one_that_fails_holds_nobody_up() {
    let (mut handle, _) = scripted(|command| match command {
        Command::Sync { pair, .. } if pair == "one" => Err(Problem::failed("The server is away.")),
        Command::Sync { pair, .. } => ran(summary(pair, Outcome::Waiting), None),
        _ => snapshot(&["one", "two"]),
    });
    let output = go(&["sync"], &mut handle).unwrap();
    assert_eq!(output.code, Code::Failed);
    assert_eq!(output.json["runs"][0], json!({"pair": "one", "outcome": "failed", "error": "The server is away."}));
    assert_eq!(output.json["runs"][1]["outcome"], "waiting");
}

#[test]
fn failed_records_are_named() {
    let (mut handle, _) = scripted(|command| match command {
        Command::Sync { pair, .. } => {
            let mut run = summary(pair, Outcome::Partial);
            let (side, id, label) = (Side::B, "c1".to_owned(), "Ann".to_owned());
            run.failed = vec![FailedRecord { side, id, label, field: Some("phone".into()), error: "Too long.".into() }];
            ran(run, None)
        }
        _ => snapshot(&["customers"]),
    });
    let output = go(&["sync"], &mut handle).unwrap();
    assert_eq!(
        output.json["failed"],
        json!([{"side": "b", "id": "c1", "label": "Ann", "field": "phone", "error": "Too long."}])
    );
    assert!(output.text.contains("Address book") && output.text.contains("Too long."), "{}", output.text);
}

#[test]
fn an_unknown_pair_is_wrong_use_and_the_near_name_is_told() {
    let (mut handle, _) = scripted(|_| snapshot(&["customers", "suppliers"]));
    let problem = go(&["sync", "custmers"], &mut handle).unwrap_err();
    assert!(problem.wrong_use && problem.message.contains("did you mean \"customers\"?"), "{problem}");
    let (mut handle, _) = scripted(|_| snapshot(&[]));
    let problem = go(&["compare"], &mut handle).unwrap_err();
    assert!(problem.wrong_use && problem.message.contains("duosync demo"), "{problem}");
}

#[test]
fn a_compare_tells_its_numbers_and_its_mismatches() {
    let answer = |mismatches: u64| {
        move |command: &Command| match command {
            Command::Compare { pair, .. } => Ok(Reply::Compared(Arc::new(CompareReport {
                pair: pair.clone(),
                started: Timestamp(0),
                millis: 500,
                counts: CompareCounts {
                    a_total: 5,
                    b_total: 4,
                    matched: 4,
                    only_in_a: mismatches,
                    ..Default::default()
                },
                mismatches: (0..mismatches)
                    .map(|_| Mismatch {
                        kind: MismatchKind::OnlyIn(Side::A),
                        subject: Subject::Single(Side::A, RecordId::new("9")),
                        label: "Ann".into(),
                        reason: "Only Shop list has Ann.".into(),
                        fields: vec![],
                        modified: PerSide::default(),
                        fingerprint: String::new(),
                    })
                    .collect(),
            }))),
            _ => snapshot(&["customers"]),
        }
    };
    let (mut handle, _) = scripted(answer(1));
    let output = go(&["compare"], &mut handle).unwrap();
    assert_eq!(output.code.number(), 3);
    for (key, number) in [("a_total", 5), ("b_total", 4), ("matched", 4), ("only_in_a", 1), ("only_in_b", 0)] {
        assert_eq!(output.json[key], number, "{key}");
    }
    for key in ["different", "duplicate_keys", "seconds", "pair"] {
        assert!(output.json.get(key).is_some(), "{key}");
    }
    let found = &output.json["mismatches"][0];
    assert_eq!((&found["kind"], &found["a_ids"], &found["b_ids"]), (&json!("only_in_a"), &json!(["9"]), &json!([])));
    let (mut handle, _) = scripted(answer(0));
    assert_eq!(go(&["compare"], &mut handle).unwrap().code.number(), 0);
    let (mut handle, asked) = scripted(answer(0));
    let problem = go(&["compare", "--export", "x.pdf"], &mut handle).unwrap_err();
    assert!(problem.wrong_use && problem.message.contains(".xlsx"));
    assert!(!asked.lock().unwrap().iter().any(|command| matches!(command, Command::Compare { .. })));
}

/// What was answered to which matters.
type Resolved = Vec<(Vec<MatterId>, Resolution)>;

/// A service with two open matters that takes answers.
fn with_matters(line: &[&str]) -> (Result<Output, Problem>, Resolved) {
    let (mut handle, asked) = scripted(|command| match command {
        Command::Matters(_) => Ok(Reply::Matters(Arc::new(vec![matter(4), matter(5)]))),
        Command::Resolve { .. } => {
            Ok(Reply::Resolved(vec![RunReport { summary: summary("customers", Outcome::Done), plan: None }]))
        }
        _ => snapshot(&["customers"]),
    });
    let result = go(line, &mut handle);
    let asked = asked.lock().unwrap();
    let resolved = asked.iter().filter_map(|command| match command {
        Command::Resolve { ids, resolution } => Some((ids.clone(), resolution.clone())),
        _ => None,
    });
    (result, resolved.collect())
}

#[test]
fn conflicts_hold_both_sides_and_cannot_steer_the_terminal() {
    let output = with_matters(&["conflicts"]).0.unwrap();
    assert_eq!(output.code, Code::Waiting);
    let first = &output.json["conflicts"][0];
    assert_eq!(
        (&first["id"], &first["pair"], &first["kind"]),
        (&json!(4), &json!("customers"), &json!("both_changed"))
    );
    assert_eq!(first["a"], json!({"phone": "1", "email": "x@x.test"}));
    assert_eq!(first["b"]["phone"], "2");
    assert_eq!(first["baseline"]["phone"], "old");
    assert_eq!(first["fields"], json!(["phone"]));
    assert_eq!(first["reason"], "Both changed the phone.");
    assert!(!output.text.contains('\u{1b}'), "{}", output.text);
    assert!(output.text.contains("duosync resolve 4 --use a  (or b, or ignore)"), "{}", output.text);
}

#[test]
fn answers_are_what_the_words_say() {
    let fields = |choice: FieldChoice| Resolution::Fields([("phone".to_owned(), choice)].into());
    let ids = PerSide::new(RecordId::new("1001"), RecordId::new("c1"));
    let cases: [(&[&str], Resolution); 9] = [
        (&["--use", "a"], Resolution::Use(Side::A)),
        (&["--use", "b"], Resolution::Use(Side::B)),
        (&["--use", "ignore"], Resolution::Ignore),
        (&["--use", "create"], Resolution::Create),
        (&["--use", "delete-b"], Resolution::Delete(Side::B)),
        (&["--use", "link"], Resolution::Link(ids.clone())),
        (&["--use", "not-same", "--a", "1001", "--b", "c1"], Resolution::NotSame(ids)),
        (&["--use", "b", "--field", "phone"], fields(FieldChoice::Use(Side::B))),
        (&["--value", "-3"], fields(FieldChoice::Value(Value::text("-3")))),
    ];
    for (words, wanted) in cases {
        let line: Vec<&str> = ["resolve", "5"].iter().chain(words).copied().collect();
        let (result, asked) = with_matters(&line);
        assert_eq!(result.unwrap().code, Code::Done, "{words:?}");
        assert_eq!(asked, [(vec![MatterId(5)], wanted)], "{words:?}");
    }
    let (_, asked) = with_matters(&["resolve", "5", "4", "5", "--use", "a"]);
    assert_eq!(asked[0].0, [MatterId(5), MatterId(4)]);
}

#[test]
fn wrong_answers_are_refused_before_anything_is_done() {
    let cases: [&[&str]; 5] = [
        &["resolve", "99", "--use", "a"],
        &["resolve", "4", "--use", "a", "--field", "fone"],
        &["resolve", "4", "--use", "ignore", "--field", "phone"],
        &["resolve", "4", "--use", "link", "--a", "nobody", "--b", "c1"],
        &["resolve", "4", "5", "--use", "link"],
    ];
    for line in cases {
        let (result, asked) = with_matters(line);
        assert!(result.unwrap_err().wrong_use, "{line:?}");
        assert!(asked.is_empty(), "{line:?}");
    }
}

#[test]
fn history_lists_runs_with_their_start() {
    let (mut handle, _) = scripted(|command| match command {
        Command::History(query) => {
            assert_eq!(query.limit, 5);
            Ok(Reply::History(Arc::new(RunPage {
                query: query.clone(),
                runs: vec![summary("customers", Outcome::Done)],
                total: 40,
            })))
        }
        _ => snapshot(&["customers"]),
    });
    let output = go(&["history", "--limit", "5"], &mut handle).unwrap();
    let run = &output.json["runs"][0];
    assert_eq!(run["started"], "2023-11-14T22:13:20Z");
    assert_eq!((&run["run"], &run["outcome"], &run["a"]["updated"]), (&json!(7), &json!("done"), &json!(12)));
    assert!(output.text.contains("undo 7"), "{}", output.text);
    assert!(output.text.contains("1 of 40 runs"), "{}", output.text);
}

/// A service that answers the commands that need no run, with one open matter.
fn workshop() -> (Handle, Arc<Mutex<Vec<Command>>>) {
    scripted(|command| match command {
        Command::Import(_) => {
            Ok(Reply::Imported { accounts: vec!["Shop list".into()], pairs: vec!["customers".into()] })
        }
        Command::Export(_) => Ok(Reply::Exported("[[account]]\n".into())),
        Command::LoadSample => Ok(Reply::Done),
        Command::Check(_) => Ok(Reply::Checked(vec![AccountCheck {
            account: "Shop list".into(),
            pair: Some(("customers".into(), Side::A)),
            steps: vec![CheckStep { what: "reach".into(), found: String::new(), error: Some("No such file.".into()) }],
            ..AccountCheck::default()
        }])),
        Command::Undo(_) | Command::Sync { .. } => ran(summary("customers", Outcome::Done), None),
        Command::Compare { pair, .. } => Ok(Reply::Compared(Arc::new(CompareReport {
            pair: pair.clone(),
            started: Timestamp(0),
            millis: 1,
            counts: CompareCounts::default(),
            mismatches: vec![],
        }))),
        Command::Matters(_) => Ok(Reply::Matters(Arc::new(vec![matter(4)]))),
        _ => snapshot(&["customers"]),
    })
}

#[test]
fn import_and_export_name_whole_paths() {
    let (mut handle, asked) = workshop();
    let output = go(&["import", "x.toml"], &mut handle).unwrap();
    assert_eq!(output.json, json!({"accounts": ["Shop list"], "pairs": ["customers"]}));
    assert!(output.text.contains("Next: duosync check customers"), "{}", output.text);
    assert!(matches!(&asked.lock().unwrap()[0], Command::Import(path) if path.is_absolute()));
    let output = go(&["export"], &mut handle).unwrap();
    assert_eq!(output.json, json!({"settings": "[[account]]\n", "file": null}));
    assert_eq!(output.text, "[[account]]\n");
}

#[test]
fn a_check_that_finds_something_wrong_fails_and_says_what() {
    let output = go(&["check"], &mut workshop().0).unwrap();
    assert_eq!(output.code.number(), 1);
    assert_eq!(output.json["ok"], false);
    assert_eq!(output.json["accounts"][0]["steps"][0]["error"], "No such file.");
    assert!(output.text.contains("failed: reach: No such file."), "{}", output.text);
}

#[test]
fn undo_is_a_run_of_its_own() {
    let (mut handle, asked) = workshop();
    let output = go(&["undo", "3"], &mut handle).unwrap();
    assert_eq!((output.code, &output.json["outcome"]), (Code::Done, &json!("done")));
    assert!(matches!(asked.lock().unwrap()[0], Command::Undo(RunId(3))));
}

#[test]
fn the_demo_syncs_compares_and_ends_with_3_while_something_waits() {
    let output = go(&["demo"], &mut workshop().0).unwrap();
    assert_eq!(output.code.number(), 3);
    assert_eq!((&output.json["sync"]["run"], &output.json["compare"]["pair"]), (&json!(7), &json!("customers")));
    assert_eq!(output.json["conflicts"][0]["id"], 4);
    assert!(output.text.contains("--workspace '/tmp/a workspace' resolve 4"), "{}", output.text);
}

/// The binary, without a display and without a home to write to.
fn duosync(line: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    Process::new(env!("CARGO_BIN_EXE_duosync"))
        .args(line)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .output()
        .unwrap()
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let wrong: [&[&str]; 6] = [
        &["frobnicate"],
        &["sync", "--preview", "--yes"],
        &["resolve", "1"],
        &["resolve", "--use", "a"],
        &["resolve", "1", "--use", "a", "--value", "x"],
        &["undo", "seven"],
    ];
    for line in wrong {
        let ended = duosync(line);
        assert_eq!(ended.status.code(), Some(2), "{line:?}");
        assert!(ended.stdout.is_empty() && !ended.stderr.is_empty(), "{line:?}");
    }
    let ended = duosync(&["--help"]);
    assert_eq!(ended.status.code(), Some(0));
    let help = String::from_utf8(ended.stdout).unwrap();
    for word in
        ["demo", "import", "export", "check", "sync", "compare", "conflicts", "resolve", "history", "undo", "watch"]
    {
        assert!(help.contains(word), "{word}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_one_line_names_the_demo() {
    let ended = duosync(&[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty());
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(told.contains("duosync demo") && told.trim_end().lines().count() == 1, "{told}");
}
