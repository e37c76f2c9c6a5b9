//! The in-memory platform does what was ordered, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test that gets no answer has failed")]

use super::*;

fn people() -> MemoryPlatform {
    let platform = MemoryPlatform::new("people");
    platform.put("1", [("name", "Ann"), ("email", "ann@example.org")]);
    platform.put("2", [("name", "Bob"), ("email", "bob@example.org")]);
    platform
}

fn want() -> Vec<String> {
    vec!["name".to_owned()]
}

async fn list(platform: &MemoryPlatform, since: Option<&Cursor>) -> Result<Listing, ConnectorError> {
    platform.connector().list(&Context::quiet(), "people", &want(), since).await
}

async fn rename(platform: &MemoryPlatform, name: &str) -> WriteResult {
    let kind = WriteKind::Update {
        id: RecordId::new("1"),
        fields: Fields::from([("name".to_owned(), name.into())]),
        expect: None,
    };
    let write = Write { token: "t".to_owned(), kind };
    platform.connector().write(&Context::quiet(), "people", &want(), vec![write]).await.unwrap().remove(0)
}

fn create(token: &str) -> Write {
    let fields = Fields::from([("name".to_owned(), "Cy".into())]);
    Write { token: token.to_owned(), kind: WriteKind::Create { fields, raw: None } }
}

#[tokio::test]
async fn writing_what_is_there_changes_nothing() {
    let platform = people();
    let changes = platform.changes();
    let before = list(&platform, None).await.unwrap();
    rename(&platform, "Ann").await.unwrap();
    assert_eq!((platform.changes(), platform.writes()), (changes, 1));
    assert_eq!(list(&platform, None).await.unwrap(), before);
}

#[tokio::test]
async fn a_lost_answer_is_a_write_all_the_same() {
    let platform = people();
    platform.order(Fault::LoseAnswer);
    assert_eq!(rename(&platform, "Anna").await.unwrap_err().kind, ErrorKind::InDoubt);
    assert_eq!(platform.record("1").unwrap().get("name"), Some(&"Anna".into()));
}

#[tokio::test]
async fn faults_come_in_order_and_once() {
    let platform = people();
    platform.order(Fault::FailWrite(ErrorKind::Server));
    platform.order(Fault::Reject("no such name".to_owned()));
    assert_eq!(rename(&platform, "Anna").await.unwrap_err().kind, ErrorKind::Server);
    assert_eq!(rename(&platform, "Anna").await.unwrap_err().kind, ErrorKind::Rejected);
    assert_eq!(platform.writes(), 0);
    rename(&platform, "Anna").await.unwrap();
    platform.order(Fault::Throttle(Duration::from_secs(3)));
    let error = list(&platform, None).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (ErrorKind::Throttled, Some(Duration::from_secs(3))));
    platform.behave(|behaviour| behaviour.refuse_sign_in = true);
    assert_eq!(list(&platform, None).await.unwrap_err().kind, ErrorKind::SignIn);
    platform.heal();
    list(&platform, None).await.unwrap();
}

#[tokio::test]
async fn listings_go_wrong_as_ordered() {
    let platform = people();
    platform.order(Fault::BreakOff);
    assert_eq!(list(&platform, None).await.unwrap_err().kind, ErrorKind::InDoubt);
    platform.order(Fault::CutShort(1));
    let short = list(&platform, None).await.unwrap();
    assert_eq!((short.records.len(), short.complete, short.cursor), (1, false, None));
    platform.order(Fault::EmptyListing);
    let empty = list(&platform, None).await.unwrap();
    assert_eq!((empty.records.len(), empty.complete), (0, true));
    platform.set_field("1", "name", "Anna");
    platform.order(Fault::Twice);
    let twice = list(&platform, None).await.unwrap();
    assert_eq!(twice.records.len(), 4);
    let names: Vec<_> = twice.records.iter().map(|record| record.fields.get("name").unwrap().display()).collect();
    assert_eq!(names, ["Ann", "Anna", "Bob", "Bob"]);
}

#[tokio::test]
async fn changes_since_a_cursor_until_it_is_forgotten() {
    let platform = people();
    let cursor = list(&platform, None).await.unwrap().cursor.unwrap();
    platform.set_field("2", "name", "Bobby");
    platform.remove("1");
    let changes = list(&platform, Some(&cursor)).await.unwrap();
    assert_eq!(changes.scope, Scope::Changes);
    assert_eq!((changes.records.len(), changes.gone), (1, vec![RecordId::new("1")]));
    platform.order(Fault::ForgetCursors);
    assert_eq!(list(&platform, Some(&cursor)).await.unwrap_err().kind, ErrorKind::CursorExpired);
}

#[tokio::test]
async fn it_dies_after_so_many_steps() {
    for (answer_lost, written) in [(false, 0), (true, 1)] {
        let platform = people();
        platform.order(Fault::DieAfter { steps: 1, answer_lost });
        list(&platform, None).await.unwrap();
        let error = rename(&platform, "Anna").await.unwrap_err();
        assert_eq!(error.kind == ErrorKind::InDoubt, answer_lost);
        assert_eq!(platform.writes(), written);
        assert_eq!(list(&platform, None).await.unwrap_err().kind, ErrorKind::Unreachable);
        platform.heal();
        list(&platform, None).await.unwrap();
    }
}

#[tokio::test]
async fn reformats_shuffles_and_forgets_versions_on_demand() {
    let platform = people();
    platform.behave(|behaviour| {
        behaviour.reformat = Some(Arc::new(|_, value| Value::text(value.display().to_uppercase())));
        behaviour.versions = false;
        behaviour.modified = false;
    });
    let record = rename(&platform, "anna").await.unwrap().unwrap();
    assert_eq!((record.version, record.modified), (None, None));
    assert_eq!(record.fields.get("name"), Some(&"ANNA".into()));
    for id in 3..20 {
        platform.put(&id.to_string(), [("name", "x")]);
    }
    let ordered = list(&platform, None).await.unwrap().records;
    platform.behave(|behaviour| behaviour.shuffle = Some(7));
    let shuffled = list(&platform, None).await.unwrap().records;
    assert_ne!(shuffled, ordered);
    assert_eq!(shuffled.len(), ordered.len());
}

#[tokio::test]
async fn a_platform_with_its_own_ids_doubles_what_is_sent_twice() {
    for (ids_from_token, total) in [(true, 3), (false, 4)] {
        let platform = people();
        platform.behave(|behaviour| behaviour.ids_from_token = ids_from_token);
        for _ in 0..2 {
            let writes = vec![create("same")];
            platform.connector().write(&Context::quiet(), "people", &want(), writes).await.unwrap();
        }
        assert_eq!(platform.records().len(), total);
    }
}

#[tokio::test]
async fn modified_times_come_from_the_clock_set_by_hand() {
    let platform = people();
    platform.set_now(Timestamp(5_000));
    platform.set_field("1", "name", "Anna");
    let records = list(&platform, None).await.unwrap().records;
    let times: Vec<_> = records.iter().map(|record| record.modified).collect();
    assert_eq!(times, [Some(Timestamp(5_000)), Some(Timestamp(0))]);
}
