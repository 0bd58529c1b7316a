//! The attack's own path, on every day before it.

use super::DAY;
use super::outline::Outline;
use crate::log::Log;
use crate::login_row::{Auth, Orientation};
use crate::org::Org;
use crate::rng::Rng;

/// Longest pause between two logins of a rehearsal, in seconds.
const LONGEST_PAUSE: u32 = 1_800;

impl Outline {
    /// A day on which the whole path is taken, at the hour of the attack and without its long pauses.
    pub(super) fn repeat_day(&self, day: u32, org: &Org, rng: &mut Rng, log: &mut Log<'_>) {
        let mut time = day * DAY + self.first % DAY;
        let mut before = self.first;
        for row in &self.path {
            time += (row.time - before).min(LONGEST_PAUSE) + rng.below(60);
            before = row.time;
            if ![row.src, row.dst].iter().all(|host| org.hosts[*host as usize].exists(day)) {
                continue;
            }
            let pair = (row.src, row.dst);
            if row.auth == Auth::Kerberos {
                log.tgs(time, row.account, row.src, row.dst);
            }
            let kind = Orientation::LogOn;
            log.push(time, row.subject, row.account, pair, row.auth, row.logon, kind, true);
            log.logoff(time + rng.int(30, 900), row.account, row.dst, row.logon);
        }
    }
}
