//! Techniques of MITRE ATT&CK that the hops of a movement fit.

use super::Step;
use crate::alert::Technique;
use crate::event::AuthProtocol;
use crate::login::is_desktop;
use crate::rules::attack;
use crate::rules::techniques_of;

/// Failed logins that look like guessing.
const GUESSING: u32 = 5;
/// Nats of protocol evidence at which NTLM looks out of place.
const OUT_OF_PLACE: f64 = 1.5;

/// In order of their ids.
pub(super) fn of(steps: &[Step], failed: u32, switched: bool) -> Vec<Technique> {
    let mut found = Vec::new();
    let any = |test: &dyn Fn(&Step) -> bool| steps.iter().any(test);
    // What stayed on its host used no service of another.
    if any(&|step| step.key[1] != step.key[2]) {
        found.push(attack::REMOTE_SERVICES);
    }
    if any(&|step| is_desktop(step.logon_type)) {
        found.push(attack::RDP);
    }
    if any(&|step| {
        step.ssh || matches!(step.auth_protocol, AuthProtocol::PublicKey | AuthProtocol::Password)
    }) {
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
    let seen = steps.iter().flat_map(|step| &step.evidence);
    found.extend(seen.flat_map(|it| techniques_of(&it.name, &it.observed)));
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::super::suspect::Suspect;
    use super::*;

    #[test]
    fn a_hop_is_named_by_how_it_logged_on() {
        let plain = Suspect::of_test([1, 2, 3], 0, 5.0, 0.0).step;
        let named = |step: Step| {
            let ids: Vec<&str> = of(&[step], 0, false).iter().map(|it| it.id).collect();
            ids
        };
        assert_eq!(named(plain.clone()), ["T1021"]);
        assert!(named(Step { key: [1, 2, 2], ..plain.clone() }).is_empty(), "it went nowhere");
        assert_eq!(named(Step { ssh: true, ..plain.clone() }), ["T1021", "T1021.004"]);
        let key = AuthProtocol::PublicKey;
        assert_eq!(named(Step { auth_protocol: key, ..plain }), ["T1021", "T1021.004"]);
    }
}
