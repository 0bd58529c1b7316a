//! Which movements are given up where there is no room for another.

use super::Tracker;
use crate::movement::{Hop, Movement};
use crate::reason::Reason;
use crate::store::PIECE;
use crate::tuning::held_back::LISTED;
use crate::tuning::tracker::GIVEN_UP;

/// What a movement takes, at the most. It is computed from what is saved of it, so that a restored engine
/// counts the same.
fn movement_bytes(movement: &Movement) -> usize {
    size_of::<Movement>() + movement.hops.iter().map(hop_bytes).sum::<usize>()
}

/// What a login takes in a list, which grows to twice what it needs at the most.
pub(super) fn hop_bytes(hop: &Hop) -> usize {
    let names = [&hop.user, &hop.src_host, &hop.dst_host];
    2 * size_of::<Hop>()
        + names.map(|name| name.len() + PIECE).iter().sum::<usize>()
        + hop.evidence.iter().map(reason_bytes).sum::<usize>()
}

pub(super) fn reason_bytes(reason: &Reason) -> usize {
    2 * (size_of::<Reason>() + PIECE + reason.observed.len() + reason.expected.len())
}

impl Tracker {
    /// Notes that what is followed takes so many bytes more, where memory is limited; makes room for it. It
    /// is counted anew only after much has come, so that each login costs the same however many there are.
    pub(super) fn note_added(&mut self, bytes: usize) {
        let Some(most) = self.most_bytes else { return };
        self.added_bytes += bytes;
        if self.counted_bytes + self.added_bytes <= most {
            return;
        }
        self.count_bytes();
        while self.counted_bytes > most - most / GIVEN_UP && !self.live.is_empty() {
            self.evict();
            self.count_bytes();
        }
    }

    fn count_bytes(&mut self) {
        self.counted_bytes = self.live.values().map(movement_bytes).sum();
        self.added_bytes = 0;
    }

    /// Gives up the weakest movements, those that were alerted on last: a share of all at a time, so
    /// that a flood of odd logins costs no search through all of them for each.
    pub(super) fn evict(&mut self) {
        let mut order: Vec<&Movement> = self.live.values().collect();
        let count = order.len().div_ceil(GIVEN_UP);
        let weaker = |a: &&Movement, b: &&Movement| {
            let alerted = a.detected_at.is_some().cmp(&b.detected_at.is_some());
            alerted.then(a.score.total_cmp(&b.score)).then(a.serial.cmp(&b.serial))
        };
        order.select_nth_unstable_by(count - 1, weaker);
        let weakest: Vec<u64> = order[..count].iter().map(|movement| movement.serial).collect();
        let given_up = weakest.iter().filter_map(|serial| self.live.remove(serial));
        self.given_up.extend(given_up.filter(Movement::is_unseen));
        // Whoever floods the engine must not fill its memory with what it gives up.
        let most = self.portion.of(LISTED);
        self.given_up_more += self.given_up.len().saturating_sub(most) as u64;
        self.given_up.truncate(most);
        self.counts.evicted += count as u64;
    }

    /// What was given up for room since this was asked last, though rules found enough of it, and
    /// how many more there were than are kept.
    pub(crate) fn take_given_up(&mut self) -> (Vec<Movement>, u64) {
        (std::mem::take(&mut self.given_up), std::mem::take(&mut self.given_up_more))
    }
}
