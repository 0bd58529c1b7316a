//! An odd login on its way into a movement.

use super::{Hop, RuleEvidence};
use crate::tuning::OPENS_NATS;
#[cfg(test)]
use crate::{
    event::{LogonType, Outcome},
    store::Id,
    time::Micros,
};

/// A login odd enough to belong to a movement.
pub(crate) struct Candidate {
    /// The login; its gain is that of the login alone.
    pub(crate) hop: Hop,
    /// Whether it is too common to belong to a movement, and is shown alone if at all.
    pub(crate) alone: bool,
    /// Odd logins a day that reach its source.
    pub(crate) rate: f64,
    /// Odd logins a day that leave a host here.
    pub(crate) leaving: f64,
}

impl Candidate {
    /// A login that succeeded over the network, for tests.
    #[cfg(test)]
    pub(crate) fn of_test(key: [Id; 3], time: Micros, gain: f64, rule_nats: f64) -> Self {
        let hop = Hop {
            key,
            time,
            user: "admin@CORP".to_owned(),
            src_host: "WS-9".to_owned(),
            dst_host: "SRV".to_owned(),
            outcome: Outcome::Success,
            auth_protocol: crate::event::AuthProtocol::Kerberos,
            logon_type: LogonType::Network,
            raw_ref: None,
            surprise: gain,
            evidence: Vec::new(),
            parent: None,
            gain,
            rule_nats,
            held: rule_nats,
            linked: 0.0,
            asks: false,
            ssh: false,
        };
        Self { hop, alone: false, rate: 0.1, leaving: 0.1 }
    }

    /// Takes a rule's evidence of this login in; what is telling by itself belongs to a movement.
    pub(crate) fn add_evidence(&mut self, evidence: RuleEvidence) {
        self.alone &= evidence.reason.surprise < OPENS_NATS;
        self.hop.add_evidence(evidence);
    }
}

/// The movement that a login belongs to, and what it did to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attached {
    /// The movement.
    pub(crate) movement: u64,
    /// The movements that rose, in order: the one that lost a wide fan, and the movement itself. None
    /// where the login was not kept as a hop of its own.
    pub(crate) rose: Vec<u64>,
}

impl Attached {
    /// To a movement that did not rise.
    pub(super) const fn to(movement: u64) -> Self {
        Self { movement, rose: Vec::new() }
    }

    /// To a movement that rose.
    pub(super) fn raised(movement: u64) -> Self {
        Self { movement, rose: vec![movement] }
    }

    /// Whether the login is a hop of its own.
    pub(crate) fn is_kept(&self) -> bool {
        !self.rose.is_empty()
    }
}

/// Takes in logins of 5 nats, a minute apart: who, from where, to where.
#[cfg(test)]
pub(super) fn attach_all(
    movements: &mut super::Tracker,
    logins: &[[Id; 3]],
    first: Micros,
) -> Vec<Attached> {
    let times = (0..).map(|at| first + at * crate::time::MINUTE);
    let one = logins.iter().zip(times).map(|(&key, time)| {
        movements.attach(Candidate::of_test(key, time, 5.0, 0.0)).expect("it belongs somewhere")
    });
    one.collect()
}
