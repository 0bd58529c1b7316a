//! Techniques of MITRE ATT&CK that the hops of a movement fit.

use crate::attack;
use crate::attack::Technique;
use crate::event::AuthProtocol;
use crate::event::classify::is_desktop;
use crate::movement::Hop;
use crate::rules::techniques_of;
use crate::tuning::techniques::{GUESSING, OUT_OF_PLACE};

/// In order of their ids.
pub(super) fn of(hops: &[Hop], failed: u32, switched: bool) -> Vec<Technique> {
    let mut found = Vec::new();
    let any = |test: &dyn Fn(&Hop) -> bool| hops.iter().any(test);
    // What stayed on its host used no service of another.
    if any(&|hop| hop.key[1] != hop.key[2]) {
        found.push(attack::REMOTE_SERVICES);
    }
    if any(&|hop| is_desktop(hop.logon_type)) {
        found.push(attack::RDP);
    }
    if any(&|hop| {
        hop.ssh || matches!(hop.auth_protocol, AuthProtocol::PublicKey | AuthProtocol::Password)
    }) {
        found.push(attack::SSH);
    }
    if switched {
        found.push(attack::VALID_ACCOUNTS);
    }
    if failed >= GUESSING {
        found.push(attack::BRUTE_FORCE);
    }
    if any(&|hop| {
        hop.auth_protocol == AuthProtocol::Ntlm
            && hop
                .evidence
                .iter()
                .any(|c| c.name.starts_with("protocol_given") && c.surprise >= OUT_OF_PLACE)
    }) {
        found.push(attack::PASS_THE_HASH);
    }
    let seen = hops.iter().flat_map(|hop| &hop.evidence);
    found.extend(seen.flat_map(|it| techniques_of(&it.name, &it.observed)));
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::movement::Candidate;

    #[test]
    fn a_hop_is_named_by_how_it_logged_on() {
        let plain = Candidate::of_test([1, 2, 3], 0, 5.0, 0.0).hop;
        let named = |hop: Hop| {
            let ids: Vec<&str> = of(&[hop], 0, false).iter().map(|it| it.id).collect();
            ids
        };
        assert_eq!(named(plain.clone()), ["T1021"]);
        assert!(named(Hop { key: [1, 2, 2], ..plain.clone() }).is_empty(), "it went nowhere");
        assert_eq!(named(Hop { ssh: true, ..plain.clone() }), ["T1021", "T1021.004"]);
        let key = AuthProtocol::PublicKey;
        assert_eq!(named(Hop { auth_protocol: key, ..plain }), ["T1021", "T1021.004"]);
    }
}
