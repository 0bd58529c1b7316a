//! Clocks that were set back: the records of a host's log go on by number, while their time falls.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::place::without_controls;
use crate::time::Micros;
use sidestep::Timestamp;

/// Microseconds by which time must fall to be told; what is late by less is common.
const FALL: Micros = 3_600_000_000;

/// Logs of hosts that are followed at a time.
const MOST_LOGS: usize = 1 << 12;

/// A clock that was set back by more than an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClockSetBack {
    /// The host whose clock it was.
    pub host: String,
    /// By how much.
    pub by: Duration,
    /// The time that it showed afterwards.
    pub to: Timestamp,
    /// Number of the first record written after.
    pub record: u64,
}

/// The last record of each log of each host.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    logs: Vec<Log>,
    /// By what [`write_key`] makes of host and channel.
    by_name: HashMap<Vec<u8>, usize>,
    /// The key that was looked up last, in memory that is used again.
    key: Vec<u8>,
    /// The log of the record before, which is most often that of the next.
    last: usize,
}

#[derive(Debug)]
struct Log {
    host: String,
    channel: String,
    number: u64,
    time: Micros,
}

impl Clocks {
    /// Notes a record by its number in its log, and says if the clock was set back before it.
    pub(crate) fn note(
        &mut self,
        host: &str,
        channel: &str,
        number: u64,
        time: Micros,
    ) -> Option<ClockSetBack> {
        let is_last = |log: &Log| log.host == host && log.channel == channel;
        if !self.logs.get(self.last).is_some_and(is_last) {
            write_key(&mut self.key, host, channel);
            self.last = match self.by_name.get(&self.key) {
                Some(at) => *at,
                None if self.logs.len() >= MOST_LOGS => return None,
                None => {
                    let at = self.logs.len();
                    let (host, channel) = (host.to_owned(), channel.to_owned());
                    self.by_name.insert(self.key.clone(), at);
                    self.logs.push(Log { host, channel, number, time });
                    at
                }
            };
        }
        let log = self.logs.get_mut(self.last)?;
        let (goes_on, by) = (number > log.number, log.time.saturating_sub(time));
        log.number = number;
        if goes_on && by <= FALL {
            log.time = log.time.max(time);
            return None;
        }
        // A number that does not go on is of another part of the log, or of another log.
        log.time = time;
        goes_on.then(|| ClockSetBack {
            host: without_controls(host),
            by: Duration::from_micros(by.unsigned_abs()),
            to: Timestamp::from_micros(time),
            record: number,
        })
    }
}

/// Writes host and channel as one key, which the length of the first makes that of no other two.
fn write_key(key: &mut Vec<u8>, host: &str, channel: &str) {
    key.clear();
    key.extend_from_slice(&host.len().to_ne_bytes());
    key.extend_from_slice(host.as_bytes());
    key.extend_from_slice(channel.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Micros = FALL;

    #[test]
    fn a_clock_was_set_back_where_numbers_go_on_and_time_falls() {
        let mut clocks = Clocks::default();
        let mut note = |host: &str, number, hour: Micros| {
            clocks.note(host, "Security", number, hour * HOUR).map(|fall| fall.by.as_secs() / 3600)
        };
        let records = [
            ("a", 1, 10, None),
            ("a", 2, 20, None),
            ("b", 7, 3, None),
            ("a", 3, 19, None),
            // By ten hours; the times after go on from there.
            ("a", 5, 10, Some(10)),
            ("a", 6, 11, None),
            ("b", 8, 4, None),
            // The log goes on with an older part of it, and another begins anew.
            ("a", 4, 2, None),
            ("b", 1, 1, None),
            ("b", 2, 0, None),
        ];
        for (host, number, hour, expected) in records {
            assert_eq!(note(host, number, hour), expected, "{host} {number}");
        }
    }

    #[test]
    fn logs_that_are_followed_are_bounded() {
        let mut clocks = Clocks::default();
        for number in 0..2 * MOST_LOGS {
            assert_eq!(clocks.note(&number.to_string(), "Security", 1, 5 * HOUR), None);
        }
        assert_eq!(clocks.logs.len(), MOST_LOGS);
        assert!(clocks.note("0", "Security", 2, 0).is_some());
    }
}
