//! Simple detectors that every table carries, so that a figure means something.
//!
//! Each sees the remote logins once, in order, learns from all of them, and judges each before it
//! learns it. What it finds in the learning days is not reported. An alert lists logins that
//! succeeded, as one of sidestep does: failed ones may raise its score, and are no hops.

mod credential_switch;
mod fan_out;
mod first_seen;
mod inverse_count;

use super::judge::Finding;
use super::logins::LoginLog;

pub(crate) use credential_switch::CredentialSwitch;
pub(crate) use fan_out::FanOut;
pub(crate) use first_seen::FirstSeen;
pub(crate) use inverse_count::InverseCount;

/// What a detector makes of a log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detected {
    /// Its alerts.
    pub(crate) findings: Vec<Finding>,
    /// A score for each login of the log, in the log's order; 0 where it has nothing to say.
    pub(crate) login_scores: Vec<f32>,
}

/// A detector that works on remote logins alone.
pub(crate) trait Detector: Sync {
    /// What the table calls it.
    fn name(&self) -> &'static str;

    /// Reads the whole log and reports what it finds from second `judged_from` on.
    fn run(&self, log: &LoginLog, judged_from: i64) -> Detected;
}

/// All of them, in the table's order.
pub(crate) const ALL: [&dyn Detector; 4] = [&FirstSeen, &InverseCount, &FanOut, &CredentialSwitch];

#[cfg(test)]
pub(crate) mod tests {
    use super::super::logins::{DAY, Login};
    use super::*;

    /// A log of successful logins `(time, account, source, destination)`.
    pub(crate) fn log(logins: &[(i64, &str, &str, &str)]) -> LoginLog {
        let mut log = LoginLog::default();
        for (time, account, src, dst) in logins {
            let key = log.intern(*time, account, src, dst);
            log.logins.push(Login { key, failed: false });
        }
        log
    }

    #[test]
    fn nothing_is_found_in_the_learning_days_and_every_login_is_scored() {
        let log = log(&[(0, "a", "x", "y"), (50, "b", "y", "z"), (DAY, "a", "x", "z")]);
        for detector in ALL {
            let detected = detector.run(&log, DAY);
            assert_eq!(detected.login_scores.len(), 3, "{}", detector.name());
            let early = detected.findings.iter().filter(|f| f.detected_at < DAY).count();
            assert_eq!(early, 0, "{}", detector.name());
        }
    }

    #[test]
    fn failed_logins_are_in_no_alert() {
        let mut log = log(&[(0, "a", "x", "y"), (1, "b", "x", "z"), (2, "c", "y", "w")]);
        log.logins[0].failed = true;
        log.logins[2].failed = true;
        for detector in ALL {
            let hops = detector.run(&log, 0).findings.into_iter().flat_map(|found| found.hops);
            let times: Vec<_> = hops.map(|hop| hop.time).collect();
            assert!(times.iter().all(|time| *time == 1), "{}: {times:?}", detector.name());
        }
    }
}
