//! Nothing but what the stolen account does.

use super::outline::Outline;
use crate::log::{Log, Visit};
use crate::login_row::Row;
use crate::rng::Rng;

/// How long after the account's own login the attacker's follows, in seconds.
const AFTER: (u32, u32) = (60, 1_800);

impl Outline {
    /// A day on which each login of the account is made once more, from the foothold.
    pub(super) fn mimic_day(&self, benign: &[Row], rng: &mut Rng, log: &mut Log<'_>) {
        let own = |row: &&Row| row.account == self.victim && row.is_movement() && row.success;
        for row in benign.iter().filter(own).filter(|row| row.dst != self.entry) {
            let time = row.time + rng.int(AFTER.0, AFTER.1);
            let visit = Visit { auth: row.auth, ticket: true, lasts: 240.0 };
            log.visit(rng, time, self.victim, (self.entry, row.dst), visit);
        }
    }
}
