//! A session that another takes up.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need, Role};
use super::layer::{Around, Rule};
use super::recent::Recent;
use super::seen::{Class, Finding, Seen};
use crate::event::{LogonType, Timestamp};
use crate::intern::Id;
use crate::time::{DAY, MINUTE};

/// How long it is remembered who came from where.
const REMEMBERED: Timestamp = 7 * DAY;
/// Who takes up his own session logs on for it first, so long before at most.
const FRESH: Timestamp = 2 * MINUTE;

/// Who comes to hosts from which clients.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SessionTakeover {
    /// By host and client, the account that last came by remote desktop.
    guests: Recent<(Id, Id), Id>,
    /// When an account last logged on to a host, however it did.
    logons: Recent<(Id, Id), ()>,
    /// By host and account, the client that its session was last seen at.
    clients: Recent<(Id, Id), Id>,
}

impl Rule for SessionTakeover {
    const DETECTION: Detection = Detection {
        id: "session_takeover",
        title: "A remote session was taken up by another than the one who opened it",
        techniques: &[attack::RDP_HIJACKING],
        sees: "A session that is taken up again from a client at which another account sits, or from \
               another client than the one that opened it, without a logon of its account just before. \
               Who takes up his own session is asked for his password, which is a logon; who has the \
               rights of the system is not (`tscon`).",
        needs: &[&[Need::Reconnects], &[Need::RemoteDesktop]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "A session that is taken over at its own client, or watched (shadowed); sessions \
                      whose client the log does not name.",
        false_positives: "Gateways and jump hosts that several people come from, where a logon was lost \
                          from the log.",
        ask: "Does the owner of the session know of it? What ran `tscon`, or as a service, on the host?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: Class = Class::RECONNECT.or(Class::LOGON);

    fn look(&mut self, seen: &Seen<'_>, _around: &Around<'_>, found: &mut Vec<Finding>) {
        let (Some(account), Some(host)) = (seen.account, seen.destination) else { return };
        if !account.can_move() {
            return;
        }
        let (own, time) = ((host.id, account.id), seen.time);
        let client = seen.source.filter(|source| source.id != host.id);
        if seen.class == Class::LOGON {
            self.logons.touch(own, time);
            let desktop =
                seen.auth().is_some_and(|event| event.logon_type() == LogonType::RemoteInteractive);
            if let Some(client) = client.filter(|_| desktop) {
                *self.guests.touch((host.id, client.id), time) = account.id;
                *self.clients.touch(own, time) = client.id;
            }
            return;
        }
        let Some(client) = client else { return };
        let fresh = self.logons.since(&own, time - FRESH).is_some();
        let guest = self.guests.get(&(host.id, client.id)).copied();
        let before = self.clients.get(&own).copied();
        *self.clients.touch(own, time) = client.id;
        if fresh {
            *self.guests.touch((host.id, client.id), time) = account.id;
            return;
        }
        let other = guest.filter(|guest| *guest != account.id);
        let what = match (other, before) {
            (Some(_), _) => {
                format!("the session of {} was taken up from another's client", account.name)
            }
            (None, Some(before)) if before != client.id => format!(
                "the session of {} was taken up from another client without a logon",
                account.name
            ),
            _ => return,
        };
        let finding = Finding::of(seen, what);
        found.extend(
            finding.map(|finding| Finding { account: other.or(finding.account), ..finding }),
        );
    }

    fn forget(&mut self, now: Timestamp) {
        self.guests.forget(now - REMEMBERED);
        self.logons.forget(now - FRESH);
        self.clients.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Probe, logon};
    use crate::event::{Activity, AuthEventBuilder, LogonType};

    fn desktop<'a>(seconds: i64, account: &'a str, client: &'a str) -> AuthEventBuilder<'a> {
        logon(seconds, account, client, "SRV").logon_type(LogonType::RemoteInteractive)
    }

    fn taken_up<'a>(seconds: i64, account: &'a str, client: &'a str) -> AuthEventBuilder<'a> {
        desktop(seconds, account, client).activity(Activity::SessionReconnect).event_code(4778)
    }

    #[test]
    fn a_session_taken_up_by_another_is_told() {
        let mut probe = Probe::new();
        probe.auth(desktop(0, "admin@CORP", "WS-1"));
        probe.auth(desktop(600, "bob@CORP", "WS-2"));
        assert_eq!(
            probe.auth(taken_up(900, "admin@CORP", "WS-2")),
            ["session_takeover: the session of admin@CORP was taken up from another's client"]
        );
    }

    #[test]
    fn a_session_taken_up_from_a_new_client_needs_a_logon() {
        let mut probe = Probe::new();
        probe.auth(desktop(0, "admin@CORP", "WS-1"));
        assert!(probe.auth(taken_up(600, "admin@CORP", "WS-1")).is_empty(), "its own client");
        probe.auth(desktop(1200, "admin@CORP", "HOME"));
        assert!(probe.auth(taken_up(1201, "admin@CORP", "HOME")).is_empty(), "he logged on");
        assert_eq!(
            probe.auth(taken_up(2400, "admin@CORP", "WS-9")),
            [
                "session_takeover: the session of admin@CORP was taken up from another client without a \
              logon"
            ]
        );
    }
}
