//! A source that reaches many hosts it never reached before.

use std::collections::{HashMap, HashSet};

use super::super::judge::Finding;
use super::super::logins::{DAY, LoginKey, LoginLog};
use super::{Detected, Detector};

/// Seconds in an hour.
const HOUR: i64 = 3600;

/// One alert for each source and day on which it reached new destinations, with those of its logins
/// that succeeded. It scores the number of new destinations, tried or reached, in the busiest clock
/// hour of the day, and a login that of its hour so far.
pub(crate) struct FanOut;

/// What a source did since its day began.
struct Today {
    day: i64,
    hour: i64,
    new_this_hour: u16,
    best: u16,
    detected_at: i64,
    hops: Vec<LoginKey>,
}

impl Detector for FanOut {
    fn name(&self) -> &'static str {
        "fan_out"
    }

    fn run(&self, log: &LoginLog, judged_from: i64) -> Detected {
        let mut detected = Detected::default();
        let mut seen: HashSet<(u32, u32)> = HashSet::new();
        let mut sources: HashMap<u32, Today> = HashMap::new();
        for login in &log.logins {
            let key = login.key;
            if !seen.insert((key.src, key.dst)) {
                detected.login_scores.push(0.0);
                continue;
            }
            let (day, hour) = (key.time.div_euclid(DAY), key.time.div_euclid(HOUR));
            let begin = || Today {
                day,
                hour,
                new_this_hour: 0,
                best: 0,
                detected_at: key.time,
                hops: Vec::new(),
            };
            let today = sources.entry(key.src).or_insert_with(begin);
            if today.day != day {
                detected.findings.extend(std::mem::replace(today, begin()).close());
            }
            if today.hour != hour {
                (today.hour, today.new_this_hour) = (hour, 0);
            }
            today.new_this_hour = today.new_this_hour.saturating_add(1);
            detected.login_scores.push(f32::from(today.new_this_hour));
            if key.time >= judged_from {
                if !login.failed {
                    today.hops.push(key);
                }
                if today.new_this_hour > today.best {
                    (today.best, today.detected_at) = (today.new_this_hour, key.time);
                }
            }
        }
        detected.findings.extend(sources.into_values().filter_map(Today::close));
        // The map gives out its sources in any order.
        detected.findings.sort_by_key(|finding| (finding.detected_at, finding.hops[0]));
        detected
    }
}

impl Today {
    fn close(self) -> Option<Finding> {
        (!self.hops.is_empty()).then_some(Finding {
            score: f64::from(self.best),
            detected_at: self.detected_at,
            hops: self.hops,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::log;
    use super::*;

    #[test]
    fn a_failed_try_counts_and_is_no_hop() {
        let mut log = log(&[(0, "a", "x", "h1"), (1, "a", "x", "h2"), (2, "a", "y", "h3")]);
        log.logins[0].failed = true;
        log.logins[2].failed = true;
        let detected = FanOut.run(&log, 0);
        assert_eq!(detected.findings.len(), 1);
        assert_eq!(detected.findings[0].hops, [log.logins[1].key]);
        assert!((detected.findings[0].score - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn scores_the_busiest_hour_and_keeps_the_day() {
        let log = log(&[
            (0, "a", "x", "h1"),
            (DAY, "a", "x", "h1"),
            (DAY + 1, "a", "x", "h2"),
            (DAY + HOUR, "a", "x", "h3"),
            (DAY + HOUR + 9, "b", "x", "h4"),
            (2 * DAY, "a", "x", "h5"),
        ]);
        let detected = FanOut.run(&log, DAY);
        assert_eq!(detected.findings.len(), 2);
        let first = &detected.findings[0];
        assert_eq!((first.hops.len(), first.detected_at), (3, DAY + HOUR + 9));
        assert!((first.score - 2.0).abs() < f64::EPSILON);
        assert_eq!(detected.login_scores, [1.0, 0.0, 1.0, 1.0, 2.0, 1.0]);
    }
}
