//! Machines made to log on where an intruder wants them to.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{AccountKind, AuthProtocol, LogonType, Outcome};
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::pipe_name;
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::coerced_authentication::{
    CALLERS, CALLS, FIRST, FOLLOWS, REMEMBERED,
};

/// Interfaces whose calls make a host log on to another: printing, encrypted files, shadow copies,
/// distributed shares.
const PIPES: [&str; 4] = ["spoolss", "efsrpc", "netdfs", "fssagentrpc"];
/// Interfaces that the same calls may be made through, and that everybody uses.
const BUSY_PIPES: [&str; 2] = ["lsarpc", "lsass"];

/// Who called which host, and the calls of the last seconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CoercedAuthentication {
    hosts: TtlMap<Id, BTreeSet<Id>>,
    calls: VecDeque<Call>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Call {
    time: Micros,
    host: Id,
    /// The host's name without its domain, folded.
    label: String,
    account: Option<Id>,
    source: Option<Id>,
}

/// The first part of a name, folded: of a host, or of its account.
fn label(name: &str) -> String {
    let end = name.find(['.', '$', '@']).unwrap_or(name.len());
    name[..end].to_ascii_lowercase()
}

heap! {
    CoercedAuthentication { hosts, calls }
    Call { label }
}

impl Rule for CoercedAuthentication {
    const DETECTION: Detection = Detection {
        id: "coerced_authentication",
        title: "A machine was made to log on to another host",
        techniques: &[attack::FORCED_AUTHENTICATION, attack::SMB_RELAY],
        sees: "Somebody who opens the pipe of an interface by which a host is made to log on \
               elsewhere (spoolss, efsrpc, netdfs, FssagentRpc) on a host that few call so; within \
               ten seconds of it, or of a call of lsarpc, a logon of that host's own account at \
               another host; and a machine's account that logs on by NTLM from a host of another \
               name, as a relay does.",
        needs: &[&[Need::Pipes, Need::MachineLogons]],
        formula: "How rare it is, see docs/detections/README.md. A pipe alone says 4.1 nats at most, \
                  less the logarithm of how many accounts called that host before.",
        blind_spots: "Hosts that do not log detailed share access; relays that use the machine's own \
                      address; a machine that logs on where nothing is logged.",
        false_positives: "The first clients of a new print server; clusters whose machines share \
                          names.",
        ask: "What did the caller run at that time? Which host did the machine log on to, and what \
              was done there in its name?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SHARE.or(EventClass::PIPE).or(EventClass::LOGON);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        if seen.class == EventClass::LOGON {
            found.extend(self.logon(seen));
        } else {
            found.extend(self.call(seen));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.calls.retain(|call| now - call.time <= FOLLOWS);
        self.hosts.forget(now - REMEMBERED);
    }
}

impl CoercedAuthentication {
    fn call(&mut self, seen: &Observation<'_>) -> Option<Finding> {
        let host = seen.destination?;
        let object = seen.object;
        let name = pipe_name(object);
        let known = PIPES.contains(&name);
        let local = seen.activity()?.event_code().is_some_and(|code| matches!(code, 17 | 18));
        let may = seen.account.is_none_or(|who| who.can_move());
        let elsewhere = seen.source.is_some_and(|place| place.id != host.id);
        if !(known || BUSY_PIPES.contains(&name)) || local || !may || !elsewhere {
            return None;
        }
        if self.calls.len() >= CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(Call {
            time: seen.time,
            host: host.id,
            label: label(host.name()),
            account: seen.account.map(|who| who.id),
            source: seen.source.map(|place| place.id),
        });
        // A log of the network names nobody, and its clients print.
        let who = seen.account.filter(|_| known)?;
        let callers = self.hosts.touch(host.id, seen.time);
        let others = callers.iter().filter(|caller| **caller != who.id).count();
        if callers.len() < CALLERS {
            callers.insert(who.id);
        }
        let finding =
            Finding::of(seen, format!("opened {name}, through which a host can be called"))?;
        let finding = finding.of_kind(&["call", name]).of_target();
        Some(finding.at_most(FIRST - (1.0 + others as f64).ln()))
    }

    fn logon(&self, seen: &Observation<'_>) -> Option<Finding> {
        let event = seen.auth().filter(|event| event.outcome() == Outcome::Success)?;
        let who = seen.account.filter(|who| who.kind == AccountKind::Machine)?;
        let host = seen.destination?;
        if event.logon_type() != LogonType::Network {
            return None;
        }
        let machine = label(who.name());
        let called = self.calls.iter().rev().find(|call| {
            call.label == machine
                && call.host != host.id
                && (0..=FOLLOWS).contains(&(seen.time - call.time))
                // A member logs on to its controllers all day; made to, it goes to its caller.
                && (call.source == Some(host.id) || event.auth_protocol() == AuthProtocol::Ntlm)
        });
        if let Some(call) = called {
            let finding =
                Finding::of(seen, format!("{} logged on right after a call", who.name()))?;
            return Some(Finding { account: call.account.or(finding.account), ..finding });
        }
        let source = seen.source.filter(|place| place.id != host.id)?;
        let numbers = source.name().parse::<std::net::IpAddr>().is_ok();
        let own = label(source.name()) == machine || label(host.name()) == machine;
        let ntlm = matches!(event.auth_protocol(), AuthProtocol::Ntlm | AuthProtocol::MsV1);
        (ntlm && !numbers && !own)
            .then(|| Finding::of(seen, format!("{} logged on from {}", who.name(), source.name())))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, CoercedAuthentication};
    use crate::event::{Account, AuthProtocol, Host, HostActivityBuilder, HostActivityKind};
    use crate::rules::rule::Rule;
    use crate::rules::testing::{Probe, did, logon};

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("coerced")).collect()
    }

    fn call<'a>(seconds: i64, pipe: &'a str, account: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::ShareAccess, "DC-1")
            .object(pipe)
            .account(Account::parse(account))
            .peer(Host::named("WS-1"))
            .event_code(5145)
    }

    #[test]
    fn a_call_and_the_logon_that_it_brings_about_are_told() {
        let mut probe = Probe::new();
        assert_eq!(of(probe.activity(call(0, r"\\*\IPC$\spoolss", "bob@CORP"))).len(), 1);
        let back =
            |seconds| logon(seconds, "DC-1$@CORP", "DC-1", "SRV").auth_protocol(AuthProtocol::Ntlm);
        assert_eq!(
            of(probe.auth(back(2))),
            ["coerced_authentication: DC-1$@CORP logged on right after a call"]
        );
        assert!(of(probe.auth(back(60))).is_empty(), "of its own accord");
    }

    #[test]
    fn ordinary_pipes_and_machines_say_nothing() {
        let mut probe = Probe::new();
        assert!(of(probe.activity(call(0, r"\\*\IPC$\srvsvc", "bob@CORP"))).is_empty());
        assert!(of(probe.activity(call(0, r"\\*\IPC$\lsarpc", "bob@CORP"))).is_empty());
        assert!(of(probe.activity(call(0, r"\\*\IPC$\spoolss", "WS-1$@CORP"))).is_empty());
        assert!(of(probe.auth(logon(1, "WS-1$@CORP", "WS-1", "DC-1"))).is_empty());
    }

    #[test]
    fn a_machine_that_comes_from_elsewhere_is_told() {
        let mut probe = Probe::new();
        let mut from = |source| {
            let event = logon(0, "DC-1$@CORP", source, "SRV").auth_protocol(AuthProtocol::Ntlm);
            of(probe.auth(event))
        };
        assert_eq!(from("WS-1"), ["coerced_authentication: DC-1$@CORP logged on from WS-1"]);
        assert!(from("DC-1").is_empty(), "from itself");
    }

    #[test]
    fn what_is_remembered_is_forgotten() {
        let mut rule = CoercedAuthentication::default();
        rule.hosts.insert(1, 0, [2].into());
        let label = "dc-1".to_owned();
        rule.calls.push_back(Call { time: 0, host: 1, label, account: None, source: None });
        rule.forget(61 * crate::time::DAY);
        assert!(rule.hosts.is_empty() && rule.calls.is_empty());
    }
}
