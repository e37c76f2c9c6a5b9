//! Two lists, what is remembered of them, and a run without platforms: every write succeeds.

use std::collections::{BTreeMap, BTreeSet};

use duosync::engine::{self, View, Written};
use duosync::model::{
    Decision, DeletePolicy, Endpoint, FieldMapping, Fields, Item, Kind, Link, Listing, Observed, OpKind, PairSpec,
    PerSide, Plan, Record, RecordId, Schedule, Scope, Seen, Side, Subject, Timestamp, Value, Version, Writes,
};

#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) records: PerSide<BTreeMap<RecordId, Record>>,
    pub(crate) links: Vec<Link>,
    pub(crate) unlinked: PerSide<BTreeMap<RecordId, Seen>>,
    pub(crate) decisions: Vec<Decision>,
    /// What changed since the last run, as an incremental listing would tell.
    pub(crate) touched: PerSide<BTreeSet<RecordId>>,
    pub(crate) next: u64,
    /// Every value that a write replaced.
    pub(crate) history: Vec<Value>,
    /// The time of the next run.
    pub(crate) now: Timestamp,
}

pub(crate) fn spec() -> PairSpec {
    let end = |account: &str| Endpoint { account: account.to_owned(), collection: None };
    let mut phone = FieldMapping::simple("phone", "Phone", "tel", Kind::Phone);
    phone.region = Some("BE".to_owned());
    PairSpec {
        name: "people".to_owned(),
        ends: PerSide::new(end("Left"), end("Right")),
        match_keys: vec!["email".to_owned(), "phone".to_owned()],
        fields: vec![
            FieldMapping::simple("email", "Mail", "email", Kind::Email),
            phone,
            FieldMapping::simple("title", "Title", "title", Kind::Text),
            FieldMapping::simple("tags", "Tags", "categories", Kind::List),
        ],
        filters: Vec::new(),
        deletes: DeletePolicy::Ignore,
        guard: duosync::model::DeleteGuard::default(),
        conflicts: duosync::model::Policy::Ask,
        writes: PerSide::new(Writes::default(), Writes::default()),
        schedule: Schedule::default(),
    }
}

/// The same pair with the sides exchanged.
pub(crate) fn mirrored(spec: &PairSpec) -> PairSpec {
    let mut other = spec.clone();
    other.ends = spec.ends.clone().swapped();
    other.writes = spec.writes.swapped();
    for field in &mut other.fields {
        field.fields = field.fields.clone().swapped();
    }
    other.deletes = match spec.deletes {
        DeletePolicy::AToB => DeletePolicy::BToA,
        DeletePolicy::BToA => DeletePolicy::AToB,
        same @ (DeletePolicy::Both | DeletePolicy::Ignore) => same,
    };
    other.conflicts = match spec.conflicts {
        duosync::model::Policy::A => duosync::model::Policy::B,
        duosync::model::Policy::B => duosync::model::Policy::A,
        same @ (duosync::model::Policy::Ask | duosync::model::Policy::Newest) => same,
    };
    other
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for side in Side::BOTH {
            for record in self.records.get(side).values() {
                let fields: Vec<String> =
                    record.fields.iter().map(|(name, value)| format!("{name}={:?}", value.display())).collect();
                writeln!(f, "{side} {} {}", record.id, fields.join(" "))?;
            }
        }
        for link in &self.links {
            writeln!(f, "link {} {} gone {:?}", link.ids.a, link.ids.b, link.sides.as_ref().map(|held| held.gone))?;
            for side in Side::BOTH {
                let base: Vec<String> = link
                    .sides
                    .get(side)
                    .values
                    .iter()
                    .map(|(name, value)| format!("{name}={:?}", value.display()))
                    .collect();
                writeln!(f, "   {side} {}", base.join(" "))?;
            }
        }
        writeln!(f, "touched {:?}", self.touched)
    }
}

impl World {
    pub(crate) fn add(&mut self, side: Side, fields: Fields) -> RecordId {
        self.next += 1;
        let id = RecordId::new(format!("r{:04}", self.next));
        self.put(side, id.clone(), fields);
        id
    }

    pub(crate) fn put(&mut self, side: Side, id: RecordId, fields: Fields) {
        self.next += 1;
        let version = Some(Version(format!("v{}", self.next)));
        let modified = Some(Timestamp(i64::try_from(self.next).unwrap()));
        self.touched.get_mut(side).insert(id.clone());
        self.records
            .get_mut(side)
            .insert(id.clone(), Record { id, version, modified, modified_by: None, fields, raw: None });
    }

    pub(crate) fn set(&mut self, side: Side, id: &RecordId, field: &str, value: Value) {
        let mut fields = self.records.get(side)[id].fields.clone();
        fields.insert(field.to_owned(), value);
        self.put(side, id.clone(), fields);
    }

    pub(crate) fn remove(&mut self, side: Side, id: &RecordId) {
        self.records.get_mut(side).remove(id);
        self.touched.get_mut(side).insert(id.clone());
    }

    pub(crate) fn ids(&self, side: Side) -> Vec<RecordId> {
        self.records.get(side).keys().cloned().collect()
    }

    pub(crate) fn value(&self, side: Side, id: &RecordId, field: &str) -> Option<&Value> {
        self.records.get(side).get(id).and_then(|record| record.fields.get(field))
    }

    pub(crate) fn listing(&self, side: Side, scope: Scope) -> Listing {
        let records = self.records.get(side);
        match scope {
            Scope::Full => Listing::full(records.values().cloned().collect(), None),
            Scope::Changes => {
                let touched = self.touched.get(side);
                Listing {
                    scope,
                    complete: true,
                    records: touched.iter().filter_map(|id| records.get(id)).cloned().collect(),
                    gone: touched.iter().filter(|id| !records.contains_key(*id)).cloned().collect(),
                    total: None,
                    cursor: None,
                }
            }
        }
    }

    pub(crate) fn plan(&self, spec: &PairSpec, scope: Scope) -> Plan {
        self.plan_from(spec, &PerSide::from_fn(|side| engine::view(spec, side, self.listing(side, scope))))
    }

    pub(crate) fn plan_from(&self, spec: &PairSpec, views: &PerSide<View>) -> Plan {
        let unlinked = |side: Side| {
            let known = self.unlinked.get(side).iter();
            known.map(|(id, seen)| Observed { id: id.clone(), seen: seen.clone() }).collect()
        };
        let unlinked = PerSide::from_fn(unlinked);
        let plan = |links: Vec<Link>| {
            engine::reconcile(engine::Input {
                spec,
                links,
                known_links: self.links.len(),
                unlinked: unlinked.clone(),
                decisions: &self.decisions,
                held: &BTreeSet::new(),
                views: views.clone(),
                only: None,
                now: self.now,
            })
        };
        let whole = plan(self.links.clone());
        if Side::BOTH.iter().all(|side| views.get(*side).scope == Scope::Changes) {
            let reached = self.reached(spec, views, &unlinked);
            assert_eq!(plan(reached), whole, "the plan of the links that the changes reach");
        }
        whole
    }

    /// The links that a store would read for these changes.
    fn reached(&self, spec: &PairSpec, views: &PerSide<View>, unlinked: &PerSide<Vec<Observed>>) -> Vec<Link> {
        let of = |link: &Link, ids: &PerSide<BTreeSet<RecordId>>| {
            Side::BOTH.iter().any(|side| ids.get(*side).contains(link.ids.get(*side)))
        };
        let ids = engine::spoken_of(views, unlinked, &self.decisions, None);
        let near = self.links.iter().filter(|link| of(link, &ids) || engine::index(spec, link).pending);
        let near: Vec<Link> = near.cloned().collect();
        let (ids, keys) = engine::reach(spec, views, unlinked, &near);
        let wanted = |link: &Link| {
            near.contains(link) || of(link, &ids) || engine::index(spec, link).keys.iter().any(|key| keys.contains(key))
        };
        self.links.iter().filter(|link| wanted(link)).cloned().collect()
    }

    /// Carries a plan out and remembers what a run remembers.
    pub(crate) fn carry_out(&mut self, spec: &PairSpec, plan: &Plan) {
        if plan.stop.is_some() {
            return;
        }
        for ids in &plan.dropped {
            self.links.retain(|link| link.ids != *ids);
        }
        for side in Side::BOTH {
            for id in plan.forgotten.get(side) {
                self.unlinked.get_mut(side).remove(id);
            }
            for record in plan.unlinked.get(side) {
                self.unlinked.get_mut(side).insert(record.id.clone(), record.seen.clone());
            }
        }
        self.touched = PerSide::default();
        for link in &plan.quiet {
            self.store(link.clone());
        }
        for item in &plan.items {
            self.carry_out_item(spec, item);
        }
        // What a run writes itself is listed again by the platform: its own echo.
    }

    fn carry_out_item(&mut self, spec: &PairSpec, item: &Item) {
        let mut written = PerSide::new(Written::Nothing, Written::Nothing);
        for op in &item.action().ops {
            let side = op.side;
            let outcome = match &op.kind {
                OpKind::Create { fields, .. } => {
                    let id = self.add(side, fields.clone());
                    let seen = engine::observe(spec, side, &self.records.get(side)[&id]).seen;
                    Written::Stored(id, seen)
                }
                OpKind::Update { fields, .. } => {
                    let id = op.record.clone().unwrap();
                    let mut all = self.records.get(side)[&id].fields.clone();
                    for (name, value) in fields {
                        if let Some(old) = all.insert(name.clone(), value.clone()) {
                            self.history.push(old);
                        }
                    }
                    self.put(side, id.clone(), all);
                    let seen = engine::observe(spec, side, &self.records.get(side)[&id]).seen;
                    Written::Stored(id, seen)
                }
                OpKind::Delete { .. } => {
                    let id = op.record.clone().unwrap();
                    let old = self.records.get(side)[&id].fields.clone();
                    self.history.extend(old.into_iter().map(|(_, value)| value));
                    self.remove(side, &id);
                    self.unlinked.get_mut(side).remove(&id);
                    Written::Deleted
                }
            };
            *written.get_mut(side) = outcome;
        }
        match engine::conclude(spec, item, &written) {
            Some(link) => {
                for side in Side::BOTH {
                    self.unlinked.get_mut(side).remove(link.ids.get(side));
                }
                self.store(link);
            }
            None => {
                if let Subject::Pair(ids) = &item.subject {
                    self.links.retain(|link| link.ids != *ids);
                }
            }
        }
    }

    fn store(&mut self, mut link: Link) {
        if link.id.is_none() {
            self.next += 1;
            link.id = Some(duosync::model::LinkId(i64::try_from(self.next).unwrap()));
        }
        self.links.retain(|other| other.id != link.id);
        self.links.push(link);
    }

    /// One whole run.
    pub(crate) fn sync(&mut self, spec: &PairSpec, scope: Scope) -> Plan {
        let plan = self.plan(spec, scope);
        self.carry_out(spec, &plan);
        plan
    }

    pub(crate) fn compare(&self, spec: &PairSpec) -> (duosync::model::CompareCounts, Vec<duosync::model::Mismatch>) {
        let views = PerSide::from_fn(|side| engine::view(spec, side, self.listing(side, Scope::Full)));
        engine::compare(spec, &views, &self.links, &self.decisions)
    }

    /// The same world with the sides exchanged.
    pub(crate) fn mirrored(&self, rename: &BTreeMap<String, String>) -> Self {
        let swap_fields = |record: &Record| {
            let fields =
                record.fields.iter().map(|(name, value)| (rename.get(name).unwrap_or(name).clone(), value.clone()));
            Record { fields: fields.collect(), ..record.clone() }
        };
        let mut other = self.clone();
        other.records = PerSide::from_fn(|side: Side| {
            let records = self.records.get(side.opposite());
            records.iter().map(|(id, record)| (id.clone(), swap_fields(record))).collect()
        });
        other.unlinked = self.unlinked.clone().swapped();
        other.touched = self.touched.clone().swapped();
        for link in &mut other.links {
            link.ids = link.ids.clone().swapped();
            link.sides = link.sides.clone().swapped();
            for flips in link.flips.values_mut() {
                flips.side = flips.side.opposite();
            }
        }
        for decision in &mut other.decisions {
            decision.subject = decision.subject.clone().swapped();
        }
        other
    }
}

pub(crate) fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::text(value))).collect()
}
