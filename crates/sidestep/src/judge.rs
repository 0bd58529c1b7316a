//! How odd a login is: its evidence, the share of benign logins that are as odd, and whether it is
//! suspicious. `score` and `process` ask the same judge.

use serde::{Deserialize, Serialize};

use crate::baseline::Baseline;
use crate::baseline::aode::Combination;
use crate::evidence::{self, Context, Surprises};
use crate::fading::Faded;
use crate::reason::Reason;
use crate::score::calibrate::Calibration;
use crate::store::MAX_COUNT;
use crate::time::Day;
use crate::tuning::{
    BEYOND_GATE_NATS, COLD_DAYS, GATE, LEAST_LOGINS_A_DAY, LEAST_NOISE, LET_IN_PER_ALERT,
    NOISE_POWER, RATE_DAYS, TAIL, WIDEST_GATE,
};

/// A login as its evidence has it.
pub(crate) struct Weighing {
    pub(crate) surprises: Surprises,
    /// Sum of the surprises, in nats.
    pub(crate) surprise: f64,
    /// Share of benign logins that are as surprising.
    pub(crate) p_value: f64,
}

impl Weighing {
    /// Whether it lies in the odd tail: it counts against its account and hosts a day later.
    pub(crate) fn is_tail(&self) -> bool {
        self.p_value <= TAIL
    }

    /// The evidence in words.
    pub(crate) fn reasons(&self, context: &Context<'_>) -> Vec<Reason> {
        evidence::reasons(context, &self.surprises)
    }
}

/// What the judge says of a login.
pub(crate) struct Verdict {
    pub(crate) weighing: Weighing,
    /// See [`Weighing::is_tail`].
    pub(crate) tail: bool,
    pub(crate) combination: Combination,
    /// Set where it is suspicious.
    pub(crate) suspicion: Option<Suspicion>,
}

/// How suspicious a login is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Suspicion {
    /// Nats by which it exceeds what the gate lets in.
    pub(crate) gain: f64,
    /// Whether it is too common to belong to a movement, and is shown alone if at all.
    pub(crate) alone: bool,
}

/// Logins of a day, and of them those that took a new edge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoginCounts {
    day: Day,
    pub(crate) logins: u64,
    pub(crate) new_edges: u64,
}

/// The judge: what share of logins is as odd, and how many logins a day there are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Judge {
    pub(crate) calibration: Calibration,
    today: LoginCounts,
    yesterday: LoginCounts,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self {
            calibration: Calibration::new(),
            today: LoginCounts::default(),
            yesterday: LoginCounts::default(),
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self, today: Day) -> bool {
        self.calibration.is_sound(today)
            && [self.today, self.yesterday]
                .iter()
                .all(|counts| counts.new_edges <= counts.logins && counts.logins <= MAX_COUNT)
    }

    /// Weighs the evidence of a login.
    pub(crate) fn weigh(&self, context: &Context<'_>) -> Weighing {
        let surprises = evidence::weigh(context);
        let surprise = evidence::total(&surprises);
        Weighing { surprises, surprise, p_value: self.calibration.p_value(surprise) }
    }

    /// Judges a login that is not habitual, where `alerts_per_day` are asked for.
    pub(crate) fn judge(
        &self,
        context: &Context<'_>,
        failed: bool,
        alerts_per_day: f64,
    ) -> Verdict {
        let weighing = self.weigh(context);
        let (account, source) = (context.account.profile, context.source.profile);
        let draws = |count: Faded| count.value(&context.baseline.fade);
        let noise = |odd: Faded, logins: Faded| (draws(odd) + 1.0) / (TAIL * draws(logins) + 1.0);
        let noisy = noise(account.odd, account.logins)
            .max(noise(source.odd_from, source.logins_from))
            .max(LEAST_NOISE);
        let p = weighing.p_value * noisy.powf(NOISE_POWER);
        let wide = self.wide_gate(alerts_per_day);
        let gain = if p <= GATE {
            Some(BEYOND_GATE_NATS + (GATE / p.max(f64::MIN_POSITIVE)).ln())
        } else if p <= wide && !failed {
            Some(BEYOND_GATE_NATS * (wide / p).ln() / (wide / GATE).ln())
        } else {
            None
        };
        Verdict {
            tail: weighing.is_tail(),
            combination: evidence::combination(context),
            suspicion: gain.map(|gain| Suspicion { gain, alone: p > GATE }),
            weighing,
        }
    }

    /// Takes what was judged into the calibration, but for the first days, on which all is new.
    pub(crate) fn observe(
        &mut self,
        weighing: &Weighing,
        combination: &Combination,
        baseline: &mut Baseline,
    ) {
        let age = baseline.first_day.map_or(0, |first| baseline.today.saturating_sub(first));
        if age >= COLD_DAYS {
            self.calibration.observe(weighing.surprise);
            baseline.combinations.observe(combination);
        }
    }

    /// Counts a login that was judged.
    pub(crate) fn count(&mut self, is_new_edge: bool) {
        self.today.logins += 1;
        self.today.new_edges += u64::from(is_new_edge);
    }

    /// Begins a day.
    pub(crate) fn begin_day(&mut self, day: Day) {
        self.calibration.begin_day(day);
        self.yesterday =
            std::mem::replace(&mut self.today, LoginCounts { day, ..LoginCounts::default() });
    }

    /// What both parts of a stream say, until the same day.
    pub(crate) fn joined(self, other: Self) -> Self {
        let counts = [self.today, self.yesterday, other.today, other.yesterday];
        let of = |day: Day| {
            let mut sum = LoginCounts { day, ..LoginCounts::default() };
            for counts in counts.iter().filter(|counts| counts.day == day) {
                sum.logins = (sum.logins + counts.logins).min(MAX_COUNT);
                sum.new_edges = (sum.new_edges + counts.new_edges).min(sum.logins);
            }
            sum
        };
        let today = self.today.day;
        let before = counts.iter().map(|counts| counts.day).filter(|day| *day < today).max();
        let mut calibration = self.calibration;
        calibration.join(&other.calibration);
        Self {
            calibration,
            today: of(today),
            yesterday: before.map_or_else(LoginCounts::default, of),
        }
    }

    /// Logins of yesterday.
    pub(crate) const fn yesterday(&self) -> LoginCounts {
        self.yesterday
    }

    /// The gate that lets in as many logins as the budget needs to choose from.
    fn wide_gate(&self, alerts_per_day: f64) -> f64 {
        let logins = (self.yesterday.logins as f64).max(1.0);
        (LET_IN_PER_ALERT * alerts_per_day / logins).clamp(GATE, WIDEST_GATE)
    }

    /// Logins a day that the gate lets in, by those of yesterday, or so many that a rate can be said.
    pub(crate) fn gated_a_day(&self) -> f64 {
        GATE * (self.yesterday.logins as f64).max(LEAST_LOGINS_A_DAY)
    }

    /// Odd logins a day that leave a host here, by those of yesterday.
    pub(crate) fn leaving(&self, baseline: &Baseline) -> f64 {
        self.gated_a_day() / baseline.hosts.len().max(1) as f64
    }
}

/// Odd logins a day to be expected of something that had `odd` since `first_day`.
pub(crate) fn odd_rate(odd: f64, first_day: Day, today: Day) -> f64 {
    let days = f64::from(today.saturating_sub(first_day) + 1);
    (odd + 0.2) / days.min(RATE_DAYS)
}
