//! Writes a simulation to a folder.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::config::{SimConfig, SimError, Telemetry};
use crate::hard_negatives::Tally;
use crate::simulation::Simulation;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows of `auth.csv`.
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
    let truth = simulation.truth();
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
