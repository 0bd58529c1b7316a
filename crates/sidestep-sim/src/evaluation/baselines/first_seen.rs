//! The rule that most SIEMs ship: an account logs on to a host for the first time.

use std::collections::{HashMap, HashSet};

use super::super::judge::Finding;
use super::super::logins::LoginLog;
use super::{Detected, Detector};

/// Successful logins only. An alert for every first login of an account to a destination. It scores
/// `1 / (1 + n)`, where `n` other accounts have used the destination before.
pub(crate) struct FirstSeen;

impl Detector for FirstSeen {
    fn name(&self) -> &'static str {
        "first_seen"
    }

    fn run(&self, log: &LoginLog, judged_from: i64) -> Detected {
        let mut detected = Detected::default();
        let mut seen: HashSet<(u32, u32)> = HashSet::new();
        let mut accounts_of: HashMap<u32, u16> = HashMap::new();
        for login in &log.logins {
            let key = login.key;
            let mut score = 0.0;
            if !login.failed && seen.insert((key.account, key.dst)) {
                let accounts = accounts_of.entry(key.dst).or_default();
                score = 1.0 / (1.0 + f32::from(*accounts));
                *accounts = accounts.saturating_add(1);
                if key.time >= judged_from {
                    detected.findings.push(Finding {
                        score: f64::from(score),
                        detected_at: key.time,
                        hops: vec![key],
                    });
                }
            }
            detected.login_scores.push(score);
        }
        detected
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::log;
    use super::*;

    #[test]
    fn rare_destinations_come_first() {
        let log = log(&[
            (0, "a", "x", "common"),
            (1, "b", "x", "common"),
            (10, "c", "x", "common"),
            (11, "c", "y", "common"),
            (12, "c", "x", "rare"),
        ]);
        let detected = FirstSeen.run(&log, 10);
        let scores: Vec<_> = detected.findings.iter().map(|f| (f.detected_at, f.score)).collect();
        assert_eq!(scores.len(), 2);
        assert_eq!(scores[1], (12, 1.0));
        assert_eq!((scores[0].0, detected.login_scores[2]), (10, 1.0 / 3.0));
        assert!(detected.login_scores[3].abs() < f32::EPSILON);
    }
}
