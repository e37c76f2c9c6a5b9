//! Everything about one person: found, gathered and erased.
//!
//! A person is known by the ids of their records: what speaks of one of these ids belongs to them. A
//! search finds records by what they hold, also those that are only left in the history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

use super::codec::Json;
use super::compares::{MISMATCH, mismatch_row};
use super::{Store, StoreError, compared, copies, journal, links, matters, pair_id, schema};
use crate::model::{
    CompareRow, ConflictKind, Erased, FoundPerson, Link, Matter, MatterKind, Mismatch, MismatchKind, Observed, PerSide,
    PersonData, RecordId, Resolution, Seen, Side, Subject, Value, Values, WriteEntry,
};

/// How many people one search names.
const MOST: usize = 100;

/// Words shorter than this are no reason to change a sentence that has them in it.
const SHORTEST: usize = 5;

pub(super) type Ids = BTreeSet<(Side, String)>;

impl Store {
    /// The people whose name, address or any other value holds all of these words, whatever the case.
    pub fn find_people(&self, words: &str) -> Result<Vec<FoundPerson>, StoreError> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        if words.iter().map(String::len).sum::<usize>() < 2 {
            return Ok(Vec::new());
        }
        let pairs = self.read(pairs)?;
        let compared =
            pairs.iter().map(|(_, name)| compared::holding(self, name, &words)).collect::<Result<Vec<_>, _>>()?;
        self.read(|conn| {
            let mut people = Vec::new();
            for ((pair, name), compared) in pairs.into_iter().zip(compared) {
                let mut found = Search { words: &words, groups: Vec::new() };
                found.look(conn, pair)?;
                for row in &compared {
                    let values = Side::BOTH.map(|side| compared::values(row, side));
                    found.take(compared::ids(row), &row.label, &values.iter().collect::<Vec<_>>());
                }
                for group in found.groups {
                    people.push(count(conn, pair, &name, group, &compared)?);
                    if people.len() >= MOST {
                        return Ok(people);
                    }
                }
            }
            Ok(people)
        })
    }

    /// Everything that is kept of a person.
    pub fn person(&self, person: &FoundPerson) -> Result<PersonData, StoreError> {
        let compared = compared::naming(self, person)?;
        let mut data = self.read(|conn| gather(conn, pair_id(conn, &person.pair)?, person))?;
        compared::add_to(&mut data, &compared, &ids_of(person));
        Ok(data)
    }

    /// On which sides the person is in a list, as a sync last saw it.
    pub fn person_there(&self, person: &FoundPerson) -> Result<PerSide<bool>, StoreError> {
        let data = self.read(|conn| gather(conn, pair_id(conn, &person.pair)?, person))?;
        Ok(data.records.as_ref().map(|records| !records.is_empty()))
    }

    /// Erases people from the history. What was last seen of a record that is still in a list stays, as
    /// a sync could not tell otherwise what has changed.
    pub fn erase(&mut self, people: &[FoundPerson]) -> Result<Erased, StoreError> {
        let file = self.file.clone();
        // What is erased is written over on the disk, and not only given free.
        let erased = self.change(|tx| {
            tx.pragma_update(None, "secure_delete", true)?;
            let mut erased = Erased::default();
            for person in people {
                erase_one(tx, pair_id(tx, &person.pair)?, person, false, &mut erased)?;
            }
            Ok(erased)
        })?;
        clean(&self.conn).map_err(|error| error.about(&file))?;
        Ok(erased)
    }
}

/// Erases the same people from a copy of the database: where they are in no list any more, what the copy
/// last saw of them too. False where it is of another format.
pub fn erase_in_copy(copy: &Path, people: &[FoundPerson]) -> Result<bool, StoreError> {
    let mut conn = copies::open_copy(copy)?;
    let mut erase = || -> Result<bool, StoreError> {
        let format: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if usize::try_from(format).ok() != Some(schema::MIGRATIONS.len()) {
            return Ok(false);
        }
        conn.pragma_update(None, "secure_delete", true)?;
        let tx = conn.transaction()?;
        for person in people {
            match pair_id(&tx, &person.pair) {
                // What the copy takes for a record of a list may have left it since.
                Ok(pair) => {
                    let gone = !person.there.a && !person.there.b;
                    erase_one(&tx, pair, person, gone, &mut Erased::default())?;
                }
                // The copy is older than the pair.
                Err(StoreError::NoSuchPair(_)) => {}
                Err(error) => return Err(error),
            }
        }
        tx.commit()?;
        clean(&conn)?;
        Ok(true)
    };
    erase().map_err(|error| error.about(copy))
}

/// Writes the database anew, so that nothing of what was erased is left in pages that are free.
fn clean(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch("VACUUM")?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn pairs(conn: &Connection) -> Result<Vec<(i64, String)>, StoreError> {
    let mut found = conn.prepare_cached("SELECT id, name FROM pairs ORDER BY name")?;
    let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records that belong together.
#[derive(Default)]
struct Group {
    ids: Ids,
    label: String,
    detail: String,
}

struct Search<'w> {
    words: &'w [String],
    groups: Vec<Group>,
}

impl Search<'_> {
    fn look(&mut self, conn: &Connection, pair: i64) -> Result<(), StoreError> {
        // The text of a row is looked at before it is understood: most rows are of somebody else.
        let mut found = conn.prepare_cached("SELECT id, a_id, b_id, a, b, flips FROM links WHERE pair = ?1")?;
        let mut rows = found.query([pair])?;
        while let Some(row) = rows.next()? {
            if self.may(&[row.get_ref(3)?.as_str().unwrap_or_default(), row.get_ref(4)?.as_str().unwrap_or_default()]) {
                let link: Link = links::link_row(row)?;
                let values: Vec<&Values> = Side::BOTH.iter().flat_map(|side| of_link(&link, *side)).collect();
                self.take(link_ids(&link), "", &values);
            }
        }
        let mut found = conn.prepare_cached("SELECT side, record, seen FROM unlinked WHERE pair = ?1")?;
        let mut rows = found.query([pair])?;
        while let Some(row) = rows.next()? {
            if self.may(&[row.get_ref(2)?.as_str().unwrap_or_default()]) {
                let seen: Seen = row.get::<_, Json<Seen>>(2)?.0;
                self.take(
                    [(side_of(row.get_ref(0)?.as_str().unwrap_or_default()), row.get(1)?)].into(),
                    "",
                    &[&seen.values],
                );
            }
        }
        let sql = format!("{} JOIN runs r ON r.id = w.run WHERE r.pair = ?1 ORDER BY w.seq DESC", journal::WRITE);
        let mut found = conn.prepare_cached(&sql)?;
        let mut rows = found.query([pair])?;
        while let Some(row) = rows.next()? {
            if self.may(&[row.get_ref(6)?.as_str().unwrap_or_default(), row.get_ref(7)?.as_str().unwrap_or_default()]) {
                let write = journal::write_row(row)?;
                let values = write_values(&write);
                self.take(write_ids(&write), &write.label, &values.iter().collect::<Vec<_>>());
            }
        }
        let mut found = conn.prepare_cached(
            "SELECT w.subject, w.side, w.record, w.label, raws.raw FROM raws JOIN writes w ON w.seq = raws.write \
             JOIN runs r ON r.id = w.run WHERE r.pair = ?1",
        )?;
        let mut rows = found.query([pair])?;
        while let Some(row) = rows.next()? {
            if self.may(&[row.get_ref(4)?.as_str().unwrap_or_default()]) {
                let mut ids = subject_ids(&row.get::<_, Json<Subject>>(0)?.0);
                ids.extend(
                    row.get::<_, Option<String>>(2)?
                        .map(|id| (side_of(&row.get::<_, String>(1).unwrap_or_default()), id)),
                );
                let raw = Values::from([("raw".to_owned(), Value::Text(row.get(4)?))]);
                let label: String = row.get(3)?;
                self.take(ids, &label, &[&raw]);
            }
        }
        let sql = format!("{} WHERE m.pair = ?1 ORDER BY m.id DESC", matters::MATTER);
        let mut found = conn.prepare_cached(&sql)?;
        let mut rows = found.query([pair])?;
        while let Some(row) = rows.next()? {
            if self.may(&[row.get_ref(4)?.as_str().unwrap_or_default(), row.get_ref(6)?.as_str().unwrap_or_default()]) {
                let matter = matters::matter_row(row)?;
                let values = field_values(&matter);
                self.take(subject_ids(&matter.subject), &matter.label, &values.iter().collect::<Vec<_>>());
            }
        }
        Ok(())
    }

    /// Whether a row can hold the words at all.
    fn may(&self, texts: &[&str]) -> bool {
        let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        // Quotes and backslashes stand for themselves with a backslash before them.
        let plain = |word: &String| !word.contains(['"', '\\', '\u{8}', '\u{c}', '\t']);
        self.words.iter().filter(|word| plain(word)).all(|word| lower.iter().any(|text| text.contains(word.as_str())))
    }

    /// Takes records whose values hold all the words.
    fn take(&mut self, ids: Ids, label: &str, values: &[&Values]) {
        let texts: Vec<String> = values.iter().flat_map(|values| values.values().map(Value::display)).collect();
        let all = format!("{label}\n{}", texts.join("\n")).to_lowercase();
        if ids.is_empty() || !self.words.iter().all(|word| all.contains(word.as_str())) {
            return;
        }
        let (mut together, apart): (Vec<Group>, Vec<Group>) =
            std::mem::take(&mut self.groups).into_iter().partition(|group| !group.ids.is_disjoint(&ids));
        self.groups = apart;
        let mut group = if together.is_empty() { Group::default() } else { together.swap_remove(0) };
        for other in together {
            group.ids.extend(other.ids);
        }
        group.ids.extend(ids);
        if group.label.is_empty() {
            group.label = if label.is_empty() { name_among(values).unwrap_or_default() } else { label.to_owned() };
        }
        if group.detail.is_empty() {
            let mail = texts.iter().find(|text| text.contains('@') && **text != group.label);
            let other = || texts.iter().find(|text| !text.trim().is_empty() && **text != group.label);
            group.detail = mail.or_else(other).map(|text| short(text)).unwrap_or_default();
        }
        self.groups.push(group);
    }
}

fn count(
    conn: &Connection,
    pair: i64,
    name: &str,
    group: Group,
    compared: &[CompareRow],
) -> Result<FoundPerson, StoreError> {
    let side = |side: Side| {
        group.ids.iter().filter(|(at, _)| *at == side).map(|(_, id)| RecordId::new(id.as_str())).collect::<Vec<_>>()
    };
    let mut person = FoundPerson {
        pair: name.to_owned(),
        ids: PerSide::new(side(Side::A), side(Side::B)),
        label: group.label,
        detail: group.detail,
        ..FoundPerson::default()
    };
    let mut data = gather(conn, pair, &person)?;
    person.there = data.records.as_ref().map(|records| !records.is_empty());
    compared::add_to(&mut data, compared, &group.ids);
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    person.counts.records = number(data.records.a.len() + data.records.b.len());
    person.counts.writes = number(data.writes.len());
    person.counts.matters = number(data.matters.len() + data.differences.len());
    person.counts.kept = number(data.kept.len());
    Ok(person)
}

fn gather(conn: &Connection, pair: i64, person: &FoundPerson) -> Result<PersonData, StoreError> {
    let ids = ids_of(person);
    let mut data = PersonData { pair: person.pair.clone(), label: person.label.clone(), ..PersonData::default() };
    for link in links_of(conn, pair, &ids)? {
        for side in Side::BOTH {
            let (id, held) = (link.ids.get(side), link.sides.get(side));
            if !held.gone {
                data.records.get_mut(side).push(Observed { id: id.clone(), seen: held.seen.clone() });
            }
            if held.gone || held.values != held.seen.values {
                let seen = Seen { values: held.values.clone(), ..Seen::default() };
                data.agreed.get_mut(side).push(Observed { id: id.clone(), seen });
            }
        }
    }
    let mut found = conn.prepare_cached("SELECT seen FROM unlinked WHERE pair = ?1 AND side = ?2 AND record = ?3")?;
    for (side, id) in &ids {
        let rows = found.query_map((pair, side.letter(), id), |row| Ok(row.get::<_, Json<Seen>>(0)?.0))?;
        for seen in rows {
            data.records.get_mut(*side).push(Observed { id: RecordId::new(id.as_str()), seen: seen? });
        }
    }
    for (_, write) in writes_of(conn, pair, &ids)? {
        let mut raw =
            conn.prepare_cached("SELECT raw FROM raws JOIN writes ON writes.seq = raws.write WHERE writes.id = ?1")?;
        for raw in raw.query_map([&write.id], |row| row.get(0))? {
            data.kept.push((write.id.clone(), raw?));
        }
        data.writes.push(write);
    }
    data.matters = matters_of(conn, pair, &ids)?;
    data.differences = differences_of(conn, pair, &ids)?.into_iter().map(|(_, mismatch)| mismatch).collect();
    Ok(data)
}

fn erase_one(
    conn: &Connection,
    pair: i64,
    person: &FoundPerson,
    gone: bool,
    erased: &mut Erased,
) -> Result<(), StoreError> {
    let ids = ids_of(person);
    let data = gather(conn, pair, person)?;
    let words = words_about(person, &data);
    let there = !gone && person_there(&data) > 0;
    for (seq, write) in writes_of(conn, pair, &ids)? {
        erased.kept += u64::from(data.kept.iter().any(|(id, _)| *id == write.id));
        conn.execute("DELETE FROM raws WHERE write = ?1", [seq])?;
        conn.execute("DELETE FROM writes WHERE seq = ?1", [seq])?;
        erased.writes += 1;
    }
    // They are known by their matters.
    let differences = differences_of(conn, pair, &ids)?;
    for matter in &data.matters {
        // An answer about a key that the person shares names the key.
        let key = matter.subject.key();
        conn.execute("DELETE FROM decisions WHERE pair = ?1 AND subject_key = ?2", (pair, key))?;
        conn.execute("DELETE FROM matters WHERE id = ?1", [matter.id.0])?;
        erased.matters += 1;
    }
    for (row, _) in differences {
        conn.execute("DELETE FROM compare_mismatches WHERE id = ?1", [row])?;
        erased.matters += 1;
    }
    erased.matters += erase_answers(conn, pair, &ids, there)?;
    for link in links_of(conn, pair, &ids)? {
        let Some(id) = link.id else { continue };
        if gone || link.sides.a.gone && link.sides.b.gone {
            conn.execute("DELETE FROM link_keys WHERE pair = ?1 AND link = ?2", (pair, id.0))?;
            conn.execute("DELETE FROM links WHERE id = ?1", [id.0])?;
            erased.forgotten += 1;
        } else {
            conn.execute("UPDATE links SET flips = NULL WHERE id = ?1", [id.0])?;
        }
    }
    if gone {
        for (side, id) in &ids {
            conn.execute(
                "DELETE FROM unlinked WHERE pair = ?1 AND side = ?2 AND record = ?3",
                (pair, side.letter(), id),
            )?;
        }
    }
    erased.still_there += person_there(&data);
    erased.sentences += erase_sentences(conn, pair, &ids, &words)?;
    Ok(())
}

fn person_there(data: &PersonData) -> u64 {
    u64::try_from(data.records.a.len() + data.records.b.len()).unwrap_or(u64::MAX)
}

/// Answers that hold what the operator typed, and all of them where the records are gone.
fn erase_answers(conn: &Connection, pair: i64, ids: &Ids, there: bool) -> Result<u64, StoreError> {
    let mut found =
        conn.prepare_cached("SELECT subject_key, slot, subject, resolution FROM decisions WHERE pair = ?1")?;
    let rows = found.query_map([pair], |row| {
        let (subject, resolution) = (row.get::<_, Json<Subject>>(2)?.0, row.get::<_, Json<Resolution>>(3)?.0);
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, subject, resolution))
    })?;
    let mut gone = Vec::new();
    for row in rows {
        let (key, slot, subject, resolution) = row?;
        let typed = matches!(resolution, Resolution::Fields(_));
        if !subject_ids(&subject).is_disjoint(ids) && (typed || !there) {
            gone.push((key, slot));
        }
    }
    let mut delete = conn.prepare_cached("DELETE FROM decisions WHERE pair = ?1 AND subject_key = ?2 AND slot = ?3")?;
    let mut number = 0;
    for (key, slot) in gone {
        number += u64::try_from(delete.execute((pair, key, slot))?).unwrap_or_default();
    }
    Ok(number)
}

/// Alerts and reports of runs that name the person.
fn erase_sentences(conn: &Connection, pair: i64, ids: &Ids, words: &[String]) -> Result<u64, StoreError> {
    let names = |text: &str| {
        let lower = text.to_lowercase();
        words.iter().any(|word| lower.contains(word.as_str()))
    };
    let id_in = |key: &str| key.split(' ').any(|part| ids.iter().any(|(_, id)| id == part));
    let mut number = 0;
    let mut found = conn.prepare_cached("SELECT id, key, text FROM alerts WHERE pair = ?1")?;
    let rows: Vec<(i64, String, String)> =
        found.query_map([pair], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    for (id, key, text) in rows {
        if names(&text) || names(&key) || id_in(&key) {
            conn.execute("DELETE FROM alerts WHERE id = ?1", [id])?;
            number += 1;
        }
    }
    let mut found = conn.prepare_cached("SELECT id, failed, message FROM runs WHERE pair = ?1")?;
    let rows: Vec<(i64, Json<Vec<crate::model::FailedRecord>>, Option<String>)> =
        found.query_map([pair], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    for (id, Json(mut failed), message) in rows {
        let before = failed.len();
        failed.retain(|record| {
            !ids.iter().any(|(_, id)| *id == record.id) && !names(&record.label) && !names(&record.error)
        });
        let named = message.as_deref().is_some_and(names);
        if failed.len() < before || named {
            conn.execute(
                "UPDATE runs SET failed = ?2, message = ?3 WHERE id = ?1",
                (id, Json(&failed), message.filter(|_| !named)),
            )?;
            number += 1;
        }
    }
    let why: Option<String> =
        conn.query_row("SELECT failing_why FROM pairs WHERE id = ?1", [pair], |row| row.get(0))?;
    if why.as_deref().is_some_and(names) {
        conn.execute("UPDATE pairs SET failing_why = '' WHERE id = ?1", [pair])?;
        number += 1;
    }
    Ok(number)
}

/// The words by which a sentence names the person, in small letters.
fn words_about(person: &FoundPerson, data: &PersonData) -> Vec<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    let mut add = |text: &str| {
        let text = text.trim().to_lowercase();
        if text.chars().count() >= SHORTEST {
            words.insert(text);
        }
    };
    add(&person.label);
    let mail = |value: &Value| value.display().contains('@').then(|| value.display());
    for side in Side::BOTH {
        for record in data.records.get(side).iter().chain(data.agreed.get(side)) {
            record.seen.values.values().filter_map(mail).for_each(|text| add(&text));
        }
    }
    for write in &data.writes {
        add(&write.label);
        let values = write_values(write);
        values.iter().flat_map(Values::values).filter_map(mail).for_each(|text| add(&text));
    }
    for matter in &data.matters {
        if !subject_ids(&matter.subject).is_empty() {
            add(&matter.label);
        }
    }
    words.into_iter().collect()
}

pub(super) fn ids_of(person: &FoundPerson) -> Ids {
    Side::BOTH.iter().flat_map(|side| person.ids.get(*side).iter().map(|id| (*side, id.as_str().to_owned()))).collect()
}

fn links_of(conn: &Connection, pair: i64, ids: &Ids) -> Result<Vec<Link>, StoreError> {
    let mut by_id: BTreeMap<Option<crate::model::LinkId>, Link> = BTreeMap::new();
    for (side, id) in ids {
        let column = match side {
            Side::A => "a_id",
            Side::B => "b_id",
        };
        let sql = format!("SELECT id, a_id, b_id, a, b, flips FROM links WHERE pair = ?1 AND {column} = ?2");
        let mut found = conn.prepare_cached(&sql)?;
        for link in found.query_map((pair, id), links::link_row)? {
            let link = link?;
            by_id.insert(link.id, link);
        }
    }
    Ok(by_id.into_values().collect())
}

/// The writes of these records, each with its place in the journal, oldest first.
fn writes_of(conn: &Connection, pair: i64, ids: &Ids) -> Result<Vec<(i64, WriteEntry)>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT w.id, w.run, w.side, w.kind, w.subject, w.record, w.label, w.fields, w.reason, w.state, w.error, w.at, \
         w.seq FROM writes w JOIN runs r ON r.id = w.run WHERE r.pair = ?1 ORDER BY w.seq",
    )?;
    let mut rows = found.query([pair])?;
    let mut mine = Vec::new();
    while let Some(row) = rows.next()? {
        let subject = subject_ids(&row.get::<_, Json<Subject>>(4)?.0);
        let record: Option<String> = row.get(5)?;
        let side = side_of(row.get_ref(2)?.as_str().unwrap_or_default());
        if !subject.is_disjoint(ids) || record.is_some_and(|id| ids.contains(&(side, id))) {
            mine.push((row.get(12)?, journal::write_row(row)?));
        }
    }
    Ok(mine)
}

fn matters_of(conn: &Connection, pair: i64, ids: &Ids) -> Result<Vec<Matter>, StoreError> {
    let mut found = conn.prepare_cached(&format!("{} WHERE m.pair = ?1 ORDER BY m.id", matters::MATTER))?;
    let mut mine = Vec::new();
    for matter in found.query_map([pair], matters::matter_row)? {
        let matter = matter?;
        let candidates = match &matter.kind {
            MatterKind::Conflict(ConflictKind::Ambiguous(ids))
            | MatterKind::Mismatch(MismatchKind::DuplicateKey(ids)) => Some(ids),
            MatterKind::Conflict(_) | MatterKind::Mismatch(_) => None,
        };
        if concerns(&matter.subject, candidates, ids) {
            mine.push(matter);
        }
    }
    Ok(mine)
}

fn differences_of(conn: &Connection, pair: i64, ids: &Ids) -> Result<Vec<(i64, Mismatch)>, StoreError> {
    let mut found = conn.prepare_cached(&format!(
        "{MISMATCH} WHERE c.compare IN (SELECT id FROM compares WHERE pair = ?1) ORDER BY c.id"
    ))?;
    let mut mine = Vec::new();
    for row in found.query_map([pair], mismatch_row)? {
        if let (id, Some(mismatch)) = row?
            && compared::is_about(&mismatch.subject, Some(&mismatch.kind), ids)
        {
            mine.push((id, mismatch));
        }
    }
    Ok(mine)
}

pub(super) fn concerns(subject: &Subject, candidates: Option<&PerSide<Vec<RecordId>>>, ids: &Ids) -> bool {
    let among = candidates.is_some_and(|candidates| {
        Side::BOTH
            .iter()
            .any(|side| candidates.get(*side).iter().any(|id| ids.contains(&(*side, id.as_str().to_owned()))))
    });
    among || !subject_ids(subject).is_disjoint(ids)
}

pub(super) fn subject_ids(subject: &Subject) -> Ids {
    Side::BOTH.iter().filter_map(|side| Some((*side, subject.id(*side)?.as_str().to_owned()))).collect()
}

fn link_ids(link: &Link) -> Ids {
    Side::BOTH.iter().map(|side| (*side, link.ids.get(*side).as_str().to_owned())).collect()
}

fn of_link(link: &Link, side: Side) -> [&Values; 2] {
    let side = link.sides.get(side);
    [&side.seen.values, &side.values]
}

fn write_ids(write: &WriteEntry) -> Ids {
    let mut ids = subject_ids(&write.subject);
    ids.extend(write.record.as_ref().map(|id| (write.side, id.as_str().to_owned())));
    ids
}

/// The values of a write, before and after.
fn write_values(write: &WriteEntry) -> Vec<Values> {
    let of = |pick: fn(&crate::model::WriteField) -> &Option<Value>| {
        write.fields.iter().filter_map(|field| Some((field.name.clone(), pick(field).clone()?))).collect()
    };
    vec![of(|field| &field.after), of(|field| &field.before)]
}

fn field_values(matter: &Matter) -> Vec<Values> {
    let of = |side: Side| {
        let fields = matter.fields.iter();
        fields.filter_map(|field| Some((field.name.clone(), field.now.get(side).clone()?))).collect()
    };
    vec![of(Side::A), of(Side::B)]
}

/// A value that is most likely a name: of the first field that has "name" in its own.
fn name_among(values: &[&Values]) -> Option<String> {
    let filled = |value: &&Value| !value.is_empty();
    let named = values
        .iter()
        .flat_map(|values| values.iter())
        .filter(|(field, _)| field.to_lowercase().contains("name") || field.to_lowercase().contains("naam"))
        .map(|(_, value)| value)
        .find(filled);
    named.or_else(|| values.iter().flat_map(|values| values.values()).find(filled)).map(|value| short(&value.display()))
}

fn short(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(80).collect()
}

fn side_of(letter: &str) -> Side {
    if letter == "a" { Side::A } else { Side::B }
}
