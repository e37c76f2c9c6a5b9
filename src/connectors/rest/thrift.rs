//! What changes cost in requests, found out from a manifest alone: for the table in README.md, and for whoever
//! writes a manifest.

use super::load::Manifest;
use super::manifest::{Call, CollectionSpec};
use super::path::Path;
use super::values::Field;
use super::writes_a_call;
use super::writing::{at_once, names_current};

/// The requests that some writes take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Those that write.
    pub writes: usize,
    /// Those that read the records before, to see that nobody has changed them, and after, to see what was
    /// stored, where the platform itself does not do or tell it.
    pub reads: usize,
}

/// What many writes of one kind each take in one collection; none where the platform cannot do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Records that are added.
    pub create: Option<Cost>,
    /// Records of which a plain field is changed, and whose version is known.
    pub update: Option<Cost>,
    /// Records that are deleted, and whose version is known.
    pub delete: Option<Cost>,
}

impl Cost {
    /// Both together.
    #[must_use]
    pub const fn all(self) -> usize {
        self.writes + self.reads
    }
}

impl Manifest {
    /// What so many writes cost, for each of the manifest's collections in their order.
    #[must_use]
    pub fn costs(&self, count: usize) -> Vec<Costs> {
        let size = writes_a_call(&self.spec).unwrap_or(1);
        self.spec
            .collections
            .iter()
            .map(|spec| Costs {
                create: spec.create.as_ref().map(|call| cost(spec, call, (count, size), false, true)),
                update: spec.update.as_ref().map(|call| cost(spec, call, (count, size), true, true)),
                delete: spec.delete.as_ref().map(|call| cost(spec, call, (count, size), true, false)),
            })
            .collect()
    }
}

/// What it costs in calls of this size, with the reading before that existing records may need, and the one
/// after it that stored ones may.
fn cost(spec: &CollectionSpec, call: &Call, (count, size): (usize, usize), exists: bool, stored: bool) -> Cost {
    let before = exists
        && (spec.record.version.is_some() && !call.checks_version
            || names_current(call)
            || stored && all_are_parts(spec));
    let mut all = Cost { writes: 0, reads: 0 };
    let mut left = count;
    while left > 0 {
        // The rest of a call is done before the next one begins.
        let some = at_once(spec, call).min(left).min(size - (count - left) % size);
        left -= some;
        let batch = call.batch.as_ref().filter(|_| some > 1);
        let told = batch.map_or(call.record.is_some(), |batch| batch.record.is_some());
        let sent = batch.map_or(some, |batch| some.div_ceil(batch.max));
        all.writes += sent;
        all.reads += usize::from(call.before.is_some()) * sent;
        all.reads += usize::from(before) * reads(spec, some) + usize::from(stored && !told) * reads(spec, some);
    }
    all
}

/// Whether every field is a part of something that is written whole, so that the rest of it has to be known.
fn all_are_parts(spec: &CollectionSpec) -> bool {
    let depth = spec.record.fields_at.as_ref().and_then(|at| Path::parse(at.as_str()).ok()).unwrap_or_default().0.len();
    let mut fields = spec.fields.iter().filter(|field| !field.read_only).peekable();
    fields.peek().is_some()
        && spec.discover_fields.is_none()
        && fields.all(|field| Field::new(field, &spec.record).needs_current(depth))
}

/// The requests that reading so many records takes.
fn reads(spec: &CollectionSpec, count: usize) -> usize {
    let batch = spec.get.as_ref().and_then(|get| get.batch.as_ref()).filter(|_| count > 1);
    batch.map_or(count, |batch| count.div_ceil(batch.max.max(1)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::super::shipped;
    use super::*;

    /// A number as the table has it.
    fn shown(cost: Option<Cost>) -> String {
        let Some(cost) = cost.map(Cost::all) else { return "\u{2013}".to_owned() };
        if cost < 1000 { cost.to_string() } else { format!("{},{:03}", cost / 1000, cost % 1000) }
    }

    /// What the table says of a manifest.
    fn cell(manifest: &Manifest) -> String {
        let mut cells: Vec<String> = manifest
            .costs(1000)
            .iter()
            .map(|costs| {
                let parts = [costs.create, costs.update, costs.delete].map(shown);
                parts.join(" / ")
            })
            .collect();
        cells.dedup();
        cells.join("; ")
    }

    #[test]
    fn the_readme_tells_what_changes_cost() {
        let readme = include_str!("../../../README.md");
        let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
        let head = readme.lines().find(|line| line.starts_with("| platform |")).unwrap();
        let at = cells(head).iter().position(|cell| cell.starts_with("requests per 1,000")).unwrap();
        let mut wrong = Vec::new();
        for manifest in shipped() {
            let name = format!("`{}`", manifest.kind());
            let row = readme.lines().map(cells).find(|row| row.get(2) == Some(&name));
            let told = row.and_then(|row| row.get(at).cloned()).unwrap_or_default();
            if told != cell(manifest) {
                wrong.push(format!("{name} should say {} and says {told:?}", cell(manifest)));
            }
        }
        assert!(wrong.is_empty(), "in the table of README.md\n{}", wrong.join("\n"));
    }

    #[test]
    fn a_platform_that_takes_batches_gets_full_ones() {
        for manifest in shipped() {
            for (costs, spec) in manifest.costs(1000).iter().zip(&manifest.spec.collections) {
                let ways = [(&spec.create, costs.create), (&spec.update, costs.update), (&spec.delete, costs.delete)];
                for (call, cost) in ways {
                    let Some(batch) = call.as_ref().and_then(|call| call.batch.as_ref()) else { continue };
                    let best = 1000_usize.div_ceil(batch.max);
                    let writes = cost.unwrap().writes;
                    assert!(writes * 100 <= best * 105, "{}: {writes} requests instead of {best}", manifest.kind());
                }
            }
        }
    }
}
