//! The clock of the stream: what is late, and what a new hour or day brings to the stages.

use super::Pipeline;
use crate::alert::Alert;
use crate::event::Purpose;
use crate::time::{Day, HOUR, MINUTE, Micros, day_of};

impl Pipeline {
    /// Whether an event is later than the newest by more than is allowed.
    pub(super) fn is_late(&self, time: Micros) -> bool {
        self.now - time > Micros::from(self.config.lateness_minutes) * MINUTE
    }

    /// Moves the clock on: days, hours, and what they bring.
    pub(super) fn advance_to(&mut self, time: Micros, purpose: Purpose) -> Vec<Alert> {
        if time < self.now {
            return Vec::new();
        }
        if time < self.hour_end {
            self.now = time;
            return Vec::new();
        }
        let is_first = self.baseline.first_day.is_none();
        self.begin_day(day_of(time), is_first, purpose);
        let ticked = time / HOUR > self.now / HOUR;
        self.now = time;
        self.hour_end = (time / HOUR + 1) * HOUR;
        if !ticked && !is_first {
            return Vec::new();
        }
        self.learning.release(time, &mut self.baseline);
        self.rules.forget(time);
        let ended = self.tracker.expire(time);
        let situation = self.situation();
        self.desk.tick(ended, &mut self.tracker, &situation, purpose)
    }

    /// Lets what was learned fade to a day, whether it has events or not. How often findings occur is for the
    /// caller, who knows whether the accounts were seen until then.
    pub(super) fn fade_to(&mut self, day: Day) {
        self.baseline.advance_to(day);
        self.judge.begin_day(day);
        self.desk.begin_day(day);
    }

    fn begin_day(&mut self, day: Day, is_first: bool, purpose: Purpose) {
        let before = day_of(self.now);
        if !is_first && day <= before {
            return;
        }
        self.fade_to(day);
        self.rules.frequency.begin_day(day, self.baseline.accounts.len());
        self.days_seen.see(day);
        let (by_detections, _) = self.who_decides();
        self.counts.days_by_detections += u64::from(purpose == Purpose::Detect && by_detections);
    }
}
