//! The store behind a lock, called from tasks that must not block.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::{Store, StoreError};

/// The store, shared by the tasks of the service until it is closed.
#[derive(Clone)]
pub(crate) struct Db {
    store: Arc<Mutex<Option<Store>>>,
}

impl Db {
    pub(crate) fn new(store: Store) -> Self {
        Self { store: Arc::new(Mutex::new(Some(store))) }
    }

    /// Does something with the store on a thread that may block.
    pub(crate) async fn with<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.now(work)).await
    }

    /// Does something with the store right here, on a thread that may block.
    pub(crate) fn now<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self.store().as_mut() {
            Some(store) => work(store),
            None => Err(StoreError::Closed),
        }
    }

    /// Closes the store, so that nothing of it is left to be done when the process ends. A process that ends
    /// while it is closed leaves a log behind, and the next one checks the whole database.
    pub(crate) async fn close(&self) {
        let db = self.clone();
        blocking(move || drop(db.store().take())).await;
    }

    fn store(&self) -> MutexGuard<'_, Option<Store>> {
        // A panic elsewhere leaves the database itself whole, for every change is a transaction.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
