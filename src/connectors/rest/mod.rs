//! Platforms that are described by a manifest (`assets/connectors/README.md`): whatever speaks JSON
//! over HTTP.
//!
//! `manifest` and `requests` are the format and `check` what can be wrong in it; `template` and `path` fill requests in
//! and find things in answers. `client` sends one request, `paging` goes through the pages of a list;
//! `listing`, `reading`, `writing` and `batch` are the connector's methods.

mod account;
mod batch;
mod check;
mod client;
mod dates;
mod endless;
#[cfg(any(test, fuzzing))]
mod hostile;
mod listing;
mod load;
mod manifest;
mod paging;
mod path;
mod reading;
mod refused;
mod requests;
mod sheet;
mod template;
mod thrift;
mod tree;
mod values;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;

use self::account::Account;
use self::client::{Client, wrong};
use self::template::plain;
use super::{Abilities, Batch, Connector, ConnectorError, Context, Credential, ErrorKind, Find, Write, WriteResult};
use crate::model::{AccountSettings, CollectionInfo, Cursor, FieldInfo, Identity, Listing, Record, RecordId};
use crate::texts::tr;

#[cfg(any(test, fuzzing))]
pub(in crate::connectors) use hostile::hostile_json;
pub use load::{Folder, Manifest, ManifestError, ManifestProblem, folder, read, shipped, start_of};
pub use thrift::{Cost, Costs};

/// How many writes share one call where the platform takes several in one request, so that what has
/// to be read before and after is read together too.
const WRITES_A_CALL: usize = 200;

/// How many writes share one call; nothing where each is a request of its own. Where more than the usual go into
/// one request, that many.
fn writes_a_call(spec: &manifest::Spec) -> Option<usize> {
    let calls = spec.collections.iter().flat_map(|one| [&one.create, &one.update, &one.delete]);
    let largest = calls.flatten().filter_map(|call| call.batch.as_ref()).map(|batch| batch.max).max();
    largest.map(|largest| largest.max(WRITES_A_CALL))
}

/// The connector of one account of a platform with a manifest.
#[derive(Debug)]
pub struct RestConnector {
    account: Account,
    /// Who signs in, where the platform does not say it.
    user: String,
}

impl RestConnector {
    /// A connector for these settings. Nothing is asked of the platform yet.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] when a setting is missing, or the address is wrong or not safe.
    pub fn new(
        manifest: Arc<Manifest>,
        settings: &AccountSettings,
        credential: Credential,
    ) -> Result<Self, ConnectorError> {
        let full_every = listing::full_every(&settings.options);
        if full_every.as_deref().is_some_and(|every| dates::duration(every).is_none()) {
            return Err(ConnectorError::new(ErrorKind::Settings, tr!("rest-full-every", account = settings.name)));
        }
        let user = settings.options.get("username").cloned().unwrap_or_default();
        Ok(Self { account: Account::new(Client::new(manifest, settings, credential)?, full_every), user })
    }
}

#[async_trait]
impl Connector for RestConnector {
    fn abilities(&self) -> Abilities {
        let spec = &self.account.client.manifest.spec;
        Abilities {
            batch: match writes_a_call(spec) {
                Some(size) => Batch::UpTo(size),
                None => Batch::One { concurrency: spec.limits.concurrency.unwrap_or(1).max(1) },
            },
            incremental: spec.collections.iter().any(|collection| collection.changes.is_some()),
            modified: spec.collections.iter().any(|collection| collection.record.modified.is_some()),
            bound_cursors: false,
            finds_late: spec.collections.iter().any(|collection| {
                let by_token = collection.create.as_ref().is_some_and(|create| create.new_id.is_some());
                !by_token && collection.search.as_ref().is_some_and(|search| search.lags)
            }),
        }
    }

    fn requests(&self) -> u64 {
        self.account.client.requests()
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        let client = &self.account.client;
        let place = client.base().as_str().trim_end_matches('/').to_owned();
        let Some(call) = &client.manifest.spec.identity else {
            // Nobody says who is there, but whether the sign-in holds is found out all the same.
            self.account.collections(context).await?;
            return Ok(Identity(format!("{place} {}", self.user).trim_end().to_owned()));
        };
        let reply = client.call(context, call.sends(), client.options(), (None, &[]), false).await?;
        let id = match &call.id {
            Some(id) => reply.place(id, None).map_err(|error| wrong(&error))?,
            None => None,
        };
        let id = id.map(|id| plain(&id)).filter(|id| !id.is_empty()).ok_or_else(|| {
            ConnectorError::new(ErrorKind::BadAnswer, tr!("rest-nobody", host = format_args!("{}", client.host())))
        })?;
        Ok(Identity(format!("{place} {id}")))
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        self.account.collections(context).await
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        let place = self.account.place(context, collection).await?;
        self.account.described(context, &place).await
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        self.account.list(context, collection, want, since).await
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        let place = self.account.place(context, collection).await?;
        let fields = self.account.fields(context, &place, want).await?;
        self.account.get(context, &place, &fields, ids, true).await
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        self.account.find(context, collection, want, find).await
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        self.account.write(context, collection, want, writes).await
    }
}
