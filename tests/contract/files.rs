//! Trouble with files: no room on the disk, a disk or a file that can only be read, a file that somebody holds,
//! one that is replaced or gone while it is worked on, and one that is half written. Whatever it is, it is told
//! in words, what is on the disk stays as it was to the last byte, and it goes on afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use duosync::connectors::{ConnectorError, ErrorKind, WriteKind};
use duosync::model::{Fields, RecordId};

use crate::csv::CsvFixture;
use crate::database::DatabaseFixture;
use crate::fixture::{Fixture, PEOPLE};
use crate::promises::{Stage, text};
use crate::support::disk::Disk;
use crate::vcf::VcfFixture;
use crate::xlsx::{Ids, XlsxFixture};

/// Every kind of file, in this folder.
fn kinds(at: Option<&Path>) -> Vec<(&'static str, Box<dyn Fixture>)> {
    let at = at.map(Path::to_owned);
    vec![
        ("csv", Box::new(CsvFixture::with_number_ids().at(at.clone()))),
        ("xlsx", Box::new(XlsxFixture { ids: Ids::Numbers, at: at.clone() })),
        ("vcf files", Box::new(VcfFixture { together: false, at: at.clone() })),
        ("vcf file", Box::new(VcfFixture { together: true, at: at.clone() })),
        ("sqlite", Box::new(DatabaseFixture::file(false).at(at))),
    ]
}

/// All files of a place, with what is in them.
fn bytes(stage: &Stage) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for file in stage.place.files() {
        for entry in fs::read_dir(file.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    all
}

fn update(id: &RecordId, stage: &Stage, name: &str) -> WriteKind {
    WriteKind::Update { id: id.clone(), fields: Fields::from([(stage.names.name.clone(), name.into())]), expect: None }
}

/// An update and a create are refused, and nothing has changed; once the trouble is dropped, both go.
async fn refuses<T>(kind: &str, stage: &Stage, id: &RecordId, trouble: impl FnOnce() -> T) -> Vec<ConnectorError> {
    let before = bytes(stage);
    let trouble = trouble();
    let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
    let create = WriteKind::Create { fields, raw: None };
    let errors = vec![
        stage.try_write(update(id, stage, &"Ann Adams ".repeat(2000))).await.expect_err(kind),
        stage.try_write(create.clone()).await.expect_err(kind),
    ];
    drop(trouble);
    assert!(bytes(stage) == before, "{kind}: nothing has changed, and nothing is left beside it: {errors:?}");
    stage.try_write(update(id, stage, "Ann Adams")).await.expect(kind);
    stage.try_write(create).await.expect(kind);
    let now = stage.list().await;
    assert_eq!((now.len(), text(&now[id], &stage.names.name).as_str()), (PEOPLE.len() + 1, "Ann Adams"), "{kind}");
    errors
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_room_on_the_disk() {
    let Some(disk) = Disk::of(400, "files::no_room_on_the_disk") else { return };
    for (kind, fixture) in kinds(Some(disk.path())) {
        let stage = Stage::of(fixture.as_ref()).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        for error in refuses(kind, &stage, &id, || disk.fill(0)).await {
            assert_eq!(error.kind, ErrorKind::File, "{kind}: {error}");
            let words = error.message.to_lowercase();
            assert!(words.contains("full") && !words.contains("savepoint"), "{kind}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_can_only_be_read() {
    let Some(disk) = Disk::of(800, "files::a_disk_that_can_only_be_read") else { return };
    for (kind, fixture) in kinds(Some(disk.path())) {
        let stage = Stage::of(fixture.as_ref()).await;
        let before = stage.list().await;
        let id = stage.id_of(&PEOPLE[0]).await;
        for error in refuses(kind, &stage, &id, || disk.lock()).await {
            assert!([ErrorKind::File, ErrorKind::Forbidden].contains(&error.kind), "{kind}: {error}");
        }
        let _locked = disk.lock();
        assert_eq!(stage.list().await.len(), before.len() + 1, "{kind}: it can be read all the same");
    }
}

/// By its own mark, which holds for an administrator too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_can_only_be_read() {
    for (kind, fixture) in kinds(None).into_iter().filter(|(kind, _)| *kind != "sqlite") {
        let stage = Stage::of(fixture.as_ref()).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        let set = |on: bool| {
            for file in stage.place.files() {
                let mut rights = fs::metadata(&file).unwrap().permissions();
                rights.set_readonly(on);
                fs::set_permissions(&file, rights).unwrap();
            }
        };
        set(true);
        let before = bytes(&stage);
        let error = stage.try_write(update(&id, &stage, "Ann Adams")).await.expect_err(kind);
        assert_eq!(error.kind, ErrorKind::File, "{kind}: {error}");
        assert!(error.message.contains("read-only"), "{kind}: {error}");
        assert!(bytes(&stage) == before, "{kind}");
    }
}

/// Open in Excel or `LibreOffice`, which lay a file beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_open_elsewhere() {
    for (kind, fixture) in kinds(None).into_iter().filter(|(kind, _)| ["csv", "xlsx"].contains(kind)) {
        for beside in ["~$NAME", ".~lock.NAME#"] {
            let stage = Stage::of(fixture.as_ref()).await;
            let id = stage.id_of(&PEOPLE[0]).await;
            let file = stage.place.files().remove(0);
            let lock = file.with_file_name(beside.replace("NAME", file.file_name().unwrap().to_str().unwrap()));
            // What lies beside it is no part of what must stay; dropped, it is gone.
            let beside = || {
                fs::write(&lock, "ann").unwrap();
                tempfile::TempPath::try_from_path(&lock).unwrap()
            };
            for error in refuses(kind, &stage, &id, beside).await {
                assert_eq!(error.kind, ErrorKind::File, "{kind}: {error}");
                assert!(error.message.contains("open in Excel"), "{kind}: {error}");
            }
        }
    }
}

/// Another program holds a database for longer than Duosync waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_another_program_holds() {
    let stage = Stage::of(&DatabaseFixture::file(false)).await;
    let id = stage.id_of(&PEOPLE[0]).await;
    let other = rusqlite::Connection::open(stage.place.files().remove(0)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = stage.try_write(update(&id, &stage, "Ann Adams")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server, "{error}");
    assert!(error.message.contains("another program"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    stage.try_write(update(&id, &stage, "Ann Adams")).await.unwrap();
}

/// Gone, as after a move: that is no list without people.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_gone_is_no_empty_list() {
    for (kind, fixture) in kinds(None).into_iter().filter(|(kind, _)| !kind.starts_with("vcf")) {
        let stage = Stage::of(fixture.as_ref()).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        let cursor = stage.list_since(None).await.cursor;
        fs::remove_file(stage.place.files().remove(0)).unwrap();
        let errors = [
            stage.try_list(None).await.map(drop).expect_err(kind),
            stage.try_list(cursor.as_ref()).await.map(drop).expect_err(kind),
            stage.try_write(update(&id, &stage, "Ann Adams")).await.map(drop).expect_err(kind),
        ];
        for error in errors {
            assert_eq!(error.kind, ErrorKind::File, "{kind}: {error}");
            assert!(error.message.contains("moved or renamed"), "{kind}: {error}");
        }
    }
}

/// Half written, as by a program that was killed: it is never a shorter list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_half_written_is_no_shorter_list() {
    for (kind, fixture) in kinds(None) {
        let stage = Stage::of(fixture.as_ref()).await;
        let ids: Vec<RecordId> = stage.list().await.into_keys().collect();
        let file = stage.place.files().remove(0);
        let whole = fs::read(&file).unwrap();
        // Within a quoted cell, a part of the archive, a card or a page of the database.
        let half = match kind {
            "sqlite" => 5000,
            "csv" => whole.len() - 6,
            _ => whole.len() - 12,
        };
        fs::write(&file, &whole[..half]).unwrap();
        let broken = bytes(&stage);
        match stage.try_list(None).await {
            Err(error) => {
                assert!([ErrorKind::File, ErrorKind::Content].contains(&error.kind), "{kind}: {error}");
            }
            Ok(listing) => {
                let short = listing.records.len() < ids.len();
                assert!(!listing.complete || !short, "{kind}: what is missing must not look deleted");
                assert!(!listing.complete || listing.cursor.is_some(), "{kind}");
            }
        }
        assert!(bytes(&stage) == broken, "{kind}: reading changes nothing");
        fs::write(&file, &whole).unwrap();
        assert_eq!(stage.list().await.into_keys().collect::<Vec<_>>(), ids, "{kind}");
    }
}

/// Replaced by another program between the reading and the writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_replaced_keeps_what_the_other_wrote() {
    for (kind, fixture) in kinds(None) {
        let stage = Stage::of(fixture.as_ref()).await;
        let (ann, bob) = (stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await);
        let expect = stage.list().await[&ann].version.clone();
        stage.place.edit(&bob, &stage.names.name, "Bob Baxter").await;
        // As many programs save: a new file takes the old one's place.
        for file in stage.place.files() {
            let other = file.with_extension("new");
            fs::copy(&file, &other).unwrap();
            fs::rename(&other, &file).unwrap();
        }
        let fields = Fields::from([(stage.names.name.clone(), "Ann Adams".into())]);
        stage.try_write(WriteKind::Update { id: ann.clone(), fields, expect }).await.expect(kind);
        let now = stage.list().await;
        assert_eq!(text(&now[&ann], &stage.names.name), "Ann Adams", "{kind}");
        assert_eq!(text(&now[&bob], &stage.names.name), "Bob Baxter", "{kind}");
    }
}
