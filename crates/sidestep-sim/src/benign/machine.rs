//! What machines do by themselves: tickets, policy, services, null sessions.

use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon};
use crate::org::{HostKind, Org};
use crate::rng::{Rng, Stream};
use crate::routines;

/// Writes one day of every machine's own accounts.
pub(super) fn day(org: &Org, day: u32, seed: u64, log: &mut Log<'_>) {
    let mut rng = Rng::new(seed, Stream::MachineDay, u64::from(day), 0);
    let rng = &mut rng;
    let noise = org.parameters.machine_noise;
    let weekend = day % 7 >= 5;
    for (host, about) in (0..).zip(&org.hosts) {
        if !about.exists(day) {
            continue;
        }
        let server = about.is_server();
        let awake = if server {
            1.3
        } else if weekend {
            0.35
        } else {
            1.0
        };
        let rate = noise * awake;
        let machine = log.ids.machine(host);
        for _ in 0..rng.about(1.6 * rate) {
            let time = moment(day, server, rng);
            log.tgt(time, machine, host, !rng.chance(0.02));
            log.tgs(time, machine, host, host);
        }
        for _ in 0..rng.about(3.2 * rate) {
            let time = moment(day, server, rng);
            let controller = org.controller(rng, host);
            if controller == host {
                log.logon(time, machine, (host, host), Auth::Kerberos, Logon::Network, true);
                continue;
            }
            let visit = Visit { auth: Auth::Kerberos, ticket: rng.chance(0.5), lasts: 60.0 };
            log.visit(rng, time, machine, (host, controller), visit);
            routines::machine(org, log, time, machine, (host, controller));
        }
        for _ in 0..rng.about(1.1 * rate) {
            let time = moment(day, server, rng);
            log.system_service(time, host);
            routines::maintain(org, log, time, host);
        }
        if rng.chance(0.3 * rate) {
            let target = org.globals[(host as usize * 7 + 1) % org.globals.len()];
            if target != host {
                let time = moment(day, server, rng);
                log.anonymous(time, host, target);
            }
        }
        if rng.chance(0.35 * rate) && about.kind != HostKind::Global {
            let target = org.globals[(host as usize * 3) % org.globals.len()];
            let visit = Visit { auth: org.auth(rng, target), ticket: true, lasts: 60.0 };
            let time = moment(day, server, rng);
            log.visit(rng, time, machine, (host, target), visit);
            routines::machine(org, log, time, machine, (host, target));
        }
        if about.kind == HostKind::Controller {
            routines::replicate(org, log, day, host);
        }
    }
}

/// Servers never sleep; workstations mostly do at night.
fn moment(day: u32, server: bool, rng: &mut Rng) -> u32 {
    if server || rng.chance(0.15) {
        day * 86_400 + rng.below(86_400)
    } else {
        day * 86_400 + 21_600 + rng.below(50_400)
    }
}
