//! One password tried with many accounts.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::burst::Bursts;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::{FailureReason, origin, tries_a_credential};
use crate::rules::finding::Finding;
use crate::rules::frequency::Actor;
use crate::rules::observation::{EventClass, Observation, bare};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::time::Micros;

/// The accounts whose password failed from each source, where they do not usually come from, and
/// those whose credentials each account gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PasswordSpray {
    failed: Bursts,
    given: Bursts,
}

heap! {
    PasswordSpray { failed, given }
}

impl Rule for PasswordSpray {
    const DETECTION: Detection = Detection {
        id: "password_spray",
        title: "One source tried the passwords of many accounts",
        techniques: &[attack::PASSWORD_SPRAYING],
        sees: "A spray tries few passwords with many accounts, so that none is locked. Accounts that came \
               from the source before, or sat there, are not counted; tries of one account count once. \
               Failures are counted by source; explicit credentials (4648), which the host writes where \
               it does not log failures, by the account that gives those of others.",
        needs: &[&[Need::Failures, Need::ExplicitCredentials]],
        formula: "New accounts in five minutes, an hour and a day, counted as `host_sweep` counts. At \
                  most how rare it is that the source, or the account that gives the credentials, does \
                  so, see docs/detections/README.md.",
        blind_spots: "Sprays from many sources, or slower than people mistype; accounts of which the log \
                      neither says why they failed nor is known that they exist. Addresses of the Internet.",
        false_positives: "A server on which many log on for the first time, such as a new gateway or web \
                          application, while their passwords are out of date.",
        ask: "Did any of the accounts log on from the source afterwards? Is the source a gateway?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::FAILURE.or(EventClass::EXPLICIT);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        if seen.class == EventClass::EXPLICIT {
            found.extend(self.gives(seen, context));
            return;
        }
        let (Some(event), Some(who), Some(source)) = (seen.auth(), seen.account, origin(seen))
        else {
            return;
        };
        if !tries_a_credential(event) || !who.can_move() {
            return;
        }
        let baseline = context.baseline;
        let exists = match FailureReason::of(event) {
            FailureReason::WrongPassword => true,
            FailureReason::Unsaid => baseline.accounts.slot_of(who.id).is_some(),
            _ => false,
        };
        if !exists {
            return;
        }
        let pair = [who.id, source.id];
        let usual =
            baseline.account_source.get(pair).is_some() || baseline.presence.get(pair).is_some();
        let door = (Some(who.id), seen.destination.unwrap_or(source).id);
        let actor = Actor::Host(source.id);
        if let Some(burst) = self.failed.observe(actor, who.id, usual, seen.time, door) {
            let (accounts, within) = (burst.things, burst.within);
            let what = format!("{accounts} new accounts failed from {} in {within}", source.name());
            let finding = Finding::at(seen, source, what).burst(&burst).of_source();
            found.push(finding.of_kind(&["failed"]));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.failed.forget(now);
        self.given.forget(now);
    }
}

impl PasswordSpray {
    /// The credentials of another account, given by somebody: a logon screen and a service of Windows
    /// give those of everybody who comes.
    fn gives(&mut self, seen: &Observation<'_>, context: &RuleContext<'_>) -> Option<Finding> {
        let (subject, account) = (seen.subject?, seen.account?);
        let place = seen.source.or(seen.destination)?;
        let own = bare(subject.name()).eq_ignore_ascii_case(bare(account.name()));
        if own || !subject.can_move() || !account.can_move() {
            return None;
        }
        let pair = [account.id, place.id];
        let baseline = context.baseline;
        let usual =
            baseline.account_source.get(pair).is_some() || baseline.presence.get(pair).is_some();
        let door = (Some(subject.id), seen.destination.unwrap_or(place).id);
        let actor = Actor::Account(subject.id);
        let burst = self.given.observe(actor, account.id, usual, seen.time, door)?;
        let (accounts, within, name) = (burst.things, burst.within, subject.name());
        let what = format!("{name} gave the credentials of {accounts} new accounts in {within}");
        Some(Finding::at(seen, place, what).burst(&burst).of_kind(&["given"]))
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, Activity, Outcome};
    use crate::rules::testing::{Probe, logon};

    fn wrong(probe: &mut Probe, at: i64, name: &str, from: &str) -> Vec<String> {
        let event = logon(at, name, from, "DC").outcome(Outcome::Failure).event_code(4625);
        probe.auth(event.outcome_reason("0xc000006a"))
    }

    #[test]
    fn many_accounts_from_one_source_are_a_spray() {
        let mut probe = Probe::new();
        let told: Vec<_> = (0..60)
            .flat_map(|at| wrong(&mut probe, at * 5, &format!("u{at}@CORP"), "WS-1"))
            .filter(|found| found.starts_with("password_spray: "))
            .collect();
        assert!(!told.is_empty() && told.len() <= 4, "{told:?}");
    }

    #[test]
    fn an_account_whose_password_was_changed_is_no_spray() {
        let mut probe = Probe::new();
        for at in 0..400 {
            assert!(wrong(&mut probe, at * 30, "bob@CORP", "WS-1").is_empty());
        }
    }

    #[test]
    fn those_who_usually_come_from_there_may_mistype_on_a_monday() {
        let mut probe = Probe::new();
        for at in 0..60 {
            probe.auth(logon(at, &format!("u{at}@CORP"), "GATEWAY", "FILES"));
        }
        for at in 0..60 {
            let monday = 7 * 86_400 + at;
            assert!(wrong(&mut probe, monday, &format!("u{at}@CORP"), "GATEWAY").is_empty());
        }
    }

    fn give(probe: &mut Probe, seconds: i64, subject: &str, account: &str) -> usize {
        let event = logon(seconds, account, "WS-1", "WS-1").activity(Activity::AccountSwitch);
        let told = probe.auth(event.subject(Account::parse(subject)).event_code(4648));
        told.iter().filter(|line| line.starts_with("password_spray")).count()
    }

    #[test]
    fn the_credentials_of_many_accounts_given_by_one_are_a_spray() {
        let spray = |subject: &str, pace: i64, accounts: i64| {
            let mut probe = Probe::new();
            (0..40)
                .map(|at| give(&mut probe, at * pace, subject, &format!("u{}@CORP", at % accounts)))
                .sum::<usize>()
        };
        assert!((1..=4).contains(&spray("amy@CORP", 1, 40)));
        assert_eq!(spray("amy@CORP", 1, 2), 0, "an administrator's two");
        assert_eq!(spray("jobs@CORP", 2000, 5), 0, "a scheduler's five");
        assert_eq!(spray("WS-1$@CORP", 1, 40), 0, "a logon screen");
    }
}
