//! The fields of a vCard by Duosync's names: `email`, `tel:work`, `adr:work.city`.

use std::collections::BTreeSet;

use super::vcard::{Card, CardVersion, Line, split_escaped};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::model::{Fields, Kind, Value};
use crate::texts::{phrase, tr};

/// The parts of `N` in their order (RFC 6350, section 6.2.2).
const NAME_PARTS: [&str; 5] = ["family_name", "given_name", "middle_name", "prefix", "suffix"];
/// The parts of `ADR` that have a name here, with their place (RFC 6350, section 6.3.1).
const ADDRESS_PARTS: [(&str, usize); 5] = [("street", 2), ("city", 3), ("region", 4), ("postcode", 5), ("country", 6)];
/// Fields that are the whole text of one property.
const TEXTS: [(&str, &str); 5] =
    [("full_name", "FN"), ("nickname", "NICKNAME"), ("title", "TITLE"), ("role", "ROLE"), ("note", "NOTE")];
/// Types that say what a number is not: the number of a person's voice.
const MACHINES: [&str; 3] = ["fax", "pager", "modem"];
/// Types that say nothing about where a number or address belongs.
const IDLE_TYPES: [&str; 14] = [
    "voice",
    "internet",
    "pref",
    "msg",
    "video",
    "text",
    "postal",
    "parcel",
    "dom",
    "intl",
    "x400",
    "textphone",
    "jpeg",
    "bbs",
];

/// What a field's name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// The whole text of a property.
    Text(&'static str),
    /// A part of `N`.
    Name(usize),
    /// A part of `ORG`.
    Org(usize),
    /// One `EMAIL`, `TEL` or `URL`, the preferred one or that of the types.
    One(&'static str, Vec<String>),
    /// All `EMAIL` or `TEL`.
    All(&'static str),
    /// A part of an `ADR`.
    Address(Vec<String>, usize),
    /// `BDAY`.
    Birthday,
    /// `CATEGORIES`.
    Categories,
}

/// The fields that every card can have, in the order in which they are offered.
pub(crate) const PLAIN: [&str; 24] = [
    "full_name",
    "given_name",
    "family_name",
    "middle_name",
    "prefix",
    "suffix",
    "nickname",
    "email",
    "emails",
    "tel",
    "tels",
    "org",
    "department",
    "title",
    "role",
    "note",
    "birthday",
    "url",
    "categories",
    "adr.street",
    "adr.city",
    "adr.region",
    "adr.postcode",
    "adr.country",
];

/// Checks the names, so that a misspelt one is not taken for an empty field.
pub(crate) fn check_names<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<(), ConnectorError> {
    for name in names {
        if slot(name).is_none() {
            let nearest =
                PLAIN.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name))).unwrap_or(&"email");
            return Err(ConnectorError::new(
                ErrorKind::Settings,
                tr!("files-card-no-field", name = name, nearest = format_args!("{nearest}")),
            )
            .about(name.clone()));
        }
    }
    Ok(())
}

/// What kind of values a field holds.
pub(crate) fn kind(name: &str) -> Kind {
    match slot(name) {
        Some(Slot::One("EMAIL", _)) => Kind::Email,
        Some(Slot::One("TEL", _)) => Kind::Phone,
        Some(Slot::All(_) | Slot::Categories) => Kind::List,
        Some(Slot::Birthday) => Kind::Date,
        Some(Slot::Text(_) | Slot::Name(_) | Slot::Org(_) | Slot::One(..) | Slot::Address(..)) | None => Kind::Text,
    }
}

/// The name that an operator knows a field by.
pub(crate) fn label(name: &str) -> String {
    let (main, part) = name.split_once('.').map_or((name, None), |(main, part)| (main, Some(part)));
    let (base, types) = main.split_once(':').map_or((main, None), |(base, types)| (base, Some(types)));
    let base = match (base, part) {
        ("adr", Some("postcode")) => "Postcode".to_owned(),
        ("adr", Some(part)) => capital(part),
        ("tel", _) => "Phone".to_owned(),
        ("tels", _) => "All phones".to_owned(),
        ("emails", _) => "All emails".to_owned(),
        ("org", _) => "Organisation".to_owned(),
        ("url", _) => "Website".to_owned(),
        _ => capital(&base.replace('_', " ")),
    };
    phrase(&types.map_or(base.clone(), |types| format!("{base} ({})", types.replace('+', " "))))
}

/// The property that holds a field, to ask a server about it.
pub(crate) fn property(name: &str) -> Option<&'static str> {
    Some(match slot(name)? {
        Slot::Text(property) | Slot::One(property, _) | Slot::All(property) => property,
        Slot::Name(_) => "N",
        Slot::Org(_) => "ORG",
        Slot::Address(..) => "ADR",
        Slot::Birthday => "BDAY",
        Slot::Categories => "CATEGORIES",
    })
}

/// The typed fields that a card has: `tel:work`, `email:home`, `adr:work.city`.
pub(crate) fn typed_fields(card: &Card) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (property, base) in [("EMAIL", "email"), ("TEL", "tel"), ("URL", "url"), ("ADR", "adr")] {
        for line in card.named(property) {
            let mut types: Vec<String> =
                line.types().into_iter().map(|kind| if kind == "cell" { "mobile".to_owned() } else { kind }).collect();
            types.retain(|kind| {
                !IDLE_TYPES.contains(&kind.as_str()) && kind.chars().all(|char| char.is_alphanumeric() || char == '-')
            });
            types.dedup();
            if types.is_empty() {
                continue;
            }
            let types = types.join("+");
            if base == "adr" {
                names.extend(ADDRESS_PARTS.iter().map(|(part, _)| format!("adr:{types}.{part}")));
            } else {
                names.insert(format!("{base}:{types}"));
            }
        }
    }
    names
}

/// The value of a field; empty where the card has no such property, for a card is read whole.
pub(crate) fn read(card: &Card, name: &str) -> Option<Value> {
    let text = |text: Option<String>| Value::Text(text.unwrap_or_default());
    Some(match slot(name)? {
        Slot::Text(property) => text(card.first_text(property)),
        Slot::Name(part) => text(component(card, card.named("N").next(), part)),
        Slot::Org(part) => text(component(card, card.named("ORG").next(), part)),
        Slot::Address(types, part) => text(component(card, choose(card, "ADR", &types, &[]), part)),
        Slot::One(property, types) => text(choose(card, property, &types, &[]).map(|line| plain(card, line))),
        Slot::All(property) => {
            Value::List(card.named(property).map(|line| plain(card, line)).filter(|item| !item.is_empty()).collect())
        }
        Slot::Birthday => text(card.named("BDAY").next().map(|line| read_day(card, line))),
        Slot::Categories => Value::List(categories(card)),
    })
}

/// Reads the fields that are wanted.
pub(crate) fn read_all(card: &Card, want: &[String]) -> Fields {
    want.iter().filter_map(|name| Some((name.clone(), read(card, name)?))).collect()
}

/// Sets fields; everything that is not named stays, but for a full name that was plainly made of the
/// name's parts.
///
/// # Errors
/// A field that cards do not have, a day that is none, or a card that has been cut off.
pub(crate) fn write_all(card: &mut Card, fields: &Fields) -> Result<(), ConnectorError> {
    check_names(fields.keys())?;
    if !card.is_closed() {
        return Err(ConnectorError::new(ErrorKind::Rejected, tr!("files-card-no-end")));
    }
    let joined = joined_forms(card);
    let old_full = card.first_text("FN").unwrap_or_default();
    let form = joined.iter().position(|form| !form.is_empty() && *form == old_full);
    // Typed fields come first: the plain one must not take a line that another field has just been
    // given.
    let mut claimed = Vec::new();
    let specific = |name: &str| name.contains(':');
    for (name, value) in
        fields.iter().filter(|(name, _)| specific(name)).chain(fields.iter().filter(|(name, _)| !specific(name)))
    {
        write_one(card, name, value, &mut claimed)?;
    }
    if !fields.contains_key("full_name") {
        // Only parts that have changed change the full name, which may be written in its own way.
        let renewed = form.and_then(|form| {
            let new = joined_forms(card).into_iter().nth(form)?;
            (joined.get(form) != Some(&new) && !new.is_empty()).then_some(new)
        });
        if let Some(name) = renewed {
            set_text(card, "FN", &name);
        }
    }
    Ok(())
}

/// Sees to it that a new card has the properties that every card must have: `FN`, and `N` in 3.0.
pub(crate) fn complete(card: &mut Card) {
    if card.first_text("FN").is_none_or(|name| name.trim().is_empty()) {
        let name = joined_forms(card)
            .into_iter()
            .chain(["NICKNAME", "ORG", "EMAIL", "TEL"].iter().filter_map(|property| {
                let line = card.named(property).next()?;
                if *property == "ORG" { component(card, Some(line), 0) } else { Some(plain(card, line)) }
            }))
            .find(|name| !name.trim().is_empty())
            .unwrap_or_else(|| "(no name)".to_owned());
        set_text(card, "FN", &name);
    }
    if card.version() != CardVersion::V40 && card.named("N").next().is_none() {
        let full = card.first_text("FN").unwrap_or_default();
        // A company has no given name; a person's family name may be several words.
        let (given, family) =
            if card.named("ORG").next().and_then(|line| component(card, Some(line), 0)).as_deref() == Some(&full) {
                ("", full.as_str())
            } else {
                full.split_once(' ').unwrap_or(("", &full))
            };
        let value = format!("{};{};;;", card.escape(family.trim(), false), card.escape(given.trim(), false));
        card.add("N", &value);
    }
}

fn slot(name: &str) -> Option<Slot> {
    if let Some((_, property)) = TEXTS.iter().find(|(field, _)| *field == name) {
        return Some(Slot::Text(property));
    }
    if let Some(part) = NAME_PARTS.iter().position(|field| *field == name) {
        return Some(Slot::Name(part));
    }
    match name {
        "org" => return Some(Slot::Org(0)),
        "department" => return Some(Slot::Org(1)),
        "emails" => return Some(Slot::All("EMAIL")),
        "tels" => return Some(Slot::All("TEL")),
        "birthday" => return Some(Slot::Birthday),
        "categories" => return Some(Slot::Categories),
        _ => {}
    }
    let types = |text: &str| -> Option<Vec<String>> {
        let types: Vec<String> = text
            .split('+')
            .map(|kind| kind.trim().to_lowercase())
            .map(|kind| if kind == "mobile" { "cell".to_owned() } else { kind })
            .collect();
        types.iter().all(|kind| !kind.is_empty() && !kind.contains([';', ',', ':', '"', '\n', '\r'])).then_some(types)
    };
    if let Some(rest) = name.strip_prefix("adr") {
        let (kinds, part) = rest.rsplit_once('.')?;
        let part = ADDRESS_PARTS.iter().find(|(field, _)| *field == part)?.1;
        return match kinds.strip_prefix(':') {
            Some(kinds) => Some(Slot::Address(types(kinds)?, part)),
            None => kinds.is_empty().then_some(Slot::Address(Vec::new(), part)),
        };
    }
    let (base, kinds) = name.split_once(':').map_or((name, None), |(base, kinds)| (base, Some(kinds)));
    let property = match base {
        "email" => "EMAIL",
        "tel" => "TEL",
        "url" => "URL",
        _ => return None,
    };
    Some(Slot::One(property, kinds.map_or(Some(Vec::new()), types)?))
}

/// The line that a field stands for: the preferred one, else the first; with types, one that has
/// them all and is no fax unless that was asked for.
fn choose<'a>(card: &'a Card, property: &'a str, types: &[String], claimed: &[usize]) -> Option<&'a Line> {
    let machine = |have: &[String]| have.iter().any(|kind| MACHINES.contains(&kind.as_str()));
    card.named(property)
        .filter(|line| !claimed.contains(&line.id))
        .filter_map(|line| {
            let mut have = line.types();
            have.extend(card.label(line));
            let is_machine = machine(&have);
            let fits = types.iter().all(|kind| have.contains(kind));
            (types.is_empty() || (fits && is_machine == machine(types))).then_some((
                line.preference(),
                is_machine,
                line,
            ))
        })
        .min_by_key(|(preference, is_machine, _)| (*preference, *is_machine))
        .map(|(_, _, line)| line)
}

/// One component of a structured value.
fn component(card: &Card, line: Option<&Line>, part: usize) -> Option<String> {
    let value = line?.escaped();
    split_escaped(&value, ';').get(part).map(|text| card.unescape(text).trim().to_owned())
}

/// A single value as an operator reads it.
fn plain(card: &Card, line: &Line) -> String {
    let text = card.unescape(&line.escaped());
    let uri = line.param("VALUE").any(|kind| kind.eq_ignore_ascii_case("uri"));
    let scheme = match line.name.as_str() {
        "TEL" if uri => "tel:",
        "EMAIL" => "mailto:",
        _ => return text.trim().to_owned(),
    };
    let start: String = text.chars().take(scheme.len()).collect();
    if start.eq_ignore_ascii_case(scheme) { text[start.len()..].trim().to_owned() } else { text.trim().to_owned() }
}

fn categories(card: &Card) -> Vec<String> {
    let mut items = Vec::new();
    for line in card.named("CATEGORIES") {
        for item in split_escaped(&line.escaped(), ',') {
            let item = card.unescape(item).trim().to_owned();
            if !item.is_empty() && !items.contains(&item) {
                items.push(item);
            }
        }
    }
    items
}

/// A birthday as YYYY-MM-DD, or `--MM-DD` without a year (RFC 6350, section 4.3.1).
fn read_day(card: &Card, line: &Line) -> String {
    let text = card.unescape(&line.escaped()).trim().to_owned();
    if line.param("VALUE").any(|kind| kind.eq_ignore_ascii_case("text")) {
        return text;
    }
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let digits: String = day.chars().filter(char::is_ascii_digit).collect();
    let all = day.chars().all(|char| char.is_ascii_digit() || char == '-');
    // Apple writes a year that stands for none, and names it.
    let omitted = line.param("X-APPLE-OMIT-YEAR").any(|year| digits.starts_with(year));
    match digits.len() {
        8 if all && omitted => format!("--{}-{}", &digits[4..6], &digits[6..]),
        8 if all => format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]),
        4 if all && day.starts_with("--") => format!("--{}-{}", &digits[..2], &digits[2..]),
        _ => text,
    }
}

fn write_one(card: &mut Card, name: &str, value: &Value, claimed: &mut Vec<usize>) -> Result<(), ConnectorError> {
    let Some(slot) = slot(name) else { return Ok(()) };
    // What is there already is not written again, however it is put down.
    if read(card, name).as_ref() == Some(value) {
        if let Slot::One(property, types) = &slot
            && let Some(id) = choose(card, property, types, &[]).map(|line| line.id)
        {
            claimed.push(id);
        }
        return Ok(());
    }
    let text = value.display().trim().to_owned();
    match slot {
        Slot::Text(property) => set_text(card, property, &text),
        Slot::Name(part) => set_component(card, "N", "N", None, part, 5, &text),
        Slot::Org(part) => set_component(card, "ORG", "ORG", None, part, 1, &text),
        Slot::Address(types, part) => {
            let id = choose(card, "ADR", &types, &[]).map(|line| line.id);
            let head = head(card, "ADR", &types, false);
            set_component(card, "ADR", &head, id, part, 7, &text);
        }
        Slot::One(property, types) => set_single(card, property, &types, &text, claimed),
        Slot::All(property) => set_list(card, property, &items(value)),
        Slot::Birthday => set_day(card, &text)?,
        Slot::Categories => {
            let wanted = items(value);
            let have = categories(card);
            if have.iter().collect::<BTreeSet<_>>() != wanted.iter().collect::<BTreeSet<_>>() {
                let ids: Vec<usize> = card.named("CATEGORIES").map(|line| line.id).collect();
                let joined = wanted.iter().map(|item| card.escape(item, false)).collect::<Vec<_>>().join(",");
                set_or_add(card, ids.first().copied().filter(|_| !wanted.is_empty()), "CATEGORIES", &joined, &[]);
                for id in ids.into_iter().skip(usize::from(!wanted.is_empty())) {
                    card.remove(id);
                }
            }
        }
    }
    Ok(())
}

/// Sets the line, or adds one where there is none and there is something to say.
fn set_or_add(card: &mut Card, id: Option<usize>, head: &str, escaped: &str, drop: &[&str]) -> Option<usize> {
    match id {
        Some(id) => {
            card.set(id, escaped, drop);
            Some(id)
        }
        None if escaped.is_empty() => None,
        None => Some(card.add(head, escaped)),
    }
}

fn set_text(card: &mut Card, property: &'static str, text: &str) {
    let id = card.named(property).next().map(|line| line.id);
    match id {
        // FN must be there (RFC 6350, section 6.2.1): an emptied one stays as an empty line.
        Some(id) if text.is_empty() && property != "FN" => card.remove(id),
        id => {
            // The commas of a nickname part several of them.
            let escaped = card.escape(text, property == "NICKNAME");
            set_or_add(card, id, property, &escaped, &[]);
        }
    }
}

fn set_component(
    card: &mut Card,
    property: &str,
    head: &str,
    id: Option<usize>,
    part: usize,
    least: usize,
    text: &str,
) {
    let id = id.or_else(|| if property == "ADR" { None } else { card.named(property).next().map(|line| line.id) });
    let old = id.and_then(|id| card.line(id)).map(|line| line.escaped().into_owned()).unwrap_or_default();
    let mut parts: Vec<String> =
        if old.is_empty() { Vec::new() } else { split_escaped(&old, ';').into_iter().map(str::to_owned).collect() };
    let escaped = card.escape(text, false);
    if id.is_none() && text.is_empty() {
        return;
    }
    if parts.len() <= part {
        parts.resize((part + 1).max(if id.is_none() { least } else { 0 }), String::new());
    }
    if let Some(place) = parts.get_mut(part) {
        *place = escaped;
    }
    let emptied = parts.iter().all(|part| part.trim().is_empty());
    match id {
        Some(id) if emptied && property != "N" => card.remove(id),
        id => {
            set_or_add(card, id, head, &parts.join(";"), &[]);
        }
    }
}

fn set_single(card: &mut Card, property: &'static str, types: &[String], text: &str, claimed: &mut Vec<usize>) {
    let id = choose(card, property, types, claimed).map(|line| line.id);
    match id {
        Some(id) if text.is_empty() => card.remove(id),
        Some(id) => {
            set_value(card, id, property, text);
            claimed.push(id);
        }
        None if text.is_empty() => {}
        None => {
            // Beside other lines, the plain field is told from them by being the preferred one.
            let preferred = types.is_empty() && card.named(property).next().is_some();
            let head = head(card, property, types, preferred);
            let escaped = escape_single(card, property, text);
            claimed.push(card.add(&head, &escaped));
        }
    }
}

fn set_value(card: &mut Card, id: usize, property: &str, text: &str) {
    let Some(line) = card.line(id) else { return };
    // A `tel:` address cannot hold spaces, so the number becomes a text, as it was typed.
    let uri = property == "TEL" && line.param("VALUE").any(|kind| kind.eq_ignore_ascii_case("uri"));
    let escaped = escape_single(card, property, text);
    card.set(id, &escaped, if uri { &["VALUE"] } else { &[] });
}

fn escape_single(card: &Card, property: &str, text: &str) -> String {
    // A URL is an address, not a text: it has no escapes (RFC 6350, section 6.7.8).
    if property == "URL" { text.replace(['\n', '\r'], "") } else { card.escape(text, false) }
}

fn set_list(card: &mut Card, property: &'static str, wanted: &[String]) {
    let have: Vec<(usize, String)> = card.named(property).map(|line| (line.id, plain(card, line))).collect();
    let mut new = wanted.iter().filter(|item| !have.iter().any(|(_, text)| text == *item));
    for (id, text) in &have {
        if wanted.contains(text) {
            continue;
        }
        // A changed item keeps its line, and with it its type.
        match new.next() {
            Some(item) => set_value(card, *id, property, item),
            None => card.remove(*id),
        }
    }
    for item in new {
        let head = head(card, property, &[], false);
        let escaped = escape_single(card, property, item);
        card.add(&head, &escaped);
    }
}

fn set_day(card: &mut Card, text: &str) -> Result<(), ConnectorError> {
    let id = card.named("BDAY").next().map(|line| line.id);
    if text.is_empty() {
        if let Some(id) = id {
            card.remove(id);
        }
        return Ok(());
    }
    let refused = || ConnectorError::new(ErrorKind::Rejected, tr!("files-card-no-day", text = text)).about("birthday");
    let yearless = text.strip_prefix("--").map(|rest| format!("2000-{rest}"));
    let day: jiff::civil::Date = yearless.as_deref().unwrap_or(text).parse().map_err(|_error| refused())?;
    let (old, typed) = id
        .and_then(|id| card.line(id))
        .map(|line| {
            (
                line.escaped().into_owned(),
                line.param("VALUE").next().is_some_and(|kind| !kind.eq_ignore_ascii_case("date")),
            )
        })
        .unwrap_or_default();
    // The way the card writes days is kept; else the way of its version.
    let basic =
        if old.is_empty() { card.version() == CardVersion::V40 } else { !old.trim_start_matches("--").contains('-') };
    let (month, date) = (day.month(), day.day());
    let value = match (yearless.is_some(), basic) {
        (true, true) => format!("--{month:02}{date:02}"),
        (true, false) => format!("--{month:02}-{date:02}"),
        (false, true) => format!("{:04}{month:02}{date:02}", day.year()),
        (false, false) => format!("{:04}-{month:02}-{date:02}", day.year()),
    };
    let mut drop = vec!["X-APPLE-OMIT-YEAR"];
    if typed {
        drop.push("VALUE");
    }
    let has_omit = id.and_then(|id| card.line(id)).is_some_and(|line| line.param("X-APPLE-OMIT-YEAR").next().is_some());
    if !has_omit {
        drop.remove(0);
    }
    set_or_add(card, id, "BDAY", &value, &drop);
    Ok(())
}

/// Name and parameters of a new line.
fn head(card: &Card, property: &str, types: &[String], preferred: bool) -> String {
    let mut types: Vec<String> = types.iter().filter(|kind| *kind != "pref").map(|kind| kind.to_uppercase()).collect();
    let version = card.version();
    match (property, version) {
        ("EMAIL", CardVersion::V30 | CardVersion::V21) => types.insert(0, "INTERNET".to_owned()),
        ("TEL", _) if types.is_empty() => types.push("VOICE".to_owned()),
        _ => {}
    }
    if preferred && version != CardVersion::V40 {
        types.push("PREF".to_owned());
    }
    let mut head = property.to_owned();
    for kind in types {
        head.push_str(if version == CardVersion::V21 { ";" } else { ";TYPE=" });
        // A type with a space in it has to be quoted.
        if kind.chars().all(|char| char.is_ascii_alphanumeric() || char == '-') {
            head.push_str(&kind);
        } else {
            head.push('"');
            head.push_str(&kind);
            head.push('"');
        }
    }
    if preferred && version == CardVersion::V40 {
        head.push_str(";PREF=1");
    }
    head
}

/// The items of a list; a text is taken apart at its commas and semicolons.
fn items(value: &Value) -> Vec<String> {
    let all: Vec<String> = match value {
        Value::List(items) => items.clone(),
        Value::Text(text) => text.split([',', ';', '\n']).map(str::to_owned).collect(),
    };
    let mut out: Vec<String> = Vec::new();
    for item in all {
        let item = item.trim().to_owned();
        if !item.is_empty() && !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

/// The full names that programs plainly make of the parts of a name.
fn joined_forms(card: &Card) -> Vec<String> {
    let line = card.named("N").next();
    let part = |at: usize| component(card, line, at).unwrap_or_default();
    let (family, given, middle, prefix, suffix) = (part(0), part(1), part(2), part(3), part(4));
    let join = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let comma = if family.is_empty() || given.is_empty() { String::new() } else { format!("{family}, {given}") };
    vec![
        join(&[&prefix, &given, &middle, &family, &suffix]),
        join(&[&given, &middle, &family]),
        join(&[&given, &family]),
        join(&[&family, &given]),
        comma,
    ]
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
