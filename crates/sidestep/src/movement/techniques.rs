//! Techniques of MITRE ATT&CK that the hops of a movement fit.

use super::Step;
use crate::alert::Technique;
use crate::event::AuthProtocol;
use crate::login::is_desktop;
use crate::rules::attack;
use crate::rules::detections;

/// Failed logins that look like guessing.
const GUESSING: u32 = 5;
/// Nats of protocol evidence at which NTLM looks out of place.
const OUT_OF_PLACE: f64 = 1.5;

/// In order of their ids.
pub(super) fn of(steps: &[Step], failed: u32, switched: bool) -> Vec<Technique> {
    let mut found = Vec::new();
    let any = |test: &dyn Fn(&Step) -> bool| steps.iter().any(test);
    found.push(attack::REMOTE_SERVICES);
    if any(&|step| is_desktop(step.logon_type)) {
        found.push(attack::RDP);
    }
    if any(&|step| matches!(step.auth_protocol, AuthProtocol::PublicKey | AuthProtocol::Password)) {
        found.push(attack::SSH);
    }
    if switched {
        found.push(attack::VALID_ACCOUNTS);
    }
    if failed >= GUESSING {
        found.push(attack::BRUTE_FORCE);
    }
    if any(&|step| {
        step.auth_protocol == AuthProtocol::Ntlm
            && step
                .evidence
                .iter()
                .any(|c| c.name.starts_with("protocol_given") && c.surprise >= OUT_OF_PLACE)
    }) {
        found.push(attack::PASS_THE_HASH);
    }
    let named = steps.iter().flat_map(|step| &step.evidence).filter_map(|contribution| {
        detections().iter().find(|detection| detection.id == contribution.name)
    });
    found.extend(named.flat_map(|detection| detection.techniques));
    found.sort_unstable();
    found.dedup();
    found
}
