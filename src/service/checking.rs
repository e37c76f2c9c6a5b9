//! Trying accounts, describing what is in them, and suggesting how their fields go together.

use crate::connectors::{Context, ErrorKind};
use crate::engine;
use crate::model::{AccountSettings, FieldInfo, PairSpec, PerSide, Side};

use super::job::{Shared, open_account};
use super::{AccountCheck, CheckStep, Problem, Suggestion};

/// Tries an account step by step, up to the first that fails. `used` says how a pair uses it.
pub(crate) async fn check(
    shared: &Shared,
    account: &AccountSettings,
    password: Option<String>,
    used: Option<(&PairSpec, Side)>,
) -> AccountCheck {
    let mut check = AccountCheck {
        account: account.name.clone(),
        pair: used.map(|(spec, side)| (spec.name.clone(), side)),
        steps: Vec::new(),
        collections: Vec::new(),
        fields: Vec::new(),
    };
    let context = Context::quiet();
    let connector = match open_account(shared, account, &[], password).await {
        Ok(connector) => connector,
        Err(problem) => {
            check.steps.push(step("read the settings", String::new(), Some(problem.message)));
            return check;
        }
    };
    if let Err(error) = connector.identity(&context).await {
        let what = if error.kind == ErrorKind::SignIn { "sign in" } else { "reach it" };
        check.steps.push(step(what, String::new(), Some(error.to_string())));
        return check;
    }
    check.steps.push(step("reach it and sign in", "it answers".to_owned(), None));
    match connector.collections(&context).await {
        Ok(collections) => {
            let found = match collections.as_slice() {
                [one] => format!("1 list: {}", one.name),
                several => format!("{} lists", several.len()),
            };
            check.steps.push(step("find the lists", found, None));
            check.collections = collections;
        }
        Err(error) => {
            check.steps.push(step("find the lists", String::new(), Some(error.to_string())));
            return check;
        }
    }
    let wanted = used.and_then(|(spec, side)| spec.ends.get(side).collection.clone());
    let collection = match (wanted, check.collections.as_slice()) {
        (Some(wanted), _) => wanted,
        (None, [one]) => one.id.clone(),
        (None, several) => {
            if used.is_some() {
                let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
                let error =
                    format!("The account has several lists: say which of them the pair uses ({}).", names.join(", "));
                check.steps.push(step("choose the list", String::new(), Some(error)));
            }
            return check;
        }
    };
    match connector.fields(&context, &collection).await {
        Ok(fields) => {
            let missing = used.map(|(spec, side)| missing_fields(spec, side, &fields)).unwrap_or_default();
            check.steps.push(step("read fields", format!("{} fields", fields.len()), missing));
            check.fields = fields;
        }
        Err(error) => check.steps.push(step("read fields", String::new(), Some(error.to_string()))),
    }
    check
}

/// The fields of a collection with samples.
pub(crate) async fn describe(
    shared: &Shared,
    account: &AccountSettings,
    collection: Option<&str>,
) -> Result<Vec<FieldInfo>, Problem> {
    let connector = open_account(shared, account, &[], None).await?;
    let told = |error: crate::connectors::ConnectorError| Problem::failed(format!("{}: {error}", account.name));
    connector.fields(&Context::quiet(), collection.unwrap_or_default()).await.map_err(told)
}

/// Suggested mappings for two lists of fields.
pub(crate) fn suggest(fields: &PerSide<Vec<FieldInfo>>) -> Vec<Suggestion> {
    let suggested = engine::suggest(&fields.a, &fields.b, region().as_deref());
    suggested.into_iter().map(|(mapping, why, key)| Suggestion { mapping, why, key }).collect()
}

/// The region of telephone numbers without a country code, by the language settings of the computer.
fn region() -> Option<String> {
    let language = ["LC_ALL", "LC_TELEPHONE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))?;
    let region = language.split(['_', '-']).nth(1)?.get(..2)?.to_uppercase();
    region.chars().all(|letter| letter.is_ascii_uppercase()).then_some(region)
}

/// The platforms' own lists of fields are open (a card may hold `tel:car`), so only a field that is
/// surely not there is told: one without a type, in a list of names that are all known.
fn missing_fields(spec: &PairSpec, side: Side, fields: &[FieldInfo]) -> Option<String> {
    let missing: Vec<String> = spec
        .wanted_fields(side)
        .into_iter()
        .filter(|wanted| !wanted.contains(':') && !fields.iter().any(|field| field.name == *wanted))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let near = |name: &String| {
        let best = fields
            .iter()
            .map(|field| (strsim::jaro_winkler(name, &field.name), &field.name))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        best.filter(|(score, _)| *score > 0.7)
            .map_or_else(|| name.clone(), |(_, nearest)| format!("{name} (is it {nearest}?)"))
    };
    Some(format!(
        "The pair uses fields that are not there: {}.",
        missing.iter().map(near).collect::<Vec<_>>().join(", ")
    ))
}

fn step(what: &str, found: String, error: Option<String>) -> CheckStep {
    CheckStep { what: what.to_owned(), found, error }
}
