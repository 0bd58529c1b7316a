//! Weak tickets for many services at once.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation, is_for_machine};
use crate::rules::rates::Variety;
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::time::Micros;
use crate::tuning::rates::AT_ONCE;

/// Weak service tickets by account and hour, and of services that are no machines by ten seconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kerberoast {
    services: Variety,
    at_once: Variety,
}

heap! {
    Kerberoast { services, at_once }
}

impl Rule for Kerberoast {
    const DETECTION: Detection = Detection {
        id: "kerberoast",
        title: "An account asked for weak tickets of many services at once",
        techniques: &[attack::KERBEROASTING],
        sees: "Service tickets with RC4 or DES, by one account, for many different services within an \
               hour, or for several that run under accounts of their own within ten seconds: each can be \
               broken at leisure for the password of the service's account.",
        needs: &[&[Need::ServiceTickets], &[Need::TicketEncryption]],
        formula: "At most ln(0.5 / p): p is the probability of so many services in an hour, where those \
                  beyond the first are geometric with the mean of the account's own hours, and two \
                  hours of the network's added, or of so many in ten seconds with a mean of a quarter at the \
                  least; and how rare it is that the account does so, see \
                  docs/detections/README.md.",
        blind_spots: "A few tickets only, or spread over days; tickets with AES, which take longer to \
                      break; services that the log does not name (Zeek, where the service is an \
                      account's).",
        false_positives: "Inventories and scanners on a network whose services still use RC4; they are \
                          learned within a day.",
        ask: "Do the services have anything to do with the account's work? Which program asked?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SERVICE_TICKET;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let kind = seen.auth().and_then(|event| event.ticket_encryption());
        if !kind.is_some_and(|kind| kind.is_weak()) {
            return;
        }
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let Some(service) = seen.destination else { return };
        // A machine's password is too long to be broken.
        let of_machine = seen.auth().is_some_and(is_for_machine);
        let pair = [account.id, service.id];
        let at_once = (!of_machine)
            .then(|| self.at_once.observe_within(&AT_ONCE, pair, seen.time, 0.0))
            .flatten();
        let hourly = self.services.observe(account.id, service.id, seen.time, 0.0);
        let (within, (count, nats)) = match (at_once, hourly) {
            (Some(at_once), hourly) if hourly.is_none_or(|(_, nats)| nats <= at_once.1) => {
                ("ten seconds", at_once)
            }
            (_, Some(hourly)) => ("an hour", hourly),
            _ => return,
        };
        let what = format!("weak tickets for {count} services within {within}");
        let finding = Finding::of(seen, what).map(|it| it.at_most(nats).of_kind(&[within]));
        found.extend(finding);
    }

    fn forget(&mut self, now: Micros) {
        self.services.forget(now);
        self.at_once.forget(now);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, TicketEncryption};
    use crate::rules::testing::{Probe, ticket};

    fn asked(probe: &mut Probe, services: i64, kind: TicketEncryption, pace: i64) -> usize {
        (0..services)
            .map(|at| {
                let service = format!("svc{at}");
                let event =
                    ticket(at * pace, Activity::ServiceTicket, "bob@CORP", "WS-1", &service);
                let told = probe.auth(event.ticket_encryption(kind)).into_iter();
                told.filter(|line| line.starts_with("kerberoast")).count()
            })
            .sum()
    }

    #[test]
    fn many_weak_tickets_at_once_are_told() {
        assert!(asked(&mut Probe::new(), 12, TicketEncryption::RC4_HMAC, 1) > 5);
        let mut probe = Probe::new();
        let told: Vec<String> = (0..5)
            .flat_map(|at| {
                let service = format!("svc{at}");
                let kind = Activity::ServiceTicket;
                let event = ticket(0, kind, "bob@CORP", "WS-1", &service);
                probe.auth(event.ticket_encryption(TicketEncryption::RC4_HMAC))
            })
            .collect();
        assert!(
            told.contains(&"kerberoast: weak tickets for 5 services within ten seconds".into())
        );
        assert_eq!(asked(&mut Probe::new(), 2, TicketEncryption::RC4_HMAC, 1), 0, "too few");
        assert_eq!(asked(&mut Probe::new(), 12, TicketEncryption::AES256, 1), 0, "strong");
        assert_eq!(asked(&mut Probe::new(), 12, TicketEncryption::RC4_HMAC, 3600), 0, "too slow");
    }

    #[test]
    fn machines_at_once_are_what_a_logon_asks_for() {
        let mut probe = Probe::new();
        for at in 0..6 {
            let host = format!("FILES-{at}");
            let event = ticket(at, Activity::ServiceTicket, "bob@CORP", "WS-1", &host);
            let event = event.ticket_encryption(TicketEncryption::RC4_HMAC).logon_process("host");
            let told = probe.auth(event);
            assert!(!told.iter().any(|line| line.contains("ten seconds")), "{told:?}");
        }
    }
}
