//! NTLM with a hash in place of a password.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need, Role};
use super::layer::{Around, Rule};
use super::recent::Recent;
use super::seen::{Class, Finding, Seen};
use crate::event::{AuthProtocol, LogonType, Timestamp};
use crate::intern::Id;
use crate::time::HOUR;

/// How long a session that carries other credentials is taken to be the cause of what leaves its host.
pub(super) const CARRIED: Timestamp = HOUR;

/// Whether a logon made a session that carries other credentials for the network: of type 9, by
/// `seclogo`, in which an account becomes itself.
pub(super) fn carries_other_credentials(seen: &Seen<'_>) -> bool {
    let process = seen.auth().and_then(|event| event.logon_process()).unwrap_or_default().trim();
    let account = seen.account.map(|who| who.id);
    seen.auth().is_some_and(|event| event.logon_type() == LogonType::NewCredentials)
        && process.eq_ignore_ascii_case("seclogo")
        && seen.account.is_some_and(|who| who.can_move())
        && seen.subject.is_none_or(|subject| Some(subject.id) == account)
}

/// NTLM logons without a session key, and sessions made to carry another's credentials.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PassTheHash {
    /// By host, the account of its last session that carries other credentials.
    carriers: Recent<Id, Id>,
}

impl PassTheHash {
    fn of_ntlm(&self, seen: &Seen<'_>, no_key: bool) -> Option<String> {
        let source = seen.source?;
        let carrier = self.carriers.since(&source.id, seen.time - CARRIED);
        // The session's own account needs no carried credentials.
        let carried =
            carrier.is_some_and(|carrier| Some(*carrier) != seen.account.map(|who| who.id));
        match (no_key, carried) {
            (true, false) => Some("NTLM without a session key".to_owned()),
            (_, true) => Some(format!(
                "NTLM from {} after a session there was made to carry other credentials",
                source.name
            )),
            (false, false) => None,
        }
    }
}

impl Rule for PassTheHash {
    const DETECTION: Detection = Detection {
        id: "pass_the_hash",
        title: "A hash seems to have been used in place of a password",
        techniques: &[attack::PASS_THE_HASH],
        sees: "A logon by NTLM over the network that negotiated no session key, as tools do that hold \
               only the hash, also from a host to itself; on the host where the hash is loaded, a logon of type 9 by `seclogo` in \
               which an account becomes itself; and within the hour after it, a logon by NTLM of \
               another account from that host.",
        needs: &[&[Need::KeyLengths, Need::NewCredentials]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Tools that negotiate a key (most newer ones) and load the hash otherwise; hosts \
                      where NTLM is usual. That NTLM is unusual for the account or host is weighed by \
                      the evidence `protocol_given_account` and `protocol_given_dst`.",
        false_positives: "Old appliances and scanners that speak NTLM without a key; `runas /netonly`, \
                          which makes the same session by password.",
        ask: "Does the account log on by NTLM from there at other times? What ran as `seclogo` on the \
              source?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: Class = Class::LOGON;

    fn look(&mut self, seen: &Seen<'_>, _around: &Around<'_>, found: &mut Vec<Finding>) {
        let Some(event) = seen.auth() else { return };
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        if carries_other_credentials(seen) {
            if let Some(host) = seen.destination {
                *self.carriers.touch(host.id, seen.time) = account.id;
            }
            let what = "a session was made to carry other credentials (type 9 by seclogo)";
            found.extend(Finding::of(seen, what));
            return;
        }
        let ntlm = matches!(event.auth_protocol(), AuthProtocol::Ntlm | AuthProtocol::MsV1);
        if !ntlm || event.logon_type() != LogonType::Network {
            return;
        }
        let no_key = event.key_length() == Some(0);
        let what = if seen.is_remote() {
            self.of_ntlm(seen, no_key)
        } else {
            // Of a logon from the host itself most logs leave the source out.
            no_key.then(|| "NTLM without a session key, from no other host that is told".to_owned())
        };
        found.extend(what.and_then(|what| Finding::of(seen, what)));
    }

    fn forget(&mut self, now: Timestamp) {
        self.carriers.forget(now - CARRIED);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Probe, logon};
    use crate::event::{Account, AuthProtocol, LogonType};

    #[test]
    fn ntlm_without_a_key_is_told_and_ordinary_ntlm_is_not() {
        let mut probe = Probe::new();
        let ntlm = |account, key| {
            logon(0, account, "WS-1", "SRV").auth_protocol(AuthProtocol::Ntlm).key_length(key)
        };
        assert_eq!(probe.auth(ntlm("bob@CORP", 0)), ["pass_the_hash: NTLM without a session key"]);
        assert!(probe.auth(ntlm("bob@CORP", 128)).is_empty());
        assert!(probe.auth(ntlm("WS-1$@CORP", 0)).is_empty(), "a machine's own");
        let local = logon(5, "bob@CORP", "SRV", "SRV");
        let local = local.auth_protocol(AuthProtocol::Ntlm);
        assert!(probe.auth(local.clone().key_length(128)).is_empty());
        assert_eq!(
            probe.auth(local.key_length(0)),
            ["pass_the_hash: NTLM without a session key, from no other host that is told"]
        );
    }

    #[test]
    fn a_session_that_carries_another_s_hash_is_joined_with_what_leaves_its_host() {
        let mut probe = Probe::new();
        let carrier = |process: &'static str| {
            logon(0, "bob@CORP", "WS-1", "WS-1")
                .logon_type(LogonType::NewCredentials)
                .logon_process(process)
        };
        let ntlm = |seconds, account| {
            logon(seconds, account, "WS-1", "SRV").auth_protocol(AuthProtocol::Ntlm).key_length(128)
        };
        assert!(probe.auth(carrier("Advapi")).is_empty());
        assert!(probe.auth(carrier("seclogo").subject(Account::parse("amy@CORP"))).is_empty());
        assert!(probe.auth(ntlm(5, "admin@CORP")).is_empty(), "nothing was carried yet");
        assert_eq!(probe.auth(carrier("seclogo")).len(), 1);
        assert!(probe.auth(ntlm(20, "bob@CORP")).is_empty(), "his own");
        assert_eq!(
            probe.auth(ntlm(30, "admin@CORP")),
            [
                "pass_the_hash: NTLM from WS-1 after a session there was made to carry other credentials"
            ]
        );
        assert!(probe.auth(ntlm(7200, "admin@CORP")).is_empty(), "too long ago");
    }
}
