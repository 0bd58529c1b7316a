//! NTLM as tools speak it: without a session key.

use serde::{Deserialize, Serialize};

use super::pass_the_hash::{is_keyless, is_probe};
use crate::attack;
use crate::attack::Technique;
use crate::event::LogonType;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// What is seen of a logon from the host itself: of it most logs leave the source out.
const LOCAL: &str = "NTLM without a session key, the log names no other host";

/// A logon by NTLM that negotiated no session key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct KeylessNtlm;

heap! {
    KeylessNtlm {}
}

impl Rule for KeylessNtlm {
    const DETECTION: Detection = Detection {
        id: "keyless_ntlm",
        title: "Somebody logged on by NTLM as tools do, and not Windows",
        techniques: &[attack::VALID_ACCOUNTS, attack::REMOTE_SERVICES],
        sees: "A logon by NTLM over the network that negotiated no session key, also from a host to \
               itself: programs that speak NTLM of their own make such logons, and Windows hardly does. \
               Whether they held a password or only its hash, the logon does not say; where more shows \
               that, see `pass_the_hash`.",
        needs: &[&[Need::KeyLengths]],
        formula: "How rare it is that the account does so from there, see docs/detections/README.md.",
        blind_spots: "Tools that negotiate a key, as most newer ones do.",
        false_positives: "Old appliances, printers and scanners: usual for their account within days. \
                          The probes of Exchange (`HealthMailbox...`) are passed over.",
        ask: "Which program on the source logs on so, and does the account belong to it?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn techniques(observed: &str) -> &'static [Technique] {
        if observed == LOCAL { &[attack::VALID_ACCOUNTS] } else { Self::DETECTION.techniques }
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let keyless = seen.auth().is_some_and(|event| {
            event.logon_type() == LogonType::Network && is_keyless(event) == Some(true)
        });
        if !keyless || !seen.account.is_some_and(|who| who.can_move() && !is_probe(who.name())) {
            return;
        }
        let finding = match seen.source.filter(|_| seen.is_remote()) {
            Some(source) => Finding::of(seen, "NTLM without a session key")
                .map(|it| it.of_kind_with(&["source"], source.id)),
            None => Finding::of(seen, LOCAL).map(|it| it.of_kind(&["no source"])),
        };
        found.extend(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::AuthProtocol;
    use crate::rules::testing::{Probe, logon};

    #[test]
    fn ntlm_without_a_key_is_told_and_ordinary_ntlm_is_not() {
        let told = |account, source, key| {
            let event = logon(0, account, source, "SRV").auth_protocol(AuthProtocol::Ntlm);
            Probe::new().auth(event.key_length(key))
        };
        assert_eq!(
            told("bob@CORP", "WS-1", 0),
            ["keyless_ntlm: NTLM without a session key"],
            "and nothing says that it was a hash"
        );
        assert!(told("bob@CORP", "WS-1", 128).is_empty());
        assert!(told("WS-1$@CORP", "WS-1", 0).is_empty(), "a machine's own");
        assert!(told("HealthMailbox0a1b2c3d@CORP", "EX-1", 0).is_empty(), "a probe of Exchange");
        assert_eq!(told("HealthMailboxes@CORP", "EX-1", 0).len(), 1, "only by its name");
        assert_eq!(
            told("bob@CORP", "SRV", 0),
            ["keyless_ntlm: NTLM without a session key, the log names no other host"]
        );
    }
}
