//! What every connector promises when a platform has trouble, for places that can make it.

use duosync::connectors::{ErrorKind, WriteKind};
use duosync::model::{Fields, Scope, Value};

use crate::fixture::{Fixture, PEOPLE, Trouble};
use crate::promises::{Stage, text};

pub async fn each_status_of_a_reading_is_told_apart(fixture: &dyn Fixture) {
    for (status, kind) in
        [(403, ErrorKind::Forbidden), (404, ErrorKind::NotFound), (500, ErrorKind::Server), (502, ErrorKind::Server)]
    {
        let stage = Stage::of(fixture).await;
        let first = stage.list_since(None).await;
        assert!(stage.place.order(Trouble::ReadStatus(status)));
        let error = stage.try_list(None).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}: {error}");
        stage.place.calm();
        assert_eq!(stage.list_since(None).await.records.len(), first.records.len(), "it goes on afterwards");
    }
}

pub async fn a_platform_that_wants_time_says_how_long(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    stage.list_since(None).await;
    assert!(stage.place.order(Trouble::Wait(7)));
    let error = stage.try_list(None).await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (ErrorKind::Throttled, Some(std::time::Duration::from_secs(7))));
}

pub async fn a_refused_sign_in_is_told(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    stage.list_since(None).await;
    assert!(stage.place.order(Trouble::SignedOut));
    assert_eq!(stage.try_list(None).await.unwrap_err().kind, ErrorKind::SignIn);
    let error = stage.place.connector().identity(&stage.context).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SignIn);
    assert!(!error.to_string().contains("secret"), "{error}");
}

pub async fn each_status_of_a_write_is_told_apart(fixture: &dyn Fixture) {
    for (status, kind) in [
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Exists),
        (412, ErrorKind::VersionMismatch),
        (422, ErrorKind::Rejected),
        (429, ErrorKind::Throttled),
        (500, ErrorKind::Server),
        (502, ErrorKind::Server),
    ] {
        let stage = Stage::of(fixture).await;
        let id = stage.id_of(&PEOPLE[0]).await;
        let before = stage.list().await;
        assert!(stage.place.order(Trouble::WriteStatus(status)));
        let fields = Fields::from([(stage.names.name.clone(), "Not written".into())]);
        let error = stage.write(WriteKind::Update { id, fields, expect: None }).await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}: {error}");
        stage.place.calm();
        assert_eq!(stage.list().await, before, "nothing has changed");
    }
}

pub async fn a_lost_answer_leaves_a_doubt(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await.len();
    assert!(stage.place.order(Trouble::LostAnswer));
    let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
    let error = stage.write(WriteKind::Create { fields: fields.clone(), raw: None }).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InDoubt, "{error}");
    stage.place.calm();
    let field = Some((stage.names.email.clone(), "dee@example.org".to_owned()));
    let found = stage.find(duosync::connectors::Find { token: None, field }).await;
    assert_eq!(found.len(), 1, "what was stored is found");
    assert_eq!(stage.list().await.len(), before + 1);
    // Where the platform knows the token, a second try finds the first.
    if stage.place.knows_tokens() {
        match stage.write(WriteKind::Create { fields, raw: None }).await {
            Ok(again) => assert_eq!(again.unwrap().id, found[0].id),
            Err(error) => assert_eq!(error.kind, ErrorKind::Exists, "{error}"),
        }
        assert_eq!(stage.list().await.len(), before + 1);
    }
}

pub async fn a_broken_answer_takes_nothing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    assert!(stage.place.order(Trouble::Truncated));
    let error = stage.try_list(None).await.unwrap_err();
    assert!([ErrorKind::InDoubt, ErrorKind::BadAnswer].contains(&error.kind), "{error}");
    stage.place.calm();
    assert_eq!(stage.list().await, before);
}

pub async fn a_wrong_answer_takes_nothing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    assert!(stage.place.order(Trouble::NoJson));
    assert_eq!(stage.try_list(None).await.unwrap_err().kind, ErrorKind::BadAnswer);
    stage.place.calm();
    assert_eq!(stage.list().await, before);
}

pub async fn a_write_that_never_arrives_is_not_there(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
    assert!(stage.place.order(Trouble::Dropped));
    let error = stage.try_write(WriteKind::Create { fields: fields.clone(), raw: None }).await.unwrap_err();
    assert!(error.kind.is_temporary(), "{error}");
    stage.place.calm();
    assert_eq!(stage.list().await, before);
    stage.write(WriteKind::Create { fields, raw: None }).await.unwrap();
    assert_eq!(stage.list().await.len(), before.len() + 1, "it goes on afterwards");
}

pub async fn a_write_that_is_said_to_have_failed_is_found(fixture: &dyn Fixture) {
    for status in [500, 502] {
        let stage = Stage::of(fixture).await;
        let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
        assert!(stage.place.order(Trouble::FailsAfterwards(status)));
        let error = stage.try_write(WriteKind::Create { fields, raw: None }).await.unwrap_err();
        // After one of these kinds the run looks before it tries again.
        assert!([ErrorKind::Server, ErrorKind::InDoubt].contains(&error.kind), "{status}: {error}");
        stage.place.calm();
        let field = Some((stage.names.email.clone(), "dee@example.org".to_owned()));
        assert_eq!(stage.find(duosync::connectors::Find { token: None, field }).await.len(), 1);
    }
}

pub async fn a_platform_that_is_away_is_told(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    assert!(stage.place.order(Trouble::Away));
    let connector = stage.place.connector();
    for error in [
        stage.try_list(None).await.map(drop).unwrap_err(),
        connector.identity(&stage.context).await.map(drop).unwrap_err(),
    ] {
        assert!([ErrorKind::Unreachable, ErrorKind::InDoubt].contains(&error.kind), "{error}");
    }
    stage.place.calm();
    assert_eq!(stage.list().await, before);
}

pub async fn an_empty_page_is_not_the_end(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    assert!(stage.place.order(Trouble::EmptyPage));
    assert_eq!(stage.list().await, before);
}

pub async fn a_record_on_two_pages_counts_once(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    assert!(stage.place.order(Trouble::Twice));
    let listing = stage.list_since(None).await;
    assert_eq!(listing.records.len(), before.len());
    assert!(listing.complete);
}

pub async fn pages_without_end_are_an_error(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    stage.list().await;
    assert!(stage.place.order(Trouble::Endless));
    let error = stage.try_list(None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadAnswer, "{error}");
}

pub async fn what_appears_between_pages_is_not_lost(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let count = stage.list().await.len();
    assert!(stage.place.order(Trouble::Appears));
    let first = stage.list_since(None).await;
    assert!(first.complete);
    let mut known: Vec<_> = first.records.iter().map(|record| record.id.clone()).collect();
    // It sorts before what has been read, so this listing need not hold it; the next one must.
    let next = stage.list_since(first.cursor.as_ref()).await;
    known.extend(next.records.iter().map(|record| record.id.clone()));
    known.sort();
    known.dedup();
    assert_eq!(known.len(), count + 1);
}

pub async fn a_field_that_is_missing_is_not_empty(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    stage.list().await;
    assert!(stage.place.order(Trouble::Without("phone")));
    for record in stage.list_since(None).await.records {
        assert_eq!(record.fields.get(&stage.names.phone), None);
        assert!(!text(&record, &stage.names.name).is_empty());
    }
    stage.place.calm();
    // Present and empty is something else.
    let id = stage.id_of(&PEOPLE[0]).await;
    stage.update(&id, &stage.names.phone, "").await;
    assert!(stage.list().await[&id].fields.get(&stage.names.phone).is_some_and(Value::is_empty));
}

pub async fn clocks_that_differ_lose_no_change(fixture: &dyn Fixture) {
    for millis in [-3_600_000, 3_600_000] {
        let stage = Stage::of(fixture).await;
        assert!(stage.place.order(Trouble::Skew(millis)));
        let id = stage.id_of(&PEOPLE[1]).await;
        let mut cursor = stage.list_since(None).await.cursor;
        for name in ["Bob One", "Bob Two"] {
            stage.place.edit(&id, &stage.names.name, name).await;
            let listing = stage.list_since(cursor.as_ref()).await;
            assert_eq!(listing.scope, Scope::Changes);
            let names: Vec<String> = listing.records.iter().map(|record| text(record, &stage.names.name)).collect();
            assert!(names.contains(&name.to_owned()), "{millis}: {names:?}");
            cursor = listing.cursor;
        }
        assert_eq!(stage.list_since(cursor.as_ref()).await.records, []);
    }
}
