//! Suspicious logins joined into the path that they form.

mod describe;
mod graph;
mod link;
mod marks;
mod techniques;
mod track;

pub(crate) use graph::login_graph;
pub use graph::{LoginEdge, LoginGraph, MovementGraph};
pub(crate) use link::{LinkKind, Rates};
pub(crate) use track::{Bridge, Movements, Suspect};

use serde::{Deserialize, Serialize};

use marks::Mark;

use crate::alert::Contribution;
use crate::event::{AuthProtocol, LogonType, Outcome, Timestamp};
use crate::intern::Id;
use crate::time::Day;

/// Strongest logins of one account from one source that count: summing over all of them would
/// let scanners and patch nights rank first.
const STRONGEST: usize = 3;

/// One login of a movement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) key: [Id; 3],
    pub(crate) time: Timestamp,
    pub(crate) user: String,
    pub(crate) src_host: String,
    pub(crate) dst_host: String,
    pub(crate) outcome: Outcome,
    pub(crate) auth_protocol: AuthProtocol,
    pub(crate) logon_type: LogonType,
    pub(crate) raw_ref: Option<u64>,
    pub(crate) surprise: f64,
    pub(crate) evidence: Vec<Contribution>,
    pub(crate) parent: Option<(u32, LinkKind)>,
    /// Nats that it adds: `-ln` of the number of logins as odd as this that chance would have put
    /// in its place.
    pub(crate) gain: f64,
    /// What the path was worth before its account began at its source.
    pub(crate) base: f64,
    /// What the path up to it is worth.
    pub(crate) value: f64,
}

/// Logins that explain each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movement {
    /// Number in order of opening.
    pub(crate) serial: u64,
    pub(crate) steps: Vec<Step>,
    pub(crate) opened: Day,
    /// Time of the last login, kept or not.
    pub(crate) last_time: Timestamp,
    pub(crate) score: f64,
    /// When it was alerted on.
    pub(crate) detected_at: Option<Timestamp>,
}

impl Movement {
    /// What the path to `step` would be worth if it came by way of `mark`, and before its account
    /// began at its source.
    fn worth(&self, step: &Step, mark: &Mark, kind: LinkKind, gain: f64) -> (f64, f64) {
        let parent = &self.steps[mark.step as usize];
        if kind != LinkKind::Sibling {
            return (parent.value, parent.value + gain);
        }
        let mut gains: Vec<f64> = self
            .steps
            .iter()
            .filter(|other| other.key[..2] == step.key[..2] && other.base == parent.base)
            .map(|other| other.gain)
            .collect();
        gains.sort_by(|a, b| b.total_cmp(a));
        gains.truncate(STRONGEST - 1);
        (parent.base, parent.base + gain + gains.iter().filter(|&&g| g > 0.0).sum::<f64>())
    }

    /// Adds the usual login that leads from a step to the next, unless it is there; gives out
    /// where it is.
    fn cross(&mut self, mut bridge: Step, from: u32) -> u32 {
        if let Some(at) = self.steps.iter().position(|known| known.key == bridge.key) {
            return at as u32;
        }
        let parent = &self.steps[from as usize];
        let same = parent.key[0] == bridge.key[0];
        bridge.parent = Some((from, if same { LinkKind::Hop } else { LinkKind::HopSwitched }));
        bridge.base = parent.value;
        bridge.value = parent.value;
        self.steps.push(bridge);
        (self.steps.len() - 1) as u32
    }

    /// The worth of its best path.
    fn rescore(&mut self) {
        self.score = self.steps.iter().map(|step| step.value).fold(0.0, f64::max);
    }
}
