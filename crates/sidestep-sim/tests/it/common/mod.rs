//! What the tests of the simulator share.

use sidestep_sim::{Row, SimConfig, Simulation};

/// Every row of a simulation, and the simulation after its last day.
pub(crate) fn all(config: SimConfig) -> (Vec<Row>, Simulation) {
    let mut simulation = Simulation::new(config).expect("the configuration is valid");
    let mut rows = Vec::new();
    while let Some(day) = simulation.next_day() {
        rows.extend_from_slice(day);
    }
    (rows, simulation)
}

/// The log as text, line by line, of the rows that `keep` keeps.
pub(crate) fn text(rows: &[Row], simulation: &Simulation, keep: impl Fn(&Row) -> bool) -> String {
    let mut text = String::new();
    for row in rows.iter().filter(|row| keep(row)) {
        simulation.write_row(row, &mut text);
    }
    text
}

/// FNV-1a of some text, 64 bits.
pub(crate) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
