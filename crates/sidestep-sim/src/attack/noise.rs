//! Noise an attacker makes before he moves.

use super::axes::Noise;
use super::{Attack, World};
use crate::log::Log;
use crate::login_row::{Auth, Logon};

impl Attack {
    /// Tries passwords or hosts, and fails.
    pub(super) fn make_noise(&mut self, world: &World<'_>, time: u32, log: &mut Log<'_>) {
        let org = world.org;
        let from = self.entry;
        let mut at = time;
        match self.plan.noise {
            Noise::None => {}
            Noise::Spray => {
                let target = org.controller(&mut self.rng, from);
                for _ in 0..self.rng.int(10, 40) {
                    let n = self.rng.index(org.people.len());
                    let account = org.people[n].account;
                    at += self.rng.int(1, 20);
                    let pair = (from, target);
                    log.logon(at, account, pair, Auth::Ntlm, Logon::Network, false);
                }
            }
            Noise::Sweep => {
                let account = self.victim;
                let list = if self.rng.chance(0.5) { &org.servers } else { &org.workstations };
                let n = self.rng.int(8, 30) as usize;
                for host in self.rng.sample(list, n) {
                    at += self.rng.int(1, 30);
                    if host != from && org.hosts[host as usize].exists(time / super::DAY) {
                        let auth = if self.rng.chance(0.6) { Auth::Ntlm } else { Auth::Kerberos };
                        log.logon(at, account, (from, host), auth, Logon::Network, false);
                    }
                }
            }
        }
    }
}
