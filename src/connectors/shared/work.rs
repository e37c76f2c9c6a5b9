//! What connectors to files have in common: they work away from the threads that serve everything else, the file's
//! own place is who they are, and their tests come in between just before a file is replaced.

use std::path::Path;
use std::sync::Arc;
#[cfg(test)]
use std::sync::{Mutex, PoisonError};

use super::file::cannot;
use crate::connectors::{ConnectorError, ErrorKind};
use crate::model::Identity;
use crate::texts::tr;

/// Runs work on files.
pub(in crate::connectors) async fn run<I: Send + Sync + 'static, T: Send + 'static>(
    inner: &Arc<I>,
    work: impl FnOnce(&I) -> Result<T, ConnectorError> + Send + 'static,
) -> Result<T, ConnectorError> {
    let inner = Arc::clone(inner);
    tokio::task::spawn_blocking(move || work(&inner))
        .await
        .map_err(|error| ConnectorError::caused(ErrorKind::File, tr!("files-accounts-work-broke-off"), error))?
}

/// Who a file or folder is: where it really lies, whatever links lead to it.
pub(in crate::connectors) fn identity(path: &Path) -> Result<Identity, ConnectorError> {
    let real = path.canonicalize().map_err(|error| cannot(path, super::file::Doing::Read, error))?;
    Ok(Identity(real.to_string_lossy().into_owned()))
}

/// What somebody else does just before a file is replaced: nothing, but in tests.
#[derive(Default)]
pub(in crate::connectors) struct BeforeReplace {
    #[cfg(test)]
    hook: Mutex<Option<Box<dyn FnMut() + Send>>>,
}

impl BeforeReplace {
    /// It happens now.
    #[cfg_attr(not(test), allow(clippy::unused_self, reason = "only tests have something to do here"))]
    pub(in crate::connectors) fn now(&self) {
        #[cfg(test)]
        if let Some(hook) = self.hook.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            hook();
        }
    }

    /// From now on this happens.
    #[cfg(test)]
    pub(in crate::connectors) fn set(&self, hook: impl FnMut() + Send + 'static) {
        *self.hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(hook));
    }
}
