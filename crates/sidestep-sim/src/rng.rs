//! Random numbers that are the same on every machine.
//!
//! Every concern draws from its own stream, named by the seed and up to three numbers, so that what
//! one concern draws never shifts what another one sees. Transcendental functions come from `libm`,
//! whose results do not depend on the platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// Who draws. Each has streams of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Stream {
    Parameters = 1,
    Hosts,
    People,
    Services,
    Names,
    Calendar,
    PersonDay,
    MachineDay,
    ServiceDay,
    Campaign,
    AttackPlan,
    Attack,
    Telemetry,
    Habits,
    Activities,
    AttackDeeds,
    Adversary,
    Change,
}

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rng(ChaCha8Rng);

/// One step of SplitMix64: a full mixing of 64 bits.
pub(crate) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of `seed` for `stream`, told apart further by `a` and `b`.
    pub(crate) fn new(seed: u64, stream: Stream, a: u64, b: u64) -> Self {
        let mut state = mix(seed);
        for part in [stream as u64, a, b] {
            state = mix(state ^ mix(part));
        }
        let mut bytes = [0_u8; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            state = mix(state);
            chunk.copy_from_slice(&state.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// Uniform index of a list of `n`; 0 when it is empty.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        self.below(u32::try_from(n).unwrap_or(u32::MAX)) as usize
    }

    /// Uniform whole number in `lo..=hi`.
    pub(crate) fn int(&mut self, lo: u32, hi: u32) -> u32 {
        lo + self.below(hi.saturating_sub(lo) + 1)
    }

    /// Uniform in `[lo, hi)`.
    pub(crate) fn range(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }

    /// Uniform on a logarithmic scale in `[lo, hi)`; both above 0.
    pub(crate) fn log_range(&mut self, lo: f64, hi: f64) -> f64 {
        let (lo, hi) = (libm::log(lo), libm::log(hi));
        libm::exp(self.range(lo, hi))
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Exponential with this mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Roughly normal with mean 0 and variance 1: the centred sum of four uniforms, scaled.
    pub(crate) fn normal(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_807_568_877_2
    }

    /// Poisson with this mean.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            let value = mean + libm::sqrt(mean) * self.normal() + 0.5;
            return if value > 0.0 { value as u32 } else { 0 };
        }
        let floor = libm::exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// The whole number next to `mean` from below or above, with `mean` as its expectation.
    pub(crate) fn about(&mut self, mean: f64) -> u32 {
        let whole = if mean > 0.0 { mean as u32 } else { 0 };
        whole + u32::from(self.chance(mean - f64::from(whole)))
    }

    /// A rank in `0..n` that prefers low ones; the more so, the larger `skew` (1 is uniform).
    pub(crate) fn rank(&mut self, n: usize, skew: f64) -> usize {
        let place = libm::pow(self.unit(), skew) * n as f64;
        (place as usize).min(n.saturating_sub(1))
    }

    /// One of a list, if it has any.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let index = self.index(list.len());
        list.get(index).copied()
    }

    /// One of a list with weights, if any weight is above 0.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(T, f64)]) -> Option<T> {
        let total: f64 = list.iter().map(|(_, weight)| *weight).sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = self.unit() * total;
        for (item, weight) in list {
            left -= weight;
            if left < 0.0 {
                return Some(*item);
            }
        }
        list.last().map(|(item, _)| *item)
    }

    /// Puts a list in random order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = self.index(i + 1);
            list.swap(i, j);
        }
    }

    /// Up to `n` different members of a list, in random order.
    pub(crate) fn sample<T: Copy + PartialEq>(&mut self, list: &[T], n: usize) -> Vec<T> {
        if n * 3 >= list.len() {
            let mut all = list.to_vec();
            self.shuffle(&mut all);
            all.truncate(n);
            return all;
        }
        let mut chosen: Vec<T> = Vec::with_capacity(n);
        let mut tries = 0;
        if n <= 64 {
            while chosen.len() < n && tries < 8 * n {
                tries += 1;
                if let Some(item) = self.pick(list)
                    && !chosen.contains(&item)
                {
                    chosen.push(item);
                }
            }
            return chosen;
        }
        // Many out of very many: walk once, keeping each with the chance that fills the sample.
        for (seen, item) in list.iter().enumerate() {
            let left = list.len() - seen;
            if self.index(left) < n - chosen.len() {
                chosen.push(*item);
                if chosen.len() == n {
                    break;
                }
            }
        }
        self.shuffle(&mut chosen);
        chosen
    }
}
