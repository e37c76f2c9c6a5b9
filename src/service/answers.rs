//! Commands that are answered from the store or from a platform, without a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::engine;
use crate::model::{
    AccountSettings, ConflictKind, LifeQuery, Lives, MatterId, MatterKind, MismatchKind, Observed, PairSpec, PerSide,
    Side,
};
use crate::texts::tr;

use super::job::Shared;
use super::{Answer, Command, Problem, Reply, RequestId, Settings, checking, keeping, parse_with, render, survey};

/// How many alerts are shown.
const ALERTS: usize = 500;

/// The sample's files, which live in the program itself, so that it needs nothing beside it.
const SAMPLE: [(&str, &[u8]); 2] = [
    ("shop-customers.csv", include_bytes!("../../assets/sample/shop-customers.csv")),
    ("address-book.csv", include_bytes!("../../assets/sample/address-book.csv")),
];
const SAMPLE_SETTINGS: &str = include_str!("../../assets/sample/sample.toml");

/// Whether a command changes what a snapshot shows.
pub(crate) fn changes_state(command: &Command) -> bool {
    match command {
        Command::SaveAccount { .. }
        | Command::Password { .. }
        | Command::ForgetPassword(_)
        | Command::Unlock { .. }
        | Command::NewPassphrase { .. }
        | Command::ForgetSecrets
        | Command::RemoveAccount(_)
        | Command::SavePair(_)
        | Command::RemovePair(_)
        | Command::Pause { .. }
        | Command::Import(_)
        | Command::LoadSample
        | Command::Reopen { .. }
        | Command::SavePrefs(_)
        | Command::AlertsSeen => true,
        Command::Snapshot
        | Command::SecretPlaces
        | Command::SignIn { .. }
        | Command::CancelSignIn(_)
        | Command::Export(_)
        | Command::TryAccount { .. }
        | Command::TryManifest { .. }
        | Command::Check(_)
        | Command::Stop(_)
        | Command::Survey { .. }
        | Command::Fit { .. }
        | Command::Sync { .. }
        | Command::Compare { .. }
        | Command::LastCompare(_)
        | Command::Cancel(_)
        | Command::Matters(_)
        | Command::Look(_)
        | Command::Candidates(_)
        | Command::Resolve { .. }
        | Command::History(_)
        | Command::Writes(_)
        | Command::Lives(_)
        | Command::UndoPlan { .. }
        | Command::Undo(_)
        | Command::UndoWrite { .. }
        | Command::Alerts
        | Command::Upkeep(_)
        | Command::StartSchedule
        | Command::Shutdown => false,
    }
}

/// Answers a command that asks a platform; `cancel` stops it.
pub(crate) async fn from_platform(
    shared: &Shared,
    id: RequestId,
    command: Command,
    cancel: &CancellationToken,
) -> Answer {
    match command {
        Command::TryAccount { settings, password, collection } => {
            let tried = checking::try_out(shared, &settings, password, collection.as_deref(), cancel, id);
            Ok(Reply::Checked(vec![tried.await]))
        }
        Command::TryManifest { file, account, options, password, collection } => {
            let account = match account {
                Some(name) => Some(account_named(shared, &name).await?),
                None => None,
            };
            let tried = super::manifests::Tried { file, account, options, password, collection };
            Ok(Reply::Checked(vec![super::manifests::try_out(shared, tried, cancel, id).await?]))
        }
        Command::SignIn { account } => {
            let account = account_named(shared, &account).await?;
            super::signing::sign_in(shared, account).await?;
            Ok(Reply::Done)
        }
        Command::SecretPlaces => keeping::places(shared).await,
        Command::Check(pair) => check(shared, pair).await,
        Command::Survey { ends, anew } => {
            let ends = ends_named(shared, ends).await?;
            let (survey, suggestions) = survey::survey(shared, &ends, anew, cancel).await?;
            Ok(Reply::Surveyed(Box::new(survey), suggestions))
        }
        Command::Fit { ends, trials } => {
            let ends = ends_named(shared, ends).await?;
            Ok(Reply::Fitted(Box::new(survey::fit(shared, &ends, *trials, cancel).await?)))
        }
        other @ (Command::Snapshot
        | Command::SaveAccount { .. }
        | Command::Password { .. }
        | Command::ForgetPassword(_)
        | Command::CancelSignIn(_)
        | Command::Unlock { .. }
        | Command::NewPassphrase { .. }
        | Command::ForgetSecrets
        | Command::RemoveAccount(_)
        | Command::SavePair(_)
        | Command::RemovePair(_)
        | Command::Pause { .. }
        | Command::Import(_)
        | Command::Export(_)
        | Command::LoadSample
        | Command::Sync { .. }
        | Command::Compare { .. }
        | Command::LastCompare(_)
        | Command::Cancel(_)
        | Command::Matters(_)
        | Command::Look(_)
        | Command::Reopen { .. }
        | Command::Candidates(_)
        | Command::Resolve { .. }
        | Command::History(_)
        | Command::Writes(_)
        | Command::Lives(_)
        | Command::UndoPlan { .. }
        | Command::Undo(_)
        | Command::UndoWrite { .. }
        | Command::Alerts
        | Command::AlertsSeen
        | Command::SavePrefs(_)
        | Command::Upkeep(_)
        | Command::StartSchedule
        | Command::Stop(_)
        | Command::Shutdown) => Err(not_here(&other)),
    }
}

/// The accounts of both ends with their collections.
async fn ends_named(
    shared: &Shared,
    ends: PerSide<(String, Option<String>)>,
) -> Result<PerSide<(AccountSettings, Option<String>)>, Problem> {
    let (a, b) = (account_named(shared, &ends.a.0).await?, account_named(shared, &ends.b.0).await?);
    Ok(PerSide::new((a, ends.a.1), (b, ends.b.1)))
}

/// Answers a command from the store.
pub(crate) async fn from_store(shared: &Shared, workspace: &Path, command: Command) -> Answer {
    match command {
        Command::SaveAccount { settings, password } => save_account(shared, settings, password).await,
        Command::Password { account, password } => {
            let settings = account_named(shared, &account).await?;
            keeping::keep_password(shared, &settings, password).await?;
            Ok(Reply::Done)
        }
        Command::ForgetPassword(account) => {
            let settings = account_named(shared, &account).await?;
            keeping::forget_password(shared, &settings).await
        }
        Command::Unlock { passphrase } => keeping::unlock(shared, passphrase).await,
        Command::NewPassphrase { passphrase } => keeping::new_passphrase(shared, passphrase).await,
        Command::ForgetSecrets => keeping::forget_secrets(shared).await,
        Command::RemoveAccount(name) => remove_account(shared, name).await,
        Command::SavePair(spec) => {
            check_pair(shared, &spec).await?;
            with(shared, move |store| store.save_pair(&spec)).await?;
            shared.desk.clear();
            Ok(Reply::Done)
        }
        Command::RemovePair(name) => {
            with(shared, move |store| remove_pair(store, &name)).await?;
            Ok(Reply::Done)
        }
        Command::Pause { pair, paused } => {
            with(shared, move |store| store.set_paused(&pair, paused)).await?;
            Ok(Reply::Done)
        }
        Command::Import(path) => import(shared, &path).await,
        Command::Export(path) => export(shared, path).await,
        Command::LoadSample => load_sample(shared, workspace).await,
        Command::LastCompare(pair) => {
            let report = with(shared, move |store| store.last_compare(&pair)).await?;
            Ok(Reply::LastCompare(report.map(Arc::new)))
        }
        Command::Matters(pair) => {
            Ok(Reply::Matters(Arc::new(with(shared, move |store| store.open_matters(pair.as_deref())).await?)))
        }
        Command::Reopen { ids, resolution } => {
            with(shared, move |store| store.reopen_matters(&ids, &resolution)).await?;
            Ok(Reply::Done)
        }
        Command::Candidates(id) => {
            Ok(Reply::Candidates(id, Arc::new(with(shared, move |store| candidates(store, id)).await?)))
        }
        Command::History(query) => {
            Ok(Reply::History(Arc::new(with(shared, move |store| store.run_page(&query)).await?)))
        }
        Command::Writes(query) => {
            Ok(Reply::Writes(Arc::new(with(shared, move |store| store.write_page(&query)).await?)))
        }
        Command::Lives(query) => Ok(Reply::Lives(Arc::new(with(shared, move |store| lives(store, &query)).await?))),
        Command::Alerts => Ok(Reply::Alerts(Arc::new(with(shared, |store| store.alerts(ALERTS)).await?))),
        Command::AlertsSeen => {
            with(shared, crate::store::Store::alerts_seen).await?;
            Ok(Reply::Done)
        }
        Command::SavePrefs(prefs) => {
            let prefs = prefs.within_limits();
            let kept = prefs.clone();
            with(shared, move |store| super::prefs::save(store, &kept)).await?;
            shared.prefs.set(prefs);
            Ok(Reply::Done)
        }
        other @ (Command::TryAccount { .. }
        | Command::TryManifest { .. }
        | Command::SignIn { .. }
        | Command::CancelSignIn(_)
        | Command::SecretPlaces
        | Command::Check(_)
        | Command::Look(_)
        | Command::Stop(_)
        | Command::Survey { .. }
        | Command::Fit { .. }
        | Command::Snapshot
        | Command::Sync { .. }
        | Command::Compare { .. }
        | Command::Cancel(_)
        | Command::Resolve { .. }
        | Command::UndoPlan { .. }
        | Command::Undo(_)
        | Command::Upkeep(_)
        | Command::UndoWrite { .. }
        | Command::StartSchedule
        | Command::Shutdown) => Err(not_here(&other)),
    }
}

/// Removes an account that no pair uses, and what is kept of its sign-in.
async fn remove_account(shared: &Shared, name: String) -> Answer {
    let mut used = pairs(shared).await?.into_iter();
    if let Some(spec) = used.find(|spec| spec.ends.a.account == name || spec.ends.b.account == name) {
        return Err(Problem::wrong_use(tr!("sync-account-used", account = name, pair = spec.name)));
    }
    let settings = account_named(shared, &name).await.ok();
    with(shared, move |store| store.remove_account(&name)).await?;
    keeping::removed(shared, settings).await?;
    Ok(Reply::Done)
}

/// Removes a pair with the records of its newest compare, which lie in a file of their own.
fn remove_pair(store: &mut crate::store::Store, name: &str) -> Result<(), crate::store::StoreError> {
    let rows = store.rows_file(name);
    store.remove_pair(name)?;
    if let Ok(Some(rows)) = rows {
        crate::store::remove_rows(&rows)?;
    }
    Ok(())
}

async fn with<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&mut crate::store::Store) -> Result<T, crate::store::StoreError> + Send + 'static,
) -> Result<T, Problem> {
    shared.db.with(work).await.map_err(|error| Problem::failed(error.to_string()))
}

/// What is remembered of a matter's records: of those without a partner, and of linked ones.
fn candidates(store: &crate::store::Store, id: MatterId) -> Result<PerSide<Vec<Observed>>, crate::store::StoreError> {
    let Some((matter, ..)) = store.matter(id)? else { return Ok(PerSide::default()) };
    let (MatterKind::Conflict(ConflictKind::Ambiguous(ids)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(ids))) =
        &matter.kind
    else {
        return Ok(PerSide::default());
    };
    let mut records = store.unlinked(&matter.pair)?;
    for link in store.links(&matter.pair)? {
        for side in Side::BOTH {
            let (id, seen) = (link.ids.get(side).clone(), link.sides.get(side).seen.clone());
            records.get_mut(side).push(Observed { id, seen });
        }
    }
    for side in Side::BOTH {
        records.get_mut(side).retain(|record| ids.get(side).contains(&record.id));
    }
    Ok(records)
}

/// The lives of records; one that was never written or asked about is called as a run would call it.
fn lives(store: &crate::store::Store, query: &LifeQuery) -> Result<Lives, crate::store::StoreError> {
    let mut lives = store.lives(query)?;
    let specs: Vec<PairSpec> = store.pairs()?.into_iter().map(|row| row.spec).collect();
    for life in lives.records.iter_mut().filter(|life| life.label.is_empty()) {
        let id = life.ids.a.first().or_else(|| life.ids.b.first()).map(ToString::to_string).unwrap_or_default();
        life.label = match specs.iter().find(|spec| spec.name == life.pair) {
            Some(spec) => engine::label(spec, life.now.as_ref().map(Option::as_ref), &id),
            None => id,
        };
    }
    Ok(lives)
}

async fn pairs(shared: &Shared) -> Result<Vec<PairSpec>, Problem> {
    Ok(with(shared, |store| store.pairs()).await?.into_iter().map(|row| row.spec).collect())
}

async fn account_named(shared: &Shared, name: &str) -> Result<AccountSettings, Problem> {
    let found = with(shared, |store| store.accounts()).await?.into_iter().find(|account| account.name == name);
    found.ok_or_else(|| Problem::wrong_use(tr!("sync-no-account", account = name)))
}

async fn check(shared: &Shared, pair: Option<String>) -> Answer {
    let specs: Vec<PairSpec> = pairs(shared)
        .await?
        .into_iter()
        .filter(|spec| pair.as_ref().is_none_or(|wanted| *wanted == spec.name))
        .collect();
    if specs.is_empty() {
        return Err(Problem::wrong_use(match pair {
            Some(pair) => tr!("sync-no-pair", pair = pair),
            None => tr!("sync-no-pair-yet"),
        }));
    }
    let mut checks = Vec::new();
    for spec in &specs {
        let (a, b) =
            (account_named(shared, &spec.ends.a.account).await?, account_named(shared, &spec.ends.b.account).await?);
        let (a, b) = tokio::join!(
            checking::check(shared, &a, Some((spec, Side::A))),
            checking::check(shared, &b, Some((spec, Side::B)))
        );
        checks.extend([a, b]);
    }
    Ok(Reply::Checked(checks))
}

async fn save_account(shared: &Shared, settings: AccountSettings, password: Option<String>) -> Answer {
    if settings.name.trim().is_empty() {
        return Err(Problem::wrong_use(tr!("sync-name-account")));
    }
    if let Some(password) = password {
        keeping::keep_password(shared, &settings, password).await?;
    }
    if let Ok(before) = account_named(shared, &settings.name).await {
        keeping::moved(shared, &before, &settings).await?;
    }
    with(shared, move |store| {
        let name = settings.name.clone();
        store.save_account(&settings)?;
        // Saving the settings says that this is the right account, so it is looked at anew: the next
        // plan is shown before it is carried out.
        for row in store.pairs()? {
            if row.spec.ends.a.account == name || row.spec.ends.b.account == name {
                store.set_accepted(&row.spec.name, None)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(Reply::Done)
}

async fn check_pair(shared: &Shared, spec: &PairSpec) -> Result<(), Problem> {
    let accounts: Vec<String> =
        with(shared, |store| store.accounts()).await?.into_iter().map(|account| account.name).collect();
    for side in Side::BOTH {
        let name = &spec.ends.get(side).account;
        if !accounts.contains(name) {
            return Err(Problem::wrong_use(tr!("sync-no-account", account = name)));
        }
    }
    if spec.name.trim().is_empty() {
        return Err(Problem::wrong_use(tr!("sync-name-pair")));
    }
    if spec.ends.a == spec.ends.b {
        return Err(Problem::wrong_use(tr!("sync-same-list")));
    }
    if spec.fields.is_empty() {
        return Err(Problem::wrong_use(tr!("sync-no-field")));
    }
    if spec.match_keys.is_empty() || spec.match_keys.iter().any(|name| spec.field(name).is_none()) {
        return Err(Problem::wrong_use(tr!("sync-no-key")));
    }
    Ok(())
}

async fn import(shared: &Shared, path: &Path) -> Answer {
    let file = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let text = std::fs::read_to_string(&file)?;
        let folder = std::path::absolute(&file)?.parent().map(Path::to_owned).unwrap_or_default();
        Ok::<_, std::io::Error>((text, folder))
    });
    let read = read.await.map_err(|_panicked| Problem::failed(tr!("sync-file-unread")))?;
    let (text, folder) = read.map_err(|error| {
        Problem::wrong_use(tr!("sync-file-unreadable", file = path.display().to_string(), why = error.to_string()))
    })?;
    import_text(shared, &text, &folder).await
}

async fn import_text(shared: &Shared, text: &str, folder: &Path) -> Answer {
    let known: Vec<String> =
        with(shared, |store| store.accounts()).await?.into_iter().map(|account| account.name).collect();
    let settings = parse_with(text, folder, &known, &keeping::platforms(&*shared.platforms))
        .map_err(|error| Problem::wrong_use(error.to_string()))?;
    let names = |settings: &Settings| {
        let accounts = settings.accounts.iter().map(|account| account.name.clone()).collect();
        (accounts, settings.pairs.iter().map(|pair| pair.name.clone()).collect())
    };
    let (accounts, pairs) = names(&settings);
    with(shared, move |store| {
        for account in &settings.accounts {
            store.save_account(account)?;
        }
        for pair in &settings.pairs {
            store.save_pair(pair)?;
        }
        Ok(())
    })
    .await?;
    Ok(Reply::Imported { accounts, pairs })
}

async fn export(shared: &Shared, path: Option<PathBuf>) -> Answer {
    let settings = with(shared, |store| {
        Ok(Settings { accounts: store.accounts()?, pairs: store.pairs()?.into_iter().map(|row| row.spec).collect() })
    })
    .await?;
    let Some(path) = path else {
        return Ok(Reply::Exported(render(&settings, Path::new(""), &keeping::platforms(&*shared.platforms))));
    };
    let folder = std::path::absolute(&path).ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let text = render(&settings, &folder, &keeping::platforms(&*shared.platforms));
    let (file, written) = (path.clone(), text.clone());
    let done = tokio::task::spawn_blocking(move || std::fs::write(file, written));
    let done = done.await.map_err(|_panicked| Problem::failed(tr!("sync-file-unwritten")))?;
    done.map_err(|error| {
        Problem::failed(tr!("sync-file-unwritable", file = path.display().to_string(), why = error.to_string()))
    })?;
    Ok(Reply::Exported(text))
}

/// Lays the sample's files into the workspace, where they are not there yet, and imports its
/// settings.
async fn load_sample(shared: &Shared, workspace: &Path) -> Answer {
    let folder = workspace.join("sample");
    let target = folder.clone();
    let laid = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&target)?;
        for (name, content) in SAMPLE {
            let file = target.join(name);
            if !file.exists() {
                std::fs::write(file, content)?;
            }
        }
        Ok::<_, std::io::Error>(())
    });
    let laid = laid.await.map_err(|_panicked| Problem::failed(tr!("sync-sample-unwritten")))?;
    laid.map_err(|error| {
        Problem::failed(tr!("sync-sample-unwritable", folder = folder.display().to_string(), why = error.to_string()))
    })?;
    import_text(shared, SAMPLE_SETTINGS, &folder).await
}

fn not_here(command: &Command) -> Problem {
    tracing::error!(?command, "a command came to the wrong place");
    Problem::failed(tr!("sync-mistake-not-done"))
}
