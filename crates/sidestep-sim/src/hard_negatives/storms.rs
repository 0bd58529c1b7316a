//! A changed password that something keeps on trying.

use super::people::office_moment;
use crate::log::Log;
use crate::login_row::{Auth, Logon};
use crate::names::NONE;
use crate::org::Org;
use crate::rng::Rng;

/// Somebody changed his password; his other machine and old sessions have not noticed.
pub(super) fn person(org: &Org, person: u32, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let someone = &org.people[person as usize];
    let start = office_moment(org, someone.site, day, rng);
    let mut sources = vec![someone.home];
    if someone.other != NONE {
        sources.push(someone.other);
    }
    sources.extend(rng.pick(&someone.servers));
    for source in sources {
        let target = match rng.pick(&someone.servers) {
            Some(server) if rng.chance(0.6) => org.resolve(server, person, day),
            _ => org.controller(rng, source),
        };
        let every = rng.log_range(2.0, 240.0);
        let mut time = f64::from(start + rng.below(1_800));
        for _ in 0..rng.log_range(4.0, 60.0) as u32 {
            time += rng.exponential(every);
            let at = time as u32;
            if rng.chance(0.4) || target == source {
                log.tgt(at, someone.account, source, false);
            } else {
                log.logon(at, someone.account, (source, target), Auth::Ntlm, Logon::Network, false);
            }
        }
    }
}

/// A service account's password was changed; its hosts have not all noticed.
pub(super) fn service(org: &Org, service: usize, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let Some(broad) = org.services.broad.get(service) else { return };
    let start = day * 86_400 + rng.below(70_000);
    for source in &broad.sources {
        for target in &broad.targets {
            if source == target {
                continue;
            }
            let mut time = f64::from(start);
            for _ in 0..rng.int(2, 20) {
                time += rng.exponential(200.0);
                let at = time as u32;
                let auth = if rng.chance(0.5) { Auth::Ntlm } else { Auth::Kerberos };
                log.logon(at, broad.account, (*source, *target), auth, Logon::Network, false);
            }
        }
        log.logon(
            start + rng.below(600),
            broad.account,
            (*source, *source),
            Auth::Negotiate,
            Logon::Service,
            false,
        );
    }
}
