//! The same organisation as the logs that its machines would write.
//!
//! A dialect is a file here: it turns a [`Row`] into the records that the destination, a controller
//! or a sensor would write of it, each with its own clock. [`DialectWriter`] resolves names and
//! addresses, decides who writes, and puts the records of a day in order.

mod clock;
mod network;
mod ocsf;
mod scene;
mod sshd;
mod streams;
mod windows;
mod words;
mod zeek;

pub use network::{HostAddress, write_hosts};
pub use streams::DayLog;

use crate::config::axis;
use crate::login_row::{Orientation, Row};
use crate::rng::mix;
use crate::simulation::Simulation;
use crate::truth::Truth;

use clock::{DAY, START};
use network::Network;
use scene::{Act, Done, Scene};
use streams::Streams;
use windows::Windows;
use zeek::Sensor;

/// Tells the random bits of activities from those of acts.
const DEEDS: u64 = 0xDEED_0000_0000;

axis! {
    /// What the log of a simulated organisation is written in.
    Dialect ("dialect") {
        /// The nine columns of the LANL authentication log: one row for each act.
        Lanl = "lanl",
        /// Windows events as Winlogbeat writes them: destinations and controllers tell.
        WindowsJson = "windows-json",
        /// Zeek's TSV logs: a sensor tells of what goes over the network, mostly by address.
        Zeek = "zeek",
        /// The `auth.log` of the hosts that are reached by SSH, and of no others.
        Sshd = "sshd",
        /// OCSF Authentication events, one for each act.
        Ocsf = "ocsf",
        /// SSH servers by syslog, half of the others by Windows events, the rest seen by a sensor.
        Mixed = "mixed",
    }
}

impl Dialect {
    /// Whether a day of it is several files, and the folder has a folder for each day.
    #[must_use]
    pub const fn by_day(self) -> bool {
        matches!(self, Self::Zeek | Self::Mixed)
    }
}

/// Writes the days of a simulation in a dialect other than LANL's.
#[derive(Debug)]
pub struct DialectWriter {
    dialect: Dialect,
    seed: u64,
    network: Network,
    windows: Windows,
    sensor: Sensor,
    streams: Streams,
}

impl DialectWriter {
    /// A writer for a simulation that has not begun.
    #[must_use]
    pub fn new(simulation: &Simulation, dialect: Dialect) -> Self {
        let seed = mix(simulation.config().seed ^ 0xD1A1_EC75);
        let hosts = simulation.org().hosts.len();
        Self {
            dialect,
            seed,
            network: Network::new(simulation.org(), seed),
            windows: Windows::new(hosts, seed),
            sensor: Sensor::new(hosts, seed),
            streams: Streams::new(seed),
        }
    }

    /// The logs of the day that `simulation` has just lived through, each with its records in order
    /// of time. The clock of who wrote a record may put it a few seconds into the next day.
    pub fn day(&mut self, simulation: &Simulation) -> Vec<DayLog> {
        let Some(day) = simulation.days_done().checked_sub(1) else { return Vec::new() };
        let org = simulation.org();
        self.network.day(day, org);
        self.sensor.new_day();
        let scene = Scene {
            names: simulation.names(),
            org,
            network: &self.network,
            dialect: self.dialect,
            telemetry: simulation.telemetry(),
            seed: self.seed,
        };
        let mut seconds = Seconds { now: u32::MAX, within: 0 };
        let mut activities = (0_u64..).zip(simulation.activities()).peekable();
        for (number, row) in (0_u64..).zip(simulation.rows()) {
            // What is done in a second is done over the logons of that second: after them.
            while let Some((number, activity)) =
                activities.next_if(|(_, activity)| activity.time < row.time)
            {
                let roll = mix(self.seed ^ mix(number << 20 | u64::from(day)) ^ DEEDS);
                let done = Done { activity: *activity, time: seconds.next(activity.time), roll };
                write_activity(
                    &scene,
                    &done,
                    &mut self.windows,
                    &mut self.sensor,
                    &mut self.streams,
                );
            }
            let roll = mix(self.seed ^ mix(number << 20 | u64::from(day)));
            let act = Act { row: *row, time: seconds.next(row.time), roll };
            write(&scene, &act, &mut self.windows, &mut self.sensor, &mut self.streams);
        }
        for (number, activity) in activities {
            let roll = mix(self.seed ^ mix(number << 20 | u64::from(day)) ^ DEEDS);
            let done = Done { activity: *activity, time: seconds.next(activity.time), roll };
            write_activity(&scene, &done, &mut self.windows, &mut self.sensor, &mut self.streams);
        }
        let ended = day + 1 == simulation.config().days;
        let until = (START + i64::from(day + 1) * DAY) * 1_000_000;
        self.streams.take(if ended { i64::MAX } else { until })
    }

    /// Which host had which address from when on, until the day last written.
    #[must_use]
    pub fn hosts(&self, simulation: &Simulation) -> Vec<HostAddress> {
        self.network.history(simulation.names())
    }

    /// The same for all days, without writing any.
    #[must_use]
    pub fn hosts_of_all_days(simulation: &Simulation) -> Vec<HostAddress> {
        let mut writer = Self::new(simulation, Dialect::Zeek);
        for day in 0..simulation.config().days {
            writer.network.day(day, simulation.org());
        }
        writer.hosts(simulation)
    }

    /// The truth with times as the logs have them: seconds since 1970.
    #[must_use]
    pub fn truth(simulation: &Simulation) -> Truth {
        let mut truth = simulation.truth().clone();
        truth.logins.iter_mut().for_each(|login| login.time += START);
        truth.attacks.iter_mut().for_each(|attack| attack.last_time += START);
        truth
    }
}

/// Gives what happens in one second its moments, in order.
struct Seconds {
    now: u32,
    within: i64,
}

impl Seconds {
    /// Microseconds since 1970 of what happens next, in a second that is no earlier than the last.
    fn next(&mut self, second: u32) -> i64 {
        self.within = if self.now == second { self.within + 1 } else { 0 };
        self.now = second;
        (START + i64::from(second)) * 1_000_000 + (self.within * 1_500).min(900_000)
    }
}

/// What the folder of a day is called.
pub(crate) fn day_name(day: u32) -> String {
    clock::Date(START + i64::from(day) * DAY).to_string()
}

/// Writes one act by whoever saw it.
fn write(
    scene: &Scene<'_>,
    act: &Act,
    windows: &mut Windows,
    sensor: &mut Sensor,
    out: &mut Streams,
) {
    match scene.dialect {
        Dialect::Lanl => {}
        Dialect::WindowsJson => windows.write(scene, act, out),
        Dialect::Zeek => sensor.write(scene, act, out),
        Dialect::Sshd => sshd::write(scene, act, out),
        Dialect::Ocsf => ocsf::write(scene, act, out),
        Dialect::Mixed => {
            windows.write(scene, act, out);
            sensor.write(scene, act, out);
            sshd::write(scene, act, out);
        }
    }
}

/// Writes what is seen of one activity: by the host that it was done on, or by the sensor.
fn write_activity(
    scene: &Scene<'_>,
    done: &Done,
    windows: &mut Windows,
    sensor: &mut Sensor,
    out: &mut Streams,
) {
    if scene.writes_windows(done.activity.host) {
        windows.write_activity(scene, done, out);
    }
    if scene.is_sensed(done.activity.host) && done.activity.is_remote() {
        sensor.write_activity(scene, done, out);
    }
}

/// Whether a row goes over the network to another host.
fn is_remote_logon(row: &Row) -> bool {
    row.orientation == Orientation::LogOn && row.src != row.dst
}
