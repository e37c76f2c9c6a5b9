//! Floor 1: what should happen. Pure functions of the model.

mod choices;
mod dates;
mod names;
mod normalise;
mod numbers;
mod phones;
mod suggest;
mod transform;

pub use normalise::{Normal, ValueError, normal, same};
pub use suggest::suggest;
pub use transform::{read, read_checked, write};
