//! Alerts: kept until the operator has seen them, and raised once for each matter.

use rusqlite::Row;

use super::codec::{Word, to_limit, to_size};
use super::{Store, StoreError, pair_id};
use crate::model::{Alert, AlertKind, Timestamp};

impl Store {
    /// Raises an alert; none where the same one (pair, kind and key) is still unhealed.
    pub fn raise_alert(
        &mut self,
        pair: &str,
        kind: AlertKind,
        key: &str,
        text: &str,
        at: Timestamp,
    ) -> Result<Option<Alert>, StoreError> {
        self.change(|tx| {
            let raised = tx.execute(
                "INSERT INTO alerts (pair, kind, key, text, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                (pair_id(tx, pair)?, Word(kind), key, text, at.0),
            )?;
            Ok((raised > 0).then(|| Alert {
                id: tx.last_insert_rowid(),
                pair: pair.to_owned(),
                kind,
                key: key.to_owned(),
                text: text.to_owned(),
                at,
                seen: false,
                healed: None,
            }))
        })
    }

    /// Heals the alerts of a kind whose key is not in the list, and returns how many these were.
    pub fn heal_alerts(
        &mut self,
        pair: &str,
        kind: AlertKind,
        keys_except: &[String],
        at: Timestamp,
    ) -> Result<usize, StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            let mut found =
                tx.prepare_cached("SELECT id, key FROM alerts WHERE pair = ?1 AND kind = ?2 AND healed IS NULL")?;
            let open: Vec<(i64, String)> =
                found.query_map((pair, Word(kind)), |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            let mut heal = tx.prepare_cached("UPDATE alerts SET healed = ?2 WHERE id = ?1")?;
            let mut healed = 0;
            for (id, key) in open {
                if !keys_except.contains(&key) {
                    healed += heal.execute((id, at.0))?;
                }
            }
            Ok(healed)
        })
    }

    /// The newest alerts first.
    pub fn alerts(&self, limit: usize) -> Result<Vec<Alert>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT a.id, p.name, a.kind, a.key, a.text, a.at, a.seen, a.healed \
                 FROM alerts a JOIN pairs p ON p.id = a.pair ORDER BY a.id DESC LIMIT ?1",
            )?;
            Ok(found.query_map([to_limit(limit)], alert_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// The operator has seen every alert.
    pub fn alerts_seen(&mut self) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute("UPDATE alerts SET seen = 1 WHERE seen = 0", [])?;
            Ok(())
        })
    }

    /// How many alerts the operator has not seen.
    pub fn unseen_alerts(&self) -> Result<usize, StoreError> {
        self.read(|conn| {
            Ok(conn.query_row("SELECT count(*) FROM alerts WHERE seen = 0", [], |row| row.get(0).map(to_size))?)
        })
    }
}

fn alert_row(row: &Row<'_>) -> rusqlite::Result<Alert> {
    Ok(Alert {
        id: row.get(0)?,
        pair: row.get(1)?,
        kind: row.get::<_, Word<_>>(2)?.0,
        key: row.get(3)?,
        text: row.get(4)?,
        at: Timestamp(row.get(5)?),
        seen: row.get(6)?,
        healed: row.get::<_, Option<i64>>(7)?.map(Timestamp),
    })
}
