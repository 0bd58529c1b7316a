//! NTLM with a hash in place of a password.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need};
use super::layer::{Around, Rule};
use super::seen::{Class, Finding, Seen};
use crate::event::{AuthProtocol, LogonType};

/// An NTLM logon without a session key, or a session made to carry another's credentials.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PassTheHash;

impl Rule for PassTheHash {
    const DETECTION: Detection = Detection {
        id: "pass_the_hash",
        title: "A hash seems to have been used in place of a password",
        techniques: &[attack::PASS_THE_HASH],
        sees: "A logon by NTLM over the network that negotiated no session key, as tools do that hold \
               only the hash; and on the host where the hash is loaded, a logon of type 9 by `seclogo` \
               in which an account becomes itself.",
        needs: &[&[Need::KeyLengths, Need::NewCredentials]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Tools that negotiate a key (most newer ones); hosts where NTLM is usual. That NTLM \
                      is unusual for the account or host is weighed by the evidence \
                      `protocol_given_account` and `protocol_given_dst`.",
        false_positives: "Old appliances and scanners that speak NTLM without a key; `runas /netonly`.",
        ask: "Does the account log on by NTLM from there at other times? What ran as `seclogo` on the \
              source?",
        prior: 3e-3,
        opens: true,
    };
    const WANTS: Class = Class::LOGON;

    fn look(&mut self, seen: &Seen<'_>, _around: &Around<'_>, found: &mut Vec<Finding>) {
        let Some(event) = seen.auth() else { return };
        if !seen.account.is_some_and(|who| who.can_move()) {
            return;
        }
        let process = event.logon_process().unwrap_or_default().trim();
        let ntlm = matches!(event.auth_protocol(), AuthProtocol::Ntlm | AuthProtocol::MsV1);
        let remote = seen.source.map(|place| place.id) != seen.destination.map(|place| place.id)
            && seen.source.is_some();
        let what = match event.logon_type() {
            LogonType::Network if ntlm && remote && event.key_length() == Some(0) => {
                "NTLM without a session key"
            }
            LogonType::NewCredentials if process.eq_ignore_ascii_case("seclogo") => {
                "a session was made to carry other credentials (type 9 by seclogo)"
            }
            _ => return,
        };
        found.extend(Finding::of(seen, what));
    }
}
