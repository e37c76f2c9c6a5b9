//! Accounts and pairs as the operator has set them up.

use rusqlite::{Connection, OptionalExtension, Row};

use super::codec::{Json, to_count};
use super::{Store, StoreError, links, pair_id};
use crate::model::{AccountSettings, FieldMapping, Identity, PairSpec, Side, Timestamp};

/// A pair and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairRow {
    /// Its settings.
    pub spec: PairSpec,
    /// Whether its schedule is paused.
    pub paused: bool,
    /// The fingerprint of the settings for which the operator has accepted a preview.
    pub accepted: Option<String>,
    /// When the last compare was, and how many mismatches it found.
    pub last_compare: Option<(Timestamp, u64)>,
    /// Since when every run has failed.
    pub failing_since: Option<Timestamp>,
    /// Why the last run failed.
    pub failing_why: Option<String>,
}

impl Store {
    /// The accounts, by name.
    pub fn accounts(&self) -> Result<Vec<AccountSettings>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached("SELECT settings FROM accounts ORDER BY name")?;
            let rows = found.query_map([], |row| Ok(row.get::<_, Json<AccountSettings>>(0)?.0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Adds an account or replaces the one of the same name.
    pub fn save_account(&mut self, account: &AccountSettings) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute(
                "INSERT INTO accounts (name, settings) VALUES (?1, ?2) \
                 ON CONFLICT (name) DO UPDATE SET settings = excluded.settings",
                (&account.name, Json(account)),
            )?;
            Ok(())
        })
    }

    /// Forgets an account. Whether a pair still uses it is the caller's to ask.
    pub fn remove_account(&mut self, name: &str) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute("DELETE FROM accounts WHERE name = ?1", [name])?;
            Ok(())
        })
    }

    /// Who was behind the account on this side of a pair when it was pinned.
    pub fn identity(&self, pair: &str, side: Side) -> Result<Option<Identity>, StoreError> {
        self.read(|conn| {
            let pair = pair_id(conn, pair)?;
            let mut found = conn.prepare_cached("SELECT identity FROM identities WHERE pair = ?1 AND side = ?2")?;
            Ok(found.query_row((pair, side.letter()), |row| row.get(0).map(Identity)).optional()?)
        })
    }

    /// Pins who is behind the account on this side of a pair.
    pub fn pin_identity(&mut self, pair: &str, side: Side, identity: &Identity) -> Result<(), StoreError> {
        self.change(|tx| {
            let pair = pair_id(tx, pair)?;
            tx.execute(
                "INSERT INTO identities (pair, side, identity) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (pair, side) DO UPDATE SET identity = excluded.identity",
                (pair, side.letter(), &identity.0),
            )?;
            Ok(())
        })
    }

    /// The pairs, by name.
    pub fn pairs(&self) -> Result<Vec<PairRow>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT p.spec, p.paused, p.accepted, c.started, c.mismatches, p.failing_since, p.failing_why \
                 FROM pairs p LEFT JOIN compares c ON c.id = (SELECT max(id) FROM compares WHERE pair = p.id) \
                 ORDER BY p.name",
            )?;
            let rows = found.query_map([], pair_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Adds a pair, or gives the one of the same name new settings; its links, history and the rest
    /// stay. What was agreed of a mapping that takes other fields now was of the old ones, and is forgotten: else the
    /// other field would look like a change of its record.
    pub fn save_pair(&mut self, spec: &PairSpec) -> Result<(), StoreError> {
        self.change(|tx| {
            let before: Option<Json<PairSpec>> = tx
                .prepare_cached("SELECT spec FROM pairs WHERE name = ?1")?
                .query_row([&spec.name], |row| row.get(0))
                .optional()?;
            let moved: Vec<&String> = before.map(|before| moved(&before.0, spec)).unwrap_or_default();
            if !moved.is_empty() {
                links::forget_mappings(tx, pair_id(tx, &spec.name)?, &moved)?;
            }
            tx.execute(
                "INSERT INTO pairs (name, spec) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET spec = excluded.spec",
                (&spec.name, Json(spec)),
            )?;
            Ok(())
        })
    }

    /// Forgets a pair with everything that belongs to it.
    pub fn remove_pair(&mut self, name: &str) -> Result<(), StoreError> {
        self.change(|tx| {
            tx.execute("DELETE FROM pairs WHERE name = ?1", [name])?;
            Ok(())
        })
    }

    /// Forgets which records of a pair go together and what was agreed about them. The next run matches them
    /// anew and shows first what it would do; the history and the operator's answers stay.
    pub fn match_anew(&mut self, pair: &str) -> Result<(), StoreError> {
        self.change(|tx| {
            let id = pair_id(tx, pair)?;
            for table in ["links", "link_keys", "unlinked", "cursors"] {
                tx.execute(&format!("DELETE FROM {table} WHERE pair = ?1"), [id])?;
            }
            change(tx, pair, "UPDATE pairs SET accepted = NULL, indexed = NULL WHERE name = ?1", [pair])
        })
    }

    /// Pauses the schedule of a pair, or lets it go on.
    pub fn set_paused(&mut self, pair: &str, paused: bool) -> Result<(), StoreError> {
        self.change(|tx| change(tx, pair, "UPDATE pairs SET paused = ?2 WHERE name = ?1", (pair, paused)))
    }

    /// Remembers for which settings the operator has accepted a preview; none asks again.
    pub fn set_accepted(&mut self, pair: &str, fingerprint: Option<&str>) -> Result<(), StoreError> {
        self.change(|tx| change(tx, pair, "UPDATE pairs SET accepted = ?2 WHERE name = ?1", (pair, fingerprint)))
    }

    /// Remembers since when and why a pair fails; none when it works again.
    pub fn set_failing(&mut self, pair: &str, failing: Option<(Timestamp, String)>) -> Result<(), StoreError> {
        let (since, why) = failing.map(|(since, why)| (since.0, why)).unzip();
        self.change(|tx| {
            let sql = "UPDATE pairs SET failing_since = ?2, failing_why = ?3 WHERE name = ?1";
            change(tx, pair, sql, (pair, since, why))
        })
    }
}

/// Changes one pair, which must be there.
fn change(conn: &Connection, pair: &str, sql: &str, values: impl rusqlite::Params) -> Result<(), StoreError> {
    if conn.execute(sql, values)? == 0 { Err(StoreError::NoSuchPair(pair.to_owned())) } else { Ok(()) }
}

fn pair_row(row: &Row<'_>) -> rusqlite::Result<PairRow> {
    let compared: Option<i64> = row.get(3)?;
    let mismatches: Option<i64> = row.get(4)?;
    Ok(PairRow {
        spec: row.get::<_, Json<PairSpec>>(0)?.0,
        paused: row.get(1)?,
        accepted: row.get(2)?,
        last_compare: compared.zip(mismatches).map(|(at, count)| (Timestamp(at), to_count(count))),
        failing_since: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        failing_why: row.get(6)?,
    })
}

/// The mappings that take other fields than before.
fn moved<'s>(before: &PairSpec, now: &'s PairSpec) -> Vec<&'s String> {
    let is_moved = |mapping: &&FieldMapping| {
        before
            .field(&mapping.name)
            .is_some_and(|before| before.fields != mapping.fields || before.transform != mapping.transform)
    };
    now.fields.iter().filter(is_moved).map(|mapping| &mapping.name).collect()
}
