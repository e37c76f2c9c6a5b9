//! Reading single records, and finding them by what they hold.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::account::{Account, Place};
use super::client::{Reply, wrong};
use super::manifest::{Batch, Call, CollectionSpec};
use super::paging::Pager;
use super::template::Vars;
use super::values::Field;
use crate::connectors::{ConnectorError, Context, ErrorKind, Find};
use crate::model::{Record, RecordId, Value};
use crate::texts::tr;

/// The statuses that mean "it is not there", unless the manifest says otherwise.
pub(super) const MISSING: &[u16] = &[404, 410];

impl Account {
    /// These records; one that is not there is left out.
    pub(crate) async fn get(
        &self,
        context: &Context,
        place: &Place,
        fields: &[Field],
        ids: &[RecordId],
        whole: bool,
    ) -> Result<Vec<Record>, ConnectorError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let spec = self.spec(place)?;
        let vars = self.vars(place, fields);
        let Some(call) = &spec.get else {
            let mut all = Box::pin(self.everything(context, place, fields)).await?;
            all.retain(|record| ids.contains(&record.id));
            return Ok(all);
        };
        if let (Some(batch), true) = (&call.batch, ids.len() > 1) {
            return self.get_together(context, spec, (batch, fields), &vars, ids, whole).await;
        }
        let mut records = Vec::with_capacity(ids.len());
        for (done, id) in ids.iter().enumerate() {
            context.check()?;
            let vars = vars.with("id", &Json::from(id.as_str()));
            let reply = self.client.call(context, call.sends(), &vars, (None, missing(call)), false).await;
            let reply = match reply {
                Ok(reply) => reply,
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let Some(item) = stored(call, &reply)? {
                let mut record = self.record(spec, &reply, (&item, ""), fields, whole, true)?;
                // The id by which it was asked for is the one that is known.
                record.id = id.clone();
                records.push(record);
            }
            context.step("reading records", done as u64 + 1, Some(ids.len() as u64));
        }
        Ok(records)
    }

    async fn get_together(
        &self,
        context: &Context,
        spec: &CollectionSpec,
        (batch, fields): (&Batch, &[Field]),
        vars: &Vars,
        ids: &[RecordId],
        whole: bool,
    ) -> Result<Vec<Record>, ConnectorError> {
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(batch.max.max(1)) {
            context.check()?;
            let names: Vec<&str> = some.iter().map(RecordId::as_str).collect();
            let mut vars = vars.with("ids", &json!(names));
            let mut items = Vec::with_capacity(some.len());
            for (index, id) in some.iter().enumerate() {
                let mut one = vars.with("id", &Json::from(id.as_str()));
                one.set("index", &Json::from(index));
                match &batch.item {
                    Some(item) => items.extend(item.json(&one).map_err(|error| wrong(&error))?),
                    None => items.push(Json::from(id.as_str())),
                }
            }
            vars.set("items", &Json::Array(items));
            let reply = self.client.call(context, batch.sends(), &vars, (None, &[]), false).await?;
            let found = match &batch.answers {
                Some(answers) => reply.place(answers, None).map_err(|error| wrong(&error))?,
                None => None,
            };
            let Some(Json::Array(answers)) = found else {
                return Err(ConnectorError::new(
                    ErrorKind::BadAnswer,
                    tr!("rest-records-missing", host = format_args!("{}", self.client.host())),
                ));
            };
            for answer in answers {
                let item = match &batch.record {
                    Some(record) => reply.place(record, Some((&answer, ""))).map_err(|error| wrong(&error))?,
                    None => Some(answer),
                };
                let Some(item) = item.filter(Json::is_object) else { continue };
                // What is told of a record that is not there has no id that was asked for.
                let Ok(record) = self.record(spec, &reply, (&item, ""), fields, whole, false) else { continue };
                if some.contains(&record.id) {
                    records.push(record);
                }
            }
        }
        Ok(records)
    }

    /// Records by the token of their create or by what they hold.
    pub(crate) async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        let place = self.place(context, collection).await?;
        let spec = self.spec(&place)?;
        let fields = self.fields(context, &place, want).await?;
        if let Some(token) = &find.token
            && let Some(id) = Self::new_id(spec, &self.vars(&place, &fields), token, &Json::Null)?
        {
            let found = self.get(context, &place, &fields, &[id], true).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let Some((name, value)) = &find.field else { return Ok(Vec::new()) };
        if value.trim().is_empty() {
            return Ok(Vec::new());
        }
        let sought = self.fields(context, &place, std::slice::from_ref(name)).await?;
        let Some(sought) = sought.first() else { return Ok(Vec::new()) };
        let mut asked = fields.clone();
        if !asked.iter().any(|field| field.name == sought.name) {
            asked.push(sought.clone());
        }
        let searchable = |call: &Call| call.fields.iter().any(|field| field == "*" || field == name);
        let mut found = match spec.search.as_ref().filter(|call| searchable(call)) {
            Some(call) => self.search(context, &place, call, &asked, (sought, value)).await?,
            None => self.everything(context, &place, &asked).await?,
        };
        let normal = |text: &str| text.trim().to_lowercase();
        found.retain(|record| match record.fields.get(name) {
            Some(Value::Text(text)) => normal(text) == normal(value),
            Some(Value::List(items)) => items.iter().any(|item| normal(item) == normal(value)),
            None => false,
        });
        for record in &mut found {
            record.fields.retain(|name, _| fields.iter().any(|field| field.name == *name));
        }
        Ok(found)
    }

    async fn search(
        &self,
        context: &Context,
        place: &Place,
        call: &Call,
        fields: &[Field],
        (field, value): (&Field, &str),
    ) -> Result<Vec<Record>, ConnectorError> {
        let spec = self.spec(place)?;
        let mut vars = self.vars(place, fields);
        vars.set("field", &Json::from(field.name.as_str()));
        vars.set("select", &Json::from(field.select.as_str()));
        vars.set("value", &Json::from(value.trim()));
        let mut pager = Pager::of_records(&self.client, call, vars, &spec.record);
        let mut found: HashMap<RecordId, Record> = HashMap::new();
        let mut order = Vec::new();
        while let Some(page) = pager.next(context).await? {
            for (key, item) in &page.items {
                if call.ids_only {
                    let id = match &call.id {
                        Some(place) => page.reply.place(place, Some((item, key))).map_err(|error| wrong(&error))?,
                        None => Some(Json::from(self.record_id(spec, &page.reply, (item, key))?.0)),
                    };
                    if let Some(id) = id.map(|id| super::template::plain(&id)).filter(|id| !id.is_empty()) {
                        order.push(RecordId::new(id));
                    }
                } else {
                    let record = self.record(spec, &page.reply, (item, key), fields, true, false)?;
                    order.push(record.id.clone());
                    found.insert(record.id.clone(), record);
                }
            }
        }
        order.sort();
        order.dedup();
        if call.ids_only {
            return self.get(context, place, fields, &order, true).await;
        }
        Ok(order.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The id that a create with this token chooses, where the platform lets it.
    pub(crate) fn new_id(
        spec: &CollectionSpec,
        vars: &Vars,
        token: &str,
        record: &Json,
    ) -> Result<Option<RecordId>, ConnectorError> {
        let Some(new_id) = spec.create.as_ref().and_then(|create| create.new_id.as_ref()) else { return Ok(None) };
        let mut vars = vars.with("token", &Json::from(token));
        vars.set("record", record);
        let id = new_id.text(&vars).map_err(|error| wrong(&error))?;
        Ok(id.filter(|id| !id.is_empty()).map(RecordId::new))
    }
}

/// The statuses of a call that mean "it is not there".
pub(super) fn missing(call: &Call) -> &[u16] {
    if call.missing.is_empty() { MISSING } else { &call.missing }
}

/// The record in an answer, where there is one.
pub(super) fn stored(call: &Call, reply: &Reply) -> Result<Option<Json>, ConnectorError> {
    let Some(place) = &call.record else { return Ok(None) };
    if reply.missing {
        return Ok(None);
    }
    let found = reply.place(place, None).map_err(|error| wrong(&error))?;
    Ok(found.filter(|found| found.as_object().is_some_and(|object| !object.is_empty())))
}
