//! Placeholder.

use crate::time::Day;

pub(crate) const FAR_AHEAD: crate::event::Timestamp = 7 * crate::time::DAY;
pub(crate) const FOLLOWED_BY: usize = 4;
pub(crate) const FOLLOWED_FOR: crate::event::Timestamp = 15 * crate::time::MINUTE;
pub(crate) const MOST_SET_ASIDE: usize = 64;
pub(crate) const LEAST_NATS: f64 = 1.0;
pub(crate) const OPENS_NATS: f64 = 3.0;
pub(crate) const AT_ONCE_NATS: f64 = 6.0;
pub(crate) const LEAST_RATE_BY_DETECTIONS: f64 = 1.0 / 360.0;
pub(crate) const LEAST_ALERTS_BY_DETECTIONS: f64 = 5.0;
pub(crate) const GATE: f64 = 0.005;
pub(crate) const WIDEST_GATE: f64 = 0.2;
pub(crate) const LEAST_LOGINS_A_DAY: f64 = 500.0;
pub(crate) const LET_IN_PER_ALERT: f64 = 3.0;
pub(crate) const BEYOND_GATE_NATS: f64 = 0.1;
pub(crate) const TAIL: f64 = 0.01;
pub(crate) const NOISE_POWER: f64 = 0.2;
pub(crate) const LEAST_NOISE: f64 = 0.5;
pub(crate) const QUARANTINED_RATE: f64 = 1.0 / 7.0;
pub(crate) const MAX_WAITING: usize = 1 << 18;
pub(crate) const RATE_DAYS: f64 = 40.0;
pub(crate) const LONGEST_WARM_UP: Day = 14;
pub(crate) const SHORTEST_WARM_UP: Day = 7;
pub(crate) const SETTLED_SHARE: f64 = 0.125;
pub(crate) const COLD_DAYS: Day = 2;
pub(crate) const RULE_LED_SHARE: f64 = 0.1;
pub(crate) const BIN_NATS: f64 = 0.25;
pub(crate) const HISTOGRAM_HALF_LIFE_DAYS: f64 = 10.0;
pub(crate) const FITTED_LOGINS: f64 = 300.0;
