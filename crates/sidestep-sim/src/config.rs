//! What to simulate.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::adversary::Adversary;
use crate::change::Change;

/// Why a simulation could not be made or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SimError {
    /// A field of the configuration lies outside what can be simulated.
    #[error("{field} is {value}; it must be {allowed}")]
    Config {
        /// The field.
        field: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// A word is none of those that an option knows.
    #[error("unknown {what} {word:?}; one of {allowed}")]
    UnknownWord {
        /// What the word was meant to be.
        what: &'static str,
        /// The word.
        word: String,
        /// The words that are known.
        allowed: String,
    },
    /// The truth could not be put into rows.
    #[error(transparent)]
    Truth(#[from] crate::truth::TruthError),
    /// A file could not be written.
    #[error("{path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Declares an axis: a fieldless enum whose values have a word each.
macro_rules! axis {
    ($(#[$meta:meta])* $name:ident ($what:literal) { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that files and options use.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::config::SimError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.word() == text).ok_or_else(|| {
                    $crate::config::SimError::UnknownWord {
                        what: $what,
                        word: text.to_owned(),
                        allowed: [$($word),+].join(", "),
                    }
                })
            }
        }
    };
}
pub(crate) use axis;

/// How hard the attacks are to tell from the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scenario {
    /// No attack at all.
    Clean,
    /// Ordinary attackers, on an ordinarily restless background.
    Standard,
    /// Attackers that hide in what is normal, on a background with about twice the change.
    Hard,
}

impl Scenario {
    /// Every value, in order of difficulty.
    pub const ALL: &'static [Self] = &[Self::Clean, Self::Standard, Self::Hard];

    /// How much more often what looks like an attack but is none happens.
    pub(crate) const fn restlessness(self) -> f64 {
        match self {
            Self::Clean | Self::Standard => 1.0,
            Self::Hard => 1.8,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clean => "clean",
            Self::Standard => "standard",
            Self::Hard => "hard",
        })
    }
}

impl FromStr for Scenario {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, SimError> {
        Self::ALL.iter().copied().find(|scenario| scenario.to_string() == text).ok_or_else(|| {
            SimError::UnknownWord {
                what: "scenario",
                word: text.to_owned(),
                allowed: "clean, standard, hard".to_owned(),
            }
        })
    }
}

axis! {
    /// What of the truth reaches the log.
    Telemetry ("telemetry") {
        /// Everything.
        Complete = "complete",
        /// One row in twenty is lost.
        Lossy = "lossy",
        /// A fifth of the workstations report nothing of their own.
        SilentWorkstations = "silent-workstations",
        /// Only what domain controllers write: tickets, and the NTLM logons they check.
        ControllersOnly = "controllers-only",
        /// Hosts disagree by up to a few minutes about what time it is.
        ClockSkew = "clock-skew",
    }
}

/// What to simulate. Checked by [`SimConfig::new`] and [`SimConfig::check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimConfig {
    /// Every seed is another organisation, with other attacks.
    pub seed: u64,
    /// Accounts of people, administrators and services; machines come on top. 20 to 200,000.
    pub accounts: u32,
    /// Length of the log in days. 3 to 400.
    pub days: u32,
    /// Days without attacks at the start. At most `days - 2`.
    pub learn_days: u32,
    /// How hard it is.
    pub scenario: Scenario,
    /// What of it reaches the log; `None` lets the seed choose among what the scenario allows.
    pub telemetry: Option<Telemetry>,
    /// How many attacks; `None` is about seven for 800 accounts and 16 days after learning.
    pub attacks: Option<u32>,
    /// First day on which an attack may begin; `None` is the first after learning. Attackers that prepare
    /// need some weeks before it.
    pub attacks_from: Option<u32>,
    /// How the attackers try to teach a detector before they strike, if they do.
    pub adversary: Option<Adversary>,
    /// What changes for the whole organisation on one day, if anything does.
    pub change: Option<Change>,
}

impl SimConfig {
    /// Fewest and most accounts.
    pub const ACCOUNTS: std::ops::RangeInclusive<u32> = 20..=200_000;
    /// Fewest and most days.
    pub const DAYS: std::ops::RangeInclusive<u32> = 3..=400;
    /// Most attacks.
    pub const MAX_ATTACKS: u32 = 1_000;

    /// A checked configuration with drawn telemetry and the usual number of attacks.
    ///
    /// # Errors
    /// [`SimError::Config`], naming the field that is out of range.
    pub fn new(
        seed: u64,
        accounts: u32,
        days: u32,
        learn_days: u32,
        scenario: Scenario,
    ) -> Result<Self, SimError> {
        let config = Self {
            seed,
            accounts,
            days,
            learn_days,
            scenario,
            telemetry: None,
            attacks: None,
            attacks_from: None,
            adversary: None,
            change: None,
        };
        config.check()?;
        Ok(config)
    }

    /// The same with this telemetry.
    #[must_use]
    pub const fn with_telemetry(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = Some(telemetry);
        self
    }

    /// The same with this many attacks.
    #[must_use]
    pub const fn with_attacks(mut self, attacks: u32) -> Self {
        self.attacks = Some(attacks);
        self
    }

    /// The same with attacks that begin on this day or later.
    #[must_use]
    pub const fn with_attacks_from(mut self, day: u32) -> Self {
        self.attacks_from = Some(day);
        self
    }

    /// The same with attackers that prepare.
    #[must_use]
    pub const fn with_adversary(mut self, adversary: Adversary) -> Self {
        self.adversary = Some(adversary);
        self
    }

    /// The same with a change of the organisation.
    #[must_use]
    pub const fn with_change(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }

    /// Whether every field can be simulated.
    ///
    /// # Errors
    /// [`SimError::Config`], naming the field that is out of range.
    pub fn check(&self) -> Result<(), SimError> {
        let within = |field, value: u32, lo: u32, hi: u32| {
            if (lo..=hi).contains(&value) {
                Ok(())
            } else {
                Err(SimError::Config {
                    field,
                    value: value.to_string(),
                    allowed: format!("{lo} to {hi}"),
                })
            }
        };
        within("accounts", self.accounts, *Self::ACCOUNTS.start(), *Self::ACCOUNTS.end())?;
        within("days", self.days, *Self::DAYS.start(), *Self::DAYS.end())?;
        within("learn_days", self.learn_days, 0, self.days - 2)?;
        within("attacks", self.attacks.unwrap_or(0), 0, Self::MAX_ATTACKS)?;
        let from = self.attacks_from.unwrap_or(self.learn_days);
        within("attacks_from", from, self.learn_days, self.days - 2)?;
        within("change_day", self.change.map_or(1, |change| change.day), 1, self.days - 1)
    }

    /// First day on which an attack may begin.
    pub(crate) fn first_attack_day(&self) -> u32 {
        self.attacks_from.unwrap_or(self.learn_days).max(1).min(self.days - 2)
    }

    /// How many attacks there will be.
    #[must_use]
    pub fn attack_count(&self) -> u32 {
        match (self.scenario, self.attacks) {
            (Scenario::Clean, _) => 0,
            (_, Some(count)) => count,
            (_, None) => {
                let size = libm::sqrt(f64::from(self.accounts) / 800.0);
                let from = self.attacks_from.unwrap_or(self.learn_days);
                let time = f64::from(self.days - from) / 16.0;
                libm::round(7.0 * size * time).clamp(1.0, 40.0) as u32
            }
        }
    }
}
