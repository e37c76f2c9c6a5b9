//! What a large plan costs a frame.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by a panic, and tells its figures"
)]

use super::*;
use crate::ui::testing as given;

#[test]
fn a_plan_of_a_hundred_thousand_is_made_and_searched_in_slices() {
    let small = given::plan();
    let items: Vec<Item> = small.items.iter().cycle().take(100_000).cloned().collect();
    let names = PerSide::new("Shop list".to_owned(), "Address book".to_owned());
    let mut preview = Preview::of(Arc::new(Plan { items, ..small }), Some(given::spec()), names);
    let (mut slices, mut longest) = (1, Duration::ZERO);
    let mut run = |preview: &mut Preview| loop {
        let before = Instant::now();
        let done = preview.work();
        longest = longest.max(before.elapsed());
        slices += 1;
        if done {
            break;
        }
    };
    run(&mut preview);
    assert_eq!(preview.shown.len(), 100_001);
    preview.text = "peeters".to_owned();
    preview.filter();
    run(&mut preview);
    assert_eq!(preview.shown.len(), 10_000, "every tenth record of the small plan is a Peeters");
    // Not asserted: how long a slice takes is the machine's matter.
    eprintln!("100,000 rows: {slices} slices, the longest {longest:?}");
}
