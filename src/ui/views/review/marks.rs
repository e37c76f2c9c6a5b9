//! Which of hundreds of thousands of matters are ticked or being settled: one bit each.

use crate::model::MatterId;
use crate::service::MatterList;

/// Marks on the places of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    bits: Vec<u64>,
    count: usize,
}

impl Marks {
    /// How many are marked.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Whether a place is marked.
    pub(crate) fn has(&self, place: u32) -> bool {
        let (word, bit) = Self::at(place);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Marks a place, or takes its mark away.
    pub(crate) fn set(&mut self, place: u32, on: bool) {
        let (word, bit) = Self::at(place);
        if word >= self.bits.len() {
            if !on {
                return;
            }
            self.bits.resize(word + 1, 0);
        }
        let Some(bits) = self.bits.get_mut(word) else { return };
        match (*bits & bit != 0, on) {
            (false, true) => {
                *bits |= bit;
                self.count += 1;
            }
            (true, false) => {
                *bits &= !bit;
                self.count -= 1;
            }
            (true, true) | (false, false) => {}
        }
    }

    /// Takes every mark away.
    pub(crate) fn clear(&mut self) {
        self.bits.clear();
        self.count = 0;
    }

    /// The same marks on another list, as far as the matters are still in it.
    pub(crate) fn moved(&self, from: &MatterList, to: &MatterList) -> Self {
        let mut marks = Self::default();
        if self.count == 0 {
            return marks;
        }
        for id in self.ids(from) {
            if let Some(place) = to.place_of(id) {
                marks.set(place, true);
            }
        }
        marks
    }

    /// The matters that are marked.
    pub(crate) fn ids<'a>(&'a self, list: &'a MatterList) -> impl Iterator<Item = MatterId> + 'a {
        let places = (0_u32..).step_by(64).zip(&self.bits).filter(|(_, bits)| **bits != 0);
        let places =
            places.flat_map(|(start, bits)| (0..64).filter(move |at| bits & (1 << at) != 0).map(move |at| start + at));
        places.filter_map(|place| list.row(place)).map(|row| row.id)
    }

    fn at(place: u32) -> (usize, u64) {
        (usize::try_from(place / 64).unwrap_or(usize::MAX), 1 << (place % 64))
    }
}
