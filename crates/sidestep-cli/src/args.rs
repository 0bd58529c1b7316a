//! The arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use sidestep_formats::{ExportFormat, Format, OcsfVersion, OnError, TimeFormat, Zone};

#[cfg(feature = "simulator")]
use crate::simulator::args::{EvaluateArgs, SimulateArgs};

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
#[allow(clippy::large_enum_variant, reason = "there is one, made once")]
pub(crate) enum Command {
    Detect(DetectArgs),
    Detections(DetectionsArgs),
    State(StateArgs),
    #[cfg(feature = "simulator")]
    Simulate(SimulateArgs),
    #[cfg(feature = "simulator")]
    Evaluate(EvaluateArgs),
}

/// Read logs and raise alerts
///
/// Reads logs, plain or compressed (gzip, Zstandard, xz, bzip2), every file of a folder, zip or tar archive, in order of time over
/// all of them, and writes each alert once, in its last state: in the format that --emit names where --output says,
/// and for people on standard output.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sidestep detect --learn-days 14 auth.csv
  sidestep detect --learn march.csv.gz --output alerts.jsonl april.csv.gz
  sidestep detect --emit dot auth.csv | dot -Tsvg > alerts.svg
  sidestep detect --map account=TargetUserName --map time=When windows.csv
  sidestep detect --follow --state sidestep.state --output alerts.jsonl /var/log/remote")]
pub(crate) struct DetectArgs {
    /// Logs to judge, or folders of them; `-` is standard input. None is needed where --learn and --save-state
    /// are given: then the state is what was learned
    #[arg(required_unless_present_all = ["learn", "save_state"], value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Format of the logs: auto, lanl, csv, evtx, json, windows-xml, zeek, syslog, krb5kdc, samba,
    /// freeradius, auditd, wtmp or btmp
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

    /// How times are written: auto, seconds, milliseconds, microseconds, rfc3339, or a pattern of
    /// strptime, such as "%m/%d/%Y %I:%M:%S %p" (%.f is a fraction)
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

    /// Host that wrote the logs, for those that do not name it, such as wtmp, Samba's and auditd's
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) host: Option<String>,

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

    /// MiB of memory that what is learned may take, 64 or more; see docs/memory.md for what is given up
    /// [default: no limit]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..=1 << 20))]
    pub(crate) memory_limit: Option<u32>,

    /// What to change about detections: weights, and what is allowed, in a TOML file (see
    /// docs/detections/README.md)
    #[arg(long, value_name = "FILE", conflicts_with = "load_state")]
    pub(crate) policy: Option<PathBuf>,

    /// Instead of alerts, tell which detections these logs can feed, and what the others lack
    #[arg(long, conflicts_with_all = ["learn", "learn_days", "alerts_per_day", "policy", "load_state", "save_state", "state", "follow", "emit", "output", "held_back", "graph"])]
    pub(crate) explain_coverage: bool,

    /// Instead of alerts, tell by which observed ways the hosts that matter are reached without a second
    /// factor
    #[arg(long, conflicts_with_all = ["learn", "learn_days", "alerts_per_day", "policy", "load_state", "save_state", "state", "follow", "emit", "output", "held_back", "graph", "explain_coverage"])]
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
    pub(crate) emit: Option<ExportFormat>,

    /// Version of OCSF for --emit ocsf: 1.6.0, 1.8.0, or 1.1.0 without graph and baselines
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

    /// Threads to work with: 1, or 2 to read on one and judge on the other. The alerts are the same
    /// [default: 2 where the machine has them]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) threads: Option<u8>,

    /// Go on from what was learned in a state that --save-state or --state wrote; its settings hold
    #[arg(long, value_name = "FILE", conflicts_with_all = ["learn_days", "alerts_per_day", "memory_limit"])]
    pub(crate) load_state: Option<PathBuf>,

    /// Write what was learned to this file. Movements still open go on from it under the same id. What it
    /// held before is kept as FILE.prev
    #[arg(long, value_name = "FILE")]
    pub(crate) save_state: Option<PathBuf>,

    /// Go on from this checkpoint, and write it again as the logs are judged; it is made where there is none
    ///
    /// It holds what was learned, how far each log was judged, and how far --output was written. A run that
    /// was stopped, or killed, goes on when the same command is given again: no event is judged twice, and
    /// none never. Alerts are written as they end. The checkpoint before is kept as FILE.prev. See
    /// docs/operation.md.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Time between two checkpoints, such as 30s, 5m or 1h
    #[arg(long, default_value = "5m", value_name = "TIME", value_parser = duration, requires = "state")]
    pub(crate) checkpoint: Duration,

    /// Write a checkpoint also after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), requires = "state")]
    pub(crate) checkpoint_events: Option<u64>,

    /// Read on as the logs grow, until SIGTERM or SIGINT (Ctrl-C)
    ///
    /// Files are followed when they are renamed, truncated or copied by rotation, and files that come into
    /// a folder are read, too. Every state of an alert is written at once: opened, updated, closed. A signal
    /// ends the run with status 0, with --state after a last checkpoint, else after open movements were
    /// closed.
    #[arg(long, conflicts_with = "in_order", requires = "inputs")]
    pub(crate) follow: bool,
}

/// A length of time such as `30s`, `5m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number and s, m or h, such as 30s, 5m or 1h".to_owned();
    let unit = text.chars().next_back().ok_or_else(expected)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(expected()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| expected())?;
    if number == 0 {
        return Err("no time lies between two checkpoints".to_owned());
    }
    Ok(Duration::from_secs(u64::from(number) * seconds))
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

/// Look at saved states, or merge several into one
///
/// States are what `sidestep detect --save-state` writes.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Say what states hold: which days, how many events, accounts, hosts and edges
    Inspect {
        /// Saved states
        #[arg(required = true, value_name = "STATE")]
        states: Vec<PathBuf>,
    },
    /// Say of each state whether it can be used; exit status 1 where one cannot
    Verify {
        /// Saved states
        #[arg(required = true, value_name = "STATE")]
        states: Vec<PathBuf>,
    },
    /// Forget accounts and hosts: their names, and all that was learned of them
    ///
    /// Movements under way end, everybody's. What is gone, and what is not exact, is listed in docs/privacy.md. Exit
    /// status 1 where nothing is known of one of them; nothing is written then.
    #[command(after_help = "\
Examples:
  sidestep state forget old.state --account 'CORP\\alice' --host WS-17 --output new.state")]
    Forget {
        /// A saved state
        #[arg(value_name = "STATE")]
        state: PathBuf,

        /// An account, as DOMAIN\user or user@domain; may be given several times
        #[arg(long = "account", value_name = "NAME", required_unless_present = "hosts")]
        accounts: Vec<String>,

        /// A host by any of its names, or an address; may be given several times
        #[arg(long = "host", value_name = "NAME")]
        hosts: Vec<String>,

        /// Write the state without them to this file, which may be the same
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Make one state of several that learned parts of a stream
    ///
    /// Parts by account, by site or by whole days, learned with the same settings, in any order. What is not exact
    /// is listed in docs/merge.md.
    #[command(after_help = "\
Examples:
  sidestep state merge monday.state tuesday.state --output week.state
  sidestep detect --load-state week.state today.csv")]
    Merge {
        /// Saved states
        #[arg(required = true, num_args = 2.., value_name = "STATE")]
        states: Vec<PathBuf>,

        /// Write the merged state to this file
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use sidestep_formats::EventField;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_lean_command_does_not_list_the_simulator() {
        let command = Cli::command();
        let is_listed = |name| command.get_subcommands().any(|known| known.get_name() == name);
        assert!(is_listed("detect") && is_listed("detections") && is_listed("state"));
        for name in ["simulate", "evaluate"] {
            assert_eq!(is_listed(name), cfg!(feature = "simulator"), "{name}");
        }
    }

    #[test]
    fn lengths_of_time_have_a_unit() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        for wrong in ["", "5", "m", "0s", "-1m", "5d", "1.5h", "5\u{b5}"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn help_names_every_field() {
        let mut command = Cli::command();
        let detect =
            command.find_subcommand_mut("detect").map(|c| c.render_long_help().to_string());
        let help = detect.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(&EventField::list()), "{help}");
    }
}
