//! On which days anything happened.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// How many days are kept. Nobody asks for more than whether a few weeks were seen.
const MOST: usize = 64;

/// The last days on which anything happened, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct DaysSeen(Vec<Day>);

impl DaysSeen {
    /// Something happened on a day.
    pub(crate) fn see(&mut self, day: Day) {
        if let Err(at) = self.0.binary_search(&day) {
            self.0.insert(at, day);
        }
        self.0.drain(..self.0.len().saturating_sub(MOST));
    }

    /// How many days there were, as far as they are kept.
    pub(crate) const fn count(&self) -> Day {
        self.0.len() as Day
    }

    /// The days of two parts of a stream.
    pub(crate) fn joined(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|day| self.see(*day));
        self
    }

    /// Whether they are in order and lie between two days, or there is none.
    pub(crate) fn are_within(&self, days: Option<(Day, Day)>) -> bool {
        let Some((first, last)) = days else { return self.0.is_empty() };
        self.0.len() <= MOST
            && self.0.is_sorted_by(|a, b| a < b)
            && self.0.iter().all(|day| (first..=last).contains(day))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_have_the_days_of_the_whole(days in prop::collection::vec((0_u32..300, any::<bool>()), 1..120)) {
            let seen = |part: Option<bool>| {
                let mut seen = DaysSeen::default();
                let of_part = days.iter().filter(|(_, of)| part.is_none_or(|part| part == *of));
                of_part.for_each(|(day, _)| seen.see(*day));
                seen
            };
            let whole = seen(None);
            prop_assert_eq!(&seen(Some(true)).joined(&seen(Some(false))), &whole);
            let all: BTreeSet<u32> = days.iter().map(|(day, _)| *day).collect();
            prop_assert_eq!(whole.count() as usize, all.len().min(MOST));
            let kept: Vec<u32> = all.into_iter().rev().take(MOST).collect();
            let (last, first) = (kept[0], kept[kept.len() - 1]);
            prop_assert!(whole.are_within(Some((first, last))));
            prop_assert!(!whole.are_within(Some((first + 1, last))));
            prop_assert!(last == 0 || !whole.are_within(Some((first, last - 1))));
            prop_assert!(!whole.are_within(None));
        }
    }
}
