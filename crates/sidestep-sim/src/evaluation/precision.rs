//! Average precision over single logins, of which those that succeeded are given.

/// Average precision of scored logins: the sum over score levels, from the best down, of the
/// recall that the level adds times the precision down to and with it. Logins of equal score are
/// one level, so that their order cannot help. `None` where no login is an attacker's.
pub(crate) fn average_precision(scored: impl Iterator<Item = (f32, bool)>) -> Option<f64> {
    let mut scored: Vec<(f32, bool)> = scored.collect();
    let positives = scored.iter().filter(|(_, attack)| *attack).count();
    if positives == 0 {
        return None;
    }
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut sum, mut hits, mut seen) = (0.0, 0_u32, 0_u32);
    for level in scored.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let new: u32 = level.iter().map(|(_, attack)| u32::from(*attack)).sum();
        hits += new;
        seen += u32::try_from(level.len()).unwrap_or(u32::MAX);
        sum += f64::from(new) * f64::from(hits) / f64::from(seen);
    }
    #[allow(clippy::cast_precision_loss)]
    let positives = positives as f64;
    Some(sum / positives)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ap(scored: &[(f32, bool)]) -> Option<f64> {
        average_precision(scored.iter().copied())
    }

    #[test]
    fn order_of_ties_does_not_matter() {
        assert_eq!(ap(&[(2.0, true), (1.0, false), (0.0, true)]), Some((1.0 + 2.0 / 3.0) / 2.0));
        assert_eq!(ap(&[(1.0, true), (1.0, false)]), Some(0.5));
        assert_eq!(ap(&[(1.0, false), (1.0, true)]), Some(0.5));
        assert_eq!(ap(&[(1.0, false)]), None);
    }
}
