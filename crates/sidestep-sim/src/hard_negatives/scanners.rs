//! Vulnerability scans, old and new.

use super::{HardNegative, Tally};
use crate::log::Log;
use crate::login_row::{Auth, Logon};
use crate::org::Org;
use crate::rng::Rng;
use crate::routines;

/// Every scan that is due on `day`.
pub(crate) fn scan(org: &Org, day: u32, rng: &mut Rng, log: &mut Log<'_>, tally: &mut Tally) {
    for scanner in &org.services.scanners {
        if day < scanner.from_day || !(day - scanner.from_day).is_multiple_of(scanner.every.max(1))
        {
            continue;
        }
        tally.add(if scanner.from_day > 0 {
            HardNegative::NewScanner
        } else {
            HardNegative::OldScanner
        });
        let mut time = f64::from(day * 86_400 + scanner.hour * 3_600);
        log.tgt(time as u32, scanner.account, scanner.host, true);
        let hosts = org.workstations.iter().chain(&org.servers).chain(&org.controllers);
        for host in hosts {
            if *host == scanner.host
                || !org.hosts[*host as usize].exists(day)
                || !rng.chance(scanner.reach)
            {
                continue;
            }
            time += rng.exponential(6.0);
            let at = time as u32;
            let pair = (scanner.host, *host);
            for _ in 0..rng.below(3) {
                log.logon(at, scanner.account, pair, Auth::Ntlm, Logon::Network, false);
            }
            if rng.chance(0.7) {
                log.logon(at + 1, scanner.account, pair, Auth::Ntlm, Logon::Network, true);
                routines::scan(org, log, at + 1, scanner.account, pair);
                log.logoff(at + 2 + rng.below(20), scanner.account, *host, Logon::Network);
            }
            if rng.chance(0.2) {
                log.anonymous(at, scanner.host, *host);
            }
        }
    }
}
