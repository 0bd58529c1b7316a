//! A plain credential-switch rule in the spirit of Hopper (Ho et al., USENIX Security 2021): somebody
//! arrives at a machine and goes on from it under another account, to where he had no access.

use std::collections::{HashMap, VecDeque};

use super::super::judge::Finding;
use super::super::logins::{DAY, LoginKey, LoginLog};
use super::{Detected, Detector};

/// How long after the arrival the second account may be used, in seconds.
const WINDOW: i64 = DAY;
/// Earlier days of use from a machine that make an account at home on it.
const HABIT_DAYS: u16 = 2;
/// Arrivals remembered at one machine.
const MAX_ARRIVALS: usize = 512;

/// Successful logins only. A login L2 of account b from s to d is a switch where within the last 24
/// hours another account a arrived at s from elsewhere (L1), b did not arrive there itself and is
/// not at home on s (used from it on fewer than two earlier days), and a never accessed d. It
/// scores the sum of three rarities: of a on s, of b on s, and of d for anybody. Of several
/// accounts that arrived, the one that makes the rarest path is taken. One alert for each machine,
/// second account and day: its best pair of logins.
pub(crate) struct CredentialSwitch;

/// On how many days something was seen.
#[derive(Clone, Copy)]
struct Days {
    earlier: u16,
    last: i64,
}

impl Default for Days {
    fn default() -> Self {
        Self { earlier: 0, last: i64::MIN }
    }
}

impl Days {
    /// Earlier days than `day`.
    fn before(self, day: i64) -> u16 {
        self.earlier + u16::from(self.last != i64::MIN && self.last != day)
    }

    fn see(&mut self, day: i64) {
        (self.earlier, self.last) = (self.before(day), day);
    }
}

/// What was seen so far.
#[derive(Default)]
struct History {
    account: HashMap<u32, Days>,
    /// Account at the source it is used from.
    from: HashMap<(u32, u32), Days>,
    /// Account at the destination it logs on to.
    to: HashMap<(u32, u32), Days>,
    accounts_of: HashMap<u32, u32>,
    arrivals: HashMap<u32, VecDeque<(usize, LoginKey)>>,
}

impl Detector for CredentialSwitch {
    fn name(&self) -> &'static str {
        "credential_switch"
    }

    fn run(&self, log: &LoginLog, judged_from: i64) -> Detected {
        let mut detected =
            Detected { findings: Vec::new(), login_scores: vec![0.0; log.logins.len()] };
        let mut history = History::default();
        let mut today: HashMap<(u32, u32), usize> = HashMap::new();
        let mut day = i64::MIN;
        for (at, login) in log.logins.iter().enumerate().filter(|(_, login)| !login.failed) {
            let key = login.key;
            if key.time.div_euclid(DAY) != day {
                day = key.time.div_euclid(DAY);
                today.clear();
            }
            if key.time >= judged_from
                && let Some((score, arrival, first)) = history.switch(key, day)
            {
                for login in [arrival, at] {
                    #[allow(clippy::cast_possible_truncation)]
                    let score = score as f32;
                    detected.login_scores[login] = detected.login_scores[login].max(score);
                }
                let new = Finding { score, detected_at: key.time, hops: vec![first, key] };
                match today.get(&(key.src, key.account)) {
                    None => {
                        today.insert((key.src, key.account), detected.findings.len());
                        detected.findings.push(new);
                    }
                    Some(&old) if detected.findings[old].score < score => {
                        detected.findings[old] = new;
                    }
                    Some(_) => {}
                }
            }
            history.learn(at, key, day);
        }
        detected
    }
}

impl History {
    /// The best explanation of a login as a switch: its score, and the arrival before it.
    fn switch(&mut self, login: LoginKey, day: i64) -> Option<(f64, usize, LoginKey)> {
        let LoginKey { time, account: b, src: s, dst: d } = login;
        let b_on_s = self.from.get(&(b, s)).copied().unwrap_or_default().before(day);
        if b_on_s >= HABIT_DAYS {
            return None;
        }
        let arrivals = self.arrivals.get_mut(&s)?;
        while arrivals.front().is_some_and(|(_, first)| first.time < time - WINDOW) {
            arrivals.pop_front();
        }
        if arrivals.iter().any(|(_, first)| first.account == b) {
            return None;
        }
        let days = |account| self.account.get(&account).copied().unwrap_or_default().before(day);
        let b_rarity = rarity(b_on_s, days(b));
        let others = self.accounts_of.get(&d).copied().unwrap_or(0);
        let population = u32::try_from(self.account.len()).unwrap_or(u32::MAX);
        let d_rarity = ((f64::from(population) + 1.0) / (f64::from(others) + 1.0)).ln();
        let mut best: Option<(f64, usize, LoginKey)> = None;
        for &(at, first) in arrivals.iter().filter(|(_, first)| first.src != d) {
            let a = first.account;
            if self.to.contains_key(&(a, d)) {
                continue;
            }
            // Counted before today, so the arrival itself is not its own precedent.
            let a_on_s = self.to.get(&(a, s)).copied().unwrap_or_default().before(day);
            let score = rarity(a_on_s, days(a)) + b_rarity + d_rarity;
            if best.is_none_or(|(other, ..)| score > other) {
                best = Some((score, at, first));
            }
        }
        best
    }

    fn learn(&mut self, at: usize, login: LoginKey, day: i64) {
        let LoginKey { account, src, dst, .. } = login;
        self.account.entry(account).or_default().see(day);
        self.from.entry((account, src)).or_default().see(day);
        let to = self.to.entry((account, dst)).or_default();
        if to.last == i64::MIN {
            *self.accounts_of.entry(dst).or_default() += 1;
        }
        to.see(day);
        let arrivals = self.arrivals.entry(dst).or_default();
        if arrivals.len() == MAX_ARRIVALS {
            arrivals.pop_front();
        }
        arrivals.push_back((at, login));
    }
}

/// How rare it is that an account is seen here, given on how many of its days it was: in nats.
fn rarity(here: u16, days: u16) -> f64 {
    ((f64::from(days) + 1.0) / (f64::from(here) + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::super::tests::log;
    use super::*;

    /// Five days of habit: alice and admin each from a machine of their own.
    fn habits() -> Vec<(i64, &'static str, &'static str, &'static str)> {
        (0..5)
            .flat_map(|day| {
                let time = day * DAY;
                [(time, "alice", "ws1", "files"), (time + 9, "admin", "ws9", "dc")]
            })
            .collect()
    }

    #[test]
    fn a_switch_is_found_with_both_logins() {
        let mut logins = habits();
        logins.extend([(5 * DAY, "alice", "ws1", "ws2"), (5 * DAY + 60, "admin", "ws2", "dc")]);
        let detected = CredentialSwitch.run(&log(&logins), 5 * DAY);
        assert_eq!(detected.findings.len(), 1);
        let times: Vec<_> = detected.findings[0].hops.iter().map(|hop| hop.time).collect();
        assert_eq!(times, [5 * DAY, 5 * DAY + 60]);
        assert!(detected.login_scores[10] > 0.0 && detected.login_scores[11] > 0.0);
    }

    #[test]
    fn no_switch_at_home_without_arrival_or_to_where_the_first_may_go() {
        let from_home = [(5 * DAY, "alice", "ws1", "ws9"), (5 * DAY + 60, "admin", "ws9", "new")];
        let too_late = [(4 * DAY, "alice", "ws1", "ws2"), (5 * DAY + 60, "admin", "ws2", "dc")];
        let may_go = [(5 * DAY, "alice", "ws1", "ws2"), (5 * DAY + 60, "admin", "ws2", "files")];
        let same = [(5 * DAY, "alice", "ws1", "ws2"), (5 * DAY + 60, "alice", "ws2", "dc")];
        for case in [from_home, too_late, may_go, same] {
            let mut logins = habits();
            logins.extend(case);
            logins.sort_by_key(|login| login.0);
            let detected = CredentialSwitch.run(&log(&logins), 5 * DAY);
            assert_eq!(detected.findings, [], "{case:?}");
        }
    }
}
