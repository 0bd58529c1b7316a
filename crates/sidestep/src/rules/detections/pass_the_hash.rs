//! NTLM with a hash in place of a password.

use serde::{Deserialize, Serialize};

use super::admin_share::is_known_pipe;
use crate::attack;
use crate::event::{AuthEvent, AuthProtocol, LogonType};
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{AccountRef, EventClass, Observation, bare};
use crate::rules::rates::{Habit, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{pipe_name, share_and_path};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::OPENS_NATS;
use crate::tuning::detections::pass_the_hash::{CARRIED, PIPE_FOLLOWS, REMEMBERED};

/// Whether a logon made a session that carries other credentials for the network: of type 9, by
/// `seclogo`, in which an account becomes itself.
pub(super) fn carries_other_credentials(seen: &Observation<'_>) -> bool {
    let process = seen.auth().and_then(|event| event.logon_process()).unwrap_or_default().trim();
    let account = seen.account.map(|who| who.id);
    seen.auth().is_some_and(|event| event.logon_type() == LogonType::NewCredentials)
        && process.eq_ignore_ascii_case("seclogo")
        && seen.account.is_some_and(|who| who.can_move())
        && seen.subject.is_none_or(|subject| Some(subject.id) == account)
}

/// Sessions made to carry another's credentials, and how accounts log on otherwise.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PassTheHash {
    /// By host, the account of its last session that carries other credentials.
    carriers: TtlMap<Id, Id>,
    /// How often the logons of an account negotiated no key.
    keyless: TtlMap<Id, Habit>,
    /// Sessions without a key that no other host came by, by host and id.
    local: TtlMap<(Id, u64), ()>,
}

/// Whether a logon over the network was one by NTLM that negotiated no session key; none where the
/// log does not say.
pub(super) fn is_keyless(event: &AuthEvent<'_>) -> Option<bool> {
    match event.auth_protocol() {
        AuthProtocol::Kerberos => Some(false),
        AuthProtocol::Ntlm | AuthProtocol::MsV1 => event.key_length().map(|bits| bits == 0),
        _ => None,
    }
}

/// Whether an account is one of those by which Exchange tries its own mailboxes, without a key.
pub(super) fn is_probe(name: &str) -> bool {
    const PREFIX: &str = "healthmailbox";
    let name = bare(name);
    let (start, rest) = (name.get(..PREFIX.len()), name.get(PREFIX.len()..).unwrap_or_default());
    start.is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
        && rest.len() >= 7
        && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl PassTheHash {
    /// What is found of a logon over the network, and how many nats at most.
    fn of_logon(
        &mut self,
        seen: &Observation<'_>,
        account: AccountRef<'_>,
        event: &AuthEvent<'_>,
    ) -> Option<Finding> {
        let keyless = is_keyless(event);
        let ntlm = matches!(event.auth_protocol(), AuthProtocol::Ntlm | AuthProtocol::MsV1);
        let surprise = keyless.and_then(|keyless| {
            let habit = self.keyless.touch(account.id, seen.time);
            let probability = habit.probability(0.5);
            habit.observe(keyless);
            nats(probability).filter(|nats| keyless && *nats >= OPENS_NATS)
        });
        let source = seen.source.filter(|_| seen.is_remote());
        if keyless == Some(true)
            && source.is_none()
            && let (Some(host), Some(id)) = (seen.destination, seen.logon_id())
        {
            self.local.touch((host.id, id), seen.time);
        }
        let carrier = source.and_then(|from| self.carriers.since(&from.id, seen.time - CARRIED));
        // The session's own account needs no carried credentials.
        let carried = ntlm && carrier.is_some_and(|carrier| *carrier != account.id);
        if let Some(source) = source.filter(|_| carried) {
            let name = source.name();
            let what = format!(
                "NTLM from {name} after a session there was made to carry other credentials"
            );
            return Finding::of(seen, what).map(|it| it.of_kind(&["carried"]));
        }
        let nats = surprise?;
        let what = "NTLM without a session key, by an account that otherwise has one or a ticket";
        Some(Finding::of(seen, what)?.of_kind(&["no key"]).at_most(nats))
    }
}

impl PassTheHash {
    /// A pipe that no service of Windows has, opened by a session without a key from the host itself.
    fn of_pipe(&self, seen: &Observation<'_>) -> Option<Finding> {
        let session = (seen.destination?.id, seen.logon_id()?);
        self.local.since(&session, seen.time - PIPE_FOLLOWS)?;
        let pipe = Some(pipe_name(seen.object)).filter(|name| !name.is_empty());
        let pipe = pipe.filter(|name| !is_known_pipe(name) && !seen.is_remote())?;
        let what = format!("a session without a key came from the host itself to the pipe {pipe}");
        Some(Finding::of(seen, what)?.of_kind(&["pipe"]))
    }
}

heap! {
    PassTheHash { carriers, keyless, local }
}

impl Rule for PassTheHash {
    const DETECTION: Detection = Detection {
        id: "pass_the_hash",
        title: "A hash seems to have been used in place of a password",
        techniques: &[attack::PASS_THE_HASH],
        sees: "On the host where the hash is loaded, a logon of type 9 by `seclogo` in which an account \
               becomes itself; within the hour after it, a logon by NTLM of another account from that \
               host; a logon by NTLM without a session key from the host to itself that opens a pipe which is \
               none of Windows' services', as is done to take the rights of an account of which one \
               holds the hash (with the password one logs on at once); and a logon by NTLM over the network that negotiated no session key, by an account \
               whose other logons have shown for long that it uses Kerberos or negotiates one. Without \
               such a history nothing says whether a tool held a hash or a password: see `keyless_ntlm`.",
        needs: &[&[Need::KeyLengths, Need::NewCredentials]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. Of a logon \
                  without a key at most ln(0.5 / p), and nothing below 3 nats: p is the share of those \
                  among the account's logons over the network, with two more of which one is.",
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
    const WANTS: EventClass = EventClass::LOGON.or(EventClass::SHARE).or(EventClass::PIPE);

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.keyless.join(
            part.keyless,
            |account, value| Some((numbers.account(account)?, value)),
            Habit::join,
        );
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth() else {
            if share_and_path(seen.object).0 == "ipc$" {
                found.extend(self.of_pipe(seen));
            }
            return;
        };
        let Some(account) = seen.account.filter(|who| who.can_move() && !is_probe(who.name()))
        else {
            return;
        };
        if carries_other_credentials(seen) {
            if let Some(host) = seen.destination {
                *self.carriers.touch(host.id, seen.time) = account.id;
            }
            let what = "a session was made to carry other credentials (type 9 by seclogo)";
            found.extend(Finding::of(seen, what).map(|it| it.of_kind(&["session"])));
            return;
        }
        if event.logon_type() == LogonType::Network {
            found.extend(self.of_logon(seen, account, event));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.carriers.forget(now - CARRIED);
        self.keyless.forget(now - REMEMBERED);
        self.local.forget(now - PIPE_FOLLOWS);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, AuthProtocol, HostActivityKind, LogonType};
    use crate::rules::testing::{Probe, did, logon};

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|line| line.starts_with("pass_the_hash")).collect()
    }

    #[test]
    fn a_missing_key_shows_a_hash_only_where_the_account_otherwise_has_one() {
        let keyless = |seconds, account| {
            logon(seconds, account, "WS-1", "SRV").auth_protocol(AuthProtocol::Ntlm).key_length(0)
        };
        let mut probe = Probe::new();
        assert!(of(probe.auth(keyless(0, "bob@CORP"))).is_empty(), "nothing is known of him");
        for at in 0..50 {
            probe.auth(logon(at, "amy@CORP", "WS-1", "SRV"));
            probe.auth(keyless(at, "scan@CORP"));
        }
        assert_eq!(
            of(probe.auth(keyless(99, "amy@CORP"))),
            [
                "pass_the_hash: NTLM without a session key, by an account that otherwise has one or a ticket"
            ]
        );
        assert!(of(probe.auth(keyless(99, "scan@CORP"))).is_empty(), "it always logs on so");
        assert!(of(probe.auth(keyless(99, "WS-1$@CORP"))).is_empty(), "a machine's own");
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
        assert!(of(probe.auth(ntlm(7200, "admin@CORP"))).is_empty(), "too long ago");
    }

    #[test]
    fn a_session_of_the_host_itself_that_opens_a_pipe_of_its_own_is_told() {
        let told = |source: &str, key, object: &str| {
            let mut probe = Probe::new();
            let event = logon(0, "amy@CORP", source, "SRV").auth_protocol(AuthProtocol::Ntlm);
            probe.auth(event.key_length(key).logon_id(0x77));
            let open = did(1, HostActivityKind::ShareAccess, "SRV").object(object);
            of(probe.activity(open.account(Account::parse("amy@CORP")).logon_id(0x77))).len()
        };
        assert_eq!(told("SRV", 0, r"\\*\IPC$\mine"), 1);
        assert_eq!(told("SRV", 128, r"\\*\IPC$\mine"), 0, "Windows' own NTLM");
        assert_eq!(told("SRV", 0, r"\\*\IPC$\srvsvc"), 0, "a service's pipe");
        assert_eq!(told("SRV", 0, r"\\*\C$\mine"), 0, "no pipe");
        assert_eq!(told("WS-1", 0, r"\\*\IPC$\mine"), 0, "from another host");
    }
}
