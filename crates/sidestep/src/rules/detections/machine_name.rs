//! An account that takes the name of a machine, without the `$` at its end.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::AccountKind;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{
    AccountRef, EventClass, HostRef, Observation, bare, bare_bytes, is_for_machine, mark_of,
};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::{Id, NameParts};
use crate::store::{TtlMap, heap};
use crate::time::Micros;
use crate::tuning::detections::machine_name::{KNOWN, ORDINARY, RENAMED, RENAMING};

/// Names of machines, and accounts that were given one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct MachineName {
    /// Names of machines, and whether they are controllers.
    machines: TtlMap<u64, bool>,
    /// Who gave a name away.
    renamers: TtlMap<u64, Id>,
}

heap! {
    MachineName { machines, renamers }
}

impl Rule for MachineName {
    const DETECTION: Detection = Detection {
        id: "machine_name",
        title: "An account took the name of a machine",
        techniques: &[attack::FORGED_TICKETS, attack::ESCALATION_EXPLOIT],
        sees: "A ticket that is asked for by the name of a machine without the `$` at its end, where the \
               machine is known by its own account, its logons, or as the controller that gives out the \
               ticket: an account was renamed so that the controller takes it for the machine \
               (CVE-2021-42278 and 42287). And the renaming itself (4781), to such a name or of a \
               machine's account to one without `$`.",
        needs: &[&[Need::GrantingTickets, Need::ServiceTickets, Need::AccountsChanged]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. The name of a \
                  machine that is no controller says 4.5 nats at most, and a renaming alone 6.5.",
        blind_spots: "Machines of which the log says nothing else.",
        false_positives: "Computers that bear the name of their owner, where neither its own logons nor \
                          its owner's are in the log.",
        ask: "Which account bears, or bore, the name? Who made it, and who renamed it?",
        prior: 3e-4,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::LOGON
        .or(EventClass::GRANTING_TICKET)
        .or(EventClass::SERVICE_TICKET)
        .or(EventClass::ACCOUNT_CHANGED);

    fn join(&mut self, part: Self, _numbers: &Numbers) {
        let machine = |name, controls| Some((name, controls));
        self.machines.join(part.machines, machine, |known, controls| *known |= controls);
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let machine = seen.account.filter(|who| who.kind == AccountKind::Machine);
        if let Some(machine) = machine {
            let name = bare_bytes(machine.text.as_bytes());
            let end = name.iter().rposition(|byte| *byte != b'$').map_or(0, |last| last + 1);
            self.know(&name[..end], false, seen.time);
        }
        match (seen.class, seen.destination) {
            (EventClass::ACCOUNT_CHANGED, Some(host)) => {
                found.extend(self.renamed(seen, context, host))
            }
            (EventClass::LOGON, Some(host)) => self.know(host.text.as_bytes(), false, seen.time),
            (class, host) => {
                if let Some(host) = host
                    && (class == EventClass::GRANTING_TICKET
                        || seen.auth().is_some_and(is_for_machine))
                {
                    let controls = class == EventClass::GRANTING_TICKET;
                    self.know(host.text.as_bytes(), controls, seen.time);
                }
                if let Some(account) = seen.account.filter(|who| who.can_move()) {
                    found.extend(self.asked(seen, context, account));
                }
            }
        }
    }

    fn forget(&mut self, now: Micros) {
        self.machines.forget(now - KNOWN);
        self.renamers.forget(now - RENAMED);
    }
}

impl MachineName {
    fn know(&mut self, name: &[u8], controls: bool, time: Micros) {
        let label = name.split(|byte| *byte == b'.').next().unwrap_or(name);
        *self.machines.touch(mark_of(label), time) |= controls;
    }

    /// A ticket asked for by the name of a machine, from elsewhere than the machine itself.
    fn asked(
        &self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        account: AccountRef<'_>,
    ) -> Option<Finding> {
        let mark = mark_of(bare_bytes(account.text.as_bytes()));
        let controls = *self.machines.get(&mark)?;
        let name = bare(account.name());
        let hosts = &context.baseline.hosts;
        let own = hosts.find(NameParts::of(name)).map(|slot| hosts.id(slot));
        let is_at_home = own.is_some_and(|own| {
            seen.source.is_none_or(|source| source.id == own)
                || context.baseline.presence.get([account.id, own]).is_some()
        });
        if is_at_home {
            return None;
        }
        // The account that did it may be known from the host that wrote of the renaming only.
        let from = seen.source.map_or("nowhere", |source| source.name());
        let what = format!("a ticket by the name of the machine {name}, asked for from {from}");
        let finding = Finding::at_source(seen, what)?.of_kind_with(&["ticket"], account.id);
        let finding = if controls { finding } else { finding.at_most(ORDINARY) };
        let by = self.renamers.since(&mark, seen.time - RENAMED).copied();
        Some(Finding { account: by.or(finding.account), ..finding })
    }

    /// An account renamed to what a machine is called.
    fn renamed(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        host: HostRef<'_>,
    ) -> Option<Finding> {
        let activity = seen.activity().filter(|activity| activity.event_code() == Some(4781))?;
        let (new, old) = (activity.object()?, activity.detail().unwrap_or("an account"));
        if new.ends_with('$') {
            return None;
        }
        let mark = mark_of(new.as_bytes());
        let writes = host.name().eq_ignore_ascii_case(new);
        let known = self.machines.get(&mark).copied();
        // The account of a machine ends in `$` as long as nobody makes it something else.
        let most = match (writes || old.ends_with('$'), known) {
            (true, _) | (_, Some(true)) => RENAMING,
            (false, Some(false)) => ORDINARY,
            (false, None) => return None,
        };
        if let Some(who) = seen.account {
            self.renamers.insert(mark, seen.time, who.id);
        }
        let finding = Finding::of(seen, format!("renamed {old} to {new}, the name of a machine"))?;
        let finding = finding.at_most(most).of_kind(&["renamed"]);
        Some(match context.sessions.cause(seen) {
            Some(arrival) => finding.by(arrival),
            None => finding,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{
        Account, Activity, AuthEventBuilder, HostActivityBuilder, HostActivityKind,
    };
    use crate::rules::testing::{Probe, did, logon, ticket};

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("machine_name")).collect()
    }

    fn granting<'a>(seconds: i64, account: &'a str, source: &'a str) -> AuthEventBuilder<'a> {
        ticket(seconds, Activity::TicketGrantingTicket, account, source, "DC-1")
    }

    #[test]
    fn a_ticket_by_the_name_of_a_machine_is_told() {
        let mut probe = Probe::new();
        assert_eq!(
            of(probe.auth(granting(0, "dc-1@CORP", "WS-9"))),
            ["machine_name: a ticket by the name of the machine dc-1, asked for from WS-9"]
        );
        assert!(of(probe.auth(granting(1, "bob@CORP", "WS-9"))).is_empty());
        assert!(of(probe.auth(granting(1, "DC-1$@CORP", "DC-1"))).is_empty(), "the machine itself");
        assert!(of(probe.auth(granting(2, "files@CORP", "WS-9"))).is_empty(), "nobody knows it");
        probe.auth(granting(3, "FILES$@CORP", "FILES"));
        assert_eq!(of(probe.auth(granting(4, "files@CORP", "WS-9"))).len(), 1);
        let service = ticket(5, Activity::ServiceTicket, "web@CORP", "WS-9", "WEB");
        assert_eq!(of(probe.auth(service.clone().logon_process("host"))).len(), 1);
        let service = ticket(6, Activity::ServiceTicket, "svc@CORP", "WS-9", "svc");
        assert!(of(probe.auth(service)).is_empty(), "a service of that name is an account");
    }

    #[test]
    fn who_owns_a_computer_of_their_name_is_not() {
        let mut probe = Probe::new();
        probe.auth(granting(0, "LENA$@CORP", "LENA"));
        assert!(of(probe.auth(granting(1, "lena@CORP", "LENA"))).is_empty(), "from there");
        probe.auth(logon(2, "lena@CORP", "LENA", "LENA"));
        assert!(of(probe.auth(granting(3, "lena@CORP", "WS-2"))).is_empty(), "they sit there");
    }

    #[test]
    fn only_renaming_to_a_machine_s_name_is_told() {
        fn rename<'a>(old: &'a str, new: &'a str) -> HostActivityBuilder<'a> {
            did(0, HostActivityKind::AccountChange, "DC-1")
                .account(Account::parse("hank@CORP"))
                .object(new)
                .detail(old)
                .event_code(4781)
        }
        let mut probe = Probe::new();
        let mut told = |old, new| of(probe.activity(rename(old, new)));
        assert_eq!(
            told("OFFICE-88$", "dc-1"),
            ["machine_name: renamed OFFICE-88$ to dc-1, the name of a machine"]
        );
        assert!(told("dc-1", "OFFICE-88$").is_empty(), "it gets its `$` back");
        assert!(told("WS-1$", "WS-2$").is_empty(), "a machine renamed");
        assert!(told("amy", "amy.miller").is_empty(), "somebody married");
        assert_eq!(told("OFFICE-88$", "dc-7").len(), 1, "no machine loses its `$`");
    }
}
