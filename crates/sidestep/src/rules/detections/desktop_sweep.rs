//! One account that opens desktops on many hosts at once.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Outcome;
use crate::event::classify::is_desktop;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::Variety;
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::OPENS_NATS;
use crate::tuning::detections::desktop_sweep::{KEPT, REMEMBERED};
use crate::tuning::rates::AT_ONCE;

/// A desktop that was opened: when, from where, on which host.
type Opened = (Micros, Option<Id>, Id);

/// Desktops by account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DesktopSweep {
    hosts: Variety,
    /// Those that were not found to be of many yet.
    first: TtlMap<Id, Vec<Opened>>,
}

heap! {
    DesktopSweep { hosts, first }
}

impl Rule for DesktopSweep {
    const DETECTION: Detection = Detection {
        id: "desktop_sweep",
        title: "One account opened desktops on many hosts at once",
        techniques: &[attack::RDP],
        sees: "Logons by remote desktop of one account on different hosts within ten seconds: people \
               open one desktop after the other. Each of them is shown.",
        needs: &[&[Need::RemoteDesktop]],
        formula: "At most ln(0.5 / p): p is the probability of so many hosts in ten seconds, where those \
                  beyond the first are geometric with the mean of the account's own, and two of the \
                  network's added, a quarter at the least; and how rare it is that the account does so, \
                  see docs/detections/README.md.",
        blind_spots: "Desktops opened one by one.",
        false_positives: "Programs that open a whole group of desktops at a click: usual for their \
                          account within days.",
        ask: "Which program opened them, and did the account's owner start it?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let desktop = seen.auth().is_some_and(|event| {
            is_desktop(event.logon_type()) && event.outcome() == Outcome::Success
        });
        let account = seen.account.filter(|who| desktop && who.can_move());
        let (Some(account), Some(host)) = (account, seen.destination) else { return };
        let source = seen.source.map(|source| source.id);
        if source == Some(host.id) {
            return;
        }
        let pair = [account.id, host.id];
        let told = self.hosts.observe_within(&AT_ONCE, pair, seen.time, 0.0);
        let first = self.first.touch(account.id, seen.time);
        keep(first, (seen.time, source, host.id));
        // Fewer open no alert, and are kept until there are enough.
        let Some((count, nats)) = told.filter(|(_, nats)| *nats >= OPENS_NATS) else { return };
        let what =
            format!("{} opened desktops on {count} hosts within ten seconds", account.name());
        let Some(finding) = Finding::of(seen, what) else { return };
        let finding = finding.at_most(nats).of_kind(&["desktops"]);
        // The first are as much a part of it as the last.
        found.extend(first.drain(..).map(|(time, source, destination)| Finding {
            time,
            source,
            destination,
            of_another: destination != host.id,
            ..finding.clone()
        }));
    }

    fn forget(&mut self, now: Micros) {
        self.hosts.forget(now);
        self.first.forget(now - REMEMBERED);
    }
}

/// Remembers a desktop, within the bounds of time and number.
fn keep(first: &mut Vec<Opened>, opened: Opened) {
    first.retain(|(time, ..)| opened.0 - time <= REMEMBERED);
    if first.len() >= KEPT {
        first.remove(0);
    }
    first.push(opened);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::engine::Engine;
    use crate::event::LogonType;
    use crate::rules::testing::{Probe, logon};
    use crate::time::SECOND;

    fn open(probe: &mut Probe, hosts: i64, pace: i64) -> Vec<String> {
        (0..hosts)
            .flat_map(|at| {
                let host = format!("SRV-{at}");
                let event = logon(at * pace, "adm@CORP", "WS-9", &host);
                probe.auth(event.logon_type(LogonType::RemoteInteractive).event_code(1149))
            })
            .filter(|line| line.starts_with("desktop_sweep"))
            .collect()
    }

    #[test]
    fn many_desktops_at_once_are_told_and_one_after_the_other_are_not() {
        let told = open(&mut Probe::new(), 10, 1);
        assert!(told.len() >= 8, "the first are told with the rest: {told:?}");
        assert!(open(&mut Probe::new(), 4, 900).is_empty());
        assert!(open(&mut Probe::new(), 2, 1).is_empty(), "two at once");
    }

    #[test]
    fn the_alert_names_every_host() {
        let mut engine = Engine::new(Config::default());
        for at in 0..11 {
            let host = format!("SRV-{at}");
            let event =
                logon(0, "adm@CORP", "WS-9", &host).logon_type(LogonType::RemoteInteractive);
            engine.process(&event.event_code(1149).build().expect("it is a valid event"));
        }
        let alerts = engine.finish();
        let targets: Vec<usize> = alerts.iter().map(|alert| alert.targets.len()).collect();
        assert!(targets.contains(&11), "{targets:?}");
    }

    #[test]
    fn few_desktops_are_remembered_of_one_account() {
        let mut first = Vec::new();
        (0..100).for_each(|at| keep(&mut first, (Micros::from(at), None, at)));
        assert_eq!((first.len(), first.last()), (KEPT, Some(&(99, None, 99))));
        keep(&mut first, (60 * SECOND, None, 1));
        assert_eq!(first.len(), 1, "the others are too old");
    }
}
