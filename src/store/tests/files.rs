//! The files of a workspace: who holds them, formats, damage, and older states that are put back.

use super::*;

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("deep/workspace");
    let store = Store::open(&place).unwrap();
    let error = Store::open(&place).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("Another Duosync"), "{error}");
    let other_process = || {
        let test = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::files::opens_the_workspace_named_by_the_parent", "--ignored"])
            .env("DUOSYNC_TEST_WORKSPACE", &place)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&test.stdout).into_owned();
        assert!(told.contains("running 1 test"), "{told}");
        (test.status.success(), told)
    };
    let (opened, told) = other_process();
    assert!(!opened && told.contains("InUse"), "{told}");
    drop(store);
    let (opened, told) = other_process();
    assert!(opened, "{told}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(place.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(place.join(DATABASE).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
#[ignore = "the other process of one_process_at_a_time"]
fn opens_the_workspace_named_by_the_parent() {
    if let Some(place) = std::env::var_os("DUOSYNC_TEST_WORKSPACE") {
        Store::open(Path::new(&place)).unwrap();
    }
}

#[test]
fn a_migration_leaves_a_copy_and_is_all_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(DATABASE);
    Store::open(dir.path()).unwrap().set_meta("k", "before").unwrap();
    let known = schema::MIGRATIONS.len();
    let next = i64::try_from(known).unwrap() + 1;
    let copy = dir.path().join(format!("backups/before-migration-{next}.db"));
    assert!(!copy.exists());

    let and = |sql: &'static str| [schema::MIGRATIONS, &[sql]].concat();
    let (mut conn, _whole) = schema::open(&file).unwrap();
    let broken = schema::migrate(&mut conn, Some(&file), &and("UPDATE meta SET value = 'x'; NONSENSE;"));
    assert!(matches!(broken, Err(StoreError::Migration { number, .. }) if number == next), "{broken:?}");
    let value = |conn: &Connection| {
        conn.query_row("SELECT value FROM meta WHERE key = 'k'", [], |row| row.get::<_, String>(0)).unwrap()
    };
    assert_eq!(value(&conn), "before");

    schema::migrate(&mut conn, Some(&file), &and("UPDATE meta SET value = 'after'")).unwrap();
    assert_eq!(value(&conn), "after");
    assert_eq!(value(&Connection::open(&copy).unwrap()), "before");
    drop(conn);
    let newer = Store::open(dir.path()).unwrap_err();
    assert!(matches!(newer, StoreError::Newer { found, known, .. } if found == next && known == next - 1), "{newer:?}");
    let fresh = tempfile::tempdir().unwrap();
    Store::open(fresh.path()).unwrap();
    assert!(!fresh.path().join("backups").exists(), "there is nothing to copy yet");
}

#[test]
fn the_writes_of_an_older_format_are_found_by_every_record_they_speak_of() {
    let mut conn = Connection::open_in_memory().unwrap();
    schema::migrate(&mut conn, None, &schema::MIGRATIONS[..1]).unwrap();
    conn.execute_batch(
        r#"INSERT INTO pairs (name, spec) VALUES ('p', '{}');
           INSERT INTO runs (pair, trigger, outcome, started, sides, failed) VALUES (1, '"manual"', 'done', 1, '{}', '[]');
           INSERT INTO writes (id, run, side, kind, subject, record, label, fields, reason, state, at) VALUES
             ('1', 1, 'b', 'create', '{"single":["a","7"]}', 'x', 'Ann', '[]', '', 'done', 1),
             ('2', 1, 'a', 'update', '{"pair":{"a":"7","b":"x"}}', '7', 'Ann', '[]', '', 'done', 1);"#,
    )
    .unwrap();
    schema::migrate(&mut conn, None, schema::MIGRATIONS).unwrap();
    let mut found = conn.prepare("SELECT side || record || write FROM traces ORDER BY 1").unwrap();
    let traces: Vec<String> = found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(traces, ["a71", "a72", "bx1", "bx2"]);
    let json = serde_json::to_string(&Subject::Single(Side::A, RecordId::new("7"))).unwrap();
    assert_eq!(json, r#"{"single":["a","7"]}"#, "the migration reads subjects as they are written");
}

#[test]
fn a_damaged_database_is_told_with_the_copy_to_restore() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(DATABASE);
    let mut store = Store::open(dir.path()).unwrap();
    store.save_pair(&spec("customers")).unwrap();
    let links = (0..500).map(|n| link(&format!("a{n}"), &format!("b{n}"))).collect();
    store.apply("customers", &Changes { links, ..Changes::default() }).unwrap();
    let copy = dir.path().join("backups/mine.db");
    store.backup_to(&copy).unwrap();
    store.backup_to(&copy).unwrap();
    drop(store);
    let whole = std::fs::read(&file).unwrap();

    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 20_000].fill(0xA5);
    std::fs::write(&file, torn).unwrap();
    for _ in 0..2 {
        let error = Store::open(dir.path()).unwrap_err();
        let StoreError::Damaged { copy: Some(found), .. } = &error else { panic!("{error:?}") };
        assert_eq!(found, &copy);
        assert!(error.to_string().contains("mine.db") && error.to_string().contains(DATABASE), "{error}");
        // The second time around, not even the header is one of a database.
        std::fs::write(&file, vec![0x20; 5000]).unwrap();
    }

    std::fs::copy(&copy, &file).unwrap();
    assert_eq!(Store::open(dir.path()).unwrap().count_links("customers").unwrap(), 500);

    // Another program's database is left alone.
    let foreign = tempfile::tempdir().unwrap();
    Connection::open(foreign.path().join(DATABASE)).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(Store::open(foreign.path()), Err(StoreError::NotOurs { .. })));
}

#[test]
fn a_workspace_of_the_first_format_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(DATABASE);
    let (mut conn, _whole) = schema::open(&file).unwrap();
    schema::migrate(&mut conn, Some(&file), &schema::MIGRATIONS[..1]).unwrap();
    conn.execute_batch(include_str!("../../../tests/upgrade/format_1.sql")).unwrap();
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.links("customers").unwrap().len(), 2);
    assert_eq!(store.count_links("customers").unwrap(), 2);
    assert!(!store.is_indexed("customers", "p").unwrap(), "links of before are read whole once");
    let near = store.links_near("customers", &PerSide::default()).unwrap();
    assert_eq!(near.len(), 2, "what is not known to be calm counts as waiting");
}

/// Copies the files of a folder, and those of the folders in it.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_workspace_that_is_put_back_by_hand_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (around, yesterday, state) =
        (folder.path().join("around"), folder.path().join("yesterday"), folder.path().join("state"));
    let dir = around.join("workspace");
    let open = || Store::open_with(&dir, Some(&state)).unwrap();
    let mut store = open();
    store.set_meta("day", "1").unwrap();
    drop(store);
    copy_folder(&around, &yesterday);
    let mut store = open();
    assert!(!store.was_restored().unwrap(), "it was only closed");
    store.set_meta("day", "2").unwrap();
    drop(store);

    // The workspace alone, which the file beside it knows, and with all that is around it.
    for (from, to) in [(yesterday.join("workspace"), dir.clone()), (yesterday.clone(), around.clone())] {
        std::fs::remove_dir_all(&to).unwrap();
        copy_folder(&from, &to);
        let mut store = open();
        assert!(store.was_restored().unwrap(), "an older state is noticed");
        assert_eq!(store.meta("day").unwrap().as_deref(), Some("1"));
        drop(store);
        let mut store = open();
        assert!(!store.was_restored().unwrap(), "once");
    }
    // Each by its own file alone.
    std::fs::remove_dir_all(&state).unwrap();
    let mut store = open();
    store.set_meta("day", "3").unwrap();
    drop(store);
    std::fs::remove_dir_all(&dir).unwrap();
    copy_folder(&yesterday.join("workspace"), &dir);
    std::fs::remove_dir_all(&state).unwrap();
    assert!(open().was_restored().unwrap(), "the file beside it knows");

    std::fs::remove_dir_all(&dir).unwrap();
    let mut store = open();
    assert!(!store.was_restored().unwrap(), "a new workspace in the same place is no older one");
}

#[test]
fn an_old_workspace_keeps_what_it_knew_and_goes_by_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, yesterday) = (folder.path().join("workspace"), folder.path().join("yesterday"));
    let mut store = Store::open(&dir).unwrap();
    store.save_pair(&spec("customers")).unwrap();
    let index = LinkIndexes { print: "keys".to_owned(), links: vec![LinkIndex { keys: vec![1], pending: false }] };
    let changes = Changes { links: vec![link("a1", "b1")], index: Some(index), ..Changes::default() };
    store.apply("customers", &changes).unwrap();
    let before = store.links("customers").unwrap();
    drop(store);
    copy_folder(&dir, &yesterday);
    Store::open(&dir).unwrap().set_meta("day", "2").unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    copy_folder(&yesterday, &dir);

    let mut store = Store::open(&dir).unwrap();
    let links = store.links("customers").unwrap();
    for side in Side::BOTH {
        let (was, is) = (before[0].sides.get(side), links[0].sides.get(side));
        assert_eq!((&is.values, &is.seen), (&crate::model::Values::new(), &was.seen), "{side:?}");
    }
    assert_eq!((&links[0].id, &links[0].ids), (&before[0].id, &before[0].ids), "they stay linked");
    assert!(!store.is_indexed("customers", "keys").unwrap(), "all of them wait");
    // The way back brings back what it knew.
    let kept = copies::copies(&dir).remove(0);
    assert!(kept.file.to_string_lossy().contains("before-restore-by-hand-"), "{}", kept.file.display());
    store.restore_from(&kept.file).unwrap();
    assert_eq!(store.links("customers").unwrap(), before);
}

#[test]
fn a_large_database_is_not_read_to_its_end_after_a_clean_close() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(DATABASE);
    let note = file.with_extension("checked");
    let mut store = Store::open(dir.path()).unwrap();
    store.save_pair(&spec("customers")).unwrap();
    let long = "x".repeat(10_000);
    let links = (0..300).map(|n| link(&format!("a{n}{long}"), &format!("b{n}"))).collect();
    store.apply("customers", &Changes { links, ..Changes::default() }).unwrap();
    assert!(!note.exists());
    drop(store);
    let first = std::fs::read_to_string(&note).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert!(!note.exists(), "an open database is not noted as whole");
    drop(store);
    let second = std::fs::read_to_string(&note).unwrap();
    assert_eq!(first.split(' ').next(), second.split(' ').next(), "it was not checked again");
    // Whoever doubts it has it checked at the next opening, which finds the damage then.
    let mut store = Store::open(dir.path()).unwrap();
    store.doubt();
    drop(store);
    assert!(std::fs::read_to_string(&note).unwrap().starts_with("0 "));
    let mut torn = std::fs::read(&file).unwrap();
    let middle = torn.len() / 2;
    torn[middle..middle + 20_000].fill(0xA5);
    std::fs::write(&file, torn).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_damaged_copy_is_told_and_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    store.save_pair(&spec("customers")).unwrap();
    let links = (0..500).map(|n| link(&format!("a{n}"), &format!("b{n}"))).collect();
    store.apply("customers", &Changes { links, ..Changes::default() }).unwrap();
    let copy = dir.path().join("backups/mine.db");
    store.backup_to(&copy).unwrap();
    check_copy(dir.path(), &copy).unwrap();
    let mut torn = std::fs::read(&copy).unwrap();
    let middle = torn.len() / 2;
    torn[middle..middle + 20_000].fill(0xA5);
    std::fs::write(&copy, torn).unwrap();
    assert!(matches!(check_copy(dir.path(), &copy), Err(StoreError::Damaged { .. })));
    assert!(!copy.exists());
}
