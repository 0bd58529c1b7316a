//! Sessions in a cloud: sign-ins, and roles taken on.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{AuthProtocol, Mfa, Outcome};
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::tuning::detections::cloud_session::{NEW, ONE_FACTOR};

/// A sign-in to a cloud, or a role taken on there, that is not one of every day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CloudSession;

heap! {
    CloudSession {}
}

impl Rule for CloudSession {
    const DETECTION: Detection = Detection {
        id: "cloud_session",
        title: "A cloud was signed in to, or a role taken on there, in a new way",
        techniques: &[attack::CLOUD_SERVICES],
        sees: "A sign-in of Entra ID or CloudTrail from or to a place that is new; more so one by a \
               single factor; most so one that goes from one role to another: a chain of roles.",
        needs: &[&[Need::SecondFactors]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A new \
                  sign-in says 2 nats at most, one by a single factor 3.",
        blind_spots: "Tokens that are stolen and used without a sign-in; what is done in a session.",
        false_positives: "New applications, travel, pipelines that take on roles for the first time.",
        ask: "Does the account's owner know of it? From which device, and is it managed?",
        prior: 8e-3,
        role: Role::Labels,
    };
    const WANTS: EventClass = EventClass::NEW_LOGIN;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth().filter(|event| event.outcome() == Outcome::Success) else {
            return;
        };
        let federated = matches!(
            event.auth_protocol(),
            AuthProtocol::Saml | AuthProtocol::OAuth2 | AuthProtocol::OpenId
        );
        let (from, to) = (event.src_host().to_string(), event.dst_host().to_string());
        // No log of hosts says whether a second factor was used without numbering its events.
        let by_factor = event.mfa() != Mfa::Unknown && event.event_code().is_none();
        if !(federated || by_factor || is_aws(&to)) {
            return;
        }
        let finding = if from.starts_with("arn:") && to.starts_with("arn:") && from != to {
            Finding::of(seen, format!("went from the role {from} to {to}"))
                .map(|finding| finding.of_kind(&["role"]).of_target())
        } else if event.mfa() == Mfa::NotUsed {
            Finding::of(seen, format!("a new sign-in to {to} by one factor"))
                .map(|finding| finding.at_most(ONE_FACTOR).of_kind(&["one factor"]))
        } else {
            Finding::of(seen, format!("a new sign-in to {to}")).map(|it| it.at_most(NEW))
        };
        found.extend(finding);
    }
}

/// Whether a place is one of AWS, as CloudTrail names them.
fn is_aws(place: &str) -> bool {
    place.starts_with("arn:") || place.contains(".amazonaws.com/")
}

#[cfg(test)]
mod tests {
    use crate::event::Timestamp;
    use crate::event::{Account, AuthEvent, Host, Mfa, Outcome};
    use crate::rules::testing::{MORNING, Probe, logon};

    fn told(from: &str, to: &str, mfa: Mfa) -> Vec<String> {
        let event =
            AuthEvent::builder(Timestamp::from_micros(MORNING), Account::parse("bob@corp.example"))
                .src_host(Host::named(from))
                .dst_host(Host::named(to))
                .mfa(mfa)
                .outcome(Outcome::Success);
        let found = Probe::new().auth(event);
        found.into_iter().filter(|told| told.starts_with("cloud_session")).collect()
    }

    #[test]
    fn a_chain_of_roles_is_told_apart_from_a_sign_in() {
        let (one, two) = ("arn:aws:iam::1:role/a", "arn:aws:iam::2:role/b");
        assert_eq!(
            told(one, two, Mfa::Unknown),
            [format!("cloud_session: went from the role {one} to {two}")]
        );
        assert_eq!(
            told("LAPTOP-1", "Portal", Mfa::NotUsed),
            ["cloud_session: a new sign-in to Portal by one factor"]
        );
    }

    #[test]
    fn a_logon_to_a_host_is_none() {
        let found = Probe::new().auth(logon(0, "bob@CORP", "WS-1", "SRV"));
        assert!(found.iter().all(|told| !told.starts_with("cloud_session")));
    }
}
