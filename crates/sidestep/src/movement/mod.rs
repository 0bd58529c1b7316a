//! Suspicious logins joined into the path that they form.

mod candidate;
mod fan;
mod link;
mod pending_tickets;
mod recent_hops;
mod tracker;

pub(crate) use candidate::{Attached, Candidate};
pub(crate) use tracker::Tracker;

use serde::{Deserialize, Serialize};

use crate::event::{AuthProtocol, LogonType, Outcome};
use crate::reason::{Reason, RuleEvidence};
use crate::rules::techniques_of;
use crate::store::{Id, heap};
use crate::time::{Day, Micros};
use crate::tuning::movement::{OF_ONE, ONE_ACT, SHOWN_NATS, STRONGEST};

/// One login of a movement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hop {
    pub(crate) key: [Id; 3],
    pub(crate) time: Micros,
    pub(crate) user: String,
    pub(crate) src_host: String,
    pub(crate) dst_host: String,
    #[serde(with = "crate::store::coded")]
    pub(crate) outcome: Outcome,
    #[serde(with = "crate::store::coded")]
    pub(crate) auth_protocol: AuthProtocol,
    #[serde(with = "crate::store::coded")]
    pub(crate) logon_type: LogonType,
    pub(crate) raw_ref: Option<u64>,
    pub(crate) surprise: f64,
    pub(crate) evidence: Vec<Reason>,
    pub(crate) parent: Option<u32>,
    /// Nats by which it and its link exceed what the gate lets in.
    pub(crate) gain: f64,
    /// Of these, the nats of rules.
    pub(crate) rule_nats: f64,
    /// What of the nats of rules is left once they are held to how often the network finds the like.
    pub(crate) held: f64,
    /// Of these, the nats of the link to its parent.
    pub(crate) linked: f64,
    /// Whether it only asked a controller for a ticket: that reaches nothing.
    pub(crate) asks: bool,
    /// Whether sshd let it in.
    pub(crate) ssh: bool,
}

heap! {
    Reason { observed, expected }
    RuleEvidence { reason }
    Hop { user, src_host, dst_host, evidence }
    Movement { hops }
}

/// Logins that explain each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movement {
    /// Number in order of opening.
    pub(crate) serial: u64,
    /// What tells it from others in every run over the same events.
    pub(crate) id: u64,
    pub(crate) hops: Vec<Hop>,
    pub(crate) opened: Day,
    /// Time of the last login, kept or not.
    pub(crate) last_time: Micros,
    pub(crate) score: f64,
    /// What of the score rules alone prove.
    pub(crate) rule_nats: f64,
    /// What is left of that once findings are held to how often the network has the like.
    pub(crate) held: f64,
    /// Its weight as far as the budget was told of it, and the budget of those that findings lead.
    pub(crate) reported: f64,
    pub(crate) reported_rule_led: f64,
    /// Failed logins that followed from its logins.
    pub(crate) failed: u32,
    /// When it was alerted on.
    pub(crate) detected_at: Option<Micros>,
    /// Whether it was alerted on by detections alone.
    pub(crate) by_detections: bool,
}

impl Hop {
    /// Who went from where.
    fn fan(&self) -> [Id; 2] {
        [self.key[0], self.key[1]]
    }

    /// Whether only rules saw it: no login that is odd by itself stands behind it.
    fn is_only_found(&self) -> bool {
        // What was added and is taken away again leaves a rounding error.
        self.gain - self.linked - self.rule_nats < 1e-9
    }

    /// Whether something at `time` is too late to belong to the same act.
    fn is_another_act(&self, time: Micros) -> bool {
        time - self.time > ONE_ACT
    }

    /// Holds the nats of rules to how often the network has the like.
    fn hold_to_network(&mut self) {
        for reason in self.evidence.iter_mut().filter(|reason| reason.of_rule) {
            if reason.surprise > 0.0 {
                reason.surprise = self.held;
            }
        }
        self.surprise = self.evidence.iter().map(|reason| reason.surprise).sum();
        self.gain += self.held - self.rule_nats;
        self.rule_nats = self.held;
    }

    /// Takes a rule's evidence in. Of several rules the strongest counts; the others are shown with
    /// 0 nats, for they see the same act from other sides: a tool is copied, installed and started.
    pub(crate) fn add_evidence(&mut self, evidence: RuleEvidence) {
        let RuleEvidence { mut reason, held } = evidence;
        let nats = reason.surprise;
        // What names other techniques is another act, and must not be lost for bearing the same name.
        let techniques = techniques_of(&reason.name, &reason.observed);
        let known = self.evidence.iter().position(|known| {
            known.name == reason.name && techniques_of(&known.name, &known.observed) == techniques
        });
        if nats <= self.rule_nats {
            reason.surprise = 0.0;
            if known.is_none() {
                self.evidence.push(reason);
            }
            return;
        }
        for known in self.evidence.iter_mut().filter(|known| known.of_rule) {
            known.surprise = 0.0;
        }
        match known {
            Some(at) => self.evidence[at] = reason,
            None => self.evidence.push(reason),
        }
        self.surprise = self.evidence.iter().map(|reason| reason.surprise).sum();
        self.gain += nats - self.rule_nats;
        self.rule_nats = nats;
        self.held = held;
    }
}

/// FNV-1a of the first login and a movement's number: the same in every run over the same events.
fn id_of(first: &Hop, serial: u64) -> u64 {
    let parts: [&[u8]; 5] = [
        &first.time.to_le_bytes(),
        first.user.as_bytes(),
        first.src_host.as_bytes(),
        first.dst_host.as_bytes(),
        &serial.to_le_bytes(),
    ];
    parts
        .iter()
        .flat_map(|part| part.iter().chain(&[0xff]))
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
}

impl Movement {
    /// Whether its saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        let mut hops = self.hops.iter().enumerate();
        !self.hops.is_empty()
            && hops.all(|(at, hop)| hop.parent.is_none_or(|parent| (parent as usize) < at))
    }

    /// Notes that it is alerted on now, by detections alone.
    pub(crate) fn raise_by_detections(&mut self, now: Micros) {
        self.detected_at = Some(now);
        self.by_detections = true;
    }

    /// Whether rules found enough of it to be shown, and nobody was shown it.
    pub(crate) fn is_unseen(&self) -> bool {
        self.detected_at.is_none() && self.rule_nats >= SHOWN_NATS
    }

    /// Its score on the scale of the budget: with findings held to how often the network has the like.
    pub(crate) fn weight(&self) -> f64 {
        self.score - self.rule_nats + self.held
    }

    /// Its weight if findings lead it, that is if at least half of it is theirs; else 0.
    pub(crate) fn rule_led(&self) -> f64 {
        if 2.0 * self.held >= self.weight() { self.weight() } else { 0.0 }
    }

    /// Whether it may be alerted on where one that findings lead must reach `threshold`.
    pub(crate) fn may_lead(&self, threshold: f64) -> bool {
        let rule_led = self.rule_led();
        rule_led == 0.0 || rule_led >= threshold
    }

    /// Sum of the gains of the strongest distinct logins.
    fn rescore(&mut self) {
        let mut order: Vec<&Hop> = self.hops.iter().collect();
        order.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        let mut taken: Vec<&Hop> = Vec::with_capacity(STRONGEST);
        for hop in order {
            let of_group = taken.iter().filter(|other| other.fan() == hop.fan()).count();
            if of_group < OF_ONE && taken.len() < STRONGEST {
                taken.push(hop);
            }
        }
        self.score = taken.iter().map(|hop| hop.gain).sum();
        self.rule_nats = taken.iter().map(|hop| hop.rule_nats).sum();
        self.held = taken.iter().map(|hop| hop.held).sum();
    }
}
