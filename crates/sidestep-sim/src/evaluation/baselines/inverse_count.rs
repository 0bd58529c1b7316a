//! Rarity by counting: how seldom has this account used this destination.

use std::collections::HashMap;

use super::super::judge::Finding;
use super::super::logins::{DAY, LoginLog};
use super::{Detected, Detector};

/// Weight of the pair of hosts, which only breaks ties.
const TIE_BREAK: f32 = 0.01;

/// Successful logins only. A login scores `1 / (1 + n)` for `n` earlier logins of its account to
/// its destination, plus a hundredth of the same for its pair of hosts. One alert for each account,
/// destination and day: the day's best login.
pub(crate) struct InverseCount;

impl Detector for InverseCount {
    fn name(&self) -> &'static str {
        "inverse_count"
    }

    fn run(&self, log: &LoginLog, judged_from: i64) -> Detected {
        let mut detected = Detected::default();
        let mut by_account: HashMap<(u32, u32), u16> = HashMap::new();
        let mut by_hosts: HashMap<(u32, u32), u16> = HashMap::new();
        let mut today: HashMap<(u32, u32), usize> = HashMap::new();
        let mut day = i64::MIN;
        for login in &log.logins {
            if login.failed {
                detected.login_scores.push(0.0);
                continue;
            }
            let key = login.key;
            let score = inverse(by_account.entry((key.account, key.dst)).or_default())
                + TIE_BREAK * inverse(by_hosts.entry((key.src, key.dst)).or_default());
            detected.login_scores.push(score);
            if key.time < judged_from {
                continue;
            }
            if key.time.div_euclid(DAY) != day {
                day = key.time.div_euclid(DAY);
                today.clear();
            }
            let score = f64::from(score);
            let new = Finding { score, detected_at: key.time, hops: vec![key] };
            match today.get(&(key.account, key.dst)) {
                None => {
                    today.insert((key.account, key.dst), detected.findings.len());
                    detected.findings.push(new);
                }
                Some(&at) if detected.findings[at].score < score => detected.findings[at] = new,
                Some(_) => {}
            }
        }
        detected
    }
}

/// `1 / (1 + count)`, counting this one for the next.
fn inverse(count: &mut u16) -> f32 {
    let score = 1.0 / (1.0 + f32::from(*count));
    *count = count.saturating_add(1);
    score
}

#[cfg(test)]
mod tests {
    use super::super::tests::log;
    use super::*;

    #[test]
    fn one_alert_a_day_with_the_best_score() {
        let log = log(&[
            (0, "a", "x", "y"),
            (1, "a", "x", "y"),
            (2, "a", "new", "y"),
            (DAY, "a", "x", "y"),
            (DAY + 1, "b", "x", "z"),
        ]);
        let detected = InverseCount.run(&log, 0);
        let found: Vec<_> = detected.findings.iter().map(|f| f.detected_at).collect();
        assert_eq!(found, [0, DAY, DAY + 1]);
        assert!((detected.login_scores[2] - (1.0 / 3.0 + TIE_BREAK)).abs() < 1e-6);
        assert!((detected.login_scores[4] - 1.0 - TIE_BREAK).abs() < 1e-6);
    }
}
