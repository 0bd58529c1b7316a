//! On which days anything happened.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Those of the last 128 days on which anything happened. Nobody asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct DaysSeen {
    last: Day,
    /// The last day in the lowest bit, the one before in the next.
    days: u128,
}

impl DaysSeen {
    /// Something happened on a day.
    pub(crate) fn see(&mut self, day: Day) {
        if day > self.last {
            self.days = self.days.checked_shl(day - self.last).unwrap_or(0);
            self.last = day;
        }
        self.days |= 1_u128.checked_shl(self.last - day).unwrap_or(0);
    }

    /// How many days there were.
    pub(crate) const fn count(self) -> Day {
        self.days.count_ones()
    }

    /// The days of two parts of a stream.
    pub(crate) fn joined(self, other: Self) -> Self {
        let [mut later, earlier] =
            if self.last >= other.last { [self, other] } else { [other, self] };
        later.days |= earlier.days.checked_shl(later.last - earlier.last).unwrap_or(0);
        later
    }

    /// Whether they lie between two days, or there is none.
    pub(crate) fn are_within(self, days: Option<(Day, Day)>) -> bool {
        let Some((first, last)) = days else { return self.days == 0 };
        let oldest = u128::BITS - 1 - self.days.leading_zeros().min(u128::BITS - 1);
        self.days == 0 || self.last <= last && self.last.checked_sub(oldest) >= Some(first)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_have_the_days_of_the_whole(days in prop::collection::vec((0_u32..300, any::<bool>()), 1..80)) {
            let seen = |part: Option<bool>| {
                let mut seen = DaysSeen::default();
                let of_part = days.iter().filter(|(_, of)| part.is_none_or(|part| part == *of));
                of_part.for_each(|(day, _)| seen.see(*day));
                seen
            };
            let whole = seen(None);
            prop_assert_eq!(seen(Some(true)).joined(seen(Some(false))), whole);
            let last = days.iter().map(|(day, _)| *day).max().unwrap_or(0);
            let kept: BTreeSet<u32> =
                days.iter().map(|(day, _)| *day).filter(|day| last - day < 128).collect();
            prop_assert_eq!(whole.count() as usize, kept.len());
            let first = *kept.first().unwrap_or(&0);
            prop_assert!(whole.are_within(Some((first, last))));
            prop_assert!(!whole.are_within(Some((first + 1, last))));
            prop_assert!(last == 0 || !whole.are_within(Some((first, last - 1))));
            prop_assert!(!whole.are_within(None));
        }
    }
}
