//! A ticket that was taken from one host and used from another.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::AuthProtocol;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::{Habit, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::pass_the_ticket::{LIFETIME, REMEMBERED, RENEWABLE};

/// A place from which an account uses tickets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Use {
    /// When the last granting ticket was asked for or renewed from there.
    granted: Option<Micros>,
    /// When a service ticket from there was last counted.
    counted: Option<Micros>,
    /// Whether none could live then.
    missed: bool,
}

impl Use {
    /// Adds what another part of the stream saw.
    fn join(&mut self, other: Self) {
        self.granted = self.granted.max(other.granted);
        self.counted = self.counted.max(other.counted);
        self.missed |= other.missed;
    }
}

/// Where accounts ask for granting tickets, and whether service tickets follow there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PassTheTicket {
    /// When the first ticket was seen: what was asked for before is not known.
    first: Option<Micros>,
    /// Granting tickets by account and host.
    places: TtlMap<(Id, Id), Use>,
    /// The host that an account's last granting ticket was asked from.
    homes: TtlMap<Id, Id>,
    /// By host, how often service tickets are asked from it without a granting ticket before.
    hosts: TtlMap<Id, Habit>,
    network: Habit,
    /// The host that showed a marked ticket last.
    marks: TtlMap<Box<str>, Id>,
    /// How often a ticket is shown from another host than the time before.
    moved: Habit,
}

impl PassTheTicket {
    fn granted(&mut self, account: Id, source: Id, time: Micros) {
        self.first.get_or_insert(time);
        self.places.touch((account, source), time).granted = Some(time);
        *self.homes.touch(account, time) = source;
    }

    /// The nats of a service ticket from where no granting ticket can live, where they are worth
    /// telling. Each place counts once for each granting ticket, and once in its life without one; a
    /// service that does without them day after day says nothing of who else comes to its host.
    fn without_granting(&mut self, account: Id, source: Id, time: Micros) -> Option<f64> {
        let key = (account, source);
        let place = self.places.touch(key, time);
        let lives = place.granted.filter(|granted| *granted >= time - LIFETIME);
        let (missing, since) = (lives.is_none(), lives.unwrap_or(time - LIFETIME));
        if place.counted.is_some_and(|counted| counted >= since) {
            return None;
        }
        place.counted = Some(time);
        let elsewhere = self.homes.get(&account).is_some_and(|home| *home != source);
        if missing && !elsewhere {
            // Where no granting ticket of the account is known at all, `forged_ticket` sees to that.
            return None;
        }
        if std::mem::replace(&mut place.missed, missing) && missing {
            return None;
        }
        let habit = self.hosts.touch(source, time);
        let probability = habit.probability(self.network.probability(0.5));
        habit.observe(missing);
        self.network.observe(missing);
        let first = *self.first.get_or_insert(time);
        nats(probability).filter(|_| missing && time - first >= RENEWABLE)
    }

    /// Notes the host that a marked ticket was given to, from which it may then be shown.
    fn marked(&mut self, seen: &Observation<'_>, source: Id) {
        let event = seen.auth().filter(|event| event.auth_protocol() == AuthProtocol::Kerberos);
        if let Some(mark) = event.and_then(|event| event.credential()) {
            *self.marks.touch(mark.into(), seen.time) = source;
        }
    }

    /// The nats of a marked ticket that was shown from another host before, where they are worth
    /// telling: where hosts are known by addresses that change, that is usual.
    fn shown_elsewhere(&mut self, seen: &Observation<'_>, source: Id) -> Option<f64> {
        let event = seen.auth().filter(|event| event.auth_protocol() == AuthProtocol::Kerberos)?;
        let mark = event.credential()?;
        let before = self.marks.since(mark, seen.time - LIFETIME).copied();
        *self.marks.touch(mark.into(), seen.time) = source;
        let moved = before? != source;
        let probability = self.moved.probability(0.5);
        self.moved.observe(moved);
        nats(probability).filter(|_| moved)
    }
}

heap! {
    PassTheTicket { places, homes, hosts, marks }
    Use {}
}

impl Rule for PassTheTicket {
    const DETECTION: Detection = Detection {
        id: "pass_the_ticket",
        title: "A Kerberos ticket seems to have been used on another host than it was given to",
        techniques: &[attack::PASS_THE_TICKET],
        sees: "A service ticket for an account from a host that neither asked for a granting ticket of \
               it nor renewed one within ten hours (as long as one lives), while its granting tickets \
               are asked for elsewhere, however long ago; and the same ticket, where the log marks it, \
               shown from two hosts within its ten hours.",
        needs: &[&[Need::GrantingTickets, Need::CredentialMarks], &[Need::ServiceTickets]],
        formula: "At most ln(0.5 / p): p is the share of granting tickets that are missing before the \
                  service tickets of this host, for each account the first time in a row, with two of the network's share added, so that \
                  controllers whose logs are not collected are learned; for a marked ticket, the share \
                  that moves from host to host; and how rare it is that the account does so, see \
                  docs/detections/README.md.",
        blind_spots: "The first seven days of a log; a ticket that is used from an address that hides \
                      its host; a granting ticket taken from the host from which it is used, within \
                      its life; controllers whose logs are not collected.",
        false_positives: "Servers trusted for delegation, to which users hand their tickets on; roaming \
                          laptops whose address changes with the ticket in hand; a domain whose \
                          tickets live longer, until that is learned.",
        ask: "Was the account's user at that host? Which tickets does `klist` show there, and when were \
              they asked for? Is the host trusted for delegation?",
        prior: 2e-3,
        role: Role::Strengthens,
    };
    const WANTS: EventClass = EventClass::GRANTING_TICKET
        .or(EventClass::RENEWAL)
        .or(EventClass::SERVICE_TICKET)
        .or(EventClass::LOGON);

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.first = [self.first, part.first].into_iter().flatten().min();
        let place = |ids, value| Some((numbers.account_and_host(ids)?, value));
        self.places.join(part.places, place, Use::join);
        let home = |account, host| Some((numbers.account(account)?, numbers.host(host)?));
        self.homes.join_newest(part.homes, home);
        self.hosts.join(part.hosts, |host, value| Some((numbers.host(host)?, value)), Habit::join);
        self.network.join(part.network);
        self.moved.join(part.moved);
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let Some(source) = seen.source else { return };
        if seen.class == EventClass::GRANTING_TICKET {
            self.marked(seen, source.id);
        }
        if matches!(seen.class, EventClass::GRANTING_TICKET | EventClass::RENEWAL) {
            return self.granted(account.id, source.id, seen.time);
        }
        if let Some(nats) = self.shown_elsewhere(seen, source.id) {
            let finding = Finding::at_source(seen, "a ticket was shown from a second host");
            found.extend(finding.map(|finding| finding.at_most(nats)));
        }
        if seen.class == EventClass::SERVICE_TICKET
            && let Some(nats) = self.without_granting(account.id, source.id, seen.time)
        {
            let what = format!(
                "a service ticket asked from {}, which got no granting ticket",
                source.name()
            );
            found.extend(Finding::at_source(seen, what).map(|finding| finding.at_most(nats)));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.places.forget(now - RENEWABLE);
        self.homes.forget(now - REMEMBERED);
        self.hosts.forget(now - REMEMBERED);
        self.marks.forget(now - LIFETIME);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, AuthEventBuilder};
    use crate::rules::testing::{Probe, ticket};

    const WEEK: i64 = 7 * 86_400;

    fn granting<'a>(seconds: i64, account: &'a str, source: &'a str) -> AuthEventBuilder<'a> {
        ticket(seconds, Activity::TicketGrantingTicket, account, source, "DC-1")
    }

    fn service<'a>(seconds: i64, account: &'a str, source: &'a str) -> AuthEventBuilder<'a> {
        ticket(seconds, Activity::ServiceTicket, account, source, "SRV")
    }

    fn told(probe: &mut Probe, event: AuthEventBuilder<'_>) -> Vec<String> {
        let all = probe.auth(event).into_iter();
        all.filter(|line| line.starts_with("pass_the_ticket")).collect()
    }

    #[test]
    fn a_service_ticket_from_elsewhere_is_told_where_granting_tickets_are_seen() {
        let users: Vec<(String, String)> =
            (0..20).map(|at| (format!("u{at}@CORP"), format!("WS-{at}"))).collect();
        let mut probe = Probe::new();
        probe.auth(granting(-WEEK, "u1@CORP", "WS-1"));
        for (at, (user, host)) in (0..).zip(&users) {
            probe.auth(granting(at, user, host));
            assert!(told(&mut probe, service(at, user, host)).is_empty());
        }
        assert_eq!(
            told(&mut probe, service(100, "u1@CORP", "WS-9")),
            ["pass_the_ticket: a service ticket asked from WS-9, which got no granting ticket"]
        );
        assert!(told(&mut probe, service(101, "u1@CORP", "WS-9")).is_empty(), "it is told once");
        assert!(told(&mut probe, service(200, "new@CORP", "WS-30")).is_empty(), "none is known");
        let mut short = Probe::new();
        for (at, (user, host)) in (0..).zip(&users) {
            short.auth(granting(at, user, host));
            short.auth(service(at, user, host));
        }
        let early = service(100, "u1@CORP", "WS-9");
        assert!(told(&mut short, early).is_empty(), "it may have got one before the log");
    }

    #[test]
    fn a_ticket_ends_unless_it_is_renewed() {
        const HOURS: i64 = 3600;
        let mut probe = Probe::new();
        probe.auth(granting(-WEEK, "u0@CORP", "WS-0"));
        let users: Vec<String> = (0..20).map(|at| format!("u{at}@CORP")).collect();
        for (at, user) in (0..).zip(&users) {
            probe.auth(granting(at, user, "SRV-2"));
            probe.auth(service(at, user, "SRV-2"));
        }
        // All are at home elsewhere by now.
        for user in &users {
            probe.auth(granting(100, user, "WS-1"));
        }
        probe.auth(ticket(9 * HOURS, Activity::Renewal, "u3@CORP", "SRV-2", "DC-1"));
        let mut at = |hours, user: &str| told(&mut probe, service(hours * HOURS, user, "SRV-2"));
        assert!(at(9, "u1@CORP").is_empty(), "it lives");
        assert_eq!(at(11, "u2@CORP").len(), 1, "it ended");
        assert!(at(12, "u2@CORP").is_empty(), "it is told once");
        assert!(at(13, "u3@CORP").is_empty(), "it was renewed");
    }

    #[test]
    fn a_server_that_is_handed_tickets_is_learned() {
        let mut probe = Probe::new();
        let users: Vec<String> = (0..60).map(|at| format!("u{at}@CORP")).collect();
        let mut last = 0;
        probe.auth(granting(-WEEK, "u1@CORP", "WS-1"));
        for (at, user) in (0..).zip(&users) {
            probe.auth(granting(at, user, "WS-1"));
            probe.auth(service(at, user, "WS-1"));
            last = told(&mut probe, service(at, user, "WEB")).len();
        }
        assert_eq!(last, 0, "it is usual there");
    }

    #[test]
    fn a_service_that_does_without_excuses_nobody_else() {
        const LIFE: i64 = 11 * 3600;
        let mut probe = Probe::new();
        for account in ["svc@CORP", "bob@CORP"] {
            probe.auth(granting(-WEEK, account, "WS-1"));
        }
        let times = (1..60).map(|at| at * LIFE);
        let often: usize =
            times.map(|at| told(&mut probe, service(at, "svc@CORP", "SRV-2")).len()).sum();
        assert!(often <= 1, "{often}");
        for at in 0..20 {
            let (user, at) = (format!("u{at}@CORP"), 60 * LIFE + at);
            probe.auth(granting(at, &user, "SRV-2"));
            assert!(told(&mut probe, service(at, &user, "SRV-2")).is_empty());
        }
        assert_eq!(told(&mut probe, service(60 * LIFE + 99, "bob@CORP", "SRV-2")).len(), 1);
    }

    #[test]
    fn a_marked_ticket_is_shown_from_one_host() {
        let mut probe = Probe::new();
        let shown = |seconds, source| service(seconds, "bob@CORP", source).credential("5fd2");
        for at in 0..20 {
            assert!(told(&mut probe, shown(at, "WS-1")).is_empty());
        }
        assert_eq!(
            told(&mut probe, shown(30, "WS-2")),
            ["pass_the_ticket: a ticket was shown from a second host"]
        );
        let told: usize = (40..80)
            .map(|at| told(&mut probe, shown(at, if at % 2 == 0 { "WS-1" } else { "WS-2" })).len())
            .sum();
        assert!(told < 10, "addresses change here: {told}");
    }

    #[test]
    fn a_marked_ticket_is_at_home_where_it_was_given() {
        let mut probe = Probe::new();
        for at in 0..40 {
            let (user, host) = (format!("u{at}@CORP"), format!("WS-{at}"));
            let mark = format!("{user} {at}");
            probe.auth(granting(at, &user, &host).credential(mark.clone()));
            let shown = service(at, &user, &host).credential(mark);
            assert!(told(&mut probe, shown).is_empty());
        }
        // Its first use is elsewhere already.
        probe.auth(granting(100, "bob@CORP", "WS-1").credential("bob@CORP 100"));
        let carried = service(101, "bob@CORP", "WS-66").credential("bob@CORP 100");
        assert_eq!(
            told(&mut probe, carried),
            ["pass_the_ticket: a ticket was shown from a second host"]
        );
    }
}
