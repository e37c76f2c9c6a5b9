//! Rows that stand in each other's way: one is to hold a value that has to be unique, and another holds it still.

use super::writing::{Lost, Table};
use crate::connectors::{ErrorKind, Write, WriteKind, WriteResult};
use crate::model::{Fields, Value};

/// Of so many rows at most it is tried out which has to let go of its values for the others.
const MOST: usize = 20;

/// Tries once more what was refused because another row holds such a value: one that was written after it may
/// have let go of it. Rows that exchange values hold each other up; there one of them is emptied first, within
/// the transaction, so that nobody sees it. What is refused then stays refused.
pub(super) async fn once_more(
    table: &mut Table<'_>,
    writes: &[Write],
    results: &mut [(usize, WriteResult)],
) -> Result<(), (usize, Lost)> {
    loop {
        let places = held(results);
        let tried = in_turn(table, writes, results, places).await?;
        put(results, tried);
        let held = held(results);
        if held.is_empty() || !exchanged(table, writes, results, &held).await? {
            return Ok(());
        }
    }
}

/// Takes these results in the place of what was told before.
fn put(results: &mut [(usize, WriteResult)], tried: Vec<(usize, WriteResult)>) {
    for (place, result) in tried {
        if let Some((_, slot)) = results.get_mut(place) {
            *slot = result;
        }
    }
}

/// The places of what was refused because of a value that another row holds.
fn held(results: &[(usize, WriteResult)]) -> Vec<usize> {
    let refused = |result: &WriteResult| result.as_ref().is_err_and(|error| error.kind == ErrorKind::Exists);
    (0..results.len()).filter(|place| results.get(*place).is_some_and(|(_, result)| refused(result))).collect()
}

/// Empties one of these rows, writes the others, and then this one. Says whether one was found for which that
/// goes through; of all others nothing stays.
async fn exchanged(
    table: &mut Table<'_>,
    writes: &[Write],
    results: &mut [(usize, WriteResult)],
    held: &[usize],
) -> Result<bool, (usize, Lost)> {
    if !(2..=MOST).contains(&held.len()) {
        return Ok(false);
    }
    for place in held {
        let Some((at, _)) = results.get(*place) else { continue };
        let (at, Some(write)) = (*at, writes.get(*at)) else { continue };
        let WriteKind::Update { id, fields, expect } = &write.kind else { continue };
        let lost = |error| (at, Lost::All(error));
        let emptied: Fields = fields.iter().map(|(name, _)| (name.clone(), Value::text(""))).collect();
        let empty = WriteKind::Update { id: id.clone(), fields: emptied, expect: expect.clone() };
        let full = WriteKind::Update { id: id.clone(), fields: fields.clone(), expect: None };
        table.link.run("SAVEPOINT duosync_exchange").await.map_err(lost)?;
        if table.alone(&empty, &write.token).await.map_err(|lost| (at, lost))?.is_ok() {
            let others = held.iter().copied().filter(|other| other != place).collect();
            let mut written = in_turn(table, writes, results, others).await?;
            let result = table.alone(&full, &write.token).await.map_err(|lost| (at, lost))?;
            if result.is_ok() {
                table.link.run("RELEASE SAVEPOINT duosync_exchange").await.map_err(lost)?;
                written.push((*place, result));
                put(results, written);
                return Ok(true);
            }
        }
        table.link.run("ROLLBACK TO SAVEPOINT duosync_exchange").await.map_err(lost)?;
    }
    Ok(false)
}

/// Writes as many of these as go through, each as soon as its value is let go of, and says what came of each.
async fn in_turn(
    table: &mut Table<'_>,
    writes: &[Write],
    results: &[(usize, WriteResult)],
    places: Vec<usize>,
) -> Result<Vec<(usize, WriteResult)>, (usize, Lost)> {
    let (mut written, mut left) = (Vec::new(), places);
    loop {
        let mut refused = Vec::new();
        for place in &left {
            let Some((at, _)) = results.get(*place) else { continue };
            let (at, Some(write)) = (*at, writes.get(*at)) else { continue };
            let result = table.alone(&write.kind, &write.token).await.map_err(|lost| (at, lost))?;
            if result.is_ok() { &mut written } else { &mut refused }.push((*place, result));
        }
        if refused.is_empty() || refused.len() == left.len() {
            written.extend(refused);
            return Ok(written);
        }
        left = refused.into_iter().map(|(place, _)| place).collect();
    }
}
