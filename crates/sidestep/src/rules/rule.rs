//! What every detection is made of.

use super::detection::Detection;
use super::finding::Finding;
use super::inbound_sessions::InboundSessions;
use super::observation::{EventClass, Observation};
use crate::attack::Technique;
use crate::baseline::Baseline;
use crate::store::Heap;
use crate::time::Micros;

/// One detection: what it is, what it wants to see, and what it makes of it. What it remembers is
/// bounded, and saved with the engine.
pub(crate) trait Rule: Heap {
    /// What it is.
    const DETECTION: Detection;
    /// Classes of events that it is shown.
    const WANTS: EventClass;

    /// Looks at one event.
    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    );

    /// Which of its techniques fit what was seen, in the words of a finding: alerts keep these words,
    /// so that what is saved need not say it again.
    fn techniques(_observed: &str) -> &'static [Technique] {
        Self::DETECTION.techniques
    }

    /// Forgets what is of no use any more; called every hour of the events' time.
    fn forget(&mut self, _now: Micros) {}
}

/// What else a rule may look at.
#[derive(Clone, Copy)]
pub(crate) struct RuleContext<'r> {
    pub(crate) sessions: &'r InboundSessions,
    pub(crate) baseline: &'r Baseline,
}
