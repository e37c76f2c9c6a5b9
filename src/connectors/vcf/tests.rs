//! What files of cards keep when they are written to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that does not get what it expects has failed"
)]

use super::*;
use crate::model::Value;

fn connector(path: &Path) -> VcfConnector {
    let options = BTreeMap::from([("path".to_owned(), path.to_str().unwrap().to_owned())]);
    VcfConnector::open(&AccountSettings { name: "a".into(), connector: "vcf".into(), options, secret: None }).unwrap()
}

fn named(value: &str) -> Fields {
    Fields::from([("title".to_owned(), Value::text(value))])
}

async fn write(connector: &VcfConnector, kind: WriteKind) -> WriteResult {
    let writes = vec![Write { token: "t-1".to_owned(), kind }];
    connector.write(&Context::quiet(), "", &["title".to_owned()], writes).await.unwrap().remove(0)
}

/// One file in the character set of Windows with a card that has no UID, and noise around the cards.
#[tokio::test]
async fn bytes_around_a_change_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.vcf");
    let before = b"noise\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN:Zo\xeb\r\nTITLE:Boss\r\nX-Q;FOO:\x80\r\nEND:VCARD\r\n\r\nBEGIN:VCARD\nFN:Bob\nEND:VCARD";
    std::fs::write(&path, before).unwrap();
    let connector = connector(folder.path());
    let listed = connector.list(&Context::quiet(), "", &["full_name".to_owned()], None).await.unwrap().records;
    let found: Vec<(&str, String)> =
        listed.iter().map(|record| (record.id.as_str(), record.fields["full_name"].display())).collect();
    assert_eq!(found, [("old.vcf#1", "Zoë".to_owned()), ("old.vcf#2", "Bob".to_owned())]);
    let id = RecordId::new("old.vcf#1");
    write(&connector, WriteKind::Update { id: id.clone(), fields: named("Chief"), expect: listed[0].version.clone() })
        .await
        .unwrap();
    let at = before.windows(4).position(|four| four == b"Boss").unwrap();
    let expected = [&before[..at], b"Chief", &before[at + 4..]].concat();
    assert_eq!(std::fs::read(&path).unwrap(), expected);
    let stale = write(&connector, WriteKind::Delete { id, expect: listed[0].version.clone() }).await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::VersionMismatch);
}

#[tokio::test]
async fn a_change_underneath_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vcf");
    let card = |note: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:A\r\nNOTE:{note}\r\nEND:VCARD\r\n");
    std::fs::write(&path, card("one")).unwrap();
    let connector = connector(folder.path());
    let (other, mut first) = (path.clone(), true);
    connector.inner.before_replace.set(move || {
        if std::mem::take(&mut first) {
            std::fs::write(&other, card("two")).unwrap();
        }
    });
    write(&connector, WriteKind::Update { id: RecordId::new("u"), fields: named("Boss"), expect: None }).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("NOTE:two\r\n") && text.contains("TITLE:Boss\r\n"), "{text}");
}

/// Exports of many programs, where they are on this computer (`DUOSYNC_TEST_CARDS`): an edit changes one
/// line and nothing else.
#[tokio::test]
async fn exports_of_many_programs_keep_their_bytes() {
    let Some(cards) = std::env::var_os("DUOSYNC_TEST_CARDS") else { return };
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(cards).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "vcf") {
            let copy = folder.path().join(path.file_name().unwrap());
            std::fs::write(copy, std::fs::read(&path).unwrap()).unwrap();
        }
    }
    let connector = connector(folder.path());
    let listed = connector.list(&Context::quiet(), "", &["full_name".to_owned()], None).await.unwrap().records;
    assert!(listed.len() >= 13, "{}", listed.len());
    let lines = || -> Vec<Vec<u8>> {
        let mut paths: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let files = paths.iter().flat_map(|path| {
            std::fs::read(path).unwrap().split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()
        });
        files.collect()
    };
    for record in &listed {
        let before = lines();
        let fields = Fields::from([("nickname".to_owned(), Value::text("Duosync test"))]);
        let update = WriteKind::Update { id: record.id.clone(), fields, expect: record.version.clone() };
        write(&connector, update).await.unwrap();
        let after = lines();
        assert_ne!(before, after, "{}", record.id);
        let changed = after.iter().filter(|line| !before.contains(line)).count();
        let gone = before.iter().filter(|line| !after.contains(line)).count();
        assert!(changed <= 1 && gone <= 1, "{}: {changed} {gone}", record.id);
    }
}
