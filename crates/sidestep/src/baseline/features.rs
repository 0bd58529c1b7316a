//! Features of a pair that is new: on what grounds it is plausible.

use super::Baseline;
use super::profile::{AccountProfile, HostProfile};
use crate::event::Timestamp;
use crate::intern::Id;
use crate::time::{DAY, Day, HOUR, day_of};

/// Buckets of a similarity: unknown, then five steps of the cosine.
const SIMILARITIES: usize = 6;
/// Buckets of a count: 0, 1 to 2, 3 to 8, 9 to 31, 32 and more.
const COUNTS: usize = 5;
/// Buckets of a count of users of a source: 0, 1, 2 to 4, 5 and more.
const USERS: usize = 4;

/// One more for a host that came into being only now.
pub(super) const DESTINATION_CELLS: usize = COUNTS * SIMILARITIES + 1;
pub(super) const SOURCE_CELLS: usize = USERS * SIMILARITIES;
/// Kinds of host, by how many accounts come to it and how many leave from it.
const ROLES: usize = COUNTS * USERS;
pub(super) const TRANSITIONS: usize = ROLES * ROLES;

/// Why an account that was never used from a host may be used from there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Explanation {
    /// It was seen at the host's keyboard.
    AtKeyboard,
    /// It came over the network a short while ago.
    CameOver,
    /// It came over the network before, but not lately.
    OnceCameOver,
    /// It is often used where the host's owner, or somebody who came over lately, is.
    Companion,
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

/// How long after it came over the network an account may explain another one's use.
const VISIT: Timestamp = DAY;
/// How long after an arrival the use of another account teaches that the two go together.
pub(super) const SWITCH: Timestamp = 8 * HOUR;

/// Days for which a host counts as new to the network.
const JUST_BORN: Day = 1;

fn similarity_bucket(similarity: Option<f64>) -> usize {
    match similarity {
        None => 0,
        Some(s) if s < 0.0 => 1,
        Some(s) if s < 0.2 => 2,
        Some(s) if s < 0.4 => 3,
        Some(s) if s < 0.65 => 4,
        Some(_) => 5,
    }
}

fn count_bucket(count: u32) -> usize {
    match count {
        0 => 0,
        1..=2 => 1,
        3..=8 => 2,
        9..=31 => 3,
        _ => 4,
    }
}

fn users_bucket(count: u32) -> usize {
    match count {
        0 => 0,
        1 => 1,
        2..=4 => 2,
        _ => 3,
    }
}

/// Cell of a new destination: how many go there, and whether the likes of this account do.
pub(super) fn destination_cell(account: &AccountProfile, host: &HostProfile, today: Day) -> usize {
    if today.saturating_sub(host.first_day) <= JUST_BORN {
        return DESTINATION_CELLS - 1;
    }
    let similarity = account.direction.similarity(&host.visitors);
    count_bucket(host.accounts_to.distinct()) * SIMILARITIES + similarity_bucket(similarity)
}

/// Cell of a new source: how many work from there, and whether the likes of this account do.
pub(super) fn source_cell(account: &AccountProfile, host: &HostProfile) -> usize {
    let similarity = account.direction.similarity(&host.users);
    users_bucket(host.accounts_from.distinct()) * SIMILARITIES + similarity_bucket(similarity)
}

fn role(host: &HostProfile) -> usize {
    count_bucket(host.accounts_to.distinct()) * USERS + users_bucket(host.accounts_from.distinct())
}

/// The step from one kind of host to another.
pub(super) fn transition(source: &HostProfile, destination: &HostProfile) -> usize {
    role(source) * ROLES + role(destination)
}

/// A kind of host in words.
pub(crate) fn role_words(host: &HostProfile) -> &'static str {
    match (count_bucket(host.accounts_to.distinct()), users_bucket(host.accounts_from.distinct())) {
        (0, 0) => "a host never seen before",
        (0 | 1, 0 | 1) => "a workstation",
        (0 | 1, _) => "a shared workstation",
        (2, _) => "a small server",
        (_, 3) => "a server that many work from",
        _ => "a server",
    }
}

impl Baseline {
    /// Share of new destinations that were at most as plausible as this one.
    pub(crate) fn p_new_destination(&self, account: &AccountProfile, host: &HostProfile) -> f64 {
        self.new_destination.p_value(destination_cell(account, host, self.today))
    }

    /// Share of new sources that were at most as plausible as this one.
    pub(crate) fn p_new_source(&self, account: &AccountProfile, host: &HostProfile) -> f64 {
        self.new_source.p_value(source_cell(account, host))
    }

    /// Share of first meetings of two hosts between kinds of host that meet at most as often.
    pub(crate) fn p_transition(&self, source: &HostProfile, destination: &HostProfile) -> f64 {
        self.transitions.p_value(transition(source, destination))
    }

    /// Why `account` may be used from `source`, apart from having been used from there before.
    pub(crate) fn explain_source(
        &self,
        account: Id,
        source: Id,
        profile: &HostProfile,
        time: Timestamp,
    ) -> SourceExplanation {
        let because = |explanation| SourceExplanation { explanation, other: None };
        let known = |pair: Option<&super::Pair>| pair.is_some_and(|pair| pair.days > 0);
        if known(self.presence.get([account, source])) {
            return because(Explanation::AtKeyboard);
        }
        let visit = self.account_destination.get([account, source]);
        // Pairs know the day only: a visit of yesterday counts in the small hours.
        let lately = day_of(time - SWITCH);
        if visit.is_some_and(|visit| visit.days > 0 && visit.last_day >= lately)
            || profile.arrivals_within(time, SWITCH).any(|a| a.account == account)
        {
            return because(Explanation::CameOver);
        }
        let owner = profile.owner();
        let others = owner
            .into_iter()
            .chain(profile.arrivals_within(time, VISIT).map(|arrival| arrival.account));
        for other in others {
            // Twice is a habit, once is what is being judged.
            if self.companions.get([other, account]).is_some_and(|pair| pair.days >= 2) {
                return SourceExplanation {
                    explanation: Explanation::Companion,
                    other: Some(other),
                };
            }
        }
        if known(visit) {
            return because(Explanation::OnceCameOver);
        }
        if owner.is_none() && profile.accounts_from.distinct() == 0 {
            return because(Explanation::NewHost);
        }
        SourceExplanation { explanation: Explanation::Unexplained, other: owner }
    }
}
