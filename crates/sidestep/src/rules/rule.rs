//! What every detection is made of.

use super::detection::Detection;
use super::finding::Finding;
use super::inbound_sessions::InboundSessions;
use super::observation::{EventClass, Observation};
use crate::attack::Technique;
use crate::baseline::Baseline;
use crate::identity::join::Numbers;
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

    /// Takes in what it learned in another part of the stream, in which names have other ids: what it remembers for
    /// weeks. What it remembers for minutes or a day it begins anew, and so it is with all where this is not said.
    fn join(&mut self, _part: Self, _numbers: &Numbers)
    where
        Self: Sized,
    {
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
