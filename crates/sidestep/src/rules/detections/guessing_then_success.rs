//! Many failures of one account, and then success from the same source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{Activity, Outcome};
use crate::rules::burst::Windows;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::{FailureReason, tries_a_credential};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::{Id, Portion, heap};
use crate::time::{Day, Micros, SECOND, day_of};
use crate::tuning::OPENS_NATS;
use crate::tuning::detections::guessing_then_success::{
    EVEN, NAME, PATIENT, REMEMBERED, WAITED, WAITS,
};

/// Failures of one account from one source.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    last: Micros,
    failures: u32,
    /// Two logs may tell of one failure: those like the first count.
    #[serde(with = "crate::store::coded")]
    like: Activity,
    /// Mean wait in seconds, and the sum of squares about it (Welford).
    mean: f64,
    about: f64,
}

impl Run {
    fn fail(&mut self, time: Micros, like: Activity) {
        if like != self.like {
            return;
        }
        let wait = (time - self.last).max(0) as f64 / SECOND as f64;
        let away = wait - self.mean;
        self.mean += away / f64::from(self.failures);
        self.about += away * (wait - self.mean);
        self.failures = self.failures.saturating_add(1);
        self.last = self.last.max(time);
    }

    /// Whether a machine seems to have tried again and again, at even intervals.
    fn is_patient(&self) -> bool {
        let waits = self.failures - 1;
        let deviation = (self.about / f64::from(waits.max(1))).sqrt();
        waits >= WAITED && self.mean >= PATIENT && deviation <= EVEN * self.mean
    }
}

/// Failures under way by source and bare name, for the realm of an account that fails is often not
/// told; and how often accounts fail before they succeed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct GuessingThenSuccess {
    runs: BTreeMap<(Id, String), Run>,
    habits: BTreeMap<Id, Windows>,
    peers: Windows,
    today: Day,
    /// Which part of [`REMEMBERED`] is.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    GuessingThenSuccess { runs, habits, portion }
    Run {}
}

impl Rule for GuessingThenSuccess {
    const DETECTION: Detection = Detection {
        id: "guessing_then_success",
        title: "An account failed many times and then got in, from where it does not usually come",
        techniques: &[attack::PASSWORD_GUESSING, attack::VALID_ACCOUNTS],
        sees: "A password was guessed: the account failed from a source that it never came from before, \
               within a day and more often than people mistype, and then succeeded from there.",
        needs: &[&[Need::Failures]],
        formula: "Failures before a success, against the account's own and everybody's: the tail of a \
                  negative binomial, as `host_sweep` counts. At most how rare it is that the account \
                  does so, see docs/detections/README.md.",
        blind_spots: "Success with a controller alone, until a host is logged on to. Guesses from where \
                      the account usually comes, which cannot be told from an old password that was \
                      corrected; guesses at even intervals of ten seconds or more, which look like a \
                      client that tries an old password again.",
        false_positives: "Somebody who does not remember his password on a new machine.",
        ask: "Was the password reset between the failures and the success? Who sat at the source?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::FAILURE.or(EventClass::LOGON).or(EventClass::NEW_LOGIN);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(event), Some(who)) = (seen.auth(), seen.account) else { return };
        let failed = event.outcome() == Outcome::Failure;
        let Some(source) = seen.source.or(seen.destination).filter(|_| who.can_move()) else {
            return;
        };
        if !failed && !self.has_failures_from(source.id) {
            return;
        }
        let bare = who.name().split('@').next().unwrap_or_default();
        let key = (source.id, bare.chars().take(NAME).collect::<String>().to_ascii_lowercase());
        if failed {
            if seen.class == EventClass::FAILURE && tries_a_credential(event) {
                let refusal = FailureReason::of(event);
                if matches!(
                    refusal,
                    FailureReason::WrongPassword | FailureReason::Unsaid | FailureReason::Barred
                ) {
                    self.fail(key, seen.time, event.activity());
                }
            }
            return;
        }
        let Some(run) = self.runs.remove(&key).filter(|run| seen.time - run.last <= WAITS) else {
            return;
        };
        let pair = [who.id, source.id];
        let baseline = context.baseline;
        let usual =
            baseline.account_source.get(pair).is_some() || baseline.presence.get(pair).is_some();
        let habit = self.habits.get(&who.id).copied().unwrap_or_default();
        let nats = habit.nats(&self.peers, run.failures);
        if !usual && !run.is_patient() && nats >= OPENS_NATS {
            let what = format!("{} failures from {}, then success", run.failures, source.name());
            let finding = Finding::at(seen, source, what).at_most(nats);
            found.push(finding.of_kind_with(&["source"], source.id));
            return;
        }
        self.peers.add(f64::from(run.failures));
        if self.habits.len() < self.portion.of(REMEMBERED) || self.habits.contains_key(&who.id) {
            self.habits.entry(who.id).or_default().add(f64::from(run.failures));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.runs.retain(|_, run| now - run.last <= WAITS);
        let days = day_of(now).saturating_sub(self.today);
        if days > 0 {
            self.peers.forget(days);
            self.habits.retain(|_, habit| habit.forget(days));
            self.today = day_of(now);
        }
    }
}

impl GuessingThenSuccess {
    fn has_failures_from(&self, source: Id) -> bool {
        let first = self.runs.range((source, String::new())..).next();
        first.is_some_and(|((from, _), _)| *from == source)
    }

    fn fail(&mut self, key: (Id, String), time: Micros, like: Activity) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.fail(time, like);
            return;
        }
        if self.runs.len() >= self.portion.of(REMEMBERED) {
            // Whoever fails but once cannot push out a run that grows.
            let mut weights: Vec<_> =
                self.runs.values().map(|run| (run.failures, run.last)).collect();
            weights.sort_unstable();
            let middle = weights[weights.len() / 2];
            self.runs.retain(|_, run| (run.failures, run.last) > middle);
        }
        self.runs.insert(key, Run { last: time, failures: 1, like, mean: 0.0, about: 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, Outcome};
    use crate::rules::testing::{Probe, logon};

    fn fail(probe: &mut Probe, at: i64, account: &str, source: &str) {
        let event = logon(at, account, source, "SRV").outcome(Outcome::Failure).event_code(4625);
        let told = probe.auth(event.outcome_reason("0xc000006a"));
        assert!(told.is_empty(), "{told:?}");
    }

    fn succeed(probe: &mut Probe, at: i64) -> Vec<String> {
        probe.auth(logon(at, "bob@CORP", "WS-1", "SRV"))
    }

    #[test]
    fn many_failures_and_then_success_are_a_guess() {
        let mut probe = Probe::new();
        (0..20).for_each(|at| fail(&mut probe, at, "bob@CORP", "WS-1"));
        assert_eq!(
            succeed(&mut probe, 21),
            ["guessing_then_success: 20 failures from WS-1, then success"]
        );
        assert!(succeed(&mut probe, 22).is_empty(), "it is told once");
    }

    #[test]
    fn the_realm_that_a_failure_does_not_tell_is_no_matter() {
        let mut probe = Probe::new();
        (0..20).for_each(|at| fail(&mut probe, at, "BOB", "WS-1"));
        assert_eq!(succeed(&mut probe, 21).len(), 1);
    }

    #[test]
    fn a_mistyped_password_and_another_source_are_none() {
        let mut probe = Probe::new();
        (0..3).for_each(|at| fail(&mut probe, at, "bob@CORP", "WS-1"));
        assert!(succeed(&mut probe, 21).is_empty(), "he mistyped");
        (30..60).for_each(|at| fail(&mut probe, at, "bob@CORP", "WS-2"));
        assert!(succeed(&mut probe, 61).is_empty(), "it was somebody else");
    }

    #[test]
    fn an_old_password_that_is_corrected_is_none() {
        let mut probe = Probe::new();
        (0..60).for_each(|at| fail(&mut probe, at * 30, "bob@CORP", "WS-1"));
        assert!(succeed(&mut probe, 2_000).is_empty(), "a client tried again evenly");
        let day = 86_400;
        (0..60).for_each(|at| fail(&mut probe, day + at * at, "bob@CORP", "WS-1"));
        assert!(succeed(&mut probe, day + 4_000).is_empty(), "he always comes from there");
    }

    #[test]
    fn a_failure_told_by_two_logs_counts_once() {
        let mut probe = Probe::new();
        for at in 0..4 {
            fail(&mut probe, at, "bob@CORP", "WS-1");
            let again = logon(at, "bob@CORP", "WS-1", "SRV").outcome(Outcome::Failure);
            let check = Activity::CredentialValidation;
            probe.auth(again.activity(check).event_code(4776).outcome_reason("0xc000006a"));
        }
        assert!(succeed(&mut probe, 9).is_empty());
    }
}
