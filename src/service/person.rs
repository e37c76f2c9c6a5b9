//! One person: everything that is kept of them as a file, and erasing them from the history.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use minijinja::{Environment, context};
use serde_json::json;

use super::backup::blocking;
use super::job::{Shared, now};
use super::{Problem, Reply};
use crate::model::{Erased, FoundPerson, Matter, Observed, PerSide, PersonData, Side, Timestamp, Value, WriteEntry};
use crate::store;
use crate::texts::{self, tr};

const PAGE: &str = include_str!("../../assets/person/person.html");

/// What is told of an erasing that is done, a sentence each; of copies that could not be reached each face
/// tells in its own place.
#[must_use]
pub fn erased_sentences(erased: &Erased) -> Vec<String> {
    let done = tr!(
        "settings-erased",
        writes = erased.writes,
        matters = erased.matters,
        kept = erased.kept,
        sentences = erased.sentences,
        copies = erased.copies
    );
    let still_there = (erased.still_there > 0).then(|| tr!("settings-erased-still-there"));
    std::iter::once(done).chain(still_there).collect()
}

/// Everything that is kept of one person, written to a file.
pub(crate) async fn export(shared: &Shared, who: Vec<FoundPerson>, file: PathBuf) -> Result<Reply, Problem> {
    let gathered = shared.db.with(move |store| {
        let data = who.iter().map(|person| store.person(person)).collect::<Result<Vec<_>, _>>()?;
        let ends: Vec<_> = store.pairs()?.into_iter().map(|row| (row.spec.name, row.spec.ends)).collect();
        Ok((data, ends))
    });
    let (data, ends) = gathered.await.map_err(|error| Problem::failed(error.to_string()))?;
    let names = |pair: &str| {
        let found = ends.iter().find(|(name, _)| name == pair);
        found.map_or_else(PerSide::default, |(_, ends)| ends.as_ref().map(|end| end.account.clone()))
    };
    let json = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let text = if json { as_json(&data, names) } else { as_page(&data, names)? };
    let place = file.clone();
    let written = tokio::task::spawn_blocking(move || store::write_private(&file, &text)).await;
    match written {
        Ok(Ok(())) => Ok(Reply::Written(place)),
        Ok(Err(error)) => Err(Problem::failed(tr!(
            "settings-not-written",
            file = place.display().to_string(),
            why = error.to_string()
        ))),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Erases a person from the history, and from the copies in the workspace.
pub(crate) async fn erase(shared: &Shared, workspace: &Path, who: Vec<FoundPerson>) -> Result<Reply, Problem> {
    let erased = shared.db.with(move |store| {
        let mut who = who;
        for person in &mut who {
            // A sync may have gone on since they were looked for.
            person.there = store.person_there(person)?;
        }
        // The rows of the newest compares hold values too, and another compare makes them again.
        for pair in who.iter().map(|person| person.pair.as_str()).collect::<BTreeSet<_>>() {
            if let Some(rows) = store.rows_file(pair)? {
                store::remove_rows(&rows)?;
            }
        }
        Ok((store.erase(&who)?, who))
    });
    let (mut erased, who): (Erased, _) = erased.await.map_err(|error| Problem::failed(error.to_string()))?;
    let folder = workspace.to_owned();
    let copies = blocking(move || {
        let copies = store::copies(&folder).into_iter();
        Ok(copies.map(|copy| (store::erase_in_copy(&copy.file, &who), copy.file)).collect::<Vec<_>>())
    });
    for (done, file) in copies.await? {
        match done {
            Ok(true) => erased.copies += 1,
            // A copy of an older format, or one that is damaged, is named so that it can be thrown away.
            Ok(false) => erased.copies_left.push(file.display().to_string()),
            Err(error) => {
                tracing::warn!(%error, "a copy could not be changed");
                erased.copies_left.push(file.display().to_string());
            }
        }
    }
    Ok(Reply::Erased(erased))
}

fn as_json(data: &[PersonData], names: impl Fn(&str) -> PerSide<String>) -> String {
    let people: Vec<_> = data.iter().map(|one| json!({ "accounts": names(&one.pair), "kept": one })).collect();
    let all = json!({ "made": moment(now()), "by": "Duosync", "people": people });
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

fn as_page(data: &[PersonData], names: impl Fn(&str) -> PerSide<String>) -> Result<String, Problem> {
    let people: Vec<_> = data
        .iter()
        .map(|one| {
            let names = names(&one.pair);
            let mut lists = Vec::new();
            for side in Side::BOTH {
                let name = names.get(side);
                lists.push(context! {
                    title => tr!("settings-person-in", account = name),
                    rows => rows(one.records.get(side)),
                });
                if !one.agreed.get(side).is_empty() {
                    let title = tr!("settings-person-agreed-in", account = name);
                    lists.push(context! { title, rows => rows(one.agreed.get(side)) });
                }
            }
            let writes: Vec<_> = one.writes.iter().flat_map(|write| write_rows(write, &names)).collect();
            let matters: Vec<_> = one.matters.iter().flat_map(matter_rows).collect();
            let kept: Vec<String> = one.kept.iter().map(|(_, raw)| raw.clone()).collect();
            context! { label => one.label.clone(), pair => one.pair.clone(), lists, writes, matters, kept }
        })
        .collect();
    let mut environment = Environment::new();
    let page = environment
        .add_template("person.html", PAGE)
        .and_then(|()| environment.get_template("person.html"))
        .and_then(|page| page.render(context! { language => texts::language().tag(), t => words(), people }));
    page.map_err(|error| Problem::failed(error.to_string()))
}

fn words() -> minijinja::Value {
    context! {
        title => tr!("settings-person-page-title"),
        made => tr!("settings-person-page-made", when = moment(now())),
        nothing => tr!("settings-person-nothing"),
        writes => tr!("settings-person-writes"),
        matters => tr!("settings-person-matters"),
        kept => tr!("settings-person-kept"),
        when => tr!("settings-person-when"),
        place => tr!("settings-person-where"),
        what => tr!("settings-person-what"),
        why => tr!("settings-person-why"),
        field => tr!("settings-person-field"),
        before => tr!("settings-person-before"),
        after => tr!("settings-person-after"),
        agreed => tr!("settings-person-agreed"),
    }
}

fn rows(records: &[Observed]) -> Vec<Vec<String>> {
    records
        .iter()
        .flat_map(|record| {
            let id = vec![tr!("settings-person-id"), record.id.as_str().to_owned()];
            std::iter::once(id)
                .chain(record.seen.values.iter().map(|(field, value)| vec![field.clone(), value.display()]))
        })
        .collect()
}

fn write_rows(write: &WriteEntry, names: &PerSide<String>) -> Vec<Vec<String>> {
    let row = |field: String, before: String, after: String| {
        vec![moment(write.at), names.get(write.side).clone(), write.reason.clone(), field, before, after]
    };
    if write.fields.is_empty() {
        return vec![row(String::new(), String::new(), String::new())];
    }
    let fields = write.fields.iter();
    fields.map(|field| row(field.name.clone(), shown(field.before.as_ref()), shown(field.after.as_ref()))).collect()
}

fn matter_rows(matter: &Matter) -> Vec<Vec<String>> {
    let fields = matter.fields.iter();
    fields
        .map(|field| {
            let agreed = field.baseline.a.as_ref().or(field.baseline.b.as_ref());
            vec![
                moment(matter.opened),
                matter.reason.clone(),
                field.name.clone(),
                shown(field.now.a.as_ref()),
                shown(field.now.b.as_ref()),
                shown(agreed),
            ]
        })
        .collect()
}

fn shown(value: Option<&Value>) -> String {
    value.map(Value::display).unwrap_or_default()
}

fn moment(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    moment.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
