//! Compare by digests: the same answer as [`super::compare_all`], for lists that do not fit in memory.
//!
//! Records are brought together by the digests of their ids (where they are linked) or of their first
//! match key (where each side has just one of it); what has the same digest of all values agrees. Only
//! the others are read: they go through the very code that compares whole lists, so that what is said
//! of them is the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    CompareCounts, Decision, Link, LinkId, Mismatch, Observed, PairSpec, PerSide, RecordId, Scope, Seen, Side,
};

use super::compare::{Agreeing, Report};
use super::digests::{ByKey, DigestKey, Digests, OUTSIDE, REPLACED, key_and_number};
use super::matching::{self, Keys, Taken};
use super::observe::View;

/// A link, as far as a compare by digests needs it: a million of them in little room.
#[derive(Clone, Copy, Debug)]
pub struct LinkMark {
    id: LinkId,
    ids: PerSide<u64>,
}

impl LinkMark {
    /// The mark of the link between these records.
    #[must_use]
    pub fn new(key: DigestKey, id: LinkId, ids: PerSide<&str>) -> Self {
        Self { id, ids: ids.map(|id| key.of(id.as_bytes())) }
    }
}

/// Where what was read can be read again.
pub trait Source {
    /// Why it cannot.
    type Error;

    /// What the pair sees of a record, by its number in the listing of its side.
    ///
    /// # Errors
    /// When it cannot be read.
    fn observed(&mut self, side: Side, number: usize) -> Result<Observed, Self::Error>;

    /// Says which records are asked for next, in this order, first A's and then B's of each two.
    fn soon(&mut self, _both: &[PerSide<u32>]) {}

    /// A link.
    ///
    /// # Errors
    /// When it cannot be read.
    fn link(&mut self, id: LinkId) -> Result<Link, Self::Error>;
}

/// What a compare by digests comes to.
#[derive(Debug, Default)]
pub struct Digested {
    /// The numbers.
    pub counts: CompareCounts,
    /// What does not agree, ordered by kind and label.
    pub mismatches: Vec<Mismatch>,
    /// The numbers of the records that belong together and agree, in no order.
    pub agreed: Vec<PerSide<u32>>,
    /// What the operator said to leave, with the numbers of its records.
    pub left: Vec<(Agreeing, PerSide<Option<u32>>)>,
}

/// The record has a link.
const LINKED: u8 = 4;
/// The record was brought together with another by its first key.
const PAIRED: u8 = 8;

/// Compares two full listings. `links` and `digests` are made with the same key.
///
/// # Errors
/// When a record or link that has to be looked at cannot be read again.
pub fn compare_digests<S: Source>(
    spec: &PairSpec,
    digests: &PerSide<Digests>,
    (key, links): (DigestKey, &[LinkMark]),
    decisions: &[Decision],
    source: &mut S,
) -> Result<Digested, S::Error> {
    let mut report = Report::new(spec, decisions, true);
    let not_same = std::mem::take(&mut report.not_same);
    let kept_apart: BTreeSet<(u64, u64)> =
        not_same.iter().map(|ids| (key.of(ids.a.as_str().as_bytes()), key.of(ids.b.as_str().as_bytes()))).collect();
    let mut work = Work {
        spec,
        digests,
        flags: digests.as_ref().map(|digests| digests.flags.clone()),
        source,
        report,
        agreed: Vec::new(),
        left: Vec::new(),
    };
    for side in Side::BOTH {
        let inside = work.flags.get(side).iter().filter(|flags| **flags & (OUTSIDE | REPLACED) == 0).count() as u64;
        match side {
            Side::A => work.report.counts.a_total = inside,
            Side::B => work.report.counts.b_total = inside,
        }
    }
    if !links.is_empty() {
        work.linked(links, &kept_apart)?;
    }
    work.first_keys(&kept_apart)?;
    work.others(&not_same)?;
    let mut report = work.report;
    report.sort();
    Ok(Digested { counts: report.counts, mismatches: report.mismatches, agreed: work.agreed, left: work.left })
}

struct Work<'a, S: Source> {
    spec: &'a PairSpec,
    digests: &'a PerSide<Digests>,
    flags: PerSide<Vec<u8>>,
    source: &'a mut S,
    report: Report<'a>,
    agreed: Vec<PerSide<u32>>,
    left: Vec<(Agreeing, PerSide<Option<u32>>)>,
}

impl<S: Source> Work<'_, S> {
    /// Linked records belong together whatever their keys.
    fn linked(&mut self, links: &[LinkMark], kept_apart: &BTreeSet<(u64, u64)>) -> Result<(), S::Error> {
        let by_id = self.digests.as_ref().map(Digests::by_id);
        let mut apart = Vec::new();
        // What the operator calls not the same is looked at as two records, though a run has linked it.
        for link in links.iter().filter(|link| !kept_apart.contains(&(link.ids.a, link.ids.b))) {
            let now = PerSide::from_fn(|side| {
                let (all, id) = (by_id.get(side), *link.ids.get(side));
                let at = all.binary_search_by_key(&id, |(id, _)| *id).ok()?;
                all.get(at).map(|(_, number)| *number)
            });
            let mut is_inside = PerSide::new(false, false);
            for side in Side::BOTH {
                if let Some(flags) = now.get(side).and_then(|at| self.flags.get_mut(side).get_mut(at as usize)) {
                    *flags |= LINKED;
                    *is_inside.get_mut(side) = *flags & OUTSIDE == 0;
                }
            }
            match (now.a, now.b) {
                (Some(a), Some(b)) if is_inside.a && is_inside.b => {
                    let at = PerSide::new(a, b);
                    if self.alike(at) {
                        self.agree(at);
                    } else {
                        apart.push((at, link.id));
                    }
                }
                (Some(at), None) if is_inside.a => self.half(link.id, Side::A, at)?,
                (None, Some(at)) if is_inside.b => self.half(link.id, Side::B, at)?,
                (Some(_) | None, Some(_) | None) => {}
            }
        }
        // In the order in which they were read, as memory and the spool are far quicker in it.
        apart.sort_unstable_by_key(|(at, _)| at.a);
        self.source.soon(&apart.iter().map(|(at, _)| *at).collect::<Vec<_>>());
        apart.into_iter().try_for_each(|(at, link)| self.couple(at, link))
    }

    /// Brings together what is free and has a first match key that nobody else has.
    fn first_keys(&mut self, kept_apart: &BTreeSet<(u64, u64)>) -> Result<(), S::Error> {
        let digests = self.digests;
        let mut held: Vec<u64> = Vec::new();
        for side in Side::BOTH {
            let keys = digests.get(side).by_key.iter().map(|one| key_and_number(*one));
            held.extend(keys.filter(|(_, at)| self.is(side, *at, LINKED)).map(|(key, _)| key));
        }
        held.sort_unstable();
        // The partners of A's records: they are looked at in the order in which they were read, not in that of
        // their keys, as memory and the spool are far quicker in their order.
        let mut partners = vec![u32::MAX; digests.a.len()];
        let mut runs = digests.as_ref().map(|digests| Runs { sorted: &digests.by_key, at: 0 });
        let (mut a, mut b) = (self.next_run(&mut runs.a, Side::A), self.next_run(&mut runs.b, Side::B));
        while let (Some(one), Some(other)) = (a, b) {
            if one.key == other.key
                && let (Some(a), Some(b)) = (one.single, other.single)
                && held.binary_search(&one.key).is_err()
            {
                let id = |side: Side, at: u32| digests.get(side).ids.get(at as usize).copied().unwrap_or_default();
                if (kept_apart.is_empty() || !kept_apart.contains(&(id(Side::A, a), id(Side::B, b))))
                    && let Some(partner) = partners.get_mut(a as usize)
                {
                    *partner = b;
                }
            }
            if one.key <= other.key {
                a = self.next_run(&mut runs.a, Side::A);
            }
            if other.key <= one.key {
                b = self.next_run(&mut runs.b, Side::B);
            }
        }
        let mut apart = Vec::new();
        for (a, b) in (0_u32..).zip(partners).filter(|(_, b)| *b != u32::MAX) {
            let at = PerSide::new(a, b);
            if self.alike(at) {
                self.mark_paired(at);
                self.agree(at);
            } else {
                apart.push(at);
            }
        }
        self.source.soon(&apart);
        apart.into_iter().try_for_each(|at| self.pair(at))
    }

    /// Two free records with the same first key, which nobody else has, whose values have to be looked at.
    fn pair(&mut self, at: PerSide<u32>) -> Result<(), S::Error> {
        let (a, b) = (self.seen(Side::A, at.a)?, self.seen(Side::B, at.b)?);
        let first = |side: Side, seen: &Seen| matching::keys(self.spec, side, seen).into_iter().next();
        if first(Side::A, &a.1) != first(Side::B, &b.1) {
            // Only their digests are the same: the exact compare sees to them.
            return Ok(());
        }
        self.report.couple(&PerSide::new(a.0, b.0), PerSide::new(&a.1, &b.1), None);
        self.sort_left(at.map(Some));
        self.mark_paired(at);
        Ok(())
    }

    fn mark_paired(&mut self, at: PerSide<u32>) {
        for side in Side::BOTH {
            if let Some(flags) = self.flags.get_mut(side).get_mut(*at.get(side) as usize) {
                *flags |= PAIRED;
            }
        }
    }

    /// Two records that belong together and have the same digest.
    fn agree(&mut self, at: PerSide<u32>) {
        self.report.counts.matched += 1;
        self.agreed.push(at);
    }

    /// Everything that is left goes the way of the exact compare.
    fn others(&mut self, not_same: &BTreeSet<PerSide<RecordId>>) -> Result<(), S::Error> {
        let digests = self.digests;
        let mut numbers: PerSide<BTreeMap<RecordId, u32>> = PerSide::default();
        let mut views = PerSide::from_fn(|_| View {
            scope: Scope::Full,
            complete: true,
            records: BTreeMap::new(),
            gone: Vec::new(),
        });
        let mut pools: PerSide<BTreeMap<RecordId, Keys>> = PerSide::default();
        // The keys of those that are left, by match key.
        let mut wanted: Vec<Vec<u64>> = vec![Vec::new(); self.spec.match_keys.len()];
        for side in Side::BOTH {
            for at in 0..digests.get(side).len() {
                let flags = self.flags.get(side).get(at).copied().unwrap_or_default();
                if flags & (OUTSIDE | REPLACED | LINKED | PAIRED) != 0 {
                    continue;
                }
                let number = u32::try_from(at).unwrap_or(u32::MAX);
                let (id, seen) = self.seen(side, number)?;
                pools.get_mut(side).insert(id.clone(), matching::keys(self.spec, side, &seen));
                numbers.get_mut(side).insert(id.clone(), number);
                views.get_mut(side).records.insert(id, seen);
                for (wanted, key) in wanted.iter_mut().zip(digests.get(side).keys_of(at)) {
                    wanted.push(*key);
                }
            }
        }
        if pools.a.is_empty() && pools.b.is_empty() {
            return Ok(());
        }
        for wanted in &mut wanted {
            wanted.retain(|key| *key != 0);
            wanted.sort_unstable();
            wanted.dedup();
        }
        let mut taken = Taken::default();
        self.note(LINKED, &wanted, &matching::watched(&pools), &mut taken, &mut views)?;
        let mut found = matching::find(self.spec, &pools, &taken, not_same);
        let watched = matching::watched_by_left(&found, &pools);
        self.note(PAIRED, &wanted, &watched, &mut taken, &mut views)?;
        for ids in &found.pairs {
            let now = PerSide::new(views.a.records.get(&ids.a), views.b.records.get(&ids.b));
            if let (Some(a), Some(b)) = (now.a, now.b) {
                taken.note_pair(ids, &pools, &watched);
                self.report.couple(ids, PerSide::new(a, b), None);
                self.sort_left(PerSide::from_fn(|side| numbers.get(side).get(ids.get(side)).copied()));
            }
        }
        matching::leftovers(self.spec, &mut found, &pools, &taken);
        for group in &found.groups {
            self.report.duplicates(&views, group);
            self.sort_left(PerSide::default());
        }
        for side in Side::BOTH {
            let lone = found.alone.get(side).iter().chain(found.keyless.get(side)).chain(found.kept_apart.get(side));
            for id in lone {
                if let Some(seen) = views.get(side).records.get(id) {
                    self.report.only(side, id, seen, None, "");
                    self.sort_left(PerSide::oriented(side, numbers.get(side).get(id).copied(), None));
                }
            }
        }
        Ok(())
    }

    /// Notes the keys of the records with this flag, where somebody who is left has such a key.
    fn note(
        &mut self,
        flag: u8,
        wanted: &[Vec<u64>],
        watched: &matching::Watched<'_>,
        taken: &mut Taken,
        views: &mut PerSide<View>,
    ) -> Result<(), S::Error> {
        if watched.is_empty() {
            return Ok(());
        }
        let digests = self.digests;
        for side in Side::BOTH {
            for number in 0..u32::try_from(digests.get(side).len()).unwrap_or(u32::MAX) {
                let keys = digests.get(side).keys_of(number as usize);
                if self.is(side, number, flag)
                    && keys.iter().zip(wanted).any(|(key, wanted)| wanted.binary_search(key).is_ok())
                {
                    let (id, seen) = self.seen(side, number)?;
                    taken.note(side, &id, &matching::keys(self.spec, side, &seen), watched);
                    views.get_mut(side).records.insert(id, seen);
                }
            }
        }
        Ok(())
    }

    /// Two linked records whose values have to be looked at.
    fn couple(&mut self, at: PerSide<u32>, link: LinkId) -> Result<(), S::Error> {
        let (a, b) = (self.seen(Side::A, at.a)?, self.seen(Side::B, at.b)?);
        let link = self.source.link(link)?;
        self.report.couple(&PerSide::new(a.0, b.0), PerSide::new(&a.1, &b.1), Some(&link));
        self.sort_left(at.map(Some));
        Ok(())
    }

    /// A linked record whose partner is gone.
    fn half(&mut self, link: LinkId, side: Side, at: u32) -> Result<(), S::Error> {
        let (link, (_, seen)) = (self.source.link(link)?, self.seen(side, at)?);
        self.report.half(&link, side, &seen);
        self.sort_left(PerSide::oriented(side, Some(at), None));
        Ok(())
    }

    /// Puts what the report left without a word where it belongs.
    fn sort_left(&mut self, at: PerSide<Option<u32>>) {
        let Some(rest) = &mut self.report.rest else { return };
        for one in rest.drain(..) {
            match (one.ignored, at.a, at.b) {
                (false, Some(a), Some(b)) => self.agreed.push(PerSide::new(a, b)),
                (true | false, Some(_) | None, Some(_) | None) => self.left.push((one, at)),
            }
        }
    }

    fn alike(&self, at: PerSide<u32>) -> bool {
        let value = |side: Side| self.digests.get(side).values.get(*at.get(side) as usize);
        value(Side::A) == value(Side::B)
    }

    fn is(&self, side: Side, number: u32, flag: u8) -> bool {
        self.flags.get(side).get(number as usize).is_some_and(|flags| flags & flag != 0)
    }

    fn seen(&mut self, side: Side, number: u32) -> Result<(RecordId, Seen), S::Error> {
        let observed = self.source.observed(side, number as usize)?;
        Ok((observed.id, observed.seen))
    }

    /// The next key that a free record of the side has.
    fn next_run(&self, runs: &mut Runs<'_>, side: Side) -> Option<Run> {
        loop {
            let (key, _) = key_and_number(*runs.sorted.get(runs.at)?);
            let mut run = Run { key, single: None };
            let mut free = 0;
            while let Some((next, number)) = runs.sorted.get(runs.at).map(|one| key_and_number(*one)) {
                if next != key {
                    break;
                }
                if !self.is(side, number, OUTSIDE | REPLACED | LINKED) {
                    free += 1;
                    run.single = (free == 1).then_some(number);
                }
                runs.at += 1;
            }
            if free > 0 && key != 0 {
                return Some(run);
            }
        }
    }
}

/// Goes through the records in the order of their first keys.
struct Runs<'a> {
    sorted: &'a [ByKey],
    at: usize,
}

/// A first key that free records of a side have.
#[derive(Clone, Copy)]
struct Run {
    key: u64,
    /// The record, where just one has it.
    single: Option<u32>,
}
