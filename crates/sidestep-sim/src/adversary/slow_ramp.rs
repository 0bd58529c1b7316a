//! One new host every few days.

use super::DAY;
use super::outline::Outline;
use crate::log::{Log, Visit};
use crate::org::Org;
use crate::rng::Rng;

/// Days from one new host to the next.
const EVERY: (u32, u32) = (2, 4);

/// A host that is reached first on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    day: u32,
    host: u32,
}

impl Outline {
    /// When which host is reached first: never on a weekend.
    pub(super) fn ramp(&self, rng: &mut Rng) -> Vec<Step> {
        let (mut day, end) = self.days();
        let mut steps = Vec::new();
        for host in &self.new_hosts {
            while day % 7 >= 5 {
                day += 1;
            }
            if day >= end {
                break;
            }
            steps.push(Step { day, host: *host });
            day += rng.int(EVERY.0, EVERY.1);
        }
        steps
    }

    /// A day of the ramp: the new host if it is time for one, and one of those before.
    pub(super) fn ramp_day(
        &self,
        ramp: &[Step],
        day: u32,
        org: &Org,
        rng: &mut Rng,
        log: &mut Log<'_>,
    ) {
        if day % 7 >= 5 {
            return;
        }
        let reached: Vec<u32> =
            ramp.iter().filter(|step| step.day < day).map(|step| step.host).collect();
        let new = ramp.iter().find(|step| step.day == day).map(|step| step.host);
        for host in new.into_iter().chain(rng.pick(&reached)) {
            let time = self.office_moment(day, org, rng);
            if !org.hosts[host as usize].exists(time / DAY) {
                continue;
            }
            let visit = Visit { auth: org.auth(rng, host), ticket: true, lasts: 240.0 };
            log.visit(rng, time, self.victim, (self.entry, host), visit);
        }
    }
}
