//! The directory's secrets, asked for by who is no controller.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::AccountKind;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation, bare};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// Replication was asked for by somebody else than a controller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Dcsync;

/// Whether a machine's account asks in a session that another host opened.
fn is_borrowed(seen: &Observation<'_>, context: &RuleContext<'_>) -> bool {
    let Some(machine) = seen.account.and_then(|who| bare(who.name()).strip_suffix('$')) else {
        return false;
    };
    let source = context.sessions.session(seen).and_then(|arrival| arrival.source);
    let name = source.and_then(|source| context.baseline.hosts.name_of(source));
    name.is_some_and(|name| {
        name.parse::<std::net::IpAddr>().is_err() && !name.eq_ignore_ascii_case(machine)
    })
}

heap! {
    Dcsync {}
}

impl Rule for Dcsync {
    const DETECTION: Detection = Detection {
        id: "dcsync",
        title: "The directory's secrets were asked for by who is no controller",
        techniques: &[attack::OS_CREDENTIAL_DCSYNC],
        sees: "A request to replicate all changes of the directory, secrets included, by an account that \
               is no machine's; or by a machine's account in a session that another host opened. \
               Controllers ask each other so all day, by their machine accounts.",
        needs: &[&[Need::Replication]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "The account of a controller, used on the controller or from an address of which \
                      the host is not known; a controller that was made for the purpose (DCShadow); \
                      controllers without the audit rule for replication.",
        false_positives: "Synchronisation with a cloud directory, migration tools; each becomes usual \
                          for its account within days.",
        ask: "Is the account one of a synchronisation service, and did it ask from that service's host?",
        prior: 2e-5,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::REPLICATION;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(account) = seen.account else { return };
        let object = seen.object;
        // Changes without the secrets are what address books and indexers ask for.
        if object == "ds-replication-get-changes" {
            return;
        }
        let machine = account.kind == AccountKind::Machine;
        if !(account.can_move() || machine && is_borrowed(seen, context)) {
            return;
        }
        let finding = Finding::of(seen, "asked to replicate the directory with its secrets");
        found.extend(finding.map(|finding| match context.sessions.session(seen) {
            Some(arrival) => finding.by(arrival),
            None => finding,
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did, logon};

    fn asked<'a>(seconds: i64, account: &'a str, right: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::DirectoryReplication, "DC-1")
            .account(Account::parse(account))
            .object(right)
            .logon_id(0x55)
    }

    const ALL: &str = "DS-Replication-Get-Changes-All";

    #[test]
    fn who_is_no_controller_is_told() {
        let mut probe = Probe::new();
        let told = ["dcsync: asked to replicate the directory with its secrets"];
        assert_eq!(probe.activity(asked(0, "bob@CORP", ALL)), told);
        assert!(probe.activity(asked(1, "bob@CORP", "DS-Replication-Get-Changes")).is_empty());
        assert!(probe.activity(asked(2, "DC-2$@CORP", ALL)).is_empty(), "a controller");
    }

    #[test]
    fn a_controller_s_account_on_another_host_is_told() {
        let mut probe = Probe::new();
        probe.auth(logon(0, "DC-2$@CORP", "DC-2", "DC-1").logon_id(0x55));
        assert!(probe.activity(asked(1, "DC-2$@CORP", ALL)).is_empty());
        probe.auth(logon(10, "DC-2$@CORP", "WS-7", "DC-1").logon_id(0x55));
        assert_eq!(probe.activity(asked(11, "DC-2$@CORP", ALL)).len(), 1);
    }
}
