//! The judge: which alerts find which attacks, and what it costs to read them.
//!
//! An alert finds an attack when at least half of its hops are logins of that attack. An alert that
//! finds none is false. A second alert on an attack already found counts neither way, and neither
//! does an alert on an attack that is not judged because it ended before the judging began.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::login_row::Phase;
use crate::truth::Truth;

use super::logins::{DAY, LoginKey, LoginLog};

/// What a detector puts before a reader: logins that belong together, and how odd they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// High is suspicious.
    pub(crate) score: f64,
    /// Second at which it was raised.
    pub(crate) detected_at: i64,
    /// In order of time.
    pub(crate) hops: Vec<LoginKey>,
}

/// An attack, as the judge needs it; in the order of [`Truth::attacks`].
#[derive(Debug)]
pub(crate) struct JudgedAttack {
    /// Whether it counts: at least one of its logins lies in the judged days.
    pub(crate) judged: bool,
    /// Its logins in order of time, each with whether the log says that it failed.
    logins: Vec<(LoginKey, bool)>,
    edges: HashSet<(u32, u32, u32)>,
}

/// The truth of one log, ready to judge by.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) attacks: Vec<JudgedAttack>,
    by_login: HashMap<LoginKey, u32>,
    /// Times of the truth's logins by edge, in order, where a record may be off by some seconds.
    times: HashMap<(u32, u32, u32), Vec<i64>>,
    slack: i64,
}

/// An alert that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    /// Its place among the findings.
    pub(crate) finding: usize,
    /// The attacks that it finds, by their place in [`Judge::attacks`]; none if it is false.
    pub(crate) attacks: Vec<u32>,
    /// False alerts read before it.
    pub(crate) false_before: u32,
}

/// How the finding of one attack went.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Detection {
    /// The attacker's successful logins up to the time of detection.
    pub(crate) logins: usize,
    /// Hours from the attack's first login to its detection.
    pub(crate) hours: f64,
    /// Share of the alert's hops that are the attack's logins.
    pub(crate) precision: f64,
    /// Share of the attack's edges that the alert shows.
    pub(crate) recall: f64,
}

/// False alerts that a reader of `budget` a day per 1,000 accounts goes through.
pub(crate) fn allowed(budget: f64, days: f64, accounts: f64) -> u32 {
    // Rounding errors must not cost an alert where the product is whole.
    let allowed = (budget * days * accounts / 1000.0 + 1e-9).floor();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let allowed = allowed.clamp(0.0, f64::from(u32::MAX)) as u32;
    allowed
}

impl Judge {
    /// Takes the truth of `log`, of which the seconds from `judged_from` on are judged.
    pub(crate) fn new(truth: &Truth, log: &mut LoginLog, judged_from: i64) -> Self {
        let places: HashMap<&str, u32> =
            (0..).zip(&truth.attacks).map(|(at, a)| (a.attack_id.as_str(), at)).collect();
        let mut attacks: Vec<JudgedAttack> = truth
            .attacks
            .iter()
            .map(|_| JudgedAttack { judged: false, logins: Vec::new(), edges: HashSet::new() })
            .collect();
        let mut by_login = HashMap::new();
        for login in &truth.logins {
            if login.phase == Phase::Decoy {
                // Whoever reads an alert on these has not found the attack.
                continue;
            }
            let Some(&at) = places.get(login.attack_id.as_str()) else { continue };
            let key = log.intern(login.time, &login.account, &login.src_host, &login.dst_host);
            by_login.entry(key).or_insert(at);
            let attack = &mut attacks[at as usize];
            attack.judged |= login.time >= judged_from;
            attack.logins.push((key, false));
            attack.edges.insert(key.edge());
        }
        let slack = log.naming.slack();
        let mut times: HashMap<_, Vec<i64>> = HashMap::new();
        if slack > 0 {
            by_login.keys().for_each(|key| times.entry(key.edge()).or_default().push(key.time));
            times.values_mut().for_each(|times| times.sort_unstable());
        }
        let mut judge = Self { attacks: Vec::new(), by_login, times, slack };
        // A login of the truth failed if every record of it in the log says so.
        let mut failed: HashMap<LoginKey, bool> = HashMap::new();
        for login in &log.logins {
            if let Some(key) = judge.meant(&login.key) {
                *failed.entry(key).or_insert(true) &= login.failed;
            }
        }
        for attack in &mut attacks {
            attack.logins.sort_by_key(|(key, _)| key.time);
            for (key, fail) in &mut attack.logins {
                *fail = failed.get(key).copied().unwrap_or(false);
            }
        }
        judge.attacks = attacks;
        judge
    }

    /// The login of the truth that a record or a hop tells of: the same, or the nearest in time
    /// between the same.
    fn meant(&self, login: &LoginKey) -> Option<LoginKey> {
        if self.by_login.contains_key(login) {
            return Some(*login);
        }
        let times = self.times.get(&login.edge())?;
        let next = times.partition_point(|time| *time < login.time);
        let around = times.get(next.wrapping_sub(1)).into_iter().chain(times.get(next));
        let nearest = around.copied().min_by_key(|time| (time - login.time).abs())?;
        let near = (nearest - login.time).abs() <= self.slack;
        near.then_some(LoginKey { time: nearest, ..*login })
    }

    /// The attack that a login belongs to.
    fn attack_of(&self, login: &LoginKey) -> Option<u32> {
        self.by_login.get(&self.meant(login)?).copied()
    }

    /// Whether a login is an attacker's.
    pub(crate) fn is_attack(&self, login: &LoginKey) -> bool {
        self.meant(login).is_some()
    }

    /// The attacks that a finding finds.
    pub(crate) fn found_by(&self, finding: &Finding) -> Vec<u32> {
        let mut hits: Vec<(u32, usize)> = Vec::new();
        for at in finding.hops.iter().filter_map(|hop| self.attack_of(hop)) {
            match hits.iter_mut().find(|(attack, _)| *attack == at) {
                Some((_, count)) => *count += 1,
                None => hits.push((at, 1)),
            }
        }
        hits.retain(|(_, count)| 2 * count >= finding.hops.len());
        hits.into_iter().map(|(attack, _)| attack).collect()
    }

    /// Reads findings from the best score down until more than `allowed` were false. Equal scores
    /// are read in order of detection, then as they were given.
    pub(crate) fn read_ranked(&self, findings: &[Finding], allowed: u32) -> Vec<Read> {
        let mut order: Vec<usize> = (0..findings.len()).collect();
        order.sort_by(|&a, &b| {
            let by_time = || findings[a].detected_at.cmp(&findings[b].detected_at);
            findings[b].score.total_cmp(&findings[a].score).then_with(by_time)
        });
        self.read(findings, order, allowed)
    }

    /// Reads all findings in order of detection.
    pub(crate) fn read_online(&self, findings: &[Finding]) -> Vec<Read> {
        let mut order: Vec<usize> = (0..findings.len()).collect();
        order.sort_by_key(|&at| findings[at].detected_at);
        self.read(findings, order, u32::MAX)
    }

    fn read(&self, findings: &[Finding], order: Vec<usize>, allowed: u32) -> Vec<Read> {
        let mut read = Vec::new();
        let mut false_before = 0;
        for finding in order {
            let attacks = self.found_by(&findings[finding]);
            let is_false = attacks.is_empty();
            read.push(Read { finding, attacks, false_before });
            false_before += u32::from(is_false);
            if false_before > allowed {
                break;
            }
        }
        read
    }

    /// For each attack the false alerts that are read before it is found; `None` if it is not.
    pub(crate) fn false_before(&self, read: &[Read]) -> Vec<Option<u32>> {
        let mut before = vec![None; self.attacks.len()];
        for alert in read {
            for &attack in &alert.attacks {
                before[attack as usize].get_or_insert(alert.false_before);
            }
        }
        before
    }

    /// How each attack was found by the alerts read. The time is that of the first alert that finds
    /// it; the hops are those of the alert that shows most of it.
    pub(crate) fn detections(&self, findings: &[Finding], read: &[Read]) -> Vec<Option<Detection>> {
        let mut detections: Vec<Option<Detection>> = vec![None; self.attacks.len()];
        for alert in read {
            for &at in &alert.attacks {
                let attack = &self.attacks[at as usize];
                let now = self.detection(attack, at, &findings[alert.finding]);
                let best = detections[at as usize].get_or_insert(now);
                if now.hours < best.hours {
                    (best.hours, best.logins) = (now.hours, now.logins);
                }
                if (now.recall, now.precision) > (best.recall, best.precision) {
                    (best.recall, best.precision) = (now.recall, now.precision);
                }
            }
        }
        detections
    }

    fn detection(&self, attack: &JudgedAttack, at: u32, finding: &Finding) -> Detection {
        let is_its = |hop: &&LoginKey| self.attack_of(hop) == Some(at);
        // An alert that opens on something else finds the attack only once half of it is the
        // attack, so an early false start is no early detection.
        let (mut its, mut found) = (0, i64::MAX);
        for (seen, hop) in (1..).zip(&finding.hops) {
            its += usize::from(is_its(&hop));
            let next = finding.hops.get(seen).map_or(i64::MAX, |next| next.time);
            if 2 * its >= seen && next > finding.detected_at {
                found = hop.time.max(finding.detected_at);
                break;
            }
        }
        let first = attack.logins.first().map_or(found, |(key, _)| key.time);
        let edges: HashSet<_> = finding.hops.iter().filter(is_its).map(|hop| hop.edge()).collect();
        let hits = finding.hops.iter().filter(is_its).count();
        Detection {
            logins: attack
                .logins
                .iter()
                .filter(|(key, failed)| key.time <= found && !failed)
                .count(),
            hours: seconds(found - first) / 3600.0,
            precision: ratio(hits, finding.hops.len()),
            recall: ratio(edges.len(), attack.edges.len()),
        }
    }
}

/// Days that are judged: from `from` to the last event, in whole days, at least one.
pub(crate) fn judged_days(from: i64, last: i64) -> f64 {
    (seconds(last - from) / seconds(DAY)).round().max(1.0)
}

/// Seconds of a log as a fraction; exact for any that a log can hold.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn seconds(seconds: i64) -> f64 {
    seconds as f64
}

/// A share; 0 of nothing is 0.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
