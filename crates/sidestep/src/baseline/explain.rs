//! Why an account may be used from a host where it was never used before.

use super::profile::HostProfile;
use super::{Baseline, Pair};
use crate::store::Id;
use crate::time::{Micros, day_of};
use crate::tuning::explain::{HABIT, HABIT_DAYS, SITTING, SWITCH, VISIT};

/// Why an account that was never used from a host may be used from there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Explanation {
    /// It was seen at the host's keyboard.
    AtKeyboard,
    /// It came over the network a short while ago.
    CameOver,
    /// It is often used where the host's owner, or somebody who came over lately, is.
    Companion,
    /// It came over the network before, but not lately.
    OnceCameOver,
    /// The host itself is new.
    NewHost,
    /// Nothing explains it.
    Unexplained,
}

impl Explanation {
    pub(crate) const COUNT: usize = 6;
}

/// An explanation and, for a companion or the lack of any, the account it was measured against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceExplanation {
    pub(crate) explanation: Explanation,
    pub(crate) other: Option<Id>,
}

impl Baseline {
    /// Whether `account` sat down at the keyboard of `host` not long before `time`.
    pub(crate) fn sat_down(&self, account: Id, host: Id, time: Micros) -> bool {
        self.keyboard.get([account, host]).is_some_and(|&since| time - since <= SITTING)
    }

    /// Whether it is a habit that `account` is used where `other` is at home or came from.
    pub(super) fn go_together(&self, other: Id, account: Id) -> bool {
        let pair = self.companions.get([other, account]);
        pair.is_some_and(|pair| pair.count.value(&self.fade) >= HABIT)
    }

    /// Why `account` may be used from `source`, apart from having been used from there before.
    pub(crate) fn explain_source(
        &self,
        account: Id,
        source: Id,
        profile: &HostProfile,
        time: Micros,
    ) -> SourceExplanation {
        let because = |explanation| SourceExplanation { explanation, other: None };
        // On one day only may be the day of the login itself: its own ticket is seen first.
        if self.presence.get([account, source]).is_some_and(|presence| presence.days >= HABIT_DAYS)
        {
            return because(Explanation::AtKeyboard);
        }
        let visit = self.account_destination.get([account, source]);
        // Pairs know the day only: a visit of yesterday counts in the small hours.
        let lately = day_of((time - SWITCH).max(0));
        if visit.is_some_and(|visit: &Pair| visit.last_day >= lately)
            || profile.arrivals_within(time, SWITCH).any(|arrival| arrival.account == account)
        {
            return because(Explanation::CameOver);
        }
        let owner = profile.owner();
        let others = owner
            .into_iter()
            .chain(profile.arrivals_within(time, VISIT).map(|arrival| arrival.account));
        for other in others {
            if self.go_together(other, account) {
                return SourceExplanation {
                    explanation: Explanation::Companion,
                    other: Some(other),
                };
            }
        }
        if visit.is_some() {
            return because(Explanation::OnceCameOver);
        }
        if owner.is_none() && profile.accounts_from.distinct() == 0 {
            return because(Explanation::NewHost);
        }
        SourceExplanation { explanation: Explanation::Unexplained, other: owner }
    }
}
