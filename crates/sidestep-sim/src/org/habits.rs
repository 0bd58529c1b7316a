//! How an organisation runs its hosts from afar, and what of it they write down: drawn from wide
//! ranges, with random numbers of its own.

use crate::activity::{ActivityKind, Launcher, Pipe, Purpose, Service, Share};
use crate::config::SimConfig;
use crate::rng::{Rng, Stream, mix};

use super::HostKind;

/// How something is got done on another host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// A service is installed.
    Service,
    /// A task is registered.
    Task,
    /// Remote management.
    WinRm,
    /// Management instrumentation.
    Wmi,
    /// Pipes are asked.
    Pipes,
    /// Files are read or written on the drive.
    Drive,
    /// An agent on the host asks by itself: nothing is done from afar.
    Agent,
}

impl Means {
    /// What is done by these means, on a host that is managed or only asked.
    pub(crate) const fn activity(self, service: Service, purpose: Purpose) -> Option<ActivityKind> {
        Some(match self {
            Self::Service => ActivityKind::Service(service),
            Self::Task => ActivityKind::Task(purpose),
            Self::WinRm => ActivityKind::Shell(purpose),
            Self::Wmi => ActivityKind::Process(Launcher::Wmi, purpose),
            Self::Pipes => ActivityKind::Pipe(Pipe::ServiceControl),
            Self::Drive => match purpose {
                Purpose::Query => ActivityKind::Share(Share::Drive),
                _ => ActivityKind::Share(Share::DriveWritten),
            },
            Self::Agent => return None,
        })
    }
}

/// What administrators do over a network logon, in shares of such logons; the rest leaves no record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways {
    /// Looking at the drive, and copying to it.
    pub(crate) drive: f64,
    pub(crate) copy: f64,
    /// The consoles that ask pipes.
    pub(crate) console: f64,
    pub(crate) shell: f64,
    pub(crate) wmi: f64,
    /// A command run as a service.
    pub(crate) tool: f64,
    pub(crate) task: f64,
}

/// What hosts write down beside what all do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Audit {
    /// 4697 beside 7045.
    pub(crate) services: bool,
    /// Each file of a share, and not the share alone.
    pub(crate) files: bool,
    /// The command line of a program.
    pub(crate) command_lines: bool,
}

/// From a day on monitoring uses other means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewTool {
    pub(crate) day: u32,
    pub(crate) means: Means,
}

/// The organisation's habits. Rates are per working day of a person unless said otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Habits {
    salt: u64,
    pub(crate) audit: Audit,
    /// Software is deployed, machines are set up.
    pub(crate) deploy: Means,
    pub(crate) patch: Means,
    pub(crate) backup: Means,
    monitor: Means,
    /// How monitoring's account sets servers to what they should be, about once a day.
    pub(crate) configure: Means,
    pub(crate) new_tool: Option<NewTool>,
    pub(crate) admins: Ways,
    pub(crate) helpdesk: Ways,
    /// Vulnerability scans start a service rather than ask the registry.
    pub(crate) scan_by_service: bool,
    /// The backup reads the directory's secrets too.
    pub(crate) backup_replicates: bool,
    /// Hours from one replication of a controller to the next.
    pub(crate) replication: f64,
    /// Programs run as the second account by an administrator, and the share of them that use it
    /// for connections only.
    pub(crate) run_as: f64,
    pub(crate) net_only: f64,
    /// Services that people install where they sit, and tasks that they register there.
    pub(crate) local_installs: f64,
    /// Share of the services of a system that are an update.
    pub(crate) updates: f64,
    /// Share of visits to file servers, and of a machine's to its controller, in which files are
    /// opened.
    pub(crate) share_use: f64,
    pub(crate) policy_reads: f64,
    /// Changes to accounts in an administrator's visit to a controller.
    pub(crate) account_care: f64,
    global_files: f64,
    department_files: f64,
    old_accounts: f64,
    old_servers: f64,
    old_hosts: f64,
    sealed: f64,
}

impl Habits {
    pub(crate) fn draw(config: &SimConfig) -> Self {
        let mut rng = Rng::new(config.seed, Stream::Habits, 0, 0);
        let rng = &mut rng;
        let winrm = rng.chance(0.65);
        let remote = if winrm { 1.0 } else { 0.0 };
        let choose =
            |rng: &mut Rng, list: &[(Means, f64)]| rng.weighted(list).unwrap_or(Means::Agent);
        let deploy = choose(
            rng,
            &[
                (Means::Service, 0.45),
                (Means::WinRm, 0.25 * remote),
                (Means::Task, 0.12),
                (Means::Wmi, 0.1),
                (Means::Agent, 0.08),
            ],
        );
        let patch = choose(
            rng,
            &[
                (Means::Service, 0.35),
                (Means::WinRm, 0.25 * remote),
                (Means::Wmi, 0.2),
                (Means::Task, 0.1),
                (Means::Drive, 0.1),
            ],
        );
        let backup = choose(
            rng,
            &[(Means::Service, 0.3), (Means::Drive, 0.3), (Means::Pipes, 0.2), (Means::Agent, 0.2)],
        );
        let asks = [
            (Means::Wmi, 0.4),
            (Means::WinRm, 0.2 * remote),
            (Means::Pipes, 0.25),
            (Means::Agent, 0.15),
        ];
        let monitor = choose(rng, &asks);
        let configure = choose(
            rng,
            &[
                (Means::WinRm, 0.35 * remote),
                (Means::Wmi, 0.1),
                (Means::Task, 0.07),
                (Means::Service, 0.08),
                (Means::Agent, 0.4),
            ],
        );
        let new_tool = rng.chance(0.5).then(|| NewTool {
            day: rng.int(config.learn_days.max(1), config.days - 1),
            means: rng
                .pick(&[Means::Wmi, Means::WinRm, Means::Service, Means::Task, Means::Pipes])
                .filter(|means| *means != monitor)
                .unwrap_or(Means::Drive),
        });
        let admins = Ways::draw(rng, remote);
        let helpdesk = Ways::draw(rng, remote);
        Self {
            salt: mix(config.seed ^ 0x004A_B175),
            audit: Audit {
                services: rng.chance(0.8),
                files: rng.chance(0.8),
                command_lines: rng.chance(0.55),
            },
            deploy,
            patch,
            backup,
            monitor,
            configure,
            new_tool,
            admins,
            helpdesk,
            scan_by_service: rng.chance(0.35),
            backup_replicates: rng.chance(0.3),
            replication: rng.log_range(1.0, 8.0),
            run_as: rng.log_range(0.1, 2.0),
            net_only: rng.range(0.15, 0.7),
            local_installs: rng.log_range(0.005, 0.05),
            updates: rng.range(0.1, 0.5),
            share_use: rng.range(0.35, 0.8),
            policy_reads: rng.range(0.3, 0.7),
            account_care: rng.log_range(0.3, 2.5),
            global_files: rng.range(0.3, 0.7),
            department_files: rng.range(0.25, 0.7),
            old_accounts: rng.range(0.0, 0.3),
            old_servers: rng.range(0.0, 0.08),
            old_hosts: rng.log_range(0.003, 0.04),
            sealed: rng.range(0.0, 0.4),
        }
    }

    /// How monitoring asks on `day`.
    pub(crate) fn monitor(&self, day: u32) -> Means {
        match self.new_tool {
            Some(tool) if day >= tool.day => tool.means,
            _ => self.monitor,
        }
    }

    /// Whether a host keeps files for others.
    pub(crate) fn keeps_files(&self, host: u32, kind: HostKind) -> bool {
        let share = match kind {
            HostKind::Global => self.global_files,
            HostKind::Department => self.department_files,
            HostKind::App => 0.1,
            _ => return false,
        };
        self.is_one_of(1, host, share)
    }

    /// Whether a host prints for others.
    pub(crate) fn prints(&self, host: u32, kind: HostKind) -> bool {
        kind == HostKind::Global && self.is_one_of(2, host, 0.35)
    }

    /// Whether a service account asks for tickets with an old cipher.
    pub(crate) fn has_old_tickets(&self, account: u32) -> bool {
        self.is_one_of(3, account, self.old_accounts)
    }

    /// Whether tickets to a server are made with an old cipher.
    pub(crate) fn takes_old_tickets(&self, server: u32) -> bool {
        self.is_one_of(4, server, self.old_servers)
    }

    /// Whether a host is so old that it asks for tickets with an old cipher, and that what logs on
    /// from it by NTLM agrees on no session key.
    pub(crate) fn is_old(&self, host: u32) -> bool {
        self.is_one_of(5, host, self.old_hosts)
    }

    /// Whether a server encrypts its shares, so that a sensor sees nothing of them.
    pub(crate) fn seals_shares(&self, server: u32) -> bool {
        self.is_one_of(6, server, self.sealed)
    }

    fn is_one_of(&self, what: u64, number: u32, share: f64) -> bool {
        let dice = mix(self.salt ^ mix(what << 32 | u64::from(number)));
        ((dice >> 11) as f64 / (1_u64 << 53) as f64) < share
    }
}

impl Ways {
    fn draw(rng: &mut Rng, remote: f64) -> Self {
        Self {
            drive: rng.log_range(0.03, 0.25),
            copy: rng.log_range(0.01, 0.12),
            console: rng.log_range(0.03, 0.2),
            shell: remote * rng.log_range(0.03, 0.3),
            wmi: rng.log_range(0.005, 0.1),
            tool: rng.log_range(0.002, 0.08),
            task: rng.log_range(0.001, 0.03),
        }
    }

    /// What is done over one logon.
    pub(crate) fn choose(&self, rng: &mut Rng) -> Option<ActivityKind> {
        let pipes =
            [Pipe::ServiceControl, Pipe::Registry, Pipe::Server, Pipe::Accounts, Pipe::Workstation];
        let console = rng.pick(&pipes);
        let ways = [
            (ActivityKind::Share(Share::Drive), self.drive),
            (ActivityKind::Share(Share::DriveWritten), self.copy),
            (ActivityKind::Pipe(console.unwrap_or(Pipe::Server)), self.console),
            (ActivityKind::Shell(Purpose::Manage), self.shell),
            (ActivityKind::Process(Launcher::Wmi, Purpose::Manage), 0.95 * self.wmi),
            (ActivityKind::Process(Launcher::Console, Purpose::Manage), 0.05 * self.wmi),
            (ActivityKind::Service(Service::Tool), self.tool),
            (ActivityKind::Task(Purpose::Manage), self.task),
        ];
        let any: f64 = ways.iter().map(|(_, share)| share).sum();
        if rng.chance(any) { rng.weighted(&ways) } else { None }
    }
}
