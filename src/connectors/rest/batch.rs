//! Several writes in one request, and which of them went well.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::client::{Reply, wrong};
use super::manifest::{Batch, Text};
use super::refused;
use super::template::plain;
use super::writing::{Ready, Task, Way};
use crate::connectors::{ConnectorError, ErrorKind, WriteResult};
use crate::model::{Record, RecordId};
use crate::texts::tr;

/// What one answer says.
enum Told {
    Record(Box<Record>),
    /// It is written; what is stored has to be read.
    Written(Option<RecordId>),
    Failed(ConnectorError),
}

impl Task<'_> {
    /// Several writes of one way, as many a request as the platform takes.
    pub(super) async fn together(&mut self, batch: &Batch, ready: Vec<Ready>) -> Result<(), ConnectorError> {
        let mut groups: Vec<Vec<Ready>> = Vec::new();
        for one in ready {
            let fits = |group: &Vec<Ready>| {
                group.len() < batch.max
                    && (!batch.same_fields || group.first().is_some_and(|first| first.changed == one.changed))
            };
            match groups.iter_mut().find(|group| fits(group)) {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        // The last one is the next.
        groups.reverse();
        while let Some(mut group) = groups.pop() {
            if group.len() < 2 || self.stopped.is_some() {
                for one in group {
                    self.alone(one).await;
                }
                continue;
            }
            match self.one_request(batch, &group).await {
                Ok(reply) => self.share_out(batch, group, &reply)?,
                // Whoever may not send several at a time may send one.
                Err(error) if error.kind == ErrorKind::Forbidden => {
                    tracing::debug!(%error, "the batch was refused as a whole; each record is tried by itself");
                    for one in group {
                        self.alone(one).await;
                    }
                }
                // One bad record must not hold up the others: it is found by halves.
                Err(error) if is_about_records(error.kind) => {
                    tracing::debug!(%error, "the batch was refused as a whole; each half of it is tried by itself");
                    let half = group.split_off(group.len() / 2);
                    groups.extend([half, group]);
                }
                Err(error) => {
                    for one in group {
                        let mut copy = ConnectorError::new(error.kind, error.message.clone());
                        copy.retry_after = error.retry_after;
                        self.done(one.at, Err(copy));
                    }
                }
            }
        }
        Ok(())
    }

    async fn one_request(&self, batch: &Batch, group: &[Ready]) -> Result<Reply, ConnectorError> {
        let mut vars = self.vars.clone();
        let mut items = Vec::with_capacity(group.len());
        for (index, one) in group.iter().enumerate() {
            let own = one.vars.with("index", &Json::from(index));
            match &batch.item {
                Some(item) => items.extend(item.json(&own).map_err(|error| wrong(&error))?),
                None => items.extend(one.id.as_ref().map(|id| Json::from(id.as_str()))),
            }
        }
        let ids: Vec<&str> = group.iter().filter_map(|one| one.id.as_ref()).map(RecordId::as_str).collect();
        vars.set("ids", &json!(ids));
        vars.set("items", &Json::Array(items));
        let mut changed: Vec<&String> = group.iter().flat_map(|one| &one.changed).collect();
        changed.sort();
        changed.dedup();
        vars.set("changed", &json!(changed));
        if let Some(one) = group.first()
            && let Some(before) = self.before(one.way).await?
        {
            vars.set("before", &before);
        }
        self.account.client.call(self.context, batch.sends(), &vars, (None, &[]), true).await
    }

    /// Gives each write what the answer says of it.
    fn share_out(&mut self, batch: &Batch, group: Vec<Ready>, reply: &Reply) -> Result<(), ConnectorError> {
        let place = |text: &Text| reply.place(text, None).map_err(|error| wrong(&error));
        let list = |text: &Option<Text>| -> Result<Vec<Json>, ConnectorError> {
            Ok(match text.as_ref().map(place).transpose()?.flatten() {
                Some(Json::Array(items)) => items,
                Some(Json::Object(entries)) => {
                    entries.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
                }
                _ => Vec::new(),
            })
        };
        let answers = list(&batch.answers)?;
        let key_of = |text: &Text, item: &Json| -> Result<String, ConnectorError> {
            let found = reply.place(text, Some((item, ""))).map_err(|error| wrong(&error))?;
            Ok(found.map(|found| plain(&found)).unwrap_or_default())
        };
        let mut by_key: HashMap<String, Json> = HashMap::new();
        if let Some(answer_key) = &batch.answer_key {
            for answer in &answers {
                by_key.insert(key_of(answer_key, answer)?, answer.clone());
            }
        }
        let mut failures: HashMap<String, Json> = HashMap::new();
        if let Some(errors_key) = &batch.errors_key {
            for failure in list(&batch.errors)? {
                failures.insert(key_of(errors_key, &failure)?, failure);
            }
        }
        let in_order = answers.len() == group.len();
        for (index, one) in group.into_iter().enumerate() {
            let key = match &batch.key {
                Some(key) => key
                    .text(&one.vars.with("index", &Json::from(index)))
                    .map_err(|error| wrong(&error))?
                    .unwrap_or_default(),
                None => one.id.as_ref().map_or_else(|| one.token.clone(), |id| id.0.clone()),
            };
            if let Some(failure) = failures.get(&key) {
                let error = self.failure(reply, failure.clone(), reply.status);
                self.done(one.at, Err(error));
                continue;
            }
            // What nothing tells apart is known by its place, where none is left out.
            let answer = if batch.answer_key.is_none() || key.is_empty() && in_order {
                answers.get(index)
            } else {
                by_key.get(&key)
            };
            let told = match answer {
                Some(answer) => self.told(batch, reply, answer)?,
                // Where the platform tells only of failures, there was none.
                None if batch.answers.is_none() => Told::Written(None),
                None => Told::Failed(ConnectorError::new(ErrorKind::InDoubt, tr!("rest-silent-write"))),
            };
            self.conclude(&one, told);
        }
        Ok(())
    }

    fn conclude(&mut self, one: &Ready, told: Told) {
        let result: WriteResult = match told {
            Told::Failed(error) => Err(error),
            Told::Record(_) | Told::Written(_) if one.way == Way::Delete => Ok(None),
            Told::Record(record) => {
                self.got_through(one, &record.id);
                Ok(Some(*record))
            }
            Told::Written(id) => match one.id.clone().or(id) {
                Some(id) => {
                    self.got_through(one, &id);
                    return self.back.push((one.at, id));
                }
                None => Err(ConnectorError::new(ErrorKind::InDoubt, tr!("rest-silent-create"))),
            },
        };
        self.done(one.at, result);
    }

    /// What one answer of a batch says.
    fn told(&self, batch: &Batch, reply: &Reply, answer: &Json) -> Result<Told, ConnectorError> {
        let find = |text: &Text| reply.place(text, Some((answer, ""))).map_err(|error| wrong(&error));
        let status = batch.status.as_ref().map(find).transpose()?.flatten();
        let status = status.and_then(|status| plain(&status).trim().parse::<u16>().ok());
        let failed = match &batch.failed {
            Some(failed) => reply.holds(failed, answer).map_err(|error| wrong(&error))?,
            None => false,
        };
        if failed || status.is_some_and(|status| !(200..300).contains(&status)) {
            let about = match &batch.error {
                Some(error) => find(error)?.unwrap_or_else(|| answer.clone()),
                None => answer.clone(),
            };
            return Ok(Told::Failed(self.failure(reply, about, status.unwrap_or(400))));
        }
        if let Some(place) = &batch.record
            && let Some(item) = find(place)?.filter(|item| item.as_object().is_some_and(|object| !object.is_empty()))
        {
            return Ok(match self.account.record(self.spec, reply, (&item, ""), &self.fields, true, false) {
                Ok(record) => Told::Record(Box::new(record)),
                Err(_incomplete) => Told::Written(None),
            });
        }
        let id = batch.id.as_ref().map(find).transpose()?.flatten();
        Ok(Told::Written(id.map(|id| plain(&id)).filter(|id| !id.is_empty()).map(RecordId::new)))
    }

    /// The error that a part of an answer tells of.
    fn failure(&self, reply: &Reply, about: Json, status: u16) -> ConnectorError {
        let client = &self.account.client;
        let mut part = reply.part(about);
        part.status = if (200..300).contains(&status) { 400 } else { status };
        refused::error_of(&client.manifest.spec.errors, &part, &client.host(), None).unwrap_or_else(|| {
            ConnectorError::new(
                ErrorKind::Rejected,
                tr!("rest-record-refused", host = format_args!("{}", client.host())),
            )
        })
    }
}

/// Whether a refused batch may be the fault of one of its records.
fn is_about_records(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::Exists
        | ErrorKind::VersionMismatch
        | ErrorKind::Rejected => true,
        ErrorKind::Unreachable
        | ErrorKind::InDoubt
        | ErrorKind::SignIn
        | ErrorKind::Throttled
        | ErrorKind::Server
        | ErrorKind::BadAnswer
        | ErrorKind::CursorExpired
        | ErrorKind::File
        | ErrorKind::Content
        | ErrorKind::Settings
        | ErrorKind::Cancelled => false,
    }
}
