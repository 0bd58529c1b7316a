//! A hash that was turned into a ticket.

use serde::{Deserialize, Serialize};

use super::pass_the_hash::carries_other_credentials;
use crate::attack;
use crate::event::TicketEncryption;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::{Habit, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::overpass_the_hash::REMEMBERED;
use crate::tuning::detections::pass_the_hash::CARRIED;

/// Weak encryption of granting tickets by account, and sessions that carry other credentials.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct OverpassTheHash {
    weak: TtlMap<Id, Habit>,
    network: Habit,
    /// By host, the account of its last session that carries other credentials.
    carriers: TtlMap<Id, Id>,
}

impl OverpassTheHash {
    /// The nats of weak encryption, where it is weak and that is worth telling.
    fn weakness(
        &mut self,
        account: Id,
        seen: &Observation<'_>,
        kind: TicketEncryption,
    ) -> Option<f64> {
        let habit = self.weak.touch(account, seen.time);
        let probability = habit.probability(self.network.probability(0.5));
        habit.observe(kind.is_weak());
        self.network.observe(kind.is_weak());
        nats(probability).filter(|_| kind.is_weak())
    }
}

heap! {
    OverpassTheHash { weak, carriers }
}

impl Rule for OverpassTheHash {
    const DETECTION: Detection = Detection {
        id: "overpass_the_hash",
        title: "A hash seems to have been turned into a Kerberos ticket",
        techniques: &[attack::PASS_THE_HASH],
        sees: "A ticket-granting ticket with RC4 or DES for an account that gets strong ones, or on a \
               network where nearly all are strong: who holds only the NT hash can ask for nothing \
               else. And a ticket-granting ticket of another account from a host on which a session \
               was made, within the hour before, to carry other credentials (type 9 by `seclogo`).",
        needs: &[&[Need::GrantingTickets], &[Need::TicketEncryption, Need::NewCredentials]],
        formula: "At most ln(0.5 / p): p is the share of weak ones among the account's tickets, with two \
                  of the network's share added; and how rare it is that the account does so, see \
                  docs/detections/README.md.",
        blind_spots: "Who took the AES keys as well asks for strong tickets. A network that still uses \
                      RC4.",
        false_positives: "Old clients and appliances; an account whose password was not changed since \
                          the domain learned AES; `runas /netonly`.",
        ask: "Which program on the source asked for the ticket: the host's own Kerberos does so as \
              lsass only. Does the account otherwise get AES tickets from there?",
        prior: 2e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::GRANTING_TICKET.or(EventClass::LOGON);

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.weak.join(
            part.weak,
            |account, value| Some((numbers.account(account)?, value)),
            Habit::join,
        );
        self.network.join(part.network);
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        if seen.class == EventClass::LOGON {
            if let Some(host) = seen.destination.filter(|_| carries_other_credentials(seen)) {
                *self.carriers.touch(host.id, seen.time) = account.id;
            }
            return;
        }
        if let Some(kind) = seen.auth().and_then(|event| event.ticket_encryption())
            && let Some(nats) = self.weakness(account.id, seen, kind)
        {
            let what = format!("a granting ticket with weak encryption ({:#x})", kind.0);
            found.extend(
                Finding::at_source(seen, what).map(|it| it.at_most(nats).of_kind(&["weak"])),
            );
        }
        let Some(source) = seen.source else { return };
        let carrier = self.carriers.since(&source.id, seen.time - CARRIED);
        if carrier.is_some_and(|carrier| *carrier != account.id) {
            let what = format!(
                "a granting ticket asked from {} after a session there was made to carry other \
                 credentials",
                source.name()
            );
            found.extend(Finding::at_source(seen, what).map(|it| it.of_kind(&["carried"])));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.weak.forget(now - REMEMBERED);
        self.carriers.forget(now - CARRIED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, LogonType, TicketEncryption};
    use crate::rules::testing::{Probe, logon, ticket};

    #[test]
    fn a_weak_ticket_is_told_only_where_others_are_strong() {
        let granting = |seconds, account, kind| {
            ticket(seconds, Activity::TicketGrantingTicket, account, "WS-1", "DC-1")
                .ticket_encryption(kind)
        };
        let mut modern = Probe::new();
        for day in 0..20 {
            assert!(modern.auth(granting(day, "bob@CORP", TicketEncryption::AES256)).is_empty());
        }
        assert!(modern.auth(granting(29, "WS-1$@CORP", TicketEncryption::RC4_HMAC)).is_empty());
        assert_eq!(
            modern.auth(granting(30, "bob@CORP", TicketEncryption::RC4_HMAC)),
            ["overpass_the_hash: a granting ticket with weak encryption (0x17)"]
        );
        let mut old = Probe::new();
        for day in 0..20 {
            assert!(old.auth(granting(day, "bob@CORP", TicketEncryption::RC4_HMAC)).is_empty());
        }
    }

    #[test]
    fn another_account_s_ticket_follows_from_a_session_that_carries_it() {
        let mut probe = Probe::new();
        let carrier = logon(0, "bob@CORP", "WS-1", "WS-1")
            .logon_type(LogonType::NewCredentials)
            .logon_process("seclogo");
        probe.auth(carrier);
        let granting = |seconds, account, source| {
            ticket(seconds, Activity::TicketGrantingTicket, account, source, "DC-1")
        };
        assert!(probe.auth(granting(5, "bob@CORP", "WS-1")).is_empty(), "his own");
        assert!(probe.auth(granting(6, "admin@CORP", "WS-2")).is_empty(), "from elsewhere");
        assert_eq!(probe.auth(granting(7, "admin@CORP", "WS-1")).len(), 1);
    }
}
