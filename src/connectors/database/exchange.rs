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
        let held = held(results);
        let before = held.len();
        again(table, writes, results, &held).await?;
        let held = self::held(results);
        let moved = held.len() < before;
        if held.is_empty() || !moved && !exchanged(table, writes, results, &held).await? {
            return Ok(());
        }
    }
}

/// The places of what was refused because of a value that another row holds.
fn held(results: &[(usize, WriteResult)]) -> Vec<usize> {
    let refused = |result: &WriteResult| result.as_ref().is_err_and(|error| error.kind == ErrorKind::Exists);
    (0..results.len()).filter(|place| results.get(*place).is_some_and(|(_, result)| refused(result))).collect()
}

/// Tries these again, in their order.
async fn again(
    table: &mut Table<'_>,
    writes: &[Write],
    results: &mut [(usize, WriteResult)],
    places: &[usize],
) -> Result<(), (usize, Lost)> {
    for place in places {
        let Some((at, result)) = results.get_mut(*place) else { continue };
        let Some(write) = writes.get(*at) else { continue };
        *result = table.alone(&write.kind, &write.token).await.map_err(|lost| (*at, lost))?;
    }
    Ok(())
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
                for (place, result) in written {
                    if let Some((_, slot)) = results.get_mut(place) {
                        *slot = result;
                    }
                }
                return Ok(true);
            }
        }
        table.link.run("ROLLBACK TO SAVEPOINT duosync_exchange").await.map_err(lost)?;
    }
    Ok(false)
}

/// Writes as many of these as go through, each as soon as its value is let go of, and says what came of them.
async fn in_turn(
    table: &mut Table<'_>,
    writes: &[Write],
    results: &[(usize, WriteResult)],
    places: Vec<usize>,
) -> Result<Vec<(usize, WriteResult)>, (usize, Lost)> {
    let mut written = Vec::new();
    let mut left = places;
    loop {
        let mut still = Vec::new();
        for place in &left {
            let Some((at, _)) = results.get(*place) else { continue };
            let (at, Some(write)) = (*at, writes.get(*at)) else { continue };
            match table.alone(&write.kind, &write.token).await.map_err(|lost| (at, lost))? {
                Ok(stored) => written.push((*place, Ok(stored))),
                Err(_still_held) => still.push(*place),
            }
        }
        if still.is_empty() || still.len() == left.len() {
            return Ok(written);
        }
        left = still;
    }
}
