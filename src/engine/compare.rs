//! Compare: two full listings against each other. It yields mismatches and never a write.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    CompareCounts, Decision, Link, Mismatch, MismatchKind, PairSpec, PerSide, RecordId, Resolution, Seen, Side,
    SideBaseline, Subject,
};

use crate::texts::tr;

use super::matching::{self, Keys, Taken};
use super::normalise::same;
use super::observe::{Labels, View, agrees, fields_for_the_eye, fingerprint, group_fingerprint};

/// What a compare comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The numbers.
    pub counts: CompareCounts,
    /// What does not agree, ordered by kind and label.
    pub mismatches: Vec<Mismatch>,
    /// Everything else, ordered by label: what agrees, and what the operator said to leave.
    pub rest: Vec<Agreeing>,
}

/// Records of which nothing is to be said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Agreeing {
    /// What the operator calls the record.
    pub label: String,
    /// The records.
    pub subject: Subject,
    /// Whether the two differ, and the operator said to leave it.
    pub ignored: bool,
}

/// Compares two full listings. Linked records belong together whatever their keys; the others are
/// matched as a run would match them.
#[must_use]
pub fn compare(
    spec: &PairSpec,
    views: &PerSide<View>,
    links: &[Link],
    decisions: &[Decision],
) -> (CompareCounts, Vec<Mismatch>) {
    let compared = look(spec, views, links, decisions, false);
    (compared.counts, compared.mismatches)
}

/// The same, with everything that agrees.
#[must_use]
pub fn compare_all(spec: &PairSpec, views: &PerSide<View>, links: &[Link], decisions: &[Decision]) -> Compared {
    look(spec, views, links, decisions, true)
}

fn look(spec: &PairSpec, views: &PerSide<View>, links: &[Link], decisions: &[Decision], all: bool) -> Compared {
    let mut report = Report::new(spec, decisions, all);
    let not_same = std::mem::take(&mut report.not_same);
    let inside = |side: Side| views.get(side).records.iter().filter(|(_, seen)| !seen.outside);
    report.counts.a_total = inside(Side::A).count() as u64;
    report.counts.b_total = inside(Side::B).count() as u64;
    let mut linked: PerSide<BTreeSet<&RecordId>> = PerSide::default();
    // What the operator calls not the same is looked at as two records, though a run has linked it.
    for link in links.iter().filter(|link| !not_same.contains(&link.ids)) {
        let now = PerSide::from_fn(|side| views.get(side).records.get(link.ids.get(side)));
        for side in Side::BOTH {
            if now.get(side).is_some() {
                linked.get_mut(side).insert(link.ids.get(side));
            }
        }
        match (now.a, now.b) {
            (Some(a), Some(b)) if !a.outside && !b.outside => report.couple(&link.ids, PerSide::new(a, b), Some(link)),
            (Some(seen), None) if !seen.outside => report.half(link, Side::A, seen),
            (None, Some(seen)) if !seen.outside => report.half(link, Side::B, seen),
            (Some(_) | None, Some(_) | None) => {}
        }
    }
    let pools: PerSide<BTreeMap<RecordId, Keys>> = PerSide::from_fn(|side| {
        let free = inside(side).filter(|(id, _)| !linked.get(side).contains(id));
        free.map(|(id, seen)| (id.clone(), matching::keys(spec, side, seen))).collect()
    });
    let mut taken = Taken::default();
    if linked.a.len() + linked.b.len() > 0 {
        let watched = matching::watched(&pools);
        for side in Side::BOTH {
            for id in linked.get(side).iter().filter(|_| !watched.is_empty()) {
                if let Some(seen) = views.get(side).records.get(*id) {
                    taken.note(side, id, &matching::keys(spec, side, seen), &watched);
                }
            }
        }
    }
    let mut found = matching::find(spec, &pools, &taken, &not_same);
    // Who holds a key is asked only for those that are left, mostly few.
    let watched = matching::watched_by_left(&found, &pools);
    for ids in &found.pairs {
        let now = PerSide::new(views.a.records.get(&ids.a), views.b.records.get(&ids.b));
        if let (Some(a), Some(b)) = (now.a, now.b) {
            taken.note_pair(ids, &pools, &watched);
            report.couple(ids, PerSide::new(a, b), None);
        }
    }
    matching::leftovers(spec, &mut found, &pools, &taken);
    for group in found.groups {
        report.duplicates(views, &group);
    }
    for side in Side::BOTH {
        let lone = found.alone.get(side).iter().chain(found.keyless.get(side)).chain(found.kept_apart.get(side));
        for id in lone {
            if let Some(seen) = views.get(side).records.get(id) {
                report.only(side, id, seen, None, "");
            }
        }
    }
    report.sort();
    let mut rest = report.rest.unwrap_or_default();
    rest.sort_unstable();
    Compared { counts: report.counts, mismatches: report.mismatches, rest }
}

pub(super) struct Report<'a> {
    spec: &'a PairSpec,
    labels: Labels<'a>,
    pub(super) counts: CompareCounts,
    pub(super) mismatches: Vec<Mismatch>,
    ignored: BTreeMap<&'a Subject, &'a String>,
    /// What the operator took back, and has not decided yet.
    undone: BTreeMap<&'a Subject, &'a String>,
    /// What is no mismatch, where it is asked for.
    pub(super) rest: Option<Vec<Agreeing>>,
    /// Whom the operator calls not the same.
    pub(super) not_same: BTreeSet<PerSide<RecordId>>,
    /// The reason that was put into words last: whether a key changed, which fields differ.
    last_reason: Option<(bool, Vec<String>, String)>,
}

impl<'a> Report<'a> {
    /// A report in which nothing has been found yet; with `all`, it also notes what agrees.
    pub(super) fn new(spec: &'a PairSpec, decisions: &'a [Decision], all: bool) -> Self {
        let mut report = Self {
            spec,
            labels: Labels::of(spec),
            counts: CompareCounts::default(),
            mismatches: Vec::new(),
            ignored: BTreeMap::new(),
            undone: BTreeMap::new(),
            rest: all.then(Vec::new),
            not_same: BTreeSet::new(),
            last_reason: None,
        };
        for decision in decisions {
            match &decision.resolution {
                Resolution::Ignore => {
                    report.ignored.insert(&decision.subject, &decision.fingerprint);
                }
                Resolution::Undone => {
                    report.undone.insert(&decision.subject, &decision.fingerprint);
                }
                Resolution::NotSame(ids) => {
                    report.not_same.insert(ids.clone());
                }
                Resolution::Use(_)
                | Resolution::Fields(_)
                | Resolution::Create
                | Resolution::Delete(_)
                | Resolution::Link(_) => {}
            }
        }
        report
    }

    /// Puts the mismatches in order.
    pub(super) fn sort(&mut self) {
        self.mismatches.sort_by(|one, other| {
            (order(&one.kind), &one.label, &one.subject).cmp(&(order(&other.kind), &other.label, &other.subject))
        });
    }

    /// Two records that belong together.
    pub(super) fn couple(&mut self, ids: &PerSide<RecordId>, now: PerSide<&Seen>, link: Option<&Link>) {
        self.counts.matched += 1;
        let value = |side: Side, name: &str| now.get(side).values.get(name);
        let differing: Vec<String> = self
            .spec
            .fields
            .iter()
            .filter(|mapping| !agrees(mapping, value(Side::A, &mapping.name), value(Side::B, &mapping.name)))
            .map(|mapping| mapping.name.clone())
            .collect();
        if differing.is_empty() {
            self.leave(now.map(Some), &Subject::Pair(ids.clone()), ids.a.as_str(), false);
            return;
        }
        let key_changed = link.is_some() && self.key_differs(now);
        let kind = if key_changed { MismatchKind::KeyChanged } else { MismatchKind::Different };
        let reason = self.reason(key_changed, &differing);
        if self.add(kind, Subject::Pair(ids.clone()), now.as_ref().map(|seen| Some(*seen)), link, &differing, reason) {
            self.counts.different += 1;
            self.counts.changed_keys += u64::from(key_changed);
        }
    }

    /// Why two records that differ in these fields are pointed out. Many differ in the same ones.
    fn reason(&mut self, key_changed: bool, differing: &[String]) -> String {
        if let Some((changed, fields, reason)) = &self.last_reason
            && (*changed, fields.as_slice()) == (key_changed, differing)
        {
            return reason.clone();
        }
        let list = differing.join(", ");
        let reason = if key_changed {
            tr!("compare-reason-key-changed", fields = list)
        } else {
            tr!("compare-reason-differs", count = differing.len(), fields = list)
        };
        self.last_reason = Some((key_changed, differing.to_vec(), reason.clone()));
        reason
    }

    /// A linked record whose partner is gone.
    pub(super) fn half(&mut self, link: &Link, side: Side, seen: &Seen) {
        let gone = tr!("compare-reason-partner-deleted", account = self.spec.ends.get(side.opposite()).account);
        self.only(side, link.ids.get(side), seen, Some(link), &gone);
    }

    pub(super) fn only(&mut self, side: Side, id: &RecordId, seen: &Seen, link: Option<&Link>, more: &str) {
        let keyless = matching::keys(self.spec, side, seen).iter().all(String::is_empty);
        let keys = self.spec.match_keys.join(", ");
        let more = if keyless && link.is_none() { tr!("compare-reason-keyless", keys = keys) } else { more.to_owned() };
        let account = |side: Side| &self.spec.ends.get(side).account;
        let only = tr!("compare-reason-only", account = account(side), other = account(side.opposite()));
        let subject = link.map_or_else(|| Subject::Single(side, id.clone()), |link| Subject::Pair(link.ids.clone()));
        let now = PerSide::oriented(side, Some(seen), None);
        let undone = self.undone.get(&subject).is_some_and(|undone| **undone == fingerprint(now));
        let more = if undone { tr!("compare-reason-undone") } else { more };
        let reason = format!("{only} {more}").trim_end().to_owned();
        if self.add(MismatchKind::OnlyIn(side), subject, now, link, &[], reason) {
            match side {
                Side::A => self.counts.only_in_a += 1,
                Side::B => self.counts.only_in_b += 1,
            }
        }
    }

    /// Several records with the same key.
    pub(super) fn duplicates(&mut self, views: &PerSide<View>, group: &matching::Group) {
        let ids = PerSide::from_fn(|side| {
            let mut all: Vec<RecordId> = group.ids.get(side).iter().chain(group.linked.get(side)).cloned().collect();
            all.sort();
            all
        });
        let print = group_fingerprint(PerSide::new(&ids.a, &ids.b));
        let now = PerSide::from_fn(|side| ids.get(side).first().and_then(|id| views.get(side).records.get(id)));
        let subject = Subject::Key(group.mapping.clone(), group.value.clone());
        let (a, b) = (&self.spec.ends.a.account, &self.spec.ends.b.account);
        let (in_a, in_b) = (ids.a.len(), ids.b.len());
        let reason = tr!("compare-reason-duplicates", in_a = in_a, a = a, in_b = in_b, b = b, field = group.mapping);
        if self.ignored.get(&subject).is_some_and(|ignored| **ignored == print) {
            self.counts.ignored += 1;
            self.leave(now, &subject, &group.value, true);
            return;
        }
        self.counts.duplicate_keys += 1;
        self.mismatches.push(Mismatch {
            kind: MismatchKind::DuplicateKey(ids),
            label: self.labels.label(now, &group.value),
            reason,
            fields: fields_for_the_eye(self.spec, now, PerSide::default(), std::slice::from_ref(&group.mapping)),
            modified: now.map(|seen| seen.and_then(Seen::touch)),
            fingerprint: print,
            subject,
        });
    }

    /// Adds a mismatch, unless the operator said to leave it and nothing has changed since.
    fn add(
        &mut self,
        kind: MismatchKind,
        subject: Subject,
        now: PerSide<Option<&Seen>>,
        link: Option<&Link>,
        asked: &[String],
        reason: String,
    ) -> bool {
        let fingerprint = fingerprint(now);
        if self.ignored.get(&subject).is_some_and(|ignored| **ignored == fingerprint) {
            self.counts.ignored += 1;
            let id = Side::BOTH.iter().find_map(|side| subject.id(*side)).map(RecordId::as_str).unwrap_or_default();
            self.leave(now, &subject, id, true);
            return false;
        }
        let id = Side::BOTH.iter().find_map(|side| subject.id(*side)).map(RecordId::as_str).unwrap_or_default();
        let bases: PerSide<Option<&SideBaseline>> = PerSide::from_fn(|side| link.map(|link| link.sides.get(side)));
        self.mismatches.push(Mismatch {
            kind,
            label: self.labels.label(now, id),
            reason,
            fields: fields_for_the_eye(self.spec, now, bases, asked),
            modified: now.map(|seen| seen.and_then(Seen::touch)),
            fingerprint,
            subject,
        });
        true
    }

    /// Notes records of which nothing is to be said.
    fn leave(&mut self, now: PerSide<Option<&Seen>>, subject: &Subject, id: &str, ignored: bool) {
        if let Some(rest) = &mut self.rest {
            rest.push(Agreeing { label: self.labels.label(now, id), subject: subject.clone(), ignored });
        }
    }

    /// Whether the first match key that both hold is no longer the same.
    fn key_differs(&self, now: PerSide<&Seen>) -> bool {
        let keys = self.spec.match_keys.iter().filter_map(|name| self.spec.field(name));
        let held = keys.filter_map(|mapping| {
            let value = |side: Side| now.get(side).values.get(&mapping.name).filter(|value| !value.is_empty());
            Some((mapping, value(Side::A)?, value(Side::B)?))
        });
        held.take(1).any(|(mapping, a, b)| !same(mapping, (Side::A, a), (Side::B, b)))
    }
}

fn order(kind: &MismatchKind) -> u8 {
    match kind {
        MismatchKind::Different => 0,
        MismatchKind::KeyChanged => 1,
        MismatchKind::OnlyIn(Side::A) => 2,
        MismatchKind::OnlyIn(Side::B) => 3,
        MismatchKind::DuplicateKey(_) => 4,
    }
}
