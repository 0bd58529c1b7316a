//! Named evidence: why a login is odd, in nats, one file each.
//!
//! Each is `-ln` of the probability of one aspect of the login, given what was learned before it.
//! How improbable a sum of them is among logins of this network is for the calibration to say.

mod account_given_dst;
mod account_given_src;
mod credential_switch;
mod dst_given_account;
mod dst_given_src;
mod protocol_given_account;
mod protocol_given_dst;
mod rare_combination;
mod src_given_account;
mod unusual_hour;

use crate::baseline::aode::Combination;
use crate::baseline::pitman_yor::Draws;
use crate::baseline::profile::{AccountProfile, HostProfile, ProtocolCounts};
use crate::baseline::{Baseline, Pair, SourceExplanation};
use crate::fading::Fade;
use crate::login::{LoginPlaces, protocol_words};
use crate::reason::Reason;
use crate::store::{Entry, Id, Place, Table};
use crate::time::Micros;
use crate::tuning::evidence::Weight;

/// A login and all that is known of its parts, looked up once for every evidence.
pub(crate) struct Context<'b> {
    pub(crate) baseline: &'b Baseline,
    pub(crate) time: Micros,
    pub(crate) protocol: u8,
    pub(crate) account: Known<'b, AccountProfile>,
    pub(crate) source: Known<'b, HostProfile>,
    pub(crate) destination: Known<'b, HostProfile>,
    /// Draws of each pair until now.
    pub(crate) account_destination: f64,
    pub(crate) account_source: f64,
    pub(crate) source_destination: f64,
    pub(crate) why_source: SourceExplanation,
    /// Whether the account sat down at the source a while ago: then it is no wonder that it is
    /// used from there.
    pub(crate) sat_down: bool,
}

/// A name and what is known of it; a blank profile where it is new.
#[derive(Clone, Copy)]
pub(crate) struct Known<'b, P> {
    pub(crate) id: Id,
    pub(crate) name: &'b str,
    pub(crate) profile: &'b P,
}

impl<'b, P> Known<'b, P> {
    pub(crate) fn of(entry: &Entry<'b, P>) -> Self {
        Self { id: entry.id, name: entry.name, profile: entry.profile }
    }
}

impl<'b> Context<'b> {
    pub(crate) fn new(
        baseline: &'b Baseline,
        time: Micros,
        protocol: u8,
        places: &LoginPlaces,
        account: Known<'b, AccountProfile>,
        source: Known<'b, HostProfile>,
        destination: Known<'b, HostProfile>,
    ) -> Self {
        let pair = |table: &Table<[Id; 2], Pair>, place: Option<Place>| {
            place.map_or(0.0, |place| table.at(place).count.value(&baseline.fade))
        };
        Self {
            account_destination: pair(&baseline.account_destination, places.account_destination),
            account_source: pair(&baseline.account_source, places.account_source),
            source_destination: pair(&baseline.source_destination, places.source_destination),
            why_source: baseline.explain_source(account.id, source.id, source.profile, time),
            sat_down: baseline.sat_down(account.id, source.id, time),
            baseline,
            time,
            protocol,
            account,
            source,
            destination,
        }
    }
}

/// One kind of evidence.
pub(crate) struct Evidence {
    pub(crate) name: &'static str,
    weight: Weight,
    surprise: fn(&Context<'_>) -> f64,
    /// What was seen, and what was to be expected.
    words: fn(&Context<'_>) -> (String, String),
}

/// Every kind of evidence, in the order in which contributions are given out and summed.
pub(crate) static ALL: [Evidence; 10] = [
    dst_given_account::EVIDENCE,
    src_given_account::EVIDENCE,
    credential_switch::EVIDENCE,
    account_given_src::EVIDENCE,
    account_given_dst::EVIDENCE,
    dst_given_src::EVIDENCE,
    protocol_given_account::EVIDENCE,
    protocol_given_dst::EVIDENCE,
    unusual_hour::EVIDENCE,
    rare_combination::EVIDENCE,
];

/// The name of every kind of evidence, in the order in which contributions are given out and summed.
pub const EVIDENCE: &[&str] = &NAMES;

const NAMES: [&str; ALL.len()] = {
    let mut names = [""; ALL.len()];
    let mut at = 0;
    while at < ALL.len() {
        names[at] = ALL[at].name;
        at += 1;
    }
    names
};

/// The weighted, capped surprise of each evidence.
pub(crate) type Surprises = [f64; ALL.len()];

/// Weighs all evidence of a login.
pub(crate) fn weigh(context: &Context<'_>) -> Surprises {
    let (mut sum, mut surprises) = (0.0, Surprises::default());
    for (surprise, evidence) in surprises.iter_mut().zip(&ALL) {
        let (weight, cap, beyond) = evidence.weight;
        if sum >= beyond {
            *surprise = weight * (evidence.surprise)(context).clamp(0.0, cap);
            sum += *surprise;
        }
    }
    surprises
}

/// What is known and unknown of a login, to be counted.
pub(crate) fn combination(context: &Context<'_>) -> Combination {
    rare_combination::levels(context)
}

/// The sum of the evidence, in order: what every surprise of a login is.
pub(crate) fn total(surprises: &Surprises) -> f64 {
    surprises.iter().sum()
}

/// The evidence that says anything, in words, in order; it sums to the same.
pub(crate) fn reasons(context: &Context<'_>, surprises: &Surprises) -> Vec<Reason> {
    ALL.iter()
        .zip(surprises)
        .filter(|&(_, &surprise)| surprise > 0.0)
        .map(|(evidence, &surprise)| {
            let (observed, expected) = (evidence.words)(context);
            Reason { name: evidence.name.into(), of_rule: false, surprise, observed, expected }
        })
        .collect()
}

/// Nats of a probability.
fn nats(p: f64) -> f64 {
    -p.max(f64::MIN_POSITIVE).ln()
}

/// The protocol that something uses most, in words.
fn usual_protocol(protocols: &ProtocolCounts) -> String {
    protocols.usual().map_or_else(
        || "nothing known of it yet".to_owned(),
        |class| format!("usually {}", protocol_words(class)),
    )
}

/// How much something draws new names, in words.
fn usual(draws: &Draws, what: &str, fade: &Fade) -> String {
    match draws.distinct() {
        0 => format!("no {what} known yet"),
        1 => format!("always the same {what}"),
        known => {
            format!("{known} {what}s known, {:.0} % of draws were new", 100.0 * draws.news(fade))
        }
    }
}
