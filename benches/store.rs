//! The store with 100,000 links: a first save, a save of what changed, and a load.

#![allow(missing_docs, clippy::expect_used, reason = "a benchmark stops at the first thing that is wrong")]

mod people;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use duosync::model::Link;
use duosync::store::{Changes, Store};

use people::{MANY, linked, spec};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path()).expect("a store");
    store.save_pair(&spec()).expect("a pair");
    (folder, store)
}

fn new_links() -> Vec<Link> {
    let mut links = linked(MANY).links;
    for link in &mut links {
        link.id = None;
    }
    links
}

/// All links are new, in one transaction.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn save_new_links(bencher: Bencher<'_, '_>) {
    let changes = Changes { links: new_links(), ..Changes::default() };
    bencher.counter(ItemsCount::new(MANY)).with_inputs(fresh).bench_values(|(folder, mut store)| {
        store.apply("customers", &changes).expect("they are stored");
        (folder, store)
    });
}

/// All links are known and are written again, in one transaction.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn save_known_links(bencher: Bencher<'_, '_>) {
    let (_folder, mut store) = fresh();
    store.apply("customers", &Changes { links: new_links(), ..Changes::default() }).expect("they are stored");
    let changes = Changes { links: store.links("customers").expect("they are there"), ..Changes::default() };
    bencher.counter(ItemsCount::new(MANY)).bench_local(|| store.apply("customers", &changes).expect("they are stored"));
}

/// Ten of the links, as after a run with ten changes.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn save_ten_links(bencher: Bencher<'_, '_>) {
    let (_folder, mut store) = fresh();
    store.apply("customers", &Changes { links: new_links(), ..Changes::default() }).expect("they are stored");
    let links = store.links("customers").expect("they are there").into_iter().step_by(MANY / 10).collect();
    let changes = Changes { links, ..Changes::default() };
    bencher.bench_local(|| store.apply("customers", &changes).expect("they are stored"));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn load_links(bencher: Bencher<'_, '_>) {
    let (_folder, mut store) = fresh();
    store.apply("customers", &Changes { links: new_links(), ..Changes::default() }).expect("they are stored");
    bencher.counter(ItemsCount::new(MANY)).bench_local(|| store.links("customers").expect("they are there"));
}
