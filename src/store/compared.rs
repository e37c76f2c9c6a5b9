//! One person among the records of the newest compares, which lie in files of their own.

use super::compare_rows::RowReader;
use super::person::{Ids, concerns, ids_of, subject_ids};
use super::{Store, StoreError};
use crate::model::{
    CompareRow, FoundPerson, MismatchKind, Observed, PersonData, RecordId, Seen, Side, Subject, Values,
};

/// The records of a pair's newest compare that hold all of these words.
pub(super) fn holding(store: &Store, pair: &str, words: &[String]) -> Result<Vec<CompareRow>, StoreError> {
    read(store, pair, |reader| reader.holding(words))
}

/// The records of the newest compare that are this person.
pub(super) fn naming(store: &Store, person: &FoundPerson) -> Result<Vec<CompareRow>, StoreError> {
    let ids = ids_of(person);
    read(store, &person.pair, |reader| reader.naming(&all(person), &|subject, kind| is_about(subject, kind, &ids)))
}

/// What a side of a record held.
pub(super) fn values(row: &CompareRow, side: Side) -> Values {
    let fields = row.fields.iter();
    fields.filter_map(|field| Some((field.name.clone(), field.now.get(side).clone()?))).collect()
}

/// The ids of the records that a row speaks of.
pub(super) fn ids(row: &CompareRow) -> Ids {
    subject_ids(&row.subject)
}

/// Adds what a compare has seen of these records, where no sync knows them.
pub(super) fn add_to(data: &mut PersonData, rows: &[CompareRow], ids: &Ids) {
    if Side::BOTH.iter().any(|side| !data.records.get(*side).is_empty() || !data.agreed.get(*side).is_empty()) {
        return;
    }
    for row in rows.iter().filter(|row| is_about(&row.subject, row.kind.as_ref(), ids)) {
        for side in Side::BOTH {
            let values = values(row, side);
            if let Some(id) = row.subject.id(side).filter(|_| !values.is_empty()) {
                let seen = Seen { values, ..Seen::default() };
                data.records.get_mut(side).push(Observed { id: id.clone(), seen });
            }
        }
    }
}

/// Whether what a compare says of these records is about one of those.
pub(super) fn is_about(subject: &Subject, kind: Option<&MismatchKind>, ids: &Ids) -> bool {
    let candidates = match kind {
        Some(MismatchKind::DuplicateKey(ids)) => Some(ids),
        Some(MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged) | None => None,
    };
    concerns(subject, candidates, ids)
}

fn all(person: &FoundPerson) -> Vec<RecordId> {
    Side::BOTH.iter().flat_map(|side| person.ids.get(*side).iter().cloned()).collect()
}

/// A file that cannot be read holds nothing that could be shown; erasing anybody takes the whole file away.
fn read(
    store: &Store,
    pair: &str,
    what: impl FnOnce(&RowReader) -> Result<Vec<CompareRow>, StoreError>,
) -> Result<Vec<CompareRow>, StoreError> {
    let Some(file) = store.rows_file(pair)? else { return Ok(Vec::new()) };
    let rows = RowReader::open(&file).and_then(|reader| reader.as_ref().map_or_else(|| Ok(Vec::new()), what));
    Ok(rows.unwrap_or_default())
}
