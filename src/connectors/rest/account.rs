//! What an account holds: its collections and their fields, fixed or discovered, and how a record is
//! made of an item.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use md5::{Digest as _, Md5};
use serde_json::{Value as Json, json};

use super::client::{Client, Reply, wrong};
use super::dates;
use super::manifest::{Choice, CollectionSpec, DiscoverFields, FieldSpec, Text, TypeSpec};
use super::paging::Pager;
use super::path::Path;
use super::template::{Vars, plain};
use super::values::Field;
use crate::connectors::{ConnectorError, Context, ErrorKind};
use crate::model::{CollectionInfo, FieldInfo, Record, RecordId, Timestamp, Version};

/// From how many records values are shown.
const SAMPLED: usize = 50;
/// How many values are shown of a field.
const SAMPLES: usize = 3;

/// One account and what is known of it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) client: Client,
    /// The collections that were discovered.
    discovered: tokio::sync::Mutex<Option<Vec<Arc<Place>>>>,
    /// The fields of collections, by id.
    fields: Mutex<HashMap<String, Arc<Vec<Field>>>>,
    /// The records that this connector made, by the tokens of their creates.
    created: Mutex<HashMap<String, RecordId>>,
    /// How often the operator wants everything listed.
    pub(crate) full_every: Option<String>,
}

/// One collection.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which of the manifest's collections it is.
    at: usize,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) read_only: bool,
    /// What the platform says of it.
    item: Json,
}

impl Account {
    pub(crate) fn new(client: Client, full_every: Option<String>) -> Self {
        Self {
            client,
            discovered: tokio::sync::Mutex::new(None),
            fields: Mutex::new(HashMap::new()),
            created: Mutex::new(HashMap::new()),
            full_every,
        }
    }

    /// The record that this connector made for a token.
    pub(crate) fn made(&self, token: &str) -> Option<RecordId> {
        lock(&self.created).get(token).cloned()
    }

    /// Remembers which record was made for a token, so that the same create sent again makes no double.
    pub(crate) fn remember_made(&self, token: &str, id: &RecordId) {
        lock(&self.created).insert(token.to_owned(), id.clone());
    }

    pub(crate) fn spec(&self, place: &Place) -> Result<&CollectionSpec, ConnectorError> {
        let spec = self.client.manifest.spec.collections.get(place.at);
        spec.ok_or_else(|| {
            ConnectorError::new(ErrorKind::NotFound, format!("there is no list \u{201c}{}\u{201d}", place.id))
        })
    }

    /// Every collection; those that are discovered are asked for anew.
    pub(crate) async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        *self.discovered.lock().await = None;
        let places = self.places(context).await?;
        Ok(places
            .iter()
            .map(|place| CollectionInfo { id: place.id.clone(), name: place.name.clone(), read_only: place.read_only })
            .collect())
    }

    /// The collection that a pair's settings name by its id or name, or the only one.
    pub(crate) async fn place(&self, context: &Context, collection: &str) -> Result<Arc<Place>, ConnectorError> {
        context.check()?;
        let collection = collection.trim();
        // A fixed collection costs no request.
        let fixed = self.fixed();
        if let Some(place) = fixed.iter().find(|place| !collection.is_empty() && place.id == collection) {
            return Ok(Arc::clone(place));
        }
        let places = self.places(context).await?;
        let lower = collection.to_lowercase();
        let fits: [&dyn Fn(&Place) -> bool; 3] =
            [&|_| collection.is_empty(), &|place| place.id == collection, &|place| place.name.to_lowercase() == lower];
        for fit in fits {
            let mut fitting = places.iter().filter(|place| fit(place));
            match (fitting.next(), fitting.next()) {
                (Some(place), None) => return Ok(Arc::clone(place)),
                (Some(_), Some(_)) => {
                    return Err(ConnectorError::new(
                        ErrorKind::Settings,
                        format!("the account has several lists; name one of them: {}", names(&places)),
                    ));
                }
                (None, _) => {}
            }
        }
        Err(ConnectorError::new(
            ErrorKind::NotFound,
            format!("there is no list \u{201c}{collection}\u{201d}; the account has: {}", names(&places)),
        ))
    }

    fn fixed(&self) -> Vec<Arc<Place>> {
        let collections = self.client.manifest.spec.collections.iter().enumerate();
        collections
            .filter_map(|(at, spec)| {
                let id = spec.id.as_ref()?.text.clone();
                let name = spec.name.as_ref().map_or_else(|| id.clone(), |name| name.text.clone());
                Some(Arc::new(Place {
                    at,
                    id,
                    name,
                    read_only: spec.read_only || is_read_only(spec),
                    item: Json::Null,
                }))
            })
            .collect()
    }

    async fn places(&self, context: &Context) -> Result<Vec<Arc<Place>>, ConnectorError> {
        let mut known = self.discovered.lock().await;
        if let Some(known) = known.as_ref() {
            return Ok(known.clone());
        }
        let mut places = self.fixed();
        for (at, spec) in self.client.manifest.spec.collections.iter().enumerate() {
            let Some(discover) = &spec.discover else { continue };
            let mut pager = Pager::new(&self.client, &discover.call, self.client.options().clone(), Some(&discover.id));
            while let Some(page) = pager.next(context).await? {
                for (key, item) in page.items {
                    let find = |text: &Text| page.reply.place(text, Some((&item, &key))).map_err(|error| wrong(&error));
                    let Some(id) = find(&discover.id)?.map(|id| plain(&id)).filter(|id| !id.is_empty()) else {
                        continue;
                    };
                    let name = find(&discover.name)?.map(|name| plain(&name)).filter(|name| !name.is_empty());
                    let read_only = match &discover.read_only {
                        Some(text) => find(text)?.as_ref().is_some_and(is_yes),
                        None => false,
                    };
                    let read_only = read_only || spec.read_only || is_read_only(spec);
                    places.push(Arc::new(Place { at, name: name.unwrap_or_else(|| id.clone()), id, read_only, item }));
                }
            }
        }
        *known = Some(places.clone());
        Ok(places)
    }

    /// What requests of a collection can name.
    pub(crate) fn vars(&self, place: &Place, fields: &[Field]) -> Vars {
        let mut vars = self.client.options().clone();
        vars.set("collection", &json!({ "id": place.id, "name": place.name, "item": place.item }));
        let mut want: Vec<&str> = Vec::new();
        for field in fields {
            if !want.contains(&field.select.as_str()) {
                want.push(&field.select);
            }
        }
        vars.set("want", &json!(want));
        vars
    }

    /// Every field of a collection; asked of the platform once.
    pub(crate) async fn all_fields(&self, context: &Context, place: &Place) -> Result<Arc<Vec<Field>>, ConnectorError> {
        if let Some(fields) = lock(&self.fields).get(&place.id) {
            return Ok(Arc::clone(fields));
        }
        let spec = self.spec(place)?;
        let mut fields: Vec<Field> = spec.fields.iter().map(|field| Field::new(field, &spec.record)).collect();
        if let Some(discover) = &spec.discover_fields {
            let found = if discover.call.is_some() {
                self.asked_fields(context, place, discover).await?
            } else {
                self.held_fields(context, place, discover).await?
            };
            for field in found {
                if !fields.iter().any(|known| known.name == field.name) {
                    fields.push(field);
                }
            }
        }
        let fields = Arc::new(fields);
        lock(&self.fields).insert(place.id.clone(), Arc::clone(&fields));
        Ok(fields)
    }

    /// The fields of these names.
    pub(crate) async fn fields(
        &self,
        context: &Context,
        place: &Place,
        want: &[String],
    ) -> Result<Vec<Field>, ConnectorError> {
        let spec = self.spec(place)?;
        let fixed: Option<Vec<Field>> = want
            .iter()
            .map(|name| {
                spec.fields.iter().find(|field| field.name.text == *name).map(|field| Field::new(field, &spec.record))
            })
            .collect();
        if let Some(fixed) = fixed {
            return Ok(fixed);
        }
        let all = self.all_fields(context, place).await?;
        let open = spec.discover_fields.as_ref().is_some_and(|discover| discover.from_records);
        want.iter()
            .map(|name| match all.iter().find(|field| field.name == *name) {
                Some(field) => Ok(field.clone()),
                // A record that has not been seen may hold more.
                None if open => {
                    let field = FieldSpec { name: Text::new(name.clone(), 0), ..FieldSpec::default() };
                    Ok(Field::new(&field, &spec.record))
                }
                None => Err(ConnectorError::new(
                    ErrorKind::Settings,
                    format!("the list \u{201c}{}\u{201d} has no field \u{201c}{name}\u{201d}; choose another one in the pair's settings", place.name),
                )),
            })
            .collect()
    }

    async fn asked_fields(
        &self,
        context: &Context,
        place: &Place,
        discover: &DiscoverFields,
    ) -> Result<Vec<Field>, ConnectorError> {
        let spec = self.spec(place)?;
        let mut fields = Vec::new();
        let Some(call) = &discover.call else { return Ok(fields) };
        let mut pager = Pager::new(&self.client, call, self.vars(place, &[]), discover.name.as_ref());
        while let Some(page) = pager.next(context).await? {
            for (key, item) in &page.items {
                let find = |text: &Option<Text>| -> Result<Option<Json>, ConnectorError> {
                    let Some(text) = text else { return Ok(None) };
                    page.reply.place(text, Some((item, key))).map_err(|error| wrong(&error))
                };
                let text = |text: &Option<Text>| -> Result<Option<String>, ConnectorError> {
                    Ok(find(text)?.map(|found| plain(&found)).filter(|found| !found.is_empty()))
                };
                let Some(name) = text(&discover.name)? else { continue };
                let word = text(&discover.type_at)?.unwrap_or_default();
                let type_spec = discover.types.get(&word).cloned().unwrap_or_default();
                if type_spec.skip || discover.except.contains(&name) {
                    continue;
                }
                let mut choices = Vec::new();
                for choice in find(&discover.choices)?.as_ref().and_then(Json::as_array).into_iter().flatten() {
                    let part = |text: &Option<Text>| match text {
                        Some(text) => page.reply.place(text, Some((choice, ""))).map_err(|error| wrong(&error)),
                        None => Ok(Some(choice.clone())),
                    };
                    let value = part(&discover.choice_value)?.map(|value| plain(&value)).unwrap_or_default();
                    let label = match &discover.choice_label {
                        Some(_) => part(&discover.choice_label)?.map(|label| plain(&label)),
                        None => None,
                    };
                    choices.push(Choice { label: label.unwrap_or_else(|| value.clone()), value });
                }
                let found = FieldSpec {
                    label: text(&discover.label)?,
                    select: Some(text(&discover.select)?.unwrap_or_else(|| name.clone())),
                    required: find(&discover.required)?.as_ref().is_some_and(is_yes),
                    read_only: type_spec.read_only || find(&discover.read_only)?.as_ref().is_some_and(is_yes),
                    choices,
                    max_length: text(&discover.max_length)?.and_then(|most| most.parse().ok()).filter(|most| *most > 0),
                    ..typed(&name, &type_spec, discover.path.as_ref(), item)?
                };
                fields.push(Field::new(&found, &spec.record));
            }
        }
        Ok(fields)
    }

    /// The fields that the first records hold.
    async fn held_fields(
        &self,
        context: &Context,
        place: &Place,
        discover: &DiscoverFields,
    ) -> Result<Vec<Field>, ConnectorError> {
        let spec = self.spec(place)?;
        let base = spec.record.fields_at.as_ref().and_then(|at| Path::parse(at.as_str()).ok()).unwrap_or_default();
        let mut pager = Pager::of_records(&self.client, &spec.list, self.vars(place, &[]), &spec.record);
        let mut names = BTreeMap::new();
        if let Some(page) = pager.next(context).await? {
            for (_, item) in &page.items {
                let Some(Json::Object(object)) = base.read(item) else { continue };
                for (name, value) in object {
                    let plain = !matches!(value, Json::Object(_));
                    let entry = names.entry(name).or_insert(plain);
                    *entry = *entry && plain;
                }
            }
        }
        Ok(names
            .into_iter()
            .filter(|(name, plain)| *plain && !discover.except.contains(name))
            .map(|(name, _)| {
                let field = FieldSpec { name: Text::new(name, 0), ..FieldSpec::default() };
                Field::new(&field, &spec.record)
            })
            .collect())
    }

    /// The fields with samples from the first records.
    pub(crate) async fn described(&self, context: &Context, place: &Place) -> Result<Vec<FieldInfo>, ConnectorError> {
        let fields = self.all_fields(context, place).await?;
        let spec = self.spec(place)?;
        let mut pager = Pager::of_records(&self.client, &spec.list, self.vars(place, &fields), &spec.record);
        let mut items = Vec::new();
        while items.len() < SAMPLED
            && let Some(page) = pager.next(context).await?
        {
            items.extend(page.items);
        }
        fields
            .iter()
            .map(|field| {
                let mut samples: Vec<String> = Vec::new();
                for (_, item) in &items {
                    let Some(value) = field.value(item)?.filter(|value| !value.is_empty()) else { continue };
                    let shown = value.display();
                    if !samples.contains(&shown) {
                        samples.push(shown);
                    }
                    if samples.len() == SAMPLES {
                        break;
                    }
                }
                Ok(field.info(samples))
            })
            .collect()
    }

    /// The record that an item is. `alone` says that the whole answer is about it.
    pub(crate) fn record(
        &self,
        spec: &CollectionSpec,
        reply: &Reply,
        (item, key): (&Json, &str),
        fields: &[Field],
        whole: bool,
        alone: bool,
    ) -> Result<Record, ConnectorError> {
        let id = self.record_id(spec, reply, (item, key))?;
        let mut values = crate::model::Fields::new();
        for field in fields {
            if let Some(value) = field.value(item)? {
                values.insert(field.name.clone(), value);
            }
        }
        let version = match &spec.record.version {
            None => None,
            Some(text) if text.as_str() == "digest" => {
                let text = serde_json::to_string(&values).unwrap_or_default();
                Some(format!("digest-{}", hex(&Md5::digest(text.as_bytes()))))
            }
            Some(text) if text.as_str().starts_with("header:") && !alone => None,
            Some(text) => reply
                .place(text, Some((item, key)))
                .map_err(|error| wrong(&error))?
                .map(|version| plain(&version))
                .filter(|version| !version.is_empty()),
        };
        Ok(Record {
            id,
            version: version.map(Version),
            modified: Self::modified(spec, reply, (item, key))?,
            modified_by: match &spec.record.modified_by {
                Some(text) => reply
                    .place(text, Some((item, key)))
                    .map_err(|error| wrong(&error))?
                    .map(|by| plain(&by))
                    .filter(|by| !by.is_empty()),
                None => None,
            },
            fields: values,
            raw: whole.then(|| item.to_string()),
        })
    }

    pub(crate) fn record_id(
        &self,
        spec: &CollectionSpec,
        reply: &Reply,
        item: (&Json, &str),
    ) -> Result<RecordId, ConnectorError> {
        let id = reply.place(&spec.record.id, Some(item)).map_err(|error| wrong(&error))?;
        id.map(|id| plain(&id)).filter(|id| !id.is_empty()).map(RecordId::new).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::BadAnswer,
                format!("{} gave a record without an id, so nothing was taken from its answer", self.client.host()),
            )
        })
    }

    pub(crate) fn modified(
        spec: &CollectionSpec,
        reply: &Reply,
        item: (&Json, &str),
    ) -> Result<Option<Timestamp>, ConnectorError> {
        let Some(text) = &spec.record.modified else { return Ok(None) };
        let found = reply.place(text, Some(item)).map_err(|error| wrong(&error))?;
        Ok(found.and_then(|found| dates::parse(&plain(&found))))
    }
}

fn typed(name: &str, spec: &TypeSpec, path: Option<&Text>, item: &Json) -> Result<FieldSpec, ConnectorError> {
    let path = spec.path.as_ref().or(path).map(|path| {
        let mut vars = Vars::default();
        // The name is one step of the path, whatever letters it has.
        vars.set("name", &Json::from(name.replace('~', "~0").replace('/', "~1")));
        vars.set("item", item);
        path.text(&vars).map_err(|error| wrong(&error))
    });
    let path = path.transpose()?.flatten().map(|path| Text::new(path, 0));
    Ok(FieldSpec {
        name: Text::new(name, 0),
        kind: spec.kind,
        path,
        json: spec.json,
        empty: spec.empty,
        omits_empty: spec.omits_empty,
        read: spec.read.clone(),
        write: spec.write.clone(),
        ..FieldSpec::default()
    })
}

fn is_read_only(spec: &CollectionSpec) -> bool {
    spec.create.is_none() && spec.update.is_none() && spec.delete.is_none()
}

fn names(places: &[Arc<Place>]) -> String {
    let names: BTreeSet<&str> = places.iter().map(|place| place.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().take(30).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn is_yes(json: &Json) -> bool {
    match json {
        Json::Bool(yes) => *yes,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty() && !matches!(text.to_lowercase().as_str(), "false" | "no" | "0"),
        Json::Null => false,
        Json::Array(items) => !items.is_empty(),
        Json::Object(entries) => !entries.is_empty(),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a text does not fail.
        let _done = write!(out, "{byte:02x}");
        out
    })
}

/// Locks without a panic: what is behind this lock is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
