//! What accounts do on hosts beside logging on to them: the acts that companion records tell of.
//!
//! Activities have random numbers of their own, so that an organisation that does more or less on its
//! hosts has the same logons. Each is done over a logon that a [`Row`](crate::Row) tells of, or at
//! the host itself.

use crate::log::Timed;
use crate::names::NONE;
use crate::rng::{Rng, Stream};

/// A share that is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Share {
    /// Files of a department or a person, to read.
    Files,
    /// The same, to write.
    FilesWritten,
    /// Policies and scripts of a controller.
    Policy,
    /// A drive as a whole, to read.
    Drive,
    /// The same, to write a program to.
    DriveWritten,
    /// The folder of Windows, to read what a command left there.
    Admin,
}

/// A pipe that is opened over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pipe {
    /// The service control manager.
    ServiceControl,
    /// The registry.
    Registry,
    /// The print spooler.
    Spooler,
    /// Shares and sessions.
    Server,
    /// Accounts and groups.
    Accounts,
    /// Names and SIDs.
    Authority,
    /// Who is logged on.
    Workstation,
    /// A machine's secure channel.
    Netlogon,
}

/// What a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Software that is managed centrally: the same name and version on many hosts.
    Software,
    /// What a backup starts on each host, every night.
    Backup,
    /// A tool that runs one command as a service.
    Tool,
    /// What somebody installs where he sits.
    Local,
    /// An intruder's, of a random name.
    Random,
    /// An intruder's, named as if it belonged there.
    Disguised,
    /// A command in place of a program.
    Command,
}

/// What runs a program that was asked for from afar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Launcher {
    /// Windows management instrumentation.
    Wmi,
    /// The management console, as a remote object.
    Console,
    /// The shell's windows, as a remote object.
    ShellWindows,
}

/// What a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// To ask for a value, again and again.
    Query,
    /// To manage the host.
    Manage,
    /// To get a foot in.
    Intrude,
}

/// A kind of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActivityKind {
    /// A share was opened, and mostly files in it.
    Share(Share),
    /// A pipe was opened.
    Pipe(Pipe),
    /// A service was installed and started.
    Service(Service),
    /// A task was registered over the network and run.
    Task(Purpose),
    /// A program was started over the network.
    Process(Launcher, Purpose),
    /// A shell was opened by remote management, and commands were run in it.
    Shell(Purpose),
    /// A desktop session began.
    Desktop,
    /// A program was run as the other account.
    RunAs,
    /// A program was run with the other account's credential for connections to other hosts.
    NewCredentials,
    /// The other account was created.
    AccountCreation,
    /// The other account was changed.
    AccountChange,
    /// The other account's password was set.
    PasswordReset,
    /// The other account joined a group of the domain: one of administrators, if so said.
    GroupJoin(bool),
    /// The other account joined the administrators of this host.
    LocalGroupJoin,
    /// The secrets of the directory were asked for.
    Replication,
    /// Windows updated or looked after itself.
    Update,
}

/// One activity. Accounts and hosts are numbers that [`Simulation`](crate::Simulation) turns into
/// names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SimActivity {
    /// Seconds since the log's start.
    pub time: u32,
    /// The host that it was done on.
    pub host: u32,
    /// By whom.
    pub account: u32,
    /// From where; the host itself where nobody came over the network.
    pub peer: u32,
    /// The other account that is concerned; `u32::MAX` where there is none.
    pub other: u32,
    /// The attack that it belongs to, counted from 1; 0 for everyday life.
    pub attack: u16,
    /// What was done.
    pub kind: ActivityKind,
    /// Random bits, for the names of what was done: activities with the same bits name the same.
    pub roll: u32,
}

impl SimActivity {
    /// Whether it was done over the network.
    #[must_use]
    pub const fn is_remote(&self) -> bool {
        self.peer != self.host
    }
}

impl Timed for SimActivity {
    fn time(&self) -> u32 {
        self.time
    }

    fn set_time(&mut self, time: u32) {
        self.time = time;
    }
}

/// Activities being done, and the random numbers that decide about them.
#[derive(Debug)]
pub(crate) struct Activities {
    pub(crate) list: Vec<SimActivity>,
    pub(crate) rng: Rng,
}

impl Activities {
    /// Those of everyday life on `day`.
    pub(crate) fn of_day(seed: u64, day: u32) -> Self {
        Self { list: Vec::new(), rng: Rng::new(seed, Stream::Activities, u64::from(day), 0) }
    }

    /// Those of one act of an attack, which begins at `time`.
    pub(crate) fn of_attack(seed: u64, number: u16, time: u32) -> Self {
        let rng = Rng::new(seed, Stream::AttackDeeds, u64::from(number), u64::from(time));
        Self { list: Vec::new(), rng }
    }

    /// Adds one that names `other` and has random bits of its own.
    pub(crate) fn put(
        &mut self,
        time: u32,
        account: u32,
        (peer, host): (u32, u32),
        other: u32,
        attack: u16,
        kind: ActivityKind,
    ) {
        let roll = self.rng.below(u32::MAX);
        self.list.push(SimActivity { time, host, account, peer, other, attack, kind, roll });
    }
}

impl crate::log::Log<'_> {
    /// Does something on the second host of the pair, coming from the first.
    pub(crate) fn activity(
        &mut self,
        time: u32,
        account: u32,
        pair: (u32, u32),
        kind: ActivityKind,
    ) {
        self.activities.put(time, account, pair, NONE, self.attack, kind);
    }

    /// The same, done to another account or with its credential.
    pub(crate) fn activity_to(
        &mut self,
        time: u32,
        account: u32,
        pair: (u32, u32),
        other: u32,
        kind: ActivityKind,
    ) {
        self.activities.put(time, account, pair, other, self.attack, kind);
    }

    /// Whether something is done that is done in a share `p` of cases.
    pub(crate) fn happens(&mut self, p: f64) -> bool {
        self.activities.rng.chance(p)
    }
}
