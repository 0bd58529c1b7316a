//! Tickets given to whoever asked.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// A weak granting ticket was given without pre-authentication.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AsrepRoast;

heap! {
    AsrepRoast {}
}

impl Rule for AsrepRoast {
    const DETECTION: Detection = Detection {
        id: "asrep_roast",
        title: "A weak ticket was given without pre-authentication",
        techniques: &[attack::ASREP_ROASTING],
        sees: "A granting ticket with RC4 or DES for which the asker did not have to show that he knows \
               the password. Anybody can ask for one of an account that is so set, and break it at \
               leisure for the password.",
        needs: &[&[Need::Preauthentication], &[Need::TicketEncryption]],
        formula: "How rare it is that the account gets such a ticket, see docs/detections/README.md.",
        blind_spots: "Tickets with AES, which take longer to break.",
        false_positives: "Old systems whose accounts are set so because they cannot pre-authenticate.",
        ask: "Why does the account need no pre-authentication? Was its user at the host that asked?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::GRANTING_TICKET;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth().filter(|event| event.preauth_type() == Some(0)) else {
            return;
        };
        let weak = event.ticket_encryption().is_some_and(|kind| kind.is_weak());
        if weak && seen.account.is_some_and(|who| who.can_move()) {
            let what = "a weak granting ticket without pre-authentication";
            found.extend(Finding::at_source(seen, what));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, AuthEventBuilder, Outcome, TicketEncryption};
    use crate::rules::testing::{Probe, ticket};

    #[test]
    fn a_weak_ticket_without_preauthentication_is_told() {
        let granting = |account| -> AuthEventBuilder<'static> {
            ticket(0, Activity::TicketGrantingTicket, account, "WS-1", "DC-1")
                .ticket_encryption(TicketEncryption::RC4_HMAC)
                .preauth_type(0)
        };
        let mut probe = Probe::new();
        assert_eq!(
            probe.auth(granting("bob@CORP")),
            ["asrep_roast: a weak granting ticket without pre-authentication"]
        );
        assert!(probe.auth(granting("bob@CORP").preauth_type(2)).is_empty());
        assert!(probe.auth(granting("WS-1$@CORP")).is_empty());
        assert!(
            probe.auth(granting("bob@CORP").ticket_encryption(TicketEncryption::AES256)).is_empty()
        );
        assert!(probe.auth(granting("bob@CORP").outcome(Outcome::Failure)).is_empty());
    }
}
