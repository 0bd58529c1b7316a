//! A service installed by somebody who came over the network.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need};
use super::layer::{Around, Rule};
use super::seen::{Class, Finding, Seen};

/// A service was installed over the network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ServiceInstall;

impl Rule for ServiceInstall {
    const DETECTION: Detection = Detection {
        id: "service_install",
        title: "A service was installed by somebody who came over the network",
        techniques: &[attack::ADMIN_SHARES, attack::SERVICE_EXECUTION, attack::WINDOWS_SERVICE],
        sees: "PsExec, smbexec, Cobalt Strike's `jump psexec` and their like install a service on the \
               host that they reach. A service is laid at the door of the logon over the network \
               whose session installed it; where the log names no session (Windows 7045), of the \
               account that came last within two minutes.",
        needs: &[&[Need::Services], &[Need::RemoteLogons]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "A service that is changed and not installed; an installer that waits longer than \
                      two minutes on hosts that write 7045 only; hosts whose logs are not collected.",
        false_positives: "Software deployment that works over SMB, backup agents being rolled out, \
                          administrators who use PsExec. Each becomes usual for its account within \
                          days.",
        ask: "Which file does the service run, who signed it, and does it still exist? Is there a \
              change ticket for the account and the time?",
        prior: 1e-3,
        opens: true,
    };
    const WANTS: Class = Class::SERVICE;

    fn look(&mut self, seen: &Seen<'_>, around: &Around<'_>, found: &mut Vec<Finding>) {
        let Some(arrival) = around.arrivals.cause(seen) else { return };
        let object = seen.activity().and_then(|activity| activity.object()).unwrap_or("a service");
        let finding = Finding::of(seen, format!("installed {object}"));
        found.extend(finding.map(|finding| finding.by(arrival)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Probe, did, logon};
    use crate::event::{Account, HostActivityKind};

    #[test]
    fn it_is_laid_at_the_door_of_the_session_or_of_whoever_came_last() {
        let service =
            |seconds| did(seconds, HostActivityKind::ServiceInstall, "SRV").object("x (y.exe)");
        let mut probe = Probe::new();
        assert!(probe.activity(service(0)).is_empty(), "nobody came");
        probe.auth(logon(10, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        assert_eq!(probe.activity(service(20)), ["service_install: installed x (y.exe)"]);
        assert!(probe.activity(service(600)).is_empty(), "he came too long ago");
        let named = service(660).account(Account::parse("bob@CORP")).logon_id(0x99);
        assert_eq!(probe.activity(named), ["service_install: installed x (y.exe)"]);
        let local = service(700).account(Account::parse("amy@CORP")).logon_id(0x77);
        assert!(probe.activity(local).is_empty(), "she sits there");
    }
}
