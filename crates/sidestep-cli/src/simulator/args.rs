//! The arguments of `sidestep simulate` and `sidestep evaluate`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use sidestep_sim::{Adversary, ChangeKind, Dialect, Scenario, Telemetry};

/// Make the log of an organisation that does not exist
///
/// Writes auth.csv (LANL format), truth.csv and attacks.csv; with --dialect the logs that the
/// machines of the same organisation would write, from several sources, with duplicates, clocks that
/// disagree and fields that are missing, and hosts.csv, which says who had which address. The same
/// arguments give the same bytes on every machine.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Folder to write to; it is made where need be
    #[arg(value_name = "OUTDIR")]
    pub(crate) outdir: PathBuf,

    /// Every seed is another organisation
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,

    /// Accounts of people, administrators and services; machines come on top
    #[arg(long, default_value_t = 800)]
    pub(crate) accounts: u32,

    /// Length of the log in days
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,

    /// How hard attacks are to find: clean (there are none), standard or hard
    #[arg(long, default_value = "standard")]
    pub(crate) scenario: Scenario,

    /// Days without attacks at the start [default: 14 of every 30]
    #[arg(long, value_name = "N")]
    pub(crate) learn_days: Option<u32>,

    /// What reaches the log: complete, lossy, silent-workstations, controllers-only or clock-skew
    /// [default: drawn by the seed]
    #[arg(long)]
    pub(crate) telemetry: Option<Telemetry>,

    /// What the log is written in: lanl, windows-json (Winlogbeat's JSON lines of destinations and
    /// controllers), zeek (TSV logs of a sensor, a folder for each day), sshd (auth.log of SSH
    /// servers), ocsf (Authentication events) or mixed (SSH servers by sshd, half of the other hosts
    /// by windows-json, and the rest seen by the sensor only, by address)
    #[arg(long, default_value = "lanl")]
    pub(crate) dialect: Dialect,

    /// Number of attacks [default: about seven for 800 accounts and 16 days]
    #[arg(long)]
    pub(crate) attacks: Option<u32>,

    /// First day on which an attack may begin, from 0 [default: the first after learning]
    #[arg(long, value_name = "DAY")]
    pub(crate) attacks_from: Option<u32>,

    /// Have attackers teach a detector for three weeks before each attack: slow-ramp (a new host every
    /// few days), flood (made-up accounts and hosts by the thousands), mimic-then-strike (only what the
    /// stolen account does) or repeat (the attack's own path on each day)
    #[arg(long)]
    pub(crate) adversary: Option<Adversary>,

    /// Change the organisation on one day: migration (all accounts get another domain), renaming (all
    /// hosts get another name), merger (a company of half the size joins) or reorganisation (a third of
    /// the people change the team)
    #[arg(long, requires = "change_day")]
    pub(crate) change: Option<ChangeKind>,

    /// The day of the change, from 0
    #[arg(long, value_name = "DAY", requires = "change")]
    pub(crate) change_day: Option<u32>,
}

/// Judge sidestep and simple detectors on logs of which the truth is known
///
/// Simulates one organisation for each seed, or reads FOLDER, which holds auth.csv (or auth.csv.gz
/// or auth.csv.zst), truth.csv and attacks.csv as `sidestep simulate` writes them. Where it holds no
/// auth.csv, every other log in it is read, in any format and put in order of time; hosts.csv then
/// says whose an address was, and names are compared without domains, times to the minute.
#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// Folder with a log and its truth
    #[arg(value_name = "FOLDER", conflicts_with_all = ["scenario", "seeds", "days", "telemetry", "dialect"])]
    pub(crate) folder: Option<PathBuf>,

    /// Instead, lay the red-team logins of FILE, a log in LANL format, over a simulated organisation
    /// without attacks and count those found: at 100 alerts a day, after one day of learning, with
    /// and without source C17693; semi-synthetic
    #[arg(long, value_name = "FILE", conflicts_with_all = ["folder", "scenario", "learn_days", "alerts_per_day", "telemetry", "dialect"])]
    pub(crate) overlay: Option<PathBuf>,

    /// How hard attacks are to find: standard or hard
    #[arg(long, default_value = "standard")]
    pub(crate) scenario: Scenario,

    /// Organisations to simulate, such as 1,2,5-9
    #[arg(long, default_value = "1-10")]
    pub(crate) seeds: Seeds,

    /// Accounts of each [default: 800, or those of the log]
    #[arg(long)]
    pub(crate) accounts: Option<u32>,

    /// Days of each
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,

    /// Days at the start that are only learned
    #[arg(long, default_value_t = 14, value_name = "N")]
    pub(crate) learn_days: u32,

    /// What reaches the log: see `sidestep simulate` [default: drawn by each seed]
    #[arg(long)]
    pub(crate) telemetry: Option<Telemetry>,

    /// Write and read the logs of each seed in this dialect: see `sidestep simulate`; of several,
    /// such as lanl,windows-json,zeek, a table compares what is found [default: lanl]
    #[arg(long, value_delimiter = ',', value_name = "DIALECT")]
    pub(crate) dialect: Vec<Dialect>,

    /// First day on which an attack may begin, from 0 [default: the first that is judged]
    #[arg(long, value_name = "DAY", conflicts_with_all = ["folder", "overlay"])]
    pub(crate) attacks_from: Option<u32>,

    /// Compare the same attacks prepared by these adversaries, such as slow-ramp,repeat, and unprepared,
    /// with quarantine and without: see `sidestep simulate`
    #[arg(long, value_delimiter = ',', value_name = "ADVERSARY", conflicts_with_all = ["folder", "overlay", "dialect"])]
    pub(crate) adversary: Vec<Adversary>,

    /// Limit of the engine's memory in MiB, with --adversary
    #[arg(long, value_name = "MIB", requires = "adversary")]
    pub(crate) memory_limit: Option<usize>,

    /// Count the alerts around these changes, such as migration,merger, in organisations without attacks,
    /// and what is found of attacks from that day on: see `sidestep simulate`
    #[arg(long, value_delimiter = ',', value_name = "CHANGE", requires = "change_day", conflicts_with_all = ["folder", "overlay", "dialect", "adversary", "attacks_from"])]
    pub(crate) change: Vec<ChangeKind>,

    /// The day of these changes, from 0
    #[arg(long, value_name = "DAY", requires = "change")]
    pub(crate) change_day: Option<u32>,

    /// Take names as they are written: one host or account under two names is two
    #[arg(long, conflicts_with = "overlay")]
    pub(crate) names_as_written: bool,

    /// Alerts a day per 1,000 accounts that are asked for in the online reading
    #[arg(long, default_value_t = 1.0, value_name = "B")]
    pub(crate) alerts_per_day: f64,

    /// Write everything, run by run, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Seeds such as `1,2,5-9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seeds(pub(crate) Vec<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const MOST: u64 = 10_000;
        let number = |text: &str| {
            text.trim().parse::<u64>().map_err(|_| {
                format!("{text:?} is no seed; give numbers and ranges, such as 1,2,5-9")
            })
        };
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (number(first)?, number(last)?),
                None => (number(part)?, number(part)?),
            };
            if first > last {
                return Err(format!("{part:?} runs backwards"));
            }
            if last - first >= MOST {
                return Err(format!("{part:?} has more than {MOST} seeds"));
            }
            seeds.extend((first..=last).filter(|seed| !seeds.contains(seed)).collect::<Vec<_>>());
        }
        Ok(Self(seeds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_numbers_and_ranges() {
        assert_eq!("1,2,5-9,2".parse(), Ok(Seeds(vec![1, 2, 5, 6, 7, 8, 9])));
        for bad in ["", "x", "9-5", "1-", "1,,2", "0-99999999999"] {
            assert!(bad.parse::<Seeds>().is_err(), "{bad}");
        }
    }
}
