//! Writing: what is sent for each record, alone or several together, and what came of it.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use super::account::{Account, Place};
use super::client::wrong;
use super::manifest::{Call, CollectionSpec, Sends, Text, Tree};
use super::path::{Path, Step};
use super::reading::{missing, stored};
use super::template::Vars;
use super::values::Field;
use crate::connectors::{ConnectorError, Context, ErrorKind, Write, WriteKind, WriteResult};
use crate::model::{Fields, Record, RecordId, Version};
use crate::texts::tr;

/// How many records are read together that are then written one after the other.
const READ_TOGETHER: usize = 20;

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Create,
    Update,
    Delete,
}

impl Way {
    const fn of(write: &Write) -> Self {
        match write.kind {
            WriteKind::Create { .. } => Self::Create,
            WriteKind::Update { .. } => Self::Update,
            WriteKind::Delete { .. } => Self::Delete,
        }
    }
}

/// One write, ready to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    /// Its place among the writes of the call.
    pub(super) at: usize,
    pub(super) way: Way,
    /// The record's id, as far as it is known.
    pub(super) id: Option<RecordId>,
    pub(super) token: String,
    pub(super) vars: Vars,
    /// The properties that change.
    pub(super) changed: Vec<String>,
}

/// The writes of one call.
pub(super) struct Task<'a> {
    pub(super) account: &'a Account,
    pub(super) context: &'a Context,
    pub(super) place: &'a Place,
    pub(super) spec: &'a CollectionSpec,
    /// The fields that answers must hold.
    pub(super) fields: Vec<Field>,
    pub(super) vars: Vars,
    pub(super) results: Vec<Option<WriteResult>>,
    /// Records that are written and have to be read back.
    pub(super) back: Vec<(usize, RecordId)>,
    /// A trouble that holds for every write: the rest is not tried.
    pub(super) stopped: Option<(ErrorKind, String)>,
}

impl Account {
    pub(crate) async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let place = self.place(context, collection).await?;
        let spec = self.spec(&place)?;
        let fields = self.fields(context, &place, want).await?;
        let vars = self.vars(&place, &fields);
        let results = std::iter::repeat_with(|| None).take(writes.len()).collect();
        let mut task = Task {
            account: self,
            context,
            place: &place,
            spec,
            fields,
            vars,
            results,
            back: Vec::new(),
            stopped: None,
        };
        task.carry_out(writes).await?;
        let results = task.results;
        let lost = || ConnectorError::new(ErrorKind::InDoubt, tr!("connector-broke-off"));
        let mut results: Vec<WriteResult> =
            results.into_iter().map(|result| result.unwrap_or_else(|| Err(lost()))).collect();
        let for_all = results.iter().all(|result| result.as_ref().is_err_and(|error| error.kind.is_for_all()));
        match results.pop() {
            Some(Err(error)) if for_all => Err(error),
            Some(last) => {
                results.push(last);
                Ok(results)
            }
            None => Ok(results),
        }
    }
}

impl<'a> Task<'a> {
    /// A few at a time, so that little time passes between the reading of a record and its writing, in which
    /// somebody else may change it.
    async fn carry_out(&mut self, writes: Vec<Write>) -> Result<(), ConnectorError> {
        let mut all: Vec<(usize, Write)> = writes.into_iter().enumerate().collect();
        for way in [Way::Create, Way::Update, Way::Delete] {
            let mut left: Vec<(usize, Write)> = all.extract_if(.., |(_, write)| Way::of(write) == way).collect();
            if self.call(way).and_then(|call| call.batch.as_ref()).is_some_and(|batch| batch.same_fields) {
                left.sort_by_key(|(_, write)| names(write));
            }
            let size = self.call(way).map_or(1, |call| at_once(self.spec, call));
            while !left.is_empty() {
                let rest = left.split_off(size.min(left.len()));
                self.carry_out_some(way, left).await?;
                left = rest;
            }
        }
        Ok(())
    }

    async fn carry_out_some(&mut self, way: Way, writes: Vec<(usize, Write)>) -> Result<(), ConnectorError> {
        let read = match &self.stopped {
            Some((kind, message)) => Err(ConnectorError::new(*kind, message.clone())),
            None => self.read_first(&writes).await,
        };
        let current = match read {
            Ok(current) => current,
            // What was written before stays as it is told.
            Err(error) => {
                for (at, _) in writes {
                    let mut copy = ConnectorError::new(error.kind, error.message.clone());
                    copy.retry_after = error.retry_after;
                    self.done(at, Err(copy));
                }
                return Ok(());
            }
        };
        let mut ready: Vec<Ready> = Vec::new();
        for (at, write) in writes {
            if way == Way::Create
                && let Some(id) = self.account.made(&write.token)
            {
                self.back.push((at, id));
                continue;
            }
            let made = self.make_ready(at, write, &current).await;
            match made {
                Ok(one) => ready.push(one),
                Err(error) => self.done(at, Err(error)),
            }
        }
        let batch = self.call(way).and_then(|call| call.batch.as_deref());
        match batch {
            Some(batch) if ready.len() > 1 => self.together(batch, ready).await?,
            Some(_) | None => {
                for one in ready {
                    self.alone(one).await;
                }
            }
        }
        self.read_back().await;
        Ok(())
    }

    pub(super) fn call(&self, way: Way) -> Option<&'a Call> {
        match way {
            Way::Create => self.spec.create.as_ref(),
            Way::Update => self.spec.update.as_ref(),
            Way::Delete => self.spec.delete.as_ref(),
        }
    }

    /// Notes that a write got through, and which record it made.
    pub(super) fn got_through(&self, one: &Ready, id: &RecordId) {
        if one.way == Way::Create {
            self.account.remember_made(&one.token, id);
        }
    }

    pub(super) fn done(&mut self, at: usize, result: WriteResult) {
        if let Err(error) = &result
            && error.kind.is_for_all()
        {
            self.stopped = Some((error.kind, error.message.clone()));
        }
        if let Some(place) = self.results.get_mut(at) {
            *place = Some(result);
        }
    }

    /// The records that have to be known as they are before they are written, in one reading.
    async fn read_first(&self, writes: &[(usize, Write)]) -> Result<HashMap<RecordId, Record>, ConnectorError> {
        let mut ids = BTreeSet::new();
        for (_, write) in writes {
            let (id, expect, way, names) = match &write.kind {
                WriteKind::Create { .. } => continue,
                WriteKind::Update { id, fields, expect } => (id, expect, Way::Update, fields.keys().cloned().collect()),
                WriteKind::Delete { id, expect } => (id, expect, Way::Delete, Vec::new()),
            };
            let Some(call) = self.call(way) else { continue };
            let fields = self.account.fields(self.context, self.place, &names).await?;
            let depth = self.base().0.len();
            if expect.is_some() && !call.checks_version
                || fields.iter().any(|field| field.needs_current(depth))
                || names_current(call)
            {
                ids.insert(id.clone());
            }
        }
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let found = self.account.get(self.context, self.place, &self.fields, &ids, true).await?;
        Ok(found.into_iter().map(|record| (record.id.clone(), record)).collect())
    }

    /// Where the fields are in a record.
    fn base(&self) -> Path {
        let at = self.spec.record.fields_at.as_ref();
        at.and_then(|at| Path::parse(at.as_str()).ok()).unwrap_or_default()
    }

    async fn make_ready(
        &self,
        at: usize,
        write: Write,
        current: &HashMap<RecordId, Record>,
    ) -> Result<Ready, ConnectorError> {
        let token = write.token;
        let mut vars = self.vars.with("token", &Json::from(token.as_str()));
        let (way, id, changed) = match write.kind {
            WriteKind::Create { fields, raw } => {
                self.must(Way::Create)?;
                let mut record = match raw {
                    Some(raw) => self.kept(&raw)?,
                    None => Json::Object(Map::new()),
                };
                self.put(&mut record, &fields).await?;
                let id = Account::new_id(self.spec, &vars, &token, &record)?;
                if let Some(id) = &id {
                    vars.set("new_id", &Json::from(id.as_str()));
                }
                self.name_fields(&mut vars, &record);
                vars.set("record", &record);
                (Way::Create, id, Vec::new())
            }
            WriteKind::Update { id, fields, expect } => {
                let call = self.must(Way::Update)?;
                let now = Self::expected(call, &id, expect.as_ref(), current)?;
                let known = now.and_then(|now| now.raw.as_deref()).map(serde_json::from_str::<Json>);
                let known = known.transpose().map_err(|error| {
                    ConnectorError::caused(ErrorKind::BadAnswer, tr!("rest-record-unreadable"), error)
                })?;
                let mut record = known.clone().unwrap_or_else(|| Json::Object(Map::new()));
                let touched = self.put(&mut record, &fields).await?;
                let (changes, changed) = self.changes(&record, &touched);
                if let Some(known) = &known {
                    vars.set("current", known);
                    vars.set("record", &record);
                }
                self.name_fields(&mut vars, &changes);
                vars.set("changes", &changes);
                name_record(&mut vars, &id, expect.as_ref());
                (Way::Update, Some(id), changed)
            }
            WriteKind::Delete { id, expect } => {
                let call = self.must(Way::Delete)?;
                if let Some(now) = Self::expected(call, &id, expect.as_ref(), current)?
                    && let Some(Ok(known)) = now.raw.as_deref().map(serde_json::from_str::<Json>)
                {
                    vars.set("current", &known);
                    vars.set("record", &known);
                }
                name_record(&mut vars, &id, expect.as_ref());
                (Way::Delete, Some(id), Vec::new())
            }
        };
        vars.set("changed", &json!(changed));
        Ok(Ready { at, way, id, token, vars, changed })
    }

    /// The request of a way of writing, or why there is none.
    fn must(&self, way: Way) -> Result<&Call, ConnectorError> {
        let call = self.call(way).filter(|_| !self.place.read_only);
        call.ok_or_else(|| {
            let list = &self.place.name;
            let message = match way {
                Way::Create => tr!("rest-nothing-added", list = list),
                Way::Update => tr!("rest-nothing-changed", list = list),
                Way::Delete => tr!("rest-nothing-deleted", list = list),
            };
            ConnectorError::new(ErrorKind::Forbidden, message)
        })
    }

    /// The record as it is now, where it was read, if it is still the version that was expected.
    fn expected<'r>(
        call: &Call,
        id: &RecordId,
        expect: Option<&Version>,
        current: &'r HashMap<RecordId, Record>,
    ) -> Result<Option<&'r Record>, ConnectorError> {
        let Some(now) = current.get(id) else {
            let was_read = expect.is_some() && !call.checks_version;
            if !was_read && !names_current(call) {
                return Ok(None);
            }
            return Err(ConnectorError::new(ErrorKind::NotFound, tr!("rest-record-gone", id = format_args!("{id}"))));
        };
        match (expect, &now.version) {
            (Some(expect), Some(version)) if expect != version => {
                Err(ConnectorError::new(ErrorKind::VersionMismatch, tr!("rest-record-changed")))
            }
            _ => Ok(Some(now)),
        }
    }

    /// A deleted record as it was kept, without what the platform makes itself.
    fn kept(&self, raw: &str) -> Result<Json, ConnectorError> {
        let mut record: Json = serde_json::from_str(raw)
            .map_err(|error| ConnectorError::caused(ErrorKind::Rejected, tr!("rest-copy-unreadable"), error))?;
        let id = Path::parse(self.spec.record.id.as_str()).ok();
        let id = id.as_ref().and_then(Path::top).filter(|_| !self.spec.record.id.is_template());
        if let Json::Object(object) = &mut record {
            object.retain(|name, _| !self.spec.record.not_sent.contains(name) && Some(name.as_str()) != id);
        }
        if let Some(Json::Object(object)) = at_mut(&mut record, &self.base()) {
            object.retain(|name, _| !self.spec.record.not_sent.contains(name));
        }
        Ok(record)
    }

    /// Puts the values into a record, and names the properties that this touches.
    async fn put(&self, record: &mut Json, values: &Fields) -> Result<Vec<String>, ConnectorError> {
        let names: Vec<String> = values.keys().cloned().collect();
        let fields = self.account.fields(self.context, self.place, &names).await?;
        let depth = self.base().0.len();
        let mut touched = Vec::new();
        for field in fields {
            let Some(value) = values.get(&field.name) else { continue };
            field.put(record, value)?;
            if let Some(Step::Name(top)) = field.path.0.get(depth)
                && !touched.contains(top)
            {
                touched.push(top.clone());
            }
        }
        touched.sort();
        Ok(touched)
    }

    /// Only the touched properties, each whole, nested as in the record.
    fn changes(&self, record: &Json, touched: &[String]) -> (Json, Vec<String>) {
        let base = self.base();
        let held = base.read(record);
        let object: Map<String, Json> = touched
            .iter()
            .map(|name| (name.clone(), held.as_ref().and_then(|held| held.get(name)).cloned().unwrap_or(Json::Null)))
            .collect();
        let changes = base.0.iter().rev().fold(Json::Object(object), |inner, step| match step {
            Step::Name(name) => Json::Object(Map::from_iter([(name.clone(), inner)])),
            Step::Index(_) | Step::Holding { .. } | Step::Each => inner,
        });
        (changes, touched.to_vec())
    }

    fn name_fields(&self, vars: &mut Vars, record: &Json) {
        vars.set("fields", &self.base().read(record).unwrap_or_else(|| json!({})));
    }

    /// One write in one request.
    pub(super) async fn alone(&mut self, one: Ready) {
        if let Some((kind, message)) = &self.stopped {
            let error = ConnectorError::new(*kind, message.clone());
            return self.done(one.at, Err(error));
        }
        match self.send(&one).await {
            Ok(Sent::Record(record)) => {
                self.got_through(&one, &record.id);
                self.done(one.at, Ok(Some(*record)));
            }
            Ok(Sent::Gone) => self.done(one.at, Ok(None)),
            Ok(Sent::Id(id)) => {
                self.got_through(&one, &id);
                self.back.push((one.at, id));
            }
            Err(error) => self.done(one.at, Err(error)),
        }
    }

    async fn send(&self, one: &Ready) -> Result<Sent, ConnectorError> {
        let call = self.must(one.way)?;
        let before = self.before(one.way).await?;
        let vars = before.as_ref().map(|before| one.vars.with("before", before));
        let missing = if one.way == Way::Create { &[][..] } else { missing(call) };
        let client = &self.account.client;
        let reply =
            client.call(self.context, call.sends(), vars.as_ref().unwrap_or(&one.vars), (None, missing), true).await?;
        if reply.missing {
            return Err(ConnectorError::new(ErrorKind::NotFound, tr!("rest-that-record-gone")));
        }
        if one.way == Way::Delete {
            return Ok(Sent::Gone);
        }
        if let Some(item) = stored(call, &reply)? {
            let mut record = self
                .account
                .record(self.spec, &reply, (&item, ""), &self.fields, true, true)
                .map_err(|error| in_doubt(&error))?;
            if let (Way::Update, Some(id)) = (one.way, &one.id) {
                record.id = id.clone();
            }
            return Ok(Sent::Record(Box::new(record)));
        }
        let id = match (&one.id, &call.id) {
            (Some(id), _) => Some(id.clone()),
            (None, Some(place)) => {
                let id = reply.place(place, None).map_err(|error| in_doubt(&wrong(&error)))?;
                id.map(|id| super::template::plain(&id)).filter(|id| !id.is_empty()).map(RecordId::new)
            }
            (None, None) => None,
        };
        id.map(Sent::Id).ok_or_else(|| ConnectorError::new(ErrorKind::InDoubt, tr!("rest-silent-create")))
    }

    /// What is asked right before a request that writes, where the platform needs that.
    pub(super) async fn before(&self, way: Way) -> Result<Option<Json>, ConnectorError> {
        let Some(call) = self.call(way).and_then(|call| call.before.as_deref()) else { return Ok(None) };
        let client = &self.account.client;
        Ok(Some(client.call(self.context, call.sends(), &self.vars, (None, &[]), false).await?.body))
    }

    /// Reads what was written and not told, all in one reading.
    async fn read_back(&mut self) {
        if self.back.is_empty() {
            return;
        }
        let back = std::mem::take(&mut self.back);
        let ids: Vec<RecordId> = back.iter().map(|(_, id)| id.clone()).collect();
        let found = self.account.get(self.context, self.place, &self.fields, &ids, true).await;
        let found: Result<HashMap<RecordId, Record>, ConnectorError> =
            found.map(|records| records.into_iter().map(|record| (record.id.clone(), record)).collect());
        for (at, id) in back {
            let result = match &found {
                Ok(found) => found
                    .get(&id)
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| ConnectorError::new(ErrorKind::InDoubt, tr!("rest-record-not-there"))),
                Err(error) => Err(in_doubt(error)),
            };
            self.done(at, result);
        }
    }
}

/// What came of a request for one record.
enum Sent {
    Record(Box<Record>),
    /// It is written; what is stored has to be read.
    Id(RecordId),
    Gone,
}

fn in_doubt(error: &ConnectorError) -> ConnectorError {
    ConnectorError::new(ErrorKind::InDoubt, tr!("rest-record-not-read-back", why = format_args!("{}", error.message)))
}

fn name_record(vars: &mut Vars, id: &RecordId, expect: Option<&Version>) {
    vars.set("id", &Json::from(id.as_str()));
    if let Some(expect) = expect {
        vars.set("version", &Json::from(expect.0.as_str()));
    }
}

/// The names of the fields that a write changes.
fn names(write: &Write) -> Vec<String> {
    match &write.kind {
        WriteKind::Create { fields, .. } | WriteKind::Update { fields, .. } => fields.keys().cloned().collect(),
        WriteKind::Delete { .. } => Vec::new(),
    }
}

/// How many records are read, written and read back together. Where each is written by itself, a few can still be
/// read together.
pub(super) fn at_once(spec: &CollectionSpec, call: &Call) -> usize {
    let reads = spec.get.as_ref().and_then(|get| get.batch.as_ref());
    match (&call.batch, reads) {
        (Some(batch), _) => batch.max.max(1),
        (None, Some(reads)) => reads.max.clamp(1, READ_TOGETHER),
        (None, None) => 1,
    }
}

/// Whether a request has to know the record as it is.
pub(super) fn names_current(call: &Call) -> bool {
    let named = |sends: Sends<'_>| {
        let trees = sends.query.values().chain(sends.form.values()).chain(sends.body).flat_map(Tree::texts);
        texts_name(sends.headers.values().chain(trees).chain([sends.request]))
    };
    named(call.sends())
        || call
            .batch
            .as_ref()
            .is_some_and(|batch| named(batch.sends()) || texts_name(batch.item.iter().flat_map(Tree::texts)))
}

fn texts_name<'t>(mut texts: impl Iterator<Item = &'t Text>) -> bool {
    texts.any(|text| text.variables().is_ok_and(|names| names.contains("record") || names.contains("current")))
}

fn at_mut<'j>(json: &'j mut Json, path: &Path) -> Option<&'j mut Json> {
    path.0.iter().try_fold(json, |json, step| match step {
        Step::Name(name) => json.get_mut(name),
        Step::Index(_) | Step::Holding { .. } | Step::Each => None,
    })
}
