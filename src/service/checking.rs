//! Trying accounts step by step, and suggesting how their fields go together.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::connectors::{Connector, Context, ErrorKind};
use crate::engine;
use crate::model::{AccountSettings, FieldInfo, PairSpec, PerSide, Side, SignIn};
use crate::texts::tr;

use super::job::{Shared, open_account};
use super::{AccountCheck, CheckStep, Event, RequestId, Suggestion, survey};

/// How many records are shown of a list that is tried.
const SHOWN: usize = 5;

/// Tries an account step by step, up to the first that fails. `used` says how a pair uses it.
pub(crate) async fn check(shared: &Shared, account: &AccountSettings, used: Option<(&PairSpec, Side)>) -> AccountCheck {
    let mut check = start(account);
    check.pair = used.map(|(spec, side)| (spec.name.clone(), side));
    let context = Context::quiet();
    let Some(connector) = reach(shared, account, None, &context, &mut check, None).await else { return check };
    let wanted = used.and_then(|(spec, side)| spec.ends.get(side).collection.clone());
    let collection = match (wanted, check.collections.as_slice()) {
        (Some(wanted), _) => wanted,
        (None, [one]) => one.id.clone(),
        (None, several) => {
            if used.is_some() {
                let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
                let error = tr!("setup-check-several", names = names.join(", "));
                check.steps.push(step(tr!("setup-check-choose"), String::new(), Some(error)));
            }
            return check;
        }
    };
    match connector.fields(&context, &collection).await {
        Ok(fields) => {
            let missing = used.map(|(spec, side)| missing_fields(spec, side, &fields)).unwrap_or_default();
            let found = tr!("setup-check-fields-found", count = fields.len());
            check.steps.push(step(tr!("setup-check-fields"), found, missing));
            check.fields = fields;
        }
        Err(error) => check.steps.push(step(tr!("setup-check-fields"), String::new(), Some(error.to_string()))),
    }
    check
}

/// Tries an account that is being set up: reach, sign in, list, read. What is known after each step is
/// told under the id; a list that is read is kept for pairing its fields.
pub(crate) async fn try_out(
    shared: &Shared,
    account: &AccountSettings,
    password: Option<String>,
    collection: Option<&str>,
    cancel: &CancellationToken,
    id: RequestId,
) -> AccountCheck {
    let mut check = start(account);
    let context = survey::context(shared, account, cancel);
    let Some(connector) = reach(shared, account, password.clone(), &context, &mut check, Some(id)).await else {
        return check;
    };
    let wanted = match (collection, check.collections.as_slice()) {
        (Some(wanted), lists) => lists.iter().find(|list| list.id == wanted || list.name == wanted),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let Some(list) = wanted.cloned() else { return check };
    doing(shared, &mut check, tr!("setup-check-records"), Some(id)).await;
    let read = survey::read(shared, account, &connector, &list.id, password, &context).await;
    survey::quiet(shared, account);
    check.doing = None;
    match read {
        Ok(sample) => {
            let shown = sample.records.len().min(SHOWN);
            let found = match sample.total {
                0 => tr!("setup-check-no-records", list = list.name),
                total => tr!("setup-check-records-found", shown = shown, total = total),
            };
            check.steps.push(step(tr!("setup-check-records"), found, None));
            check.records = sample.records.iter().take(SHOWN).cloned().collect();
            check.fields.clone_from(&sample.fields);
        }
        Err(error) => check.steps.push(step(tr!("setup-check-records"), String::new(), Some(error.to_string()))),
    }
    check
}

fn start(account: &AccountSettings) -> AccountCheck {
    AccountCheck { account: account.name.clone(), ..AccountCheck::default() }
}

/// Says what is done next and what has come of the steps before, where somebody is to hear it.
async fn doing(shared: &Shared, check: &mut AccountCheck, what: String, told: Option<RequestId>) {
    check.doing = Some(what);
    if let Some(id) = told {
        shared.voice.say(Event::Trying(id, Box::new(check.clone()))).await;
    }
}

/// The first three steps: reach, sign in, list. None where one of them failed.
async fn reach(
    shared: &Shared,
    account: &AccountSettings,
    password: Option<String>,
    context: &Context,
    check: &mut AccountCheck,
    told: Option<RequestId>,
) -> Option<Arc<dyn Connector>> {
    let platform = shared.platforms.kind(&account.connector);
    let signs_in = platform.is_none_or(|platform| platform.sign_in != SignIn::None);
    doing(shared, check, tr!("setup-check-reach"), told).await;
    let opened = open_account(shared, account, &[], password).await;
    let connector = match opened {
        Ok(connector) => connector,
        Err(problem) => {
            check.doing = None;
            check.steps.push(step(tr!("setup-check-settings"), String::new(), Some(problem.message)));
            return None;
        }
    };
    let identity = connector.identity(context).await;
    check.doing = None;
    if let Err(error) = identity {
        if signs_in && error.kind == ErrorKind::SignIn {
            check.steps.push(step(tr!("setup-check-reach"), tr!("setup-check-answers"), None));
            check.steps.push(step(tr!("setup-check-sign-in"), String::new(), Some(error.to_string())));
        } else {
            check.steps.push(step(tr!("setup-check-reach"), String::new(), Some(error.to_string())));
        }
        return None;
    }
    check.steps.push(step(tr!("setup-check-reach"), tr!("setup-check-answers"), None));
    if signs_in {
        check.steps.push(step(tr!("setup-check-sign-in"), tr!("setup-check-accepted"), None));
    }
    doing(shared, check, tr!("setup-check-lists"), told).await;
    let collections = connector.collections(context).await;
    check.doing = None;
    match collections {
        Ok(collections) => {
            let found = match collections.as_slice() {
                [one] => tr!("setup-check-one-list", name = one.name),
                several => tr!("setup-check-lists-found", count = several.len()),
            };
            let none = collections.is_empty().then(|| tr!("setup-check-no-list"));
            check.steps.push(step(tr!("setup-check-lists"), found, none));
            check.collections = collections;
            (!check.collections.is_empty()).then_some(connector)
        }
        Err(error) => {
            check.steps.push(step(tr!("setup-check-lists"), String::new(), Some(error.to_string())));
            None
        }
    }
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
            .map_or_else(|| name.clone(), |(_, nearest)| tr!("setup-check-nearest", name = name, nearest = nearest))
    };
    Some(tr!("setup-check-missing-fields", names = missing.iter().map(near).collect::<Vec<_>>().join(", ")))
}

pub(crate) fn step(what: String, found: String, error: Option<String>) -> CheckStep {
    CheckStep { what, found, error }
}
