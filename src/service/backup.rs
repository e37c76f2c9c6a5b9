//! Copies of the workspace's database: one a day by itself, others when they are asked for, and the way
//! back.

use std::path::{Path, PathBuf};

use jiff::Timestamp as Moment;
use jiff::tz::TimeZone;

use super::api::{CopyReason, KeptCopy};
use super::job::{Shared, now};
use super::{Problem, Reply};
use crate::model::{Outcome, Timestamp};
use crate::store::{self, Store, StoreError};
use crate::texts::tr;

/// How many daily copies are kept, and how many of those made before a restore.
const KEPT: usize = 14;

/// How the names of the copies begin.
const DAILY: &str = "daily-";
const ASKED: &str = "asked-";
const BEFORE_RESTORE: &str = "before-restore-";
const BEFORE_UPGRADE: &str = "before-migration-";

/// When a copy took the place of the database.
const RESTORED: &str = "restored_at";

/// The copies in a workspace, newest first.
pub(crate) fn list(workspace: &Path) -> Vec<KeptCopy> {
    let copies = store::copies(workspace).into_iter();
    copies
        .map(|copy| {
            let name = copy.file.file_name().unwrap_or_default().to_string_lossy();
            let why = if name.starts_with(DAILY) {
                CopyReason::Daily
            } else if name.starts_with(BEFORE_RESTORE) {
                CopyReason::BeforeRestore
            } else if name.starts_with(BEFORE_UPGRADE) {
                CopyReason::BeforeUpgrade
            } else {
                CopyReason::Asked
            };
            KeptCopy { why, at: Timestamp(copy.at), bytes: copy.bytes, file: copy.file }
        })
        .collect()
}

/// Whether a daily copy is due: the first of each local day.
pub(crate) fn is_due(copies: &[KeptCopy], at: Timestamp, zone: &TimeZone) -> bool {
    let today = daily_name(at, zone);
    !copies.iter().any(|copy| copy.file.file_name().is_some_and(|name| name == today.as_str()))
}

/// Makes the copy of the day where it is due, and lets the oldest go. Blocks.
pub(crate) fn daily(workspace: &Path) -> Result<Option<PathBuf>, StoreError> {
    let (at, zone) = (now(), TimeZone::system());
    if !is_due(&list(workspace), at, &zone) {
        return Ok(None);
    }
    let file = store::copy_path(workspace, &daily_name(at, &zone));
    store::copy_workspace(workspace, &file)?;
    // A workspace that stays open for weeks is checked here, once a day, where nobody waits for it.
    store::check_copy(workspace, &file)?;
    for why in [CopyReason::Daily, CopyReason::BeforeRestore] {
        for old in too_many(&list(workspace), why) {
            store::remove_copy(&old)?;
        }
    }
    Ok(Some(file))
}

/// Copies the database to a file, or among the copies in the workspace.
pub(crate) async fn back_up(workspace: &Path, file: Option<PathBuf>) -> Result<Reply, Problem> {
    let workspace = workspace.to_owned();
    let file = file.unwrap_or_else(|| unused(&workspace, ASKED, now()));
    if store_file(&workspace, &file) {
        return Err(Problem::wrong_use(tr!("settings-copy-onto-itself")));
    }
    blocking(move || store::copy_workspace(&workspace, &file).map(|()| Reply::Written(file))).await
}

/// Puts a copy in the place of what is remembered, of which a copy is kept first.
pub(crate) async fn restore(shared: &Shared, workspace: &Path, copy: PathBuf) -> Result<Reply, Problem> {
    if store_file(workspace, &copy) {
        return Err(Problem::wrong_use(tr!("settings-copy-onto-itself")));
    }
    let before = unused(workspace, BEFORE_RESTORE, now());
    let kept = before.clone();
    let restored = shared.db.with(move |store| {
        store.backup_to(&kept)?;
        store.restore_from(&copy)?;
        notice(store)
    });
    restored.await.map_err(|error| Problem::failed(error.to_string()))?;
    let prefs = shared.db.with(|store| Ok(super::prefs::Kept::of(store).get())).await;
    shared.prefs.set(prefs.map_err(|error| Problem::failed(error.to_string()))?);
    Ok(Reply::Written(before))
}

/// Forgets which records of a pair go together, of which a copy is kept first.
pub(crate) async fn match_anew(shared: &Shared, workspace: &Path, pair: String) -> Result<Reply, Problem> {
    let before = unused(workspace, ASKED, now());
    let kept = before.clone();
    let forgotten = shared.db.with(move |store| {
        store.backup_to(&kept)?;
        store.match_anew(&pair)
    });
    forgotten.await.map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Reply::Written(before))
}

/// Puts a copy in the place of the database of a workspace that nobody has open, damaged or not.
/// Returns where what was there is kept.
pub(crate) fn restore_closed(workspace: &Path, copy: &Path) -> Result<PathBuf, Problem> {
    let before = unused(workspace, BEFORE_RESTORE, now());
    let restored = store::restore_closed(workspace, copy, &before);
    restored.map(|()| before).map_err(|error| Problem::failed(error.to_string()))
}

/// Notices that a copy has taken the place of the database, here or by hand.
pub(crate) fn notice(store: &mut Store) -> Result<(), StoreError> {
    if store.was_restored()? { store.set_meta(RESTORED, &now().0.to_string()) } else { Ok(()) }
}

/// When a copy took the place of the database, while a pair has not been looked at since.
pub(crate) fn restored(store: &Store) -> Result<Option<Timestamp>, StoreError> {
    let Some(at) = store.meta(RESTORED)?.and_then(|text| text.parse().ok()) else { return Ok(None) };
    for row in store.pairs()? {
        let newest = store.runs(Some(&row.spec.name), 1)?.pop();
        // A pair that has never run has nothing that could be too old.
        if row.accepted.is_none() && newest.is_some_and(|run| run.started.0 < at || run.outcome == Outcome::Preview) {
            return Ok(Some(Timestamp(at)));
        }
    }
    Ok(None)
}

/// Does something that blocks, on a thread for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| Problem::failed(error.to_string())),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Whether a file is the database itself.
fn store_file(workspace: &Path, file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder == workspace)
        && file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("duosync.db"))
}

fn daily_name(at: Timestamp, zone: &TimeZone) -> String {
    format!("{DAILY}{}.db", local(at, zone, "%Y-%m-%d"))
}

/// A place for a new copy. Two copies of one second have two places: the second one would else lie on the
/// first, which may be the one that is about to be put back.
fn unused(workspace: &Path, start: &str, at: Timestamp) -> PathBuf {
    let stamp = local(at, &TimeZone::system(), "%Y-%m-%d-%H%M%S");
    let first = store::copy_path(workspace, &format!("{start}{stamp}.db"));
    let later = (2_u32..).map(|number| store::copy_path(workspace, &format!("{start}{stamp}_{number}.db")));
    std::iter::once(first.clone()).chain(later).find(|file| !file.exists()).unwrap_or(first)
}

fn local(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    let moment = Moment::from_millisecond(at.0).unwrap_or_default();
    moment.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

/// The oldest copies of a kind, beyond those that are kept.
fn too_many(copies: &[KeptCopy], why: CopyReason) -> Vec<PathBuf> {
    let mut names: Vec<&PathBuf> = copies.iter().filter(|copy| copy.why == why).map(|copy| &copy.file).collect();
    // The names hold the day, which says more than the time of a file that was copied about.
    names.sort_unstable_by(|one, other| other.cmp(one));
    names.into_iter().skip(KEPT).cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    fn copy(name: &str, why: CopyReason) -> KeptCopy {
        KeptCopy { file: PathBuf::from("/w/backups").join(name), at: Timestamp(0), bytes: 1, why }
    }

    #[test]
    fn one_copy_a_day_by_the_local_clock() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let at = |text: &str| Timestamp(text.parse::<Moment>().unwrap().as_millisecond());
        let there = [copy("daily-2026-03-28.db", CopyReason::Daily), copy("mine.db", CopyReason::Asked)];
        assert!(!is_due(&there, at("2026-03-28T22:59:00Z"), &zone));
        assert!(is_due(&there, at("2026-03-28T23:00:00Z"), &zone), "it is the 29th in Brussels");
        assert!(is_due(&[], at("2026-03-28T12:00:00Z"), &zone));
    }

    #[test]
    fn the_oldest_daily_copies_go_and_no_others() {
        let mut copies: Vec<KeptCopy> =
            (1..=20).map(|day| copy(&format!("daily-2026-03-{day:02}.db"), CopyReason::Daily)).collect();
        copies.push(copy("before-migration-2.db", CopyReason::BeforeUpgrade));
        copies.push(copy("mine.db", CopyReason::Asked));
        let gone = too_many(&copies, CopyReason::Daily);
        assert_eq!(gone.len(), 6);
        assert!(gone.iter().all(|file| file.as_path() < Path::new("/w/backups/daily-2026-03-07.db")));
    }

    #[test]
    fn two_copies_of_one_second_lie_in_two_places() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("backups")).unwrap();
        let place = || unused(dir.path(), BEFORE_RESTORE, Timestamp(1_793_620_800_000));
        let made: Vec<PathBuf> =
            std::iter::repeat_with(place).inspect(|file| std::fs::write(file, "").unwrap()).take(3).collect();
        let newest_first: Vec<PathBuf> = made.iter().rev().cloned().collect();
        let copies: Vec<KeptCopy> = list(dir.path());
        assert_eq!(copies.len(), 3, "{made:?}");
        assert!(copies.iter().all(|copy| copy.why == CopyReason::BeforeRestore));
        let mut sorted = made.clone();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        assert_eq!(sorted, newest_first, "the oldest goes first where there are too many");
    }

    #[test]
    fn copies_are_made_pruned_and_listed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let made = daily(dir.path()).unwrap().unwrap();
        assert!(made.exists());
        assert_eq!(daily(dir.path()).unwrap(), None, "one a day");
        assert_eq!(list(dir.path()).iter().map(|copy| copy.why).collect::<Vec<_>>(), [CopyReason::Daily]);
        drop(store);
    }
}
