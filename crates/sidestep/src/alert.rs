//! What a user reads: alerts, the hops of their movement, and the reasons of each hop.

#[cfg(feature = "serde")]
mod json;
mod latest;

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

pub use crate::attack::Technique;
use crate::event::{AuthProtocol, LogonType, Outcome, Timestamp};
pub use crate::evidence::EVIDENCE;
use crate::evidence::Surprises;
use crate::reason::Reason;
use crate::store::Coded;
use crate::tuning::HALF_SCORE_NATS;
pub use latest::LatestAlerts;

/// One named reason why a login is odd, in nats (natural-log units of surprise).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Contribution {
    /// Name of the evidence, such as `dst_given_account`.
    pub name: Cow<'static, str>,
    /// Weighted, capped surprise. The surprise of a login is exactly the sum of these, in order.
    pub surprise: f64,
    /// What was seen.
    pub observed: String,
    /// What was to be expected.
    pub expected: String,
}

impl From<Reason> for Contribution {
    fn from(reason: Reason) -> Self {
        let Reason { name, surprise, observed, expected, .. } = reason;
        Self { name, surprise, observed, expected }
    }
}

/// What [`Engine::score`](crate::Engine::score) says of one event.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Score {
    /// Sum of the contributions, in nats. 0 for what is habitual and for what is no remote login.
    pub surprise: f64,
    /// Share of benign logins at least this surprising, by the engine's own history: 1 where
    /// nothing is odd.
    pub p_value: f64,
    /// The reasons, each with what was seen and what was expected.
    pub contributions: Vec<Contribution>,
}

/// What [`Engine::score_vector`](crate::Engine::score_vector) says of one event: the numbers of its
/// [`Score`], without the words.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ScoreVector {
    /// As in [`Score`]: the sum of the evidence, in nats.
    pub surprise: f64,
    /// As in [`Score`].
    pub p_value: f64,
    evidence: Surprises,
}

impl ScoreVector {
    pub(crate) const fn new(surprise: f64, p_value: f64, evidence: Surprises) -> Self {
        Self { surprise, p_value, evidence }
    }

    /// Weighted, capped surprise of each evidence, in the order of [`EVIDENCE`]; 0 where it says nothing.
    #[must_use]
    pub const fn evidence(&self) -> &[f64] {
        &self.evidence
    }

    /// 0 to 1, high is suspicious; rises with the surprise as the score of an [`Alert`] does.
    #[must_use]
    pub fn score(&self) -> f64 {
        bounded(self.surprise)
    }
}

impl Score {
    /// 0 to 1, high is suspicious; rises with the surprise as the score of an [`Alert`] does.
    #[must_use]
    pub fn score(&self) -> f64 {
        bounded(self.surprise)
    }
}

/// A surprise in nats as a score of 0 to 1, that of an alert and of a login alike: 0.5 at 20 nats.
pub(crate) fn bounded(surprise: f64) -> f64 {
    surprise / (surprise + HALF_SCORE_NATS)
}

/// One login of a movement.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Hop {
    /// When.
    pub time: Timestamp,
    /// The account logged on as, `name@domain`.
    pub user: String,
    /// Where from.
    pub src_host: String,
    /// Where to.
    pub dst_host: String,
    /// Whether it succeeded.
    #[cfg_attr(feature = "serde", serde(with = "json::caption"))]
    pub outcome: Outcome,
    /// What authenticated it.
    #[cfg_attr(feature = "serde", serde(with = "json::caption"))]
    pub auth_protocol: AuthProtocol,
    /// How the account logged on.
    #[cfg_attr(feature = "serde", serde(with = "json::caption"))]
    pub logon_type: LogonType,
    /// Surprise of the login: exactly the sum of its evidence, in order.
    pub surprise: f64,
    /// The reasons.
    pub evidence: Vec<Contribution>,
    /// Index into the alert's hops of the login that led here, if one did: it arrived at this
    /// hop's source, or shares its source or its account.
    pub parent: Option<usize>,
    /// The caller's reference to the raw record.
    pub raw_ref: Option<u64>,
}

/// A change of credentials within a movement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct CredentialSwitch {
    /// When the second account was first used.
    pub time: Timestamp,
    /// The host on which the switch happened.
    pub host: String,
    /// The account before.
    pub from: String,
    /// The account after.
    pub to: String,
}

/// Where a movement began.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Origin {
    /// The host.
    pub host: String,
    /// The account used first.
    pub user: String,
}

/// How rare such a movement is on this network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Severity {
    /// Expected more than once a week.
    Low,
    /// Expected at most once a week.
    Medium,
    /// Expected at most once a month.
    High,
    /// Expected at most once a year.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum AlertState {
    /// Raised now.
    Opened,
    /// Its movement grew.
    Updated,
    /// Its movement has ended, or the engine was finished; this is its last state.
    Closed,
}

impl fmt::Display for AlertState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::Closed => "closed",
        })
    }
}

/// Why a movement in which detections found something was not raised as an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum HeldBack {
    /// The budget had no room for it, or not at its strength.
    Budget,
    /// It ended while the engine still learned what is normal, and was too weak to be raised then.
    Learning,
    /// It was given up early to stay within the bound on memory.
    Memory,
}

impl HeldBack {
    /// The reason in one word, as outputs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Learning => "learning",
            Self::Memory => "memory",
        }
    }
}

impl Coded for HeldBack {
    const CODED: &'static [Self] = &[Self::Budget, Self::Learning, Self::Memory];
}

/// A movement that somebody should look at.
///
/// With the feature `serde` it is written and read in one shape, `sidestep.alert/1`, which is also what the
/// command and the bindings write: see `docs/outputs.md`. A state is only written if it is not
/// [`Closed`](AlertState::Closed).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alert {
    /// Identifier, the same in every state of one alert and in every run over the same events.
    pub id: String,
    /// Where it stands.
    pub state: AlertState,
    /// 0 to 1, high is suspicious; rises with `surprise`.
    pub score: f64,
    /// The movement's excess over what chance explains, in nats; unbounded. It ranks alerts.
    pub surprise: f64,
    /// Share of the movements of this network that are at least this surprising.
    pub p_value: f64,
    /// How rare such a movement is here.
    pub severity: Severity,
    /// Time of the first hop.
    pub first_seen: Timestamp,
    /// Time of the last hop.
    pub last_seen: Timestamp,
    /// Time of the hop at which the alert was raised.
    pub detected_at: Timestamp,
    /// Where it began.
    pub origin: Origin,
    /// Hosts that were reached and then moved on from, in order of arrival.
    pub pivots: Vec<String>,
    /// Hosts that were reached and not moved on from, in order of arrival.
    pub targets: Vec<String>,
    /// Techniques of ATT&CK that the hops fit.
    pub techniques: Vec<Technique>,
    /// Changes of credentials on the way.
    pub credential_switches: Vec<CredentialSwitch>,
    /// The logins, in order of time; a parent comes before its children.
    pub hops: Vec<Hop>,
    /// One sentence for a person.
    pub summary: String,
    /// Why it was not raised: only of what [`Engine::held_back`](crate::Engine::held_back) lists.
    pub held_back: Option<HeldBack>,
}
