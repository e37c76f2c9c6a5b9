//! Floor 1: what should happen.
//!
//! Pure functions of the model: the time and new ids are arguments, and nothing here reads, writes,
//! waits or logs.

mod choices;
mod compare;
mod compare_digests;
mod concepts;
mod conclude;
mod dates;
mod digests;
mod fit;
mod guard;
mod linked;
mod matching;
mod merge;
mod moved;
mod names;
mod normalise;
mod numbers;
mod observe;
mod partners;
mod phones;
mod reach;
mod reconcile;
mod suggest;
mod transform;
mod undo;
mod unlinked;

pub use compare::{Agreeing, Compared, compare, compare_all};
pub use compare_digests::{Digested, LinkMark, Source, compare_digests};
pub use conclude::{Written, conclude};
pub use digests::{DigestKey, Digester, Digests};
pub use fit::{Sampled, count_passing, fit, labels};
pub use merge::{counted, stopped};
pub use normalise::{Normal, ValueError, normal, same};
pub use observe::{Labels, Observer, View, agrees, differs, fingerprint, group_fingerprint, label, observe, view};
pub use partners::partners;
pub use reach::{index, index_print, reach, spoken_of};
pub use reconcile::{Input, reconcile};
pub use suggest::suggest;
pub use transform::{read, read_checked, write};
pub use undo::{Undo, undo};
