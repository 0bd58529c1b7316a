//! An account that was made of late, and moves.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation, bare};
use crate::rules::rates::nats;
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::{Day, Micros, day_of};
use crate::tuning::detections::new_account_use::{BY_STRANGERS, NEW, PRIOR_DAYS, REMEMBERED};

/// The number under which Windows tells that an account for a user was made.
const USER_MADE: u32 = 4720;

/// An account that was made of late.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Made {
    /// Nats that its use is worth.
    nats: f64,
}

/// Days on which somebody made accounts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Days {
    count: u32,
    last: Day,
}

impl Days {
    /// Adds those of another part of the stream.
    fn join(&mut self, other: Self) {
        let shared = u32::from(self.last == other.last && self.count > 0 && other.count > 0);
        self.count = self.count.saturating_add(other.count) - shared;
        self.last = self.last.max(other.last);
    }
}

/// Accounts made of late, by name, and who makes accounts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct NewAccountUse {
    made: TtlMap<Box<str>, Made>,
    makers: TtlMap<Id, Days>,
}

/// A name without domain and case.
fn folded(name: &str) -> String {
    let name = name.rsplit_once('\\').map_or(name, |(_, name)| name);
    bare(name).to_lowercase()
}

impl NewAccountUse {
    /// Nats that the use of an account is worth which this one made: none where he often makes some.
    fn worth(&mut self, maker: Option<Id>, time: Micros) -> f64 {
        let Some(maker) = maker else { return f64::INFINITY };
        let (days, today) = (self.makers.touch(maker, time), day_of(time));
        let before = if days.last == today { days.count.saturating_sub(1) } else { days.count };
        if days.last != today {
            *days = Days { count: days.count + 1, last: today };
        }
        let before = f64::from(before);
        nats((before + PRIOR_DAYS * BY_STRANGERS) / (before + PRIOR_DAYS)).unwrap_or(0.0)
    }

    fn make(&mut self, seen: &Observation<'_>, found: &mut Vec<Finding>) {
        let name = folded(seen.object);
        if name.is_empty() {
            return;
        }
        let nats = self.worth(seen.account.map(|who| who.id), seen.time);
        if name.ends_with('$') {
            // Machines are made under another number.
            if seen.activity().and_then(|activity| activity.event_code()) == Some(USER_MADE) {
                let what = format!("made the account {name}, which looks like a machine's");
                found.extend(Finding::of(seen, what));
            }
            return;
        }
        self.made.touch(name.into(), seen.time).nats = nats;
    }
}

heap! {
    NewAccountUse { made, makers }
    Made {}
    Days {}
}

impl Rule for NewAccountUse {
    const DETECTION: Detection = Detection {
        id: "new_account_use",
        title: "An account that was made of late moves from host to host",
        techniques: &[attack::CREATE_ACCOUNT, attack::REMOTE_SERVICES],
        sees: "A logon over the network by an account that was made within the week before: one of a \
               host, to that host; or one of the domain, made by somebody who seldom makes any. And an \
               account for a user that is named as a machine's, with `$`.",
        needs: &[&[Need::AccountsMade], &[Need::RemoteLogons]],
        formula: "How rare it is that an account does so, see docs/detections/README.md. For an account \
                  of the domain at most ln(0.5 / p), p = (n + 0.05) / (n + 5), n being the days before \
                  on which its maker made others.",
        blind_spots: "An account that rests for a week before it is used; one that is made by who makes \
                      accounts every day; hosts that do not log that accounts are made.",
        false_positives: "A new colleague, in the first weeks of the log; local accounts that are made \
                          when a host is set up from afar.",
        ask: "Who asked for the account? Is there somebody behind it, and does he work there?",
        prior: 5e-4,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::ACCOUNT_MADE.or(EventClass::LOGON);

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.makers.join(
            part.makers,
            |account, value| Some((numbers.account(account)?, value)),
            Days::join,
        );
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        if seen.class == EventClass::ACCOUNT_MADE {
            return self.make(seen, found);
        }
        let (Some(account), Some(host)) = (seen.account, seen.destination) else { return };
        if self.made.is_empty() || !account.can_move() || !seen.is_remote() {
            return;
        }
        let Some(made) = self.made.since(folded(account.name()).as_str(), seen.time - NEW) else {
            return;
        };
        let domain = account.name().split_once('@').map(|(_, domain)| domain);
        let local = domain.is_some_and(|domain| domain.eq_ignore_ascii_case(host.name()));
        let nats = if local { f64::INFINITY } else { made.nats };
        if nats > 0.0 {
            let finding = Finding::of(seen, format!("{} was made of late", account.name()));
            found.extend(finding.map(|finding| finding.at_most(nats)));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.made.forget(now - NEW);
        self.makers.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did, logon};

    const DAY: i64 = 86_400;

    fn made<'a>(
        seconds: i64,
        name: &'a str,
        by: &'a str,
        host: &'a str,
    ) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::AccountCreation, host)
            .account(Account::parse(by))
            .object(name)
            .event_code(4720)
    }

    #[test]
    fn a_new_account_that_comes_over_the_network_is_told() {
        let mut probe = Probe::new();
        assert!(probe.activity(made(0, "Backdoor", "bob@CORP", "DC-1")).is_empty());
        assert!(probe.auth(logon(5, "backdoor@CORP", "WS-1", "WS-1")).is_empty(), "at its desk");
        assert_eq!(
            probe.auth(logon(10, "backdoor@CORP", "WS-1", "SRV")),
            ["new_account_use: backdoor@CORP was made of late"]
        );
        assert!(probe.auth(logon(11, "amy@CORP", "WS-1", "SRV")).is_empty());
        assert!(probe.auth(logon(9 * DAY, "backdoor@CORP", "WS-1", "SRV")).is_empty(), "no more");
    }

    #[test]
    fn who_makes_accounts_every_day_makes_them_for_colleagues() {
        let mut probe = Probe::new();
        let names: Vec<String> = (0..10).map(|at| format!("new{at}")).collect();
        let accounts: Vec<String> = names.iter().map(|name| format!("{name}@CORP")).collect();
        let told: Vec<usize> = (0..10)
            .map(|at| {
                let day = at as i64 * DAY;
                probe.activity(made(day, &names[at], "desk@CORP", "DC-1"));
                probe.auth(logon(day + 60, &accounts[at], "WS-1", "SRV")).len()
            })
            .collect();
        assert_eq!((told[0], told[9]), (1, 0));
        probe.activity(made(10 * DAY, "sneaky", "desk@CORP", "SRV"));
        let local = probe.auth(logon(10 * DAY + 5, "sneaky@SRV", "WS-1", "SRV"));
        assert_eq!(local.len(), 1, "an account of the host itself");
    }

    #[test]
    fn a_user_s_account_is_not_named_as_a_machine_s() {
        let mut probe = Probe::new();
        let told = probe.activity(made(0, "WS-9$", "bob@CORP", "DC-1"));
        assert_eq!(told, ["new_account_use: made the account ws-9$, which looks like a machine's"]);
        let machine = made(1, "WS-9$", "bob@CORP", "DC-1").event_code(4741);
        assert!(probe.activity(machine).is_empty());
    }
}
