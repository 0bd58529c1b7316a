//! How an attacker's login looks in the log.

use super::axes::{Start, Technique};
use super::{Attack, DAY, Made, World, traces};
use crate::activity::ActivityKind;
use crate::log::Log;
use crate::login_row::{Auth, Logon, Mark};
use crate::names::NONE;

impl Attack {
    /// Logs on from one host to another; it mostly succeeds.
    pub(super) fn log_on(&mut self, world: &World<'_>, time: u32, step: Made, log: &mut Log<'_>) {
        let fails = if self.plan.stealth.careful() { 0.02 } else { 0.1 };
        let success = !self.rng.chance(fails);
        let technique = self.technique(world, step);
        let session = self.session(step.src);
        self.write(world, time, step, technique, success, log);
        if !success {
            return;
        }
        self.leave_traces(world, step, technique, session, log);
        self.acts += 1;
        if !world.observed.habit(step.account, step.src, step.dst) && !self.made.contains(&step) {
            self.fresh += 1;
        }
        self.path |= self.made.iter().any(|earlier| earlier.dst == step.src);
        self.made.push(step);
        self.used.push(technique);
        self.arrived |= step.dst == self.target;
        let controller = world.org.controllers.contains(&step.dst);
        self.arrived |= self.plan.goal == super::Goal::Escalate && controller;
        if !self.footholds.contains(&step.dst) && self.holds(world, step.account, step.dst) {
            self.footholds.push(step.dst);
        }
    }

    /// The technique that he used most often; of several, the first of them.
    pub(crate) fn main_technique(&self) -> Technique {
        let uses =
            |technique: Technique| self.used.iter().filter(|used| **used == technique).count();
        let most = self.used.iter().copied().rev().max_by_key(|technique| uses(*technique));
        most.unwrap_or(self.plan.technique)
    }

    /// The technique for one login: mostly the attack's own, always one that the host knows.
    fn technique(&mut self, world: &World<'_>, step: Made) -> Technique {
        let own = if self.rng.chance(0.8) {
            self.plan.technique
        } else {
            self.rng
                .pick(&[Technique::RemoteDesktop, Technique::Smb, Technique::WinRm, Technique::Wmi])
                .unwrap_or(Technique::Smb)
        };
        let ssh = world.org.hosts[step.dst as usize].ssh;
        match own {
            _ if ssh => Technique::SshKey,
            Technique::SshKey => Technique::WinRm,
            _ => own,
        }
    }

    fn write(
        &mut self,
        world: &World<'_>,
        time: u32,
        step: Made,
        technique: Technique,
        success: bool,
        log: &mut Log<'_>,
    ) {
        let Made { src, dst, account } = step;
        let pair = (src, dst);
        // Whoever has a session here has his tickets already.
        let at_home =
            world.observed.active(src, account, time, DAY / 2) || self.came_with(src, account);
        let session = self.session(src);
        let rng = &mut self.rng;
        let ask = |log: &mut Log<'_>, at: u32| {
            if !at_home {
                log.tgt(at, account, src, true);
            }
        };
        match technique {
            Technique::RemoteDesktop if success => {
                ask(log, time);
                let lasts = rng.int(120, 5_000);
                log.remote_desktop(rng, time, account, pair, lasts);
            }
            Technique::RemoteDesktop | Technique::Wmi | Technique::WinRm | Technique::Smb => {
                ask(log, time);
                let times = if technique == Technique::WinRm { 1 } else { rng.int(1, 2) };
                let ntlm = world.org.hosts[dst as usize].ntlm && rng.chance(0.8);
                let auth = if ntlm { Auth::Ntlm } else { Auth::Kerberos };
                if !ntlm {
                    log.tgs(time, account, src, dst);
                }
                for i in 0..times {
                    let at = time + 2 * i + rng.below(3);
                    log.logon(at, account, pair, auth, Logon::Network, success);
                    if success {
                        log.logoff(at + rng.int(1, 600), account, dst, Logon::Network);
                    }
                }
                if technique == Technique::Smb && success {
                    log.system_service(time + rng.int(1, 6), dst);
                }
            }
            Technique::PassTheHash => {
                log.logon(time, account, pair, Auth::Ntlm, Logon::Network, success);
                if log.happens(traces::NO_KEY) {
                    log.mark(Mark::NoKey);
                }
                if success {
                    log.logoff(time + rng.int(1, 900), account, dst, Logon::Network);
                }
            }
            Technique::PassTheTicket | Technique::OverpassTheHash => {
                if technique == Technique::OverpassTheHash {
                    if session != NONE && rng.chance(0.5) {
                        let here = (src, src);
                        let kind = Logon::NewCredentials;
                        log.logon_by(
                            time.saturating_sub(3),
                            session,
                            session,
                            here,
                            Auth::Negotiate,
                            kind,
                            true,
                        );
                        let kind = ActivityKind::NewCredentials;
                        log.activity_to(time.saturating_sub(3), session, here, account, kind);
                    }
                    log.tgt(time.saturating_sub(1), account, src, true);
                    if log.happens(traces::OLD_CIPHER) {
                        log.mark(Mark::OldCipher);
                    }
                }
                log.tgs(time, account, src, dst);
                log.logon(time, account, pair, Auth::Kerberos, Logon::Network, success);
                if success {
                    log.logoff(time + rng.int(1, 900), account, dst, Logon::Network);
                }
            }
            Technique::ExplicitCredentials => {
                ask(log, time);
                let subject = if session == NONE { account } else { session };
                log.tgs(time, account, src, dst);
                log.logon_by(time, subject, account, pair, Auth::Kerberos, Logon::Network, success);
                if success {
                    log.logoff(time + rng.int(1, 900), account, dst, Logon::Network);
                }
            }
            Technique::SshKey => {
                log.logon(time, account, pair, Auth::Unknown, Logon::Network, success);
                if success {
                    log.logoff(time + rng.int(30, 3_000), account, dst, Logon::Network);
                }
            }
        }
    }

    /// The account whose session he has on `host`: the one he came with.
    fn session(&self, host: u32) -> u32 {
        match self.made.iter().rev().find(|m| m.dst == host) {
            Some(made) => made.account,
            None if host == self.entry && self.plan.start != Start::DormantAccount => self.victim,
            None => NONE,
        }
    }

    fn came_with(&self, host: u32, account: u32) -> bool {
        self.made.iter().any(|m| m.dst == host && m.account == account)
            || self.made.iter().any(|m| m.src == host && m.account == account)
    }
}
