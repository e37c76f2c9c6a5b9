//! A compare by digests finds what a compare of whole lists finds, in every world.

use std::collections::BTreeSet;

use duosync::engine::{self, Agreeing, Compared, DigestKey, Digester, LinkMark};
use duosync::model::{
    Decision, Direction, FieldMapping, Filter, FilterTest, Given, Kind, Link, LinkId, MismatchKind, Observed, PairSpec,
    PerSide, Record, RecordId, Resolution, Row, Scope, Seen, Side, Subject, Timestamp, Transform, Value, WriteMode,
};
use proptest::prelude::*;

use crate::properties::world;
use crate::world::World;

const KEY: DigestKey = DigestKey(7, 11);

/// What was read, in the order in which it was listed.
struct Read<'a> {
    spec: &'a PairSpec,
    records: PerSide<Vec<Record>>,
    links: &'a [Link],
    /// How often something was read a second time.
    again: usize,
}

impl engine::Source for Read<'_> {
    type Error = std::convert::Infallible;

    fn observed(&mut self, side: Side, number: usize) -> Result<Observed, Self::Error> {
        self.again += 1;
        Ok(engine::observe(self.spec, side, &self.records.get(side)[number]))
    }

    fn link(&mut self, id: LinkId) -> Result<Link, Self::Error> {
        Ok(self.links[usize::try_from(id.0).unwrap()].clone())
    }
}

/// Compares by digests, and says it as the other compare does. Also how many records were read again.
fn by_digests(
    spec: &PairSpec,
    records: PerSide<Vec<Record>>,
    links: &[Link],
    decisions: &[Decision],
) -> (Compared, usize) {
    let digests = PerSide::from_fn(|side| {
        let want = spec.wanted_fields(side);
        let mut digester = Digester::new(spec, side, &want, KEY);
        for record in records.get(side) {
            let fields: Vec<_> = want.iter().map(|name| record.fields.get(name).map(Given::Value)).collect();
            let (modified, modified_by) = (record.modified, record.modified_by.as_deref());
            digester.take(&Row { id: record.id.as_str(), modified, modified_by, fields: &fields, place: None });
        }
        digester.finish()
    });
    let mark = |(number, link): (usize, &Link)| {
        LinkMark::new(KEY, LinkId(i64::try_from(number).unwrap()), link.ids.as_ref().map(RecordId::as_str))
    };
    let marks: Vec<LinkMark> = links.iter().enumerate().map(mark).collect();
    let mut read = Read { spec, records, links, again: 0 };
    let found = engine::compare_digests(spec, &digests, (KEY, &marks), decisions, &mut read).unwrap();
    let agreeing = |at: &PerSide<u32>| {
        let record = |side: Side| &read.records.get(side)[*at.get(side) as usize];
        let seen: PerSide<Seen> = PerSide::from_fn(|side| engine::observe(spec, side, record(side)).seen);
        let ids = PerSide::from_fn(|side| record(side).id.clone());
        let label = engine::label(spec, seen.as_ref().map(Some), ids.a.as_str());
        Agreeing { label, subject: Subject::Pair(ids), ignored: false }
    };
    let mut rest: Vec<Agreeing> = found.agreed.iter().map(agreeing).collect();
    for (one, at) in found.left {
        for side in Side::BOTH {
            let id = at.get(side).map(|at| &read.records.get(side)[at as usize].id);
            assert!(id.is_none() || id == one.subject.id(side), "the numbers are those of the records");
        }
        rest.push(one);
    }
    rest.sort_unstable();
    (Compared { counts: found.counts, mismatches: found.mismatches, rest }, read.again)
}

/// Settings in which values that are not the same may agree, or the same ones mean something else.
fn bent(spec: &mut PairSpec, ways: &BTreeSet<u8>) {
    for way in ways {
        let field = |spec: &mut PairSpec, name: &str, bend: &dyn Fn(&mut FieldMapping)| {
            for mapping in spec.fields.iter_mut().filter(|mapping| mapping.name == name) {
                bend(mapping);
            }
        };
        match way {
            0 => field(spec, "title", &|mapping| mapping.write = WriteMode::FillEmpty),
            1 => field(spec, "tags", &|mapping| mapping.write = WriteMode::Add),
            2 => field(spec, "title", &|mapping| mapping.direction = Direction::AToB),
            3 => field(spec, "title", &|mapping| mapping.default = PerSide::new(None, Some("Owner".to_owned()))),
            4 => field(spec, "title", &|mapping| {
                mapping.kind = Kind::Choice;
                mapping.values = vec![PerSide::new("Owner".to_owned(), "Director".to_owned())];
            }),
            5 => field(spec, "title", &|mapping| {
                mapping.direction = Direction::AToB;
                mapping.transform = Transform::Template("{{ record[\"Title\"] }}".to_owned());
            }),
            6 => field(spec, "title", &|mapping| {
                mapping.fields = PerSide::new(vec!["Title".to_owned(), "Phone".to_owned()], vec!["title".to_owned()]);
                mapping.transform = Transform::SplitName;
            }),
            7 => spec.filters.push(Filter {
                side: Side::B,
                field: "title".to_owned(),
                test: FilterTest::IsNot(vec!["Boss".to_owned()]),
            }),
            8 => spec.match_keys = vec!["phone".to_owned(), "title".to_owned()],
            9 => spec.match_keys = vec!["title".to_owned(), "email".to_owned()],
            _ => spec.match_keys.clear(),
        }
    }
}

/// Answers of the operator to some of what a compare finds: some hold still, some do not.
fn answered(found: &Compared, links: &[Link], picks: &[(u8, usize)]) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for (kind, pick) in picks {
        let decision = |subject: &Subject, resolution, fingerprint: String| Decision {
            subject: subject.clone(),
            resolution,
            fingerprint,
            made: Timestamp(0),
        };
        let mismatch = found.mismatches.get(pick % found.mismatches.len().max(1));
        let link = links.get(pick % links.len().max(1));
        let agreed = found.rest.get(pick % found.rest.len().max(1));
        match (kind, mismatch, link, agreed) {
            (0, Some(one), _, _) => decisions.push(decision(&one.subject, Resolution::Ignore, one.fingerprint.clone())),
            (1, Some(one), _, _) => decisions.push(decision(&one.subject, Resolution::Ignore, "older".to_owned())),
            (2, Some(one), _, _) => decisions.push(decision(&one.subject, Resolution::Undone, one.fingerprint.clone())),
            (3, _, Some(link), _) => {
                let subject = Subject::Pair(link.ids.clone());
                decisions.push(decision(&subject, Resolution::NotSame(link.ids.clone()), String::new()));
            }
            (4, _, _, Some(Agreeing { subject: subject @ Subject::Pair(ids), .. })) => {
                decisions.push(decision(subject, Resolution::NotSame(ids.clone()), String::new()));
            }
            (5, Some(one), _, _) => {
                if let MismatchKind::DuplicateKey(ids) = &one.kind
                    && let (Some(a), Some(b)) = (ids.a.first(), ids.b.first())
                {
                    let ids = PerSide::new(a.clone(), b.clone());
                    decisions.push(decision(&one.subject, Resolution::NotSame(ids), String::new()));
                }
            }
            _ => {}
        }
    }
    decisions
}

/// The records as they are listed: fields may be missing, and an id may come twice.
fn listed(world: &World, missing: &[(bool, usize, usize)], twice: &[(bool, usize)]) -> PerSide<Vec<Record>> {
    let mut all = PerSide::from_fn(|side| world.listing(side, Scope::Full).records);
    let side = |is_a: bool| if is_a { Side::A } else { Side::B };
    for (is_a, number, field) in missing {
        let records = all.get_mut(side(*is_a));
        let place = number % records.len().max(1);
        if let Some(record) = records.get_mut(place) {
            let name = record.fields.keys().nth(field % 4).cloned();
            if let Some(name) = name {
                record.fields.remove(&name);
            }
        }
    }
    for (is_a, number) in twice {
        let records = all.get_mut(side(*is_a));
        if let Some(mut again) = records.get(number % records.len().max(1)).cloned() {
            again.fields.insert(if *is_a { "Title" } else { "title" }.to_owned(), Value::text("Owner"));
            records.push(again);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn digests_find_what_whole_lists_find(
        (world, mut spec) in world(),
        ways in prop::collection::btree_set(0..11_u8, 0..4),
        picks in prop::collection::vec((0..6_u8, 0..8_usize), 0..4),
        missing in prop::collection::vec((any::<bool>(), 0..8_usize, 0..4_usize), 0..4),
        twice in prop::collection::vec((any::<bool>(), 0..8_usize), 0..2),
    ) {
        bent(&mut spec, &ways);
        let records = listed(&world, &missing, &twice);
        let views = PerSide::from_fn(|side| {
            let listing = duosync::model::Listing::full(records.get(side).clone(), None);
            engine::view(&spec, side, listing)
        });
        let first = engine::compare_all(&spec, &views, &world.links, &[]);
        prop_assert_eq!(&by_digests(&spec, records.clone(), &world.links, &[]).0, &first);
        let decisions = answered(&first, &world.links, &picks);
        let answered = engine::compare_all(&spec, &views, &world.links, &decisions);
        prop_assert_eq!(by_digests(&spec, records, &world.links, &decisions).0, answered);
    }
}

#[test]
fn only_what_differs_is_read_again() {
    let spec = crate::world::spec();
    let mut world = World::default();
    for number in 0..1_000 {
        for side in Side::BOTH {
            let names = match side {
                Side::A => ["Mail", "Title"],
                Side::B => ["email", "title"],
            };
            let title = if number % 100 == 0 { side.letter() } else { "Owner" };
            // One side writes its addresses and titles in another way, which is no difference.
            let mail =
                if side == Side::A { format!(" P{number}@Example.org") } else { format!("p{number}@example.org") };
            let values = [Value::text(mail), Value::text(format!("{title} "))];
            world.add(side, names.into_iter().map(str::to_owned).zip(values).collect());
        }
    }
    let records = listed(&world, &[], &[]);
    let (found, again) = by_digests(&spec, records, &[], &[]);
    assert_eq!((found.counts.matched, found.counts.different, again), (1_000, 10, 20));
}
