//! Copies and the way back, the file for whoever helps, one person, and preferences.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use duosync::model::{Erased, FoundPerson, Outcome, Prefs, ThemeChoice};
use duosync::service::{Command, CopyReason, Reply, SyncMode, Upkeep};

use crate::desk::{Desk, person};

fn care(desk: &mut Desk, wanted: Upkeep) -> Reply {
    desk.call(Command::Upkeep(wanted)).unwrap()
}

fn written(desk: &mut Desk, wanted: Upkeep) -> PathBuf {
    let reply = care(desk, wanted);
    let Reply::Written(file) = reply else { panic!("nothing was written: {reply:?}") };
    file
}

fn people(desk: &mut Desk, words: &str) -> Vec<FoundPerson> {
    let reply = care(desk, Upkeep::FindPeople(words.to_owned()));
    let Reply::People(people) = reply else { panic!("nobody: {reply:?}") };
    people.as_ref().clone()
}

/// Whether any file under a folder holds a text, in whatever case of letters it was planted.
fn holds(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holds(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_old_state_that_is_put_back_undoes_no_work_and_shows_its_plan_first() {
    let mut desk = Desk::in_step();
    let copy = written(&mut desk, Upkeep::BackUp(None));
    // A day's work after the copy: a change, a new record, and a deletion, all carried across.
    desk.left.set_field("1", "phone", "2222");
    person(&desk.left, "3", "cy");
    desk.left.remove("2");
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    let (left, right) = (desk.left.records(), desk.right.records());
    let writes = desk.writes();

    let kept = written(&mut desk, Upkeep::Restore(copy.clone()));
    assert!(kept.exists() && kept != copy);
    assert!(desk.snapshot().restored.is_some(), "it is told until each pair was looked at");
    let report = desk.sync(SyncMode::Normal);
    assert!(report.plan.is_none() || report.summary.outcome == Outcome::Preview, "{report:?}");
    let report = if report.plan.is_some() { desk.sync(SyncMode::Accept) } else { report };
    assert!(matches!(report.summary.outcome, Outcome::Done | Outcome::Waiting), "{report:?}");
    assert_eq!((desk.left.records(), desk.right.records()), (left, right), "the day's work is as it was");
    assert_eq!(desk.writes(), writes, "and nothing was written again");

    // The way back from going back.
    written(&mut desk, Upkeep::Restore(kept));
    assert_eq!(desk.history().len(), 2, "the run of the day's work is known again");
}

#[test]
fn the_next_sync_after_a_restore_is_previewed_where_it_would_write() {
    let mut desk = Desk::in_step();
    let copy = written(&mut desk, Upkeep::BackUp(None));
    written(&mut desk, Upkeep::Restore(copy));
    desk.left.set_field("1", "phone", "3333");
    let report = desk.sync(SyncMode::Normal);
    assert!(report.plan.is_some(), "{report:?}");
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "phone").as_deref(), Some("1"), "nothing before a yes");
    assert_eq!(desk.sync(SyncMode::Accept).summary.outcome, Outcome::Done);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "phone").as_deref(), Some("3333"));
    assert!(desk.snapshot().restored.is_none());
}

/// What an old workspace remembers was agreed on before the day's work, and says nothing of who has changed since.
#[test]
fn an_old_workspace_that_is_put_back_by_hand_asks_where_two_differ() {
    let mut desk = Desk::in_step();
    let files = |folder: &Path| -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let entries = fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file());
        entries.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap())).collect()
    };
    let mut yesterday = Vec::new();
    desk.reopen(|folder| yesterday = files(folder));
    desk.left.set_field("1", "phone", "2222");
    desk.left.set_field("2", "phone", "3333");
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    desk.reopen(|folder| {
        fs::remove_dir_all(folder).unwrap();
        fs::create_dir(folder).unwrap();
        for (name, bytes) in yesterday {
            fs::write(folder.join(name), bytes).unwrap();
        }
    });
    // Ann's old number is entered again: by what was remembered, the new one would be the change.
    desk.left.set_field("1", "phone", "1");
    let writes = desk.writes();
    assert!(desk.snapshot().restored.is_some(), "it is noticed");
    let report = desk.sync(SyncMode::Normal);
    let report = if report.plan.is_some() { desk.sync(SyncMode::Accept) } else { report };
    assert_eq!(report.summary.outcome, Outcome::Waiting, "{report:?}");
    assert_eq!(desk.writes(), writes, "nothing is written before somebody has answered");
    let matters = desk.matters();
    assert_eq!(matters.len(), 1, "only where they differ: {matters:?}");
    let phone = matters[0].fields.iter().find(|field| field.name == "phone").unwrap();
    let values = phone.now.as_ref().map(|value| value.as_ref().map(duosync::model::Value::display));
    assert_eq!(values, duosync::model::PerSide::new(Some("1".to_owned()), Some("2222".to_owned())));
    // From the answer on everything goes as before.
    desk.resolve(matters[0].id, duosync::model::Resolution::Use(duosync::model::Side::A));
    desk.left.set_field("2", "phone", "4444");
    assert_eq!(desk.sync(SyncMode::Normal).summary.outcome, Outcome::Preview, "the first that writes is shown first");
    assert_eq!(desk.sync(SyncMode::Accept).summary.outcome, Outcome::Done);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "phone").as_deref(), Some("1"));
    assert_eq!(Desk::held(&desk.right, "bob@example.org", "phone").as_deref(), Some("4444"));
}

#[test]
fn records_are_matched_anew_with_the_old_baseline_kept() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "name", "Anna");
    let file = written(&mut desk, Upkeep::MatchAnew("people".to_owned()));
    assert!(desk.snapshot().pairs[0].links == 0 && file.exists());
    // What was a change of one side is a difference now that nobody knows the old value.
    desk.sync(SyncMode::Normal);
    assert_eq!((desk.snapshot().pairs[0].links, desk.matters().len()), (2, 1));
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("ann"));
    // The copy that was kept still knows it.
    written(&mut desk, Upkeep::Restore(file));
    desk.sync(SyncMode::Yes);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "name").as_deref(), Some("Anna"));
    let id = desk.send(Command::Upkeep(Upkeep::MatchAnew("nobody".to_owned())));
    assert!(desk.wait(id).is_err());
}

#[test]
fn what_is_no_copy_is_refused_and_changes_nothing() {
    let mut desk = Desk::in_step();
    let stranger = desk.folder.path().join("stranger.db");
    for content in [b"not a database at all, only a text of some length".to_vec(), Vec::new()] {
        fs::write(&stranger, content).unwrap();
        let problem = desk.call(Command::Upkeep(Upkeep::Restore(stranger.clone()))).unwrap_err();
        assert!(
            problem.message.contains("stranger.db") && problem.message.contains("Nothing was changed"),
            "{problem}"
        );
    }
    let missing = desk.folder.path().join("missing.db");
    desk.call(Command::Upkeep(Upkeep::Restore(missing.clone()))).unwrap_err();
    assert!(!missing.exists());
    let database = desk.folder.path().join("duosync.db");
    desk.call(Command::Upkeep(Upkeep::BackUp(Some(database)))).unwrap_err();
    assert_eq!(desk.history().len(), 1);
    assert!(!desk.folder.path().join("restore.part").exists());
}

#[test]
fn the_copy_of_the_day_is_made_when_the_schedule_runs() {
    let mut desk = Desk::in_step();
    desk.call(Command::StartSchedule).unwrap();
    let Reply::Copies(copies) = care(&mut desk, Upkeep::Copies) else { panic!("no copies") };
    assert_eq!(copies.iter().map(|copy| copy.why).collect::<Vec<_>>(), [CopyReason::Daily]);
}

#[test]
fn preferences_are_told_and_outlive_the_program() {
    let mut desk = Desk::new();
    let dark = Prefs { theme: ThemeChoice::Dark, text_size: 130, ..Prefs::default() };
    desk.call(Command::SavePrefs(dark.clone())).unwrap();
    assert_eq!(desk.snapshot().prefs, dark);
}

const SECRET: &str = "hunter2-Plantpass";

#[test]
fn the_file_for_whoever_helps_holds_nothing_of_anybody() {
    let mut desk = Desk::new();
    for (id, name) in [("1", "Xavierplant"), ("2", "Yolandeplant")] {
        person(&desk.left, id, name);
    }
    desk.sync(SyncMode::Yes);
    desk.watch.broken.lock().unwrap().push("Left".to_owned());
    desk.call(Command::Sync { pair: "people".to_owned(), mode: SyncMode::Yes }).unwrap_err();
    let settings = duosync::model::AccountSettings {
        name: "Plantnaam BV".to_owned(),
        connector: "memory".to_owned(),
        options: [("url".to_owned(), format!("https://user:{SECRET}@planthost.example/"))].into(),
        secret: Some(duosync::model::SecretRef::Ask),
    };
    desk.call(Command::SaveAccount { settings, password: Some(SECRET.to_owned()) }).unwrap();
    let file = desk.folder.path().join("help.zip");
    assert_eq!(written(&mut desk, Upkeep::Diagnostics(file.clone())), file);

    let planted = [
        "xavierplant",
        "yolandeplant",
        "example.org",
        "plantnaam",
        "planthost",
        "hunter2",
        "left",
        "right",
        "people",
        "on a stick",
        "kept",
    ];
    let whole = fs::read(&file).unwrap();
    let mut parts = vec![("the file itself".to_owned(), String::from_utf8_lossy(&whole).into_owned())];
    let mut archive = zip::ZipArchive::new(fs::File::open(&file).unwrap()).unwrap();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.push((name, text));
    }
    assert!(parts.len() > 6, "{:?}", parts.iter().map(|(name, _)| name).collect::<Vec<_>>());
    for (name, text) in &parts {
        // What the file says of itself is the same for everybody.
        if name == "READ ME.txt" {
            continue;
        }
        for word in planted {
            assert!(!text.to_lowercase().contains(word), "{name} holds {word}: {text}");
        }
    }
    let all: String = parts.iter().map(|(_, text)| text.as_str()).collect();
    assert!(all.contains("\"linked_records\": 2") && all.contains("\"outcome\": \"done\""), "it does help: {all}");
}

#[test]
fn everything_about_one_person_is_found_and_written_down() {
    let mut desk = Desk::in_step();
    desk.left.set_field("1", "phone", "<b>0478</b>");
    desk.sync(SyncMode::Yes);
    assert!(people(&mut desk, "nobody at all").is_empty());
    let who = people(&mut desk, "ANN");
    assert_eq!(who.len(), 1, "{who:?}");
    assert_eq!(who[0].detail, "ann@example.org");
    assert_eq!((who[0].counts.records, who[0].counts.writes), (2, 2), "{who:?}");

    let page = desk.folder.path().join("ann.html");
    written(&mut desk, Upkeep::ExportPerson { who: who.clone(), file: page.clone() });
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("ann@example.org") && page.contains("&lt;b&gt;0478"), "{page}");
    assert!(!page.contains("<b>0478") && !page.contains("bob"), "{page}");
    let json = desk.folder.path().join("ann.json");
    written(&mut desk, Upkeep::ExportPerson { who, file: json.clone() });
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["people"][0]["kept"]["writes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_person_who_is_gone_from_the_lists_is_erased_without_a_trace() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "Zorroplant");
    person(&desk.left, "2", "bob");
    desk.sync(SyncMode::Yes);
    desk.left.set_field("1", "phone", "0478plant");
    desk.sync(SyncMode::Yes);
    written(&mut desk, Upkeep::BackUp(None));
    // Every record of the newest compare lies in a file of its own.
    desk.compare();
    desk.left.remove("1");
    desk.sync(SyncMode::Yes);
    assert_eq!(desk.right.records().len(), 1);
    assert!(!holds(desk.folder.path(), "Zorroplant").is_empty(), "the test would find it");

    let who = people(&mut desk, "zorroplant");
    assert_eq!(who.len(), 1, "{who:?}");
    let Reply::Erased(erased) = care(&mut desk, Upkeep::ErasePerson(who)) else { panic!("not erased") };
    assert!(erased.writes >= 3 && erased.copies == 1 && erased.copies_left.is_empty(), "{erased:?}");
    assert!(people(&mut desk, "zorroplant").is_empty());
    for text in ["Zorroplant", "0478plant", "zorroplant"] {
        assert!(holds(desk.folder.path(), text).is_empty(), "{text}: {:?}", holds(desk.folder.path(), text));
    }
    assert!(!holds(desk.folder.path(), "bob@example.org").is_empty(), "nobody else was erased");
    let writes = desk.writes();
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert_eq!(desk.writes(), writes, "nobody comes back");
}

#[test]
fn a_person_whom_only_a_compare_has_seen_is_told_and_erased() {
    let mut desk = Desk::new();
    person(&desk.left, "1", "Zorroplant");
    person(&desk.right, "7", "Zorroplant");
    person(&desk.left, "2", "bob");
    desk.compare();
    let who = people(&mut desk, "zorroplant");
    assert_eq!((who.len(), who[0].counts.records), (1, 2), "{who:?}");
    let json = desk.folder.path().join("zorro.json");
    written(&mut desk, Upkeep::ExportPerson { who: who.clone(), file: json.clone() });
    let told: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert!(told["people"][0]["kept"]["records"].to_string().contains("Zorroplant"), "{told}");
    fs::remove_file(json).unwrap();
    let Reply::Erased(_) = care(&mut desk, Upkeep::ErasePerson(who)) else { panic!("not erased") };
    for text in ["Zorroplant", "zorroplant"] {
        assert!(holds(desk.folder.path(), text).is_empty(), "{text}: {:?}", holds(desk.folder.path(), text));
    }
    assert_eq!(people(&mut desk, "bob").len(), 1, "nobody else was erased");
}

#[test]
fn a_person_who_is_still_in_a_list_is_kept_in_step() {
    let mut desk = Desk::in_step();
    let who = people(&mut desk, "ann@example.org");
    assert!(who[0].there.a && who[0].there.b);
    let Reply::Erased(erased) = care(&mut desk, Upkeep::ErasePerson(who)) else { panic!("not erased") };
    assert_eq!(erased, Erased { writes: 1, still_there: 2, ..Erased::default() });
    let writes = desk.writes();
    assert_eq!(desk.sync(SyncMode::Yes).summary.outcome, Outcome::Done);
    assert_eq!(desk.writes(), writes);
    desk.left.set_field("1", "phone", "9");
    desk.sync(SyncMode::Yes);
    assert_eq!(Desk::held(&desk.right, "ann@example.org", "phone").as_deref(), Some("9"));
}
