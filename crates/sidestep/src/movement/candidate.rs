//! An odd login on its way into a movement.

use super::{Hop, RuleEvidence};
use crate::rules::weigh::OPENS;
#[cfg(test)]
use crate::{
    event::{LogonType, Outcome, Timestamp},
    store::Id,
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
    pub(crate) fn of_test(key: [Id; 3], time: Timestamp, gain: f64, proven: f64) -> Self {
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
            proven,
            held: proven,
            linked: 0.0,
            asks: false,
            ssh: false,
        };
        Self { hop, alone: false, rate: 0.1, leaving: 0.1 }
    }

    /// Takes a rule's evidence of this login in; what is telling by itself belongs to a movement.
    pub(crate) fn prove(&mut self, weighed: RuleEvidence) {
        self.alone &= weighed.contribution.surprise < OPENS;
        self.hop.prove(weighed);
    }
}

/// Where a login went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attached {
    /// The movement it belongs to.
    pub(crate) movement: u64,
    /// The movement's score before.
    pub(crate) before: f64,
    /// Whether the login was kept as a hop of its own.
    pub(crate) kept: bool,
    /// Movements that had to be given up to make room.
    pub(crate) evicted: u64,
    /// Whether the login was not kept because its movement is full.
    pub(crate) full: bool,
    /// The movement that it was in, where it made a wide fan.
    pub(crate) split: Option<u64>,
}

impl Attached {
    /// In the movement, which had the score `before`, and not kept.
    pub(super) const fn to(movement: u64, before: f64) -> Self {
        Self { movement, before, kept: false, evicted: 0, full: false, split: None }
    }
}

/// Takes in logins of 5 nats, a minute apart: who, from where, to where.
#[cfg(test)]
pub(super) fn attach_all(
    movements: &mut super::Tracker,
    logins: &[[Id; 3]],
    first: Timestamp,
) -> Vec<Attached> {
    let times = (0..).map(|at| first + at * crate::time::MINUTE);
    let one = logins.iter().zip(times).map(|(&key, time)| {
        movements.attach(Candidate::of_test(key, time, 5.0, 0.0)).expect("it belongs somewhere")
    });
    one.collect()
}
