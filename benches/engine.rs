//! The engine alone, with 100,000 records on each side.
//!
//! `max alloc` is the most memory that the engine held at one time beyond its input; `peak` tells
//! what the whole process needs.

#![allow(missing_docs, clippy::expect_used, reason = "a benchmark stops at the first thing that is wrong")]

mod people;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use duosync::engine::{compare, normal, reconcile, view};
use duosync::model::{FieldMapping, Kind, PerSide, Scope, Side, Value};

use people::{MANY, World, half_shared, linked, strangers};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// What a pair sees of one side's full listing.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn view_of_a_full_listing(bencher: Bencher<'_, '_>) {
    let world = strangers(MANY);
    let listing = world.listing(Side::A);
    bencher.with_inputs(|| listing.clone()).bench_values(|listing| view(&world.spec, Side::A, listing));
}

mod reconciling {
    use super::{Bencher, ItemsCount, MANY, PerSide, Scope, World, half_shared, linked, reconcile, strangers};

    fn run(bencher: Bencher<'_, '_>, world: &World, views: &PerSide<duosync::engine::View>, operations: usize) {
        let plan = reconcile(world.input(views.clone()));
        assert_eq!(plan.operations().count(), operations, "the case is what it says");
        bencher.counter(ItemsCount::new(MANY)).with_inputs(|| world.input(views.clone())).bench_values(reconcile);
    }

    /// Nothing is linked, and everybody is on both sides.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn first_match(bencher: Bencher<'_, '_>) {
        let world = strangers(MANY);
        run(bencher, &world, &world.views(Scope::Full), 0);
    }

    /// Nothing is linked, and half of each side is to be created on the other.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn first_sync_of_half(bencher: Bencher<'_, '_>) {
        let world = half_shared(MANY);
        run(bencher, &world, &world.views(Scope::Full), MANY);
    }

    /// Everything is linked, nothing has changed, and both sides are listed in full.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn nothing_changed_full(bencher: Bencher<'_, '_>) {
        let world = linked(MANY);
        run(bencher, &world, &world.views(Scope::Full), 0);
    }

    /// Everything is linked, and the listings tell of no change.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn nothing_changed_incremental(bencher: Bencher<'_, '_>) {
        let world = linked(MANY);
        run(bencher, &world, &world.views(Scope::Changes), 0);
    }

    /// Everything is linked, and the listings tell of ten changes.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn ten_changes_incremental(bencher: Bencher<'_, '_>) {
        let mut world = linked(MANY);
        let changed = world.change(MANY / 10);
        run(bencher, &world, &world.changes(&changed), 10);
    }

    /// Everything is linked, one record in a hundred has changed, and both sides are listed in full.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn one_percent_changed_full(bencher: Bencher<'_, '_>) {
        let mut world = linked(MANY);
        world.change(100);
        run(bencher, &world, &world.views(Scope::Full), MANY / 100);
    }
}

mod comparing {
    use super::{Bencher, ItemsCount, MANY, Scope, World, compare, linked, strangers};

    fn run(bencher: Bencher<'_, '_>, world: &World, different: usize) {
        let views = world.views(Scope::Full);
        let (counts, _) = compare(&world.spec, &views, &world.links, &[]);
        assert_eq!((counts.matched, counts.different), (MANY as u64, different as u64), "the case is what it says");
        bencher.counter(ItemsCount::new(MANY)).bench(|| compare(&world.spec, &views, &world.links, &[]));
    }

    /// Everything is linked and agrees, in other ways of writing.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn linked_and_equal(bencher: Bencher<'_, '_>) {
        run(bencher, &linked(MANY), 0);
    }

    /// Everything is linked, and one record in a hundred differs.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn linked_with_one_percent_different(bencher: Bencher<'_, '_>) {
        let mut world = linked(MANY);
        world.change(100);
        run(bencher, &world, MANY / 100);
    }

    /// Nothing is linked, and everybody is on both sides.
    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn not_linked(bencher: Bencher<'_, '_>) {
        run(bencher, &strangers(MANY), 0);
    }
}

mod normalising {
    use super::{Bencher, FieldMapping, ItemsCount, Kind, Side, Value, normal};

    const VALUES: usize = 10_000;

    fn run(bencher: Bencher<'_, '_>, mapping: &FieldMapping, value: impl Fn(usize) -> String) {
        let values: Vec<Value> = (0..VALUES).map(|number| Value::Text(value(number))).collect();
        bencher.counter(ItemsCount::new(VALUES)).bench(|| {
            values.iter().map(|value| normal(mapping, Side::A, value).map_or(0, |form| form.len())).sum::<usize>()
        });
    }

    fn phones() -> FieldMapping {
        let mut mapping = FieldMapping::simple("phone", "Phone", "tel", Kind::Phone);
        mapping.region = Some("BE".to_owned());
        mapping
    }

    /// `0478/12 34 56` in Belgium.
    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn national_phones(bencher: Bencher<'_, '_>) {
        run(bencher, &phones(), |number| {
            format!("0478/{:02} {:02} {:02}", number / 10_000, number / 100 % 100, number % 100)
        });
    }

    /// `+32 478 12 34 56`.
    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn international_phones(bencher: Bencher<'_, '_>) {
        run(bencher, &phones(), |number| format!("+32 478 {number:06}"));
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn emails(bencher: Bencher<'_, '_>) {
        let mapping = FieldMapping::simple("email", "E-mail", "email", Kind::Email);
        run(bencher, &mapping, |number| format!(" Person.{number}@Example.com"));
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn dates(bencher: Bencher<'_, '_>) {
        let mapping = FieldMapping::simple("birthday", "Born", "birthday", Kind::Date);
        run(bencher, &mapping, |number| {
            format!("{:02}/{:02}/{}", number % 28 + 1, number % 12 + 1, 1950 + number % 50)
        });
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn texts(bencher: Bencher<'_, '_>) {
        let mapping = FieldMapping::simple("note", "Remarks", "note", Kind::Text);
        run(bencher, &mapping, |number| format!("Hélène pays bill {number}.\r\nAlways on time. "));
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn lists(bencher: Bencher<'_, '_>) {
        let mapping = FieldMapping::simple("labels", "Labels", "categories", Kind::List);
        run(bencher, &mapping, |number| format!("customer, newsletter; label {number}"));
    }
}
