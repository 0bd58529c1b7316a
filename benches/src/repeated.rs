//! More events of the same organisation: each login of a day again and again, as real machines log on.

use sidestep_sim::Row;

/// Seconds of a block.
const BLOCK: u32 = 600;

/// Gives the rows of a day, which are in order of time, in blocks of ten minutes, each row so many times.
///
/// The rule: a block is played `copies` times within its own ten minutes, every copy that much faster. A
/// row of an attack is in the first copy alone. The order of time and the edges stay what they are.
pub fn repeated(rows: &[Row], copies: u32, mut take: impl FnMut(&[Row])) {
    let (mut rows, mut block) = (rows, Vec::new());
    while !rows.is_empty() {
        rows = next_block(rows, copies, &mut block);
        take(&block);
    }
}

/// The first block of these rows, repeated by the same rule into `block`, and the rows after it.
pub fn next_block<'r>(rows: &'r [Row], copies: u32, block: &mut Vec<Row>) -> &'r [Row] {
    block.clear();
    let Some(first) = rows.first() else { return rows };
    let copies = copies.max(1);
    let begin = first.time / BLOCK * BLOCK;
    let (now, later) = rows.split_at(rows.partition_point(|row| row.time < begin + BLOCK));
    for copy in 0..copies {
        block.extend(now.iter().filter(|row| copy == 0 || row.attack == 0).map(|row| {
            let within = u64::from(copy) * u64::from(BLOCK) + u64::from(row.time - begin);
            // Less than ten minutes.
            let shift = u32::try_from(within / u64::from(copies)).unwrap_or(BLOCK - 1);
            Row { time: begin + shift, ..*row }
        }));
    }
    later
}

#[cfg(test)]
mod tests {
    use sidestep_sim::{Scenario, SimConfig, SimError, Simulation};

    use super::repeated;

    #[test]
    fn a_day_is_repeated_in_order_and_attacks_are_not() -> Result<(), SimError> {
        let mut simulation = Simulation::new(SimConfig::new(1, 40, 12, 2, Scenario::Standard)?)?;
        let (mut rows, mut attacks) = (Vec::new(), 0);
        let (mut count, mut expected) = (0, 0);
        while let Some(day) = simulation.next_day() {
            let of_attacks = day.iter().filter(|row| row.attack > 0).count();
            attacks += of_attacks;
            expected += of_attacks + 28 * (day.len() - of_attacks);
            repeated(day, 28, |block| {
                count += block.len();
                assert!(block.is_sorted_by_key(|row| row.time));
                rows.extend(block.iter().map(|row| row.time));
            });
        }
        assert!(attacks > 0);
        assert_eq!(count, expected);
        assert!(rows.is_sorted());
        Ok(())
    }
}
