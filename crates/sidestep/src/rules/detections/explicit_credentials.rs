//! Credentials of another account, given by hand to reach another host.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation, bare};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// Somebody used another account's credentials towards another host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ExplicitCredentials;

heap! {
    ExplicitCredentials {}
}

impl Rule for ExplicitCredentials {
    const DETECTION: Detection = Detection {
        id: "explicit_credentials",
        title: "Somebody gave another account's credentials to reach another host",
        techniques: &[attack::VALID_ACCOUNTS],
        sees: "A program was given the name and password of another account than the one it runs as, \
               for another host: `runas /netonly`, `net use /user:`, `wmic /node: /user:` and their like.",
        needs: &[&[Need::ExplicitCredentials]],
        formula: "How rare it is that the account that gives them does so with those of this account, \
                  see docs/detections/README.md.",
        blind_spots: "Stolen hashes and tickets, which are loaded and not given; the same account in \
                      another domain of the same name.",
        false_positives: "Administrators who keep an account for their office and one for the servers; \
                          it becomes usual for them within days.",
        ask: "Does the one who gave the credentials own both accounts? Which program was given them?",
        prior: 3e-2,
        role: Role::Strengthens,
    };
    const WANTS: EventClass = EventClass::EXPLICIT;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(account), Some(subject)) = (seen.account, seen.subject) else { return };
        let same = bare(subject.name()).eq_ignore_ascii_case(bare(account.name()));
        if same || !account.can_move() || !subject.can_move() || !seen.is_remote() {
            return;
        }
        let finding = Finding::of(seen, format!("gave the credentials of {}", account.name()));
        found.extend(finding.map(|finding| {
            let finding = finding.of_kind_with(&["account"], account.id);
            Finding { account: Some(subject.id), ..finding }
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, Activity, AuthEventBuilder};
    use crate::rules::testing::{Probe, logon};

    fn explicit<'a>(account: &'a str, by: &'a str, destination: &'a str) -> AuthEventBuilder<'a> {
        logon(0, account, "WS-1", destination)
            .activity(Activity::AccountSwitch)
            .subject(Account::parse(by))
            .event_code(4648)
    }

    #[test]
    fn another_account_towards_another_host_is_told() {
        let mut probe = Probe::new();
        assert_eq!(
            probe.auth(explicit("admin@CORP", "bob@CORP", "SRV")),
            ["explicit_credentials: gave the credentials of admin@CORP"]
        );
        assert!(probe.auth(explicit("admin@CORP", "bob@CORP", "WS-1")).is_empty(), "stays here");
        assert!(probe.auth(explicit("bob@corp", "bob@CORP", "SRV")).is_empty(), "his own");
        assert!(probe.auth(explicit("bob@CORP", "WS-1$@CORP", "SRV")).is_empty(), "a logon screen");
        assert!(probe.auth(explicit("SRV$@CORP", "bob@CORP", "SRV")).is_empty());
    }
}
