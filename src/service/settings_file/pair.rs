//! Pairs in a settings file.

use super::field;
use super::reader::{Table, listed, meant};
use crate::model::{
    CompareSchedule, DeleteGuard, DeletePolicy, Endpoint, FieldMapping, Filter, FilterTest, PairSpec, PerSide, Policy,
    Schedule, Side, Writes,
};

/// The words for who wins a conflict.
pub(super) const POLICIES: &[(&str, Policy)] =
    &[("ask", Policy::Ask), ("a", Policy::A), ("b", Policy::B), ("newest", Policy::Newest)];
/// The words for which deletions are carried over.
pub(super) const DELETES: &[(&str, DeletePolicy)] = &[
    ("ignore", DeletePolicy::Ignore),
    ("both", DeletePolicy::Both),
    ("a_to_b", DeletePolicy::AToB),
    ("b_to_a", DeletePolicy::BToA),
];
/// When a compare starts where the file names no time of day: 07:00.
const MORNING: u32 = 7 * 60;

/// Reads `[[pair]]`. `accounts` are the names of all accounts that there will be.
pub(super) fn read(table: &Table<'_>, accounts: &[String]) -> Option<PairSpec> {
    table.allow(&[
        "name",
        "a",
        "b",
        "match",
        "deletes",
        "delete_guard",
        "conflicts",
        "writes",
        "sync_every",
        "compare_every",
        "at",
        "field",
        "filter",
    ]);
    let name = table.required("name", "a pair");
    let a = endpoint(table, Side::A, accounts);
    let b = endpoint(table, Side::B, accounts);
    if a.is_some() && a == b {
        table.problem("b", "both ends of this pair are the same list; a pair needs two");
    }
    let fields = mappings(table);
    let match_keys = match_keys(table, &fields);
    let filters = table.tables("filter").iter().filter_map(filter).collect();
    let deletes = table.word("deletes", DELETES).unwrap_or_default();
    let spec = PairSpec {
        name: name?,
        ends: PerSide::new(a?, b?),
        match_keys,
        fields,
        filters,
        deletes,
        guard: guard(table),
        conflicts: table.word("conflicts", POLICIES).unwrap_or_default(),
        writes: writes(table),
        schedule: Schedule { sync_every: sync_every(table), compare: compare_schedule(table) },
    };
    Some(spec)
}

/// A length of time as the settings write it: `30s`, `5m`, `2h` or `1d`, in seconds.
pub(super) fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?.trim_end();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(seconds).filter(|total| *total > 0 && *total <= 366 * 86_400)
}

fn endpoint(table: &Table<'_>, side: Side, accounts: &[String]) -> Option<Endpoint> {
    const EXAMPLE: &str = "{ account = \"Shop list\" }";
    let key = side.letter();
    if !table.has(key) {
        table.problem(key, format!("a pair needs `{key} = {EXAMPLE}`"));
        return None;
    }
    let end = table.table(key, EXAMPLE)?;
    end.allow(&["account", "collection"]);
    let account = end.required("account", &format!("\"{key}\" of a pair"))?;
    if !accounts.contains(&account) {
        end.problem("account", format!("there is no account \"{account}\"{}", meant(&account, accounts, "account")));
    }
    Some(Endpoint { account, collection: end.string("collection") })
}

fn mappings(table: &Table<'_>) -> Vec<FieldMapping> {
    if !table.has("field") {
        table.problem("field", "a pair needs at least one [[pair.field]]: which field of A is which field of B");
    }
    let mut fields: Vec<FieldMapping> = Vec::new();
    for inner in table.tables("field") {
        let Some(mapping) = field::read(&inner) else { continue };
        if fields.iter().any(|known| known.name == mapping.name) {
            inner
                .problem("name", format!("this pair has two fields named \"{}\"; give one another name", mapping.name));
            continue;
        }
        for side in Side::BOTH.into_iter().filter(|side| mapping.writes_to(*side)) {
            for own in mapping.fields.get(side) {
                let other = fields.iter().find(|other| other.writes_to(side) && other.fields.get(side).contains(own));
                if let Some(other) = other {
                    inner.problem(
                        side.letter(),
                        format!(
                            "\"{}\" and \"{}\" both write the field \"{own}\" of {side}; \
                             let one of them go the other way only, or remove it",
                            other.name, mapping.name
                        ),
                    );
                }
            }
        }
        fields.push(mapping);
    }
    fields
}

fn match_keys(table: &Table<'_>, fields: &[FieldMapping]) -> Vec<String> {
    let keys = table.strings("match").unwrap_or_default();
    if keys.is_empty() {
        table.problem(
            "match",
            "a pair needs `match = [\"…\"]`: the fields by which two records are known to be the same, email first",
        );
    }
    // A field that could not be read is told of already; its name may still be meant here.
    let mut names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let declared = table.tables("field").iter().filter_map(|field| field.peek("name")).collect::<Vec<_>>();
    names.extend(declared.into_iter().filter(|name| !fields.iter().any(|field| field.name == *name)));
    for (index, key) in keys.iter().enumerate() {
        if !names.contains(key) {
            table.problem("match", format!("this pair has no field named \"{key}\"{}", meant(key, &names, "field")));
        }
        if keys.iter().take(index).any(|earlier| earlier == key) {
            table.problem("match", format!("\"{key}\" stands twice in \"match\""));
        }
    }
    keys
}

fn guard(table: &Table<'_>) -> DeleteGuard {
    let default = DeleteGuard::default();
    let Some(inner) = table.table("delete_guard", "{ count = 10, percent = 10 }") else { return default };
    inner.allow(&["count", "percent"]);
    DeleteGuard {
        count: inner.number("count", 0, 1_000_000).unwrap_or(default.count),
        percent: inner.number("percent", 0, 100).unwrap_or(default.percent),
    }
}

fn writes(table: &Table<'_>) -> PerSide<Writes> {
    let Some(inner) = table.table("writes", "{ a = [\"create\", \"update\"], b = [\"update\"] }") else {
        return PerSide::default();
    };
    inner.allow(&["a", "b"]);
    PerSide::from_fn(|side| {
        let Some(words) = inner.strings(side.letter()) else { return Writes::default() };
        let mut allowed = Writes { create: false, update: false };
        for word in words {
            match word.as_str() {
                "create" => allowed.create = true,
                "update" => allowed.update = true,
                "delete" => inner.problem(
                    side.letter(),
                    "deletions have their own key: deletes = \"both\", \"a_to_b\", \"b_to_a\" or \"ignore\"",
                ),
                other => inner.problem(
                    side.letter(),
                    format!("\"{other}\" is not a kind of write: it is one of {}", listed(&["create", "update"])),
                ),
            }
        }
        allowed
    })
}

fn sync_every(table: &Table<'_>) -> Option<u64> {
    let text = table.string("sync_every")?;
    if text == "manual" {
        return None;
    }
    let seconds = duration(&text);
    if seconds.is_none() {
        table.problem(
            "sync_every",
            format!("\"{text}\" is not a length of time: write \"30s\", \"5m\", \"2h\", \"1d\" or \"manual\""),
        );
    }
    seconds
}

fn compare_schedule(table: &Table<'_>) -> Option<CompareSchedule> {
    let at_minute = table.string("at").and_then(|text| {
        let minute = time_of_day(&text);
        if minute.is_none() {
            table.problem("at", format!("\"{text}\" is not a time of day: write it as \"07:00\" or \"18:30\""));
        }
        minute
    });
    let every = table.string("compare_every");
    let every_days = match every.as_deref() {
        Some("1d") => Some(1),
        Some("7d") => Some(7),
        Some("manual") | None => None,
        Some(other) => {
            table.problem(
                "compare_every",
                format!("\"compare_every\" cannot be \"{other}\": it is one of \"1d\", \"7d\", \"manual\""),
            );
            return None;
        }
    };
    if every_days.is_none() && table.has("at") {
        table.problem(
            "at",
            "\"at\" is the time of day of a compare, but this pair compares by hand only; \
             add compare_every = \"1d\" or remove \"at\"",
        );
    }
    Some(CompareSchedule { every_days: every_days?, at_minute: at_minute.unwrap_or(MORNING) })
}

fn time_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn filter(table: &Table<'_>) -> Option<Filter> {
    const TESTS: [&str; 4] = ["is", "is_not", "contains", "empty"];
    table.allow(&["side", "field", "is", "is_not", "contains", "empty"]);
    if !table.has("side") {
        table.problem("side", "a filter needs `side = \"a\"` or `side = \"b\"`");
    }
    let side = table.word("side", &[("a", Side::A), ("b", Side::B)]);
    let field = table.required("field", "a filter");
    let given: Vec<&str> = TESTS.into_iter().filter(|key| table.has(key)).collect();
    let test = match given.as_slice() {
        ["is"] => FilterTest::Is(table.strings("is")?),
        ["is_not"] => FilterTest::IsNot(table.strings("is_not")?),
        ["contains"] => FilterTest::Contains(table.required("contains", "a filter")?),
        ["empty"] => FilterTest::Empty(table.flag("empty")?),
        [] => {
            table.problem("field", format!("a filter asks something of its field: one of {}", listed(&TESTS)));
            return None;
        }
        several => {
            let last = several.last().copied().unwrap_or("field");
            table.problem(
                last,
                format!("a filter asks one thing, not {}; write one [[pair.filter]] for each", listed(several)),
            );
            return None;
        }
    };
    if let FilterTest::Is(words) | FilterTest::IsNot(words) = &test
        && words.is_empty()
    {
        table.problem(given.first().copied().unwrap_or("field"), "this list is empty; name at least one word");
    }
    Some(Filter { side: side?, field: field?, test })
}
