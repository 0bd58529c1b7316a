//! What of the truth reaches the log.

use crate::activity::SimActivity;
use crate::config::{Scenario, SimConfig, Telemetry};
use crate::login_row::{Auth, Orientation, Row};
use crate::names::NONE;
use crate::org::{HostKind, Org};
use crate::rng::{Rng, Stream, mix};

/// Share of rows that are lost when telemetry is lossy.
const LOST: f64 = 0.05;
/// Share of workstations that report nothing when they are silent.
const SILENT: f64 = 0.2;

/// Decides for each row whether, and with what time, it is in the log.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) kind: Telemetry,
    salt: u64,
    silent: Vec<bool>,
    controller: Vec<bool>,
    ssh: Vec<bool>,
    skew: Vec<u32>,
}

impl Filter {
    pub(crate) fn new(config: &SimConfig, org: &Org) -> Self {
        let mut rng = Rng::new(config.seed, Stream::Telemetry, 0, 0);
        let dice = rng.unit();
        let kind = config.telemetry.unwrap_or(match config.scenario {
            Scenario::Clean => Telemetry::Complete,
            Scenario::Standard if dice < 0.6 => Telemetry::Complete,
            Scenario::Standard => Telemetry::Lossy,
            Scenario::Hard if dice < 0.4 => Telemetry::Complete,
            Scenario::Hard if dice < 0.65 => Telemetry::Lossy,
            Scenario::Hard if dice < 0.8 => Telemetry::SilentWorkstations,
            Scenario::Hard => Telemetry::ClockSkew,
        });
        let mut rng = Rng::new(config.seed, Stream::Telemetry, 1, 0);
        let mut filter = Self {
            kind,
            salt: mix(config.seed ^ 0x7E1E_AE78),
            silent: Vec::with_capacity(org.hosts.len()),
            controller: Vec::with_capacity(org.hosts.len()),
            ssh: Vec::with_capacity(org.hosts.len()),
            skew: Vec::with_capacity(org.hosts.len()),
        };
        for host in &org.hosts {
            let controller = host.kind == HostKind::Controller;
            filter.controller.push(controller);
            filter.ssh.push(host.ssh);
            filter.silent.push(!host.is_server() && rng.chance(SILENT));
            // Most clocks are right to a few seconds; some are minutes off. Controllers agree, two
            // minutes into the range, so that others are ahead or behind.
            let skew =
                if rng.chance(0.85) { 120.0 + 4.0 * rng.normal() } else { rng.range(0.0, 240.0) };
            filter.skew.push(if controller { 120 } else { skew.clamp(0.0, 240.0) as u32 });
        }
        filter
    }

    /// Whether a row reaches the log.
    pub(crate) fn visible(&self, row: &Row) -> bool {
        match self.kind {
            Telemetry::Complete | Telemetry::ClockSkew => true,
            Telemetry::Lossy => {
                let mut hash = self.salt ^ u64::from(row.time);
                for part in [row.account, row.src, row.dst, row.orientation as u32] {
                    hash = mix(hash ^ u64::from(part));
                }
                (hash >> 11) as f64 / (1_u64 << 53) as f64 >= LOST
            }
            Telemetry::SilentWorkstations => {
                // Tickets are the controller's to report.
                matches!(row.orientation, Orientation::Tgt | Orientation::Tgs)
                    || !self.silent[row.dst as usize]
            }
            Telemetry::ControllersOnly => match row.orientation {
                Orientation::Tgt | Orientation::Tgs => true,
                Orientation::LogOn if row.auth == Auth::Ntlm || row.auth == Auth::MsV1 => true,
                _ => self.controller[row.dst as usize],
            },
        }
    }

    /// Whether the host of an activity tells of it. One that is reached by SSH does not run Windows.
    pub(crate) fn tells_of(&self, activity: &SimActivity) -> bool {
        let host = activity.host as usize;
        !self.ssh[host]
            && match self.kind {
                Telemetry::Complete | Telemetry::ClockSkew | Telemetry::Lossy => true,
                Telemetry::SilentWorkstations => !self.silent[host],
                Telemetry::ControllersOnly => self.controller[host],
            }
    }

    /// The same activity with the clock of its host.
    pub(crate) fn stamp_activity(&self, mut activity: SimActivity) -> SimActivity {
        if self.skews() {
            activity.time += self.skew[activity.host as usize];
        }
        activity
    }

    /// Whether a row is in the log and one of an attacker's logins from host to host. Where only
    /// controllers report, the ticket stands for the login.
    pub(crate) fn is_truth(&self, row: &Row) -> bool {
        if row.attack == 0 || row.src == row.dst || row.account == NONE {
            return false;
        }
        let counts = match row.orientation {
            Orientation::LogOn => true,
            Orientation::Tgs => self.kind == Telemetry::ControllersOnly,
            _ => false,
        };
        counts && self.visible(row)
    }

    /// The same row as the log has it, with the clock of the host that wrote it.
    pub(crate) fn stamp(&self, mut row: Row) -> Row {
        if self.kind == Telemetry::ClockSkew {
            row.time += match row.orientation {
                Orientation::Tgt | Orientation::Tgs => 120,
                _ => self.skew[row.dst as usize],
            };
        }
        row
    }

    /// Whether hosts disagree about the time.
    pub(crate) fn skews(&self) -> bool {
        self.kind == Telemetry::ClockSkew
    }
}
