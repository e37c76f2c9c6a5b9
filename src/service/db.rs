//! The store behind a lock, called from tasks that must not block.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Store, StoreError};

/// The store, shared by the tasks of the service.
#[derive(Clone)]
pub(crate) struct Db {
    store: Arc<Mutex<Store>>,
}

impl Db {
    pub(crate) fn new(store: Store) -> Self {
        Self { store: Arc::new(Mutex::new(store)) }
    }

    /// Does something with the store on a thread that may block.
    pub(crate) async fn with<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || {
            // A panic elsewhere leaves the database itself whole, for every change is a transaction.
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut store)
        });
        match done.await {
            Ok(result) => result,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// Does something with the store right here, on a thread that may block.
    pub(crate) fn now<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
