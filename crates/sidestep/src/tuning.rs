//! Every number that was chosen and not given: with its unit, and what it is for.
//!
//! Those of the statistics were found on simulated organisations that no reported figure uses (LANL
//! logs, seeds 1001 to 1040, and Windows logs, seeds 9701 to 9722; what was tried is at the end of
//! `docs/detection.md`); those of the detections on public captures and on the benign events beside them.
//! Bounds on memory are those with which a state of a network of some tens of thousands of accounts stays
//! below a few hundred MiB. `docs/detection.md` lists them all; a test keeps that list equal to this file.

pub(crate) mod detections;

use crate::time::{DAY, Day, HOUR, MINUTE, Micros, SECOND};

/// Share of benign logins odd enough to join a movement.
pub(crate) const GATE: f64 = 0.005;
/// Share of benign logins odd enough to be shown alone where the budget asks for more than the gate lets
/// in, at most.
pub(crate) const WIDEST_GATE: f64 = 0.2;
/// Logins let in for each alert asked for.
pub(crate) const LET_IN_PER_ALERT: f64 = 3.0;
/// Most that a login beyond the gate gains, in nats: less than any within it.
pub(crate) const BEYOND_GATE_NATS: f64 = 0.1;
/// Logins a day that a network has at least, for the scale of what is rare: on a small one a few hundred
/// are too few to judge by.
pub(crate) const LEAST_LOGINS_A_DAY: f64 = 500.0;
/// Share of logins that count as odd where an account or host is called noisy, and beyond which the
/// calibration is fitted, not counted.
pub(crate) const TAIL: f64 = 0.01;
/// An account or source that was odd more often than others is that much less remarkable, by this power
/// of the ratio.
pub(crate) const NOISE_POWER: f64 = 0.2;
/// Least ratio: nobody's logins count for much more because they were never odd.
pub(crate) const LEAST_NOISE: f64 = 0.5;
/// Longest time that a rate is measured over, in days: the mean age of what is not forgotten.
pub(crate) const RATE_DAYS: f64 = 40.0;
/// Days at the start on which surprises say nothing.
pub(crate) const COLD_DAYS: Day = 2;
/// Logins that a fit of the calibration needs.
pub(crate) const FITTED_LOGINS: f64 = 300.0;
/// Width of a bin of the histograms of surprises and of movements, in nats.
pub(crate) const BIN_NATS: f64 = 0.25;
/// Days after which a login or movement counts half in its histogram: a baseline's first days, when all
/// is new, must fade within the usual time of learning.
pub(crate) const HISTOGRAM_HALF_LIFE_DAYS: f64 = 10.0;

/// Days with events before a network is judged, settled or not, and after which it is settled or not.
pub(crate) const SHORTEST_WARM_UP: Day = 7;
pub(crate) const LONGEST_WARM_UP: Day = 14;
/// A network is settled where fewer than this share of a day's logins take a new edge.
pub(crate) const SETTLED_SHARE: f64 = 0.125;
/// Share of the budget for movements that are led by what rules found. Administrators do daily what
/// rules are about, so that findings would take most of a quiet network's alerts.
pub(crate) const RULE_LED_SHARE: f64 = 0.1;
/// A movement expected more often than this a day is learned from although it was alerted on.
pub(crate) const QUARANTINED_RATE: f64 = 1.0 / 7.0;
/// Logins that may wait to be learned at a time; beyond that the oldest is taken at once.
pub(crate) const MAX_WAITING: usize = 1 << 18;

/// Nats of a movement or login whose score, of 0 to 1, is a half.
pub(crate) const HALF_SCORE_NATS: f64 = 20.0;

/// Nats below which a finding is no evidence.
pub(crate) const LEAST_NATS: f64 = 1.0;
/// Nats with which a finding may open a movement, or make one of a login that is not odd enough.
pub(crate) const OPENS_NATS: f64 = 3.0;
/// Nats of rules alone with which a movement is alerted on at once where detections decide: of what is
/// hardly ever benign. A weaker one waits until it has ended, for the strongest come first where the
/// budget is short.
pub(crate) const AT_ONCE_NATS: f64 = 6.0;
/// Movements a day that one alerted on by detections alone is taken to be one of at least: nothing is
/// critical on a network of which nothing is known.
pub(crate) const LEAST_RATE_BY_DETECTIONS: f64 = 1.0 / 360.0;
/// Alerts that may be raised by detections alone at least, if the budget asks for fewer.
pub(crate) const LEAST_ALERTS_BY_DETECTIONS: f64 = 5.0;

/// How far after the newest event one is set aside until the stream follows it.
pub(crate) const FAR_AHEAD: Micros = 7 * DAY;
/// The stream follows where so many events, the first and the last this far apart, are set aside with
/// none against them; or where so many are that no more are kept.
pub(crate) const FOLLOWED_BY: usize = 4;
pub(crate) const FOLLOWED_FOR: Micros = 15 * MINUTE;
pub(crate) const MOST_SET_ASIDE: usize = 64;

/// A time within which different things are met together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) length: Micros,
    /// Things beyond the first that are met in it where nothing is known.
    pub(crate) mean: f64,
    /// The same at the least, however much is known: two at once are no burst for never having been.
    pub(crate) least: f64,
}

/// What each kind of evidence counts for (less where it says again what another says), what it may say
/// at most in nats, so that no single one decides alone, and the nats of those before it from which on it is
/// looked at.
pub(crate) mod evidence {
    /// Weight, cap in nats, and nats from which on it is looked at.
    pub(crate) type Weight = (f64, f64, f64);

    pub(crate) const DST_GIVEN_ACCOUNT: Weight = (1.0, 14.0, 0.0);
    pub(crate) const SRC_GIVEN_ACCOUNT: Weight = (1.5, 14.0, 0.0);
    pub(crate) const CREDENTIAL_SWITCH: Weight = (1.0, 14.0, 0.0);
    pub(crate) const ACCOUNT_GIVEN_SRC: Weight = (0.75, 14.0, 0.0);
    pub(crate) const ACCOUNT_GIVEN_DST: Weight = (0.75, 14.0, 0.0);
    pub(crate) const DST_GIVEN_SRC: Weight = (0.3, 14.0, 0.0);
    pub(crate) const PROTOCOL_GIVEN_ACCOUNT: Weight = (0.4, 6.0, 0.0);
    pub(crate) const PROTOCOL_GIVEN_DST: Weight = (0.4, 6.0, 0.0);
    pub(crate) const UNUSUAL_HOUR: Weight = (0.5, 5.0, 0.0);
    /// What is usual in most respects need not be looked at in this one.
    pub(crate) const RARE_COMBINATION: Weight = (0.8, 40.0, 12.0);
}

/// Thousandths of a limit of memory.
pub(crate) mod memory {
    pub(crate) const ACCOUNTS: usize = 60;
    pub(crate) const HOSTS: usize = 80;
    pub(crate) const EDGES: usize = 120;
    pub(crate) const ACCOUNT_DESTINATIONS: usize = 60;
    pub(crate) const ACCOUNT_SOURCES: usize = 50;
    pub(crate) const HOST_PAIRS: usize = 50;
    pub(crate) const PRESENCE: usize = 35;
    pub(crate) const KEYBOARDS: usize = 15;
    pub(crate) const COMPANIONS: usize = 15;
    pub(crate) const JOURNAL: usize = 25;
    pub(crate) const NON_MOVERS: usize = 25;
    pub(crate) const SIDS: usize = 15;
    pub(crate) const HOMES: usize = 12;
    pub(crate) const DOMAINS: usize = 3;
    pub(crate) const ADDRESSES: usize = 35;
    pub(crate) const ADDRESSED_HOSTS: usize = 12;
    pub(crate) const SUFFIXES: usize = 15;
    pub(crate) const CUT_NAMES: usize = 8;
    pub(crate) const MOVEMENTS: usize = 50;
    /// Thousandths for what rules, sessions, logins in quarantine and movements that wait remember together.
    pub(crate) const RULES: usize = 220;
    /// Bytes that these take at the most where memory is not limited, from the sizes of all their entries.
    pub(crate) const USUAL_RULES_BYTES: usize = 400_000_000;
}

pub(crate) mod journal {
    use super::*;

    /// Days that can be taken back and judged again: two half-lives of how surprising logins are.
    pub(crate) const DAYS: Day = 20;
    /// Entries at the most. An account has a dozen a day, so that they reach back all the days for some thousand
    /// accounts.
    pub(crate) const MOST: usize = 1 << 18;
    /// Draws of a pair, as of the journal's first day, below which nothing is left of it but what was rounded.
    pub(crate) const LEAST_LEFT: f64 = 0.125;
    /// How often a session at a keyboard is noted: logins know to a third of an hour when it was.
    pub(crate) const SESSION: Micros = 20 * MINUTE;
}

pub(crate) mod workstation_logons {
    use super::*;

    /// Clocks differ, and so does when logs write.
    pub(crate) const AT_ONCE: Micros = 10 * SECOND;
    /// Accounts remembered; what they did is of use for seconds only.
    pub(crate) const REMEMBERED: usize = 1 << 14;
}

pub(crate) mod addresses {
    use super::*;

    /// Names that an address had lately, remembered to recognise a shared one.
    pub(crate) const REMEMBERED: usize = 4;
    /// Lifetimes for which at most an address is believed to be unchanged that nobody speaks of.
    pub(crate) const MOST_LIFETIMES: Micros = 14;
    /// How long after it was last seen a name counts as one that the address has now.
    pub(crate) const AT_ONCE: Micros = HOUR;
}

pub(crate) mod accounts {
    /// Domains remembered.
    pub(crate) const DOMAINS: usize = 4096;
}

pub(crate) mod sessions {
    use super::*;

    /// Sessions and logons remembered.
    pub(crate) const REMEMBERED: usize = 1 << 16;
    /// Two logs may report one logon this far apart: clocks differ, and so does when they write.
    pub(crate) const REPORTED_WITHIN: Micros = 10 * SECOND;
    /// A ticket is good for a working day.
    pub(crate) const TICKET: Micros = DAY;
}

pub(crate) mod baseline {
    /// Days after which a combination counts half: it follows the seasons of administration.
    pub(crate) const COMBINATION_HALF_LIFE_DAYS: f64 = 15.0;
}

pub(crate) mod pitman_yor {
    /// Discount `d` of the Pitman-Yor process: how much each known name gives up to unknown ones.
    pub(crate) const DISCOUNT: f64 = 0.3;
    /// Concentration `a` of the process: draws that the base measure is worth.
    pub(crate) const CONCENTRATION: f64 = 2.0;
}

pub(crate) mod profile {
    /// Draws of the network's own distribution that stand in for what is not known.
    pub(crate) const PRIOR: f64 = 2.0;
}

pub(crate) mod aode {
    /// Draws that an aspect's own distribution counts for beside one given another aspect.
    pub(crate) const PRIOR: f64 = 3.0;
}

pub(crate) mod explain {
    use super::*;

    /// How long after it came over the network an account may explain another one's use.
    pub(crate) const VISIT: Micros = DAY;
    /// How long after an arrival a use is explained by it, or teaches that two accounts go together.
    pub(crate) const SWITCH: Micros = 8 * HOUR;
    /// Days that make a habit: one is what is judged.
    pub(crate) const HABIT: f64 = 2.0;
    /// The same of days that are not forgotten.
    pub(crate) const HABIT_DAYS: u32 = 2;
    /// How long after it sat down at a host an account may be used from there as a matter of course.
    pub(crate) const SITTING: Micros = 12 * HOUR;
}

pub(crate) mod learn {
    /// A pair unused for this many half-lives is forgotten: 1.5 % of it would be left.
    pub(crate) const STALE_HALF_LIVES: f64 = 6.0;
}

pub(crate) mod rates {
    use super::*;

    /// Observations after which the older ones begin to count less.
    pub(crate) const MEMORY: f32 = 1024.0;
    /// Observations of the wider circle that stand in for what is not known of one.
    pub(crate) const PRIOR: f64 = 2.0;
    /// Share of attacks that show it; that it is a half costs 0.7 nats.
    pub(crate) const IN_ATTACKS: f64 = 0.5;
    /// Nats below which a rule's own statistic says nothing.
    pub(crate) const LEAST: f64 = 1.0;
    /// Things of one hour that are told apart.
    pub(crate) const TOLD_APART: usize = 64;
    /// How long the hours of one are remembered.
    pub(crate) const REMEMBERED: Micros = 60 * DAY;
    /// An hour, in which people meet several things.
    pub(crate) const HOURLY: Span = Span { length: HOUR, mean: 1.0, least: 0.0 };
    /// Ten seconds: people do one thing after the other, and what their programs do with it follows at
    /// once now and then.
    pub(crate) const AT_ONCE: Span = Span { length: 10 * SECOND, mean: 0.25, least: 0.25 };
}

pub(crate) mod frequency {
    /// Accounts and hosts remembered by rule.
    pub(crate) const REMEMBERED: usize = 1 << 16;
    /// Share of attacks that show what a rule of them sees; that it is a half costs 0.7 nats.
    pub(crate) const IN_ATTACKS: f64 = 0.5;
    /// Most nats that a rule may say.
    pub(crate) const MOST: f64 = 12.0;
    /// Days of the network's own frequency that stand in for what is not known of one account.
    pub(crate) const PRIOR_DAYS: f64 = 5.0;
    /// Days that actors are taken to be known for where their findings are compared.
    pub(crate) const COMMON_DAYS: f64 = 30.0;
    /// Nats by which a finding must be rarer than a login to say as much: somebody is to be bothered by
    /// rules alone once a week at most.
    pub(crate) const DEARER: f64 = 2.0;
    /// Findings that stand in for those never seen, over the days that the detection's prior has them in.
    pub(crate) const HALF_SEEN: f64 = 0.5;
    /// Days that make no habit where nothing but detections is judged: what was done once may have been done
    /// by an intruder.
    pub(crate) const NO_HABIT: f64 = 1.0;
    /// Fewer days of a habit than this are none: counts that fade are rounded.
    pub(crate) const LEAST_HABIT: f64 = 0.02;
    /// New kinds of finding that stand in for those that an actor never showed, over the days on which a
    /// detection found anything: who does one thing every day rarely begins another.
    pub(crate) const NEW_KINDS: f64 = 0.1;
    /// Days after which a day counts half.
    pub(crate) const HALF_LIFE_DAYS: f64 = 60.0;
}

pub(crate) mod budget {
    /// Alerts raised so far, as a multiple of those asked for, beyond which none is raised whatever its
    /// score, and below which the best of what there is is raised.
    pub(crate) const ROOM: f64 = 1.4;
    pub(crate) const SHORT: f64 = 0.75;
    /// Movements of which the tail beyond the second highest is fitted.
    pub(crate) const TAIL_MOVEMENTS: f64 = 12.0;
    /// Days' alerts ahead or behind that change the rate asked for by a factor of e, and the factor by
    /// which it is changed at most.
    pub(crate) const BEHIND_DAYS: f64 = 2.0;
    pub(crate) const MOST_RATE: f64 = 20.0;
}

pub(crate) mod burst {
    use super::*;

    /// Actors remembered.
    pub(crate) const ACTORS: usize = 1 << 14;
    /// Things remembered of each; beyond that many new ones a day, nothing is counted any more.
    pub(crate) const THINGS: usize = 128;
    /// Days after which a thing, or an actor, that was not seen is forgotten.
    pub(crate) const KEPT_DAYS: Day = 60;
    /// Days after which a window counts half.
    pub(crate) const HALF_LIFE_DAYS: f64 = 30.0;
    /// Windows that are not worth remembering.
    pub(crate) const LEAST_KEPT: f64 = 0.1;
    /// Nats from which on a burst is told, and by which it must have grown to be told again that day.
    pub(crate) const STEP: f64 = 4.0;
    /// Bounds of the gamma's shape. However much is known, a rate is not the same in all windows of
    /// an actor: its standard deviation is taken to be its mean at the least.
    pub(crate) const LEAST_SHAPE: f64 = 0.1;
    pub(crate) const MOST_SHAPE: f64 = 1.0;
    /// New things that a window in which anything happened is taken to hold at least: habits come
    /// in batches, and two of a kind are no burst for having never been seen.
    pub(crate) const LEAST_MEAN: f64 = 0.5;
}

pub(crate) mod inbound_sessions {
    use super::*;

    /// Sessions and hosts remembered.
    pub(crate) const REMEMBERED: usize = 1 << 16;
    /// Arrivals that a host remembers.
    pub(crate) const KEPT: usize = 8;
    /// How long after a session began what names no session is still attributed to it.
    pub(crate) const AFTERWARDS: Micros = 2 * MINUTE;
    /// What a log wrote a little before the logon that it follows from: clocks and buffers differ.
    pub(crate) const BEFORE: Micros = 5_000_000;
    /// How long a session is remembered.
    pub(crate) const SESSION: Micros = 7 * DAY;
}

pub(crate) mod inbound_connections {
    use super::*;

    /// How long a call is remembered: what it brings about follows at once.
    pub(crate) const REMEMBERED: Micros = 30 * SECOND;
}

pub(crate) mod movement {
    use super::*;

    /// Strongest logins that count toward a movement's score: summing over all of them would let
    /// scanners and patch nights rank first.
    pub(crate) const STRONGEST: usize = 6;
    /// Of these, those that one account may make from one source, for the same reason.
    pub(crate) const OF_ONE: usize = 1;
    /// How long after what rules saw first more of the same act may follow.
    pub(crate) const ONE_ACT: Micros = HOUR;
    /// Nats of rules alone with which a movement is shown where nothing is known of what is normal.
    pub(crate) const SHOWN_NATS: f64 = 4.0;
}

pub(crate) mod link {
    use super::*;

    /// Weight of a link's own nats.
    pub(crate) const LINK_WEIGHT: f64 = 0.2;
    /// Least chance that a link is believed to have.
    pub(crate) const LEAST_CHANCE: f64 = 0.02;
    /// An arrival is believed to have led to a login of the same account only if one so recent would
    /// be there by chance at most this often.
    pub(crate) const BY_CHANCE: f64 = 0.3;
    /// The same for a login of another account.
    pub(crate) const BY_CHANCE_SWITCHED: f64 = 0.1;
    /// How long a movement is taken to rest between two logins before it shows its pace.
    pub(crate) const REST: Micros = HOUR;
    /// Rests that its pace is told by at most: whoever was quick may yet pause.
    pub(crate) const RESTS: f64 = 3.0;
}

pub(crate) mod fan {
    /// Logins by one account from one source of which a fan is wide. Intruders reach few hosts from
    /// each that they hold; who reaches more is told of by the fan itself.
    pub(crate) const WIDE: usize = 16;
}

pub(crate) mod tracker {
    use super::*;

    /// One in so many movements is given up where there is no room for another.
    pub(crate) const GIVEN_UP: usize = 16;
    /// How soon after its logon over the network a remote desktop opens.
    pub(crate) const DESKTOP_FOLLOWS: Micros = 2 * MINUTE;
}

pub(crate) mod pending_tickets {
    use super::*;

    /// How soon after the ticket for a service somebody logs on to it.
    pub(crate) const LOGON_FOLLOWS: Micros = 2 * MINUTE;
    /// Findings kept of one ticket.
    pub(crate) const KEPT: usize = 4;
}

pub(crate) mod recent_hops {
    /// Marks kept at one place.
    pub(crate) const KEPT: usize = 8;
}

pub(crate) mod techniques {
    /// Failed logins that look like guessing.
    pub(crate) const GUESSING: u32 = 5;
    /// Nats of protocol evidence at which NTLM looks out of place.
    pub(crate) const OUT_OF_PLACE: f64 = 1.5;
}

pub(crate) mod held_back {
    /// Movements kept to be listed; beyond that the weakest is only counted.
    pub(crate) const LISTED: usize = 1000;
}

pub(crate) mod ttl_map {
    /// Entries that a rule keeps at most of one kind.
    pub(crate) const MOST: usize = 1 << 15;
    /// Entries below which it is not worth looking for what can be dropped more than once a day.
    pub(crate) const FEW: usize = 1 << 10;
}

pub(crate) mod mfa {
    /// Ways that are remembered at most; logons on others are counted as left out.
    pub(crate) const MOST_WAYS: usize = 1 << 20;
    /// Accounts that a way remembers.
    pub(crate) const MOST_ACCOUNTS: usize = 1 << 10;
    /// Hosts that are shown where none is asked for.
    pub(crate) const SHOWN: usize = 10;
}
