//! Made-up people on two sides, for all benchmarks: the same ones every time.

#![allow(dead_code, reason = "each benchmark is a crate of its own and uses what it needs")]

use std::collections::BTreeSet;

use duosync::engine::{Input, View, reconcile, view};
use duosync::model::{
    DeleteGuard, DeletePolicy, Endpoint, FieldMapping, Fields, Kind, Link, LinkId, Listing, PairSpec, PerSide, Policy,
    Record, RecordId, Schedule, Scope, Side, Timestamp, Value, Version, Writes,
};

/// How many records each side has.
pub(crate) const MANY: usize = 100_000;

/// Two accounts and what is remembered of them.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) spec: PairSpec,
    pub(crate) records: PerSide<Vec<Record>>,
    pub(crate) links: Vec<Link>,
}

/// A customer list and an address book, as most pairs will be.
pub(crate) fn spec() -> PairSpec {
    let end = |account: &str| Endpoint { account: account.to_owned(), collection: None };
    let mut phone = FieldMapping::simple("phone", "Phone", "tel", Kind::Phone);
    phone.region = Some("BE".to_owned());
    PairSpec {
        name: "customers".to_owned(),
        ends: PerSide::new(end("Shop list"), end("Address book")),
        match_keys: vec!["email".to_owned(), "phone".to_owned()],
        fields: vec![
            FieldMapping::simple("email", "E-mail", "email", Kind::Email),
            FieldMapping::simple("given name", "First name", "given_name", Kind::Text),
            FieldMapping::simple("family name", "Last name", "family_name", Kind::Text),
            phone,
            FieldMapping::simple("company", "Company", "org", Kind::Text),
            FieldMapping::simple("birthday", "Born", "birthday", Kind::Date),
            FieldMapping::simple("note", "Remarks", "note", Kind::Text),
            FieldMapping::simple("labels", "Labels", "categories", Kind::List),
        ],
        filters: Vec::new(),
        deletes: DeletePolicy::Ignore,
        guard: DeleteGuard::default(),
        conflicts: Policy::Ask,
        writes: PerSide::new(Writes::default(), Writes::default()),
        schedule: Schedule::default(),
    }
}

/// The person with this number, as a side writes them: the same values in other ways of writing.
pub(crate) fn person(side: Side, number: usize) -> Record {
    const GIVEN: [&str; 8] = ["Ann", "Björn", "Chloé", "Dirk", "Émile", "Fatima", "Gert", "Hélène"];
    const FAMILY: [&str; 7] = ["Peeters", "Janssens", "Maes", "Müller", "Dubois", "De Smet", "O'Neill"];
    let given = GIVEN.get(number % 8).copied().unwrap_or_default();
    let family = FAMILY.get(number / 8 % 7).copied().unwrap_or_default();
    let (day, month, year) = (number % 28 + 1, number / 28 % 12 + 1, 1950 + number % 50);
    let text = |name: &str, value: String| (name.to_owned(), Value::Text(value));
    let fields: Fields = match side {
        Side::A => [
            text("E-mail", format!("Person.{number}@Example.com")),
            text("First name", given.to_owned()),
            text("Last name", family.to_owned()),
            text("Phone", format!("0478/{:02} {:02} {:02}", number / 10_000 % 100, number / 100 % 100, number % 100)),
            text("Company", format!("Company {} nv", number % 900)),
            text("Born", format!("{day:02}/{month:02}/{year}")),
            text("Remarks", format!("Customer since {year}.\nPays within {day} days.")),
            text("Labels", "customer, newsletter".to_owned()),
        ]
        .into(),
        Side::B => [
            text("email", format!("person.{number}@example.com")),
            text("given_name", given.to_owned()),
            text("family_name", family.to_owned()),
            text("tel", format!("+32478{:06}", number % 1_000_000)),
            text("org", format!("Company {} nv", number % 900)),
            text("birthday", format!("{year}-{month:02}-{day:02}")),
            text("note", format!("Customer since {year}.\nPays within {day} days.")),
            ("categories".to_owned(), Value::List(vec!["newsletter".to_owned(), "customer".to_owned()])),
        ]
        .into(),
    };
    let id = match side {
        Side::A => format!("{number:06}"),
        Side::B => format!("/ann/book/{:08x}-{number:06}.vcf", number.wrapping_mul(0x9E37_79B1) & 0xffff_ffff),
    };
    let version = Some(Version(format!("\"{number:032x}\"")));
    Record { id: RecordId::new(id), version, modified: None, modified_by: None, fields, raw: None }
}

/// The same people on both sides, not linked yet.
pub(crate) fn strangers(many: usize) -> World {
    let records = PerSide::from_fn(|side| (0..many).map(|number| person(side, number)).collect());
    World { spec: spec(), records, links: Vec::new() }
}

/// As many on each side, of which half are on both.
pub(crate) fn half_shared(many: usize) -> World {
    let mut world = strangers(many);
    world.records.b = (many / 2..many + many / 2).map(|number| person(Side::B, number)).collect();
    world
}

/// The same people on both sides, linked and in agreement.
pub(crate) fn linked(many: usize) -> World {
    let mut world = strangers(many);
    world.links = reconcile(world.input(world.views(Scope::Full))).quiet;
    assert_eq!(world.links.len(), many, "the people of both sides are the same");
    for (number, link) in world.links.iter_mut().enumerate() {
        link.id = i64::try_from(number).ok().map(LinkId);
    }
    world
}

impl World {
    /// Gives every so many-th person another company in A, and returns who they are.
    pub(crate) fn change(&mut self, every: usize) -> BTreeSet<RecordId> {
        let mut changed = BTreeSet::new();
        for record in self.records.a.iter_mut().step_by(every) {
            record.fields.insert("Company".to_owned(), Value::text("Another company bv"));
            record.version = Some(Version("\"another\"".to_owned()));
            changed.insert(record.id.clone());
        }
        changed
    }

    pub(crate) fn listing(&self, side: Side) -> Listing {
        Listing::full(self.records.get(side).clone(), None)
    }

    pub(crate) fn views(&self, scope: Scope) -> PerSide<View> {
        PerSide::from_fn(|side| match scope {
            Scope::Full => view(&self.spec, side, self.listing(side)),
            Scope::Changes => View::no_changes(),
        })
    }

    /// What a listing of changes tells of these records of A.
    pub(crate) fn changes(&self, ids: &BTreeSet<RecordId>) -> PerSide<View> {
        let records = self.records.a.iter().filter(|record| ids.contains(&record.id)).cloned().collect();
        let listing = Listing { records, ..Listing::no_changes() };
        PerSide::new(view(&self.spec, Side::A, listing), View::no_changes())
    }

    pub(crate) fn input(&self, views: PerSide<View>) -> Input<'_> {
        Input {
            spec: &self.spec,
            links: self.links.clone(),
            known_links: self.links.len(),
            unlinked: PerSide::default(),
            decisions: &[],
            held: const { &BTreeSet::new() },
            views,
            only: None,
            now: Timestamp(0),
        }
    }
}
