//! Writes a simulation to a folder.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::config::{SimConfig, SimError, Telemetry};
use crate::dialect::{Dialect, DialectWriter, day_name, write_hosts};
use crate::hard_negatives::Tally;
use crate::simulation::Simulation;
use crate::truth::Truth;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows of `auth.csv`, or acts that the logs of another dialect tell of.
    pub rows: u64,
    /// Rows of `truth.csv`: the attackers' logins that succeeded.
    pub truth_logins: u64,
    /// Rows of `attacks.csv`.
    pub attacks: u64,
    /// What of the truth reached the log.
    pub telemetry: Telemetry,
    /// How often each hard negative happened.
    pub hard_negatives: Tally,
}

/// Bytes held back before they are written.
const CHUNK: usize = 1 << 18;

/// Simulates `config` into `dir`, which is made if need be: `auth.csv` in LANL's format without a
/// header, `truth.csv` (the attackers' logins that succeeded) and `attacks.csv` with one. `progress` is told of each day that is done.
///
/// # Errors
/// [`SimError::Config`] naming the field that is out of range; [`SimError::Write`] naming the file
/// that could not be written; [`SimError::Truth`] where the truth could not be put into rows.
pub fn write_to_dir(
    config: SimConfig,
    dir: &Path,
    progress: &mut dyn FnMut(u32),
) -> Result<Summary, SimError> {
    let mut simulation = Simulation::new(config)?;
    std::fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
    let path = dir.join("auth.csv");
    let mut file = File::create(&path).map_err(|source| failed(&path, source))?;
    let mut text = String::with_capacity(2 * CHUNK);
    let mut rows = 0;
    let mut day: Vec<crate::Row> = Vec::new();
    for number in 1..=config.days {
        let Some(list) = simulation.next_day() else { break };
        day.clear();
        day.extend_from_slice(list);
        rows += day.len() as u64;
        for row in &day {
            simulation.write_row(row, &mut text);
            if text.len() > CHUNK {
                file.write_all(text.as_bytes()).map_err(|source| failed(&path, source))?;
                text.clear();
            }
        }
        progress(number);
    }
    file.write_all(text.as_bytes()).map_err(|source| failed(&path, source))?;
    finish(&simulation, dir, rows, simulation.truth())
}

/// Simulates `config` into `dir` as the logs of a dialect, with `truth.csv` and `attacks.csv` as
/// [`write_to_dir`] writes them and `hosts.csv`, which says who had which address. Times are
/// seconds since 1970 in all of them. A dialect of several files a day gets a folder for each day.
///
/// # Errors
/// As [`write_to_dir`].
pub fn write_dialect_to_dir(
    config: SimConfig,
    dialect: Dialect,
    dir: &Path,
    progress: &mut dyn FnMut(u32),
) -> Result<Summary, SimError> {
    if dialect == Dialect::Lanl {
        return write_to_dir(config, dir, progress);
    }
    if config.has_made_up_hosts() {
        // A host that does not exist has no address and writes nothing.
        return Err(SimError::Config {
            field: "dialect",
            value: dialect.to_string(),
            allowed: format!("{} where hosts are made up", Dialect::Lanl),
        });
    }
    let mut simulation = Simulation::new(config)?;
    std::fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
    let mut writer = DialectWriter::new(&simulation, dialect);
    let mut files: Vec<(&str, File)> = Vec::new();
    let mut rows = 0;
    for day in 0..config.days {
        rows += simulation.next_day().map_or(0, <[_]>::len) as u64;
        let logs = writer.day(&simulation);
        if dialect.by_day() {
            let folder = dir.join(day_name(day));
            std::fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
            for log in &logs {
                let path = folder.join(log.name);
                std::fs::write(&path, &log.text).map_err(|source| failed(&path, source))?;
            }
        } else {
            for log in &logs {
                let path = dir.join(log.name);
                let at = match files.iter().position(|(name, _)| *name == log.name) {
                    Some(at) => at,
                    None => {
                        let file = File::create(&path).map_err(|source| failed(&path, source))?;
                        files.push((log.name, file));
                        files.len() - 1
                    }
                };
                let wrote = files[at].1.write_all(log.text.as_bytes());
                wrote.map_err(|source| failed(&path, source))?;
            }
        }
        progress(day + 1);
    }
    let path = dir.join("hosts.csv");
    let mut hosts = Vec::new();
    write_hosts(&writer.hosts(&simulation), &mut hosts)?;
    std::fs::write(&path, hosts).map_err(|source| failed(&path, source))?;
    finish(&simulation, dir, rows, &DialectWriter::truth(&simulation))
}

/// Writes the truth and says what there is.
fn finish(
    simulation: &Simulation,
    dir: &Path,
    rows: u64,
    truth: &Truth,
) -> Result<Summary, SimError> {
    let (mut logins, mut attacks) = (Vec::new(), Vec::new());
    truth.write(&mut logins, &mut attacks)?;
    for (name, bytes) in [("truth.csv", logins), ("attacks.csv", attacks)] {
        let path = dir.join(name);
        std::fs::write(&path, bytes).map_err(|source| failed(&path, source))?;
    }
    Ok(Summary {
        rows,
        truth_logins: truth.logins.len() as u64,
        attacks: truth.attacks.len() as u64,
        telemetry: simulation.telemetry(),
        hard_negatives: simulation.tally().clone(),
    })
}

fn failed(path: &Path, source: std::io::Error) -> SimError {
    SimError::Write { path: path.display().to_string(), source }
}
