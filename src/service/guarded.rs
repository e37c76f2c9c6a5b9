//! A wall around every connector: a platform that sends a password or token back in its answer does not
//! get it into an error, and so not into the history, an alert or a log.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;

use async_trait::async_trait;

use crate::connectors::{Abilities, Connector, ConnectorError, Context, Find, RowSink, RowsRead, Write, WriteResult};
use crate::model::{CollectionInfo, Cursor, FieldInfo, Identity, Listing, Record, RecordId, Version};

use super::secrets::{Redactor, Secret, Secrets};

/// A connector whose errors hold no secret.
pub(crate) struct Guarded {
    inner: Arc<dyn Connector>,
    secrets: Arc<Secrets>,
}

impl Guarded {
    pub(crate) fn new(inner: Arc<dyn Connector>, secrets: Arc<Secrets>) -> Self {
        Self { inner, secrets }
    }

    /// The same context, with somebody who listens to the secrets that a platform gives.
    fn heard(&self, context: &Context) -> Context {
        let secrets = Arc::clone(&self.secrets);
        let secret = move |text: &str| secrets.redactor().learn(&Secret::new(text));
        Context { secret: Arc::new(secret), ..context.clone() }
    }

    fn told<T>(&self, answer: Result<T, ConnectorError>) -> Result<T, ConnectorError> {
        answer.map_err(|error| cleaned(error, self.secrets.redactor()))
    }
}

/// The same error without any secret that is known. A cause that holds one is left out whole.
pub(crate) fn cleaned(mut error: ConnectorError, redactor: &Redactor) -> ConnectorError {
    if let Some(message) = redactor.clean(&error.message) {
        error.message = message;
    }
    if let Some(field) = error.field.as_deref().and_then(|field| redactor.clean(field)) {
        error.field = Some(field);
    }
    let mut cause = error.source();
    while let Some(next) = cause {
        if redactor.clean(&format!("{next} {next:?}")).is_some() {
            error.source = None;
            break;
        }
        cause = next.source();
    }
    error
}

#[async_trait]
impl Connector for Guarded {
    fn abilities(&self) -> Abilities {
        self.inner.abilities()
    }

    fn requests(&self) -> u64 {
        self.inner.requests()
    }

    async fn identity(&self, context: &Context) -> Result<Identity, ConnectorError> {
        self.told(self.inner.identity(&self.heard(context)).await)
    }

    async fn collections(&self, context: &Context) -> Result<Vec<CollectionInfo>, ConnectorError> {
        self.told(self.inner.collections(&self.heard(context)).await)
    }

    async fn fields(&self, context: &Context, collection: &str) -> Result<Vec<FieldInfo>, ConnectorError> {
        self.told(self.inner.fields(&self.heard(context), collection).await)
    }

    async fn list(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        since: Option<&Cursor>,
    ) -> Result<Listing, ConnectorError> {
        self.told(self.inner.list(&self.heard(context), collection, want, since).await)
    }

    fn after_writes(&self, cursor: Cursor, written: &BTreeMap<RecordId, Option<Version>>) -> Cursor {
        self.inner.after_writes(cursor, written)
    }

    async fn read_rows(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        sink: Box<dyn RowSink>,
    ) -> Result<RowsRead, ConnectorError> {
        self.told(self.inner.read_rows(&self.heard(context), collection, want, sink).await)
    }

    async fn get(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        ids: &[RecordId],
    ) -> Result<Vec<Record>, ConnectorError> {
        self.told(self.inner.get(&self.heard(context), collection, want, ids).await)
    }

    async fn find(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        find: &Find,
    ) -> Result<Vec<Record>, ConnectorError> {
        self.told(self.inner.find(&self.heard(context), collection, want, find).await)
    }

    async fn write(
        &self,
        context: &Context,
        collection: &str,
        want: &[String],
        writes: Vec<Write>,
    ) -> Result<Vec<WriteResult>, ConnectorError> {
        let done = self.told(self.inner.write(&self.heard(context), collection, want, writes).await)?;
        Ok(done.into_iter().map(|one| self.told(one)).collect())
    }
}
