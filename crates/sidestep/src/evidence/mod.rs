//! Named evidence: why a login is odd, in nats, one file each.
//!
//! Each asks how improbable one aspect of the login is, given what was learned before it, as a
//! tail probability: the share of draws at most as familiar. So 0 nats is what always happens,
//! whether the account uses one server or a hundred.

mod account_given_dst;
mod account_given_src;
mod credential_switch;
mod dst_given_account;
mod dst_given_src;
mod protocol_given_account;
mod protocol_given_dst;
mod role_transition;
mod src_given_account;
mod src_given_dst;
mod time_of_week;

use crate::alert::Contribution;
use crate::baseline::novelty::{Novelty, Population};
use crate::baseline::profile::{AccountProfile, HostProfile};
use crate::baseline::{Baseline, Pair, SourceExplanation};
use crate::event::Timestamp;
use crate::intern::Id;

/// A login and all that is known of its parts, looked up once for every evidence.
pub(crate) struct Context<'b> {
    pub(crate) baseline: &'b Baseline,
    pub(crate) time: Timestamp,
    pub(crate) protocol: u8,
    pub(crate) account: Known<'b, AccountProfile>,
    pub(crate) source: Known<'b, HostProfile>,
    pub(crate) destination: Known<'b, HostProfile>,
    pub(crate) account_destination: Pair,
    pub(crate) account_source: Pair,
    pub(crate) source_destination: Pair,
    pub(crate) why_source: SourceExplanation,
}

/// A name and what is known of it; a blank profile where it is new.
#[derive(Clone, Copy)]
pub(crate) struct Known<'b, P> {
    pub(crate) id: Id,
    pub(crate) name: &'b str,
    pub(crate) profile: &'b P,
}

impl<'b> Context<'b> {
    pub(crate) fn new(
        baseline: &'b Baseline,
        time: Timestamp,
        protocol: u8,
        account: Known<'b, AccountProfile>,
        source: Known<'b, HostProfile>,
        destination: Known<'b, HostProfile>,
    ) -> Self {
        let pair = |pair: Option<&Pair>| pair.copied().unwrap_or_default();
        Self {
            account_destination: pair(
                baseline.account_destination.get([account.id, destination.id]),
            ),
            account_source: pair(baseline.account_source.get([account.id, source.id])),
            source_destination: pair(baseline.source_destination.get([source.id, destination.id])),
            why_source: baseline.explain_source(account.id, source.id, source.profile, time),
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
    /// What its nats count for: less where it says again what another says.
    weight: f64,
    /// What it may say at most, so that no single one decides alone.
    cap: f64,
    surprise: fn(&Context<'_>) -> f64,
    /// What was seen, and what was to be expected.
    words: fn(&Context<'_>) -> (String, String),
}

/// Every kind of evidence, in the order in which contributions are given out and summed.
pub(crate) const ALL: [Evidence; 11] = [
    dst_given_account::EVIDENCE,
    src_given_account::EVIDENCE,
    credential_switch::EVIDENCE,
    account_given_src::EVIDENCE,
    account_given_dst::EVIDENCE,
    dst_given_src::EVIDENCE,
    src_given_dst::EVIDENCE,
    role_transition::EVIDENCE,
    protocol_given_account::EVIDENCE,
    protocol_given_dst::EVIDENCE,
    time_of_week::EVIDENCE,
];

/// The weighted, capped surprise of each evidence.
pub(crate) type Surprises = [f64; ALL.len()];

/// Weighs all evidence of a login.
pub(crate) fn weigh(context: &Context<'_>) -> Surprises {
    ALL.map(|evidence| evidence.weight * (evidence.surprise)(context).clamp(0.0, evidence.cap))
}

/// The sum of the evidence, in order: what every surprise of a login is.
pub(crate) fn total(surprises: &Surprises) -> f64 {
    surprises.iter().sum()
}

/// The evidence that says anything, in words, in order; it sums to the same.
pub(crate) fn contributions(context: &Context<'_>, surprises: &Surprises) -> Vec<Contribution> {
    ALL.iter()
        .zip(surprises)
        .filter(|&(_, &surprise)| surprise > 0.0)
        .map(|(evidence, &surprise)| {
            let (observed, expected) = (evidence.words)(context);
            Contribution { name: evidence.name.to_owned(), surprise, observed, expected }
        })
        .collect()
}

/// Nats of a probability.
fn nats(p: f64) -> f64 {
    -p.ln()
}

/// Nats of drawing a value that was drawn on `days` days before.
fn draw(novelty: &Novelty, population: &Population, days: u16) -> f64 {
    nats(if days == 0 { novelty.p_new(population) } else { novelty.p_seen(days, population) })
}

/// How often something new is to be expected, in words.
fn expected_news(novelty: &Novelty, population: &Population, what: &str) -> String {
    let of = novelty.distinct();
    if of == 0 {
        return format!("no {what} known yet");
    }
    format!("a new {what} in {:.0} days; {of} known", 1.0 / novelty.p_new(population))
}

/// How often a pair was seen, in words.
fn seen(days: u16) -> String {
    match days {
        0 => "never before".to_owned(),
        1 => "on one day before".to_owned(),
        days => format!("on {days} days before"),
    }
}
