//! Whether somebody entered a record while the lists were read.
//!
//! Between a list and the creates that follow from it lie the other side's list and the planning, which is
//! minutes where an account is slow or large. What somebody enters there meanwhile, by hand or with another
//! computer, would be there twice. So before anything is created, what changed since the list is asked for
//! once more where that is cheap: where the list came with a cursor. A file that has not changed tells so
//! without being read, and a platform that lists changes answers one request.

use crate::model::{OpKind, Plan, Side};

use super::absent::{self, Sure};
use super::fetch::{Fetched, fetch_newer};
use super::job::{Ended, Job};

/// The plan as it is, or a new one where something came meanwhile to a side on which it creates records.
///
/// # Errors
/// Those of reading and of the store.
pub(crate) async fn sure(job: &Job, planned: Sure) -> Result<Sure, Ended> {
    let Sure { mut fetched, plan, unlisted } = planned;
    if came(job, &plan, &mut fetched).await? {
        absent::sure(job, fetched).await
    } else {
        Ok(Sure { fetched, plan, unlisted })
    }
}

/// Whether something came meanwhile to a side on which a plan creates records; it is among what was fetched then.
///
/// # Errors
/// Those of reading.
pub(crate) async fn came(job: &Job, plan: &Plan, fetched: &mut Fetched) -> Result<bool, Ended> {
    let mut newer = false;
    for side in Side::BOTH {
        let creates = |op: &crate::model::Operation| op.side == side && matches!(op.kind, OpKind::Create { .. });
        if plan.operations().any(creates) {
            newer |= fetch_newer(job, side, fetched).await?;
        }
    }
    Ok(newer)
}
