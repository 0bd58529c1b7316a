//! Alerts as they stand.

use std::collections::HashMap;

use super::Alert;

/// Alerts in the order in which they were raised, each in the last state that was taken in.
///
/// The engine returns an alert again whenever its movement grew; whoever shows alerts wants each once.
///
/// ```
/// use sidestep::alert::{Alert, LatestAlerts};
///
/// fn show(states: Vec<Alert>) -> Vec<Alert> {
///     let mut latest = LatestAlerts::default();
///     latest.extend(states);
///     latest.into_vec()
/// }
/// # assert!(show(Vec::new()).is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct LatestAlerts {
    alerts: Vec<Alert>,
    places: HashMap<String, usize>,
}

impl LatestAlerts {
    /// Takes in a state of an alert, in place of an earlier one of the same id.
    pub fn update(&mut self, alert: Alert) {
        match self.places.get(&alert.id) {
            Some(&place) => self.alerts[place] = alert,
            None => {
                self.places.insert(alert.id.clone(), self.alerts.len());
                self.alerts.push(alert);
            }
        }
    }

    /// The alerts.
    #[must_use]
    pub fn into_vec(self) -> Vec<Alert> {
        self.alerts
    }
}

impl Extend<Alert> for LatestAlerts {
    fn extend<T: IntoIterator<Item = Alert>>(&mut self, states: T) {
        states.into_iter().for_each(|alert| self.update(alert));
    }
}
