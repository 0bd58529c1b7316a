//! What was found of tickets, for the logins that they are used for: a ticket comes first.

use serde::{Deserialize, Serialize};

use super::RuleEvidence;
use crate::store::{Id, TtlMap, heap};
use crate::time::Micros;
use crate::tuning::detections::pass_the_ticket::LIFETIME as TICKET_LIFETIME;
use crate::tuning::pending_tickets::{KEPT, LOGON_FOLLOWS};

/// Findings by account and source, and for a service ticket by destination.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct PendingTickets {
    granting: TtlMap<[Id; 2], Vec<RuleEvidence>>,
    service: TtlMap<[Id; 3], Vec<RuleEvidence>>,
}

heap! {
    PendingTickets { granting, service }
}

impl PendingTickets {
    pub(super) fn keep(
        &mut self,
        [account, source]: [Id; 2],
        destination: Option<Id>,
        time: Micros,
        evidence: RuleEvidence,
    ) {
        let kept = match destination {
            Some(destination) => self.service.touch([account, source, destination], time),
            None => self.granting.touch([account, source], time),
        };
        if kept.len() < KEPT {
            kept.push(evidence);
        }
    }

    /// Gives out what was found of the tickets of a login.
    pub(super) fn take(&mut self, key: [Id; 3], time: Micros) -> Vec<RuleEvidence> {
        let by = [key[0], key[1]];
        let service = self.service.since(&key, time - LOGON_FOLLOWS).is_some();
        let granting = self.granting.since(&by, time - TICKET_LIFETIME).is_some();
        let service = self.service.remove(&key).filter(|_| service).unwrap_or_default();
        let granting = self.granting.remove(&by).filter(|_| granting).unwrap_or_default();
        service.into_iter().chain(granting).collect()
    }

    pub(super) fn forget(&mut self, now: Micros) {
        self.service.forget(now - LOGON_FOLLOWS);
        self.granting.forget(now - TICKET_LIFETIME);
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidate::attach_all;
    use super::super::{Candidate, RuleEvidence, Tracker};
    use crate::event::Outcome;
    use crate::reason::Reason;
    use crate::store::Id;
    use crate::time::{HOUR, MINUTE};

    fn found(name: &'static str) -> RuleEvidence {
        RuleEvidence { reason: Reason::of_test(name, 0.0), held: 0.0 }
    }

    #[test]
    fn a_login_takes_the_place_of_the_request_for_its_ticket() {
        let mut movements = Tracker::of_test(64, 64);
        let controller = 50;
        let mut request = Candidate::of_test([1, 10, controller], 0, 4.0, 4.0);
        request.hop.asks = true;
        request.hop.evidence.push(Reason::of_test("overpass_the_hash", 4.0));
        let asked = movements.attach(request).expect("it opens").movement;
        let id = movements.get(asked).expect("it is live").id;
        let elsewhere = attach_all(&mut movements, &[[2, controller, 60]], MINUTE);
        assert_ne!(elsewhere[0].movement, asked, "who asks does not reach the controller");
        let login = attach_all(&mut movements, &[[1, 10, 11]], 2 * MINUTE);
        assert_eq!(login[0].rose, [asked]);
        let movement = movements.get(asked).expect("it is live");
        assert_eq!((movement.hops.len(), movement.hops[0].key), (1, [1, 10, 11]));
        assert_eq!((movement.score, movement.rule_nats, movement.id), (9.0, 4.0, id));
        let next = attach_all(&mut movements, &[[1, 11, 12], [1, 10, 13]], 3 * MINUTE);
        assert!(next.iter().all(|one| one.movement == asked));
        assert!(movements.is_consistent());
    }

    #[test]
    fn what_failed_and_what_is_known_take_no_place() {
        let mut movements = Tracker::of_test(64, 64);
        let of = |key, time, asks, outcome| {
            let mut candidate = Candidate::of_test(key, time, 5.0, 0.0);
            candidate.hop.asks = asks;
            candidate.hop.outcome = outcome;
            candidate
        };
        let (request, login, other) = ([1, 10, 50], [1, 10, 11], [1, 10, 12]);
        let first = attach_all(&mut movements, &[login], 0)[0].movement;
        movements.attach(of(request, MINUTE, true, Outcome::Unknown));
        movements.wait([1, 10], None, MINUTE, found("overpass_the_hash"));
        movements.attach(of(other, 2 * MINUTE, false, Outcome::Failure));
        attach_all(&mut movements, &[login], 3 * MINUTE);
        let keys = |movements: &Tracker| -> Vec<[Id; 3]> {
            let movement = movements.get(first).expect("it is live");
            movement.hops.iter().map(|hop| hop.key).collect()
        };
        assert_eq!(keys(&movements), [login, request]);
        assert_eq!(movements.get(first).expect("it is live").failed, 1);
        attach_all(&mut movements, &[other], 4 * MINUTE);
        assert_eq!(keys(&movements), [login, other]);
    }

    #[test]
    fn what_was_found_of_a_ticket_waits_for_its_login() {
        let mut movements = Tracker::of_test(64, 64);
        movements.wait([1, 10], Some(11), 0, found("pass_the_ticket"));
        movements.wait([1, 10], None, 0, found("overpass_the_hash"));
        movements.wait([2, 20], Some(21), 0, found("pass_the_ticket"));
        let mut names = |key, time| -> Vec<std::borrow::Cow<'_, str>> {
            let login = attach_all(&mut movements, &[key], time).remove(0);
            let movement = movements.get(login.movement).expect("it is live");
            let hop = movement.hops.iter().find(|hop| hop.key == key).expect("it is kept");
            hop.evidence.iter().map(|evidence| evidence.name.clone()).collect()
        };
        assert!(names([1, 30, 11], 0).is_empty(), "from elsewhere");
        assert_eq!(names([1, 10, 11], MINUTE), ["pass_the_ticket", "overpass_the_hash"]);
        assert!(names([1, 10, 12], MINUTE).is_empty(), "they are taken");
        assert!(names([2, 20, 21], HOUR).is_empty(), "much later");
    }
}
