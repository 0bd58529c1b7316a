//! How long single calls take.

use std::time::{Duration, Instant};

/// Steps within a doubling: a figure is at most 1/64 too low.
const STEPS_LOG2: u32 = 6;
const STEPS: u64 = 1 << STEPS_LOG2;

/// Times of calls in nanoseconds, counted by size: 30 kB however many calls there are.
#[derive(Debug, Clone)]
pub struct Latencies {
    counts: Vec<u64>,
    calls: u64,
    longest: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { counts: vec![0; place(u64::MAX) + 1], calls: 0, longest: 0 }
    }
}

impl Latencies {
    /// Takes down one call.
    pub fn add(&mut self, call: Duration) {
        let nanos = u64::try_from(call.as_nanos()).unwrap_or(u64::MAX);
        self.counts[place(nanos)] += 1;
        self.calls += 1;
        self.longest = self.longest.max(nanos);
    }

    /// What a call takes by the clock alone: two readings with nothing between them.
    #[must_use]
    pub fn of_the_clock() -> Self {
        let mut latencies = Self::default();
        for _ in 0..1_000_000 {
            let start = Instant::now();
            latencies.add(start.elapsed());
        }
        latencies
    }

    /// Calls so far.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// The longest call, in nanoseconds.
    #[must_use]
    pub const fn longest(&self) -> u64 {
        self.longest
    }

    /// The time within which this share of the calls ended, in nanoseconds; 0 without calls.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        #[allow(clippy::cast_sign_loss, reason = "a share of a count is one")]
        let rank = (share * self.calls as f64).ceil() as u64;
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank.max(1) {
                return lowest(place);
            }
        }
        0
    }

    /// The median, the 99th and the 99.9th percentile and the longest call, in microseconds.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "nanoseconds of calls are far below 2^53")]
    pub fn micros(&self) -> [f64; 4] {
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|share| self.quantile(share));
        [p50, p99, p999, self.longest].map(|nanos| nanos as f64 / 1000.0)
    }
}

/// The place of a time in the counts: exact below 64, then 64 places for each doubling.
fn place(nanos: u64) -> usize {
    let doublings = nanos.max(STEPS).ilog2() - STEPS_LOG2;
    let step = nanos >> doublings;
    // At most 58 doublings of 64 steps.
    usize::try_from(u64::from(doublings) * STEPS + step).unwrap_or(usize::MAX)
}

/// The shortest time of a place.
fn lowest(place: usize) -> u64 {
    let place = place as u64;
    if place < 2 * STEPS {
        return place;
    }
    let doublings = place / STEPS - 1;
    (place - doublings * STEPS) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_has_a_place_that_is_little_too_low() {
        for nanos in [0, 1, 63, 64, 65, 127, 128, 129, 1000, 999_999, 1 << 40, u64::MAX] {
            let low = lowest(place(nanos));
            assert!(low <= nanos && nanos - low <= nanos / STEPS, "{nanos}: {low}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_calls() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5), 0);
        for nanos in 1..=100 {
            latencies.add(Duration::from_nanos(nanos));
        }
        assert_eq!(latencies.quantile(0.5), 50);
        assert!((97..=99).contains(&latencies.quantile(0.99)));
        assert_eq!((latencies.calls(), latencies.longest()), (100, 100));
        assert!((latencies.micros()[3] - 0.1).abs() < 1e-9);
    }
}
