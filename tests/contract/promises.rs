//! What every connector promises.

use std::collections::BTreeMap;
use std::sync::Arc;

use duosync::connectors::{Batch, Connector, ConnectorError, Context, ErrorKind, Find, Write, WriteKind, WriteResult};
use duosync::model::{Cursor, Fields, Listing, Record, RecordId, Scope, Value};

use crate::fixture::{Fixture, Names, PEOPLE, Person, Place};
pub use crate::trouble::*;

/// A place with a connector, and the calls that the promises are made of.
pub struct Stage {
    pub place: Box<dyn Place>,
    pub connector: Arc<dyn Connector>,
    pub collection: String,
    pub names: Names,
    pub context: Context,
}

impl Stage {
    pub async fn of(fixture: &dyn Fixture) -> Self {
        let place = fixture.place(&PEOPLE).await;
        let (connector, collection, names) = (place.connector(), place.collection(), place.names());
        Self { place, connector, collection, names, context: Context::quiet() }
    }

    pub async fn list_since(&self, since: Option<&Cursor>) -> Listing {
        self.try_list(since).await.unwrap()
    }

    pub async fn try_list(&self, since: Option<&Cursor>) -> Result<Listing, ConnectorError> {
        self.connector.list(&self.context, &self.collection, &self.names.want(), since).await
    }

    pub async fn list(&self) -> BTreeMap<RecordId, Record> {
        let listing = self.list_since(None).await;
        assert_eq!(listing.scope, Scope::Full);
        assert!(listing.complete);
        by_id(listing.records)
    }

    pub async fn id_of(&self, person: &Person) -> RecordId {
        let all = self.list().await;
        let found = all.values().find(|record| text(record, &self.names.email) == person.email);
        found.expect("the person is listed").id.clone()
    }

    async fn get(&self, ids: &[RecordId]) -> Vec<Record> {
        self.connector.get(&self.context, &self.collection, &self.names.want(), ids).await.unwrap()
    }

    pub async fn find(&self, find: Find) -> Vec<Record> {
        self.connector.find(&self.context, &self.collection, &self.names.want(), &find).await.unwrap()
    }

    pub async fn write_all(&self, kinds: Vec<WriteKind>) -> Vec<WriteResult> {
        let mut writes: Vec<Write> =
            kinds.into_iter().enumerate().map(|(number, kind)| Write { token: token(number), kind }).collect();
        let size = match self.connector.abilities().batch {
            Batch::One { .. } => 1,
            Batch::UpTo(size) => size,
            Batch::All => writes.len(),
        };
        let mut results = Vec::new();
        while !writes.is_empty() {
            let rest = writes.split_off(size.min(writes.len()));
            results.extend(
                self.connector.write(&self.context, &self.collection, &self.names.want(), writes).await.unwrap(),
            );
            writes = rest;
        }
        results
    }

    pub async fn write(&self, kind: WriteKind) -> WriteResult {
        self.write_all(vec![kind]).await.remove(0)
    }

    /// One write, whether the trouble is with it or with the whole call.
    pub async fn try_write(&self, kind: WriteKind) -> WriteResult {
        let writes = vec![Write { token: token(0), kind }];
        let (context, want) = (&self.context, self.names.want());
        self.connector.write(context, &self.collection, &want, writes).await?.remove(0)
    }

    pub async fn update(&self, id: &RecordId, field: &str, value: &str) -> Record {
        let fields = Fields::from([(field.to_owned(), value.into())]);
        self.write(WriteKind::Update { id: id.clone(), fields, expect: None }).await.unwrap().expect("the new record")
    }

    pub fn person(&self, name: &str, email: &str, phone: &str) -> Fields {
        let Names { name: n, email: e, phone: p } = self.names.clone();
        Fields::from([(n, name.into()), (e, email.into()), (p, phone.into())])
    }
}

pub async fn full_listing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let all = stage.list().await;
    let mut emails: Vec<String> = all.values().map(|record| text(record, &stage.names.email)).collect();
    emails.sort();
    assert_eq!(emails, PEOPLE.map(|person| person.email));
    for person in PEOPLE {
        let record = &all[&stage.id_of(&person).await];
        assert_eq!(text(record, &stage.names.name), person.name);
        assert_eq!(text(record, &stage.names.phone), person.phone);
    }
}

pub async fn listing_twice_is_equal(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let first = stage.list().await;
    assert_eq!(first, stage.list().await);
    let other = stage.place.connector();
    let again = other.list(&stage.context, &stage.collection, &stage.names.want(), None).await.unwrap();
    assert_eq!(first, by_id(again.records), "another connector sees the same");
}

pub async fn unchanged_since_the_cursor(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let Some(cursor) = stage.list_since(None).await.cursor else { return };
    let listing = stage.list_since(Some(&cursor)).await;
    assert_eq!((listing.scope, listing.complete), (Scope::Changes, true));
    assert_eq!((listing.records.len(), listing.gone.len()), (0, 0));
    let next = listing.cursor.expect("a cursor to go on from");
    assert_eq!(stage.list_since(Some(&next)).await.records.len(), 0);
}

pub async fn changes_since_the_cursor(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let first = stage.list_since(None).await;
    stage.place.edit(&id, &stage.names.name, "Bobby Bakker").await;
    let listing = stage.list_since(first.cursor.as_ref()).await;
    assert!(listing.complete);
    let records = by_id(listing.records);
    assert_eq!(text(&records[&id], &stage.names.name), "Bobby Bakker");
    assert_ne!(records[&id].version, by_id(first.records)[&id].version);
    assert_eq!(records[&id].modified_by.as_deref(), stage.place.editor(), "who changed it is told by name");
    match listing.scope {
        Scope::Changes => assert_eq!((records.len(), listing.gone.len()), (1, 0)),
        Scope::Full => assert_eq!(records.len(), PEOPLE.len()),
    }
}

pub async fn removals_since_the_cursor(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let first = stage.list_since(None).await;
    stage.place.remove(&id).await;
    let stage = Stage { connector: stage.place.looking_for_removals(), ..stage };
    let listing = stage.list_since(first.cursor.as_ref()).await;
    assert!(listing.complete);
    match listing.scope {
        Scope::Changes if listing.total.is_some() => {
            assert_eq!((listing.gone.len(), listing.records.len()), (0, 0));
            assert_eq!(listing.total, Some(PEOPLE.len() as u64 - 1), "there is one fewer");
        }
        Scope::Changes => assert_eq!((listing.gone, listing.records.len()), (vec![id], 0)),
        Scope::Full => {
            assert_eq!((listing.gone.len(), listing.records.len()), (0, PEOPLE.len() - 1));
            assert!(!by_id(listing.records).contains_key(&id));
        }
    }
}

pub async fn nonsense_cursor(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let cursor = Cursor("no cursor of anybody".to_owned());
    let answer = stage.connector.list(&stage.context, &stage.collection, &stage.names.want(), Some(&cursor)).await;
    if stage.connector.abilities().incremental {
        assert_eq!(answer.unwrap_err().kind, ErrorKind::CursorExpired);
    } else {
        let listing = answer.unwrap();
        assert_eq!((listing.scope, listing.records.len()), (Scope::Full, PEOPLE.len()));
    }
}

pub async fn only_wanted_fields_are_listed(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let want = [stage.names.email.clone()];
    let listing = stage.connector.list(&stage.context, &stage.collection, &want, None).await.unwrap();
    for record in listing.records {
        assert_eq!(record.fields.keys().collect::<Vec<_>>(), [&stage.names.email]);
    }
}

pub async fn get_present_and_missing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[2]).await;
    let gone = stage.id_of(&PEOPLE[0]).await;
    stage.place.remove(&gone).await;
    let records = stage.get(&[gone, id.clone()]).await;
    assert_eq!(records.len(), 1);
    assert!(records[0].raw.as_ref().is_some_and(|raw| raw.contains(PEOPLE[2].email)));
    let listed = stage.list().await.remove(&id).unwrap();
    assert_alike(&records[0], &listed);
    assert_eq!(stage.get(&[]).await, []);
    let twice = stage.get(&[id.clone(), id.clone()]).await;
    assert!(!twice.is_empty() && twice.iter().all(|record| record.id == id), "who is asked for twice is there");
}

pub async fn created_as_listed_later(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
    let made = stage.write(WriteKind::Create { fields: fields.clone(), raw: None }).await.unwrap().unwrap();
    for (name, value) in &fields {
        assert_eq!(made.fields.get(name), Some(value));
    }
    let all = stage.list().await;
    assert_eq!(all.len(), PEOPLE.len() + 1);
    assert_alike(&all[&made.id], &made);
}

pub async fn own_write_is_no_change(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[0]).await;
    let cursor = stage.list_since(None).await.cursor;
    let answered = stage.update(&id, &stage.names.phone, "+32 2 555 12 12").await;
    let listing = stage.list_since(cursor.as_ref()).await;
    let listed = by_id(listing.records).remove(&id).expect("the change is listed");
    assert_alike(&listed, &answered);
    if let Some(cursor) = listing.cursor {
        assert_eq!(stage.list_since(Some(&cursor)).await.records, []);
    }
}

pub async fn update_leaves_the_rest(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let before = stage.list().await;
    let unknown = stage.place.unknown(&id).await;
    stage.update(&id, &stage.names.phone, "+31 6 99999999").await;
    let mut after = stage.list().await;
    assert_eq!(text(&after[&id], &stage.names.phone), "+31 6 99999999");
    assert_eq!(text(&after[&id], &stage.names.name), PEOPLE[1].name);
    assert_eq!(text(&after[&id], &stage.names.email), PEOPLE[1].email);
    assert_eq!(stage.place.unknown(&id).await, unknown);
    after.insert(id.clone(), before[&id].clone());
    assert_eq!(after, before, "no other record has changed");
}

pub async fn update_to_the_same_changes_nothing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let before = stage.list().await;
    stage.update(&id, &stage.names.phone, PEOPLE[1].phone).await;
    let after = stage.list().await;
    for (id, record) in &before {
        assert_eq!(record.fields, after[id].fields);
    }
}

pub async fn empty_value_empties(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    stage.update(&id, &stage.names.phone, "").await;
    let record = stage.list().await.remove(&id).unwrap();
    assert!(record.fields.get(&stage.names.phone).is_none_or(Value::is_empty));
    assert_eq!(text(&record, &stage.names.name), PEOPLE[1].name);
}

pub async fn changed_email_is_an_update(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let answered = stage.update(&id, &stage.names.email, "bob.bakker@example.org").await;
    if stage.place.ids_are_stable() {
        assert_eq!(answered.id, id);
    }
    // Where the id is made of the email, the answer carries the id that the listing will have.
    let all = stage.list().await;
    assert_eq!(all.len(), PEOPLE.len());
    assert_alike(&all[&answered.id], &answered);
    assert_eq!(text(&answered, &stage.names.email), "bob.bakker@example.org");
}

pub async fn changed_meanwhile_is_refused(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[0]).await;
    let Some(version) = stage.list().await[&id].version.clone() else { return };
    stage.place.edit(&id, &stage.names.phone, "+32 9 111 11 11").await;
    let fields = Fields::from([(stage.names.name.clone(), "Overwritten".into())]);
    let update = WriteKind::Update { id: id.clone(), fields, expect: Some(version.clone()) };
    assert_eq!(stage.write(update).await.unwrap_err().kind, ErrorKind::VersionMismatch);
    let delete = WriteKind::Delete { id: id.clone(), expect: Some(version) };
    assert_eq!(stage.write(delete).await.unwrap_err().kind, ErrorKind::VersionMismatch);
    let record = stage.list().await.remove(&id).expect("it is still there");
    assert_eq!(text(&record, &stage.names.phone), "+32 9 111 11 11");
    assert_eq!(text(&record, &stage.names.name), PEOPLE[0].name);
    let fields = Fields::from([(stage.names.name.clone(), "Ann Now".into())]);
    let update = WriteKind::Update { id, fields, expect: record.version };
    assert_eq!(text(&stage.write(update).await.unwrap().unwrap(), &stage.names.name), "Ann Now");
}

pub async fn update_of_a_missing_record(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[0]).await;
    stage.place.remove(&id).await;
    let fields = Fields::from([(stage.names.name.clone(), "Ghost".into())]);
    let error = stage.write(WriteKind::Update { id, fields, expect: None }).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(stage.list().await.len(), PEOPLE.len() - 1);
}

pub async fn delete_and_delete_again(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[0]).await;
    let expect = stage.list().await[&id].version.clone();
    assert_eq!(stage.write(WriteKind::Delete { id: id.clone(), expect }).await.unwrap(), None);
    let left = stage.list().await;
    assert_eq!(left.len(), PEOPLE.len() - 1);
    assert!(!left.contains_key(&id));
    let again = stage.write(WriteKind::Delete { id, expect: None }).await;
    assert_eq!(again.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(stage.list().await, left);
}

pub async fn deleted_record_is_brought_back_whole(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[1]).await;
    let unknown = stage.place.unknown(&id).await;
    let raw = stage.get(std::slice::from_ref(&id)).await.remove(0).raw;
    stage.write(WriteKind::Delete { id, expect: None }).await.unwrap();
    let fields = Fields::from([(stage.names.phone.clone(), "+31 6 00000000".into())]);
    let back = stage.write(WriteKind::Create { fields, raw }).await.unwrap().unwrap();
    assert_eq!(text(&back, &stage.names.name), PEOPLE[1].name);
    assert_eq!(text(&back, &stage.names.phone), "+31 6 00000000");
    assert_eq!(stage.place.unknown(&back.id).await, unknown);
    assert_eq!(stage.list().await.len(), PEOPLE.len());
}

pub async fn retried_create_makes_no_double(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let fields = stage.person("Dee Dupont", "dee@example.org", "+33 1 23 45 67 89");
    let create = WriteKind::Create { fields, raw: None };
    let made = stage.write(create.clone()).await.unwrap().unwrap();
    if stage.place.finds_by_token() {
        let by_token = stage.find(Find { token: Some(token(0)), field: None }).await;
        assert_eq!(by_token.iter().map(|record| &record.id).collect::<Vec<_>>(), [&made.id]);
    }
    // The same connector: the answer was lost and the write is sent again.
    match stage.write(create.clone()).await {
        Ok(record) => assert_eq!(record.unwrap().id, made.id),
        Err(error) => assert_eq!(error.kind, ErrorKind::Exists),
    }
    assert_eq!(stage.list().await.len(), PEOPLE.len() + 1);
    // Another one, after the program was killed: found by the token, or else by its content.
    let stage = Stage { connector: stage.place.connector(), ..stage };
    let field = Some((stage.names.email.clone(), "dee@example.org".to_owned()));
    let found = stage.find(Find { token: Some(token(0)), field }).await;
    assert_eq!(found.iter().map(|record| &record.id).collect::<Vec<_>>(), [&made.id]);
    if stage.place.knows_tokens() {
        match stage.write(create).await {
            Ok(record) => assert_eq!(record.unwrap().id, made.id),
            Err(error) => assert_eq!(error.kind, ErrorKind::Exists),
        }
        assert_eq!(stage.list().await.len(), PEOPLE.len() + 1);
    }
}

pub async fn find_by_field(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let id = stage.id_of(&PEOPLE[2]).await;
    let field = Some((stage.names.email.clone(), PEOPLE[2].email.to_owned()));
    let found = stage.find(Find { token: None, field }).await;
    assert_eq!(found.iter().map(|record| &record.id).collect::<Vec<_>>(), [&id]);
    assert_eq!(text(&found[0], &stage.names.name), PEOPLE[2].name);
}

pub async fn find_nothing(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let field = Some((stage.names.email.clone(), "nobody@example.org".to_owned()));
    assert_eq!(stage.find(Find { token: Some("a-token-of-nobody".to_owned()), field }).await, []);
}

pub async fn cancel_is_honoured(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    let id = stage.id_of(&PEOPLE[0]).await;
    let context = Context::quiet();
    context.cancel.cancel();
    let want = stage.names.want();
    let listed = stage.connector.list(&context, &stage.collection, &want, None).await;
    assert_eq!(listed.unwrap_err().kind, ErrorKind::Cancelled);
    let fields = Fields::from([(stage.names.name.clone(), "Too late".into())]);
    let write = Write { token: token(0), kind: WriteKind::Update { id, fields, expect: None } };
    let error = match stage.connector.write(&context, &stage.collection, &want, vec![write]).await {
        Ok(mut results) => results.remove(0).unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(stage.list().await, before);
}

pub async fn awkward_values_survive(fixture: &dyn Fixture) {
    let values = [
        "Zoë Müller-Ærø",
        "Łukasz Żółć",
        "山田 太郎",
        "👩‍👩‍👧 family",
        "Smith, John; \"Johnny\"",
        "back\\slash \\n not a line",
        "two\nlines",
        "a|b\tc",
        "'quoted'",
        "=1+1",
    ];
    for value in values {
        let stage = Stage::of(fixture).await;
        if !stage.place.takes(value) {
            continue;
        }
        let id = stage.id_of(&PEOPLE[1]).await;
        let unknown = stage.place.unknown(&id).await;
        let answered = stage.update(&id, &stage.names.name, value).await;
        assert_eq!(text(&answered, &stage.names.name), value);
        let stage = Stage { connector: stage.place.connector(), ..stage };
        let all = stage.list().await;
        assert_eq!(text(&all[&id], &stage.names.name), value);
        assert_eq!(all.len(), PEOPLE.len());
        // The fixture looks by lines, so it cannot see past a line break.
        if !value.contains(['\n', ';']) {
            assert_eq!(stage.place.unknown(&id).await, unknown);
        }
        let fields = stage.person(value, "dee@example.org", "");
        let made = stage.write(WriteKind::Create { fields, raw: None }).await.unwrap().unwrap();
        assert_eq!(text(&stage.list().await[&made.id], &stage.names.name), value);
    }
}

pub async fn one_bad_write_does_not_hold_up_the_others(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    // The one that goes stands before the one that changes.
    let (ann, bob) = (stage.id_of(&PEOPLE[0]).await, stage.id_of(&PEOPLE[1]).await);
    let named = |name: &str| Fields::from([(stage.names.name.clone(), name.into())]);
    let results = stage
        .write_all(vec![
            WriteKind::Update { id: RecordId::new("nobody-has-this"), fields: named("Ghost"), expect: None },
            WriteKind::Update { id: bob.clone(), fields: named("Bob New"), expect: None },
            WriteKind::Delete { id: ann.clone(), expect: None },
            WriteKind::Create { fields: stage.person("Dee", "dee@example.org", ""), raw: None },
        ])
        .await;
    assert_eq!(results.len(), 4);
    assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::NotFound);
    let updated = results[1].as_ref().unwrap().clone().unwrap();
    assert_eq!((&updated.id, text(&updated, &stage.names.name).as_str()), (&bob, "Bob New"));
    assert_eq!(results[2].as_ref().unwrap(), &None);
    let made = results[3].as_ref().unwrap().clone().unwrap();
    let all = stage.list().await;
    assert_eq!(all.len(), PEOPLE.len());
    assert!(!all.contains_key(&ann));
    assert_alike(&all[&bob], &updated);
    assert_alike(&all[&made.id], &made);
}

pub async fn several_of_a_kind_together(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.list().await;
    let creates = (0..5).map(|number| {
        let fields = stage.person(&format!("New {number}"), &format!("new{number}@example.org"), "+32 2 555 00 00");
        WriteKind::Create { fields, raw: None }
    });
    let made: Vec<Record> =
        stage.write_all(creates.collect()).await.into_iter().map(|result| result.unwrap().unwrap()).collect();
    let all = stage.list().await;
    assert_eq!(all.len(), PEOPLE.len() + 5);
    for (number, record) in made.iter().enumerate() {
        // Each create is told of its own record, whatever the order in which the platform answers.
        assert_eq!(text(record, &stage.names.email), format!("new{number}@example.org"));
        assert_alike(&all[&record.id], record);
    }
    let updates = made.iter().enumerate().map(|(number, record)| {
        let field = if number % 2 == 0 { &stage.names.name } else { &stage.names.phone };
        let fields = Fields::from([(field.clone(), format!("+32 2 555 00 0{number}").as_str().into())]);
        WriteKind::Update { id: record.id.clone(), fields, expect: all[&record.id].version.clone() }
    });
    let changed: Vec<Record> =
        stage.write_all(updates.collect()).await.into_iter().map(|result| result.unwrap().unwrap()).collect();
    let all = stage.list().await;
    for (number, (record, was)) in changed.iter().zip(&made).enumerate() {
        let value = format!("+32 2 555 00 0{number}");
        let (name, phone) = (text(record, &stage.names.name), text(record, &stage.names.phone));
        if number % 2 == 0 {
            assert_eq!((name, phone), (value, text(was, &stage.names.phone)));
        } else {
            assert_eq!((name, phone), (text(was, &stage.names.name), value));
        }
        assert_alike(&all[&record.id], record);
    }
    let deletes = changed.iter().map(|record| WriteKind::Delete { id: record.id.clone(), expect: None });
    assert!(stage.write_all(deletes.collect()).await.into_iter().all(|result| result.unwrap().is_none()));
    assert_eq!(stage.list().await, before, "the others are as they were");
}

pub async fn unknown_collection(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let error = stage.connector.list(&stage.context, "no-such-list", &stage.names.want(), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let ids: Vec<String> =
        stage.connector.collections(&stage.context).await.unwrap().into_iter().map(|info| info.id).collect();
    assert!(ids.contains(&stage.collection), "{ids:?}");
}

pub async fn fields_name_what_is_there(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let fields = stage.connector.fields(&stage.context, &stage.collection).await.unwrap();
    for name in stage.names.want() {
        assert!(fields.iter().any(|field| field.name == name), "{name} is among the fields");
    }
    let email = fields.iter().find(|field| field.name == stage.names.email).unwrap();
    assert!(email.samples.iter().any(|sample| sample == PEOPLE[0].email), "{:?}", email.samples);
    assert!(email.samples.len() <= 5);
}

pub async fn identity_stays(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let first = stage.connector.identity(&stage.context).await.unwrap();
    assert!(!first.0.is_empty());
    let id = stage.id_of(&PEOPLE[0]).await;
    stage.update(&id, &stage.names.phone, "+32 2 555 12 12").await;
    assert_eq!(stage.place.connector().identity(&stage.context).await.unwrap(), first);
}

pub async fn requests_are_counted(fixture: &dyn Fixture) {
    let stage = Stage::of(fixture).await;
    let before = stage.connector.requests();
    stage.list().await;
    assert!(stage.connector.requests() > before);
}

fn token(number: usize) -> String {
    format!("01890a5d-ac96-774b-bcce-b302099a{number:04}")
}

pub fn text(record: &Record, field: &str) -> String {
    record.fields.get(field).map(Value::display).unwrap_or_default()
}

fn by_id(records: Vec<Record>) -> BTreeMap<RecordId, Record> {
    records.into_iter().map(|record| (record.id.clone(), record)).collect()
}

/// Whether two answers tell the same of a record. One of them may hold the whole object, and a
/// platform may tell the modified time in one kind of answer only; but never two different times.
#[track_caller]
fn assert_alike(one: &Record, other: &Record) {
    assert_eq!((&one.id, &one.version, &one.fields), (&other.id, &other.version, &other.fields));
    if one.modified.is_some() && other.modified.is_some() {
        assert_eq!(one.modified, other.modified);
    }
}
