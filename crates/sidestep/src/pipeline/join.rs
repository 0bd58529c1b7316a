//! Two pipelines, each of which took in a part of a stream, joined.

use super::Pipeline;
use crate::identity::join::Numbers;
use crate::time::{Day, Micros};

impl Pipeline {
    /// What both learned, under the settings of `self`, which are those of both. What follows from judging has to be
    /// [judged again](Self::judge_again).
    pub(crate) fn joined(mut self, mut other: Self) -> Self {
        if !other.has_learned() {
            return self;
        }
        if !self.has_learned() {
            return other;
        }
        // Where one part has come, the other may follow.
        while self.catch_up(other.now) || other.catch_up(self.now) {}
        let today = self.baseline.today.max(other.baseline.today);
        self.fade_unseen_to(today);
        other.fade_unseen_to(today);
        let empty = Self::new(self.config);
        let now = self.now.max(other.now);
        let (resolver, [a_non_movers, b_non_movers]) =
            empty.resolver.joined([self.resolver, other.resolver]);
        let (baseline, of_baseline) = empty.baseline.joined([self.baseline, other.baseline]);
        let sessions = empty.sessions.joined(
            [self.sessions, other.sessions],
            [&of_baseline[0].hosts, &of_baseline[1].hosts],
        );
        let learning = empty.learning.joined([self.learning, other.learning], &of_baseline);
        let [a, b] = of_baseline;
        let numbers = [
            Numbers { of_baseline: a, non_movers: a_non_movers },
            Numbers { of_baseline: b, non_movers: b_non_movers },
        ];
        Self {
            counts: self.counts.joined(other.counts),
            ahead: self.ahead.joined(other.ahead),
            now,
            hour_end: 0,
            days_seen: self.days_seen.joined(&other.days_seen),
            resolver,
            sessions,
            baseline,
            judge: self.judge.joined(other.judge),
            rules: empty.rules.joined([self.rules, other.rules], &numbers),
            tracker: empty.tracker.joined([self.tracker, other.tracker]),
            desk: empty.desk.joined([self.desk, other.desk], now),
            learning,
            config: empty.config,
        }
    }

    /// Whether anything was taken in yet.
    pub(crate) const fn has_learned(&self) -> bool {
        self.baseline.first_day.is_some()
    }

    /// Takes in what was set aside as far ahead and is not where another part of the stream has come to. Whether
    /// there was any.
    fn catch_up(&mut self, other: Micros) -> bool {
        let followed = self.ahead.take_until(self.now.max(other));
        let any = !followed.is_empty();
        for (event, purpose) in followed {
            // Movements end here, so that nothing is raised of them.
            let _ = self.pass(event.as_event(), purpose);
        }
        any
    }

    /// Lets everything that was learned fade to a day that this part of the stream did not reach.
    fn fade_unseen_to(&mut self, day: Day) {
        if day > self.baseline.today {
            self.fade_to(day);
            self.rules.frequency.fade_to(day);
        }
    }
}
