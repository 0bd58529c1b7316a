//! Techniques of MITRE ATT&CK that the hops of a movement fit.

use super::Step;
use crate::alert::Technique;
use crate::event::{AuthProtocol, LogonType};

const REMOTE_SERVICES: Technique = Technique { id: "T1021", name: "Remote Services" };
const RDP: Technique = Technique { id: "T1021.001", name: "Remote Desktop Protocol" };
const SSH: Technique = Technique { id: "T1021.004", name: "SSH" };
const VALID_ACCOUNTS: Technique = Technique { id: "T1078", name: "Valid Accounts" };
const BRUTE_FORCE: Technique = Technique { id: "T1110", name: "Brute Force" };
const PASS_THE_HASH: Technique = Technique { id: "T1550.002", name: "Pass the Hash" };

/// Failed logins that look like guessing.
const GUESSING: u32 = 5;
/// Nats of protocol evidence at which NTLM looks out of place.
const OUT_OF_PLACE: f64 = 1.5;

/// In order of their ids.
pub(super) fn of(steps: &[Step], failed: u32, switched: bool) -> Vec<Technique> {
    let mut found = Vec::new();
    let any = |test: &dyn Fn(&Step) -> bool| steps.iter().any(test);
    found.push(REMOTE_SERVICES);
    if any(&|step| {
        matches!(step.logon_type, LogonType::RemoteInteractive | LogonType::CachedRemoteInteractive)
    }) {
        found.push(RDP);
    }
    if any(&|step| matches!(step.auth_protocol, AuthProtocol::PublicKey | AuthProtocol::Password)) {
        found.push(SSH);
    }
    if switched {
        found.push(VALID_ACCOUNTS);
    }
    if failed >= GUESSING {
        found.push(BRUTE_FORCE);
    }
    if any(&|step| {
        step.auth_protocol == AuthProtocol::Ntlm
            && step
                .evidence
                .iter()
                .any(|c| c.name.starts_with("protocol_given") && c.surprise >= OUT_OF_PLACE)
    }) {
        found.push(PASS_THE_HASH);
    }
    found
}
