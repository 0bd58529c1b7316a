//! What looks like an attack and is none: one function each, and a count of how often each happened.

mod calendar;
mod nights;
mod people;
mod scanners;
mod servers;
mod storms;
pub(crate) mod switches;

pub(crate) use calendar::{Calendar, Campaign, run};
pub(crate) use scanners::scan;

use crate::config::axis;

axis! {
    /// What looks like an attack and is none.
    HardNegative ("hard negative") {
        /// Somebody new, with a new account and a new machine.
        Onboarding = "onboarding",
        /// Somebody moves to another department.
        RoleChange = "role-change",
        /// Somebody becomes an administrator.
        Promotion = "promotion",
        /// Somebody comes back from a long absence.
        LeaveAndReturn = "leave-and-return",
        /// Somebody sits at another desk every day.
        HotDesk = "hot-desk",
        /// A machine was set up anew under its old name.
        ReimagedMachine = "reimaged-machine",
        /// A machine has a new name.
        RenamedMachine = "renamed-machine",
        /// A server moved, and all its users with it.
        ServerMigration = "server-migration",
        /// A new application that whole departments begin to use.
        ApplicationRollout = "application-rollout",
        /// An administrator on many workstations in one night.
        PatchNight = "patch-night",
        /// An administrator called at night, on servers that he may not know.
        OnCallNight = "on-call-night",
        /// Somebody from outside, on machines that several such share.
        Consultant = "consultant",
        /// A vulnerability scan that has always been there.
        OldScanner = "old-scanner",
        /// A vulnerability scan that has not.
        NewScanner = "new-scanner",
        /// The nightly backup.
        Backup = "backup",
        /// Monitoring.
        Monitoring = "monitoring",
        /// Software pushed to servers.
        Deployment = "deployment",
        /// A changed password that old sessions keep on trying.
        PasswordStorm = "password-storm",
        /// A jump host, and a credential switch on it.
        JumpHost = "jump-host",
        /// An account that a team shares.
        TeamAccount = "team-account",
        /// A service account used by hand from whatever server one is on.
        ServiceAccount = "service-account",
        /// A second account for administration.
        SecondAccount = "second-account",
        /// One's own password typed at a colleague's desk.
        ColleagueDesk = "colleague-desk",
        /// People of one department on another's servers, for some weeks.
        Project = "project",
        /// From server to server, also to servers that are new to the walker.
        ServerWalk = "server-walk",
        /// Monitoring asks all servers in a way that is new to them.
        NewTool = "new-tool",
    }
}

/// How often each hard negative happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    counts: Vec<u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, kind: HardNegative) {
        if self.counts.is_empty() {
            self.counts = vec![0; HardNegative::ALL.len()];
        }
        self.counts[kind as usize] += 1;
    }

    /// How often `kind` happened.
    #[must_use]
    pub fn count(&self, kind: HardNegative) -> u64 {
        self.counts.get(kind as usize).copied().unwrap_or(0)
    }
}
