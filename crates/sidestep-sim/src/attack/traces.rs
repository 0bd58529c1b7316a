//! What an attacker does over his logins, and leaves records of.

use super::axes::{Goal, Start, Technique};
use super::{Attack, Made, World};
use crate::activity::{ActivityKind, Launcher, Pipe, Purpose, Service, Share};
use crate::log::Log;
use crate::login_row::{Logon, Orientation, Row};
use crate::names::NONE;
use crate::org::HostKind;
use crate::rng::Rng;

/// Share of uses of a stolen hash that begin with a session for it on the source.
const SESSION_FOR_HASH: f64 = 0.4;
/// Share of uses of a stolen hash that agree on no session key.
pub(super) const NO_KEY: f64 = 0.5;
/// Share of tickets asked for with a stolen hash for which the hash is all there is: the others
/// were stolen with the keys of a modern cipher.
pub(super) const OLD_CIPHER: f64 = 0.6;
/// Share of attacks over SMB that register a task rather than install a service.
const TASK: f64 = 0.25;
/// Share of those who reach a controller to escalate that ask for the directory's secrets, and
/// share that make an account.
const REPLICATION: f64 = 0.6;
const NEW_ACCOUNT: f64 = 0.3;
/// Share of logins after which whoever wants many hosts looks for more.
const DISCOVERY: f64 = 0.35;

impl Attack {
    /// Leaves what a login by `technique` leaves, beside its rows, which were written last. Sessions
    /// that he already had on the source were those of `session`.
    pub(super) fn leave_traces(
        &self,
        world: &World<'_>,
        step: Made,
        technique: Technique,
        session: u32,
        log: &mut Log<'_>,
    ) {
        let Made { src, dst, account } = step;
        let Some(time) = login_time(step, log) else { return };
        if technique == Technique::PassTheHash && session != NONE && log.happens(SESSION_FOR_HASH) {
            let at = time.saturating_sub(3);
            log.activity_to(at, session, (src, src), account, ActivityKind::NewCredentials);
        }
        for kind in self.doings(technique, log) {
            log.activity(time, account, (src, dst), kind);
        }
        let wide = matches!(self.plan.goal, Goal::Explore | Goal::Burst);
        if wide && technique != Technique::SshKey && log.happens(DISCOVERY) {
            let pipes = [Pipe::Server, Pipe::Workstation, Pipe::Accounts, Pipe::Authority];
            if let Some(pipe) = log.activities.rng.pick(&pipes) {
                log.activity(time, account, (src, dst), ActivityKind::Pipe(pipe));
            }
        }
        let controller = world.org.hosts[dst as usize].kind == HostKind::Controller;
        if controller && self.plan.goal == Goal::Escalate {
            self.take_the_domain(world, time, step, log);
        }
    }

    /// What he does on the destination, in order.
    fn doings(&self, technique: Technique, log: &mut Log<'_>) -> Vec<ActivityKind> {
        let purpose = Purpose::Intrude;
        // An insider administers nothing: he looks at what is open to everybody.
        let insider = self.plan.start == Start::Insider;
        let rng = &mut log.activities.rng;
        match technique {
            // Of a desktop session and of a shell the logon itself leaves its records.
            Technique::RemoteDesktop | Technique::SshKey => Vec::new(),
            Technique::WinRm => vec![ActivityKind::Shell(purpose)],
            Technique::Smb if insider => vec![ActivityKind::Share(Share::Files)],
            Technique::Smb if rng.chance(TASK) => {
                let copied = rng.chance(0.6).then_some(ActivityKind::Share(Share::DriveWritten));
                copied.into_iter().chain([ActivityKind::Task(purpose)]).collect()
            }
            Technique::Smb => vec![self.service(rng)],
            Technique::Wmi if insider => vec![ActivityKind::Pipe(Pipe::Authority)],
            Technique::Wmi => {
                let launcher = rng.weighted(&[
                    (Launcher::Wmi, 0.7),
                    (Launcher::Console, 0.15),
                    (Launcher::ShellWindows, 0.15),
                ]);
                let launcher = launcher.unwrap_or(Launcher::Wmi);
                // Some tools fetch what a command said from the destination's share.
                let output = launcher == Launcher::Wmi && rng.chance(0.5);
                let output = output.then_some(ActivityKind::Share(Share::Admin));
                [ActivityKind::Process(launcher, purpose)].into_iter().chain(output).collect()
            }
            Technique::PassTheHash
            | Technique::PassTheTicket
            | Technique::OverpassTheHash
            | Technique::ExplicitCredentials => match rng.unit() {
                dice if dice < 0.25 => Vec::new(),
                dice if dice < 0.55 => vec![ActivityKind::Share(Share::Drive)],
                dice if dice < 0.73 => vec![self.service(rng)],
                dice if dice < 0.85 => vec![ActivityKind::Process(Launcher::Wmi, purpose)],
                dice if dice < 0.93 => vec![ActivityKind::Shell(purpose)],
                _ => vec![ActivityKind::Task(purpose)],
            },
        }
    }

    /// The service he installs: careful attackers give it a name that could be anybody's.
    fn service(&self, rng: &mut Rng) -> ActivityKind {
        let careful = if self.plan.stealth.careful() { 0.6 } else { 0.25 };
        let service = match rng.unit() {
            dice if dice < careful => Service::Disguised,
            dice if dice < careful + 0.15 => Service::Command,
            dice if dice < careful + 0.25 => Service::Tool,
            _ => Service::Random,
        };
        ActivityKind::Service(service)
    }

    /// On a controller, with rights there: the directory's secrets, or an account of his own.
    fn take_the_domain(&self, world: &World<'_>, time: u32, step: Made, log: &mut Log<'_>) {
        let Made { src, dst, account } = step;
        if log.happens(REPLICATION) {
            let at = time + log.activities.rng.int(0, 20);
            log.activity(at, account, (src, dst), ActivityKind::Replication);
        }
        if log.happens(NEW_ACCOUNT)
            && let Some(new) = log.activities.rng.pick(&world.org.spare)
        {
            create(log, time + 1, account, (src, dst), new);
        }
    }

    /// Makes the account that he is going to use, on the controller of where he landed.
    pub(super) fn create_account(&self, world: &World<'_>, time: u32, new: u32, log: &mut Log<'_>) {
        let controller = world.org.controller(&mut log.activities.rng, self.entry);
        create(log, time, self.victim, (self.entry, controller), new);
    }
}

/// An account is made and mostly let into a group of administrators.
fn create(log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32), new: u32) {
    log.activity_to(time, account, pair, new, ActivityKind::AccountCreation);
    if log.happens(0.7) {
        log.activity_to(time + 1, account, pair, new, ActivityKind::GroupJoin(true));
    }
}

/// The second of the last successful network logon that was written of a step.
fn login_time(step: Made, log: &Log<'_>) -> Option<u32> {
    let rows = log.rows.iter().rev().take_while(|row| row.attack == log.attack);
    let is_login = |row: &&Row| {
        row.orientation == Orientation::LogOn
            && row.logon == Logon::Network
            && row.success
            && (row.account, row.src, row.dst) == (step.account, step.src, step.dst)
    };
    rows.into_iter().find(is_login).map(|row| row.time)
}
