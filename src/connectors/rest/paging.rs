//! Lists in pages, each way that a manifest can name, up to an honest end.

use serde_json::{Map, Value as Json};

use super::client::{Client, Reply, wrong};
use super::dates;
use super::endless::{Endless, Watch, hash};
use super::manifest::{Call, ChangesBy, Paging, PagingBy, RecordSpec, Text};
use super::template::{Vars, plain};
use crate::connectors::{ConnectorError, Context, ErrorKind};

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Each item with its key, where the list is an object.
    pub(crate) items: Vec<(String, Json)>,
    pub(crate) reply: Reply,
}

/// Goes through the pages of one list.
pub(crate) struct Pager<'m> {
    client: &'m Client,
    call: &'m Call,
    vars: Vars,
    /// Where an item tells when it was changed, for searches that end before the list does.
    modified: Option<&'m Text>,
    /// Where an item tells its id.
    id: Option<&'m Text>,
    watch: Watch,
    page: u64,
    offset: u64,
    next: Option<Json>,
    since_restart: u64,
    columns: Option<Vec<String>>,
    done: bool,
    /// How many items the platform says there are.
    total: Option<u64>,
    /// How many there must be for nobody to have been passed over.
    pub(crate) expected: Option<u64>,
}

impl<'m> Pager<'m> {
    /// The pages of a list of something whose id is at this place.
    pub(crate) fn new(client: &'m Client, call: &'m Call, vars: Vars, id: Option<&'m Text>) -> Self {
        let first = call.paging.as_ref().and_then(|paging| paging.first);
        let by_page = call.paging.as_ref().is_some_and(|paging| paging.by == PagingBy::Page);
        Self {
            client,
            call,
            vars,
            modified: None,
            id,
            watch: Watch::default(),
            page: first.unwrap_or(u64::from(by_page)),
            offset: first.unwrap_or(0),
            next: None,
            since_restart: 0,
            columns: None,
            done: false,
            total: None,
            expected: None,
        }
    }

    /// The pages of a list of records. Changes by token may be a protocol of what happened, in which one
    /// record comes as often as it was changed; there only the same entry is nothing new.
    pub(crate) fn of_records(client: &'m Client, call: &'m Call, vars: Vars, record: &'m RecordSpec) -> Self {
        let id = (call.by != Some(ChangesBy::Token)).then_some(&record.id);
        Self { modified: record.modified.as_ref(), ..Self::new(client, call, vars, id) }
    }

    /// The next page; none after the last.
    pub(crate) async fn next(&mut self, context: &Context) -> Result<Option<Page>, ConnectorError> {
        if self.done {
            return Ok(None);
        }
        context.check()?;
        let vars = self.page_vars();
        let elsewhere = match self.call.paging.as_ref().map(|paging| paging.by) {
            Some(PagingBy::Url | PagingBy::Link) => self.next.as_ref().map(plain),
            Some(PagingBy::Page | PagingBy::Offset | PagingBy::Cursor | PagingBy::Keyset) | None => None,
        };
        let reply = self.client.call(context, self.call.sends(), &vars, (elsewhere.as_deref(), &[]), false).await?;
        let mut items = self.items(&reply)?;
        if self.call.table {
            items = self.rows(items);
        }
        let known = items.iter().map(|(key, item)| self.known_by(&reply, key, item)).collect::<Result<Vec<_>, _>>()?;
        match &self.call.paging {
            None => self.done = true,
            Some(paging) => {
                self.total_of(paging, &reply)?;
                self.watch.page(&known, reply.weight, self.total).map_err(|why| self.endless(why))?;
                self.go_on(paging, &reply, &items)?;
            }
        }
        let mut kept = items;
        if let Some(keep) = &self.call.keep {
            let mut chosen = Vec::with_capacity(kept.len());
            for (key, item) in kept {
                if reply.holds(keep, &item).map_err(|error| wrong(&error))? {
                    chosen.push((key, item));
                }
            }
            kept = chosen;
        }
        Ok(Some(Page { items: kept, reply }))
    }

    /// What an item is known by: its id, else all of it.
    fn known_by(&self, reply: &Reply, key: &str, item: &Json) -> Result<u64, ConnectorError> {
        let id = self.id.map(|id| reply.place(id, Some((item, key)))).transpose().map_err(|error| wrong(&error))?;
        Ok(match id.flatten().filter(|id| !id.is_null()) {
            Some(id) => hash(plain(&id)),
            None => hash((key, item.to_string())),
        })
    }

    /// Takes in how many items the platform says there are.
    fn total_of(&mut self, paging: &Paging, reply: &Reply) -> Result<(), ConnectorError> {
        let Some(place) = &paging.total else { return Ok(()) };
        if let Some(total) = reply.place(place, None).map_err(|error| wrong(&error))? {
            self.total = plain(&total).trim().parse().ok();
        }
        self.expected = match (self.expected, self.total) {
            (None, total) => total,
            (expected, None) => expected,
            (Some(expected), Some(total)) => Some(match paging.by {
                // Where one is deleted meanwhile, the next page begins one too far: so many as there were at
                // first must have been read.
                PagingBy::Page | PagingBy::Offset => expected,
                PagingBy::Cursor | PagingBy::Url | PagingBy::Link | PagingBy::Keyset => expected.min(total),
            }),
        };
        Ok(())
    }

    fn page_vars(&self) -> Vars {
        let mut vars = self.vars.clone();
        let Some(paging) = &self.call.paging else { return vars };
        if let Some(size) = paging.size {
            vars.set("size", &Json::from(size));
        }
        match paging.by {
            PagingBy::Page => vars.set("page", &Json::from(self.page)),
            PagingBy::Offset => vars.set("offset", &Json::from(self.offset)),
            PagingBy::Cursor => {
                if let Some(next) = &self.next {
                    vars.set("cursor", next);
                }
            }
            PagingBy::Keyset => {
                if let Some(next) = &self.next {
                    vars.set("last", next);
                }
            }
            PagingBy::Url | PagingBy::Link => {}
        }
        vars
    }

    /// The list in the answer. An answer without one is no empty list.
    fn items(&self, reply: &Reply) -> Result<Vec<(String, Json)>, ConnectorError> {
        let found = match &self.call.items {
            Some(place) => reply.place(place, None).map_err(|error| wrong(&error))?,
            None => Some(reply.body.clone()),
        };
        match found {
            Some(Json::Array(items)) => Ok(items.into_iter().map(|item| (String::new(), item)).collect()),
            Some(Json::Object(entries)) => Ok(entries.into_iter().collect()),
            None | Some(Json::Null) if matches!(reply.status, 204 | 304) => Ok(Vec::new()),
            // A list that is named and empty.
            Some(Json::Null) => Ok(Vec::new()),
            None | Some(Json::Bool(_) | Json::Number(_) | Json::String(_)) => Err(ConnectorError::new(
                ErrorKind::BadAnswer,
                format!(
                    "{} answered without the list that was asked for, so nothing was taken from it; check the account's settings",
                    self.client.host()
                ),
            )),
        }
    }

    /// Rows as objects by the names in the first one.
    fn rows(&mut self, items: Vec<(String, Json)>) -> Vec<(String, Json)> {
        let mut rows = items.into_iter().map(|(_, item)| match item {
            Json::Array(cells) => cells,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => vec![item],
        });
        let columns: Vec<String> = match (&self.columns, rows.len()) {
            (Some(columns), _) => columns.clone(),
            // A page without anything does not name them either.
            (None, 0) => return Vec::new(),
            (None, _) => rows.next().unwrap_or_default().iter().map(plain).collect(),
        };
        let objects = rows
            .map(|cells| {
                let object: Map<String, Json> = columns
                    .iter()
                    .zip(cells.into_iter().map(Some).chain(std::iter::repeat(None)))
                    .map(|(column, cell)| (column.clone(), cell.unwrap_or_else(|| Json::from(""))))
                    .collect();
                (String::new(), Json::Object(object))
            })
            .collect();
        self.columns = Some(columns);
        objects
    }

    /// Finds out whether and how there is more.
    fn go_on(&mut self, paging: &Paging, reply: &Reply, items: &[(String, Json)]) -> Result<(), ConnectorError> {
        let place = |text: &Option<Text>| match text {
            Some(text) => reply.place(text, None).map_err(|error| wrong(&error)),
            None => Ok(None),
        };
        let count = items.len() as u64;
        self.offset += count;
        self.since_restart += count;
        self.page += 1;
        let more = paging.more.as_ref().map(|_| place(&paging.more)).transpose()?;
        let more = more.map(|more| is_yes(more.as_ref()));
        let short = paging.short_is_last && paging.size.is_some_and(|size| count < size);
        match paging.by {
            PagingBy::Page | PagingBy::Offset => {
                let counted = self.since_restart;
                self.done = match (more, self.total) {
                    (Some(more), _) => !more,
                    (None, Some(total)) => items.is_empty() || counted >= total,
                    (None, None) => items.is_empty() || short,
                };
            }
            PagingBy::Keyset => {
                let Some((key, last)) = items.last() else {
                    // The platform may say that it had only no room for anything on this page.
                    self.done = more != Some(true);
                    return Ok(());
                };
                let next = paging.next.as_ref().map(|next| reply.place(next, Some((last, key)))).transpose();
                let next = next.map_err(|error| wrong(&error))?.flatten();
                if next.is_none() || next == self.next {
                    return Err(self.endless(Endless::Same));
                }
                self.next = next;
                self.done = short || more == Some(false);
            }
            PagingBy::Cursor | PagingBy::Url | PagingBy::Link => {
                let next = if paging.by == PagingBy::Link {
                    link_next(reply).map(Json::from)
                } else {
                    place(&paging.next)?.filter(|next| is_yes(Some(next)))
                };
                if next.is_some() && next == self.next {
                    return Err(self.endless(Endless::Same));
                }
                self.done = next.is_none() || more == Some(false);
                self.next = next;
            }
        }
        if let Some(most) = paging.most.filter(|most| !self.done && self.since_restart >= *most) {
            self.restart(most, reply, items)?;
        }
        Ok(())
    }

    /// Starts a search anew from the time of its last item, as it gives no more than so many.
    fn restart(&mut self, most: u64, reply: &Reply, items: &[(String, Json)]) -> Result<(), ConnectorError> {
        let last = items.last().zip(self.modified).and_then(|((key, item), modified)| {
            let found = reply.place(modified, Some((item, key))).ok().flatten()?;
            dates::parse(&plain(&found)).map(|moment| dates::iso(moment.0))
        });
        let since = Text::new("{{ since }}", 0).text(&self.vars).ok().flatten();
        match last {
            Some(last) if since.as_ref() != Some(&last) => {
                self.vars.set("since", &Json::from(last));
                self.next = None;
                self.since_restart = 0;
                self.watch.restart();
                let first = self.call.paging.as_ref().and_then(|paging| paging.first);
                self.page = first.unwrap_or(1);
                self.offset = first.unwrap_or(0);
                Ok(())
            }
            Some(_) | None => Err(ConnectorError::new(
                ErrorKind::BadAnswer,
                format!(
                    "{} gives only {most} records of a longer list that all changed at the same time, so nothing was done with it",
                    self.client.host()
                ),
            )),
        }
    }

    fn endless(&self, why: Endless) -> ConnectorError {
        ConnectorError::caused(
            ErrorKind::BadAnswer,
            format!(
                "{} {why}, so nothing was done with it; try again, and tell the platform's support if it stays so",
                self.client.host()
            ),
            why,
        )
    }
}

fn is_yes(found: Option<&Json>) -> bool {
    match found {
        None | Some(Json::Null | Json::Bool(false)) => false,
        Some(Json::String(text)) => !text.is_empty() && !text.eq_ignore_ascii_case("false"),
        Some(Json::Bool(true) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => true,
    }
}

/// The address of the next page in a `Link` header (RFC 8288).
fn link_next(reply: &Reply) -> Option<String> {
    let header = reply.headers.get("link")?.as_str()?;
    header.split(',').find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let next = rest.split(';').any(|part| {
            part.trim().split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').split(' ').any(|rel| rel == "next")
            })
        });
        next.then(|| address.to_owned())
    })
}
