//! Attackers who try to teach a detector before they strike.
//!
//! The attacks are those of the same simulation without an adversary, login by login, so that what is found
//! of them can be compared. An adversary knows what the attack will be: it was lived through beforehand.

mod flood;
mod mimic;
mod outline;
mod repeat;
mod slow_ramp;

use crate::activity::Activities;
use crate::config::{SimConfig, SimError, axis};
use crate::log::Log;
use crate::login_row::{Phase, Row};
use crate::names::{Ids, Names};
use crate::org::Org;
use crate::rng::{Rng, Stream};
use flood::Flood;
use outline::Outline;
use slow_ramp::Step;

/// Days over which an attack is prepared.
const PREPARATION_DAYS: u32 = 21;

const DAY: u32 = 86_400;
const HOUR: u32 = 3_600;

axis! {
    /// How attackers try to teach a detector before they strike.
    Adversary ("adversary") {
        /// One new host every few days with the stolen account, from the foothold, and back to the earlier
        /// ones: each step is small.
        SlowRamp = "slow-ramp",
        /// Thousands of accounts and hosts that nobody has, before and during the attack.
        Flood = "flood",
        /// For weeks nothing but what the stolen account does, at its hours.
        MimicThenStrike = "mimic-then-strike",
        /// The path of the attack, again and again on each day.
        Repeat = "repeat",
    }
}

/// What is prepared for each attack.
#[derive(Debug)]
pub(crate) struct Preparations {
    adversary: Adversary,
    seed: u64,
    ids: Ids,
    outlines: Vec<Outline>,
    /// Of a slow ramp: which host is reached from when on, for each attack.
    ramps: Vec<Vec<Step>>,
    /// Of a flood: which names are made up, for each attack.
    floods: Vec<Flood>,
}

impl Preparations {
    /// Plans what is prepared, if anything is. Made-up names are added to `names`.
    ///
    /// # Errors
    /// [`SimError::Config`] where the attacks cannot be simulated.
    pub(crate) fn plan(
        config: &SimConfig,
        org: &Org,
        names: &mut Names,
    ) -> Result<Option<Self>, SimError> {
        let Some(adversary) = config.adversary else { return Ok(None) };
        let outlines = outline::of_attacks(config)?;
        let mut plan = Self {
            adversary,
            seed: config.seed,
            ids: org.ids(),
            ramps: Vec::new(),
            floods: Vec::new(),
            outlines,
        };
        let rng = |outline: &Outline| plan.rng(outline, u32::MAX);
        match adversary {
            Adversary::SlowRamp => {
                plan.ramps = plan.outlines.iter().map(|o| o.ramp(&mut rng(o))).collect();
            }
            Adversary::Flood => {
                plan.floods = plan.outlines.iter().map(|o| Flood::of(o, config, names)).collect();
            }
            Adversary::MimicThenStrike | Adversary::Repeat => {}
        }
        Ok(Some(plan))
    }

    /// Random numbers of one attack on one day.
    fn rng(&self, outline: &Outline, day: u32) -> Rng {
        Rng::new(self.seed, Stream::Adversary, u64::from(outline.number), u64::from(day))
    }

    /// Adds what is done on `day`, whose everyday rows are `benign`.
    pub(crate) fn day(&self, day: u32, org: &Org, benign: &[Row], rows: &mut Vec<Row>) {
        let before = rows.len();
        for (at, outline) in self.outlines.iter().enumerate() {
            let rng = &mut self.rng(outline, day);
            // Preparations leave their logons alone.
            let mut activities = Activities::of_attack(self.seed, outline.number, day);
            let (ids, attack) = (self.ids, outline.number);
            let log = &mut Log { rows, activities: &mut activities, ids, attack };
            if self.adversary == Adversary::Flood {
                self.floods[at].day(day, outline, org, rng, log);
                continue;
            }
            if !outline.is_prepared_on(day) {
                continue;
            }
            match self.adversary {
                Adversary::SlowRamp => outline.ramp_day(&self.ramps[at], day, org, rng, log),
                Adversary::MimicThenStrike => outline.mimic_day(benign, rng, log),
                Adversary::Repeat => outline.repeat_day(day, org, rng, log),
                Adversary::Flood => {}
            }
        }
        let phase = match self.adversary {
            Adversary::Flood => Phase::Decoy,
            _ => Phase::Preparation,
        };
        rows[before..].iter_mut().for_each(|row| row.phase = phase);
    }
}
