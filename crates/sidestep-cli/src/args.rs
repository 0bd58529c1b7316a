//! The arguments.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use sidestep_formats::{Emit, Format, OcsfVersion, OnError, TimeFormat, Zone};
use sidestep_sim::{Dialect, Scenario, Telemetry};

const EXIT: &str = "\
Exit status: 0 done; 1 an error; 2 wrong arguments; 3 done, but more than one line in a hundred \
was bad, more than one event in a hundred came too late, or a file of a folder or archive was damaged.";

/// Finds lateral movement in authentication logs.
#[derive(Debug, Parser)]
#[command(name = "sidestep", version, after_help = EXIT, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Detect(DetectArgs),
    Detections(DetectionsArgs),
    Simulate(SimulateArgs),
    Evaluate(EvaluateArgs),
}

/// Read logs and raise alerts
///
/// Reads logs, plain, gzip or Zstandard, every file of a folder, zip or tar archive, in order of time over
/// all of them, and writes each alert once, in its last state: in the format that --emit names where --output says,
/// and for people on standard output.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sidestep detect --learn-days 14 auth.csv
  sidestep detect --learn march.csv.gz --output alerts.jsonl april.csv.gz
  sidestep detect --emit dot auth.csv | dot -Tsvg > alerts.svg
  sidestep detect --map account=TargetUserName --map time=When windows.csv")]
pub(crate) struct DetectArgs {
    /// Logs to judge, or folders of them; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Format of the logs: auto, lanl, csv, evtx, json, zeek or syslog
    #[arg(long, default_value = "auto")]
    pub(crate) format: Format,

    /// Which column of a CSV holds what, by header or number (the first is 1); may be repeated
    ///
    /// Fields: time, account, domain, sid, subject, subject_domain, src_host, src_ip, src_port,
    /// dst_host, dst_ip, logon_type, auth_protocol, outcome, outcome_reason, activity, event_code,
    /// logon_process, logon_id, credential, session_name, mfa. An empty column switches a field off. Fields that
    /// are not named are found by common headers.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,

    /// How a CSV's times are written: auto, seconds, milliseconds, microseconds or rfc3339
    #[arg(long, default_value = "auto", value_name = "FORMAT")]
    pub(crate) time_format: TimeFormat,

    /// Year of the first line of a syslog that writes none; later lines and logs follow on over any
    /// new year [default: the first line of each log lies in the year before now]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1970..=9999))]
    pub(crate) year: Option<i16>,

    /// Zone of times written without one: UTC, an offset such as +01:00, or a name such as
    /// Europe/Berlin
    #[arg(long, default_value = "UTC", value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) zone: Zone,

    /// Learn from this log or folder and raise nothing on it; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "learn_days")]
    pub(crate) learn: Vec<PathBuf>,

    /// Learn from the first so many days of the logs. Without this, --learn or --load-state the
    /// log itself tells when enough was learned
    #[arg(long, value_name = "N")]
    pub(crate) learn_days: Option<u32>,

    /// Alerts a day that somebody can read [default: 1]
    #[arg(long, value_name = "B")]
    pub(crate) alerts_per_day: Option<f64>,

    /// What to change about detections: weights, and what is allowed, in a TOML file (see
    /// docs/detections/README.md)
    #[arg(long, value_name = "FILE", conflicts_with = "load_state")]
    pub(crate) policy: Option<PathBuf>,

    /// Instead of alerts, tell which detections these logs can feed, and what the others lack
    #[arg(long, conflicts_with_all = ["learn", "learn_days", "alerts_per_day", "policy", "load_state", "save_state", "emit", "output", "held_back", "graph"])]
    pub(crate) explain_coverage: bool,

    /// Instead of alerts, tell by which observed ways the hosts that matter are reached without a second
    /// factor
    #[arg(long, conflicts_with_all = ["learn", "learn_days", "alerts_per_day", "policy", "load_state", "save_state", "emit", "output", "held_back", "graph", "explain_coverage"])]
    pub(crate) mfa_report: bool,

    /// A host that matters, for --mfa-report; may be repeated [default: the ten that most accounts
    /// log on to]
    #[arg(long, value_name = "HOST", requires = "mfa_report")]
    pub(crate) valued: Vec<String>,

    /// Write alerts to this file; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Format of --output: json, ocsf, ecs, navigator, graphml, dot or cytoscape [default: json].
    /// Without --output it goes to standard output
    #[arg(long, value_name = "FORMAT")]
    pub(crate) emit: Option<Emit>,

    /// Version of OCSF for --emit ocsf: 1.6.0, or 1.1.0 without graph and baselines
    #[arg(long, default_value = "1.6.0", value_name = "VERSION")]
    pub(crate) ocsf_version: OcsfVersion,

    /// Write to this file what detections found and no alert shows, as JSON lines, each with the reason
    /// (held_back: budget, learning or memory)
    #[arg(long, value_name = "FILE")]
    pub(crate) held_back: Option<PathBuf>,

    /// Write the graph of all logins known at the end to this file, in the format that its
    /// extension says: .graphml, .dot or .gv, .json (Cytoscape)
    #[arg(long, value_name = "FILE")]
    pub(crate) graph: Option<PathBuf>,

    /// A bad line is skipped and counted, or stops the run: skip or stop
    #[arg(long, default_value = "skip", value_name = "MODE")]
    pub(crate) on_error: OnError,

    /// Read several logs one after the other, as given, and not at the same time in order of their
    /// events: faster where each begins when the one before ends
    #[arg(long)]
    pub(crate) in_order: bool,

    /// Hold events back for so many minutes of their own time and put them in order: for logs that
    /// several machines write to; 0 takes them as they come
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..=10_080))]
    pub(crate) reorder_minutes: u32,

    /// Go on from a state that --save-state wrote; its settings hold
    #[arg(long, value_name = "FILE", conflicts_with_all = ["learn_days", "alerts_per_day"])]
    pub(crate) load_state: Option<PathBuf>,

    /// Write what was learned to this file. Movements still open go on from it under the same id
    #[arg(long, value_name = "FILE")]
    pub(crate) save_state: Option<PathBuf>,
}

/// List the detections that analysts know by name
///
/// Each with its techniques of MITRE ATT&CK and what a log must tell for it; with ID, the page of
/// one: what it sees, how it counts, what it cannot see, what raises it that is no attack.
#[derive(Debug, Args)]
pub(crate) struct DetectionsArgs {
    /// A detection, such as service_install
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

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
    use clap::CommandFactory;
    use sidestep_formats::CsvField;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn seeds_are_numbers_and_ranges() {
        assert_eq!("1,2,5-9,2".parse(), Ok(Seeds(vec![1, 2, 5, 6, 7, 8, 9])));
        for bad in ["", "x", "9-5", "1-", "1,,2", "0-99999999999"] {
            assert!(bad.parse::<Seeds>().is_err(), "{bad}");
        }
    }

    #[test]
    fn help_names_every_field() {
        let mut command = Cli::command();
        let detect =
            command.find_subcommand_mut("detect").map(|c| c.render_long_help().to_string());
        let help = detect.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(&CsvField::list()), "{help}");
    }
}
