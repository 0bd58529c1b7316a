//! Tickets that no controller gave out.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{AuthProtocol, LogonType, TicketEncryption};
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::{Habit, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::forged_ticket::REMEMBERED;
use crate::tuning::detections::pass_the_ticket::{LIFETIME, RENEWABLE};

/// Which tickets controllers told of, and how often one that was used is missing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ForgedTicket {
    /// When the first ticket was seen: what was given before is not known.
    first: Option<Micros>,
    /// Accounts that ever asked for a granting ticket.
    granted: TtlMap<Id, ()>,
    /// Accounts that asked for service tickets, each counted once in the life of a granting ticket.
    counted: TtlMap<Id, ()>,
    without_granting: Habit,
    /// Service tickets by account and host.
    tickets: TtlMap<(Id, Id), ()>,
    /// By host, how often Kerberos logons come without a service ticket.
    hosts: TtlMap<Id, Habit>,
    without_service: Habit,
    /// Weak encryption of the service tickets of accounts and of hosts.
    weak_of: TtlMap<Id, Habit>,
    weak_for: TtlMap<Id, Habit>,
    weak: Habit,
}

impl ForgedTicket {
    /// The nats of service tickets of an account of which no granting ticket was ever seen.
    fn golden(&mut self, account: Id, time: Micros) -> Option<f64> {
        if self.counted.since(&account, time - RENEWABLE).is_some() {
            return None;
        }
        self.counted.touch(account, time);
        let missing = self.granted.get(&account).is_none();
        let probability = self.without_granting.probability(0.5);
        self.without_granting.observe(missing);
        nats(probability).filter(|_| missing && self.is_known_for(RENEWABLE, time))
    }

    /// The nats of a Kerberos logon at a host for which no service ticket was given out.
    fn silver(&mut self, account: Id, host: Id, time: Micros) -> Option<f64> {
        let missing = self.tickets.since(&(account, host), time - LIFETIME).is_none();
        let habit = self.hosts.touch(host, time);
        let probability = habit.probability(self.without_service.probability(0.5));
        habit.observe(missing);
        self.without_service.observe(missing);
        if missing {
            // It is told once in the life of a ticket.
            self.tickets.touch((account, host), time);
        }
        nats(probability).filter(|_| missing && self.is_known_for(LIFETIME, time))
    }

    fn is_known_for(&self, life: Micros, time: Micros) -> bool {
        self.first.is_some_and(|first| time - first >= life)
    }

    /// The nats of weak encryption where both the account and the service use strong.
    fn downgraded(
        &mut self,
        account: Id,
        host: Id,
        time: Micros,
        kind: TicketEncryption,
    ) -> Option<f64> {
        let network = self.weak.probability(0.5);
        let (of, to) = (self.weak_of.touch(account, time), self.weak_for.touch(host, time));
        let probability = of.probability(network).max(to.probability(network));
        of.observe(kind.is_weak());
        to.observe(kind.is_weak());
        self.weak.observe(kind.is_weak());
        nats(probability).filter(|_| kind.is_weak())
    }
}

heap! {
    ForgedTicket { granted, counted, tickets, hosts, weak_of, weak_for }
}

impl Rule for ForgedTicket {
    const DETECTION: Detection = Detection {
        id: "forged_ticket",
        title: "A Kerberos ticket was used that no controller seems to have given out",
        techniques: &[attack::GOLDEN_TICKET, attack::SILVER_TICKET],
        sees: "A service ticket for an account of which the controllers never told a granting ticket \
               (golden ticket); a logon by Kerberos at a host for which the controllers gave the account \
               no ticket within ten hours (silver ticket); a service ticket with RC4 or DES where both \
               the account and the service use strong encryption.",
        needs: &[
            &[Need::ServiceTickets],
            &[Need::GrantingTickets, Need::RemoteLogons, Need::TicketEncryption],
        ],
        formula: "At most ln(0.5 / p): p is the share of accounts without a granting ticket, of logons \
                  at that host without a service ticket, or of weak tickets of the account and for the \
                  service, each with two observations of the network's share added, so that controllers \
                  whose logs are not collected are learned; and how rare it is that the account does \
                  so, see docs/detections/README.md.",
        blind_spots: "The first days of a log, for tickets that were given before it; a forged ticket for an account that asked for one of its own of late; controllers \
                      whose logs are not collected.",
        false_positives: "Accounts of trusted domains; services that run under an account of another \
                          name than their host; a controller whose log has a gap.",
        ask: "Is the log of every controller collected, and without a gap at that time? Which tickets \
              does `klist` show on the source, with which lifetime?",
        prior: 2e-3,
        role: Role::Strengthens,
    };
    const WANTS: EventClass =
        EventClass::GRANTING_TICKET.or(EventClass::SERVICE_TICKET).or(EventClass::LOGON);

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.first = [self.first, part.first].into_iter().flatten().min();
        let account = |account, value| Some((numbers.account(account)?, value));
        self.granted.join(part.granted, account, |(), ()| ());
        self.counted.join(part.counted, account, |(), ()| ());
        self.weak_of.join(
            part.weak_of,
            |account, value| Some((numbers.account(account)?, value)),
            Habit::join,
        );
        let ticket = |ids, value| Some((numbers.account_and_host(ids)?, value));
        self.tickets.join(part.tickets, ticket, |(), ()| ());
        let host = |host, value| Some((numbers.host(host)?, value));
        self.hosts.join(part.hosts, host, Habit::join);
        self.weak_for.join(part.weak_for, host, Habit::join);
        self.without_granting.join(part.without_granting);
        self.without_service.join(part.without_service);
        self.weak.join(part.weak);
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth() else { return };
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let (time, host) = (seen.time, seen.destination.map(|place| place.id));
        let mut tell = |nats: Option<f64>, what: &str| {
            let Some(nats) = nats else { return };
            let finding = Finding::at_source(seen, what);
            found.extend(finding.map(|finding| finding.at_most(nats).of_kind(&[what])));
        };
        if seen.class != EventClass::LOGON {
            self.first.get_or_insert(time);
        }
        if seen.class == EventClass::GRANTING_TICKET {
            self.granted.touch(account.id, time);
        } else if seen.class == EventClass::SERVICE_TICKET {
            let nats = self.golden(account.id, time);
            tell(nats, "a service ticket of an account that was never given a granting ticket");
            if let Some(host) = host {
                self.tickets.touch((account.id, host), time);
                if let Some(kind) = event.ticket_encryption() {
                    let nats = self.downgraded(account.id, host, time, kind);
                    tell(nats, "a service ticket with weak encryption, where all were strong");
                }
            }
        } else if event.auth_protocol() == AuthProtocol::Kerberos
            && event.logon_type() == LogonType::Network
            && seen.is_remote()
            && let Some(host) = host
        {
            let nats = self.silver(account.id, host, time);
            tell(nats, "a Kerberos logon for which no controller gave a ticket");
        }
    }

    fn forget(&mut self, now: Micros) {
        self.granted.forget(now - REMEMBERED);
        self.counted.forget(now - RENEWABLE);
        self.tickets.forget(now - LIFETIME);
        self.hosts.forget(now - REMEMBERED);
        self.weak_of.forget(now - REMEMBERED);
        self.weak_for.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, AuthEventBuilder, TicketEncryption};
    use crate::rules::testing::{Probe, logon, ticket};

    const WEEK: i64 = 7 * 86_400;

    fn told(probe: &mut Probe, event: AuthEventBuilder<'_>) -> Vec<String> {
        let all = probe.auth(event).into_iter();
        all.filter(|line| line.starts_with("forged_ticket")).collect()
    }

    /// Twenty accounts that do as they should.
    fn ordinary(probe: &mut Probe) -> usize {
        probe.auth(ticket(-WEEK, Activity::TicketGrantingTicket, "u1@CORP", "WS-1", "DC-1"));
        (0..20)
            .map(|at| {
                let user = format!("u{at}@CORP");
                let (granting, service) = (Activity::TicketGrantingTicket, Activity::ServiceTicket);
                let strong = TicketEncryption::AES256;
                told(probe, ticket(at, granting, &user, "WS-1", "DC-1")).len()
                    + told(
                        probe,
                        ticket(at, service, &user, "WS-1", "SRV").ticket_encryption(strong),
                    )
                    .len()
                    + told(probe, logon(at, &user, "WS-1", "SRV")).len()
            })
            .sum()
    }

    #[test]
    fn a_service_ticket_without_any_granting_ticket_is_told() {
        let mut probe = Probe::new();
        assert_eq!(ordinary(&mut probe), 0);
        let service =
            |seconds| ticket(seconds, Activity::ServiceTicket, "ghost@CORP", "WS-1", "SRV");
        assert_eq!(
            told(&mut probe, service(100)),
            [
                "forged_ticket: a service ticket of an account that was never given a granting ticket"
            ]
        );
        assert!(told(&mut probe, service(101)).is_empty(), "it is told once");
    }

    #[test]
    fn a_logon_without_a_service_ticket_is_told_where_controllers_tell_of_them() {
        let mut probe = Probe::new();
        assert_eq!(ordinary(&mut probe), 0);
        assert_eq!(
            told(&mut probe, logon(100, "ghost@CORP", "WS-1", "SRV")),
            ["forged_ticket: a Kerberos logon for which no controller gave a ticket"]
        );
        assert!(told(&mut probe, logon(101, "SRV$@CORP", "WS-1", "SRV")).is_empty());
        let mut without = Probe::new();
        for at in 0..20 {
            assert!(
                told(&mut without, logon(at, "bob@CORP", "WS-1", &format!("S{at}"))).is_empty()
            );
        }
    }

    #[test]
    fn a_weak_ticket_for_a_strong_service_is_told() {
        let mut probe = Probe::new();
        assert_eq!(ordinary(&mut probe), 0);
        for at in 30..60 {
            let event = ticket(at, Activity::ServiceTicket, "u1@CORP", "WS-1", "SRV");
            told(&mut probe, event.ticket_encryption(TicketEncryption::AES256));
        }
        let weak = ticket(70, Activity::ServiceTicket, "u1@CORP", "WS-1", "SRV");
        assert_eq!(told(&mut probe, weak.ticket_encryption(TicketEncryption::RC4_HMAC)).len(), 1);
    }
}
