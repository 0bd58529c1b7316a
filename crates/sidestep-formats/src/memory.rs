//! What a reader remembers of the lines before, where one login is told in several of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::syslog::heimdal;
use crate::time::Micros;

/// Marks that are held of one kind.
const MOST: usize = 1 << 16;

/// What was seen of one log.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Requests of a KDC's clients that were asked for pre-authentication.
    pub(crate) asked: Marks,
    /// Requests and logins that were told, by what two records of one have in common.
    pub(crate) told: Marks,
    /// Whether the audit system speaks in a log of other programs, and which of these tell of their
    /// logins themselves, each with its host.
    pub(crate) audit_heard: bool,
    pub(crate) tellers: Marks,
    /// Names, by what other records call their bearer: a session, a process.
    pub(crate) names: Marks<String>,
    /// The request whose result a Heimdal KDC is yet to tell.
    pub(crate) request: Option<Box<heimdal::Request>>,
}

/// Things seen, each with its last time, in bounded memory.
#[derive(Debug)]
pub(crate) struct Marks<T = ()> {
    seen: HashMap<u64, (Micros, T)>,
}

impl<T> Default for Marks<T> {
    fn default() -> Self {
        Self { seen: HashMap::new() }
    }
}

impl<T> Marks<T> {
    /// Notes that something was seen.
    pub(crate) fn put(&mut self, key: impl Hash, time: Micros, value: T) {
        if self.seen.len() >= MOST {
            // The older half goes: what belongs together stands close together.
            let mut times: Vec<Micros> = self.seen.values().map(|(time, _)| *time).collect();
            let (_, middle, _) = times.select_nth_unstable(MOST / 2);
            let middle = *middle;
            self.seen.retain(|_, (time, _)| *time > middle);
            if self.seen.len() >= MOST {
                self.seen.clear();
            }
        }
        self.seen.insert(digest(key), (time, value));
    }

    /// What was noted of a thing, if it was seen at most so long before or after.
    pub(crate) fn get(&self, key: impl Hash, time: Micros, within: Micros) -> Option<&T> {
        let (seen, value) = self.seen.get(&digest(key))?;
        (time.abs_diff(*seen) <= within.unsigned_abs()).then_some(value)
    }

    /// Whether a thing was seen at most so long before or after.
    pub(crate) fn has(&self, key: impl Hash, time: Micros, within: Micros) -> bool {
        self.get(key, time, within).is_some()
    }

    /// Forgets a thing; gives whether it was seen at most so long before or after.
    pub(crate) fn take(&mut self, key: impl Hash, time: Micros, within: Micros) -> bool {
        let key = digest(key);
        match self.seen.get(&key) {
            Some((seen, _)) if time.abs_diff(*seen) <= within.unsigned_abs() => {
                self.seen.remove(&key);
                true
            }
            _ => false,
        }
    }
}

/// A number that stands for a thing.
fn digest(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_known_for_a_while() {
        let mut marks = Marks::default();
        marks.put(("bob", 1), 1_000, "first".to_owned());
        assert_eq!(marks.get(("bob", 1), 1_500, 500).map(String::as_str), Some("first"));
        assert!(!marks.has(("bob", 1), 1_501, 500) && !marks.has(("bob", 2), 1_000, 500));
        assert!(marks.take(("bob", 1), 900, 100) && !marks.take(("bob", 1), 900, 100));
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_newest() {
        let mut marks = Marks::default();
        for at in 0..3 * MOST {
            marks.put(at, i64::try_from(at).unwrap(), ());
        }
        assert!(marks.seen.len() <= MOST);
        let last = 3 * MOST - 1;
        assert!(marks.has(last, i64::try_from(last).unwrap(), 0));
        let mut same = Marks::default();
        for at in 0..2 * MOST {
            same.put(at, 5, ());
        }
        assert!(same.seen.len() <= MOST);
    }
}
