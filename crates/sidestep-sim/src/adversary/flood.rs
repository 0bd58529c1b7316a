//! Accounts and hosts that nobody has.

use super::DAY;
use super::outline::Outline;
use crate::config::SimConfig;
use crate::log::Log;
use crate::login_row::{Auth, Logon};
use crate::names::Names;
use crate::org::Org;
use crate::rng::Rng;

/// Accounts that are made up each day, and as many hosts.
const NAMES_A_DAY: u32 = 2_000;
/// Days before the attack on which the flood begins.
const DAYS_BEFORE: u32 = 3;
/// Most days that it lasts.
const MOST_DAYS: u32 = 10;
/// Seconds after which a name comes once more: so that it counts as known.
const AGAIN_AFTER: (u32, u32) = (300, 7_200);

/// The flood around one attack.
#[derive(Debug)]
pub(crate) struct Flood {
    begin: u32,
    days: u32,
    /// First account and host that are made up for it.
    names: (u32, u32),
}

impl Flood {
    pub(super) fn of(outline: &Outline, config: &SimConfig, names: &mut Names) -> Self {
        let begin = (outline.first / DAY).saturating_sub(DAYS_BEFORE).max(1);
        let end = (outline.last / DAY + 1).min(config.days);
        let days = (end - begin).min(MOST_DAYS);
        Self { begin, days, names: names.make_up(days * NAMES_A_DAY) }
    }

    /// A day of it. Half of the logons reach the foothold, where the attacker has made the accounts; the
    /// others are refused by servers. Each comes twice.
    pub(super) fn day(
        &self,
        day: u32,
        outline: &Outline,
        org: &Org,
        rng: &mut Rng,
        log: &mut Log<'_>,
    ) {
        let Some(since) = day.checked_sub(self.begin).filter(|since| *since < self.days) else {
            return;
        };
        for n in since * NAMES_A_DAY..(since + 1) * NAMES_A_DAY {
            let (account, host) = (self.names.0 + n, self.names.1 + n);
            let success = rng.chance(0.5);
            let server =
                rng.pick(&org.servers).filter(|host| org.hosts[*host as usize].exists(day));
            let target = if success { outline.entry } else { server.unwrap_or(outline.entry) };
            let time = day * DAY + rng.below(DAY - AGAIN_AFTER.1);
            for time in [time, time + rng.int(AGAIN_AFTER.0, AGAIN_AFTER.1)] {
                log.logon(time, account, (host, target), Auth::Ntlm, Logon::Network, success);
            }
        }
    }
}
