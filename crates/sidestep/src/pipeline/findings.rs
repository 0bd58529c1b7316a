//! What detections found on its way: weighed, attributed, and raised where that is due.

use super::Pipeline;
use crate::alert::Alert;
use crate::attribution::Attribution;
use crate::event::{Event, Purpose};
use crate::identity::resolve::Resolved;
use crate::rules::finding::Finding;
use crate::rules::weigh::{Scales, WeighedFinding};

impl Pipeline {
    /// Weighs what was found and attributes it.
    pub(super) fn attribute_all(
        &mut self,
        found: Vec<Finding>,
        resolved: &Resolved,
        event: Event<'_>,
        purpose: Purpose,
        alerts: &mut Vec<Alert>,
    ) {
        if !found.is_empty() {
            let weighed = self.weigh(found, event);
            self.attribute(weighed, resolved, event, purpose, alerts);
        }
    }

    pub(super) fn weigh(&mut self, found: Vec<Finding>, event: Event<'_>) -> Vec<WeighedFinding> {
        if found.is_empty() {
            return Vec::new();
        }
        let (by_detections, too_small) = self.who_decides();
        let scales = Scales {
            policy: &self.config.policy,
            baseline: &self.baseline,
            resolver: &self.resolver,
            by_detections,
            too_small,
            gated_a_day: self.judge.gated_a_day(),
        };
        self.rules.weigh(found, event, &scales)
    }

    /// Adds findings to the movements that they belong to, and raises what is due.
    pub(super) fn attribute(
        &mut self,
        weighed: Vec<WeighedFinding>,
        resolved: &Resolved,
        event: Event<'_>,
        purpose: Purpose,
        alerts: &mut Vec<Alert>,
    ) {
        for weighed in weighed {
            let (_, too_small) = self.who_decides();
            let attribution = Attribution {
                event,
                run_as: resolved.account.map(|account| account.id),
                baseline: &self.baseline,
                resolver: &self.resolver,
                too_small,
                leaving: self.judge.leaving(&self.baseline),
            };
            let rose = attribution.attribute(weighed, &mut self.tracker);
            self.rise(&rose, purpose, alerts);
        }
    }

    pub(crate) fn rise(&mut self, rose: &[u64], purpose: Purpose, alerts: &mut Vec<Alert>) {
        let situation = self.situation();
        alerts.extend(self.desk.on_rise(rose, &mut self.tracker, &situation, purpose));
    }
}
