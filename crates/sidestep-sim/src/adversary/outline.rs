//! What an attack will be, before it is prepared.

use super::{Adversary, DAY, HOUR, PREPARATION_DAYS};
use crate::config::{SimConfig, SimError};
use crate::login_row::Row;
use crate::org::Org;
use crate::rng::Rng;
use crate::simulation::Simulation;

/// One attack as it takes place where nothing prepares it.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) number: u16,
    pub(crate) entry: u32,
    pub(crate) victim: u32,
    /// Seconds of its first and last login from host to host.
    pub(super) first: u32,
    pub(super) last: u32,
    /// Its logins from host to host that succeed: each account, source and destination once, in order.
    pub(super) path: Vec<Row>,
    /// Hosts that the stolen account opens and does not use: those of the attack first.
    pub(super) new_hosts: Vec<u32>,
}

/// Lives through the attacks of a configuration as they are without an adversary.
pub(super) fn of_attacks(config: &SimConfig) -> Result<Vec<Outline>, SimError> {
    let mut simulation = Simulation::new(SimConfig { adversary: None, ..*config })?;
    let mut logins: Vec<Row> = Vec::new();
    while simulation.next_day().is_some() {
        let hostile = simulation.hostile().iter().copied();
        logins.extend(hostile.filter(|row| row.is_movement() && row.success));
    }
    let attackers = simulation.attackers();
    let outlines = attackers.attacks.iter().filter_map(|attack| {
        let mut path: Vec<Row> = Vec::new();
        for row in logins.iter().filter(|row| row.attack == attack.number) {
            if !path.iter().any(|earlier| edge(earlier) == edge(row)) {
                path.push(*row);
            }
        }
        let last = logins.iter().rev().find(|row| row.attack == attack.number)?.time;
        let mut new_hosts = attackers.unused_by_victim(attack);
        new_hosts.retain(|host| *host != attack.entry);
        new_hosts.sort_by_key(|host| !path.iter().any(|row| row.dst == *host));
        Some(Outline {
            number: attack.number,
            entry: attack.entry,
            victim: attack.victim,
            first: path.first()?.time,
            last,
            path,
            new_hosts,
        })
    });
    Ok(outlines.collect())
}

const fn edge(row: &Row) -> (u32, u32, u32) {
    (row.account, row.src, row.dst)
}

impl Outline {
    /// First day of the preparation, and the day of the attack, which is none of them.
    pub(super) const fn days(&self) -> (u32, u32) {
        let day = self.first / DAY;
        let begin = day.saturating_sub(PREPARATION_DAYS);
        (if begin == 0 { 1 } else { begin }, day)
    }

    pub(super) fn is_prepared_on(&self, day: u32) -> bool {
        let (begin, end) = self.days();
        (begin..end).contains(&day)
    }

    /// A moment within the working hours of the foothold's site.
    pub(super) fn office_moment(&self, day: u32, org: &Org, rng: &mut Rng) -> u32 {
        let site = usize::from(org.hosts[self.entry as usize].site);
        let offset = org.parameters.site_offsets.get(site).copied().unwrap_or(0);
        let begin = offset * HOUR + (org.parameters.start_hour * f64::from(HOUR)) as u32;
        day * DAY + begin + rng.below((org.parameters.day_hours * f64::from(HOUR)) as u32)
    }
}

impl SimConfig {
    /// Whether everything that is logged belongs to hosts of the organisation.
    pub(crate) fn has_made_up_hosts(&self) -> bool {
        self.adversary == Some(Adversary::Flood)
    }
}
