//! Whether a list that is read page by page is an honest one, or one that never ends.
//!
//! A platform that goes in circles is told by what it gives: the same records again and again, pages
//! without anything new, more than it says there is. One that always makes up something new looks like
//! a big account; for it there are bounds that no account of a small business meets.

use std::collections::{HashMap, HashSet};

/// How often the same page may come: a record that is added at the front while pages are read by their
/// number can show one twice.
const SAME: u8 = 2;
/// How many pages in a row may bring nothing new. Some platforms filter page by page, so that many are
/// empty; a search that starts anew after `most` shows again what it has shown.
const BARREN: u32 = 100;
/// How many pages a list may have.
const PAGES: u64 = 20_000;
/// How many records a list may have.
const ITEMS: u64 = 5_000_000;
/// How many bytes its pages may have together.
const BYTES: u64 = 8 * 1024 * 1024 * 1024;
/// How many more than twice its own total it may give: a total is often rounded or old.
const SPARE: u64 = 1000;

/// Looks at the pages of one list.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: HashSet<u64>,
    same: HashMap<u64, u8>,
    barren: u32,
    pages: u64,
    bytes: u64,
    /// How many different items there were since the list was begun, or begun anew.
    given: u64,
}

/// Why a list is not gone on with; the operator reads it after the platform's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Endless {
    #[error("gives the same page of its list again and again")]
    Same,
    #[error("gives page after page of its list with nothing new in them ({0} in a row)")]
    Barren(u32),
    #[error("says that its list has {told} records, but has given {given} and goes on")]
    MoreThanTold { told: u64, given: u64 },
    #[error("gives a list without an end ({pages} pages, {records} records, {} MB so far)", .bytes / 1_048_576)]
    TooMuch { pages: u64, records: u64, bytes: u64 },
}

impl Watch {
    /// Takes in one page: what its items are known by, how many bytes it has, and how many items the
    /// platform says there are in all.
    pub(crate) fn page(&mut self, items: &[u64], bytes: u64, total: Option<u64>) -> Result<(), Endless> {
        self.pages += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let mut new = 0;
        for item in items {
            new += u64::from(self.seen.insert(*item));
        }
        self.given += new;
        self.barren = if new == 0 { self.barren + 1 } else { 0 };
        if !items.is_empty() {
            let times = self.same.entry(hash(items)).or_insert(0);
            *times += 1;
            if *times > SAME {
                return Err(Endless::Same);
            }
        }
        if self.barren > BARREN {
            return Err(Endless::Barren(self.barren));
        }
        if let Some(told) = total.filter(|told| self.given > told.saturating_mul(2).saturating_add(SPARE)) {
            return Err(Endless::MoreThanTold { told, given: self.given });
        }
        let records = self.seen.len() as u64;
        if self.pages > PAGES || records > ITEMS || self.bytes > BYTES {
            return Err(Endless::TooMuch { pages: self.pages, records, bytes: self.bytes });
        }
        Ok(())
    }

    /// The list is begun anew further on, with a total of its own; a page of before may come again.
    pub(crate) fn restart(&mut self) {
        self.same.clear();
        self.given = 0;
    }
}

/// A number for a thing, the same for as long as the program runs.
pub(crate) fn hash(thing: impl std::hash::Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pages are taken, and why no more.
    fn read(page: impl Fn(u64) -> Vec<u64>, bytes: u64, total: Option<u64>) -> (u64, Option<Endless>) {
        let mut watch = Watch::default();
        for number in 0..1_000_000 {
            if let Err(why) = watch.page(&page(number), bytes, total) {
                return (number, Some(why));
            }
        }
        (1_000_000, None)
    }

    #[test]
    fn a_list_that_never_ends_is_told_soon() {
        assert_eq!(read(|_| vec![1, 2, 3], 10, None), (2, Some(Endless::Same)));
        assert_eq!(read(|_| Vec::new(), 10, None), (100, Some(Endless::Barren(101))));
        // The same few records in ever another order.
        let shuffled = |page: u64| vec![page % 7, (page / 7) % 7, (page / 49) % 7, (page / 343) % 7];
        let (pages, why) = read(shuffled, 10, None);
        assert!(pages < 150 && why.is_some(), "{pages} {why:?}");
        // Ever new ones: more than it said itself, or more than anybody has.
        let new = |page: u64| (page * 100..page * 100 + 100).collect();
        assert_eq!(read(new, 10, Some(30)).0, 10);
        assert!(matches!(read(new, 1024, None), (20_000, Some(Endless::TooMuch { .. }))));
        assert!(matches!(read(new, 100 * 1024 * 1024, None), (81, Some(Endless::TooMuch { .. }))));
    }

    #[test]
    fn a_big_honest_list_is_read_to_its_end() {
        let mut watch = Watch::default();
        for page in 0..15_000_u64 {
            // Ninety pages that the platform has filtered to nothing before each with something.
            let items: Vec<u64> = if page % 91 == 90 { (page * 250..page * 250 + 250).collect() } else { Vec::new() };
            assert_eq!(watch.page(&items, 100_000, Some(20_000)), Ok(()));
        }
        // A record that is added at the front shows the page of before once more.
        let mut watch = Watch::default();
        for page in [[1, 2], [1, 2], [3, 4]] {
            assert_eq!(watch.page(&page, 10, Some(4)), Ok(()));
        }
        watch.restart();
        assert_eq!(watch.page(&[1, 2], 10, Some(1)), Ok(()));
    }
}
