//! The kinds of platforms, as a snapshot tells them.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use crate::model::PlatformInfo;

/// The kinds of platforms, described when somebody first looks at them. Their manifests take longer to read than
/// everything else that a start takes, and only the assistant asks for them.
#[derive(Clone, Debug)]
pub struct PlatformList(Arc<LazyLock<Vec<PlatformInfo>, Describe>>);

type Describe = Box<dyn FnOnce() -> Vec<PlatformInfo> + Send>;

impl PlatformList {
    /// Those that this describes, once, when they are first looked at.
    pub(crate) fn later(describe: impl FnOnce() -> Vec<PlatformInfo> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(describe))))
    }
}

impl From<Vec<PlatformInfo>> for PlatformList {
    fn from(platforms: Vec<PlatformInfo>) -> Self {
        Self::later(|| platforms)
    }
}

impl Default for PlatformList {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl Deref for PlatformList {
    type Target = [PlatformInfo];

    fn deref(&self) -> &[PlatformInfo] {
        &self.0
    }
}
