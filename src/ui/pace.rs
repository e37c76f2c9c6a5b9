//! How long something will still take, from how quickly it went so far.

use std::collections::BTreeMap;

use crate::model::Timestamp;
use crate::service::ProgressMap;

/// Before this has passed, in milliseconds, a guess says more about the start than about the rest.
const TOO_EARLY: i64 = 3_000;

/// How quickly the steps of the pairs at work go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paces(BTreeMap<String, Pace>);

/// The step that a pair is in: since when it is seen, how many were done by then, and how many are done.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pace {
    step: String,
    since: Timestamp,
    from: u64,
    done: u64,
}

impl Paces {
    /// Takes in how far everything is now.
    pub(crate) fn see(&mut self, progress: &ProgressMap, now: Timestamp) {
        self.0.retain(|pair, _| progress.contains_key(pair));
        for (pair, is) in progress {
            match self.0.get_mut(pair) {
                // Fewer than before is the same step of another run.
                Some(pace) if pace.step == is.step && pace.done <= is.done => pace.done = is.done,
                Some(_) | None => {
                    let pace = Pace { step: is.step.clone(), since: now, from: is.done, done: is.done };
                    self.0.insert(pair.clone(), pace);
                }
            }
        }
    }

    /// How many milliseconds the step of a pair will still take, where that can be known.
    pub(crate) fn left(&self, pair: &str, progress: &ProgressMap, now: Timestamp) -> Option<u64> {
        let (pace, is) = (self.0.get(pair)?, progress.get(pair)?);
        let rest = is.total?.checked_sub(is.done)?;
        let took = now.0.checked_sub(pace.since.0).filter(|took| *took >= TOO_EARLY)?;
        let made = is.done.checked_sub(pace.from).filter(|made| *made > 0)?;
        u64::try_from(u128::try_from(took).ok()? * u128::from(rest) / u128::from(made)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Progress;

    fn at(step: &str, done: u64, total: Option<u64>) -> ProgressMap {
        ProgressMap::from([("p".to_owned(), Progress { step: step.to_owned(), done, total, cancelling: false })])
    }

    #[test]
    fn the_rest_takes_as_long_as_the_part_that_is_done() {
        let mut paces = Paces::default();
        paces.see(&at("Reading", 0, Some(400)), Timestamp(1_000));
        let now = Timestamp(11_000);
        let half = at("Reading", 100, Some(400));
        paces.see(&half, now);
        assert_eq!(paces.left("p", &half, now), Some(30_000));
        assert_eq!(paces.left("other", &half, now), None);
        let done = at("Reading", 400, Some(400));
        assert_eq!(paces.left("p", &done, now), Some(0));
    }

    #[test]
    fn nothing_is_guessed_too_early_or_without_a_total() {
        let mut paces = Paces::default();
        paces.see(&at("Reading", 0, Some(400)), Timestamp(0));
        assert_eq!(paces.left("p", &at("Reading", 100, Some(400)), Timestamp(TOO_EARLY - 1)), None);
        assert_eq!(paces.left("p", &at("Reading", 0, Some(400)), Timestamp(60_000)), None, "nothing was done yet");
        assert_eq!(paces.left("p", &at("Reading", 100, None), Timestamp(60_000)), None);
        assert_eq!(
            paces.left("p", &at("Reading", 500, Some(400)), Timestamp(60_000)),
            None,
            "there are more than said"
        );
    }

    #[test]
    fn another_step_or_another_run_begins_anew() {
        let mut paces = Paces::default();
        paces.see(&at("Reading", 100, Some(400)), Timestamp(0));
        paces.see(&at("Writing", 0, Some(10)), Timestamp(100_000));
        let writing = at("Writing", 5, Some(10));
        paces.see(&writing, Timestamp(110_000));
        assert_eq!(paces.left("p", &writing, Timestamp(110_000)), Some(10_000));
        // The same step of the next run starts from nothing.
        paces.see(&at("Writing", 0, Some(10)), Timestamp(500_000));
        assert_eq!(paces.left("p", &at("Writing", 1, Some(10)), Timestamp(504_000)), Some(36_000));
        paces.see(&ProgressMap::new(), Timestamp(505_000));
        assert_eq!(paces, Paces::default());
    }
}
