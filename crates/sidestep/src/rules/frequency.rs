//! How often something benign looks like what a rule sees: by whom, and on this network at all.

use serde::{Deserialize, Serialize};

use super::detection::Detection;
use crate::baseline::table::{SavedTable, Table};
use crate::intern::Id;
use crate::time::Day;

/// Accounts and hosts remembered by rule.
const REMEMBERED: usize = 1 << 16;
/// Share of attacks that show what a rule of them sees; that it is a half costs 0.7 nats.
const IN_ATTACKS: f64 = 0.5;
/// Most nats that a rule may say.
pub(crate) const MOST: f64 = 12.0;
/// Days of the network's own frequency that stand in for what is not known of one account.
const PRIOR_DAYS: f64 = 5.0;
/// Days after which a day counts half.
const HALF_LIFE_DAYS: f64 = 60.0;

/// Who did something, or where it was done if nobody knows who did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Actor {
    Account(Id),
    Host(Id),
}

/// Days on which somebody did what a rule sees.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Days {
    count: f32,
    last: Day,
}

/// Days by rule and actor, and over the whole network.
#[derive(Debug, Clone)]
pub(crate) struct Frequency {
    by_actor: Table<(u8, Actor), Days>,
    /// For each rule, the actor-days with a finding until yesterday, and those of today.
    network: Vec<(f64, f64)>,
    /// Account-days seen until yesterday.
    days: f64,
}

/// How telling a finding is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Telling {
    /// `ln` of how much likelier an attack shows it than a day of this actor.
    pub(crate) nats: f64,
    /// Days on which the actor did the same.
    pub(crate) days: f64,
    /// Share of all account-days on which anybody did.
    pub(crate) share: f64,
}

impl Frequency {
    pub(crate) fn new(rules: usize) -> Self {
        Self { by_actor: Table::new(REMEMBERED), network: vec![(0.0, 0.0); rules], days: 0.0 }
    }

    /// Ends days on which `accounts` were known.
    pub(crate) fn refresh(&mut self, days: f64, accounts: usize) {
        let factor = (-days / HALF_LIFE_DAYS).exp2();
        for (before, today) in &mut self.network {
            *before = (*before + std::mem::take(today)) * factor;
        }
        self.days = (self.days + days * accounts as f64) * factor;
    }

    /// How telling it is that `actor`, known for `known` days, does what a rule sees: the actor's own
    /// frequency, with [`PRIOR_DAYS`] days of the network's (a beta prior), and the network's with
    /// the detection's own prior. What was seen today does not count yet, so that an intruder's first
    /// act does not excuse his second.
    pub(crate) fn telling(
        &self,
        rule: usize,
        detection: &Detection,
        actor: Actor,
        known: f64,
        today: Day,
    ) -> Telling {
        let (seen, _) = self.network.get(rule).copied().unwrap_or_default();
        let share = (seen + 1.0) / (self.days + 1.0 / detection.prior);
        let days = self
            .by_actor
            .get((rule as u8, actor))
            .map_or(0.0, |days| f64::from(days.count) - if days.last == today { 1.0 } else { 0.0 });
        let days = days.max(0.0);
        let p = (days + PRIOR_DAYS * share) / (known.max(days) + PRIOR_DAYS);
        Telling { nats: (IN_ATTACKS / p).ln().clamp(0.0, MOST), days, share }
    }

    /// Counts that `actor` did what a rule sees; once a day.
    pub(crate) fn observe(&mut self, rule: usize, actor: Actor, today: Day) {
        let key = (rule as u8, actor);
        let is_new = match self.by_actor.get_mut(key) {
            Some(days) if days.last == today => false,
            Some(days) => {
                let factor = (-f64::from(today.saturating_sub(days.last)) / HALF_LIFE_DAYS).exp2();
                days.count = days.count * factor as f32 + 1.0;
                days.last = today;
                true
            }
            None => {
                self.by_actor.insert_new(key, Days { count: 1.0, last: today });
                true
            }
        };
        if is_new && let Some((_, now)) = self.network.get_mut(rule) {
            *now += 1.0;
        }
    }

    pub(crate) fn to_saved(&self) -> SavedFrequency {
        SavedFrequency {
            by_actor: self.by_actor.to_saved(),
            network: self.network.clone(),
            days: self.days,
        }
    }

    pub(crate) fn from_saved(saved: SavedFrequency, rules: usize) -> Result<Self, String> {
        if saved.network.len() != rules {
            return Err(format!("{} rules were saved, there are {rules}", saved.network.len()));
        }
        Ok(Self {
            by_actor: Table::from_saved(saved.by_actor, "findings")?,
            network: saved.network,
            days: saved.days,
        })
    }
}

/// The same as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedFrequency {
    by_actor: SavedTable<(u8, Actor), Days>,
    network: Vec<(f64, f64)>,
    days: f64,
}
